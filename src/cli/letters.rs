//! `pouch letters`: mail that Pouch writes, as the operator sees it. Shows no text of a letter.

use super::{Place, open};
use crate::domain::letter::LetterState;
use crate::domain::{LetterId, Timestamp, harmless};
use crate::letters::Letter;
use crate::store::letter::{self, LetterLine};
use crate::{pipeline, smtp};
use anyhow::{Context as _, bail};
use clap::Args;
use std::process::ExitCode;

/// What to do with letters.
#[derive(Debug, Args)]
pub struct What {
    /// The withheld ones too
    #[arg(long)]
    all: bool,
    /// Send one again that may not have gone, or was refused
    #[arg(long, value_name = "ID", conflicts_with = "test")]
    resend: Option<String>,
    /// Send a letter to this address now, to see whether the configured server takes it
    #[arg(long, value_name = "ADDRESS")]
    test: Option<String>,
}

/// Lists them, or sends one.
pub async fn letters(place: &Place, what: &What, clock: fn() -> Timestamp) -> anyhow::Result<ExitCode> {
    if let Some(to) = &what.test {
        return test(place, to, clock()).await;
    }
    let tools = open::tools(place).await?;
    let lines = letter::lines(&tools.store, None).await?;
    if let Some(wanted) = &what.resend {
        let id = super::acts::meant(wanted, lines.iter().map(|line| line.id.as_str()))?;
        let line = lines.iter().find(|line| line.id.as_str() == id).context("no such letter")?;
        if !pipeline::resend(&tools, line, clock()).await? {
            bail!("letter {id} is {}: only unsure and refused ones can be sent again", line.state.as_str());
        }
        println!("Letter {id} is due again; `pouch serve` sends it.");
        return Ok(ExitCode::SUCCESS);
    }
    let shown: Vec<&LetterLine> = lines.iter().filter(|line| what.all || line.state != LetterState::Withheld).collect();
    for line in &shown {
        print(line);
    }
    let count = |state: LetterState| lines.iter().filter(|line| line.state == state).count();
    println!(
        "{} sent, {} waiting, {} unsure, {} refused, {} withheld{}",
        count(LetterState::Sent),
        count(LetterState::Waiting) + count(LetterState::Sending),
        count(LetterState::Unsure),
        count(LetterState::Refused),
        count(LetterState::Withheld),
        if what.all { "" } else { " (--all shows them)" },
    );
    Ok(ExitCode::SUCCESS)
}

fn print(line: &LetterLine) {
    let to = if line.recipients.is_empty() { "nobody".into() } else { harmless(&line.recipients.join(", ")) };
    let reason = line.reason.as_ref().map(|text| format!(": {}", harmless(text))).unwrap_or_default();
    println!(
        "{}  {}  {:<15}  {:<8}  to {to}{reason}",
        line.id,
        line.created_at.strftime("%Y-%m-%d %H:%M UTC"),
        line.kind.as_str(),
        line.state.as_str()
    );
}

async fn test(place: &Place, to: &str, now: Timestamp) -> anyhow::Result<ExitCode> {
    let (_, config) = open::place(place)?;
    let smtp =
        config.smtp.as_ref().context("no server for mail is configured: see [smtp] in `pouch config example`")?;
    let letter = Letter {
        to: vec![to.into()],
        subject: "Pouch: a test".into(),
        text: "Whoever runs Pouch tried whether its mail arrives. It does.\n".into(),
        answers: None,
    };
    let written = smtp::write(&letter, &smtp.from, &LetterId::new(now), false, now);
    let sent = match written {
        Ok(message) => match smtp::prepare(smtp, &letter.to, false).await {
            Ok(ready) => ready.send(&message).await,
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    match sent {
        Ok(()) => println!("{}:{} took a letter to {to}; see whether it arrives.", smtp.host, smtp.port),
        Err(error) => bail!("{}:{}: {error}", smtp.host, smtp.port),
    }
    Ok(ExitCode::SUCCESS)
}
