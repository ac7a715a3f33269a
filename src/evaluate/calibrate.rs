//! Whether a confidence of 0.8 is right in eight cases of ten. Counts what it is given and chooses nothing.

use serde::{Deserialize, Serialize};

/// One tenth of the confidences.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    pub from: f64,
    /// Not included, but in the last bin.
    pub to: f64,
    pub count: u64,
    pub right: u64,
    /// Of those in it.
    pub mean_confidence: Option<f64>,
    pub share_right: Option<f64>,
}

/// How confidences and truth go together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Ten, from 0 to 1.
    pub bins: Vec<Bin>,
    /// All that were counted.
    pub count: u64,
    /// Mean squared distance of the confidence from the truth (Brier 1950): 0 is best.
    pub brier: Option<f64>,
    /// Mean distance of a bin's confidence from its share of right ones, by size (ECE): 0 is best.
    pub expected_error: Option<f64>,
}

/// Of confidences, each with whether it was right.
pub fn calibration(guesses: &[(f64, bool)]) -> Calibration {
    let mut sums = [(0u64, 0u64, 0.0f64); 10];
    for (confidence, right) in guesses {
        // A tenth that was computed may be a little less than one.
        let bin = ((confidence * 10.0 + 1e-9).max(0.0) as usize).min(9);
        sums[bin].0 += 1;
        sums[bin].1 += u64::from(*right);
        sums[bin].2 += confidence;
    }
    let bins: Vec<Bin> = sums.iter().enumerate().map(|(at, sum)| bin(at, *sum)).collect();
    let count = guesses.len() as u64;
    let mean = |sum: f64| (count > 0).then(|| sum / count as f64);
    let squares = guesses.iter().map(|(confidence, right)| (confidence - f64::from(u8::from(*right))).powi(2)).sum();
    let distances =
        bins.iter().filter_map(|one| Some((one.mean_confidence? - one.share_right?).abs() * one.count as f64));
    let expected_error = mean(distances.sum());
    Calibration { bins, count, brier: mean(squares), expected_error }
}

fn bin(at: usize, (count, right, confidence): (u64, u64, f64)) -> Bin {
    let share = |part: f64| (count > 0).then(|| part / count as f64);
    Bin {
        from: at as f64 / 10.0,
        to: (at + 1) as f64 / 10.0,
        count,
        right,
        mean_confidence: share(confidence),
        share_right: share(right as f64),
    }
}
