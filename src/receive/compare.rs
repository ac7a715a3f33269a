//! What a mailbox shows against what we know of it: the only way to say that nothing is missing. It fetches nothing.

use super::door::Due;
use super::error::Error;
use super::session::Session;
use crate::domain::mailbox::{Settlement, Unsettled};
use crate::domain::{Digest, MailboxId, Timestamp};
use crate::pipeline;
use crate::store::Store;
use crate::store::mailbox::{self as rows, KnownUid};

/// UIDs of one SEARCH; longer answers cost more than their length.
const WINDOW: u32 = 50_000;

/// UIDs settled or marked in one transaction.
const MARKED_AT_ONCE: usize = 1_000;

/// The UIDs of the open mailbox, a window at a time.
pub(super) struct Windows {
    next: Option<u32>,
    /// UIDs listed so far.
    pub seen: u32,
}

/// One window: all UIDs from `low` to `high`, both included.
pub(super) struct Window {
    pub low: u32,
    pub high: u32,
    /// Sorted.
    pub uids: Vec<u32>,
}

impl Windows {
    pub(super) fn new() -> Self {
        Self { next: Some(1), seen: 0 }
    }

    /// The next window that is not empty; `None` once as many UIDs were listed as the mailbox has messages.
    pub(super) async fn next(&mut self, session: &mut Session) -> Result<Option<Window>, Error> {
        if session.exists == 0 && self.next == Some(1) {
            return self.of_an_empty_mailbox(session).await;
        }
        while let Some(low) = self.next {
            if self.seen >= session.exists {
                break;
            }
            let high = low.saturating_add(WINDOW - 1);
            let mut uids = session.search(&format!("{low}:{high}")).await?;
            uids.retain(|uid| (low..=high).contains(uid));
            self.next = high.checked_add(1);
            self.seen += u32::try_from(uids.len()).unwrap_or(u32::MAX);
            if !uids.is_empty() {
                return Ok(Some(Window { low, high, uids }));
            }
            // A gap of any length is crossed in one step: the next message says where it ends. If it says a place that
            // was searched already, the two answers contradict each other, and the comparison counts as incomplete.
            match session.uid_at(self.seen.saturating_add(1)).await? {
                Some(uid) if uid > high => self.next = Some(uid),
                _ => self.next = None,
            }
        }
        Ok(None)
    }
}

impl Windows {
    /// A mailbox that is said to be empty is asked once whether it is: else one wrong number would look like the removal
    /// of everything.
    async fn of_an_empty_mailbox(&mut self, session: &mut Session) -> Result<Option<Window>, Error> {
        self.next = None;
        let uids = session.search("1:*").await?;
        self.seen = u32::try_from(uids.len()).unwrap_or(u32::MAX);
        Ok((!uids.is_empty()).then_some(Window { low: 1, high: u32::MAX, uids }))
    }
}

/// What a full comparison found.
pub(super) struct Comparison {
    /// On the server and not known here.
    pub missing: Vec<Due>,
    /// The highest UID that the server listed.
    pub highest: u32,
    /// The server listed as many as it has.
    pub complete: bool,
}

/// Compares all UIDs of the open mailbox with the rows. What is gone from the server is marked, but only if the server
/// listed as many messages as it says it has: a half answer must not look like a deletion. What other rules than `rules`
/// left out is missing as well.
pub(super) async fn compare(
    session: &mut Session,
    store: &Store,
    mailbox: &MailboxId,
    uidvalidity: u32,
    rules: Digest,
    now: Timestamp,
) -> Result<Comparison, Error> {
    let mut windows = Windows::new();
    let mut found = Comparison { missing: Vec::new(), highest: 0, complete: false };
    let mut unlisted: Vec<KnownUid> = Vec::new();
    let mut from = 0;
    while let Some(window) = windows.next(session).await? {
        let known = rows::known_uids(store, mailbox, uidvalidity, from, window.high.into()).await?;
        // One that was gone and is listed again was not gone: a server may contradict itself.
        let unknown = |uid: &&u32| {
            let row = known.binary_search_by_key(&u64::from(**uid), |one| one.uid);
            let is_open = |one: &KnownUid| match one.settlement {
                Settlement::Gone => true,
                Settlement::LeftOut => one.rules != Some(rules),
                Settlement::Received | Settlement::Taken | Settlement::Copy | Settlement::Parked => false,
            };
            row.map_or(true, |at| is_open(&known[at]))
        };
        found.missing.extend(window.uids.iter().filter(unknown).map(|uid| Due { uid: *uid, tries: 0 }));
        unlisted.extend(known.into_iter().filter(|one| !listed(&window, one.uid)));
        found.highest = window.uids.last().copied().unwrap_or(found.highest);
        from = u64::from(window.high) + 1;
    }
    unlisted.extend(rows::known_uids(store, mailbox, uidvalidity, from, i64::MAX.unsigned_abs()).await?);
    found.complete = windows.seen == session.exists;
    if found.complete {
        unlisted.retain(|one| !one.vanished && one.settlement != Settlement::Gone);
        mark(store, mailbox, uidvalidity, &unlisted, "it was removed from the server before it could be fetched", now)
            .await?;
    }
    Ok(found)
}

fn listed(window: &Window, uid: u64) -> bool {
    u32::try_from(uid).is_ok_and(|uid| window.uids.binary_search(&uid).is_ok())
}

/// After a new UIDVALIDITY, the UIDs of earlier ones: nobody can ask for them any more.
pub(super) async fn forget_earlier(
    store: &Store,
    mailbox: &MailboxId,
    uidvalidity: u32,
    now: Timestamp,
) -> Result<(), Error> {
    loop {
        let stale = rows::stale_uids(store, mailbox, uidvalidity, 1_000).await?;
        let Some(first) = stale.first() else { return Ok(()) };
        let earlier = first.uidvalidity;
        let known: Vec<KnownUid> = stale
            .iter()
            .filter(|one| one.uidvalidity == earlier)
            .map(|one| KnownUid { uid: one.uid, settlement: one.settlement, vanished: false, rules: None })
            .collect();
        mark(
            store,
            mailbox,
            earlier,
            &known,
            "the mailbox was renumbered (UIDVALIDITY) before it could be fetched",
            now,
        )
        .await?;
    }
}

/// Parked ones end as gone, with the reason; the others keep their settlement and are marked.
async fn mark(
    store: &Store,
    mailbox: &MailboxId,
    uidvalidity: u32,
    unlisted: &[KnownUid],
    reason: &str,
    now: Timestamp,
) -> Result<(), Error> {
    for some in unlisted.chunks(MARKED_AT_ONCE) {
        let (parked, held): (Vec<&KnownUid>, Vec<&KnownUid>) =
            some.iter().partition(|one| one.settlement == Settlement::Parked);
        let gone: Vec<Unsettled> = parked
            .iter()
            .map(|one| Unsettled {
                uid: one.uid,
                settlement: Settlement::Gone,
                reason: reason.into(),
                size_bytes: None,
                internal_date: None,
                try_at: None,
                rules: None,
            })
            .collect();
        let vanished: Vec<u64> = held.iter().map(|one| one.uid).collect();
        if !gone.is_empty() {
            pipeline::settle(store, mailbox, uidvalidity, &gone, now).await?;
        }
        if !vanished.is_empty() {
            pipeline::vanish(store, mailbox, uidvalidity, &vanished, now).await?;
        }
    }
    Ok(())
}
