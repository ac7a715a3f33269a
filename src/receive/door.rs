//! Takes a list of UIDs through the door: asks for sizes, fetches, makes the bytes durable, and settles every UID. It
//! must never hand a digest to the pipeline before the vault has sealed it.

use super::budget::Budget;
use super::error::Error;
use super::fetch::{BYTES_AT_ONCE, Body, Facts, SLICE_BYTES, sets};
use super::folder::uid_set;
use super::judge::Judge;
use super::placeholder::is_placeholder;
use super::session::Session;
use super::suspects::Suspects;
use crate::config::Receive;
use crate::domain::mailbox::{Arrival, Settlement, Unsettled};
use crate::domain::{Digest, MailboxId, Timestamp};
use crate::pipeline;
use crate::store::Store;
use crate::store::mailbox as rows;
use crate::vault::{Incoming, Vault};
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::time::Duration;
use tokio::task::{JoinHandle, spawn_blocking};

/// Sizes are asked for this many UIDs at once.
const FACTS_AT_ONCE: usize = 500;
/// Where the newest come first, so many of them go in the order of their UIDs.
const NEWEST_FIRST_BY: usize = 50;
/// Batches that are being made durable while the next one is fetched.
const BATCHES_IN_FLIGHT: usize = 2;
/// After so many tries a parked UID is tried daily only.
const FREQUENT_TRIES: u64 = 5;
/// Why a message is parked that Exchange hands out as another one.
const EXCHANGE_CANNOT: &str = "Exchange cannot convert it and hands out a notice in its place: look at it in Outlook";
const DAY: Duration = Duration::from_secs(86_400);

/// A UID that has to be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due {
    pub uid: u32,
    /// How often it was tried and parked before.
    pub tries: u64,
}

/// The way in for one mailbox during one session.
pub(super) struct Door<'a> {
    pub store: &'a Store,
    pub vault: &'a Vault,
    pub receive: &'a Receive,
    pub clock: fn() -> Timestamp,
    pub mailbox: &'a MailboxId,
    pub uidvalidity: u32,
    pub judge: Judge<'a>,
    pub budget: &'a Budget,
    /// The account's short name.
    pub account: &'a str,
    pub suspects: &'a mut Suspects,
    /// The server listed a UID and then had no such message.
    pub contradicted: bool,
}

/// A fetched message on its way to the vault.
enum Fetched {
    Whole(Body),
    Sliced(Incoming),
}

type Batch = Vec<(Facts, Fetched)>;
type InFlight = VecDeque<JoinHandle<Result<(), Error>>>;

impl Door<'_> {
    /// Fetches and settles all that is due, in order of UIDs; says whether a message came in.
    ///
    /// # Errors
    /// As soon as the session or the storage fails. What was taken in before stays; the rest is found again.
    pub(super) async fn take(&mut self, session: &mut Session, due: &[Due]) -> Result<bool, Error> {
        let mut in_flight = InFlight::new();
        let took = self.pieces(session, due, &mut in_flight).await;
        // Also after an error: what was fetched is worth keeping, and the next session should not fetch it again.
        for batch in in_flight {
            landed(batch).await?;
        }
        self.budget.charge(self.store, session, (self.clock)()).await?;
        took
    }

    /// Where a day has an allowance, the newest come first: an input of today must not wait behind years of old mail.
    async fn pieces(&mut self, session: &mut Session, due: &[Due], in_flight: &mut InFlight) -> Result<bool, Error> {
        let at_once = if self.budget.is_limited() { NEWEST_FIRST_BY } else { due.len().max(1) };
        let mut took = false;
        for piece in due.rchunks(at_once) {
            took |= self.chunks(session, piece, in_flight).await?;
        }
        Ok(took)
    }

    async fn chunks(&mut self, session: &mut Session, due: &[Due], in_flight: &mut InFlight) -> Result<bool, Error> {
        let mut took = false;
        let mut rest = due;
        while let Some(first) = rest.first() {
            let alone = |one: &Due| one.tries > 0 || self.suspects.suspected(self.mailbox, self.uidvalidity, one.uid);
            let count =
                if alone(first) { 1 } else { rest.iter().take(FACTS_AT_ONCE).take_while(|one| !alone(one)).count() };
            let (chunk, after) = rest.split_at(count);
            rest = after;
            took |= self.chunk(session, chunk, in_flight).await?;
        }
        Ok(took)
    }

    async fn chunk(&mut self, session: &mut Session, chunk: &[Due], in_flight: &mut InFlight) -> Result<bool, Error> {
        let mut settled = Vec::new();
        let asked: Vec<u32> = chunk.iter().map(|one| one.uid).collect();
        let tries: BTreeMap<u32, u64> = chunk.iter().map(|one| (one.uid, one.tries)).collect();
        let tries_of = |uid: u32| tries.get(&uid).copied().unwrap_or(0);
        if let [one] = chunk
            && let Some(reason) = self.suspects.hopeless(self.mailbox, self.uidvalidity, one.uid)
        {
            let parked = self.parked(one.uid, one.tries, &reason, None);
            self.settle(&[parked]).await?;
            return Ok(false);
        }
        self.suspects.asking(self.mailbox, self.uidvalidity, &asked);
        let all = session.facts(&asked).await?;
        let mut lacking: Vec<u32> =
            asked.iter().copied().filter(|uid| all.binary_search_by_key(uid, |one| one.uid).is_err()).collect();
        let judged = self.judge.all(session, all).await?;
        settled.extend(judged.left_out);
        let mut wanted = Vec::with_capacity(judged.wanted.len());
        for one in judged.wanted {
            if one.size_bytes > self.receive.max_message_bytes {
                let tries = tries_of(one.uid).max(FREQUENT_TRIES);
                settled.push(self.parked(one.uid, tries, &self.too_large(), Some(&one)));
            } else {
                wanted.push(one);
            }
        }
        let took = !wanted.is_empty();
        let wanted = self.seen_before(wanted).await?;
        for set in sets(wanted, self.budget.at_once(BYTES_AT_ONCE)) {
            let uids: Vec<u32> = set.iter().map(|one| one.uid).collect();
            self.budget.charge(self.store, session, (self.clock)()).await?;
            let bytes = set.iter().map(|one| one.size_bytes).sum();
            self.budget.allows(self.store, bytes, (self.clock)()).await?;
            self.suspects.asking(self.mailbox, self.uidvalidity, &uids);
            let batch = self.fetch(session, set, &mut lacking, &mut settled, &tries_of).await?;
            if in_flight.len() >= BATCHES_IN_FLIGHT
                && let Some(oldest) = in_flight.pop_front()
            {
                landed(oldest).await?;
            }
            in_flight.push_back(self.launch(batch));
        }
        if !lacking.is_empty() {
            settled.extend(self.look_again(session, &lacking, &tries_of).await?);
        }
        self.settle(&settled).await?;
        self.suspects.clear(self.mailbox, self.uidvalidity, &asked);
        Ok(took)
    }

    /// Records those whose bytes are here already, as the provider's own id says (X-GM-MSGID): a message that got another
    /// label has another UID, and is the same message. Returns the others.
    async fn seen_before(&self, facts: Vec<Facts>) -> Result<Vec<Facts>, Error> {
        let (mut others, mut arrivals) = (Vec::with_capacity(facts.len()), Vec::new());
        for one in facts {
            let known = match &one.provider_id {
                Some(id) => rows::by_provider_id(self.store, self.account, id).await?,
                None => None,
            };
            match known.filter(|(digest, _)| self.vault.open_object(*digest).is_ok()) {
                Some((digest, size_bytes)) => arrivals.push(arrival(self.uidvalidity, one, digest, size_bytes)),
                None => others.push(one),
            }
        }
        if !arrivals.is_empty() {
            pipeline::take_in(self.store, self.mailbox, &arrivals, (self.clock)()).await?;
        }
        Ok(others)
    }

    fn too_large(&self) -> String {
        format!("it is larger than max_message_mb, {} MB", self.receive.max_message_bytes >> 20)
    }

    fn parked(&self, uid: u32, tries: u64, reason: &str, facts: Option<&Facts>) -> Unsettled {
        let wait = if tries + 1 < FREQUENT_TRIES { self.receive.park_retry } else { DAY };
        Unsettled {
            uid: uid.into(),
            settlement: Settlement::Parked,
            reason: reason.into(),
            size_bytes: facts.map(|facts| facts.size_bytes),
            internal_date: facts.and_then(|facts| facts.internal_date),
            try_at: (self.clock)().checked_add(wait).ok(),
            rules: None,
        }
    }

    /// The bodies of one set. A UID without its body goes to `lacking`, one that is too large to `settled`.
    async fn fetch(
        &mut self,
        session: &mut Session,
        set: Vec<Facts>,
        lacking: &mut Vec<u32>,
        settled: &mut Vec<Unsettled>,
        tries_of: &impl Fn(u32) -> u64,
    ) -> Result<Batch, Error> {
        if let [one] = set.as_slice()
            && one.size_bytes > BYTES_AT_ONCE
        {
            return Ok(match self.slices(session, one).await? {
                Slices::Whole(incoming) => vec![(one.clone(), Fetched::Sliced(incoming))],
                Slices::None => {
                    lacking.push(one.uid);
                    Batch::new()
                }
                Slices::Placeholder => {
                    settled.push(self.parked(one.uid, tries_of(one.uid), EXCHANGE_CANNOT, Some(one)));
                    Batch::new()
                }
                Slices::TooLarge => {
                    settled.push(self.parked(
                        one.uid,
                        tries_of(one.uid).max(FREQUENT_TRIES),
                        &self.too_large(),
                        Some(one),
                    ));
                    Batch::new()
                }
            });
        }
        let uids: Vec<u32> = set.iter().map(|one| one.uid).collect();
        let mut bodies: BTreeMap<u32, Body> =
            session.bodies(&uids).await?.into_iter().map(|body| (body.uid, body)).collect();
        let mut batch = Batch::with_capacity(set.len());
        for facts in set {
            match bodies.remove(&facts.uid) {
                Some(body) if is_placeholder(&body.bytes) => {
                    let tries = tries_of(facts.uid);
                    settled.push(self.parked(facts.uid, tries, EXCHANGE_CANNOT, Some(&facts)));
                }
                // An empty body of a message that has a size is no message but a server's way out.
                Some(body) if !body.bytes.is_empty() || facts.size_bytes == 0 => {
                    batch.push((facts, Fetched::Whole(body)));
                }
                _ => lacking.push(facts.uid),
            }
        }
        Ok(batch)
    }

    /// A large message, straight to disk. Sizes are not to be trusted: it ends where the server has no more.
    async fn slices(&mut self, session: &mut Session, facts: &Facts) -> Result<Slices, Error> {
        let mut incoming = self.vault.incoming().map_err(vault_error)?;
        loop {
            let from = incoming.size_bytes();
            let Ok(offset) = u32::try_from(from) else { return Ok(Slices::TooLarge) };
            let Some(slice) = session.slice(facts.uid, offset).await? else {
                return if from == 0 { Ok(Slices::None) } else { Err(cut_short()) };
            };
            if slice.is_empty() {
                return Ok(if from == 0 { Slices::None } else { Slices::Whole(incoming) });
            }
            // The size is that of the message that cannot be had.
            if from == 0 && is_placeholder(&slice) {
                return Ok(Slices::Placeholder);
            }
            if from + slice.len() as u64 > self.receive.max_message_bytes {
                return Ok(Slices::TooLarge);
            }
            if slice.len() > SLICE_BYTES {
                return Err(Error::Garbled { during: "UID FETCH", text: "more bytes than were asked for".into() });
            }
            let written = spawn_blocking(move || incoming.write(&slice).map(|()| incoming)).await;
            incoming = written.map_err(io::Error::other).and_then(|done| done).map_err(vault_error)?;
            self.budget.charge(self.store, session, (self.clock)()).await?;
        }
    }

    /// The server answered for some UIDs with an OK and no body. Those that it still lists are parked; the others are
    /// proven gone.
    async fn look_again(
        &mut self,
        session: &mut Session,
        lacking: &[u32],
        tries_of: &impl Fn(u32) -> u64,
    ) -> Result<Vec<Unsettled>, Error> {
        let mut sorted = lacking.to_vec();
        sorted.sort_unstable();
        let listed = session.search(&uid_set(&sorted)).await?;
        // This SEARCH asked for a few only; what else is new is still to be looked for.
        session.news = true;
        self.contradicted |= sorted.iter().any(|uid| listed.binary_search(uid).is_err());
        Ok(sorted
            .into_iter()
            .map(|uid| {
                if listed.binary_search(&uid).is_ok() {
                    return self.parked(uid, tries_of(uid), "the server lists it but does not hand it out", None);
                }
                Unsettled {
                    uid: uid.into(),
                    settlement: Settlement::Gone,
                    reason: "it was removed from the server before it could be fetched".into(),
                    size_bytes: None,
                    internal_date: None,
                    try_at: None,
                    rules: None,
                }
            })
            .collect())
    }

    async fn settle(&self, settled: &[Unsettled]) -> Result<(), Error> {
        if settled.is_empty() {
            return Ok(());
        }
        Ok(pipeline::settle(self.store, self.mailbox, self.uidvalidity, settled, (self.clock)()).await?)
    }

    /// Makes a batch durable and hands it to the pipeline, while the session fetches on.
    fn launch(&self, batch: Batch) -> JoinHandle<Result<(), Error>> {
        let (store, vault, mailbox) = (self.store.clone(), self.vault.clone(), self.mailbox.clone());
        let (uidvalidity, clock) = (self.uidvalidity, self.clock);
        tokio::spawn(async move {
            let sealed = spawn_blocking(move || seal(&vault, uidvalidity, batch)).await;
            let arrivals = sealed.map_err(io::Error::other).and_then(|done| done).map_err(vault_error)?;
            if arrivals.is_empty() {
                return Ok(());
            }
            Ok(pipeline::take_in(&store, &mailbox, &arrivals, clock()).await?)
        })
    }
}

enum Slices {
    Whole(Incoming),
    /// Not handed out.
    None,
    /// Exchange's notice in its place.
    Placeholder,
    TooLarge,
}

fn cut_short() -> Error {
    Error::Garbled { during: "UID FETCH", text: "the rest of a large message was not handed out".into() }
}

async fn landed(batch: JoinHandle<Result<(), Error>>) -> Result<(), Error> {
    batch.await.unwrap_or_else(|error| Err(Error::Storage(error.to_string())))
}

fn seal(vault: &Vault, uidvalidity: u32, batch: Batch) -> io::Result<Vec<Arrival>> {
    let mut facts = Vec::with_capacity(batch.len());
    let mut incoming = Vec::with_capacity(batch.len());
    for (one, fetched) in batch {
        facts.push(one);
        incoming.push(match fetched {
            Fetched::Sliced(file) => file,
            Fetched::Whole(body) => {
                let mut file = vault.incoming()?;
                file.write(&body.bytes)?;
                file
            }
        });
    }
    let sealed = vault.seal(incoming)?;
    let arrivals = facts.into_iter().zip(sealed);
    let arrivals = arrivals.map(|(one, (digest, size_bytes))| arrival(uidvalidity, one, digest, size_bytes));
    Ok(arrivals.collect())
}

fn arrival(uidvalidity: u32, facts: Facts, digest: Digest, size_bytes: u64) -> Arrival {
    Arrival {
        uidvalidity,
        uid: facts.uid.into(),
        digest,
        size_bytes,
        internal_date: facts.internal_date,
        provider_id: facts.provider_id,
    }
}

fn vault_error(error: io::Error) -> Error {
    Error::Storage(format!("the vault does not take it: {error}"))
}
