//! The tools of the journeys find what they are for. A tool that finds nothing would make every other test worthless.

use super::{LIMITS, Limits, try_visit};
use crate::app::{Folder, wait_for};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const SHORT: Limits = Limits { journey: Duration::from_secs(2), around: Duration::from_secs(60) };

/// A page with nothing wrong, around a body.
fn page(folder: &Folder, name: &str, body: &str) -> String {
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><title>{name}</title><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><style>:root {{ color-scheme: light dark; }}</style></head><body>\
         <main><h1>{name}</h1>{body}</main></body></html>"
    );
    let path = folder.0.join(format!("{name}.html"));
    std::fs::write(&path, html).unwrap();
    format!("file://{}", path.display())
}

#[test]
fn each_tool_finds_the_fault_that_it_looks_for_and_passes_a_page_without() {
    let folder = Folder::new();
    let long = "x".repeat(4096);
    // The tool, a page with its fault, and words that it must say.
    let faults = [
        ("axe", "<p style=\"color: #999; background: #aaa\">pale</p>".to_string(), "color-contrast"),
        ("axe", "<p style=\"color: #000\">black</p>".into(), "dark: color-contrast"),
        ("axe", "<img src=\"data:,\">".into(), "image-alt"),
        ("axe", "<h3>deep</h3>".into(), "heading-order"),
        ("axe", "<button style=\"width:9px;height:9px;padding:0\" aria-label=a></button><button style=\"width:9px;height:9px;padding:0\" aria-label=b></button>".into(), "target-size"),
        ("fits", format!("<p>{long}</p>"), "must be scrolled to the side"),
        ("fits", "<div style=\"width: 600px\">wide</div>".into(), "at 320 px"),
        ("keyboardOnly", "<a href=\"#\" style=\"outline: none\">link</a>".into(), "does not show that it has the focus"),
        ("keyboardOnly", "<a href=\"#\">one</a> <a href=\"#\" tabindex=\"1\">two</a>".into(), "stands before it"),
        ("keyboardOnly", "<a href=\"#\">one</a><div style=\"position:fixed;inset:0;background:#fff\"></div>".into(), "is covered"),
        ("keyboardOnly", "<a href=\"#\" style=\"position:absolute;left:-999px\">gone</a>".into(), "outside of the window"),
        ("noThirdParty", "<img alt=\"\" src=\"http://evil.example/a.png\">".into(), "evil.example"),
        ("noConsoleErrors", "<script>throw new Error('torn')</script>".into(), "torn"),
        ("nothingOdd", "<script>alert(7)</script>".into(), "dialog: 7"),
        ("weigh", format!("<!--{}-->", "x".repeat(100_000)), "more than 100000"),
        ("assertInert", "<script>window.__pwned = 'title'</script>".into(), "a script ran: title"),
        ("assertInert", "<b data-pwned>bold</b>".into(), "an element of the mail"),
        ("assertInert", "<a href=\" java\nscript:alert(1)\">x</a>".into(), "an address that is a script"),
        ("assertInert", "<p onclick=\"x()\">x</p>".into(), "a handler"),
        ("assertInert", "<iframe title=\"mail\" srcdoc=\"x\"></iframe>".into(), "a frame that is not shut off"),
        ("assertInert", "<p>a\u{202e}b</p>".into(), "an unseen character in the text: a%u202Eb"),
        ("assertInert", "<p title=\"a\u{200b}b\">x</p>".into(), "an unseen character in title"),
        ("assertInert", "<textarea aria-label=a name=reply>a\u{2066}b</textarea>".into(), "the field reply"),
        ("assertInert", format!("<p>{long}</p>"), "must be scrolled to the side"),
    ];
    let sound = page(&folder, "sound", "<p>Text</p><a href=\"#one\">one</a> <button>two</button><p id=\"one\">End</p>");
    let given: Vec<Value> = faults
        .iter()
        .enumerate()
        .map(|(number, (tool, body, words))| json!({ "tool": tool, "words": words, "page": page(&folder, &format!("fault-{number}"), body) }))
        .collect();
    let found =
        try_visit("127.0.0.1:9", &[("faults", json!({ "sound": sound, "faults": given }))], LIMITS, |_, _| Value::Null);
    let found = found.unwrap_or_else(|said| panic!("{said}"));
    assert_eq!(found[0].as_u64(), Some(faults.len() as u64));
}

#[test]
fn a_journey_that_fails_leaves_a_picture_and_a_slow_one_is_stopped() {
    let folder = Folder::new();
    let page = page(&folder, "here", "<p>Text</p>");
    let fails = |given: Value| {
        let mut given = given;
        given["page"] = json!(page);
        let limits = if given["how"] == "hang" { SHORT } else { LIMITS };
        try_visit("127.0.0.1:9", &[("stumble", given)], limits, |name, value| {
            assert_eq!(name, "how far");
            json!(value.as_u64().unwrap() + 1)
        })
        .unwrap_err()
    };
    let said = fails(json!({ "how": "throw" }));
    let picture = said.lines().find(|line| line.trim().ends_with("failed.png")).unwrap_or_else(|| panic!("{said}"));
    assert!(std::fs::metadata(picture.trim()).unwrap().len() > 500, "{said}");
    assert!(said.contains("it stumbled after 8"), "{said}");
    // Something odd that no tool was asked about fails a journey all the same.
    assert!(fails(json!({ "how": "odd" })).contains("console: out of order"), "a script error passed");
    let began = Instant::now();
    assert!(fails(json!({ "how": "hang" })).contains("was not over after 2 s"), "a journey without end passed");
    assert!(began.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_script_that_does_not_answer_is_killed_and_its_browser_with_it() {
    let limits = Limits { journey: Duration::from_secs(9), around: Duration::from_secs(1) };
    let given = json!({ "page": "about:blank", "how": "spin" });
    let mut profile = String::new();
    let said = try_visit("127.0.0.1:9", &[("stumble", given)], limits, |_, place| {
        profile = place.as_str().unwrap().into();
        assert!(!browsers(&profile).is_empty(), "no browser runs in {profile}");
        Value::Null
    });
    assert!(said.is_err_and(|said| said.contains("was stopped after 10s")));
    if !profile.is_empty() {
        wait_for("the end of the browser", || browsers(&profile).is_empty().then_some(()));
    }
}

/// Processes that work on this profile.
fn browsers(profile: &str) -> Vec<String> {
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = all.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.map(|line| String::from_utf8_lossy(&line).into_owned()).filter(|line| line.contains(profile)).collect()
}
