//! The attacks on what there is, and on two services of the tests' own, so that each is known to find what it looks for.

use super::weak::Desk;
use super::{
    Act, Answer, Request, Role, Row, assert_none, csrf, hostile_mails, matrix, open_redirect, path_tricks,
    secure_headers, send, session_fixation, sign_out_ends, too_much, try_send, upload_names,
};
use crate::app::{App, Folder, wait_for};
use crate::browser::visit;
use serde_json::{Value, json};

/// All faults that the attacks on sessions, forms and addresses find at this service, by attack.
fn faults_of(desk: &Desk) -> Vec<(&'static str, Vec<String>)> {
    let address = &desk.address;
    let ((ana, token), (ben, foreign_token)) = (desk.session("ana"), desk.session("ben"));
    let inside = send(address, &Request::get("/inside").of_session(Some(&ben)));
    assert_eq!(inside.hidden("csrf").as_deref(), Some(&*foreign_token));
    let act = Act {
        path: "/act",
        fields: &[("reason", "as agreed")],
        cookie: &ana,
        token: &token,
        foreign_token: &foreign_token,
    };
    let sign_in = Request::post("/sign-in", &[("name", "ana")]);
    let roles = [
        Role { name: "ana", cookie: Some(&ana), token: &token },
        Role { name: "ben", cookie: Some(&ben), token: &foreign_token },
        Role { name: "nobody", cookie: None, token: "" },
    ];
    let try_act = |role: &Role<'_>| Request::post("/act", &[("csrf", role.token)]);
    let try_inside = |_: &Role<'_>| Request::get("/inside");
    let rows: [Row<'_>; 2] = [("act", &try_act, &["ana"]), ("inside", &try_inside, &["ana", "ben"])];
    let good = try_act(&roles[0]).of_session(Some(&ana));
    let state = || desk.state();
    let upload =
        |name: &str| Request::upload("/upload", &[("csrf", &token)], &[("file", name, "application/pdf", b"%PDF")]);
    vec![
        ("csrf", csrf(address, &act, &state)),
        ("fixation", session_fixation(address, "pouch=0123456789", &sign_in, "/inside")),
        ("redirect", open_redirect(address, &|next| Request::post("/sign-in", &[("next", next)]))),
        ("roles", matrix(address, &roles, &rows, &state)),
        ("paths", path_tricks(address, ("/files/", ""), None, &["a sealed word"])),
        ("uploads", upload_names(address, &upload, desk.folder.parent().unwrap(), &["files"])),
        ("too much", too_much(address, &good)),
        ("sign-out", sign_out_ends(address, &ana, &Request::post("/sign-out", &[]), "/inside")),
        ("headers", secure_headers("/inside", &send(address, &Request::get("/inside")))),
    ]
}

#[test]
fn each_attack_finds_a_weak_service_and_lets_a_sound_one_pass() {
    let folder = Folder::new();
    let inside = folder.0.join("files");
    std::fs::create_dir_all(&inside).unwrap();
    std::fs::write(folder.0.join("pouch.toml"), "a sealed word").unwrap();
    for (attack, faults) in faults_of(&Desk::start(true, inside.clone())) {
        assert!(!faults.is_empty(), "{attack} finds nothing where everything is wrong");
        let told = faults.join("\n");
        let wanted: &[&str] = match attack {
            "csrf" => &["without a token: it changed", "from another site: status 204", "as a link (GET): it changed"],
            "fixation" => &["session of after", "httponly", "guessed"],
            "redirect" => &["\"//evil.example\"", "\"/\\\\evil.example\"", "\"javascript:alert(1)\""],
            "roles" => &["act: ben gets 204", "act: nobody changed something"],
            "paths" => &["it shows a sealed word", "status 500"],
            "uploads" => &["pouch-attack was written"],
            "too much" => &["no UTF-8: status 500", "an empty body: status 204"],
            "sign-out" => &["is open after signing out"],
            _ => &["default-src", "nosniff", "no-store"],
        };
        wanted.iter().for_each(|words| assert!(told.contains(words), "{attack} should have found {words}:\n{told}"));
    }
    for (attack, faults) in faults_of(&Desk::start(false, inside)) {
        assert!(faults.is_empty() || attack == "headers", "{attack} finds in a sound service:\n{}", faults.join("\n"));
    }
}

#[test]
fn what_strangers_write_stays_text_on_every_page() {
    let app = App::new();
    let mails = hostile_mails();
    let paths: Vec<String> = mails
        .iter()
        .map(|mail| {
            let path = app.folder.0.join(format!("{}.eml", mail.name));
            std::fs::write(&path, &mail.bytes).unwrap();
            path.display().to_string()
        })
        .collect();
    app.run(&[&["import"], paths.iter().map(String::as_str).collect::<Vec<_>>().as_slice()].concat());
    app.refuse_relations();
    let serving = app.serve();
    let shown: Vec<&str> = mails.iter().map(|mail| mail.shown).collect();
    let (mut read_only, mut public) = (vec![json!({ "path": "/", "legible": shown })], Vec::new());
    for mail in &mails {
        let item = app.item(&format!("hostile-{}@", mail.name));
        assert_eq!(item["outcome"], "submission", "{item}");
        let id = item["id"].as_str().unwrap();
        read_only.push(json!({ "path": format!("/inputs/{id}"), "legible": [mail.shown] }));
        app.decide(&["approve", id]);
        wait_for("the page", || app.public(&format!("inputs/{id}/index.html")).exists().then_some(()));
        public.push(json!({ "path": format!("/public/inputs/{id}/index.html"), "legible": [mail.shown] }));
    }
    public.push(json!({ "path": "/public/", "legible": shown }));
    // Who reads the list sees all of it: no title fills screens. The feed is as harmless as the pages.
    let read = |path: &str| std::fs::read_to_string(app.public(path)).unwrap();
    assert!(!read("index.html").contains(&"W".repeat(300)), "a title of 4 KB stands in the list");
    let feed = read("feed.xml");
    for bad in ["<script", "<b data", "<img", "\u{202e}", "\u{200b}", "\u{61c}"] {
        assert!(!feed.contains(bad), "{bad:?} stands in the feed");
    }
    let received = app.folder.0.join("received.html");
    std::fs::write(&received, app.run(&["report", "received", "--format", "html"])).unwrap();
    public.push(json!({ "path": format!("file://{}", received.display()), "legible": shown }));
    let journeys = [("inert", json!({ "pages": public })), ("inert", json!({ "pages": read_only }))];
    let _: Vec<Value> = visit(&serving.address, &journeys);
}

#[test]
fn addresses_that_are_meant_to_break_out_find_nothing() {
    let app = App::new();
    app.import(&["input-en-docx.eml"]);
    let id = app.item("input-en-docx@")["id"].as_str().unwrap().to_string();
    let serving = app.serve();
    let address = &serving.address;
    app.decide(&["approve", &id]);
    wait_for("the page", || app.public("index.html").exists().then_some(()));
    let secrets = ["[publish]", "SQLite format"];
    for around in [
        ("/inputs/", ""),
        ("/public/", ""),
        ("/public/inputs/", "/index.html"),
        (&*format!("/public/inputs/{id}/"), ""),
    ] {
        assert_none(&path_tricks(address, around, None, &secrets));
    }
    assert_none(&too_much(address, &Request::post("/", &[("reason", "as agreed")])));
    assert_none(&open_redirect(address, &|next| Request::get(&format!("/public?next={}", super::http::percent(next)))));
    for path in
        ["/", "/public/", &format!("/inputs/{id}"), "/inputs/unknown", "/public/unknown", "/healthz", "/nowhere"]
    {
        let answer: Answer = send(address, &Request::get(path));
        assert_none(&secure_headers(path, &answer));
    }
    // Nothing is changed by an address that only shows.
    for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT"] {
        let request = Request { method: method.into(), ..Request::get(&format!("/inputs/{id}")) };
        let status = try_send(address, &request).map(|answer| answer.status);
        assert!(status.is_none_or(|status| (400..500).contains(&status) || status == 501), "{method}: {status:?}");
    }
}
