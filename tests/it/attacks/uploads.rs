//! Attacks on the one form of the desk that takes files: forged ones, ones that are too much, and names that are meant to break
//! out. Attacks only a desk that the test started.

use super::http::{percent, try_send};
use super::limits::FILE_NAMES;
use super::sessions::elsewhere;
use super::{Request, assert_none, send, upload_names};
use crate::app::{App, Serving, wait_for};
use crate::visitor::Visitor;
use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const PAPER: &[u8] = b"Written input of the Lantern Institute. We ask that States name a point of contact.\r\n";
const FILE: [(&str, &str, &str, &[u8]); 1] = [("file", "paper.txt", "text/plain", PAPER)];
const FIELDS: [(&str, &str); 2] = [("source", "by courier"), ("from", "Lantern <office@lantern.example>")];

/// A desk, a reviewer's cookie and word, and the word of somebody else.
struct Desk {
    app: App,
    serving: Serving,
    ada: Visitor,
    cookie: String,
    word: String,
    foreign: String,
}

impl Desk {
    fn start() -> Self {
        let app = App::new();
        let serving = app.serve();
        let mut ada = Visitor::first(&serving);
        let mut rita = ada.invite("Rita Reader", "rita", &["reader"]);
        let (word, foreign) = (ada.get("/me").csrf().to_string(), rita.get("/me").csrf().to_string());
        Self { cookie: ada.cookie_line(), app, serving, ada, word, foreign }
    }

    /// The form as a browser sends it.
    fn good(&self) -> Request {
        self.upload(&[&[("csrf", self.word.as_str())], &FIELDS[..]].concat(), &FILE)
    }

    fn upload(&self, fields: &[(&str, &str)], files: &[(&str, &str, &str, &[u8])]) -> Request {
        Request::upload("/add", fields, files).with("Cookie", &self.cookie)
    }

    /// What came in, and every file of the vault.
    fn state(&self) -> String {
        let counted = self.app.sql("select (select count(*) from copies) || ' ' || (select count(*) from mailboxes)");
        let mut files = BTreeSet::new();
        list(&self.app.data().join("vault"), &mut files);
        format!("{} {files:?}", counted[0])
    }
}

fn list(folder: &Path, into: &mut BTreeSet<PathBuf>) {
    for path in std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            list(&path, into);
        } else {
            into.insert(path);
        }
    }
}

#[test]
fn forged_uploads_store_nothing() {
    let mut desk = Desk::start();
    let address = desk.serving.address.clone();
    let with = |token: &str| desk.upload(&[&[("csrf", token)], &FIELDS[..]].concat(), &FILE);
    let good = desk.good();
    let origin = format!("http://{address}");
    let cut = &desk.word[..desk.word.len() - 1];
    let as_file: [(&str, &str, &str, &[u8]); 2] = [("csrf", "csrf", "text/plain", desk.word.as_bytes()), FILE[0]];
    let moved = |request: &Request, path: &str| Request { path: path.into(), ..request.clone() };
    // One form behind the other.
    let joined = |first: &Request, second: &Request| {
        let head = &first.body[..first.body.len() - "--edge-7d1c--\r\n".len()];
        Request { body: [head, &second.body].concat(), ..first.clone() }
    };
    let late =
        joined(&desk.upload(&[], &FILE), &desk.upload(&[&[("csrf", desk.word.as_str())], &FIELDS[..]].concat(), &[]));
    let in_front = joined(&desk.upload(&[], &as_file[..1]), &desk.upload(&FIELDS, &FILE));
    let mut padded = good.clone();
    padded.body = [vec![b' '; 100_000], b"\r\n".to_vec(), padded.body].concat();
    let forged = [
        ("without a word", desk.upload(&FIELDS, &FILE)),
        ("with an empty word", with("")),
        ("with a wrong word", with("wrong")),
        ("with a word that lacks its end", with(cut)),
        ("with a word that goes on", with(&format!("{}0", desk.word))),
        ("with somebody else's word", with(&desk.foreign)),
        ("with the word in the second place", desk.upload(&[FIELDS[0], ("csrf", &desk.word), FIELDS[1]], &FILE)),
        ("with the word behind the file", late),
        (
            "with a wrong word before the right one",
            desk.upload(&[("csrf", "x"), ("csrf", &desk.word), FIELDS[0], FIELDS[1]], &FILE),
        ),
        ("with the word under another name", desk.upload(&[("word", &desk.word), FIELDS[0], FIELDS[1]], &FILE)),
        ("with the word as a file", desk.upload(&FIELDS, &as_file)),
        ("with the word as a file in front", in_front),
        (
            "with the word in the address",
            moved(&desk.upload(&FIELDS, &FILE), &format!("/add?csrf={}", percent(&desk.word))),
        ),
        ("with the word behind 100 KB of nothing", padded),
        ("with another boundary", good.clone().with("Content-Type", "multipart/form-data; boundary=other")),
        ("without a boundary", good.clone().with("Content-Type", "multipart/form-data")),
        ("as another multipart", good.clone().with("Content-Type", "multipart/mixed; boundary=edge-7d1c")),
        ("as nothing", good.clone().with("Content-Type", "")),
        ("without a session", good.clone().with("Cookie", "x=y")),
        ("by PUT", Request { method: "PUT".into(), ..good.clone() }),
        ("below", moved(&good, "/add/x/1")),
        ("with a slash more", moved(&good, "/add/")),
        ("with two", moved(&good, "//add")),
        ("with a dot", moved(&good, "/./add")),
        // Where no form with files is taken, one with the right word is none either.
        ("to another form", moved(&good, "/several")),
        ("to the account", moved(&good, "/me/keys")),
        ("to the invitations", moved(&good, "/people/invite")),
    ];
    let mut faults = Vec::new();
    let mut before = desk.state();
    for (what, request) in forged.iter().chain(&elsewhere(&good, &origin)) {
        let (status, after) = (send(&address, request).status, desk.state());
        if !(400..500).contains(&status) || after != before {
            faults.push(format!("{what}: status {status}, or it stored something"));
        }
        before = after;
    }
    assert_none(&faults);
    // Who may only read is refused before a file is read; their word is right.
    let mut rita = desk.ada.invite("Rob Reader", "rob", &["reader"]);
    let word = rita.get("/me").csrf().to_string();
    let fields = [&[("csrf", word.as_str())], &FIELDS[..]].concat();
    let request = Request::upload("/add", &fields, &FILE).with("Cookie", &rita.cookie_line());
    assert_eq!((send(&address, &request).status, desk.state()), (403, before.clone()));
    // And the true one is taken: else all refusals might have had another reason.
    let own = good.with("Origin", &origin).with("Sec-Fetch-Site", "same-origin");
    assert_eq!(send(&address, &own).status, 303);
    assert_ne!(desk.state(), before);
}

/// The head of a form and its first fields, and then silence: how it is answered, and after how long.
fn begun(address: &str, request: &Request, promised: usize) -> (String, Duration) {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let began = Instant::now();
    let headers: String = request.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = format!("POST /add HTTP/1.1\r\nHost: {address}\r\n{headers}Content-Length: {promised}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&request.body).unwrap();
    let mut piece = [0; 4_096];
    let count = stream.read(&mut piece).unwrap_or(0);
    (String::from_utf8_lossy(&piece[..count]).into_owned(), began.elapsed())
}

#[test]
fn too_much_of_an_upload_is_refused_and_nothing_of_it_stays() {
    let desk = Desk::start();
    let address = &desk.serving.address;
    let before = desk.state();
    let fields = [&[("csrf", desk.word.as_str())], &FIELDS[..]].concat();
    let megabytes = |count: usize| vec![b'x'; count << 20];
    let large = megabytes(51);
    let half = megabytes(26);
    let answer = send(address, &desk.upload(&fields, &[("file", "large.bin", "x/y", &large)]));
    assert_eq!(answer.status, 413);
    assert!(
        answer.body.contains("together they may have 50 MB") && answer.body.contains("by courier"),
        "{}",
        answer.body
    );
    let two = [("file", "a.bin", "x/y", half.as_slice()), ("file", "b.bin", "x/y", half.as_slice())];
    assert_eq!(send(address, &desk.upload(&fields, &two)).status, 413);
    let many: Vec<(String, String)> = (0..100).map(|number| (format!("f{number}"), "v".into())).collect();
    let many = [fields.clone(), many.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()].concat();
    let (long, good) = ("x".repeat(100_000), desk.good());
    let long_fields = [fields.clone(), vec![("title", long.as_str())]].concat();
    let broken = |body: Vec<u8>| Request { body, ..good.clone() };
    let without_end = good.body[..good.body.len() - 20].to_vec();
    let head =
        format!("--edge-7d1c\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{}\r\n--edge-7d1c\r\n", desk.word);
    let endless_head = [head.as_bytes(), b"X: ", &megabytes(2), b"\r\n\r\nx\r\n--edge-7d1c--\r\n"].concat();
    let attacks = [
        ("100 fields", desk.upload(&many, &FILE)),
        ("a field of 100 KB", desk.upload(&long_fields, &FILE)),
        ("a form without its end", broken(without_end)),
        ("a part with a head of 2 MB", broken(endless_head)),
        ("a part without a head", broken([head.as_bytes(), b"x\r\n--edge-7d1c--\r\n"].concat())),
        ("a name with a zero byte", desk.upload(&fields, &[("file", "a\0.pdf", "x/y", PAPER)])),
        ("nothing", broken(Vec::new())),
        ("no UTF-8", broken(vec![0xff; 10_000])),
        ("a length without end", broken(Vec::new()).with("Content-Length", "99999999999999999999")),
    ];
    let mut faults = Vec::new();
    for (what, request) in &attacks {
        let status = try_send(address, request).map(|answer| answer.status);
        if status.is_none_or(|status| !(400..500).contains(&status)) && *what != "a length without end" {
            faults.push(format!("{what}: status {status:?}"));
        }
        if desk.state() != before {
            faults.push(format!("{what}: something stays"));
        }
    }
    assert_none(&faults);
    // Whoever promises much and sends little is answered without it, if the word is wrong.
    let wrong = desk.upload(&[("csrf", "wrong"), ("source", &"x".repeat(9_000))], &[]);
    let (answer, took) = begun(address, &wrong, 50_000_000);
    assert!(answer.starts_with("HTTP/1.1 422") && took < Duration::from_secs(20), "{took:?} {answer}");
    // Close below the limit it is taken.
    assert_eq!(send(address, &desk.upload(&fields, &[("file", "large.bin", "x/y", &megabytes(3))])).status, 303);
}

#[test]
fn names_of_files_break_out_of_nothing() {
    let mut desk = Desk::start();
    let long = format!("{}.pdf", "n".repeat(4_096));
    let word = desk.word.clone();
    let cookie = desk.cookie.clone();
    let upload = |name: &str| {
        let fields = [("csrf", word.as_str()), ("source", name), ("from", "Lantern"), ("title", name)];
        Request::upload("/add", &fields, &[("file", name, "application/pdf", PAPER)]).with("Cookie", &cookie)
    };
    let address = desk.serving.address.clone();
    let may_grow =
        ["data/vault", "data/pages", "data/public", "data/pouch.db", "data/pouch.db-wal", "data/pouch.db-shm"];
    assert_none(&upload_names(&address, &upload, &desk.app.folder.0, &may_grow));
    assert!(send(&address, &upload(&long)).status < 500);
    wait_for("all of them", || (desk.app.sql("select count(*) || '' from brought")[0] == "0").then_some(()));
    let items = desk.app.list();
    assert!(items.len() >= FILE_NAMES.len() - 2, "only {} came through", items.len());
    let mut pages = vec![desk.ada.page("/"), desk.ada.page("/add")];
    for item in &items {
        for file in item["attachments"].as_array().unwrap() {
            let name = file["name"].as_str().unwrap();
            assert!(!name.contains(['/', '\\', '\u{202e}', '\0']) && name.chars().count() <= 200, "{name:?}");
        }
        pages.push(desk.ada.page(&format!("/inputs/{}", item["id"].as_str().unwrap())));
    }
    for page in &pages {
        assert!(!page.contains("<img src=x") && !page.contains('\u{202e}') && !page.contains("\0"), "{page}");
    }
}
