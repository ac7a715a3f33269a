//! The shape of a slide that is being read: where it stands and how it is filled (ECMA-376 part 1, 19.3 and 20.1). Draws
//! nothing.

use super::colour::{Ink, Theme};
use super::cover::{Area, Placed};
use super::paint::Paint;
use super::xml::Element;

/// Thinner shapes are lines, in EMU.
const THINNEST: f64 = 36_000.0;

/// What moves and stretches the shapes of a group, and whether the group is hidden.
#[derive(Clone, Copy, Debug)]
struct Group {
    scale: (f64, f64),
    shift: (f64, f64),
    is_hidden: bool,
    /// Corners and sizes: outer, then inner.
    outer: [f64; 4],
    inner: [f64; 4],
}

impl Group {
    const NONE: Self =
        Self { scale: (1.0, 1.0), shift: (0.0, 0.0), is_hidden: false, outer: [0.0; 4], inner: [0.0; 4] };
}

/// What is known of the shape that is open, and of its groups.
#[derive(Debug, Default)]
pub(super) struct Frame {
    groups: Vec<Group>,
    /// The element is a group's own, not a shape's.
    in_group_properties: bool,
    place: [Option<f64>; 4],
    angle: f64,
    pub fill: Paint,
    has_fill: bool,
    pub is_hidden: bool,
    is_picture: bool,
    is_line: bool,
    is_loose: bool,
    /// Depth of the element that holds the fill; 0: it is not open.
    depth: usize,
    in_fill: bool,
    in_style: bool,
}

impl Frame {
    /// Another shape begins.
    pub fn begin(&mut self, name: &str) {
        *self = Self {
            groups: std::mem::take(&mut self.groups),
            is_picture: name == "pic",
            is_line: name == "cxnSp",
            ..Self::default()
        };
    }

    /// A group begins or ends.
    pub fn begin_group(&mut self) {
        let outer = self.groups.last().copied().unwrap_or(Group::NONE);
        self.groups.push(outer);
        self.in_group_properties = true;
    }

    /// The innermost group ends.
    pub fn end_group(&mut self) {
        self.groups.pop();
    }

    /// Takes an element; `depth` counts those that are open.
    pub fn take(&mut self, name: &str, element: &Element<'_>, depth: usize, theme: &Theme) {
        let number = |name: &str| element.attribute(name).and_then(|value| value.parse::<f64>().ok());
        match name {
            "cNvPr" if element.attribute("hidden").is_some_and(|on| on == "1" || on == "true") => {
                match self.groups.last_mut().filter(|_| self.in_group_properties) {
                    Some(group) => group.is_hidden = true,
                    None => self.is_hidden = true,
                }
            }
            // It stands in for a control, which an older drawing shows.
            "compatExt" => self.is_hidden = false,
            "xfrm" => self.angle = (number("rot").unwrap_or(0.0) / 60_000.0).to_radians(),
            "off" => self.put(0, number("x"), number("y"), false),
            "ext" if number("cx").is_some() => self.put(2, number("cx"), number("cy"), false),
            "chOff" => self.put(0, number("x"), number("y"), true),
            "chExt" => {
                self.put(2, number("cx"), number("cy"), true);
                self.end_group_place();
            }
            "spPr" => self.depth = depth,
            "custGeom" => self.is_loose = true,
            "prstGeom" => {
                let kind = element.attribute("prst").unwrap_or_default();
                let is_full = ["rect", "Rect", "flowChart", "cube", "bevel", "plaque", "ellipse", "wedge"];
                self.is_line |= kind == "line" || kind.contains("Connector");
                self.is_loose = !is_full.iter().any(|part| kind.contains(part));
            }
            // A shape without a fill of its own has that of its style; the first of these is the plain colour.
            "fillRef" if !self.has_fill => {
                let at = number("idx").unwrap_or(0.0);
                self.in_style = at > 0.0;
                if self.in_style {
                    self.fill = Paint { ink: Ink::Unknown, is_clear: false };
                    self.has_fill = true;
                    self.in_style = (at - 1.0).abs() < 0.5;
                }
            }
            "lnRef" | "effectRef" | "fontRef" => self.in_style = false,
            _ if self.in_style => self.fill.colour(name, element, theme),
            _ if self.depth > 0 && depth == self.depth + 1 => {
                self.in_fill = self.fill.fill(name);
                self.has_fill |= self.in_fill;
            }
            _ if self.depth > 0 && self.in_fill => self.fill.colour(name, element, theme),
            _ => {}
        }
    }

    /// An element ends after which `depth` are open.
    pub fn leave(&mut self, name: &str, depth: usize) {
        if depth < self.depth {
            self.depth = 0;
        }
        match name {
            "style" => self.in_style = false,
            "grpSpPr" => self.in_group_properties = false,
            _ => {}
        }
    }

    fn put(&mut self, at: usize, one: Option<f64>, other: Option<f64>, is_inner: bool) {
        if let (Some(group), true) = (self.groups.last_mut(), self.in_group_properties) {
            let place = if is_inner { &mut group.inner } else { &mut group.outer };
            (place[at], place[at + 1]) = (one.unwrap_or(0.0), other.unwrap_or(0.0));
        } else if !is_inner {
            (self.place[at], self.place[at + 1]) = (one, other);
        }
    }

    fn end_group_place(&mut self) {
        let around = self.groups.iter().rev().nth(1).copied().unwrap_or(Group::NONE);
        let Some(group) = self.groups.last_mut().filter(|_| self.in_group_properties) else { return };
        let ratio = |outer: f64, inner: f64| if inner.abs() > 0.5 { outer / inner } else { 1.0 };
        let own = (ratio(group.outer[2], group.inner[2]), ratio(group.outer[3], group.inner[3]));
        let shift = (group.outer[0] - group.inner[0] * own.0, group.outer[1] - group.inner[1] * own.1);
        group.scale = (around.scale.0 * own.0, around.scale.1 * own.1);
        group.shift = (around.scale.0 * shift.0 + around.shift.0, around.scale.1 * shift.1 + around.shift.1);
    }

    /// Whether the shape or a group around it is hidden.
    pub fn is_hidden(&self) -> bool {
        self.is_hidden || self.groups.last().is_some_and(|group| group.is_hidden)
    }

    /// The shape as it is drawn; `inherited` is the box of the placeholder that it fills.
    pub fn placed(&self, inherited: Option<Area>) -> Placed {
        let group = self.groups.last().copied().unwrap_or(Group::NONE);
        let own = match self.place {
            [Some(x), Some(y), Some(width), Some(height)] => {
                let (scale, shift) = (group.scale, group.shift);
                let area = Area {
                    x: x * scale.0 + shift.0,
                    y: y * scale.1 + shift.1,
                    width: width * scale.0,
                    height: height * scale.1,
                };
                Some(area.turned(self.angle))
            }
            _ => None,
        };
        let is_box = own.is_none_or(|(_, is_box)| is_box);
        let area = own.map(|(area, _)| area).or(inherited);
        let is_thin = area.is_some_and(|area| area.width < THINNEST || area.height < THINNEST);
        let is_filled = self.is_picture || (self.has_fill && self.fill.covers());
        Placed {
            area,
            covers: is_filled && !self.is_line && !is_thin && !self.is_hidden(),
            is_loose: self.is_loose || !is_box,
            ink: if self.is_picture { Ink::Unknown } else { self.fill.ink },
            has_words: false,
            is_picture: self.is_picture,
        }
    }
}
