//! Boundaries of multiparts (RFC 2046 5.1.1). The library takes two hyphens and a boundary for a delimiter wherever they
//! stand, in the middle of a line and at the beginning of a longer boundary too, and what follows would be lost. Changes no
//! length, so that every offset stays what it is.

use crate::domain::Digest;
use aho_corasick::AhoCorasick;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Different boundaries of one message that are looked at.
const MAX_BOUNDARIES: usize = 500;

/// Longest boundary (RFC 2046 5.1.1).
const LONGEST: usize = 70;

/// Declarations of one boundary that are looked at, and bytes before one in which its header begins.
const MAX_DECLARATIONS: usize = 1_000;
const LONGEST_HEADER: usize = 1 << 16;

/// Declarations of one boundary that are looked at to see whether one is in a header.
const MAX_LOOKED_AT: usize = 3;

/// Tries to find a boundary that stands nowhere in the message.
const TRIES: u32 = 62;

/// The message with another boundary wherever one could be mistaken; `None`: there is none, or no other can be found.
pub fn unmistakable(raw: &[u8]) -> Option<Vec<u8>> {
    let declared = declarations(raw);
    let boundaries: Vec<&[u8]> = declared.keys().copied().collect();
    let delimiters: Vec<Vec<u8>> = boundaries.iter().map(|boundary| [b"--", *boundary].concat()).collect();
    let mut real: Vec<Vec<usize>> = vec![Vec::new(); boundaries.len()];
    let mut mistakable = BTreeSet::new();
    for found in AhoCorasick::new(&delimiters).ok()?.find_overlapping_iter(raw) {
        let which = found.pattern().as_usize();
        if is_delimiter(raw, found.range()) {
            real[which].push(found.start() + 2);
        } else {
            mistakable.insert(which);
        }
    }
    let mut clear: Option<Vec<u8>> = None;
    for which in mistakable.into_iter().filter(|which| !real[*which].is_empty()) {
        let Some(other) = another(raw, boundaries[which]) else { continue };
        let clear = clear.get_or_insert_with(|| raw.to_vec());
        let headers = declared[boundaries[which]].iter().filter(|at| is_in_header(raw, **at, &real));
        for at in headers.chain(&real[which]) {
            clear[*at..at + other.len()].copy_from_slice(other.as_bytes());
        }
    }
    clear
}

/// A line that begins or ends a part.
pub struct Delimiter {
    /// Where its hyphens begin.
    pub start: usize,
    /// It is the last one of its multipart.
    pub closes: bool,
}

/// The delimiters of the multiparts of a message itself, in order; not those in messages and texts in it.
pub fn delimiters(raw: &[u8]) -> Vec<Delimiter> {
    let declared: Vec<(&[u8], Vec<usize>)> = declarations(raw).into_iter().collect();
    let patterns: Vec<Vec<u8>> = declared.iter().map(|(boundary, _)| [b"--", *boundary].concat()).collect();
    let Ok(finder) = AhoCorasick::new(&patterns) else { return Vec::new() };
    let mut real: Vec<Vec<usize>> = vec![Vec::new(); patterns.len()];
    for found in finder.find_overlapping_iter(raw).filter(|found| is_delimiter(raw, found.range())) {
        real[found.pattern().as_usize()].push(found.start());
    }
    let mut delimiters: Vec<Delimiter> = Vec::new();
    for (which, pattern) in patterns.iter().enumerate() {
        let places = declared[which].1.iter().take(MAX_LOOKED_AT);
        if places.into_iter().any(|at| is_in_header(raw, *at, &real)) {
            let closes = |start: usize| raw[start + pattern.len()..].starts_with(b"--");
            delimiters.extend(real[which].iter().map(|start| Delimiter { start: *start, closes: closes(*start) }));
        }
    }
    delimiters.sort_by_key(|one| one.start);
    delimiters.dedup_by_key(|one| one.start);
    delimiters
}

/// Every `boundary=` with the places of its value.
fn declarations(raw: &[u8]) -> BTreeMap<&[u8], Vec<usize>> {
    let mut declared: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
    let Ok(name) = AhoCorasick::builder().ascii_case_insensitive(true).build(["boundary"]) else { return declared };
    for found in name.find_iter(raw) {
        let blank = |byte: &&u8| byte.is_ascii_whitespace();
        let mut at = found.end() + raw[found.end()..].iter().take_while(blank).count();
        if raw.get(at) != Some(&b'=') {
            continue;
        }
        at += 1;
        at += raw[at..].iter().take_while(blank).count();
        let is_quoted = raw.get(at) == Some(&b'"');
        at += usize::from(is_quoted);
        let ends = |byte: &u8| if is_quoted { *byte == b'"' } else { byte.is_ascii_whitespace() || *byte == b';' };
        let length = raw[at..].iter().take(LONGEST + 1).take_while(|byte| !ends(byte)).count();
        let value = &raw[at..at + length];
        if !(1..=LONGEST).contains(&length) || value.contains(&b'\\') || value.contains(&b'\n') {
            continue;
        }
        if declared.len() < MAX_BOUNDARIES || declared.contains_key(value) {
            let places = declared.entry(value).or_default();
            if places.len() < MAX_DECLARATIONS {
                places.push(at);
            }
        }
    }
    declared
}

/// Whether a delimiter stands there: it begins a line, and nothing follows it there but two hyphens or blanks.
fn is_delimiter(raw: &[u8], place: Range<usize>) -> bool {
    let begins = place.start == 0 || matches!(raw[place.start - 1], b'\n' | b'\r');
    let rest = &raw[place.end..];
    let rest = rest.strip_prefix(b"--").unwrap_or(rest);
    let next = rest.iter().find(|byte| !matches!(byte, b' ' | b'\t'));
    begins && next.is_none_or(|byte| matches!(byte, b'\n' | b'\r'))
}

/// The bytes before the first delimiter with this boundary, without the line end that belongs to it.
pub fn before<'b>(bytes: &'b [u8], boundary: &str) -> &'b [u8] {
    let Ok(finder) = AhoCorasick::new([format!("--{boundary}")]) else { return bytes };
    let found = finder.find_iter(bytes).find(|found| is_delimiter(bytes, found.range()));
    let Some(found) = found else { return bytes };
    let before = &bytes[..found.start()];
    let before = before.strip_suffix(b"\n").unwrap_or(before);
    before.strip_suffix(b"\r").unwrap_or(before)
}

/// Whether a place is in the header of the message or of a part, not in a text that quotes one.
fn is_in_header(raw: &[u8], place: usize, delimiters: &[Vec<usize>]) -> bool {
    let before = &raw[..place];
    let blank_line = (before.len().saturating_sub(LONGEST_HEADER).max(1)..before.len())
        .rev()
        .find(|at| before[*at] == b'\n' && (before[at - 1] == b'\n' || before[..*at].ends_with(b"\n\r")));
    let Some(blank_line) = blank_line else { return true };
    let line_of_delimiter = delimiters.iter().flatten().copied().filter(|at| *at < place).max();
    line_of_delimiter.is_some_and(|at| at > blank_line)
}

/// A boundary of the same length that stands nowhere in the message behind two hyphens.
fn another(raw: &[u8], boundary: &[u8]) -> Option<String> {
    const SIGNS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    (0..TRIES).find_map(|number| {
        let seed = Digest::of(&[boundary, &number.to_be_bytes()].concat()).to_string();
        let mut other: String = seed.chars().cycle().take(boundary.len()).collect();
        // Each try begins otherwise, so that a boundary of one sign has its sixty-two chances.
        other.replace_range(..1, char::from(SIGNS[number as usize]).encode_utf8(&mut [0; 4]));
        let delimiter = format!("--{other}");
        AhoCorasick::new([&delimiter]).is_ok_and(|finder| !finder.is_match(raw)).then_some(other)
    })
}
