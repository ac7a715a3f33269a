//! Text made comparable: compatibility forms folded, case, Arabic spelling, traditional Chinese signs. Keeps for each
//! byte of the result the character of the source that it comes from.

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

/// Traditional signs that the catalogue's words are written with, in their simplified form.
fn simplified(c: char) -> char {
    const TRADITIONAL: &str = "關鍵設施護網絡電資訊據庫預報國際規則標準負責實際執協議討論專會議題點聯絡術語區組織發籌經費訓練贊助黨動對話機構續進資產業學團體問題證據現潛脅惡勒軟體報攻擊將開閉期間強";
    const SIMPLIFIED: &str = "关键设施护网络电资讯据库预报国际规则标准负责实际执协议讨论专会议题点联络术语区组织发筹经费训练赞助党动对话机构续进资产业学团体问题证据现潜胁恶勒软体报攻击将开闭期间强";
    if !('\u{4e00}'..='\u{9fff}').contains(&c) {
        return c;
    }
    let at = TRADITIONAL.chars().position(|one| one == c);
    at.and_then(|at| SIMPLIFIED.chars().nth(at)).unwrap_or(c)
}
