//! Arabic and Hebrew that a PDF gives as they stand on the page, from left to right, brought into the order in which
//! they are read (UAX #9). Touches no line without such letters.

use unicode_bidi::{BidiInfo, Level};
use unicode_normalization::UnicodeNormalization as _;

/// A letter of a script that is written from right to left, in any form.
pub fn is_rtl(c: char) -> bool {
    matches!(c, '\u{5be}'..='\u{5f4}' | '\u{608}'..='\u{64a}' | '\u{66d}'..='\u{6ef}' | '\u{6fa}'..='\u{8ff}')
        || is_form(c)
}

/// A presentation form: what a letter looks like between its neighbours, which is not how it is written in text.
pub fn is_form(c: char) -> bool {
    matches!(c, '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

/// The letters behind one glyph; forms are folded, everything else stays what it is.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        if is_form(c) {
            // Forms that show a mark alone are a space with the mark.
            folded.extend(std::iter::once(c).nfkc().filter(|c| *c != ' '));
        } else {
            folded.push(c);
        }
    }
    folded
}

/// The order in which the characters of a line are read, as places in the line that stands there from left to right.
/// `rtl` is the direction of the paragraph.
pub fn reading_order(line: &[char], rtl: bool) -> Vec<usize> {
    // The algorithm brings text as it is read into the order in which it stands; applied to what stands there, it gives
    // what is read: it reverses the same runs.
    let text: String = line.iter().collect();
    let level = if rtl { Level::rtl() } else { Level::ltr() };
    let info = BidiInfo::new(&text, Some(level));
    let Some(paragraph) = info.paragraphs.first() else { return (0..line.len()).collect() };
    let levels = info.reordered_levels_per_char(paragraph, paragraph.range.clone());
    // A line feed inside would have made a second paragraph; nothing may get lost then.
    if levels.len() != line.len() || info.paragraphs.len() > 1 {
        return (0..line.len()).collect();
    }
    BidiInfo::reorder_visual(&levels)
}
