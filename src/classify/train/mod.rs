//! Learning: from passages and whole inputs that people have labelled to a model's file, and what it is worth on inputs that
//! it has not seen. Deterministic; decides nothing about what is used.

mod decisions;
mod document;
mod linear;
mod material;

pub use decisions::{Decided, Label, is_held_out};
pub use document::Input;
pub use material::{Material, shipped};

use super::linear::{Header, Model, WIDE};
use crate::classify::assign::Assigner;
use crate::classify::citations::Facts;
use crate::classify::weigh::Traits;
use crate::domain::catalogue::Catalogue;
use linear::{Seen, learn};
use std::sync::Arc;

/// A passage to learn from.
#[derive(Clone, Debug)]
pub struct Sample {
    pub text: String,
    /// Numbers of the classes that it belongs to.
    pub classes: Vec<usize>,
    /// What it is counted under, its language; empty if it is not counted.
    pub group: String,
}

/// In how many parts the inputs are split: each is weighed by a model that learnt from the others.
const FOLDS: usize = 4;

/// A model's file.
pub struct Trained {
    pub bytes: Vec<u8>,
    /// For each input of the material, in its order, what a model that has not seen it says: for each recommendation the
    /// probability that the input speaks to it.
    pub unseen: Vec<Vec<f64>>,
}

/// Learns a model of a catalogue's recommendations.
///
/// # Errors
/// If there are more recommendations than a model has room for, or nothing to learn from.
pub fn train(material: &Material, catalogue: &Catalogue) -> Result<Trained, String> {
    if catalogue.recommendations.len() + 1 >= WIDE {
        return Err(format!("a model has room for {} recommendations at most", WIDE - 2));
    }
    if material.passages.is_empty() {
        return Err("there are no passages to learn from".into());
    }
    let names = |lines: &[f64]| {
        let ids = catalogue.recommendations.iter().map(|one| one.id.clone());
        ids.zip(lines.iter().map(|line| *line as f32)).collect::<Vec<_>>()
    };
    let even = names(&vec![0.5; catalogue.recommendations.len()]);
    let passages: Vec<Seen<'_>> = material.passages.iter().map(Seen::of).collect();
    let paragraphs: Vec<Vec<Seen<'_>>> =
        material.inputs.iter().map(|one| one.paragraphs.iter().map(Seen::of).collect()).collect();
    let learnt = |leaves_out: Option<usize>, header: &Header| {
        let others = material.inputs.iter().zip(&paragraphs).enumerate();
        let others = others.filter(|(at, (one, _))| one.is_learnt && leaves_out != Some(at % FOLDS));
        let samples: Vec<&Seen<'_>> = passages.iter().chain(others.flat_map(|(_, (_, seen))| seen)).collect();
        learn(&shuffled(&samples), header)
    };
    let header = Header { classes: even.clone(), numbers: Vec::new() };
    let weighed = weigh(material, catalogue, |fold| learnt(fold, &header));
    let (scales, lines, unseen) = document::fit(&material.inputs, &weighed);
    let header = Header { classes: names(&lines), numbers: scales.numbers() };
    Ok(Trained { bytes: learnt(None, &header), unseen })
}

/// Each input's traits by a model that has not learnt from it, as it is and as a small part of a long paper; several models
/// at once.
fn weigh(
    material: &Material,
    catalogue: &Catalogue,
    learnt: impl Fn(Option<usize>) -> Vec<u8> + Sync,
) -> Vec<[Vec<Traits>; 2]> {
    let one_fold = |fold: usize| {
        let model = Arc::new(Model::read(&learnt(Some(fold))).unwrap_or_else(Model::empty));
        let (assigner, facts) = (Assigner::of(catalogue, model), Facts::of(catalogue));
        let inputs: Vec<(usize, &Input)> =
            material.inputs.iter().enumerate().filter(|(at, _)| at % FOLDS == fold).collect();
        let weighed = inputs.iter().map(|(at, one)| {
            let rest = inputs.iter().filter(|(_, other)| other.language() == one.language() && other.id != one.id);
            let fillers: Vec<&str> = rest.flat_map(|(_, other)| other.without_point()).collect();
            (*at, [one.weighed(&assigner, &facts, &[]), one.weighed(&assigner, &facts, &fillers)])
        });
        weighed.collect::<Vec<(usize, [Vec<Traits>; 2])>>()
    };
    let mut all: Vec<(usize, [Vec<Traits>; 2])> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..FOLDS).map(|fold| scope.spawn(move || one_fold(fold))).collect();
        running.into_iter().flat_map(|one| one.join().unwrap_or_default()).collect()
    });
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, one)| one).collect()
}

/// Learns a model of classes of which a text has one, by the mails of each; also says how each text is seen by a model that
/// has not learnt from it.
pub fn train_kinds(samples: &[Sample], classes: &[String]) -> (Vec<u8>, Vec<Vec<f32>>) {
    let seen: Vec<Seen<'_>> = samples.iter().map(Seen::of_words).collect();
    let header = Header { classes: classes.iter().map(|one| (one.clone(), 0.5)).collect(), numbers: Vec::new() };
    let order = shuffled(&(0..samples.len()).collect::<Vec<_>>());
    let mut guesses = vec![Vec::new(); samples.len()];
    for fold in 0..FOLDS {
        let chosen = order.iter().enumerate().filter(|(at, _)| at % FOLDS != fold).map(|(_, one)| &seen[*one]);
        let Some(model) = Model::read(&learn(&chosen.collect::<Vec<_>>(), &header)) else { continue };
        for (_, one) in order.iter().enumerate().filter(|(at, _)| at % FOLDS == fold) {
            guesses[*one] = model.scores(seen[*one].hashes().iter().copied());
        }
    }
    let all: Vec<&Seen<'_>> = order.iter().map(|one| &seen[*one]).collect();
    (learn(&all, &header), guesses)
}

/// In a fixed order without pattern.
fn shuffled<T: Copy>(all: &[T]) -> Vec<T> {
    let mut order = all.to_vec();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for at in (1..order.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        order.swap(at, (state >> 33) as usize % (at + 1));
    }
    order
}
