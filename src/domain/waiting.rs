//! What came in and has not come to an end yet: neither an input, nor set aside, nor held. Judges no reason for it.

use super::Timestamp;

/// A copy or a message without an end state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The copy's mailbox and UID, or the message's id: nothing that a sender wrote.
    pub name: String,
    /// Since when: when it was first seen, or when a person had it read again.
    pub since: Timestamp,
    /// The step that is due for it; `None`: no step is, and by itself it will never end.
    pub stage: Option<String>,
    /// What went wrong at its last try.
    pub error: Option<String>,
}

impl Waiting {
    /// A sentence for a person.
    pub fn words(&self) -> String {
        let since = self.since.strftime("%Y-%m-%d %H:%M UTC");
        let why = match (&self.stage, &self.error) {
            (None, _) => "no step is due for it; the service takes it up when it starts anew".into(),
            (Some(stage), Some(error)) => format!("step \"{stage}\": {error}"),
            (Some(stage), None) => format!("step \"{stage}\""),
        };
        format!("Waiting since {since}: {}: {why}", self.name)
    }
}
