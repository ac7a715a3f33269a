//! Text out of files through the real child process, and what a hostile file can do to it: nothing to the service.

use crate::app::{Folder, fixture};
use crate::papers::Paper;
use pouch::config::{Config, Extractor};
use pouch::domain::ProblemCode;
use pouch::domain::extraction::{Extracted, Extraction};
use pouch::pipeline::reading;
use pouch::sandbox::{Pool, Source};
use std::fs::File;
use std::path::PathBuf;
use std::time::{Duration, Instant};

fn pool(limits: Extractor) -> Pool {
    Pool::start(PathBuf::from(env!("CARGO_BIN_EXE_pouch")), &limits)
}

fn limits() -> Extractor {
    Config::default().extractor
}

/// A mail with these files, written where the pool can read it.
fn mail_with(folder: &Folder, files: &[(&str, &[u8])]) -> Source {
    let mut mail =
        b"From: a@example.org\r\nSubject: S\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
            .to_vec();
    for (kind, bytes) in files {
        mail.extend(format!("--b\r\nContent-Type: {kind}\r\nContent-Disposition: attachment; filename=f\r\nContent-Transfer-Encoding: binary\r\n\r\n").as_bytes());
        mail.extend(*bytes);
        mail.extend(b"\r\n");
    }
    mail.extend(b"--b--\r\n");
    let path = folder.0.join(uuid::Uuid::new_v4().to_string());
    std::fs::write(&path, &mail).unwrap();
    Source::message(File::open(path).unwrap(), mail.len() as u64)
}

async fn read(pool: &Pool, folder: &Folder, files: &[(&str, &[u8])]) -> Vec<Extraction> {
    let source = mail_with(folder, files);
    let wanted: Vec<(String, u64)> =
        files.iter().enumerate().map(|(at, (_, bytes))| ((at + 1).to_string(), bytes.len() as u64)).collect();
    reading::read(pool, &source, &wanted, limits().text_bytes).await.unwrap()
}

const PDF: &str = "application/pdf";
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// A PDF of one page with this content stream, compressed.
fn pdf_with(content: impl Fn(&mut dyn std::io::Write)) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated).large_file(true);
    archive.start_file("c", options).unwrap();
    content(&mut archive);
    let whole = archive.finish().unwrap().into_inner();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(whole.clone())).unwrap();
    let entry = archive.by_index(0).unwrap();
    let (start, length) = (entry.data_start().unwrap() as usize, entry.compressed_size() as usize);
    let mut pdf =
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
        3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj\n\
        5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
            .to_vec();
    pdf.extend(format!("4 0 obj<</Length {}/Filter/FlateDecode>>stream\n", length + 2).as_bytes());
    pdf.extend([0x78, 0x9c]);
    pdf.extend(&whole[start..start + length]);
    pdf.extend(b"\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF");
    pdf
}

/// A DOCX whose document has this content.
fn docx_with(content: impl Fn(&mut dyn std::io::Write)) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated).large_file(true);
    archive.start_file("word/document.xml", options).unwrap();
    content(&mut archive);
    archive.finish().unwrap().into_inner()
}

fn good_pdf() -> Vec<u8> {
    pdf_with(|out| out.write_all(b"BT /F 12 Tf 50 700 Td (A page of good words) Tj ET").unwrap())
}

fn reason(extraction: &Extraction) -> String {
    match &extraction.extracted {
        Extracted::Unreadable { reason } => reason.clone(),
        other => format!("{other:?}").chars().take(80).collect(),
    }
}

/// IPED#352.
#[tokio::test]
async fn a_bomb_in_a_docx_is_refused_whatever_size_it_declares() {
    let folder = Folder::new();
    let bomb = docx_with(|out| (0..300).for_each(|_| out.write_all(&[b' '; 1 << 20]).unwrap()));
    assert!(bomb.len() < 2 << 20);
    let read = read(&pool(limits()), &folder, &[(DOCX, &bomb), (PDF, &good_pdf())]).await;
    assert!(reason(&read[0]).contains("unpacks to more than 64 MB"), "{}", reason(&read[0]));
    assert_eq!(read[1].text(), "A page of good words");
}

/// docspell#2376: each part fails alone.
#[tokio::test]
async fn a_part_that_eats_memory_or_time_ends_with_its_reason_and_the_others_still_get_their_text() {
    let folder = Folder::new();
    let bomb = pdf_with(|out| (0..900).for_each(|_| out.write_all(&[b' '; 1 << 20]).unwrap()));
    let slow = pdf_with(|out| {
        out.write_all(b"BT /F 12 Tf ").unwrap();
        (0..3_000_000).for_each(|_| out.write_all(b"1 0 Td (x) Tj ").unwrap());
    });
    let tight = Extractor { time: Duration::from_secs(2), memory_bytes: 512 << 20, workers: 1, ..limits() };
    let pool = pool(tight);
    let began = Instant::now();
    let read = read(&pool, &folder, &[(PDF, &bomb), (PDF, &slow), (PDF, &good_pdf())]).await;
    for extraction in &read[..2] {
        let said = reason(extraction);
        let known = [
            "more memory than its limit",
            "took too long",
            "crashed the reader",
            "no reader can repair it",
            "broke the reader",
        ];
        assert!(known.iter().any(|words| said.contains(words)), "{said}");
    }
    assert_eq!(read[2].text(), "A page of good words");
    assert!(began.elapsed() < Duration::from_secs(60));
    let source = mail_with(&folder, &[(PDF, &good_pdf())]);
    assert_eq!(pool.parse(&source).await.unwrap().parts.len(), 1, "the pool does not go on");
}

#[tokio::test]
async fn deep_nesting_ends_as_an_outcome() {
    let folder = Folder::new();
    let arrays = pdf_with(|out| out.write_all("[".repeat(500_000).as_bytes()).unwrap());
    let xml = docx_with(|out| out.write_all("<w:p>".repeat(300_000).as_bytes()).unwrap());
    let rtf = format!("{{\\rtf1 {}x", "{".repeat(300_000));
    let laughs = docx_with(|out| {
        let entities: String =
            (1..30).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))).collect();
        out.write_all(
            format!("<!DOCTYPE x [<!ENTITY l0 \"ha\">{entities}]><w:p><w:t>&l29; said</w:t></w:p>").as_bytes(),
        )
        .unwrap();
    });
    let files: [(&str, &[u8]); 4] =
        [(PDF, &arrays), (DOCX, &xml), ("application/rtf", rtf.as_bytes()), (DOCX, &laughs)];
    let read = read(&pool(limits()), &folder, &files).await;
    assert_eq!(read.len(), 4);
    assert!(read[3].text().len() < 100, "entities were expanded");
}

#[tokio::test]
async fn a_child_that_is_killed_is_replaced() {
    let folder = Folder::new();
    let pool = pool(Extractor { workers: 1, ..limits() });
    assert_eq!(read(&pool, &folder, &[(PDF, &good_pdf())]).await[0].text(), "A page of good words");
    let me = std::process::id().to_string();
    let mut killed = 0;
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let command = std::fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
        let parent =
            stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)).unwrap_or_default().to_string();
        if parent == me && command.contains("extractor") {
            let pid: i32 = entry.file_name().to_str().unwrap().parse().unwrap();
            rustix::process::kill_process(rustix::process::Pid::from_raw(pid).unwrap(), rustix::process::Signal::KILL)
                .unwrap();
            killed += 1;
        }
    }
    assert!(killed > 0, "there was no child to kill");
    assert_eq!(read(&pool, &folder, &[(PDF, &good_pdf())]).await[0].text(), "A page of good words");
}

#[tokio::test]
async fn text_over_the_limit_is_cut_and_says_so() {
    let folder = Folder::new();
    let long = "word ".repeat(1_000_000);
    let read =
        read(&pool(Extractor { text_bytes: 1 << 20, ..limits() }), &folder, &[("text/plain", long.as_bytes())]).await;
    assert!(read[0].text().len() <= 1 << 20);
    assert!(read[0].problems.iter().any(|one| one.detail.contains("left out")), "{:?}", read[0].problems);
}

#[tokio::test]
async fn deleted_words_and_field_codes_of_a_docx_are_no_text() {
    let folder = Folder::new();
    let xml = "<w:p><w:del><w:r><w:delText>struck</w:delText></w:r></w:del><w:r><w:instrText>PAGE</w:instrText><w:t>kept &amp; shown</w:t></w:r></w:p>";
    let docx = docx_with(|out| out.write_all(xml.as_bytes()).unwrap());
    assert_eq!(read(&pool(limits()), &folder, &[(DOCX, &docx)]).await[0].said_text(), "kept & shown");
}

#[tokio::test]
async fn arabic_of_a_pdf_comes_in_logical_order() {
    let raw = fixture("input-ar-pdf.eml");
    let size = std::fs::metadata(&raw).unwrap().len();
    let source = Source::message(File::open(&raw).unwrap(), size);
    let pool = pool(limits());
    let parsed = pool.parse(&source).await.unwrap();
    let part = &parsed.parts[0];
    let wanted = [(part.path.clone(), part.size_bytes)];
    let read = reading::read(&pool, &source, &wanted, limits().text_bytes).await.unwrap();
    assert!(read[0].text().contains("بناء القدرات"), "{}", read[0].text());
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/files").join(name)).unwrap()
}

#[tokio::test]
async fn a_pdf_that_only_forbids_copying_is_read_and_one_with_a_password_is_locked() {
    let folder = Folder::new();
    let files: [(&str, &[u8]); 2] = [(PDF, &file("restricted.pdf")), (PDF, &file("locked.pdf"))];
    let read = read(&pool(limits()), &folder, &files).await;
    assert!(read[0].text().contains("container terminals on four"), "{}", read[0].text());
    assert_eq!((read[0].status(), read[0].pages[0].agreement), ("text", Some(1.0)));
    assert_eq!((read[1].status(), read[1].text().as_str()), ("locked", ""));
}

#[tokio::test]
async fn a_pdf_of_more_pages_than_are_read_is_cut_and_says_so() {
    let folder = Folder::new();
    let mut paper = Paper::new();
    for number in 1..=2_001 {
        paper.page(&format!("BT /F 12 Tf 50 700 Td (Leaf {number}) Tj ET"));
    }
    let read = read(&pool(limits()), &folder, &[(PDF, &paper.finish())]).await;
    assert_eq!((read[0].pages.len(), read[0].segments().len()), (2_000, 2_000));
    assert!(read[0].text().ends_with("\nLeaf 2000"));
    let problem = &read[0].problems[0];
    assert_eq!(problem.code, ProblemCode::TextCut);
    assert!(problem.detail.contains("has 2001 pages; only the first 2000"), "{}", problem.detail);
}

#[tokio::test]
async fn a_part_is_copied_out_byte_for_byte() {
    let folder = Folder::new();
    let bytes: Vec<u8> = (0..300_000_u32).map(|n| (n * 7 % 251) as u8).collect();
    let source = mail_with(&folder, &[("application/octet-stream", &bytes)]);
    let mut copy: Vec<u8> = Vec::new();
    pool(limits()).part_bytes(&source, "1", &mut copy).await.unwrap();
    assert!(copy == bytes);
}

/// One step holds four megabytes of text; what is more is read by the next steps, and nothing is left out.
#[test]
fn many_long_texts_of_one_mail_are_all_read_in_several_steps() {
    let app = crate::app::App::new();
    let mut mail = b"From: a@example.org\r\nSubject: Annexes\r\nDate: Thu, 30 Nov 2023 10:00:00 +0000\r\n\
        Message-ID: <long@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        .to_vec();
    for number in 0..20 {
        let head = format!(
            "--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename={number}.txt\r\n\
             Content-Transfer-Encoding: binary\r\n\r\n"
        );
        mail.extend(head.as_bytes());
        mail.extend(
            format!("Annex {number} on capacity-building and points of contact.\r\n").repeat(20_000).as_bytes(),
        );
    }
    mail.extend(b"--b--\r\n");
    let path = app.folder.0.join("long.eml");
    std::fs::write(&path, mail).unwrap();
    app.run(&["import", path.to_str().unwrap()]);
    let item = app.item("long@example.org");
    let files = item["attachments"].as_array().unwrap();
    assert_eq!(files.iter().filter(|one| one["status"] == "text").count(), 20, "{files:?}");
}
