//! Waiting between two sessions: for the time to pass, or for a person to mend what is wrong. Decides no time itself.

use super::error::Error;
use crate::config::Login;
use crate::domain::Timestamp;
use crate::oauth::Keeper;
use std::time::Duration;
use tokio::time::sleep;

/// How often it is looked whether somebody has logged in, or the day has changed.
const LOOK: Duration = Duration::from_secs(2);

/// Waits for the next try.
pub(super) async fn pause(clock: fn() -> Timestamp, wait: Duration, error: &Error) {
    let Error::Budget { until, .. } = error else { return sleep(wait).await };
    // By the clock and not by a timer: it is the day that has to change, also on a machine that slept.
    while clock() < *until {
        sleep(until.duration_since(clock()).unsigned_abs().min(LOOK)).await;
    }
}

/// Waits until the account has another password or refresh token, if it is for want of one that nothing goes on.
pub(super) async fn somebody_logs_in(login: &Login, keeper: Option<&Keeper>, error: &Error) {
    match (error, login, keeper) {
        (Error::Login(_) | Error::Secret(_), Login::Password(secret), _) => {
            let refused = secret.read().ok();
            loop {
                sleep(LOOK).await;
                let now = secret.read().ok();
                if now.is_some() && now != refused {
                    return;
                }
            }
        }
        (Error::Consent(_), _, Some(keeper)) => {
            let before = keeper.changed_at().await;
            loop {
                sleep(LOOK).await;
                let now = keeper.changed_at().await;
                if now.is_ok() && now != before {
                    return;
                }
            }
        }
        _ => std::future::pending().await,
    }
}
