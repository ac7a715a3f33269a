//! Why a program's request is not answered with what it asked for (RFC 9457). Names no cause from inside: that is for the log.

use crate::{access, review, store};
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

/// Problem details; `kind` is the last part of `type`, a closed list in docs/api.md.
#[derive(Debug)]
pub struct Problem {
    pub status: StatusCode,
    kind: &'static str,
    detail: String,
    /// Members of its own (RFC 9457 3.2).
    more: Map<String, Value>,
    headers: Vec<(header::HeaderName, String)>,
}

impl Problem {
    /// A problem in words.
    pub fn new(status: StatusCode, kind: &'static str, detail: impl Into<String>) -> Self {
        Self { status, kind, detail: detail.into(), more: Map::new(), headers: Vec::new() }
    }

    /// With one more member.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.into(), value.into());
        self
    }

    /// With a header.
    pub fn header(mut self, name: header::HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// There is no such thing.
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", format!("There is no {what}."))
    }

    /// It can be read, and makes no sense.
    pub fn refused(why: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", why)
    }

    /// It cannot be read.
    pub fn unreadable(why: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "unreadable", why)
    }

    /// Something failed that is for the log.
    pub fn failed(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a program's request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "failed",
            "This cannot be answered now; the service's log says why.",
        )
    }

    /// What stands for an answer of this status that says nothing itself.
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::not_found("such address"),
            StatusCode::METHOD_NOT_ALLOWED => {
                Self::new(status, "method-not-allowed", "This address does not take this method.")
            }
            StatusCode::PAYLOAD_TOO_LARGE => Self::new(status, "too-large", "The body is too large."),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                Self::new(status, "media-type", "The body must be of the type that the description names.")
            }
            status if status.is_client_error() => Self::new(status, "unreadable", "The request cannot be read."),
            status => Self::new(status, "failed", "This cannot be answered now; the service's log says why."),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = Map::new();
        body.insert("type".into(), format!("urn:pouch:problem:{}", self.kind).into());
        body.insert("title".into(), self.status.canonical_reason().unwrap_or("Problem").into());
        body.insert("status".into(), self.status.as_u16().into());
        body.insert("detail".into(), self.detail.into());
        body.extend(self.more);
        let mut response = (self.status, Json(Value::Object(body))).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Conflict(why) => Self::new(StatusCode::CONFLICT, "conflict", why),
            other @ store::Error::Storage(_) => Self::failed(&other),
        }
    }
}

impl From<access::Error> for Problem {
    fn from(error: access::Error) -> Self {
        match error {
            access::Error::Refused(why) => Self::refused(why),
            access::Error::Store(error) => error.into(),
        }
    }
}

impl From<anyhow::Error> for Problem {
    fn from(error: anyhow::Error) -> Self {
        Self::failed(&format!("{error:#}"))
    }
}

impl From<review::Error> for Problem {
    fn from(error: review::Error) -> Self {
        let words = error.to_string();
        match error {
            review::Error::NotFound(what) => Self::not_found(&what),
            review::Error::Store(error) => error.into(),
            review::Error::Stale { now, .. } => {
                let present = format!("\"{}.{}\"", now.0, now.1);
                Self::new(StatusCode::PRECONDITION_FAILED, "stale", words)
                    .with("etag", present.as_str())
                    .header(header::ETAG, present.as_str())
            }
            review::Error::NotAllowed(refused) => {
                Self::new(StatusCode::CONFLICT, "not-allowed", words).with("state", refused.state)
            }
            review::Error::FindingsNotSeen(lines) => {
                let words = "The files show or hold more than their text, or are not all. Look at them; if this may become \
                             public, approve with \"findings_seen\": true.";
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "findings-not-seen", words).with("findings", lines)
            }
            review::Error::Refused(why) => Self::refused(why),
        }
    }
}
