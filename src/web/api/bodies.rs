//! What programs send with a decision: one form each, and no key that is not known. Checks forms only; whether it makes sense
//! is for `review`.

use crate::domain::classification::{MessageKind, SubmitterKind};
use crate::domain::relation::RelationKind;
use serde::Deserialize;
use utoipa::ToSchema;

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// In words; it stands in the history.
    pub reason: String,
}

/// An approval.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Approve {
    pub reason: String,
    /// That what lies hidden in the files, or did not come with them, was looked at.
    #[serde(default)]
    pub findings_seen: bool,
}

/// A rejection.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reject {
    pub reason: String,
    pub because: Because,
    /// With `duplicate-of`: the entry that it repeats.
    pub of: Option<String>,
}

/// The closed reasons of a rejection.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Because {
    DuplicateOf,
    OutOfScope,
    NotReadable,
    Other,
}

/// What is to be changed; what is not named stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Edit)]
pub struct Edited {
    pub reason: String,
    pub title: Option<String>,
    pub submitter: Option<String>,
    /// A closed word of docs/list-json.md.
    #[schema(value_type = Option<String>)]
    pub kind: Option<SubmitterKind>,
    /// For whom the submitter speaks; empty: for themselves.
    pub on_behalf_of: Option<String>,
    /// ISO 639-1, the main one first.
    pub languages: Option<Vec<String>>,
    /// The parts that are published: paths, or `MESSAGE:PATH`.
    pub parts: Option<Vec<String>>,
}

/// A recommendation and the words that speak for it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assign {
    pub reason: String,
    pub recommendation: String,
    /// Verbatim from the text of a part.
    pub quote: String,
}

/// A recommendation that it does not speak to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Unassign {
    pub reason: String,
    pub recommendation: String,
}

/// Into which other entry it is joined.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Merge {
    pub reason: String,
    pub into: String,
    /// The version of the other one that was looked at, as `1.2`.
    pub into_seen: Option<String>,
}

/// Of which other entry it is a new version.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Revise {
    pub reason: String,
    pub of: String,
}

/// The parts that become an entry of their own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Split {
    pub reason: String,
    pub parts: Vec<String>,
}

/// Which message is no input, and what it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetAside {
    pub reason: String,
    /// A closed word of docs/list-json.md.
    #[schema(value_type = String)]
    pub kind: MessageKind,
    /// Where the entry has several.
    pub message: Option<String>,
}

/// Which message is meant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfMessage {
    pub reason: String,
    /// Where the entry has several.
    pub message: Option<String>,
}

/// Whether a wish is heeded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    pub reason: String,
    /// Where the entry has several.
    pub message: Option<String>,
    pub number: u32,
    pub heed: bool,
    /// The day before which nothing is published, for an embargo.
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<jiff::civil::Date>,
}

/// How two messages belong together.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Relate {
    pub reason: String,
    /// The newer one; may be left out where the entry has one only.
    pub message: Option<String>,
    /// The older one.
    pub other: String,
    pub confirm: bool,
    /// In place of what was proposed, or where nothing was.
    #[serde(rename = "as")]
    #[schema(value_type = Option<String>)]
    pub kind: Option<RelationKind>,
}
