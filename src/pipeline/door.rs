//! Where UIDs come in: each call is one transaction of rows, due work and ledger entries. Touches no bytes.

use super::steps::uid_key;
use crate::domain::ledger::{Actor, Event};
use crate::domain::mailbox::{Arrival, MailboxRole, UidKey, Unsettled};
use crate::domain::{MailboxId, Timestamp};
use crate::store::task::{self, Stage};
use crate::store::{self, Store, Tx, ledger, mailbox, waiting};

/// The mailbox with this account and folder, known to the ledger from now on.
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
    let (id, is_new) = mailbox::find_or_add(&mut tx, account, folder, role, now).await?;
    if is_new {
        let name = ledger::commit_to(&mut tx, &format!("{account}\n{folder}")).await?;
        let event = Event::MailboxSeen { mailbox: id.clone(), name };
        ledger::append(&mut tx, &Actor::Pouch, &[event], now).await?;
    }
    tx.commit().await?;
    Ok(id)
}

/// Takes a batch in whose bytes are already durable in the vault: copies, parse tasks and ledger entries in one
/// transaction. A UID that is known already is left as it is, unless it was parked.
///
/// # Errors
/// If the store does not answer; nothing of the batch is then taken.
pub async fn take_in(store: &Store, mailbox_id: &MailboxId, batch: &[Arrival], now: Timestamp) -> store::Result<()> {
    let mut tx = store.begin().await?;
    for arrival in batch {
        take_one_in(&mut tx, mailbox_id, arrival, now).await?;
    }
    tx.commit().await?;
    store.ring();
    Ok(())
}

/// Takes one in within a transaction; false: it was known already. Who commits rings.
///
/// # Errors
/// If the store does not answer.
pub async fn take_one_in(
    tx: &mut Tx,
    mailbox_id: &MailboxId,
    arrival: &Arrival,
    now: Timestamp,
) -> store::Result<bool> {
    if !mailbox::insert_received(tx, mailbox_id, arrival, now).await? {
        return Ok(false);
    }
    let uid = UidKey { mailbox: mailbox_id.clone(), uidvalidity: arrival.uidvalidity, uid: arrival.uid };
    task::add(tx, Stage::Parse, &uid_key(&uid), now).await?;
    let event = Event::Received { uid, digest: arrival.digest, size_bytes: arrival.size_bytes };
    ledger::append(tx, &Actor::Pouch, &[event], now).await?;
    Ok(true)
}

/// Makes a step due for whatever came in, has no end state and no step due: no fault of ours may lose a message for good.
/// Returns how many there were.
///
/// # Errors
/// If the store does not answer.
pub async fn take_up(store: &Store, now: Timestamp) -> store::Result<usize> {
    let lost = waiting::without_step(store).await?;
    let mut tx = store.begin().await?;
    for (stage, subject) in &lost {
        task::add(&mut tx, *stage, subject, now).await?;
    }
    tx.commit().await?;
    Ok(lost.len())
}

/// Settles UIDs that ended without bytes.
///
/// # Errors
/// If the store does not answer; nothing of the batch is then settled.
pub async fn settle(
    store: &Store,
    mailbox_id: &MailboxId,
    uidvalidity: u32,
    settled: &[Unsettled],
    now: Timestamp,
) -> store::Result<()> {
    let mut tx = store.begin().await?;
    for one in settled {
        if !mailbox::settle(&mut tx, mailbox_id, uidvalidity, one, now).await? {
            continue;
        }
        let uid = UidKey { mailbox: mailbox_id.clone(), uidvalidity, uid: one.uid };
        let reason = Some(ledger::commit_to(&mut tx, &one.reason).await?);
        let event = Event::Settled { uid, settlement: one.settlement, reason };
        ledger::append(&mut tx, &Actor::Pouch, &[event], now).await?;
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
    mailbox_id: &MailboxId,
    uidvalidity: u32,
    uids: &[u64],
    now: Timestamp,
) -> store::Result<()> {
    let mut tx = store.begin().await?;
    for &uid in uids {
        if mailbox::mark_vanished(&mut tx, mailbox_id, uidvalidity, uid, now).await? {
            let uid = UidKey { mailbox: mailbox_id.clone(), uidvalidity, uid };
            ledger::append(&mut tx, &Actor::Pouch, &[Event::Vanished { uid }], now).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}
