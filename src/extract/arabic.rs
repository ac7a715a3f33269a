//! Arabic that a PDF gives in visual order (letters reversed) brought into logical order, line by line (UAX #9).
//! Touches no line without Arabic letters.

use unicode_bidi::{BidiInfo, Level};
use unicode_normalization::UnicodeNormalization as _;

fn is_arabic(c: char) -> bool {
    matches!(c, '\u{0600}'..='\u{06ff}' | '\u{0750}'..='\u{077f}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}')
}

/// Puts a page's text into logical order if it is in visual order.
pub fn to_logical_order(text: &str) -> String {
    if !text.chars().any(is_arabic) {
        return text.to_string();
    }
    // Presentation forms are folded first: the test below looks for letters.
    let folded: String = text.nfkc().collect();
    if !is_visual(&folded) {
        return folded;
    }
    let lines: Vec<String> =
        folded.lines().map(|line| if line.chars().any(is_arabic) { reorder(line) } else { line.into() }).collect();
    lines.join("\n")
}

/// Arabic words often begin with the article "ال"; in visual order they seem to end with its mirror image.
fn is_visual(text: &str) -> bool {
    let words = text.split(|c: char| !is_arabic(c)).filter(|word| word.chars().count() > 3);
    let (mut logical, mut visual) = (0_u32, 0_u32);
    for word in words {
        logical += u32::from(word.starts_with("ال"));
        visual += u32::from(word.ends_with("لا"));
    }
    visual > logical
}

fn reorder(line: &str) -> String {
    let info = BidiInfo::new(line, Some(Level::rtl()));
    let Some(paragraph) = info.paragraphs.first() else { return line.into() };
    info.reorder_line(paragraph, paragraph.range.clone()).into_owned()
}
