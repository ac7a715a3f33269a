//! Patterns that are tried only on texts in their own script: what cannot match is not searched for, and not even compiled.
//! Decides nothing else; a pattern that is tried says what `regex` says.

use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind};
use std::sync::OnceLock;

/// Scripts as bits; the last one is everything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scripts(u8);

const EVERYTHING: Scripts = Scripts(0b11_1111);

/// Letters by script, as ranges without a gap.
const LETTERS: [(char, char, u8); 7] = [
    ('a', 'z', 1),
    ('A', 'Z', 1),
    ('\u{c0}', '\u{24f}', 2),
    ('\u{400}', '\u{52f}', 4),
    ('\u{600}', '\u{6ff}', 8),
    ('\u{4e00}', '\u{9fff}', 16),
    ('\0', char::MAX, 32),
];

impl Scripts {
    /// Of the signs of a text.
    pub fn of(text: &str) -> Self {
        Self(text.chars().fold(0, |all, c| all | Self::between(c, c).0))
    }

    /// Of all signs from one to another.
    fn between(first: char, last: char) -> Self {
        let holds = |(from, to, _): &&(char, char, u8)| *from <= first && last <= *to;
        match LETTERS.iter().find(holds) {
            // What begins outside of the letters may go through them.
            Some((_, _, 32)) if first != last => EVERYTHING,
            Some((_, _, bit)) => Self(*bit),
            None => EVERYTHING,
        }
    }

    fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a text with these may have a match that needs the others; one that needs nothing matches even nothing.
    fn may_have(self, needed: Self) -> bool {
        needed == EVERYTHING || self.0 & needed.0 != 0
    }

    /// Each match of a pattern has a sign of one of these.
    fn needed(pattern: &Hir) -> Self {
        match pattern.kind() {
            HirKind::Empty | HirKind::Look(_) => EVERYTHING,
            HirKind::Literal(literal) => {
                let signs = std::str::from_utf8(&literal.0).unwrap_or_default().chars();
                Self::fewest(signs.map(|c| Self::between(c, c)))
            }
            HirKind::Class(Class::Unicode(class)) if !class.ranges().is_empty() => {
                let all = class.ranges().iter().map(|range| Self::between(range.start(), range.end()));
                all.fold(Self(0), Self::or)
            }
            HirKind::Class(_) => EVERYTHING,
            HirKind::Repetition(one) if one.min > 0 => Self::needed(&one.sub),
            HirKind::Repetition(_) => EVERYTHING,
            HirKind::Capture(one) => Self::needed(&one.sub),
            HirKind::Concat(all) => Self::fewest(all.iter().map(Self::needed)),
            HirKind::Alternation(all) => all.iter().map(Self::needed).fold(Self(0), Self::or),
        }
    }

    /// Of what all has to be there, the one that says most: the rarer sign is a letter.
    fn fewest(all: impl Iterator<Item = Self>) -> Self {
        all.min_by_key(|one| (one.0.count_ones(), one.0 & 32)).unwrap_or(EVERYTHING)
    }
}

/// A pattern with the scripts that it needs.
pub struct Pattern {
    text: String,
    needed: Scripts,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// Of its text; one that is none never matches.
    pub fn new(text: String) -> Self {
        let needed = regex_syntax::parse(&text).map_or(EVERYTHING, |pattern| Scripts::needed(&pattern));
        Self { text, needed, compiled: OnceLock::new() }
    }

    /// Whether a text with these scripts has it.
    pub fn is_match(&self, text: &str, scripts: Scripts) -> bool {
        let compiled = || self.compiled.get_or_init(|| Regex::new(&self.text).ok());
        scripts.may_have(self.needed) && compiled().as_ref().is_some_and(|regex| regex.is_match(text))
    }
}
