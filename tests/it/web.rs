//! The read-only page of the service: who may read it, and what it never does.

use crate::app::{App, Serving, wait_for};
use crate::servers::FakeImap;
use crate::visitor::Visitor;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// Status line, headers and body of one request.
fn ask(serving: &Serving, request: &str) -> String {
    let mut stream = TcpStream::connect(&serving.address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

pub fn get(serving: &Serving, path: &str, host: &str) -> String {
    ask(serving, &format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"))
}

#[test]
fn the_page_lists_what_waits_and_answers_only_to_this_machines_names() {
    let app = App::new();
    app.import(&["input-ar-docx.eml", "spam-en.eml", "input-en-docx.eml"]);
    let serving = app.serve();
    let port = serving.address.rsplit(':').next().unwrap().to_string();
    for name in ["localhost", "127.0.0.1"] {
        let page = get(&serving, "/", &format!("{name}:{port}"));
        assert!(page.starts_with("HTTP/1.1 303") && page.contains("location: /sign-in\r\n"), "{page}");
        assert!(page.contains("content-security-policy: default-src 'none'"), "{page}");
    }
    let page = Visitor::first(&serving).page("/");
    for tab in ["Waits for review <span class=\"count\">2<", "Set aside <span class=\"count\">1<"] {
        assert!(page.contains(tab), "{tab}: {page}");
    }
    assert!(page.contains("ورقة مركز المنارة"), "{page}");
    for host in
        ["evil.example", &format!("evil.example:{port}"), &format!("localhost.evil.example:{port}"), "localhost:1"]
    {
        let page = get(&serving, "/", host);
        assert!(page.starts_with("HTTP/1.1 421") && !page.contains("Waits for review"), "{host}: {page}");
    }
    let posted = ask(
        &serving,
        &format!("POST / HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
    );
    assert!(posted.starts_with("HTTP/1.1 422"), "{posted}");
}

#[test]
fn only_files_of_the_public_folder_can_be_read() {
    let app = App::new();
    app.import(&["input-en-docx.eml"]);
    let id = app.item("input-en-docx@")["id"].as_str().unwrap().to_string();
    app.decide(&["approve", &id]);
    std::os::unix::fs::symlink(app.data().join("pouch.db"), app.public("link.txt")).unwrap();
    let serving = app.serve();
    let host = serving.address.replace("127.0.0.1", "localhost");
    assert!(get(&serving, "/public/", &host).starts_with("HTTP/1.1 200"));
    assert!(get(&serving, &format!("/public/inputs/{id}/index.html"), &host).starts_with("HTTP/1.1 200"));
    for path in [
        "/public/../pouch.db",
        "/public/%2e%2e/pouch.db",
        "/public/..%2fpouch.db",
        "/public//etc/passwd",
        "/public/link.txt",
        "/public/inputs/",
        "/pouch.db",
    ] {
        let answer = get(&serving, path, &host);
        assert!(answer.starts_with("HTTP/1.1 404") || answer.starts_with("HTTP/1.1 400"), "{path}: {answer}");
    }
}

#[test]
fn health_is_an_answer_for_machines() {
    let app = App::new();
    let serving = app.serve();
    let answer = get(&serving, "/healthz", &serving.address.clone());
    let body = answer.split("\r\n\r\n").nth(1).unwrap();
    let health: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(health["ok"], true);
    assert_eq!(health["under_way"], 0);
}

#[test]
fn a_failing_mailbox_is_seen_in_health_and_on_the_page() {
    let app = App::with_config(
        "[[account]]\nname = \"chair\"\nhost = \"127.0.0.1\"\nport = 9\ntls = false\nuser = \"x\"\npassword_file = \"password\"\n",
    );
    std::fs::write(app.data().join("password"), "secret-word\n").unwrap();
    let serving = app.serve();
    let host = serving.address.clone();
    let answer = crate::app::wait_for("the failing mailbox", || {
        let answer = get(&serving, "/healthz", &host);
        answer.contains("\"ok\":false").then_some(answer)
    });
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    let mut visitor = Visitor::first(&serving);
    assert!(visitor.page("/").contains("chair/INBOX"));
    let page = visitor.page("/mailboxes");
    assert!(page.contains("chair/INBOX") && page.contains("Look at this mailbox"), "{page}");
    assert!(page.contains("not counted yet"), "{page}");
    // A server that has more than there are rows: nobody overlooks that.
    assert_eq!(app.sql("update mailboxes set server_count = 3 where account = 'chair' returning account"), ["chair"]);
    let page = visitor.page("/mailboxes");
    assert!(page.contains("<strong class=\"bad\">3</strong>"), "{page}");
    assert!(!serving.log.lock().unwrap().contains("secret-word"), "the password stands in the log");
}

#[test]
fn a_second_service_on_the_same_folder_is_refused_with_the_reason() {
    let app = App::new();
    let serving = app.serve();
    let said = app.refused(&["serve"]);
    assert!(said.contains("another `pouch serve` works on"), "{said}");
    drop(serving);
}

#[test]
fn metrics_tell_how_mailboxes_do_and_what_waits() {
    // bichon#232: a sync hung for ten hours, and nothing that a machine could read said so.
    let server = FakeImap::start(&[
        "--messages",
        "2",
        "UID FETCH .*BODY=>* 1 FETCH (UID 1 BODY[] {9}\\r\\nSubject: )\\r\\n$TAG OK\\r\\n",
    ]);
    let app = App::with_config(&format!(
        "[[account]]\nname = \"ch\\\"air\"\nhost = \"127.0.0.1\"\nport = {}\ntls = false\njunk = false\nuser = \"u\"\n\
         password_env = \"PATH\"\ndaily_mb = 7\n",
        server.port
    ));
    app.import(&["spam-en.eml", "withdrawal-en.eml", "input-en-docx.eml"]);
    let serving = app.serve();
    let host = serving.address.clone();
    let mailbox = "account=\"ch\\\"air\",folder=\"INBOX\"";
    let text = wait_for("a message that is parked", || {
        let text = get(&serving, "/metrics", &host);
        text.contains(&format!("pouch_mailbox_parked_messages{{{mailbox}}} 1")).then_some(text)
    });
    let text = if text.contains("state=\"watching\"} 1") {
        text
    } else {
        wait_for("a mailbox that is watched", || {
            Some(get(&serving, "/metrics", &host)).filter(|text| text.contains("state=\"watching\"} 1"))
        })
    };
    assert!(text.contains("content-type: text/plain; version=0.0.4"), "{text}");
    let page = Visitor::first(&serving).page("/mailboxes");
    let row = |words: &str| page.split(words).nth(1).unwrap().split("</tr>").next().unwrap().to_string();
    for (words, number) in [
        ("on the server at the last complete check<", ">2<"),
        ("with a row here<", ">2<"),
        ("without a row<", "<strong class=\"good\">0<"),
        ("parked: ", ">1<"),
    ] {
        assert!(row(words).contains(number), "{words}: {page}");
    }
    for line in [
        format!("pouch_mailbox_state{{{mailbox},state=\"needs-login\"}} 0"),
        format!("pouch_mailbox_server_messages{{{mailbox}}} 2"),
        "pouch_account_needs_login{account=\"ch\\\"air\"} 0".into(),
        "pouch_account_daily_limit_bytes{account=\"ch\\\"air\"} 7000000".into(),
        "pouch_tasks_failed{stage=\"parse\"} 0".into(),
        "pouch_messages{outcome=\"held\"} 1".into(),
        "pouch_messages{outcome=\"submission\"} 1".into(),
    ] {
        assert!(text.contains(&line), "{line} is not in:\n{text}");
    }
    let number = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name}: {text}"));
        line.rsplit(' ').next().unwrap().parse::<i64>().unwrap()
    };
    let checked = number("pouch_mailbox_last_complete_check_timestamp_seconds{");
    assert!((jiff::Timestamp::now().as_second() - checked).abs() < 120);
    assert!(number("pouch_account_fetched_today_bytes{") > 100);
    // The format: every value has a family with help and type, and no family comes twice.
    let families: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
    let mut once = families.clone();
    once.dedup();
    assert_eq!(once, families);
    let body = text.split("\r\n\r\n").nth(1).unwrap();
    for line in body.lines().filter(|line| !line.starts_with('#')) {
        let name = line.split(['{', ' ']).next().unwrap();
        assert!(families.contains(&format!("{name} gauge").as_str()), "{line}");
    }
}

#[test]
fn the_page_of_an_input_marks_each_quote_where_it_stands_and_shows_markup_as_text() {
    let app = App::new();
    let point = "We ask that the Secretariat send a test message to every contact of the directory once a quarter.";
    let text = format!(
        "Written input of the Lantern Institute.\r\n\r\n<script>alert(1)</script> We are a small institute & we write \
         seldom.\r\n\r\n{point}\r\n\r\nWe thank the Chair."
    );
    let raw = format!(
        "From: office@lantern.example\r\nSubject: Written input on the points of contact directory\r\nMessage-ID: \
         <marked@example.org>\r\nDate: Tue, 28 Nov 2023 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: \
         multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nPlease find attached our written \
         input.\r\n--x\r\nContent-Type: text/plain; name=paper.txt\r\nContent-Disposition: attachment; \
         filename=paper.txt\r\n\r\n{text}\r\n--x--\r\n"
    );
    let mail = app.folder.0.join("marked.eml");
    std::fs::write(&mail, raw).unwrap();
    app.run(&["import", mail.to_str().unwrap()]);
    let item = app.item("marked@");
    let quotes: Vec<&str> = item["assignments"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|one| one["evidence"].as_array().unwrap())
        .map(|one| one["quote"].as_str().unwrap())
        .collect();
    assert!(quotes.contains(&point), "{item}");
    let serving = app.serve();
    let id = item["id"].as_str().unwrap();
    let mut visitor = Visitor::first(&serving);
    let page = visitor.page(&format!("/inputs/{id}"));
    assert!(page.contains(&format!(">{point}</mark>")), "{page}");
    for place in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(page.contains(&format!("id=\"{place}\"")), "{place} leads nowhere");
    }
    assert!(page.contains("&#60;script&#62;") && !page.contains("<script>"), "{page}");
    assert_eq!(visitor.get("/inputs/unknown").status, 404);
    let shown = app.run(&["show", id, "--text"]);
    assert!(shown.contains(&format!("⟦{point}⟧(")), "{shown}");
}
