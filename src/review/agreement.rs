//! Loads what reviewers decided about the classifier's proposals, for the report. Counts nothing itself.

use super::proof::PAGE;
use crate::audit::agreement::{Agreement, Decided};
use crate::domain::SubmissionId;
use crate::domain::ledger::{Actor, EditKind, Event};
use crate::domain::submission::State;
use crate::store::submission::Revision;
use crate::store::{Store, ledger, message, submission};
use std::collections::{BTreeMap, BTreeSet};

/// The agreement over all days.
///
/// # Errors
/// If the store does not answer.
pub async fn agreement(store: &Store) -> anyhow::Result<Agreement> {
    let merged: BTreeSet<SubmissionId> =
        submission::lines(store).await?.into_iter().filter(|one| one.merged_into.is_some()).map(|one| one.id).collect();
    let mut of_revision = BTreeMap::new();
    // The latest revision of each submission that a person decided; those with more numbers come later.
    let mut latest: BTreeMap<SubmissionId, (Revision, bool)> = BTreeMap::new();
    for revision in submission::revisions(store, None).await? {
        of_revision.insert(revision.id.clone(), revision.submission.clone());
        let Some(is_approved) = decision(&revision.state) else { continue };
        let is_later = latest.get(&revision.submission).is_none_or(|(known, _)| known.number < revision.number);
        if is_later && !merged.contains(&revision.submission) {
            latest.insert(revision.submission.clone(), (revision, is_approved));
        }
    }
    let mut decided: BTreeMap<SubmissionId, Decided> = latest
        .into_iter()
        .map(|(id, (revision, is_approved))| {
            let stands = revision.content.assignments.into_iter().map(|one| one.recommendation).collect();
            (id, Decided { is_approved, stands, ..Decided::default() })
        })
        .collect();
    let mut classified = message::all_classified(store).await?;
    for line in message::lines(store, None).await? {
        let Some(one) = line.submission.as_ref().and_then(|id| decided.get_mut(id)) else { continue };
        let proposed = classified.remove(&line.id).map(|says| says.assignments).unwrap_or_default();
        one.proposed.extend(proposed.into_iter().map(|one| one.recommendation));
    }
    let mut after = 0;
    loop {
        let page = ledger::sealed_after(store, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.number.unwrap_or(after);
        for entry in page {
            let (Actor::Person(_), Event::Edited { revision, what, .. }) = (entry.actor, entry.event) else { continue };
            let EditKind::Unassigned { recommendation } = what else { continue };
            if let Some(one) = of_revision.get(&revision).and_then(|id| decided.get_mut(id)) {
                one.taken_away.insert(recommendation);
            }
        }
    }
    Ok(Agreement::of(&decided.into_values().collect::<Vec<_>>()))
}

/// Whether a person approved or rejected it; `None`: neither.
fn decision(state: &State) -> Option<bool> {
    match state {
        State::Approved { .. } | State::Published { .. } => Some(true),
        // What was public had been approved.
        State::Withdrawn { was_public: true, .. } | State::Superseded { was_public: true, .. } => Some(true),
        State::Rejected { .. } => Some(false),
        State::Queued | State::Withdrawn { .. } | State::Superseded { .. } => None,
    }
}
