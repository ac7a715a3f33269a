//! Makes the linear model: logistic regression over all classes and "none" together, by stochastic gradients. Deterministic.

use super::Sample;
use crate::classify::features::{Feature, HASHES, all_features, features};
use crate::classify::linear::{Header, MARK, RARENESS, WIDE, share};
use crate::classify::words::Layout;
use crate::normal::normal_text;

const ROUNDS: usize = 15;
const RATE: f32 = 4.0;
/// Of the bias against the weights.
const BIAS_RATE: f32 = 0.01;
const DECAY: f32 = 5e-7;
/// Weights kept, of all classes together; this bounds the file.
const KEPT: usize = 900_000;

/// A text as the learner sees it.
pub struct Seen<'a> {
    /// Each once, in order.
    hashes: Vec<u32>,
    classes: &'a [usize],
}

impl<'a> Seen<'a> {
    /// Of a sample.
    pub fn of(sample: &'a Sample) -> Self {
        let text = normal_text(&sample.text);
        let found: Vec<Feature> = all_features(&text, &Layout::of(&text));
        let mut hashes: Vec<u32> = found.into_iter().map(|one| one.hash).collect();
        hashes.sort_unstable();
        hashes.dedup();
        Self { hashes, classes: &sample.classes }
    }

    /// Of a text of which only the words are looked at.
    pub fn of_words(sample: &'a Sample) -> Self {
        let found = features(&normal_text(&sample.text));
        let mut hashes: Vec<u32> = found.into_iter().map(|one| one.hash).collect();
        hashes.sort_unstable();
        hashes.dedup();
        Self { hashes, classes: &sample.classes }
    }

    /// Its features.
    pub fn hashes(&self) -> &[u32] {
        &self.hashes
    }
}

/// A passage as numbers: place in the vocabulary and normalised weight.
type Row = Vec<(u32, f32)>;

/// Learns from some samples and writes the model's file.
///
/// # Panics
/// If there are more classes than there is room for.
pub fn learn(samples: &[&Seen<'_>], header: &Header) -> Vec<u8> {
    assert!(header.classes.len() < WIDE, "too many classes");
    let vocabulary = Vocabulary::of(samples);
    let rows: Vec<Row> = samples.iter().map(|one| vocabulary.row(&one.hashes)).collect();
    let wanted: Vec<&[usize]> = samples.iter().map(|one| one.classes).collect();
    let weights = Weights::learn(&rows, &wanted, header.classes.len(), vocabulary.hashes.len());
    written(&vocabulary, &weights, header)
}

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

impl Vocabulary {
    /// Features of at least two passages.
    fn of(samples: &[&Seen<'_>]) -> Self {
        let count = samples.len();
        let mut seen = vec![0_u32; HASHES];
        for hash in samples.iter().flat_map(|one| &one.hashes) {
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

/// The model's file, with the heaviest weights only.
fn written(vocabulary: &Vocabulary, weights: &Weights, header: &Header) -> Vec<u8> {
    let count = header.classes.len() + 1;
    let scales: Vec<f32> = (0..count)
        .map(|class| weights.of.iter().fold(1e-6_f32, |top, one| top.max(one[class].abs())) / 127.0)
        .collect();
    let weighty = |place: usize, class: usize| weights.of[place][class].abs() * f32::from(vocabulary.rareness[place]);
    let mut sizes: Vec<f32> =
        (0..weights.of.len()).flat_map(|place| (0..count).map(move |class| weighty(place, class))).collect();
    sizes.sort_unstable_by(|a, b| b.total_cmp(a));
    let least = sizes.get(KEPT).copied().unwrap_or(0.0);
    let mut bytes = MARK.to_vec();
    bytes.push(header.numbers.len() as u8);
    bytes.extend(header.numbers.iter().flat_map(|one| one.to_le_bytes()));
    bytes.push(count as u8);
    for (class, scale) in scales.iter().enumerate() {
        // The last class is "none", without name or line.
        let (name, line) = header.classes.get(class).map_or(("", 1.0), |(name, line)| (name.as_str(), *line));
        bytes.push(name.len() as u8);
        bytes.extend(name.as_bytes());
        for number in [weights.biases[class], *scale, line] {
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
