//! Assignments: each passage gets a probability for each recommendation, from the model and the catalogue's terms; the passages
//! together carry the document's assignments, and the sentences of the carrying passages show them. A list of themes in passing
//! carries nothing; a passage that stays with one carries it.

use super::features::all_features;
use super::linear::{Model, Weighing};
use super::passage::split;
use super::terms::{Hit, Terms};
use super::weigh::{self, Traits, Whole};
use super::words::Layout;
use super::{Cited, Input, Passage, Reading};
use crate::domain::catalogue::Catalogue;
use crate::domain::classification::{Evidence, ProposedAssignment};
use crate::domain::message::Span;
use crate::normal::normal;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most assignments of one input.
const MOST: usize = 7;

/// What a point of the terms' score adds to the model's logit.
const TERMS: f64 = 0.15;

/// The terms' score at which a recommendation that the model does not know is as likely as not.
const TERMS_LINE: f64 = 3.4;

/// The probability from which a passage carries a recommendation, if the document does.
const CARRIES: f64 = 0.25;

/// A line shorter than this, in characters, may be a heading.
const HEADING: usize = 90;

/// From here on an assignment is strong.
const STRONG: f64 = 0.9;

/// What names a recommendation's verified number says it outright.
const NAMED: f32 = 0.95;

/// A passage with so many features is a whole paragraph.
const PARAGRAPH: f64 = 200.0;

/// Assigns the recommendations of one catalogue.
pub struct Assigner {
    /// Also for whoever only counts them.
    pub terms: Terms,
    model: Arc<Model>,
    weighing: Weighing,
    recommendations: Vec<Known>,
}

/// A recommendation, its place in the model and the probability from which an input speaks to it.
struct Known {
    id: String,
    place: Option<usize>,
    line: f64,
}

/// What was found in a message.
#[derive(Default)]
pub struct Found {
    /// Main one first.
    pub assignments: Vec<ProposedAssignment>,
    /// Every recommendation with its probability, also below the line.
    pub candidates: Vec<(String, f64)>,
    /// The words that name another process, if the text is mainly about that.
    pub other_process: Option<String>,
}

/// The passages and what they say together.
pub struct Weighed<'a> {
    passages: Vec<Scored<'a>>,
    /// Of each recommendation.
    pub traits: Vec<Traits>,
}

/// A passage with the probability of each recommendation.
struct Scored<'a> {
    passage: &'a Passage,
    reading: &'a Reading,
    /// How many features it has, known or not.
    features: usize,
    known: Vec<KnownFeature>,
    probabilities: Vec<f32>,
    /// Of each of its sentences, once somebody asks.
    sentences: OnceCell<Vec<Guess>>,
}

/// A feature that the model knows: its row there, and where it stands in the comparable text, in bytes.
struct KnownFeature {
    row: u32,
    start: u32,
    end: u32,
}

/// What a stretch of text has for the recommendations: the model's probability of each class, and the terms' scores.
struct Guess {
    classes: Vec<f32>,
    terms: BTreeMap<usize, f64>,
}

impl Assigner {
    /// Prepares a catalogue for a model.
    pub fn of(catalogue: &Catalogue, model: Arc<Model>) -> Self {
        let places = model.places();
        let known = catalogue.recommendations.iter().map(|one| {
            let place = places.get(one.id.as_str()).copied();
            let line = place.map_or(0.5, |at| f64::from(model.classes[at].line));
            Known { id: one.id.clone(), place, line }
        });
        let recommendations = known.collect();
        let weighing = model.weighing().unwrap_or_default();
        Self { terms: Terms::of(catalogue), model, weighing, recommendations }
    }

    /// Name and version of the model.
    pub fn version(&self) -> &str {
        self.model.version()
    }

    /// The assignments of a message with their evidence.
    pub fn assignments(
        &self,
        input: &Input<'_>,
        title: &str,
        passages: &[Passage],
        read: &[Reading],
        cited: &Cited,
    ) -> Found {
        let weighed = self.weighed(title, passages, read, cited);
        let mut result = Found { assignments: self.choose(input, &weighed, cited), ..Found::default() };
        let strong = result.assignments.iter().filter(|one| one.confidence >= STRONG).count();
        // Two strong points are not drowned by the names of other processes, one may be of them.
        if strong < 2
            && let Some(other) = other_process(passages, read, cited)
        {
            result.assignments.clear();
            result.other_process = Some(other);
        }
        let all = self.recommendations.iter().zip(&weighed.traits);
        result.candidates =
            all.map(|(one, traits)| (one.id.clone(), self.weighing.speaks.probability(traits))).collect();
        result
    }

    /// The passages' probabilities and what they say together.
    pub fn weighed<'a>(&self, title: &str, passages: &'a [Passage], read: &'a [Reading], cited: &Cited) -> Weighed<'a> {
        let scored = passages.iter().zip(read).enumerate().map(|(at, (passage, reading))| {
            let features = all_features(&reading.normal.text, &reading.layout);
            let known = features.iter().filter_map(|one| {
                self.model.row(one.hash).map(|row| KnownFeature { row, start: one.start, end: one.end })
            });
            let known: Vec<KnownFeature> = known.collect();
            let guess = self.guess(known.iter().map(|one| one.row).collect(), reading.hits.iter());
            let mut probabilities = self.probabilities(&guess);
            for one in cited.named.iter().filter(|one| one.passage == at) {
                if let Some(named) = self.recommendations.iter().position(|known| known.id == one.recommendation) {
                    probabilities[named] = probabilities[named].max(NAMED);
                }
            }
            Scored { passage, reading, features: features.len(), known, probabilities, sentences: OnceCell::new() }
        });
        let scored: Vec<Scored<'_>> = scored.collect();
        let title = normal(title);
        let layout = Layout::of(&title.text);
        let rows = all_features(&title.text, &layout).iter().filter_map(|one| self.model.row(one.hash)).collect();
        let title = self.probabilities(&self.guess(rows, self.terms.hits(&title, &layout.words).iter()));
        let whole = Whole { title: &title, elsewhere: elsewhere(read, cited) };
        let passages: Vec<weigh::Part<'_>> = scored
            .iter()
            .map(|one| weigh::Part {
                size: (one.features as f64 / PARAGRAPH).min(1.0),
                probabilities: &one.probabilities,
            })
            .collect();
        let traits = weigh::traits(&passages, &whole, self.recommendations.len());
        Weighed { passages: scored, traits }
    }

    /// What has features with these rows, and these terms.
    fn guess<'a>(&self, rows: Vec<u32>, hits: impl Iterator<Item = &'a Hit>) -> Guess {
        Guess { classes: self.model.scores_of_rows(rows), terms: self.terms.score(hits) }
    }

    /// The probability of each recommendation.
    fn probabilities(&self, guess: &Guess) -> Vec<f32> {
        (0..self.recommendations.len()).map(|at| self.probability(guess, at)).collect()
    }

    /// The probability of one recommendation.
    fn probability(&self, guess: &Guess, at: usize) -> f32 {
        let terms = guess.terms.get(&at).copied().unwrap_or(0.0);
        let logit = match self.recommendations[at].place {
            Some(place) => {
                let guess = f64::from(guess.classes[place]).clamp(1e-6, 1.0 - 1e-6);
                (guess / (1.0 - guess)).ln() + TERMS * terms
            }
            None => terms - TERMS_LINE,
        };
        (1.0 / (1.0 + (-logit).exp())) as f32
    }

    /// Those above their line, what the input is mainly about first; a later one is never surer than an earlier one.
    fn choose(&self, input: &Input<'_>, weighed: &Weighed<'_>, cited: &Cited) -> Vec<ProposedAssignment> {
        let mut chosen: Vec<(usize, f64, f64)> = Vec::new();
        for (at, traits) in weighed.traits.iter().enumerate() {
            let mut speaks = self.weighing.speaks.probability(traits);
            if cited.named.iter().any(|one| one.recommendation == self.recommendations[at].id) {
                speaks = speaks.max(f64::from(NAMED));
            }
            if speaks >= self.recommendations[at].line {
                chosen.push((at, speaks, speaks * self.weighing.mainly.probability(traits)));
            }
        }
        chosen.sort_by(|a, b| b.2.total_cmp(&a.2).then(a.0.cmp(&b.0)));
        chosen.truncate(MOST);
        for at in 1..chosen.len() {
            chosen[at].1 = chosen[at].1.min(chosen[at - 1].1);
        }
        let assignments = chosen.into_iter().map(|(at, speaks, _)| ProposedAssignment {
            recommendation: self.recommendations[at].id.clone(),
            confidence: (speaks.min(0.99) * 100.0).round() / 100.0,
            evidence: self.evidence(at, input, weighed, cited),
        });
        assignments.filter(|one| !one.evidence.is_empty()).collect()
    }

    /// One to three whole sentences that carry the recommendation, best first: what stands in a passage that speaks for it
    /// counts as much as what the sentence says by itself.
    fn evidence(&self, at: usize, input: &Input<'_>, weighed: &Weighed<'_>, cited: &Cited) -> Vec<Evidence> {
        let best = weighed.passages.iter().map(|one| one.probabilities[at]).fold(0.0, f32::max);
        let line = CARRIES.min(f64::from(best) * 0.9) as f32;
        let mut sentences: Vec<(f64, &Passage, Span)> = Vec::new();
        for one in weighed.passages.iter().filter(|one| one.probabilities[at] >= line) {
            let carried = f64::from(one.probabilities[at]).sqrt();
            for (span, own) in one.passage.sentences.iter().zip(one.sentences.get_or_init(|| one.stretches(self))) {
                let worth = worth(input, one.passage, *span, cited);
                let own = f64::from(self.probability(own, at));
                sentences.push((own * carried * worth, one.passage, *span));
            }
        }
        sentences.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.2.cmp(&b.2)));
        let best = sentences.first().map_or(0.0, |(score, _, _)| *score);
        let kept = sentences.into_iter().filter(|(score, _, _)| *score >= best * 0.5).take(3);
        kept.map(|(_, passage, span)| quote(input, passage, span)).collect()
    }
}

impl Scored<'_> {
    /// What each of its sentences has.
    fn stretches(&self, assigner: &Assigner) -> Vec<Guess> {
        let from = self.passage.span.start;
        let byte =
            |at: usize| self.reading.normal.origin.partition_point(|origin| (*origin as usize) < at - from) as u32;
        let places = self.passage.sentences.iter().map(|one| (byte(one.start), byte(one.end)));
        let places: Vec<(u32, u32)> = places.collect();
        let mut inside: Vec<Vec<u32>> = vec![Vec::new(); places.len()];
        for one in &self.known {
            // The last sentence that begins before it.
            let at = places.partition_point(|(start, _)| *start <= one.start).checked_sub(1);
            if let Some(at) = at.filter(|at| one.end <= places[*at].1) {
                inside[at].push(one.row);
            }
        }
        let each = self.passage.sentences.iter().zip(inside).map(|(one, inside)| {
            let is_inside = |hit: &&Hit| hit.span.start >= one.start - from && hit.span.end <= one.end - from;
            assigner.guess(inside, self.reading.hits.iter().filter(is_inside))
        });
        each.collect()
    }
}

/// What a sentence is worth as evidence: a heading names a theme and makes no point, and one that recalls what a document
/// says is not yet what the sender says.
fn worth(input: &Input<'_>, passage: &Passage, span: Span, cited: &Cited) -> f64 {
    let is_heading = passage.sentences.len() == 1
        && span.end - span.start < HEADING
        && !passage.text.ends_with(['.', '。', '؟', '!']);
    let part = &input.texts[passage.text_index].path;
    let recalls = cited.citations.iter().any(|one| {
        one.part == *part && one.document.is_some() && one.span.start >= span.start && one.span.end <= span.end
    });
    match (is_heading, recalls) {
        (true, _) => 0.4,
        (false, true) => 0.6,
        (false, false) => 1.0,
    }
}

/// How much is said of other processes, against what is said of this report; from 0 to 1.
fn elsewhere(read: &[Reading], cited: &Cited) -> f64 {
    let others: usize = cited.others.iter().map(|(_, count)| *count).sum();
    others as f64 / (1.0 + others as f64 + 2.0 * here(read, cited) as f64)
}

/// How often this process and its report are named.
fn here(read: &[Reading], cited: &Cited) -> usize {
    cited.ours + read.iter().map(|one| one.scan.of("this-process").len().min(2)).sum::<usize>()
}

/// The name of another process or report, if that is what is mainly spoken of: it is named often, or this one never is.
fn other_process(passages: &[Passage], read: &[Reading], cited: &Cited) -> Option<String> {
    let others: usize = cited.others.iter().map(|(_, count)| *count).sum();
    let enough = passages.len().div_ceil(6).max(2);
    let is_mainly = others >= enough && others > cited.ours * 2;
    let name = cited.others.first().map(|(name, _)| name.clone());
    name.filter(|_| is_mainly || here(read, cited) == 0)
}

fn quote(input: &Input<'_>, passage: &Passage, span: Span) -> Evidence {
    let part = &input.texts[passage.text_index];
    let from = span.start - passage.span.start;
    Evidence {
        quote: split(split(&passage.text, from).1, span.end - span.start).0.into(),
        part: part.path.clone(),
        digest: part.digest,
        segment: passage.segment,
        span,
    }
}
