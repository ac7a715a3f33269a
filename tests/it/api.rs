//! The interface for programs: who may do what, versions, keys sent twice, pages, hostile input, and its description.

mod hooks;
mod publications;
mod shape;

use crate::app::{App, Serving, fixture, wait_for};
use crate::visitor::{Answer, Visitor, request};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A program with a key.
pub struct Program {
    pub address: String,
    pub key: String,
}

impl Program {
    /// With a key of this person.
    pub fn of(visitor: &mut Visitor, scopes: &[&str]) -> Self {
        let mut fields = vec![("label", "a test"), ("days", "1")];
        fields.extend(scopes.iter().map(|scope| ("scope", *scope)));
        let page = visitor.post_from("/me", "/me/keys", &fields);
        let key = page.body.split("pouch_").nth(1).unwrap_or_else(|| panic!("no key: {}", page.body));
        let key = format!("pouch_{}", key.split('<').next().unwrap());
        Self { address: visitor.address.clone(), key }
    }

    pub fn send(&self, method: &str, path: &str, more: &str, body: &[u8]) -> Answer {
        let key = if self.key.is_empty() { String::new() } else { format!("Authorization: Bearer {}\r\n", self.key) };
        let head = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n{key}{more}", self.address);
        request(&self.address, &head, body)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", &format!("/api/v1{path}"), "", b"")
    }

    /// An answer that must be there.
    pub fn read(&self, path: &str) -> Value {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {} {}", answer.head, answer.body);
        body(&answer)
    }

    pub fn post(&self, path: &str, more: &str, body: &Value) -> Answer {
        let more = format!("Content-Type: application/json\r\n{more}");
        self.send("POST", &format!("/api/v1{path}"), &more, body.to_string().as_bytes())
    }

    /// Decides upon the version that stands there now.
    pub fn decide(&self, id: &str, act: &str, body: &Value) -> Answer {
        let tag = tag(&self.get(&format!("/items/{id}")));
        self.post(&format!("/items/{id}/{act}"), &format!("If-Match: {tag}\r\n"), body)
    }
}

pub fn body(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("no JSON: {} {}", answer.head, answer.body))
}

pub fn tag(answer: &Answer) -> String {
    answer.headers("etag").first().unwrap_or_else(|| panic!("no ETag: {} {}", answer.head, answer.body)).to_string()
}

/// A problem in the one form, with this status.
pub fn problem(answer: &Answer, status: u16) -> Value {
    assert_eq!(answer.status, status, "{} {}", answer.head, answer.body);
    assert_eq!(answer.headers("content-type"), ["application/problem+json"], "{}", answer.head);
    let told = body(answer);
    assert_eq!(told["status"], status, "{told}");
    assert!(told["type"].as_str().unwrap().starts_with("urn:pouch:problem:"), "{told}");
    assert!(!told["title"].as_str().unwrap().is_empty() && !told["detail"].as_str().unwrap().is_empty(), "{told}");
    told
}

pub fn mail(name: &str, words: &str) -> String {
    format!(
        "From: {name} <desk@{name}.example>\r\nTo: chair@un.example\r\nSubject: Written input of {name}\r\n\
         Date: Tue, 28 Nov 2023 10:00:00 +0000\r\nMessage-ID: <{name}@mail.example>\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\nDear Chair, please find our written input to the working group \
         below.\r\n\r\n{words}\r\n"
    )
}

fn all_paths(api: &Value) -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    for (path, item) in api["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            all.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    all
}

fn filled(path: &str) -> String {
    path.replace("{id}", "01890000-0000-7000-8000-000000000000").replace("{digest}", &"0".repeat(64))
}

#[test]
fn each_route_opens_to_the_keys_that_are_good_for_it_and_to_no_other() {
    let app = App::new();
    let serving = app.serve();
    let mut ada = Visitor::first(&serving);
    let mut all = ada.invite("Paul All", "paul", &["reader", "reviewer", "publisher", "auditor", "administrator"]);
    let mut rita = ada.invite("Rita Reader", "rita", &["reader"]);
    let nobody = Program { address: serving.address.clone(), key: String::new() };
    let api = nobody.read("/openapi.json");
    let routes = all_paths(&api);
    assert!(routes.len() > 30, "{}", routes.len());
    let rights = ["read", "review", "publish", "audit", "administer"];
    let keys = rights.map(|right| (right, Program::of(&mut all, &[right])));
    let of_rita = Program::of(&mut rita, &["read"]);
    for (method, path, operation) in &routes {
        let wanted = operation["description"].as_str().unwrap();
        let wanted = wanted.trim_start_matches("Takes the right: ").trim_end_matches('.').to_string();
        let path = filled(path);
        let answer = nobody.send(method, &path, "", b"");
        problem(&answer, 401);
        assert!(answer.headers("www-authenticate")[0].starts_with("Bearer"), "{}", answer.head);
        for (right, program) in &keys {
            let status = program.send(method, &path, "", b"").status;
            let is_open = wanted == "any key" || wanted == *right;
            assert_eq!(status != 403, is_open, "{method} {path} with {right}: {status}");
            assert!(!matches!(status, 401 | 405 | 500..), "{method} {path} with {right}: {status}");
        }
        // A person's roles bound every key of theirs.
        let status = of_rita.send(method, &path, "", b"").status;
        assert_eq!(status != 403, wanted == "read" || wanted == "any key", "{method} {path}: {status}");
    }
    // A cookie is no key, and a key is no cookie.
    let cookies: Vec<String> = ada.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let answer = nobody.send("GET", "/api/v1/items", &format!("Cookie: {}\r\n", cookies.join("; ")), b"");
    problem(&answer, 401);
    let key = &keys[0].1.key;
    assert_eq!(nobody.send("GET", "/", &format!("Cookie: pouch={key}\r\n"), b"").status, 303);
    // Only by its own name.
    let head = format!("GET /api/v1/items HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer {key}\r\n");
    assert_eq!(request(&serving.address, &head, b"").status, 421);
}

#[test]
fn keys_end_when_they_are_ended_or_run_out_or_their_person_goes() {
    let app = App::new();
    let serving = app.serve();
    let mut ada = Visitor::first(&serving);
    let mut rita = ada.invite("Rita Reader", "rita", &["reader"]);
    let (one, two) = (Program::of(&mut rita, &["read"]), Program::of(&mut rita, &["read"]));
    assert_eq!(one.read("/me")["rights"], json!(["read"]));
    let page = rita.page("/me");
    let newest = page.split("/me/keys/").nth(1).unwrap().split('/').next().unwrap().to_string();
    assert_eq!(rita.post_from("/me", &format!("/me/keys/{newest}/end"), &[]).status, 200);
    let told = two.get("/me");
    problem(&told, 401);
    assert!(told.headers("www-authenticate")[0].contains("invalid_token"), "{}", told.head);
    assert_eq!(one.get("/me").status, 200);
    // Its time is over.
    app.sql("update api_tokens set until_at = 1 where revoked_at is null returning id");
    problem(&one.get("/me"), 401);
    let three = Program::of(&mut rita, &["read"]);
    assert_eq!(three.get("/me").status, 200);
    let people = ada.page("/people");
    let row = people.split("<tr>").find(|row| row.contains("<bdi>Rita Reader</bdi>")).unwrap();
    let id = row.split("action=\"/people/").nth(1).unwrap().split('/').next().unwrap();
    assert_eq!(ada.post_from("/people", &format!("/people/{id}/close"), &[]).status, 200);
    problem(&three.get("/me"), 401);
    for key in ["pouch_", "pouch_x", "Basic eDp4", "", "a b c"] {
        problem(&Program { address: one.address.clone(), key: key.into() }.get("/me"), 401);
    }
}

/// The service with one input in the queue, and a reviewer's key.
fn desk(app: &App) -> (Serving, Program, String) {
    app.import(&["input-en-pdf.eml"]);
    let serving = app.serve();
    let program = Program::of(&mut Visitor::first(&serving), &["read", "review"]);
    let items = program.read("/items");
    let id = items["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{items}")).to_string();
    (serving, program, id)
}

#[test]
fn a_decision_names_the_version_that_was_looked_at() {
    let app = App::new();
    let (_serving, program, id) = desk(&app);
    let path = format!("/items/{id}");
    let first = program.get(&path);
    assert_eq!(tag(&first), "\"1.1\"");
    assert_eq!(body(&first), app.list()[0], "an entry is as the list has it");
    let text = program.read(&format!("{path}/text"));
    let part = &text["parts"].as_array().unwrap().iter().find(|one| !one["marks"].as_array().unwrap().is_empty());
    let part = part.unwrap_or_else(|| panic!("no marks: {text}"));
    let (mark, whole) = (&part["marks"][0], part["text"].as_str().unwrap());
    let (start, end) = (mark["start"].as_u64().unwrap() as usize, mark["end"].as_u64().unwrap() as usize);
    let quote: String = whole.chars().skip(start).take(end - start).collect();
    assert!(app.list()[0]["assignments"].to_string().contains(&json!(quote).to_string()), "{quote}");

    let edit = json!({"title": "Another title", "reason": "it says so"});
    problem(&program.post(&format!("{path}/edit"), "", &edit), 428);
    problem(&program.post(&format!("{path}/edit"), "If-Match: *\r\n", &edit), 428);
    let done = program.post(&format!("{path}/edit"), "If-Match: \"1.1\"\r\n", &edit);
    assert_eq!((done.status, tag(&done).as_str()), (200, "\"1.2\""), "{}", done.body);
    assert_eq!(body(&done)["item"]["title"], "Another title");
    // Somebody else decides upon what stood there before: they get what stands there now.
    let reject = json!({"because": "out-of-scope", "reason": "another process"});
    let late = problem(&program.post(&format!("{path}/reject"), "If-Match: \"1.1\"\r\n", &reject), 412);
    assert_eq!((&late["etag"], &late["state"]), (&json!("\"1.2\""), &json!("queued")), "{late}");
    assert_eq!(late["item"]["title"], "Another title");
    assert_eq!(program.read(&path)["state"], "queued");
    let done = program.post(&format!("{path}/reject"), "If-Match: \"1.1\", \"1.2\"\r\n", &reject);
    assert_eq!((done.status, &body(&done)["item"]["state"]), (200, &json!("rejected")), "{}", done.body);
    // The rules are those of every door.
    let told = problem(&program.decide(&id, "approve", &json!({"reason": "x"})), 409);
    assert_eq!(told["state"], "rejected", "{told}");
    assert_eq!(program.decide(&id, "reopen", &json!({"reason": "a mistake"})).status, 200);
    let history = program.read(&format!("{path}/history"));
    let said = history["entries"].as_array().unwrap().iter().find(|one| one["reason"] == "another process").unwrap();
    assert_eq!((&said["by"]["name"], &said["event"]["change"]["change"]), (&json!("Ada Admin"), &json!("reject")));
    for (act, body) in [
        ("assign", json!({"recommendation": "cb-gender", "quote": "no such words at all", "reason": "x"})),
        ("assign", json!({"recommendation": "cb-gender", "quote": "x"})),
        ("unassign", json!({"recommendation": "x", "reason": " "})),
        ("split", json!({"parts": ["body", "1", "2"], "reason": "x"})),
        ("reject", json!({"because": "no-such", "reason": "x"})),
        ("reject", json!({"because": "duplicate-of", "reason": "x"})),
        ("approve", json!({"reason": "x", "by": "Eve"})),
    ] {
        let answer = program.decide(&id, act, &body);
        assert!(matches!(answer.status, 404 | 422), "{act} {body}: {} {}", answer.status, answer.body);
        problem(&answer, answer.status);
    }
    problem(&program.decide(&id, "accept", &json!({"reason": "x"})), 422);
    let aside = program.decide(&id, "set-aside", &json!({"kind": "query", "reason": "only a question"}));
    assert_eq!(aside.status, 200, "{}", aside.body);
    let message = body(&aside)["message"].as_str().unwrap().to_string();
    let back = program.decide(&message, "accept", &json!({"reason": "after all"}));
    assert_eq!(back.status, 200, "{}", back.body);
    let queued = wait_for("the entry in the queue", || {
        program.read("/items?list=queued")["items"].as_array().unwrap().first().cloned()
    });
    assert_eq!(queued["messages"], json!([message]));
}

#[test]
fn a_request_that_is_sent_twice_is_done_once() {
    let app = App::new();
    let (serving, program, id) = desk(&app);
    let path = format!("/items/{id}/edit");
    let edit = json!({"title": "Once", "reason": "x"});
    let head = "If-Match: \"1.1\"\r\nIdempotency-Key: 5f1c\r\n";
    // Eight at once: one is done, the others hear of it or are told to wait.
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..8).map(|_| scope.spawn(|| program.post(&path, head, &edit))).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(
        answers.iter().all(|one| matches!(one.status, 200 | 409)),
        "{:?}",
        answers.iter().map(|one| one.status).collect::<Vec<_>>()
    );
    let first: Vec<&Answer> =
        answers.iter().filter(|one| one.status == 200 && one.headers("idempotency-replayed").is_empty()).collect();
    assert_eq!(first.len(), 1, "{answers:?}");
    let again = program.post(&path, head, &edit);
    assert_eq!((again.status, again.headers("idempotency-replayed")), (200, vec!["true"]), "{}", again.body);
    assert_eq!((&again.body, tag(&again)), (&first[0].body, tag(first[0])));
    assert_eq!(tag(&program.get(&format!("/items/{id}"))), "\"1.2\"", "it was done more than once");
    let told = problem(&program.post(&path, head, &json!({"title": "Twice", "reason": "x"})), 422);
    assert_eq!(told["type"], "urn:pouch:problem:key-used");
    problem(&program.post(&format!("/items/{id}/reject"), head, &edit), 422);
    problem(&program.post(&path, "Idempotency-Key: a b\r\n", &edit), 400);
    // A refusal is an answer too; another person's key is another key.
    let stale = "If-Match: \"1.1\"\r\nIdempotency-Key: 6\r\n";
    problem(&program.post(&path, stale, &edit), 412);
    let again = program.post(&path, stale, &edit);
    problem(&again, 412);
    assert_eq!(again.headers("idempotency-replayed"), ["true"]);
    let mut ada = Visitor::new(&serving);
    ada.post("/sign-in", &[("login", "ada"), ("password", crate::visitor::PASSWORD)]);
    let other = Program::of(&mut ada.invite("Omar Other", "omar", &["reviewer"]), &["review", "read"]);
    problem(&other.post(&path, head, &edit), 412);
    // After a day it is forgotten.
    app.sql("update api_requests set began_at = began_at - 86500000000 returning key");
    problem(&program.post(&path, head, &edit), 412);
}

#[test]
fn pages_lose_nothing_while_inputs_are_added() {
    let app = App::new();
    let serving = app.serve();
    let program = Program::of(&mut Visitor::first(&serving), &["read", "review"]);
    let add = |name: &str| {
        let words = format!("We, {name}, help States to keep the directory of points of contact up to date in {name}.");
        let kind = "Content-Type: message/rfc822\r\n";
        let answer = program.send("POST", "/api/v1/items?source=a+letter", kind, mail(name, &words).as_bytes());
        assert_eq!(answer.status, 201, "{} {}", answer.head, answer.body);
        let told = body(&answer);
        let id = told["item"]["id"].as_str().unwrap().to_string();
        assert_eq!(answer.location(), format!("/api/v1/items/{id}"));
        id
    };
    let mut added: BTreeSet<String> = ["alder", "birch", "cedar", "damson", "elm"].map(add).into();
    let (mut seen, mut at) = (Vec::new(), Some("/api/v1/items?list=all&limit=2".to_string()));
    let mut more = ["fir", "ginkgo", "hazel"].into_iter();
    while let Some(path) = at {
        let answer = program.send("GET", &path, "", b"");
        let page = body(&answer);
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_string()));
        at = page["next"].as_str().map(String::from);
        let link = answer.headers("link");
        assert_eq!(link.first().copied(), at.as_ref().map(|next| format!("<{next}>; rel=\"next\"")).as_deref());
        added.extend(more.next().map(add));
    }
    assert_eq!(seen.len(), seen.iter().collect::<BTreeSet<_>>().len(), "something came twice: {seen:?}");
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), added);
    let counts = program.read("/counts?q=ginkgo");
    assert_eq!((&counts["lists"]["queued"], &counts["found"]["count"]), (&json!(8), &json!(1)), "{counts}");
    let history = program.read(&format!("/items/{}/history", added.first().unwrap())).to_string();
    assert!(history.contains("added by hand: a letter") && history.contains("Ada Admin"), "{history}");
    for query in ["?list=nothing", "?after=x", "?limit=0", "?limit=101", "?colour=red", "?q=%ff", "?recommendation=%zz"]
    {
        problem(&program.get(&format!("/items{query}")), 400);
    }
    assert!(app.verify().contains("In order"));
}

#[test]
fn files_are_added_as_a_form_sends_them() {
    let app = App::new();
    let serving = app.serve();
    let program = Program::of(&mut Visitor::first(&serving), &["read", "review"]);
    let pdf = std::fs::read(fixture("../report/en.pdf")).unwrap();
    let part = |name: &str, value: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes()
    };
    let file = b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../etc/paper.pdf\"\r\n\r\n";
    let kind = "Content-Type: multipart/form-data; boundary=b\r\n";
    let form = [
        part("source", "handed over at the meeting"),
        part("from", "Lantern Association <desk@lantern.example>"),
        part("received", "2023-12-05"),
        file.to_vec(),
        pdf,
        b"\r\n--b--\r\n".to_vec(),
    ];
    let answer = program.send("POST", "/api/v1/items", kind, &form.concat());
    assert_eq!(answer.status, 201, "{} {}", answer.head, answer.body);
    let item = &body(&answer)["item"];
    assert_eq!((&item["state"], &item["received_by"]), (&json!("queued"), &json!("person")), "{item}");
    assert_eq!(item["attachments"][0]["name"], "paper.pdf");
    // The same again is the same; more than a form usually may have is read to its end.
    let again = program.send("POST", "/api/v1/items", kind, &form.concat());
    assert_eq!((again.status, &body(&again)["item"]["id"]), (200, &item["id"]), "{}", again.body);
    let large = [form[0].clone(), form[1].clone(), form[3].clone(), vec![b'x'; 3 << 20], form[5].clone()].concat();
    let answer = program.send("POST", "/api/v1/items", kind, &large);
    assert_eq!(answer.status, 201, "{} {}", answer.head, answer.body);
    let too_large = [form[0].clone(), form[1].clone(), form[3].clone(), vec![b'x'; 51 << 20], form[5].clone()].concat();
    problem(&program.send("POST", "/api/v1/items", kind, &too_large), 413);
    let without = [form[1].clone(), form[3].clone(), form[5].clone()].concat();
    problem(&program.send("POST", "/api/v1/items", kind, &without), 422);
    problem(&program.send("POST", "/api/v1/items", kind, b"--b\r\nno form"), 400);
    problem(&program.send("POST", "/api/v1/items", "Content-Type: text/plain\r\n", b"x"), 415);
    problem(&program.send("POST", "/api/v1/items?source=x", "Content-Type: message/rfc822\r\n", b"  "), 422);
    problem(
        &program.send("POST", "/api/v1/items?source=x&received=2999-01-01", "Content-Type: message/rfc822\r\n", b"x"),
        422,
    );
    assert!(app.verify().contains("In order"));
}
