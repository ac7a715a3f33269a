//! What `classify` says of a message: its kind, who speaks, and which recommendations it speaks to, with evidence.

use super::Digest;
use super::message::Span;
use serde::{Deserialize, Serialize};

/// What kind of mail it is; the closed list for scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessageKind {
    Submission,
    Query,
    Registration,
    /// Asks to take an earlier input back.
    Withdrawal,
    /// Brings a new version of an earlier input, or asks to change it.
    Correction,
    /// Asks to disregard a mail that was sent by mistake, as Outlook's "recall" does.
    Recall,
    AutoReply,
    Bounce,
    Spam,
    Personal,
    Acknowledgement,
    Newsletter,
    Calendar,
    /// The classifier does not say.
    Unknown,
}

impl MessageKind {
    /// All kinds, in the order of the manual.
    pub const ALL: [Self; 14] = [
        Self::Submission,
        Self::Query,
        Self::Registration,
        Self::Withdrawal,
        Self::Correction,
        Self::Recall,
        Self::AutoReply,
        Self::Bounce,
        Self::Spam,
        Self::Personal,
        Self::Acknowledgement,
        Self::Newsletter,
        Self::Calendar,
        Self::Unknown,
    ];

    /// Those that the model of kinds learns, in its order: all that say something.
    pub const LEARNT: &[Self] = match Self::ALL.split_last() {
        Some((_, learnt)) => learnt,
        None => &[],
    };

    /// The word in tables, JSON and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Submission => "submission",
            Self::Query => "query",
            Self::Registration => "registration",
            Self::Withdrawal => "withdrawal",
            Self::Correction => "correction",
            Self::Recall => "recall",
            Self::AutoReply => "auto-reply",
            Self::Bounce => "bounce",
            Self::Spam => "spam",
            Self::Personal => "personal",
            Self::Acknowledgement => "acknowledgement",
            Self::Newsletter => "newsletter",
            Self::Calendar => "calendar",
            Self::Unknown => "unknown",
        }
    }
}

/// The kind of body that speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubmitterKind {
    Business,
    Ngo,
    Academia,
    TechnicalCommunity,
    Coalition,
    /// Intergovernmental organization.
    Igo,
    State,
    Individual,
    #[default]
    Unknown,
}

impl SubmitterKind {
    /// All kinds, in the order of the manual.
    pub const ALL: [Self; 9] = [
        Self::Business,
        Self::Ngo,
        Self::Academia,
        Self::TechnicalCommunity,
        Self::Coalition,
        Self::Igo,
        Self::State,
        Self::Individual,
        Self::Unknown,
    ];

    /// The word in tables, JSON and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Business => "business",
            Self::Ngo => "ngo",
            Self::Academia => "academia",
            Self::TechnicalCommunity => "technical-community",
            Self::Coalition => "coalition",
            Self::Igo => "igo",
            Self::State => "state",
            Self::Individual => "individual",
            Self::Unknown => "unknown",
        }
    }
}

/// Who speaks, as claimed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submitter {
    pub name: String,
    pub kind: SubmitterKind,
    /// For whom they speak, where a person noted that; what was written before has the digest that it had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
}

/// Where an assignment stands in the source: always checked against the source text before it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The words, verbatim.
    pub quote: String,
    /// `body`, or the path of the attachment (`2`, `2.1`, `2.body`).
    pub part: String,
    /// Of the part's decoded bytes; for a body, of its text.
    pub digest: Digest,
    /// Number of the segment (page, slide) that it begins in.
    pub segment: u32,
    /// In characters of the part's whole text.
    #[serde(flatten)]
    pub span: Span,
}

/// A place where the input cites a document, or a paragraph of one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredCitation")]
pub struct Citation {
    /// The words, verbatim.
    pub text: String,
    /// `body`, or the path of the attachment; empty where an older version noted words alone.
    pub part: String,
    /// Number of the segment (page, slide) that it stands in.
    pub segment: u32,
    /// In characters of the part's whole text.
    #[serde(flatten)]
    pub span: Span,
    /// Symbol of the document, or the name of what has none; `None`: the words do not say which one.
    pub document: Option<String>,
    /// As `55`, `55-57`, `13(h)`, `Annex B`, `section G`, `CBM 6`, `recommendation 4`; empty: the document as a whole.
    pub paragraphs: Vec<String>,
    /// The recommendation that the paragraph is, by a number that a person verified.
    pub recommendation: Option<String>,
}

impl Citation {
    /// As `A/78/265, 55-57`.
    pub fn place(&self) -> String {
        let document = self.document.as_deref().unwrap_or("document unknown");
        std::iter::once(document).chain(self.paragraphs.iter().map(String::as_str)).collect::<Vec<_>>().join(", ")
    }
}

/// A citation as it is stored; older versions stored its words alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum StoredCitation {
    Words(String),
    Whole {
        text: String,
        part: String,
        segment: u32,
        start: usize,
        end: usize,
        document: Option<String>,
        paragraphs: Vec<String>,
        recommendation: Option<String>,
    },
}

impl From<StoredCitation> for Citation {
    fn from(stored: StoredCitation) -> Self {
        match stored {
            StoredCitation::Words(text) => Self { text, ..Self::default() },
            StoredCitation::Whole { text, part, segment, start, end, document, paragraphs, recommendation } => {
                Self { text, part, segment, span: Span { start, end }, document, paragraphs, recommendation }
            }
        }
    }
}

/// "This text speaks to recommendation N", as the classifier proposes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProposedAssignment {
    /// Id in the catalogue.
    pub recommendation: String,
    /// From 0 to 1.
    pub confidence: f64,
    /// One to three quotes.
    pub evidence: Vec<Evidence>,
}

/// A text that the classifier reads: a body or an attachment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextPart {
    /// `body`, or the path of the attachment.
    pub path: String,
    pub name: Option<String>,
    pub digest: Digest,
    pub segments: Vec<super::extraction::Segment>,
    /// What counts as the sender's own words, in characters of the joined text; `None`: all of it.
    pub own: Option<Vec<Span>>,
    /// Title in the document's own metadata or first heading.
    pub title: Option<super::extraction::Title>,
}

/// What `classify` says. Pure: the same input and version give the same answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Classification {
    pub kind: MessageKind,
    /// How sure the kind is, from 0 to 1.
    pub kind_confidence: f64,
    /// Why this kind, with a quote where there is one; in words for a person.
    pub reason: String,
    /// True: the classifier is not sure enough of the kind; a person has to look.
    pub unsure: bool,
    /// What else it is, if it is two things at once: a submission that asks something, too.
    #[serde(default)]
    pub also: Option<MessageKind>,
    /// The sentence that says that it corrects or replaces something.
    #[serde(default)]
    pub correction: Option<String>,
    /// The sentence that says that it brings a piece that was missing.
    #[serde(default)]
    pub annex: Option<String>,
    /// The sentence that says that the sender hands on what somebody else wrote.
    #[serde(default)]
    pub handed_on: Option<String>,
    pub submitter: Submitter,
    pub title: String,
    /// Where the title was taken from: `document`, `heading`, `subject`, `file-name`.
    pub title_source: String,
    /// ISO 639-1 codes of the substantive text, main one first; `other` and `uncertain` are answers.
    pub languages: Vec<String>,
    /// The language of each text part, by path.
    pub part_languages: Vec<(String, String)>,
    /// Only those at or above the line; empty means "none found".
    pub assignments: Vec<ProposedAssignment>,
    /// What the sender asks for besides being read.
    #[serde(default)]
    pub wishes: Vec<super::wish::Wish>,
    /// Links in place of files, encrypted texts, and whether it tells a password.
    #[serde(default)]
    pub delivery: super::missing::Delivery,
    /// Documents and paragraphs that it names, whether or not they are of the report that was asked about.
    pub citations: Vec<Citation>,
    /// Name and version, as `linear-1`.
    pub classifier: String,
}
