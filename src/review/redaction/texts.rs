//! The texts of a revision's parts, and the words that are struck in them. Reads only.

use super::digest_of;
use crate::domain::extraction::Extraction;
use crate::domain::message::Span;
use crate::domain::redaction::{Area, RedactionKind};
use crate::domain::submission::{Content, PartRef};
use crate::domain::{Digest, MessageId};
use crate::pipeline::{Tools, texts_of};
use crate::redact::{Words, places, suggest};
use crate::store::message::{self, PartLine};
use crate::store::{self};
use std::collections::BTreeSet;

/// A part of a submission with its text.
pub struct PartText {
    pub part: PartRef,
    /// For a person.
    pub name: String,
    pub media_type: String,
    /// Set for a file; a body has none.
    pub file: Option<FileOf>,
    /// All of it: what spans count in.
    pub whole: String,
    pub digest: Digest,
    /// The pieces of it that would be published as text.
    pub public: Vec<Span>,
    chars: Vec<char>,
}

/// A file, and where its bytes are.
pub struct FileOf {
    pub line: PartLine,
    /// Of the message that it came in.
    pub message: Digest,
    pub extraction: Option<Extraction>,
}

impl PartText {
    fn new(part: PartRef, name: String, whole: String, public: Vec<Span>) -> Self {
        let (digest, chars) = (digest_of(&whole), whole.chars().collect());
        Self { part, name, media_type: "text/plain".into(), file: None, whole, digest, public, chars }
    }

    /// The words of a span.
    pub fn slice(&self, span: Span) -> String {
        self.chars.get(span.start..span.end).unwrap_or_default().iter().collect()
    }

    /// Whether any of a span would be published.
    pub fn is_public(&self, span: Span) -> bool {
        self.public.iter().any(|piece| piece.start < span.end && span.start < piece.end)
    }
}

/// The texts of all parts that belong to a content or are marked in it.
pub async fn load(tools: &Tools, content: &Content) -> store::Result<Vec<PartText>> {
    let marked = content.redactions.iter().map(|one| &one.part);
    let mut wanted: Vec<&PartRef> = Vec::new();
    for part in content.parts.iter().chain(marked) {
        if !wanted.contains(&part) {
            wanted.push(part);
        }
    }
    let messages: BTreeSet<&MessageId> = wanted.iter().map(|part| &part.message).collect();
    let mut texts = Vec::new();
    for id in messages {
        let Some(line) = message::line(&tools.store, id).await? else { continue };
        let parsed = message::parsed(&tools.store, id).await?;
        for text in texts_of(tools, &parsed).await? {
            let part = PartRef { message: id.clone(), path: text.path };
            if let Some(own) = text.own.filter(|_| wanted.contains(&&part)) {
                let name = if part.path == "body" { "the text of the mail".into() } else { part.path.clone() };
                texts.push(PartText::new(part, name, crate::pipeline::joined(&text.segments), own));
            }
        }
        for file in line.summary.parts.iter() {
            let part = PartRef { message: id.clone(), path: file.path.clone() };
            if wanted.contains(&&part) {
                let extraction = message::extraction(&tools.store, file.digest).await?;
                texts.push(of_file(part, file.clone(), line.digest, extraction));
            }
        }
    }
    // In the order in which they are published.
    texts.sort_by_key(|text| wanted.iter().position(|part| **part == text.part));
    Ok(texts)
}

fn of_file(part: PartRef, line: PartLine, message: Digest, extraction: Option<Extraction>) -> PartText {
    let (mut at, mut public) = (0, Vec::new());
    for segment in extraction.iter().flat_map(|one| one.segments()) {
        let end = at + segment.text.chars().count();
        if segment.role.is_said() {
            public.push(Span { start: at, end });
        }
        at = end + 1;
    }
    let whole = extraction.as_ref().map(Extraction::text).unwrap_or_default();
    let name = line.name.clone().unwrap_or_else(|| format!("part {}", line.path));
    let mut text = PartText::new(part, name, whole, public);
    text.media_type.clone_from(&line.media_type);
    text.file = Some(FileOf { line, message, extraction });
    text
}

/// What is struck in a content.
pub struct Struck {
    /// All words that may stand nowhere in what is published.
    pub words: Vec<Words>,
    marked: Vec<(PartRef, Span)>,
    areas: Vec<Area>,
    /// Marks that mean nothing any more, one line each.
    pub stale: Vec<String>,
    /// Of all marks.
    pub digest: Digest,
}

impl Struck {
    /// Of a content with the texts of its parts.
    pub fn of(content: &Content, texts: &[PartText]) -> Self {
        let mut json = serde_json::to_vec(&content.redactions).unwrap_or_default();
        if !content.areas.is_empty() {
            json.extend(serde_json::to_vec(&content.areas).unwrap_or_default());
        }
        let mut struck = Self {
            words: Vec::new(),
            marked: Vec::new(),
            areas: content.areas.clone(),
            stale: Vec::new(),
            digest: Digest::of(&json),
        };
        for (number, one) in (1..).zip(&content.redactions) {
            let text = texts.iter().find(|text| text.part == one.part && text.digest == one.text);
            let Some(text) = text else {
                let why =
                    "its text was read again since and is another one: take the mark away and mark the words anew";
                struck.stale.push(format!("mark {number} in part {}: {why}", one.part.path));
                continue;
            };
            let passage = text.slice(one.span);
            struck.add(&passage);
            // An address inside a passage may not stand by itself somewhere else either.
            let chars: Vec<char> = passage.chars().collect();
            let is_own = |kind| matches!(kind, RedactionKind::Email | RedactionKind::Phone | RedactionKind::Passport);
            for inside in suggest(&passage).into_iter().filter(|inside| is_own(inside.kind)) {
                struck.add(&chars[inside.span.start..inside.span.end].iter().collect::<String>());
            }
            struck.marked.push((one.part.clone(), one.span));
        }
        struck
    }

    fn add(&mut self, passage: &str) {
        if let Some(words) = Words::of(passage).filter(|words| !self.words.contains(words)) {
            self.words.push(words);
        }
    }

    /// The places that are marked on pages of a part.
    pub fn areas<'a>(&'a self, text: &'a PartText) -> impl Iterator<Item = &'a Area> {
        self.areas.iter().filter(|area| area.part == text.part)
    }

    /// All places of a text that are struck.
    pub fn spans(&self, text: &PartText) -> Vec<Span> {
        let own = self.marked.iter().filter(|(part, _)| *part == text.part).map(|(_, span)| *span);
        let mut spans: Vec<Span> = own.chain(places(&text.whole, &self.words)).collect();
        spans.sort_by_key(|span| (span.start, span.end));
        spans.dedup();
        spans
    }
}
