//! `pouch list`: the queue as a table for people, or as JSON for scripts. Reads only.

use super::{Place, open};
use crate::domain::harmless;
use crate::domain::ledger::Outcome;
use crate::domain::missing::Received;
use crate::review::queue::{self, Item};
use crate::store::task;
use clap::Args;
use std::process::ExitCode;

/// What is listed. Without a filter: what waits for a person.
#[derive(Debug, Args)]
pub struct Filter {
    /// Everything, also what is decided or set aside
    #[arg(long)]
    pub all: bool,
    /// Only this state (queued, approved, published, rejected, withdrawn, superseded)
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(crate::domain::submission::State::NAMES))]
    pub state: Option<String>,
    /// Only this outcome
    #[arg(long, value_parser = ["submission", "set-aside", "held"])]
    pub outcome: Option<String>,
    /// Only what is assigned to this recommendation
    #[arg(long, value_name = "ID")]
    pub recommendation: Option<String>,
    /// Only what has this language (ISO 639-1)
    #[arg(long)]
    pub language: Option<String>,
    #[arg(long)]
    pub json: bool,
}

impl Filter {
    fn lets_through(&self, item: &Item) -> bool {
        let plain = !self.all && self.state.is_none() && self.outcome.is_none();
        let waits = item.state == Some("queued") || item.outcome == Outcome::Held;
        (!plain || waits)
            && self.state.as_ref().is_none_or(|state| item.state == Some(state.as_str()))
            && self.outcome.as_ref().is_none_or(|outcome| item.outcome.as_str() == outcome)
            && self
                .recommendation
                .as_ref()
                .is_none_or(|id| item.assignments.iter().any(|one| one.recommendation == *id))
            && self.language.as_ref().is_none_or(|code| item.languages.contains(code))
    }
}

/// Prints the list.
pub async fn list(place: &Place, filter: &Filter) -> anyhow::Result<ExitCode> {
    let (data, config) = open::place(place)?;
    let store = open::store(&data, &config).await?;
    let mut items = queue::items(&store, &config).await?;
    let total = items.len();
    items.retain(|item| filter.lets_through(item));
    if filter.json {
        println!("{}", serde_json::to_string_pretty(&items)?);
        return Ok(ExitCode::SUCCESS);
    }
    for item in &items {
        print_item(item);
    }
    for one in crate::store::message::parked(&store).await? {
        let why = one.reason.unwrap_or_default();
        println!(
            "Parked on the server, tried again by itself: {}/{} UID {}: {}",
            one.account,
            visible(&one.folder),
            one.key.uid,
            visible(&why)
        );
    }
    let waiting: i64 = task::counts(&store).await?.iter().map(|(_, count)| count).sum();
    println!("{} shown of {total}.{}", items.len(), if filter.all { "" } else { " `--all` shows everything." });
    if waiting > 0 {
        println!("{waiting} more steps are on their way (is `pouch serve` running?).");
    }
    for (stage, subject, error) in task::troubled(&store).await? {
        println!("Trouble at the step {}, tried again by itself ({subject}): {error}", stage.as_str());
    }
    Ok(ExitCode::SUCCESS)
}

fn print_item(item: &Item) {
    let state = item.state.unwrap_or(item.outcome.as_str());
    let id = &item.id[item.id.len().saturating_sub(8)..];
    let kind = if item.outcome == Outcome::Submission { item.submitter.kind.as_str() } else { item.kind };
    let date = item.server_received_at.strftime("%Y-%m-%d %H:%M");
    let late = if item.late { "  late" } else { "" };
    println!("{id}  {state:<10}  {date}  {:<20}  {}{late}", kind, visible(&item.submitter.name));
    println!("          {}", visible(&item.title));
    if item.content != Received::All {
        println!("          ! {}: `pouch draft {id}` writes an answer", item.content.badge().to_uppercase());
    }
    if item.outcome == Outcome::Submission {
        let names: Vec<&str> = item.assignments.iter().map(|one| one.recommendation.as_str()).collect();
        let none = if names.is_empty() { "none found".into() } else { names.join(", ") };
        println!("          {} | {none}", item.languages.join(", "));
    } else {
        println!("          {}", visible(&item.reason));
    }
    if let Some(also) = item.also {
        println!("          ? it is two things at once: also {also}");
    }
    for wish in &item.wishes {
        println!("          ? {}", visible(&wish.words()));
    }
    if let Some(one) = item.near_copy() {
        println!("          {}", visible(&one.words()));
    }
    let (relations, more) = item.open_relations();
    for relation in relations {
        println!("          ? {}", visible(&relation.words()));
    }
    if more > 0 {
        println!("          ? and {more} more like that: `pouch relations {id}`");
    }
    for problem in &item.problems {
        println!("          ! {}", visible(&problem.detail));
    }
    let findings = item.attachments.iter().flat_map(|one| &one.findings);
    let hidden = findings.filter(|one| one.code.stops_approval()).count();
    if hidden > 0 {
        println!("          ! {hidden} hidden thing(s) in its files: `pouch show {id}` lists them");
    }
}

/// A stranger's text for a terminal line: harmless, and not too long.
pub fn visible(text: &str) -> String {
    let mut short: String = harmless(text).chars().take(300).collect();
    if text.chars().nth(300).is_some() {
        short.push('…');
    }
    short
}
