//! Reports as people name them: "second APR", "le rapport du GEG de 2015", "the July report", "that report". Says which report
//! is meant only where the name leaves no other; what depends on the rest of the input stays open.

use super::numbers::Source;
use super::phrase::Phrase;
use super::symbols::{chinese_resolution, resolutions, symbol};
use super::words::{Hit, Quality, Word, Words};
use jiff::civil::Date;

/// What a name of a document refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refers {
    /// This one; a symbol, or the name of what has none.
    To(String),
    /// One of these, if the input names just one of them elsewhere.
    Either(Vec<String>),
    /// This one, if the input speaks of any progress report elsewhere.
    IfSeries(String),
    /// The one that was named before: "that report".
    Last,
    /// "the report".
    Bare,
    /// A document that is named, and nobody can say which.
    Unknown,
}

/// A document that is named in a passage, in bytes of its comparable text.
#[derive(Clone, Debug)]
pub struct Mention {
    pub start: usize,
    pub end: usize,
    pub refers: Refers,
}

/// All documents that a passage names, in its order. A name with its symbol in brackets is one.
pub fn mentions(words: &Words, source: &Source<'_>, hits: &[Hit], date: Option<Date>) -> Vec<Mention> {
    let mut found: Vec<Mention> = Vec::new();
    for (at, hit) in hits.iter().enumerate() {
        let to = |document: String, start: usize, end: usize| Mention { start, end, refers: Refers::To(document) };
        match hit.word {
            Word::Symbol => {
                found.extend(symbol(source, hit.start).map(|(document, end)| to(document, hit.start, end)));
            }
            Word::Resolution => {
                let all = resolutions(source, (hit.start, hit.end));
                found.extend(all.into_iter().map(|(document, start, end)| to(document, start, end)));
            }
            Word::Counted => {
                let one = chinese_resolution(source, source.after_blanks(hit.end));
                found.extend(one.map(|(document, end)| to(document, hit.start, end)));
            }
            Word::Named(name) => found.push(to(words.names[name].clone(), hit.start, hit.end)),
            Word::Report | Word::Quality(Quality::Series) => {
                let phrase = Phrase::around(words, source, hits, at);
                let refers = phrase.refers(words, date);
                found.extend(refers.map(|refers| Mention { start: phrase.start, end: phrase.end, refers }));
            }
            Word::Place(_) | Word::Article | Word::SectionAfter | Word::Quality(_) | Word::Ordinal(_) => {}
        }
    }
    found.sort_by_key(|one| (one.start, std::cmp::Reverse(one.end)));
    joined(source, found)
}

/// Makes one of a name and the symbol beside it, and drops what stands inside another.
fn joined(source: &Source<'_>, found: Vec<Mention>) -> Vec<Mention> {
    let mut kept: Vec<Mention> = Vec::new();
    for one in found {
        let Some(before) = kept.last_mut() else {
            kept.push(one);
            continue;
        };
        if one.start < before.end {
            // The same words read twice: the one that says more.
            if one.end > before.end && matches!(one.refers, Refers::To(_)) {
                *before = one;
            }
            continue;
        }
        let gap = &source.text[before.end..one.start];
        let beside = gap.contains('(') && gap.chars().all(|c| matches!(c, ' ' | '(' | '"' | '《' | '》' | ','));
        let beside = beside || (gap == " " && matches!(before.refers, Refers::Bare | Refers::Last));
        let named = |refers: &Refers| matches!(refers, Refers::To(name) if !name.contains('/'));
        if beside
            && matches!(one.refers, Refers::To(_))
            && !named(&one.refers)
            && !is_symbol(&before.refers, source, before)
        {
            before.end = one.end + usize::from(source.text[one.end..].starts_with(')'));
            before.refers = one.refers;
            continue;
        }
        // "A/78/265, the second annual progress report": said twice.
        let apposed = gap.chars().all(|c| matches!(c, ' ' | ',' | '(')) || gap.trim() == ", the";
        if apposed && before.refers == one.refers && matches!(one.refers, Refers::To(_)) {
            before.end = one.end;
            continue;
        }
        kept.push(one);
    }
    kept
}

/// Whether a mention is itself a symbol, so that another one in brackets is another document.
fn is_symbol(refers: &Refers, source: &Source<'_>, one: &Mention) -> bool {
    let text = &source.text[one.start..one.end];
    matches!(refers, Refers::To(_)) && (text.starts_with("a ") || text.starts_with("а ") || text.starts_with("s "))
}
