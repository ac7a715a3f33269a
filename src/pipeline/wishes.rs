//! The wishes of senders on a message's way: kept when they are found, and looked at once more before anything becomes
//! public. Finds none itself; what persons decide stands in `review`.

use super::Tools;
use crate::domain::ledger::{Actor, Event};
use crate::domain::wish::Wish;
use crate::domain::{MessageId, Timestamp};
use crate::store::submission::Revision;
use crate::store::{self, Tx, ledger, wish};
use std::collections::BTreeSet;

/// Keeps the wishes that are not known yet: read again, a mail may say more, and what was decided stays decided.
pub async fn keep(tx: &mut Tx, id: &MessageId, wishes: &[Wish], now: Timestamp) -> store::Result<()> {
    let mut known = wish::lines_in(tx, id).await?.into_iter().map(|line| line.wish).collect::<Vec<_>>();
    for new in wishes {
        let is_same = |one: &Wish| one.kind == new.kind && one.evidence.quote == new.evidence.quote;
        if known.iter().any(is_same) {
            continue;
        }
        known.push(new.clone());
        let number = known.len() as u32;
        wish::add(tx, id, number, new).await?;
        let quote = ledger::commit_to(tx, &new.evidence.quote).await?;
        let event = Event::WishFound { message: id.clone(), number, kind: new.kind, quote };
        ledger::append(tx, &Actor::Pouch, &[event], now).await?;
    }
    Ok(())
}

/// Why an approved revision must not become public: a wish that nobody has decided on, found since it was approved.
pub async fn undecided(tools: &Tools, revision: &Revision) -> store::Result<Option<String>> {
    let parts = &revision.content.parts;
    let messages: BTreeSet<&MessageId> = parts.iter().map(|part| &part.message).collect();
    for id in messages {
        for line in wish::lines(&tools.store, Some(id)).await? {
            if line.decided.is_none() && line.wish.touches(id, parts) {
                return Ok(Some(format!(
                    "wish {} of message {id} was found since it was approved: reopen it and decide on that",
                    line.number
                )));
            }
        }
    }
    Ok(None)
}
