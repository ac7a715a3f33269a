//! Right, wrong and missed, and the ratios of them. Where nothing was counted there is no ratio, never a nought.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What came of some labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Labelled and assigned.
    pub right: u64,
    /// Assigned, not labelled.
    pub wrong: u64,
    /// Labelled, not assigned.
    pub missed: u64,
}

impl Counts {
    /// How often it is labelled.
    pub fn support(self) -> u64 {
        self.right + self.missed
    }

    /// Of what was assigned, how much is right.
    pub fn precision(self) -> Option<f64> {
        ratio(self.right, self.right + self.wrong)
    }

    /// Of what is labelled, how much was assigned.
    pub fn recall(self) -> Option<f64> {
        ratio(self.right, self.support())
    }

    /// The harmonic mean of both; nought if something was counted and nothing is right.
    pub fn f1(self) -> Option<f64> {
        ratio(2 * self.right, 2 * self.right + self.wrong + self.missed)
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed += other.missed;
    }
}

impl std::iter::Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |mut sum, one| {
            sum += one;
            sum
        })
    }
}

/// A part of a whole; none of nothing.
pub fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Compares what is labelled with what was assigned.
pub fn counted<T: Ord>(wanted: &BTreeSet<T>, got: &BTreeSet<T>) -> Counts {
    let right = wanted.intersection(got).count() as u64;
    Counts { right, wrong: got.len() as u64 - right, missed: wanted.len() as u64 - right }
}

/// The plain mean over rows (macro).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mean {
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
    /// Over how many rows.
    pub rows: u64,
}

/// The mean over those rows that are labelled at all. A row that was never assigned has a precision of nought here: it
/// must not make the mean better than one that was tried.
pub fn mean(rows: &[Counts]) -> Option<Mean> {
    let labelled: Vec<&Counts> = rows.iter().filter(|row| row.support() > 0).collect();
    let count = labelled.len() as f64;
    let of =
        |ratio: fn(Counts) -> Option<f64>| labelled.iter().map(|row| ratio(**row).unwrap_or(0.0)).sum::<f64>() / count;
    (!labelled.is_empty()).then(|| Mean {
        precision: of(Counts::precision),
        recall: of(Counts::recall),
        f1: of(Counts::f1),
        rows: labelled.len() as u64,
    })
}
