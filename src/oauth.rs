//! From a person's consent, or an application's secret, to a token that opens a mailbox (RFC 6749). Speaks to the
//! provider's token endpoint only; no text in here may hold a token, a code or a secret.

mod http;
mod keeper;
mod provider;
mod seal;

pub use http::{Unreachable, send_within};
pub use keeper::{Keeper, clock_differs, clock_error};
pub use provider::{Consent, Granted, TokenAnswer, Waiting};
pub use seal::TokenKey;

use crate::config::OAuth;
use crate::domain::Timestamp;
use std::fmt;

/// Days before the end of an application's secret from which it is told.
const WARNED_BEFORE: i32 = 30;

/// That the application's secret ends soon, or has ended.
pub fn secret_warning(oauth: &OAuth, now: Timestamp) -> Option<String> {
    let ends = oauth.client_secret_expires?;
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let days = today.until(ends).ok()?.get_days();
    match days {
        days if days > WARNED_BEFORE => None,
        days if days < 0 => Some(format!("the application's secret ended on {ends}: put a new one into its file")),
        1 => Some(format!("the application's secret ends in 1 day ({ends}): put a new one into its file")),
        days => Some(format!("the application's secret ends in {days} days ({ends}): put a new one into its file")),
    }
}

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Nobody has logged in yet, or the provider takes the consent no longer: a person must act. With the cure.
    Refused(String),
    /// The provider did not answer, or not now; it is asked again.
    Unavailable(String),
    /// Our own side: the key, the store, a file with a secret.
    Own(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(text) | Self::Unavailable(text) | Self::Own(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Error {}

impl From<crate::store::Error> for Error {
    fn from(error: crate::store::Error) -> Self {
        Self::Own(error.to_string())
    }
}

/// The claims of a token (RFC 7519), unchecked; `None` if it is none that can be read.
fn claims(token: &str) -> Option<serde_json::Value> {
    use base64::Engine as _;
    let claims = token.split('.').nth(1)?.trim_end_matches('=');
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).ok()?;
    serde_json::from_slice(&claims).ok()
}
