//! From mails with labels and answers to the numbers. Counts only; how it looks is for others.

use super::calibrate::calibration;
use super::labels::{Strength, Wanted};
use super::report::{
    Evaluation, EvidenceReport, InputRow, KindRow, Mails, MissedOne, Pair, Score, Share, Table, Time, WrongOne,
};
use super::sample::f1_interval;
use super::score::{Counts, counted, mean};
use crate::domain::catalogue::Catalogue;
use crate::domain::classification::MessageKind;
use crate::domain::ledger::Outcome;
use crate::domain::message::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Where words stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// `body`, or the path of the part.
    pub part: String,
    /// In characters of the part's whole text.
    pub span: Span,
}

/// A quote of the classifier, checked against its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quoted {
    pub quote: String,
    pub place: Place,
    pub is_verbatim: bool,
}

/// An assignment of the classifier.
#[derive(Clone, Debug, PartialEq)]
pub struct Got {
    pub recommendation: String,
    pub confidence: f64,
    pub evidence: Vec<Quoted>,
}

/// One labelled mail, and what the classifier says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    pub id: String,
    /// Main language of the labels.
    pub language: String,
    pub labelled: MessageKind,
    /// Labelled as an input: its recommendations count.
    pub is_input: bool,
    pub is_off_topic: bool,
    /// Each label with the places where its quote stands in the text that Pouch read.
    pub wanted: Vec<(Wanted, Vec<Place>)>,
    pub got: MessageKind,
    pub outcome: Outcome,
    /// Surest first.
    pub assignments: Vec<Got>,
    /// All that the classifier weighed, those below the line too, with their confidence.
    pub candidates: Vec<(String, f64)>,
    pub is_read: bool,
    pub seconds: f64,
}

impl Input {
    fn wanted_ids(&self) -> BTreeSet<&str> {
        self.wanted.iter().map(|(one, _)| one.recommendation.as_str()).collect()
    }

    fn got_ids(&self) -> BTreeSet<&str> {
        self.assignments.iter().map(|one| one.recommendation.as_str()).collect()
    }

    fn counts(&self) -> Counts {
        counted(&self.wanted_ids(), &self.got_ids())
    }
}

/// What stands at the head of an evaluation.
#[derive(Clone, Debug, Default)]
pub struct About {
    pub folder: String,
    /// RFC 3339.
    pub made: String,
    pub classifier: String,
    pub notes: Vec<String>,
    /// The whole run.
    pub seconds: f64,
}

/// Measures.
pub fn evaluate(mails: &[Input], catalogue: &Catalogue, about: About) -> Evaluation {
    let inputs: Vec<&Input> = mails.iter().filter(|one| one.is_input).collect();
    let each: Vec<Counts> = inputs.iter().map(|one| one.counts()).collect();
    let with_primary: Vec<&&Input> =
        inputs.iter().filter(|one| one.wanted.iter().any(|(one, _)| one.strength == Strength::Primary)).collect();
    let off_topic: Vec<&&Input> = inputs.iter().filter(|one| one.is_off_topic).collect();
    Evaluation {
        format: 1,
        folder: about.folder,
        made: about.made,
        classifier: about.classifier,
        catalogue: format!("{}, edition {}", catalogue.symbol, catalogue.edition),
        notes: about.notes,
        mails: Mails {
            evaluated: mails.len() as u64,
            inputs: inputs.len() as u64,
            off_topic: off_topic.len() as u64,
            unread: mails.iter().filter(|one| !one.is_read).count() as u64,
        },
        recommendations: by_recommendation(&inputs, catalogue),
        sections: by_section(&inputs, catalogue),
        languages: by_language(&inputs),
        f1_interval: f1_interval(&each),
        primary: found(&inputs, Strength::Primary),
        secondary: found(&inputs, Strength::Secondary),
        top: share(&with_primary, |one| top_is_primary(one)),
        left_empty: share(&off_topic, |one| one.assignments.is_empty()),
        evidence: evidence(&inputs),
        calibration: calibration(&guesses(&inputs)),
        pairs: pairs(&inputs),
        wrong: wrong(&inputs),
        missed: missed(&inputs),
        kinds: kinds(mails),
        inputs: inputs.iter().map(|one| row(one)).collect(),
        time: time(mails, about.seconds),
    }
}

fn share<T>(all: &[T], holds: impl Fn(&T) -> bool) -> Share {
    Share { part: all.iter().filter(|one| holds(one)).count() as u64, whole: all.len() as u64 }
}

fn table(rows: Vec<Score>) -> Table {
    let counts: Vec<Counts> = rows.iter().map(|row| row.counts).collect();
    Table { micro: Score::of("all", "", "", counts.iter().copied().sum()), mean: mean(&counts), rows }
}

/// Counts of one thing over all inputs.
fn of_one(inputs: &[&Input], is_it: impl Fn(&str) -> bool) -> Counts {
    let one = |input: &&Input| {
        let (wanted, got) = (input.wanted_ids().into_iter().any(&is_it), input.got_ids().into_iter().any(&is_it));
        Counts { right: u64::from(wanted && got), wrong: u64::from(got && !wanted), missed: u64::from(wanted && !got) }
    };
    inputs.iter().map(one).sum()
}

fn by_recommendation(inputs: &[&Input], catalogue: &Catalogue) -> Table {
    let rows = catalogue.recommendations.iter();
    table(rows.map(|one| Score::of(&one.id, &one.section, &one.title, of_one(inputs, |id| id == one.id))).collect())
}

/// A section counts once an input, however many of its recommendations are in it.
fn by_section(inputs: &[&Input], catalogue: &Catalogue) -> Table {
    let lies_in = |id: &str, section: &str| catalogue.find(id).is_some_and(|one| one.section == section);
    let rows = catalogue.sections.iter();
    table(rows.map(|one| Score::of(&one.id, "", &one.title, of_one(inputs, |id| lies_in(id, &one.id)))).collect())
}

fn by_language(inputs: &[&Input]) -> Table {
    let mut languages: BTreeMap<&str, Counts> = BTreeMap::new();
    for one in inputs {
        *languages.entry(&one.language).or_default() += one.counts();
    }
    table(languages.into_iter().map(|(id, counts)| Score::of(id, "", "", counts)).collect())
}

fn found(inputs: &[&Input], strength: Strength) -> Share {
    let labels: Vec<bool> = inputs
        .iter()
        .flat_map(|input| {
            let of = input.wanted.iter().filter(move |(one, _)| one.strength == strength);
            of.map(|(one, _)| input.got_ids().contains(one.recommendation.as_str()))
        })
        .collect();
    share(&labels, |found| *found)
}

fn top_is_primary(input: &Input) -> bool {
    // Of equals the first, as the lists show them.
    let top = input.assignments.iter().reduce(|best, one| if one.confidence > best.confidence { one } else { best });
    let is_primary =
        |id: &str| input.wanted.iter().any(|(one, _)| one.recommendation == id && one.strength == Strength::Primary);
    top.is_some_and(|one| is_primary(&one.recommendation))
}

fn evidence(inputs: &[&Input]) -> EvidenceReport {
    let mut report = EvidenceReport::default();
    for input in inputs {
        for one in &input.assignments {
            for quoted in &one.evidence {
                report.verbatim.whole += 1;
                report.verbatim.part += u64::from(quoted.is_verbatim);
                if !quoted.is_verbatim {
                    report.not_verbatim.push(format!("{}, {}: {}", input.id, one.recommendation, quoted.quote));
                }
            }
            let Some((_, places)) = input.wanted.iter().find(|(label, _)| label.recommendation == one.recommendation)
            else {
                continue;
            };
            if places.is_empty() {
                report.not_located += 1;
                continue;
            }
            report.overlapping.whole += 1;
            let overlaps = one.evidence.iter().any(|quoted| places.iter().any(|place| overlap(place, &quoted.place)));
            report.overlapping.part += u64::from(overlaps);
        }
    }
    report
}

fn overlap(a: &Place, b: &Place) -> bool {
    a.part == b.part && a.span.start < b.span.end && b.span.start < a.span.end
}

fn guesses(inputs: &[&Input]) -> Vec<(f64, bool)> {
    let of = |input: &&Input| -> Vec<(f64, bool)> {
        let wanted = input.wanted_ids();
        input.candidates.iter().map(|(id, confidence)| (*confidence, wanted.contains(id.as_str()))).collect()
    };
    inputs.iter().flat_map(of).collect()
}

fn pairs(inputs: &[&Input]) -> Vec<Pair> {
    let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for input in inputs {
        let (wanted, got) = (input.wanted_ids(), input.got_ids());
        for missed in wanted.difference(&got) {
            for wrong in got.difference(&wanted) {
                *counts.entry((missed, wrong)).or_default() += 1;
            }
        }
    }
    let mut pairs: Vec<Pair> = counts
        .into_iter()
        .map(|((wanted, got), count)| Pair { wanted: wanted.into(), got: got.into(), count })
        .collect();
    // The map gave them by name; a stable sort leaves equals so.
    pairs.sort_by_key(|pair| std::cmp::Reverse(pair.count));
    pairs
}

fn wrong(inputs: &[&Input]) -> Vec<WrongOne> {
    let mut all: Vec<WrongOne> = Vec::new();
    for input in inputs {
        let wanted = input.wanted_ids();
        let wrong = input.assignments.iter().filter(|one| !wanted.contains(one.recommendation.as_str()));
        all.extend(wrong.map(|one| WrongOne {
            input: input.id.clone(),
            language: input.language.clone(),
            recommendation: one.recommendation.clone(),
            confidence: one.confidence,
            quote: one.evidence.first().map(|quoted| quoted.quote.clone()).unwrap_or_default(),
            labelled: owned(&wanted),
        }));
    }
    all.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then(a.input.cmp(&b.input)));
    all
}

fn missed(inputs: &[&Input]) -> Vec<MissedOne> {
    let mut all: Vec<MissedOne> = Vec::new();
    for input in inputs {
        let got = input.got_ids();
        let missed = input.wanted.iter().filter(|(one, _)| !got.contains(one.recommendation.as_str()));
        all.extend(missed.map(|(one, _)| MissedOne {
            input: input.id.clone(),
            language: input.language.clone(),
            recommendation: one.recommendation.clone(),
            strength: one.strength,
            evidence: one.evidence.clone(),
            confidence: input.candidates.iter().find(|(id, _)| *id == one.recommendation).map(|(_, sure)| *sure),
            assigned: owned(&got),
        }));
    }
    all.sort_by(|a, b| a.strength.cmp(&b.strength).then(a.input.cmp(&b.input)));
    all
}

fn owned(ids: &BTreeSet<&str>) -> Vec<String> {
    ids.iter().map(|id| (*id).to_string()).collect()
}

fn kinds(mails: &[Input]) -> Vec<KindRow> {
    let mut rows: BTreeMap<_, (u64, u64)> = BTreeMap::new();
    for one in mails {
        let row = rows.entry((one.labelled, one.got, one.outcome.as_str())).or_default();
        row.0 += 1;
        row.1 += u64::from(!one.assignments.is_empty());
    }
    let row = |((labelled, got, outcome), (count, with_assignments)): ((MessageKind, MessageKind, &str), _)| KindRow {
        labelled: labelled.as_str().into(),
        got: got.as_str().into(),
        outcome: outcome.into(),
        count,
        with_assignments,
    };
    rows.into_iter().map(row).collect()
}

fn row(input: &Input) -> InputRow {
    let (wanted, got) = (input.wanted_ids(), input.got_ids());
    let owned = |ids: BTreeSet<&&str>| ids.into_iter().map(|id| (*id).to_string()).collect();
    InputRow {
        id: input.id.clone(),
        language: input.language.clone(),
        got: input.got.as_str().into(),
        outcome: input.outcome.as_str().into(),
        right: owned(wanted.intersection(&got).collect()),
        wrong: owned(got.difference(&wanted).collect()),
        missed: owned(wanted.difference(&got).collect()),
    }
}

fn time(mails: &[Input], all: f64) -> Time {
    let mut by_time: Vec<&Input> = mails.iter().collect();
    by_time.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let (median, last) = (by_time.get(by_time.len() / 2), by_time.last());
    Time {
        all,
        median: median.map_or(0.0, |one| one.seconds),
        longest: last.map_or(0.0, |one| one.seconds),
        longest_of: last.map(|one| one.id.clone()).unwrap_or_default(),
    }
}
