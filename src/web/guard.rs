//! The gate in front of every page: the right name, the person behind a cookie, the word in a form, the right for a group of
//! pages, the headers of every answer. What passes here is known; what does not is told why.

use super::error::Error;
use super::forms::{Fields, cookies};
use super::layout::{Layout, choices};
use super::tls::Greeted;
use super::{Shared, brought, forms};
use crate::access::{self, Visitor};
use crate::domain::access::Right;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::serve::IncomingStream;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::net::TcpListener;

/// Largest form without a file, in bytes.
const FORM: usize = 1 << 20;

/// The only address that takes a form with files.
const UPLOAD: &str = "/add";

/// Under which a form is kept for its handler.
#[derive(Clone, Debug, Default)]
pub struct Sent(pub Fields);

/// A token for those who are not signed in: forms before that carry a word, too.
const BEFORE: &str = "pouch-form";

/// Name of the session's cookie. The prefix makes browsers refuse it from anywhere but this host by https (RFC 6265bis 4.1.3).
pub fn cookie_name(is_https: bool) -> &'static str {
    if is_https { "__Host-pouch" } else { "pouch" }
}

/// A cookie that scripts cannot read and other sites do not send along.
pub fn cookie(shared: &Shared, token: &str, seconds: u32) -> String {
    let is_https = shared.tools.config.desk.is_https();
    let secure = if is_https { "; Secure" } else { "" };
    format!("{}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}", cookie_name(is_https))
}

fn is_loopback_name(host: &str, port: u16) -> bool {
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|name| {
        host.strip_prefix(name).is_some_and(|rest| rest == format!(":{port}") || (rest.is_empty() && port == 80))
    })
}

/// Lets only requests through that name this desk: a page elsewhere whose name was pointed at this address (DNS rebinding)
/// must not read the queue.
pub async fn only_own_names(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let desk = &shared.tools.config.desk;
    if desk.host().is_some_and(|own| own.eq_ignore_ascii_case(host)) || is_loopback_name(host, shared.port) {
        return next.run(request).await;
    }
    let words = "This desk answers only to its own name and port ([desk] url), or to localhost.\n";
    (StatusCode::MISDIRECTED_REQUEST, words).into_response()
}

/// Headers that every answer has: nothing from elsewhere, only our own script, no frame, no guess at types.
pub async fn secure(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                  base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    let fields = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // With "no-referrer" browsers would say "Origin: null" of our own forms, too.
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=()"),
    ];
    for (name, value) in fields {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    if shared.tools.config.desk.is_https() {
        let value = HeaderValue::from_static("max-age=31536000");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    response
}

/// The network address that a request comes from.
pub fn from(shared: &Shared, headers: &HeaderMap, peer: Option<IpAddr>) -> String {
    let forwarded = headers.get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
    // The last one is what our own proxy saw; those before it are what somebody says.
    let told = forwarded.and_then(|text| text.rsplit(',').next()?.trim().parse::<IpAddr>().ok());
    let address = told.filter(|_| shared.tools.config.desk.behind_proxy).or(peer);
    address.map_or_else(String::new, |address| address.to_string())
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Finds out who asks and in which language, reads a form and looks at its word; puts `Layout`, `Sent` and, if somebody is
/// signed in, `Visitor` with the request.
pub async fn identify(State(shared): State<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let given = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let given = given.collect::<Vec<_>>().join("; ");
    let jar = cookies(&given);
    let is_https = shared.tools.config.desk.is_https();
    let token = jar.get(cookie_name(is_https)).copied();
    let now = (shared.clock)();
    let found = match token {
        Some(token) => access::visitor(&shared.tools.store, token, now).await,
        None => Ok(None),
    };
    let accepted = text(headers, &header::ACCEPT_LANGUAGE).to_string();
    let visitor = found.as_ref().ok().and_then(Clone::clone);
    let (before, is_new) = match jar.get(BEFORE) {
        Some(token) if token.len() == 64 => ((*token).to_string(), false),
        _ => (crate::domain::Digest::of(uuid::Uuid::new_v4().as_bytes()).to_string(), true),
    };
    let csrf = visitor.as_ref().map_or_else(|| access::csrf_token(&before), |one| one.csrf.clone());
    let language = visitor.as_ref().and_then(|one| one.language.clone());
    let chosen = language.or_else(|| jar.get("pouch-language").map(|code| (*code).to_string()));
    let layout = Layout {
        words: shared.languages.choose(chosen.as_deref(), &accepted),
        languages: choices(&shared.languages),
        call: shared.tools.config.call.title.clone(),
        visitor: visitor.clone(),
        csrf,
        path: request.uri().path_and_query().map_or("/", |one| one.as_str()).to_string(),
        now,
        said: None,
    };
    if let Err(error) = found {
        return Error::from(error).answer(&layout);
    }
    if let Err(refusal) = take_form(&mut request, &layout, is_https).await {
        return refusal;
    }
    if let Some(visitor) = visitor.clone() {
        request.extensions_mut().insert(visitor);
    }
    request.extensions_mut().insert(layout.clone());
    let is_signed_in = visitor.is_some();
    let mut response = next.run(request).await;
    if let Some(error) = response.extensions_mut().remove::<Arc<Error>>() {
        response = error.answer(&layout);
    }
    if is_new && !is_signed_in {
        let secure = if is_https { "; Secure" } else { "" };
        let cookie = format!("{BEFORE}={before}; Path=/; HttpOnly; SameSite=Lax{secure}");
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

/// Reads the form of a request that changes something, and refuses one that another site sent.
async fn take_form(request: &mut Request, layout: &Layout, is_https: bool) -> Result<(), Response> {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(());
    }
    let refusal = |words: &str| Error::Refused(words.to_string()).answer(layout);
    if !is_from_here(request.headers(), is_https) {
        return Err(refusal(layout.t("error.other-site")));
    }
    let kind = text(request.headers(), &header::CONTENT_TYPE).to_ascii_lowercase();
    if kind.starts_with("multipart/form-data") && *request.method() == Method::POST && request.uri().path() == UPLOAD {
        return check_first_field(request, layout).await;
    }
    // Elsewhere a form with files is none of the desk's: it would come past the word.
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(refusal(layout.t("error.no-form")));
    }
    let body = std::mem::replace(request.body_mut(), Body::empty());
    let Ok(bytes): Result<Bytes, _> = to_bytes(body, FORM).await else {
        let words = layout.t("error.too-large").to_string();
        return Err((StatusCode::PAYLOAD_TOO_LARGE, words).into_response());
    };
    let fields = Fields::of(&bytes);
    if !access::is_csrf_token(fields.text("csrf"), &layout.csrf) {
        return Err(refusal(layout.t("error.form-old")));
    }
    request.extensions_mut().insert(Sent(fields));
    Ok(())
}

/// Of a form with files only the word is read here, which must be its first field: the files are read by the handler, after
/// the right was looked at.
async fn check_first_field(request: &mut Request, layout: &Layout) -> Result<(), Response> {
    let words = match brought::first_field(request).await {
        Some((name, word)) if name == "csrf" => {
            if access::is_csrf_token(&word, &layout.csrf) {
                return Ok(());
            }
            layout.t("error.form-old")
        }
        Some(_) | None => layout.t("error.no-form"),
    };
    brought::throw_away(std::mem::replace(request.body_mut(), Body::empty())).await;
    Err(Error::Refused(words.to_string()).answer(layout))
}

/// Whether the browser says that the request comes from a page of this desk, as far as it says anything (Fetch Metadata;
/// RFC 6454).
fn is_from_here(headers: &HeaderMap, is_https: bool) -> bool {
    let site = text(headers, &HeaderName::from_static("sec-fetch-site"));
    if !matches!(site, "" | "same-origin" | "none") {
        return false;
    }
    let origin = text(headers, &header::ORIGIN);
    let scheme = if is_https { "https" } else { "http" };
    let host = text(headers, &header::HOST);
    origin.is_empty() || origin.eq_ignore_ascii_case(&format!("{scheme}://{host}"))
}

/// Lets only those through who may do what takes this right.
pub async fn only_with(State(right): State<Right>, request: Request, next: Next) -> Response {
    let Some(layout) = request.extensions().get::<Layout>().cloned() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    match request.extensions().get::<Visitor>() {
        Some(visitor) if visitor.may(right) => next.run(request).await,
        Some(_) => Error::Forbidden.answer(&layout),
        None => {
            let wanted = if request.method() == Method::GET { layout.path.as_str() } else { "/" };
            Error::SignIn(forms::safe_next(wanted)).answer(&layout)
        }
    }
}

/// The other end of the line.
#[derive(Clone, Copy, Debug)]
pub struct Peer(SocketAddr);

impl Connected<IncomingStream<'_, TcpListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TcpListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

impl Connected<IncomingStream<'_, Greeted>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Greeted>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// Where the other end of the line is.
pub fn peer(request: &Request) -> Option<IpAddr> {
    request.extensions().get::<ConnectInfo<Peer>>().map(|ConnectInfo(Peer(address))| address.ip())
}
