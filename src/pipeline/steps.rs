//! What the stages load and call before they save. Writes nothing but postponed and held tasks.

use super::{Tools, set_outcome};
use crate::classify::{Classifier, Input};
use crate::domain::authenticity::SignatureCheck;
use crate::domain::classification::{Citation, Classification, Evidence, MessageKind, TextPart};
use crate::domain::extraction::{Extracted, Extraction, Segment, SegmentKind};
use crate::domain::ledger::{Actor, Outcome};
use crate::domain::mailbox::{Settlement, UidKey};
use crate::domain::message::{Body, ParsedMessage, Part, PartKind};
use crate::domain::relation::Likeness;
use crate::domain::submission::{Assigner, Assignment, Content, Manifest, PartRef, State};
use crate::domain::{Digest, FindingCode, MailboxId, MessageId, Problem, ProblemCode, Timestamp};
use crate::sandbox::{self, Source};
use crate::store::message::{CopyLine, MessageLine};
use crate::store::submission::Revision;
use crate::store::task::{Stage, Task};
use crate::store::{self, Tx, message, setting, task};
use crate::{parse, relate};
use futures::StreamExt as _;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// After so many tries that went wrong a person has to look.
const MOST_TRIES: i64 = 5;

/// Why a task could not be done now, in words for a person.
#[derive(Debug)]
pub struct TaskError(pub String);

impl From<store::Error> for TaskError {
    fn from(error: store::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<std::io::Error> for TaskError {
    fn from(error: std::io::Error) -> Self {
        Self(format!("the stored bytes cannot be read: {error}"))
    }
}

/// What became of some tasks: results to save, and tasks that did not go.
pub struct Done<T> {
    pub good: Vec<(Task, T)>,
    pub bad: Vec<(Task, TaskError)>,
}

impl<T> Default for Done<T> {
    fn default() -> Self {
        Self { good: Vec::new(), bad: Vec::new() }
    }
}

impl<T> Done<T> {
    pub fn push(&mut self, task: Task, result: Result<T, TaskError>) {
        match result {
            Ok(value) => self.good.push((task, value)),
            Err(error) => self.bad.push((task, error)),
        }
    }
}

/// Does the same for each task, some at once, and gives the results in order.
pub fn results<T, F>(
    tasks: &[Task],
    at_once: usize,
    step: impl Fn(Task) -> F,
) -> impl futures::Stream<Item = (Task, Result<T, TaskError>)>
where
    F: Future<Output = Result<T, TaskError>>,
{
    let each = futures::stream::iter(tasks.iter().cloned()).map(move |task| {
        let working = step(task.clone());
        async move { (task, working.await) }
    });
    each.buffered(at_once)
}

/// Does the same for each task, several at once; one that fails spoils no other.
pub async fn for_each<T, F>(tasks: &[Task], step: impl Fn(Task) -> F) -> Done<T>
where
    F: Future<Output = Result<T, TaskError>>,
{
    gathered(results(tasks, 8, step)).await
}

/// All results, those that are good and those that are not.
pub async fn gathered<T>(results: impl futures::Stream<Item = (Task, Result<T, TaskError>)>) -> Done<T> {
    results
        .fold(Done::default(), |mut done, (task, result)| async move {
            done.push(task, result);
            done
        })
        .await
}

/// Puts tasks that failed off, growing later; after the last try the message is held and a person decides.
pub async fn postpone_or_hold(tools: &Tools, bad: Vec<(Task, TaskError)>, now: Timestamp) -> store::Result<()> {
    for (failed, TaskError(reason)) in bad {
        tracing::warn!(stage = failed.stage.as_str(), attempts = failed.attempts, reason, "a task did not go");
        let is_message =
            matches!(failed.stage, Stage::Extract | Stage::Recognise | Stage::Classify | Stage::Relate | Stage::Queue);
        if is_message && failed.attempts >= MOST_TRIES {
            let mut tx = tools.store.begin().await?;
            let id = MessageId(failed.subject.clone());
            let words = format!("Pouch gave up at the step \"{}\": {reason}", failed.stage.as_str());
            set_outcome(&mut tx, &Actor::Pouch, &id, Outcome::Held, MessageKind::Unknown, &words, now).await?;
            task::finish(&mut tx, &failed).await?;
            tx.commit().await?;
        } else {
            let wait = Duration::from_secs(5 << failed.attempts.clamp(0, 7));
            task::postpone(&tools.store, &failed, &reason, now + wait).await?;
        }
    }
    Ok(())
}

/// A copy after parsing.
pub struct Parsed {
    pub message: ParsedMessage,
    /// What makes two copies one message.
    pub join_key: String,
    /// Of the copy's bytes.
    pub digest: Digest,
    /// False: the extractor could not parse it at all; there are no parts to read.
    pub readable: bool,
}

/// The subject of a parse task.
pub fn uid_key(key: &UidKey) -> String {
    format!("{}/{}/{}", key.mailbox, key.uidvalidity, key.uid)
}

fn read_uid_key(subject: &str) -> Option<UidKey> {
    let mut pieces = subject.splitn(3, '/');
    let mailbox = MailboxId(pieces.next()?.into());
    Some(UidKey { mailbox, uidvalidity: pieces.next()?.parse().ok()?, uid: pieces.next()?.parse().ok()? })
}

/// Parses the copy of a task; `None` if it was parsed already.
pub async fn parse_copy(tools: &Tools, task: Task) -> Result<Option<(CopyLine, Parsed)>, TaskError> {
    let Some(key) = read_uid_key(&task.subject) else { return Ok(None) };
    let Some(copy) = message::copy(&tools.store, &key).await? else { return Ok(None) };
    let (Settlement::Received, Some(digest)) = (copy.settlement, copy.digest) else { return Ok(None) };
    let parsed = match tools.pool.parse(&source(tools, digest)?).await {
        Ok(message) => {
            let join_key = message.fingerprint.to_string();
            Parsed { message, join_key, digest, readable: true }
        }
        // The bytes end every child that reads them: a person has to look, and the bytes are kept.
        Err(error) if task.attempts >= 2 => unreadable(digest, &error),
        Err(error) => return Err(TaskError(format!("the mail could not be parsed: {error}"))),
    };
    Ok(Some((copy, parsed)))
}

fn unreadable(digest: Digest, error: &sandbox::Error) -> Parsed {
    let problem = Problem::new(ProblemCode::BrokenStructure, format!("The mail could not be parsed: {error}."));
    let mut message = ParsedMessage::empty(Body::nothing());
    message.problems.push(problem);
    (message.fingerprint, message.kinship) = (digest, digest);
    Parsed { message, join_key: format!("bytes:{digest}"), digest, readable: false }
}

/// Notes on a new message and on those that claim the same Message-ID that they do, or that they look like one message but
/// for a footer. On both: which of them is read first is chance.
pub async fn compare_with_kin(
    tx: &mut Tx,
    id: &MessageId,
    parsed: &ParsedMessage,
    known: Vec<Problem>,
) -> store::Result<()> {
    let Some(header) = &parsed.message_id_header else { return Ok(()) };
    let (mut problems, count) = (known.clone(), known.len());
    for (other, kinship) in message::same_header(tx, header, id).await? {
        let is_kin = kinship == parsed.kinship.to_string();
        problems.push(same_header(&other, is_kin));
        let mut of_other = message::problems(tx, &other).await?;
        of_other.push(same_header(id, is_kin));
        message::set_problems(tx, &other, &of_other).await?;
    }
    if problems.len() > count {
        message::set_problems(tx, id, &problems).await?;
    }
    Ok(())
}

fn same_header(other: &MessageId, is_kin: bool) -> Problem {
    if is_kin {
        Problem::new(
            ProblemCode::ProbablySameMessage,
            format!(
                "Sender, date, subject and Message-ID are those of message {other}; only the text or a file differs, as when a list adds a footer."
            ),
        )
    } else {
        Problem::new(
            ProblemCode::SameMessageIdOtherContent,
            format!("Message {other} claims the same Message-ID, but has other content."),
        )
    }
}

/// The stored bytes of a message, for a child to read.
pub fn source(tools: &Tools, digest: Digest) -> std::io::Result<Source> {
    let (file, size_bytes) = tools.vault.open_object(digest)?;
    Ok(Source::message(file, size_bytes))
}

/// What a task is about must be there.
pub fn known<T>(found: Option<T>) -> Result<T, TaskError> {
    found.ok_or_else(|| TaskError("the row that the task is about is not there".into()))
}

/// The texts of a message in the order of reading: its body, its files, and what attached messages hold.
pub async fn texts_of(tools: &Tools, parsed: &ParsedMessage) -> store::Result<Vec<TextPart>> {
    first_texts_of(tools, parsed, usize::MAX).await
}

/// The same, but no further text once there is more than `enough_bytes`: what nobody will look at is not loaded.
async fn first_texts_of(tools: &Tools, parsed: &ParsedMessage, enough_bytes: usize) -> store::Result<Vec<TextPart>> {
    let bytes = |text: &TextPart| text.segments.iter().map(|segment| segment.text.len()).sum::<usize>();
    let mut texts = vec![body_text("body".into(), parsed)];
    for part in parsed.all_parts() {
        if texts.iter().map(bytes).sum::<usize>() > enough_bytes {
            break;
        }
        match (&part.message, part.kind) {
            (Some(inner), _) => texts.push(body_text(format!("{}.body", part.path), inner)),
            (None, PartKind::Attachment) => {
                let Some(extraction) = message::extraction(&tools.store, part.digest).await? else { continue };
                texts.extend(file_text(part, extraction));
            }
            (None, PartKind::Inline | PartKind::Message | PartKind::Archive) => {}
        }
    }
    Ok(texts)
}

/// One text of a message, by its path; `None`: there is no such part, or it gave no text.
///
/// # Errors
/// If the store does not answer.
pub async fn text_of(tools: &Tools, parsed: &ParsedMessage, path: &str) -> store::Result<Option<TextPart>> {
    if path == "body" {
        return Ok(Some(body_text("body".into(), parsed)));
    }
    for part in parsed.all_parts() {
        match &part.message {
            Some(inner) if path.strip_suffix(".body") == Some(part.path.as_str()) => {
                return Ok(Some(body_text(path.into(), inner)));
            }
            None if part.path == path && part.kind == PartKind::Attachment => {
                let extraction = message::extraction(&tools.store, part.digest).await?;
                return Ok(extraction.and_then(|one| file_text(part, one)));
            }
            Some(_) | None => {}
        }
    }
    Ok(None)
}

/// What a file says, if it gave text.
pub(super) fn file_text(part: &Part, extraction: Extraction) -> Option<TextPart> {
    let segments = extraction.segments().to_vec();
    (!segments.is_empty()).then(|| TextPart {
        path: part.path.clone(),
        name: part.name.clone(),
        digest: part.digest,
        segments,
        own: None,
        title: extraction.title,
    })
}

pub(super) fn body_text(path: String, parsed: &ParsedMessage) -> TextPart {
    let text = parsed.body.text.clone();
    TextPart {
        path,
        name: None,
        digest: Digest::of(text.as_bytes()),
        segments: vec![Segment::new(1, SegmentKind::Body, text)],
        own: Some(parsed.body.own.clone()),
        title: None,
    }
}

/// Text of one message that is classified, in bytes: some three hundred pages. What is more is kept and shown, and a
/// person reads it; the classifier holds its text several times over.
const CLASSIFIED_BYTES: usize = 1 << 20;

/// Leaves the beginning of the texts, so that offsets stay what they are; says whether something was left out.
pub(super) fn leave_beginning(texts: &mut Vec<TextPart>) -> bool {
    let mut left = CLASSIFIED_BYTES;
    let mut is_cut = false;
    for text in texts.iter_mut() {
        for segment in &mut text.segments {
            if segment.text.len() > left {
                segment.text.truncate(segment.text.floor_char_boundary(left));
                is_cut = true;
            }
            left -= segment.text.len();
        }
        let with_words = text.segments.iter().rposition(|segment| !segment.text.is_empty()).map_or(0, |at| at + 1);
        text.segments.truncate(with_words);
    }
    texts.retain(|text| text.path == "body" || !text.segments.is_empty());
    is_cut
}

/// A message with what the classifier says, what its signatures are worth, and what makes it comparable.
pub struct Classified {
    pub line: MessageLine,
    pub says: Classification,
    pub signatures: Option<Vec<SignatureCheck>>,
    pub likeness: Likeness,
}

/// What a classifier is given of a message, and whether something was left out.
pub async fn texts_to_classify(tools: &Tools, parsed: &ParsedMessage) -> store::Result<(Vec<TextPart>, bool)> {
    let mut texts = first_texts_of(tools, parsed, CLASSIFIED_BYTES).await?;
    // An invitation or a contact card that lies with a paper is no text of the paper.
    let cards: BTreeSet<String> =
        parsed.all_parts().iter().filter(|part| is_card(&part.media_type)).map(|part| part.path.clone()).collect();
    texts.retain(|text| !cards.contains(&text.path));
    let is_cut = leave_beginning(&mut texts);
    Ok((texts, is_cut))
}

/// Lets through only what stands in the texts.
pub fn leave_what_stands(classified: &mut Classification, texts: &[TextPart]) {
    let source = |part: &str| texts.iter().find(|text| text.path == part).map(|text| joined(&text.segments));
    let stands = |one: &Evidence| source(&one.part).is_some_and(|text| crate::classify::check_evidence(&text, one));
    for one in &mut classified.assignments {
        one.evidence.retain(stands);
    }
    classified.assignments.retain(|one| !one.evidence.is_empty());
    classified.wishes.retain(|wish| stands(&wish.evidence));
    let cites = |one: &Citation| source(&one.part).is_some_and(|text| crate::classify::check_citation(&text, one));
    classified.citations.retain(cites);
}

/// Puts tasks off that cannot be done before a person has acted, with the reason.
pub async fn put_off(tools: &Tools, tasks: &[Task], reason: &str, now: Timestamp) -> store::Result<()> {
    for task in tasks {
        task::postpone(&tools.store, task, reason, now + task::LEASE).await?;
    }
    Ok(())
}

/// Classifies the message of a task; only evidence that stands in the source is let through.
pub async fn classify_message(
    tools: &Tools,
    classifier: &Arc<Classifier>,
    task: Task,
) -> Result<Classified, TaskError> {
    let id = MessageId(task.subject.clone());
    let line = known(message::line(&tools.store, &id).await?)?;
    let parsed = message::parsed(&tools.store, &id).await?;
    let (texts, is_cut) = texts_to_classify(tools, &parsed).await?;
    let classifier = classifier.clone();
    // Pure work on a stranger's text: on a thread of its own, where a panic ends this message and nothing else.
    let work = tokio::task::spawn_blocking(move || {
        let classified = classifier.classify(&Input { message: &parsed, texts: texts.clone() });
        let likeness = relate::likeness(&id, &parsed, &classified, &texts, parse::is_forward(&parsed.subject));
        (classified, texts, likeness)
    });
    let (mut classified, texts, likeness) =
        work.await.map_err(|_| TaskError("the classifier broke down on this text".into()))?;
    leave_what_stands(&mut classified, &texts);
    if is_cut {
        let words = "there is more text than Pouch classifies: only the beginning was looked at, one megabyte of text";
        classified.reason = format!("{}; {words}", classified.reason);
    }
    for part in &line.summary.parts {
        let read = message::extraction(&tools.store, part.digest).await?;
        let found = read.and_then(|read| read.findings.into_iter().find(|one| one.code == FindingCode::Malware));
        if let Some(found) = found {
            let name = part.name.clone().unwrap_or_else(|| format!("part {}", part.path));
            classified.unsure = true;
            classified.reason = format!("{name}: {} {}", found.detail, classified.reason);
        }
    }
    if let Some(problem) = line.problems.iter().find(|one| one.code.holds()) {
        classified.unsure = true;
        classified.reason = format!("{} {}", problem.detail, classified.reason);
    }
    let signatures = super::senders::signatures(tools, line.digest).await?;
    Ok(Classified { line, says: classified, signatures, likeness })
}

/// The whole text of a part: what evidence offsets count in.
pub fn joined(segments: &[Segment]) -> String {
    segments.iter().map(|segment| segment.text.as_str()).collect::<Vec<_>>().join("\n")
}

/// What the queue stage needs; `None` if the message is no submission any more.
pub async fn load_for_queue(tools: &Tools, task: Task) -> Result<Option<(MessageLine, Classification)>, TaskError> {
    let id = MessageId(task.subject.clone());
    let line = known(message::line(&tools.store, &id).await?)?;
    if line.outcome != Outcome::Submission {
        return Ok(None);
    }
    let classified = known(message::classified(&tools.store, &id).await?)?;
    let mut readable = line;
    // Nobody can read what is locked: it is no content until the sender unlocks it.
    for at in (0..readable.summary.parts.len()).rev() {
        let read = message::extraction(&tools.store, readable.summary.parts[at].digest).await?;
        if read.is_some_and(|read| matches!(read.extracted, Extracted::Locked)) {
            readable.summary.parts.remove(at);
        }
    }
    Ok(Some((readable, classified)))
}

/// What Pouch proposes as the content of a new input.
pub fn proposed_content(line: &MessageLine, classified: &Classification) -> Content {
    let assignments = classified.assignments.iter().map(|one| Assignment {
        recommendation: one.recommendation.clone(),
        confidence: one.confidence,
        evidence: one.evidence.clone(),
        assigner: Assigner::Classifier(classified.classifier.clone()),
    });
    Content {
        title: classified.title.clone(),
        title_source: classified.title_source.clone(),
        submitter: classified.submitter.clone(),
        languages: classified.languages.clone(),
        parts: parts_of_input(line, classified),
        assignments: assignments.collect(),
        redactions: Vec::new(),
        areas: Vec::new(),
    }
}

/// Which parts make up an input at first: its files, those in archives one by one and in the order of the tree; the
/// mail's own text only where no file gave any.
pub fn parts_of_input(line: &MessageLine, classified: &Classification) -> Vec<PartRef> {
    let of = |path: &str| PartRef { message: line.id.clone(), path: path.into() };
    let mut parts = Vec::new();
    // Every part that gave text has a language.
    let is_read = |path: &str| classified.part_languages.iter().any(|(read, _)| read == path);
    let files: Vec<_> =
        line.summary.parts.iter().filter(|part| super::is_file(part.kind) && !is_card(&part.media_type)).collect();
    if !files.iter().any(|part| is_read(&part.path)) {
        parts.push(of("body"));
        let inner = line.summary.parts.iter().filter(|part| part.kind == PartKind::Message);
        parts.extend(inner.map(|part| of(&format!("{}.body", part.path))));
    }
    parts.extend(files.iter().map(|part| of(&part.path)));
    parts
}

/// Calendar entries, contact cards and signatures go with a mail; they are never what somebody submits.
pub(super) fn is_card(media_type: &str) -> bool {
    let of_signatures = ["application/pkcs7-signature", "application/pgp-signature", "application/pgp-encrypted"];
    matches!(media_type, "text/calendar" | "text/vcard") || of_signatures.contains(&media_type)
}

/// What was approved, checked against the digest that the approval fixed.
pub fn approved_manifest(revision: &Revision) -> Result<Manifest, String> {
    let State::Approved { manifest: fixed, .. } = &revision.state else {
        return Err("the revision is not approved".into());
    };
    let json = revision.manifest.as_deref().unwrap_or_default();
    if Manifest::digest_of(json) != *fixed {
        return Err("what would be published is not what was approved; reopen and approve it again".into());
    }
    serde_json::from_str(json).map_err(|error| format!("what was approved cannot be read: {error}"))
}

/// Whether a person has confirmed the catalogue that is in use.
pub async fn catalogue_confirmed(tools: &Tools) -> store::Result<bool> {
    let confirmed = setting::get(&tools.store, "catalogue confirmed").await?;
    Ok(confirmed.is_some_and(|digest| digest == tools.catalogue.digest().to_string()))
}
