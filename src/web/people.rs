//! The page of people: accounts, roles, invitations. Every act is a call into `access`.

use super::error::Error;
use super::forms::Fields;
use super::guard::Sent;
use super::layout::{Layout, page, plain};
use super::{Shared, sign_in};
use crate::access::{self, Invite, Visitor};
use crate::domain::access::{Role, Roles};
use crate::domain::{Digest, PersonId, Timestamp};
use crate::store::{account, session};
use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "desk/people.html")]
struct PeoplePage {
    layout: Layout,
    /// Shown once, after it was made.
    link: Option<String>,
    error: Option<String>,
    accounts: Vec<AccountView>,
    invitations: Vec<InvitationView>,
    roles: Vec<&'static str>,
    name: String,
    login: String,
}

struct AccountView {
    id: String,
    name: String,
    login: String,
    roles: Vec<(&'static str, bool)>,
    has_codes: bool,
    closed: bool,
    seen: Option<Timestamp>,
}

struct InvitationView {
    hash: String,
    name: String,
    login: String,
    roles: String,
    until: Timestamp,
}

/// An address of this desk for a browser.
pub fn address(shared: &Shared, path: &str) -> String {
    match &shared.tools.config.desk.url {
        Some(url) => format!("{url}{path}"),
        None => format!("http://127.0.0.1:{}/{path}", shared.port),
    }
}

/// What a page of people shows besides the people.
#[derive(Default)]
struct Told {
    link: Option<String>,
    error: Option<String>,
    said: Option<String>,
    fields: Fields,
}

async fn show(shared: &Shared, mut layout: Layout, told: Told) -> Result<Response, Error> {
    let store = &shared.tools.store;
    let mut accounts = Vec::new();
    for one in account::all(store).await? {
        let seen = session::sessions_of(store, &one.person, layout.now).await?.first().map(|last| last.seen_at);
        accounts.push(AccountView {
            id: one.person.to_string(),
            roles: Role::ALL.map(|role| (role.as_str(), one.roles.has(role))).to_vec(),
            has_codes: one.totp_secret.is_some(),
            closed: one.closed_at.is_some(),
            seen: seen.or(one.visit_at),
            name: one.name,
            login: one.login,
        });
    }
    let invitations = account::open_invitations(store, layout.now).await?;
    let invitations = invitations.into_iter().filter(|one| !one.name.is_empty()).map(|one| InvitationView {
        hash: one.hash.to_string(),
        roles: one.roles.words().iter().map(|word| layout.w("role", word)).collect::<Vec<_>>().join(", "),
        name: one.name,
        login: one.login,
        until: one.until_at,
    });
    let status = if told.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let invitations = invitations.collect();
    layout.said = told.said;
    let shown = PeoplePage {
        layout,
        link: told.link,
        error: told.error,
        accounts,
        invitations,
        roles: Role::ALL.map(Role::as_str).to_vec(),
        name: plain(told.fields.text("name")),
        login: plain(told.fields.text("login")),
    };
    Ok(page(status, shown.render()?))
}

/// The page.
pub async fn people(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
) -> Result<Response, Error> {
    show(&shared, layout, Told::default()).await
}

/// Shows the page with what came of an act.
async fn after(shared: &Shared, layout: Layout, done: access::Result<Told>, fields: Fields) -> Result<Response, Error> {
    match done {
        Ok(told) => show(shared, layout, told).await,
        Err(access::Error::Refused(why)) => {
            show(shared, layout, Told { error: Some(why), fields, ..Told::default() }).await
        }
        Err(other) => Err(other.into()),
    }
}

/// Invites a person.
pub async fn invite(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Extension(visitor): Extension<Visitor>,
    Extension(Sent(fields)): Extension<Sent>,
) -> Result<Response, Error> {
    let done = async {
        let roles = Roles::of(fields.all("role")).map_err(access::Error::Refused)?;
        let who = Invite { name: fields.text("name").into(), login: fields.text("login").into(), roles };
        let secret = access::invite(&shared.tools.store, &visitor.person, &who, layout.now).await?;
        Ok(Told { link: Some(sign_in::link(&shared, &secret)), ..Told::default() })
    };
    let done = done.await;
    after(&shared, layout, done, fields).await
}

/// Does something to an account: roles, renew, close, reopen.
pub async fn change(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Extension(visitor): Extension<Visitor>,
    Path((id, act)): Path<(String, String)>,
    Extension(Sent(fields)): Extension<Sent>,
) -> Result<Response, Error> {
    let (store, by, person, now) = (&shared.tools.store, &visitor.person, PersonId(id), layout.now);
    let name = account::of(store, &person).await?.map(|one| one.name).unwrap_or_default();
    let said = |key: &str| Told { said: Some(layout.x(key, &name)), ..Told::default() };
    let done = async {
        match act.as_str() {
            "roles" => {
                let roles = Roles::of(fields.all("role")).map_err(access::Error::Refused)?;
                access::set_roles(store, by, &person, roles, now).await?;
                Ok(said("people.roles-saved"))
            }
            "renew" => {
                let secret = access::renew(store, by, &person, now).await?;
                Ok(Told { link: Some(sign_in::link(&shared, &secret)), ..Told::default() })
            }
            "close" => {
                access::close(store, by, &person, now).await?;
                Ok(said("people.is-closed"))
            }
            "reopen" => {
                access::reopen(store, by, &person, now).await?;
                Ok(said("people.is-open"))
            }
            _ => Err(access::Error::Refused("There is no such act.".into())),
        }
    };
    let done = done.await;
    after(&shared, layout, done, Fields::default()).await
}

/// Takes an invitation back.
pub async fn take_back(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Path(hash): Path<String>,
) -> Result<Response, Error> {
    let hash: Digest = hash.parse().map_err(|_| Error::NotFound("There is no such invitation.".into()))?;
    let mut tx = shared.tools.store.begin().await?;
    account::use_invitation(&mut tx, hash, layout.now).await?;
    tx.commit().await?;
    let said = Some(layout.t("people.taken-back").to_string());
    show(&shared, layout, Told { said, ..Told::default() }).await
}
