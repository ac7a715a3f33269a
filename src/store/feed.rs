//! Rows of what is public and what no longer is, as the publishing pipeline takes them: in order, each by one worker at a time.
//! Decides nothing about what may be public.

use super::rows::{micros, time, word};
use super::{Result, Store, Tx};
use crate::domain::{PersonId, RevisionId, SubmissionId, Timestamp};
use serde::{Deserialize, Serialize};

/// What became of a submission in public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeedChange {
    Published,
    Updated,
    Withdrawn,
}

impl FeedChange {
    /// The closed word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Updated => "updated",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// Where a submission stands in public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedLine {
    pub submission: SubmissionId,
    pub revision: RevisionId,
    pub sequence: u64,
    pub change: FeedChange,
    pub changed_at: Timestamp,
    pub lease: Option<Lease>,
    /// The last change that was carried out; 0: none.
    pub acknowledged: u64,
    pub acknowledged_at: Option<Timestamp>,
}

/// Somebody carries a change out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub id: String,
    pub person: PersonId,
    /// The change that they were given.
    pub sequence: u64,
    pub until: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    submission_id: String,
    revision_id: String,
    sequence: i64,
    change: String,
    changed_at: i64,
    lease_id: Option<String>,
    lease_person: Option<String>,
    lease_sequence: Option<i64>,
    lease_until: i64,
    acknowledged: i64,
    acknowledged_at: Option<i64>,
}

impl Row {
    fn line(self) -> Result<FeedLine> {
        let until = time(self.lease_until);
        let given = self.lease_id.zip(self.lease_person).zip(self.lease_sequence);
        let lease = given.map(|((id, person), sequence)| Lease {
            id,
            person: PersonId(person),
            sequence: sequence as u64,
            until,
        });
        Ok(FeedLine {
            submission: SubmissionId(self.submission_id),
            revision: RevisionId(self.revision_id),
            sequence: self.sequence as u64,
            change: word(&self.change)?,
            changed_at: time(self.changed_at),
            lease,
            acknowledged: self.acknowledged as u64,
            acknowledged_at: self.acknowledged_at.map(time),
        })
    }
}

/// Notes that a submission is public from now on, or is no longer. A worker who has it keeps it: nobody else may act on it at
/// the same time.
pub async fn note(
    tx: &mut Tx,
    submission: &SubmissionId,
    revision: &RevisionId,
    is_public: bool,
    at: Timestamp,
) -> Result<()> {
    // The number's row is locked until the end of the transaction: numbers are seen in their order.
    let sequence = super::letter::next_number(tx, "publications").await?;
    sqlx::query(
        "insert into publication_feed (submission_id, revision_id, sequence, change, changed_at)
         values ($1, $2, $3, $4, $5)
         on conflict (submission_id) do update
            set revision_id = excluded.revision_id, sequence = excluded.sequence, changed_at = excluded.changed_at,
                change = case when excluded.change = 'withdrawn' then 'withdrawn'
                              when publication_feed.change = 'withdrawn' then 'published'
                              else 'updated' end",
    )
    .bind(submission.as_str())
    .bind(revision.as_str())
    .bind(sequence as i64)
    .bind(if is_public { "published" } else { "withdrawn" })
    .bind(micros(at))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Changes behind a number, in order.
pub async fn after(store: &Store, sequence: u64, limit: i64) -> Result<Vec<FeedLine>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select submission_id, revision_id, sequence, change, changed_at, lease_id, lease_person, lease_sequence,
                lease_until, acknowledged, acknowledged_at
           from publication_feed where sequence > $1 order by sequence limit $2",
    )
    .bind(i64::try_from(sequence).unwrap_or(i64::MAX))
    .bind(limit)
    .fetch_all(store.pool())
    .await?;
    rows.into_iter().map(Row::line).collect()
}

/// Where one submission stands.
pub async fn line(store: &Store, submission: &SubmissionId) -> Result<Option<FeedLine>> {
    let row: Option<Row> = sqlx::query_as(
        "select submission_id, revision_id, sequence, change, changed_at, lease_id, lease_person, lease_sequence,
                lease_until, acknowledged, acknowledged_at
           from publication_feed where submission_id = $1",
    )
    .bind(submission.as_str())
    .fetch_optional(store.pool())
    .await?;
    row.map(Row::line).transpose()
}

/// Gives at most `limit` changes that nobody has carried out and nobody holds to one worker, oldest first.
pub async fn lease(
    tx: &mut Tx,
    (id, person): (&str, &PersonId),
    limit: i64,
    until: Timestamp,
    now: Timestamp,
) -> Result<Vec<FeedLine>> {
    // As with tasks: on PostgreSQL of two that want the same rows one comes away with fewer.
    let rows: Vec<Row> = sqlx::query_as(
        "update publication_feed
            set lease_id = $1, lease_person = $2, lease_sequence = sequence, lease_until = $3
          where submission_id in (
            select submission_id from publication_feed
             where sequence > acknowledged and lease_until <= $4 order by sequence limit $5
          ) and lease_until <= $4
         returning submission_id, revision_id, sequence, change, changed_at, lease_id, lease_person, lease_sequence,
                lease_until, acknowledged, acknowledged_at",
    )
    .bind(id)
    .bind(person.as_str())
    .bind(micros(until))
    .bind(micros(now))
    .bind(limit)
    .fetch_all(&mut **tx)
    .await?;
    let mut lines = rows.into_iter().map(Row::line).collect::<Result<Vec<_>>>()?;
    lines.sort_by_key(|line| line.sequence);
    Ok(lines)
}

/// Ends a worker's hold; if the change was carried out, notes that. False if the worker does not hold it any more, or there is
/// a later change.
pub async fn end_lease(
    tx: &mut Tx,
    submission: &SubmissionId,
    lease: &str,
    carried_out: bool,
    now: Timestamp,
) -> Result<bool> {
    let done = sqlx::query(
        "update publication_feed
            set lease_id = null, lease_person = null, lease_sequence = null, lease_until = 0,
                acknowledged = case when $1 = 1 then lease_sequence else acknowledged end,
                acknowledged_at = case when $1 = 1 then $2 else acknowledged_at end,
                acknowledged_by = case when $1 = 1 then lease_person else acknowledged_by end
          where submission_id = $3 and lease_id = $4 and lease_until > $2 and ($1 = 0 or sequence = lease_sequence)",
    )
    .bind(i64::from(carried_out))
    .bind(micros(now))
    .bind(submission.as_str())
    .bind(lease)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
