//! What came out of one attachment, and the words that the service and the extractor child say to each other.

use super::Problem;
use super::message::ParsedMessage;
use serde::{Deserialize, Serialize};

/// What a segment is of its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SegmentKind {
    Page,
    Slide,
    Paragraphs,
    Body,
}

/// A numbered run of text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// From 1 within its document.
    pub number: u32,
    pub kind: SegmentKind,
    pub text: String,
}

/// How reading one attachment ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "status")]
pub enum Extracted {
    Text {
        segments: Vec<Segment>,
    },
    /// Opening needs a password.
    Locked,
    /// Readable, but it holds no text (a scan, a picture).
    NoText,
    /// In words for a person.
    Unreadable {
        reason: String,
    },
}

/// What came out of one attachment, with what made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extraction {
    #[serde(flatten)]
    pub extracted: Extracted,
    /// Engine and version, as `hayro 0.9`.
    pub extractor: String,
    /// Title in the document's own metadata or first heading.
    pub title: Option<String>,
    pub problems: Vec<Problem>,
}

impl Extraction {
    /// An extraction that ended with a reason, in words for a person.
    pub fn unreadable(extractor: &str, reason: impl Into<String>) -> Self {
        let extracted = Extracted::Unreadable { reason: reason.into() };
        Self { extracted, extractor: extractor.into(), title: None, problems: Vec::new() }
    }

    /// The closed word for scripts: `text`, `locked`, `no-text`, `unreadable`.
    pub fn status(&self) -> &'static str {
        match self.extracted {
            Extracted::Text { .. } => "text",
            Extracted::Locked => "locked",
            Extracted::NoText => "no-text",
            Extracted::Unreadable { .. } => "unreadable",
        }
    }

    /// Its segments, none if there is no text.
    pub fn segments(&self) -> &[Segment] {
        match &self.extracted {
            Extracted::Text { segments } => segments,
            Extracted::Locked | Extracted::NoText | Extracted::Unreadable { .. } => &[],
        }
    }

    /// The whole text: the segments joined by one line feed. Evidence offsets count characters of this text.
    pub fn text(&self) -> String {
        let texts: Vec<&str> = self.segments().iter().map(|segment| segment.text.as_str()).collect();
        texts.join("\n")
    }
}

/// What the service asks of the extractor child. `Load` is followed by `size_bytes` raw bytes on the pipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "ask")]
pub enum Request {
    /// Take these bytes as the message that the next requests are about.
    Load {
        size_bytes: u64,
    },
    Parse,
    /// The text of the part with this path.
    Extract {
        path: String,
    },
    /// The decoded bytes of the part with this path.
    Bytes {
        path: String,
    },
}

/// What the extractor child answers. `Bytes` is followed by `size_bytes` raw bytes on the pipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "answer")]
pub enum Response {
    Loaded,
    Parsed {
        message: Box<ParsedMessage>,
    },
    Extracted {
        extraction: Extraction,
    },
    Bytes {
        size_bytes: u64,
    },
    /// No such part, or nothing is loaded.
    Refused {
        reason: String,
    },
}
