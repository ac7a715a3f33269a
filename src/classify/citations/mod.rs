//! Finds how an input cites documents and places in them, in six languages, and says which document each place belongs to.
//! Pure. Never guesses: a document that the words leave open stays unknown, and a number means a recommendation only where
//! a person has verified it.

mod binding;
mod documents;
mod mapping;
mod numbers;
mod phrase;
mod places;
mod symbols;
mod words;

pub use mapping::Facts;

use super::{Input, Passage, Reading};
use crate::domain::classification::Citation;
use crate::domain::message::Span;
use crate::normal::normal;
use binding::{Bound, Context, Scene};
use documents::{Mention, Refers, mentions};
use jiff::civil::Date;
use numbers::Source;
use places::{Located, places};
use std::collections::BTreeSet;
use words::Words;

/// What an input cites.
#[derive(Clone, Debug, Default)]
pub struct Cited {
    /// In the order of the text.
    pub citations: Vec<Citation>,
    /// How many more there are.
    pub more: usize,
    /// Recommendations whose verified number the input names.
    pub named: Vec<Named>,
    /// The documents and processes that it speaks of, each with how often, the most frequent first.
    pub documents: Vec<(String, usize)>,
    /// Of these, how often it is the catalogue's own report.
    pub ours: usize,
    /// Of these, other processes and other reports of the same series.
    pub others: Vec<(String, usize)>,
}

/// A recommendation that a sentence names outright.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Id in the catalogue.
    pub recommendation: String,
    /// Which of the passages that were given.
    pub passage: usize,
    /// The sentence, in characters of the part's whole text.
    pub sentence: Span,
}

/// Most citations that are kept of one input.
const MOST: usize = 500;

/// Most words of citations that one passage is read for; more stand in no text that people write.
const MOST_WORDS: usize = 2_000;

/// A passage with something to cite in it.
struct Page<'a> {
    passage: usize,
    of: &'a Passage,
    read: &'a Reading,
    chars: Vec<char>,
    mentions: Vec<Mention>,
    places: Vec<Located>,
}

impl Page<'_> {
    /// In characters of the part's whole text.
    fn span(&self, start: usize, end: usize) -> Span {
        let origin = &self.read.normal.origin;
        let from = self.of.span.start;
        Span { start: from + origin[start] as usize, end: from + origin[end - 1] as usize + 1 }
    }

    /// Where sentences end, in bytes; the stop of "para. 55" ends none.
    fn ends(&self) -> Vec<usize> {
        let origin = &self.read.normal.origin;
        let ends = self.of.sentences.iter().map(|one| one.end - self.of.span.start);
        let bytes = ends.map(|end| origin.partition_point(|at| (*at as usize) < end));
        // Few sentences begin with a number; many short words before one end with a stop.
        let text = &self.read.normal.text;
        let inside = |at: &usize| {
            text[*at..].trim_start().starts_with(numbers::is_digit)
                || self.places.iter().map(|one| (one.start, one.end)).any(|(start, end)| start < *at && *at < end)
                || self.mentions.iter().any(|one| one.start < *at && *at < one.end)
        };
        bytes.filter(|at| !inside(at)).collect()
    }
}

/// What an input cites; `date`: when it was written.
pub fn cited(input: &Input<'_>, passages: &[Passage], read: &[Reading], facts: &Facts, date: Option<Date>) -> Cited {
    let words = words::words();
    let pages: Vec<Page<'_>> = passages
        .iter()
        .zip(read)
        .enumerate()
        .filter_map(|(at, (of, read))| page(words, facts, (at, of, read), date))
        .collect();
    if pages.is_empty() {
        return Cited::default();
    }
    let context = context(words, input, &pages, facts, date);
    let mut writer = Writer { input, words, facts, cited: Cited::default(), said: BTreeSet::new() };
    for page in &pages {
        writer.page(words, &context, page, date);
    }
    writer.count();
    writer.cited.more = writer.cited.citations.len().saturating_sub(MOST);
    writer.cited.citations.truncate(MOST);
    writer.cited
}

fn page<'a>(
    words: &Words,
    facts: &Facts,
    (passage, of, read): (usize, &'a Passage, &'a Reading),
    date: Option<Date>,
) -> Option<Page<'a>> {
    let mut hits = words.hits_from(&read.normal.text, &read.layout.beginnings);
    if hits.is_empty() {
        return None;
    }
    hits.truncate(MOST_WORDS);
    let chars: Vec<char> = of.text.chars().collect();
    let source = Source { text: &read.normal.text, origin: &read.normal.origin, chars: &chars };
    let mut mentions = mentions(words, &source, &hits, date);
    if !facts.name.is_empty() {
        let by_name = read.normal.text.match_indices(facts.name.as_str());
        for (start, name) in by_name {
            let end = start + name.len();
            mentions.retain(|one| one.end <= start || one.start >= end || matches!(one.refers, Refers::To(_)));
            if !mentions.iter().any(|one| one.start < end && one.end > start) {
                mentions.push(Mention { start, end, refers: Refers::To(facts.symbol.clone()) });
            }
        }
        mentions.sort_by_key(|one| one.start);
    }
    let places = places(words, &source, &hits);
    (!mentions.is_empty() || !places.is_empty()).then_some(Page { passage, of, read, chars, mentions, places })
}

/// What the whole input names, its subject included.
fn context(words: &Words, input: &Input<'_>, pages: &[Page<'_>], facts: &Facts, date: Option<Date>) -> Context {
    let mut context = Context { ours: facts.symbol.clone(), ..Context::default() };
    let subject = normal(&input.message.subject);
    let chars: Vec<char> = input.message.subject.chars().collect();
    let source = Source { text: &subject.text, origin: &subject.origin, chars: &chars };
    let of_subject = mentions(words, &source, &words.hits(&subject.text), date);
    for one in of_subject.iter().chain(pages.iter().flat_map(|page| &page.mentions)) {
        if let Refers::To(document) = &one.refers {
            context.named.insert(document.clone());
        }
    }
    for page in pages {
        for one in &page.mentions {
            if let Some(document) = context.settled(words, &one.refers) {
                let at = page.span(one.start, one.end).start;
                context.explicit.push((page.of.text_index, at, document));
            }
        }
    }
    context
}

/// Puts the citations down.
struct Writer<'a> {
    input: &'a Input<'a>,
    words: &'a Words,
    facts: &'a Facts,
    cited: Cited,
    /// Bare names that were noted already: "the report" is said once.
    said: BTreeSet<(Option<usize>, Option<String>)>,
}

impl Writer<'_> {
    fn page(&mut self, words: &Words, context: &Context, page: &Page<'_>, date: Option<Date>) {
        let part = page.of.text_index;
        let documents: Vec<Option<String>> = page
            .mentions
            .iter()
            .map(|one| {
                let at = page.span(one.start, one.end).start;
                match context.settled(words, &one.refers) {
                    Some(document) => document,
                    None if one.refers == Refers::Last => context.last(part, at),
                    None => context.bare(part, at),
                }
            })
            .collect();
        let ends = page.ends();
        let scene = Scene {
            words,
            text: &page.read.normal.text,
            mentions: &page.mentions,
            documents: &documents,
            places: &page.places,
            ends: &ends,
            date,
        };
        let bound = scene.bind(|at| context.bare(part, page.span(at, at + 1).start));
        let used: BTreeSet<usize> = bound.iter().flatten().filter_map(|one| one.beside).collect();
        let mut made: Vec<(usize, Citation, Vec<String>)> = Vec::new();
        for (one, bound) in page.places.iter().zip(&bound) {
            if let Some(bound) = bound {
                made.extend(self.place(page, one, bound));
            }
        }
        for (at, one) in page.mentions.iter().enumerate().filter(|(at, _)| !used.contains(at)) {
            let document = documents[at].clone();
            let is_bare = matches!(one.refers, Refers::Bare);
            let scope = document.is_some().then_some(page.passage);
            if is_bare && !self.said.insert((scope, document.clone())) {
                continue;
            }
            let span = page.span(one.start, one.end);
            made.push((span.start, self.citation(page, span, document, vec![]), vec![]));
        }
        made.sort_by_key(|(start, _, _)| *start);
        for (start, citation, named) in made {
            self.cited.named.extend(named.into_iter().map(|recommendation| Named {
                recommendation,
                passage: page.passage,
                sentence: sentence_of(page.of, start, citation.span.end),
            }));
            self.cited.citations.push(citation);
        }
    }

    /// The citations of one place: one for each recommendation that it names, and one for what names none.
    fn place(&self, page: &Page<'_>, one: &Located, bound: &Bound) -> Vec<(usize, Citation, Vec<String>)> {
        let (mut start, mut end) = (one.start, one.end);
        if let Some(mention) = bound.beside.map(|at| &page.mentions[at]) {
            (start, end) = (start.min(mention.start), end.max(mention.end));
        }
        let span = page.span(start, end);
        let is_numbered = matches!(one.place, words::Place::Paragraph | words::Place::Paragraphs);
        if !is_numbered {
            let citation = self.citation(page, span, bound.document.clone(), one.labels.clone());
            return vec![(span.start, citation, vec![])];
        }
        let named = self.facts.named(bound.document.as_deref(), &one.numbers);
        let each = named.into_iter().map(|(id, numbers)| {
            let labels = numbers.iter().map(numbers::Number::written).collect();
            let mut citation = self.citation(page, span, bound.document.clone(), labels);
            citation.recommendation = id.map(String::from);
            (span.start, citation, id.map(String::from).into_iter().collect())
        });
        each.collect()
    }

    fn citation(&self, page: &Page<'_>, span: Span, document: Option<String>, paragraphs: Vec<String>) -> Citation {
        let from = span.start - page.of.span.start;
        Citation {
            text: page.chars[from..from + span.end - span.start].iter().collect(),
            part: self.input.texts[page.of.text_index].path.clone(),
            segment: page.of.segment,
            span,
            document,
            paragraphs,
            recommendation: None,
        }
    }

    fn count(&mut self) {
        let mut counts: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
        for document in self.cited.citations.iter().filter_map(|one| one.document.as_deref()) {
            *counts.entry(document).or_default() += 1;
        }
        let mut counts: Vec<(String, usize)> = counts.into_iter().map(|(name, count)| (name.into(), count)).collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let is_ours = |name: &String| *name == self.facts.symbol;
        self.cited.ours = counts.iter().filter(|(name, _)| is_ours(name)).map(|(_, count)| count).sum();
        let others = counts.iter().filter(|(name, _)| !is_ours(name) && self.words.is_elsewhere(name));
        self.cited.others = others.cloned().collect();
        self.cited.documents = counts;
    }
}

/// From the sentence that a citation begins in to the end of the one that it ends in.
fn sentence_of(passage: &Passage, start: usize, end: usize) -> Span {
    let first = passage.sentences.iter().rev().find(|one| one.start <= start).map_or(start, |one| one.start);
    let last = passage.sentences.iter().find(|one| one.end >= end).map_or(end, |one| one.end);
    Span { start: first, end: last.max(end) }
}
