//! Outlook's own forms of a mail: .msg files and winmail.dat, made here property by property.

use super::make::{mail, zip};
use super::{check_bytes, opened, problems, tree};
use pouch::domain::ProblemCode;
use pouch::domain::message::{ParsedMessage, PartKind};
use pouch::parse::{open, part_bytes};
use std::io::{Cursor, Write as _};

/// Properties as both formats have them.
#[derive(Clone)]
pub enum Value<'v> {
    Number(i32),
    /// In a code page.
    Text8(&'v [u8]),
    Text(&'v str),
    Bytes(&'v [u8]),
    Time(i64),
}

type Properties<'v> = Vec<(u16, Value<'v>)>;

const SUBJECT: u16 = 0x0037;
const BODY: u16 = 0x1000;
const RTF: u16 = 0x1009;
const HTML: u16 = 0x1013;
const LONG_NAME: u16 = 0x3707;
const CODE_PAGE: u16 = 0x3fde;

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

// --- .msg ---

type Cfb = cfb::CompoundFile<Cursor<Vec<u8>>>;

fn put(file: &mut Cfb, path: &str, bytes: &[u8]) {
    file.create_stream(path).unwrap().write_all(bytes).unwrap();
}

fn put_properties(file: &mut Cfb, storage: &str, head: usize, properties: &Properties<'_>) {
    let mut fixed = vec![0; head];
    for (id, value) in properties {
        let (kind, inline, stream): (u16, i64, Option<Vec<u8>>) = match value {
            Value::Number(number) => (0x03, (*number).into(), None),
            Value::Time(ticks) => (0x40, *ticks, None),
            Value::Text8(bytes) => (0x1e, bytes.len() as i64 + 1, Some(bytes.to_vec())),
            Value::Text(text) => (0x1f, wide(text).len() as i64 + 2, Some(wide(text))),
            Value::Bytes(bytes) => (0x102, bytes.len() as i64, Some(bytes.to_vec())),
        };
        fixed.extend(kind.to_le_bytes());
        fixed.extend(id.to_le_bytes());
        fixed.extend([6, 0, 0, 0]);
        fixed.extend(inline.to_le_bytes());
        if let Some(bytes) = stream {
            put(file, &format!("{storage}/__substg1.0_{id:04X}{kind:04X}"), &bytes);
        }
    }
    put(file, &format!("{storage}/__properties_version1.0"), &fixed);
}

struct Message<'v> {
    properties: Properties<'v>,
    recipients: Vec<Properties<'v>>,
    files: Vec<(Properties<'v>, File<'v>)>,
}

enum File<'v> {
    Bytes(&'v [u8]),
    Message(Message<'v>),
}

fn put_message(file: &mut Cfb, storage: &str, message: &Message<'_>) {
    put_properties(file, storage, if storage.is_empty() { 32 } else { 24 }, &message.properties);
    for (at, one) in message.recipients.iter().enumerate() {
        let path = format!("{storage}/__recip_version1.0_#{at:08X}");
        file.create_storage(&path).unwrap();
        put_properties(file, &path, 8, one);
    }
    for (at, (properties, content)) in message.files.iter().enumerate() {
        let path = format!("{storage}/__attach_version1.0_#{at:08X}");
        file.create_storage(&path).unwrap();
        let mut properties = properties.clone();
        match content {
            File::Bytes(bytes) => properties.extend([(0x3701, Value::Bytes(bytes)), (0x3705, Value::Number(1))]),
            File::Message(inner) => {
                properties.push((0x3705, Value::Number(5)));
                let inside = format!("{path}/__substg1.0_3701000D");
                file.create_storage(&inside).unwrap();
                put_message(file, &inside, inner);
            }
        }
        put_properties(file, &path, 8, &properties);
    }
}

fn msg(message: &Message<'_>) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    put_message(&mut file, "", message);
    file.flush().unwrap();
    file.into_inner().into_inner()
}

fn simple<'v>(properties: Properties<'v>) -> Message<'v> {
    Message { properties, recipients: Vec::new(), files: Vec::new() }
}

/// The message in the only part of a mail that has this file.
fn in_mail(name: &str, bytes: &[u8]) -> ParsedMessage {
    let parsed = opened(&mail(&[(name, bytes)]));
    let part = &parsed.parts[0];
    assert_eq!(part.kind, PartKind::Message, "{:?}", parsed.problems);
    *part.message.clone().unwrap()
}

#[test]
fn an_outlook_message_is_a_message_with_its_people_text_and_files() {
    let inner = Message {
        files: vec![(vec![(LONG_NAME, Value::Text("deep.txt"))], File::Bytes(b"deep"))],
        ..simple(vec![(SUBJECT, Value::Text("Inside")), (BODY, Value::Text("The inner text."))])
    };
    let docx = zip(&[("a.txt", b"in a zip in a msg")]);
    let made = msg(&Message {
        properties: vec![
            (SUBJECT, Value::Text("Предложения")),
            (0x0c1a, Value::Text("Анна")),
            (0x0c1f, Value::Text("/o=EX/ou=x/cn=anna")),
            (0x5d01, Value::Text("anna@body.example")),
            (0x0039, Value::Time(133_456_032_000_000_000)),
            (0x1035, Value::Text("<id-1@body.example>")),
            (BODY, Value::Text("Наш текст.\r\nВторая строка.")),
        ],
        recipients: vec![
            vec![
                (0x3001, Value::Text("Chair")),
                (0x39fe, Value::Text("chair@oewg.example")),
                (0x0c15, Value::Number(1)),
            ],
            vec![
                (0x3001, Value::Text("Office")),
                (0x39fe, Value::Text("office@un.example")),
                (0x0c15, Value::Number(2)),
            ],
            vec![(0x3001, Value::Text("Secret")), (0x39fe, Value::Text("s@un.example")), (0x0c15, Value::Number(3))],
        ],
        files: vec![
            (vec![(LONG_NAME, Value::Text("документ.zip"))], File::Bytes(&docx)),
            (vec![], File::Message(inner)),
        ],
    });
    let message = in_mail("forwarded.msg", &made);
    assert_eq!(message.subject, "Предложения");
    assert_eq!(message.from[0].name.as_deref(), Some("Анна"));
    assert_eq!(message.from[0].address, "anna@body.example");
    assert_eq!(
        (message.to[0].address.as_str(), message.cc[0].address.as_str()),
        ("chair@oewg.example", "office@un.example")
    );
    assert_eq!((message.to.len(), message.cc.len()), (1, 1), "a blind copy is shown");
    assert_eq!(message.message_id_header.as_deref(), Some("id-1@body.example"));
    assert_eq!(message.date.unwrap().to_string(), "2023-11-28T00:00:00Z");
    assert_eq!(message.body.text, "Наш текст.\nВторая строка.");
    let raw = mail(&[("forwarded.msg", &made)]);
    let shown = tree(&opened(&raw));
    let wanted = [
        ("2", PartKind::Message, "forwarded.msg"),
        ("2.1", PartKind::Archive, "документ.zip"),
        ("2.1.1", PartKind::Attachment, "a.txt"),
        ("2.2", PartKind::Message, "Inside"),
        ("2.2.1", PartKind::Attachment, "deep.txt"),
    ];
    assert_eq!(shown, wanted.map(|(path, kind, name)| (path.to_string(), kind, name.to_string())));
    assert_eq!(part_bytes(&raw, "2.2.1").unwrap(), b"deep");
    assert!(String::from_utf8(part_bytes(&raw, "2.2").unwrap()).unwrap().contains("The inner text."));
}

/// devify#47; alaveteli#62; datashare#631, #732: a PDF in an Outlook message in a ZIP in a forwarded mail was never seen.
#[test]
fn a_pdf_in_an_outlook_message_in_an_archive_in_a_forwarded_mail_is_a_part_with_its_way() {
    let pdf = b"%PDF-1.4\n% the paper\n%%EOF";
    let made = msg(&Message {
        files: vec![(vec![(LONG_NAME, Value::Text("paper.pdf"))], File::Bytes(pdf))],
        ..simple(vec![(SUBJECT, Value::Text("Inside")), (BODY, Value::Text("See the paper."))])
    });
    let forwarded = mail(&[("all.zip", &zip(&[("sent/inside.msg", &made)]))]);
    let raw = mail(&[("forwarded.eml", &forwarded)]);
    let wanted = [
        ("2", PartKind::Message, "forwarded.eml"),
        ("2.2", PartKind::Archive, "all.zip"),
        ("2.2.1", PartKind::Message, "sent/inside.msg"),
        ("2.2.1.1", PartKind::Attachment, "paper.pdf"),
    ];
    let parsed = opened(&raw);
    assert_eq!(tree(&parsed), wanted.map(|(path, kind, name)| (path.to_string(), kind, name.to_string())));
    assert_eq!(parsed.all_parts()[3].media_type, "application/pdf");
    assert_eq!(part_bytes(&raw, "2.2.1.1").unwrap(), pdf);
}

#[test]
fn texts_of_old_outlook_come_out_in_their_code_page() {
    let russian = encoding_rs::WINDOWS_1251.encode("Нормы и угрозы").0.into_owned();
    let made = msg(&simple(vec![
        (CODE_PAGE, Value::Number(1251)),
        (SUBJECT, Value::Text8(&russian)),
        (BODY, Value::Text8(&russian)),
    ]));
    let message = in_mail("a.msg", &made);
    assert_eq!((message.subject.as_str(), message.body.text.as_str()), ("Нормы и угрозы", "Нормы и угрозы"));
}

/// Compressed, as Outlook does.
fn packed(rtf: &str) -> Vec<u8> {
    compressed_rtf::compress_rtf(rtf).unwrap()
}

#[test]
fn a_text_that_stands_only_in_wrapped_rtf_is_read() {
    let html = r"{\rtf1\ansi\ansicpg1251\fromhtml1 \deff0{\fonttbl{\f0\fswiss\fcharset204 Arial;}}{\colortbl;\red0\green0\blue0;}
{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 \f0\'cd\'e0\'f8 \htmlrtf }\htmlrtf0 {\*\htmltag84 &amp;}{\*\mhtmltag84 no} text{\*\htmltag72 </p>}}";
    let text = r"{\rtf1\ansi\ansicpg1252\fromtext \deff0{\fonttbl{\f0\fswiss Arial;}}\pard First line\par caf\'e9 \u8211? end\par }";
    let plain = r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fnil\fcharset134 SimSun;}}{\info{\author Nobody}}\f0 \'b9\'e6\'b7\'b6 norms\par}";
    for (rtf, wanted) in [(html, "Наш & text"), (text, "First line\ncafé – end"), (plain, "规范 norms")] {
        let rtf = packed(rtf);
        let made = msg(&simple(vec![(SUBJECT, Value::Text("S")), (RTF, Value::Bytes(&rtf))]));
        assert_eq!(in_mail("a.msg", &made).body.text, wanted);
        let stream = tnef(&[], &[(RTF, Value::Bytes(&rtf))], &[]);
        let alone = pouch::parse::parse_file(&stream, "winmail.dat");
        assert_eq!(alone.parts[0].message.as_ref().unwrap().body.text, wanted);
    }
}

/// docspell#1398.
#[test]
fn pictures_that_the_html_of_a_message_shows_are_no_files_of_it() {
    let made = msg(&Message {
        files: vec![
            (
                vec![(LONG_NAME, Value::Text("logo.png")), (0x3712, Value::Text("logo@x"))],
                File::Bytes(b"\x89PNG\r\n\x1a\n"),
            ),
            (vec![(LONG_NAME, Value::Text("paper.txt"))], File::Bytes(b"text")),
        ],
        ..simple(vec![(HTML, Value::Bytes(b"<p>See <img src='cid:logo@x'></p>"))])
    });
    let kinds: Vec<PartKind> = in_mail("a.msg", &made).parts.iter().map(|part| part.kind).collect();
    assert_eq!(kinds, [PartKind::Inline, PartKind::Attachment]);
}

// --- winmail.dat ---

fn attribute(level: u8, tag: u32, value: &[u8]) -> Vec<u8> {
    let sum = value.iter().fold(0_u16, |sum, byte| sum.wrapping_add((*byte).into()));
    [&[level][..], &tag.to_le_bytes(), &(value.len() as u32).to_le_bytes(), value, &sum.to_le_bytes()].concat()
}

fn encoded(properties: &Properties<'_>) -> Vec<u8> {
    let mut out = (properties.len() as u32).to_le_bytes().to_vec();
    for (id, value) in properties {
        let (kind, bytes): (u16, Vec<u8>) = match value {
            Value::Number(number) => (0x03, number.to_le_bytes().to_vec()),
            Value::Time(ticks) => (0x40, ticks.to_le_bytes().to_vec()),
            Value::Text8(bytes) => (0x1e, [bytes, &b"\0"[..]].concat()),
            Value::Text(text) => (0x1f, [wide(text), vec![0, 0]].concat()),
            Value::Bytes(bytes) => (0x102, bytes.to_vec()),
        };
        out.extend(kind.to_le_bytes());
        out.extend(id.to_le_bytes());
        if kind >= 0x1e && kind != 0x40 {
            out.extend(1_u32.to_le_bytes());
            out.extend((bytes.len() as u32).to_le_bytes());
            out.extend(&bytes);
            out.extend(vec![0; (4 - bytes.len() % 4) % 4]);
        } else {
            out.extend(&bytes);
        }
    }
    out
}

/// A stream with attributes, properties of the message, and files with their old names, properties and bytes.
fn tnef(attributes: &[Vec<u8>], properties: &[(u16, Value<'_>)], files: &[(&str, Properties<'_>, &[u8])]) -> Vec<u8> {
    let mut out = [0x78, 0x9f, 0x3e, 0x22, 1, 0].to_vec();
    out.extend(attribute(1, 0x0008_9006, &[0, 0, 1, 0]));
    out.extend(attributes.concat());
    if !properties.is_empty() {
        out.extend(attribute(1, 0x0006_9003, &encoded(&properties.to_vec())));
    }
    for (name, properties, bytes) in files {
        out.extend(attribute(2, 0x0006_9002, &[0; 14]));
        out.extend(attribute(2, 0x0001_8010, &[name.as_bytes(), b"\0"].concat()));
        if !bytes.is_empty() {
            out.extend(attribute(2, 0x0006_800f, bytes));
        }
        if !properties.is_empty() {
            out.extend(attribute(2, 0x0006_9005, &encoded(properties)));
        }
    }
    out
}

/// zammad#2403; tnef#38, #45, #47; EmailReporting#39: text and files were inside winmail.dat and never seen.
#[test]
fn files_in_winmail_dat_are_parts_with_their_long_names() {
    let archive = zip(&[("a.txt", b"x")]);
    let stream = tnef(
        &[],
        &[],
        &[
            ("LONGNA~1.TXT", vec![(LONG_NAME, Value::Text("Положение о нормах.txt"))], b"text"),
            ("papers.zip", vec![], &archive),
        ],
    );
    let raw = mail(&[("winmail.dat", &stream)]);
    let wanted = [
        ("2", PartKind::Archive, "winmail.dat"),
        ("2.1", PartKind::Attachment, "Положение о нормах.txt"),
        ("2.2", PartKind::Archive, "papers.zip"),
        ("2.2.1", PartKind::Attachment, "a.txt"),
    ];
    assert_eq!(tree(&opened(&raw)), wanted.map(|(path, kind, name)| (path.to_string(), kind, name.to_string())));
    assert_eq!(part_bytes(&raw, "2.1").unwrap(), b"text");
}

/// A mail whose own text is this, with this winmail.dat.
fn around(text: &str, stream: &[u8]) -> Vec<u8> {
    String::from_utf8(mail(&[("winmail.dat", stream)])).unwrap().replace("See the files.", text).into_bytes()
}

#[test]
fn the_text_of_winmail_dat_becomes_the_mails_where_it_has_none_and_is_not_doubled_where_it_has() {
    let text = "Our written input is about norms and about capacity-building in all regions of the world.";
    let stream = tnef(&[], &[(BODY, Value::Text(text))], &[]);
    let empty = opened(&around("", &stream));
    assert_eq!((empty.body.text.as_str(), empty.parts[0].kind), (text, PartKind::Archive));
    let own = format!("{text} Best regards");
    let same = opened(&around(&own, &stream));
    assert_eq!((same.body.text.trim(), same.parts[0].kind), (own.as_str(), PartKind::Archive));
    let other = "Please register the two of us for the meeting on the sixth of December, thank you very much.";
    let other = opened(&around(other, &stream));
    assert_eq!(other.parts[0].kind, PartKind::Message);
    assert_eq!(other.parts[0].message.as_ref().unwrap().body.text, text);
    // The fingerprint counts the mail's own text, whatever becomes of the wrapped one.
    let silent = opened(&around("", &tnef(&[], &[], &[("a.txt", vec![], b"x")])));
    assert_ne!(silent.fingerprint, empty.fingerprint, "the file's own bytes count");
}

#[test]
fn a_message_inside_winmail_dat_is_opened() {
    let inner = tnef(
        &[],
        &[(SUBJECT, Value::Text("Inside")), (BODY, Value::Text("The inner text."))],
        &[("deep.txt", vec![], b"deep")],
    );
    let object = [vec![7, 3, 2, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46], inner].concat();
    let stream = tnef(&[], &[], &[("Inside", vec![(0x3701, Value::Bytes(&object))], b"")]);
    let raw = mail(&[("winmail.dat", &stream)]);
    let parsed = opened(&raw);
    let paths: Vec<_> = tree(&parsed).into_iter().map(|one| (one.0, one.1)).collect();
    assert_eq!(
        paths,
        [("2", PartKind::Archive), ("2.1", PartKind::Message), ("2.1.1", PartKind::Attachment)]
            .map(|(path, kind)| (path.to_string(), kind))
    );
    assert_eq!(part_bytes(&raw, "2.1.1").unwrap(), b"deep");
}

/// tnef#38: the tool gave nothing and said nothing.
#[test]
fn a_winmail_dat_that_holds_nothing_or_is_cut_off_says_so() {
    let parsed = opened(&mail(&[("winmail.dat", &tnef(&[], &[], &[]))]));
    assert!(problems(&parsed, ProblemCode::PartUnreadable)[0].contains("neither text nor files"));
    let whole = tnef(&[], &[], &[("a.txt", vec![], b"first"), ("b.txt", vec![], &[b'x'; 5_000])]);
    let parsed = opened(&mail(&[("winmail.dat", &whole[..whole.len() - 3_000])]));
    assert_eq!(parsed.parts[0].parts.len(), 2);
    assert_eq!(problems(&parsed, ProblemCode::BrokenStructure).len(), 1);
    // Every cut, and every byte turned: an outcome each time.
    for end in 0..whole.len().min(300) {
        let mut turned = whole.clone();
        turned[end] ^= 0xff;
        for bytes in [&whole[..end], &turned] {
            let raw = mail(&[("winmail.dat", bytes)]);
            let (parsed, way) = open(&raw, None);
            check_bytes(&raw, &parsed, &way);
        }
    }
}

#[test]
fn an_outlook_message_or_winmail_dat_alone_is_opened() {
    let made = msg(&simple(vec![(SUBJECT, Value::Text("S")), (BODY, Value::Text("The text."))]));
    let stream = tnef(&[], &[(BODY, Value::Text("The text."))], &[]);
    for (name, bytes) in [("a.msg", made), ("winmail.dat", stream)] {
        let (parsed, way) = open(&bytes, Some(name));
        check_bytes(&bytes, &parsed, &way);
        assert_eq!(parsed.parts[0].path, "1");
        assert_eq!(parsed.parts[0].message.as_ref().unwrap().body.text, "The text.");
    }
}

#[test]
fn a_damaged_outlook_message_gives_an_outcome_at_every_byte() {
    let inner = simple(vec![(SUBJECT, Value::Text("Inside")), (BODY, Value::Text("The inner text."))]);
    let whole = msg(&Message {
        files: vec![(vec![(LONG_NAME, Value::Text("a.txt"))], File::Bytes(b"text")), (vec![], File::Message(inner))],
        ..simple(vec![(SUBJECT, Value::Text("S")), (BODY, Value::Text("The text."))])
    });
    for at in (0..whole.len()).step_by(61) {
        let mut turned = whole.clone();
        turned[at] ^= 0xff;
        for bytes in [&whole[..at], &turned] {
            let (parsed, way) = open(bytes, Some("a.msg"));
            check_bytes(bytes, &parsed, &way);
        }
    }
}

/// Storages in each other, deeper than anything honest.
/// alaveteli#62.
#[test]
fn messages_in_messages_end_at_the_tenth_level() {
    let mut message = simple(vec![(SUBJECT, Value::Text("deepest")), (BODY, Value::Text("x"))]);
    for _ in 0..40 {
        message = Message { files: vec![(vec![], File::Message(message))], ..simple(vec![(BODY, Value::Text("x"))]) };
    }
    let made = msg(&message);
    let (parsed, way) = open(&made, Some("a.msg"));
    check_bytes(&made, &parsed, &way);
    assert!(parsed.all_parts().len() <= 12, "{}", parsed.all_parts().len());
    assert_eq!(problems(&parsed, ProblemCode::ArchiveCut).len(), 1, "{:?}", parsed.problems);
}
