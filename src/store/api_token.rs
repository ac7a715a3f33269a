//! Rows of keys with which programs use /api/v1. Holds their hashes only.

use super::rows::{from_json, json, micros, time};
use super::{Result, Store, Tx};
use crate::domain::access::Right;
use crate::domain::{Digest, PersonId, Timestamp};

/// A key of a program.
#[derive(Clone, Debug)]
pub struct ApiToken {
    pub id: String,
    pub hash: Digest,
    pub person: PersonId,
    /// What it is for, in the person's words.
    pub label: String,
    pub scopes: Vec<Right>,
    pub created_at: Timestamp,
    pub until_at: Timestamp,
    pub used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

type TokenRow = (String, String, String, String, String, i64, i64, Option<i64>, Option<i64>);

fn token_of(row: TokenRow) -> Result<ApiToken> {
    let (id, hash, person, label, scopes, created_at, until_at, used_at, revoked_at) = row;
    Ok(ApiToken {
        id,
        hash: super::rows::digest(&hash)?,
        person: PersonId(person),
        label,
        scopes: from_json(&scopes)?,
        created_at: time(created_at),
        until_at: time(until_at),
        used_at: used_at.map(time),
        revoked_at: revoked_at.map(time),
    })
}

/// Keeps a key.
pub async fn add(tx: &mut Tx, one: &ApiToken) -> Result<()> {
    sqlx::query(
        "insert into api_tokens (hash, id, person_id, label, scopes, created_at, until_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(one.hash.to_string())
    .bind(&one.id)
    .bind(one.person.as_str())
    .bind(&one.label)
    .bind(json(&one.scopes)?)
    .bind(micros(one.created_at))
    .bind(micros(one.until_at))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The key with this hash, if it holds.
pub async fn live(store: &Store, hash: Digest, now: Timestamp) -> Result<Option<ApiToken>> {
    let row: Option<TokenRow> = sqlx::query_as(
        "select id, hash, person_id, label, scopes, created_at, until_at, used_at, revoked_at
           from api_tokens where hash = $1 and revoked_at is null and until_at > $2",
    )
    .bind(hash.to_string())
    .bind(micros(now))
    .fetch_optional(store.pool())
    .await?;
    row.map(token_of).transpose()
}

/// All keys of a person, the newest first.
pub async fn of(store: &Store, person: &PersonId) -> Result<Vec<ApiToken>> {
    let rows: Vec<TokenRow> = sqlx::query_as(
        "select id, hash, person_id, label, scopes, created_at, until_at, used_at, revoked_at
           from api_tokens where person_id = $1 order by created_at desc",
    )
    .bind(person.as_str())
    .fetch_all(store.pool())
    .await?;
    rows.into_iter().map(token_of).collect()
}

/// Notes that a key was used.
pub async fn see(store: &Store, hash: Digest, now: Timestamp) -> Result<()> {
    sqlx::query("update api_tokens set used_at = $1 where hash = $2")
        .bind(micros(now))
        .bind(hash.to_string())
        .execute(store.pool())
        .await?;
    Ok(())
}

/// Ends a key of a person; false if there is no such live one.
pub async fn revoke(store: &Store, person: &PersonId, id: &str, now: Timestamp) -> Result<bool> {
    let done =
        sqlx::query("update api_tokens set revoked_at = $1 where id = $2 and person_id = $3 and revoked_at is null")
            .bind(micros(now))
            .bind(id)
            .bind(person.as_str())
            .execute(store.pool())
            .await?;
    Ok(done.rows_affected() == 1)
}
