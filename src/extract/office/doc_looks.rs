//! Text of an old Word document that nobody sees for its colour or size (MS-DOC 2.6.1, 2.9): its format is changed into
//! hidden, in a copy, so that the reader sets it apart. Resolves no style.

use super::colour::{BLACK, Ink, WHITE, is_lost, mixed};
use std::io::{Cursor, Write as _};
use std::ops::Range;

/// Size of a page of formats, in bytes.
const PAGE: usize = 512;

/// Most pages of formats of each kind.
const MAX_PAGES: usize = 20_000;

/// Letters of one point; narrow ones; those far above or below the line (half points).
const SMALLEST: u16 = 2;
const NARROWEST: u16 = 5;
const FARTHEST: i16 = 400;

/// `sprmCFVanish`, on, after its length.
const VANISH: [u8; 4] = [3, 0x3c, 0x08, 1];

/// Two bytes.
pub(super) fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

/// Four bytes.
pub(super) fn long(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(word(bytes, at)?) | (usize::from(word(bytes, at + 2)?) << 16))
}

/// The properties of a list: each with its operand (2.2.5).
fn properties(mut rest: &[u8]) -> Vec<(u16, &[u8])> {
    let mut all = Vec::new();
    while let (Some(code), true) = (word(rest, 0), all.len() < 500) {
        let length = match code >> 13 {
            0 | 1 => 1,
            2 | 4 | 5 => 2,
            3 => 4,
            7 => 3,
            // The definition of a table has a longer length.
            _ if code == 0xd608 => word(rest, 2).map_or(0, |length| usize::from(length) + 1),
            _ => rest.get(2).map_or(0, |length| usize::from(*length) + 1),
        };
        let Some(operand) = rest.get(2..2 + length) else { break };
        all.push((code, operand));
        rest = &rest[2 + length..];
    }
    all
}

/// A colour of four bytes: red, green, blue, and whether it is automatic (2.9.43).
fn colour(bytes: &[u8]) -> Ink {
    match bytes {
        [_, _, _, 0xff, ..] => Ink::Auto,
        [red, green, blue, ..] => Ink::Is([*red, *green, *blue]),
        _ => Ink::Unknown,
    }
}

/// One of the sixteen old colours (2.9.119).
fn old_colour(number: u16) -> Ink {
    const COLOURS: [[u8; 3]; 16] = [
        [0, 0, 0],
        [0, 0, 255],
        [0, 255, 255],
        [0, 255, 0],
        [255, 0, 255],
        [255, 0, 0],
        [255, 255, 0],
        [255, 255, 255],
        [0, 0, 128],
        [0, 128, 128],
        [0, 128, 0],
        [128, 0, 128],
        [128, 0, 0],
        [128, 128, 0],
        [128, 128, 128],
        [192, 192, 192],
    ];
    match number {
        0 => Ink::Auto,
        number => Ink::known(COLOURS.get(usize::from(number) - 1).copied()),
    }
}

/// The colour of a shading: its front over its back by the number of a pattern (2.9.121).
fn shading(front: Ink, back: Ink, pattern: u16) -> Ink {
    const SHARES: [f64; 14] = [0.0, 1.0, 0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9];
    let known = |ink, else_one| match ink {
        Ink::Is(colour) => Some(colour),
        Ink::Unset | Ink::Auto => Some(else_one),
        Ink::Unknown => None,
    };
    match (pattern, SHARES.get(usize::from(pattern))) {
        (0, _) => back,
        (0xffff, _) => Ink::Auto,
        (_, Some(share)) => match (known(front, BLACK), known(back, WHITE)) {
            (Some(front), Some(back)) => Ink::Is(mixed(front, back, *share)),
            _ => Ink::Unknown,
        },
        (_, None) => Ink::Unknown,
    }
}

/// A shading as ten bytes after their number, or as the old two.
fn ground(operand: &[u8]) -> Ink {
    match operand {
        [10, rest @ ..] if rest.len() == 10 => {
            shading(colour(&rest[..4]), colour(&rest[4..8]), word(rest, 8).unwrap_or(0xffff))
        }
        [_, _] => {
            let shd = word(operand, 0).unwrap_or(0);
            shading(old_colour(shd & 0x1f), old_colour((shd >> 5) & 0x1f), shd >> 10)
        }
        _ => Ink::Unknown,
    }
}

/// What the text between two places of the stream stands on.
struct Paragraph {
    place: Range<usize>,
    ground: Ink,
    is_in_table: bool,
}

/// The pages that a list in the table stream names.
fn pages(document: &[u8], table: &[u8], at_fib: usize) -> Vec<usize> {
    let (Some(start), Some(length)) = (long(document, at_fib), long(document, at_fib + 4)) else { return Vec::new() };
    let Some(list) = table.get(start..start.saturating_add(length)) else { return Vec::new() };
    let count = list.len().saturating_sub(4) / 8;
    let page = |at: usize| long(list, (count + 1) * 4 + at * 4).map(|number| (number & 0x3f_ffff) * PAGE);
    (0..count.min(MAX_PAGES)).filter_map(page).filter(|page| page + PAGE <= document.len()).collect()
}

fn paragraphs(document: &[u8], table: &[u8]) -> Vec<Paragraph> {
    let mut all = Vec::new();
    for start in pages(document, table, 0x102) {
        let page = &document[start..start + PAGE];
        let count = usize::from(page[PAGE - 1]);
        for at in 0..count {
            let (Some(from), Some(to)) = (long(page, at * 4), long(page, at * 4 + 4)) else { continue };
            let offset = page.get((count + 1) * 4 + at * 13).map_or(0, |offset| usize::from(*offset) * 2);
            let mut paragraph = Paragraph { place: from..to, ground: Ink::Unset, is_in_table: false };
            for (code, operand) in properties(of_paragraph(page, offset)) {
                match code {
                    0x2416 | 0x244b => paragraph.is_in_table |= operand != [0],
                    0x442d | 0xc64d => paragraph.ground = ground(operand),
                    _ => {}
                }
            }
            all.push(paragraph);
        }
    }
    all.sort_by_key(|paragraph| paragraph.place.start);
    all
}

/// The properties of a paragraph on a page, without the number of its style (2.9.175).
fn of_paragraph(page: &[u8], offset: usize) -> &[u8] {
    let whole = match (offset, page.get(offset)) {
        (0, _) | (_, None) => None,
        (_, Some(0)) => {
            let length = page.get(offset + 1).map_or(0, |words| usize::from(*words) * 2);
            page.get(offset + 2..offset + 2 + length)
        }
        (_, Some(words)) => page.get(offset + 1..offset + usize::from(*words) * 2),
    };
    whole.and_then(|whole| whole.get(2..)).unwrap_or_default()
}

/// Where the stream holds the text of boxes, whose ground is not known (2.4.1).
fn boxes(document: &[u8], table: &[u8]) -> Vec<Range<usize>> {
    let before: usize = (0..6).filter_map(|at| long(document, 0x4c + at * 4)).sum();
    let (Some(start), Some(length)) = (long(document, 0x1a2), long(document, 0x1a6)) else { return Vec::new() };
    let Some(mut clx) = table.get(start..start.saturating_add(length)) else { return Vec::new() };
    while let (Some(1), Some(length)) = (clx.first(), word(clx, 1)) {
        clx = clx.get(3 + usize::from(length)..).unwrap_or_default();
    }
    let list = clx.get(5..).filter(|_| clx.first() == Some(&2)).unwrap_or_default();
    let count = list.len().saturating_sub(4) / 12;
    let piece = |at: usize| {
        let (from, to) = (long(list, at * 4)?, long(list, at * 4 + 4)?);
        let place = long(list, (count + 1) * 4 + at * 8 + 2)?;
        let is_narrow = place & 0x4000_0000 != 0;
        let place = if is_narrow { (place & 0x3fff_ffff) / 2 } else { place & 0x3fff_ffff };
        let size = if is_narrow { 1 } else { 2 };
        let skipped = before.saturating_sub(from);
        (to > before && to > from).then(|| place + skipped * size..place + (to - from) * size)
    };
    (0..count.min(200_000)).filter_map(piece).collect()
}

/// Whether a run with these properties is lost on these grounds.
fn is_unseen(list: &[u8], grounds: &[Ink]) -> bool {
    let (mut ink, mut marker, mut own) = (Ink::Unset, Ink::Unset, Ink::Unset);
    let (mut is_bad, mut is_drawn) = (false, false);
    for (code, operand) in properties(list) {
        let number = word(operand, 0).unwrap_or(0);
        match code {
            // Deleted or hidden already.
            0x0800 | 0x083c if operand != [0] => return false,
            // Outlined, engraved, embossed letters are seen in any colour.
            0x0838 | 0x0854 | 0x0858 => is_drawn |= operand != [0],
            0x2a42 => ink = old_colour(u16::from(operand[0])),
            0x6870 => ink = colour(operand),
            0x2a0c => marker = old_colour(u16::from(operand[0])),
            0x4866 | 0xca71 => own = ground(operand),
            0x4a43 => is_bad |= number <= SMALLEST,
            0x4852 => is_bad |= number <= NARROWEST,
            0x4845 => is_bad |= (number as i16).saturating_abs() >= FARTHEST,
            _ => {}
        }
    }
    let all: Vec<Ink> = std::iter::once(own).chain(grounds.iter().copied()).collect();
    is_bad || (!is_drawn && is_lost(ink, marker, &all))
}

/// Marks the runs of a page that are lost. True: there were any.
fn mark(page: &mut [u8], grounds: impl Fn(&Range<usize>) -> [Ink; 2]) -> bool {
    let count = usize::from(page[PAGE - 1]);
    let offsets = (count + 1) * 4;
    let end = offsets + count;
    if end > PAGE {
        return false;
    }
    let (mut lost, mut kept) = (Vec::new(), Vec::new());
    for at in 0..count {
        let (Some(from), Some(to)) = (long(page, at * 4), long(page, at * 4 + 4)) else { continue };
        let offset = usize::from(page[offsets + at]) * 2;
        let length = page.get(offset).map_or(0, |length| usize::from(*length));
        let list = page.get(offset + 1..offset + 1 + length).filter(|_| offset > 0).unwrap_or_default();
        if is_unseen(list, &grounds(&(from..to))) { &mut lost } else { &mut kept }.push((at, offset));
    }
    if lost.is_empty() {
        return false;
    }
    // The new format stands in the gap before the others, or in the place of one that only lost runs have.
    let first = lost.iter().chain(&kept).map(|(_, offset)| *offset).filter(|offset| *offset > 0).min().unwrap_or(0);
    let gap = end.next_multiple_of(2);
    let is_free = |(_, offset): &&(usize, usize)| {
        page.get(*offset).is_some_and(|length| *length >= 3) && kept.iter().all(|(_, other)| other != offset)
    };
    let place = if gap + 4 <= first { Some(gap) } else { lost.iter().find(is_free).map(|(_, offset)| *offset) };
    let Some(place) = place else { return false };
    page[place..place + 4].copy_from_slice(&VANISH);
    for (at, _) in lost {
        page[offsets + at] = (place / 2) as u8;
    }
    true
}

/// A copy of the file in which text that nobody sees is hidden by its format; `None`: there is none.
pub(super) fn marked(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut document = super::compound::stream(bytes, &["/WordDocument"]);
    // Older versions have other tables.
    if word(&document, 0) != Some(0xa5ec) || word(&document, 2)? < 0xc1 {
        return None;
    }
    let name = if word(&document, 0x0a)? & 0x0200 != 0 { "/1Table" } else { "/0Table" };
    let table = super::compound::stream(bytes, &[name]);
    let (paragraphs, boxes) = (paragraphs(&document, &table), boxes(&document, &table));
    let grounds = |run: &Range<usize>| {
        let overlaps = |other: &Range<usize>| other.start < run.end && run.start < other.end;
        let first = paragraphs.partition_point(|one| one.place.end <= run.start);
        let mut here = paragraphs[first..].iter().take(1_000).take_while(|one| one.place.start < run.end);
        let of_first = here.next().map(|one| (one.ground, one.is_in_table)).unwrap_or_default();
        let is_same = here.all(|one| (one.ground, one.is_in_table) == of_first);
        let is_on_paper = is_same && !of_first.1 && !boxes.iter().any(overlaps);
        [if is_same { of_first.0 } else { Ink::Unknown }, if is_on_paper { Ink::Is(WHITE) } else { Ink::Unknown }]
    };
    let mut any = false;
    for start in pages(&document, &table, 0xfa) {
        any |= mark(&mut document[start..start + PAGE], grounds);
    }
    if !any {
        return None;
    }
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes.to_vec())).ok()?;
    file.open_stream("/WordDocument").ok()?.write_all(&document).ok()?;
    file.flush().ok()?;
    Some(file.into_inner().into_inner())
}

/// Instructions of the fields of a document, which stand between two signs in its stream, in one or two bytes a character.
pub(super) fn fields(bytes: &[u8]) -> Vec<String> {
    let document = super::compound::stream(bytes, &["/WordDocument"]);
    let mut fields = Vec::new();
    for (at, _) in document.iter().enumerate().filter(|(_, byte)| **byte == 0x13).take(50_000) {
        let rest = &document[at + 1..document.len().min(at + 1_000)];
        let instruction: String = if rest.first() == Some(&0) {
            let units = rest[1..].chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
            let units: Vec<u16> = units.take_while(|unit| !matches!(unit, 0x14 | 0x15)).collect();
            String::from_utf16_lossy(&units)
        } else {
            rest.iter().take_while(|byte| !matches!(byte, 0x14 | 0x15)).map(|byte| char::from(*byte)).collect()
        };
        if instruction.trim_start().starts_with(|c: char| c.is_ascii_alphabetic()) {
            fields.push(instruction);
        }
    }
    fields
}
