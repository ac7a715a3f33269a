//! Places in documents as people name them: "paragraphs 55 to 57", "Annex B", "norm 13(h)", "第五十五段". Says nothing of which
//! document they are in, beyond what the words themselves say.

use super::numbers::{Number, Source, after_mark, is_digit, latin, letter, list};
use super::symbols::article;
use super::words::{Hit, Place, Word, Words, is_wide, word_start};

/// A place in a document, in bytes of the passage's comparable text.
#[derive(Clone, Debug)]
pub struct Located {
    pub start: usize,
    pub end: usize,
    pub place: Place,
    /// As they are shown: `55`, `13(h)`, `Annex B`.
    pub labels: Vec<String>,
    /// For paragraphs, the numbers behind that.
    pub numbers: Vec<Number>,
    /// It counts only where its document stands beside it: an annex with a number is mostly the sender's own.
    pub weak: bool,
    /// It is a paragraph of an article of a treaty.
    pub of_article: bool,
}

/// All places that a passage names.
pub fn places(words: &Words, source: &Source<'_>, hits: &[Hit]) -> Vec<Located> {
    let mut found = Vec::new();
    for hit in hits {
        let one = match hit.word {
            Word::Place(place) => place_after(words, source, *hit, place),
            Word::Counted => chinese(source, hit.start),
            Word::Ordinal(_) if source.text[hit.start..].starts_with('第') => chinese(source, hit.start),
            Word::SectionAfter => section_before(source, *hit),
            _ => None,
        };
        found.extend(one);
    }
    let articles: Vec<(usize, usize)> = hits.iter().filter_map(|hit| article_at(source, *hit)).collect();
    for one in found.iter_mut().filter(|one| matches!(one.place, Place::Paragraph | Place::Paragraphs)) {
        let near = |start: usize, end: usize| {
            let gap = source.text.get(start..end).unwrap_or("....");
            gap.chars().count() <= 16 && !gap.contains(['.', ';', '。'])
        };
        one.of_article = articles.iter().any(|(start, end)| near(*end, one.start) || near(one.end, *start));
    }
    found.retain(|one| !words.is_own_paper(&source.text[..one.start], &source.text[one.end..]));
    found.sort_by_key(|one| one.start);
    found.dedup_by(|later, first| later.start < first.end);
    found
}

fn article_at(source: &Source<'_>, hit: Hit) -> Option<(usize, usize)> {
    match hit.word {
        Word::Article => Some((hit.start, article(source, hit.end)?)),
        Word::Counted | Word::Ordinal(_) => {
            let sign = hit.start + source.text[hit.start..].strip_prefix('第').map(|_| '第'.len_utf8())?;
            let (_, end) = list(source, sign, false)?;
            source.text[end..].starts_with('条').then(|| (hit.start, end + '条'.len_utf8()))
        }
        _ => None,
    }
}

fn place_after(words: &Words, source: &Source<'_>, hit: Hit, place: Place) -> Option<Located> {
    let start = word_start(source.text, hit.start);
    let word = &source.text[hit.start..hit.end];
    // "par" is a word of its own in French; the short forms of Russian are letters.
    let short = ["par", "pars", "п", "пп", "párr", "párrs"].contains(&word);
    if short && !source.text[hit.end..].starts_with('.') {
        return None;
    }
    match place {
        Place::Paragraph | Place::Paragraphs => paragraphs(words, source, (start, hit.end), place),
        Place::Annex | Place::Section => lettered(words, source, (start, hit.end), place),
        Place::Recommendation => {
            let (numbers, end) = list(source, hit.end, true)?;
            let next = source.text[end..].trim_start();
            let next: String = next.chars().take_while(|c| c.is_alphabetic()).collect();
            let counts = words.counted.contains(&next) || (word.starts_with(is_wide) && next.starts_with(is_wide));
            let marked = after_mark(source, hit.end) > source.after_blanks(hit.end);
            let plain = next.is_empty() || words.of.contains(&next) || words.and.contains(&next);
            if counts || (numbers.len() == 1 && is_plural(word) && !marked && !plain) {
                return None;
            }
            let labels = numbers.iter().map(|one| format!("recommendation {}", one.written())).collect();
            Some(Located { labels, ..located(start, end, place) })
        }
        Place::Cbm => {
            let (numbers, end) = list(source, hit.end, true)?;
            let labels = numbers.iter().map(|one| format!("CBM {}", one.written())).collect();
            Some(Located { labels, numbers, ..located(start, end, place) })
        }
        Place::Norm => norms(source, (start, hit.end)),
    }
}

fn located(start: usize, end: usize, place: Place) -> Located {
    Located { start, end, place, labels: vec![], numbers: vec![], weak: false, of_article: false }
}

fn is_plural(word: &str) -> bool {
    word.ends_with('s') || word.ends_with("ий") || word.ends_with("иях") || word.ends_with("ات")
}

fn paragraphs(words: &Words, source: &Source<'_>, word: (usize, usize), place: Place) -> Option<Located> {
    let text = source.text;
    // "контактных пунктов 120 государств": points of contact.
    if text[..word.0].trim_end().rsplit(' ').next().is_some_and(|before| before.starts_with("контактн")) {
        return None;
    }
    let (mut numbers, end) = list(source, word.1, place == Place::Paragraphs)?;
    let rest = text[end..].trim_start();
    if words.agenda.iter().any(|phrase| rest.starts_with(phrase.as_str())) {
        return None;
    }
    let mut start = word.0;
    if numbers.len() == 1
        && let Some((one, from)) = letter_before(words, source, word.0)
    {
        (numbers[0].letter, start) = (Some(one), from);
    }
    let labels = numbers.iter().map(Number::written).collect();
    Some(Located { labels, numbers, ..located(start, end, place) })
}

/// "subparagraph (h) of paragraph 13": the letter and where its words begin.
fn letter_before(words: &Words, source: &Source<'_>, at: usize) -> Option<(String, usize)> {
    let text = source.text;
    let from = text[..at].char_indices().rev().take(40).last().map_or(at, |(from, _)| from);
    let found =
        words.below.iter().filter_map(|word| text[from..at].rfind(word.as_str()).map(|place| (place, word.len())));
    let (place, length) = found.max()?;
    let begin = from + place;
    let next = source.after_blanks(begin + length);
    let (one, end) = letter(source, begin + length).or_else(|| {
        let sign = text[next..].chars().next().filter(char::is_ascii_lowercase)?;
        let end = next + sign.len_utf8();
        (!text[end..].starts_with(char::is_alphanumeric)).then(|| (sign.to_string(), end))
    })?;
    let between = text.get(end..at)?.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    between.into_iter().all(|word| words.of.contains(word)).then_some((one, begin))
}

/// Names of letters in Arabic, which its annexes and sections have.
const ARABIC_LETTERS: [(&str, char); 10] = [
    ("الف", 'A'),
    ("باء", 'B'),
    ("جيم", 'C'),
    ("دال", 'D'),
    ("هاء", 'E'),
    ("واو", 'F'),
    ("زاي", 'G'),
    ("حاء", 'H'),
    ("ا", 'A'),
    ("ب", 'B'),
];

/// "Annex B", "sections C and D", "附件B", "الفرع زاي".
fn lettered(words: &Words, source: &Source<'_>, word: (usize, usize), place: Place) -> Option<Located> {
    let text = source.text;
    let (start, word_end) = word;
    let (mut label, mut end) = capital(source, source.after_blanks(word_end))?;
    let name = if place == Place::Annex { "Annex" } else { "section" };
    let mut weak = label.chars().any(|c| c.is_ascii_digit()) || (label.len() > 1 && label.is_ascii());
    let mut labels = vec![format!("{name} {label}")];
    loop {
        let rest = text[end..].trim_start_matches([' ', ',', '、', '،']);
        let and = words.and.iter().filter(|one| rest.starts_with(one.as_str())).max_by_key(|one| one.len());
        let next = text.len() - rest.len() + and.map_or(0, |one| one.len());
        if and.is_none() && next == end {
            break;
        }
        let Some((more, after)) = capital(source, source.after_blanks(next)).filter(|_| next > end) else { break };
        (label, end) = (more, after);
        labels.push(format!("{name} {label}"));
    }
    // At the beginning of a line it is a heading of the sender's own.
    let begin = source.origin[start] as usize;
    let heads = source.chars[..begin].iter().rev().find(|c| **c != ' ').is_none_or(|c| *c == '\n');
    weak |= heads;
    Some(Located { labels, weak, ..located(start, end, place) })
}

/// A letter that is written as a capital, a Roman number, a number, or an Arabic letter by its name.
fn capital(source: &Source<'_>, at: usize) -> Option<(String, usize)> {
    let text = source.text;
    let at = if text[at..].starts_with(['"', '(']) { at + 1 } else { at };
    if text[at..].starts_with(is_digit) || text[at..].starts_with(|c| "一二三四五".contains(c)) {
        let (value, end) = super::numbers::number(text, at)?;
        return (value <= 20).then(|| (value.to_string(), end));
    }
    let word: String = text[at..].chars().take_while(|c| c.is_alphabetic() && !is_wide(*c)).collect();
    let end = at + word.len();
    if let Some((_, letter)) = ARABIC_LETTERS.iter().find(|(name, _)| *name == word) {
        return Some((letter.to_string(), end));
    }
    let written = source.chars.get(source.origin[at] as usize)?;
    if !written.is_uppercase() && !('\u{ff21}'..='\u{ff3a}').contains(written) {
        return None;
    }
    match word.as_str() {
        // The Cyrillic letters that stand for the same place in both alphabets.
        "а" => Some(("A".into(), end)),
        "б" => Some(("B".into(), end)),
        "i" | "ii" | "iii" | "iv" | "v" | "vi" => Some((word.to_uppercase(), end)),
        _ if word.chars().count() == 1 => Some((word.to_uppercase(), end)),
        _ => None,
    }
}

/// "G节": the letter stands before.
fn section_before(source: &Source<'_>, hit: Hit) -> Option<Located> {
    let letter = source.text[..hit.start].trim_end().chars().next_back().filter(char::is_ascii_lowercase)?;
    let at = source.text[..hit.start].trim_end().len() - 1;
    if word_start(source.text, at) != at || !source.chars.get(source.origin[at] as usize)?.is_uppercase() {
        return None;
    }
    let sign = source.text[..at].ends_with('第');
    let start = if sign { at - '第'.len_utf8() } else { at };
    let labels = vec![format!("section {}", letter.to_ascii_uppercase())];
    Some(Located { labels, ..located(start, hit.end, Place::Section) })
}

/// "第55至57段", "第13(h)段", "第6项建立信任措施".
fn chinese(source: &Source<'_>, start: usize) -> Option<Located> {
    let text = source.text;
    let (mut numbers, end) = list(source, start + '第'.len_utf8(), true)?;
    let rest = text[end..].trim_start();
    let at = text.len() - rest.len();
    if rest.starts_with("段") || text[..end].ends_with('段') {
        let mut end = if rest.starts_with('段') { at + '段'.len_utf8() } else { end };
        if let (Some(last), Some((one, after))) = (numbers.last_mut(), letter(source, end))
            && last.letter.is_none()
        {
            (last.letter, end) = (Some(one), after);
        }
        let norm = ["规范", "准则"].iter().any(|word| text[end..].starts_with(word) || text[..start].ends_with(word));
        let place = if norm { Place::Norm } else { Place::Paragraphs };
        let labels = numbers.iter().map(Number::written).collect();
        return Some(Located { labels, numbers, ..located(start, end, place) });
    }
    let (place, name, words) = [
        (Place::Recommendation, "recommendation", ["项建议", "条建议"]),
        (Place::Cbm, "CBM", ["项建立信任措施", "条建立信任措施"]),
    ]
    .into_iter()
    .find(|(_, _, words)| words.iter().any(|word| rest.starts_with(word)))?;
    let length = words.iter().find(|word| rest.starts_with(**word)).map_or(0, |word| word.len());
    let labels = numbers.iter().map(|one| format!("{name} {}", one.written())).collect();
    Some(Located { labels, numbers, ..located(start, at + length, place) })
}

/// "norm 13(h)", "norms (f) and (g)", "norm h".
fn norms(source: &Source<'_>, word: (usize, usize)) -> Option<Located> {
    let (start, word_end) = word;
    let many = is_plural(&source.text[start..word_end]);
    if let Some((numbers, end)) = list(source, word_end, many) {
        // "norms 5G": letters stand below paragraph 13 only.
        if numbers.iter().any(|one| one.letter.is_some() && one.first != 13) {
            return None;
        }
        let bare = numbers.iter().any(|one| one.letter.is_none() && one.first != 13);
        // "norms 120 States": there are eleven.
        if numbers.iter().any(|one| one.last > 13) || (many && bare && numbers.len() == 1) {
            return None;
        }
        let label = |one: &Number| if bare { format!("norm {}", one.written()) } else { one.written() };
        let labels = numbers.iter().map(label).collect();
        return Some(Located {
            labels,
            numbers: if bare { vec![] } else { numbers },
            ..located(start, end, Place::Norm)
        });
    }
    let mut at = word_end;
    let mut numbers = Vec::new();
    while let Some((one, end)) = norm_letter(source, at) {
        numbers.push(Number { first: 13, last: 13, letter: Some(one) });
        at = end;
        let rest = source.text[at..].trim_start_matches([' ', ',', '、', '،']);
        let and = ["and ", "et ", "y ", "и ", "و", "和", "及"].iter().find(|one| rest.starts_with(**one));
        let next = source.text.len() - rest.len() + and.map_or(0, |one| one.trim_end().len());
        if norm_letter(source, next).is_none() || next == at {
            break;
        }
        at = next;
    }
    let labels = numbers.iter().map(Number::written).collect::<Vec<_>>();
    (!labels.is_empty()).then(|| Located { labels, numbers, ..located(start, at, Place::Norm) })
}

fn norm_letter(source: &Source<'_>, at: usize) -> Option<(String, usize)> {
    let is_norm =
        |one: &String| matches!(one.as_str(), "a" | "b" | "c" | "d" | "e" | "f" | "g" | "h" | "i" | "j" | "k");
    if let Some((one, end)) = letter(source, at).filter(|(one, _)| is_norm(one)) {
        return Some((one, end));
    }
    let next = source.after_blanks(at);
    let sign = source.text[next..].chars().next()?;
    let end = next + sign.len_utf8();
    // "norm a State": letters that are words need their bracket.
    let alone = matches!(sign, 'b' | 'c' | 'f' | 'g' | 'h' | 'j' | 'k');
    let ends = !source.text[end..].starts_with(|c: char| (c.is_alphanumeric() && !is_wide(c)) || c == '\'');
    (alone && ends && next >= at).then(|| latin(&sign.to_string())).flatten().map(|one| (one, end))
}
