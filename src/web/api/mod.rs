//! The interface for programs, /api/v1: what the pages can do, with keys in place of cookies. Every act is a call into
//! `review`, as on the pages; nothing is decided here.

mod add;
mod bodies;
mod books;
mod decisions;
mod describe;
mod gate;
mod items;
mod problem;
mod publications;

use super::Shared;
use crate::access::Visitor;
use crate::domain::access::Right;
use axum::Router;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use describe::Takes;
use problem::Problem;
use std::sync::Arc;

/// Where it is mounted.
pub const ROOT: &str = "/api/v1";

/// An address with a method: what serves it, and what its description says.
struct Route {
    method: &'static str,
    /// Below `ROOT`, as both axum and OpenAPI write it.
    path: &'static str,
    /// What the key must be good for; `None`: any key.
    right: Option<Right>,
    about: &'static str,
    takes: Takes,
    serves: MethodRouter<Arc<Shared>>,
}

impl Route {
    fn get(
        path: &'static str,
        right: impl Into<Option<Right>>,
        about: &'static str,
        takes: Takes,
        serves: MethodRouter<Arc<Shared>>,
    ) -> Self {
        Self { method: "get", path, right: right.into(), about, takes, serves }
    }

    fn post(
        path: &'static str,
        right: Right,
        about: &'static str,
        takes: Takes,
        serves: MethodRouter<Arc<Shared>>,
    ) -> Self {
        Self { method: "post", path, right: Some(right), about, takes, serves }
    }
}

/// The routes of `ROOT`; whoever adds one here has it described.
fn routes() -> Vec<Route> {
    let mut routes = reading();
    routes.extend(deciding());
    routes.extend(publishing());
    routes
}

fn reading() -> Vec<Route> {
    use Right::{Administer, Audit, Read};
    vec![
        Route::get("/items", Read, "A page of a list", Takes::Filter, get(items::list)),
        Route::get("/items/{id}", Read, "One entry, with its ETag", Takes::Nothing, get(items::one)),
        Route::get("/items/{id}/text", Read, "The texts of its parts, with marks", Takes::Nothing, get(items::text)),
        Route::get("/items/{id}/history", Read, "What happened to it", Takes::Nothing, get(items::history)),
        Route::get("/counts", Read, "How many there are", Takes::Filter, get(items::counts)),
        Route::get("/overview", Read, "Numbers of all inputs", Takes::Nothing, get(items::overview)),
        Route::get("/mailboxes", Read, "The watched mailboxes and their state", Takes::Nothing, get(books::mailboxes)),
        Route::get("/catalogue", Read, "The recommendations", Takes::Nothing, get(books::catalogue)),
        Route::get("/ledger", Audit, "Sealed entries of the ledger", Takes::Page, get(books::ledger)),
        Route::get("/people", Administer, "Accounts and their roles", Takes::Nothing, get(books::people)),
        Route::get("/me", None, "Whose key this is, and what it is good for", Takes::Nothing, get(books::me)),
        Route::get(
            "/webhooks",
            Administer,
            "Endpoints that are told of events, and the last deliveries",
            Takes::Nothing,
            get(books::webhooks),
        ),
    ]
}

fn deciding() -> Vec<Route> {
    use Right::Review;
    let act = |path, about, takes, serves| Route::post(path, Review, about, takes, serves);
    vec![
        act("/items", "Adds an input that did not come by mail", Takes::Input, post(add::add)),
        act("/items/{id}/approve", "Approves it", Takes::decision("Approve"), post(decisions::approve)),
        act("/items/{id}/reject", "Rejects it", Takes::decision("Reject"), post(decisions::reject)),
        act("/items/{id}/withdraw", "Withdraws it", Takes::decision("Reason"), post(decisions::withdraw)),
        act("/items/{id}/reopen", "Puts it back into the queue", Takes::decision("Reason"), post(decisions::reopen)),
        act("/items/{id}/edit", "Changes details or parts", Takes::decision("Edit"), post(decisions::edit)),
        act("/items/{id}/assign", "Assigns a recommendation", Takes::decision("Assign"), post(decisions::assign)),
        act("/items/{id}/unassign", "Takes one away", Takes::decision("Unassign"), post(decisions::unassign)),
        act("/items/{id}/merge", "Joins it into another one", Takes::decision("Merge"), post(decisions::merge)),
        act(
            "/items/{id}/revise",
            "Makes it the next revision of another one",
            Takes::decision("Revise"),
            post(decisions::revise),
        ),
        act("/items/{id}/split", "Makes parts an entry of their own", Takes::decision("Split"), post(decisions::split)),
        act(
            "/items/{id}/set-aside",
            "Says that it is no input",
            Takes::decision("SetAside"),
            post(decisions::set_aside),
        ),
        act("/items/{id}/accept", "Says that it is an input", Takes::decision("OfMessage"), post(decisions::accept)),
        act("/items/{id}/release", "Lets a held message go on", Takes::decision("OfMessage"), post(decisions::release)),
        act("/items/{id}/retry", "Reads a held message again", Takes::decision("OfMessage"), post(decisions::retry)),
        act("/items/{id}/wish", "Decides on a wish of its sender", Takes::decision("Wish"), post(decisions::wish)),
        act(
            "/items/{id}/relate",
            "Decides how two messages belong together",
            Takes::decision("Relate"),
            post(decisions::relate),
        ),
    ]
}

fn publishing() -> Vec<Route> {
    use Right::Publish;
    vec![
        Route::post(
            "/items/{id}/release-publication",
            Publish,
            "Has what another person approved go public, where that takes two",
            Takes::decision("Reason"),
            post(decisions::release_publication),
        ),
        Route::get(
            "/publications",
            Publish,
            "What is public and what no longer is",
            Takes::Page,
            get(publications::feed),
        ),
        Route::get("/publications/{id}", Publish, "One of them", Takes::Nothing, get(publications::one)),
        Route::get(
            "/publications/{id}/manifest",
            Publish,
            "What the approver saw, byte for byte",
            Takes::Nothing,
            get(publications::manifest),
        ),
        Route::get(
            "/publications/{id}/files/{digest}",
            Publish,
            "The bytes of one of its files",
            Takes::Nothing,
            get(publications::file),
        ),
        Route::post(
            "/publications/leases",
            Publish,
            "Takes changes that are due, for a time",
            Takes::Body("Wanted"),
            post(publications::lease),
        ),
        Route::post(
            "/publications/{id}/acknowledge",
            Publish,
            "Says that a change was carried out",
            Takes::Body("CarriedOut"),
            post(publications::acknowledge),
        ),
    ]
}

/// Everything below `ROOT`.
pub fn router(shared: Arc<Shared>) -> Router<Arc<Shared>> {
    let mut router = Router::new().route("/openapi.json", get(describe::openapi));
    for route in routes() {
        let passes = gate::Passes { shared: shared.clone(), right: route.right, most_bytes: route.takes.most_bytes() };
        router = router.route(route.path, route.serves.route_layer(from_fn_with_state(passes, gate::pass)));
    }
    router
        .fallback(async || Problem::of_status(StatusCode::NOT_FOUND))
        .method_not_allowed_fallback(async || Problem::of_status(StatusCode::METHOD_NOT_ALLOWED))
        .layer(from_fn(gate::explained))
}

/// The body of a request, as the description says.
fn read<T: serde::de::DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind != "application/json" {
        return Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    serde_json::from_slice(body).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => Problem::refused(format!("The body is not what is described: {error}.")),
        _ => Problem::unreadable(format!("The body is no JSON: {error}.")),
    })
}

/// An id from an address: all of ours have the form of a UUID.
fn known_form(id: &str, what: &str) -> Result<String, Problem> {
    uuid::Uuid::try_parse(id).map(|id| id.to_string()).map_err(|_| Problem::not_found(what))
}

/// Which changes or entries behind which one are asked for.
struct Page {
    after: u64,
    limit: usize,
}

impl Page {
    const USUAL: usize = 50;
    const MOST: usize = 200;

    /// Reads `after` and `limit`; anything else is refused, never ignored.
    fn read(uri: &Uri) -> Result<Self, Problem> {
        let mut page = Self { after: 0, limit: Self::USUAL };
        for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            let number = || value.parse::<u64>().ok().filter(|number| *number <= i64::MAX as u64);
            let wrong = || Problem::unreadable(format!("{name} is no number that makes sense."));
            match &*name {
                "after" => page.after = number().ok_or_else(wrong)?,
                "limit" => {
                    page.limit =
                        number().filter(|number| *number > 0).ok_or_else(wrong)?.min(Self::MOST as u64) as usize;
                }
                _ => {
                    return Err(Problem::unreadable(format!(
                        "There is no parameter {name:?}; there are after and limit."
                    )));
                }
            }
        }
        Ok(page)
    }
}

/// A page as JSON, with where the next one is both in it and in the head (RFC 8288).
fn paged(mut body: serde_json::Value, next: Option<String>) -> Response {
    if let Some(map) = body.as_object_mut() {
        map.insert("next".into(), next.clone().into());
    }
    let mut response = axum::Json(body).into_response();
    if let Some(value) = next.and_then(|next| format!("<{next}>; rel=\"next\"").parse().ok()) {
        response.headers_mut().insert(header::LINK, value);
    }
    response
}

/// Whose decision it is, in the words of `review`.
fn act(
    visitor: &Visitor,
    reason: &str,
    seen: Option<(u32, u32)>,
    shared: &Shared,
) -> Result<crate::review::Act, Problem> {
    if reason.trim().is_empty() {
        return Err(Problem::refused("Say why: \"reason\" is missing or empty."));
    }
    Ok(crate::review::Act { by: visitor.name.clone(), reason: reason.trim().into(), seen, now: (shared.clock)() })
}
