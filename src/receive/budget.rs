//! What an account may fetch in a day, counted in the store so that a restart forgets nothing. It must not stop a message
//! in its middle.

use super::error::Error;
use super::session::Session;
use crate::config::Account;
use crate::domain::Timestamp;
use crate::store::{Store, traffic};

const DAY_SECONDS: i64 = 86_400;

/// The daily allowance of one account.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    account: String,
    /// `None`: any number, and nothing is counted.
    daily_bytes: Option<u64>,
}

impl Budget {
    pub(super) fn of(account: &Account) -> Self {
        Self { account: account.name.clone(), daily_bytes: account.daily_bytes }
    }

    /// Whether a day has an end.
    pub(super) fn is_limited(&self) -> bool {
        self.daily_bytes.is_some()
    }

    /// Counts what came over the wire since the last time.
    pub(super) async fn charge(&self, store: &Store, session: &mut Session, now: Timestamp) -> Result<(), Error> {
        if self.daily_bytes.is_some() {
            let bytes = session.bytes_since();
            if bytes > 0 {
                traffic::spend(store, &self.account, bytes, now).await?;
            }
        }
        Ok(())
    }

    /// The most to ask for at once, so that a day's end cuts off little.
    pub(super) fn at_once(&self, most: u64) -> u64 {
        self.daily_bytes.map_or(most, |daily| most.min(daily / 20))
    }

    /// Whether so many bytes more may be fetched today.
    ///
    /// # Errors
    /// `Budget`, with the time at which the next day begins.
    pub(super) async fn allows(&self, store: &Store, bytes: u64, now: Timestamp) -> Result<(), Error> {
        let Some(daily) = self.daily_bytes else { return Ok(()) };
        let spent = traffic::spent(store, &self.account, now).await?;
        // What is larger than a whole day's allowance comes first thing in the morning, or it would never come.
        if spent + bytes <= daily || spent < daily / 10 {
            return Ok(());
        }
        let tomorrow = (now.as_second().div_euclid(DAY_SECONDS) + 1) * DAY_SECONDS;
        let until = Timestamp::from_second(tomorrow).unwrap_or(now);
        Err(Error::Budget { daily_bytes: daily, until })
    }
}
