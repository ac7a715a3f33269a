//! Writes into the text of a catalogue file: proposals as comments, and the numbers that a person accepts. Every other line
//! stays as it is.

use super::proposal::{comment, comments};
use super::{Match, Report};
use crate::domain::catalogue::Catalogue;
use crate::domain::catalogue::check::is_paragraph;
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

const OURS: &str = "# proposed ";

/// The file with the proposals above the id of each recommendation; those of an earlier run are gone.
///
/// # Errors
/// If the file is no catalogue, or is written in a form that has no place for a comment.
pub fn with_proposals(text: &str, report: &Report, found: &[Match]) -> Result<String, String> {
    let bare: String = text.split_inclusive('\n').filter(|line| !line.trim_start().starts_with(OURS)).collect();
    let before = read(text)?;
    // A line in the middle of a text of several lines may look like a comment of ours.
    let bare = if read(&bare).is_ok_and(|one| one == before) { bare } else { text.to_string() };
    let mut lines = BTreeMap::new();
    for one in found {
        lines.insert(one.id.as_str(), said(report, one));
    }
    let written = insert(&bare, |id| lines.get(id).cloned())?;
    // What a comment says changes nothing.
    if read(&written)? == before { Ok(written) } else { Err("the proposals would change the catalogue".into()) }
}

fn said(report: &Report, one: &Match) -> String {
    match one.paragraphs.as_slice() {
        [] => format!("{OURS}paragraph: none found, look yourself\n"),
        [only] => {
            let why = format!("; words in common: {}", comment(&one.shared.join(", ")));
            comments(report, &report.paragraphs[*only], one.sub, &why)
        }
        several => {
            let numbers: Vec<String> = several.iter().map(|at| report.paragraphs[*at].number.to_string()).collect();
            let each = several.iter().map(|at| comments(report, &report.paragraphs[*at], None, ""));
            format!("{OURS}paragraph: not clear, one of {}\n{}", numbers.join(", "), each.collect::<String>())
        }
    }
}

/// The file with the paragraphs that a person has compared and accepts: by id, as `23`, `34-36` or `22(b)`.
///
/// # Errors
/// If an id is not in the catalogue, or a paragraph is not written so, or not in the report's steps or text.
pub fn accept(text: &str, report: &Report, accepted: &[(String, String)]) -> Result<String, String> {
    let before = read(text)?;
    for (id, paragraph) in accepted {
        if before.find(id).is_none() {
            return Err(format!("there is no recommendation {id} in the catalogue"));
        }
        if !is_paragraph(paragraph) {
            return Err(format!("{id}={paragraph}: a paragraph is written as 34, 34-36 or 34(b)"));
        }
        in_report(report, paragraph).map_err(|why| format!("{id}={paragraph}: {why}"))?;
    }
    let old: Vec<&str> = accepted.iter().map(|(id, _)| id.as_str()).collect();
    let bare = without_paragraphs(text, &old)?;
    let line =
        |id: &str| accepted.iter().find(|(one, _)| one == id).map(|(_, number)| format!("paragraph = \"{number}\"\n"));
    let written = insert(&bare, line)?;
    let mut wanted = before;
    for one in &mut wanted.recommendations {
        if let Some((_, number)) = accepted.iter().find(|(id, _)| *id == one.id) {
            one.paragraph = Some(number.clone());
        }
    }
    if read(&written)? == wanted {
        Ok(written)
    } else {
        Err("the catalogue is written in a form that cannot be edited".into())
    }
}

fn in_report(report: &Report, paragraph: &str) -> Result<(), String> {
    let numbers = paragraph.split(['-', '(']).filter_map(|one| one.parse::<u32>().ok());
    for number in numbers {
        let one = report.paragraphs.iter().filter(|one| one.number == number);
        let letter = paragraph.split_once('(').and_then(|(_, rest)| rest.chars().next());
        let fits = |subs: &[super::Sub]| letter.is_none_or(|letter| subs.iter().any(|sub| sub.letter == letter));
        if !one.clone().any(|one| fits(&one.subs)) {
            return Err(format!(
                "the report has no such paragraph{}",
                if one.count() > 0 { " with that letter" } else { "" }
            ));
        }
    }
    Ok(())
}

fn read(text: &str) -> Result<Catalogue, String> {
    Catalogue::read(text).map_err(|wrong| format!("the catalogue cannot be used: {}", wrong.join("; ")))
}

/// Puts lines above the line with the id of each recommendation.
fn insert(text: &str, lines: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut at: Vec<(usize, String)> = Vec::new();
    for (id, table) in tables(text)?.get_ref().get("recommendation").and_then(list).into_iter().flatten() {
        let Some(words) = lines(&id) else { continue };
        at.push((
            line_of(text, table, "id").ok_or(format!("recommendation {id} does not stand in lines of its own"))?.0,
            words,
        ));
    }
    let mut written = text.to_string();
    at.sort();
    at.into_iter().rev().for_each(|(at, words)| written.insert_str(at, &words));
    Ok(written)
}

fn without_paragraphs(text: &str, ids: &[&str]) -> Result<String, String> {
    let mut gone: Vec<(usize, usize)> = Vec::new();
    for (id, table) in tables(text)?.get_ref().get("recommendation").and_then(list).into_iter().flatten() {
        if ids.contains(&id.as_str()) && table.get("paragraph").is_some() {
            gone.push(
                line_of(text, table, "paragraph")
                    .ok_or(format!("recommendation {id} does not stand in lines of its own"))?,
            );
        }
    }
    gone.sort_unstable();
    let mut written = text.to_string();
    gone.into_iter().rev().for_each(|(start, end)| written.replace_range(start..end, ""));
    Ok(written)
}

fn tables(text: &str) -> Result<Spanned<DeTable<'_>>, String> {
    DeTable::parse(text).map_err(|error| error.message().to_string())
}

fn list<'t, 'i>(value: &'t Spanned<DeValue<'i>>) -> Option<Vec<(String, &'t DeTable<'i>)>> {
    let tables = value.get_ref().as_array()?.iter().filter_map(|one| one.get_ref().as_table());
    Some(tables.filter_map(|one| Some((one.get("id")?.get_ref().as_str()?.to_string(), one))).collect())
}

/// Where the line with a key begins and ends, if the key is the first thing on it.
fn line_of(text: &str, table: &DeTable<'_>, key: &str) -> Option<(usize, usize)> {
    let (name, value) = table.iter().find(|(name, _)| name.get_ref().as_ref() == key)?;
    let start = text[..name.span().start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[value.span().end..].find('\n').map_or(text.len(), |at| value.span().end + at + 1);
    text[start..name.span().start].trim().is_empty().then_some((start, end))
}
