//! A list of recommendations of a report, in an edition. Never guesses a paragraph number.

pub mod check;

use super::Digest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The catalogue as its TOML file says it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Symbol of the report, as `A/78/265`.
    pub symbol: String,
    pub name: String,
    /// Civil date of adoption.
    pub adopted: toml::value::Datetime,
    pub edition: String,
    pub body: String,
    #[serde(rename = "section")]
    pub sections: Vec<Section>,
    #[serde(rename = "recommendation")]
    pub recommendations: Vec<Recommendation>,
}

/// A section of the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    pub id: String,
    pub title: String,
}

/// How sure it is that the report has the recommendation as a step of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    Confirmed,
    Likely,
    /// Never shown on the public page.
    Uncertain,
}

/// One recommendation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recommendation {
    pub id: String,
    /// Id of its section.
    pub section: String,
    /// A working title in our own words.
    pub title: String,
    pub summary: String,
    /// For staff only.
    #[serde(default)]
    pub note: Option<String>,
    pub addressed_to: String,
    pub standing: Standing,
    /// Only if a person has checked it against the official document.
    #[serde(default)]
    pub paragraph: Option<String>,
    /// Terms for matching, by ISO 639-1 code; never for display.
    pub terms: BTreeMap<String, Vec<String>>,
}

impl Recommendation {
    /// Whether the public may see it: never while it is uncertain that the report has it.
    pub fn is_public(&self) -> bool {
        self.standing != Standing::Uncertain
    }
}

impl Catalogue {
    /// Reads a catalogue file.
    ///
    /// # Errors
    /// All that is wrong with it, one sentence each.
    pub fn read(text: &str) -> Result<Self, Vec<String>> {
        let catalogue: Self = toml::from_str(text).map_err(|error| vec![error.to_string()])?;
        let mut wrong = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for one in &catalogue.recommendations {
            if !seen.insert(one.id.as_str()) {
                wrong.push(format!("two recommendations have the id {}", one.id));
            }
            if !catalogue.sections.iter().any(|section| section.id == one.section) {
                wrong.push(format!("recommendation {} names the section {}, which is not listed", one.id, one.section));
            }
            if one.id.is_empty() || !one.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
                wrong.push(format!("the id {:?} may hold only a-z, 0-9 and hyphens", one.id));
            }
        }
        if wrong.is_empty() { Ok(catalogue) } else { Err(wrong) }
    }

    /// The recommendation with this id.
    pub fn find(&self, id: &str) -> Option<&Recommendation> {
        self.recommendations.iter().find(|one| one.id == id)
    }

    /// Of the whole content: what a person confirms.
    pub fn digest(&self) -> Digest {
        Digest::of(serde_json::to_string(self).unwrap_or_default().as_bytes())
    }
}
