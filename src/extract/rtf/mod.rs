//! RTF (1.9.1): text with its code pages and Unicode escapes, notes, comments and deletions apart. Keeps no formatting,
//! and reads each byte once.

mod charset;
mod destination;
mod entries;
mod group;
mod look;
mod shape;
mod story;
mod table;

use super::Read;
use super::changes::{Changes, Unseen};
use super::flow::Flow;
use super::office::colour::{Ink, Rgb, WHITE};
use super::office::{embedded_files, properties::Properties};
use super::story::Story;
use crate::domain::extraction::Role;
use charset::Charset;
use destination::{Destination, Opens, opened};
use group::Group;
use look::{Look, Row};
use shape::Shape;
use std::collections::HashMap;

/// Deeper groups are read as if they were this deep.
const MAX_DEPTH: usize = 100_000;

/// Reads an RTF file.
pub fn read(bytes: &[u8]) -> Read {
    let mut reader = Rtf::new(bytes);
    reader.run();
    reader.finish()
}

/// A text of its own that is open: the body, a note, a header.
#[derive(Default)]
struct Open {
    flow: Flow,
    table: table::State,
    /// Depth of its group; it ends with it.
    depth: usize,
    is: What,
    /// Shadings of the cells of the row that is open.
    row: Row,
    /// The ground of a text in a box.
    ground: Ink,
    unseen: Option<Unseen>,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum What {
    #[default]
    Body,
    Footnote,
    Header,
    Comment,
    TextBox,
}

/// What the tables at the start of the file define.
#[derive(Default)]
struct Tables {
    fonts: HashMap<i32, Charset>,
    default_font: Option<i32>,
    /// Font, colour or style that is being defined.
    current: i32,
    /// An empty entry is automatic.
    colours: Vec<Option<Rgb>>,
    colour: Option<Rgb>,
    /// Numbers of styles that are headings.
    headings: Vec<i32>,
    authors: Vec<String>,
}

struct Rtf<'a> {
    bytes: &'a [u8],
    at: usize,
    group: Group,
    groups: Vec<Group>,
    /// Groups beyond the cap.
    too_deep: usize,
    open: Vec<Open>,
    tables: Tables,
    default: Charset,
    /// Bytes in the current code page that are not decoded yet.
    pending: Vec<u8>,
    /// First half of a surrogate pair.
    high: Option<u16>,
    /// Fallback characters still to be left out.
    ignore: usize,
    /// Whether a group was just opened: its first word may name its destination.
    is_first: bool,
    is_starred: bool,
    changes: Changes,
    last: Look,
    last_unseen: Option<Unseen>,
    shapes: Vec<Shape>,
    /// There is more than one shape, so that one may stand on another.
    has_shapes: bool,
    /// Larger side of the page, in twips.
    page_size: i32,
    /// The ground of the pages.
    page: Ink,
    properties: Properties,
    /// Text of a destination that is no text of the document.
    word: String,
    title: String,
    comment_author: String,
    headers: Vec<String>,
    objects: Vec<String>,
}

impl<'a> Rtf<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            group: Group::new(Charset::WESTERN),
            groups: Vec::new(),
            too_deep: 0,
            open: vec![Open::default()],
            tables: Tables::default(),
            default: Charset::WESTERN,
            pending: Vec::new(),
            high: None,
            ignore: 0,
            is_first: false,
            is_starred: false,
            changes: Changes::default(),
            last: Look::default(),
            last_unseen: None,
            shapes: Vec::new(),
            has_shapes: bytes.windows(5).filter(|five| five == b"{\\shp" || five == b"shppi").nth(1).is_some(),
            page_size: 16_838,
            page: Ink::Is(WHITE),
            properties: Properties::default(),
            word: String::new(),
            title: String::new(),
            comment_author: String::new(),
            headers: Vec::new(),
            objects: Vec::new(),
        }
    }

    fn run(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'{' => self.begin_group(),
                b'}' => self.end_group(),
                b'\\' => self.control(),
                b'\r' | b'\n' | 0 => {}
                byte => self.byte(byte),
            }
        }
        self.flush();
        while self.open.len() > 1 {
            self.end_open();
        }
    }

    fn begin_group(&mut self) {
        self.flush();
        self.ignore = 0;
        if self.groups.len() < MAX_DEPTH {
            self.groups.push(self.group);
            self.group.owns = false;
        } else {
            self.too_deep += 1;
        }
        (self.is_first, self.is_starred) = (true, false);
    }

    fn end_group(&mut self) {
        self.flush();
        self.ignore = 0;
        self.is_first = false;
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        if self.group.owns {
            self.end_destination();
        }
        while self.open.len() > 1 && self.open.last().is_some_and(|open| open.depth >= self.groups.len()) {
            self.end_open();
        }
        self.end_shapes();
        if let Some(outer) = self.groups.pop() {
            self.group = outer;
        }
    }

    fn byte(&mut self, byte: u8) {
        self.is_first = false;
        if self.ignore > 0 {
            self.ignore -= 1;
        } else if self.group.to != Destination::Skipped && self.group.to != Destination::Shape {
            self.pending.push(byte);
        }
    }

    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let mut text = String::new();
        self.group.charset.decode(&self.pending, &mut text);
        self.pending.clear();
        self.put(&text);
    }

    /// Text goes where the group says.
    fn put(&mut self, text: &str) {
        match self.group.to {
            Destination::Text => self.say(text),
            Destination::Skipped | Destination::Shape => {}
            _ => {
                if self.word.len() < 4_096 {
                    self.word.push_str(text);
                }
                if matches!(self.group.to, Destination::Colours | Destination::Styles | Destination::Authors) {
                    self.end_of_entry();
                }
            }
        }
    }

    fn sign(&mut self, text: &str) {
        if self.ignore > 0 {
            self.ignore -= 1;
            return;
        }
        self.flush();
        self.put(text);
    }

    fn control(&mut self) {
        let Some(&first) = self.bytes.get(self.at) else { return };
        if !first.is_ascii_alphabetic() {
            self.at += 1;
            return self.symbol(first);
        }
        let bytes = self.bytes;
        let start = self.at;
        self.at += bytes[start..].iter().take(64).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let word = std::str::from_utf8(&bytes[start..self.at]).unwrap_or_default();
        let digits = self.at;
        self.at += usize::from(bytes.get(self.at) == Some(&b'-'));
        self.at += bytes[self.at..].iter().take(20).take_while(|byte| byte.is_ascii_digit()).count();
        let number = std::str::from_utf8(&bytes[digits..self.at]).ok().and_then(|text| text.parse::<i32>().ok());
        self.at += usize::from(bytes.get(self.at) == Some(&b' '));
        let (is_first, is_starred) = (self.is_first, self.is_starred);
        (self.is_first, self.is_starred) = (false, false);
        if is_first && self.begin_destination(word, is_starred) {
            return;
        }
        if word == "bin" {
            let length = number.and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
            self.at = self.at.saturating_add(length).min(bytes.len());
        } else if !matches!(self.group.to, Destination::Skipped) {
            self.control_word(word, number);
        }
    }

    fn symbol(&mut self, symbol: u8) {
        match symbol {
            b'\'' => {
                let hex = self.bytes.get(self.at..self.at + 2).and_then(|pair| std::str::from_utf8(pair).ok());
                let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
                if let Some(byte) = byte {
                    self.at += 2;
                    self.byte(byte);
                }
            }
            b'*' => {
                self.is_starred = true;
                return;
            }
            b'~' => self.sign("\u{a0}"),
            b'_' => self.sign("-"),
            b'\\' | b'{' | b'}' => self.byte(symbol),
            b'\r' | b'\n' => self.end_paragraph(),
            b'\t' => self.sign("\t"),
            _ => {}
        }
        self.is_first = false;
    }

    /// The first word of a group may say what the group is for.
    fn begin_destination(&mut self, word: &str, is_starred: bool) -> bool {
        // Within what is left out, only text boxes of drawings and the properties count.
        let is_property = matches!(word, "title" | "author" | "operator" | "manager" | "company" | "objclass");
        let is_open = match self.group.to {
            Destination::Skipped => is_property && self.group.is_info,
            Destination::Shape | Destination::Text => true,
            _ => false,
        };
        let Some(opens) = opened(word, is_starred) else { return false };
        if !is_open || (is_property && !self.group.is_info) {
            if is_starred || !is_property {
                let keeps = matches!(self.group.to, Destination::Fonts | Destination::Styles | Destination::Authors);
                // A field within the instruction of another is part of it.
                let is_inner = self.group.to == Destination::Instruction && word == "fldinst";
                if !is_inner && (!keeps || is_starred) {
                    self.group.to = Destination::Skipped;
                }
            }
            return is_starred;
        }
        self.flush();
        match word {
            "shp" if self.shapes.len() < 1_000 => {
                self.shapes.push(Shape::new(self.groups.len()));
            }
            // The words in it are of the page, not on it.
            "background" => self.page = Ink::Unknown,
            _ => {}
        }
        match opens {
            Opens::As(Destination::Shape) if self.group.to == Destination::Skipped => {}
            Opens::As(to) => {
                self.group.is_info = word == "info" || (word == "object" && self.group.is_info);
                self.group.to = to;
                self.group.owns = !matches!(to, Destination::Skipped | Destination::Shape | Destination::Text);
                self.word.clear();
            }
            Opens::Footnote => self.begin_open(What::Footnote),
            Opens::Header => self.begin_open(What::Header),
            Opens::Comment => self.begin_open(What::Comment),
            Opens::TextBox => self.begin_open(What::TextBox),
            Opens::Object => {
                self.group.is_info = true;
                self.objects.push(String::new());
            }
        }
        true
    }

    fn end_paragraph(&mut self) {
        self.flush();
        if self.group.to != Destination::Text {
            return;
        }
        let in_table = self.group.in_table;
        if let Some(open) = self.open.last_mut() {
            open.table.before_text(&mut open.flow, in_table);
            open.flow.end_paragraph();
        }
    }

    fn finish(mut self) -> Read {
        let mut story = Story::default();
        let body = self.open.drain(..).next().unwrap_or_default();
        body.flow.finish().into_iter().for_each(|block| story.push(block));
        story.append(Role::HeaderFooter, self.headers);
        let (segments, heading) = story.finish();
        let title = Some(self.title).filter(|title| !title.is_empty());
        let mut read = Read::text(segments).titled(title, heading);
        read.findings = self.changes.findings();
        read.findings.extend(self.properties.finding());
        let objects: Vec<&str> =
            self.objects.iter().map(|name| if name.is_empty() { "unnamed object" } else { name.as_str() }).collect();
        read.findings.extend(embedded_files(&objects));
        read
    }
}
