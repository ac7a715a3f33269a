//! Rows of submissions, their revisions and what is public of them. The rules stand in `domain::submission`.

use super::desk::{self, Subject};
use super::rows::{from_json, json, micros, rows_of, time};
use super::{Error, Result, Store, Tx};
use crate::domain::publication::PublicInput;
use crate::domain::submission::{Content, State};
use crate::domain::{RevisionId, SubmissionId, Timestamp};
use std::collections::BTreeMap;

/// A submission's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmissionLine {
    pub id: SubmissionId,
    pub received_at: Timestamp,
    pub merged_into: Option<SubmissionId>,
    pub public_number: Option<u64>,
    /// What receipts name it by.
    pub receipt_number: Option<u64>,
}

/// A revision with its state and content.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    pub id: RevisionId,
    pub submission: SubmissionId,
    /// From 1.
    pub number: u32,
    /// From 1, grows with each edit.
    pub edition: u32,
    pub state: State,
    pub content: Content,
    /// What was approved, as JSON; publishing reads nothing else.
    pub manifest: Option<String>,
    pub created_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct SubmissionRow {
    id: String,
    received_at: i64,
    merged_into: Option<String>,
    public_number: Option<i64>,
    receipt_number: Option<i64>,
}

impl SubmissionRow {
    fn line(self) -> SubmissionLine {
        SubmissionLine {
            id: SubmissionId(self.id),
            received_at: time(self.received_at),
            merged_into: self.merged_into.map(SubmissionId),
            public_number: self.public_number.map(|number| number as u64),
            receipt_number: self.receipt_number.map(|number| number as u64),
        }
    }
}

#[derive(sqlx::FromRow)]
struct RevisionRow {
    id: String,
    submission_id: String,
    number: i64,
    edition: i64,
    state: String,
    content: String,
    manifest: Option<String>,
    created_at: i64,
}

impl RevisionRow {
    fn revision(self) -> Result<Revision> {
        Ok(Revision {
            id: RevisionId(self.id),
            submission: SubmissionId(self.submission_id),
            number: self.number as u32,
            edition: self.edition as u32,
            state: from_json(&self.state)?,
            content: from_json(&self.content)?,
            manifest: self.manifest,
            created_at: time(self.created_at),
        })
    }
}

/// Adds a submission with its running number.
pub async fn add(tx: &mut Tx, id: &SubmissionId, received_at: Timestamp, receipt_number: u64) -> Result<()> {
    sqlx::query("insert into submissions (id, received_at, receipt_number) values ($1, $2, $3)")
        .bind(id.as_str())
        .bind(micros(received_at))
        .bind(receipt_number as i64)
        .execute(&mut **tx)
        .await?;
    tx.touch(Subject::Submission, id.as_str());
    Ok(())
}

/// Adds a revision.
pub async fn add_revision(tx: &mut Tx, revision: &Revision) -> Result<()> {
    sqlx::query(
        "insert into revisions (id, submission_id, number, edition, state_name, state, content, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(revision.id.as_str())
    .bind(revision.submission.as_str())
    .bind(i64::from(revision.number))
    .bind(i64::from(revision.edition))
    .bind(revision.state.name())
    .bind(json(&revision.state)?)
    .bind(json(&revision.content)?)
    .bind(micros(revision.created_at))
    .execute(&mut **tx)
    .await?;
    desk::note_parts(tx, &revision.id, &revision.content).await?;
    tx.touch(Subject::Submission, revision.submission.as_str());
    Ok(())
}

/// One submission.
pub async fn line(store: &Store, id: &SubmissionId) -> Result<Option<SubmissionLine>> {
    let row: Option<SubmissionRow> = sqlx::query_as(
        "select id, received_at, merged_into, public_number, receipt_number from submissions where id = $1",
    )
    .bind(id.as_str())
    .fetch_optional(store.pool())
    .await?;
    Ok(row.map(SubmissionRow::line))
}

/// Some submissions by id.
pub async fn lines_of(store: &Store, ids: &[String]) -> Result<Vec<SubmissionLine>> {
    let text = "select id, received_at, merged_into, public_number, receipt_number from submissions
                 where id in (#) order by received_at, id";
    let rows: Vec<SubmissionRow> = rows_of(store, text, ids).await?;
    Ok(rows.into_iter().map(SubmissionRow::line).collect())
}

/// The revisions of some submissions, in order.
pub async fn revisions_of(store: &Store, ids: &[String]) -> Result<Vec<Revision>> {
    let text = "select id, submission_id, number, edition, state, content, manifest, created_at
                  from revisions where submission_id in (#) order by submission_id, number";
    let rows: Vec<RevisionRow> = rows_of(store, text, ids).await?;
    rows.into_iter().map(RevisionRow::revision).collect()
}

/// All submissions, oldest first.
pub async fn lines(store: &Store) -> Result<Vec<SubmissionLine>> {
    let rows: Vec<SubmissionRow> = sqlx::query_as(
        "select id, received_at, merged_into, public_number, receipt_number from submissions
              order by received_at, id",
    )
    .fetch_all(store.pool())
    .await?;
    Ok(rows.into_iter().map(SubmissionRow::line).collect())
}

/// The revisions of a submission, in order, within a transaction.
pub async fn revisions_in(tx: &mut Tx, submission: &SubmissionId) -> Result<Vec<Revision>> {
    let rows: Vec<RevisionRow> = sqlx::query_as(
        "select id, submission_id, number, edition, state, content, manifest, created_at
           from revisions where submission_id = $1 order by number",
    )
    .bind(submission.as_str())
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(RevisionRow::revision).collect()
}

/// To which submission each of some revisions belongs.
pub async fn of_revisions(store: &Store, ids: &[String]) -> Result<BTreeMap<RevisionId, SubmissionId>> {
    let rows: Vec<(String, String)> =
        rows_of(store, "select id, submission_id from revisions where id in (#)", ids).await?;
    Ok(rows.into_iter().map(|(id, submission)| (RevisionId(id), SubmissionId(submission))).collect())
}

/// The revisions of one submission, or of all, in order.
pub async fn revisions(store: &Store, submission: Option<&SubmissionId>) -> Result<Vec<Revision>> {
    let rows: Vec<RevisionRow> = sqlx::query_as(
        "select id, submission_id, number, edition, state, content, manifest, created_at
           from revisions where $1 is null or submission_id = $1 order by submission_id, number",
    )
    .bind(submission.map(SubmissionId::as_str))
    .fetch_all(store.pool())
    .await?;
    rows.into_iter().map(RevisionRow::revision).collect()
}

/// One revision within a transaction.
pub async fn revision_in(tx: &mut Tx, id: &RevisionId) -> Result<Option<Revision>> {
    let row: Option<RevisionRow> = sqlx::query_as(
        "select id, submission_id, number, edition, state, content, manifest, created_at from revisions where id = $1",
    )
    .bind(id.as_str())
    .fetch_optional(&mut **tx)
    .await?;
    row.map(RevisionRow::revision).transpose()
}

/// Writes a revision's new state, if the row still has the state it was read with.
///
/// # Errors
/// `Conflict` if somebody else was first.
pub async fn set_state(tx: &mut Tx, read: &Revision, state: &State, manifest: Option<&str>) -> Result<()> {
    let written = sqlx::query(
        "update revisions set state_name = $1, state = $2, manifest = $3 where id = $4 and state = $5 and edition = $6",
    )
    .bind(state.name())
    .bind(json(state)?)
    .bind(manifest)
    .bind(read.id.as_str())
    .bind(json(&read.state)?)
    .bind(i64::from(read.edition))
    .execute(&mut **tx)
    .await?;
    tx.touch(Subject::Submission, read.submission.as_str());
    one_row(written.rows_affected())
}

/// Writes a revision's new content as its next edition, if it is still as it was read.
///
/// # Errors
/// `Conflict` if somebody else was first.
pub async fn set_content(tx: &mut Tx, read: &Revision, content: &Content) -> Result<()> {
    let written = sqlx::query(
        "update revisions set content = $1, edition = edition + 1
          where id = $2 and state_name = 'queued' and edition = $3",
    )
    .bind(json(content)?)
    .bind(read.id.as_str())
    .bind(i64::from(read.edition))
    .execute(&mut **tx)
    .await?;
    one_row(written.rows_affected())?;
    desk::note_parts(tx, &read.id, content).await?;
    tx.touch(Subject::Submission, read.submission.as_str());
    Ok(())
}

/// Moves a revision to another submission under a new number.
///
/// # Errors
/// `Conflict` if somebody else was first.
pub async fn move_revision(tx: &mut Tx, read: &Revision, to: &SubmissionId, number: u32) -> Result<()> {
    let written = sqlx::query("update revisions set submission_id = $1, number = $2 where id = $3 and state = $4")
        .bind(to.as_str())
        .bind(i64::from(number))
        .bind(read.id.as_str())
        .bind(json(&read.state)?)
        .execute(&mut **tx)
        .await?;
    tx.touch(Subject::Submission, read.submission.as_str());
    tx.touch(Subject::Submission, to.as_str());
    one_row(written.rows_affected())
}

fn one_row(rows: u64) -> Result<()> {
    if rows == 1 {
        Ok(())
    } else {
        Err(Error::Conflict("the revision was changed in the meantime; look at it again".into()))
    }
}

/// Says that a submission is part of another one from now on.
pub async fn set_merged(tx: &mut Tx, id: &SubmissionId, into: &SubmissionId) -> Result<()> {
    sqlx::query("update submissions set merged_into = $1 where id = $2")
        .bind(into.as_str())
        .bind(id.as_str())
        .execute(&mut **tx)
        .await?;
    sqlx::query("update messages set submission_id = $1 where submission_id = $2")
        .bind(into.as_str())
        .bind(id.as_str())
        .execute(&mut **tx)
        .await?;
    tx.touch(Subject::Submission, id.as_str());
    tx.touch(Subject::Submission, into.as_str());
    Ok(())
}

/// The running number under which a submission is public, given at first publication.
pub async fn public_number(tx: &mut Tx, id: &SubmissionId) -> Result<u64> {
    let (given,): (Option<i64>,) = sqlx::query_as("select public_number from submissions where id = $1")
        .bind(id.as_str())
        .fetch_one(&mut **tx)
        .await?;
    if let Some(number) = given {
        return Ok(number as u64);
    }
    let (last,): (Option<i64>,) =
        sqlx::query_as("select max(public_number) from submissions").fetch_one(&mut **tx).await?;
    let number = last.unwrap_or(0) + 1;
    sqlx::query("update submissions set public_number = $1 where id = $2")
        .bind(number)
        .bind(id.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(number as u64)
}

/// Writes what stands on the public page of a submission from now on.
pub async fn publish(tx: &mut Tx, revision: &RevisionId, input: &PublicInput, is_public: bool) -> Result<()> {
    sqlx::query(
        "insert into publications (submission_id, revision_id, public_number, public_input, is_public, since_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (submission_id) do update
            set revision_id = excluded.revision_id, public_input = excluded.public_input,
                is_public = excluded.is_public, updated_at = excluded.updated_at",
    )
    .bind(input.submission.as_str())
    .bind(revision.as_str())
    .bind(input.number as i64)
    .bind(json(input)?)
    .bind(i64::from(is_public))
    .bind(micros(input.published_at))
    .bind(micros(input.updated_at))
    .execute(&mut **tx)
    .await?;
    super::feed::note(tx, &input.submission, revision, is_public, input.updated_at).await?;
    sqlx::query("delete from publication_recommendations where submission_id = $1")
        .bind(input.submission.as_str())
        .execute(&mut **tx)
        .await?;
    for one in &input.recommendations {
        sqlx::query(
            "insert into publication_recommendations (submission_id, recommendation, public_number) values ($1, $2, $3)",
        )
        .bind(input.submission.as_str())
        .bind(&one.id)
        .bind(input.number as i64)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// What stands on the public page of a submission.
pub async fn publication(store: &Store, id: &SubmissionId) -> Result<Option<PublicInput>> {
    let row: Option<(String,)> = sqlx::query_as("select public_input from publications where submission_id = $1")
        .bind(id.as_str())
        .fetch_optional(store.pool())
        .await?;
    row.map(|(text,)| from_json(&text)).transpose()
}

/// Publications with numbers in a range, in order.
pub async fn publications_between(store: &Store, first: u64, last: u64) -> Result<Vec<PublicInput>> {
    inputs(
        sqlx::query_as(
            "select public_input from publications where public_number between $1 and $2 order by public_number",
        )
        .bind(first as i64)
        .bind(last as i64)
        .fetch_all(store.pool())
        .await?,
    )
}

/// Publications on a recommendation with numbers in a range, in order.
pub async fn publications_on(store: &Store, recommendation: &str, first: u64, last: u64) -> Result<Vec<PublicInput>> {
    inputs(
        sqlx::query_as(
            "select p.public_input
               from publication_recommendations r join publications p on p.submission_id = r.submission_id
              where r.recommendation = $1 and r.public_number between $2 and $3 order by r.public_number",
        )
        .bind(recommendation)
        .bind(first as i64)
        .bind(last as i64)
        .fetch_all(store.pool())
        .await?,
    )
}

/// The publications that changed last, newest first.
pub async fn publications_latest(store: &Store, limit: i64) -> Result<Vec<PublicInput>> {
    inputs(
        sqlx::query_as("select public_input from publications order by updated_at desc, public_number desc limit $1")
            .bind(limit)
            .fetch_all(store.pool())
            .await?,
    )
}

fn inputs(rows: Vec<(String,)>) -> Result<Vec<PublicInput>> {
    rows.into_iter().map(|(text,)| from_json(&text)).collect()
}

/// How many inputs are public on each recommendation, the withdrawn ones left out.
pub async fn publication_counts(store: &Store) -> Result<BTreeMap<String, u64>> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "select r.recommendation, count(*)
           from publication_recommendations r join publications p on p.submission_id = r.submission_id
          where p.is_public = 1 group by r.recommendation",
    )
    .fetch_all(store.pool())
    .await?;
    Ok(rows.into_iter().map(|(id, count)| (id, count as u64)).collect())
}

/// The highest running number and how many inputs are public now.
pub async fn publication_totals(store: &Store) -> Result<(u64, u64)> {
    let (newest, public): (Option<i64>, i64) = sqlx::query_as(
        "select max(public_number), (select count(*) from publications where is_public = 1) from publications",
    )
    .fetch_one(store.pool())
    .await?;
    Ok((newest.unwrap_or(0) as u64, public as u64))
}

/// Ids of all submissions that ever were public.
pub async fn publication_ids(store: &Store) -> Result<Vec<SubmissionId>> {
    let rows: Vec<(String,)> =
        sqlx::query_as("select submission_id from publications order by public_number").fetch_all(store.pool()).await?;
    Ok(rows.into_iter().map(|(id,)| SubmissionId(id)).collect())
}
