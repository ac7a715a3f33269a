//! The trained linear model: for each recommendation a weight per feature, and the line above which it counts.
//!
//! Its file: a mark, the classes (identifier, bias, scale, line; the last one, without identifier, is "none of them"),
//! and for each feature its hash, its rareness and its weights. Numbers are little-endian; weights are bytes times the class's scale.

use super::features::HASHES;
use std::collections::HashMap;
use std::sync::OnceLock;

/// The first bytes of a model's file.
pub const MARK: &[u8; 4] = b"lin1";

/// Rareness is kept in these parts of one.
pub const RARENESS: f32 = 20.0;

static DATA: &[u8] = include_bytes!("data/linear.bin");
static KINDS: &[u8] = include_bytes!("data/kinds.bin");

/// A recommendation as the model knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Class {
    pub id: String,
    pub bias: f32,
    /// What a weight of one stands for.
    pub scale: f32,
    /// The probability from which a passage speaks to it.
    pub line: f32,
}

/// A model, ready to score.
pub struct Model {
    pub classes: Vec<Class>,
    /// Rareness by hash; zero if unknown.
    rareness: Vec<u8>,
    /// Where the weights of a hash begin; they end where those of the next begin.
    starts: Vec<u32>,
    weights: Vec<(u8, i8)>,
}

impl Model {
    /// The model that comes with the program; one without classes if its file is broken.
    pub fn load() -> &'static Self {
        static MODEL: OnceLock<Model> = OnceLock::new();
        MODEL.get_or_init(|| Self::read(DATA).unwrap_or_else(Self::empty))
    }

    /// The model of kinds of mail that comes with the program.
    pub fn of_kinds() -> &'static Self {
        static MODEL: OnceLock<Model> = OnceLock::new();
        MODEL.get_or_init(|| Self::read(KINDS).unwrap_or_else(Self::empty))
    }

    fn empty() -> Self {
        Self { classes: Vec::new(), rareness: Vec::new(), starts: Vec::new(), weights: Vec::new() }
    }

    /// Reads a model's file; `None` if it is not one.
    pub fn read(data: &[u8]) -> Option<Self> {
        let mut rest = Reader(data);
        (rest.bytes(4)? == MARK).then_some(())?;
        let mut classes = Vec::new();
        for _ in 0..rest.byte()? {
            let length = rest.byte()?.into();
            let id = String::from_utf8(rest.bytes(length)?.to_vec()).ok()?;
            classes.push(Class { id, bias: rest.float()?, scale: rest.float()?, line: rest.float()? });
        }
        let mut made = Self { classes, ..Self::empty() };
        made.rareness = vec![0; HASHES];
        made.starts = vec![0; HASHES + 1];
        let mut next = 0;
        for _ in 0..rest.word()? {
            let hash = rest.word()? as usize;
            (hash >= next && hash < HASHES).then_some(())?;
            made.starts[next..=hash].fill(made.weights.len() as u32);
            next = hash + 1;
            made.rareness[hash] = rest.byte()?;
            for _ in 0..rest.byte()? {
                let class = rest.byte()?;
                (usize::from(class) < made.classes.len()).then_some(())?;
                made.weights.push((class, rest.byte()? as i8));
            }
        }
        made.starts[next..].fill(made.weights.len() as u32);
        rest.0.is_empty().then_some(made)
    }

    /// The probability of each class for a text's features, in the order of `classes`; together they are one.
    pub fn scores(&self, hashes: &[u32]) -> Vec<f32> {
        let mut distinct = hashes.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let mut sums = vec![0.0_f32; self.classes.len()];
        let mut square = 0.0_f32;
        for hash in distinct {
            let at = hash as usize;
            let Some(rareness) = self.rareness.get(at).filter(|one| **one > 0) else { continue };
            let rareness = f32::from(*rareness) / RARENESS;
            square += rareness * rareness;
            for (class, weight) in &self.weights[self.starts[at] as usize..self.starts[at + 1] as usize] {
                sums[usize::from(*class)] += f32::from(*weight) * rareness;
            }
        }
        let norm = square.sqrt().max(1.0);
        for (sum, class) in sums.iter_mut().zip(&self.classes) {
            *sum = class.bias + *sum * class.scale / norm;
        }
        share(&mut sums);
        sums
    }

    /// How much a text's features speak for a class rather than for the others; grows with the text.
    pub fn weight(&self, hashes: &[u32], class: usize) -> f32 {
        let mut distinct = hashes.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let mut sums = vec![0.0_f32; self.classes.len()];
        for hash in distinct {
            let at = hash as usize;
            let Some(rareness) = self.rareness.get(at).filter(|one| **one > 0) else { continue };
            for (of, weight) in &self.weights[self.starts[at] as usize..self.starts[at + 1] as usize] {
                let scale = self.classes[usize::from(*of)].scale;
                sums[usize::from(*of)] += f32::from(*weight) * scale * f32::from(*rareness) / RARENESS;
            }
        }
        let mean = sums.iter().sum::<f32>() / sums.len().max(1) as f32;
        sums.get(class).map_or(0.0, |sum| sum - mean)
    }

    /// The places of the classes, by identifier.
    pub fn places(&self) -> HashMap<&str, usize> {
        self.classes.iter().enumerate().map(|(at, class)| (class.id.as_str(), at)).collect()
    }
}

/// Turns logits into probabilities that sum to one.
pub fn share(logits: &mut [f32]) {
    let top = logits.iter().copied().fold(f32::MIN, f32::max);
    logits.iter_mut().for_each(|one| *one = (*one - top).exp());
    let sum: f32 = logits.iter().sum();
    logits.iter_mut().for_each(|one| *one /= sum);
}

/// Reads numbers off the front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.bytes(1).map(|one| one[0])
    }

    fn word(&mut self) -> Option<u32> {
        self.bytes(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    fn float(&mut self) -> Option<f32> {
        self.bytes(4)?.try_into().ok().map(f32::from_le_bytes)
    }
}
