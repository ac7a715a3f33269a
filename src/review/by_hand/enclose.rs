//! Files that a person brings as a mail, so that they go the way of every mail. Stores nothing.

use crate::domain::{Digest, Timestamp};
use anyhow::Context as _;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart};
use std::path::Path;
use std::time::SystemTime;

/// The address of somebody who gave none (RFC 2606 2: it can belong to nobody).
const NOBODY: &str = "unknown@by-hand.invalid";

/// What goes into the mail.
pub struct Mail<'a> {
    pub from: &'a str,
    pub title: Option<&'a str>,
    pub files: &'a [(String, Vec<u8>)],
    pub source: &'a str,
    pub received: Timestamp,
    /// Parts are told apart by it: no file can hold it.
    pub same: Digest,
}

impl Mail<'_> {
    /// The mail (RFC 5322).
    ///
    /// # Errors
    /// If there is no file or sender, or it cannot be written.
    pub fn bytes(&self) -> anyhow::Result<Vec<u8>> {
        let from = sender(self.from).context("the sender cannot be read")?;
        let first = self.files.first().and_then(|(name, _)| Path::new(name).file_stem()?.to_str());
        let title = self.title.map(one_line).filter(|title| !title.trim().is_empty());
        let subject = title.unwrap_or_else(|| one_line(first.unwrap_or("added by hand")));
        let mut parts: Option<MultiPart> = None;
        let mut digests = Vec::new();
        for (name, bytes) in self.files {
            digests.push(Digest::of(bytes));
            let part = Attachment::new(one_line(name)).body(bytes.clone(), media_type(Path::new(name))?);
            parts = Some(match parts {
                Some(parts) => parts.singlepart(part),
                None => MultiPart::mixed().boundary(format!("by-hand-{}", self.same)).singlepart(part),
            });
        }
        let parts = parts.context("there is no file")?;
        let all: Vec<u8> = digests.iter().flat_map(|digest| digest.0).collect();
        let header = HeaderName::new_from_ascii("X-Pouch-Source".into()).map_err(|error| anyhow::anyhow!("{error}"))?;
        let message = lettre::Message::builder()
            .from(from)
            .subject(subject)
            .date(SystemTime::from(self.received))
            .message_id(Some(format!("<{}@by-hand.invalid>", Digest::of(&all))))
            .raw_header(HeaderValue::new(header, self.source.into()))
            .to("by-hand@by-hand.invalid".parse().context("the address of the call cannot be written")?)
            .multipart(parts)
            .context("the files cannot be put into a mail")?;
        Ok(message.formatted())
    }
}

/// A name, an address, or both; `None`: it cannot be read so.
pub fn sender(text: &str) -> Option<Mailbox> {
    let text = text.trim();
    if text.is_empty() || text.chars().any(char::is_control) {
        return None;
    }
    if text.contains('@') {
        return text.parse().ok();
    }
    Some(Mailbox::new(Some(text.into()), NOBODY.parse().ok()?))
}

/// A person's words for one line of a mail's head.
pub fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A mail is walked as a mail; of all else the type is found by its content later, like that of every file without one.
fn media_type(path: &Path) -> anyhow::Result<ContentType> {
    let is_mail = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("eml"));
    let name = if is_mail { "message/rfc822" } else { "application/octet-stream" };
    ContentType::parse(name).context("the file's type cannot be written")
}
