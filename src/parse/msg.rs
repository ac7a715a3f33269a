//! Outlook's .msg files ([MS-OXMSG]): storages of properties, in a compound file. Reads only the properties that a message
//! is made of.

use super::compound::{self, Compound};
use super::mapi::{Properties, Value, id};
use super::tnef::wide;
use std::borrow::Cow;

/// Entries of one storage that are looked at.
const MAX_ENTRIES: usize = 20_000;

/// Recipients that are read.
const MAX_RECIPIENTS: usize = 500;

/// Longest stream of a text or a small property, in bytes.
const MAX_TEXT: u64 = 16 << 20;

const MESSAGE_IDS: [u16; 21] = [
    id::SUBJECT,
    id::FOR_NAME,
    id::FOR_ADDRESS,
    id::FOR_SMTP,
    id::SENDER_NAME,
    id::SENDER_ADDRESS,
    id::SENDER_SMTP,
    id::HEADERS,
    id::SHOWN_TO,
    id::SHOWN_CC,
    id::BODY,
    id::RTF,
    id::HTML,
    id::MESSAGE_ID,
    id::REFERENCES,
    id::IN_REPLY_TO,
    id::SUBMITTED,
    id::DELIVERED,
    id::CODE_PAGE,
    id::MESSAGE_CODE_PAGE,
    id::RECIPIENT_TYPE,
];
const RECIPIENT_IDS: [u16; 3] = [id::NAME, id::SMTP_ADDRESS, id::ADDRESS];
const FILE_IDS: [u16; 5] = [id::NAME, id::FILE_NAME, id::LONG_FILE_NAME, id::MIME_TYPE, id::CONTENT_ID];

/// A message in a storage.
pub struct Stored {
    pub properties: Properties<'static>,
    pub recipients: Vec<Properties<'static>>,
    /// Storages of its files, in order.
    pub files: Vec<String>,
}

/// What a file of a message is.
pub enum Content {
    /// A stream with this path.
    Stream(String),
    /// A storage with this path that is a message again.
    Message(String),
    /// Drawn by another program ([MS-OXCMSG] 2.2.2.9), linked, or missing.
    Other,
}

/// The message in a storage; the first level is the empty path.
pub fn message(file: &mut Compound<'_>, storage: &str) -> Option<Stored> {
    let names = names(file, storage)?;
    let head = if storage.is_empty() { 32 } else { 24 };
    let properties = properties(file, storage, &names, head, &MESSAGE_IDS);
    let of = |prefix: &str| -> Vec<String> {
        let mut found: Vec<String> =
            names.iter().filter(|name| name.starts_with(prefix)).map(|name| format!("{storage}/{name}")).collect();
        found.sort();
        found
    };
    let mut recipients = Vec::new();
    for path in of("__recip_version1.0_").iter().take(MAX_RECIPIENTS) {
        let inside = self::names(file, path).unwrap_or_default();
        recipients.push(self::properties(file, path, &inside, 8, &RECIPIENT_IDS));
    }
    Some(Stored { properties, recipients, files: of("__attach_version1.0_") })
}

/// The properties of a file, and where its content is.
pub fn attached(file: &mut Compound<'_>, storage: &str) -> (Properties<'static>, Content) {
    let names = names(file, storage).unwrap_or_default();
    let properties = properties(file, storage, &names, 8, &FILE_IDS);
    let has = |name: &str| names.iter().any(|one| one.eq_ignore_ascii_case(name));
    let content = if has("__substg1.0_37010102") {
        Content::Stream(format!("{storage}/__substg1.0_37010102"))
    } else if has("__substg1.0_3701000D") && properties.number(id::METHOD) == Some(5) {
        Content::Message(format!("{storage}/__substg1.0_3701000D"))
    } else {
        Content::Other
    };
    (properties, content)
}

fn names(file: &Compound<'_>, storage: &str) -> Option<Vec<String>> {
    let path = if storage.is_empty() { "/" } else { storage };
    compound::guarded(|| {
        let entries = file.read_storage(path).ok()?;
        Some(entries.take(MAX_ENTRIES).map(|entry| entry.name().to_string()).collect())
    })
}

/// The properties of a storage: numbers stand in one stream (2.4.2), everything longer in a stream of its own (2.1.3).
fn properties(
    file: &mut Compound<'_>,
    storage: &str,
    names: &[String],
    head: usize,
    wanted: &[u16],
) -> Properties<'static> {
    let mut found = Properties::default();
    let fixed = compound::stream(file, &format!("{storage}/__properties_version1.0"), MAX_TEXT).unwrap_or_default();
    for entry in fixed.get(head..).unwrap_or_default().chunks_exact(16) {
        let (kind, id) = (u16::from_le_bytes([entry[0], entry[1]]), u16::from_le_bytes([entry[2], entry[3]]));
        let mut wide = [0; 8];
        wide.copy_from_slice(&entry[8..16]);
        let number = match kind {
            0x02 | 0x0b => i64::from(u16::from_le_bytes([wide[0], wide[1]])),
            0x03 => i64::from(i32::from_le_bytes([wide[0], wide[1], wide[2], wide[3]])),
            0x14 | 0x40 => i64::from_le_bytes(wide),
            _ => continue,
        };
        found.0.entry(id).or_insert(Value::Number(number));
    }
    for name in names {
        let Some(tag) = name.strip_prefix("__substg1.0_").filter(|tag| tag.len() == 8) else { continue };
        let Ok(tag) = u32::from_str_radix(tag, 16) else { continue };
        let (id, kind) = ((tag >> 16) as u16, tag & 0xffff);
        if !wanted.contains(&id) || !matches!(kind, 0x1e | 0x1f | 0x102) {
            continue;
        }
        let Some(bytes) = compound::stream(file, &format!("{storage}/{name}"), MAX_TEXT) else { continue };
        let value = match kind {
            0x1e => Value::Text8(Cow::Owned(bytes)),
            0x1f => Value::Text(wide(&bytes)),
            _ => Value::Bytes(Cow::Owned(bytes)),
        };
        found.0.insert(id, value);
    }
    found
}
