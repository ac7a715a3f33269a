//! Puts letters together to words and lines by where they stand on the page. Knows nothing of the engine that gives
//! them, nor of what hides them.

use crate::extract::arabic;
use hayro_interpret::kurbo::{Point, Rect, Vec2};

/// Words of a page whose places are kept; the words after them are text only.
const MAX_WORDS: usize = 200_000;

/// Letters of one line that are put in order together.
const MAX_ROW: usize = 20_000;

/// The gap, in ems, that parts columns in a line that is read from the right.
const COLUMN_GAP: f64 = 2.5;

/// How letters look; where it changes a new word begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Red, green, blue; `None`: a pattern.
    pub colour: Option<[u8; 3]>,
    /// Drawn without ink: render mode 3 (ISO 32000-2, 9.3.6), or with next to no opacity.
    pub invisible: bool,
    /// Its middle is outside a clip, or a clip is no rectangle: it may be cut off (ISO 32000-2, 8.5.4).
    pub cut: bool,
}

/// What one engine says of a glyph.
pub struct Letter<'t> {
    pub text: &'t str,
    pub at: Point,
    /// One em in the direction of writing.
    pub along: Vec2,
    /// In ems.
    pub advance: f64,
    pub look: Look,
    /// When it was drawn, counted over everything on the page.
    pub order: u32,
}

/// Letters that stand together in one look, with what parts them from those before.
#[derive(Clone, Debug)]
pub struct Word {
    /// What stands before it: nothing, a space or line feeds.
    pub gap: &'static str,
    pub text: String,
    pub place: Rect,
    /// Height of an em in points.
    pub em: f32,
    pub look: Look,
    /// When the last of its letters was drawn.
    pub order: u32,
    /// The place of each of its characters; empty unless asked for.
    pub places: Vec<Rect>,
}

struct Cell {
    start: usize,
    end: usize,
    x: f64,
    y: f64,
    width: f64,
    em: f64,
    look: Look,
    order: u32,
}

/// Takes letters in the order in which they are drawn.
#[derive(Default)]
pub struct Rows {
    pub words: Vec<Word>,
    /// Whether the place of each character is kept, too.
    pub keeps_places: bool,
    row: Vec<Cell>,
    row_text: String,
    unit: Vec2,
    /// What parts the row from the one before.
    gap: &'static str,
    rtl_letters: usize,
    ltr_letters: usize,
}

impl Rows {
    /// Adds a letter to the line that it stands in.
    pub fn put(&mut self, letter: &Letter<'_>) {
        let em = letter.along.hypot();
        if !(em > 0.0 && em.is_finite() && letter.at.is_finite()) {
            return;
        }
        let unit = letter.along / em;
        if let Some(last) = self.row.last() {
            let (dx, dy) = (unit.dot(letter.at.to_vec2()) - last.x, unit.cross(letter.at.to_vec2()) - last.y);
            let across = dy.abs() / em.max(last.em);
            if unit.dot(self.unit) < 0.98 || !dx.is_finite() {
                self.end_row("\n");
            } else if across > 0.5 {
                // A gap of more than a line begins a paragraph.
                self.end_row(if across > 1.9 { "\n\n" } else { "\n" });
            } else if self.row.len() >= MAX_ROW {
                self.end_row("");
            }
        }
        self.unit = unit;
        let start = self.row_text.len();
        if letter.text.chars().any(arabic::is_form) {
            self.row_text.push_str(&arabic::fold(letter.text));
        } else {
            self.row_text.push_str(letter.text);
        }
        self.row.push(Cell {
            start,
            end: self.row_text.len(),
            x: unit.dot(letter.at.to_vec2()),
            y: unit.cross(letter.at.to_vec2()),
            width: letter.advance * em,
            em,
            look: letter.look,
            order: letter.order,
        });
    }

    /// Ends the page.
    pub fn finish(mut self) -> Vec<Word> {
        self.end_row("");
        self.words
    }

    /// Ends the line and forgets where it stood; what comes next begins a paragraph.
    pub fn break_off(&mut self) {
        self.end_row("\n\n");
    }

    /// The letters drawn since are drawn a second time in another colour: theirs is not known.
    pub fn forget_colour(&mut self, since: u32) {
        for cell in self.row.iter_mut().rev().take_while(|cell| cell.order >= since) {
            cell.look.colour = None;
        }
        for word in self.words.iter_mut().rev().take_while(|word| word.order >= since) {
            word.look.colour = None;
        }
    }

    fn end_row(&mut self, gap: &'static str) {
        if !self.row.is_empty() {
            let mut row = std::mem::take(&mut self.row);
            let text = std::mem::take(&mut self.row_text);
            let rtl = text.chars().filter(|c| arabic::is_rtl(*c)).count();
            if rtl > 0 {
                drop_letters_of_marks(&mut row, &text);
            }
            drop_doubles(&mut row, &text);
            self.rtl_letters += rtl;
            self.ltr_letters += text.chars().filter(|c| c.is_alphabetic() && !arabic::is_rtl(*c)).count();
            if rtl > 0 {
                self.read_from_the_right(row, &text);
            } else {
                self.read_as_drawn(&row, &text);
            }
        }
        self.gap = gap;
    }

    fn read_as_drawn(&mut self, row: &[Cell], text: &str) {
        let space = space_width(row, text);
        let mut pen: Option<(f64, f64)> = None;
        let mut gap = self.gap;
        for cell in row {
            if let Some((end, em)) = pen {
                let size = em.max(cell.em);
                let forward = (cell.x - end) / size;
                if forward < -2.0 {
                    gap = "\n";
                } else if forward > space {
                    gap = " ";
                }
            }
            pen = Some((cell.x + cell.width, cell.em));
            for c in text[cell.start..cell.end].chars() {
                self.put_char(&mut gap, c, cell);
            }
        }
    }

    /// A line with letters that are read from right to left: engines give them in any order, so the line is put as it
    /// stands first.
    fn read_from_the_right(&mut self, mut row: Vec<Cell>, text: &str) {
        attach_marks(&mut row, text);
        row.sort_by(|a, b| a.x.total_cmp(&b.x));
        drop_covered_spaces(&mut row, text);
        let rtl = self.rtl_letters >= self.ltr_letters;
        // Columns that stand side by side are read one after the other.
        let mut columns: Vec<Vec<Cell>> = vec![Vec::new()];
        let mut end = f64::MAX;
        for cell in row {
            if cell.x - end > COLUMN_GAP * cell.em {
                columns.push(Vec::new());
                end = f64::MIN;
            }
            end = if end == f64::MAX { cell.x + cell.width } else { end.max(cell.x + cell.width) };
            if let Some(column) = columns.last_mut() {
                column.push(cell);
            }
        }
        if rtl {
            columns.reverse();
        }
        let mut gap = self.gap;
        for column in columns {
            self.read_column(&column, text, rtl, &mut gap);
            gap = " ";
        }
    }

    fn read_column(&mut self, column: &[Cell], text: &str, rtl: bool, gap: &mut &'static str) {
        let space = space_width(column, text);
        let (mut chars, mut cells) = (Vec::new(), Vec::new());
        let mut pen: Option<(f64, f64)> = None;
        for (at, cell) in column.iter().enumerate() {
            if let Some((end, em)) = pen
                && (cell.x - end) / em.max(cell.em) > space
            {
                chars.push(' ');
                cells.push(at);
            }
            pen = Some((pen.map_or(f64::MIN, |pen| pen.0).max(cell.x + cell.width), cell.em));
            let piece = &text[cell.start..cell.end];
            // A ligature holds its letters as they are read; in a line as it stands they are the other way round.
            if piece.chars().any(arabic::is_rtl) {
                chars.extend(piece.chars().rev());
            } else {
                chars.extend(piece.chars());
            }
            cells.resize(chars.len(), at);
        }
        let has_rtl = chars.iter().any(|c| arabic::is_rtl(*c));
        let order = arabic::reading_order(&chars, rtl && has_rtl);
        let turned = arabic::are_brackets_turned(order.iter().map(|(place, rtl)| (chars[*place], *rtl)));
        for (place, rtl) in order {
            let c = chars[place];
            let c = if turned && rtl { arabic::mirrored(c).unwrap_or(c) } else { c };
            self.put_char(gap, c, &column[cells[place]]);
        }
    }

    /// Adds a character to the last word, or begins a new one; `gap` is what must stand before it.
    fn put_char(&mut self, gap: &mut &'static str, c: char, cell: &Cell) {
        if c.is_whitespace() {
            if gap.is_empty() {
                *gap = " ";
            }
            return;
        }
        let place = self.place(cell);
        let full = self.words.len() >= MAX_WORDS;
        match self.words.last_mut() {
            Some(word) if (gap.is_empty() && word.look == cell.look) || full => {
                if self.keeps_places {
                    let count = word.places.len() + gap.chars().count() + 1;
                    word.places.resize(count, place);
                }
                word.text.push_str(gap);
                word.text.push(c);
                word.place = word.place.union(place);
                word.order = word.order.max(cell.order);
            }
            _ => self.words.push(Word {
                gap,
                text: c.into(),
                place,
                em: cell.em as f32,
                look: cell.look,
                order: cell.order,
                places: if self.keeps_places { vec![place] } else { Vec::new() },
            }),
        }
        *gap = "";
    }

    /// The box of a letter on the page: from a little below its line to the height of a capital.
    fn place(&self, cell: &Cell) -> Rect {
        let across = Vec2::new(-self.unit.y, self.unit.x);
        let corner = |x: f64, y: f64| (self.unit * x + across * y).to_point();
        let (low, high) = (cell.y - cell.em * 0.15, cell.y + cell.em * 0.65);
        Rect::from_points(corner(cell.x, low), corner(cell.x + cell.width, high))
    }
}

/// The gap between two letters, in ems, from which there is a space between them.
fn space_width(row: &[Cell], text: &str) -> f64 {
    // Where spaces are letters, gaps are more often only how letters are set.
    let has_spaces = row.iter().any(|cell| text[cell.start..cell.end].contains(char::is_whitespace));
    let is_letter = |cell: &Cell| text[cell.start..cell.end].starts_with(char::is_alphabetic);
    let letters = row.windows(2).filter(|pair| is_letter(&pair[0]) && is_letter(&pair[1]));
    let mut gaps: Vec<f64> =
        letters.map(|pair| (pair[1].x - pair[0].x - pair[0].width) / pair[0].em.max(pair[1].em)).collect();
    gaps.sort_by(f64::total_cmp);
    let middle = gaps.get(gaps.len() / 2).copied().unwrap_or(0.0);
    let widest = gaps.last().copied().unwrap_or(0.0);
    // Letters that are spread out for effect have wider gaps between words; those of a table have not.
    let is_spread =
        gaps.len() >= 8 && (0.03..0.6).contains(&middle) && (has_spaces || (0.15..2.0).contains(&(widest - middle)));
    let usual: f64 = if has_spaces { 0.17 } else { 0.1 };
    if is_spread { usual.max(middle + 0.12) } else { usual }
}

/// Words drawn twice a hair apart to look bold come once.
fn drop_doubles(row: &mut Vec<Cell>, text: &str) {
    if row.windows(2).all(|pair| pair[1].x >= pair[0].x) {
        return;
    }
    let mut order: Vec<usize> = (0..row.len()).collect();
    order.sort_by(|a, b| row[*a].x.total_cmp(&row[*b].x));
    let mut double = vec![false; row.len()];
    for (at, one) in order.iter().enumerate() {
        for other in order[at + 1..].iter().take(4) {
            let (a, b) = (&row[*one], &row[*other]);
            let near = (b.x - a.x) < 0.12 * a.em && (b.y - a.y).abs() < 0.12 * a.em;
            if near && a.width > 0.15 * a.em && text[a.start..a.end] == text[b.start..b.end] {
                double[*one.max(other)] = true;
            }
        }
    }
    let mut at = 0;
    row.retain(|_| {
        at += 1;
        !double[at - 1]
    });
}

/// Brings marks above and below letters to their letter: they stand before it in a line that is read from the right, as
/// it stands.
fn attach_marks(row: &mut [Cell], text: &str) {
    let begins_with_mark = |cell: &Cell| text[cell.start..cell.end].starts_with(arabic::is_mark);
    let letters: Vec<(f64, f64)> = row
        .iter()
        .filter(|cell| !begins_with_mark(cell) && cell.width > 0.0)
        .map(|cell| (cell.x, cell.x + cell.width))
        .collect();
    if letters.len() == row.len() {
        return;
    }
    for cell in row.iter_mut().filter(|cell| begins_with_mark(cell)) {
        let middle = cell.x + cell.width / 2.0;
        if let Some((start, _)) = letters.iter().find(|(start, end)| (*start..=*end).contains(&middle)) {
            cell.x = start - cell.em * 0.001;
        }
        cell.width = 0.0;
    }
}

/// Some programs name a mark's glyph with the letter below it, and the letter's with the mark above it: what both say is
/// said once.
fn drop_letters_of_marks(row: &mut [Cell], text: &str) {
    for at in 0..row.len() {
        let mark = &row[at];
        let said = &text[mark.start..mark.end];
        if mark.width > 0.05 * mark.em || !said.ends_with(arabic::is_mark) {
            continue;
        }
        let base = [at + 1, at.wrapping_sub(1)].into_iter().filter_map(|other| row.get(other)).find(|base| {
            let piece = &text[base.start..base.end];
            let dx = mark.x - base.x;
            let above = -0.3 * mark.em <= dx && dx <= base.width + 0.3 * mark.em;
            // In a file that does not say how wide letters are, only what stands higher or lower is a mark.
            let apart = base.width > 0.05 * base.em || mark.y != base.y;
            above && apart && !piece.is_empty() && said.starts_with(piece)
        });
        if let Some(base) = base {
            row[at].start += base.end - base.start;
        }
    }
}

/// A space that was drawn over a letter, as some programs do at the end of a line, parts nothing.
fn drop_covered_spaces(row: &mut Vec<Cell>, text: &str) {
    let is_space = |cell: &Cell| cell.width > 0.0 && text[cell.start..cell.end].chars().all(char::is_whitespace);
    let slack = |cell: &Cell| cell.em * 0.02;
    // In the order of the line, only the last letter before it and the first after it can lie over it.
    let mut over: Option<(f64, f64)> = None;
    let mut covered = vec![false; row.len()];
    for (at, cell) in row.iter().enumerate() {
        if !is_space(cell) {
            if over.is_none_or(|(_, end)| cell.x + cell.width > end) {
                over = Some((cell.x, cell.x + cell.width));
            }
            continue;
        }
        let end = cell.x + cell.width;
        let next = row[at + 1..].iter().find(|one| !is_space(one)).map(|one| (one.x, one.x + one.width));
        covered[at] = [over, next]
            .into_iter()
            .flatten()
            .any(|(from, to)| from <= cell.x + slack(cell) && end <= to + slack(cell));
    }
    let mut at = 0;
    row.retain(|_| {
        at += 1;
        !covered[at - 1]
    });
}
