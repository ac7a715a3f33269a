//! PresentationML and DrawingML of one slide, its notes or its comments (ECMA-376 part 1, 19 and 21). Lays nothing out:
//! the title comes first, all else in the order of the file.

use super::xml::{Element, Visitor};
use crate::domain::extraction::Role;
use crate::extract::flow::Flow;
use crate::extract::story::Block;
use std::collections::HashMap;

/// A shape's text, as a reader of the slide meets it.
#[derive(Debug)]
pub(super) struct Shape {
    pub role: Role,
    /// Placeholder that it fills, as `title`, `body`; empty: none.
    pub placeholder: String,
    pub blocks: Vec<Block>,
}

/// What closing an element undoes.
enum Undo {
    Nothing,
    Skip,
    Shape,
    Paragraph,
    Table,
    Text,
    Properties,
    Alternatives,
}

/// Reads one part with shapes.
pub(super) struct Slide<'c> {
    related: &'c HashMap<String, String>,
    pub shapes: Vec<Shape>,
    pub is_hidden: bool,
    flow: Flow,
    placeholder: String,
    is_shape_hidden: bool,
    stack: Vec<Undo>,
    skip: usize,
    properties: usize,
    in_text: usize,
    alternatives: Vec<bool>,
}

impl<'c> Slide<'c> {
    /// A reader; `related` are the texts of charts and diagrams by relation.
    pub fn new(related: &'c HashMap<String, String>) -> Self {
        Self {
            related,
            shapes: Vec::new(),
            is_hidden: false,
            flow: Flow::default(),
            placeholder: String::new(),
            is_shape_hidden: false,
            stack: Vec::new(),
            skip: 0,
            properties: 0,
            in_text: 0,
            alternatives: Vec::new(),
        }
    }

    /// The shapes, the title first.
    pub fn finish(mut self) -> (Vec<Shape>, bool) {
        self.end_shape();
        self.shapes.sort_by_key(|shape| !is_title(&shape.placeholder));
        (self.shapes, self.is_hidden)
    }

    fn end_shape(&mut self) {
        let blocks = std::mem::take(&mut self.flow).finish();
        let placeholder = std::mem::take(&mut self.placeholder);
        let role = match placeholder.as_str() {
            _ if std::mem::take(&mut self.is_shape_hidden) => Role::Hidden,
            "ftr" | "hdr" | "dt" | "sldNum" => Role::HeaderFooter,
            _ => Role::Text,
        };
        if !blocks.is_empty() {
            self.shapes.push(Shape { role, placeholder, blocks });
        }
    }

    fn put(&mut self, text: &str) {
        if self.skip == 0 && self.properties == 0 {
            self.flow.add(Role::Text, text);
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
                Undo::Shape
            }
            "pPr" | "rPr" | "endParaRPr" | "bodyPr" | "lstStyle" | "tblPr" | "tcPr" => {
                self.properties += 1;
                Undo::Properties
            }
            "p" if self.skip == 0 => Undo::Paragraph,
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
            "cNvPr" => self.is_shape_hidden |= element.attribute("hidden").is_some_and(|on| on == "1" || on == "true"),
            "ph" => self.placeholder = element.attribute("type").unwrap_or_else(|| "body".into()),
            "tr" => self.flow.begin_row(),
            "tc" => self.flow.begin_cell(),
            "br" => self.put("\n"),
            "tab" => self.put("\t"),
            "chart" => self.related_text(element.attribute("id")),
            "relIds" => self.related_text(element.attribute("dm")),
            _ => {}
        }
    }

    fn close(&mut self, _: &str) {
        match self.stack.pop() {
            Some(Undo::Skip) => self.skip = self.skip.saturating_sub(1),
            Some(Undo::Shape) if self.skip == 0 => self.end_shape(),
            Some(Undo::Paragraph) if self.skip == 0 => self.flow.end_paragraph(),
            Some(Undo::Table) => self.flow.end_table(),
            Some(Undo::Text) => self.in_text = self.in_text.saturating_sub(1),
            Some(Undo::Properties) => self.properties = self.properties.saturating_sub(1),
            Some(Undo::Alternatives) => {
                self.alternatives.pop();
            }
            Some(Undo::Nothing | Undo::Shape | Undo::Paragraph) | None => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_text > 0 {
            self.put(text);
        }
    }
}
