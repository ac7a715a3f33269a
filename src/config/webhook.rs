//! What the operator sets about programs elsewhere that are told of events. Holds no secret: only where it lies.

use super::Secret;
use super::account::secret;
use super::table::Reader;
use crate::domain::webhook::HookEvent;

/// An endpoint that is told of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// https, or http at loopback.
    pub url: String,
    /// What the signature is made with.
    pub secret: Secret,
    pub events: Vec<HookEvent>,
}

/// Whether an address will do: https, or this machine.
pub fn is_safe(url: &str) -> bool {
    if url.strip_prefix("https://").is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/')) {
        return !url.contains('@') && !url.contains(char::is_whitespace);
    }
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let name = host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(host, |(name, _)| name);
    ["localhost", "127.0.0.1", "[::1]"].contains(&name) && !url.contains(char::is_whitespace)
}

/// Reads `[[webhook]]`.
pub fn webhooks(top: &mut Reader) -> Vec<Webhook> {
    let mut found: Vec<Webhook> = Vec::new();
    for mut table in top.tables("webhook") {
        let url = table.required("url");
        if !url.is_empty() && !is_safe(&url) {
            table.wrong("url", "must begin with https:// (http:// only for a server on this machine), without a login");
        }
        if found.iter().any(|one| one.url == url) {
            table.wrong("url", "is told already by another [[webhook]]");
        }
        let secret = secret(&mut table, "secret_file", "secret_env");
        if secret.is_none() {
            table.wrong("secret_file", "is missing (or secret_env): what is told is signed");
        }
        let mut events = Vec::new();
        for word in table.texts("events") {
            match HookEvent::named(&word) {
                Some(event) => events.push(event),
                None => {
                    let known = HookEvent::ALL.map(HookEvent::as_str).join(", ");
                    table.wrong("events", &format!("{word} is none; there are {known}"));
                }
            }
        }
        if events.is_empty() {
            events = HookEvent::ALL.into();
        }
        if let Some(secret) = secret {
            found.push(Webhook { url, secret, events });
        }
        top.absorb(table);
    }
    found
}
