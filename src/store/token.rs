//! Sealed refresh tokens, one an account. Knows no key: what is read here is of no use without it.

use super::rows::{micros, time};
use super::{Result, Store};
use crate::domain::Timestamp;

/// The sealed refresh token of an account.
///
/// # Errors
/// If the database does not answer.
pub async fn sealed(store: &Store, account: &str) -> Result<Option<String>> {
    let row: Option<(String,)> = sqlx::query_as("select sealed from tokens where account = $1")
        .bind(account)
        .fetch_optional(store.pool())
        .await?;
    Ok(row.map(|(sealed,)| sealed))
}

/// When it was last replaced.
///
/// # Errors
/// If the database does not answer.
pub async fn changed_at(store: &Store, account: &str) -> Result<Option<Timestamp>> {
    let row: Option<(i64,)> = sqlx::query_as("select changed_at from tokens where account = $1")
        .bind(account)
        .fetch_optional(store.pool())
        .await?;
    Ok(row.map(|(at,)| time(at)))
}

/// Puts a sealed refresh token in the place of the one before; durable afterwards.
///
/// # Errors
/// If the database does not answer.
pub async fn put(store: &Store, account: &str, sealed: &str, now: Timestamp) -> Result<()> {
    let mut tx = store.begin().await?;
    sqlx::query(
        "insert into tokens (account, sealed, changed_at) values ($1, $2, $3)
         on conflict (account) do update set sealed = $2, changed_at = $3",
    )
    .bind(account)
    .bind(sealed)
    .bind(micros(now))
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}
