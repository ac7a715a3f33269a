//! How two messages belong together: one is a correction of the other, the same once more, an annex, a near-copy. Proposals
//! of the machine and what persons decided about them; joins nothing.

use super::MessageId;
use super::classification::MessageKind;
use serde::{Deserialize, Serialize};

/// What the newer message is to the older one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RelationKind {
    /// It takes the older input back.
    Withdrawal,
    /// Somebody hands the older message on: the same input on another way.
    Forwarded,
    /// The same sender sends the same once more.
    Duplicate,
    /// A new version of the older input.
    Revision,
    /// A piece that was missing in the older input.
    Annex,
    /// Another sender sends the same paper: a member of a coalition.
    SameDocument,
    /// Another sender sends nearly the same text: a campaign.
    NearCopy,
    /// It answers the older message, and is none of the above.
    Reply,
}

impl RelationKind {
    /// All kinds, in the order of the manual: what a person has to decide on comes first.
    pub const ALL: [Self; 8] = [
        Self::Withdrawal,
        Self::Forwarded,
        Self::Duplicate,
        Self::Revision,
        Self::Annex,
        Self::SameDocument,
        Self::NearCopy,
        Self::Reply,
    ];

    /// The word in lists, tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Withdrawal => "withdrawal",
            Self::Forwarded => "forwarded",
            Self::Duplicate => "duplicate",
            Self::Revision => "revision",
            Self::Annex => "annex",
            Self::SameDocument => "same-document",
            Self::NearCopy => "near-copy",
            Self::Reply => "reply",
        }
    }

    /// In words for a person: what the newer message is to the older one.
    pub fn words(self) -> &'static str {
        match self {
            Self::Withdrawal => "takes back",
            Self::Forwarded => "hands on",
            Self::Duplicate => "sends once more",
            Self::Revision => "is a new version of",
            Self::Annex => "brings a missing piece of",
            Self::SameDocument => "brings the same paper as",
            Self::NearCopy => "is a near-copy of",
            Self::Reply => "answers",
        }
    }

    /// Whether a person has to decide before either input becomes public: otherwise one input could stand there twice, or
    /// in a version that its sender has corrected or taken back.
    pub fn asks(self) -> bool {
        match self {
            Self::Withdrawal | Self::Forwarded | Self::Duplicate | Self::Revision | Self::Annex => true,
            Self::SameDocument | Self::NearCopy | Self::Reply => false,
        }
    }
}

/// What Pouch proposes of two messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    /// The newer message.
    pub message: MessageId,
    /// The older one.
    pub other: MessageId,
    pub kind: RelationKind,
    /// How much of their texts is common, in per cent (Jaccard index of three-word sequences, estimated by MinHash).
    pub similarity: u8,
    /// Why, in words, with a quote where there is one.
    pub reason: String,
}

/// What makes messages comparable without their texts: claimed ids, senders, and sketches of what they say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Likeness {
    pub message: MessageId,
    pub kind: MessageKind,
    /// The Message-ID as claimed.
    pub message_id_header: Option<String>,
    /// Message-IDs that it answers (RFC 5322 3.6.4).
    pub answers: Vec<String>,
    /// Message-IDs of the messages attached to it.
    pub contains: Vec<String>,
    /// Whether its subject says that it hands another mail on.
    pub forwards: bool,
    /// Addresses in From and Reply-To, lower case.
    pub from: Vec<String>,
    /// Comparable title; empty: too short to compare.
    pub title: String,
    /// Comparable name of the submitter; empty: none was found.
    pub submitter: String,
    pub files: Vec<LikeFile>,
    pub texts: Vec<LikeText>,
    /// The sentence that says that it corrects something.
    pub correction: Option<String>,
    /// The sentence that says that it brings a missing piece.
    pub annex: Option<String>,
    /// Beginning of its own words, comparable: where a withdrawal names what it takes back. Empty for other mails.
    pub names: String,
}

/// A file by its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LikeFile {
    /// Path of the part.
    pub part: String,
    pub digest: super::Digest,
    /// As claimed, lower case.
    pub name: String,
}

/// A text by its sketch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LikeText {
    /// `body`, or the path of the part.
    pub part: String,
    /// Of the comparable words: equal for equal texts.
    pub digest: super::Digest,
    /// Different sequences of three words in it.
    pub shingles: u32,
    /// The smallest hash of its sequences under each of a fixed row of hash functions.
    pub minima: Vec<u32>,
}
