//! One submission out of several, and several out of one: revisions, annexes, one more way of the same, and papers that are
//! taken apart. Decides on no state but by the rules of the domain.

use super::labels::carry;
use super::revisions::{change, choose_parts, queued, write_edit};
use super::{Act, Error, Result, is_queued, person, reason};
use crate::domain::ledger::{Actor, EditKind, Event};
use crate::domain::submission::{Change, Content, PartRef};
use crate::domain::{MessageId, SubmissionId};
use crate::pipeline::{self, Tools, add_revision, content_digest};
use crate::store::submission::Revision;
use crate::store::{Tx, judgement, ledger, message, submission};
use std::collections::BTreeMap;

/// The revisions of a submission that is to be joined into another one; refuses what is public or joined already.
async fn to_be_joined(tools: &Tools, tx: &mut Tx, from: &SubmissionId, into: &SubmissionId) -> Result<Revision> {
    if from == into {
        return Err(Error::Refused("a submission cannot be joined into itself".into()));
    }
    for id in [from, into] {
        let line =
            submission::line(&tools.store, id).await?.ok_or_else(|| Error::NotFound(format!("submission {id}")))?;
        if let Some(other) = line.merged_into {
            return Err(Error::Refused(format!("submission {id} was joined into {other} before")));
        }
    }
    let revisions = submission::revisions_in(tx, from).await?;
    match revisions.as_slice() {
        [only] if is_queued(only) => Ok(only.clone()),
        _ => Err(Error::Refused(format!(
            "submission {from} can be joined into another one only while its one revision is queued (reopen it first)"
        ))),
    }
}

/// Makes submission `newer` the next revision of submission `of`.
///
/// # Errors
/// If `newer` is not one queued revision.
pub async fn revise(tools: &Tools, newer: &SubmissionId, of: &SubmissionId, act: &Act) -> Result<u32> {
    let mut tx = tools.store.begin().await?;
    let (_, actor) = person(&mut tx, act).await?;
    let number = revise_in(tools, &mut tx, &actor, newer, of, act).await?;
    tx.commit().await?;
    Ok(number)
}

pub(super) async fn revise_in(
    tools: &Tools,
    tx: &mut Tx,
    actor: &Actor,
    newer: &SubmissionId,
    of: &SubmissionId,
    act: &Act,
) -> Result<u32> {
    let revision = to_be_joined(tools, tx, newer, of).await?;
    let number = submission::revisions_in(tx, of).await?.last().map_or(1, |last| last.number + 1);
    submission::move_revision(tx, &revision, of, number).await?;
    let queued = Event::Queued {
        submission: of.clone(),
        revision: revision.id.clone(),
        number,
        parts: revision.content.parts.clone(),
        content: content_digest(&revision.content)?,
    };
    join(tx, actor, newer, of, vec![queued], act).await?;
    let content = leave_away(tx, actor, &revision, of, act).await?;
    carry(tx, newer, of, &content).await?;
    Ok(number)
}

/// What a person took away from a submission does not come back with a new version of it.
async fn leave_away(tx: &mut Tx, actor: &Actor, moved: &Revision, of: &SubmissionId, act: &Act) -> Result<Content> {
    let mut content = moved.content.clone();
    let recommendations = content.take_out(&judgement::removed(tx, of).await?);
    let mut moved = moved.clone();
    if !recommendations.is_empty() {
        write_edit(tx, actor, &moved, &content, EditKind::TakenAwayBefore { recommendations }, act).await?;
        moved.edition += 1;
    }
    // What was struck in an earlier version is struck in the new one, too.
    let mut places = Vec::new();
    for earlier in submission::revisions_in(tx, of).await?.iter().filter(|one| one.id != moved.id) {
        places.extend(super::redaction::carry_marks(&earlier.content, &mut content));
    }
    if !places.is_empty() {
        write_edit(tx, actor, &moved, &content, EditKind::Redacted { places }, act).await?;
    }
    Ok(content)
}

async fn join(
    tx: &mut Tx,
    actor: &Actor,
    from: &SubmissionId,
    into: &SubmissionId,
    mut events: Vec<Event>,
    act: &Act,
) -> Result<()> {
    submission::set_merged(tx, from, into).await?;
    events.push(Event::Merged { submission: from.clone(), into: into.clone(), reason: reason(tx, act).await? });
    Ok(ledger::append(tx, actor, &events, act.now).await?)
}

/// Joins submission `from` into the queued revision of `into`: an annex that came later.
///
/// # Errors
/// If either is not queued.
pub async fn merge(tools: &Tools, from: &SubmissionId, into: &SubmissionId, act: &Act) -> Result<()> {
    let mut tx = tools.store.begin().await?;
    let (_, actor) = person(&mut tx, act).await?;
    merge_in(tools, &mut tx, &actor, from, into, act).await?;
    tx.commit().await?;
    Ok(())
}

pub(super) async fn merge_in(
    tools: &Tools,
    tx: &mut Tx,
    actor: &Actor,
    from: &SubmissionId,
    into: &SubmissionId,
    act: &Act,
) -> Result<()> {
    let annex = to_be_joined(tools, tx, from, into).await?;
    let revision = queued(tx, into, act).await?;
    let mut content = revision.content.clone();
    for part in &annex.content.parts {
        if !content.parts.contains(part) {
            content.parts.push(part.clone());
        }
    }
    super::redaction::carry_marks(&annex.content, &mut content);
    let mut brought = annex.content.clone();
    brought.take_out(&judgement::removed(tx, into).await?);
    for one in brought.assignments {
        if !content.assignments.iter().any(|other| other.recommendation == one.recommendation) {
            content.assignments.push(one);
        }
    }
    carry(tx, from, into, &content).await?;
    write_edit(tx, actor, &revision, &content, EditKind::Parts, act).await?;
    supersede(tx, actor, &annex, &revision, act).await?;
    join(tx, actor, from, into, Vec::new(), act).await
}

async fn supersede(tx: &mut Tx, actor: &Actor, gone: &Revision, by: &Revision, act: &Act) -> Result<()> {
    let change_to = Change::Supersede { at: act.now, by_revision: by.id.clone() };
    change(tx, actor, gone, change_to, act).await?;
    Ok(())
}

/// Joins submission `from` into `into`, which has all of it: the same input on another way. Its messages stay on record.
pub(super) async fn join_way_in(
    tools: &Tools,
    tx: &mut Tx,
    actor: &Actor,
    from: &SubmissionId,
    into: &SubmissionId,
    act: &Act,
) -> Result<()> {
    let copy = to_be_joined(tools, tx, from, into).await?;
    let kept = submission::revisions_in(tx, into).await?.pop();
    let kept = kept.ok_or_else(|| Error::NotFound(format!("revision of submission {into}")))?;
    supersede(tx, actor, &copy, &kept, act).await?;
    carry(tx, from, into, &kept.content).await?;
    join(tx, actor, from, into, Vec::new(), act).await
}

/// Makes chosen parts of a queued revision a submission of their own: a coalition mailed several papers at once.
///
/// # Errors
/// If the revision is not queued, a part is not in it, or nothing would be left.
pub async fn split(tools: &Tools, id: &SubmissionId, paths: &[String], act: &Act) -> Result<SubmissionId> {
    let mut tx = tools.store.begin().await?;
    let (_, actor) = person(&mut tx, act).await?;
    let revision = queued(&mut tx, id, act).await?;
    let chosen = choose_parts(tools, id, paths).await?;
    if let Some(part) = chosen.iter().find(|part| !revision.content.parts.contains(part)) {
        return Err(Error::NotFound(format!("part {} in revision {}", part.path, revision.number)));
    }
    let (moved, mut stays): (Vec<PartRef>, Vec<PartRef>) =
        revision.content.parts.iter().cloned().partition(|part| chosen.contains(part));
    if stays.is_empty() {
        return Err(Error::Refused("nothing would be left of the submission: leave at least one part".into()));
    }
    stays.sort();
    let line = submission::line(&tools.store, id).await?.ok_or_else(|| Error::NotFound(format!("submission {id}")))?;
    let new = SubmissionId::new(act.now);
    pipeline::add_submission(&mut tx, &actor, &new, line.received_at, act.now).await?;
    let (mut left, mut right) = (revision.content.clone(), revision.content.clone());
    left.parts = stays;
    right.parts = moved;
    if let Some((title, source)) = title_of(tools, &right.parts).await? {
        (right.title, right.title_source) = (title, source.into());
    }
    for content in [&mut left, &mut right] {
        keep_own_evidence(content);
    }
    write_edit(&mut tx, &actor, &revision, &left, EditKind::Parts, act).await?;
    carry(&mut tx, id, &new, &right).await?;
    add_revision(&mut tx, &actor, &new, 1, right, act.now).await?;
    tx.commit().await?;
    Ok(new)
}

/// Leaves only assignments with evidence in the content's own parts.
fn keep_own_evidence(content: &mut Content) {
    let mut by_path: BTreeMap<&str, &MessageId> = BTreeMap::new();
    for part in &content.parts {
        by_path.insert(part.path.as_str(), &part.message);
    }
    for one in &mut content.assignments {
        one.evidence.retain(|evidence| by_path.contains_key(evidence.part.as_str()));
    }
    content.assignments.retain(|one| !one.evidence.is_empty());
}

/// The title of the first file that has one, and where it was taken from.
async fn title_of(tools: &Tools, parts: &[PartRef]) -> Result<Option<(String, &'static str)>> {
    for part in parts {
        let Some(line) = message::line(&tools.store, &part.message).await? else { continue };
        let Some(file) = line.summary.parts.into_iter().find(|one| one.path == part.path) else { continue };
        if let Some(title) = message::extraction(&tools.store, file.digest).await?.and_then(|one| one.title) {
            return Ok(Some((title.text, title.source.as_str())));
        }
        if let Some(name) = file.name {
            return Ok(Some((name, "file-name")));
        }
    }
    Ok(None)
}
