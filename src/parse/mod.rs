//! A message's bytes to values (RFC 5322, RFC 2045 to 2049). Never fails as a whole: what is odd becomes a `Problem`.
//! Runs in the extractor child; changes nothing and keeps nothing.

mod automatic;
mod body;
mod charset;
mod headers;
mod media_type;
mod quoted;
mod tree;

use crate::domain::message::{BodySource, ParsedMessage, Part};
use crate::domain::{Digest, Problem, ProblemCode};
use mail_parser::MessageParser;
use tree::Tree;
use unicode_normalization::UnicodeNormalization as _;

/// Attached messages are read down to this level; deeper ones are listed, not read.
const MAX_LEVELS: usize = 10;

/// Parts that are listed; more are counted in a problem.
const MAX_PARTS: usize = 1_000;

/// Parses a message.
pub fn parse(raw: &[u8]) -> ParsedMessage {
    parse_at(raw, "", 0)
}

/// Parses one file as if it were the only part, `1`, of a message without header.
pub fn parse_file(raw: &[u8], name: &str) -> ParsedMessage {
    let mut parsed = ParsedMessage::empty(body::whole(String::new(), BodySource::Nothing));
    parsed.parts.push(tree::file(raw, name));
    parsed
}

/// A part by its path, of one file, with its decoded bytes.
pub fn part_of_file(raw: &[u8], name: &str, path: &str) -> Option<(Part, Vec<u8>)> {
    (path == "1").then(|| (tree::file(raw, name), raw.to_vec()))
}

/// A part by its path, with its decoded bytes.
pub fn part(raw: &[u8], path: &str) -> Option<(Part, Vec<u8>)> {
    let mut found = None;
    find(raw, "", 0, path, &mut found);
    found
}

/// The decoded bytes of a part.
pub fn part_bytes(raw: &[u8], path: &str) -> Option<Vec<u8>> {
    part(raw, path).map(|(_, bytes)| bytes)
}

fn find(raw: &[u8], prefix: &str, level: usize, wanted: &str, found: &mut Option<(Part, Vec<u8>)>) {
    let Some(message) = MessageParser::default().parse(raw) else { return };
    let tree = Tree::of(&message, prefix);
    for leaf in tree.leaves.iter().take(MAX_PARTS) {
        if leaf.path == wanted {
            let bytes = leaf.bytes().into_owned();
            *found = Some((leaf.to_part(&bytes, None), bytes));
            return;
        }
        let below = wanted.strip_prefix(&leaf.path).is_some_and(|rest| rest.starts_with('.'));
        if below && level < MAX_LEVELS && leaf.is_message() {
            find(&leaf.bytes(), &format!("{}.", leaf.path), level + 1, wanted, found);
            return;
        }
    }
}

fn parse_at(raw: &[u8], prefix: &str, level: usize) -> ParsedMessage {
    let Some(message) = MessageParser::default().parse(raw) else { return without_structure(raw) };
    let mut problems = Vec::new();
    let tree = Tree::of(&message, prefix);
    let body = body::body(&message, &tree, &mut problems);
    let mut parsed = headers::read(&message, body, &mut problems);
    for leaf in tree.leaves.iter().take(MAX_PARTS) {
        let bytes = leaf.bytes();
        let inner = match leaf.is_message() {
            true if level < MAX_LEVELS => Some(Box::new(parse_at(&bytes, &format!("{}.", leaf.path), level + 1))),
            true => {
                let detail =
                    format!("Attached messages go deeper than {MAX_LEVELS} levels; part {} is not opened.", leaf.path);
                problems.push(Problem::new(ProblemCode::TooManyParts, detail));
                None
            }
            false => None,
        };
        let part = leaf.to_part(&bytes, inner);
        leaf.note_problems(&part, &bytes, &mut problems);
        parsed.parts.push(part);
    }
    if tree.leaves.len() > MAX_PARTS {
        let detail = format!("The mail has {} parts; only the first {MAX_PARTS} are listed.", tree.leaves.len());
        problems.push(Problem::new(ProblemCode::TooManyParts, detail));
    }
    tree::note_broken_structure(&message, raw, &mut problems);
    if let Some(problem) = headers::content_elsewhere(&parsed) {
        problems.push(problem);
    }
    parsed.automatic = automatic::automatic(&message, &parsed);
    parsed.fingerprint = fingerprint(&parsed);
    if parsed.from.is_empty() && parsed.date.is_none() && parsed.message_id_header.is_none() {
        // Nothing says whose it is: then only equal bytes make it the same.
        parsed.fingerprint = Digest::of(raw);
    }
    parsed.kinship = kinship(&parsed);
    parsed.problems = problems;
    parsed
}

/// Bytes that have not even a header: all of it is text.
fn without_structure(raw: &[u8]) -> ParsedMessage {
    let text = charset::guess(raw).0;
    let detail = "These bytes have no mail header; they are shown as text.";
    let mut parsed = ParsedMessage::empty(body::whole(text, BodySource::Plain));
    // Two such messages are the same only if their bytes are.
    parsed.fingerprint = Digest::of(raw);
    parsed.kinship = parsed.fingerprint;
    parsed.problems = vec![Problem::new(ProblemCode::BrokenStructure, detail)];
    parsed
}

/// What two servers' copies of one mail have in common, whatever encoding, boundaries and headers they added.
fn fingerprint(parsed: &ParsedMessage) -> Digest {
    let mut fields = identity(parsed, &fold(&parsed.subject));
    fields.push(fold(&parsed.body.text).into_bytes());
    let mut digests: Vec<Vec<u8>> = parsed.parts.iter().map(content_of).collect();
    digests.sort();
    fields.extend(digests);
    Digest::of_fields(fields.iter().map(Vec::as_slice))
}

/// A file by its bytes; an attached message by what it says, since servers re-encode it too.
fn content_of(part: &Part) -> Vec<u8> {
    match &part.message {
        Some(inner) => inner.fingerprint.0.to_vec(),
        None => part.digest.0.to_vec(),
    }
}

/// What stays the same when a list adds a tag to the subject and a footer to the text.
fn kinship(parsed: &ParsedMessage) -> Digest {
    let fields = identity(parsed, &fold(&headers::bare_subject(&parsed.subject)));
    Digest::of_fields(fields.iter().map(Vec::as_slice))
}

fn identity(parsed: &ParsedMessage, subject: &str) -> Vec<Vec<u8>> {
    let from: Vec<String> = parsed.from.iter().map(|one| one.address.to_lowercase()).collect();
    let date = parsed.date.map(|date| date.as_second().to_string()).unwrap_or_default();
    let id = parsed.message_id_header.clone().unwrap_or_default();
    [from.join(" "), date, subject.to_string(), id].into_iter().map(String::into_bytes).collect()
}

/// White space folded, composed form: line lengths and trailing blanks do not count.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.nfc());
    }
    folded
}
