//! The description of the interface and what is served, and requests that mean no good.

use super::{Program, all_paths, desk, filled, problem};
use crate::app::{App, wait_for};
use crate::visitor::Visitor;
use serde_json::json;
use std::collections::BTreeSet;

#[test]
fn what_is_served_is_described_and_what_is_described_is_served() {
    let app = App::new();
    let serving = app.serve();
    let program = Program::of(&mut Visitor::first(&serving), &["read", "review", "administer", "audit"]);
    let api = program.read("/openapi.json");
    assert!(api["openapi"].as_str().unwrap().starts_with("3.1"), "{}", api["openapi"]);
    let described: BTreeSet<String> =
        all_paths(&api).into_iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    // What the sources say is routed.
    let source = include_str!("../../../src/web/api/mod.rs");
    let mut served = BTreeSet::new();
    for (word, method) in [("Route::get(", "GET"), ("Route::post(", "POST"), (" act(", "POST")] {
        for rest in source.split(word).skip(1) {
            let Some(path) = rest.trim_start().strip_prefix('"') else { continue };
            served.insert(format!("{method} /api/v1{}", path.split('"').next().unwrap()));
        }
    }
    assert_eq!(described, served);
    // A described route exists: without a key it asks for one; nothing else does.
    let nobody = Program { address: serving.address.clone(), key: String::new() };
    for (method, path, _) in all_paths(&api) {
        problem(&nobody.send(&method, &filled(&path), "", b""), 401);
    }
    problem(&nobody.send("GET", "/api/v1/nothing", "", b""), 404);
    problem(&nobody.send("DELETE", "/api/v1/items", "", b""), 405);
    // Every form that is named is there.
    let text = api.to_string();
    for name in text.split("#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(api["components"]["schemas"].get(name).is_some(), "no form {name}");
    }
    for path in ["/mailboxes", "/catalogue", "/people", "/webhooks", "/ledger?limit=1"] {
        program.read(path);
    }
    let people = program.read("/people").to_string();
    assert!(people.contains("Ada Admin") && !people.contains("argon2"), "{people}");
    let page = wait_for("the ledger", || Some(program.read("/ledger?limit=1")).filter(|page| page["next"].is_string()));
    let next = page["next"].as_str().unwrap().trim_start_matches("/api/v1");
    assert_eq!(program.read(next)["entries"][0]["number"], 2);
}

#[test]
fn hostile_requests_are_refused_in_the_one_form() {
    let app = App::new();
    let (_serving, program, id) = desk(&app);
    let json = "Content-Type: application/json\r\nIf-Match: \"1.1\"\r\n";
    let path = format!("/api/v1/items/{id}/edit");
    let deep = "[".repeat(100_000);
    for (bytes, status) in [
        (&b"{"[..], 400),
        (b"", 400),
        (b"\xff\xfe", 400),
        (b"[]", 422),
        (b"null", 422),
        (b"{\"reason\": 1}", 422),
        (b"{\"reason\": \"x\", \"languages\": \"en\"}", 422),
        (deep.as_bytes(), 422),
        (&[b' '; 2 << 20], 413),
    ] {
        problem(&program.send("POST", &path, json, bytes), status);
    }
    problem(&program.send("POST", &path, "If-Match: \"1.1\"\r\n", b"{}"), 415);
    for id in
        ["..", "%2e%2e%2fx", "..%2f..%2fetc%2fpasswd", "%00", "%ff", "x", "'; drop table items; --", &"a".repeat(4_000)]
    {
        let id = id.replace(' ', "%20");
        for path in [format!("/items/{id}"), format!("/items/{id}/text"), format!("/publications/{id}/files/{id}")] {
            let answer = program.get(&path);
            assert!(matches!(answer.status, 400 | 403 | 404 | 414), "{path}: {} {}", answer.status, answer.body);
            problem(&answer, answer.status);
        }
    }
    for tag in ["1.1", "\"x\"", "W/\"1.1\"", "\"1\"", "\"99999999999.1\"", "\"-1.1\""] {
        let more = format!("Content-Type: application/json\r\nIf-Match: {tag}\r\n");
        problem(&program.send("POST", &path, &more, b"{\"reason\": \"x\", \"title\": \"y\"}"), 412);
    }
    // What a stranger wrote is data in JSON, never a page.
    let answer = program.decide(&id, "edit", &json!({"title": "<script>alert(1)</script>\u{202e}", "reason": "x"}));
    assert_eq!(answer.headers("content-type"), ["application/json"]);
    assert_eq!(answer.headers("x-content-type-options"), ["nosniff"]);
    assert!(answer.headers("content-security-policy")[0].contains("default-src 'none'"), "{}", answer.head);
    assert_eq!(program.get(&format!("/items/{id}")).status, 200);
}
