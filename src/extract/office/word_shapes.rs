//! Shapes of a Word document (ECMA-376 part 1, 20.4; part 4, 19.1 for VML): whether they stand in front of the text and
//! cover it, are hidden, or stand beyond the page. Lays nothing out.

use super::colour::{Ink, Theme, of_name};
use super::paint::Paint;
use super::xml::Element;

/// Thinner shapes are lines, in EMU (360 000 to a centimetre).
const THINNEST: i64 = 36_000;

/// EMU of a point and of a twip.
const EMU_OF_A_POINT: f64 = 12_700.0;
const EMU_OF_A_TWIP: i64 = 635;

/// One shape.
#[derive(Debug, Default)]
struct Shape {
    fill: Paint,
    has_fill: bool,
    has_words: bool,
    is_line: bool,
    /// Depth of the element that holds its fill; 0: it is not open.
    depth: usize,
    in_fill: bool,
}

/// A drawing that is being read: a shape, or a group of them.
#[derive(Debug, Default)]
pub(super) struct Drawing {
    is_in_front: bool,
    wraps: bool,
    pub is_hidden: bool,
    pub is_off_page: bool,
    shape: Shape,
    has_cover: bool,
    /// The number that comes is a distance from the edge.
    in_offset: bool,
}

impl Drawing {
    /// A drawing of DrawingML; `is_anchored`: it floats.
    pub fn new(element: &Element<'_>, is_anchored: bool) -> Self {
        let is_behind = element.attribute("behindDoc").is_some_and(|on| matches!(on.as_str(), "1" | "true" | "on"));
        Self { is_in_front: is_anchored && !is_behind, wraps: true, ..Self::default() }
    }

    /// A shape of VML; `None`: the element is none.
    pub fn of_vml(name: &str, element: &Element<'_>, page: i64) -> Option<Self> {
        if !matches!(name, "group" | "shape" | "rect" | "roundrect" | "oval") {
            return None;
        }
        let style = element.attribute("style")?;
        let property = |wanted: &str| {
            let found = style.split(';').filter_map(|one| one.split_once(':')).find(|(name, _)| name.trim() == wanted);
            found.map(|(_, value)| value.trim().to_string())
        };
        let length = |wanted: &str| property(wanted).and_then(|value| length(&value));
        let filled = element.attribute("filled").is_none_or(|on| !matches!(on.as_str(), "f" | "false"));
        let colour = element.attribute("fillcolor").unwrap_or_else(|| "white".into());
        let ink = of_name(colour.split_whitespace().next().unwrap_or_default());
        let kind = element.attribute("type").unwrap_or_default();
        // Picture frames and connectors.
        let is_line = name == "group" || kind.ends_with("_t75") || kind.ends_with("_t32");
        let is_thin = ["width", "height"].iter().any(|one| length(one).is_some_and(|size| size < THINNEST));
        let is_off = ["margin-left", "margin-top", "left", "top"];
        Some(Self {
            is_in_front: property("position").is_some_and(|one| one == "absolute")
                && property("z-index").and_then(|z| z.parse::<i64>().ok()).unwrap_or(1) > 0,
            wraps: false,
            is_hidden: property("visibility").is_some_and(|one| one == "hidden"),
            is_off_page: is_off.iter().any(|one| length(one).is_some_and(|far| far.saturating_abs() > page)),
            shape: Shape {
                fill: Paint { ink, is_clear: !filled },
                has_fill: true,
                is_line: is_line || is_thin,
                ..Shape::default()
            },
            has_cover: false,
            in_offset: false,
        })
    }

    /// It stands in another, which may lie behind the text.
    pub fn within(&mut self, outer: &Self) {
        self.is_in_front &= outer.is_in_front;
    }

    /// The ground of a text in the shape that is open; a shape without fill shows what lies below.
    pub fn ground(&self) -> Ink {
        match (self.shape.has_fill, self.shape.fill.is_clear) {
            (true, true) => Ink::Auto,
            (true, false) => self.shape.fill.ink,
            (false, _) => Ink::Unknown,
        }
    }

    /// Takes an element within the drawing; `depth` counts the open elements.
    pub fn take(&mut self, name: &str, element: &Element<'_>, depth: usize, theme: &Theme) {
        let number = |name: &str| element.attribute(name).and_then(|value| value.parse::<i64>().ok());
        self.in_offset = name == "posOffset";
        match name {
            "wrapNone" => self.wraps = false,
            // Of VML.
            "wrap" => self.wraps |= element.attribute("type").is_some_and(|kind| kind != "none"),
            "docPr" | "cNvPr" => self.is_hidden |= element.attribute("hidden").is_some() && element.is_on("hidden"),
            "wsp" => self.shape = Shape::default(),
            "spPr" => self.shape.depth = depth,
            "prstGeom" => {
                let kind = element.attribute("prst").unwrap_or_default();
                self.shape.is_line |= kind == "line" || kind.contains("Connector");
            }
            "ext" if depth == self.shape.depth + 2 => {
                self.shape.is_line |= ["cx", "cy"].iter().any(|one| number(one).is_some_and(|size| size < THINNEST));
            }
            // A shape without a fill of its own has that of its style.
            "fillRef" if !self.shape.has_fill && number("idx").is_some_and(|at| at > 0) => {
                self.shape.fill = Paint { ink: Ink::Unknown, is_clear: false };
                self.shape.has_fill = true;
            }
            "textpath" | "imagedata" => self.shape.is_line = true,
            "fill" => {
                let is_off = element.attribute("on").is_some_and(|on| matches!(on.as_str(), "f" | "false"));
                let opacity = element.attribute("opacity").and_then(|share| opacity(&share));
                self.shape.fill.is_clear |= is_off || opacity.is_some_and(|share| share < 0.5);
                if element.attribute("type").is_some_and(|kind| kind != "solid") {
                    self.shape.fill.ink = Ink::Unknown;
                }
            }
            _ if self.shape.depth > 0 && depth == self.shape.depth + 1 => {
                // The line around it has colours too.
                self.shape.in_fill = self.shape.fill.fill(name);
                self.shape.has_fill |= self.shape.in_fill;
            }
            _ if self.shape.depth > 0 && self.shape.in_fill => {
                self.shape.fill.colour(name, element, theme);
            }
            _ => {}
        }
    }

    /// An element ends after which `depth` are open.
    pub fn leave(&mut self, name: &str, depth: usize) {
        self.in_offset = false;
        if depth < self.shape.depth {
            self.shape.depth = 0;
        }
        if name == "wsp" {
            self.end_shape();
        }
    }

    /// A text within it.
    pub fn text(&mut self, text: &str, page: i64) {
        if self.in_offset {
            self.is_off_page |= text.trim().parse::<i64>().is_ok_and(|far| far.saturating_abs() > page);
        }
    }

    /// The shape that is open has words of its own.
    pub fn has_words(&mut self) {
        self.shape.has_words = true;
    }

    fn end_shape(&mut self) {
        let shape = std::mem::take(&mut self.shape);
        self.has_cover |= shape.has_fill && shape.fill.covers() && !shape.has_words && !shape.is_line;
    }

    /// Whether it may cover text of the document.
    pub fn covers(mut self) -> bool {
        self.end_shape();
        self.has_cover && self.is_in_front && !self.wraps && !self.is_hidden && !self.is_off_page
    }
}

/// Whether a document has more than one shape or picture.
pub(super) fn has_several(document: &str) -> bool {
    let count = |ends: &[&str]| ends.iter().map(|end| document.matches(end).count()).sum::<usize>();
    let drawn = count(&["</wps:wsp>", "</pic:pic>", "</c:chart>"]);
    // Old programs get the same again.
    drawn > 1 || (drawn == 0 && count(&["<v:shape ", "<v:rect ", "<v:roundrect ", "<v:oval "]) > 1)
}

/// The larger side of the largest page of a document, in EMU; that of A3 where it says nothing.
pub(super) fn largest_page(document: &str) -> i64 {
    let mut largest = 0;
    for piece in document.split(":pgSz ").skip(1).take(1_000) {
        let tag = piece.split('>').next().unwrap_or_default();
        for value in tag.split('"').skip(1).step_by(2) {
            largest = largest.max(value.parse::<i64>().unwrap_or(0));
        }
    }
    let twips = if largest > 0 { largest } else { 23_811 };
    twips.min(100_000) * EMU_OF_A_TWIP
}

/// Twips in EMU.
pub(super) fn emu(twips: i64) -> i64 {
    twips.saturating_mul(EMU_OF_A_TWIP)
}

/// A length of VML in EMU.
fn length(value: &str) -> Option<i64> {
    let end = value.find(|c: char| c.is_ascii_alphabetic() || c == '%').unwrap_or(value.len());
    let number: f64 = value[..end].trim().parse().ok()?;
    let points = match &value[end..] {
        // Without a unit it counts in a measure of its group.
        "px" => number * 0.75,
        "pt" => number,
        "in" => number * 72.0,
        "cm" => number * 28.35,
        "mm" => number * 2.835,
        _ => return None,
    };
    Some((points * EMU_OF_A_POINT) as i64)
}

/// An opacity of VML: a share, or 65536ths followed by `f`.
fn opacity(value: &str) -> Option<f64> {
    match value.strip_suffix('f') {
        Some(parts) => parts.parse::<f64>().ok().map(|parts| parts / 65_536.0),
        None => value.parse().ok(),
    }
}
