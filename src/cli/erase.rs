//! `pouch erase`: does at once what `serve` does every hour. Holds no rule of its own.

use super::{Place, open};
use crate::domain::Timestamp;
use crate::{pipeline, worker};
use std::process::ExitCode;

/// Shows what is due, or erases it.
pub async fn erase(place: &Place, dry_run: bool, clock: fn() -> Timestamp) -> anyhow::Result<ExitCode> {
    let tools = open::tools(place).await?;
    let now = clock();
    if tools.config.erase.set_aside_after.is_none() {
        println!("Nothing is erased by itself: [erase] set_aside_after is not set.");
    }
    let due = pipeline::due_for_erasure(&tools.store, &tools.config.erase, now).await?;
    for one in &due {
        let day = one.confirmed_at.strftime("%Y-%m-%d");
        println!("{}  {}, set aside by a person on {day}", one.line.id, one.line.kind.as_str());
    }
    if dry_run {
        println!("{} messages are due; nothing was erased.", due.len());
        return Ok(ExitCode::SUCCESS);
    }
    let count = pipeline::erase_what_is_due(&tools, now).await?;
    pipeline::remove_erased_files(&tools, now).await?;
    worker::settle_down(&tools, clock).await?;
    println!("{count} messages were erased.");
    Ok(ExitCode::SUCCESS)
}
