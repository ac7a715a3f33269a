//! What of a text is the sender's own and says nothing about the matter: signatures, legal footers, and the call's own
//! letter where it is quoted without a mark. Folds, never cuts: it is shown, and not classified.

use super::cues::scan;
use super::{Input, Passage, Reading};
use crate::normal::{Normal, normal_text};
use std::collections::HashSet;

/// Why a passage is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    Signature,
    Footer,
    Letter,
}

/// Sequences of so many letters and digits are compared with the letter: in any script, whatever stands between words.
const SEQUENCE: usize = 14;
/// So much of a passage must stand in the letter, in hundredths.
const SHARE: usize = 60;
/// A passage with fewer sequences says too little to be told from the letter's phrases.
const LEAST: usize = 40;
/// A signature is no longer than this, in characters, from the closing formula on.
const SIGNATURE: usize = 600;
/// A legal footer stands among the last passages of a mail.
const LAST: usize = 4;

/// The letter that calls for inputs, by its sequences; its text is not kept.
pub struct Letter(HashSet<u64>);

impl Letter {
    /// Of its text; empty: no letter is known, and none is found.
    pub fn of(text: &str) -> Self {
        Self(sequences(&normal_text(text)).into_iter().collect())
    }

    fn is_quoted_in(&self, passage: &Normal) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let own = sequences(&passage.text);
        let known = own.iter().filter(|one| self.0.contains(one)).count();
        own.len() >= LEAST && known * 100 >= own.len() * SHARE
    }
}

/// FNV-1a of each run of letters and digits of a comparable text.
fn sequences(text: &str) -> Vec<u64> {
    let squeezed: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let hash = |run: &[char]| {
        run.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, c| (hash ^ u64::from(*c)).wrapping_mul(0x0100_0000_01b3))
    };
    squeezed.windows(SEQUENCE).map(hash).collect()
}

/// For each passage why it is folded, if it is.
pub fn folds(input: &Input<'_>, passages: &[Passage], read: &[Reading], letter: &Letter) -> Vec<Option<Fold>> {
    let mut folds: Vec<Option<Fold>> =
        read.iter().map(|one| letter.is_quoted_in(&one.normal).then_some(Fold::Letter)).collect();
    for (index, text) in input.texts.iter().enumerate() {
        if text.path != "body" && !text.path.ends_with(".body") {
            continue;
        }
        let own: Vec<usize> = (0..passages.len()).filter(|at| passages[*at].text_index == index).collect();
        for at in signature(passages, &own) {
            folds[at] = Some(Fold::Signature);
        }
        for at in own.iter().rev().take(LAST) {
            if read[*at].scan.of("legal-footer").len() >= 2 && own.first() != Some(at) {
                folds[*at] = Some(Fold::Footer);
            }
        }
        // Where nothing else stands, it is what was said.
        if own.iter().all(|at| folds[*at].is_some()) {
            own.iter().for_each(|at| folds[*at] = None);
        }
    }
    folds
}

/// The passages from the last closing formula on, if what is below is as short as signatures are. A mail that begins with
/// one has no signature.
fn signature(passages: &[Passage], own: &[usize]) -> Vec<usize> {
    let closes = |at: &usize| {
        let first = passages[*at].text.trim_start().lines().next().unwrap_or_default();
        let beginning: String = first.chars().take(40).collect();
        first.chars().count() <= 90 && !scan(&normal_text(&beginning)).of("closing").is_empty()
    };
    let Some(from) = own.iter().rposition(closes).filter(|from| *from > 0) else { return Vec::new() };
    let below = &own[from..];
    let length: usize = below.iter().map(|at| passages[*at].text.chars().count()).sum();
    // A postscript is no signature: sentences, or a question.
    let is_name = |at: &usize| passages[*at].sentences.len() <= 2 && !passages[*at].text.contains(['?', '؟', '？']);
    let names = below.iter().skip(1).take_while(|at| length <= SIGNATURE && is_name(at));
    below.iter().take(1).chain(names).copied().collect()
}
