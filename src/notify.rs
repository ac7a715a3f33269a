//! Looks for what people must hear of by e-mail: alarms to the operator, held items and the daily digest to reviewers.
//! Sends nothing itself: it queues letters. Tells counts and ids, never contents.

use crate::config::Login;
use crate::domain::ledger::Outcome;
use crate::domain::letter::LetterKind;
use crate::domain::mailbox::MailboxRole;
use crate::domain::missing::Received;
use crate::domain::submission::State;
use crate::domain::{SubmissionId, Timestamp};
use crate::letters::alarm::{self, Alarm, Limits, Watched};
use crate::letters::digest::{self, News, Standing};
use crate::pipeline::{Tools, add_letters, in_call_zone};
use crate::review::queue;
use crate::store::{self, letter, mailbox, message, relation, setting, submission, task, waiting, wish};
use std::collections::BTreeMap;
use tokio::sync::watch::Receiver;

/// Name of the setting that remembers which alarms were told and are not over.
const ACTIVE: &str = "alarms that hold";

/// Looks until told to stop. Does nothing if no server for mail is configured.
pub async fn run(tools: Tools, owner: String, clock: fn() -> Timestamp, mut stop: Receiver<bool>) {
    if tools.config.smtp.is_none() {
        return;
    }
    let since = clock();
    while !*stop.borrow() {
        if let Err(error) = look(&tools, &owner, since, clock()).await {
            tracing::warn!(%error, "what people must hear of could not be looked up");
        }
        tokio::select! {
            () = tokio::time::sleep(tools.config.notify.look) => {}
            _ = stop.wait_for(|stopped| *stopped) => {}
        }
    }
}

/// Looks once; `since`: when this process began to watch.
///
/// # Errors
/// If the store does not answer.
pub async fn look(tools: &Tools, owner: &str, since: Timestamp, now: Timestamp) -> store::Result<()> {
    if !task::lease(&tools.store, "notifier", owner, now).await? {
        return Ok(());
    }
    let notify = &tools.config.notify;
    if !notify.operator.is_empty() {
        tell_alarms(tools, since, now).await?;
    }
    if !notify.reviewers.is_empty() {
        tell_news(tools, now).await?;
        tell_day(tools, now).await?;
    }
    Ok(())
}

async fn watched(tools: &Tools, since: Timestamp) -> store::Result<Vec<Watched>> {
    let is_configured = |name: &str| tools.config.accounts.iter().any(|account| account.name == name);
    let lines = mailbox::all(&tools.store).await?;
    let lines = lines.into_iter().filter(|line| line.role != MailboxRole::Import && is_configured(&line.account));
    let one = |line: mailbox::MailboxLine| Watched {
        name: format!("{}/{}", line.account, line.folder),
        account: line.account,
        state: line.state,
        since: line.state_since,
        error: line.last_error,
        last_check: line.last_check_at,
        watched_since: since,
    };
    Ok(lines.map(one).collect())
}

/// Tells the operator of each trouble once, and once that it is over.
async fn tell_alarms(tools: &Tools, since: Timestamp, now: Timestamp) -> store::Result<()> {
    let notify = &tools.config.notify;
    let limits = Limits { failing: notify.failing, unchecked: tools.config.receive.compare * 3 };
    let today = now.to_zoned(tools.config.call.time_zone.clone()).date();
    let mut hold = alarm::of_secrets(&secrets(tools), today);
    // The same warning stands on the mailbox's line; it is told with its steps.
    let is_told = |one: &Alarm| {
        let soon =
            secrets(tools).into_iter().filter(|ends| !alarm::of_secrets(std::slice::from_ref(ends), today).is_empty());
        soon.into_iter().any(|(account, _)| one.key == format!("warning {account}"))
    };
    let of_mailboxes = alarm::alarms(&watched(tools, since).await?, limits, now);
    hold.extend(of_mailboxes.into_iter().filter(|one| !is_told(one)));
    let unended = waiting::since(&tools.store, now - notify.waiting).await?;
    hold.extend(alarm::of_waiting(&unended, since, notify.waiting, now));
    let told: BTreeMap<String, Timestamp> = match setting::get(&tools.store, ACTIVE).await? {
        Some(text) => store::rows::from_json(&text)?,
        None => BTreeMap::new(),
    };
    let begun: Vec<Alarm> = hold.iter().filter(|one| !told.contains_key(&one.key)).cloned().collect();
    let ended: Vec<String> = told.keys().filter(|key| !hold.iter().any(|one| one.key == **key)).cloned().collect();
    if begun.is_empty() && ended.is_empty() {
        return Ok(());
    }
    let active: BTreeMap<&str, Timestamp> =
        hold.iter().map(|one| (one.key.as_str(), told.get(&one.key).copied().unwrap_or(now))).collect();
    let mut tx = tools.store.begin().await?;
    setting::set(&mut tx, ACTIVE, &store::rows::json(&active)?).await?;
    let written = alarm::letter(&notify.operator, &begun, &ended, notify.link.as_deref());
    add_letters(&mut tx, &tools.config, LetterKind::Alarm, None, &written, now).await?;
    tx.commit().await
}

fn secrets(tools: &Tools) -> Vec<(String, jiff::civil::Date)> {
    let of = |account: &crate::config::Account| match &account.login {
        Login::OAuth(oauth) => oauth.client_secret_expires.map(|last| (account.name.clone(), last)),
        Login::Password(_) => None,
    };
    tools.config.accounts.iter().filter_map(of).collect()
}

/// Tells reviewers what is held and wished that they were not told of; not more often than they want to hear.
async fn tell_news(tools: &Tools, now: Timestamp) -> store::Result<()> {
    let notify = &tools.config.notify;
    let pause = notify.pause.try_into().unwrap_or(jiff::SignedDuration::MAX);
    let last = letter::last_of(&tools.store, LetterKind::Notice).await?;
    if last.is_some_and(|at| now.duration_since(at) < pause) {
        return Ok(());
    }
    let held: Vec<String> = message::held(&tools.store).await?.into_iter().map(|id| id.0).collect();
    let open = wish::undecided(&tools.store).await?;
    // A message may be held and have a wish: two things to tell of.
    let subjects: Vec<String> = open.iter().map(|(message, _)| format!("wish {message}")).collect();
    let new = letter::unnoticed(&tools.store, &subjects).await?;
    let items = open.iter().zip(&subjects).filter(|(_, subject)| new.contains(subject));
    let mut wishes: Vec<String> = items.map(|((_, item), _)| item.clone()).collect();
    wishes.dedup();
    let news = News { held: letter::unnoticed(&tools.store, &held).await?, wishes };
    if news.held.is_empty() && news.wishes.is_empty() {
        return Ok(());
    }
    let mut tx = tools.store.begin().await?;
    for subject in news.held.iter().chain(&new) {
        letter::notice(&mut tx, subject, now).await?;
    }
    let written = digest::notice(&notify.reviewers, &news, notify.link.as_deref());
    add_letters(&mut tx, &tools.config, LetterKind::Notice, None, &written, now).await?;
    tx.commit().await
}

/// Once a day, after its time of day, how things stand.
async fn tell_day(tools: &Tools, now: Timestamp) -> store::Result<()> {
    let zone = &tools.config.call.time_zone;
    let local = now.to_zoned(zone.clone());
    if tools.config.notify.digest.is_none_or(|time| local.time() < time) {
        return Ok(());
    }
    let last = letter::last_of(&tools.store, LetterKind::Digest).await?;
    if last.is_some_and(|at| at.to_zoned(zone.clone()).date() >= local.date()) {
        return Ok(());
    }
    let standing = standing(tools, &local, now).await?;
    let notify = &tools.config.notify;
    let mut tx = tools.store.begin().await?;
    let written = digest::daily(&notify.reviewers, &standing, notify.link.as_deref());
    add_letters(&mut tx, &tools.config, LetterKind::Digest, Some(&format!("digest {}", local.date())), &written, now)
        .await?;
    tx.commit().await
}

/// What waits or is held while its content, or a part of it, was not received.
async fn not_received(tools: &Tools) -> store::Result<u64> {
    let items = queue::items(&tools.store, &tools.config).await?;
    let waits = |item: &&queue::Item| item.state == Some("queued") || item.outcome == Outcome::Held;
    Ok(items.iter().filter(waits).filter(|item| item.content != Received::All).count() as u64)
}

/// Counts for the day before today, and for now.
async fn standing(tools: &Tools, local: &jiff::Zoned, now: Timestamp) -> store::Result<Standing> {
    let yesterday = local.date().yesterday().unwrap_or(local.date());
    let begin = yesterday.to_zoned(local.time_zone().clone()).map_or(now, |midnight| midnight.timestamp());
    let end = local.date().to_zoned(local.time_zone().clone()).map_or(now, |midnight| midnight.timestamp());
    let mut said = Standing { day: yesterday.to_string(), ..Standing::default() };
    let mut first_seen: BTreeMap<SubmissionId, Timestamp> = BTreeMap::new();
    for line in message::lines(&tools.store, None).await? {
        said.held += u64::from(line.outcome == Outcome::Held);
        if (begin..end).contains(&line.first_seen) {
            said.received += 1;
            said.submissions += u64::from(line.outcome == Outcome::Submission);
            said.set_aside += u64::from(line.outcome == Outcome::SetAside);
            said.held_that_day += u64::from(line.outcome == Outcome::Held);
        }
        if let Some(id) = line.submission {
            first_seen.entry(id).or_insert(line.first_seen);
        }
    }
    let mut oldest = None;
    for revision in submission::revisions(&tools.store, None).await? {
        match revision.state {
            State::Queued => {
                said.waiting += 1;
                oldest = oldest.into_iter().chain(first_seen.get(&revision.submission).copied()).min();
            }
            State::Approved { .. } => said.approved += 1,
            State::Published { .. } => said.public += 1,
            State::Rejected { .. } | State::Withdrawn { .. } | State::Superseded { .. } => {}
        }
    }
    said.oldest_days = oldest.map_or(0, |at| now.duration_since(at).as_hours() / 24);
    said.wishes = wish::undecided(&tools.store).await?.len() as u64;
    said.relations = relation::undecided(&tools.store).await?.len() as u64;
    said.not_received = not_received(tools).await?;
    said.unsent = letter::stuck(&tools.store).await? as u64;
    for line in watched(tools, now).await? {
        let last = line.last_check.map_or("never".into(), |at| in_call_zone(&tools.config, at));
        said.mailboxes.push(format!("{}: {}, last complete check {last}", line.name, line.state));
    }
    Ok(said)
}
