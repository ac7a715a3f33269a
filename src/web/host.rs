//! Lets only requests through that name this machine: a page elsewhere whose name was pointed at 127.0.0.1 (DNS
//! rebinding) must not read the queue.

use super::Shared;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Refuses every other name with the reason.
pub async fn only_loopback_names(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
    if host.is_some_and(|host| is_here(host, shared.port)) {
        return next.run(request).await;
    }
    let words = "This page answers only to the name localhost (or 127.0.0.1, [::1]) with its port.\n";
    (StatusCode::MISDIRECTED_REQUEST, words).into_response()
}

fn is_here(host: &str, port: u16) -> bool {
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|name| {
        host.strip_prefix(name).is_some_and(|rest| rest == format!(":{port}") || (rest.is_empty() && port == 80))
    })
}
