//! One page as hayro reads it: what it says, what it hides, and whether its words may stand in a picture.

use super::annotations::{self, Said};
use super::canvas::{self, Canvas};
use super::drawn;
use super::glyphs::Fonts;
use super::rows::Word;
use super::sight::{self, Sight};
use crate::domain::extraction::Gate;
use crate::extract::agreement;
use crate::extract::unseen::without;
use hayro_interpret::kurbo::{Affine, Rect};
use hayro_interpret::{Context, InterpreterCache, InterpreterSettings, RenderContent, interpret, interpret_page};
use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Name};
use hayro_syntax::page::Page;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A page with fewer letters and more picture than this is a scan with a stamp or a header line on it.
const FEW_LETTERS: usize = 200;
const MOSTLY_PICTURE: f64 = 0.5;

/// A share of the page that is more than a logo.
const SOME_PICTURE: f64 = 0.04;

/// Letters of the text layer of a scan from which it is one.
const LAYER_LETTERS: usize = 20;

/// Filled outlines from which a page without text may be one whose letters were made into outlines.
const MANY_OUTLINES: usize = 50;

/// A line so much larger than most of the page is its heading.
const HEADING: f32 = 1.15;
const HEADING_CHARS: usize = 300;

/// What was read on one page.
#[derive(Default)]
pub struct Sheet {
    /// All letters of the page itself, hidden ones included, as another engine would read them.
    pub own: String,
    /// What a reader is told, form fields included.
    pub said: String,
    /// What only annotations and form fields say; part of `said`.
    additions: String,
    pub remarks: Vec<String>,
    /// Words that a reader does not see.
    pub hidden: String,
    /// How many there are, those under boxes left out, and what hides them.
    pub hidden_words: usize,
    pub reasons: BTreeSet<&'static str>,
    pub covered_words: usize,
    pub heading: Option<String>,
    glyphs: usize,
    unmapped: usize,
    images: usize,
    outlines: usize,
    pictured: f64,
    seen_letters: usize,
    layer_letters: usize,
    /// Drawing was given up: it has no end.
    pub given_up: bool,
    /// Some of its words may be hidden, and it could not be drawn to see.
    pub unchecked: bool,
    /// The engine broke on it.
    pub failed: bool,
}

impl Sheet {
    /// Draws a page and sorts its words.
    pub fn draw<'a>(
        pdf: &'a Pdf,
        page: &'a Page<'a>,
        cache: &InterpreterCache<'a>,
        fonts: &mut Fonts,
        has_layers: bool,
        draws: bool,
    ) -> Self {
        let bounds = bounds(page);
        let mut canvas = Canvas::new(bounds, fonts);
        let drawn = catch_unwind(AssertUnwindSafe(|| {
            let context = |content| {
                let settings = InterpreterSettings { render_content: content, ..InterpreterSettings::default() };
                Context::new(Affine::IDENTITY, bounds, cache, pdf.xref(), settings)
            };
            interpret_page(page, &mut context(RenderContent::PAGE), &mut canvas);
            canvas.begin_annotations();
            if page.raw().contains_key("Annots") {
                interpret_page(page, &mut context(RenderContent::ANNOTATIONS), &mut canvas);
                annotations::undrawn_covers(page).into_iter().for_each(|place| canvas.cover_with(place));
            }
        }));
        let failed = drawn.is_err_and(|payload| !canvas::is_given_up(&*payload));
        let canvas = canvas.finish();
        let mut sights = sight::of_words(&canvas, bounds);
        let unchecked = !failed && !look_at(page, &canvas, &mut sights, draws);
        let mut sheet = Self::sort(&canvas, &sights, bounds);
        (sheet.failed, sheet.unchecked) = (failed, unchecked);
        if has_layers && !failed && !sheet.given_up {
            sheet.add_switched_off(pdf, page, cache, fonts, bounds);
        }
        sheet
    }

    fn sort(page: &canvas::Page, sights: &[Sight], bounds: Rect) -> Self {
        let mut sheet = Self {
            glyphs: page.glyphs,
            unmapped: page.unmapped,
            images: page.images,
            outlines: page.outlines,
            pictured: page.pictured,
            given_up: page.given_up,
            ..Self::default()
        };
        let own_words = page.own_words.min(page.words.len());
        let (own, added) = page.words.split_at(own_words);
        let is_said = |sight: &Sight| sight.is_said();
        sheet.own = joined(own.iter().map(|word| (word, true)));
        sheet.said = joined(chosen(own, sights, is_said));
        sheet.additions = joined(chosen(added, &sights[own_words..], is_said));
        if !sheet.additions.is_empty() {
            sheet.said = format!("{}\n\n{}", sheet.said, sheet.additions);
        }
        let hides = sights.iter().zip(&page.words).any(|(sight, word)| !sight.is_said() && has_letters(&word.text));
        if hides {
            sheet.hidden = joined(chosen(&page.words, sights, |sight| !sight.is_said()));
        }
        for (word, sight) in page.words.iter().zip(sights) {
            // Dots and signs without a meaning are nothing that could be hidden.
            let letters = word.text.chars().filter(|c| c.is_alphanumeric()).count();
            if letters == 0 {
                continue;
            }
            let reason = match sight {
                Sight::Seen => {
                    sheet.seen_letters += letters;
                    continue;
                }
                Sight::Layer => {
                    sheet.layer_letters += letters;
                    continue;
                }
                Sight::UnderBox => {
                    sheet.covered_words += 1;
                    continue;
                }
                Sight::NoInk => "written without ink",
                Sight::SameColour => "in the colour of what is behind",
                Sight::OffPage => "outside the part of the page that is shown",
                Sight::Tiny => "too small to be read",
                Sight::NotDrawn => "cut off or too pale to be seen",
            };
            sheet.hidden_words += 1;
            sheet.reasons.insert(reason);
        }
        sheet.heading = heading(own, sights, bounds);
        sheet
    }

    /// Words in layers that are switched off (ISO 32000-2, 8.11): the page is drawn once more with all layers on.
    fn add_switched_off<'a>(
        &mut self,
        pdf: &'a Pdf,
        page: &'a Page<'a>,
        cache: &InterpreterCache<'a>,
        fonts: &mut Fonts,
        bounds: Rect,
    ) {
        if page.resources().properties.is_empty() {
            return;
        }
        // The marks that begin a layer name it by these; without them they are marks like others.
        let mut resources = page.resources().clone();
        resources.properties = Dict::empty();
        let mut canvas = Canvas::new(bounds, fonts);
        let drawn = catch_unwind(AssertUnwindSafe(|| {
            let settings =
                InterpreterSettings { render_content: RenderContent::PAGE, ..InterpreterSettings::default() };
            let mut context = Context::new(Affine::IDENTITY, bounds, cache, pdf.xref(), settings);
            interpret(page.typed_operations(), &resources, &mut context, &mut canvas);
        }));
        if drawn.is_err() {
            return;
        }
        let mut shown = agreement::words(&self.own);
        let more = canvas.finish();
        let off = more.words.iter().filter(|word| {
            // A word counts as off if the first drawing had it less often.
            agreement::words(&word.text).into_keys().any(|key| match shown.get_mut(&key) {
                Some(0) | None => true,
                Some(left) => {
                    *left -= 1;
                    false
                }
            })
        });
        let off: Vec<&Word> = off.collect();
        if !off.is_empty() {
            self.hidden_words += off.len();
            self.reasons.insert("in a layer that is switched off");
            let text = off.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
            self.hidden = if self.hidden.is_empty() { text } else { format!("{}\n\n{text}", self.hidden) };
        }
    }

    /// Adds what the annotations say beside what they draw.
    pub fn add(&mut self, said: Said) {
        self.remarks = said.remarks;
        for value in said.values {
            if !squeezed(&self.said).contains(&squeezed(&value)) {
                for text in [&mut self.said, &mut self.additions] {
                    if !text.is_empty() {
                        text.push('\n');
                    }
                    text.push_str(&value);
                }
                self.seen_letters += value.chars().filter(|c| c.is_alphanumeric()).count();
            }
        }
    }

    /// What the gate says of the page's text.
    pub fn gate(&self) -> Gate {
        if self.failed {
            return Gate::Failed;
        }
        match agreement::gate(&self.said, self.glyphs, self.unmapped) {
            // Everything on it is hidden: it was read.
            Gate::Empty if !self.hidden.is_empty() => agreement::gate(&self.own, self.glyphs, self.unmapped),
            gate => gate,
        }
    }

    /// The text of another engine with what it does not read, annotations and form fields, and without the words that
    /// nobody sees.
    pub fn with_additions(&self, text: Option<Option<&str>>) -> String {
        let text = without(text.flatten().unwrap_or_default(), &self.hidden);
        if self.additions.is_empty() { text } else { format!("{text}\n\n{}", self.additions) }
    }

    /// More than half of its letters have a meaning.
    pub fn is_worth_keeping(&self) -> bool {
        !self.said.is_empty() && !self.failed && self.unmapped * 2 <= self.glyphs
    }

    /// There is something to see on it that may be words.
    pub fn shows_something(&self) -> bool {
        let has_glyphs = self.glyphs > 0 && self.gate() == Gate::Garbage;
        self.images > 0
            || self.unmapped > 0
            || self.outlines > MANY_OUTLINES
            || has_glyphs
            || (self.failed && !self.own.is_empty())
    }

    /// What it says stands in a text layer that nobody sees, as scanners make it.
    pub fn is_layer(&self) -> bool {
        self.layer_letters >= LAYER_LETTERS
    }

    /// It shows more than its text: a picture that is no mere logo, or shapes that may be letters.
    pub fn may_show_more_words(&self) -> bool {
        self.pictured > SOME_PICTURE || self.outlines > MANY_OUTLINES
    }

    /// Its words stand in a picture, whatever few words stand on it.
    pub fn is_scan_with_a_stamp(&self) -> bool {
        self.pictured > MOSTLY_PICTURE && self.seen_letters < FEW_LETTERS && !self.is_layer()
    }
}

/// Looks at the drawn page where the file does not tell whether a word is seen; false if that was due and cannot be done.
pub(super) fn look_at(page: &Page<'_>, canvas: &canvas::Page, sights: &mut [Sight], draws: bool) -> bool {
    let doubtful = sight::doubtful(canvas, sights);
    if doubtful.is_empty() {
        return true;
    }
    let asked: Vec<usize> = doubtful.iter().map(|(at, _)| *at).collect();
    let seen = (draws && !canvas.given_up).then(|| drawn::are_seen(page, &canvas.words, &asked)).flatten();
    let Some(seen) = seen else { return false };
    for ((at, otherwise), _) in doubtful.into_iter().zip(seen).filter(|(_, is_seen)| !is_seen) {
        sights[at] = otherwise;
    }
    true
}

/// The part of a page that is shown, in the units of its content.
pub(super) fn bounds(page: &Page<'_>) -> Rect {
    let crop = page.intersected_crop_box();
    let (width, height) = page.base_dimensions();
    Rect::new(crop.x0, crop.y0, crop.x0 + f64::from(width), crop.y0 + f64::from(height))
}

fn chosen<'w>(
    words: &'w [Word],
    sights: &'w [Sight],
    which: impl Fn(&Sight) -> bool + 'w,
) -> impl Iterator<Item = (&'w Word, bool)> {
    words.iter().zip(sights).map(move |(word, sight)| (word, which(sight)))
}

/// The words that are wanted, with what stands between them; where some are left out, the widest gap stays.
fn joined<'w>(words: impl Iterator<Item = (&'w Word, bool)>) -> String {
    let width = |gap: &str| if gap.starts_with('\n') { 1 + gap.len() } else { gap.len() };
    let (mut text, mut gap) = (String::new(), "");
    for (word, wanted) in words {
        if width(word.gap) > width(gap) {
            gap = word.gap;
        }
        if wanted {
            if !text.is_empty() {
                text.push_str(gap);
            }
            text.push_str(&word.text);
            gap = "";
        }
    }
    text
}

fn has_letters(text: &str) -> bool {
    text.contains(char::is_alphanumeric)
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The largest line at the top of a page, if it stands out.
fn heading(words: &[Word], sights: &[Sight], bounds: Rect) -> Option<String> {
    let seen: Vec<&Word> =
        chosen(words, sights, |sight| sight.is_said()).filter(|(_, said)| *said).map(|(word, _)| word).collect();
    let mut sizes: Vec<(f32, usize)> = seen.iter().map(|word| (word.em, word.text.chars().count())).collect();
    sizes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = sizes.iter().map(|(_, chars)| chars).sum::<usize>() / 2;
    let mut passed = 0;
    let usual = sizes.iter().find(|(_, chars)| {
        passed += chars;
        passed > half
    })?;
    let largest = sizes.last()?.0;
    if largest < usual.0 * HEADING {
        return None;
    }
    let large = |word: &&&Word| word.em > largest * 0.97;
    let top = bounds.y0 + bounds.height() * 0.45;
    let first = seen.iter().position(|word| large(&word) && word.place.y0 > top)?;
    let line = joined(seen[first..].iter().take_while(large).map(|word| (*word, true)));
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    (line.chars().count() <= HEADING_CHARS).then_some(line)
}

/// Whether the document has layers that a viewer does not show at first.
pub fn has_layers_switched_off(pdf: &Pdf) -> bool {
    let catalogue: Option<Dict<'_>> = pdf.xref().get(pdf.xref().root_id());
    let layers = catalogue.and_then(|catalogue| catalogue.get::<Dict<'_>>("OCProperties"));
    let Some(shown) = layers.and_then(|layers| layers.get::<Dict<'_>>("D")) else { return false };
    let base_off = shown.get::<Name<'_>>("BaseState").is_some_and(|state| state.as_ref() == b"OFF");
    base_off || shown.get::<Array<'_>>("OFF").is_some_and(|off| off.raw_iter().next().is_some())
}
