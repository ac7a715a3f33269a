//! True types by content, whatever a file is called.

use super::make::{mail, zip};
use super::opened;
use std::io::{Cursor, Write as _};

fn type_of(name: &str, bytes: &[u8]) -> String {
    opened(&mail(&[(name, bytes)])).parts[0].media_type.clone()
}

/// An Office Open XML file whose main part has this name and type.
fn office(main: &str, kind: &str) -> Vec<u8> {
    let types = format!("<Types><Override PartName=\"/{main}\" ContentType=\"application/vnd.{kind}\"/></Types>");
    zip(&[("[Content_Types].xml", types.as_bytes()), (main, b"<x/>")])
}

fn compound(streams: &[&str]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for path in streams {
        if let Some((storage, _)) = path.rsplit_once('/').filter(|(storage, _)| !storage.is_empty()) {
            file.create_storage_all(storage).unwrap();
        }
        file.create_stream(path).unwrap().write_all(b"x").unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

#[test]
fn office_files_are_known_by_their_main_part_whatever_its_name() {
    let ooxml = "application/vnd.openxmlformats-officedocument.";
    let cases = [
        (
            "word/document2.xml",
            "openxmlformats-officedocument.wordprocessingml.document.main+xml",
            format!("{ooxml}wordprocessingml.document"),
        ),
        (
            "word/document.xml",
            "openxmlformats-officedocument.wordprocessingml.template.main+xml",
            format!("{ooxml}wordprocessingml.template"),
        ),
        (
            "word/document.xml",
            "ms-word.document.macroEnabled.main+xml",
            "application/vnd.ms-word.document.macroenabled.12".into(),
        ),
        (
            "word/document.xml",
            "ms-word.template.macroEnabledTemplate.main+xml",
            "application/vnd.ms-word.template.macroenabled.12".into(),
        ),
        (
            "xl/workbook.xml",
            "ms-excel.sheet.macroEnabled.main+xml",
            "application/vnd.ms-excel.sheet.macroenabled.12".into(),
        ),
        (
            "xl/workbook.bin",
            "ms-excel.sheet.binary.macroEnabled.main",
            "application/vnd.ms-excel.sheet.binary.macroenabled.12".into(),
        ),
        (
            "ppt/presentation.xml",
            "ms-powerpoint.presentation.macroEnabled.main+xml",
            "application/vnd.ms-powerpoint.presentation.macroenabled.12".into(),
        ),
        (
            "ppt/presentation.xml",
            "openxmlformats-officedocument.presentationml.slideshow.main+xml",
            format!("{ooxml}presentationml.slideshow"),
        ),
        (
            "ppt/presentation.xml",
            "openxmlformats-officedocument.presentationml.template.main+xml",
            format!("{ooxml}presentationml.template"),
        ),
    ];
    for (main, kind, wanted) in cases {
        assert_eq!(type_of("a.bin", &office(main, kind)), wanted);
    }
    assert_eq!(type_of("a", &zip(&[("word/document.xml", b"<x/>")])), format!("{ooxml}wordprocessingml.document"));
}

#[test]
fn open_documents_and_other_zipped_formats_are_no_archives() {
    for kind in ["text", "text-template", "graphics", "spreadsheet-template", "presentation"] {
        let wanted = format!("application/vnd.oasis.opendocument.{kind}");
        assert_eq!(type_of("a", &zip(&[("mimetype", wanted.as_bytes()), ("content.xml", b"<x/>")])), wanted);
    }
    let book = zip(&[("mimetype", b"application/epub+zip"), ("a.html", b"<p>")]);
    assert_eq!(type_of("a.epub", &book), "application/epub+zip");
    assert_eq!(type_of("a.pages", &zip(&[("Index/Document.iwa", b"x")])), "application/vnd.apple.pages");
    let flat = b"<?xml version=\"1.0\"?>\n<office:document xmlns:office=\"x\" office:mimetype=\"application/vnd.oasis.opendocument.text\">";
    assert_eq!(type_of("a.fodt", flat), "application/vnd.oasis.opendocument.text-flat-xml");
}

#[test]
fn compound_files_are_known_by_their_first_level_only() {
    assert_eq!(type_of("a", &compound(&["/WordDocument"])), "application/msword");
    assert_eq!(type_of("a", &compound(&["/Workbook"])), "application/vnd.ms-excel");
    assert_eq!(type_of("a", &compound(&["/EncryptedPackage", "/EncryptionInfo"])), "application/x-ole-encrypted");
    let document_in_a_mail = compound(&["/__properties_version1.0", "/__attach_version1.0_#00000000/x/WordDocument"]);
    assert_eq!(type_of("a.doc", &document_in_a_mail), "application/vnd.ms-outlook");
    let mail_in_a_document = compound(&["/WordDocument", "/ObjectPool/_1/__properties_version1.0"]);
    assert_eq!(type_of("a.doc", &mail_in_a_document), "application/msword");
    let mut damaged = compound(&["/PowerPoint Document"]);
    let first = u32::from_le_bytes(damaged[48..52].try_into().unwrap()) as usize;
    damaged[(first + 1) * 4096 + 66] = 9;
    assert_eq!(type_of("a", &damaged), "application/vnd.ms-powerpoint");
}

#[test]
fn signatures_tell_what_a_file_is() {
    let pdf = [&[b'\n'; 900][..], b"%PDF-1.4\n"].concat();
    let cases: [(&[u8], &str); 10] = [
        (&pdf, "application/pdf"),
        (b"7z\xbc\xaf\x27\x1c\0\x04xxxxxxxx", "application/x-7z-compressed"),
        (b"Rar!\x1a\x07\x01\0xxxxxxxx", "application/vnd.rar"),
        (b"%!PS-Adobe-3.0\n", "application/postscript"),
        (b"\xffWPC\x10\0\0\0", "application/vnd.wordperfect"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic"),
        (b"{\\rtf1 x}", "application/rtf"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar"),
        (b"\xef\xbb\xbfBEGIN:VCARD\r\nEND:VCARD\r\n", "text/vcard"),
        (b"HWP Document File V3.00 \x1a", "application/x-hwp"),
    ];
    for (bytes, wanted) in cases {
        assert_eq!(type_of("a.bin", bytes), wanted);
    }
}

#[test]
fn a_stored_mail_and_a_saved_page_are_messages_and_a_formal_letter_is_none() {
    let stored = b"Received: by b; Tue, 28 Nov 2023 10:00:05 +0000\r\nFrom: a@b.example\r\nDate: Tue, 28 Nov 2023 10:00:00 +0000\r\nSubject: S\r\n\r\nWords.\r\n";
    let page = b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://x.example\r\nSubject: Page\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; type=\"text/html\"; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>The words of the page</p>\r\n--b--\r\n";
    for (name, bytes, words) in [("mail.bin", &stored[..], "Words."), ("page.mht", &page[..], "The words of the page")]
    {
        let part = opened(&mail(&[(name, bytes)])).parts[0].clone();
        assert_eq!(part.message.unwrap().body.text.trim(), words);
    }
    let letter =
        b"From: The Institute\r\nTo: The Chair\r\nDate: 27 November 2023\r\nSubject: Our input\r\n\r\nExcellency,\r\n";
    assert_eq!(type_of("letter.txt", letter), "text/plain");
}

#[test]
fn an_office_file_with_macros_under_its_own_name_contradicts_nothing() {
    let bytes = office("word/document.xml", "ms-word.document.macroEnabled.main+xml");
    let raw = String::from_utf8(mail(&[("a.docm", &bytes)])).unwrap();
    let claims = |kind: &str| {
        opened(raw.replace("Content-Type: application/octet-stream", &format!("Content-Type: {kind}")).as_bytes())
    };
    for kind in [
        "application/vnd.ms-word.document.macroEnabled.12",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ] {
        assert!(claims(kind).problems.is_empty(), "{:?}", claims(kind).problems);
    }
    assert!(!claims("application/pdf").problems.is_empty());
}
