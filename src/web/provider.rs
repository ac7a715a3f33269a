//! Signing in with an organisation's account: to the provider and back. What must come back to the same browser is sealed in a
//! cookie of its own.

use super::error::Error;
use super::forms::{cookies, safe_next};
use super::guard::Sent;
use super::layout::{Layout, page};
use super::{Shared, people, sign_in};
use crate::access::{self, oidc};
use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use std::sync::Arc;

/// Holds a sign-in that has begun, for ten minutes.
const COOKIE: &str = "pouch-provider";

/// What the cookie's content is sealed for.
const SEALED_FOR: &str = "sign-in by provider";

/// On to the provider. Not a redirect: after a form it would be held to `form-action`, and browsers would not follow it.
#[derive(Template)]
#[template(path = "desk/on.html")]
struct OnPage {
    layout: Layout,
    url: String,
}

/// Sends the browser to the provider.
pub async fn begin(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Extension(Sent(fields)): Extension<Sent>,
) -> Result<Response, Error> {
    let Some(provider) = &shared.provider else {
        return Err(Error::NotFound("No provider is set up.".into()));
    };
    let back = people::address(&shared, "sign-in/back");
    let begun =
        oidc::begin(provider, &back, layout.now).await.map_err(|refused| Error::Refused(refused.to_string()))?;
    let kept = serde_json::to_string(&(&begun, safe_next(fields.text("next"))))
        .map_err(|error| Error::Failed(error.into()))?;
    let sealed = shared.key.seal(SEALED_FOR, &kept).map_err(|error| Error::Failed(error.into()))?;
    let mut response = page(StatusCode::OK, OnPage { layout, url: begun.url.clone() }.render()?);
    let on = HeaderValue::from_str(&format!("0; url={}", begun.url)).map_err(|error| Error::Failed(error.into()))?;
    response.headers_mut().insert(header::REFRESH, on);
    set_cookie(&shared, &mut response, &sealed, 600)?;
    Ok(response)
}

fn set_cookie(shared: &Shared, response: &mut Response, value: &str, seconds: u32) -> Result<(), Error> {
    let secure = if shared.tools.config.desk.is_https() { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={value}; Path=/sign-in; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    let value = HeaderValue::from_str(&cookie).map_err(|error| Error::Failed(error.into()))?;
    response.headers_mut().append(header::SET_COOKIE, value);
    Ok(())
}

/// The browser comes back.
pub async fn back(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Query(answer): Query<oidc::Answer>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let Some(provider) = &shared.provider else {
        return Err(Error::NotFound("No provider is set up.".into()));
    };
    let stale = || Error::Refused(oidc::Refused::Stale.to_string());
    let text = |name: header::HeaderName| {
        headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_string()
    };
    let (jar, agent) = (text(header::COOKIE), text(header::USER_AGENT));
    let sealed = cookies(&jar).get(COOKIE).map(|value| (*value).to_string()).unwrap_or_default();
    let kept = shared.key.open(SEALED_FOR, &sealed).map_err(|_| stale())?;
    let (begun, next): (oidc::Begun, String) = serde_json::from_str(&kept).map_err(|_| stale())?;
    let identity = oidc::finish(provider, &begun, &answer, layout.now).await;
    let identity = identity.map_err(|refused| Error::Refused(refused.to_string()))?;
    let token = access::enter(&shared.tools.store, &identity, &agent, layout.now).await?;
    let Some(token) = token else { return Err(Error::Refused(layout.t("sign-in.not-invited").into())) };
    let mut response = sign_in::with_session(&shared, &token, &next)?;
    set_cookie(&shared, &mut response, "", 0)?;
    Ok(response)
}
