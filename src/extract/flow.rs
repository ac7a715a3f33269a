//! A flow of paragraphs and tables as a reader of XML meets it: what is open, and what is finished. Knows no format.

use crate::domain::extraction::Role;
use crate::extract::story::{Aside, Block};

/// Most nested tables that are kept apart; what is deeper counts as text of the cell.
const MAX_NESTED_TABLES: usize = 20;

/// A table that is being read.
#[derive(Default)]
struct Table {
    rows: Vec<Vec<Vec<String>>>,
    asides: Vec<Aside>,
}

/// A text of its own, as the body, a text box or a note.
#[derive(Default)]
pub(crate) struct Flow {
    blocks: Vec<Block>,
    tables: Vec<Table>,
    /// Tables beyond the cap that are open.
    too_deep: usize,
    text: String,
    asides: Vec<Aside>,
    /// Of the text that was added last, so that what stands together stays together.
    last: Option<Role>,
    pub is_heading: bool,
}

impl Flow {
    /// Adds text of a role to the open paragraph; only ordinary text becomes part of it.
    pub fn add(&mut self, role: Role, text: &str) {
        if role == Role::Text {
            self.text.push_str(text);
        } else {
            match self.asides.last_mut() {
                Some((last, so_far)) if *last == role && self.last == Some(role) => so_far.push_str(text),
                _ => self.asides.push((role, text.to_string())),
            }
        }
        self.last = Some(role);
    }

    /// Takes the open paragraph's text back out.
    pub fn take_text(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    /// Adds a whole text that belongs to this place.
    pub fn aside(&mut self, role: Role, text: String) {
        self.asides.push((role, text));
        self.last = None;
    }

    /// Whether nothing was said in it yet.
    pub fn is_empty(&self) -> bool {
        let is_said = !self.text.trim().is_empty() || !self.asides.is_empty();
        self.blocks.is_empty() && self.tables.is_empty() && !is_said
    }

    /// Whether a table is open.
    pub fn is_in_table(&self) -> bool {
        !self.tables.is_empty()
    }

    /// Ends the open paragraph.
    pub fn end_paragraph(&mut self) {
        let (text, asides) = (std::mem::take(&mut self.text), std::mem::take(&mut self.asides));
        let is_heading = std::mem::take(&mut self.is_heading);
        self.last = None;
        match self.tables.last_mut() {
            Some(table) => {
                table.asides.extend(asides);
                if text.trim().is_empty() {
                    return;
                }
                if table.rows.is_empty() {
                    table.rows.push(Vec::new());
                }
                if let Some(row) = table.rows.last_mut() {
                    if row.is_empty() {
                        row.push(Vec::new());
                    }
                    if let Some(cell) = row.last_mut() {
                        cell.push(text);
                    }
                }
            }
            None if text.trim().is_empty() && asides.is_empty() => {}
            None => self.blocks.push(Block::Paragraph { text, is_heading, asides }),
        }
    }

    /// Begins a table.
    pub fn begin_table(&mut self) {
        self.end_open_text();
        if self.tables.len() >= MAX_NESTED_TABLES {
            self.too_deep += 1;
        } else {
            self.tables.push(Table::default());
        }
    }

    /// Begins a row of the innermost table.
    pub fn begin_row(&mut self) {
        if let (Some(table), 0) = (self.tables.last_mut(), self.too_deep) {
            table.rows.push(Vec::new());
        }
    }

    /// Begins a cell of the innermost row.
    pub fn begin_cell(&mut self) {
        if let (Some(row), 0) = (self.tables.last_mut().and_then(|table| table.rows.last_mut()), self.too_deep) {
            row.push(Vec::new());
        }
    }

    /// Ends the innermost table; one in a cell becomes text of the cell.
    pub fn end_table(&mut self) {
        self.end_open_text();
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let Some(mut table) = self.tables.pop() else { return };
        table.rows.retain(|row| !row.is_empty());
        match self.tables.last_mut() {
            Some(outer) => {
                outer.asides.append(&mut table.asides);
                let cell = outer.rows.last_mut().and_then(|row| row.last_mut());
                if let Some(cell) = cell {
                    cell.extend(table.rows.iter().map(|row| row.concat().join(" ")));
                }
            }
            None => self.blocks.push(Block::Table { rows: table.rows, asides: table.asides }),
        }
    }

    /// Text that stands outside a paragraph must not be lost.
    fn end_open_text(&mut self) {
        if !self.text.is_empty() || !self.asides.is_empty() {
            self.end_paragraph();
        }
    }

    /// Everything in it.
    pub fn finish(mut self) -> Vec<Block> {
        while self.is_in_table() {
            self.end_table();
        }
        self.end_open_text();
        self.blocks
    }

    /// Everything in it as one text, with what was said aside.
    pub fn flatten(self) -> (String, Vec<Aside>) {
        let (mut lines, mut all) = (Vec::new(), Vec::new());
        for block in self.finish() {
            match block {
                Block::Paragraph { text, asides, .. } => {
                    lines.push(text);
                    all.extend(asides);
                }
                Block::Table { rows, asides } => {
                    for row in rows {
                        lines.push(row.iter().map(|cell| cell.join(" ")).collect::<Vec<_>>().join("\t"));
                    }
                    all.extend(asides);
                }
            }
        }
        lines.retain(|line| !line.trim().is_empty());
        (lines.join("\n"), all)
    }
}
