//! What changed between two texts, word by word, for a person to read. Compares what is said, not how it is laid out.

use similar::{Algorithm, ChangeTag, TextDiff};
use std::time::Duration;

/// Words around a change that are shown with it.
const AROUND: usize = 4;
/// Changes that are shown; the rest is counted.
const MOST: usize = 40;
/// A difference of very long texts is given roughly rather than late.
const LONGEST: Duration = Duration::from_secs(2);

/// What changed from an older text to a newer one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Words that are only in the newer text.
    pub added: usize,
    /// Words that are only in the older text.
    pub removed: usize,
    /// Changes in the order of the text, as `… until [-5-] {+12+} December …`.
    pub changes: Vec<String>,
    /// Changes that are not in `changes`.
    pub more: usize,
}

/// Compares two texts word by word.
pub fn difference(older: &str, newer: &str) -> Difference {
    let (old, new): (Vec<&str>, Vec<&str>) = (older.split_whitespace().collect(), newer.split_whitespace().collect());
    let diff = TextDiff::configure().algorithm(Algorithm::Myers).timeout(LONGEST).diff_slices(&old, &new);
    let mut found = Difference::default();
    for group in diff.grouped_ops(AROUND) {
        let mut words: Vec<String> = Vec::new();
        let (mut gone, mut come) = (Vec::new(), Vec::new());
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            match change.tag() {
                ChangeTag::Delete => gone.push(change.value()),
                ChangeTag::Insert => come.push(change.value()),
                ChangeTag::Equal => {
                    close(&mut words, &mut gone, &mut come, &mut found);
                    words.push(change.value().into());
                }
            }
        }
        close(&mut words, &mut gone, &mut come, &mut found);
        if found.changes.len() < MOST {
            found.changes.push(words.join(" "));
        } else {
            found.more += 1;
        }
    }
    found
}

fn close(words: &mut Vec<String>, gone: &mut Vec<&str>, come: &mut Vec<&str>, found: &mut Difference) {
    found.removed += gone.len();
    found.added += come.len();
    if !gone.is_empty() {
        words.push(format!("[-{}-]", gone.join(" ")));
    }
    if !come.is_empty() {
        words.push(format!("{{+{}+}}", come.join(" ")));
    }
    gone.clear();
    come.clear();
}
