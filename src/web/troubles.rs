//! What does not go as it should, in words: steps that failed, letters that did not go, mailboxes that are not well, programs that
//! are missing. Looks; mends nothing.

use super::error::Error;
use super::status::{is_well, watched};
use crate::domain::Timestamp;
use crate::domain::waiting::Waiting;
use crate::pipeline::Tools;
use crate::store::{letter, message, task, waiting, webhook};

/// What waits too long that is named one by one.
const MOST_WAITING: usize = 20;

/// What a person should know.
#[derive(Debug, Default)]
pub struct Troubles {
    /// Sentences.
    pub all: Vec<String>,
    /// Steps that are due or under way.
    pub under_way: usize,
    /// How many of the mailboxes that are watched are not well.
    pub unwell: usize,
}

impl Troubles {
    /// How many there are; a mailbox that is not well and says no error is one, too.
    pub fn count(&self) -> usize {
        self.all.len().max(self.unwell)
    }
}

/// All of it, as it stands.
pub async fn of(tools: &Tools, now: Timestamp) -> Result<Troubles, Error> {
    let store = &tools.store;
    let steps = task::troubled(store).await?;
    let parked = message::parked(store).await?.into_iter().map(|one| {
        let why = one.reason.unwrap_or_default();
        let (account, folder, uid) = (one.account, one.folder, one.key.uid);
        format!("Parked on the server, tried again by itself: {account}/{folder} UID {uid}: {why}")
    });
    let stuck = letter::stuck(store).await?;
    let (unheard, _) = webhook::not_sent(store).await?;
    let unended = waiting::since(store, now - tools.config.notify.waiting).await?;
    let untold = unended.len().saturating_sub(MOST_WAITING);
    let lines = watched(tools).await?;
    let unwell: Vec<_> = lines.iter().filter(|line| !is_well(tools, line, now)).collect();
    let failing = unwell.iter().filter_map(|line| {
        let error = line.last_error.as_ref()?;
        Some(format!("{}/{}: {}: {error}", line.account, line.folder, line.state))
    });
    let steps = steps.into_iter().map(|(stage, _, error)| format!("{}: {error}", stage.as_str()));
    Ok(Troubles {
        all: failing
            .chain(steps)
            .chain(unended.iter().take(MOST_WAITING).map(Waiting::words))
            .chain((untold > 0).then(|| format!("{untold} more have waited too long.")))
            .chain(parked)
            .chain((stuck > 0).then(|| format!("letters that did not go: {stuck}; see `pouch letters`")))
            .chain((unheard > 0).then(|| format!("webhooks that were given up: {unheard}; see /api/v1/webhooks")))
            .chain(tools.pool.conditions().await.map(|one| one.gaps()).unwrap_or_default())
            .collect(),
        under_way: task::counts(store).await?.iter().map(|(_, count)| usize::try_from(*count).unwrap_or(0)).sum(),
        unwell: unwell.len(),
    })
}
