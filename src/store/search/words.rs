//! Text and queries as tokens, the same for both engines and all languages. Pure; knows no statement.

use crate::normal::normal;
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Longer words are found by their beginning.
const LONGEST: usize = 40;

/// Arabic words have their articles and particles in front: of each word of that many letters all endings are tokens.
const LONGEST_ARABIC: usize = 20;

/// One token that a text must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    Whole(String),
    /// It begins so.
    Prefix(String),
}

/// What a person looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    pub terms: Vec<Term>,
    /// What must stand in the comparable text as it is here, blanks included.
    pub phrases: Vec<String>,
}

impl Query {
    /// Whether there is nothing in it to look for: only punctuation.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}

/// Signs that are written without blanks between the words: Chinese, and the Japanese syllables.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn is_arabic(c: char) -> bool {
    matches!(c, '\u{0620}'..='\u{06ff}' | '\u{0750}'..='\u{077f}' | '\u{08a0}'..='\u{08ff}')
}

/// A text with nothing in it that a reader would not tell apart: words with one blank between them, one in front and one
/// behind. A run of Chinese signs is one word, also over the end of a line.
pub fn comparable(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    words.push(' ');
    let (mut last, mut blanks_only) = (' ', false);
    for c in normal(text).text.nfd().flat_map(letter) {
        if !c.is_alphanumeric() {
            blanks_only = c == ' ' && (last != ' ' || blanks_only);
            if last != ' ' {
                words.push(' ');
                last = ' ';
            }
            continue;
        }
        if last == ' ' && blanks_only && is_unspaced(c) && words.trim_end().chars().next_back().is_some_and(is_unspaced)
        {
            words.pop();
        } else if last != ' ' && is_unspaced(c) != is_unspaced(last) {
            words.push(' ');
        }
        words.push(c);
        (last, blanks_only) = (c, false);
    }
    if last != ' ' {
        words.push(' ');
    }
    words
}

/// A letter without its accents, in the spelling that is compared; marks alone are nothing.
fn letter(c: char) -> Option<char> {
    if is_combining_mark(c)
        && matches!(c, '\u{0300}'..='\u{036f}' | '\u{0610}'..='\u{061a}' | '\u{064b}'..='\u{0670}' | '\u{06d6}'..='\u{06ed}')
    {
        return None;
    }
    Some(match c {
        'ک' => 'ك',
        'ی' => 'ي',
        '٠'..='٩' => digit(c, '٠'),
        '۰'..='۹' => digit(c, '۰'),
        'ß' => 's',
        c => c,
    })
}

fn digit(c: char, zero: char) -> char {
    char::from_digit(u32::from(c) - u32::from(zero), 10).unwrap_or(c)
}

/// The tokens of a comparable text.
pub fn tokens(text: &str) -> BTreeSet<String> {
    let mut tokens = BTreeSet::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let first = word.chars().next().unwrap_or(' ');
        if is_unspaced(first) {
            let signs: Vec<char> = word.chars().collect();
            tokens.extend(signs.windows(2).map(|two| two.iter().collect::<String>()));
            // Also alone: the beginnings of pairs are many, and slow to gather.
            tokens.extend(signs.iter().map(char::to_string));
        } else if word.chars().any(is_arabic) {
            let word = beginning(word, LONGEST_ARABIC);
            let ends = word.char_indices().map(|(at, _)| &word[at..]);
            tokens.extend(ends.filter(|end| end.chars().nth(1).is_some()).map(String::from));
            tokens.insert(word.to_string());
        } else {
            tokens.insert(beginning(word, LONGEST).to_string());
        }
    }
    tokens
}

fn beginning(word: &str, letters: usize) -> &str {
    word.char_indices().nth(letters).map_or(word, |(at, _)| &word[..at])
}

/// What somebody looks for, in their own words. Quotes hold a phrase together; no other sign means anything.
pub fn understood(query: &str) -> Query {
    let mut understood = Query::default();
    let query = normal(query).text;
    let pieces: Vec<&str> = query.split('"').collect();
    for (at, piece) in pieces.iter().enumerate() {
        // The last quote without a second one is none.
        let is_phrase = at % 2 == 1 && at + 1 < pieces.len();
        let text = comparable(piece);
        let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        for word in &words {
            understood.add(word, is_phrase);
        }
        if is_phrase && words.len() > 1 {
            // Arabic particles stand in front of a word without a blank, and Chinese has none anyway.
            let is_whole = |word: &str| !word.chars().any(|c| is_arabic(c) || is_unspaced(c));
            let front = if is_whole(words[0]) { " " } else { "" };
            let behind = if is_whole(words[words.len() - 1]) { " " } else { "" };
            understood.phrases.push(format!("{front}{}{behind}", words.join(" ")));
        }
    }
    understood.terms.dedup();
    understood
}

impl Query {
    fn add(&mut self, word: &str, in_phrase: bool) {
        let signs: Vec<char> = word.chars().collect();
        if is_unspaced(signs[0]) {
            if let [sign] = signs.as_slice() {
                self.terms.push(Term::Whole(sign.to_string()));
            }
            self.terms.extend(signs.windows(2).map(|two| Term::Whole(two.iter().collect())));
            if signs.len() > 2 {
                self.phrases.push(word.to_string());
            }
        } else if signs.iter().any(|c| is_arabic(*c)) {
            self.terms.push(Term::Prefix(beginning(word, LONGEST_ARABIC).to_string()));
        } else if in_phrase || signs.len() < 3 {
            // Half of all texts have a word that begins with some two letters.
            self.terms.push(Term::Whole(beginning(word, LONGEST).to_string()));
        } else {
            self.terms.push(Term::Prefix(beginning(word, LONGEST).to_string()));
        }
    }
}
