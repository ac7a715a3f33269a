//! What the page says about an entry besides its text: mail headers, ways, versions, wishes, relations. Values and their
//! words, each of them harmless; looks nothing up.

use super::place::Place;
use crate::domain::MessageId;
use crate::domain::mailbox::MailboxRole;
use crate::domain::message::{Address, ParsedMessage};
use crate::domain::relation::RelationKind;
use crate::relate::Difference;
use crate::review::queue::{Item, ItemRelation};
use crate::store::message::CopyLine;
use crate::store::submission::Revision;
use crate::web::layout::{Layout, plain};
use std::collections::BTreeMap;

/// The headers of one mail: each field as the keys of the words name it, and its value.
pub struct Mail {
    pub fields: Vec<(&'static str, String)>,
}

/// The headers of an entry's mails.
pub fn mails(layout: &Layout, item: &Item, parsed: &BTreeMap<MessageId, ParsedMessage>) -> Vec<Mail> {
    let mail = |id: &MessageId| {
        let one = parsed.get(id)?;
        let fields = [
            ("from", addresses(&one.from)),
            ("reply-to", addresses(&one.reply_to)),
            ("to", addresses(&one.to)),
            ("cc", addresses(&one.cc)),
            ("date", one.date.map(|at| layout.time(&at)).unwrap_or_default()),
            ("subject", plain(&one.subject)),
            ("message-id", one.message_id_header.as_deref().map(plain).unwrap_or_default()),
            ("list", one.list.as_deref().map(plain).unwrap_or_default()),
        ];
        Some(Mail { fields: fields.into_iter().filter(|(_, value)| !value.is_empty()).collect() })
    };
    item.messages.iter().filter_map(mail).collect()
}

impl Mail {
    /// Who sent it and when, for the head of the page.
    pub fn head(&self) -> impl Iterator<Item = &(&'static str, String)> {
        self.fields.iter().filter(|(name, _)| matches!(*name, "from" | "date"))
    }
}

fn addresses(all: &[Address]) -> String {
    let one = |one: &Address| match &one.name {
        Some(name) => format!("{} <{}>", plain(name), plain(&one.address)),
        None => plain(&one.address),
    };
    let more = all.len().saturating_sub(20);
    let more = if more > 0 { format!(" +{more}") } else { String::new() };
    all.iter().take(20).map(one).collect::<Vec<_>>().join(", ") + &more
}

/// One way on which it came.
pub struct Way {
    pub mailbox: String,
    pub at: String,
    /// On the server; `None`: it was imported or brought by hand.
    pub uid: Option<u64>,
    pub is_gone: bool,
}

/// All copies of an entry's mails.
pub fn ways(layout: &Layout, copies: &[CopyLine]) -> Vec<Way> {
    let way = |copy: &CopyLine| Way {
        mailbox: match copy.role {
            MailboxRole::Import => plain(&copy.folder),
            _ => plain(&format!("{}/{}", copy.account, copy.folder)),
        },
        at: layout.time(&copy.internal_date.unwrap_or(copy.first_seen)),
        uid: (copy.role != MailboxRole::Import).then_some(copy.key.uid),
        is_gone: copy.vanished_at.is_some(),
    };
    copies.iter().take(100).map(way).collect()
}

/// One version.
pub struct Version {
    pub number: u32,
    pub state: String,
    pub title: String,
    pub at: String,
    /// Shows what changed from the one before; `None`: it is the first.
    pub compare: Option<String>,
}

/// All versions of an entry.
pub fn versions(layout: &Layout, item: &Item, place: &Place, revisions: &[Revision]) -> Vec<Version> {
    let version = |(at, one): (usize, &Revision)| Version {
        number: one.number,
        state: layout.w("item-state", one.state.name()),
        title: plain(&one.content.title),
        at: layout.time(&one.created_at),
        compare: (at > 0).then(|| place.entry(&item.id, &[("version", &one.number.to_string())]) + "#difference"),
    };
    revisions.iter().enumerate().map(version).collect()
}

/// How the entry belongs to another one.
pub struct Relation {
    /// Of the two messages, as forms name them.
    pub key: String,
    /// In words, from this entry to the other one or back.
    pub words: String,
    pub reason: String,
    pub similarity: u8,
    pub with: String,
    pub title: String,
    pub waits: bool,
    pub decision: Option<String>,
    pub is_campaign: bool,
    pub compare: String,
}

/// All of them, what waits for a word first.
pub fn relations(layout: &Layout, item: &Item, place: &Place) -> Vec<Relation> {
    let relation = |one: &ItemRelation| {
        let way = if one.is_newer { "item-relation" } else { "item-relation-back" };
        let key = format!("{}:{}", one.message, one.other);
        Relation {
            words: layout.w(way, one.kind),
            reason: plain(&one.reason),
            similarity: one.similarity,
            with: place.entry(&one.with, &[]),
            title: if one.with_title.is_empty() { one.with.clone() } else { plain(&one.with_title) },
            waits: one.waits,
            decision: one.decision.map(|word| layout.w("item-decided", word)),
            is_campaign: [RelationKind::NearCopy.as_str(), RelationKind::SameDocument.as_str()].contains(&one.kind),
            compare: place.entry(&item.id, &[("compare", &key)]) + "#difference",
            key,
        }
    };
    let mut all: Vec<Relation> = item.relations.iter().map(relation).collect();
    all.sort_by_key(|one| !one.waits);
    all
}

/// What changed, in pieces that a page can set off.
pub struct Changes {
    pub added: usize,
    pub removed: usize,
    pub more: usize,
    /// Each change: runs of words, and whether they stay, went or came.
    pub changes: Vec<Vec<(&'static str, String)>>,
}

/// The marks of `relate::Difference` as runs.
pub fn changes(found: &Difference) -> Changes {
    let changes = found.changes.iter().map(|text| runs(text)).collect();
    Changes { added: found.added, removed: found.removed, more: found.more, changes }
}

fn runs(text: &str) -> Vec<(&'static str, String)> {
    let (mut runs, mut rest) = (Vec::new(), text);
    loop {
        let next = [("[-", "-]", "del"), ("{+", "+}", "ins")].into_iter().filter_map(|(begin, end, what)| {
            let from = rest.find(begin)?;
            let length = rest[from + 2..].find(end)?;
            Some((from, length, what))
        });
        let Some((from, length, what)) = next.min_by_key(|(from, _, _)| *from) else { break };
        runs.push(("", plain_run(&rest[..from])));
        runs.push((what, plain_run(&rest[from + 2..from + 2 + length])));
        rest = &rest[from + 4 + length..];
    }
    runs.push(("", plain_run(rest)));
    runs.retain(|(_, text)| !text.is_empty());
    runs
}

/// A long run is cut: the text itself has the rest.
fn plain_run(text: &str) -> String {
    let kept: String = text.chars().take(600).collect();
    let more = if kept.len() < text.len() { " …" } else { "" };
    crate::web::layout::legible(&kept) + more
}
