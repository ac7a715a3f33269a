//! The sealer: numbers the ledger's new entries and chains them by hash. Only one process seals at a time.

use crate::audit::chain;
use crate::domain::Timestamp;
use crate::store::{self, Store, ledger};

/// Entries of one seal: bounds the time for which the writers wait.
const BATCH: i64 = 5_000;

/// Seals what is unsealed now; returns how many entries that were.
///
/// # Errors
/// If the store does not answer, or `Conflict` if another sealer was first.
pub async fn seal(store: &Store, now: Timestamp) -> store::Result<u64> {
    if ledger::unsealed(store).await? == 0 {
        return Ok(0);
    }
    let mut tx = store.begin().await?;
    let (number, mut hash) = ledger::head_in(&mut tx).await?.unwrap_or((0, chain::GENESIS));
    let entries = ledger::number(&mut tx, number, BATCH).await?;
    for entry in &entries {
        hash = chain::next_hash(hash, entry);
    }
    if let Some(last) = entries.last() {
        ledger::seal(&mut tx, last.number.unwrap_or_default(), hash, now).await?;
    }
    tx.commit().await?;
    Ok(entries.len() as u64)
}
