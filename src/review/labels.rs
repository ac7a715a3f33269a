//! What persons say of labels, kept with its evidence in the transaction of the act; and labels that stay away. Changes no
//! revision's state.

use super::{Act, Result};
use crate::domain::judgement::{JudgedAct, Labels};
use crate::domain::ledger::{Actor, Event};
use crate::domain::submission::{Assigner, Assignment, Content};
use crate::domain::{JudgementId, PersonId, SubmissionId};
use crate::store::submission::Revision;
use crate::store::{Tx, judgement, ledger};

/// Keeps a judgement and tells the ledger.
pub(super) async fn judge(
    tx: &mut Tx,
    (by, actor): (&PersonId, &Actor),
    revision: &Revision,
    judged: JudgedAct,
    labels: Labels,
    act: &Act,
) -> Result<JudgementId> {
    let labels = Labels { reason: act.reason.clone(), ..labels };
    let of = (&revision.id, revision.edition);
    let kept = judgement::add(tx, of, judged, &labels, by, act.now).await?;
    let event = Event::Judged {
        judgement: kept.id.clone(),
        revision: kept.revision,
        edition: kept.edition,
        act: judged,
        words: kept.words,
    };
    ledger::append(tx, actor, &[event], act.now).await?;
    Ok(kept.id)
}

/// What a decision says of the labels: those that stand, by who made them, and those that a person took away before.
pub(super) async fn at_decision(tx: &mut Tx, revision: &Revision) -> Result<Labels> {
    let stands = revision.content.assignments.iter().cloned();
    let (kept, added) = stands.partition(|one: &Assignment| matches!(one.assigner, Assigner::Classifier(_)));
    let mut labels = Labels { kept, added, ..Labels::default() };
    let away = judgement::removed(tx, &revision.submission).await?;
    let earlier = judgement::of_submission(tx, &revision.submission).await?;
    let taken = earlier.into_iter().filter(|one| one.act == JudgedAct::Unassigned);
    // The latest word on each comes first.
    for one in taken.rev().filter_map(|one| one.labels).flat_map(|labels| labels.removed) {
        let is_known = labels.removed.iter().any(|known| known.recommendation == one.recommendation);
        if away.contains(&one.recommendation) && !is_known {
            labels.removed.push(one);
        }
    }
    Ok(labels)
}

/// What was taken away from a submission stays away from the one that takes it in, unless it stands there.
pub(super) async fn carry(tx: &mut Tx, from: &SubmissionId, into: &SubmissionId, content: &Content) -> Result<()> {
    judgement::carry_removed(tx, from, into).await?;
    for one in &content.assignments {
        judgement::forget_removed(tx, into, &one.recommendation).await?;
    }
    Ok(())
}
