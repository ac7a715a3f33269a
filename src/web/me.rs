//! One's own account: password, one-time codes, sessions, keys for programs. What is shown once is shown here and kept nowhere.

use super::Shared;
use super::error::Error;
use super::guard::Sent;
use super::layout::{Layout, page};
use crate::access::{self, Visitor, totp};
use crate::domain::access::Right;
use crate::domain::{Digest, Timestamp};
use crate::store::{account, api_token, session};
use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "desk/me.html")]
struct MePage {
    layout: Layout,
    error: Option<String>,
    name: String,
    login: String,
    roles: String,
    has_codes: bool,
    setup: Option<Setup>,
    /// Shown once.
    recovery: Vec<String>,
    key: Option<String>,
    sessions: Vec<SessionView>,
    keys: Vec<KeyView>,
    rights: Vec<&'static str>,
}

struct Setup {
    picture: String,
    secret: String,
    sealed: String,
}

struct SessionView {
    hash: String,
    agent: String,
    /// Tells its button from those of others.
    words: String,
    seen: Timestamp,
    is_this: bool,
}

struct KeyView {
    id: String,
    label: String,
    scopes: String,
    until: Timestamp,
    used: Option<Timestamp>,
    is_live: bool,
}

/// What an act left to show.
#[derive(Default)]
struct Told {
    error: Option<String>,
    said: Option<String>,
    setup: Option<Setup>,
    recovery: Vec<String>,
    key: Option<String>,
}

async fn show(shared: &Shared, mut layout: Layout, visitor: &Visitor, told: Told) -> Result<Response, Error> {
    let (store, now) = (&shared.tools.store, layout.now);
    let account = account::of(store, &visitor.person).await?.ok_or(Error::Forbidden)?;
    let sessions = session::sessions_of(store, &visitor.person, now).await?;
    let sessions = sessions.into_iter().map(|one| SessionView {
        is_this: one.hash == visitor.session,
        hash: one.hash.to_string(),
        words: format!("{} ({})", super::layout::plain(&one.agent), layout.age(&one.seen_at)),
        agent: super::layout::plain(&one.agent),
        seen: one.seen_at,
    });
    let keys = api_token::of(store, &visitor.person).await?.into_iter().map(|one| KeyView {
        id: one.id,
        label: one.label,
        scopes: one.scopes.iter().map(|right| layout.w("right", right.as_str())).collect::<Vec<_>>().join(", "),
        until: one.until_at,
        used: one.used_at,
        is_live: one.revoked_at.is_none() && one.until_at > now,
    });
    let (sessions, keys) = (sessions.collect(), keys.collect());
    let roles = account.roles.words().iter().map(|word| layout.w("role", word)).collect::<Vec<_>>().join(", ");
    layout.said = told.said;
    let status = if told.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let shown = MePage {
        layout,
        error: told.error,
        name: account.name,
        login: account.login,
        roles,
        has_codes: account.totp_secret.is_some(),
        setup: told.setup,
        recovery: told.recovery,
        key: told.key,
        sessions,
        keys,
        rights: Right::ALL.into_iter().filter(|right| visitor.may(*right)).map(Right::as_str).collect(),
    };
    Ok(page(status, shown.render()?))
}

/// The page.
pub async fn me(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Error> {
    show(&shared, layout, &visitor, Told::default()).await
}

/// What a form of the page asks for.
async fn done(
    shared: &Shared,
    layout: &Layout,
    visitor: &Visitor,
    act: &str,
    fields: &super::forms::Fields,
) -> access::Result<Told> {
    let (store, person, now) = (&shared.tools.store, &visitor.person, layout.now);
    let said = |key: &str| Told { said: Some(layout.t(key).into()), ..Told::default() };
    match act {
        "password" => {
            if fields.text("new") != fields.text("again") {
                return Err(access::Error::Refused(layout.t("welcome.differ").into()));
            }
            let pair = (fields.text("present").to_string(), fields.text("new").to_string());
            access::set_own_password(store, person, pair, visitor.session).await?;
            Ok(said("me.password-changed"))
        }
        "codes" => {
            let (secret, sealed) = access::begin_totp(&shared.key, person)?;
            Ok(Told { setup: Some(setup(shared, layout, visitor, &secret, sealed).await?), ..Told::default() })
        }
        "codes/on" => {
            let pair = (fields.text("sealed"), fields.text("code"));
            let recovery = access::confirm_totp(store, &shared.key, person, pair, now).await?;
            Ok(Told { recovery, ..Told::default() })
        }
        "codes/off" => {
            access::remove_totp(store, person, fields.text("present").to_string()).await?;
            Ok(said("me.codes-are-off"))
        }
        "keys" => {
            let scopes = fields.all("scope").filter_map(Right::named).collect();
            let days = fields.text("days").trim().parse().unwrap_or(0);
            let key = access::make_key(store, visitor, fields.text("label"), scopes, days, now).await?;
            Ok(Told { key: Some(key), ..Told::default() })
        }
        _ => Err(access::Error::Refused("There is no such act.".into())),
    }
}

async fn setup(
    shared: &Shared,
    layout: &Layout,
    visitor: &Visitor,
    secret: &totp::Secret,
    sealed: String,
) -> access::Result<Setup> {
    let account = account::of(&shared.tools.store, &visitor.person).await?;
    let address = secret.address("Pouch", &account.map(|one| one.login).unwrap_or_default());
    let picture =
        totp::qr_code(&address, layout.t("me.scan")).map_err(|error| access::Error::Refused(error.to_string()))?;
    Ok(Setup { picture, secret: secret.in_groups(), sealed })
}

/// The key that was scanned already: a wrong code is no reason to scan another one.
async fn setup_again(shared: &Shared, layout: &Layout, visitor: &Visitor, sealed: &str) -> Option<Setup> {
    let secret = access::begun_totp(&shared.key, &visitor.person, sealed).ok()?;
    setup(shared, layout, visitor, &secret, sealed.into()).await.ok()
}

async fn act(
    shared: &Shared,
    layout: Layout,
    visitor: &Visitor,
    act: &str,
    fields: &super::forms::Fields,
) -> Result<Response, Error> {
    let told = match done(shared, &layout, visitor, act, fields).await {
        Ok(told) => told,
        Err(access::Error::Refused(why)) => {
            let is_code = act == "codes/on";
            let setup = if is_code { setup_again(shared, &layout, visitor, fields.text("sealed")).await } else { None };
            Told { error: Some(why), setup, ..Told::default() }
        }
        Err(other) => return Err(other.into()),
    };
    show(shared, layout, visitor, told).await
}

/// A form with one word in its address.
pub async fn change(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Extension(visitor): Extension<Visitor>,
    Path(what): Path<String>,
    Extension(Sent(fields)): Extension<Sent>,
) -> Result<Response, Error> {
    act(&shared, layout, &visitor, &what, &fields).await
}

/// One-time codes on and off.
pub async fn codes(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Extension(visitor): Extension<Visitor>,
    Path(what): Path<String>,
    Extension(Sent(fields)): Extension<Sent>,
) -> Result<Response, Error> {
    act(&shared, layout, &visitor, &format!("codes/{what}"), &fields).await
}

/// Ends a session of one's own.
pub async fn end_session(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Extension(visitor): Extension<Visitor>,
    Path(hash): Path<String>,
) -> Result<Response, Error> {
    let hash: Digest = hash.parse().map_err(|_| Error::NotFound("There is no such session.".into()))?;
    if !session::end_session(&shared.tools.store, &visitor.person, hash).await? {
        return Err(Error::NotFound("There is no such session.".into()));
    }
    let said = Some(layout.t("me.session-ended").to_string());
    show(&shared, layout, &visitor, Told { said, ..Told::default() }).await
}

/// Ends a key of one's own.
pub async fn end_key(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    if !api_token::revoke(&shared.tools.store, &visitor.person, &id, layout.now).await? {
        return Err(Error::NotFound("There is no such key.".into()));
    }
    let said = Some(layout.t("me.key-ended").to_string());
    show(&shared, layout, &visitor, Told { said, ..Told::default() }).await
}
