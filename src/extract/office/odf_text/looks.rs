//! What text of an OpenDocument looks like, and whether it is seen. Adds no text.

use super::super::colour::{Ink, is_lost};
use super::super::xml::Element;
use super::{Text, Unseen};
use crate::domain::extraction::Role;

impl Text<'_> {
    pub(super) fn role(&mut self) -> Role {
        let Some(why) = self.unseen() else {
            self.was_hidden = false;
            return Role::Text;
        };
        if !std::mem::replace(&mut self.was_hidden, true) {
            self.changes.does_not_show(why);
        }
        Role::Hidden
    }

    /// Why text at this place is not seen, if it is not.
    pub(super) fn unseen(&mut self) -> Option<Unseen> {
        let is_section_hidden = self.hidden_sections.contains(&true);
        let page = if self.is_presentation { Ink::Unknown } else { self.page_ground };
        let here = self.here();
        if here.unseen.is_some() {
            return here.unseen;
        }
        let looks = || here.looks.iter().rev();
        if is_section_hidden || looks().find_map(|look| look.is_hidden) == Some(true) {
            return Some(Unseen::Hidden);
        }
        let ink = looks().fold(Ink::Unset, |ink, look| ink.or(look.ink));
        let mut grounds: Vec<Ink> = looks().map(|look| look.text_ground).collect();
        grounds.extend(looks().map(|look| look.ground));
        grounds.extend(here.grounds.iter().rev());
        grounds.extend([here.ground, page]);
        let is_lost = looks().find_map(|look| look.is_unreadable) == Some(true)
            || looks().find_map(|look| look.is_flat) == Some(true)
            || is_lost(ink, Ink::Unset, &grounds);
        is_lost.then_some(Unseen::Lost)
    }

    pub(super) fn look(&mut self, family: &str, element: &Element<'_>) {
        let mut style = self.styles.of(family, &element.attribute("style-name").unwrap_or_default());
        if family == "text" {
            style.is_flat = None;
        }
        self.here().looks.push(style);
    }

    /// The ground of a table, row or cell.
    pub(super) fn ground(&mut self, family: &str, element: &Element<'_>) {
        let style = self.styles.of(family, &element.attribute("style-name").unwrap_or_default());
        self.here().grounds.push(style.ground);
    }
}
