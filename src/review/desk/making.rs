//! Makes the rows of the desk anew where something changed. Safe to run several times and in several processes at once: a
//! row is written only over the one that was read before its facts were.

use super::super::queue::{Item, items_of};
use super::labels::{labels, row_list};
use crate::domain::message::Span;
use crate::domain::{Digest, MessageId, Timestamp};
use crate::pipeline::{Tools, joined, texts_of};
use crate::store::desk::{self, NewRow, Note, Row};
use crate::store::message::{self, MessageLine};
use crate::store::{self, search, setting};
use std::collections::{BTreeMap, BTreeSet};

/// Notes of one round, and rows of one transaction.
const AT_ONCE: i64 = 64;

/// Characters of one entry's texts that are searched; docs/desk.md tells it.
const SEARCHED: usize = 200_000;

/// Grows when rows are made in another way: then all are made anew.
const VERSION: u32 = 3;

/// Grows when the texts that are searched are made in another way: reading them all again takes longest.
const TEXTS: u32 = 1;

/// Notes every entry if rows are made in another way than before: a new version of Pouch, other settings of the call, another
/// catalogue. For the start of the service.
///
/// # Errors
/// If the store does not answer.
pub async fn prepare(tools: &Tools) -> store::Result<()> {
    const NAME: &str = "desk made with";
    let call = &tools.config.call;
    let made_with = format!(
        "{VERSION} {TEXTS} {:?} {:?} {} {:?} {}",
        call.event,
        call.deadline,
        call.code,
        call.time_zone.iana_name(),
        tools.catalogue.digest()
    );
    let made_with = Digest::of(made_with.as_bytes()).to_string();
    if setting::get(&tools.store, NAME).await?.as_deref() == Some(&made_with) {
        return Ok(());
    }
    let mut tx = tools.store.begin().await?;
    desk::note_all(&mut tx).await?;
    setting::set(&mut tx, NAME, &made_with).await?;
    tx.commit().await
}

/// Makes all rows anew in which something changed; how many rounds that took.
///
/// # Errors
/// If the store does not answer; what was made before stays.
pub async fn catch_up(tools: &Tools, now: Timestamp) -> store::Result<u64> {
    let mut rounds = 0;
    while round(tools, now).await? {
        rounds += 1;
    }
    Ok(rounds)
}

/// Makes the rows of some entries anew, whatever else waits: for who has just acted on them.
///
/// # Errors
/// If the store does not answer.
pub async fn renew(tools: &Tools, ids: &[String], now: Timestamp) -> store::Result<()> {
    // Whoever was first may have been right, or may have looked too early.
    for _ in 0..3 {
        if remake(tools, ids, &[], now).await? {
            return Ok(());
        }
    }
    Ok(())
}

/// One round of that: over the newest notes; `false`: there were none.
///
/// # Errors
/// If the store does not answer.
pub async fn round(tools: &Tools, now: Timestamp) -> store::Result<bool> {
    round_of(tools, AT_ONCE, now).await
}

pub(super) async fn round_of(tools: &Tools, limit: i64, now: Timestamp) -> store::Result<bool> {
    let notes = desk::dirty(&tools.store, limit).await?;
    if notes.is_empty() {
        return Ok(false);
    }
    let shown_in: Vec<String> = desk::shown_in(&tools.store, &notes).await?.into_iter().collect();
    let mut parts: Vec<&[String]> = shown_in.chunks(AT_ONCE as usize).collect();
    let last = parts.pop().unwrap_or_default();
    for ids in parts {
        if !remake(tools, ids, &[], now).await? {
            return Ok(true);
        }
    }
    // What somebody else wrote meanwhile keeps its notes, and is looked at again.
    remake(tools, last, &notes, now).await?;
    Ok(true)
}

/// `false`: another process wrote one of the rows meanwhile, and nothing was written.
async fn remake(tools: &Tools, ids: &[String], notes: &[Note], now: Timestamp) -> store::Result<bool> {
    let store = &tools.store;
    // Before the facts: see the head of this file.
    let old: BTreeMap<String, Row> =
        desk::rows(store, ids).await?.into_iter().map(|row| (row.item_id.clone(), row)).collect();
    let made_of = desk::texts_made_of(store, ids).await?;
    let items = items_of(store, &tools.config, ids).await?;
    let mut lines: BTreeMap<MessageId, MessageLine> = BTreeMap::new();
    let messages: BTreeSet<String> = items.iter().flat_map(|item| &item.messages).map(|id| id.0.clone()).collect();
    for line in message::lines_of(store, &messages.into_iter().collect::<Vec<_>>()).await? {
        lines.insert(line.id.clone(), line);
    }
    let mut new = Vec::new();
    for item in &items {
        let row = row_of(tools, item, &lines, made_of.get(&item.id)).await?;
        if !old.get(&item.id).is_some_and(|old| is_same(old, &row, made_of.get(&item.id))) {
            new.push((row, others_of(old.get(&item.id), Some(item))));
        }
    }
    let is_gone = |row: &&Row| row.list != desk::NO_LIST && items.iter().all(|item| item.id != row.item_id);
    for row in old.values().filter(is_gone) {
        let gone = NewRow { item_id: row.item_id.clone(), list: desk::NO_LIST.into(), ..NewRow::default() };
        new.push((NewRow { body: Some(String::new()), ..gone }, others_of(Some(row), None)));
    }
    let mut tx = store.begin().await?;
    for (row, others) in &new {
        let read = old.get(&row.item_id).map_or(0, |old| old.change);
        if !desk::write(&mut tx, row, read, now).await? {
            return Ok(false);
        }
        desk::note_messages(&mut tx, others);
    }
    desk::worked(&mut tx, notes).await?;
    tx.commit().await?;
    Ok(true)
}

fn is_same(old: &Row, new: &NewRow, made_of: Option<&String>) -> bool {
    let labels: Vec<&str> = new.labels.iter().map(String::as_str).collect();
    old.list == new.list && old.labels == labels.join(" ") && old.item == new.item && made_of == Some(&new.made_of)
}

/// Messages of other entries that name this one, if it is called otherwise now, or stands elsewhere.
fn others_of(old: Option<&Row>, new: Option<&Item>) -> BTreeSet<MessageId> {
    let old: Option<Item> = old.and_then(|row| serde_json::from_str(&row.item).ok());
    let known_by = |item: &Item| (item.id.clone(), item.title.clone(), item.messages.clone());
    if old.as_ref().map(known_by) == new.map(known_by) {
        return BTreeSet::new();
    }
    let both = || old.iter().chain(new);
    let others = both().flat_map(|item| &item.relations).flat_map(|one| [&one.message, &one.other]);
    others.filter(|id| !both().any(|item| item.messages.contains(id))).cloned().collect()
}

async fn row_of(
    tools: &Tools,
    item: &Item,
    lines: &BTreeMap<MessageId, MessageLine>,
    known: Option<&String>,
) -> store::Result<NewRow> {
    let made_of = made_of(item);
    let body = if known == Some(&made_of) { None } else { Some(body(tools, item).await?) };
    let json = serde_json::to_string(item)
        .map_err(|error| store::Error::Conflict(format!("an entry cannot be written: {error}")))?;
    Ok(NewRow {
        item_id: item.id.clone(),
        received_at: item.server_received_at,
        list: row_list(item).into(),
        labels: labels(item, &tools.catalogue, &tools.config.call.time_zone),
        item: json,
        made_of,
        head: head(tools, item, lines),
        body,
    })
}

/// What the text of an entry is made of: as long as this stays the same, the text does.
fn made_of(item: &Item) -> String {
    let mut fields = vec![TEXTS.to_string(), format!("{:?}", item.erased_at)];
    fields.extend(item.messages.iter().map(|id| id.0.clone()));
    for one in &item.attachments {
        fields.extend([one.digest.to_string(), one.status.clone(), one.characters.to_string(), one.extractor.clone()]);
    }
    Digest::of_fields(fields.iter().map(String::as_bytes)).to_string()
}

/// What names an entry, comparable.
fn head(tools: &Tools, item: &Item, lines: &BTreeMap<MessageId, MessageLine>) -> String {
    let mut all: Vec<&str> = vec![&item.title, &item.submitter.name, &item.subject, &item.id];
    // What lists show of an id.
    all.push(&item.id[item.id.len().saturating_sub(8)..]);
    all.extend(item.receipt_number.as_deref());
    all.extend(item.messages.iter().map(MessageId::as_str));
    all.extend(item.message_id_headers.iter().map(String::as_str));
    all.extend(item.attachments.iter().filter_map(|one| one.name.as_deref()));
    for one in &item.assignments {
        all.push(&one.recommendation);
        all.extend(tools.catalogue.find(&one.recommendation).map(|known| known.title.as_str()));
    }
    for line in item.messages.iter().filter_map(|id| lines.get(id)) {
        all.push(&line.subject);
        all.extend(line.summary.from.iter().flat_map(|one| [one.name.as_deref().unwrap_or(""), one.address.as_str()]));
    }
    // A full stop: no phrase reaches from one to the next by chance of what stands between two Chinese titles.
    search::comparable(&all.join(" . "))
}

/// What an entry says, comparable: the senders' own words and the texts of all files.
async fn body(tools: &Tools, item: &Item) -> store::Result<String> {
    let mut text = String::new();
    let mut left = SEARCHED;
    for id in &item.messages {
        let parsed = message::parsed(&tools.store, id).await?;
        for part in texts_of(tools, &parsed).await? {
            let whole = joined(&part.segments);
            let own = match part.own.as_deref() {
                Some([_, ..]) => own_words(&whole, part.own.as_deref().unwrap_or_default()),
                Some([]) | None => whole,
            };
            text.push_str(" . ");
            let from = text.len();
            text.extend(own.chars().take(left));
            left = left.saturating_sub(text[from..].chars().count());
        }
    }
    Ok(search::comparable(&text))
}

/// What the sender wrote of a mail's text.
fn own_words(text: &str, own: &[Span]) -> String {
    let mut words = String::new();
    for span in own {
        words.extend(text.chars().skip(span.start).take(span.end.saturating_sub(span.start)));
        words.push('\n');
    }
    words
}
