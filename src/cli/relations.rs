//! `pouch relations` and `pouch groups`: how messages belong together, for a person to read. Decides nothing.

use super::acts::{message_id, submission_id};
use super::list::visible;
use super::{Place, open};
use crate::domain::MessageId;
use crate::domain::relation::RelationKind;
use crate::pipeline::Tools;
use crate::relate::{self, Difference, Group};
use crate::review;
use crate::store::message::{self, MessageLine};
use crate::store::relation::{self, RelationLine};
use anyhow::Context as _;
use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

/// Lists proposals that nobody has decided on; of one message all, with what changed.
pub async fn relations(place: &Place, id: Option<&str>, all: bool) -> anyhow::Result<ExitCode> {
    let tools = open::tools(place).await?;
    let one = match id {
        Some(id) => Some(messages_meant(&tools, id).await?),
        None => None,
    };
    let messages = by_id(&tools).await?;
    let mut lines = relation::lines(&tools.store, None).await?;
    if let Some(ids) = &one {
        lines.retain(|line| ids.contains(&line.relation.message) || ids.contains(&line.relation.other));
    }
    let waits =
        |line: &RelationLine| line.decided.is_none() && line.relation.kind.asks() && !is_settled(line, &messages);
    let mut shown = 0;
    for line in lines.iter().filter(|line| all || one.is_some() || waits(line)) {
        print_line(line, &messages);
        if one.is_some() && line.relation.kind != RelationKind::Reply {
            let changed = review::difference_of(&tools, &line.relation.message, &line.relation.other).await?;
            print_difference(changed.as_ref());
        }
        if waits(line) {
            let (newer, older) = (short(&line.relation.message), short(&line.relation.other));
            println!("  decide: pouch relate {newer} {older} --confirm (or --refuse) --by NAME --reason WHY");
        }
        shown += 1;
    }
    println!("{shown} shown of {}.{}", lines.len(), if all { "" } else { " `--all` shows everything." });
    Ok(ExitCode::SUCCESS)
}

/// The messages that a person means: one, or all of a submission.
async fn messages_meant(tools: &Tools, wanted: &str) -> anyhow::Result<BTreeSet<MessageId>> {
    if let Ok(id) = message_id(tools, wanted).await {
        return Ok(BTreeSet::from([id]));
    }
    let of = submission_id(tools, wanted).await?;
    let lines = message::lines(&tools.store, Some(&of)).await?;
    Ok(lines.into_iter().map(|line| line.id).collect())
}

/// The two messages that a person means by two ids: of submissions with several messages those that something was proposed
/// of.
pub async fn pair(tools: &Tools, newer: &str, older: &str) -> anyhow::Result<(MessageId, MessageId)> {
    let (newer_ids, older_ids) = (messages_meant(tools, newer).await?, messages_meant(tools, older).await?);
    let proposed = relation::lines(&tools.store, None).await?.into_iter().map(|line| line.relation).find(|one| {
        let fits = |a: &MessageId, b: &MessageId| newer_ids.contains(a) && older_ids.contains(b);
        fits(&one.message, &one.other) || fits(&one.other, &one.message)
    });
    if let Some(one) = proposed {
        return Ok((one.message, one.other));
    }
    // Nothing was proposed: then the first message stands for its submission.
    let first = |ids: BTreeSet<MessageId>| ids.into_iter().next().context("the submission has no message of its own");
    Ok((first(newer_ids)?, first(older_ids)?))
}

/// Lists groups of near-copies with their count and their differences.
pub async fn groups(place: &Place) -> anyhow::Result<ExitCode> {
    let tools = open::tools(place).await?;
    let messages = by_id(&tools).await?;
    let lines = relation::lines(&tools.store, None).await?;
    let refused = |line: &RelationLine| line.decided.as_ref().is_some_and(|decided| !decided.confirmed);
    let relations: Vec<_> = lines.into_iter().filter(|line| !refused(line)).map(|line| line.relation).collect();
    let mut likenesses = BTreeMap::new();
    for id in relations.iter().flat_map(|one| [&one.message, &one.other]) {
        if let Some(likeness) = relation::likeness(&tools.store, id).await? {
            likenesses.insert(id.clone(), likeness);
        }
    }
    let groups = relate::groups(&relations, &likenesses);
    for group in &groups {
        print_group(&tools, group, &messages).await?;
    }
    println!("{} group(s).", groups.len());
    Ok(ExitCode::SUCCESS)
}

async fn print_group(tools: &Tools, group: &Group, messages: &BTreeMap<MessageId, MessageLine>) -> anyhow::Result<()> {
    let Some(first) = group.messages.first() else { return Ok(()) };
    println!("{} mails with nearly the same text", group.messages.len());
    println!("  {}", named(first, messages));
    for id in group.messages.iter().skip(1) {
        println!("  {}", named(id, messages));
        let changed = review::difference_of(tools, id, first).await?;
        match changed {
            Some(changed) if changed.added + changed.removed == 0 => println!("      the same words as the first"),
            Some(changed) => println!(
                "      {} words more, {} words less than the first: {}",
                changed.added,
                changed.removed,
                visible(&changed.changes.join(" … "))
            ),
            None => println!("      no text that could be compared"),
        }
    }
    println!();
    Ok(())
}

/// A person has joined the two already, or one of them is gone.
fn is_settled(line: &RelationLine, messages: &BTreeMap<MessageId, MessageLine>) -> bool {
    let of = |id| messages.get(id).filter(|one| one.erased_at.is_none());
    match (of(&line.relation.message), of(&line.relation.other)) {
        (Some(one), Some(other)) => one.submission.is_some() && one.submission == other.submission,
        _ => true,
    }
}

async fn by_id(tools: &Tools) -> anyhow::Result<BTreeMap<MessageId, MessageLine>> {
    Ok(message::lines(&tools.store, None).await?.into_iter().map(|line| (line.id.clone(), line)).collect())
}

fn short(id: &MessageId) -> &str {
    let id = id.as_str();
    &id[id.len().saturating_sub(8)..]
}

fn named(id: &MessageId, messages: &BTreeMap<MessageId, MessageLine>) -> String {
    let Some(line) = messages.get(id) else { return short(id).into() };
    let from = line.summary.from.first().map(|one| one.address.as_str()).unwrap_or_default();
    visible(&format!("{}  {}  {}  {}", short(id), line.first_seen.strftime("%Y-%m-%d"), from, line.subject))
}

fn print_line(line: &RelationLine, messages: &BTreeMap<MessageId, MessageLine>) {
    let relation = &line.relation;
    println!("{}", named(&relation.message, messages));
    println!("  {} ({} %): {}", relation.kind.words(), relation.similarity, visible(&relation.reason));
    println!("  {}", named(&relation.other, messages));
    if let Some(decided) = &line.decided {
        let word = if decided.confirmed { "confirmed" } else { "refused" };
        println!("  {word}: {}", visible(&decided.reason));
    }
}

fn print_difference(changed: Option<&Difference>) {
    let Some(changed) = changed else {
        println!("  no texts of both that could be compared");
        return;
    };
    if changed.added + changed.removed == 0 {
        println!("  the texts are the same, word by word");
        return;
    }
    println!("  {} words added, {} removed ([-removed-] {{+added+}}):", changed.added, changed.removed);
    for change in &changed.changes {
        println!("    … {} …", visible(change));
    }
    if changed.more > 0 {
        println!("    and {} more changes", changed.more);
    }
}
