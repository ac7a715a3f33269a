//! What would become public, as a page before the decision, and the draft of a letter to the sender as a file. Sends and
//! publishes nothing.

use super::document::{attachment, disposition, to_save};
use crate::domain::SubmissionId;
use crate::publish::{self, Preview};
use crate::review::queue::item_of;
use crate::review::{draft, preview};
use crate::web::layout::Layout;
use crate::web::{Error, Shared};
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderName, header};
use axum::response::{Html, IntoResponse, Response};
use std::sync::Arc;

/// Nothing in the page runs or is sent, though it is ours: it is made of strangers' words and shall look as the public sees it.
const POLICY: &str = "sandbox allow-same-origin allow-downloads; default-src 'none'; style-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// The public page of an entry as publishing would write it now.
pub async fn page(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let shown = preview::of(&shared.tools, &SubmissionId(id.clone()), layout.now).await?;
    let notice = Preview {
        words: layout.t("item.preview-note").into(),
        back: format!("/inputs/{id}"),
        back_words: layout.t("item.preview-back").into(),
        files: format!("/inputs/{id}/preview/"),
    };
    let html = publish::preview_page(&shown.site, &shown.input, "/public/", &notice)?;
    let robots = (HeaderName::from_static("x-robots-tag"), "noindex, nofollow");
    Ok(([(header::CONTENT_SECURITY_POLICY, POLICY), (robots.0, robots.1)], Html(html)).into_response())
}

/// A file that the previewed page names, to be saved.
pub async fn file(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, Error> {
    let shown = preview::of(&shared.tools, &SubmissionId(id), layout.now).await?;
    let all = shown.input.files.iter().zip(&shown.manifest.files);
    let found = all.into_iter().find(|(public, _)| public.file_name == name).map(|(_, file)| file);
    let file = found.ok_or_else(|| Error::NotFound(layout.t("item.no-part").into()))?;
    match (&file.copy, &file.text) {
        // The copy without the struck words, as publishing takes it: never the file that was sent.
        (Some(copy), _) => match shared.tools.vault.open_object(copy.digest) {
            Ok((bytes, _)) => Ok(to_save(&file.label, tokio::fs::File::from_std(bytes))),
            Err(_) => Err(Error::NotFound(layout.t("item.no-part").into())),
        },
        (None, Some(text)) => {
            let fields = [
                (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_string()),
                (header::CONTENT_DISPOSITION, disposition(&format!("{}.txt", file.label))),
                (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'".into()),
            ];
            Ok((fields, text.clone()).into_response())
        }
        (None, None) => attachment(&shared, &layout, &file.part.message, &file.part.path).await,
    }
}

/// The letter that asks the sender, for a mail program.
pub async fn letter(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let tools = &shared.tools;
    let item = item_of(&tools.store, &tools.config, &id).await?;
    let item = item.ok_or_else(|| Error::NotFound(layout.t("item.none").into()))?;
    let draft = draft::draft(tools, &item, None).await?;
    let text = draft::as_message(&draft, layout.now)?;
    let fields = [
        (header::CONTENT_TYPE, "message/rfc822".to_string()),
        (header::CONTENT_DISPOSITION, disposition("letter.eml")),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'".into()),
    ];
    Ok((fields, text).into_response())
}
