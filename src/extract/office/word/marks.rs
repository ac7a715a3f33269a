//! Fields, drawings, notes and changes of a Word document (ECMA-376 part 1, 17.13 and 17.16). Knows no looks.

use super::super::colour::Ink;
use super::super::word_shapes::Drawing;
use super::super::xml::Element;
use super::{Field, MAX_INSTRUCTION, Note, Open, Undo, Unseen, Word};
use crate::domain::extraction::Role;

impl Word<'_> {
    pub(super) fn field_mark(&mut self, element: &Element<'_>) {
        let fields = &mut self.here().fields;
        let begun = match element.attribute("fldCharType").as_deref() {
            Some("begin") => {
                fields.push(Field::default());
                None
            }
            Some("separate") => fields.last_mut().map(|last| {
                last.has_result = true;
                std::mem::take(&mut last.instruction)
            }),
            Some("end") => fields.pop().map(|last| last.instruction),
            _ => None,
        };
        if let Some(instruction) = begun {
            self.changes.field(&instruction);
        }
    }

    /// A piece of the instruction of the fields that are open: what a field inside gives counts for the outer one too.
    pub(super) fn instruct(&mut self, text: &str) {
        for field in self.here().fields.iter_mut().filter(|field| !field.has_result) {
            if field.instruction.len() < MAX_INSTRUCTION {
                field.instruction.push_str(text);
            }
        }
    }

    pub(super) fn drawn(&mut self, name: &str, element: &Element<'_>) -> Undo {
        let drawing = match name {
            "anchor" | "inline" => Some(Drawing::new(element, name == "anchor")),
            _ => Drawing::of_vml(name, element, self.context.page_size),
        };
        match drawing {
            Some(mut drawing) if self.drawings.len() < 1_000 => {
                if let (Some(outer), true) = (self.drawings.last(), name != "anchor") {
                    drawing.within(outer);
                }
                self.drawings.push(drawing);
                Undo::Drawing
            }
            _ => Undo::Nothing,
        }
    }

    pub(super) fn end_drawing(&mut self) {
        let covers = self.drawings.pop().is_some_and(Drawing::covers);
        self.changes.covers += u32::from(covers && self.context.is_body && self.deleted == 0);
    }

    /// A reference to a note: it belongs to this place.
    pub(super) fn refer(&mut self, kind: &'static str, element: &Element<'_>) {
        if self.skip > 0 {
            return;
        }
        let id = element.attribute("id").unwrap_or_default();
        let Some(note) = self.notes.get_mut(&(kind, id)) else { return };
        if std::mem::replace(&mut note.is_used, true) {
            return;
        }
        let (text, asides) = (std::mem::take(&mut note.text), std::mem::take(&mut note.asides));
        let role = if kind == "comment" { Role::Comment } else { Role::Footnote };
        let flow = &mut self.here().flow;
        flow.aside(role, text);
        asides.into_iter().for_each(|(role, text)| flow.aside(role, text));
    }

    pub(super) fn refer_to_drawing(&mut self, id: Option<String>) {
        let text = id.and_then(|id| self.context.related.get(&id));
        if let (Some(text), 0) = (text, self.skip) {
            let text = text.clone();
            self.here().flow.aside(Role::TextBox, text);
        }
    }

    pub(super) fn note(&mut self, kind: &'static str, element: &Element<'_>) -> Undo {
        let is_of_the_page = element
            .attribute("type")
            .is_some_and(|one| matches!(one.as_str(), "separator" | "continuationSeparator" | "continuationNotice"));
        if is_of_the_page {
            return self.skipped();
        }
        let undo = Undo::Note(kind, element.attribute("id").unwrap_or_default());
        let undo = self.begin(undo);
        if kind == "comment" {
            let author = element.attribute("author").filter(|name| !name.trim().is_empty());
            if let Some(author) = &author {
                self.here().flow.add(Role::Text, &format!("{}: ", author.trim()));
            }
            self.changes.comment_by(author);
        }
        undo
    }

    pub(super) fn changed(&mut self, name: &str, element: &Element<'_>) {
        if self.skip > 0 {
            return;
        }
        match name {
            "ins" => self.changes.insertions += 1,
            "del" => self.changes.deletions += 1,
            // Both ends of a move are marked; either may be missing.
            "moveTo" => self.changes.moves += 1,
            "moveFrom" => self.changes.moves_away += 1,
            _ => {}
        }
        self.changes.changed_by(element.attribute("author"));
    }

    /// A format, or the mark of a paragraph, was changed.
    pub(super) fn formatted(&mut self, element: &Element<'_>) {
        if self.skip == 0 {
            self.changes.others += 1;
            self.changes.changed_by(element.attribute("author"));
        }
    }

    pub(super) fn begin(&mut self, undo: Undo) -> Undo {
        let drawing = self.drawings.last().filter(|_| matches!(undo, Undo::TextBox));
        let unseen = drawing.and_then(|drawing| match (drawing.is_hidden, drawing.is_off_page) {
            (true, _) => Some(Unseen::Hidden),
            (_, true) => Some(Unseen::OffPage),
            _ => None,
        });
        let ground = match drawing.map(Drawing::ground).unwrap_or_default() {
            // What lies below a box without a fill may be another shape.
            Ink::Auto if self.context.has_shapes => Ink::Unknown,
            ground => ground,
        };
        self.open.push(Open { ground, unseen, ..Open::default() });
        undo
    }

    /// A text of its own ends; it goes to its place in the outer one, or among the notes.
    pub(super) fn end(&mut self, undo: Undo) {
        let Some(inner) = self.open.pop() else { return };
        let (text, asides) = inner.flow.flatten();
        match undo {
            Undo::Note(kind, id) => {
                self.notes.insert((kind, id), Note { text, asides, is_used: false });
            }
            _ => {
                let has_words = !text.trim().is_empty() || !asides.is_empty();
                if let Some(drawing) = self.drawings.last_mut().filter(|_| has_words) {
                    drawing.has_words();
                }
                let role = if self.deleted > 0 { Role::Deleted } else { Role::TextBox };
                let flow = &mut self.here().flow;
                flow.aside(role, text);
                asides.into_iter().for_each(|(role, text)| flow.aside(role, text));
            }
        }
    }

    pub(super) fn alternative(&mut self, is_choice: bool) -> Undo {
        match self.alternatives.last_mut() {
            Some(taken) if *taken => self.skipped(),
            Some(taken) => {
                // An empty choice is no reason to leave the fallback out, but words must not come twice.
                *taken = is_choice;
                Undo::Nothing
            }
            None => Undo::Nothing,
        }
    }
}
