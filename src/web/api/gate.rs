//! The gate of the interface for programs: whose key it is and what it is good for, how much may be sent, and that the same
//! request sent twice is done once. Takes no cookie, so that no browser can be made to ask.

use super::Shared;
use super::problem::Problem;
use crate::access::{self, Visitor};
use crate::domain::access::Right;
use crate::domain::{Digest, Timestamp};
use crate::store::request::{self, Answer, Known};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::Duration;

/// So long the answer to a key is kept.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// A request that was not answered after so long died with its process.
const ALIVE: Duration = Duration::from_secs(600);

/// Largest answer that is kept, in bytes; no act gives one as large.
const MOST_KEPT: usize = 4 << 20;

/// Longest key.
const LONGEST_KEY: usize = 255;

/// Headers that are kept with an answer.
const KEPT_HEADERS: [HeaderName; 4] = [header::CONTENT_TYPE, header::ETAG, header::LOCATION, header::LINK];

/// What passes a route.
#[derive(Clone)]
pub struct Passes {
    pub shared: Arc<Shared>,
    /// `None`: any key.
    pub right: Option<Right>,
    pub most_bytes: usize,
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Who comes with the key, if it holds.
async fn holder(passes: &Passes, headers: &HeaderMap, now: Timestamp) -> Result<Visitor, Problem> {
    let unknown = |error: &str, detail: &str| {
        let challenge = format!("Bearer realm=\"pouch\"{error}");
        Problem::new(StatusCode::UNAUTHORIZED, "no-key", detail).header(header::WWW_AUTHENTICATE, challenge)
    };
    let given = text(headers, &header::AUTHORIZATION).and_then(|value| {
        let (scheme, key) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
    });
    let Some(key) = given else {
        return Err(unknown("", "Send a key: Authorization: Bearer pouch_... (made on the page of your account)."));
    };
    let found = access::key_holder(&passes.shared.tools.store, key, now).await?;
    let visitor = found.ok_or_else(|| unknown(", error=\"invalid_token\"", "The key is unknown, ended or run out."))?;
    match passes.right {
        Some(right) if !visitor.may(right) => {
            let scope = format!("Bearer realm=\"pouch\", error=\"insufficient_scope\", scope=\"{}\"", right.as_str());
            let detail =
                format!("This takes the right {:?}, which the key or its person does not have.", right.as_str());
            Err(Problem::new(StatusCode::FORBIDDEN, "no-right", detail)
                .with("right", right.as_str())
                .header(header::WWW_AUTHENTICATE, scope))
        }
        _ => Ok(visitor),
    }
}

/// Lets a request through to its route.
pub async fn pass(State(passes): State<Passes>, request: Request, next: Next) -> Response {
    match passed(&passes, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn passed(passes: &Passes, mut request: Request, next: Next) -> Result<Response, Problem> {
    let now = (passes.shared.clock)();
    let visitor = holder(passes, request.headers(), now).await?;
    request.extensions_mut().insert(visitor.clone());
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(next.run(request).await);
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, passes.most_bytes).await else {
        return Err(Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE).header(header::CONNECTION, "close"));
    };
    let key = match parts.headers.get("idempotency-key") {
        None => None,
        Some(value) => Some(key_of(value)?),
    };
    let if_match = text(&parts.headers, &header::IF_MATCH).unwrap_or_default().to_string();
    let address = parts.uri.path_and_query().map_or("", |one| one.as_str());
    let fields = [parts.method.as_str().as_bytes(), address.as_bytes(), if_match.as_bytes(), &bytes[..]];
    let fingerprint = Digest::of_fields(fields);
    let request = Request::from_parts(parts, Body::from(bytes));
    let Some(key) = key else { return Ok(next.run(request).await) };
    if let Some(answer) = begun(passes, (&visitor, &key), fingerprint, now).await? {
        return Ok(answer);
    }
    // On its own: who hangs up must not leave behind an act without its answer.
    let (shared, person) = (passes.shared.clone(), visitor.person);
    let doing = tokio::spawn(async move {
        let response = next.run(request).await;
        let at = (&person, key.as_str());
        let (response, answer) = taken_apart(response).await?;
        if response.status().is_server_error() {
            request::forget(&shared.tools.store, at).await?;
        } else {
            request::end(&shared.tools.store, at, &answer).await?;
        }
        Ok::<Response, Problem>(response)
    });
    doing.await.map_err(|error| Problem::failed(&error))?
}

fn key_of(value: &HeaderValue) -> Result<String, Problem> {
    let key = value.to_str().unwrap_or_default().trim();
    let fits = !key.is_empty() && key.len() <= LONGEST_KEY && key.bytes().all(|byte| byte.is_ascii_graphic());
    let why = "Idempotency-Key must be 1 to 255 visible ASCII characters, as a UUID has.";
    if fits { Ok(key.into()) } else { Err(Problem::unreadable(why)) }
}

/// Begins the request under its key, or gives the answer that another one with the same key got.
async fn begun(
    passes: &Passes,
    (visitor, key): (&Visitor, &str),
    fingerprint: Digest,
    now: Timestamp,
) -> Result<Option<Response>, Problem> {
    let at = (&visitor.person, key);
    match request::begin(&passes.shared.tools.store, at, fingerprint, (now - KEPT, now - ALIVE), now).await? {
        None => Ok(None),
        Some(Known { fingerprint: known, .. }) if known != fingerprint.to_string() => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "key-used",
            "This Idempotency-Key was used for another request in the last 24 hours.",
        )),
        Some(Known { answer: None, .. }) => {
            let detail = "A request with this Idempotency-Key is under way; ask again in a moment.";
            Err(Problem::new(StatusCode::CONFLICT, "under-way", detail).header(header::RETRY_AFTER, "1"))
        }
        Some(Known { answer: Some(answer), .. }) => Ok(Some(repeated(answer))),
    }
}

async fn taken_apart(response: Response) -> Result<(Response, Answer), Problem> {
    let (parts, body) = response.into_parts();
    let bytes: Bytes = to_bytes(body, MOST_KEPT).await.map_err(|error| Problem::failed(&error))?;
    let kept = KEPT_HEADERS.iter().filter_map(|name| Some((name.as_str(), text(&parts.headers, name)?)));
    let answer = Answer {
        status: parts.status.as_u16(),
        headers: serde_json::to_string(&kept.collect::<Vec<_>>()).unwrap_or_default(),
        body: String::from_utf8_lossy(&bytes).into_owned(),
    };
    Ok((Response::from_parts(parts, Body::from(bytes)), answer))
}

fn repeated(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = (status, answer.body).into_response();
    let kept: Vec<(String, String)> = serde_json::from_str(&answer.headers).unwrap_or_default();
    for (name, value) in kept {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(&value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    response
}

/// Whatever refuses a request on its way, it is told in the one form.
pub async fn explained(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    let kind = text(response.headers(), &header::CONTENT_TYPE).unwrap_or_default();
    if (status.is_client_error() || status.is_server_error()) && kind != "application/problem+json" {
        let allow = response.headers().get(header::ALLOW).cloned();
        let mut told = Problem::of_status(status).into_response();
        if let Some(allow) = allow {
            told.headers_mut().insert(header::ALLOW, allow);
        }
        return told;
    }
    response
}
