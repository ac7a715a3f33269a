//! Adding by hand at the desk: files and saved mails come to the queue under the name of whoever brought them, the same is not
//! taken twice, and what is refused says why and keeps what was typed.

use crate::app::{App, fixture, wait_for, wait_up_to};
use crate::attacks::{Request, send as send_raw};
use crate::desk::on_both;
use crate::visitor::Visitor;
use pouch::domain::Timestamp;
use pouch::domain::ledger::{Actor, Event};
use pouch::review::by_hand::{self, Brought, ByHand};
use pouch::store::{brought, ledger};
use std::path::{Path, PathBuf};
use std::time::Duration;

const PAPER: &str = "Written input of the Lantern Institute.\r\n\r\nWe ask that the Secretariat send a test message to every \
                     contact of the directory once a quarter.\r\n";

/// One file of a form: its name and bytes.
type File<'a> = (&'a str, &'a [u8]);

/// Fields, files and the words of the refusal.
type Case<'a> = (Vec<(&'a str, &'a str)>, Vec<File<'a>>, &'a str);

/// Sends the form of the page with the word in front.
fn add(visitor: &mut Visitor, fields: &[(&str, &str)], files: &[File<'_>]) -> crate::attacks::Answer {
    let word = visitor.get("/add").csrf().to_string();
    let fields = [&[("csrf", word.as_str())], fields].concat();
    let files: Vec<_> = files.iter().map(|(name, bytes)| ("file", *name, "application/octet-stream", *bytes)).collect();
    send_raw(&visitor.address, &Request::upload("/add", &fields, &files).with("Cookie", &visitor.cookie_line()))
}

/// Where the answer leads, once it is through.
fn led(visitor: &mut Visitor, answer: &crate::attacks::Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.body);
    let mut place = answer.header("location").unwrap().to_string();
    wait_for("the entry", || {
        if place.starts_with("/add/") {
            let next = visitor.get(&place);
            place = if next.status == 303 { next.location().into() } else { place.clone() };
        }
        place.starts_with("/inputs/").then(|| place.clone())
    })
}

/// Copies, what is on its way, and entries of the ledger: what a refused form must leave as it is.
fn kept(app: &App) -> String {
    app.sql(
        "select (select count(*) from copies) || ' ' || (select count(*) from brought) || ' ' || \
             (select count(*) from ledger where event like '%by-hand%' or event like '%mailbox-seen%')",
    )
    .remove(0)
}

#[test]
fn files_come_to_the_queue_under_the_name_of_who_brought_them() {
    let app = App::with_config("[call]\ntime_zone = \"America/New_York\"\n");
    let serving = app.serve();
    let mut ada = Visitor::first(&serving);
    let mut rana = ada.invite("Rana Reviewer", "rana", &["reviewer"]);
    let page = rana.page("/add");
    assert!(page.contains("America/New_York") && page.contains("enctype=\"multipart/form-data\""), "{page}");
    assert!(rana.page("/").contains("href=\"/add\""), "no way to the page");
    let fields = [
        ("source", "handed over on paper at the dialogue"),
        ("from", "Lantern Institute <office@lantern.example>"),
        ("title", "Contacts that answer"),
        ("day", "2023-12-05"),
        ("time", "14:30"),
    ];
    let files = [("paper.txt", PAPER.as_bytes()), ("annex.txt", &b"An annex with a list of contacts.\r\n"[..])];
    let answer = add(&mut rana, &fields, &files);
    let place = led(&mut rana, &answer);
    assert!(place.contains("?done=add&"), "{place}");
    let entry = rana.page(&place);
    assert!(entry.contains("It is added: your name and how it came stand on record."), "{entry}");
    let list = app.list();
    let item = &list[0];
    assert_eq!((list.len(), item["state"].as_str()), (1, Some("queued")), "{item}");
    assert!(place.starts_with(&format!("/inputs/{}?", item["id"].as_str().unwrap())), "{place}");
    assert_eq!((&item["title"], &item["received_by"]), (&"Contacts that answer".into(), &"person".into()));
    assert_eq!(item["server_received_at"], "2023-12-05T19:30:00Z");
    assert_eq!(item["mailboxes"][0], "by hand/handed over on paper at the dialogue");
    assert_eq!(item["attachments"].as_array().unwrap().len(), 2);
    assert!(entry.contains("Rana Reviewer") && entry.contains("added by hand: handed over on paper"), "{entry}");
    // Sources of before are offered.
    assert!(rana.page("/add").contains("<option value=\"handed over on paper at the dialogue\">"));

    // The same once more, by another person: nothing is changed, and it says so.
    let before = kept(&app);
    let answer = add(&mut ada, &fields, &files);
    let place = led(&mut ada, &answer);
    assert!(ada.page(&place).contains("This was already added, with the same source: nothing was changed."), "{place}");
    assert_eq!((kept(&app), app.list().len()), (before, 1));
    // From another source it is another copy.
    let other = [("source", "by courier"), fields[1], fields[2], fields[3], fields[4]];
    let answer = add(&mut ada, &other, &files);
    assert!(led(&mut ada, &answer).contains("?done=add"), "{}", answer.body);
    assert!(app.verify().contains("In order"));
}

#[test]
fn a_saved_mail_stays_as_it_is_and_is_known_again() {
    let app = App::new();
    app.import(&["input-en-docx.eml"]);
    let serving = app.serve();
    let mut ada = Visitor::first(&serving);
    let known = std::fs::read(fixture("input-en-docx.eml")).unwrap();
    let new = std::fs::read(fixture("input-fr-pdf.eml")).unwrap();
    let source = [("source", "a colleague had it")];
    let answer = add(&mut ada, &source, &[("saved.EML", &new)]);
    let place = led(&mut ada, &answer);
    assert!(place.contains("?done=add&"), "{place}");
    let digest = pouch::domain::Digest::of(&new).to_string();
    let item = app.item("input-fr-pdf@");
    assert_eq!((item["state"].as_str(), item["received_by"].as_str()), (Some("queued"), Some("person")));
    assert!(app.sql("select digest from copies").contains(&digest), "the mail was changed");
    // It is the mail that came before, not a new input; that it was brought, too, is noted.
    let answer = add(&mut ada, &source, &[("again.eml", &known)]);
    let place = led(&mut ada, &answer);
    let page = ada.page(&place);
    assert!(
        page.contains("This mail was here already") && page.contains("added by hand: a colleague had it"),
        "{page}"
    );
    assert_eq!(app.list().len(), 2);
    // Together with another file it is one file of an input, and then somebody has to say whose.
    let files = [("again.eml", known.as_slice()), ("more.txt", PAPER.as_bytes())];
    assert_eq!(add(&mut ada, &source, &files).status, 422);
    let answer = add(&mut ada, &[source[0], ("from", "Ministry of Rivers")], &files);
    led(&mut ada, &answer);
    assert_eq!(app.list().len(), 3);
    assert!(app.verify().contains("In order"));
}

#[test]
fn what_is_refused_says_why_and_keeps_what_was_typed() {
    let app = App::new();
    let serving = app.serve();
    let mut ada = Visitor::first(&serving);
    let before = kept(&app);
    let paper: File<'_> = ("paper.txt", PAPER.as_bytes());
    let (from, source) = (("from", "Lantern <office@lantern.example>"), ("source", "by courier"));
    let title = ("title", "A \"title\" <b>");
    let (long, many) = ("x".repeat(201), vec![paper; 51]);
    let cases: Vec<Case<'_>> = vec![
        (vec![from, title], vec![paper], "Say how it came"),
        (vec![from, title, ("source", &long)], vec![paper], "Say how it came, in 1 to 200 characters."),
        (vec![source, title], vec![paper], "Say who sent it"),
        (vec![source, title, ("from", "A <a@b@c")], vec![paper], "Say who sent it"),
        (vec![source, title, ("from", "A\r\nBcc: <x@y.example>")], vec![paper], "Say who sent it"),
        (vec![source, title, from], vec![], "Choose at least one file."),
        (vec![source, title, from], vec![("", b"")], "Choose at least one file."),
        (vec![source, title, from], vec![paper, ("empty.pdf", b"")], "The file empty.pdf is empty."),
        (vec![source, title, from], vec![("empty.eml", b" \r\n")], "The mail is empty."),
        (vec![source, title, from, ("day", "2999-01-01")], vec![paper], "lies in the future"),
        (vec![source, title, from, ("day", "5 December")], vec![paper], "The day must be written like"),
        (vec![source, title, from, ("day", "2023-12-05"), ("time", "noon")], vec![paper], "The day must be written"),
        (vec![source, title, from, ("time", "12:00")], vec![paper], "A time of day needs its day."),
        (vec![source, title, from], many, "one input may have 50"),
    ];
    for (fields, files, words) in &cases {
        let answer = add(&mut ada, fields, files);
        assert_eq!(answer.status, 422, "{words}: {}", answer.body);
        assert!(answer.body.contains(words), "{words}: {}", answer.body);
        assert!(answer.body.contains("The files have to be chosen again"), "{words}");
        assert!(answer.body.contains("A &#34;title&#34; &#60;b&#62;"), "{words}: the title is gone: {}", answer.body);
        for (name, value) in fields.iter().filter(|(_, value)| value.is_ascii() && !value.contains(['<', '\r'])) {
            assert!(answer.body.contains(&format!("name=\"{name}\" value=\"{value}\"")), "{words}: {name} is gone");
        }
    }
    // All that is wrong is said at once, in the language of the interface.
    assert_eq!(ada.post_from("/me", "/language", &[("language", "fr"), ("next", "/add")]).status, 303);
    let answer = add(&mut ada, &[title], &[]);
    for words in
        ["Dites comment", "Dites qui", "Choisissez au moins un fichier.", "Les fichiers sont à choisir de nouveau"]
    {
        assert!(answer.body.contains(words), "{words}: {}", answer.body);
    }
    // As a form without files, as no browser of today sends it.
    let answer = ada.post("/add", &[("source", "by courier")]);
    assert!(answer.status == 422 && answer.body.contains("Choisissez au moins un fichier."), "{}", answer.body);
    assert_eq!((kept(&app), app.list().len()), (before, 0));
}

#[test]
fn whoever_brought_it_is_not_forgotten_when_it_takes_long_and_the_service_ends() {
    // A program that must look at each file does not answer: nothing goes on.
    let waits = "[extractor]\nclamd = \"/nowhere/clamd.sock\"\n";
    let app = App::with_config(waits);
    let config = app.data().join("pouch.toml");
    let plain = std::fs::read_to_string(&config).unwrap().replace(waits, "");
    let serving = app.serve();
    let mut ada = Visitor::first(&serving);
    let mut rana = ada.invite("Rana Reviewer", "rana", &["reviewer"]);
    let (fields, files) = ([("source", "by courier"), ("from", "Lantern")], [("paper.txt", PAPER.as_bytes())]);
    let answer = add(&mut rana, &fields, &files);
    let place = answer.header("location").unwrap_or_else(|| panic!("{}", answer.body)).to_string();
    assert!(answer.status == 303 && place.starts_with("/add/"), "{place}");
    let page = rana.page(&place);
    assert!(page.contains("It is on its way") && page.contains(&format!("href=\"{place}\"")), "{page}");
    assert!(page.contains("by courier") && page.contains("it is noted who brought it"), "{page}");
    // Meanwhile somebody presses the button again.
    let again = add(&mut rana, &fields, &files);
    let place_again = again.header("location").unwrap().to_string();
    assert!(place_again.starts_with(&place) && place_again.ends_with("?again=1"), "{place_again}");
    assert!(rana.page(&place_again).contains("The same was added before"));
    drop(serving);

    std::fs::write(&config, plain).unwrap();
    app.sql("update tasks set due_at = 0 returning stage");
    let serving = app.serve();
    let mut ada = Visitor { address: serving.address.clone(), cookies: ada.cookies };
    let entry = wait_up_to(Duration::from_secs(90), "the entry", || {
        let next = ada.get(&place);
        (next.status == 303).then(|| next.location().to_string())
    });
    let page = ada.page(&entry);
    assert!(page.contains("Rana Reviewer") && page.contains("added by hand: by courier"), "{page}");
    assert_eq!(app.list()[0]["state"], "queued");
    assert_eq!(app.sql("select count(*) || '' from brought"), ["0"]);
    assert_eq!(app.sql("select count(*) || '' from ledger where event like '%\"added-by-hand\"%'"), ["1"]);
    assert!(app.verify().contains("In order"));
    // What is not there is not on its way.
    for path in ["/add/x/1", "/add/x/y", &format!("{}0", place.split('?').next().unwrap())] {
        assert_eq!(ada.get(path).status, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_that_is_pressed_twice_brings_one_thing_and_one_person() {
    on_both(async |desk| {
        let tools = &desk.tools;
        let files = vec![("paper.txt".to_string(), PAPER.as_bytes().to_vec())];
        let what = Brought::Files { from: "Lantern".into(), title: None, files };
        let hand = ByHand { source: "by courier".into(), received: None, what };
        let now = Timestamp::now();
        // Two seconds apart, so that the mails that are made of it differ.
        let (one, two) = tokio::join!(
            by_hand::bring(tools, &hand, "Rana Reviewer", now),
            by_hand::bring(tools, &hand, "Omar Clerk", now - Duration::from_secs(2)),
        );
        let ((key, is_new), (other, is_other_new)) = (one.unwrap(), two.unwrap());
        assert_eq!((&key, is_new), (&other, !is_other_new));
        assert_eq!(brought::all(&tools.store).await.unwrap().len(), 1);
        let mut kept = Vec::new();
        files_below(&desk.vault(), &mut kept);
        assert_eq!(kept.len(), 1, "{kept:?}");
        assert_eq!(by_hand::arrived(tools, &key).await.unwrap(), None);
        assert_eq!(by_hand::note(tools, now).await.unwrap(), 1);
        desk.settle().await;
        // It is through, and not noted: nobody is led to it yet.
        assert_eq!(by_hand::arrived(tools, &key).await.unwrap(), None);
        let notes = (0..4).map(|_| {
            let tools = tools.clone();
            tokio::spawn(async move { by_hand::note(&tools, Timestamp::now()).await })
        });
        for note in notes.collect::<Vec<_>>() {
            note.await.unwrap().unwrap();
        }
        desk.settle().await;
        let arrived = by_hand::arrived(tools, &key).await.unwrap().unwrap();
        assert!(arrived.submission.is_some() && !arrived.was_known, "{arrived:?}");
        let told = ledger::about(&tools.store, &[arrived.message.0]).await.unwrap();
        let by: Vec<_> = told.iter().filter(|one| matches!(one.event, Event::AddedByHand { .. })).collect();
        let people = ledger::people(&tools.store).await.unwrap();
        let Actor::Person(person) = &by[0].actor else { panic!("nobody brought it") };
        let first = if is_new { "Rana Reviewer" } else { "Omar Clerk" };
        assert_eq!((by.len(), people[person].as_str()), (1, first));
    })
    .await;
}

fn files_below(folder: &Path, into: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            files_below(&path, into);
        } else {
            into.push(path);
        }
    }
}
