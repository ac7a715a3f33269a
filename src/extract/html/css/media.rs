//! Media queries: whether a block of rules holds on a desktop screen, on paper, on both or on neither. A window of one
//! size is taken: it does not guess what a telephone shows.

use super::calc::{self, Piece};
use cssparser::Parser;

/// The bits of a set of media.
pub const SCREEN: u8 = 1;
pub const PRINT: u8 = 2;
const BOTH: u8 = SCREEN | PRINT;

/// The window that is taken, in CSS pixels.
pub const WIDTH: f32 = 1280.0;
pub const HEIGHT: f32 = 800.0;

/// The media of a list of queries (Media Queries 4, 3); `None` where a query asks what is not known here.
pub fn media(list: &str) -> Option<u8> {
    let plain = without_comments(list).to_ascii_lowercase();
    if plain.trim().is_empty() {
        return Some(BOTH);
    }
    plain.split(',').try_fold(0, |all, one| Some(all | query(one.trim())?))
}

/// A text without what stands between `/*` and `*/`.
fn without_comments(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/*") {
        plain.push_str(before);
        plain.push(' ');
        rest = after.split_once("*/").map_or("", |(_, behind)| behind);
    }
    plain.push_str(rest);
    plain
}

fn query(query: &str) -> Option<u8> {
    let spaced = query.split_whitespace().collect::<Vec<_>>().join(" ").replace("and(", "and (");
    let (rest, is_not) = match spaced.strip_prefix("not ") {
        Some(rest) => (rest, true),
        None => (spaced.strip_prefix("only ").unwrap_or(&spaced), false),
    };
    let mut found = BOTH;
    for part in rest.split(" and ") {
        let part = part.trim();
        found &= match part.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
            Some(feature) => {
                if holds(feature.trim())? {
                    BOTH
                } else {
                    0
                }
            }
            None => match part {
                "all" => BOTH,
                "screen" => SCREEN,
                "print" => PRINT,
                _ if part.chars().all(|c| c.is_ascii_alphabetic()) => 0,
                _ => return None,
            },
        };
    }
    Some(if is_not { !found & BOTH } else { found })
}

/// Whether a desktop with a light ground, a mouse and the window above has a feature.
fn holds(feature: &str) -> Option<bool> {
    if let Some((name, value)) = feature.split_once(':') {
        let (name, value) = (name.trim(), value.trim());
        let compare = |ours: f32| {
            let theirs = length(value)?;
            Some(if name.starts_with("min-") { ours >= theirs } else { ours <= theirs })
        };
        return match name {
            "min-width" | "max-width" | "min-device-width" | "max-device-width" => compare(WIDTH),
            "min-height" | "max-height" | "min-device-height" | "max-device-height" => compare(HEIGHT),
            "orientation" => Some(value == "landscape"),
            "prefers-color-scheme" => Some(value == "light"),
            "hover" | "any-hover" => Some(value == "hover"),
            "pointer" | "any-pointer" => Some(value == "fine"),
            "prefers-reduced-motion" | "prefers-contrast" | "forced-colors" | "inverted-colors" => {
                Some(matches!(value, "no-preference" | "none"))
            }
            "scripting" => Some(value == "enabled"),
            "display-mode" => Some(value == "browser"),
            _ => None,
        };
    }
    if feature.contains(['<', '>', '=']) {
        return range(feature);
    }
    match feature {
        "width"
        | "height"
        | "color"
        | "hover"
        | "any-hover"
        | "pointer"
        | "any-pointer"
        | "scripting"
        | "grid"
        | "prefers-color-scheme" => Some(feature != "grid"),
        "monochrome" | "forced-colors" | "prefers-reduced-motion" => Some(false),
        _ => None,
    }
}

/// `width >= 600px`, or `400px < width <= 700px` (Media Queries 4, 2.4.3).
fn range(feature: &str) -> Option<bool> {
    let spaced = feature.replace("<=", "≤").replace(">=", "≥");
    let (mut sides, mut signs, mut side) = (Vec::new(), Vec::new(), String::new());
    for c in spaced.chars() {
        if matches!(c, '<' | '>' | '=' | '≤' | '≥') {
            signs.push(c);
            sides.push(std::mem::take(&mut side));
        } else {
            side.push(c);
        }
    }
    sides.push(side);
    let value = |side: &str| match side.trim() {
        "width" => Some(WIDTH),
        "height" => Some(HEIGHT),
        other => length(other),
    };
    let mut all = true;
    for (at, sign) in signs.iter().enumerate() {
        let (left, right) = (value(&sides[at])?, value(&sides[at + 1])?);
        all &= match sign {
            '<' => left < right,
            '>' => left > right,
            '≤' => left <= right,
            '≥' => left >= right,
            _ => left == right,
        };
    }
    Some(all)
}

fn length(text: &str) -> Option<f32> {
    match calc::pieces(&mut Parser::new(text)).as_slice() {
        [Piece::Length(length)] => Some(length.px + length.em * 16.0),
        [Piece::Number(number)] => Some(*number),
        _ => None,
    }
}
