//! Rows of what persons brought and is still on its way. Knows who it was, and nothing of what became of it.

use super::rows::micros;
use super::{Result, Store, Tx};
use crate::domain::mailbox::UidKey;
use crate::domain::{MailboxId, PersonId, Timestamp};

/// Notes who brought a copy that was just taken in.
pub async fn begin(tx: &mut Tx, key: &UidKey, person: &PersonId, now: Timestamp) -> Result<()> {
    sqlx::query(
        "insert into brought (mailbox_id, uidvalidity, uid, person_id, brought_at) values ($1, $2, $3, $4, $5)
         on conflict (mailbox_id, uidvalidity, uid) do nothing",
    )
    .bind(key.mailbox.as_str())
    .bind(i64::from(key.uidvalidity))
    .bind(key.uid as i64)
    .bind(person.as_str())
    .bind(micros(now))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// All of them, the oldest first, with who brought them.
pub async fn all(store: &Store) -> Result<Vec<(UidKey, PersonId)>> {
    let rows: Vec<(String, i64, i64, String)> =
        sqlx::query_as("select mailbox_id, uidvalidity, uid, person_id from brought order by brought_at, uid")
            .fetch_all(store.pool())
            .await?;
    let one = |(mailbox, uidvalidity, uid, person): (String, i64, i64, String)| {
        let uidvalidity = u32::try_from(uidvalidity).unwrap_or(0);
        (UidKey { mailbox: MailboxId(mailbox), uidvalidity, uid: uid as u64 }, PersonId(person))
    };
    Ok(rows.into_iter().map(one).collect())
}

/// Whether this one is on its way.
pub async fn is_waiting(store: &Store, key: &UidKey) -> Result<bool> {
    let (count,): (i64,) =
        sqlx::query_as("select count(*) from brought where mailbox_id = $1 and uidvalidity = $2 and uid = $3")
            .bind(key.mailbox.as_str())
            .bind(i64::from(key.uidvalidity))
            .bind(key.uid as i64)
            .fetch_one(store.pool())
            .await?;
    Ok(count > 0)
}

/// It is through; false: another process said so before.
pub async fn end(tx: &mut Tx, key: &UidKey) -> Result<bool> {
    let done = sqlx::query("delete from brought where mailbox_id = $1 and uidvalidity = $2 and uid = $3")
        .bind(key.mailbox.as_str())
        .bind(i64::from(key.uidvalidity))
        .bind(key.uid as i64)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() > 0)
}
