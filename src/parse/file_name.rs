//! The name of a file out of the fields of its part: RFC 2231 in pieces and whole, encoded-words where RFC 2047 5 forbids
//! them, raw 8-bit text. A name is only shown; it is never a path.

use super::charset;

/// A value as it stands in a field, without its quotes.
struct Value {
    bytes: Vec<u8>,
    /// Its signs may be written as `%41`, and a charset may stand in front (RFC 2231 4).
    is_extended: bool,
}

/// The name that a field gives under this key (`filename`, `name`); an extended form counts before a plain one.
pub fn claimed(field: &[u8], key: &str) -> Option<String> {
    let mut plain: Option<Value> = None;
    let mut pieces: Vec<(u32, Value)> = Vec::new();
    for (name, bytes) in parameters(field) {
        let mut words = name.splitn(3, '*');
        if words.next() != Some(key) {
            continue;
        }
        match (words.next(), words.next()) {
            (None, _) => plain = plain.or(Some(Value { bytes, is_extended: false })),
            (Some(""), _) => pieces.push((0, Value { bytes, is_extended: true })),
            (Some(number), after) => {
                let Ok(number) = number.parse() else { continue };
                pieces.push((number, Value { bytes, is_extended: after.is_some() }));
            }
        }
    }
    pieces.sort_by_key(|(number, _)| *number);
    let name = if pieces.is_empty() { charset::header_text(&plain?.bytes) } else { joined(pieces) };
    (!name.trim().is_empty()).then_some(name)
}

/// Pieces are cut anywhere, also within a sign: their bytes are put together first.
fn joined(pieces: Vec<(u32, Value)>) -> String {
    let (mut whole, mut label) = (Vec::new(), None);
    for (at, (_, piece)) in pieces.into_iter().enumerate() {
        let mut rest = piece.bytes.as_slice();
        if at == 0 && piece.is_extended {
            let mut parts = rest.splitn(3, |byte| *byte == b'\'');
            if let (Some(charset), Some(_), Some(value)) = (parts.next(), parts.next(), parts.next()) {
                label = Some(String::from_utf8_lossy(charset).into_owned());
                rest = value;
            }
        }
        if piece.is_extended { whole.extend(without_percent(rest)) } else { whole.extend_from_slice(rest) }
    }
    match label {
        Some(label) => charset::decode(&whole, Some(&label)).0,
        // Some cut an encoded-word into such pieces.
        None => charset::header_text(&whole),
    }
}

fn without_percent(text: &[u8]) -> Vec<u8> {
    let digit = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let (mut bytes, mut at) = (Vec::with_capacity(text.len()), 0);
    while at < text.len() {
        match (text[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, _, _) => {
                bytes.push(byte);
                at += 1;
            }
        }
    }
    bytes
}

/// Names, in lower case, and values of the parameters of a field (RFC 2045 5.1), however loosely they are written.
fn parameters(field: &[u8]) -> Vec<(String, Vec<u8>)> {
    let unfolded: Vec<u8> = field.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    let mut found = Vec::new();
    let mut rest = after_semicolon(&unfolded);
    while let Some(text) = rest {
        let Some(equals) = text.iter().position(|byte| matches!(byte, b'=' | b';')) else { break };
        let (name, value) = (&text[..equals], &text[equals + 1..]);
        if text[equals] == b';' {
            rest = Some(value);
            continue;
        }
        let (bytes, after) = value_of(value);
        found.push((String::from_utf8_lossy(name).trim().to_ascii_lowercase(), bytes));
        rest = after_semicolon(after);
    }
    found
}

fn after_semicolon(text: &[u8]) -> Option<&[u8]> {
    text.iter().position(|byte| *byte == b';').map(|at| &text[at + 1..])
}

/// A value without quotes, and what follows it.
fn value_of(text: &[u8]) -> (Vec<u8>, &[u8]) {
    let text = text.trim_ascii_start();
    let Some(inside) = text.strip_prefix(b"\"") else {
        let end = text.iter().position(|byte| *byte == b';').unwrap_or(text.len());
        return (text[..end].trim_ascii().to_vec(), &text[end..]);
    };
    let (mut bytes, mut at) = (Vec::new(), 0);
    while at < inside.len() && inside[at] != b'"' {
        // Only what needs it is escaped: the second byte of a Chinese or Japanese sign may be a backslash.
        if inside[at] == b'\\' && matches!(inside.get(at + 1), Some(b'"' | b'\\')) {
            at += 1;
        }
        bytes.push(inside[at]);
        at += 1;
    }
    (bytes, &inside[at.min(inside.len())..])
}
