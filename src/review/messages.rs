//! Acts on messages: what is a submission after all, what is none, what is tried again. Never changes stored bytes.

use super::{Act, Error, Result, person};
use crate::domain::classification::MessageKind;
use crate::domain::ledger::{Actor, Event, Outcome};
use crate::domain::mailbox::{Settlement, UidKey};
use crate::domain::submission::{Change, State};
use crate::domain::{Digest, MessageId, Timestamp};
use crate::pipeline::{Tools, change_state, copy_subject, set_outcome};
use crate::store::message::MessageLine;
use crate::store::task::{self, Stage};
use crate::store::{Tx, judgement, ledger, message, submission};

async fn find(tools: &Tools, id: &MessageId) -> Result<MessageLine> {
    let line = message::line(&tools.store, id).await?.ok_or_else(|| Error::NotFound(format!("message {id}")))?;
    if line.erased_at.is_some() {
        return Err(Error::Refused(format!("message {id} was erased: there is nothing left to decide about")));
    }
    Ok(line)
}

/// A set-aside or held message is a submission after all.
///
/// # Errors
/// If it is one already, or is not through the pipeline yet.
pub async fn accept(tools: &Tools, id: &MessageId, act: &Act) -> Result<()> {
    let line = find(tools, id).await?;
    if !matches!(line.outcome, Outcome::SetAside | Outcome::Held) {
        return Err(Error::Refused(format!(
            "message {id} is {}: only set-aside and held ones can be accepted",
            line.outcome.as_str()
        )));
    }
    let mut tx = tools.store.begin().await?;
    let (_, actor) = person(&mut tx, act).await?;
    accept_in(tools, &mut tx, id, (&actor, &act.reason), act.now).await?;
    tx.commit().await?;
    Ok(())
}

/// The same within a transaction, of a message that is known to be set aside or held.
pub(super) async fn accept_in(
    tools: &Tools,
    tx: &mut Tx,
    id: &MessageId,
    (actor, reason): (&Actor, &str),
    now: Timestamp,
) -> Result<()> {
    set_outcome(tx, actor, id, Outcome::Submission, MessageKind::Submission, reason, now).await?;
    // A held message may have stopped before it was classified; the way to the queue leads through that step.
    let next = if message::classified(&tools.store, id).await?.is_some() { Stage::Relate } else { Stage::Classify };
    task::renew(tx, next, id.as_str(), now).await?;
    Ok(())
}

/// A message is no submission. A submission made of it alone must still be queued; it is withdrawn from the queue.
///
/// # Errors
/// If the submission was decided upon, or has other messages.
pub async fn set_aside(tools: &Tools, id: &MessageId, kind: MessageKind, act: &Act) -> Result<()> {
    if matches!(kind, MessageKind::Submission) {
        return Err(Error::Refused("say what it is instead of a submission: --kind".into()));
    }
    let line = find(tools, id).await?;
    let mut tx = tools.store.begin().await?;
    let (by, actor) = person(&mut tx, act).await?;
    if let Some(of) = &line.submission {
        if message::lines(&tools.store, Some(of)).await?.len() > 1 {
            return Err(Error::Refused(format!("submission {of} has other messages too: split it first")));
        }
        for revision in submission::revisions_in(&mut tx, of).await? {
            if !matches!(
                revision.state,
                State::Queued | State::Rejected { .. } | State::Withdrawn { .. } | State::Superseded { .. }
            ) {
                return Err(Error::Refused(format!("submission {of} is {}: withdraw it first", revision.state.name())));
            }
            if matches!(revision.state, State::Queued) {
                let change = Change::Withdraw { by: by.clone(), at: act.now };
                change_state(&mut tx, &actor, &revision, change, Some(&act.reason), act.now).await?;
            }
        }
        message::set_submission(&mut tx, id, None).await?;
        judgement::set_former(&mut tx, id, of).await?;
    }
    set_outcome(&mut tx, &actor, id, Outcome::SetAside, kind, &act.reason, act.now).await?;
    for stage in [Stage::Extract, Stage::Recognise, Stage::Classify, Stage::Relate, Stage::Queue] {
        task::remove_for(&mut tx, stage, id.as_str()).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// A held message may go on: it takes the outcome that its kind has, a submission into the queue, the rest aside.
///
/// # Errors
/// If it is not held, or was never classified (then `retry` or `accept`).
pub async fn release(tools: &Tools, id: &MessageId, act: &Act) -> Result<Outcome> {
    let line = find(tools, id).await?;
    if line.outcome != Outcome::Held {
        return Err(Error::Refused(format!("message {id} is {}, not held", line.outcome.as_str())));
    }
    let classified = message::classified(&tools.store, id).await?;
    let kind = classified.map(|one| one.kind).filter(|kind| !matches!(kind, MessageKind::Unknown));
    let kind = kind.ok_or_else(|| {
        Error::Refused(
            "Pouch does not know what kind of message this is: say it with `pouch accept` or `pouch set-aside --kind`"
                .into(),
        )
    })?;
    if matches!(kind, MessageKind::Submission) {
        accept(tools, id, act).await?;
        return Ok(Outcome::Submission);
    }
    set_aside(tools, id, kind, act).await?;
    Ok(Outcome::SetAside)
}

/// Reads a held message again from its stored bytes.
///
/// # Errors
/// If it is not held.
pub async fn retry(tools: &Tools, id: &MessageId, act: &Act) -> Result<()> {
    let line = find(tools, id).await?;
    if line.outcome != Outcome::Held {
        return Err(Error::Refused(format!("message {id} is {}, not held", line.outcome.as_str())));
    }
    let mut tx = tools.store.begin().await?;
    let (_, actor) = person(&mut tx, act).await?;
    for part in &line.summary.parts {
        message::forget_unread(&mut tx, part.digest).await?;
    }
    if line.join_key.starts_with("bytes:") {
        // Parsing itself failed: the copies go back to their beginning and may lead to another message. This one stays
        // as a row without copies, which no list shows.
        for copy in message::copies(&tools.store, Some(id)).await? {
            message::unjoin(&mut tx, &copy.key).await?;
            let reason = Some(ledger::commit_to(&mut tx, &act.reason).await?);
            let event = Event::Settled { uid: copy.key.clone(), settlement: Settlement::Received, reason };
            ledger::append(&mut tx, &actor, &[event], act.now).await?;
            task::renew(&mut tx, Stage::Parse, &copy_subject(&copy.key), act.now).await?;
        }
        set_outcome(&mut tx, &actor, id, Outcome::SetAside, line.kind, &act.reason, act.now).await?;
    } else {
        set_outcome(&mut tx, &actor, id, Outcome::Pending, line.kind, &act.reason, act.now).await?;
        task::renew(&mut tx, Stage::Extract, id.as_str(), act.now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Parts two messages that were joined: the copies with other bytes than the first become a message of their own.
///
/// # Errors
/// If all copies have the same bytes: then there is nothing to part.
pub async fn part(tools: &Tools, id: &MessageId, copy: Option<Digest>, act: &Act) -> Result<MessageId> {
    let line = find(tools, id).await?;
    let copies = message::copies(&tools.store, Some(id)).await?;
    let goes = |digest: Digest| copy.map_or(digest != line.digest, |wanted| digest == wanted);
    let moved: Vec<UidKey> =
        copies.iter().filter(|one| one.digest.is_some_and(goes)).map(|one| one.key.clone()).collect();
    let first = copies.iter().find(|one| one.digest.is_some_and(goes)).and_then(|one| one.digest);
    let Some(digest) = first.filter(|_| moved.len() < copies.len()) else {
        return Err(Error::Refused(
            "there is nothing to part: name the copy to take out with --copy DIGEST (see `pouch show`)".into(),
        ));
    };
    let parsed = message::parsed(&tools.store, id).await?;
    let new = MessageId::new(act.now);
    let mut tx = tools.store.begin().await?;
    let (_, actor) = person(&mut tx, act).await?;
    let row = message::NewMessage {
        id: &new,
        join_key: &format!("{}#{new}", parsed.fingerprint),
        parsed: &parsed,
        first_seen: line.first_seen,
        digest,
        problems: &line.problems,
    };
    message::add(&mut tx, &row).await?;
    if let Some(of) = &line.submission {
        judgement::set_former(&mut tx, &new, of).await?;
    }
    for key in &moved {
        message::join_copy(&mut tx, key, Settlement::Taken, &new).await?;
    }
    let event = Event::Parted { message: id.clone(), new: new.clone(), copies: moved };
    ledger::append(&mut tx, &actor, &[event], act.now).await?;
    task::add(&mut tx, Stage::Extract, new.as_str(), act.now).await?;
    tx.commit().await?;
    Ok(new)
}
