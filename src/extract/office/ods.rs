//! OpenDocument spreadsheets (ODF 1.3 part 3, 9): the cells as shown, sheet by sheet. Repeats no empty cell, whatever
//! number of repetitions is claimed.

use super::colour::{Ink, WHITE, is_lost};
use super::grid::{Grid, Sight};
use super::odf_styles::{Style, Styles};
use super::xlsx::Book;
use super::xml::{Element, Visitor};
use crate::domain::extraction::Role;
use crate::extract::changes::is_elsewhere;

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
    /// Cells of the open row: column, repetitions, text, and how they are seen.
    cells: Vec<(u32, u32, String, Sight)>,
    /// The style of the open cell, and that of cells that name none, by column.
    style: Style,
    column_styles: Vec<(u32, u32, String)>,
    /// Whether the value of the open cell is a number.
    is_number: bool,
    row_ground: Ink,
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
            style: Style::default(),
            column_styles: Vec::new(),
            is_number: false,
            row_ground: Ink::Unset,
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

    /// Whether a row or column is too low or narrow to be seen.
    fn is_flat(&self, family: &str, element: &Element<'_>) -> bool {
        self.styles.of(family, &style_name(element)).is_flat == Some(true)
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
        self.column_styles.clear();
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
            for (column, repeats, text, sight) in &self.cells {
                let sight = if self.is_row_hidden { Sight::HiddenRow } else { *sight };
                for n in 0..*repeats {
                    if !self.book.is_full {
                        let row = self.row.saturating_add(at);
                        self.book.is_full = !self.grid.add(row, column.saturating_add(n), sight, text);
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
            let sight = self.sight();
            self.cells.push((self.column, self.cell_repeats.min(MAX_REPEATS), text, sight));
        }
        self.column = self.column.saturating_add(self.cell_repeats);
    }

    /// How the open cell is seen.
    fn sight(&self) -> Sight {
        let style = &self.style;
        if style.is_hidden == Some(true) || (self.is_number && self.styles.shows_nothing(style)) {
            return Sight::Masked;
        }
        let is_lost = style.is_unreadable == Some(true)
            || is_lost(style.ink, Ink::Unset, &[style.text_ground, style.ground, self.row_ground, Ink::Is(WHITE)]);
        if is_lost { Sight::Lost } else { Sight::Shown }
    }

    fn begin_cell(&mut self, element: &Element<'_>) {
        let of_column = || {
            let found = self.column_styles.iter().find(|(a, b, _)| (*a..=*b).contains(&self.column));
            found.map(|(_, _, name)| name.clone())
        };
        let name = element.attribute("style-name").or_else(of_column).unwrap_or_default();
        self.style = self.styles.of("table-cell", &name);
        self.is_number = element.attribute("value-type").is_some_and(|kind| kind != "string");
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

fn style_name(element: &Element<'_>) -> String {
    element.attribute("style-name").unwrap_or_default()
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
                | "master-styles"
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
                if let Some(name) = element.attribute("default-cell-style-name")
                    && self.column_styles.len() < 20_000
                {
                    self.column_styles.push((self.column, self.column.saturating_add(repeats - 1), name));
                }
                if is_collapsed() || self.is_flat("table-column", element) {
                    self.grid.hidden_columns.push((self.column, self.column.saturating_add(repeats - 1)));
                }
                self.column = self.column.saturating_add(repeats);
            }
            "table-row" if self.tables == 1 => {
                self.column = 1;
                self.row_repeats = count("number-rows-repeated");
                self.is_row_hidden = is_collapsed() || self.is_flat("table-row", element);
                self.row_ground = self.styles.of("table-row", &style_name(element)).ground;
                self.is_filtered |= element.attribute("visibility").is_some_and(|one| one == "filter");
            }
            "table-cell" | "covered-table-cell" if self.tables == 1 => {
                self.cell_repeats = count("number-columns-repeated");
                self.begin_cell(element);
                self.value = VALUES.iter().find_map(|name| element.attribute(name)).unwrap_or_default();
            }
            "image" | "floating-frame" | "table-source" | "cell-range-source" | "object" | "plugin" => {
                let address = element.attribute("href").unwrap_or_default();
                if is_elsewhere(&address) {
                    self.book.changes.fetches(&address);
                }
            }
            "dde-source" => {
                let words = ["dde-application", "dde-topic", "dde-item"].map(|name| element.attribute(name));
                self.book.changes.starts(&words.into_iter().flatten().collect::<Vec<_>>().join(" "));
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
