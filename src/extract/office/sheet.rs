//! SpreadsheetML (ECMA-376 part 1, 18): the cells of a sheet, shared strings, number formats. Computes no formula.

mod formats;
mod strings;

use super::cell_look::CellLook;
use super::colour::Ink;
use super::grid::{Grid, Sight};
use super::xml::{Element, Visitor};
use crate::extract::changes::Changes;
pub(super) use formats::Formats;
pub(super) use strings::Strings;
use strings::{Rich, Runs};

/// Reads one worksheet into a grid.
pub(super) struct Sheet<'w> {
    strings: &'w Strings<'w>,
    formats: &'w Formats<'w>,
    is_1904: bool,
    pub grid: Grid,
    /// Headers and footers of the print.
    pub headers: Vec<String>,
    pub is_filtered: bool,
    pub is_full: bool,
    /// What formulas fetch or start.
    pub changes: Changes,
    row: u32,
    column: u32,
    is_row_hidden: bool,
    kind: String,
    style: usize,
    value: String,
    inline: Rich,
    formula: String,
    take: Take,
}

/// Where the text that comes next goes.
#[derive(Clone, Copy, PartialEq)]
enum Take {
    Nothing,
    Value,
    Inline,
    Formula,
    Header,
}

impl<'w> Sheet<'w> {
    /// A reader of one sheet of a workbook with these strings and formats.
    pub fn new(strings: &'w Strings<'w>, formats: &'w Formats<'w>, is_1904: bool) -> Self {
        Self {
            strings,
            formats,
            is_1904,
            grid: Grid::default(),
            headers: Vec::new(),
            is_filtered: false,
            is_full: false,
            changes: Changes::default(),
            row: 0,
            column: 0,
            is_row_hidden: false,
            kind: String::new(),
            style: 0,
            value: String::new(),
            inline: Rich::default(),
            formula: String::new(),
            take: Take::Nothing,
        }
    }

    fn begin_cell(&mut self, element: &Element<'_>) {
        self.value.clear();
        self.inline = Rich::default();
        self.formula.clear();
        self.kind = element.attribute("t").unwrap_or_default();
        self.style = element.attribute("s").and_then(|style| style.parse().ok()).unwrap_or(0);
        match element.attribute("r").and_then(|place| place_of(&place)) {
            Some((row, column)) => (self.row, self.column) = (row, column),
            None => self.column += 1,
        }
    }

    fn end_cell(&mut self) {
        if !self.formula.is_empty() {
            let formula = std::mem::take(&mut self.formula);
            self.formula(&formula);
        }
        if self.is_full {
            return;
        }
        let (format, look) = self.formats.by_style.get(self.style).cloned().unwrap_or_default();
        let value = self.value.trim();
        let mut runs = Runs::new();
        let (shown, is_text) = match self.kind.as_str() {
            "s" => {
                let Ok(at) = value.parse::<usize>() else { return };
                let Some(text) = self.strings.all.get(at) else { return };
                runs = self.strings.runs.get(&at).cloned().unwrap_or_default();
                (text.to_string(), true)
            }
            "inlineStr" => {
                let (text, of_text) = self.inline.take();
                runs = of_text;
                (text, true)
            }
            "b" => (if value == "1" || value == "true" { "TRUE" } else { "FALSE" }.into(), false),
            "str" | "e" | "d" => (self.value.clone(), self.kind == "str"),
            _ if value.is_empty() => (self.inline.take().0, true),
            _ => match value.parse::<f64>() {
                Ok(number) => (format.show(number, self.is_1904), false),
                Err(_) => (value.to_string(), true),
            },
        };
        let sight = if self.is_row_hidden { Sight::HiddenRow } else { look.sight(value, is_text) };
        self.put(&shown, &runs, sight, &look);
    }

    /// Adds a cell; runs with a colour of their own may be lost in it.
    fn put(&mut self, shown: &str, runs: &Runs, sight: Sight, look: &CellLook) {
        if runs.is_empty() || !matches!(sight, Sight::Shown | Sight::Lost) {
            self.is_full = !self.grid.add(self.row, self.column, sight, shown);
            return;
        }
        let (mut seen, mut lost, mut from) = (String::new(), String::new(), 0);
        for (end, ink) in runs {
            let is_lost = match ink {
                Ink::Unset => sight == Sight::Lost,
                ink => look.is_lost(*ink),
            };
            if is_lost { &mut lost } else { &mut seen }.push_str(shown.get(from..*end).unwrap_or_default());
            from = *end;
        }
        for (text, sight) in [(seen, Sight::Shown), (lost, Sight::Lost)] {
            self.is_full |= !self.grid.add(self.row, self.column, sight, &text);
        }
    }

    /// A formula may take its value from a server or a program.
    fn formula(&mut self, formula: &str) {
        let upper = formula.to_ascii_uppercase();
        if upper.contains("WEBSERVICE(") || upper.contains("IMAGE(\"HTTP") {
            self.changes.fetches(formula);
        } else if upper.contains("|'") {
            self.changes.starts(formula);
        }
    }
}

/// Lower rows (points) and narrower columns (letters) are not seen.
const LOWEST: f64 = 1.0;
const NARROWEST: f64 = 0.1;

fn size(element: &Element<'_>, name: &str) -> Option<f64> {
    element.attribute(name).and_then(|size| size.parse().ok())
}

fn is_narrow(element: &Element<'_>) -> bool {
    is_true(element.attribute("hidden")) || size(element, "width").is_some_and(|width| width < NARROWEST)
}

fn is_true(value: Option<String>) -> bool {
    value.is_some_and(|value| value == "1" || value == "true")
}

impl Visitor for Sheet<'_> {
    fn open(&mut self, name: &str, element: &Element<'_>) {
        let number = |name: &str| element.attribute(name).and_then(|value| value.parse::<u32>().ok());
        match name {
            "row" => {
                self.row = number("r").unwrap_or(self.row + 1);
                self.column = 0;
                self.is_row_hidden =
                    is_true(element.attribute("hidden")) || size(element, "ht").is_some_and(|height| height < LOWEST);
            }
            "col" if is_narrow(element) && self.grid.hidden_columns.len() < 1_000 => {
                let first = number("min").unwrap_or(1);
                self.grid.hidden_columns.push((first, number("max").unwrap_or(first)));
            }
            "c" => self.begin_cell(element),
            "f" => self.take = Take::Formula,
            "v" => self.take = Take::Value,
            "t" => self.take = Take::Inline,
            "rPh" => self.take = Take::Nothing,
            "r" | "color" => self.inline.open(name, element, self.formats.theme, &[]),
            "autoFilter" => self.is_filtered = true,
            "oddHeader" | "oddFooter" | "evenHeader" | "evenFooter" | "firstHeader" | "firstFooter" => {
                self.take = Take::Header;
                self.headers.push(String::new());
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        self.take = Take::Nothing;
        if name == "c" {
            self.end_cell();
        }
    }

    fn text(&mut self, text: &str) {
        match self.take {
            Take::Value => self.value.push_str(text),
            Take::Inline => self.inline.add(text),
            Take::Formula if self.formula.len() < 2_000 => self.formula.push_str(text),
            Take::Header => {
                if let Some(last) = self.headers.last_mut() {
                    last.push_str(text);
                }
            }
            Take::Formula | Take::Nothing => {}
        }
    }
}

/// Row and column, from 1, of a place as `BC23`.
fn place_of(place: &str) -> Option<(u32, u32)> {
    let letters = place.bytes().take_while(u8::is_ascii_alphabetic).count();
    if letters == 0 || letters > 3 {
        return None;
    }
    let column = place.bytes().take(letters).fold(0, |sum, b| sum * 26 + u32::from(b.to_ascii_uppercase() - b'A') + 1);
    Some((place[letters..].parse().ok()?, column))
}

/// The words of a print header without its codes, as `&L&"Arial"&12Report &P` (18.3.1.46); none where it only numbers the
/// pages, as `Page &P of &N`.
pub(super) fn header_words(code: &str) -> String {
    let words = without_codes(code);
    let is_number = code.contains("&P") && words.split_whitespace().count() <= 2 && words.chars().count() <= 20;
    if is_number { String::new() } else { words }
}

fn without_codes(code: &str) -> String {
    let mut out = String::new();
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '&' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('&') => out.push('&'),
            Some('L' | 'C' | 'R') => out.push('\t'),
            Some('"') => {
                chars.by_ref().find(|c| *c == '"');
            }
            Some('K') => (0..6).for_each(|_| {
                chars.next_if(char::is_ascii_hexdigit);
            }),
            Some(digit) if digit.is_ascii_digit() => while chars.next_if(char::is_ascii_digit).is_some() {},
            _ => {}
        }
    }
    out.trim().to_string()
}
