//! How passages are put together: what the traits of whole labelled inputs are worth, and the line of each recommendation.
//! Learns from inputs as models see them that have not learnt from them.

use super::Sample;
use crate::classify::assign::Assigner;
use crate::classify::linear::Weighing;
use crate::classify::passage::passages;
use crate::classify::weigh::{Scale, TRAITS, Traits};
use crate::classify::{self, Reading, citations};
use crate::domain::Digest;
use crate::domain::classification::TextPart;
use crate::domain::extraction::{Segment, SegmentKind};
use crate::domain::message::{Body, ParsedMessage};

/// A whole input that a person has labelled.
#[derive(Clone, Debug)]
pub struct Input {
    pub id: String,
    pub title: String,
    pub paragraphs: Vec<Sample>,
    /// Numbers of the recommendations that it speaks to, and whether it is mainly about it.
    pub labels: Vec<(usize, bool)>,
    /// Whether the model may learn from its paragraphs, too.
    pub is_learnt: bool,
}

impl Input {
    /// As a model sees it, with what makes no point before and after it.
    pub(super) fn weighed(&self, assigner: &Assigner, facts: &citations::Facts, around: &[&str]) -> Vec<Traits> {
        let (before, after) = around.split_at(around.len() / 3);
        let own = self.paragraphs.iter().map(|one| one.text.as_str());
        let paragraphs: Vec<&str> = before.iter().copied().chain(own).chain(after.iter().copied()).collect();
        let text = paragraphs.join("\n\n");
        let part = TextPart {
            path: "body".into(),
            name: None,
            digest: Digest::of(text.as_bytes()),
            segments: vec![Segment::new(1, SegmentKind::Body, text)],
            own: None,
            title: None,
        };
        let passages = passages(0, &part);
        let read: Vec<Reading> = passages.iter().map(|one| Reading::of(one, &assigner.terms)).collect();
        let mut message = ParsedMessage::empty(Body::nothing());
        message.subject.clone_from(&self.title);
        let input = classify::Input { message: &message, texts: vec![part] };
        let cited = citations::cited(&input, &passages, &read, facts, None);
        assigner.weighed(&self.title, &passages, &read, &cited).traits
    }

    /// ISO 639-1.
    pub fn language(&self) -> &str {
        self.paragraphs.first().map_or("", |one| one.group.as_str())
    }

    /// Its paragraphs that make no point.
    pub fn without_point(&self) -> impl Iterator<Item = &str> {
        let plain = self.paragraphs.iter().filter(|one| self.is_learnt && one.classes.is_empty());
        plain.map(|one| one.text.as_str())
    }

    fn speaks_to(&self, number: usize) -> bool {
        self.labels.iter().any(|(label, _)| *label == number)
    }

    fn is_mainly_about(&self, number: usize) -> bool {
        self.labels.contains(&(number, true))
    }
}

/// What the traits are worth, the line of each recommendation, and what is said of each input by scales that have not seen it.
pub fn fit(inputs: &[Input], weighed: &[[Vec<Traits>; 2]]) -> (Weighing, Vec<f64>, Vec<Vec<f64>>) {
    let all: Vec<usize> = (0..inputs.len()).collect();
    let learn = |chosen: &[usize]| Weighing {
        speaks: scale(chosen, weighed, |at, of| Some(inputs[at].speaks_to(of))),
        // Of what an input does speak to: what is small against what is large.
        mainly: scale(chosen, weighed, |at, of| inputs[at].speaks_to(of).then(|| inputs[at].is_mainly_about(of))),
    };
    let mut unseen = vec![Vec::new(); inputs.len()];
    for fold in 0..super::FOLDS {
        let (left_out, learnt): (Vec<usize>, Vec<usize>) = all.iter().partition(|at| *at % super::FOLDS == fold);
        let scales = learn(&learnt);
        for at in left_out {
            unseen[at] = weighed[at][0].iter().map(|one| scales.speaks.probability(one)).collect();
        }
    }
    let count = weighed.first().map_or(0, |[one, _]| one.len());
    let lines = lines(&unseen, count, inputs);
    (learn(&all), lines, unseen)
}

const ROUNDS: usize = 400;
const STEP: f64 = 0.5;
/// Draws the weights to zero, so that traits that say the same share it.
const DECAY: f64 = 0.002;

/// Logistic regression on all inputs and recommendations, by gradients that are scaled by what they were so far.
fn scale(chosen: &[usize], weighed: &[[Vec<Traits>; 2]], is_right: impl Fn(usize, usize) -> Option<bool>) -> Scale {
    let rows: Vec<(&Traits, f64)> = chosen
        .iter()
        .flat_map(|at| weighed[*at].iter().map(move |one| (*at, one)))
        .flat_map(|(at, one)| one.iter().enumerate().map(move |(of, one)| (at, of, one)))
        .filter_map(|(at, of, one)| Some((one, f64::from(u8::from(is_right(at, of)?)))))
        .collect();
    let count = rows.len().max(1) as f64;
    let mut mean = [0.0; TRAITS];
    let mut spread = [0.0; TRAITS];
    for at in 0..TRAITS {
        mean[at] = rows.iter().map(|(one, _)| one[at]).sum::<f64>() / count;
        spread[at] = (rows.iter().map(|(one, _)| (one[at] - mean[at]).powi(2)).sum::<f64>() / count).sqrt().max(1e-6);
    }
    let standard: Vec<(Traits, f64)> =
        rows.iter().map(|(one, right)| (std::array::from_fn(|at| (one[at] - mean[at]) / spread[at]), *right)).collect();
    // The bias is a weight of its own, and is not drawn to zero.
    let (mut bias, mut weights) = (-3.0, [0.0; TRAITS]);
    let mut squares = [1e-9; TRAITS + 1];
    for _ in 0..ROUNDS {
        let mut slopes = [0.0; TRAITS + 1];
        for (one, right) in &standard {
            let guess = Scale { bias, weights }.probability(one);
            slopes[TRAITS] += (guess - right) / count;
            slopes.iter_mut().zip(one).for_each(|(slope, trait_)| *slope += (guess - right) * trait_ / count);
        }
        for (at, slope) in slopes.iter_mut().enumerate() {
            let place = if at < TRAITS { &mut weights[at] } else { &mut bias };
            *slope += if at < TRAITS { DECAY * *place } else { 0.0 };
            squares[at] += *slope * *slope;
            *place -= STEP * *slope / squares[at].sqrt();
        }
    }
    let mut made = Scale { bias, weights };
    for at in 0..TRAITS {
        made.weights[at] = weights[at] / spread[at];
        made.bias -= weights[at] * mean[at] / spread[at];
    }
    made
}

/// An input whose words were not learnt from says more of inputs to come than one by the hand that was learnt from.
const ANOTHER_HAND: f64 = 4.0;

/// So many inputs weigh as much as the common line.
const PRIOR: f64 = 100.0;

/// The line of each recommendation: its own best, drawn to the common one as far as its inputs are few.
fn lines(guesses: &[Vec<f64>], count: usize, inputs: &[Input]) -> Vec<f64> {
    let of_line = |of: usize, line: f64| {
        let mut found = [0.0; 3];
        for (at, one) in guesses.iter().enumerate() {
            let weight = if inputs[at].is_learnt { 1.0 } else { ANOTHER_HAND };
            match (one[of] >= line, inputs[at].speaks_to(of)) {
                (true, true) => found[0] += weight,
                (true, false) => found[1] += weight,
                (false, true) => found[2] += weight,
                (false, false) => {}
            }
        }
        found
    };
    let f1 = |[right, wrong, missed]: [f64; 3]| 2.0 * right / (2.0 * right + wrong + missed).max(1.0);
    let best = |count: &dyn Fn(f64) -> [f64; 3]| {
        let tried = (10..=75).map(|step| f64::from(step) / 100.0).map(|line| (line, f1(count(line))));
        // Of equal ones the middle: the best of few inputs is a wide range.
        let tried: Vec<(f64, f64)> = tried.collect();
        let top = tried.iter().map(|(_, f1)| *f1).fold(0.0, f64::max);
        let best: Vec<f64> = tried.iter().filter(|(_, f1)| *f1 >= top - 1e-9).map(|(line, _)| *line).collect();
        best.get(best.len() / 2).copied().unwrap_or(0.5)
    };
    let all = |line: f64| {
        (0..count).map(|of| of_line(of, line)).fold([0.0; 3], |sum, one| std::array::from_fn(|at| sum[at] + one[at]))
    };
    let common = best(&all);
    let of_one = |of: usize| {
        let positives = inputs.iter().filter(|one| one.speaks_to(of)).count() as f64;
        let share = positives / (positives + PRIOR);
        share * best(&|line| of_line(of, line)) + (1.0 - share) * common
    };
    (0..count).map(of_one).collect()
}
