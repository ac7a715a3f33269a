//! Learning, safely: what persons say of labels is kept, what they took away stays away, a new model is measured and compared
//! before a person chooses it, and nothing that was decided or touched changes.

use crate::app::App;
use pouch::classify::train::{Decided, Label, is_held_out};
use pouch::domain::catalogue::Catalogue;
use pouch::domain::classification::{Evidence, TextPart};
use pouch::domain::extraction::{Segment, SegmentKind};
use pouch::domain::ledger::{Actor, Event};
use pouch::domain::message::Span;
use pouch::domain::model::{Compared, Figures, MadeOf, TrainedFor, TrainedModel};
use pouch::domain::{Digest, SubmissionId, Timestamp};
use pouch::pipeline::ModelInUse;
use pouch::store::{Store, ledger, model};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;

/// A few recommendations: a model of them is learnt in seconds.
const FEW: [&str; 4] = ["threats-continue-exchange", "norms-ci-protection", "cbm-poc-directory", "cb-gender"];

const PASSAGES: [&str; 3] = [
    include_str!("../../training/passages/en.jsonl"),
    include_str!("../../training/passages/en-2.jsonl"),
    include_str!("../../training/passages/en-3.jsonl"),
];
const WEIGHED: &str = include_str!("../../training/weighed/en.jsonl");

fn catalogue_of(ids: &[&str]) -> Catalogue {
    let mut catalogue = Catalogue::read(include_str!("../../catalogue/second-apr.toml")).unwrap();
    catalogue.recommendations.retain(|one| ids.contains(&one.id.as_str()));
    catalogue
}

fn write_catalogue(app: &App, catalogue: &Catalogue) {
    std::fs::write(app.data().join("few.toml"), toml::to_string(catalogue).unwrap()).unwrap();
}

fn at_once<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(work)
}

/// The program with few recommendations, on either engine.
struct Site {
    app: App,
    /// Of PostgreSQL.
    url: Option<String>,
}

impl Site {
    fn sqlite() -> Self {
        Self::with(None)
    }

    fn postgres() -> Self {
        Self::with(Some(at_once(crate::servers::postgres())))
    }

    fn with(url: Option<String>) -> Self {
        let engine = url.as_ref().map(|url| format!("postgres_url = \"{url}\"\n")).unwrap_or_default();
        let app = App::with_config(&format!("{engine}catalogue_file = \"few.toml\"\n"));
        write_catalogue(&app, &catalogue_of(&FEW));
        Self { app, url }
    }

    async fn store(&self) -> Store {
        match &self.url {
            Some(url) => Store::open_postgres(url).await.unwrap(),
            None => Store::open_sqlite(&self.app.data().join("pouch.db")).await.unwrap(),
        }
    }

    /// First column of a query, read by another program than Pouch.
    fn texts(&self, query: &'static str) -> Vec<String> {
        let Some(url) = &self.url else { return self.app.sql(query) };
        at_once(async {
            let mut database = <sqlx::PgConnection as sqlx::Connection>::connect(url).await.unwrap();
            sqlx::query_scalar(query).fetch_all(&mut database).await.unwrap()
        })
    }

    /// What persons said of labels, oldest first.
    fn judgements(&self) -> Vec<(String, Value)> {
        let acts = self.texts("select act from judgements order by id");
        let words = self.texts("select c.text from judgements j join commitments c on c.hash = j.words order by j.id");
        acts.into_iter().zip(words.iter().map(|text| serde_json::from_str(text).unwrap())).collect()
    }

    /// Imports a mail whose own text is an input.
    fn import(&self, name: &str, subject: &str, text: &str) -> Value {
        self.import_all(&[(name.into(), subject.into(), text.into())]).remove(0)
    }

    /// Imports mails by name, subject and text.
    fn import_all(&self, mails: &[(String, String, String)]) -> Vec<Value> {
        let paths: Vec<String> = mails.iter().map(|(name, subject, text)| self.write(name, subject, text)).collect();
        self.app.run(&std::iter::once("import").chain(paths.iter().map(String::as_str)).collect::<Vec<_>>());
        let all = self.app.list();
        let newest = |name: &str| {
            let header = format!("{name}@learning.example");
            let is_it = |item: &&Value| item["message_id_headers"].to_string().contains(&header);
            all.iter().filter(is_it).max_by_key(|item| id(item)).unwrap().clone()
        };
        mails.iter().map(|(name, _, _)| newest(name)).collect()
    }

    fn write(&self, name: &str, subject: &str, text: &str) -> String {
        let mail = format!(
            "From: Ana Writer <{name}@{name}.example>\nTo: call@desk.example\nSubject: {subject}\n\
             Date: Tue, 28 Nov 2023 10:00:00 +0000\nMessage-ID: <{name}@learning.example>\n\n\
             Dear secretariat,\n\nPlease find below our written input to the open-ended working group.\n\n{text}\n\n\
             Kind regards\nAna Writer\n"
        );
        let path = self.app.folder.0.join(format!("{name}.eml"));
        std::fs::write(&path, mail).unwrap();
        path.display().to_string()
    }

    /// The item that waits with this Message-ID: one that was taken back keeps its line.
    fn waits(&self, name: &str) -> Value {
        let is_it = |item: &&Value| {
            item["state"] == "queued" && item["message_id_headers"].to_string().contains(&format!("\"{name}@"))
        };
        let all = self.app.list();
        let found: Vec<&Value> = all.iter().filter(is_it).collect();
        assert_eq!(found.len(), 1, "{name}");
        found[0].clone()
    }

    fn show(&self, id: &str) -> Value {
        serde_json::from_str(&self.app.run(&["show", id, "--json"])).unwrap()
    }

    fn models(&self) -> Value {
        serde_json::from_str(&self.app.run(&["models", "--json"])).unwrap()
    }

    /// The version of the model that a running process would read with now.
    async fn reads(&self, with: &ModelInUse) -> Result<String, String> {
        let store = self.store().await;
        with.current(&store).await.map(|classifier| classifier.version().to_string())
    }
}

/// Passages of the material about a recommendation.
fn about(id: &str) -> Vec<String> {
    let lines = PASSAGES.iter().flat_map(|file| file.lines()).map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|one| one["recommendation"] == id).map(|one| one["text"].as_str().unwrap().to_string()).collect()
}

/// A text of two themes that no other number gives.
fn text(number: usize, ids: [&str; 2]) -> String {
    let [one, two] = ids.map(about);
    [&one[number], &two[number], &one[(number + 12) % one.len()]].map(String::as_str).join("\n\n")
}

fn id(item: &Value) -> String {
    item["id"].as_str().unwrap().to_string()
}

fn labels(item: &Value) -> BTreeSet<String> {
    let all = item["assignments"].as_array().unwrap().iter();
    all.map(|one| one["recommendation"].as_str().unwrap().to_string()).collect()
}

fn away(item: &Value) -> Vec<&str> {
    item["taken_away"].as_array().unwrap().iter().map(|one| one["recommendation"].as_str().unwrap()).collect()
}

const DIRECTORY: &str = "cbm-poc-directory";
const THREATS: &str = "threats-continue-exchange";
const GENDER: &str = "cb-gender";
const BY: [&str; 4] = ["--by", "Rana Reviewer", "--reason", "as agreed in the meeting"];

fn what_persons_say_is_kept(site: &Site) {
    let app = &site.app;
    let text = text(3, [DIRECTORY, THREATS]);
    let item = site.import("kept", "Written input", &text);
    let of = id(&item);
    assert!(labels(&item).contains(DIRECTORY) && labels(&item).contains(THREATS), "{item}");
    let version = item["assignments"][0]["assigner"].as_str().unwrap().to_string();
    app.decide(&["unassign", &of, THREATS]);
    let quote = text.split(". ").next().unwrap();
    app.decide(&["assign", &of, GENDER, "--quote", quote]);
    app.decide(&["assign", &of, DIRECTORY, "--quote", quote]);
    app.decide(&["approve", &of]);

    let kept = site.judgements();
    let acts: Vec<&str> = kept.iter().map(|(act, _)| act.as_str()).collect();
    assert_eq!(acts, ["unassigned", "assigned", "assigned", "approved"]);
    let ids = |labels: &Value| -> Vec<String> {
        labels.as_array().unwrap().iter().map(|one| one["recommendation"].as_str().unwrap().to_string()).collect()
    };
    // Who took what away, why, on which words, and which model had proposed it.
    let taken = &kept[0].1;
    assert_eq!((ids(&taken["removed"]), &taken["reason"]), (vec![THREATS.to_string()], &BY[3].into()));
    let removed = &taken["removed"][0];
    assert_eq!(removed["assigner"]["classifier"], version.as_str(), "{removed}");
    let evidence = &removed["evidence"][0];
    let shown = site.show(&of);
    let whole = shown["texts"][0]["text"].as_str().unwrap();
    let [start, end] = ["start", "end"].map(|key| evidence[key].as_u64().unwrap() as usize);
    let words: String = whole.chars().skip(start).take(end - start).collect();
    assert_eq!(evidence["quote"], words.as_str());
    assert_eq!((&evidence["part"], evidence["digest"].as_str().unwrap().len()), (&"body".into(), 64));
    // A proposal that a person states anew was right.
    assert_eq!((ids(&kept[1].1["added"]), ids(&kept[1].1["kept"])), (vec![GENDER.to_string()], vec![]));
    assert_eq!(ids(&kept[2].1["kept"]), [DIRECTORY]);
    assert_eq!(kept[2].1["kept"][0]["assigner"]["classifier"], version.as_str());
    // The decision holds all of it once more.
    let at_end = &kept[3].1;
    let added: BTreeSet<String> = ids(&at_end["added"]).into_iter().collect();
    assert_eq!(added, BTreeSet::from([DIRECTORY, GENDER].map(String::from)));
    assert_eq!((ids(&at_end["removed"]), &at_end["removed"][0]["evidence"][0]), (vec![THREATS.into()], evidence));
    let events = shown["history"].as_array().unwrap();
    assert_eq!(events.iter().filter(|one| one["event"]["event"] == "judged").count(), 4, "{events:?}");
    assert!(app.verify().contains("In order"));
}

#[test]
fn what_persons_keep_add_and_take_away_is_kept_with_its_evidence() {
    let site = Site::sqlite();
    what_persons_say_is_kept(&site);
    // Who changes or removes what was said, is found out.
    let app = &site.app;
    app.sql("update commitments set text = replace(text, 'cb-gender', 'cb-other') where text like '%cb-gender%' returning hash");
    let said = String::from_utf8(app.output(&["audit", "verify"]).stdout).unwrap();
    assert!(said.contains("the text behind the commitment") && !said.contains("the judgement"), "{said}");
    app.sql("delete from judgements where act = 'approved' returning id");
    let said = String::from_utf8(app.output(&["audit", "verify"]).stdout).unwrap();
    assert!(said.contains("the judgement") && said.contains("is not stored"), "{said}");
}

#[test]
fn what_persons_keep_add_and_take_away_is_kept_on_postgresql_too() {
    what_persons_say_is_kept(&Site::postgres());
}

#[test]
fn what_was_said_of_labels_is_erased_with_its_mail() {
    let app = App::new();
    let site = Site { app, url: None };
    let text = format!("{}\n\nZYXWORD. {}", text(4, [DIRECTORY, THREATS]), about(DIRECTORY)[20]);
    let item = site.import("erased", "Written input", &text);
    let of = id(&item);
    let unassign = ["unassign", &of, THREATS, "--by", "Rana Reviewer", "--reason", "REASONWORD of a person"];
    site.app.run(&unassign);
    site.app.decide(&["assign", &of, GENDER, "--quote", "ZYXWORD"]);
    let said = || {
        let words = site.texts("select text from commitments where text is not null");
        ["ZYXWORD", "REASONWORD"].map(|word| words.iter().filter(|text| text.contains(word)).count())
    };
    assert_eq!(said(), [1, 2]);
    site.app.decide(&["set-aside", item["messages"][0].as_str().unwrap(), "--kind", "personal"]);
    assert_eq!(crate::erase::after(&site.app, Some(1), 2), 1);
    assert_eq!(said(), [0, 0]);
    assert_eq!(site.texts("select act from judgements order by id"), ["unassigned", "assigned"]);
    assert!(site.app.verify().contains("In order"));
}

fn what_was_taken_away_stays_away(site: &Site) {
    let app = &site.app;
    let paper = text(5, [DIRECTORY, THREATS]);
    let item = site.import("first", "Written input", &paper);
    let first = id(&item);
    assert!(labels(&item).contains(THREATS), "{item}");
    app.decide(&["unassign", &first, THREATS]);
    let item = site.waits("first");
    assert_eq!((away(&item), labels(&item).contains(THREATS)), (vec![THREATS], false));
    assert_eq!((&item["taken_away"][0]["by"], &item["taken_away"][0]["reason"]), (&BY[1].into(), &BY[3].into()));
    let day = item["taken_away"][0]["at"].as_str().unwrap()[..10].to_string();
    let said = format!("taken away before by Rana Reviewer on {day}: as agreed in the meeting");
    assert!(app.run(&["show", &first]).contains(&said));

    // Set aside by mistake and taken in again, it is read anew: a new submission of the same message.
    let message = item["messages"][0].as_str().unwrap().to_string();
    app.decide(&["set-aside", &message, "--kind", "personal"]);
    app.decide(&["accept", &message]);
    let item = site.waits("first");
    let again = id(&item);
    assert_ne!(again, first);
    assert_eq!((away(&item), labels(&item).contains(THREATS)), (vec![THREATS], false), "{item}");
    assert!(labels(&item).contains(DIRECTORY), "{item}");

    // A corrected version becomes the next revision.
    let item = site.import("second", "Written input, corrected", &format!("{paper}\n\n{}", about(GENDER)[5]));
    let second = id(&item);
    assert!(labels(&item).is_superset(&BTreeSet::from([THREATS, GENDER].map(String::from))), "{item}");
    app.decide(&["unassign", &second, GENDER]);
    app.refuse_relations();
    app.decide(&["revise", &second, "--of", &again]);
    let item = site.waits("second");
    assert_eq!((id(&item), labels(&item).contains(THREATS)), (again.clone(), false), "{item}");
    // What was taken away from the new version stays away from the next one, too.
    assert_eq!(away(&item), [GENDER, THREATS]);
    assert_eq!(item["seen"], "2.3");

    // An annex brings it neither; what a person assigned to the annex does come.
    let annex = site.import("annex", "An annex", &text(7, [THREATS, GENDER]));
    assert!(labels(&annex).contains(THREATS), "{annex}");
    app.decide(&["assign", &id(&annex), GENDER, "--quote", about(GENDER)[7].split(". ").next().unwrap()]);
    app.refuse_relations();
    app.decide(&["merge", &id(&annex), "--into", &again]);
    let item = site.waits("annex");
    assert_eq!((away(&item), labels(&item).contains(THREATS)), (vec![THREATS], false), "{item}");
    assert!(labels(&item).contains(GENDER), "{item}");

    // A person can assign it again.
    app.decide(&["assign", &again, THREATS, "--quote", about(THREATS)[5].split(". ").next().unwrap()]);
    let item = site.waits("annex");
    assert_eq!((away(&item).len(), labels(&item).contains(THREATS)), (0, true), "{item}");
    assert!(!app.run(&["show", &again]).contains("taken away before"));
    assert!(app.verify().contains("In order"));
}

#[test]
fn a_label_that_a_person_took_away_does_not_come_back_by_itself() {
    let site = Site::sqlite();
    what_was_taken_away_stays_away(&site);
    let item = site.import("page", "Written input", &text(9, [DIRECTORY, THREATS]));
    site.app.decide(&["unassign", &id(&item), THREATS]);
    let serving = site.app.serve();
    let page = crate::visitor::entry(&serving, &id(&item));
    assert!(
        page.contains("threats-continue-exchange") && page.contains(": taken away before by Rana Reviewer on"),
        "{page}"
    );
}

#[test]
fn a_label_that_a_person_took_away_does_not_come_back_on_postgresql_either() {
    what_was_taken_away_stays_away(&Site::postgres());
}

/// Submissions before a new model: what was decided, touched, and left alone.
struct Before {
    decided: Vec<String>,
    touched: String,
    untouched: Vec<String>,
    /// All items by id.
    items: BTreeMap<String, Value>,
}

fn items(site: &Site) -> BTreeMap<String, Value> {
    site.app.list().into_iter().map(|item| (id(&item), item)).collect()
}

fn before(site: &Site) -> Before {
    let app = &site.app;
    let weighed = WEIGHED.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let some = ["en-04", "en-07", "en-09", "en-12"];
    let weighed = weighed.filter(|one| some.contains(&one["id"].as_str().unwrap()));
    let field = |one: &Value, key: &str| one[key].as_str().unwrap().to_string();
    let mut mails: Vec<(String, String, String)> =
        weighed.map(|one| (field(&one, "id"), field(&one, "subject"), field(&one, "text"))).collect();
    let further = about("cbm-poc-further-steps")[9..12].join("\n\n");
    mails.push(("further".into(), "Further steps".into(), further));
    let items_of = site.import_all(&mails);
    let mut untouched: Vec<String> = items_of.iter().filter(|item| item["state"] == "queued").map(id).collect();
    let item = site.import("touched", "Written input", &text(2, [DIRECTORY, THREATS]));
    app.decide(&["unassign", &id(&item), THREATS]);
    let touched = id(&item);
    // One that is held out and two that are learnt from: ids are made by chance.
    let (mut decided, mut wanted) = (Vec::new(), vec![true, false, false]);
    let mut numbers = (6..38)
        .map(|number| (format!("decided-{number}"), "Written input".to_string(), text(number, [DIRECTORY, THREATS])));
    while !wanted.is_empty() {
        let some: Vec<_> = numbers.by_ref().take(4).collect();
        assert!(!some.is_empty(), "ids of one kind only");
        for item in site.import_all(&some) {
            let place = wanted.iter().position(|held_out| *held_out == is_held_out(&id(&item)));
            // What its sender perhaps wishes not to be published would want a word more.
            match place.filter(|_| item["wishes"].as_array().unwrap().is_empty()) {
                Some(place) => {
                    wanted.remove(place);
                    decided.push(id(&item));
                }
                None => untouched.push(id(&item)),
            }
        }
    }
    app.refuse_relations();
    for id in &decided {
        app.decide(&["unassign", id, THREATS]);
        app.decide(&["approve", id]);
    }
    Before { decided, touched, untouched, items: items(site) }
}

/// What the program says would change: by id what comes and what goes.
fn foretold(said: &str) -> BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)> {
    let mut changes: BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)> = BTreeMap::new();
    let mut of = String::new();
    for line in said.lines().skip_while(|line| !line.starts_with("Submissions that wait")).skip(1) {
        match line.trim_start().split_once(' ') {
            Some(("+", id)) => drop(changes.entry(of.clone()).or_default().0.insert(id.into())),
            Some(("-", id)) => drop(changes.entry(of.clone()).or_default().1.insert(id.into())),
            Some((id, _)) if line.starts_with("  ") => of = id.into(),
            _ => {}
        }
    }
    changes
}

/// Trains, compares, chooses; gives the new model's version.
fn a_model_learns_and_is_chosen(site: &Site) -> (Before, String) {
    let app = &site.app;
    let before = before(site);
    let shipped = site.models()["shipped"]["version"].as_str().unwrap().to_string();
    let with = ModelInUse::new(Arc::new(catalogue_of(&FEW)), Vec::new(), String::new(), app.data().join("models"));
    assert_eq!(at_once(site.reads(&with)), Ok(shipped.clone()));

    let said = app.run(&["train", "--with-decisions", "--language", "en"]);
    let version = said.split(':').next().unwrap().to_string();
    let held_out = before.decided.iter().filter(|id| is_held_out(id)).count();
    let learnt = before.decided.len() - held_out;
    assert!(said.contains(&format!(", {learnt} decided submissions (")), "{said}");
    assert!(said.contains(&format!(", n {held_out}\n  Fewer than 20: this says little.")), "{said}");
    assert!(said.contains(", n 12\n"), "{said}");
    assert!(said.contains(&format!("nobody has touched: {};", before.untouched.len())), "{said}");
    let changes = foretold(&said);
    // Which, is for the models to say; that what is foretold comes, is tested below.
    assert!(changes.values().any(|(comes, goes)| !comes.is_empty() || !goes.is_empty()), "{said}");
    // Nothing is changed by that.
    assert_eq!(items(site), before.items);
    let models = site.models();
    assert_eq!((&models["shipped"]["in_use"], &models["trained"][0]["in_use"]), (&true.into(), &false.into()));
    let made_of = &models["trained"][0]["made_of"];
    assert_eq!((&made_of["decisions"], &made_of["held_out"]["new"]["inputs"]), (&learnt.into(), &held_out.into()));
    // Of each there are a kept one and one that was taken away: three passages, or two if they stand in one.
    assert!(made_of["decision_passages"].as_u64().unwrap() >= 2 * learnt as u64, "{made_of}");

    let said = app.run(&["models", "use", &version, "--by", "Rana Reviewer", "--reason", "better on ours"]);
    assert!(said.contains(&format!("({})", before.untouched.len())), "{said}");
    let after = items(site);
    for (id, was) in &before.items {
        let is = &after[id];
        if !before.untouched.contains(id) {
            assert_eq!(is, was, "what was decided, touched or no input changed");
            continue;
        }
        let (comes, goes) = changes.get(id).cloned().unwrap_or_default();
        let expected: BTreeSet<String> = labels(was).difference(&goes).cloned().chain(comes).collect();
        assert_eq!(labels(is), expected, "{is}");
        assert!(is["assignments"].as_array().unwrap().iter().all(|one| one["assigner"] == version.as_str()), "{is}");
    }
    // Old assignments keep the version that made them.
    for id in before.decided.iter().chain([&before.touched]) {
        assert_eq!(after[id]["assignments"][0]["assigner"], shipped.as_str());
    }
    // A process that runs follows; new mail is read by it.
    assert_eq!(at_once(site.reads(&with)), Ok(version.clone()));
    let item = site.import("new", "Written input", &text(30, [DIRECTORY, GENDER]));
    assert_eq!(item["assignments"][0]["assigner"], version.as_str(), "{item}");
    let models = site.models();
    assert_eq!((&models["in_use"]["version"], &models["in_use"]["by"]), (&version.as_str().into(), &BY[1].into()));
    assert!(app.run(&["models"]).contains("by Rana Reviewer"));
    assert!(app.refused(&[&["models", "use", &version][..], &BY].concat()).contains("in use already"));
    assert!(app.verify().contains("In order"));
    (before, version)
}

#[test]
fn a_model_learns_from_decisions_on_postgresql_and_a_person_chooses_it() {
    a_model_learns_and_is_chosen(&Site::postgres());
}

#[test]
fn a_model_learns_from_decisions_is_compared_and_chosen_and_can_be_left_again() {
    let site = Site::sqlite();
    let (before, version) = a_model_learns_and_is_chosen(&site);
    let app = &site.app;
    evaluation_takes_a_model(&site, &version);
    // What a person took away stays away, also where Pouch would read it again: a submission that nobody touched since.
    let message = before.items[&before.touched]["messages"][0].as_str().unwrap();
    app.decide(&["set-aside", message, "--kind", "personal"]);
    app.decide(&["accept", message]);
    app.run(&[&["models", "use", "shipped"][..], &BY].concat());
    let item = site.waits("touched");
    assert_eq!((away(&item), labels(&item).contains(THREATS)), (vec![THREATS], false), "{item}");
    // Back with the old model, what nobody touched is as it was; that it was read again is no touch.
    let after = items(&site);
    for id in &before.untouched {
        assert_eq!(after[id]["assignments"], before.items[id]["assignments"]);
    }
    // The same input makes the same model.
    let said = app.run(&["train", "--with-decisions", "--language", "en"]);
    assert!(said.starts_with(&format!("{version}:")) && said.contains("It is there already"), "{said}");
    assert_eq!(site.models()["trained"].as_array().unwrap().len(), 1);
    assert!(app.verify().contains("In order"));
}

fn evaluation_takes_a_model(site: &Site, version: &str) {
    let (app, dir) = (&site.app, site.app.folder.0.join("labelled"));
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::copy(app.folder.0.join("new.eml"), dir.join("new.eml")).unwrap();
    std::fs::write(dir.join("labels.json"), "{\"new\": {\"kind\": \"submission\"}}").unwrap();
    let dir = dir.to_str().unwrap();
    assert!(!app.run(&["evaluate", dir]).contains(version));
    assert!(app.run(&["evaluate", dir, "--model", version]).contains(version));
    let file = app.data().join("models").join(format!("{version}.bin"));
    assert!(app.run(&["evaluate", dir, "--model", file.to_str().unwrap()]).contains(version));
    assert!(app.refused(&["evaluate", dir, "--model", "linear-2-00000000"]).contains("linear-2-00000000"));
}

/// The program with a model that it has not had to learn: the shipped one's bytes under another name.
fn with_a_model() -> (Site, &'static str) {
    let (site, version) = (Site::sqlite(), "linear-2-0badcafe");
    add_model(&site, version, include_bytes!("../../src/classify/data/linear.bin"));
    (site, version)
}

fn add_model(site: &Site, version: &str, bytes: &[u8]) {
    pouch::pipeline::write_model(&site.app.data().join("models"), version, bytes).unwrap();
    let made_of = MadeOf {
        catalogue: TrainedFor::of(&catalogue_of(&FEW)),
        languages: Vec::new(),
        passages: 0,
        inputs: 0,
        decisions: 0,
        decision_passages: 0,
        compared_with: String::new(),
        held_out: Compared::default(),
        unseen: Compared::default(),
    };
    let (version_, digest) = (version.to_string(), Digest::of(bytes));
    let trained = TrainedModel { version: version_.clone(), digest, trained_at: Timestamp::UNIX_EPOCH, made_of };
    at_once(async {
        let mut tx = site.store().await.begin().await.unwrap();
        model::add(&mut tx, &trained).await.unwrap();
        let event = Event::ModelTrained { version: version_, digest };
        ledger::append(&mut tx, &Actor::Pouch, &[event], trained.trained_at).await.unwrap();
        tx.commit().await.unwrap();
    });
}

#[test]
fn a_model_of_another_catalogue_reads_only_if_the_catalogue_has_all_that_it_knows() {
    let (site, version) = with_a_model();
    let app = &site.app;
    let choose = [&["models", "use", version][..], &BY].concat();
    // It knows a recommendation that nobody asks about any more.
    write_catalogue(app, &catalogue_of(&FEW[..3]));
    let said = app.refused(&choose);
    assert!(said.contains("recommendations that the catalogue does not have") && said.contains(GENDER), "{said}");
    // A further one: it reads, and what it does not know is told.
    let mut more = catalogue_of(&[&FEW[..], &["cb-portal"]].concat());
    more.edition = "2024-01-01.1".into();
    write_catalogue(app, &more);
    let said = app.run(&choose);
    assert!(said.contains("another state of the catalogue") && said.contains("cb-portal"), "{said}");
    assert_eq!(site.models()["in_use"]["version"], version);
    write_catalogue(app, &catalogue_of(&FEW[..3]));
    let said = refused_to_serve(app);
    assert!(said.contains(&format!("the model {version} is in use, but it knows recommendations")), "{said}");
}

#[test]
fn a_model_whose_file_is_missing_or_changed_stops_the_service_and_is_never_replaced() {
    let (site, version) = with_a_model();
    let app = &site.app;
    // One that another version of Pouch wrote: it knows no way to weigh passages.
    add_model(&site, "linear-2-01d01d01", b"lin2\0\0\0\0\0\0");
    let said = app.refused(&[&["models", "use", "linear-2-01d01d01"][..], &BY].concat());
    assert!(said.contains("another version of Pouch"), "{said}");
    app.run(&[&["models", "use", version][..], &BY].concat());
    let file = app.data().join("models").join(format!("{version}.bin"));
    let bytes = std::fs::read(&file).unwrap();
    let mut changed = bytes.clone();
    *changed.last_mut().unwrap() ^= 1;
    std::fs::write(&file, &changed).unwrap();
    let said = refused_to_serve(app);
    assert!(said.contains("is not the one that was written when it was trained"), "{said}");
    std::fs::remove_file(&file).unwrap();
    let said = refused_to_serve(app);
    assert!(said.contains("is missing") && said.contains("pouch models use shipped"), "{said}");
    assert!(app.run(&["models"]).contains("is missing"));
    // The way out that it names, and the way back.
    app.run(&[&["models", "use", "shipped"][..], &BY].concat());
    app.serve().stop();
    assert!(app.refused(&[&["models", "use", version][..], &BY].concat()).contains("is missing"));
    std::fs::write(&file, &bytes).unwrap();
    app.run(&[&["models", "use", version][..], &BY].concat());
    app.serve().stop();
    assert!(app.verify().contains("In order"));
}

/// What `serve` says when it does not start; one that starts is stopped, and the test has failed.
fn refused_to_serve(app: &App) -> String {
    let mut child = app.command(&["serve"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    if !first.is_empty() {
        child.kill().unwrap();
    }
    let output = child.wait_with_output().unwrap();
    assert!(first.is_empty(), "it serves: {first}");
    String::from_utf8(output.stderr).unwrap()
}

/// A part with two paragraphs, and evidence in one of them.
fn part() -> (TextPart, Vec<Span>) {
    let paragraphs = [
        "The directory of points of contact should be kept up to date by every State, and tested twice a year.",
        "We thank the Chair for the invitation and look forward to the meeting in New York in December.",
        "Women should have an equal part in the training that is offered to those who defend networks.",
    ];
    let whole = paragraphs.join("\n\n");
    let part = TextPart {
        path: "body".into(),
        name: None,
        digest: Digest::of(whole.as_bytes()),
        segments: vec![Segment::new(1, SegmentKind::Body, whole.clone())],
        own: None,
        title: None,
    };
    let span = |text: &str| {
        let start = whole.find(text).unwrap() + 4;
        Span { start, end: start + 20 }
    };
    (part, paragraphs.iter().map(|one| span(one)).collect())
}

#[test]
fn what_was_taken_away_teaches_that_its_passage_is_about_what_remains() {
    let catalogue = catalogue_of(&FEW);
    let (text, spans) = part();
    let label = |id: &str, at: usize| Label {
        recommendation: id.into(),
        evidence: vec![Evidence {
            quote: String::new(),
            part: "body".into(),
            digest: text.digest,
            segment: 1,
            span: spans[at],
        }],
    };
    let decided = |stands: Vec<Label>, taken_away: Vec<Label>| {
        let decided = Decided { language: "en".into(), texts: vec![text.clone()], stands, taken_away };
        let ids = |classes: &[usize]| -> Vec<String> {
            classes.iter().map(|at| catalogue.recommendations[*at].id.clone()).collect()
        };
        let samples = decided.passages(&catalogue).into_iter();
        samples.map(|one| (one.text.chars().take(9).collect::<String>(), ids(&one.classes))).collect::<Vec<_>>()
    };
    let (first, third) = ("The direc".to_string(), "Women sho".to_string());
    assert_eq!(decided(vec![label(DIRECTORY, 0)], vec![]), [(first.clone(), vec![DIRECTORY.to_string()])]);
    assert_eq!(decided(vec![], vec![label(THREATS, 2)]), [(third.clone(), vec![])], "a passage about nothing");
    assert_eq!(
        decided(vec![label(DIRECTORY, 0), label(GENDER, 2)], vec![label(THREATS, 2)]),
        [(first, vec![DIRECTORY.to_string()]), (third, vec![GENDER.to_string()])]
    );
    // The same words of another file say nothing of this one.
    let mut other = label(DIRECTORY, 0);
    other.evidence[0].digest = Digest::of(b"another file");
    assert_eq!(decided(vec![other], vec![]), []);
}

#[test]
fn a_quarter_of_the_submissions_is_held_out_and_always_the_same() {
    let ids: Vec<String> = (0..4_000).map(|number| SubmissionId(format!("0193-{number}")).0).collect();
    let held_out = ids.iter().filter(|id| is_held_out(id)).count();
    assert!((900..1_100).contains(&held_out), "{held_out}");
    assert!(ids.iter().all(|id| is_held_out(id) == is_held_out(&id.clone())));
}

#[test]
fn figures_count_each_label_once() {
    let mut figures = Figures::default();
    assert_eq!((figures.precision(), figures.recall(), figures.f1()), (None, None, None));
    figures.count(["a", "b", "x"].into_iter(), &BTreeSet::from(["a", "b", "c"]));
    figures.count(std::iter::empty(), &BTreeSet::from(["d"]));
    assert_eq!((figures.inputs, figures.right, figures.wrong, figures.missed), (2, 2, 1, 2));
    assert_eq!(figures.words(), "precision 0.667, recall 0.500, F1 0.571, n 2");
}

#[test]
fn a_model_fits_a_catalogue_that_has_all_that_it_knows() {
    let known = TrainedFor::of(&catalogue_of(&FEW));
    assert_eq!(known.fits(&catalogue_of(&FEW)), Ok(None));
    let more = catalogue_of(&[&FEW[..], &["cb-portal"]].concat());
    assert!(known.fits(&more).unwrap().unwrap().ends_with("by the catalogue's terms alone: cb-portal"));
    assert!(known.fits(&catalogue_of(&FEW[1..])).unwrap_err().contains("does not have"));
    let mut other = catalogue_of(&FEW);
    other.symbol = "A/79/214".into();
    assert!(known.fits(&other).unwrap_err().contains("A/79/214"), "the same ids in another report");
}

#[test]
fn no_model_is_learnt_of_a_language_that_there_is_nothing_in() {
    let site = Site::sqlite();
    let said = site.app.refused(&["train", "--language", "de"]);
    assert!(said.contains("nothing to learn from in the language de"), "{said}");
    let folder: PathBuf = site.app.data().join("models");
    assert!(!folder.exists());
}
