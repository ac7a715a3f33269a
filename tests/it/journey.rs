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
