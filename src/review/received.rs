//! The report of everything received, put together from what is stored. Counts nothing itself.

use super::agreement::agreement;
use super::proof::seal;
use super::queue::revision_that_counts;
use crate::audit::received::{CopyRow, Report, Row, Sums};
use crate::domain::{MessageId, Timestamp};
use crate::store::message::CopyLine;
use crate::store::{Store, ledger, mailbox, message, submission};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The report over the days from `from` to `to` (UTC, both included); `None`: no bound.
///
/// # Errors
/// If the store does not answer.
pub async fn received(
    store: &Store,
    from: Option<Date>,
    to: Option<Date>,
    clock: fn() -> Timestamp,
) -> anyhow::Result<Report> {
    seal(store, clock).await?;
    let day = |time: Timestamp| time.to_zoned(jiff::tz::TimeZone::UTC).date();
    let inside = |time: Timestamp| from.is_none_or(|from| day(time) >= from) && to.is_none_or(|to| day(time) <= to);
    let mut rows = rows(store).await?;
    rows.retain(|(seen, _)| inside(*seen));
    let period = match (from, to) {
        (None, None) => "All days".to_string(),
        (from, to) => {
            let name = |day: Option<Date>| day.map_or("…".to_string(), |day| day.to_string());
            format!("First seen from {} to {} (UTC); the sums of the mailboxes are of all days", name(from), name(to))
        }
    };
    Ok(Report {
        period,
        made: clock().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        head: ledger::head(store).await?,
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        sums: sums(store).await?,
        agreement: agreement(store).await?,
    })
}

fn second(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

async fn rows(store: &Store) -> anyhow::Result<Vec<(Timestamp, Row)>> {
    let mut copies: BTreeMap<MessageId, Vec<CopyLine>> = BTreeMap::new();
    for copy in message::copies(store, None).await? {
        if let Some(id) = copy.message.clone() {
            copies.entry(id).or_default().push(copy);
        }
    }
    let mut states = BTreeMap::new();
    let mut of: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for revision in submission::revisions(store, None).await? {
        of.entry(revision.submission.clone()).or_default().push(revision);
    }
    for (id, revisions) in of {
        if let Some(revision) = revision_that_counts(&revisions) {
            states.insert(id, revision.state.name());
        }
    }
    let mut rows = Vec::new();
    for line in message::lines(store, None).await? {
        let copies = copies.remove(&line.id).unwrap_or_default();
        if copies.is_empty() {
            continue;
        }
        let from = line.summary.from.iter().map(|one| match &one.name {
            Some(name) => format!("{name} <{}>", one.address),
            None => one.address.clone(),
        });
        let row = Row {
            id: line.id.0.clone(),
            sent: line.sent_at.map(second).unwrap_or_default(),
            relayed: line.summary.received.map(second).unwrap_or_default(),
            first_seen: second(line.first_seen),
            from: from.collect::<Vec<_>>().join(", "),
            subject: line.subject.clone(),
            message_id_header: line.message_id_header.clone().unwrap_or_default(),
            outcome: line.outcome.as_str().into(),
            kind: line.kind.as_str().into(),
            reason: line.reason.clone(),
            state: line.submission.as_ref().and_then(|id| states.get(id)).copied().unwrap_or_default().into(),
            submission: line.submission.map(|id| id.0).unwrap_or_default(),
            copies: copies.iter().map(copy_row).collect(),
        };
        rows.push((line.first_seen, row));
    }
    Ok(rows)
}

fn copy_row(copy: &CopyLine) -> CopyRow {
    CopyRow {
        mailbox: format!("{}/{}", copy.account, copy.folder),
        uidvalidity: copy.key.uidvalidity,
        uid: copy.key.uid,
        settlement: copy.settlement.as_str().into(),
        server_date: copy.internal_date.map(second).unwrap_or_default(),
        sha256: copy.digest.map(|digest| digest.to_string()).unwrap_or_default(),
        gone_since: copy.vanished_at.map(second).unwrap_or_default(),
    }
}

/// Where the UIDs of each mailbox ended.
///
/// # Errors
/// If the store does not answer.
pub async fn sums(store: &Store) -> anyhow::Result<Vec<Sums>> {
    let names: BTreeMap<_, _> =
        mailbox::all(store).await?.into_iter().map(|one| (one.id, format!("{}/{}", one.account, one.folder))).collect();
    let sums = mailbox::sums(store).await?.into_iter().map(|one| Sums {
        mailbox: names.get(&one.mailbox).cloned().unwrap_or_default(),
        seen: one.seen,
        taken: one.taken,
        copies: one.copies,
        left_out: one.left_out,
        parked: one.parked,
        gone: one.gone,
        under_way: one.received,
        gone_since: one.vanished,
    });
    Ok(sums.collect())
}
