//! A person's word on how messages belong together, and what follows from it in the same transaction. Proposes nothing.

use super::joins::{join_way_in, merge_in, revise_in};
use super::{Act, Error, Result, person};
use crate::domain::ledger::{Actor, Event};
use crate::domain::relation::{Relation, RelationKind};
use crate::domain::submission::Content;
use crate::domain::{MessageId, SubmissionId};
use crate::pipeline::{Tools, texts_of};
use crate::relate::{self, Difference};
use crate::store::message::MessageLine;
use crate::store::relation::{Decided, RelationLine};
use crate::store::{Tx, ledger, message, relation};
use std::collections::BTreeSet;

/// Writes down whether two messages belong together, and does what follows: a revision becomes the next version, the same
/// once more joins what it repeats, an annex joins what it belongs to. `kind` changes what was proposed, or states what
/// nobody proposed. Says in a sentence what was done.
///
/// # Errors
/// If nothing was proposed and no kind is given, or the states of the submissions do not allow what follows.
pub async fn decide_relation(
    tools: &Tools,
    (one, other): (&MessageId, &MessageId),
    kind: Option<RelationKind>,
    confirmed: bool,
    act: &Act,
) -> Result<String> {
    let relation = meant(tools, one, other, kind).await?;
    let mut tx = tools.store.begin().await?;
    let (by, actor) = person(&mut tx, act).await?;
    let said = if confirmed {
        follow(tools, &mut tx, &actor, &relation, act).await?
    } else {
        format!("It is noted that {} does not belong to {} in this way.", relation.message, relation.other)
    };
    let reason = super::reason(&mut tx, act).await?;
    relation::decide(&mut tx, &relation, &Decided { confirmed, by, reason: act.reason.clone(), at: act.now }).await?;
    let event = Event::RelationDecided {
        message: relation.message.clone(),
        other: relation.other.clone(),
        kind: relation.kind,
        confirmed,
        reason,
    };
    ledger::append(&mut tx, &actor, &[event], act.now).await?;
    tx.commit().await?;
    Ok(said)
}

/// What was proposed of the two, or what the person says of them: then the one named first is the newer one.
async fn meant(tools: &Tools, one: &MessageId, other: &MessageId, kind: Option<RelationKind>) -> Result<Relation> {
    if one == other {
        return Err(Error::Refused("a message cannot belong to itself".into()));
    }
    let lines = relation::lines(&tools.store, Some(one)).await?;
    let known = lines.into_iter().map(|line| line.relation).find(|line| line.message == *other || line.other == *other);
    match (known, kind) {
        (Some(known), None) => Ok(known),
        (Some(known), Some(kind)) => Ok(Relation { kind, ..known }),
        (None, Some(kind)) => Ok(Relation {
            message: one.clone(),
            other: other.clone(),
            kind,
            similarity: 0,
            reason: "a person says so".into(),
        }),
        (None, None) => Err(Error::NotFound(format!(
            "proposal about {one} and {other}: say what the first is to the second with --as"
        ))),
    }
}

async fn submission_of(tools: &Tools, id: &MessageId) -> Result<SubmissionId> {
    let line = message::line(&tools.store, id).await?.ok_or_else(|| Error::NotFound(format!("message {id}")))?;
    line.submission.ok_or_else(|| {
        Error::Refused(format!("message {id} is no submission: `pouch accept {id}` makes it one, then say this again"))
    })
}

async fn follow(tools: &Tools, tx: &mut Tx, actor: &Actor, relation: &Relation, act: &Act) -> Result<String> {
    let Relation { message: newer, other: older, kind, .. } = relation;
    let joins = match kind {
        RelationKind::Revision | RelationKind::Annex | RelationKind::Duplicate | RelationKind::Forwarded => true,
        RelationKind::Withdrawal => {
            return Ok(format!(
                "It is noted that {newer} takes {older} back. `pouch withdraw {older}` does it, and takes it off the page."
            ));
        }
        RelationKind::SameDocument | RelationKind::NearCopy | RelationKind::Reply => false,
    };
    if !joins {
        return Ok(format!("It is noted that {newer} {} {older}; both stay what they are.", kind.words()));
    }
    let (from, into) = (submission_of(tools, newer).await?, submission_of(tools, older).await?);
    if from == into {
        return Ok(format!("{newer} and {older} make one submission already."));
    }
    Ok(match kind {
        RelationKind::Revision => {
            let number = revise_in(tools, tx, actor, &from, &into, act).await?;
            format!("{newer} is now revision {number} of {into}; it waits in the queue.")
        }
        RelationKind::Annex => {
            merge_in(tools, tx, actor, &from, &into, act).await?;
            format!("What {newer} brings is now part of {into}.")
        }
        _ => {
            join_way_in(tools, tx, actor, &from, &into, act).await?;
            format!("{newer} is now one more way on which {into} came; nothing of it becomes public by itself.")
        }
    })
}

/// Refuses what nobody may approve yet: an input that perhaps stands there already, or that its sender may have corrected or
/// taken back.
///
/// # Errors
/// Says in words what a person has to decide first, and with which command.
pub async fn respect_relations(tools: &Tools, content: &Content) -> Result<()> {
    let messages: BTreeSet<&MessageId> = content.parts.iter().map(|part| &part.message).collect();
    for id in messages {
        for line in relation::lines(&tools.store, Some(id)).await? {
            if let Some(words) = stands_in_the_way(tools, id, &line).await? {
                return Err(Error::Refused(words));
            }
        }
    }
    Ok(())
}

async fn stands_in_the_way(tools: &Tools, id: &MessageId, line: &RelationLine) -> Result<Option<String>> {
    let Relation { message: newer, other: older, kind, reason, .. } = &line.relation;
    let concerns = match kind {
        RelationKind::Withdrawal => older == id,
        RelationKind::Duplicate | RelationKind::Forwarded => newer == id,
        RelationKind::Revision | RelationKind::Annex => true,
        RelationKind::SameDocument | RelationKind::NearCopy | RelationKind::Reply => false,
    };
    if !concerns || line.decided.is_some() {
        return Ok(None);
    }
    let of = |line: Option<MessageLine>| line.filter(|one| one.erased_at.is_none()).map(|one| one.submission);
    let (one, two) = (message::line(&tools.store, newer).await?, message::line(&tools.store, older).await?);
    // One of the two is erased, or a person has joined them already.
    let (Some(one), Some(two)) = (of(one), of(two)) else { return Ok(None) };
    if one.is_some() && one == two {
        return Ok(None);
    }
    let reason = crate::domain::harmless(reason);
    Ok(Some(format!(
        "it seems that message {newer} {} message {older}: {reason}\nDecide on that first: `pouch relate {newer} {older} \
         --confirm` or `--refuse` (`pouch relations {newer}` shows what changed)",
        kind.words()
    )))
}

/// What changed from the older to the newer message: between the two texts that are most alike.
///
/// # Errors
/// If the store does not answer.
pub async fn difference_of(tools: &Tools, newer: &MessageId, older: &MessageId) -> Result<Option<Difference>> {
    let (Some(new), Some(old)) =
        (relation::likeness(&tools.store, newer).await?, relation::likeness(&tools.store, older).await?)
    else {
        return Ok(None);
    };
    let Some((new_part, old_part)) = relate::most_alike(&new, &old) else { return Ok(None) };
    let (new, old) = (text(tools, newer, &new_part).await?, text(tools, older, &old_part).await?);
    Ok(Some(relate::difference(&old, &new)))
}

async fn text(tools: &Tools, id: &MessageId, part: &str) -> Result<String> {
    let parsed = message::parsed(&tools.store, id).await?;
    let texts = texts_of(tools, &parsed).await?;
    Ok(relate::own_text(texts.iter().find(|text| text.path == part)))
}
