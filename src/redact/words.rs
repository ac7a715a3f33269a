//! Words that must not stand anywhere, and where they stand in a text, however they are spaced, spelt or broken. Knows no
//! file.

use super::folded::folded;
use crate::domain::message::Span;
use crate::normal::normal;

/// Letters from which words are found inside longer ones too: `Ivanov` in `Ivanova`, but not `Ann` in `annex`.
const LONG: usize = 6;

/// Digits from which a number is found however it is grouped.
const NUMBER: usize = 7;

/// Words to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// As they were struck, in one line.
    pub said: String,
    /// Comparable, without blanks.
    squeezed: String,
    /// Set for a number that may be grouped in any way, as a telephone number: its digits alone.
    pub digits: Option<String>,
    letters: usize,
}

impl Words {
    /// Of a struck passage; `None` if there is no letter and no digit in it.
    pub fn of(passage: &str) -> Option<Self> {
        let said = passage.split_whitespace().collect::<Vec<_>>().join(" ");
        let squeezed: String = normal(&said).text.chars().filter(|c| *c != ' ').collect();
        let letters = squeezed.chars().filter(|c| c.is_alphanumeric()).count();
        let digits: String = said.chars().map(folded).filter(char::is_ascii_digit).collect();
        let is_number = digits.len() >= NUMBER && digits.len() == letters;
        (letters > 0).then_some(Self { said, squeezed, digits: is_number.then_some(digits), letters })
    }

    /// Whether a place counts by what stands beside it.
    fn stands_alone(&self, chars: &[char], span: Span) -> bool {
        if self.letters >= LONG {
            return true;
        }
        let joins = |inside: Option<&char>, outside: Option<&char>| {
            let parts_words = |c: &char| c.is_alphanumeric() && !is_dense(*c);
            inside.is_some_and(parts_words) && outside.is_some_and(parts_words)
        };
        let before = span.start.checked_sub(1).and_then(|at| chars.get(at));
        !joins(chars.get(span.start), before) && !joins(chars.get(span.end - 1), chars.get(span.end))
    }
}

/// Scripts that write words without a blank between them, and Arabic, which writes small words into the next one.
fn is_dense(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{6ff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// Where any of the words stands in a text, in order; places may overlap.
pub fn places(text: &str, words: &[Words]) -> Vec<Span> {
    places_of(text, words).into_iter().map(|(_, span)| span).collect()
}

/// The same with the number of the words that stand there.
pub fn places_of(text: &str, words: &[Words]) -> Vec<(usize, Span)> {
    if words.is_empty() || text.is_empty() {
        return Vec::new();
    }
    let chars: Vec<char> = text.chars().collect();
    let whole = normal(text);
    let (mut squeezed, mut origin) = (String::with_capacity(whole.text.len()), Vec::with_capacity(whole.text.len()));
    for (at, c) in whole.text.char_indices().filter(|(_, c)| *c != ' ') {
        squeezed.push(c);
        origin.resize(squeezed.len(), whole.origin[at] as usize);
    }
    let numbers = words.iter().any(|one| one.digits.is_some()).then(|| digits_of(&chars));
    let mut found = Vec::new();
    for (number, one) in words.iter().enumerate() {
        let matches = squeezed.match_indices(&one.squeezed).map(|(at, _)| at);
        let spans = matches.map(|at| Span { start: origin[at], end: origin[at + one.squeezed.len() - 1] + 1 });
        for mut span in spans {
            // Marks that belong to the last letter are nothing of their own.
            while chars.get(span.end).is_some_and(|c| is_mark(*c)) {
                span.end += 1;
            }
            if one.stands_alone(&chars, span) {
                found.push((number, span));
            }
        }
        if let (Some(wanted), Some((digits, at))) = (&one.digits, &numbers) {
            for (from, _) in digits.match_indices(wanted.as_str()) {
                let last = at[from + wanted.len() - 1];
                let span = Span { start: at[from], end: last + 1 };
                if is_one_number(&chars[span.start..span.end]) {
                    found.push((number, span));
                }
            }
        }
    }
    found.sort_by_key(|(number, span)| (span.start, span.end, *number));
    found.dedup();
    found
}

/// All digits of a text, and where each stands.
fn digits_of(chars: &[char]) -> (String, Vec<usize>) {
    let folded = chars.iter().map(|c| folded(*c)).enumerate().filter(|(_, c)| c.is_ascii_digit());
    let (at, digits): (Vec<usize>, String) = folded.unzip();
    (digits, at)
}

/// Between the digits of one number stand only signs that group them.
fn is_one_number(chars: &[char]) -> bool {
    let mut gap = 0;
    chars.iter().map(|c| folded(*c)).all(|c| {
        gap = if c.is_ascii_digit() { 0 } else { gap + 1 };
        gap <= 4 && (c.is_ascii_digit() || c.is_whitespace() || matches!(c, '(' | ')' | '-' | '.' | '/' | '\u{b7}'))
    })
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{640}' | '\u{64b}'..='\u{652}' | '\u{670}')
}
