//! The trained linear model: for each recommendation a weight per feature, and the line above which it counts.
//!
//! Its file: a mark, numbers that belong to it, the classes (identifier, bias, scale, line; the last one, without identifier, is "none of them"),
//! and for each feature its hash, its rareness and its weights. Numbers are little-endian; weights are bytes times the class's scale.

use super::features::HASHES;
use super::weigh::Scale;
use crate::domain::Digest;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// The first bytes of a model's file.
pub const MARK: &[u8; 4] = b"lin2";

/// What kind of model it is, and which features it sees.
const NAME: &str = "linear-2";

/// Rareness is kept in these parts of one.
pub const RARENESS: f32 = 20.0;

static DATA: &[u8] = include_bytes!("data/linear.bin");
static KINDS: &[u8] = include_bytes!("data/kinds.bin");

/// What a model's file says beside the weights.
#[derive(Clone, Debug, Default)]
pub struct Header {
    /// Names of the classes with the line of each; "none of them" is not named.
    pub classes: Vec<(String, f32)>,
    /// What whoever uses it keeps with it: how passages are put together.
    pub numbers: Vec<f32>,
}

/// How the passages of an input are put together: whether it speaks to a recommendation, and whether it is mainly about it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Weighing {
    pub speaks: Scale,
    pub mainly: Scale,
}

impl Weighing {
    /// As the numbers of a model's file.
    pub fn numbers(&self) -> Vec<f32> {
        self.speaks.numbers().chain(self.mainly.numbers()).collect()
    }
}

/// A recommendation as the model knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Class {
    pub id: String,
    pub bias: f32,
    /// What a weight of one stands for.
    pub scale: f32,
    /// The probability from which it counts.
    pub line: f32,
}

/// Room for the classes of a model, "none of them" included: a row's bytes lie side by side.
pub const WIDE: usize = 40;

/// What a model knows of a feature: its rareness and its weight for each class; as large as what a processor fetches at once.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Row {
    rareness: u8,
    weights: [i8; WIDE],
}

/// A model, ready to score.
pub struct Model {
    pub classes: Vec<Class>,
    pub numbers: Vec<f32>,
    version: String,
    /// Which hashes are known, a bit for each, and for each sixty-four of them how many are known before: few bytes, which
    /// stay near the processor.
    known: Vec<u64>,
    before: Vec<u32>,
    /// Of the known ones, in the order of their hashes.
    rows: Vec<Row>,
}

impl Model {
    /// The model that comes with the program; one without classes if its file is broken.
    pub fn load() -> Arc<Self> {
        static MODEL: OnceLock<Arc<Model>> = OnceLock::new();
        MODEL.get_or_init(|| Arc::new(Self::read(DATA).unwrap_or_else(Self::empty))).clone()
    }

    /// The model of kinds of mail that comes with the program.
    pub fn of_kinds() -> &'static Self {
        static MODEL: OnceLock<Model> = OnceLock::new();
        MODEL.get_or_init(|| Self::read(KINDS).unwrap_or_else(Self::empty))
    }

    /// How passages are put together, if the model says so.
    pub fn weighing(&self) -> Option<Weighing> {
        let (speaks, mainly) = self.numbers.split_at_checked(Scale::NUMBERS)?;
        Some(Weighing { speaks: Scale::of(speaks)?, mainly: Scale::of(mainly)? })
    }

    /// Name and version, as `linear-2-1f0c95d2`: the digits are the beginning of the SHA-256 of its file.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// A model that knows nothing.
    pub fn empty() -> Self {
        Self {
            classes: Vec::new(),
            numbers: Vec::new(),
            version: format!("{NAME}-empty"),
            known: Vec::new(),
            before: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// Reads a model's file; `None` if it is not one.
    pub fn read(data: &[u8]) -> Option<Self> {
        let mut rest = Reader(data);
        (rest.bytes(4)? == MARK).then_some(())?;
        let count = rest.byte()?;
        let numbers = (0..count).map(|_| rest.float()).collect::<Option<Vec<f32>>>()?;
        let mut classes = Vec::new();
        for _ in 0..rest.byte()? {
            let length = rest.byte()?.into();
            let id = String::from_utf8(rest.bytes(length)?.to_vec()).ok()?;
            classes.push(Class { id, bias: rest.float()?, scale: rest.float()?, line: rest.float()? });
        }
        let mut made = Self { classes, numbers, ..Self::empty() };
        made.version = format!("{NAME}-{:.8}", Digest::of(data).to_string());
        (made.classes.len() <= WIDE).then_some(())?;
        made.known = vec![0; HASHES / 64];
        let mut hashes = Vec::new();
        for _ in 0..rest.word()? {
            let hash = rest.word()? as usize;
            let mut row = Row { rareness: rest.byte()?, weights: [0; WIDE] };
            for _ in 0..rest.byte()? {
                let class = usize::from(rest.byte()?);
                (class < made.classes.len()).then_some(())?;
                row.weights[class] = rest.byte()? as i8;
            }
            *made.known.get_mut(hash / 64)? |= 1 << (hash % 64);
            hashes.push(hash);
            made.rows.push(row);
        }
        hashes.is_sorted_by(|one, next| one < next).then_some(())?;
        let counts =
            made.known.iter().scan(0, |count, bits| Some(std::mem::replace(count, *count + bits.count_ones())));
        made.before = counts.collect();
        rest.0.is_empty().then_some(made)
    }

    /// The probability of each class for a text's features, in the order of `classes`; together they are one.
    pub fn scores(&self, hashes: impl Iterator<Item = u32>) -> Vec<f32> {
        self.scores_of_rows(hashes.filter_map(|hash| self.row(hash)).collect())
    }

    /// The same for features whose rows are known already.
    pub fn scores_of_rows(&self, rows: Vec<u32>) -> Vec<f32> {
        let (sums, square) = self.sums(rows);
        let norm = square.sqrt().max(1.0);
        let logit = |(sum, class): (&i32, &Class)| class.bias + *sum as f32 / RARENESS * class.scale / norm;
        let mut logits: Vec<f32> = sums.iter().zip(&self.classes).map(logit).collect();
        share(&mut logits);
        logits
    }

    /// How much a text's features speak for a class rather than for the others; grows with the text.
    pub fn weight(&self, hashes: impl Iterator<Item = u32>, class: usize) -> f32 {
        let (sums, _) = self.sums(hashes.filter_map(|hash| self.row(hash)).collect());
        let sums: Vec<f32> =
            sums.iter().zip(&self.classes).map(|(sum, class)| *sum as f32 / RARENESS * class.scale).collect();
        let mean = sums.iter().sum::<f32>() / sums.len().max(1) as f32;
        sums.get(class).map_or(0.0, |sum| sum - mean)
    }

    /// The number of a feature's row, if the model knows the feature.
    pub fn row(&self, hash: u32) -> Option<u32> {
        let (word, bit) = (hash as usize / 64, 1_u64 << (hash % 64));
        let bits = self.known.get(word).filter(|bits| **bits & bit != 0)?;
        Some(self.before[word] + (bits & (bit - 1)).count_ones())
    }

    /// The weights of a text's features, each once and times its rareness, for each class; and the square of their length.
    fn sums(&self, mut rows: Vec<u32>) -> ([i32; WIDE], f32) {
        keep_distinct(&mut rows);
        // One number of each row first: so all are on their way from memory at once, and not one after the other.
        let rareness: Vec<i16> = rows.iter().map(|at| self.rows[*at as usize].rareness.into()).collect();
        let square: u32 = rareness.iter().map(|one| u32::from(one.unsigned_abs()).pow(2)).sum();
        let mut sums = [0_i32; WIDE];
        for (at, rareness) in rows.into_iter().zip(rareness) {
            for (sum, weight) in sums.iter_mut().zip(&self.rows[at as usize].weights) {
                // The product of two bytes fits.
                *sum += i32::from(i16::from(*weight).wrapping_mul(rareness));
            }
        }
        (sums, square as f32 / (RARENESS * RARENESS))
    }

    /// The places of the classes, by identifier.
    pub fn places(&self) -> HashMap<&str, usize> {
        self.classes.iter().enumerate().map(|(at, class)| (class.id.as_str(), at)).collect()
    }
}

/// Keeps each number once.
fn keep_distinct(numbers: &mut Vec<u32>) {
    let size = (numbers.len() * 2).next_power_of_two();
    // Each where its hash says or behind it, plus one.
    let mut seen = vec![0_u32; size];
    numbers.retain(|one| {
        let one = *one;
        let mut at = one.wrapping_mul(0x9e37_79b1) as usize >> 8 & (size - 1);
        while seen[at] != 0 && seen[at] != one + 1 {
            at = (at + 1) & (size - 1);
        }
        let is_new = seen[at] == 0;
        seen[at] = one + 1;
        is_new
    });
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
