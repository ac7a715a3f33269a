//! What came in and comes to no end is seen: on the page, by machines, and by the operator. Nothing here waits for a clock.

use crate::app::{App, wait_for};
use crate::servers::Data;
use crate::web::get;
use pouch::config::Config;
use pouch::domain::catalogue::Catalogue;
use pouch::domain::mailbox::{Arrival, MailboxRole};
use pouch::domain::waiting::Waiting;
use pouch::domain::{Digest, Timestamp};
use pouch::letters::alarm::of_waiting;
use pouch::pipeline::{self, Tools};
use pouch::sandbox::Pool;
use pouch::store::task::{self, Stage};
use pouch::store::{letter, waiting};
use pouch::{notify, worker};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Tools on a store of their own, with an operator who wants to hear of trouble.
fn tools(data: &Data) -> Tools {
    let text =
        "[smtp]\nhost = \"localhost\"\nfrom = \"pouch@desk.example\"\n[notify]\noperator = [\"ops@desk.example\"]\n";
    let config = Config::read(text, Path::new("/etc/pouch")).unwrap();
    let catalogue = Arc::new(Catalogue::read(include_str!("../../catalogue/second-apr.toml")).unwrap());
    Tools {
        store: data.store.clone(),
        vault: data.vault.clone(),
        pool: Pool::start(PathBuf::from(env!("CARGO_BIN_EXE_pouch")), &config.extractor),
        classifier: Arc::new(pipeline::ModelInUse::new(catalogue.clone(), vec![], String::new(), PathBuf::new())),
        catalogue,
        resolver: None,
        public_dir: data.dir.path().join("public"),
        pages: pipeline::pages::Shelf::new(&data.dir.path().join("pages"), 1 << 24),
        config: Arc::new(config),
    }
}

/// Takes a mail in as a watcher does; what is not in the vault cannot be parsed.
async fn take_in(tools: &Tools, uid: u64, bytes: &[u8], is_kept: bool, now: Timestamp) {
    let mailbox = pipeline::open_mailbox(&tools.store, "chair", "INBOX", MailboxRole::Inbox, now).await.unwrap();
    let digest = Digest::of(bytes);
    if is_kept {
        let kept = tools.vault.put(bytes).unwrap();
        assert_eq!(kept, digest);
    }
    let one =
        Arrival { uidvalidity: 7, uid, digest, size_bytes: bytes.len() as u64, internal_date: None, provider_id: None };
    pipeline::take_in(&tools.store, &mailbox, &[one], now).await.unwrap();
}

/// Subjects of the letters that were written so far.
async fn told(tools: &Tools) -> Vec<String> {
    let all = letter::lines(&tools.store, None).await.unwrap();
    let subject = |one: &letter::LetterLine| {
        one.message.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap_or_default().to_string()
    };
    all.iter().map(subject).collect()
}

/// zammad#5192: now and then a mail was marked read and no ticket came; no log.
#[tokio::test(flavor = "multi_thread")]
async fn the_operator_hears_once_of_a_message_without_an_end_and_once_of_its_end() {
    let data = Data::new().await;
    let tools = tools(&data);
    let began = moment("2023-12-05T10:00:00Z");
    take_in(&tools, 1, b"From: a@example.org\r\nSubject: secret words\r\n\r\nText.\r\n", false, began).await;
    let look = async |minutes: u32| {
        notify::look(&tools, "test", began, began + MINUTE * minutes).await.unwrap();
        told(&tools).await
    };
    assert!(look(29).await.is_empty());
    let first = look(30).await;
    assert_eq!(first, ["Pouch: 1 message has come in and to no end"]);
    assert_eq!(look(90).await, first, "it is told once");
    let line = &waiting::since(&tools.store, began).await.unwrap()[0];
    assert_eq!((line.name.as_str(), line.since), ("chair/INBOX UID 1", began));
    // The bytes are there after all, and the step is due again.
    tools.vault.put(b"From: a@example.org\r\nSubject: secret words\r\n\r\nText.\r\n").unwrap();
    while worker::work_once(&tools, "test", || moment("2023-12-05T12:00:00Z")).await.unwrap() {}
    assert_eq!(look(121).await.len(), 2);
    assert_eq!(look(121).await[1], "Pouch: in order again");
    for one in letter::lines(&tools.store, None).await.unwrap() {
        assert!(!format!("{one:?}").contains("secret words"), "a letter tells what a stranger wrote");
    }
}

#[test]
fn an_alarm_counts_from_the_start_of_the_service_and_names_the_oldest() {
    let one = |since: &str| Waiting { name: since.into(), since: moment(since), stage: None, error: None };
    let all = [one("2023-12-05T10:05:00Z"), one("2023-12-05T10:00:00Z")];
    let told =
        |start: &str, now: &str| of_waiting(&all, moment(start), MINUTE * 30, moment(now)).map(|alarm| alarm.words);
    assert_eq!(told("2023-12-01T00:00:00Z", "2023-12-05T10:29:59Z"), None);
    let words = told("2023-12-01T00:00:00Z", "2023-12-05T10:30:00Z").unwrap();
    assert!(words.starts_with("1 message has") && words.contains("since 2023-12-05 10:00 UTC"), "{words}");
    assert!(told("2023-12-01T00:00:00Z", "2023-12-05T10:35:00Z").unwrap().starts_with("2 messages have"));
    // After a weekend's stop everything is old, and half an hour from the start is enough for it.
    assert_eq!(told("2023-12-08T08:00:00Z", "2023-12-08T08:29:00Z"), None);
    assert!(told("2023-12-08T08:00:00Z", "2023-12-08T08:30:00Z").is_some());
}

/// zammad#5192: the step itself is lost, by whatever fault: then nothing would ever happen again.
#[test]
fn a_message_whose_step_is_lost_is_seen_by_everybody_and_taken_up_at_the_next_start() {
    let app = App::with_config("[notify]\nwaiting = \"1h\"\n");
    app.import(&["input-en-docx.eml", "spam-en.eml"]);
    let serving = app.serve();
    let host = serving.address.clone();
    assert!(get(&serving, "/healthz", &host).starts_with("HTTP/1.1 200"));
    let mut visitor = crate::visitor::Visitor::first(&serving);
    assert!(!visitor.page("/").contains("Waiting since"));
    // As if the row had been written and its task not.
    let changed = app.sql(
        "update messages set outcome = 'pending', first_seen = first_seen - 7200000000 where subject like '%' and outcome = 'set-aside'
         returning id",
    );
    assert_eq!(changed.len(), 1);
    let health = get(&serving, "/healthz", &host);
    assert!(health.starts_with("HTTP/1.1 503") && health.contains("\"waiting_too_long\":1"), "{health}");
    let page = visitor.page("/");
    assert!(page.contains("Waiting since") && page.contains(&format!("message {}", changed[0])), "{page}");
    let metrics = get(&serving, "/metrics", &host);
    assert!(metrics.contains("\npouch_messages_waiting_too_long 1\n"), "{metrics}");
    assert!(metrics.contains("\npouch_messages_waiting_since_timestamp_seconds 1"), "{metrics}");
    serving.stop();
    let serving = app.serve();
    let host = serving.address.clone();
    let waits = "\npouch_messages_waiting_since_timestamp_seconds ";
    wait_for("its end", || (!get(&serving, "/metrics", &host).contains(waits)).then_some(()));
    assert!(get(&serving, "/healthz", &host).contains("\"waiting_too_long\":0"));
    assert_eq!(app.item("spam-en@")["outcome"], "set-aside");
}

/// The same for a copy that was never parsed, and for a message that is an input and in no queue.
#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_lost_step_is_found_and_made_due_once() {
    let data = Data::new().await;
    let tools = tools(&data);
    let began = moment("2023-12-05T10:00:00Z");
    let mail = std::fs::read(crate::app::fixture("input-en-docx.eml")).unwrap();
    take_in(&tools, 1, &mail, true, began).await;
    let lose_steps = async || {
        sqlx::query("delete from tasks").execute(tools.store.pool()).await.unwrap();
        waiting::without_step(&tools.store).await.unwrap().into_iter().map(|(stage, _)| stage).collect::<Vec<_>>()
    };
    let ways: [(Stage, &[Stage]); 3] = [
        (Stage::Parse, &[Stage::Parse]),
        (Stage::Extract, &[Stage::Extract, Stage::Classify]),
        (Stage::Classify, &[Stage::Classify, Stage::Relate, Stage::Queue]),
    ];
    for (lost, stages) in ways {
        assert_eq!(lose_steps().await, [lost]);
        assert_eq!(pipeline::take_up(&tools.store, began).await.unwrap(), 1);
        assert_eq!(pipeline::take_up(&tools.store, began).await.unwrap(), 0);
        for stage in stages {
            let tasks = task::claim(&tools.store, *stage, "test", 10, began).await.unwrap();
            assert_eq!(tasks.len(), 1, "{stage:?}");
            pipeline::work(&tools, *stage, &tasks, began).await.unwrap();
        }
    }
    assert_eq!(lose_steps().await, []);
    assert!(waiting::since(&tools.store, began).await.unwrap().is_empty());
}

/// docspell#2376: one odd file blocked the job, again and again. paperless-ngx#10284: a step that failed counted as done.
#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_fails_is_tried_five_times_and_then_a_person_sees_why_and_the_others_go_on() {
    let data = Data::new().await;
    let tools = tools(&data);
    let mut now = moment("2023-12-05T10:00:00Z");
    let names = ["input-en-docx.eml", "input-fr-docx.eml"];
    let mails = names.map(|name| std::fs::read(crate::app::fixture(name)).unwrap());
    for (uid, mail) in (1..).zip(&mails) {
        take_in(&tools, uid, mail, true, now).await;
    }
    let work = async |stage: Stage, now: Timestamp| {
        let tasks = task::claim(&tools.store, stage, "test", 10, now).await.unwrap();
        pipeline::work(&tools, stage, &tasks, now).await.unwrap();
        tasks.len()
    };
    assert_eq!(work(Stage::Parse, now).await, 2);
    // The bytes of one of them are away.
    tools.vault.erase(Digest::of(&mails[0])).unwrap();
    assert_eq!(work(Stage::Extract, now).await, 2);
    for stage in [Stage::Classify, Stage::Relate, Stage::Queue] {
        assert_eq!(work(stage, now).await, 1, "the other one waits too: {stage:?}");
    }
    let outcomes = async || pouch::store::message::outcomes(&tools.store).await.unwrap();
    for _ in 2..=5 {
        assert_eq!(outcomes().await, [("pending".to_string(), 1), ("submission".to_string(), 1)]);
        assert_eq!(task::troubled(&tools.store).await.unwrap().len(), 1, "its trouble is to be seen");
        now += MINUTE * 60;
        assert_eq!(work(Stage::Extract, now).await, 1);
    }
    assert_eq!(outcomes().await, [("held".to_string(), 1), ("submission".to_string(), 1)]);
    assert_eq!(work(Stage::Extract, now + MINUTE * 600).await, 0, "it is tried for ever");
    let held = pouch::store::message::held(&tools.store).await.unwrap().remove(0);
    let line = pouch::store::message::line(&tools.store, &held).await.unwrap().unwrap();
    assert!(line.reason.starts_with("Pouch gave up at the step \"extract\": "), "{}", line.reason);
}
