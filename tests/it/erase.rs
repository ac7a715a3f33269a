//! Erasing what a person set aside: off by default, never what only the machine said, and every proof and count still
//! closes.

use crate::app::App;
use pouch::config::{Config, Erase};
use pouch::domain::Timestamp;
use pouch::domain::catalogue::Catalogue;
use pouch::pipeline::{self, Tools};
use pouch::sandbox::Pool;
use pouch::store::Store;
use pouch::vault::Vault;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

/// The same store and vault as the program's, with a clock and a period of the test's own.
pub async fn tools(app: &App, days: Option<u32>) -> Tools {
    let config = Config { erase: Erase { set_aside_after: days.map(|days| DAY * days) }, ..Config::default() };
    let text = include_str!("../../catalogue/second-apr.toml");
    let catalogue = Arc::new(Catalogue::read(text).unwrap());
    Tools {
        store: Store::open_sqlite(&app.data().join("pouch.db")).await.unwrap(),
        vault: Vault::open(&app.data().join("vault")).unwrap(),
        pool: Pool::start(PathBuf::from(env!("CARGO_BIN_EXE_pouch")), &config.extractor),
        classifier: Arc::new(pipeline::ModelInUse::new(catalogue.clone(), vec![], String::new(), PathBuf::new())),
        catalogue,
        resolver: None,
        public_dir: app.data().join("public"),
        pages: pipeline::pages::Shelf::new(&app.data().join("pages"), 1 << 24),
        config: Arc::new(config),
    }
}

/// Erases as `serve` would after so many days.
pub fn after(app: &App, period: Option<u32>, days: u32) -> u64 {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (tools, now) = (tools(app, period).await, Timestamp::now() + DAY * days);
        let count = pipeline::erase_what_is_due(&tools, now).await.unwrap();
        pipeline::remove_erased_files(&tools, now).await.unwrap();
        count
    })
}

/// Every file under a folder that holds these bytes.
fn holding(folder: &Path, word: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, word));
        } else if std::fs::read(&path).unwrap().windows(word.len()).any(|window| window == word.as_bytes()) {
            found.push(path);
        }
    }
    found
}

fn set_aside(app: &App, item: &Value) {
    app.decide(&["set-aside", item["id"].as_str().unwrap(), "--kind", "newsletter"]);
}

/// A mail of its own with a text file.
fn write_mail(app: &App, name: &str, own: &str, file: &str) -> String {
    let path = app.folder.0.join(name);
    let text = format!(
        "From: Nadia Qwertzuiop <{name}@newsletter.example>\r\nTo: chair@example.org\r\nSubject: Weekly {own}\r\n\
         Date: Mon, 20 Nov 2023 10:00:00 +0000\r\nMessage-ID: <{name}@newsletter.example>\r\nMIME-Version: 1.0\r\n\
         Auto-Submitted: auto-replied\r\n\
         Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n{own} unsubscribe here\r\n\
         --b\r\nContent-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\n{file}\r\n\
         --b--\r\n"
    );
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn only_what_a_person_set_aside_long_enough_ago_is_erased_and_the_proofs_still_hold() {
    // chatwoot#12054: a deleted item came back. mail-archiver#483: our own dates rule, not the server's.
    let app = App::new();
    app.import(&["input-en-pdf.eml", "newsletter-en.eml"]);
    let (one, two) = (
        write_mail(&app, "one.eml", "ERASEDWORD", "SHAREDFILE of both"),
        write_mail(&app, "two.eml", "KEPTWORD", "SHAREDFILE of both"),
    );
    app.run(&["import", &one, &two]);
    let public = app.list().into_iter().find(|item| item["state"] == "queued").unwrap();
    app.decide(&["approve", public["id"].as_str().unwrap()]);
    app.run(&["publish"]);
    let (one, two) = (app.item("one.eml@"), app.item("two.eml@"));
    assert_eq!((&one["outcome"], &two["outcome"]), (&"set-aside".into(), &"set-aside".into()), "by the machine");
    set_aside(&app, &one);
    let before: usize = app.list().len();

    assert_eq!(after(&app, None, 10_000), 0, "off by default");
    assert_eq!(after(&app, Some(180), 179), 0, "too early");
    assert_eq!(after(&app, Some(180), 181), 1, "the one that a person confirmed");
    assert_eq!(after(&app, Some(180), 182), 0, "once");

    // Its words are nowhere; the other's are where they were, and so is the file that both have.
    let vault = app.data().join("vault");
    assert_eq!(holding(&vault, "ERASEDWORD"), Vec::<PathBuf>::new());
    assert_eq!(holding(&vault, "KEPTWORD").len(), 1);
    for (table, column) in [("messages", "parsed || summary || subject || reason || problems"), ("commitments", "text")]
    {
        let query = format!("select count(*) || '' from {table} where {column} like '%ERASEDWORD%'");
        assert_eq!(app.sql(Box::leak(query.into_boxed_str())), ["0"], "{table}");
    }
    assert_eq!(app.sql("select count(*) || '' from messages where summary like '%one.eml@newsletter%'"), ["0"]);
    assert_eq!(app.sql("select count(*) || '' from commitments where text = 'as agreed in the meeting'"), ["1"]);
    assert_eq!(app.sql("select count(*) || '' from extractions where extraction like '%SHAREDFILE%'"), ["1"]);

    // It is still there, as a row that says so; acts on it are refused.
    assert_eq!(app.list().len(), before);
    let id = one["id"].as_str().unwrap();
    let row = app.list().into_iter().find(|item| item["id"] == one["id"]).unwrap();
    assert_eq!((&row["title"], &row["kind"]), (&"(erased)".into(), &"newsletter".into()));
    assert!(row["erased_at"].is_string() && row["reason"].as_str().unwrap().starts_with("erased 180 days after"));
    assert!(app.run(&["list", "--all"]).contains("(erased)"));
    app.run(&["show", id]);
    let said = app.refused(&["accept", id, "--by", "R", "--reason", "x"]);
    assert!(said.contains("was erased"), "{said}");
    // The count still closes, and the proof accepts what the ledger says was erased.
    assert!(app.verify().contains("1 objects were erased on purpose"));
    let report: Value = serde_json::from_str(&app.run(&["report", "received", "--format", "json"])).unwrap();
    let sums: Vec<(u64, u64)> = report["sums"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["seen"].as_u64().unwrap(), one["taken"].as_u64().unwrap()))
        .collect();
    assert!(sums.iter().all(|(seen, taken)| seen == taken), "{sums:?}");

    // Any other object that is missing is still missing.
    let other = holding(&vault, "KEPTWORD").remove(0);
    std::fs::remove_file(other).unwrap();
    let broken = app.output(&["audit", "verify"]);
    assert!(String::from_utf8_lossy(&broken.stdout).contains("cannot be read"), "{broken:?}");
}

#[test]
fn an_erased_message_that_comes_again_is_known_stays_erased_and_its_bytes_go_again() {
    // chatwoot#12054, #10503: reject or erase, resync, rebuild the mailbox: it must not come back.
    let app = App::new();
    app.import(&["pair-gmail.eml"]);
    let item = app.list().remove(0);
    assert_eq!(item["state"], "queued", "an input by the machine's judgement, with a revision that quotes it");
    let title = item["title"].as_str().unwrap().to_string();
    app.decide(&["set-aside", item["messages"][0].as_str().unwrap(), "--kind", "personal"]);
    assert_eq!(after(&app, Some(30), 31), 1);
    app.verify();
    assert_eq!(app.sql("select count(*) || '' from revisions where content like '%evidence%:%quote%'"), ["0"]);
    let holds_title = app.sql("select content from revisions").iter().any(|content| content.contains(&title));
    assert!(!holds_title, "the taken-back revision still tells its title");

    // The same bytes under another path, as after a rebuilt mailbox, and other bytes of the same message.
    let again = app.folder.0.join("again.eml");
    std::fs::copy(crate::app::fixture("pair-gmail.eml"), &again).unwrap();
    app.run(&["import", &again.display().to_string()]);
    app.import(&["pair-exchange.eml"]);
    let all = app.list();
    assert_eq!(all.len(), 1, "no new item: {all:?}");
    assert_eq!(all[0]["title"], "(erased)");
    assert_eq!(app.sql("select settlement from copies order by first_seen"), ["taken", "copy", "copy"]);
    assert_eq!(app.sql("select count(*) || '' from erased"), ["2"], "their bytes are to go");
    assert_eq!(after(&app, Some(30), 31), 0);
    assert_eq!(app.sql("select count(*) || '' from erased where removed_at is null"), ["0"]);
    let files = |folder: &Path| std::fs::read_dir(folder).unwrap().count();
    let left: usize =
        "0123456789abcdef".chars().map(|digit| files(&app.data().join("vault").join(digit.to_string()))).sum();
    assert_eq!(left, 0, "the vault is empty");
    assert!(app.verify().contains("2 objects were erased on purpose"));
}

#[test]
fn what_a_person_accepted_after_all_or_a_public_input_is_made_of_is_never_erased() {
    let app = App::new();
    app.import(&["newsletter-en.eml", "input-en-pdf.eml"]);
    let newsletter = app.list().into_iter().find(|item| item["outcome"] == "set-aside").unwrap();
    set_aside(&app, &newsletter);
    app.decide(&["accept", newsletter["id"].as_str().unwrap()]);
    // Public once, then withdrawn, then set aside: what was public is not touched.
    let public = app
        .list()
        .into_iter()
        .find(|item| item["kind"] == "submission" && item["title"] != newsletter["title"])
        .unwrap();
    app.decide(&["approve", public["id"].as_str().unwrap()]);
    app.run(&["publish"]);
    app.decide(&["withdraw", public["id"].as_str().unwrap()]);
    app.decide(&["set-aside", public["messages"][0].as_str().unwrap(), "--kind", "personal"]);
    assert_eq!(after(&app, Some(1), 1_000), 0);
    app.verify();
    assert!(app.run(&["erase", "--dry-run"]).contains("set_aside_after is not set"));
}
