//! Which paragraph of a report a recommendation of a catalogue may stand in, by the words they share. Only ever a proposal:
//! where two paragraphs fit nearly as well, or none does, it says so.

use super::{Paragraph, Report};
use crate::classify::{is_chinese_sign, stem, words};
use crate::domain::catalogue::{Catalogue, Recommendation};
use crate::normal::normal;
use std::collections::{BTreeMap, BTreeSet};

/// Less than this is no match; what is closer to the best than the second share may be meant as well.
const LEAST: f64 = 0.12;
const CLOSE: f64 = 0.80;
/// What stands below "Recommended next steps", and in the section that the catalogue names, is likelier.
const STEP: f64 = 1.5;
const ELSEWHERE: f64 = 0.6;

/// What was found for one recommendation.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    pub id: String,
    /// Places in the report's list, best first: none, one, or several that fit nearly as well.
    pub paragraphs: Vec<usize>,
    /// The letter, if one sub-paragraph of the best has nearly all the shared words.
    pub sub: Option<char>,
    /// From 0 to 1, of the best.
    pub score: f64,
    /// Words of the recommendation that the best paragraph has, the rarest first.
    pub shared: Vec<String>,
}

/// Matches each recommendation of a catalogue, in its order.
pub fn matches(catalogue: &Catalogue, report: &Report) -> Vec<Match> {
    let stems: Vec<BTreeSet<String>> = report.paragraphs.iter().map(|one| stems(&one.whole())).collect();
    let mut of_paragraphs: BTreeMap<&str, usize> = BTreeMap::new();
    stems.iter().flatten().for_each(|stem| *of_paragraphs.entry(stem).or_default() += 1);
    let count = report.paragraphs.len() as f64;
    // A word that every paragraph has weighs nothing.
    let weight = |stem: &str| of_paragraphs.get(stem).map_or(0.0, |with| (count / *with as f64).ln());
    catalogue.recommendations.iter().map(|one| best(one, report, &stems, &weight)).collect()
}

/// Stems of a text's words; of a Chinese text, pairs of neighbouring signs.
pub fn stems(text: &str) -> BTreeSet<String> {
    let comparable = normal(text).text;
    let mut found = BTreeSet::new();
    for (start, end) in words(&comparable) {
        let word = &comparable[start..end];
        if word.chars().any(is_chinese_sign) {
            let signs: Vec<char> = word.chars().collect();
            found.extend(signs.windows(2).map(|pair| pair.iter().collect::<String>()));
        } else if word.chars().count() > 2 {
            found.insert(stem(word).into_owned());
        }
    }
    found
}

/// What a recommendation says in a language: its terms, and its own words if they are in it.
fn wanted(one: &Recommendation, language: &str) -> BTreeSet<String> {
    let terms = one.terms.get(language).map(|list| list.join(" \n ")).unwrap_or_default();
    let own = format!("{} {}", one.title, one.summary);
    let own = if crate::language::detect(&own) == language { own } else { String::new() };
    stems(&format!("{terms} \n {own}"))
}

fn best(one: &Recommendation, report: &Report, stems: &[BTreeSet<String>], weight: &dyn Fn(&str) -> f64) -> Match {
    let wanted = wanted(one, report.language);
    let length = |set: &BTreeSet<String>| set.iter().map(|stem| weight(stem).powi(2)).sum::<f64>().sqrt();
    // Words that the report never has speak against every paragraph.
    let (rarest, known) =
        ((report.paragraphs.len() as f64).ln(), |stem: &&String| stems.iter().any(|own| own.contains(*stem)));
    let absent = wanted.iter().filter(|stem| !known(stem)).count() as f64;
    let whole = (length(&wanted).powi(2) + absent * rarest.powi(2)).sqrt();
    let has_section = report.sections.iter().any(|section| section.mark == one.section);
    let mut scored: Vec<(f64, usize)> = Vec::new();
    for (at, (paragraph, own)) in report.paragraphs.iter().zip(stems).enumerate() {
        // One word alone is chance.
        let two = wanted.intersection(own).filter(|stem| weight(stem) > 0.0).nth(1).is_some();
        let common: f64 = wanted.intersection(own).filter(|_| two).map(|stem| weight(stem).powi(2)).sum();
        let scale = whole * length(own);
        let cosine = if scale > 0.0 { common / scale } else { 0.0 };
        scored.push((cosine * likelihood(paragraph, report, one, has_section), at));
    }
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let top = scored.first().map_or(0.0, |one| one.0);
    let near = scored.iter().filter(|(score, _)| top >= LEAST && *score >= top * CLOSE);
    let paragraphs: Vec<usize> = near.map(|(_, at)| *at).take(3).collect();
    let mut shared: Vec<&String> =
        paragraphs.first().map(|at| wanted.intersection(&stems[*at]).collect()).unwrap_or_default();
    shared.retain(|stem| weight(stem) > 0.0);
    shared.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    let sub = paragraphs.first().and_then(|at| sub(&report.paragraphs[*at], &shared, weight));
    Match {
        id: one.id.clone(),
        paragraphs,
        sub,
        score: top.min(1.0),
        shared: shared.into_iter().take(5).cloned().collect(),
    }
}

fn likelihood(paragraph: &Paragraph, report: &Report, one: &Recommendation, has_section: bool) -> f64 {
    let step = if paragraph.is_step { STEP } else { 1.0 };
    let here = paragraph.section.is_some_and(|at| report.sections[at].mark == one.section);
    if has_section && !here { step * ELSEWHERE } else { step }
}

/// The sub-paragraph that alone has nearly all of the shared words.
fn sub(paragraph: &Paragraph, shared: &[&String], weight: &dyn Fn(&str) -> f64) -> Option<char> {
    let all: f64 = shared.iter().map(|stem| weight(stem)).sum();
    let of = |text: &str| {
        let own = stems(text);
        shared.iter().filter(|stem| own.contains(**stem)).map(|stem| weight(stem)).sum::<f64>()
    };
    let fits = |text: &str| all > 0.0 && of(text) >= all * 0.7;
    if fits(&paragraph.text) {
        return None;
    }
    let mut found = paragraph.subs.iter().filter(|sub| fits(&sub.text));
    found.next().filter(|_| found.next().is_none()).map(|sub| sub.letter)
}
