//! Keys for programs: a random secret with scopes, never more than its person may do. Shown once, kept as a hash.

use super::sessions::Visitor;
use super::{Result, kept, refuse};
use crate::domain::access::Right;
use crate::domain::{Timestamp, new_id};
use crate::store::api_token::{self, ApiToken};
use crate::store::{Store, account};
use std::time::Duration;

/// What a key begins with, so that it is known for one where it must not lie.
const MARK: &str = "pouch_";

/// That a key is used is noted this often.
const NOTED: Duration = Duration::from_secs(60);

/// Makes a key for a program of this person; it is shown once.
///
/// # Errors
/// If it asks for more than the person may do, or holds too long.
pub async fn make_key(
    store: &Store,
    visitor: &Visitor,
    label: &str,
    scopes: Vec<Right>,
    days: u32,
    now: Timestamp,
) -> Result<String> {
    let label = crate::domain::harmless(label.trim()).chars().take(100).collect::<String>();
    if label.is_empty() {
        return refuse("Say what the key is for.");
    }
    if scopes.is_empty() || !scopes.iter().all(|right| visitor.may(*right)) {
        return refuse("A key may do what you may do, and at least one thing of it.");
    }
    if !(1..=366).contains(&days) {
        return refuse("A key holds for 1 to 366 days.");
    }
    let secret = format!("{MARK}{}", super::new_secret()?);
    let one = ApiToken {
        id: new_id(now),
        hash: kept(&secret),
        person: visitor.person.clone(),
        label,
        scopes,
        created_at: now,
        until_at: now + Duration::from_secs(u64::from(days) * 24 * 3600),
        used_at: None,
        revoked_at: None,
    };
    let mut tx = store.begin().await?;
    api_token::add(&mut tx, &one).await?;
    tx.commit().await?;
    Ok(secret)
}

/// Whose program comes with this key.
///
/// # Errors
/// If the store does not answer.
pub async fn key_holder(store: &Store, secret: &str, now: Timestamp) -> Result<Option<Visitor>> {
    if !secret.starts_with(MARK) {
        return Ok(None);
    }
    let Some(token) = api_token::live(store, kept(secret), now).await? else { return Ok(None) };
    let Some(account) = account::of(store, &token.person).await?.filter(|one| one.closed_at.is_none()) else {
        return Ok(None);
    };
    if token.used_at.is_none_or(|at| now.duration_since(at).unsigned_abs() >= NOTED) {
        api_token::see(store, token.hash, now).await?;
    }
    Ok(Some(Visitor {
        person: account.person,
        name: account.name,
        roles: account.roles,
        scopes: Some(token.scopes),
        session: token.hash,
        csrf: String::new(),
        language: account.language,
        visit_before: None,
        seen_before: None,
    }))
}
