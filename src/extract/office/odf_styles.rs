//! What styles of an OpenDocument mean for its words: hidden, white, shaded; which pages and sheets are not shown
//! (ODF 1.3 part 3, 16). Lays nothing out.

use super::xml::{self, Element, Visitor};
use std::collections::HashMap;

/// Most styles that a style is based on.
const MAX_PARENTS: usize = 20;

/// What a style says.
#[derive(Clone, Debug, Default)]
pub(super) struct Style {
    parent: String,
    /// Text that is not shown.
    pub is_hidden: bool,
    pub is_white: bool,
    pub is_shaded: bool,
    /// A slide or a sheet that is not shown.
    pub is_out_of_show: bool,
}

/// The styles of a document, by family and name.
#[derive(Default)]
pub(super) struct Styles {
    all: HashMap<(String, String), Style>,
    open: Option<(String, String)>,
}

impl Styles {
    /// Adds the styles in an XML text.
    pub fn read(&mut self, xml: &str) {
        let _ = xml::walk(xml, self);
    }

    /// What a style says, with its parents.
    pub fn of(&self, family: &str, name: &str) -> Style {
        let mut style = Style::default();
        let mut next = name.to_string();
        for _ in 0..MAX_PARENTS {
            let Some(one) = self.all.get(&(family.to_string(), next)) else { break };
            style.is_hidden |= one.is_hidden;
            style.is_white |= one.is_white;
            style.is_shaded |= one.is_shaded;
            style.is_out_of_show |= one.is_out_of_show;
            next = one.parent.clone();
        }
        style
    }
}

impl Visitor for Styles {
    fn open(&mut self, name: &str, element: &Element<'_>) {
        let get = |name: &str| element.attribute(name).unwrap_or_default();
        if name == "style" && self.all.len() < 100_000 {
            let key = (get("family"), get("name"));
            self.all.insert(key.clone(), Style { parent: get("parent-style-name"), ..Style::default() });
            self.open = Some(key);
            return;
        }
        if !name.ends_with("-properties") {
            return;
        }
        let Some(style) = self.open.as_ref().and_then(|key| self.all.get_mut(key)) else { return };
        match name {
            "text-properties" => {
                style.is_hidden |= get("display") == "none";
                style.is_white |=
                    get("color").eq_ignore_ascii_case("#ffffff") && get("use-window-font-color") != "true";
                style.is_shaded |= has_fill(&get("background-color"));
            }
            "paragraph-properties" => style.is_shaded |= has_fill(&get("background-color")),
            "drawing-page-properties" => style.is_out_of_show |= get("visibility") == "hidden",
            "table-properties" => style.is_out_of_show |= get("display") == "false",
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if name == "style" {
            self.open = None;
        }
    }

    fn text(&mut self, _: &str) {}
}

fn has_fill(colour: &str) -> bool {
    !matches!(colour.to_ascii_lowercase().as_str(), "" | "transparent" | "#ffffff")
}
