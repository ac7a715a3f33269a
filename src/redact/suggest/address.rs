//! Postal addresses, line by line: a street with a number, a post box, or what stands behind the word for an address. Looks
//! up no place.

use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant")
}

/// What follows a street: pieces behind commas that are a town, a code, a country.
const TOWN: &str = r"(?:, ?(?:[A-Z]{1,2}-)?[\p{L}\d][\p{L}\d .'’-]{1,40}){0,4}";

static STREETS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let english = r"\b\d{1,5}[A-Za-z]?(?:-\d{1,4})?,? (?:(?:[NSEW]\.?|North|South|East|West) )?(?:\p{Lu}[\p{L}'’.-]+ |\d{1,3}(?:st|nd|rd|th) ){1,4}(?:Street|St\b\.?|Road|Rd\b\.?|Avenue|Ave\b\.?|Lane|Boulevard|Blvd\b\.?|Drive|Square|Place|Plaza|Way|Court|Quay|Terrace|Crescent|Gardens|Highway|Close)";
    let french = r"\b\d{1,4}(?: ?(?:bis|ter|[A-D]))?,? ?(?i:rue|avenue|av\.|boulevard|bd|blvd|place|chemin|route|quai|allée|impasse|cours|square|passage|ruelle)\b [\p{L}\d .'’-]{2,50}";
    let swiss = r"\b(?i:rue|avenue|boulevard|place|chemin|route|quai) (?:de |du |des |de la |de l['’]|d['’])?\p{Lu}[\p{L}'’ -]{1,40} \d{1,4}\b";
    let spanish = r"\b(?i:calle|c/|avenida|avda\.?|av\.|plaza|paseo|carrera|cra\.?|calzada|camino|jirón|jr\.) ?(?:de (?:los? |las? |el )?|del )?\p{Lu}[\p{L}\d .'’-]{1,50}?,? ?(?:n\.?[°ºo]\.? ?|núm\.? ?|No\.? ?|#|N[°º] ?)?\d{1,5}(?:-\d{1,4})?(?:, ?(?:piso|of\.|oficina|dpto\.?) ?[\p{L}\d]+)?";
    let russian = r"(?:\b\d{6}, ?)?(?:(?:Россия|РФ|г\. ?[\p{L}-]+|[\p{Lu}][\p{L}-]+), ?)*(?:(?:ул\.|улица|пр\.|пр-т|просп\.|проспект|пер\.|переулок|наб\.|набережная|пл\.|площадь|шоссе|ш\.|бульвар|б-р|проезд) ?[\p{L}\d .-]{2,40}|\p{Lu}[\p{L}-]+ (?:ул\.|улица|пр\.|проспект|пер\.|наб\.|пл\.|шоссе|бульвар)),? ?(?:д\.|дом)? ?\d{1,4}[А-Яа-я]?(?:, ?(?:к\.|корп\.|корпус|стр\.|строение|кв\.|оф\.|офис|квартира) ?\d+)*(?:, ?\d{6})?(?:, ?(?:г\. ?)?\p{Lu}[\p{L}-]+)*";
    let chinese = r"(?:\p{Han}{2,8}(?:省|市|自治区|区|县|镇|州)){0,4}\p{Han}{1,8}?(?:大街|大道|胡同|路|街|巷|弄|道)(?:\p{Han}{1,2}段)? ?(?:\d{1,5}|[一二三四五六七八九十百]{1,5})(?:-\d{1,4})?[号號](?:[\p{Han}\d A-Z-]{0,20}?\d+ ?(?:室|楼|层|号楼|座|单元|號樓|樓))?";
    let arabic =
        r"(?:شارع|طريق|جادة|نهج|ميدان|حي|زنقة) [\p{Arabic}\d ,./-]{2,60}?\d{1,5}(?:[,،] ?[\p{Arabic} ]{2,30}){0,3}";
    let arabic_first =
        r"\b\d{1,4} ?,? ?(?:شارع|طريق|جادة|نهج|ميدان) [\p{Arabic} ]{2,40}(?:[,،] ?[\p{Arabic} ]{2,30}){0,3}";
    let with_town = [english, french, swiss, spanish].map(|street| pattern(&format!("{street}{TOWN}")));
    with_town.into_iter().chain([russian, chinese, arabic, arabic_first].map(pattern)).collect()
});

static BOXES: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"(?i:p\.? ?o\.? ?box|post office box|b\.?p\.?|boîte postale|case postale|apartado(?: de correos| postal)?|casilla(?: de correo)?|а/я|абонентский ящик|邮政信箱|صندوق (?:ال)?بريد|ص\.? ?ب\.?)";
    pattern(&format!(r"(?:^|[^\p{{L}}]){words}[ :.№]{{0,3}}\d{{1,6}}{TOWN}"))
});

/// What stands behind the word for an address, to the end of its line.
static LABELLED: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"(?:postal |mailing |home |street )?address|adresse(?: postale)?|dirección(?: postal)?|domicilio|(?:почтовый |юридический )?адрес|(?:通信|通讯|邮寄|联系|家庭)?地址|(?:ال)?عنوان(?: ال?بريدي)?";
    pattern(&format!(r"(?im)^[ \t>*-]*(?:{words})[ \t]*:[ \t]*([^\n]{{6,160}})$"))
});

static CODE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:邮编|邮政编码)[ :]{0,3}\d{6}"));

/// Where they stand, in bytes.
pub fn find(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for one in LABELLED.captures_iter(text) {
        let Some(value) = one.get(1) else { continue };
        let is_place = value.as_str().contains(|c: char| c.is_ascii_digit()) && !value.as_str().contains(['@', '?']);
        if is_place {
            found.push(value.start()..value.start() + value.as_str().trim_end().len());
        }
    }
    for one in BOXES.find_iter(text) {
        // The sign before it belongs to something else.
        let skipped = one.as_str().chars().next().filter(|c| !c.is_alphanumeric()).map_or(0, char::len_utf8);
        found.push(one.start() + skipped..one.end());
    }
    for street in STREETS.iter() {
        found.extend(street.find_iter(text).map(|one| trimmed(text, one.range())));
    }
    found.extend(CODE.find_iter(text).map(|one| one.range()));
    without_pieces(found)
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let kept = text[range.clone()].trim_end_matches([' ', '.', ',', '-']);
    range.start..range.start + kept.len()
}

/// Of those that overlap, the longest.
fn without_pieces(mut found: Vec<Range<usize>>) -> Vec<Range<usize>> {
    found.sort_by_key(|range| (std::cmp::Reverse(range.len()), range.start));
    let mut kept: Vec<Range<usize>> = Vec::new();
    for range in found {
        if !kept.iter().any(|other| other.start < range.end && range.start < other.end) {
            kept.push(range);
        }
    }
    kept
}
