//! Whether a text of a page can be text at all, and how far two texts of it say the same words. Knows no engine.

use crate::domain::extraction::Gate;
use std::collections::HashMap;
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfkc_quick};

/// One in so many glyphs or characters may be without meaning.
const TOLERATED: usize = 10;

/// Whether a text passes as text. `glyphs` are those that were drawn, `unmapped` those of them that the file gives no
/// character for; both 0 where the engine does not say.
pub fn gate(text: &str, glyphs: usize, unmapped: usize) -> Gate {
    let (mut all, mut odd, mut words) = (0, 0, 0);
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        all += 1;
        odd += usize::from(is_odd(c));
        words += usize::from(c.is_alphanumeric());
    }
    if unmapped * TOLERATED > glyphs {
        Gate::Unmapped
    } else if odd * TOLERATED > all {
        Gate::Garbage
    } else if words == 0 {
        Gate::Empty
    } else {
        Gate::Passed
    }
}

/// Control characters, private use, unassigned and non-characters, and the replacement character.
fn is_odd(c: char) -> bool {
    c == '\u{fffd}' || c.is_control() || is_private(c) || is_unassigned(c)
}

fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..)
}

/// The blocks without characters that broken mappings land in; not the whole table of Unicode.
fn is_unassigned(c: char) -> bool {
    let code = u32::from(c);
    code & 0xfffe == 0xfffe
        || matches!(code, 0xfdd0..=0xfdef | 0x2fe0..=0x2fef | 0x0870..=0x088f | 0x1c90..=0x1cbf)
        || matches!(code, 0x3_3480..=0xe_00ff | 0xe_01f0..=0xe_ffff)
}

/// The words of a text and how often each comes, in a form in which spelling by other code points does not count:
/// compatibility forms folded, lower case, no marks of direction, each sign of a script without spaces by itself.
pub fn words(text: &str) -> HashMap<String, u32> {
    let mut words = HashMap::new();
    let mut word = String::new();
    let mut put = |word: &mut String| {
        if !word.is_empty() {
            *words.entry(std::mem::take(word)).or_insert(0) += 1;
        }
    };
    let mut take = |c: char| {
        if c.is_alphanumeric() {
            if is_sign(c) {
                put(&mut word);
                word.push(c);
                put(&mut word);
            } else {
                word.extend(c.to_lowercase());
            }
        } else if !is_ignored(c) {
            put(&mut word);
        }
    };
    if text.is_ascii() || is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        text.chars().for_each(&mut take);
    } else {
        text.nfkc().for_each(&mut take);
    }
    take(' ');
    words
}

/// Marks of direction, soft hyphens and marks above letters: they part no word.
fn is_ignored(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
        || matches!(c, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{640}' | '\u{5b0}'..='\u{5c7}')
}

/// A sign of a script that is written without spaces.
fn is_sign(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{2fdf}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}')
        || matches!(c, '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3347f}')
}

/// F1 of two multisets of words, from 0 to 1: twice the common words over all words of both. 1 if both have none.
pub fn f1(one: &HashMap<String, u32>, other: &HashMap<String, u32>) -> f64 {
    let common: u32 = one.iter().map(|(word, n)| other.get(word).map_or(0, |m| *n.min(m))).sum();
    let all: u32 = one.values().sum::<u32>() + other.values().sum::<u32>();
    if all == 0 { 1.0 } else { f64::from(common) * 2.0 / f64::from(all) }
}
