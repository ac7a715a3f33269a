//! The way of a message (placeholder: being written). It must not write ledger entries outside the transaction of
//! their change; this placeholder writes none.

use crate::domain::mailbox::{Arrival, MailboxRole, Unsettled};
use crate::domain::{MailboxId, Timestamp};
use crate::store::{self, Store, mailbox as rows};

/// The mailbox with this account and folder, known from now on.
///
/// # Errors
/// If the store does not answer.
pub async fn open_mailbox(
    store: &Store,
    account: &str,
    folder: &str,
    role: MailboxRole,
    now: Timestamp,
) -> store::Result<MailboxId> {
    let mut tx = store.begin().await?;
    let (mailbox, _was_new) = rows::find_or_add(&mut tx, account, folder, role, now).await?;
    tx.commit().await?;
    Ok(mailbox)
}

/// Takes a batch in whose bytes are already durable in the vault: copies, parse tasks and ledger entries in one
/// transaction. A UID that is known already is left as it is, unless it was parked.
///
/// # Errors
/// If the store does not answer; nothing of the batch is then taken.
pub async fn take_in(store: &Store, mailbox: &MailboxId, batch: &[Arrival], now: Timestamp) -> store::Result<()> {
    let mut tx = store.begin().await?;
    for arrival in batch {
        rows::insert_received(&mut tx, mailbox, arrival, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Settles UIDs that ended without bytes.
///
/// # Errors
/// If the store does not answer; nothing of the batch is then settled.
pub async fn settle(
    store: &Store,
    mailbox: &MailboxId,
    uidvalidity: u32,
    settled: &[Unsettled],
    now: Timestamp,
) -> store::Result<()> {
    let mut tx = store.begin().await?;
    for one in settled {
        rows::settle(&mut tx, mailbox, uidvalidity, one, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Marks UIDs that a complete comparison no longer found on the server.
///
/// # Errors
/// If the store does not answer; nothing is then marked.
pub async fn vanish(
    store: &Store,
    mailbox: &MailboxId,
    uidvalidity: u32,
    uids: &[u64],
    now: Timestamp,
) -> store::Result<()> {
    let mut tx = store.begin().await?;
    for uid in uids {
        rows::mark_vanished(&mut tx, mailbox, uidvalidity, *uid, now).await?;
    }
    tx.commit().await?;
    Ok(())
}
