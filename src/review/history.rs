//! What happened to an entry, as the ledger says it, in words for a person. Adds nothing to the ledger.

use super::queue::Item;
use crate::domain::ledger::{Actor, Commitment, Event, LedgerEntry, Subject};
use crate::domain::submission::{Change, Rejection};
use crate::domain::{PersonId, Timestamp};
use crate::store::submission::Revision;
use crate::store::{self, Store, ledger};

/// One line of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub at: Timestamp,
    /// Name of the person; `None`: Pouch itself.
    pub by: Option<String>,
    pub what: String,
    /// `None`: there was none, or it was erased.
    pub reason: Option<String>,
}

/// What the ledger says about an entry, its revisions and its messages, oldest first.
///
/// # Errors
/// If the store does not answer.
pub async fn entries(store: &Store, item: &Item, revisions: &[Revision]) -> store::Result<Vec<LedgerEntry>> {
    let mut subjects = vec![item.id.clone()];
    subjects.extend(item.messages.iter().map(|id| id.0.clone()));
    subjects.extend(revisions.iter().map(|one| one.id.0.clone()));
    subjects.sort();
    subjects.dedup();
    ledger::about(store, &subjects).await
}

/// The same in words, with names and reasons.
///
/// # Errors
/// If the store does not answer.
pub async fn lines(store: &Store, entries: &[LedgerEntry]) -> store::Result<Vec<Line>> {
    let people = ledger::people(store).await?;
    let reasons: Vec<Commitment> = entries.iter().filter_map(|entry| said(&entry.event).1).collect();
    let texts = ledger::committed_texts(store, &reasons).await?;
    let line = |entry: &LedgerEntry| {
        let (mut what, reason) = said(&entry.event);
        if let Subject::Person(id) = entry.event.subject()
            && let Some(name) = people.get(&PersonId(id.into()))
        {
            what = format!("{what}: {name}");
        }
        let by = match &entry.actor {
            Actor::Pouch => None,
            Actor::Person(id) => Some(people.get(id).cloned().unwrap_or_else(|| id.to_string())),
        };
        Line { at: entry.at, by, what, reason: reason.and_then(|one| texts.get(&one).cloned()) }
    };
    Ok(entries.iter().map(line).collect())
}

/// What an event says, and what stands behind its reason.
fn said(event: &Event) -> (String, Option<Commitment>) {
    match event {
        Event::OutcomeSet { outcome, kind, reason, .. } => {
            (format!("{} ({})", outcome.as_str(), kind.as_str()), Some(*reason))
        }
        Event::Queued { number, .. } => (format!("revision {number} queued"), None),
        Event::Changed { change, reason, .. } => {
            let duplicate = match change {
                Change::Reject { rejection: Rejection::DuplicateOf(of), .. } => {
                    format!(" as a duplicate of {of}")
                }
                Change::Approve { .. }
                | Change::Reject { .. }
                | Change::Release { .. }
                | Change::Publish { .. }
                | Change::Supersede { .. }
                | Change::Withdraw { .. }
                | Change::Reopen { .. } => String::new(),
            };
            (format!("{}{duplicate}", change.as_participle()), *reason)
        }
        Event::Judged { act, .. } => (format!("labels judged ({})", act.as_str()), None),
        Event::CopyMade { copy: Some(_), .. } => ("a copy without the struck words was made and searched".into(), None),
        Event::CopyMade { copy: None, .. } => ("a copy without the struck words was made and refused".into(), None),
        Event::Edited { edition, reason, .. } => (format!("edited, now edition {edition}"), Some(*reason)),
        Event::WishFound { number, kind, quote, .. } => {
            (format!("wish {number} found ({})", kind.as_str()), Some(*quote))
        }
        Event::WishDecided { number, decided, reason, .. } => {
            (format!("wish {number} {}", decided.as_str()), Some(*reason))
        }
        Event::RelationFound { other, kind, reason, .. } => {
            (format!("proposed: it {} message {other}", kind.words()), Some(*reason))
        }
        Event::RelationDecided { other, kind, confirmed, reason, .. } => {
            let not = if *confirmed { "" } else { "not " };
            (format!("decided: it is {not}so that it {} message {other}", kind.words()), Some(*reason))
        }
        Event::AddedByHand { reason, .. } => ("brought in".into(), Some(*reason)),
        Event::CarriedOut { manifest: Some(_), .. } => ("made public by the publishing pipeline".into(), None),
        Event::CarriedOut { manifest: None, .. } => ("taken down by the publishing pipeline".into(), None),
        Event::Merged { into, reason, .. } => (format!("joined into {into}"), Some(*reason)),
        Event::Parted { new, .. } => (format!("parted; the other message is {new}"), None),
        Event::Letter { kind, state, .. } => (format!("{} {}", kind.as_str(), state.as_str()), None),
        Event::Joined { settlement, .. } => (format!("copy: {}", settlement.as_str()), None),
        Event::MailboxSeen { .. } => ("a mailbox is watched from now on".into(), None),
        Event::Received { uid, size_bytes, .. } => (format!("UID {} received, {size_bytes} bytes", uid.uid), None),
        Event::Settled { uid, settlement, reason } => (format!("UID {}: {}", uid.uid, settlement.as_str()), *reason),
        Event::Vanished { uid } => (format!("UID {} is no longer on the server", uid.uid), None),
        Event::Erased { reason, .. } => ("erased on purpose".into(), Some(*reason)),
        Event::PersonSeen { .. } => ("a person is known from now on".into(), None),
        Event::AccountOpened { roles, .. } => (format!("account opened ({})", roles.words().join(", ")), None),
        Event::RolesSet { roles, .. } => (format!("roles set ({})", roles.words().join(", ")), None),
        Event::AccountClosed { .. } => ("account closed".into(), None),
        Event::AccountReopened { .. } => ("account opened again".into(), None),
        Event::AccessRenewed { .. } => ("password and codes to be set anew".into(), None),
        Event::Numbered { number, .. } => (format!("got the running number {number}"), None),
        Event::ModelTrained { version, .. } => (format!("model {version} trained"), None),
        Event::ModelChosen { version, reason } => (format!("model {version} chosen"), Some(*reason)),
        Event::CatalogueConfirmed { reason, .. } => ("catalogue confirmed".into(), *reason),
    }
}
