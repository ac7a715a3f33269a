//! What is kept beside the entries, as programs see it: mailboxes, the catalogue, the ledger, people, one's own key, webhooks.
//! Reads only; shows no secret and no hash of one.

use super::problem::Problem;
use super::{Page, ROOT, Shared, paged};
use crate::access::Visitor;
use crate::domain::access::Right;
use crate::pipeline::webhook_id;
use crate::store::{account, ledger, mailbox, webhook};
use crate::web::status::{missing, watched};
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use axum::{Extension, Json};
use serde_json::{Value, json};
use std::sync::Arc;

/// Deliveries that are shown.
const DELIVERIES: i64 = 100;

/// The watched mailboxes; what is missing of each is told in numbers.
pub async fn mailboxes(State(shared): State<Arc<Shared>>) -> Result<Json<Value>, Problem> {
    let tools = &shared.tools;
    let sums = mailbox::sums(&tools.store).await?;
    let lines = watched(tools).await.map_err(|error| Problem::failed(&format!("{error:?}")))?;
    let lines = lines.iter().map(|line| {
        let sum = sums.iter().find(|sum| sum.mailbox == line.id);
        json!({
            "id": line.id, "account": line.account, "folder": line.folder, "role": line.role, "state": line.state,
            "since": line.state_since, "last_complete_check": line.last_check_at, "last_message": line.last_message_at,
            "on_server": line.server_count, "error": line.last_error,
            "seen": sum.map(|sum| sum.seen), "gone_from_server": sum.map(|sum| sum.vanished),
            "parked": sum.map(|sum| sum.parked), "missing": sum.and_then(|sum| missing(line, sum)),
        })
    });
    Ok(Json(json!({"mailboxes": lines.collect::<Vec<_>>()})))
}

/// The recommendations; terms for matching are left out.
pub async fn catalogue(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let catalogue = &shared.tools.catalogue;
    let recommendations = catalogue.recommendations.iter().map(|one| {
        json!({
            "id": one.id, "section": one.section, "title": one.title, "summary": one.summary, "standing": one.standing,
            "addressed_to": one.addressed_to, "paragraph": one.paragraph,
        })
    });
    Json(json!({
        "symbol": catalogue.symbol, "name": catalogue.name, "edition": catalogue.edition, "digest": catalogue.digest(),
        "sections": catalogue.sections, "recommendations": recommendations.collect::<Vec<_>>(),
    }))
}

/// Sealed entries behind a number, and the head of the chain.
pub async fn ledger(State(shared): State<Arc<Shared>>, uri: Uri) -> Result<Response, Problem> {
    let page = Page::read(&uri)?;
    let store = &shared.tools.store;
    let entries = ledger::sealed_after(store, page.after, page.limit as i64).await?;
    let head = ledger::head(store).await?.map(|(number, hash)| json!({"number": number, "hash": hash}));
    let last = entries.last().and_then(|entry| entry.number).filter(|_| entries.len() == page.limit);
    let next = last.map(|last| format!("{ROOT}/ledger?after={last}&limit={}", page.limit));
    Ok(paged(json!({"entries": entries, "head": head}), next))
}

/// Accounts and their roles.
pub async fn people(State(shared): State<Arc<Shared>>) -> Result<Json<Value>, Problem> {
    let accounts = account::all(&shared.tools.store).await?;
    let people = accounts.iter().map(|one| {
        json!({
            "id": one.person, "name": one.name, "login": one.login, "roles": one.roles.words(),
            "one_time_codes": one.totp_secret.is_some(), "created_at": one.created_at, "closed_at": one.closed_at,
            "last_visit": one.visit_at,
        })
    });
    Ok(Json(json!({"people": people.collect::<Vec<_>>()})))
}

/// Whose key this is, and what it is good for.
pub async fn me(Extension(visitor): Extension<Visitor>) -> Json<Value> {
    let rights = Right::ALL.into_iter().filter(|right| visitor.may(*right)).map(Right::as_str);
    Json(json!({
        "id": visitor.person, "name": visitor.name, "roles": visitor.roles.words(), "rights": rights.collect::<Vec<_>>(),
    }))
}

/// Endpoints of the configuration, and the last deliveries; those first that did not go.
pub async fn webhooks(State(shared): State<Arc<Shared>>) -> Result<Json<Value>, Problem> {
    let endpoints = shared.tools.config.webhooks.iter().map(|one| {
        let events: Vec<&str> = one.events.iter().map(|event| event.as_str()).collect();
        json!({"id": webhook_id(&one.url), "url": one.url, "events": events})
    });
    let deliveries = webhook::latest(&shared.tools.store, DELIVERIES).await?;
    let deliveries = deliveries.iter().map(|one| {
        json!({
            "id": one.id, "endpoint": one.endpoint, "event": one.event, "entry": one.entry, "state": one.state,
            "attempts": one.attempts, "reason": one.reason, "created_at": one.created_at, "changed_at": one.changed_at,
        })
    });
    Ok(Json(json!({"endpoints": endpoints.collect::<Vec<_>>(), "deliveries": deliveries.collect::<Vec<_>>()})))
}
