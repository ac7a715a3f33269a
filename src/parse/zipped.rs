//! The directory of a ZIP archive (APPNOTE 6.3.10): names and places of its files. Inflates nothing and believes no size;
//! where the directory lies or is missing, the files' own headers are searched.

use std::ops::Range;

/// Entries that are kept; more are counted. Far above what the budget lets out.
const MAX_ENTRIES: usize = 5_000;

/// Entries that are looked at: bounds the work in a directory of many megabytes.
const MAX_LOOKED_AT: usize = 200_000;

const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";

/// Stored as it is (4.4.5).
pub const STORED: u16 = 0;
/// RFC 1951.
pub const DEFLATED: u16 = 8;

/// A file in an archive.
#[derive(Clone, Debug)]
pub struct Entry {
    /// As it stands in the archive.
    pub name: Vec<u8>,
    /// The name is UTF-8 by its flag (4.4.4, bit 11) or by its extra field 0x7075.
    pub is_utf8: bool,
    pub is_encrypted: bool,
    pub method: u16,
    pub crc: u32,
    /// Where its packed bytes stand in the archive.
    pub data: Range<usize>,
}

/// What an archive says that it holds.
#[derive(Debug, Default)]
pub struct Directory {
    /// Files only: no folders, and nothing that file managers leave behind.
    pub entries: Vec<Entry>,
    /// Files beyond those in `entries`.
    pub more: usize,
    /// The directory was missing, short or wrong, and the files were searched.
    pub is_repaired: bool,
}

impl Directory {
    /// Reads the directory; `None`: these bytes hold no file that could be found.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let listed = end_of(bytes).and_then(|end| central(bytes, &end));
        if let Some((directory, true)) = listed {
            return Some(directory);
        }
        let mut searched = search(bytes);
        let partly = listed.map(|(directory, _)| directory).filter(|one| one.entries.len() >= searched.entries.len());
        if let Some(partly) = partly {
            searched = partly;
        }
        searched.is_repaired = true;
        (!searched.entries.is_empty()).then_some(searched)
    }

    /// The entry with this name.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name.as_bytes())
    }

    fn take(&mut self, entry: Entry) {
        if is_leftover(&entry.name) {
            return;
        }
        if self.entries.len() < MAX_ENTRIES { self.entries.push(entry) } else { self.more += 1 }
    }
}

/// Folders, and what macOS and Windows put beside people's files.
fn is_leftover(name: &[u8]) -> bool {
    let last = name.rsplit(|byte| matches!(byte, b'/' | b'\\')).next().unwrap_or_default();
    last.is_empty()
        || name.starts_with(b"__MACOSX/")
        || [&b".DS_Store"[..], b"Thumbs.db", b"desktop.ini"].iter().any(|known| last.eq_ignore_ascii_case(known))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?).into())
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?)).ok()
}

fn u64_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u64::from_le_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?)).ok()
}

/// Where the directory stands and how many entries it claims.
struct End {
    start: usize,
    /// What stands in front of the archive: places in it count from here.
    offset: usize,
    count: usize,
}

/// The end record (4.3.16), with its larger form (4.3.14) where there is one.
fn end_of(bytes: &[u8]) -> Option<End> {
    let from = bytes.len().saturating_sub(22 + 65_535);
    let tail = &bytes[from..];
    let at = from + tail.windows(4).rposition(|window| window == END)?;
    let (mut count, mut size, mut start) = (u16_at(bytes, at + 10)?, u32_at(bytes, at + 12)?, u32_at(bytes, at + 16)?);
    let mut end = at;
    let locator = at.checked_sub(20).filter(|place| bytes[*place..].starts_with(b"PK\x06\x07"));
    if let Some(large) = locator
        .and_then(|place| u64_at(bytes, place + 8))
        .filter(|large| bytes.get(*large..).is_some_and(|rest| rest.starts_with(b"PK\x06\x06")))
    {
        (count, size, start) = (u64_at(bytes, large + 32)?, u64_at(bytes, large + 40)?, u64_at(bytes, large + 48)?);
        end = large;
    }
    // A program or a header of another file may stand in front of an archive.
    let real = end.checked_sub(size).unwrap_or(start);
    let starts_there = |place: usize| bytes.get(place..).is_some_and(|rest| rest.starts_with(CENTRAL));
    let (start, offset) = if starts_there(real) { (real, real.saturating_sub(start)) } else { (start, 0) };
    Some(End { start, offset, count })
}

/// The entries of the directory (4.3.12); true: it holds as many as it claims, and each leads to a file.
fn central(bytes: &[u8], end: &End) -> Option<(Directory, bool)> {
    let (mut directory, mut at, mut seen, mut sound) = (Directory::default(), end.start, 0, true);
    while seen < MAX_LOOKED_AT && bytes.get(at..).is_some_and(|rest| rest.starts_with(CENTRAL)) {
        let (name, extra, comment) = (u16_at(bytes, at + 28)?, u16_at(bytes, at + 30)?, u16_at(bytes, at + 32)?);
        let Some(extras) = bytes.get(at + 46 + name..at + 46 + name + extra) else { break };
        let raw_name = &bytes[at + 46..at + 46 + name];
        let (mut packed, mut place) = (u32_at(bytes, at + 20)?, u32_at(bytes, at + 42)?);
        let whole = u32_at(bytes, at + 24)?;
        large_sizes(extras, whole, &mut packed, &mut place);
        seen += 1;
        match data_of(bytes, place.saturating_add(end.offset), packed) {
            Some(data) => directory.take(Entry {
                name: unicode_name(extras).unwrap_or(raw_name).to_vec(),
                is_utf8: u16_at(bytes, at + 8)? & 0x800 != 0 || unicode_name(extras).is_some(),
                is_encrypted: u16_at(bytes, at + 8)? & 1 != 0,
                method: u16::try_from(u16_at(bytes, at + 10)?).ok()?,
                crc: u32::try_from(u32_at(bytes, at + 16)?).ok()?,
                data,
            }),
            None => sound &= is_leftover(raw_name),
        }
        at += 46 + name + extra + comment;
    }
    directory.more += end.count.saturating_sub(seen).min(bytes.len() / 46) * usize::from(seen == MAX_LOOKED_AT);
    // More than 65,535 files without the larger end record: the count wraps around.
    let whole = seen == MAX_LOOKED_AT || seen & 0xffff == end.count & 0xffff;
    Some((directory, sound && whole))
}

/// The larger sizes of an extra field (4.5.3), for those that do not fit.
fn large_sizes(extras: &[u8], whole: usize, packed: &mut usize, place: &mut usize) {
    const NONE: usize = 0xffff_ffff;
    let Some(field) = extra_field(extras, 0x0001) else { return };
    let mut at = if whole == NONE { 8 } else { 0 };
    for value in [packed, place] {
        if *value == NONE
            && let Some(large) = u64_at(field, at)
        {
            *value = large;
            at += 8;
        }
    }
}

fn extra_field(mut extras: &[u8], wanted: usize) -> Option<&[u8]> {
    while let (Some(id), Some(size)) = (u16_at(extras, 0), u16_at(extras, 2)) {
        let field = extras.get(4..4 + size)?;
        if id == wanted {
            return Some(field);
        }
        extras = &extras[4 + size..];
    }
    None
}

/// The name in the Unicode Path field (4.6.9).
fn unicode_name(extras: &[u8]) -> Option<&[u8]> {
    extra_field(extras, 0x7075)?.get(5..).filter(|name| !name.is_empty() && std::str::from_utf8(name).is_ok())
}

/// Where the packed bytes stand, behind the file's own header (4.3.7).
fn data_of(bytes: &[u8], place: usize, packed: usize) -> Option<Range<usize>> {
    let header = bytes.get(place..)?;
    if !header.starts_with(LOCAL) {
        return None;
    }
    let start = place + 30 + u16_at(header, 26)? + u16_at(header, 28)?;
    let end = start.checked_add(packed)?;
    (end <= bytes.len()).then_some(start..end)
}

/// The files by their own headers, in an archive whose directory does not help.
fn search(bytes: &[u8]) -> Directory {
    let (mut directory, mut at, mut seen) = (Directory::default(), 0, 0);
    while let Some(found) = find(bytes, at, &[LOCAL])
        && seen < MAX_LOOKED_AT
    {
        at = found + 4;
        seen += 1;
        let Some(entry) = local(bytes, found) else { continue };
        at = entry.data.end.max(at);
        directory.take(entry);
    }
    directory
}

fn local(bytes: &[u8], place: usize) -> Option<Entry> {
    let header = bytes.get(place..)?;
    let (flags, method) = (u16_at(header, 6)?, u16::try_from(u16_at(header, 8)?).ok()?);
    let (name, extra) = (u16_at(header, 26)?, u16_at(header, 28)?);
    let raw_name = header.get(30..30 + name)?;
    let extras = header.get(30 + name..30 + name + extra)?;
    let start = place + 30 + name + extra;
    let packed = u32_at(header, 18)?;
    // With a size that only follows the data, or one that leads outside, the next header ends it.
    let known = start.checked_add(packed).filter(|end| flags & 8 == 0 && packed > 0 && *end <= bytes.len());
    let next = || find(bytes, start, &[LOCAL, CENTRAL, b"PK\x07\x08"]);
    let end = known.or_else(next).unwrap_or(bytes.len());
    Some(Entry {
        name: unicode_name(extras).unwrap_or(raw_name).to_vec(),
        is_utf8: flags & 0x800 != 0 || unicode_name(extras).is_some(),
        is_encrypted: flags & 1 != 0,
        method,
        crc: u32::try_from(u32_at(header, 14)?).ok()?,
        data: start..end.max(start),
    })
}

fn find(bytes: &[u8], from: usize, signs: &[&[u8]]) -> Option<usize> {
    bytes.get(from..)?.windows(4).position(|window| signs.contains(&window)).map(|at| from + at)
}
