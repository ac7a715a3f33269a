//! Document symbols of the United Nations (`A/78/265`, `A/RES/77/37`) and numbers of resolutions. Takes nothing for a symbol
//! whose parts are not joined by a stroke or a hyphen.

use super::numbers::{Source, after_mark, is_digit, number};
use super::words::words;

/// Signs that join the parts of a symbol.
fn is_joined(source: &Source<'_>, start: usize, end: usize) -> bool {
    let between = source.between(start, end);
    let joins =
        |c: &char| matches!(c, '/' | '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2044}' | '\u{2215}' | '\u{ff0f}');
    between.iter().any(joins) && between.iter().all(|c| joins(c) || c.is_whitespace())
}

/// A symbol that begins here, and its end.
pub fn symbol(source: &Source<'_>, start: usize) -> Option<(String, usize)> {
    let text = source.text;
    let first = text[start..].chars().next()?;
    let mut made = match first {
        'a' | 'а' => "A".to_string(),
        's' => "S".to_string(),
        _ => return None,
    };
    let mut end = start + first.len_utf8();
    let mut numbers = 0;
    loop {
        let next = source.after_blanks(end);
        if next == end || !is_joined(source, end, next) {
            break;
        }
        let Some((piece, after)) = piece(source, next) else { break };
        // Cyrillic letters that look like Latin ones.
        numbers += usize::from(piece.chars().all(|c| c.is_ascii_digit()));
        made = format!("{made}/{piece}");
        end = after;
    }
    (numbers >= 1 && made.matches('/').count() >= 2).then_some((made, end))
}

/// One part of a symbol: `78`, `RES`, `AC.292`, `CRP.1`, `Rev.1`.
fn piece(source: &Source<'_>, at: usize) -> Option<(String, usize)> {
    let text = source.text;
    if text[at..].starts_with(is_digit)
        && let Some((value, end)) = number(text, at)
    {
        return (value < 10_000).then(|| (value.to_string(), end));
    }
    let word: String = text[at..].chars().take_while(|c| c.is_alphabetic()).take(6).collect();
    let latin: String = word
        .chars()
        .map(|c| match c {
            'а' => 'a',
            'с' => 'c',
            'р' => 'p',
            'е' => 'e',
            c => c,
        })
        .collect();
    let known = ["res", "ac", "c", "conf", "crp", "wp", "inf", "l", "rev", "add", "corr", "dec", "hrc", "es", "bur"];
    let place = known.iter().position(|one| *one == latin)?;
    let mut end = at + word.len();
    let mut made = match known[place] {
        "rev" | "add" | "corr" => {
            let mut letters = latin.chars();
            let first = letters.next()?.to_ascii_uppercase();
            format!("{first}{}", letters.as_str())
        }
        other => other.to_uppercase(),
    };
    if text[end..].starts_with('.') {
        let from = source.after_blanks(end + 1);
        if let Some((value, after)) = number(text, from) {
            made = format!("{made}.{value}");
            end = after;
        }
    }
    Some((made, end))
}

/// The resolutions whose numbers stand after the word, with their places: "resolutions 75/240 and 76/19", "resolution 2341
/// (2017)".
pub fn resolutions(source: &Source<'_>, word: (usize, usize)) -> Vec<(String, usize, usize)> {
    let (start, end) = word;
    let text = source.text;
    let mut found: Vec<(String, usize, usize)> = Vec::new();
    let rest = text[end..].trim_start();
    let of = words().assembly.iter().find_map(|phrase| rest.strip_prefix(phrase.as_str())).unwrap_or(rest);
    let mut at = after_mark(source, text.len() - of.len());
    while let Some((session, after)) = number(text, at) {
        let next = source.after_blanks(after);
        let begin = if found.is_empty() { start } else { at };
        let second = number(text, next).filter(|_| next > after && is_joined(source, after, next));
        let one = match second {
            Some((value, end)) if (30..=150).contains(&session) => (format!("A/RES/{session}/{value}"), begin, end),
            Some(_) | None => match year_in_brackets(source, after) {
                Some((year, end)) if session > 400 => (format!("S/RES/{session} ({year})"), begin, end),
                Some(_) | None => break,
            },
        };
        let end = one.2;
        found.push(one);
        let rest = text[end..].trim_start();
        let and = [", and ", ",", "and ", "et ", "y ", "и ", "、", "和", "و", "،"]
            .iter()
            .find(|word| rest.starts_with(**word));
        let Some(and) = and else { break };
        at = after_mark(source, text.len() - rest.len() + and.len());
    }
    found
}

/// A Chinese resolution: its number stands before the word, "第77/37号决议".
pub fn chinese_resolution(source: &Source<'_>, after_sign: usize) -> Option<(String, usize)> {
    let text = source.text;
    let (session, after) = number(text, after_sign)?;
    let next = source.after_blanks(after);
    let (value, end) = number(text, next).filter(|_| next > after && is_joined(source, after, next))?;
    let rest = text[end..].strip_prefix('号')?.trim_start();
    // "第76/19号和第77/37号决议": the word stands once, after the last one.
    let goes_on = ["和第", "及第", "与第", "、第"].iter().any(|word| rest.starts_with(word));
    let rest = match rest.strip_prefix("决议") {
        Some(rest) => rest,
        None if goes_on && rest.find("号决议").is_some_and(|at| at < 60) => rest,
        None => return None,
    };
    (30..=150).contains(&session).then(|| (format!("A/RES/{session}/{value}"), text.len() - rest.len()))
}

fn year_in_brackets(source: &Source<'_>, at: usize) -> Option<(u32, usize)> {
    let open = source.after_blanks(at);
    let rest = source.text[open..].strip_prefix('(')?;
    let (year, end) = number(source.text, source.text.len() - rest.len())?;
    ((1946..=2100).contains(&year) && source.text[end..].starts_with(')')).then_some((year, end + 1))
}

/// Whether an article's number follows, and where it ends.
pub fn article(source: &Source<'_>, word_end: usize) -> Option<usize> {
    number(source.text, after_mark(source, word_end)).map(|(_, end)| end)
}
