//! Signature blocks: the short lines below a closing formula, each offered by itself, since the body that speaks is named
//! in one of them. Whether a picture is a signature nobody can tell from here.

use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// Lines of a block, and letters of each.
const MOST_LINES: usize = 8;
const LONGEST: usize = 80;

/// Empty lines after which a block ends.
const GAP: usize = 2;

static CLOSING: LazyLock<Regex> = LazyLock::new(|| {
    let formulas = concat!(
        r"(?:with )?(?:kind(?:est)?|best|warm(?:est)?|many thanks and)? ?regards|(?:yours )?(?:sincerely|faithfully|truly|respectfully)(?: yours)?|",
        r"respectfully submitted|all the best|best wishes|cheers|on behalf of [^\n]{2,50}|",
        r"(?:bien )?cordialement|(?:avec )?(?:mes|nos) (?:meilleures |sincères )?salutations[^\n]{0,40}|bien à (?:vous|toi)|salutations distinguées|",
        r"(?:je vous prie|nous vous prions|veuillez)[^\n]{0,20} agréer[^\n]{0,90}|",
        r"atentamente|(?:un )?(?:cordial saludo|saludos(?: cordiales)?|cordialmente|afectuosamente)|(?:le|les) salud[ao][^\n]{0,30}|sin otro particular[^\n]{0,60}|",
        r"с (?:глубоким |искренним )?уважением|с наилучшими пожеланиями|искренне ваш\p{L}?|",
        r"此致|敬礼|敬禮|谨启|謹啟|敬上|敬启|顺颂商祺|順頌商祺|此致 ?敬礼|致以崇高的敬意|",
        r"(?:و?مع )?(?:خالص |أطيب |فائق )?(?:ال)?تحيات[ينا]?|مع التحية|و?تفضلوا بقبول[^\n]{0,60}|مع (?:خالص|فائق) (?:التقدير|الاحترام)[^\n]{0,30}",
    );
    Regex::new(&format!(r"(?im)^[ \t]*(?:{formulas})[ \t]*[,.!;:。]?[ \t]*$|^-- ?$"))
        .expect("the pattern is a constant")
});

/// A name behind a word for a signature, on the same line.
static SIGNED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?im)^[ \t]*(?:signed(?: by)?|signature|/s/|signé(?: par)?|firmado(?: por)?|firma|подпись|подписано|签名|签字|簽名|التوقيع|توقيع|وقعه)[ \t]*[:/]?[ \t]*(\p{L}[^\n]{2,70})$")
        .expect("the pattern is a constant")
});

/// Where its lines stand, in bytes; lines that are an address or a number by themselves are left out.
pub fn find(text: &str, identifiers: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for closing in CLOSING.find_iter(text) {
        found.extend(block(text, closing.end()));
    }
    let signed = SIGNED.captures_iter(text).filter_map(|one| one.get(1));
    found.extend(signed.map(|name| name.start()..name.start() + name.as_str().trim_end().len()));
    found.sort_by_key(|range| (range.start, range.end));
    found.dedup();
    found.retain(|line| has_more(text, line, identifiers) && !CLOSING.is_match(&text[line.clone()]));
    found
}

fn block(text: &str, from: usize) -> Vec<Range<usize>> {
    let (mut lines, mut empty, mut at) = (Vec::new(), 0, from);
    for line in text[from..].split_inclusive('\n') {
        let (start, words) = (at, line.trim());
        at += line.len();
        if words.is_empty() {
            empty += 1;
            // The line of the formula itself ends first.
            if empty > GAP && start > from {
                break;
            }
            continue;
        }
        empty = 0;
        if words.chars().count() > LONGEST || words.starts_with('>') || lines.len() == MOST_LINES {
            break;
        }
        let begin = start + (line.len() - line.trim_start().len());
        lines.push(begin..begin + words.len());
    }
    lines
}

/// Whether a line says more than what is offered already.
fn has_more(text: &str, line: &Range<usize>, identifiers: &[Range<usize>]) -> bool {
    let inside = |at: usize| identifiers.iter().any(|one| one.contains(&at));
    let letters = text[line.clone()].char_indices().filter(|(at, c)| c.is_alphabetic() && !inside(line.start + at));
    let (left, words) = (letters.count(), text[line.clone()].chars().filter(|c| c.is_alphanumeric()).count());
    left >= 2 && left * 2 > words
}
