//! Why a request is not answered with what it asked for: one error for all pages, in words for the person.

use super::layout::{Layout, legible, page};
use crate::{access, review, store};
use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Why a page cannot be shown or an act is not done.
#[derive(Debug)]
pub enum Error {
    /// There is no such thing, in words.
    NotFound(String),
    /// The person may not do this.
    Forbidden,
    /// Not signed in; after that, on to this path.
    SignIn(String),
    /// The form does not make sense, or the rules do not allow it; in words.
    Refused(String),
    Store(store::Error),
    Template(askama::Error),
    /// Something else failed: for the log, never for the page.
    Failed(anyhow::Error),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Self {
        Self::Template(error)
    }
}

impl From<access::Error> for Error {
    fn from(error: access::Error) -> Self {
        match error {
            access::Error::Refused(why) => Self::Refused(why),
            access::Error::Store(error) => Self::Store(error),
        }
    }
}

impl From<review::Error> for Error {
    fn from(error: review::Error) -> Self {
        match error {
            review::Error::NotFound(what) => Self::NotFound(format!("There is no {what}.")),
            review::Error::Store(error) => Self::Store(error),
            other => Self::Refused(other.to_string()),
        }
    }
}

#[derive(Template)]
#[template(path = "desk/error.html")]
struct ErrorPage<'a> {
    layout: &'a Layout,
    words: String,
}

impl Error {
    /// The status, and the sentence for the person.
    pub fn told(&self, layout: &Layout) -> (StatusCode, String) {
        match self {
            Self::NotFound(what) => (StatusCode::NOT_FOUND, what.clone()),
            Self::Forbidden => (StatusCode::FORBIDDEN, layout.t("error.forbidden").into()),
            Self::SignIn(_) => (StatusCode::UNAUTHORIZED, layout.t("error.sign-in").into()),
            Self::Refused(why) => (StatusCode::UNPROCESSABLE_ENTITY, why.clone()),
            Self::Store(store::Error::Conflict(why)) => (StatusCode::CONFLICT, why.clone()),
            Self::Store(error) => {
                tracing::error!(%error, "a page could not be shown");
                (StatusCode::INTERNAL_SERVER_ERROR, layout.t("error.failed").into())
            }
            Self::Template(error) => {
                tracing::error!(%error, "a page could not be made");
                (StatusCode::INTERNAL_SERVER_ERROR, layout.t("error.failed").into())
            }
            Self::Failed(error) => {
                tracing::error!("a request failed: {error:#}");
                (StatusCode::INTERNAL_SERVER_ERROR, layout.t("error.failed").into())
            }
        }
    }

    /// As a page of the desk.
    pub fn answer(&self, layout: &Layout) -> Response {
        if let Self::SignIn(next) = self {
            let to =
                if next == "/" { "/sign-in".into() } else { format!("/sign-in?next={}", super::forms::encoded(next)) };
            return (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response();
        }
        let (status, words) = self.told(layout);
        // A sentence may repeat what stood in an address or a form.
        let words = legible(&words);
        match (ErrorPage { layout, words: words.clone() }).render() {
            Ok(text) => page(status, text),
            Err(_) => (status, words).into_response(),
        }
    }
}

/// Without a frame; `guard::identify` puts the frame around it, where there is one.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::SignIn(_) => StatusCode::UNAUTHORIZED,
            Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Store(store::Error::Conflict(_)) => StatusCode::CONFLICT,
            Self::Store(_) | Self::Template(_) | Self::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut response = (status, "This cannot be shown now; the service's log says why.\n").into_response();
        response.extensions_mut().insert(std::sync::Arc::new(self));
        response
    }
}
