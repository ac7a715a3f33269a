//! Decisions of programs, and of people through them: each is the act of `review` that the pages and the command line call.
//! Every one names the version that was looked at (If-Match), so that nobody decides upon what they have not seen.

use super::bodies::{
    Approve, Assign, Because, Edited, Merge, OfMessage, Reason, Reject, Relate, Revise, SetAside, Split, Unassign, Wish,
};
use super::items::{answer, etag, find};
use super::problem::Problem;
use super::{Shared, act, read};
use crate::access::Visitor;
use crate::domain::submission::Rejection;
use crate::domain::{MessageId, SubmissionId};
use crate::review::queue::Item;
use crate::review::{self, Edit};
use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::Arc;

/// What every decision comes with.
struct Called<T> {
    shared: Arc<Shared>,
    visitor: Visitor,
    item: Item,
    seen: Option<(u32, u32)>,
    body: T,
}

/// The handlers' arguments.
type Given = (State<Arc<Shared>>, Extension<Visitor>, Path<String>, HeaderMap, Bytes);

/// The versions that an If-Match names (RFC 9110 13.1.1), of the strong ones.
fn named(headers: &HeaderMap) -> Result<Vec<String>, Problem> {
    let mut tags = Vec::new();
    for value in headers.get_all(header::IF_MATCH) {
        tags.extend(value.to_str().unwrap_or_default().split(',').map(|tag| tag.trim().to_string()));
    }
    tags.retain(|tag| !tag.is_empty());
    if tags.is_empty() || tags.iter().any(|tag| tag == "*") {
        let detail = "Say which version you looked at: If-Match with the ETag of the entry. \"*\" is not enough.";
        return Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, "no-version", detail));
    }
    Ok(tags)
}

/// The entry stands otherwise than the caller saw it.
fn stale(item: &Item) -> Problem {
    let (tag, state) = (etag(item), item.state.unwrap_or(item.outcome.as_str()));
    let detail =
        format!("It stands at {} now and is {state}: look at it again before you decide.", tag.trim_matches('"'));
    Problem::new(StatusCode::PRECONDITION_FAILED, "stale", detail)
        .with("etag", tag.as_str())
        .with("state", state)
        .with("item", serde_json::to_value(item).unwrap_or_default())
        .header(header::ETAG, tag)
}

async fn called<T: DeserializeOwned>(given: Given) -> Result<Called<T>, Problem> {
    let (State(shared), Extension(visitor), Path(id), headers, bytes) = given;
    let body = read(&headers, &bytes)?;
    let tags = named(&headers)?;
    let item = find(&shared, &id).await?;
    if !tags.contains(&etag(&item)) {
        return Err(stale(&item));
    }
    let pair = item.seen.as_deref().and_then(|seen| seen.split_once('.'));
    let seen = pair.and_then(|(number, edition)| Some((number.parse().ok()?, edition.parse().ok()?)));
    Ok(Called { shared, visitor, item, seen, body })
}

impl<T> Called<T> {
    fn act(&self, reason: &str) -> Result<review::Act, Problem> {
        act(&self.visitor, reason, self.seen, &self.shared)
    }

    /// The submission; an entry may be a message that is none.
    fn submission(&self) -> Result<SubmissionId, Problem> {
        if self.item.state.is_some() {
            return Ok(SubmissionId(self.item.id.clone()));
        }
        let words = format!("It is {}, and no submission: accept it first.", self.item.outcome.as_str());
        Err(Problem::new(StatusCode::CONFLICT, "not-allowed", words).with("state", self.item.outcome.as_str()))
    }

    /// The message that is meant.
    fn message(&self, named: Option<&String>) -> Result<MessageId, Problem> {
        match (named, self.item.messages.as_slice()) {
            (Some(named), all) => all
                .iter()
                .find(|id| id.as_str() == named)
                .cloned()
                .ok_or_else(|| Problem::not_found("such message in this entry")),
            (None, [only]) => Ok(only.clone()),
            (None, all) => {
                let words = format!("The entry has {} messages: say which one is meant with \"message\".", all.len());
                Err(Problem::refused(words))
            }
        }
    }

    /// Another submission that the body names.
    async fn other(&self, id: &str) -> Result<SubmissionId, Problem> {
        let other = find(&self.shared, id).await?;
        if other.state.is_some() { Ok(SubmissionId(other.id)) } else { Err(Problem::not_found("such submission")) }
    }

    /// What followed: the entry as it is now, if it is one still, and `more`. A decision that came too late gets the state
    /// that was there first.
    async fn done<R>(&self, result: review::Result<R>, more: impl FnOnce(R) -> Value) -> Result<Response, Problem> {
        let result = match result {
            Ok(result) => result,
            Err(review::Error::Stale { .. } | review::Error::Store(crate::store::Error::Conflict(_))) => {
                return Err(stale(&find(&self.shared, &self.item.id).await?));
            }
            Err(error) => return Err(error.into()),
        };
        self.shared.tools.store.ring();
        let mut body = more(result);
        let now = find(&self.shared, &self.item.id).await.ok();
        if let Some(map) = body.as_object_mut() {
            map.insert("item".into(), serde_json::to_value(&now).map_err(|error| Problem::failed(&error))?);
        }
        Ok(match now {
            Some(item) => answer(StatusCode::OK, &item, body),
            None => axum::response::IntoResponse::into_response(axum::Json(body)),
        })
    }
}

/// Approves it; it is public after the delay.
pub async fn approve(given: Given) -> Result<Response, Problem> {
    let call = called::<Approve>(given).await?;
    let (id, act) = (call.submission()?, call.act(&call.body.reason)?);
    let result = review::approve(&call.shared.tools, &id, call.body.findings_seen, &act).await;
    call.done(result, |due| json!({"public_from": due})).await
}

/// Has what another person approved go public; it is public after the delay.
pub async fn release_publication(given: Given) -> Result<Response, Problem> {
    let call = called::<Reason>(given).await?;
    let (id, act) = (call.submission()?, call.act(&call.body.reason)?);
    let result = review::release_publication(&call.shared.tools, &id, &act).await;
    call.done(result, |due| json!({"public_from": due})).await
}

/// Rejects it.
pub async fn reject(given: Given) -> Result<Response, Problem> {
    let call = called::<Reject>(given).await?;
    let rejection = match (call.body.because, &call.body.of) {
        (Because::DuplicateOf, Some(of)) => Rejection::DuplicateOf(call.other(of).await?),
        (Because::DuplicateOf, None) => return Err(Problem::refused("Say which entry it repeats: \"of\".")),
        (_, Some(_)) => return Err(Problem::refused("\"of\" goes with \"because\": \"duplicate-of\" only.")),
        (Because::OutOfScope, None) => Rejection::OutOfScope,
        (Because::NotReadable, None) => Rejection::NotReadable,
        (Because::Other, None) => Rejection::Other,
    };
    let (id, act) = (call.submission()?, call.act(&call.body.reason)?);
    call.done(review::reject(&call.shared.tools, &id, rejection, &act).await, |()| json!({})).await
}

/// Withdraws it.
pub async fn withdraw(given: Given) -> Result<Response, Problem> {
    let call = called::<Reason>(given).await?;
    let (id, act) = (call.submission()?, call.act(&call.body.reason)?);
    call.done(review::withdraw(&call.shared.tools, &id, &act).await, |()| json!({})).await
}

/// Puts it back into the queue.
pub async fn reopen(given: Given) -> Result<Response, Problem> {
    let call = called::<Reason>(given).await?;
    let (id, act) = (call.submission()?, call.act(&call.body.reason)?);
    call.done(review::reopen(&call.shared.tools, &id, &act).await, |()| json!({})).await
}

/// Changes details or parts.
pub async fn edit(given: Given) -> Result<Response, Problem> {
    let call = called::<Edited>(given).await?;
    let (id, act, body) = (call.submission()?, call.act(&call.body.reason)?, &call.body);
    let edit = Edit {
        title: body.title.clone(),
        submitter: body.submitter.clone(),
        kind: body.kind,
        on_behalf_of: body.on_behalf_of.clone(),
        languages: body.languages.clone(),
        parts: body.parts.clone(),
    };
    call.done(review::edit(&call.shared.tools, &id, &edit, &act).await, |()| json!({})).await
}

/// Assigns a recommendation.
pub async fn assign(given: Given) -> Result<Response, Problem> {
    let call = called::<Assign>(given).await?;
    let (id, act, body) = (call.submission()?, call.act(&call.body.reason)?, &call.body);
    let result = review::assign(&call.shared.tools, &id, &body.recommendation, &body.quote, &act).await;
    call.done(result, |()| json!({})).await
}

/// Takes a recommendation away.
pub async fn unassign(given: Given) -> Result<Response, Problem> {
    let call = called::<Unassign>(given).await?;
    let (id, act) = (call.submission()?, call.act(&call.body.reason)?);
    let result = review::unassign(&call.shared.tools, &id, &call.body.recommendation, &act).await;
    call.done(result, |()| json!({})).await
}

/// Joins it into another one.
pub async fn merge(given: Given) -> Result<Response, Problem> {
    let call = called::<Merge>(given).await?;
    let (id, into) = (call.submission()?, call.other(&call.body.into).await?);
    // What `review` checks here is the entry that gains the parts; this one may only be queued, and was looked at.
    let seen = match &call.body.into_seen {
        None => None,
        Some(text) => {
            let pair = text.split_once('.').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
            Some(pair.ok_or_else(|| Problem::refused("\"into_seen\" is revision and edition, as 1.2."))?)
        }
    };
    let act = act(&call.visitor, &call.body.reason, seen, &call.shared)?;
    call.done(review::merge(&call.shared.tools, &id, &into, &act).await, |()| json!({"into": into})).await
}

/// Makes it the next revision of another one.
pub async fn revise(given: Given) -> Result<Response, Problem> {
    let call = called::<Revise>(given).await?;
    let (id, of, act) = (call.submission()?, call.other(&call.body.of).await?, call.act(&call.body.reason)?);
    let result = review::revise(&call.shared.tools, &id, &of, &act).await;
    call.done(result, |number| json!({"into": of, "revision": number})).await
}

/// Makes parts an entry of their own.
pub async fn split(given: Given) -> Result<Response, Problem> {
    let call = called::<Split>(given).await?;
    let (id, act) = (call.submission()?, call.act(&call.body.reason)?);
    let result = review::split(&call.shared.tools, &id, &call.body.parts, &act).await;
    call.done(result, |new| json!({"new": new})).await
}

/// Says that it is no input.
pub async fn set_aside(given: Given) -> Result<Response, Problem> {
    let call = called::<SetAside>(given).await?;
    let (id, act) = (call.message(call.body.message.as_ref())?, call.act(&call.body.reason)?);
    let result = review::set_aside(&call.shared.tools, &id, call.body.kind, &act).await;
    call.done(result, |()| json!({"message": id})).await
}

/// Says that it is an input.
pub async fn accept(given: Given) -> Result<Response, Problem> {
    let call = called::<OfMessage>(given).await?;
    let (id, act) = (call.message(call.body.message.as_ref())?, call.act(&call.body.reason)?);
    call.done(review::accept(&call.shared.tools, &id, &act).await, |()| json!({"message": id})).await
}

/// Lets a held message go on.
pub async fn release(given: Given) -> Result<Response, Problem> {
    let call = called::<OfMessage>(given).await?;
    let (id, act) = (call.message(call.body.message.as_ref())?, call.act(&call.body.reason)?);
    let result = review::release(&call.shared.tools, &id, &act).await;
    call.done(result, |outcome| json!({"message": id, "outcome": outcome.as_str()})).await
}

/// Reads a held message again.
pub async fn retry(given: Given) -> Result<Response, Problem> {
    let call = called::<OfMessage>(given).await?;
    let (id, act) = (call.message(call.body.message.as_ref())?, call.act(&call.body.reason)?);
    call.done(review::retry(&call.shared.tools, &id, &act).await, |()| json!({"message": id})).await
}

/// Decides on a wish.
pub async fn wish(given: Given) -> Result<Response, Problem> {
    let call = called::<Wish>(given).await?;
    let (id, act, body) = (call.message(call.body.message.as_ref())?, call.act(&call.body.reason)?, &call.body);
    let result = review::decide_wish(&call.shared.tools, &id, body.number, body.heed, body.until, &act).await;
    call.done(result, |()| json!({"message": id})).await
}

/// Decides how two messages belong together.
pub async fn relate(given: Given) -> Result<Response, Problem> {
    let call = called::<Relate>(given).await?;
    let (id, act, body) = (call.message(call.body.message.as_ref())?, call.act(&call.body.reason)?, &call.body);
    let other = MessageId(super::known_form(&body.other, "such message")?);
    // In a relation either of the two may be the older one: `review` checks neither version, and this entry's was checked.
    let act = review::Act { seen: None, ..act };
    let result = review::decide_relation(&call.shared.tools, (&id, &other), body.kind, body.confirm, &act).await;
    call.done(result, |said| json!({"message": id, "said": said})).await
}
