//! Makes the linear model from passages: logistic regression over all recommendations and "none" together, and the line
//! of each by cross-validation. Deterministic. Used by `examples/train.rs` alone.

use super::features::{HASHES, features};
use super::linear::{MARK, Model, RARENESS, share};
use crate::normal::normal;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A passage to learn from.
pub struct Sample {
    pub text: String,
    /// Numbers of the recommendations it speaks to.
    pub classes: Vec<usize>,
    /// What it is counted under in the report, its language; empty if it is not counted.
    pub group: String,
}

/// A model's file, and what cross-validation says of it.
pub struct Trained {
    pub bytes: Vec<u8>,
    pub report: String,
}

const FOLDS: usize = 5;
const ROUNDS: usize = 15;
const RATE: f32 = 4.0;
/// Of the bias against the weights.
const BIAS_RATE: f32 = 0.01;
const DECAY: f32 = 5e-7;
/// Room for the weights of one feature: more than there are classes, so that they lie side by side.
const WIDE: usize = 40;
/// Weights kept, of all classes together; this bounds the file.
const KEPT: usize = 900_000;

/// A passage as numbers: place in the vocabulary and normalised weight.
type Row = Vec<(u32, f32)>;

/// The features that are learnt from.
struct Vocabulary {
    hashes: Vec<u32>,
    /// Place by hash, plus one.
    places: Vec<u32>,
    rareness: Vec<u8>,
}

/// Weights of each feature and the biases, by class.
struct Weights {
    of: Vec<[f32; WIDE]>,
    biases: [f32; WIDE],
}

/// Trains a model for these classes.
///
/// # Panics
/// If there are more classes than there is room for.
pub fn train(samples: &[Sample], classes: &[String]) -> Trained {
    assert!(classes.len() < WIDE, "too many classes");
    let order = shuffled(samples.len());
    let hashes: Vec<Vec<u32>> = order.iter().map(|at| distinct(&samples[*at].text)).collect();
    let targets: Vec<&[usize]> = order.iter().map(|at| samples[*at].classes.as_slice()).collect();
    let learn = |chosen: &[usize], lines: &[f32]| {
        let vocabulary = Vocabulary::of(chosen.iter().map(|at| hashes[*at].as_slice()), chosen.len());
        let rows: Vec<Row> = chosen.iter().map(|at| vocabulary.row(&hashes[*at])).collect();
        let wanted: Vec<&[usize]> = chosen.iter().map(|at| targets[*at]).collect();
        let weights = Weights::learn(&rows, &wanted, classes.len(), vocabulary.hashes.len());
        written(&vocabulary, &weights, lines, classes)
    };
    let none = vec![1.0; classes.len()];
    let mut guesses: Vec<Vec<f32>> = vec![Vec::new(); order.len()];
    for fold in 0..FOLDS {
        let (left_out, learnt): (Vec<usize>, Vec<usize>) = (0..order.len()).partition(|at| at % FOLDS == fold);
        // Through the file, so that what is measured is what is used.
        let Some(model) = Model::read(&learn(&learnt, &none)) else { continue };
        for at in left_out {
            guesses[at] = model.scores(&hashes[at]);
        }
    }
    let lines = lines(&guesses, &targets, classes.len());
    let groups: Vec<&str> = order.iter().map(|at| samples[*at].group.as_str()).collect();
    let report = report(&guesses, &targets, &groups, &lines, classes);
    let all: Vec<usize> = (0..order.len()).collect();
    Trained { bytes: learn(&all, &lines), report }
}

/// Numbers below `count` in a fixed order without pattern.
fn shuffled(count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for at in (1..count).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        order.swap(at, (state >> 33) as usize % (at + 1));
    }
    order
}

fn distinct(text: &str) -> Vec<u32> {
    let mut hashes: Vec<u32> = features(&normal(text).text).into_iter().map(|one| one.hash).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

impl Vocabulary {
    /// Features of at least two passages.
    fn of<'a>(passages: impl Iterator<Item = &'a [u32]>, count: usize) -> Self {
        let mut seen = vec![0_u32; HASHES];
        for hash in passages.flatten() {
            seen[*hash as usize] += 1;
        }
        let rareness =
            |seen: u32| (((count as f32 / seen as f32).ln() + 1.0) * RARENESS).round().clamp(1.0, 255.0) as u8;
        let mut made = Self { hashes: Vec::new(), places: vec![0; HASHES], rareness: Vec::new() };
        for (hash, seen) in seen.into_iter().enumerate().filter(|(_, seen)| *seen > 1) {
            made.hashes.push(hash as u32);
            made.places[hash] = made.hashes.len() as u32;
            made.rareness.push(rareness(seen));
        }
        made
    }

    fn row(&self, hashes: &[u32]) -> Row {
        let mut row = Row::new();
        let mut square = 0.0;
        for hash in hashes {
            let place = self.places[*hash as usize];
            if place > 0 {
                let weight = f32::from(self.rareness[place as usize - 1]) / RARENESS;
                square += weight * weight;
                row.push((place - 1, weight));
            }
        }
        let norm = square.sqrt().max(1.0);
        row.iter_mut().for_each(|(_, weight)| *weight /= norm);
        row
    }
}

impl Weights {
    /// Logistic regression by stochastic gradients, with weights drawn to zero and steps that shrink.
    fn learn(rows: &[Row], wanted: &[&[usize]], classes: usize, width: usize) -> Self {
        let mut made = Self { of: vec![[0.0; WIDE]; width], biases: [0.0; WIDE] };
        // The weights are kept divided by `size`, so that drawing all of them to zero is one step.
        let mut size = 1.0_f32;
        for round in 0..ROUNDS {
            // Another way through the passages each round: the step shares no factor with their number.
            let mut step = 7_919 + 2 * round;
            while common(step, rows.len()) != 1 {
                step += 1;
            }
            for turn in 0..rows.len() {
                let at = turn * step % rows.len();
                let slopes = made.slopes(&rows[at], wanted[at], classes, size);
                let time = (round * rows.len() + turn) as f32;
                let rate = RATE / (1.0 + RATE * DECAY * time);
                size *= 1.0 - rate * DECAY;
                for (place, value) in &rows[at] {
                    let change = rate * value / size;
                    made.of[*place as usize].iter_mut().zip(&slopes).for_each(|(one, slope)| *one -= change * slope);
                }
                made.biases.iter_mut().zip(&slopes).for_each(|(one, slope)| *one -= rate * BIAS_RATE * slope);
            }
        }
        made.of.iter_mut().flatten().for_each(|one| *one *= size);
        made
    }

    /// What each class's probability has too much.
    fn slopes(&self, row: &Row, wanted: &[usize], classes: usize, size: f32) -> [f32; WIDE] {
        let mut guess = [0.0_f32; WIDE];
        for (place, value) in row {
            guess.iter_mut().zip(&self.of[*place as usize]).for_each(|(one, weight)| *one += weight * value);
        }
        guess.iter_mut().zip(&self.biases).for_each(|(one, bias)| *one = *one * size + bias);
        share(&mut guess[..=classes]);
        guess[classes + 1..].fill(0.0);
        if wanted.is_empty() {
            guess[classes] -= 1.0;
        }
        wanted.iter().for_each(|class| guess[*class] -= 1.0 / wanted.len() as f32);
        guess
    }
}

fn common(a: usize, b: usize) -> usize {
    if b == 0 { a } else { common(b, a % b) }
}

/// Right, wrong and missed assignments.
#[derive(Clone, Copy, Default)]
struct Count {
    right: f32,
    wrong: f32,
    missed: f32,
}

impl Count {
    fn add(&mut self, got: bool, wanted: bool) {
        self.right += f32::from(u8::from(got && wanted));
        self.wrong += f32::from(u8::from(got && !wanted));
        self.missed += f32::from(u8::from(!got && wanted));
    }

    fn f1(self) -> f32 {
        2.0 * self.right / (2.0 * self.right + self.wrong + self.missed).max(1.0)
    }
}

/// Lines that are tried, as probabilities.
fn candidates() -> impl Iterator<Item = f32> {
    (2..=90).map(|step| step as f32 / 100.0)
}

fn best_line(count: impl Fn(f32) -> Count) -> f32 {
    let best = candidates().map(|line| (line, count(line).f1())).max_by(|a, b| a.1.total_cmp(&b.1));
    best.map_or(0.0, |(line, _)| line)
}

/// The line of each class: its own best, drawn to the common one as far as its positives are few.
fn lines(guesses: &[Vec<f32>], targets: &[&[usize]], classes: usize) -> Vec<f32> {
    let counted = |class: usize, line: f32| {
        let mut count = Count::default();
        guesses.iter().zip(targets).for_each(|(one, wanted)| count.add(one[class] >= line, wanted.contains(&class)));
        count
    };
    let common = best_line(|line| {
        (0..classes).map(|class| counted(class, line)).fold(Count::default(), |sum, one| Count {
            right: sum.right + one.right,
            wrong: sum.wrong + one.wrong,
            missed: sum.missed + one.missed,
        })
    });
    let of_class = |class: usize| {
        let positives = targets.iter().filter(|wanted| wanted.contains(&class)).count() as f32;
        let share = positives / (positives + 200.0);
        share * best_line(|line| counted(class, line)) + (1.0 - share) * common
    };
    (0..classes).map(of_class).collect()
}

fn report(guesses: &[Vec<f32>], targets: &[&[usize]], groups: &[&str], lines: &[f32], classes: &[String]) -> String {
    let mut by_group: BTreeMap<&str, Count> = BTreeMap::new();
    let mut by_class = vec![Count::default(); classes.len()];
    let counted = guesses.iter().zip(targets).zip(groups).filter(|(_, group)| !group.is_empty());
    for ((one, wanted), group) in counted {
        for (class, line) in lines.iter().enumerate() {
            let (got, wanted) = (one[class] >= *line, wanted.contains(&class));
            by_class[class].add(got, wanted);
            by_group.entry(group).or_default().add(got, wanted);
            by_group.entry("all").or_default().add(got, wanted);
        }
    }
    let mut text = String::new();
    for (name, count) in by_group {
        let _ = writeln!(text, "{name:24} F1 {:.3}", count.f1());
    }
    for ((name, count), line) in classes.iter().zip(by_class).zip(lines) {
        let _ = writeln!(text, "{name:24} F1 {:.3}  line {line:.2}", count.f1());
    }
    text
}

/// The model's file, with the heaviest weights only.
fn written(vocabulary: &Vocabulary, weights: &Weights, lines: &[f32], classes: &[String]) -> Vec<u8> {
    let count = classes.len() + 1;
    let scales: Vec<f32> = (0..count)
        .map(|class| weights.of.iter().fold(1e-6_f32, |top, one| top.max(one[class].abs())) / 127.0)
        .collect();
    let weighty = |place: usize, class: usize| weights.of[place][class].abs() * f32::from(vocabulary.rareness[place]);
    let mut sizes: Vec<f32> =
        (0..weights.of.len()).flat_map(|place| (0..count).map(move |class| weighty(place, class))).collect();
    sizes.sort_unstable_by(|a, b| b.total_cmp(a));
    let least = sizes.get(KEPT).copied().unwrap_or(0.0);
    let mut bytes = MARK.to_vec();
    bytes.push(count as u8);
    for (class, scale) in scales.iter().enumerate() {
        // The last class is "none", without name or line.
        let name = classes.get(class).map_or("", String::as_str);
        bytes.push(name.len() as u8);
        bytes.extend(name.as_bytes());
        for number in [weights.biases[class], *scale, lines.get(class).copied().unwrap_or(1.0)] {
            bytes.extend(number.to_le_bytes());
        }
    }
    let mut kept: Vec<u8> = Vec::new();
    let mut features = 0_u32;
    for (place, hash) in vocabulary.hashes.iter().enumerate() {
        let mut pairs = Vec::new();
        for (class, scale) in scales.iter().enumerate() {
            let step = (weights.of[place][class] / scale).round() as i8;
            if step != 0 && weighty(place, class) > least {
                pairs.extend([class as u8, step as u8]);
            }
        }
        if !pairs.is_empty() {
            features += 1;
            kept.extend(hash.to_le_bytes());
            kept.extend([vocabulary.rareness[place], (pairs.len() / 2) as u8]);
            kept.extend(pairs);
        }
    }
    bytes.extend(features.to_le_bytes());
    bytes.extend(kept);
    bytes
}
