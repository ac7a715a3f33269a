//! The empty line between a header and what follows it (RFC 5322 2.1), put in where a program left it out: the library
//! takes the first words of such a part, or the whole next part, for header fields. Touches no header that goes on.

use super::boundary;

/// Fields that show that a header goes on behind a line that is none.
const KNOWN: [&str; 14] = [
    "from",
    "to",
    "cc",
    "date",
    "subject",
    "message-id",
    "mime-version",
    "received",
    "return-path",
    "dkim-signature",
    "content-type",
    "content-transfer-encoding",
    "content-disposition",
    "content-id",
];

/// Most that is quoted of lines that are no header fields, in characters.
const MAX_QUOTED: usize = 300;

/// What was found of headers.
pub struct Mended {
    /// The message with the empty lines that it lacks; none if it lacks none.
    pub bytes: Option<Vec<u8>>,
    /// Lines within headers that are no fields: they are nowhere else.
    pub odd: String,
}

/// Looks through the headers of a message and of its parts.
pub fn mend(raw: &[u8]) -> Mended {
    let delimiters = boundary::delimiters(raw);
    let mut missing = Vec::new();
    let mut odd = String::new();
    let blocks = std::iter::once((0, true)).chain(delimiters.iter().filter(|one| !one.closes).map(|one| {
        let line = &raw[one.start..];
        (one.start + line.iter().position(|byte| *byte == b'\n').map_or(line.len(), |at| at + 1), false)
    }));
    for (start, is_root) in blocks {
        let next = delimiters.partition_point(|one| one.start < start);
        let end = delimiters.get(next).map_or(raw.len(), |one| one.start);
        match end_of_header(raw, start, end, is_root) {
            End::Missing(at) => missing.push(at),
            End::Odd(line) if odd.len() < MAX_QUOTED => {
                odd.extend(
                    String::from_utf8_lossy(&raw[line..]).lines().next().unwrap_or_default().chars().take(MAX_QUOTED),
                );
            }
            End::Odd(_) | End::Fine => {}
        }
    }
    let bytes = (!missing.is_empty()).then(|| {
        let mut mended = Vec::with_capacity(raw.len() + 2 * missing.len());
        let mut from = 0;
        for at in missing {
            mended.extend_from_slice(&raw[from..at]);
            mended.extend_from_slice(if raw[..at].ends_with(b"\r\n") { b"\r\n" } else { b"\n" });
            from = at;
        }
        mended.extend_from_slice(&raw[from..]);
        mended
    });
    Mended { bytes, odd }
}

enum End {
    Fine,
    /// The empty line is missing before this place.
    Missing(usize),
    /// The line at this place is no field, but fields follow it.
    Odd(usize),
}

/// Where a header ends that begins at `start`, with a delimiter or the end at `end`.
fn end_of_header(raw: &[u8], start: usize, end: usize, is_root: bool) -> End {
    let (mut at, mut has_field, mut odd) = (start, false, None);
    while at < end {
        let line = &raw[at..end];
        let length = line.iter().position(|byte| *byte == b'\n').map_or(line.len(), |at| at + 1);
        let line = &line[..length];
        let is_empty = line.iter().all(u8::is_ascii_whitespace);
        let is_folded = at > start && line.starts_with(b" ") || line.starts_with(b"\t");
        if is_empty {
            return odd.map_or(End::Fine, End::Missing);
        }
        match name(line) {
            Some(known) if odd.is_some() => {
                if KNOWN.iter().any(|one| known.eq_ignore_ascii_case(one.as_bytes())) {
                    return odd.map_or(End::Fine, End::Odd);
                }
            }
            Some(_) => has_field = true,
            None if is_folded || odd.is_some() => {}
            // A stored mail may begin with a line of its folder's (RFC 4155).
            None if is_root && at == start && line.starts_with(b"From ") => {}
            // Bytes that have no header at all are no mail.
            None if is_root && !has_field => return End::Fine,
            None => odd = Some(at),
        }
        at += length;
    }
    // A header and nothing else, up to the delimiter, is an empty part, as programs write it.
    odd.map_or(End::Fine, End::Missing)
}

/// The name of a header field (RFC 5322 2.2), with the blanks that once were allowed behind it (4.5).
fn name(line: &[u8]) -> Option<&[u8]> {
    let end = line.iter().position(|byte| *byte == b':')?;
    let name = line[..end].trim_ascii_end();
    (!name.is_empty() && name.iter().all(|byte| (33..=126).contains(byte))).then_some(name)
}
