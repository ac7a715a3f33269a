//! Makes the linear model from passages: one logistic regression per recommendation, and the line of each by
//! cross-validation. Deterministic. Used by `examples/train.rs` alone.

use super::features::{HASHES, features};
use super::linear::{MARK, RARENESS};
use super::normal::normal;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A passage to learn from.
pub struct Sample {
    pub text: String,
    /// Numbers of the recommendations it speaks to.
    pub classes: Vec<usize>,
    /// What it is counted under in the report: its language.
    pub group: String,
}

/// A model's file, and what cross-validation says of it.
pub struct Trained {
    pub bytes: Vec<u8>,
    pub report: String,
}

const FOLDS: usize = 5;
fn ev(n:&str,d:f32)->f32{ std::env::var(n).ok().map_or(d,|v|v.parse().unwrap()) }
macro_rules! par { ($($f:ident $n:literal $d:literal $t:ty;)*) => { $( fn $f()->$t { static X: std::sync::OnceLock<$t> = std::sync::OnceLock::new(); *X.get_or_init(|| ev($n,$d) as $t) } )* } }
par! { rounds "ROUNDS" 15.0 usize; rate "RATE" 2.0 f32; decay "DECAY" 1e-5 f32; positive "POS" 3.0 f32; unk "UNK" 1.0 f32; mindf "MINDF" 2.0 u32; }
/// Weights kept, of all classes together; this bounds the file.
const KEPT: usize = 1_000_000;

/// A passage as numbers: place in the vocabulary and normalised weight.
type Row = Vec<(u32, f32)>;

/// The features that are learnt from.
struct Vocabulary {
    hashes: Vec<u32>,
    /// Place by hash, plus one.
    places: Vec<u32>,
    rareness: Vec<u8>,
    unknown: u8,
}

/// Weights and bias of one class.
#[derive(Clone, Default)]
struct Weights {
    of: Vec<f32>,
    bias: f32,
}

/// Trains a model for these classes.
pub fn train(samples: &[Sample], classes: &[String]) -> Trained {
    let order = shuffled(samples.len());
    let hashes: Vec<Vec<u32>> = order.iter().map(|at| distinct(&samples[*at].text)).collect();
    let targets: Vec<&[usize]> = order.iter().map(|at| samples[*at].classes.as_slice()).collect();
    let mut logits: Vec<Vec<f32>> = vec![Vec::new(); order.len()];
    for fold in 0..FOLDS {
        let inside = |at: usize| at % FOLDS != fold;
        let learnt: Vec<usize> = (0..order.len()).filter(|at| inside(*at)).collect();
        let (vocabulary, weights) = learn(&learnt, &hashes, &targets, classes.len());
        for at in (0..order.len()).filter(|at| !inside(*at)) {
            let row = vocabulary.row(&hashes[at]);
            logits[at] = weights.iter().map(|one| one.logit(&row)).collect();
        }
    }
    let lines = lines(&logits, &targets, classes.len());
    let groups: Vec<&str> = order.iter().map(|at| samples[*at].group.as_str()).collect();
    let report = report(&logits, &targets, &groups, &lines, classes);
    let all: Vec<usize> = (0..order.len()).collect();
    let (vocabulary, weights) = learn(&all, &hashes, &targets, classes.len());
    Trained { bytes: written(&vocabulary, &weights, &lines, classes), report }
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

/// Learns all classes from some of the passages.
fn learn(chosen: &[usize], hashes: &[Vec<u32>], targets: &[&[usize]], classes: usize) -> (Vocabulary, Vec<Weights>) {
    let vocabulary = Vocabulary::of(chosen.iter().map(|at| hashes[*at].as_slice()), chosen.len());
    let rows: Vec<Row> = chosen.iter().map(|at| vocabulary.row(&hashes[*at])).collect();
    let mut weights = vec![Weights::default(); classes];
    let at_once = classes.div_ceil(2).max(1);
    std::thread::scope(|scope| {
        for (half, part) in weights.chunks_mut(at_once).enumerate() {
            let (rows, width) = (&rows, vocabulary.hashes.len());
            scope.spawn(move || {
                for (at, one) in part.iter_mut().enumerate() {
                    let class = half * at_once + at;
                    let wanted: Vec<bool> = chosen.iter().map(|at| targets[*at].contains(&class)).collect();
                    *one = Weights::learn(rows, &wanted, width);
                }
            });
        }
    });
    (vocabulary, weights)
}

impl Vocabulary {
    /// Features of at least two passages.
    fn of<'a>(passages: impl Iterator<Item = &'a [u32]>, count: usize) -> Self {
        let mut seen = vec![0_u32; HASHES];
        for hash in passages.flatten() {
            seen[*hash as usize] += 1;
        }
        let rareness = |seen: u32| (((count as f32 / seen as f32).ln() + 1.0) * RARENESS).round().clamp(1.0, 255.0) as u8;
        let mut made = Self { hashes: Vec::new(), places: vec![0; HASHES], rareness: Vec::new(), unknown: (unk() * f32::from(rareness(1))) as u8 };
        for (hash, seen) in seen.into_iter().enumerate().filter(|(_, seen)| *seen >= mindf()) {
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
            let rareness = if place == 0 { self.unknown } else { self.rareness[place as usize - 1] };
            let weight = f32::from(rareness) / RARENESS;
            square += weight * weight;
            if place > 0 {
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
    fn learn(rows: &[Row], wanted: &[bool], width: usize) -> Self {
        let mut made = Self { of: vec![0.0; width], bias: -3.0 };
        // The weights are kept divided by `size`, so that drawing all of them to zero is one step.
        let mut size = 1.0_f32;
        let mut time = 0.0_f32;
        for round in 0..rounds() {
            // Another way through the passages each round: the step shares no factor with their number.
            let mut step = 7_919 + 2 * round;
            while common(step, rows.len()) != 1 {
                step += 1;
            }
            for turn in 0..rows.len() {
                let at = turn * step % rows.len();
                let sum: f32 = rows[at].iter().map(|(place, weight)| made.of[*place as usize] * weight).sum();
                let guess = 1.0 / (1.0 + (-made.bias - size * sum).exp());
                let error = if wanted[at] { (guess - 1.0) * positive() } else { guess };
                let rate = rate() / (1.0 + rate() * decay() * time);
                time += 1.0;
                size *= 1.0 - rate * decay();
                let slope = rate * error / size;
                rows[at].iter().for_each(|(place, weight)| made.of[*place as usize] -= slope * weight);
                made.bias -= rate * 0.01 * error;
            }
        }
        made.of.iter_mut().for_each(|weight| *weight *= size);
        made
    }

    fn logit(&self, row: &Row) -> f32 {
        self.bias + row.iter().map(|(place, weight)| self.of[*place as usize] * weight).sum::<f32>()
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

/// Lines that are tried, as logits.
fn candidates() -> impl Iterator<Item = f32> {
    (-40..=40).map(|step| step as f32 / 10.0)
}

fn best_line(count: impl Fn(f32) -> Count) -> f32 {
    let best = candidates().map(|line| (line, count(line).f1())).max_by(|a, b| a.1.total_cmp(&b.1));
    best.map_or(0.0, |(line, _)| line)
}

/// The line of each class: its own best, drawn to the common one as far as its positives are few.
fn lines(logits: &[Vec<f32>], targets: &[&[usize]], classes: usize) -> Vec<f32> {
    let counted = |class: usize, line: f32| {
        let mut count = Count::default();
        logits.iter().zip(targets).for_each(|(one, wanted)| count.add(one[class] >= line, wanted.contains(&class)));
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

fn report(logits: &[Vec<f32>], targets: &[&[usize]], groups: &[&str], lines: &[f32], classes: &[String]) -> String {
    let mut by_group: BTreeMap<&str, Count> = BTreeMap::new();
    let mut by_class = vec![Count::default(); classes.len()];
    for ((one, wanted), group) in logits.iter().zip(targets).zip(groups) {
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
fn written(vocabulary: &Vocabulary, weights: &[Weights], lines: &[f32], classes: &[String]) -> Vec<u8> {
    let scales: Vec<f32> =
        weights.iter().map(|one| one.of.iter().fold(1e-6_f32, |top, weight| top.max(weight.abs())) / 127.0).collect();
    let mut sizes: Vec<f32> = Vec::new();
    for one in weights {
        sizes.extend(one.of.iter().zip(&vocabulary.rareness).map(|(weight, rareness)| weight.abs() * f32::from(*rareness)));
    }
    sizes.sort_unstable_by(|a, b| b.total_cmp(a));
    let least = sizes.get(KEPT).copied().unwrap_or(0.0);
    let mut bytes = MARK.to_vec();
    bytes.push(classes.len() as u8);
    for (class, name) in classes.iter().enumerate() {
        bytes.push(name.len() as u8);
        bytes.extend(name.as_bytes());
        for number in [weights[class].bias, scales[class], lines[class]] {
            bytes.extend(number.to_le_bytes());
        }
    }
    bytes.push(vocabulary.unknown);
    let mut kept: Vec<u8> = Vec::new();
    let mut count = 0_u32;
    for (place, hash) in vocabulary.hashes.iter().enumerate() {
        let rareness = vocabulary.rareness[place];
        let mut pairs = Vec::new();
        for (class, one) in weights.iter().enumerate() {
            let step = (one.of[place] / scales[class]).round() as i8;
            if step != 0 && one.of[place].abs() * f32::from(rareness) > least {
                pairs.extend([class as u8, step as u8]);
            }
        }
        if !pairs.is_empty() {
            count += 1;
            kept.extend(hash.to_le_bytes());
            kept.extend([rareness, (pairs.len() / 2) as u8]);
            kept.extend(pairs);
        }
    }
    bytes.extend(count.to_le_bytes());
    bytes.extend(kept);
    bytes
}
