//! Ledger rows, seals, commitments and people. Never changes an entry that has a number.

use super::rows::{digest, from_json, json, micros, rows_of, time};
use super::{Result, Store, Tx};
use crate::domain::ledger::{Actor, Commitment, Event, LedgerEntry};
use crate::domain::{Digest, PersonId, Timestamp, new_id};
use std::collections::BTreeMap;

/// Appends events, unnumbered, in the transaction of the change that they tell of.
pub async fn append(tx: &mut Tx, actor: &Actor, events: &[Event], now: Timestamp) -> Result<()> {
    let actor = json(actor)?;
    // What decides something must stand after what it was decided upon, whatever the clocks of two processes say.
    let mut last = if events.iter().all(is_arrival) { None } else { last_id(tx).await? };
    for event in events {
        let mut id = new_id(now);
        if let Some(before) = last.as_ref().filter(|before| **before >= id) {
            id = new_id(time_of(before) + std::time::Duration::from_millis(1));
        }
        last = last.map(|_| id.clone());
        sqlx::query("insert into ledger (id, at, actor, subject, event) values ($1, $2, $3, $4, $5)")
            .bind(id)
            .bind(micros(now))
            .bind(&actor)
            .bind(event.subject().id())
            .bind(json(event)?)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Arrivals stand for themselves: nothing is decided by them.
fn is_arrival(event: &Event) -> bool {
    matches!(event, Event::Received { .. } | Event::Joined { .. } | Event::Settled { .. } | Event::Vanished { .. })
}

async fn last_id(tx: &mut Tx) -> Result<Option<String>> {
    let (last,): (Option<String>,) = sqlx::query_as("select max(id) from ledger").fetch_one(&mut **tx).await?;
    Ok(last)
}

/// The millisecond that a UUIDv7 begins with.
fn time_of(id: &str) -> Timestamp {
    let digits: String = id.chars().filter(char::is_ascii_hexdigit).take(12).collect();
    let millis = i64::from_str_radix(&digits, 16).unwrap_or(0);
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Keeps a text beside the ledger and gives the commitment that stands in the ledger for it.
pub async fn commit_to(tx: &mut Tx, text: &str) -> Result<Commitment> {
    let salt = uuid::Uuid::new_v4().to_string();
    let hash = Digest::of_fields([salt.as_bytes(), text.as_bytes()]);
    sqlx::query("insert into commitments (hash, salt, text) values ($1, $2, $3)")
        .bind(hash.to_string())
        .bind(salt)
        .bind(text)
        .execute(&mut **tx)
        .await?;
    Ok(hash)
}

/// The text behind a commitment; `None` if it was erased.
pub async fn committed_text(store: &Store, commitment: Commitment) -> Result<Option<String>> {
    let found: Option<(Option<String>,)> = sqlx::query_as("select text from commitments where hash = $1")
        .bind(commitment.to_string())
        .fetch_optional(store.pool())
        .await?;
    Ok(found.and_then(|(text,)| text))
}

/// The texts behind some commitments; those that were erased are left out.
pub async fn committed_texts(store: &Store, some: &[Commitment]) -> Result<BTreeMap<Commitment, String>> {
    let hashes: Vec<String> = some.iter().map(Digest::to_string).collect();
    let statement = "select hash, text from commitments where text is not null and hash in (#)";
    let rows: Vec<(String, String)> = rows_of(store, statement, &hashes).await?;
    rows.into_iter().map(|(hash, text)| Ok((digest(&hash)?, text))).collect()
}

/// Commitments whose text no longer fits their hash: somebody changed them outside Pouch.
pub async fn broken_commitments(store: &Store) -> Result<Vec<String>> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "select hash, salt, text from commitments where salt is not null and text is not null order by hash",
    )
    .fetch_all(store.pool())
    .await?;
    let fits = |salt: &str, text: &str| Digest::of_fields([salt.as_bytes(), text.as_bytes()]).to_string();
    Ok(rows.into_iter().filter(|(hash, salt, text)| fits(salt, text) != *hash).map(|(hash, _, _)| hash).collect())
}

/// The id of a person by name, new if the name is new; a new one is told to the ledger.
pub async fn person(tx: &mut Tx, name: &str, now: Timestamp) -> Result<PersonId> {
    let found: Option<(String,)> =
        sqlx::query_as("select id from people where name = $1").bind(name).fetch_optional(&mut **tx).await?;
    if let Some((id,)) = found {
        return Ok(PersonId(id));
    }
    let person = PersonId::new(now);
    sqlx::query("insert into people (id, name) values ($1, $2)")
        .bind(person.as_str())
        .bind(name)
        .execute(&mut **tx)
        .await?;
    let event = Event::PersonSeen { person: person.clone(), name: commit_to(tx, name).await? };
    append(tx, &Actor::Person(person.clone()), &[event], now).await?;
    Ok(person)
}

/// Names of people by id.
pub async fn people(store: &Store) -> Result<BTreeMap<PersonId, String>> {
    let rows: Vec<(String, String)> = sqlx::query_as("select id, name from people").fetch_all(store.pool()).await?;
    Ok(rows.into_iter().map(|(id, name)| (PersonId(id), name)).collect())
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    id: String,
    number: Option<i64>,
    at: i64,
    actor: String,
    event: String,
}

impl EntryRow {
    fn entry(self) -> Result<LedgerEntry> {
        Ok(LedgerEntry {
            id: self.id,
            number: self.number.map(|number| number as u64),
            at: time(self.at),
            actor: from_json(&self.actor)?,
            event: from_json(&self.event)?,
        })
    }
}

/// Gives numbers to at most `limit` entries, oldest first, following `after`; returns them in order.
pub async fn number(tx: &mut Tx, after: u64, limit: i64) -> Result<Vec<LedgerEntry>> {
    sqlx::query(
        "update ledger set number = due.number
           from (
             select id, row_number() over (order by id) + $1 as number
               from (select id from ledger where number is null order by id limit $2) as oldest
           ) as due
          where ledger.id = due.id",
    )
    .bind(after as i64)
    .bind(limit)
    .execute(&mut **tx)
    .await?;
    let rows: Vec<EntryRow> =
        sqlx::query_as("select id, number, at, actor, event from ledger where number > $1 order by number")
            .bind(after as i64)
            .fetch_all(&mut **tx)
            .await?;
    rows.into_iter().map(EntryRow::entry).collect()
}

/// Sealed entries with a number above `after`, in order.
pub async fn sealed_after(store: &Store, after: u64, limit: i64) -> Result<Vec<LedgerEntry>> {
    let rows: Vec<EntryRow> =
        sqlx::query_as("select id, number, at, actor, event from ledger where number > $1 order by number limit $2")
            .bind(after as i64)
            .bind(limit)
            .fetch_all(store.pool())
            .await?;
    rows.into_iter().map(EntryRow::entry).collect()
}

/// Sealed entries with a number below `before`, the newest first.
pub async fn sealed_before(store: &Store, before: u64, limit: i64) -> Result<Vec<LedgerEntry>> {
    let rows: Vec<EntryRow> = sqlx::query_as(
        "select id, number, at, actor, event from ledger where number < $1 order by number desc limit $2",
    )
    .bind(i64::try_from(before).unwrap_or(i64::MAX))
    .bind(limit)
    .fetch_all(store.pool())
    .await?;
    rows.into_iter().map(EntryRow::entry).collect()
}

/// Entries about any of some subjects, oldest first, sealed or not.
pub async fn about(store: &Store, subjects: &[String]) -> Result<Vec<LedgerEntry>> {
    let statement = "select id, number, at, actor, event from ledger where subject in (#) order by id";
    let rows: Vec<EntryRow> = rows_of(store, statement, subjects).await?;
    let mut entries = rows.into_iter().map(EntryRow::entry).collect::<Result<Vec<_>>>()?;
    entries.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(entries)
}

/// The entries that wait for a number, oldest first.
pub async fn unsealed_entries(store: &Store) -> Result<Vec<LedgerEntry>> {
    let rows: Vec<EntryRow> =
        sqlx::query_as("select id, number, at, actor, event from ledger where number is null order by id")
            .fetch_all(store.pool())
            .await?;
    rows.into_iter().map(EntryRow::entry).collect()
}

/// How many entries wait for a number.
pub async fn unsealed(store: &Store) -> Result<i64> {
    let (count,): (i64,) =
        sqlx::query_as("select count(*) from ledger where number is null").fetch_one(store.pool()).await?;
    Ok(count)
}

/// All seals: number and hash of the last entry that each covers, in order.
pub async fn seals(store: &Store) -> Result<Vec<(u64, Digest)>> {
    let rows: Vec<(i64, String)> =
        sqlx::query_as("select number, hash from seals order by number").fetch_all(store.pool()).await?;
    rows.into_iter().map(|(number, hash)| Ok((number as u64, digest(&hash)?))).collect()
}

/// Number and hash of the last seal.
pub async fn head(store: &Store) -> Result<Option<(u64, Digest)>> {
    let row: Option<(i64, String)> = sqlx::query_as("select number, hash from seals order by number desc limit 1")
        .fetch_optional(store.pool())
        .await?;
    row.map(|(number, hash)| Ok((number as u64, digest(&hash)?))).transpose()
}

/// As `head`, within the sealer's transaction.
pub async fn head_in(tx: &mut Tx) -> Result<Option<(u64, Digest)>> {
    let row: Option<(i64, String)> =
        sqlx::query_as("select number, hash from seals order by number desc limit 1").fetch_optional(&mut **tx).await?;
    row.map(|(number, hash)| Ok((number as u64, digest(&hash)?))).transpose()
}

/// Writes a seal. A second sealer at the same number is refused by the key.
pub async fn seal(tx: &mut Tx, number: u64, hash: Digest, now: Timestamp) -> Result<()> {
    sqlx::query("insert into seals (number, hash, at) values ($1, $2, $3)")
        .bind(number as i64)
        .bind(hash.to_string())
        .bind(micros(now))
        .execute(&mut **tx)
        .await?;
    Ok(())
}
