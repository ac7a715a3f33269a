//! What runs, paragraphs, tables and cells of a Word document look like (ECMA-376 part 1, 17.3 and 17.4), and whether their
//! text is seen. Adds no text.

use super::super::colour::{Ink, is_lost};
use super::super::styles::ground;
use super::super::word_shapes::emu;
use super::super::xml::Element;
use super::{LOWEST, Of, Table, Unseen, Word};
use crate::domain::extraction::Role;

impl Word<'_> {
    /// What text at this place is.
    pub(super) fn role(&mut self) -> Role {
        let is_row_deleted = |table: &Table| table.is_row_deleted || table.is_cell_deleted;
        if self.deleted > 0 || self.open.iter().any(|open| open.tables.iter().any(is_row_deleted)) {
            return Role::Deleted;
        }
        let Some(why) = self.unseen() else {
            self.here().was_hidden = false;
            return Role::Text;
        };
        if !std::mem::replace(&mut self.here().was_hidden, true) {
            self.changes.does_not_show(why);
        }
        Role::Hidden
    }

    /// Why text at this place is not seen, if it is not.
    pub(super) fn unseen(&mut self) -> Option<Unseen> {
        let page = self.context.page;
        let here = self.here();
        let (run, paragraph) = (here.run, here.paragraph);
        if here.unseen.is_some() {
            return here.unseen;
        }
        if run.is_hidden() {
            return Some(Unseen::Hidden);
        }
        if paragraph.is_off_page {
            return Some(Unseen::OffPage);
        }
        let mut grounds = vec![run.fill, paragraph.fill];
        grounds.extend(here.tables.iter().rev().flat_map(|table| [table.cell, table.ground]));
        grounds.extend([here.ground, page]);
        let is_lost = run.is_unreadable()
            || paragraph.is_low
            || here.tables.iter().any(|table| table.is_row_low)
            || is_lost(run.bare_ink(), run.marker, &grounds);
        is_lost.then_some(Unseen::Lost)
    }

    pub(super) fn paragraph_property(&mut self, name: &str, element: &Element<'_>) {
        let value = || element.attribute("val").unwrap_or_default();
        let number = |name: &str| element.attribute(name).and_then(|value| value.parse::<i64>().ok());
        let context = self.context;
        let here = self.here();
        match name {
            "pStyle" => {
                let style = context.styles.of_paragraph(&value());
                here.flow.is_heading |= style.is_heading;
                (here.paragraph.run, here.paragraph.fill) = (style.run, style.fill);
            }
            "outlineLvl" => here.flow.is_heading |= value().parse::<u32>().is_ok_and(|level| level < 9),
            "shd" => here.paragraph.fill = ground(element, &context.theme),
            "framePr" => {
                let is_off = |at: &str, size: &str| {
                    let (at, size) = (emu(number(at).unwrap_or(0)), emu(number(size).unwrap_or(0)));
                    // It may be measured from a margin, which is at most a few centimetres from the edge.
                    at > context.page_size || at.saturating_add(size) < -emu(2_880)
                };
                here.paragraph.is_off_page = is_off("x", "w") || is_off("y", "h");
            }
            "spacing" => {
                here.paragraph.is_low = element.attribute("lineRule").is_some_and(|rule| rule == "exact")
                    && number("line").is_some_and(|line| (0..i64::from(LOWEST)).contains(&line));
            }
            _ => {}
        }
    }

    pub(super) fn run_property(&mut self, name: &str, element: &Element<'_>) {
        let context = self.context;
        let here = self.here();
        if name == "rStyle" {
            let style = context.styles.of(&element.attribute("val").unwrap_or_default());
            here.run = style.run.over(here.run);
        } else {
            here.run.take(name, element, &context.theme);
        }
    }

    pub(super) fn table_property(&mut self, of: Of, name: &str, element: &Element<'_>) {
        let context = self.context;
        let author = || element.attribute("author");
        let Some(table) = self.here().tables.last_mut() else { return };
        match (of, name) {
            // Which cells a style shades is not computed.
            (Of::Table, "tblStyle") if context.styles.of(&element.attribute("val").unwrap_or_default()).is_shaded => {
                table.ground = Ink::Unknown;
            }
            (Of::Table, "shd") => table.ground = ground(element, &context.theme).or(table.ground),
            (Of::Cell, "shd") => table.cell = ground(element, &context.theme),
            (Of::Row, "trHeight") => {
                let height = element.attribute("val").and_then(|height| height.parse::<u32>().ok());
                table.is_row_low = element.attribute("hRule").is_some_and(|rule| rule == "exact")
                    && height.is_some_and(|height| height < LOWEST);
            }
            (Of::Row, "del") | (Of::Cell, "cellDel") => {
                let is_deleted = if of == Of::Row { &mut table.is_row_deleted } else { &mut table.is_cell_deleted };
                *is_deleted = true;
                self.changes.deletions += 1;
                self.changes.changed_by(author());
            }
            (Of::Row, "ins") | (Of::Cell, "cellIns") => {
                self.changes.insertions += 1;
                self.changes.changed_by(author());
            }
            (Of::Cell, "cellMerge") => self.formatted(element),
            _ => {}
        }
    }
}
