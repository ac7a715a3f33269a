//! `pouch show`: one submission or message with everything that a decision needs. Reads only.

use super::extract::{place, print_segments};
use super::list::visible;
use super::{Place, acts, open};
use crate::domain::MessageId;
use crate::domain::classification::Evidence;
use crate::domain::extraction::{Segment, SegmentKind};
use crate::domain::ledger::{Actor, Event, LedgerEntry};
use crate::domain::missing::Received;
use crate::domain::submission::Change;
use crate::pipeline::{self, Tools, joined, texts_of};
use crate::review::marked::marked_segments;
use crate::review::queue::{self, Item, ItemAttachment};
use crate::store::ledger;
use crate::store::letter::{self, LetterLine};
use crate::store::message::{self, CopyLine};
use crate::store::submission::{self, Revision};
use anyhow::Context as _;
use serde_json::json;
use std::process::ExitCode;

/// Prints one item.
pub async fn show(place: &Place, wanted: &str, whole: bool, as_json: bool) -> anyhow::Result<ExitCode> {
    let tools = open::tools(place).await?;
    let items = queue::items(&tools.store, &tools.config).await?;
    let ids = items
        .iter()
        .flat_map(|item| std::iter::once(item.id.as_str()).chain(item.messages.iter().map(MessageId::as_str)));
    let id = match acts::meant(wanted, ids) {
        Ok(id) => id,
        Err(error) => return gone_elsewhere(&tools, wanted).await.and_then(|said| said.ok_or(error)),
    };
    let item = items.into_iter().find(|item| item.id == id || item.messages.iter().any(|one| one.as_str() == id));
    let item = item.context("it is still on its way; look again in a moment")?;
    let seen = Seen::load(&tools, &item).await?;
    if as_json {
        println!("{}", serde_json::to_string_pretty(&seen.json(&item))?);
    } else {
        seen.print(&tools, &item, whole).await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Says where a submission went that has no line of its own any more.
async fn gone_elsewhere(tools: &Tools, wanted: &str) -> anyhow::Result<Option<ExitCode>> {
    let lines = submission::lines(&tools.store).await?;
    let Ok(id) = acts::meant(wanted, lines.iter().map(|line| line.id.as_str())) else { return Ok(None) };
    let into = lines.into_iter().find(|line| line.id.as_str() == id).and_then(|line| line.merged_into);
    Ok(into.map(|into| {
        println!("{id} was joined into {into}.");
        ExitCode::SUCCESS
    }))
}

/// What stands behind an item.
struct Seen {
    copies: Vec<CopyLine>,
    revisions: Vec<Revision>,
    texts: Vec<SeenText>,
    history: Vec<LedgerEntry>,
    letters: Vec<LetterLine>,
}

/// The text of one part.
struct SeenText {
    message: MessageId,
    path: String,
    segments: Vec<Segment>,
    /// The same with the evidence marked in place.
    marked: Vec<Segment>,
    whole: String,
    /// Characters of it that are quoted matter.
    quoted: usize,
}

impl Seen {
    async fn load(tools: &Tools, item: &Item) -> anyhow::Result<Self> {
        let mut seen = Self { copies: vec![], revisions: vec![], texts: vec![], history: vec![], letters: vec![] };
        let mut subjects = vec![item.id.clone()];
        for id in &item.messages {
            subjects.push(id.0.clone());
            seen.copies.extend(message::copies(&tools.store, Some(id)).await?);
            let parsed = message::parsed(&tools.store, id).await?;
            for text in texts_of(tools, &parsed).await? {
                let whole = joined(&text.segments);
                let own: Option<usize> =
                    text.own.as_ref().map(|spans| spans.iter().map(|span| span.end - span.start).sum());
                let quoted = own.map_or(0, |own| whole.chars().count().saturating_sub(own));
                let marked = marked_segments(item, &text);
                let (message, path, segments) = (id.clone(), text.path, text.segments);
                seen.texts.push(SeenText { message, path, segments, marked, whole, quoted });
            }
        }
        if item.state.is_some() {
            let id = crate::domain::SubmissionId(item.id.clone());
            seen.revisions = submission::revisions(&tools.store, Some(&id)).await?;
            seen.letters = letter::lines(&tools.store, Some(&id)).await?;
        }
        subjects.extend(seen.revisions.iter().map(|one| one.id.0.clone()));
        subjects.dedup();
        seen.history = ledger::about(&tools.store, &subjects).await?;
        Ok(seen)
    }

    fn json(&self, item: &Item) -> serde_json::Value {
        let texts = self
            .texts
            .iter()
            .map(|one| json!({"message": one.message, "part": one.path, "text": one.whole, "segments": one.segments}));
        let copies = self.copies.iter().map(|copy| {
            json!({
                "mailbox": format!("{}/{}", copy.account, copy.folder), "uidvalidity": copy.key.uidvalidity,
                "uid": copy.key.uid, "digest": copy.digest, "size_bytes": copy.size_bytes,
                "internal_date": copy.internal_date, "first_seen": copy.first_seen,
                "settlement": copy.settlement, "vanished_at": copy.vanished_at,
            })
        });
        let revisions = self.revisions.iter().map(
            |one| json!({"number": one.number, "edition": one.edition, "state": one.state, "content": one.content}),
        );
        json!({
            "item": item,
            "copies": copies.collect::<Vec<_>>(),
            "revisions": revisions.collect::<Vec<_>>(),
            "texts": texts.collect::<Vec<_>>(),
            "history": self.history,
            "letters": self.letters.iter().map(|one| json!({
                "kind": one.kind, "state": one.state, "to": one.recipients, "reason": one.reason, "at": one.changed_at,
            })).collect::<Vec<_>>(),
        })
    }

    async fn print(&self, tools: &Tools, item: &Item, whole: bool) -> anyhow::Result<()> {
        println!("{}", visible(&item.title));
        println!("title from {}", title_source(&item.title_source));
        println!("id         {}", item.id);
        println!("state      {}", item.state.unwrap_or(item.outcome.as_str()));
        if let Some(seen) = &item.seen {
            println!("revision   {seen}   (decide with --seen {seen} to be sure that you decide on this)");
        }
        println!("kind       {}: {}", item.kind, visible(&item.reason));
        if let Some(also) = item.also {
            println!("also       {also}: it is two things at once");
        }
        println!("submitter  {} ({})", visible(&item.submitter.name), item.submitter.kind.as_str());
        println!("subject    {}", visible(&item.subject));
        println!("languages  {}", item.languages.join(", "));
        if let Some(sent) = item.sent_at {
            println!("sent       {sent} (as the mail says)");
        }
        let at = pipeline::in_call_zone(&tools.config, item.server_received_at);
        println!("received   {at}, {}{}", item.received_by.words(), standing(item));
        println!("first seen {} by Pouch", item.received_at);
        if let Some(number) = &item.receipt_number {
            println!("number     {number}{}", self.receipt());
        }
        for copy in &self.copies {
            let gone = if copy.vanished_at.is_some() { ", no longer on the server" } else { "" };
            let digest = copy.digest.map(|digest| digest.to_string()).unwrap_or_default();
            println!(
                "copy       {}/{} UID {}{gone}, sha256 {digest}",
                copy.account,
                visible(&copy.folder),
                copy.key.uid
            );
        }
        for check in &item.sender_checks {
            println!("sender     {}", visible(check));
        }
        for wish in &item.wishes {
            println!("wish       {}", visible(&wish.words()));
        }
        for relation in &item.relations {
            println!("relation   {}", visible(&relation.words()));
        }
        for problem in &item.problems {
            println!("problem    {}", visible(&problem.detail));
        }
        print_missing(item);
        self.print_assignments(tools, item);
        Self::print_taken_away(tools, item);
        self.print_citations(item);
        self.print_parts(item, whole);
        self.print_history(tools).await
    }

    /// As `, receipt sent to a@b.example`.
    fn receipt(&self) -> String {
        let words = |one: &LetterLine| {
            let to =
                if one.recipients.is_empty() { String::new() } else { format!(" to {}", one.recipients.join(", ")) };
            let reason = one.reason.as_ref().map(|text| format!(": {text}")).unwrap_or_default();
            visible(&format!(", receipt {}{to}{reason}", one.state.as_str()))
        };
        self.letters.iter().map(words).collect()
    }

    fn print_assignments(&self, tools: &Tools, item: &Item) {
        if item.state.is_none() {
            return;
        }
        println!("\nrecommendations (working titles of the secretariat's list)");
        if item.assignments.is_empty() {
            println!("  none found");
        }
        for one in &item.assignments {
            let title = tools.catalogue.find(&one.recommendation).map_or("", |rec| rec.title.as_str());
            println!("  {}  {title}  ({:.0} %, {})", one.recommendation, one.confidence * 100.0, one.assigner);
            for evidence in &one.evidence {
                println!("    {}: \"{}\"", self.place_of(evidence), visible(&evidence.quote));
            }
        }
    }

    fn print_taken_away(tools: &Tools, item: &Item) {
        for one in &item.taken_away {
            let title = tools.catalogue.find(&one.recommendation).map_or("", |rec| rec.title.as_str());
            println!("  {}  {title}  ({})", one.recommendation, visible(&one.words()));
        }
    }

    fn print_citations(&self, item: &Item) {
        if item.citations.is_empty() {
            return;
        }
        println!("\ncitations (a paragraph means a recommendation only where a person verified its number)");
        for one in item.citations.iter().map(|one| &one.citation) {
            if one.part.is_empty() {
                println!("  not read  \"{}\"", visible(&one.text));
                continue;
            }
            let named = one.recommendation.as_ref().map(|id| format!("  = {id}")).unwrap_or_default();
            let at = self.place_in(&one.part, one.segment, one.span.start);
            println!("  {}{named}  {at}: \"{}\"", visible(&one.place()), visible(&one.text));
        }
    }

    fn print_parts(&self, item: &Item, whole: bool) {
        println!("\nparts (* is published after approval)");
        for SeenText { message, path, segments, marked, whole: text, quoted } in &self.texts {
            if path == "body" || path.ends_with(".body") {
                let chosen = self.is_chosen(item, message, path);
                println!(
                    "{} {path}  the mail's own text, {} characters, {quoted} of them quoted",
                    mark(chosen),
                    text.chars().count()
                );
                print_segments(if whole { marked } else { segments }, whole);
            }
        }
        for one in &item.attachments {
            let name = one.name.as_deref().map_or_else(|| "without a name".into(), visible);
            println!(
                "{} {}  {name}  {} {} bytes  {}{}",
                mark(one.chosen),
                one.part,
                one.media_type,
                one.size_bytes,
                one.status,
                how_read(one)
            );
            for finding in &one.findings {
                println!("    ! {}", visible(&finding.detail));
            }
            let text = self.texts.iter().find(|text| text.message == one.message && text.path == one.part);
            if let Some(text) = text {
                print_segments(if whole { &text.marked } else { &text.segments }, whole);
            }
        }
    }

    /// As `part 2, page 3`.
    fn place_of(&self, evidence: &Evidence) -> String {
        self.place_in(&evidence.part, evidence.segment, evidence.span.start)
    }

    fn place_in(&self, part: &str, segment: u32, start: usize) -> String {
        let text = self.texts.iter().find(|text| text.path == part);
        let segment = text.and_then(|text| text.segments.iter().find(|one| one.number == segment));
        match segment {
            Some(segment) if segment.kind != SegmentKind::Body => format!("part {part}, {}", place(segment)),
            _ => format!("part {part}, character {start}"),
        }
    }

    fn is_chosen(&self, item: &Item, message: &MessageId, path: &str) -> bool {
        let counts = queue::revision_that_counts(&self.revisions);
        item.state.is_some()
            && counts
                .is_some_and(|one| one.content.parts.iter().any(|part| part.message == *message && part.path == path))
    }

    async fn print_history(&self, tools: &Tools) -> anyhow::Result<()> {
        let people = ledger::people(&tools.store).await?;
        println!("\nhistory");
        for entry in &self.history {
            let who = match &entry.actor {
                Actor::Pouch => "Pouch".to_string(),
                Actor::Person(id) => people.get(id).map_or_else(|| id.to_string(), |name| visible(name)),
            };
            let (what, reason) = said(&entry.event);
            let reason = match reason {
                Some(commitment) => ledger::committed_text(&tools.store, commitment).await?,
                None => None,
            };
            let reason = reason.map(|text| format!(": {}", visible(&text))).unwrap_or_default();
            println!("  {}  {who}  {what}{reason}", entry.at.strftime("%Y-%m-%d %H:%M:%S"));
        }
        Ok(())
    }
}

/// What was not received, with links as text; fetching is for people.
fn print_missing(item: &Item) {
    if item.content != Received::All {
        println!("content    {}; `pouch draft {}` writes an answer", item.content.badge(), item.id);
    }
    for one in &item.not_received {
        println!("missing    part {}: {}", one.what.part, visible(&one.what.words(true)));
    }
    for id in &item.codes_in {
        println!("code       message {id} of the same sender tells a password or a code");
    }
}

/// As `, before the event`.
fn standing(item: &Item) -> String {
    let event = item.timing.map(|timing| format!(", {} the event", timing.as_str())).unwrap_or_default();
    let late = if item.late { ", late: after the deadline" } else { "" };
    format!("{event}{late}")
}

fn title_source(code: &str) -> &str {
    match code {
        "document" => "the file's properties",
        "heading" => "the first heading",
        "subject" => "the subject line",
        "file-name" => "the name of the file",
        "person" => "the secretariat",
        other => other,
    }
}

/// As `, 12 pages, read by hayro 0.9`.
fn how_read(one: &ItemAttachment) -> String {
    let pages = match one.pages {
        0 => String::new(),
        1 => ", 1 page".into(),
        pages => format!(", {pages} pages"),
    };
    let engine = if one.extractor.is_empty() { String::new() } else { format!(", read by {}", one.extractor) };
    let sure = one.confidence.map(|sure| format!(", least sure page {sure:.0} of 100")).unwrap_or_default();
    format!("{pages}{engine}{sure}")
}

fn mark(chosen: bool) -> char {
    if chosen { '*' } else { ' ' }
}

fn said(event: &Event) -> (String, Option<crate::domain::Digest>) {
    match event {
        Event::OutcomeSet { outcome, kind, reason, .. } => {
            (format!("{} ({})", outcome.as_str(), kind.as_str()), Some(*reason))
        }
        Event::Queued { number, .. } => (format!("revision {number} queued"), None),
        Event::Changed { change, reason, .. } => {
            let duplicate = match change {
                Change::Reject { rejection: crate::domain::submission::Rejection::DuplicateOf(of), .. } => {
                    format!(" as a duplicate of {of}")
                }
                Change::Approve { .. }
                | Change::Reject { .. }
                | Change::Publish { .. }
                | Change::Supersede { .. }
                | Change::Withdraw { .. }
                | Change::Reopen { .. } => String::new(),
            };
            (format!("{}{duplicate}", change.as_participle()), *reason)
        }
        Event::Judged { act, .. } => (format!("labels judged ({})", act.as_str()), None),
        Event::CopyMade { copy: Some(_), .. } => ("a copy without the struck words was made and searched".into(), None),
        Event::CopyMade { copy: None, .. } => ("a copy without the struck words was made and refused".into(), None),
        Event::Edited { edition, reason, .. } => (format!("edited, now edition {edition}"), Some(*reason)),
        Event::WishFound { number, kind, quote, .. } => {
            (format!("wish {number} found ({})", kind.as_str()), Some(*quote))
        }
        Event::WishDecided { number, decided, reason, .. } => {
            (format!("wish {number} {}", decided.as_str()), Some(*reason))
        }
        Event::RelationFound { other, kind, reason, .. } => {
            (format!("proposed: it {} message {other}", kind.words()), Some(*reason))
        }
        Event::RelationDecided { other, kind, confirmed, reason, .. } => {
            let not = if *confirmed { "" } else { "not " };
            (format!("decided: it is {not}so that it {} message {other}", kind.words()), Some(*reason))
        }
        Event::AddedByHand { reason, .. } => ("brought in".into(), Some(*reason)),
        Event::Merged { into, reason, .. } => (format!("joined into {into}"), Some(*reason)),
        Event::Parted { new, .. } => (format!("parted; the other message is {new}"), None),
        Event::Letter { kind, state, .. } => (format!("{} {}", kind.as_str(), state.as_str()), None),
        Event::Joined { settlement, .. } => (format!("copy: {}", settlement.as_str()), None),
        Event::MailboxSeen { .. }
        | Event::Received { .. }
        | Event::Settled { .. }
        | Event::Vanished { .. }
        | Event::Erased { .. }
        | Event::PersonSeen { .. }
        | Event::Numbered { .. }
        | Event::ModelTrained { .. }
        | Event::ModelChosen { .. }
        | Event::CatalogueConfirmed { .. } => ("noted".into(), None),
    }
}
