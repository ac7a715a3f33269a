//! `pouch add`: an input that did not come by mail. It goes the same way as every mail; that a person says it is an input
//! stands in the ledger with the source.

use super::{Place, open, serve};
use crate::domain::ledger::{Actor, Event, Outcome};
use crate::domain::{MessageId, Timestamp};
use crate::pipeline::{self, Tools};
use crate::receive::by_hand::{self, ByHand};
use crate::review::{self, Act};
use crate::store::{ledger, message, submission};
use crate::worker;
use anyhow::{Context as _, bail};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// What is added.
#[derive(Debug, Args)]
pub struct What {
    /// Its files; together they are one input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Who sent it: "Name <address>", or a name alone
    #[arg(long, value_name = "WHO")]
    from: String,
    /// How it came, as "letter, handed over at the meeting"
    #[arg(long, value_name = "TEXT")]
    source: String,
    /// Its title, if no file says it
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// When it was received, as 2023-12-05 or 2023-12-05T14:30 in the call's time zone; without it: now
    #[arg(long, value_name = "TIME")]
    received: Option<String>,
    /// Your name
    #[arg(long, value_name = "NAME")]
    by: String,
}

/// Adds it and waits until it is in the queue.
pub async fn add(place: &Place, what: &What, clock: fn() -> Timestamp) -> anyhow::Result<ExitCode> {
    let tools = open::tools(place).await?;
    let by = what.by.trim();
    if by.is_empty() || what.source.trim().is_empty() {
        bail!("say who you are (--by) and how it came (--source)");
    }
    let now = clock();
    let received = match &what.received {
        Some(text) => moment(text, &tools)?,
        None => now,
    };
    anyhow::ensure!(received <= now, "--received lies in the future");
    let hand = ByHand {
        files: &what.files,
        from: &what.from,
        source: what.source.trim(),
        title: what.title.as_deref(),
        received,
    };
    let taken = serve::through(&tools, clock, by_hand::take(&tools.store, &tools.vault, &hand, now)).await?;
    let copy = message::copy(&tools.store, &taken?).await?.context("it was taken, and is not there")?;
    let id = copy.message.context("it was taken, and could not be read: see `pouch list`")?;
    let reason = format!("added by hand: {}", hand.source);
    note(&tools, &id, by, &reason, clock()).await?;
    let line = message::line(&tools.store, &id).await?.context("it was taken, and is not there")?;
    if matches!(line.outcome, Outcome::Held | Outcome::SetAside) {
        let act = Act { by: by.into(), reason, seen: None, now: clock() };
        review::accept(&tools, &id, &act).await?;
    }
    worker::settle_down(&tools, clock).await?;
    say(&tools, &id).await
}

/// Who added it, and how it came, in the ledger.
async fn note(tools: &Tools, id: &MessageId, by: &str, reason: &str, now: Timestamp) -> anyhow::Result<()> {
    let mut tx = tools.store.begin().await?;
    let person = ledger::person(&mut tx, by, now).await?;
    let reason = ledger::commit_to(&mut tx, reason).await?;
    let event = Event::AddedByHand { message: id.clone(), reason };
    ledger::append(&mut tx, &Actor::Person(person), &[event], now).await?;
    tx.commit().await?;
    Ok(())
}

async fn say(tools: &Tools, id: &MessageId) -> anyhow::Result<ExitCode> {
    let line = message::line(&tools.store, id).await?.context("it was taken, and is not there")?;
    let Some(of) = line.submission else {
        println!("It was taken as message {id}; see `pouch list --all`.");
        return Ok(ExitCode::SUCCESS);
    };
    let row = submission::line(&tools.store, &of).await?;
    let number = row.and_then(|row| row.receipt_number).map(|number| pipeline::receipt_number(&tools.config, number));
    println!(
        "Submission {of} waits in the queue{}.",
        number.map(|text| format!(", number {text}")).unwrap_or_default()
    );
    Ok(ExitCode::SUCCESS)
}

fn moment(text: &str, tools: &Tools) -> anyhow::Result<Timestamp> {
    let wrong = || format!("--received: {text} is no day as 2023-12-05, nor a time as 2023-12-05T14:30");
    let at = match text.parse::<jiff::civil::Date>() {
        Ok(date) if text.len() <= 10 => date.at(0, 0, 0, 0),
        _ => text.parse::<jiff::civil::DateTime>().with_context(wrong)?,
    };
    tools.config.call.time_zone.to_ambiguous_timestamp(at).compatible().with_context(wrong)
}
