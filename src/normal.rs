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
    let mut origin = Vec::with_capacity(source.len() + 1);
    let mut text = String::with_capacity(source.len());
    let length = each_kept(source, |c, at| {
        text.push(c);
        if c.is_ascii() {
            origin.push(at);
        } else {
            origin.extend(std::iter::repeat_n(at, c.len_utf8()));
        }
    });
    origin.push(length);
    Normal { text, origin }
}

/// The comparable text alone, for who needs no way back.
pub fn normal_text(source: &str) -> String {
    let mut text = String::with_capacity(source.len());
    each_kept(source, |c, _| text.push(c));
    text
}

/// Tells each sign of the comparable text with the source's character that it comes from; returns how many these are.
fn each_kept(source: &str, mut keep: impl FnMut(char, u32)) -> u32 {
    let table = table();
    let mut blank = true;
    let mut at = 0;
    for c in source.chars() {
        // Blanks beside each other are one.
        let mut push = |c: char| {
            if c != ' ' || !blank {
                keep(c, at);
            }
            blank = c == ' ';
        };
        match table.get(c as usize).copied() {
            Some(NOTHING) => {}
            None | Some(UNKNOWN) => each_folded(c, push),
            Some(one) => push(char::from_u32(one.into()).unwrap_or(c)),
        }
        at += 1;
    }
    at
}

/// Signs that the table does not know, and those of which nothing is kept.
const UNKNOWN: u16 = 0;
const NOTHING: u16 = 0xffff;

/// What nearly all texts are made of: what a sign of the basic plane becomes, where that is known beforehand.
fn table() -> &'static [u16] {
    static TABLE: OnceLock<Vec<u16>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = vec![UNKNOWN; 1 << 16];
        let common = ['\0'..='\u{6ff}', '\u{2000}'..='\u{206f}', '\u{3000}'..='\u{303f}', '\u{ff00}'..='\u{ff60}'];
        for c in common.into_iter().flatten() {
            let mut all = Vec::new();
            each_folded(c, |kept| all.push(kept));
            table[c as usize] = match all.as_slice() {
                [] => NOTHING,
                [one] => u16::try_from(u32::from(*one)).unwrap_or(UNKNOWN),
                _ => UNKNOWN,
            };
        }
        // Their compatibility form is themselves.
        for c in SIGNS {
            table[c as usize] = u16::try_from(u32::from(simplified(c))).unwrap_or(UNKNOWN);
        }
        table
    })
}

/// What a sign becomes.
fn each_folded(c: char, mut keep: impl FnMut(char)) {
    for folded in std::iter::once(c).nfkc() {
        folded.to_lowercase().filter_map(fold).map(blank).for_each(&mut keep);
    }
}

/// One blank for all that stands between words.
fn blank(c: char) -> char {
    if c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '/') { ' ' } else { c }
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
