//! What the classifier does in a quick way says the same as the plain way. Measures no time: that is `bench/classify`.

use pouch::classify::{Pattern, Phrases, Scripts, Sieve, stem, words};
use pouch::language::is_letter;
use pouch::normal::{normal, normal_text};
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization as _;

const TEXTS: [&str; 8] = [
    "The Group's report (A/78/265), paragraph 43: «points of contact» — a directory, please, not to be published before 3 May.",
    "Le répertoire des points de contact n'est pas un site ; nous prions de ne pas publier notre nom avant le 5 décembre.",
    "El directorio, según el párrafo 43, ayuda a los Estados pequeños: no publiquen nuestro nombre hasta el 3 de mayo, ¿sí?",
    "Каталог контактных пунктов нужен всем государствам; просим не публиковать наше название до 3 мая, ёлки-палки.",
    "نرجو عدم نشر اسم منظمتنا قبل الموعد، والدول بحاجة إلى دليلِ جهاتِ الاتصال ٢٠٢٤.",
    "請勿在五月三日之前公布本機構的名稱。各国应建立联络点名录，第43段。AI与ICT安全",
    "",
    " 42 ",
];

#[test]
fn each_sign_is_made_comparable_as_its_compatibility_form_in_lower_case_is() {
    for c in ('\0'..='\u{ffff}').chain('\u{1f000}'..='\u{1f9ff}') {
        let long: String = std::iter::once(c).nfkc().flat_map(char::to_lowercase).collect();
        let (short, long) = (normal(&format!("a{c}b")), normal(&format!("a{long}b")));
        assert_eq!(short.text, long.text, "U+{:04X}", c as u32);
        assert_eq!(short.origin.len(), short.text.len() + 1, "U+{:04X}", c as u32);
        assert_eq!(normal_text(&format!("a{c}b")), short.text, "U+{:04X}", c as u32);
    }
}

#[test]
fn a_comparable_text_is_spelled_out() {
    let made = normal("ЁЖ № 5\u{a0}–\u{3000}ﬁne ½ إلىٰ ةـآ 國際 İ Ⅳ “Q”\u{200b}Ａ１！");
    assert_eq!(made.text, "еж no 5 fine 1⁄2 الي هاا 国际 i\u{307} iv \"q\"a1!".replace("هاا", "ها"));
    let places: Vec<u32> = normal("É—é").origin;
    assert_eq!(places, [0, 0, 1, 2, 2, 3]);
}

#[test]
fn words_are_made_of_letters_and_digits_of_every_script() {
    for c in '\0'..='\u{1ffff}' {
        assert_eq!(!words(&c.to_string()).is_empty(), c.is_alphanumeric(), "U+{:04X}", c as u32);
        assert_eq!(is_letter(c), c.is_alphabetic(), "U+{:04X}", c as u32);
    }
}

/// The longest that leaves four letters is taken off, and then vowels that go on.
const ENDINGS: [&str; 45] = [
    "иями", "ями", "ами", "ого", "его", "ому", "ему", "ыми", "ими", "иях", "иям", "ией", "ах", "ях", "ам", "ям", "ов",
    "ев", "ей", "ой", "ый", "ий", "ая", "яя", "ое", "ее", "ые", "ие", "ых", "их", "ым", "им", "ом", "ем", "ую", "юю",
    "ия", "ии", "ию", "ью", "а", "ы", "и", "у", "ь",
];

#[test]
fn a_russian_word_loses_the_longest_ending_that_leaves_four_letters() {
    let letters = "абвгдежзийклмнопрстуфхцчшщъыьэюя";
    let pairs = letters.chars().flat_map(|first| letters.chars().map(move |second| format!("{first}{second}")));
    let ends: Vec<String> = pairs.chain(ENDINGS.map(String::from)).collect();
    for begin in ["", "к", "ко", "кон", "конт", "контр", "контро"] {
        for word in ends.iter().flat_map(|end| ["", "и", "ия"].map(|middle| format!("{begin}{middle}{end}"))) {
            let length = word.chars().count();
            let fits = |ending: &&str| word.ends_with(*ending) && length >= ending.chars().count() + 4;
            let ending = ENDINGS.into_iter().find(fits).unwrap_or_default();
            let bare = word[..word.len() - ending.len()].trim_end_matches(['я', 'е', 'о', 'й']);
            assert_eq!(stem(&word), bare, "{word}");
        }
    }
}

#[test]
fn phrases_are_found_wherever_they_stand() {
    let phrases = [
        "a",
        "po",
        "poi",
        "points",
        "points of",
        "points of contact",
        "pointsman",
        "points of",
        "",
        "directory",
        "联络",
        "联络点",
        "联",
        "нашe",
        "наше",
        "наше название",
        "не",
        "нашего",
        "اسم",
        "اسم منظمتنا",
        "'s",
        "43",
        "ai",
        "ict",
        "x",
    ];
    let finder = Phrases::of(phrases.map(String::from));
    for text in TEXTS.map(|text| normal(text).text) {
        for (start, _) in text.char_indices() {
            let mut found = Vec::new();
            finder.at(&text, start, |number, end| found.push((end, number)));
            let stands = |(_, phrase): &(usize, &&str)| !phrase.is_empty() && text[start..].starts_with(**phrase);
            let plain =
                phrases.iter().enumerate().filter(stands).map(|(number, phrase)| (start + phrase.len(), number));
            let mut plain: Vec<(usize, usize)> = plain.collect();
            plain.sort_unstable();
            assert_eq!(found, plain, "{text:?} at {start}");
        }
    }
    Phrases::of([]).at("text", 0, |_, _| panic!("there are none"));
}

#[test]
fn a_pattern_of_the_wishes_finds_what_its_expression_finds() {
    let lists: BTreeMap<String, Vec<String>> =
        toml::from_str(include_str!("../../src/classify/data/wishes.toml")).unwrap();
    let texts = TEXTS.map(|text| normal(text).text);
    // Whole passages are looked through before their sentences are: no pattern may ask where a text begins or ends.
    for pattern in lists.values().flatten() {
        assert!(!pattern.contains('$') && !pattern.replace("[^", "").contains('^'), "{pattern}");
    }
    let made = ["\\d", "(не|\\d)", "x*", "[^a]", "\\bпри", "при|with", "[a-zа-я]", "(?:ab)?c", "^$"];
    let patterns = lists.iter().filter(|(list, _)| *list != "triggers").flat_map(|(_, all)| all.clone());
    let patterns: Vec<String> = patterns.chain(made.map(String::from)).collect();
    let sieve = Sieve::of(patterns.iter().map(String::as_str));
    let may_have: Vec<Vec<bool>> = texts.iter().map(|text| sieve.may_have(text)).collect();
    let (mut matches, mut spared) = (0, 0);
    for (number, pattern) in patterns.iter().enumerate() {
        let plain = regex::Regex::new(pattern).unwrap();
        let quick = Pattern::new(pattern.clone());
        for (text, may_have) in texts.iter().zip(&may_have) {
            matches += usize::from(plain.is_match(text));
            spared += usize::from(!may_have[number]);
            let found = may_have[number] && quick.is_match(text, Scripts::of(text));
            assert_eq!(found, plain.is_match(text), "{pattern} in {text:?}");
            assert_eq!(quick.is_match(text, Scripts::of(text)), found, "{pattern} in {text:?}");
        }
    }
    assert!(matches > 50, "{matches}");
    // Most are not even tried.
    assert!(spared * 10 > patterns.len() * texts.len() * 8, "{spared} of {}", patterns.len() * texts.len());
}
