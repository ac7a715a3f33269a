//! Shapes that cut everything off, and transforms that take everything away. Reads nothing but their arguments.

use super::super::calc::{Length, Piece};
use super::{FAR, Value, share, size};

/// A `rect()` without room.
pub(super) fn is_empty_rect(inner: &[Piece]) -> bool {
    let sides: Vec<f32> = inner
        .iter()
        .filter_map(|piece| match piece {
            Piece::Number(number) => Some(*number),
            Piece::Length(length) => Some(length.px + length.em * 16.0),
            _ => None,
        })
        .collect();
    // Top, right, bottom, left (CSS Masking 1, A.1); `auto` leaves a side.
    matches!(sides[..], [top, right, bottom, left] if bottom - top <= 1.0 || right - left <= 1.0)
}

/// A shape without room (CSS Shapes 1, 3.1).
pub(super) fn leaves_nothing(name: &str, inner: &[Piece]) -> bool {
    let before_word = inner.split(|piece| matches!(piece, Piece::Word(word) if word == "at" || word == "round"));
    let numbers: Vec<Length> = before_word
        .take(1)
        .flatten()
        .filter_map(|piece| match piece {
            Piece::Length(length) => Some(*length),
            Piece::Number(number) => Some(Length { px: *number, ..Length::default() }),
            _ => None,
        })
        .collect();
    let is_zero = |length: &Length| length.px.abs() <= 1.0 && length.em == 0.0 && length.share <= 0.005;
    match name {
        "inset" => {
            let side = |at: usize, or: usize| numbers.get(at).or(numbers.get(or)).or(numbers.first()).copied();
            let (Some(top), Some(right), Some(bottom), Some(left)) = (side(0, 0), side(1, 0), side(2, 0), side(3, 1))
            else {
                return false;
            };
            top.share + bottom.share >= 0.99
                || right.share + left.share >= 0.99
                || top.px.max(left.px).max(bottom.px).max(right.px) > 9_000.0
        }
        "circle" => numbers.first().is_some_and(is_zero),
        "ellipse" => numbers.iter().any(is_zero),
        "rect" => numbers.len() == 4 && numbers.iter().all(is_zero),
        "polygon" => {
            let points = |from: usize| {
                let of = || numbers.iter().skip(from).step_by(2);
                let spread = |f: fn(&Length) -> f32| {
                    let (low, high) =
                        of().map(f).fold((f32::MAX, f32::MIN), |(low, high), one| (low.min(one), high.max(one)));
                    high - low
                };
                spread(|one| one.px + one.em * 16.0) <= 1.0 && spread(|one| one.share) <= 0.005
            };
            !numbers.is_empty() && (points(0) || points(1))
        }
        _ => false,
    }
}

/// A transform that scales to nothing, turns on the edge or moves far off (CSS Transforms 2, 12).
pub(super) fn takes_away(piece: &Piece) -> bool {
    let Piece::Function(name, inner) = piece else { return false };
    let numbers: Vec<f32> = inner.iter().filter_map(share).collect();
    let is_nothing = |at: usize| numbers.get(at).is_some_and(|factor| factor.abs() <= 0.02);
    match name.as_str() {
        "scale" | "scale3d" => is_nothing(0) || is_nothing(1),
        "scalex" | "scaley" => is_nothing(0),
        "matrix" => {
            let shifts = numbers.len() == 6
                && (numbers[4] <= FAR || numbers[5] <= FAR || numbers[4] > 9_000.0 || numbers[5] > 9_000.0);
            shifts || numbers.len() == 6 && (numbers[0] * numbers[3] - numbers[1] * numbers[2]).abs() <= 0.000_5
        }
        "rotatex" | "rotatey" => {
            matches!(inner.first(), Some(Piece::Angle(angle)) if (angle.rem_euclid(180.0) - 90.0).abs() < 1.0)
        }
        "translate" | "translatex" | "translatey" | "translate3d" => {
            inner.iter().any(|piece| size(piece).is_some_and(is_off))
        }
        _ => false,
    }
}

/// A shift so far that no window reaches: by own sizes it must be many, since the box may be small.
pub(super) fn is_off(value: Value) -> bool {
    let Value::Size(size) = value else { return false };
    let px = size.px + size.em * 16.0;
    px <= FAR || px > 9_000.0 || size.share.abs() >= 5.0
}
