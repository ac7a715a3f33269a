//! The labels of a corpus, `labels.json`: what a person says of each mail. Repairs nothing: what is wrong with it is said.

use crate::domain::catalogue::Catalogue;
use crate::domain::classification::MessageKind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How much an input is about a recommendation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// What the input is mainly about.
    Primary,
    /// A real but smaller point.
    Secondary,
}

/// A recommendation that an input speaks to, as a person says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Wanted {
    /// Id in the catalogue.
    #[serde(rename = "id")]
    pub recommendation: String,
    pub strength: Strength,
    /// A verbatim quote of the input.
    pub evidence: String,
}

/// What a person says of one mail. Other fields of the file are for others.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Label {
    pub kind: MessageKind,
    /// ISO 639-1 codes of the substantive text, main one first.
    #[serde(default, rename = "lang")]
    pub languages: Vec<String>,
    #[serde(default, rename = "labels")]
    pub wanted: Vec<Wanted>,
    /// An input about another report or process: it shall get nothing.
    #[serde(skip)]
    pub is_off_topic: bool,
}

impl Label {
    /// Whether the mail is an input, so that its recommendations count.
    pub fn is_input(&self) -> bool {
        matches!(self.kind, MessageKind::Submission | MessageKind::Correction)
    }
}

/// The labels of a corpus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    pub by_id: BTreeMap<String, Label>,
    /// What does not count, and why, in sentences.
    pub notes: Vec<String>,
}

/// Reads `labels.json`.
///
/// # Errors
/// A sentence about what in it cannot be understood, with the mail it stands at.
pub fn read(text: &str, catalogue: &Catalogue) -> Result<Labels, String> {
    let raw: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(text).map_err(|error| format!("it is no JSON object of mails: {error}"))?;
    let mut labels = Labels::default();
    let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
    for (id, value) in raw {
        let mut label: Label = serde_json::from_value(value).map_err(|error| format!("at the mail {id}: {error}"))?;
        label.is_off_topic = label.is_input() && label.wanted.is_empty();
        if !label.is_input() && !label.wanted.is_empty() {
            let kind = label.kind.as_str();
            labels.notes.push(format!("{id} is labelled {kind} and has recommendations: these do not count."));
        }
        label.wanted.retain(|one| {
            let is_known = catalogue.find(&one.recommendation).is_some();
            if !is_known {
                *unknown.entry(one.recommendation.clone()).or_default() += 1;
            }
            is_known
        });
        // The primary one first, so that it is the one that stays.
        label.wanted.sort_by_key(|one| one.strength);
        let count = label.wanted.len();
        let mut seen = std::collections::BTreeSet::new();
        label.wanted.retain(|one| seen.insert(one.recommendation.clone()));
        if label.wanted.len() < count {
            labels.notes.push(format!("{id} has a recommendation twice: it counts once."));
        }
        labels.by_id.insert(id, label);
    }
    labels.notes.extend(unknown.into_iter().map(|(id, count)| {
        let times = if count == 1 { "once".to_string() } else { format!("{count} times") };
        format!("The labels name \"{id}\" {times}, which the catalogue does not have: that does not count.")
    }));
    Ok(labels)
}
