//! The edges of the desk: addresses that climb, too much of everything, ways that lead away, sessions, cookies and the headers of
//! every answer. Attacks only a desk that the test started.

use super::http::{percent, try_send};
use super::{
    Answer, Request, assert_none, open_redirect, path_tricks, secure_headers, send, session_fixation, sign_out_ends,
    too_much,
};
use crate::app::{App, Serving, wait_for};
use crate::visitor::{PASSWORD, Visitor};
use std::io::BufRead as _;
use std::process::{Child, Stdio};

/// A desk with one input, which is public, and its administrator's cookie and word.
fn desk() -> (App, Serving, String, String, Visitor, String) {
    let app = App::new();
    app.import(&["input-en-docx.eml"]);
    let item = app.item("input-en-docx@");
    let (id, message) = (item["id"].as_str().unwrap().to_string(), item["messages"][0].as_str().unwrap().to_string());
    let serving = app.serve();
    app.decide(&["approve", &id]);
    wait_for("the page", || app.public(&format!("inputs/{id}/index.html")).exists().then_some(()));
    let ada = Visitor::first(&serving);
    let cookie = format!("pouch={}", ada.cookie("pouch").unwrap());
    (app, serving, id, message, ada, cookie)
}

#[test]
fn addresses_that_are_meant_to_break_out_find_nothing() {
    let (_app, serving, id, message, _, cookie) = desk();
    let address = &serving.address;
    let secrets = ["[publish]", "SQLite format"];
    let part = format!("/inputs/{id}/parts/{message}");
    for around in [
        ("/inputs/", ""),
        ("/inputs/", "/preview"),
        ("/inputs/", "/letter.eml"),
        (&*format!("/inputs/{id}/preview/"), ""),
        (&*format!("/inputs/{id}/parts/"), "/body/original"),
        (&*format!("{part}/"), "/original"),
        (&*format!("{part}/"), "/pages/1.png"),
        (&*format!("{part}/2/pages/"), ""),
        (&*format!("{part}/2/pages/"), ".png"),
        ("/static/", ""),
        ("/welcome/", ""),
        ("/public/", ""),
        ("/public/inputs/", "/index.html"),
        (&*format!("/public/inputs/{id}/"), ""),
    ] {
        assert_none(&path_tricks(address, around, Some(&cookie), &secrets));
    }
}

#[test]
fn too_much_of_everything_is_refused() {
    let (app, serving, id, _, mut ada, cookie) = desk();
    let word = ada.get("/me").csrf().to_string();
    for path in [&*format!("/inputs/{id}/withdraw"), "/people/invite", "/several"] {
        let fields = [("csrf", word.as_str()), ("reason", "as agreed"), ("name", "Eve"), ("login", "eve")];
        assert_none(&too_much(&serving.address, &Request::post(path, &fields).with("Cookie", &cookie)));
    }
    assert_eq!(app.item("input-en-docx@")["state"], "published");
    // Nothing is changed by an address that only shows.
    for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "OPTIONS"] {
        let show = Request { method: method.into(), ..Request::get(&format!("/inputs/{id}")) };
        let status = try_send(&serving.address, &show.with("Cookie", &cookie)).map(|answer| answer.status);
        assert!(status.is_none_or(|status| (400..500).contains(&status) || status == 501), "{method}: {status:?}");
    }
}

#[test]
fn no_address_in_a_form_leads_away() {
    let (_app, serving, _, _, mut ada, cookie) = desk();
    let address = &serving.address;
    let word = ada.get("/me").csrf().to_string();
    let mut nobody = Visitor::new(&serving);
    let before = nobody.get("/sign-in").csrf().to_string();
    let form_cookie = format!("pouch-form={}", nobody.cookie("pouch-form").unwrap());
    let sign_in = |next: &str| {
        let fields = [("csrf", before.as_str()), ("login", "ada"), ("password", PASSWORD), ("next", next)];
        Request::post("/sign-in", &fields).with("Cookie", &form_cookie)
    };
    assert_none(&open_redirect(address, &sign_in));
    let shown = |next: &str| Request::get(&format!("/sign-in?next={}", percent(next)));
    assert_none(&open_redirect(address, &shown));
    assert_none(&open_redirect(address, &|next| shown(next).with("Cookie", &cookie)));
    for (path, field) in [("/language", "next"), ("/several", "query")] {
        let with = |next: &str| {
            let fields = [("csrf", word.as_str()), ("language", "en"), ("pick", "x"), ("reason", "x"), (field, next)];
            Request::post(path, &fields).with("Cookie", &cookie)
        };
        assert_none(&open_redirect(address, &with));
    }
    assert_none(&open_redirect(address, &|next| Request::get(&format!("/public?next={}", percent(next)))));
    // A path that is not there, asked for by nobody, is no way out either.
    for path in
        ["//evil.example/", "/\\evil.example/", "/%5cevil.example", "/%2f%2fevil.example", "//evil.example/inputs/1"]
    {
        let answer = send(address, &Request::get(path));
        let place = answer.header("location").unwrap_or_default();
        assert!(!place.starts_with("//") && !place.contains(":"), "{path} leads to {place}");
    }
}

#[test]
fn a_session_is_nobodys_before_and_after() {
    let (_app, serving, _, _, mut ada, cookie) = desk();
    let mut nobody = Visitor::new(&serving);
    let word = nobody.get("/sign-in").csrf().to_string();
    let form_cookie = nobody.cookie("pouch-form").unwrap().to_string();
    let fields = [("csrf", word.as_str()), ("login", "ada"), ("password", PASSWORD)];
    // The attack sets the cookie that it wants to be taken over; the one of the form goes with it.
    for before in ["A".repeat(43), "0123456789".into(), String::from("../x")] {
        let given = format!("pouch={before}; pouch-form={form_cookie}");
        let faults = session_fixation(&serving.address, &given, &Request::post("/sign-in", &fields), "/people");
        assert_none(&faults);
    }
    let word = ada.get("/me").csrf().to_string();
    let sign_out = Request::post("/sign-out", &[("csrf", word.as_str())]);
    assert_none(&sign_out_ends(&serving.address, &cookie, &sign_out, "/people"));
}

#[test]
fn every_answer_has_the_headers_that_keep_others_out() {
    let (_app, serving, id, message, _, cookie) = desk();
    let address = &serving.address;
    for path in [
        "/",
        "/held",
        "/set-aside",
        "/people",
        "/me",
        "/sign-in",
        "/welcome/nothing",
        "/?q=x",
        "/public/",
        "/healthz",
        "/nowhere",
        "/metrics",
        "/inputs/unknown",
        "/public/unknown",
        "/static/unknown",
        &format!("/inputs/{id}"),
    ] {
        for of in [Some(cookie.as_str()), None] {
            let answer: Answer = send(address, &Request::get(path).of_session(of));
            assert_none(&secure_headers(path, &answer));
            assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{path}");
        }
    }
    // What is a stranger's own is saved and never opened, and nothing in it runs.
    for path in
        [format!("/inputs/{id}/parts/{message}/2/original"), format!("/inputs/{id}/parts/{message}/body/original")]
    {
        let answer = send(address, &Request::get(&path).with("Cookie", &cookie));
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(policy.starts_with("sandbox;") && policy.contains("default-src 'none'"), "{path}: {policy}");
        assert!(answer.header("content-disposition").is_some_and(|one| one.starts_with("attachment;")), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    }
    let preview = send(address, &Request::get(&format!("/inputs/{id}/preview")).with("Cookie", &cookie));
    let policy = preview.header("content-security-policy").unwrap_or_default();
    assert!(
        policy.starts_with("sandbox ") && !policy.contains("script") && policy.contains("frame-ancestors 'none'"),
        "{policy}"
    );
    assert_eq!(preview.header("cache-control"), Some("no-store"));
}

/// Ends the service with the test.
struct Stop(Child);

impl Drop for Stop {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn behind_tls_cookies_go_over_tls_only() {
    let (app, port) = (App::new(), free_port());
    let config = format!("listen = \"127.0.0.1:{port}\"\n[desk]\nurl = \"https://desk.example/\"\n");
    std::fs::write(app.data().join("pouch.toml"), config).unwrap();
    let mut child = app.command(&["serve"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let link = lines
        .find_map(|line| line.split_once("https://desk.example/welcome/").map(|(_, secret)| secret.trim().to_string()));
    std::thread::spawn(move || lines.count());
    let _stop = Stop(child);
    let mut visitor = Visitor { address: format!("127.0.0.1:{port}"), cookies: Vec::new() };
    let answer = visitor.get("/sign-in");
    let set = answer.headers("set-cookie").join("\n");
    assert!(
        set.contains("pouch-form=") && set.lines().all(|one| one.contains("; Secure") && one.contains("HttpOnly")),
        "{set}"
    );
    assert_eq!(answer.headers("strict-transport-security").len(), 1);
    let path = format!("/welcome/{}", link.unwrap());
    let fields = [("name", "Ada Admin"), ("login", "ada"), ("password", PASSWORD), ("again", PASSWORD)];
    let answer = visitor.post(&path, &fields);
    let set = answer.headers("set-cookie").join("\n");
    assert!(
        set.starts_with("__Host-pouch=")
            && set.contains("; Secure")
            && set.contains("Path=/;")
            && !set.contains("Domain"),
        "{set}"
    );
    // A page of the same name by plain http may not send its forms.
    let word = visitor.get("/me").csrf().to_string();
    let plain = format!("Origin: http://{}\r\n", visitor.address);
    assert_eq!(
        visitor.send("/people/invite", &[("csrf", &word), ("name", "Eve"), ("login", "eve")], &plain).status,
        422
    );
    let answer = visitor.send("/language", &[("csrf", &word), ("language", "fr")], "");
    assert_eq!(answer.status, 303, "{}", answer.body);
}
