//! PresentationML and DrawingML of one slide, its notes or its comments (ECMA-376 part 1, 19 and 21). Lays nothing out:
//! the title comes first, all else in the order of the file.

mod look;

use super::backdrop::Backdrop;
use super::colour::{Ink, is_lost};
use super::cover::{self, Area, Fate, Placed};
use super::paint::Paint;
use super::slide_shape::Frame;
use super::xml::{Element, Visitor};
use crate::domain::extraction::Role;
use crate::extract::changes::Changes;
use crate::extract::flow::Flow;
use crate::extract::story::Block;
use look::{Look, cells};
use std::collections::HashMap;

/// Smallest letters that are read, in hundredths of a point.
const SMALLEST: u32 = 100;

/// A shape's text, as a reader of the slide meets it.
#[derive(Debug)]
pub(super) struct Shape {
    pub role: Role,
    /// Placeholder that it fills, as `title`, `body`, and its number; empty: none.
    pub placeholder: String,
    pub number: String,
    pub placed: Placed,
    pub blocks: Vec<Block>,
}

/// What a slide, its notes or a drawing gave.
pub(super) struct Found {
    pub shapes: Vec<Shape>,
    pub is_hidden: bool,
    pub changes: Changes,
}

/// What closing an element undoes.
enum Undo {
    Nothing,
    Skip,
    Shape,
    Group,
    Paragraph,
    Table,
    Cell,
    Text,
    Properties,
    Run,
    Defaults,
    Background,
    Alternatives,
}

/// Reads one part with shapes.
pub(super) struct Slide<'c> {
    related: &'c HashMap<String, String>,
    backdrop: &'c Backdrop,
    shapes: Vec<Shape>,
    pub is_hidden: bool,
    /// The colour of the slide's own background.
    pub background: Ink,
    changes: Changes,
    flow: Flow,
    placeholder: String,
    number: String,
    frame: Frame,
    /// The ground of the text of the shape that is open; `None`: not yet looked for.
    ground: Option<Ink>,
    /// Grounds of the cells of all tables, in their order; they stand behind the words in the file.
    cells: std::vec::IntoIter<Ink>,
    cell: Ink,
    /// What holds for the text of the shape, and for the open run.
    default_look: Look,
    look: Look,
    run_depth: usize,
    defaults_depth: usize,
    /// Level of the list style that is open, as `lvl1pPr`, and of the paragraph, which begins with 0.
    is_first_level: bool,
    is_paragraph_deep: bool,
    background_depth: usize,
    background_paint: Paint,
    was_unseen: bool,
    stack: Vec<Undo>,
    skip: usize,
    properties: usize,
    in_text: usize,
    alternatives: Vec<bool>,
}

impl<'c> Slide<'c> {
    /// A reader; `related` are the texts of charts and diagrams by relation.
    pub fn new(related: &'c HashMap<String, String>, backdrop: &'c Backdrop, xml: &str) -> Self {
        Self {
            related,
            backdrop,
            shapes: Vec::new(),
            is_hidden: false,
            background: Ink::Unset,
            changes: Changes::default(),
            flow: Flow::default(),
            placeholder: String::new(),
            number: String::new(),
            frame: Frame::default(),
            ground: None,
            cells: cells(xml, backdrop).into_iter(),
            cell: Ink::Unset,
            default_look: Look::default(),
            look: Look::default(),
            run_depth: 0,
            defaults_depth: 0,
            is_first_level: false,
            is_paragraph_deep: false,
            background_depth: 0,
            background_paint: Paint::default(),
            was_unseen: false,
            stack: Vec::new(),
            skip: 0,
            properties: 0,
            in_text: 0,
            alternatives: Vec::new(),
        }
    }

    /// All shapes as they are drawn, those without text too.
    pub fn all(&mut self) -> Vec<Shape> {
        self.end_shape();
        std::mem::take(&mut self.shapes)
    }

    /// Filled boxes without words, pictures left out.
    pub fn boxes(&mut self) -> u32 {
        self.end_shape();
        let is_box = |placed: &Placed| placed.covers && !placed.has_words && !placed.is_picture;
        self.shapes.iter().filter(|shape| is_box(&shape.placed)).count() as u32
    }

    /// The shapes with text, the title first; what lies under others or beyond the edge is hidden.
    pub fn finish(mut self) -> Found {
        let mut shapes = self.all();
        let placed: Vec<Placed> = shapes.iter().map(|shape| shape.placed).collect();
        for (shape, fate) in shapes.iter_mut().zip(cover::fates(&placed, self.backdrop.size)) {
            match fate {
                _ if shape.role != Role::Text => continue,
                Fate::Seen => continue,
                Fate::Touched => {
                    self.changes.covers += u32::from(!self.is_hidden);
                    continue;
                }
                Fate::Covered => self.changes.covered += 1,
                Fate::OffPage => self.changes.off_page += 1,
            }
            shape.role = Role::Hidden;
        }
        shapes.retain(|shape| !shape.blocks.is_empty());
        shapes.sort_by_key(|shape| !is_title(&shape.placeholder));
        Found { shapes, is_hidden: self.is_hidden, changes: self.changes }
    }

    fn inherited(&self) -> Option<Area> {
        self.backdrop.place(&self.placeholder, &self.number)
    }

    fn end_shape(&mut self) {
        let blocks = std::mem::take(&mut self.flow).finish();
        let mut placed = self.frame.placed(self.inherited());
        placed.has_words = blocks.iter().any(is_said);
        let is_hidden = self.frame.is_hidden();
        self.frame.begin("");
        let (placeholder, number) = (std::mem::take(&mut self.placeholder), std::mem::take(&mut self.number));
        (self.ground, self.default_look, self.look) = (None, Look::default(), Look::default());
        let role = match placeholder.as_str() {
            _ if is_hidden => Role::Hidden,
            "ftr" | "hdr" | "dt" | "sldNum" => Role::HeaderFooter,
            _ => Role::Text,
        };
        self.changes.hidden += u32::from(is_hidden && !blocks.is_empty());
        if !blocks.is_empty() || placed.covers || !placeholder.is_empty() {
            self.shapes.push(Shape { role, placeholder, number, placed, blocks });
        }
    }

    /// The ground of the text in the shape that is open.
    fn ground(&mut self) -> Ink {
        if let Some(ground) = self.ground {
            return ground;
        }
        let placed = self.frame.placed(self.inherited());
        let ground = if placed.covers {
            placed.ink
        } else {
            let own = self.shapes.iter().rev().map(|shape| shape.placed);
            let below = own.chain(self.backdrop.below.iter().rev().copied());
            cover::ground(below, placed.area, self.background.or(self.backdrop.ground))
        };
        self.ground = Some(ground);
        ground
    }

    /// What text at this place is.
    fn role(&mut self) -> Role {
        let (look, default) = (self.look, self.default_look);
        let ground = self.ground();
        let ink = if look.ink.ink == Ink::Unset && !self.is_paragraph_deep { default.ink } else { look.ink };
        // Without a colour of its own it has one by the master, which is not computed.
        let is_seen_through = ink.is_clear && ink.ink != Ink::Unset;
        let text = if ink.ink == Ink::Unset { Ink::Unknown } else { ink.ink };
        let is_unseen = look.is_small || is_seen_through || is_lost(text, look.marker.ink, &[self.cell, ground]);
        let is_new = is_unseen && !std::mem::replace(&mut self.was_unseen, is_unseen);
        self.was_unseen = is_unseen;
        self.changes.unseen += u32::from(is_new && !self.frame.is_hidden());
        if is_unseen { Role::Hidden } else { Role::Text }
    }

    fn put(&mut self, text: &str) {
        if self.skip == 0 && self.properties == 0 {
            let role = if text.trim().is_empty() { Role::Text } else { self.role() };
            self.flow.add(role, text);
        }
    }

    fn related_text(&mut self, id: Option<String>) {
        let text = id.and_then(|id| self.related.get(&id));
        if let (Some(text), 0) = (text, self.skip) {
            for line in text.lines() {
                self.flow.add(Role::Text, line);
                self.flow.end_paragraph();
            }
        }
    }

    fn alternative(&mut self, is_choice: bool) -> Undo {
        match self.alternatives.last_mut() {
            Some(true) => {
                self.skip += 1;
                Undo::Skip
            }
            Some(taken) => {
                *taken = is_choice;
                Undo::Nothing
            }
            None => Undo::Nothing,
        }
    }
}

/// Whether a placeholder is a title.
pub(super) fn is_title(placeholder: &str) -> bool {
    matches!(placeholder, "title" | "ctrTitle")
}

impl Visitor for Slide<'_> {
    fn open(&mut self, name: &str, element: &Element<'_>) {
        let undo = match name {
            "AlternateContent" => {
                self.alternatives.push(false);
                Undo::Alternatives
            }
            "Choice" => self.alternative(true),
            "Fallback" => self.alternative(false),
            "sld" => {
                self.is_hidden = element.attribute("show").is_some_and(|show| matches!(show.as_str(), "0" | "false"));
                Undo::Nothing
            }
            "sp" | "graphicFrame" | "cxnSp" | "pic" | "contentPart" => {
                self.end_shape();
                self.frame.begin(name);
                Undo::Shape
            }
            "grpSp" => {
                self.end_shape();
                self.frame.begin_group();
                Undo::Group
            }
            "bg" => {
                self.background_depth = self.stack.len() + 1;
                Undo::Background
            }
            "rPr" if self.skip == 0 => {
                self.properties += 1;
                let size = element.attribute("sz").and_then(|size| size.parse::<u32>().ok());
                self.look = Look::of_size(size.is_some_and(|size| size <= SMALLEST));
                self.run_depth = self.stack.len() + 1;
                Undo::Run
            }
            "defRPr" if self.skip == 0 && self.is_first_level => {
                self.properties += 1;
                self.defaults_depth = self.stack.len() + 1;
                Undo::Defaults
            }
            "r" | "fld" => {
                self.look = Look::default();
                Undo::Nothing
            }
            "pPr" | "endParaRPr" | "bodyPr" | "lstStyle" | "tblPr" | "tcPr" => {
                self.properties += 1;
                Undo::Properties
            }
            "tc" if self.skip == 0 => {
                self.cell = self.cells.next().unwrap_or(Ink::Unknown);
                self.flow.begin_cell();
                Undo::Cell
            }
            "p" if self.skip == 0 => {
                self.is_paragraph_deep = false;
                Undo::Paragraph
            }
            "tbl" if self.skip == 0 => {
                self.flow.begin_table();
                Undo::Table
            }
            "t" | "text" => {
                self.in_text += 1;
                Undo::Text
            }
            _ => Undo::Nothing,
        };
        self.stack.push(undo);
        if self.skip > 0 {
            return;
        }
        match name {
            "lvl1pPr" => self.is_first_level = true,
            "pPr" => self.is_paragraph_deep = element.attribute("lvl").is_some_and(|level| level != "0"),
            _ => {}
        }
        let depth = self.stack.len();
        let backdrop = self.backdrop;
        if self.run_depth > 0 && depth > self.run_depth {
            self.look.take(name, element, depth - self.run_depth, backdrop);
        } else if self.defaults_depth > 0 && depth > self.defaults_depth {
            self.default_look.take(name, element, depth - self.defaults_depth, backdrop);
        } else if self.background_depth > 0 && depth > self.background_depth {
            self.take_background(name, element, depth - self.background_depth);
        } else {
            self.frame.take(name, element, depth, &backdrop.theme);
        }
        match name {
            "ph" => {
                self.placeholder = element.attribute("type").unwrap_or_else(|| "body".into());
                self.number = element.attribute("idx").unwrap_or_default();
            }
            "tr" => self.flow.begin_row(),
            "br" => self.put("\n"),
            "tab" => self.put("\t"),
            "chart" => self.related_text(element.attribute("id")),
            "relIds" => self.related_text(element.attribute("dm")),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        let undo = self.stack.pop();
        self.is_first_level &= name != "lvl1pPr";
        self.frame.leave(name, self.stack.len());
        match undo {
            Some(Undo::Skip) => self.skip = self.skip.saturating_sub(1),
            Some(Undo::Shape) if self.skip == 0 => self.end_shape(),
            Some(Undo::Paragraph) if self.skip == 0 => self.flow.end_paragraph(),
            Some(Undo::Table) => self.flow.end_table(),
            Some(Undo::Text) => self.in_text = self.in_text.saturating_sub(1),
            Some(Undo::Group) if self.skip == 0 => {
                self.end_shape();
                self.frame.end_group();
            }
            Some(Undo::Cell) => self.cell = Ink::Unset,
            Some(Undo::Run) => {
                (self.properties, self.run_depth) = (self.properties.saturating_sub(1), 0);
            }
            Some(Undo::Defaults) => {
                (self.properties, self.defaults_depth) = (self.properties.saturating_sub(1), 0);
            }
            Some(Undo::Background) => {
                (self.background, self.background_depth) = (self.background_paint.ink, 0);
            }
            Some(Undo::Properties) => self.properties = self.properties.saturating_sub(1),
            Some(Undo::Alternatives) => {
                self.alternatives.pop();
            }
            Some(Undo::Nothing | Undo::Shape | Undo::Group | Undo::Paragraph) | None => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_text > 0 {
            self.put(text);
        }
    }
}

fn is_said(block: &Block) -> bool {
    match block {
        Block::Paragraph { text, .. } => !text.trim().is_empty(),
        Block::Table { rows, .. } => !rows.is_empty(),
    }
}
