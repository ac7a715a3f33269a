//! When an input was received and by whose clock, and what came by hand.

use crate::app::App;
use crate::journey::account_config;
use crate::servers::{Dovecot, PASSWORD};
use pouch::config::Config;
use pouch::domain::timing::Timing;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

fn call(lines: &str) -> Config {
    Config::read(&format!("[call]\ntime_zone = \"America/New_York\"\n{lines}"), Path::new(".")).unwrap()
}

#[test]
fn a_deadline_is_judged_in_the_zone_of_the_call() {
    let deadline = |lines: &str| call(lines).call.deadline.unwrap().to_string();
    // 6 p.m. in New York is 23:00 UTC in winter and 22:00 in summer.
    assert_eq!(deadline("deadline = 2023-12-01T18:00:00"), "2023-12-01T23:00:00Z");
    assert_eq!(deadline("deadline = \"2023-07-01T18:00\""), "2023-07-01T22:00:00Z");
    // A day alone ends with that day, there.
    assert_eq!(deadline("deadline = 2023-12-01"), "2023-12-02T04:59:59.999999999Z");
    let wrong = |lines: &str| Config::read(&format!("[call]\n{lines}"), Path::new(".")).unwrap_err().join(" ");
    assert!(wrong("time_zone = \"New York\"").contains("time zone"));
    assert!(wrong("event = 2023-12-06T09:00:00\nevent_ends = 2023-12-06T08:00:00").contains("before"));
    // An offset beside a time zone would be a second opinion.
    assert!(wrong("deadline = 2023-12-01T18:00:00-05:00").contains("deadline"));
    assert!(wrong("code = \"a/b\"").contains("letters"));
}

#[test]
fn an_event_is_a_day_or_lasts_from_hour_to_hour() {
    let at = |text: &str| text.parse().unwrap();
    let day = call("event = 2023-12-06").call.event.unwrap();
    assert_eq!(Timing::of(at("2023-12-06T04:59:59Z"), day), Timing::Before);
    assert_eq!(Timing::of(at("2023-12-06T05:00:00Z"), day), Timing::During);
    assert_eq!(Timing::of(at("2023-12-07T05:00:00Z"), day), Timing::After);
    let hours = call("event = 2023-12-06T09:00:00\nevent_ends = 2023-12-06T12:00:00").call.event.unwrap();
    assert_eq!(Timing::of(at("2023-12-06T13:59:59Z"), hours), Timing::Before);
    assert_eq!(Timing::of(at("2023-12-06T14:00:00Z"), hours), Timing::During);
    assert_eq!(Timing::of(at("2023-12-06T17:00:00Z"), hours), Timing::After);
}

const PAPER: &str = "Written input of the Lantern Association\n\n\
    We welcome the second annual progress report (A/78/265).\n\n\
    Every State should nominate its points of contact, diplomatic and technical, for the global intergovernmental points of \
    contact directory, keep the entries up to date, and take part in the ping tests, so that a call in a crisis reaches a \
    person who may answer.\n";

fn mail(number: u32) -> Vec<u8> {
    format!(
        "From: Ana <ana@sender.example>\r\nTo: call@desk.example\r\nSubject: Input {number}\r\nDate: Fri, 01 Dec 2023 10:00:00 +0000\r\n\
         Message-ID: <dated-{number}@sender.example>\r\n\r\n{}\r\n",
        PAPER.replace('\n', "\r\n")
    )
    .into_bytes()
}

/// zammad#3005: tickets got the import time; the mail's own dates were lost.
#[test]
fn the_servers_clock_says_when_and_late_drops_nothing_and_is_never_public() {
    let dovecot = Dovecot::shared();
    let user = dovecot.user();
    let app = App::with_config("");
    let config = fs::read_to_string(app.data().join("pouch.toml")).unwrap();
    let call = "[call]\ntime_zone = \"America/New_York\"\nevent = 2023-12-06T09:00:00\nevent_ends = 2023-12-06T12:00:00\n\
                deadline = 2023-12-01T18:00:00\n";
    let account = account_config(&user, "chair", "password");
    fs::write(app.data().join("pouch.toml"), format!("{config}[receive]\npoll = \"1s\"\n{call}{account}")).unwrap();
    fs::write(app.data().join("password"), format!("{PASSWORD}\n")).unwrap();
    // 22:59 and 23:01 UTC on 1 December, and after the dialogue.
    let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    for (number, time) in [(1, 1_701_471_540), (2, 1_701_471_660), (3, 1_701_882_000)] {
        user.deliver_at("INBOX", &mail(number), at(time));
    }
    let serving = app.serve();
    let items = crate::app::wait_for("three inputs", || {
        let items = app.list();
        (items.len() == 3 && items.iter().all(|item| item["state"] == "queued")).then_some(items)
    });
    let of = |number: u32| {
        let wanted = format!("dated-{number}@sender.example");
        items.iter().find(|item| item["message_id_headers"][0] == wanted.as_str()).unwrap()
    };
    assert_eq!(of(1)["server_received_at"], "2023-12-01T22:59:00Z");
    assert_eq!((of(1)["late"].as_bool(), of(1)["timing"].as_str()), (Some(false), Some("before")));
    assert_eq!((of(2)["late"].as_bool(), of(2)["timing"].as_str()), (Some(true), Some("before")));
    assert_eq!((of(3)["late"].as_bool(), of(3)["timing"].as_str()), (Some(true), Some("after")));
    assert_eq!(of(3)["received_by"], "server");
    let late = of(3)["id"].as_str().unwrap();
    let shown = app.run(&["show", late]);
    assert!(
        shown.contains("2023-12-06 12:00 (America/New_York), by the mail server's clock, after the event, late"),
        "{shown}"
    );
    app.refuse_relations();
    app.decide(&["approve", late]);
    let html =
        crate::app::wait_for("the page", || fs::read_to_string(app.public(&format!("inputs/{late}/index.html"))).ok());
    assert!(html.contains("6 December 2023") || html.contains("2023-12-06"), "{html}");
    assert!(!html.to_lowercase().contains("late:") && !html.contains("deadline"), "{html}");
    drop(serving);
}

#[test]
fn what_came_on_paper_goes_the_same_way_with_its_source() {
    let app = App::with_config("[call]\ncode = \"OEWG\"\n");
    let paper = app.folder.0.join("lantern paper.txt");
    fs::write(&paper, PAPER).unwrap();
    let path = paper.to_str().unwrap();
    let add = |from: &str, more: &[&str]| {
        let mut words =
            vec!["add", path, "--from", from, "--source", "letter handed over at the meeting", "--by", "Omar Clerk"];
        words.extend(more);
        app.run(&words)
    };
    let said = add("Lantern Association <desk@lantern.example>", &["--received", "2023-12-05"]);
    assert!(said.contains("waits in the queue, number OEWG/1"), "{said}");
    let item = app.list().remove(0);
    assert_eq!(item["state"], "queued", "{item}");
    assert_eq!(item["mailboxes"][0], "by hand/letter handed over at the meeting");
    assert_eq!(
        (item["server_received_at"].as_str(), item["received_by"].as_str()),
        (Some("2023-12-05T00:00:00Z"), Some("person"))
    );
    assert!(!item["assignments"].as_array().unwrap().is_empty(), "{item}");
    let id = item["id"].as_str().unwrap();
    let shown = app.run(&["show", id]);
    assert!(shown.contains("Omar Clerk  brought in: added by hand: letter handed over at the meeting"), "{shown}");
    // The file itself becomes public, not the mail that was made for it.
    app.decide(&["approve", id]);
    let digest = item["attachments"][0]["digest"].as_str().unwrap();
    assert_eq!(digest, pouch::domain::Digest::of(PAPER.as_bytes()).to_string());
    assert!(app.public(&format!("inputs/{id}/index.html")).exists());
    let report: Value = serde_json::from_str(&app.run(&["report", "received", "--format", "json"])).unwrap();
    assert_eq!(report["rows"].as_array().unwrap().len(), 1);
    assert!(app.verify().contains("In order"));
}

#[test]
fn what_the_machine_would_hold_is_an_input_if_a_person_brings_it() {
    let app = App::new();
    let note = app.folder.0.join("note.txt");
    fs::write(&note, "Seen and agreed.\n").unwrap();
    let words = |path: &Path, from: &str, by: &str| {
        let words = ["add", path.to_str().unwrap(), "--from", from, "--source", "a colleague", "--by", by];
        app.output(&words)
    };
    // A name alone will do.
    let output = words(&note, "Ministry of Rivers", "Omar Clerk");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let item = app.list().remove(0);
    assert_eq!((item["outcome"].as_str(), item["state"].as_str()), (Some("submission"), Some("queued")), "{item}");
    // What makes no sense is refused before anything is stored.
    let empty = app.folder.0.join("empty.pdf");
    fs::write(&empty, "").unwrap();
    for (path, from, by) in [
        (empty.as_path(), "A <a@b.example>", "Omar"),
        (Path::new("/nowhere/x.pdf"), "A <a@b.example>", "Omar"),
        (note.as_path(), "A <a@b@c", "Omar"),
        (note.as_path(), "A\nBcc: x@y.example", "Omar"),
        (note.as_path(), "A <a@b.example>", " "),
    ] {
        let output = words(path, from, by);
        assert!(!output.status.success(), "{from:?} {path:?} {by:?} should have been refused");
    }
    assert_eq!(app.list().len(), 1);
}
