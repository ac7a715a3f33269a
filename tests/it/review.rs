//! The state table of a revision, and the acts of reviewers.

use crate::app::App;
use pouch::domain::submission::{Change, Rejection, State};
use pouch::domain::{Digest, PersonId, RevisionId, Timestamp};

fn states() -> [State; 6] {
    let (by, at, manifest) = (PersonId("p".into()), Timestamp::UNIX_EPOCH, Digest::of(b"m"));
    [
        State::Queued,
        State::Approved { by: by.clone(), at, manifest, released_by: None },
        State::Published { approved_by: by.clone(), at, manifest },
        State::Rejected { by: by.clone(), at, rejection: Rejection::Other },
        State::Withdrawn { by, at, was_public: false },
        State::Superseded { at, by_revision: RevisionId("r".into()), was_public: false },
    ]
}

fn changes() -> [Change; 6] {
    let (by, at) = (PersonId("p".into()), Timestamp::UNIX_EPOCH);
    [
        Change::Approve { by: by.clone(), at, manifest: Digest::of(b"m") },
        Change::Reject { by: by.clone(), at, rejection: Rejection::Other },
        Change::Publish { at },
        Change::Supersede { at, by_revision: RevisionId("r".into()) },
        Change::Withdraw { by: by.clone(), at },
        Change::Reopen { by, at },
    ]
}

/// A mail with a file that has a comment in it.
fn mail_with_a_commented_file(app: &App) -> String {
    let file = r"{\rtf1\ansi Recommendation on the directory of points of contact: we will help States to keep it up to date.\
                 {\*\annotation Remove this before it goes out.}\par}";
    let mail = format!(
        "From: office@example.org\r\nTo: desk@example.org\r\nSubject: Written input of the Example Institute\r\n\
         Message-ID: <commented@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n\
         --x\r\nContent-Type: text/plain\r\n\r\nPlease find attached our written input to the working group.\r\n\
         --x\r\nContent-Type: application/rtf; name=\"input.rtf\"\r\nContent-Disposition: attachment; \
         filename=\"input.rtf\"\r\n\r\n{file}\r\n--x--\r\n"
    );
    let path = app.folder.0.join("commented.eml");
    std::fs::write(&path, mail).unwrap();
    app.run(&["import", path.to_str().unwrap()]);
    app.item("commented@")["id"].as_str().unwrap().to_string()
}

#[test]
fn what_lies_hidden_in_a_file_must_have_been_seen_before_it_is_approved() {
    let app = App::new();
    let id = mail_with_a_commented_file(&app);
    let item = app.item("commented@");
    assert_eq!((&item["state"], &item["title_source"]), (&"queued".into(), &"subject".into()), "{item}");
    let said = refused(&app, &["approve", &id]);
    assert!(said.contains("input.rtf: 1 comment") && said.contains("--findings-seen"), "{said}");
    assert_eq!(app.item("commented@")["state"], "queued");
    // Without that file nothing stands in the way.
    app.decide(&["edit", &id, "--title", "Ours", "--part", "body"]);
    assert_eq!(app.item("commented@")["title_source"], "person");
    app.run(&[&["approve", &id][..], &BY].concat());
}

#[test]
fn every_pair_of_state_and_change_ends_as_the_table_says() {
    // Rows: queued, approved, published, rejected, withdrawn, superseded.
    // Columns: approve, reject, publish, supersede, withdraw, reopen.
    let table = [
        ["approved", "rejected", "-", "superseded", "withdrawn", "-"],
        ["-", "-", "published", "superseded", "withdrawn", "queued"],
        ["-", "-", "-", "superseded", "withdrawn", "-"],
        ["-", "-", "-", "superseded", "-", "queued"],
        ["-", "-", "-", "-", "-", "queued"],
        ["-", "-", "-", "-", "-", "queued"],
    ];
    for (state, row) in states().into_iter().zip(table) {
        for (change, expected) in changes().iter().zip(row) {
            let after = state.clone().after(change);
            let found = after.as_ref().map_or("-", |state| state.name());
            assert_eq!(found, expected, "{} then {}", state.name(), change.as_participle());
        }
    }
}

#[test]
fn only_another_person_than_the_approver_releases_and_only_once() {
    let release = |by: &str| Change::Release { by: PersonId(by.into()), at: Timestamp::UNIX_EPOCH };
    for state in states() {
        let name = state.name();
        let after = state.clone().after(&release("q"));
        assert_eq!(after.is_ok(), name == "approved", "{name}");
        assert!(state.after(&release("p")).is_err(), "{name} by the approver");
        if let Ok(released) = after {
            assert!(matches!(&released, State::Approved { released_by: Some(by), .. } if by.as_str() == "q"));
            assert!(released.after(&release("r")).is_err());
        }
    }
}

#[test]
fn withdrawing_a_public_revision_remembers_that_it_was_public() {
    let [_, _, published, ..] = states();
    let [.., withdraw, _] = changes();
    assert!(matches!(published.after(&withdraw), Ok(State::Withdrawn { was_public: true, .. })));
    assert!(matches!(State::Queued.after(&withdraw), Ok(State::Withdrawn { was_public: false, .. })));
}

/// Ids of the items with these Message-IDs after an import of the fixtures of the same names.
fn imported(app: &App, names: &[&str]) -> Vec<String> {
    app.import(
        &names
            .iter()
            .map(|name| format!("{name}.eml"))
            .collect::<Vec<_>>()
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>(),
    );
    names.iter().map(|name| app.item(&format!("{name}@"))["id"].as_str().unwrap().to_string()).collect()
}

const BY: [&str; 4] = ["--by", "Rana Reviewer", "--reason", "as agreed in the meeting"];

fn refused(app: &App, words: &[&str]) -> String {
    app.refused(&[words, &BY[..]].concat())
}

#[test]
fn a_stale_decision_is_refused_and_a_fresh_one_is_not() {
    let app = App::new();
    let ids = imported(&app, &["input-en-pdf"]);
    app.decide(&["edit", &ids[0], "--title", "Ports", "--seen", "1.1"]);
    let said = refused(&app, &["approve", &ids[0], "--seen", "1.1"]);
    assert!(said.contains("1.1") && said.contains("1.2"), "{said}");
    app.decide(&["approve", &ids[0], "--seen", "1.2"]);
    assert_eq!(app.item("input-en-pdf@")["state"], "published");
    app.verify();
}

#[test]
fn moves_that_the_table_does_not_allow_are_refused_in_words() {
    let app = App::new();
    let ids = imported(&app, &["input-en-pdf"]);
    assert!(refused(&app, &["reopen", &ids[0]]).contains("queued"));
    app.decide(&["reject", &ids[0]]);
    assert!(refused(&app, &["approve", &ids[0]]).contains("rejected"));
    assert!(refused(&app, &["edit", &ids[0], "--title", "x"]).contains("reopen"));
    app.decide(&["reopen", &ids[0]]);
    app.decide(&["approve", &ids[0]]);
    assert!(refused(&app, &["reopen", &ids[0]]).contains("published"));
    app.decide(&["withdraw", &ids[0]]);
    app.decide(&["reopen", &ids[0]]);
    app.decide(&["approve", &ids[0]]);
    assert_eq!(app.item("input-en-pdf@")["state"], "published");
    app.verify();
}

#[test]
fn a_decision_without_a_name_or_a_reason_is_refused() {
    let app = App::new();
    let ids = imported(&app, &["input-en-pdf"]);
    assert!(app.refused(&["approve", &ids[0], "--by", " ", "--reason", "x"]).contains("--by"));
    assert!(app.refused(&["approve", &ids[0], "--by", "Rana", "--reason", ""]).contains("--reason"));
    assert!(app.refused(&["approve", "ffffffff", "--by", "Rana", "--reason", "x"]).contains("nothing has the id"));
    assert_eq!(app.item("input-en-pdf@")["state"], "queued");
}

#[test]
fn an_assignment_needs_words_of_the_source_and_one_taken_away_stays_away() {
    let app = App::new();
    let ids = imported(&app, &["input-en-pdf", "input-en-docx"]);
    assert!(
        refused(&app, &["assign", &ids[0], "cb-gender", "--quote", "words that nobody wrote"])
            .contains("does not stand")
    );
    assert!(refused(&app, &["assign", &ids[0], "cb-nonsense", "--quote", "Breakwater"]).contains("catalogue"));
    app.decide(&["assign", &ids[0], "cb-gender", "--quote", "Breakwater  Harbour\nOperators"]);
    let item = app.item("input-en-pdf@");
    let mine = item["assignments"].as_array().unwrap().iter().find(|one| one["recommendation"] == "cb-gender").unwrap();
    assert_eq!(mine["assigner"], "person");
    assert!(mine["evidence"][0]["quote"].as_str().unwrap().starts_with("Breakwater"));
    app.decide(&["unassign", &ids[1], "cbm-poc-directory"]);
    app.decide(&["unassign", &ids[0], "cb-gender"]);
    app.decide(&["merge", &ids[0], "--into", &ids[1]]);
    let left = app.item("input-en-docx@");
    let names: Vec<&str> =
        left["assignments"].as_array().unwrap().iter().map(|one| one["recommendation"].as_str().unwrap()).collect();
    assert!(!names.contains(&"cbm-poc-directory"), "a label that a person took away came back: {names:?}");
    app.verify();
}

#[test]
fn a_duplicate_names_the_submission_it_repeats() {
    let app = App::new();
    let ids = imported(&app, &["input-en-pdf", "input-en-docx"]);
    assert!(refused(&app, &["reject", &ids[0], "--duplicate-of", &ids[0]]).contains("itself"));
    app.decide(&["reject", &ids[0], "--duplicate-of", &ids[1]]);
    assert!(app.run(&["show", &ids[0]]).contains(&format!("duplicate of {}", ids[1])));
    app.verify();
}

#[test]
fn papers_of_three_members_become_three_submissions() {
    let app = App::new();
    app.import(&["input-coalition-three-papers.eml"]);
    let item = &app.list()[0];
    let id = item["id"].as_str().unwrap();
    assert!(refused(&app, &["split", id, "--part", "9"]).contains("part 9"));
    app.decide(&["split", id, "--part", "3"]);
    app.decide(&["split", id, "--part", "4"]);
    let items = app.list();
    assert_eq!(items.len(), 3);
    let chosen = |item: &serde_json::Value| {
        item["attachments"].as_array().unwrap().iter().filter(|one| one["chosen"] == true).count()
    };
    assert!(items.iter().all(|item| chosen(item) == 1), "{items:#?}");
    let titles: Vec<&str> = items.iter().map(|item| item["title"].as_str().unwrap()).collect();
    assert!(titles.iter().any(|title| title.contains("Albatros")), "{titles:?}");
    for item in &items {
        app.decide(&["approve", item["id"].as_str().unwrap()]);
    }
    assert!(app.list().iter().all(|item| item["state"] == "published"));
    app.verify();
}

#[test]
fn an_annex_that_came_later_joins_the_input_it_belongs_to() {
    let app = App::new();
    let ids = imported(&app, &["input-en-pdf", "input-en-docx"]);
    app.decide(&["merge", &ids[1], "--into", &ids[0]]);
    let items = app.list();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["attachments"].as_array().unwrap().len(), 2);
    assert_eq!(items[0]["message_id_headers"].as_array().unwrap().len(), 2);
    assert!(app.run(&["show", &ids[1]]).contains("was joined into"));
    assert!(refused(&app, &["merge", &ids[1], "--into", &ids[0]]).contains("joined"));
    app.verify();
}

#[test]
fn what_was_set_aside_can_be_accepted_and_what_was_queued_can_be_set_aside() {
    let app = App::new();
    app.import(&["spam-en.eml", "input-en-docx.eml"]);
    let spam = app.item("spam-en@");
    assert_eq!(spam["outcome"], "set-aside");
    app.decide(&["accept", spam["id"].as_str().unwrap()]);
    let accepted = app.item("spam-en@");
    assert_eq!((&accepted["outcome"], &accepted["state"]), (&"submission".into(), &"queued".into()));
    let id = app.item("input-en-docx@")["id"].as_str().unwrap().to_string();
    assert!(refused(&app, &["set-aside", &id, "--kind", "submission"]).contains("--kind"));
    app.decide(&["set-aside", &id, "--kind", "query"]);
    let aside = app.item("input-en-docx@");
    assert_eq!((&aside["outcome"], &aside["kind"]), (&"set-aside".into(), &"query".into()));
    assert_eq!(app.list().len(), 2);
    app.verify();
}

#[test]
fn a_held_message_is_released_or_read_again() {
    let app = App::new();
    app.import(&["withdrawal-en.eml", "empty-body.eml"]);
    let held = app.item("withdrawal-en@");
    assert_eq!(held["outcome"], "held");
    app.decide(&["retry", held["id"].as_str().unwrap()]);
    assert_eq!(app.item("withdrawal-en@")["outcome"], "held");
    app.decide(&["release", held["id"].as_str().unwrap()]);
    assert_eq!(app.item("withdrawal-en@")["outcome"], "set-aside");
    assert!(refused(&app, &["release", held["id"].as_str().unwrap()]).contains("not held"));
    let unknown = app.list().into_iter().find(|item| item["outcome"] == "held").unwrap();
    assert!(refused(&app, &["release", unknown["id"].as_str().unwrap()]).contains("pouch accept"));
    app.verify();
}

#[test]
fn two_messages_that_were_joined_can_be_parted() {
    let app = App::new();
    app.import(&["pair-gmail.eml", "pair-exchange.eml"]);
    let items = app.list();
    assert_eq!(items.len(), 1);
    let message = items[0]["messages"][0].as_str().unwrap();
    app.decide(&["part", message]);
    let items = app.list();
    assert_eq!(items.len(), 2);
    assert!(items.iter().all(|item| item["mailboxes"].as_array().unwrap().len() == 1), "{items:#?}");
    assert!(refused(&app, &["part", message]).contains("nothing to part"));
    app.verify();
}

#[test]
fn approval_waits_for_the_delay_and_reopening_takes_it_back() {
    let app = App::new();
    let config = app.data().join("pouch.toml");
    std::fs::write(&config, std::fs::read_to_string(&config).unwrap().replace("\"0s\"", "\"1h\"")).unwrap();
    let ids = imported(&app, &["input-en-pdf"]);
    assert!(app.decide(&["approve", &ids[0]]).contains("goes public in"));
    assert_eq!(app.item("input-en-pdf@")["state"], "approved");
    assert!(!app.public(&format!("inputs/{}", ids[0])).exists());
    app.decide(&["reopen", &ids[0]]);
    assert_eq!(app.item("input-en-pdf@")["state"], "queued");
    assert_eq!(app.sql("select stage from tasks"), Vec::<String>::new());
    app.verify();
}

/// Nobody could read it: it is no content until its sender unlocks it.
#[test]
fn what_is_locked_is_not_chosen_for_publication() {
    let app = App::new();
    app.import(&["file-locked-pdf.eml"]);
    let list = app.list();
    let file = &list[0]["attachments"][0];
    assert_eq!((file["status"].as_str(), file["chosen"].as_bool()), (Some("locked"), Some(false)), "{file}");
}
