//! Mails of other people's bug reports, through the built program: each part fails alone, nothing is fetched, no name is
//! a path, and what nobody can read says what to do.

use crate::app::{App, fixture};
use pouch::domain::ProblemCode;
use pouch::domain::message::{BodySource, ParsedMessage};
use pouch::parse::parse;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

/// An input long enough to be taken for one.
const INPUT: &str = "We welcome the second annual progress report and submit this written input. States should nominate \
    points of contact for the global directory and exercise it every year. Capacity-building must follow the needs of \
    the States that ask for it, and the confidence-building measures need a calendar. International law applies.";

/// A mail with these header fields and this body, written where it can be imported.
fn write(app: &App, name: &str, fields: &str, body: &[u8]) -> String {
    let head = format!(
        "From: Ida Kestrel <ida@kestrel.example>\r\nTo: call@desk.example\r\nDate: Tue, 28 Nov 2023 10:00:00 +0000\r\n\
         Subject: Written input\r\nMIME-Version: 1.0\r\n{fields}\r\n"
    );
    let path = app.folder.0.join(format!("{name}.eml"));
    fs::write(&path, [head.as_bytes(), body].concat()).unwrap();
    path.display().to_string()
}

fn id_field(name: &str) -> String {
    format!("Message-ID: <{name}@kestrel.example>\r\n")
}

/// Parts of a multipart with the boundary `b`.
fn parts(all: &[(&str, &str)]) -> Vec<u8> {
    let one = |(fields, content): &(&str, &str)| format!("--b\r\n{fields}\r\n\r\n{content}\r\n");
    (all.iter().map(one).collect::<String>() + "--b--\r\n").into_bytes()
}

fn codes(item: &Value) -> Vec<(&str, &str)> {
    let all = item["problems"].as_array().unwrap().iter();
    all.map(|one| (one["code"].as_str().unwrap(), one["detail"].as_str().unwrap())).collect()
}

/// alaveteli#8958: the plain part was unreadable, the HTML part good.
#[test]
fn an_unreadable_plain_form_gives_way_to_a_good_html_form_and_both_are_kept() {
    let said = "Мы приветствуем доклад и представляем этот письменный вклад о наращивании потенциала.";
    let lost: String = said.chars().map(|sign| if sign.is_ascii() { sign } else { '?' }).collect();
    let double: String = said.bytes().map(|byte| encoding_rs::mem::decode_latin1(&[byte]).into_owned()).collect();
    let noise = "\u{fffd}".repeat(60);
    for (what, plain) in [("lost", lost), ("twice encoded", double), ("noise", noise)] {
        let mail = |plain: &str, html: &str| -> ParsedMessage {
            let fields = "From: A <a@example.org>\r\nDate: Tue, 28 Nov 2023 10:00:00 +0000\r\nMessage-ID: <x@y>\r\nSubject: S\r\n\
                          MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n";
            let body = parts(&[
                ("Content-Type: text/plain; charset=utf-8", plain),
                ("Content-Type: text/html; charset=utf-8", &format!("<p>{html}</p>")),
            ]);
            parse(&[fields.as_bytes(), &body].concat())
        };
        let found = mail(&plain, said);
        assert_eq!((found.body.source, found.body.text.lines().next()), (BodySource::Html, Some(said)), "{what}");
        assert_eq!(found.body.plain.as_deref().map(str::trim), Some(plain.as_str()), "{what}: the plain form is gone");
        assert!(found.body.html.unwrap().contains(said), "{what}");
        assert!(found.problems.iter().any(|one| one.code == ProblemCode::BodiesDiffer), "{what}: {:?}", found.problems);
        // The other way round the plain form is shown.
        let found = mail(said, &plain);
        assert_eq!((found.body.source, found.body.text.lines().next()), (BodySource::Plain, Some(said)), "{what}");
    }
}

/// zammad#6376, #4742, #6217; mail-archiver#438; freescout#2540; muckrock#1302: a signature hid the text or lost the mail.
#[test]
fn a_signature_hides_nothing_and_what_is_encrypted_says_what_to_ask_for() {
    let app = App::new();
    let signed = |protocol: &str| format!("Content-Type: multipart/signed; protocol=\"{protocol}\"; boundary=b\r\n");
    let text = ("Content-Type: text/plain", INPUT);
    let smime = (
        "Content-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Disposition: attachment; filename=smime.p7s\r\n\
         Content-Transfer-Encoding: base64",
        "MIIBAgYJKoZIhvcNAQcCoIH0MIHxAgEBMQA=",
    );
    let pgp = (
        "Content-Type: application/pgp-signature; name=signature.asc",
        "-----BEGIN PGP SIGNATURE-----\r\n\r\niQEzBAEBCAAdFiEE\r\n=abcd\r\n-----END PGP SIGNATURE-----",
    );
    let message = "-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA+xyz0123456789\r\n=abcd\r\n-----END PGP MESSAGE-----\r\n";
    let encrypted = [
        ("Content-Type: application/pgp-encrypted", "Version: 1"),
        ("Content-Type: application/octet-stream; name=encrypted.asc", message),
    ];
    // AuthEnvelopedData (RFC 5083), as Outlook writes it now, and EnvelopedData.
    let newer = "MBsGCyqGSIb3DQEJEAEXoAwECm5vdGhpbmchISE=";
    let older = "MBkGCSqGSIb3DQEHA6AMBApub3RoaW5nISEh";
    let cms = "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n";
    let mails = [
        ("smime-signed", signed("application/pkcs7-signature"), parts(&[text, smime])),
        ("pgp-signed", signed("application/pgp-signature"), parts(&[text, pgp])),
        (
            "pgp-mime",
            "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b\r\n".into(),
            parts(&encrypted),
        ),
        ("pgp-inline", "Content-Type: text/plain\r\n".into(), message.as_bytes().to_vec()),
        ("cms-newer", cms.into(), newer.as_bytes().to_vec()),
        ("cms-older", cms.into(), older.as_bytes().to_vec()),
    ];
    let paths: Vec<String> =
        mails.iter().map(|(name, fields, body)| write(&app, name, &(id_field(name) + fields), body)).collect();
    let mut words = vec!["import"];
    words.extend(paths.iter().map(String::as_str));
    app.run(&words);
    for name in ["smime-signed", "pgp-signed"] {
        let item = app.item(&format!("{name}@"));
        assert_eq!(item["state"], "queued", "{name}: {item}");
        let found = codes(&item);
        assert_eq!(found.len(), 1, "{name}: {found:?}");
        assert!(found[0].0 == "signed-not-verified" && found[0].1.contains("has not checked"), "{name}: {found:?}");
        assert_eq!(item["attachments"][0]["chosen"], false, "{name}: a signature is no input");
    }
    for name in ["pgp-mime", "pgp-inline", "cms-newer", "cms-older"] {
        let item = app.item(&format!("{name}@"));
        assert_ne!(item["outcome"], "set-aside", "{name}: {item}");
        let found = codes(&item);
        assert!(
            found.iter().any(|(code, words)| *code == "part-unreadable"
                && words.contains("encrypted")
                && words.contains("ask the sender to send it unencrypted")),
            "{name}: {found:?}"
        );
    }
}

/// glpi#17869; nylas-mail#132: invitations vanished, or gave an empty body.
#[test]
fn a_calendar_mail_is_kept_with_its_summary_line_and_is_no_input() {
    let app = App::new();
    let names = ["calendar-request-en", "calendar-cancel-fr", "calendar-only-part-ru", "calendar-reply-zh"];
    app.import(&names.map(|name| format!("{name}.eml")).iter().map(String::as_str).collect::<Vec<_>>());
    let said = [
        ("METHOD:REQUEST: Preparatory call", "Calendar entry (REQUEST): Preparatory call, from 2023-12-06 14:00 UTC"),
        ("METHOD:CANCEL: Réunion de préparation", "Calendar entry (CANCEL): Réunion de préparation, from 2023-12-06"),
        (
            "METHOD:REQUEST: Подготовительная встреча",
            "Calendar entry (REQUEST): Подготовительная встреча, from 2023-12-05",
        ),
        ("METHOD:REPLY: 非正式对话", "Calendar entry (REPLY): 非正式对话, from 2023-12-06 14:00 UTC"),
    ];
    for (name, (reason, line)) in names.into_iter().zip(said) {
        let item = app.item(&format!("{name}@"));
        assert_eq!((item["outcome"].as_str(), item["kind"].as_str()), (Some("set-aside"), Some("calendar")), "{name}");
        assert!(item["reason"].as_str().unwrap().contains(reason), "{name}: {}", item["reason"]);
        assert_eq!(item["attachments"].as_array().unwrap().len(), 1, "{name}: the entry itself is kept");
        let shown = app.run(&["show", item["id"].as_str().unwrap()]);
        assert!(shown.contains(line), "{name}: {line} is not in\n{shown}");
    }
}

/// paperless-ngx#10284, #4419; gotenberg#1435: a remote picture that did not answer stopped a mail.
#[test]
fn nothing_that_a_mail_or_a_file_names_is_fetched() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let at = format!("http://{}", listener.local_addr().unwrap());
    let app = App::new();
    let html = format!(
        "<html><head><link rel=stylesheet href='{at}/a.css'><meta http-equiv=refresh content='0; url={at}/b'>\
         <style>@import url({at}/c.css); @font-face {{ font-family: x; src: url({at}/d.woff) }} body {{ background: url({at}/e.png) }}</style>\
         </head><body><p>{INPUT}</p><img src='{at}/f.png' srcset='{at}/g.png 2x'><iframe src='{at}/h'></iframe>\
         <object data='{at}/i.pdf'></object><script src='{at}/j.js'></script></body></html>"
    );
    let svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'><image xlink:href='{at}/k.png'/><text>We ask</text></svg>"
    );
    let xml = format!("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM '{at}/l.txt'>]><a>&b;</a>");
    let rtf = format!("{{\\rtf1 {{\\field{{\\*\\fldinst INCLUDEPICTURE \"{at}/m.png\"}}}} {INPUT}}}");
    let body = parts(&[
        ("Content-Type: text/html", &html),
        ("Content-Type: text/html\r\nContent-Disposition: attachment; filename=page.html", &html),
        ("Content-Type: image/svg+xml\r\nContent-Disposition: attachment; filename=a.svg", &svg),
        ("Content-Type: application/xml\r\nContent-Disposition: attachment; filename=a.xml", &xml),
        ("Content-Type: application/rtf\r\nContent-Disposition: attachment; filename=a.rtf", &rtf),
        (
            &format!("Content-Type: message/external-body; access-type=URL; URL=\"{at}/n\""),
            "Content-Type: text/plain\r\n\r\n",
        ),
    ]);
    let path = write(&app, "remote", &(id_field("remote") + "Content-Type: multipart/mixed; boundary=b\r\n"), &body);
    app.run(&["import", &path]);
    let item = app.item("remote@");
    let id = item["id"].as_str().unwrap();
    assert_eq!(item["state"], "queued", "{item}");
    app.run(&["show", id, "--text"]);
    app.decide(&["approve", id]);
    let mut asked = String::new();
    if let Ok((mut stream, _)) = listener.accept() {
        stream.set_nonblocking(false).unwrap();
        let mut bytes = [0; 200];
        let read = stream.read(&mut bytes).unwrap_or(0);
        asked = String::from_utf8_lossy(&bytes[..read]).into_owned();
        assert!(asked.is_empty(), "something was fetched: {asked}");
        panic!("somebody connected");
    }
    assert_eq!(asked, "");
}

/// Every file below a folder.
fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, into) } else { into.push(path) }
    }
}

/// OpenArchiver#183: a long Message-ID and an empty attachment name became paths and broke the write.
#[test]
fn no_name_out_of_a_mail_is_ever_a_path() {
    let app = App::new();
    let long = "x".repeat(4_000);
    let evil = [
        long.as_str(),
        "",
        " ",
        ".",
        "..",
        "../../../../tmp/pouch-was-here",
        "/tmp/pouch-was-here",
        "C:\\pouch-was-here.txt",
        "pouch-was-here\0.txt",
        "CON",
        "aux.txt",
        "COM1",
        "pouch-was-here\u{202e}fdp.txt",
        "\u{200b}",
        "a:b*c?d|e<f>.txt",
        "-rf",
        "~",
        "$(touch pouch-was-here)",
    ];
    let all: Vec<(String, String)> = evil
        .iter()
        .enumerate()
        .map(|(number, name)| {
            let coded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
            (
                format!("Content-Type: text/plain; name*=utf-8''{coded}\r\nContent-Disposition: attachment; filename*=utf-8''{coded}\r\nContent-ID: <{name}>"),
                format!("File {number}. {INPUT}"),
            )
        })
        .collect();
    let text = ("Content-Type: text/plain".to_string(), INPUT.to_string());
    let list: Vec<(&str, &str)> = std::iter::once(&text).chain(&all).map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let fields = format!(
        "Message-ID: <paths-{long}/../../../../tmp/pouch-was-here@kestrel.example>\r\nContent-Type: multipart/mixed; boundary=b\r\n"
    );
    let path = write(&app, "paths", &fields, &parts(&list));
    app.run(&["import", &path]);
    let item = app.list().remove(0);
    assert_eq!(item["attachments"].as_array().unwrap().len(), evil.len(), "{item}");
    let id = item["id"].as_str().unwrap();
    app.decide(&["approve", id]);
    let mut found = Vec::new();
    files(&app.data(), &mut found);
    let published = found.iter().filter(|path| path.starts_with(app.public(&format!("inputs/{id}")))).count();
    assert!(published > evil.len(), "only {published} files are public");
    for path in &found {
        let inside = path.strip_prefix(app.data()).unwrap();
        let harmless = |name: &str| {
            name.len() <= 80
                && name.chars().all(|sign| sign.is_ascii_alphanumeric() || "-._".contains(sign))
                && !name.starts_with(['-', '.'])
        };
        assert!(inside.iter().all(|name| harmless(name.to_str().unwrap())), "{}", inside.display());
        assert!(!inside.to_string_lossy().contains("was-here"), "{}", inside.display());
    }
    let outside: BTreeSet<_> = fs::read_dir(&app.folder.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(outside.len(), 2, "{outside:?}");
    for place in ["/tmp/pouch-was-here", "pouch-was-here", "pouch-was-here.txt"] {
        assert!(!Path::new(place).exists(), "{place}");
    }
    assert!(app.verify().contains("In order"));
}

/// zammad#795, #2227, #4584, #5826: odd charsets, file names, a date of 181 characters, deep HTML; docspell#2376: one odd
/// part blocked the job, again and again.
#[test]
fn one_part_that_nobody_can_read_costs_only_itself() {
    let app = App::new();
    let paper = fs::read(fixture("input-en-pdf.eml")).unwrap();
    let paper = String::from_utf8(paper).unwrap();
    let pdf = paper
        .split("application/pdf")
        .nth(1)
        .unwrap()
        .split("\r\n\r\n")
        .nth(1)
        .unwrap()
        .split("\r\n--")
        .next()
        .unwrap();
    let deep = format!("<html><body>{}{INPUT}", "<blockquote><table><tr><td>".repeat(30_000));
    let broken = format!("%PDF-1.7\n{}", "[".repeat(400_000));
    let date = format!("Date: Tue, 28 Nov 2023 10:15:00 +0000 ({})\r\n", "x".repeat(181));
    let body = parts(&[
        ("Content-Type: text/plain; charset=x-mac-roman-8859-unknown", INPUT),
        ("Content-Type: text/html\r\nContent-Disposition: attachment; filename=deep.html", &deep),
        ("Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=broken.pdf", &broken),
        ("Content-Type: application/x-apple-odd; charset=\"\"; =; name\r\nContent-Disposition: ;;filename=", "odd"),
        (
            "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=good.pdf\r\nContent-Transfer-Encoding: base64",
            pdf,
        ),
    ]);
    let path = app.folder.0.join("odd.eml");
    let head = format!(
        "From: Ida Kestrel <ida@kestrel.example>\r\n{date}Subject: Written input\r\nMIME-Version: 1.0\r\n{}Content-Type: multipart/mixed; boundary=b\r\n\r\n",
        id_field("odd")
    );
    fs::write(&path, [head.as_bytes(), &body].concat()).unwrap();
    app.run(&["import", path.to_str().unwrap()]);
    let item = app.item("odd@");
    assert_eq!(item["state"], "queued", "{item}");
    assert_eq!(item["sent_at"], "2023-11-28T10:15:00Z");
    let status = |name: &str| {
        let all = item["attachments"].as_array().unwrap();
        all.iter().find(|one| one["name"] == name).map(|one| one["status"].as_str().unwrap().to_string())
    };
    assert_eq!(status("good.pdf").as_deref(), Some("text"));
    assert_eq!(status("broken.pdf").as_deref(), Some("unreadable"));
    assert!(status("deep.html").is_some());
    assert!(codes(&item).iter().any(|(code, words)| *code == "part-unreadable" && words.contains("broken.pdf")));
    assert_eq!(
        app.sql("select cast(count(*) as text) from tasks where stage in ('parse', 'extract', 'classify', 'queue')"),
        ["0"]
    );
}

/// talon#129; EmailReplyParser#89: quotes are folded and never cut; whoever reads can unfold them.
#[test]
fn what_is_quoted_is_counted_and_can_be_read() {
    let app = App::new();
    app.import(&["input-en-above-a-quote.eml"]);
    let id = app.item("input-en-above-a-quote@")["id"].as_str().unwrap().to_string();
    let whole = parse(&fs::read(fixture("input-en-above-a-quote.eml")).unwrap());
    let signs: Vec<char> = whole.body.text.chars().collect();
    let quoted: String = whole.body.quoted.iter().flat_map(|span| &signs[span.start..span.end]).collect();
    let last = quoted.lines().rfind(|line| line.trim().len() > 20).unwrap().trim_start_matches(['>', ' ']).to_string();
    let count: usize = whole.body.quoted.iter().map(|span| span.end - span.start).sum();
    assert!(app.run(&["show", &id]).contains(&format!("{count} of them quoted")));
    let shown = app.run(&["show", &id, "--text"]);
    assert!(shown.contains(&last), "{last} is not in\n{shown}");
    assert!(app.run(&["show", &id, "--json"]).contains(&last));
}
