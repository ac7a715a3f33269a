//! Mail that Pouch writes: what it is for and how far it has come. Holds no address and no text.

use serde::{Deserialize, Serialize};

/// What a letter is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LetterKind {
    /// To the sender of a submission: it was received.
    Acknowledgement,
    /// To the operator: a mailbox does not do what it should.
    Alarm,
    /// To the reviewers: something is held, or somebody has a wish.
    Notice,
    /// To the reviewers, once a day.
    Digest,
}

impl LetterKind {
    /// The word in tables and lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Acknowledgement => "acknowledgement",
            Self::Alarm => "alarm",
            Self::Notice => "notice",
            Self::Digest => "digest",
        }
    }
}

/// How far a letter has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LetterState {
    /// It is due, or put off after a failure.
    Waiting,
    /// It is being handed to the server: if Pouch is killed now, nobody knows whether the server took it.
    Sending,
    /// The server took it.
    Sent,
    /// Pouch was killed, or the line broke, while the server was taking it. A receipt is not sent again by itself.
    Unsure,
    /// The server refuses it for good.
    Refused,
    /// By a rule none is sent; the reason says which.
    Withheld,
}

impl LetterState {
    /// The word in tables and lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Unsure => "unsure",
            Self::Refused => "refused",
            Self::Withheld => "withheld",
        }
    }
}
