//! Keeps one account's access token fresh: renewed ahead of its end, or when the server no longer takes it. A refresh
//! token that the provider replaced is durable before the new access token is used.

use super::{Error, Granted, TokenKey};
use crate::config::{Account, Login, OAuth};
use crate::domain::Timestamp;
use crate::store::{Store, token};
use std::time::Duration;

/// An access token is renewed this long before its end, or in the middle of a shorter life.
const AHEAD: Duration = Duration::from_secs(300);

/// A token that the server refused before its end is replaced once in this time.
const BETWEEN_REFUSALS: Duration = Duration::from_secs(60);

/// A clock that is wrong by more than this makes good tokens look bad.
const CLOCK_MAY_BE_WRONG: Duration = Duration::from_secs(300);

/// The tokens of one account.
pub struct Keeper {
    account: String,
    oauth: OAuth,
    store: Store,
    key: TokenKey,
    access: Option<Access>,
    /// What is wrong with this machine's clock, as the provider's last answer showed it.
    clock: Option<String>,
    /// When the server last refused a token that should have been good.
    refused_at: Option<Timestamp>,
}

struct Access {
    token: String,
    /// From then on another one is asked for.
    renew_at: Timestamp,
}

impl Keeper {
    /// The keeper of an account's tokens; `None` if it logs in with a password.
    pub fn of(account: &Account, store: &Store, key: &TokenKey) -> Option<Self> {
        let Login::OAuth(oauth) = &account.login else { return None };
        let (store, key) = (store.clone(), key.clone());
        let (account, oauth) = (account.name.clone(), oauth.clone());
        Some(Self { account, oauth, store, key, access: None, clock: None, refused_at: None })
    }

    /// A token that is good for some minutes.
    ///
    /// # Errors
    /// If there is none to be had; whether a person must act is told apart.
    pub async fn access_token(&mut self, now: Timestamp) -> Result<String, Error> {
        if let Some(access) = self.access.as_ref().filter(|access| now < access.renew_at) {
            return Ok(access.token.clone());
        }
        let stored = token::sealed(&self.store, &self.account).await?;
        let refresh = stored.map(|sealed| self.key.open(&self.account, &sealed)).transpose()?;
        let granted = self.oauth.renew(refresh.as_deref()).await.map_err(|error| self.with_cure(error))?;
        self.keep(&granted, now).await?;
        Ok(granted.access_token)
    }

    /// Whether the token in use should be replaced before it ends.
    pub fn is_aged(&self, now: Timestamp) -> bool {
        self.access.as_ref().is_some_and(|access| now >= access.renew_at)
    }

    /// The server refused the token. True: another one is worth a try at once; false: that was tried a moment ago.
    pub fn refused(&mut self, now: Timestamp) -> bool {
        self.access = None;
        let is_first = self.refused_at.is_none_or(|at| now.duration_since(at).unsigned_abs() > BETWEEN_REFUSALS);
        self.refused_at = Some(now);
        is_first
    }

    /// Takes over what was granted; a new refresh token is durable afterwards.
    ///
    /// # Errors
    /// If it cannot be stored.
    pub async fn keep(&mut self, granted: &Granted, now: Timestamp) -> Result<(), Error> {
        if let Some(refresh) = &granted.refresh_token {
            let sealed = self.key.seal(&self.account, refresh)?;
            token::put(&self.store, &self.account, &sealed, now).await?;
        }
        self.clock = granted.server_time.and_then(|theirs| clock_differs(theirs, now));
        let renew_at = now + granted.lasts.saturating_sub(AHEAD.min(granted.lasts / 2));
        self.access = Some(Access { token: granted.access_token.clone(), renew_at });
        Ok(())
    }

    /// That this machine's clock is wrong, if it is by the provider's.
    pub fn clock_warning(&self) -> Option<String> {
        self.clock.clone()
    }

    /// When somebody last logged in, or the provider last replaced the refresh token.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn changed_at(&self) -> Result<Option<Timestamp>, Error> {
        Ok(token::changed_at(&self.store, &self.account).await?)
    }

    fn with_cure(&self, error: Error) -> Error {
        match error {
            Error::Refused(text) => {
                Error::Refused(text.replace("`pouch login`", &format!("`pouch login {}`", self.account)))
            }
            other => other,
        }
    }
}

/// What a token says of its own time (RFC 7519, 4.1), if it says anything: a clock that is wrong here is the cause of
/// refusals that nobody understands. Only of a token that by this machine's clock is in use.
pub fn clock_error(token: &str, now: Timestamp) -> Option<String> {
    let claims = super::claims(token)?;
    let time = |name: &str| Timestamp::from_second(claims[name].as_i64()?).ok();
    let issued = time("nbf").or_else(|| time("iat"));
    let behind = issued.filter(|issued| now < *issued).and_then(|issued| clock_differs(issued, now));
    // It was granted a while ago and is not used up yet: that it has ended, only a wrong clock can say.
    behind.or_else(|| time("exp").filter(|ends| *ends < now).and_then(|ends| clock_differs(ends, now)))
}

/// How far this machine's clock is from another one, if that is too far.
pub fn clock_differs(theirs: Timestamp, now: Timestamp) -> Option<String> {
    let off = now.duration_since(theirs);
    if off.unsigned_abs() <= CLOCK_MAY_BE_WRONG {
        return None;
    }
    let (minutes, way) = (off.unsigned_abs().as_secs() / 60, if off.is_negative() { "behind" } else { "ahead of" });
    Some(format!("this machine's clock is {minutes} minutes {way} the provider's: set it (timedatectl, chrony)"))
}
