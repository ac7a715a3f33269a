//! Coming in by an identity provider: only who was invited. An identity is joined to an account once, by its proven address, and
//! from then on known by issuer and subject alone.

use super::accounts::open_account;
use super::oidc::Identity;
use super::{Result, sessions};
use crate::domain::ledger::{Actor, Event};
use crate::domain::{PersonId, Timestamp};
use crate::store::account::{self, Account, Invitation};
use crate::store::{Store, ledger};

/// Signs in whoever the provider says it is; the token for the cookie, or `None`: nobody invited this person.
///
/// # Errors
/// If the store does not answer.
pub async fn enter(store: &Store, identity: &Identity, agent: &str, now: Timestamp) -> Result<Option<String>> {
    let Some(person) = person_of(store, identity, now).await? else { return Ok(None) };
    open_account(store, &person).await?;
    Ok(Some(sessions::begin(store, &person, agent, now).await?))
}

async fn person_of(store: &Store, identity: &Identity, now: Timestamp) -> Result<Option<PersonId>> {
    let name = format!("{} {}", identity.issuer, identity.subject);
    if let Some(known) = account::by_identity(store, &name).await? {
        return Ok(Some(known.person).filter(|_| known.closed_at.is_none()));
    }
    // An address that is not proven is no reason to let anybody in.
    let Some(email) = identity.email.as_ref().filter(|_| identity.email_verified) else { return Ok(None) };
    let login = email.trim().to_lowercase();
    let person = match account::by_login(store, &login).await? {
        // One that is joined to another identity, or has a password and codes of its own, is not taken over by an address.
        Some(Account { identity: None, password: None, closed_at: None, person, .. }) => person,
        Some(_) => return Ok(None),
        None => match invitation(store, &login, now).await? {
            Some(invitation) => accept(store, &invitation, now).await?,
            None => return Ok(None),
        },
    };
    let mut tx = store.begin().await?;
    account::set_identity(&mut tx, &person, Some(&name)).await?;
    tx.commit().await?;
    Ok(Some(person))
}

async fn invitation(store: &Store, login: &str, now: Timestamp) -> Result<Option<Invitation>> {
    let open = account::open_invitations(store, now).await?;
    Ok(open.into_iter().find(|one| one.person.is_none() && one.login == login && !one.name.is_empty()))
}

/// The account of an invitation, without a password.
async fn accept(store: &Store, invitation: &Invitation, now: Timestamp) -> Result<PersonId> {
    let mut tx = store.begin().await?;
    account::use_invitation(&mut tx, invitation.hash, now).await?;
    let person = ledger::person(&mut tx, &invitation.name, now).await?;
    account::open(&mut tx, &person, &invitation.login, &invitation.roles, now).await?;
    let event = Event::AccountOpened { person: person.clone(), roles: invitation.roles.clone() };
    let by = invitation.invited_by.clone().unwrap_or_else(|| person.clone());
    ledger::append(&mut tx, &Actor::Person(by), &[event], now).await?;
    tx.commit().await?;
    Ok(person)
}
