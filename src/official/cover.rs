//! What the cover of a report says: its symbol and the day it was issued. Says nothing rather than take the symbol of
//! another document that it names.

use regex::Regex;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static SYMBOL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[A-Z]{1,5}(/[A-Z0-9][\w.()]*){1,6}$").ok());
static DAY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(\d{1,2})(?:er)? (?:de )?(\p{L}+) (?:de )?(\d{4})").ok());
static DAY_ZH: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(\d{4}) ?年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?日").ok());

const MONTHS: [[&str; 12]; 4] = [
    [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ],
    [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    [
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ],
];

/// Whether a text has the form of a symbol, as `A/78/265`.
pub fn is_symbol(text: &str) -> bool {
    SYMBOL.as_ref().is_some_and(|form| form.is_match(text))
}

/// The symbol that stands above most pages; else the first on the cover that stands alone on its line.
pub fn symbol(furniture: &[String], cover: &[&str]) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for line in furniture.iter().map(|line| line.trim()).filter(|line| is_symbol(line)) {
        *counts.entry(line).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count).map(|(symbol, _)| symbol.to_string());
    most.or_else(|| cover.iter().find(|line| is_symbol(line)).map(|line| (*line).to_string()))
}

/// The first day that the lines name, as (year, month, day).
pub fn issued<'a>(lines: impl Iterator<Item = &'a str>) -> Option<(i16, i8, i8)> {
    let lines: Vec<&str> = lines.collect();
    let text = lines.join(" ").to_lowercase();
    let in_order = |year: &str, month: i8, day: &str| -> Option<(i16, i8, i8)> {
        let (year, day) = (year.parse().ok()?, day.parse().ok()?);
        ((1..=31).contains(&day) && (1..=12).contains(&month)).then_some((year, month, day))
    };
    if let Some(found) = DAY_ZH.as_ref()?.captures(&text) {
        return in_order(&found[1], found[2].parse().ok()?, &found[3]);
    }
    let month = |word: &str| {
        MONTHS
            .iter()
            .find_map(|names| names.iter().position(|name| *name == word))
            .and_then(|at| i8::try_from(at + 1).ok())
    };
    DAY.as_ref()?.captures_iter(&text).find_map(|found| in_order(&found[3], month(&found[2])?, &found[1]))
}
