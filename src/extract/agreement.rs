//! Whether a text of a page can be text at all, and how far two texts of it say the same words. Knows no engine.

use crate::domain::extraction::Gate;
use std::collections::HashMap;
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfkc_quick};

/// One in so many glyphs or characters may be without meaning.
const TOLERATED: usize = 10;

/// Letters of Latin or Cyrillic script from which a text must be one that can be spoken.
const MANY_LETTERS: usize = 200;

/// So many of a hundred letters are vowels at least: 39 to 46 in the six languages, 23 on the worst of 6,074 real pages
/// with words (listings of TeX). Where letters were shifted in the alphabet it is 7 to 40: about half of all shifts of
/// English, Spanish and French are found so, and fewer of Russian.
const LEAST_VOWELS: usize = 22;

/// A text with more of the signs of programs than so many of a hundred characters is a listing: names in it may have no
/// vowel.
const SIGNS_OF_CODE: usize = 3;

/// So many of a hundred letters have an accent at most: 28 on the worst of those pages, nearly all where Cyrillic was
/// taken for Latin.
const MOST_ACCENTED: usize = 70;

/// Characters from which it counts how many of them are signs.
const MANY_CHARS: usize = 50;

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
    } else if odd * TOLERATED > all || is_unspeakable(text) {
        Gate::Garbage
    } else if words == 0 {
        Gate::Empty
    } else {
        Gate::Passed
    }
}

/// Whether its letters stand for others: hardly a vowel in it, hardly a letter without an accent, or signs in place of
/// letters.
fn is_unspeakable(text: &str) -> bool {
    let (mut chars, mut signs, mut letters, mut vowels, mut accented, mut of_code) = (0, 0, 0, 0, 0, 0);
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        chars += 1;
        signs += usize::from(is_rare_sign(c));
        of_code += usize::from("_\\=<>#@&$*+;/[]^%".contains(c));
        if is_latin_or_cyrillic(c) {
            letters += 1;
            vowels += usize::from(is_vowel(c));
            accented += usize::from(matches!(c, '\u{c0}'..='\u{24f}'));
        }
    }
    let is_most = letters * 2 > chars && letters >= MANY_LETTERS;
    let is_code = of_code * 100 > chars * SIGNS_OF_CODE;
    let without_vowels = vowels * 100 < letters * LEAST_VOWELS && !is_code;
    (chars >= MANY_CHARS && signs * 3 > chars)
        || (is_most && (without_vowels || accented * 100 > letters * MOST_ACCENTED))
}

fn is_latin_or_cyrillic(c: char) -> bool {
    c.is_ascii_alphabetic() || (c.is_alphabetic() && matches!(c, '\u{c0}'..='\u{24f}' | '\u{400}'..='\u{52f}'))
}

fn is_vowel(c: char) -> bool {
    if c.is_ascii() {
        return matches!(c.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    }
    let lower = c.to_lowercase().next().unwrap_or(c);
    match lower {
        'а' | 'е' | 'ё' | 'и' | 'й' | 'о' | 'у' | 'ы' | 'э' | 'ю' | 'я' | 'і' | 'ї' | 'є' | 'ў' | 'ө' | 'ү' | 'ұ'
        | 'ә' => true,
        'æ' | 'œ' | 'ø' | 'ı' => true,
        // A letter with an accent is the letter.
        '\u{c0}'..='\u{24f}' => {
            std::iter::once(lower).nfd().next().is_some_and(|base| base.is_ascii() && is_vowel(base))
        }
        _ => false,
    }
}

/// Typographic signs that no language has many of; quotation marks of six languages are left out.
fn is_rare_sign(c: char) -> bool {
    matches!(c, '\u{201a}' | '\u{201e}' | '\u{2020}'..='\u{2021}' | '\u{2030}'..='\u{2046}' | '\u{192}' | '\u{2c6}'..='\u{2dd}' | '\u{2122}')
        || matches!(c, '\u{a1}'..='\u{bf}' if !matches!(c, '\u{a7}' | '\u{ab}' | '\u{b0}' | '\u{b7}' | '\u{bb}'))
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
pub fn is_ignored(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
        || matches!(c, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{640}' | '\u{5b0}'..='\u{5c7}')
}

/// A sign of a script that is written without spaces.
pub fn is_sign(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{2fdf}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}')
        || matches!(c, '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3347f}')
}

/// F1 of two multisets of words, from 0 to 1: twice the common words over all words of both. 1 if both have none.
pub fn f1(one: &HashMap<String, u32>, other: &HashMap<String, u32>) -> f64 {
    let common: u32 = one.iter().map(|(word, n)| other.get(word).map_or(0, |m| *n.min(m))).sum();
    let all: u32 = one.values().sum::<u32>() + other.values().sum::<u32>();
    if all == 0 { 1.0 } else { f64::from(common) * 2.0 / f64::from(all) }
}
