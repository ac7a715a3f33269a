//! Every fixture mail through the built program: outcome, kind, problems and the state of its files are as
//! `fixtures/mail/expected.json` says. Drop a mail and its line there, and a test exists.

use crate::app::{App, fixture};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Imports all fixtures, each under a path of its own, so that the item of each is known.
fn items_by_file(app: &App) -> BTreeMap<String, Value> {
    let folder = fixture("expected.json").parent().unwrap().to_path_buf();
    let mut names: Vec<String> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.ends_with(".eml"));
    names.sort();
    app.import(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let mut by_file = BTreeMap::new();
    for item in app.list() {
        for mailbox in item["mailboxes"].as_array().unwrap() {
            let name = mailbox.as_str().unwrap().rsplit('/').next().unwrap();
            by_file.insert(name.to_string(), item.clone());
        }
    }
    by_file
}

fn expected() -> BTreeMap<String, Value> {
    serde_json::from_str(&std::fs::read_to_string(fixture("expected.json")).unwrap()).unwrap()
}

/// zammad#795, #2227, #4584, #5826: odd charsets, names and headers, deep HTML: `broken-*`, `charset-*`, `names-*`.
#[test]
fn every_fixture_ends_as_expected() {
    let app = App::new();
    let items = items_by_file(&app);
    let mut wrong = Vec::new();
    for (file, expected) in expected() {
        let Some(item) = items.get(&file) else {
            wrong.push(format!("{file}: is in no list"));
            continue;
        };
        for field in ["outcome", "kind"] {
            if item[field] != expected[field] {
                wrong.push(format!("{file}: {field} is {}, not {} ({})", item[field], expected[field], item["reason"]));
            }
        }
        let codes: BTreeSet<&str> =
            item["problems"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
        let wanted: BTreeSet<&str> =
            expected["problems"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
        if codes != wanted {
            wrong.push(format!("{file}: problems are {codes:?}, not {wanted:?}"));
        }
        if let Some(same) = expected["same_message_as"].as_str()
            && items.get(same).map(|other| &other["id"]) != Some(&item["id"])
        {
            wrong.push(format!("{file}: is not one message with {same}"));
        }
        for (name, status) in expected["attachments"].as_object().into_iter().flatten() {
            let found = item["attachments"].as_array().unwrap().iter().find(|one| one["name"] == name.as_str());
            if found.map(|one| &one["status"]) != Some(status) {
                wrong.push(format!("{file}: {name} is {:?}, not {status}", found.map(|one| &one["status"])));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of the fixtures:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_labelled_submission_is_set_aside_and_few_mails_are_held() {
    let app = App::new();
    let items = items_by_file(&app);
    let labels = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/corpus/labels.json");
    let labels: BTreeMap<String, Value> = serde_json::from_str(&std::fs::read_to_string(labels).unwrap()).unwrap();
    let (mut held, mut lost) = (0, Vec::new());
    for (id, label) in &labels {
        let item = &items[&format!("dev-{id}.eml")];
        held += usize::from(item["outcome"] == "held");
        if label["kind"] == "submission" && item["outcome"] == "set-aside" {
            lost.push(format!("{id}: {}", item["reason"]));
        }
    }
    assert!(lost.is_empty(), "{lost:?}");
    assert!(held * 8 <= labels.len(), "{held} of {} mails are held", labels.len());
}

#[test]
fn importing_everything_again_changes_nothing() {
    let app = App::new();
    let before = items_by_file(&app);
    assert_eq!(items_by_file(&app), before);
    assert!(app.verify().contains("In order"));
}

#[test]
fn a_mbox_a_maildir_and_single_files_give_the_same_messages() {
    let app = App::new();
    let names = ["input-en-pdf.eml", "input-ru-body.eml", "pair-gmail.eml"];
    app.import(&names);
    let mails: Vec<Vec<u8>> = names.iter().map(|name| std::fs::read(fixture(name)).unwrap()).collect();
    let mut mbox = Vec::new();
    let maildir = app.folder.0.join("Maildir");
    for part in ["cur", "new", "tmp"] {
        std::fs::create_dir_all(maildir.join(part)).unwrap();
    }
    for (at, mail) in mails.iter().enumerate() {
        mbox.extend(b"From someone Mon Jan  1 00:00:00 2024\n");
        mbox.extend(String::from_utf8_lossy(mail).replace("\r\n", "\n").replace("\nFrom ", "\n>From ").as_bytes());
        mbox.extend(b"\n");
        std::fs::write(maildir.join("cur").join(format!("{at}:2,S")), mail).unwrap();
    }
    let file = app.folder.0.join("inputs.mbox");
    std::fs::write(&file, mbox).unwrap();
    app.run(&["import", file.to_str().unwrap(), maildir.to_str().unwrap()]);
    let items = app.list();
    assert_eq!(items.len(), 3, "{items:#?}");
    assert!(items.iter().all(|item| item["mailboxes"].as_array().unwrap().len() == 3), "{items:#?}");
}

#[test]
fn a_path_that_is_not_there_is_said_and_fails() {
    let app = App::new();
    let output = app.output(&["import", "/nowhere/at/all.eml"]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("/nowhere/at/all.eml"));
}

#[test]
fn every_closed_word_of_the_list_is_documented() {
    use pouch::domain::classification::{MessageKind, SubmitterKind};
    use pouch::domain::{FindingCode, ProblemCode};
    let manual = include_str!("../../docs/list-json.md");
    let mut words: Vec<String> = MessageKind::ALL.iter().map(|kind| kind.as_str().to_string()).collect();
    words.extend(SubmitterKind::ALL.iter().map(|kind| kind.as_str().to_string()));
    words.extend(pouch::domain::submission::State::NAMES.map(String::from));
    words.extend(ProblemCode::ALL.iter().map(|code| serde_json::to_value(code).unwrap().as_str().unwrap().to_string()));
    words.extend(FindingCode::ALL.iter().map(|code| serde_json::to_value(code).unwrap().as_str().unwrap().to_string()));
    words.extend(
        ["archive", "message", "submission", "set-aside", "held", "text", "locked", "no-text", "unreadable", "waiting"]
            .map(String::from),
    );
    let missing: Vec<&String> = words.iter().filter(|word| !manual.contains(&format!("`{word}`"))).collect();
    assert!(missing.is_empty(), "not in docs/list-json.md: {missing:?}");
    let app = App::new();
    app.import(&["input-en-docx.eml"]);
    let list = app.list();
    for key in list[0].as_object().unwrap().keys() {
        assert!(manual.contains(&format!("`{key}`")), "the key {key} is not in docs/list-json.md");
    }
}
