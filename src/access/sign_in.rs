//! Signing in with a password and, if the person has set them up, a one-time code. Throttled by login and by address; says the
//! same to a wrong login as to a wrong password, and takes as long.

use super::{Error, Result, password, sessions, slowly, totp};
use crate::domain::{PersonId, Timestamp};
use crate::oauth::TokenKey;
use crate::store::account::{self, Account};
use crate::store::{Store, session};
use std::time::Duration;

/// Failures are counted over so long.
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// The second step follows the first within this.
const SECOND_STEP: Duration = Duration::from_secs(300);

/// Most that may fail in that time for one login from one address, for one login from anywhere, and from one address.
const MOST: [u64; 3] = [5, 50, 50];

/// What a person typed, and where they are.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub login: String,
    pub password: String,
    /// One-time or recovery code; empty: none typed yet.
    pub code: String,
    /// What the first step gave, where this is the second one; empty: this is the first.
    pub pending: String,
    /// What the form of this browser carries: the second step belongs to the same browser as the first.
    pub form: String,
    /// The network address.
    pub from: String,
    /// What the browser calls itself.
    pub agent: String,
}

/// Why nobody was signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Login or password are wrong; which one is not told.
    Wrong,
    /// The password is right; a one-time code is asked for, with this for the second step.
    CodeWanted(String),
    /// The code is wrong or was used; this is for another try.
    CodeWrong(String),
    /// The second step came too late, or from another browser.
    Anew,
    /// Too many failed; in so many minutes again.
    TooMany(u64),
}

/// Signs in; the person and the token for the cookie.
///
/// # Errors
/// If the store does not answer.
pub async fn sign_in(
    store: &Store,
    key: &TokenKey,
    attempt: Attempt,
    now: Timestamp,
) -> Result<std::result::Result<(PersonId, String), Refused>> {
    let login = attempt.login.trim().to_lowercase();
    let tried = [format!("login:{login}|{}", attempt.from), format!("login:{login}"), format!("from:{}", attempt.from)];
    if let Some(minutes) = throttled(store, &tried, now).await? {
        return Ok(Err(Refused::TooMany(minutes)));
    }
    let account = if attempt.pending.is_empty() {
        let Some(account) = by_password(store, &login, attempt.password.clone()).await? else {
            note(store, &tried, now).await?;
            return Ok(Err(Refused::Wrong));
        };
        account
    } else {
        let Some(account) = by_first_step(store, key, &attempt, now).await? else { return Ok(Err(Refused::Anew)) };
        account
    };
    if let Some(sealed) = &account.totp_secret {
        let code = attempt.code.trim();
        if code.is_empty() {
            return Ok(Err(Refused::CodeWanted(pending(key, &attempt.form, &account.person, now)?)));
        }
        if !is_code(store, key, &account, sealed, code, now).await? {
            note(store, &tried, now).await?;
            return Ok(Err(Refused::CodeWrong(pending(key, &attempt.form, &account.person, now)?)));
        }
    }
    session::forget_failed(store, &tried[0]).await?;
    let token = sessions::begin(store, &account.person, &attempt.agent, now).await?;
    session::sweep(store, now - WINDOW, now).await?;
    Ok(Ok((account.person, token)))
}

/// The account with this login and password.
async fn by_password(store: &Store, login: &str, given: String) -> Result<Option<Account>> {
    let account = account::by_login(store, login).await?.filter(|one| one.closed_at.is_none());
    let phc = account.as_ref().and_then(|one| one.password.clone());
    let fits = slowly(move || match phc {
        Some(phc) => password::verify(&given, &phc),
        None => {
            password::verify_nothing(&given);
            false
        }
    });
    let fits = fits.await?;
    Ok(account.filter(|_| fits))
}

/// Who gave the right password in the first step, sealed for the form of the second one.
fn pending(key: &TokenKey, form: &str, person: &PersonId, now: Timestamp) -> Result<String> {
    let text = format!("{person} {}", now.as_second());
    key.seal(&format!("sign-in:{form}"), &text).map_err(|error| Error::Refused(error.to_string()))
}

async fn by_first_step(store: &Store, key: &TokenKey, attempt: &Attempt, now: Timestamp) -> Result<Option<Account>> {
    let Ok(text) = key.open(&format!("sign-in:{}", attempt.form), &attempt.pending) else { return Ok(None) };
    let Some((person, second)) = text.split_once(' ') else { return Ok(None) };
    let is_fresh = second.parse::<i64>().is_ok_and(|at| now.as_second() - at <= SECOND_STEP.as_secs() as i64);
    if !is_fresh {
        return Ok(None);
    }
    Ok(account::of(store, &PersonId(person.into())).await?.filter(|one| one.closed_at.is_none()))
}

async fn throttled(store: &Store, tried: &[String; 3], now: Timestamp) -> Result<Option<u64>> {
    for (one, most) in tried.iter().zip(MOST) {
        let (count, last) = session::failed_since(store, one, now - WINDOW).await?;
        if count >= most {
            let wait =
                last.map_or(WINDOW, |last| Duration::try_from((last + WINDOW).duration_since(now)).unwrap_or_default());
            return Ok(Some(wait.as_secs().div_ceil(60).max(1)));
        }
    }
    Ok(None)
}

async fn note(store: &Store, tried: &[String; 3], now: Timestamp) -> Result<()> {
    for one in tried {
        session::note_failed(store, one, now).await?;
    }
    Ok(())
}

async fn is_code(
    store: &Store,
    key: &TokenKey,
    account: &Account,
    sealed: &str,
    code: &str,
    now: Timestamp,
) -> Result<bool> {
    let secret = super::second::opened(key, &account.person, sealed)?;
    if let Some(step) = totp::check(&secret, code, now, account.totp_step) {
        return Ok(account::use_totp_step(store, &account.person, step).await?);
    }
    match totp::check_recovery(code, &account.recovery) {
        Some(hash) => Ok(account::use_recovery(store, account, hash).await?),
        None => Ok(false),
    }
}
