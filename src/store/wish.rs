//! Rows of wishes and of what persons decided about them. Knows no consequence of a decision.

use super::desk::Subject;
use super::rows::{from_json, json, micros, rows_of, time};
use super::{Result, Store, Tx};
use crate::domain::wish::{Wish, WishDecision};
use crate::domain::{MessageId, PersonId, Timestamp};

/// A wish with what was decided about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WishLine {
    pub message: MessageId,
    /// From 1, within its message.
    pub number: u32,
    pub wish: Wish,
    pub decided: Option<Decided>,
}

/// A decision with who made it and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    pub decision: WishDecision,
    pub by: PersonId,
    pub reason: String,
    pub at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    message_id: String,
    number: i64,
    wish: String,
    decision: Option<String>,
    decided_by: Option<String>,
    reason: Option<String>,
    decided_at: Option<i64>,
}

impl Row {
    fn line(self) -> Result<WishLine> {
        let decided = match (self.decision, self.decided_by) {
            (Some(decision), Some(by)) => Some(Decided {
                decision: from_json(&decision)?,
                by: PersonId(by),
                reason: self.reason.unwrap_or_default(),
                at: time(self.decided_at.unwrap_or_default()),
            }),
            _ => None,
        };
        Ok(WishLine {
            message: MessageId(self.message_id),
            number: u32::try_from(self.number).unwrap_or(0),
            wish: from_json(&self.wish)?,
            decided,
        })
    }
}

/// The wishes of one message, or of all, in order.
pub async fn lines(store: &Store, message: Option<&MessageId>) -> Result<Vec<WishLine>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select message_id, number, wish, decision, decided_by, reason, decided_at
           from wishes where $1 is null or message_id = $1 order by message_id, number",
    )
    .bind(message.map(MessageId::as_str))
    .fetch_all(store.pool())
    .await?;
    rows.into_iter().map(Row::line).collect()
}

/// The wishes of some messages, in order.
pub async fn lines_of(store: &Store, messages: &[String]) -> Result<Vec<WishLine>> {
    let text = "select message_id, number, wish, decision, decided_by, reason, decided_at
                  from wishes where message_id in (#) order by message_id, number";
    let rows: Vec<Row> = rows_of(store, text, messages).await?;
    rows.into_iter().map(Row::line).collect()
}

/// The wishes of one message, within a transaction.
pub async fn lines_in(tx: &mut Tx, message: &MessageId) -> Result<Vec<WishLine>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select message_id, number, wish, decision, decided_by, reason, decided_at
           from wishes where message_id = $1 order by number",
    )
    .bind(message.as_str())
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(Row::line).collect()
}

/// Messages with a wish that nobody has decided on, oldest first, each with the id under which lists show it; those that
/// are set aside wish for nothing that we could do, and those on their way into the queue are in no list yet.
pub async fn undecided(store: &Store) -> Result<Vec<(MessageId, String)>> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "select distinct m.id, coalesce(m.submission_id, m.id)
           from wishes w join messages m on m.id = w.message_id
          where w.decision is null and m.outcome <> 'set-aside'
            and (m.submission_id is not null or m.outcome <> 'submission')
          order by m.id",
    )
    .fetch_all(store.pool())
    .await?;
    Ok(rows.into_iter().map(|(id, item)| (MessageId(id), item)).collect())
}

/// Adds a wish.
pub async fn add(tx: &mut Tx, message: &MessageId, number: u32, wish: &Wish) -> Result<()> {
    sqlx::query("insert into wishes (message_id, number, kind, wish) values ($1, $2, $3, $4)")
        .bind(message.as_str())
        .bind(i64::from(number))
        .bind(wish.kind.as_str())
        .bind(json(wish)?)
        .execute(&mut **tx)
        .await?;
    tx.touch(Subject::Message, message.as_str());
    Ok(())
}

/// Writes what a person decided; a later decision takes the place of an earlier one. False: there is no such wish.
pub async fn decide(tx: &mut Tx, message: &MessageId, number: u32, decided: &Decided) -> Result<bool> {
    let written = sqlx::query(
        "update wishes set decision = $1, decided_by = $2, reason = $3, decided_at = $4
          where message_id = $5 and number = $6",
    )
    .bind(json(&decided.decision)?)
    .bind(decided.by.as_str())
    .bind(&decided.reason)
    .bind(micros(decided.at))
    .bind(message.as_str())
    .bind(i64::from(number))
    .execute(&mut **tx)
    .await?;
    tx.touch(Subject::Message, message.as_str());
    Ok(written.rows_affected() == 1)
}
