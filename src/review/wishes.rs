//! What senders wish, and what follows from it: until a person has decided on a wish, what it is about is not approved.
//! Finds no wish; publishes nothing.

use super::{Act, Error, Result, person};
use crate::domain::ledger::Event;
use crate::domain::submission::{Content, State};
use crate::domain::wish::{WishDecision, WishKind};
use crate::domain::{MessageId, Timestamp};
use crate::pipeline::Tools;
use crate::store::submission::Revision;
use crate::store::wish::{Decided, WishLine};
use crate::store::{ledger, message, submission, wish};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Writes down what a person decided about a wish.
///
/// # Errors
/// If there is no such wish, an embargo shall be heeded and nobody says until when, or the input is approved already: what
/// was approved would go public whatever is decided now.
pub async fn decide_wish(
    tools: &Tools,
    id: &MessageId,
    number: u32,
    heed: bool,
    until: Option<Date>,
    act: &Act,
) -> Result<()> {
    let lines = wish::lines(&tools.store, Some(id)).await?;
    let line = lines.into_iter().find(|line| line.number == number);
    let line = line.ok_or_else(|| Error::NotFound(format!("wish {number} of message {id}")))?;
    let decision = match (heed, line.wish.kind) {
        (false, _) => WishDecision::Overruled,
        (true, WishKind::Embargo) => {
            let until = until.or(line.wish.until);
            if until.is_none() {
                return Err(Error::Refused("it names no day that Pouch understands: say --until 2024-01-31".into()));
            }
            WishDecision::Heeded { until }
        }
        (true, _) => WishDecision::Heeded { until: None },
    };
    let waits = |one: &Revision| {
        matches!(one.state, State::Approved { .. }) && one.content.parts.iter().any(|part| part.message == *id)
    };
    if let Some(approved) = submission::revisions(&tools.store, None).await?.into_iter().find(waits) {
        return Err(Error::Refused(format!(
            "submission {} is approved already: put it back first (`pouch reopen`), decide, and approve it again",
            approved.submission
        )));
    }
    let mut tx = tools.store.begin().await?;
    let (by, actor) = person(&mut tx, act).await?;
    let reason = super::reason(&mut tx, act).await?;
    let decided = Decided { decision: decision.clone(), by, reason: act.reason.clone(), at: act.now };
    wish::decide(&mut tx, id, number, &decided).await?;
    let event = Event::WishDecided { message: id.clone(), number, decided: decision, reason };
    ledger::append(&mut tx, &actor, &[event], act.now).await?;
    tx.commit().await?;
    Ok(())
}

/// The wishes of the messages that a content is made of.
///
/// # Errors
/// If the store does not answer.
pub async fn wishes_of(tools: &Tools, content: &Content) -> Result<Vec<WishLine>> {
    let messages: BTreeSet<&MessageId> = content.parts.iter().map(|part| &part.message).collect();
    let mut all = Vec::new();
    for id in messages {
        all.extend(wish::lines(&tools.store, Some(id)).await?);
    }
    Ok(all)
}

/// What stands in the way of making a content public, and before when it must not be.
///
/// # Errors
/// Says in words which wish stands in the way, and what a person can do.
pub async fn respect_wishes(tools: &Tools, content: &Content, now: Timestamp) -> Result<Timestamp> {
    let mut not_before = now;
    let about = |line: &WishLine| line.wish.touches(&line.message, &content.parts);
    for line in wishes_of(tools, content).await?.into_iter().filter(about) {
        let quote = crate::domain::harmless(&line.wish.evidence.quote);
        let words = line.wish.kind.words();
        let Some(decided) = &line.decided else {
            return Err(Error::Refused(format!(
                "the sender wishes it {words}: \"{quote}\"\nDecide on that first: `pouch wish {} {} --heed` or `--overrule`",
                line.message, line.number
            )));
        };
        match (&decided.decision, line.wish.kind) {
            (WishDecision::Overruled, _) => {}
            (WishDecision::Heeded { .. }, WishKind::NotForPublication) => {
                return Err(Error::Refused(format!(
                    "it was decided to heed the sender's wish: \"{quote}\"\nChoose other parts, \
                     or reject it"
                )));
            }
            (WishDecision::Heeded { .. }, WishKind::Withdrawal) => {
                return Err(Error::Refused(format!(
                    "it was decided to heed the sender's wish to take it back: \"{quote}\"\nUse `pouch withdraw`"
                )));
            }
            (WishDecision::Heeded { .. }, WishKind::Anonymous) => hides_the_name(tools, content, &line).await?,
            (WishDecision::Heeded { until }, WishKind::Embargo) => {
                let day = until.and_then(|day| day.to_zoned(tools.config.call.time_zone.clone()).ok());
                not_before = not_before.max(day.map_or(now, |midnight| midnight.timestamp()));
            }
        }
    }
    Ok(not_before)
}

/// Nothing of what the public page says names who wishes not to be named.
async fn hides_the_name(tools: &Tools, content: &Content, line: &WishLine) -> Result<()> {
    let mut names: Vec<String> = Vec::new();
    if let Some(classified) = message::classified(&tools.store, &line.message).await? {
        names.push(classified.submitter.name);
    }
    if let Some(of) = message::line(&tools.store, &line.message).await? {
        names.extend(of.summary.from.into_iter().filter_map(|one| one.name));
    }
    let of = content.submitter.on_behalf_of.as_deref().unwrap_or_default();
    let shown = format!("{}\n{}\n{of}", content.submitter.name, content.title).to_lowercase();
    let named = names.into_iter().find(|name| name.chars().count() > 2 && shown.contains(&name.to_lowercase()));
    match named {
        Some(name) => Err(Error::Refused(format!(
            "it was decided that the sender stays anonymous, and title or submitter name {}: change them with \
             `pouch edit --submitter \"Anonymous\" --title ...`, and look whether the files name it too",
            crate::domain::harmless(&name)
        ))),
        None => Ok(()),
    }
}
