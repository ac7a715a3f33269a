//! Loads what some entries are put together from, and nothing that belongs to others. Puts nothing together itself.

use super::{Facts, Item, revision_that_counts};
use crate::config::Config;
use crate::domain::ledger::Outcome;
use crate::domain::{Digest, MessageId, SubmissionId};
use crate::store::message::{self, CopyLine, MessageLine};
use crate::store::submission::{self, Revision, SubmissionLine};
use crate::store::{self, Store, desk, judgement, ledger, relation, sender, wish};
use std::collections::{BTreeMap, BTreeSet};

/// Entries that are loaded at once where all are wanted.
const AT_ONCE: usize = 500;

/// Everything in the queue and beside it, oldest first. For exports: a page asks the desk.
///
/// # Errors
/// If the store does not answer.
pub async fn items(store: &Store, config: &Config) -> store::Result<Vec<Item>> {
    let mut items = Vec::new();
    for some in desk::all_ids(store).await?.chunks(AT_ONCE) {
        items.extend(items_of(store, config, some).await?);
    }
    items.sort_by(|a, b| (a.server_received_at, &a.id).cmp(&(b.server_received_at, &b.id)));
    Ok(items)
}

/// One entry by its id, as it is now; `None`: there is none.
///
/// # Errors
/// If the store does not answer.
pub async fn item_of(store: &Store, config: &Config, id: &str) -> store::Result<Option<Item>> {
    Ok(items_of(store, config, &[id.to_string()]).await?.pop())
}

/// Some entries by their ids, as they are now, oldest first; ids that are of no entry are left out.
///
/// # Errors
/// If the store does not answer.
pub async fn items_of(store: &Store, config: &Config, ids: &[String]) -> store::Result<Vec<Item>> {
    let made_of = MadeOf::load(store, ids).await?;
    let facts = facts(store, config, &made_of).await?;
    let mut items = Vec::new();
    for (line, revisions, messages) in &made_of.submissions {
        // Set aside again after it was queued: the message stands for itself.
        if let Some(revision) = revision_that_counts(revisions).filter(|_| !messages.is_empty()) {
            items.push(facts.submission(line, revision, messages));
        }
    }
    let stand_alone = made_of.others.iter().filter(|line| facts.copies.contains_key(&line.id));
    items.extend(stand_alone.map(|line| facts.message(line)));
    name_the_others(store, &mut items).await?;
    items.sort_by(|a, b| (a.server_received_at, &a.id).cmp(&(b.server_received_at, &b.id)));
    Ok(items)
}

/// Rows that some entries consist of.
struct MadeOf {
    submissions: Vec<(SubmissionLine, Vec<Revision>, Vec<MessageLine>)>,
    /// Messages that are no submission, and wait for nothing.
    others: Vec<MessageLine>,
}

impl MadeOf {
    async fn load(store: &Store, ids: &[String]) -> store::Result<Self> {
        let (mut revisions_of, mut messages_of) = (BTreeMap::new(), BTreeMap::new());
        for one in submission::revisions_of(store, ids).await? {
            revisions_of.entry(one.submission.clone()).or_insert_with(Vec::new).push(one);
        }
        for line in message::lines_of_submissions(store, ids).await? {
            if let Some(of) = line.submission.clone() {
                messages_of.entry(of).or_insert_with(Vec::new).push(line);
            }
        }
        let mut submissions = Vec::new();
        for line in submission::lines_of(store, ids).await?.into_iter().filter(|line| line.merged_into.is_none()) {
            let revisions = revisions_of.remove(&line.id).unwrap_or_default();
            let messages = match messages_of.remove(&line.id) {
                Some(messages) => messages,
                None => split_off_from(store, &revisions).await?,
            };
            submissions.push((line, revisions, messages));
        }
        let mut others = message::lines_of(store, ids).await?;
        others.retain(stands_alone);
        Ok(Self { submissions, others })
    }

    fn messages(&self) -> impl Iterator<Item = &MessageLine> {
        self.submissions.iter().flat_map(|(_, _, messages)| messages).chain(&self.others)
    }
}

/// Whether a message is an entry of its own; what is on its way is none yet.
fn stands_alone(line: &MessageLine) -> bool {
    line.submission.is_none() && matches!(line.outcome, Outcome::SetAside | Outcome::Held)
}

/// The messages of a submission that was split off: those its parts come from, where they still make a submission.
async fn split_off_from(store: &Store, revisions: &[Revision]) -> store::Result<Vec<MessageLine>> {
    let parts = revisions.iter().flat_map(|one| &one.content.parts);
    let mut order: Vec<&MessageId> = Vec::new();
    for part in parts {
        if !order.contains(&&part.message) {
            order.push(&part.message);
        }
    }
    let ids: Vec<String> = order.iter().map(|id| id.0.clone()).collect();
    let mut lines = message::lines_of(store, &ids).await?;
    lines.retain(|line| line.outcome == Outcome::Submission);
    lines.sort_by_key(|line| order.iter().position(|id| **id == line.id));
    Ok(lines)
}

async fn facts<'a>(store: &Store, config: &'a Config, made_of: &MadeOf) -> store::Result<Facts<'a>> {
    let ids: BTreeSet<String> = made_of.messages().map(|line| line.id.0.clone()).collect();
    let ids: Vec<String> = ids.into_iter().collect();
    let files: BTreeSet<Digest> =
        made_of.messages().flat_map(|line| &line.summary.parts).map(|part| part.digest).collect();
    let files: Vec<Digest> = files.into_iter().collect();
    let senders: BTreeSet<String> =
        made_of.messages().flat_map(|line| &line.summary.from).map(|one| one.address.to_lowercase()).collect();
    let senders: Vec<String> = senders.into_iter().collect();
    let submissions: Vec<String> = made_of.submissions.iter().map(|(line, _, _)| line.id.0.clone()).collect();
    let taken_away = judgement::taken_away_of(store, &submissions).await?;
    Ok(Facts {
        copies: copies_by_message(message::copies_of(store, &ids).await?),
        extractions: message::extraction_lines_of(store, &files).await?,
        classified: message::classified_of(store, &ids).await?,
        codes: desk::codes_of(store, &senders).await?,
        wishes: wish::lines_of(store, &ids).await?,
        relations: relation::lines_of(store, &ids).await?,
        senders: sender::of(store, &ids).await?,
        people: if taken_away.is_empty() { BTreeMap::new() } else { ledger::people(store).await? },
        taken_away,
        config,
    })
}

fn copies_by_message(copies: Vec<CopyLine>) -> BTreeMap<MessageId, Vec<CopyLine>> {
    let mut by_message: BTreeMap<MessageId, Vec<CopyLine>> = BTreeMap::new();
    for copy in copies {
        if let Some(message) = copy.message.clone() {
            by_message.entry(message).or_default().push(copy);
        }
    }
    by_message
}

/// Says of each relation which entry the other message stands in: that is what a person sees.
async fn name_the_others(store: &Store, items: &mut [Item]) -> store::Result<()> {
    let relations = items.iter().flat_map(|item| &item.relations);
    let others: BTreeSet<String> =
        relations.map(|one| if one.is_newer { one.other.0.clone() } else { one.message.0.clone() }).collect();
    let entries = entries_of(store, &others.into_iter().collect::<Vec<_>>()).await?;
    for one in items.iter_mut().flat_map(|item| &mut item.relations) {
        let other = if one.is_newer { &one.other } else { &one.message };
        if let Some((id, title)) = entries.get(other) {
            (one.with, one.with_title) = (id.clone(), title.clone());
        }
    }
    Ok(())
}

/// Id and title of the entries that messages stand in. What was split off from a submission is another entry: a message
/// stands in the one that it came as.
async fn entries_of(store: &Store, messages: &[String]) -> store::Result<BTreeMap<MessageId, (String, String)>> {
    let lines = message::lines_of(store, messages).await?;
    let submissions: BTreeSet<String> =
        lines.iter().filter_map(|line| Some(line.submission.as_ref()?.0.clone())).collect();
    let mut revisions_of: BTreeMap<SubmissionId, Vec<Revision>> = BTreeMap::new();
    for one in submission::revisions_of(store, &submissions.into_iter().collect::<Vec<_>>()).await? {
        revisions_of.entry(one.submission.clone()).or_default().push(one);
    }
    let alone: Vec<String> = lines.iter().filter(|line| stands_alone(line)).map(|line| line.id.0.clone()).collect();
    let classified = message::classified_of(store, &alone).await?;
    let copies = copies_by_message(message::copies_of(store, &alone).await?);
    let mut entries = BTreeMap::new();
    for line in &lines {
        let entry = match &line.submission {
            Some(of) => {
                let revision = revisions_of.get(of).and_then(|all| revision_that_counts(all));
                revision.map(|one| (of.0.clone(), one.content.title.clone()))
            }
            None if stands_alone(line) && copies.contains_key(&line.id) => {
                Some((line.id.0.clone(), super::title_of(line, classified.get(&line.id))))
            }
            None => None,
        };
        entries.extend(entry.map(|entry| (line.id.clone(), entry)));
    }
    Ok(entries)
}
