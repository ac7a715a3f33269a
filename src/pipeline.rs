//! The way of a message. Read this file first; it decides the order of things and nothing about their substance.
//!
//! ```text
//! receive   UID               -> mailbox copy          src/receive
//! parse     mailbox copy      -> message, parsed       src/parse
//! extract   attachment        -> text                  src/extract
//! recognise picture of text   -> text                  src/tool_runner
//! classify  text, catalogue   -> kind, assignments     src/classify
//! relate    two messages      -> proposals             src/relate
//! queue     assignments       -> revision, Queued      src/pipeline.rs
//! review    (a person)        -> decision              src/review.rs
//! publish   approved revision -> public page           src/publish
//! audit     ledger            -> report                src/audit
//! letters   what happened     -> mail of our own       src/letters, src/smtp.rs
//! tell      what happened     -> programs elsewhere    src/webhook.rs
//! ```
//!
//! Every stage has one shape: load, call a pure function, save the result, the ledger entry and the next task in one
//! transaction. A step may run twice; the second run changes nothing. Stages take several tasks at once, so that one
//! durable transaction serves them all; a task that fails alone is postponed alone.

pub mod alone;
mod door;
mod erase;
mod files;
mod hooks;
mod model;
pub mod pages;
mod post;
pub mod reading;
mod received;
mod relations;
mod seal;
mod senders;
mod site;
mod steps;
mod wishes;

pub use door::{open_mailbox, settle, take_in, take_one_in, take_up, vanish};
pub use erase::{due_for_erasure, erase_what_is_due, remove_erased_files};
pub use files::recognise_what_waits;
pub use hooks::{look_for_events, webhook_id};
pub use model::{ModelInUse, is_untouched, read_model, says, write_model};
pub use post::{add_letters, in_call_zone, receipt_number, resend};
pub use received::{BY_HAND, IMPORT, received};
pub use seal::seal;
pub use site::{public_input, public_site, write_front};
pub use steps::{TaskError, catalogue_confirmed, joined, source, text_of, texts_of};

use crate::config::Config;
use crate::domain::catalogue::Catalogue;
use crate::domain::classification::{Classification, MessageKind};
use crate::domain::ledger::{Actor, EditKind, Event, Outcome};
use crate::domain::mailbox::Settlement;
use crate::domain::message::PartKind;
use crate::domain::submission::{Change, Content, Manifest, State};
use crate::domain::{Digest, MessageId, Problem, RevisionId, SubmissionId, Timestamp};
use crate::resolve::Resolver;
use crate::sandbox::Pool;
use crate::store::message::{CopyLine, NewMessage};
use crate::store::submission::Revision;
use crate::store::task::{Stage, Task};
use crate::store::{self, Store, Tx, judgement, ledger, letter, message, relation, sender, submission, task};
use crate::vault::Vault;
use futures::StreamExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use steps::{Done, for_each, uid_key};

/// What the stages work with.
#[derive(Clone)]
pub struct Tools {
    pub store: Store,
    pub vault: Vault,
    pub pool: Pool,
    pub classifier: Arc<ModelInUse>,
    pub catalogue: Arc<Catalogue>,
    pub config: Arc<Config>,
    /// Who is asked for keys of signatures, if anybody.
    pub resolver: Option<Resolver>,
    /// Where the public pages are written.
    pub public_dir: PathBuf,
    /// Pictures of pages that were drawn.
    pub pages: pages::Shelf,
}

/// Works some tasks of one stage; every one of them is finished, moved on or postponed on return.
///
/// # Errors
/// Only if the store does not answer: nothing is lost, and the work is done again.
pub async fn work(tools: &Tools, stage: Stage, tasks: &[Task], now: Timestamp) -> store::Result<()> {
    match stage {
        Stage::Parse => parse(tools, tasks, now).await,
        Stage::Extract => extract(tools, tasks, now).await,
        Stage::Recognise => recognise(tools, tasks, now).await,
        Stage::Classify => classify(tools, tasks, now).await,
        Stage::Relate => relate(tools, tasks, now).await,
        Stage::Queue => queue(tools, tasks, now).await,
        Stage::Publish => publish(tools, tasks, now).await,
        Stage::Site => site::write(tools, tasks, now).await,
        Stage::Acknowledge => post::acknowledge(tools, tasks, now).await,
        Stage::Send => post::send(tools, tasks, now).await,
        Stage::Tell => hooks::tell(tools, tasks, now).await,
    }
}

/// mailbox copy -> message
async fn parse(tools: &Tools, tasks: &[Task], now: Timestamp) -> store::Result<()> {
    let done = for_each(tasks, |task| steps::parse_copy(tools, task)).await;
    let mut tx = tools.store.begin().await?;
    for (task, parsed) in &done.good {
        match parsed {
            Some((copy, parsed)) => save_parsed(&mut tx, tools, task, copy, parsed, now).await?,
            None => task::finish(&mut tx, task).await?,
        }
    }
    tx.commit().await?;
    steps::postpone_or_hold(tools, done.bad, now).await
}

async fn save_parsed(
    tx: &mut Tx,
    tools: &Tools,
    task: &Task,
    copy: &CopyLine,
    parsed: &steps::Parsed,
    now: Timestamp,
) -> store::Result<()> {
    let mut id = MessageId::new(now);
    let (says, of_sender) = senders::of(tools, copy, &parsed.message);
    let problems: Vec<Problem> = parsed.message.problems.iter().cloned().chain(of_sender).collect();
    let new = NewMessage {
        id: &id,
        join_key: &parsed.join_key,
        parsed: &parsed.message,
        first_seen: copy.first_seen,
        digest: parsed.digest,
        problems: &problems,
    };
    let settlement = match message::add(tx, &new).await? {
        None => {
            steps::compare_with_kin(tx, &id, &parsed.message, problems).await?;
            let next = if parsed.readable { Stage::Extract } else { Stage::Classify };
            task::advance(tx, task, next, id.as_str(), now).await?;
            Settlement::Taken
        }
        Some(known) => {
            message::seen_since(tx, &known, copy.first_seen).await?;
            erase::erase_if_known_as_erased(tx, &known, copy.digest, now).await?;
            if parsed.readable {
                task::finish(tx, task).await?;
            } else {
                task::advance(tx, task, Stage::Classify, known.as_str(), now).await?;
            }
            id = known;
            Settlement::Copy
        }
    };
    message::join_copy(tx, &copy.key, settlement, &id).await?;
    if let Some(says) = &says {
        sender::set_server_says(tx, &copy.key, says).await?;
    }
    let event = Event::Joined { uid: copy.key.clone(), settlement, message: id };
    ledger::append(tx, &Actor::Pouch, &[event], now).await
}

/// attachment -> text
async fn extract(tools: &Tools, tasks: &[Task], now: Timestamp) -> store::Result<()> {
    let mut results = std::pin::pin!(steps::results(tasks, 4, |task| files::read_parts(tools, task)));
    let (mut done, mut held_bytes) = (Done::default(), 0);
    while let Some((task, result)) = results.next().await {
        held_bytes += result.as_ref().map_or(0, files::PartsRead::text_bytes);
        done.push(task, result);
        // Long texts are not kept in memory until the whole batch is read.
        if held_bytes > files::HELD_BYTES {
            save_read(tools, std::mem::take(&mut done), now).await?;
            held_bytes = 0;
        }
    }
    save_read(tools, done, now).await
}

/// picture of text -> text
async fn recognise(tools: &Tools, tasks: &[Task], now: Timestamp) -> store::Result<()> {
    let done = for_each(tasks, |task| files::recognise_parts(tools, task)).await;
    save_read(tools, done, now).await
}

async fn save_read(tools: &Tools, done: Done<files::PartsRead>, now: Timestamp) -> store::Result<()> {
    let mut tx = tools.store.begin().await?;
    for (task, read) in &done.good {
        for (content, extraction) in &read.extractions {
            message::keep_extraction(&mut tx, *content, extraction).await?;
        }
        match read.next {
            Some(stage) => task::advance(&mut tx, task, stage, &task.subject, now).await?,
            None => task::finish(&mut tx, task).await?,
        }
    }
    tx.commit().await?;
    steps::postpone_or_hold(tools, done.bad, now).await
}

/// text, catalogue -> kind, assignments
async fn classify(tools: &Tools, tasks: &[Task], now: Timestamp) -> store::Result<()> {
    let classifier = match tools.classifier.current(&tools.store).await {
        Ok(classifier) => classifier,
        // Never silently another one: what is due waits, and the page says why.
        Err(why) => return steps::put_off(tools, tasks, &why, now).await,
    };
    // Two at once: it is work for processors, and each holds its texts in memory.
    let done = steps::results(tasks, 2, |task| steps::classify_message(tools, &classifier, task));
    let done = steps::gathered(done).await;
    let mut tx = tools.store.begin().await?;
    for (task, steps::Classified { line, says: classified, signatures, likeness }) in &done.good {
        let id = line.id.clone();
        if let Some(signatures) = signatures {
            sender::set_signatures(&mut tx, &id, signatures).await?;
        }
        message::set_classified(&mut tx, &id, classified).await?;
        wishes::keep(&mut tx, &id, &classified.wishes, now).await?;
        relation::keep_likeness(&mut tx, likeness, &crate::relate::keys(likeness)).await?;
        task::advance(&mut tx, task, Stage::Relate, &task.subject, now).await?;
        if line.submission.is_some() || line.outcome == Outcome::Submission {
            // Read again, or a person said so: it stays the submission that it is.
            continue;
        }
        let outcome = outcome_of(classified);
        set_outcome(&mut tx, &Actor::Pouch, &id, outcome, classified.kind, &classified.reason, now).await?;
    }
    tx.commit().await?;
    steps::postpone_or_hold(tools, done.bad, now).await
}

/// What a message is to us by what the classifier says of it.
fn outcome_of(classified: &Classification) -> Outcome {
    match classified.kind {
        _ if classified.unsure => Outcome::Held,
        MessageKind::Submission | MessageKind::Correction => Outcome::Submission,
        // Somebody takes an input or a mail back: a person has to act on it, and soon.
        MessageKind::Withdrawal | MessageKind::Recall | MessageKind::Unknown => Outcome::Held,
        MessageKind::Query
        | MessageKind::Registration
        | MessageKind::AutoReply
        | MessageKind::Bounce
        | MessageKind::Spam
        | MessageKind::Personal
        | MessageKind::Acknowledgement
        | MessageKind::Newsletter
        | MessageKind::Calendar => Outcome::SetAside,
    }
}

/// two messages -> proposals. An input comes into the queue only after that: nobody shall approve a copy, or an old version,
/// before it is told. A message that came out of order is compared with those after it, too.
async fn relate(tools: &Tools, tasks: &[Task], now: Timestamp) -> store::Result<()> {
    let done = for_each(tasks, |task| relations::compare(tools, task)).await;
    let mut tx = tools.store.begin().await?;
    for (task, relations::Compared { found, is_input }) in &done.good {
        if *is_input {
            task::advance(&mut tx, task, Stage::Queue, &task.subject, now).await?;
        } else {
            task::finish(&mut tx, task).await?;
        }
        for one in found {
            relations::propose(&mut tx, &task.subject, one, now).await?;
        }
    }
    tx.commit().await?;
    steps::postpone_or_hold(tools, done.bad, now).await
}

/// Says what a message is to us, in its row and in the ledger.
///
/// # Errors
/// If the store does not answer.
pub async fn set_outcome(
    tx: &mut Tx,
    actor: &Actor,
    id: &MessageId,
    outcome: Outcome,
    kind: MessageKind,
    reason: &str,
    now: Timestamp,
) -> store::Result<()> {
    message::set_outcome(tx, id, outcome, kind, reason).await?;
    let reason = ledger::commit_to(tx, reason).await?;
    ledger::append(tx, actor, &[Event::OutcomeSet { message: id.clone(), outcome, kind, reason }], now).await
}

/// assignments -> revision, Queued
async fn queue(tools: &Tools, tasks: &[Task], now: Timestamp) -> store::Result<()> {
    let done = for_each(tasks, |task| steps::load_for_queue(tools, task)).await;
    let mut tx = tools.store.begin().await?;
    for (task, loaded) in &done.good {
        if let Some((line, classified)) = loaded {
            let mut content = steps::proposed_content(line, classified);
            match &line.submission {
                Some(known) => {
                    content.take_out(&judgement::removed(&mut tx, known).await?);
                    replace_untouched(&mut tx, tools, known, content, &classified.classifier, now).await?;
                }
                None => {
                    let id = SubmissionId::new(now);
                    add_submission(&mut tx, &Actor::Pouch, &id, line.first_seen, now).await?;
                    if tools.config.acknowledge.on {
                        task::add(&mut tx, Stage::Acknowledge, id.as_str(), now).await?;
                    }
                    message::set_submission(&mut tx, &line.id, Some(&id)).await?;
                    if let Some(former) = judgement::former(&mut tx, &line.id).await? {
                        judgement::carry_removed(&mut tx, &former, &id).await?;
                        content.take_out(&judgement::removed(&mut tx, &id).await?);
                    }
                    add_revision(&mut tx, &Actor::Pouch, &id, 1, content, now).await?;
                }
            }
        }
        task::finish(&mut tx, task).await?;
    }
    tx.commit().await?;
    steps::postpone_or_hold(tools, done.bad, now).await
}

/// Puts what was read again in the place of what Pouch proposed before, if no person has touched that yet.
async fn replace_untouched(
    tx: &mut Tx,
    tools: &Tools,
    id: &SubmissionId,
    content: Content,
    reader: &str,
    now: Timestamp,
) -> store::Result<()> {
    let revisions = submission::revisions_in(tx, id).await?;
    let [revision] = revisions.as_slice() else { return Ok(()) };
    // Another message that belongs to it, a copy on another way, does not speak for it.
    let message = |content: &Content| content.parts.first().map(|part| part.message.clone());
    if message(&revision.content) != message(&content)
        || revision.content == content
        || !is_untouched(&tools.store, revision).await?
    {
        return Ok(());
    }
    submission::set_content(tx, revision, &content).await?;
    let event = Event::Edited {
        revision: revision.id.clone(),
        edition: revision.edition + 1,
        content: content_digest(&content)?,
        what: EditKind::ReadAgain,
        reason: ledger::commit_to(tx, &format!("it was read again, by {reader}")).await?,
    };
    ledger::append(tx, &Actor::Pouch, &[event], now).await
}

/// Adds a submission with its running number, in its row and in the ledger.
///
/// # Errors
/// If the store does not answer.
pub async fn add_submission(
    tx: &mut Tx,
    actor: &Actor,
    id: &SubmissionId,
    received_at: Timestamp,
    now: Timestamp,
) -> store::Result<()> {
    let number = letter::next_number(tx, "receipts").await?;
    submission::add(tx, id, received_at, number).await?;
    ledger::append(tx, actor, &[Event::Numbered { submission: id.clone(), number }], now).await
}

/// Adds a queued revision, in its row and in the ledger.
///
/// # Errors
/// If the store does not answer.
pub async fn add_revision(
    tx: &mut Tx,
    actor: &Actor,
    id: &SubmissionId,
    number: u32,
    content: Content,
    now: Timestamp,
) -> store::Result<RevisionId> {
    let revision = Revision {
        id: RevisionId::new(now),
        submission: id.clone(),
        number,
        edition: 1,
        state: State::Queued,
        content,
        manifest: None,
        created_at: now,
    };
    submission::add_revision(tx, &revision).await?;
    let event = Event::Queued {
        submission: id.clone(),
        revision: revision.id.clone(),
        number,
        parts: revision.content.parts.clone(),
        content: content_digest(&revision.content)?,
    };
    ledger::append(tx, actor, &[event], now).await?;
    Ok(revision.id)
}

/// Of a revision's content as it is stored: what the ledger says was queued or edited.
///
/// # Errors
/// If the content cannot be written as JSON.
pub fn content_digest(content: &Content) -> store::Result<Digest> {
    Ok(Digest::of(store::rows::json(content)?.as_bytes()))
}

/// approved revision -> Published; the pages follow as a task of their own
async fn publish(tools: &Tools, tasks: &[Task], now: Timestamp) -> store::Result<()> {
    let confirmed = steps::catalogue_confirmed(tools).await?;
    for task in tasks {
        let mut tx = tools.store.begin().await?;
        let revision = submission::revision_in(&mut tx, &RevisionId(task.subject.clone())).await?;
        // Reopened or withdrawn since: there is nothing to publish, and nothing is.
        let Some(revision) = revision.filter(|one| matches!(one.state, State::Approved { .. })) else {
            task::finish(&mut tx, task).await?;
            tx.commit().await?;
            continue;
        };
        let stop = match wishes::undecided(tools, &revision).await? {
            None => relations::taken_back(tools, &revision).await?,
            wish => wish,
        };
        let stop = stop.or_else(|| waits_for_another(tools, &revision));
        let may = stop.map_or_else(|| steps::approved_manifest(&revision), Err);
        match may {
            Ok(manifest) => {
                save_published(&mut tx, tools, &revision, &manifest, confirmed, now).await?;
                task::finish(&mut tx, task).await?;
                tx.commit().await?;
            }
            Err(reason) => {
                drop(tx);
                task::postpone(&tools.store, task, &reason, now + task::LEASE).await?;
            }
        }
    }
    Ok(())
}

/// Why an approved revision must not become public yet: publishing takes two persons here, and nobody else has said so.
fn waits_for_another(tools: &Tools, revision: &Revision) -> Option<String> {
    let is_released = matches!(revision.state, State::Approved { released_by: Some(_), .. });
    (tools.config.publish.two_persons && !is_released)
        .then(|| "publishing takes two persons: another one than the approver has to say so".into())
}

async fn save_published(
    tx: &mut Tx,
    tools: &Tools,
    revision: &Revision,
    manifest: &Manifest,
    confirmed: bool,
    now: Timestamp,
) -> store::Result<()> {
    for earlier in submission::revisions_in(tx, &revision.submission).await? {
        let waits_before =
            earlier.number < revision.number && matches!(earlier.state, State::Queued | State::Approved { .. });
        if matches!(earlier.state, State::Published { .. }) || waits_before {
            let change = Change::Supersede { at: now, by_revision: revision.id.clone() };
            change_state(tx, &Actor::Pouch, &earlier, change, None, now).await?;
        }
    }
    change_state(tx, &Actor::Pouch, revision, Change::Publish { at: now }, None, now).await?;
    let number = submission::public_number(tx, &revision.submission).await?;
    let input = site::public_input(&tools.catalogue, confirmed, manifest, number, now);
    submission::publish(tx, &revision.id, &input, true).await?;
    task::renew(tx, Stage::Site, revision.submission.as_str(), now).await
}

/// Changes a revision's state by the rules of the domain, in its row and in the ledger.
///
/// # Errors
/// `Conflict` if the rules do not allow the change or somebody else was first.
pub async fn change_state(
    tx: &mut Tx,
    actor: &Actor,
    revision: &Revision,
    change: Change,
    reason: Option<&str>,
    now: Timestamp,
) -> store::Result<State> {
    let after = revision.state.clone().after(&change).map_err(|refused| store::Error::Conflict(refused.to_string()))?;
    let manifest = match after {
        State::Approved { .. } | State::Published { .. } => revision.manifest.as_deref(),
        State::Queued | State::Rejected { .. } | State::Withdrawn { .. } | State::Superseded { .. } => None,
    };
    submission::set_state(tx, revision, &after, manifest).await?;
    let reason = match reason {
        Some(text) => Some(ledger::commit_to(tx, text).await?),
        None => None,
    };
    ledger::append(tx, actor, &[Event::Changed { revision: revision.id.clone(), change, reason }], now).await?;
    Ok(after)
}

/// The parts of a message that can hold an input: files, not pictures of the layout.
pub(crate) fn is_file(kind: PartKind) -> bool {
    matches!(kind, PartKind::Attachment)
}

/// The subject of a parse task.
pub(crate) fn copy_subject(copy: &crate::domain::mailbox::UidKey) -> String {
    uid_key(copy)
}
