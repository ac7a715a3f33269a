//! Two runs beside each other: what got better and what got worse, by recommendation and by input. Compares counts only.

use super::report::{Evaluation, InputRow, Table};
use std::collections::{BTreeMap, BTreeSet};

/// Differences to an earlier run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// The earlier and the later micro F1.
    pub micro: (Option<f64>, Option<f64>),
    /// The earlier and the later macro F1.
    pub mean: (Option<f64>, Option<f64>),
    /// Recommendations whose counts differ, the largest loss of F1 first.
    pub rows: Vec<RowChange>,
    pub better: Vec<InputChange>,
    pub worse: Vec<InputChange>,
    /// As many errors as before, but other ones.
    pub other: Vec<InputChange>,
    /// Inputs of the later run that the earlier one has not.
    pub only_later: Vec<String>,
    pub only_earlier: Vec<String>,
    /// Whether the labels of an input differ: then it is not only the classifier that changed.
    pub labels_differ: Vec<String>,
}

/// A recommendation in both runs.
#[derive(Clone, Debug, PartialEq)]
pub struct RowChange {
    pub id: String,
    pub before: Option<f64>,
    pub after: Option<f64>,
}

/// An input in both runs, with what is different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputChange {
    pub id: String,
    /// Errors before less errors after.
    pub gain: i64,
    /// As `+cb-funding` (now right), `-cb-funding` (now missed), `!cb-portal` (now wrong), `~cb-portal` (no longer wrong).
    pub changes: Vec<String>,
}

/// Compares an earlier run with a later one.
pub fn compare(earlier: &Evaluation, later: &Evaluation) -> Comparison {
    let f1 = |table: &Table| (table.micro.f1, table.mean.map(|mean| mean.f1));
    let ((micro_before, mean_before), (micro_after, mean_after)) =
        (f1(&earlier.recommendations), f1(&later.recommendations));
    let before: BTreeMap<&str, &InputRow> = earlier.inputs.iter().map(|one| (one.id.as_str(), one)).collect();
    let after: BTreeMap<&str, &InputRow> = later.inputs.iter().map(|one| (one.id.as_str(), one)).collect();
    let missing = |from: &BTreeMap<&str, &InputRow>, all: &BTreeMap<&str, &InputRow>| {
        all.keys().filter(|id| !from.contains_key(*id)).map(|id| (*id).to_string()).collect()
    };
    let mut result = Comparison {
        micro: (micro_before, micro_after),
        mean: (mean_before, mean_after),
        rows: rows(&earlier.recommendations, &later.recommendations),
        only_later: missing(&before, &after),
        only_earlier: missing(&after, &before),
        ..Comparison::default()
    };
    for (id, now) in after {
        let Some(then) = before.get(id) else { continue };
        if labels(then) != labels(now) {
            result.labels_differ.push(id.into());
        }
        let Some(change) = change(then, now) else { continue };
        match change.gain {
            1.. => result.better.push(change),
            0 => result.other.push(change),
            _ => result.worse.push(change),
        }
    }
    result.better.sort_by_key(|one| -one.gain);
    result.worse.sort_by_key(|one| one.gain);
    result
}

fn labels(row: &InputRow) -> BTreeSet<&str> {
    row.right.iter().chain(&row.missed).map(String::as_str).collect()
}

fn rows(earlier: &Table, later: &Table) -> Vec<RowChange> {
    let mut changes = Vec::new();
    for row in &later.rows {
        let before = earlier.rows.iter().find(|one| one.id == row.id);
        if before.is_none_or(|one| one.counts != row.counts) {
            changes.push(RowChange { id: row.id.clone(), before: before.and_then(|one| one.f1), after: row.f1 });
        }
    }
    let gone = earlier.rows.iter().filter(|one| !later.rows.iter().any(|row| row.id == one.id));
    changes.extend(gone.map(|one| RowChange { id: one.id.clone(), before: one.f1, after: None }));
    let gain = |one: &RowChange| one.after.unwrap_or(0.0) - one.before.unwrap_or(0.0);
    changes.sort_by(|a, b| gain(a).total_cmp(&gain(b)).then(a.id.cmp(&b.id)));
    changes
}

fn change(then: &InputRow, now: &InputRow) -> Option<InputChange> {
    let new = |from: &[String], to: &[String], sign: char| -> Vec<String> {
        to.iter().filter(|id| !from.contains(id)).map(|id| format!("{sign}{id}")).collect()
    };
    let mut changes = new(&then.right, &now.right, '+');
    changes.extend(new(&now.right, &then.right, '-'));
    changes.extend(new(&then.wrong, &now.wrong, '!'));
    changes.extend(new(&now.wrong, &then.wrong, '~'));
    let errors = |row: &InputRow| (row.wrong.len() + row.missed.len()) as i64;
    (!changes.is_empty()).then(|| InputChange { id: now.id.clone(), gain: errors(then) - errors(now), changes })
}
