//! What the operator must hear of: which mailboxes do not do what they should. Pure; names no sender and no text.

use super::Letter;
use crate::domain::Timestamp;
use crate::domain::waiting::Waiting;
use std::time::Duration;

/// What an alarm looks at of a mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// As `chair/INBOX`.
    pub name: String,
    /// The account's name.
    pub account: String,
    /// As the mailbox's line has it.
    pub state: String,
    /// Since when the state holds.
    pub since: Timestamp,
    pub error: Option<String>,
    pub last_check: Option<Timestamp>,
    /// When Pouch began to watch it in this run.
    pub watched_since: Timestamp,
}

/// After how long something is an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A state that is not well.
    pub failing: Duration,
    /// No complete check.
    pub unchecked: Duration,
}

/// Something that the operator must hear of once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// The same as long as it is the same trouble.
    pub key: String,
    /// One sentence with the cure, if one is known.
    pub words: String,
}

/// The troubles that hold now.
pub fn alarms(watched: &[Watched], limits: Limits, now: Timestamp) -> Vec<Alarm> {
    let mut found: Vec<Alarm> = watched.iter().flat_map(|one| of(one, limits, now)).collect();
    // All folders of an account want the same login: one letter.
    found.sort_by(|a, b| a.key.cmp(&b.key));
    found.dedup_by(|a, b| a.key == b.key);
    found
}

fn of(one: &Watched, limits: Limits, now: Timestamp) -> Vec<Alarm> {
    let mut found = Vec::new();
    // What happened before this run is no news: the service was stopped, and whoever started it knows.
    let lasts = |since: Timestamp, limit: Duration| {
        now.duration_since(since.max(one.watched_since)) >= limit.try_into().unwrap_or(jiff::SignedDuration::MAX)
    };
    let error = one.error.clone().unwrap_or_else(|| one.state.clone());
    let is_at_work = one.state == "watching" || one.state == "fetching";
    if one.state == "needs-login" {
        let words = format!(
            "{} wants a new login: {error}. Until then nothing is taken from it. Run `pouch login {}`.",
            one.account, one.account
        );
        return vec![Alarm { key: format!("needs-login {}", one.account), words }];
    }
    if !is_at_work && lasts(one.since, limits.failing) {
        let words = format!("{} is {} since {}: {error}.", one.name, one.state, minute(one.since));
        found.push(Alarm { key: format!("failing {}", one.name), words });
    }
    if lasts(one.last_check.unwrap_or(one.watched_since), limits.unchecked) {
        let last = one.last_check.map_or("never".into(), minute);
        let words = format!("{} was last checked completely: {last}. New mail in it may be unseen.", one.name);
        found.push(Alarm { key: format!("unchecked {}", one.name), words });
    }
    if let Some(warning) = one.error.as_ref().filter(|_| is_at_work) {
        found.push(Alarm { key: format!("warning {}", one.account), words: format!("{}: {warning}", one.account) });
    }
    found
}

fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// One alarm for all that came in and has no end state after `limit`; what waited before this run counts from its start.
pub fn of_waiting(waiting: &[Waiting], watched_since: Timestamp, limit: Duration, now: Timestamp) -> Option<Alarm> {
    let limit = limit.try_into().unwrap_or(jiff::SignedDuration::MAX);
    let lasts = |one: &&Waiting| now.duration_since(one.since.max(watched_since)) >= limit;
    let late: Vec<&Waiting> = waiting.iter().filter(lasts).collect();
    let oldest = late.iter().min_by_key(|one| one.since)?;
    let count = late.len();
    let messages = if count == 1 { "message has" } else { "messages have" };
    let words = format!(
        "{count} {messages} come in and to no end: neither in the queue nor set aside nor held. The oldest: {}.",
        oldest.words()
    );
    Some(Alarm { key: "waiting".into(), words })
}

/// A secret that ends soon is told 30, 14 and 3 days before, and when it has ended.
pub fn of_secrets(expiries: &[(String, jiff::civil::Date)], today: jiff::civil::Date) -> Vec<Alarm> {
    let of = |(account, last): &(String, jiff::civil::Date)| {
        let left = today.until(*last).map_or(i32::MAX, |span| span.get_days());
        let step = [0, 3, 14, 30].into_iter().find(|step| left <= *step)?;
        let words = format!(
            "{account}: the application's secret ends on {last}: make a new one and set client_secret_expires."
        );
        Some(Alarm { key: format!("secret {account} {last} {step}"), words })
    };
    expiries.iter().filter_map(of).collect()
}

/// The letter for alarms that begin, and for those that are over.
pub fn letter(to: &[String], begun: &[Alarm], ended: &[String], link: Option<&str>) -> Letter {
    let subject = match (begun, ended) {
        ([], _) => "Pouch: in order again".to_string(),
        ([one], _) => format!("Pouch: {}", first_words(&one.words)),
        (several, _) => format!("Pouch: {} alarms", several.len()),
    };
    let mut text = String::new();
    for alarm in begun {
        text.push_str(&format!("- {}\n", alarm.words));
    }
    if !ended.is_empty() {
        text.push_str("\nIn order again:\n");
        ended.iter().for_each(|key| text.push_str(&format!("- {key}\n")));
    }
    if let Some(link) = link {
        text.push_str(&format!("\nThe state of all mailboxes: {link}\n"));
    }
    Letter { to: to.to_vec(), subject, text, answers: None }
}

fn first_words(sentence: &str) -> String {
    sentence.split(": ").next().unwrap_or_default().chars().take(100).collect()
}
