//! What came out of one attachment: its text in numbered segments, how it was read, and what lies hidden in it.

use super::{Finding, Problem};
use serde::{Deserialize, Serialize};

/// What the number of a segment counts in its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SegmentKind {
    Page,
    Slide,
    Sheet,
    /// The number is that of the first paragraph.
    Paragraphs,
    /// A picture inside a document, recognised.
    Picture,
    /// The text has no smaller parts that a person could count.
    Body,
}

/// What a segment is in its document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    #[default]
    Text,
    Table,
    TextBox,
    /// A footnote or an endnote.
    Footnote,
    /// A speaker's notes to a slide.
    Notes,
    /// What stands above or below every page.
    HeaderFooter,
    /// A remark of a reader or author; not part of the text.
    Comment,
    /// Deleted under change tracking; not part of the text.
    Deleted,
    /// Text that a reader of the document does not see; not part of the text.
    Hidden,
    /// Recognised from a picture so badly that no word is sure; for a person to compare, not part of the text.
    Doubtful,
}

impl Role {
    /// Whether the words count as what the document says: only these are classified and published as text.
    pub fn is_said(self) -> bool {
        match self {
            Self::Text | Self::Table | Self::TextBox | Self::Footnote | Self::Notes => true,
            Self::HeaderFooter | Self::Comment | Self::Deleted | Self::Hidden | Self::Doubtful => false,
        }
    }

    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Table => "table",
            Self::TextBox => "text-box",
            Self::Footnote => "footnote",
            Self::Notes => "notes",
            Self::HeaderFooter => "header-footer",
            Self::Comment => "comment",
            Self::Deleted => "deleted",
            Self::Hidden => "hidden",
            Self::Doubtful => "doubtful",
        }
    }

    fn is_text(&self) -> bool {
        *self == Self::Text
    }
}

/// A numbered run of text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// From 1 within its document; what it counts is in `kind`. Segments of different roles may share a number.
    pub number: u32,
    pub kind: SegmentKind,
    #[serde(default, skip_serializing_if = "Role::is_text")]
    pub role: Role,
    pub text: String,
    /// ISO 639-1 code of one of the six languages of the UN, `other` or `uncertain`; empty where nobody looked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
}

impl Segment {
    /// A segment of ordinary text.
    pub fn new(number: u32, kind: SegmentKind, text: impl Into<String>) -> Self {
        Self { number, kind, role: Role::Text, text: text.into(), language: String::new() }
    }

    /// The same segment in another role.
    pub fn with_role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }
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

/// Where the title of a document was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TitleSource {
    /// The document's own properties.
    Metadata,
    /// Its first heading.
    Heading,
}

impl TitleSource {
    /// The word for lists: `document`, `heading`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Metadata => "document",
            Self::Heading => "heading",
        }
    }
}

/// The title of a document, with its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredTitle")]
pub struct Title {
    pub text: String,
    pub source: TitleSource,
}

/// Titles were stored as a bare text once.
#[derive(Deserialize)]
#[serde(untagged)]
enum StoredTitle {
    Bare(String),
    Sourced { text: String, source: TitleSource },
}

impl From<StoredTitle> for Title {
    fn from(stored: StoredTitle) -> Self {
        match stored {
            StoredTitle::Bare(text) => Self { text, source: TitleSource::Metadata },
            StoredTitle::Sourced { text, source } => Self { text, source },
        }
    }
}

/// Whether the text of a page that one engine gave can be text at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gate {
    Passed,
    /// No words.
    Empty,
    /// More than a tenth of the glyphs have no known character.
    Unmapped,
    /// More than a tenth of the characters are of no language.
    Garbage,
    /// The engine broke on the page or the file.
    Failed,
}

/// Whether the text layer of a scanned page says what its picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// Nobody compared them, or the picture is too hard to read.
    NotCompared,
    /// Recognition reads the same words.
    Same,
    /// The picture shows other lines: those that only the layer has are hidden text.
    Another,
}

/// How one page of a PDF, or a picture, was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageReading {
    /// From 1.
    pub number: u32,
    /// A page, or a picture inside a document without pages.
    #[serde(default = "page", skip_serializing_if = "is_page")]
    pub kind: SegmentKind,
    /// The engine whose text was kept, with its version, as `hayro 0.9`, `tesseract 5.3.0 (eng)`; empty: none gave any.
    pub engine: String,
    /// What the gate says of the text that was kept.
    pub gate: Gate,
    /// Word F1, from 0 to 1, between the two engines that read the text layer, or between a scanner's layer and the words
    /// recognised in its picture; `None`: there was only one text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<f64>,
    /// Mean confidence of the recognised words, from 0 to 100; `None`: the page was not recognised from its picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// Set if its text is the layer that a scanner lays under or over the picture of the page: nobody sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<Layer>,
    /// Words that only a scanner's layer has, or only its picture, where the rest is the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differing: Vec<String>,
    /// True: words may stand in a picture on it, and recognition is still due.
    #[serde(default, skip_serializing_if = "is_false")]
    pub awaits_recognition: bool,
}

fn page() -> SegmentKind {
    SegmentKind::Page
}

// serde hands out references.
#[expect(clippy::trivially_copy_pass_by_ref)]
fn is_page(kind: &SegmentKind) -> bool {
    *kind == SegmentKind::Page
}

// serde hands out references.
#[expect(clippy::trivially_copy_pass_by_ref)]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// What lists say of an extraction, without its text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remarks {
    pub extractor: String,
    /// Why it could not be read.
    pub reason: Option<String>,
    /// How many pages say how they were read.
    pub pages: usize,
    /// Of the recognised page that is least sure, from 0 to 100.
    pub confidence: Option<f64>,
    pub problems: Vec<Problem>,
    pub findings: Vec<Finding>,
}

/// What came out of one attachment, with what made it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Extraction {
    #[serde(flatten)]
    pub extracted: Extracted,
    /// Engine and version, as `hayro 0.9`; several are joined by ` + `.
    pub extractor: String,
    pub title: Option<Title>,
    pub problems: Vec<Problem>,
    /// What lies hidden in the file.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// For PDF and pictures: how each page was read.
    #[serde(default)]
    pub pages: Vec<PageReading>,
}

impl Extraction {
    /// An extraction without titles, problems, findings and pages.
    pub fn new(extractor: &str, extracted: Extracted) -> Self {
        Self {
            extracted,
            extractor: extractor.into(),
            title: None,
            problems: Vec::new(),
            findings: Vec::new(),
            pages: Vec::new(),
        }
    }

    /// An extraction that ended with a reason, in words for a person.
    pub fn unreadable(extractor: &str, reason: impl Into<String>) -> Self {
        Self::new(extractor, Extracted::Unreadable { reason: reason.into() })
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

    /// The whole text: the segments joined by one line feed, comments and deletions included. Evidence offsets count
    /// characters of this text.
    pub fn text(&self) -> String {
        let texts: Vec<&str> = self.segments().iter().map(|segment| segment.text.as_str()).collect();
        texts.join("\n")
    }

    /// What the document says: without comments, deletions and hidden text. Only this may be published as text.
    pub fn said_text(&self) -> String {
        let said = self.segments().iter().filter(|segment| segment.role.is_said());
        said.map(|segment| segment.text.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// What lists say of it.
    pub fn remarks(&self) -> Remarks {
        let sure = self.pages.iter().filter_map(|page| page.confidence);
        Remarks {
            extractor: self.extractor.clone(),
            reason: match &self.extracted {
                Extracted::Unreadable { reason } => Some(reason.clone()),
                Extracted::Text { .. } | Extracted::Locked | Extracted::NoText => None,
            },
            pages: self.pages.iter().filter(|page| page.kind == SegmentKind::Page).count(),
            confidence: sure.min_by(f64::total_cmp),
            problems: self.problems.clone(),
            findings: self.findings.clone(),
        }
    }

    /// Numbers of the pages whose words stand in pictures that were not recognised yet.
    pub fn pages_awaiting_recognition(&self) -> Vec<u32> {
        self.pages.iter().filter(|page| page.awaits_recognition).map(|page| page.number).collect()
    }
}
