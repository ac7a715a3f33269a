//! Words of a comparable text and their stems.

/// Whether any sign is Chinese.
pub fn is_chinese(text: &str) -> bool {
    text.chars().any(is_chinese_sign)
}

/// Whether a sign is Chinese.
pub fn is_chinese_sign(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// Words of a comparable text, in bytes.
pub fn words(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices() {
        match (c.is_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                found.push((from, at));
                start = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
    found.extend(start.map(|from| (from, text.len())));
    found
}

const RUSSIAN_ENDINGS: [&str; 45] = [
    "иями", "ями", "ами", "ого", "его", "ому", "ему", "ыми", "ими", "иях", "иям", "ией", "ах", "ях", "ам", "ям", "ов",
    "ев", "ей", "ой", "ый", "ий", "ая", "яя", "ое", "ее", "ые", "ие", "ых", "их", "ым", "им", "ом", "ем", "ую", "юю",
    "ия", "ии", "ию", "ью", "а", "ы", "и", "у", "ь",
];

/// A word without its ending, by script; only so far that terms meet their inflected forms.
pub fn stem(word: &str) -> String {
    let first = word.chars().next().unwrap_or(' ');
    let length = word.chars().count();
    if ('\u{0400}'..='\u{04ff}').contains(&first) {
        let ending =
            RUSSIAN_ENDINGS.iter().find(|ending| word.ends_with(**ending) && length >= ending.chars().count() + 4);
        return ending
            .map_or(word, |ending| &word[..word.len() - ending.len()])
            .trim_end_matches(['я', 'е', 'о', 'й'])
            .to_string();
    }
    if ('\u{0600}'..='\u{06ff}').contains(&first) {
        return arabic_stem(word);
    }
    if length > 4 {
        for (ending, instead) in [("ies", "y"), ("sses", "ss"), ("'s", ""), ("s", ""), ("x", "")] {
            if let Some(bare) = word.strip_suffix(ending)
                && !(ending == "s" && bare.ends_with('s'))
            {
                return format!("{bare}{instead}");
            }
        }
    }
    word.to_string()
}

fn arabic_stem(word: &str) -> String {
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
            return bare.to_string();
        }
    }
    rest.to_string()
}
