//! Words of a comparable text and their stems. Knows no text's meaning.

use std::borrow::Cow;

/// Whether any sign is Chinese.
pub fn is_chinese(text: &str) -> bool {
    // The first byte of all of them, and of few others.
    text.bytes().any(|byte| matches!(byte, 0xe4..=0xe9)) && text.chars().any(is_chinese_sign)
}

/// Whether a sign is Chinese.
pub fn is_chinese_sign(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// Whether a sign is a letter or a digit: as `char::is_alphanumeric`, and quicker for the letters that texts are made of.
pub fn is_word_sign(c: char) -> bool {
    match c {
        '\0'..='\u{7f}' => c.is_ascii_alphanumeric(),
        'à'..='ö' | 'ø'..='ÿ' | 'а'..='я' | '\u{620}'..='\u{64a}' | '\u{4e00}'..='\u{9fff}' => true,
        _ => c.is_alphanumeric(),
    }
}

/// Whether a sign is of a script without blanks between words.
pub fn is_wide(c: char) -> bool {
    ('\u{2e80}'..='\u{9fff}').contains(&c)
}

/// What all that look at a comparable text need to know of it, in bytes.
pub struct Layout {
    pub words: Vec<(usize, usize)>,
    /// Where phrases may begin: where no word goes on, and at every sign of a script without blanks between words.
    pub beginnings: Vec<usize>,
}

impl Layout {
    /// Of a comparable text.
    pub fn of(text: &str) -> Self {
        let mut made =
            Self { words: Vec::with_capacity(text.len() / 5), beginnings: Vec::with_capacity(text.len() / 5) };
        let (mut start, mut goes_on) = (None, false);
        for (at, c) in text.char_indices() {
            let (is_wide, is_sign) = (is_wide(c), is_word_sign(c));
            if is_wide || !goes_on {
                made.beginnings.push(at);
            }
            match (is_sign, start) {
                (true, None) => start = Some(at),
                (false, Some(from)) => {
                    made.words.push((from, at));
                    start = None;
                }
                (true, Some(_)) | (false, None) => {}
            }
            goes_on = is_sign && !is_wide;
        }
        made.words.extend(start.map(|from| (from, text.len())));
        made
    }
}

/// Words of a comparable text, in bytes.
pub fn words(text: &str) -> Vec<(usize, usize)> {
    Layout::of(text).words
}

/// A word without its ending, by script; only so far that terms meet their inflected forms.
pub fn stem(word: &str) -> Cow<'_, str> {
    let first = word.chars().next().unwrap_or(' ');
    if ('\u{0400}'..='\u{04ff}').contains(&first) {
        return russian_stem(word).into();
    }
    if ('\u{0600}'..='\u{06ff}').contains(&first) {
        return arabic_stem(word).into();
    }
    if word.chars().nth(4).is_some() {
        for (ending, instead) in [("ies", "y"), ("sses", "ss"), ("'s", ""), ("s", ""), ("x", "")] {
            if let Some(bare) = word.strip_suffix(ending)
                && !(ending == "s" && bare.ends_with('s'))
            {
                return if instead.is_empty() { bare.into() } else { format!("{bare}{instead}").into() };
            }
        }
    }
    word.into()
}

/// Without its longest ending that leaves four letters.
fn russian_stem(word: &str) -> &str {
    let length = word.chars().count();
    let mut letters = word.chars().rev();
    let mut next = || letters.next().unwrap_or(' ');
    let (last, third, second, first) = (next(), next(), next(), next());
    let ending = match (first, second, third, last) {
        ('и', 'я', 'м', 'и') if length >= 8 => 4,
        (_, 'я' | 'а' | 'ы' | 'и', 'м', 'и') | (_, 'о' | 'е', 'г', 'о') | (_, 'о' | 'е', 'м', 'у') if length >= 7 => {
            3
        }
        (_, 'и', 'я', 'х' | 'м') | (_, 'и', 'е', 'й') if length >= 7 => 3,
        (_, _, 'а' | 'я' | 'ы' | 'и', 'х') | (_, _, 'а' | 'я' | 'ы' | 'и' | 'о' | 'е', 'м') if length >= 6 => {
            2
        }
        (_, _, 'о' | 'е', 'в') | (_, _, 'е' | 'о' | 'ы' | 'и', 'й') if length >= 6 => 2,
        (_, _, 'а' | 'я' | 'и', 'я') | (_, _, 'о' | 'е' | 'ы' | 'и', 'е') if length >= 6 => 2,
        (_, _, 'у' | 'ю' | 'и' | 'ь', 'ю') | (_, _, 'и', 'и') if length >= 6 => 2,
        (_, _, _, 'а' | 'ы' | 'и' | 'у' | 'ь') if length >= 5 => 1,
        _ => 0,
    };
    // All of them take two bytes.
    word[..word.len() - 2 * ending].trim_end_matches(['я', 'е', 'о', 'й'])
}

fn arabic_stem(word: &str) -> &str {
    let mut rest = word;
    for prefix in ["وال", "فال", "بال", "كال", "لل", "ال", "و", "ب", "ل"] {
        if let Some(bare) = rest.strip_prefix(prefix)
            && bare.chars().count() >= 3
        {
            rest = bare;
            break;
        }
    }
    for suffix in ["ات", "ون", "ين", "ها", "هم", "نا", "ه", "ي"] {
        if let Some(bare) = rest.strip_suffix(suffix)
            && bare.chars().count() >= 3
        {
            return bare;
        }
    }
    rest
}
