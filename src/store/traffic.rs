//! What an account fetched from its server, by day (UTC). Counts only; stops nobody.

use super::{Result, Store};
use crate::domain::Timestamp;

const DAY_SECONDS: i64 = 86_400;

/// Bytes that the account fetched on the day of `now`.
///
/// # Errors
/// If the database does not answer.
pub async fn spent(store: &Store, account: &str, now: Timestamp) -> Result<u64> {
    let row: Option<(i64,)> = sqlx::query_as("select bytes from traffic where account = $1 and day = $2")
        .bind(account)
        .bind(now.as_second().div_euclid(DAY_SECONDS))
        .fetch_optional(store.pool())
        .await?;
    Ok(row.map_or(0, |(bytes,)| u64::try_from(bytes).unwrap_or(0)))
}

/// Adds bytes to the day of `now`; durable afterwards.
///
/// # Errors
/// If the database does not answer.
pub async fn spend(store: &Store, account: &str, bytes: u64, now: Timestamp) -> Result<()> {
    let mut tx = store.begin().await?;
    sqlx::query(
        "insert into traffic (account, day, bytes) values ($1, $2, $3)
         on conflict (account, day) do update set bytes = traffic.bytes + excluded.bytes",
    )
    .bind(account)
    .bind(now.as_second().div_euclid(DAY_SECONDS))
    .bind(i64::try_from(bytes).unwrap_or(i64::MAX))
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}
