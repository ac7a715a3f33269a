//! A reviewer's acts by command line. Finds what is meant, calls `review`, says in a sentence what follows.

use super::{Because, By, Command, Place, open};
use crate::domain::submission::Rejection;
use crate::domain::{MessageId, SubmissionId, Timestamp};
use crate::pipeline::Tools;
use crate::review::{self, Act};
use crate::store::{message, submission};
use crate::worker;
use anyhow::{Context as _, bail};
use std::process::ExitCode;

/// Who acts, as the command line says it.
pub fn act_of(by: &By, clock: fn() -> Timestamp) -> anyhow::Result<Act> {
    let seen = by.seen.as_deref().map(|text| {
        let (number, edition) = text.split_once('.').context("--seen wants revision and edition, as 1.1")?;
        anyhow::Ok((number.parse()?, edition.parse()?))
    });
    Ok(Act { by: by.by.clone(), reason: by.reason.clone(), seen: seen.transpose()?, now: clock() })
}

/// The one id among `ids` that the person means: whole, or an ending of it that fits no other.
pub fn meant<'a>(wanted: &str, ids: impl Iterator<Item = &'a str>) -> anyhow::Result<String> {
    let wanted = wanted.trim().to_ascii_lowercase();
    let mut fitting: Vec<&str> =
        ids.filter(|id| *id == wanted || (wanted.len() >= 4 && id.ends_with(&wanted))).collect();
    fitting.dedup();
    match fitting.as_slice() {
        [one] => Ok((*one).to_string()),
        [] => bail!("nothing has the id {wanted} (see `pouch list --all`)"),
        several => bail!("{} things have an id that ends in {wanted}: write more of it", several.len()),
    }
}

/// The submission that the person means.
pub async fn submission_id(tools: &Tools, wanted: &str) -> anyhow::Result<SubmissionId> {
    let lines = submission::lines(&tools.store).await?;
    if let Ok(id) = meant(wanted, lines.iter().map(|line| line.id.as_str())) {
        return Ok(SubmissionId(id));
    }
    // A message's id is as good, where the message belongs to a submission.
    let messages = message::lines(&tools.store, None).await?;
    let id = meant(wanted, messages.iter().map(|line| line.id.as_str()))?;
    let of = messages.into_iter().find(|line| line.id.as_str() == id).and_then(|line| line.submission);
    of.with_context(|| format!("message {id} is no submission; `pouch accept` makes it one"))
}

/// The message that the person means; a submission's id is as good where it has one message.
pub async fn message_id(tools: &Tools, wanted: &str) -> anyhow::Result<MessageId> {
    let messages = message::lines(&tools.store, None).await?;
    if let Ok(id) = meant(wanted, messages.iter().map(|line| line.id.as_str())) {
        return Ok(MessageId(id));
    }
    let lines = submission::lines(&tools.store).await?;
    let id = SubmissionId(meant(wanted, lines.iter().map(|line| line.id.as_str()))?);
    let of: Vec<_> = messages.into_iter().filter(|line| line.submission.as_ref() == Some(&id)).collect();
    match of.as_slice() {
        [only] => Ok(only.id.clone()),
        _ => bail!("submission {id} has {} messages: name the one you mean", of.len()),
    }
}

/// Does an act and says what follows.
pub async fn act(place: &Place, command: Command, clock: fn() -> Timestamp) -> anyhow::Result<ExitCode> {
    let tools = open::tools(place).await?;
    let said = match command {
        Command::Accept { .. }
        | Command::SetAside { .. }
        | Command::Release { .. }
        | Command::Retry { .. }
        | Command::Wish { .. }
        | Command::Relate { .. }
        | Command::Part { .. } => message_act(&tools, command, clock).await?,
        Command::Approve { .. } | Command::Reject { .. } | Command::Withdraw { .. } | Command::Reopen { .. } => {
            decide(&tools, command, clock).await?
        }
        other => change(&tools, other, clock).await?,
    };
    worker::settle_down(&tools, clock).await?;
    println!("{said}");
    Ok(ExitCode::SUCCESS)
}

async fn decide(tools: &Tools, command: Command, clock: fn() -> Timestamp) -> anyhow::Result<String> {
    Ok(match command {
        Command::Approve { id, findings_seen, by } => {
            let id = submission_id(tools, &id).await?;
            let act = act_of(&by, clock)?;
            let due = review::approve(tools, &id, findings_seen, &act).await?;
            match tools.config.publish.delay {
                delay if due > act.now + delay => {
                    let day = crate::pipeline::in_call_zone(&tools.config, due);
                    format!(
                        "{id} is approved and goes public on {day}, as its sender wishes; until then `pouch reopen` takes it back."
                    )
                }
                _ if tools.config.publish.two_persons => {
                    format!("{id} is approved; it goes public when another person says so on its page of the desk.")
                }
                delay if delay.is_zero() => format!("{id} is approved and goes public now."),
                delay => {
                    format!("{id} is approved and goes public in {delay:?}; until then `pouch reopen` takes it back.")
                }
            }
        }
        Command::Reject { id, duplicate_of, because, by } => {
            let id = submission_id(tools, &id).await?;
            let rejection = match (duplicate_of, because) {
                (Some(other), _) => Rejection::DuplicateOf(submission_id(tools, &other).await?),
                (None, Because::OutOfScope) => Rejection::OutOfScope,
                (None, Because::NotReadable) => Rejection::NotReadable,
                (None, Because::Other) => Rejection::Other,
            };
            review::reject(tools, &id, rejection, &act_of(&by, clock)?).await?;
            format!("{id} is rejected; `pouch reopen` puts it back into the queue.")
        }
        Command::Withdraw { id, by } => {
            let id = submission_id(tools, &id).await?;
            review::withdraw(tools, &id, &act_of(&by, clock)?).await?;
            format!("{id} is withdrawn; if it was public, its page now says so and its files are gone.")
        }
        Command::Reopen { id, by } => {
            let id = submission_id(tools, &id).await?;
            review::reopen(tools, &id, &act_of(&by, clock)?).await?;
            format!("{id} waits in the queue again.")
        }
        _ => bail!("not a decision"),
    })
}

async fn change(tools: &Tools, command: Command, clock: fn() -> Timestamp) -> anyhow::Result<String> {
    Ok(match command {
        Command::Assign { id, recommendation, quote, by } => {
            let id = submission_id(tools, &id).await?;
            review::assign(tools, &id, &recommendation, &quote, &act_of(&by, clock)?).await?;
            format!("{id} is assigned to {recommendation}.")
        }
        Command::Unassign { id, recommendation, by } => {
            let id = submission_id(tools, &id).await?;
            review::unassign(tools, &id, &recommendation, &act_of(&by, clock)?).await?;
            format!("{id} is no longer assigned to {recommendation}.")
        }
        Command::Edit { id, title, submitter, kind, languages, parts, by } => {
            let id = submission_id(tools, &id).await?;
            let edit = review::Edit { title, submitter, kind, languages, parts, ..Default::default() };
            review::edit(tools, &id, &edit, &act_of(&by, clock)?).await?;
            format!("{id} is changed.")
        }
        Command::Revise { id, of, by } => {
            let (id, of) = (submission_id(tools, &id).await?, submission_id(tools, &of).await?);
            let number = review::revise(tools, &id, &of, &act_of(&by, clock)?).await?;
            format!("It is now revision {number} of {of}.")
        }
        Command::Split { id, parts, by } => {
            let id = submission_id(tools, &id).await?;
            let new = review::split(tools, &id, &parts, &act_of(&by, clock)?).await?;
            format!("The parts are now submission {new}.")
        }
        Command::Merge { id, into, by } => {
            let (id, into) = (submission_id(tools, &id).await?, submission_id(tools, &into).await?);
            review::merge(tools, &id, &into, &act_of(&by, clock)?).await?;
            format!("Its parts now belong to {into}.")
        }
        _ => bail!("not a change"),
    })
}

async fn message_act(tools: &Tools, command: Command, clock: fn() -> Timestamp) -> anyhow::Result<String> {
    Ok(match command {
        Command::Accept { id, by } => {
            let id = message_id(tools, &id).await?;
            review::accept(tools, &id, &act_of(&by, clock)?).await?;
            format!("Message {id} is a submission now and waits in the queue.")
        }
        Command::SetAside { id, kind, by } => {
            let id = message_id(tools, &id).await?;
            review::set_aside(tools, &id, kind, &act_of(&by, clock)?).await?;
            format!("Message {id} is set aside as {}; `pouch accept` brings it back.", kind.as_str())
        }
        Command::Release { id, by } => {
            let id = message_id(tools, &id).await?;
            let outcome = review::release(tools, &id, &act_of(&by, clock)?).await?;
            format!("Message {id} is released: {}.", outcome.as_str())
        }
        Command::Retry { id, by } => {
            let id = message_id(tools, &id).await?;
            review::retry(tools, &id, &act_of(&by, clock)?).await?;
            format!("Message {id} is read again.")
        }
        Command::Wish { id, number, heed, overrule: _, until, by } => {
            let id = message_id(tools, &id).await?;
            review::decide_wish(tools, &id, number, heed, until, &act_of(&by, clock)?).await?;
            format!("Wish {number} of message {id} is {}.", if heed { "heeded" } else { "overruled" })
        }
        Command::Relate { id, other, confirm, refuse: _, kind, by } => {
            let (id, other) = super::relations::pair(tools, &id, &other).await?;
            review::decide_relation(tools, (&id, &other), kind, confirm, &act_of(&by, clock)?).await?
        }
        Command::Part { id, copy, by } => {
            let id = message_id(tools, &id).await?;
            let copy = copy.map(|text| text.parse()).transpose().context("--copy")?;
            let new = review::part(tools, &id, copy, &act_of(&by, clock)?).await?;
            format!("Message {id} is parted; the other one is {new}.")
        }
        _ => bail!("not an act on a message"),
    })
}
