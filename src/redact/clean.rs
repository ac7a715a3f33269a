//! Takes passages out of a text and leaves a mark that everybody sees. Keeps nothing of them.

use crate::domain::message::Span;

/// The mark in the language of the text (ISO 639-1).
pub fn mark(language: &str) -> &'static str {
    match language {
        "ar" => "[محجوب]",
        "es" => "[suprimido]",
        "fr" => "[occulté]",
        "ru" => "[удалено]",
        "zh" => "[已删除]",
        _ => "[redacted]",
    }
}

/// The text with each span replaced by `mark`; spans are in characters of the whole text of which this is the piece that
/// begins at `begin`. Gives how many places were struck in it.
pub fn clean_text(text: &str, begin: usize, spans: &[Span], mark: &str) -> (String, u32) {
    let chars: Vec<char> = text.chars().collect();
    let inside = |at: usize| at.clamp(begin, begin + chars.len()) - begin;
    let mut cuts: Vec<(usize, usize)> = spans.iter().map(|span| (inside(span.start), inside(span.end))).collect();
    cuts.retain(|(start, end)| start < end);
    cuts.sort_unstable();
    let (mut cleaned, mut at, mut count) = (String::with_capacity(text.len()), 0, 0);
    for (start, end) in cuts {
        if start >= at {
            cleaned.extend(&chars[at..start]);
            cleaned.push_str(mark);
            count += 1;
        }
        at = at.max(end);
    }
    cleaned.extend(&chars[at..]);
    (cleaned, count)
}
