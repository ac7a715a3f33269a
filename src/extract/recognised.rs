//! What becomes of the words that were recognised in the picture of a page beside the text that the file itself gives.
//! Recognises nothing.

use super::agreement::{self, f1};
use super::pages::{finish, is_contested, letters, set_text};
use crate::domain::extraction::{Extracted, Extraction, Gate, Layer, PageReading, Role, Segment, SegmentKind};
use crate::domain::{Problem, ProblemCode};
use std::collections::HashMap;

/// Mean confidence of recognised words, of 100, from which they are believed rather than a text that no other engine
/// reads: the right model gives 93 to 96.
const SURE: f64 = 80.0;

/// Below this mean confidence (of 100) a page was read with a model that does not fit, or holds no words at all: right
/// models give 93 to 96, wrong ones 22 to 50 (measured on six languages).
const DOUBTFUL: f64 = 50.0;

/// Letters from which words that are not believed are shown beside a text: what recognition makes of a photograph is less.
const MANY_LETTERS: usize = 100;

/// Word F1 from which recognised words confirm a text: it has fewer mistakes than they.
const CONFIRMED: f64 = 0.9;

/// Word F1 from which a scanner's layer says what its picture shows: recognition by two programs differs by less.
const SAME_AS_PICTURE: f64 = 0.7;

/// Letters of a line below which it is not missed: page numbers, what recognition makes of a line in a drawing.
const LINE_LETTERS: usize = 10;

/// Letters of a word below which it is not compared, and words of a page that are.
const WORD_LETTERS: usize = 4;
const MAX_WORDS: usize = 300;

/// How the sentence about a picture without words ends.
const NO_WORDS: &str = "is a picture in which no words were found.";

/// What a page says in the end.
enum Kept {
    /// What it said before.
    Same,
    /// The recognised words in its place, with those lines of before that they lack.
    Recognised(String),
    /// What it said before; the recognised words are shown, and not believed.
    Doubted,
    /// What it said before, without the lines that only a machine reads, and with what only the picture shows.
    Corrected { text: String, unseen: String },
}

/// Puts the words that were recognised on a page into their place. `engine` is as `tesseract 5.3.0 (eng)`. True: what the
/// page says now stands or falls with how well they were recognised.
pub fn put_recognised(
    extraction: &mut Extraction,
    page: u32,
    engine: &str,
    text: &str,
    confidence: Option<f64>,
    text_limit: usize,
) -> bool {
    let Some(reading) = extraction.pages.iter_mut().find(|reading| reading.number == page) else { return false };
    let segments: &[Segment] = match &extraction.extracted {
        Extracted::Text { segments } => segments,
        _ => &[],
    };
    reading.awaits_recognition = false;
    let has_text = reading.gate == Gate::Passed;
    let kind = reading.kind;
    let before = segments.iter().find(|one| one.number == page && one.kind == kind && one.role == Role::Text);
    let before = before.filter(|_| has_text).map_or("", |before| before.text.as_str());
    if letters(text) == 0 {
        // Of a layer over a picture without words nothing is known: somebody compares.
        if !has_text && kind == SegmentKind::Page {
            let detail = format!("Page {page} {NO_WORDS}");
            extraction.problems.push(Problem::new(ProblemCode::PartUnreadable, detail));
        }
        finish(extraction, text_limit);
        return false;
    }
    let kept = kept(reading, before, text, confidence.unwrap_or_default());
    let counts = matches!(kept, Kept::Recognised(_) | Kept::Doubted);
    match kept {
        Kept::Same => {}
        Kept::Doubted if before.is_empty() => {
            (reading.engine, reading.confidence) = (engine.into(), confidence);
            reading.gate = agreement::gate(text, 0, 0);
            set_text(extraction, page, kind, text);
            if let Extracted::Text { segments } = &mut extraction.extracted {
                let placed = segments.iter_mut().filter(|one| one.number == page && one.kind == kind);
                placed.filter(|one| one.role == Role::Text).for_each(|one| one.role = Role::Doubtful);
            }
        }
        Kept::Doubted => {
            reading.engine = format!("{} with {engine}", reading.engine);
            reading.confidence = confidence;
            put_beside(extraction, page, text, Role::Doubtful);
        }
        Kept::Recognised(text) => {
            reading.engine = engine.into();
            reading.gate = agreement::gate(&text, 0, 0);
            reading.confidence = confidence;
            // It is said of texts that are no longer there.
            reading.agreement = None;
            set_text(extraction, page, kind, &text);
        }
        Kept::Corrected { text, unseen } => {
            reading.engine = format!("{} with {engine}", reading.engine);
            reading.confidence = confidence;
            set_text(extraction, page, kind, &text);
            if !unseen.is_empty() {
                put_beside(extraction, page, &unseen, Role::Hidden);
            }
        }
    }
    finish(extraction, text_limit);
    counts
}

/// Puts words that are no text of a page behind its text.
fn put_beside(extraction: &mut Extraction, page: u32, text: &str, role: Role) {
    if let Extracted::Text { segments } = &mut extraction.extracted {
        let at = segments.partition_point(|one| one.number <= page);
        segments.insert(at, Segment::new(page, SegmentKind::Page, text).with_role(role));
    }
}

fn kept(page: &mut PageReading, before: &str, recognised: &str, confidence: f64) -> Kept {
    let (is_sure, is_believed) = (confidence >= SURE, confidence >= DOUBTFUL);
    if before.is_empty() {
        return if is_believed { Kept::Recognised(recognised.into()) } else { Kept::Doubted };
    }
    if page.layer.is_some() {
        return compared(page, before, recognised, is_sure);
    }
    if is_contested(page, before) && is_sure {
        let confirms = f1(&agreement::words(before), &agreement::words(recognised)) >= CONFIRMED;
        return if confirms { Kept::Same } else { Kept::Recognised(recognised.into()) };
    }
    // The greater part of the page is a picture; its text is a stamp, a footer or a heading.
    if letters(before) * 2 < letters(recognised) {
        if !is_believed {
            return if letters(recognised) < MANY_LETTERS { Kept::Same } else { Kept::Doubted };
        }
        let mut lines = lacking(before, recognised, 1);
        lines.push(recognised);
        return Kept::Recognised(lines.join("\n"));
    }
    let added = if is_sure { lacking(recognised, before, LINE_LETTERS) } else { Vec::new() };
    if added.is_empty() {
        return Kept::Same;
    }
    Kept::Corrected { text: format!("{before}\n\n{}", added.join("\n")), unseen: String::new() }
}

/// A scanner's layer, which nobody sees, against the words in the picture, line by line.
fn compared(page: &mut PageReading, layer: &str, recognised: &str, is_sure: bool) -> Kept {
    let f1 = f1(&agreement::words(layer), &agreement::words(recognised));
    page.agreement = Some(f1);
    if !is_sure {
        if f1 >= SAME_AS_PICTURE {
            page.layer = Some(Layer::Same);
        }
        return Kept::Same;
    }
    let (unseen, added) = (lacking(layer, recognised, LINE_LETTERS), lacking(recognised, layer, LINE_LETTERS));
    if unseen.is_empty() && added.is_empty() {
        page.layer = Some(Layer::Same);
        page.differing = differing(layer, recognised);
        return Kept::Same;
    }
    page.layer = Some(Layer::Another);
    let confirmed = layer.lines().filter(|line| !unseen.contains(line)).collect::<Vec<_>>().join("\n");
    let text = format!("{}\n\n{}", confirmed.trim(), added.join("\n"));
    Kept::Corrected { text: text.trim().into(), unseen: unseen.join("\n") }
}

/// The lines of a text, from so many letters on, of which another text has not most words.
fn lacking<'t>(text: &'t str, other: &str, least: usize) -> Vec<&'t str> {
    let known = agreement::words(other);
    let is_lacking = |line: &&str| {
        let words = agreement::words(line);
        let found = words.keys().filter(|word| known.contains_key(*word)).count();
        letters(line) >= least && found * 2 < words.len()
    };
    text.lines().filter(is_lacking).collect()
}

/// Words of two texts that are the same but for them: those that only one has, if the other has none that recognition could
/// have taken for it.
fn differing(layer: &str, picture: &str) -> Vec<String> {
    let (layer, picture) = (agreement::words(layer), agreement::words(picture));
    let only = |one: &HashMap<String, u32>, other: &HashMap<String, u32>| {
        let counts = |word: &String| word.chars().filter(|c| c.is_alphabetic()).count() >= WORD_LETTERS;
        let more = one.iter().filter(|(word, count)| other.get(*word).is_none_or(|had| had < *count));
        let mut words: Vec<String> = more.map(|(word, _)| word.clone()).filter(counts).take(MAX_WORDS).collect();
        words.sort();
        words
    };
    let (of_layer, of_picture) = (only(&layer, &picture), only(&picture, &layer));
    let is_new = |word: &String, others: &[String]| !others.iter().any(|other| could_be(word, other));
    let mut words: Vec<String> = of_layer.iter().filter(|word| is_new(word, &of_picture)).cloned().collect();
    words.extend(of_picture.iter().filter(|word| is_new(word, &of_layer)).cloned());
    words
}

/// Whether recognition may have taken one word for the other: one is a piece of the other, or a third of the letters differ
/// at most (edit distance).
fn could_be(one: &str, other: &str) -> bool {
    if one.contains(other) || other.contains(one) {
        return true;
    }
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().take(60).collect(), other.chars().take(60).collect());
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[other.len()] * 3 <= one.len().max(other.len())
}
