//! Words that must not become public: found in six languages, struck, and gone from every byte of the public folder.

use crate::app::App;
use pouch::domain::redaction::RedactionKind;
use pouch::redact::{Words, clean_text, find_in_text, find_removed, mark, places, suggest};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// What is offered of a text, as kind and words.
fn offered(text: &str) -> Vec<(RedactionKind, String)> {
    let chars: Vec<char> = text.chars().collect();
    let words = |one: &pouch::redact::Suggestion| chars[one.span.start..one.span.end].iter().collect();
    suggest(text).iter().map(|one| (one.kind, words(one))).collect()
}

fn of_kind(text: &str, kind: RedactionKind) -> Vec<String> {
    offered(text).into_iter().filter(|(one, _)| *one == kind).map(|(_, words)| words).collect()
}

#[test]
fn telephone_numbers_are_found_in_six_languages() {
    let found = [
        ("Tel: +41 22 917 12 34, fax (022) 917 90 08", vec!["+41 22 917 12 34", "(022) 917 90 08"]),
        ("Call us on (212) 963-1234 ext. 55 today.", vec!["(212) 963-1234 ext. 55"]),
        ("Our office: 202-555-0143.", vec!["202-555-0143"]),
        ("Tél. : 01 44 55 66 77", vec!["01 44 55 66 77"]),
        ("Télécopie 33 1 44 55 66 77", vec!["33 1 44 55 66 77"]),
        ("Teléfono: 91 123 45 67; móvil 612 345 678", vec!["91 123 45 67", "612 345 678"]),
        ("Тел.: +7 (495) 123-45-67, факс 8 (495) 123-45-68", vec!["+7 (495) 123-45-67", "8 (495) 123-45-68"]),
        ("电话：０１０－６５８８１２３４", vec!["０１０－６５８８１２３４"]),
        ("传真：010-65881235，手机 138 0013 8000。", vec!["010-65881235", "138 0013 8000"]),
        ("هاتف: ٠٢٢ ٩١٧ ١٢٣٤", vec!["٠٢٢ ٩١٧ ١٢٣٤"]),
        ("الفاكس: +٩٦٦ ١١ ٤٠٥ ٦٦٦٦", vec!["+٩٦٦ ١١ ٤٠٥ ٦٦٦٦"]),
    ];
    let wrong: Vec<_> = found
        .iter()
        .map(|(text, wanted)| (of_kind(text, RedactionKind::Phone), wanted))
        .filter(|(a, b)| a != *b)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_looks_like_a_telephone_number_is_none() {
    let texts = [
        "as the report A/78/265 and A/AC.292/2023/INF/1 say in paragraphs 23, 24 and 25(a)",
        "on 2023-11-20 and 06.07.2023, from 01.02.2023 12:30 to 02.02.2023, in 2021-2025",
        "ISBN 978-92-1-101234-5, ISSN 0379-0029, doi:10.1234/567890123",
        "a budget of 1 000 000 USD, $12,500,000.00, € 3.450.000,00, 12 500 000 dollars and 45 600 000 people",
        "Постановление № 1234567890 от 12.05.2023, п. 12.3.4.5.6.7, 1 250 000 рублей",
        "共计 12,500,000 元，2023年11月20日，第55至57段",
        "الفقرات 55-57 من الوثيقة A/78/265 بتاريخ 20/11/2023، بمبلغ 1,250,000 دولار",
        "see 192.168.100.200 and resolution 75/240 (2021) 123 of 31 December 2020, 10:15-11:45",
        "les paragraphes 12-15, 18-21 et 30-34 ; résolution 76/19 du 6 décembre 2021",
        "serial 12345678901234567890 and commit 0123456789abcdef",
        "Table 1: 0.123 0.456 0.789 0.012 0.345 and 001 002 003 004",
        "the Convention of 185 articles, CVE-2021-44228, RFC 9051, section 6.4.5.1.2.3",
    ];
    let wrong: Vec<_> =
        texts.iter().map(|text| (text, of_kind(text, RedactionKind::Phone))).filter(|one| !one.1.is_empty()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn e_mail_addresses_are_found_also_where_they_are_disguised() {
    let found = [
        ("Write to jane.doe+un@mail.example.org.", vec!["jane.doe+un@mail.example.org"]),
        ("邮箱li.wei@example.cn，谢谢", vec!["li.wei@example.cn"]),
        ("电子邮件：ｌｉ＠ｅｘａｍｐｌｅ．ｃｎ", vec!["ｌｉ＠ｅｘａｍｐｌｅ．ｃｎ"]),
        ("البريد الإلكتروني: sami@example.jo.", vec!["sami@example.jo"]),
        ("почта: иван@почта.рф", vec!["иван@почта.рф"]),
        (
            "jane [at] example [dot] org or jane (at) example.org",
            vec!["jane [at] example [dot] org", "jane (at) example.org"],
        ),
        ("we meet at example dates; the handle @secretariat; 5 @ 3.50", vec![]),
    ];
    let wrong: Vec<_> = found
        .iter()
        .map(|(text, wanted)| (of_kind(text, RedactionKind::Email), wanted))
        .filter(|(a, b)| a != *b)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn passport_numbers_are_found_behind_their_word_only() {
    let found = [
        ("Passport No. X1234567, issued in Geneva", vec!["X1234567"]),
        ("Passeport n° 12AB34567", vec!["12AB34567"]),
        ("Pasaporte número: AAB123456", vec!["AAB123456"]),
        ("паспорт серия 45 12 номер 345678 выдан", vec!["45 12 номер 345678"]),
        ("паспорт: 45 12 345678", vec!["45 12 345678"]),
        ("护照号码：E12345678", vec!["E12345678"]),
        ("جواز سفر رقم: N٠١٢٣٤٥٦٧", vec!["N٠١٢٣٤٥٦٧"]),
        ("passports were issued to 120 000 people in 2023; document A/78/265", vec![]),
    ];
    let wrong: Vec<_> = found
        .iter()
        .map(|(text, wanted)| (of_kind(text, RedactionKind::Passport), wanted))
        .filter(|(a, b)| a != *b)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn postal_addresses_are_found_in_six_languages() {
    let found = [
        "We are at 12 Harbour Street, London, SW1A 2AA.",
        "P.O. Box 1234, Nairobi",
        "Siège : 14 bis, rue de la Paix, 75002 Paris",
        "rue de Lausanne 45, 1202 Genève",
        "Domicilio: Calle Mayor 12, 28013 Madrid",
        "Avenida de los Insurgentes n.º 300, Ciudad de México",
        "119019, г. Москва, ул. Новый Арбат, д. 15, кв. 4",
        "Тверская ул., 13, Москва",
        "北京市朝阳区建国门外大街2号银泰中心1201室",
        "地址：上海市浦东新区世纪大道１００号",
        "العنوان: شارع التحرير رقم ١٥، القاهرة",
        "ص.ب. ١٢٣٤، عمّان",
    ];
    let missing: Vec<_> = found.iter().filter(|text| of_kind(text, RedactionKind::Address).is_empty()).collect();
    assert!(missing.is_empty(), "{missing:#?}");
    let none = [
        "the 2030 Agenda and the road to 2025, in 3 ways; Place 12 orders",
        "Address the gaps in paragraph 12. Address: who pays?",
        "la route vers 2030 et la place des 193 États",
        "第55号决议；该路线图第3号建议",
        "en la plaza pública se reunieron 300 personas",
        "طريق السلام طويل",
    ];
    let wrong: Vec<_> =
        none.iter().map(|text| (text, of_kind(text, RedactionKind::Address))).filter(|one| !one.1.is_empty()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_lines_of_a_signature_block_are_offered_one_by_one() {
    let texts = [
        (
            "We support it.\n\nKind regards,\n\nJane Doe\nDirector, Harbour Watch\nTel: +41 22 917 12 34",
            vec!["Jane Doe", "Director, Harbour Watch"],
        ),
        ("Texte.\n\nCordialement,\nMarie Curie\nPrésidente", vec!["Marie Curie", "Présidente"]),
        ("Texto.\n\nAtentamente,\n\nAna Ruiz", vec!["Ana Ruiz"]),
        ("Текст.\n\nС уважением,\nИван Петров", vec!["Иван Петров"]),
        ("正文。\n\n此致\n敬礼\n\n李伟", vec!["李伟"]),
        ("نص.\n\nوتفضلوا بقبول فائق الاحترام،\nسامي حداد", vec!["سامي حداد"]),
        ("Text\n-- \nJ. Doe\nOffice 4", vec!["J. Doe", "Office 4"]),
        ("Signed: Jane Doe\nThe regards of the board were long, and are told here.", vec!["Jane Doe"]),
    ];
    let wrong: Vec<_> = texts
        .iter()
        .map(|(text, wanted)| (of_kind(text, RedactionKind::Signature), wanted))
        .filter(|(a, b)| a != *b)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn words_are_found_however_they_are_written() {
    let find = |text: &str, words: &str| places(text, &[Words::of(words).unwrap()]).len();
    assert_eq!(find("JANE  DOE, Jane\nDoe, jane doe; Janet Doe", "Jane Doe"), 3);
    assert_eq!(find("+7 495 123-45-67 und +74951234567; 74951 234567 8", "+7 (495) 123-45-67"), 3);
    assert_eq!(find("٠٢٢ ٩١٧ ١٢٣٤", "022 917 1234"), 1);
    assert_eq!(find("Иванову и ИВАНОВ", "Иванов"), 2);
    assert_eq!(find("Ann wrote the annex; (ann)", "Ann"), 2);
    assert_eq!(find("李伟先生", "李伟"), 1);
    assert_eq!(find("وأحمد", "أحمد"), 1);
    assert_eq!(find("jane@exam-\nple.org", "jane@example.org"), 1);
    assert_eq!(Words::of(" - "), None);
}

#[test]
fn a_clean_text_has_a_mark_for_each_passage() {
    let words = [Words::of("Jane Doe").unwrap(), Words::of("jane@x.org").unwrap()];
    let text = "Jane Doe (jane@x.org) wrote. Jane Doe signed.";
    let (cleaned, count) = clean_text(text, 0, &places(text, &words), mark("en"));
    assert_eq!((cleaned.as_str(), count), ("[redacted] ([redacted]) wrote. [redacted] signed.", 3));
    // A piece of a whole text, and a passage that begins before it.
    let spans = [pouch::domain::message::Span { start: 8, end: 13 }];
    assert_eq!(clean_text("cdef", 10, &spans, "#"), ("#f".to_string(), 1));
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[test]
fn removed_words_are_found_in_every_coding_and_packing() {
    use base64::Engine as _;
    let words = ["secret.person@example.org", "+41 22 917 12 34", "Иванов Пётр"].map(|one| Words::of(one).unwrap());
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>().into_bytes();
    let base64 = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes).into_bytes();
    let plain = b"by Secret.Person@example.org, today".to_vec();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("docProps/core.xml", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(b"<a>secret.person</a><b>@example.org</b>").unwrap();
    let long = [&[b'x'; 100][..], &plain, &[b'y'; 100]].concat();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("plain", plain.clone()),
        ("UTF-16", [b"\xfe\xff".to_vec(), utf16("by secret.person@example.org")].concat()),
        ("hexadecimal", hex(&plain)),
        ("hexadecimal UTF-16", [b"<FEFF".to_vec(), hex(&utf16("secret.person@example.org"))].concat()),
        ("base64", [b"data:;base64,".to_vec(), base64(&plain)].concat()),
        ("base64 in lines", base64(&deflated(&long)).chunks(60).flat_map(|line| [line, b"\r\n"].concat()).collect()),
        ("packed", [b"stream\n".to_vec(), deflated(&long)].concat()),
        ("packed twice", deflated(&[b"..".to_vec(), deflated(&long)].concat())),
        ("zip", zip.finish().unwrap().into_inner()),
        ("entities", b"secret&#46;person&#x40;example.org".to_vec()),
        ("percent", b"mailto:secret.person%40example.org".to_vec()),
        ("quoted-printable", b"secret.per=\r\nson=40example.org".to_vec()),
        ("JSON", br#""secret.person\u0040example.org""#.to_vec()),
        ("digits", b"tel:+41229171234".to_vec()),
        ("windows-1251", encoding_rs::WINDOWS_1251.encode("Иванов Пётр").0.into_owned()),
        (
            "KOI8-R in a packed stream",
            deflated(&[encoding_rs::KOI8_R.encode("Иванов Пётр").0.as_ref(), &[b'z'; 90]].concat()),
        ),
    ];
    for (name, bytes) in &cases {
        let searched = find_removed(bytes, &words);
        assert!(searched.complete && !searched.found.is_empty(), "not found in {name}");
    }
    let free: Vec<u8> = (0..200_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let searched = find_removed(&free, &words);
    assert!(searched.complete && searched.found.is_empty(), "{:?}", searched.found);
}

/// A mail with a body and files, as a mail program writes it.
pub fn mail(subject: &str, body: &str, files: &[(&str, &str, Vec<u8>)]) -> String {
    use base64::Engine as _;
    let mut text = format!(
        "From: Harbour Watch <office@harbour.example>\r\nTo: inputs@un.example\r\nSubject: {subject}\r\n\
         Date: Mon, 20 Nov 2023 10:00:00 +0000\r\nMessage-ID: <redact-{}@harbour.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=edge\r\n\r\n--edge\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n{}\r\n",
        uuid::Uuid::new_v4(),
        body.replace('\n', "\r\n")
    );
    for (name, kind, bytes) in files {
        let coded = base64::engine::general_purpose::STANDARD.encode(bytes);
        let lines: Vec<&str> = coded.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
        text += &format!(
            "--edge\r\nContent-Type: {kind}; name=\"{name}\"\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n{}\r\n",
            lines.join("\r\n")
        );
    }
    text + "--edge--\r\n"
}

const PAPER: &str = "We submit this input to the open-ended working group on the security of and in the use of information \
    and communications technologies. We recommend a programme of capacity-building for States that need it, and a \
    directory of points of contact. ";

/// A DOCX of some paragraphs, whose properties name an author.
fn docx(paragraphs: &[&str], author: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let paragraphs: String = paragraphs
        .iter()
        .map(|text| format!("<w:p><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>"))
        .collect();
    let files = [
        (
            "[Content_Types].xml",
            "<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
             <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
             <Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/word/document.xml\" \
             ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>"
                .to_string(),
        ),
        (
            "_rels/.rels",
            "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
             <Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
             Target=\"word/document.xml\"/><Relationship Id=\"r2\" Type=\"http://schemas.openxmlformats.org/package/2006/\
             relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/></Relationships>"
                .to_string(),
        ),
        (
            "word/document.xml",
            format!(
                "<?xml version=\"1.0\"?><w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">\
                 <w:body>{paragraphs}</w:body></w:document>"
            ),
        ),
        (
            "docProps/core.xml",
            format!(
                "<?xml version=\"1.0\"?><cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/\
                 core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:creator>{author}</dc:creator></cp:coreProperties>"
            ),
        ),
    ];
    let unread = "<?xml version=\"1.0\"?><b:note xmlns:b=\"urn:example\">kept for John Roe</b:note>".to_string();
    for (name, text) in files.into_iter().chain([("customXml/item1.xml", unread)]) {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// An app with one submission; its id.
pub fn with_mail(mail: &str) -> (App, String) {
    let app = App::new();
    let path = app.folder.0.join("input.eml");
    std::fs::write(&path, mail).unwrap();
    app.run(&["import", path.to_str().unwrap()]);
    let items = app.list();
    assert_eq!(items.len(), 1, "{items:?}");
    let id = items[0]["id"].as_str().unwrap().to_string();
    if items[0]["outcome"] != "submission" {
        app.decide(&["accept", &id]);
    }
    let id = app.list()[0]["id"].as_str().unwrap().to_string();
    (app, id)
}

const BY: [&str; 4] = ["--by", "Rana Reviewer", "--reason", "personal data"];

fn redact(app: &App, id: &str, words: &[&str]) -> String {
    let mut all = vec!["redact", id];
    all.extend(words);
    all.extend(BY);
    app.run(&all)
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            files.extend(files_below(&entry.path()));
        } else {
            files.push(entry.path());
        }
    }
    files
}

/// Searches every file of the public folder, and the names of the files.
fn assert_gone(app: &App, words: &[&str]) {
    let words: Vec<Words> = words.iter().map(|one| Words::of(one).unwrap()).collect();
    let files = files_below(&app.public(""));
    assert!(files.len() > 3, "there is nothing public: {files:?}");
    for file in files {
        let searched = find_removed(&std::fs::read(&file).unwrap(), &words);
        assert!(searched.complete && searched.found.is_empty(), "{}: {:?}", file.display(), searched.found);
        let name = file.display().to_string();
        assert!(find_in_text(&name, &words, "").is_empty(), "{name}");
    }
}

/// Every object of the vault still has its digest, and the mail is the one that came.
fn assert_sealed(app: &App, mail: &str) {
    assert!(app.verify().contains("In order"));
    let digest = pouch::domain::Digest::of(mail.as_bytes()).to_string();
    let kept = app.data().join("vault").join(&digest[..1]).join(&digest);
    assert_eq!(std::fs::read(kept).unwrap(), mail.as_bytes(), "the mail in the vault was changed");
}

fn public_files(app: &App, id: &str) -> Vec<PathBuf> {
    let mut files = files_below(&app.public(&format!("inputs/{id}")));
    files.retain(|file| file.file_name().unwrap() != "index.html");
    files
}

// alaveteli#1156, #934, #7078, #4357; janeway#99: the word is in no byte and no metadata field of what is published.
#[test]
fn a_word_that_was_struck_in_a_document_stands_in_no_byte_of_the_public_folder() {
    let paper = docx(
        &[PAPER, "Contact: jane.doe@harbour.example, Tel: +41 22 917 12 34.", "Ask Jane Doe for more."],
        "Jane Doe",
    );
    let kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    let mail = mail("Input of Harbour Watch", PAPER, &[("input of Jane Doe.docx", kind, paper)]);
    let (app, id) = with_mail(&mail);
    let list = app.run(&["redact", &id]);
    assert!(list.contains("jane.doe@harbour.example") && list.contains("+41 22 917 12 34"), "{list}");
    redact(&app, &id, &["--accept", "all", "--words", "Jane Doe"]);
    // Without a copy there is no approval.
    let refused = app.refused(&["approve", &id, "--findings-seen", BY[0], BY[1], BY[2], BY[3]]);
    assert!(refused.contains("its copy without them is not made yet"), "{refused}");
    let made = redact(&app, &id, &["--copies"]);
    assert!(made.contains("its text alone, 3 places struck; searched, nothing found"), "{made}");
    app.decide(&["edit", &id, "--title", "Input of Harbour Watch"]);
    app.decide(&["approve", &id]);
    assert_gone(&app, &["Jane Doe", "jane.doe@harbour.example", "+41 22 917 12 34"]);
    let files = public_files(&app, &id);
    assert_eq!(files.len(), 1);
    let text = std::fs::read_to_string(&files[0]).unwrap();
    assert!(text.contains("Contact: [redacted], Tel: [redacted].\n\nAsk [redacted] for more."), "{text}");
    let page = std::fs::read_to_string(app.public(&format!("inputs/{id}/index.html"))).unwrap();
    assert!(page.contains("document 1") && page.contains("published as text"), "{page}");
    assert_sealed(&app, &mail);
    // The withdrawn page: no file, no word, and no reason that says it again.
    let refused = app.refused(&["withdraw", &id, "--by", "Rana Reviewer", "--reason", "Jane Doe asked for it"]);
    assert!(refused.contains("the reason, which becomes public"), "{refused}");
    app.decide(&["withdraw", &id]);
    assert!(public_files(&app, &id).is_empty());
    assert_gone(&app, &["Jane Doe", "jane.doe@harbour.example", "+41 22 917 12 34"]);
    assert_sealed(&app, &mail);
}

#[test]
fn what_is_struck_in_the_mail_is_struck_in_its_html_file_too_and_the_title_is_searched() {
    let html = format!("<html><body><p>{PAPER}</p><p>Passport No. X1234567 of Jane Doe</p></body></html>").into_bytes();
    let body = format!("{PAPER}\n\nMy passport No. X1234567 is valid.\n\nKind regards,\nJane Doe\n");
    let mail = mail("Input of Jane Doe", &body, &[("paper.html", "text/html", html)]);
    let (app, id) = with_mail(&mail);
    app.decide(&[
        "edit",
        &id,
        "--part",
        "body",
        "--part",
        "2",
        "--title",
        "Input by Jane Doe",
        "--submitter",
        "Harbour",
    ]);
    redact(&app, &id, &["--accept", "all"]);
    let made = redact(&app, &id, &["--copies"]);
    assert!(made.contains("2 places struck"), "{made}");
    let refused = app.refused(&["approve", &id, "--findings-seen", BY[0], BY[1], BY[2], BY[3]]);
    assert!(refused.contains("“Jane Doe” still stands in the title"), "{refused}");
    app.decide(&["edit", &id, "--title", "Input on capacity", "--submitter", "Jane Doe"]);
    let refused = app.refused(&["approve", &id, "--findings-seen", BY[0], BY[1], BY[2], BY[3]]);
    assert!(refused.contains("“Jane Doe” still stands in the submitter's name"), "{refused}");
    app.decide(&["edit", &id, "--submitter", "Harbour Watch"]);
    app.decide(&["approve", &id]);
    assert_gone(&app, &["Jane Doe", "X1234567"]);
    let page = std::fs::read_to_string(app.public(&format!("inputs/{id}/index.html"))).unwrap();
    assert!(page.contains("My passport No. [redacted] is valid."), "{page}");
    assert_sealed(&app, &mail);
}

#[test]
fn a_file_without_a_mark_that_holds_the_words_in_its_properties_is_published_as_a_clean_copy() {
    let kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    let files = [
        ("one.docx", kind, docx(&[PAPER], "Jane Doe")),
        ("two.docx", kind, docx(&[PAPER, "And more."], "The office")),
        ("three.txt", "text/plain", format!("{PAPER} jane doe\n").into_bytes()),
    ];
    let mail = mail("Papers", &format!("{PAPER}\nJane Doe"), &files);
    let (app, id) = with_mail(&mail);
    app.decide(&["edit", &id, "--part", "body", "--part", "2", "--part", "3", "--part", "4", "--title", "Papers"]);
    redact(&app, &id, &["--words", "Jane Doe", "--part", "body"]);
    let made = redact(&app, &id, &["--copies"]);
    assert!(made.contains("Copy of one.docx: its text alone, 0 places struck"), "{made}");
    assert!(made.contains("Copy of two.docx: none of the words stands in it"), "{made}");
    assert!(made.contains("Copy of three.txt: its text alone, 1 places struck"), "{made}");
    app.decide(&["approve", &id]);
    assert_gone(&app, &["Jane Doe"]);
    let endings: Vec<String> =
        public_files(&app, &id).iter().map(|file| file.extension().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(endings.iter().filter(|ending| *ending == "docx").count(), 1, "{endings:?}");
    // A part of the file that no reader looks into.
    app.decide(&["withdraw", &id]);
    app.decide(&["reopen", &id]);
    let text = format!("{PAPER}\nJohn Roe");
    let path = app.folder.0.join("second.eml");
    std::fs::write(&path, self::mail("Other papers", &text, &[("four.docx", kind, docx(&[PAPER], "The office"))]))
        .unwrap();
    app.run(&["import", path.to_str().unwrap()]);
    app.refuse_relations();
    let other = app.list().into_iter().map(|item| item["id"].as_str().unwrap().to_string()).find(|one| *one != id);
    let other = other.unwrap();
    app.decide(&["edit", &other, "--part", "body", "--part", "2", "--title", "Other papers"]);
    redact(&app, &other, &["--words", "John Roe"]);
    let made = redact(&app, &other, &["--copies"]);
    assert!(
        made.contains("holds struck words that its text does not show (customXml/item1.xml in its bytes"),
        "{made}"
    );
    app.decide(&["approve", &other]);
    assert_gone(&app, &["John Roe"]);
}

#[test]
fn a_copy_that_was_made_for_other_marks_is_not_taken() {
    let file = ("paper.txt", "text/plain", format!("{PAPER}\nJane Doe and John Roe and jane@x.example\n").into_bytes());
    let mail = mail("Paper", "See the file.", &[file]);
    let (app, id) = with_mail(&mail);
    app.decide(&["edit", &id, "--part", "2", "--title", "Paper"]);
    redact(&app, &id, &["--words", "Jane Doe"]);
    redact(&app, &id, &["--copies"]);
    redact(&app, &id, &["--words", "John Roe"]);
    let refused = app.refused(&["approve", &id, "--findings-seen", BY[0], BY[1], BY[2], BY[3]]);
    assert!(refused.contains("made for other marks"), "{refused}");
    // A mark that was taken away: the first copy is right again.
    redact(&app, &id, &["--undo", "2"]);
    app.decide(&["approve", &id]);
    assert_gone(&app, &["Jane Doe"]);
    let text = std::fs::read_to_string(&public_files(&app, &id)[0]).unwrap();
    assert!(text.contains("[redacted] and John Roe"), "{text}");
    // Who looked at an older edition marks nothing.
    app.decide(&["withdraw", &id]);
    app.decide(&["reopen", &id]);
    let stale = app.refused(&["redact", &id, "--words", "John Roe", "--seen", "1.1", BY[0], BY[1], BY[2], BY[3]]);
    assert!(stale.contains("look at it again"), "{stale}");
    let nobody = app.refused(&["redact", &id, "--words", "John Roe"]);
    assert!(nobody.contains("say who you are"), "{nobody}");
    assert_sealed(&app, &mail);
}

/// What our own reader and recognition find in a file.
async fn read_back(path: &Path) -> (String, Vec<bool>) {
    let read = crate::extract_same::read_file(&crate::extract_same::pool(), path).await;
    (read.text(), read.pages.iter().map(|page| page.confidence.is_some()).collect())
}

pub fn read_public(app: &App, id: &str, ending: &str) -> (String, Vec<bool>) {
    let files = public_files(app, id);
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!(files[0].extension().unwrap(), ending, "{files:?}");
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(read_back(&files[0]))
}

/// Lines of a page of a PDF.
pub fn lines(texts: &[&str]) -> String {
    let line = |(at, text): (usize, &&str)| {
        let text = text.replace('(', "\\(").replace(')', "\\)");
        format!("BT /F 14 Tf 50 {} Td ({text}) Tj ET\n", 740 - at * 40)
    };
    texts.iter().enumerate().map(line).collect()
}

// alaveteli#1156: a box that is drawn over a word hides it from nobody.
#[test]
fn a_pdf_is_published_as_pictures_of_its_pages_without_the_words() {
    let mut paper = crate::papers::Paper::new();
    paper.info = "/Author(Jane Doe)/Title(Harbour paper)".into();
    paper.page(&lines(&[
        "We recommend a programme of capacity building for States.",
        "Contact Jane Doe under jane.doe@harbour.example at night.",
        "The directory of points of contact should be kept up to date.",
    ]));
    paper.page(&lines(&["The second page speaks of norms and of international law."]));
    let mail = mail("Harbour paper", "See the file.", &[("paper.pdf", "application/pdf", paper.finish())]);
    let (app, id) = with_mail(&mail);
    app.decide(&["edit", &id, "--part", "2", "--title", "Harbour paper", "--submitter", "Harbour Watch"]);
    let list = app.run(&["redact", &id]);
    assert!(list.contains("Whether a picture is a signature cannot be told"), "{list}");
    redact(&app, &id, &["--accept", "all", "--words", "Jane Doe"]);
    let made = redact(&app, &id, &["--copies", "--save", app.folder.0.join("look").to_str().unwrap()]);
    assert!(made.contains("pictures of its pages, 2 places filled; searched, nothing found"), "{made}");
    assert!(app.folder.0.join("look/2.pdf").exists());
    app.decide(&["approve", &id]);
    assert_gone(&app, &["Jane Doe", "jane.doe@harbour.example", "jane.doe"]);
    let (text, recognised) = read_public(&app, &id, "pdf");
    assert_eq!(recognised, [true, true], "the copy has a text layer");
    for kept in ["capacity building", "Contact", "at night", "points of contact", "international law"] {
        assert!(text.contains(kept), "“{kept}” is lost: {text}");
    }
    assert!(find_in_text(&text, &[Words::of("Jane").unwrap(), Words::of("Doe").unwrap()], "").is_empty(), "{text}");
    assert_sealed(&app, &mail);
}

#[test]
fn a_scan_is_covered_where_recognition_finds_the_words() {
    let scan = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scans/en.jpg");
    let mail = mail("Harbour Light", "See the scan.", &[("scan.jpg", "image/jpeg", std::fs::read(scan).unwrap())]);
    let (app, id) = with_mail(&mail);
    app.decide(&["edit", &id, "--part", "2", "--title", "A scan", "--submitter", "The institute"]);
    redact(&app, &id, &["--words", "Port Merrow", "--words", "duty officer"]);
    let made = redact(&app, &id, &["--copies"]);
    assert!(made.contains("pictures of its pages"), "{made}");
    app.decide(&["approve", &id]);
    assert_gone(&app, &["Port Merrow", "duty officer"]);
    let (text, _) = read_public(&app, &id, "pdf");
    assert!(text.contains("ferry terminal") && text.contains("Harbour Light Institute"), "{text}");
    assert!(!text.contains("Merrow") && !text.contains("duty officer"), "{text}");
    assert_sealed(&app, &mail);
}

#[test]
fn words_whose_place_on_a_page_is_not_sure_make_a_clean_text_of_the_file() {
    // The engine says other letters than the page shows: a value of a form field that draws nothing.
    let mut paper = crate::papers::Paper::new();
    paper.catalogue = "/AcroForm<</Fields[20 0 R]>>".into();
    paper.object(
        20,
        "<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Jane Doe of the harbour office)/Rect[50 500 400 520]>>",
    );
    paper.annotations = "20 0 R".into();
    paper.page(&lines(&["We recommend a programme of capacity building for States that need it."]));
    let mail = mail("Form", "See the file.", &[("form.pdf", "application/pdf", paper.finish())]);
    let (app, id) = with_mail(&mail);
    app.decide(&["edit", &id, "--part", "2", "--title", "Form", "--submitter", "Harbour Watch"]);
    redact(&app, &id, &["--words", "Jane Doe"]);
    let made = redact(&app, &id, &["--copies"]);
    assert!(made.contains("published as text and not as pictures") && made.contains("page 1"), "{made}");
    app.decide(&["approve", &id]);
    assert_gone(&app, &["Jane Doe"]);
    let text = std::fs::read_to_string(&public_files(&app, &id)[0]).unwrap();
    assert!(text.contains("[redacted] of the harbour office"), "{text}");
}

#[test]
fn a_copy_in_which_something_is_left_over_is_refused() {
    let file = format!("{PAPER}\nWrite to jane@x.example, or click mailto:jane%40x.example\n").into_bytes();
    let mail = mail("Paper", "See the file.", &[("paper.txt", "text/plain", file)]);
    let (app, id) = with_mail(&mail);
    app.decide(&["edit", &id, "--part", "2", "--title", "Paper", "--submitter", "Harbour Watch"]);
    redact(&app, &id, &["--words", "jane@x.example"]);
    let made = redact(&app, &id, &["--copies"]);
    assert!(made.contains("REFUSED, “jane@x.example” still stands in its bytes"), "{made}");
    let refused = app.refused(&["approve", &id, "--findings-seen", BY[0], BY[1], BY[2], BY[3]]);
    assert!(refused.contains("its copy is refused: “jane@x.example” still stands in its bytes"), "{refused}");
    assert!(public_files_or_none(&app, &id).is_empty());
    redact(&app, &id, &["--words", "jane%40x.example"]);
    redact(&app, &id, &["--copies"]);
    app.decide(&["approve", &id]);
    assert_gone(&app, &["jane@x.example"]);
}

fn public_files_or_none(app: &App, id: &str) -> Vec<PathBuf> {
    if app.public(&format!("inputs/{id}")).exists() { public_files(app, id) } else { Vec::new() }
}

#[test]
fn marks_in_a_text_that_was_read_again_stop_an_approval() {
    let file = ("paper.txt", "text/plain", format!("{PAPER}\nJane Doe wrote it.\n").into_bytes());
    let mail = mail("Paper", "See the file.", &[file]);
    let (app, id) = with_mail(&mail);
    app.decide(&["edit", &id, "--part", "2", "--title", "Paper", "--submitter", "Harbour Watch"]);
    redact(&app, &id, &["--words", "Jane Doe"]);
    redact(&app, &id, &["--copies"]);
    app.sql("update extractions set extraction = replace(extraction, 'wrote', 'has written') returning digest");
    let refused = app.refused(&["approve", &id, "--findings-seen", BY[0], BY[1], BY[2], BY[3]]);
    assert!(refused.contains("was read again since"), "{refused}");
    let listed = app.run(&["redact", &id]);
    assert!(listed.contains("In the way of an approval: mark 1 in part 2"), "{listed}");
    redact(&app, &id, &["--undo", "1"]);
    redact(&app, &id, &["--words", "Jane Doe"]);
    redact(&app, &id, &["--copies"]);
    app.decide(&["approve", &id]);
    assert_gone(&app, &["Jane Doe"]);
}

#[test]
fn what_was_struck_in_one_version_is_struck_in_the_next() {
    let body = format!("{PAPER}\n\nCall +41 22 917 12 34 at night.\n");
    let first = mail("Input", &body, &[]);
    let (app, id) = with_mail(&first);
    redact(&app, &id, &["--accept", "all"]);
    app.decide(&["approve", &id]);
    let second = mail("Input, corrected", &format!("{body}\nAnd one sentence more on norms.\n"), &[]);
    let path = app.folder.0.join("second.eml");
    std::fs::write(&path, &second).unwrap();
    app.run(&["import", path.to_str().unwrap()]);
    app.refuse_relations();
    let newer = app.list().into_iter().map(|item| item["id"].as_str().unwrap().to_string()).find(|one| *one != id);
    app.decide(&["revise", &newer.unwrap(), "--of", &id]);
    app.decide(&["approve", &id]);
    assert_gone(&app, &["+41 22 917 12 34"]);
    let page = std::fs::read_to_string(app.public(&format!("inputs/{id}/index.html"))).unwrap();
    assert!(page.contains("one sentence more") && page.contains("Call [redacted] at night."), "{page}");
    assert!(app.verify().contains("In order"));
}

#[test]
fn a_content_without_marks_has_the_digest_that_it_had_before_there_were_marks() {
    let before = r#"{"title":"T","submitter":{"name":"N","kind":"ngo"},"languages":["en"],"parts":[{"message":"m","path":"body"}],"assignments":[]}"#;
    let content: pouch::domain::submission::Content = serde_json::from_str(before).unwrap();
    assert_eq!(serde_json::to_string(&content).unwrap(), before);
    let file = r#"{"part":{"message":"m","path":"2"},"digest":"0000000000000000000000000000000000000000000000000000000000000000","label":"l","media_type":"text/plain","size_bytes":1,"text":null}"#;
    let read: pouch::domain::submission::ManifestFile = serde_json::from_str(file).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), file);
}
