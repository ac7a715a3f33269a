//! What a reviewer strikes before publication: offers, marks, and what an approval makes of them. The files themselves are
//! never changed; copies are made in `copies`.

mod areas;
mod copies;
mod pixels;
mod texts;

pub use areas::{MarkedArea, strike_area};
pub use copies::make_copies;

use super::revisions::{queued, write_edit};
use super::{Act, Error, Result, person};
use crate::domain::ledger::EditKind;
use crate::domain::message::Span;
use crate::domain::redaction::{Area, CopyMade, PublishedCopy, RedactedCopy, Redaction, RedactionKind};
use crate::domain::submission::{Content, Manifest, ManifestFile, PartRef};
use crate::domain::{Digest, SubmissionId};
use crate::pipeline::Tools;
use crate::redact::{Suggestion, Words, clean_text, find_in_text, places, suggest};
use crate::review::queue::revision_that_counts;
use crate::store::submission;
use std::collections::BTreeSet;
use texts::{PartText, Struck};

/// A passage that Pouch offers to strike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// From 1, as lists show it.
    pub number: usize,
    pub part: PartRef,
    /// Name of the part for a person.
    pub name: String,
    pub kind: RedactionKind,
    /// Where it stands first.
    pub span: Span,
    pub words: String,
    /// In how many places of what would become public the same words stand.
    pub times: usize,
}

/// A passage that a reviewer marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// From 1, as lists show it.
    pub number: usize,
    pub redaction: Redaction,
    pub name: String,
    /// `None`: the text of the part is another one now, and nobody can say what was marked.
    pub words: Option<String>,
    /// In how many places the same words are struck.
    pub times: usize,
}

/// A file that would become public, with its copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyOf {
    pub part: PartRef,
    pub name: String,
    /// `None`: not made yet for what is marked now.
    pub copy: Option<RedactedCopy>,
}

/// A part that would become public, as a reviewer looks for more to strike in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub part: PartRef,
    pub name: String,
    /// What spans count in.
    pub text: String,
    /// What is struck in it, in order.
    pub struck: Vec<Span>,
    /// What is found in it and not struck, in order.
    pub found: Vec<Span>,
    /// Pages on which places can be marked; empty: it is none of pages.
    pub pages: Vec<u32>,
}

/// All that a reviewer needs to strike words of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redactions {
    /// Revision and edition that was looked at.
    pub seen: (u32, u32),
    pub parts: Vec<Shown>,
    pub offers: Vec<Offer>,
    pub marks: Vec<Marked>,
    /// Numbered behind the marks.
    pub areas: Vec<MarkedArea>,
    /// Empty as long as nothing is marked.
    pub copies: Vec<CopyOf>,
    /// Why it cannot be approved as it is, one line each.
    pub in_the_way: Vec<String>,
    /// What a person has to look at by eye.
    pub notes: Vec<String>,
}

/// What Pouch offers to strike in the revision that counts, what is marked, and how far the copies are.
///
/// # Errors
/// If there is no such submission.
pub async fn suggestions(tools: &Tools, id: &SubmissionId) -> Result<Redactions> {
    let revisions = submission::revisions(&tools.store, Some(id)).await?;
    let revision = revision_that_counts(&revisions).ok_or_else(|| Error::NotFound(format!("submission {id}")))?;
    let content = &revision.content;
    let texts = texts::load(tools, content).await?;
    let struck = Struck::of(content, &texts);
    let chosen: Vec<&PartText> = texts.iter().filter(|text| content.parts.contains(&text.part)).collect();
    let copies = copies_in(tools, content, &struck, &chosen).await?;
    let mut in_the_way = struck.stale.clone();
    if content.is_struck() {
        in_the_way.extend(fields_with(&struck, content));
        in_the_way.extend(copies.iter().filter_map(not_ready));
    }
    let looked: Vec<Looked> = chosen.iter().map(|text| Looked::at(text, &struck)).collect();
    let mut notes = notes(&chosen);
    notes.extend(areas::of_earlier(&revisions, revision));
    Ok(Redactions {
        seen: (revision.number, revision.edition),
        offers: offers(&looked, &chosen),
        parts: looked.into_iter().map(Looked::shown).collect(),
        marks: marks(content, &texts, &chosen),
        areas: areas::marked(content, &texts),
        copies,
        in_the_way,
        notes,
    })
}

/// The files that would become public with their copies; none as long as nothing is marked.
///
/// # Errors
/// If there is no such submission.
pub async fn copies(tools: &Tools, id: &SubmissionId) -> Result<Vec<CopyOf>> {
    let revisions = submission::revisions(&tools.store, Some(id)).await?;
    let revision = revision_that_counts(&revisions).ok_or_else(|| Error::NotFound(format!("submission {id}")))?;
    let texts = texts::load(tools, &revision.content).await?;
    let struck = Struck::of(&revision.content, &texts);
    let chosen: Vec<&PartText> = texts.iter().filter(|text| revision.content.parts.contains(&text.part)).collect();
    copies_in(tools, &revision.content, &struck, &chosen).await
}

async fn copies_in(tools: &Tools, content: &Content, struck: &Struck, chosen: &[&PartText]) -> Result<Vec<CopyOf>> {
    let mut all = Vec::new();
    for text in chosen.iter().filter(|text| text.file.is_some() && content.is_struck()) {
        let copy = copies::known(tools, struck, text).await?;
        all.push(CopyOf { part: text.part.clone(), name: text.name.clone(), copy });
    }
    Ok(all)
}

/// A part that would become public, with what is struck in it and what is found and not struck.
struct Looked<'a> {
    text: &'a PartText,
    gone: Vec<Span>,
    found: Vec<Suggestion>,
}

impl<'a> Looked<'a> {
    fn at(text: &'a PartText, struck: &Struck) -> Self {
        let gone = struck.spans(text);
        let is_struck = |span: Span| gone.iter().any(|other| other.start <= span.start && span.end <= other.end);
        let mut found = suggest(&text.whole);
        found.retain(|one| text.is_public(one.span) && !is_struck(one.span));
        Self { text, gone, found }
    }

    fn shown(self) -> Shown {
        Shown {
            part: self.text.part.clone(),
            name: self.text.name.clone(),
            text: self.text.whole.clone(),
            found: self.found.iter().map(|one| one.span).collect(),
            struck: self.gone,
            pages: pixels::pages_of(self.text),
        }
    }
}

/// What is found, each words once, without what is marked already.
fn offers(looked: &[Looked], chosen: &[&PartText]) -> Vec<Offer> {
    let (mut offers, mut known) = (Vec::new(), BTreeSet::new());
    for Looked { text, found, .. } in looked {
        for one in found {
            let Some(words) = Words::of(&text.slice(one.span)) else { continue };
            if known.insert((one.kind, words.said.to_lowercase())) {
                offers.push(Offer {
                    number: offers.len() + 1,
                    part: text.part.clone(),
                    name: text.name.clone(),
                    kind: one.kind,
                    span: one.span,
                    times: times(chosen, &words),
                    words: words.said,
                });
            }
        }
    }
    offers
}

fn times(chosen: &[&PartText], words: &Words) -> usize {
    let words = std::slice::from_ref(words);
    let of = |text: &&PartText| places(&text.whole, words).into_iter().filter(|span| text.is_public(*span)).count();
    chosen.iter().map(of).sum()
}

fn marks(content: &Content, texts: &[PartText], chosen: &[&PartText]) -> Vec<Marked> {
    let one = |(number, redaction): (usize, &Redaction)| {
        let text = texts.iter().find(|text| text.part == redaction.part);
        let words = text.filter(|text| text.digest == redaction.text).map(|text| text.slice(redaction.span));
        Marked {
            number,
            redaction: redaction.clone(),
            name: text.map_or_else(|| redaction.part.path.clone(), |text| text.name.clone()),
            times: words.as_deref().and_then(Words::of).map_or(0, |words| times(chosen, &words)),
            words,
        }
    };
    (1..).zip(&content.redactions).map(one).collect()
}

fn notes(chosen: &[&PartText]) -> Vec<String> {
    let shows = |text: &&&PartText| text.media_type == "application/pdf" || text.media_type.starts_with("image/");
    let names: Vec<&str> = chosen.iter().filter(shows).map(|text| text.name.as_str()).collect();
    if names.is_empty() {
        return Vec::new();
    }
    vec![format!("Whether a picture is a signature cannot be told: look at {} by eye.", names.join(", "))]
}

/// A passage that a reviewer marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub part: PartRef,
    pub span: Span,
    pub kind: RedactionKind,
}

/// Marks passages of the queued revision; the same words are struck wherever else they stand in it. Gives the number of
/// marks that it has now.
///
/// # Errors
/// If it is not queued or stale, or a passage is none.
pub async fn redact(tools: &Tools, id: &SubmissionId, marks: &[Mark], act: &Act) -> Result<usize> {
    let mut tx = tools.store.begin().await?;
    let (_, actor) = person(&mut tx, act).await?;
    let revision = queued(&mut tx, id, act).await?;
    let texts = texts::load(tools, &revision.content).await?;
    let mut content = revision.content.clone();
    let mut places = Vec::new();
    for mark in marks {
        let text = texts.iter().find(|text| text.part == mark.part && content.parts.contains(&mark.part));
        let text = text.ok_or_else(|| Error::NotFound(format!("text of part {} in this revision", mark.part.path)))?;
        if mark.span.start >= mark.span.end || Words::of(&text.slice(mark.span)).is_none() {
            return Err(Error::Refused("there are no words at that place: look at the text again".into()));
        }
        let redaction = Redaction { part: mark.part.clone(), kind: mark.kind, span: mark.span, text: text.digest };
        if !content.redactions.contains(&redaction) {
            places.push((redaction.part.clone(), redaction.span));
            content.redactions.push(redaction);
        }
    }
    if places.is_empty() {
        return Err(Error::Refused("nothing new is marked".into()));
    }
    write_edit(&mut tx, &actor, &revision, &content, EditKind::Redacted { places }, act).await?;
    tx.commit().await?;
    Ok(content.redactions.len())
}

/// Where words stand first in the parts of a submission that would become public, or in one of them (`part`).
///
/// # Errors
/// If they stand in none.
pub async fn find_words(
    tools: &Tools,
    id: &SubmissionId,
    words: &str,
    part: Option<&str>,
    kind: RedactionKind,
) -> Result<Mark> {
    let revisions = submission::revisions(&tools.store, Some(id)).await?;
    let revision = revision_that_counts(&revisions).ok_or_else(|| Error::NotFound(format!("submission {id}")))?;
    let wanted = Words::of(words).ok_or_else(|| Error::Refused("there is no letter and no digit in it".into()))?;
    for text in texts::load(tools, &revision.content).await? {
        let is_meant = revision.content.parts.contains(&text.part) && part.is_none_or(|path| path == text.part.path);
        if let Some(span) = places(&text.whole, std::slice::from_ref(&wanted)).first().filter(|_| is_meant) {
            return Ok(Mark { part: text.part, span: *span, kind });
        }
    }
    Err(Error::Refused("these words stand in no part that would become public: copy them from its text".into()))
}

/// Takes a mark (by its number, from 1) away again.
///
/// # Errors
/// If it is not queued or stale, or has no such mark.
pub async fn unredact(tools: &Tools, id: &SubmissionId, number: usize, act: &Act) -> Result<()> {
    let mut tx = tools.store.begin().await?;
    let (_, actor) = person(&mut tx, act).await?;
    let revision = queued(&mut tx, id, act).await?;
    let mut content = revision.content.clone();
    let missing = || Error::NotFound(format!("mark {number} on this revision"));
    let at = number.checked_sub(1).filter(|at| *at < content.marks()).ok_or_else(missing)?;
    // Places on pages are numbered behind the words.
    let what = if let Some(at) = at.checked_sub(content.redactions.len()) {
        EditKind::AreasFreed { areas: vec![content.areas.remove(at)] }
    } else {
        let gone = content.redactions.remove(at);
        EditKind::Unredacted { places: vec![(gone.part, gone.span)] }
    };
    write_edit(&mut tx, &actor, &revision, &content, what, act).await?;
    tx.commit().await?;
    Ok(())
}

/// Puts the copies into what an approval fixes, and takes the struck words out of the rest.
///
/// # Errors
/// If a copy is missing, stale or refused, or the words stand in something else that would become public.
pub(super) async fn apply(tools: &Tools, content: &Content, manifest: &mut Manifest) -> Result<()> {
    if !content.is_struck() {
        return Ok(());
    }
    let texts = texts::load(tools, content).await?;
    let struck = Struck::of(content, &texts);
    let mut wrong = struck.stale.clone();
    for (number, file) in (1..).zip(&mut manifest.files) {
        let Some(text) = texts.iter().find(|text| text.part == file.part) else {
            wrong.push(format!("{} was not read", file.label));
            continue;
        };
        let copy = copies::known(tools, &struck, text).await?;
        let of = CopyOf { part: file.part.clone(), name: text.name.clone(), copy };
        match (not_ready(&of), of.copy) {
            (None, Some(copy)) => put_copy(file, copy),
            (why, _) => wrong.extend(why),
        }
        if !find_in_text(&file.label, &struck.words, "").is_empty() {
            file.label = format!("document {number}");
        }
    }
    let bodies = content.parts.iter().filter_map(|part| texts.iter().find(|text| text.part == *part));
    let bodies = bodies.filter(|text| text.file.is_none()).map(|text| text.cleaned(&struck.spans(text)).0);
    let bodies: Vec<String> = bodies.filter(|text| !text.trim().is_empty()).collect();
    manifest.body_text = (!bodies.is_empty()).then(|| bodies.join("\n\n"));
    let body = manifest.body_text.as_deref().unwrap_or_default();
    wrong.extend(sentences(&find_in_text(body, &struck.words, "the text of the mail")));
    wrong.extend(fields_with(&struck, content));
    if wrong.is_empty() { Ok(()) } else { Err(Error::Refused(wrong.join("\n"))) }
}

fn put_copy(file: &mut ManifestFile, copy: RedactedCopy) {
    if copy.made == CopyMade::AsItIs {
        return;
    }
    let stem = file.label.rsplit_once('.').map_or(file.label.as_str(), |(stem, _)| stem);
    let ending = if copy.made == CopyMade::Pixels { "pdf" } else { "txt" };
    file.label = format!("{stem} (redacted).{ending}");
    file.text = None;
    file.copy = Some(PublishedCopy {
        digest: copy.digest,
        media_type: copy.media_type,
        size_bytes: copy.size_bytes,
        made: copy.made,
        places: copy.places,
        note: copy.note,
    });
}

/// Why a file cannot be published yet.
fn not_ready(of: &CopyOf) -> Option<String> {
    match &of.copy {
        None => Some(format!(
            "{}: words or places are struck, and its copy without them is not made yet, or was made for other marks: make \
             the copies first",
            of.name
        )),
        Some(copy) => copy.problem.as_ref().map(|problem| format!("{}: its copy is refused: {problem}", of.name)),
    }
}

/// Public fields besides texts and files in which struck words stand.
fn fields_with(struck: &Struck, content: &Content) -> Vec<String> {
    let mut found = find_in_text(&content.title, &struck.words, "the title");
    found.extend(find_in_text(&content.submitter.name, &struck.words, "the submitter's name"));
    let behalf = content.submitter.on_behalf_of.as_deref().unwrap_or_default();
    found.extend(find_in_text(behalf, &struck.words, "the name on whose behalf it was sent"));
    let change = |line: String| format!("{line}: correct it, or take the mark away");
    sentences(&found).into_iter().map(change).collect()
}

fn sentences(found: &[crate::redact::Found]) -> Vec<String> {
    found.iter().map(|one| format!("“{}” still stands in {}", one.words, one.place)).collect()
}

/// Refuses words that become public beside a revision, as the reason of a withdrawal, if what was struck stands in them.
pub(super) async fn respect_in(tools: &Tools, content: &Content, text: &str, what: &str) -> Result<()> {
    if content.redactions.is_empty() {
        return Ok(());
    }
    let texts = texts::load(tools, content).await?;
    let found = find_in_text(text, &Struck::of(content, &texts).words, what);
    if found.is_empty() { Ok(()) } else { Err(Error::Refused(sentences(&found).join("\n"))) }
}

/// The digest of a text that marks are made in.
fn digest_of(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}

/// Adds marks of another content that this one has not; places on pages only where it has the file. Gives the marked words.
pub(super) fn carry_marks(from: &Content, into: &mut Content) -> Vec<(PartRef, Span)> {
    let new: Vec<Redaction> = from.redactions.iter().filter(|one| !into.redactions.contains(one)).cloned().collect();
    let places = new.iter().map(|one| (one.part.clone(), one.span)).collect();
    into.redactions.extend(new);
    let is_new = |one: &&Area| into.parts.contains(&one.part) && !into.areas.contains(one);
    let areas: Vec<Area> = from.areas.iter().filter(is_new).cloned().collect();
    into.areas.extend(areas);
    places
}

impl PartText {
    /// What is published of it with these spans struck, and how many places that were.
    fn cleaned(&self, spans: &[Span]) -> (String, u32) {
        let mark = crate::redact::mark(crate::language::detect(&self.whole));
        let (mut pieces, mut count) = (Vec::new(), 0);
        for piece in &self.public {
            let (text, struck) = clean_text(&self.slice(*piece), piece.start, spans, mark);
            pieces.push(text);
            count += struck;
        }
        (pieces.join("\n"), count)
    }
}
