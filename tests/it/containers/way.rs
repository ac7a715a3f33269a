//! Packed files on their way to the public page, through the built program.

use crate::app::App;
use pouch::domain::Digest;
use serde_json::Value;
use std::fs;

/// Path, status and whether it is chosen, of each part.
fn parts(item: &Value) -> Vec<(String, String, bool)> {
    let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_string();
    let all = item["attachments"].as_array().unwrap().iter();
    all.map(|one| (text(one, "part"), text(one, "status"), one["chosen"].as_bool().unwrap())).collect()
}

fn wanted(parts: &[(&str, &str, bool)]) -> Vec<(String, String, bool)> {
    parts.iter().map(|(path, status, chosen)| (path.to_string(), status.to_string(), *chosen)).collect()
}

#[test]
fn files_of_an_archive_are_chosen_one_by_one_and_published_with_the_right_bytes() {
    let app = App::new();
    app.import(&["packed-zip-of-papers.eml"]);
    let item = app.item("packed-zip-of-papers@");
    assert_eq!(parts(&item), wanted(&[("2", "archive", false), ("2.1", "text", true), ("2.2", "text", true)]));
    let id = item["id"].as_str().unwrap();
    let shown = app.run(&["show", id]);
    for line in ["  2  papers.zip", "* 2.1  breakwater-input.pdf", "* 2.2  annex/directory.docx"] {
        assert!(shown.contains(line), "{line} is not in\n{shown}");
    }
    // A person leaves one of the two out.
    app.decide(&["edit", id, "--part", "2.1"]);
    app.decide(&["approve", id]);
    let folder = app.public(&format!("inputs/{id}"));
    let paper = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/files/en-ports.pdf")).unwrap();
    let file = folder.join(format!("{}.pdf", Digest::of(&paper)));
    assert!(fs::read(&file).unwrap() == paper, "not the bytes of the file in the archive");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "more than the page and the chosen file is public");
    assert!(app.verify().contains("In order"));
}

#[test]
fn a_file_in_an_archive_in_a_forwarded_mail_is_published() {
    let app = App::new();
    app.import(&["packed-zip-in-a-forwarded-mail.eml"]);
    let item = app.item("packed-zip-in-a-forwarded-mail@");
    let found = parts(&item);
    assert_eq!(found[0].1, "message");
    assert_eq!(found[1].1, "archive");
    assert!(found[2].0.starts_with(&format!("{}.", found[1].0)) && found[2].2, "{found:?}");
    let id = item["id"].as_str().unwrap();
    app.decide(&["approve", id]);
    let digest = item["attachments"][2]["digest"].as_str().unwrap();
    let file = fs::read(app.public(&format!("inputs/{id}/{digest}.pdf"))).unwrap();
    assert_eq!(Digest::of(&file).to_string(), digest);
}

/// glpi#17869.
#[test]
fn a_calendar_entry_and_a_contact_card_are_shown_and_are_no_input() {
    let app = App::new();
    app.import(&["packed-beside-calendar-and-card.eml"]);
    let item = app.item("packed-beside-calendar-and-card@");
    assert_eq!(parts(&item), wanted(&[("2", "text", true), ("3", "text", false), ("4", "text", false)]));
    let shown = app.run(&["show", item["id"].as_str().unwrap(), "--text"]);
    for words in [
        "Calendar entry: Informal dialogue, from 2023-12-06 14:00 UTC",
        "Contact card: Ada Breakwater, Breakwater Institute",
    ] {
        assert!(shown.contains(words), "{words} is not in\n{shown}");
    }
    let evidence = item["assignments"].to_string();
    assert!(!evidence.contains("\"part\":\"3\"") && !evidence.contains("\"part\":\"4\""), "{evidence}");
}

#[test]
fn an_archive_that_is_not_opened_says_what_to_do() {
    let app = App::new();
    app.import(&["packed-7z.eml"]);
    let item = app.item("packed-7z@");
    assert!(item["problems"].to_string().contains("papers.7z could not be read"), "{item}");
}
