//! Rows and columns of a sheet as lines of text: what is shown, and apart from it what is hidden. Holds no empty cells.

/// Most tabs between two cells: a far cell is not worth a thousand tabs.
const MAX_GAP: u32 = 16;

/// Most text of one workbook, in bytes: a cell may be repeated a million times at no cost.
pub(super) const MAX_TEXT_BYTES: usize = 17 << 20;

/// How a cell is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sight {
    Shown,
    /// Its row is hidden.
    HiddenRow,
    /// In the colour of its ground, or too small.
    Lost,
    /// Its format shows nothing.
    Masked,
}

/// The text of one sheet, filled cell by cell.
#[derive(Default)]
pub(super) struct Grid {
    shown: Lines,
    hidden: Lines,
    row: u32,
    /// Hidden columns, as first and last, from 1.
    pub hidden_columns: Vec<(u32, u32)>,
    /// Hidden rows that hold something.
    pub hidden_rows: u32,
    /// Cells with words that are lost on their ground, and of which the format shows nothing.
    pub lost: u32,
    pub masked: u32,
    is_row_counted: bool,
}

#[derive(Default)]
struct Lines {
    text: String,
    /// Of the last cell in the open line; 0: the line is empty.
    column: u32,
}

impl Lines {
    fn add(&mut self, column: u32, text: &str) {
        if self.column == 0 {
            if !self.text.is_empty() {
                self.text.push('\n');
            }
        } else {
            let gap = column.saturating_sub(self.column).clamp(1, MAX_GAP);
            self.text.extend(std::iter::repeat_n('\t', gap as usize));
        }
        self.column = column.max(1);
        let mut words = text.split(['\n', '\r', '\t']).map(str::trim).filter(|word| !word.is_empty());
        if let Some(first) = words.next() {
            self.text.push_str(first);
            words.for_each(|word| {
                self.text.push(' ');
                self.text.push_str(word);
            });
        }
    }
}

impl Grid {
    /// Adds a cell; rows and columns count from 1 and come in order. False: the text is full.
    pub fn add(&mut self, row: u32, column: u32, sight: Sight, text: &str) -> bool {
        if text.trim().is_empty() {
            return true;
        }
        if row != self.row {
            (self.row, self.is_row_counted) = (row, false);
            (self.shown.column, self.hidden.column) = (0, 0);
        }
        let is_row_hidden = sight == Sight::HiddenRow;
        if is_row_hidden && !std::mem::replace(&mut self.is_row_counted, true) {
            self.hidden_rows += 1;
        }
        let is_hidden = is_row_hidden || self.hidden_columns.iter().any(|(a, b)| (*a..=*b).contains(&column));
        self.lost += u32::from(!is_hidden && sight == Sight::Lost);
        self.masked += u32::from(!is_hidden && sight == Sight::Masked);
        let is_hidden = is_hidden || sight != Sight::Shown;
        let lines = if is_hidden { &mut self.hidden } else { &mut self.shown };
        lines.add(column, text);
        self.shown.text.len() + self.hidden.text.len() < MAX_TEXT_BYTES
    }

    /// Whether nothing in it is shown.
    pub fn is_empty(&self) -> bool {
        self.shown.text.is_empty()
    }

    /// Columns that are hidden, at most those that a sheet can have.
    pub fn count_hidden_columns(&self) -> u32 {
        self.hidden_columns.iter().map(|(a, b)| (b.saturating_sub(*a) + 1).min(16_384)).sum::<u32>().min(16_384)
    }

    /// What is shown, and what is hidden.
    pub fn finish(self) -> (String, String) {
        (self.shown.text, self.hidden.text)
    }
}
