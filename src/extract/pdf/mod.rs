//! Text of PDF files, page by page, by two library engines, and what lies hidden in them. Runs no program, and does not
//! decide between texts that disagree: that is done where a third text may be had.

mod annotations;
mod canvas;
pub mod draw;
mod drawn;
mod glyphs;
mod interior;
pub mod letters;
mod page;
pub(super) mod properties;
mod rows;
mod sight;
mod witness;

use super::agreement::{self, f1};
use super::pages::named;
use super::{Progress, Read};
use crate::domain::extraction::{Extracted, Gate, Layer, PageReading, Role, Segment, SegmentKind};
use crate::domain::reader::Reading;
use crate::domain::{Finding, FindingCode, Problem, ProblemCode};
use annotations::Remarks;
use hayro_interpret::InterpreterCache;
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use interior::Interior;
use page::Sheet;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Pages that are read; a longer document says so.
const MAX_PAGES: usize = 2_000;

/// Word F1 from which two engines say the same.
const AGREED: f64 = 0.9;

/// The same where only hayro can tell what is hidden: another text would bring the hidden words back.
const AGREED_WITH_HIDDEN: f64 = 0.5;

/// Pages that problems name one by one.
const NAMED_PAGES: usize = 8;

const HAYRO: &str = "hayro 0.9";
const PDF_EXTRACT: &str = "pdf-extract 0.12";

/// Reads a PDF; says which engine gave most of the text. `draws`: whether a page may be drawn to see what is hidden.
pub fn read(bytes: &[u8], draws: bool, progress: Progress<'_>) -> (&'static str, Read) {
    let pdf = match catch_unwind(AssertUnwindSafe(|| Pdf::new(bytes.to_vec()))) {
        Ok(Ok(pdf)) => pdf,
        Ok(Err(LoadPdfError::Decryption(DecryptionError::PasswordProtected))) => {
            return (HAYRO, Read::of(Extracted::Locked));
        }
        Ok(Err(LoadPdfError::Decryption(_))) => {
            return (HAYRO, Read::unreadable("the PDF is encrypted in a way that cannot be opened"));
        }
        Ok(Err(LoadPdfError::Invalid)) | Err(_) => return (PDF_EXTRACT, read_damaged(bytes, progress)),
    };
    (HAYRO, read_both(&pdf, bytes, draws, progress))
}

/// What pdf-extract makes of a file that hayro cannot open.
fn read_damaged(bytes: &[u8], progress: Progress<'_>) -> Read {
    let texts = if bytes.len() <= witness::MAX_FILE_BYTES { witness::read(bytes, MAX_PAGES, progress) } else { None };
    let texts = texts.unwrap_or_default();
    let (mut read, mut segments) = (Read::of(Extracted::NoText), Vec::new());
    let failed = |page| Reading { page, engine: HAYRO.into(), gate: Gate::Failed, text: String::new() };
    for (number, text) in (1..).zip(texts) {
        let text = text.unwrap_or_default();
        let gate = agreement::gate(&text, 0, 0);
        let engine = if gate == Gate::Passed { PDF_EXTRACT.into() } else { String::new() };
        read.pages.push(PageReading {
            number,
            kind: SegmentKind::Page,
            engine,
            gate,
            agreement: None,
            confidence: None,
            layer: None,
            differing: Vec::new(),
            awaits_recognition: false,
        });
        read.readings.push(failed(number));
        read.readings.push(Reading { page: number, engine: PDF_EXTRACT.into(), gate, text: text.clone() });
        if gate == Gate::Passed {
            segments.push(Segment::new(number, SegmentKind::Page, text));
        }
    }
    read.extracted = if segments.is_empty() {
        Extracted::Unreadable { reason: "the PDF is damaged and no reader can repair it".into() }
    } else {
        Extracted::Text { segments }
    };
    if read.readings.is_empty() {
        // A third engine may repair it.
        read.readings.push(failed(1));
    }
    read
}

fn read_both(pdf: &Pdf, bytes: &[u8], draws: bool, progress: Progress<'_>) -> Read {
    let mut interior = catch_unwind(AssertUnwindSafe(|| Interior::of_document(pdf))).unwrap_or_default();
    let mut remarks = Remarks::default();
    let sheets = read_sheets(pdf, &mut interior, &mut remarks, draws, progress);
    let (mut read, mut segments) = (Read::of(Extracted::NoText), Vec::new());
    let asked = sheets.iter().all(|sheet| !sheet.given_up && !sheet.failed) && witness::may_be_asked(pdf, bytes);
    let texts = asked.then(|| witness::read(bytes, sheets.len(), progress));
    for (at, sheet) in sheets.iter().enumerate() {
        // Where the engine could not open the file, or broke on the page, there is a witness that says nothing.
        let witness = texts.as_ref().map(|texts| texts.as_ref().and_then(|texts| texts.get(at)?.as_deref()));
        put_page(&mut read, &mut segments, sheet, at as u32 + 1, witness);
    }
    read.extracted = Extracted::Text { segments };
    let properties = properties::of_pdf(pdf);
    read.findings.extend(properties.sentence("PDF").map(|detail| Finding::new(FindingCode::AuthorName, detail)));
    read.findings.extend(hidden_findings(&sheets));
    read.findings.extend(remarks.finding());
    read.findings.extend(interior.findings());
    read.problems.extend(page_problems(pdf, &sheets));
    let heading = sheets.first().and_then(|sheet| sheet.heading.clone());
    read.titled(properties.title, heading)
}

fn read_sheets(
    pdf: &Pdf,
    interior: &mut Interior,
    remarks: &mut Remarks,
    draws: bool,
    progress: Progress<'_>,
) -> Vec<Sheet> {
    let (mut cache, mut fonts) = (InterpreterCache::new(), glyphs::Fonts::default());
    let has_layers = page::has_layers_switched_off(pdf);
    let mut sheets = Vec::new();
    for (number, page) in (1..).zip(pdf.pages().iter().take(MAX_PAGES)) {
        progress(number);
        let mut sheet = Sheet::draw(pdf, page, &cache, &mut fonts, has_layers, draws);
        if sheet.failed || sheet.given_up {
            // What was borrowed of it when it was left may still be.
            cache = InterpreterCache::new();
        }
        let said = catch_unwind(AssertUnwindSafe(|| {
            interior.of_page(page.raw());
            remarks.of_page(page, |annotation| interior.of_annotation(annotation))
        }));
        sheet.add(said.unwrap_or_default());
        sheets.push(sheet);
    }
    sheets
}

/// Puts a page's text into the read. `witness` is what the second engine reads there: outer `None` if it was not asked,
/// inner `None` if it broke.
fn put_page(read: &mut Read, segments: &mut Vec<Segment>, sheet: &Sheet, number: u32, witness: Option<Option<&str>>) {
    let gate = sheet.gate();
    let witness_gate = witness.map(|text| text.map_or(Gate::Failed, |text| agreement::gate(text, 0, 0)));
    let mut agreed = None;
    if let Some(Some(text)) = witness
        && gate != Gate::Failed
        && (gate != Gate::Empty || witness_gate != Some(Gate::Empty))
    {
        agreed = Some(f1(&agreement::words(&sheet.own), &agreement::words(text)));
    }
    let enough = if sheet.hidden.is_empty() { AGREED } else { AGREED_WITH_HIDDEN };
    let settled = match (gate, witness_gate) {
        (Gate::Passed, None) => true,
        (Gate::Passed, Some(_)) => agreed.is_some_and(|f1| f1 >= enough),
        // Nothing to read for either of them.
        (Gate::Empty, None | Some(Gate::Empty)) => true,
        _ => false,
    };
    let second = (gate != Gate::Passed && witness_gate == Some(Gate::Passed)).then(|| sheet.with_additions(witness));
    let awaits = match (gate, second.is_some()) {
        (Gate::Passed, _) | (_, true) => sheet.is_scan_with_a_stamp() || sheet.may_show_more_words(),
        _ => sheet.shows_something(),
    };
    let is_layer = sheet.is_layer();
    let (engine, kept_gate, text) = match &second {
        Some(text) => (PDF_EXTRACT, Gate::Passed, text.as_str()),
        None if sheet.is_worth_keeping() => (HAYRO, gate, sheet.said.as_str()),
        None => ("", gate, ""),
    };
    read.pages.push(PageReading {
        number,
        kind: SegmentKind::Page,
        engine: engine.into(),
        gate: kept_gate,
        agreement: agreed,
        confidence: None,
        layer: is_layer.then_some(Layer::NotCompared),
        differing: Vec::new(),
        awaits_recognition: awaits || is_layer,
    });
    if !settled {
        read.readings.push(Reading { page: number, engine: HAYRO.into(), gate, text: sheet.said.clone() });
        if let Some(gate) = witness_gate {
            let text = sheet.with_additions(witness);
            read.readings.push(Reading { page: number, engine: PDF_EXTRACT.into(), gate, text });
        }
    }
    let segment = |text: &str, role| Segment::new(number, SegmentKind::Page, text).with_role(role);
    if !text.trim().is_empty() {
        segments.push(segment(text, Role::Text));
    }
    segments.extend(sheet.remarks.iter().map(|text| segment(text, Role::Comment)));
    if !sheet.hidden.is_empty() {
        segments.push(segment(&sheet.hidden, Role::Hidden));
    }
}

/// Where there are words that a reader does not see, and why.
fn hidden_findings(sheets: &[Sheet]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let hidden = counted(sheets, |sheet| sheet.hidden_words);
    if let Some((count, pages)) = hidden {
        let reasons: std::collections::BTreeSet<&str> =
            sheets.iter().flat_map(|sheet| sheet.reasons.iter().copied()).collect();
        let reasons: Vec<&str> = reasons.into_iter().collect();
        let detail = format!("{count} on {pages} cannot be seen: {}.", reasons.join(", "));
        findings.push(Finding::new(FindingCode::HiddenText, detail));
    }
    if let Some((_, pages)) = counted(sheets, |sheet| usize::from(sheet.unchecked)) {
        let detail = format!("Words may lie hidden on {pages}, which could not be drawn to see; look by eye.");
        findings.push(Finding::new(FindingCode::HiddenText, detail));
    }
    if let Some((count, pages)) = counted(sheets, |sheet| sheet.covered_words) {
        let detail =
            format!("{count} on {pages} lie under a box or picture drawn over them; copying the text shows them.");
        findings.push(Finding::new(FindingCode::TextUnderBox, detail));
    }
    findings
}

/// "3 words", and "page 1" or "pages 1, 2 and others".
fn counted(sheets: &[Sheet], count: impl Fn(&Sheet) -> usize) -> Option<(String, String)> {
    let total: usize = sheets.iter().map(&count).sum();
    let pages: Vec<u32> =
        (1..).zip(sheets).filter(|(_, sheet)| count(sheet) > 0).map(|(number, _): (u32, _)| number).collect();
    let words = match total {
        0 => return None,
        1 => "1 word".to_string(),
        n => format!("{n} words"),
    };
    Some((words, named(&pages)?))
}

fn page_problems(pdf: &Pdf, sheets: &[Sheet]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let all = pdf.pages().len();
    if all > MAX_PAGES {
        let detail = format!("The PDF has {all} pages; only the first {MAX_PAGES} were read.");
        problems.push(Problem::new(ProblemCode::TextCut, detail));
    }
    for (number, _) in (1..).zip(sheets).filter(|(_, sheet): &(u32, _)| sheet.given_up).take(NAMED_PAGES) {
        let detail = format!("Page {number} draws more than is read; its text may not be complete.");
        problems.push(Problem::new(ProblemCode::TextCut, detail));
    }
    problems
}
