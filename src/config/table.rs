//! Reads a TOML table key by key and remembers everything that is wrong. Decides nothing about meaning.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A table being read: each key is taken once, what is left at the end is unknown.
#[derive(Default)]
pub struct Reader {
    table: toml::Table,
    /// As `account[1].`, for messages.
    prefix: String,
    folder: PathBuf,
    errors: Vec<String>,
}

impl Reader {
    /// A reader of `table`, whose keys are called `prefix` and their name.
    pub fn new(table: toml::Table, prefix: &str, folder: &Path) -> Self {
        Self { table, prefix: prefix.into(), folder: folder.into(), errors: Vec::new() }
    }

    /// Notes that a key's value will not do.
    pub fn wrong(&mut self, key: &str, why: &str) {
        self.errors.push(format!("{}{key}: {why}", self.prefix));
    }

    /// Takes over what another reader found wrong, its unknown keys included.
    pub fn absorb(&mut self, other: Self) {
        self.errors.extend(other.finish());
    }

    /// All that is wrong, unknown keys included.
    pub fn finish(mut self) -> Vec<String> {
        let unknown: Vec<String> = self.table.keys().cloned().collect();
        for key in unknown {
            self.wrong(&key, "is not a key that Pouch knows (see `pouch config example`)");
        }
        self.errors
    }

    fn take<T>(&mut self, key: &str, wants: &str, read: impl FnOnce(&toml::Value) -> Option<T>) -> Option<T> {
        let value = self.table.remove(key)?;
        let found = read(&value);
        if found.is_none() {
            self.wrong(key, &format!("must be {wants}, not {value}"));
        }
        found
    }

    /// A text that is not empty.
    pub fn text(&mut self, key: &str) -> Option<String> {
        self.take(key, "a text in quotes", |value| value.as_str().filter(|text| !text.is_empty()).map(String::from))
    }

    /// A text that must be there.
    pub fn required(&mut self, key: &str) -> String {
        if !self.table.contains_key(key) {
            self.wrong(key, "is missing");
        }
        self.text(key).unwrap_or_default()
    }

    /// A list of texts, empty if absent.
    pub fn texts(&mut self, key: &str) -> Vec<String> {
        let read = |value: &toml::Value| {
            value.as_array()?.iter().map(|one| one.as_str().map(String::from)).collect::<Option<Vec<_>>>()
        };
        self.take(key, "a list of texts", read).unwrap_or_default()
    }

    /// `true` or `false`.
    pub fn flag(&mut self, key: &str) -> Option<bool> {
        self.take(key, "true or false", toml::Value::as_bool)
    }

    /// A whole number in a range.
    pub fn number(&mut self, key: &str, least: u64, most: u64) -> Option<u64> {
        self.take(key, &format!("a whole number from {least} to {most}"), |value| {
            value.as_integer().and_then(|n| u64::try_from(n).ok()).filter(|n| (least..=most).contains(n))
        })
    }

    /// A duration as `90s`, `5m`, `2h`, `250ms`.
    pub fn duration(&mut self, key: &str, least: Duration, most: Duration) -> Option<Duration> {
        let wants = format!("a duration such as \"30s\" or \"5m\", from {least:?} to {most:?}");
        self.take(key, &wants, |value| {
            let span: jiff::SignedDuration = value.as_str()?.parse().ok()?;
            Duration::try_from(span).ok().filter(|one| (least..=most).contains(one))
        })
    }

    /// A number of days as `180d`.
    pub fn days(&mut self, key: &str, least: u64, most: u64) -> Option<Duration> {
        self.take(key, &format!("a number of days such as \"180d\", from {least} to {most}"), |value| {
            let days: u64 = value.as_str()?.trim().strip_suffix('d')?.trim().parse().ok()?;
            (least..=most).contains(&days).then(|| Duration::from_secs(days * 86_400))
        })
    }

    /// A civil date.
    pub fn date(&mut self, key: &str) -> Option<jiff::civil::Date> {
        self.take(key, "a date such as 2023-11-20", |value| match value {
            toml::Value::Datetime(date) => date.to_string().parse().ok(),
            toml::Value::String(text) => text.parse().ok(),
            _ => None,
        })
    }

    /// A day, with or without a time of day, in the time zone of the call.
    pub fn moment(&mut self, key: &str) -> Option<super::call::Moment> {
        self.take(key, "a day or a day with a time, such as 2023-12-06 or 2023-12-06T09:00:00", |value| {
            let text = match value {
                toml::Value::Datetime(found) if found.offset.is_none() => found.to_string(),
                toml::Value::String(text) => text.clone(),
                _ => return None,
            };
            match text.parse::<jiff::civil::Date>() {
                Ok(date) if text.len() <= 10 => Some((date, None)),
                _ => text.parse::<jiff::civil::DateTime>().ok().map(|at| (at.date(), Some(at))),
            }
        })
    }

    /// Whether nothing (more) is in it.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// A path; a relative one is relative to the configuration's folder.
    pub fn path(&mut self, key: &str) -> Option<PathBuf> {
        self.text(key).map(|text| self.folder.join(text))
    }

    /// An absolute http or https address; a slash is put at its end.
    pub fn url(&mut self, key: &str) -> Option<String> {
        self.take(key, "an address that begins with https:// or http://", |value| {
            let text = value.as_str()?.trim_end_matches('/');
            let known = text.starts_with("https://") || text.starts_with("http://");
            known.then(|| format!("{text}/"))
        })
    }

    /// A network address with its port.
    pub fn address(&mut self, key: &str) -> Option<SocketAddr> {
        let wants = "a network address with a port, such as \"127.0.0.1:8080\"";
        self.take(key, wants, |value| value.as_str()?.parse().ok())
    }

    /// A table, empty if absent.
    pub fn table(&mut self, key: &str) -> Self {
        let table = self.take(key, "a table", |value| value.as_table().cloned()).unwrap_or_default();
        Self::new(table, &format!("{}{key}.", self.prefix), &self.folder)
    }

    /// A list of tables, empty if absent.
    pub fn tables(&mut self, key: &str) -> Vec<Self> {
        let read = |value: &toml::Value| {
            value.as_array()?.iter().map(|one| one.as_table().cloned()).collect::<Option<Vec<_>>>()
        };
        let found = self.take(key, "a list of tables ([[...]])", read).unwrap_or_default();
        let named = found.into_iter().enumerate();
        named.map(|(i, table)| Self::new(table, &format!("{}{key}[{}].", self.prefix, i + 1), &self.folder)).collect()
    }
}
