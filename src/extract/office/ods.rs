//! OpenDocument spreadsheets (ODF 1.3 part 3, 9): the cells as shown, sheet by sheet. Repeats no empty cell, whatever
//! number of repetitions is claimed.

use super::grid::Grid;
use super::odf_styles::Styles;
use super::xlsx::Book;
use super::xml::{Element, Visitor};
use crate::domain::extraction::Role;

/// Most repetitions of a cell or row with words.
const MAX_REPEATS: u32 = 100;

/// Reads the content of a spreadsheet.
pub(super) struct Sheets<'s> {
    styles: &'s Styles,
    pub book: Book,
    number: u32,
    name: String,
    is_hidden: bool,
    is_filtered: bool,
    grid: Grid,
    tables: usize,
    row: u32,
    row_repeats: u32,
    is_row_hidden: bool,
    column: u32,
    /// Cells of the open row: column, repetitions, text.
    cells: Vec<(u32, u32, String)>,
    cell: String,
    cell_repeats: u32,
    /// Value by attribute, for cells without text.
    value: String,
    in_paragraph: usize,
    skip: usize,
    comment: Option<Comment>,
    comments: Vec<String>,
    shape: Option<String>,
    shapes: Vec<String>,
    in_shape: usize,
    stack: Vec<bool>,
}

#[derive(Default)]
struct Comment {
    author: String,
    text: String,
    in_author: bool,
    in_date: bool,
}

impl<'s> Sheets<'s> {
    /// A reader.
    pub fn new(styles: &'s Styles) -> Self {
        Self {
            styles,
            book: Book::default(),
            number: 0,
            name: String::new(),
            is_hidden: false,
            is_filtered: false,
            grid: Grid::default(),
            tables: 0,
            row: 1,
            row_repeats: 1,
            is_row_hidden: false,
            column: 1,
            cells: Vec::new(),
            cell: String::new(),
            cell_repeats: 1,
            value: String::new(),
            in_paragraph: 0,
            skip: 0,
            comment: None,
            comments: Vec::new(),
            shape: None,
            shapes: Vec::new(),
            in_shape: 0,
            stack: Vec::new(),
        }
    }

    fn begin_sheet(&mut self, element: &Element<'_>) {
        self.number += 1;
        self.name = element.attribute("name").unwrap_or_default();
        let style = element.attribute("style-name").unwrap_or_default();
        self.is_hidden = self.styles.of("table", &style).is_out_of_show;
        if self.is_hidden {
            self.book.hide(&self.name, false);
        }
        (self.row, self.column, self.is_filtered) = (1, 1, false);
    }

    fn end_sheet(&mut self) {
        let grid = std::mem::take(&mut self.grid);
        self.book.hide_rows(&self.name, grid.hidden_rows, grid.count_hidden_columns(), self.is_filtered);
        self.book.add(self.number, &self.name, self.is_hidden, grid);
        let role = if self.is_hidden { Role::Hidden } else { Role::TextBox };
        self.book.aside(self.number, role, std::mem::take(&mut self.shapes).join("\n"));
        self.book.aside(self.number, Role::Comment, std::mem::take(&mut self.comments).join("\n"));
    }

    fn end_row(&mut self) {
        let repeats = if self.cells.is_empty() { 0 } else { self.row_repeats.min(MAX_REPEATS) };
        for at in 0..repeats {
            for (column, repeats, text) in &self.cells {
                for n in 0..*repeats {
                    if !self.book.is_full {
                        let row = self.row.saturating_add(at);
                        self.book.is_full = !self.grid.add(row, column.saturating_add(n), self.is_row_hidden, text);
                    }
                }
            }
        }
        self.cells.clear();
        self.row = self.row.saturating_add(self.row_repeats);
        self.column = 1;
    }

    fn end_cell(&mut self) {
        let text = std::mem::take(&mut self.cell);
        let value = std::mem::take(&mut self.value);
        let text = if text.trim().is_empty() { value } else { text };
        if !text.trim().is_empty() {
            self.cells.push((self.column, self.cell_repeats.min(MAX_REPEATS), text));
        }
        self.column = self.column.saturating_add(self.cell_repeats);
    }

    fn end_comment(&mut self) {
        let Some(comment) = self.comment.take() else { return };
        let author = Some(comment.author.trim().to_string()).filter(|name| !name.is_empty());
        let text = comment.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !text.is_empty() {
            self.comments.push(author.as_ref().map(|name| format!("{name}: ")).unwrap_or_default() + &text);
            self.book.changes.comment_by(author);
        }
    }

    fn put(&mut self, text: &str) {
        if let Some(comment) = &mut self.comment {
            if comment.in_author {
                comment.author.push_str(text);
            } else if !comment.in_date && self.in_paragraph > 0 {
                comment.text.push_str(text);
            }
        } else if self.skip > 0 || self.in_paragraph == 0 {
        } else if let Some(shape) = &mut self.shape {
            shape.push_str(text);
        } else {
            self.cell.push_str(text);
        }
    }
}

/// Values of cells without text, by the attribute that holds them.
const VALUES: [&str; 4] = ["string-value", "date-value", "boolean-value", "value"];

fn is_shape(name: &str) -> bool {
    matches!(
        name,
        "text-box" | "custom-shape" | "rect" | "ellipse" | "circle" | "line" | "path" | "polygon" | "caption"
    )
}

impl Visitor for Sheets<'_> {
    fn open(&mut self, name: &str, element: &Element<'_>) {
        let count = |name: &str| element.attribute(name).and_then(|n| n.parse::<u32>().ok()).unwrap_or(1).max(1);
        let is_collapsed = || element.attribute("visibility").is_some_and(|one| one != "visible");
        let is_skipped = matches!(
            name,
            "title"
                | "desc"
                | "forms"
                | "scripts"
                | "tracked-changes"
                | "event-listeners"
                | "styles"
                | "meta"
                | "automatic-styles"
                | "settings"
                | "calculation-settings"
        );
        self.skip += usize::from(is_skipped);
        self.stack.push(is_skipped);
        if self.skip > 0 {
            return;
        }
        match name {
            "table" => {
                self.tables += 1;
                if self.tables == 1 {
                    self.begin_sheet(element);
                }
            }
            "table-column" if self.tables == 1 => {
                let repeats = count("number-columns-repeated");
                if is_collapsed() {
                    self.grid.hidden_columns.push((self.column, self.column.saturating_add(repeats - 1)));
                }
                self.column = self.column.saturating_add(repeats);
            }
            "table-row" if self.tables == 1 => {
                self.column = 1;
                self.row_repeats = count("number-rows-repeated");
                self.is_row_hidden = is_collapsed();
                self.is_filtered |= element.attribute("visibility").is_some_and(|one| one == "filter");
            }
            "table-cell" | "covered-table-cell" if self.tables == 1 => {
                self.cell_repeats = count("number-columns-repeated");
                self.value = VALUES.iter().find_map(|name| element.attribute(name)).unwrap_or_default();
            }
            "annotation" => self.comment = Some(Comment::default()),
            "creator" | "date" => {
                if let Some(comment) = &mut self.comment {
                    (comment.in_author, comment.in_date) = (name == "creator", name == "date");
                }
            }
            "p" | "h" => {
                self.in_paragraph += 1;
                self.put("\n");
            }
            "s" | "tab" | "line-break" => self.put(" "),
            _ if is_shape(name) && self.comment.is_none() => {
                self.in_shape += 1;
                self.shape.get_or_insert_default();
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if self.stack.pop() == Some(true) {
            self.skip = self.skip.saturating_sub(1);
            return;
        }
        if self.skip > 0 {
            return;
        }
        match name {
            "table" => {
                self.tables = self.tables.saturating_sub(1);
                if self.tables == 0 {
                    self.end_sheet();
                }
            }
            "table-row" if self.tables == 1 => self.end_row(),
            "table-cell" | "covered-table-cell" if self.tables == 1 => self.end_cell(),
            "annotation" => self.end_comment(),
            "creator" | "date" => {
                if let Some(comment) = &mut self.comment {
                    (comment.in_author, comment.in_date) = (false, false);
                }
            }
            "p" | "h" => self.in_paragraph = self.in_paragraph.saturating_sub(1),
            _ if is_shape(name) && self.comment.is_none() => {
                self.in_shape = self.in_shape.saturating_sub(1);
                if self.in_shape == 0 {
                    self.shapes.extend(self.shape.take().map(|text| text.trim().to_string()));
                    self.shapes.retain(|text| !text.is_empty());
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        self.put(text);
    }
}
