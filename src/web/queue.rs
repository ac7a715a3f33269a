//! The queue as a page: what waits for a person first, then what is held, set aside and decided. Shows, changes nothing.

use super::Error;
use super::layout::plain;
use crate::domain::Timestamp;
use crate::domain::ledger::Outcome;
use crate::domain::mailbox::MailboxRole;
use crate::domain::waiting::Waiting;
use crate::pipeline::Tools;
use crate::review::queue::{Item, items};
use crate::store::mailbox::{self, MailboxLine};
use crate::store::{letter, message, task, waiting, webhook};
use askama::Template;
use serde_json::json;

/// Decided and set-aside items that the page shows; `pouch list --all` shows every one.
const MOST: usize = 200;

/// What waits too long that the page names one by one.
const MOST_WAITING: usize = 20;

#[derive(Template)]
#[template(path = "queue.html")]
struct QueuePage {
    title: String,
    now: Timestamp,
    /// Heading, what to say of nothing, items, and how many more there are.
    groups: Vec<Group>,
    mailboxes: Vec<MailboxView>,
    under_way: i64,
    troubles: Vec<String>,
}

struct Group {
    heading: &'static str,
    nothing: &'static str,
    items: Vec<Item>,
    more: usize,
}

struct MailboxView {
    name: String,
    state: String,
    since: String,
    checked: String,
    server_count: String,
    error: String,
    is_well: bool,
}

impl QueuePage {
    fn age(&self, since: &Timestamp) -> String {
        age(self.now, *since)
    }

    /// Of all its files.
    fn findings(&self, item: &Item) -> usize {
        item.attachments.iter().map(|one| one.findings.len()).sum()
    }

    fn short<'a>(&self, id: &'a str) -> &'a str {
        &id[id.len().saturating_sub(8)..]
    }

    fn plain(&self, text: &str) -> String {
        plain(text)
    }
}

fn age(now: Timestamp, since: Timestamp) -> String {
    let minutes = now.duration_since(since).as_mins().max(0);
    match minutes {
        0 => "just now".into(),
        1..=59 => format!("{minutes} min ago"),
        60..=2879 => format!("{} h ago", minutes / 60),
        _ => format!("{} days ago", minutes / 1440),
    }
}

/// The page.
pub async fn page(tools: &Tools, now: Timestamp) -> Result<String, Error> {
    let all = items(&tools.store, &tools.config).await?;
    let group = |heading, nothing, wanted: &dyn Fn(&Item) -> bool, newest_first: bool| {
        let mut items: Vec<Item> = all.iter().filter(|item| wanted(item)).cloned().collect();
        if newest_first {
            items.reverse();
        }
        let more = items.len().saturating_sub(MOST);
        items.truncate(MOST);
        Group { heading, nothing, items, more }
    };
    let groups = vec![
        group("Waits for review", "Nothing waits.", &|item| item.state == Some("queued"), false),
        group("Held: a person has to look", "Nothing is held.", &|item| item.outcome == Outcome::Held, false),
        group("Decided", "Nothing is decided yet.", &|item| item.state.is_some_and(|state| state != "queued"), true),
        group("Set aside", "Nothing is set aside.", &|item| item.outcome == Outcome::SetAside, true),
    ];
    let troubles = task::troubled(&tools.store).await?;
    let parked = message::parked(&tools.store).await?.into_iter().map(|one| {
        let why = one.reason.unwrap_or_default();
        format!(
            "Parked on the server, tried again by itself: {}/{} UID {}: {why}",
            one.account, one.folder, one.key.uid
        )
    });
    let stuck = letter::stuck(&tools.store).await?;
    let (unheard, _) = webhook::not_sent(&tools.store).await?;
    let unended = waiting::since(&tools.store, now - tools.config.notify.waiting).await?;
    let untold = unended.len().saturating_sub(MOST_WAITING);
    let unended = unended.iter().take(MOST_WAITING).map(Waiting::words);
    let page = QueuePage {
        title: tools.config.call.title.clone(),
        now,
        groups,
        mailboxes: watched(tools).await?.iter().map(|line| view(tools, line, now)).collect(),
        under_way: task::counts(&tools.store).await?.iter().map(|(_, count)| count).sum(),
        troubles: troubles
            .into_iter()
            .map(|(stage, _, error)| format!("{}: {error}", stage.as_str()))
            .chain(unended)
            .chain((untold > 0).then(|| format!("{untold} more have waited too long.")))
            .chain(parked)
            .chain((stuck > 0).then(|| format!("letters that did not go: {stuck}; see `pouch letters`")))
            .chain((unheard > 0).then(|| format!("webhooks that were given up: {unheard}; see /api/v1/webhooks")))
            .chain(tools.pool.conditions().await.map(|one| one.gaps()).unwrap_or_default())
            .collect(),
    };
    Ok(page.render()?)
}

/// The lines of the mailboxes that are configured.
pub async fn watched(tools: &Tools) -> Result<Vec<MailboxLine>, Error> {
    let mut lines = mailbox::all(&tools.store).await?;
    // The row of an account that is no longer configured stays for the record; nobody watches it any more.
    let configured = |line: &MailboxLine| tools.config.accounts.iter().any(|account| account.name == line.account);
    lines.retain(|line| line.role != MailboxRole::Import && configured(line));
    Ok(lines)
}

/// A mailbox is well if a complete check ended within three periods.
fn is_well(tools: &Tools, line: &MailboxLine, now: Timestamp) -> bool {
    let longest = tools.config.receive.compare * 3;
    line.last_check_at
        .is_some_and(|at| now.duration_since(at) <= longest.try_into().unwrap_or(jiff::SignedDuration::MAX))
        && line.last_error.is_none()
}

fn view(tools: &Tools, line: &MailboxLine, now: Timestamp) -> MailboxView {
    MailboxView {
        name: format!("{}/{}", line.account, line.folder),
        state: line.state.clone(),
        since: age(now, line.state_since),
        checked: line.last_check_at.map_or("never".into(), |at| age(now, at)),
        server_count: line.server_count.map(|count| count.to_string()).unwrap_or_default(),
        error: line.last_error.clone().unwrap_or_default(),
        is_well: is_well(tools, line, now),
    }
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
    let conditions = tools.pool.conditions().await.unwrap_or_default();
    let (unheard, failing) = webhook::not_sent(&tools.store).await?;
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
