//! WordprocessingML (ECMA-376 part 1, 17) as blocks, with deletions, comments and hidden text set apart. Computes no
//! numbering and no layout.

use super::colour::{Ink, Theme, is_lost};
use super::styles::{Look, Styles, ground};
use super::word_shapes::{Drawing, emu};
use super::xml::{Element, Visitor};
use crate::domain::extraction::Role;
use crate::extract::changes::Changes;
use crate::extract::flow::Flow;
use crate::extract::story::{Aside, Block};
use std::collections::HashMap;

/// A footnote, endnote or comment.
#[derive(Debug, Default)]
pub(super) struct Note {
    pub text: String,
    pub asides: Vec<Aside>,
    pub is_used: bool,
}

/// Notes by kind (`footnote`, `endnote`, `comment`) and number.
pub(super) type Notes = HashMap<(&'static str, String), Note>;

/// What stands in other parts and is referred to.
#[derive(Default)]
pub(super) struct Context {
    pub styles: Styles,
    /// Texts of charts, diagrams and imported files, by the relation of the part that is being read.
    pub related: HashMap<String, String>,
    pub theme: Theme,
    /// The ground of the page.
    pub page: Ink,
    /// Larger side of the largest page, in EMU.
    pub page_size: i64,
    /// There is more than one shape or picture, so that one may stand on another.
    pub has_shapes: bool,
    /// The part that is read is the body, whose text a shape in it may cover.
    pub is_body: bool,
}

/// What closing an element undoes.
#[derive(Debug)]
enum Undo {
    Nothing,
    Skip,
    Properties,
    Deleted,
    Instruction,
    Drawing,
    Row,
    Paragraph,
    Table,
    Text,
    Alternatives,
    TextBox,
    Note(&'static str, String),
}

/// Which properties an element belongs to.
#[derive(Clone, Copy, PartialEq)]
enum Of {
    Paragraph,
    Run,
    Table,
    Row,
    Cell,
    Other,
}

/// What the open paragraph looks like.
#[derive(Clone, Copy, Default)]
struct Paragraph {
    /// What its runs begin with.
    run: Look,
    fill: Ink,
    is_off_page: bool,
    /// Its lines are too low for letters.
    is_low: bool,
}

/// A table that is open, its row and its cell.
#[derive(Clone, Copy, Default)]
struct Table {
    ground: Ink,
    cell: Ink,
    is_row_deleted: bool,
    is_cell_deleted: bool,
    is_row_low: bool,
}

/// A field whose result has not ended.
#[derive(Default)]
struct Field {
    instruction: String,
    has_result: bool,
}

/// Why text is not seen.
#[derive(Clone, Copy, PartialEq)]
enum Unseen {
    Hidden,
    Lost,
    OffPage,
}

/// A text of its own; it waits while another one inside it is read.
#[derive(Default)]
struct Open {
    flow: Flow,
    run: Look,
    paragraph: Paragraph,
    tables: Vec<Table>,
    /// The ground of a text in a box.
    ground: Ink,
    /// What holds for all of it.
    unseen: Option<Unseen>,
    /// Open fields. What stands before their results are instructions.
    fields: Vec<Field>,
    was_hidden: bool,
}

/// Longest instruction of a field that is kept, in bytes.
const MAX_INSTRUCTION: usize = 2_000;

/// Lower lines and rows show no letters, in twips.
const LOWEST: u32 = 40;

/// Reads one part.
pub(super) struct Word<'c> {
    context: &'c Context,
    notes: &'c mut Notes,
    changes: &'c mut Changes,
    open: Vec<Open>,
    stack: Vec<Undo>,
    within: Vec<Of>,
    skip: usize,
    deleted: usize,
    in_text: usize,
    in_deleted_text: usize,
    in_instruction: usize,
    drawings: Vec<Drawing>,
    /// Whether an alternative was taken, for each open choice.
    alternatives: Vec<bool>,
}

impl<'c> Word<'c> {
    /// A reader of one part.
    pub fn new(context: &'c Context, notes: &'c mut Notes, changes: &'c mut Changes) -> Self {
        Self {
            context,
            notes,
            changes,
            open: vec![Open::default()],
            stack: Vec::new(),
            within: Vec::new(),
            skip: 0,
            deleted: 0,
            in_text: 0,
            in_deleted_text: 0,
            in_instruction: 0,
            drawings: Vec::new(),
            alternatives: Vec::new(),
        }
    }

    /// The blocks of the part.
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

    /// What text at this place is.
    fn role(&mut self) -> Role {
        let is_row_deleted = |table: &Table| table.is_row_deleted || table.is_cell_deleted;
        if self.deleted > 0 || self.open.iter().any(|open| open.tables.iter().any(is_row_deleted)) {
            return Role::Deleted;
        }
        let Some(why) = self.unseen() else {
            self.here().was_hidden = false;
            return Role::Text;
        };
        if !std::mem::replace(&mut self.here().was_hidden, true) {
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
        let page = self.context.page;
        let here = self.here();
        let (run, paragraph) = (here.run, here.paragraph);
        if here.unseen.is_some() {
            return here.unseen;
        }
        if run.is_hidden() {
            return Some(Unseen::Hidden);
        }
        if paragraph.is_off_page {
            return Some(Unseen::OffPage);
        }
        let mut grounds = vec![run.fill, paragraph.fill];
        grounds.extend(here.tables.iter().rev().flat_map(|table| [table.cell, table.ground]));
        grounds.extend([here.ground, page]);
        let is_lost = run.is_unreadable()
            || paragraph.is_low
            || here.tables.iter().any(|table| table.is_row_low)
            || is_lost(run.bare_ink(), run.marker, &grounds);
        is_lost.then_some(Unseen::Lost)
    }

    fn put(&mut self, text: &str) {
        if self.skip > 0 || !self.within.is_empty() || self.here().fields.iter().any(|field| !field.has_result) {
            return;
        }
        // A blank shows no colour.
        let role = if text.trim().is_empty() && self.deleted == 0 { Role::Text } else { self.role() };
        self.here().flow.add(role, text);
    }

    fn paragraph_property(&mut self, name: &str, element: &Element<'_>) {
        let value = || element.attribute("val").unwrap_or_default();
        let number = |name: &str| element.attribute(name).and_then(|value| value.parse::<i64>().ok());
        let context = self.context;
        let here = self.here();
        match name {
            "pStyle" => {
                let style = context.styles.of_paragraph(&value());
                here.flow.is_heading |= style.is_heading;
                (here.paragraph.run, here.paragraph.fill) = (style.run, style.fill);
            }
            "outlineLvl" => here.flow.is_heading |= value().parse::<u32>().is_ok_and(|level| level < 9),
            "shd" => here.paragraph.fill = ground(element, &context.theme),
            "framePr" => {
                let is_off = |at: &str, size: &str| {
                    let (at, size) = (emu(number(at).unwrap_or(0)), emu(number(size).unwrap_or(0)));
                    // It may be measured from a margin, which is at most a few centimetres from the edge.
                    at > context.page_size || at.saturating_add(size) < -emu(2_880)
                };
                here.paragraph.is_off_page = is_off("x", "w") || is_off("y", "h");
            }
            "spacing" => {
                here.paragraph.is_low = element.attribute("lineRule").is_some_and(|rule| rule == "exact")
                    && number("line").is_some_and(|line| (0..i64::from(LOWEST)).contains(&line));
            }
            _ => {}
        }
    }

    fn run_property(&mut self, name: &str, element: &Element<'_>) {
        let context = self.context;
        let here = self.here();
        if name == "rStyle" {
            let style = context.styles.of(&element.attribute("val").unwrap_or_default());
            here.run = style.run.over(here.run);
        } else {
            here.run.take(name, element, &context.theme);
        }
    }

    fn table_property(&mut self, of: Of, name: &str, element: &Element<'_>) {
        let context = self.context;
        let author = || element.attribute("author");
        let Some(table) = self.here().tables.last_mut() else { return };
        match (of, name) {
            // Which cells a style shades is not computed.
            (Of::Table, "tblStyle") if context.styles.of(&element.attribute("val").unwrap_or_default()).is_shaded => {
                table.ground = Ink::Unknown;
            }
            (Of::Table, "shd") => table.ground = ground(element, &context.theme).or(table.ground),
            (Of::Cell, "shd") => table.cell = ground(element, &context.theme),
            (Of::Row, "trHeight") => {
                let height = element.attribute("val").and_then(|height| height.parse::<u32>().ok());
                table.is_row_low = element.attribute("hRule").is_some_and(|rule| rule == "exact")
                    && height.is_some_and(|height| height < LOWEST);
            }
            (Of::Row, "del") | (Of::Cell, "cellDel") => {
                let is_deleted = if of == Of::Row { &mut table.is_row_deleted } else { &mut table.is_cell_deleted };
                *is_deleted = true;
                self.changes.deletions += 1;
                self.changes.changed_by(author());
            }
            (Of::Row, "ins") | (Of::Cell, "cellIns") => {
                self.changes.insertions += 1;
                self.changes.changed_by(author());
            }
            (Of::Cell, "cellMerge") => self.formatted(element),
            _ => {}
        }
    }

    /// A format, or the mark of a paragraph, was changed.
    fn formatted(&mut self, element: &Element<'_>) {
        if self.skip == 0 {
            self.changes.others += 1;
            self.changes.changed_by(element.attribute("author"));
        }
    }

    fn field_mark(&mut self, element: &Element<'_>) {
        let fields = &mut self.here().fields;
        let begun = match element.attribute("fldCharType").as_deref() {
            Some("begin") => {
                fields.push(Field::default());
                None
            }
            Some("separate") => fields.last_mut().map(|last| {
                last.has_result = true;
                std::mem::take(&mut last.instruction)
            }),
            Some("end") => fields.pop().map(|last| last.instruction),
            _ => None,
        };
        if let Some(instruction) = begun {
            self.changes.field(&instruction);
        }
    }

    /// A piece of the instruction of the fields that are open: what a field inside gives counts for the outer one too.
    fn instruct(&mut self, text: &str) {
        for field in self.here().fields.iter_mut().filter(|field| !field.has_result) {
            if field.instruction.len() < MAX_INSTRUCTION {
                field.instruction.push_str(text);
            }
        }
    }

    fn drawn(&mut self, name: &str, element: &Element<'_>) -> Undo {
        let drawing = match name {
            "anchor" | "inline" => Some(Drawing::new(element, name == "anchor")),
            _ => Drawing::of_vml(name, element, self.context.page_size),
        };
        match drawing {
            Some(mut drawing) if self.drawings.len() < 1_000 => {
                if let (Some(outer), true) = (self.drawings.last(), name != "anchor") {
                    drawing.within(outer);
                }
                self.drawings.push(drawing);
                Undo::Drawing
            }
            _ => Undo::Nothing,
        }
    }

    fn end_drawing(&mut self) {
        let covers = self.drawings.pop().is_some_and(Drawing::covers);
        self.changes.covers += u32::from(covers && self.context.is_body && self.deleted == 0);
    }

    /// A reference to a note: it belongs to this place.
    fn refer(&mut self, kind: &'static str, element: &Element<'_>) {
        if self.skip > 0 {
            return;
        }
        let id = element.attribute("id").unwrap_or_default();
        let Some(note) = self.notes.get_mut(&(kind, id)) else { return };
        if std::mem::replace(&mut note.is_used, true) {
            return;
        }
        let (text, asides) = (std::mem::take(&mut note.text), std::mem::take(&mut note.asides));
        let role = if kind == "comment" { Role::Comment } else { Role::Footnote };
        let flow = &mut self.here().flow;
        flow.aside(role, text);
        asides.into_iter().for_each(|(role, text)| flow.aside(role, text));
    }

    fn refer_to_drawing(&mut self, id: Option<String>) {
        let text = id.and_then(|id| self.context.related.get(&id));
        if let (Some(text), 0) = (text, self.skip) {
            let text = text.clone();
            self.here().flow.aside(Role::TextBox, text);
        }
    }

    fn begin(&mut self, undo: Undo) -> Undo {
        let drawing = self.drawings.last().filter(|_| matches!(undo, Undo::TextBox));
        let unseen = drawing.and_then(|drawing| match (drawing.is_hidden, drawing.is_off_page) {
            (true, _) => Some(Unseen::Hidden),
            (_, true) => Some(Unseen::OffPage),
            _ => None,
        });
        let ground = match drawing.map(Drawing::ground).unwrap_or_default() {
            // What lies below a box without a fill may be another shape.
            Ink::Auto if self.context.has_shapes => Ink::Unknown,
            ground => ground,
        };
        self.open.push(Open { ground, unseen, ..Open::default() });
        undo
    }

    /// A text of its own ends; it goes to its place in the outer one, or among the notes.
    fn end(&mut self, undo: Undo) {
        let Some(inner) = self.open.pop() else { return };
        let (text, asides) = inner.flow.flatten();
        match undo {
            Undo::Note(kind, id) => {
                self.notes.insert((kind, id), Note { text, asides, is_used: false });
            }
            _ => {
                let has_words = !text.trim().is_empty() || !asides.is_empty();
                if let Some(drawing) = self.drawings.last_mut().filter(|_| has_words) {
                    drawing.has_words();
                }
                let role = if self.deleted > 0 { Role::Deleted } else { Role::TextBox };
                let flow = &mut self.here().flow;
                flow.aside(role, text);
                asides.into_iter().for_each(|(role, text)| flow.aside(role, text));
            }
        }
    }

    fn note(&mut self, kind: &'static str, element: &Element<'_>) -> Undo {
        let is_of_the_page = element
            .attribute("type")
            .is_some_and(|one| matches!(one.as_str(), "separator" | "continuationSeparator" | "continuationNotice"));
        if is_of_the_page {
            return self.skipped();
        }
        let undo = Undo::Note(kind, element.attribute("id").unwrap_or_default());
        let undo = self.begin(undo);
        if kind == "comment" {
            let author = element.attribute("author").filter(|name| !name.trim().is_empty());
            if let Some(author) = &author {
                self.here().flow.add(Role::Text, &format!("{}: ", author.trim()));
            }
            self.changes.comment_by(author);
        }
        undo
    }

    fn skipped(&mut self) -> Undo {
        self.skip += 1;
        Undo::Skip
    }

    fn property(&mut self, of: Of) -> Undo {
        self.within.push(of);
        Undo::Properties
    }

    fn changed(&mut self, name: &str, element: &Element<'_>) {
        if self.skip > 0 {
            return;
        }
        match name {
            "ins" => self.changes.insertions += 1,
            "del" => self.changes.deletions += 1,
            // Both ends of a move are marked; either may be missing.
            "moveTo" => self.changes.moves += 1,
            "moveFrom" => self.changes.moves_away += 1,
            _ => {}
        }
        self.changes.changed_by(element.attribute("author"));
    }

    fn alternative(&mut self, is_choice: bool) -> Undo {
        match self.alternatives.last_mut() {
            Some(taken) if *taken => self.skipped(),
            Some(taken) => {
                // An empty choice is no reason to leave the fallback out, but words must not come twice.
                *taken = is_choice;
                Undo::Nothing
            }
            None => Undo::Nothing,
        }
    }

    /// Elements that stand for a character or a reference.
    fn sign(&mut self, name: &str, element: &Element<'_>) {
        match name {
            "tab" | "ptab" => self.put("\t"),
            "br" | "cr" => self.put("\n"),
            "noBreakHyphen" => self.put("-"),
            "fldChar" => self.field_mark(element),
            "fldSimple" => {
                let instruction = element.attribute("instr").unwrap_or_default();
                self.changes.field(&instruction);
            }
            "footnoteReference" => self.refer("footnote", element),
            "endnoteReference" => self.refer("endnote", element),
            "commentReference" => self.refer("comment", element),
            "chart" => self.refer_to_drawing(element.attribute("id")),
            "relIds" => self.refer_to_drawing(element.attribute("dm")),
            "altChunk" => self.refer_to_drawing(element.attribute("id")),
            _ => {}
        }
    }
}

impl Visitor for Word<'_> {
    fn open(&mut self, name: &str, element: &Element<'_>) {
        let undo = match name {
            "rPrChange" | "pPrChange" | "sectPrChange" | "tblPrChange" | "tcPrChange" | "trPrChange"
            | "tblPrExChange" | "tblGridChange" | "numberingChange" => {
                self.formatted(element);
                self.skipped()
            }
            "sdtPr" | "ffData" | "rt" | "binData" => self.skipped(),
            "instrText" | "delInstrText" => {
                self.in_instruction += 1;
                Undo::Instruction
            }
            "anchor" | "inline" | "group" | "shape" | "rect" | "roundrect" | "oval" if self.skip == 0 => {
                self.drawn(name, element)
            }
            "AlternateContent" => {
                self.alternatives.push(false);
                Undo::Alternatives
            }
            "Choice" => self.alternative(true),
            "Fallback" => self.alternative(false),
            "pPr" => self.property(Of::Paragraph),
            "rPr" => {
                let paragraph = self.here().paragraph.run;
                if self.within.is_empty() {
                    self.here().run = paragraph;
                }
                self.property(Of::Run)
            }
            "tblPr" | "tblPrEx" => self.property(Of::Table),
            "trPr" => self.property(Of::Row),
            "tcPr" => self.property(Of::Cell),
            "sectPr" | "tblGrid" | "bodyPr" => self.property(Of::Other),
            "del" | "moveFrom" if self.within.is_empty() => {
                self.changed(name, element);
                self.deleted += 1;
                Undo::Deleted
            }
            "ins" | "moveTo" if self.within.is_empty() => {
                self.changed(name, element);
                Undo::Nothing
            }
            "p" if self.within.is_empty() => {
                let context = self.context;
                let here = self.here();
                let style = context.styles.of_paragraph("");
                here.paragraph = Paragraph { run: style.run, fill: style.fill, ..Paragraph::default() };
                here.run = style.run;
                Undo::Paragraph
            }
            "r" => {
                let here = self.here();
                here.run = here.paragraph.run;
                Undo::Nothing
            }
            "tbl" if self.skip == 0 => {
                let here = self.here();
                here.flow.begin_table();
                here.tables.push(Table::default());
                Undo::Table
            }
            "tr" | "tc" if self.skip == 0 => {
                let here = self.here();
                if name == "tr" {
                    here.flow.begin_row();
                } else {
                    here.flow.begin_cell();
                }
                if let Some(table) = here.tables.last_mut() {
                    (table.cell, table.is_cell_deleted) = (Ink::Unset, false);
                    if name == "tr" {
                        (table.is_row_deleted, table.is_row_low) = (false, false);
                    }
                }
                Undo::Row
            }
            "txbxContent" | "txBody" if self.skip == 0 => self.begin(Undo::TextBox),
            "footnote" if self.skip == 0 && self.within.is_empty() => self.note("footnote", element),
            "endnote" if self.skip == 0 && self.within.is_empty() => self.note("endnote", element),
            "comment" if self.skip == 0 => self.note("comment", element),
            // Words that were deleted are not said, wherever they stand.
            "delText" => {
                self.in_deleted_text += 1;
                self.changes.deletions += u32::from(self.deleted == 0 && self.skip == 0);
                self.deleted += 1;
                Undo::Text
            }
            "t" => {
                self.in_text += 1;
                Undo::Text
            }
            _ => Undo::Nothing,
        };
        self.stack.push(undo);
        if self.skip > 0 {
            return;
        }
        let (depth, theme) = (self.stack.len(), &self.context.theme);
        if let Some(drawing) = self.drawings.last_mut() {
            drawing.take(name, element, depth, theme);
        }
        match self.within.as_slice() {
            [] => self.sign(name, element),
            [Of::Paragraph] => self.paragraph_property(name, element),
            [Of::Run] => self.run_property(name, element),
            [Of::Paragraph, Of::Run] if matches!(name, "ins" | "del" | "moveFrom" | "moveTo") => {
                self.formatted(element);
            }
            [of @ (Of::Table | Of::Row | Of::Cell)] => self.table_property(*of, name, element),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        let undo = self.stack.pop();
        let depth = self.stack.len();
        if let Some(drawing) = self.drawings.last_mut() {
            drawing.leave(name, depth);
        }
        match undo {
            Some(Undo::Skip) => self.skip = self.skip.saturating_sub(1),
            Some(Undo::Properties) => {
                self.within.pop();
            }
            Some(Undo::Deleted) => self.deleted = self.deleted.saturating_sub(1),
            Some(Undo::Paragraph) if self.skip == 0 => {
                let here = self.here();
                here.flow.end_paragraph();
                // A field whose result never began in its paragraph is broken; it must not swallow the document.
                here.fields.retain(|field| field.has_result);
            }
            Some(Undo::Table) => {
                let here = self.here();
                here.flow.end_table();
                here.tables.pop();
            }
            Some(Undo::Row) => {
                if let Some(table) = self.here().tables.last_mut() {
                    (table.cell, table.is_cell_deleted) = (Ink::Unset, false);
                }
            }
            Some(Undo::Text) if name == "delText" => {
                self.in_deleted_text = self.in_deleted_text.saturating_sub(1);
                self.deleted = self.deleted.saturating_sub(1);
            }
            Some(Undo::Text) => self.in_text = self.in_text.saturating_sub(1),
            Some(Undo::Instruction) => self.in_instruction = self.in_instruction.saturating_sub(1),
            Some(Undo::Drawing) => self.end_drawing(),
            Some(Undo::Alternatives) => {
                self.alternatives.pop();
            }
            Some(undo @ (Undo::TextBox | Undo::Note(..))) => self.end(undo),
            Some(Undo::Nothing | Undo::Paragraph) | None => {}
        }
    }

    fn text(&mut self, text: &str) {
        let page = self.context.page_size;
        if self.in_text > 0 || self.in_deleted_text > 0 {
            self.put(text);
        } else if self.in_instruction > 0 && self.skip == 0 {
            self.instruct(text);
        } else if let Some(drawing) = self.drawings.last_mut() {
            drawing.text(text, page);
        }
    }
}
