//! Words in the parts beside a document: charts and diagrams (ECMA-376 part 1, 21). Draws nothing.

use super::xml::{self, Element, Visitor};

/// Lines of a drawing's text: paragraphs, and the texts that a chart keeps of its series and categories.
#[derive(Default)]
struct Lines {
    open: Vec<String>,
    line: String,
    lines: Vec<String>,
}

impl Visitor for Lines {
    fn open(&mut self, name: &str, _: &Element<'_>) {
        self.open.push(name.to_string());
    }

    fn close(&mut self, name: &str) {
        self.open.pop();
        if matches!(name, "p" | "pt" | "v") && !self.line.trim().is_empty() {
            let line = std::mem::take(&mut self.line).trim().to_string();
            if !self.lines.contains(&line) && self.lines.len() < 2_000 {
                self.lines.push(line);
            }
        }
    }

    fn text(&mut self, text: &str) {
        let is_cached_text = || self.open.iter().any(|one| one == "strCache");
        match self.open.last().map(String::as_str) {
            Some("t") => self.line.push_str(text),
            Some("v") if is_cached_text() => self.line.push_str(text),
            _ => {}
        }
    }
}

/// The words of a chart or diagram, a line each.
pub(super) fn words(xml: &str) -> String {
    let mut lines = Lines::default();
    let _ = xml::walk(xml, &mut lines);
    lines.lines.join("\n")
}
