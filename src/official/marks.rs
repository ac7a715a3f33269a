//! What a line of a report begins with: a number, a letter, a heading. Looks at one line only; whether it is due there is
//! for `reading` to say.

use crate::normal::normal;
use regex::Regex;
use std::sync::LazyLock;

static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^([0-9\u{660}-\u{669}\u{6f0}-\u{6f9}\u{ff10}-\u{ff19}]{1,3})( ?[.．。、]| ?[-–—‑−])(.*)$").ok()
});
static LETTER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^(\p{Lu}) ?[.．、](.*)$").ok());
static ROMAN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^([IVX]{1,5}) ?[.．](.*)$").ok());
static HAN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^[(（]?([一二三四五六七八九十]{1,2})[)）]?、(.*)$").ok());
static ABJAD_HEAD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^(\p{Arabic}{2,5}) ?[-–—:.] ?(.*)$").ok());
static SUB: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[(（]?(\p{L})[)）] ?(.*)$").ok());
static ANNEX: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^(?i:annex|annexe|anexo|appendix|appendice|apéndice|приложение|附件|附录|المرفق|مرفق|التذييل)(?: ?([\p{L}\d]{1,8}))?(?: ?[:：.\-–—] ?(.+))?$",
    )
    .ok()
});
static LEADER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(\.{3,}|…{2,}|(\. ){3,}|·{3,}) ?\d*$").ok());

/// Words of the Arabic alphabet's order, as the United Nations letter sections and annexes.
const ABJAD: [&str; 12] = ["الف", "باء", "جيم", "دال", "هاء", "واو", "زاي", "حاء", "طاء", "ياء", "كاف", "لام"];
const ABJAD_LETTERS: &str = "أبجدهوزحطيكل";
const ORDINALS: [&str; 6] = ["الاول", "الثاني", "الثالث", "الرابع", "الخامس", "السادس"];
const HAN_DIGITS: &str = "一二三四五六七八九十";
/// Cyrillic letters that look as Latin ones do.
const ALIKE: [(char, char); 9] =
    [('А', 'A'), ('В', 'B'), ('С', 'C'), ('Е', 'E'), ('Н', 'H'), ('К', 'K'), ('М', 'M'), ('О', 'O'), ('Т', 'T')];
const CYRILLIC: &str = "АБВГДЕЖЗИКЛМ";

/// A line of a list of contents.
pub fn is_contents(line: &str) -> bool {
    LEADER.as_ref().is_some_and(|form| form.is_match(line))
}

/// The number of a paragraph and what follows it; a hyphen stands for the full stop in Arabic only.
pub fn number(line: &str) -> Option<(u32, &str)> {
    let found = NUMBER.as_ref()?.captures(line)?;
    let (digits, stop, rest) = (found.get(1)?.as_str(), found.get(2)?.as_str().trim(), found.get(3)?.as_str());
    let value = digits.chars().try_fold(0_u32, |value, c| Some(value * 10 + digit(c)?))?;
    let is_stop = matches!(stop, "." | "．" | "。" | "、");
    let rest = rest.trim_start();
    let fits = match rest.chars().next() {
        None => is_stop,
        // 3.5 is no paragraph 3; 12-day is no paragraph 12.
        Some(c) => !c.is_numeric() && (is_stop || ('\u{600}'..='\u{6ff}').contains(&c)) || starts_year(rest, is_stop),
    };
    (fits && value > 0).then_some((value, rest))
}

/// `3. 2035 年` begins with a number of its own, after a blank.
fn starts_year(rest: &str, is_stop: bool) -> bool {
    is_stop && rest.chars().take_while(char::is_ascii_digit).count() == 4
}

/// The value of a digit of any of the six languages.
fn digit(c: char) -> Option<u32> {
    match c {
        '\u{660}'..='\u{669}' => Some(c as u32 - 0x660),
        '\u{6f0}'..='\u{6f9}' => Some(c as u32 - 0x6f0),
        '\u{ff10}'..='\u{ff19}' => Some(c as u32 - 0xff10),
        c => c.to_digit(10),
    }
}

/// The places (from 0) that the letter of a section can mean, and its title.
pub fn section(line: &str) -> Option<(Vec<usize>, &str)> {
    if let Some(found) = ABJAD_HEAD.as_ref()?.captures(line) {
        let word = normal(found.get(1)?.as_str()).text;
        let at = ABJAD.iter().position(|one| *one == word.trim())?;
        return Some((vec![at], found.get(2)?.as_str()));
    }
    let found = LETTER.as_ref()?.captures(line)?;
    let letter = found.get(1)?.as_str().chars().next()?;
    let places = letter_places(letter);
    let title = found.get(2)?.as_str().trim_start();
    (!places.is_empty() && is_title(title)).then_some((places, title))
}

/// The places that a capital letter can have in the order of sections: В is the second Latin look-alike, or the third of
/// the Russian alphabet.
fn letter_places(letter: char) -> Vec<usize> {
    let latin = ALIKE.iter().find(|(alike, _)| *alike == letter).map_or(letter, |(_, latin)| *latin);
    let mut places = Vec::new();
    if latin.is_ascii_uppercase() {
        places.push(latin as usize - 'A' as usize);
    }
    if let Some(at) = CYRILLIC.chars().position(|one| one == letter)
        && !places.contains(&at)
    {
        places.push(at);
    }
    places
}

fn is_title(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= 160 && !text.ends_with(['.', ';', ',', '。', '；'])
}

/// The number of a chapter (`II.`, `二、`) and its title.
pub fn chapter(line: &str) -> Option<(usize, &str)> {
    if let Some(found) = ROMAN.as_ref()?.captures(line) {
        let title = found.get(2)?.as_str().trim_start();
        return Some((roman(found.get(1)?.as_str())?, title)).filter(|(_, title)| is_title(title));
    }
    let found = HAN.as_ref()?.captures(line)?;
    let title = found.get(2)?.as_str().trim_start();
    Some((han(found.get(1)?.as_str())?, title)).filter(|(_, title)| is_title(title))
}

fn han(text: &str) -> Option<usize> {
    let values: Option<Vec<usize>> = text.chars().map(|c| HAN_DIGITS.chars().position(|one| one == c)).collect();
    match values?.as_slice() {
        [one] => Some(one + 1),
        [9, one] => Some(11 + one),
        _ => None,
    }
}

fn roman(text: &str) -> Option<usize> {
    (1..=30).find(|value| as_roman(*value) == text)
}

/// 4 as IV.
pub fn as_roman(mut value: usize) -> String {
    let mut text = String::new();
    for (size, sign) in [(10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")] {
        while value >= size {
            value -= size;
            text.push_str(sign);
        }
    }
    text
}

/// The letter of a sub-paragraph as the English text has it, and what follows.
pub fn sub(line: &str) -> Option<(Vec<char>, &str)> {
    let found = SUB.as_ref()?.captures(line)?;
    let letter = found.get(1)?.as_str().chars().next()?;
    let rest = found.get(2)?.as_str();
    let place = |at: usize| char::from(b'a' + at as u8);
    if letter.is_ascii_lowercase() {
        return Some((vec![letter], rest));
    }
    if let Some(at) = ABJAD_LETTERS.chars().position(|one| one == letter || (one == 'أ' && letter == 'ا')) {
        return Some((vec![place(at)], rest));
    }
    let upper = letter.to_uppercase().next()?;
    let places = if letter.is_lowercase() { letter_places(upper) } else { Vec::new() };
    (!places.is_empty()).then(|| (places.into_iter().filter(|at| *at < 26).map(place).collect(), rest))
}

/// The mark of an annex as the English text has it, and its title if that stands on the line.
pub fn annex(line: &str) -> Option<(String, &str)> {
    let found = ANNEX.as_ref()?.captures(line)?;
    let title = found.get(2).map_or("", |one| one.as_str());
    let Some(word) = found.get(1).map(|one| one.as_str()) else { return Some((String::new(), title)) };
    let comparable = normal(word).text.trim().to_string();
    let letter = |at: usize| char::from(b'A' + at as u8).to_string();
    if let Some(at) = ABJAD.iter().position(|one| *one == comparable) {
        return Some((letter(at), title));
    }
    if let Some(at) = ORDINALS.iter().position(|one| *one == comparable) {
        return Some((as_roman(at + 1), title));
    }
    if roman(word).is_some() || word.chars().all(char::is_numeric) {
        return Some((word.into(), title));
    }
    if let Some(value) = han(word) {
        return Some((as_roman(value), title));
    }
    let mut letters = word.chars();
    match (letters.next(), letters.next()) {
        (Some(one), None) if one.is_uppercase() => Some((letter(*letter_places(one).first()?), title)),
        _ => None,
    }
}

/// A heading above what is recommended, and a heading above what is to be done: both stand in "recommended next steps".
const STEPS: [(&str, &[&str], &[&str]); 6] = [
    ("en", &["recommended", "recommendations", "proposed"], &["steps", "actions", "step"]),
    ("fr", &["recommand", "proposé"], &["étape", "mesure", "action"]),
    ("es", &["recomendad", "propuest"], &["paso", "medida", "etapa"]),
    ("ru", &["рекоменд", "предлагаем"], &["шаг", "мер", "действи"]),
    ("zh", &["建议", "推荐"], &["步骤", "下一步", "后续", "今后"]),
    ("ar", &["موصي", "توصي", "مقترح"], &["خطوات", "تدابير", "اجراءات"]),
];

/// Whether a line is the heading "Recommended next steps", in any of the six languages and near variants.
pub fn is_steps(line: &str) -> bool {
    let words = line.split_whitespace().count();
    if words > 7 || line.chars().count() > 70 || line.ends_with(['.', ';', ',', '。', '；']) || number(line).is_some()
    {
        return false;
    }
    let comparable = normal(line.trim_end_matches([':', '：'])).text;
    STEPS.iter().any(|(language, recommended, steps)| {
        // Chinese has no blanks between words.
        if *language == "zh" && line.chars().count() > 16 {
            return false;
        }
        let has = |list: &[&str]| list.iter().any(|word| comparable.contains(normal(word).text.trim()));
        has(recommended) && has(steps)
    })
}
