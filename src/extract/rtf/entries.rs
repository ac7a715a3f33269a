//! What the tables and properties of RTF name (1.9.1, header): authors, colours, headings, titles. Reads no text of the
//! document.

use super::super::changes::is_elsewhere;
use super::Rtf;
use super::destination::Destination;

impl Rtf<'_> {
    pub(super) fn end_destination(&mut self) {
        let word = std::mem::take(&mut self.word);
        let word = word.trim();
        match self.group.to {
            Destination::Title => self.title = word.to_string(),
            Destination::Author => self.properties.person("author", word),
            Destination::Operator => self.properties.person("last editor", word),
            Destination::Manager => self.properties.person("manager", word),
            Destination::Company => self.properties.person("company", word),
            Destination::Instruction => self.changes.field(word),
            Destination::Template if is_elsewhere(word) => self.changes.fetches(word),
            Destination::ShapeName | Destination::ShapeValue => {
                if let Some(shape) = self.shapes.last_mut() {
                    if self.group.to == Destination::ShapeName { shape.name(word) } else { shape.value(word) }
                }
            }
            Destination::CommentAuthor => self.comment_author = word.to_string(),
            Destination::ObjectClass => {
                if let Some(last) = self.objects.last_mut() {
                    *last = word.to_string();
                }
            }
            _ => {}
        }
    }

    /// Entries of the tables end with a semicolon.
    pub(super) fn end_of_entry(&mut self) {
        while let Some(end) = self.word.find(';') {
            let name = self.word[..end].trim().to_string();
            self.word.drain(..=end);
            self.entry(name);
        }
    }

    pub(super) fn entry(&mut self, name: String) {
        match self.group.to {
            Destination::Colours => {
                let colour = std::mem::take(&mut self.tables.colour);
                if self.tables.colours.len() < 10_000 {
                    self.tables.colours.push(colour);
                }
            }
            Destination::Styles => {
                let lower = name.to_ascii_lowercase();
                let is_heading = lower == "title" || lower.starts_with("heading ");
                if is_heading && self.tables.headings.len() < 1_000 {
                    self.tables.headings.push(self.tables.current);
                }
            }
            Destination::Authors if self.tables.authors.len() < 1_000 => self.tables.authors.push(name),
            _ => {}
        }
    }
}
