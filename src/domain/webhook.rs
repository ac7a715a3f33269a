//! What programs elsewhere are told of, and how far that has come. Ids and states only: never a name, an address or a text.

use super::ledger::{Actor, Event, Outcome};
use super::submission::Change;
use serde::{Deserialize, Serialize};

/// An event that an endpoint can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum HookEvent {
    /// A revision waits for a person.
    #[serde(rename = "item.queued")]
    Queued,
    /// A person decided: approved, released, rejected, reopened, set aside.
    #[serde(rename = "item.decided")]
    Decided,
    /// A revision is public.
    #[serde(rename = "item.published")]
    Published,
    /// A person withdrew it; if it was public, it is no longer.
    #[serde(rename = "item.withdrawn")]
    Withdrawn,
    /// The machine gave up on a message, or is not sure.
    #[serde(rename = "item.held")]
    Held,
}

impl HookEvent {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Queued, Self::Decided, Self::Published, Self::Withdrawn, Self::Held];

    /// The closed word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "item.queued",
            Self::Decided => "item.decided",
            Self::Published => "item.published",
            Self::Withdrawn => "item.withdrawn",
            Self::Held => "item.held",
        }
    }

    /// The event with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }

    /// What an entry of the ledger is to those outside, with the state that follows; `None`: nothing.
    pub fn of(actor: &Actor, event: &Event) -> Option<(Self, &'static str)> {
        match event {
            Event::Queued { .. } => Some((Self::Queued, "queued")),
            Event::OutcomeSet { outcome: Outcome::Held, .. } => Some((Self::Held, "held")),
            Event::OutcomeSet { outcome: Outcome::SetAside, .. } if matches!(actor, Actor::Person(_)) => {
                Some((Self::Decided, "set-aside"))
            }
            Event::Changed { change, .. } => match change {
                Change::Approve { .. } | Change::Release { .. } => Some((Self::Decided, "approved")),
                Change::Reject { .. } => Some((Self::Decided, "rejected")),
                Change::Reopen { .. } => Some((Self::Decided, "queued")),
                Change::Publish { .. } => Some((Self::Published, "published")),
                Change::Withdraw { .. } => Some((Self::Withdrawn, "withdrawn")),
                Change::Supersede { .. } => None,
            },
            _ => None,
        }
    }
}

/// How far telling has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeliveryState {
    /// It is due, or put off after a failure.
    Waiting,
    /// The endpoint took it.
    Sent,
    /// Given up, or the endpoint is configured no more.
    Refused,
}

impl DeliveryState {
    /// The word in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Refused => "refused",
        }
    }
}
