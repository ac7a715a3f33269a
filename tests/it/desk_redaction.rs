//! The page on which words and places are struck: offers, words, places on pages, the copies that are made of it, and that nothing
//! of it becomes public.

use crate::app::{App, wait_for};
use crate::desk_input::{done, hidden, people};
use crate::papers::Paper;
use crate::redact::{lines, mail, read_public, with_mail};
use crate::visitor::{Answer, Visitor};
use image::ImageReader;
use std::io::Cursor;

/// A signature by hand: a filled shape without a letter, from 50,100 to 250,160 of a page of 600 × 800 points.
const SIGNATURE: &str = "0 0 1 rg 50 100 200 60 re f\n";

/// The place of it, in hundredths from the left and the upper edge, with some room.
const PLACE: [(&str, &str); 4] = [("left", "7"), ("top", "78"), ("right", "42,5"), ("bottom", "89")];

fn paper() -> (App, String) {
    let mut paper = Paper::new();
    let text = [
        "We recommend a programme of capacity building for States.",
        "Contact Jane Doe under jane.doe@harbour.example at night.",
    ];
    paper.page(&(lines(&text) + SIGNATURE));
    let file = [("paper.pdf", "application/pdf", paper.finish())];
    let (app, id) = with_mail(&mail("Harbour paper", "See the file.", &file));
    app.decide(&["edit", &id, "--part", "2", "--title", "Harbour paper", "--submitter", "Harbour Watch"]);
    (app, id)
}

/// Sends a form of the page as it stands now.
fn send(visitor: &mut Visitor, id: &str, what: &str, fields: &[(&str, &str)]) -> Answer {
    let page = format!("/inputs/{id}/redaction");
    let body = visitor.page(&page);
    let (seen, standing, part) = (hidden(&body, "seen"), hidden(&body, "standing"), hidden(&body, "part"));
    let all =
        [("seen", seen.as_str()), ("standing", &standing), ("part", &part), ("page", "1"), ("reason", "personal")];
    // A field that is given stands in place of the one of the page.
    let kept = all.into_iter().filter(|(name, _)| !fields.iter().any(|(own, _)| own == name));
    let all: Vec<(&str, &str)> = kept.chain(fields.iter().copied()).collect();
    visitor.post_from(&page, &format!("{page}/{what}"), &all)
}

/// The page once no copy is being made any more.
fn settled(visitor: &mut Visitor, id: &str) -> String {
    wait_for("the copies", || {
        let body = visitor.page(&format!("/inputs/{id}/redaction"));
        (!body.contains("data-under-way")).then_some(body)
    })
}

/// How blue the middle of the signature is on the first page that a picture shows.
fn is_blue(png: &[u8]) -> bool {
    let picture = ImageReader::new(Cursor::new(png)).with_guessed_format().unwrap().decode().unwrap().to_rgb8();
    let (x, y) = (picture.width() * 150 / 600, picture.height() * (800 - 130) / 800);
    let [red, _, blue] = picture.get_pixel(x, y).0;
    blue > 200 && red < 60
}

#[test]
fn what_is_offered_is_struck_with_one_click_and_the_copies_make_themselves() {
    let (app, id) = paper();
    let serving = app.serve();
    let (_, mut rana, mut rita) = people(&serving);
    let page = format!("/inputs/{id}/redaction");
    let entry = rana.page(&format!("/inputs/{id}"));
    assert!(entry.contains(&format!("href=\"{page}\"")), "{entry}");
    let body = rana.page(&page);
    assert!(body.contains("<mark>jane.doe@harbour.example</mark>") && body.contains("Nothing is struck."), "{body}");
    let none = send(&mut rana, &id, "offers", &[]);
    assert!(none.status == 422 && none.body.contains("Tick at least one first."), "{}", none.body);
    let key = hidden_of(&body, "name=\"offer\" value=\"");
    done(&send(&mut rana, &id, "offers", &[("offer", &key)]));
    let body = settled(&mut rana, &id);
    assert!(body.contains("<del>jane.doe@harbour.example</del>"), "{body}");
    assert!(body.contains("Searched, nothing found.") && body.contains("Ready to be approved."), "{body}");
    // Words that stand nowhere stay in the field.
    let nowhere = send(&mut rana, &id, "words", &[("quote", "Jim Doe"), ("kind", "other")]);
    assert!(nowhere.status == 422 && nowhere.body.contains(">Jim Doe</textarea>"), "{}", nowhere.body);
    done(&send(&mut rana, &id, "words", &[("quote", "Jane Doe"), ("kind", "other")]));
    assert!(settled(&mut rana, &id).contains("<del>Jane Doe</del>"));
    let entry = rana.page(&format!("/inputs/{id}"));
    assert!(entry.contains("2 marks: what is struck does not become public."), "{entry}");
    // The words, taken back, may become public.
    done(&send(&mut rana, &id, "undo", &[("about", "2")]));
    let body = settled(&mut rana, &id);
    assert!(!body.contains("<del>Jane Doe</del>") && body.contains("<del>jane.doe@harbour.example</del>"), "{body}");
    app.decide(&["approve", &id]);
    let (text, _) = read_public(&app, &id, "pdf");
    assert!(text.contains("Jane Doe") && !text.contains("harbour.example"), "{text}");
    // A reader sees it and has no form; what is decided is no longer struck.
    let body = rita.page(&page);
    assert!(body.contains("<del>jane.doe@harbour.example</del>") && !body.contains(&format!("{page}/words")), "{body}");
    let late = rana.page(&page);
    assert!(late.contains("only while the input waits") && !late.contains(&format!("{page}/words")), "{late}");
    let act = [("quote", "Jane"), ("reason", "x"), ("seen", "1.4"), ("standing", "queued")];
    assert_eq!(rana.post_from(&page, &format!("{page}/words"), &act).status, 409);
}

/// What stands behind a mark, up to the quote.
fn hidden_of(body: &str, mark: &str) -> String {
    body.split(mark).nth(1).unwrap().split('"').next().unwrap().into()
}

#[test]
fn a_place_on_a_page_is_filled_in_what_becomes_public() {
    let (app, id) = paper();
    let serving = app.serve();
    let (_, mut rana, _) = people(&serving);
    let page = format!("/inputs/{id}/redaction");
    let body = rana.page(&page);
    let original = rana.bytes(&hidden_of(&body, "name=\"p\" src=\""));
    assert!(is_blue(&original), "the page shows no signature");
    done(&send(&mut rana, &id, "area", &PLACE));
    let body = settled(&mut rana, &id);
    assert!(
        body.contains("A place on page 1") && body.contains("<rect x=\"70\" y=\"780\" width=\"355\" height=\"110\">"),
        "{body}"
    );
    assert!(body.contains("pictures of its pages are published, 1 place struck"), "{body}");
    let copy = rana.bytes(&format!("{page}/copies/0/pages/1.png"));
    assert!(copy.starts_with(b"\x89PNG") && !is_blue(&copy), "the place is not filled");
    let file = rana.get(&format!("{page}/copies/0"));
    assert!(file.headers("content-disposition")[0].starts_with("attachment"), "{}", file.head);
    assert_eq!(app.run(&["redact", &id]).matches("a place on page 1").count(), 1);
    app.decide(&["approve", &id]);
    let (text, _) = read_public(&app, &id, "pdf");
    assert!(text.replace(" ", "").contains("jane.doe@harbour.example"), "{text}");
    // Back in the queue the place can be freed; then the file goes public as it was sent.
    app.decide(&["withdraw", &id]);
    app.decide(&["reopen", &id]);
    done(&send(&mut rana, &id, "undo", &[("about", "1")]));
    assert!(rana.page(&page).contains("The chosen parts are published as they were sent."));
    assert!(app.run(&["audit", "verify"]).contains("In order"));
}

#[test]
fn two_clicks_on_the_picture_mark_a_place_without_any_script() {
    let (app, id) = paper();
    let serving = app.serve();
    let (_, mut rana, _) = people(&serving);
    let page = format!("/inputs/{id}/redaction");
    let body = rana.page(&page);
    let part = hidden(&body, "part");
    let height = hidden(&body, "height");
    assert!(body.contains("<input type=\"image\" name=\"p\"") && body.contains("width=\"600\""), "{body}");
    let first = format!("{page}?part={}&page=1&height={height}&p.x=42&p.y=605", part.replace(':', "%3A"));
    let body = rana.page(&first);
    assert!(
        body.contains("<input type=\"image\" name=\"q\"") && body.contains("Now click on the opposite corner."),
        "{body}"
    );
    let corner = hidden_of(&body, "name=\"corner\" value=\"");
    done(&send(
        &mut rana,
        &id,
        "area",
        &[("corner", &corner), ("height", &height), ("q.x", "255"), ("q.y", "690"), ("kind", "signature")],
    ));
    settled(&mut rana, &id);
    let copy = rana.bytes(&format!("{page}/copies/0/pages/1.png"));
    assert!(!is_blue(&copy), "the place is not filled");
    // A key pressed on the picture says 0,0, and a corner twice is no place.
    let key = [("corner", corner.as_str()), ("height", &height), ("q.x", "0"), ("q.y", "0")];
    let refused = send(&mut rana, &id, "area", &key);
    assert!(refused.status == 422 && refused.body.contains("Say where the place is"), "{}", refused.body);
    let same = send(&mut rana, &id, "area", &[("corner", &corner), ("height", &height), ("q.x", "42"), ("q.y", "605")]);
    assert!(same.status == 422 && same.body.contains("too small"), "{}", same.body);
    let beyond = send(&mut rana, &id, "area", &[&PLACE[..], &[("page", "9")]].concat());
    assert!(beyond.status == 422 && beyond.body.contains("has no page 9"), "{}", beyond.body);
}

#[test]
fn whoever_strikes_on_an_old_page_is_shown_the_new_one_with_the_words_kept() {
    let (app, id) = paper();
    let serving = app.serve();
    let (mut ada, mut rana, _) = people(&serving);
    let page = format!("/inputs/{id}/redaction");
    let old = rana.page(&page);
    let seen = hidden(&old, "seen");
    done(&send(&mut ada, &id, "words", &[("quote", "at night"), ("kind", "other")]));
    let fields =
        [("quote", "Jane Doe"), ("kind", "other"), ("reason", "mine"), ("seen", seen.as_str()), ("standing", "queued")];
    let answer = rana.post_from(&page, &format!("{page}/words"), &fields);
    assert!(answer.status == 409 && answer.body.contains(">Jane Doe</textarea>"), "{}", answer.body);
    assert!(answer.body.contains("<del>at night</del>") && answer.body.contains("value=\"mine\""), "{}", answer.body);
    assert!(!settled(&mut rana, &id).contains("<del>Jane Doe</del>"));
}

#[test]
fn a_place_on_a_page_that_cannot_be_drawn_for_sure_stands_in_the_way() {
    // A value of a form field that draws nothing: its place on the page is unknown, and only a text could be published.
    let mut paper = Paper::new();
    paper.catalogue = "/AcroForm<</Fields[20 0 R]>>".into();
    paper.object(
        20,
        "<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Jane Doe of the harbour office)/Rect[50 500 400 520]>>",
    );
    paper.annotations = "20 0 R".into();
    paper.page(&(lines(&["We recommend a programme of capacity building for States that need it."]) + SIGNATURE));
    let (app, id) = with_mail(&mail("Form", "See the file.", &[("form.pdf", "application/pdf", paper.finish())]));
    app.decide(&["edit", &id, "--part", "2", "--title", "Form", "--submitter", "Harbour Watch"]);
    let serving = app.serve();
    let (_, mut rana, _) = people(&serving);
    done(&send(&mut rana, &id, "words", &[("quote", "Jane Doe"), ("kind", "other")]));
    let body = settled(&mut rana, &id);
    assert!(body.contains("only its text is published") || body.contains("its text alone is published"), "{body}");
    done(&send(&mut rana, &id, "area", &PLACE));
    let body = settled(&mut rana, &id);
    assert!(body.contains("a text cannot leave it out") && !body.contains("Ready to be approved."), "{body}");
    let refused = app.refused(&["approve", &id, "--findings-seen", "--by", "Rana Reviewer", "--reason", "complete"]);
    assert!(refused.contains("a text cannot leave it out"), "{refused}");
}

#[test]
fn places_go_with_their_file_and_a_new_version_asks_for_them() {
    let (app, annex) = paper();
    let main = app.folder.0.join("main.eml");
    std::fs::write(&main, mail("Main paper", "We recommend that each State name a point of contact.", &[])).unwrap();
    app.run(&["import", main.to_str().unwrap()]);
    let other = app.list().into_iter().find(|item| item["id"] != annex.as_str()).unwrap();
    let message = other["messages"][0].as_str().unwrap().to_string();
    if other["outcome"] != "submission" {
        app.decide(&["accept", &message]);
    }
    let is_main = |item: &serde_json::Value| item["messages"][0] == message.as_str();
    let main = app.list().into_iter().find(is_main).unwrap()["id"].as_str().unwrap().to_string();
    app.refuse_relations();
    let serving = app.serve();
    let (_, mut rana, _) = people(&serving);
    done(&send(&mut rana, &annex, "area", &PLACE));
    settled(&mut rana, &annex);
    app.decide(&["merge", &annex, "--into", &main]);
    let listed = app.run(&["redact", &main]);
    assert!(listed.contains("a place on page 1"), "{listed}");
    // A new version has other files: nobody can say where on them the same stands.
    let newer = app.folder.0.join("newer.eml");
    std::fs::write(&newer, mail("Main paper, corrected", "We ask each State to name two.", &[])).unwrap();
    app.run(&["import", newer.to_str().unwrap()]);
    let fresh = app.list().into_iter().find(|item| item["subject"] == "Main paper, corrected").unwrap();
    let message = fresh["messages"][0].as_str().unwrap().to_string();
    if fresh["outcome"] != "submission" {
        app.decide(&["accept", &message]);
        wait_for("the version", || {
            app.list()
                .iter()
                .any(|item| item["subject"] == "Main paper, corrected" && item["state"] == "queued")
                .then_some(())
        });
    }
    let fresh = app.list().into_iter().find(|item| item["subject"] == "Main paper, corrected").unwrap();
    app.refuse_relations();
    app.decide(&["revise", fresh["id"].as_str().unwrap(), "--of", &main]);
    let listed = app.run(&["redact", &main]);
    assert!(
        !listed.contains("a place on page 1") && listed.contains("In an earlier version places on pages"),
        "{listed}"
    );
}
