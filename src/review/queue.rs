//! What waits and what was decided, as lists and pages show it: one item for each submission and for each message that
//! is none. Reads only.

pub use super::item::{Item, ItemAssignment, ItemAttachment, ItemCitation, ItemRelation, ItemTakenAway, ItemWish};

mod load;

pub use load::{item_of, items, items_of};

use super::missing::{self, Brought};
use crate::config::Config;
use crate::domain::authenticity::AuthResults;
use crate::domain::classification::{Classification, Submitter};
use crate::domain::judgement::TakenAway;
use crate::domain::ledger::Outcome;
use crate::domain::mailbox::MailboxRole;
use crate::domain::message::PartKind;
use crate::domain::missing::Received;
use crate::domain::submission::{Assigner, Assignment, PartRef};
use crate::domain::timing::{ReceivedBy, Timing};
use crate::domain::{Digest, MessageId, PersonId, Problem, ProblemCode, SubmissionId, Timestamp};
use crate::pipeline::{receipt_number, received};
use crate::store::message::{CopyLine, ExtractionLine, MessageLine, PartLine};
use crate::store::relation::RelationLine;
use crate::store::sender::Known;
use crate::store::submission::{Revision, SubmissionLine};
use crate::store::wish::WishLine;
use std::collections::BTreeMap;

/// The revision of a submission that lists show: what waits for a person, else what was decided last.
pub fn revision_that_counts(revisions: &[Revision]) -> Option<&Revision> {
    let rank = |one: &&Revision| match one.state.name() {
        "queued" => 3,
        "approved" => 2,
        "superseded" => 0,
        _ => 1,
    };
    revisions.iter().max_by_key(|one| (rank(one), one.number))
}

/// What items are put together from.
struct Facts<'a> {
    copies: BTreeMap<MessageId, Vec<CopyLine>>,
    extractions: BTreeMap<Digest, ExtractionLine>,
    classified: BTreeMap<MessageId, Classification>,
    wishes: Vec<WishLine>,
    relations: Vec<RelationLine>,
    senders: BTreeMap<MessageId, Known>,
    taken_away: BTreeMap<SubmissionId, Vec<TakenAway>>,
    people: BTreeMap<PersonId, String>,
    /// By sender's address: messages that tell a password or a code and bring no file.
    codes: BTreeMap<String, Vec<MessageId>>,
    config: &'a Config,
}

impl Facts<'_> {
    fn submission(&self, line: &SubmissionLine, revision: &Revision, messages: &[MessageLine]) -> Item {
        let content = &revision.content;
        let mut item = self.item(line.id.as_str(), messages, content.submitter.clone(), content.title.clone());
        item.received_at = line.received_at;
        item.receipt_number = line.receipt_number.map(|number| receipt_number(self.config, number));
        item.outcome = Outcome::Submission;
        item.kind = "submission";
        item.state = Some(revision.state.name());
        item.seen = Some(format!("{}.{}", revision.number, revision.edition));
        item.title_source.clone_from(&content.title_source);
        item.languages.clone_from(&content.languages);
        let mut assignments: Vec<&Assignment> = content.assignments.iter().collect();
        // Of equally sure ones what the input is mainly about stays first, as the classifier put it.
        assignments.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        item.assignments = assignments
            .into_iter()
            .map(|one| ItemAssignment {
                recommendation: one.recommendation.clone(),
                confidence: one.confidence,
                assigner: match &one.assigner {
                    Assigner::Classifier(version) => version.clone(),
                    Assigner::Person(_) => "person".into(),
                },
                evidence: one.evidence.clone(),
            })
            .collect();
        let away = self.taken_away.get(&line.id).map(Vec::as_slice).unwrap_or_default();
        item.taken_away = ItemTakenAway::those_of(away, content, &self.people);
        for attachment in &mut item.attachments {
            let is_it = |part: &&crate::domain::submission::PartRef| {
                part.message == attachment.message && part.path == attachment.part
            };
            attachment.chosen = content.parts.iter().any(|part| is_it(&part));
        }
        let with_parts = |line: &&MessageLine| content.parts.iter().any(|part| part.message == line.id);
        self.say_what_is_missing(&mut item, messages.iter().filter(with_parts), Some(&content.parts));
        item
    }

    /// Notes what was not received.
    fn say_what_is_missing<'a>(
        &self,
        item: &mut Item,
        messages: impl Iterator<Item = &'a MessageLine>,
        chosen: Option<&[PartRef]>,
    ) {
        let mut brought = Vec::new();
        for line in messages {
            let reading = |one: &ExtractionLine| (one.status.clone(), one.remarks.clone());
            let read = line.summary.parts.iter().map(|part| self.extractions.get(&part.digest).map(reading));
            brought.push(Brought::of(line, self.classified.get(&line.id).map(|one| &one.delivery), read));
            for id in line.summary.from.iter().filter_map(|one| self.codes.get(&one.address.to_lowercase())).flatten() {
                if !item.messages.contains(id) && !item.codes_in.contains(id) {
                    item.codes_in.push(id.clone());
                }
            }
        }
        missing::say(item, &brought, chosen);
    }

    fn message(&self, line: &MessageLine) -> Item {
        let classified = self.classified.get(&line.id);
        let submitter = classified.map(|one| one.submitter.clone()).unwrap_or_default();
        let title = title_of(line, classified);
        let mut item = self.item(line.id.as_str(), std::slice::from_ref(line), submitter, title);
        item.title_source = classified.map_or_else(|| "subject".into(), |one| one.title_source.clone());
        item.languages = classified.map(|one| one.languages.clone()).unwrap_or_default();
        if line.outcome == Outcome::Held {
            self.say_what_is_missing(&mut item, std::iter::once(line), None);
        }
        item
    }

    fn item(&self, id: &str, messages: &[MessageLine], submitter: Submitter, title: String) -> Item {
        let copies: Vec<&CopyLine> = messages.iter().filter_map(|line| self.copies.get(&line.id)).flatten().collect();
        let mut mailboxes: Vec<String> = copies.iter().map(|copy| mailbox_name(copy)).collect();
        mailboxes.sort();
        mailboxes.dedup();
        let mut problems: Vec<Problem> = messages.iter().flat_map(|line| line.problems.clone()).collect();
        if let Some(copy) = copies.iter().find(|copy| copy.role == MailboxRole::Junk) {
            let detail = format!("A copy lay in the junk folder {} of {}.", copy.folder, copy.account);
            problems.push(Problem::new(ProblemCode::FoundInJunk, detail));
        }
        problems.extend(messages.iter().filter_map(|line| {
            let quote = self.classified.get(&line.id)?.handed_on.as_ref()?;
            let detail =
                format!("It hands on what somebody else wrote (\"{quote}\"): look whether the submitter is right.");
            Some(Problem::new(ProblemCode::HandedOn, detail))
        }));
        let attachments: Vec<ItemAttachment> = messages.iter().flat_map(|line| self.attachments(line)).collect();
        problems.extend(attachments.iter().flat_map(oddities));
        let none = Vec::new();
        let received = messages.iter().map(|line| received(line, self.copies.get(&line.id).unwrap_or(&none)));
        let (server_received_at, received_by) =
            received.min_by_key(|(at, _)| *at).unwrap_or((Timestamp::UNIX_EPOCH, ReceivedBy::FirstSeen));
        let first = messages.first();
        Item {
            id: id.into(),
            outcome: first.map_or(Outcome::Held, |line| line.outcome),
            kind: first.map_or("unknown", |line| line.kind.as_str()),
            reason: first.map(|line| line.reason.clone()).unwrap_or_default(),
            also: messages.iter().find_map(|line| Some(self.classified.get(&line.id)?.also?.as_str())),
            state: None,
            seen: None,
            messages: messages.iter().map(|line| line.id.clone()).collect(),
            message_id_headers: messages.iter().filter_map(|line| line.message_id_header.clone()).collect(),
            mailboxes,
            received_at: messages.iter().map(|line| line.first_seen).min().unwrap_or(Timestamp::UNIX_EPOCH),
            server_received_at,
            received_by,
            timing: self.config.call.event.map(|event| Timing::of(server_received_at, event)),
            late: self.config.call.deadline.is_some_and(|deadline| server_received_at > deadline),
            receipt_number: None,
            sent_at: messages.iter().filter_map(|line| line.sent_at).min(),
            erased_at: messages.iter().filter_map(|line| line.erased_at).min(),
            submitter,
            title,
            title_source: String::new(),
            subject: first.map(|line| line.subject.clone()).unwrap_or_default(),
            languages: Vec::new(),
            assignments: Vec::new(),
            taken_away: Vec::new(),
            citations: messages.iter().flat_map(|line| self.citations(line)).collect(),
            attachments,
            wishes: self
                .wishes
                .iter()
                .filter(|one| messages.iter().any(|line| line.id == one.message))
                .map(ItemWish::of)
                .collect(),
            relations: self.relations_of(messages),
            sender_checks: messages.iter().flat_map(|line| self.sender_checks(line)).collect(),
            problems,
            content: Received::All,
            not_received: Vec::new(),
            codes_in: Vec::new(),
        }
    }

    fn citations(&self, line: &MessageLine) -> Vec<ItemCitation> {
        let said = self.classified.get(&line.id).map(|one| one.citations.as_slice()).unwrap_or_default();
        said.iter().map(|one| ItemCitation { message: line.id.clone(), citation: one.clone() }).collect()
    }

    fn relations_of(&self, messages: &[MessageLine]) -> Vec<ItemRelation> {
        let is_own = |id: &MessageId| messages.iter().any(|line| line.id == *id);
        let of_it = self.relations.iter().filter(|one| is_own(&one.relation.message) || is_own(&one.relation.other));
        of_it
            .map(|one| {
                let (newer, older) = (is_own(&one.relation.message), is_own(&one.relation.other));
                ItemRelation::of(one, newer, newer && older)
            })
            .collect()
    }

    /// Sentences about who sent a message; that nothing was checked is one, too.
    fn sender_checks(&self, line: &MessageLine) -> Vec<String> {
        let from = line.summary.from.first().map(|one| one.address.to_lowercase()).unwrap_or_default();
        let domain = from.rsplit('@').next().unwrap_or_default();
        let mut said = Vec::new();
        if let Some((servers, signatures)) = self.senders.get(&line.id) {
            said.extend(servers.iter().map(AuthResults::words));
            said.extend(signatures.iter().map(|one| one.words(domain)));
        }
        if said.is_empty() {
            said.push("Not checked.".into());
        }
        said.dedup();
        said
    }

    fn attachments(&self, line: &MessageLine) -> Vec<ItemAttachment> {
        // Logos and the like come last.
        let is_decoration = |part: &&PartLine| part.kind == PartKind::Inline;
        let (last, first): (Vec<_>, Vec<_>) = line.summary.parts.iter().partition(is_decoration);
        let parts = first.into_iter().chain(last);
        parts
            .map(|part| {
                let read = self.extractions.get(&part.digest).cloned();
                let remarks = read.as_ref().map(|line| line.remarks.clone()).unwrap_or_default();
                let (status, characters) = match (part.kind, read) {
                    (PartKind::Message, _) => ("message".into(), 0),
                    (PartKind::Archive, _) => ("archive".into(), 0),
                    (_, Some(line)) => (line.status, line.characters),
                    (_, None) => ("waiting".into(), 0),
                };
                ItemAttachment {
                    message: line.id.clone(),
                    part: part.path.clone(),
                    name: part.name.clone(),
                    media_type: part.media_type.clone(),
                    digest: part.digest,
                    size_bytes: part.size_bytes,
                    status,
                    characters,
                    extractor: remarks.extractor.clone(),
                    pages: remarks.pages,
                    confidence: remarks.confidence,
                    findings: remarks.findings.clone(),
                    remarks,
                    chosen: false,
                }
            })
            .collect()
    }
}

/// What a message is called that is no submission.
fn title_of(line: &MessageLine, classified: Option<&Classification>) -> String {
    if line.erased_at.is_some() {
        return "(erased)".into();
    }
    let title = classified.map(|one| &one.title).filter(|title| !title.is_empty());
    title.unwrap_or(&line.subject).clone()
}

/// What was odd about reading a file, and a file that gave no text: something to act on, not a blank.
fn oddities(one: &ItemAttachment) -> Vec<Problem> {
    let name = one.name.clone().unwrap_or_else(|| format!("part {}", one.part));
    let named = |problem: &Problem| Problem::new(problem.code, format!("{name}: {}", problem.detail));
    // A logo in a signature is no trouble.
    let is_picture = one.status == "no-text" && one.media_type.starts_with("image/");
    let matters = |problem: &&Problem| !(is_picture && problem.code == ProblemCode::PartUnreadable);
    let mut odd: Vec<Problem> = one.remarks.problems.iter().filter(matters).map(named).collect();
    let words = match one.status.as_str() {
        "unreadable" => match &one.remarks.reason {
            Some(reason) => format!("{name} could not be read: {reason}."),
            None => format!("{name} could not be read."),
        },
        "locked" => format!("{name} is locked with a password: ask the sender."),
        "no-text" if odd.is_empty() && !is_picture => {
            format!("{name} holds no text: read it by eye.")
        }
        _ => return odd,
    };
    odd.push(Problem::new(ProblemCode::PartUnreadable, words));
    odd
}

fn mailbox_name(copy: &CopyLine) -> String {
    if copy.role == MailboxRole::Import && copy.account != crate::pipeline::BY_HAND {
        copy.folder.clone()
    } else {
        format!("{}/{}", copy.account, copy.folder)
    }
}
