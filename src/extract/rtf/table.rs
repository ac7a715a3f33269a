//! Tables of RTF: rows have no element of their own, only the words `\cell` and `\row` that end them.

use super::Flow;
use crate::domain::extraction::Role;

/// Where in a table the text stands.
#[derive(Default)]
pub(super) struct State {
    is_table: bool,
    is_row: bool,
    /// A cell ended, and the next text begins another.
    is_between: bool,
    /// Cells of the row that ended.
    ended: usize,
}

impl State {
    /// The cell that is open, from 0; `None`: none is.
    pub fn cell(&self) -> Option<usize> {
        self.is_row.then_some(self.ended)
    }

    /// Opens or closes what the paragraph that comes needs.
    pub fn before_text(&mut self, flow: &mut Flow, in_table: bool) {
        if in_table {
            self.begin_cell(flow);
        } else if self.is_table && !self.is_row {
            flow.end_table();
            *self = Self::default();
        }
    }

    fn begin_cell(&mut self, flow: &mut Flow) {
        if !self.is_table {
            flow.begin_table();
            self.is_table = true;
        }
        if !std::mem::replace(&mut self.is_row, true) {
            flow.begin_row();
            flow.begin_cell();
        } else if self.is_between {
            flow.begin_cell();
        }
        self.is_between = false;
    }

    /// `\cell`.
    pub fn end_cell(&mut self, flow: &mut Flow) {
        if !self.is_row || self.is_between {
            // Text that came without being said to stand in a table belongs to it.
            let text = flow.take_text();
            self.begin_cell(flow);
            flow.add(Role::Text, &text);
        }
        flow.end_paragraph();
        self.is_between = true;
        self.ended += 1;
    }

    /// `\row`.
    pub fn end_row(&mut self, flow: &mut Flow) {
        if self.is_row {
            flow.end_paragraph();
        }
        (self.is_row, self.is_between, self.ended) = (false, false, 0);
    }
}
