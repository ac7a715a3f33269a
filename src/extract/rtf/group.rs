//! What the control words of RTF change in the group that is open, and the characters that they stand for.

use super::charset::Charset;
use super::destination::Destination;
use super::look::{Look, Paragraph};
use super::{Rtf, What};

/// What holds until the group ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    pub to: Destination,
    /// Whether the destination began with this very group.
    pub owns: bool,
    /// Within the properties or an object.
    pub is_info: bool,
    pub charset: Charset,
    /// Characters after each Unicode escape for readers without Unicode.
    pub fallback: usize,
    pub look: Look,
    pub in_table: bool,
    pub is_heading: bool,
    pub paragraph: Paragraph,
}

impl Group {
    /// The outermost group.
    pub fn new(charset: Charset) -> Self {
        Self {
            to: Destination::Text,
            owns: false,
            is_info: false,
            charset,
            fallback: 1,
            look: Look::default(),
            in_table: false,
            is_heading: false,
            paragraph: Paragraph::default(),
        }
    }
}

/// Characters that have a word of their own.
const SIGNS: [(&str, &str); 19] = [
    ("tab", "\t"),
    ("line", "\n"),
    ("lbr", "\n"),
    ("page", "\n"),
    ("column", "\n"),
    ("emdash", "—"),
    ("endash", "–"),
    ("lquote", "‘"),
    ("rquote", "’"),
    ("ldblquote", "“"),
    ("rdblquote", "”"),
    ("bullet", "•"),
    ("emspace", " "),
    ("enspace", " "),
    ("qmspace", " "),
    ("zwj", "\u{200d}"),
    ("zwnj", "\u{200c}"),
    ("ltrmark", "\u{200e}"),
    ("rtlmark", "\u{200f}"),
];

impl Rtf<'_> {
    /// A control word that opens no destination.
    pub(super) fn control_word(&mut self, word: &str, number: Option<i32>) {
        if let Some((_, sign)) = SIGNS.iter().find(|(name, _)| *name == word) {
            return self.sign(sign);
        }
        self.flush();
        let is_on = number != Some(0);
        match (word, number) {
            ("u", Some(code)) => self.unicode(code),
            ("uc", Some(count)) => self.group.fallback = usize::try_from(count).unwrap_or(1).min(16),
            ("par" | "sect", _) => self.end_paragraph(),
            ("cell", _) => self.in_table(|table, flow| table.end_cell(flow)),
            ("row", _) => self.in_table(|table, flow| table.end_row(flow)),
            ("nestcell" | "nestrow", _) => self.end_paragraph(),
            ("intbl", _) => self.group.in_table = is_on,
            ("pard", _) => {
                (self.group.in_table, self.group.is_heading) = (false, false);
                self.group.paragraph = Paragraph::default();
            }
            ("plain", _) => {
                self.group.look = Look::default();
                self.group.charset = self.default_charset();
            }
            ("crauth", Some(author)) => {
                self.changes.others += 1;
                let author = usize::try_from(author).ok().and_then(|at| self.tables.authors.get(at).cloned());
                self.changes.changed_by(author);
            }
            ("objautlink" | "objlink", _) => self.changes.fetches("a linked object"),
            ("paperw" | "paperh", Some(size)) => self.page_size = self.page_size.max(size.clamp(0, 100_000)),
            ("outlinelevel", Some(level)) => self.group.is_heading |= level < 9,
            ("s", Some(style)) => self.style(style),
            ("ansi", _) => self.code_page(Some(Charset::WESTERN)),
            ("mac", _) => self.code_page(Charset::of_page(10000)),
            ("pc", _) => self.code_page(Charset::of_page(437)),
            ("pca", _) => self.code_page(Charset::of_page(850)),
            ("ansicpg", Some(page)) => self.code_page(Charset::of_page(page)),
            ("deff", Some(font)) => self.tables.default_font = Some(font),
            ("f", Some(font)) => self.font(font),
            ("fcharset" | "cpg", Some(one)) if self.group.to == Destination::Fonts => self.font_charset(word, one),
            ("red" | "green" | "blue", Some(part)) => {
                let at = ["red", "green", "blue"].iter().position(|name| *name == word).unwrap_or(0);
                self.tables.colour.get_or_insert_default()[at] = u8::try_from(part).unwrap_or(0);
            }
            _ => self.look(word, number),
        }
    }

    fn look(&mut self, word: &str, number: Option<i32>) {
        let colours = &self.tables.colours;
        if self.group.take_look(word, number, colours) {
            return;
        }
        let number = number.unwrap_or(0);
        if let Some(open) = self.open.last_mut()
            && open.row.take(word, number, colours)
        {
            return;
        }
        if let Some(shape) = self.shapes.last_mut() {
            shape.word(word, number);
        }
    }

    fn in_table(&mut self, act: impl FnOnce(&mut super::table::State, &mut super::Flow)) {
        self.flush();
        if self.group.to == Destination::Text
            && let Some(open) = self.open.last_mut()
        {
            act(&mut open.table, &mut open.flow);
        }
    }

    fn style(&mut self, style: i32) {
        if self.group.to == Destination::Styles {
            self.tables.current = style;
        } else {
            let in_body = self.open.last().is_some_and(|open| open.is == What::Body);
            self.group.is_heading = in_body && self.tables.headings.contains(&style);
        }
    }

    fn code_page(&mut self, charset: Option<Charset>) {
        self.flush();
        self.default = charset.unwrap_or(self.default);
        self.group.charset = self.default;
    }

    fn default_charset(&self) -> Charset {
        self.tables.default_font.and_then(|font| self.tables.fonts.get(&font).copied()).unwrap_or(self.default)
    }

    fn font(&mut self, font: i32) {
        self.flush();
        if self.group.to == Destination::Fonts {
            self.tables.current = font;
        } else {
            self.group.charset = self.tables.fonts.get(&font).copied().unwrap_or(self.default);
        }
    }

    fn font_charset(&mut self, word: &str, number: i32) {
        let charset = if word == "cpg" { Charset::of_page(number) } else { Charset::of_font(number) };
        if let Some(charset) = charset
            && self.tables.fonts.len() < 20_000
        {
            self.tables.fonts.insert(self.tables.current, charset);
        }
    }

    /// `\uN`: a 16-bit code, negative above 32767; pairs make the rarer characters.
    fn unicode(&mut self, code: i32) {
        self.flush();
        let unit = (code & 0xffff) as u16;
        self.ignore = self.group.fallback;
        if self.group.to == Destination::Shape {
            return;
        }
        let pair: Vec<u16> = self.high.take().into_iter().chain([unit]).collect();
        if (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
            return;
        }
        let text: String = char::decode_utf16(pair).map(|c| c.unwrap_or('\u{fffd}')).collect();
        // Symbol fonts; no text.
        if !matches!(unit, 0xf000..=0xf0ff) {
            self.put(&text);
        }
    }
}
