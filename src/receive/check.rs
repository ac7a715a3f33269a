//! `pouch check`: what a watcher would take in, mailbox by mailbox. It must take nothing and write nothing.

use super::compare::Windows;
use super::connect::{self, Proof};
use super::error::Error;
use super::folders;
use crate::config::{Account, Receive};
use crate::domain::Timestamp;
use crate::domain::mailbox::MailboxRole;
use crate::oauth::Keeper;
use crate::store::Store;
use crate::store::mailbox as rows;

/// Sizes are asked for this many UIDs at once.
const FACTS_AT_ONCE: usize = 500;

/// What a watcher would do with one mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailboxPreview {
    pub account: String,
    pub folder: String,
    pub role: MailboxRole,
    /// Messages on the server.
    pub on_server: u64,
    /// Of these: have a row already.
    pub known: u64,
    /// Of the others: would be fetched.
    pub would_take: u64,
    /// Of those that would be fetched, as the server claims.
    pub size_bytes: u64,
    /// INTERNALDATE of the oldest that would be fetched.
    pub oldest: Option<Timestamp>,
    /// INTERNALDATE of the newest that would be fetched.
    pub newest: Option<Timestamp>,
    /// Would be left out: they came before the start date.
    pub left_out: u64,
    /// Would be parked: they are larger than the limit.
    pub too_large: u64,
}

/// Connects and looks; with a store it says what of it is known already.
///
/// # Errors
/// As a watcher's session, but it does not try again.
pub async fn check(
    account: &Account,
    receive: &Receive,
    store: Option<&Store>,
    keeper: Option<&mut Keeper>,
    now: Timestamp,
) -> Result<Vec<MailboxPreview>, Error> {
    let proof = Proof::of(account, keeper, now).await?;
    let mut session = connect::open(account, receive, &proof, now).await?;
    let mut watched = folders::named(account);
    if account.junk {
        folders::add_junk(&mut watched, &session.list().await?);
    }
    let mut previews = Vec::with_capacity(watched.len());
    for folder in watched {
        let opened = session.examine(&folder.name).await?;
        let mailbox = match store {
            Some(store) => rows::find(store, &account.name, &folder.name).await?,
            None => None,
        };
        let mut preview = MailboxPreview {
            account: account.name.clone(),
            folder: folder.name,
            role: folder.role,
            on_server: u64::from(session.exists),
            known: 0,
            would_take: 0,
            size_bytes: 0,
            oldest: None,
            newest: None,
            left_out: 0,
            too_large: 0,
        };
        let mut windows = Windows::new();
        while let Some(window) = windows.next(&mut session).await? {
            let mut uids = window.uids;
            if let (Some(store), Some(line)) = (store, &mailbox) {
                let (low, high) = (u64::from(window.low), u64::from(window.high));
                let known = rows::known_uids(store, &line.id, opened.uidvalidity, low, high).await?;
                let before = uids.len();
                uids.retain(|uid| known.binary_search_by_key(&u64::from(*uid), |one| one.uid).is_err());
                preview.known += (before - uids.len()) as u64;
            }
            for some in uids.chunks(FACTS_AT_ONCE) {
                for facts in session.facts(some).await? {
                    preview.add(account, receive, facts.size_bytes, facts.internal_date);
                }
            }
        }
        previews.push(preview);
    }
    session.logout().await;
    Ok(previews)
}

impl MailboxPreview {
    fn add(&mut self, account: &Account, receive: &Receive, size_bytes: u64, date: Option<Timestamp>) {
        if matches!((account.start, date), (Some(start), Some(date)) if date < start) {
            self.left_out += 1;
        } else if size_bytes > receive.max_message_bytes {
            self.too_large += 1;
        } else {
            self.would_take += 1;
            self.size_bytes += size_bytes;
            self.oldest = [self.oldest, date].into_iter().flatten().min();
            self.newest = self.newest.max(date);
        }
    }
}

/// Whether a token opens the account's inbox.
///
/// # Errors
/// Why it does not.
pub async fn opens(account: &Account, receive: &Receive, token: &str, now: Timestamp) -> Result<(), Error> {
    let mut session = connect::open(account, receive, &Proof::Token(token.into()), now).await?;
    session.examine("INBOX").await?;
    session.logout().await;
    Ok(())
}
