//! The language of a text: scripts decide where they can, lingua between English, French and Spanish. "Other" and
//! "uncertain" are answers. Looks at words only, never at who wrote them.

use lingua::{Language, LanguageDetector, LanguageDetectorBuilder};
use std::sync::OnceLock;

/// Letters that other languages in the same script have and ours have not.
const NOT_ARABIC: &str = "پچژگکیےٹڈڑںھ";
const NOT_RUSSIAN: &str = "іїєґўћђџљњѓќ";

/// Characters that are looked at, from the beginning.
const SAMPLE: usize = 1_000;

/// The models are loaded when they are first needed.
static LATIN: OnceLock<LanguageDetector> = OnceLock::new();

/// ISO 639-1 code of one of the six languages of the UN, `other` or `uncertain`.
pub fn detect(text: &str) -> &'static str {
    let sample = text.char_indices().nth(SAMPLE).map_or(text, |(end, _)| &text[..end]);
    let (mut letters, mut han, mut kana, mut arabic, mut cyrillic, mut latin) = (0, 0, 0, 0, 0, 0);
    for c in sample.chars() {
        letters += usize::from(is_letter(c));
        match c {
            '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' => han += 1,
            '\u{3040}'..='\u{30ff}' | '\u{ac00}'..='\u{d7af}' => kana += 1,
            '\u{0600}'..='\u{06ff}' => arabic += 1,
            '\u{0400}'..='\u{04ff}' => cyrillic += 1,
            'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' => latin += 1,
            _ => {}
        }
    }
    if letters < 3 {
        return "uncertain";
    }
    // Chinese is dense: a third of the signs is most of the text.
    if han * 3 > letters {
        return if kana * 4 > han { "other" } else { "zh" };
    }
    if kana * 2 > letters {
        return "other";
    }
    if arabic * 2 > letters {
        return if sample.chars().filter(|c| NOT_ARABIC.contains(*c)).count() * 50 > arabic { "other" } else { "ar" };
    }
    if cyrillic * 2 > letters {
        let lower = sample.to_lowercase();
        let foreign = lower.chars().filter(|c| NOT_RUSSIAN.contains(*c)).count();
        return if foreign * 50 > cyrillic { "other" } else { "ru" };
    }
    if latin * 2 > letters { latin_language(sample) } else { "other" }
}

/// As `char::is_alphabetic`, and quicker for the letters that texts are made of.
pub fn is_letter(c: char) -> bool {
    matches!(c, 'а'..='я' | '\u{620}'..='\u{64a}' | '\u{4e00}'..='\u{9fff}') || c.is_alphabetic()
}

fn latin_language(sample: &str) -> &'static str {
    let lower = sample.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).take(150).collect();
    let known = |list: &[&str]| words.iter().filter(|word| list.contains(word)).count();
    // The small words of a language are a tenth of any text in it.
    let small = [
        ("en", known(&["the", "of", "and", "to", "in", "that", "is", "for", "we", "our", "on", "with", "are", "this"])),
        (
            "fr",
            known(&["le", "la", "les", "des", "et", "une", "du", "est", "dans", "nous", "pour", "que", "au", "aux"]),
        ),
        (
            "es",
            known(&["el", "los", "las", "una", "del", "y", "que", "para", "por", "con", "nuestra", "se", "en", "es"]),
        ),
    ];
    let mut order = small;
    order.sort_by_key(|one| std::cmp::Reverse(one.1));
    let [(best, most), (_, second), _] = order;
    if words.len() >= 12 && most * 8 >= words.len() && most >= second * 2 {
        return best;
    }
    if words.len() >= 25 && most * 20 < words.len() {
        return "other";
    }
    if words.len() < 3 && most == 0 {
        return "uncertain";
    }
    let detector = LATIN.get_or_init(|| {
        LanguageDetectorBuilder::from_languages(&[Language::English, Language::French, Language::Spanish])
            .with_low_accuracy_mode()
            .build()
    });
    let short: String = sample.chars().take(300).collect();
    match detector.detect_language_of(short) {
        Some(Language::English) => "en",
        Some(Language::French) => "fr",
        Some(Language::Spanish) => "es",
        Some(Language::Arabic | Language::Chinese | Language::Russian) | None => "uncertain",
    }
}
