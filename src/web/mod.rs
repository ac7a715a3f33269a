//! The review desk of `pouch serve`, its health answer, and the public pages for whoever sits at this machine. Shows and passes
//! on; every decision is a call into `review` or `access`.

mod add;
mod api;
mod assets;
mod brought;
mod error;
mod events;
mod forms;
mod guard;
mod input;
mod layout;
mod ledger;
mod list;
mod mailboxes;
mod me;
mod metrics;
mod overview;
mod people;
mod provider;
mod public;
mod reports;
mod sign_in;
mod status;
mod tls;
mod troubles;
mod words;

pub use words::Languages;

use crate::access;
use crate::access::oidc::{self, Provider};
use crate::domain::Timestamp;
use crate::domain::access::Right;
use crate::oauth::TokenKey;
use crate::pipeline::Tools;
use anyhow::Context as _;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch::Receiver;

/// What the pages work with.
pub struct Shared {
    tools: Arc<Tools>,
    /// Seals what is stored of one-time codes.
    key: TokenKey,
    languages: Languages,
    /// Of people's accounts at their organisation.
    provider: Option<Provider>,
    clock: fn() -> Timestamp,
    port: u16,
    /// Copies without the struck words that are being made.
    copying: input::Copying,
    /// The last proof of the ledger that somebody asked for.
    proving: ledger::Proving,
    /// Pages that stay open for what is new end with the service.
    stop: Receiver<bool>,
}

/// Listens where the configuration says.
///
/// # Errors
/// If the address is taken.
pub async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("the review desk cannot be served at {address}"))
}

/// The desk, ready to be served.
///
/// # Errors
/// If the words of a language or the certificate cannot be read.
pub fn desk(
    listener: &TcpListener,
    tools: Arc<Tools>,
    key: TokenKey,
    clock: fn() -> Timestamp,
    stop: Receiver<bool>,
) -> anyhow::Result<Arc<Shared>> {
    let port = listener.local_addr().map_or(0, |address| address.port());
    let languages = Languages::load(tools.config.desk.words.as_deref())?;
    let provider = tools.config.desk.oidc.clone().map(|config| Provider::new(config, oidc::PATIENCE));
    Ok(Arc::new(Shared {
        tools,
        key,
        languages,
        provider,
        clock,
        port,
        copying: input::Copying::default(),
        proving: ledger::Proving::default(),
        stop,
    }))
}

/// A link with which the first administrator makes an account; `None`: there is one.
///
/// # Errors
/// If the store does not answer.
pub async fn first_link(shared: &Shared) -> anyhow::Result<Option<String>> {
    let secret = access::first_link(&shared.tools.store, (shared.clock)()).await?;
    Ok(secret.map(|secret| sign_in::link(shared, &secret)))
}

/// Where browsers find the desk.
pub fn address(shared: &Shared) -> String {
    people::address(shared, "")
}

/// Serves until told to stop.
pub async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut stop = shared.stop.clone();
    let stopped = async move {
        let _ = stop.wait_for(|stopped| *stopped).await;
    };
    let service = router(shared.clone()).into_make_service_with_connect_info::<guard::Peer>();
    let served = match &shared.tools.config.desk.tls {
        None => axum::serve(listener, service).with_graceful_shutdown(stopped).await.map_err(anyhow::Error::new),
        Some((certificate, key)) => match tls::listener(listener, certificate, key) {
            Ok(listener) => {
                axum::serve(listener, service).with_graceful_shutdown(stopped).await.map_err(anyhow::Error::new)
            }
            Err(error) => Err(error),
        },
    };
    if let Err(error) = served {
        tracing::error!("the review desk is no longer served: {error:#}");
    }
}

fn router(shared: Arc<Shared>) -> Router {
    let only = |right| from_fn_with_state(right, guard::only_with);
    let desk = Router::new()
        .merge(reading().route_layer(only(Right::Read)))
        .merge(reviewing().route_layer(only(Right::Review)))
        .merge(publishing().route_layer(only(Right::Publish)))
        .merge(auditing().route_layer(only(Right::Audit)))
        .merge(administering().route_layer(only(Right::Administer)))
        .merge(entering())
        .fallback(async || Error::NotFound("There is no such page.".into()))
        .layer(from_fn_with_state(shared.clone(), guard::identify));
    Router::new()
        .merge(desk)
        .nest(api::ROOT, api::router(shared.clone()))
        .route("/static/{name}", get(asset))
        .route("/healthz", get(health))
        .route("/metrics", get(metrics_text))
        .route("/public", get(async || (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, "/public/")])))
        .route("/public/", get(public_root))
        .route("/public/{*path}", get(public_file))
        .layer(from_fn_with_state(shared.clone(), guard::only_own_names))
        .layer(from_fn_with_state(shared.clone(), guard::secure))
        .with_state(shared)
}

/// What everybody may see who may sign in.
fn reading() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(list::queue))
        .route("/held", get(list::held))
        .route("/set-aside", get(list::set_aside))
        .route("/overview", get(overview::page))
        .route("/overview.csv", get(overview::table))
        .route("/mailboxes", get(mailboxes::mailboxes))
        .route("/events", get(events::events))
        .route("/inputs/{id}", get(input::page))
        .route("/inputs/{id}/here", post(input::here))
        .route("/inputs/{id}/preview", get(input::preview))
        .route("/inputs/{id}/preview/{file}", get(input::preview_file))
        .route("/inputs/{id}/redaction", get(input::redaction))
        .route("/inputs/{id}/redaction/copies/{number}", get(input::copy_file))
        .route("/inputs/{id}/redaction/copies/{number}/pages/{page}", get(input::copy_picture))
        .route("/inputs/{id}/parts/{message}/{part}/pages/{page}", get(input::picture))
        .route("/inputs/{id}/parts/{message}/{part}/original", get(input::original))
        .route("/me", get(me::me))
        .route("/me/{what}", post(me::change))
        .route("/me/codes/{what}", post(me::codes))
        .route("/me/sessions/{hash}/end", post(me::end_session))
        .route("/me/keys/{id}/end", post(me::end_key))
}

/// What decides about inputs.
fn reviewing() -> Router<Arc<Shared>> {
    Router::new()
        .route("/add", get(add::form).post(add::send))
        .route("/add/{mailbox}/{uid}", get(add::on_its_way))
        .route("/several", post(list::several))
        .route("/inputs/{id}/letter.eml", get(input::letter))
        .route("/inputs/{id}/redaction/{what}", post(input::redact))
        .route("/inputs/{id}/{act}", post(input::act))
}

/// What the second person does, where publishing takes two.
fn publishing() -> Router<Arc<Shared>> {
    Router::new().route("/inputs/{id}/publish", post(input::publish))
}

/// What auditors see.
fn auditing() -> Router<Arc<Shared>> {
    Router::new()
        .route("/reports", get(reports::page))
        .route("/reports/received", get(reports::received))
        .route("/ledger", get(ledger::page))
        .route("/ledger/prove", post(ledger::prove))
}

fn administering() -> Router<Arc<Shared>> {
    Router::new()
        .route("/people", get(people::people))
        .route("/people/invite", post(people::invite))
        .route("/people/{id}/{act}", post(people::change))
        .route("/people/invitations/{hash}/take-back", post(people::take_back))
}

/// What is open to whoever is not signed in.
fn entering() -> Router<Arc<Shared>> {
    Router::new()
        .route("/sign-in", get(sign_in::form).post(sign_in::sign_in))
        .route("/sign-in/provider", post(provider::begin))
        .route("/sign-in/back", get(provider::back))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/welcome/{secret}", get(sign_in::welcome).post(sign_in::accept))
        .route("/language", post(sign_in::language))
}

async fn asset(axum::extract::Path(name): axum::extract::Path<String>, request: axum::extract::Request) -> Response {
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    assets::file(&name, known)
}

/// Whether the inside of the service may be told: to whoever sits at this machine, and to programs with a key.
async fn may_see(shared: &Shared, headers: &HeaderMap) -> Result<bool, Error> {
    let config = &shared.tools.config;
    if config.listen.ip().is_loopback() && !config.desk.behind_proxy {
        return Ok(true);
    }
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let key = given.strip_prefix("Bearer ").unwrap_or_default();
    let holder = access::key_holder(&shared.tools.store, key, (shared.clock)()).await?;
    Ok(holder.is_some_and(|visitor| visitor.may(Right::Read)))
}

async fn health(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Result<Response, Error> {
    let (is_well, mut answer) = status::health(&shared.tools, (shared.clock)()).await?;
    if !may_see(&shared, &headers).await? {
        answer = serde_json::json!({ "ok": is_well });
    }
    let status = if is_well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Ok((status, [(header::CONTENT_TYPE, "application/json")], answer.to_string()).into_response())
}

async fn metrics_text(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Result<Response, Error> {
    if !may_see(&shared, &headers).await? {
        let asked = [(header::WWW_AUTHENTICATE, "Bearer realm=\"pouch\"")];
        return Ok((StatusCode::UNAUTHORIZED, asked, "Send a key with the right read.\n").into_response());
    }
    let text = metrics::text(&shared.tools, (shared.clock)()).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

async fn public_root(State(shared): State<Arc<Shared>>) -> Response {
    public::file(&shared.tools.public_dir, "index.html").await
}

async fn public_file(
    State(shared): State<Arc<Shared>>,
    axum::extract::Path(path): axum::extract::Path<String>,
) -> Response {
    public::file(&shared.tools.public_dir, &path).await
}
