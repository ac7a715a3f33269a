//! What the operator sets about mail that Pouch writes. Holds no password; addresses are checked when they are read.

use super::account::secret;
use super::table::Reader;
use super::{Account, Secret};
use std::path::PathBuf;
use std::time::Duration;

/// The server that takes our mail (RFC 5321, RFC 6409).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// AUTH PLAIN or LOGIN with this name, if the server wants one.
    pub user: Option<String>,
    pub password: Option<Secret>,
    /// PEM file with the certificate authority, in place of the system's.
    pub ca_file: Option<PathBuf>,
    /// The address in From, with or without a name.
    pub from: String,
    /// Longest silence of the server.
    pub timeout: Duration,
}

/// How the line to the server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// STARTTLS, and nothing without it (RFC 3207).
    StartTls,
    /// TLS from the first byte (RFC 8314).
    Tls,
    /// Only for a server on loopback.
    Off,
}

/// Who hears what, by e-mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notify {
    /// Alarms: a mailbox that wants a new login, fails or was not checked.
    pub operator: Vec<String>,
    /// Held items, wishes and the daily digest.
    pub reviewers: Vec<String>,
    /// Time of day of the digest, in the call's time zone; `None`: no digest.
    pub digest: Option<jiff::civil::Time>,
    /// A mailbox that fails for so long is an alarm; one that wants a login is one at once.
    pub failing: Duration,
    /// What came in and has no end state after so long is an alarm.
    pub waiting: Duration,
    /// Two letters about held items have at least so much time between them.
    pub pause: Duration,
    /// How often is looked for something to tell.
    pub look: Duration,
    /// Where the review list is, for links.
    pub link: Option<String>,
}

/// Receipts to senders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledge {
    pub on: bool,
    /// Mail that reached the server longer ago than this gets none: a first load is no reason to write to everybody.
    pub newer_than: Duration,
}

impl Default for Notify {
    fn default() -> Self {
        Self {
            operator: Vec::new(),
            reviewers: Vec::new(),
            digest: jiff::civil::Time::new(7, 0, 0, 0).ok(),
            failing: Duration::from_secs(900),
            waiting: Duration::from_secs(1800),
            pause: Duration::from_secs(600),
            look: Duration::from_secs(30),
            link: None,
        }
    }
}

impl Default for Acknowledge {
    fn default() -> Self {
        Self { on: false, newer_than: Duration::from_secs(3 * 24 * 3600) }
    }
}

/// Reads `[smtp]`; `None` if there is no such table.
pub fn smtp(top: &mut Reader) -> Option<Smtp> {
    let mut table = top.table("smtp");
    if table.is_empty() {
        return None;
    }
    let host = table.required("host");
    let on_loopback = ["localhost", "127.0.0.1", "::1"].contains(&host.as_str());
    let security = match table.text("security").as_deref() {
        None | Some("starttls") => Security::StartTls,
        Some("tls") => Security::Tls,
        Some("off") if on_loopback => Security::Off,
        Some("off") => {
            table.wrong("security", "may be off only for a server on loopback");
            Security::Off
        }
        Some(other) => {
            table.wrong("security", &format!("is starttls, tls or off, not {other}"));
            Security::StartTls
        }
    };
    let usual = if security == Security::Tls { 465 } else { 587 };
    let read = Smtp {
        host,
        port: table.number("port", 1, 65_535).map_or(usual, |port| port as u16),
        security,
        user: table.text("user"),
        password: secret(&mut table, "password_file", "password_env"),
        ca_file: table.path("ca_file"),
        from: address(&mut table, "from"),
        timeout: table
            .duration("timeout", Duration::from_secs(1), Duration::from_secs(600))
            .unwrap_or(Duration::from_secs(60)),
    };
    if read.user.is_some() != read.password.is_some() {
        table.wrong("user", "goes with password_file or password_env: set both or none");
    }
    top.absorb(table);
    Some(read)
}

fn address(table: &mut Reader, key: &str) -> String {
    let text = table.required(key);
    if !text.is_empty() && !is_address(&text) {
        table.wrong(key, "must be an address, as \"Pouch <pouch@example.org>\"");
    }
    text
}

/// Whether it has the form of an address: something, an at sign, something, no line break.
fn is_address(text: &str) -> bool {
    let bare = text.rsplit_once('<').map_or(text, |(_, rest)| rest.trim_end_matches('>')).trim();
    let halves = bare.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    halves && !bare.contains(char::is_whitespace) && !text.contains(['\r', '\n'])
}

/// Reads `[notify]`.
pub fn notify(top: &mut Reader) -> Notify {
    let base = Notify::default();
    let mut table = top.table("notify");
    let (second, day) = (Duration::from_secs(1), Duration::from_secs(24 * 3600));
    let digest = match table.text("digest").as_deref() {
        None => base.digest,
        Some("off") => None,
        Some(text) => {
            let time = text.parse::<jiff::civil::Time>();
            if time.is_err() {
                table.wrong("digest", "must be a time of day as \"07:00\", or \"off\"");
            }
            time.ok()
        }
    };
    let mut addresses = |key: &str| {
        let found = table.texts(key);
        for wrong in found.iter().filter(|one| !is_address(one)) {
            table.wrong(key, &format!("{wrong} is no address"));
        }
        found
    };
    let (operator, reviewers) = (addresses("operator"), addresses("reviewers"));
    let read = Notify {
        operator,
        reviewers,
        digest,
        failing: table.duration("failing", second, day).unwrap_or(base.failing),
        waiting: table.duration("waiting", second, 7 * day).unwrap_or(base.waiting),
        pause: table.duration("pause", second, day).unwrap_or(base.pause),
        look: table.duration("look", Duration::from_millis(100), day).unwrap_or(base.look),
        link: table.url("link"),
    };
    top.absorb(table);
    read
}

/// Reads `[acknowledge]`.
pub fn acknowledge(top: &mut Reader) -> Acknowledge {
    let base = Acknowledge::default();
    let mut table = top.table("acknowledge");
    let (hour, year) = (Duration::from_secs(3600), Duration::from_secs(366 * 24 * 3600));
    let read = Acknowledge {
        on: table.flag("on").unwrap_or(base.on),
        newer_than: table.duration("newer_than", hour, year).unwrap_or(base.newer_than),
    };
    top.absorb(table);
    read
}

/// What does not go together, once all tables are read.
pub fn contradictions(
    top: &mut Reader,
    smtp: Option<&Smtp>,
    notify: &Notify,
    acknowledge: &Acknowledge,
    accounts: &[Account],
) {
    let wants_mail = acknowledge.on || !notify.operator.is_empty() || !notify.reviewers.is_empty();
    let Some(smtp) = smtp else {
        if wants_mail {
            top.wrong("smtp", "is missing: without it no mail can be sent");
        }
        return;
    };
    // An alarm about a mailbox must not depend on that mailbox's own login.
    let watched = |user: &String| accounts.iter().any(|account| account.user.eq_ignore_ascii_case(user));
    if !notify.operator.is_empty() && smtp.user.as_ref().is_some_and(watched) {
        top.wrong(
            "smtp.user",
            "is an account that Pouch watches: if its login fails, no alarm could be sent; use another one",
        );
    }
    for address in &notify.operator {
        if accounts.iter().any(|account| account.user.eq_ignore_ascii_case(address)) {
            top.wrong(
                "notify.operator",
                &format!("{address} is a mailbox that Pouch watches: an alarm about it would lie in it unread"),
            );
        }
    }
}
