//! The sender's own words in passages and sentences, with their places. Leaves out what is quoted, and signatures.

use crate::domain::classification::TextPart;
use crate::domain::message::Span;

/// A paragraph, or a piece of a long one.
#[derive(Clone, Debug)]
pub struct Passage {
    /// Which of the input's texts it stands in.
    pub text_index: usize,
    /// Number of its segment.
    pub segment: u32,
    /// In characters of the part's whole text.
    pub span: Span,
    pub text: String,
    /// Sentences, in characters of the part's whole text, in its order.
    pub sentences: Vec<Span>,
}

impl Passage {
    /// Its sentences with their words.
    pub fn said(&self) -> impl Iterator<Item = (Span, &str)> {
        let (mut rest, mut passed) = (self.text.as_str(), self.span.start);
        self.sentences.iter().map(move |span| {
            let (_, from_here) = split(rest, span.start - passed);
            let (words, after) = split(from_here, span.end - span.start);
            (rest, passed) = (after, span.end);
            (*span, words)
        })
    }
}

/// A text's first characters, and the rest.
pub fn split(text: &str, characters: usize) -> (&str, &str) {
    let mut rest = text.chars();
    if let Some(last) = characters.checked_sub(1) {
        rest.nth(last);
    }
    text.split_at(text.len() - rest.as_str().len())
}

/// Longest passage, in characters: what one thought takes.
const LONGEST: usize = 1_500;

/// Longest sentence, in characters: far longer than people write.
const ENDLESS: usize = 1_200;

/// Splits a part into passages.
pub fn passages(text_index: usize, part: &TextPart) -> Vec<Passage> {
    let mut passages = Vec::new();
    let mut start_of_segment = 0;
    for segment in &part.segments {
        let mut chars: Vec<char> = Vec::with_capacity(segment.text.len());
        chars.extend(segment.text.chars());
        // The text after a character.
        let (mut rest, mut passed) = (segment.text.as_str(), 0);
        // What was deleted, remarked or hidden is not what the document says.
        let said = if segment.role.is_said() { paragraphs(&chars) } else { Vec::new() };
        for span in said {
            let place = Span { start: start_of_segment + span.start, end: start_of_segment + span.end };
            if !is_own(part, place) {
                continue;
            }
            let sentences = sentences(&chars, span);
            for group in group(&sentences) {
                let (first, last) = (group[0].start, group[group.len() - 1].end);
                if is_address(&chars[first..last]) {
                    continue;
                }
                let (_, from_here) = split(rest, first - passed);
                let (text, after) = split(from_here, last - first);
                (rest, passed) = (after, last);
                passages.push(Passage {
                    text_index,
                    segment: segment.number,
                    span: Span { start: start_of_segment + first, end: start_of_segment + last },
                    text: text.into(),
                    sentences: group
                        .iter()
                        .map(|one| Span { start: start_of_segment + one.start, end: start_of_segment + one.end })
                        .collect(),
                });
            }
        }
        start_of_segment += chars.len() + 1;
    }
    without_signature(passages)
}

/// "Dear secretariat,": a few words before a comma or a colon say nothing, whatever they remind of.
fn is_address(passage: &[char]) -> bool {
    let is_open = matches!(passage.last(), Some(',' | '，' | '،' | ':' | '：'));
    if passage.len() > 80 || !is_open || passage.contains(&'\n') {
        return false;
    }
    let text: String = passage.iter().collect();
    text.split_whitespace().count() <= 10
}

/// Most of a paragraph must be the sender's own.
fn is_own(part: &TextPart, place: Span) -> bool {
    let Some(own) = &part.own else { return true };
    let inside: usize =
        own.iter().map(|span| span.end.min(place.end).saturating_sub(span.start.max(place.start))).sum();
    inside * 2 > place.end - place.start
}

/// Paragraphs end at a blank line, or at a line that is short and ends a sentence.
fn paragraphs(chars: &[char]) -> Vec<Span> {
    let mut lines = Vec::new();
    let mut start = 0;
    for at in 0..=chars.len() {
        if at == chars.len() || chars[at] == '\n' {
            lines.push(Span { start, end: at });
            start = at + 1;
        }
    }
    let longest = lines.iter().map(|line| line.end - line.start).max().unwrap_or(0);
    let mut spans: Vec<Span> = Vec::new();
    let mut open: Option<Span> = None;
    for line in lines {
        let words = &chars[line.start..line.end];
        if words.iter().all(|c| c.is_whitespace()) {
            spans.extend(open.take());
            continue;
        }
        open = Some(Span { start: open.map_or(line.start, |span| span.start), end: line.end });
        let is_short = (line.end - line.start) * 4 < longest * 3;
        let ends =
            words.iter().rev().find(|c| !c.is_whitespace()).is_some_and(|c| is_end(*c) || *c == ':' || *c == '：');
        // A line much longer than paper is wide was not wrapped: it is a paragraph by itself.
        if (is_short && ends) || line.end - line.start > 200 {
            spans.extend(open.take());
        }
    }
    spans.extend(open);
    spans
}

fn is_end(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '。' | '！' | '？' | '؟' | '؛' | ';' | '；')
}

/// Sentences of a paragraph; a full stop ends one only before a blank or the end.
fn sentences(chars: &[char], span: Span) -> Vec<Span> {
    let mut found = Vec::new();
    let mut start = span.start;
    for at in span.start..span.end {
        let c = chars[at];
        let length = at - start;
        // Nearly all signs end nothing.
        if length < ENDLESS && !is_end(c) && !matches!(c, '．' | '\n') {
            continue;
        }
        let wide = matches!(c, '。' | '．' | '！' | '？' | '；');
        let next_blank = at + 1 >= span.end || chars[at + 1].is_whitespace();
        let bullet = c == '\n' && chars.get(at + 1).is_some_and(|next| matches!(next, '-' | '•' | '–' | '*' | '·'));
        // What never ends is cut, so that a quote can be read: at a blank, or anywhere if there is none.
        let endless = length >= ENDLESS && (c.is_whitespace() || length >= ENDLESS + 200);
        // A row of a table is no part of the next one.
        let row = c == '\n' && chars[start..at].contains(&'\t');
        if wide || bullet || row || endless || (is_end(c) && next_blank && !is_abbreviation(chars, start, at)) {
            found.push(Span { start, end: at + 1 });
            start = at + 1;
        }
    }
    found.push(Span { start, end: span.end });
    let trimmed = found.into_iter().filter_map(|one| {
        let first = (one.start..one.end).find(|at| !chars[*at].is_whitespace())?;
        let last = (one.start..one.end).rev().find(|at| !chars[*at].is_whitespace())?;
        Some(Span { start: first, end: last + 1 })
    });
    trimmed.collect()
}

/// "Mr.", "No.", "p.", an initial: one or two letters before the stop.
fn is_abbreviation(chars: &[char], start: usize, at: usize) -> bool {
    if chars[at] != '.' {
        return false;
    }
    let word = chars[start..at].iter().rev().take_while(|c| c.is_alphabetic()).take(3).collect::<Vec<_>>();
    match word.as_slice() {
        [one] => one.is_uppercase() || one.is_lowercase(),
        [_, first] => first.is_uppercase(),
        _ => false,
    }
}

/// Sentences in passages of bearable length.
fn group(sentences: &[Span]) -> Vec<Vec<Span>> {
    let mut groups: Vec<Vec<Span>> = Vec::new();
    for sentence in sentences {
        match groups.last_mut() {
            Some(open) if sentence.end - open[0].start <= LONGEST => open.push(*sentence),
            _ => groups.push(vec![*sentence]),
        }
    }
    groups
}

/// What stands after "-- " or a closing formula at the very end is no part of the input.
fn without_signature(mut passages: Vec<Passage>) -> Vec<Passage> {
    if let Some(at) = passages.iter().position(|one| one.text.trim_end() == "--" || one.text.starts_with("--\n")) {
        passages.truncate(at);
    }
    passages
}
