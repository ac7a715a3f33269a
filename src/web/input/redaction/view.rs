//! What the page shows, made ready for its template. Looks nothing up.

use super::super::place::Place;
use crate::domain::Digest;
use crate::domain::message::Span;
use crate::domain::redaction::{CopyMade, RedactionKind};
use crate::domain::submission::PartRef;
use crate::review::queue::Item;
use crate::review::redaction::{Offer, Redactions};
use crate::web::forms::{Fields, encoded};
use crate::web::layout::{Layout, legible, plain};

/// Characters of a text that one look at the page shows.
const PIECE: usize = 10_000;

/// Width of the picture on which places are marked, in the browser's pixels: what a click says is measured against it.
pub const WIDTH: u32 = 600;

/// Pages of a copy that are shown.
const MOST_PAGES: u32 = 30;

/// Longest words of a mark that are shown.
const LONGEST: usize = 160;

pub struct OfferView {
    pub key: String,
    pub kind: &'static str,
    pub words: String,
    pub times: usize,
    pub name: String,
}

pub struct MarkView {
    pub number: usize,
    pub kind: String,
    /// `None`: the text was read again since.
    pub words: Option<String>,
    pub times: usize,
    pub name: String,
}

pub struct AreaView {
    pub number: usize,
    pub kind: String,
    pub page: u32,
    pub name: String,
}

pub struct CopyView {
    pub name: String,
    /// How it was made, in words; empty: it was not.
    pub how: String,
    pub note: String,
    pub problem: Option<String>,
    pub is_missing: bool,
    /// Where it can be had; `None`: the file is published as it is.
    pub download: Option<String>,
    /// Its pages as pictures, by number.
    pub pages: Vec<(u32, String)>,
}

pub struct PartTab {
    /// `MESSAGE:PATH`.
    pub key: String,
    pub name: String,
    pub link: String,
    pub is_here: bool,
}

/// A run of text: `struck`, `found` or plain.
pub struct Run {
    pub class: &'static str,
    pub text: String,
}

/// A page on which places are marked.
pub struct Sheet {
    /// `MESSAGE:PATH` and number.
    pub part: String,
    pub page: u32,
    /// How many pages there are, and the addresses of the one before and the next.
    pub count: usize,
    pub before: Option<String>,
    pub next: Option<String>,
    /// Why it cannot be shown; its places can be given in numbers.
    pub reason: Option<String>,
    pub picture: String,
    pub width: u32,
    pub height: u32,
    /// Marked places on it: left, top, width, height in thousandths.
    pub places: Vec<[u16; 4]>,
    /// The first corner, in thousandths.
    pub corner: Option<(u16, u16)>,
    /// The same page without it.
    pub anew: String,
}

/// What an address or a form says of the list that the person came from, and of the piece of text that is shown.
pub fn query_of(fields: &Fields) -> String {
    if fields.ticked("back") {
        return format!("{}&piece={}", fields.text("back"), encoded(fields.text("piece")));
    }
    fields.pairs().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect::<Vec<_>>().join("&")
}

fn key(part: &PartRef) -> String {
    format!("{}:{}", part.message, part.path)
}

/// The part that the person looks at.
pub fn here(now: &Redactions, fields: &Fields) -> usize {
    let wanted = fields.text("part");
    now.parts.iter().position(|part| key(&part.part) == wanted).unwrap_or(0)
}

/// By what a form names an offer: what it is, not where it stood in a list.
pub fn key_of(offer: &Offer) -> String {
    let fields = [offer.kind.as_str(), offer.part.message.as_str(), &offer.part.path, &offer.words];
    Digest::of_fields(fields.map(str::as_bytes)).to_string().chars().take(20).collect()
}

/// What was just done, in words; an address may say anything.
pub fn done(layout: &Layout, done: &str) -> Option<String> {
    ["offers", "words", "area", "undo", "copies"].contains(&done).then(|| layout.w("redaction-done", done))
}

pub fn kinds() -> Vec<&'static str> {
    RedactionKind::ALL.map(RedactionKind::as_str).to_vec()
}

fn short(words: &str) -> String {
    let words = plain(words);
    if words.chars().count() <= LONGEST { words } else { words.chars().take(LONGEST).chain(['…']).collect() }
}

pub fn offers(now: &Redactions) -> Vec<OfferView> {
    let view = |one: &Offer| OfferView {
        key: key_of(one),
        kind: one.kind.as_str(),
        words: short(&one.words),
        times: one.times,
        name: plain(&one.name),
    };
    now.offers.iter().map(view).collect()
}

pub fn marks(layout: &Layout, now: &Redactions) -> Vec<MarkView> {
    let mut views = Vec::new();
    for one in &now.marks {
        views.push(MarkView {
            number: one.number,
            kind: layout.w("redaction-kind", one.redaction.kind.as_str()),
            words: one.words.as_deref().map(short),
            times: one.times,
            name: plain(&one.name),
        });
    }
    views
}

pub fn areas(layout: &Layout, now: &Redactions) -> Vec<AreaView> {
    let mut views = Vec::new();
    for one in &now.areas {
        let kind = layout.w("redaction-kind", one.area.kind.as_str());
        views.push(AreaView { number: one.number, kind, page: one.area.page, name: plain(&one.name) });
    }
    views
}

pub fn copies(layout: &Layout, id: &str, now: &Redactions) -> Vec<CopyView> {
    let mut views = Vec::new();
    for (at, one) in now.copies.iter().enumerate() {
        let copy = one.copy.as_ref();
        let made = copy.filter(|copy| copy.made != CopyMade::AsItIs);
        let pages = now.parts.iter().find(|part| part.part == one.part).map_or(0, |part| part.pages.len());
        let count = u32::try_from(pages).unwrap_or(MOST_PAGES).min(MOST_PAGES);
        let is_drawn = made.is_some_and(|copy| copy.made == CopyMade::Pixels);
        let address = |page: u32| (page, format!("/inputs/{id}/redaction/copies/{at}/pages/{page}.png"));
        let how = copy.map(|copy| layout.w("redaction-copy", copy.made.as_str()));
        let places = made.map(|copy| layout.n("redaction.places", copy.places as usize));
        views.push(CopyView {
            name: plain(&one.name),
            how: how.into_iter().chain(places).collect::<Vec<_>>().join(", "),
            note: copy.map(|copy| plain(&copy.note)).unwrap_or_default(),
            problem: copy.and_then(|copy| copy.problem.as_deref()).map(plain),
            is_missing: copy.is_none(),
            download: made.map(|_| format!("/inputs/{id}/redaction/copies/{at}")),
            pages: if is_drawn { (1..=count).map(address).collect() } else { Vec::new() },
        });
    }
    views
}

fn address(id: &str, place: &Place, fields: &[(&str, &str)]) -> String {
    place.below(id, "redaction", fields)
}

pub fn tabs(now: &Redactions, here: usize, id: &str, place: &Place) -> Vec<PartTab> {
    let tab = |(at, part): (usize, &crate::review::redaction::Shown)| PartTab {
        key: key(&part.part),
        name: plain(&part.name),
        link: address(id, place, &[("part", &key(&part.part))]) + "#more",
        is_here: at == here,
    };
    now.parts.iter().enumerate().map(tab).collect()
}

/// The text of a part with what is struck and what is found, and the addresses of its pieces.
pub fn text(now: &Redactions, here: usize, id: &str, place: &Place) -> (Vec<Run>, Vec<(usize, Option<String>)>) {
    let Some(part) = now.parts.get(here) else { return (Vec::new(), Vec::new()) };
    let whole = part.text.chars().count();
    let count = whole.div_ceil(PIECE).max(1);
    let piece = place.piece.min(count - 1);
    let (from, to) = (piece * PIECE, ((piece + 1) * PIECE).min(whole));
    let mut classes = vec![""; to.saturating_sub(from)];
    let mut paint = |spans: &[Span], class| {
        for span in spans.iter().filter(|span| span.start < to && from < span.end) {
            classes[span.start.max(from) - from..span.end.min(to) - from].fill(class);
        }
    };
    paint(&part.found, "found");
    paint(&part.struck, "struck");
    let mut runs: Vec<Run> = Vec::new();
    for (c, class) in part.text.chars().skip(from).zip(classes) {
        match runs.last_mut() {
            Some(run) if run.class == class => run.text.push(c),
            _ => runs.push(Run { class, text: c.to_string() }),
        }
    }
    for run in &mut runs {
        run.text = legible(&run.text);
    }
    let link = |number: usize| {
        let fields = [("part", &*key(&part.part)), ("piece", &*number.to_string())];
        (number + 1, (number != piece).then(|| address(id, place, &fields) + "#more"))
    };
    (runs, if count > 1 { (0..count).map(link).collect() } else { Vec::new() })
}

/// Two corners of a place: what the first click said, and the second one.
pub fn corners(fields: &Fields) -> Option<((u16, u16), (u16, u16))> {
    Some((pair(fields.text("corner"))?, clicked(fields, "q")?))
}

/// A click on the picture, in thousandths; `HEIGHT` of the picture is sent beside it.
fn clicked(fields: &Fields, name: &str) -> Option<(u16, u16)> {
    let number = |name: &str| fields.text(name).parse::<u32>().ok();
    let (x, y) = (number(&format!("{name}.x"))?, number(&format!("{name}.y"))?);
    let height = number("height").filter(|height| (1..=20_000).contains(height))?;
    // A press of a key on the picture says 0,0: that is no place.
    let is_place = (x, y) != (0, 0);
    let share = |at: u32, side: u32| u16::try_from((u64::from(at) * 1000 / u64::from(side)).min(1000)).unwrap_or(1000);
    is_place.then(|| (share(x, WIDTH), share(y, height)))
}

fn pair(text: &str) -> Option<(u16, u16)> {
    let (x, y) = text.split_once('-')?;
    Some((x.parse().ok().filter(|x| *x <= 1000)?, y.parse().ok().filter(|y| *y <= 1000)?))
}

impl Sheet {
    /// A page of the part `here`, with its size in pixels or why it has no picture.
    pub fn of(
        item: &Item,
        now: &Redactions,
        here: usize,
        number: u32,
        size: Result<(u32, u32), String>,
        fields: &Fields,
        place: &Place,
    ) -> Self {
        let part = &now.parts[here];
        let (part_key, id) = (key(&part.part), &item.id);
        let at = |page: u32| address(id, place, &[("part", &part_key), ("page", &page.to_string())]) + "#places";
        let (width, height) = size.as_ref().map_or((WIDTH, WIDTH), |size| *size);
        let height = u32::try_from(u64::from(WIDTH) * u64::from(height) / u64::from(width.max(1))).unwrap_or(WIDTH);
        let on_it = now.areas.iter().filter(|one| one.area.part == part.part && one.area.page == number);
        Self {
            page: number,
            count: part.pages.len(),
            before: part.pages.iter().rev().find(|page| **page < number).map(|page| at(*page)),
            next: part.pages.iter().find(|page| **page > number).map(|page| at(*page)),
            reason: size.err(),
            picture: format!(
                "/inputs/{id}/parts/{}/{}/pages/{number}.png",
                part.part.message,
                encoded(&part.part.path)
            ),
            width: WIDTH,
            height: height.max(1),
            places: on_it.map(|one| one.area.place).map(|[a, b, c, d]| [a, b, c - a, d - b]).collect(),
            corner: clicked(fields, "p").or_else(|| pair(fields.text("corner"))),
            anew: at(number),
            part: part_key,
        }
    }
}
