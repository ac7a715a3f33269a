//! The flow of a document, block by block, brought into numbered segments. Knows no file format and keeps no formatting.

use crate::domain::extraction::{Role, Segment, SegmentKind};

/// Paragraphs, or rows of a table, of one segment: evidence can name a place that a person finds.
const PARAGRAPHS_OF_A_SEGMENT: usize = 40;

/// A text that belongs to a place in the flow without being part of it.
pub(crate) type Aside = (Role, String);

/// A piece of the flow.
#[derive(Debug)]
pub(crate) enum Block {
    Paragraph {
        text: String,
        is_heading: bool,
        asides: Vec<Aside>,
    },
    /// The cells of each row; each cell is the texts of its paragraphs.
    Table {
        rows: Vec<Vec<Vec<String>>>,
        asides: Vec<Aside>,
    },
}

/// Collects blocks into segments that count paragraphs over the whole document.
#[derive(Default)]
pub(crate) struct Story {
    segments: Vec<Segment>,
    run: Vec<String>,
    run_start: usize,
    /// What was said aside in this run, by role, in the order of the document.
    asides: Vec<(usize, Role, String)>,
    /// Paragraphs with words so far.
    paragraphs: usize,
    heading: Option<String>,
}

impl Story {
    /// Adds what comes next in the document.
    pub fn push(&mut self, block: Block) {
        match block {
            Block::Paragraph { text, is_heading, asides } => {
                self.paragraph(text, is_heading);
                self.aside(asides);
            }
            Block::Table { rows, asides } => {
                self.table(rows);
                self.aside(asides);
            }
        }
    }

    fn paragraph(&mut self, text: String, is_heading: bool) {
        if text.trim().is_empty() {
            return;
        }
        if self.run.len() >= PARAGRAPHS_OF_A_SEGMENT {
            self.end_run();
        }
        if is_heading && self.heading.is_none() {
            self.heading = Some(text.trim().replace('\n', " "));
        }
        self.paragraphs += 1;
        if self.run.is_empty() {
            self.run_start = self.paragraphs;
        }
        self.run.push(text);
    }

    fn table(&mut self, rows: Vec<Vec<Vec<String>>>) {
        // A table of one column is a frame around paragraphs.
        if rows.iter().all(|row| row.len() <= 1) {
            for text in rows.into_iter().flatten().flatten() {
                self.paragraph(text, false);
            }
            return;
        }
        self.end_run();
        for rows in rows.chunks(PARAGRAPHS_OF_A_SEGMENT) {
            let start = self.paragraphs + 1;
            let mut lines = Vec::with_capacity(rows.len());
            for row in rows {
                let cells: Vec<String> = row.iter().map(|cell| in_one_line(cell)).collect();
                self.paragraphs += row.iter().flatten().filter(|text| !text.trim().is_empty()).count();
                let line = cells.join("\t");
                if !line.trim().is_empty() {
                    lines.push(line);
                }
            }
            if !lines.is_empty() {
                let segment = Segment::new(start as u32, SegmentKind::Paragraphs, lines.join("\n"));
                self.segments.push(segment.with_role(Role::Table));
            }
        }
    }

    fn aside(&mut self, asides: Vec<Aside>) {
        let at = self.paragraphs.max(1);
        for (role, text) in asides {
            let text = text.trim_matches('\n').to_string();
            if text.trim().is_empty() {
                continue;
            }
            self.asides.push((at, role, text));
        }
        if self.run.is_empty() {
            self.end_run();
        }
    }

    /// What was referred to in a run follows it, each role in a segment of its own.
    fn end_run(&mut self) {
        if !self.run.is_empty() {
            let text = std::mem::take(&mut self.run).join("\n\n");
            self.segments.push(Segment::new(self.run_start as u32, SegmentKind::Paragraphs, text));
        }
        let mut merged: Vec<(usize, Role, String)> = Vec::new();
        for (at, role, text) in self.asides.drain(..) {
            match merged.iter_mut().find(|(_, known, _)| *known == role) {
                Some((_, _, so_far)) => {
                    so_far.push('\n');
                    so_far.push_str(&text);
                }
                None => merged.push((at, role, text)),
            }
        }
        for (at, role, text) in merged {
            self.segments.push(Segment::new(at as u32, SegmentKind::Paragraphs, text).with_role(role));
        }
    }

    /// Adds what has no place in the flow, as headers, at the end; texts that came already are left out.
    pub fn append(&mut self, role: Role, texts: impl IntoIterator<Item = String>) {
        self.end_run();
        let mut distinct: Vec<String> = Vec::new();
        for text in texts {
            let text = text.trim().to_string();
            if !text.is_empty() && !distinct.contains(&text) {
                distinct.push(text);
            }
        }
        if !distinct.is_empty() {
            self.segments.push(Segment::new(1, SegmentKind::Paragraphs, distinct.join("\n")).with_role(role));
        }
    }

    /// The segments, and the first heading.
    pub fn finish(mut self) -> (Vec<Segment>, Option<String>) {
        self.end_run();
        (self.segments, self.heading)
    }
}

fn in_one_line(cell: &[String]) -> String {
    let lines: Vec<&str> =
        cell.iter().flat_map(|text| text.split(['\n', '\t'])).map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}
