//! Due work as rows, claimed by a lease, never by an open transaction. Knows no stage's meaning.

use super::rows::{micros, time, word};
use super::{Result, Store, Tx};
use crate::domain::{Timestamp, new_id};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long a claim holds unless it is renewed.
pub const LEASE: Duration = Duration::from_secs(60);

/// A step of the pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    Parse,
    Extract,
    /// Read the words in pictures, which takes long.
    Recognise,
    Classify,
    /// Compare with the messages before and after.
    Relate,
    Queue,
    Publish,
    /// Bring the public pages of one submission up to date.
    Site,
    /// Decide whether the sender of a submission gets a receipt, and write it.
    Acknowledge,
    /// Hand a letter to the server.
    Send,
    /// Tell a program elsewhere of an event.
    Tell,
}

impl Stage {
    /// In the order of a message's way.
    pub const ALL: [Self; 11] = [
        Self::Parse,
        Self::Extract,
        Self::Recognise,
        Self::Classify,
        Self::Relate,
        Self::Queue,
        Self::Publish,
        Self::Site,
        Self::Acknowledge,
        Self::Send,
        Self::Tell,
    ];

    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::Extract => "extract",
            Self::Recognise => "recognise",
            Self::Classify => "classify",
            Self::Relate => "relate",
            Self::Queue => "queue",
            Self::Publish => "publish",
            Self::Site => "site",
            Self::Acknowledge => "acknowledge",
            Self::Send => "send",
            Self::Tell => "tell",
        }
    }
}

/// One piece of due work for one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub id: String,
    pub stage: Stage,
    pub subject: String,
    /// Including the one under way.
    pub attempts: i64,
}

/// Adds a task; one that is there already for the same stage and subject stays as it is.
pub async fn add(tx: &mut Tx, stage: Stage, subject: &str, due: Timestamp) -> Result<()> {
    sqlx::query(
        "insert into tasks (id, stage, subject, due_at) values ($1, $2, $3, $4) on conflict (stage, subject) do nothing",
    )
    .bind(new_id(due))
    .bind(stage.as_str())
    .bind(subject)
    .bind(micros(due))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Adds a task, or makes one that is there due from its beginning: its subject has changed again.
pub async fn renew(tx: &mut Tx, stage: Stage, subject: &str, due: Timestamp) -> Result<()> {
    remove_for(tx, stage, subject).await?;
    add(tx, stage, subject, due).await
}

/// Claims at most `limit` due tasks of a stage, oldest first.
pub async fn claim(store: &Store, stage: Stage, owner: &str, limit: i64, now: Timestamp) -> Result<Vec<Task>> {
    // SQLite has no `for update skip locked`; on PostgreSQL two claims of the same rows leave one of them empty-handed,
    // which only means that it looks again.
    let mut tx = store.begin().await?;
    let rows: Vec<(String, String, String, i64)> = sqlx::query_as(
        "update tasks
            set lease_owner = $1, lease_until = $2, attempts = attempts + 1
          where id in (
            select id from tasks where stage = $3 and due_at <= $4 and lease_until <= $4 order by due_at, id limit $5
          ) and lease_until <= $4
         returning id, stage, subject, attempts",
    )
    .bind(owner)
    .bind(micros(now) + LEASE.as_micros() as i64)
    .bind(stage.as_str())
    .bind(micros(now))
    .bind(limit)
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    let mut tasks = rows
        .into_iter()
        .map(|(id, stage, subject, attempts)| Ok(Task { id, stage: word(&stage)?, subject, attempts }))
        .collect::<Result<Vec<_>>>()?;
    tasks.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(tasks)
}

/// Prolongs the claims and named leases of an owner.
pub async fn keep(store: &Store, owner: &str, now: Timestamp) -> Result<()> {
    sqlx::query("update leases set until_at = $1 where owner = $2 and until_at > $3")
        .bind(micros(now) + LEASE.as_micros() as i64)
        .bind(owner)
        .bind(micros(now))
        .execute(store.pool())
        .await?;
    sqlx::query("update tasks set lease_until = $1 where lease_owner = $2 and lease_until > $3")
        .bind(micros(now) + LEASE.as_micros() as i64)
        .bind(owner)
        .bind(micros(now))
        .execute(store.pool())
        .await?;
    Ok(())
}

/// Ends a task.
pub async fn finish(tx: &mut Tx, task: &Task) -> Result<()> {
    sqlx::query("delete from tasks where id = $1").bind(&task.id).execute(&mut **tx).await?;
    Ok(())
}

/// Ends a task and begins the next step: the row moves on.
///
/// A row that is due for the same already goes: the step is done once, and sees what either wanted it to see.
pub async fn advance(tx: &mut Tx, task: &Task, stage: Stage, subject: &str, now: Timestamp) -> Result<()> {
    sqlx::query("delete from tasks where stage = $1 and subject = $2 and id <> $3")
        .bind(stage.as_str())
        .bind(subject)
        .bind(&task.id)
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "update tasks
            set stage = $1, subject = $2, due_at = $3, lease_owner = null, lease_until = 0, attempts = 0, last_error = null
          where id = $4",
    )
    .bind(stage.as_str())
    .bind(subject)
    .bind(micros(now))
    .bind(&task.id)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Gives a task back with what went wrong, due again later.
pub async fn postpone(store: &Store, task: &Task, error: &str, due: Timestamp) -> Result<()> {
    sqlx::query("update tasks set lease_owner = null, lease_until = 0, last_error = $1, due_at = $2 where id = $3")
        .bind(error)
        .bind(micros(due))
        .bind(&task.id)
        .execute(store.pool())
        .await?;
    Ok(())
}

/// Whether a stage is due for a subject, now or later.
pub async fn is_due(tx: &mut Tx, stage: Stage, subject: &str) -> Result<bool> {
    let row: Option<(String,)> = sqlx::query_as("select id from tasks where stage = $1 and subject = $2")
        .bind(stage.as_str())
        .bind(subject)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.is_some())
}

/// When the task of a stage and subject is due; `None`: there is none.
pub async fn due_at(store: &Store, stage: Stage, subject: &str) -> Result<Option<Timestamp>> {
    let row: Option<(i64,)> = sqlx::query_as("select due_at from tasks where stage = $1 and subject = $2")
        .bind(stage.as_str())
        .bind(subject)
        .fetch_optional(store.pool())
        .await?;
    Ok(row.map(|(due,)| time(due)))
}

/// Removes the task of a stage and subject, if there is one.
pub async fn remove_for(tx: &mut Tx, stage: Stage, subject: &str) -> Result<()> {
    sqlx::query("delete from tasks where stage = $1 and subject = $2")
        .bind(stage.as_str())
        .bind(subject)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// How many tasks are there by stage, those that wait for a later time included.
pub async fn counts(store: &Store) -> Result<Vec<(Stage, i64)>> {
    let rows: Vec<(String, i64)> =
        sqlx::query_as("select stage, count(*) from tasks group by stage").fetch_all(store.pool()).await?;
    rows.into_iter().map(|(stage, count)| Ok((word(&stage)?, count))).collect()
}

/// How many tasks of a stage there are, and when the last of them is due; none if there are none.
pub async fn last_due(store: &Store, stage: Stage) -> Result<Option<(u64, Timestamp)>> {
    let (count, last): (i64, Option<i64>) = sqlx::query_as("select count(*), max(due_at) from tasks where stage = $1")
        .bind(stage.as_str())
        .fetch_one(store.pool())
        .await?;
    Ok(last.map(|last| (count as u64, time(last))))
}

/// Subjects of tasks whose last try went wrong, with the words.
pub async fn troubled(store: &Store) -> Result<Vec<(Stage, String, String)>> {
    let rows: Vec<(String, String, String)> =
        sqlx::query_as("select stage, subject, last_error from tasks where last_error is not null order by id")
            .fetch_all(store.pool())
            .await?;
    rows.into_iter().map(|(stage, subject, error)| Ok((word(&stage)?, subject, error))).collect()
}

/// Owners of live claims and leases of any kind.
pub async fn all_owners(store: &Store, now: Timestamp) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "select lease_owner from tasks where lease_owner is not null and lease_until > $1
         union select lease_owner from mailboxes where lease_owner is not null and lease_until > $1
         union select owner from leases where until_at > $1",
    )
    .bind(micros(now))
    .fetch_all(store.pool())
    .await?;
    Ok(rows.into_iter().map(|(owner,)| owner).collect())
}

/// Stages that have due tasks nobody has claimed: a look that takes no lock.
pub async fn due_stages(store: &Store, now: Timestamp) -> Result<Vec<Stage>> {
    // A look at the index for each stage, however long the queue is.
    let rows: Vec<(String,)> = sqlx::query_as(
        "select 'parse' where exists (select 1 from tasks where stage = 'parse' and due_at <= $1 and lease_until <= $1)
         union all
         select 'extract' where exists (select 1 from tasks where stage = 'extract' and due_at <= $1 and lease_until <= $1)
         union all
         select 'recognise' where exists (select 1 from tasks where stage = 'recognise' and due_at <= $1 and lease_until <= $1)
         union all
         select 'classify' where exists (select 1 from tasks where stage = 'classify' and due_at <= $1 and lease_until <= $1)
         union all
         select 'relate' where exists (select 1 from tasks where stage = 'relate' and due_at <= $1 and lease_until <= $1)
         union all
         select 'queue' where exists (select 1 from tasks where stage = 'queue' and due_at <= $1 and lease_until <= $1)
         union all
         select 'publish' where exists (select 1 from tasks where stage = 'publish' and due_at <= $1 and lease_until <= $1)
         union all
         select 'site' where exists (select 1 from tasks where stage = 'site' and due_at <= $1 and lease_until <= $1)
         union all
         select 'acknowledge' where exists (select 1 from tasks where stage = 'acknowledge' and due_at <= $1 and lease_until <= $1)
         union all
         select 'send' where exists (select 1 from tasks where stage = 'send' and due_at <= $1 and lease_until <= $1)
         union all
         select 'tell' where exists (select 1 from tasks where stage = 'tell' and due_at <= $1 and lease_until <= $1)",
    )
    .bind(micros(now))
    .fetch_all(store.pool())
    .await?;
    rows.into_iter().map(|(stage,)| word(&stage)).collect()
}

/// Takes back the claims of an owner that is known to be dead.
pub async fn release(store: &Store, owner: &str) -> Result<()> {
    sqlx::query("update tasks set lease_owner = null, lease_until = 0 where lease_owner = $1")
        .bind(owner)
        .execute(store.pool())
        .await?;
    sqlx::query("update mailboxes set lease_owner = null, lease_until = 0 where lease_owner = $1")
        .bind(owner)
        .execute(store.pool())
        .await?;
    sqlx::query("delete from leases where owner = $1").bind(owner).execute(store.pool()).await?;
    Ok(())
}

/// Takes or renews a named lease; false if another owner holds it.
pub async fn lease(store: &Store, name: &str, owner: &str, now: Timestamp) -> Result<bool> {
    let taken: Option<(String,)> = sqlx::query_as(
        "insert into leases (name, owner, until_at) values ($1, $2, $3)
         on conflict (name) do update set owner = excluded.owner, until_at = excluded.until_at
          where leases.owner = excluded.owner or leases.until_at <= $4
         returning owner",
    )
    .bind(name)
    .bind(owner)
    .bind(micros(now) + LEASE.as_micros() as i64)
    .bind(micros(now))
    .fetch_optional(store.pool())
    .await?;
    Ok(taken.is_some())
}

/// Gives a named lease back.
pub async fn give_back(store: &Store, name: &str, owner: &str) -> Result<()> {
    sqlx::query("delete from leases where name = $1 and owner = $2")
        .bind(name)
        .bind(owner)
        .execute(store.pool())
        .await?;
    Ok(())
}

/// Whether a task of these stages is due or under way.
pub async fn is_busy(store: &Store, stages: &[Stage], now: Timestamp) -> Result<bool> {
    for stage in stages {
        let (count,): (i64,) = sqlx::query_as("select count(*) from tasks where stage = $1 and due_at <= $2")
            .bind(stage.as_str())
            .bind(micros(now))
            .fetch_one(store.pool())
            .await?;
        if count > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}
