//! Measures how fast the desk answers with many submissions: `bench/desk`, in the repository's folder. Says nothing about
//! whether the answers are right.

use anyhow::Context as _;
use pouch::config::Config;
use pouch::domain::catalogue::Catalogue;
use pouch::domain::classification::{
    Classification, Evidence, MessageKind, ProposedAssignment, Submitter, SubmitterKind,
};
use pouch::domain::extraction::{Extracted, Extraction, Segment, SegmentKind};
use pouch::domain::ledger::{Actor, Outcome};
use pouch::domain::mailbox::{Arrival, MailboxRole, Settlement, UidKey};
use pouch::domain::message::{Address, Body, BodySource, ParsedMessage, Part, PartKind, Span};
use pouch::domain::submission::{Assigner, Assignment, Change, Content, PartRef, Rejection};
use pouch::domain::{Digest, MailboxId, MessageId, PersonId, SubmissionId, Timestamp};
use pouch::pipeline::{self, ModelInUse, Tools};
use pouch::review::desk::{self, Filter};
use pouch::review::{self, queue};
use pouch::sandbox::Pool;
use pouch::store::message::NewMessage;
use pouch::store::{self, Store, Tx, ledger, mailbox, message, submission};
use pouch::vault::Vault;
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

const LANGUAGES: [&str; 6] = ["ar", "en", "es", "fr", "ru", "zh"];

/// Words of a document, and the Chinese signs that say as much.
const WORDS: usize = 600;
const SIGNS: usize = 1_000;

/// Submissions of one transaction.
const AT_ONCE: usize = 500;

/// Times that each question is asked.
const ROUNDS: usize = 300;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut words = std::env::args().skip(1);
    let usage = "usage: desk_speed [NUMBER] [FOLDER | postgres://...]";
    let count: usize = words.next().map_or(Ok(100_000), |text| text.parse()).context(usage)?;
    let place = words.next();
    let own = std::env::temp_dir().join(format!("pouch-desk-{}", std::process::id()));
    let url = place.as_deref().filter(|place| place.starts_with("postgres"));
    let folder = place.as_deref().filter(|_| url.is_none()).map_or(own.clone(), PathBuf::from);
    fs::create_dir_all(&folder)?;
    let tools = tools(&folder, url).await?;
    let there = store::desk::all_ids(&tools.store).await?.len();
    if there == 0 {
        let began = Instant::now();
        fill(&tools, count).await?;
        println!("{count} submissions written in {:.0} s", began.elapsed().as_secs_f64());
    }
    let began = Instant::now();
    desk::prepare(&tools).await?;
    desk::catch_up(&tools, Timestamp::now()).await?;
    println!("rows made in {:.0} s", began.elapsed().as_secs_f64());
    measure(&tools).await?;
    if place.is_none() {
        println!("database: {} MB", fs::metadata(folder.join("pouch.db"))?.len() / 1_000_000);
        fs::remove_dir_all(&own)?;
    }
    Ok(())
}

async fn tools(folder: &Path, url: Option<&str>) -> anyhow::Result<Tools> {
    let text = fs::read_to_string("catalogue/second-apr.toml").context("run it in the repository's folder")?;
    let catalogue = Catalogue::read(&text).map_err(|wrong| anyhow::anyhow!(wrong.join("\n")))?;
    let (catalogue, config) = (Arc::new(catalogue), Config::default());
    Ok(Tools {
        store: match url {
            Some(url) => Store::open_postgres(url).await?,
            None => Store::open_sqlite(&folder.join("pouch.db")).await?,
        },
        vault: Vault::open(&folder.join("vault"))?,
        pool: Pool::start(std::env::current_exe()?, &config.extractor),
        classifier: Arc::new(ModelInUse::new(catalogue.clone(), vec![], String::new(), PathBuf::new())),
        catalogue,
        resolver: None,
        public_dir: folder.join("public"),
        pages: pipeline::pages::Shelf::new(&folder.join("pages"), 1 << 20),
        config: Arc::new(config),
    })
}

#[derive(Deserialize)]
struct Material {
    subject: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    paragraphs: Vec<Paragraph>,
}

#[derive(Deserialize)]
struct Paragraph {
    text: String,
}

/// What documents of one language are put together from.
struct Texts {
    language: &'static str,
    subjects: Vec<String>,
    paragraphs: Vec<String>,
}

impl Texts {
    fn read(language: &'static str) -> anyhow::Result<Self> {
        let (mut subjects, mut paragraphs) = (Vec::new(), Vec::new());
        for folder in ["inputs", "weighed"] {
            let path = format!("training/{folder}/{language}.jsonl");
            for line in fs::read_to_string(&path).context(path)?.lines().filter(|line| !line.trim().is_empty()) {
                let one: Material = serde_json::from_str(line)?;
                subjects.push(one.subject);
                paragraphs.extend(one.text.split("\n\n").filter(|text| !text.is_empty()).map(String::from));
                paragraphs.extend(one.paragraphs.into_iter().map(|one| one.text));
            }
        }
        Ok(Self { language, subjects, paragraphs })
    }

    fn subject(&self, chance: &mut Chance, number: usize) -> String {
        format!("{} ({number})", chance.one_of(&self.subjects))
    }

    fn document(&self, chance: &mut Chance) -> String {
        let (mut text, mut length) = (String::new(), 0);
        let enough = if self.language == "zh" { SIGNS } else { WORDS };
        while length < enough {
            let paragraph = chance.one_of(&self.paragraphs);
            length +=
                if self.language == "zh" { paragraph.chars().count() } else { paragraph.split_whitespace().count() };
            text.push_str(paragraph);
            text.push_str("\n\n");
        }
        text
    }
}

/// The same numbers at each run (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// Where and by whom it is all written.
struct Filling<'a> {
    tools: &'a Tools,
    texts: Vec<Texts>,
    mailbox: MailboxId,
    person: PersonId,
    chance: Chance,
    count: usize,
}

async fn fill(tools: &Tools, count: usize) -> anyhow::Result<()> {
    let now = Timestamp::now();
    let mut tx = tools.store.begin().await?;
    let (mailbox, _) = mailbox::find_or_add(&mut tx, "chair", "INBOX", MailboxRole::Inbox, now).await?;
    let person = ledger::person(&mut tx, "Rana Reviewer", now).await?;
    tx.commit().await?;
    let texts = LANGUAGES.map(Texts::read).into_iter().collect::<anyhow::Result<Vec<Texts>>>()?;
    let mut filling = Filling { tools, texts, mailbox, person, chance: Chance(0x5eed_5eed_5eed), count };
    for first in (0..count).step_by(AT_ONCE) {
        let mut tx = tools.store.begin().await?;
        for number in first..count.min(first + AT_ONCE) {
            filling.one(&mut tx, number).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

impl Filling<'_> {
    /// One message every three minutes; one in thirty is none of ours, and of the rest the last twentieth waits.
    async fn one(&mut self, tx: &mut Tx, number: usize) -> anyhow::Result<()> {
        let at = Timestamp::from_second(1_600_000_000 + number as i64 * 180)?;
        let chance = &mut self.chance;
        let texts = chance.one_of(&self.texts);
        let (subject, text) = (texts.subject(chance, number), texts.document(chance));
        let in_file = chance.below(2) == 1;
        let sender = chance.below(self.count / 3 + 1);
        let parsed = parsed(number, sender, &subject, &text, in_file);
        let id = MessageId::new(at);
        let digest = Digest::of(format!("mail {number}").as_bytes());
        let new = NewMessage {
            id: &id,
            join_key: &digest.to_string(),
            parsed: &parsed,
            first_seen: at,
            digest,
            problems: &[],
        };
        message::add(tx, &new).await?;
        let arrival = Arrival {
            uidvalidity: 1,
            uid: number as u64 + 1,
            digest,
            size_bytes: text.len() as u64,
            internal_date: Some(at),
            provider_id: None,
        };
        mailbox::insert_received(tx, &self.mailbox, &arrival, at).await?;
        let key = UidKey { mailbox: self.mailbox.clone(), uidvalidity: 1, uid: number as u64 + 1 };
        message::join_copy(tx, &key, Settlement::Taken, &id).await?;
        if in_file {
            let segments = vec![Segment::new(1, SegmentKind::Page, text.clone())];
            let extraction = Extraction::new("bench 1", Extracted::Text { segments });
            message::keep_extraction(tx, Digest::of(text.as_bytes()), &extraction).await?;
        }
        let classified = classified(&self.tools.catalogue, chance, texts.language, &subject, sender, &text);
        message::set_classified(tx, &id, &classified).await?;
        let (outcome, kind) = match number % 30 {
            0 => (Outcome::SetAside, MessageKind::Newsletter),
            1 if number % 600 == 1 => (Outcome::Held, MessageKind::Unknown),
            _ => (Outcome::Submission, MessageKind::Submission),
        };
        pipeline::set_outcome(tx, &Actor::Pouch, &id, outcome, kind, "as the classifier says", at).await?;
        if outcome == Outcome::Submission {
            self.submission(tx, number, &id, &classified, in_file, at).await?;
        }
        Ok(())
    }

    async fn submission(
        &mut self,
        tx: &mut Tx,
        number: usize,
        message: &MessageId,
        classified: &Classification,
        in_file: bool,
        at: Timestamp,
    ) -> anyhow::Result<()> {
        let id = SubmissionId::new(at);
        pipeline::add_submission(tx, &Actor::Pouch, &id, at, at).await?;
        message::set_submission(tx, message, Some(&id)).await?;
        let assignments = classified.assignments.iter().map(|one| Assignment {
            recommendation: one.recommendation.clone(),
            confidence: one.confidence,
            evidence: one.evidence.clone(),
            assigner: Assigner::Classifier("bench-1".into()),
        });
        let content = Content {
            title: classified.title.clone(),
            title_source: "subject".into(),
            submitter: classified.submitter.clone(),
            languages: classified.languages.clone(),
            parts: vec![PartRef { message: message.clone(), path: if in_file { "2" } else { "body" }.into() }],
            assignments: assignments.collect(),
            redactions: Vec::new(),
            areas: Vec::new(),
        };
        pipeline::add_revision(tx, &Actor::Pouch, &id, 1, content, at).await?;
        if number < self.count - self.count / 20 {
            let revision = submission::revisions_in(tx, &id).await?.remove(0);
            let by = self.person.clone();
            let change = match number % 3 {
                0 => Change::Reject { by, at, rejection: Rejection::OutOfScope },
                1 => Change::Withdraw { by, at },
                _ => Change::Approve { by, at, manifest: Digest::of(b"nothing") },
            };
            pipeline::change_state(tx, &Actor::Person(self.person.clone()), &revision, change, Some("as measured"), at)
                .await?;
        }
        Ok(())
    }
}

fn parsed(number: usize, sender: usize, subject: &str, text: &str, in_file: bool) -> ParsedMessage {
    let covering = if in_file { "Dear Chair, please find our input attached." } else { text };
    let own = vec![Span { start: 0, end: covering.chars().count() }];
    let body = Body { text: covering.into(), source: BodySource::Plain, own, ..Body::nothing() };
    let mut message = ParsedMessage::empty(body);
    message.subject = subject.into();
    message.message_id_header = Some(format!("{number}@body{sender}.example"));
    message.from = vec![Address { name: Some(format!("Body {sender}")), address: format!("a@body{sender}.example") }];
    (message.fingerprint, message.kinship) = (Digest::of(&number.to_be_bytes()), Digest::of(subject.as_bytes()));
    if in_file {
        message.parts.push(Part {
            path: "2".into(),
            kind: PartKind::Attachment,
            name: Some(format!("input-{number}.pdf")),
            claimed_type: "application/pdf".into(),
            media_type: "application/pdf".into(),
            digest: Digest::of(text.as_bytes()),
            size_bytes: text.len() as u64,
            message: None,
            parts: Vec::new(),
        });
    }
    message
}

fn classified(
    catalogue: &Catalogue,
    chance: &mut Chance,
    language: &str,
    subject: &str,
    sender: usize,
    text: &str,
) -> Classification {
    let assignments = (0..chance.below(4)).map(|_| ProposedAssignment {
        recommendation: chance.one_of(&catalogue.recommendations).id.clone(),
        confidence: 0.5 + chance.below(50) as f64 / 100.0,
        evidence: vec![Evidence {
            quote: text.chars().take(200).collect(),
            part: "body".into(),
            segment: 1,
            span: Span { start: 0, end: 200 },
            digest: Digest::of(text.as_bytes()),
        }],
    });
    Classification {
        kind: MessageKind::Submission,
        kind_confidence: 0.9,
        reason: "it says so".into(),
        unsure: false,
        also: None,
        correction: None,
        annex: None,
        handed_on: None,
        assignments: assignments.collect(),
        submitter: Submitter {
            name: format!("Body {sender}"),
            kind: *chance.one_of(&SubmitterKind::ALL),
            on_behalf_of: None,
        },
        title: subject.into(),
        title_source: "subject".into(),
        languages: vec![language.into()],
        part_languages: Vec::new(),
        wishes: Vec::new(),
        delivery: pouch::domain::missing::Delivery::default(),
        citations: Vec::new(),
        classifier: "bench-1".into(),
    }
}

/// Asks each question many times, and prints how long the middle and the slowest answers took.
async fn measure(tools: &Tools) -> anyhow::Result<()> {
    println!("{:<44} {:>8} {:>8} {:>8}  answer", "", "p50 ms", "p99 ms", "max ms");
    let questions = [
        ("the queue", "list=queued"),
        ("decided, newest first", "list=decided"),
        ("queued, one recommendation", "list=queued&recommendation=norms-ci-protection"),
        ("approved, French, of NGOs", "list=approved&language=fr&kind=ngo"),
        (
            "all, Arabic or Chinese, NGOs, nothing assigned",
            "list=all&language=ar&language=zh&recommendation=none&kind=ngo",
        ),
        ("what waits, since the last visit", "list=queued&since=1"),
        ("search: a rare word (a running number)", "list=all&q=7777"),
        ("search: a common word", "list=all&q=cyber"),
        ("search: a common word, queued", "list=queued&q=States"),
        ("search: two common words, decided", "list=decided&q=states+security"),
        ("search: three letters", "list=all&q=pro"),
        ("search: two letters", "list=decided&q=re"),
        ("search: a phrase", "list=all&q=%22critical+infrastructure%22"),
        ("search: a phrase that is nowhere", "list=all&q=%22security+the+of+states%22"),
        ("search: two Chinese signs", "list=all&q=%E7%BD%91%E7%BB%9C"),
        ("search: one Chinese sign", "list=all&q=%E7%BD%91"),
        ("search: four Chinese signs", "list=queued&q=%E5%85%B3%E9%94%AE%E5%9F%BA%E7%A1%80"),
        ("search: inside an Arabic word", "list=all&q=%D8%A7%D9%85%D9%86"),
        ("search: Russian, queued", "list=queued&q=%D0%B3%D0%BE%D1%81%D1%83%D0%B4%D0%B0%D1%80%D1%81%D1%82%D0%B2"),
    ];
    for (name, query) in questions {
        let (filter, _) = Filter::read(query, &tools.catalogue).map_err(anyhow::Error::msg)?;
        let now = Timestamp::now();
        let ask = async |_| Ok(desk::list(tools, &filter, None, 50, now).await?.items.len());
        time(name, ask).await?;
        if !filter.is_whole_list() {
            let ask = async |_| {
                let found = desk::counts(tools, &filter, now).await?.found;
                Ok(found.map_or(0, |found| found.count as usize))
            };
            time("    its counts", ask).await?;
        }
    }
    measure_one(tools).await
}

async fn measure_one(tools: &Tools) -> anyhow::Result<()> {
    let now = Timestamp::now();
    let (decided, _) = Filter::read("list=decided", &tools.catalogue).map_err(anyhow::Error::msg)?;
    let mut deep = None;
    for _ in 0..300 {
        deep = desk::list(tools, &decided, deep, 100, now).await?.next.or(deep);
    }
    time("a page deep inside", async |_| Ok(desk::list(tools, &decided, deep, 50, now).await?.items.len())).await?;
    time("counts of a whole list", async |_| Ok(desk::counts(tools, &decided, now).await?.facets.len())).await?;
    for list in review::overview::LISTS {
        let name = format!("the overview: {}", list.as_str());
        time(&name, async |_| Ok(review::overview(tools, list, now).await?.inputs as usize)).await?;
    }
    let (waits, _) = Filter::read("list=queued&language=en", &tools.catalogue).map_err(anyhow::Error::msg)?;
    let ids: Vec<String> =
        desk::list(tools, &waits, None, 100, now).await?.items.into_iter().map(|one| one.id).collect();
    time("one entry", async |round| {
        let item = queue::item_of(&tools.store, &tools.config, &ids[round % ids.len()]).await?;
        Ok(item.map_or(0, |item| item.messages.len()))
    })
    .await?;
    time("its neighbours in a filtered list", async |round| {
        let (before, behind) = desk::neighbours(tools, &waits, &ids[round % ids.len()], now).await?;
        Ok(before.iter().chain(&behind).count())
    })
    .await?;
    time("its row made anew", async |round| {
        let mut tx = tools.store.begin().await?;
        let message = MessageId(ids[round % ids.len()].clone());
        store::desk::note_messages(&mut tx, &[message].into());
        tx.commit().await?;
        Ok(desk::list(tools, &waits, None, 50, now).await?.items.len())
    })
    .await?;
    let last = desk::last_change(tools).await?;
    time("what changed of late", async |_| Ok(desk::changes_since(tools, last - 20, 100).await?.len())).await
}

async fn time(name: &str, mut ask: impl AsyncFnMut(usize) -> anyhow::Result<usize>) -> anyhow::Result<()> {
    let (mut times, mut answer) = (Vec::new(), 0);
    for round in 0..ROUNDS {
        let began = Instant::now();
        answer = ask(round).await?;
        times.push(began.elapsed());
        // What is slow need not be asked as often to show that.
        if times.iter().sum::<Duration>() > Duration::from_secs(20) {
            break;
        }
    }
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize].as_secs_f64() * 1e3;
    println!("{name:<44} {:>8.1} {:>8.1} {:>8.1}  {answer}", at(0.5), at(0.99), at(1.0));
    Ok(())
}
