//! What the trained model says of a mail's kind, and the sentence that speaks most for it. Decides nothing: that is the rules'.

use super::cues::scan;
use super::features::features;
use super::linear::Model;
use super::passage::split;
use crate::domain::classification::MessageKind;
use crate::normal::normal_text;

/// Of a mail's own words the model reads the beginning, in characters: what kind it is shows early.
const READ: usize = 3_000;

/// Sentences among which the one that tells most is looked for.
const LOOKED_AT: usize = 100;

/// What the model reads of a mail: subject, own words, and words of ours for what is not said in words, and for the word
/// lists that have something of it, so that what was learnt in one language serves in the others.
pub fn kind_text(subject: &str, own: &str, has_files: bool) -> String {
    let (own, _) = split(own, READ);
    let mut marked = format!("{subject}\n{own}\n");
    let found = scan(&normal_text(&marked));
    for list in LISTS {
        let count = found.of(list).len();
        (1..=count.min(3)).for_each(|at| marked.push_str(&format!(" qq{list}{at}")));
    }
    marked.push_str(if has_files { " qqfile" } else { " qqnofile" });
    if own.contains(['?', '؟', '？']) {
        marked.push_str(" qqasks");
    }
    marked
}

/// The word lists that tell kinds apart.
const LISTS: [&str; 11] = [
    "submission",
    "theme",
    "withdrawal",
    "correction",
    "annex",
    "query",
    "registration",
    "acknowledgement",
    "newsletter",
    "spam",
    "personal",
];

/// How likely each kind is.
#[derive(Clone, Debug)]
pub struct Kinds(Vec<f32>);

impl Kinds {
    /// Of a text that `kind_text` made.
    pub fn of(text: &str) -> Self {
        let features = features(&normal_text(text));
        Self(Model::of_kinds().scores(features.into_iter().map(|one| one.hash)))
    }

    /// From 0 to 1.
    pub fn of_kind(&self, kind: MessageKind) -> f32 {
        let at = MessageKind::LEARNT.iter().position(|one| *one == kind);
        at.and_then(|at| self.0.get(at)).copied().unwrap_or(0.0)
    }

    /// The likeliest kind and the next one, with their probabilities.
    pub fn best(&self) -> [(MessageKind, f32); 2] {
        let mut best = [(MessageKind::Unknown, -1.0); 2];
        for one in MessageKind::LEARNT.iter().map(|kind| (*kind, self.of_kind(*kind))) {
            if one.1 > best[0].1 {
                best = [one, best[0]];
            } else if one.1 > best[1].1 {
                best[1] = one;
            }
        }
        best
    }
}

/// The sentence that speaks most for a kind.
pub fn telling<'a>(sentences: &[&'a str], kind: MessageKind) -> Option<&'a str> {
    let class = MessageKind::LEARNT.iter().position(|one| *one == kind)?;
    let weighed = sentences.iter().take(LOOKED_AT).map(|one| {
        let features = features(&normal_text(one));
        (*one, Model::of_kinds().weight(features.into_iter().map(|one| one.hash), class))
    });
    weighed.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(sentence, _)| sentence)
}
