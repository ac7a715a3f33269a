//! A text with its digits and signs in one form, character by character, so that one pattern reads all six languages.
//! Every character stays in its place.

use crate::domain::message::Span;

/// A text for patterns, with the way back from bytes to characters.
pub struct Folded {
    pub text: String,
    /// Where each character begins in `text`; one more at the end.
    starts: Vec<usize>,
}

impl Folded {
    /// Of a text.
    pub fn of(source: &str) -> Self {
        let (mut text, mut starts) = (String::with_capacity(source.len()), Vec::with_capacity(source.len() + 1));
        for c in source.chars() {
            starts.push(text.len());
            text.push(folded(c));
        }
        starts.push(text.len());
        Self { text, starts }
    }

    /// The characters that a range of bytes covers.
    pub fn span(&self, bytes: std::ops::Range<usize>) -> Span {
        let at = |byte: usize| self.starts.partition_point(|start| *start < byte);
        Span { start: at(bytes.start), end: at(bytes.end) }
    }
}

/// Digits of all scripts as ASCII digits, full-width signs as narrow ones, dashes as hyphens.
pub fn folded(c: char) -> char {
    match c {
        '\u{660}'..='\u{669}' => digit(c as u32 - 0x660),
        '\u{6f0}'..='\u{6f9}' => digit(c as u32 - 0x6f0),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xff01 + 0x21).unwrap_or(c),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' => '-',
        '\u{60c}' | '\u{3001}' => ',',
        '\u{61b}' => ';',
        '\u{66b}' => '.',
        '\u{3000}' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' => ' ',
        // Signs that turn the writing direction stand around numbers in Arabic texts.
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => ' ',
        c => c,
    }
}

fn digit(value: u32) -> char {
    char::from_digit(value, 10).unwrap_or('0')
}
