//! Rows of the desk: what the queue lists, counts and searches, ready made. Everything here can be made anew from the other
//! tables; nothing here is the only place of anything.

mod notes;

pub use notes::{Note, Subject, all_ids, codes_of, dirty, dirty_count, note_all, note_messages, shown_in, worked};
pub(super) use notes::{fill, forget, note, note_code, note_message, note_parts, touch_copy};

use super::rows::{micros, rows_of};
use super::{Result, Store, Tx, letter, search};
use crate::domain::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// A row as it stands.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Row {
    pub item_id: String,
    pub seq: i64,
    /// Grows with each change of any row.
    pub change: i64,
    /// `queued`, `held`, `set-aside`, `decided`, or `none`: no entry any more.
    pub list: String,
    /// Words that it is counted and filtered by, with a blank between.
    pub labels: String,
    /// The entry as JSON; empty: there is none any more.
    pub item: String,
}

#[derive(sqlx::FromRow)]
struct OldRow {
    seq: i64,
    received_at: i64,
    change: i64,
    list: String,
    labels: String,
}

/// What a row is to become.
#[derive(Clone, Debug, Default)]
pub struct NewRow {
    pub item_id: String,
    /// Of its arrival; its place in the list.
    pub received_at: Timestamp,
    pub list: String,
    pub labels: BTreeSet<String>,
    pub item: String,
    /// What the text was made of.
    pub made_of: String,
    /// Comparable text: what names it, and what it says.
    pub head: String,
    /// `None`: the text that is there stays.
    pub body: Option<String>,
}

/// The list of what is no entry any more.
pub const NO_LIST: &str = "none";

const ROW: &str = "item_id, seq, change, list, labels, item";

/// Rows by the ids of their entries.
pub async fn rows(store: &Store, ids: &[String]) -> Result<Vec<Row>> {
    rows_of(store, &format!("select {ROW} from desk_rows where item_id in (#)"), ids).await
}

/// Rows by their places, in no order.
pub async fn rows_at(store: &Store, places: &[i64]) -> Result<Vec<Row>> {
    let text = format!("select {ROW} from desk_rows where seq in ({})", search::numbers(places));
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(text)).persistent(false).fetch_all(store.pool()).await?)
}

/// Rows that changed after a change, in the order of changes.
pub async fn changed_after(store: &Store, change: i64, limit: i64) -> Result<Vec<Row>> {
    let text = format!("select {ROW} from desk_rows where change > $1 order by change limit $2");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(text)).bind(change).bind(limit).fetch_all(store.pool()).await?)
}

/// Place, list and labels of rows that changed after a change; at most `limit`.
pub async fn places_changed_after(store: &Store, change: i64, limit: i64) -> Result<Vec<(i64, String, String)>> {
    Ok(sqlx::query_as("select seq, list, labels from desk_rows where change > $1 and list <> 'none' limit $2")
        .bind(change)
        .bind(limit)
        .fetch_all(store.pool())
        .await?)
}

/// Which of some places changed after a change.
pub async fn changed_of(store: &Store, places: &[i64], change: i64) -> Result<BTreeSet<i64>> {
    let text = format!("select seq from desk_rows where change > $1 and seq in ({})", search::numbers(places));
    let rows: Vec<(i64,)> =
        sqlx::query_as(sqlx::AssertSqlSafe(text)).persistent(false).bind(change).fetch_all(store.pool()).await?;
    Ok(rows.into_iter().map(|(seq,)| seq).collect())
}

/// The last change of any row; 0 before the first.
pub async fn last_change(store: &Store) -> Result<i64> {
    let (last,): (Option<i64>,) = sqlx::query_as("select max(change) from desk_rows").fetch_one(store.pool()).await?;
    Ok(last.unwrap_or(0))
}

/// Places in a list, or in all of them, after a place; or before it, the last one first.
pub async fn places(
    store: &Store,
    list: Option<&str>,
    after: Option<i64>,
    newest_first: bool,
    limit: i64,
) -> Result<Vec<i64>> {
    let text = match (list.is_some(), newest_first) {
        (true, false) => "select seq from desk_rows where list = $1 and seq > $2 order by seq limit $3",
        (true, true) => "select seq from desk_rows where list = $1 and seq < $2 order by seq desc limit $3",
        (false, false) => "select seq from desk_rows where list <> $1 and seq > $2 order by seq limit $3",
        (false, true) => "select seq from desk_rows where list <> $1 and seq < $2 order by seq desc limit $3",
    };
    let begin = if newest_first { i64::MAX } else { i64::MIN };
    let rows: Vec<(i64,)> = sqlx::query_as(text)
        .bind(list.unwrap_or(NO_LIST))
        .bind(after.unwrap_or(begin))
        .bind(limit)
        .fetch_all(store.pool())
        .await?;
    Ok(rows.into_iter().map(|(seq,)| seq).collect())
}

/// Which of some places have all of some phrases in their texts.
pub async fn with_phrases(store: &Store, places: &[i64], phrases: &[String]) -> Result<BTreeSet<i64>> {
    let mut found: Vec<i64> = places.to_vec();
    for phrase in phrases {
        found = search::with_phrase(store, &found, phrase).await?;
    }
    Ok(found.into_iter().collect())
}

/// How many entries each list has, in all (`""`) and by label.
pub async fn counts(store: &Store) -> Result<Vec<(String, String, i64)>> {
    Ok(sqlx::query_as("select list, label, entries from desk_counts where entries > 0 order by list, label")
        .fetch_all(store.pool())
        .await?)
}

/// What the texts of some rows were made of, by entry.
pub async fn texts_made_of(store: &Store, ids: &[String]) -> Result<BTreeMap<String, String>> {
    let text = "select item_id, made_of from desk_texts where item_id in (#)";
    let rows: Vec<(String, String)> = rows_of(store, text, ids).await?;
    Ok(rows.into_iter().collect())
}

/// The next number of a change. Who takes one keeps all others that write rows waiting until the transaction ends: so
/// changes are numbered in the order of their commits, and whoever has seen one has seen all before it.
async fn next_change(tx: &mut Tx) -> Result<i64> {
    Ok(letter::next_number(tx, "desk changes").await? as i64)
}

/// Writes a row, if that still has the change that it was read with (0: there was none); `false`: somebody else was first.
pub async fn write(tx: &mut Tx, new: &NewRow, read: i64, now: Timestamp) -> Result<bool> {
    let change = next_change(tx).await?;
    let old: Option<OldRow> =
        sqlx::query_as("select seq, received_at, change, list, labels from desk_rows where item_id = $1")
            .bind(&new.item_id)
            .fetch_optional(&mut **tx)
            .await?;
    if old.as_ref().map_or(0, |old| old.change) != read {
        return Ok(false);
    }
    let seq = match &old {
        Some(old) if old.received_at == micros(new.received_at) || new.list == NO_LIST => old.seq,
        Some(_) | None => free_place(tx, new.received_at.as_millisecond() << MILLISECOND).await?,
    };
    let labels: Vec<&str> = new.labels.iter().map(String::as_str).collect();
    let labels = labels.join(" ");
    sqlx::query(
        "insert into desk_rows (item_id, seq, change, changed_at, list, labels, item, received_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (item_id) do update
            set seq = excluded.seq, change = excluded.change, changed_at = excluded.changed_at, list = excluded.list,
                labels = excluded.labels, item = excluded.item, received_at = excluded.received_at",
    )
    .bind(&new.item_id)
    .bind(seq)
    .bind(change)
    .bind(micros(now))
    .bind(&new.list)
    .bind(&labels)
    .bind(&new.item)
    .bind(micros(new.received_at))
    .execute(&mut **tx)
    .await?;
    recount(tx, old.as_ref().map(|old| (old.list.as_str(), old.labels.as_str())), (&new.list, &labels)).await?;
    if let Some(old) = &old {
        search::remove(tx, old.seq).await?;
    }
    let body = write_text(tx, new).await?;
    if new.list != NO_LIST {
        search::put(tx, seq, &new.list, &new.labels, [&new.head, &body]).await?;
    }
    Ok(true)
}

/// Bits of a place below the millisecond.
const MILLISECOND: i64 = 10;

/// A place that nobody has, at a time or right behind.
async fn free_place(tx: &mut Tx, base: i64) -> Result<i64> {
    // More than fit into a millisecond flow over into the next ones.
    let mut width = MILLISECOND;
    loop {
        let end = base + (1 << width);
        let (last,): (Option<i64>,) = sqlx::query_as("select max(seq) from desk_rows where seq >= $1 and seq < $2")
            .bind(base)
            .bind(end)
            .fetch_one(&mut **tx)
            .await?;
        match last.map_or(base, |last| last + 1) {
            free if free < end => return Ok(free),
            _ => width += 4,
        }
    }
}

/// The text of a row as it is from now on.
async fn write_text(tx: &mut Tx, new: &NewRow) -> Result<String> {
    let (body,): (String,) = sqlx::query_as(
        "insert into desk_texts (item_id, made_of, head, body) values ($1, $2, $3, coalesce($4, ''))
         on conflict (item_id) do update
            set made_of = excluded.made_of, head = excluded.head, body = coalesce($4, desk_texts.body)
         returning body",
    )
    .bind(&new.item_id)
    .bind(&new.made_of)
    .bind(&new.head)
    .bind(new.body.as_deref())
    .fetch_one(&mut **tx)
    .await?;
    Ok(body)
}

/// Brings the counts up to date: what was counted under `old` is counted under `new`.
async fn recount(tx: &mut Tx, old: Option<(&str, &str)>, new: (&str, &str)) -> Result<()> {
    let counted = |(list, labels): (&str, &str)| -> BTreeSet<(String, String)> {
        let all = std::iter::once("").chain(labels.split(' ').filter(|label| !label.is_empty()));
        all.map(|label| (list.to_string(), label.to_string())).collect()
    };
    let (old, new) = (old.map(counted).unwrap_or_default(), counted(new));
    for (by, (list, label)) in old.difference(&new).map(|one| (-1, one)).chain(new.difference(&old).map(|one| (1, one)))
    {
        sqlx::query(
            "insert into desk_counts (list, label, entries) values ($1, $2, $3)
             on conflict (list, label) do update set entries = desk_counts.entries + excluded.entries",
        )
        .bind(list)
        .bind(label)
        .bind(by)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// Empties the row of an erased message at once; what is left of it is made anew soon.
async fn blank(tx: &mut Tx, id: &str) -> Result<()> {
    let row: Option<(i64,)> =
        sqlx::query_as("select seq from desk_rows where item_id = $1").bind(id).fetch_optional(&mut **tx).await?;
    if let Some((seq,)) = row {
        search::remove(tx, seq).await?;
        // Who made it meanwhile from what was there before does not get to write that.
        let change = next_change(tx).await?;
        sqlx::query("update desk_rows set item = '', change = $2 where item_id = $1")
            .bind(id)
            .bind(change)
            .execute(&mut **tx)
            .await?;
        sqlx::query("update desk_texts set made_of = '', head = '', body = '' where item_id = $1")
            .bind(id)
            .execute(&mut **tx)
            .await?;
        tx.touch(Subject::Submission, id);
    }
    Ok(())
}
