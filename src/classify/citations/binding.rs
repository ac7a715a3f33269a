//! Which document a place belongs to: the one named with it, else the nearest of its sentence, else this report if nothing
//! else was named since. Where that leaves a doubt the document stays unknown.

use super::documents::{Mention, Refers};
use super::places::Located;
use super::words::{Group, Place, Words};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// What the whole input names, and in which order each part does.
#[derive(Default)]
pub struct Context {
    /// Documents that are named by a symbol or a name that leaves no other.
    pub named: BTreeSet<String>,
    /// Part, place in characters, and the document, where it is known; in this order.
    pub explicit: Vec<(usize, usize, Option<String>)>,
    /// The report that the catalogue is of.
    pub ours: String,
}

impl Context {
    /// What a name refers to, as far as that does not depend on its place; `None`: it does.
    pub fn settled(&self, words: &Words, refers: &Refers) -> Option<Option<String>> {
        let speaks_of_series =
            || words.reports.iter().any(|one| one.group == Group::Progress && self.named.contains(&one.symbol));
        match refers {
            Refers::To(document) => Some(Some(document.clone())),
            Refers::Unknown => Some(None),
            Refers::Either(all) => {
                let mut named = all.iter().filter(|one| self.named.contains(*one));
                let first = named.next();
                Some(first.filter(|_| named.next().is_none()).cloned())
            }
            Refers::IfSeries(one) => Some(speaks_of_series().then(|| one.clone())),
            Refers::Last | Refers::Bare => None,
        }
    }

    /// "that report": the report that was named last in this part.
    pub fn last(&self, part: usize, at: usize) -> Option<String> {
        let is_report =
            |document: &Option<String>| document.as_ref().is_none_or(|one| one.contains('/') && !one.contains("/RES/"));
        let before = self.explicit[..self.since(part, at)].iter().rev().take(FURTHEST).take_while(|one| one.0 == part);
        before.into_iter().find(|one| is_report(&one.2)).and_then(|one| one.2.clone())
    }

    /// "the report": ours, if the input names it and nothing else was named since.
    pub fn bare(&self, part: usize, at: usize) -> Option<String> {
        if !self.named.contains(&self.ours) {
            return None;
        }
        let next = self.since(part, at);
        let of_part = |at: usize| self.explicit.get(at).filter(|one| one.0 == part);
        match next.checked_sub(1).and_then(of_part).or_else(|| of_part(next)) {
            Some((_, _, document)) if document.as_deref() != Some(self.ours.as_str()) => None,
            Some(_) | None => Some(self.ours.clone()),
        }
    }

    /// Which of the documents named is the first at or after a place.
    fn since(&self, part: usize, at: usize) -> usize {
        self.explicit.partition_point(|one| (one.0, one.1) < (part, at))
    }
}

/// So many documents back "that report" may reach.
const FURTHEST: usize = 50;

/// A place with its document.
#[derive(Clone, Debug)]
pub struct Bound {
    pub document: Option<String>,
    /// The mention that stands beside it and belongs to its words.
    pub beside: Option<usize>,
}

/// What binding looks at in one passage.
pub struct Scene<'a> {
    pub words: &'a Words,
    pub text: &'a str,
    pub mentions: &'a [Mention],
    /// The document of each mention.
    pub documents: &'a [Option<String>],
    pub places: &'a [Located],
    /// Where sentences end, in bytes.
    pub ends: &'a [usize],
    pub date: Option<Date>,
}

impl Scene<'_> {
    /// Binds each place; `bare` says what a place without a document belongs to.
    pub fn bind(&self, bare: impl Fn(usize) -> Option<String>) -> Vec<Option<Bound>> {
        let mut beside: Vec<Option<usize>> = self.places.iter().map(|one| self.after(one)).collect();
        let taken: BTreeSet<usize> = beside.iter().flatten().copied().collect();
        for (at, one) in self.places.iter().enumerate() {
            beside[at] = beside[at].or_else(|| self.before(one).filter(|mention| !taken.contains(mention)));
        }
        // "section G, paragraphs 55 to 57, of A/78/265": what stands together belongs together.
        let mut inherited = beside.clone();
        for at in 1..self.places.len() {
            if inherited[at].is_none() && self.stand_together(at - 1, at) {
                inherited[at] = inherited[at - 1];
            }
        }
        for at in (1..self.places.len()).rev() {
            let forward = inherited[at].filter(|mention| self.mentions[*mention].start >= self.places[at].end);
            if beside[at - 1].is_none() && forward.is_some() && self.stand_together(at - 1, at) {
                inherited[at - 1] = forward;
            }
        }
        let all_taken: BTreeSet<usize> = beside.iter().flatten().copied().collect();
        let each = self.places.iter().enumerate().map(|(at, one)| {
            let attached = inherited[at];
            if one.weak && attached.is_none() {
                return None;
            }
            let near = || self.nearest(one, &all_taken);
            if one.of_article && attached.is_none() {
                let treaty = self.treaty(one);
                return Some(Bound { document: treaty.and_then(|at| self.documents[at].clone()), beside: treaty });
            }
            let document = match attached.or_else(near) {
                Some(mention) => self.documents[mention].clone(),
                None => bare(one.start),
            };
            Some(Bound { document: self.own_home(one, attached.or_else(near), document), beside: beside[at] })
        });
        each.collect()
    }

    /// Norms and confidence-building measures have documents of their own, whatever is named beside them.
    fn own_home(&self, one: &Located, mention: Option<usize>, document: Option<String>) -> Option<String> {
        let named = mention.and_then(|mention| self.documents[mention].clone());
        let known =
            |symbol: &Option<String>| self.words.reports.iter().find(|one| Some(&one.symbol) == symbol.as_ref());
        match one.place {
            Place::Norm => {
                let experts = known(&named).filter(|one| one.group == Group::Experts);
                let first = self.words.of_year(2015).find(|one| one.group == Group::Experts);
                experts.or(first.filter(|_| !one.numbers.is_empty())).map(|one| one.symbol.clone())
            }
            Place::Cbm => {
                let third = self.words.progress(3);
                if one.numbers.iter().any(|one| one.last > 4) {
                    return third.map(|one| one.symbol.clone());
                }
                let series = known(&named).filter(|one| one.group == Group::Progress && one.number > Some(1));
                // Until the third report there was one list.
                let second =
                    self.date.and_then(|day| self.words.latest_progress(day)).filter(|one| one.number == Some(2));
                series.or(second).map(|one| one.symbol.clone())
            }
            Place::Paragraph | Place::Paragraphs | Place::Annex | Place::Section | Place::Recommendation => document,
        }
    }

    /// The mention that follows with "of the" or the like.
    fn after(&self, one: &Located) -> Option<usize> {
        let at = self.mentions.iter().position(|mention| mention.start >= one.end)?;
        let gap = &self.text[one.end..self.mentions[at].start];
        let plain = gap.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '\'' | '"' | '(' | ')' | '《'));
        (gap.len() <= 40 && plain && words_of(gap).all(|word| self.words.of.contains(word))).then_some(at)
    }

    /// The mention that stands before: "A/78/265, paragraph 55".
    fn before(&self, one: &Located) -> Option<usize> {
        let at = self.mentions.iter().rposition(|mention| mention.end <= one.start)?;
        let gap = &self.text[self.mentions[at].end..one.start];
        let fits = |c: char| c.is_alphanumeric() || " '\",():;、》«»،".contains(c);
        let plain = gap.chars().all(fits);
        (gap.len() <= 40 && plain && words_of(gap).all(|word| self.words.at.contains(word))).then_some(at)
    }

    fn stand_together(&self, first: usize, second: usize) -> bool {
        let Some(gap) = self.text.get(self.places[first].end..self.places[second].start) else { return false };
        let plain = gap.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | ',' | '(' | ')' | '、' | '،' | '\''));
        let fits = |word: &str| self.words.and.contains(word) || self.words.of.contains(word);
        gap.len() <= 24 && plain && words_of(gap).all(fits)
    }

    /// The nearest document with a symbol in the same sentence that belongs to no other place.
    fn nearest(&self, one: &Located, taken: &BTreeSet<usize>) -> Option<usize> {
        let free = self.mentions.iter().enumerate().filter(|(at, mention)| {
            !taken.contains(at) && mention.refers != Refers::Bare && self.in_one_sentence(mention, one)
        });
        let reports = free.filter(|(at, _)| self.documents[*at].as_ref().is_none_or(|document| document.contains('/')));
        let distance = |mention: &Mention| match mention.end <= one.start {
            true => one.start - mention.end,
            false => mention.start.saturating_sub(one.end),
        };
        reports.min_by_key(|(_, mention)| distance(mention)).map(|(at, _)| at)
    }

    /// The treaty that a sentence with an article names.
    fn treaty(&self, one: &Located) -> Option<usize> {
        let is_treaty = |at: usize| self.documents[at].as_ref().is_some_and(|document| !document.contains('/'));
        let mut named = self.mentions.iter().enumerate().filter(|(_, mention)| self.in_one_sentence(mention, one));
        named.find(|(at, _)| is_treaty(*at)).map(|(at, _)| at)
    }

    fn in_one_sentence(&self, mention: &Mention, one: &Located) -> bool {
        let (from, to) = match mention.end <= one.start {
            true => (mention.end, one.start),
            false => (one.end, mention.start),
        };
        !self.ends.iter().any(|end| *end > from && *end <= to)
    }
}

fn words_of(gap: &str) -> impl Iterator<Item = &str> {
    gap.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}
