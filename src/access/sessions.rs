//! A session is a random token in a cookie and its hash in a row. Ends when it is not used, after a time, or when somebody says
//! so.

use super::{Result, kept};
use crate::domain::access::{Right, Roles};
use crate::domain::{Digest, PersonId, Timestamp};
use crate::store::account::{self, Account};
use crate::store::session::{self, Session};
use crate::store::{Store, desk};
use std::time::Duration;

/// Without a request for so long, a session ends.
const IDLE: Duration = Duration::from_secs(12 * 3600);

/// However much it is used, a session ends after so long.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

/// That a session is used is noted this often.
const NOTED: Duration = Duration::from_secs(60);

/// After so long without a request, the next one is another visit.
const VISIT: Duration = Duration::from_secs(3600);

/// Whoever a request comes from.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub person: PersonId,
    pub name: String,
    pub roles: Roles,
    /// What a program's key is limited to; `None`: a person in a browser.
    pub scopes: Option<Vec<Right>>,
    /// Of the session.
    pub session: Digest,
    /// What forms must carry.
    pub csrf: String,
    pub language: Option<String>,
    /// When the visit before this one ended, and the last change of any entry that it could see.
    pub visit_before: Option<Timestamp>,
    pub seen_before: Option<i64>,
}

impl Visitor {
    /// Whether they may do what takes this right.
    pub fn may(&self, right: Right) -> bool {
        self.roles.may(right) && self.scopes.as_ref().is_none_or(|scopes| scopes.contains(&right))
    }
}

/// Begins a session of somebody who proved who they are; the token for the cookie.
///
/// # Errors
/// If the store does not answer.
pub async fn begin(store: &Store, person: &PersonId, agent: &str, now: Timestamp) -> Result<String> {
    let token = super::new_secret()?;
    let one = Session {
        hash: kept(&token),
        person: person.clone(),
        created_at: now,
        seen_at: now,
        until_at: now + IDLE,
        agent: crate::domain::harmless(agent).chars().take(200).collect(),
    };
    let mut tx = store.begin().await?;
    session::begin_session(&mut tx, &one).await?;
    tx.commit().await?;
    visit(store, person, now).await?;
    Ok(token)
}

async fn visit(store: &Store, person: &PersonId, now: Timestamp) -> Result<()> {
    let seen = desk::last_change(store).await?;
    Ok(account::visit(store, person, seen, VISIT.as_micros() as i64, now).await?)
}

/// Who comes with this cookie.
///
/// # Errors
/// If the store does not answer.
pub async fn visitor(store: &Store, token: &str, now: Timestamp) -> Result<Option<Visitor>> {
    let Some(session) = session::session(store, kept(token), now).await? else { return Ok(None) };
    let Some(account) = account::of(store, &session.person).await?.filter(|one| one.closed_at.is_none()) else {
        return Ok(None);
    };
    if now.duration_since(session.seen_at).unsigned_abs() >= NOTED {
        let until = (now + IDLE).min(session.created_at + LONGEST);
        session::see_session(store, session.hash, until, now).await?;
        visit(store, &session.person, now).await?;
    }
    Ok(Some(of(account, session.hash, token)))
}

fn of(account: Account, session: Digest, token: &str) -> Visitor {
    Visitor {
        person: account.person,
        name: account.name,
        roles: account.roles,
        scopes: None,
        session,
        csrf: csrf_token(token),
        language: account.language,
        visit_before: account.visit_before,
        seen_before: account.seen_before,
    }
}

/// What the forms of a session carry: it follows from the token, which only the browser has, and does not lead back to it.
pub fn csrf_token(token: &str) -> String {
    Digest::of_fields([b"csrf".as_slice(), token.as_bytes()]).to_string()
}

/// Whether a form of the session with this cookie carried the right word.
pub fn is_csrf_token(given: &str, expected: &str) -> bool {
    // Compared as hashes: how long it takes tells nothing about the words.
    !expected.is_empty() && kept(given) == kept(expected)
}

/// Ends the session of this cookie.
///
/// # Errors
/// If the store does not answer.
pub async fn end(store: &Store, visitor: &Visitor) -> Result<()> {
    session::end_session(store, &visitor.person, visitor.session).await?;
    Ok(())
}
