//! Adding an input that did not come by mail: files as a form sends them, or a whole mail. Believes no name of a file.

use super::items::{answer, find};
use super::problem::Problem;
use super::{ROOT, Shared, act};
use crate::access::Visitor;
use crate::domain::MessageId;
use crate::domain::mailbox::UidKey;
use crate::review::Act;
use crate::review::by_hand::{self, Brought, ByHand};
use crate::store::message;
use axum::extract::{FromRequest as _, Multipart, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// Largest body.
pub const MOST_BYTES: usize = 50 << 20;

/// Most files of one input.
const MOST_FILES: usize = 50;

/// So long the answer waits for the pipeline; then it says that the input is on its way.
const WAIT: Duration = Duration::from_secs(20);

/// How often is looked whether it is through, and for how long at most.
const LOOK: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(3600);

/// Adds it.
pub async fn add(
    State(shared): State<Arc<Shared>>,
    Extension(visitor): Extension<Visitor>,
    request: Request,
) -> Result<Response, Problem> {
    let now = (shared.clock)();
    let mut fields = Fields::of_query(request.uri().query().unwrap_or_default())?;
    let what = match media_type(request.headers()).as_str() {
        "message/rfc822" => {
            let bytes = axum::body::to_bytes(request.into_body(), MOST_BYTES).await;
            Brought::Mail(bytes.map_err(|_| Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE))?.into())
        }
        "multipart/form-data" => {
            let form = Multipart::from_request(request, &shared).await;
            let form = form.map_err(|error| Problem::unreadable(error.body_text()))?;
            let files = fields.take_form(form).await?;
            let from = fields.from.take().ok_or_else(|| Problem::refused("Say who sent it: \"from\"."))?;
            Brought::Files { from, title: fields.title.take(), files }
        }
        _ => return Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)),
    };
    let received = match fields.received.as_deref() {
        None => now,
        Some(text) => by_hand::moment(text, &shared.tools.config.call.time_zone)
            .map_err(|error| Problem::refused(format!("received: {error:#}.")))?,
    };
    let source = fields.source.ok_or_else(|| Problem::refused("Say how it came: \"source\"."))?;
    let act = act(&visitor, &format!("added by hand: {}", source.trim()), None, &shared)?;
    let hand = ByHand { source, received, what };
    let key = by_hand::bring(&shared.tools, &hand, now).await?;
    // On its own: it is noted who brought it also if nobody waits for the answer any more.
    let noting = tokio::spawn(noted(shared.clone(), key, act));
    match tokio::time::timeout(WAIT, noting).await {
        Ok(noted) => through(&shared, &noted.map_err(|error| Problem::failed(&error))??).await,
        Err(_) => Ok(under_way(None)),
    }
}

fn media_type(headers: &HeaderMap) -> String {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Waits until it is through, and notes who brought it.
async fn noted(shared: Arc<Shared>, key: UidKey, act: Act) -> Result<Option<MessageId>, Problem> {
    let begun = tokio::time::Instant::now();
    while begun.elapsed() < LONGEST {
        let act = Act { now: (shared.clock)(), ..act.clone() };
        if let Some(id) = by_hand::arrived(&shared.tools, &key, &act).await? {
            return queued(&shared, id).await.map(Some);
        }
        tokio::time::sleep(LOOK).await;
    }
    tracing::error!("what a person added is still on its way after an hour; who added it is not noted");
    Ok(None)
}

/// What the machine had set aside goes into the queue now, because a person brought it: that is waited for.
async fn queued(shared: &Shared, id: MessageId) -> Result<MessageId, Problem> {
    let begun = tokio::time::Instant::now();
    while begun.elapsed() < WAIT {
        let line = message::line(&shared.tools.store, &id).await?;
        if line.is_none_or(|line| line.submission.is_some()) {
            break;
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(id)
}

/// It is noted; the entry follows at once, or in a moment if it has to go into the queue first.
async fn through(shared: &Shared, id: &Option<MessageId>) -> Result<Response, Problem> {
    let Some(id) = id else { return Ok(under_way(None)) };
    let line = message::line(&shared.tools.store, id).await?;
    let Some(of) = line.and_then(|line| line.submission) else { return Ok(under_way(Some(id))) };
    let item = find(shared, of.as_str()).await?;
    let mut response = answer(StatusCode::CREATED, &item, json!({"message": id, "item": item}));
    if let Ok(value) = format!("{ROOT}/items/{of}").parse() {
        response.headers_mut().insert(header::LOCATION, value);
    }
    Ok(response)
}

fn under_way(message: Option<&MessageId>) -> Response {
    (StatusCode::ACCEPTED, Json(json!({"message": message, "item": null}))).into_response()
}

/// What is said beside the files.
#[derive(Default)]
struct Fields {
    source: Option<String>,
    from: Option<String>,
    title: Option<String>,
    received: Option<String>,
}

impl Fields {
    fn of_query(query: &str) -> Result<Self, Problem> {
        let mut fields = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            fields.set(&name, &value)?;
        }
        Ok(fields)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), Problem> {
        let field = match name {
            "source" => &mut self.source,
            "from" => &mut self.from,
            "title" => &mut self.title,
            "received" => &mut self.received,
            _ => return Err(Problem::refused(format!("There is no field {name:?}."))),
        };
        *field = Some(value.to_string()).filter(|value| !value.trim().is_empty());
        Ok(())
    }

    async fn take_form(&mut self, mut form: Multipart) -> Result<Vec<(String, Vec<u8>)>, Problem> {
        let mut files = Vec::new();
        let wrong = |error: axum::extract::multipart::MultipartError| Problem::unreadable(error.body_text());
        while let Some(field) = form.next_field().await.map_err(wrong)? {
            let name = field.name().unwrap_or_default().to_string();
            if name != "file" {
                self.set(&name, &field.text().await.map_err(wrong)?)?;
                continue;
            }
            // A name is a name, not a path.
            let name = field.file_name().unwrap_or("file").rsplit(['/', '\\']).next().unwrap_or("file");
            let name: String = crate::domain::harmless(name).chars().take(200).collect();
            let name = if name.trim().is_empty() { "file".into() } else { name };
            if files.len() == MOST_FILES {
                return Err(Problem::refused(format!("One input has at most {MOST_FILES} files.")));
            }
            files.push((name, field.bytes().await.map_err(wrong)?.into()));
        }
        Ok(files)
    }
}
