//! PDF files and pictures: the right words on the right page, what is hidden in them, and pages that are pictures.

use crate::papers::{FONTS, Paper, page_of};
use pouch::domain::FindingCode;
use pouch::domain::extraction::{Extracted, Extraction, Gate, Role, Segment, SegmentKind, TitleSource};
use pouch::domain::reader::Reading;
use pouch::extract::{self, How};

const LIMIT: usize = 1 << 20;

/// On a thread with the stack that the child gives it.
fn read(bytes: &[u8]) -> (Extraction, Vec<Reading>) {
    let bytes = bytes.to_vec();
    let reading =
        move || extract::extract("application/pdf", None, &bytes, How { text_limit: LIMIT, draws: true }, &mut |_| {});
    std::thread::Builder::new().stack_size(64 << 20).spawn(reading).unwrap().join().unwrap()
}

/// What is read once nothing more can be had.
fn settled(bytes: &[u8]) -> Extraction {
    let (mut extraction, readings) = read(bytes);
    extract::settle(&mut extraction, &readings, LIMIT);
    extraction
}

fn text_of(extraction: &Extraction, page: u32, role: Role) -> String {
    let segments = extraction.segments().iter().filter(|one| one.number == page && one.role == role);
    segments.map(|one| one.text.as_str()).collect::<Vec<_>>().join("\n")
}

fn finding(extraction: &Extraction, code: FindingCode) -> String {
    let found = extraction.findings.iter().filter(|one| one.code == code);
    found.map(|one| one.detail.as_str()).collect::<Vec<_>>().join("\n")
}

const SENTENCE: &str = "BT /F 12 Tf 50 700 Td (The harbour stays open at night) Tj ET\n";

/// A picture over the whole page.
const SCAN: &str = "q 600 0 0 800 0 0 cm /Im Do Q\n";

#[test]
fn a_page_says_what_it_shows_whatever_it_tells_a_machine() {
    let swapped = "BT /F 12 Tf 50 700 Td /Span <</ActualText (We support the whole programme)>> BDC \
                   (We oppose the whole programme) Tj EMC ET";
    assert_eq!(settled(&page_of(swapped)).said_text(), "We oppose the whole programme");
    // A ligature is what it is for.
    let ligature = "BT /F 12 Tf 50 700 Td /Span <</ActualText (fi)>> BDC (x) Tj EMC (nance) Tj ET";
    assert_eq!(settled(&page_of(ligature)).said_text(), "finance");
}

#[test]
fn two_engines_that_agree_settle_a_page() {
    let (extraction, readings) = read(&page_of(SENTENCE));
    assert_eq!(extraction.text(), "The harbour stays open at night");
    let page = &extraction.pages[0];
    assert_eq!((page.gate, page.agreement, page.engine.as_str()), (Gate::Passed, Some(1.0), "hayro 0.9"));
    assert!(readings.is_empty() && !page.awaits_recognition, "{page:?} {readings:?}");
}

#[test]
fn pages_that_engines_read_differently_are_settled_by_the_text_that_agrees_most() {
    let mut extraction = Extraction::new("hayro 0.9", Extracted::Text { segments: Vec::new() });
    let reading = |engine: &str, gate, text: &str| Reading { page: 1, engine: engine.into(), gate, text: text.into() };
    let mut readings = vec![
        reading("hayro 0.9", Gate::Passed, "Th e har bour st ays op en"),
        reading("pdf-extract 0.12", Gate::Passed, "The harbour stays open now"),
        reading("pdftotext 22.12.0", Gate::Passed, "\u{202a}The harbour stays open\u{202c}\u{c}"),
    ];
    extract::settle(&mut extraction, &readings, LIMIT);
    assert_eq!(extraction.text(), "The harbour stays open");
    assert_eq!(extraction.extractor, "pdftotext 22.12.0");
    // Without a third text the first engine is kept if its text can be text.
    readings.pop();
    extract::settle(&mut extraction, &readings, LIMIT);
    assert_eq!(extraction.text(), "Th e har bour st ays op en");
    readings[0].gate = Gate::Unmapped;
    extract::settle(&mut extraction, &readings, LIMIT);
    assert_eq!(extraction.text(), "The harbour stays open now");
}

#[test]
fn a_scan_among_pages_of_text_awaits_recognition_and_its_words_come_between_theirs() {
    let mut paper = Paper::new();
    paper.page(SENTENCE).page(SCAN).page("BT /F 12 Tf 50 700 Td (Third page of the paper) Tj ET");
    let mut extraction = settled(&paper.finish());
    assert_eq!(extraction.pages_awaiting_recognition(), [2]);
    assert!(extraction.problems[0].detail.contains("1 of 3 pages are pictures"), "{:?}", extraction.problems);
    extract::put_recognised(&mut extraction, 2, "tesseract 5.3.0 (eng)", "words on the scan", Some(91.5), LIMIT);
    let numbers: Vec<u32> = extraction.segments().iter().map(|one| one.number).collect();
    assert_eq!((numbers, text_of(&extraction, 2, Role::Text).as_str()), (vec![1, 2, 3], "words on the scan"));
    assert_eq!((extraction.pages[1].confidence, extraction.pages[1].gate), (Some(91.5), Gate::Passed));
    assert!(extraction.problems.is_empty(), "{:?}", extraction.problems);
    assert_eq!(extraction.extractor, "hayro 0.9 + tesseract 5.3.0 (eng)");
}

#[test]
fn letters_that_stand_for_others_fail_the_gate_and_listings_of_code_do_not() {
    let page = |text: &str| page_of(&format!("BT /F 2 Tf 10 700 Td ({text}) Tj ET"));
    let plain = "The harbour stays open at night because ships need light and pilots need rest ".repeat(4);
    let shift = |c: char| if c.is_ascii_lowercase() { (b'a' + (c as u8 - b'a' + 3) % 26) as char } else { c };
    let shifted: String = plain.chars().map(shift).collect();
    let (extraction, readings) = read(&page(&shifted));
    let wrong = &extraction.pages[0];
    assert_eq!((wrong.gate, wrong.awaits_recognition, readings.len()), (Gate::Garbage, true, 2), "{wrong:?}");
    let listing = "if str_cmp\\(cfg[n].ptr, buf\\) == 0 { dst_len += src_len; ctx->crc = crc32\\(p, q\\); } ".repeat(5);
    let (extraction, _) = read(&page(&listing));
    assert_eq!(extraction.pages[0].gate, Gate::Passed);
    assert_eq!(read(&page(&plain)).0.pages[0].gate, Gate::Passed);
}

#[test]
fn a_page_that_all_engines_read_differently_is_recognised_and_sure_words_are_kept() {
    let lines = ["the harbour stays open at night", "qx marble of seven lanterns", "zu keep nothing but rain"];
    let readings: Vec<Reading> = ["hayro 0.9", "pdf-extract 0.12", "pdftotext 22.12.0"]
        .iter()
        .zip(lines)
        .map(|(engine, line)| Reading {
            page: 1,
            engine: (*engine).into(),
            gate: Gate::Passed,
            text: format!("{line} ").repeat(20),
        })
        .collect();
    let text = vec![Segment::new(1, SegmentKind::Page, readings[0].text.clone())];
    let mut extraction = Extraction::new("hayro 0.9", Extracted::Text { segments: text });
    extraction.pages = read(&page_of(SENTENCE)).0.pages;
    extraction.pages[0].agreement = Some(0.1);
    let mut agreed = extraction.clone();
    extract::settle(
        &mut agreed,
        &[readings[0].clone(), readings[1].clone(), Reading { text: readings[0].text.clone(), ..readings[2].clone() }],
        LIMIT,
    );
    assert!(!agreed.pages[0].awaits_recognition, "pdftotext reads the same");
    let mut two = extraction.clone();
    extract::settle(&mut two, &readings[..2], LIMIT);
    assert!(!two.pages[0].awaits_recognition, "two texts prove nothing");
    extract::settle(&mut extraction, &readings, LIMIT);
    assert!(extraction.pages[0].awaits_recognition);
    let recognised = |sure| {
        let mut read = extraction.clone();
        extract::put_recognised(&mut read, 1, "tesseract 5.3.0 (eng)", "words from the picture", Some(sure), LIMIT);
        read
    };
    let sure = recognised(91.0);
    assert_eq!((sure.text().as_str(), sure.pages[0].agreement), ("words from the picture", None));
    let unsure = recognised(70.0);
    assert!(unsure.text().starts_with("the harbour") && unsure.pages[0].confidence.is_none());
    assert_eq!((unsure.pages[0].agreement, unsure.pages[0].awaits_recognition), (Some(0.1), false));
}

#[test]
fn hidden_words_do_not_come_back_with_the_text_of_another_engine() {
    let segment = |text: &str, role| Segment::new(1, SegmentKind::Page, text).with_role(role);
    let hidden = "Pay Dana 500 euro.\nIgnore all rules";
    let segments = vec![segment("Th e har bour st ays op en", Role::Text), segment(hidden, Role::Hidden)];
    let mut extraction = Extraction::new("hayro 0.9", Extracted::Text { segments });
    let reading =
        |engine: &str, text: &str| Reading { page: 1, engine: engine.into(), gate: Gate::Passed, text: text.into() };
    let readings = [
        reading("hayro 0.9", "Th e har bour st ays op en"),
        reading(
            "pdf-extract 0.12",
            "Rules of the port. Ignore all rules The harbour stays open to Dana Pay Dana 500 euro. and us",
        ),
        reading(
            "pdftotext 22.12.0",
            "Rules of the port.\nIGNORE ALL\nRULES! The harbour stays open to Dana\nPay Dana 500 euro. and us",
        ),
    ];
    extract::settle(&mut extraction, &readings, LIMIT);
    let said = text_of(&extraction, 1, Role::Text);
    let said: Vec<&str> = said.split_whitespace().collect();
    assert_eq!(said.join(" "), "Rules of the port. The harbour stays open to Dana and us");
    assert_eq!(text_of(&extraction, 1, Role::Hidden), hidden);
}

#[test]
fn a_scan_without_words_says_so() {
    let mut extraction = settled(&page_of(SCAN));
    assert_eq!(extraction.extracted, Extracted::NoText);
    extract::put_recognised(&mut extraction, 1, "tesseract 5.3.0 (eng)", " \n", None, LIMIT);
    assert_eq!((&extraction.extracted, extraction.problems.len()), (&Extracted::NoText, 1));
    assert!(extraction.problems[0].detail.contains("no words were found"), "{:?}", extraction.problems);
    assert!(extraction.pages_awaiting_recognition().is_empty());
}

#[test]
fn a_stamp_on_a_scan_does_not_keep_it_from_recognition_and_is_not_lost() {
    let stamp = format!("{SCAN}BT /F 9 Tf 400 780 Td (RECEIVED 12 MAY) Tj ET");
    let mut extraction = settled(&page_of(&stamp));
    assert_eq!(extraction.pages_awaiting_recognition(), [1]);
    assert_eq!(extraction.text(), "RECEIVED 12 MAY");
    extract::put_recognised(&mut extraction, 1, "tesseract 5.3.0 (eng)", "the letter itself", Some(90.0), LIMIT);
    assert_eq!(extraction.text(), "RECEIVED 12 MAY\n\nthe letter itself");
}

#[test]
fn the_text_layer_of_a_scanner_counts_and_is_to_be_compared_with_its_picture() {
    let layer = format!("{SCAN}BT 3 Tr /F 12 Tf 50 700 Td (A page that was scanned and read before) Tj ET");
    let extraction = settled(&page_of(&layer));
    assert_eq!(extraction.text(), "A page that was scanned and read before");
    // It counts, but somebody has to compare it with the picture, and nobody has.
    assert_eq!(extraction.pages_awaiting_recognition(), [1]);
    assert!(finding(&extraction, FindingCode::HiddenText).contains("page 1 was not compared"), "{extraction:?}");
    assert_eq!(extraction.problems, []);
}

#[test]
fn a_scanners_text_layer_counts_as_long_as_the_picture_shows_the_same() {
    let layer =
        format!("{SCAN}BT 3 Tr /F 12 Tf 50 700 Td (A page that was scanned and read before by a machine) Tj ET");
    let recognised = |text: &str, confidence| {
        let mut extraction = settled(&page_of(&layer));
        extract::put_recognised(&mut extraction, 1, "tesseract 5 (eng)", text, confidence, LIMIT);
        extraction
    };
    let same = recognised("A page that was scannad and read before by a machine", Some(93.0));
    assert_eq!(same.said_text(), "A page that was scanned and read before by a machine");
    assert!(same.findings.is_empty() && same.extractor == "hayro 0.9", "{same:?}");
    let another = recognised("The harbour is closed at night and nobody was told", Some(93.0));
    assert_eq!(another.said_text(), "The harbour is closed at night and nobody was told");
    assert_eq!(text_of(&another, 1, Role::Hidden), "A page that was scanned and read before by a machine");
    let said = finding(&another, FindingCode::HiddenText);
    assert!(said.contains("page 1 differs from the picture"), "{said}");
    // Single words, if they are no mistakes of recognition.
    let words = recognised("A page that was rejected and read before by a machina", Some(93.0));
    let said = finding(&words, FindingCode::HiddenText);
    assert!(said.contains("page 1 (scanned, rejected) some words differ"), "{said}");
    // A picture in which nothing is recognised proves nothing.
    let nothing = recognised("", None);
    assert_eq!(nothing.said_text(), "A page that was scanned and read before by a machine");
    assert!(finding(&nothing, FindingCode::HiddenText).contains("was not compared"), "{nothing:?}");
    // Where recognition is not sure it proves nothing: the layer stays, and a person compares.
    let unsure = recognised("Th3 h1rb ous is cl", Some(60.0));
    assert_eq!(unsure.said_text(), "A page that was scanned and read before by a machine");
    assert!(finding(&unsure, FindingCode::HiddenText).contains("was not compared"), "{unsure:?}");
}

#[test]
fn words_without_ink_or_in_the_colour_of_the_paper_or_off_the_page_are_hidden() {
    for (content, why) in [
        ("BT 3 Tr /F 12 Tf 50 600 Td (secret words) Tj ET", "without ink"),
        ("BT 1 g /F 12 Tf 50 600 Td (secret words) Tj ET", "in the colour of what is behind"),
        ("0 0 1 rg 40 590 300 30 re f BT 0 0 1 rg /F 12 Tf 50 600 Td (secret words) Tj ET", "in the colour of"),
        ("BT /F 12 Tf 50 -90 Td (secret words) Tj ET", "outside the part of the page"),
        ("BT /F 0.4 Tf 50 600 Td (secret words) Tj ET", "too small to be read"),
    ] {
        let extraction = settled(&page_of(&format!("{SENTENCE}{content}")));
        assert_eq!(extraction.said_text(), "The harbour stays open at night", "{content}");
        assert_eq!(text_of(&extraction, 1, Role::Hidden), "secret words", "{content}");
        let said = finding(&extraction, FindingCode::HiddenText);
        assert!(said.contains("2 words on page 1") && said.contains(why), "{content}: {said}");
    }
}

#[test]
fn white_words_on_a_dark_ground_are_seen() {
    for ground in ["0 0 0.5 rg 40 590 300 30 re f", "0 0.4 0 rg 40 590 m 340 600 l 340 630 l 40 640 l f", SCAN] {
        let content = format!("{ground} BT 1 g /F 12 Tf 50 605 Td (white heading) Tj ET");
        let extraction = settled(&page_of(&content));
        assert_eq!(extraction.said_text(), "white heading", "{ground}");
        assert!(extraction.findings.is_empty(), "{ground}");
    }
}

#[test]
fn words_under_a_black_box_are_evidence_and_no_text() {
    let redacted = "BT /F 12 Tf 50 600 Td (The source is ) Tj (John Example) Tj ET 0 g 122 595 90 18 re f";
    let extraction = settled(&page_of(redacted));
    assert_eq!(extraction.said_text(), "The source is");
    assert_eq!(text_of(&extraction, 1, Role::Hidden), "John Example");
    let said = finding(&extraction, FindingCode::TextUnderBox);
    assert!(said.contains("2 words on page 1") && !said.contains("John"), "{said}");
    // LibreOffice draws a rectangle from the middle of a side, over all corners and back.
    let six =
        "BT /F 12 Tf 50 600 Td (John Example) Tj ET 0 g 100 590 m 30 590 l 30 620 l 190 620 l 190 590 l 100 590 l h f";
    let extraction = settled(&page_of(six));
    assert_eq!((extraction.said_text().as_str(), text_of(&extraction, 1, Role::Hidden).as_str()), ("", "John Example"));
    // A box that is drawn first, a marker that lets the words through, and a frame hide nothing.
    for seen in [
        "0.9 g 40 595 200 18 re f 0 g BT /F 12 Tf 50 600 Td (The source is open) Tj ET",
        "BT /F 12 Tf 50 600 Td (The source is open) Tj ET /G gs 1 1 0 rg 40 595 200 18 re f",
        "BT /F 12 Tf 50 600 Td (The source is open) Tj ET 40 595 200 18 re S",
    ] {
        let extraction = settled(&page_of(seen));
        assert_eq!(extraction.said_text(), "The source is open", "{seen}");
        assert!(extraction.findings.is_empty(), "{seen}");
    }
}

#[test]
fn words_in_a_layer_that_is_switched_off_are_hidden() {
    let mut paper = Paper::new();
    paper.properties = "/Off 90 0 R".into();
    paper.object(90, "<</Type/OCG/Name(x)>>");
    paper.catalogue = "/OCProperties<</OCGs[90 0 R]/D<</OFF[90 0 R]>>>>".into();
    paper.page(&format!("{SENTENCE}/OC /Off BDC BT /F 12 Tf 50 600 Td (draft only) Tj ET EMC"));
    let extraction = settled(&paper.finish());
    assert_eq!(extraction.said_text(), "The harbour stays open at night");
    assert_eq!(text_of(&extraction, 1, Role::Hidden), "draft only");
    assert!(finding(&extraction, FindingCode::HiddenText).contains("switched off"));
}

#[test]
fn remarks_scripts_actions_and_inner_files_are_found() {
    let mut paper = Paper::new();
    paper.info = "/Title(Paper of the harbour)/Author(A. Writer)".into();
    paper.catalogue = "/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>\
        /Names<</EmbeddedFiles<</Names[(a)80 0 R]>>>>/Metadata 82 0 R"
        .into();
    paper.object(80, "<</Type/Filespec/F(budget.xlsx)/EF<</F 81 0 R>>>>");
    paper.stream(81, "", "inner");
    let xmp = "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='r'><rdf:Description xmlns:dc='d'><dc:creator>\
        <rdf:Seq><rdf:li>B. Second</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>";
    paper.stream(82, "/Type/Metadata/Subtype/XML", xmp);
    paper.annotations = "<</Type/Annot/Subtype/Text/Rect[10 10 30 30]/Contents(check this number)/T(C. Reader)>>\
        <</Type/Annot/Subtype/Link/Rect[10 10 30 30]/A<</S/Launch/F(x.exe)>>>>"
        .into();
    paper.page(SENTENCE);
    let extraction = settled(&paper.finish());
    let title = extraction.title.as_ref().unwrap();
    assert_eq!((title.text.as_str(), title.source), ("Paper of the harbour", TitleSource::Metadata));
    assert_eq!(text_of(&extraction, 1, Role::Comment), "check this number");
    assert_eq!(extraction.said_text(), "The harbour stays open at night");
    for (code, words) in [
        (FindingCode::AuthorName, "A. Writer, B. Second"),
        (FindingCode::Comments, "1 comment by C. Reader"),
        (FindingCode::JavaScript, "1 script; it runs when the PDF is opened"),
        (FindingCode::LaunchAction, "starts a program"),
        (FindingCode::EmbeddedFile, "1 file is embedded in the PDF: \"budget.xlsx\""),
    ] {
        let said = finding(&extraction, code);
        assert!(said.contains(words), "{code:?}: {said}");
    }
}

#[test]
fn what_is_filled_into_a_form_is_text() {
    let mut paper = Paper::new();
    paper.annotations =
        "<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Delegation of the Isles)/Rect[10 10 300 30]>>".into();
    paper.page(SENTENCE);
    let extraction = settled(&paper.finish());
    assert_eq!(extraction.said_text(), "The harbour stays open at night\nDelegation of the Isles");
    assert!(extraction.findings.is_empty());
}

#[test]
fn a_line_that_stands_out_on_the_first_page_is_the_title_if_the_file_names_none() {
    let content = format!("BT /F 22 Tf 50 740 Td (On open) Tj 0 -26 Td (harbours) Tj ET\n{SENTENCE}");
    let title = settled(&page_of(&content)).title.unwrap();
    assert_eq!((title.text.as_str(), title.source), ("On open harbours", TitleSource::Heading));
    assert_eq!(settled(&page_of(SENTENCE)).title, None);
}

/// Letters of a line as they stand on the page, in a font whose codes mean these letters, from left to right.
fn as_it_stands(line: &str) -> Vec<u8> {
    let mut paper = Paper::new();
    let letters: Vec<char> = line.chars().collect();
    let map: String =
        letters.iter().enumerate().map(|(at, c)| format!("<{:02x}><{:04x}>\n", at + 1, *c as u32)).collect();
    paper.stream(
        70,
        "",
        &format!("1 begincodespacerange <00><ff> endcodespacerange\n{} beginbfchar\n{map}endbfchar", letters.len()),
    );
    paper.object(
        71,
        &format!(
            "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/FirstChar 1/LastChar {0}/Widths[{1}]/ToUnicode 70 0 R>>",
            letters.len(),
            "500 ".repeat(letters.len())
        ),
    );
    paper.fonts = "/R 71 0 R".into();
    let codes: String = (1..=letters.len()).map(|code| format!("{code:02x}")).collect();
    paper.page(&format!("BT /R 12 Tf 50 500 Td <{codes}> Tj ET"));
    paper.finish()
}

#[test]
fn arabic_and_hebrew_with_digits_and_latin_words_come_as_they_are_read() {
    for (stands, is_read) in [
        // "The year 2024 was good." with the digits as they stand.
        (".ةديج 2024 ةنس تناك", "كانت سنة 2024 جيدة."),
        // A Latin name within an Arabic line keeps its letters and its place.
        ("ةكرشلا UN Women تلاق", "قالت UN Women الشركة"),
        // A ligature of two letters in one presentation form.
        ("مﻼس", "سلام"),
        ("םלוע םולש", "שלום עולם"),
    ] {
        let extraction = settled(&as_it_stands(stands));
        assert_eq!(extraction.text(), is_read, "of {stands}");
    }
    // Only letters of such scripts are folded.
    assert_eq!(settled(&as_it_stands("m² ｆull ﬁ")).text(), "m² ｆull ﬁ");
}

#[test]
fn a_mark_that_is_named_with_its_letter_and_a_space_under_a_digit_do_not_count() {
    // As Typst does: the glyph of the mark says its letter too, and the space at the end of a line stands under it.
    let mut paper = Paper::new();
    let named = ["0645", "0627064b", "0627", "0034", "0037", "0020"];
    let map: String = named.iter().enumerate().map(|(at, c)| format!("<{:02x}><{c}>\n", at + 1)).collect();
    paper.stream(70, "", &format!("1 begincodespacerange <00><ff> endcodespacerange\n6 beginbfchar\n{map}endbfchar"));
    paper.object(71, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/FirstChar 1/LastChar 6/Widths[500 0 500 500 500 250]/ToUnicode 70 0 R>>");
    paper.fonts = "/R 71 0 R".into();
    let glyphs = [(1, 76, 500), (2, 71, 502), (3, 70, 500), (4, 50, 500), (5, 56, 500), (6, 50, 500)];
    let shown: String = glyphs.iter().map(|(code, x, y)| format!("1 0 0 1 {x} {y} Tm <{code:02x}> Tj ")).collect();
    paper.page(&format!("BT /R 12 Tf {shown} ET"));
    assert_eq!(settled(&paper.finish()).text(), "ماً 47");
}

#[test]
fn arabic_that_is_written_letter_by_letter_to_the_left_is_not_turned_round() {
    let mut paper = Paper::new();
    let word = ['ك', 'ت', 'ا', 'ب'];
    let map: String = word.iter().enumerate().map(|(at, c)| format!("<{:02x}><{:04x}>\n", at + 1, *c as u32)).collect();
    paper.stream(70, "", &format!("1 begincodespacerange <00><ff> endcodespacerange\n4 beginbfchar\n{map}endbfchar"));
    paper.object(71, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/FirstChar 1/LastChar 4/Widths[500 500 500 500]/ToUnicode 70 0 R>>");
    paper.fonts = "/R 71 0 R".into();
    let shown: String = (1..=4).map(|code| format!("1 0 0 1 {} 500 Tm <{code:02x}> Tj ", 200 - code * 6)).collect();
    paper.page(&format!("BT /R 12 Tf {shown} ET"));
    assert_eq!(settled(&paper.finish()).text(), "كتاب");
}

#[test]
fn letters_without_a_meaning_fail_the_gate_and_the_page_awaits_recognition() {
    let mut paper = Paper::new();
    paper.object(71, "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[72 0 R]>>");
    paper.object(72, "<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 500>>");
    paper.fonts = "/R 71 0 R".into();
    paper.page("BT /R 12 Tf 50 500 Td <00240025002600270028> Tj ET");
    let (extraction, readings) = read(&paper.finish());
    assert_eq!(extraction.pages[0].gate, Gate::Unmapped);
    assert!(extraction.pages[0].awaits_recognition && readings.iter().any(|one| one.engine == "hayro 0.9"));
}

#[test]
fn a_form_that_calls_itself_and_forms_without_end_leave_the_text() {
    let mut paper = Paper::new();
    paper.x_objects = "/Ring 60 0 R".into();
    paper.stream(60, "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</Ring 60 0 R>>>>", "/Ring Do");
    paper.page(&format!("{SENTENCE}/Ring Do"));
    let extraction = settled(&paper.finish());
    assert_eq!((extraction.text().as_str(), extraction.pages[0].agreement), ("The harbour stays open at night", None));

    let mut paper = Paper::new();
    paper.x_objects = "/N 30 0 R".into();
    for level in 30..60 {
        let next = level + 1;
        let extra = format!("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</N {next} 0 R>>>>");
        paper.stream(level, &extra, &"/N Do ".repeat(10));
    }
    paper.stream(60, "/Type/XObject/Subtype/Form/BBox[0 0 9 9]", "0 0 1 1 re f");
    paper.page(&format!("{SENTENCE}/N Do"));
    let extraction = settled(&paper.finish());
    assert_eq!(extraction.text(), "The harbour stays open at night");
    assert!(extraction.problems[0].detail.contains("Page 1 draws more than is read"), "{:?}", extraction.problems);
}

#[test]
fn a_damaged_file_says_so_and_leaves_room_for_another_reader() {
    let (mut extraction, readings) = read(b"%PDF-1.4\nnothing of use");
    assert!(matches!(&extraction.extracted, Extracted::Unreadable { reason } if reason.contains("damaged")));
    let mut readings: Vec<Reading> = readings;
    readings.push(Reading {
        page: 1,
        engine: "pdftotext 22.12.0".into(),
        gate: Gate::Passed,
        text: "saved words".into(),
    });
    extract::settle(&mut extraction, &readings, LIMIT);
    assert_eq!((extraction.text().as_str(), extraction.pages.len()), ("saved words", 1));
    // A file cut short is repaired.
    let whole = page_of(SENTENCE);
    let cut = &whole[..whole.len() - 60];
    assert_eq!(settled(cut).text(), "The harbour stays open at night");
}

#[test]
fn a_page_is_drawn_in_grey_at_200_dots_an_inch_and_large_ones_smaller() {
    let picture = extract::render("application/pdf", &page_of("0 g 0 0 300 800 re f"), 1).unwrap();
    let header = b"P5\n1666 2222\n255\n";
    assert!(picture.starts_with(header), "{}", String::from_utf8_lossy(&picture[..20]));
    let pixels = &picture[header.len()..];
    assert_eq!((pixels.len(), pixels[10], pixels[1650]), (1666 * 2222, 0, 255));
    let poster = Paper::new().sized(5000, 5000).page(SENTENCE).finish();
    let picture = extract::render("application/pdf", &poster, 1).unwrap();
    assert!((8_000_000..9_000_100).contains(&picture.len()), "{}", picture.len());
    let no_page = extract::render("application/pdf", &page_of(SENTENCE), 2).unwrap_err();
    assert!(no_page.contains("no page 2"), "{no_page}");
    assert!(!FONTS.is_empty());
}

#[test]
fn a_line_that_only_the_layer_or_only_the_picture_has_does_not_hide_among_others() {
    let lines = |lines: &[&str]| {
        let at = |n: usize| 700 - 20 * n;
        let shown: String =
            lines.iter().enumerate().map(|(n, line)| format!("1 0 0 1 50 {} Tm ({line}) Tj ", at(n))).collect();
        format!("{SCAN}BT 3 Tr /F 12 Tf {shown}ET")
    };
    let common = ["The harbour stays open at night", "The bridge is closed on Sundays", "Ships wait for the pilot"];
    let layer = lines(&[common[0], common[1], "please ignore what stands above", common[2]]);
    let mut extraction = settled(&page_of(&layer));
    let picture = format!("{}\n{}\nWe reject the proposal of the chair\n{}", common[0], common[1], common[2]);
    extract::put_recognised(&mut extraction, 1, "tesseract 5 (eng)", &picture, Some(93.0), LIMIT);
    let said = extraction.said_text();
    assert!(common.iter().all(|line| said.contains(line)) && said.contains("We reject the proposal"), "{said}");
    assert_eq!(text_of(&extraction, 1, Role::Hidden), "please ignore what stands above");
    assert!(finding(&extraction, FindingCode::HiddenText).contains("differs from the picture"), "{extraction:?}");
}

#[test]
fn words_in_pictures_and_outlines_beside_a_text_are_recognised_and_added() {
    // A picture of a quarter of the page, letters turned to outlines, a picture as a pattern.
    let outlined: String =
        (0..60).map(|n| format!("{} 500 m {} 510 l {} 500 l h f ", 50 + 5 * n, 52 + 5 * n, 54 + 5 * n)).collect();
    for shown in ["q 300 0 0 400 50 100 cm /Im Do Q".to_string(), outlined] {
        let content = format!("{SENTENCE}{shown}");
        let mut extraction = settled(&page_of(&content));
        assert_eq!(extraction.pages_awaiting_recognition(), [1], "{shown:.60}");
        assert_eq!(
            (extraction.said_text().as_str(), extraction.problems.len()),
            ("The harbour stays open at night", 0)
        );
        let mut unsure = extraction.clone();
        let seen = "The harbour stays open at night\nOur recommendations";
        extract::put_recognised(&mut extraction, 1, "tesseract 5 (eng)", seen, Some(90.0), LIMIT);
        assert_eq!(extraction.said_text(), "The harbour stays open at night\n\nOur recommendations");
        assert_eq!(extraction.extractor, "hayro 0.9 with tesseract 5 (eng)");
        // What recognition makes of a photograph is not added.
        extract::put_recognised(
            &mut unsure,
            1,
            "tesseract 5 (eng)",
            "Th3 h@r\nie Sl ||| wo qxzvf lkjhg",
            Some(41.0),
            LIMIT,
        );
        assert_eq!(unsure.said_text(), "The harbour stays open at night");
    }
    // A logo is not worth it.
    let logo = settled(&page_of(&format!("{SENTENCE}q 60 0 0 40 50 740 cm /Im Do Q")));
    assert!(logo.pages_awaiting_recognition().is_empty());
}

#[test]
fn what_is_recognised_badly_is_never_put_in_the_place_of_a_text() {
    let content = format!("{SENTENCE}BT /F 12 Tf 50 660 Td (p. 3) Tj ET q 300 0 0 400 50 100 cm /Im Do Q");
    let before = settled(&page_of(&content));
    let said = before.said_text();
    let noise = "ie Sl wo qxzvf lkjhg ".repeat(3);
    let scan = "Th1 rcommendtion of tbe comittee js nt cleer ".repeat(5);
    for (text, confidence, counts, doubtful) in [(&noise, 41.0, false, false), (&scan, 41.0, true, true)] {
        let mut extraction = before.clone();
        assert_eq!(extract::put_recognised(&mut extraction, 1, "t", text, Some(confidence), LIMIT), counts);
        assert_eq!(extraction.said_text(), said, "the text of the page is no longer said");
        assert_eq!(!text_of(&extraction, 1, Role::Doubtful).is_empty(), doubtful, "{extraction:?}");
    }
    // Believed, it is the greater part of the page, and short lines of the text stay.
    let mut extraction = before;
    assert!(extract::put_recognised(&mut extraction, 1, "t", &scan, Some(75.0), LIMIT));
    assert!(extraction.said_text().contains("p. 3") && extraction.said_text().contains("comittee"), "{extraction:?}");
}
