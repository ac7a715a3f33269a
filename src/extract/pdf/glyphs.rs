//! Characters of glyphs that a PDF gives no character for, by the table of the embedded font that leads from characters
//! to glyphs (OpenType 1.9, `cmap`), read backwards. Draws no glyph.

use hayro_interpret::font::{FontData, OutlineGlyph};
use std::collections::HashMap;

/// Glyphs of one page that are looked up so, and fonts that are kept.
const MAX_LOOKUPS: usize = 50_000;
const MAX_FONTS: usize = 64;

/// Characters of one font that are read.
const MAX_CHARS: usize = 70_000;

/// The fonts of a document that had to be asked.
#[derive(Default)]
pub struct Fonts {
    /// By the place of their bytes, which are held so that the place stays theirs.
    known: HashMap<usize, (FontData, HashMap<u32, char>)>,
    lookups: usize,
}

impl Fonts {
    /// The character that the glyph's font has it for; `None` if the font does not say.
    pub fn meaning(&mut self, glyph: &OutlineGlyph) -> Option<char> {
        self.lookups += 1;
        if self.lookups > MAX_LOOKUPS || (self.known.len() >= MAX_FONTS) {
            return None;
        }
        let data = glyph.font_data()?.data;
        let place = (*data).as_ref().as_ptr() as usize;
        let (_, meanings) = self.known.entry(place).or_insert_with(|| {
            let meanings = meanings((*data).as_ref()).unwrap_or_default();
            (data, meanings)
        });
        meanings.get(&glyph.glyph_id().to_u32()).copied()
    }
}

fn short(bytes: &[u8], place: usize) -> Option<u32> {
    Some(u32::from(u16::from_be_bytes(bytes.get(place..place.checked_add(2)?)?.try_into().ok()?)))
}

fn long(bytes: &[u8], place: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(place..place.checked_add(4)?)?.try_into().ok()?))
}

/// From glyphs to characters.
fn meanings(font: &[u8]) -> Option<HashMap<u32, char>> {
    let tables = short(font, 4)? as usize;
    let entry = (0..tables.min(64)).map(|at| 12 + at * 16).find(|at| font.get(*at..at + 4) == Some(b"cmap"))?;
    let cmap = font.get(long(font, entry + 8)? as usize..)?;
    let mut ranked: Vec<(u32, Kind, usize)> = Vec::new();
    for at in 0..short(cmap, 2)?.min(32) as usize {
        let record = 4 + at * 8;
        let (platform, encoding) = (short(cmap, record)?, short(cmap, record + 2)?);
        let (rank, kind) = match (platform, encoding) {
            (3, 10) => (0, Kind::Unicode),
            (0, _) | (3, 1) => (1, Kind::Unicode),
            (3, 0) => (2, Kind::Symbol),
            (1, 0) => (3, Kind::Macintosh),
            _ => continue,
        };
        ranked.push((rank, kind, long(cmap, record + 4)? as usize));
    }
    ranked.sort_by_key(|one| one.0);
    let mut meanings = HashMap::new();
    for (_, kind, place) in ranked {
        let mut put = |code: u32, glyph: u32| {
            if glyph != 0
                && meanings.len() < MAX_CHARS
                && let Some(c) = kind.character(code)
            {
                meanings.entry(glyph).or_insert(c);
            }
        };
        // A table that breaks off gives what it has.
        let _ = read_table(cmap.get(place..)?, &mut put);
        if !meanings.is_empty() {
            break;
        }
    }
    Some(meanings)
}

#[derive(Clone, Copy)]
enum Kind {
    Unicode,
    Symbol,
    Macintosh,
}

impl Kind {
    fn character(self, code: u32) -> Option<char> {
        let c = match self {
            Self::Unicode => char::from_u32(code)?,
            // Codes of symbol fonts stand at U+F000; letters keep the place that they have in Windows' table.
            Self::Symbol => single(encoding_rs::WINDOWS_1252, (code & 0xff) as u8)?,
            Self::Macintosh => single(encoding_rs::MACINTOSH, u8::try_from(code).ok()?)?,
        };
        let private = matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..);
        (!c.is_control() && !private).then_some(c)
    }
}

fn single(encoding: &'static encoding_rs::Encoding, byte: u8) -> Option<char> {
    encoding.decode_without_bom_handling(&[byte]).0.chars().next()
}

fn read_table(table: &[u8], put: &mut impl FnMut(u32, u32)) -> Option<()> {
    match short(table, 0)? {
        0 => (0..256).for_each(|code| put(code, table.get(6 + code as usize).map_or(0, |glyph| u32::from(*glyph)))),
        4 => read_segments(table, put)?,
        6 => {
            let (first, count) = (short(table, 6)?, short(table, 8)?);
            for at in 0..count {
                put(first + at, short(table, 10 + at as usize * 2)?);
            }
        }
        12 => {
            let mut left = MAX_CHARS as u32;
            for at in 0..long(table, 12)?.min(MAX_CHARS as u32) as usize {
                let group = 16 + at * 12;
                let (first, last, glyph) = (long(table, group)?, long(table, group + 4)?, long(table, group + 8)?);
                let count = last.checked_sub(first)?.min(left);
                left -= count;
                (0..=count).for_each(|step| put(first.saturating_add(step), glyph.saturating_add(step)));
            }
        }
        _ => {}
    }
    Some(())
}

/// Format 4: runs of characters with a shift or a list of glyphs each.
fn read_segments(table: &[u8], put: &mut impl FnMut(u32, u32)) -> Option<()> {
    let count = short(table, 6)? as usize / 2;
    let (ends, starts) = (14, 16 + count * 2);
    let (shifts, offsets) = (starts + count * 2, starts + count * 4);
    let mut left = MAX_CHARS;
    for at in 0..count {
        let (end, start) = (short(table, ends + at * 2)?, short(table, starts + at * 2)?);
        let (shift, offset) = (short(table, shifts + at * 2)?, short(table, offsets + at * 2)?);
        for code in start..=end.min(0xfffe) {
            left = left.checked_sub(1)?;
            let glyph = if offset == 0 {
                code.wrapping_add(shift) & 0xffff
            } else {
                let place = offsets + at * 2 + offset as usize + (code - start) as usize * 2;
                match short(table, place)? {
                    0 => 0,
                    glyph => glyph.wrapping_add(shift) & 0xffff,
                }
            };
            put(code, glyph);
        }
    }
    Some(())
}
