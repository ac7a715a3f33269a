//! Copies and messages that have no end state yet, whether a step is due for them or not. Changes nothing.

use super::rows::{micros, time};
use super::task::Stage;
use super::{Result, Store};
use crate::domain::Timestamp;
use crate::domain::waiting::Waiting;
use std::collections::BTreeMap;

#[derive(sqlx::FromRow)]
struct Row {
    name: String,
    first_seen: i64,
    task_id: Option<String>,
    stage: Option<String>,
    last_error: Option<String>,
}

impl Row {
    fn waiting(self) -> Waiting {
        // The task moves on with its subject and keeps its id; one that a person asked for is a new one.
        let asked = self.task_id.as_deref().and_then(|id| uuid::Uuid::parse_str(id).ok()?.get_timestamp());
        let asked = asked
            .map(|moment| moment.to_unix())
            .and_then(|(seconds, nanos)| Timestamp::new(i64::try_from(seconds).ok()?, i32::try_from(nanos).ok()?).ok());
        let since = asked.map_or(time(self.first_seen), |asked| asked.max(time(self.first_seen)));
        Waiting { name: self.name, since, stage: self.stage, error: self.last_error }
    }
}

/// What waits since `before` or longer, the longest first.
pub async fn since(store: &Store, before: Timestamp) -> Result<Vec<Waiting>> {
    let copies: Vec<Row> = sqlx::query_as(
        "select m.account || '/' || m.folder || ' UID ' || c.uid as name, c.first_seen, t.id as task_id, t.stage, t.last_error
           from copies c
           join mailboxes m on m.id = c.mailbox_id
           left join tasks t
             on t.stage = 'parse' and t.subject = c.mailbox_id || '/' || c.uidvalidity || '/' || c.uid
          where c.settlement = 'received' and c.first_seen <= $1",
    )
    .bind(micros(before))
    .fetch_all(store.pool())
    .await?;
    // A submission that is in no queue has not come to its end either. A row without copies is nobody's mail any more.
    let messages: Vec<Row> = sqlx::query_as(
        "select 'message ' || m.id as name, m.first_seen, t.id as task_id, t.stage, t.last_error
           from messages m
           left join tasks t on t.subject = m.id and t.stage in ('extract', 'recognise', 'classify', 'relate', 'queue')
          where (m.outcome = 'pending' or (m.outcome = 'submission' and m.submission_id is null))
            and m.first_seen <= $1
            and exists (select 1 from copies where copies.message_id = m.id)",
    )
    .bind(micros(before))
    .fetch_all(store.pool())
    .await?;
    let mut by_name: BTreeMap<String, Waiting> = BTreeMap::new();
    for one in copies.into_iter().chain(messages).map(Row::waiting) {
        // Two steps may be due for a message: what was asked for last counts.
        if by_name.get(&one.name).is_none_or(|other| other.since < one.since) {
            by_name.insert(one.name.clone(), one);
        }
    }
    let mut found: Vec<Waiting> = by_name.into_values().filter(|one| one.since <= before).collect();
    found.sort_by(|a, b| (a.since, &a.name).cmp(&(b.since, &b.name)));
    Ok(found)
}

/// The step and the subject of what has no end state and no step due either.
pub async fn without_step(store: &Store) -> Result<Vec<(Stage, String)>> {
    let copies: Vec<(String,)> = sqlx::query_as(
        "select c.mailbox_id || '/' || c.uidvalidity || '/' || c.uid
           from copies c
           left join tasks t
             on t.stage = 'parse' and t.subject = c.mailbox_id || '/' || c.uidvalidity || '/' || c.uid
          where c.settlement = 'received' and t.id is null",
    )
    .fetch_all(store.pool())
    .await?;
    let messages: Vec<(String, String)> = sqlx::query_as(
        "select m.outcome, m.id
           from messages m
           left join tasks t on t.subject = m.id and t.stage in ('extract', 'recognise', 'classify', 'relate', 'queue')
          where (m.outcome = 'pending' or (m.outcome = 'submission' and m.submission_id is null))
            and t.id is null
            and exists (select 1 from copies where copies.message_id = m.id)",
    )
    .fetch_all(store.pool())
    .await?;
    let of_message =
        |(outcome, id): (String, String)| (if outcome == "pending" { Stage::Extract } else { Stage::Classify }, id);
    Ok(copies
        .into_iter()
        .map(|(subject,)| (Stage::Parse, subject))
        .chain(messages.into_iter().map(of_message))
        .collect())
}
