//! Whether all is well: the mailboxes that are watched, and the answer for machines. Shows, changes nothing.

use super::Error;
use crate::domain::Timestamp;
use crate::domain::mailbox::MailboxRole;
use crate::pipeline::Tools;
use crate::store::mailbox::{self, MailboxLine, Sums};
use crate::store::{letter, task, waiting, webhook};
use serde_json::json;

/// The lines of the mailboxes that are configured.
pub async fn watched(tools: &Tools) -> Result<Vec<MailboxLine>, Error> {
    let mut lines = mailbox::all(&tools.store).await?;
    // The row of an account that is no longer configured stays for the record; nobody watches it any more.
    let configured = |line: &MailboxLine| tools.config.accounts.iter().any(|account| account.name == line.account);
    lines.retain(|line| line.role != MailboxRole::Import && configured(line));
    Ok(lines)
}

/// A mailbox is well if a complete check ended within three periods.
pub fn is_well(tools: &Tools, line: &MailboxLine, now: Timestamp) -> bool {
    let longest = tools.config.receive.compare * 3;
    line.last_check_at
        .is_some_and(|at| now.duration_since(at) <= longest.try_into().unwrap_or(jiff::SignedDuration::MAX))
        && line.last_error.is_none()
}

/// UIDs with a row that are on the server now, as far as is known.
pub fn present(sums: &Sums) -> u64 {
    sums.seen.saturating_sub(sums.vanished + sums.gone)
}

/// Messages on the server at the last complete check that have no row here: 0, or something is wrong. What came since has
/// rows, too, and is none of these.
pub fn missing(line: &MailboxLine, sums: &Sums) -> Option<u64> {
    line.server_count.map(|count| count.saturating_sub(present(sums)))
}

/// Whether all is well, and what the mailboxes say.
pub async fn health(tools: &Tools, now: Timestamp) -> Result<(bool, serde_json::Value), Error> {
    let lines = watched(tools).await?;
    let unended = waiting::since(&tools.store, now - tools.config.notify.waiting).await?;
    let well = unended.is_empty() && lines.iter().all(|line| is_well(tools, line, now));
    let mailboxes: Vec<_> = lines
        .iter()
        .map(|line| {
            json!({
                "mailbox": format!("{}/{}", line.account, line.folder), "ok": is_well(tools, line, now), "state": line.state,
                "since": line.state_since, "last_complete_check": line.last_check_at, "last_message": line.last_message_at,
                "on_server": line.server_count, "error": line.last_error,
            })
        })
        .collect();
    let under_way: i64 = task::counts(&tools.store).await?.iter().map(|(_, count)| count).sum();
    let (unheard, failing) = webhook::not_sent(&tools.store).await?;
    let conditions = tools.pool.conditions().await.unwrap_or_default();
    Ok((
        well,
        json!({
            "ok": well, "mailboxes": mailboxes, "under_way": under_way,
            "waiting_too_long": unended.len(), "waiting_since": unended.first().map(|one| one.since),
            "letters_not_sent": letter::stuck(&tools.store).await?,
            "webhooks": {"given_up": unheard, "failing": failing}, "gaps": conditions.gaps(),
            "readers": {
                "extractor": conditions.extractor.active, "tool_runner": conditions.tool_runner.active,
                "pdftotext": conditions.programs.pdftotext, "tesseract": conditions.programs.tesseract,
                "models": conditions.programs.models,
            },
        }),
    ))
}
