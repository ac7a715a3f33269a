//! Sketches of texts: MinHash over sequences of three words, so that two texts can be compared by a hundred numbers and
//! near-copies be found by an index (Broder 1997; bands as in Leskovec, Rajaraman, Ullman, chapter 3). Judges nothing.

use crate::domain::Digest;
use crate::domain::relation::LikeText;
use crate::normal::normal;
use std::collections::BTreeSet;

/// Hash functions: the estimate's standard error is below 0.05.
const HASHES: usize = 96;
/// Minima that make one band: texts with half of their sequences in common share one of 24 bands in four of five cases,
/// with seven tenths in common in 99.8 of 100.
const BAND: usize = 4;
/// Words of one sequence. A Chinese sign counts as a word: no blanks tell them apart.
const SEQUENCE: usize = 3;
/// Shorter texts say too little to be compared: greetings and covering lines would be near-copies of each other.
const SHORTEST: usize = 40;

/// The sketch of a text; `None` if it is too short.
pub fn sketch(part: &str, text: &str) -> Option<LikeText> {
    let words = words(text);
    if words.len() < SHORTEST {
        return None;
    }
    let sequences: BTreeSet<u64> = words.windows(SEQUENCE).map(hash_of).collect();
    let minimum = |seed: u64| sequences.iter().map(|one| mixed(one ^ seed)).min().unwrap_or(0);
    let minima = (1..=HASHES as u64).map(|at| (minimum(mixed(at)) >> 32) as u32).collect();
    let fields: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
    let shingles = u32::try_from(sequences.len()).unwrap_or(u32::MAX);
    Some(LikeText { part: part.into(), digest: Digest::of_fields(fields), shingles, minima })
}

/// What an index finds near-copies by: texts that have one of these in common may be similar.
pub fn bands(text: &LikeText) -> impl Iterator<Item = String> {
    text.minima.chunks(BAND).enumerate().map(|(at, band)| {
        let mut hash = at as u64 + 1;
        for minimum in band {
            hash = mixed(hash ^ u64::from(*minimum));
        }
        format!("t{hash:016x}")
    })
}

/// How much two texts have in common, from 0 to 1: estimated Jaccard index.
pub fn similarity(one: &LikeText, other: &LikeText) -> f64 {
    if one.digest == other.digest {
        return 1.0;
    }
    let same = one.minima.iter().zip(&other.minima).filter(|(a, b)| a == b).count();
    // Texts that differ are never wholly the same, whatever the estimate says.
    (same as f64 / HASHES as f64).min(0.99)
}

/// How much of the smaller text stands in the other, from 0 to 1.
pub fn containment(one: &LikeText, other: &LikeText) -> f64 {
    let jaccard = similarity(one, other);
    let (a, b) = (f64::from(one.shingles), f64::from(other.shingles));
    (jaccard * (a + b) / ((1.0 + jaccard) * a.min(b).max(1.0))).min(1.0)
}

/// Comparable words: letters and digits only, each Chinese, Japanese or Thai sign by itself.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut open = String::new();
    for c in normal(text).text.chars() {
        let alone = matches!(c, '\u{0e00}'..='\u{0e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}');
        if (alone || !c.is_alphanumeric()) && !open.is_empty() {
            words.push(std::mem::take(&mut open));
        }
        if alone {
            words.push(c.into());
        } else if c.is_alphanumeric() {
            open.push(c);
        }
    }
    if !open.is_empty() {
        words.push(open);
    }
    words
}

/// FNV-1a over the words, with a mark between them; the same on every machine and in every version.
fn hash_of(words: &[String]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in words.iter().flat_map(|word| word.bytes().chain([0xff])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}

/// Steele, Lea and Flood's finalizer: spreads a number over all its bits.
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
