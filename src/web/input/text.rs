//! The text of the part that is shown, with its evidence marked in place and a way from each mark back. Shows a long text in
//! pieces; changes no word.

use super::document::Part;
use super::place::Place;
use crate::domain::classification::{Evidence, TextPart};
use crate::review::marked::{Run, marked};
use crate::review::queue::Item;
use crate::web::layout::legible;

/// Characters of one piece.
const PIECE: usize = 40_000;

/// A text, or a piece of it.
#[derive(Default)]
pub struct Text {
    pub runs: Vec<RunView>,
    /// Addresses of the pieces, if there are several; the address of the one that is shown is `None`.
    pub pieces: Vec<(usize, Option<String>)>,
    /// Whether the part gave any text.
    pub is_there: bool,
}

/// A run of text.
pub struct RunView {
    pub text: String,
    /// The assignments that it is evidence of: place in the list, and id of the recommendation.
    pub of: Vec<(usize, String)>,
    /// Anchors of the quotes that begin here.
    pub begins: Vec<(usize, usize)>,
}

/// The text of a part around the wanted piece.
pub fn text(item: &Item, place: &Place, part: &Part, text: Option<&TextPart>) -> Text {
    let Some(text) = text else { return Text::default() };
    let all = marked(item, text);
    let whole: usize = all.iter().map(|run| run.text.chars().count()).sum();
    let count = whole.div_ceil(PIECE).max(1);
    let here = place.piece.min(count - 1);
    let link = |piece: usize| {
        let address = || place.entry(&item.id, &[("part", &part.key), ("piece", &piece.to_string())]) + "#text";
        (piece + 1, (piece != here).then(address))
    };
    Text {
        runs: cut(all, here * PIECE, (here + 1) * PIECE).into_iter().map(|run| view(item, run)).collect(),
        pieces: if count > 1 { (0..count).map(link).collect() } else { Vec::new() },
        is_there: whole > 0,
    }
}

fn view(item: &Item, run: Run) -> RunView {
    let name = |at: &usize| Some((*at, item.assignments.get(*at)?.recommendation.clone()));
    RunView { text: legible(&run.text), of: run.of.iter().filter_map(name).collect(), begins: run.begins }
}

/// The runs between two characters of the text.
fn cut(runs: Vec<Run>, from: usize, to: usize) -> Vec<Run> {
    let (mut at, mut kept) = (0, Vec::new());
    for run in runs {
        let (start, end) = (at, at + run.text.chars().count());
        at = end;
        if end <= from || start >= to {
            continue;
        }
        let (skip, take) = (from.saturating_sub(start), to.min(end) - from.max(start));
        let begins = if skip == 0 { run.begins } else { Vec::new() };
        kept.push(Run { text: run.text.chars().skip(skip).take(take).collect(), of: run.of, begins });
    }
    kept
}

/// Where a quote stands: within the page if it is shown, else the page that shows it; `None`: its part is not there.
pub fn place_of(
    item: &Item,
    place: &Place,
    parts: &[Part],
    shown: &Text,
    quote: (usize, usize, &Evidence),
) -> Option<String> {
    let (at, number, evidence) = quote;
    let anchor = format!("#e{at}-{number}");
    if shown.runs.iter().any(|run| run.begins.contains(&(at, number))) {
        return Some(anchor);
    }
    let part = parts.iter().find(|part| part.is_source(evidence))?;
    if part.is_here && place.piece == evidence.span.start / PIECE {
        // It would stand here, and does not: the part is another one with the same path.
        return None;
    }
    let piece = (evidence.span.start / PIECE).to_string();
    Some(place.entry(&item.id, &[("part", &part.key), ("piece", &piece)]) + &anchor)
}
