//! Numbers of paragraphs as people write them: lists, ranges, letters below them, in four kinds of digits. Never reads a
//! year, a share or a count as one of them.

use super::words::{is_wide, words};

/// A comparable text with its source, since blanks stand for hyphens and slashes in the former.
pub struct Source<'a> {
    pub text: &'a str,
    pub origin: &'a [u32],
    pub chars: &'a [char],
}

impl Source<'_> {
    /// The source's signs between two bytes of the comparable text.
    pub fn between(&self, start: usize, end: usize) -> &[char] {
        let from = if start == 0 { 0 } else { self.origin[start - 1] as usize + 1 };
        let to = self.origin.get(end).map_or(self.chars.len(), |at| *at as usize);
        self.chars.get(from.min(to)..to).unwrap_or(&[])
    }

    fn is_dashed(&self, start: usize, end: usize) -> bool {
        self.between(start, end).iter().any(|c| is_dash(*c))
    }

    /// Where the blanks after a place end.
    pub fn after_blanks(&self, at: usize) -> usize {
        self.text.len() - self.text[at..].trim_start_matches(' ').len()
    }
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '~' | '\u{301c}' | '\u{ff5e}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}')
}

/// One number or a range, with the letter below it: `13(h)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    pub first: u32,
    pub last: u32,
    pub letter: Option<String>,
}

impl Number {
    /// As a catalogue writes it: `34`, `34-36`, `34(b)`.
    pub fn written(&self) -> String {
        let letter = self.letter.as_ref().map(|one| format!("({one})")).unwrap_or_default();
        if self.last > self.first { format!("{}-{}", self.first, self.last) } else { format!("{}{letter}", self.first) }
    }
}

/// A whole number at a place, and its end.
pub fn number(text: &str, at: usize) -> Option<(u32, usize)> {
    let mut value: u32 = 0;
    let mut end = at;
    for c in text[at..].chars() {
        let Some(digit) = digit(c) else { break };
        value = value.checked_mul(10)?.checked_add(digit)?;
        end += c.len_utf8();
    }
    if end > at { Some((value, end)) } else { chinese_number(text, at) }
}

fn digit(c: char) -> Option<u32> {
    match c {
        '0'..='9' => Some(c as u32 - '0' as u32),
        '٠'..='٩' => Some(c as u32 - '٠' as u32),
        '۰'..='۹' => Some(c as u32 - '۰' as u32),
        _ => None,
    }
}

/// Whether a sign is a digit in one of the scripts.
pub fn is_digit(c: char) -> bool {
    digit(c).is_some()
}

/// 五十六, 一百零二, 二〇二一.
fn chinese_number(text: &str, at: usize) -> Option<(u32, usize)> {
    let (mut total, mut open, mut end) = (0u32, None::<u32>, at);
    for c in text[at..].chars() {
        match "零一二三四五六七八九".chars().position(|one| one == c).or((c == '〇').then_some(0)) {
            Some(value) => {
                let value = u32::try_from(value).ok()?;
                // Digit by digit, as years are written.
                open = Some(match open {
                    Some(before) if before > 0 => before.checked_mul(10)?.checked_add(value)?,
                    Some(_) | None => value,
                });
            }
            None => {
                let unit = match c {
                    '十' => 10,
                    '百' => 100,
                    _ => break,
                };
                total += open.take().unwrap_or(1).checked_mul(unit)?;
            }
        }
        end += c.len_utf8();
    }
    (end > at).then(|| (total + open.unwrap_or(0), end)).filter(|(value, _)| *value > 0)
}

/// The highest number that a paragraph has: more are years and counts.
const HIGHEST: u32 = 400;

/// Numbers at a place and their end; `many`: the word before was a plural. What goes on as a count ("and 12 States") is
/// left out.
pub fn list(source: &Source<'_>, at: usize, many: bool) -> Option<(Vec<Number>, usize)> {
    let text = source.text;
    let at = after_mark(source, at);
    let (value, mut end) = number(text, at)?;
    // "3.2" and "5 %" are other things.
    if value == 0 || value > HIGHEST || goes_on(text, end) {
        return None;
    }
    let mut found = vec![Number { first: value, last: value, letter: None }];
    if let Some((letter, after)) = letter(source, end) {
        (found[0].letter, end) = (Some(letter), after);
    }
    while let Some((range, next)) = joint(source, end) {
        let before = &found[found.len() - 1];
        let base = before.last;
        if before.letter.is_some()
            && let Some((one, after)) = letter(source, next)
        {
            let from = before.letter.clone().unwrap_or_default();
            let all = if range { letters_between(&from, &one) } else { vec![one] };
            found.extend(all.into_iter().map(|letter| Number { first: base, last: base, letter: Some(letter) }));
            end = after;
            continue;
        }
        let Some((value, after)) = number(text, next) else { break };
        let below = letter(source, after);
        let near = value > base && (many || range || value - base <= 3);
        // "13 i) and 13 j)".
        let again = value == base && before.letter.is_some() && below.is_some();
        let fits = near || again || (many && value != base);
        if value == 0 || value > HIGHEST || goes_on(text, after) || !fits {
            break;
        }
        if range && value > base && before.letter.is_none() {
            let place = found.len() - 1;
            found[place].last = value;
            end = after;
            continue;
        }
        end = below.as_ref().map_or(after, |(_, end)| *end);
        found.push(Number { first: value, last: value, letter: below.map(|(letter, _)| letter) });
    }
    Some((found, end))
}

/// Skips "No.", "n°", "№", a full stop, a colon and blanks before a number.
pub fn after_mark(source: &Source<'_>, at: usize) -> usize {
    let mut at = at;
    loop {
        at = source.after_blanks(at);
        let rest = &source.text[at..];
        let marks = [
            "nos.", "no.", "no ", "nºs", "nº", "n°s", "n°", "núms.", "núm.", "num.", "numbers", "number", "numero",
            "رقم", "№", "º", "°", ".", "第",
        ];
        match marks.iter().find(|mark| rest.starts_with(**mark)) {
            Some(mark) => at += mark.len(),
            None => return at,
        }
    }
}

/// Whether a number is part of something else: "3.2", "5 %", "12th".
fn goes_on(text: &str, end: usize) -> bool {
    let mut rest = text[end..].chars();
    match rest.next() {
        Some('.' | ',' | ':') => rest.next().is_some_and(is_digit),
        Some('%' | '٪' | '年' | '月' | '日') => true,
        Some(' ') => matches!(rest.next(), Some('%' | '٪')),
        _ => false,
    }
}

/// What joins two numbers, whether as a range, and where the second one begins.
fn joint(source: &Source<'_>, at: usize) -> Option<(bool, usize)> {
    let text = source.text;
    let start = source.after_blanks(at);
    let rest = &text[start..];
    let skip = |end: usize| {
        let mut end = source.after_blanks(end);
        // "第55段至第57段": the words around a number are said again.
        for again in ["paragraphs", "paragraph", "paras", "para", "пункта", "пункт", "пункту", "الفقره", "第"]
        {
            if text[end..].starts_with(again) {
                end = source.after_blanks(end + again.len());
                end = if text[end..].starts_with('.') { source.after_blanks(end + 1) } else { end };
            }
        }
        end
    };
    let start = if rest.starts_with('段') { start + '段'.len_utf8() } else { start };
    let rest = &text[start..];
    // A hyphen is a blank in comparable text.
    if start > at && rest.starts_with(|c: char| is_digit(c) || c == '第' || c == '(') && source.is_dashed(at, start) {
        return Some((true, skip(start)));
    }
    for word in ["through", "to", "a", "à", "au", "al", "hasta", "по", "до", "至", "到", "الي", "حتي", "~"]
    {
        if let Some(end) = joined_by(rest, word) {
            return Some((true, skip(start + end)));
        }
    }
    let mut end = start;
    let mut joined = false;
    loop {
        end = source.after_blanks(end);
        let rest = &text[end..];
        let sign = rest.chars().next().filter(|c| matches!(c, ',' | '、' | '،' | '&' | ';' | '；'));
        if let Some(sign) = sign {
            (end, joined) = (end + sign.len_utf8(), true);
            continue;
        }
        match words().and.iter().filter_map(|word| joined_by(rest, word)).max() {
            Some(length) => (end, joined) = (end + length, true),
            None => break,
        }
    }
    // "55/56" is a list of two.
    joined = joined || (end > at && source.between(at, end).contains(&'/'));
    joined.then(|| (false, skip(end)))
}

/// The length of a joining word at the beginning of a text; in Chinese and after the Arabic "and" no blank need follow.
fn joined_by(rest: &str, word: &str) -> Option<usize> {
    let after = rest.strip_prefix(word)?;
    let free = word.ends_with(is_wide) || word == "و" || !after.starts_with(char::is_alphanumeric);
    free.then_some(word.len())
}

/// The letter below a number: "(h)", " h)", "13h", "(ح)", "(iv)".
pub fn letter(source: &Source<'_>, at: usize) -> Option<(String, usize)> {
    let text = source.text;
    let from = source.after_blanks(at);
    let opened = text[from..].starts_with('(');
    let start = if opened { from + 1 } else { from };
    let start = source.after_blanks(start);
    let inside: String = text[start..].chars().take_while(|c| c.is_alphabetic() && !is_wide(*c)).take(5).collect();
    let end = start + inside.len();
    let closed = text[end..].starts_with(')');
    // "13h" is one; "13 h" may be the time of a meeting.
    let bare = !opened && !closed && from == at && inside.chars().count() == 1 && at > 0;
    if !closed && !bare {
        return None;
    }
    Some((latin(&inside)?, if closed { end + 1 } else { end }))
}

/// A letter of a list in Latin: the Arabic ones in their old order, Roman numbers as they are.
pub fn latin(word: &str) -> Option<String> {
    let mut signs = word.chars();
    let (first, more) = (signs.next()?, signs.next());
    if more.is_some() {
        return word.chars().all(|c| matches!(c, 'i' | 'v' | 'x')).then(|| word.to_string());
    }
    if first.is_ascii_lowercase() {
        return Some(first.to_string());
    }
    let place = "ابجدهوزحطيكلمن".chars().position(|c| c == first)?;
    char::from_u32('a' as u32 + u32::try_from(place).ok()?).map(String::from)
}

/// The letters after one up to another.
fn letters_between(from: &str, to: &str) -> Vec<String> {
    match (from.chars().next(), to.chars().next()) {
        (Some(from), Some(to)) if from.is_ascii() && to.is_ascii() && from < to => {
            ((from as u8 + 1)..=(to as u8)).map(|c| char::from(c).to_string()).collect()
        }
        _ => vec![to.to_string()],
    }
}
