//! How messages belong together, on a message's way: compared with those that have something in common with it, and
//! proposed. Joins nothing; what persons decide stands in `review`.

use super::Tools;
use super::steps::{self, TaskError};
use crate::domain::ledger::{Actor, Event, Outcome};
use crate::domain::relation::{Relation, RelationKind};
use crate::domain::{MessageId, Timestamp};
use crate::relate;
use crate::store::relation::RelationLine;
use crate::store::submission::Revision;
use crate::store::task::{self, Stage, Task};
use crate::store::{self, Tx, ledger, message, relation};
use std::collections::BTreeSet;

/// Messages that one message is compared with: those that have most in common with it. Of a campaign of thousands each
/// finds its like among them.
const MOST: u32 = 100;

/// What came out of comparing a message.
pub struct Compared {
    pub found: Vec<Relation>,
    /// Whether it is an input, and goes on into the queue.
    pub is_input: bool,
}

/// Compares the message of a task with those before and after it.
pub async fn compare(tools: &Tools, task: Task) -> Result<Compared, TaskError> {
    let id = MessageId(task.subject);
    let line = steps::known(message::line(&tools.store, &id).await?)?;
    let is_input = line.outcome == Outcome::Submission;
    // Erased meanwhile, or classified before Pouch compared: then there is nothing to compare.
    let Some(likeness) = relation::likeness(&tools.store, &id).await? else {
        return Ok(Compared { found: Vec::new(), is_input });
    };
    let others = relation::candidates(&tools.store, &id, MOST).await?;
    Ok(Compared { found: relate::relations(&likeness, &others), is_input })
}

/// Why an approved revision must not become public: a mail that came since seems to take it back, and nobody has decided.
pub async fn taken_back(tools: &Tools, revision: &Revision) -> store::Result<Option<String>> {
    let messages: BTreeSet<&MessageId> = revision.content.parts.iter().map(|part| &part.message).collect();
    for id in messages {
        let lines = relation::lines(&tools.store, Some(id)).await?;
        let of_it = |line: &&RelationLine| line.relation.kind == RelationKind::Withdrawal && line.relation.other == *id;
        if let Some(line) = lines.iter().filter(|line| line.decided.is_none()).find(of_it) {
            let by = &line.relation.message;
            return Ok(Some(format!("message {by} seems to take it back: reopen it, and decide with `pouch relate`")));
        }
    }
    Ok(None)
}

/// Writes a proposal down, if it is new and nobody has decided about these two. Found from the older side, because that
/// came out of order, it counts only if the newer one was compared before and nothing of the kind was found.
pub async fn propose(tx: &mut Tx, of: &str, found: &Relation, now: Timestamp) -> store::Result<()> {
    let from_older = found.message.as_str() != of;
    if from_older
        && (task::is_due(tx, Stage::Relate, found.message.as_str()).await?
            || relation::has_one(tx, &found.message, found.kind).await?)
    {
        return Ok(());
    }
    if !relation::propose(tx, found).await? {
        return Ok(());
    }
    let event = Event::RelationFound {
        message: found.message.clone(),
        other: found.other.clone(),
        kind: found.kind,
        reason: ledger::commit_to(tx, &found.reason).await?,
    };
    ledger::append(tx, &Actor::Pouch, &[event], now).await
}
