//! Word lists of the classifier, read once from `data/cues.toml`, and found in a text in one pass. Holds no rule.

use crate::normal::normal;
use aho_corasick::AhoCorasick;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Phrases of all lists, ready to be found.
struct Cues {
    machine: Option<AhoCorasick>,
    /// For each phrase of the machine: its text and the lists that have it.
    phrases: Vec<(String, Vec<String>)>,
}

/// What of the lists stands in a text: for each list its phrases, each once, in the order of the text.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    found: BTreeMap<&'static str, Vec<&'static str>>,
}

impl Scan {
    /// The phrases of a list that were found.
    pub fn of(&self, list: &str) -> &[&'static str] {
        self.found.get(list).map_or(&[], Vec::as_slice)
    }

    /// Adds what another text has.
    pub fn add(&mut self, other: &Self) {
        for (list, phrases) in &other.found {
            let known = self.found.entry(list).or_default();
            for phrase in phrases {
                if !known.contains(phrase) {
                    known.push(phrase);
                }
            }
        }
    }
}

fn cues() -> &'static Cues {
    static CUES: OnceLock<Cues> = OnceLock::new();
    CUES.get_or_init(|| {
        // The file is part of the program; a test reads it, so that it cannot be broken here.
        let lists: BTreeMap<String, Vec<String>> = toml::from_str(include_str!("data/cues.toml")).unwrap_or_default();
        let mut by_phrase: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (list, phrases) in lists {
            for phrase in phrases {
                by_phrase.entry(normal(&phrase).text.trim().to_string()).or_default().push(list.clone());
            }
        }
        let phrases: Vec<(String, Vec<String>)> = by_phrase.into_iter().collect();
        Cues { machine: AhoCorasick::new(phrases.iter().map(|(phrase, _)| phrase)).ok(), phrases }
    })
}

/// Looks for all phrases in a comparable text.
pub fn scan(text: &str) -> Scan {
    let cues = cues();
    let mut scan = Scan::default();
    let Some(machine) = &cues.machine else { return scan };
    let mut seen = vec![false; cues.phrases.len()];
    for hit in machine.find_overlapping_iter(text) {
        let at = hit.pattern().as_usize();
        if !seen[at] && is_whole(text, hit.start(), hit.end()) {
            seen[at] = true;
            let (phrase, lists) = &cues.phrases[at];
            for list in lists {
                scan.found.entry(list).or_default().push(phrase);
            }
        }
    }
    scan
}

/// Whether what stands there are words; Chinese has no blanks between words, so there any place will do.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let wide = |c: char| ('\u{2e80}'..='\u{9fff}').contains(&c);
    let phrase = &text[start..end];
    let before = text[..start].chars().next_back().is_some_and(|c| c.is_alphanumeric() && !wide(c));
    if before && !phrase.starts_with(wide) {
        return false;
    }
    // A word may go on: plural, case ending.
    phrase.ends_with(wide) || text[end..].chars().take(3).take_while(|c| c.is_alphabetic() && !wide(*c)).count() <= 2
}
