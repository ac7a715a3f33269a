//! SpreadsheetML (ECMA-376 part 1, 18): the cells of a sheet, shared strings, number formats. Computes no formula.

use super::grid::Grid;
use super::number::Format;
use super::xml::{Element, Visitor};

/// Most shared strings; a workbook can hold that many cells.
const MAX_STRINGS: usize = 4_000_000;

/// The shared strings, in their order.
#[derive(Default)]
pub(super) struct Strings {
    pub all: Vec<Box<str>>,
    text: String,
    in_text: usize,
    phonetic: usize,
}

impl Visitor for Strings {
    fn open(&mut self, name: &str, _: &Element<'_>) {
        match name {
            "t" => self.in_text += 1,
            "rPh" => self.phonetic += 1,
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "t" => self.in_text = self.in_text.saturating_sub(1),
            "rPh" => self.phonetic = self.phonetic.saturating_sub(1),
            "si" if self.all.len() < MAX_STRINGS => self.all.push(std::mem::take(&mut self.text).into()),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_text > 0 && self.phonetic == 0 {
            self.text.push_str(text);
        }
    }
}

/// The number formats of the cells, by their style.
#[derive(Default)]
pub(super) struct Formats {
    own: Vec<(u32, Format)>,
    pub by_style: Vec<Format>,
    in_cells: bool,
}

impl Visitor for Formats {
    fn open(&mut self, name: &str, element: &Element<'_>) {
        let number = |name: &str| element.attribute(name).and_then(|value| value.parse::<u32>().ok());
        match name {
            "numFmt" if self.own.len() < 5_000 => {
                if let (Some(id), Some(code)) = (number("numFmtId"), element.attribute("formatCode")) {
                    self.own.push((id, Format::of_code(&code)));
                }
            }
            "cellXfs" => self.in_cells = true,
            "xf" if self.in_cells && self.by_style.len() < 100_000 => {
                let id = number("numFmtId").unwrap_or(0);
                let own = self.own.iter().find(|(known, _)| *known == id).map(|(_, format)| format.clone());
                self.by_style.push(own.or_else(|| Format::built_in(id)).unwrap_or_default());
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if name == "cellXfs" {
            self.in_cells = false;
        }
    }

    fn text(&mut self, _: &str) {}
}

/// Reads one worksheet into a grid.
pub(super) struct Sheet<'w> {
    strings: &'w [Box<str>],
    formats: &'w [Format],
    is_1904: bool,
    pub grid: Grid,
    /// Headers and footers of the print.
    pub headers: Vec<String>,
    pub is_filtered: bool,
    pub is_full: bool,
    row: u32,
    column: u32,
    is_row_hidden: bool,
    kind: String,
    style: usize,
    value: String,
    inline: String,
    take: Take,
}

/// Where the text that comes next goes.
#[derive(Clone, Copy, PartialEq)]
enum Take {
    Nothing,
    Value,
    Inline,
    Header,
}

impl<'w> Sheet<'w> {
    /// A reader of one sheet of a workbook with these strings and formats.
    pub fn new(strings: &'w [Box<str>], formats: &'w [Format], is_1904: bool) -> Self {
        Self {
            strings,
            formats,
            is_1904,
            grid: Grid::default(),
            headers: Vec::new(),
            is_filtered: false,
            is_full: false,
            row: 0,
            column: 0,
            is_row_hidden: false,
            kind: String::new(),
            style: 0,
            value: String::new(),
            inline: String::new(),
            take: Take::Nothing,
        }
    }

    fn begin_cell(&mut self, element: &Element<'_>) {
        self.value.clear();
        self.inline.clear();
        self.kind = element.attribute("t").unwrap_or_default();
        self.style = element.attribute("s").and_then(|style| style.parse().ok()).unwrap_or(0);
        match element.attribute("r").and_then(|place| place_of(&place)) {
            Some((row, column)) => (self.row, self.column) = (row, column),
            None => self.column += 1,
        }
    }

    fn end_cell(&mut self) {
        let value = self.value.trim();
        let shown = match self.kind.as_str() {
            "s" => value.parse().ok().and_then(|at: usize| self.strings.get(at)).map(|one| one.to_string()),
            "inlineStr" => Some(std::mem::take(&mut self.inline)),
            "b" => Some(if value == "1" || value == "true" { "TRUE" } else { "FALSE" }.into()),
            "str" | "e" | "d" => Some(self.value.clone()),
            _ if value.is_empty() => Some(std::mem::take(&mut self.inline)),
            _ => Some(match value.parse::<f64>() {
                Ok(number) => self.formats.get(self.style).unwrap_or(&Format::General).show(number, self.is_1904),
                Err(_) => value.to_string(),
            }),
        };
        if let Some(shown) = shown
            && !self.is_full
        {
            self.is_full = !self.grid.add(self.row, self.column, self.is_row_hidden, &shown);
        }
    }
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
                self.is_row_hidden = is_true(element.attribute("hidden"));
            }
            "col" if is_true(element.attribute("hidden")) && self.grid.hidden_columns.len() < 1_000 => {
                let first = number("min").unwrap_or(1);
                self.grid.hidden_columns.push((first, number("max").unwrap_or(first)));
            }
            "c" => self.begin_cell(element),
            "v" => self.take = Take::Value,
            "t" => self.take = Take::Inline,
            "rPh" => self.take = Take::Nothing,
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
            Take::Inline => self.inline.push_str(text),
            Take::Header => {
                if let Some(last) = self.headers.last_mut() {
                    last.push_str(text);
                }
            }
            Take::Nothing => {}
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

/// The words of a print header without its codes, as `&L&"Arial"&12Report &P` (18.3.1.46).
pub(super) fn header_words(code: &str) -> String {
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
