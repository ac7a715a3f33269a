//! The way of a message (placeholder: being written).
use crate::domain::mailbox::Arrival;
use crate::domain::{MailboxId, Timestamp};
use crate::store::{self, Store};

/// Takes a batch in whose bytes are already durable in the vault: copies, parse tasks and ledger entries in one
/// transaction. A UID that is known already is left as it is, unless it was parked.
///
/// # Errors
/// If the store does not answer; nothing of the batch is then taken.
pub async fn take_in(_store: &Store, _mailbox: &MailboxId, _batch: &[Arrival], _now: Timestamp) -> store::Result<()> {
    Ok(())
}
