//! Content that a mail does not bring: links in the place of files, locked and encrypted files, passwords that follow, and
//! the answer that asks for the file. Nothing is fetched in any of it.

use crate::app::{App, fixture};
use crate::classify::classifier;
use pouch::classify::Input;
use pouch::domain::Digest;
use pouch::domain::classification::{Classification, TextPart};
use pouch::domain::extraction::{Segment, SegmentKind};
use pouch::domain::missing::Lack;
use pouch::letters::digest::{Standing, daily};
use pouch::parse::parse;
use serde_json::Value;
use std::collections::BTreeSet;

fn lines(file: &str) -> Vec<Value> {
    file.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_default()
}

/// A row of `fixtures/elsewhere/mails.jsonl` as a mail.
fn mail(row: &Value) -> String {
    let plain = format!("Content-Type: text/plain; charset=utf-8\n\n{}\n", text(row, "text"));
    let mut parts = vec![plain];
    if let Some(html) = row["html"].as_str() {
        let html = format!("Content-Type: text/html; charset=utf-8\n\n{html}\n");
        parts = vec![format!(
            "Content-Type: multipart/alternative; boundary=alt\n\n--alt\n{}--alt\n{html}--alt--\n",
            parts[0]
        )];
    }
    if row["paper"] == true {
        parts.push(
            "Content-Type: text/plain; charset=utf-8\nContent-Disposition: attachment; filename=\"input.txt\"\n\n\
             Every State should nominate its points of contact for the directory.\n"
                .into(),
        );
    }
    let body: String = parts.iter().map(|part| format!("--mix\n{part}")).collect();
    format!(
        "From: Maud Ferrier <maud@heathland.example>\nTo: call@desk.example\nSubject: {}\n\
         Date: Tue, 05 Dec 2023 10:00:00 +0000\nMessage-ID: <{}@heathland.example>\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=mix\n\n{body}--mix--\n",
        text(row, "subject"),
        Digest::of(row.to_string().as_bytes()),
    )
}

fn judged(raw: &str) -> Classification {
    let message = parse(raw.as_bytes());
    let whole = message.body.text.clone();
    let body = TextPart {
        path: "body".into(),
        name: None,
        digest: Digest::of(whole.as_bytes()),
        segments: vec![Segment::new(1, SegmentKind::Body, whole)],
        own: Some(message.body.own.clone()),
        title: None,
    };
    classifier().classify(&Input { message: &message, texts: vec![body] })
}

#[test]
fn links_to_files_are_told_from_other_links_in_six_languages() {
    // wdtk-theme#2011, wdtk-theme#1263, MuckRock/muckrock#1206.
    let rows = lines(include_str!("../../fixtures/elsewhere/mails.jsonl"));
    let (mut services, mut languages, mut none) = (BTreeSet::new(), BTreeSet::new(), 0);
    let mut wrong = Vec::new();
    for row in &rows {
        let found = judged(&mail(row)).delivery;
        let names: Vec<&str> = found.missing.iter().map(|one| one.name.as_str()).collect();
        let wanted: Vec<&str> = row["service"].as_str().into_iter().collect();
        if names != wanted {
            wrong.push(format!("{wanted:?}, not {names:?}: {}{}", text(row, "text"), text(row, "html")));
        }
        if row["service"].is_string() && found.missing.iter().any(|one| one.code_given != (row["code"] == true)) {
            wrong.push(format!("code: {}", text(row, "text")));
        }
        services.extend(wanted);
        languages.insert(text(row, "language"));
        none += usize::from(row["service"].is_null());
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
    assert!(services.len() >= 30 && none >= 20 && languages.len() == 6, "{services:?} {none} {languages:?}");
}

#[test]
fn a_mail_that_tells_a_password_is_told_from_one_that_speaks_of_passwords() {
    let mut wrong = Vec::new();
    for row in lines(include_str!("../../fixtures/elsewhere/codes.jsonl")) {
        let found = judged(&mail(&row));
        if found.delivery.gives_code != (row["gives"] == true) {
            wrong.push(format!("{} is {}", text(&row, "text"), found.delivery.gives_code));
        }
        if row["gives"] == true && !(found.unsure && found.reason.contains("a password or a code")) {
            wrong.push(format!("{} is {:?}: {}", text(&row, "text"), found.kind, found.reason));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn import(app: &App, name: &str, mail: &str) {
    let path = app.folder.0.join(format!("{name}.eml"));
    std::fs::write(&path, mail).unwrap();
    app.run(&["import", path.to_str().unwrap()]);
}

fn approval(app: &App, id: &str, more: &[&str]) -> String {
    let mut words = vec!["approve", id, "--by", "Rana Reviewer", "--reason", "complete"];
    words.extend(more);
    app.refused(&words)
}

const LINK: &str = "https://www.dropbox.com/scl/fi/9k2l/position.pdf?rlkey=t0ken-t0ken&dl=0";

fn plain(id: &str, from: &str, subject: &str, text: &str) -> String {
    format!(
        "From: {from}\nTo: call@desk.example\nSubject: {subject}\nDate: Tue, 05 Dec 2023 10:00:00 +0000\n\
         Message-ID: <{id}@heathland.example>\nReferences: <earlier@heathland.example>\n\
         Content-Type: text/plain; charset=utf-8\n\n{text}\n"
    )
}

const MAUD: &str = "Maud Ferrier <maud@heathland.example>";

#[test]
fn a_mail_with_only_a_link_waits_and_is_not_approved_until_the_file_came() {
    let app = App::new();
    import(&app, "link", &plain("link", MAUD, "Written input", &format!("Please find our written input here: {LINK}")));
    let item = app.item("link@");
    let id = item["id"].as_str().unwrap();
    assert_eq!((item["state"].as_str(), item["content"].as_str()), (Some("queued"), Some("nothing")), "{item}");
    let missing = &item["not_received"][0];
    assert_eq!((missing["lack"].as_str(), missing["name"].as_str()), (Some("elsewhere"), Some("Dropbox")));
    assert_eq!(missing["link"], LINK);
    assert!(app.run(&["list"]).contains("CONTENT NOT RECEIVED"), "{}", app.run(&["list"]));
    let shown = app.run(&["show", id]);
    assert!(shown.contains("content    content not received") && shown.contains(LINK), "{shown}");
    // Not even for somebody who says that they have seen it.
    for flags in [&[][..], &["--findings-seen"][..]] {
        let why = approval(&app, id, flags);
        assert!(why.contains("its content was not received") && why.contains("pouch draft"), "{why}");
        assert!(!why.contains("t0ken"), "{why}");
    }
    // The sender answers with the file itself; joined, it can be approved by whoever has seen what the first mail lacks.
    let again = plain("file", MAUD, "Re: Written input", "Our written input is attached.").replace(
        "Content-Type: text/plain; charset=utf-8\n\n",
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\nContent-Disposition: attachment; \
         filename=position.txt\n\nEvery State should nominate its points of contact for the global directory.\n--b\n\n",
    ) + "--b--\n";
    import(&app, "file", &again);
    let file = app.item("file@");
    assert_eq!(file["content"], "all", "{file}");
    app.decide(&["merge", file["id"].as_str().unwrap(), "--into", id]);
    assert_eq!(app.item("link@")["content"], "partly");
    let why = approval(&app, id, &[]);
    assert!(why.contains("not received: a file lies at Dropbox") && why.contains("--findings-seen"), "{why}");
    // The covering text would make its link public; without it nothing is missing any more.
    assert!(why.contains("would become public"), "{why}");
    let part = format!("{}:1", file["messages"][0].as_str().unwrap());
    app.decide(&["edit", id, "--part", &part]);
    assert_eq!(app.item("link@")["content"], "all");
    app.decide(&["approve", id]);
    let html = std::fs::read_to_string(app.public(&format!("inputs/{id}/index.html"))).unwrap();
    assert!(html.contains("position.txt") && !html.contains("dropbox"), "{html}");
    assert!(app.verify().contains("In order"));
}

#[test]
fn a_locked_file_is_not_approved_alone_and_is_asked_for_without_its_password() {
    // paperless-ngx#8099: a real lock is a state, and the sender is asked.
    for (mail, name) in [("file-locked-pdf.eml", "locked.pdf"), ("file-locked-docx.eml", "locked.docx")] {
        let app = App::new();
        app.import(&[mail]);
        let item = app.list().remove(0);
        let id = item["id"].as_str().unwrap();
        assert_eq!(item["content"], "nothing", "{item}");
        assert_eq!(
            (&item["not_received"][0]["lack"], &item["not_received"][0]["name"]),
            (&"locked".into(), &name.into())
        );
        if item["state"] == "queued" {
            assert!(approval(&app, id, &["--findings-seen"]).contains("is locked with a password"));
        }
        let draft = app.run(&["draft", id]);
        assert!(draft.contains(name) && draft.contains("do not send the password by e-mail"), "{draft}");
    }
}

#[test]
fn what_came_in_part_is_approved_only_by_who_has_seen_what_is_missing() {
    let app = App::new();
    let row = serde_json::json!({
        "subject": "Written input", "paper": true,
        "text": "Please find our written input attached. Download the annex at https://we.tl/t-9Qk2LmPz0A",
    });
    import(&app, "part", &mail(&row));
    let item = app.list().remove(0);
    let id = item["id"].as_str().unwrap();
    assert_eq!((item["content"].as_str(), item["state"].as_str()), (Some("partly"), Some("queued")), "{item}");
    let list = app.run(&["list"]);
    assert!(list.contains("PART OF THE CONTENT NOT RECEIVED"), "{list}");
    let why = approval(&app, id, &[]);
    assert!(why.contains("WeTransfer") && why.contains("--findings-seen"), "{why}");
    app.decide(&["approve", id]);
}

#[test]
fn encrypted_mail_and_files_without_text_are_asked_for() {
    // zammad#6376, MuckRock/muckrock#1302.
    let app = App::new();
    let pgp = plain("pgp", MAUD, "Written input", "").replace(
        "Content-Type: text/plain; charset=utf-8\n\n",
        "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b\n\n--b\n\
         Content-Type: application/pgp-encrypted\n\nVersion: 1\n\n--b\n\
         Content-Type: application/octet-stream; name=encrypted.asc\n\n\
         -----BEGIN PGP MESSAGE-----\n\nhQEMA0Kq9LmZ2pXaAQf9\n-----END PGP MESSAGE-----\n--b--\n",
    );
    import(&app, "pgp", &pgp);
    let inline = "-----BEGIN PGP MESSAGE-----\n\nhQEMA0Kq9LmZ2pXaAQf9\n-----END PGP MESSAGE-----";
    import(&app, "inline", &plain("inline", MAUD, "Our submission", inline));
    // PKCS#7 enveloped data (RFC 5652 6), with nothing in it.
    let smime = plain("smime", MAUD, "Written input", "MA4GCSqGSIb3DQEHA6ABMA==").replace(
        "Content-Type: text/plain; charset=utf-8\n\n",
        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\n",
    );
    import(&app, "smime", &smime);
    for id in ["pgp@", "inline@", "smime@"] {
        let item = app.item(id);
        assert_ne!(item["outcome"], "set-aside", "{item}");
        assert_eq!(item["content"], "nothing", "{item}");
        let lacks: BTreeSet<&str> =
            item["not_received"].as_array().unwrap().iter().map(|one| one["lack"].as_str().unwrap()).collect();
        assert_eq!(lacks, BTreeSet::from(["encrypted"]), "{item}");
        let draft = app.run(&["draft", item["id"].as_str().unwrap()]);
        assert_eq!(draft.matches("cannot decrypt it").count(), 1, "{draft}");
    }
    let blank = plain("blank", MAUD, "Written input", "Our written input is attached.").replace(
        "Content-Type: text/plain; charset=utf-8\n\n",
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/rtf\nContent-Disposition: attachment; \
         filename=scan.rtf\n\n{\\rtf1\\ansi }\n--b\n\n",
    ) + "--b--\n";
    import(&app, "blank", &blank);
    let item = app.item("blank@");
    assert_eq!(item["not_received"][0]["lack"], "no-text", "{item}");
    assert!(app.run(&["draft", item["id"].as_str().unwrap()]).contains("\"scan.rtf\" contains no legible text"));
    // A person may read by eye what Pouch cannot, and says so.
    let id = item["id"].as_str().unwrap();
    assert!(approval(&app, id, &[]).contains("not received: scan.rtf holds no text"));
    app.decide(&["approve", id]);
}

#[test]
fn a_mail_that_only_tells_a_password_is_held_and_named_beside_what_it_opens() {
    let app = App::new();
    app.import(&["file-locked-pdf.eml"]);
    let locked = app.list().remove(0);
    let from = parse(&std::fs::read(fixture("file-locked-pdf.eml")).unwrap()).from.remove(0).address;
    let text = "Thank you. The password for the document is quiet-Otter-12.";
    import(&app, "code", &plain("code", &from, "Re: Written input", text));
    let item = app.item("code@");
    assert_eq!(item["outcome"], "held", "{item}");
    assert!(item["reason"].as_str().unwrap().contains("a password or a code"), "{item}");
    let said = app.sql("select reason from messages union all select text from commitments");
    assert!(said.iter().all(|one| !one.to_lowercase().contains("otter")), "{said:?}");
    let shown = app.run(&["show", locked["id"].as_str().unwrap()]);
    assert!(shown.contains(&format!("message {} of the same sender tells", item["id"].as_str().unwrap())), "{shown}");
}

#[test]
fn the_draft_is_an_answer_in_the_language_of_the_mail() {
    let mails = [
        ("en", "Please find our written input at", "regrets"),
        (
            "fr",
            "Madame, Monsieur, veuillez trouver notre contribution écrite à l'adresse suivante :",
            "Le secrétariat vous remercie",
        ),
        (
            "es",
            "Estimados señores, les rogamos que descarguen nuestra contribución escrita en esta dirección:",
            "La secretaría agradece",
        ),
        ("ru", "Уважаемые коллеги, направляем наш вклад, файл можно скачать здесь:", "Секретариат благодарит"),
        ("zh", "尊敬的秘书处，我们的书面意见请由此下载：", "秘书处感谢"),
        ("ar", "السادة الأمانة، يرجى تحميل مساهمتنا الخطية من هنا:", "تشكركم الأمانة"),
    ];
    let app = App::new();
    for (language, words, answer) in mails {
        let subject =
            if language == "zh" { "Re: 书面意见" } else { "Written input, see https://we.tl/t-9Qk2LmPz0A" };
        import(&app, language, &plain(language, MAUD, subject, &format!("{words} {LINK}")));
        let item = app.item(&format!("{language}@"));
        let file = app.folder.0.join(format!("{language}-draft.eml"));
        let printed = app.run(&["draft", item["id"].as_str().unwrap(), "--eml", file.to_str().unwrap()]);
        let raw = std::fs::read_to_string(&file).unwrap();
        let draft = parse(raw.as_bytes());
        assert!(draft.body.text.contains(answer), "{language}: {}", draft.body.text);
        assert!(draft.body.text.contains("Dropbox") && printed.contains(answer), "{printed}");
        for said in [&draft.body.text, &draft.subject, &printed] {
            assert!(!said.contains("t0ken") && !said.contains("t-9Qk"), "{language}: {said}");
        }
        assert_eq!(draft.subject, if language == "zh" { "Re: 书面意见" } else { "Re: Written input, see [...]" });
        assert_eq!(draft.to[0].address, "maud@heathland.example");
        assert_eq!(draft.from[0].address, "call@desk.example");
        let id = format!("{language}@heathland.example");
        assert_eq!(draft.in_reply_to, std::slice::from_ref(&id));
        assert_eq!(draft.references, ["earlier@heathland.example".to_string(), id]);
        assert!(!raw.contains("Auto-Submitted"), "a person sends it: {raw}");
        assert!(draft.problems.iter().all(|one| format!("{:?}", one.code) == "NoMessageId"), "{:?}", draft.problems);
        let why = app.refused(&["draft", item["id"].as_str().unwrap(), "--eml", file.to_str().unwrap()]);
        assert!(why.contains("cannot be written"), "an existing file is kept: {why}");
    }
    // Nothing of it was sent, queued, or noted.
    assert!(app.run(&["letters", "--all"]).contains("0 sent, 0 waiting"));
    app.import(&["input-en-docx.eml"]);
    let whole = app.list().into_iter().find(|item| item["content"] == "all").unwrap();
    assert!(app.refused(&["draft", whole["id"].as_str().unwrap()]).contains("nothing to ask for"));
}

#[test]
fn a_notice_of_a_service_is_held_though_it_looks_like_bulk_mail() {
    let text = "Ingrid sent you some files\n1 item, 41 MB in total, expires on 20 December 2023\nGet your files: \
        https://wetransfer.com/downloads/aa81kq/bb\n\nTo unsubscribe from this newsletter, see our privacy policy.";
    let mail = plain("bulk", "WeTransfer <noreply@wetransfer.com>", "Files via WeTransfer", text)
        .replace("Content-Type", "List-Unsubscribe: <mailto:u@wetransfer.com>\nContent-Type");
    let app = App::new();
    import(&app, "bulk", &mail);
    let item = app.item("bulk@");
    assert_eq!((item["outcome"].as_str(), item["content"].as_str()), (Some("held"), Some("nothing")), "{item}");
    let output = app.output(&["draft", item["id"].as_str().unwrap()]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("nobody seems to read"), "{output:?}");
}

#[test]
fn the_review_page_says_what_was_not_received_and_opens_no_link() {
    let app = App::new();
    import(&app, "page", &plain("page", MAUD, "Written input", &format!("Please find our written input here: {LINK}")));
    let serving = app.serve();
    let mut visitor = crate::visitor::Visitor::first(&serving);
    // What has no content is held, or waits: the lists say it with a badge, the page with the link in words.
    let id = app.list()[0]["id"].as_str().unwrap().to_string();
    assert!(visitor.page("/?list=all").contains("not all received"));
    let page = visitor.page(&format!("/inputs/{id}"));
    let link = "https://www.dropbox.com/scl/fi/9k2l/position.pdf?rlkey=t0ken-t0ken";
    assert!(page.contains(link), "{page}");
    assert!(!page.contains("href=\"https://www.dropbox"), "{page}");
    let day = Standing { not_received: 7, ..Standing::default() };
    assert!(daily(&[], &day, None).text.contains("content not received       7\n"));
}

#[test]
fn every_word_of_what_was_not_received_is_documented() {
    let manual = include_str!("../../docs/list-json.md");
    let lacks = Lack::ALL.map(Lack::as_str);
    let amounts = pouch::domain::missing::Received::ALL.map(pouch::domain::missing::Received::as_str);
    let missing: Vec<&str> =
        lacks.into_iter().chain(amounts).filter(|word| !manual.contains(&format!("`{word}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
