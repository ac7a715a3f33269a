//! The text of an OpenDocument (ODF 1.3 part 3): paragraphs, tables, notes and changes as blocks, of a whole document or
//! slide by slide. Reads no spreadsheet.

mod changes;
mod looks;
mod shapes;

use super::colour::Ink;
use super::cover::Placed;
use super::odf_shapes;
use super::odf_styles::{Style, Styles};
use super::xml::{Element, Visitor};
use crate::domain::extraction::Role;
use crate::extract::changes::{Changes, Unseen, is_elsewhere};
use crate::extract::flow::Flow;
use crate::extract::story::{Aside, Block};
use std::collections::HashMap;

/// One slide.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub is_hidden: bool,
    pub title: Option<String>,
    pub blocks: Vec<Block>,
    pub notes: Vec<Aside>,
    /// Its shapes as they are drawn, each with its text.
    shapes: Vec<(Placed, Vec<Block>)>,
    size: Option<(f64, f64)>,
    ground: Ink,
}

/// What closing an element undoes.
enum Undo {
    Nothing,
    Skip,
    Paragraph,
    Table,
    Section,
    Look,
    /// A text of its own ends, of this role.
    Aside(Role),
    /// A box of a text ends; whether it may cover text if it has none of its own.
    Box(bool),
    /// A shape of a slide ends.
    Shape,
    /// The ground of a row or cell ends.
    Ground,
    /// A deletion ends; its text waits for its place.
    Deletion,
    Page,
    /// The name of a comment's author ends.
    Author,
}

#[derive(Default)]
struct Open {
    flow: Flow,
    /// Whether a blank would be the second in a row (3.18: they are one).
    ends_blank: bool,
    paragraphs: usize,
    /// The styles that hold here, the innermost last.
    looks: Vec<Style>,
    /// Grounds of tables, rows and cells.
    grounds: Vec<Ink>,
    /// The ground of a text in a box.
    ground: Ink,
    /// What holds for all of it.
    unseen: Option<Unseen>,
}

/// Reads the content of a text or a presentation.
pub(super) struct Text<'s> {
    styles: &'s Styles,
    changes: &'s mut Changes,
    is_presentation: bool,
    /// The body is read, whose text a shape in it may cover.
    pub is_body: bool,
    /// There is more than one shape, so that one may stand on another.
    pub has_shapes: bool,
    page_ground: Ink,
    page_size: f64,
    /// The frame that is open: its style, and where it stands.
    frame: Option<(Style, Placed)>,
    /// The shape of a slide that is open.
    shape: Option<Placed>,
    open: Vec<Open>,
    stack: Vec<Undo>,
    skip: usize,
    hidden_sections: Vec<bool>,
    deletions: HashMap<String, String>,
    region: String,
    in_region: usize,
    author: Option<String>,
    in_author: bool,
    was_hidden: bool,
    page: Page,
    is_title: bool,
    pub pages: Vec<Page>,
    /// Addresses of pictures and sections that are fetched from elsewhere.
    pub remote: Vec<String>,
}

impl<'s> Text<'s> {
    /// A reader of a text document, or of a presentation.
    pub fn new(styles: &'s Styles, changes: &'s mut Changes, is_presentation: bool) -> Self {
        Self {
            styles,
            changes,
            is_presentation,
            is_body: false,
            has_shapes: false,
            page_ground: styles.page(),
            page_size: styles.page_size(),
            frame: None,
            shape: None,
            open: vec![Open { ends_blank: true, ..Open::default() }],
            stack: Vec::new(),
            skip: 0,
            hidden_sections: Vec::new(),
            deletions: HashMap::new(),
            region: String::new(),
            in_region: 0,
            author: None,
            in_author: false,
            was_hidden: false,
            page: Page::default(),
            is_title: false,
            pages: Vec::new(),
            remote: Vec::new(),
        }
    }

    /// What is left outside of slides: for a text, all of it.
    pub fn finish(mut self) -> Vec<Block> {
        self.open.drain(..).next().map(|open| open.flow.finish()).unwrap_or_default()
    }

    fn here(&mut self) -> &mut Open {
        if self.open.is_empty() {
            self.open.push(Open::default());
        }
        let last = self.open.len() - 1;
        &mut self.open[last]
    }

    fn put(&mut self, text: &str) {
        if self.skip > 0 || self.here().paragraphs == 0 {
            return;
        }
        let role = if text.trim().is_empty() { Role::Text } else { self.role() };
        let here = self.here();
        here.ends_blank = text.ends_with([' ', '\t', '\n']);
        here.flow.add(role, text);
    }

    /// Runs of white space are one blank; none stands at the start of a paragraph.
    fn put_collapsed(&mut self, text: &str) {
        let mut out = String::with_capacity(text.len());
        let mut blank = self.here().ends_blank;
        for c in text.chars() {
            if matches!(c, ' ' | '\t' | '\r' | '\n') {
                if !blank {
                    out.push(' ');
                }
                blank = true;
            } else {
                out.push(c);
                blank = false;
            }
        }
        if !out.is_empty() {
            self.put(&out);
            self.here().ends_blank = blank;
        }
    }

    fn aside(&mut self, role: Role) -> Undo {
        self.open.push(Open { ends_blank: true, ..Open::default() });
        Undo::Aside(role)
    }

    fn end_aside(&mut self, role: Role) {
        let Some(inner) = self.open.pop() else { return };
        let (mut text, asides) = inner.flow.flatten();
        if role == Role::Comment {
            let author = self.author.take().filter(|name| !name.trim().is_empty());
            if let Some(author) = &author {
                text = format!("{}: {text}", author.trim());
            }
            self.changes.comment_by(author);
        }
        let role = if role == Role::TextBox && self.hidden_sections.contains(&true) { Role::Hidden } else { role };
        if role == Role::Notes {
            self.page.notes.push((Role::Notes, text));
            self.page.notes.extend(asides);
            return;
        }
        let flow = &mut self.here().flow;
        flow.aside(role, text);
        asides.into_iter().for_each(|(role, text)| flow.aside(role, text));
    }

    fn skipped(&mut self) -> Undo {
        self.skip += 1;
        Undo::Skip
    }

    fn begin_paragraph(&mut self, name: &str, element: &Element<'_>) -> Undo {
        let style = element.attribute("style-name").unwrap_or_default();
        let is_heading = name == "h" || style == "Title" || self.is_title;
        self.look("paragraph", element);
        let here = self.here();
        here.paragraphs += 1;
        here.ends_blank = true;
        here.flow.is_heading |= is_heading;
        Undo::Paragraph
    }

    fn end_paragraph(&mut self) {
        let here = self.here();
        here.looks.pop();
        here.paragraphs = here.paragraphs.saturating_sub(1);
        here.ends_blank = true;
        here.flow.end_paragraph();
    }

    fn begin_section(&mut self, element: &Element<'_>) -> Undo {
        let is_hidden = element.attribute("is-hidden").is_some_and(|on| on == "true")
            || element.attribute("display").is_some_and(|display| display == "none");
        self.hidden_sections.push(is_hidden);
        Undo::Section
    }

    fn note_remote(&mut self, element: &Element<'_>) {
        let address = element.attribute("href").unwrap_or_default();
        if is_elsewhere(&address) && self.remote.len() < 1_000 && !self.remote.contains(&address) {
            self.remote.push(address);
        }
    }

    /// Elements that stand for a character, or change what comes.
    fn sign(&mut self, name: &str, element: &Element<'_>) {
        match name {
            "s" => {
                let count = element.attribute("c").and_then(|c| c.parse::<usize>().ok()).unwrap_or(1);
                self.put(&" ".repeat(count.min(64)));
            }
            "tab" => self.put("\t"),
            "line-break" => self.put("\n"),
            "change" => self.place_deletion(element),
            "hidden-text" => {
                if let Some(text) = element.attribute("string-value") {
                    self.changes.hidden += 1;
                    self.here().flow.aside(Role::Hidden, text);
                }
            }
            "hidden-paragraph" if element.attribute("is-hidden").is_some_and(|on| on == "true") => {
                if let Some(look) = self.here().looks.last_mut() {
                    look.is_hidden = Some(true);
                }
            }
            "insertion" => self.changes.insertions += 1,
            "format-change" => self.changes.others += 1,
            "dde-connection-decl" => {
                let words = ["dde-application", "dde-topic", "dde-item"].map(|name| element.attribute(name));
                self.changes.starts(&words.into_iter().flatten().collect::<Vec<_>>().join(" "));
            }
            "image" if self.shape.is_some() => {
                if let Some(shape) = &mut self.shape {
                    (shape.covers, shape.is_picture) = (true, true);
                }
                self.note_remote(element);
            }
            "image" | "section-source" | "floating-frame" | "object" | "object-ole" => self.note_remote(element),
            "frame" => self.is_title = element.attribute("class").is_some_and(|class| class == "title"),
            _ => {}
        }
    }
}

impl Visitor for Text<'_> {
    fn open(&mut self, name: &str, element: &Element<'_>) {
        let undo = match name {
            _ if self.skip > 0 => Undo::Nothing,
            "title" | "desc" | "note-citation" | "ruby-text" | "forms" | "scripts" | "number" | "event-listeners"
            | "styles" | "automatic-styles" | "meta" | "settings" | "master-styles" | "font-face-decls"
            | "date-string" | "binary-data" => self.skipped(),
            "date" if self.here().paragraphs == 0 => self.skipped(),
            "creator" if self.here().paragraphs == 0 => {
                (self.in_author, self.author) = (true, None);
                Undo::Author
            }
            "changed-region" => {
                self.region = element.attribute("id").unwrap_or_default();
                Undo::Nothing
            }
            "deletion" => {
                self.changes.deletions += 1;
                self.in_region += 1;
                self.open.push(Open { ends_blank: true, ..Open::default() });
                Undo::Deletion
            }
            "note-body" => self.aside(Role::Footnote),
            "annotation" => self.aside(Role::Comment),
            "notes" => self.aside(Role::Notes),
            "page" if self.is_presentation => self.begin_page(element),
            _ if self.is_of_slide(name) => self.begin_shape(name, element),
            _ if self.is_box(name) => self.begin_box(name, element),
            "frame" => {
                let style = odf_shapes::style(self.styles, element);
                let placed = odf_shapes::placed(name, element, &style);
                self.frame = Some((style, placed));
                Undo::Nothing
            }
            "p" | "h" => self.begin_paragraph(name, element),
            "span" => {
                self.look("text", element);
                Undo::Look
            }
            "table" => {
                self.here().flow.begin_table();
                self.ground("table", element);
                Undo::Table
            }
            "table-row" | "table-cell" | "covered-table-cell" => {
                let flow = &mut self.here().flow;
                if name == "table-row" {
                    flow.begin_row();
                } else {
                    flow.begin_cell();
                }
                self.ground(if name == "table-row" { "table-row" } else { "table-cell" }, element);
                Undo::Ground
            }
            "section" => self.begin_section(element),
            _ => Undo::Nothing,
        };
        self.stack.push(undo);
        if self.skip == 0 {
            self.sign(name, element);
        }
    }

    fn close(&mut self, name: &str) {
        match self.stack.pop() {
            Some(Undo::Skip) => self.skip = self.skip.saturating_sub(1),
            Some(Undo::Paragraph) => self.end_paragraph(),
            Some(Undo::Table) => {
                self.here().flow.end_table();
                self.here().grounds.pop();
            }
            Some(Undo::Ground) => {
                self.here().grounds.pop();
            }
            Some(Undo::Box(covers)) => self.end_box(covers),
            Some(Undo::Shape) => self.end_shape(),
            Some(Undo::Section) => {
                self.hidden_sections.pop();
            }
            Some(Undo::Look) => {
                self.here().looks.pop();
            }
            Some(Undo::Aside(role)) => self.end_aside(role),
            Some(Undo::Deletion) => self.end_deletion(),
            Some(Undo::Page) => self.end_page(),
            Some(Undo::Author) => {
                self.in_author = false;
                if !self.region.is_empty() && self.open.len() <= 2 {
                    let author = self.author.clone();
                    self.changes.changed_by(author);
                }
            }
            Some(Undo::Nothing) | None => {}
        }
        match name {
            "changed-region" => self.region.clear(),
            "frame" => (self.is_title, self.frame) = (false, None),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_author {
            self.author.get_or_insert_default().push_str(text);
        } else {
            self.put_collapsed(text);
        }
    }
}
