//! Arabic and Hebrew that a PDF gives as they stand on the page, from left to right, brought into the order in which
//! they are read (UAX #9). Touches no line without such letters.

use unicode_bidi::{BidiInfo, Level};
use unicode_normalization::UnicodeNormalization as _;

/// A letter of a script that is written from right to left, in any form.
pub fn is_rtl(c: char) -> bool {
    matches!(c, '\u{5be}'..='\u{5f4}' | '\u{608}'..='\u{64a}' | '\u{66d}'..='\u{6ef}' | '\u{6fa}'..='\u{8ff}')
        || is_form(c)
}

/// A mark above or below a letter of such a script.
pub fn is_mark(c: char) -> bool {
    matches!(c, '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}'..='\u{5c5}' | '\u{5c7}')
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

/// A line that stands there from left to right, in the order in which it is read: places in the line, and whether the
/// character there is read from right to left. `rtl` is the direction of the paragraph.
pub fn reading_order(line: &[char], rtl: bool) -> Vec<(usize, bool)> {
    // The algorithm brings text as it is read into the order in which it stands; applied to what stands there, it gives
    // what is read: it reverses the same runs.
    let text: String = line.iter().collect();
    let level = if rtl { Level::rtl() } else { Level::ltr() };
    let info = BidiInfo::new(&text, Some(level));
    let as_it_stands = || (0..line.len()).map(|at| (at, false)).collect();
    let Some(paragraph) = info.paragraphs.first() else { return as_it_stands() };
    let levels = info.reordered_levels_per_char(paragraph, paragraph.range.clone());
    // A line feed inside would have made a second paragraph; nothing may get lost then.
    if levels.len() != line.len() || info.paragraphs.len() > 1 {
        return as_it_stands();
    }
    BidiInfo::reorder_visual(&levels).into_iter().map(|at| (at, levels[at].is_rtl())).collect()
}

/// The other one of a pair of brackets.
pub fn mirrored(c: char) -> Option<char> {
    const PAIRS: [(char, char); 6] = [('(', ')'), ('[', ']'), ('{', '}'), ('<', '>'), ('«', '»'), ('‹', '›')];
    PAIRS.iter().find_map(|(open, close)| match c {
        c if c == *open => Some(*close),
        c if c == *close => Some(*open),
        _ => None,
    })
}

/// Whether brackets that are read from right to left came as they look and not as what they are: a line then begins
/// with a closing one.
pub fn are_brackets_turned(read: impl Iterator<Item = (char, bool)>) -> bool {
    let first = read.filter(|(_, rtl)| *rtl).find(|(c, _)| mirrored(*c).is_some());
    first.is_some_and(|(c, _)| matches!(c, ')' | ']' | '}' | '>' | '»' | '›'))
}
