//! Numbers of spreadsheet cells as they are shown: dates, percentages, decimals (ECMA-376 part 1, 18.8.30). Knows the
//! common formats; what it does not know is shown plainly.

use jiff::ToSpan as _;
use jiff::civil::{Date, Time, date};

/// How a number is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Format {
    #[default]
    General,
    Date {
        has_date: bool,
        has_time: bool,
    },
    Number {
        decimals: usize,
        has_thousands: bool,
        is_percent: bool,
    },
}

impl Format {
    /// The built-in format of a number (18.8.30); `None` if it is one of the workbook's own.
    pub fn built_in(id: u32) -> Option<Self> {
        let number = |decimals, has_thousands, is_percent| Self::Number { decimals, has_thousands, is_percent };
        let moment = |has_date, has_time| Self::Date { has_date, has_time };
        Some(match id {
            0 | 11 | 12 | 13 | 48 | 49 => Self::General,
            1 => number(0, false, false),
            2 => number(2, false, false),
            3 | 5 | 6 | 37 | 38 | 41 | 42 => number(0, true, false),
            4 | 7 | 8 | 39 | 40 | 43 | 44 => number(2, true, false),
            9 => number(0, false, true),
            10 => number(2, false, true),
            14..=17 | 27..=31 | 36 | 50..=58 => moment(true, false),
            18..=21 | 32..=35 | 45..=47 => moment(false, true),
            22 => moment(true, true),
            _ => return None,
        })
    }

    /// The format of a code as `#,##0.00` or `dd/mm/yyyy`.
    pub fn of_code(code: &str) -> Self {
        let first = bare(code);
        let lower = first.to_ascii_lowercase();
        if lower.trim() == "general" || lower.contains('@') {
            return Self::General;
        }
        let is_number = lower.contains(['0', '#', '?']);
        let has_time = lower.contains(['h', 's']);
        let has_date = lower.contains(['y', 'd']) || (lower.contains('m') && !has_time);
        if has_time || (has_date && !is_number) {
            return Self::Date { has_date, has_time };
        }
        if !is_number || lower.contains(['/', 'e']) {
            return Self::General;
        }
        let decimals =
            lower.split('.').nth(1).map_or(0, |rest| rest.chars().take_while(|c| matches!(c, '0' | '#' | '?')).count());
        Self::Number { decimals: decimals.min(15), has_thousands: lower.contains(','), is_percent: lower.contains('%') }
    }

    /// A number in this format; `is_1904` counts days from 1904.
    pub fn show(&self, value: f64, is_1904: bool) -> String {
        match self {
            Self::General => plain(value),
            Self::Date { has_date, has_time } => {
                moment(value, is_1904, *has_date, *has_time).unwrap_or_else(|| plain(value))
            }
            Self::Number { decimals, has_thousands, is_percent } => {
                let scaled = if *is_percent { value * 100.0 } else { value };
                let mut shown = format!("{scaled:.decimals$}");
                if *has_thousands {
                    shown = with_thousands(&shown);
                }
                if *is_percent { shown + "%" } else { shown }
            }
        }
    }
}

/// The part for positive numbers, without quoted text, colours and padding.
fn bare(code: &str) -> String {
    let mut out = String::new();
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            ';' => break,
            '"' => {
                chars.by_ref().find(|c| *c == '"');
            }
            '\\' | '_' | '*' => {
                chars.next();
            }
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                // Elapsed hours, minutes and seconds; all else in brackets is colour, condition or language.
                if inside.chars().all(|c| matches!(c.to_ascii_lowercase(), 'h' | 'm' | 's')) {
                    out.push_str(&inside);
                }
            }
            c => out.push(c),
        }
    }
    out
}

/// Fifteen digits, as spreadsheets keep.
fn plain(value: f64) -> String {
    let rounded: f64 = format!("{value:.14e}").parse().unwrap_or(value);
    if rounded.abs() >= 1e21 { format!("{rounded:e}") } else { format!("{rounded}") }
}

fn with_thousands(shown: &str) -> String {
    let (sign, rest) = shown.strip_prefix('-').map_or(("", shown), |rest| ("-", rest));
    let (whole, part) = rest.split_once('.').map_or((rest, String::new()), |(whole, part)| (whole, format!(".{part}")));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{part}")
}

/// Days since the epoch of the workbook as date and time.
fn moment(value: f64, is_1904: bool, has_date: bool, has_time: bool) -> Option<String> {
    if !(0.0..2_958_466.0).contains(&value) {
        return None;
    }
    let seconds = (value.fract() * 86_400.0).round() as i64;
    let (days, seconds) = (value.trunc() as i64 + seconds / 86_400, seconds % 86_400);
    let epoch: Date = match (is_1904, days) {
        (true, _) => date(1904, 1, 1),
        // The year 1900 counts as a leap year there.
        (false, ..60) => date(1899, 12, 31),
        (false, _) => date(1899, 12, 30),
    };
    let day = epoch.checked_add(days.days()).ok()?;
    let time = Time::midnight().checked_add(seconds.seconds()).ok()?;
    let time = if time.second() == 0 { time.strftime("%H:%M") } else { time.strftime("%H:%M:%S") };
    Some(match (has_date, has_time) {
        (true, true) => format!("{day} {time}"),
        (true, false) => day.to_string(),
        (false, _) => time.to_string(),
    })
}
