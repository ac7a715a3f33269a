//! What styles of an OpenDocument mean for its words: hidden, in which colour, on which ground; which pages and sheets are
//! not shown (ODF 1.3 part 3, 16). Lays nothing out.

use super::colour::{Ink, WHITE, of_hex};
use super::xml::{self, Element, Visitor};
use std::collections::{HashMap, HashSet};

/// Most styles that a style is based on.
const MAX_PARENTS: usize = 20;

/// Lower lines, rows and letters are not read, in centimetres.
const LOWEST: f64 = 0.04;

/// Narrowest letters that are read, in per cent of their width.
const NARROWEST: f64 = 5.0;

/// What a style says; what is `None` or unset is as around it.
#[derive(Clone, Debug, Default)]
pub(super) struct Style {
    parent: String,
    /// Text that is not shown.
    pub is_hidden: Option<bool>,
    /// Too small, too narrow, or seen through.
    pub is_unreadable: Option<bool>,
    /// Of text, and of its ground.
    pub ink: Ink,
    pub text_ground: Ink,
    /// Of a paragraph, a cell, a row, a table, a shape or a page.
    pub ground: Ink,
    /// What lies below a shape is seen.
    pub is_clear: Option<bool>,
    /// A shape around which text does not run, in front of it.
    wrap: Option<bool>,
    layer: Option<bool>,
    /// A row, column or line too low or narrow to be seen.
    pub is_flat: Option<bool>,
    /// A slide or a sheet that is not shown.
    pub is_out_of_show: bool,
    data_style: String,
}

impl Style {
    /// Whether text does not run around a shape of this style that stands in front of it.
    pub fn is_over_text(&self) -> bool {
        self.wrap != Some(true) && self.layer != Some(false)
    }

    /// What a shape's style says of its text: its ground is another, and it has no lines.
    pub fn of_text(mut self) -> Self {
        (self.ground, self.is_flat) = (Ink::Unset, None);
        self
    }

    fn over(self, below: &Self) -> Self {
        Self {
            parent: String::new(),
            is_hidden: self.is_hidden.or(below.is_hidden),
            is_unreadable: self.is_unreadable.or(below.is_unreadable),
            ink: self.ink.or(below.ink),
            text_ground: self.text_ground.or(below.text_ground),
            ground: self.ground.or(below.ground),
            is_clear: self.is_clear.or(below.is_clear),
            wrap: self.wrap.or(below.wrap),
            layer: self.layer.or(below.layer),
            is_flat: self.is_flat.or(below.is_flat),
            is_out_of_show: self.is_out_of_show || below.is_out_of_show,
            data_style: if self.data_style.is_empty() { below.data_style.clone() } else { self.data_style },
        }
    }
}

/// A master page: its layout, its style, and whether it draws anything.
#[derive(Clone, Debug, Default)]
struct Master {
    layout: String,
    style: String,
    is_drawn: bool,
}

/// The styles of a document, by family and name.
#[derive(Default)]
pub(super) struct Styles {
    all: HashMap<(String, String), Style>,
    open: Option<(String, String)>,
    masters: HashMap<String, Master>,
    /// Width and height, in centimetres.
    layouts: HashMap<String, (f64, f64)>,
    /// Grounds of pages.
    pages: Vec<Ink>,
    /// Number formats that show nothing.
    blank_formats: HashSet<String>,
    format: Option<(String, bool)>,
    layout: String,
    master: Option<String>,
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
            if next.is_empty() {
                break;
            }
            let Some(one) = self.all.get(&(family.to_string(), next)) else { break };
            style = style.over(one);
            next = one.parent.clone();
        }
        // The default style of the family has no name.
        match self.all.get(&(family.to_string(), String::new())) {
            Some(default) => style.over(default),
            None => style,
        }
    }

    /// Whether there is a style of this name.
    pub fn has(&self, family: &str, name: &str) -> bool {
        self.all.contains_key(&(family.to_string(), name.to_string()))
    }

    /// Whether the number format of a cell's style shows nothing.
    pub fn shows_nothing(&self, style: &Style) -> bool {
        self.blank_formats.contains(&style.data_style)
    }

    /// The ground of the pages of a text.
    pub fn page(&self) -> Ink {
        match self.pages.as_slice() {
            [] => Ink::Is(WHITE),
            [one, rest @ ..] if rest.iter().all(|other| other == one) => *one,
            _ => Ink::Unknown,
        }
    }

    /// Larger side of the largest page, in centimetres.
    pub fn page_size(&self) -> f64 {
        let largest = self.layouts.values().fold(0.0_f64, |most, (width, height)| most.max(*width).max(*height));
        if largest > 0.0 { largest } else { 42.0 }
    }

    /// Width and height of the slides of a master page.
    pub fn slide(&self, master: &str) -> Option<(f64, f64)> {
        self.layouts.get(&self.masters.get(master)?.layout).copied()
    }

    /// The ground of a slide.
    pub fn slide_ground(&self, style: &str, master: &str) -> Ink {
        let own = self.of("drawing-page", style).ground;
        let master = self.masters.get(master).cloned().unwrap_or_default();
        let below = if master.is_drawn { Ink::Unknown } else { Ink::Unset };
        let of_master = below.or(self.of("drawing-page", &master.style).ground);
        match own.or(of_master) {
            Ink::Unset | Ink::Auto => Ink::Is(WHITE),
            _ if master.is_drawn => Ink::Unknown,
            ink => ink,
        }
    }

    fn begin(&mut self, name: &str, element: &Element<'_>) {
        let get = |name: &str| element.attribute(name).unwrap_or_default();
        match name {
            "style" | "default-style" if self.all.len() < 100_000 => {
                let key = (get("family"), get("name"));
                let style =
                    Style { parent: get("parent-style-name"), data_style: get("data-style-name"), ..Style::default() };
                self.all.insert(key.clone(), style);
                self.open = Some(key);
            }
            "page-layout" => self.layout = get("name"),
            "master-page" if self.masters.len() < 10_000 => {
                let style = element.attribute("style-name").unwrap_or_default();
                self.masters.insert(get("name"), Master { layout: get("page-layout-name"), style, is_drawn: false });
                self.master = Some(get("name"));
            }
            "custom-shape" | "rect" | "polygon" | "path" | "ellipse" | "circle" | "image" => {
                if let Some(master) = self.master.as_ref().and_then(|name| self.masters.get_mut(name)) {
                    master.is_drawn = true;
                }
            }
            "number-style" | "date-style" | "time-style" | "currency-style" | "percentage-style" | "text-style"
            | "boolean-style" => self.format = Some((get("name"), true)),
            // A condition leads to another format; all else is shown.
            "map" | "text-properties" => {}
            _ => {
                if let Some((_, is_blank)) = &mut self.format {
                    *is_blank &= name == "text";
                }
            }
        }
    }
}

impl Visitor for Styles {
    fn open(&mut self, name: &str, element: &Element<'_>) {
        self.begin(name, element);
        if name == "page-layout-properties" {
            let size = |name: &str| element.attribute(name).and_then(|size| length(&size));
            if let (Some(width), Some(height)) = (size("page-width"), size("page-height"))
                && self.layouts.len() < 10_000
            {
                self.layouts.insert(self.layout.clone(), (width, height));
                let ground = fill(element, "background-color");
                self.pages.push(if matches!(ground, Ink::Is(_)) { ground } else { Ink::Is(WHITE) });
            }
        }
        if name.ends_with("-properties")
            && let Some(style) = self.open.as_ref().and_then(|key| self.all.get_mut(key))
        {
            style.take(name, element);
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "style" | "default-style" => self.open = None,
            "master-page" => self.master = None,
            _ if name.ends_with("-style") => {
                if let Some((name, true)) = self.format.take() {
                    self.blank_formats.insert(name);
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some((_, is_blank)) = &mut self.format {
            *is_blank &= text.trim().is_empty();
        }
    }
}

impl Style {
    fn take(&mut self, name: &str, element: &Element<'_>) {
        let get = |name: &str| element.attribute(name);
        let is = |name: &str, value: &str| get(name).map(|found| found == value);
        match name {
            "text-properties" => self.take_text(element),
            "paragraph-properties" => {
                self.ground = fill(element, "background-color").or(self.ground);
                self.is_flat = get("line-height").and_then(|height| length(&height)).map(|height| height < LOWEST);
            }
            "table-cell-properties" | "table-properties" => {
                self.ground = fill(element, "background-color").or(self.ground);
                self.is_out_of_show |= is("display", "false") == Some(true);
            }
            "table-row-properties" => {
                self.ground = fill(element, "background-color").or(self.ground);
                let is_fixed = is("use-optimal-row-height", "true") != Some(true);
                self.is_flat = get("row-height").and_then(|size| length(&size)).map(|size| is_fixed && size < LOWEST);
            }
            "table-column-properties" => {
                self.is_flat = get("column-width").and_then(|size| length(&size)).map(|size| size < LOWEST);
            }
            "drawing-page-properties" => {
                self.is_out_of_show |= is("visibility", "hidden") == Some(true);
                self.take_fill(element);
            }
            "graphic-properties" => {
                self.take_fill(element);
                self.wrap = get("wrap").map(|wrap| wrap != "run-through").or(self.wrap);
                self.layer = get("run-through").map(|layer| layer == "foreground").or(self.layer);
            }
            _ => {}
        }
    }

    fn take_text(&mut self, element: &Element<'_>) {
        let get = |name: &str| element.attribute(name);
        self.is_hidden = get("display").map(|display| display == "none").or(self.is_hidden);
        self.ink = match get("color").filter(|_| get("use-window-font-color").is_none_or(|on| on != "true")) {
            Some(colour) => Ink::known(of_hex(&colour)),
            None if get("use-window-font-color").is_some() => Ink::Auto,
            None => self.ink,
        };
        self.text_ground = fill(element, "background-color").or(self.text_ground);
        let per_cent = |name: &str| get(name).and_then(|share| share.trim_end_matches('%').parse::<f64>().ok());
        let small = get("font-size").and_then(|size| length(&size)).map(|size| size < LOWEST);
        let narrow = per_cent("text-scale").map(|width| width <= NARROWEST);
        // LibreOffice says that automatic colour has no opacity, and shows it.
        let clear = per_cent("opacity").filter(|_| matches!(self.ink, Ink::Is(_))).map(|share| share <= 5.0);
        let said = [small, narrow, clear];
        if said.iter().any(Option::is_some) {
            self.is_unreadable = Some(said.contains(&Some(true)));
        }
    }

    /// The fill of a shape or a slide (20.137), or the ground of a frame.
    fn take_fill(&mut self, element: &Element<'_>) {
        let get = |name: &str| element.attribute(name);
        let colour = get("fill-color").map(|colour| Ink::known(of_hex(&colour)));
        match get("fill").as_deref() {
            Some("none") => (self.ground, self.is_clear) = (Ink::Auto, Some(true)),
            Some("solid") => (self.ground, self.is_clear) = (colour.unwrap_or(Ink::Unknown), Some(false)),
            Some(_) => (self.ground, self.is_clear) = (Ink::Unknown, Some(false)),
            None => self.ground = colour.unwrap_or(self.ground),
        }
        match fill(element, "background-color") {
            ink @ (Ink::Is(_) | Ink::Unknown) if get("fill").is_none() => {
                (self.ground, self.is_clear) = (ink, Some(false));
            }
            _ => {}
        }
        if get("opacity").and_then(|share| share.trim_end_matches('%').parse::<f64>().ok()).is_some_and(|o| o < 50.0) {
            self.is_clear = Some(true);
        }
    }
}

/// The colour of a ground; `transparent` is none.
fn fill(element: &Element<'_>, name: &str) -> Ink {
    match element.attribute(name).as_deref() {
        None | Some("") => Ink::Unset,
        Some("transparent") => Ink::Auto,
        Some(colour) => Ink::known(of_hex(colour)),
    }
}

/// A length in centimetres.
pub(super) fn length(value: &str) -> Option<f64> {
    let value = value.trim();
    let end = value.find(|c: char| c.is_ascii_alphabetic() || c == '%').unwrap_or(value.len());
    let number: f64 = value[..end].parse().ok()?;
    let factor = match &value[end..] {
        "cm" => 1.0,
        "mm" => 0.1,
        "in" | "inch" => 2.54,
        "pt" => 2.54 / 72.0,
        "pc" => 2.54 / 6.0,
        "px" => 2.54 / 96.0,
        _ => return None,
    };
    Some(number * factor)
}
