//! The things that recommendations are made of (who, what, for whom), by the words that people have for them in each language:
//! `data/concepts`. A phone book of people to call in a crisis is a directory, whatever it is called. Decides nothing.

use super::words::is_chinese_sign;
use crate::normal::normal;
use aho_corasick::AhoCorasick;
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
    machine: Option<AhoCorasick>,
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
        Lexicon { machine: AhoCorasick::new(&patterns).ok(), entries }
    })
}

/// The concepts in a comparable text, in its order.
pub fn concepts(text: &str) -> Vec<Concept> {
    let lexicon = lexicon();
    let Some(machine) = &lexicon.machine else { return Vec::new() };
    let mut found = Vec::new();
    for hit in machine.find_overlapping_iter(text) {
        let (is_open, numbers) = &lexicon.entries[hit.pattern().as_usize()];
        if stands_alone(text, hit.start(), hit.end(), *is_open) {
            found.extend(numbers.iter().map(|number| Concept { number: *number, start: hit.start(), end: hit.end() }));
        }
    }
    found.sort_by_key(|one| (one.start, one.end, one.number));
    found
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
    let is_arabic = ('\u{0600}'..='\u{06ff}').contains(&first);
    let before = &text[..start];
    let begins = before
        .rfind(|c: char| !c.is_alphanumeric())
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let prefix = &before[begins..];
    if !(prefix.is_empty() || (is_arabic && ARABIC_BEFORE.contains(&prefix))) {
        return false;
    }
    let after = &text[end..];
    let suffix = &after[..after.find(|c: char| !c.is_alphanumeric()).unwrap_or(after.len())];
    is_open || suffix.is_empty() || suffix == "s" || (is_arabic && ARABIC_AFTER.contains(&suffix))
}
