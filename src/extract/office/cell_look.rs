//! What cells of a workbook look like: the colour of their letters and of their ground, and formats that show nothing
//! (ECMA-376 part 1, 18.8; MS-XLS 2.4). Formats no number.

use super::colour::{BLACK, Ink, Rgb, Theme, WHITE, darker, is_lost, lighter, of_hex};
use super::grid::Sight;
use super::xml::Element;

/// The colours of a workbook by their number (18.8.27), from number 8; the first eight are the same again.
const COLOURS: [u32; 56] = [
    0x000000, 0xffffff, 0xff0000, 0x00ff00, 0x0000ff, 0xffff00, 0xff00ff, 0x00ffff, 0x800000, 0x008000, 0x000080,
    0x808000, 0x800080, 0x008080, 0xc0c0c0, 0x808080, 0x9999ff, 0x993366, 0xffffcc, 0xccffff, 0x660066, 0xff8080,
    0x0066cc, 0xccccff, 0x000080, 0xff00ff, 0xffff00, 0x00ffff, 0x800080, 0x800000, 0x008080, 0x0000ff, 0x00ccff,
    0xccffff, 0xccffcc, 0xffff99, 0x99ccff, 0xff99cc, 0xcc99ff, 0xffcc99, 0x3366ff, 0x33cccc, 0x99cc00, 0xffcc00,
    0xff9900, 0xff6600, 0x666699, 0x969696, 0x003366, 0x339966, 0x003300, 0x333300, 0x993300, 0x993366, 0x333399,
    0x333333,
];

/// A colour by its number; `own` are those that the workbook puts in place, from number 8.
pub(super) fn of_number(number: u32, own: &[Rgb]) -> Ink {
    let at = match number {
        0..8 => number as usize,
        8..64 => number as usize - 8,
        _ => return Ink::Auto,
    };
    let usual = || COLOURS.get(at).map(|rgb| [(rgb >> 16) as u8, (rgb >> 8) as u8, *rgb as u8]);
    Ink::known(own.get(at).copied().or_else(usual))
}

/// A colour element of a workbook: by value, by the theme with a tint, or by number.
pub(super) fn ink(element: &Element<'_>, theme: &Theme, own: &[Rgb]) -> Ink {
    let number = |name: &str| element.attribute(name).and_then(|value| value.parse::<u32>().ok());
    let colour = match (element.attribute("rgb"), number("theme"), number("indexed")) {
        (Some(hex), _, _) => of_hex(&hex),
        (_, Some(at), _) => theme.of_number(at),
        (_, _, Some(at)) => return of_number(at, own),
        _ => return Ink::Auto,
    };
    let tint = element.attribute("tint").and_then(|tint| tint.parse::<f64>().ok()).unwrap_or(0.0);
    Ink::known(colour.map(|colour| if tint < 0.0 { darker(colour, -tint) } else { lighter(colour, tint) }))
}

/// Which values a number format shows, by its sections (18.8.31).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Mask {
    /// Sections for positive and negative numbers, zero and text: show nothing.
    blank: [bool; 4],
    /// They show it in white.
    white: [bool; 4],
}

impl Mask {
    /// The mask of a code as `#,##0;;;`.
    pub fn of_code(code: &str) -> Self {
        let sections = sections(code);
        // With conditions, which section holds depends on the number.
        if code.trim().is_empty() || ["[<", "[>", "[="].iter().any(|one| code.contains(one)) {
            return Self::default();
        }
        let mut mask = Self::default();
        for at in 0..4 {
            let section = match (at, sections.get(at)) {
                (_, Some(section)) => section,
                (1 | 2, None) => &sections[0],
                _ => continue,
            };
            let lower = section.to_ascii_lowercase();
            mask.white[at] = lower.contains("[white]") || lower.contains("[color2]") || lower.contains("[color 2]");
            mask.blank[at] = sections.len() > 1 && shows_nothing(section) || (at < 3 && shows_only_blanks(section));
        }
        mask
    }

    fn section(text: &str) -> usize {
        match text.trim().parse::<f64>() {
            Ok(number) if number > 0.0 => 0,
            Ok(number) if number < 0.0 => 1,
            Ok(_) => 2,
            Err(_) => 3,
        }
    }
}

/// The sections of a code: semicolons in quotes or behind a backslash part nothing.
fn sections(code: &str) -> Vec<String> {
    let mut sections = vec![String::new()];
    let (mut in_quotes, mut is_escaped) = (false, false);
    for c in code.chars().take(1_000) {
        if c == ';' && !in_quotes && !is_escaped {
            sections.push(String::new());
            continue;
        }
        in_quotes ^= c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        if let Some(last) = sections.last_mut() {
            last.push(c);
        }
    }
    sections
}

/// A section without anything in it but colours, quotes around nothing and blanks.
fn shows_nothing(section: &str) -> bool {
    let mut left = String::new();
    let mut chars = section.chars();
    while let Some(c) = chars.next() {
        match c {
            '[' => {
                chars.by_ref().find(|c| *c == ']');
            }
            '_' | '*' => {
                chars.next();
            }
            '"' => {}
            c => left.push(c),
        }
    }
    left.trim().is_empty()
}

/// One section that is quotes around nothing.
fn shows_only_blanks(section: &str) -> bool {
    section.contains('"') && shows_nothing(section)
}

/// What a cell's style says of its words.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CellLook {
    pub ink: Ink,
    pub ground: Ink,
    pub is_small: bool,
    pub mask: Mask,
}

impl CellLook {
    /// How a cell with this value in the file is seen; automatic letters are black in a workbook, on any ground.
    pub fn sight(&self, value: &str, is_text: bool) -> Sight {
        let section = if is_text { 3 } else { Mask::section(value) };
        if self.mask.blank[section] {
            return Sight::Masked;
        }
        let own = if self.mask.white[section] { Ink::Is(WHITE) } else { self.ink };
        if self.is_small || self.is_lost(own) { Sight::Lost } else { Sight::Shown }
    }

    /// Whether letters in a colour are lost in the cell.
    pub fn is_lost(&self, ink: Ink) -> bool {
        let ink = if matches!(ink, Ink::Unset | Ink::Auto) { Ink::Is(BLACK) } else { ink };
        is_lost(ink, Ink::Unset, &[self.ground, Ink::Is(WHITE)])
    }
}
