//! What styles of a WordprocessingML document mean for its words: headings, hidden text, colours. Lays nothing out.

use super::colour::{BLACK, Ink, Theme, WHITE, darker, lighter, mixed, of_hex, of_name};
use super::paint::Paint;
use super::xml::{self, Element, Visitor};
use std::collections::HashMap;

/// Most styles that a style is based on.
const MAX_BASES: usize = 20;

/// Narrowest letters that are read, in per cent of their width.
const NARROWEST: u32 = 5;

/// Farthest that text is raised or lowered without leaving the page, in half points.
const FARTHEST: i32 = 400;

/// What a run looks like; what is `None` or unset is as around it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Look {
    is_hidden: Option<bool>,
    is_small: Option<bool>,
    is_narrow: Option<bool>,
    is_far: Option<bool>,
    is_clear: Option<bool>,
    ink: Ink,
    pub marker: Ink,
    pub fill: Ink,
    /// Its letters have a line or a shadow, by which they are seen in any colour.
    is_drawn: Option<bool>,
    in_text_fill: bool,
    in_outline: bool,
}

impl Look {
    /// This look on top of another.
    pub fn over(self, below: Self) -> Self {
        Self {
            is_hidden: self.is_hidden.or(below.is_hidden),
            is_small: self.is_small.or(below.is_small),
            is_narrow: self.is_narrow.or(below.is_narrow),
            is_far: self.is_far.or(below.is_far),
            is_clear: self.is_clear.or(below.is_clear),
            ink: self.ink.or(below.ink),
            marker: self.marker.or(below.marker),
            fill: self.fill.or(below.fill),
            is_drawn: self.is_drawn.or(below.is_drawn),
            in_text_fill: false,
            in_outline: false,
        }
    }

    /// Its colour, if nothing else makes its letters seen.
    pub fn bare_ink(self) -> Ink {
        if self.is_drawn == Some(true) { Ink::Unknown } else { self.ink }
    }

    /// Whether its format says hidden.
    pub fn is_hidden(self) -> bool {
        self.is_hidden == Some(true)
    }

    /// Whether nobody can read it, whatever its colour: too small, too narrow, seen through.
    pub fn is_unreadable(self) -> bool {
        [self.is_small, self.is_narrow, self.is_far, self.is_clear].contains(&Some(true))
    }

    /// Takes a property of a run (ECMA-376 part 1, 17.3.2).
    pub fn take(&mut self, name: &str, element: &Element<'_>, theme: &Theme) {
        let value = || element.attribute("val").unwrap_or_default();
        match name {
            "vanish" => self.is_hidden = Some(element.is_on("val")),
            "color" => self.ink = ink(element, ["val", "themeColor", "themeTint", "themeShade"], theme),
            // Half points; text of one point is a way to hide it.
            "sz" => self.is_small = value().parse::<u32>().ok().map(|size| size <= 2),
            "w" => self.is_narrow = value().trim_end_matches('%').parse::<u32>().ok().map(|width| width <= NARROWEST),
            "position" => self.is_far = value().parse::<i32>().ok().map(|far| far.saturating_abs() >= FARTHEST),
            "shd" => self.fill = ground(element, theme),
            "highlight" => self.marker = of_name(&value()),
            "emboss" | "imprint" | "outline" => self.is_drawn = Some(element.is_on("val")),
            // Fills of Word 2010 take the place of the colour.
            "textFill" | "textOutline" | "glow" | "shadow" | "reflection" | "props3d" | "scene3d" => {
                (self.in_text_fill, self.in_outline) = (name == "textFill", name == "textOutline");
            }
            "solidFill" | "gradFill" if self.in_outline => self.is_drawn = Some(true),
            _ if self.in_text_fill => self.text_fill(name, element, theme),
            _ => {}
        }
    }

    fn text_fill(&mut self, name: &str, element: &Element<'_>, theme: &Theme) {
        match name {
            "noFill" => self.is_clear = Some(true),
            // There it counts what is seen through, not what covers.
            "alpha" => {
                let share = element.attribute("val").and_then(|value| value.parse::<u32>().ok());
                self.is_clear = share.map(|share| share >= 95_000);
            }
            "gradFill" => self.ink = Ink::Unknown,
            _ => {
                let mut paint = Paint { ink: self.ink, is_clear: false };
                paint.colour(name, element, theme);
                self.ink = paint.ink;
            }
        }
    }
}

/// What a style says.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Style {
    pub is_heading: bool,
    pub run: Look,
    /// The ground of its paragraphs.
    pub fill: Ink,
    /// Some part of it, as the head row of a table, has a ground.
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
    /// Of paragraphs that name none.
    default: String,
    /// What holds for all text.
    all: Look,
}

impl Styles {
    /// Reads `word/styles.xml`.
    pub fn read(xml: &str, theme: &Theme) -> Self {
        let mut reader = Reader {
            theme,
            styles: Self::default(),
            id: String::new(),
            entry: None,
            in_run: 0,
            in_paragraph: 0,
            in_defaults: false,
        };
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
            style.is_shaded |= entry.style.is_shaded;
            style.run = style.run.over(entry.style.run);
            style.fill = style.fill.or(entry.style.fill);
            next = &entry.base;
        }
        style
    }

    /// What a paragraph looks like in this style; empty: it names none.
    pub fn of_paragraph(&self, id: &str) -> Style {
        let mut style = self.of(if id.is_empty() { &self.default } else { id });
        style.run = style.run.over(self.all);
        style
    }
}

/// Built-in names are English in the file, whatever language the program speaks; ids are not.
fn is_heading_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower == "title" || lower.strip_prefix("heading").is_some_and(|rest| rest.trim().parse::<u8>().is_ok())
}

/// The colour in attributes named for the value, the colour of the theme, its tint and its shade.
fn ink(element: &Element<'_>, [value, of_theme, tint, shade]: [&str; 4], theme: &Theme) -> Ink {
    let part = |name: &str| {
        let part = element.attribute(name).and_then(|hex| u8::from_str_radix(&hex, 16).ok());
        part.map_or(0.0, |part| 1.0 - f64::from(part) / 255.0)
    };
    let themed = element.attribute(of_theme).and_then(|name| theme.of(&name));
    match (themed, element.attribute(value).as_deref()) {
        (Some(colour), _) => Ink::Is(darker(lighter(colour, part(tint)), part(shade))),
        (None, None | Some("")) => Ink::Unset,
        (None, Some("auto")) => Ink::Auto,
        (None, Some(hex)) => Ink::known(of_hex(hex)),
    }
}

/// The ground that a shading gives (17.3.5): a colour, a pattern of two, or none.
pub(super) fn ground(element: &Element<'_>, theme: &Theme) -> Ink {
    let fill = ink(element, ["fill", "themeFill", "themeFillTint", "themeFillShade"], theme);
    let front = ink(element, ["color", "themeColor", "themeTint", "themeShade"], theme);
    let known = |ink, else_one| match ink {
        Ink::Is(colour) => Some(colour),
        Ink::Unset | Ink::Auto => Some(else_one),
        Ink::Unknown => None,
    };
    let pattern = element.attribute("val").unwrap_or_default();
    let share = match pattern.as_str() {
        "" | "clear" => return fill,
        "nil" => return Ink::Auto,
        "solid" => 1.0,
        other => match other.strip_prefix("pct").and_then(|percent| percent.parse::<f64>().ok()) {
            Some(percent) => percent / 100.0,
            None => return Ink::Unknown,
        },
    };
    match (known(front, BLACK), known(fill, WHITE)) {
        (Some(front), Some(fill)) => Ink::Is(mixed(front, fill, share.clamp(0.0, 1.0))),
        _ => Ink::Unknown,
    }
}

struct Reader<'t> {
    theme: &'t Theme,
    styles: Styles,
    id: String,
    entry: Option<Entry>,
    in_run: usize,
    in_paragraph: usize,
    in_defaults: bool,
}

impl Visitor for Reader<'_> {
    fn open(&mut self, name: &str, element: &Element<'_>) {
        let value = || element.attribute("val").unwrap_or_default();
        if name == "style" {
            self.id = element.attribute("styleId").unwrap_or_default();
            let is_default = element.attribute("default").is_some_and(|on| matches!(on.as_str(), "1" | "true" | "on"));
            if is_default && element.attribute("type").is_some_and(|kind| kind == "paragraph") {
                self.styles.default.clone_from(&self.id);
            }
            self.entry = Some(Entry::default());
        }
        self.in_defaults |= name == "rPrDefault";
        let is_run = self.in_run == 1;
        self.in_run += usize::from(name == "rPr");
        self.in_paragraph += usize::from(name == "pPr");
        if self.in_defaults && is_run {
            self.styles.all.take(name, element, self.theme);
        }
        let Some(entry) = &mut self.entry else { return };
        if name == "shd" {
            let fill = ground(element, self.theme);
            entry.style.is_shaded |= matches!(fill, Ink::Is(_) | Ink::Unknown);
            if self.in_paragraph == 1 && !is_run {
                entry.style.fill = fill;
            }
        }
        match name {
            "name" => entry.style.is_heading |= is_heading_name(&value()),
            "basedOn" => entry.base = value(),
            "outlineLvl" => entry.style.is_heading |= value().parse::<u32>().is_ok_and(|level| level < 9),
            _ if is_run => entry.style.run.take(name, element, self.theme),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "rPr" => self.in_run = self.in_run.saturating_sub(1),
            "pPr" => self.in_paragraph = self.in_paragraph.saturating_sub(1),
            "rPrDefault" => self.in_defaults = false,
            _ => {}
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
