//! Text made comparable: compatibility forms folded, case, Arabic spelling, traditional Chinese signs. Keeps for each
//! byte of the result the character of the source that it comes from.

use std::sync::OnceLock;
use unicode_normalization::UnicodeNormalization as _;

/// A comparable text with the way back.
pub struct Normal {
    pub text: String,
    /// For each byte of `text`, the source's character; one more at the end.
    pub origin: Vec<u32>,
}

/// Makes a text comparable.
pub fn normal(source: &str) -> Normal {
    let mut result = Normal { text: String::with_capacity(source.len()), origin: Vec::with_capacity(source.len() + 1) };
    let mut blank = true;
    let mut at = 0;
    for c in source.chars() {
        if c.is_ascii() {
            push(&mut result, c.to_ascii_lowercase(), at, &mut blank);
        } else {
            for folded in std::iter::once(c).nfkc() {
                for lower in folded.to_lowercase() {
                    if let Some(kept) = fold(lower) {
                        push(&mut result, kept, at, &mut blank);
                    }
                }
            }
        }
        at += 1;
    }
    result.origin.push(at);
    result
}

fn push(into: &mut Normal, c: char, at: u32, blank: &mut bool) {
    let c = if c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '/') { ' ' } else { c };
    if c == ' ' && *blank {
        return;
    }
    *blank = c == ' ';
    into.text.push(c);
    into.origin.resize(into.text.len(), at);
}

/// One letter for its variants; `None` for marks that only help the reader.
fn fold(c: char) -> Option<char> {
    Some(match c {
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ة' => 'ه',
        'ى' => 'ي',
        'ؤ' => 'و',
        'ئ' => 'ي',
        'ـ' | '\u{064b}'..='\u{0652}' | '\u{0670}' => return None,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => return None,
        'ё' => 'е',
        '’' | '‘' => '\'',
        '“' | '”' | '«' | '»' => '"',
        c => simplified(c),
    })
}

/// First and last sign of the table: the unified ideographs of the basic plane.
const SIGNS: std::ops::RangeInclusive<char> = '\u{4e00}'..='\u{9fff}';

/// A traditional Chinese sign in its simplified form.
fn simplified(c: char) -> char {
    static TABLE: OnceLock<Vec<char>> = OnceLock::new();
    if !SIGNS.contains(&c) {
        return c;
    }
    let one = |sign: char| fast2s::convert(sign.encode_utf8(&mut [0; 4])).chars().next().unwrap_or(sign);
    let table = TABLE.get_or_init(|| SIGNS.map(one).collect());
    table.get(c as usize - *SIGNS.start() as usize).copied().unwrap_or(c)
}
