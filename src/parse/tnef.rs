//! Outlook's winmail.dat ([MS-OXTNEF]): the attributes of the message and its files. Follows no length beyond the end.

use super::mapi::{Properties, Value, id};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Attributes that are read of one stream.
const MAX_ATTRIBUTES: usize = 50_000;

/// Properties that are read of one set.
const MAX_PROPERTIES: usize = 5_000;

const RENDERING: u32 = 0x0006_9002;
const TITLE: u32 = 0x0001_8010;
const DATA: u32 = 0x0006_800f;
const FILE_PROPERTIES: u32 = 0x0006_9005;
const MESSAGE_PROPERTIES: u32 = 0x0006_9003;
const RECIPIENTS: u32 = 0x0006_9004;
const CODE_PAGE: u32 = 0x0006_9007;
const SUBJECT: u32 = 0x0001_8004;
const BODY: u32 = 0x0002_800c;

/// A file in the stream.
#[derive(Default)]
pub struct File<'b> {
    /// In the charset of the stream.
    pub title: Option<&'b [u8]>,
    pub data: Option<&'b [u8]>,
    pub properties: Properties<'b>,
}

/// What a stream holds.
#[derive(Default)]
pub struct Stream<'b> {
    pub properties: Properties<'b>,
    pub recipients: Vec<Properties<'b>>,
    pub files: Vec<File<'b>>,
    /// A length leads beyond the end, or a sum does not fit.
    pub is_damaged: bool,
}

/// Reads a stream; `None`: it does not begin as one.
pub fn read(bytes: &[u8]) -> Option<Stream<'_>> {
    let mut rest = Bytes(bytes.strip_prefix(&[0x78, 0x9f, 0x3e, 0x22])?);
    rest.take(2)?;
    let mut stream = Stream::default();
    let mut code_page = None;
    for _ in 0..MAX_ATTRIBUTES {
        if rest.0.is_empty() {
            break;
        }
        let Some((tag, value)) = attribute(&mut rest, &mut stream.is_damaged) else {
            stream.is_damaged = true;
            break;
        };
        match tag {
            CODE_PAGE => code_page = Bytes(value).u32().map(i64::from),
            SUBJECT => put_text(&mut stream.properties, id::SUBJECT, value),
            BODY => put_text(&mut stream.properties, id::BODY, value),
            MESSAGE_PROPERTIES => {
                let mut inside = Bytes(value);
                match properties(&mut inside) {
                    Some(found) => stream.properties.0.extend(found.0),
                    None => stream.is_damaged = true,
                }
            }
            RECIPIENTS => {
                let mut inside = Bytes(value);
                let count = inside.u32().unwrap_or(0);
                let rows = (0..count.min(1_000)).map_while(|_| properties(&mut inside));
                stream.recipients.extend(rows);
            }
            RENDERING => stream.files.push(File::default()),
            TITLE | DATA | FILE_PROPERTIES => {
                if stream.files.is_empty() {
                    stream.files.push(File::default());
                }
                if let Some(file) = stream.files.last_mut() {
                    match tag {
                        TITLE => file.title = Some(value),
                        DATA => file.data = Some(value),
                        _ => match properties(&mut Bytes(value)) {
                            Some(found) => file.properties = found,
                            None => stream.is_damaged = true,
                        },
                    }
                }
            }
            _ => {}
        }
    }
    if let Some(page) = code_page {
        stream.properties.0.entry(id::MESSAGE_CODE_PAGE).or_insert(Value::Number(page));
    }
    Some(stream)
}

fn put_text<'b>(properties: &mut Properties<'b>, id: u16, value: &'b [u8]) {
    properties.0.entry(id).or_insert(Value::Text8(Cow::Borrowed(value)));
}

/// Level, tag, value and sum (2.1.3.1). What ends too early gives what there is of it.
fn attribute<'b>(rest: &mut Bytes<'b>, damaged: &mut bool) -> Option<(u32, &'b [u8])> {
    let level = *rest.take(1)?.first()?;
    let tag = rest.u32()?;
    let length = rest.u32()? as usize;
    if !(1..=2).contains(&level) {
        return None;
    }
    if length > rest.0.len() {
        *damaged = true;
        return Some((tag, std::mem::take(&mut rest.0)));
    }
    let value = rest.take(length)?;
    let sum = value.iter().fold(0_u16, |sum, byte| sum.wrapping_add((*byte).into()));
    *damaged |= rest.u16().is_none_or(|written| written != sum);
    Some((tag, value))
}

/// A set of properties (2.1.3.4). What ends too early gives those before; `None`: not one.
fn properties<'b>(rest: &mut Bytes<'b>) -> Option<Properties<'b>> {
    let count = rest.u32()? as usize;
    let mut found = BTreeMap::new();
    for number in 0..count.min(MAX_PROPERTIES) {
        match property(rest) {
            Some((id, value)) => found.extend(value.map(|value| (id, value))),
            None if number == 0 => return None,
            None => break,
        }
    }
    Some(Properties(found))
}

fn property<'b>(rest: &mut Bytes<'b>) -> Option<(u16, Option<Value<'b>>)> {
    let (kind, id) = (rest.u16()?, rest.u16()?);
    if id >= 0x8000 {
        rest.take(16)?;
        // Named by a number or by a text.
        if rest.u32()? == 0 {
            rest.take(4)?;
        } else {
            let length = rest.u32()? as usize;
            rest.padded(length)?;
        }
    }
    let is_many = kind & 0x1000 != 0;
    let kind = kind & 0x0fff;
    let has_count = is_many || matches!(kind, 0x1e | 0x1f | 0x0d | 0x102);
    let count = if has_count { rest.u32()? } else { 1 };
    let mut first = None;
    for _ in 0..count {
        let value = match kind {
            0x02 | 0x0b => Value::Number(i64::from(u16::from_le_bytes(rest.take(4)?.get(..2)?.try_into().ok()?))),
            0x03 | 0x04 | 0x0a => Value::Number(rest.u32()?.into()),
            0x05..=0x07 | 0x14 | 0x40 => Value::Number(i64::from_le_bytes(rest.take(8)?.try_into().ok()?)),
            0x48 => Value::Bytes(Cow::Borrowed(rest.take(16)?)),
            0x1e | 0x1f | 0x0d | 0x102 => {
                let length = rest.u32()? as usize;
                let bytes = rest.padded(length)?;
                match kind {
                    0x1e => Value::Text8(Cow::Borrowed(bytes)),
                    0x1f => Value::Text(wide(bytes)),
                    _ => Value::Bytes(Cow::Borrowed(bytes)),
                }
            }
            _ => return None,
        };
        first.get_or_insert(value);
    }
    // Several values are of no use here.
    Some((id, first.filter(|_| !is_many)))
}

/// UTF-16, little-endian.
pub fn wide(bytes: &[u8]) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units).trim_end_matches('\0').into()
}

struct Bytes<'b>(&'b [u8]);

impl<'b> Bytes<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// Values fill up words of four bytes; the last one may not.
    fn padded(&mut self, length: usize) -> Option<&'b [u8]> {
        let taken = self.take(length)?;
        let padding = (4 - length % 4) % 4;
        self.0 = &self.0[padding.min(self.0.len())..];
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.take(2)?.try_into().ok()?))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }
}
