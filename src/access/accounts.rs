//! Accounts come by invitation and are closed, never removed. The first administrator's link comes with the first start.

use super::{Error, Result, kept, new_secret, password, refuse, slowly};
use crate::domain::access::{Role, Roles};
use crate::domain::ledger::{Actor, Event};
use crate::domain::{PersonId, Timestamp};
use crate::store::account::{self, Account, Invitation};
use crate::store::{Store, Tx, ledger, session};
use std::time::Duration;

/// How long an invitation holds.
const INVITATION: Duration = Duration::from_secs(7 * 24 * 3600);

/// How long the link for the first administrator holds; the next start gives another one.
const FIRST: Duration = Duration::from_secs(24 * 3600);

/// Longest name or login, in characters.
const LONGEST: usize = 100;

/// What an administrator fills in.
#[derive(Clone, Debug)]
pub struct Invite {
    pub name: String,
    pub login: String,
    pub roles: Roles,
}

/// A secret for a link with which the first administrator makes an account; `None`: there is an administrator. An earlier
/// link that nobody used ends.
///
/// # Errors
/// If the store does not answer.
pub async fn first_link(store: &Store, now: Timestamp) -> Result<Option<String>> {
    let is_admin = |one: &Account| one.closed_at.is_none() && one.roles.has(Role::Administrator);
    if account::all(store).await?.iter().any(is_admin) {
        return Ok(None);
    }
    let secret = new_secret()?;
    let mut tx = store.begin().await?;
    account::forget_first(&mut tx, now).await?;
    let first = Invitation {
        hash: kept(&secret),
        person: None,
        name: String::new(),
        login: String::new(),
        roles: Roles([Role::Administrator, Role::Reviewer].into()),
        invited_by: None,
        created_at: now,
        until_at: now + FIRST,
    };
    account::invite(&mut tx, &first).await?;
    tx.commit().await?;
    Ok(Some(secret))
}

/// Invites a person; the secret of the link.
///
/// # Errors
/// If the name or login will not do or is taken.
pub async fn invite(store: &Store, by: &PersonId, who: &Invite, now: Timestamp) -> Result<String> {
    let (name, login) = (tidy(&who.name, "a name")?, tidy_login(&who.login)?);
    let secret = new_secret()?;
    let all = account::all(store).await?;
    if all.iter().any(|one| one.login == login || one.name.to_lowercase() == name.to_lowercase()) {
        return refuse("there is an account of this name or login already");
    }
    let one = Invitation {
        hash: kept(&secret),
        person: None,
        name,
        login,
        roles: who.roles.clone(),
        invited_by: Some(by.clone()),
        created_at: now,
        until_at: now + INVITATION,
    };
    let mut tx = store.begin().await?;
    account::invite(&mut tx, &one).await?;
    tx.commit().await?;
    Ok(secret)
}

/// A link with which a person sets a new password; their one-time codes and sessions end when it is used.
///
/// # Errors
/// If there is no such open account.
pub async fn renew(store: &Store, by: &PersonId, person: &PersonId, now: Timestamp) -> Result<String> {
    let account = open_account(store, person).await?;
    let secret = new_secret()?;
    let one = Invitation {
        hash: kept(&secret),
        person: Some(person.clone()),
        name: account.name,
        login: account.login,
        roles: account.roles,
        invited_by: Some(by.clone()),
        created_at: now,
        until_at: now + INVITATION,
    };
    let mut tx = store.begin().await?;
    account::invite(&mut tx, &one).await?;
    let event = Event::AccessRenewed { person: person.clone() };
    ledger::append(&mut tx, &Actor::Person(by.clone()), &[event], now).await?;
    tx.commit().await?;
    Ok(secret)
}

/// The invitation behind a link, if it holds.
///
/// # Errors
/// If the store does not answer.
pub async fn invited(store: &Store, secret: &str, now: Timestamp) -> Result<Option<Invitation>> {
    Ok(account::invitation(store, kept(secret), now).await?)
}

/// What a person fills in who follows a link.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// Only where the invitation leaves it open.
    pub name: String,
    pub login: String,
    pub password: String,
}

/// Makes the account, or gives it the new password.
///
/// # Errors
/// If the link does not hold, or name, login or password will not do: in words.
pub async fn accept(store: &Store, secret: &str, given: Accepted, now: Timestamp) -> Result<PersonId> {
    let Some(invitation) = invited(store, secret, now).await? else {
        return refuse("This link was used before or has run out. Ask an administrator for another one.");
    };
    let is_first = invitation.name.is_empty();
    let name = if is_first { tidy(&given.name, "your name")? } else { invitation.name.clone() };
    let login = if is_first { tidy_login(&given.login)? } else { invitation.login.clone() };
    let phc = hashed(given.password, &login, &name).await?;
    let mut tx = store.begin().await?;
    account::use_invitation(&mut tx, invitation.hash, now).await?;
    let person = match &invitation.person {
        Some(person) => {
            account::set_totp(&mut tx, person, None, &[]).await?;
            session::end_sessions(&mut tx, person, None).await?;
            person.clone()
        }
        None => open(&mut tx, &name, &login, &invitation, now).await?,
    };
    account::set_password(&mut tx, &person, Some(&phc)).await?;
    tx.commit().await?;
    session::forget_failed(store, &format!("login:{login}")).await?;
    Ok(person)
}

async fn open(tx: &mut Tx, name: &str, login: &str, invitation: &Invitation, now: Timestamp) -> Result<PersonId> {
    let person = ledger::person(tx, name, now).await?;
    account::open(tx, &person, login, &invitation.roles, now).await?;
    let event = Event::AccountOpened { person: person.clone(), roles: invitation.roles.clone() };
    let by = invitation.invited_by.clone().unwrap_or_else(|| person.clone());
    ledger::append(tx, &Actor::Person(by), &[event], now).await?;
    Ok(person)
}

/// Hashes a password, if it will do.
async fn hashed(password: String, login: &str, name: &str) -> Result<String> {
    if let Some(why) = password::is_weak(&password, login, name) {
        return refuse(why);
    }
    slowly(move || password::hash(&password)).await?.map_err(|error| Error::Refused(error.to_string()))
}

/// Sets one's own password, which ends the other sessions; the present one must be told.
///
/// # Errors
/// If the present password is wrong or the new one will not do.
pub async fn set_own_password(
    store: &Store,
    person: &PersonId,
    (present, new): (String, String),
    keep: crate::domain::Digest,
) -> Result<()> {
    let account = open_account(store, person).await?;
    is_present_password(account.password.clone(), present).await?;
    let phc = hashed(new, &account.login, &account.name).await?;
    let mut tx = store.begin().await?;
    account::set_password(&mut tx, person, Some(&phc)).await?;
    session::end_sessions(&mut tx, person, Some(keep)).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether a person knows the password of their session: one that was left open must not become somebody else's.
pub(super) async fn is_present_password(phc: Option<String>, given: String) -> Result<()> {
    if slowly(move || phc.is_none_or(|phc| password::verify(&given, &phc))).await? {
        Ok(())
    } else {
        refuse("The present password is another one.")
    }
}

/// Sets the roles of a person.
///
/// # Errors
/// If nobody would be left who administers.
pub async fn set_roles(store: &Store, by: &PersonId, person: &PersonId, roles: Roles, now: Timestamp) -> Result<()> {
    open_account(store, person).await?;
    if !roles.has(Role::Administrator) {
        others_administer(store, person).await?;
    }
    let mut tx = store.begin().await?;
    account::set_roles(&mut tx, person, &roles).await?;
    let event = Event::RolesSet { person: person.clone(), roles };
    ledger::append(&mut tx, &Actor::Person(by.clone()), &[event], now).await?;
    tx.commit().await?;
    Ok(())
}

/// Closes an account: its sessions and keys end, its name stays in the record.
///
/// # Errors
/// If nobody would be left who administers.
pub async fn close(store: &Store, by: &PersonId, person: &PersonId, now: Timestamp) -> Result<()> {
    open_account(store, person).await?;
    others_administer(store, person).await?;
    let mut tx = store.begin().await?;
    account::set_closed(&mut tx, person, Some(now)).await?;
    let event = Event::AccountClosed { person: person.clone() };
    ledger::append(&mut tx, &Actor::Person(by.clone()), &[event], now).await?;
    tx.commit().await?;
    Ok(())
}

/// Opens a closed account again.
///
/// # Errors
/// If it is not closed.
pub async fn reopen(store: &Store, by: &PersonId, person: &PersonId, now: Timestamp) -> Result<()> {
    if account::of(store, person).await?.is_none_or(|one| one.closed_at.is_none()) {
        return refuse("There is no such closed account.");
    }
    let mut tx = store.begin().await?;
    account::set_closed(&mut tx, person, None).await?;
    let event = Event::AccountReopened { person: person.clone() };
    ledger::append(&mut tx, &Actor::Person(by.clone()), &[event], now).await?;
    tx.commit().await?;
    Ok(())
}

/// Sets the language of one's pages.
///
/// # Errors
/// If the store does not answer.
pub async fn set_language(store: &Store, person: &PersonId, language: Option<&str>) -> Result<()> {
    Ok(account::set_language(store, person, language).await?)
}

async fn others_administer(store: &Store, person: &PersonId) -> Result<()> {
    let another =
        |one: &Account| one.person != *person && one.closed_at.is_none() && one.roles.has(Role::Administrator);
    let is_admin = |one: &Account| one.person == *person && one.roles.has(Role::Administrator);
    let all = account::all(store).await?;
    if all.iter().any(is_admin) && !all.iter().any(another) {
        return refuse("This is the only administrator: make another one first.");
    }
    Ok(())
}

pub(super) async fn open_account(store: &Store, person: &PersonId) -> Result<Account> {
    let found = account::of(store, person).await?.filter(|one| one.closed_at.is_none());
    found.map_or_else(|| refuse("There is no such open account."), Ok)
}

/// A name as it stands in the record: nothing in it that cannot be seen.
fn tidy(text: &str, what: &str) -> Result<String> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return refuse(format!("Fill in {what}."));
    }
    if text.chars().count() > LONGEST || text.chars().any(|c| c.is_control()) || crate::domain::harmless(&text) != text
    {
        return refuse(format!("{} has signs that cannot be seen, or is too long.", what.trim_start_matches("a ")));
    }
    Ok(text)
}

fn tidy_login(text: &str) -> Result<String> {
    let login = tidy(text, "what you sign in with")?.to_lowercase();
    if login.contains(' ') {
        return refuse("What you sign in with has no blanks: an e-mail address, or a short name.");
    }
    Ok(login)
}
