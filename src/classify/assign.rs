//! Assignments: what the linear model and the catalogue's terms say of each passage, put together for the message. A list of themes in passing carries nothing; a passage that stays
//! with one carries it.

use super::features::{Feature, features};
use super::linear::Model;
use super::terms::{Hit, Terms};
use super::{Input, Passage, Reading, cues};
use crate::domain::catalogue::Catalogue;
use crate::domain::classification::{Evidence, ProposedAssignment};
use crate::domain::message::Span;
use crate::normal::{Normal, normal};
use std::collections::BTreeMap;

/// Most assignments of one input.
const MOST: usize = 6;

/// What a point of the terms' score adds to the model's logit.
const TERMS: f64 = 0.15;

/// The terms' score at which a recommendation that the model does not know is as likely as not.
const TERMS_LINE: f64 = 3.4;

/// One passage must stand this far above the line, or some on it: a message has many passages to be wrong in.
const ABOVE: f64 = 0.3;

/// So many passages on the line carry a recommendation too.
const ENOUGH: usize = 3;

/// Assigns the recommendations of one catalogue.
pub struct Assigner {
    /// Also for whoever only counts them.
    pub terms: Terms,
    model: &'static Model,
    recommendations: Vec<Known>,
}

/// A recommendation, its place in the model and the probability from which a passage speaks to it.
struct Known {
    id: String,
    place: Option<usize>,
    line: f64,
}

/// What was found in a message.
#[derive(Default)]
pub struct Found {
    pub assignments: Vec<ProposedAssignment>,
    /// The words that name another process, if the text is mainly about that.
    pub other_process: Option<String>,
}

/// A passage's probability for each recommendation, and that of each of its sentences.
struct Scored {
    passage: usize,
    best: Vec<f64>,
    sentences: Vec<Vec<f64>>,
}

impl Assigner {
    /// Prepares a catalogue.
    pub fn of(catalogue: &Catalogue) -> Self {
        let model = Model::load();
        let places = model.places();
        let known = catalogue.recommendations.iter().map(|one| {
            let place = places.get(one.id.as_str()).copied();
            let line = place.map_or(0.5, |at| f64::from(model.classes[at].line));
            Known { id: one.id.clone(), place, line }
        });
        Self { terms: Terms::of(catalogue), model, recommendations: known.collect() }
    }

    /// The assignments of a message, best first, with their evidence.
    pub fn assignments(&self, input: &Input<'_>, passages: &[Passage], read: &[Reading]) -> Found {
        let mut result = Found::default();
        let (mut ours, mut others): (usize, Vec<&str>) = (0, Vec::new());
        let mut scored = Vec::new();
        for (at, (passage, reading)) in passages.iter().zip(read).enumerate() {
            let report = reading.scan.of("report");
            ours += report.len();
            others.extend(reading.scan.of("other-process"));
            let mut scores = self.score(at, passage, reading);
            if !report.is_empty() {
                for (place, span) in passage.sentences.iter().enumerate() {
                    let sentence = quote(input, passage, *span).quote;
                    if cues::scan(&normal(&sentence).text).of("report").is_empty() {
                        continue;
                    }
                    // A verified number says it outright.
                    for one in self.terms.named_by_paragraph(&sentence) {
                        scores.best[one] = scores.best[one].max(0.95);
                        scores.sentences[place][one] = scores.sentences[place][one].max(0.95);
                    }
                }
            }
            scored.push(scores);
        }
        let enough = passages.len().div_ceil(6).max(2);
        if others.len() >= enough && others.len() > ours * 2 {
            result.other_process = others.first().map(|one| (*one).to_string());
            return result;
        }
        result.assignments = self.choose(input, passages, &scored);
        result
    }

    /// Scores a passage and its sentences.
    fn score(&self, at: usize, passage: &Passage, reading: &Reading) -> Scored {
        let comparable = &reading.normal;
        let features = features(&comparable.text);
        let count = passage.sentences.len();
        let from = passage.span.start;
        let stretch = |first: usize, last: usize| {
            let place = Span { start: passage.sentences[first].start - from, end: passage.sentences[last].end - from };
            self.stretch(&features, &reading.hits, comparable, place)
        };
        // Within its passage a sentence in passing weighs little, so the passage decides, not its loudest sentence.
        let mut best = match count {
            0 => vec![0.0; self.recommendations.len()],
            _ => stretch(0, count - 1),
        };
        // A passage that touches everything speaks to nothing.
        let touched = best.iter().zip(&self.recommendations).filter(|(score, one)| **score >= one.line).count();
        if touched > 5 {
            best.iter_mut().for_each(|score| *score *= 5.0 / touched as f64);
        }
        // Only what carries something gives evidence.
        let carries = best.iter().zip(&self.recommendations).any(|(score, one)| *score >= one.line);
        let sentences = match carries {
            true => (0..count).map(|one| stretch(one, one)).collect(),
            false => vec![vec![0.0; self.recommendations.len()]; count],
        };
        Scored { passage: at, best, sentences }
    }
}

impl Assigner {
    /// The probability of each recommendation in a stretch of a passage, in its characters.
    fn stretch(&self, features: &[Feature], hits: &[Hit], text: &Normal, place: Span) -> Vec<f64> {
        let from = text.origin.partition_point(|origin| (*origin as usize) < place.start);
        let to = text.origin.partition_point(|origin| (*origin as usize) < place.end);
        let inside = features.iter().filter(|one| one.start >= from && one.end <= to).map(|one| one.hash);
        let guesses = self.model.scores(&inside.collect::<Vec<u32>>());
        let inside: Vec<&Hit> =
            hits.iter().filter(|one| one.span.start >= place.start && one.span.end <= place.end).collect();
        let terms: BTreeMap<usize, f64> = self.terms.score(&inside);
        let probability = |(at, one): (usize, &Known)| {
            let terms = terms.get(&at).copied().unwrap_or(0.0);
            let logit = match one.place {
                Some(place) => {
                    let guess = f64::from(guesses[place]).clamp(1e-6, 1.0 - 1e-6);
                    (guess / (1.0 - guess)).ln() + TERMS * terms
                }
                None => terms - TERMS_LINE,
            };
            1.0 / (1.0 + (-logit).exp())
        };
        self.recommendations.iter().enumerate().map(probability).collect()
    }

    fn choose(&self, input: &Input<'_>, passages: &[Passage], scored: &[Scored]) -> Vec<ProposedAssignment> {
        let mut ranked: Vec<(usize, f64)> = Vec::new();
        for (at, one) in self.recommendations.iter().enumerate() {
            let best = scored.iter().map(|scores| scores.best[at]).fold(0.0, f64::max);
            let carrying = scored.iter().filter(|scores| scores.best[at] >= one.line).count();
            if best >= one.line + ABOVE || carrying >= ENOUGH {
                ranked.push((at, best));
            }
        }
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked.truncate(MOST);
        let assignments = ranked.into_iter().map(|(at, best)| ProposedAssignment {
            recommendation: self.recommendations[at].id.clone(),
            confidence: (best.min(0.99) * 100.0).round() / 100.0,
            evidence: self.evidence(at, input, passages, scored),
        });
        assignments.filter(|one| !one.evidence.is_empty()).collect()
    }

    /// One to three whole sentences that carry the recommendation, best first.
    fn evidence(&self, at: usize, input: &Input<'_>, passages: &[Passage], scored: &[Scored]) -> Vec<Evidence> {
        let mut sentences: Vec<(f64, usize, Span)> = Vec::new();
        for scores in scored.iter().filter(|scores| scores.best[at] >= self.recommendations[at].line) {
            let spans = passages[scores.passage].sentences.iter();
            let own = scores.sentences.iter().zip(spans);
            sentences.extend(own.map(|(own, span)| (own[at], scores.passage, *span)));
        }
        sentences.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.2.cmp(&b.2)));
        let best = sentences.first().map_or(0.0, |(score, _, _)| *score);
        let kept = sentences.into_iter().filter(|(score, _, _)| *score >= best * 0.5).take(3);
        kept.map(|(_, passage, span)| quote(input, &passages[passage], span)).collect()
    }
}

fn quote(input: &Input<'_>, passage: &Passage, span: Span) -> Evidence {
    let part = &input.texts[passage.text_index];
    let from = span.start - passage.span.start;
    Evidence {
        quote: passage.text.chars().skip(from).take(span.end - span.start).collect(),
        part: part.path.clone(),
        digest: part.digest,
        segment: passage.segment,
        span,
    }
}
