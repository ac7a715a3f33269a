//! The read-only page of `pouch serve`, its health answer, and the public pages for whoever sits at this machine.
//! Loopback only, until there are accounts for people; decides nothing.

mod host;
mod input;
mod metrics;
mod public;
mod queue;

use crate::domain::Timestamp;
use crate::pipeline::Tools;
use anyhow::Context as _;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch::Receiver;

/// What the pages read from.
struct Shared {
    tools: Arc<Tools>,
    clock: fn() -> Timestamp,
    port: u16,
}

/// Why a page cannot be shown.
enum Error {
    Store(crate::store::Error),
    Template(askama::Error),
}

impl From<crate::store::Error> for Error {
    fn from(error: crate::store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Self {
        Self::Template(error)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match &self {
            Self::Store(error) => tracing::error!(%error, "a page could not be shown"),
            Self::Template(error) => tracing::error!(%error, "a page could not be made"),
        }
        (StatusCode::INTERNAL_SERVER_ERROR, "The page cannot be shown now; the service's log says why.\n")
            .into_response()
    }
}

/// Listens, on loopback only.
///
/// # Errors
/// If the address is not on loopback, or is taken.
pub async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    anyhow::ensure!(
        address.ip().is_loopback(),
        "{address} can be reached from other machines; until there are accounts for people, the review list is served \
         on loopback only (127.0.0.1 or [::1])"
    );
    TcpListener::bind(address).await.with_context(|| format!("the review list cannot be served at {address}"))
}

/// Serves until told to stop.
pub async fn serve(listener: TcpListener, tools: Arc<Tools>, clock: fn() -> Timestamp, mut stop: Receiver<bool>) {
    let port = listener.local_addr().map_or(0, |address| address.port());
    let stopped = async move {
        let _ = stop.wait_for(|stopped| *stopped).await;
    };
    let served = axum::serve(listener, router(tools, clock, port)).with_graceful_shutdown(stopped);
    if let Err(error) = served.await {
        tracing::error!(%error, "the review list is no longer served");
    }
}

fn router(tools: Arc<Tools>, clock: fn() -> Timestamp, port: u16) -> Router {
    let shared = Arc::new(Shared { tools, clock, port });
    Router::new()
        .route("/", get(queue_page))
        .route("/inputs/{id}", get(input_page))
        .route("/healthz", get(health))
        .route("/metrics", get(metrics_text))
        .route("/public", get(async || (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, "/public/")])))
        .route("/public/", get(public_root))
        .route("/public/{*path}", get(public_file))
        .layer(axum::middleware::from_fn_with_state(shared.clone(), host::only_loopback_names))
        .layer(axum::middleware::map_response(secure))
        .with_state(shared)
}

/// Headers that every answer has: nothing from elsewhere, no script, no frame, no guess at types.
async fn secure(mut response: Response) -> Response {
    let policy = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self'; base-uri 'none'; \
                  form-action 'none'; frame-ancestors 'none'";
    let fields = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in fields {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn queue_page(State(shared): State<Arc<Shared>>) -> Result<Html<String>, Error> {
    Ok(Html(queue::page(&shared.tools, (shared.clock)()).await?))
}

async fn input_page(
    State(shared): State<Arc<Shared>>,
    axum::extract::Path(id): axum::extract::Path<String>,
) -> Result<Response, Error> {
    Ok(match input::page(&shared.tools, &id).await? {
        Some(page) => Html(page).into_response(),
        None => (StatusCode::NOT_FOUND, "There is no such input in the list.\n").into_response(),
    })
}

async fn health(State(shared): State<Arc<Shared>>) -> Result<Response, Error> {
    let (is_well, answer) = queue::health(&shared.tools, (shared.clock)()).await?;
    let status = if is_well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Ok((status, [(header::CONTENT_TYPE, "application/json")], answer.to_string()).into_response())
}

async fn metrics_text(State(shared): State<Arc<Shared>>) -> Result<Response, Error> {
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
