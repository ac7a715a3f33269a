//! The words of the mail that Pouch writes. Pure: values in, a letter out; never a text or a name from an input, except
//! the subject line that threads a receipt.

pub mod alarm;
pub mod digest;
pub mod receipt;
mod receipt_words;
pub mod request;
mod request_words;

use crate::domain::Timestamp;
use jiff::tz::TimeZone;

/// A letter before it is written out as a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub to: Vec<String>,
    pub subject: String,
    /// With line feeds.
    pub text: String,
    /// The mail that it answers: Message-ID and what that one refers to, without angle brackets; `None`: it begins a
    /// thread.
    pub answers: Option<Thread>,
}

/// Where in a thread an answer stands (RFC 5322 3.6.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    pub message_id: String,
    pub references: Vec<String>,
}

impl Thread {
    /// The References field of an answer (RFC 5322 3.6.4).
    pub fn references(&self) -> String {
        let mut all: Vec<String> = self.references.iter().map(|id| bracketed(id)).collect();
        all.push(bracketed(&self.message_id));
        all.dedup();
        all.join(" ")
    }
}

/// A message id in its angle brackets, without what would end the field.
pub fn bracketed(id: &str) -> String {
    format!("<{}>", id.replace(['<', '>', '\r', '\n', ' '], ""))
}

/// As `2023-12-05 14:03 (America/New_York)`: the zone is always said.
pub fn time_in(zone: &TimeZone, at: Timestamp) -> String {
    let local = at.to_zoned(zone.clone());
    let name = zone.iana_name().unwrap_or("UTC");
    format!("{} ({name})", local.strftime("%Y-%m-%d %H:%M"))
}
