//! The tags of EXIF and TIFF (TIFF 6.0, section 2) that tell where and by whom a picture was taken. Decodes no picture.

use super::pdf::properties::Properties;

const ARTIST: u16 = 0x013b;
const COPYRIGHT: u16 = 0x8298;
const EXIF: u16 = 0x8769;
const GPS: u16 = 0x8825;
const XP_AUTHOR: u16 = 0x9c9d;
const OWNER: u16 = 0xa430;
const GPS_LATITUDE: u16 = 0x0002;

/// Most tags of one directory, and bytes of one text.
const MAX_TAGS: usize = 1_000;
const MAX_TEXT: usize = 500;

/// Adds what the block says; one that is damaged says nothing.
pub fn read(block: &[u8], found: &mut Properties) {
    let block = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
    let Some(tiff) = Tiff::new(block) else { return };
    let Some(first) = tiff.first() else { return };
    for tag in tiff.tags(first) {
        match tag.id {
            ARTIST | COPYRIGHT => found.add_name(&tiff.text(&tag)),
            XP_AUTHOR => found.add_name(&tiff.wide_text(&tag)),
            EXIF => {
                for tag in tiff.tags(tag.value as usize).iter().filter(|tag| tag.id == OWNER) {
                    found.add_name(&tiff.text(tag));
                }
            }
            GPS => found.has_place |= tiff.tags(tag.value as usize).iter().any(|tag| tag.id == GPS_LATITUDE),
            _ => {}
        }
    }
}

/// Whether the head of a JPEG, PNG, WebP or TIFF file says where the picture was taken.
pub fn gps(head: &[u8]) -> bool {
    let mut found = Properties::default();
    read(head, &mut found);
    // JPEG marks the block by these six bytes; PNG and WebP by the name of a chunk, WebP with its length after it.
    for mark in [&b"Exif\0\0"[..], b"eXIf", b"EXIF"] {
        for at in (0..head.len().saturating_sub(mark.len())).filter(|at| head[*at..].starts_with(mark)) {
            let block = &head[at + mark.len()..];
            read(block, &mut found);
            if mark == b"EXIF" && block.len() > 4 {
                read(&block[4..], &mut found);
            }
        }
    }
    found.has_place
}

/// The frame of a TIFF: two orders of bytes, directories that point to each other.
pub struct Tiff<'b> {
    bytes: &'b [u8],
    little: bool,
}

struct Tag {
    id: u16,
    /// Bytes of the value.
    size: usize,
    /// The value itself or where it stands.
    value: u32,
    /// Where in the file `value` stands.
    place: usize,
}

impl<'b> Tiff<'b> {
    /// `None` if it does not begin like one; BigTIFF is none.
    pub fn new(bytes: &'b [u8]) -> Option<Self> {
        let little = match bytes.get(..4)? {
            b"II*\0" => true,
            b"MM\0*" => false,
            _ => return None,
        };
        Some(Self { bytes, little })
    }

    /// Where the first directory stands.
    pub fn first(&self) -> Option<usize> {
        self.long(4).map(|place| place as usize)
    }

    /// Where the directory after this one stands; 0 after the last.
    pub fn next(&self, place: usize) -> Option<usize> {
        let count = usize::from(self.short(place)?);
        self.long(place.checked_add(2 + count * 12)?).map(|place| place as usize)
    }

    fn tags(&self, place: usize) -> Vec<Tag> {
        let count = usize::from(self.short(place).unwrap_or(0)).min(MAX_TAGS);
        (0..count).map_while(|at| self.tag(place.checked_add(2 + at * 12)?)).collect()
    }

    fn tag(&self, place: usize) -> Option<Tag> {
        let width = match self.short(place + 2)? {
            3 => 2,
            4 | 9 => 4,
            5 | 10 => 8,
            _ => 1,
        };
        let size = (self.long(place + 4)? as usize).saturating_mul(width);
        Some(Tag { id: self.short(place)?, size, value: self.long(place + 8)?, place: place + 8 })
    }

    fn value(&self, tag: &Tag) -> &'b [u8] {
        let start = if tag.size <= 4 { tag.place } else { tag.value as usize };
        self.bytes.get(start..).map_or(&[], |rest| &rest[..tag.size.min(rest.len()).min(MAX_TEXT)])
    }

    fn text(&self, tag: &Tag) -> String {
        String::from_utf8_lossy(self.value(tag)).trim_matches(['\0', ' ']).to_string()
    }

    /// UTF-16, as Windows writes it.
    fn wide_text(&self, tag: &Tag) -> String {
        let (text, _, _) = encoding_rs::UTF_16LE.decode(self.value(tag));
        text.trim_matches(['\0', ' ']).to_string()
    }

    fn short(&self, place: usize) -> Option<u16> {
        let bytes = self.bytes.get(place..place.checked_add(2)?)?.try_into().ok()?;
        Some(if self.little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    fn long(&self, place: usize) -> Option<u32> {
        let bytes = self.bytes.get(place..place.checked_add(4)?)?.try_into().ok()?;
        Some(if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }
}
