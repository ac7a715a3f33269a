//! Adding an input that did not come by mail: files as a form sends them, or a whole mail. What is the same for the page of
//! the desk stands in `web::brought`.

use super::items::{answer, find};
use super::problem::Problem;
use super::{ROOT, Shared};
use crate::access::Visitor;
use crate::review::by_hand::{self, Arrived, Brought, ByHand};
use crate::web::brought::{self, Form, MOST_FILES, Trouble};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

pub use brought::MOST_BYTES;

/// So long the answer waits for the pipeline; then it says that the input is on its way.
const WAIT: Duration = Duration::from_secs(20);

/// Adds it.
pub async fn add(
    State(shared): State<Arc<Shared>>,
    Extension(visitor): Extension<Visitor>,
    request: Request,
) -> Result<Response, Problem> {
    let mut fields = Fields::of_query(request.uri().query().unwrap_or_default())?;
    let what = match media_type(request.headers()).as_str() {
        "message/rfc822" => {
            let bytes = axum::body::to_bytes(request.into_body(), MOST_BYTES).await;
            Brought::Mail(bytes.map_err(|_| Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE))?.into())
        }
        "multipart/form-data" => {
            let form = Form::read(request).await;
            if let Some(trouble) = form.trouble {
                return Err(told(trouble));
            }
            for (name, value) in form.fields.pairs() {
                fields.set(name, value)?;
            }
            let from = fields.from.take().ok_or_else(|| Problem::refused("Say who sent it: \"from\"."))?;
            Brought::Files { from, title: fields.title.take(), files: form.files }
        }
        _ => return Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)),
    };
    let zone = &shared.tools.config.call.time_zone;
    let received = fields.received.as_deref().map(|text| by_hand::moment(text, zone)).transpose();
    let received = received.map_err(|error| Problem::refused(format!("received: {error:#}.")))?;
    let source = fields.source.ok_or_else(|| Problem::refused("Say how it came: \"source\"."))?;
    let hand = ByHand { source, received, what };
    let (key, is_new) = by_hand::bring(&shared.tools, &hand, &visitor.name, (shared.clock)()).await?;
    match brought::through(&shared.tools, &key, WAIT).await? {
        Some(arrived) => through(&shared, &arrived, is_new).await,
        None => Ok((StatusCode::ACCEPTED, Json(json!({"message": null, "item": null}))).into_response()),
    }
}

fn told(trouble: Trouble) -> Problem {
    match trouble {
        Trouble::TooLarge => Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE),
        Trouble::TooMany => Problem::refused(format!("One input has at most {MOST_FILES} files.")),
        Trouble::Unreadable(why) => Problem::unreadable(why),
    }
}

fn media_type(headers: &HeaderMap) -> String {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The entry; of a message that somebody set aside since, that.
async fn through(shared: &Shared, arrived: &Arrived, is_new: bool) -> Result<Response, Problem> {
    let id = arrived.submission.as_ref().map_or(arrived.message.as_str(), |of| of.as_str());
    let item = find(shared, id).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    let mut response = answer(status, &item, json!({"message": arrived.message, "item": item}));
    if let Ok(value) = format!("{ROOT}/items/{id}").parse() {
        response.headers_mut().insert(header::LOCATION, value);
    }
    Ok(response)
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
}
