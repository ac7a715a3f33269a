//! Shapes of an OpenDocument (ODF 1.3 part 3, 10): where they stand and whether they cover what lies below. Draws nothing.

use super::colour::Ink;
use super::cover::{Area, Placed, is_straight};
use super::odf_styles::{Style, Styles, length};
use super::xml::Element;

/// Thinner shapes are lines, in centimetres.
const THINNEST: f64 = 0.1;

/// What is drawn without an area.
const LINES: [&str; 4] = ["line", "polyline", "connector", "measure"];

/// Whether an element is a shape that may hold text, a frame left out.
pub(super) fn is_shape(name: &str) -> bool {
    LINES.contains(&name)
        || matches!(
            name,
            "custom-shape" | "rect" | "ellipse" | "circle" | "polygon" | "regular-polygon" | "path" | "caption"
        )
}

/// The style of a shape, of either family.
pub(super) fn style(styles: &Styles, element: &Element<'_>) -> Style {
    let name = element.attribute("style-name").unwrap_or_default();
    let family = if styles.has("presentation", &name) { "presentation" } else { "graphic" };
    styles.of(family, &name)
}

/// Where a shape stands, and what it does to what lies below.
pub(super) fn placed(name: &str, element: &Element<'_>, style: &Style) -> Placed {
    let (area, is_box) = area(element);
    let is_thin = area.is_some_and(|area| area.width < THINNEST || area.height < THINNEST);
    let is_filled = if name == "frame" { style.is_clear == Some(false) } else { style.is_clear != Some(true) };
    let covers = is_filled && !is_thin && !LINES.contains(&name);
    let is_loose = !is_box || !matches!(name, "frame" | "rect" | "custom-shape");
    let ink = if style.ground == Ink::Unset { Ink::Unknown } else { style.ground };
    Placed { area, covers, ink, is_loose, ..Placed::default() }
}

/// Whether it is shown at all.
pub(super) fn is_shown(element: &Element<'_>) -> bool {
    element.attribute("display").is_none_or(|display| !matches!(display.as_str(), "none" | "printer"))
}

/// The box around a shape; whether the shape fills it.
fn area(element: &Element<'_>) -> (Option<Area>, bool) {
    let get = |name: &str| element.attribute(name).and_then(|value| length(&value));
    let (Some(width), Some(height)) = (get("width"), get("height")) else { return (None, true) };
    let Some(transform) = element.attribute("transform") else {
        let (x, y) = (get("x").unwrap_or(0.0), get("y").unwrap_or(0.0));
        return (Some(Area { x, y, width, height }), true);
    };
    let numbers = |name: &str| -> Vec<String> {
        let Some((_, rest)) = transform.split_once(name) else { return Vec::new() };
        let inner = rest.trim_start().trim_start_matches('(').split(')').next().unwrap_or_default();
        inner.split([' ', ',']).filter(|one| !one.is_empty()).map(String::from).collect()
    };
    let angle = numbers("rotate").first().and_then(|angle| angle.parse::<f64>().ok()).unwrap_or(0.0);
    let moved = numbers("translate");
    let place = |at: usize| moved.get(at).and_then(|one| length(one)).unwrap_or(0.0);
    // It is turned around its upper left corner, against the clock, and then moved.
    let (sin, cos) = angle.sin_cos();
    let corners = [(0.0, 0.0), (width, 0.0), (0.0, height), (width, height)];
    let turned = corners.map(|(x, y)| (x * cos + y * sin, y * cos - x * sin));
    let least = |pick: fn(&(f64, f64)) -> f64| turned.iter().map(pick).fold(f64::INFINITY, f64::min);
    let most = |pick: fn(&(f64, f64)) -> f64| turned.iter().map(pick).fold(f64::NEG_INFINITY, f64::max);
    let (left, top) = (least(|one| one.0), least(|one| one.1));
    let (width, height) = (most(|one| one.0) - left, most(|one| one.1) - top);
    (Some(Area { x: place(0) + left, y: place(1) + top, width, height }), is_straight(angle))
}
