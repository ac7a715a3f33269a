//! How long to wait before the next connection. It must never wait so short that a refusal becomes a storm, nor for ever.

use super::error::Error;
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
}

impl Backoff {
    pub(super) fn new((least, most): (Duration, Duration)) -> Self {
        Self { least, most: most.max(least), step: least }
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
            // Rejected logins, repeated, bring throttling; slow down at once.
            Error::Throttled { wait: None, .. } | Error::Login(_) | Error::Secret(_) => self.most,
            // Only a person can mend it; asked again seldom, in case that somebody has.
            Error::Consent(_) => return CONSENT,
            Error::Token(_) => self.most,
            Error::Limit(_) => (step * 4).min(self.most),
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
