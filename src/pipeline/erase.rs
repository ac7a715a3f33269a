//! Erasing what a person set aside, after the time that the operator set; off by default. What only Pouch set aside, and
//! what any submission is made of, is never touched. Hash, size and times stay, so that every count still closes.

use super::Tools;
use crate::config::Erase;
use crate::domain::classification::Submitter;
use crate::domain::ledger::{Actor, Commitment, Event, Outcome};
use crate::domain::message::{Body, ParsedMessage};
use crate::domain::submission::{Content, State};
use crate::domain::wish::Wish;
use crate::domain::{Digest, MessageId, SubmissionId, Timestamp};
use crate::store::message::MessageLine;
use crate::store::submission::Revision;
use crate::store::task::{self, Stage};
use crate::store::{self, Store, Tx, erase, ledger, message, redaction, relation, submission, wish};
use std::collections::BTreeSet;

/// A set-aside message whose time has come, and when the person said so.
#[derive(Clone, Debug)]
pub struct Due {
    pub line: MessageLine,
    pub confirmed_at: Timestamp,
}

/// What is due at `now`; nothing, if the operator set no time.
///
/// # Errors
/// If the store does not answer.
pub async fn due_for_erasure(store: &Store, settings: &Erase, now: Timestamp) -> store::Result<Vec<Due>> {
    let Some(after) = settings.set_aside_after else { return Ok(Vec::new()) };
    let is_over = |since: Timestamp| since.checked_add(after).is_ok_and(|end| end <= now);
    let kept = in_use(store).await?;
    let mut due = Vec::new();
    for line in message::lines(store, None).await? {
        let may_go = line.outcome == Outcome::SetAside
            && line.submission.is_none()
            && line.erased_at.is_none()
            && is_over(line.first_seen)
            && !kept.contains(&line.id);
        if !may_go {
            continue;
        }
        if let Some(confirmed_at) = confirmed(store, &line.id).await?.filter(|at| is_over(*at)) {
            due.push(Due { line, confirmed_at });
        }
    }
    Ok(due)
}

/// Messages that a submission is made of which is waiting, approved, public, or was ever public.
async fn in_use(store: &Store) -> store::Result<BTreeSet<MessageId>> {
    let published: BTreeSet<SubmissionId> = submission::publication_ids(store).await?.into_iter().collect();
    let revisions = submission::revisions(store, None).await?.into_iter();
    let live = revisions.filter(|one| {
        published.contains(&one.submission) || !matches!(one.state, State::Withdrawn { .. } | State::Rejected { .. })
    });
    Ok(live.flat_map(|one| one.content.parts).map(|part| part.message).collect())
}

/// When a person last said that it is no submission, if that is the last word on it.
async fn confirmed(store: &Store, id: &MessageId) -> store::Result<Option<Timestamp>> {
    let entries = ledger::about(store, std::slice::from_ref(&id.0)).await?;
    let said = entries.iter().rev().find_map(|entry| match &entry.event {
        Event::OutcomeSet { outcome, .. } => Some((outcome, &entry.actor, entry.at)),
        _ => None,
    });
    Ok(match said {
        Some((Outcome::SetAside, Actor::Person(_), at)) => Some(at),
        _ => None,
    })
}

/// Erases what is due; returns how many messages that were.
///
/// # Errors
/// If the store does not answer; what was erased before stays erased.
pub async fn erase_what_is_due(tools: &Tools, now: Timestamp) -> store::Result<u64> {
    let mut count = 0;
    for one in due_for_erasure(&tools.store, &tools.config.erase, now).await? {
        count += u64::from(erase_message(tools, &one, now).await?);
    }
    Ok(count)
}

async fn erase_message(tools: &Tools, due: &Due, now: Timestamp) -> store::Result<bool> {
    let store = &tools.store;
    let id = &due.line.id;
    let copies = message::copies(store, None).await?;
    let own: BTreeSet<Digest> =
        copies.iter().filter(|copy| copy.message.as_ref() == Some(id)).filter_map(|copy| copy.digest).collect();
    let is_shared =
        |digest: &Digest| copies.iter().any(|copy| copy.digest == Some(*digest) && copy.message.as_ref() != Some(id));
    // Bytes that another message has too, or that are being parsed just now, are left for another day.
    if own.is_empty() || own.iter().any(is_shared) {
        return Ok(false);
    }
    let files = files_of_it_alone(store, &due.line).await?;
    let revisions = revisions_of(store, id).await?;
    let days = tools.config.erase.set_aside_after.unwrap_or_default().as_secs() / 86_400;
    let reason = format!("erased {days} days after a person set it aside as {}", due.line.kind.as_str());

    let wishes = blank_wishes(store, id).await?;
    let about: Vec<SubmissionId> = revisions.iter().map(|one| one.submission.clone()).collect();
    let mut tx = store.begin().await?;
    if !erase::message(&mut tx, id, &ParsedMessage::empty(Body::nothing()), &reason, now).await? {
        return Ok(false);
    }
    erase::notes(&mut tx, id, &wishes, &about).await?;
    let mut gone: Vec<Digest> = own.iter().copied().collect();
    for bytes in &own {
        erase::bytes(&mut tx, *bytes, now).await?;
    }
    for file in &files {
        erase::extraction(&mut tx, *file).await?;
        for copy in redaction::copies(store, Some(*file)).await?.iter().filter(|copy| copy.digest != *file) {
            erase::bytes(&mut tx, copy.digest, now).await?;
            gone.push(copy.digest);
        }
        redaction::forget(&mut tx, *file).await?;
    }
    // Before, for a process that is killed after; and after, for who looked in between.
    remove_pages(tools, &files);
    let mut subjects = vec![id.0.clone()];
    for revision in &revisions {
        gone.push(super::content_digest(&revision.content)?);
        erase::content(&mut tx, &revision.id, &blank_content()).await?;
        subjects.push(revision.id.0.clone());
    }
    for entry in ledger::about(store, &subjects).await? {
        if let Some(words) = words_of(&entry.event) {
            erase::commitment(&mut tx, words).await?;
        }
    }
    for words in words_of_relations(store, id).await? {
        erase::commitment(&mut tx, words).await?;
    }
    for stage in [Stage::Extract, Stage::Recognise, Stage::Classify, Stage::Relate, Stage::Queue] {
        task::remove_for(&mut tx, stage, id.as_str()).await?;
    }
    tell(&mut tx, &gone, &reason, now).await?;
    tx.commit().await?;
    remove_pages(tools, &files);
    Ok(true)
}

/// The pictures of the files' pages. What cannot be removed is said: the folder is the operator's.
fn remove_pages(tools: &Tools, files: &BTreeSet<Digest>) {
    for file in files {
        if let Err(error) = tools.pages.remove(*file) {
            tracing::error!(%file, %error, "pictures of an erased file cannot be removed from the data folder");
        }
    }
}

/// Its wishes, by number, without the sender's words.
async fn blank_wishes(store: &Store, id: &MessageId) -> store::Result<Vec<(u32, Wish)>> {
    let lines = wish::lines(store, Some(id)).await?;
    let blank = |line: wish::WishLine| {
        let mut wish = line.wish;
        wish.evidence.quote.clear();
        (line.number, wish)
    };
    Ok(lines.into_iter().map(blank).collect())
}

/// Files that no other message has.
async fn files_of_it_alone(store: &Store, line: &MessageLine) -> store::Result<BTreeSet<Digest>> {
    let mut own: BTreeSet<Digest> = line.summary.parts.iter().map(|part| part.digest).collect();
    for other in message::lines(store, None).await?.iter().filter(|other| other.id != line.id) {
        for part in &other.summary.parts {
            own.remove(&part.digest);
        }
    }
    Ok(own)
}

/// Revisions that were made of it and taken back.
async fn revisions_of(store: &Store, id: &MessageId) -> store::Result<Vec<Revision>> {
    let mut revisions = submission::revisions(store, None).await?;
    revisions.retain(|one| !one.content.parts.is_empty() && one.content.parts.iter().all(|part| part.message == *id));
    Ok(revisions)
}

/// What was written about it.
fn words_of(event: &Event) -> Option<Commitment> {
    match event {
        Event::OutcomeSet { reason, .. } | Event::Edited { reason, .. } => Some(*reason),
        Event::Changed { reason, .. } => *reason,
        Event::WishFound { quote: words, .. }
        | Event::WishDecided { reason: words, .. }
        | Event::RelationFound { reason: words, .. }
        | Event::RelationDecided { reason: words, .. }
        | Event::Judged { words, .. }
        | Event::AddedByHand { reason: words, .. } => Some(*words),
        _ => None,
    }
}

/// What was written about newer messages that belong to it: their reasons name its sender, too.
async fn words_of_relations(store: &Store, id: &MessageId) -> store::Result<Vec<Commitment>> {
    let lines = relation::lines(store, Some(id)).await?;
    let newer: Vec<String> = lines.into_iter().map(|line| line.relation.message.0).collect();
    let entries = ledger::about(store, &newer).await?;
    let words = entries.into_iter().filter_map(|entry| match entry.event {
        Event::RelationFound { other, reason, .. } | Event::RelationDecided { other, reason, .. } if other == *id => {
            Some(reason)
        }
        _ => None,
    });
    Ok(words.collect())
}

async fn tell(tx: &mut Tx, gone: &[Digest], reason: &str, now: Timestamp) -> store::Result<()> {
    let mut events = Vec::with_capacity(gone.len());
    for digest in gone {
        events.push(Event::Erased { digest: *digest, reason: ledger::commit_to(tx, reason).await? });
    }
    ledger::append(tx, &Actor::Pouch, &events, now).await
}

/// A copy led to a known message. If that was erased, the copy's bytes go too.
///
/// # Errors
/// If the store does not answer.
pub async fn erase_if_known_as_erased(
    tx: &mut Tx,
    known: &MessageId,
    bytes: Option<Digest>,
    now: Timestamp,
) -> store::Result<()> {
    let Some(bytes) = bytes else { return Ok(()) };
    if erase::is_erased(tx, known).await? {
        erase::bytes(tx, bytes, now).await?;
        tell(tx, &[bytes], "it is a copy of a message that was erased", now).await?;
    }
    Ok(())
}

/// Removes the files of erased bytes from the vault; a second run finds nothing to do. Also what a killed process left.
///
/// # Errors
/// If the store does not answer or the vault cannot be written.
pub async fn remove_erased_files(tools: &Tools, now: Timestamp) -> anyhow::Result<u64> {
    let waiting = erase::waiting(&tools.store).await?;
    for digest in &waiting {
        tools.vault.erase(*digest)?;
        erase::removed(&tools.store, *digest, now).await?;
    }
    Ok(waiting.len() as u64)
}

fn blank_content() -> Content {
    Content {
        title: String::new(),
        title_source: String::new(),
        submitter: Submitter::default(),
        languages: Vec::new(),
        parts: Vec::new(),
        assignments: Vec::new(),
        redactions: Vec::new(),
        areas: Vec::new(),
    }
}
