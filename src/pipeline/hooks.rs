//! Programs elsewhere are told what the ledger says: each sealed entry that is an event to them becomes a delivery of its own
//! with a task. Nothing is lost between the two: how far an endpoint was told stands in the same transaction.

use super::Tools;
use crate::config::Webhook;
use crate::domain::ledger::{Event, LedgerEntry};
use crate::domain::webhook::{DeliveryState, HookEvent};
use crate::domain::{Digest, RevisionId, Timestamp};
use crate::store::task::{Stage, Task};
use crate::store::webhook::{self as rows, Delivery};
use crate::store::{self, Tx, ledger, submission, task};
use crate::webhook::{self, Told};
use serde_json::json;
use std::time::Duration;

/// Entries of one transaction.
const BATCH: i64 = 200;

/// After so long a delivery is given up.
const GIVE_UP: Duration = Duration::from_secs(3 * 24 * 3600);

/// What was told is forgotten after so long.
const KEPT: Duration = Duration::from_secs(30 * 24 * 3600);

/// Under which id the rows know an endpoint.
pub fn webhook_id(url: &str) -> String {
    Digest::of(url.as_bytes()).to_string()
}

/// Looks for what the endpoints are to be told, and makes it due; how many deliveries there are.
///
/// # Errors
/// If the store does not answer.
pub async fn look_for_events(tools: &Tools, now: Timestamp) -> store::Result<u64> {
    let mut count = 0;
    if tools.config.webhooks.is_empty() {
        return Ok(count);
    }
    let head = ledger::head(&tools.store).await?.map_or(0, |(number, _)| number);
    for endpoint in &tools.config.webhooks {
        let id = webhook_id(&endpoint.url);
        let mut told = rows::told_up_to(&tools.store, &id, head, now).await?;
        loop {
            let entries = ledger::sealed_after(&tools.store, told, BATCH).await?;
            let Some(last) = entries.last().and_then(|entry| entry.number) else { break };
            let mut tx = tools.store.begin().await?;
            if !rows::move_on(&mut tx, &id, told, last).await? {
                // Another process is at it.
                break;
            }
            for entry in &entries {
                count += u64::from(note(&mut tx, endpoint, &id, entry, now).await?);
            }
            tx.commit().await?;
            told = last;
        }
    }
    if count > 0 {
        rows::forget_sent(&tools.store, now - KEPT).await?;
        tools.store.ring();
    }
    Ok(count)
}

async fn note(tx: &mut Tx, endpoint: &Webhook, id: &str, entry: &LedgerEntry, now: Timestamp) -> store::Result<bool> {
    let Some((event, state)) = HookEvent::of(&entry.actor, &entry.event) else { return Ok(false) };
    if !endpoint.events.contains(&event) {
        return Ok(false);
    }
    let (number, body) = (entry.number.unwrap_or_default(), body(tx, entry, event, state).await?);
    let delivery = rows::add(tx, id, (number, event.as_str()), &body, now).await?;
    task::add(tx, Stage::Tell, &delivery, now).await?;
    Ok(true)
}

/// Ids and states only.
async fn body(tx: &mut Tx, entry: &LedgerEntry, event: HookEvent, state: &str) -> store::Result<String> {
    let revision = match &entry.event {
        Event::Queued { revision, .. } | Event::Changed { revision, .. } => Some(revision.clone()),
        _ => None,
    };
    let (item, number) = match &revision {
        Some(id) => of_revision(tx, id).await?,
        None => (entry.event.subject().id().to_string(), None),
    };
    let data = json!({
        "item": item, "revision": revision, "number": number, "state": state, "entry": entry.number,
    });
    store::rows::json(&json!({"type": event.as_str(), "timestamp": entry.at, "data": data}))
}

async fn of_revision(tx: &mut Tx, id: &RevisionId) -> store::Result<(String, Option<u32>)> {
    let revision = submission::revision_in(tx, id).await?;
    Ok(revision.map_or_else(|| (id.to_string(), None), |one| (one.submission.to_string(), Some(one.number))))
}

/// delivery -> the endpoint that hears it
pub async fn tell(tools: &Tools, tasks: &[Task], now: Timestamp) -> store::Result<()> {
    for task in tasks {
        let waits = |one: &Delivery| one.state == DeliveryState::Waiting;
        match rows::delivery(&tools.store, &task.subject).await?.filter(waits) {
            Some(delivery) => tell_one(tools, task, &delivery, now).await?,
            None => {
                let mut tx = tools.store.begin().await?;
                task::finish(&mut tx, task).await?;
                tx.commit().await?;
            }
        }
    }
    Ok(())
}

async fn tell_one(tools: &Tools, task: &Task, delivery: &Delivery, now: Timestamp) -> store::Result<()> {
    let endpoint = tools.config.webhooks.iter().find(|one| webhook_id(&one.url) == delivery.endpoint);
    let Some(endpoint) = endpoint else {
        return end(tools, task, delivery, Err("its endpoint is configured no more".into()), now).await;
    };
    let told = Told { id: delivery.id.clone(), body: delivery.body.clone() };
    let Err(error) = webhook::tell(endpoint, told, now).await else {
        return end(tools, task, delivery, Ok(()), now).await;
    };
    let why = format!("{} was not told of {}: {error:#}", endpoint.url, delivery.event);
    if now.duration_since(delivery.created_at) > GIVE_UP.try_into().unwrap_or(jiff::SignedDuration::MAX) {
        let why = format!("given up after {} days; {why}", GIVE_UP.as_secs() / 86_400);
        return end(tools, task, delivery, Err(why), now).await;
    }
    tracing::warn!(attempts = task.attempts, why, "a webhook was not heard");
    let mut tx = tools.store.begin().await?;
    rows::set_state(&mut tx, &delivery.id, DeliveryState::Waiting, Some(&why), now).await?;
    tx.commit().await?;
    let wait = Duration::from_secs(5 << (task.attempts - 1).clamp(0, 10));
    task::postpone(&tools.store, task, &why, now + wait).await
}

async fn end(
    tools: &Tools,
    task: &Task,
    delivery: &Delivery,
    result: Result<(), String>,
    now: Timestamp,
) -> store::Result<()> {
    let state = if result.is_ok() { DeliveryState::Sent } else { DeliveryState::Refused };
    let mut tx = tools.store.begin().await?;
    rows::set_state(&mut tx, &delivery.id, state, result.err().as_deref(), now).await?;
    task::finish(&mut tx, task).await?;
    tx.commit().await
}
