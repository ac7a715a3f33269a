//! The styles of a workbook (ECMA-376 part 1, 18.8): number formats, colours and grounds of its cells. Shows no number.

use super::super::cell_look::{self, CellLook, Mask};
use super::super::colour::{Ink, Rgb, Theme};
use super::super::number::Format;
use super::super::xml::{Element, Visitor};

/// Number formats and looks of the cells, by their style.
pub(in crate::extract::office) struct Formats<'t> {
    pub theme: &'t Theme,
    own: Vec<(u32, Format, Mask)>,
    pub by_style: Vec<(Format, CellLook)>,
    /// Colours that the workbook puts in the place of the usual ones.
    colours: Vec<Rgb>,
    /// Colour of a font, and whether it is too small to be read.
    fonts: Vec<(Ink, bool)>,
    fills: Vec<Ink>,
    /// The list that is open.
    list: String,
}

impl<'t> Formats<'t> {
    /// No formats yet.
    pub fn new(theme: &'t Theme) -> Self {
        Self {
            theme,
            own: Vec::new(),
            by_style: Vec::new(),
            colours: Vec::new(),
            fonts: Vec::new(),
            fills: Vec::new(),
            list: String::new(),
        }
    }

    fn font(&mut self, name: &str, element: &Element<'_>) {
        let ink = |formats: &Self| cell_look::ink(element, formats.theme, &formats.colours);
        match name {
            "font" if self.fonts.len() < 100_000 => self.fonts.push((Ink::Auto, false)),
            "color" => {
                let ink = ink(self);
                if let Some(last) = self.fonts.last_mut() {
                    last.0 = ink;
                }
            }
            "sz" => {
                let size = element.attribute("val").and_then(|size| size.parse::<f64>().ok());
                if let Some(last) = self.fonts.last_mut() {
                    last.1 = size.is_some_and(|size| size <= 1.0);
                }
            }
            _ => {}
        }
    }

    fn fill(&mut self, name: &str, element: &Element<'_>) {
        match name {
            "fill" if self.fills.len() < 100_000 => self.fills.push(Ink::Auto),
            "patternFill" | "gradientFill" => {
                let pattern = element.attribute("patternType").unwrap_or_default();
                let ink = if name == "patternFill" && matches!(pattern.as_str(), "" | "none") {
                    Ink::Auto
                } else {
                    Ink::Unknown
                };
                if let Some(last) = self.fills.last_mut() {
                    *last = if pattern == "solid" { Ink::Unset } else { ink };
                }
            }
            "fgColor" if self.fills.last() == Some(&Ink::Unset) => {
                let ink = match cell_look::ink(element, self.theme, &self.colours) {
                    Ink::Unset | Ink::Auto => Ink::Unknown,
                    ink => ink,
                };
                if let Some(last) = self.fills.last_mut() {
                    *last = ink;
                }
            }
            _ => {}
        }
    }

    fn cell(&mut self, element: &Element<'_>) {
        let number = |name: &str| element.attribute(name).and_then(|value| value.parse::<usize>().ok()).unwrap_or(0);
        let id = number("numFmtId") as u32;
        let own = self.own.iter().find(|(known, _, _)| *known == id).map(|(_, format, mask)| (format.clone(), *mask));
        let (format, mask) = own.unwrap_or_else(|| (Format::built_in(id).unwrap_or_default(), Mask::default()));
        let (ink, is_small) = self.fonts.get(number("fontId")).copied().unwrap_or((Ink::Auto, false));
        // The first two are none and a grey pattern, whatever they say.
        let ground = match number("fillId") {
            0 => Ink::Auto,
            1 => Ink::Unknown,
            at => self.fills.get(at).copied().unwrap_or_default(),
        };
        self.by_style.push((format, CellLook { ink, ground, is_small, mask }));
    }
}

/// The lists of a style sheet that count; the others have fonts and fills too.
const LISTS: [&str; 6] = ["numFmts", "fonts", "fills", "cellXfs", "dxfs", "indexedColors"];

impl Visitor for Formats<'_> {
    fn open(&mut self, name: &str, element: &Element<'_>) {
        if LISTS.contains(&name) {
            self.list = name.to_string();
        }
        match self.list.as_str() {
            "numFmts" if name == "numFmt" && self.own.len() < 5_000 => {
                let id = element.attribute("numFmtId").and_then(|value| value.parse::<u32>().ok());
                if let (Some(id), Some(code)) = (id, element.attribute("formatCode")) {
                    self.own.push((id, Format::of_code(&code), Mask::of_code(&code)));
                }
            }
            "fonts" => self.font(name, element),
            "fills" => self.fill(name, element),
            "cellXfs" if name == "xf" && self.by_style.len() < 100_000 => self.cell(element),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if self.list == name {
            self.list.clear();
        }
    }

    fn text(&mut self, _: &str) {}
}
