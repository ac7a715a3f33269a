//! What an evaluation says; its JSON is documented in docs/evaluation-json.md. Holds numbers and quotes, decides nothing.

use super::calibrate::Calibration;
use super::labels::Strength;
use super::score::{Counts, Mean};
use serde::{Deserialize, Serialize};

/// The whole evaluation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Of these fields: 1.
    pub format: u32,
    pub folder: String,
    /// RFC 3339.
    pub made: String,
    /// Name and version.
    pub classifier: String,
    /// Symbol and edition.
    pub catalogue: String,
    /// What did not count, and why.
    pub notes: Vec<String>,
    pub mails: Mails,
    pub recommendations: Table,
    pub sections: Table,
    pub languages: Table,
    /// 95 of 100 corpora drawn from this one have a micro F1 (by recommendation) between these.
    pub f1_interval: Option<(f64, f64)>,
    pub primary: Share,
    pub secondary: Share,
    /// Inputs with a primary label whose surest assignment is one of the primaries.
    pub top: Share,
    /// Inputs about something else that were left without an assignment.
    pub left_empty: Share,
    pub evidence: EvidenceReport,
    pub calibration: Calibration,
    pub pairs: Vec<Pair>,
    /// Surest first.
    pub wrong: Vec<WrongOne>,
    /// Primary ones first.
    pub missed: Vec<MissedOne>,
    pub kinds: Vec<KindRow>,
    pub inputs: Vec<InputRow>,
    pub time: Time,
}

/// How many mails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mails {
    pub evaluated: u64,
    /// Labelled as inputs: only of these recommendations are counted.
    pub inputs: u64,
    /// Those of them without a label.
    pub off_topic: u64,
    /// Ended their reader: they count with no assignment.
    pub unread: u64,
}

/// A part of a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub part: u64,
    pub whole: u64,
}

impl Share {
    /// As a number; none of nothing.
    pub fn ratio(self) -> Option<f64> {
        super::score::ratio(self.part, self.whole)
    }
}

/// Scores by one thing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    pub rows: Vec<Score>,
    /// Of all counts together.
    pub micro: Score,
    /// Mean of the rows that are labelled at all.
    #[serde(rename = "macro")]
    pub mean: Option<Mean>,
}

/// Counts with their ratios.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Of the recommendation, section or language; `all`.
    pub id: String,
    /// Section of a recommendation; else empty.
    pub section: String,
    /// For people; may be empty.
    pub title: String,
    pub support: u64,
    #[serde(flatten)]
    pub counts: Counts,
    pub precision: Option<f64>,
    pub recall: Option<f64>,
    pub f1: Option<f64>,
}

impl Score {
    /// Of counts.
    pub fn of(id: &str, section: &str, title: &str, counts: Counts) -> Self {
        Self {
            id: id.into(),
            section: section.into(),
            title: title.into(),
            support: counts.support(),
            counts,
            precision: counts.precision(),
            recall: counts.recall(),
            f1: counts.f1(),
        }
    }
}

/// How good the quotes are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EvidenceReport {
    /// Quotes that stand in the source as they are quoted: all must.
    pub verbatim: Share,
    /// Those that do not, each with its input.
    pub not_verbatim: Vec<String>,
    /// Right assignments of which a quote overlaps the labelled one, of those whose labelled quote was found in the text.
    pub overlapping: Share,
    /// Right assignments whose labelled quote was not found in the text that Pouch read.
    pub not_located: u64,
}

/// In how many inputs one label was missed while another recommendation was assigned wrongly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    pub wanted: String,
    pub got: String,
    pub count: u64,
}

/// An assignment without a label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WrongOne {
    pub input: String,
    pub language: String,
    pub recommendation: String,
    pub confidence: f64,
    pub quote: String,
    /// What the input is labelled with.
    pub labelled: Vec<String>,
}

/// A label without an assignment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MissedOne {
    pub input: String,
    pub language: String,
    pub recommendation: String,
    pub strength: Strength,
    /// The labelled quote.
    pub evidence: String,
    /// Of the candidate below the line, if the classifier gave one.
    pub confidence: Option<f64>,
    /// What was assigned instead.
    pub assigned: Vec<String>,
}

/// How mails of a kind came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindRow {
    pub labelled: String,
    /// The kind that the classifier says.
    pub got: String,
    /// `submission`, `set-aside`, `held`.
    pub outcome: String,
    pub count: u64,
    /// Of these, how many have an assignment.
    pub with_assignments: u64,
}

/// One labelled input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InputRow {
    pub id: String,
    pub language: String,
    pub got: String,
    pub outcome: String,
    pub right: Vec<String>,
    pub wrong: Vec<String>,
    pub missed: Vec<String>,
}

/// How long it took, in seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Time {
    pub all: f64,
    pub median: f64,
    pub longest: f64,
    /// The mail that took longest.
    pub longest_of: String,
}
