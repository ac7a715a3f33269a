//! Webhooks: what is told, that it is signed, tried again, and that a failure shows.

use super::Program;
use crate::app::{App, wait_for};
use crate::visitor::Visitor;
use data_encoding::BASE64;
use ring::hmac;
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

const SECRET: &str = "a secret of a test, long enough";

/// A request as it came.
#[derive(Clone, Debug)]
struct Heard {
    head: String,
    body: String,
}

impl Heard {
    fn header(&self, name: &str) -> &str {
        let fits = |line: &&str| line.split(':').next().is_some_and(|one| one.eq_ignore_ascii_case(name));
        self.head.lines().find(fits).map_or("", |line| line.split_once(':').unwrap().1.trim())
    }
}

/// A server that answers with these statuses, the last one for ever; its address, and what it heard.
fn endpoint(statuses: &'static [&'static str]) -> (String, Arc<Mutex<Vec<Heard>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/hook", listener.local_addr().unwrap());
    let heard: Arc<Mutex<Vec<Heard>>> = Arc::default();
    let keep = heard.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
            let text = loop {
                let read = stream.read(&mut buffer).unwrap_or(0);
                bytes.extend_from_slice(&buffer[..read]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let length = |head: &str| {
                    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-length"))?;
                    line.split_once(':')?.1.trim().parse::<usize>().ok()
                };
                match text.split_once("\r\n\r\n") {
                    Some((head, body)) if body.len() >= length(head).unwrap_or(0) => break text,
                    _ if read == 0 => break text,
                    _ => {}
                }
            };
            let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
            let mut heard = keep.lock().unwrap();
            let status = statuses[heard.len().min(statuses.len() - 1)];
            heard.push(Heard { head: head.into(), body: body.into() });
            let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    (address, heard)
}

fn app_with(url: &str, events: &str) -> App {
    let app = App::with_config(&format!("[[webhook]]\nurl = \"{url}\"\nsecret_file = \"hook.secret\"\n{events}"));
    std::fs::write(app.data().join("hook.secret"), SECRET).unwrap();
    app
}

fn add(program: &Program, name: &str) -> String {
    let words = format!("We, {name}, help States to keep the directory of points of contact up to date in {name}.");
    let answer = program.send(
        "POST",
        "/api/v1/items?source=a+letter",
        "Content-Type: message/rfc822\r\n",
        super::mail(name, &words).as_bytes(),
    );
    assert_eq!(answer.status, 201, "{} {}", answer.head, answer.body);
    super::body(&answer)["item"]["id"].as_str().unwrap().to_string()
}

#[test]
fn what_happens_is_told_signed_and_without_personal_data() {
    let (url, heard) = endpoint(&["500 No", "204 Yes"]);
    let events = "events = [\"item.queued\", \"item.decided\", \"item.published\", \"item.withdrawn\"]";
    let app = app_with(&url, events);
    let serving = app.serve();
    let program = Program::of(&mut Visitor::first(&serving), &["read", "review"]);
    let id = add(&program, "alder");
    let approve = json!({"reason": "in order", "findings_seen": true});
    assert_eq!(program.decide(&id, "approve", &approve).status, 200);
    wait_for("the publication", || Some(()).filter(|()| program.read(&format!("/items/{id}"))["state"] == "published"));
    assert_eq!(program.decide(&id, "withdraw", &json!({"reason": "the sender asks"})).status, 200);
    let wanted = ["item.decided", "item.published", "item.queued", "item.withdrawn"];
    wait_for("all events, the first once more", || {
        let all = heard.lock().unwrap();
        let mut events: Vec<String> = all.iter().map(type_of).collect();
        events.sort();
        events.dedup();
        (events == wanted && all.len() == wanted.len() + 1).then_some(())
    });
    let all = heard.lock().unwrap().clone();
    let (failed, again) =
        (&all[0], all[1..].iter().find(|one| one.header("webhook-id") == all[0].header("webhook-id")));
    assert_eq!(again.expect("it was not tried again").body, failed.body);
    let of_entry = json!(program.read(&format!("/items/{id}"))["id"]);
    for one in &all {
        assert!(one.head.starts_with("POST /hook HTTP/1.1"), "{}", one.head);
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
        let (id, second) = (one.header("webhook-id"), one.header("webhook-timestamp"));
        let tag = hmac::sign(&key, format!("{id}.{second}.{}", one.body).as_bytes());
        assert_eq!(one.header("webhook-signature"), format!("v1,{}", BASE64.encode(tag.as_ref())));
        let told: Value = serde_json::from_str(&one.body).unwrap();
        assert_eq!(told["data"]["item"], of_entry, "{told}");
        for personal in ["alder", "Ada", "@", "sender asks"] {
            assert!(!one.body.contains(personal), "{personal} in {}", one.body);
        }
    }
    let published = all.iter().find(|one| type_of(one) == "item.published").unwrap();
    let told: Value = serde_json::from_str(&published.body).unwrap();
    assert_eq!((&told["data"]["item"], &told["data"]["state"]), (&json!(id), &json!("published")));
}

fn type_of(one: &Heard) -> String {
    serde_json::from_str::<Value>(&one.body).unwrap()["type"].as_str().unwrap().to_string()
}

#[test]
fn an_endpoint_that_does_not_hear_shows_and_is_not_followed_elsewhere() {
    let (elsewhere, other) = endpoint(&["200 Yes"]);
    let moved: &'static str = Box::leak(format!("307 Elsewhere\r\nLocation: {elsewhere}").into_boxed_str());
    let (url, heard) = endpoint(Box::leak(Box::new([moved])));
    let app = app_with(&url, "events = [\"item.queued\"]");
    let serving = app.serve();
    let mut ada = Visitor::first(&serving);
    let program = Program::of(&mut ada, &["read", "review", "administer"]);
    add(&program, "birch");
    let told = wait_for("a failed delivery", || {
        let all = program.read("/webhooks");
        let found = all["deliveries"].as_array().unwrap().iter().find(|one| one["attempts"] != 0).cloned();
        found.filter(|one| one["reason"].is_string())
    });
    assert_eq!((&told["state"], &told["event"]), (&json!("waiting"), &json!("item.queued")), "{told}");
    assert!(told["reason"].as_str().unwrap().contains("answers 307"), "{told}");
    assert!(other.lock().unwrap().is_empty(), "a redirect was followed");
    assert!(heard.lock().unwrap().iter().all(|one| type_of(one) == "item.queued"));
    wait_for("the page of troubles", || Some(()).filter(|()| ada.page("/").contains("answers 307")));
    let health = crate::visitor::request(
        &serving.address,
        &format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n", serving.address),
        b"",
    );
    assert_eq!(super::body(&health)["webhooks"], json!({"given_up": 0, "failing": 1}), "{}", health.body);
    // Days later it is given up, and that shows too.
    app.sql("update webhook_deliveries set created_at = created_at - 400000000000 returning id");
    app.sql("update tasks set due_at = 1 where stage = 'tell' returning id");
    wait_for("that it is given up", || {
        let all = program.read("/webhooks");
        Some(()).filter(|()| all["deliveries"][0]["state"] == "refused")
    });
    assert!(ada.page("/").contains("webhooks that were given up: 1"));
    assert!(!program.read("/webhooks").to_string().contains(SECRET));
}

#[test]
fn only_https_or_this_machine_is_told() {
    for url in [
        "http://hooks.example/x",
        "http://127.0.0.1.evil.example/",
        "http://localhost@evil.example/",
        "ftp://localhost/",
        "https://",
        "https:///x",
        "https://u:p@x.example/",
    ] {
        let app = app_with(url, "");
        let said = app.refused(&["list"]);
        assert!(said.contains("webhook[1].url"), "{url}: {said}");
    }
    let said = app_with("https://hooks.example/x", "events = [\"item.eaten\"]").refused(&["list"]);
    assert!(said.contains("item.eaten is none"), "{said}");
}
