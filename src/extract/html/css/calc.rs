//! The pieces of a value: words, numbers, lengths with `calc()` worked out, colours, functions. Knows no property.

use super::colour::{self, Rgba};
use super::media::{HEIGHT, WIDTH};
use cssparser::{ParseError, Parser, Token};

/// Deepest functions in functions that are read.
const MAX_DEPTH: u8 = 12;

/// Most pieces of one value.
const MAX_PIECES: usize = 128;

/// A length as a sum: what it is in CSS pixels depends on the size of the font and of the box around it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Length {
    pub px: f32,
    /// Times the size of the font.
    pub em: f32,
    /// Times what is around it, 1 for 100 %.
    pub share: f32,
}

impl Length {
    fn plus(self, other: Self, sign: f32) -> Self {
        Self { px: self.px + sign * other.px, em: self.em + sign * other.em, share: self.share + sign * other.share }
    }

    fn times(self, factor: f32) -> Self {
        Self { px: self.px * factor, em: self.em * factor, share: self.share * factor }
    }
}

/// A piece of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// In lower case.
    Word(String),
    Text(String),
    Number(f32),
    Length(Length),
    /// In degrees.
    Angle(f32),
    Colour(Rgba),
    /// A function by its name in lower case, with its pieces.
    Function(String, Vec<Piece>),
    /// `/`, `,` and other signs.
    Sign(char),
}

/// The pieces of a value, to its end or to the most that are read.
pub fn pieces(input: &mut Parser<'_>) -> Vec<Piece> {
    read(input, 0)
}

fn read(input: &mut Parser<'_>, depth: u8) -> Vec<Piece> {
    let mut found = Vec::new();
    while let Ok(token) = input.next() {
        let token = token.clone();
        if found.len() >= MAX_PIECES {
            continue;
        }
        found.push(match &token {
            Token::Ident(word) => Piece::Word(word.to_ascii_lowercase()),
            Token::QuotedString(text) => Piece::Text(text.to_string()),
            Token::UnquotedUrl(_) => Piece::Function("url".into(), Vec::new()),
            Token::Number { value, .. } => Piece::Number(*value),
            Token::Percentage { unit_value, .. } => Piece::Length(Length { share: *unit_value, ..Length::default() }),
            Token::Dimension { value, unit, .. } => dimension(*value, unit),
            Token::Hash(digits) | Token::IDHash(digits) => {
                match cssparser::color::parse_hash_color(digits.as_bytes()) {
                    Ok((r, g, b, alpha)) => Piece::Colour([f32::from(r), f32::from(g), f32::from(b), alpha]),
                    Err(()) => Piece::Sign('#'),
                }
            }
            Token::Delim(sign) => Piece::Sign(*sign),
            Token::Comma => Piece::Sign(','),
            Token::Function(name) => function(name.to_ascii_lowercase(), nested(input, depth)),
            Token::ParenthesisBlock => function("calc".into(), nested(input, depth)),
            _ => Piece::Sign('?'),
        });
    }
    found
}

fn nested(input: &mut Parser<'_>, depth: u8) -> Vec<Piece> {
    let inner = input.parse_nested_block(|input| -> Result<_, ParseError<()>> {
        if depth >= MAX_DEPTH {
            while input.next().is_ok() {}
            return Ok(Vec::new());
        }
        Ok(read(input, depth + 1))
    });
    inner.unwrap_or_default()
}

fn dimension(value: f32, unit: &str) -> Piece {
    let px = |factor: f32| Piece::Length(Length { px: value * factor, ..Length::default() });
    match unit.to_ascii_lowercase().as_str() {
        "px" => px(1.0),
        "pt" => px(4.0 / 3.0),
        "pc" | "rem" => px(16.0),
        "in" => px(96.0),
        "cm" => px(96.0 / 2.54),
        "mm" => px(96.0 / 25.4),
        "q" => px(96.0 / 101.6),
        "vw" | "svw" | "lvw" | "dvw" | "vi" | "vmax" => px(WIDTH / 100.0),
        "vh" | "svh" | "lvh" | "dvh" | "vb" | "vmin" => px(HEIGHT / 100.0),
        "em" | "lh" | "cap" | "ic" => Piece::Length(Length { em: value, ..Length::default() }),
        "ch" | "ex" => Piece::Length(Length { em: value / 2.0, ..Length::default() }),
        "rlh" => px(19.0),
        "deg" => Piece::Angle(value),
        "grad" => Piece::Angle(value * 0.9),
        "rad" => Piece::Angle(value.to_degrees()),
        "turn" => Piece::Angle(value * 360.0),
        _ => Piece::Sign('?'),
    }
}

/// Arithmetic and colours become what they come to; other functions stay.
fn function(name: String, inner: Vec<Piece>) -> Piece {
    let worked_out = match name.as_str() {
        "calc" | "-webkit-calc" => sum(&inner),
        "min" | "max" | "clamp" => choice(&name, &inner),
        _ => colour::function(&name, &inner).map(Piece::Colour),
    };
    worked_out.unwrap_or(Piece::Function(name, inner))
}

fn sum(pieces: &[Piece]) -> Option<Piece> {
    let (mut total, mut sign, mut from) = (None, 1.0, 0);
    for at in 0..=pieces.len() {
        let next = match pieces.get(at) {
            Some(Piece::Sign('+')) => 1.0,
            Some(Piece::Sign('-')) => -1.0,
            None => 0.0,
            _ => continue,
        };
        let term = product(&pieces[from..at])?;
        total = Some(match (total, term) {
            (None, Piece::Length(one)) => Piece::Length(one.times(sign)),
            (None, Piece::Number(one)) => Piece::Number(one * sign),
            (Some(Piece::Length(so_far)), Piece::Length(one)) => Piece::Length(so_far.plus(one, sign)),
            (Some(Piece::Number(so_far)), Piece::Number(one)) => Piece::Number(so_far + one * sign),
            _ => return None,
        });
        (sign, from) = (next, at + 1);
    }
    total
}

fn product(pieces: &[Piece]) -> Option<Piece> {
    let mut total = pieces.first()?.clone();
    let mut rest = &pieces[1..];
    while let [Piece::Sign(sign @ ('*' | '/')), by, after @ ..] = rest {
        total = match (total, by, sign) {
            (Piece::Length(one), Piece::Number(by), '*') => Piece::Length(one.times(*by)),
            (Piece::Number(one), Piece::Length(by), '*') => Piece::Length(by.times(one)),
            (Piece::Length(one), Piece::Number(by), _) if *by != 0.0 => Piece::Length(one.times(1.0 / by)),
            (Piece::Number(one), Piece::Number(by), '*') => Piece::Number(one * by),
            (Piece::Number(one), Piece::Number(by), _) if *by != 0.0 => Piece::Number(one / by),
            _ => return None,
        };
        rest = after;
    }
    rest.is_empty().then_some(total)
}

/// `min()`, `max()` and `clamp()` of sums that can be compared without knowing the box.
fn choice(name: &str, pieces: &[Piece]) -> Option<Piece> {
    let sums: Option<Vec<(f32, Piece)>> = pieces
        .split(|piece| *piece == Piece::Sign(','))
        .map(|one| {
            let one = sum(one)?;
            let size = match &one {
                Piece::Number(number) => *number,
                Piece::Length(length) if length.share == 0.0 => length.px + length.em * 16.0,
                _ => return None,
            };
            Some((size, one))
        })
        .collect();
    let sums = sums?;
    let by_size = |a: &(f32, Piece), b: &(f32, Piece)| a.0.total_cmp(&b.0);
    match (name, sums.as_slice()) {
        ("min", all) => all.iter().cloned().min_by(by_size),
        ("max", all) => all.iter().cloned().max_by(by_size),
        (_, [low, middle, high]) => Some(if middle.0 < low.0 || high.0 < low.0 {
            low.clone()
        } else if middle.0 > high.0 {
            high.clone()
        } else {
            middle.clone()
        }),
        _ => None,
    }
    .map(|(_, piece)| piece)
}
