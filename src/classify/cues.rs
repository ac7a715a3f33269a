//! Word lists of the classifier, read once from `data/cues.toml`, and found in a text in one pass. Holds no rule.

use super::phrases::Phrases;
use super::words::{Layout, is_wide, is_word_sign};
use crate::language::is_letter;
use crate::normal::normal;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Phrases of all lists, ready to be found.
struct Cues {
    finder: Phrases,
    /// For each phrase of the finder: its text and the lists that have it.
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
        Cues { finder: Phrases::of(phrases.iter().map(|(phrase, _)| phrase.clone())), phrases }
    })
}

/// Looks for all phrases in a comparable text.
pub fn scan(text: &str) -> Scan {
    scan_from(text, &Layout::of(text).beginnings)
}

/// The same where it is known at which bytes phrases may begin.
pub fn scan_from(text: &str, beginnings: &[usize]) -> Scan {
    let cues = cues();
    let mut hits: Vec<(usize, usize, usize)> = Vec::new();
    for start in beginnings.iter().copied() {
        cues.finder.at(text, start, |phrase, end| {
            if is_whole(text, start, end) {
                hits.push((end, start, phrase));
            }
        });
    }
    // In the order in which they end, a longer one first.
    hits.sort_unstable();
    let mut scan = Scan::default();
    for (_, _, at) in hits {
        let (phrase, lists) = &cues.phrases[at];
        for list in lists {
            let known = scan.found.entry(list).or_default();
            if !known.contains(&phrase.as_str()) {
                known.push(phrase);
            }
        }
    }
    scan
}

/// Whether what stands there are words; Chinese has no blanks between words, so there any place will do.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let phrase = &text[start..end];
    let before = text[..start].chars().next_back().is_some_and(|c| is_word_sign(c) && !is_wide(c));
    if before && !phrase.starts_with(is_wide) {
        return false;
    }
    // A word may go on: plural, case ending.
    phrase.ends_with(is_wide) || text[end..].chars().take(3).take_while(|c| is_letter(*c) && !is_wide(*c)).count() <= 2
}
