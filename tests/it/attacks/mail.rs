//! Mails whose every field tries to become more than text: subject, names, file names, bodies, and the titles that a document
//! carries inside. They are inputs like others to the classifier, so that they come as far as the public page.

use base64::Engine as _;
use std::io::Write as _;

/// A hostile mail.
pub struct Hostile {
    /// What it tries; stands in its Message-ID as `hostile-NAME@`.
    pub name: &'static str,
    pub bytes: Vec<u8>,
    /// What is readable of the payload wherever its title is shown, be that its subject or the title inside of its file.
    pub shown: &'static str,
}

/// What is tried, what is readable of it, and the text that goes into each field. `PLACE` becomes the name of the field. A script that runs sets
/// `window.__pwned`; an element that came alive carries `data-pwned`.
fn payloads() -> [(&'static str, &'static str, String); 7] {
    let long = "W".repeat(4096);
    [
        ("script", "<script>window.__pwned", "<script>window.__pwned='PLACE'</script><img src=x data-pwned onerror=\"window.__pwned='PLACE'\"><svg data-pwned onload=\"window.__pwned='PLACE'\"><iframe data-pwned src=\"javascript:parent.__pwned='PLACE'\"></iframe>".into()),
        ("breakout", "</title></textarea>", "</title></textarea></style></script><b data-pwned>PLACE</b>--><b data-pwned>PLACE</b>]]>\"><b data-pwned>PLACE</b>'><b data-pwned>PLACE</b>\" autofocus onfocus=\"window.__pwned='PLACE'\" x=\"".into()),
        ("twice", "{{7*7}}&lt;b data-pwned&gt;", "{{7*7}}&lt;b data-pwned&gt;PLACE&lt;/b&gt; %3Cb data-pwned%3E \\u003cb data-pwned\\u003e ${7*7} {%25 x %25} <%= 7*7 %> `${__pwned=1}`".into()),
        ("links", "<a data-pwned", "<a data-pwned href=\"javascript:window.__pwned='PLACE'\">a</a> javascript:window.__pwned='PLACE' [x](javascript:window.__pwned=1) <form data-pwned action=//evil.example><input autofocus onfocus=\"window.__pwned=1\"></form>".into()),
        ("elsewhere", "<meta data-pwned", "<meta data-pwned http-equiv=refresh content=\"0;url=http://evil.example/\"><base data-pwned href=//evil.example/><link data-pwned rel=stylesheet href=http://evil.example/x.css><style data-pwned>body{display:none;background:url(http://evil.example/)}</style><img data-pwned src=http://evil.example/PLACE.png>".into()),
        ("unseen", "txt.exe", "fdp.\u{202e}txt.exe \u{2066}a\u{2069} \u{200e}b\u{200f} z\u{200b}e\u{200d}r\u{2060}o\u{feff} \u{0}nul\u{1}\u{7f}\u{9b}31m \u{1b}[31m \u{061c}".into()),
        ("long", "WWWWWWWW", format!("{long} <b data-pwned>PLACE</b>")),
    ]
}

/// A mail for each thing that is tried.
pub fn hostile_mails() -> Vec<Hostile> {
    payloads().iter().map(|(name, shown, payload)| Hostile { name, bytes: mail(name, payload), shown }).collect()
}

/// Mails that a person has to look at (they seem to take an input back), with hostile subjects, senders and texts.
pub fn hostile_withdrawals() -> Vec<Hostile> {
    let one = |(name, shown, payload): &(&'static str, &'static str, String)| {
        let at = |place: &str| payload.replace("PLACE", place);
        let head = format!(
            "From: {} <harbour@quay.example>\r\nTo: call@desk.example\r\nSubject: {}\r\nMessage-ID: <withdrawal-{name}@quay.example>\r\n\
             Date: Fri, 01 Dec 2023 16:00:00 +0000\r\nMIME-Version: 1.0\r\n",
            words(&format!("Harbour {name} {}", at("from"))),
            words(&format!("Please withdraw our written input {}", at("subject"))),
        );
        let text = format!(
            "Dear colleagues,\r\n\r\nplease withdraw the written input of Breakwater Harbour Operators that we sent on 28 November; our board \
             has not yet agreed to it. Please confirm.\r\n\r\n{}\r\n",
            at("text")
        );
        let text = base64::engine::general_purpose::STANDARD.encode(text);
        let lines: Vec<&str> = text.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let body = format!(
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
            lines.join("\r\n")
        );
        Hostile { name, bytes: (head + &body).into_bytes(), shown }
    };
    payloads().iter().map(one).collect()
}

const POINT: &str = "We ask that the Secretariat send a test message to every contact of the directory once a quarter.";

fn mail(name: &str, payload: &str) -> Vec<u8> {
    let at = |place: &str| payload.replace("PLACE", place);
    let text = format!(
        "Written input of the Lantern Institute, attack {name}.\r\n\r\n{} We are a small institute and we write seldom.\r\n\r\n\
         {POINT}\r\n\r\nWe thank the Chair. {}\r\n",
        at("text"),
        at("end")
    );
    let html = format!(
        "<html><body><p>Written input of the Lantern Institute, attack {name}.</p><p>{}</p><p>{POINT}</p></body></html>",
        at("html")
    );
    let mut mail = format!(
        "From: {} <office@lantern.example>\r\nTo: call@desk.example\r\nSubject: {}\r\nMessage-ID: <hostile-{name}@lantern.example>\r\n\
         Date: Tue, 28 Nov 2023 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\n",
        words(&format!("Lantern {name} {}", at("from"))),
        words(&format!("Written input on the points of contact directory, attack {name} {}", at("subject"))),
    );
    mail.push_str("--outer\r\nContent-Type: multipart/alternative; boundary=inner\r\n\r\n");
    mail.push_str(&part("--inner", "text/plain; charset=utf-8", "", text.as_bytes()));
    mail.push_str(&part("--inner", "text/html; charset=utf-8", "", html.as_bytes()));
    mail.push_str("--inner--\r\n");
    let file = |ending: &str| {
        let name = super::http::percent(&format!("{}{ending}", at(&ending[1..])));
        format!("Content-Disposition: attachment;\r\n filename*=utf-8''{name}\r\n")
    };
    let docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    mail.push_str(&part("--outer", docx, &file(".docx"), &word(&at("title"), &at("author"), &text)));
    mail.push_str(&part("--outer", "application/pdf", &file(".pdf"), &pdf(&at("title"))));
    mail.push_str(&part("--outer", "text/plain; charset=utf-8", &file(".txt"), text.as_bytes()));
    mail.push_str("--outer--\r\n");
    mail.into_bytes()
}

/// Encoded words (RFC 2047), short enough each.
fn words(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let pieces = chars.chunks(10).map(|piece| {
        let piece: String = piece.iter().collect();
        format!("=?utf-8?B?{}?=", base64::engine::general_purpose::STANDARD.encode(piece))
    });
    pieces.collect::<Vec<_>>().join("\r\n ")
}

fn part(edge: &str, kind: &str, disposition: &str, bytes: &[u8]) -> String {
    let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
    let lines: Vec<&str> = encoded.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!(
        "{edge}\r\nContent-Type: {kind}\r\n{disposition}Content-Transfer-Encoding: base64\r\n\r\n{}\r\n",
        lines.join("\r\n")
    )
}

/// Text for XML, without the characters that no XML may hold.
fn xml(text: &str) -> String {
    let legal = |c: &char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    let text: String = text.chars().filter(legal).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A Word file with title, author and a comment in its properties.
fn word(title: &str, author: &str, text: &str) -> Vec<u8> {
    let paragraphs: String = text
        .split("\r\n\r\n")
        .map(|one| format!("<w:p><w:r><w:t xml:space=\"preserve\">{}</w:t></w:r></w:p>", xml(one)))
        .collect();
    let (title, author) = (xml(title), xml(author));
    let office = "http://schemas.openxmlformats.org";
    let files = [
        (
            "[Content_Types].xml",
            format!(
                "<Types xmlns=\"{office}/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/><Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{office}/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"{office}/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/><Relationship Id=\"r2\" Type=\"{office}/package/2006/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/></Relationships>"
            ),
        ),
        (
            "word/document.xml",
            format!(
                "<w:document xmlns:w=\"{office}/wordprocessingml/2006/main\"><w:body>{paragraphs}</w:body></w:document>"
            ),
        ),
        (
            "docProps/core.xml",
            format!(
                "<cp:coreProperties xmlns:cp=\"{office}/package/2006/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>{title}</dc:title><dc:creator>{author}</dc:creator><dc:description>{title}</dc:description><cp:keywords>{title}</cp:keywords><cp:lastModifiedBy>{author}</cp:lastModifiedBy></cp:coreProperties>"
            ),
        ),
    ];
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in files {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{text}").as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A PDF of one page with title, author and subject in its properties.
fn pdf(title: &str) -> Vec<u8> {
    let hex: String = title.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
    let drawn = format!("BT /F1 11 Tf 40 780 Td (Written input of the Lantern Institute.) Tj 0 -20 Td ({POINT}) Tj ET");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_string(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".into(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>".into(),
        format!("<</Length {}>>stream\n{drawn}\nendstream", drawn.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".into(),
        format!("<</Title<FEFF{hex}>/Author<FEFF{hex}>/Subject<FEFF{hex}>>>"),
    ];
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.extend_from_slice(format!("{} 0 obj\n{object}\nendobj\n", number + 1).as_bytes());
    }
    let start = file.len();
    let rows: String = places.iter().map(|place| format!("{place:010} 00000 n \n")).collect();
    file.extend_from_slice(
        format!("xref\n0 7\n0000000000 65535 f \n{rows}trailer<</Size 7/Root 1 0 R/Info 6 0 R>>\nstartxref\n{start}\n%%EOF\n")
            .as_bytes(),
    );
    file
}
