//! Office files and texts through the real child: what they say, what lies hidden in them, and what they cannot do to us.

use crate::app::Folder;
use pouch::config::{Config, Extractor};
use pouch::domain::FindingCode;
use pouch::domain::extraction::{Extracted, Extraction, Role, TitleSource};
use pouch::sandbox::Pool;
use std::collections::HashMap;
use std::fs::File;
use std::io::{Cursor, Read as _, Write as _};
use std::path::PathBuf;

pub(crate) const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
pub(crate) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
pub(crate) const PPTX: &str = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
pub(crate) const ODT: &str = "application/vnd.oasis.opendocument.text";
pub(crate) const ODS: &str = "application/vnd.oasis.opendocument.spreadsheet";
pub(crate) const RTF: &str = "application/rtf";

/// Reads one file as the attachment of a mail, in a child with half a gigabyte.
pub(crate) async fn read_as(media_type: &str, bytes: &[u8]) -> Extraction {
    let folder = Folder::new();
    let mut mail =
        b"From: a@example.org\r\nSubject: S\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
            .to_vec();
    mail.extend(format!("--b\r\nContent-Type: {media_type}\r\nContent-Disposition: attachment; filename=f\r\nContent-Transfer-Encoding: binary\r\n\r\n").as_bytes());
    mail.extend(bytes);
    mail.extend(b"\r\n--b--\r\n");
    let path = folder.0.join("mail");
    std::fs::write(&path, &mail).unwrap();
    // What counts is the outcome, not how fast this machine is.
    let time = std::time::Duration::from_secs(120);
    let limits = Extractor {
        memory_bytes: 512 << 20,
        memory_most_bytes: 512 << 20,
        workers: 1,
        time,
        ..Config::default().extractor
    };
    let pool = Pool::start(PathBuf::from(env!("CARGO_BIN_EXE_pouch")), &limits);
    let wanted = [("1".to_string(), bytes.len() as u64)];
    let source = pouch::sandbox::Source::message(File::open(path).unwrap(), mail.len() as u64);
    let read = pool.extract(&source, &wanted).await.unwrap();
    read.into_iter().next().unwrap().0
}

pub(crate) async fn fixture(name: &str) -> Extraction {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/office").join(name);
    read_as("application/octet-stream", &std::fs::read(path).unwrap()).await
}

/// The texts of one role, joined.
pub(crate) fn of(extraction: &Extraction, role: Role) -> String {
    let texts = extraction.segments().iter().filter(|one| one.role == role).map(|one| one.text.as_str());
    texts.collect::<Vec<_>>().join("\n")
}

pub(crate) fn finding(extraction: &Extraction, code: FindingCode) -> String {
    let found = extraction.findings.iter().find(|one| one.code == code);
    found.map(|one| one.detail.clone()).unwrap_or_default()
}

fn reason(extraction: &Extraction) -> String {
    match &extraction.extracted {
        Extracted::Unreadable { reason } => reason.clone(),
        other => format!("{other:?}").chars().take(200).collect(),
    }
}

/// An archive with these entries.
pub(crate) fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, content) in entries {
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A list of relations, as id, kind and target.
pub(crate) fn relations(all: &[(&str, &str, &str)]) -> String {
    let each = all.iter().map(|(id, kind, target)| {
        let outside = if target.contains("://") { " TargetMode=\"External\"" } else { "" };
        format!("<Relationship Id=\"{id}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}\" Target=\"{target}\"{outside}/>")
    });
    format!("<Relationships>{}</Relationships>", each.collect::<String>())
}

/// A Word document with this body and these further entries.
pub(crate) fn docx(body: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let document = format!("<w:document xmlns:w=\"w\" xmlns:r=\"r\"><w:body>{body}</w:body></w:document>");
    let mut entries: Vec<(&str, &[u8])> = vec![("word/document.xml", document.as_bytes())];
    entries.extend(more.iter().map(|(name, content)| (*name, content.as_bytes())));
    archive(&entries)
}

/// A workbook with these sheets, as name, state and content.
pub(crate) fn xlsx(sheets: &[(&str, &str, &str)], more: &[(&str, &str)]) -> Vec<u8> {
    let mut tabs = String::new();
    let mut related = vec![("rS", "sharedStrings", "sharedStrings.xml"), ("rF", "styles", "styles.xml")];
    let names: Vec<(String, String)> =
        (1..=sheets.len()).map(|n| (format!("r{n}"), format!("worksheets/s{n}.xml"))).collect();
    for ((name, state, _), (id, _)) in sheets.iter().zip(&names) {
        tabs.push_str(&format!("<sheet name=\"{name}\" state=\"{state}\" sheetId=\"1\" r:id=\"{id}\"/>"));
    }
    related.extend(names.iter().map(|(id, target)| (id.as_str(), "worksheet", target.as_str())));
    let workbook = format!("<workbook><sheets>{tabs}</sheets></workbook>");
    let relations = relations(&related);
    let contents: Vec<(String, String)> = sheets
        .iter()
        .zip(&names)
        .map(|((_, _, content), (_, target))| (format!("xl/{target}"), format!("<worksheet>{content}</worksheet>")))
        .collect();
    let mut entries: Vec<(&str, &[u8])> =
        vec![("xl/workbook.xml", workbook.as_bytes()), ("xl/_rels/workbook.xml.rels", relations.as_bytes())];
    entries.extend(contents.iter().map(|(name, content)| (name.as_str(), content.as_bytes())));
    entries.extend(more.iter().map(|(name, content)| (*name, content.as_bytes())));
    archive(&entries)
}

fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        if word.chars().any(|c| ('\u{3400}'..'\u{a000}').contains(&c)) {
            words.extend(word.chars().map(String::from));
        } else if !word.is_empty() {
            words.push(word.to_lowercase());
        }
    }
    words
}

/// How much of a multiset is in another.
fn share<T: std::hash::Hash + Eq>(of: impl Iterator<Item = T>, found: impl Iterator<Item = T>) -> f64 {
    let mut left: HashMap<T, usize> = HashMap::new();
    found.for_each(|one| *left.entry(one).or_default() += 1);
    let (mut all, mut there) = (0_u32, 0_u32);
    for one in of {
        all += 1;
        if let Some(count) = left.get_mut(&one).filter(|count| **count > 0) {
            *count -= 1;
            there += 1;
        }
    }
    f64::from(there) / f64::from(all.max(1))
}

#[tokio::test]
async fn the_same_document_says_the_same_in_every_format_and_language() {
    for language in ["ar", "en", "es", "fr", "ru", "zh"] {
        let reference = words(&fixture(&format!("same-{language}.odt")).await.said_text());
        assert!(reference.len() > 50, "{language}: {reference:?}");
        for format in ["docx", "doc", "rtf", "html"] {
            let read = fixture(&format!("same-{language}.{format}")).await;
            let found = words(&read.said_text());
            let recall = share(reference.iter(), found.iter());
            assert!(recall >= 0.99, "{language} {format}: {recall} of the words");
            let order = share(reference.windows(2), found.windows(2));
            assert!(order >= 0.95, "{language} {format}: {order} of the order");
            assert!(found.len() <= reference.len() + 3, "{language} {format}: words come twice");
            assert!(of(&read, Role::Table).contains("\t43"), "{language} {format}: {:?}", of(&read, Role::Table));
            if format != "html" {
                assert!(of(&read, Role::Footnote).contains("2021"), "{language} {format}: no footnote");
            }
            assert_eq!(read.title.as_ref().map(|one| one.source), Some(TitleSource::Heading), "{language} {format}");
        }
    }
}

#[tokio::test]
async fn what_lies_hidden_in_a_document_is_set_apart_and_told() {
    for format in ["docx", "doc", "odt", "rtf", "fodt"] {
        let read = fixture(&format!("rich.{format}")).await;
        let text = of(&read, Role::Text);
        assert!(text.contains("The pier is long and newly built."), "{format}: {text}");
        assert_eq!(of(&read, Role::Deleted), "struck words", "{format}");
        assert_eq!(of(&read, Role::Hidden), "unseen words", "{format}");
        assert_eq!(of(&read, Role::TextBox), "words in a box", "{format}");
        assert_eq!(of(&read, Role::Comment), "Chen Reader: please check this", "{format}");
        assert_eq!(of(&read, Role::HeaderFooter), "words on every page", "{format}");
        for unsaid in ["struck", "unseen", "please check", "every page"] {
            assert!(!read.said_text().contains(unsaid), "{format}: {unsaid} counts as said");
        }
        assert!(finding(&read, FindingCode::TrackedChanges).contains("1 deletion"), "{format}: {:?}", read.findings);
        assert_eq!(finding(&read, FindingCode::Comments), "1 comment by Chen Reader.", "{format}");
        assert!(finding(&read, FindingCode::HiddenText).contains("1 passage"), "{format}");
        let names = finding(&read, FindingCode::AuthorName);
        assert!(names.contains("Amina Writer") && names.contains("Boris Editor"), "{format}: {names}");
        let title = read.title.unwrap();
        assert_eq!((title.text.as_str(), title.source), ("Note on the harbour", TitleSource::Metadata), "{format}");
    }
}

#[tokio::test]
async fn hidden_sheets_and_rows_of_a_workbook_are_set_apart_and_told() {
    for format in ["xlsx", "xls", "ods", "fods"] {
        let read = fixture(&format!("rich.{format}")).await;
        let table = of(&read, Role::Table);
        assert!(table.starts_with("Harbours\nPort\tShips\tDay\nTangier\t43\t2026-03-14"), "{format}: {table}");
        assert!(of(&read, Role::Hidden).contains("Backstage\nnot for readers"), "{format}");
        assert!(!read.said_text().contains("not for readers"), "{format}");
        assert!(finding(&read, FindingCode::HiddenSheet).contains("\"Backstage\""), "{format}");
        assert!(finding(&read, FindingCode::HiddenRows).contains("1 hidden row in the sheet \"Harbours\""), "{format}");
        assert!(of(&read, Role::Comment).contains("Chen Reader: is this the sum"), "{format}");
        assert!(!table.contains("Secret port"), "{format}: a hidden row is said");
    }
}

#[tokio::test]
async fn hidden_slides_and_notes_of_a_presentation_are_set_apart_and_told() {
    for format in ["pptx", "ppt", "odp", "fodp"] {
        let read = fixture(&format!("rich.{format}")).await;
        assert_eq!(of(&read, Role::Hidden), "Secret plan\nnot for the audience", "{format}");
        assert_eq!(finding(&read, FindingCode::HiddenSlide), "1 hidden slide: number 2.", "{format}");
        assert_eq!(of(&read, Role::Notes), "say this slowly", "{format}");
        let told = finding(&read, FindingCode::Comments);
        assert!(told.contains("1 slide has speaker's notes, which become public with the file."), "{format}: {told}");
        let last = read.segments().last().unwrap();
        assert_eq!((last.number, last.text.as_str()), (3, "Thanks\nQuestions are welcome"), "{format}");
    }
}

#[tokio::test]
async fn a_word_document_is_read_in_the_order_of_its_reader() {
    let body = "<w:p><w:pPr><w:pStyle w:val=\"Titre1\"/></w:pPr><w:r><w:t>On ports</w:t></w:r></w:p>\
        <w:p><w:r><w:t xml:space=\"preserve\">See </w:t></w:r><w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText>REF x</w:instrText></w:r>\
        <w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>page nine</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r>\
        <w:r><w:footnoteReference w:id=\"2\"/></w:r></w:p>\
        <mc:AlternateContent><mc:Choice Requires=\"wps\"><w:p><w:r><w:drawing><wps:txbx><w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent></wps:txbx></w:drawing></w:r></w:p></mc:Choice>\
        <mc:Fallback><w:p><w:r><w:pict><v:textbox><w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent></v:textbox></w:pict></w:r></w:p></mc:Fallback></mc:AlternateContent>\
        <w:sdt><w:sdtPr><w:alias w:val=\"x\"/></w:sdtPr><w:sdtContent><w:p><w:r><w:t>in a control</w:t></w:r></w:p></w:sdtContent></w:sdt>\
        <w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p><w:p><w:r><w:t>c</w:t></w:r></w:p></w:tc></w:tr></w:tbl>\
        <w:p><w:moveFrom w:author=\"M\"><w:r><w:t>was here</w:t></w:r></w:moveFrom><w:moveTo w:author=\"M\"><w:r><w:t>is here</w:t></w:r></w:moveTo></w:p>\
        <w:p><w:r><w:rPr><w:color w:val=\"FFFFFF\"/></w:rPr><w:t>white words</w:t></w:r></w:p>";
    let file = docx(
        body,
        &[
            (
                "word/_rels/document.xml.rels",
                &relations(&[("r1", "footnotes", "notes.xml"), ("r2", "styles", "styles.xml")]),
            ),
            (
                "word/styles.xml",
                "<w:styles><w:style w:styleId=\"Titre1\"><w:name w:val=\"heading 1\"/></w:style></w:styles>",
            ),
            (
                "word/notes.xml",
                "<w:footnotes><w:footnote w:type=\"separator\" w:id=\"0\"><w:p><w:r><w:t>no</w:t></w:r></w:p></w:footnote><w:footnote w:id=\"2\"><w:p><w:r><w:t>a source</w:t></w:r></w:p></w:footnote></w:footnotes>",
            ),
        ],
    );
    let read = read_as(DOCX, &file).await;
    let found: Vec<(u32, Role, &str)> =
        read.segments().iter().map(|one| (one.number, one.role, one.text.as_str())).collect();
    let expected = [
        (1, Role::Text, "On ports\n\nSee page nine\n\nin a control"),
        (2, Role::Footnote, "a source"),
        (2, Role::TextBox, "boxed"),
        (4, Role::Table, "a\tb c"),
        (7, Role::Text, "is here"),
        (7, Role::Deleted, "was here"),
        (7, Role::Hidden, "white words"),
    ];
    assert_eq!(found, expected);
    assert_eq!(read.title.unwrap().text, "On ports");
    assert_eq!(read.findings[0].detail, "Tracked changes that nobody accepted yet: 1 move by M.");
}

#[tokio::test]
async fn strict_names_other_prefixes_and_lost_relations_change_nothing() {
    let strict = "<x:document xmlns:x=\"http://purl.oclc.org/ooxml/wordprocessingml/main\"><x:body><x:p><x:r><x:t>strictly said</x:t></x:r></x:p></x:body></x:document>";
    let file = archive(&[
        ("_rels/.rels", relations(&[("r1", "officeDocument", "/odd/place.xml")]).as_bytes()),
        ("odd/place.xml", strict.as_bytes()),
        ("word/document.xml", b"<w:document/>"),
    ]);
    assert_eq!(read_as(DOCX, &file).await.text(), "strictly said");
}

#[tokio::test]
async fn slides_come_in_the_order_of_the_show() {
    let slide = |words: &str| {
        format!(
            "<p:sld><p:cSld><p:spTree><p:sp><p:txBody><a:p><a:r><a:t>{words}</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>"
        )
    };
    let file = archive(&[
        ("ppt/presentation.xml", b"<p:presentation><p:sldIdLst><p:sldId id=\"256\" r:id=\"rB\"/><p:sldId id=\"257\" r:id=\"rA\"/></p:sldIdLst></p:presentation>"),
        ("ppt/_rels/presentation.xml.rels", relations(&[("rA", "slide", "slides/slide1.xml"), ("rB", "slide", "slides/slide2.xml")]).as_bytes()),
        ("ppt/slides/slide1.xml", slide("second").as_bytes()),
        ("ppt/slides/slide2.xml", slide("first").as_bytes()),
    ]);
    assert_eq!(read_as(PPTX, &file).await.text(), "first\nsecond");
}

#[tokio::test]
async fn numbers_and_dates_of_a_workbook_are_read_as_shown() {
    let styles = "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"dd/mm/yyyy hh:mm\"/></numFmts><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"10\"/><xf numFmtId=\"4\"/><xf numFmtId=\"164\"/></cellXfs></styleSheet>";
    let strings = "<sst><si><t>shared</t></si><si><r><t>rich </t></r><r><t>text</t></r><rPh><t>no</t></rPh></si></sst>";
    let rows = "<sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c></row>\
        <row r=\"2\"><c r=\"A2\"><v>0.30000000000000004</v></c><c r=\"B2\" s=\"1\"><v>46095</v></c><c r=\"C2\" s=\"2\"><v>0.125</v></c><c r=\"D2\" s=\"3\"><v>1234567.5</v></c><c r=\"E2\" s=\"4\"><v>46095.75</v></c></row>\
        <row r=\"3\"><c r=\"A3\" t=\"b\"><v>1</v></c><c r=\"C3\" t=\"inlineStr\"><is><t>inline</t></is></c><c r=\"D3\" t=\"str\"><f>A1</f><v>result</v></c></row></sheetData>";
    let file = xlsx(&[("One", "visible", rows)], &[("xl/styles.xml", styles), ("xl/sharedStrings.xml", strings)]);
    let expected =
        "One\nshared\trich text\n0.3\t2026-03-14\t12.50%\t1,234,567.50\t2026-03-14 18:00\nTRUE\t\tinline\tresult";
    assert_eq!(read_as(XLSX, &file).await.text(), expected);
}

#[tokio::test]
async fn what_a_package_holds_beside_its_text_is_told() {
    let mut jpeg = b"\xff\xd8\xff\xe1\0\x80Exif\0\0II*\0\x08\0\0\0".to_vec();
    jpeg.extend(b"\x01\0\x25\x88\x04\0\x01\0\0\0\x1a\0\0\0\0\0\0\0");
    jpeg.extend(b"\x01\0\x02\0\x05\0\x03\0\0\0\x00\0\0\0\0\0\0\0");
    let document = "<w:document><w:body><w:p><w:r><w:t>said</w:t></w:r></w:p></w:body></w:document>";
    let file = archive(&[
        ("word/document.xml", document.as_bytes()),
        (
            "word/_rels/settings.xml.rels",
            relations(&[
                ("r1", "attachedTemplate", "http://far.example/t.dotm"),
                ("r2", "hyperlink", "http://link.example/"),
            ])
            .as_bytes(),
        ),
        ("word/vbaProject.bin", b"x"),
        ("word/embeddings/Budget.xlsx", b"x"),
        ("word/media/image1.jpeg", &jpeg),
        ("docProps/app.xml", b"<Properties><Manager>Dana Chief</Manager><Company>Ports Ltd</Company></Properties>"),
    ]);
    let read = read_as(DOCX, &file).await;
    assert!(finding(&read, FindingCode::Macros).contains("macros"));
    assert!(finding(&read, FindingCode::EmbeddedFile).contains("Budget.xlsx"));
    let remote = finding(&read, FindingCode::RemoteContent);
    assert!(remote.contains("far.example") && !remote.contains("link.example"), "{remote}");
    assert!(finding(&read, FindingCode::Gps).starts_with("1 photograph"));
    assert!(finding(&read, FindingCode::AuthorName).contains("manager Dana Chief, company Ports Ltd"));
    let pivot = xlsx(&[("S", "veryHidden", "<sheetData/>")], &[("xl/pivotCache/pivotCacheRecords1.xml", "<x/>")]);
    let read = read_as(XLSX, &pivot).await;
    assert!(finding(&read, FindingCode::PivotCache).contains("pivot table"));
    assert_eq!(finding(&read, FindingCode::HiddenSheet), "1 hidden sheet: \"S\" (deeply hidden).");
}

#[tokio::test]
async fn files_under_a_password_are_locked() {
    let odt = archive(&[
        ("mimetype", ODT.as_bytes()),
        (
            "META-INF/manifest.xml",
            b"<m:manifest><m:file-entry m:full-path=\"content.xml\"><m:encryption-data/></m:file-entry></m:manifest>",
        ),
        ("content.xml", b"\x93\x01\x02"),
    ]);
    assert_eq!(read_as(ODT, &odt).await.status(), "locked");
    // The flag for encryption in the header of a Word document (MS-DOC 2.5.1).
    let doc = with_stream("rich.doc", "/WordDocument", |bytes| bytes[11] |= 1);
    assert_eq!(read_as("application/msword", &doc).await.status(), "locked");
    // The record FILEPASS instead of the second record (MS-XLS 2.4.117).
    let xls = with_stream("rich.xls", "/Workbook", |bytes| {
        let second = 4 + usize::from(u16::from_le_bytes([bytes[2], bytes[3]]));
        bytes[second..second + 2].copy_from_slice(&[0x2f, 0]);
    });
    assert_eq!(read_as("application/vnd.ms-excel", &xls).await.status(), "locked");
    let mut ppt = cfb::CompoundFile::open(Cursor::new(office_fixture("rich.ppt"))).unwrap();
    ppt.create_stream("/EncryptedSummary").unwrap().write_all(b"x").unwrap();
    ppt.flush().unwrap();
    assert_eq!(read_as("application/vnd.ms-powerpoint", &ppt.into_inner().into_inner()).await.status(), "locked");
}

pub(crate) fn office_fixture(name: &str) -> Vec<u8> {
    std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/office").join(name)).unwrap()
}

/// A compound file in which one stream is changed.
pub(crate) fn with_stream(name: &str, stream: &str, change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut file = cfb::CompoundFile::open(Cursor::new(office_fixture(name))).unwrap();
    let mut bytes = Vec::new();
    file.open_stream(stream).unwrap().read_to_end(&mut bytes).unwrap();
    change(&mut bytes);
    file.open_stream(stream).unwrap().write_all(&bytes).unwrap();
    file.flush().unwrap();
    file.into_inner().into_inner()
}

#[tokio::test]
async fn an_archive_without_its_directory_is_read_by_what_is_left() {
    let whole = docx("<w:p><w:r><w:t>still there</w:t></w:r></w:p>", &[]);
    let cut = &whole[..whole.windows(4).position(|four| four == b"PK\x01\x02").unwrap()];
    let read = read_as(DOCX, cut).await;
    assert_eq!(read.text(), "still there", "{}", reason(&read));
    assert!(read.problems.iter().any(|one| one.detail.contains("damaged")));
}

#[tokio::test]
async fn rtf_is_read_with_its_code_pages_and_its_roles() {
    let rtf = br"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}{\f2\fcharset178 C;}}{\colortbl;\red255\green255\blue255;}{\*\revtbl{Unknown;}{Ada;}}{\stylesheet{\s1 heading 1;}}{\info{\title Caf\'e9}{\author Zo\u235 e}{\manager Max}}{\header on each page\par}\pard\s1 Head\par\pard {\f1\'cf\'f0} {\f2\'e3\'d1} \u1071\'3f{\upr{no}{\*\ud{yes}}}{\footnote noted}{\*\atnauthor Eve}{\*\annotation remark}\par {\deleted\revauthdel1 gone}{\v veiled} {\cf1 white}{\pict 0102}{\object{\*\objclass Excel.Sheet}{\*\objdata 01}}{\field{\*\fldinst PAGE}{\fldrslt result}}\bin4 {{{{kept\par\trowd\cellx1\cellx2\pard\intbl one\cell two\cell\row\pard{\shp{\*\shpinst{\sp{\sn x}{\sv y}}{\shptxt boxed\par}}{\shprslt{boxed}}} last\par}";
    let read = read_as(RTF, rtf).await;
    let text = of(&read, Role::Text);
    assert_eq!(text, "Head\n\nПр مر Яyes\n\nresultkept\nlast", "{:?}", read.segments());
    assert_eq!(of(&read, Role::Table), "one\ttwo");
    assert_eq!(of(&read, Role::Footnote), "noted");
    assert_eq!(of(&read, Role::Comment), "Eve: remark");
    assert_eq!(of(&read, Role::Deleted), "gone");
    assert_eq!(of(&read, Role::Hidden), "veiled\nwhite");
    assert_eq!(of(&read, Role::TextBox), "boxed");
    assert_eq!(of(&read, Role::HeaderFooter), "on each page");
    assert_eq!(read.title.as_ref().unwrap().text, "Café");
    assert_eq!(
        finding(&read, FindingCode::TrackedChanges),
        "Tracked changes that nobody accepted yet: 1 deletion by Ada."
    );
    assert_eq!(finding(&read, FindingCode::AuthorName), "The file's properties name: author Zoë, manager Max.");
    assert!(finding(&read, FindingCode::EmbeddedFile).contains("Excel.Sheet"));
}

#[tokio::test]
async fn html_gives_its_own_words_only() {
    let html = "<!DOCTYPE html><html><head><title>Port &amp; sea</title><style>.x{}</style><script>var a='<p>no'</script></head><body><!-- no -->\
        <h1>Ships</h1><p>come&nbsp;daily<p>and<br>leave</p><div style='display:none'>pad<b>ding</b></div><span hidden>gone</span><font size=1 style='font-size:0'>tiny</font>\
        <p style='color:#fff'>white</p><div style='background:#000'><p style='color:#fff'>on black</p></div>\
        <table><tr><td>a<td>b<tr><td>c<td>d</table><template>no</template><noscript>no</noscript><img src='https://track.example/p.gif' width=1 height=1 alt='no'></body></html>";
    let read = read_as("text/html", html.as_bytes()).await;
    assert_eq!(of(&read, Role::Text), "Ships\n\ncome\u{a0}daily\n\nand\nleave\n\non black");
    assert_eq!(of(&read, Role::Table), "a\tb\nc\td");
    let hidden = of(&read, Role::Hidden);
    for words in ["padding", "gone", "tiny", "white"] {
        assert!(hidden.contains(words), "{hidden}");
    }
    assert!(finding(&read, FindingCode::HiddenText).contains("passage"));
    assert!(finding(&read, FindingCode::RemoteContent).contains("track.example"));
    assert_eq!(read.title.unwrap().text, "Port & sea");
}

#[tokio::test]
async fn plain_text_is_read_in_its_charset() {
    let russian = "Комитет приветствует письменные материалы о государственных закупках и прозрачности.\n";
    let arabic = "ترحب اللجنة بالمساهمات الخطية بشأن المشتريات العامة والشفافية.\n";
    let chinese = "委员会欢迎就公共采购与透明度提交书面意见。\n";
    let japanese = "委員会は公共調達に関する意見を歓迎します。\n";
    let traditional = "委員會歡迎就公共採購與透明度提交書面意見。\n";
    let labelled = [
        ("koi8-r", russian),
        ("windows-1251", russian),
        ("ibm866", russian),
        ("windows-1256", arabic),
        ("gb18030", chinese),
        ("big5", traditional),
        ("iso-2022-jp", japanese),
    ];
    for (label, text) in labelled {
        let text = text.repeat(4);
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
        let (bytes, _, _) = encoding.encode(&text);
        assert_eq!(read_as("text/plain", &bytes).await.text().trim(), text.trim(), "{label}");
    }
    for text in ["Plain words in English, without a mark.\n", russian, arabic] {
        let text = text.repeat(3);
        for little in [true, false] {
            let units = text.encode_utf16();
            let bytes: Vec<u8> =
                units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect();
            let read = read_as("text/plain", &bytes).await;
            assert_eq!(read.text().trim(), text.trim(), "UTF-16, little: {little}");
        }
    }
}

#[tokio::test]
async fn hostile_office_files_end_as_stated_outcomes() {
    // Entities of the document are never expanded, files never opened.
    let laughs = format!(
        "<!DOCTYPE x [<!ENTITY a \"ha\">{}<!ENTITY f SYSTEM \"file:///etc/passwd\">]><office:document-content><office:body><office:text><text:p>said &b29; &f;</text:p></office:text></office:body></office:document-content>",
        (1..30).map(|n| format!("<!ENTITY b{n} \"{}\">", "&a;".repeat(10))).collect::<String>()
    );
    let odt = archive(&[("mimetype", ODT.as_bytes()), ("content.xml", laughs.as_bytes())]);
    let read = read_as(ODT, &odt).await;
    assert!(read.text().starts_with("said") && read.text().len() < 20, "{}", read.text());

    let deep = docx(&"<w:tbl><w:tr><w:tc>".repeat(100_000), &[]);
    assert!(["unreadable", "no-text"].contains(&read_as(DOCX, &deep).await.status()));

    // A sheet that repeats one long string, and claims every cell there is.
    let strings = format!("<sst><si><t>{}</t></si></sst>", "long words ".repeat(3_000));
    let row = "<row><c t=\"s\"><v>0</v></c></row>".repeat(50_000);
    let bomb = xlsx(
        &[(
            "S",
            "visible",
            &format!(
                "<dimension ref=\"A1:XFD1048576\"/><sheetData>{row}<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row></sheetData>"
            ),
        )],
        &[("xl/sharedStrings.xml", &strings)],
    );
    let read = read_as(XLSX, &bomb).await;
    assert!(read.problems.iter().any(|one| one.detail.contains("left out")), "{}", reason(&read));

    // Cells and rows that are repeated as often as a number can say.
    let ods = "<office:document-content><office:body><office:spreadsheet><table:table table:name=\"S\"><table:table-row table:number-rows-repeated=\"4294967295\"><table:table-cell table:number-columns-repeated=\"4294967295\"><text:p>x</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>";
    let read = read_as(ODS, &archive(&[("mimetype", ODS.as_bytes()), ("content.xml", ods.as_bytes())])).await;
    assert!(read.text().len() < 100_000, "{}", read.text().len());

    let many: Vec<(String, Vec<u8>)> = (0..100_000).map(|n| (format!("word/{n}.xml"), Vec::new())).collect();
    let mut entries: Vec<(&str, &[u8])> =
        many.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    entries.push(("word/document.xml", b"<w:p><w:r><w:t>one of many</w:t></w:r></w:p>"));
    assert_eq!(read_as(DOCX, &archive(&entries)).await.text(), "one of many");

    // An entry whose header lies about its size.
    let mut lying = docx("<w:p><w:r><w:t>honest words</w:t></w:r></w:p>", &[]);
    let directory = lying.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    lying[directory + 24..directory + 28].copy_from_slice(&u32::MAX.to_le_bytes()[..]);
    lying[directory + 24] = 1;
    let read = read_as(DOCX, &lying).await;
    assert!(["text", "unreadable", "no-text"].contains(&read.status()));
}

#[tokio::test]
async fn hostile_texts_end_as_stated_outcomes() {
    let rows = "<tr><td>cell one</td><td>cell two</td></tr>".repeat(200_000);
    let read = read_as("text/html", format!("<html><body><table>{rows}</table></body></html>").as_bytes()).await;
    assert_eq!(of(&read, Role::Table).lines().count(), 200_000);
    let deep = format!("<html><body>{}deep down", "<div>".repeat(200_000));
    assert_eq!(read_as("text/html", deep.as_bytes()).await.text(), "deep down");
    let crossed = format!("<html><body>{}{}end", "<b>".repeat(200_000), "</i>".repeat(200_000));
    assert_eq!(read_as("text/html", crossed.as_bytes()).await.text(), "end");
    let rtf = format!("{{\\rtf1 {}x{}", "{\\b ".repeat(400_000), "}".repeat(400_000));
    assert_eq!(read_as(RTF, rtf.as_bytes()).await.text(), "x");
    let rtf = format!("{{\\rtf1 {}", "{\\footnote a".repeat(50_000));
    assert!(read_as(RTF, rtf.as_bytes()).await.text().contains('a'));
    let rtf = format!("{{\\rtf1 {}end}}", "\\trowd\\intbl a\\cell\\row ".repeat(200_000));
    assert!(read_as(RTF, rtf.as_bytes()).await.text().ends_with("end"));
}
