//! Rows of what programs elsewhere are told. Sends nothing and signs nothing.

use super::rows::{micros, time, word};
use super::{Result, Store, Tx};
use crate::domain::webhook::DeliveryState;
use crate::domain::{Timestamp, new_id};

/// One event for one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub id: String,
    /// Digest of the endpoint's address.
    pub endpoint: String,
    /// Number of the ledger's entry.
    pub entry: u64,
    pub event: String,
    /// What is sent, as it is signed.
    pub body: String,
    pub state: DeliveryState,
    pub attempts: i64,
    /// What went wrong last.
    pub reason: Option<String>,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    endpoint_id: String,
    entry: i64,
    event: String,
    body: String,
    state: String,
    attempts: i64,
    reason: Option<String>,
    created_at: i64,
    changed_at: i64,
}

impl Row {
    fn delivery(self) -> Result<Delivery> {
        Ok(Delivery {
            id: self.id,
            endpoint: self.endpoint_id,
            entry: self.entry as u64,
            event: self.event,
            body: self.body,
            state: word(&self.state)?,
            attempts: self.attempts,
            reason: self.reason,
            created_at: time(self.created_at),
            changed_at: time(self.changed_at),
        })
    }
}

/// Up to which entry of the ledger an endpoint was told; a new endpoint begins behind `head`.
pub async fn told_up_to(store: &Store, endpoint: &str, head: u64, now: Timestamp) -> Result<u64> {
    sqlx::query(
        "insert into webhook_endpoints (id, told_up_to, added_at) values ($1, $2, $3) on conflict (id) do nothing",
    )
    .bind(endpoint)
    .bind(head as i64)
    .bind(micros(now))
    .execute(store.pool())
    .await?;
    let (told,): (i64,) = sqlx::query_as("select told_up_to from webhook_endpoints where id = $1")
        .bind(endpoint)
        .fetch_one(store.pool())
        .await?;
    Ok(told as u64)
}

/// Moves on in the ledger; false if another process was first.
pub async fn move_on(tx: &mut Tx, endpoint: &str, from: u64, to: u64) -> Result<bool> {
    let done = sqlx::query("update webhook_endpoints set told_up_to = $1 where id = $2 and told_up_to = $3")
        .bind(to as i64)
        .bind(endpoint)
        .bind(from as i64)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Adds what an endpoint is to be told; its id.
pub async fn add(
    tx: &mut Tx,
    endpoint: &str,
    (entry, event): (u64, &str),
    body: &str,
    now: Timestamp,
) -> Result<String> {
    let id = new_id(now);
    sqlx::query(
        "insert into webhook_deliveries (id, endpoint_id, entry, event, body, state, created_at, changed_at)
         values ($1, $2, $3, $4, $5, 'waiting', $6, $6)",
    )
    .bind(&id)
    .bind(endpoint)
    .bind(entry as i64)
    .bind(event)
    .bind(body)
    .bind(micros(now))
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

/// One delivery.
pub async fn delivery(store: &Store, id: &str) -> Result<Option<Delivery>> {
    let row: Option<Row> = sqlx::query_as(
        "select id, endpoint_id, entry, event, body, state, attempts, reason, created_at, changed_at
           from webhook_deliveries where id = $1",
    )
    .bind(id)
    .fetch_optional(store.pool())
    .await?;
    row.map(Row::delivery).transpose()
}

/// The last deliveries, those first that did not go.
pub async fn latest(store: &Store, limit: i64) -> Result<Vec<Delivery>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select id, endpoint_id, entry, event, body, state, attempts, reason, created_at, changed_at
           from webhook_deliveries
          order by case state when 'refused' then 0 when 'waiting' then 1 else 2 end, created_at desc, id desc limit $1",
    )
    .bind(limit)
    .fetch_all(store.pool())
    .await?;
    rows.into_iter().map(Row::delivery).collect()
}

/// Writes what became of a try.
pub async fn set_state(
    tx: &mut Tx,
    id: &str,
    state: DeliveryState,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "update webhook_deliveries set state = $1, reason = $2, attempts = attempts + 1, changed_at = $3 where id = $4",
    )
    .bind(state.as_str())
    .bind(reason)
    .bind(micros(now))
    .bind(id)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How many were given up, and how many have failed at least once and are tried again.
pub async fn not_sent(store: &Store) -> Result<(i64, i64)> {
    let (given_up,): (i64,) = sqlx::query_as("select count(*) from webhook_deliveries where state = 'refused'")
        .fetch_one(store.pool())
        .await?;
    let (waiting,): (i64,) =
        sqlx::query_as("select count(*) from webhook_deliveries where state = 'waiting' and attempts > 0")
            .fetch_one(store.pool())
            .await?;
    Ok((given_up, waiting))
}

/// Removes what was sent before a time.
pub async fn forget_sent(store: &Store, before: Timestamp) -> Result<()> {
    sqlx::query("delete from webhook_deliveries where state = 'sent' and changed_at < $1")
        .bind(micros(before))
        .execute(store.pool())
        .await?;
    Ok(())
}
