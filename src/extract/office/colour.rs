//! Whether text can be told from the ground on which it stands: one rule for all office formats, and the colours by which
//! they name it. Knows no layout: a ground that is not known hides nothing.

use super::xml::{self, Element, Visitor};
use std::collections::HashMap;

/// Red, green and blue.
pub(crate) type Rgb = [u8; 3];

pub(crate) const BLACK: Rgb = [0; 3];
pub(crate) const WHITE: Rgb = [255; 3];

/// Most that each of red, green and blue may differ between two colours that no reader tells apart.
const NEAR: u8 = 20;

/// A colour of text or ground, as a format gives it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Nothing is said; what lies around or below decides.
    #[default]
    Unset,
    /// Of text: black, or white where the ground is dark. Of a ground: none.
    Auto,
    Is(Rgb),
    /// A pattern, a picture, or a colour that is defined elsewhere.
    Unknown,
}

impl Ink {
    /// This one, or where it says nothing the other.
    pub fn or(self, other: Self) -> Self {
        if self == Self::Unset { other } else { self }
    }

    /// The ink of a colour that may be known.
    pub fn known(colour: Option<Rgb>) -> Self {
        colour.map_or(Self::Unknown, Self::Is)
    }

    fn is_paint(self) -> bool {
        matches!(self, Self::Is(_) | Self::Unknown)
    }
}

/// Whether no reader tells these colours apart.
pub(crate) fn is_near(one: Rgb, other: Rgb) -> bool {
    one.iter().zip(other).all(|(a, b)| a.abs_diff(b) <= NEAR)
}

/// Whether text is lost on its ground. `marker` is a highlighter, on which automatic text stays black; `grounds` are those
/// of the run, the paragraph, the cell and so on, the innermost first.
pub(crate) fn is_lost(text: Ink, marker: Ink, grounds: &[Ink]) -> bool {
    if marker.is_paint() {
        let text = if text.is_paint() { text } else { Ink::Is(BLACK) };
        return matches!((text, marker), (Ink::Is(text), Ink::Is(ground)) if is_near(text, ground));
    }
    let ground = grounds.iter().find(|ground| ground.is_paint());
    matches!((text, ground), (Ink::Is(text), Some(Ink::Is(ground))) if is_near(text, *ground))
}

/// A colour of six hexadecimal digits, with or without `#`; of eight, the first two are the opacity.
pub(crate) fn of_hex(hex: &str) -> Option<Rgb> {
    let digits = hex.trim().trim_start_matches('#');
    let digits = if digits.len() == 8 { digits.get(2..)? } else { digits };
    if digits.len() != 6 || !digits.is_ascii() {
        return None;
    }
    let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

/// The colours of a highlighter (ECMA-376 part 1, 17.18.40), and those that VML and DrawingML name most.
pub(crate) fn of_name(name: &str) -> Ink {
    Ink::Is(match name {
        "" | "none" => return Ink::Auto,
        "black" => BLACK,
        "white" | "window" => WHITE,
        "blue" => [0, 0, 255],
        "cyan" | "aqua" => [0, 255, 255],
        "green" | "lime" => [0, 255, 0],
        "magenta" | "fuchsia" => [255, 0, 255],
        "red" => [255, 0, 0],
        "yellow" => [255, 255, 0],
        "darkBlue" | "navy" => [0, 0, 128],
        "darkCyan" | "teal" => [0, 128, 128],
        "darkGreen" => [0, 128, 0],
        "darkMagenta" | "purple" => [128, 0, 128],
        "darkRed" | "maroon" => [128, 0, 0],
        "darkYellow" | "olive" => [128, 128, 0],
        "darkGray" | "gray" | "grey" => [128, 128, 128],
        "lightGray" | "silver" => [192, 192, 192],
        other => return Ink::known(of_hex(other)),
    })
}

/// A colour made lighter (`part` of 1 is white).
pub(crate) fn lighter(colour: Rgb, part: f64) -> Rgb {
    colour.map(|one| (f64::from(one) + (255.0 - f64::from(one)) * part.clamp(0.0, 1.0)).round() as u8)
}

/// A colour made darker (`part` of 1 is black).
pub(crate) fn darker(colour: Rgb, part: f64) -> Rgb {
    colour.map(|one| (f64::from(one) * (1.0 - part.clamp(0.0, 1.0))).round() as u8)
}

/// `part` of one colour over another.
pub(crate) fn mixed(over: Rgb, below: Rgb, part: f64) -> Rgb {
    let mix = |at: usize| (f64::from(over[at]) * part + f64::from(below[at]) * (1.0 - part)).round() as u8;
    [mix(0), mix(1), mix(2)]
}

/// The colours of a theme (ECMA-376 part 1, 20.1.6.2), by their name as `dk1`, `accent2`.
#[derive(Debug, Default)]
pub(super) struct Theme {
    colours: HashMap<String, Rgb>,
    /// Names that a master gives to them, as `bg1` for `dk1`.
    names: HashMap<String, String>,
    open: String,
    is_scheme: bool,
}

impl Theme {
    /// Reads `theme1.xml`.
    pub fn read(xml: &str) -> Self {
        let mut theme = Self::default();
        let _ = xml::walk(xml, &mut theme);
        theme
    }

    /// Takes the names that a master gives to the colours (19.3.1.6).
    pub fn rename(&mut self, master: &str) {
        let Some((_, rest)) = master.split_once("clrMap ") else { return };
        let tag = rest.split('>').next().unwrap_or_default();
        for pair in tag.split_whitespace().filter_map(|pair| pair.split_once('=')).take(20) {
            let name = pair.1.trim_end_matches('/').trim_matches('"');
            self.names.insert(pair.0.to_string(), name.to_string());
        }
    }

    /// A colour by any of the names that the formats give it.
    pub fn of(&self, name: &str) -> Option<Rgb> {
        let name = self.names.get(name).map_or(name, String::as_str);
        let key = match name {
            "text1" | "tx1" | "dark1" | "windowText" => "dk1",
            "background1" | "bg1" | "light1" | "window" => "lt1",
            "text2" | "tx2" | "dark2" => "dk2",
            "background2" | "bg2" | "light2" => "lt2",
            "hyperlink" => "hlink",
            "followedHyperlink" => "folHlink",
            other => other,
        };
        let usual = match key {
            "dk1" => Some(BLACK),
            "lt1" => Some(WHITE),
            _ => None,
        };
        self.colours.get(key).copied().or(usual)
    }

    /// A colour by its number in a workbook: light and dark have changed places there.
    pub fn of_number(&self, number: u32) -> Option<Rgb> {
        const NAMES: [&str; 12] = [
            "lt1", "dk1", "lt2", "dk2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6", "hlink",
            "folHlink",
        ];
        NAMES.get(number as usize).and_then(|name| self.of(name))
    }
}

impl Visitor for Theme {
    fn open(&mut self, name: &str, element: &Element<'_>) {
        match name {
            "clrScheme" => self.is_scheme = true,
            "srgbClr" | "sysClr" if self.is_scheme => {
                let hex = element.attribute(if name == "sysClr" { "lastClr" } else { "val" });
                if let Some(colour) = hex.and_then(|hex| of_hex(&hex))
                    && self.colours.len() < 40
                {
                    self.colours.entry(self.open.clone()).or_insert(colour);
                }
            }
            _ if self.is_scheme => self.open = name.to_string(),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        self.is_scheme &= name != "clrScheme";
    }

    fn text(&mut self, _: &str) {}
}
