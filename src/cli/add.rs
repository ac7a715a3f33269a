//! `pouch add`: an input that did not come by mail. It goes the same way as every mail; that a person says it is an input
//! stands in the ledger with the source.

use super::{Place, open, serve};
use crate::domain::Timestamp;
use crate::pipeline::{self, Tools};
use crate::review::by_hand::{self, Arrived, Brought, ByHand};
use crate::store::submission;
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
    let zone = &tools.config.call.time_zone;
    let received = what.received.as_ref().map(|text| by_hand::moment(text, zone)).transpose().context("--received")?;
    let mut files = Vec::new();
    for path in &what.files {
        let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        files.push((name, bytes));
    }
    let brought = Brought::Files { from: what.from.clone(), title: what.title.clone(), files };
    let hand = ByHand { source: what.source.clone(), received, what: brought };
    let (key, is_new) = serve::through(&tools, clock, by_hand::bring(&tools, &hand, by, clock())).await??;
    by_hand::note(&tools, clock()).await?;
    worker::settle_down(&tools, clock).await?;
    if !is_new {
        println!("The same was added before, with the same source: nothing was changed.");
    }
    let arrived = by_hand::arrived(&tools, &key).await?;
    say(&tools, &arrived.context("it was taken, and could not be read: see `pouch list`")?).await
}

async fn say(tools: &Tools, arrived: &Arrived) -> anyhow::Result<ExitCode> {
    let Some(of) = &arrived.submission else {
        println!("It was taken as message {}; see `pouch list --all`.", arrived.message);
        return Ok(ExitCode::SUCCESS);
    };
    let row = submission::line(&tools.store, of).await?;
    let number = row.and_then(|row| row.receipt_number).map(|number| pipeline::receipt_number(&tools.config, number));
    println!(
        "Submission {of} waits in the queue{}.",
        number.map(|text| format!(", number {text}")).unwrap_or_default()
    );
    Ok(ExitCode::SUCCESS)
}
