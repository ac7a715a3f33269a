//! Models that were trained where Pouch runs: what they are made of, what they are worth, and which one is in use. Holds no
//! model.

use super::catalogue::Catalogue;
use super::{Digest, PersonId, Timestamp};
use serde::{Deserialize, Serialize};

/// The word for the model that comes with the program.
pub const SHIPPED: &str = "shipped";

/// A catalogue as a model was trained for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainedFor {
    /// Of the report, as `A/78/265`.
    pub symbol: String,
    pub edition: String,
    pub digest: Digest,
    /// Ids of the recommendations that it knows.
    pub recommendations: Vec<String>,
}

impl TrainedFor {
    /// As a catalogue is.
    pub fn of(catalogue: &Catalogue) -> Self {
        Self {
            symbol: catalogue.symbol.clone(),
            edition: catalogue.edition.clone(),
            digest: catalogue.digest(),
            recommendations: catalogue.recommendations.iter().map(|one| one.id.clone()).collect(),
        }
    }

    /// Whether what was trained for this may read for a catalogue: it must be about the same report and have every
    /// recommendation that the model knows, or inputs would be said to speak to what nobody asks about. Gives what is to be
    /// known about another edition.
    ///
    /// # Errors
    /// In words for a person.
    pub fn fits(&self, catalogue: &Catalogue) -> Result<Option<String>, String> {
        if self.digest == catalogue.digest() {
            return Ok(None);
        }
        if self.symbol != catalogue.symbol {
            return Err(format!("it was trained for {}, and the catalogue is about {}", self.symbol, catalogue.symbol));
        }
        let gone: Vec<&str> =
            self.recommendations.iter().map(String::as_str).filter(|id| catalogue.find(id).is_none()).collect();
        if !gone.is_empty() {
            return Err(format!(
                "it knows recommendations that the catalogue does not have ({}): train a model for this catalogue",
                gone.join(", ")
            ));
        }
        let ids = catalogue.recommendations.iter().map(|one| &one.id);
        let new: Vec<&str> = ids.filter(|id| !self.recommendations.contains(id)).map(String::as_str).collect();
        let by_terms = if new.is_empty() {
            String::new()
        } else {
            format!("; what it does not know is found by the catalogue's terms alone: {}", new.join(", "))
        };
        Ok(Some(format!(
            "it was trained for another state of the catalogue (edition {}; now {}){by_terms}",
            self.edition, catalogue.edition
        )))
    }
}

/// How right a model's assignments are on some inputs, each counted once for each recommendation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Inputs.
    pub inputs: u64,
    /// Assigned, and rightly.
    pub right: u64,
    /// Assigned, and wrongly.
    pub wrong: u64,
    /// Not assigned, and wrongly.
    pub missed: u64,
}

/// With fewer inputs than this, figures say little.
pub const FEW: u64 = 20;

impl Figures {
    /// Counts one input.
    pub fn count<'a>(&mut self, said: impl Iterator<Item = &'a str>, labels: &std::collections::BTreeSet<&str>) {
        let mut right = 0;
        for one in said {
            if labels.contains(one) {
                right += 1;
            } else {
                self.wrong += 1;
            }
        }
        self.inputs += 1;
        self.right += right;
        self.missed += (labels.len() as u64).saturating_sub(right);
    }

    /// Of what was assigned, how much was right; `None`: nothing was assigned.
    pub fn precision(&self) -> Option<f64> {
        ratio(self.right, self.right + self.wrong)
    }

    /// Of what should have been assigned, how much was.
    pub fn recall(&self) -> Option<f64> {
        ratio(self.right, self.right + self.missed)
    }

    /// Both in one number.
    pub fn f1(&self) -> Option<f64> {
        ratio(2 * self.right, 2 * self.right + self.wrong + self.missed)
    }

    /// In words for a person.
    pub fn words(&self) -> String {
        let number = |ratio: Option<f64>| ratio.map_or("-".into(), |one| format!("{one:.3}"));
        let (precision, recall, f1) = (number(self.precision()), number(self.recall()), number(self.f1()));
        format!("precision {precision}, recall {recall}, F1 {f1}, n {}", self.inputs)
    }
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// What two models do on the same inputs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// The model that was in use.
    pub current: Figures,
    pub new: Figures,
}

/// What a model was trained with, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MadeOf {
    pub catalogue: TrainedFor,
    /// ISO 639-1; empty: all.
    pub languages: Vec<String>,
    /// Passages and whole inputs that come with the program.
    pub passages: u64,
    pub inputs: u64,
    /// Submissions that persons decided and that were learnt from, and their passages.
    pub decisions: u64,
    pub decision_passages: u64,
    /// Version of the model that was in use.
    pub compared_with: String,
    /// On decided submissions that were held out.
    pub held_out: Compared,
    /// On whole inputs of the material whose words neither model learnt from.
    pub unseen: Compared,
}

/// A model that was trained here.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainedModel {
    /// As `linear-2-1f0c95d2`.
    pub version: String,
    /// Of its file.
    pub digest: Digest,
    pub trained_at: Timestamp,
    pub made_of: MadeOf,
}

/// Which model a person chose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// A version, or `shipped`.
    pub version: String,
    pub by: PersonId,
    pub since: Timestamp,
}
