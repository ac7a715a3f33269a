//! How much of an input's content was received: what its mails say of it, and what came out of its files. Reads only.

use super::queue::Item;
use super::{Error, Result};
use crate::domain::extraction::Remarks;
use crate::domain::message::PartKind;
use crate::domain::missing::{Delivery, Lack, Lacking, Missing, Received};
use crate::domain::submission::{Content, PartRef};
use crate::domain::{MessageId, Problem, ProblemCode};
use crate::pipeline::Tools;
use crate::store::message::{self, MessageLine};
use std::collections::BTreeSet;

/// What one message brought.
#[derive(Clone, Debug)]
pub struct Brought {
    message: MessageId,
    delivery: Delivery,
    files: Vec<File>,
}

/// A file, and what came out of it.
#[derive(Clone, Debug)]
struct File {
    path: String,
    name: String,
    media_type: String,
    /// As `Extraction::status` says it; empty: not read yet.
    status: String,
    /// It is read once a program is there: nobody need ask for it again.
    waits: bool,
}

impl Brought {
    /// What a message brought; `read`: status and remarks of each of its parts, in order.
    pub fn of(
        line: &MessageLine,
        delivery: Option<&Delivery>,
        read: impl Iterator<Item = Option<(String, Remarks)>>,
    ) -> Self {
        let files = line.summary.parts.iter().zip(read).filter(|(part, _)| part.kind == PartKind::Attachment);
        let files = files.map(|(part, read)| {
            let waits = |remarks: &Remarks| remarks.problems.iter().any(|one| one.code == ProblemCode::ProgramMissing);
            File {
                path: part.path.clone(),
                name: part.name.clone().unwrap_or_else(|| format!("part {}", part.path)),
                media_type: part.media_type.clone(),
                waits: read.as_ref().is_some_and(|(_, remarks)| waits(remarks)),
                status: read.map(|(status, _)| status).unwrap_or_default(),
            }
        });
        Self { message: line.id.clone(), delivery: delivery.cloned().unwrap_or_default(), files: files.collect() }
    }
}

impl File {
    /// Cards, signatures and pictures without words are no content that anybody would miss.
    fn counts(&self) -> bool {
        let is_bare_picture = self.media_type.starts_with("image/") && self.status != "text" && !self.waits;
        let beside = [
            "text/calendar",
            "text/vcard",
            "application/pgp-signature",
            "application/pkcs7-signature",
            "application/pgp-keys",
        ];
        !is_bare_picture && !beside.contains(&self.media_type.as_str())
    }

    fn lack(&self) -> Option<Lack> {
        match self.status.as_str() {
            "locked" => Some(Lack::Locked),
            "unreadable" if self.media_type == "application/pkcs7-mime" => Some(Lack::Encrypted),
            "unreadable" => Some(Lack::Unreadable),
            "no-text" if !self.waits => Some(Lack::NoText),
            _ => None,
        }
    }

    fn missing(&self, code_given: bool) -> Option<Missing> {
        let lack = self.lack().filter(|_| self.counts())?;
        let code_given = code_given && lack == Lack::Locked;
        Some(Missing { lack, part: self.path.clone(), name: self.name.clone(), link: None, code_given })
    }
}

/// What is missing, and how much that is; `chosen`: the parts of the revision that counts, if there is one.
pub fn judge(brought: &[Brought], chosen: Option<&[PartRef]>) -> (Received, Vec<Lacking>) {
    let is_chosen = |message: &MessageId, path: &str| {
        chosen.is_none_or(|parts| parts.iter().any(|part| part.message == *message && part.path == path))
    };
    let (mut missing, mut came): (Vec<Lacking>, Vec<(&MessageId, &str)>) = (Vec::new(), Vec::new());
    let mut is_text_enough = false;
    for one in brought {
        let mut lacks = one.delivery.missing.clone();
        for file in one.files.iter().filter(|file| file.counts()) {
            if lacks.iter().any(|lack| lack.part == file.path && lack.lack == Lack::Encrypted) {
                continue;
            }
            match file.missing(one.delivery.gives_code) {
                Some(lack) => lacks.push(lack),
                None if is_chosen(&one.message, &file.path) => came.push((&one.message, &file.name)),
                None => {}
            }
        }
        let has_text = chosen
            .is_none_or(|parts| parts.iter().any(|part| part.message == one.message && part.path.ends_with("body")));
        is_text_enough |= has_text && !one.delivery.is_note;
        missing.extend(lacks.into_iter().map(|what| Lacking { message: one.message.clone(), what }));
    }
    // The same file came once more, with another mail of this input.
    missing.retain(|lack| {
        let is_it = |(message, name): &(&MessageId, &str)| {
            **message != lack.message && name.eq_ignore_ascii_case(&lack.what.name)
        };
        !came.iter().any(is_it)
    });
    let received = match (missing.is_empty(), came.is_empty() && !is_text_enough) {
        (true, _) => Received::All,
        (false, true) => Received::Nothing,
        (false, false) => Received::Partly,
    };
    (received, missing)
}

/// Says in an item what was not received, and which problems that is.
pub(super) fn say(item: &mut Item, brought: &[Brought], chosen: Option<&[PartRef]>) {
    (item.content, item.not_received) = judge(brought, chosen);
    // Rows of older versions said it at parsing.
    item.problems.retain(|one| one.code != ProblemCode::ContentElsewhere);
    for lacking in &item.not_received {
        let code = match lacking.what.lack {
            Lack::Elsewhere => ProblemCode::ContentElsewhere,
            Lack::Encrypted => ProblemCode::PartUnreadable,
            // The file's own line says it.
            Lack::Locked | Lack::Unreadable | Lack::NoText => continue,
        };
        // Parsing may have said so.
        if code == ProblemCode::ContentElsewhere || item.problems.iter().all(|one| one.code != code) {
            item.problems.push(Problem::new(code, format!("Not received: {}.", lacking.what.words(false))));
        }
    }
    if item.not_received.is_empty() {
        item.codes_in.clear();
    }
}

/// What the content of a revision lacks.
pub(super) async fn of_content(tools: &Tools, content: &Content) -> Result<(Received, Vec<Lacking>)> {
    let messages: BTreeSet<&MessageId> = content.parts.iter().map(|part| &part.message).collect();
    let mut brought = Vec::new();
    for id in messages {
        let Some(line) = message::line(&tools.store, id).await? else { continue };
        let classified = message::classified(&tools.store, id).await?;
        let mut read = Vec::new();
        for part in &line.summary.parts {
            let extraction = message::extraction(&tools.store, part.digest).await?;
            read.push(extraction.map(|one| (one.status().to_string(), one.remarks())));
        }
        brought.push(Brought::of(&line, classified.as_ref().map(|one| &one.delivery), read.into_iter()));
    }
    Ok(judge(&brought, Some(&content.parts)))
}

/// Refuses what has no content that was received; else gives a line for each thing that the approver must have seen.
pub(super) async fn before_approval(tools: &Tools, content: &Content) -> Result<Vec<String>> {
    let (received, missing) = of_content(tools, content).await?;
    let is_public = |one: &Lacking| {
        one.what.link.is_some()
            && content.parts.iter().any(|part| part.message == one.message && part.path == one.what.part)
    };
    let line = |one: &Lacking| {
        let link = if is_public(one) {
            "; the link stands in the text that would become public: do not publish that text"
        } else {
            ""
        };
        format!("not received: {}{link}", crate::domain::harmless(&one.what.words(false)))
    };
    let lines: Vec<String> = missing.iter().map(line).collect();
    let may_be_read = missing.iter().all(|one| one.what.lack.may_be_read_by_eye());
    if received == Received::Nothing && !may_be_read {
        return Err(Error::Refused(format!(
            "its content was not received:\n  {}\nAsk the sender for it (`pouch draft` writes the answer). What comes then, \
             or what you fetched yourself (`pouch add`), is joined to it with `pouch merge`",
            lines.join("\n  ")
        )));
    }
    Ok(lines)
}
