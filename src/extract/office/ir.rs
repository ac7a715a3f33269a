//! The elements that the crate office_oxide gives, as blocks. Goes no deeper than documents nest.

use crate::domain::extraction::Role;
use crate::extract::changes::Changes;
use crate::extract::story::{Aside, Block};
use office_oxide::ir::{Element, InlineContent, List, Note};

/// Most levels of tables, boxes and lists.
const MAX_DEPTH: usize = 30;

/// Collects the blocks of a document.
#[derive(Default)]
pub(super) struct Words {
    blocks: Vec<Block>,
    changes: Changes,
    embedded: Vec<String>,
    depth: usize,
}

impl Words {
    /// Adds elements in their order.
    pub fn elements(&mut self, elements: Vec<Element>) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        for element in elements {
            self.element(&element);
        }
        self.depth -= 1;
    }

    /// The blocks, what was found of changes, and the names of embedded objects.
    pub fn finish(self) -> (Vec<Block>, Changes, Vec<String>) {
        (self.blocks, self.changes, self.embedded)
    }

    fn element(&mut self, element: &Element) {
        match element {
            Element::Heading(heading) => self.paragraph(&heading.content, true),
            Element::Paragraph(paragraph) => {
                let is_title = matches!(paragraph.style.as_deref(), Some("Title"))
                    || matches!(paragraph.placeholder_role.as_deref(), Some("title" | "ctrTitle"));
                self.paragraph(&paragraph.content, is_title);
            }
            Element::Table(table) => {
                let mut asides = Vec::new();
                let rows = table
                    .rows
                    .iter()
                    .map(|row| row.cells.iter().map(|cell| self.texts(&cell.content, &mut asides)).collect::<Vec<_>>());
                let rows: Vec<Vec<Vec<String>>> = rows.collect();
                self.blocks.push(Block::Table { rows, asides });
            }
            Element::List(list) => self.list(list),
            Element::TextBox(text_box) => {
                let mut asides = Vec::new();
                let text = self.texts(&text_box.content, &mut asides).join("\n");
                self.aside(Role::TextBox, text, asides);
            }
            Element::Footnote(note) | Element::Endnote(note) => self.note(note),
            Element::CodeBlock(block) => self.push(block.content.clone(), false),
            // Pictures and rules have no words.
            _ => {}
        }
    }

    fn list(&mut self, list: &List) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        for item in &list.items {
            item.content.iter().for_each(|element| self.element(element));
            if let Some(nested) = &item.nested {
                self.list(nested);
            }
        }
        self.depth -= 1;
    }

    fn note(&mut self, note: &Note) {
        let mut asides = Vec::new();
        let text = self.texts(&note.content, &mut asides).join("\n");
        let is_comment =
            note.author.is_some() || note.marker.as_deref().is_some_and(|mark| mark.starts_with("Comment"));
        if is_comment {
            let author = note.author.clone().filter(|name| !name.trim().is_empty());
            let named = author.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
            self.changes.comment_by(author);
            self.aside(Role::Comment, named + &text, asides);
        } else {
            self.aside(Role::Footnote, text, asides);
        }
    }

    fn paragraph(&mut self, content: &[InlineContent], is_heading: bool) {
        self.push(office_oxide::ir::inline_to_text(content), is_heading);
    }

    fn push(&mut self, text: String, is_heading: bool) {
        // The crate names embedded objects in a line of its own.
        let named = text.trim().strip_prefix("[Embedded ").and_then(|rest| rest.strip_suffix(']'));
        match named {
            Some(name) => self.embedded.push(name.to_string()),
            None => self.blocks.push(Block::Paragraph { text, is_heading, asides: Vec::new() }),
        }
    }

    fn aside(&mut self, role: Role, text: String, more: Vec<Aside>) {
        let mut all = vec![(role, text)];
        all.extend(more);
        match self.blocks.last_mut() {
            Some(Block::Paragraph { asides, .. } | Block::Table { asides, .. }) => asides.extend(all),
            None => self.blocks.push(Block::Paragraph { text: String::new(), is_heading: false, asides: all }),
        }
    }

    /// The paragraphs of a cell or box; tables in it become lines.
    fn texts(&mut self, elements: &[Element], asides: &mut Vec<Aside>) -> Vec<String> {
        if self.depth >= MAX_DEPTH {
            return Vec::new();
        }
        let mut inner = Self { depth: self.depth + 1, ..Self::default() };
        elements.iter().for_each(|element| inner.element(element));
        self.changes.add(inner.changes);
        self.embedded.append(&mut inner.embedded);
        let mut texts = Vec::new();
        for block in inner.blocks {
            match block {
                Block::Paragraph { text, asides: more, .. } => {
                    texts.push(text);
                    asides.extend(more);
                }
                Block::Table { rows, asides: more } => {
                    texts.extend(rows.iter().map(|row| row.concat().join(" ")));
                    asides.extend(more);
                }
            }
        }
        texts.retain(|text| !text.trim().is_empty());
        texts
    }
}

/// Elements as one text.
pub(super) fn flatten(elements: Vec<Element>) -> String {
    let mut asides = Vec::new();
    let texts = Words::default().texts(&elements, &mut asides);
    texts.into_iter().chain(asides.into_iter().map(|(_, text)| text)).collect::<Vec<_>>().join("\n")
}

/// Lengths of what must be the same again after a passage, in bytes; the longer is tried first.
const ANCHORS: [usize; 4] = [48, 24, 12, 6];

/// Farthest that a passage is followed, in bytes.
const MAX_PASSAGE: usize = 64 << 10;

/// Most passages.
const MAX_PASSAGES: usize = 2_000;

/// Passages of `whole` that `plain` does not have; `plain` is `whole` with passages left out.
pub(super) fn added(plain: &str, whole: &str) -> Vec<String> {
    let (mut a, mut b, mut passages) = (0, 0, Vec::new());
    while plain.len() - a < whole.len() - b && passages.len() < MAX_PASSAGES {
        let same = plain[a..].chars().zip(whole[b..].chars()).take_while(|(one, other)| one == other);
        let same: usize = same.map(|(one, _)| one.len_utf8()).sum();
        (a, b) = (a + same, b + same);
        if b >= whole.len() {
            break;
        }
        let length = passage(&plain[a..], &whole[b..]);
        passages.push(whole[b..b + length].trim().to_string());
        b += length;
    }
    passages.retain(|passage| !passage.is_empty());
    passages
}

/// The length of the passage at the start of `whole`: up to where the plain text goes on.
fn passage(plain: &str, whole: &str) -> usize {
    if plain.is_empty() {
        return whole.len();
    }
    let mut end = whole.len().min(MAX_PASSAGE);
    while !whole.is_char_boundary(end) {
        end -= 1;
    }
    let found = ANCHORS.iter().find_map(|length| {
        let mut length = (*length).min(plain.len());
        while !plain.is_char_boundary(length) {
            length += 1;
        }
        whole[..end].find(&plain[..length])
    });
    found.filter(|length| *length > 0).or_else(|| nearby(plain, &whole[..end])).unwrap_or(end)
}

/// Farthest that a passage is followed by the fewest letters, in bytes.
const NEARBY: usize = 4 << 10;

/// Where the plain text goes on for a few letters before the next passage: the place from which most of it is the same.
fn nearby(plain: &str, whole: &str) -> Option<usize> {
    let same = |from: usize| {
        let pairs = plain.chars().zip(whole[from..].chars());
        pairs.take_while(|(one, other)| one == other).take(64).count()
    };
    let places = whole.char_indices().map(|(at, _)| at).take_while(|at| *at < NEARBY).skip(1);
    let found = places.map(|at| (same(at), at)).reduce(|best, one| if one.0 > best.0 { one } else { best });
    found.filter(|(length, _)| *length > 1).map(|(_, at)| at)
}
