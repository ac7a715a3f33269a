//! What came on paper, by a link or through a colleague becomes a mail of its own and goes through the same door as every
//! other; that a person says it is an input stands in the ledger. Never says that a server delivered it.

use super::{Act, Error, Result, accept};
use crate::domain::ledger::{Actor, Event, Outcome};
use crate::domain::mailbox::{Arrival, MailboxRole, UidKey};
use crate::domain::{Digest, MessageId, Timestamp};
use crate::pipeline::{self, Tools};
use crate::store::{ledger, message};
use anyhow::Context as _;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart};
use std::path::Path;
use std::time::SystemTime;

/// The address of somebody who gave none (RFC 2606 2: it can belong to nobody).
const NOBODY: &str = "unknown@by-hand.invalid";

/// Longest source, in characters: it names a mailbox.
const LONGEST: usize = 200;

/// What a person adds.
#[derive(Clone, Debug)]
pub struct ByHand {
    /// How it came, in words; it becomes the name of the mailbox.
    pub source: String,
    /// When it was received, as the person says.
    pub received: Timestamp,
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

fn refused(error: &anyhow::Error) -> Error {
    Error::Refused(format!("{error:#}"))
}

/// Puts it into the vault and on its way; the key of its copy. `arrived` follows once it is through.
///
/// # Errors
/// If it cannot be made into a mail, in words, or nothing can be stored.
pub async fn bring(tools: &Tools, what: &ByHand, now: Timestamp) -> Result<UidKey> {
    let source = what.source.trim();
    if source.is_empty() || source.chars().count() > LONGEST {
        return Err(Error::Refused(format!("say how it came, in 1 to {LONGEST} characters")));
    }
    if what.received > now {
        return Err(Error::Refused("the time at which it was received lies in the future".into()));
    }
    let bytes = match &what.what {
        Brought::Mail(bytes) if bytes.iter().all(u8::is_ascii_whitespace) => {
            return Err(Error::Refused("the mail is empty".into()));
        }
        Brought::Mail(bytes) => bytes.clone(),
        Brought::Files { from, title, files } => {
            enclose(from, title.as_deref(), files, source, what.received).map_err(|error| refused(&error))?
        }
    };
    let store = &tools.store;
    let mailbox = pipeline::open_mailbox(store, pipeline::BY_HAND, source, MailboxRole::Import, now).await?;
    let digest = Digest::of(&bytes);
    let size_bytes = bytes.len() as u64;
    let vault = tools.vault.clone();
    let put = tokio::task::spawn_blocking(move || vault.put(&bytes)).await;
    put.map_err(std::io::Error::other).and_then(|put| put).map_err(|error| Error::Store(error.into()))?;
    let uid = uid_of(digest);
    let arrival =
        Arrival { uidvalidity: 0, uid, digest, size_bytes, internal_date: Some(what.received), provider_id: None };
    pipeline::take_in(store, &mailbox, &[arrival], now).await?;
    store.ring();
    Ok(UidKey { mailbox, uidvalidity: 0, uid })
}

/// The same bytes from the same source are the same copy, however often they are brought.
pub fn uid_of(digest: Digest) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&digest.0[..8]);
    u64::from_be_bytes(first) >> 12
}

/// Once what was brought is through the pipeline: notes who brought it and how it came, and has it be an input, whatever the
/// machine makes of it. `None`: it is still on its way.
///
/// # Errors
/// If the store does not answer.
pub async fn arrived(tools: &Tools, key: &UidKey, act: &Act) -> Result<Option<MessageId>> {
    let store = &tools.store;
    let Some(id) = message::copy(store, key).await?.and_then(|copy| copy.message) else { return Ok(None) };
    let line = message::line(store, &id).await?.ok_or_else(|| Error::NotFound(format!("message {id}")))?;
    if line.outcome == Outcome::Pending || (line.outcome == Outcome::Submission && line.submission.is_none()) {
        return Ok(None);
    }
    note(tools, &id, act).await?;
    if matches!(line.outcome, Outcome::Held | Outcome::SetAside) {
        accept(tools, &id, act).await?;
        store.ring();
    }
    Ok(Some(id))
}

async fn note(tools: &Tools, id: &MessageId, act: &Act) -> Result<()> {
    let mut tx = tools.store.begin().await?;
    let person = ledger::person(&mut tx, act.by.trim(), act.now).await?;
    let reason = ledger::commit_to(&mut tx, &act.reason).await?;
    let event = Event::AddedByHand { message: id.clone(), reason };
    ledger::append(&mut tx, &Actor::Person(person), &[event], act.now).await?;
    tx.commit().await?;
    Ok(())
}

fn enclose(
    from: &str,
    title: Option<&str>,
    files: &[(String, Vec<u8>)],
    source: &str,
    received: Timestamp,
) -> anyhow::Result<Vec<u8>> {
    let from = sender(from)?;
    let first = files.first().and_then(|(name, _)| Path::new(name).file_stem()).and_then(|name| name.to_str());
    let subject = title.or(first).unwrap_or("added by hand");
    let mut parts: Option<MultiPart> = None;
    let mut digests = Vec::new();
    for (name, bytes) in files {
        anyhow::ensure!(!bytes.is_empty(), "{name} is empty");
        digests.push(Digest::of(bytes));
        let part = Attachment::new(name.clone()).body(bytes.clone(), media_type(Path::new(name))?);
        parts = Some(match parts {
            Some(parts) => parts.singlepart(part),
            None => MultiPart::mixed().singlepart(part),
        });
    }
    let parts = parts.context("name at least one file")?;
    let all: Vec<u8> = digests.iter().flat_map(|digest| digest.0).collect();
    let header = HeaderName::new_from_ascii("X-Pouch-Source".into()).map_err(|error| anyhow::anyhow!("{error}"))?;
    let message = lettre::Message::builder()
        .from(from)
        .subject(subject)
        .date(SystemTime::from(received))
        .message_id(Some(format!("<{}@by-hand.invalid>", Digest::of(&all))))
        .raw_header(HeaderValue::new(header, source.replace(['\r', '\n'], " ")))
        .to("by-hand@by-hand.invalid".parse().context("the address of the call cannot be written")?)
        .multipart(parts)
        .context("the files cannot be put into a mail")?;
    Ok(message.formatted())
}

fn sender(text: &str) -> anyhow::Result<Mailbox> {
    let text = text.trim();
    anyhow::ensure!(!text.is_empty() && !text.contains(['\r', '\n']), "say who sent it: from \"Name <address>\"");
    if text.contains('@') {
        return text.parse().with_context(|| format!("from: {text} cannot be read as \"Name <address>\""));
    }
    Ok(Mailbox::new(Some(text.into()), NOBODY.parse().context("no address")?))
}

/// A mail is walked as a mail; of all else the type is found by its content later, like that of every file without one.
fn media_type(path: &Path) -> anyhow::Result<ContentType> {
    let is_mail = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("eml"));
    let name = if is_mail { "message/rfc822" } else { "application/octet-stream" };
    ContentType::parse(name).context("the file's type cannot be written")
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
