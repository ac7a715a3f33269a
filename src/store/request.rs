//! Rows of requests that a program may send twice, with the answer that the first one got. Knows nothing of HTTP.

use super::rows::micros;
use super::{Result, Store};
use crate::domain::{Digest, PersonId, Timestamp};

/// What stands there for a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub fingerprint: String,
    /// `None`: it is under way.
    pub answer: Option<Answer>,
}

/// An answer as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// As JSON.
    pub headers: String,
    pub body: String,
}

type KnownRow = (String, Option<i64>, Option<String>, Option<String>);

/// Begins a request under a key; what stands there already, if something does. Forgets what began before `kept_since`, and
/// what began before `alive_since` and was never answered: its process died.
pub async fn begin(
    store: &Store,
    (person, key): (&PersonId, &str),
    fingerprint: Digest,
    (kept_since, alive_since): (Timestamp, Timestamp),
    now: Timestamp,
) -> Result<Option<Known>> {
    let mut tx = store.begin().await?;
    sqlx::query("delete from api_requests where began_at < $1 or (began_at < $2 and status is null)")
        .bind(micros(kept_since))
        .bind(micros(alive_since))
        .execute(&mut *tx)
        .await?;
    let added = sqlx::query(
        "insert into api_requests (person_id, key, fingerprint, began_at) values ($1, $2, $3, $4)
         on conflict (person_id, key) do nothing",
    )
    .bind(person.as_str())
    .bind(key)
    .bind(fingerprint.to_string())
    .bind(micros(now))
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    if added.rows_affected() == 1 {
        return Ok(None);
    }
    let row: Option<KnownRow> =
        sqlx::query_as("select fingerprint, status, headers, body from api_requests where person_id = $1 and key = $2")
            .bind(person.as_str())
            .bind(key)
            .fetch_optional(store.pool())
            .await?;
    // Gone between the two: then the other one failed, and nobody knows of an answer yet.
    let Some((known, status, headers, body)) = row else {
        return Ok(Some(Known { fingerprint: fingerprint.to_string(), answer: None }));
    };
    let answer = status.map(|status| Answer {
        status: status as u16,
        headers: headers.unwrap_or_default(),
        body: body.unwrap_or_default(),
    });
    Ok(Some(Known { fingerprint: known, answer }))
}

/// Keeps the answer.
pub async fn end(store: &Store, (person, key): (&PersonId, &str), answer: &Answer) -> Result<()> {
    sqlx::query("update api_requests set status = $1, headers = $2, body = $3 where person_id = $4 and key = $5")
        .bind(i64::from(answer.status))
        .bind(&answer.headers)
        .bind(&answer.body)
        .bind(person.as_str())
        .bind(key)
        .execute(store.pool())
        .await?;
    Ok(())
}

/// Forgets a request that failed: it may be tried again.
pub async fn forget(store: &Store, (person, key): (&PersonId, &str)) -> Result<()> {
    sqlx::query("delete from api_requests where person_id = $1 and key = $2")
        .bind(person.as_str())
        .bind(key)
        .execute(store.pool())
        .await?;
    Ok(())
}
