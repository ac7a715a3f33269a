//! The desk: its rows are what the queue is, whatever was done; lists, counts and searches find what is there, on both
//! engines.

use crate::servers::{self, Data};
use pouch::config::Config;
use pouch::domain::catalogue::Catalogue;
use pouch::domain::classification::MessageKind;
use pouch::domain::mailbox::{Arrival, MailboxRole};
use pouch::domain::relation::RelationKind;
use pouch::domain::submission::Rejection;
use pouch::domain::{MessageId, SubmissionId, Timestamp};
use pouch::pipeline::{self, Tools};
use pouch::review::desk::{self, Badge, Cursor, Filter, List};
use pouch::review::queue::{Item, item_of, items};
use pouch::review::{self, Act, Edit};
use pouch::sandbox::Pool;
use pouch::store::{self, Store, setting};
use pouch::worker;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A desk on a store of its own, driven in this process.
pub struct Desk {
    pub tools: Tools,
    uid: Cell<u64>,
    _data: Data,
}

/// On each engine, with a store of its own.
pub async fn on_both(test: impl AsyncFn(&Desk)) {
    let data = Data::new().await;
    let store = data.store.clone();
    test(&Desk::new(data, store)).await;
    let store = servers::postgres_store().await;
    test(&Desk::new(Data::new().await, store)).await;
}

impl Desk {
    fn new(data: Data, store: Store) -> Self {
        let text = "[call]\ndeadline = \"2023-11-26\"\n[publish]\ndelay = \"0s\"\n[erase]\nset_aside_after = \"30d\"\n";
        let config = Config::read(text, Path::new("/etc/pouch")).unwrap();
        let catalogue = Arc::new(Catalogue::read(include_str!("../../catalogue/second-apr.toml")).unwrap());
        let tools = Tools {
            store,
            vault: data.vault.clone(),
            pool: Pool::start(PathBuf::from(env!("CARGO_BIN_EXE_pouch")), &config.extractor),
            classifier: Arc::new(pipeline::ModelInUse::new(catalogue.clone(), vec![], String::new(), PathBuf::new())),
            catalogue,
            resolver: None,
            public_dir: data.dir.path().join("public"),
            pages: pipeline::pages::Shelf::new(&data.dir.path().join("pages"), 1 << 20),
            config: Arc::new(config),
        };
        Self { tools, uid: Cell::new(1), _data: data }
    }

    /// Takes a mail in as a watcher does, and lets it go its way.
    async fn take_in(&self, mail: &str, role: MailboxRole) {
        let folder = if role == MailboxRole::Junk { "Junk" } else { "INBOX" };
        let now = Timestamp::now();
        let mailbox = pipeline::open_mailbox(&self.tools.store, "chair", folder, role, now).await.unwrap();
        let uid = self.uid.replace(self.uid.get() + 1);
        let digest = self.tools.vault.put(mail.as_bytes()).unwrap();
        let internal_date = Some(Timestamp::from_second(1_701_000_000 + uid as i64 * 3_600).unwrap());
        let size_bytes = mail.len() as u64;
        let one = Arrival { uidvalidity: 7, uid, digest, size_bytes, internal_date, provider_id: None };
        pipeline::take_in(&self.tools.store, &mailbox, &[one], now).await.unwrap();
        self.settle().await;
    }

    /// An input: what Pouch is not sure of, a person accepts.
    async fn mail(&self, name: &str, subject: &str, text: &str) -> Item {
        self.take_in(&mail(name, subject, text, None), MailboxRole::Inbox).await;
        let item = self.item(name).await;
        if item.state.is_none() {
            review::accept(&self.tools, &item.messages[0], &act())
                .await
                .unwrap_or_else(|error| panic!("{error}: {item:?}"));
            self.settle().await;
        }
        self.catch_up().await;
        self.item(name).await
    }

    /// Where bytes are kept.
    pub fn vault(&self) -> PathBuf {
        self._data.dir.path().join("vault")
    }

    async fn catch_up(&self) {
        desk::catch_up(&self.tools, Timestamp::now()).await.unwrap();
    }

    /// Lets everything go its way.
    pub async fn settle(&self) {
        worker::settle_down(&self.tools, Timestamp::now).await.unwrap();
    }

    /// The entry with a message of this name.
    async fn item(&self, name: &str) -> Item {
        let all = items(&self.tools.store, &self.tools.config).await.unwrap();
        let is_it = |item: &Item| item.message_id_headers.iter().any(|id| id.starts_with(name));
        all.into_iter().find(is_it).unwrap_or_else(|| panic!("no entry has {name}"))
    }

    fn filter(&self, query: &str) -> Filter {
        Filter::read(query, &self.tools.catalogue).unwrap().0
    }

    /// All pages of a list, with small pages.
    async fn list(&self, query: &str) -> Vec<Item> {
        let (filter, mut after, mut all) = (self.filter(query), None, Vec::new());
        loop {
            let page = desk::list(&self.tools, &filter, after, 2, Timestamp::now()).await.unwrap();
            all.extend(page.items);
            after = page.next;
            if after.is_none() {
                return all;
            }
        }
    }

    async fn titles(&self, query: &str) -> Vec<String> {
        self.list(query).await.into_iter().map(|item| item.title).collect()
    }

    /// Every row is what the queue says of its entry, none is missing, none is too many, and the counts are right.
    async fn is_true(&self, after: &str) {
        self.settle().await;
        desk::catch_up(&self.tools, Timestamp::now()).await.unwrap();
        let json = |item: &Item| serde_json::to_string_pretty(item).unwrap();
        let by_id = |items: &[Item]| -> BTreeMap<String, String> {
            items.iter().map(|item| (item.id.clone(), json(item))).collect()
        };
        let all = items(&self.tools.store, &self.tools.config).await.unwrap();
        let listed = self.list("list=all").await;
        assert_eq!(listed.len(), all.len(), "{after}");
        let (wanted, found) = (by_id(&all), by_id(&listed));
        for (id, item) in &wanted {
            assert_eq!(found.get(id), Some(item), "{after}");
            let one = item_of(&self.tools.store, &self.tools.config, id).await.unwrap();
            assert_eq!(one.as_ref().map(json).as_ref(), Some(item), "{after}");
        }
        self.is_counted(&all, after).await;
    }

    async fn is_counted(&self, all: &[Item], after: &str) {
        for list in List::ALL {
            let filter = Filter { list, ..Filter::default() };
            let counts = desk::counts(&self.tools, &filter, Timestamp::now()).await.unwrap();
            let listed = self.list(&filter.query()).await;
            let state = |item: &&Item| match list {
                List::All => true,
                List::Queued => item.state == Some("queued"),
                List::Held | List::SetAside => item.outcome.as_str() == list.as_str(),
                List::Inputs => item.state.is_some(),
                List::Decided => item.state.is_some_and(|state| state != "queued"),
                _ => item.state == Some(list.as_str()),
            };
            let expected: BTreeSet<&str> = all.iter().filter(state).map(|item| item.id.as_str()).collect();
            assert_eq!(
                listed.iter().map(|item| item.id.as_str()).collect::<BTreeSet<_>>(),
                expected,
                "{after} {list:?}"
            );
            assert_eq!(counts.lists[&list], expected.len() as u64, "{after} {list:?}");
            if list.as_str() == "all" {
                let badge = |badge: Badge| all.iter().filter(|item| desk::badges(item).contains(&badge)).count() as u64;
                for one in Badge::ALL {
                    let counted = counts.facets.get("badge").and_then(|badges| badges.get(one.as_str())).copied();
                    assert_eq!(counted.unwrap_or(0), badge(one), "{after} {one:?}");
                    assert_eq!(self.list(&format!("list=all&badge={}", one.as_str())).await.len() as u64, badge(one));
                }
            }
        }
    }
}

fn mail(name: &str, subject: &str, text: &str, file: Option<(&str, &str)>) -> String {
    let sender = name.split('-').next().unwrap();
    let head = format!(
        "From: Body {sender} <{sender}@body.example>\r\nTo: chair@call.example\r\nSubject: {subject}\r\n\
         Message-ID: <{name}@body.example>\r\nDate: Tue, 28 Nov 2023 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
    );
    let Some((file_name, content)) = file else {
        return format!(
            "{head}Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n"
        );
    };
    format!(
        "{head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\nContent-Disposition: attachment; filename=\"{file_name}\"\r\n\r\n{content}\r\n--b--\r\n"
    )
}

/// An input about something, with words of its own.
fn input(own: &str) -> String {
    format!(
        "Dear Chair,\r\n\r\nPlease find below our written input to the working group.\r\n\r\nWe recommend that States strengthen \
         the protection of critical infrastructure, and that a global points of contact directory be used by national CERTs. \
         {own}\r\n\r\nWith kind regards"
    )
}

fn act() -> Act {
    Act { by: "Rana Reviewer".into(), reason: "as agreed in the meeting".into(), seen: None, now: Timestamp::now() }
}

fn submission(item: &Item) -> SubmissionId {
    SubmissionId(item.id.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_act_shows_in_the_row_of_each_entry_that_it_touches() {
    on_both(async |desk| {
        acts_on_submissions(desk).await;
        acts_on_messages(desk).await;
    })
    .await;
}

async fn acts_on_submissions(desk: &Desk) {
    let tools = &desk.tools;
    let text = input("Harbours matter most of all. It may be published.");
    let one = desk.mail("alpha-1", "Harbours", &text).await;
    desk.is_true("a mail came").await;
    let edited = Edit { title: Some("Ports".into()), ..Edit::default() };
    review::edit(tools, &submission(&one), &edited, &act()).await.unwrap();
    desk.is_true("edit").await;
    review::assign(tools, &submission(&one), "norms-ci-protection", "Harbours matter most of all", &act())
        .await
        .unwrap();
    desk.is_true("assign").await;
    assert_eq!(desk.titles("list=queued&recommendation=norms-ci-protection").await, ["Ports"]);
    review::unassign(tools, &submission(&one), "norms-ci-protection", &act()).await.unwrap();
    desk.is_true("unassign").await;

    // A wish, a file, and a new version of the first.
    let wish =
        mail("beta-1", "Wells", &input("Please do not publish our input."), Some(("wells.txt", "Wells run dry.")));
    desk.take_in(&wish, MailboxRole::Junk).await;
    let two = desk.item("beta-1").await;
    if two.state.is_none() {
        review::accept(tools, &two.messages[0], &act()).await.unwrap();
        desk.settle().await;
    }
    let two = desk.item("beta-1").await;
    desk.is_true("a mail with a wish, from junk").await;
    assert!(desk::badges(&two).contains(&Badge::Wish) && desk::badges(&two).contains(&Badge::FromJunk));
    review::decide_wish(tools, &two.messages[0], 1, false, None, &act()).await.unwrap();
    desk.is_true("wish").await;
    let newer = desk
        .mail("alpha-2", "Harbours, corrected", &format!("This replaces our earlier input.\r\n{text} Docks, too."))
        .await;
    desk.is_true("a newer version came").await;
    let proposed = newer.relations.iter().find(|one| one.waits).expect("a proposal");
    let edited = Edit { title: Some("Harbours and docks".into()), ..Edit::default() };
    review::edit(tools, &submission(&newer), &edited, &act()).await.unwrap();
    desk.is_true("a title that another entry names").await;
    let pair = (&proposed.message, &proposed.other);
    review::decide_relation(tools, pair, Some(RelationKind::Revision), true, &act()).await.unwrap();
    desk.is_true("relate").await;
    let three = desk.mail("gamma-1", "Bridges", &input("Bridges carry cables.")).await;
    review::merge(tools, &submission(&three), &submission(&two), &act()).await.unwrap();
    desk.is_true("merge").await;
    let part = desk.item("gamma-1").await.messages.iter().find(|id| **id == three.messages[0]).cloned().unwrap();
    let split = review::split(tools, &submission(&two), &[format!("{part}:body")], &act()).await;
    let split = match split {
        Ok(id) => id,
        Err(error) => panic!("{error}"),
    };
    desk.is_true("split").await;
    review::reject(tools, &split, Rejection::Other, &act()).await.unwrap();
    desk.is_true("reject").await;
    review::reopen(tools, &split, &act()).await.unwrap();
    desk.is_true("reopen").await;
    for item in desk.list("list=queued").await {
        for one in item.relations.iter().filter(|one| one.waits) {
            let _ = review::decide_relation(tools, (&one.message, &one.other), None, false, &act()).await;
        }
    }
    let public = desk.item("alpha-1").await;
    review::approve(tools, &submission(&public), true, &act()).await.unwrap();
    desk.is_true("approve and publish").await;
    assert_eq!(desk.list("list=published").await.len(), 1);
    review::withdraw(tools, &submission(&public), &act()).await.unwrap();
    desk.is_true("withdraw").await;
    assert_eq!(desk.list("list=withdrawn").await.len(), 1);
}

async fn acts_on_messages(desk: &Desk) {
    let tools = &desk.tools;
    let letter =
        mail("delta-1", "Weekly Quellenkunde", "Click here to unsubscribe.\r\n\r\nQuellenkunde of the week.", None);
    desk.take_in(
        &letter.replacen("MIME", "List-Unsubscribe: <mailto:x@y.example>\r\nPrecedence: bulk\r\nMIME", 1),
        MailboxRole::Inbox,
    )
    .await;
    let item = desk.item("delta-1").await;
    desk.is_true("something else came").await;
    assert_eq!(desk.list("list=all&q=quellenkunde").await.len(), 1);
    review::accept(tools, &item.messages[0], &act()).await.unwrap_or_else(|error| panic!("{error}: {item:?}"));
    desk.is_true("accept").await;
    assert_eq!(desk.titles("list=queued&q=quellenkunde").await.len(), 1);
    review::set_aside(tools, &MessageId(item.messages[0].0.clone()), MessageKind::Newsletter, &act()).await.unwrap();
    desk.is_true("set aside").await;
    assert_eq!(desk.list("list=set-aside&q=quellenkunde").await.len(), 1);
    // A file that only its password opens, and the mail that brings the password.
    let later = Timestamp::now() + std::time::Duration::from_secs(60 * 86_400);
    assert_eq!(pipeline::erase_what_is_due(tools, later).await.unwrap(), 1);
    // Not even before the row is made anew.
    let engine_finds =
        desk::list(tools, &desk.filter("list=all&q=quellenkunde"), None, 50, Timestamp::now()).await.unwrap();
    assert_eq!(engine_finds.items.len(), 0);
    desk.is_true("erase").await;
    let rows = store::desk::rows(&tools.store, std::slice::from_ref(&item.id)).await.unwrap();
    assert!(!rows[0].item.contains("Quellenkunde") && rows[0].item.contains("erased"), "{}", rows[0].item);
    assert_eq!(desk.list("list=all&q=quellenkunde").await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_older_version_noted_nothing_of_is_filled_at_the_start() {
    on_both(async |desk| {
        desk.mail("alpha-1", "Harbours", &input("Harbours matter.")).await;
        let tools = &desk.tools;
        desk::prepare(tools).await.unwrap();
        desk::catch_up(tools, Timestamp::now()).await.unwrap();
        let before = desk::last_change(tools).await.unwrap();
        // Nothing has changed: nothing is made anew.
        desk::prepare(tools).await.unwrap();
        assert_eq!(store::desk::dirty_count(&tools.store, 10).await.unwrap(), 0);
        let mut tx = tools.store.begin().await.unwrap();
        setting::set(&mut tx, "desk made with", "another catalogue").await.unwrap();
        tx.commit().await.unwrap();
        desk::prepare(tools).await.unwrap();
        assert!(store::desk::dirty_count(&tools.store, 10).await.unwrap() > 0);
        desk::catch_up(tools, Timestamp::now()).await.unwrap();
        assert_eq!(desk::last_change(tools).await.unwrap(), before, "what is the same is not written again");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn six_languages_are_searched_also_inside_chinese_and_arabic_words() {
    on_both(async |desk| {
        for (name, subject, own) in [
            ("en-1", "Rescue", "The Préfecture of Zürich calls for \"resilient harbours\" and NEAR shores."),
            ("ar-1", "Arabic", "نوصي بتعزيز الأمن السيبراني وَالتَّعاون بين الدول والمؤسسات"),
            ("zh-1", "Chinese", "我们建议各国加强网络威\r\n胁情报共享与關鍵基礎設施保護。"),
            ("ru-1", "Russian", "Мы рекомендуем укреплять безопасность объектов и ещё раз учения."),
            ("es-1", "Spanish", "Proponemos reforzar la ciberseguridad de los años venideros."),
            ("fr-1", "French", "Nous recommandons l’échange d’expériences entre États côtiers."),
        ] {
            desk.take_in(&mail(name, subject, own, Some(("Anhang_7.txt", "xylophone"))), MailboxRole::Inbox).await;
        }
        desk.catch_up().await;
        let found = async |words: &str| -> Vec<String> {
            let filter = Filter { list: List::All, search: words.into(), ..Filter::default() };
            let page = desk::list(&desk.tools, &filter, None, 50, Timestamp::now()).await.unwrap();
            let name = |item: Item| item.message_id_headers[0][..2].to_string();
            let mut names: Vec<String> = page.items.into_iter().map(name).collect();
            names.sort();
            names
        };
        let all = ["ar", "en", "es", "fr", "ru", "zh"];
        for (words, names) in [
            ("prefecture zurich", &["en"][..]),
            ("PRÉF", &["en"]),
            ("fecture", &[]),
            ("امن", &["ar"]),
            ("الامن السيبراني", &["ar"]),
            ("تعاون", &["ar"]),
            ("سسات", &["ar"]),
            ("\"الأمن السيبراني\"", &["ar"]),
            ("\"السيبراني الأمن\"", &[]),
            ("威胁", &["zh"]),
            ("威", &["zh"]),
            ("享", &["zh"]),
            ("威脅情報", &["zh"]),
            ("关键基础设施", &["zh"]),
            ("情报威胁", &[]),
            ("护关", &[]),
            ("безопасн", &["ru"]),
            ("еще", &["ru"]),
            ("опасность", &[]),
            ("anos", &["es"]),
            ("echange etats", &["fr"]),
            ("\"échange d'expériences\"", &["fr"]),
            ("\"expériences échange\"", &[]),
            ("échange zurich", &[]),
            // The sender's address, a file's name and text, an id.
            ("ru@body.example", &["ru"]),
            ("anhang_7", &all),
            ("xylophone", &all),
            ("es-1@body.example", &["es"]),
        ] {
            assert_eq!(found(words).await, names, "{words}");
        }
        let short = desk.item("fr-1").await.id;
        assert_eq!(found(&short).await, ["fr"]);
        assert_eq!(found(&short[short.len() - 8..]).await, ["fr"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signs_that_an_engine_would_obey_are_only_words() {
    on_both(async |desk| {
        desk.mail("alpha-1", "One", "Boats and NEAR shores, or not: a*b, doc:shores, {x} (y) ^z; it's \\'s & | !")
            .await;
        desk.mail("beta-1", "Two", "Nothing of that.").await;
        let tools = &desk.tools;
        for (words, names) in [
            ("boats AND shores", 1),
            ("boats OR nothing", 0),
            ("boats NOT shores", 1),
            ("NEAR(boats shores)", 1),
            ("shor*", 1),
            ("*", 0),
            ("doc:shores", 1),
            ("doc:boats", 1),
            ("nosuchcolumn:boats", 0),
            ("^boats", 1),
            ("boats\"", 1),
            ("\"boats", 1),
            ("\"", 0),
            ("'", 0),
            ("it's", 1),
            ("\\' & ! | <-> :*", 0),
            ("boats & shores", 1),
            ("boats -shores", 1),
            ("{boats shores}:", 1),
            ("%oats", 0),
            ("_oats", 0),
            ("\"boats and near\"", 1),
            ("\"boats%shores\"", 0),
            ("boats\0shores", 1),
            ("\u{e000}listall", 0),
        ] {
            let filter = Filter { list: List::All, search: words.into(), ..Filter::default() };
            let page = desk::list(tools, &filter, None, 50, Timestamp::now()).await.unwrap();
            assert_eq!(page.items.len(), names, "{words}");
            let is_punctuation = !words.chars().any(char::is_alphanumeric);
            assert_eq!(page.says.is_some(), is_punctuation, "{words}");
            let counts = desk::counts(tools, &filter, Timestamp::now()).await.unwrap();
            assert_eq!(counts.found.unwrap().count as usize, names, "{words}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_lose_and_repeat_nothing_while_rows_are_added() {
    on_both(async |desk| {
        for number in 0..6 {
            desk.mail(&format!("n{number}-1"), &format!("Input {number}"), &input(&format!("Number {number} speaks.")))
                .await;
        }
        let (tools, now) = (&desk.tools, Timestamp::now());
        for query in
            ["list=queued", "list=queued&q=recommend", "list=queued&since=0", "list=queued&q=%22number+1+speaks%22"]
        {
            let filter = desk.filter(query);
            let (mut after, mut seen): (Option<Cursor>, Vec<String>) = (None, Vec::new());
            let mut pages = 0;
            loop {
                let page = desk::list(tools, &filter, after, 2, now).await.unwrap();
                seen.extend(page.items.iter().map(|item| item.title.clone()));
                pages += 1;
                if pages == 1 {
                    let name = format!("late{}-1", desk.uid.get());
                    desk.mail(&name, "Late", &input("It came while somebody read. Number 1 speaks.")).await;
                }
                let Some(next) = page.next else { break };
                // As it stands in an address.
                after = Some(next.to_string().parse().unwrap());
            }
            let first: Vec<&String> = seen.iter().filter(|title| title.starts_with("Input")).collect();
            let distinct: BTreeSet<&String> = first.iter().copied().collect();
            let expected = if query.contains("number") { 1 } else { 6 };
            assert_eq!((first.len(), distinct.len()), (expected, expected), "{query} {seen:?}");
            assert!(seen.last().unwrap().starts_with("Late"), "oldest first: {query} {seen:?}");
        }
        let all = desk.list("list=queued").await;
        for (at, item) in all.iter().enumerate() {
            let (before, behind) = desk::neighbours(tools, &desk.filter("list=queued"), &item.id, now).await.unwrap();
            let id = |at: Option<usize>| at.and_then(|at| all.get(at)).map(|item| item.id.clone());
            assert_eq!((before, behind), (id(at.checked_sub(1)), id(Some(at + 1))));
        }
        // What was decided just now still has its place: the next one is the next one.
        review::reject(tools, &submission(&all[1]), Rejection::Other, &act()).await.unwrap();
        let next = desk::neighbours(tools, &desk.filter("list=queued"), &all[1].id, now).await.unwrap();
        assert_eq!(next, (Some(all[0].id.clone()), Some(all[2].id.clone())));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_since_is_told_once_and_in_order() {
    on_both(async |desk| {
        let one = desk.mail("alpha-1", "One", &input("One.")).await;
        desk.mail("beta-1", "Two", &input("Two.")).await;
        let (tools, now) = (&desk.tools, Timestamp::now());
        desk::catch_up(tools, now).await.unwrap();
        let visit = desk::last_change(tools).await.unwrap();
        assert_eq!(desk.list(&format!("list=all&since={visit}")).await.len(), 0);
        let edited = Edit { title: Some("Changed".into()), ..Edit::default() };
        review::edit(tools, &submission(&one), &edited, &act()).await.unwrap();
        // Whoever acted sees it at once, before any worker has looked.
        assert_eq!(desk.titles(&format!("list=queued&since={visit}&q=changed")).await, ["Changed"]);
        let changes = desk::changes_since(tools, visit, 10).await.unwrap();
        assert_eq!(changes.len(), 1);
        assert_eq!(
            (&changes[0].id, changes[0].item.as_ref().map(|item| item.title.as_str())),
            (&one.id, Some("Changed"))
        );
        assert!(desk::changes_since(tools, changes[0].number, 10).await.unwrap().is_empty());
        // An entry that is none any more is told, too.
        let two = desk.item("beta-1").await;
        review::merge(tools, &submission(&two), &submission(&one), &act()).await.unwrap();
        desk::catch_up(tools, now).await.unwrap();
        let changes = desk::changes_since(tools, changes[0].number, 10).await.unwrap();
        assert!(changes.iter().any(|change| change.id == two.id && change.item.is_none()));
        assert!(changes.windows(2).all(|pair| pair[0].number < pair[1].number));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_make_rows_at_once_and_none_is_out_of_date() {
    on_both(async |desk| {
        let one = desk.mail("alpha-1", "One", &input("One.")).await;
        let tools = &desk.tools;
        for round in 0..10 {
            let edited = Edit { title: Some(format!("Round {round}")), ..Edit::default() };
            review::edit(tools, &submission(&one), &edited, &act()).await.unwrap();
            let makers = (0..4).map(|_| {
                let tools = tools.clone();
                tokio::spawn(async move { desk::catch_up(&tools, Timestamp::now()).await })
            });
            for maker in makers.collect::<Vec<_>>() {
                maker.await.unwrap().unwrap();
            }
            desk.is_true("four at once").await;
        }
    })
    .await;
}

#[test]
fn a_filter_stands_in_an_address_and_what_is_unknown_is_refused() {
    let catalogue = Catalogue::read(include_str!("../../catalogue/second-apr.toml")).unwrap();
    let section = &catalogue.sections[1].id;
    let query = format!(
        "list=approved&recommendation=norms-ci-protection&recommendation=none&section={section}&language=ar&language=uncertain\
         &kind=technical-community&badge=wish&badge=not-received&q=%E5%A8%81+%22a+b%22+%26%3D%2B%25&since=17"
    );
    let (filter, after) = Filter::read(&query, &catalogue).unwrap();
    assert_eq!((filter.search.as_str(), filter.changed_since, after), ("威 \"a b\" &=+%", Some(17), None));
    assert_eq!(filter.query(), query);
    assert_eq!(Filter::read(&filter.query(), &catalogue).unwrap().0, filter);
    // As a form sends it.
    let (empty, _) = Filter::read("list=&recommendation=&q=&since=&badge=&after=", &catalogue).unwrap();
    assert_eq!(empty, Filter::default());
    for wrong in [
        "list=everything",
        "recommendation=no-such",
        "section=no-such",
        "language=EN",
        "language=english",
        "language=Other",
        "kind=Ngo",
        "badge=blue",
        "since=-1",
        "since=x",
        "after=17",
        "colour=red",
        "q=%zz",
        "q=%ff",
        "q=%",
    ] {
        let said = Filter::read(wrong, &catalogue).unwrap_err();
        assert!(said.contains(' ') && said.len() > 20, "{wrong}: {said}");
    }
}
