//! What contains other files: archives, attached messages and Outlook's forms. Paths, bytes, budgets, and that nothing
//! hostile keeps the rest of the mail from being read.

mod hostile;
pub mod make;
mod outlook;
mod signed;
mod types;
mod way;

use make::{mail, zip};
use pouch::domain::message::{ParsedMessage, Part, PartKind};
use pouch::domain::{Digest, ProblemCode};
use pouch::parse::{Opened, open, parse, part_bytes};

/// Path, kind and name of each part, in the order of the tree.
fn tree(parsed: &ParsedMessage) -> Vec<(String, PartKind, String)> {
    let all = parsed.all_parts().into_iter();
    all.map(|part| (part.path.clone(), part.kind, part.name.clone().unwrap_or_default())).collect()
}

/// Each part of the tree is fetched by its path and is what the tree says.
fn check_bytes(raw: &[u8], parsed: &ParsedMessage, opened: &Opened) {
    for part in parsed.all_parts() {
        let (alone, bytes) = opened.part(raw, &part.path).unwrap_or_else(|| panic!("no part {}", part.path));
        assert_eq!(Digest::of(&bytes), part.digest, "{}: the bytes are not the part's", part.path);
        let same = |one: &Part| (one.path.clone(), one.kind, one.name.clone(), one.media_type.clone());
        assert_eq!(same(&alone), same(part));
    }
}

fn opened(raw: &[u8]) -> ParsedMessage {
    let (parsed, opened) = open(raw, None);
    check_bytes(raw, &parsed, &opened);
    parsed
}

fn problems(parsed: &ParsedMessage, code: ProblemCode) -> Vec<&str> {
    parsed.problems.iter().filter(|one| one.code == code).map(|one| one.detail.as_str()).collect()
}

#[test]
fn the_files_of_an_archive_are_parts_in_the_order_of_the_tree() {
    let inner = zip(&[("c.txt", b"third"), ("d.txt", b"fourth")]);
    let outer = zip(&[("a.txt", b"first"), ("Annexes/b.txt", b"second"), ("more.zip", &inner)]);
    let raw = mail(&[("note.txt", b"a note"), ("papers.zip", &outer)]);
    let parsed = opened(&raw);
    let wanted = [
        ("2", PartKind::Attachment, "note.txt"),
        ("3", PartKind::Archive, "papers.zip"),
        ("3.1", PartKind::Attachment, "a.txt"),
        ("3.2", PartKind::Attachment, "Annexes/b.txt"),
        ("3.3", PartKind::Archive, "more.zip"),
        ("3.3.1", PartKind::Attachment, "c.txt"),
        ("3.3.2", PartKind::Attachment, "d.txt"),
    ];
    let wanted: Vec<_> = wanted.iter().map(|(path, kind, name)| (path.to_string(), *kind, name.to_string())).collect();
    assert_eq!(tree(&parsed), wanted);
    assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
    assert_eq!(part_bytes(&raw, "3.3.2").unwrap(), b"fourth");
    assert_eq!(part_bytes(&raw, "3").unwrap(), outer, "the archive itself cannot be fetched");
    assert_eq!(part_bytes(&raw, "3.9"), None);
}

#[test]
fn an_archive_lies_in_an_attached_message_and_a_message_in_an_archive() {
    let inner = mail(&[("paper.txt", b"the paper")]);
    let outer = zip(&[("forwarded.eml", &inner)]);
    let parsed = opened(&mail(&[("all.zip", &outer)]));
    let message = &parsed.parts[0].parts[0];
    assert_eq!((message.kind, message.path.as_str()), (PartKind::Message, "2.1"));
    assert_eq!(message.message.as_ref().unwrap().parts[0].path, "2.1.2");
    let parsed = opened(&mail(&[("forwarded.eml", &mail(&[("papers.zip", &zip(&[("a.txt", b"x")]))]))]));
    assert_eq!(tree(&parsed).iter().map(|one| one.0.as_str()).collect::<Vec<_>>(), ["2", "2.2", "2.2.1"]);
}

#[test]
fn a_file_alone_is_opened_like_one_in_a_mail() {
    let archive = zip(&[("a.txt", b"first"), ("mail.eml", &mail(&[("b.txt", b"second")]))]);
    let (parsed, way) = open(&archive, Some("all.zip"));
    check_bytes(&archive, &parsed, &way);
    let paths: Vec<String> = tree(&parsed).into_iter().map(|one| one.0).collect();
    assert_eq!(paths, ["1", "1.1", "1.2", "1.2.2"]);
    assert_eq!(pouch::parse::part_of_file(&archive, "all.zip", "1.2.2").unwrap().1, b"second");
    let raw = mail(&[("b.txt", b"second")]);
    let (parsed, way) = open(&raw, Some("kept.eml"));
    check_bytes(&raw, &parsed, &way);
    assert_eq!(parsed.parts[0].kind, PartKind::Message);
    assert_eq!(parsed.parts[0].message.as_ref().unwrap().body.text.trim(), "See the files.");
}

#[test]
fn an_office_file_is_no_archive_to_be_opened() {
    let docx = zip(&[("[Content_Types].xml", make::DOCX_TYPES.as_bytes()), ("word/document.xml", b"<w:p/>")]);
    let odt = zip(&[("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", b"<x/>")]);
    let parsed = opened(&mail(&[("a.docx", &docx), ("b.odt", &odt)]));
    assert!(parsed.parts.iter().all(|part| part.kind == PartKind::Attachment && part.parts.is_empty()));
}

#[test]
fn what_file_managers_leave_behind_is_no_file() {
    let archive = zip(&[
        ("folder/", b""),
        ("folder/paper.txt", b"x"),
        ("__MACOSX/folder/._paper.txt", b"y"),
        ("folder/.DS_Store", b"z"),
        ("Thumbs.db", b"z"),
    ]);
    let parsed = opened(&mail(&[("a.zip", &archive)]));
    assert_eq!(tree(&parsed).len(), 2);
    assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
}

/// OpenArchiver#183.
#[test]
fn names_that_lead_out_or_deceive_are_shown_in_a_harmless_form() {
    let names: [(&[u8], &str); 8] = [
        (b"../../etc/passwd", "etc/passwd"),
        (b"/abs/olute.txt", "abs/olute.txt"),
        (b"C:\\Windows\\a.txt", "Windows/a.txt"),
        (b"nul\0byte.txt", "nulbyte.txt"),
        ("photo\u{202e}gpj.exe".as_bytes(), "photogpj.exe"),
        (b"docs/CON.txt", "docs/CON.txt"),
        (b"a/../../b.txt", "a/b.txt"),
        (b"plain.txt", "plain.txt"),
    ];
    let entries: Vec<make::Entry> = names.iter().map(|(name, _)| make::Entry::stored(name, b"x")).collect();
    let parsed = opened(&mail(&[("a.zip", &make::raw_zip(&entries))]));
    for (part, (_, wanted)) in parsed.parts[0].parts.iter().zip(names) {
        assert_eq!(part.name.as_deref(), Some(wanted));
    }
    let said = problems(&parsed, ProblemCode::OddFileName);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("passwd") && said[0].contains("2 more"), "{said:?}");
    assert!(!said[0].contains('\u{202e}'));
}

/// freescout#2753.
#[test]
fn names_without_a_charset_come_out_in_the_senders_script() {
    let of = |encoding: &'static encoding_rs::Encoding, name: &str| encoding.encode(name).0.into_owned();
    let chinese = ["关于规范的意见.docx", "附件一.pdf"];
    let russian = ["Предложения по нормам.docx", "Приложение.pdf"];
    let cases: [(Vec<Vec<u8>>, [&str; 2]); 5] = [
        (chinese.iter().map(|name| of(encoding_rs::GBK, name)).collect(), chinese),
        (russian.iter().map(|name| of(encoding_rs::IBM866, name)).collect(), russian),
        (russian.iter().map(|name| of(encoding_rs::WINDOWS_1251, name)).collect(), russian),
        (chinese.iter().map(|name| name.as_bytes().to_vec()).collect(), chinese),
        (
            vec![b"r\x82ponse fran\x87aise.docx".to_vec(), b"espa\xa4ol.pdf".to_vec()],
            ["réponse française.docx", "español.pdf"],
        ),
    ];
    for (names, wanted) in cases {
        let entries: Vec<make::Entry> = names.iter().map(|name| make::Entry::stored(name, b"x")).collect();
        let parsed = opened(&mail(&[("a.zip", &make::raw_zip(&entries))]));
        let found: Vec<_> = parsed.parts[0].parts.iter().map(|part| part.name.clone().unwrap_or_default()).collect();
        assert_eq!(found, wanted);
    }
}

#[test]
fn locked_files_of_an_archive_are_listed_and_said() {
    let mut locked = make::Entry::stored(b"secret.docx", b"0123456789abcdef");
    locked.flags = 1;
    let archive = make::raw_zip(&[make::Entry::stored(b"open.txt", b"hello"), locked]);
    let parsed = opened(&mail(&[("a.zip", &archive)]));
    assert_eq!(parsed.parts[0].parts[1].media_type, "application/x-locked");
    let said = problems(&parsed, ProblemCode::PartUnreadable);
    assert!(said.len() == 1 && said[0].contains("password") && said[0].contains("secret.docx"), "{said:?}");
}

#[test]
fn an_archive_whose_directory_lies_or_is_cut_off_still_gives_its_files() {
    let whole = zip(&[("a.txt", b"first file of it"), ("b.txt", b"second file of it")]);
    let directory = whole.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    let mut lying = whole.clone();
    lying[directory + 42..directory + 46].copy_from_slice(&[0xff, 0xff, 0xff, 0x0f]);
    for (what, bytes) in [("cut off", whole[..directory].to_vec()), ("lying", lying)] {
        let parsed = opened(&mail(&[("a.zip", &bytes)]));
        assert_eq!(tree(&parsed).len(), 3, "{what}: {:?}", tree(&parsed));
        assert_eq!(problems(&parsed, ProblemCode::BrokenStructure).len(), 1, "{what}: {:?}", parsed.problems);
    }
    let nothing = opened(&mail(&[("a.zip", b"PK\x03\x04 and then nothing of an archive")]));
    assert_eq!(nothing.parts[0].kind, PartKind::Attachment);
}

#[test]
fn a_gzip_stream_is_an_archive_of_one_file() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, b"the text").unwrap();
    let parsed = opened(&mail(&[("statement.txt.gz", &encoder.finish().unwrap())]));
    assert_eq!(tree(&parsed)[1], ("2.1".into(), PartKind::Attachment, "statement.txt".into()));
}

#[test]
fn a_tar_archive_gives_its_files_also_under_long_names() {
    let long = format!("{}/statement.txt", "folder".repeat(30));
    let tar = make::tar(&[("a.txt", b"first"), (&long, b"second"), ("folder/", b"")]);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, &tar).unwrap();
    let parsed = opened(&mail(&[("papers.tgz", &encoder.finish().unwrap())]));
    let wanted = [
        ("2", PartKind::Archive, "papers.tgz"),
        ("2.1", PartKind::Archive, "papers.tar"),
        ("2.1.1", PartKind::Attachment, "a.txt"),
        ("2.1.2", PartKind::Attachment, &long),
    ];
    assert_eq!(tree(&parsed), wanted.map(|(path, kind, name)| (path.to_string(), kind, name.to_string())));
    for end in (0..tar.len()).step_by(101) {
        opened(&mail(&[("papers.tar", &tar[..end])]));
    }
}

/// datashare#631: where opening ends, that is said.
#[test]
fn archives_deeper_than_three_levels_are_listed_and_not_opened() {
    let mut nested = zip(&[("deepest.txt", b"x")]);
    for level in 0..4 {
        nested = zip(&[(&format!("level{level}.zip"), &nested), ("beside.txt", b"y")]);
    }
    let parsed = opened(&mail(&[("a.zip", &nested)]));
    let last = parsed.all_parts().into_iter().rfind(|part| part.kind == PartKind::Archive).unwrap();
    assert_eq!((last.path.as_str(), last.parts.len()), ("2.1.1.1", 0));
    let said = problems(&parsed, ProblemCode::ArchiveCut);
    assert!(said.len() == 1 && said[0].contains("deeper than 3 levels"), "{said:?}");
}

/// IPED#352: one budget for the whole tree.
#[test]
fn more_than_two_thousand_files_are_counted_and_the_rest_is_named() {
    let names: Vec<String> = (0..65_535).map(|number| format!("{number}.txt")).collect();
    let entries: Vec<make::Entry> = names.iter().map(|name| make::Entry::stored(name.as_bytes(), b"x")).collect();
    let raw = mail(&[("a.zip", &make::raw_zip(&entries)), ("b.zip", &zip(&[("one.txt", b"x")])), ("c.txt", b"rest")]);
    let (parsed, _) = open(&raw, None);
    assert_eq!(parsed.parts[0].parts.len(), 2_000);
    assert!(parsed.parts[1].parts.is_empty(), "the budget is not one for the whole tree");
    assert_eq!(parsed.parts.len(), 3);
    let said = problems(&parsed, ProblemCode::ArchiveCut);
    assert!(said.len() == 2 && said[0].contains("63535 files were left out"), "{said:?}");
}

#[test]
fn fingerprints_are_what_they_were_before_archives_were_opened() {
    // Taken before this was built; a changed one would make every stored mail a new one.
    let pinned: std::collections::BTreeMap<String, String> =
        serde_json::from_str(include_str!("containers/fingerprints.json")).unwrap();
    assert!(pinned.len() > 20);
    for (name, fingerprint) in pinned {
        let parsed = parse(&std::fs::read(crate::app::fixture(&name)).unwrap());
        assert_eq!(parsed.fingerprint.to_string(), fingerprint, "{name}");
    }
}

#[test]
fn an_archive_counts_by_its_own_bytes() {
    let fingerprint = |archive: &[u8]| parse(&mail(&[("a.zip", archive)])).fingerprint;
    let (one, other) = (zip(&[("a.txt", b"x")]), make::raw_zip(&[make::Entry::stored(b"a.txt", b"x")]));
    assert_ne!(fingerprint(&one), fingerprint(&other));
    let mut damaged = one.clone();
    damaged.truncate(10);
    assert_ne!(fingerprint(&one), fingerprint(&damaged));
    assert_eq!(fingerprint(&one), fingerprint(&one));
}
