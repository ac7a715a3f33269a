//! What a sender asks for besides being read: not to be published, to be anonymous, to wait, to be taken back. Values with
//! the sentence that says it; decides nothing.

use super::MessageId;
use super::classification::Evidence;
use super::submission::PartRef;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What is wished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WishKind {
    NotForPublication,
    Anonymous,
    /// Not before a day.
    Embargo,
    /// An earlier input shall be taken back.
    Withdrawal,
}

impl WishKind {
    /// All kinds, in the order of the manual.
    pub const ALL: [Self; 4] = [Self::NotForPublication, Self::Anonymous, Self::Embargo, Self::Withdrawal];

    /// The word in lists and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotForPublication => "not-for-publication",
            Self::Anonymous => "anonymous",
            Self::Embargo => "embargo",
            Self::Withdrawal => "withdrawal",
        }
    }

    /// In words for a person.
    pub fn words(self) -> &'static str {
        match self {
            Self::NotForPublication => "not to be published",
            Self::Anonymous => "without the sender's name",
            Self::Embargo => "not before a certain day",
            Self::Withdrawal => "to take an input back",
        }
    }
}

/// One wish, with the sentence that says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    pub kind: WishKind,
    /// The whole sentence, verbatim, with its place.
    pub evidence: Evidence,
    /// Path of the file that it names; `None`: the whole input, or unclear which file.
    pub concerns: Option<String>,
    /// For an embargo: the first day on which it may be public, if a day is named.
    pub until: Option<Date>,
}

impl Wish {
    /// Whether it is about any of these parts, if `message` has it: about the file that it names, or about all.
    pub fn touches(&self, message: &MessageId, parts: &[PartRef]) -> bool {
        let inside = |path: &str, outer: &str| {
            path.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let of_message = parts.iter().filter(|part| part.message == *message);
        of_message.into_iter().any(|part| self.concerns.as_ref().is_none_or(|outer| inside(&part.path, outer)))
    }
}

/// What a person decided about a wish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "decision")]
pub enum WishDecision {
    /// It is done as the sender wishes; `until` for an embargo: the first day on which it may be public.
    Heeded { until: Option<Date> },
    /// It is no wish, or is not followed; the reason says why.
    Overruled,
}

impl WishDecision {
    /// The word in lists and JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Heeded { .. } => "heeded",
            Self::Overruled => "overruled",
        }
    }
}
