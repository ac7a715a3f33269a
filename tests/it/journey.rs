//! One submission the whole way: mail into Dovecot by IMAP APPEND, text, assignment, approval, page, withdrawal, report.

use crate::app::{App, fixture, wait_for};
use crate::servers::{Dovecot, PASSWORD, User};
use serde_json::Value;
use std::fs;

/// The configuration of an account, as an operator writes it.
pub fn account_config(user: &User<'_>, name: &str, password_file: &str) -> String {
    let account = user.account();
    format!(
        "[[account]]\nname = \"{name}\"\nhost = \"localhost\"\nport = {}\nuser = \"{}\"\npassword_file = \"{password_file}\"\n\
         ca_file = \"{}\"\n",
        account.port,
        user.name,
        user.dovecot.ca().display()
    )
}

/// An app that watches two mailboxes of their own at the shared Dovecot.
fn app_for(chair: &User<'_>, office: &User<'_>) -> App {
    let accounts =
        format!("{}{}", account_config(chair, "chair", "password"), account_config(office, "office", "password"));
    let app = App::with_config("");
    let config = fs::read_to_string(app.data().join("pouch.toml")).unwrap();
    let quick = "[receive]\npoll = \"1s\"\nbackoff_least = \"50ms\"\n";
    fs::write(app.data().join("pouch.toml"), format!("{config}{quick}{accounts}")).unwrap();
    fs::write(app.data().join("password"), format!("{PASSWORD}\n")).unwrap();
    app
}

fn arrived(app: &App, message_id: &str) -> Value {
    wait_for(message_id, || {
        let items = app.list();
        items.into_iter().find(|item| item["message_id_headers"].to_string().contains(message_id))
    })
}

#[test]
fn a_mail_goes_from_mailbox_to_public_page_and_back() {
    let dovecot = Dovecot::shared();
    let (chair, office) = (dovecot.user(), dovecot.user());
    let app = app_for(&chair, &office);
    let serving = app.serve();

    // The same mail in both mailboxes, as two providers hand it out, and one that lies in a junk folder.
    chair.append("INBOX", &fs::read(fixture("pair-gmail.eml")).unwrap());
    office.append("INBOX", &fs::read(fixture("pair-exchange.eml")).unwrap());
    office.append("Junk", &fs::read(fixture("input-en-docx.eml")).unwrap());

    let item = arrived(&app, "CAF7albatros-pair@");
    assert_eq!(item["outcome"], "submission");
    assert_eq!(item["state"], "queued");
    assert_eq!(item["languages"][0], "es");
    assert_eq!(item["attachments"][0]["status"], "text");
    let item = wait_for("both copies", || {
        let item = arrived(&app, "CAF7albatros-pair@");
        (item["mailboxes"].as_array().unwrap().len() == 2).then_some(item)
    });
    assert_eq!(item["mailboxes"], serde_json::json!(["chair/INBOX", "office/INBOX"]));
    let from_junk = arrived(&app, "input-en-docx@");
    assert!(from_junk["problems"].to_string().contains("found-in-junk"), "{from_junk}");

    // Every assignment stands in the text that it quotes.
    let id = item["id"].as_str().unwrap();
    let shown: Value = serde_json::from_str(&app.run(&["show", id, "--json"])).unwrap();
    let assignments = item["assignments"].as_array().unwrap();
    assert!(!assignments.is_empty(), "{item}");
    for evidence in assignments.iter().flat_map(|one| one["evidence"].as_array().unwrap()) {
        let texts = shown["texts"].as_array().unwrap();
        let text = texts.iter().find(|text| text["part"] == evidence["part"]).unwrap()["text"].as_str().unwrap();
        let (start, end) = (evidence["start"].as_u64().unwrap() as usize, evidence["end"].as_u64().unwrap() as usize);
        let words: String = text.chars().skip(start).take(end - start).collect();
        assert_eq!(words, evidence["quote"].as_str().unwrap());
    }

    // Nothing is public before a named person approves.
    assert!(!app.public(&format!("inputs/{id}")).exists());
    app.decide(&["approve", id]);
    let page = app.public(&format!("inputs/{id}/index.html"));
    let html = wait_for("the public page", || fs::read_to_string(&page).ok());
    assert!(html.contains("Red Albatros"), "{html}");
    let digest = item["attachments"][0]["digest"].as_str().unwrap();
    let file = app.public(&format!("inputs/{id}/{digest}.odt"));
    assert!(file.exists());
    assert!(fs::read_to_string(app.public("index.html")).unwrap().contains(id));

    app.decide(&["withdraw", id]);
    assert!(!file.exists(), "a withdrawn file is still there");
    let html = fs::read_to_string(&page).unwrap();
    assert!(html.contains("Withdrawn on") && html.contains("as agreed in the meeting"), "{html}");

    assert!(serving.stop().as_secs() < 10);
    let verified = app.verify();
    assert!(verified.contains("In order"), "{verified}");
    let report: Value = serde_json::from_str(&app.run(&["report", "received", "--format", "json"])).unwrap();
    for sums in report["sums"].as_array().unwrap() {
        let of = |name: &str| sums[name].as_u64().unwrap();
        let ended = of("taken") + of("copies") + of("left_out") + of("parked") + of("gone");
        assert_eq!(of("seen"), ended, "{sums}");
    }
    let rows = report["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows.iter().map(|row| row["copies"].as_array().unwrap().len()).sum::<usize>(), 3);
}

#[test]
fn a_stopped_service_takes_what_came_meanwhile() {
    // chatwoot#9234, #10103: after a stop it read only the last day. There is no window of time here, only UIDs.
    let dovecot = Dovecot::shared();
    let (chair, office) = (dovecot.user(), dovecot.user());
    let app = app_for(&chair, &office);
    chair.append("INBOX", &fs::read(fixture("input-en-pdf.eml")).unwrap());
    let serving = app.serve();
    arrived(&app, "input-en-pdf@");
    serving.stop();
    chair.append("INBOX", &fs::read(fixture("input-fr-pdf.eml")).unwrap());
    let serving = app.serve();
    arrived(&app, "input-fr-pdf@");
    serving.stop();
    assert_eq!(app.list().len(), 2);
}

#[test]
fn two_services_on_one_postgresql_share_the_work_and_take_nothing_twice() {
    let dovecot = Dovecot::shared();
    let (chair, office) = (dovecot.user(), dovecot.user());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let url = runtime.block_on(crate::servers::postgres());
    let app = app_for(&chair, &office);
    let config = app.data().join("pouch.toml");
    fs::write(&config, format!("postgres_url = \"{url}\"\n{}", fs::read_to_string(&config).unwrap())).unwrap();
    let mail = |number: u32| {
        format!(
            "From: A <a{number}@body{number}.example>\r\nSubject: Written input {number}\r\nMessage-ID: <shared-{number}@body.example>\r\n\
             Date: Tue, 28 Nov 2023 10:00:00 +0000\r\n\r\n{}\r\nNumber {number}.\r\n",
            "Our written input is on capacity-building, norms and threats. ".repeat(6)
        )
    };
    (0..20).for_each(|number| chair.append("INBOX", mail(number).as_bytes()));
    let (first, second) = (app.serve(), app.serve());
    (20..40).for_each(|number| {
        chair.append("INBOX", mail(number).as_bytes());
        office.append("INBOX", mail(number).as_bytes());
    });
    let all = wait_for("all forty, with every copy", || {
        let items = app.list();
        let copies: usize = items.iter().map(|item| item["mailboxes"].as_array().unwrap().len()).sum();
        (items.len() == 40 && copies == 60).then_some(items)
    });
    // One of the two ends; the other one goes on alone.
    first.stop();
    chair.append("INBOX", mail(40).as_bytes());
    arrived(&app, "shared-40@");
    let id = all[0]["id"].as_str().unwrap();
    app.decide(&["approve", id]);
    assert!(app.public(&format!("inputs/{id}/index.html")).exists());
    second.stop();
    let mut ids: Vec<String> = app.list().iter().map(|item| item["message_id_headers"].to_string()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 41);
    assert_eq!(app.list().len(), 41);
    assert!(app.verify().contains("In order"));
}

#[test]
fn check_says_what_would_be_taken_and_takes_nothing() {
    let dovecot = Dovecot::shared();
    let (chair, office) = (dovecot.user(), dovecot.user());
    let app = app_for(&chair, &office);
    chair.append("INBOX", &fs::read(fixture("input-en-pdf.eml")).unwrap());
    chair.append("Junk", &fs::read(fixture("input-fr-pdf.eml")).unwrap());
    let said = app.run(&["check"]);
    assert!(said.contains("chair/INBOX (inbox): 1 messages on the server, 0 known already"), "{said}");
    assert!(said.contains("would take 1 messages") && said.contains("chair/Junk (junk)"), "{said}");
    assert!(said.contains("Nothing was taken."));
    assert_eq!(app.list().len(), 0);
    assert_eq!(app.sql("select mailbox_id from copies"), Vec::<String>::new());
}
