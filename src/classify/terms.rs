//! The catalogue's terms: which words of a passage are the words of a recommendation, and how rare they are among the
//! others'. They add to what the linear model says, and stand in for it where a catalogue has what the model never saw.

use super::features::{BASIS, fnv};
use super::words::{is_chinese, stem, words};
use crate::domain::catalogue::Catalogue;
use crate::domain::message::Span;
use crate::normal::{Normal, normal};
use aho_corasick::AhoCorasick;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The terms of a catalogue, ready to be found.
pub struct Terms {
    terms: Vec<Term>,
    /// By the stem of its first word.
    by_first: HashMap<String, Vec<usize>>,
    /// The hashes of these, as bits: nearly all words begin no term.
    first: Vec<u64>,
    chinese: Option<AhoCorasick>,
    chinese_terms: Vec<usize>,
}

struct Term {
    stems: Vec<String>,
    /// Recommendations that have it.
    of: BTreeSet<usize>,
    weight: f64,
}

/// A term in a passage: which, and where in the passage's characters.
pub struct Hit {
    pub term: usize,
    pub span: Span,
}

/// Word and bit of a stem's hash.
fn place_of(stem: &str) -> (usize, u64) {
    let hash = fnv(BASIS, stem.as_bytes());
    let hash = (hash ^ (hash >> 16)) & 0xffff;
    (hash as usize / 64, 1 << (hash % 64))
}

impl Terms {
    /// Prepares a catalogue.
    pub fn of(catalogue: &Catalogue) -> Self {
        let mut by_stems: BTreeMap<Vec<String>, BTreeSet<usize>> = BTreeMap::new();
        for (at, one) in catalogue.recommendations.iter().enumerate() {
            for term in one.terms.values().flatten() {
                let comparable = normal(term).text;
                let stems = if is_chinese(&comparable) {
                    vec![comparable.replace(' ', "")]
                } else {
                    words(&comparable)
                        .into_iter()
                        .map(|(start, end)| stem(&comparable[start..end]).into_owned())
                        .collect()
                };
                if !stems.is_empty() {
                    by_stems.entry(stems).or_default().insert(at);
                }
            }
        }
        let count = catalogue.recommendations.len() as f64;
        let mut made = Self {
            terms: Vec::new(),
            by_first: HashMap::new(),
            first: vec![0; 1 << 10],
            chinese: None,
            chinese_terms: Vec::new(),
        };
        let mut patterns = Vec::new();
        for (stems, of) in by_stems {
            let chinese = is_chinese(&stems[0]);
            let length = if chinese { stems[0].chars().count().div_ceil(2) } else { stems.len() };
            // Rare among the recommendations, and long: then it means one thing.
            let weight = (1.0 + count / of.len() as f64).ln() * [0.55, 1.0, 1.3][length.clamp(1, 3) - 1];
            let at = made.terms.len();
            if chinese {
                patterns.push(stems[0].clone());
                made.chinese_terms.push(at);
            } else {
                let (word, bit) = place_of(&stems[0]);
                made.first[word] |= bit;
                made.by_first.entry(stems[0].clone()).or_default().push(at);
            }
            made.terms.push(Term { stems, of, weight });
        }
        made.chinese = AhoCorasick::new(&patterns).ok();
        made
    }

    /// The terms in a comparable text, of which these are the words.
    pub fn hits(&self, text: &Normal, words: &[(usize, usize)]) -> Vec<Hit> {
        let span = |start: usize, end: usize| Span {
            start: text.origin[start] as usize,
            // The character after the last one.
            end: text.origin[end - 1] as usize + 1,
        };
        let stem_of = |(start, end): &(usize, usize)| stem(&text.text[*start..*end]);
        let mut hits = Vec::new();
        for (at, word) in words.iter().enumerate() {
            let first = stem_of(word);
            let (place, bit) = place_of(&first);
            if self.first[place] & bit == 0 {
                continue;
            }
            for term in self.by_first.get(first.as_ref()).into_iter().flatten() {
                let wanted = &self.terms[*term].stems;
                let found = words.get(at..at + wanted.len());
                if found.is_some_and(|found| found.iter().map(stem_of).eq(wanted.iter().map(String::as_str))) {
                    hits.push(Hit { term: *term, span: span(words[at].0, words[at + wanted.len() - 1].1) });
                }
            }
        }
        if let (true, Some(chinese)) = (is_chinese(&text.text), &self.chinese) {
            for found in chinese.find_overlapping_iter(&text.text) {
                let term = self.chinese_terms[found.pattern().as_usize()];
                hits.push(Hit { term, span: span(found.start(), found.end()) });
            }
        }
        hits
    }

    /// The score of each recommendation where these terms stand: each counts once.
    pub fn score<'a>(&self, hits: impl Iterator<Item = &'a Hit>) -> BTreeMap<usize, f64> {
        let distinct: BTreeSet<usize> = hits.map(|hit| hit.term).collect();
        let mut scores: BTreeMap<usize, f64> = BTreeMap::new();
        for term in distinct {
            for one in &self.terms[term].of {
                *scores.entry(*one).or_default() += self.terms[term].weight;
            }
        }
        // A passage that touches everything speaks to nothing.
        let touched = scores.values().filter(|score| **score > 2.5).count();
        if touched > 5 {
            scores.values_mut().for_each(|score| *score *= 5.0 / touched as f64);
        }
        scores
    }
}
