//! Word lists of the classifier, read once from `data/cues.toml`. Holds no rule.

use super::normal::normal;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Phrases by what they are a sign of, in all languages together, already comparable.
pub type Lists = BTreeMap<String, Vec<String>>;

#[derive(Deserialize)]
struct File {
    #[serde(flatten)]
    lists: BTreeMap<String, Vec<String>>,
}

/// All lists.
pub fn lists() -> &'static Lists {
    static LISTS: OnceLock<Lists> = OnceLock::new();
    LISTS.get_or_init(|| {
        let parsed: Result<File, _> = toml::from_str(include_str!("data/cues.toml"));
        // The file is part of the program; a test reads it, so that it cannot be broken here.
        let file = parsed.unwrap_or(File { lists: BTreeMap::new() });
        let comparable = |phrases: Vec<String>| phrases.iter().map(|one| normal(one).text.trim().to_string()).collect();
        file.lists.into_iter().map(|(name, phrases)| (name, comparable(phrases))).collect()
    })
}

/// Phrases of a list that stand in a comparable text, each once.
pub fn found<'a>(list: &'a str, text: &str) -> Vec<&'a str> {
    let phrases = lists().get(list).map(Vec::as_slice).unwrap_or_default();
    let hits = phrases.iter().filter(|phrase| stands_in(text, phrase));
    hits.map(String::as_str).collect::<Vec<&'static str>>()
}

/// Whether a phrase stands in a text as words; Chinese has no blanks between words, so there any place will do.
pub fn stands_in(text: &str, phrase: &str) -> bool {
    let wide = |c: char| ('\u{2e80}'..='\u{9fff}').contains(&c);
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !wide(c));
    let mut from = 0;
    while let Some(at) = text[from..].find(phrase) {
        let start = from + at;
        let end = start + phrase.len();
        let whole_at_start = phrase.starts_with(wide) || !letter(text[..start].chars().next_back());
        // A word may go on: plural, case ending.
        let tail = text[end..].chars().take_while(|c| c.is_alphabetic() && !wide(*c)).count();
        if whole_at_start && (phrase.ends_with(wide) || tail <= 2) {
            return true;
        }
        from = start + text[start..].chars().next().map_or(1, char::len_utf8);
    }
    false
}
