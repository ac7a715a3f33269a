//! The files of a tar archive (POSIX.1-2017 pax, ustar): names and places. Copies nothing.

use std::ops::Range;

/// Headers that are looked at.
const MAX_HEADERS: usize = 200_000;

const BLOCK: usize = 512;

/// A file in an archive: its name as it stands there, and where its bytes are.
pub struct Entry {
    pub name: Vec<u8>,
    pub data: Range<usize>,
    /// The archive ends before the file does.
    pub is_cut: bool,
}

/// The files; folders, links and devices are none.
pub fn entries(bytes: &[u8]) -> Vec<Entry> {
    let (mut found, mut at, mut long_name) = (Vec::new(), 0_usize, None);
    for _ in 0..MAX_HEADERS {
        let Some(header) = bytes.get(at..at + BLOCK).filter(|header| is_header(header)) else { break };
        let Some(size) = size_of(&header[124..136]) else { break };
        let start = at + BLOCK;
        let Some(whole_end) = start.checked_add(size) else { break };
        let end = whole_end.min(bytes.len());
        let content = &bytes[start.min(end)..end];
        match header[156] {
            b'0' | b'7' | 0 => {
                let name = long_name.take().unwrap_or_else(|| name_of(header));
                // What macOS knows of a file stands in another one of nearly its name.
                let last = name.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
                if !super::zipped::is_leftover(&name) && !last.starts_with(b"._") {
                    found.push(Entry { name, data: start.min(end)..end, is_cut: whole_end > bytes.len() });
                }
            }
            b'L' => long_name = Some(until_zero(content).to_vec()),
            b'x' => long_name = path_of(content).or(long_name),
            _ => long_name = None,
        }
        let Some(next) = size.div_ceil(BLOCK).checked_mul(BLOCK).and_then(|padded| start.checked_add(padded)) else {
            break;
        };
        at = next;
        if at >= bytes.len() {
            break;
        }
    }
    found
}

/// The sum of a header's bytes, its own field taken as blanks.
fn is_header(header: &[u8]) -> bool {
    let sum: usize = header
        .iter()
        .enumerate()
        .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { usize::from(*byte) })
        .sum();
    size_of(&header[148..156]) == Some(sum)
}

/// Octal digits, or a number in bytes if the first bit is set.
fn size_of(field: &[u8]) -> Option<usize> {
    if field.first()? & 0x80 != 0 {
        let number = field[1..].iter().try_fold(0_usize, |sum, byte| sum.checked_mul(256)?.checked_add((*byte).into()));
        return number;
    }
    let text = std::str::from_utf8(until_zero(field)).ok()?;
    usize::from_str_radix(text.trim(), 8).ok()
}

fn until_zero(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

fn name_of(header: &[u8]) -> Vec<u8> {
    let (name, prefix) = (until_zero(&header[..100]), until_zero(&header[345..500]));
    if prefix.is_empty() || &header[257..263] != b"ustar\0" {
        return name.to_vec();
    }
    [prefix, b"/", name].concat()
}

/// The path in a pax record: `27 path=...`.
fn path_of(mut records: &[u8]) -> Option<Vec<u8>> {
    while !records.is_empty() {
        let blank = records.iter().position(|byte| *byte == b' ')?;
        let length: usize = std::str::from_utf8(&records[..blank]).ok()?.parse().ok()?;
        let record = records.get(blank + 1..length)?;
        if let Some(path) = record.strip_prefix(b"path=") {
            return Some(path.strip_suffix(b"\n").unwrap_or(path).to_vec());
        }
        records = &records[length..];
    }
    None
}
