//! `pouch add`: what came on paper, by a link or through a colleague becomes a mail of its own and goes through the same
//! door. Never says that a server delivered it.

use crate::domain::mailbox::{Arrival, MailboxRole, UidKey};
use crate::domain::{Digest, Timestamp};
use crate::pipeline;
use crate::store::Store;
use crate::vault::Vault;
use anyhow::Context as _;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The address of somebody who gave none (RFC 2606 2: it can belong to nobody).
const NOBODY: &str = "unknown@by-hand.invalid";

/// What a person adds.
pub struct ByHand<'a> {
    pub files: &'a [PathBuf],
    /// A name, an address, or both as `Name <address>`.
    pub from: &'a str,
    /// How it came, in words; it becomes the name of the mailbox.
    pub source: &'a str,
    pub title: Option<&'a str>,
    /// When it was received, as the person says.
    pub received: Timestamp,
}

/// Puts it into the vault and on its way; the key of its copy.
///
/// # Errors
/// If a file cannot be read, the sender cannot be written, or nothing can be stored.
pub async fn take(store: &Store, vault: &Vault, what: &ByHand<'_>, now: Timestamp) -> anyhow::Result<UidKey> {
    let bytes = enclose(what)?;
    let mailbox = pipeline::open_mailbox(store, pipeline::BY_HAND, what.source, MailboxRole::Import, now).await?;
    let mut incoming = vault.incoming()?;
    incoming.write(&bytes)?;
    let sealed = vault.seal(vec![incoming]).context("the vault cannot be written")?;
    let (digest, size_bytes) = sealed.into_iter().next().context("the vault gave nothing back")?;
    let uid = super::import::uid_of(digest);
    let arrival =
        Arrival { uidvalidity: 0, uid, digest, size_bytes, internal_date: Some(what.received), provider_id: None };
    pipeline::take_in(store, &mailbox, &[arrival], now).await?;
    Ok(UidKey { mailbox, uidvalidity: 0, uid })
}

fn enclose(what: &ByHand<'_>) -> anyhow::Result<Vec<u8>> {
    let from = sender(what.from)?;
    let first = what.files.first().and_then(|path| path.file_stem()).and_then(|name| name.to_str());
    let subject = what.title.or(first).unwrap_or("added by hand");
    let mut parts: Option<MultiPart> = None;
    let mut digests = Vec::new();
    for path in what.files {
        let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        anyhow::ensure!(!bytes.is_empty(), "{} is empty", path.display());
        digests.push(Digest::of(&bytes));
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let part = Attachment::new(name).body(bytes, media_type(path)?);
        parts = Some(match parts {
            Some(parts) => parts.singlepart(part),
            None => MultiPart::mixed().singlepart(part),
        });
    }
    let parts = parts.context("name at least one file")?;
    let all: Vec<u8> = digests.iter().flat_map(|digest| digest.0).collect();
    let source = HeaderName::new_from_ascii("X-Pouch-Source".into()).map_err(|error| anyhow::anyhow!("{error}"))?;
    let message = lettre::Message::builder()
        .from(from)
        .subject(subject)
        .date(SystemTime::from(what.received))
        .message_id(Some(format!("<{}@by-hand.invalid>", Digest::of(&all))))
        .raw_header(HeaderValue::new(source, what.source.replace(['\r', '\n'], " ")))
        .to("by-hand@by-hand.invalid".parse().context("the address of the call cannot be written")?)
        .multipart(parts)
        .context("the files cannot be put into a mail")?;
    Ok(message.formatted())
}

fn sender(text: &str) -> anyhow::Result<Mailbox> {
    let text = text.trim();
    anyhow::ensure!(!text.is_empty() && !text.contains(['\r', '\n']), "say who sent it: --from \"Name <address>\"");
    if text.contains('@') {
        return text.parse().with_context(|| format!("--from: {text} cannot be read as \"Name <address>\""));
    }
    Ok(Mailbox::new(Some(text.into()), NOBODY.parse().context("no address")?))
}

/// A mail is walked as a mail; of all else the type is found by its content later, like that of every file without one.
fn media_type(path: &Path) -> anyhow::Result<ContentType> {
    let is_mail = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("eml"));
    let name = if is_mail { "message/rfc822" } else { "application/octet-stream" };
    ContentType::parse(name).context("the file's type cannot be written")
}
