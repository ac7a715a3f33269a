//! WordprocessingML (ECMA-376 part 1, 17) as blocks, with deletions, comments and hidden text set apart. Computes no
//! numbering and no layout.

mod looks;
mod marks;

use super::colour::{Ink, Theme};
use super::styles::{Look, Styles};
use super::word_shapes::Drawing;
use super::xml::{Element, Visitor};
use crate::domain::extraction::Role;
use crate::extract::changes::{Changes, Unseen};
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

    fn put(&mut self, text: &str) {
        if self.skip > 0 || !self.within.is_empty() || self.here().fields.iter().any(|field| !field.has_result) {
            return;
        }
        // A blank shows no colour.
        let role = if text.trim().is_empty() && self.deleted == 0 { Role::Text } else { self.role() };
        self.here().flow.add(role, text);
    }

    /// A row or a cell begins.
    fn begin_row(&mut self, name: &str) {
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
    }

    fn begin_paragraph(&mut self) {
        let context = self.context;
        let here = self.here();
        let style = context.styles.of_paragraph("");
        here.paragraph = Paragraph { run: style.run, fill: style.fill, ..Paragraph::default() };
        here.run = style.run;
    }

    fn skipped(&mut self) -> Undo {
        self.skip += 1;
        Undo::Skip
    }

    fn property(&mut self, of: Of) -> Undo {
        self.within.push(of);
        Undo::Properties
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
                self.begin_paragraph();
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
                self.begin_row(name);
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
