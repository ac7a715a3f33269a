//! What tells which rows of the desk are out of date: subjects that changed, and where each of them shows. Makes no row.

use super::super::message::Summary;
use super::super::rows::{from_json, rows_of};
use super::super::{Result, Store, Tx, setting};
use crate::domain::classification::Classification;
use crate::domain::mailbox::UidKey;
use crate::domain::submission::Content;
use crate::domain::{MessageId, RevisionId};
use sqlx::{Any, Transaction};
use std::collections::{BTreeMap, BTreeSet};

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Message,
    Submission,
    Revision,
    /// What came out of a file, by its digest.
    File,
    /// What else its sender sent, by the address.
    Sender,
}

impl Subject {
    /// As it stands in the note.
    pub fn noted(self, id: &str) -> String {
        let letter = match self {
            Self::Message => 'm',
            Self::Submission => 's',
            Self::Revision => 'r',
            Self::File => 'd',
            Self::Sender => 'a',
        };
        format!("{letter}:{id}")
    }
}

/// A note that something changed.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Note {
    pub id: String,
    pub subject: String,
}

/// Writes notes, at the end of the transaction of the change.
pub(in super::super) async fn note(
    tx: &mut Transaction<'static, Any>,
    subjects: impl IntoIterator<Item = String>,
) -> Result<()> {
    for subject in subjects {
        // The newest are worked first: they are what a person did just now.
        sqlx::query("insert into desk_dirty (id, subject) values ($1, $2)")
            .bind(uuid::Uuid::now_v7().to_string())
            .bind(subject)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Notes what a new message has: files and senders.
pub(in super::super) async fn note_message(tx: &mut Tx, id: &MessageId, summary: &Summary) -> Result<()> {
    let files: BTreeSet<String> = summary.parts.iter().map(|part| part.digest.to_string()).collect();
    for digest in files {
        sqlx::query("insert into message_files (digest, message_id) values ($1, $2) on conflict do nothing")
            .bind(digest)
            .bind(id.as_str())
            .execute(&mut **tx)
            .await?;
    }
    let senders: BTreeSet<String> = summary.from.iter().map(|one| one.address.to_lowercase()).collect();
    for address in senders {
        sqlx::query("insert into message_senders (address, message_id) values ($1, $2) on conflict do nothing")
            .bind(address)
            .bind(id.as_str())
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Notes whether a message tells a password or a code and brings nothing: it shows at what else the sender sent.
pub(in super::super) async fn note_code(tx: &mut Tx, id: &MessageId, classified: &Classification) -> Result<()> {
    let delivery = &classified.delivery;
    let gives = i64::from(delivery.gives_code && delivery.is_note && delivery.missing.is_empty());
    let changed: Vec<(String,)> = sqlx::query_as(
        "update message_senders set gives_code = $2 where message_id = $1 and gives_code <> $2 returning address",
    )
    .bind(id.as_str())
    .bind(gives)
    .fetch_all(&mut **tx)
    .await?;
    for (address,) in changed {
        tx.touch(Subject::Sender, &address);
    }
    Ok(())
}

/// Notes which messages a revision has parts of.
pub(in super::super) async fn note_parts(tx: &mut Tx, id: &RevisionId, content: &Content) -> Result<()> {
    sqlx::query("delete from revision_messages where revision_id = $1").bind(id.as_str()).execute(&mut **tx).await?;
    let messages: BTreeSet<&str> = content.parts.iter().map(|part| part.message.as_str()).collect();
    for message in messages {
        sqlx::query("insert into revision_messages (message_id, revision_id) values ($1, $2) on conflict do nothing")
            .bind(message)
            .bind(id.as_str())
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Notes that something of a copy changed; it shows at the message that it led to so far.
pub(in super::super) async fn touch_copy(tx: &mut Tx, key: &UidKey) -> Result<()> {
    let row: Option<(Option<String>,)> =
        sqlx::query_as("select message_id from copies where mailbox_id = $1 and uidvalidity = $2 and uid = $3")
            .bind(key.mailbox.as_str())
            .bind(i64::from(key.uidvalidity))
            .bind(key.uid as i64)
            .fetch_optional(&mut **tx)
            .await?;
    if let Some(message) = row.and_then(|(id,)| id) {
        tx.touch(Subject::Message, &message);
    }
    Ok(())
}

/// Forgets what was noted of an erased message, and what its row tells, at once: nobody shall find it meanwhile.
pub(in super::super) async fn forget(tx: &mut Tx, id: &MessageId) -> Result<()> {
    let senders: Vec<(String, i64)> =
        sqlx::query_as("delete from message_senders where message_id = $1 returning address, gives_code")
            .bind(id.as_str())
            .fetch_all(&mut **tx)
            .await?;
    for (address, _) in senders.into_iter().filter(|(_, gives_code)| *gives_code == 1) {
        tx.touch(Subject::Sender, &address);
    }
    sqlx::query("delete from message_files where message_id = $1").bind(id.as_str()).execute(&mut **tx).await?;
    let items: Vec<(String,)> = sqlx::query_as(
        "select r.submission_id from revision_messages p join revisions r on r.id = p.revision_id where p.message_id = $1",
    )
    .bind(id.as_str())
    .fetch_all(&mut **tx)
    .await?;
    for item in items.iter().map(|(item,)| item.as_str()).chain([id.as_str()]) {
        super::blank(tx, item).await?;
    }
    tx.touch(Subject::Message, id.as_str());
    Ok(())
}

/// The newest notes.
pub async fn dirty(store: &Store, limit: i64) -> Result<Vec<Note>> {
    Ok(sqlx::query_as("select id, subject from desk_dirty order by id desc limit $1")
        .bind(limit)
        .fetch_all(store.pool())
        .await?)
}

/// How many notes there are, counted up to `most`.
pub async fn dirty_count(store: &Store, most: i64) -> Result<i64> {
    let (count,): (i64,) = sqlx::query_as("select count(*) from (select id from desk_dirty limit $1) as notes")
        .bind(most)
        .fetch_one(store.pool())
        .await?;
    Ok(count)
}

/// Notes that messages show in another way, because what they name changed.
pub fn note_messages(tx: &mut Tx, ids: &BTreeSet<MessageId>) {
    for id in ids {
        tx.touch(Subject::Message, id.as_str());
    }
}

/// Removes notes that were worked.
pub async fn worked(tx: &mut Tx, notes: &[Note]) -> Result<()> {
    for one in notes {
        sqlx::query("delete from desk_dirty where id = $1").bind(&one.id).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Notes every submission and every message.
pub async fn note_all(tx: &mut Tx) -> Result<()> {
    // Below any id that is made from a time: what a person does meanwhile comes first.
    for text in [
        "insert into desk_dirty (id, subject) select '00' || id, 's:' || id from submissions where true
         on conflict do nothing",
        "insert into desk_dirty (id, subject) select '00' || id, 'm:' || id from messages where submission_id is null
         on conflict do nothing",
    ] {
        sqlx::query(text).execute(&mut **tx).await?;
    }
    Ok(())
}

/// The entries in which subjects show, or showed.
pub async fn shown_in(store: &Store, notes: &[Note]) -> Result<BTreeSet<String>> {
    let of = |letter: &str| -> Vec<String> {
        let ids: BTreeSet<&str> = notes.iter().filter_map(|one| one.subject.strip_prefix(letter)).collect();
        ids.into_iter().map(String::from).collect()
    };
    let mut items: BTreeSet<String> = of("s:").into_iter().collect();
    let mut messages = of("m:");
    let by_file: Vec<(String,)> =
        rows_of(store, "select message_id from message_files where digest in (#)", &of("d:")).await?;
    let by_sender: Vec<(String,)> =
        rows_of(store, "select message_id from message_senders where address in (#)", &of("a:")).await?;
    messages.extend(by_file.into_iter().chain(by_sender).map(|(id,)| id));
    let text = "select submission_id from revisions where id in (#)";
    let by_revision: Vec<(String,)> = rows_of(store, text, &of("r:")).await?;
    let text = "select submission_id from messages where submission_id is not null and id in (#)";
    let by_message: Vec<(String,)> = rows_of(store, text, &messages).await?;
    // What was split off has messages of another submission.
    let text = "select r.submission_id from revision_messages p join revisions r on r.id = p.revision_id
                 where p.message_id in (#)";
    let by_part: Vec<(String,)> = rows_of(store, text, &messages).await?;
    items.extend(by_revision.into_iter().chain(by_message).chain(by_part).map(|(id,)| id));
    items.extend(messages);
    Ok(items)
}

/// Ids of everything that may be an entry: submissions that were not joined into others, and messages that are none.
pub async fn all_ids(store: &Store) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "select id from submissions where merged_into is null
          union all
         select id from messages where submission_id is null and outcome in ('set-aside', 'held')",
    )
    .fetch_all(store.pool())
    .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Messages of some senders that tell a password or a code and bring nothing, by address, oldest first.
pub async fn codes_of(store: &Store, addresses: &[String]) -> Result<BTreeMap<String, Vec<MessageId>>> {
    let text = "select s.address, s.message_id from message_senders s join messages m on m.id = s.message_id
                 where s.gives_code = 1 and s.address in (#) order by m.first_seen, m.id";
    let rows: Vec<(String, String)> = rows_of(store, text, addresses).await?;
    let mut codes: BTreeMap<String, Vec<MessageId>> = BTreeMap::new();
    for (address, id) in rows {
        codes.entry(address).or_default().push(MessageId(id));
    }
    Ok(codes)
}

/// Notes once what older versions of Pouch did not note.
pub(in super::super) async fn fill(store: &Store) -> Result<()> {
    const DONE: &str = "desk notes";
    if setting::get(store, DONE).await?.is_some() {
        return Ok(());
    }
    let mut tx = store.begin().await?;
    let mut after = String::new();
    loop {
        let messages: Vec<(String, String, Option<String>)> = sqlx::query_as(
            "select id, summary, classified from messages where id > $1 and erased_at is null order by id limit 200",
        )
        .bind(&after)
        .fetch_all(&mut *tx)
        .await?;
        let Some((last, _, _)) = messages.last() else { break };
        after.clone_from(last);
        for (id, summary, classified) in messages {
            let id = MessageId(id);
            note_message(&mut tx, &id, &from_json(&summary)?).await?;
            if let Some(text) = classified {
                note_code(&mut tx, &id, &from_json(&text)?).await?;
            }
        }
    }
    let mut after = String::new();
    loop {
        let revisions: Vec<(String, String)> =
            sqlx::query_as("select id, content from revisions where id > $1 order by id limit 200")
                .bind(&after)
                .fetch_all(&mut *tx)
                .await?;
        let Some((last, _)) = revisions.last() else { break };
        after.clone_from(last);
        for (id, content) in revisions {
            note_parts(&mut tx, &RevisionId(id), &from_json(&content)?).await?;
        }
    }
    note_all(&mut tx).await?;
    setting::set(&mut tx, DONE, "1").await?;
    tx.commit().await
}
