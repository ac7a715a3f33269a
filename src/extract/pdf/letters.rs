//! The characters of a page with the place of each, for filling places. Says nothing of what they mean.

use super::canvas::Canvas;
use super::glyphs::Fonts;
use super::page::{bounds, look_at};
use super::rows::Word;
use super::sight::{self, Sight};
use crate::extract::covered::{Letters, Read};
use hayro_interpret::kurbo::{Affine, Rect};
use hayro_interpret::util::TransformExt as _;
use hayro_interpret::{Context, InterpreterCache, InterpreterSettings, interpret_page};
use hayro_syntax::Pdf;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Above and below the line of a letter, in ems, what its place does not hold: accents and descenders.
const ACROSS: f64 = 0.32;

/// Beside it.
const ALONG: f64 = 0.12;

/// The characters of the page with this number (from 1).
///
/// # Errors
/// In words for a person.
pub fn of_page(bytes: &[u8], number: u32) -> Result<Read, String> {
    let broken = || "the PDF cannot be read".to_string();
    catch_unwind(AssertUnwindSafe(|| read(bytes, number))).unwrap_or_else(|_| Err(broken()))
}

fn read(bytes: &[u8], number: u32) -> Result<Read, String> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|_| "the PDF is damaged or locked".to_string())?;
    let at = (number as usize).checked_sub(1).ok_or("pages are counted from 1")?;
    let page = pdf.pages().get(at).ok_or_else(|| format!("the PDF has no page {number}"))?;
    let (bounds, cache, mut fonts) = (bounds(page), InterpreterCache::new(), Fonts::default());
    let mut canvas = Canvas::new(bounds, &mut fonts).with_places();
    let settings = InterpreterSettings::default();
    interpret_page(page, &mut Context::new(Affine::IDENTITY, bounds, &cache, pdf.xref(), settings), &mut canvas);
    let canvas = canvas.finish();
    let mut sights = sight::of_words(&canvas, bounds);
    look_at(page, &canvas, &mut sights, true);
    let (width, height) = page.render_dimensions();
    let to_shares = Affine::scale_non_uniform(1.0 / f64::from(width), 1.0 / f64::from(height))
        * page.initial_transform(true).to_kurbo();
    let words = || canvas.words.iter().zip(&sights);
    let seen = words().filter(|(_, sight)| **sight == Sight::Seen).map(|(word, _)| word);
    Ok(Read { seen: letters(seen, to_shares), all: letters(words().map(|(word, _)| word), to_shares) })
}

fn letters<'w>(words: impl Iterator<Item = &'w Word>, to_shares: Affine) -> Letters {
    let mut letters = Letters::default();
    for word in words {
        letters.text.push_str(if word.gap.is_empty() { "" } else { " " });
        letters.places.resize(letters.text.chars().count(), None);
        letters.text.push_str(&word.text);
        let em = f64::from(word.em);
        for place in &word.places {
            letters.places.push(Some(share(*place, word.place, em, to_shares)));
        }
        letters.places.resize(letters.text.chars().count(), None);
    }
    letters
}

/// The place of a letter with its accents, in shares of the page as it is shown.
fn share(letter: Rect, word: Rect, em: f64, to_shares: Affine) -> [f64; 4] {
    // In a word that stands upright its letters lie above each other.
    let upright = word.height() > word.width() * 1.5 && word.height() > 1.5 * em;
    let (x, y) = if upright { (ACROSS, ALONG) } else { (ALONG, ACROSS) };
    let place = to_shares.transform_rect_bbox(letter.inflate(x * em, y * em));
    [place.x0, place.y0, place.x1, place.y1]
}
