//! Rows of UIDs with their settlement: the truth about what is missing. Nothing here ever deletes a row.

use super::super::rows::{digest, micros, word};
use super::super::{Result, Store, Tx};
use crate::domain::mailbox::{Arrival, Settlement, Unsettled};
use crate::domain::{Digest, MailboxId, Timestamp};

/// A UID that has a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownUid {
    pub uid: u64,
    pub settlement: Settlement,
    /// A complete check no longer showed it.
    pub vanished: bool,
    /// The rules that left it out.
    pub rules: Option<Digest>,
}

/// A parked UID that is due again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParkedUid {
    pub uid: u64,
    /// How often it was tried, at least 1.
    pub tries: u64,
}

/// A UID of an earlier UIDVALIDITY, which nobody can ask for any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaleUid {
    pub uidvalidity: u32,
    pub uid: u64,
    pub settlement: Settlement,
}

/// How many UIDs of a mailbox ended where: `seen` = the sum of the six that follow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sums {
    pub mailbox: MailboxId,
    pub seen: u64,
    /// Bytes are safe, parsing is due.
    pub received: u64,
    pub taken: u64,
    pub copies: u64,
    pub left_out: u64,
    pub parked: u64,
    /// Vanished before they could be fetched.
    pub gone: u64,
    /// Of all: no longer on the server at the last complete check.
    pub vanished: u64,
}

impl Sums {
    /// Of a mailbox without rows.
    pub fn none(mailbox: &MailboxId) -> Self {
        let mailbox = mailbox.clone();
        Self { mailbox, seen: 0, received: 0, taken: 0, copies: 0, left_out: 0, parked: 0, gone: 0, vanished: 0 }
    }
}

/// The rows of a window of UIDs, both ends included, in order.
///
/// # Errors
/// If the database does not answer.
pub async fn known_uids(
    store: &Store,
    mailbox: &MailboxId,
    uidvalidity: u32,
    low: u64,
    high: u64,
) -> Result<Vec<KnownUid>> {
    let rows: Vec<(i64, String, i64, Option<String>)> = sqlx::query_as(
        "select uid, settlement, case when vanished_at is null then 0 else 1 end, rules
         from copies
         where mailbox_id = $1 and uidvalidity = $2 and uid >= $3 and uid <= $4
         order by uid",
    )
    .bind(mailbox.as_str())
    .bind(i64::from(uidvalidity))
    .bind(bigint(low))
    .bind(bigint(high))
    .fetch_all(store.pool())
    .await?;
    rows.into_iter()
        .map(|(uid, settlement, vanished, rules)| {
            let rules = rules.as_deref().map(digest).transpose()?;
            Ok(KnownUid { uid: count(uid), settlement: word(&settlement)?, vanished: vanished != 0, rules })
        })
        .collect()
}

/// The parked UIDs that are due at `now`, in order.
///
/// # Errors
/// If the database does not answer.
pub async fn parked_due(
    store: &Store,
    mailbox: &MailboxId,
    uidvalidity: u32,
    now: Timestamp,
) -> Result<Vec<ParkedUid>> {
    let rows: Vec<(i64, i64)> = sqlx::query_as(
        "select uid, tries
         from copies
         where mailbox_id = $1 and uidvalidity = $2 and settlement = 'parked' and vanished_at is null
           and try_at <= $3
         order by uid",
    )
    .bind(mailbox.as_str())
    .bind(i64::from(uidvalidity))
    .bind(micros(now))
    .fetch_all(store.pool())
    .await?;
    Ok(rows.into_iter().map(|(uid, tries)| ParkedUid { uid: count(uid), tries: count(tries) }).collect())
}

/// Up to `limit` UIDs of other UIDVALIDITYs that are not marked as vanished yet.
///
/// # Errors
/// If the database does not answer.
pub async fn stale_uids(store: &Store, mailbox: &MailboxId, uidvalidity: u32, limit: u32) -> Result<Vec<StaleUid>> {
    let rows: Vec<(i64, i64, String)> = sqlx::query_as(
        "select uidvalidity, uid, settlement
         from copies
         where mailbox_id = $1 and uidvalidity <> $2 and vanished_at is null and settlement <> 'gone'
         order by uidvalidity, uid
         limit $3",
    )
    .bind(mailbox.as_str())
    .bind(i64::from(uidvalidity))
    .bind(i64::from(limit))
    .fetch_all(store.pool())
    .await?;
    rows.into_iter()
        .map(|(uidvalidity, uid, settlement)| {
            let uidvalidity = u32::try_from(uidvalidity).unwrap_or_default();
            Ok(StaleUid { uidvalidity, uid: count(uid), settlement: word(&settlement)? })
        })
        .collect()
}

/// Adds a copy whose bytes are in the vault; true: the row is new, or was parked, gone (a server may have been wrong about
/// that) or left out (by rules that have changed). Any other row stays as it is.
///
/// # Errors
/// If the database does not answer.
pub async fn insert_received(tx: &mut Tx, mailbox: &MailboxId, arrival: &Arrival, now: Timestamp) -> Result<bool> {
    let done = sqlx::query(
        "insert into copies
             (mailbox_id, uidvalidity, uid, settlement, digest, size_bytes, internal_date, provider_id, first_seen)
         values ($1, $2, $3, 'received', $4, $5, $6, $7, $8)
         on conflict (mailbox_id, uidvalidity, uid) do update
         set settlement = 'received',
             digest = excluded.digest,
             size_bytes = excluded.size_bytes,
             internal_date = excluded.internal_date,
             provider_id = excluded.provider_id,
             reason = null,
             rules = null,
             try_at = null
         where copies.settlement in ('parked', 'gone', 'left-out')",
    )
    .bind(mailbox.as_str())
    .bind(i64::from(arrival.uidvalidity))
    .bind(bigint(arrival.uid))
    .bind(arrival.digest.to_string())
    .bind(bigint(arrival.size_bytes))
    .bind(arrival.internal_date.map(micros))
    .bind(arrival.provider_id.as_deref())
    .bind(micros(now))
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Settles a UID without bytes; true: the row is new, or was parked (its tries grow), gone, or left out by other rules. Any
/// other row stays as it is.
///
/// # Errors
/// If the database does not answer.
pub async fn settle(
    tx: &mut Tx,
    mailbox: &MailboxId,
    uidvalidity: u32,
    settled: &Unsettled,
    now: Timestamp,
) -> Result<bool> {
    let done = sqlx::query(
        "insert into copies
             (mailbox_id, uidvalidity, uid, settlement, size_bytes, internal_date, first_seen, reason, tries, try_at,
              rules)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (mailbox_id, uidvalidity, uid) do update
         set settlement = excluded.settlement,
             size_bytes = coalesce(excluded.size_bytes, copies.size_bytes),
             internal_date = case when excluded.settlement = 'left-out' then null
                                  else coalesce(excluded.internal_date, copies.internal_date) end,
             reason = excluded.reason,
             rules = excluded.rules,
             tries = copies.tries + excluded.tries,
             try_at = excluded.try_at
         where copies.settlement in ('parked', 'gone')
            or (copies.settlement = 'left-out' and coalesce(copies.rules, '') <> coalesce(excluded.rules, ''))",
    )
    .bind(mailbox.as_str())
    .bind(i64::from(uidvalidity))
    .bind(bigint(settled.uid))
    .bind(settled.settlement.as_str())
    .bind(settled.size_bytes.map(bigint))
    .bind(settled.internal_date.map(micros))
    .bind(micros(now))
    .bind(settled.reason.as_str())
    .bind(i64::from(settled.settlement == Settlement::Parked))
    .bind(settled.try_at.map(micros))
    .bind(settled.rules.map(|rules| rules.to_string()))
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The bytes of a message that the account has shown before, by the provider's own id of it (X-GM-MSGID), with their size;
/// `None` if they are not known or were erased.
///
/// # Errors
/// If the database does not answer.
pub async fn by_provider_id(store: &Store, account: &str, provider_id: &str) -> Result<Option<(Digest, u64)>> {
    let row: Option<(String, i64)> = sqlx::query_as(
        "select copies.digest, copies.size_bytes
         from copies
         join mailboxes on mailboxes.id = copies.mailbox_id
         where copies.provider_id = $2 and mailboxes.account = $1 and copies.digest is not null
           and copies.size_bytes is not null and copies.digest not in (select digest from erased)
         order by copies.first_seen
         limit 1",
    )
    .bind(account)
    .bind(provider_id)
    .fetch_optional(store.pool())
    .await?;
    row.map(|(bytes, size)| Ok((digest(&bytes)?, count(size)))).transpose()
}

/// Marks a UID as no longer on the server; true: it was not marked before.
///
/// # Errors
/// If the database does not answer.
pub async fn mark_vanished(
    tx: &mut Tx,
    mailbox: &MailboxId,
    uidvalidity: u32,
    uid: u64,
    now: Timestamp,
) -> Result<bool> {
    let done = sqlx::query(
        "update copies
         set vanished_at = $4
         where mailbox_id = $1 and uidvalidity = $2 and uid = $3 and vanished_at is null",
    )
    .bind(mailbox.as_str())
    .bind(i64::from(uidvalidity))
    .bind(bigint(uid))
    .bind(micros(now))
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The sums of each mailbox that has rows, for reports.
///
/// # Errors
/// If the database does not answer.
pub async fn sums(store: &Store) -> Result<Vec<Sums>> {
    type Counts = (String, i64, i64, i64, i64, i64, i64, i64, i64);
    let rows: Vec<Counts> = sqlx::query_as(
        "select mailbox_id,
                count(*),
                count(case when settlement = 'received' then 1 end),
                count(case when settlement = 'taken' then 1 end),
                count(case when settlement = 'copy' then 1 end),
                count(case when settlement = 'left-out' then 1 end),
                count(case when settlement = 'parked' then 1 end),
                count(case when settlement = 'gone' then 1 end),
                count(vanished_at)
         from copies
         group by mailbox_id
         order by mailbox_id",
    )
    .fetch_all(store.pool())
    .await?;
    Ok(rows
        .into_iter()
        .map(|(mailbox, seen, received, taken, copies, left_out, parked, gone, vanished)| Sums {
            mailbox: MailboxId(mailbox),
            seen: count(seen),
            received: count(received),
            taken: count(taken),
            copies: count(copies),
            left_out: count(left_out),
            parked: count(parked),
            gone: count(gone),
            vanished: count(vanished),
        })
        .collect())
}

fn bigint(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
