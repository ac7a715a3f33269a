//! What the publishing pipeline reads, takes and acknowledges. Hands out what was approved, and nothing of what was withdrawn.

use super::problem::Problem;
use super::{Page, ROOT, Shared, known_form, paged, read};
use crate::access::Visitor;
use crate::domain::{Digest, SubmissionId};
use crate::review::publications::{self, Approved, NotTaken, Publication};
use axum::Extension;
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use futures::StreamExt as _;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use utoipa::ToSchema;

/// What a worker wants to take.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Changes at most, 1 to 100.
    count: usize,
    /// How long the worker needs, 1 to 3600.
    seconds: u64,
}

/// What a worker has done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CarriedOut {
    /// As the lease was answered with.
    lease: String,
    /// `manifest_digest` of what was published; null: it was taken down.
    #[schema(required = true)]
    digest: Option<String>,
}

fn told(one: &Publication) -> Value {
    let (line, id) = (&one.line, &one.line.submission);
    let files = one.public.iter().flat_map(|public| public.input.offered_files()).map(|file| {
        json!({
            "digest": file.digest, "name": file.file_name, "label": file.label, "media_type": file.media_type,
            "size_bytes": file.size_bytes, "href": format!("{ROOT}/publications/{id}/files/{}", file.digest),
        })
    });
    json!({
        "id": id, "sequence": line.sequence, "change": line.change, "changed_at": line.changed_at,
        "acknowledged": line.acknowledged >= line.sequence, "acknowledged_at": line.acknowledged_at,
        "manifest_digest": one.public.as_ref().map(|public| public.digest),
        "manifest": one.public.as_ref().map(|public| &public.manifest),
        "page": one.public.as_ref().map(|public| &public.input),
        "files": files.collect::<Vec<_>>(),
    })
}

/// What is public and what no longer is, by the number of the last change.
pub async fn feed(State(shared): State<Arc<Shared>>, uri: Uri) -> Result<Response, Problem> {
    let page = Page::read(&uri)?;
    let (all, next) = publications::feed(&shared.tools, page.after, page.limit).await?;
    let next = next.map(|next| format!("{ROOT}/publications?after={next}&limit={}", page.limit));
    Ok(paged(json!({"publications": all.iter().map(told).collect::<Vec<_>>()}), next))
}

async fn find(shared: &Shared, id: &str) -> Result<Publication, Problem> {
    let id = SubmissionId(known_form(id, "such publication")?);
    Ok(publications::one(&shared.tools, &id).await?)
}

async fn approved(shared: &Shared, id: &str) -> Result<Approved, Problem> {
    let gone = "It was withdrawn: nothing of it is handed out any more.";
    find(shared, id).await?.public.ok_or_else(|| Problem::new(StatusCode::GONE, "withdrawn", gone))
}

/// One of them.
pub async fn one(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    Ok(Json(told(&find(&shared, &id).await?)))
}

/// The manifest, byte for byte: its SHA-256 is `manifest_digest`.
pub async fn manifest(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Result<Response, Problem> {
    let approved = approved(&shared, &id).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], approved.manifest_text).into_response())
}

/// The bytes of a file, as they are public; only as a download.
pub async fn file(
    State(shared): State<Arc<Shared>>,
    Path((id, digest)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let digest: Digest = digest.parse().map_err(|_| Problem::not_found("such file in this publication"))?;
    let approved = approved(&shared, &id).await?;
    let (file, path) = publications::file(&shared.tools, &approved, digest)?;
    let later = || {
        let detail = "The file is being written to the public folder; ask again in a moment.";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "later", detail).header(header::RETRY_AFTER, "1")
    };
    let bytes = tokio::fs::File::open(path.ok_or_else(later)?).await.map_err(|_| later())?;
    let chunks = futures::stream::unfold(bytes, async |mut bytes| {
        let mut chunk = vec![0; 1 << 16];
        match bytes.read(&mut chunk).await {
            Ok(0) => None,
            Ok(length) => {
                chunk.truncate(length);
                Some((Ok(Bytes::from(chunk)), bytes))
            }
            Err(error) => Some((Err(error), bytes)),
        }
    });
    let head = [
        (header::CONTENT_TYPE, file.media_type),
        (header::CONTENT_LENGTH, file.size_bytes.to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.file_name)),
        (header::ETAG, format!("\"{digest}\"")),
    ];
    Ok((head, Body::from_stream(chunks.boxed())).into_response())
}

/// Takes changes that are due.
pub async fn lease(
    State(shared): State<Arc<Shared>>,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let wanted: Wanted = read(&headers, &body)?;
    let (now, time) = ((shared.clock)(), Duration::from_secs(wanted.seconds));
    let (id, until, given) = publications::lease(&shared.tools, &visitor.person, wanted.count, time, now).await?;
    let body = json!({"lease": id, "until": until, "publications": given.iter().map(told).collect::<Vec<_>>()});
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// Says that a change was carried out.
pub async fn acknowledge(
    State(shared): State<Arc<Shared>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let done: CarriedOut = read(&headers, &body)?;
    let id = SubmissionId(known_form(&id, "such publication")?);
    let digest = done.digest.as_deref().map(str::parse::<Digest>).transpose();
    let digest = digest.map_err(|_| Problem::refused("\"digest\" is 64 hexadecimal digits, or null."))?;
    let by = (&visitor.person, done.lease.as_str());
    let taken = publications::acknowledge(&shared.tools, &id, by, digest, (shared.clock)()).await?;
    let now = told(&find(&shared, id.as_str()).await?);
    let (kind, detail) = match taken {
        Ok(()) => return Ok(Json(now).into_response()),
        Err(NotTaken::NoLease) => ("no-lease", "The lease ran out, or it is another's: take it again."),
        Err(NotTaken::Changed) => ("changed", "It changed while you had it: it is due again, as it is now."),
        Err(NotTaken::OtherDigest) => ("other-digest", "What you published is not what was approved."),
    };
    Err(Problem::new(StatusCode::CONFLICT, kind, detail).with("publication", now))
}
