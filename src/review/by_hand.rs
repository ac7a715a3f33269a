//! What came on paper, by a link or through a colleague becomes a mail of its own and goes through the same door as every
//! other; that a person says it is an input stands in the ledger. Never says that a server delivered it.

mod enclose;

use super::messages::accept_in;
use super::{Error, Result};
use crate::domain::ledger::{Actor, Event, Outcome};
use crate::domain::mailbox::{Arrival, MailboxRole, Settlement, UidKey};
use crate::domain::{Digest, MessageId, PersonId, SubmissionId, Timestamp};
use crate::pipeline::{self, Tools};
use crate::store::message::CopyLine;
use crate::store::{brought, ledger, mailbox, message};
use anyhow::Context as _;
use std::fmt;

/// Longest source, in characters: it names a mailbox.
pub const LONGEST: usize = 200;

/// What a person adds.
#[derive(Clone, Debug)]
pub struct ByHand {
    /// How it came, in words; it becomes the name of the mailbox.
    pub source: String,
    /// When it was received, as the person says; `None`: now.
    pub received: Option<Timestamp>,
    pub what: Brought,
}

/// What was brought.
#[derive(Clone, Debug)]
pub enum Brought {
    /// A whole mail (RFC 5322), kept as it is.
    Mail(Vec<u8>),
    /// Files with their names; together they are one input.
    Files {
        /// A name, an address, or both as `Name <address>`.
        from: String,
        title: Option<String>,
        files: Vec<(String, Vec<u8>)>,
    },
}

/// What is wrong with what a person wants to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is not said how it came, or too lengthily.
    Source,
    /// It was received in the future.
    Future,
    /// It is not said who sent it, or in a form that cannot be read.
    Sender,
    NoFile,
    /// The file with this name has no bytes.
    EmptyFile(String),
    EmptyMail,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source => write!(f, "say how it came, in 1 to {LONGEST} characters"),
            Self::Future => f.write_str("the time at which it was received lies in the future"),
            Self::Sender => f.write_str("say who sent it: a name, or \"Name <address>\""),
            Self::NoFile => f.write_str("name at least one file"),
            Self::EmptyFile(name) => write!(f, "{name} is empty"),
            Self::EmptyMail => f.write_str("the mail is empty"),
        }
    }
}

impl ByHand {
    /// All that is wrong with it; with nothing wrong it is taken.
    pub fn wrong(&self, now: Timestamp) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        if self.source.trim().is_empty() || self.source.trim().chars().count() > LONGEST {
            wrong.push(Wrong::Source);
        }
        if self.received.is_some_and(|at| at > now) {
            wrong.push(Wrong::Future);
        }
        match &self.what {
            Brought::Mail(bytes) if bytes.iter().all(u8::is_ascii_whitespace) => wrong.push(Wrong::EmptyMail),
            Brought::Mail(_) => {}
            Brought::Files { from, files, .. } => {
                if enclose::sender(from).is_none() {
                    wrong.push(Wrong::Sender);
                }
                if files.is_empty() {
                    wrong.push(Wrong::NoFile);
                }
                let empty = files.iter().filter(|(_, bytes)| bytes.is_empty());
                wrong.extend(empty.map(|(name, _)| Wrong::EmptyFile(name.clone())));
            }
        }
        wrong
    }

    /// What makes it the same thing once more: the bytes of a mail; of files all that the person said, and the files.
    fn same(&self) -> Digest {
        let Brought::Files { from, title, files } = &self.what else {
            let Brought::Mail(bytes) = &self.what else { return Digest::of(b"") };
            return Digest::of(bytes);
        };
        let received = self.received.map(|at| at.to_string()).unwrap_or_default();
        let title = title.clone().unwrap_or_default();
        let mut fields: Vec<Vec<u8>> = vec![from.trim().into(), title.trim().into(), received.into()];
        for (name, bytes) in files {
            fields.extend([name.clone().into_bytes(), Digest::of(bytes).0.to_vec()]);
        }
        Digest::of_fields(fields.iter().map(Vec::as_slice))
    }
}

/// Puts it into the vault and on its way: the key of its copy, and whether it is new. `arrived` follows once it is through;
/// that this person brought it is not forgotten until then, whatever ends in between.
///
/// # Errors
/// If it cannot be made into a mail, in words, or nothing can be stored.
pub async fn bring(tools: &Tools, what: &ByHand, by: &str, now: Timestamp) -> Result<(UidKey, bool)> {
    if let Some(wrong) = what.wrong(now).first() {
        return Err(Error::Refused(wrong.to_string()));
    }
    if by.trim().is_empty() {
        return Err(Error::Refused("say who you are".into()));
    }
    let source = enclose::one_line(what.source.trim());
    let store = &tools.store;
    let mailbox = pipeline::open_mailbox(store, pipeline::BY_HAND, &source, MailboxRole::Import, now).await?;
    let same = what.same();
    let key = UidKey { mailbox, uidvalidity: 0, uid: uid_of(same) };
    if message::copy(store, &key).await?.is_some() {
        return Ok((key, false));
    }
    let received = what.received.unwrap_or(now);
    let bytes = match &what.what {
        Brought::Mail(bytes) => bytes.clone(),
        Brought::Files { from, title, files } => {
            let mail = enclose::Mail { from, title: title.as_deref(), files, source: &source, received, same };
            mail.bytes().map_err(|error| Error::Refused(format!("{error:#}")))?
        }
    };
    let digest = Digest::of(&bytes);
    let size_bytes = bytes.len() as u64;
    let vault = tools.vault.clone();
    let put = tokio::task::spawn_blocking(move || vault.put(&bytes)).await;
    put.map_err(std::io::Error::other).and_then(|put| put).map_err(|error| Error::Store(error.into()))?;
    let arrival =
        Arrival { uidvalidity: 0, uid: key.uid, digest, size_bytes, internal_date: Some(received), provider_id: None };
    let mut tx = store.begin().await?;
    let is_new = pipeline::take_one_in(&mut tx, &key.mailbox, &arrival, now).await?;
    if is_new {
        let person = ledger::person(&mut tx, by.trim(), now).await?;
        brought::begin(&mut tx, &key, &person, now).await?;
    }
    tx.commit().await?;
    if !is_new {
        forget_twin(tools, &key, digest).await?;
    }
    store.ring();
    Ok((key, is_new))
}

/// A button that was pressed twice brought the same thing in the same moment: the mail that was made second is no copy.
async fn forget_twin(tools: &Tools, key: &UidKey, digest: Digest) -> Result<()> {
    let known = message::copy(&tools.store, key).await?.and_then(|copy| copy.digest);
    if known.is_some_and(|known| known != digest) {
        tools.vault.erase(digest).map_err(|error| Error::Store(error.into()))?;
    }
    Ok(())
}

/// The same bytes from the same source are the same copy, however often they are brought.
pub fn uid_of(digest: Digest) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&digest.0[..8]);
    u64::from_be_bytes(first) >> 12
}

/// Where something ended that a person brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    pub message: MessageId,
    /// `None`: somebody set it aside since, or it is held.
    pub submission: Option<SubmissionId>,
    /// The same message had come another way before.
    pub was_known: bool,
}

/// Where it ended; `None`: it is still on its way.
///
/// # Errors
/// If the store does not answer.
pub async fn arrived(tools: &Tools, key: &UidKey) -> Result<Option<Arrived>> {
    let store = &tools.store;
    if brought::is_waiting(store, key).await? {
        return Ok(None);
    }
    let Some(copy) = message::copy(store, key).await? else { return Ok(None) };
    let Some(message) = copy.message else { return Ok(None) };
    let line = message::line(store, &message).await?;
    let line = line.ok_or_else(|| Error::NotFound(format!("message {message}")))?;
    let is_under_way = match line.outcome {
        Outcome::Pending => true,
        Outcome::Submission => line.submission.is_none(),
        Outcome::Held | Outcome::SetAside => false,
    };
    let was_known = copy.settlement == Settlement::Copy;
    Ok((!is_under_way).then_some(Arrived { message, submission: line.submission, was_known }))
}

/// Of all that was brought and is through the pipeline by now: notes who brought it and how it came, and has it be an input,
/// whatever the machine makes of it. How many are still on their way.
///
/// # Errors
/// If the store does not answer.
pub async fn note(tools: &Tools, now: Timestamp) -> Result<usize> {
    let mut left = 0;
    for (key, person) in brought::all(&tools.store).await? {
        match note_one(tools, &key, &person, now).await {
            Ok(true) => {}
            Ok(false) => left += 1,
            // The others shall not wait for one.
            Err(error) => {
                left += 1;
                tracing::error!(%error, mailbox = key.mailbox.as_str(), "it is not noted yet who brought something");
            }
        }
    }
    Ok(left)
}

/// False: it is not through.
async fn note_one(tools: &Tools, key: &UidKey, person: &PersonId, now: Timestamp) -> Result<bool> {
    let store = &tools.store;
    let Some(copy) = message::copy(store, key).await? else { return Ok(false) };
    let Some(id) = copy.message.clone() else { return Ok(false) };
    let line = message::line(store, &id).await?.ok_or_else(|| Error::NotFound(format!("message {id}")))?;
    if line.outcome == Outcome::Pending || (line.outcome == Outcome::Submission && line.submission.is_none()) {
        return Ok(false);
    }
    let mut tx = store.begin().await?;
    if !brought::end(&mut tx, key).await? {
        return Ok(true);
    }
    let actor = Actor::Person(person.clone());
    let words = words(&copy);
    let reason = ledger::commit_to(&mut tx, &words).await?;
    ledger::append(&mut tx, &actor, &[Event::AddedByHand { message: id.clone(), reason }], now).await?;
    if matches!(line.outcome, Outcome::Held | Outcome::SetAside) {
        accept_in(tools, &mut tx, &id, (&actor, &words), now).await?;
    }
    tx.commit().await?;
    store.ring();
    Ok(true)
}

/// How it came, as the ledger says it.
fn words(copy: &CopyLine) -> String {
    format!("added by hand: {}", copy.folder)
}

/// The sources that were named before, the last one first: who writes the same words brings to the same place.
///
/// # Errors
/// If the store does not answer.
pub async fn sources(tools: &Tools) -> Result<Vec<String>> {
    let mut known = mailbox::all(&tools.store).await?;
    known.retain(|one| one.account == pipeline::BY_HAND);
    known.sort_by_key(|one| std::cmp::Reverse((one.last_message_at, one.state_since)));
    Ok(known.into_iter().map(|one| one.folder).collect())
}

/// A day as 2023-12-05, a time as 2023-12-05T14:30, both in the call's time zone, or a time with its own offset (RFC 3339).
///
/// # Errors
/// If it is none of these.
pub fn moment(text: &str, zone: &jiff::tz::TimeZone) -> anyhow::Result<Timestamp> {
    let wrong = || format!("{text} is no day as 2023-12-05, nor a time as 2023-12-05T14:30");
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let at = match text.parse::<jiff::civil::Date>() {
        Ok(date) if text.len() <= 10 => date.at(0, 0, 0, 0),
        _ => text.parse::<jiff::civil::DateTime>().with_context(wrong)?,
    };
    zone.to_ambiguous_timestamp(at).compatible().with_context(wrong)
}
