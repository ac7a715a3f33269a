//! What `parse` makes of a message's bytes (RFC 5322, RFC 2045). Values only; never touches the bytes again.

use super::authenticity::AuthResults;
use super::{Digest, Problem, Timestamp};
use serde::{Deserialize, Serialize};

/// One address (RFC 5322 3.4), decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Display name as claimed.
    pub name: Option<String>,
    pub address: String,
}

/// Offsets in Unicode characters (scalar values), `start` included, `end` not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

/// Where the text of a body was taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BodySource {
    Plain,
    Html,
    /// The message has no body text.
    Nothing,
}

/// The body as text. Quoted text is folded, never cut: `text` is whole and the spans say which is which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// The whole text that was chosen, with line feeds.
    pub text: String,
    pub source: BodySource,
    /// What the sender wrote, in characters of `text`, in order.
    pub own: Vec<Span>,
    /// What the sender quoted (earlier mails, the letter), in characters of `text`.
    pub quoted: Vec<Span>,
    /// The plain part as sent, decoded; kept beside the HTML one.
    pub plain: Option<String>,
    /// The HTML part as sent, decoded; never shown as markup.
    pub html: Option<String>,
    /// `text` with what a reader of the HTML part does not see, and without the lines of the other form at its end, where
    /// there are such; only tells copies of a mail from other mails, which must not depend on how well hiding is found out
    /// and forms are compared, and is not kept.
    #[serde(skip)]
    pub with_unseen: Option<String>,
}

impl Body {
    /// No text at all.
    pub fn nothing() -> Self {
        Self {
            text: String::new(),
            source: BodySource::Nothing,
            own: vec![],
            quoted: vec![],
            plain: None,
            html: None,
            with_unseen: None,
        }
    }

    /// What the sender wrote, without what they quoted.
    pub fn own_text(&self) -> String {
        let chars: Vec<char> = self.text.chars().collect();
        let own = self.own.iter().filter_map(|span| chars.get(span.start..span.end));
        own.map(|piece| piece.iter().collect::<String>()).collect::<Vec<_>>().join("\n")
    }
}

/// What a part is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartKind {
    /// A leaf file.
    Attachment,
    /// A picture that the HTML body shows and that is too small for a page, or one too small to hold words, as a logo in a
    /// signature: ranked last, never dropped.
    Inline,
    /// An attached message (message/rfc822): a message of its own inside this one.
    Message,
    /// An archive that was opened: the files in it are parts of their own, and it is none.
    Archive,
}

/// A part below the body: a leaf file, an attached message, or an archive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Numbers of the way down, from 1, as in RFC 9051 6.4.5 (`2`, `2.1`); unique in the whole tree.
    pub path: String,
    pub kind: PartKind,
    /// Decoded name as claimed (RFC 2231, RFC 2047); only for display, never a path.
    pub name: Option<String>,
    /// Media type as claimed, lower case.
    pub claimed_type: String,
    /// Media type by content.
    pub media_type: String,
    /// Of the decoded bytes.
    pub digest: Digest,
    /// Of the decoded bytes.
    pub size_bytes: u64,
    /// For attached messages: what is inside.
    pub message: Option<Box<ParsedMessage>>,
    /// For archives: what is inside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
}

impl Part {
    /// This part and all below it, depth first.
    fn with_all_below<'a>(&'a self, into: &mut Vec<&'a Self>) {
        into.push(self);
        let inside = self.message.iter().flat_map(|inner| &inner.parts).chain(&self.parts);
        inside.for_each(|part| part.with_all_below(into));
    }
}

/// Why the headers alone say that a machine wrote this (RFC 3834, 3464, 5545, 2919).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Automatic {
    /// Auto-Submitted, X-Autoreply, Precedence: auto_reply, an out-of-office subject in a known form.
    AutoReply,
    /// multipart/report delivery-status, null return path with a delivery subsystem's words.
    Bounce,
    /// text/calendar with a METHOD.
    Calendar,
}

/// What `parse` made of the bytes. Never fails as a whole: what is odd becomes a `Problem`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParsedMessage {
    /// The Message-ID as the sender claims it, without angle brackets; a hint, never a key.
    pub message_id_header: Option<String>,
    pub in_reply_to: Vec<String>,
    pub references: Vec<String>,
    pub from: Vec<Address>,
    pub reply_to: Vec<Address>,
    pub to: Vec<Address>,
    pub cc: Vec<Address>,
    pub subject: String,
    /// The Date field (RFC 5322 3.6.1).
    pub date: Option<Timestamp>,
    /// The topmost Received field's date (RFC 5321 4.4).
    pub received: Option<Timestamp>,
    /// List-Id or the like, if a list passed it on (RFC 2919).
    pub list: Option<String>,
    pub automatic: Option<(Automatic, String)>,
    /// The field that says that no machine may answer this mail (RFC 3834 2), if one does.
    #[serde(default)]
    pub unanswered: Option<String>,
    /// What servers say in it about its sender, the topmost first; anybody may have written such a field.
    #[serde(default)]
    pub authentication: Vec<AuthResults>,
    pub body: Body,
    pub parts: Vec<Part>,
    pub problems: Vec<Problem>,
    pub fingerprint: Digest,
    /// Digest of From, Date, Subject without list tags, Message-ID: equal for a copy that a list changed.
    pub kinship: Digest,
}

impl ParsedMessage {
    /// A message without any header field.
    pub fn empty(body: Body) -> Self {
        Self {
            message_id_header: None,
            in_reply_to: Vec::new(),
            references: Vec::new(),
            from: Vec::new(),
            reply_to: Vec::new(),
            to: Vec::new(),
            cc: Vec::new(),
            subject: String::new(),
            date: None,
            received: None,
            list: None,
            automatic: None,
            unanswered: None,
            authentication: Vec::new(),
            body,
            parts: Vec::new(),
            problems: Vec::new(),
            fingerprint: Digest::of(b""),
            kinship: Digest::of(b""),
        }
    }

    /// All parts of the tree, attached messages and archives included, depth first.
    pub fn all_parts(&self) -> Vec<&Part> {
        let mut all = Vec::new();
        self.parts.iter().for_each(|part| part.with_all_below(&mut all));
        all
    }
}
