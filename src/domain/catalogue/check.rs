//! Says all that is wrong with a catalogue file at once, in sentences, with the lines. Changes nothing and reads no file.

use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The languages that terms can be given in.
pub const LANGUAGES: [&str; 6] = ["en", "fr", "es", "ru", "zh", "ar"];

/// What a proposal leaves to a person.
pub const TO_BE_FILLED_IN: &str = "To be filled in";

/// One thing that is wrong or odd.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Complaint {
    /// From 1; `None`: it concerns the whole file.
    pub line: Option<usize>,
    /// The catalogue cannot be used; else it can, but a person should look.
    pub is_error: bool,
    pub sentence: String,
}

/// All that is wrong with a catalogue, in the order of its lines.
pub fn check(text: &str) -> Vec<Complaint> {
    let mut checker = Checker { text, found: Vec::new() };
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let at = error.span();
        checker.error(at, format!("this is not TOML: {}", error.message()));
    }
    if errors.is_empty() {
        checker.top(table.get_ref());
    }
    let mut found = checker.found;
    found.sort_by_key(|one| (one.line, !one.is_error));
    found
}

const TOP: [&str; 7] = ["symbol", "name", "adopted", "edition", "body", "section", "recommendation"];
const RECOMMENDATION: [&str; 9] =
    ["id", "section", "title", "summary", "note", "addressed_to", "standing", "paragraph", "terms"];

struct Checker<'a> {
    text: &'a str,
    found: Vec<Complaint>,
}

/// A place in the file.
type Place = Option<Range<usize>>;

impl Checker<'_> {
    fn say(&mut self, at: Place, is_error: bool, sentence: String) {
        let line = at.map(|at| self.text[..self.text.floor_char_boundary(at.start)].matches('\n').count() + 1);
        self.found.push(Complaint { line, is_error, sentence });
    }

    fn error(&mut self, at: Place, sentence: String) {
        self.say(at, true, sentence);
    }

    fn warning(&mut self, at: Place, sentence: String) {
        self.say(at, false, sentence);
    }

    fn top(&mut self, table: &DeTable<'_>) {
        self.unknown(table, &TOP, "the catalogue");
        for key in ["symbol", "name", "edition", "body"] {
            if let Some((value, at)) = self.words(table, key, "the catalogue", &None)
                && key == "symbol"
                && !is_symbol(&value)
            {
                let sentence =
                    format!("the symbol \"{value}\" is not written as the United Nations write them (A/78/265)");
                self.error(at, sentence);
            }
        }
        self.adopted(table);
        let sections = self.tables(table, "section");
        let recommendations = self.tables(table, "recommendation");
        let ids = self.sections(&sections, &recommendations);
        self.recommendations(&recommendations, &ids);
    }

    fn adopted(&mut self, table: &DeTable<'_>) {
        let Some(value) = table.get("adopted") else {
            return self
                .error(None, "the catalogue does not say when the report was adopted: adopted = 2023-07-28".into());
        };
        match value.get_ref().as_datetime() {
            Some(day) if day.date.is_some() => {
                if day.date.is_some_and(|date| date.year < 1946) || day.time.is_some() {
                    self.warning(
                        Some(value.span()),
                        format!("adopted = {day} does not look like the day on which a report was adopted"),
                    );
                }
            }
            _ => self.error(
                Some(value.span()),
                "adopted is not a date: write it without quotation marks, as 2023-07-28".into(),
            ),
        }
    }

    /// Fields that are none of ours are likely misspelt ones.
    fn unknown(&mut self, table: &DeTable<'_>, known: &[&str], of: &str) {
        for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            self.error(
                Some(key.span()),
                format!("{of} has no field \"{}\"; there are {}", key.get_ref(), known.join(", ")),
            );
        }
    }

    /// A text that must be there and say something.
    fn words(&mut self, table: &DeTable<'_>, key: &str, of: &str, place: &Place) -> Option<(String, Place)> {
        let Some(value) = table.get(key) else {
            self.error(place.clone(), format!("{of} has no {key}"));
            return None;
        };
        let at = Some(value.span());
        let Some(words) = value.get_ref().as_str() else {
            self.error(at, format!("{key} of {of} is not a text: put it into quotation marks"));
            return None;
        };
        if words.trim().is_empty() {
            self.error(at.clone(), format!("{key} of {of} is empty"));
        }
        if words.starts_with(TO_BE_FILLED_IN) {
            self.warning(at.clone(), format!("{key} of {of} is still to be filled in"));
        }
        Some((words.into(), at))
    }

    fn tables<'t, 'i>(&mut self, table: &'t DeTable<'i>, key: &str) -> Vec<(&'t DeTable<'i>, Place)> {
        let Some(value) = table.get(key) else {
            self.error(None, format!("there is no [[{key}]]"));
            return Vec::new();
        };
        let list = value.get_ref().as_array().map(|list| {
            list.iter().filter_map(|one| Some((one.get_ref().as_table()?, Some(one.span())))).collect::<Vec<_>>()
        });
        match list {
            Some(list) if !list.is_empty() => list,
            _ => {
                self.error(Some(value.span()), format!("{key} is not a list: begin each one with [[{key}]]"));
                Vec::new()
            }
        }
    }

    /// The ids of the sections.
    fn sections(&mut self, sections: &[(&DeTable<'_>, Place)], all: &[(&DeTable<'_>, Place)]) -> Vec<String> {
        let used: Vec<&str> = all.iter().filter_map(|(one, _)| text_of(one, "section")).collect();
        let mut ids: Vec<String> = Vec::new();
        for (table, place) in sections {
            self.unknown(table, &["id", "title"], "a section");
            self.words(table, "title", "a section", place);
            let Some((id, at)) = self.words(table, "id", "a section", place) else { continue };
            if ids.contains(&id) {
                self.error(at, format!("two sections have the id {id}"));
            } else {
                if !used.contains(&id.as_str()) {
                    self.warning(at, format!("section {id} has no recommendation"));
                }
                ids.push(id);
            }
        }
        ids
    }

    fn recommendations(&mut self, all: &[(&DeTable<'_>, Place)], sections: &[String]) {
        let mut terms: BTreeMap<(String, String), Vec<(String, Place)>> = BTreeMap::new();
        let mut ids: Vec<String> = Vec::new();
        let mut paragraphs: BTreeMap<String, String> = BTreeMap::new();
        for (table, place) in all {
            let Some((id, at)) = self.words(table, "id", "a recommendation", place) else { continue };
            if ids.contains(&id) {
                self.error(at.clone(), format!("two recommendations have the id {id}"));
            }
            if !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
                self.error(at.clone(), format!("the id \"{id}\" may hold only a-z, 0-9 and hyphens"));
            }
            self.recommendation(table, &id, &at, sections);
            self.paragraph(table, &id, &mut paragraphs);
            self.terms(table, &id, &at, &mut terms);
            ids.push(id);
        }
        for ((language, term), of) in terms.into_iter().filter(|(_, of)| of.len() > 3) {
            let names: Vec<&str> = of.iter().map(|(id, _)| id.as_str()).collect();
            let first = of.first().and_then(|(_, at)| at.clone());
            self.warning(
                first,
                format!(
                    "the term \"{term}\" ({language}) stands under {} recommendations and tells none of them apart: {}",
                    of.len(),
                    names.join(", ")
                ),
            );
        }
    }

    fn recommendation(&mut self, table: &DeTable<'_>, id: &str, at: &Place, sections: &[String]) {
        let of = format!("recommendation {id}");
        self.unknown(table, &RECOMMENDATION, &of);
        for key in ["title", "summary", "addressed_to"] {
            self.words(table, key, &of, at);
        }
        if let Some((section, place)) = self.words(table, "section", &of, at)
            && !sections.contains(&section)
        {
            self.error(place, format!("{of} names the section {section}, which is not listed"));
        }
        if let Some((standing, place)) = self.words(table, "standing", &of, at)
            && !["confirmed", "likely", "uncertain"].contains(&standing.as_str())
        {
            self.error(place, format!("standing of {of} is \"{standing}\"; it is confirmed, likely or uncertain"));
        }
        if table.get("note").is_some_and(|note| note.get_ref().as_str().is_none()) {
            self.error(
                table.get("note").map(Spanned::span),
                format!("note of {of} is not a text: put it into quotation marks"),
            );
        }
    }

    fn paragraph(&mut self, table: &DeTable<'_>, id: &str, seen: &mut BTreeMap<String, String>) {
        let Some(value) = table.get("paragraph") else { return };
        let at = Some(value.span());
        let Some(words) = value.get_ref().as_str() else {
            return self.error(at, format!("paragraph of recommendation {id} is not a text: write \"34\", \"34-36\" or \"34(b)\" in quotation marks"));
        };
        if !is_paragraph(words) {
            self.error(
                at,
                format!(
                    "paragraph \"{words}\" of recommendation {id} is not written as \"34\", \"34-36\" or \"34(b)\""
                ),
            );
        } else if let Some(other) = seen.insert(words.into(), id.into()) {
            self.warning(at, format!("paragraph {words} is given for {other} and for {id}"));
        }
    }

    fn terms(
        &mut self,
        table: &DeTable<'_>,
        id: &str,
        at: &Place,
        all: &mut BTreeMap<(String, String), Vec<(String, Place)>>,
    ) {
        let Some(value) = table.get("terms") else {
            return self.error(at.clone(), format!("recommendation {id} has no [recommendation.terms]"));
        };
        let Some(languages) = value.get_ref().as_table() else {
            return self.error(
                Some(value.span()),
                format!("terms of recommendation {id} are not lists by language: en = [\"...\"]"),
            );
        };
        let mut any = false;
        for (code, list) in languages.iter() {
            let (name, place) = (code.get_ref().as_ref(), Some(code.span()));
            if !LANGUAGES.contains(&name) {
                self.error(
                    place.clone(),
                    format!(
                        "\"{name}\" below terms of recommendation {id} is none of the languages {}",
                        LANGUAGES.join(", ")
                    ),
                );
            }
            let Some(list) = list.get_ref().as_array() else {
                self.error(place, format!("terms of recommendation {id} in {name} are not a list: [\"...\", \"...\"]"));
                continue;
            };
            let mut own = Vec::new();
            for term in list.iter() {
                match term.get_ref().as_str().map(str::trim) {
                    None => {
                        self.error(Some(term.span()), format!("a term of recommendation {id} in {name} is not a text"))
                    }
                    Some("") => {
                        self.error(Some(term.span()), format!("a term of recommendation {id} in {name} is empty"))
                    }
                    Some(term_text) => {
                        let key = (name.to_string(), term_text.to_lowercase());
                        if own.contains(&key) {
                            self.warning(
                                Some(term.span()),
                                format!("the term \"{term_text}\" stands twice under recommendation {id}"),
                            );
                        } else {
                            all.entry(key.clone()).or_default().push((id.into(), Some(term.span())));
                            own.push(key);
                        }
                    }
                }
            }
            any |= !own.is_empty();
        }
        if !any {
            self.error(
                Some(value.span()),
                format!("recommendation {id} has no terms: no input can be matched with it"),
            );
        }
        let has = |code: &str| {
            languages
                .get(code)
                .is_some_and(|list| list.get_ref().as_array().is_some_and(|list| list.iter().next().is_some()))
        };
        let missing: Vec<&str> = LANGUAGES.into_iter().filter(|code| !has(code)).collect();
        if any && !missing.is_empty() {
            self.warning(Some(value.span()), format!("recommendation {id} has no terms in {}", missing.join(", ")));
        }
    }
}

fn text_of<'t>(table: &'t DeTable<'_>, key: &str) -> Option<&'t str> {
    table.get(key).map(Spanned::get_ref).and_then(DeValue::as_str)
}

/// `A/78/265`, `A/AC.292/2024/2`, `A/RES/78/237`.
fn is_symbol(text: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    let first = parts[0];
    let sound = |part: &&str| {
        part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || ".()-".contains(c))
    };
    parts.len() > 1
        && (1..=5).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_uppercase())
        && parts.iter().all(sound)
        && text.bytes().any(|b| b.is_ascii_digit())
}

/// `34`, `34-36`, `34(b)`.
pub fn is_paragraph(text: &str) -> bool {
    let number = |text: &str| {
        let sound = (1..=3).contains(&text.len()) && !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
        sound.then(|| text.parse::<u32>().ok()).flatten()
    };
    if let Some((from, to)) = text.split_once('-') {
        return matches!((number(from), number(to)), (Some(from), Some(to)) if from < to);
    }
    let bare = match text.split_once('(') {
        Some((bare, letter)) => {
            let letter = letter.strip_suffix(')').unwrap_or_default();
            if letter.len() != 1 || !letter.bytes().all(|b| b.is_ascii_lowercase()) {
                return false;
            }
            bare
        }
        None => text,
    };
    number(bare).is_some()
}
