//! Which text of a slide lies under something, beyond its edge, or on which ground: by the boxes of its shapes in the order
//! in which they are drawn. Knows no text lines, only boxes.

use super::colour::Ink;
use std::f64::consts::FRAC_PI_2;

/// Most texts of one slide that are looked at, and most shapes that are compared with each; where there are more, a text
/// counts as touched.
const MAX_TEXTS: usize = 1_000;
const MAX_SHAPES: usize = 300;

/// Most shapes among which the ground of a text is looked for.
const MAX_BELOW: usize = 2_000;

/// Points on each side of a box that are looked at.
const POINTS: usize = 20;

/// Share of a text's box under others from which the text counts as covered.
const COVERED: f64 = 0.8;

/// Share from which a part of it may be covered: by a filled box without words, and by anything.
const TOUCHED_BY_BOX: f64 = 0.05;
const TOUCHED: f64 = 0.15;

/// Most that a turned box may be off the right angle to count as a box that covers, in radians.
const ALMOST_STRAIGHT: f64 = 0.17;

/// A box in any measure, from its upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Area {
    fn has(&self, x: f64, y: f64) -> bool {
        (self.x..=self.x + self.width).contains(&x) && (self.y..=self.y + self.height).contains(&y)
    }

    fn meets(&self, other: &Self) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
    }

    /// The box around this one when it is turned around its centre by an angle in radians; whether it still is a box.
    pub fn turned(self, angle: f64) -> (Self, bool) {
        let (sin, cos) = (angle.sin().abs(), angle.cos().abs());
        let (width, height) = (self.width * cos + self.height * sin, self.width * sin + self.height * cos);
        let (x, y) = (self.x + (self.width - width) / 2.0, self.y + (self.height - height) / 2.0);
        (Self { x, y, width, height }, is_straight(angle))
    }
}

/// Whether an angle is almost a multiple of the right angle.
pub(super) fn is_straight(angle: f64) -> bool {
    let off = angle.rem_euclid(FRAC_PI_2);
    off < ALMOST_STRAIGHT || FRAC_PI_2 - off < ALMOST_STRAIGHT
}

/// A shape where it is drawn.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Placed {
    /// `None`: it is not known.
    pub area: Option<Area>,
    /// What lies below it is not seen.
    pub covers: bool,
    /// Its colour, if it is filled with one.
    pub ink: Ink,
    pub has_words: bool,
    pub is_picture: bool,
    /// It does not fill its box.
    pub is_loose: bool,
}

/// What a reader sees of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Seen,
    Covered,
    /// A part of its box is covered; whether there are words cannot be told.
    Touched,
    OffPage,
}

/// The fate of each shape on a slide of this width and height.
pub(super) fn fates(shapes: &[Placed], slide: Option<(f64, f64)>) -> Vec<Fate> {
    let mut texts = 0;
    let fate = |(at, shape): (usize, &Placed)| {
        let Some(area) = shape.area.filter(|_| shape.has_words) else { return Fate::Seen };
        texts += 1;
        if slide.is_some_and(|slide| is_off(area, slide)) {
            return Fate::OffPage;
        }
        let meets = |one: &&Placed| one.covers && one.area.is_some_and(|other| other.meets(&area));
        let mut above: Vec<&Placed> = Vec::new();
        if texts <= MAX_TEXTS {
            above.extend(shapes[at + 1..].iter().filter(meets).take(MAX_SHAPES + 1));
        }
        if texts > MAX_TEXTS || above.len() > MAX_SHAPES {
            return Fate::Touched;
        }
        let (all, boxes) = shares(area, &above);
        let tight: Vec<&Placed> = above.iter().filter(|one| !one.is_loose).copied().collect();
        match () {
            () if all >= COVERED && shares(area, &tight).0 >= COVERED => Fate::Covered,
            () if all >= TOUCHED || boxes >= TOUCHED_BY_BOX => Fate::Touched,
            () => Fate::Seen,
        }
    };
    shapes.iter().enumerate().map(fate).collect()
}

fn is_off(area: Area, (width, height): (f64, f64)) -> bool {
    let margin = 0.002 * width.max(height);
    area.x + area.width < margin || area.y + area.height < margin || area.x > width - margin || area.y > height - margin
}

/// Shares of a box that lie under any of these shapes, and under filled boxes without words.
fn shares(area: Area, above: &[&Placed]) -> (f64, f64) {
    let (mut all, mut boxes) = (0_u32, 0_u32);
    if above.is_empty() {
        return (0.0, 0.0);
    }
    let place = |n: usize, size: f64| size * (n as f64 + 0.5) / POINTS as f64;
    for row in 0..POINTS {
        for column in 0..POINTS {
            let (x, y) = (area.x + place(column, area.width), area.y + place(row, area.height));
            let over = || above.iter().filter(|one| one.area.is_some_and(|area| area.has(x, y)));
            all += u32::from(over().next().is_some());
            boxes += u32::from(over().any(|one| !one.has_words && !one.is_picture));
        }
    }
    let points = (POINTS * POINTS) as f64;
    (f64::from(all) / points, f64::from(boxes) / points)
}

/// The ground of a text in this box, above these shapes, the uppermost first: that of the first under all of it, else the
/// slide's; where several share in it, it is not known.
pub(super) fn ground(below: impl Iterator<Item = Placed>, area: Option<Area>, slide: Ink) -> Ink {
    for (at, one) in below.filter(|one| one.covers).enumerate() {
        // Where a place is not known, it may be anywhere.
        let (Some(area), Some(place), true) = (area, one.area, at < MAX_BELOW) else { return Ink::Unknown };
        if !place.meets(&area) {
            continue;
        }
        let (share, _) = shares(area, &[&one]);
        if share > 0.99 {
            return if one.is_picture || one.is_loose { Ink::Unknown } else { one.ink };
        }
        if share > 0.0 {
            return Ink::Unknown;
        }
    }
    slide
}
