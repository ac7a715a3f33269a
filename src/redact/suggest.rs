//! Finds what a reviewer may want to strike: e-mail addresses, telephone and passport numbers, postal addresses, signature
//! blocks, in six languages. Only offers; strikes nothing.

mod address;
mod email;
mod passport;
mod phone;
mod signature;

use super::folded::Folded;
use crate::domain::message::Span;
use crate::domain::redaction::RedactionKind;
use std::ops::Range;

/// A passage that a reviewer may want to strike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suggestion {
    pub kind: RedactionKind,
    /// In characters of the text.
    pub span: Span,
}

/// What is found in a text, in its order. What lies within something else that was found is not offered again.
pub fn suggest(text: &str) -> Vec<Suggestion> {
    let folded = Folded::of(text);
    let mut found: Vec<(RedactionKind, Range<usize>)> = Vec::new();
    let mut add = |kind, ranges: Vec<Range<usize>>| {
        for range in ranges {
            let lies_in = |other: &Range<usize>| other.start <= range.start && range.end <= other.end;
            if !found.iter().any(|(_, other)| lies_in(other)) {
                found.push((kind, range));
            }
        }
    };
    add(RedactionKind::Email, email::find(&folded.text));
    add(RedactionKind::Passport, passport::find(&folded.text));
    add(RedactionKind::Phone, phone::find(&folded.text));
    add(RedactionKind::Address, address::find(&folded.text));
    let identifiers: Vec<Range<usize>> = found.iter().map(|(_, range)| range.clone()).collect();
    found
        .extend(signature::find(&folded.text, &identifiers).into_iter().map(|range| (RedactionKind::Signature, range)));
    found.sort_by_key(|(_, range)| (range.start, range.end));
    found.into_iter().map(|(kind, range)| Suggestion { kind, span: folded.span(range) }).collect()
}
