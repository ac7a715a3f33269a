//! Rows of what persons decided about labels, and of labels that stay away. Draws no conclusion from them.

use super::desk::Subject;
use super::rows::{digest, from_json, json, micros, rows_of, time, word};
use super::{Result, Store, Tx, ledger};
use crate::domain::judgement::{JudgedAct, Judgement, Labels, TakenAway};
use crate::domain::{JudgementId, MessageId, PersonId, RevisionId, SubmissionId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    revision_id: String,
    edition: i64,
    act: String,
    person_id: String,
    at: i64,
    words: String,
    text: Option<String>,
}

impl Row {
    fn judgement(self) -> Result<Judgement> {
        Ok(Judgement {
            id: JudgementId(self.id),
            revision: RevisionId(self.revision_id),
            edition: u32::try_from(self.edition).unwrap_or(0),
            act: word(&self.act)?,
            by: PersonId(self.person_id),
            at: time(self.at),
            words: digest(&self.words)?,
            labels: self.text.map(|text| from_json(&text)).transpose()?,
        })
    }
}

/// Keeps what a person said of a revision's labels; its words stand as a text behind a commitment, and nowhere else.
pub async fn add(
    tx: &mut Tx,
    (revision, edition): (&RevisionId, u32),
    act: JudgedAct,
    labels: &Labels,
    by: &PersonId,
    now: Timestamp,
) -> Result<Judgement> {
    let words = ledger::commit_to(tx, &json(labels)?).await?;
    let id = JudgementId::new(now);
    sqlx::query(
        "insert into judgements (id, revision_id, edition, act, person_id, at, words)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id.as_str())
    .bind(revision.as_str())
    .bind(i64::from(edition))
    .bind(act.as_str())
    .bind(by.as_str())
    .bind(micros(now))
    .bind(words.to_string())
    .execute(&mut **tx)
    .await?;
    let (revision, by) = (revision.clone(), by.clone());
    Ok(Judgement { id, revision, edition, act, by, at: now, words, labels: Some(labels.clone()) })
}

/// All judgements, oldest first.
pub async fn all(store: &Store) -> Result<Vec<Judgement>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select j.id, j.revision_id, j.edition, j.act, j.person_id, j.at, j.words, c.text
           from judgements j left join commitments c on c.hash = j.words order by j.id",
    )
    .fetch_all(store.pool())
    .await?;
    rows.into_iter().map(Row::judgement).collect()
}

/// The judgements on the revisions of a submission, oldest first, within a transaction.
pub async fn of_submission(tx: &mut Tx, id: &SubmissionId) -> Result<Vec<Judgement>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select j.id, j.revision_id, j.edition, j.act, j.person_id, j.at, j.words, c.text
           from judgements j
           join revisions r on r.id = j.revision_id
           left join commitments c on c.hash = j.words
          where r.submission_id = $1 order by j.id",
    )
    .bind(id.as_str())
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(Row::judgement).collect()
}

/// Remembers that a person took a label away, and by which act, so that the machine does not bring it back.
pub async fn remember_removed(
    tx: &mut Tx,
    id: &SubmissionId,
    recommendation: &str,
    judgement: Option<&JudgementId>,
) -> Result<()> {
    sqlx::query(
        "insert into removed_assignments (submission_id, recommendation, judgement_id) values ($1, $2, $3)
         on conflict (submission_id, recommendation) do update set judgement_id = excluded.judgement_id",
    )
    .bind(id.as_str())
    .bind(recommendation)
    .bind(judgement.map(JudgementId::as_str))
    .execute(&mut **tx)
    .await?;
    tx.touch(Subject::Submission, id.as_str());
    Ok(())
}

/// A person put the label back.
pub async fn forget_removed(tx: &mut Tx, id: &SubmissionId, recommendation: &str) -> Result<()> {
    sqlx::query("delete from removed_assignments where submission_id = $1 and recommendation = $2")
        .bind(id.as_str())
        .bind(recommendation)
        .execute(&mut **tx)
        .await?;
    tx.touch(Subject::Submission, id.as_str());
    Ok(())
}

/// What was taken away from one submission stays away from another one that takes its place or its messages.
pub async fn carry_removed(tx: &mut Tx, from: &SubmissionId, to: &SubmissionId) -> Result<()> {
    sqlx::query(
        "insert into removed_assignments (submission_id, recommendation, judgement_id)
         select $2, recommendation, judgement_id from removed_assignments where submission_id = $1
         on conflict (submission_id, recommendation) do nothing",
    )
    .bind(from.as_str())
    .bind(to.as_str())
    .execute(&mut **tx)
    .await?;
    tx.touch(Subject::Submission, to.as_str());
    Ok(())
}

/// Labels that a person took away from a submission.
pub async fn removed(tx: &mut Tx, id: &SubmissionId) -> Result<BTreeSet<String>> {
    let rows: Vec<(String,)> =
        sqlx::query_as("select recommendation from removed_assignments where submission_id = $1")
            .bind(id.as_str())
            .fetch_all(&mut **tx)
            .await?;
    Ok(rows.into_iter().map(|(one,)| one).collect())
}

#[derive(sqlx::FromRow)]
struct TakenAwayRow {
    submission_id: String,
    recommendation: String,
    person_id: Option<String>,
    at: Option<i64>,
    text: Option<String>,
}

/// Labels that persons took away, with who, when and why, by submission.
pub async fn taken_away(store: &Store) -> Result<BTreeMap<SubmissionId, Vec<TakenAway>>> {
    let rows: Vec<TakenAwayRow> = sqlx::query_as(
        "select a.submission_id, a.recommendation, j.person_id, j.at, c.text
           from removed_assignments a
           left join judgements j on j.id = a.judgement_id
           left join commitments c on c.hash = j.words
          order by a.submission_id, a.recommendation",
    )
    .fetch_all(store.pool())
    .await?;
    by_submission(rows)
}

/// The same, of some submissions.
pub async fn taken_away_of(store: &Store, from: &[String]) -> Result<BTreeMap<SubmissionId, Vec<TakenAway>>> {
    let text = "select a.submission_id, a.recommendation, j.person_id, j.at, c.text
                  from removed_assignments a
                  left join judgements j on j.id = a.judgement_id
                  left join commitments c on c.hash = j.words
                 where a.submission_id in (#)
                 order by a.submission_id, a.recommendation";
    by_submission(rows_of(store, text, from).await?)
}

fn by_submission(rows: Vec<TakenAwayRow>) -> Result<BTreeMap<SubmissionId, Vec<TakenAway>>> {
    let mut found: BTreeMap<SubmissionId, Vec<TakenAway>> = BTreeMap::new();
    for row in rows {
        let labels: Option<Labels> = row.text.map(|text| from_json(&text)).transpose()?;
        let one = TakenAway {
            recommendation: row.recommendation,
            by: row.person_id.map(PersonId),
            at: row.at.map(time),
            reason: labels.map(|labels| labels.reason),
        };
        found.entry(SubmissionId(row.submission_id)).or_default().push(one);
    }
    Ok(found)
}

/// Notes of which submission a message was that is none now.
pub async fn set_former(tx: &mut Tx, message: &MessageId, of: &SubmissionId) -> Result<()> {
    sqlx::query("update messages set former_submission = $2 where id = $1")
        .bind(message.as_str())
        .bind(of.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Of which submission a message was before.
pub async fn former(tx: &mut Tx, message: &MessageId) -> Result<Option<SubmissionId>> {
    let row: Option<(Option<String>,)> = sqlx::query_as("select former_submission from messages where id = $1")
        .bind(message.as_str())
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.and_then(|(id,)| id).map(SubmissionId))
}
