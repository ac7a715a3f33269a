//! Pages: draws one for recognition, decides between the texts that engines read on one, and says what follows for the
//! whole file. Runs no engine itself.

use super::agreement::{self, f1};
use super::unseen::without;
use super::{limit, office, pdf, picture};
use crate::domain::extraction::{Extracted, Extraction, Gate, Layer, PageReading, Role, Segment, SegmentKind};
use crate::domain::reader::Reading;
use crate::domain::{Finding, FindingCode, Problem, ProblemCode};
use std::collections::BTreeMap;

/// Difference in agreement that does not count.
const SAME_SCORE: f64 = 0.02;

/// Word F1 below which two texts say different things.
const DIFFERENT: f64 = 0.5;

/// Letters from which a page whose texts are all different is worth recognition.
const WORTH_RECOGNITION: usize = 100;

/// How the sentence about pages that are pictures ends; it is known by it when it is no longer true.
const ARE_PICTURES: &str = "without text (scans).";

/// How the sentence about text layers that were not compared ends; it is known by it when it is no longer true.
const NOT_COMPARED: &str = "was not compared with the picture that people see; compare them by eye.";

/// The same for text layers that say something else.
const IS_ANOTHER: &str = "differs from the picture that people see; only what the picture shows counts.";

/// The same for single words.
const OTHER_WORDS: &str =
    "some words differ between what a machine reads and what the picture shows; compare them by eye.";

/// Words that a finding names.
const NAMED_WORDS: usize = 12;

/// Pages that a finding names.
const NAMED_PAGES: usize = 8;

/// A page of a PDF (from 1), a picture, or a picture inside an office file, as binary PGM (P5): grey, at a size that recognition reads well.
///
/// # Errors
/// In words for a person: no such page, or the picture cannot be decoded.
pub fn render(media_type: &str, bytes: &[u8], page: u32) -> Result<Vec<u8>, String> {
    match media_type {
        "application/pdf" => pdf::draw::page(bytes, page),
        kind if kind.starts_with("image/") => picture::draw(bytes, page),
        _ if bytes.starts_with(b"PK") => office::picture(bytes, page),
        _ => Err(format!("{media_type} has no pages that could be drawn")),
    }
}

/// Settles the pages on which the library engines do not agree, with what pdftotext reads on them if it was there.
/// Afterwards each page says which engine's text it keeps, and whether recognition is due.
pub fn settle(extraction: &mut Extraction, readings: &[Reading], text_limit: usize) {
    let mut by_page: BTreeMap<u32, Vec<&Reading>> = BTreeMap::new();
    for reading in readings {
        by_page.entry(reading.page).or_default().push(reading);
    }
    for (number, readings) in by_page {
        let at = extraction.pages.iter().position(|page| page.number == number);
        // A page that the libraries agreed on has no reading of theirs.
        if at.is_some() && readings.iter().all(|reading| reading.engine.starts_with("pdftotext")) {
            continue;
        }
        settle_page(extraction, at, number, &readings);
    }
    finish(extraction, text_limit);
}

fn settle_page(extraction: &mut Extraction, at: Option<usize>, number: u32, readings: &[&Reading]) {
    let unseen = extraction.segments().iter().find(|one| one.number == number && one.role == Role::Hidden);
    let unseen = unseen.map_or("", |segment| segment.text.as_str());
    let texts: Vec<(Gate, String)> = readings.iter().map(|reading| gated(reading, unseen)).collect();
    let best = best(&texts, readings);
    let at = at.unwrap_or_else(|| {
        let page = PageReading {
            number,
            kind: SegmentKind::Page,
            engine: String::new(),
            gate: Gate::Empty,
            agreement: None,
            confidence: None,
            layer: None,
            differing: Vec::new(),
            awaits_recognition: false,
        };
        let at = extraction.pages.partition_point(|page| page.number < number);
        extraction.pages.insert(at, page);
        at
    });
    let page = &mut extraction.pages[at];
    let Some(best) = best else {
        // No text can be text: what was kept as the least bad stays, and recognition is due if there is a picture.
        return;
    };
    let text = &texts[best].1;
    page.engine.clone_from(&readings[best].engine);
    page.gate = Gate::Passed;
    page.awaits_recognition |= is_contested(page, text) && nobody_agrees(best, &texts);
    set_text(extraction, number, SegmentKind::Page, text);
}

/// Whether the libraries read quite different words on a page that has many.
pub(super) fn is_contested(page: &PageReading, text: &str) -> bool {
    page.agreement.is_some_and(|f1| f1 < DIFFERENT) && letters(text) >= WORTH_RECOGNITION
}

/// Whether all three engines read something, and no other reads what `best` does: then the file itself names wrong
/// letters. Two texts alone prove nothing, the second engine is wrong too often.
fn nobody_agrees(best: usize, texts: &[(Gate, String)]) -> bool {
    let kept = agreement::words(&texts[best].1);
    let others = || texts.iter().enumerate().filter(|(at, (_, text))| *at != best && letters(text) > 0);
    others().count() >= 2 && others().all(|(_, (_, text))| f1(&kept, &agreement::words(text)) < DIFFERENT)
}

/// The text as it is kept, and what the gate says of it: pdftotext comes without a gate of its own, and marks lines from
/// right to left with signs that are no text. Only hayro tells which words a reader does not see (`unseen`).
fn gated(reading: &Reading, unseen: &str) -> (Gate, String) {
    if reading.engine.starts_with("hayro") {
        return (reading.gate, reading.text.clone());
    }
    if !reading.engine.starts_with("pdftotext") {
        return (reading.gate, without(&reading.text, unseen));
    }
    let text: String = reading.text.chars().filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{c}')).collect();
    let text = without(&text, unseen);
    match reading.gate {
        Gate::Failed => (Gate::Failed, text),
        _ => (agreement::gate(&text, 0, 0), text),
    }
}

/// The text that passes the gate and agrees most with the others; of those that agree as much, that of the better engine.
fn best(texts: &[(Gate, String)], readings: &[&Reading]) -> Option<usize> {
    let words: Vec<_> = texts.iter().map(|(_, text)| agreement::words(text)).collect();
    let score = |at: usize| -> f64 {
        (0..texts.len()).filter(|other| *other != at).map(|other| f1(&words[at], &words[other])).sum()
    };
    // Where two texts agree only with each other, both have the same score.
    let rank = |at: usize| match readings[at].engine.split(' ').next() {
        Some("hayro") => 0,
        Some("pdftotext") => 1,
        _ => 2,
    };
    let mut passing: Vec<usize> = (0..texts.len()).filter(|at| texts[*at].0 == Gate::Passed).collect();
    passing.sort_by_key(|at| rank(*at));
    let better = |best: (usize, f64), one: (usize, f64)| if one.1 > best.1 + SAME_SCORE { one } else { best };
    passing.into_iter().map(|at| (at, score(at))).reduce(better).map(|(at, _)| at)
}

pub(super) fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

/// Sets the text of a page; remarks and hidden words of the page stay.
pub(super) fn set_text(extraction: &mut Extraction, number: u32, kind: SegmentKind, text: &str) {
    if !matches!(extraction.extracted, Extracted::Text { .. }) {
        extraction.extracted = Extracted::Text { segments: Vec::new() };
    }
    let Extracted::Text { segments } = &mut extraction.extracted else { return };
    let is_text = |one: &Segment| one.number == number && one.kind == kind && one.role == Role::Text;
    if let Some(segment) = segments.iter_mut().find(|one| is_text(one)) {
        segment.text = text.into();
        segment.language.clear();
    } else if kind == SegmentKind::Page {
        let at = segments.partition_point(|one| one.number < number);
        segments.insert(at, Segment::new(number, kind, text));
    } else {
        // Nobody knows where in the text a picture stands.
        segments.push(Segment::new(number, kind, text));
    }
}

/// Brings everything that follows from the pages up to date.
pub fn finish(extraction: &mut Extraction, text_limit: usize) {
    extraction.problems.retain(|problem| !problem.detail.ends_with(ARE_PICTURES));
    let is_scan = |page: &&PageReading| {
        page.awaits_recognition && page.kind == SegmentKind::Page && page.layer.is_none() && page.gate != Gate::Passed
    };
    let waiting = extraction.pages.iter().filter(is_scan).count();
    if waiting > 0 {
        let detail = format!("{waiting} of {} pages are pictures {ARE_PICTURES}", extraction.pages.len());
        extraction.problems.push(Problem::new(ProblemCode::PartUnreadable, detail));
    }
    extraction
        .findings
        .retain(|finding| ![NOT_COMPARED, IS_ANOTHER, OTHER_WORDS].iter().any(|end| finding.detail.ends_with(end)));
    for (layer, end) in [(Layer::NotCompared, NOT_COMPARED), (Layer::Another, IS_ANOTHER)] {
        let pages = extraction.pages.iter().filter(|page| page.layer == Some(layer)).map(|page| page.number);
        if let Some(pages) = named(&pages.collect::<Vec<_>>()) {
            let detail = format!("What a machine reads on {pages} {end}");
            extraction.findings.push(Finding::new(FindingCode::HiddenText, detail));
        }
    }
    let differing: Vec<u32> =
        extraction.pages.iter().filter(|page| !page.differing.is_empty()).map(|page| page.number).collect();
    if let Some(pages) = named(&differing) {
        let words = extraction.pages.iter().flat_map(|page| &page.differing).take(NAMED_WORDS);
        let words = words.map(String::as_str).collect::<Vec<_>>().join(", ");
        let detail = format!("On {pages} ({words}) {OTHER_WORDS}");
        extraction.findings.push(Finding::new(FindingCode::HiddenText, detail));
    }
    // Of a document with pictures, what read the document itself comes first.
    let of_document = extraction.extractor.split(" + ").next().unwrap_or_default().to_string();
    let has_pictures = extraction.pages.iter().any(|page| page.kind == SegmentKind::Picture);
    let mut engines: Vec<&str> = if has_pictures { vec![&of_document] } else { Vec::new() };
    for page in &extraction.pages {
        if !page.engine.is_empty() && !engines.contains(&page.engine.as_str()) {
            engines.push(&page.engine);
        }
    }
    if !engines.is_empty() {
        extraction.extractor = engines.join(" + ");
    }
    limit(extraction, text_limit);
}

/// "page 3", or "pages 1, 2 and others"; `None` without pages.
pub fn named(pages: &[u32]) -> Option<String> {
    let numbers: Vec<String> = pages.iter().take(NAMED_PAGES).map(u32::to_string).collect();
    let more = if pages.len() > NAMED_PAGES { " and others" } else { "" };
    match pages.len() {
        0 => None,
        1 => Some(format!("page {}", numbers[0])),
        _ => Some(format!("pages {}{more}", numbers.join(", "))),
    }
}
