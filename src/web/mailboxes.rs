//! The watched mailboxes: how each is doing, and that every message now on the server has a row here. Shows, changes nothing.

use super::Shared;
use super::error::Error;
use super::layout::{Layout, page, plain};
use super::status::{is_well, missing, present, watched};
use crate::domain::Timestamp;
use crate::store::mailbox::{self, Sums};
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "desk/mailboxes.html")]
struct MailboxesPage {
    layout: Layout,
    mailboxes: Vec<MailboxView>,
}

struct MailboxView {
    name: String,
    is_well: bool,
    state: String,
    since: Timestamp,
    error: Option<String>,
    checked: Option<Timestamp>,
    last_message: Option<Timestamp>,
    /// At the last complete check; `None`: there was none.
    on_server: Option<u64>,
    present: u64,
    missing: Option<u64>,
    sums: Sums,
}

/// The page.
pub async fn mailboxes(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
) -> Result<Response, Error> {
    let tools = &shared.tools;
    let sums = mailbox::sums(&tools.store).await?;
    let view = |line: mailbox::MailboxLine| {
        let sums = sums.iter().find(|one| one.mailbox == line.id).cloned().unwrap_or_else(|| Sums::none(&line.id));
        MailboxView {
            name: plain(&format!("{}/{}", line.account, line.folder)),
            is_well: is_well(tools, &line, layout.now),
            missing: missing(&line, &sums),
            present: present(&sums),
            sums,
            state: line.state,
            since: line.state_since,
            error: line.last_error.as_deref().map(plain),
            checked: line.last_check_at,
            last_message: line.last_message_at,
            on_server: line.server_count,
        }
    };
    let mailboxes = watched(tools).await?.into_iter().map(view).collect();
    Ok(page(StatusCode::OK, MailboxesPage { layout, mailboxes }.render()?))
}
