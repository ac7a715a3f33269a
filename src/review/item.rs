//! One line of the queue, as lists, pages and scripts see it. Holds values and their words; looks nothing up.

use crate::domain::classification::{Citation, Evidence, MessageKind, Submitter};
use crate::domain::extraction::Remarks;
use crate::domain::judgement::TakenAway;
use crate::domain::ledger::Outcome;
use crate::domain::missing::{Lacking, Received};
use crate::domain::relation::RelationKind;
use crate::domain::submission::{Content, State};
use crate::domain::timing::{ReceivedBy, Timing};
use crate::domain::wish::{WishDecision, WishKind};
use crate::domain::{Digest, Finding, MessageId, PersonId, Problem, Timestamp};
use crate::store::relation::RelationLine;
use crate::store::wish::WishLine;
use serde::{Deserialize, Deserializer, Serialize, de};
use std::collections::BTreeMap;

/// A closed word; read back, it must be one that is known.
pub type Word = &'static str;

/// One line of the queue; its JSON form is documented in docs/list-json.md and scripts rely on it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Item {
    pub id: String,
    pub outcome: Outcome,
    #[serde(deserialize_with = "known")]
    pub kind: Word,
    pub reason: String,
    /// What else the mail is, if it is two things at once.
    #[serde(deserialize_with = "known_or_none")]
    pub also: Option<Word>,
    /// State of the revision that counts; `None` for what is no submission.
    #[serde(deserialize_with = "known_or_none")]
    pub state: Option<Word>,
    /// Number and edition of that revision, as `--seen` wants it.
    pub seen: Option<String>,
    pub messages: Vec<MessageId>,
    pub message_id_headers: Vec<String>,
    /// Account and folder of each copy; for imports the path as given.
    pub mailboxes: Vec<String>,
    /// When the first copy was first seen.
    pub received_at: Timestamp,
    /// When it reached the mail server, and by which clock that is known.
    pub server_received_at: Timestamp,
    pub received_by: ReceivedBy,
    /// `before`, `during` or `after` the event, if the call has one.
    pub timing: Option<Timing>,
    /// After the deadline, if the operator set one; for staff, never in public.
    pub late: bool,
    /// The number that receipts name, as `OEWG-2023/42`.
    pub receipt_number: Option<String>,
    pub sent_at: Option<Timestamp>,
    /// When its texts were erased; empty: they are there.
    pub erased_at: Option<Timestamp>,
    pub submitter: Submitter,
    pub title: String,
    /// Where the title was taken from: `document` (its properties), `heading`, `subject`, `file-name` or `person`; empty:
    /// not noted.
    pub title_source: String,
    pub subject: String,
    pub languages: Vec<String>,
    pub assignments: Vec<ItemAssignment>,
    /// Recommendations that a person took away from it and that do not come back by themselves.
    pub taken_away: Vec<ItemTakenAway>,
    /// Documents and paragraphs that its messages name, in the order of their texts.
    pub citations: Vec<ItemCitation>,
    pub attachments: Vec<ItemAttachment>,
    pub wishes: Vec<ItemWish>,
    /// How its messages belong to others.
    pub relations: Vec<ItemRelation>,
    /// What is known about who sent it, in words.
    pub sender_checks: Vec<String>,
    pub problems: Vec<Problem>,
    /// How much of its content was received, and what was not; nothing is said of what was set aside.
    pub content: Received,
    pub not_received: Vec<Lacking>,
    /// Messages of the same sender that tell a password or a code.
    pub codes_in: Vec<MessageId>,
}

/// An assignment at or above the line.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ItemAssignment {
    pub recommendation: String,
    pub confidence: f64,
    /// `person`, or name and version of the classifier.
    pub assigner: String,
    pub evidence: Vec<Evidence>,
}

/// A recommendation that a person took away before.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ItemTakenAway {
    pub recommendation: String,
    /// Name of the person; `None`: an older version did not note it.
    pub by: Option<String>,
    pub at: Option<Timestamp>,
    /// `None`: erased, or not noted.
    pub reason: Option<String>,
}

impl ItemTakenAway {
    /// What a person took away and nobody has put back.
    pub(super) fn those_of(away: &[TakenAway], content: &Content, people: &BTreeMap<PersonId, String>) -> Vec<Self> {
        let stands = |id: &str| content.assignments.iter().any(|one| one.recommendation == id);
        let name = |id: &PersonId| people.get(id).cloned().unwrap_or_else(|| id.to_string());
        let one = |one: &TakenAway| Self {
            recommendation: one.recommendation.clone(),
            by: one.by.as_ref().map(name),
            at: one.at,
            reason: one.reason.clone(),
        };
        away.iter().filter(|one| !stands(&one.recommendation)).map(one).collect()
    }

    /// As `taken away before by Rana Reviewer on 2023-11-28: it only names it`.
    pub fn words(&self) -> String {
        let by = self.by.as_deref().unwrap_or("a person");
        let day = self.at.map(|at| format!(" on {}", at.strftime("%Y-%m-%d"))).unwrap_or_default();
        let reason = self.reason.as_ref().map(|text| format!(": {text}")).unwrap_or_default();
        format!("taken away before by {by}{day}{reason}")
    }
}

/// A place where a message cites a document.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ItemCitation {
    pub message: MessageId,
    #[serde(flatten)]
    pub citation: Citation,
}

/// What the sender asks for besides being read.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ItemWish {
    pub message: MessageId,
    pub number: u32,
    #[serde(deserialize_with = "known")]
    pub kind: Word,
    pub quote: String,
    /// Path of the file that it names.
    pub concerns: Option<String>,
    pub until: Option<jiff::civil::Date>,
    /// `heeded` or `overruled`; `None`: nobody has decided.
    #[serde(deserialize_with = "known_or_none")]
    pub decision: Option<Word>,
}

impl Item {
    /// Proposals that wait for a person's word: those that a list shows, and how many more there are.
    pub fn open_relations(&self) -> (Vec<&ItemRelation>, usize) {
        let open: Vec<&ItemRelation> = self.relations.iter().filter(|one| one.waits).collect();
        let more = open.len().saturating_sub(SHOWN_RELATIONS);
        (open.into_iter().take(SHOWN_RELATIONS).collect(), more)
    }

    /// The near-copy of another sender's text that it is, if nobody has refused that: it waits for nobody, and is told.
    pub fn near_copy(&self) -> Option<&ItemRelation> {
        let kinds = [RelationKind::NearCopy.as_str(), RelationKind::SameDocument.as_str()];
        self.relations.iter().find(|one| kinds.contains(&one.kind) && one.decision != Some("refused"))
    }
}

impl Item {
    /// What it cites, a line for each document: `A/78/265: 55-57 (cb-gender), Annex B`; the most cited first. Of documents
    /// that the words leave open only the places are told.
    pub fn cited_documents(&self) -> Vec<String> {
        let mut documents: Vec<(Option<&str>, usize, Vec<String>)> = Vec::new();
        for one in &self.citations {
            let (document, citation) = (one.citation.document.as_deref(), &one.citation);
            // What older versions noted is words alone; "the report" alone helps nobody in a list.
            if citation.part.is_empty() || (document.is_none() && citation.paragraphs.is_empty()) {
                continue;
            }
            let at = documents.iter().position(|(known, _, _)| *known == document).unwrap_or_else(|| {
                documents.push((document, 0, Vec::new()));
                documents.len() - 1
            });
            documents[at].1 += 1;
            let named = citation.recommendation.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
            let places = citation.paragraphs.iter().map(|place| format!("{place}{named}"));
            for place in places {
                if !documents[at].2.contains(&place) {
                    documents[at].2.push(place);
                }
            }
        }
        // What is unknown comes last.
        documents.sort_by_key(|(document, count, _)| (document.is_none(), std::cmp::Reverse(*count)));
        let line = |(document, count, places): (Option<&str>, usize, Vec<String>)| {
            let name = document.unwrap_or("document not said");
            let times = if count > 1 { format!(" ({count} times)") } else { String::new() };
            let places = if places.is_empty() { String::new() } else { format!(": {}", places.join(", ")) };
            format!("{name}{times}{places}")
        };
        documents.into_iter().map(line).collect()
    }
}

/// More proposals of one entry than this are for `pouch relations` to show.
const SHOWN_RELATIONS: usize = 3;

impl ItemWish {
    pub(super) fn of(line: &WishLine) -> Self {
        let decision = line.decided.as_ref().map(|decided| &decided.decision);
        let until = match decision {
            Some(WishDecision::Heeded { until: Some(day) }) => Some(*day),
            Some(_) | None => line.wish.until,
        };
        Self {
            message: line.message.clone(),
            number: line.number,
            kind: line.wish.kind.as_str(),
            quote: line.wish.evidence.quote.clone(),
            concerns: line.wish.concerns.clone(),
            until,
            decision: decision.map(WishDecision::as_str),
        }
    }

    /// In a sentence for a person.
    pub fn words(&self) -> String {
        let file = self.concerns.as_ref().map(|path| format!(", part {path}")).unwrap_or_default();
        let until = self.until.map(|day| format!(", until {day}")).unwrap_or_default();
        let decision = self.decision.unwrap_or("not decided");
        format!("Wish {} ({}{file}{until}; {decision}): \"{}\"", self.number, self.kind, self.quote)
    }
}

/// How a message belongs to another one.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ItemRelation {
    /// The newer message.
    pub message: MessageId,
    /// The older one.
    pub other: MessageId,
    #[serde(deserialize_with = "known")]
    pub kind: Word,
    /// How much of their texts is common, in per cent.
    pub similarity: u8,
    pub reason: String,
    /// `confirmed` or `refused`; `None`: nobody has decided.
    #[serde(deserialize_with = "known_or_none")]
    pub decision: Option<Word>,
    /// Whether somebody has to decide before the input can be approved.
    pub waits: bool,
    /// Whether the newer message is of this entry.
    pub is_newer: bool,
    /// The entry that the other message stands in, and its title.
    pub with: String,
    pub with_title: String,
}

impl ItemRelation {
    /// `joined`: a person made one submission of both already.
    pub(super) fn of(line: &RelationLine, is_newer: bool, joined: bool) -> Self {
        let one = &line.relation;
        let decision = line.decided.as_ref().map(|decided| if decided.confirmed { "confirmed" } else { "refused" });
        let other = if is_newer { &one.other } else { &one.message };
        Self {
            message: one.message.clone(),
            other: one.other.clone(),
            kind: one.kind.as_str(),
            similarity: one.similarity,
            reason: one.reason.clone(),
            decision,
            waits: decision.is_none() && one.kind.asks() && !joined,
            is_newer,
            with: other.0.clone(),
            with_title: String::new(),
        }
    }

    /// In a sentence for a person.
    pub fn words(&self) -> String {
        let kind = RelationKind::ALL.into_iter().find(|kind| kind.as_str() == self.kind);
        let words = kind.map_or("belongs to", RelationKind::words);
        let id = &self.with[self.with.len().saturating_sub(8)..];
        let decision = match (self.decision, self.waits) {
            (Some(decision), _) => format!(" ({decision})"),
            (None, true) => " (not decided)".into(),
            (None, false) => String::new(),
        };
        let (title, reason) = (&self.with_title, &self.reason);
        if self.is_newer {
            format!("This {words} {id} \"{title}\"{decision}: {reason}")
        } else {
            format!("{id} \"{title}\" {words} this{decision}: {reason}")
        }
    }
}

/// A file of the messages.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ItemAttachment {
    pub message: MessageId,
    pub part: String,
    pub name: Option<String>,
    pub media_type: String,
    pub digest: Digest,
    pub size_bytes: u64,
    /// `text`, `locked`, `no-text`, `unreadable`; `message` for an attached message, `archive` for
    /// one that was opened; `waiting` before it is read.
    pub status: String,
    /// Of its text.
    pub characters: i64,
    /// What read it, as `hayro 0.9`; empty before it is read.
    pub extractor: String,
    /// Pages of a PDF, or 1 for a picture; 0 for other files.
    pub pages: usize,
    /// Of the recognised page that is least sure, from 0 to 100.
    pub confidence: Option<f64>,
    /// What lies hidden in it: look before you publish it.
    pub findings: Vec<Finding>,
    #[serde(skip)]
    pub(super) remarks: Remarks,
    /// Whether it is among the parts of the revision that counts.
    pub chosen: bool,
}

/// The closed words that an entry has.
fn words() -> impl Iterator<Item = &'static str> {
    let kinds = MessageKind::ALL.into_iter().map(MessageKind::as_str);
    let wishes = WishKind::ALL.into_iter().map(WishKind::as_str);
    let relations = RelationKind::ALL.into_iter().map(RelationKind::as_str);
    let decisions = ["heeded", "overruled", "confirmed", "refused"];
    kinds.chain(wishes).chain(relations).chain(State::NAMES).chain(decisions)
}

/// A closed word, read back.
fn known<'de, D: Deserializer<'de>>(from: D) -> Result<&'static str, D::Error> {
    let word = String::deserialize(from)?;
    words().find(|known| *known == word).ok_or_else(|| de::Error::custom(format!("{word} is no word of an entry")))
}

fn known_or_none<'de, D: Deserializer<'de>>(from: D) -> Result<Option<&'static str>, D::Error> {
    let Some(word) = Option::<String>::deserialize(from)? else { return Ok(None) };
    words()
        .find(|known| *known == word)
        .map(Some)
        .ok_or_else(|| de::Error::custom(format!("{word} is no word of an entry")))
}
