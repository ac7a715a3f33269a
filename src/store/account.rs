//! Rows of people who sign in: accounts and invitations. Holds hashes only of what opens a door, and decides nothing about
//! who may enter.

use super::rows::{from_json, json, micros, time};
use super::session::end_sessions;
use super::{Error, Result, Store, Tx};
use crate::domain::access::Roles;
use crate::domain::{Digest, PersonId, Timestamp};

/// A person who signs in.
#[derive(Clone, Debug)]
pub struct Account {
    pub person: PersonId,
    /// As the ledger knows them.
    pub name: String,
    /// What is typed to sign in.
    pub login: String,
    /// Argon2id in PHC form.
    pub password: Option<String>,
    /// Sealed.
    pub totp_secret: Option<String>,
    /// The last time step of a one-time code that was taken.
    pub totp_step: Option<i64>,
    /// Hashes of recovery codes that are left.
    pub recovery: Vec<String>,
    /// Issuer and subject at an identity provider.
    pub identity: Option<String>,
    pub roles: Roles,
    pub language: Option<String>,
    pub created_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    /// When the visit before the present one was last seen.
    pub visit_before: Option<Timestamp>,
    pub visit_at: Option<Timestamp>,
    /// Number of the last change of any entry that the visit before the present one could see.
    pub seen_before: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct AccountRow {
    person_id: String,
    name: String,
    login: String,
    password: Option<String>,
    totp_secret: Option<String>,
    totp_step: Option<i64>,
    recovery: Option<String>,
    identity: Option<String>,
    roles: String,
    language: Option<String>,
    created_at: i64,
    closed_at: Option<i64>,
    visit_before: Option<i64>,
    visit_at: Option<i64>,
    seen_before: Option<i64>,
}

impl AccountRow {
    fn account(self) -> Result<Account> {
        Ok(Account {
            person: PersonId(self.person_id),
            name: self.name,
            login: self.login,
            password: self.password,
            totp_secret: self.totp_secret,
            totp_step: self.totp_step,
            recovery: self.recovery.as_deref().map(from_json).transpose()?.unwrap_or_default(),
            identity: self.identity,
            roles: from_json(&self.roles)?,
            language: self.language,
            created_at: time(self.created_at),
            closed_at: self.closed_at.map(time),
            visit_before: self.visit_before.map(time),
            visit_at: self.visit_at.map(time),
            seen_before: self.seen_before,
        })
    }
}

/// Every account, closed ones too, by name.
pub async fn all(store: &Store) -> Result<Vec<Account>> {
    let rows: Vec<AccountRow> =
        sqlx::query_as("select a.*, p.name from accounts a join people p on p.id = a.person_id order by p.name")
            .fetch_all(store.pool())
            .await?;
    rows.into_iter().map(AccountRow::account).collect()
}

/// The account of a person.
pub async fn of(store: &Store, person: &PersonId) -> Result<Option<Account>> {
    let row: Option<AccountRow> =
        sqlx::query_as("select a.*, p.name from accounts a join people p on p.id = a.person_id where a.person_id = $1")
            .bind(person.as_str())
            .fetch_optional(store.pool())
            .await?;
    row.map(AccountRow::account).transpose()
}

/// The account that is signed in to with this login, lower case.
pub async fn by_login(store: &Store, login: &str) -> Result<Option<Account>> {
    let row: Option<AccountRow> =
        sqlx::query_as("select a.*, p.name from accounts a join people p on p.id = a.person_id where a.login = $1")
            .bind(login)
            .fetch_optional(store.pool())
            .await?;
    row.map(AccountRow::account).transpose()
}

/// The account with this identity at a provider.
pub async fn by_identity(store: &Store, identity: &str) -> Result<Option<Account>> {
    let row: Option<AccountRow> =
        sqlx::query_as("select a.*, p.name from accounts a join people p on p.id = a.person_id where a.identity = $1")
            .bind(identity)
            .fetch_optional(store.pool())
            .await?;
    row.map(AccountRow::account).transpose()
}

/// Opens an account for a person.
///
/// # Errors
/// `Conflict` if the person has one, or the login is another's.
pub async fn open(tx: &mut Tx, person: &PersonId, login: &str, roles: &Roles, now: Timestamp) -> Result<()> {
    let done = sqlx::query(
        "insert into accounts (person_id, login, roles, created_at) values ($1, $2, $3, $4) on conflict do nothing",
    )
    .bind(person.as_str())
    .bind(login)
    .bind(json(roles)?)
    .bind(micros(now))
    .execute(&mut **tx)
    .await?;
    one(done.rows_affected(), "there is an account of this name or login already")
}

fn one(rows: u64, why: &str) -> Result<()> {
    if rows == 1 { Ok(()) } else { Err(Error::Conflict(why.into())) }
}

/// Sets roles.
pub async fn set_roles(tx: &mut Tx, person: &PersonId, roles: &Roles) -> Result<()> {
    let done = sqlx::query("update accounts set roles = $1 where person_id = $2")
        .bind(json(roles)?)
        .bind(person.as_str())
        .execute(&mut **tx)
        .await?;
    one(done.rows_affected(), "there is no such account")
}

/// Closes an account at a time, or opens it again; its sessions and keys end.
pub async fn set_closed(tx: &mut Tx, person: &PersonId, closed_at: Option<Timestamp>) -> Result<()> {
    let done = sqlx::query("update accounts set closed_at = $1 where person_id = $2")
        .bind(closed_at.map(micros))
        .bind(person.as_str())
        .execute(&mut **tx)
        .await?;
    one(done.rows_affected(), "there is no such account")?;
    end_sessions(tx, person, None).await?;
    if let Some(at) = closed_at {
        sqlx::query("update api_tokens set revoked_at = $1 where person_id = $2 and revoked_at is null")
            .bind(micros(at))
            .bind(person.as_str())
            .execute(&mut **tx)
            .await?;
        sqlx::query("update invitations set used_at = $1 where person_id = $2 and used_at is null")
            .bind(micros(at))
            .bind(person.as_str())
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Sets the password, and the identity at a provider if it is not `None`.
pub async fn set_password(tx: &mut Tx, person: &PersonId, phc: Option<&str>) -> Result<()> {
    sqlx::query("update accounts set password = $1 where person_id = $2")
        .bind(phc)
        .bind(person.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Joins an account with an identity at a provider.
pub async fn set_identity(tx: &mut Tx, person: &PersonId, identity: Option<&str>) -> Result<()> {
    sqlx::query("update accounts set identity = $1 where person_id = $2")
        .bind(identity)
        .bind(person.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Sets or removes the key of one-time codes with its recovery codes.
pub async fn set_totp(tx: &mut Tx, person: &PersonId, sealed: Option<&str>, recovery: &[String]) -> Result<()> {
    sqlx::query("update accounts set totp_secret = $1, totp_step = null, recovery = $2 where person_id = $3")
        .bind(sealed)
        .bind(json(&recovery)?)
        .bind(person.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Notes that the code of a time step was taken; false if that step, or a later one, was taken before.
pub async fn use_totp_step(store: &Store, person: &PersonId, step: i64) -> Result<bool> {
    let done = sqlx::query(
        "update accounts set totp_step = $1 where person_id = $2 and (totp_step is null or totp_step < $1)",
    )
    .bind(step)
    .bind(person.as_str())
    .execute(store.pool())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes one recovery code out; false if another sign-in was first.
pub async fn use_recovery(store: &Store, account: &Account, hash: &str) -> Result<bool> {
    let left: Vec<&String> = account.recovery.iter().filter(|one| *one != hash).collect();
    let done = sqlx::query("update accounts set recovery = $1 where person_id = $2 and recovery = $3")
        .bind(json(&left)?)
        .bind(account.person.as_str())
        .bind(json(&account.recovery)?)
        .execute(store.pool())
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Sets the language of the interface.
pub async fn set_language(store: &Store, person: &PersonId, language: Option<&str>) -> Result<()> {
    sqlx::query("update accounts set language = $1 where person_id = $2")
        .bind(language)
        .bind(person.as_str())
        .execute(store.pool())
        .await?;
    Ok(())
}

/// Notes a visit, and the last change that it could see; a pause of at least `pause_micros` since the last one begins a new
/// visit.
pub async fn visit(store: &Store, person: &PersonId, seen: i64, pause_micros: i64, now: Timestamp) -> Result<()> {
    sqlx::query(
        "update accounts
            set visit_before = case when visit_at is null or visit_at < $1 then visit_at else visit_before end,
                seen_before = case when visit_at is null or visit_at < $1 then seen else seen_before end,
                visit_at = $2,
                seen = $3
          where person_id = $4",
    )
    .bind(micros(now) - pause_micros)
    .bind(micros(now))
    .bind(seen)
    .bind(person.as_str())
    .execute(store.pool())
    .await?;
    Ok(())
}

/// An invitation that was not used.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub hash: Digest,
    /// The account that gets a new password; `None`: a new one.
    pub person: Option<PersonId>,
    /// Empty: the person chooses.
    pub name: String,
    pub login: String,
    pub roles: Roles,
    pub invited_by: Option<PersonId>,
    pub created_at: Timestamp,
    pub until_at: Timestamp,
}

type InvitationRow = (String, Option<String>, String, String, String, Option<String>, i64, i64);

fn invitation_of(row: InvitationRow) -> Result<Invitation> {
    let (hash, person, name, login, roles, invited_by, created_at, until_at) = row;
    Ok(Invitation {
        hash: super::rows::digest(&hash)?,
        person: person.map(PersonId),
        name,
        login,
        roles: from_json(&roles)?,
        invited_by: invited_by.map(PersonId),
        created_at: time(created_at),
        until_at: time(until_at),
    })
}

/// Keeps an invitation.
pub async fn invite(tx: &mut Tx, one: &Invitation) -> Result<()> {
    sqlx::query(
        "insert into invitations (hash, person_id, name, login, roles, invited_by, created_at, until_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(one.hash.to_string())
    .bind(one.person.as_ref().map(PersonId::as_str))
    .bind(&one.name)
    .bind(&one.login)
    .bind(json(&one.roles)?)
    .bind(one.invited_by.as_ref().map(PersonId::as_str))
    .bind(micros(one.created_at))
    .bind(micros(one.until_at))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The invitation behind a link, if it was not used and has not run out.
pub async fn invitation(store: &Store, hash: Digest, now: Timestamp) -> Result<Option<Invitation>> {
    let row: Option<InvitationRow> = sqlx::query_as(
        "select hash, person_id, name, login, roles, invited_by, created_at, until_at
           from invitations where hash = $1 and used_at is null and until_at > $2",
    )
    .bind(hash.to_string())
    .bind(micros(now))
    .fetch_optional(store.pool())
    .await?;
    row.map(invitation_of).transpose()
}

/// Invitations that can still be used, oldest first.
pub async fn open_invitations(store: &Store, now: Timestamp) -> Result<Vec<Invitation>> {
    let rows: Vec<InvitationRow> = sqlx::query_as(
        "select hash, person_id, name, login, roles, invited_by, created_at, until_at
           from invitations where used_at is null and until_at > $1 order by created_at, hash",
    )
    .bind(micros(now))
    .fetch_all(store.pool())
    .await?;
    rows.into_iter().map(invitation_of).collect()
}

/// Marks an invitation as used, or taken back.
///
/// # Errors
/// `Conflict` if it was used before.
pub async fn use_invitation(tx: &mut Tx, hash: Digest, now: Timestamp) -> Result<()> {
    let done = sqlx::query("update invitations set used_at = $1 where hash = $2 and used_at is null")
        .bind(micros(now))
        .bind(hash.to_string())
        .execute(&mut **tx)
        .await?;
    one(done.rows_affected(), "this link was used before")
}

/// Takes back the links for a first administrator that nobody used.
pub async fn forget_first(tx: &mut Tx, now: Timestamp) -> Result<()> {
    sqlx::query(
        "update invitations set used_at = $1 where used_at is null and invited_by is null and person_id is null",
    )
    .bind(micros(now))
    .execute(&mut **tx)
    .await?;
    Ok(())
}
