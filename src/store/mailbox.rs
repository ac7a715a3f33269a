//! Rows of mailboxes: the line that says how one is doing, and the lease that keeps a second process out. It writes no
//! ledger entry; the pipeline does, in the transaction that it hands in here.

mod copies;

pub use copies::{
    KnownUid, ParkedUid, StaleUid, Sums, by_provider_id, insert_received, known_uids, mark_vanished, parked_due,
    settle, stale_uids, sums,
};

use super::rows::{micros, time, word};
use super::{Result, Store, Tx};
use crate::domain::mailbox::MailboxRole;
use crate::domain::{MailboxId, Timestamp};
use sqlx::FromRow;
use std::time::Duration;

/// A mailbox with its state line, which answers "is it alive?".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailboxLine {
    pub id: MailboxId,
    /// The account's short name; for imports the word `import`.
    pub account: String,
    /// The folder's name; for imports the path as given.
    pub folder: String,
    pub role: MailboxRole,
    /// `None` until the first EXAMINE.
    pub uidvalidity: Option<u32>,
    /// A short word, as `watching` or `failing`.
    pub state: String,
    pub state_since: Timestamp,
    /// Why it is failing or waiting, in one sentence.
    pub last_error: Option<String>,
    /// When all that the server listed was last settled.
    pub last_check_at: Option<Timestamp>,
    /// When the last message came in.
    pub last_message_at: Option<Timestamp>,
    /// EXISTS at the last complete check.
    pub server_count: Option<u64>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    account: String,
    folder: String,
    role: String,
    uidvalidity: Option<i64>,
    state: String,
    state_since: i64,
    last_error: Option<String>,
    last_check_at: Option<i64>,
    last_message_at: Option<i64>,
    server_count: Option<i64>,
}

impl Row {
    fn into_line(self) -> Result<MailboxLine> {
        Ok(MailboxLine {
            id: MailboxId(self.id),
            account: self.account,
            folder: self.folder,
            role: word(&self.role)?,
            uidvalidity: self.uidvalidity.and_then(|number| u32::try_from(number).ok()),
            state: self.state,
            state_since: time(self.state_since),
            last_error: self.last_error,
            last_check_at: self.last_check_at.map(time),
            last_message_at: self.last_message_at.map(time),
            server_count: self.server_count.and_then(|number| u64::try_from(number).ok()),
        })
    }
}

/// The mailbox with this account and folder, added if it is new; true says that it was.
///
/// # Errors
/// If the database does not answer.
pub async fn find_or_add(
    tx: &mut Tx,
    account: &str,
    folder: &str,
    role: MailboxRole,
    now: Timestamp,
) -> Result<(MailboxId, bool)> {
    let id = MailboxId::new(now);
    let added = sqlx::query(
        "insert into mailboxes (id, account, folder, role, state_since)
         values ($1, $2, $3, $4, $5)
         on conflict (account, folder) do nothing",
    )
    .bind(id.as_str())
    .bind(account)
    .bind(folder)
    .bind(role.as_str())
    .bind(micros(now))
    .execute(&mut **tx)
    .await?;
    if added.rows_affected() > 0 {
        return Ok((id, true));
    }
    let known: (String,) = sqlx::query_as("select id from mailboxes where account = $1 and folder = $2")
        .bind(account)
        .bind(folder)
        .fetch_one(&mut **tx)
        .await?;
    Ok((MailboxId(known.0), false))
}

/// The mailbox with this account and folder, if it is known.
///
/// # Errors
/// If the database does not answer.
pub async fn find(store: &Store, account: &str, folder: &str) -> Result<Option<MailboxLine>> {
    let row: Option<Row> = sqlx::query_as(
        "select id, account, folder, role, uidvalidity, state, state_since, last_error, last_check_at,
                last_message_at, server_count
         from mailboxes
         where account = $1 and folder = $2",
    )
    .bind(account)
    .bind(folder)
    .fetch_optional(store.pool())
    .await?;
    row.map(Row::into_line).transpose()
}

/// All mailboxes, by account and folder.
///
/// # Errors
/// If the database does not answer.
pub async fn all(store: &Store) -> Result<Vec<MailboxLine>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select id, account, folder, role, uidvalidity, state, state_since, last_error, last_check_at,
                last_message_at, server_count
         from mailboxes
         order by account, folder",
    )
    .fetch_all(store.pool())
    .await?;
    rows.into_iter().map(Row::into_line).collect()
}

/// Takes or renews the lease of a mailbox for `lease` from `now`; false: another process holds it.
///
/// # Errors
/// If the database does not answer.
pub async fn lease(store: &Store, mailbox: &MailboxId, owner: &str, now: Timestamp, lease: Duration) -> Result<bool> {
    let until = micros(now).saturating_add(i64::try_from(lease.as_micros()).unwrap_or(i64::MAX));
    let done = sqlx::query(
        "update mailboxes
         set lease_owner = $2, lease_until = $4
         where id = $1 and (lease_owner is null or lease_owner = $2 or lease_until < $3)",
    )
    .bind(mailbox.as_str())
    .bind(owner)
    .bind(micros(now))
    .bind(until)
    .execute(store.pool())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Gives the lease back, so that another process need not wait for its end.
///
/// # Errors
/// If the database does not answer.
pub async fn release(store: &Store, mailbox: &MailboxId, owner: &str) -> Result<()> {
    sqlx::query(
        "update mailboxes
         set lease_owner = null, lease_until = 0
         where id = $1 and lease_owner = $2",
    )
    .bind(mailbox.as_str())
    .bind(owner)
    .execute(store.pool())
    .await?;
    Ok(())
}

/// Notes the UIDVALIDITY that the server gave (RFC 9051 2.3.1.1).
///
/// # Errors
/// If the database does not answer.
pub async fn set_uidvalidity(store: &Store, mailbox: &MailboxId, uidvalidity: u32) -> Result<()> {
    sqlx::query("update mailboxes set uidvalidity = $2 where id = $1")
        .bind(mailbox.as_str())
        .bind(i64::from(uidvalidity))
        .execute(store.pool())
        .await?;
    Ok(())
}

/// Sets the state word and the reason; the time since when stays if the word stays.
///
/// # Errors
/// If the database does not answer.
pub async fn set_state(
    store: &Store,
    mailbox: &MailboxId,
    state: &str,
    error: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "update mailboxes
         set state_since = case when state = $2 then state_since else $4 end,
             state = $2,
             last_error = $3
         where id = $1",
    )
    .bind(mailbox.as_str())
    .bind(state)
    .bind(error)
    .bind(micros(now))
    .execute(store.pool())
    .await?;
    Ok(())
}

/// Notes a finished check: all that the server listed is settled, and it watches on. `warning` is what a person should
/// know all the same; `took` says that messages came in.
///
/// # Errors
/// If the database does not answer.
pub async fn checked(
    store: &Store,
    mailbox: &MailboxId,
    server_count: u64,
    took: bool,
    warning: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "update mailboxes
         set state_since = case when state = 'watching' then state_since else $2 end,
             state = 'watching',
             last_error = $5,
             last_check_at = $2,
             last_message_at = case when $4 > 0 then $2 else last_message_at end,
             server_count = $3
         where id = $1",
    )
    .bind(mailbox.as_str())
    .bind(micros(now))
    .bind(i64::try_from(server_count).unwrap_or(i64::MAX))
    .bind(i64::from(took))
    .bind(warning)
    .execute(store.pool())
    .await?;
    Ok(())
}
