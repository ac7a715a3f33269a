//! The publishing pipeline: only what was approved, each change for one worker at a time, and nothing of what was withdrawn.

use super::{Program, body, problem};
use crate::app::{App, wait_for};
use crate::visitor::Visitor;
use pouch::domain::Digest;
use serde_json::{Value, json};

fn lease(program: &Program, count: usize, seconds: u64) -> Value {
    let answer = program.post("/publications/leases", "", &json!({"count": count, "seconds": seconds}));
    assert_eq!(answer.status, 201, "{} {}", answer.head, answer.body);
    body(&answer)
}

fn ids(told: &Value) -> Vec<String> {
    told["publications"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_string()).collect()
}

/// A publisher's key, beside the first person's.
fn two(app: &App) -> (crate::app::Serving, Program, Program) {
    let serving = app.serve();
    let mut ada = Visitor::first(&serving);
    let reviewer = Program::of(&mut ada, &["read", "review"]);
    let mut petra = ada.invite("Petra Publisher", "petra", &["publisher"]);
    let publisher = Program::of(&mut petra, &["publish"]);
    (serving, reviewer, publisher)
}

fn published(publisher: &Program, id: &str) -> Value {
    wait_for("the publication", || {
        let all = publisher.read("/publications");
        all["publications"].as_array().unwrap().iter().find(|one| one["id"] == *id).cloned()
    })
}

#[test]
fn nothing_is_handed_out_that_nobody_approved_in_any_state() {
    let app = App::with_config("");
    app.import(&["input-en-pdf.eml", "input-fr-pdf.eml", "newsletter-en.eml", "withdrawal-en.eml"]);
    app.refuse_relations();
    let config = app.data().join("pouch.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replace("delay = \"0s\"", "delay = \"720h\"")).unwrap();
    let (serving, reviewer, publisher) = two(&app);
    let all = reviewer.read("/items?list=all");
    let entries: Vec<Value> = all["items"].as_array().unwrap().clone();
    assert_eq!(entries.len(), 4);
    let nothing = |when: &str| {
        assert_eq!(publisher.read("/publications")["publications"], json!([]), "{when}");
        assert_eq!(lease(&publisher, 100, 60)["publications"], json!([]), "{when}");
        for entry in &entries {
            let id = entry["id"].as_str().unwrap();
            problem(&publisher.get(&format!("/publications/{id}")), 404);
            problem(&publisher.get(&format!("/publications/{id}/manifest")), 404);
            for file in entry["attachments"].as_array().unwrap() {
                let digest = file["digest"].as_str().unwrap();
                problem(&publisher.get(&format!("/publications/{id}/files/{digest}")), 404);
            }
        }
    };
    nothing("queued, held and set aside");
    let id = entries.iter().find(|one| one["state"] == "queued").unwrap()["id"].as_str().unwrap();
    let decide = |act: &str, more: Value| {
        let mut words = json!({"reason": "as agreed"});
        words.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = reviewer.decide(id, act, &words);
        assert_eq!(answer.status, 200, "{act}: {}", answer.body);
        body(&answer)["item"]["state"].as_str().unwrap().to_string()
    };
    for (act, more, state) in [
        ("reject", json!({"because": "out-of-scope"}), "rejected"),
        ("reopen", json!({}), "queued"),
        ("approve", json!({"findings_seen": true}), "approved"),
        ("reopen", json!({}), "queued"),
        ("withdraw", json!({}), "withdrawn"),
        ("reopen", json!({}), "queued"),
        ("approve", json!({"findings_seen": true}), "approved"),
        ("withdraw", json!({}), "withdrawn"),
    ] {
        assert_eq!(decide(act, more), state);
        nothing(state);
    }
    drop(serving);
}

#[test]
fn a_publication_is_what_the_approver_saw_and_goes_when_it_is_withdrawn() {
    let app = App::new();
    app.import(&["input-en-pdf.eml"]);
    let (_serving, reviewer, publisher) = two(&app);
    let id = reviewer.read("/items")["items"][0]["id"].as_str().unwrap().to_string();
    let approve = json!({"reason": "in order", "findings_seen": true});
    assert_eq!(reviewer.decide(&id, "approve", &approve).status, 200);
    let one = published(&publisher, &id);
    assert_eq!((&one["change"], &one["acknowledged"]), (&json!("published"), &json!(false)), "{one}");
    // The digest is that of the manifest's bytes, and files are those of the manifest.
    let manifest = publisher.get(&format!("/publications/{id}/manifest"));
    assert_eq!(one["manifest_digest"], Digest::of(manifest.body.as_bytes()).to_string());
    assert_eq!(one["manifest"], body(&manifest));
    let file = one["files"][0].clone();
    let href = file["href"].as_str().unwrap().to_string();
    let bytes = wait_for("the file", || Some(publisher.send("GET", &href, "", b"")).filter(|one| one.status == 200));
    assert_eq!(bytes.headers("content-length")[0], file["size_bytes"].to_string());
    let paths: Vec<_> = std::fs::read_dir(app.public("inputs")).unwrap().flatten().collect();
    let on_disk = paths.iter().map(|one| one.path().join(file["name"].as_str().unwrap())).find(|path| path.exists());
    let on_disk = std::fs::read(on_disk.expect("no public file")).unwrap();
    assert_eq!(Digest::of(&on_disk).to_string(), file["digest"].as_str().unwrap());
    assert_eq!(bytes.body, String::from_utf8_lossy(&on_disk));
    problem(&publisher.get(&format!("/publications/{id}/files/{}", Digest::of(b"other"))), 404);
    // The reviewer's key opens none of it.
    problem(&reviewer.send("GET", &href, "", b""), 403);

    let taken = lease(&publisher, 5, 600);
    let ack = |lease: &Value, digest: &Value| {
        publisher.post(&format!("/publications/{id}/acknowledge"), "", &json!({"lease": lease, "digest": digest}))
    };
    assert_eq!(ids(&taken), std::slice::from_ref(&id));
    assert_eq!(ids(&lease(&publisher, 5, 600)), Vec::<String>::new(), "two hold the same");
    let told = problem(&ack(&taken["lease"], &json!(Digest::of(b"other").to_string())), 409);
    assert_eq!(told["type"], "urn:pouch:problem:other-digest");
    problem(&ack(&json!("another"), &one["manifest_digest"]), 409);
    // It is withdrawn while the worker works: nobody else gets it meanwhile, and its word does not count.
    assert_eq!(reviewer.decide(&id, "withdraw", &json!({"reason": "the sender asks"})).status, 200);
    assert_eq!(ids(&lease(&publisher, 5, 600)), Vec::<String>::new());
    let told = problem(&ack(&taken["lease"], &one["manifest_digest"]), 409);
    assert_eq!(
        (&told["type"], &told["publication"]["change"]),
        (&json!("urn:pouch:problem:changed"), &json!("withdrawn"))
    );
    problem(&publisher.send("GET", &href, "", b""), 410);
    problem(&publisher.get(&format!("/publications/{id}/manifest")), 410);
    let taken = lease(&publisher, 5, 600);
    let gone = &taken["publications"][0];
    assert_eq!((&gone["change"], &gone["manifest"], &gone["files"]), (&json!("withdrawn"), &Value::Null, &json!([])));
    problem(&ack(&taken["lease"], &one["manifest_digest"]), 409);
    assert_eq!(ack(&taken["lease"], &Value::Null).status, 200);
    assert_eq!(ids(&lease(&publisher, 5, 600)), Vec::<String>::new(), "it is done");
    let after = one["sequence"].as_u64().unwrap();
    let rest = publisher.read(&format!("/publications?after={after}"));
    assert_eq!(rest["publications"][0]["acknowledged"], true, "{rest}");
    assert!(app.verify().contains("In order"));
}

#[test]
fn a_lease_that_runs_out_makes_it_due_again_and_workers_share_without_overlap() {
    let app = App::new();
    let names = ["input-en-pdf.eml", "input-fr-pdf.eml", "input-es-odt.eml", "input-ru-rtf.eml"];
    app.import(&names);
    app.refuse_relations();
    let (_serving, reviewer, publisher) = two(&app);
    let all = reviewer.read("/items");
    let all: Vec<&str> = all["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    for id in &all {
        let answer = reviewer.decide(id, "approve", &json!({"reason": "in order", "findings_seen": true}));
        assert_eq!(answer.status, 200, "{}", answer.body);
        published(&publisher, id);
    }
    // Eight workers at once take one each, as often as there is one.
    let taken: Vec<Value> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..8).map(|_| scope.spawn(|| lease(&publisher, 1, 3600))).collect();
        workers.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let mut given: Vec<String> = taken.iter().flat_map(ids).collect();
    given.sort();
    let mut wanted: Vec<String> = all.iter().map(|id| (*id).to_string()).collect();
    wanted.sort();
    assert_eq!(given, wanted);
    // Their time is over.
    app.sql("update publication_feed set lease_until = 1 returning submission_id");
    let late = taken.iter().find(|one| !ids(one).is_empty()).unwrap();
    let one = &late["publications"][0];
    let words = json!({"lease": late["lease"], "digest": one["manifest_digest"]});
    let path = format!("/publications/{}/acknowledge", one["id"].as_str().unwrap());
    assert_eq!(problem(&publisher.post(&path, "", &words), 409)["type"], "urn:pouch:problem:no-lease");
    let again = lease(&publisher, 100, 3600);
    assert_eq!(ids(&again).len(), names.len());
    let words = json!({"lease": again["lease"], "digest": one["manifest_digest"]});
    assert_eq!(publisher.post(&path, "", &words).status, 200);
    for wrong in
        [json!({"count": 0, "seconds": 1}), json!({"count": 1, "seconds": 0}), json!({"count": 101, "seconds": 1})]
    {
        problem(&publisher.post("/publications/leases", "", &wrong), 422);
    }
    // Page by page, in the order of the changes.
    let first = publisher.read("/publications?limit=3");
    let rest = publisher.read(first["next"].as_str().unwrap().trim_start_matches("/api/v1"));
    assert_eq!((ids(&first).len(), ids(&rest).len()), (3, 1));
}
