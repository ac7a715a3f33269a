//! Telephone and fax numbers: by a word before them, by a plus sign, or by the way they are grouped. Symbols of documents,
//! dates, book numbers and amounts look alike and are none.

use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// Bytes before a number in which the word for it stands.
const BEFORE: usize = 60;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant")
}

static CANDIDATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:\+ ?)?\(?\d(?:[ \t().\-/·]{0,3}\d){4,17}(?:\s?(?i:ext\.?|x|poste|доб\.?|внутр\.?|转|分机|تحويلة)\s?\d{1,5})?",
    )
});

/// A word for a telephone at the end of what stands before.
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    let latin = "tel|tél|tlf|ph|phone|telephone|téléphone|teléfono|telefono|mobile|mob|móvil|movil|cell|celular|cel|\
                 portable|fax|télécopie|telefax|whatsapp|telegram|signal|viber|wechat|hotline|call";
    let other = "тел|телефон\\p{L}*|моб|факс|сот|电话|電話|手机|手機|传真|傳真|热线|座机|联系方式|هاتف|تلفون|جوال|محمول|موبايل|فاكس|واتساب|الهاتف|الجوال|الفاكس|المحمول|للاتصال";
    pattern(&format!(
        r"(?i)(?:^|[^\p{{L}}])(?:ال|و|وال)?(?:{latin}|{other})(?:[ /,&]{{1,3}}\p{{L}}{{2,9}}\.?)?(?:[\s.:;#°º№()/|-]|\bno\b|\bnum\p{{L}}*|\bnuméro\b|号码|رقم){{0,10}}$"
    ))
});

static CHINESE_LABEL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:电话|電話|手机|手機|传真|傳真|热线|座机|联系方式)(?:号码)?[\s:(]{0,4}$"));

/// What a number is that is none of a telephone.
static NO_PHONE_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:isbn|issn|doi|iban|http\S*|www\S*|№|\bno\.?|§|para(?:graph|grafo|graphe)?s?\.?|п\.|пункт\p{L}*|第|الفقرة|الفقرات|[$€£¥₽]|usd|eur|chf|dollars?)[-:\s]{0,4}\d{0,4}[-\d]*$",
    )
});

static DATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d{2}|(?:19|20)\d{2}[./-]\d{1,2}[./-]\d{1,2}|(?:19|20)\d{2} ?[-/] ?(?:19|20)\d{2})(?:\D|$)",
    )
});

/// Ways of grouping that are a telephone's by themselves.
static GROUPED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"^(?:",
        // North America.
        r"(?:1[ .-]?)?\(\d{3}\) ?\d{3}[ .-]\d{4}|(?:1[.-])?\d{3}[.-]\d{3}[.-]\d{4}",
        // Russia, within the country.
        r"|8[ -]?\(?\d{3,4}\)?[ -]?\d{2,3}[ -]\d{2}[ -]\d{2}",
        // Mobile telephones in China.
        r"|1[3-9]\d[ -]?\d{4}[ -]?\d{4}",
        // An area code with its leading nought.
        r"|\(0\d{1,4}\)[ -]?\d[\d -]{5,9}|0\d{1,4}[ .-]\d{2,4}(?:[ .-]?\d{2,4}){1,3}",
        r")$"
    ))
});

/// Where they stand, in bytes.
pub fn find(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for one in CANDIDATE.find_iter(text) {
        let before = before(text, one.start());
        let follows = found.last().is_some_and(|last| {
            let between = text.get(last.end..one.start()).unwrap_or("-");
            between.len() <= 8
                && between.trim_matches(|c: char| " ,;/".contains(c)).chars().all(char::is_alphabetic)
                && !between.contains('\n')
                && between.contains([',', '/', ';'])
        });
        let labelled = LABEL.is_match(before) || CHINESE_LABEL.is_match(before);
        if is_phone(one.as_str(), before, &text[one.end()..], labelled || follows) {
            found.push(one.range());
        }
    }
    found
}

/// The end of the line before a place.
fn before(text: &str, place: usize) -> &str {
    let from = text.floor_char_boundary(place.saturating_sub(BEFORE));
    let before = &text[from..place];
    before.rfind('\n').map_or(before, |line| &before[line + 1..])
}

fn is_phone(number: &str, before: &str, after: &str, labelled: bool) -> bool {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    if labelled {
        return (5..=20).contains(&digits.len()) && !DATE.is_match(number);
    }
    let joined = |c: char| c.is_alphanumeric() && !('\u{2e80}'..='\u{9fff}').contains(&c);
    let touches = before.ends_with(|c: char| joined(c) || "/.-_@#%,".contains(c))
        || after.starts_with(|c: char| joined(c) || "/_%@".contains(c));
    if touches || number.contains('/') || DATE.is_match(number) || NO_PHONE_BEFORE.is_match(before) {
        return false;
    }
    if number.starts_with('+') {
        return (8..=15).contains(&digits.len());
    }
    // An extension says nothing of how the number is grouped.
    let number = number.find(char::is_alphabetic).map_or(number, |at| number[..at].trim_end());
    if let Some(rest) = digits.strip_prefix("00") {
        let mut groups = number.split(|c: char| !c.is_ascii_digit()).skip(1);
        let is_code = rest.starts_with(|c| c != '0') && groups.all(|group| !group.starts_with("00"));
        return (10..=15).contains(&digits.len()) && is_code && !number.contains('.');
    }
    (9..=18).contains(&digits.len()) && GROUPED.is_match(number)
}
