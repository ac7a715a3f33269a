//! Rows of messages, the copies that led to them, and what came out of their files.

use super::desk::{self, Subject};
use super::rows::{digest, from_json, json, micros, rows_of, time, word};
use super::{Result, Store, Tx};
use crate::domain::classification::{Classification, MessageKind};
use crate::domain::extraction::{Extraction, Remarks};
use crate::domain::ledger::Outcome;
use crate::domain::mailbox::{MailboxRole, Settlement, UidKey};
use crate::domain::message::{Address, ParsedMessage, PartKind};
use crate::domain::{Digest, MailboxId, MessageId, Problem, SubmissionId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A part as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartLine {
    pub path: String,
    pub kind: PartKind,
    pub name: Option<String>,
    pub media_type: String,
    pub digest: Digest,
    pub size_bytes: u64,
}

/// A message as lists show it, without its texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub from: Vec<Address>,
    pub received: Option<Timestamp>,
    pub parts: Vec<PartLine>,
}

impl Summary {
    /// The short form of a parsed message.
    pub fn of(parsed: &ParsedMessage) -> Self {
        let line = |part: &&crate::domain::message::Part| PartLine {
            path: part.path.clone(),
            kind: part.kind,
            name: part.name.clone(),
            media_type: part.media_type.clone(),
            digest: part.digest,
            size_bytes: part.size_bytes,
        };
        Self {
            from: parsed.from.clone(),
            received: parsed.received,
            parts: parsed.all_parts().iter().map(line).collect(),
        }
    }
}

/// A message's row without its texts.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageLine {
    pub id: MessageId,
    pub join_key: String,
    pub message_id_header: Option<String>,
    pub subject: String,
    pub sent_at: Option<Timestamp>,
    pub first_seen: Timestamp,
    /// Of the copy that was parsed.
    pub digest: Digest,
    pub outcome: Outcome,
    pub kind: MessageKind,
    pub reason: String,
    pub summary: Summary,
    pub problems: Vec<Problem>,
    pub submission: Option<SubmissionId>,
    /// When its texts were erased; what is left are times, kind and reason.
    pub erased_at: Option<Timestamp>,
}

const LINE: &str = "id, join_key, message_id_header, subject, sent_at, first_seen, digest, outcome, kind, reason, \
                    summary, problems, submission_id, erased_at";

#[derive(sqlx::FromRow)]
struct LineRow {
    id: String,
    join_key: String,
    message_id_header: Option<String>,
    subject: String,
    sent_at: Option<i64>,
    first_seen: i64,
    digest: String,
    outcome: String,
    kind: String,
    reason: String,
    summary: String,
    problems: String,
    submission_id: Option<String>,
    erased_at: Option<i64>,
}

impl LineRow {
    fn line(self) -> Result<MessageLine> {
        Ok(MessageLine {
            id: MessageId(self.id),
            join_key: self.join_key,
            message_id_header: self.message_id_header,
            subject: self.subject,
            sent_at: self.sent_at.map(time),
            first_seen: time(self.first_seen),
            digest: digest(&self.digest)?,
            outcome: word(&self.outcome)?,
            kind: word(&self.kind)?,
            reason: self.reason,
            summary: from_json(&self.summary)?,
            problems: from_json(&self.problems)?,
            submission: self.submission_id.map(SubmissionId),
            erased_at: self.erased_at.map(time),
        })
    }
}

/// A copy on its way to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyLine {
    pub key: UidKey,
    pub settlement: Settlement,
    pub digest: Option<Digest>,
    pub size_bytes: Option<u64>,
    pub internal_date: Option<Timestamp>,
    pub first_seen: Timestamp,
    pub message: Option<MessageId>,
    pub vanished_at: Option<Timestamp>,
    pub account: String,
    pub folder: String,
    pub role: MailboxRole,
    pub reason: Option<String>,
}

#[derive(sqlx::FromRow)]
struct CopyRow {
    mailbox_id: String,
    uidvalidity: i64,
    uid: i64,
    settlement: String,
    digest: Option<String>,
    size_bytes: Option<i64>,
    internal_date: Option<i64>,
    first_seen: i64,
    message_id: Option<String>,
    vanished_at: Option<i64>,
    account: String,
    folder: String,
    role: String,
    reason: Option<String>,
}

impl CopyRow {
    fn line(self) -> Result<CopyLine> {
        let uidvalidity = u32::try_from(self.uidvalidity).unwrap_or(0);
        Ok(CopyLine {
            key: UidKey { mailbox: MailboxId(self.mailbox_id), uidvalidity, uid: self.uid as u64 },
            settlement: word(&self.settlement)?,
            digest: self.digest.as_deref().map(digest).transpose()?,
            size_bytes: self.size_bytes.map(|size| size as u64),
            internal_date: self.internal_date.map(time),
            first_seen: time(self.first_seen),
            message: self.message_id.map(MessageId),
            vanished_at: self.vanished_at.map(time),
            account: self.account,
            folder: self.folder,
            role: word(&self.role)?,
            reason: self.reason,
        })
    }
}

/// One copy by its key.
pub async fn copy(store: &Store, key: &UidKey) -> Result<Option<CopyLine>> {
    let row: Option<CopyRow> = sqlx::query_as(
        "select c.mailbox_id, c.uidvalidity, c.uid, c.settlement, c.digest, c.size_bytes, c.internal_date, c.first_seen,
                c.message_id, c.vanished_at, c.reason, m.account, m.folder, m.role
           from copies c join mailboxes m on m.id = c.mailbox_id
          where c.mailbox_id = $1 and c.uidvalidity = $2 and c.uid = $3",
    )
    .bind(key.mailbox.as_str())
    .bind(i64::from(key.uidvalidity))
    .bind(key.uid as i64)
    .fetch_optional(store.pool())
    .await?;
    row.map(CopyRow::line).transpose()
}

/// Copies, oldest first: of one message, or all.
pub async fn copies(store: &Store, message: Option<&MessageId>) -> Result<Vec<CopyLine>> {
    let rows: Vec<CopyRow> = sqlx::query_as(
        "select c.mailbox_id, c.uidvalidity, c.uid, c.settlement, c.digest, c.size_bytes, c.internal_date, c.first_seen,
                c.message_id, c.vanished_at, c.reason, m.account, m.folder, m.role
           from copies c join mailboxes m on m.id = c.mailbox_id
          where $1 is null or c.message_id = $1
          order by c.first_seen, c.mailbox_id, c.uidvalidity, c.uid",
    )
    .bind(message.map(MessageId::as_str))
    .fetch_all(store.pool())
    .await?;
    rows.into_iter().map(CopyRow::line).collect()
}

/// The copies of some messages, oldest first.
pub async fn copies_of(store: &Store, messages: &[String]) -> Result<Vec<CopyLine>> {
    let text = "select c.mailbox_id, c.uidvalidity, c.uid, c.settlement, c.digest, c.size_bytes, c.internal_date,
                       c.first_seen, c.message_id, c.vanished_at, c.reason, m.account, m.folder, m.role
                  from copies c join mailboxes m on m.id = c.mailbox_id
                 where c.message_id in (#)
                 order by c.first_seen, c.mailbox_id, c.uidvalidity, c.uid";
    let rows: Vec<CopyRow> = rows_of(store, text, messages).await?;
    rows.into_iter().map(CopyRow::line).collect()
}

/// Copies that the servers do not hand out, with the reason.
pub async fn parked(store: &Store) -> Result<Vec<CopyLine>> {
    let rows: Vec<CopyRow> = sqlx::query_as(
        "select c.mailbox_id, c.uidvalidity, c.uid, c.settlement, c.digest, c.size_bytes, c.internal_date, c.first_seen,
                c.message_id, c.vanished_at, c.reason, m.account, m.folder, m.role
           from copies c join mailboxes m on m.id = c.mailbox_id
          where c.settlement = 'parked' order by c.first_seen, c.mailbox_id, c.uid",
    )
    .fetch_all(store.pool())
    .await?;
    rows.into_iter().map(CopyRow::line).collect()
}

/// Says which message a copy led to.
pub async fn join_copy(tx: &mut Tx, key: &UidKey, settlement: Settlement, message: &MessageId) -> Result<()> {
    desk::touch_copy(tx, key).await?;
    sqlx::query(
        "update copies set settlement = $1, message_id = $2 where mailbox_id = $3 and uidvalidity = $4 and uid = $5",
    )
    .bind(settlement.as_str())
    .bind(message.as_str())
    .bind(key.mailbox.as_str())
    .bind(i64::from(key.uidvalidity))
    .bind(key.uid as i64)
    .execute(&mut **tx)
    .await?;
    tx.touch(Subject::Message, message.as_str());
    Ok(())
}

/// What a new message's row needs.
pub struct NewMessage<'a> {
    pub id: &'a MessageId,
    pub join_key: &'a str,
    pub parsed: &'a ParsedMessage,
    pub first_seen: Timestamp,
    pub digest: Digest,
    pub problems: &'a [Problem],
}

/// Adds a message; `None` if it is new, else the one that has the join key already.
pub async fn add(tx: &mut Tx, new: &NewMessage<'_>) -> Result<Option<MessageId>> {
    let added = sqlx::query(
        "insert into messages (id, join_key, kinship, message_id_header, subject, sent_at, first_seen, digest, outcome,
                               kind, reason, parsed, summary, problems)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'pending', 'unknown', '', $9, $10, $11)
         on conflict (join_key) do nothing",
    )
    .bind(new.id.as_str())
    .bind(new.join_key)
    .bind(new.parsed.kinship.to_string())
    .bind(new.parsed.message_id_header.as_deref())
    .bind(&new.parsed.subject)
    .bind(new.parsed.date.map(micros))
    .bind(micros(new.first_seen))
    .bind(new.digest.to_string())
    .bind(json(new.parsed)?)
    .bind(json(&Summary::of(new.parsed))?)
    .bind(json(&new.problems)?)
    .execute(&mut **tx)
    .await?;
    if added.rows_affected() == 1 {
        desk::note_message(tx, new.id, &Summary::of(new.parsed)).await?;
        tx.touch(Subject::Message, new.id.as_str());
        return Ok(None);
    }
    let (id,): (String,) =
        sqlx::query_as("select id from messages where join_key = $1").bind(new.join_key).fetch_one(&mut **tx).await?;
    Ok(Some(MessageId(id)))
}

/// Other messages that claim the same Message-ID, with their kinship digests.
pub async fn same_header(tx: &mut Tx, header: &str, other_than: &MessageId) -> Result<Vec<(MessageId, String)>> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "select id, kinship from messages where message_id_header = $1 and id <> $2 order by first_seen, id",
    )
    .bind(header)
    .bind(other_than.as_str())
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|(id, kinship)| (MessageId(id), kinship)).collect())
}

/// An earlier copy moves the time at which the message was first seen.
pub async fn seen_since(tx: &mut Tx, id: &MessageId, first_seen: Timestamp) -> Result<()> {
    sqlx::query("update messages set first_seen = $1 where id = $2 and first_seen > $1")
        .bind(micros(first_seen))
        .bind(id.as_str())
        .execute(&mut **tx)
        .await?;
    tx.touch(Subject::Message, id.as_str());
    Ok(())
}

/// What `parse` made of a message.
pub async fn parsed(store: &Store, id: &MessageId) -> Result<ParsedMessage> {
    let (text,): (String,) =
        sqlx::query_as("select parsed from messages where id = $1").bind(id.as_str()).fetch_one(store.pool()).await?;
    from_json(&text)
}

/// What was parsed of some messages.
pub async fn parsed_of(store: &Store, ids: &[String]) -> Result<BTreeMap<MessageId, ParsedMessage>> {
    let rows: Vec<(String, String)> = rows_of(store, "select id, parsed from messages where id in (#)", ids).await?;
    rows.into_iter().map(|(id, text)| Ok((MessageId(id), from_json(&text)?))).collect()
}

/// What `classify` said of a message, if it has.
pub async fn classified(store: &Store, id: &MessageId) -> Result<Option<Classification>> {
    let (text,): (Option<String>,) = sqlx::query_as("select classified from messages where id = $1")
        .bind(id.as_str())
        .fetch_one(store.pool())
        .await?;
    text.as_deref().map(from_json).transpose()
}

/// One message without its texts.
pub async fn line(store: &Store, id: &MessageId) -> Result<Option<MessageLine>> {
    let row: Option<LineRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(format!("select {LINE} from messages where id = $1")))
            .bind(id.as_str())
            .fetch_optional(store.pool())
            .await?;
    row.map(LineRow::line).transpose()
}

/// Messages, oldest first: of one submission, or all.
pub async fn lines(store: &Store, submission: Option<&SubmissionId>) -> Result<Vec<MessageLine>> {
    let rows: Vec<LineRow> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "select {LINE} from messages where $1 is null or submission_id = $1 order by first_seen, id"
    )))
    .bind(submission.map(SubmissionId::as_str))
    .fetch_all(store.pool())
    .await?;
    rows.into_iter().map(LineRow::line).collect()
}

/// Some messages by id, oldest first.
pub async fn lines_of(store: &Store, ids: &[String]) -> Result<Vec<MessageLine>> {
    let text = format!("select {LINE} from messages where id in (#) order by first_seen, id");
    let rows: Vec<LineRow> = rows_of(store, &text, ids).await?;
    rows.into_iter().map(LineRow::line).collect()
}

/// The messages of some submissions, oldest first.
pub async fn lines_of_submissions(store: &Store, submissions: &[String]) -> Result<Vec<MessageLine>> {
    let text = format!("select {LINE} from messages where submission_id in (#) order by first_seen, id");
    let rows: Vec<LineRow> = rows_of(store, &text, submissions).await?;
    rows.into_iter().map(LineRow::line).collect()
}

/// Ids of the messages that are held, oldest first.
pub async fn held(store: &Store) -> Result<Vec<MessageId>> {
    let rows: Vec<(String,)> = sqlx::query_as("select id from messages where outcome = 'held' order by first_seen, id")
        .fetch_all(store.pool())
        .await?;
    Ok(rows.into_iter().map(|(id,)| MessageId(id)).collect())
}

/// How many messages there are of each outcome; only of those that have a copy.
pub async fn outcomes(store: &Store) -> Result<Vec<(String, u64)>> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "select outcome, count(*)
           from messages
          where exists (select 1 from copies where copies.message_id = messages.id)
          group by outcome
          order by outcome",
    )
    .fetch_all(store.pool())
    .await?;
    Ok(rows.into_iter().map(|(outcome, count)| (outcome, count as u64)).collect())
}

/// Classifications of all messages that have one, by message.
pub async fn all_classified(store: &Store) -> Result<BTreeMap<MessageId, Classification>> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("select id, classified from messages where classified is not null")
            .fetch_all(store.pool())
            .await?;
    rows.into_iter().map(|(id, text)| Ok((MessageId(id), from_json(&text)?))).collect()
}

/// Classifications of those of some messages that have one.
pub async fn classified_of(store: &Store, ids: &[String]) -> Result<BTreeMap<MessageId, Classification>> {
    let text = "select id, classified from messages where classified is not null and id in (#)";
    let rows: Vec<(String, String)> = rows_of(store, text, ids).await?;
    rows.into_iter().map(|(id, text)| Ok((MessageId(id), from_json(&text)?))).collect()
}

/// Sets what a message is to us; the ledger entry belongs into the same transaction.
pub async fn set_outcome(tx: &mut Tx, id: &MessageId, outcome: Outcome, kind: MessageKind, reason: &str) -> Result<()> {
    sqlx::query("update messages set outcome = $1, kind = $2, reason = $3 where id = $4")
        .bind(outcome.as_str())
        .bind(kind.as_str())
        .bind(reason)
        .bind(id.as_str())
        .execute(&mut **tx)
        .await?;
    tx.touch(Subject::Message, id.as_str());
    Ok(())
}

/// What is odd about a message, within a transaction.
pub async fn problems(tx: &mut Tx, id: &MessageId) -> Result<Vec<Problem>> {
    let (text,): (String,) =
        sqlx::query_as("select problems from messages where id = $1").bind(id.as_str()).fetch_one(&mut **tx).await?;
    from_json(&text)
}

/// Replaces what is odd about a message.
pub async fn set_problems(tx: &mut Tx, id: &MessageId, problems: &[Problem]) -> Result<()> {
    sqlx::query("update messages set problems = $1 where id = $2")
        .bind(json(&problems)?)
        .bind(id.as_str())
        .execute(&mut **tx)
        .await?;
    tx.touch(Subject::Message, id.as_str());
    Ok(())
}

/// Keeps what `classify` said.
pub async fn set_classified(tx: &mut Tx, id: &MessageId, classified: &Classification) -> Result<()> {
    sqlx::query("update messages set classified = $1 where id = $2")
        .bind(json(classified)?)
        .bind(id.as_str())
        .execute(&mut **tx)
        .await?;
    desk::note_code(tx, id, classified).await?;
    tx.touch(Subject::Message, id.as_str());
    Ok(())
}

/// Says to which submission a message belongs.
pub async fn set_submission(tx: &mut Tx, id: &MessageId, submission: Option<&SubmissionId>) -> Result<()> {
    let before: Option<(Option<String>,)> = sqlx::query_as("select submission_id from messages where id = $1")
        .bind(id.as_str())
        .fetch_optional(&mut **tx)
        .await?;
    if let Some(before) = before.and_then(|(id,)| id) {
        tx.touch(Subject::Submission, &before);
    }
    tx.touch(Subject::Message, id.as_str());
    sqlx::query("update messages set submission_id = $1 where id = $2")
        .bind(submission.map(SubmissionId::as_str))
        .bind(id.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Forgets a file's reading that gave no text, so that it is read again.
pub async fn forget_unread(tx: &mut Tx, content: Digest) -> Result<()> {
    sqlx::query("delete from extractions where digest = $1 and status <> 'text'")
        .bind(content.to_string())
        .execute(&mut **tx)
        .await?;
    tx.touch(Subject::File, &content.to_string());
    Ok(())
}

/// Puts a copy back to before it was parsed.
pub async fn unjoin(tx: &mut Tx, key: &UidKey) -> Result<()> {
    desk::touch_copy(tx, key).await?;
    sqlx::query(
        "update copies set settlement = 'received', message_id = null
          where mailbox_id = $1 and uidvalidity = $2 and uid = $3",
    )
    .bind(key.mailbox.as_str())
    .bind(i64::from(key.uidvalidity))
    .bind(key.uid as i64)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Keeps what came out of a file; the first answer for a content stays, unless it is to be replaced.
pub async fn keep_extraction(tx: &mut Tx, content: Digest, extraction: &Extraction) -> Result<()> {
    sqlx::query(
        "insert into extractions (digest, status, characters, extraction, awaits, remarks)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (digest) do update
            set status = excluded.status, characters = excluded.characters, extraction = excluded.extraction,
                awaits = excluded.awaits, remarks = excluded.remarks",
    )
    .bind(content.to_string())
    .bind(extraction.status())
    .bind(extraction.text().chars().count() as i64)
    .bind(json(extraction)?)
    .bind((!extraction.pages_awaiting_recognition().is_empty()).then_some("recognition"))
    .bind(json(&extraction.remarks())?)
    .execute(&mut **tx)
    .await?;
    tx.touch(Subject::File, &content.to_string());
    Ok(())
}

/// The contents whose words stand in pictures that were not recognised yet.
pub async fn awaiting_recognition(store: &Store) -> Result<BTreeSet<Digest>> {
    let rows: Vec<(String,)> =
        sqlx::query_as("select digest from extractions where awaits is not null").fetch_all(store.pool()).await?;
    rows.into_iter().map(|(content,)| digest(&content)).collect()
}

/// What came out of a file, if it was read.
pub async fn extraction(store: &Store, content: Digest) -> Result<Option<Extraction>> {
    let row: Option<(String,)> = sqlx::query_as("select extraction from extractions where digest = $1")
        .bind(content.to_string())
        .fetch_optional(store.pool())
        .await?;
    row.map(|(text,)| from_json(&text)).transpose()
}

/// A file that was read, as lists show it.
#[derive(Clone, Debug, PartialEq)]
pub struct ExtractionLine {
    /// As `Extraction::status` says it.
    pub status: String,
    /// Of its whole text.
    pub characters: i64,
    pub remarks: Remarks,
}

/// Those of some files that were read, by content.
pub async fn extraction_lines_of(store: &Store, contents: &[Digest]) -> Result<BTreeMap<Digest, ExtractionLine>> {
    let contents: Vec<String> = contents.iter().map(Digest::to_string).collect();
    let text = "select digest, status, characters, remarks from extractions where digest in (#)";
    let rows: Vec<(String, String, i64, String)> = rows_of(store, text, &contents).await?;
    let line = |(content, status, characters, remarks): (String, String, i64, String)| {
        Ok((digest(&content)?, ExtractionLine { status, characters, remarks: from_json(&remarks)? }))
    };
    rows.into_iter().map(line).collect()
}
