//! `pouch check`: what a watcher would take in, mailbox by mailbox. It must take nothing and write nothing.

use super::compare::Windows;
use super::connect::{self, Proof};
use super::error::Error;
use super::folders;
use super::judge::{HEADERS_AT_ONCE, Judge, Judged};
use super::session::Session;
use crate::config::{Account, Receive};
use crate::domain::mailbox::{MailboxRole, Settlement};
use crate::domain::{Timestamp, harmless};
use crate::oauth::Keeper;
use crate::parse::rule_fields;
use crate::store::Store;
use crate::store::mailbox as rows;
use std::collections::BTreeMap;

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
    /// Would be left out, by the rule that does it.
    pub left_out: BTreeMap<String, LeftOut>,
    /// Would be parked: they are larger than the limit.
    pub too_large: u64,
    /// Of these rules, no header could be had: they would be taken.
    pub unjudged: u64,
    /// Some of those that would be taken, the newest first. For the operator's eyes only.
    pub samples: Vec<Sample>,
}

/// What one rule would leave out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    pub count: u64,
    /// As the server claims.
    pub size_bytes: u64,
    /// Some of them, the newest first. For the operator's eyes only.
    pub samples: Vec<Sample>,
}

/// A message as an operator recognises it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    pub uid: u32,
    /// INTERNALDATE.
    pub date: Option<Timestamp>,
    pub sender: String,
    pub subject: String,
}

/// Samples of each kind.
const SAMPLES: usize = 5;

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
    if folders::ask_for_list(account) {
        let listed = session.list().await?;
        folders::find_all(&mut watched, &listed)?;
        if account.junk {
            folders::add_junk(&mut watched, &listed);
        }
    }
    let mut previews = Vec::with_capacity(watched.len());
    for folder in watched {
        let opened = session.examine(folder.on_server()).await?;
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
            left_out: BTreeMap::new(),
            too_large: 0,
            unjudged: 0,
            samples: Vec::new(),
        };
        let mut windows = Windows::new();
        while let Some(window) = windows.next(&mut session).await? {
            let mut uids = window.uids;
            if let (Some(store), Some(line)) = (store, &mailbox) {
                let (low, high) = (u64::from(window.low), u64::from(window.high));
                let known = rows::known_uids(store, &line.id, opened.uidvalidity, low, high).await?;
                let before = uids.len();
                let stays = |one: &rows::KnownUid| {
                    one.settlement != Settlement::LeftOut || one.rules == Some(account.rules.digest())
                };
                uids.retain(|uid| {
                    let at = known.binary_search_by_key(&u64::from(*uid), |one| one.uid);
                    !at.is_ok_and(|at| stays(&known[at]))
                });
                preview.known += (before - uids.len()) as u64;
            }
            for some in uids.chunks(FACTS_AT_ONCE) {
                let facts = session.facts(some).await?;
                let dates: BTreeMap<u32, Option<Timestamp>> =
                    facts.iter().map(|one| (one.uid, one.internal_date)).collect();
                let mut judge = Judge { rules: &account.rules, unjudged: &mut preview.unjudged };
                let judged = judge.all(&mut session, facts).await?;
                preview.add(receive, &judged, &dates);
            }
        }
        preview.look_at_samples(&mut session).await?;
        previews.push(preview);
    }
    session.logout().await;
    Ok(previews)
}

impl MailboxPreview {
    fn add(&mut self, receive: &Receive, judged: &Judged, dates: &BTreeMap<u32, Option<Timestamp>>) {
        for one in &judged.wanted {
            if one.size_bytes > receive.max_message_bytes {
                self.too_large += 1;
                continue;
            }
            self.would_take += 1;
            self.size_bytes += one.size_bytes;
            self.oldest = [self.oldest, one.internal_date].into_iter().flatten().min();
            self.newest = self.newest.max(one.internal_date);
            keep_newest(&mut self.samples, one.uid, one.internal_date);
        }
        for one in &judged.left_out {
            let of_rule = self.left_out.entry(one.reason.clone()).or_default();
            of_rule.count += 1;
            of_rule.size_bytes += one.size_bytes.unwrap_or(0);
            let uid = u32::try_from(one.uid).unwrap_or(0);
            keep_newest(&mut of_rule.samples, uid, dates.get(&uid).copied().flatten());
        }
    }

    /// Asks who wrote the samples, and about what.
    async fn look_at_samples(&mut self, session: &mut Session) -> Result<(), Error> {
        let left_out = self.left_out.values_mut().flat_map(|one| &mut one.samples);
        let mut samples: Vec<&mut Sample> = self.samples.iter_mut().chain(left_out).collect();
        samples.sort_unstable_by_key(|one| one.uid);
        for some in samples.chunks_mut(HEADERS_AT_ONCE) {
            let uids: Vec<u32> = some.iter().map(|one| one.uid).collect();
            let headers = session.rule_fields(&uids).await?;
            for one in some {
                let fields = headers.get(&one.uid).and_then(|header| rule_fields(header)).unwrap_or_default();
                one.subject = harmless(&fields.subject);
                one.sender = harmless(&fields.senders.into_iter().next().unwrap_or_default());
            }
        }
        Ok(())
    }
}

/// UIDs grow with time, and come in order.
fn keep_newest(samples: &mut Vec<Sample>, uid: u32, date: Option<Timestamp>) {
    samples.insert(0, Sample { uid, date, ..Sample::default() });
    samples.truncate(SAMPLES);
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
