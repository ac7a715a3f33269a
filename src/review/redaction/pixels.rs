//! A copy of a PDF or a picture from its pixels: each page is drawn in the reading child with the places of the words
//! filled, and the copy holds nothing but those pictures. Where a place cannot be told for sure, there is no such copy.

use super::copies::{Made, unreadable};
use super::texts::{FileOf, PartText, Struck};
use crate::domain::Digest;
use crate::domain::extraction::{Extraction, Role};
use crate::domain::message::Span;
use crate::domain::reader::Place;
use crate::domain::redaction::{Area, CopyMade};
use crate::language;
use crate::pipeline::{Tools, reading};
use crate::redact::{Found, Paper, Words, find_in_text, is_filled, places};
use crate::review::Result;
use crate::sandbox::Source;

/// Pages of a copy; of a longer file only the text is published.
const MOST_PAGES: usize = 400;

/// How much larger than its letters the place of a recognised word is filled, in shares of its height.
const MARGIN: f64 = 0.2;

/// Whether copies of a type are made from pixels.
pub fn is_drawn(media_type: &str) -> bool {
    media_type == "application/pdf" || (media_type.starts_with("image/") && media_type != "image/svg+xml")
}

/// Pages of a file on which places can be marked.
pub fn pages_of(text: &PartText) -> Vec<u32> {
    match text.file.as_ref().and_then(|file| file.extraction.as_ref()) {
        Some(read) if is_drawn(&text.media_type) => drawn_pages(read, &text.media_type),
        Some(_) | None => Vec::new(),
    }
}

/// Makes the copy; the inner error says why there can be none.
pub async fn make(
    tools: &Tools,
    struck: &Struck,
    text: &PartText,
    file: &FileOf,
    source: &Source,
    spans: &[Span],
) -> Result<std::result::Result<Made, String>> {
    let Some(read) = &file.extraction else { return Ok(Err("the file was not read yet".into())) };
    let pages = drawn_pages(read, &text.media_type);
    if pages.len() > MOST_PAGES || pages.is_empty() {
        return Ok(Err(format!("it has {} pages", pages.len())));
    }
    let (mut paper, head) = Paper::begin();
    let mut incoming = tools.vault.incoming().map_err(unreadable)?;
    incoming.write(&head).map_err(unreadable)?;
    let (mut filled, mut count) = (Vec::new(), 0);
    for page in pages {
        let wanted = wanted(struck, text, read, page, spans);
        let areas: Vec<Place> = struck.areas(text).filter(|area| area.page == page).map(place_of).collect();
        count += wanted.iter().map(|(_, times)| *times as u32).sum::<u32>() + areas.len() as u32;
        let covered = match cover(tools, (source, &file.line.path, page), &wanted, areas, &language_of(text)).await {
            Ok(covered) => covered,
            Err(why) => return Ok(Err(why)),
        };
        if !covered.page.filled.is_empty() {
            filled.push((filled_page(&paper), covered.page.filled.clone()));
        }
        incoming.write(&paper.page(&covered.page, &covered.stream)).map_err(unreadable)?;
    }
    incoming.write(&paper.end()).map_err(unreadable)?;
    let sealed = tools.vault.seal(vec![incoming]).map_err(unreadable)?;
    let (digest, size_bytes) = sealed.first().copied().unwrap_or((Digest::of(b""), 0));
    let (how, media_type) = (CopyMade::Pixels, "application/pdf");
    Ok(Ok(Made { how, digest, size_bytes, media_type, places: count, note: String::new(), filled }))
}

/// The number that the next page has in the copy.
fn filled_page(paper: &Paper) -> u32 {
    paper.pages() + 1
}

/// A picture that was not read has one page.
fn drawn_pages(read: &Extraction, media_type: &str) -> Vec<u32> {
    let mut pages: Vec<u32> = read.pages.iter().map(|page| page.number).collect();
    pages.dedup();
    if pages.is_empty() && media_type != "application/pdf" { vec![1] } else { pages }
}

/// In shares of the page, as pages are filled.
fn place_of(area: &Area) -> Place {
    area.place.map(|thousandths| f64::from(thousandths) / 1000.0)
}

fn language_of(text: &PartText) -> Vec<String> {
    match language::detect(&text.whole) {
        "other" | "uncertain" => Vec::new(),
        code => vec![code.into()],
    }
}

/// What must be covered on a page: the struck passages of its text, each as often as it stands there, and all struck words
/// wherever else they are found.
fn wanted(struck: &Struck, text: &PartText, read: &Extraction, page: u32, spans: &[Span]) -> Vec<(String, usize)> {
    let mut wanted: Vec<(String, usize)> = Vec::new();
    let mut begin = 0;
    for segment in read.segments() {
        let end = begin + segment.text.chars().count();
        let is_shown = segment.role.is_said() || segment.role == Role::Doubtful;
        if segment.number == page && is_shown {
            let inside = spans.iter().filter(|span| span.start < end && begin < span.end);
            for span in inside {
                let piece = text.slice(Span { start: span.start.max(begin), end: span.end.min(end) });
                let Some(words) = Words::of(&piece) else { continue };
                match wanted.iter_mut().find(|(said, _)| *said == words.said) {
                    Some((_, times)) => *times += 1,
                    None => wanted.push((words.said, 1)),
                }
            }
        }
        begin = end + 1;
    }
    for words in &struck.words {
        if !wanted.iter().any(|(said, _)| *said == words.said) {
            wanted.push((words.said.clone(), 0));
        }
    }
    wanted
}

/// A page with its words covered: found by their letters, or else by recognition.
async fn cover(
    tools: &Tools,
    (source, path, page): (&Source, &str, u32),
    wanted: &[(String, usize)],
    areas: Vec<Place>,
    languages: &[String],
) -> std::result::Result<crate::sandbox::Covered, String> {
    let failed = |error: crate::sandbox::Error| format!("page {page}: {error}");
    let covered = tools.pool.cover(source, (path, page), wanted, &areas, false).await.map_err(failed)?;
    if covered.missing.is_empty() {
        return Ok(covered);
    }
    let unsure = || format!("on page {page} the place of some words cannot be told for sure");
    let recognised = tools.pool.locate(source, path, page, languages).await.map_err(|_| unsure())?;
    let missing: Vec<&(String, usize)> = covered.missing.iter().filter_map(|at| wanted.get(*at)).collect();
    let mut filled = areas;
    for (said, times) in wanted {
        let found = in_recognised(&recognised, said);
        if found.len() < *times && missing.iter().any(|one| one.0 == *said) {
            return Err(unsure());
        }
        filled.extend(found.into_iter().flatten());
    }
    tools.pool.cover(source, (path, page), wanted, &filled, true).await.map_err(failed)
}

/// The places of each occurrence of words among recognised ones.
fn in_recognised(recognised: &[(String, Place)], said: &str) -> Vec<Vec<Place>> {
    let (mut text, mut of) = (String::new(), Vec::new());
    for (number, (word, _)) in recognised.iter().enumerate() {
        text.push_str(word);
        text.push(' ');
        of.resize(of.len() + word.chars().count() + 1, number);
    }
    let words: Vec<Words> = Words::of(said).into_iter().collect();
    let places_of = |span: Span| -> Vec<Place> {
        let mut numbers: Vec<usize> = of.get(span.start..span.end).unwrap_or_default().to_vec();
        numbers.dedup();
        numbers.into_iter().map(|number| wider(recognised[number].1)).collect()
    };
    places(&text, &words).into_iter().map(places_of).collect()
}

fn wider([left, top, right, bottom]: Place) -> Place {
    let margin = (bottom - top).min(0.05) * MARGIN;
    [left - margin, top - margin, right + margin, bottom + margin]
}

/// What is wrong with a finished copy: a place that is not filled, or words that recognition reads on its pages. And what
/// could not be looked at.
pub async fn look_at(
    tools: &Tools,
    struck: &Struck,
    text: &PartText,
    source: &Source,
    made: &Made,
    pages: u32,
) -> (Vec<Found>, Vec<String>) {
    let (mut found, mut notes) = (Vec::new(), Vec::new());
    for (page, filled) in &made.filled {
        let drawn = tools.pool.drawn(source, "1", *page).await;
        if !drawn.is_ok_and(|picture| is_filled(&picture, filled)) {
            found.push(Found { words: "what was struck".into(), place: format!("page {page}, which is not filled") });
        }
    }
    if !reading::can_recognise(&tools.pool).await {
        notes.push("Recognition is not installed: nobody but you has looked for the words in its pictures.".into());
        return (found, notes);
    }
    let most = pages.min(tools.config.extractor.recognised_pages);
    let numbers: Vec<u32> = (1..=most).collect();
    for (page, result) in tools.pool.recognise(source, "1", &numbers, &language_of(text)).await {
        match result {
            Ok(read) => found.extend(find_in_text(&read.text, &struck.words, &format!("the picture of page {page}"))),
            Err(_) => notes.push(format!("Page {page} could not be read by recognition: look at it.")),
        }
    }
    if most < pages {
        notes.push(format!("Only its first {most} pages were read by recognition: look at the others."));
    }
    (found, notes)
}
