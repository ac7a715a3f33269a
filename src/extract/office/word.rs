//! WordprocessingML (ECMA-376 part 1, 17) as blocks, with deletions, comments and hidden text set apart. Computes no
//! numbering and no layout.

use super::styles::{Styles, is_white};
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
    /// The page is not white, so that white text is seen.
    pub is_dark: bool,
}

/// What closing an element undoes.
#[derive(Debug)]
enum Undo {
    Nothing,
    Skip,
    Properties,
    Deleted,
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
    Other,
}

/// What the open run or paragraph looks like.
#[derive(Clone, Copy, Default)]
struct Look {
    is_hidden: bool,
    is_white: bool,
    is_shaded: bool,
}

/// A text of its own; it waits while another one inside it is read.
#[derive(Default)]
struct Open {
    flow: Flow,
    run: Look,
    paragraph: Look,
    /// Open fields: whether the result has begun. What stands before it is an instruction.
    fields: Vec<bool>,
    was_hidden: bool,
}

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
        if self.deleted > 0 {
            return Role::Deleted;
        }
        let is_on_paper = self.open.len() == 1 && !self.context.is_dark;
        let here = self.here();
        // In a table or a box the ground may be dark by a style.
        let is_white = here.run.is_white && !here.run.is_shaded && !here.paragraph.is_shaded;
        let is_unseen = is_white && is_on_paper && !here.flow.is_in_table();
        if !here.run.is_hidden && !is_unseen {
            here.was_hidden = false;
            return Role::Text;
        }
        let (is_new, is_hidden) = (!std::mem::replace(&mut here.was_hidden, true), here.run.is_hidden);
        self.changes.hidden += u32::from(is_new && is_hidden);
        self.changes.unseen += u32::from(is_new && !is_hidden);
        Role::Hidden
    }

    fn put(&mut self, text: &str) {
        if self.skip > 0 || !self.within.is_empty() || self.here().fields.contains(&false) {
            return;
        }
        // A blank shows no colour.
        let role = if text.trim().is_empty() && self.deleted == 0 { Role::Text } else { self.role() };
        self.here().flow.add(role, text);
    }

    fn paragraph_property(&mut self, name: &str, element: &Element<'_>) {
        let value = || element.attribute("val").unwrap_or_default();
        let context = self.context;
        let here = self.here();
        match name {
            "pStyle" => {
                let style = context.styles.of(&value());
                here.flow.is_heading |= style.is_heading;
                here.paragraph =
                    Look { is_hidden: style.is_hidden, is_white: style.is_white, is_shaded: style.is_shaded };
            }
            "outlineLvl" => here.flow.is_heading |= value().parse::<u32>().is_ok_and(|level| level < 9),
            "shd" => here.paragraph.is_shaded |= has_fill(element),
            _ => {}
        }
    }

    fn run_property(&mut self, name: &str, element: &Element<'_>) {
        let value = || element.attribute("val").unwrap_or_default();
        let context = self.context;
        let here = self.here();
        match name {
            "rStyle" => {
                let style = context.styles.of(&value());
                here.run.is_hidden |= style.is_hidden;
                here.run.is_white |= style.is_white;
                here.run.is_shaded |= style.is_shaded;
            }
            "vanish" => here.run.is_hidden = element.is_on("val"),
            "color" => here.run.is_white = is_white(element),
            // Half points; text of one point is a way to hide it.
            "sz" => here.run.is_white |= value().parse::<u32>().is_ok_and(|size| size <= 2),
            "shd" => here.run.is_shaded |= has_fill(element),
            "highlight" => here.run.is_shaded |= !matches!(value().as_str(), "none" | "white"),
            _ => {}
        }
    }

    fn field_mark(&mut self, element: &Element<'_>) {
        let fields = &mut self.here().fields;
        match element.attribute("fldCharType").as_deref() {
            Some("begin") => fields.push(false),
            Some("separate") => {
                if let Some(last) = fields.last_mut() {
                    *last = true;
                }
            }
            Some("end") => {
                fields.pop();
            }
            _ => {}
        }
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
        self.open.push(Open::default());
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

fn has_fill(element: &Element<'_>) -> bool {
    let fill = element.attribute("fill").unwrap_or_default().to_ascii_lowercase();
    !matches!(fill.as_str(), "" | "auto" | "ffffff") || element.attribute("themeFill").is_some()
}

impl Visitor for Word<'_> {
    fn open(&mut self, name: &str, element: &Element<'_>) {
        let undo = match name {
            "rPrChange" | "pPrChange" | "sectPrChange" | "tblPrChange" | "tcPrChange" | "trPrChange" | "sdtPr"
            | "instrText" | "delInstrText" | "ffData" | "rt" | "binData" => self.skipped(),
            "AlternateContent" => {
                self.alternatives.push(false);
                Undo::Alternatives
            }
            "Choice" => self.alternative(true),
            "Fallback" => self.alternative(false),
            "pPr" => self.property(Of::Paragraph),
            "rPr" => {
                let paragraph = self.here().paragraph;
                if self.within.is_empty() {
                    self.here().run = paragraph;
                }
                self.property(Of::Run)
            }
            "tblPr" | "trPr" | "tcPr" | "sectPr" | "tblPrEx" | "tblGrid" | "bodyPr" => self.property(Of::Other),
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
                let here = self.here();
                (here.paragraph, here.run) = (Look::default(), Look::default());
                Undo::Paragraph
            }
            "r" => {
                let here = self.here();
                here.run = here.paragraph;
                Undo::Nothing
            }
            "tbl" if self.skip == 0 => {
                self.here().flow.begin_table();
                Undo::Table
            }
            "tr" | "tc" if self.skip == 0 => {
                let flow = &mut self.here().flow;
                if name == "tr" {
                    flow.begin_row()
                } else {
                    flow.begin_cell()
                }
                Undo::Nothing
            }
            "txbxContent" | "txBody" if self.skip == 0 => self.begin(Undo::TextBox),
            "footnote" if self.skip == 0 && self.within.is_empty() => self.note("footnote", element),
            "endnote" if self.skip == 0 && self.within.is_empty() => self.note("endnote", element),
            "comment" if self.skip == 0 => self.note("comment", element),
            "t" | "delText" => {
                self.in_text += 1;
                Undo::Text
            }
            _ => Undo::Nothing,
        };
        self.stack.push(undo);
        if self.skip > 0 {
            return;
        }
        match self.within.as_slice() {
            [] => self.sign(name, element),
            [Of::Paragraph] => self.paragraph_property(name, element),
            [Of::Run] => self.run_property(name, element),
            _ => {}
        }
    }

    fn close(&mut self, _: &str) {
        match self.stack.pop() {
            Some(Undo::Skip) => self.skip = self.skip.saturating_sub(1),
            Some(Undo::Properties) => {
                self.within.pop();
            }
            Some(Undo::Deleted) => self.deleted = self.deleted.saturating_sub(1),
            Some(Undo::Paragraph) if self.skip == 0 => {
                let here = self.here();
                here.flow.end_paragraph();
                // A field whose result never began in its paragraph is broken; it must not swallow the document.
                here.fields.retain(|has_result| *has_result);
            }
            Some(Undo::Table) => self.here().flow.end_table(),
            Some(Undo::Text) => self.in_text = self.in_text.saturating_sub(1),
            Some(Undo::Alternatives) => {
                self.alternatives.pop();
            }
            Some(undo @ (Undo::TextBox | Undo::Note(..))) => self.end(undo),
            Some(Undo::Nothing | Undo::Paragraph) | None => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_text > 0 {
            self.put(text);
        }
    }
}
