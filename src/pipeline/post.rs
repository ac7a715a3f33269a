//! Mail that Pouch writes: queued with what it is about in one transaction, sent once. Writes no words of its own.

use super::Tools;
use super::steps::known;
use crate::config::Config;
use crate::domain::ledger::{Actor, Event};
use crate::domain::letter::{LetterKind, LetterState};
use crate::domain::mailbox::MailboxRole;
use crate::domain::message::ParsedMessage;
use crate::domain::{Digest, LetterId, SubmissionId, Timestamp};
use crate::letters::receipt::{self, Circumstances, Receipt};
use crate::letters::{Letter, time_in};
use crate::smtp;
use crate::store::letter::LetterLine;
use crate::store::message::{CopyLine, MessageLine};
use crate::store::submission::{Revision, SubmissionLine};
use crate::store::task::{Stage, Task};
use crate::store::{self, Tx, ledger, letter, message, submission, task};
use std::time::Duration;

/// Receipts of one day at most: more than any call will see, fewer than a loop would make.
const MOST_RECEIPTS: i64 = 500;

/// After so long a letter that does not go is given up (RFC 5321 4.5.4.1).
const GIVE_UP: Duration = Duration::from_secs(5 * 24 * 3600);

/// As `OEWG-2023/42`.
pub fn receipt_number(config: &Config, number: u64) -> String {
    format!("{}/{number}", config.call.code)
}

/// Queues a letter to each of its recipients, in its row, in the ledger and as a task: one address that is refused must not
/// keep the others from hearing. What has a key is queued once.
///
/// # Errors
/// If the store does not answer.
pub async fn add_letters(
    tx: &mut Tx,
    config: &Config,
    kind: LetterKind,
    once: Option<&str>,
    letter: &Letter,
    now: Timestamp,
) -> store::Result<()> {
    for to in &letter.to {
        let one = Letter { to: vec![to.clone()], ..letter.clone() };
        queue(tx, config, kind, once.map(|key| format!("{key} {to}")), None, &one, now).await?;
    }
    Ok(())
}

/// Queues one letter; false if one with the same key was queued before.
async fn queue(
    tx: &mut Tx,
    config: &Config,
    kind: LetterKind,
    once: Option<String>,
    about: Option<&SubmissionId>,
    written: &Letter,
    now: Timestamp,
) -> store::Result<bool> {
    let id = LetterId::new(now);
    let is_receipt = kind == LetterKind::Acknowledgement;
    let message = match &config.smtp {
        Some(smtp) => smtp::write(written, &smtp.from, &id, is_receipt, now),
        None => Err(smtp::Error::Refused("no server for mail is configured".into())),
    };
    let (message, state, reason) = match message {
        Ok(message) => (message, LetterState::Waiting, None),
        Err(error) => (String::new(), LetterState::Refused, Some(error.to_string())),
    };
    let line = LetterLine {
        id: id.clone(),
        kind,
        state,
        once,
        submission: about.cloned(),
        recipients: written.to.clone(),
        message,
        null_path: is_receipt,
        reason,
        created_at: now,
        changed_at: now,
    };
    if !letter::add(tx, &line).await? {
        return Ok(false);
    }
    append(tx, &line, state, now).await?;
    if state == LetterState::Waiting {
        task::add(tx, Stage::Send, id.as_str(), now).await?;
    }
    Ok(true)
}

async fn append(tx: &mut Tx, line: &LetterLine, state: LetterState, now: Timestamp) -> store::Result<()> {
    let event = Event::Letter { letter: line.id.clone(), kind: line.kind, state, submission: line.submission.clone() };
    ledger::append(tx, &Actor::Pouch, &[event], now).await
}

/// new submission -> receipt, or the reason why there is none
pub async fn acknowledge(tools: &Tools, tasks: &[Task], now: Timestamp) -> store::Result<()> {
    let done = super::steps::for_each(tasks, |task| what_came(tools, task)).await;
    for (task, came) in &done.good {
        let mut tx = tools.store.begin().await?;
        if let Some(came) = came {
            save_receipt(&mut tx, tools, came, now).await?;
        }
        task::finish(&mut tx, task).await?;
        tx.commit().await?;
    }
    super::steps::postpone_or_hold(tools, done.bad, now).await
}

/// What a receipt is decided upon and made of.
struct Came {
    submission: SubmissionLine,
    line: MessageLine,
    parsed: ParsedMessage,
    copies: Vec<CopyLine>,
    revision: Revision,
}

async fn what_came(tools: &Tools, task: Task) -> Result<Option<Came>, super::TaskError> {
    let id = SubmissionId(task.subject.clone());
    let submission = known(submission::line(&tools.store, &id).await?)?;
    let revision = submission::revisions(&tools.store, Some(&id)).await?.into_iter().next();
    let line = message::lines(&tools.store, Some(&id)).await?.into_iter().next();
    // Set aside or joined into another one since: then nothing was received as a submission of its own.
    let (Some(revision), Some(line)) = (revision, line) else { return Ok(None) };
    let parsed = message::parsed(&tools.store, &line.id).await?;
    let copies = message::copies(&tools.store, Some(&line.id)).await?;
    Ok(Some(Came { submission, line, parsed, copies, revision }))
}

async fn save_receipt(tx: &mut Tx, tools: &Tools, came: &Came, now: Timestamp) -> store::Result<()> {
    let config = &tools.config;
    let (received, _) = super::received(&came.line, &came.copies);
    let mut own: Vec<String> = config.call.addresses.iter().map(|one| one.to_lowercase()).collect();
    own.extend(config.accounts.iter().map(|account| account.user.to_lowercase()));
    if let Some(smtp) = &config.smtp {
        let from = smtp.from.rsplit_once('<').map_or(smtp.from.as_str(), |(_, rest)| rest.trim_end_matches('>'));
        own.push(from.trim().to_lowercase());
    }
    let by_mail = came.copies.iter().filter(|copy| copy.role != MailboxRole::Import);
    let circumstances = Circumstances {
        message: &came.parsed,
        own: &own,
        outside_junk: by_mail.clone().any(|copy| copy.role != MailboxRole::Junk),
        by_mail: by_mail.count() > 0,
        age_seconds: now.duration_since(received).as_secs(),
        newest_seconds: i64::try_from(config.acknowledge.newer_than.as_secs()).unwrap_or(i64::MAX),
    };
    let to = match receipt::recipient(&circumstances) {
        Ok(to) => to,
        Err(reason) => return withhold(tx, came, &reason, now).await,
    };
    let day = now.to_zoned(config.call.time_zone.clone()).date();
    let since = day.to_zoned(config.call.time_zone.clone()).map_or(now, |midnight| midnight.timestamp());
    if letter::count_since(tx, LetterKind::Acknowledgement, since).await? >= MOST_RECEIPTS {
        return withhold(tx, came, "too many receipts were written today: something may go in a circle", now).await;
    }
    let written = receipt::letter(&receipt_of(config, came, received), to.clone(), &came.parsed);
    let once = format!("receipt {} {day}", to.to_lowercase());
    let id = &came.submission.id;
    if queue(tx, config, LetterKind::Acknowledgement, Some(once), Some(id), &written, now).await? {
        return Ok(());
    }
    withhold(tx, came, "its sender got a receipt today already", now).await
}

fn receipt_of(config: &Config, came: &Came, received: Timestamp) -> Receipt {
    let content = &came.revision.content;
    let chosen = |path: &str| content.parts.iter().any(|part| part.path == path);
    let files = came.line.summary.parts.iter().filter(|part| chosen(&part.path));
    Receipt {
        number: receipt_number(config, came.submission.receipt_number.unwrap_or_default()),
        received,
        zone: config.call.time_zone.clone(),
        language: content.languages.first().cloned().unwrap_or_default(),
        text: chosen("body").then(|| Digest::of(came.parsed.body.text.as_bytes())),
        files: files.map(|part| (part.media_type.clone(), part.size_bytes, part.digest)).collect(),
    }
}

/// That there is no receipt is on record too, with the reason.
async fn withhold(tx: &mut Tx, came: &Came, reason: &str, now: Timestamp) -> store::Result<()> {
    let line = LetterLine {
        id: LetterId::new(now),
        kind: LetterKind::Acknowledgement,
        state: LetterState::Withheld,
        once: None,
        submission: Some(came.submission.id.clone()),
        recipients: Vec::new(),
        message: String::new(),
        null_path: true,
        reason: Some(reason.into()),
        created_at: now,
        changed_at: now,
    };
    letter::add(tx, &line).await?;
    append(tx, &line, LetterState::Withheld, now).await
}

/// letter -> the server that sends it on
pub async fn send(tools: &Tools, tasks: &[Task], now: Timestamp) -> store::Result<()> {
    for task in tasks {
        let Some(line) = letter::line(&tools.store, &LetterId(task.subject.clone())).await? else {
            let mut tx = tools.store.begin().await?;
            task::finish(&mut tx, task).await?;
            tx.commit().await?;
            continue;
        };
        send_one(tools, task, line, now).await?;
    }
    Ok(())
}

async fn send_one(tools: &Tools, task: &Task, mut line: LetterLine, now: Timestamp) -> store::Result<()> {
    match line.state {
        LetterState::Waiting => {}
        // A run before this one was killed while the server took it.
        LetterState::Sending if line.kind == LetterKind::Acknowledgement => {
            let why = "Pouch was stopped while the server took it; it is not sent again by itself";
            return end(tools, task, &line, LetterState::Unsure, Some(why), now).await;
        }
        // Better twice than not at all: it is to ourselves.
        LetterState::Sending => {}
        LetterState::Sent | LetterState::Unsure | LetterState::Refused | LetterState::Withheld => {
            return end(tools, task, &line, line.state, line.reason.as_deref(), now).await;
        }
    }
    let Some(smtp) = &tools.config.smtp else {
        return put_off(tools, task, &line, "no server for mail is configured", now).await;
    };
    let ready = match smtp::prepare(smtp, &line.recipients, line.null_path).await {
        Ok(ready) => ready,
        Err(error) => return failed(tools, task, &line, &error, now).await,
    };
    if !set_state(tools, &mut line, LetterState::Sending, now).await? {
        // Another process has it.
        ready.drop_it().await;
        return Ok(());
    }
    match ready.send(&line.message).await {
        Ok(()) => end(tools, task, &line, LetterState::Sent, None, now).await,
        Err(smtp::Error::Unsure(text)) if line.kind == LetterKind::Acknowledgement => {
            end(tools, task, &line, LetterState::Unsure, Some(&text), now).await
        }
        Err(error) => failed(tools, task, &line, &error, now).await,
    }
}

async fn set_state(tools: &Tools, line: &mut LetterLine, state: LetterState, now: Timestamp) -> store::Result<bool> {
    let mut tx = tools.store.begin().await?;
    let is_ours = letter::set_state(&mut tx, line, state, None, now).await?;
    if is_ours {
        append(&mut tx, line, state, now).await?;
        tx.commit().await?;
        line.state = state;
    }
    Ok(is_ours)
}

async fn failed(
    tools: &Tools,
    task: &Task,
    line: &LetterLine,
    error: &smtp::Error,
    now: Timestamp,
) -> store::Result<()> {
    let is_late = now.duration_since(line.created_at) > GIVE_UP.try_into().unwrap_or(jiff::SignedDuration::MAX);
    match error {
        smtp::Error::Refused(_) => end(tools, task, line, LetterState::Refused, Some(&error.to_string()), now).await,
        smtp::Error::Later(_) | smtp::Error::Unsure(_) if is_late => {
            let why = format!("given up after five days; {error}");
            end(tools, task, line, LetterState::Refused, Some(&why), now).await
        }
        smtp::Error::Later(_) | smtp::Error::Unsure(_) => put_off(tools, task, line, &error.to_string(), now).await,
    }
}

async fn put_off(tools: &Tools, task: &Task, line: &LetterLine, why: &str, now: Timestamp) -> store::Result<()> {
    tracing::warn!(kind = line.kind.as_str(), attempts = task.attempts, why, "a letter did not go");
    let mut tx = tools.store.begin().await?;
    letter::set_state(&mut tx, line, LetterState::Waiting, Some(why), now).await?;
    if line.state != LetterState::Waiting {
        append(&mut tx, line, LetterState::Waiting, now).await?;
    }
    tx.commit().await?;
    let wait = Duration::from_secs(5 << task.attempts.clamp(0, 9));
    task::postpone(&tools.store, task, why, now + wait).await
}

async fn end(
    tools: &Tools,
    task: &Task,
    line: &LetterLine,
    state: LetterState,
    reason: Option<&str>,
    now: Timestamp,
) -> store::Result<()> {
    let mut tx = tools.store.begin().await?;
    if letter::set_state(&mut tx, line, state, reason, now).await? && state != line.state {
        append(&mut tx, line, state, now).await?;
    }
    task::finish(&mut tx, task).await?;
    tx.commit().await
}

/// Sends a letter again that may not have gone, because a person says so; false if it is not in such a state.
///
/// # Errors
/// If the store does not answer.
pub async fn resend(tools: &Tools, line: &LetterLine, now: Timestamp) -> store::Result<bool> {
    if !matches!(line.state, LetterState::Unsure | LetterState::Refused) || line.message.is_empty() {
        return Ok(false);
    }
    let mut tx = tools.store.begin().await?;
    letter::set_state(&mut tx, line, LetterState::Waiting, None, now).await?;
    append(&mut tx, line, LetterState::Waiting, now).await?;
    task::renew(&mut tx, Stage::Send, line.id.as_str(), now).await?;
    tx.commit().await?;
    Ok(true)
}

/// As `2023-12-05 14:03 (America/New_York)`.
pub fn in_call_zone(config: &Config, at: Timestamp) -> String {
    time_in(&config.call.time_zone, at)
}
