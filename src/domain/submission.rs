//! The state of a revision and every legal move. All rules of review stand in `State::after`, nowhere else.

use super::classification::{Evidence, Submitter};
use super::redaction::{Area, PublishedCopy, Redaction};
use super::{Digest, PersonId, RevisionId, SubmissionId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// Why a revision is rejected; a closed list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "because", content = "of")]
pub enum Rejection {
    /// The same input as another submission.
    DuplicateOf(SubmissionId),
    /// For another call or process.
    OutOfScope,
    /// Not written input, or nothing in it can be read.
    NotReadable,
    /// Anything else; the reviewer's words say what.
    Other,
}

/// Where a revision stands; each state carries the facts that made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum State {
    Queued,
    /// `manifest` fixes what the approver saw; exactly that becomes public.
    Approved {
        by: PersonId,
        at: Timestamp,
        manifest: Digest,
        /// The second of two persons, where publishing takes two.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        released_by: Option<PersonId>,
    },
    Rejected {
        by: PersonId,
        at: Timestamp,
        rejection: Rejection,
    },
    Published {
        approved_by: PersonId,
        at: Timestamp,
        manifest: Digest,
    },
    Withdrawn {
        by: PersonId,
        at: Timestamp,
        was_public: bool,
    },
    Superseded {
        at: Timestamp,
        by_revision: RevisionId,
        was_public: bool,
    },
}

/// What somebody, or the pipeline for an approved revision, does to a revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "change")]
pub enum Change {
    Approve {
        by: PersonId,
        at: Timestamp,
        manifest: Digest,
    },
    Reject {
        by: PersonId,
        at: Timestamp,
        rejection: Rejection,
    },
    /// Another person than the approver has it go public.
    Release {
        by: PersonId,
        at: Timestamp,
    },
    Publish {
        at: Timestamp,
    },
    Supersede {
        at: Timestamp,
        by_revision: RevisionId,
    },
    Withdraw {
        by: PersonId,
        at: Timestamp,
    },
    Reopen {
        by: PersonId,
        at: Timestamp,
    },
}

/// The state does not allow the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAllowed {
    pub state: &'static str,
    pub change: &'static str,
}

impl fmt::Display for NotAllowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a revision that is {} cannot be {}", self.state, self.change)
    }
}

impl std::error::Error for NotAllowed {}

impl Change {
    /// The change as a participle, for messages: `approved`.
    pub fn as_participle(&self) -> &'static str {
        match self {
            Self::Approve { .. } => "approved",
            Self::Reject { .. } => "rejected",
            Self::Release { .. } => "released",
            Self::Publish { .. } => "published",
            Self::Supersede { .. } => "superseded",
            Self::Withdraw { .. } => "withdrawn",
            Self::Reopen { .. } => "reopened",
        }
    }
}

impl State {
    /// The closed words for scripts, in the order of the design's table.
    pub const NAMES: [&'static str; 6] = ["queued", "approved", "published", "rejected", "withdrawn", "superseded"];

    /// The closed word for scripts.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Approved { .. } => "approved",
            Self::Rejected { .. } => "rejected",
            Self::Published { .. } => "published",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Superseded { .. } => "superseded",
        }
    }

    /// The state after a change, or why there is none. Every legal move of a revision stands here.
    pub fn after(self, change: &Change) -> Result<Self, NotAllowed> {
        let was_public = matches!(self, Self::Published { .. });
        let refused = NotAllowed { state: self.name(), change: change.as_participle() };
        match (self, change.clone()) {
            (Self::Queued, Change::Approve { by, at, manifest }) => {
                Ok(Self::Approved { by, at, manifest, released_by: None })
            }
            (Self::Queued, Change::Reject { by, at, rejection }) => Ok(Self::Rejected { by, at, rejection }),
            (Self::Approved { by, at, manifest, released_by: None }, Change::Release { by: second, .. })
                if second != by =>
            {
                Ok(Self::Approved { by, at, manifest, released_by: Some(second) })
            }
            (Self::Approved { by, manifest, .. }, Change::Publish { at }) => {
                Ok(Self::Published { approved_by: by, at, manifest })
            }
            (
                Self::Queued | Self::Approved { .. } | Self::Published { .. } | Self::Rejected { .. },
                Change::Supersede { at, by_revision },
            ) => Ok(Self::Superseded { at, by_revision, was_public }),
            (Self::Queued | Self::Approved { .. } | Self::Published { .. }, Change::Withdraw { by, at }) => {
                Ok(Self::Withdrawn { by, at, was_public })
            }
            (
                Self::Approved { .. } | Self::Rejected { .. } | Self::Withdrawn { .. } | Self::Superseded { .. },
                Change::Reopen { .. },
            ) => Ok(Self::Queued),
            (
                Self::Queued
                | Self::Approved { .. }
                | Self::Published { .. }
                | Self::Rejected { .. }
                | Self::Withdrawn { .. }
                | Self::Superseded { .. },
                _,
            ) => Err(refused),
        }
    }
}

/// Which file or body of which message belongs to a revision.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PartRef {
    pub message: super::MessageId,
    /// `body`, or the path of the part.
    pub path: String,
}

/// Who made an assignment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assigner {
    /// Name and version of the classifier.
    Classifier(String),
    Person(PersonId),
}

/// "This revision speaks to recommendation N."
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    pub recommendation: String,
    pub confidence: f64,
    pub evidence: Vec<Evidence>,
    pub assigner: Assigner,
}

/// What a reviewer can edit while a revision is queued, and what becomes public of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Content {
    pub title: String,
    /// Where the title was taken from: `document` (its properties), `heading`, `subject`, `file-name` or `person`; empty:
    /// not noted.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title_source: String,
    pub submitter: Submitter,
    /// ISO 639-1, main one first.
    pub languages: Vec<String>,
    pub parts: Vec<PartRef>,
    pub assignments: Vec<Assignment>,
    /// Words that must not become public.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redactions: Vec<Redaction>,
    /// Places on pages that must not become public.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<Area>,
}

impl Content {
    /// Whether anything of it must not become public.
    pub fn is_struck(&self) -> bool {
        !self.redactions.is_empty() || !self.areas.is_empty()
    }

    /// How many marks a reviewer made in it.
    pub fn marks(&self) -> usize {
        self.redactions.len() + self.areas.len()
    }

    /// Takes out what a classifier assigned and a person took away before; what a person assigned stays. Gives what was taken
    /// out.
    pub fn take_out(&mut self, removed: &BTreeSet<String>) -> Vec<String> {
        let goes =
            |one: &Assignment| matches!(one.assigner, Assigner::Classifier(_)) && removed.contains(&one.recommendation);
        let gone = self.assignments.iter().filter(|one| goes(one)).map(|one| one.recommendation.clone()).collect();
        self.assignments.retain(|one| !goes(one));
        gone
    }
}

/// One file of a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestFile {
    pub part: PartRef,
    /// Of the decoded bytes.
    pub digest: Digest,
    /// Name as claimed.
    pub label: String,
    pub media_type: String,
    pub size_bytes: u64,
    /// The text that is published in place of a file that a browser would run.
    pub text: Option<String>,
    /// The copy that is published in its place, because words were struck.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<PublishedCopy>,
}

/// What an approver saw, frozen: publishing reads this and nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub submission: SubmissionId,
    pub revision: RevisionId,
    pub number: u32,
    pub title: String,
    pub submitter: Submitter,
    pub languages: Vec<String>,
    /// Ids in the catalogue.
    pub recommendations: Vec<String>,
    pub received_at: Timestamp,
    pub files: Vec<ManifestFile>,
    /// Own words of the mails whose body is part of the revision.
    pub body_text: Option<String>,
}

impl Manifest {
    /// Of its JSON, as it is stored.
    pub fn digest_of(json: &str) -> Digest {
        Digest::of(json.as_bytes())
    }
}
