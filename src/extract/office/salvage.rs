//! Archives whose central directory is lost or cut off: a new directory is made from the headers before each entry
//! (APPNOTE 4.3.7). Unpacks nothing.

/// Most entries that are looked for.
const MAX_ENTRIES: usize = 20_000;

struct Entry {
    offset: usize,
    header: Vec<u8>,
    crc: u32,
    packed: u32,
    unpacked: u32,
    name: Vec<u8>,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// The same bytes with a new directory behind them; `None` if no entry is left.
pub(super) fn with_new_directory(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() > u32::MAX as usize {
        return None;
    }
    let starts: Vec<usize> = bytes
        .windows(4)
        .enumerate()
        .filter(|(_, four)| *four == b"PK\x03\x04")
        .map(|(at, _)| at)
        .take(MAX_ENTRIES)
        .collect();
    let mut entries = Vec::new();
    let mut behind = 0;
    for (n, start) in starts.iter().enumerate() {
        // A signature inside packed data is no header.
        if *start < behind {
            continue;
        }
        let next = starts[n + 1..].iter().find(|at| **at > start + 30).copied().unwrap_or(bytes.len());
        if let Some(entry) = entry(bytes, *start, next) {
            behind = start + 30 + entry.name.len();
            entries.push(entry);
        }
    }
    if entries.is_empty() {
        return None;
    }
    let mut out = bytes.to_vec();
    let directory = out.len();
    for entry in &entries {
        out.extend(b"PK\x01\x02\x14\x00");
        // Version, flags, method, time and date stand in the same order; only the sizes may have been missing.
        out.extend(&entry.header[4..14]);
        [entry.crc, entry.packed, entry.unpacked].iter().for_each(|value| out.extend(value.to_le_bytes()));
        out.extend((entry.name.len() as u16).to_le_bytes());
        out.extend([0; 12]);
        out.extend((entry.offset as u32).to_le_bytes());
        out.extend(&entry.name);
    }
    let size = out.len() - directory;
    out.extend(b"PK\x05\x06\0\0\0\0");
    let count = (entries.len() as u16).to_le_bytes();
    out.extend(count);
    out.extend(count);
    out.extend((size as u32).to_le_bytes());
    out.extend((directory as u32).to_le_bytes());
    out.extend([0, 0]);
    Some(out)
}

fn entry(bytes: &[u8], start: usize, next: usize) -> Option<Entry> {
    let header = bytes.get(start..start + 30)?.to_vec();
    let method = u16_at(&header, 8)?;
    let name_length = usize::from(u16_at(&header, 26)?);
    let data = start + 30 + name_length + usize::from(u16_at(&header, 28)?);
    let name = bytes.get(start + 30..start + 30 + name_length)?.to_vec();
    if data > bytes.len() || name.is_empty() || !matches!(method, 0 | 8) {
        return None;
    }
    let (mut crc, mut packed, mut unpacked) = (u32_at(&header, 14)?, u32_at(&header, 18)?, u32_at(&header, 22)?);
    if packed == 0 || u16_at(&header, 6)? & 8 != 0 {
        // The sizes follow the data, or are lost with it; inflating ends by itself.
        let end = bytes[data..next.max(data)].windows(4).rposition(|four| four == b"PK\x07\x08").map(|at| data + at);
        if let Some(at) = end {
            (crc, unpacked) = (u32_at(bytes, at + 4)?, u32_at(bytes, at + 12).unwrap_or(0));
            packed = (at - data) as u32;
        } else {
            packed = (next.max(data) - data) as u32;
            unpacked = if method == 0 { packed } else { u32::MAX >> 1 };
        }
    }
    packed = packed.min((bytes.len() - data) as u32);
    Some(Entry { offset: start, header, crc, packed, unpacked, name })
}
