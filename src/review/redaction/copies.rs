//! Copies without the struck words: made from clean text or from pixels, then searched for the words in every byte, and read
//! again. A copy in which anything is found is kept with the reason and never published.

use super::texts::{self, FileOf, PartText, Struck};
use super::{CopyOf, pixels, sentences};
use crate::domain::extraction::{Extracted, Extraction};
use crate::domain::ledger::Event;
use crate::domain::message::Span;
use crate::domain::reader::Place;
use crate::domain::redaction::{CopyMade, RedactedCopy};
use crate::domain::{Digest, SubmissionId, Timestamp};
use crate::pipeline::{Tools, content_digest, reading};
use crate::publish::is_text_only;
use crate::redact::{Found, Words, find_in_text};
use crate::review::revisions::queued;
use crate::review::{Act, Error, Result, person};
use crate::sandbox::Source;
use crate::store::{ledger, redaction, submission};

/// Grows when copies would be made in another way: those made before are made again.
const VERSION: &[u8] = b"1";

/// Sentences of one reason that are shown.
const MOST_SENTENCES: usize = 12;

/// What a copy is made for: the marks, and the text that they are applied to.
fn key(struck: &Struck, text: &PartText) -> Digest {
    let read = text.file.as_ref().and_then(|file| file.extraction.as_ref());
    let engine = read.map_or("", |read| read.extractor.as_str());
    Digest::of_fields([VERSION, &struck.digest.0, &text.digest.0, engine.as_bytes()])
}

/// The copy of a file for what is marked now, if it was made.
pub async fn known(tools: &Tools, struck: &Struck, text: &PartText) -> Result<Option<RedactedCopy>> {
    let Some(file) = &text.file else { return Ok(None) };
    Ok(redaction::copy(&tools.store, file.line.digest, key(struck, text)).await?)
}

/// Makes and searches the copies of the queued revision that are not made yet, and those that were refused. Takes as long
/// as the files need; what is decided meanwhile is not undone.
///
/// # Errors
/// If it is not queued or stale, nothing is marked, or the stored bytes cannot be read.
pub async fn make_copies(tools: &Tools, id: &SubmissionId, act: &Act) -> Result<Vec<CopyOf>> {
    let mut tx = tools.store.begin().await?;
    let revision = queued(&mut tx, id, act).await?;
    drop(tx);
    let content = &revision.content;
    let texts = texts::load(tools, content).await?;
    let struck = Struck::of(content, &texts);
    if !content.is_struck() {
        return Err(Error::Refused("nothing is marked: there is nothing that a copy would leave out".into()));
    }
    if !struck.stale.is_empty() {
        return Err(Error::Refused(struck.stale.join("\n")));
    }
    let (mut all, mut made) = (Vec::new(), Vec::new());
    for text in texts.iter().filter(|text| content.parts.contains(&text.part)) {
        let Some(file) = &text.file else { continue };
        let copy = match known(tools, &struck, text).await?.filter(|copy| copy.problem.is_none()) {
            Some(copy) => copy,
            None => {
                let copy = make(tools, &struck, text, file, act.now).await?;
                made.push(copy.clone());
                copy
            }
        };
        all.push(CopyOf { part: text.part.clone(), name: text.name.clone(), copy: Some(copy) });
    }
    let mut tx = tools.store.begin().await?;
    let (_, actor) = person(&mut tx, act).await?;
    let now = submission::revision_in(&mut tx, &revision.id).await?;
    let same = now.as_ref().map(|now| content_digest(&now.content)).transpose()?;
    if same != Some(content_digest(content)?) {
        let now = now.map_or((0, 0), |now| (now.number, now.edition));
        return Err(Error::Stale { seen: (revision.number, revision.edition), now });
    }
    let event = |copy: &RedactedCopy| Event::CopyMade {
        revision: revision.id.clone(),
        original: copy.original,
        redactions: copy.redactions,
        copy: copy.problem.is_none().then_some(copy.digest),
    };
    for copy in &made {
        redaction::keep(&mut tx, copy).await?;
    }
    ledger::append(&mut tx, &actor, &made.iter().map(event).collect::<Vec<_>>(), act.now).await?;
    tx.commit().await?;
    Ok(all)
}

/// A copy that lies in the vault and was not searched yet.
pub struct Made {
    pub how: CopyMade,
    pub digest: Digest,
    pub size_bytes: u64,
    pub media_type: &'static str,
    pub places: u32,
    pub note: String,
    /// Of a copy from pixels: what was filled, by page.
    pub filled: Vec<(u32, Vec<Place>)>,
}

async fn make(tools: &Tools, struck: &Struck, text: &PartText, file: &FileOf, now: Timestamp) -> Result<RedactedCopy> {
    let spans = struck.spans(text);
    let mut copy = RedactedCopy {
        original: file.line.digest,
        redactions: key(struck, text),
        made: CopyMade::AsItIs,
        digest: file.line.digest,
        media_type: file.line.media_type.clone(),
        size_bytes: file.line.size_bytes,
        places: 0,
        note: String::new(),
        problem: None,
        made_at: now,
    };
    let mut note = String::new();
    if spans.is_empty() && struck.areas(text).next().is_none() {
        match search_original(tools, struck, text, file).await? {
            Original::Free => return Ok(copy),
            Original::Unknown(why) => {
                copy.problem = Some(why);
                return Ok(copy);
            }
            Original::Holds(where_) => {
                note = format!("The file itself holds struck words that its text does not show ({where_}).")
            }
        }
    }
    let (made, problem) = made_and_searched(tools, struck, text, file, &spans).await?;
    copy.made = made.how;
    (copy.digest, copy.size_bytes) = (made.digest, made.size_bytes);
    copy.media_type = made.media_type.into();
    copy.places = made.places;
    copy.note =
        [note, made.note].iter().map(|one| one.trim()).filter(|one| !one.is_empty()).collect::<Vec<_>>().join(" ");
    copy.problem = problem;
    Ok(copy)
}

/// From pixels where that can be, else its text alone; with what a search found in it.
async fn made_and_searched(
    tools: &Tools,
    struck: &Struck,
    text: &PartText,
    file: &FileOf,
    spans: &[Span],
) -> Result<(Made, Option<String>)> {
    let mut note = String::new();
    if pixels::is_drawn(&text.media_type) {
        let source = source(tools, file)?;
        let why = match pixels::make(tools, struck, text, file, &source, spans).await? {
            Ok(mut made) => match verify(tools, struck, text, &mut made).await? {
                None => return Ok((made, None)),
                Some(_) => "words were still found in the pictures of its pages".to_string(),
            },
            Err(why) => why,
        };
        note = format!("It is published as text and not as pictures of its pages: {why}.");
    }
    let mut made = clean(tools, text, spans, note)?;
    let mut problem = verify(tools, struck, text, &mut made).await?;
    // What is seen at a marked place may be words, and nobody knows which.
    if struck.areas(text).next().is_some() {
        problem = Some(format!("a place on a page is marked, and a text cannot leave it out. {}", made.note));
    }
    if made.size_bytes == 0 {
        problem = Some("there is no text in it that could be published: do not publish this part".into());
    }
    Ok((made, problem))
}

/// What is known of a file in which nothing was marked.
enum Original {
    /// All of it was looked at, and none of the words was found.
    Free,
    Holds(String),
    Unknown(String),
}

async fn search_original(tools: &Tools, struck: &Struck, text: &PartText, file: &FileOf) -> Result<Original> {
    let Some(read) = &file.extraction else { return Ok(Original::Unknown("the file was not read yet".into())) };
    let mut found = find_in_reading(read, &struck.words, "what was read in it");
    if let Extracted::Locked | Extracted::Unreadable { .. } = read.extracted
        && !file.line.media_type.starts_with("image/")
    {
        let why = "it cannot be read, so nobody can say whether struck words stand in it: do not publish this part";
        return Ok(Original::Unknown(why.into()));
    }
    // Of such a file only its text is published.
    if !is_text_only(&text.media_type) {
        let words: Vec<String> = struck.words.iter().map(|words| words.said.clone()).collect();
        let source = source(tools, file)?;
        match tools.pool.search(&source, &file.line.path, &words).await {
            Ok((in_bytes, true)) => {
                found.extend(in_bytes.into_iter().map(|(words, place)| Found { words, place }));
            }
            Ok((_, false)) => return Ok(Original::Holds("there is more in it than can be searched".into())),
            Err(error) => return Ok(Original::Holds(format!("its bytes could not be searched: {error}"))),
        }
    }
    let places: Vec<String> = found.into_iter().map(|one| one.place).take(3).collect();
    Ok(if places.is_empty() { Original::Free } else { Original::Holds(places.join("; ")) })
}

/// The bytes of the message that a file came in.
fn source(tools: &Tools, file: &FileOf) -> Result<Source> {
    let (bytes, size_bytes) = tools.vault.open_object(file.message).map_err(unreadable)?;
    Ok(Source::message(bytes, size_bytes))
}

/// What it says, with a mark in the place of each passage.
fn clean(tools: &Tools, text: &PartText, spans: &[Span], note: String) -> Result<Made> {
    let (cleaned, places) = text.cleaned(spans);
    let cleaned = if cleaned.trim().is_empty() { String::new() } else { cleaned };
    let digest = tools.vault.put(cleaned.as_bytes()).map_err(unreadable)?;
    let size_bytes = cleaned.len() as u64;
    let (how, media_type) = (CopyMade::CleanText, "text/plain");
    Ok(Made { how, digest, size_bytes, media_type, places, note, filled: Vec::new() })
}

/// Looks for the words in every byte of a copy, in what our own readers read in it, and in the pictures of its pages.
/// `None`: none was found.
async fn verify(tools: &Tools, struck: &Struck, text: &PartText, made: &mut Made) -> Result<Option<String>> {
    let words: Vec<String> = struck.words.iter().map(|words| words.said.clone()).collect();
    let (object, size_bytes) = tools.vault.open_object(made.digest).map_err(unreadable)?;
    let name = if made.how == CopyMade::Pixels { "copy.pdf" } else { "copy.txt" };
    let source = Source::one_file(object, name).map_err(unreadable)?;
    let mut found: Vec<Found> = match tools.pool.search(&source, "1", &words).await {
        Ok((found, true)) => found.into_iter().map(|(words, place)| Found { words, place }).collect(),
        Ok((_, false)) => return Ok(Some("there is more in it than can be searched".into())),
        // Nothing was left of it.
        Err(_) if size_bytes == 0 => return Ok(None),
        Err(error) => return Ok(Some(format!("it could not be searched: {error}"))),
    };
    let parts = [("1".to_string(), size_bytes)];
    let readings = match reading::read(&tools.pool, &source, &parts, tools.config.extractor.text_bytes).await {
        Ok(readings) => readings,
        Err(error) => return Ok(Some(format!("it could not be read again: {error}"))),
    };
    let mut pages = 0;
    for read in &readings {
        found.extend(find_in_reading(read, &struck.words, "what a reader finds in the copy"));
        pages += read.pages.len() as u32;
    }
    if made.how == CopyMade::Pixels {
        let (seen, notes) = pixels::look_at(tools, struck, text, &source, made, pages).await;
        found.extend(seen);
        made.note = notes.join(" ");
    }
    found.sort();
    found.dedup();
    let lines: Vec<String> = sentences(&found).into_iter().take(MOST_SENTENCES).collect();
    Ok((!lines.is_empty()).then(|| lines.join("; ")))
}

/// In text, title, and what is said of the author and of hidden things.
fn find_in_reading(read: &Extraction, words: &[Words], place: &str) -> Vec<Found> {
    let mut found = find_in_text(&read.text(), words, place);
    let title = read.title.as_ref().map(|title| title.text.as_str()).unwrap_or_default();
    found.extend(find_in_text(title, words, "the title in its properties"));
    for finding in &read.findings {
        found.extend(find_in_text(&finding.detail, words, "its properties"));
    }
    found
}

pub fn unreadable(error: std::io::Error) -> Error {
    Error::Refused(format!("the stored bytes cannot be reached: {error}"))
}
