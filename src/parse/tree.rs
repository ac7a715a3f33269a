//! The parts of a message below its body, each with a path, a name and a true type. Opens no file's content.

use super::source::{Source, loose_base64};
use super::{boundary, charset, file_name, media_type};
use crate::domain::message::{Part, PartKind};
use crate::domain::{Problem, ProblemCode};
use mail_parser::{Encoding, HeaderName, Message, MessagePart, MimeHeaders as _, PartType};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A leaf of the tree, or an attached message.
pub struct Leaf<'m> {
    /// As `2.1`.
    pub path: String,
    part: &'m MessagePart<'m>,
    /// The boundary of the multipart that it is in.
    within: Option<&'m str>,
    /// The message as it was parsed: its boundaries may be other ones, of the same length.
    parsed: &'m [u8],
    /// The message as it came.
    raw: &'m [u8],
    /// The HTML body shows it in its place.
    pub in_place: bool,
}

/// What the body is made of, and everything else.
pub struct Tree<'m> {
    pub plain: Vec<&'m MessagePart<'m>>,
    pub html: Vec<&'m MessagePart<'m>>,
    /// Plain text that stands beside the HTML, as a list's footer does: whoever reads the HTML reads it too.
    pub beside_html: Vec<&'m MessagePart<'m>>,
    pub leaves: Vec<Leaf<'m>>,
}

impl<'m> Tree<'m> {
    /// Walks a message, which came as `raw`; paths begin with `prefix`.
    pub fn of(message: &'m Message<'m>, raw: &'m [u8], prefix: &str) -> Self {
        let part = |id: &u32| message.parts.get(*id as usize);
        let is_plain = |part: &&MessagePart<'_>| matches!(part.body, PartType::Text(_));
        let is_html = |part: &&MessagePart<'_>| matches!(part.body, PartType::Html(_));
        let plain: Vec<_> = message.text_body.iter().filter_map(part).filter(is_plain).collect();
        let html: Vec<_> = message.html_body.iter().filter_map(part).filter(is_html).collect();
        let beside_html: Vec<_> = message.html_body.iter().filter_map(part).filter(is_plain).collect();
        let in_body: BTreeSet<u32> = plain.iter().chain(&html).map(|part| part.offset_header).collect();
        let shown = html.iter().filter_map(|part| part.text_contents()).collect::<String>();
        let mut tree = Self { plain, html, beside_html, leaves: Vec::new() };
        // Multiparts in multiparts without end are a known attack; each part is visited once.
        let mut due = vec![(0_u32, prefix.to_string(), None)];
        let mut seen = BTreeSet::new();
        while let Some((id, path, within)) = due.pop() {
            let Some(found) = message.parts.get(id as usize).filter(|_| seen.insert(id)) else { continue };
            if let PartType::Multipart(children) = &found.body {
                let base = if path.is_empty() || path.ends_with('.') { path } else { format!("{path}.") };
                let boundary = found.content_type().and_then(|claimed| claimed.attribute("boundary"));
                let numbered =
                    children.iter().enumerate().map(|(i, child)| (*child, format!("{base}{}", i + 1), boundary));
                due.extend(numbered.rev());
                continue;
            }
            if in_body.contains(&found.offset_header) {
                continue;
            }
            let path = if path.is_empty() || path.ends_with('.') { format!("{path}1") } else { path };
            // A header and nothing else: the empty text is its body, not a file.
            let is_empty_text = matches!(&found.body, PartType::Text(text) if text.trim().is_empty());
            if is_empty_text && found.attachment_name().is_none() {
                continue;
            }
            let cid = found.content_id().filter(|cid| !cid.is_empty());
            let in_place = cid.is_some_and(|cid| shown.contains(&format!("cid:{cid}")));
            let parsed = &message.raw_message;
            tree.leaves.push(Leaf { path, part: found, within, parsed, raw, in_place });
        }
        tree
    }
}

/// A text part as text: by its label if that fits, else by a guess, which the second value says.
pub fn text_of(part: &MessagePart<'_>, raw: &[u8]) -> (String, bool) {
    let text = part.text_contents().unwrap_or_default();
    if !part.is_encoding_problem && !charset::is_suspect(text) {
        return (text.to_string(), false);
    }
    let sent = raw.get(part.offset_body as usize..part.offset_end as usize).unwrap_or_default();
    let bytes = match part.encoding {
        Encoding::None => Some(sent.to_vec()),
        Encoding::Base64 => mail_parser::decoders::base64::base64_decode(sent),
        Encoding::QuotedPrintable => mail_parser::decoders::quoted_printable::quoted_printable_decode(sent),
    };
    let label = part.content_type().and_then(|claimed| claimed.attribute("charset"));
    match bytes {
        Some(bytes) => charset::decode(&bytes, label),
        None => (text.to_string(), true),
    }
}

impl Leaf<'_> {
    /// The decoded bytes.
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        match self.parsed_bytes() {
            // What stands in the message as it is, is taken from it as it came.
            Cow::Borrowed(bytes) => match Source::piece_of(self.parsed, bytes) {
                Some(Source::Range(range)) if range.end <= self.raw.len() => Cow::Borrowed(&self.raw[range]),
                _ => Cow::Borrowed(bytes),
            },
            owned @ Cow::Owned(_) => owned,
        }
    }

    fn parsed_bytes(&self) -> Cow<'_, [u8]> {
        match &self.part.body {
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => match self.broken_base64(bytes) {
                Some(decoded) => Cow::Owned(decoded),
                None => Cow::Borrowed(bytes),
            },
            PartType::Text(text) | PartType::Html(text) => {
                let sent = self.sent_bytes().unwrap_or(Cow::Borrowed(text.as_bytes()));
                self.broken_base64(&sent).map_or(sent, Cow::Owned)
            }
            PartType::Message(message) => {
                let root = message.parts.first();
                let range = root.map(|root| root.offset_header as usize..root.offset_end as usize);
                // A message in base64 was decoded into bytes of its own.
                let bytes = range.and_then(|range| message.raw_message.get(range)).unwrap_or(&message.raw_message);
                // The library takes the delimiter after a message that is a multipart itself for a piece of it.
                let is_encoded = self.part.encoding != Encoding::None;
                let within = self.within.filter(|_| !is_encoded);
                Cow::Borrowed(within.map_or(bytes, |boundary| boundary::before(bytes, boundary)))
            }
            PartType::Multipart(_) => Cow::Borrowed(&[]),
        }
    }

    /// Base64 that breaks off or holds foreign characters: what can be decoded of it.
    fn broken_base64(&self, undecoded: &[u8]) -> Option<Vec<u8>> {
        let claimed =
            self.part.content_transfer_encoding().is_some_and(|one| one.trim().eq_ignore_ascii_case("base64"));
        if !claimed || self.part.encoding == Encoding::Base64 && !self.part.is_encoding_problem {
            return None;
        }
        loose_base64(undecoded)
    }

    /// How its bytes come out of the message's bytes; what no rule gives back is held.
    pub fn source(&self, bytes: &[u8]) -> Source {
        if let Some(source) = Source::piece_of(self.raw, bytes) {
            return source;
        }
        let range = self.part.offset_body as usize..self.part.offset_end as usize;
        let mut rules =
            [Source::Base64(range.clone()), Source::LooseBase64(range.clone()), Source::QuotedPrintable(range.clone())]
                .into_iter();
        let rule = match self.part.encoding {
            Encoding::QuotedPrintable => rules.nth(2),
            Encoding::Base64 if !self.part.is_encoding_problem => rules.next(),
            Encoding::Base64 | Encoding::None => rules.nth(1),
        };
        let fits = rule.filter(|rule| *rule.bytes(self.raw) == *bytes);
        fits.unwrap_or_else(|| Source::Held(Arc::new(bytes.to_vec())))
    }

    /// A text file as it was sent: its digest must be that of the sender's file, not of our decoding.
    fn sent_bytes(&self) -> Option<Cow<'_, [u8]>> {
        let sent = self.raw.get(self.part.offset_body as usize..self.part.offset_end as usize)?;
        match self.part.encoding {
            Encoding::None => Some(Cow::Borrowed(sent)),
            Encoding::Base64 => mail_parser::decoders::base64::base64_decode(sent).map(Cow::Owned),
            Encoding::QuotedPrintable => {
                mail_parser::decoders::quoted_printable::quoted_printable_decode(sent).map(Cow::Owned)
            }
        }
    }

    /// Whether it is an attached message, also one sent as a file of another type.
    pub fn is_message(&self) -> bool {
        match &self.part.body {
            PartType::Message(_) => true,
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
                let named = self.name().is_some_and(|name| name.to_lowercase().ends_with(".eml"));
                let claimed = self.claimed_type();
                (named || claimed == "message/rfc822") && media_type::looks_like_message(bytes)
            }
            PartType::Text(_) | PartType::Html(_) | PartType::Multipart(_) => false,
        }
    }

    fn claims_encoding(&self) -> bool {
        let claimed = self.part.content_transfer_encoding().unwrap_or_default().trim().to_ascii_lowercase();
        matches!(claimed.as_str(), "base64" | "quoted-printable")
    }

    /// The media type as claimed, lower case.
    pub fn claimed_type(&self) -> String {
        let claimed = self.part.content_type().map(|one| match &one.c_subtype {
            Some(subtype) => format!("{}/{subtype}", one.c_type),
            None => one.c_type.to_string(),
        });
        claimed.unwrap_or_else(|| "text/plain".into()).to_ascii_lowercase().chars().take(200).collect()
    }

    /// The file name as claimed, decoded.
    pub fn name(&self) -> Option<String> {
        let fields = [(HeaderName::ContentDisposition, "filename"), (HeaderName::ContentType, "name")];
        let claimed = fields.into_iter().find_map(|(name, key)| {
            let field = self.part.headers.iter().find(|one| one.name == name)?;
            let sent = self.raw.get(field.offset_start as usize..field.offset_end as usize)?;
            file_name::claimed(sent, key)
        });
        let name = claimed.or_else(|| self.part.attachment_name().map(str::to_string))?;
        let shown: String = name.chars().filter(|c| !c.is_control()).take(255).collect();
        (!shown.trim().is_empty()).then_some(shown)
    }

    /// What is odd about it.
    pub fn note_problems(&self, part: &Part, bytes: &[u8], problems: &mut Vec<Problem>) {
        let shown = part.name.clone().unwrap_or_else(|| format!("part {}", part.path));
        let by_machine = ["message/", "text/"].iter().any(|kind| part.claimed_type.starts_with(kind))
            || media_type::SIGNATURES.contains(&part.media_type.as_str());
        if part.name.is_none() && part.kind == PartKind::Attachment && !by_machine {
            let detail = format!("Part {} has no usable file name.", part.path);
            problems.push(Problem::new(ProblemCode::OddFileName, detail));
        }
        let unsafe_sign = |c: char| matches!(c, '/' | '\\' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if part.name.as_ref().is_some_and(|name| name.contains(unsafe_sign)) {
            let detail = format!("The name of part {} holds signs that no file name should have.", part.path);
            problems.push(Problem::new(ProblemCode::OddFileName, detail));
        }
        let damaged = self.part.is_encoding_problem && self.claims_encoding();
        if !damaged && media_type::contradicts(&part.claimed_type, &part.media_type) {
            let detail = format!("{shown} claims to be {}, but its content is {}.", part.claimed_type, part.media_type);
            problems.push(Problem::new(ProblemCode::TypeMismatch, detail));
        }
        if bytes.is_empty() && part.kind == PartKind::Attachment {
            problems.push(Problem::new(ProblemCode::PartUnreadable, format!("{shown} is empty.")));
        } else if damaged {
            let detail = format!("{shown} is damaged: its encoding breaks off or holds foreign characters.");
            problems.push(Problem::new(ProblemCode::BrokenStructure, detail));
        }
    }
}

/// Notes a multipart whose boundary never closes: the mail was cut short on its way, or badly made.
pub fn note_broken_structure(message: &Message<'_>, problems: &mut Vec<Problem>) {
    for part in &message.parts {
        if !matches!(part.body, PartType::Multipart(_)) {
            continue;
        }
        let boundary = part.content_type().and_then(|claimed| claimed.attribute("boundary"));
        let closing = boundary.map(|boundary| format!("--{boundary}--").into_bytes());
        let is_closed = closing.is_some_and(|closing| memmem(&message.raw_message, &closing));
        if !is_closed {
            let detail = "The mail's parts are not closed as they should be; it may be cut short.";
            problems.push(Problem::new(ProblemCode::BrokenStructure, detail));
            return;
        }
    }
}

fn memmem(hay: &[u8], needle: &[u8]) -> bool {
    // From the end: a closing boundary stands there.
    hay.windows(needle.len()).rev().any(|window| window == needle)
}
