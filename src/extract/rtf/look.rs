//! What text of RTF looks like (1.9.1, font and shading properties), and whether it is seen on its ground. Lays nothing
//! out.

use super::group::Group;
use crate::extract::office::colour::{BLACK, Ink, Rgb, WHITE, is_lost, mixed};

/// Lower lines show no letters, in twips.
const LOWEST: i32 = 40;

/// Farthest that text is raised or lowered without leaving the page, in half points.
const FARTHEST: i32 = 400;

/// Narrowest letters that are read, in per cent of their width.
const NARROWEST: i32 = 5;

/// What the text looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Look {
    pub is_hidden: bool,
    pub is_deleted: bool,
    pub is_inserted: bool,
    /// Number in the table of authors.
    pub deleted_by: usize,
    pub inserted_by: usize,
    ink: Ink,
    marker: Ink,
    ground: Ground,
    is_small: bool,
    is_narrow: bool,
    is_far: bool,
    /// Its letters have a line or a relief, by which they are seen in any colour.
    is_drawn: bool,
}

/// A shading: a colour, and one in front of it by its share in ten thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Ground {
    back: Ink,
    front: Ink,
    share: i32,
}

impl Ground {
    /// The colour that it gives.
    pub fn ink(self) -> Ink {
        let known = |ink, else_one| match ink {
            Ink::Is(colour) => Some(colour),
            Ink::Unset | Ink::Auto => Some(else_one),
            Ink::Unknown => None,
        };
        if self.share <= 0 {
            return self.back;
        }
        match (known(self.front, BLACK), known(self.back, WHITE)) {
            (Some(front), Some(back)) => Ink::Is(mixed(front, back, f64::from(self.share.min(10_000)) / 10_000.0)),
            _ => Ink::Unknown,
        }
    }

    fn take(&mut self, word: &str, number: i32, colours: &[Option<Rgb>]) -> bool {
        match word {
            "cbpat" => self.back = colour(number, colours),
            "cfpat" => self.front = colour(number, colours),
            "shading" | "shdng" => self.share = number,
            _ => return false,
        }
        true
    }
}

/// What a paragraph looks like; it ends with `\pard`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Paragraph {
    pub ground: Ground,
    /// Height of its lines, in twips; negative: exactly so.
    line: i32,
    left: i32,
    top: i32,
    width: i32,
    height: i32,
}

impl Paragraph {
    /// Whether its frame lies beyond the page.
    pub fn is_off_page(self, page: i32) -> bool {
        let is_off = |at: i32, size: i32| at > page || at.saturating_add(size.saturating_abs()) < -2_880;
        is_off(self.left, self.width) || is_off(self.top, self.height)
    }
}

/// Shadings of the cells of a row, as they are defined before it.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    next: Ground,
    all: Ground,
    cells: Vec<Ink>,
}

impl Row {
    /// The ground of a cell, from 0.
    pub fn ground(&self, cell: usize) -> Ink {
        self.cells.get(cell).copied().unwrap_or_default().or(self.all.ink())
    }

    /// Takes a word of the row's definition.
    pub fn take(&mut self, word: &str, number: i32, colours: &[Option<Rgb>]) -> bool {
        match word {
            "trowd" => *self = Self::default(),
            "cellx" if self.cells.len() < 200 => self.cells.push(std::mem::take(&mut self.next).ink()),
            "cellx" => {}
            _ if word.starts_with("cl") => {
                let word = word[2..].trim_end_matches("raw");
                return self.next.take(word, number, colours);
            }
            _ => return word.strip_prefix("tr").is_some_and(|word| self.all.take(word, number, colours)),
        }
        true
    }
}

/// A colour by its number in the table; an empty entry is automatic.
fn colour(number: i32, colours: &[Option<Rgb>]) -> Ink {
    match usize::try_from(number).ok().and_then(|at| colours.get(at)) {
        Some(Some(colour)) => Ink::Is(*colour),
        _ => Ink::Auto,
    }
}

impl Group {
    /// Takes a word on the look of text. False: it is none.
    pub(super) fn take_look(&mut self, word: &str, number: Option<i32>, colours: &[Option<Rgb>]) -> bool {
        let (on, value) = (number != Some(0), number.unwrap_or(0));
        let index = usize::try_from(value).unwrap_or(0);
        let (look, paragraph) = (&mut self.look, &mut self.paragraph);
        match word {
            "v" => look.is_hidden = on,
            "deleted" | "mvf" => look.is_deleted = on,
            "revised" | "mvt" => look.is_inserted = on,
            "revauth" => look.inserted_by = index,
            "revauthdel" => look.deleted_by = index,
            "cf" => look.ink = colour(value, colours),
            "highlight" => look.marker = colour(value, colours),
            "cb" | "chcbpat" => look.ground.back = colour(value, colours),
            "chcfpat" => look.ground.front = colour(value, colours),
            "chshdng" => look.ground.share = value,
            // Half points; text of one point is a way to hide it.
            "fs" => look.is_small = (1..=2).contains(&value),
            "charscalex" => look.is_narrow = value <= NARROWEST,
            "outl" | "impr" | "embo" => look.is_drawn = on,
            "up" | "dn" => look.is_far = value.saturating_abs() >= FARTHEST,
            "sl" => paragraph.line = value,
            "posx" => paragraph.left = value,
            "posy" => paragraph.top = value,
            "posnegx" => paragraph.left = value.saturating_abs().saturating_neg(),
            "posnegy" => paragraph.top = value.saturating_abs().saturating_neg(),
            "absw" => paragraph.width = value,
            "absh" => paragraph.height = value,
            _ => return paragraph.ground.take(word, value, colours),
        }
        true
    }

    /// Whether text with this look is lost on its ground; `grounds` are those of the cell and so on.
    pub(super) fn is_lost(&self, grounds: &[Ink]) -> bool {
        let (look, paragraph) = (self.look, self.paragraph);
        let mut all = vec![look.ground.ink(), paragraph.ground.ink()];
        all.extend(grounds);
        look.is_small
            || look.is_narrow
            || look.is_far
            || (paragraph.line < 0 && paragraph.line > -LOWEST)
            || (!look.is_drawn && is_lost(look.ink, look.marker, &all))
    }
}
