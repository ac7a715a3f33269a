//! A message's bytes to values (RFC 5322, RFC 2045 to 2049), and what is packed in it: attached messages, archives and
//! Outlook's own forms. Never fails as a whole: what is odd becomes a `Problem`. Runs in the extractor child; changes
//! nothing and keeps nothing.

mod archive;
mod authentication;
mod automatic;
mod blank_line;
mod body;
mod boundary;
mod budget;
mod charset;
mod compound;
mod entry_name;
mod file_name;
mod forms;
mod headers;
mod identity;
mod mapi;
mod media_type;
mod msg;
mod outlook;
mod quoted;
mod rtf;
mod rule_fields;
mod signed;
mod source;
mod tar;
mod tnef;
mod tree;
mod walk;
mod zipped;

pub use authentication::{key_names, verify};
pub use quoted::is_forward;
pub use rule_fields::{LIMIT_BYTES as RULE_FIELDS_BYTES, rule_fields};
pub use source::Opened;

use crate::domain::message::{ParsedMessage, Part};
use walk::Walk;

/// Opens bytes: what they say, and the way to each part of them. With a name they are one file, which is the part `1` of
/// a message without header; else they are a message.
pub fn open(raw: &[u8], file_name: Option<&str>) -> (ParsedMessage, Opened) {
    let mut walk = Walk::default();
    let parsed = match file_name {
        Some(name) => walk.alone(raw, name),
        None => walk.whole(raw),
    };
    (parsed, Opened::of(walk.into_nodes()))
}

/// Parses a message.
pub fn parse(raw: &[u8]) -> ParsedMessage {
    open(raw, None).0
}

/// Parses one file as if it were the only part, `1`, of a message without header.
pub fn parse_file(raw: &[u8], name: &str) -> ParsedMessage {
    open(raw, Some(name)).0
}

/// A part by its path, of one file, with its decoded bytes.
pub fn part_of_file(raw: &[u8], name: &str, path: &str) -> Option<(Part, Vec<u8>)> {
    open(raw, Some(name)).1.part(raw, path)
}

/// A part by its path, without what is below it, with its decoded bytes.
pub fn part(raw: &[u8], path: &str) -> Option<(Part, Vec<u8>)> {
    open(raw, None).1.part(raw, path)
}

/// The decoded bytes of a part.
pub fn part_bytes(raw: &[u8], path: &str) -> Option<Vec<u8>> {
    part(raw, path).map(|(_, bytes)| bytes)
}
