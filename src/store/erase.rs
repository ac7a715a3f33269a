//! Erasing on purpose: what is emptied, and which stored bytes are to go. Decides nothing about what may be erased; the
//! ledger entries belong into the same transaction.

use super::desk::{self, Subject};
use super::message::Summary;
use super::rows::{digest, json, micros};
use super::{Result, Store, Tx};
use crate::domain::ledger::Commitment;
use crate::domain::message::ParsedMessage;
use crate::domain::submission::Content;
use crate::domain::wish::Wish;
use crate::domain::{Digest, MessageId, RevisionId, SubmissionId, Timestamp};

/// Empties a message that is set aside and belongs to no submission: texts, names, subject. Its join key stays, so that
/// the same message is known when it comes again. False: somebody changed it meanwhile, and nothing was done.
pub async fn message(tx: &mut Tx, id: &MessageId, blank: &ParsedMessage, reason: &str, now: Timestamp) -> Result<bool> {
    let done = sqlx::query(
        "update messages
            set subject = '', message_id_header = null, kinship = '', parsed = $2, summary = $3, classified = null,
                problems = '[]', reason = $4, erased_at = $5
          where id = $1 and outcome = 'set-aside' and submission_id is null and erased_at is null",
    )
    .bind(id.as_str())
    .bind(json(blank)?)
    .bind(json(&Summary::default())?)
    .bind(reason)
    .bind(micros(now))
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 1 {
        desk::forget(tx, id).await?;
    }
    Ok(done.rows_affected() == 1)
}

/// Empties what was noted of its sender, what the sender wished and what was written to them. That there was a wish or a
/// letter, and of what kind, stays.
pub async fn notes(tx: &mut Tx, id: &MessageId, wishes: &[(u32, Wish)], about: &[SubmissionId]) -> Result<()> {
    sqlx::query("update messages set signatures = null where id = $1").bind(id.as_str()).execute(&mut **tx).await?;
    sqlx::query("update copies set server_says = null where message_id = $1")
        .bind(id.as_str())
        .execute(&mut **tx)
        .await?;
    for text in [
        "delete from likeness_keys where message_id = $1",
        "delete from likenesses where message_id = $1",
        "update relations set reason = '', decided_why = null where message_id = $1 or other_id = $1",
    ] {
        sqlx::query(text).bind(id.as_str()).execute(&mut **tx).await?;
    }
    let related: Vec<(String, String)> =
        sqlx::query_as("select message_id, other_id from relations where message_id = $1 or other_id = $1")
            .bind(id.as_str())
            .fetch_all(&mut **tx)
            .await?;
    for (newer, older) in related {
        tx.touch(Subject::Message, &newer);
        tx.touch(Subject::Message, &older);
    }
    tx.touch(Subject::Message, id.as_str());
    for (number, blank) in wishes {
        sqlx::query("update wishes set wish = $1, reason = null where message_id = $2 and number = $3")
            .bind(json(blank)?)
            .bind(id.as_str())
            .bind(i64::from(*number))
            .execute(&mut **tx)
            .await?;
    }
    for submission in about {
        sqlx::query("update letters set recipients = '', message = '', once = null where submission_id = $1")
            .bind(submission.as_str())
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Puts another content in the place of a decided revision's, whatever its edition.
pub async fn content(tx: &mut Tx, id: &RevisionId, blank: &Content) -> Result<()> {
    sqlx::query("update revisions set content = $2, manifest = null where id = $1")
        .bind(id.as_str())
        .bind(json(blank)?)
        .execute(&mut **tx)
        .await?;
    desk::note_parts(tx, id, blank).await?;
    tx.touch(Subject::Revision, id.as_str());
    Ok(())
}

/// Erases the text behind a commitment, and its salt: the ledger's chain stays, and tells nothing of it.
pub async fn commitment(tx: &mut Tx, commitment: Commitment) -> Result<()> {
    sqlx::query("update commitments set salt = null, text = null where hash = $1")
        .bind(commitment.to_string())
        .execute(&mut **tx)
        .await?;
    // It may be the reason for which a label was taken away.
    let judged: Vec<(String,)> = sqlx::query_as("select revision_id from judgements where words = $1")
        .bind(commitment.to_string())
        .fetch_all(&mut **tx)
        .await?;
    for (revision,) in judged {
        tx.touch(Subject::Revision, &revision);
    }
    Ok(())
}

/// Forgets what came out of a file.
pub async fn extraction(tx: &mut Tx, content: Digest) -> Result<()> {
    sqlx::query("delete from extractions where digest = $1").bind(content.to_string()).execute(&mut **tx).await?;
    tx.touch(Subject::File, &content.to_string());
    Ok(())
}

/// Says that stored bytes are to go; said again, they are to go again.
pub async fn bytes(tx: &mut Tx, bytes: Digest, now: Timestamp) -> Result<()> {
    sqlx::query(
        "insert into erased (digest, at) values ($1, $2)
         on conflict (digest) do update set removed_at = null",
    )
    .bind(bytes.to_string())
    .bind(micros(now))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stored bytes that are to go and may still be there, and that nobody is about to parse.
pub async fn waiting(store: &Store) -> Result<Vec<Digest>> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "select digest
           from erased
          where removed_at is null
            and not exists (select 1 from copies where copies.digest = erased.digest and settlement = 'received')
          order by digest",
    )
    .fetch_all(store.pool())
    .await?;
    rows.iter().map(|(text,)| digest(text)).collect()
}

/// Notes that stored bytes are gone.
pub async fn removed(store: &Store, bytes: Digest, now: Timestamp) -> Result<()> {
    let mut tx = store.begin().await?;
    sqlx::query("update erased set removed_at = $2 where digest = $1")
        .bind(bytes.to_string())
        .bind(micros(now))
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

/// Whether a message was erased.
pub async fn is_erased(tx: &mut Tx, id: &MessageId) -> Result<bool> {
    let row: Option<(i64,)> = sqlx::query_as("select erased_at from messages where id = $1 and erased_at is not null")
        .bind(id.as_str())
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.is_some())
}
