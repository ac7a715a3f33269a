//! The words of citations, read once from `words.toml` and found in a comparable text in one pass. Holds no rule of what
//! they mean together.

use crate::classify::phrases::Phrases;
pub use crate::classify::words::is_wide;
use crate::classify::words::{Layout, is_word_sign};
use crate::language::is_letter;
use crate::normal::normal;
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};
use std::sync::OnceLock;

/// What a word is to a citation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    Place(Place),
    /// "resolution": a symbol of the General Assembly or a number of the Security Council follows.
    Resolution,
    /// "article": what follows is of a treaty.
    Article,
    /// "section" where it stands after its letter.
    SectionAfter,
    /// The sign before a Chinese number.
    Counted,
    /// Where a symbol may begin.
    Symbol,
    /// "report".
    Report,
    Quality(Quality),
    Ordinal(u8),
    /// A document that is named, by its place in the list.
    Named(usize),
}

/// What a place in a document is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Paragraph,
    /// The plural: a list may follow.
    Paragraphs,
    Annex,
    Section,
    Recommendation,
    Norm,
    Cbm,
}

/// What is said of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quality {
    Series,
    Annual,
    Progress,
    Final,
    Oewg,
    Experts,
    July,
    ThisYear,
    LastYear,
    Same,
    Own,
    Chair,
}

/// A word in a comparable text, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Hit {
    pub word: Word,
    pub start: usize,
    pub end: usize,
}

/// Which row of reports one belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    Experts,
    Oewg,
    Progress,
}

/// A report that has a symbol.
#[derive(Debug, Deserialize)]
pub struct Known {
    pub symbol: String,
    pub group: Group,
    /// Its place among the progress reports.
    pub number: Option<u8>,
    /// Day of adoption.
    pub since: toml::value::Datetime,
}

impl Known {
    pub fn adopted(&self) -> Date {
        let day = self.since.date;
        let made = day.and_then(|day| {
            Date::new(i16::try_from(day.year).ok()?, i8::try_from(day.month).ok()?, i8::try_from(day.day).ok()?).ok()
        });
        made.unwrap_or(Date::MAX)
    }
}

#[derive(Debug, Default, Deserialize)]
struct File {
    place: BTreeMap<String, Vec<String>>,
    report: BTreeMap<String, Vec<String>>,
    ordinal: BTreeMap<String, Vec<String>>,
    gap: BTreeMap<String, Vec<String>>,
    below: BTreeMap<String, Vec<String>>,
    reports: Vec<Known>,
    named: Vec<Named>,
}

#[derive(Debug, Deserialize)]
struct Named {
    name: String,
    /// Whether it is a process of its own: an input about it is none about this one.
    #[serde(default)]
    process: bool,
    words: Vec<String>,
}

/// All of them, ready to be found.
pub struct Words {
    finder: Phrases,
    patterns: Vec<(Word, bool)>,
    pub reports: Vec<Known>,
    pub names: Vec<String>,
    /// Names of other processes and of the reports of this series.
    elsewhere: HashSet<String>,
    /// Words that may stand inside the name of a report, between a place and its document, between a document and its place,
    /// and between two places.
    pub filler: HashSet<String>,
    pub of: HashSet<String>,
    pub at: HashSet<String>,
    pub and: HashSet<String>,
    /// "subparagraph", what a number may count, what follows a paragraph of an agenda and one of the sender's own paper.
    pub below: Vec<String>,
    pub counted: HashSet<String>,
    pub agenda: Vec<String>,
    /// "above", "below".
    pub here: Vec<String>,
    /// What may stand between "resolution" and its number.
    pub assembly: Vec<String>,
    pub this_paper: Vec<String>,
}

/// The words that come with the program.
pub fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    // The file is part of the program; a test reads it, so that it cannot be broken here.
    WORDS.get_or_init(|| Words::of(toml::from_str(include_str!("words.toml")).unwrap_or_default()))
}

impl Words {
    fn of(file: File) -> Self {
        let mut all: Vec<(Word, &String)> = Vec::new();
        for (key, phrases) in file.place.iter().chain(&file.report) {
            if let Some(word) = word_of(key) {
                all.extend(phrases.iter().map(|phrase| (word, phrase)));
            }
        }
        for (number, phrases) in &file.ordinal {
            let word = Word::Ordinal(number.parse().unwrap_or(0));
            all.extend(phrases.iter().map(|phrase| (word, phrase)));
        }
        for (at, one) in file.named.iter().enumerate() {
            all.extend(one.words.iter().map(|phrase| (Word::Named(at), phrase)));
        }
        let comparable = |phrase: &str| normal(phrase).text.trim().to_string();
        let texts: Vec<String> = all.iter().map(|(_, phrase)| comparable(phrase.trim_end_matches('*'))).collect();
        let patterns = all.iter().map(|(word, phrase)| (*word, phrase.ends_with('*'))).collect();
        let set = |key: &str| -> HashSet<String> {
            file.gap.get(key).into_iter().flatten().map(|phrase| comparable(phrase)).collect()
        };
        let (filler, mut of, at, and) = (set("filler"), set("of"), set("at"), set("and"));
        of.extend(file.report.get("noun").into_iter().flatten().map(|noun| comparable(noun)));
        let below = |key: &str| -> Vec<String> {
            file.below.get(key).into_iter().flatten().map(|phrase| comparable(phrase)).collect()
        };
        let processes = file.named.iter().filter(|one| one.process).map(|one| one.name.clone());
        let series = file.reports.iter().filter(|one| one.number.is_some()).map(|one| one.symbol.clone());
        let elsewhere = processes.chain(series).collect();
        Self {
            elsewhere,
            finder: Phrases::of(texts),
            patterns,
            reports: file.reports,
            names: file.named.into_iter().map(|one| one.name).collect(),
            filler,
            of,
            at,
            and,
            below: below("paragraph"),
            counted: below("counted").into_iter().collect(),
            agenda: below("agenda"),
            assembly: below("assembly"),
            here: below("here"),
            this_paper: below("this-paper"),
        }
    }

    /// Whether a document is another process, or one of the reports of the series, this one's among them.
    pub fn is_elsewhere(&self, name: &str) -> bool {
        self.elsewhere.contains(name)
    }

    /// All words that stand in a comparable text, in order.
    pub fn hits(&self, text: &str) -> Vec<Hit> {
        self.hits_from(text, &Layout::of(text).beginnings)
    }

    /// The same where it is known at which bytes phrases may begin.
    pub fn hits_from(&self, text: &str, beginnings: &[usize]) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        let mut look = |start: usize| {
            self.finder.at(text, start, |pattern, end| {
                let (word, open) = self.patterns[pattern];
                if is_whole(text, start, end, open || word == Word::Symbol) {
                    hits.push(Hit { word, start, end });
                }
            });
        };
        for start in beginnings.iter().copied() {
            look(start);
            let rest = &text[start..];
            if rest.starts_with(is_arabic) {
                let after = |prefix: &&str| rest.strip_prefix(*prefix).is_some_and(|rest| rest.starts_with(is_arabic));
                ARABIC_PREFIXES.iter().filter(|prefix| after(prefix)).for_each(|prefix| look(start + prefix.len()));
            }
        }
        // Of words in one another the first and longest.
        hits.sort_by_key(|one| (one.start, std::cmp::Reverse(one.end)));
        let mut reached = 0;
        hits.retain(|one| {
            let free = one.start >= reached;
            reached = if free { one.end } else { reached };
            free
        });
        hits
    }

    /// Whether a place between these words is in the sender's own paper.
    pub fn is_own_paper(&self, before: &str, after: &str) -> bool {
        let (before, after) = (before.trim_end(), after.trim_start());
        let last = &before[word_start(before, before.len())..];
        let owned = ["our", "my", "notre", "mon", "nuestro", "mi", "наше", "нашем", "нашего"].contains(&last);
        let here = self.here.iter().any(|word| after.starts_with(word.as_str()) || before.ends_with(word.as_str()));
        let rest = self.this_paper.iter().find_map(|phrase| after.strip_prefix(phrase.as_str()));
        // "of this report" may be ours or theirs.
        let report = rest.is_some_and(|rest| {
            let next: String = rest.trim_start().chars().take_while(|c| c.is_alphanumeric()).collect();
            self.hits(&next).iter().any(|hit| matches!(hit.word, Word::Report | Word::Quality(_) | Word::Ordinal(_)))
        });
        owned || here || before.ends_with("我们的") || (rest.is_some() && !report)
    }

    /// The report of a row by its number.
    pub fn progress(&self, number: u8) -> Option<&Known> {
        self.reports.iter().find(|one| one.number == Some(number))
    }

    /// The progress report that was the latest on a day.
    pub fn latest_progress(&self, day: Date) -> Option<&Known> {
        let adopted = self.reports.iter().filter(|one| one.group == Group::Progress && one.adopted() <= day);
        adopted.max_by_key(|one| one.adopted())
    }

    /// Reports that were adopted in a year.
    pub fn of_year(&self, year: i16) -> impl Iterator<Item = &Known> {
        self.reports.iter().filter(move |one| one.adopted().year() == year)
    }
}

fn word_of(key: &str) -> Option<Word> {
    Some(match key {
        "paragraph" => Word::Place(Place::Paragraph),
        "paragraphs" => Word::Place(Place::Paragraphs),
        "annex" => Word::Place(Place::Annex),
        "section" => Word::Place(Place::Section),
        "recommendation" => Word::Place(Place::Recommendation),
        "norm" => Word::Place(Place::Norm),
        "cbm" => Word::Place(Place::Cbm),
        "resolution" => Word::Resolution,
        "article" => Word::Article,
        "section-after" => Word::SectionAfter,
        "counted" => Word::Counted,
        "symbol" => Word::Symbol,
        "noun" => Word::Report,
        "series" => Word::Quality(Quality::Series),
        "annual" => Word::Quality(Quality::Annual),
        "progress" => Word::Quality(Quality::Progress),
        "final" => Word::Quality(Quality::Final),
        "oewg" => Word::Quality(Quality::Oewg),
        "experts" => Word::Quality(Quality::Experts),
        "july" => Word::Quality(Quality::July),
        "this-year" => Word::Quality(Quality::ThisYear),
        "last-year" => Word::Quality(Quality::LastYear),
        "same" => Word::Quality(Quality::Same),
        "own" => Word::Quality(Quality::Own),
        "chair" => Word::Quality(Quality::Chair),
        _ => return None,
    })
}

fn is_arabic(c: char) -> bool {
    ('\u{0600}'..='\u{06ff}').contains(&c)
}

/// Letters that Arabic writes together with the word that follows.
const ARABIC_PREFIXES: [&str; 14] =
    ["ال", "وال", "بال", "فال", "كال", "لل", "ولل", "و", "ب", "ف", "ل", "ك", "وب", "ول"];

/// Where the word begins that a place in a text stands in.
pub fn word_start(text: &str, at: usize) -> usize {
    let before = text[..at].char_indices().rev().take_while(|(_, c)| is_word_sign(*c) && !is_wide(*c));
    before.last().map_or(at, |(from, _)| from)
}

/// Whether what stands there are words of their own; `open`: the last one may go on.
fn is_whole(text: &str, start: usize, end: usize, open: bool) -> bool {
    let phrase = &text[start..end];
    if !phrase.starts_with(is_wide) {
        let prefix = &text[word_start(text, start)..start];
        let is_arabic = phrase.starts_with(is_arabic);
        let stands_alone = prefix.is_empty() || (is_arabic && ARABIC_PREFIXES.contains(&prefix));
        if !stands_alone {
            return false;
        }
    }
    // A number may follow at once: "para55".
    open || phrase.ends_with(is_wide) || !text[end..].starts_with(|c: char| is_letter(c) && !is_wide(c))
}
