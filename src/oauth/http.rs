//! One request to a token endpoint, with limits on time and size. Follows no redirect: it would carry secrets away.

use crate::domain::Timestamp;
use jiff::fmt::rfc2822;
use oauth2::{HttpRequest, HttpResponse};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio_rustls::rustls::crypto::ring;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// From the first byte of the name's resolution to the last of the answer.
const TIME: Duration = Duration::from_secs(15);

/// Longest answer, in bytes; real ones have some four thousand.
const MOST: u64 = 1 << 20;

/// The endpoint cannot be reached, or cannot answer now.
#[derive(Debug)]
pub struct Unreachable(String);

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreachable {}

/// Sends a request, on a thread where it may block.
pub async fn send(request: HttpRequest) -> Result<HttpResponse, Unreachable> {
    send_within(request, TIME).await
}

/// As `send`, with another limit on the whole time.
pub async fn send_within(request: HttpRequest, time: Duration) -> Result<HttpResponse, Unreachable> {
    let sent = tokio::task::spawn_blocking(move || send_and_wait(request, time)).await;
    sent.unwrap_or_else(|_| Err(Unreachable("the request broke down".into())))
}

/// The time that the endpoint's last answer claims (RFC 9110 6.6.1), for whoever wonders about the own clock.
#[derive(Clone, Debug, Default)]
pub struct ServerTime(Arc<Mutex<Option<Timestamp>>>);

impl ServerTime {
    pub fn get(&self) -> Option<Timestamp> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, answer: &HttpResponse) {
        let date = answer.headers().get("date").and_then(|date| date.to_str().ok());
        let date = date.and_then(|date| rfc2822::DateTimeParser::new().parse_timestamp(date).ok());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = date;
    }
}

/// As `send`; the time of the answer is in `noted` afterwards.
pub async fn send_noting(request: HttpRequest, noted: ServerTime) -> Result<HttpResponse, Unreachable> {
    let answer = send(request).await?;
    noted.note(&answer);
    Ok(answer)
}

fn send_and_wait(request: HttpRequest, time: Duration) -> Result<HttpResponse, Unreachable> {
    let roots = rustls_native_certs::load_native_certs().certs;
    let roots: Vec<Certificate<'static>> = roots.iter().map(|one| Certificate::from_der(one).to_owned()).collect();
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&roots))
        .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
        .build();
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(time))
        .http_status_as_error(false)
        .max_redirects(0)
        .tls_config(tls)
        .build();
    let unreachable = |error: ureq::Error| Unreachable(error.to_string());
    let agent = ureq::Agent::new_with_config(config);
    // A GET has no body, not even an empty one.
    let answer = match *request.method() == oauth2::http::Method::GET {
        true => agent.run(request.map(|_| ())),
        false => agent.run(request),
    };
    let answer = answer.map_err(unreachable)?;
    let status = answer.status();
    if status.is_server_error() || status.as_u16() == 429 {
        return Err(Unreachable(format!("it answers {}", status.as_u16())));
    }
    let (parts, mut body) = answer.into_parts();
    let bytes = body.with_config().limit(MOST).read_to_vec().map_err(unreachable)?;
    Ok(HttpResponse::from_parts(parts, bytes))
}
