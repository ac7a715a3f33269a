//! What a person decided about the labels of a submission: kept, added, removed, each with its evidence. Knows no
//! consequence of it.

use super::ledger::Commitment;
use super::submission::Assignment;
use super::{JudgementId, PersonId, RevisionId, Timestamp};
use serde::{Deserialize, Serialize};

/// The act by which a person judged labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JudgedAct {
    Assigned,
    Unassigned,
    Approved,
    Rejected,
}

impl JudgedAct {
    /// The word in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::Unassigned => "unassigned",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
}

/// What was said of the labels. Each carries its quotes with part, span and digest, and who proposed it: a model's version,
/// or a person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Labels {
    pub reason: String,
    /// Proposed by a model, and left.
    pub kept: Vec<Assignment>,
    /// Assigned by a person.
    pub added: Vec<Assignment>,
    /// Taken away by a person.
    pub removed: Vec<Assignment>,
}

/// One act of a person on the labels of a revision.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    pub id: JudgementId,
    pub revision: RevisionId,
    /// That the person saw.
    pub edition: u32,
    pub act: JudgedAct,
    pub by: PersonId,
    pub at: Timestamp,
    /// Commits to `labels`.
    pub words: Commitment,
    /// `None`: erased with its mail.
    pub labels: Option<Labels>,
}

/// A label that a person took away from a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenAway {
    pub recommendation: String,
    /// `None`: an older version noted no more than that.
    pub by: Option<PersonId>,
    pub at: Option<Timestamp>,
    /// `None`: erased, or never noted.
    pub reason: Option<String>,
}
