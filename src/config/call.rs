//! What the operator sets about the call for inputs. Judges no input.

use super::table::Reader;
use crate::domain::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use std::path::PathBuf;

/// The call for inputs.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub title: String,
    /// What receipt numbers begin with, as `OEWG-2023`.
    pub code: String,
    /// The event that inputs prepare, from its beginning to its end; a fact for staff, nothing is judged by it.
    pub event: Option<(Timestamp, Timestamp)>,
    /// Only if the operator sets one, "late" exists, for staff.
    pub deadline: Option<Timestamp>,
    /// In which days and times of day are told.
    pub time_zone: jiff::tz::TimeZone,
    /// Addresses that inputs are sent to; what they themselves send is no submission.
    pub addresses: Vec<String>,
    /// The text of the call's own letter: what senders quote of it is not theirs.
    pub letter_file: Option<PathBuf>,
    /// Domains of Member States and the United Nations that no pattern covers, lower case.
    pub official_domains: Vec<String>,
}

impl Default for Call {
    fn default() -> Self {
        Self {
            title: "Written inputs of stakeholders".into(),
            code: "INPUT".into(),
            event: None,
            deadline: None,
            time_zone: TimeZone::UTC,
            addresses: Vec::new(),
            letter_file: None,
            official_domains: Vec::new(),
        }
    }
}

/// Reads `[call]`.
pub fn read(table: &mut Reader) -> Call {
    let base = Call::default();
    let code = table.text("code").unwrap_or(base.code);
    if code.len() > 30 || !code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        table.wrong("code", "may hold letters, digits and hyphens, at most 30");
    }
    let zone = match table.text("time_zone").map(|name| (TimeZone::get(&name), name)) {
        None => base.time_zone,
        Some((Ok(zone), _)) => zone,
        Some((Err(_), name)) => {
            table.wrong("time_zone", &format!("{name} is no time zone of the IANA list, as \"America/New_York\""));
            base.time_zone
        }
    };
    let event = event(table, &zone);
    let deadline = table.moment("deadline").and_then(|(date, time)| {
        // A day as a deadline ends with that day.
        let end = time.unwrap_or_else(|| date.at(23, 59, 59, 999_999_999));
        in_zone(table, "deadline", end, &zone)
    });
    Call {
        title: table.text("title").unwrap_or(base.title),
        code,
        event,
        deadline,
        time_zone: zone,
        addresses: table.texts("addresses"),
        letter_file: table.path("letter_file"),
        official_domains: table.texts("official_domains").iter().map(|one| one.to_lowercase()).collect(),
    }
}

/// A day alone is the whole day; with a time of day the event begins then, and ends with `event_ends`.
fn event(table: &mut Reader, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let ends = table.moment("event_ends").and_then(|(_, time)| time);
    let (date, time) = table.moment("event")?;
    let begin = in_zone(table, "event", time.unwrap_or_else(|| date.at(0, 0, 0, 0)), zone)?;
    let last =
        ends.or_else(|| if time.is_some() { time } else { date.tomorrow().ok().map(|next| next.at(0, 0, 0, 0)) });
    let end = in_zone(table, "event_ends", last?, zone)?;
    if end < begin {
        table.wrong("event_ends", "lies before the event's beginning");
    }
    Some((begin, end))
}

fn in_zone(table: &mut Reader, key: &str, at: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    let found = zone.to_ambiguous_timestamp(at).compatible();
    if found.is_err() {
        table.wrong(key, "is no time that exists");
    }
    found.ok()
}

/// A day with or without a time of day.
pub type Moment = (Date, Option<DateTime>);
