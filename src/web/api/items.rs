//! Entries as programs see them: lists, one entry, its texts, its history. Reads only.

use super::problem::Problem;
use super::{ROOT, Shared, known_form, paged};
use crate::domain::classification::TextPart;
use crate::domain::ledger::Actor;
use crate::domain::{Digest, SubmissionId};
use crate::pipeline::{joined, texts_of};
use crate::review;
use crate::review::desk::{self, Filter, List};
use crate::review::queue::{self, Item};
use crate::store::{ledger, message, submission};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::Arc;

/// Entries of a page, if nothing is said.
const USUAL: usize = 50;

/// The version of an entry that decisions name: revision and edition, or for a message that is no submission its outcome.
pub fn etag(item: &Item) -> String {
    match &item.seen {
        Some(seen) => format!("\"{seen}\""),
        None => format!("\"{}\"", item.outcome.as_str()),
    }
}

/// One entry as it is now.
pub async fn find(shared: &Shared, id: &str) -> Result<Item, Problem> {
    let id = known_form(id, "such entry")?;
    let tools = &shared.tools;
    if let Some(item) = queue::item_of(&tools.store, &tools.config, &id).await? {
        return Ok(item);
    }
    let missing = Problem::not_found("such entry");
    // It may have been joined into another one: whoever asks can go on there.
    let line = submission::line(&tools.store, &SubmissionId(id)).await?;
    Err(match line.and_then(|line| line.merged_into) {
        Some(into) => missing.with("joined_into", into.as_str()),
        None => missing,
    })
}

/// An entry as an answer, with its ETag.
pub fn answer(status: StatusCode, item: &Item, body: Value) -> Response {
    let mut response = (status, Json(body)).into_response();
    if let Ok(value) = HeaderValue::from_str(&etag(item)) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

/// Takes `limit` out of a query; the rest is the filter's.
fn limit_of(query: &str) -> Result<(usize, String), Problem> {
    let (mut limit, mut rest) = (USUAL, Vec::new());
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.strip_prefix("limit=") {
            Some(number) => {
                let wrong = || Problem::unreadable(format!("limit is a number from 1 to {}.", desk::MOST));
                limit = number.parse().ok().filter(|one| (1..=desk::MOST).contains(one)).ok_or_else(wrong)?;
            }
            None => rest.push(pair),
        }
    }
    Ok((limit, rest.join("&")))
}

/// A page of a list.
pub async fn list(State(shared): State<Arc<Shared>>, uri: Uri) -> Result<Response, Problem> {
    let tools = &shared.tools;
    let (limit, query) = limit_of(uri.query().unwrap_or_default())?;
    let (filter, after) = Filter::read(&query, &tools.catalogue).map_err(Problem::unreadable)?;
    // Asked for before the page is made: what changes while it is made is told again, and not missed.
    let change = desk::last_change(tools).await?;
    let page = desk::list(tools, &filter, after, limit, (shared.clock)()).await?;
    let next = page.next.map(|after| format!("{ROOT}/items?{}&limit={limit}&after={after}", filter.query()));
    let body = json!({"items": page.items, "behind": page.behind, "change": change, "says": page.says});
    Ok(paged(body, next))
}

/// How many there are.
pub async fn counts(State(shared): State<Arc<Shared>>, uri: Uri) -> Result<Response, Problem> {
    let tools = &shared.tools;
    let (filter, _) = Filter::read(uri.query().unwrap_or_default(), &tools.catalogue).map_err(Problem::unreadable)?;
    let counts = desk::counts(tools, &filter, (shared.clock)()).await?;
    let lists: serde_json::Map<String, Value> =
        counts.lists.iter().map(|(list, count)| (list.as_str().to_string(), (*count).into())).collect();
    let found = counts.found.map(|found| json!({"count": found.count, "more": found.more}));
    let change = desk::last_change(tools).await?;
    let body =
        json!({"lists": lists, "facets": counts.facets, "found": found, "behind": counts.behind, "change": change});
    Ok(Json(body).into_response())
}

/// The numbers of the overview.
pub async fn overview(State(shared): State<Arc<Shared>>) -> Result<Response, Problem> {
    Ok(Json(review::overview(&shared.tools, List::Inputs, (shared.clock)()).await?).into_response())
}

/// One entry.
pub async fn one(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Result<Response, Problem> {
    let item = find(&shared, &id).await?;
    let body = serde_json::to_value(&item).map_err(|error| Problem::failed(&error))?;
    Ok(answer(StatusCode::OK, &item, body))
}

/// The texts of its parts.
pub async fn text(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Result<Response, Problem> {
    let item = find(&shared, &id).await?;
    let mut parts = Vec::new();
    for id in &item.messages {
        let parsed = message::parsed(&shared.tools.store, id).await?;
        for part in texts_of(&shared.tools, &parsed).await? {
            parts.push(part_of(&item, id.as_str(), &part));
        }
    }
    let body = json!({"id": item.id, "parts": parts});
    Ok(answer(StatusCode::OK, &item, body))
}

fn part_of(item: &Item, message: &str, part: &TextPart) -> Value {
    let mut marks = Vec::new();
    for one in &item.assignments {
        let own = one.evidence.iter().filter(|one| one.part == part.path && one.digest == part.digest);
        marks.extend(own.map(|evidence| {
            json!({"recommendation": one.recommendation, "start": evidence.span.start, "end": evidence.span.end})
        }));
    }
    json!({
        "message": message, "part": part.path, "name": part.name, "digest": part.digest,
        "text": joined(&part.segments), "segments": part.segments, "own": part.own, "marks": marks,
    })
}

/// What happened to it, oldest first; reasons in words where they were not erased.
pub async fn history(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Result<Response, Problem> {
    let item = find(&shared, &id).await?;
    let store = &shared.tools.store;
    let mut subjects = vec![item.id.clone()];
    subjects.extend(item.messages.iter().map(|id| id.as_str().to_string()));
    if item.state.is_some() {
        let revisions = submission::revisions(store, Some(&SubmissionId(item.id.clone()))).await?;
        subjects.extend(revisions.into_iter().map(|one| one.id.0));
    }
    subjects.dedup();
    let people = ledger::people(store).await?;
    let mut entries = Vec::new();
    for entry in ledger::about(store, &subjects).await? {
        let event = serde_json::to_value(&entry.event).map_err(|error| Problem::failed(&error))?;
        let reason = match event.get("reason").and_then(Value::as_str).and_then(|text| text.parse::<Digest>().ok()) {
            Some(commitment) => ledger::committed_text(store, commitment).await?,
            None => None,
        };
        let by = match &entry.actor {
            Actor::Pouch => Value::Null,
            Actor::Person(id) => json!({"id": id, "name": people.get(id)}),
        };
        entries.push(json!({
            "id": entry.id, "number": entry.number, "at": entry.at, "by": by, "event": event, "reason": reason,
        }));
    }
    Ok(answer(StatusCode::OK, &item, json!({"id": item.id, "entries": entries})))
}
