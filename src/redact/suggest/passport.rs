//! Passport numbers: behind a word for passport, and in machine-readable lines (ICAO 9303). Knows no numbers by themselves.

use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// Between the word and the number, in bytes: `number (as issued):` fits.
const GAP: usize = 60;

static WORD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)passports?|passeports?|pasaportes?|паспорт\p{L}*|загранпаспорт\p{L}*|护照|護照|جواز(?:ات)?\s+(?:ال)?سفر\p{L}*")
        .expect("the pattern is a constant")
});

/// A word that says that a number follows.
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\bno\b|\bnum|\bnúm|n[°º.]|№|#|:|сери|номер|号|號|رقم").expect("the pattern is a constant")
});

static VALUE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:\d{2} ?\d{2},? ?(?:номер|№|No\.?|N)? ?\d{6}|[A-Z]{1,3} ?\d{5,9}|[A-Z0-9]{6,10})\b")
        .expect("the pattern is a constant")
});

static MACHINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"P[<A-Z][A-Z]{3}[A-Z<]{35,40}(?:\s+[A-Z0-9<]{40,44})?").expect("the pattern is a constant")
});

/// Where they stand, in bytes.
pub fn find(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = MACHINE.find_iter(text).map(|one| one.range()).collect();
    for word in WORD.find_iter(text) {
        let rest = &text[word.end()..];
        let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
        let Some(value) = VALUE.find_iter(line).find(|value| has_enough_digits(value.as_str())) else { continue };
        let gap = &line[..value.start()];
        // In a sentence about passports a figure is no passport's number.
        let is_close = gap.len() <= 2 || (gap.len() <= GAP && NUMBER.is_match(gap));
        if is_close {
            found.push(word.end() + value.start()..word.end() + value.end());
        }
    }
    found
}

fn has_enough_digits(value: &str) -> bool {
    value.chars().filter(char::is_ascii_digit).count() >= 5
}
