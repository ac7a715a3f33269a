//! The lines of a report without what stands above and below every page, and without footnotes. Never drops a line because
//! of its words alone.

use super::marks;
use crate::domain::extraction::{Extraction, Role, SegmentKind};
use regex::Regex;
use std::collections::HashMap;
use std::sync::LazyLock;

/// A line of the text.
#[derive(Clone, Debug)]
pub struct Line {
    pub text: String,
    pub page: Option<u32>,
    /// A blank line stands before it.
    pub after_blank: bool,
    /// The first one of its page.
    pub page_top: bool,
}

/// What was found.
#[derive(Default)]
pub struct Lines {
    pub lines: Vec<Line>,
    /// What stood above and below the pages.
    pub furniture: Vec<String>,
    /// Nearly every line stands alone: blank lines mean nothing.
    pub loose: bool,
}

/// So many lines at the top and at the bottom of a page may be repeated on others.
const ZONE: usize = 4;

/// Only these: a symbol, page n/m, a job number, a date as digits, a bar code's digits.
static FURNITURE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let tokens =
        r"[A-Z]{1,5}(/[\w.()]+)+|\d{1,3}/\d{1,3}|\d{2}-\d{5}(\*|-[A-Z])?|\([A-Z]\)|\d{6}|\*\d{7}\*|Please recycle";
    Regex::new(&format!(r"^(({tokens})\s*)+$")).ok()
});

/// The lines of a document.
pub fn lines(extraction: &Extraction) -> Lines {
    let mut found = Lines::default();
    let segments = extraction.segments();
    let paged = segments.iter().any(|one| one.kind == SegmentKind::Page);
    for one in segments.iter().filter(|one| one.role == Role::HeaderFooter) {
        found.furniture.extend(one.text.lines().map(tidy));
    }
    let texts = segments.iter().filter(|one| one.role == Role::Text && (one.kind == SegmentKind::Page) == paged);
    let mut pages: Vec<Vec<Line>> =
        texts.map(|one| split(&one.text, paged.then_some(one.number))).filter(|page| !page.is_empty()).collect();
    if paged {
        without_furniture(&mut pages, &mut found.furniture);
        let all = || pages.iter().flatten().filter(|line| !line.page_top);
        found.loose = all().filter(|line| line.after_blank).count() * 10 > all().count() * 7;
        let mut last = 0;
        pages.iter_mut().for_each(|page| without_footnotes(page, found.loose, &mut last));
    } else if segments.iter().any(|one| one.role == Role::Table) {
        // The cover of a word processor's file is a table.
        let tables = segments.iter().filter(|one| one.role == Role::Table).take(1);
        found.furniture.extend(tables.flat_map(|one| one.text.split_whitespace().map(str::to_string)));
    }
    found.lines = pages.into_iter().flatten().collect();
    found
}

/// One kind of blank, no marks of direction.
fn tidy(line: &str) -> String {
    let visible: String = line
        .chars()
        .filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}'))
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn split(text: &str, page: Option<u32>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut after_blank = true;
    for raw in text.lines() {
        let text = tidy(raw);
        if text.is_empty() {
            after_blank = true;
            continue;
        }
        lines.push(Line { text, page, after_blank, page_top: page.is_some() && lines.is_empty() });
        after_blank = false;
    }
    lines
}

/// What a line looks like on another page: digits count alike.
fn shape(line: &str) -> String {
    line.chars().filter(|c| !c.is_whitespace()).map(|c| if c.is_numeric() { '#' } else { c }).collect()
}

fn without_furniture(pages: &mut [Vec<Line>], furniture: &mut Vec<String>) {
    let mut on_pages: HashMap<String, usize> = HashMap::new();
    for page in pages.iter() {
        let mut shapes: Vec<String> = zone(page).map(|at| shape(&page[at].text)).collect();
        shapes.sort();
        shapes.dedup();
        shapes.into_iter().for_each(|one| *on_pages.entry(one).or_default() += 1);
    }
    let most = (pages.len() / 2).max(3);
    for page in pages.iter_mut() {
        let is_furniture = |line: &Line| {
            on_pages.get(&shape(&line.text)).is_some_and(|count| *count >= most) || is_only_signs(&line.text)
        };
        // From the edges inwards: the first line that is none ends the search.
        let above = page.iter().take(ZONE).take_while(|line| is_furniture(line)).count();
        let below = page[above..].iter().rev().take(ZONE + 2).take_while(|line| is_furniture(line)).count();
        let end = page.len() - below;
        furniture.extend(page.drain(end..).map(|line| line.text));
        furniture.extend(page.drain(..above).map(|line| line.text));
        if let Some(first) = page.first_mut() {
            first.page_top = true;
        }
    }
}

fn zone(page: &[Line]) -> impl Iterator<Item = usize> {
    let count = page.len();
    (0..count).filter(move |at| *at < ZONE || at + ZONE >= count)
}

/// Furniture by its form; also what is left of it where a file mixes writing directions.
fn is_only_signs(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let torn = letters <= 1
        && !text.ends_with(['.', '。', ';', ':', '；'])
        && !text.chars().any(|c| ('\u{660}'..='\u{669}').contains(&c));
    torn || FURNITURE.as_ref().is_some_and(|form| form.is_match(text))
}

/// The number of a footnote, if a line begins with one: `1See`, `1 See`, `(1) انظر`.
fn footnote(line: &str, loose: bool) -> Option<u32> {
    let (inside, brackets) = line.strip_prefix('(').map_or((line, false), |rest| (rest, true));
    let digits: String = inside.chars().take_while(char::is_ascii_digit).take(4).collect();
    let rest = &inside[digits.len()..];
    let rest = if brackets { rest.strip_prefix(')')? } else { rest };
    let attached = rest.starts_with(char::is_alphabetic);
    let apart =
        rest.strip_prefix(' ').is_some_and(|rest| rest.starts_with(char::is_alphabetic)) && (brackets || !loose);
    if attached || apart { digits.parse().ok() } else { None }
}

/// Takes the footnotes from the end of a page, and their numbers from its text. They are numbered through, or on each page
/// anew.
fn without_footnotes(page: &mut Vec<Line>, loose: bool, last: &mut u32) {
    let ends_page =
        |from: usize| !page[from..].iter().any(|line| line.after_blank && marks::number(&line.text).is_some());
    let due = |line: &Line| footnote(&line.text, loose).is_some_and(|number| number == 1 || number == *last + 1);
    let starts = (0..page.len()).find(|at| {
        let line = &page[*at];
        line.after_blank && (line.text.starts_with('*') || due(line)) && ends_page(*at)
    });
    let Some(start) = starts else { return };
    let mut before = None;
    for number in page.split_off(start).into_iter().filter_map(|line| footnote(&line.text, loose)) {
        if before.is_some_and(|before| number != before + 1) {
            continue;
        }
        (before, *last) = (Some(number), number);
        let mark = number.to_string();
        for line in page.iter_mut() {
            if let Some(at) = reference(&line.text, &mark) {
                line.text.replace_range(at..at + mark.len(), "");
                break;
            }
        }
    }
}

/// Where a footnote's number hangs on a word or a full stop.
fn reference(line: &str, mark: &str) -> Option<usize> {
    line.match_indices(mark).map(|(at, _)| at).find(|at| {
        let before = line[..*at].chars().next_back();
        let after = line[at + mark.len()..].chars().next();
        before.is_some_and(|c| !c.is_whitespace() && !c.is_numeric() && !matches!(c, '/' | '-' | '(' | '٬' | ','))
            && !after.is_some_and(|c| c.is_ascii_digit() || matches!(c, '/' | '.' | ')'))
    })
}
