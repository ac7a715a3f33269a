//! What is struck out before publication, and the copies made without it. Holds places and digests, never the words.

use super::message::Span;
use super::submission::PartRef;
use super::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

/// What kind of words are struck; the closed list for scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RedactionKind {
    Email,
    Phone,
    Passport,
    /// A postal address.
    Address,
    /// A line of a signature block.
    Signature,
    /// Any other words that a reviewer marked.
    Other,
}

impl RedactionKind {
    /// All kinds, in the order of the manual.
    pub const ALL: [Self; 6] = [Self::Email, Self::Phone, Self::Passport, Self::Address, Self::Signature, Self::Other];

    /// The word in tables, JSON and options.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Passport => "passport",
            Self::Address => "address",
            Self::Signature => "signature",
            Self::Other => "other",
        }
    }
}

/// Words that must not become public, named by where they stand. The same words are struck wherever else they stand in
/// what is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redaction {
    pub part: PartRef,
    pub kind: RedactionKind,
    /// In characters of the part's whole text.
    #[serde(flatten)]
    pub span: Span,
    /// Of the text that it was marked in: in another one the span means other words.
    pub text: Digest,
}

/// A place on a page that must not become public, as a signature by hand: all that is seen there is filled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    pub part: PartRef,
    pub kind: RedactionKind,
    /// From 1.
    pub page: u32,
    /// Left, top, right and bottom, in thousandths of the page's width and height.
    pub place: [u16; 4],
}

/// How a copy without the struck words was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CopyMade {
    /// Nothing was struck in it, and none of the words stands in it: the file is published as it is.
    AsItIs,
    /// Its text alone, with marks in the place of the words.
    CleanText,
    /// Pictures of its pages, with the places of the words filled.
    Pixels,
}

impl CopyMade {
    /// The word in rows and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AsItIs => "as-it-is",
            Self::CleanText => "clean-text",
            Self::Pixels => "pixels",
        }
    }
}

/// A file that may be published in place of another one, or why none may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedactedCopy {
    /// Of the file's own bytes.
    pub original: Digest,
    /// Of the redactions that it was made for, and of the text that they were applied to.
    pub redactions: Digest,
    pub made: CopyMade,
    /// Of its bytes in the vault; for a file that is published as it is, the original's.
    pub digest: Digest,
    pub media_type: String,
    pub size_bytes: u64,
    /// Places that were struck in it.
    pub places: u32,
    /// What a reviewer should know of how it was made; empty: nothing.
    pub note: String,
    /// Why it must not be published; `None`: it was searched, and none of the words was found.
    pub problem: Option<String>,
    pub made_at: Timestamp,
}

/// The copy that an approval fixes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedCopy {
    /// Of its bytes in the vault.
    pub digest: Digest,
    pub media_type: String,
    pub size_bytes: u64,
    pub made: CopyMade,
    /// Places that were struck in it.
    pub places: u32,
    /// What the reviewer was told of how it was made.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}
