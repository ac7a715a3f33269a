//! Signing in and out, and the links with which accounts begin. Sets cookies; decides nothing about who may enter.

use super::error::Error;
use super::forms::{Fields, safe_next};
use super::guard::{self, Sent};
use super::layout::{Layout, page, plain, see_other};
use super::{Shared, people};
use crate::access::{self, Accepted, Attempt, Refused};
use crate::store::account::Invitation;
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use std::collections::HashMap;
use std::sync::Arc;

/// How long a browser keeps the cookie of a session, in seconds; the session may end before.
const COOKIE: u32 = 7 * 24 * 3600;

#[derive(Template)]
#[template(path = "desk/sign_in.html")]
struct SignInPage {
    layout: Layout,
    error: Option<String>,
    login: String,
    next: String,
    /// For the second step, with a one-time code; empty: this is the first.
    pending: String,
    /// Whether an identity provider is set up.
    provider: bool,
}

/// The form.
pub async fn form(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Error> {
    let next = safe_next(query.get("next").map_or("/", String::as_str));
    if layout.visitor.is_some() {
        return Ok(see_other(&next));
    }
    let shown = SignInPage {
        layout,
        error: None,
        login: String::new(),
        next,
        pending: String::new(),
        provider: shared.provider.is_some(),
    };
    Ok(page(StatusCode::OK, shown.render()?))
}

/// The answer to the form.
pub async fn sign_in(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Extension(Sent(fields)): Extension<Sent>,
    request: Request,
) -> Result<Response, Error> {
    let next = safe_next(fields.text("next"));
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let attempt = Attempt {
        login: fields.text("login").into(),
        password: fields.text("password").into(),
        code: fields.text("code").into(),
        pending: fields.text("pending").into(),
        form: layout.csrf.clone(),
        from: guard::from(&shared, request.headers(), guard::peer(&request)),
        agent: agent.into(),
    };
    let refused = match access::sign_in(&shared.tools.store, &shared.key, attempt, layout.now).await? {
        Ok((_, token)) => return with_session(&shared, &token, &next),
        Err(refused) => refused,
    };
    let (error, pending) = match refused {
        Refused::Wrong => (Some(layout.t("sign-in.wrong").to_string()), String::new()),
        Refused::Anew => (Some(layout.t("sign-in.started-anew").to_string()), String::new()),
        Refused::CodeWanted(pending) => (None, pending),
        Refused::CodeWrong(pending) => (Some(layout.t("sign-in.code-wrong").to_string()), pending),
        Refused::TooMany(minutes) => {
            (Some(layout.n("sign-in.too-many", usize::try_from(minutes).unwrap_or(1))), String::new())
        }
    };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let shown = SignInPage {
        layout,
        error,
        login: plain(fields.text("login")),
        next,
        pending,
        provider: shared.provider.is_some(),
    };
    Ok(page(status, shown.render()?))
}

/// On, with the cookie of a new session.
pub fn with_session(shared: &Shared, token: &str, next: &str) -> Result<Response, Error> {
    let mut response = see_other(next);
    let value = HeaderValue::from_str(&guard::cookie(shared, token, COOKIE))
        .map_err(|error| Error::Failed(anyhow::Error::new(error)))?;
    response.headers_mut().append(header::SET_COOKIE, value);
    Ok(response)
}

/// Ends the session.
pub async fn sign_out(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
) -> Result<Response, Error> {
    if let Some(visitor) = &layout.visitor {
        access::end(&shared.tools.store, visitor).await?;
    }
    let mut response = see_other("/sign-in");
    if let Ok(value) = HeaderValue::from_str(&guard::cookie(&shared, "", 0)) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    // What the browser still shows of the pages is forgotten with the session.
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    Ok(response)
}

#[derive(Template)]
#[template(path = "desk/welcome.html")]
struct WelcomePage {
    layout: Layout,
    invitation: Option<Invitation>,
    error: Option<String>,
    name: String,
    login: String,
}

/// The page behind a link for a new account or a new password.
pub async fn welcome(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Path(secret): Path<String>,
) -> Result<Response, Error> {
    show_welcome(&shared, layout, &secret, None, &Fields::default()).await
}

async fn show_welcome(
    shared: &Shared,
    layout: Layout,
    secret: &str,
    error: Option<String>,
    fields: &Fields,
) -> Result<Response, Error> {
    let invitation = access::invited(&shared.tools.store, secret, layout.now).await?;
    let status = match (&invitation, &error) {
        (None, _) => StatusCode::GONE,
        (_, Some(_)) => StatusCode::UNPROCESSABLE_ENTITY,
        (_, None) => StatusCode::OK,
    };
    let (name, login) = (plain(fields.text("name")), plain(fields.text("login")));
    Ok(page(status, WelcomePage { layout, invitation, error, name, login }.render()?))
}

/// Makes the account, or sets the new password, and signs in.
pub async fn accept(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Path(secret): Path<String>,
    Extension(Sent(fields)): Extension<Sent>,
    request: Request,
) -> Result<Response, Error> {
    if fields.text("password") != fields.text("again") {
        let differ = layout.t("welcome.differ").to_string();
        return show_welcome(&shared, layout, &secret, Some(differ), &fields).await;
    }
    let given = Accepted {
        name: fields.text("name").into(),
        login: fields.text("login").into(),
        password: fields.text("password").into(),
    };
    let store = &shared.tools.store;
    match access::accept(store, &secret, given, layout.now).await {
        Ok(person) => {
            let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
            let token = access::begin(store, &person, agent.unwrap_or_default(), layout.now).await?;
            with_session(&shared, &token, "/")
        }
        Err(access::Error::Refused(why)) => show_welcome(&shared, layout, &secret, Some(why), &fields).await,
        Err(other) => Err(other.into()),
    }
}

/// The language of the interface: of a person for good, of anybody else by a cookie.
pub async fn language(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Extension(Sent(fields)): Extension<Sent>,
) -> Result<Response, Error> {
    let code = fields.text("language");
    let known = layout.languages.iter().find(|(one, _)| one == code).map(|(one, _)| one.as_str());
    let next = match fields.text("next") {
        next if next.starts_with("/sign-in") => "/sign-in".into(),
        next => safe_next(next),
    };
    let mut response = see_other(&next);
    match (&layout.visitor, known) {
        (Some(visitor), known) => access::set_language(&shared.tools.store, &visitor.person, known).await?,
        (None, Some(code)) => {
            let cookie = format!("pouch-language={code}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000");
            if let Ok(value) = HeaderValue::from_str(&cookie) {
                response.headers_mut().append(header::SET_COOKIE, value);
            }
        }
        (None, None) => {}
    }
    Ok(response)
}

/// The address of a link with this secret.
pub fn link(shared: &Shared, secret: &str) -> String {
    people::address(shared, &format!("welcome/{secret}"))
}
