//! The left half of the page: the parts of an entry, pictures of their pages, and the one deliberate way to the file itself.
//! Nothing of a file is shown but pixels that a sandboxed child made.

use super::place::Place;
use crate::domain::classification::Evidence;
use crate::domain::message::ParsedMessage;
use crate::domain::{Digest, MessageId};
use crate::pipeline::pages::{self, NoPicture};
use crate::pipeline::{Tools, source};
use crate::review::queue::{Item, ItemAttachment, item_of};
use crate::store::message;
use crate::web::forms::encoded;
use crate::web::layout::{Layout, plain};
use crate::web::{Error, Shared};
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};

/// Pictures that one look at the page shows.
const MOST_PAGES: u32 = 30;

/// A part of an entry as a tab.
pub struct Part {
    pub message: MessageId,
    pub path: String,
    /// `MESSAGE:PATH`, as forms and addresses name it.
    pub key: String,
    pub name: String,
    pub about: String,
    pub link: String,
    pub is_here: bool,
    /// Whether it becomes public.
    pub is_chosen: bool,
    /// Whether it can be chosen at all: files and texts, no logos and no envelopes.
    pub can_be_chosen: bool,
    /// Languages are chosen elsewhere; this is what lies hidden in it.
    pub findings: Vec<String>,
    pub download: String,
    pages: u32,
    media_type: String,
    /// Of a file; `None`: it is a text of a mail.
    digest: Option<Digest>,
    /// What its quotes name it by.
    source: Option<Digest>,
}

impl Part {
    /// Whether a quote was taken from this part.
    pub fn is_source(&self, evidence: &Evidence) -> bool {
        self.path == evidence.part && self.source.is_none_or(|digest| digest == evidence.digest)
    }
}

/// The document that is shown.
#[derive(Default)]
pub struct Document {
    pub pages: Vec<PageView>,
    /// The address of the pages after these, and of those before.
    pub later: Option<String>,
    pub earlier: Option<String>,
    /// Why there is no picture.
    pub reason: Option<String>,
}

/// A page of it.
pub struct PageView {
    pub number: u32,
    pub address: String,
    /// Why it could not be drawn, if that was tried.
    pub reason: Option<String>,
}

/// All parts of an entry, in the order of its mails; the second value is which one is shown.
pub fn parts(
    layout: &Layout,
    item: &Item,
    place: &Place,
    parsed: &BTreeMap<MessageId, ParsedMessage>,
    chosen: &[crate::domain::submission::PartRef],
) -> (Vec<Part>, usize) {
    let mut parts = Vec::new();
    for (number, id) in item.messages.iter().enumerate() {
        let Some(message) = parsed.get(id) else { continue };
        let one = |path: &str, name: String, about: String| Part {
            message: id.clone(),
            path: path.into(),
            key: format!("{id}:{path}"),
            name,
            about,
            link: place.entry(&item.id, &[("part", &format!("{id}:{path}"))]),
            is_here: false,
            is_chosen: chosen.iter().any(|part| part.message == *id && part.path == path),
            can_be_chosen: true,
            findings: Vec::new(),
            download: format!("/inputs/{}/parts/{id}/{}/original", item.id, encoded(path)),
            pages: 0,
            media_type: "text/plain".into(),
            digest: None,
            source: (path == "body").then(|| Digest::of(message.body.text.as_bytes())),
        };
        let several = if item.messages.len() > 1 { format!(" {}", number + 1) } else { String::new() };
        parts.push(one("body", format!("{}{several}", layout.t("item.body")), String::new()));
        for attachment in item.attachments.iter().filter(|one| one.message == *id) {
            let name = attachment.name.clone().unwrap_or_else(|| layout.x("item.part", &attachment.part));
            if attachment.status == "message" {
                parts.push(one(&format!("{}.body", attachment.part), plain(&name), layout.t("item.inner").into()));
                continue;
            }
            let file = one(&attachment.part, plain(&name), about(layout, attachment));
            parts.push(Part {
                can_be_chosen: attachment.status != "archive",
                findings: attachment.findings.iter().map(|one| plain(&one.detail)).collect(),
                pages: u32::try_from(attachment.pages).unwrap_or(0),
                media_type: attachment.media_type.clone(),
                digest: Some(attachment.digest),
                source: Some(attachment.digest),
                ..file
            });
        }
    }
    let wanted = place.part.as_ref().map(|(message, path)| format!("{message}:{path}"));
    let by_key = wanted.and_then(|key| parts.iter().position(|one| one.key == key));
    let by_use = || parts.iter().position(|one| one.is_chosen).unwrap_or(0);
    let here = by_key.unwrap_or_else(by_use);
    if let Some(one) = parts.get_mut(here) {
        one.is_here = true;
    }
    (parts, here)
}

/// As `PDF, 12 pages, 78 KB`.
fn about(layout: &Layout, one: &ItemAttachment) -> String {
    let pages = if one.pages > 0 { format!("{}, ", layout.n("item.pages", one.pages)) } else { String::new() };
    let status = match one.status.as_str() {
        "text" | "archive" => String::new(),
        other => format!(", {}", layout.w("item-status", other)),
    };
    format!("{pages}{}{status}", size(one.size_bytes))
}

fn size(bytes: u64) -> String {
    match bytes {
        0..=1023 => format!("{bytes} B"),
        1024..=1_048_575 => format!("{} KB", bytes.div_ceil(1024)),
        _ => format!("{:.1} MB", bytes as f64 / 1_048_576.0),
    }
}

/// The pictures of a part, or why there are none. Draws nothing: browsers ask for each when it comes into view.
pub async fn document(tools: &Tools, layout: &Layout, item: &Item, place: &Place, part: &Part) -> Document {
    let Some(digest) = part.digest else {
        return Document { reason: Some(layout.t("item.is-text").into()), ..Document::default() };
    };
    if pages::has_pages(tools, &part.media_type).await.is_err() {
        return Document { reason: Some(layout.t("item.no-picture").into()), ..Document::default() };
    }
    // How many pages an office file has is known once it was printed for the first picture: whoever goes on waits for that.
    let known = if part.pages > 0 { Some(part.pages) } else { tools.pages.count(digest) };
    let known = match known {
        None if place.page > 1 => pages::page_count(tools, &part.message, &part.path).await.ok(),
        known => known,
    };
    let count = known.unwrap_or(1).max(1);
    if let Some(reason) = pages::known_reason(tools, digest, 0) {
        return Document { reason: Some(reason), ..Document::default() };
    }
    let first = place.page.clamp(1, count);
    let last = (first + MOST_PAGES - 1).min(count);
    let view = |number: u32| PageView {
        number,
        address: format!("/inputs/{}/parts/{}/{}/pages/{number}.png", item.id, part.message, encoded(&part.path)),
        reason: pages::known_reason(tools, digest, number),
    };
    let at = |page: u32| place.entry(&item.id, &[("part", &part.key), ("page", &page.to_string())]);
    Document {
        pages: (first..=last).map(view).collect(),
        later: (last < count || known.is_none()).then(|| at(last + 1)),
        earlier: (first > 1).then(|| at(first.saturating_sub(MOST_PAGES).max(1))),
        reason: None,
    }
}

/// The message of an entry with this id: nobody reaches another one's files by an entry's address.
async fn own_message(shared: &Shared, layout: &Layout, id: &str, message: &str) -> Result<MessageId, Error> {
    let tools = &shared.tools;
    let item = item_of(&tools.store, &tools.config, id).await?;
    let own = item.and_then(|item| item.messages.into_iter().find(|one| one.as_str() == message));
    own.ok_or_else(|| Error::NotFound(layout.t("item.no-part").into()))
}

/// A page of a part as a PNG.
pub async fn picture(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Path((id, message, part, name)): Path<(String, String, String, String)>,
) -> Result<Response, Error> {
    let message = own_message(&shared, &layout, &id, &message).await?;
    let number = name.strip_suffix(".png").and_then(|digits| digits.parse().ok());
    let number = number.ok_or_else(|| Error::NotFound(layout.t("item.no-part").into()))?;
    match pages::page_picture(&shared.tools, &message, &part, number).await {
        Ok(picture) => {
            let fields = [(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "private, max-age=3600")];
            Ok((fields, picture.png).into_response())
        }
        Err(NoPicture::Unknown) => Err(Error::NotFound(layout.t("item.no-part").into())),
        Err(NoPicture::Reason(reason)) => {
            let fields = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
            Ok((StatusCode::UNPROCESSABLE_ENTITY, fields, reason).into_response())
        }
        Err(NoPicture::Store(error)) => Err(error.into()),
    }
}

/// The bytes as they were sent, to be saved and never to be opened here.
pub async fn original(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Path((id, message, part)): Path<(String, String, String)>,
) -> Result<Response, Error> {
    let message = own_message(&shared, &layout, &id, &message).await?;
    attachment(&shared, &layout, &message, &part).await
}

/// A part of a message as a file to save; `body`: the mail as it came.
pub async fn attachment(shared: &Shared, layout: &Layout, message: &MessageId, path: &str) -> Result<Response, Error> {
    let missing = || Error::NotFound(layout.t("item.no-part").into());
    let line = message::line(&shared.tools.store, message).await?.ok_or_else(missing)?;
    let part = line.summary.parts.iter().find(|one| one.path == path.trim_end_matches(".body"));
    if line.erased_at.is_some() || (path != "body" && part.is_none()) {
        return Err(missing());
    }
    let name = part.and_then(|one| one.name.clone()).unwrap_or_else(|| "mail.eml".into());
    let tools = shared.tools.clone();
    let is_whole = path == "body";
    let path = part.map(|one| one.path.clone()).unwrap_or_default();
    let (mut write, read) = tokio::io::duplex(1 << 16);
    tokio::spawn(async move {
        let done = async {
            if is_whole {
                let (file, _) = tools.vault.open_object(line.digest)?;
                tokio::io::copy(&mut tokio::fs::File::from_std(file), &mut write).await?;
            } else {
                tools.pool.part_bytes(&source(&tools, line.digest)?, &path, &mut write).await?;
            }
            anyhow::Ok(write.shutdown().await?)
        };
        if let Err(error) = done.await {
            tracing::warn!("a file could not be handed out: {error:#}");
        }
    });
    Ok(to_save(&name, read))
}

/// What is read as a file to save.
pub fn to_save(name: &str, read: impl AsyncRead + Send + Unpin + 'static) -> Response {
    let chunks = futures::stream::unfold(read, |mut read| async {
        let mut chunk = vec![0; 1 << 16];
        let bytes = read.read(&mut chunk).await.map(|length| {
            chunk.truncate(length);
            Bytes::from(chunk)
        });
        match bytes {
            Ok(bytes) if bytes.is_empty() => None,
            other => Some((other, read)),
        }
    });
    let fields = [
        (header::CONTENT_TYPE, "application/octet-stream".to_string()),
        (header::CONTENT_DISPOSITION, disposition(name)),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'".into()),
    ];
    (fields, Body::from_stream(chunks)).into_response()
}

/// `attachment`, with a name that is a name on any machine, and the real one beside it (RFC 6266, RFC 8187).
pub fn disposition(name: &str) -> String {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let kept: String = plain(name).chars().map(|c| if c.is_alphanumeric() || is_fine(c) { c } else { '_' }).collect();
    let kept = kept.trim_matches('.');
    // The end says what it is.
    let from = kept.char_indices().rev().nth(119).map_or(0, |(at, _)| at);
    let kept = if kept.is_empty() { "file" } else { &kept[from..] };
    let bare: String = kept.chars().map(|c| if is_fine(c) { c } else { '_' }).collect();
    let encoded: String = kept
        .bytes()
        .map(|b| if is_fine(char::from(b)) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect();
    format!("attachment; filename=\"{bare}\"; filename*=UTF-8''{encoded}")
}
