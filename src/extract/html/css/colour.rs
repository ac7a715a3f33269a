//! Colours, and whether two of them can be told apart. Knows no spaces beyond sRGB: what it cannot work out is no colour.

use super::calc::Piece;

/// Red, green and blue from 0 to 255, alpha from 0 to 1.
pub type Rgba = [f32; 4];

/// Channels that differ by no more than this are not told apart by an eye that does not look for them; of 255.
const NEAR: f32 = 24.0;

/// Whether no channel of two opaque colours differs by much.
pub fn near(a: Rgba, b: Rgba) -> bool {
    a.iter().zip(&b).take(3).all(|(a, b)| (a - b).abs() <= NEAR)
}

/// A colour laid over an opaque ground.
pub fn over(colour: Rgba, ground: Rgba) -> Rgba {
    let alpha = colour[3].clamp(0.0, 1.0);
    let mix = |at: usize| colour[at] * alpha + ground[at] * (1.0 - alpha);
    [mix(0), mix(1), mix(2), 1.0]
}

/// A colour by its name (CSS Color 4, 6.1; system colours of a light desktop, 6.2).
pub fn named(word: &str) -> Option<Rgba> {
    let grey = |level: f32| Some([level, level, level, 1.0]);
    match word {
        "transparent" => Some([0.0, 0.0, 0.0, 0.0]),
        "canvas" | "field" | "window" => grey(255.0),
        "canvastext" | "fieldtext" | "buttontext" | "windowtext" => grey(0.0),
        "buttonface" => grey(239.0),
        _ => {
            let (r, g, b) = cssparser::color::parse_named_color(word).ok()?;
            Some([f32::from(r), f32::from(g), f32::from(b), 1.0])
        }
    }
}

/// A colour of an attribute of old (WHATWG HTML 2.3.6): a name, or hexadecimal digits with or without `#`.
pub fn of_attribute(value: &str) -> Option<Rgba> {
    let value = value.trim().to_ascii_lowercase();
    let digits = value.trim_start_matches('#');
    if let Some(colour) = named(&value) {
        return Some(colour);
    }
    let (r, g, b, _) = cssparser::color::parse_hash_color(digits.as_bytes()).ok()?;
    Some([f32::from(r), f32::from(g), f32::from(b), 1.0])
}

/// A colour by a function (CSS Color 4, 4); of the spaces beyond sRGB only white, black and greys.
pub fn function(name: &str, pieces: &[Piece]) -> Option<Rgba> {
    let mut numbers: Vec<(f32, bool)> = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Number(number) => numbers.push((*number, false)),
            Piece::Length(length) if length.px == 0.0 && length.em == 0.0 => numbers.push((length.share, true)),
            Piece::Angle(degrees) => numbers.push((*degrees, false)),
            Piece::Word(word) if word == "none" => numbers.push((0.0, false)),
            Piece::Word(word) if name == "color" && word == "srgb" => {}
            Piece::Sign(',' | '/') => {}
            _ => return None,
        }
    }
    let alpha = numbers.get(3).map_or(1.0, |(alpha, _)| alpha.clamp(0.0, 1.0));
    let [first, second, third] = [*numbers.first()?, *numbers.get(1)?, *numbers.get(2)?];
    let scaled = |(value, is_share): (f32, bool), whole: f32| {
        (if is_share { value * 255.0 } else { value * whole }).clamp(0.0, 255.0)
    };
    match name {
        "rgb" | "rgba" => Some([scaled(first, 1.0), scaled(second, 1.0), scaled(third, 1.0), alpha]),
        "color" => Some([scaled(first, 255.0), scaled(second, 255.0), scaled(third, 255.0), alpha]),
        "hsl" | "hsla" => {
            let share = |(value, is_share): (f32, bool)| if is_share { value } else { value / 100.0 }.clamp(0.0, 1.0);
            let (hue, saturation, light) = (first.0, share(second), share(third));
            let channel = |n: f32| {
                let k = (n + hue / 30.0).rem_euclid(12.0);
                let spread = saturation * light.min(1.0 - light);
                255.0 * (light - spread * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0))
            };
            Some([channel(0.0), channel(8.0), channel(4.0), alpha])
        }
        "lab" | "lch" | "oklab" | "oklch" => {
            let whole = if name.starts_with("ok") { 1.0 } else { 100.0 };
            let light = if first.1 { first.0 } else { first.0 / whole };
            let is_grey = second.0.abs() < 0.01 && (third.0.abs() < 0.01 || name.ends_with("lch"));
            let level = if light >= 0.99 {
                255.0
            } else if light <= 0.01 {
                0.0
            } else {
                light * 255.0
            };
            (is_grey || level == 255.0 || level == 0.0).then_some([level, level, level, alpha])
        }
        _ => None,
    }
}
