//! What can go wrong between us and a mail server, told apart by who must act and how long to wait. No text in here may
//! hold a password, a token or a message.

use crate::domain::{Timestamp, clip};
use std::fmt;
use std::time::Duration;

/// Why a session ended before we wanted it to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The host name has no address.
    Resolve(String),
    /// No connection came about: refused, unreachable, too slow.
    Connect(String),
    /// TLS failed: certificate, protocol.
    Tls(String),
    /// The server turned us away in its greeting, or does not speak IMAP.
    Greeting(String),
    /// The password could not be read on our side.
    Secret(String),
    /// The server refused the login (RFC 9051 6.2.3).
    Login(String),
    /// The server does not take the token (RFC 7628).
    Token(String),
    /// There is no token: a person must log in again, or renew the application's secret.
    Consent(String),
    /// There is no token now: the provider's endpoint does not answer.
    NoToken(String),
    /// Too many connections or sessions for this account.
    Limit(String),
    /// The server asks us to slow down; `wait` if it named a time.
    Throttled { text: String, wait: Option<Duration> },
    /// The login was good, and the mailbox is not opened to it all the same; Exchange's own.
    NotConnected(String),
    /// What the account may fetch in a day is used up.
    Budget { daily_bytes: u64, until: Timestamp },
    /// NO or BAD to a command (RFC 9051 7.1).
    Refused { command: &'static str, text: String },
    /// BYE where we had not logged out (RFC 9051 7.1.5).
    Bye(String),
    /// The connection ended before the tagged answer.
    Closed { during: &'static str, text: String },
    /// Nothing came for too long.
    Silent { during: &'static str, limit: Duration },
    /// An answer that cannot be read, or that no server may give.
    Garbled { during: &'static str, text: String },
    /// A literal or a line longer than we take.
    TooLarge { during: &'static str, text: String },
    /// The mailbox cannot be watched: it is not there, or has no UIDVALIDITY.
    Mailbox(String),
    /// Another process watches this account.
    Leased,
    /// Our own disk or database does not take what we fetched.
    Storage(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resolve(text) => write!(f, "the server's name cannot be resolved: {text}"),
            Self::Connect(text) => write!(f, "no connection to the server: {text}"),
            Self::Tls(text) => write!(f, "TLS with the server failed: {text}"),
            Self::Greeting(text) => write!(f, "the server's greeting turned us away: {text}"),
            Self::Secret(text) => f.write_str(text),
            Self::Login(text) => write!(f, "the server refused the login: {text}"),
            Self::Token(text) => write!(f, "the server does not take the token: {text}"),
            Self::Consent(text) | Self::NoToken(text) => write!(f, "there is no token for this mailbox: {text}"),
            Self::Limit(text) => write!(f, "the server allows no more connections of this account: {text}"),
            Self::Throttled { text, wait: None } => write!(f, "the server asks us to slow down: {text}"),
            Self::Throttled { text, wait: Some(wait) } => {
                write!(f, "the server asks us to wait {} s: {text}", wait.as_secs_f32().ceil())
            }
            Self::NotConnected(text) => write!(
                f,
                "the server takes the login but does not open the mailbox. Either the login has no right to it, or \
                 `user` names another mailbox than the one meant, or the server has a passing fault or too many \
                 connections: {text}"
            ),
            Self::Budget { daily_bytes, until } => write!(
                f,
                "the {} MB that this account may fetch in a day (daily_mb) are used up; paused until {}",
                daily_bytes / 1_000_000,
                minute(*until)
            ),
            Self::Refused { command, text } => write!(f, "the server refused {command}: {text}"),
            Self::Bye(text) => write!(f, "the server ended the session: {text}"),
            Self::Closed { during, text } => write!(f, "the connection ended during {during}: {text}"),
            Self::Silent { during, limit } => {
                write!(f, "the server was silent for {} s during {during}", limit.as_secs_f32())
            }
            Self::Garbled { during, text } => write!(f, "the server's answer to {during} cannot be read: {text}"),
            Self::TooLarge { during, text } => write!(f, "the server's answer to {during} is too large: {text}"),
            Self::Mailbox(text) => f.write_str(text),
            Self::Leased => f.write_str("another process watches this account"),
            Self::Storage(text) => write!(f, "what was fetched cannot be stored: {text}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<crate::oauth::Error> for Error {
    fn from(error: crate::oauth::Error) -> Self {
        match error {
            crate::oauth::Error::Refused(text) => Self::Consent(text),
            crate::oauth::Error::Unavailable(text) => Self::NoToken(text),
            crate::oauth::Error::Own(text) => Self::Secret(text),
        }
    }
}

impl From<crate::store::Error> for Error {
    fn from(error: crate::store::Error) -> Self {
        Self::Storage(error.to_string())
    }
}

/// A time for a state line.
pub(super) fn minute(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// What a server answered besides OK, put into the right class by its words; servers have no common codes for these.
pub(super) fn refused(command: &'static str, text: &str) -> Error {
    let text = clip(text);
    let lower = text.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if says(&["throttl", "overquota", "bandwidth", "suggested backoff", "request is throttled"]) {
        return Error::Throttled { wait: named_wait(&lower), text };
    }
    if says(&["[limit]", "too many simultaneous", "maximum number of connections", "too many connections"]) {
        return Error::Limit(text);
    }
    if says(&["authenticated but not connected"]) {
        return Error::NotConnected(text);
    }
    Error::Refused { command, text }
}

/// `Suggested Backoff Time: 299961 milliseconds`, as Exchange says it; at most a day.
fn named_wait(lower: &str) -> Option<Duration> {
    let rest = lower.split_once("backoff time:")?.1.trim_start();
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let millis: u64 = digits.parse().ok()?;
    Some(Duration::from_millis(millis.min(86_400_000)))
}
