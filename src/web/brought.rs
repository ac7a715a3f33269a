//! What somebody brings by hand, as it comes in: a form with files, and the wait until it is through. The same for the page and
//! for programs. Believes no name of a file, and never keeps more than the limit in memory.

use super::forms::Fields;
use crate::domain::harmless;
use crate::domain::mailbox::UidKey;
use crate::pipeline::Tools;
use crate::review;
use crate::review::by_hand::{self, Arrived};
use axum::body::{Body, Bytes};
use axum::extract::multipart::Field;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request};
use axum::http::header;
use futures::{StreamExt as _, stream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Largest body.
pub const MOST_BYTES: usize = 50 << 20;

/// Most files of one input.
pub const MOST_FILES: usize = 50;

/// Most fields beside the files, and the longest of them in bytes.
const MOST_FIELDS: usize = 50;
const LONGEST_FIELD: usize = 10_000;

/// Longest name of a file that is kept, in characters.
const LONGEST_NAME: usize = 200;

/// The first field of a form must lie within so many bytes.
const HEAD: usize = 4 << 10;

/// What is refused is still read to so many bytes and thrown away, as long as it comes: a browser shows no answer before it
/// has sent all.
const MOST_THROWN_AWAY: usize = 512 << 20;
const LONGEST_THROWN_AWAY: Duration = Duration::from_secs(120);
const LONGEST_SILENCE: Duration = Duration::from_secs(5);

/// How often is looked whether something is through.
const LOOK: Duration = Duration::from_millis(100);

/// A form as far as it could be read.
#[derive(Debug, Default)]
pub struct Form {
    pub fields: Fields,
    pub files: Vec<(String, Vec<u8>)>,
    /// Why it was not read to its end.
    pub trouble: Option<Trouble>,
}

/// Why a form could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// More than `MOST_BYTES`.
    TooLarge,
    /// More than `MOST_FILES`.
    TooMany,
    /// It is no such form, or breaks off; in words for a program.
    Unreadable(String),
}

/// The first field of a form with files, if it is a short text. Nothing behind it is looked at, and the request is as it was.
pub async fn first_field(request: &mut Request) -> Option<(String, String)> {
    let mut rest = std::mem::replace(request.body_mut(), Body::empty()).into_data_stream();
    let mut head = Vec::new();
    while head.len() < HEAD {
        match rest.next().await {
            Some(Ok(bytes)) => head.extend_from_slice(&bytes),
            Some(Err(_)) | None => break,
        }
    }
    let head = Bytes::from(head);
    *request.body_mut() = Body::from_stream(stream::iter([Ok(head.clone())]).chain(rest));
    let kind = request.headers().get(header::CONTENT_TYPE)?.clone();
    let alone =
        Request::builder().header(header::CONTENT_TYPE, kind).body(Body::from(head.slice(..head.len().min(HEAD))));
    let mut form = Multipart::from_request(alone.ok()?, &()).await.ok()?;
    let field = form.next_field().await.ok()??;
    let name = field.name().filter(|_| field.file_name().is_none())?.to_string();
    Some((name, field.text().await.ok()?))
}

/// Reads a body to its end, as far as it makes sense, and keeps nothing of it.
pub async fn throw_away(body: Body) {
    let mut rest = body.into_data_stream();
    let reading = async {
        let mut seen = 0;
        while let Ok(Some(Ok(bytes))) = tokio::time::timeout(LONGEST_SILENCE, rest.next()).await {
            seen += bytes.len();
            if seen > MOST_THROWN_AWAY {
                return;
            }
        }
    };
    let _ = tokio::time::timeout(LONGEST_THROWN_AWAY, reading).await;
}

/// Passes on at most `MOST_BYTES` of a body; if there is more, the rest is thrown away and then it is said.
fn at_most(body: Body, is_too_large: Arc<AtomicBool>) -> Body {
    let begun = (body.into_data_stream(), 0);
    Body::from_stream(stream::unfold(begun, move |(mut rest, passed)| {
        let is_too_large = is_too_large.clone();
        async move {
            let next = rest.next().await?;
            let Ok(bytes) = next else { return Some((next, (rest, passed))) };
            let passed: usize = passed + bytes.len();
            if passed <= MOST_BYTES {
                return Some((Ok(bytes), (rest, passed)));
            }
            is_too_large.store(true, Ordering::Relaxed);
            throw_away(Body::from_stream(rest)).await;
            None
        }
    }))
}

impl Form {
    /// Reads fields and files.
    pub async fn read(mut request: Request) -> Self {
        let is_too_large = Arc::new(AtomicBool::new(false));
        let body = std::mem::replace(request.body_mut(), Body::empty());
        *request.body_mut() = at_most(body, is_too_large.clone());
        DefaultBodyLimit::disable().apply(&mut request);
        let mut form = Self::default();
        if let Err(trouble) = form.fill(request).await {
            form.trouble = Some(if is_too_large.load(Ordering::Relaxed) { Trouble::TooLarge } else { trouble });
            // What was refused is kept no longer than that.
            form.files = Vec::new();
        }
        form
    }

    async fn fill(&mut self, request: Request) -> Result<(), Trouble> {
        let mut form =
            Multipart::from_request(request, &()).await.map_err(|why| Trouble::Unreadable(why.body_text()))?;
        let (mut count, mut trouble) = (0, None);
        while let Some(field) = form.next_field().await.map_err(unreadable)? {
            // One that is refused is still read: a browser shows no answer before it has sent all.
            if trouble.is_some() {
                skip(field).await?;
            } else if field.name() != Some("file") {
                count += 1;
                trouble = (count > MOST_FIELDS).then(|| Trouble::Unreadable("The form has too many fields.".into()));
                self.take_text(field).await?;
            } else if self.files.len() == MOST_FILES {
                trouble = Some(Trouble::TooMany);
                self.files = Vec::new();
                skip(field).await?;
            } else {
                self.take_file(field).await?;
            }
        }
        trouble.map_or(Ok(()), Err)
    }

    async fn take_text(&mut self, mut field: Field<'_>) -> Result<(), Trouble> {
        let name = field.name().unwrap_or_default().to_string();
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(unreadable)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > LONGEST_FIELD {
                return Err(Trouble::Unreadable("A field of the form is too long.".into()));
            }
        }
        self.fields.push(name, String::from_utf8_lossy(&bytes).into_owned());
        Ok(())
    }

    async fn take_file(&mut self, field: Field<'_>) -> Result<(), Trouble> {
        let given = field.file_name().unwrap_or_default().to_string();
        let bytes = field.bytes().await.map_err(unreadable)?;
        // So a browser sends a field in which nothing was chosen.
        if !(given.is_empty() && bytes.is_empty()) {
            self.files.push((file_name(&given), bytes.into()));
        }
        Ok(())
    }
}

async fn skip(mut field: Field<'_>) -> Result<(), Trouble> {
    while field.chunk().await.map_err(unreadable)?.is_some() {}
    Ok(())
}

fn unreadable(error: axum::extract::multipart::MultipartError) -> Trouble {
    Trouble::Unreadable(error.body_text())
}

/// A name is a name, not a path.
fn file_name(given: &str) -> String {
    let name = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = harmless(name).chars().take(LONGEST_NAME).collect();
    if name.trim_matches([' ', '.']).is_empty() { "file".into() } else { name }
}

/// Waits until something that was brought is through; `None`: it takes longer.
///
/// # Errors
/// If the store does not answer.
pub async fn through(tools: &Tools, key: &UidKey, patience: Duration) -> review::Result<Option<Arrived>> {
    let begun = tokio::time::Instant::now();
    loop {
        let arrived = by_hand::arrived(tools, key).await?;
        if arrived.is_some() || begun.elapsed() >= patience {
            return Ok(arrived);
        }
        tokio::time::sleep(LOOK).await;
    }
}
