//! The chart of days, ready to be drawn: columns in parts of the space that there is, so that it fits any width. Knows no
//! store.

use super::super::layout::Layout;
use super::{address, percent};
use crate::review::desk::{Filter, List};
use crate::review::overview::{Day, Overview};
use jiff::ToSpan as _;
use jiff::civil::Date;

/// Columns of the chart; the table under it has all days.
const MOST: i64 = 92;

/// So few days make columns that are too broad: empty ones come before them.
const FEWEST: i64 = 14;

/// Days after the event that stay in view if there are more than `MOST`.
const AFTER_EVENT: i64 = 31;

/// Rows of the table; older days are one row.
const ROWS: usize = 150;

/// Up to so many columns, each says its number.
const WITH_NUMBERS: usize = 31;

/// Dates under the chart.
const DATES: usize = 5;

/// Where the columns begin and end, from the top, in parts of the height.
const TOP: f64 = 0.1;
const FOOT: f64 = 0.88;

/// The chart and its table.
pub struct Days {
    pub columns: Vec<Column>,
    /// Lines across: place from the top, number.
    pub lines: Vec<(String, u64)>,
    /// Dates under the columns: place from the left, words.
    pub dates: Vec<(String, String)>,
    /// Place and width of the event's days.
    pub event: Option<(String, String)>,
    /// The event's days in words, also if the chart does not reach them.
    pub event_words: Option<String>,
    /// What the chart shows, in a sentence.
    pub words: String,
    /// Inputs of days that the chart has no column for.
    pub outside: u64,
    /// Newest first.
    pub rows: Vec<Row>,
    /// Inputs of days before those of the rows.
    pub earlier: u64,
}

/// A day of the chart.
pub struct Column {
    /// Where its share of the width begins, and how wide that is.
    pub left: String,
    pub share: String,
    /// The column itself; its middle is where its number stands.
    pub x: String,
    pub middle: String,
    pub width: String,
    pub y: String,
    pub height: String,
    pub count: u64,
    /// For the pointer.
    pub words: String,
    pub href: Option<String>,
    pub has_number: bool,
}

/// A day of the table.
pub struct Row {
    pub key: String,
    pub words: String,
    pub count: u64,
    pub href: String,
    pub in_event: bool,
}

impl Days {
    /// Of the inputs of a list.
    pub fn of(layout: &Layout, list: List, overview: &Overview) -> Self {
        let days = &overview.days;
        let shown = window(overview).map(|(first, last)| all_between(first, last)).unwrap_or_default();
        let counts: Vec<Day> = shown.iter().map(|day| Day { day: *day, count: count_of(days, *day) }).collect();
        let inside: u64 = counts.iter().map(|one| one.count).sum();
        let most = round_up(counts.iter().map(|one| one.count).max().unwrap_or(0));
        let rows: Vec<Row> = days.iter().rev().take(ROWS).map(|one| row(layout, list, overview.event, *one)).collect();
        let in_rows: u64 = rows.iter().map(|row| row.count).sum();
        Self {
            columns: columns(layout, list, &counts, most),
            lines: lines(most),
            dates: dates(layout, &shown),
            event: overview.event.and_then(|event| band(event, &shown)),
            event_words: overview.event.map(|(first, last)| span(layout, first, last)),
            words: sentence(layout, &counts),
            outside: overview.inputs.saturating_sub(inside),
            rows,
            earlier: overview.inputs.saturating_sub(in_rows),
        }
    }
}

fn count_of(days: &[Day], day: Date) -> u64 {
    days.iter().find(|one| one.day == day).map_or(0, |one| one.count)
}

fn link(list: List, day: Date) -> String {
    address(&Filter { list, days: vec![day], ..Filter::default() })
}

fn row(layout: &Layout, list: List, event: Option<(Date, Date)>, day: Day) -> Row {
    Row {
        key: day.day.to_string(),
        words: date(layout, day.day),
        count: day.count,
        href: link(list, day.day),
        in_event: event.is_some_and(|(first, last)| (first..=last).contains(&day.day)),
    }
}

/// The days of the chart: all with inputs and the event, or, if these are too many, those around the event, or the last ones.
/// What claims to come from days to come widens no chart.
fn window(overview: &Overview) -> Option<(Date, Date)> {
    let mut with_inputs = overview.days.iter().map(|one| one.day).filter(|day| *day <= overview.today);
    let first = with_inputs.next()?;
    let last = with_inputs.next_back().unwrap_or(first);
    let with_event = overview.event.map_or((first, last), |(begin, end)| (first.min(begin), last.max(end)));
    let (from, to) = if length(with_event) <= MOST {
        with_event
    } else if length((first, last)) <= MOST {
        (first, last)
    } else {
        around(overview, (first, last))
    };
    Some((from.min(days_after(to, 1 - FEWEST)), to))
}

/// At most `MOST` days up to a while after the event, or, if it has nothing to do with the inputs, up to the last one; without
/// the empty days at both ends.
fn around(overview: &Overview, (first, last): (Date, Date)) -> (Date, Date) {
    let event = overview.event.filter(|(_, end)| (first..=last).contains(end));
    let limit = event.map_or(last, |(_, end)| days_after(end, AFTER_EVENT).min(last));
    let inside = (days_after(limit, 1 - MOST).max(first))..=limit;
    let days = || overview.days.iter().map(|one| one.day).filter(|day| inside.contains(day));
    let ends = |day: Option<Date>, event: Option<Date>, chosen: fn(Date, Date) -> Date| match (day, event) {
        (Some(day), Some(event)) => chosen(day, event),
        (one, other) => one.or(other).unwrap_or(limit),
    };
    let begin = event.map(|(begin, _)| begin.max(*inside.start()));
    (ends(days().next(), begin, Date::min), ends(days().next_back(), event.map(|(_, end)| end), Date::max))
}

fn length((first, last): (Date, Date)) -> i64 {
    last.duration_since(first).as_hours() / 24 + 1
}

fn days_after(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}

fn all_between(first: Date, last: Date) -> Vec<Date> {
    first.series(1.day()).take_while(|day| *day <= last).collect()
}

/// The next number of 1, 2, 4, 6, 10 and so on, so that half of it is a number, too, as soon as there is more than one.
fn round_up(most: u64) -> u64 {
    let mut power = 1_u64;
    loop {
        for step in [1, 2, 4, 6] {
            if step * power >= most {
                return step * power;
            }
        }
        power = power.saturating_mul(10);
    }
}

fn columns(layout: &Layout, list: List, counts: &[Day], most: u64) -> Vec<Column> {
    let share = 1.0 / counts.len().max(1) as f64;
    let all = counts.iter().enumerate().map(|(at, one)| {
        let left = at as f64 * share;
        let height = one.count as f64 / most as f64 * (FOOT - TOP);
        Column {
            left: percent(left),
            share: percent(share),
            x: percent(left + share * 0.12),
            middle: percent(left + share / 2.0),
            width: percent(share * 0.76),
            y: percent(FOOT - height),
            height: percent(height),
            count: one.count,
            words: format!("{}: {}", date(layout, one.day), one.count),
            href: (one.count > 0).then(|| link(list, one.day)),
            has_number: one.count > 0 && counts.len() <= WITH_NUMBERS,
        }
    });
    all.collect()
}

fn lines(most: u64) -> Vec<(String, u64)> {
    let place = |number: u64| percent(FOOT - number as f64 / most as f64 * (FOOT - TOP));
    let half = most.is_multiple_of(2).then_some(most / 2);
    half.into_iter().chain([most]).map(|number| (place(number), number)).collect()
}

fn dates(layout: &Layout, days: &[Date]) -> Vec<(String, String)> {
    let step = days.len().div_ceil(DATES).max(1);
    let all = days.iter().enumerate().skip(step / 2).step_by(step);
    all.map(|(at, day)| (percent((at as f64 + 0.5) / days.len() as f64), short_date(layout, *day))).collect()
}

fn band((first, last): (Date, Date), days: &[Date]) -> Option<(String, String)> {
    let inside = |day: &&Date| (first..=last).contains(*day);
    let count = days.iter().filter(inside).count();
    let begin = days.iter().position(|day| *day >= first).filter(|_| count > 0)?;
    let share = 1.0 / days.len() as f64;
    Some((percent(begin as f64 * share), percent(count as f64 * share)))
}

fn sentence(layout: &Layout, counts: &[Day]) -> String {
    let most = counts.iter().max_by_key(|one| one.count);
    let (Some(first), Some(last), Some(most)) = (counts.first(), counts.last(), most) else { return String::new() };
    let inside: u64 = counts.iter().map(|one| one.count).sum();
    let (from, to, day) = (date(layout, first.day), date(layout, last.day), date(layout, most.day));
    layout
        .words
        .f("overview.days-words", &[("from", &from), ("to", &to), ("n", &inside), ("day", &day), ("most", &most.count)])
}

fn span(layout: &Layout, first: Date, last: Date) -> String {
    if first == last {
        return date(layout, first);
    }
    format!("{} – {}", date(layout, first), date(layout, last))
}

/// A day in words.
fn date(layout: &Layout, day: Date) -> String {
    let month = layout.w("month", &day.month().to_string());
    layout.words.f("overview.date", &[("d", &day.day()), ("m", &month), ("y", &day.year())])
}

fn short_date(layout: &Layout, day: Date) -> String {
    let month = layout.w("month", &day.month().to_string());
    layout.words.f("overview.short-date", &[("d", &day.day()), ("m", &month)])
}
