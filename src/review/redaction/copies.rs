//! Copies without the struck words: made from clean text or from pixels, then searched for the words in every byte, and read
//! again. A copy in which anything is found is kept with the reason and never published.

use super::texts::{self, FileOf, PartText, Struck};
use super::{CopyOf, sentences};
use crate::domain::extraction::{Extracted, Extraction};
use crate::domain::ledger::Event;
use crate::domain::message::Span;
use crate::domain::redaction::{CopyMade, RedactedCopy};
use crate::domain::{Digest, SubmissionId, Timestamp};
use crate::pipeline::{Tools, content_digest, reading};
use crate::publish::is_text_only;
use crate::redact::{Found, Words, find_in_text, find_removed};
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
    if content.redactions.is_empty() {
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

/// What a copy is, before it is stored.
struct Made {
    how: CopyMade,
    bytes: Vec<u8>,
    media_type: &'static str,
    places: u32,
    note: String,
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
    if spans.is_empty() {
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
    let made = clean(text, &spans, note);
    let digest = tools.vault.put(&made.bytes).map_err(unreadable)?;
    let problem = verify(tools, struck, &made, digest).await?;
    copy.made = made.how;
    (copy.digest, copy.size_bytes) = (digest, made.bytes.len() as u64);
    copy.media_type = made.media_type.into();
    (copy.places, copy.note) = (made.places, made.note);
    copy.problem = problem;
    Ok(copy)
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
        let why = "it cannot be read, so nobody can say whether struck words stand in it: leave it out with `pouch edit --part`";
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
fn clean(text: &PartText, spans: &[Span], note: String) -> Made {
    let (cleaned, places) = text.cleaned(spans);
    Made { how: CopyMade::CleanText, bytes: cleaned.into_bytes(), media_type: "text/plain", places, note }
}

/// Looks for the words in every byte of a copy and in what our own readers read in it. `None`: none was found.
async fn verify(tools: &Tools, struck: &Struck, made: &Made, digest: Digest) -> Result<Option<String>> {
    let (bytes, words) = (made.bytes.clone(), struck.words.clone());
    let searching = tokio::task::spawn_blocking(move || find_removed(&bytes, &words));
    let Ok(searched) = searching.await else { return Ok(Some("it could not be searched".into())) };
    let mut found = searched.found;
    let (object, size_bytes) = tools.vault.open_object(digest).map_err(unreadable)?;
    let name = if made.how == CopyMade::Pixels { "copy.pdf" } else { "copy.txt" };
    let source = Source::one_file(object, name).map_err(unreadable)?;
    let parts = [("1".to_string(), size_bytes)];
    match reading::read(&tools.pool, &source, &parts, tools.config.extractor.text_bytes).await {
        Ok(readings) => {
            for read in &readings {
                found.extend(find_in_reading(read, &struck.words, "what a reader finds in the copy"));
            }
        }
        Err(error) => return Ok(Some(format!("it could not be read again: {error}"))),
    }
    if !searched.complete {
        return Ok(Some("there is more in it than can be searched".into()));
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

fn unreadable(error: std::io::Error) -> Error {
    Error::Refused(format!("the stored bytes cannot be reached: {error}"))
}
