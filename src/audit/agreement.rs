//! How far reviewers agree with the classifier: what they left of its proposals, what they took away, what they added.
//! Counts what people decided, and says where that is too little; it never calls silence a proof.

use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A submission that a person approved or rejected. All are ids of recommendations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decided {
    pub is_approved: bool,
    /// What the classifier proposed.
    pub proposed: BTreeSet<String>,
    /// What stood there when it was decided.
    pub stands: BTreeSet<String>,
    /// What a person took away at some time.
    pub taken_away: BTreeSet<String>,
}

/// With fewer judgements than this a ratio says little.
pub const SMALL: u64 = 30;

/// What came of the proposals of one recommendation.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Row {
    /// Id in the catalogue; `all`.
    pub recommendation: String,
    /// Proposed, and left or confirmed.
    pub kept: u64,
    /// Proposed, and taken away by a person.
    pub removed: u64,
    /// Not proposed, and assigned by a person.
    pub added: u64,
    /// All three together.
    pub judgements: u64,
    /// Of the proposals, how many were kept.
    pub precision: Option<f64>,
    /// Of what stands in the end, how much was proposed.
    pub recall: Option<f64>,
    /// Too few judgements to go by.
    pub is_small: bool,
}

/// Agreement over all submissions that are decided.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Agreement {
    pub approved: u64,
    pub rejected: u64,
    /// Those with a judgement, by id.
    pub rows: Vec<Row>,
    pub all: Row,
}

impl Agreement {
    /// Counts.
    pub fn of(decided: &[Decided]) -> Self {
        let mut counts: BTreeMap<&str, [u64; 3]> = BTreeMap::new();
        for one in decided {
            for id in &one.proposed {
                let place = if one.stands.contains(id) {
                    0
                } else if one.taken_away.contains(id) {
                    1
                } else {
                    // It went with a part or a merge, and nobody said that it was wrong.
                    continue;
                };
                counts.entry(id).or_default()[place] += 1;
            }
            for id in one.stands.difference(&one.proposed) {
                counts.entry(id).or_default()[2] += 1;
            }
        }
        let sums = counts.values().fold([0; 3], |sums, one| [sums[0] + one[0], sums[1] + one[1], sums[2] + one[2]]);
        let approved = decided.iter().filter(|one| one.is_approved).count() as u64;
        Self {
            approved,
            rejected: decided.len() as u64 - approved,
            rows: counts.into_iter().map(|(id, counts)| row(id, counts)).collect(),
            all: row("all", sums),
        }
    }

    /// The rows, and the sum after them.
    pub fn with_sum(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().chain([&self.all])
    }

    /// What the numbers are, and are not, for their reader.
    pub fn words(&self) -> String {
        format!(
            "Submissions of all days that a person approved: {}, rejected: {}. A proposal that nobody touched counts as \
             kept. Rows with fewer than {SMALL} judgements are small samples: their ratios say little.",
            self.approved, self.rejected
        )
    }
}

impl Row {
    /// A ratio for a cell.
    pub fn ratio(number: &Option<f64>) -> String {
        number.map(|number| format!("{number:.2}")).unwrap_or_default()
    }

    /// A word for a small sample; empty for others.
    pub fn sample(&self) -> &'static str {
        if self.is_small { "small sample" } else { "" }
    }
}

fn row(id: &str, [kept, removed, added]: [u64; 3]) -> Row {
    let ratio = |of: u64| (of > 0).then(|| kept as f64 / of as f64);
    let judgements = kept + removed + added;
    Row {
        recommendation: id.into(),
        kept,
        removed,
        added,
        judgements,
        precision: ratio(kept + removed),
        recall: ratio(kept + added),
        is_small: judgements < SMALL,
    }
}
