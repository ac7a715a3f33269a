//! Where the text of RTF goes: the body, notes, headers and boxes, each with what is not seen of it. Reads no control word.

use super::destination::Destination;
use super::look::Look;
use super::{Open, Rtf, Unseen, What};
use crate::domain::extraction::Role;
use crate::extract::office::colour::Ink;

impl Rtf<'_> {
    /// Text of the document.
    pub(super) fn say(&mut self, text: &str) {
        let group = self.group;
        let is_blank = text.trim().is_empty();
        let (page, page_size) = (self.page, self.page_size);
        let Some(open) = self.open.last_mut() else { return };
        open.table.before_text(&mut open.flow, group.in_table);
        let cell = open.table.cell().map(|cell| open.row.ground(cell)).unwrap_or_default();
        let unseen = match () {
            () if is_blank => None,
            () if open.unseen.is_some() => open.unseen,
            () if group.look.is_hidden => Some(Unseen::Hidden),
            () if group.paragraph.is_off_page(page_size) => Some(Unseen::OffPage),
            () => group.is_lost(&[cell, open.ground, page]).then_some(Unseen::Lost),
        };
        let role = match unseen {
            _ if group.look.is_deleted => Role::Deleted,
            Some(_) => Role::Hidden,
            None => Role::Text,
        };
        open.flow.is_heading |= group.is_heading;
        open.flow.add(role, text);
        self.count(group.look, unseen.filter(|_| role == Role::Hidden), is_blank);
    }

    pub(super) fn count(&mut self, look: Look, unseen: Option<Unseen>, is_blank: bool) {
        let last = std::mem::replace(&mut self.last, look);
        if look.is_deleted && !last.is_deleted {
            self.changes.deletions += 1;
            self.changes.changed_by(self.tables.authors.get(look.deleted_by).cloned());
        }
        if look.is_inserted && !last.is_inserted {
            self.changes.insertions += 1;
            self.changes.changed_by(self.tables.authors.get(look.inserted_by).cloned());
        }
        if is_blank {
            return;
        }
        if let Some(why) = unseen.filter(|_| self.last_unseen != unseen) {
            self.changes.does_not_show(why);
        }
        self.last_unseen = unseen;
    }

    pub(super) fn begin_open(&mut self, is: What) {
        self.group.to = Destination::Text;
        (self.group.in_table, self.group.is_heading) = (false, false);
        let shape = self.shapes.last().filter(|_| is == What::TextBox);
        let unseen = shape.and_then(|shape| match (shape.is_hidden(), shape.is_off_page(self.page_size)) {
            (true, _) => Some(Unseen::Hidden),
            (_, true) => Some(Unseen::OffPage),
            _ => None,
        });
        let ground = match (is, shape) {
            (What::TextBox, Some(shape)) => match shape.ground() {
                // What lies below a box without a fill may be another shape.
                Ink::Auto if self.has_shapes => Ink::Unknown,
                ground => ground,
            },
            (What::TextBox, None) => Ink::Unknown,
            _ => Ink::Unset,
        };
        self.open.push(Open { depth: self.groups.len(), is, ground, unseen, ..Open::default() });
    }

    /// A text of its own ends and goes to its place.
    pub(super) fn end_open(&mut self) {
        let Some(inner) = self.open.pop() else { return };
        let (text, asides) = inner.flow.flatten();
        if let (What::TextBox, Some(shape)) = (inner.is, self.shapes.last_mut()) {
            shape.has_words |= !text.trim().is_empty() || !asides.is_empty();
        }
        let role = match inner.is {
            What::Header => {
                self.headers.push(text);
                return;
            }
            What::Comment => {
                let author = Some(std::mem::take(&mut self.comment_author)).filter(|name| !name.trim().is_empty());
                let named = author.as_ref().map(|name| format!("{}: ", name.trim())).unwrap_or_default();
                self.changes.comment_by(author);
                return self.aside(Role::Comment, named + &text, asides);
            }
            What::TextBox => Role::TextBox,
            What::Body | What::Footnote => Role::Footnote,
        };
        self.aside(role, text, asides);
    }

    pub(super) fn aside(&mut self, role: Role, text: String, more: Vec<(Role, String)>) {
        if let Some(outer) = self.open.last_mut() {
            outer.flow.aside(role, text);
            more.into_iter().for_each(|(role, text)| outer.flow.aside(role, text));
        }
    }

    pub(super) fn end_shapes(&mut self) {
        while self.shapes.last().is_some_and(|shape| shape.depth >= self.groups.len()) {
            let Some(shape) = self.shapes.pop() else { return };
            let in_body = self.open.len() == 1;
            self.changes.covers += u32::from(in_body && shape.covers() && !shape.is_off_page(self.page_size));
        }
    }
}
