//! The pages of auditors: the ledger with its proof, and the reports. They say what the command line says.

use crate::app::{App, Serving, wait_for};
use crate::visitor::{Answer, Visitor};

fn desk() -> (App, Serving, Visitor, Visitor) {
    let app = App::new();
    app.import(&["input-fr-pdf.eml", "input-en-docx.eml", "spam-en.eml"]);
    let serving = app.serve();
    let mut ada = Visitor::first(&serving);
    let aude = ada.invite("Aude Auditor", "aude", &["auditor"]);
    (app, serving, ada, aude)
}

fn prove(visitor: &mut Visitor, expected: &str) -> Answer {
    visitor.post_from("/ledger", "/ledger/prove", &[("expected", expected)])
}

/// The page once the proof is there.
fn proven(visitor: &mut Visitor, expected: &str) -> String {
    let answer = prove(visitor, expected);
    assert_eq!(answer.status, 303, "{}", answer.body);
    wait_for("the proof", || {
        let page = visitor.page("/ledger");
        (!page.contains("data-under-way")).then_some(page)
    })
}

#[test]
fn the_ledger_says_who_did_what_and_leads_to_the_entry() {
    let (app, _serving, _, mut aude) = desk();
    let id = app.item("input-en-docx@")["id"].as_str().unwrap().to_string();
    app.decide(&["reject", &id, "--because", "out-of-scope"]);
    let page = wait_for("the sealed decision", || {
        let page = aude.page("/ledger");
        page.contains("rejected").then_some(page)
    });
    assert!(page.contains("account opened (auditor): Aude Auditor"), "{page}");
    let message = app.item("spam-en@")["messages"][0].as_str().unwrap().to_string();
    assert!(page.contains(&format!("href=\"/inputs/{message}\"")), "{page}");
    aude.page(&format!("/inputs/{message}"));
    // A decision leads to its input, too.
    let decision = page.split("<tr>").find(|row| row.contains(">rejected<")).unwrap();
    assert!(decision.contains(&format!("href=\"/inputs/{id}\"")), "{decision}");
    // The newest first, each number once.
    let numbers: Vec<u64> = page
        .split("<tr><td class=\"number\">")
        .skip(1)
        .map(|row| row.split('<').next().unwrap().parse().unwrap())
        .collect();
    assert!(numbers.windows(2).all(|two| two[0] == two[1] + 1) && *numbers.last().unwrap() == 1, "{numbers:?}");
    assert!(!page.contains("/ledger?before="), "{page}");
}

#[test]
fn a_long_ledger_goes_on_over_the_page_without_a_gap() {
    let (app, _serving, _, mut aude) = desk();
    let id = app.item("input-en-docx@")["id"].as_str().unwrap().to_string();
    for number in 0..50 {
        app.decide(&["reject", &id, "--because", "out-of-scope"]);
        app.decide(&["reopen", &id]);
        if number == 49 {
            wait_for("the seal", || aude.page("/ledger").contains("/ledger?before=").then_some(()));
        }
    }
    let (mut path, mut numbers) = (Some("/ledger".to_string()), Vec::<u64>::new());
    while let Some(at) = path {
        let page = aude.page(&at);
        numbers.extend(page.split("<tr><td class=\"number\">").skip(1).map(|row| {
            let number = row.split('<').next().unwrap();
            number.parse::<u64>().unwrap()
        }));
        path = page
            .split_once("href=\"/ledger?before=")
            .map(|(_, rest)| format!("/ledger?before={}", rest.split('"').next().unwrap()));
    }
    assert!(numbers.len() > 100, "{numbers:?}");
    let wanted: Vec<u64> = (1..=numbers[0]).rev().collect();
    assert_eq!(numbers, wanted);
}

#[test]
fn the_proof_says_the_same_as_the_command_line_and_what_was_changed() {
    let (app, _serving, _, mut aude) = desk();
    let page = proven(&mut aude, "");
    assert!(page.contains("In order.") && page.contains("files were hashed again"), "{page}");
    let said = app.verify();
    let head = said.lines().find_map(|line| line.strip_prefix("Head ")).unwrap().to_string();
    assert!(proven(&mut aude, &head).contains("In order."));
    let other = format!("{}:{}", head.split(':').next().unwrap(), "0".repeat(64));
    let page = proven(&mut aude, &other);
    assert!(page.contains("1 thing is wrong.") && page.contains("class=\"bad\""), "{page}");
    let nonsense = prove(&mut aude, "not a head");
    assert!(nonsense.status == 422 && nonsense.body.contains("This is no head"), "{}", nonsense.body);
    assert!(nonsense.body.contains("value=\"not a head\""), "{}", nonsense.body);
    // A byte of what was received is another one.
    let object = objects(&app.data().join("vault")).into_iter().next().unwrap();
    let mut bytes = std::fs::read(&object).unwrap();
    bytes[0] ^= 1;
    let mut rights = std::fs::metadata(&object).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut rights, 0o600);
    std::fs::set_permissions(&object, rights).unwrap();
    std::fs::write(&object, bytes).unwrap();
    let page = proven(&mut aude, "");
    assert!(page.contains("1 thing is wrong.") && page.contains("call whoever runs the machine"), "{page}");
}

fn objects(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            found.extend(objects(&entry.path()));
        } else if entry.file_name().len() >= 60 {
            found.push(entry.path());
        }
    }
    found
}

#[test]
fn reports_are_the_bytes_that_the_command_line_prints() {
    let (app, _serving, mut ada, mut aude) = desk();
    let page = aude.page("/reports");
    assert!(page.contains("All accounted for") && page.contains("import (3)"), "{page}");
    // The time at which it was made, and the head that grows, are other ones each time.
    let same = |text: &str| {
        let is_steady = |line: &&str| !line.contains("made") && !line.contains("head") && !line.contains("Made");
        text.lines().filter(is_steady).map(String::from).collect::<Vec<_>>()
    };
    for format in ["csv", "html", "json"] {
        let answer = aude.get(&format!("/reports/received?from=&to=&format={format}"));
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.headers("content-disposition"), [format!("attachment; filename=\"received.{format}\"")]);
        let printed = app.run(&["report", "received", "--format", format]);
        assert!(printed.lines().count() > 3, "{printed}");
        assert_eq!(same(&answer.body), same(&printed), "{format}");
    }
    let none = aude.get("/reports/received?from=2023-01-01&to=2023-01-02&format=csv");
    assert_eq!(none.body.lines().nth(1), Some("\"\""), "a day without mail has no row: {}", none.body);
    for (query, words) in [
        ("from=yesterday&to=", "This is no day"),
        ("from=2023-12-07&to=2023-12-06", "The last day lies before the first."),
    ] {
        let answer = aude.get(&format!("/reports/received?{query}&format=csv"));
        assert!(answer.status == 422 && answer.body.contains(words), "{}", answer.body);
    }
    // A reviewer alone sees neither.
    let mut rita = ada.invite("Rita Reviewer", "rita", &["reviewer"]);
    for path in ["/reports", "/reports/received?format=csv", "/ledger"] {
        assert_eq!(rita.get(path).status, 403, "{path}");
    }
    let front = rita.page("/");
    assert!(!front.contains("href=\"/ledger\"") && !front.contains("href=\"/reports\""), "{front}");
}
