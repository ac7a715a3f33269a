//! What the cells of an old workbook look like, and which of its rows and columns are hidden (MS-XLS 2.4). Reads no text.

use super::cell_look::{CellLook, Mask, of_number};
use super::colour::{Ink, Rgb};
use std::collections::{HashMap, HashSet};

/// Most records that are looked at.
const MAX_RECORDS: usize = 3_000_000;

/// Lower rows (twips) and narrower columns (256ths of a letter) are not seen.
const LOWEST: u16 = 20;
const NARROWEST: u16 = 26;

/// Smallest letters that are read, in twips.
const SMALLEST: u16 = 20;

/// What a sheet hides; rows and columns from 1.
#[derive(Default)]
pub(super) struct Hidden {
    pub rows: HashSet<u32>,
    pub columns: Vec<(u32, u32)>,
}

/// What the records of a workbook's stream say.
#[derive(Default)]
pub(super) struct Looks {
    /// By the number of their format.
    pub cells: Vec<CellLook>,
    /// By the place of their sheet in the workbook.
    pub sheets: Vec<Hidden>,
}

/// Font, number format, and pattern and colour of the fill.
type CellFormat = (usize, u16, Option<(u32, u32)>);

#[derive(Default)]
struct Globals {
    /// Fonts whose letters are too small to be read.
    small: Vec<bool>,
    palette: Vec<Rgb>,
    codes: HashMap<u16, Mask>,
    formats: Vec<CellFormat>,
    /// Numbers of the colours of the fonts.
    colours: Vec<u16>,
    /// Where the sheets begin.
    places: Vec<usize>,
}

/// Reads a workbook's stream.
pub(super) fn read(bytes: &[u8]) -> Looks {
    let stream = super::compound::stream(bytes, &["/Workbook", "/Book"]);
    let globals = globals(&stream);
    let sheets = globals.places.iter().take(1_000).map(|place| sheet(&stream, *place)).collect();
    Looks { cells: globals.cells(), sheets }
}

fn number(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes([*data.get(at)?, *data.get(at + 1)?]))
}

/// The records from a place up to the end of the part that begins there.
fn records(stream: &[u8], from: usize) -> impl Iterator<Item = (u16, &[u8])> {
    let (mut at, mut depth) = (from, 0_u32);
    let next = move || {
        let (kind, length) = (number(stream, at)?, usize::from(number(stream, at + 2)?));
        let data = stream.get(at + 4..at + 4 + length)?;
        at += 4 + length;
        match kind {
            0x0809 => depth += 1,
            0x000a => depth = depth.saturating_sub(1),
            _ => {}
        }
        // Charts within a sheet are parts of their own.
        Some((kind, data, depth))
    };
    let within = std::iter::from_fn(next).take(MAX_RECORDS).take_while(|(_, _, depth)| *depth > 0);
    within.filter(|(_, _, depth)| *depth == 1).map(|(kind, data, _)| (kind, data))
}

fn globals(stream: &[u8]) -> Globals {
    let mut globals = Globals::default();
    for (kind, data) in records(stream, 0) {
        match kind {
            0x0031 => {
                let small = number(data, 0).is_some_and(|height| height <= SMALLEST);
                globals.colours.push(number(data, 4).unwrap_or(0x7fff));
                globals.small.push(small);
            }
            0x0092 => {
                globals.palette =
                    data.get(2..).unwrap_or_default().chunks_exact(4).map(|c| [c[0], c[1], c[2]]).collect()
            }
            0x041e => {
                if let (Some(id), Some(code)) = (number(data, 0), code(data.get(2..).unwrap_or_default())) {
                    globals.codes.insert(id, Mask::of_code(&code));
                }
            }
            0x00e0 if globals.formats.len() < 100_000 => globals.formats.push(format(data)),
            0x0085 => {
                if let (Some(low), Some(high)) = (number(data, 0), number(data, 2)) {
                    globals.places.push(usize::from(low) | (usize::from(high) << 16));
                }
            }
            _ => {}
        }
    }
    globals
}

/// A format code, in one or two bytes a character; before 1997 its length was one byte.
fn code(data: &[u8]) -> Option<String> {
    let length = usize::from(number(data, 0)?);
    if length + 3 > data.len() {
        return data.get(1..).map(|rest| rest.iter().map(|byte| char::from(*byte)).collect());
    }
    let (flags, rest) = (data[2], &data[3..]);
    Some(if flags & 1 == 0 {
        rest.iter().take(length).map(|byte| char::from(*byte)).collect()
    } else {
        let units: Vec<u16> = rest.chunks_exact(2).take(length).map(|c| u16::from_le_bytes([c[0], c[1]])).collect();
        String::from_utf16_lossy(&units)
    })
}

/// Font, number format and fill of a cell format (2.4.353): pattern and colour; a shorter one is of before 1997.
fn format(data: &[u8]) -> CellFormat {
    // The font of number 4 does not exist.
    let font = usize::from(number(data, 0).unwrap_or(0));
    let font = if font > 4 { font - 1 } else { font };
    let wide = |at: usize| Some(u32::from(number(data, at)?) | (u32::from(number(data, at + 2)?) << 16));
    let fill = if data.len() >= 20 {
        wide(14).zip(number(data, 18)).map(|(border, colours)| (border >> 26, u32::from(colours) & 0x7f))
    } else {
        wide(8).map(|fill| ((fill >> 16) & 0x3f, fill & 0x7f))
    };
    (font, number(data, 2).unwrap_or(0), fill)
}

impl Globals {
    fn cells(&self) -> Vec<CellLook> {
        let look = |(font, code, fill): &CellFormat| CellLook {
            ink: self.colours.get(*font).map_or(Ink::Auto, |number| of_number(u32::from(*number), &self.palette)),
            ground: match fill {
                None | Some((0, _)) => Ink::Auto,
                Some((1, colour)) => of_number(*colour, &self.palette),
                Some(_) => Ink::Unknown,
            },
            is_small: self.small.get(*font) == Some(&true),
            mask: self.codes.get(code).copied().unwrap_or_default(),
        };
        self.formats.iter().map(look).collect()
    }
}

fn sheet(stream: &[u8], place: usize) -> Hidden {
    let mut hidden = Hidden::default();
    for (kind, data) in records(stream, place) {
        match kind {
            // The height is the default where its highest bit is set.
            0x0208 => {
                let is_flat = number(data, 6).is_some_and(|height| height < LOWEST);
                if (data.get(12).is_some_and(|flags| flags & 0x20 != 0) || is_flat)
                    && let Some(row) = number(data, 0)
                {
                    hidden.rows.insert(u32::from(row) + 1);
                }
            }
            0x007d => {
                let is_narrow = number(data, 4).is_some_and(|width| width < NARROWEST);
                if (data.get(8).is_some_and(|flags| flags & 1 != 0) || is_narrow)
                    && let (Some(first), Some(last), true) =
                        (number(data, 0), number(data, 2), hidden.columns.len() < 1_000)
                {
                    hidden.columns.push((u32::from(first) + 1, u32::from(last.min(255)) + 1));
                }
            }
            _ => {}
        }
    }
    hidden
}
