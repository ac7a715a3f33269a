//! How long to wait before the next connection. It must never wait so short that a refusal becomes a storm, nor for ever.

use super::error::Error;
use crate::config::Receive;
use std::time::Duration;

/// A session that lasted this long shows that the line is good again.
const HEALTHY: Duration = Duration::from_secs(60);
/// Our own storage is looked at again at least this often.
const STORAGE_MOST: Duration = Duration::from_secs(30);
/// A lease that another process holds.
const LEASE_MOST: Duration = Duration::from_secs(5);

/// A consent that the provider no longer takes.
const CONSENT: Duration = Duration::from_secs(3600);

/// Doubles from the shortest to the longest wait.
#[derive(Debug)]
pub(super) struct Backoff {
    least: Duration,
    most: Duration,
    step: Duration,
    throttle_pause: Duration,
    login_retry: Duration,
    /// Logins refused in a row.
    refused: usize,
}

/// How often `login_retry` is waited for after so many refused logins. Providers lock an account that is refused often;
/// with a minute for one time these are at most four tries in the first half hour, and then one in an hour.
const LOGIN_FACTORS: [u32; 5] = [1, 5, 15, 30, 60];

impl Backoff {
    pub(super) fn new(receive: &Receive) -> Self {
        let (least, most) = receive.backoff;
        Self {
            least,
            most: most.max(least),
            step: least,
            throttle_pause: receive.throttle_pause,
            login_retry: receive.login_retry,
            refused: 0,
        }
    }

    /// A login was taken.
    pub(super) fn logged_in(&mut self) {
        self.refused = 0;
    }

    /// The wait after a session that lasted so long and ended so. A login that is dropped at once resets nothing.
    pub(super) fn after(&mut self, lasted: Duration, error: &Error) -> Duration {
        if lasted >= HEALTHY.min(self.most) {
            self.step = self.least;
        }
        let step = self.step;
        self.step = (step * 2).min(self.most);
        let wait = match error {
            // A time that the server named is kept, not shortened by chance.
            Error::Throttled { wait: Some(named), .. } => return (*named).max(step),
            Error::Throttled { wait: None, .. } => return self.throttle_pause.max(step),
            Error::Login(_) | Error::Token(_) => {
                let factor = LOGIN_FACTORS[self.refused.min(LOGIN_FACTORS.len() - 1)];
                self.refused += 1;
                return self.login_retry * factor;
            }
            Error::Secret(_) => self.most,
            // Only a person can mend it; asked again seldom, in case that somebody has.
            Error::Consent(_) => return CONSENT,
            // How long it takes, the watcher looks up.
            Error::Budget { .. } => return Duration::ZERO,
            Error::Limit(_) | Error::NotConnected(_) => (step * 4).min(self.most),
            Error::Storage(_) => step.min(STORAGE_MOST),
            Error::Leased => self.most.min(LEASE_MOST),
            Error::Resolve(_)
            | Error::Connect(_)
            | Error::Tls(_)
            | Error::Greeting(_)
            | Error::Refused { .. }
            | Error::Bye(_)
            | Error::Closed { .. }
            | Error::Silent { .. }
            | Error::Garbled { .. }
            | Error::TooLarge { .. }
            | Error::NoToken(_)
            | Error::Mailbox(_) => step,
        };
        jittered(wait)
    }
}

/// Between half and all of it, so that watchers do not come back in step.
fn jittered(wait: Duration) -> Duration {
    let chance = u32::from(uuid::Uuid::new_v4().as_bytes()[0]);
    wait / 2 + (wait / 2) * chance / 255
}
