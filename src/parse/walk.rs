//! The one walk through a message: every part of it gets its path here, in messages, archives and files alike. Judges no
//! content; what it does not open it still lists.

use super::budget::{Budget, MAX_ARCHIVES, MAX_LEVELS};
use super::source::{Node, Source};
use super::tree::{self, Tree};
use super::{authentication, automatic, blank_line, body, boundary, charset, headers, identity, media_type, signed};
use crate::domain::message::{BodySource, ParsedMessage, Part, PartKind};
use crate::domain::{Digest, Problem, ProblemCode};
use crate::extract::PictureSize;
use mail_parser::MessageParser;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Parts of one message that are listed; more are counted in a problem.
const MAX_PARTS: usize = 1_000;

/// Problems of packed files that are kept of a whole message.
const MAX_PROBLEMS: usize = 50;

/// A text of fewer words beside a winmail.dat says nothing.
const BARE_WORDS: usize = 8;

/// Where something lies.
#[derive(Clone, Copy, Default)]
pub struct Place {
    /// The node whose bytes it lies in; `None`: the loaded bytes.
    pub container: Option<usize>,
    /// Messages and archives around it.
    pub level: usize,
    /// Archives around it.
    pub archives: usize,
}

/// A part before it is known what is in it.
pub struct Found<'b> {
    pub path: String,
    pub kind: PartKind,
    pub name: Option<String>,
    pub claimed_type: String,
    /// The true type, where something else than the content says it.
    pub known_type: Option<&'static str>,
    pub bytes: &'b [u8],
    pub source: Source,
    pub place: Place,
}

/// A walk on its way.
#[derive(Default)]
pub struct Walk {
    nodes: Vec<Node>,
    pub budget: Budget,
    /// Of what is packed in the message, wherever it lies: the reviewer of the whole must see them.
    problems: Vec<Problem>,
    unsaid: usize,
}

impl Walk {
    /// The parts that were found.
    pub fn into_nodes(self) -> Vec<Node> {
        self.nodes
    }

    /// A message and all that is in it.
    pub fn whole(&mut self, raw: &[u8]) -> ParsedMessage {
        let mut parsed = self.message(raw, "", Place::default());
        parsed.problems.append(&mut self.take_problems());
        parsed
    }

    /// One file, as the part `1` of a message without header.
    pub fn alone(&mut self, raw: &[u8], name: &str) -> ParsedMessage {
        let mut parsed = ParsedMessage::empty(body::whole(String::new(), BodySource::Nothing));
        let part = self.file(Found {
            path: "1".into(),
            kind: PartKind::Attachment,
            name: Some(name.into()),
            claimed_type: "application/octet-stream".into(),
            known_type: None,
            bytes: raw,
            source: Source::Range(0..raw.len()),
            place: Place::default(),
        });
        parsed.parts.push(part);
        parsed.problems = self.take_problems();
        parsed
    }

    fn take_problems(&mut self) -> Vec<Problem> {
        if self.unsaid > 0 {
            let detail = format!("{} more oddities in attached archives are not listed.", self.unsaid);
            self.problems.push(Problem::new(ProblemCode::ArchiveCut, detail));
        }
        std::mem::take(&mut self.problems)
    }

    /// Notes a problem of something packed in the message.
    pub fn note(&mut self, code: ProblemCode, detail: String) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem::new(code, detail));
        } else {
            self.unsaid += 1;
        }
    }

    /// Keeps a container that is no part.
    pub fn hide(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// A message; the paths of its parts begin with `prefix`.
    pub fn message(&mut self, sent: &[u8], prefix: &str, mut place: Place) -> ParsedMessage {
        let mended = blank_line::mend(sent);
        let raw = mended.bytes.as_deref().unwrap_or(sent);
        let clear = boundary::unmistakable(raw);
        let parsed = MessageParser::default().parse(clear.as_deref().unwrap_or(raw));
        let Some(message) = parsed else { return without_structure(sent) };
        let mut problems = Vec::new();
        if mended.bytes.is_some() {
            place.container = Some(self.hide(as_mended(raw, place)));
            let detail = "The empty line between the header and the text of the mail or of a part of it is missing; it was put where the header ends.";
            problems.push(Problem::new(ProblemCode::BrokenStructure, detail));
        }
        if !mended.odd.is_empty() {
            let detail = format!(
                "A header holds words that are no header field and are shown nowhere else: \u{201c}{}\u{201d}",
                mended.odd
            );
            problems.push(Problem::new(ProblemCode::BrokenStructure, detail));
        }
        let tree = Tree::of(&message, raw, prefix);
        let body = body::body(&message, &tree, &mut problems);
        problems.extend(signed::encrypted_text(&body.text));
        let mut parsed = headers::read(&message, body, &mut problems);
        let (mut contents, mut listed) = (Vec::new(), 0);
        for leaf in tree.leaves.iter().take(MAX_PARTS) {
            if !self.budget.take_part() {
                break;
            }
            listed += 1;
            let bytes = leaf.bytes();
            let is_message = leaf.is_message();
            if is_message && place.level >= MAX_LEVELS {
                let detail =
                    format!("Attached messages go deeper than {MAX_LEVELS} levels; part {} is not opened.", leaf.path);
                problems.push(Problem::new(ProblemCode::TooManyParts, detail));
            }
            let kind = match (is_message, leaf.in_place) {
                (true, _) => PartKind::Message,
                (false, true) => PartKind::Inline,
                (false, false) => PartKind::Attachment,
            };
            let part = self.file(Found {
                path: leaf.path.clone(),
                kind,
                name: leaf.name(),
                claimed_type: leaf.claimed_type(),
                known_type: is_message.then_some("message/rfc822"),
                bytes: &bytes,
                source: leaf.source(&bytes),
                place,
            });
            leaf.note_problems(&part, &bytes, &mut problems);
            // Only what was always opened counts by what it says: fingerprints must stay what they are.
            contents.push(match &part.message {
                Some(inner) if is_message => inner.fingerprint,
                Some(_) | None => part.digest,
            });
            parsed.parts.push(part);
        }
        if tree.leaves.len() > listed {
            let detail = format!("The mail has {} parts; only the first {listed} are listed.", tree.leaves.len());
            problems.push(Problem::new(ProblemCode::TooManyParts, detail));
        }
        tree::note_broken_structure(&message, &mut problems);
        parsed.automatic = automatic::automatic(&message, &parsed);
        parsed.authentication = authentication::results(&message);
        parsed.unanswered = automatic::unanswered(&message);
        parsed.fingerprint = identity::fingerprint(&parsed, contents);
        if parsed.from.is_empty() && parsed.date.is_none() && parsed.message_id_header.is_none() {
            // Nothing says whose it is: then only equal bytes make it the same.
            parsed.fingerprint = Digest::of(sent);
        }
        parsed.kinship = identity::kinship(&parsed);
        parsed.problems = problems;
        // Not before the fingerprint is taken: it counts the mail's own text only.
        self.take_wrapped_text(&mut parsed);
        parsed
    }

    /// winmail.dat has the mail's text once more, or the only one there is; a signature is wrapped around it.
    fn take_wrapped_text(&mut self, parsed: &mut ParsedMessage) {
        for part in &mut parsed.parts {
            let is_wrapping = matches!(part.media_type.as_str(), media_type::TNEF | media_type::SIGNED);
            let Some(inner) = part.message.as_mut().filter(|_| is_wrapping) else { continue };
            let (own, wrapped) = (identity::fold(&parsed.body.text), identity::fold(&inner.body.text));
            let is_bare = own.split(' ').count() < BARE_WORDS && own.len() < wrapped.len();
            if is_bare {
                parsed.body = inner.body.clone();
            } else if !says_the_same(&own, &wrapped) {
                continue;
            }
            part.kind = PartKind::Archive;
            part.parts = std::mem::take(&mut inner.parts);
            part.message = None;
            if let Some(node) = self.nodes.iter_mut().find(|node| node.part.path == part.path) {
                node.part.kind = PartKind::Archive;
            }
        }
    }

    /// Lists a part, without what is in it.
    pub fn listed(&mut self, found: Found<'_>) -> Part {
        let Found { path, mut kind, name, claimed_type, known_type, bytes, source, place } = found;
        let media_type = match known_type {
            Some(known) => known.into(),
            None => media_type::by_content(bytes, &claimed_type, name.as_deref()),
        };
        if matches!(kind, PartKind::Attachment | PartKind::Inline) {
            kind = rank(kind, &media_type, bytes);
        }
        if kind == PartKind::Attachment && media_type == "message/rfc822" && place.level < MAX_LEVELS {
            kind = PartKind::Message;
        }
        let part = Part {
            path,
            kind,
            name,
            claimed_type,
            media_type,
            digest: Digest::of(bytes),
            size_bytes: bytes.len() as u64,
            message: None,
            parts: Vec::new(),
        };
        self.nodes.push(Node { part: part.clone(), container: place.container, source });
        part
    }

    /// Corrects what was listed of a part, once it is known better.
    pub fn settle(&mut self, part: &Part, source: Source) {
        if let Some(node) = self.nodes.iter_mut().rev().find(|node| node.part.path == part.path) {
            node.part = Part { message: None, parts: Vec::new(), ..part.clone() };
            node.source = source;
        }
    }

    /// A part and all that is in it.
    pub fn file(&mut self, found: Found<'_>) -> Part {
        let (bytes, place, at) = (found.bytes, found.place, self.nodes.len());
        let mut part = self.listed(found);
        let below = Place { container: Some(at), level: place.level + 1, archives: place.archives };
        if place.level < MAX_LEVELS {
            if part.kind == PartKind::Message {
                part.message = Some(Box::new(self.message(bytes, &format!("{}.", part.path), below)));
            } else if part.kind == PartKind::Attachment {
                self.open(&mut part, bytes, below);
            }
            self.nodes[at].part.kind = part.kind;
        } else if is_archive(&part.media_type) {
            part.kind = PartKind::Archive;
            self.nodes[at].part.kind = part.kind;
            let shown = shown(&part);
            self.note(ProblemCode::ArchiveCut, format!("{shown} was not opened, as messages and archives lie in each other deeper than {MAX_LEVELS} levels; open it by hand."));
        }
        part
    }

    /// Opens a file that contains others; one that cannot be opened stays a file, and its reader says why.
    fn open(&mut self, part: &mut Part, bytes: &[u8], below: Place) {
        if is_archive(&part.media_type) && below.archives >= MAX_ARCHIVES {
            part.kind = PartKind::Archive;
            let (shown, why) = (shown(part), super::budget::Cut::Depth.reason());
            return self
                .note(ProblemCode::ArchiveCut, format!("{shown} was not unpacked, as {why}; unpack it by hand."));
        }
        let inside = Place { archives: below.archives + 1, ..below };
        let opened = match part.media_type.as_str() {
            media_type::TNEF => {
                self.tnef(part, bytes, below);
                return;
            }
            media_type::SIGNED => return self.signed(part, bytes, below),
            kind if media_type::SIGNATURES[..2].contains(&kind) => return self.signature(part),
            "application/vnd.ms-outlook" => {
                self.msg(part, bytes, below);
                return;
            }
            "application/zip" => self.zip(part, bytes, inside),
            "application/gzip" => self.gzip(part, bytes, inside),
            "application/x-tar" => self.tar(part, bytes, inside),
            _ => None,
        };
        if let Some(parts) = opened {
            part.kind = PartKind::Archive;
            part.parts = parts;
        }
    }
}

/// Whether a part is a file or decoration. That the HTML body shows it in its place is only a hint: whoever drags a paper
/// or the photograph of a page into a mail sends a file, and a sign without a word is none, wherever it stands.
fn rank(by_place: PartKind, media_type: &str, bytes: &[u8]) -> PartKind {
    if !media_type.starts_with("image/") {
        return PartKind::Attachment;
    }
    match super::compound::guarded(|| Some(crate::extract::picture_size(bytes))) {
        Some(PictureSize::Sign) => PartKind::Inline,
        Some(PictureSize::Page) => PartKind::Attachment,
        Some(PictureSize::Middle) | None => by_place,
    }
}

/// A message with the empty lines that it lacked, as what its parts lie in.
fn as_mended(raw: &[u8], place: Place) -> Node {
    let part = Part {
        path: String::new(),
        kind: PartKind::Message,
        name: None,
        claimed_type: "message/rfc822".into(),
        media_type: "message/rfc822".into(),
        digest: Digest::of(raw),
        size_bytes: raw.len() as u64,
        message: None,
        parts: Vec::new(),
    };
    Node { part, container: place.container, source: Source::Held(Arc::new(raw.to_vec())) }
}

/// Whether most words of one text stand in the other: Outlook writes the same text twice, but never exactly.
fn says_the_same(own: &str, wrapped: &str) -> bool {
    let words =
        |text: &str| -> BTreeSet<String> { text.split_whitespace().map(str::to_lowercase).take(20_000).collect() };
    let (own, wrapped) = (words(own), words(wrapped));
    wrapped.intersection(&own).count() * 10 >= wrapped.len() * 8
}

fn is_archive(media_type: &str) -> bool {
    matches!(media_type, "application/zip" | "application/gzip" | "application/x-tar")
}

/// What a problem calls a part.
pub fn shown(part: &Part) -> String {
    match &part.name {
        Some(name) => format!("{} (part {})", name.chars().take(100).collect::<String>(), part.path),
        None => format!("Part {}", part.path),
    }
}

/// Bytes that have not even a header: all of it is text.
fn without_structure(raw: &[u8]) -> ParsedMessage {
    let text = charset::guess(raw).0;
    let detail = "These bytes have no mail header; they are shown as text.";
    let mut parsed = ParsedMessage::empty(body::whole(text, BodySource::Plain));
    // Two such messages are the same only if their bytes are.
    parsed.fingerprint = Digest::of(raw);
    parsed.kinship = parsed.fingerprint;
    parsed.problems = vec![Problem::new(ProblemCode::BrokenStructure, detail)];
    parsed
}
