//! The things that recommendations are made of (who, what, for whom), by the words that people have for them in each language:
//! `data/concepts`. A phone book of people to call in a crisis is a directory, whatever it is called. Decides nothing.

use super::phrases::Phrases;
use super::words::{is_chinese_sign, is_word_sign};
use crate::normal::normal;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// A concept, and where it stands in the comparable text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Concept {
    /// Its number among all.
    pub number: u16,
    pub start: usize,
    pub end: usize,
}

const LANGUAGES: [&str; 6] = [
    include_str!("data/concepts/ar.toml"),
    include_str!("data/concepts/en.toml"),
    include_str!("data/concepts/es.toml"),
    include_str!("data/concepts/fr.toml"),
    include_str!("data/concepts/ru.toml"),
    include_str!("data/concepts/zh.toml"),
];

struct Lexicon {
    finder: Phrases,
    /// For each pattern: whether any ending may follow, and its concepts.
    entries: Vec<(bool, Vec<u16>)>,
}

fn lexicon() -> &'static Lexicon {
    static LEXICON: OnceLock<Lexicon> = OnceLock::new();
    LEXICON.get_or_init(|| {
        // The files are part of the program; a test reads them, so that they cannot be broken here.
        let read = |text: &str| -> BTreeMap<String, Vec<String>> { toml::from_str(text).unwrap_or_default() };
        let files: Vec<BTreeMap<String, Vec<String>>> = LANGUAGES.iter().map(|text| read(text)).collect();
        let mut names: Vec<String> = files.iter().flat_map(|file| file.keys().cloned()).collect();
        names.sort();
        names.dedup();
        let mut by_pattern: BTreeMap<String, (bool, Vec<u16>)> = BTreeMap::new();
        for (concept, entries) in files.iter().flatten() {
            let number = names.binary_search(concept).unwrap_or_default() as u16;
            for entry in entries {
                let (bare, is_open) = entry.strip_suffix('*').map_or((entry.as_str(), false), |bare| (bare, true));
                let pattern = normal(bare).text.trim().to_string();
                if !pattern.is_empty() {
                    let known = by_pattern.entry(pattern).or_default();
                    known.0 |= is_open;
                    if !known.1.contains(&number) {
                        known.1.push(number);
                    }
                }
            }
        }
        let (patterns, entries): (Vec<String>, Vec<(bool, Vec<u16>)>) = by_pattern.into_iter().unzip();
        Lexicon { finder: Phrases::of(patterns), entries }
    })
}

/// The concepts in a comparable text, in its order; `beginnings`: at which bytes phrases may begin.
pub fn concepts(text: &str, beginnings: &[usize]) -> Vec<Concept> {
    let lexicon = lexicon();
    let mut found = Vec::new();
    let mut look = |start: usize| {
        lexicon.finder.at(text, start, |pattern, end| {
            let (is_open, numbers) = &lexicon.entries[pattern];
            if stands_alone(text, start, end, *is_open) {
                found.extend(numbers.iter().map(|number| Concept { number: *number, start, end }));
            }
        });
    };
    for start in beginnings.iter().copied() {
        look(start);
        let rest = &text[start..];
        if rest.starts_with(is_arabic) {
            let after = |prefix: &&str| rest.strip_prefix(*prefix).is_some_and(|rest| rest.starts_with(is_arabic));
            ARABIC_BEFORE.iter().filter(|prefix| after(prefix)).for_each(|prefix| look(start + prefix.len()));
        }
    }
    found.sort_by_key(|one| (one.start, one.end, one.number));
    found
}

fn is_arabic(c: char) -> bool {
    ('\u{0600}'..='\u{06ff}').contains(&c)
}

/// What Arabic writes together with the word before and after it.
const ARABIC_BEFORE: [&str; 12] = ["ال", "وال", "بال", "لل", "كال", "فال", "و", "ب", "ل", "ف", "ك", "ولل"];
const ARABIC_AFTER: [&str; 12] = ["ات", "ون", "ين", "ها", "هم", "نا", "ه", "ي", "ا", "ان", "يه", "هما"];

/// Whether words, not pieces of other words, were found.
fn stands_alone(text: &str, start: usize, end: usize, is_open: bool) -> bool {
    let first = text[start..].chars().next().unwrap_or(' ');
    if is_chinese_sign(first) {
        return true;
    }
    let is_arabic = is_arabic(first);
    let before = &text[..start];
    let begins = before
        .rfind(|c: char| !is_word_sign(c))
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let prefix = &before[begins..];
    if !(prefix.is_empty() || (is_arabic && ARABIC_BEFORE.contains(&prefix))) {
        return false;
    }
    let after = &text[end..];
    let suffix = &after[..after.find(|c: char| !is_word_sign(c)).unwrap_or(after.len())];
    is_open || suffix.is_empty() || suffix == "s" || (is_arabic && ARABIC_AFTER.contains(&suffix))
}
