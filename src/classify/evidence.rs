//! Evidence is a span of the source, checked by comparing characters. Nothing here ever makes up a quote.

use crate::domain::classification::{Citation, Evidence};
use crate::domain::message::Span;

/// Whether the quoted words stand verbatim at their place in the part's whole text.
pub fn check_evidence(text: &str, evidence: &Evidence) -> bool {
    stands(text, &evidence.quote, evidence.span)
}

/// Whether the words of a citation stand verbatim at their place in the part's whole text.
pub fn check_citation(text: &str, citation: &Citation) -> bool {
    stands(text, &citation.text, citation.span)
}

fn stands(text: &str, words: &str, Span { start, end }: Span) -> bool {
    start < end && text.chars().skip(start).take(end - start).eq(words.chars())
}

/// Where words stand in a text: verbatim, or else with other white space between the same words.
pub fn find_quote(text: &str, quote: &str) -> Option<Span> {
    let quote = quote.trim();
    if quote.is_empty() {
        return None;
    }
    if let Some(at) = text.find(quote) {
        let start = text[..at].chars().count();
        return Some(Span { start, end: start + quote.chars().count() });
    }
    let wanted: Vec<char> = quote.chars().filter(|c| !c.is_whitespace()).collect();
    let letters: Vec<(usize, char)> = text.chars().enumerate().filter(|(_, c)| !c.is_whitespace()).collect();
    let window = letters.windows(wanted.len()).find(|window| window.iter().map(|(_, c)| c).eq(&wanted))?;
    let (first, last) = (window.first()?, window.last()?);
    Some(Span { start: first.0, end: last.0 + 1 })
}
