//! What the stages that read files load and call before they save: text first, then the words in pictures.

use super::steps::{TaskError, known, source};
use super::{Tools, reading};
use crate::domain::extraction::Extraction;
use crate::domain::ledger::{Actor, Event, Outcome};
use crate::domain::message::{ParsedMessage, PartKind};
use crate::domain::submission::State;
use crate::domain::{Digest, Finding, FindingCode, MessageId, Problem, ProblemCode, SubmissionId, Timestamp};
use crate::language;
use crate::malware::{self, Verdict};
use crate::sandbox::Source;
use crate::store::message::PartLine;
use crate::store::task::{Stage, Task};
use crate::store::{self, Store, ledger, message, submission, task};
use std::collections::BTreeSet;
use std::path::Path;

/// The files of a message after reading, and where it goes from there; `None`: it is where it belongs.
pub struct PartsRead {
    pub extractions: Vec<(Digest, Extraction)>,
    pub next: Option<Stage>,
}

/// Text that one step holds in memory, in bytes; with more it saves and goes on later.
pub const HELD_BYTES: usize = 4 << 20;

/// Most files that are read between two looks at how much text there is, and how large they may be together, in bytes.
const FILES_AT_ONCE: usize = 8;
const BYTES_AT_ONCE: u64 = 1 << 20;

impl PartsRead {
    /// Of all texts.
    pub fn text_bytes(&self) -> usize {
        let segments = self.extractions.iter().flat_map(|(_, extraction)| extraction.segments());
        segments.map(|segment| segment.text.len()).sum()
    }
}

/// Reads the files of a message that were not read before; those that would be too much at once are read by the next step.
pub async fn read_parts(tools: &Tools, task: Task) -> Result<PartsRead, TaskError> {
    let line = known(message::line(&tools.store, &MessageId(task.subject.clone())).await?)?;
    let mut unread = Vec::new();
    let mut asked = BTreeSet::new();
    let mut awaits_recognition = false;
    for part in line.summary.parts.iter().filter(|part| !matches!(part.kind, PartKind::Message | PartKind::Archive)) {
        if !asked.insert(part.digest) {
            continue;
        }
        match message::extraction(&tools.store, part.digest).await? {
            Some(read) => awaits_recognition |= awaits(part, &read),
            None => unread.push(part),
        }
    }
    let mut read = PartsRead { extractions: Vec::with_capacity(unread.len()), next: None };
    let source = source(tools, line.digest)?;
    let mut rest = unread.as_slice();
    while !rest.is_empty() {
        let mut bytes = 0;
        let fits = rest.iter().take(FILES_AT_ONCE).take_while(|part| {
            bytes += part.size_bytes;
            bytes <= BYTES_AT_ONCE
        });
        let (some, later) = rest.split_at(fits.count().max(1));
        rest = later;
        if read.text_bytes() > HELD_BYTES {
            read.next = Some(Stage::Extract);
            return Ok(read);
        }
        let wanted: Vec<(String, u64)> = some.iter().map(|part| (part.path.clone(), part.size_bytes)).collect();
        let texts = reading::read(&tools.pool, &source, &wanted, tools.config.extractor.text_bytes).await;
        let texts = texts.map_err(|error| TaskError(error.to_string()))?;
        for (part, mut extraction) in some.iter().zip(texts) {
            if let Some(socket) = &tools.config.extractor.clamd {
                note_malware(tools, socket, &source, &part.path, &mut extraction).await?;
            }
            if awaits(part, &extraction) {
                awaits_recognition = true;
                if !reading::can_recognise(&tools.pool).await {
                    extraction = reading::without_recognition(extraction);
                }
            }
            read.extractions.push((part.digest, extraction));
        }
    }
    let recognise = awaits_recognition && reading::can_recognise(&tools.pool).await;
    read.next = Some(if recognise { Stage::Recognise } else { Stage::Classify });
    Ok(read)
}

/// Has a part scanned. While ClamAV does not answer the task waits: nothing goes on unscanned that should be scanned.
async fn note_malware(
    tools: &Tools,
    socket: &Path,
    source: &Source,
    path: &str,
    extraction: &mut Extraction,
) -> Result<(), TaskError> {
    let (mut into, from) = tokio::io::duplex(1 << 16);
    let give = async {
        let given = tools.pool.part_bytes(source, path, &mut into).await;
        drop(into);
        given
    };
    let (given, verdict) = tokio::join!(give, malware::scan(socket, from));
    match (given, verdict.map_err(TaskError)?) {
        (Ok(()), Verdict::Clean) => {}
        (Ok(()), Verdict::Found(name)) => {
            let detail = format!("ClamAV calls it harmful: {name}. Do not open it.");
            extraction.findings.insert(0, Finding::new(FindingCode::Malware, detail));
        }
        (Ok(()), Verdict::NotScanned(why)) => {
            let detail = format!("It was not scanned for harmful software: {why}.");
            extraction.problems.push(Problem::new(ProblemCode::NotScanned, detail));
        }
        (Err(error), _) => {
            // What the reader cannot even copy out cannot be opened by anybody's click in Pouch either.
            let detail = format!("It was not scanned for harmful software: {error}.");
            extraction.problems.push(Problem::new(ProblemCode::NotScanned, detail));
        }
    }
    Ok(())
}

/// Whether its pictures are to be recognised: those of files, not the logo in a signature.
fn awaits(part: &PartLine, extraction: &Extraction) -> bool {
    part.kind == PartKind::Attachment && !extraction.pages_awaiting_recognition().is_empty()
}

/// Recognises the words in the pictures of a message.
pub async fn recognise_parts(tools: &Tools, task: Task) -> Result<PartsRead, TaskError> {
    let line = known(message::line(&tools.store, &MessageId(task.subject.clone())).await?)?;
    let mut extractions: Vec<(Digest, Extraction)> = Vec::new();
    let languages = likely_languages(&message::parsed(&tools.store, &line.id).await?);
    for part in &line.summary.parts {
        let Some(extraction) = message::extraction(&tools.store, part.digest).await? else { continue };
        if !awaits(part, &extraction) || extractions.iter().any(|(done, _)| *done == part.digest) {
            continue;
        }
        let (pool, limits) = (&tools.pool, &tools.config.extractor);
        let source = source(tools, line.digest)?;
        let read = reading::recognise(pool, limits, &source, &part.path, extraction, &languages).await;
        extractions.push((part.digest, read));
    }
    // What a person decided upon, or Pouch has shown with a person's changes, is not classified anew.
    let is_settled_by_person = match &line.submission {
        Some(id) => !is_untouched(tools, id).await?,
        None => outcome_was_set_by_person(tools, &line.id).await?,
    };
    Ok(PartsRead { extractions, next: (!is_settled_by_person).then_some(Stage::Classify) })
}

/// The languages of the covering mail.
pub(super) fn likely_languages(parsed: &ParsedMessage) -> Vec<String> {
    match language::detect(&parsed.body.own_text()) {
        "other" | "uncertain" => Vec::new(),
        code => vec![code.into()],
    }
}

async fn is_untouched(tools: &Tools, id: &SubmissionId) -> store::Result<bool> {
    let revisions = submission::revisions(&tools.store, Some(id)).await?;
    Ok(revisions.iter().all(|one| matches!(one.state, State::Queued) && one.edition == 1 && one.number == 1))
}

async fn outcome_was_set_by_person(tools: &Tools, id: &MessageId) -> store::Result<bool> {
    let history = ledger::about(&tools.store, std::slice::from_ref(&id.0)).await?;
    let last = history.into_iter().rev().find(|entry| matches!(entry.event, Event::OutcomeSet { .. }));
    Ok(last.is_some_and(|entry| matches!(entry.actor, Actor::Person(_))))
}

/// Has every message whose pictures of text could not be recognised before recognised now.
///
/// # Errors
/// If the store does not answer.
pub async fn recognise_what_waits(store: &Store, now: Timestamp) -> store::Result<()> {
    let waiting = message::awaiting_recognition(store).await?;
    if waiting.is_empty() {
        return Ok(());
    }
    let lines = message::lines(store, None).await?;
    let concerned = lines.iter().filter(|line| {
        line.summary.parts.iter().any(|part| part.kind == PartKind::Attachment && waiting.contains(&part.digest))
    });
    let mut tx = store.begin().await?;
    for line in concerned.filter(|line| line.outcome != Outcome::Pending) {
        task::add(&mut tx, Stage::Recognise, line.id.as_str(), now).await?;
    }
    tx.commit().await
}
