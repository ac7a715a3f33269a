//! A first catalogue from a report, for a person to finish: one recommendation for each paragraph below "Recommended next
//! steps". Every number in it is a comment.

use super::matching::stems;
use super::{Paragraph, Report};
use crate::classify::{is_chinese_sign, words};
use crate::domain::catalogue::check::TO_BE_FILLED_IN;
use crate::domain::harmless;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Most words of a working title, and signs of a Chinese one.
const TITLE_WORDS: usize = 12;
const TITLE_SIGNS: usize = 24;
const TERMS: usize = 5;

/// The text of a catalogue file.
pub fn proposed(report: &Report, symbol: &str) -> String {
    let mut out = format!(
        "# Proposed by Pouch from the report itself, for a person to finish: titles are the first words of the paragraphs, terms\n\
         # are their rarest words. Numbers stand in comments only; write `paragraph = \"...\"` when you have compared it.\n\n\
         symbol = {}\nname = {}\n",
        quoted(symbol),
        quoted(report.title.as_deref().unwrap_or(TO_BE_FILLED_IN))
    );
    let adopted = match report.issued {
        Some((year, month, day)) => {
            format!("{year:04}-{month:02}-{day:02} # the day on the cover: put the day of the adoption here")
        }
        None => "1900-01-01 # not found: put the day of the adoption here".into(),
    };
    let _ = writeln!(out, "adopted = {adopted}\nedition = \"draft-1\"\nbody = {}\n", quoted(TO_BE_FILLED_IN));
    let mut known: Vec<String> = Vec::new();
    for one in report.steps() {
        let (id, title) = section(report, one);
        if !known.contains(&id) {
            let _ = writeln!(out, "[[section]]\nid = {}\ntitle = {}\n", quoted(&id), quoted(&title));
            known.push(id);
        }
    }
    let weights = weights(report);
    let mut ids: Vec<String> = Vec::new();
    for one in report.steps() {
        let mut id = id(report, one);
        while ids.contains(&id) {
            id.push_str("-again");
        }
        out.push_str(&recommendation(report, one, &id, &weights));
        ids.push(id);
    }
    out
}

fn recommendation(report: &Report, one: &Paragraph, id: &str, weights: &BTreeMap<String, f64>) -> String {
    let text = one.whole();
    let terms: Vec<String> = terms(&text, weights).iter().map(|term| quoted(term)).collect();
    format!(
        "[[recommendation]]\n{}id = \"{id}\"\nsection = {}\n# A working title: the first words of the paragraph.\ntitle = {}\nsummary = {}\n\
         addressed_to = {}\nstanding = \"likely\"\n[recommendation.terms]\n{} = [{}]\n\n",
        comments(report, one, None, ""),
        quoted(&section(report, one).0),
        quoted(&title(&one.text)),
        quoted(&text),
        quoted(TO_BE_FILLED_IN),
        if matches!(report.language, "other" | "uncertain") { "en" } else { report.language },
        terms.join(", "),
    )
}

/// The number, the page and the text of a paragraph as comments.
pub fn comments(report: &Report, one: &Paragraph, sub: Option<char>, why: &str) -> String {
    let page = one.page.map(|page| format!(", page {page}")).unwrap_or_default();
    let letter = sub.map(|letter| format!("({letter})")).unwrap_or_default();
    let place = report.place(one);
    let place = if place.is_empty() { String::new() } else { format!(", {place}") };
    format!(
        "# proposed paragraph: {}{letter}{page}{place}{why}\n# proposed text: {}\n",
        one.number,
        comment(&one.whole())
    )
}

/// A text on one line, without signs that a comment may not have: it cannot end the comment.
pub fn comment(text: &str) -> String {
    harmless(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn section(report: &Report, one: &Paragraph) -> (String, String) {
    match one.section {
        Some(at) => (report.sections[at].mark.clone(), report.sections[at].title.clone()),
        None => ("none".into(), "Without a section".into()),
    }
}

fn id(report: &Report, one: &Paragraph) -> String {
    let annex = one.annex.map(|at| report.annexes[at].mark.clone()).filter(|mark| !mark.is_empty());
    let annex = annex.map(|mark| format!("annex-{mark}-")).unwrap_or_default();
    format!("{annex}{}-{}", section(report, one).0, one.number).to_lowercase()
}

fn quoted(text: &str) -> String {
    // A JSON text is a basic string of TOML.
    serde_json::to_string(&comment(text)).unwrap_or_default()
}

fn title(text: &str) -> String {
    let signs = text.chars().filter(|c| is_chinese_sign(*c)).count();
    if signs * 2 > text.chars().count() {
        let end = text.find(['。', '；', '：']).unwrap_or(text.len());
        return text[..end].chars().take(TITLE_SIGNS).collect();
    }
    let first = text.split_inclusive(['.', ';', ':']).next().unwrap_or(text).trim_end_matches(['.', ';', ':', ' ']);
    first.split_whitespace().take(TITLE_WORDS).collect::<Vec<_>>().join(" ")
}

/// How rare each stem is among the paragraphs.
fn weights(report: &Report) -> BTreeMap<String, f64> {
    let mut counts: BTreeMap<String, f64> = BTreeMap::new();
    report
        .paragraphs
        .iter()
        .flat_map(|one| stems(&one.whole()))
        .for_each(|stem| *counts.entry(stem).or_default() += 1.0);
    let all = report.paragraphs.len() as f64;
    counts.into_iter().map(|(stem, with)| (stem, (all / with).ln())).collect()
}

/// A few pairs of neighbouring words (of Chinese: four signs) that hardly any other paragraph has.
fn terms(text: &str, weights: &BTreeMap<String, f64>) -> Vec<String> {
    let weigh = |term: &str| stems(term).iter().map(|stem| weights.get(stem).copied().unwrap_or(0.0)).sum::<f64>();
    let places = words(text);
    let mut candidates: Vec<(f64, usize, String)> = Vec::new();
    for (at, pair) in places.windows(2).enumerate() {
        let (first, second) = (&text[pair[0].0..pair[0].1], &text[pair[1].0..pair[1].1]);
        // Small words make no term.
        let long = |word: &str| word.chars().count() > 3 && !word.chars().any(is_chinese_sign);
        if long(first) && long(second) && &text[pair[0].1..pair[1].0] == " " {
            let term = format!("{first} {second}");
            candidates.push((weigh(&term), at, term));
        }
    }
    for (at, (start, end)) in places.iter().enumerate() {
        let signs: Vec<char> = text[*start..*end].chars().filter(|c| is_chinese_sign(*c)).collect();
        for four in signs.chunks_exact(4) {
            let term: String = four.iter().collect();
            candidates.push((weigh(&term), at, term));
        }
    }
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    // What other paragraphs say as well is no term of this one.
    let least = candidates.first().map_or(0.0, |one| one.0 / 2.0);
    candidates.retain(|(weight, _, term)| {
        *weight >= least && stems(term).iter().all(|stem| weights.get(stem).is_none_or(|weight| *weight > 0.5))
    });
    if candidates.is_empty() {
        // Single words, then, rarest first.
        let single = places.iter().enumerate().map(|(at, (start, end))| (at, text[*start..*end].to_string()));
        candidates.extend(single.map(|(at, term)| (weigh(&term), at, term)));
        candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    }
    let mut chosen: Vec<String> = Vec::new();
    for (_, _, term) in candidates {
        let overlaps = |one: &String| one.split(' ').any(|word| term.split(' ').any(|other| other == word));
        if chosen.len() < TERMS && !chosen.iter().any(overlaps) {
            chosen.push(term);
        }
    }
    chosen
}
