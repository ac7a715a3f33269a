//! What persons decided and what waits, loaded for learning and comparing. Changes nothing.

use super::{Change, Compared, Material, Result};
use crate::classify::Classifier;
use crate::classify::train::{Decided, Label, is_held_out};
use crate::domain::SubmissionId;
use crate::domain::judgement::JudgedAct;
use crate::domain::submission::{Assigner, Assignment, Content, State};
use crate::pipeline::{self, Tools};
use crate::store::message::MessageLine;
use crate::store::submission::Revision;
use crate::store::{Store, judgement, message, submission};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A submission that a person decided and that stands so.
struct One {
    revision: Revision,
    is_approved: bool,
    taken_away: Vec<Assignment>,
    lines: Vec<MessageLine>,
}

/// What is loaded.
pub(super) struct Facts {
    /// By id, so that the same decisions come in the same order.
    decided: BTreeMap<SubmissionId, One>,
}

/// What two classifiers say of what was held out and of what waits.
pub(super) struct Evaluated {
    pub held_out: Compared,
    pub waiting: usize,
    pub changes: Vec<Change>,
}

impl Facts {
    pub(super) async fn load(tools: &Tools) -> Result<Self> {
        let store = &tools.store;
        let mut decided = BTreeMap::new();
        for (id, revisions) in by_submission(store).await? {
            let Some((revision, is_approved)) = decided_last(revisions) else { continue };
            let lines = lines_of(store, &revision).await?;
            decided.insert(id, One { revision, is_approved, taken_away: Vec::new(), lines });
        }
        let mut of_revision: BTreeMap<_, SubmissionId> = BTreeMap::new();
        for revision in submission::revisions(store, None).await? {
            of_revision.insert(revision.id, revision.submission);
        }
        let away = judgement::taken_away(store).await?;
        for one in judgement::all(store).await?.into_iter().rev().filter(|one| one.act == JudgedAct::Unassigned) {
            let Some(id) = of_revision.get(&one.revision) else { continue };
            let Some(known) = decided.get_mut(id) else { continue };
            for label in one.labels.into_iter().flat_map(|labels| labels.removed) {
                let is_away =
                    away.get(id).is_some_and(|all| all.iter().any(|a| a.recommendation == label.recommendation));
                let is_noted = known.taken_away.iter().any(|other| other.recommendation == label.recommendation);
                if is_away && !is_noted {
                    known.taken_away.push(label);
                }
            }
        }
        Ok(Self { decided })
    }

    /// Adds what was decided, but for what is held out; says of how many submissions that is.
    pub(super) async fn add_to(&self, tools: &Tools, material: &mut Material, languages: &[String]) -> Result<u64> {
        let mut count = 0;
        for (_, one) in self.decided.iter().filter(|(id, _)| !is_held_out(id.as_str())) {
            let decided = one.decided(tools).await?;
            if !languages.is_empty() && !languages.contains(&decided.language) {
                continue;
            }
            let passages = decided.passages(&tools.catalogue);
            count += u64::from(!passages.is_empty());
            material.passages.extend(passages);
        }
        Ok(count)
    }

    /// What the classifiers say of what is held out, and what would change for what waits.
    pub(super) async fn evaluate(
        &self,
        tools: &Tools,
        current: &Arc<Classifier>,
        new: &Arc<Classifier>,
        troubles: &mut Vec<String>,
    ) -> Result<Evaluated> {
        let mut held_out = Compared::default();
        for (id, one) in self.decided.iter().filter(|(id, one)| one.is_approved && is_held_out(id.as_str())) {
            let labels = ids(&one.revision.content);
            let labels: BTreeSet<&str> = labels.iter().map(String::as_str).collect();
            match (said(tools, current, &one.lines).await, said(tools, new, &one.lines).await) {
                (Ok(old), Ok(new)) => {
                    held_out.current.count(old.iter().map(String::as_str), &labels);
                    held_out.new.count(new.iter().map(String::as_str), &labels);
                }
                (Err(why), _) | (_, Err(why)) => troubles.push(format!("{id} could not be read again: {why}")),
            }
        }
        let (mut count, mut changes) = (0, Vec::new());
        let away = judgement::taken_away(&tools.store).await?;
        for (revision, lines) in waiting(&tools.store).await? {
            if !pipeline::is_untouched(&tools.store, &revision).await? {
                continue;
            }
            count += 1;
            let mut says = match said(tools, new, &lines).await {
                Ok(says) => says,
                Err(why) => {
                    troubles.push(format!("{} could not be read again: {why}", revision.submission));
                    continue;
                }
            };
            for one in away.get(&revision.submission).into_iter().flatten() {
                says.remove(&one.recommendation);
            }
            let stands = ids(&revision.content);
            let comes: Vec<String> = says.difference(&stands).cloned().collect();
            let goes: Vec<String> = stands.difference(&says).cloned().collect();
            if !comes.is_empty() || !goes.is_empty() {
                changes.push(Change { submission: revision.submission, title: revision.content.title, comes, goes });
            }
        }
        Ok(Evaluated { held_out, waiting: count, changes })
    }
}

impl One {
    async fn decided(&self, tools: &Tools) -> Result<Decided> {
        let mut texts = Vec::new();
        for line in &self.lines {
            let parsed = message::parsed(&tools.store, &line.id).await?;
            texts.extend(pipeline::texts_of(tools, &parsed).await?);
        }
        let content = &self.revision.content;
        let label =
            |one: &Assignment| Label { recommendation: one.recommendation.clone(), evidence: one.evidence.clone() };
        // Whoever rejects an input says nothing of the labels that they left.
        let is_said = |one: &&Assignment| self.is_approved || matches!(one.assigner, Assigner::Person(_));
        Ok(Decided {
            language: content.languages.first().cloned().unwrap_or_default(),
            texts,
            stands: content.assignments.iter().filter(is_said).map(label).collect(),
            taken_away: self.taken_away.iter().map(label).collect(),
        })
    }
}

/// What a classifier assigns to messages that make one submission.
async fn said(
    tools: &Tools,
    classifier: &Arc<Classifier>,
    lines: &[MessageLine],
) -> std::result::Result<BTreeSet<String>, String> {
    let mut all = BTreeSet::new();
    for line in lines {
        let says = pipeline::says(tools, classifier, &line.id).await.map_err(|error| error.0)?;
        all.extend(says.assignments.into_iter().map(|one| one.recommendation));
    }
    Ok(all)
}

fn ids(content: &Content) -> BTreeSet<String> {
    content.assignments.iter().map(|one| one.recommendation.clone()).collect()
}

/// The revisions of each submission that was not joined into another one.
async fn by_submission(store: &Store) -> Result<BTreeMap<SubmissionId, Vec<Revision>>> {
    let mut all: BTreeMap<SubmissionId, Vec<Revision>> = BTreeMap::new();
    for line in submission::lines(store).await?.into_iter().filter(|line| line.merged_into.is_none()) {
        all.insert(line.id, Vec::new());
    }
    for revision in submission::revisions(store, None).await? {
        if let Some(of) = all.get_mut(&revision.submission) {
            of.push(revision);
        }
    }
    Ok(all)
}

/// The latest revision that a person approved or rejected, if that still stands. What was taken back teaches nothing.
fn decided_last(revisions: Vec<Revision>) -> Option<(Revision, bool)> {
    let decided = revisions.into_iter().rev().map(|one| {
        let is_approved = match &one.state {
            State::Approved { .. } | State::Published { .. } => Some(true),
            State::Rejected { .. } => Some(false),
            State::Queued | State::Withdrawn { .. } | State::Superseded { .. } => None,
        };
        (one, is_approved)
    });
    decided.filter_map(|(one, is_approved)| Some((one, is_approved?))).next()
}

/// The messages that a revision is made of, while their texts are there.
async fn lines_of(store: &Store, revision: &Revision) -> Result<Vec<MessageLine>> {
    let mut lines = Vec::new();
    let messages: BTreeSet<_> = revision.content.parts.iter().map(|part| &part.message).collect();
    for id in messages {
        lines.extend(message::line(store, id).await?.filter(|line| line.erased_at.is_none()));
    }
    Ok(lines)
}

/// Submissions whose one revision waits, with the messages that it is made of.
pub(super) async fn waiting(store: &Store) -> Result<Vec<(Revision, Vec<MessageLine>)>> {
    let mut found = Vec::new();
    for revisions in by_submission(store).await?.into_values() {
        let Ok([revision]) = <[Revision; 1]>::try_from(revisions) else { continue };
        if matches!(revision.state, State::Queued) {
            let lines = lines_of(store, &revision).await?;
            // Set aside since: it waits for nobody.
            if lines.iter().all(|line| line.submission.as_ref() == Some(&revision.submission)) {
                found.push((revision, lines));
            }
        }
    }
    Ok(found)
}
