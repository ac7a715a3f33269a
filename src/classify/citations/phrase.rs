//! The name of a report: the noun with what is said of it before and after, and what that refers to. Takes in no word that
//! does not stand beside the others.

use super::documents::Refers;
use super::numbers::{Source, number};
use super::words::{Group, Hit, Quality, Word, Words, is_wide, word_start};
use jiff::civil::Date;

/// A report's name: the noun with what is said of it before and after.
#[derive(Debug, Default)]
pub struct Phrase {
    pub start: usize,
    pub end: usize,
    qualities: Vec<Quality>,
    ordinal: Option<u8>,
    year: Option<i16>,
    definite: bool,
    /// Of somebody who is not the United Nations' group: "the report of our institute".
    foreign: bool,
}

/// Longest way from the noun, in words, and in signs of Chinese.
const STEPS: usize = 9;
const SIGNS: usize = 24;

impl Phrase {
    /// The name around a noun, by its place among the words.
    pub fn around(words: &Words, source: &Source<'_>, hits: &[Hit], noun: usize) -> Self {
        let hit = hits[noun];
        let mut phrase = Self { start: hit.start, end: hit.end, ..Self::default() };
        if hit.word == Word::Quality(Quality::Series) {
            phrase.qualities.push(Quality::Series);
        }
        if source.text[hit.start..hit.end].starts_with(is_wide) {
            phrase.chinese(source, hits, noun);
            return phrase;
        }
        let own_word = word_start(source.text, hit.start);
        let prefix = &source.text[own_word..hit.start];
        phrase.definite = prefix.ends_with("ال") || prefix.ends_with("لل");
        phrase.start = own_word;
        phrase.backwards(words, source, hits, own_word);
        phrase.forwards(words, source, hits, hit.end);
        phrase
    }

    /// Takes what a word says of the report; whether it belongs to its name.
    fn take(&mut self, word: Word, after: bool, arabic: bool) -> bool {
        match word {
            Word::Ordinal(number) if !after || arabic => self.ordinal = self.ordinal.or(Some(number)),
            Word::Quality(Quality::Own) if after => return false,
            Word::Quality(quality) => self.qualities.push(quality),
            Word::Ordinal(_) => return false,
            _ => return false,
        }
        true
    }

    fn backwards(&mut self, words: &Words, source: &Source<'_>, hits: &[Hit], from: usize) {
        let text = source.text;
        let mut at = from;
        for _ in 0..STEPS {
            let end = text[..at].trim_end_matches([' ', '\'', '"', ')', '(']).len();
            if end == at && at != from {
                return;
            }
            let ending = hits.get(hits.partition_point(|hit| hit.end < end));
            if let Some(hit) = ending.filter(|hit| hit.end == end && hit.word != Word::Report)
                && self.take(hit.word, false, false)
            {
                at = word_start(text, hit.start);
                self.start = at;
                continue;
            }
            let start = word_start(text, end);
            let word = &text[start..end];
            if start == end {
                return;
            }
            if let Some(year) = year_of(word) {
                (self.year, self.start, at) = (Some(year), start, start);
                continue;
            }
            if !words.filler.contains(word) {
                return;
            }
            if matches!(word, "the" | "le" | "l" | "du" | "el" | "del" | "au" | "al" | "your" | "votre") {
                (self.definite, self.start) = (true, start);
            }
            // "part of the report": what stands before "of" is something else.
            if matches!(
                word,
                "of" | "du" | "de" | "del" | "in" | "в" | "في" | "من" | "on" | "by" | "en" | "au" | "from" | "for"
            ) {
                return;
            }
            at = start;
        }
    }

    fn forwards(&mut self, words: &Words, source: &Source<'_>, hits: &[Hit], from: usize) {
        let text = source.text;
        let arabic = text[..from].ends_with(|c: char| ('\u{0600}'..='\u{06ff}').contains(&c));
        let mut at = from;
        let mut filler = "";
        for _ in 0..STEPS {
            let start = text.len() - text[at..].trim_start_matches([' ', '\'', '"', '(', ')']).len();
            let reach = |hit: &&Hit| word_start(text, hit.start) == start && hit.word != Word::Report;
            if start > at
                && let Some(hit) = hits.get(hits.partition_point(|hit| hit.start < start)).filter(reach)
                && self.take(hit.word, true, arabic)
            {
                (at, self.end, filler) = (hit.end, hit.end, "");
                continue;
            }
            let word: String = text[start..].chars().take_while(|c| c.is_alphanumeric()).collect();
            if word.is_empty() || start == at {
                break;
            }
            let end = start + word.len();
            if let Some(year) = year_of(&word) {
                let close = usize::from(text[end..].starts_with(')') && text[..start].ends_with('('));
                (self.year, self.end, at, filler) = (self.year.or(Some(year)), end + close, end, "");
                let rest = &text[end..];
                // Russian says "of the year" after it.
                if let Some(word) = [" года", " году", " год", " г."].iter().find(|word| rest.starts_with(**word))
                {
                    at = end + word.len();
                    self.end = at;
                }
                continue;
            }
            if !words.filler.contains(word.as_str()) {
                let genitive =
                    ["of", "by", "from", "du", "de", "des", "la", "d", "del", "los", "من", "عن", "الصادر", "от", "on"];
                self.foreign = genitive.contains(&filler) || (filler == "the" && self.end < at);
                break;
            }
            (at, filler) = (end, &text[start..end]);
        }
    }

    /// In Chinese all stands before the noun, without blanks.
    fn chinese(&mut self, source: &Source<'_>, hits: &[Hit], noun: usize) {
        let text = source.text;
        let end = hits[noun].start;
        let is_end = |c: char| matches!(c, ',' | '。' | ';' | '、' | ':' | '(' | ')' | '!' | '?' | '和' | '与' | '及');
        let mut start = end;
        // The name of another report ends this one.
        let other = hits[..noun].iter().rev().take(SIGNS).find(|hit| hit.word == Word::Report).map_or(0, |hit| hit.end);
        for (at, c) in text[..end].char_indices().rev().take(SIGNS) {
            if is_end(c) || at < other {
                break;
            }
            start = at;
        }
        let mut first = end;
        // "第二十五段" begins like "第二".
        let ranks = ["份", "次", "个", "期", "年度", "进展", "进度", "报告"];
        let is_rank = |hit: &Hit| {
            let phrase = &text[hit.start..hit.end];
            !matches!(hit.word, Word::Ordinal(_))
                || phrase.ends_with(['份', '次'])
                || ranks.iter().any(|rank| text[hit.end..].trim_start().starts_with(rank))
        };
        for hit in hits[..noun].iter().rev().take_while(|hit| hit.start >= start).filter(|hit| is_rank(hit)) {
            // "我们支持该报告": what the words belong to stands beside them.
            let near = text[hit.end..first].chars().all(|c| "的份个次一 ".contains(c));
            let belongs = matches!(hit.word, Word::Quality(Quality::Own | Quality::Same));
            if (near || !belongs) && self.take(hit.word, false, false) {
                first = first.min(hit.start);
            }
        }
        let years = text[start..end].char_indices().filter(|(_, c)| super::numbers::is_digit(*c) || *c == '二');
        for (offset, _) in years {
            if let Some((year, after)) = number(text, start + offset)
                && (2005..=2035).contains(&year)
                && text[after..].trim_start().starts_with('年')
            {
                self.year = i16::try_from(year).ok();
                first = first.min(start + offset);
                break;
            }
        }
        self.start = first;
    }

    fn is(&self, quality: Quality) -> bool {
        self.qualities.contains(&quality)
    }

    /// What it refers to; `None`: it names no report of others.
    pub fn refers(&self, words: &Words, date: Option<Date>) -> Option<Refers> {
        use Quality::{Annual, Chair, Experts, Final, July, LastYear, Oewg, Own, Progress, Same, Series, ThisYear};
        let by_number = |number: Option<u8>| number.and_then(|number| words.progress(number));
        let to = |known: Option<&super::words::Known>| {
            Some(known.map_or(Refers::Unknown, |known| Refers::To(known.symbol.clone())))
        };
        let progress_of = |year: i16| {
            let mut of_year = words.of_year(year).filter(|one| one.group == Group::Progress);
            of_year.find(|one| date.is_none_or(|day| one.adopted() <= day))
        };
        let is_series = self.is(Series)
            || (self.ordinal.is_some() && (self.is(Annual) || self.is(Progress)))
            || (self.is(Annual) && self.is(Progress));
        let is_theirs = self.is(Series) || (self.is(Annual) && self.is(Progress)) || self.is(Oewg);
        if self.is(Own) && !is_theirs {
            return None;
        }
        if is_series && self.ordinal.is_some() {
            return to(by_number(self.ordinal));
        }
        if self.is(Experts) {
            let Some(year) = self.year else { return Some(Refers::Unknown) };
            return to(words.of_year(year).find(|one| one.group == Group::Experts));
        }
        // By year, "this summer", "July".
        let year = self.year.or_else(|| {
            let today = date?;
            match () {
                () if self.is(ThisYear) => Some(today.year()),
                () if self.is(LastYear) => Some(today.year() - 1),
                () if self.is(July) => Some(today.year() - i16::from(today.month() < 7)),
                () => None,
            }
        });
        let is_dated = self.is(ThisYear) || self.is(LastYear) || self.is(July);
        if self.is(Oewg) && self.year == Some(2021) {
            return to(words.of_year(2021).find(|one| one.group == Group::Oewg));
        }
        if is_series || ((self.is(Oewg) || self.is(Chair) || self.is(Progress)) && (year.is_some() || is_dated)) {
            return match year {
                Some(year) => to(progress_of(year)),
                None if is_dated => Some(Refers::Unknown),
                None if self.is(Same) => Some(Refers::Last),
                None => to(date.and_then(|day| words.latest_progress(day))),
            };
        }
        if self.foreign {
            return None;
        }
        if is_dated && self.year.is_none() {
            return match year.and_then(progress_of) {
                Some(known) => Some(Refers::To(known.symbol.clone())),
                None => Some(Refers::Unknown),
            };
        }
        if is_dated && let Some(known) = year.and_then(progress_of) {
            return Some(Refers::To(known.symbol.clone()));
        }
        if self.is(Oewg) && self.is(Final) {
            // Until the present group ended there was one.
            let one = date.is_some_and(|day| day < Date::constant(2025, 7, 11));
            return to(words.reports.iter().find(|one| one.group == Group::Oewg).filter(|_| one));
        }
        if let Some(year) = self.year {
            let all: Vec<String> = words.of_year(year).map(|one| one.symbol.clone()).collect();
            return (!all.is_empty()).then_some(Refers::Either(all));
        }
        if let (Some(known), true) = (by_number(self.ordinal), self.ordinal.is_some()) {
            return Some(Refers::IfSeries(known.symbol.clone()));
        }
        if self.is(Same) {
            return Some(Refers::Last);
        }
        (self.definite || self.is(Oewg)).then_some(Refers::Bare)
    }
}

fn year_of(word: &str) -> Option<i16> {
    let (year, end) = number(word, 0)?;
    (end == word.len() && (2005..=2035).contains(&year)).then(|| i16::try_from(year).ok())?
}
