//! `pouch draft`: the answer to a sender whose content was not received, for a person to send. Sends nothing.

use super::{Place, acts, open};
use crate::domain::{MessageId, Timestamp, harmless};
use crate::letters::bracketed;
use crate::review::draft::{as_message, draft as write};
use crate::review::queue;
use anyhow::Context as _;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

/// Prints the draft for an item, and writes it as a message if a file is named.
pub async fn draft(
    place: &Place,
    wanted: &str,
    eml: Option<&Path>,
    clock: fn() -> Timestamp,
) -> anyhow::Result<ExitCode> {
    let tools = open::tools(place).await?;
    let items = queue::items(&tools.store, &tools.config).await?;
    let ids = items
        .iter()
        .flat_map(|item| std::iter::once(item.id.as_str()).chain(item.messages.iter().map(MessageId::as_str)));
    let id = acts::meant(wanted, ids)?;
    let item = items.iter().find(|item| item.id == id || item.messages.iter().any(|one| one.as_str() == id));
    let item = item.context("it is still on its way; look again in a moment")?;
    let of = item.messages.iter().find(|one| one.as_str() == id);
    let draft = write(&tools, item, of).await?;
    println!("To: {}", harmless(&draft.letter.to.join(", ")));
    println!("Subject: {}", draft.letter.subject);
    if let Some(thread) = &draft.letter.answers {
        println!("In-Reply-To: {}", harmless(&bracketed(&thread.message_id)));
        println!("References: {}", harmless(&thread.references()));
    }
    println!("\n{}", draft.letter.text);
    if let Some(path) = eml {
        let message = as_message(&draft, clock())?;
        let file = std::fs::File::create_new(path);
        let mut file = file.with_context(|| format!("{} cannot be written", path.display()))?;
        file.write_all(message.as_bytes()).with_context(|| format!("{} cannot be written", path.display()))?;
        eprintln!("Written to {}.", path.display());
    }
    for note in &draft.notes {
        eprintln!("Note: {note}.");
    }
    eprintln!("This is a draft: nothing was sent.");
    Ok(ExitCode::SUCCESS)
}
