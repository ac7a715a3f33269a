//! Setting up one-time codes: the key is shown once, and holds only after a first code was right.

use super::accounts::{is_present_password, open_account};
use super::totp::{self, Secret};
use super::{Error, Result, refuse};
use crate::domain::{PersonId, Timestamp};
use crate::oauth::TokenKey;
use crate::store::{Store, account};

fn label(person: &PersonId) -> String {
    format!("totp:{person}")
}

/// The key behind what is stored.
pub(super) fn opened(key: &TokenKey, person: &PersonId, sealed: &str) -> Result<Secret> {
    let text = key.open(&label(person), sealed).map_err(|error| Error::Refused(error.to_string()))?;
    Secret::from_base32(&text).map_or_else(|| refuse("The stored key of the one-time codes cannot be read."), Ok)
}

/// A new key that is not in use yet: as it is shown, and sealed for the form that confirms it.
///
/// # Errors
/// If the key that seals cannot be read.
pub fn begin_totp(key: &TokenKey, person: &PersonId) -> Result<(Secret, String)> {
    let secret = Secret::new().map_err(|error| Error::Refused(error.to_string()))?;
    let sealed = key.seal(&label(person), &secret.base32()).map_err(|error| Error::Refused(error.to_string()))?;
    Ok((secret, sealed))
}

/// The key that a form carries which is not confirmed yet, as it was shown.
///
/// # Errors
/// If it was not sealed for this person.
pub fn begun_totp(key: &TokenKey, person: &PersonId, sealed: &str) -> Result<Secret> {
    opened(key, person, sealed)
}

/// Turns one-time codes on; the recovery codes, which are shown once.
///
/// # Errors
/// If the code is wrong.
pub async fn confirm_totp(
    store: &Store,
    key: &TokenKey,
    person: &PersonId,
    (sealed, code): (&str, &str),
    now: Timestamp,
) -> Result<Vec<String>> {
    open_account(store, person).await?;
    let secret = opened(key, person, sealed)?;
    if totp::check(&secret, code.trim(), now, None).is_none() {
        return refuse("The code is wrong: look whether the clock of your telephone is right, and try the next one.");
    }
    let codes = totp::recovery_codes().map_err(|error| Error::Refused(error.to_string()))?;
    let mut tx = store.begin().await?;
    account::set_totp(&mut tx, person, Some(sealed), &codes.kept).await?;
    tx.commit().await?;
    Ok(codes.shown)
}

/// Turns one-time codes off; the password must be told.
///
/// # Errors
/// If the password is wrong.
pub async fn remove_totp(store: &Store, person: &PersonId, present: String) -> Result<()> {
    let account = open_account(store, person).await?;
    is_present_password(account.password, present).await?;
    let mut tx = store.begin().await?;
    account::set_totp(&mut tx, person, None, &[]).await?;
    tx.commit().await?;
    Ok(())
}
