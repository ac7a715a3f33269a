//! What styles of a WordprocessingML document mean for its words: headings, hidden and white text. Lays nothing out.

use super::xml::{self, Element, Visitor};
use std::collections::HashMap;

/// Most styles that a style is based on.
const MAX_BASES: usize = 20;

/// What a style says.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Style {
    pub is_heading: bool,
    pub is_hidden: bool,
    pub is_white: bool,
    pub is_shaded: bool,
}

#[derive(Default)]
struct Entry {
    style: Style,
    base: String,
}

/// The styles of a document, by their id.
#[derive(Default)]
pub(super) struct Styles {
    entries: HashMap<String, Entry>,
}

impl Styles {
    /// Reads `word/styles.xml`.
    pub fn read(xml: &str) -> Self {
        let mut reader = Reader { styles: Self::default(), id: String::new(), entry: None, depth_of_run: 0 };
        let _ = xml::walk(xml, &mut reader);
        reader.styles
    }

    /// What the style with this id says, with what it is based on.
    pub fn of(&self, id: &str) -> Style {
        let mut style = Style { is_heading: is_heading_name(id), ..Style::default() };
        let mut next = id;
        for _ in 0..MAX_BASES {
            let Some(entry) = self.entries.get(next) else { break };
            style.is_heading |= entry.style.is_heading;
            style.is_hidden |= entry.style.is_hidden;
            style.is_white |= entry.style.is_white;
            style.is_shaded |= entry.style.is_shaded;
            next = &entry.base;
        }
        style
    }
}

/// Built-in names are English in the file, whatever language the program speaks; ids are not.
fn is_heading_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower == "title" || lower.strip_prefix("heading").is_some_and(|rest| rest.trim().parse::<u8>().is_ok())
}

/// Whether a colour element says white.
pub(super) fn is_white(element: &Element<'_>) -> bool {
    match element.attribute("themeColor").as_deref() {
        Some("background1" | "light1" | "bg1" | "lt1") => element.attribute("themeShade").is_none(),
        Some(_) => false,
        None => element.attribute("val").is_some_and(|value| value.eq_ignore_ascii_case("ffffff")),
    }
}

struct Reader {
    styles: Styles,
    id: String,
    entry: Option<Entry>,
    depth_of_run: usize,
}

impl Visitor for Reader {
    fn open(&mut self, name: &str, element: &Element<'_>) {
        let value = || element.attribute("val").unwrap_or_default();
        if name == "style" {
            self.id = element.attribute("styleId").unwrap_or_default();
            self.entry = Some(Entry::default());
        }
        self.depth_of_run += usize::from(name == "rPr");
        let Some(entry) = &mut self.entry else { return };
        match name {
            "name" => entry.style.is_heading |= is_heading_name(&value()),
            "basedOn" => entry.base = value(),
            "outlineLvl" => entry.style.is_heading |= value().parse::<u32>().is_ok_and(|level| level < 9),
            "vanish" if self.depth_of_run == 1 => entry.style.is_hidden = element.is_on("val"),
            "color" if self.depth_of_run == 1 => entry.style.is_white = is_white(element),
            "shd" => {
                let fill = element.attribute("fill").unwrap_or_default().to_ascii_lowercase();
                entry.style.is_shaded |= !matches!(fill.as_str(), "" | "auto" | "ffffff");
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if name == "rPr" {
            self.depth_of_run = self.depth_of_run.saturating_sub(1);
        }
        if name == "style"
            && let Some(entry) = self.entry.take()
            && self.styles.entries.len() < 20_000
        {
            self.styles.entries.insert(std::mem::take(&mut self.id), entry);
        }
    }

    fn text(&mut self, _: &str) {}
}
