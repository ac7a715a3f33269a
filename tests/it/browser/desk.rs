//! Journeys through the desk, each page on the way looked at by axe. Says who comes with what; what a page must be is said in the
//! journeys.

use super::visit;
use crate::app::{App, Serving, wait_for};
use crate::attacks::{Request, send};
use crate::visitor::{PASSWORD, Visitor, first_path};
use serde_json::{Value, json};

const SENTENCE: &str = "We would train two hundred young diplomats in incident response each year.";

/// The pages of the desk as an administrator who reviews sees them. A new page is one line here.
const PAGES: [(&str, &str); 12] = [
    ("/", "queue"),
    ("/?list=all&q=points+of+contact", "search"),
    ("/?list=all&q=nothingthatisthere", "search that finds nothing"),
    ("/?list=published", "published"),
    ("/held", "held"),
    ("/set-aside", "set aside"),
    ("/add", "add by hand"),
    ("/mailboxes", "mailboxes"),
    ("/reports", "reports"),
    ("/ledger", "ledger"),
    ("/people", "people"),
    ("/me", "me"),
];

/// The oldest input of these tests, as a file of text.
fn lantern(app: &App) -> String {
    let text = format!(
        "Written input of the Lantern Institute.\r\n\r\nWe ask that the Secretariat send a test message to every contact of \
         the directory once a quarter.\r\n\r\nEach State should name both a technical and a diplomatic point of contact for \
         the global directory.\r\n\r\n{SENTENCE}\r\n\r\nWe thank the Chair."
    );
    let raw = format!(
        "From: Lantern Institute <office@lantern.example>\r\nTo: desk@example.org\r\nSubject: Written input of the Lantern \
         Institute\r\nMessage-ID: <lantern@example.org>\r\nDate: Mon, 20 Nov 2023 10:00:00 +0000\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPlease find \
         attached our written input.\r\n--x\r\nContent-Type: text/plain; charset=utf-8; name=paper.txt\r\n\
         Content-Disposition: attachment; filename=\"paper.txt\"\r\n\r\n{text}\r\n--x--\r\n"
    );
    let path = app.folder.0.join("lantern.eml");
    std::fs::write(&path, raw).unwrap();
    app.run(&["import", path.to_str().unwrap()]);
    app.item("lantern@")["title"].as_str().unwrap().into()
}

fn id(item: &Value) -> String {
    item["id"].as_str().unwrap().into()
}

/// Somebody's cookies as Playwright takes them.
pub fn cookies(visitor: &Visitor) -> Value {
    let one = |(name, value): &(String, String)| json!({ "name": name, "value": value, "url": format!("http://{}", visitor.address) });
    visitor.cookies.iter().map(one).collect()
}

fn person(login: &str, name: &str) -> Value {
    json!({ "login": login, "name": name, "password": PASSWORD })
}

fn first(serving: &Serving) -> String {
    wait_for("the link of the first administrator", || first_path(serving))
}

#[test]
fn from_the_printed_link_to_a_public_page_that_is_withdrawn() {
    let app = App::new();
    // Long enough for a person to take an approval back.
    let path = app.data().join("pouch.toml");
    let config = std::fs::read_to_string(&path).unwrap().replace("\"0s\"", "\"20s\"");
    std::fs::write(&path, config).unwrap();
    let oldest = lantern(&app);
    app.import(&["input-fr-pdf.eml", "spam-en.eml"]);
    app.refuse_relations();
    let serving = app.serve();
    let (ada, rana) = (person("ada", "Ada Admin"), person("rana", "Rana Reviewer"));
    let journeys = [
        ("desk_first", json!({ "link": first(&serving), "ada": ada, "rana": rana })),
        (
            "desk_decide",
            json!({ "rana": rana, "oldest": oldest, "sentence": SENTENCE, "recommendations": ["cb-gender", "cb-support-programmes"] }),
        ),
    ];
    let _: Vec<Value> = visit(&serving.address, &journeys);
    let item = app.item("lantern@");
    assert_eq!(item["state"], "withdrawn");
    assert_eq!(item["taken_away"][0]["by"], "Rana Reviewer");
    assert!(app.verify().contains("In order"));
}

#[test]
fn two_reviewers_collide_and_one_works_without_scripts() {
    let app = App::new();
    lantern(&app);
    app.import(&["input-en-docx.eml"]);
    app.refuse_relations();
    let serving = app.serve();
    let mut ada = Visitor::first(&serving);
    let ana = ada.invite("Ana Almeida", "ana", &["reviewer"]);
    let ben = ada.invite("Ben Benali", "ben", &["reviewer"]);
    let (one, other) = (id(&app.item("lantern@")), id(&app.item("input-en-docx@")));
    let names = json!({ "ana": "Ana Almeida", "ben": "Ben Benali" });
    let journeys = [
        ("desk_collide", json!({ "ana": cookies(&ana), "ben": cookies(&ben), "id": one, "names": names })),
        ("desk_plain", json!({ "rana": person("ben", "Ben Benali"), "id": other, "words": "points of contact" })),
    ];
    let _: Vec<Value> = visit(&serving.address, &journeys);
    wait_for("both inputs", || app.list().iter().all(|item| item["state"] == "published").then_some(()));
    assert_eq!(app.item("lantern@")["title"], "A title by Ana");
    assert_eq!(app.item("input-en-docx@")["title"], "Corrected without a script");
    assert!(app.verify().contains("In order"));
}

#[test]
fn what_came_on_paper_is_added_by_hand() {
    let app = App::new();
    let serving = app.serve();
    let mut ada = Visitor::first(&serving);
    let rana = ada.invite("Rana Reviewer", "rana", &["reviewer"]);
    let (paper, empty) = (app.folder.0.join("paper.txt"), app.folder.0.join("empty.txt"));
    std::fs::write(&paper, format!("Written input of the Beacon Society.\r\n\r\n{SENTENCE}\r\n")).unwrap();
    std::fs::write(&empty, "").unwrap();
    let given = json!({ "rana": cookies(&rana), "paper": paper, "empty": empty });
    let _: Vec<Value> = visit(&serving.address, &[("desk_add", given)]);
    let list = app.list();
    assert_eq!((list.len(), &list[0]["state"], &list[0]["received_by"]), (1, &json!("queued"), &json!("person")));
    assert!(app.verify().contains("In order"));
}

/// A scanner that must look at each file does not answer.
#[test]
fn what_takes_long_is_on_its_way_for_everyone() {
    let app = App::with_config("[extractor]\nclamd = \"/nowhere/clamd.sock\"\n");
    let serving = app.serve();
    let mut ada = Visitor::first(&serving);
    let word = ada.get("/add").csrf().to_string();
    let fields = [("csrf", word.as_str()), ("source", "by courier"), ("from", "Beacon Society")];
    let request = Request::upload("/add", &fields, &[("file", "paper.txt", "text/plain", SENTENCE.as_bytes())]);
    let answer = send(&serving.address, &request.with("Cookie", &ada.cookie_line()));
    let page = json!({ "path": answer.header("location").unwrap(), "name": "on its way" });
    visit(&serving.address, &[("pages", json!({ "pages": [page], "cookies": cookies(&ada) }))]);
}

#[test]
fn the_way_to_an_organisations_sign_in_is_open() {
    let idp = crate::oidc::idp::Idp::start();
    let issuer = idp.issuer();
    let app = App::with_config(&format!("[desk.oidc]\nissuer = \"{issuer}\"\nclient_id = \"desk\""));
    let serving = app.serve();
    let _: Vec<Value> = visit(&serving.address, &[("desk_provider", json!({ "issuer": issuer }))]);
}

#[test]
fn the_pages_of_the_desk_are_for_everyone_and_light() {
    let app = App::new();
    lantern(&app);
    app.import(&[
        "input-ar-docx.eml",
        "input-zh-docx.eml",
        "input-fr-pdf.eml",
        "input-en-docx.eml",
        "spam-en.eml",
        "withdrawal-en.eml",
        "broken-base64.eml",
    ]);
    app.refuse_relations();
    let serving = app.serve();
    let mut ada = Visitor::first(&serving);
    ada.invite("Rita Reader", "rita", &["reader"]);
    let key = [("label", "the publishing pipeline"), ("scope", "read"), ("days", "30")];
    assert_eq!(ada.post_from("/me", "/me/keys", &key).status, 200);
    ada.post_from("/people", "/people/invite", &[("name", "Ivo Invited"), ("login", "ivo"), ("role", "reader")]);
    let mut pages: Vec<Value> = PAGES.iter().map(|(path, name)| json!({ "path": path, "name": name })).collect();
    pages.push(json!({ "path": "/nowhere", "name": "no such page", "status": 404 }));
    for (mail, name) in [
        ("input-ar-docx@", "input in Arabic"),
        ("input-fr-pdf@", "input as PDF"),
        ("withdrawal-en@", "held"),
        ("spam-en@", "set aside"),
        ("broken-base64@", "damaged"),
    ] {
        pages.push(json!({ "path": format!("/inputs/{}", id(&app.item(mail))), "name": name }));
    }
    let redaction = format!("/inputs/{}/redaction", id(&app.item("input-fr-pdf@")));
    pages.push(json!({ "path": redaction, "name": "redaction" }));
    let journey = ("pages", json!({ "pages": pages, "cookies": cookies(&ada) }));
    println!("bytes: {}", visit(&serving.address, &[journey])[0]);
}
