//! What people read, as a browser shows it: accessible in light and dark, on a phone and by keyboard, light, and with no word
//! to anybody else. Decides nothing about the content.

use super::visit;
use crate::app::App;
use serde_json::json;
use std::process::Command;

/// A few inputs in several languages and scripts, some of them decided.
fn desk() -> App {
    let app = App::new();
    app.import(&[
        "input-ar-docx.eml",
        "input-zh-docx.eml",
        "input-fr-pdf.eml",
        "input-en-docx.eml",
        "input-en-pdf.eml",
        "spam-en.eml",
        "broken-base64.eml",
    ]);
    app.refuse_relations();
    app
}

fn id_of(app: &App, message_id: &str) -> String {
    app.item(message_id)["id"].as_str().unwrap().into()
}

#[test]
fn the_public_pages_are_for_everyone() {
    let app = desk();
    let ids = ["input-ar-docx@", "input-fr-pdf@", "input-en-docx@"].map(|one| id_of(&app, one));
    let serving = app.serve();
    for id in &ids {
        app.decide(&["approve", id]);
        crate::app::wait_for("the page", || app.public(&format!("inputs/{id}/index.html")).exists().then_some(()));
    }
    app.decide(&["withdraw", &ids[2]]);
    let listed = app.item("input-fr-pdf@");
    let recommendation = listed["assignments"][0]["recommendation"].as_str().unwrap().to_string();
    let mut pages = vec![
        json!({ "path": "/public/", "name": "start" }),
        json!({ "path": "/public/recommendations/index.html", "name": "recommendations" }),
        json!({ "path": format!("/public/recommendations/{recommendation}/index.html"), "name": "recommendation" }),
    ];
    pages.extend(ids.iter().enumerate().map(
        |(number, id)| json!({ "path": format!("/public/inputs/{id}/index.html"), "name": format!("input-{number}") }),
    ));
    println!("bytes: {}", visit(&serving.address, &[("pages", json!({ "pages": pages }))])[0]);
}

#[test]
fn reports_as_pages_are_for_everyone() {
    let app = desk();
    let id = id_of(&app, "input-fr-pdf@");
    app.decide(&["approve", &id]);
    let received = app.folder.0.join("received.html");
    std::fs::write(&received, app.run(&["report", "received", "--format", "html"])).unwrap();
    let evaluation = app.folder.0.join("evaluation.html");
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/evaluate");
    let out = Command::new(env!("CARGO_BIN_EXE_pouch"))
        .args(["evaluate", corpus, "--html"])
        .arg(&evaluation)
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let page =
        |path: &std::path::Path, name: &str| json!({ "path": format!("file://{}", path.display()), "name": name });
    let pages = [page(&received, "received"), page(&evaluation, "evaluation")];
    println!("bytes: {}", visit("127.0.0.1:9", &[("pages", json!({ "pages": pages }))])[0]);
}

#[test]
fn the_overview_is_for_everyone() {
    let app = desk();
    let serving = app.serve();
    let ada = crate::visitor::Visitor::first(&serving);
    let url = format!("http://{}", serving.address);
    let cookies = ada.cookies.iter().map(|(name, value)| json!({ "name": name, "value": value, "url": url }));
    let given = json!({
        "cookies": cookies.collect::<Vec<_>>(),
        "pages": [
            { "path": "/overview", "name": "overview" },
            { "path": "/overview?list=published", "name": "overview-without-inputs" },
        ],
    });
    println!("bytes: {}", visit(&serving.address, &[("pages", given)])[0]);
}
