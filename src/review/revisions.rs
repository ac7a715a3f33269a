//! Acts on submissions and their revisions. Publishes nothing: that is a step of the pipeline after approval.

use super::labels::{at_decision, judge};
use super::{Act, Error, Result, is_queued, person, reason, revision_for};
use crate::classify::{check_evidence, find_quote};
use crate::domain::classification::{Evidence, Submitter, TextPart};
use crate::domain::judgement::{JudgedAct, Labels};
use crate::domain::ledger::{Actor, EditKind, Event};
use crate::domain::publication::PublicStatus;
use crate::domain::submission::{
    Assigner, Assignment, Change, Content, Manifest, ManifestFile, PartRef, Rejection, State,
};
use crate::domain::{Finding, FindingCode, MessageId, SubmissionId, Timestamp};
use crate::pipeline::{self, Tools, change_state, content_digest};
use crate::store::message::MessageLine;
use crate::store::submission::Revision;
use crate::store::task::{self, Stage};
use crate::store::{Tx, judgement, ledger, message, submission};
use std::collections::BTreeSet;

/// Changes the state, with the domain's refusal as an error of its own.
pub(super) async fn change(
    tx: &mut Tx,
    actor: &Actor,
    revision: &Revision,
    change: Change,
    act: &Act,
) -> Result<State> {
    revision.state.clone().after(&change).map_err(Error::NotAllowed)?;
    Ok(change_state(tx, actor, revision, change, Some(&act.reason), act.now).await?)
}

/// Approves the revision that waits; it is published after the configured delay, and not before a day that its sender
/// named, exactly as it stands now. Gives the time from which on it is public.
///
/// # Errors
/// If its state does not allow it, it is stale, it has nothing that could be published, a wish of its sender stands in the
/// way, its content was not received, or something lies hidden in its files or is missing and the person has not seen it.
pub async fn approve(tools: &Tools, id: &SubmissionId, findings_seen: bool, act: &Act) -> Result<Timestamp> {
    let mut tx = tools.store.begin().await?;
    let (by, actor) = person(&mut tx, act).await?;
    let mut revision = revision_for(&mut tx, id, act, is_queued).await?;
    let manifest = manifest_of(tools, &revision).await?;
    if manifest.files.is_empty() && manifest.body_text.is_none() {
        return Err(Error::Refused("no part is chosen for publication: choose which parts are published".into()));
    }
    super::relations::respect_relations(tools, &revision.content).await?;
    let not_before = super::wishes::respect_wishes(tools, &revision.content, act.now).await?;
    let mut lines = super::missing::before_approval(tools, &revision.content).await?;
    let findings = findings_of(tools, &revision.content).await?;
    if !findings_seen && (!lines.is_empty() || findings.iter().any(|(_, one)| one.code.stops_approval())) {
        lines.extend(findings.iter().map(|(name, finding)| format!("{name}: {}", finding.detail)));
        return Err(Error::FindingsNotSeen(lines));
    }
    let json = crate::store::rows::json(&manifest)?;
    let labels = at_decision(&mut tx, &revision).await?;
    judge(&mut tx, (&by, &actor), &revision, JudgedAct::Approved, labels, act).await?;
    let approve = Change::Approve { by, at: act.now, manifest: Manifest::digest_of(&json) };
    revision.manifest = Some(json);
    change(&mut tx, &actor, &revision, approve, act).await?;
    let due = (act.now + tools.config.publish.delay).max(not_before);
    // Where publishing takes two persons, the second one adds the task.
    if !tools.config.publish.two_persons {
        task::renew(&mut tx, Stage::Publish, revision.id.as_str(), due).await?;
    }
    tx.commit().await?;
    Ok(due)
}

/// Another person than the approver has what was approved go public, where publishing takes two persons; whoever calls
/// this sees that they have the right. Gives the time from which on it is public.
///
/// # Errors
/// If nothing is approved, one person is enough here and it goes by itself, it is the approver, or it is stale.
pub async fn release_publication(tools: &Tools, id: &SubmissionId, act: &Act) -> Result<Timestamp> {
    let mut tx = tools.store.begin().await?;
    let (by, actor) = person(&mut tx, act).await?;
    let revision = revision_for(&mut tx, id, act, |one| matches!(one.state, State::Approved { .. })).await?;
    match &revision.state {
        State::Approved { by: approver, .. } if *approver == by => {
            return Err(Error::Refused(
                "you approved it yourself: publishing takes two persons here, and another one has to say so".into(),
            ));
        }
        State::Approved { .. } if task::is_due(&mut tx, Stage::Publish, revision.id.as_str()).await? => {
            return Err(Error::Refused("it goes public by itself: there is nothing to do".into()));
        }
        _ => {}
    }
    let not_before = super::wishes::respect_wishes(tools, &revision.content, act.now).await?;
    change(&mut tx, &actor, &revision, Change::Release { by, at: act.now }, act).await?;
    let due = (act.now + tools.config.publish.delay).max(not_before);
    task::renew(&mut tx, Stage::Publish, revision.id.as_str(), due).await?;
    tx.commit().await?;
    Ok(due)
}

/// What lies hidden in the files that would become public, and in what is inside them, with the name of each.
async fn findings_of(tools: &Tools, content: &Content) -> Result<Vec<(String, Finding)>> {
    let mut findings = Vec::new();
    let messages: BTreeSet<&MessageId> = content.parts.iter().map(|part| &part.message).collect();
    for id in messages {
        let Some(line) = message::line(&tools.store, id).await? else { continue };
        let is_chosen = |path: &str| {
            let inside =
                |outer: &str| path.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            content.parts.iter().any(|part| part.message == *id && inside(&part.path))
        };
        for part in line.summary.parts.into_iter().filter(|part| is_chosen(&part.path)) {
            let Some(extraction) = message::extraction(&tools.store, part.digest).await? else { continue };
            let name = part.name.unwrap_or_else(|| format!("part {}", part.path));
            findings.extend(extraction.findings.into_iter().map(|finding| (name.clone(), finding)));
        }
    }
    Ok(findings)
}

/// What an approval fixes: details, files by digest, and the very text where text is published.
pub(super) async fn manifest_of(tools: &Tools, revision: &Revision) -> Result<Manifest> {
    let content = &revision.content;
    let received = submission::line(&tools.store, &revision.submission).await?;
    let first_seen =
        received.ok_or_else(|| Error::NotFound(format!("submission {}", revision.submission)))?.received_at;
    let mut manifest = Manifest {
        submission: revision.submission.clone(),
        revision: revision.id.clone(),
        number: revision.number,
        title: content.title.clone(),
        submitter: content.submitter.clone(),
        languages: content.languages.clone(),
        recommendations: content.assignments.iter().map(|one| one.recommendation.clone()).collect(),
        received_at: received_at(tools, content).await?.unwrap_or(first_seen),
        files: Vec::new(),
        body_text: None,
    };
    let mut bodies = Vec::new();
    for part in &content.parts {
        if part.path == "body" || part.path.ends_with(".body") {
            bodies.push(own_text(tools, part).await?);
        } else {
            manifest.files.push(manifest_file(tools, part).await?);
        }
    }
    bodies.retain(|text| !text.trim().is_empty());
    manifest.body_text = (!bodies.is_empty()).then(|| bodies.join("\n\n"));
    super::redaction::apply(tools, content, &mut manifest).await?;
    Ok(manifest)
}

/// When the first of its messages reached the mail server: what the public page says.
async fn received_at(tools: &Tools, content: &Content) -> Result<Option<Timestamp>> {
    let messages: BTreeSet<&MessageId> = content.parts.iter().map(|part| &part.message).collect();
    let mut first = None;
    for id in messages {
        let Some(line) = message::line(&tools.store, id).await? else { continue };
        let (at, _) = pipeline::received(&line, &message::copies(&tools.store, Some(id)).await?);
        first = first.into_iter().chain([at]).min();
    }
    Ok(first)
}

async fn own_text(tools: &Tools, part: &PartRef) -> Result<String> {
    let parsed = message::parsed(&tools.store, &part.message).await?;
    if part.path == "body" {
        return Ok(parsed.body.own_text());
    }
    let outer = part.path.trim_end_matches(".body");
    let inner = parsed.all_parts().into_iter().find(|one| one.path == outer).and_then(|one| one.message.as_ref());
    Ok(inner.map(|message| message.body.own_text()).unwrap_or_default())
}

async fn manifest_file(tools: &Tools, part: &PartRef) -> Result<ManifestFile> {
    let line = message::line(&tools.store, &part.message).await?;
    let found = line.and_then(|line| line.summary.parts.into_iter().find(|one| one.path == part.path));
    let found = found.ok_or_else(|| Error::NotFound(format!("part {} of message {}", part.path, part.message)))?;
    let extraction = message::extraction(&tools.store, found.digest).await?;
    let findings = extraction.iter().flat_map(|one| &one.findings);
    if let Some(harmful) = findings.into_iter().find(|one| one.code == FindingCode::Malware) {
        let name = found.name.unwrap_or(found.path);
        let words = format!("{name} must not be published: {} Choose the other parts", harmful.detail);
        return Err(Error::Refused(words));
    }
    let text = if crate::publish::is_text_only(&found.media_type) {
        Some(extraction.map(|one| one.said_text()).unwrap_or_default())
    } else {
        None
    };
    Ok(ManifestFile {
        part: part.clone(),
        digest: found.digest,
        label: found.name.unwrap_or_else(|| format!("part {}", found.path)),
        media_type: found.media_type,
        size_bytes: found.size_bytes,
        text,
        copy: None,
    })
}

/// Rejects the revision that waits.
///
/// # Errors
/// If its state does not allow it or it is stale; if it is called a duplicate of a submission that is not there.
pub async fn reject(tools: &Tools, id: &SubmissionId, rejection: Rejection, act: &Act) -> Result<()> {
    if let Rejection::DuplicateOf(other) = &rejection {
        if other == id {
            return Err(Error::Refused("a submission is no duplicate of itself".into()));
        }
        if submission::line(&tools.store, other).await?.is_none() {
            return Err(Error::NotFound(format!("submission {other}")));
        }
    }
    let mut tx = tools.store.begin().await?;
    let (by, actor) = person(&mut tx, act).await?;
    let revision = revision_for(&mut tx, id, act, is_queued).await?;
    let labels = at_decision(&mut tx, &revision).await?;
    judge(&mut tx, (&by, &actor), &revision, JudgedAct::Rejected, labels, act).await?;
    change(&mut tx, &actor, &revision, Change::Reject { by, at: act.now, rejection }, act).await?;
    tx.commit().await?;
    Ok(())
}

/// Withdraws a submission: whatever of it is public, approved or waiting. The public page then says so.
///
/// # Errors
/// If nothing of it can be withdrawn, or what the person saw is stale.
pub async fn withdraw(tools: &Tools, id: &SubmissionId, act: &Act) -> Result<()> {
    let mut tx = tools.store.begin().await?;
    let (by, actor) = person(&mut tx, act).await?;
    let open = |one: &Revision| matches!(one.state, State::Published { .. } | State::Approved { .. } | State::Queued);
    let meant = revision_for(&mut tx, id, act, open).await?;
    let withdraw = Change::Withdraw { by, at: act.now };
    meant.state.clone().after(&withdraw).map_err(Error::NotAllowed)?;
    for revision in submission::revisions_in(&mut tx, id).await?.iter().filter(|one| open(one)) {
        change(&mut tx, &actor, revision, withdraw.clone(), act).await?;
        task::remove_for(&mut tx, Stage::Publish, revision.id.as_str()).await?;
        if matches!(revision.state, State::Published { .. }) {
            take_down(tools, &mut tx, revision, act).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

async fn take_down(tools: &Tools, tx: &mut Tx, revision: &Revision, act: &Act) -> Result<()> {
    super::redaction::respect_in(tools, &revision.content, &act.reason, "the reason, which becomes public").await?;
    let Some(mut input) = submission::publication(&tools.store, &revision.submission).await? else { return Ok(()) };
    input.status = PublicStatus::Withdrawn { at: act.now, reason: act.reason.clone() };
    input.updated_at = act.now;
    input.files.clear();
    input.body_text = None;
    input.recommendations.clear();
    submission::publish(tx, &revision.id, &input, false).await?;
    Ok(task::renew(tx, Stage::Site, revision.submission.as_str(), act.now).await?)
}

/// Puts a decided revision back into the queue.
///
/// # Errors
/// If its state does not allow it or it is stale.
pub async fn reopen(tools: &Tools, id: &SubmissionId, act: &Act) -> Result<()> {
    let mut tx = tools.store.begin().await?;
    let (by, actor) = person(&mut tx, act).await?;
    let decided = |one: &Revision| {
        matches!(
            one.state,
            State::Approved { .. } | State::Rejected { .. } | State::Withdrawn { .. } | State::Superseded { .. }
        )
    };
    let revision = revision_for(&mut tx, id, act, decided).await?;
    change(&mut tx, &actor, &revision, Change::Reopen { by, at: act.now }, act).await?;
    task::remove_for(&mut tx, Stage::Publish, revision.id.as_str()).await?;
    tx.commit().await?;
    Ok(())
}

/// What an edit changes; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    pub title: Option<String>,
    pub submitter: Option<String>,
    pub kind: Option<crate::domain::classification::SubmitterKind>,
    /// Empty: for nobody else.
    pub on_behalf_of: Option<String>,
    pub languages: Option<Vec<String>>,
    pub parts: Option<Vec<String>>,
}

/// Edits the queued revision; what was approved must be reopened first.
///
/// # Errors
/// If it is not queued or stale, or names a part that is not there.
pub async fn edit(tools: &Tools, id: &SubmissionId, edit: &Edit, act: &Act) -> Result<()> {
    let mut tx = tools.store.begin().await?;
    let (_, actor) = person(&mut tx, act).await?;
    let revision = queued(&mut tx, id, act).await?;
    let mut content = revision.content.clone();
    if let Some(title) = &edit.title {
        content.title.clone_from(title);
        content.title_source = "person".into();
    }
    let submitter = &mut content.submitter;
    *submitter = Submitter {
        name: edit.submitter.clone().unwrap_or_else(|| submitter.name.clone()),
        kind: edit.kind.unwrap_or(submitter.kind),
        on_behalf_of: match &edit.on_behalf_of {
            Some(name) => Some(name.clone()).filter(|name| !name.trim().is_empty()),
            None => submitter.on_behalf_of.clone(),
        },
    };
    if let Some(languages) = &edit.languages {
        content.languages.clone_from(languages);
    }
    let mut what = EditKind::Details;
    if let Some(paths) = &edit.parts {
        content.parts = choose_parts(tools, id, paths).await?;
        what = EditKind::Parts;
    }
    write_edit(&mut tx, &actor, &revision, &content, what, act).await?;
    tx.commit().await?;
    Ok(())
}

/// The revision that may be edited: the queued one.
pub(super) async fn queued(tx: &mut Tx, id: &SubmissionId, act: &Act) -> Result<Revision> {
    let revision = revision_for(tx, id, act, is_queued).await?;
    if is_queued(&revision) {
        return Ok(revision);
    }
    Err(Error::Refused(format!(
        "revision {} is {}: only a queued one can be changed (reopen it, or make a new revision)",
        revision.number,
        revision.state.name()
    )))
}

pub(super) async fn write_edit(
    tx: &mut Tx,
    actor: &Actor,
    revision: &Revision,
    content: &Content,
    what: EditKind,
    act: &Act,
) -> Result<()> {
    submission::set_content(tx, revision, content).await?;
    let event = Event::Edited {
        revision: revision.id.clone(),
        edition: revision.edition + 1,
        content: content_digest(content)?,
        what,
        reason: reason(tx, act).await?,
    };
    Ok(ledger::append(tx, actor, &[event], act.now).await?)
}

/// The messages of a submission, also of one that was split off from another.
async fn messages_of(tools: &Tools, id: &SubmissionId) -> Result<Vec<MessageLine>> {
    let mut lines = message::lines(&tools.store, Some(id)).await?;
    for part in submission::revisions(&tools.store, Some(id)).await?.iter().flat_map(|one| &one.content.parts) {
        if !lines.iter().any(|line| line.id == part.message) {
            lines.extend(message::line(&tools.store, &part.message).await?);
        }
    }
    Ok(lines)
}

/// Parts by path, or by message and path (`MESSAGE:PATH`) where a submission has several messages.
pub(super) async fn choose_parts(tools: &Tools, id: &SubmissionId, paths: &[String]) -> Result<Vec<PartRef>> {
    let lines = messages_of(tools, id).await?;
    let mut chosen = Vec::new();
    for wanted in paths {
        let (of, path) = match wanted.split_once(':') {
            Some((of, path)) => (Some(of), path),
            None => (None, wanted.as_str()),
        };
        let owner = lines.iter().find(|line| {
            let has =
                line.summary.parts.iter().any(|part| {
                    part.path == path || path.strip_suffix(".body").is_some_and(|outer| outer == part.path)
                });
            of.is_none_or(|of| line.id.as_str().ends_with(of)) && (path == "body" || has)
        });
        let owner = owner.ok_or_else(|| Error::NotFound(format!("part {wanted} in submission {id}")))?;
        chosen.push(PartRef { message: owner.id.clone(), path: path.into() });
    }
    Ok(chosen)
}

/// Assigns a recommendation by a person, with a quote that must stand in the source.
///
/// # Errors
/// If the recommendation is not in the catalogue, or no part has the quote.
pub async fn assign(tools: &Tools, id: &SubmissionId, recommendation: &str, quote: &str, act: &Act) -> Result<()> {
    if tools.catalogue.find(recommendation).is_none() {
        return Err(Error::NotFound(format!("recommendation {recommendation} in the catalogue")));
    }
    let mut tx = tools.store.begin().await?;
    let (by, actor) = person(&mut tx, act).await?;
    let revision = queued(&mut tx, id, act).await?;
    let evidence = evidence_for(tools, id, quote).await?;
    let what = EditKind::Assigned { recommendation: recommendation.into(), spans: vec![evidence.span] };
    let mut content = revision.content.clone();
    let is_it = |one: &Assignment| one.recommendation == recommendation;
    // What was proposed and is now stated with a person's own quote was right.
    let is_kept = |one: &&Assignment| is_it(one) && matches!(one.assigner, Assigner::Classifier(_));
    let kept = content.assignments.iter().filter(is_kept).cloned().collect();
    content.assignments.retain(|one| !is_it(one));
    let added = Assignment {
        recommendation: recommendation.into(),
        confidence: 1.0,
        evidence: vec![evidence],
        assigner: Assigner::Person(by.clone()),
    };
    content.assignments.push(added.clone());
    judgement::forget_removed(&mut tx, id, recommendation).await?;
    let labels = Labels { kept, added: vec![added], ..Labels::default() };
    judge(&mut tx, (&by, &actor), &revision, JudgedAct::Assigned, labels, act).await?;
    write_edit(&mut tx, &actor, &revision, &content, what, act).await?;
    tx.commit().await?;
    Ok(())
}

async fn evidence_for(tools: &Tools, id: &SubmissionId, quote: &str) -> Result<Evidence> {
    for line in messages_of(tools, id).await? {
        let parsed = message::parsed(&tools.store, &line.id).await?;
        for text in pipeline::texts_of(tools, &parsed).await? {
            let whole = pipeline::joined(&text.segments);
            let Some(span) = find_quote(&whole, quote) else { continue };
            let verbatim: String = whole.chars().skip(span.start).take(span.end - span.start).collect();
            let segment = segment_at(&text, span.start);
            let evidence = Evidence { quote: verbatim, part: text.path, digest: text.digest, segment, span };
            if check_evidence(&whole, &evidence) {
                return Ok(evidence);
            }
        }
    }
    Err(Error::Refused("the quote does not stand in any part of this submission: copy it from its text".into()))
}

fn segment_at(text: &TextPart, start: usize) -> u32 {
    let mut passed = 0;
    for segment in &text.segments {
        passed += segment.text.chars().count() + 1;
        if start < passed {
            return segment.number;
        }
    }
    text.segments.last().map_or(1, |segment| segment.number)
}

/// Takes a recommendation away; the machine does not bring it back.
///
/// # Errors
/// If it is not assigned, or the revision is not queued.
pub async fn unassign(tools: &Tools, id: &SubmissionId, recommendation: &str, act: &Act) -> Result<()> {
    let mut tx = tools.store.begin().await?;
    let (by, actor) = person(&mut tx, act).await?;
    let revision = queued(&mut tx, id, act).await?;
    let mut content = revision.content.clone();
    let (removed, left) = content.assignments.into_iter().partition(|one| one.recommendation == recommendation);
    content.assignments = left;
    if content.assignments.len() == revision.content.assignments.len() {
        return Err(Error::NotFound(format!("assignment to {recommendation} on this revision")));
    }
    let labels = Labels { removed, ..Labels::default() };
    let judged = judge(&mut tx, (&by, &actor), &revision, JudgedAct::Unassigned, labels, act).await?;
    judgement::remember_removed(&mut tx, id, recommendation, Some(&judged)).await?;
    let what = EditKind::Unassigned { recommendation: recommendation.into() };
    write_edit(&mut tx, &actor, &revision, &content, what, act).await?;
    tx.commit().await?;
    Ok(())
}
