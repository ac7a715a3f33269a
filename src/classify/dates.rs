//! Days as people write them in the six languages. Never guesses a month or a day.

use crate::domain::Timestamp;
use crate::normal::normal_text;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use regex::Regex;
use std::sync::OnceLock;

/// Names of months, as they stand in comparable text: the beginning of the word is enough.
const MONTHS: [(i8, &[&str]); 12] = [
    (1, &["january", "jan", "janvier", "enero", "январ", "يناير", "كانون الثاني"]),
    (2, &["february", "feb", "février", "febrero", "феврал", "فبراير", "شباط"]),
    (3, &["march", "mar", "mars", "marzo", "март", "مارس", "اذار"]),
    (4, &["april", "apr", "avril", "abril", "апрел", "ابريل", "نيسان"]),
    (5, &["may", "mai", "mayo", "мая", "май", "مايو", "ايار"]),
    (6, &["june", "jun", "juin", "junio", "июн", "يونيو", "حزيران"]),
    (7, &["july", "jul", "juillet", "julio", "июл", "يوليو", "تموز"]),
    (8, &["august", "aug", "août", "agosto", "август", "اغسطس", "اب"]),
    (9, &["september", "sept", "sep", "septembre", "septiembre", "сентябр", "سبتمبر", "ايلول"]),
    (10, &["october", "oct", "octobre", "octubre", "октябр", "اكتوبر", "تشرين الاول"]),
    (11, &["november", "nov", "novembre", "noviembre", "ноябр", "نوفمبر", "تشرين الثاني"]),
    (12, &["december", "dec", "décembre", "diciembre", "декабр", "ديسمبر", "كانون الاول"]),
];

struct Forms {
    iso: Regex,
    dotted: Regex,
    chinese: Regex,
    day_month: Regex,
    month_day: Regex,
}

fn forms() -> Option<&'static Forms> {
    static FORMS: OnceLock<Option<Forms>> = OnceLock::new();
    FORMS
        .get_or_init(|| {
            let mut names: Vec<&str> = MONTHS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
            names.sort_by_key(|name| std::cmp::Reverse(name.len()));
            let names = names.join("|");
            let compile = |pattern: String| Regex::new(&pattern).ok();
            Some(Forms {
                // In comparable text hyphens and slashes are blanks.
                iso: compile(r"\b(20\d\d) (\d{1,2}) (\d{1,2})\b".into())?,
                dotted: compile(r"\b(\d{1,2})[. ](\d{1,2})[. ](20\d\d)\b".into())?,
                chinese: compile(r"(?:(20\d\d) ?年 ?)?(\d{1,2}) ?月 ?(\d{1,2}) ?[日号號]".into())?,
                day_month: compile(format!(
                    r"\b(\d{{1,2}})(?:st|nd|rd|th|er|º|°|го|е)?\.? (?:of |de |del )?({names})\p{{L}}*\.?,?(?: (?:de |del |of |سنه |عام )?(20\d\d))?"
                ))?,
                month_day: compile(format!(r"\b({names})\p{{L}}*\.? (\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (20\d\d))?"))?,
            })
        })
        .as_ref()
}

/// The last day that a sentence names; one without a year is the next such day after the mail was written.
pub fn last_date(sentence: &str, written: Option<Timestamp>) -> Option<Date> {
    let text: String = normal_text(sentence).chars().map(western).collect();
    let forms = forms()?;
    let number = |text: &str| text.parse::<i16>().ok();
    let mut found: Vec<(usize, Option<i16>, i8, i8)> = Vec::new();
    let mut add = |at: usize, year: Option<&str>, month: Option<i8>, day: Option<&str>| {
        let day = day.and_then(|text| text.parse::<i8>().ok());
        if let (Some(month), Some(day)) = (month, day) {
            found.push((at, year.and_then(number), month, day));
        }
    };
    let group = |captures: &regex::Captures<'_>, at: usize| captures.get(at).map(|one| one.as_str().to_string());
    let start = |captures: &regex::Captures<'_>| captures.get(0).map_or(0, |all| all.start());
    let as_month = |text: Option<String>| text.and_then(|text| text.parse::<i8>().ok());
    for one in forms.iso.captures_iter(&text) {
        add(start(&one), group(&one, 1).as_deref(), as_month(group(&one, 2)), group(&one, 3).as_deref());
    }
    for one in forms.dotted.captures_iter(&text) {
        add(start(&one), group(&one, 3).as_deref(), as_month(group(&one, 2)), group(&one, 1).as_deref());
    }
    for one in forms.chinese.captures_iter(&text) {
        add(start(&one), group(&one, 1).as_deref(), as_month(group(&one, 2)), group(&one, 3).as_deref());
    }
    for one in forms.day_month.captures_iter(&text) {
        add(start(&one), group(&one, 3).as_deref(), month_named(group(&one, 2)), group(&one, 1).as_deref());
    }
    for one in forms.month_day.captures_iter(&text) {
        add(start(&one), group(&one, 3).as_deref(), month_named(group(&one, 1)), group(&one, 2).as_deref());
    }
    let (_, year, month, day) = found.into_iter().max_by_key(|(at, year, _, _)| (year.is_some(), *at))?;
    match year {
        Some(year) => Date::new(year, month, day).ok(),
        None => {
            let written = written?.to_zoned(TimeZone::UTC).date();
            let this_year = Date::new(written.year(), month, day).ok()?;
            if this_year >= written { Some(this_year) } else { Date::new(written.year() + 1, month, day).ok() }
        }
    }
}

fn month_named(name: Option<String>) -> Option<i8> {
    let name = name?;
    MONTHS.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(month, _)| *month)
}

/// Arabic-Indic and Persian digits as western ones.
fn western(c: char) -> char {
    let value = match c {
        '٠'..='٩' => c as u32 - '٠' as u32,
        '۰'..='۹' => c as u32 - '۰' as u32,
        _ => return c,
    };
    char::from_digit(value, 10).unwrap_or(c)
}
