//! When an input was received, by which clock, and how that stands to the event. Judges nothing: late is for staff.

use super::Timestamp;
use serde::{Deserialize, Serialize};

/// The clock that says when a mail was received; the first one that is there counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReceivedBy {
    /// The earliest INTERNALDATE of its copies (RFC 9051 2.3.3): the mail server's clock.
    Server,
    /// The topmost Received field (RFC 5321 4.4), for what was imported from files.
    Header,
    /// What the person said who added it by hand.
    Person,
    /// Pouch's own clock when it first saw the mail.
    FirstSeen,
}

impl ReceivedBy {
    /// In words for staff.
    pub fn words(self) -> &'static str {
        match self {
            Self::Server => "by the mail server's clock",
            Self::Header => "by the mail's topmost Received field",
            Self::Person => "as the person says who added it",
            Self::FirstSeen => "by Pouch's clock, when it first saw it",
        }
    }
}

/// How a time stands to the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Timing {
    Before,
    During,
    After,
}

impl Timing {
    /// Before its beginning, after its end, or between.
    pub fn of(at: Timestamp, event: (Timestamp, Timestamp)) -> Self {
        match event {
            (begin, _) if at < begin => Self::Before,
            (_, end) if at >= end => Self::After,
            _ => Self::During,
        }
    }

    /// The word in lists and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::During => "during",
            Self::After => "after",
        }
    }
}
