//! Rows of mail that Pouch writes. Sends nothing.

use super::rows::{micros, time, word};
use super::{Result, Store, Tx};
use crate::domain::letter::{LetterKind, LetterState};
use crate::domain::{LetterId, SubmissionId, Timestamp};
use std::collections::BTreeSet;

/// A letter with everything that sending it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterLine {
    pub id: LetterId,
    pub kind: LetterKind,
    pub state: LetterState,
    /// The key that no other letter has.
    pub once: Option<String>,
    pub submission: Option<SubmissionId>,
    pub recipients: Vec<String>,
    /// The whole message (RFC 5322).
    pub message: String,
    /// MAIL FROM is `<>`.
    pub null_path: bool,
    pub reason: Option<String>,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    kind: String,
    state: String,
    once: Option<String>,
    submission_id: Option<String>,
    recipients: String,
    message: String,
    null_path: i64,
    reason: Option<String>,
    created_at: i64,
    changed_at: i64,
}

const COLUMNS: &str =
    "id, kind, state, once, submission_id, recipients, message, null_path, reason, created_at, changed_at";

impl Row {
    fn line(self) -> Result<LetterLine> {
        Ok(LetterLine {
            id: LetterId(self.id),
            kind: word(&self.kind)?,
            state: word(&self.state)?,
            once: self.once,
            submission: self.submission_id.map(SubmissionId),
            recipients: self.recipients.lines().map(String::from).collect(),
            message: self.message,
            null_path: self.null_path == 1,
            reason: self.reason,
            created_at: time(self.created_at),
            changed_at: time(self.changed_at),
        })
    }
}

/// Adds a letter; false if there is one with the same key.
pub async fn add(tx: &mut Tx, letter: &LetterLine) -> Result<bool> {
    let added = sqlx::query(
        "insert into letters (id, kind, state, once, submission_id, recipients, message, null_path, reason, created_at,
                              changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (once) do nothing",
    )
    .bind(letter.id.as_str())
    .bind(letter.kind.as_str())
    .bind(letter.state.as_str())
    .bind(letter.once.as_deref())
    .bind(letter.submission.as_ref().map(SubmissionId::as_str))
    .bind(letter.recipients.join("\n"))
    .bind(&letter.message)
    .bind(i64::from(letter.null_path))
    .bind(letter.reason.as_deref())
    .bind(micros(letter.created_at))
    .bind(micros(letter.changed_at))
    .execute(&mut **tx)
    .await?;
    Ok(added.rows_affected() == 1)
}

/// One letter.
pub async fn line(store: &Store, id: &LetterId) -> Result<Option<LetterLine>> {
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!("select {COLUMNS} from letters where id = $1")))
        .bind(id.as_str())
        .fetch_optional(store.pool())
        .await?;
    row.map(Row::line).transpose()
}

/// Letters, oldest first: about one submission, or all.
pub async fn lines(store: &Store, submission: Option<&SubmissionId>) -> Result<Vec<LetterLine>> {
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "select {COLUMNS} from letters where $1 is null or submission_id = $1 order by created_at, id"
    )))
    .bind(submission.map(SubmissionId::as_str))
    .fetch_all(store.pool())
    .await?;
    rows.into_iter().map(Row::line).collect()
}

/// Writes how far a letter has come, if it still stands where it was read; false if somebody else was first.
pub async fn set_state(
    tx: &mut Tx,
    read: &LetterLine,
    state: LetterState,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<bool> {
    let written =
        sqlx::query("update letters set state = $1, reason = $2, changed_at = $3 where id = $4 and state = $5")
            .bind(state.as_str())
            .bind(reason)
            .bind(micros(now))
            .bind(read.id.as_str())
            .bind(read.state.as_str())
            .execute(&mut **tx)
            .await?;
    Ok(written.rows_affected() == 1)
}

/// How many letters of a kind were queued since then, the withheld ones left out.
pub async fn count_since(tx: &mut Tx, kind: LetterKind, since: Timestamp) -> Result<i64> {
    let (count,): (i64,) =
        sqlx::query_as("select count(*) from letters where kind = $1 and state <> 'withheld' and created_at >= $2")
            .bind(kind.as_str())
            .bind(micros(since))
            .fetch_one(&mut **tx)
            .await?;
    Ok(count)
}

/// How many letters did not go and are not tried again by themselves.
pub async fn stuck(store: &Store) -> Result<i64> {
    let (count,): (i64,) = sqlx::query_as("select count(*) from letters where state in ('unsure', 'refused')")
        .fetch_one(store.pool())
        .await?;
    Ok(count)
}

/// When the last letter of a kind was queued.
pub async fn last_of(store: &Store, kind: LetterKind) -> Result<Option<Timestamp>> {
    let (last,): (Option<i64>,) = sqlx::query_as("select max(created_at) from letters where kind = $1")
        .bind(kind.as_str())
        .fetch_one(store.pool())
        .await?;
    Ok(last.map(time))
}

/// Of these subjects, those that no notice has told of yet.
pub async fn unnoticed(store: &Store, subjects: &[String]) -> Result<Vec<String>> {
    let told: Vec<(String,)> = sqlx::query_as("select subject from noticed").fetch_all(store.pool()).await?;
    let told: BTreeSet<String> = told.into_iter().map(|(subject,)| subject).collect();
    Ok(subjects.iter().filter(|one| !told.contains(*one)).cloned().collect())
}

/// Says that a notice has told of a subject.
pub async fn notice(tx: &mut Tx, subject: &str, now: Timestamp) -> Result<()> {
    sqlx::query("insert into noticed (subject, at) values ($1, $2) on conflict (subject) do nothing")
        .bind(subject)
        .bind(micros(now))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The next running number with this name, from 1; without gaps, since it is given back if the transaction fails.
pub async fn next_number(tx: &mut Tx, name: &str) -> Result<u64> {
    let (value,): (i64,) = sqlx::query_as(
        "insert into counters (name, value) values ($1, 1)
         on conflict (name) do update set value = counters.value + 1
         returning value",
    )
    .bind(name)
    .fetch_one(&mut **tx)
    .await?;
    Ok(value as u64)
}
