//! Words out of pictures of pages, through the children that draw and recognise them. The scans are made by
//! fixtures/make-documents; nothing here knows how recognition works.

use crate::extract_same::{pool, read_file, recall, words};
use pouch::domain::ProblemCode;
use pouch::domain::extraction::{Extraction, Gate, SegmentKind};
use pouch::sandbox::Pool;
use std::path::{Path, PathBuf};

/// Least F1 of the words of a scan.
const F1: f64 = 0.95;

fn scan(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scans").join(name)
}

/// F1 of the words that were read against those of fixtures/scans/NAME.truth, for each name.
fn f1(extraction: &Extraction, truths: &[&str]) -> f64 {
    let truth: String =
        truths.iter().map(|name| std::fs::read_to_string(scan(&format!("{name}.truth"))).unwrap()).collect();
    let (wanted, said) = (words(&truth), words(&extraction.said_text()));
    let hits = recall(&wanted.iter().collect::<Vec<_>>(), &said.iter().collect::<Vec<_>>()) * wanted.len() as f64;
    2.0 * hits / (wanted.len() + said.len()).max(1) as f64
}

/// A table of the files whose words are not what stands on them; empty if all are.
async fn misread(pool: &Pool, scans: &[(&str, &[&str])]) -> String {
    let mut wrong = String::new();
    for (name, truths) in scans {
        let extraction = read_file(pool, &scan(name)).await;
        let reached = f1(&extraction, truths);
        let line = format!("{name:<22} F1 {reached:.3}  {}  {:?}\n", extraction.status(), extraction.pages);
        print!("{line}");
        if reached < F1 {
            wrong += &line;
        }
    }
    wrong
}

#[tokio::test]
async fn the_words_of_a_scan_are_read_in_each_language() {
    let scans: [(&str, &[&str]); 6] = [
        ("ar.jpg", &["ar"]),
        ("en.jpg", &["en"]),
        ("es.jpg", &["es"]),
        ("fr.jpg", &["fr"]),
        ("ru.jpg", &["ru"]),
        ("zh.jpg", &["zh"]),
    ];
    let wrong = misread(&pool(), &scans).await;
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[tokio::test]
async fn the_words_of_a_scan_are_read_whatever_it_is_packed_in() {
    let scans: [(&str, &[&str]); 5] = [
        ("ar.pdf", &["ar"]),
        ("zh.pdf", &["zh"]),
        ("png-in-pdf.pdf", &["fr"]),
        ("turned.pdf", &["fr"]),
        ("two-pages.tiff", &["ru", "en"]),
    ];
    let wrong = misread(&pool(), &scans).await;
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[tokio::test]
async fn a_document_of_text_and_scans_gives_both_once() {
    let extraction = read_file(&pool(), &scan("mixed.pdf")).await;
    let reached = f1(&extraction, &["mixed"]);
    assert!(reached >= F1, "F1 {reached:.3}: {}", extraction.said_text());
    let recognised: Vec<u32> =
        extraction.pages.iter().filter(|page| page.confidence.is_some()).map(|page| page.number).collect();
    assert_eq!(recognised, [2], "the stamp counted as the text of the page, or pages with text were recognised");
    assert!(extraction.said_text().contains("REGISTRY No. 118"), "the stamp is lost");
}

#[tokio::test]
async fn a_good_text_layer_is_kept_and_one_of_garbage_is_not() {
    let pool = pool();
    let scans: [(&str, &[&str]); 3] =
        [("good-layer.pdf", &["es"]), ("garbage-nameless.pdf", &["en"]), ("garbage-private.pdf", &["en"])];
    let wrong = misread(&pool, &scans).await;
    assert!(wrong.is_empty(), "\n{wrong}");
    let good = read_file(&pool, &scan("good-layer.pdf")).await;
    assert!(good.pages.iter().all(|page| page.confidence.is_none()), "recognised again: {:?}", good.pages);
    let garbage = read_file(&pool, &scan("garbage-private.pdf")).await;
    assert!(garbage.pages.iter().all(|page| page.gate == Gate::Passed && page.confidence.is_some()));
}

#[tokio::test]
async fn text_whose_letters_the_file_does_not_name_is_read_all_the_same() {
    // WeasyPrint 57 names one glyph of a run of Arabic for all of its letters, and the others for none.
    let extraction = read_file(&pool(), &scan("broken-map.pdf")).await;
    let reached = f1(&extraction, &["broken-map"]);
    assert!(reached >= 0.9, "F1 {reached:.3} {:?}", extraction.pages);
}

#[tokio::test]
async fn a_text_layer_of_wrong_letters_does_not_pass_for_text() {
    let wrong = misread(&pool(), &[("garbage-shifted.pdf", &["en"])]).await;
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[tokio::test]
async fn a_scan_that_nobody_can_read_says_so_and_an_empty_page_has_no_text() {
    let pool = pool();
    let hopeless = read_file(&pool, &scan("hopeless.jpg")).await;
    let sure = hopeless.pages.first().and_then(|page| page.confidence);
    assert!(sure.is_some_and(|sure| sure < 60.0), "{sure:?}");
    let said = hopeless.problems.iter().any(|one| one.code == ProblemCode::ScanHardToRead);
    assert!(said, "{:?}", hopeless.problems);
    let blank = read_file(&pool, &scan("blank.pdf")).await;
    assert_eq!(blank.status(), "no-text", "{}", blank.said_text());
}

#[tokio::test]
async fn a_scan_that_is_a_picture_in_a_document_is_read_beside_its_text() {
    let scan = std::fs::read(scan("en.jpg")).unwrap();
    let content_types = b"<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>";
    let relations =
        b"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship \
        Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
        Target=\"word/document.xml\"/></Relationships>";
    let document =
        b"<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body><w:p><w:r>\
        <w:t>Our letter follows as a scan.</w:t></w:r></w:p></w:body></w:document>";
    let docx = crate::containers::make::zip(&[
        ("[Content_Types].xml", content_types),
        ("_rels/.rels", relations),
        ("word/document.xml", document),
        ("word/media/image1.jpg", &scan),
    ]);
    let odt = crate::containers::make::zip(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        (
            "content.xml",
            b"<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
            xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><office:body><office:text><text:p>Our letter \
            follows as a scan.</text:p></office:text></office:body></office:document-content>",
        ),
        ("Pictures/1.jpg", &scan),
    ]);
    let folder = crate::app::Folder::new();
    for (name, bytes) in [("letter.docx", docx), ("letter.odt", odt)] {
        let path = folder.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        let extraction = read_file(&pool(), &path).await;
        let said = extraction.said_text();
        assert!(said.starts_with("Our letter follows as a scan."), "{name}: {said}");
        assert!(f1(&extraction, &["en"]) > F1, "{name}: {:?} {said}", extraction.pages);
        let last = extraction.segments().last().unwrap();
        assert_eq!((last.kind, last.number), (SegmentKind::Picture, 1), "{name}");
        assert!(
            extraction.extractor.contains(" + tesseract") && extraction.problems.is_empty(),
            "{name}: {extraction:?}"
        );
    }
}
