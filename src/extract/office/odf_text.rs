//! The text of an OpenDocument (ODF 1.3 part 3): paragraphs, tables, notes and changes as blocks, of a whole document or
//! slide by slide. Reads no spreadsheet.

use super::colour::{Ink, is_lost};
use super::cover::{self, Fate, Placed};
use super::odf_shapes;
use super::odf_styles::{Style, Styles};
use super::xml::{Element, Visitor};
use crate::domain::extraction::Role;
use crate::extract::changes::{Changes, is_elsewhere};
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

/// Why text is not seen.
#[derive(Clone, Copy, PartialEq)]
enum Unseen {
    Hidden,
    Lost,
    OffPage,
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

    fn role(&mut self) -> Role {
        let Some(why) = self.unseen() else {
            self.was_hidden = false;
            return Role::Text;
        };
        if !std::mem::replace(&mut self.was_hidden, true) {
            match why {
                Unseen::Hidden => self.changes.hidden += 1,
                Unseen::Lost => self.changes.unseen += 1,
                Unseen::OffPage => self.changes.off_page += 1,
            }
        }
        Role::Hidden
    }

    /// Why text at this place is not seen, if it is not.
    fn unseen(&mut self) -> Option<Unseen> {
        let is_section_hidden = self.hidden_sections.contains(&true);
        let page = if self.is_presentation { Ink::Unknown } else { self.page_ground };
        let here = self.here();
        if here.unseen.is_some() {
            return here.unseen;
        }
        let looks = || here.looks.iter().rev();
        if is_section_hidden || looks().find_map(|look| look.is_hidden) == Some(true) {
            return Some(Unseen::Hidden);
        }
        let ink = looks().fold(Ink::Unset, |ink, look| ink.or(look.ink));
        let mut grounds: Vec<Ink> = looks().map(|look| look.text_ground).collect();
        grounds.extend(looks().map(|look| look.ground));
        grounds.extend(here.grounds.iter().rev());
        grounds.extend([here.ground, page]);
        let is_lost = looks().find_map(|look| look.is_unreadable) == Some(true)
            || looks().find_map(|look| look.is_flat) == Some(true)
            || is_lost(ink, Ink::Unset, &grounds);
        is_lost.then_some(Unseen::Lost)
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

    fn look(&mut self, family: &str, element: &Element<'_>) {
        let mut style = self.styles.of(family, &element.attribute("style-name").unwrap_or_default());
        if family == "text" {
            style.is_flat = None;
        }
        self.here().looks.push(style);
    }

    /// The ground of a table, row or cell.
    fn ground(&mut self, family: &str, element: &Element<'_>) {
        let style = self.styles.of(family, &element.attribute("style-name").unwrap_or_default());
        self.here().grounds.push(style.ground);
    }

    /// A box with text in a document.
    fn begin_box(&mut self, name: &str, element: &Element<'_>) -> Undo {
        let (style, placed) = match (name, self.frame.clone()) {
            ("text-box", Some(frame)) => frame,
            _ => {
                let style = odf_shapes::style(self.styles, element);
                let placed = odf_shapes::placed(name, element, &style);
                (style, placed)
            }
        };
        let is_off = placed.area.is_some_and(|area| area.x.abs().max(area.y.abs()) > self.page_size);
        let is_shown = odf_shapes::is_shown(element);
        let is_anchored = element.attribute("anchor-type").is_none_or(|kind| kind != "as-char");
        let covers = placed.covers && is_anchored && !is_off && is_shown && style.is_over_text() && name != "text-box";
        let unseen = match () {
            () if !is_shown => Some(Unseen::Hidden),
            () if is_off => Some(Unseen::OffPage),
            () => None,
        };
        let ground = match (placed.covers, self.has_shapes) {
            (true, _) => placed.ink,
            // What lies below a box without a fill may be another shape.
            (false, true) => Ink::Unknown,
            (false, false) => Ink::Auto,
        };
        // The looks of a box are those of its text, but it has no line.
        let look = style.of_text();
        self.open.push(Open { ends_blank: true, ground, unseen, looks: vec![look], ..Open::default() });
        Undo::Box(covers)
    }

    fn end_box(&mut self, covers: bool) {
        let is_empty = self.open.last().is_some_and(|open| open.flow.is_empty());
        self.changes.covers += u32::from(covers && is_empty && self.is_body);
        self.end_aside(Role::TextBox);
    }

    /// A shape or frame of a slide.
    fn begin_shape(&mut self, name: &str, element: &Element<'_>) -> Undo {
        let style = odf_shapes::style(self.styles, element);
        let placed = odf_shapes::placed(name, element, &style);
        let ground = if placed.covers {
            placed.ink
        } else {
            let below: Vec<Placed> = self.page.shapes.iter().map(|(placed, _)| *placed).collect();
            cover::ground(&below, placed.area, self.page.ground)
        };
        let unseen = (!odf_shapes::is_shown(element)).then_some(Unseen::Hidden);
        let look = style.of_text();
        self.open.push(Open { ends_blank: true, ground, unseen, looks: vec![look], ..Open::default() });
        self.shape = Some(Placed { covers: placed.covers && unseen.is_none(), ..placed });
        Undo::Shape
    }

    fn end_shape(&mut self) {
        let (Some(inner), Some(mut placed)) = (self.open.pop(), self.shape.take()) else { return };
        let blocks = inner.flow.finish();
        placed.has_words = blocks.iter().any(|block| match block {
            Block::Paragraph { text, .. } => !text.trim().is_empty(),
            Block::Table { rows, .. } => !rows.is_empty(),
        });
        self.page.shapes.push((placed, blocks));
    }

    /// The texts of the shapes of a slide; what lies under others or beyond the edge is hidden.
    fn end_shapes(&mut self, page: &mut Page) {
        let placed: Vec<Placed> = page.shapes.iter().map(|(placed, _)| *placed).collect();
        let fates = cover::fates(&placed, page.size);
        for ((_, blocks), fate) in page.shapes.drain(..).zip(fates) {
            match fate {
                Fate::Seen => {}
                Fate::Touched => self.changes.covers += u32::from(!page.is_hidden),
                Fate::Covered => self.changes.covered += 1,
                Fate::OffPage => self.changes.off_page += 1,
            }
            let is_lost = matches!(fate, Fate::Covered | Fate::OffPage);
            page.blocks.extend(blocks.into_iter().map(|block| if is_lost { hidden(block) } else { block }));
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

    fn begin_page(&mut self, element: &Element<'_>) -> Undo {
        let style = self.styles.of("drawing-page", &element.attribute("style-name").unwrap_or_default());
        let master = element.attribute("master-page-name").unwrap_or_default();
        self.page = Page {
            is_hidden: style.is_out_of_show,
            size: self.styles.slide(&master),
            ground: self.styles.slide_ground(&element.attribute("style-name").unwrap_or_default(), &master),
            ..Page::default()
        };
        self.open.push(Open { ends_blank: true, ..Open::default() });
        Undo::Page
    }

    fn end_page(&mut self) {
        let Some(inner) = self.open.pop() else { return };
        let mut page = std::mem::take(&mut self.page);
        self.end_shapes(&mut page);
        page.blocks.extend(inner.flow.finish());
        page.title = page.blocks.iter().find_map(|block| match block {
            Block::Paragraph { text, is_heading: true, .. } => Some(text.trim().replace('\n', " ")),
            _ => None,
        });
        if self.pages.len() < 5_000 {
            self.pages.push(page);
        }
    }

    fn end_deletion(&mut self) {
        self.in_region = self.in_region.saturating_sub(1);
        if let Some(inner) = self.open.pop() {
            self.deletions.insert(self.region.clone(), inner.flow.flatten().0);
        }
    }

    /// Where something was deleted.
    fn place_deletion(&mut self, element: &Element<'_>) {
        let id = element.attribute("change-id").unwrap_or_default();
        if let Some(text) = self.deletions.remove(&id) {
            self.here().flow.aside(Role::Deleted, text);
        }
    }

    fn is_box(&self, name: &str) -> bool {
        !self.is_presentation && (name == "text-box" || odf_shapes::is_shape(name))
    }

    /// Shapes that stand on a slide itself, not on its notes or in another shape.
    fn is_of_slide(&self, name: &str) -> bool {
        self.is_presentation && self.open.len() == 2 && (name == "frame" || odf_shapes::is_shape(name))
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

/// A block of which nothing is seen.
fn hidden(block: Block) -> Block {
    let (lines, asides) = match block {
        Block::Paragraph { text, asides, .. } => (vec![text], asides),
        Block::Table { rows, asides } => {
            let line = |row: &Vec<Vec<String>>| row.iter().map(|cell| cell.join(" ")).collect::<Vec<_>>().join("\t");
            (rows.iter().map(line).collect(), asides)
        }
    };
    let hidden = lines.into_iter().filter(|line| !line.trim().is_empty()).map(|line| (Role::Hidden, line));
    Block::Paragraph { text: String::new(), is_heading: false, asides: hidden.chain(asides).collect() }
}
