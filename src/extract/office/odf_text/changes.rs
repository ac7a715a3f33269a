//! Deletions of an OpenDocument, which stand before the text and are put in their place (ODF 1.3 part 3, 5.5). Knows no
//! looks.

use super::super::xml::Element;
use super::Text;
use crate::domain::extraction::Role;

impl Text<'_> {
    pub(super) fn end_deletion(&mut self) {
        self.in_region = self.in_region.saturating_sub(1);
        if let Some(inner) = self.open.pop() {
            self.deletions.insert(self.region.clone(), inner.flow.flatten().0);
        }
    }

    /// Where something was deleted.
    pub(super) fn place_deletion(&mut self, element: &Element<'_>) {
        let id = element.attribute("change-id").unwrap_or_default();
        if let Some(text) = self.deletions.remove(&id) {
            self.here().flow.aside(Role::Deleted, text);
        }
    }
}
