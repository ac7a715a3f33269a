//! Which words of a page a reader sees, and what hides the others, by what the file says of colours and places. Where it
//! is not sure, a word counts as seen, and is named as doubtful.

use super::canvas::{Area, Page};
use super::rows::Word;
use hayro_interpret::kurbo::Rect;

/// Comparisons of words with areas on one page; beyond it every word is doubtful.
const MAX_COMPARISONS: usize = 20_000_000;

const PAPER: [u8; 3] = [255, 255, 255];

/// Difference of a colour in each channel, of 255, below which letters may be too pale.
const CLOSE: u8 = 64;

/// Lines over a word from which they may hide it: underlined and struck out it is still read.
const FEW_LINES: usize = 3;

/// Ems of this many points and less are not read on paper.
const TINY: f32 = 1.5;

/// A share of the page above which a picture is what the page shows, and invisible words are its text layer.
const MOST_OF_A_PAGE: f64 = 0.5;

/// Filled outlines above which a page without seen words may be one whose letters were made into outlines.
const MANY_OUTLINES: usize = 100;

/// How a word is there for a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    Seen,
    /// Not seen itself, but what it says is: the text layer over the picture of a scanned page.
    Layer,
    /// Without ink, and there is no picture that it could belong to.
    NoInk,
    /// In the colour of what is behind it.
    SameColour,
    OffPage,
    Tiny,
    /// Something was drawn over it.
    UnderBox,
    /// Cut off, or so pale that nobody sees it.
    NotDrawn,
}

impl Sight {
    /// Whether the word is part of what the page says.
    pub fn is_said(self) -> bool {
        matches!(self, Self::Seen | Self::Layer)
    }
}

/// How each word of the page is there. `bounds` is the part of the page that is shown.
pub fn of_words(page: &Page, bounds: Rect) -> Vec<Sight> {
    let without_ink = page.words.iter().filter(|word| word.look.invisible).count();
    let is_layer = page.pictured > MOST_OF_A_PAGE
        || (without_ink == page.words.len() && (page.images > 0 || page.outlines > MANY_OUTLINES));
    let mut sights: Vec<Sight> = page.words.iter().map(|word| alone(word, page, bounds, is_layer)).collect();
    find_same_colour(page, &mut sights);
    find_under_boxes(page, &mut sights, bounds);
    sights
}

/// What the word itself tells.
fn alone(word: &Word, page: &Page, bounds: Rect, is_layer: bool) -> Sight {
    let place = word.place;
    let shown = bounds.inflate(2.0, 2.0);
    if !shown.overlaps(place) && place.is_finite() && bounds.area() > 1.0 {
        Sight::OffPage
    } else if word.look.invisible {
        let over_picture = || page.areas.iter().any(|area| area.picture && area.place.contains(place.center()));
        if is_layer || over_picture() { Sight::Layer } else { Sight::NoInk }
    } else if word.look.colour.is_some() && word.em <= TINY && f64::from(word.em) * 500.0 < bounds.height() {
        Sight::Tiny
    } else {
        Sight::Seen
    }
}

fn near(one: [u8; 3], other: [u8; 3]) -> bool {
    one.iter().zip(other).all(|(a, b)| a.abs_diff(b) < 6)
}

/// The words that count as seen but may not be, and what they are if the drawn page does not show them.
pub fn doubtful(page: &Page, sights: &[Sight]) -> Vec<(usize, Sight)> {
    let all = page.areas.len() + page.thin.len();
    let checks_all = page.areas_left_out || all.saturating_mul(page.words.len()) > MAX_COMPARISONS;
    let seen = page.words.iter().enumerate().zip(sights).filter(|(_, sight)| **sight == Sight::Seen);
    let doubt = seen.filter_map(|((at, word), _)| {
        let over = |area: &&Area| !area.marker && area.order > word.order && area.place.overlaps(core(word.place));
        let is_pale = || word.look.colour.is_some_and(|colour| is_close(colour, ground(word, page)));
        let covered = |few| page.areas.iter().any(|area| over(&area)) || page.thin.iter().filter(over).count() >= few;
        if checks_all || covered(FEW_LINES) {
            Some((at, Sight::UnderBox))
        } else {
            (word.look.cut || is_pale()).then_some((at, Sight::NotDrawn))
        }
    });
    doubt.collect()
}

/// The part of a word's place that is full of ink, whatever its letters.
fn core(place: Rect) -> Rect {
    place.inset(-0.2 * place.height().min(place.width()))
}

/// The colour behind a word; `None`: not one colour, or none that is known.
fn ground(word: &Word, page: &Page) -> Option<[u8; 3]> {
    let centre = word.place.center();
    let below = page.areas.iter().rev().find(|area| area.order < word.order && area.place.contains(centre));
    below.map_or(Some(PAPER), |area| area.colour)
}

/// So near that it must be looked at.
fn is_close(colour: [u8; 3], ground: Option<[u8; 3]>) -> bool {
    ground.is_none_or(|ground| colour.iter().zip(ground).all(|(a, b)| a.abs_diff(b) < CLOSE))
}

fn find_same_colour(page: &Page, sights: &mut [Sight]) {
    if page.areas_left_out {
        return;
    }
    let mut comparisons = 0;
    for (word, sight) in page.words.iter().zip(sights) {
        let Some(colour) = word.look.colour else { continue };
        let could_be =
            near(colour, PAPER) || page.areas.iter().any(|area| area.colour.is_some_and(|c| near(c, colour)));
        if *sight != Sight::Seen || !could_be {
            continue;
        }
        comparisons += page.areas.len();
        if comparisons > MAX_COMPARISONS {
            return;
        }
        let centre = word.place.center();
        let below = page.areas.iter().rev().find(|area| area.order < word.order && area.place.contains(centre));
        let hidden = match below {
            None => near(colour, PAPER),
            Some(area) => area.colour.is_some_and(|c| area.opaque && near(c, colour) && covers(area, word.place)),
        };
        if hidden {
            *sight = Sight::SameColour;
        }
    }
}

fn covers(area: &Area, place: Rect) -> bool {
    let common = area.place.intersect(place);
    common.width() > 0.8 * place.width() && common.height() > 0.7 * place.height()
}

fn find_under_boxes(page: &Page, sights: &mut [Sight], bounds: Rect) {
    let mut comparisons = 0;
    for area in page.areas.iter().filter(|area| area.opaque) {
        comparisons += page.words.len();
        if comparisons > MAX_COMPARISONS {
            return;
        }
        // A scanner may put its text layer under the picture of the page instead of drawing it without ink.
        let is_page = area.colour.is_none() && area.place.intersect(bounds).area() > MOST_OF_A_PAGE * bounds.area();
        for (word, sight) in page.words.iter().zip(&mut *sights) {
            if word.order < area.order && *sight == Sight::Seen && covers(area, word.place) {
                *sight = if is_page { Sight::Layer } else { Sight::UnderBox };
            }
        }
    }
}
