//! Shapes of old Word documents and PowerPoint presentations (MS-ODRAW 2.2): where they stand, how they are filled, and
//! whether they may cover text. Draws nothing.

use super::cover::{Area, Fate, Placed, fates};
use super::doc_looks::{long, word};
use std::collections::{HashMap, HashSet};

/// Most levels of containers, and most shapes of a file.
const MAX_DEPTH: usize = 16;
const MAX_SHAPES: usize = 20_000;

/// Kinds of shapes (2.4.24): picture frame, and those that are lines or pictures of words.
const PICTURE: u16 = 75;

/// A shape of a drawing.
#[derive(Debug, Default)]
struct Shape {
    id: usize,
    kind: u16,
    is_filled: bool,
    has_text: bool,
    text: String,
    area: Option<Area>,
    /// The outermost shape of a drawing, which is no shape but its frame.
    is_frame: bool,
}

impl Shape {
    fn is_line(&self) -> bool {
        matches!(self.kind, 0 | 20 | 32..=40 | 136..=175)
    }

    fn placed(&self) -> Placed {
        let is_picture = self.kind == PICTURE;
        Placed {
            area: self.area,
            covers: (self.is_filled || is_picture) && !self.is_line(),
            has_words: self.has_text,
            is_picture,
            is_loose: !matches!(self.kind, 1 | 2 | 3 | 75 | 202),
            ..Placed::default()
        }
    }
}

/// A record: its kind, its instance, whether it holds others, its content, and what follows it.
type Record<'a> = (u16, u16, bool, &'a [u8], &'a [u8]);

fn record(bytes: &[u8]) -> Option<Record<'_>> {
    let (head, kind, length) = (word(bytes, 0)?, word(bytes, 2)?, long(bytes, 4)?);
    let end = bytes.len().min(length.saturating_add(8));
    Some((kind, head >> 4, head & 0x0f == 0x0f, &bytes[8..end], &bytes[end..]))
}

/// Adds the shapes in these records, in the order in which they are drawn.
fn collect(mut rest: &[u8], depth: usize, shapes: &mut Vec<Shape>) {
    while let (Some((kind, _, is_container, data, after)), true) = (record(rest), shapes.len() < MAX_SHAPES) {
        rest = after;
        match kind {
            0xf004 => {
                let mut shape = Shape::default();
                shape_of(data, &mut shape, depth);
                if !shape.is_frame {
                    shapes.push(shape);
                }
            }
            _ if is_container && depth < MAX_DEPTH => collect(data, depth + 1, shapes),
            _ => {}
        }
    }
}

fn shape_of(mut rest: &[u8], shape: &mut Shape, depth: usize) {
    while let Some((kind, instance, _, data, after)) = record(rest) {
        rest = after;
        match kind {
            0xf00a => {
                (shape.kind, shape.id) = (instance, long(data, 0).unwrap_or(0));
                // The frame of a drawing or group, a deleted shape, or the background.
                shape.is_frame = long(data, 4).is_some_and(|flags| flags & 0x40d != 0);
            }
            0xf00b => properties(data, instance, shape),
            0xf010 => shape.area = anchor(data),
            0xf00d => {
                shape.has_text = true;
                text(data, shape, depth + 1);
            }
            _ => {}
        }
    }
}

/// The properties that tell of its fill and its text (2.3.7, 2.3.21).
fn properties(data: &[u8], count: u16, shape: &mut Shape) {
    for at in 0..usize::from(count) {
        let (Some(id), Some(value)) = (word(data, at * 6), long(data, at * 6 + 2)) else { break };
        match id & 0x3fff {
            0x0080 => shape.has_text |= value != 0,
            0x0181 => shape.is_filled = true,
            0x0182 if value < 0x8000 => shape.is_filled = false,
            // The switch, and whether it is set.
            0x01bf if value & 0x10_0000 != 0 => shape.is_filled = value & 0x10 != 0,
            _ => {}
        }
    }
}

/// Top, left, right and bottom in two or four bytes each, in 576ths of an inch (MS-PPT 2.7.1).
fn anchor(data: &[u8]) -> Option<Area> {
    let number = |at: usize| -> Option<f64> {
        Some(match data.len() {
            8 => f64::from(word(data, at * 2)? as i16),
            16 => f64::from(long(data, at * 4)? as u32 as i32),
            _ => return None,
        })
    };
    let (top, left, right, bottom) = (number(0)?, number(1)?, number(2)?, number(3)?);
    Some(Area { x: left, y: top, width: right - left, height: bottom - top })
}

/// The words in a text box of a slide; those of placeholders may stand elsewhere.
fn text(mut rest: &[u8], shape: &mut Shape, depth: usize) {
    while let Some((kind, _, is_container, data, after)) = record(rest) {
        rest = after;
        match kind {
            0x0fa0 => {
                let units: Vec<u16> = data.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
                shape.text.push_str(&String::from_utf16_lossy(&units));
            }
            0x0fa8 => shape.text.extend(data.iter().map(|byte| char::from(*byte))),
            _ if is_container && depth < MAX_DEPTH => text(data, shape, depth + 1),
            _ => {}
        }
    }
}

/// How many shapes without text stand in front of the text of an old Word document, filled.
pub(super) fn covers_of_document(bytes: &[u8]) -> u32 {
    let document = super::compound::stream(bytes, &["/WordDocument"]);
    if word(&document, 0) != Some(0xa5ec) || word(&document, 2).is_none_or(|version| version < 0xc1) {
        return 0;
    }
    let is_first = word(&document, 0x0a).is_some_and(|flags| flags & 0x0200 != 0);
    let table = super::compound::stream(bytes, &[if is_first { "/1Table" } else { "/0Table" }]);
    let part = |at: usize| -> &[u8] {
        let (Some(start), Some(length)) = (long(&document, at), long(&document, at + 4)) else { return &[] };
        table.get(start..start.saturating_add(length)).unwrap_or_default()
    };
    // Where shapes are anchored in the body, and how text runs around them (MS-DOC 2.9.253).
    let list = part(0x1da);
    let count = list.len().saturating_sub(4) / 30;
    let in_front = |at: usize| {
        let start = (count + 1) * 4 + at * 26;
        let (id, flags) = (long(list, start)?, word(list, start + 20)?);
        ((flags >> 5) & 0xf == 3 && flags & 0x4000 == 0).then_some(id)
    };
    let in_front: HashSet<usize> = (0..count.min(MAX_SHAPES)).filter_map(in_front).collect();
    let mut shapes = Vec::new();
    // The general part, then the drawings, each after one byte that says where it belongs.
    let mut rest = part(0x22a);
    if let Some((0xf000, _, _, _, after)) = record(rest) {
        rest = after;
    }
    while let Some((_, _, _, data, after)) = rest.get(1..).and_then(record) {
        collect(data, 0, &mut shapes);
        rest = after;
    }
    let is_cover = |shape: &&Shape| in_front.contains(&shape.id) && !shape.has_text && shape.kind != PICTURE;
    shapes.iter().filter(is_cover).filter(|shape| shape.placed().covers).count() as u32
}

/// What lies under shapes of an old presentation.
#[derive(Default)]
pub(super) struct Covered {
    /// Texts that nobody sees: under a shape, and beyond the slide.
    pub under: Vec<String>,
    pub beyond: Vec<String>,
    /// Shapes that cover a part of a text, or one whose words stand elsewhere.
    pub touching: u32,
}

/// Reads the shapes of the slides of an old presentation (MS-PPT 2.5.1).
pub(super) fn covered_on_slides(bytes: &[u8]) -> Covered {
    let stream = super::compound::stream(bytes, &["/PowerPoint Document"]);
    let (mut slides, mut live, mut size) = (Vec::new(), HashMap::new(), None);
    let mut at = 0;
    while let Some((kind, _, _, data, after)) = stream.get(at..).and_then(record) {
        match kind {
            0x03ee => slides.push((at, data)),
            // Where the parts stand; a later list takes the place of an earlier one.
            0x1772 => persist(data, &mut live),
            0x03e8 => {
                if let Some((0x03e9, _, _, atom, _)) = record(data) {
                    size = long(atom, 0).zip(long(atom, 4)).map(|(width, height)| (width as f64, height as f64));
                }
            }
            _ => {}
        }
        at = stream.len() - after.len();
    }
    let mut covered = Covered::default();
    let is_live = |at: &usize| live.is_empty() || live.values().any(|one| one == at);
    for (_, data) in slides.iter().filter(|(at, _)| is_live(at)).take(5_000) {
        let mut shapes = Vec::new();
        collect(data, 0, &mut shapes);
        let placed: Vec<Placed> = shapes.iter().map(Shape::placed).collect();
        for (shape, fate) in shapes.into_iter().zip(fates(&placed, size)) {
            let text = shape.text.trim().to_string();
            match fate {
                Fate::Seen => {}
                Fate::Covered if !text.is_empty() => covered.under.push(text),
                Fate::OffPage if !text.is_empty() => covered.beyond.push(text),
                Fate::Touched | Fate::Covered | Fate::OffPage => covered.touching += 1,
            }
        }
    }
    covered
}

/// A list of places: groups of a first number with a count, then as many places (MS-PPT 2.3.4).
fn persist(data: &[u8], live: &mut HashMap<usize, usize>) {
    let mut at = 0;
    while let Some(head) = long(data, at) {
        let (first, count) = (head & 0xf_ffff, head >> 20);
        for n in 0..count {
            if let Some(place) = long(data, at + 4 + n * 4) {
                live.insert(first + n, place);
            }
        }
        at += 4 + count * 4;
    }
}
