//! Odd things that we saw and carried on past. Data for the reviewer, never a log line alone.

use serde::{Deserialize, Serialize};

/// Something odd about a message or a part: a closed code and one sentence for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub code: ProblemCode,
    /// One sentence, in words for a person; may quote what was odd.
    pub detail: String,
}

impl Problem {
    /// A problem with its sentence.
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

/// The closed list of problems; scripts rely on the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemCode {
    /// No From field, or none that names an address (RFC 5322 3.6.2).
    NoSender,
    /// No Date field, or one that is no date (RFC 5322 3.6.1).
    NoDate,
    /// No Message-ID field (RFC 5322 3.6.4).
    NoMessageId,
    /// Another message with the same Message-ID has other content.
    SameMessageIdOtherContent,
    /// Probably the same message as another one: only a footer or the like differs. A person decides.
    ProbablySameMessage,
    /// The MIME structure is damaged: a missing boundary, a part cut short.
    BrokenStructure,
    /// The declared charset is wrong, unknown or missing; the text was decoded by a guess.
    WrongCharset,
    /// The claimed type of a part is not what its content is.
    TypeMismatch,
    /// A file name was missing or unsafe and is shown in another form.
    OddFileName,
    /// The plain and the HTML form of the body say different things.
    BodiesDiffer,
    /// Text was longer than the limit and is kept only up to it.
    TextCut,
    /// There are more parts or levels than the limit; the rest is listed, not read.
    TooManyParts,
    /// The message was found in a junk folder.
    FoundInJunk,
    /// A part could not be read.
    PartUnreadable,
    /// The mail links to a file elsewhere in place of bringing it; that content was not received.
    ContentElsewhere,
    /// A page was recognised from its picture, but so badly that a person should read it by eye.
    ScanHardToRead,
    /// A program that reading this part needs is not installed; it is read again once it is there.
    ProgramMissing,
    /// An archive is too large, too deep or too full to be unpacked as a whole.
    ArchiveCut,
    /// ClamAV would not scan a file.
    NotScanned,
    /// The mail lies inside an S/MIME signature that nobody checked.
    SignedNotVerified,
    /// The HTML form of the body holds words that its reader does not see; they were left out.
    HiddenWords,
    /// The receiving server says that the sender's address is not proven, and it should be.
    SenderNotProven,
    /// The sender's name is like that of the secretariat or of a State, and the address is not.
    NameImitates,
    /// Answers would go to somebody else than the sender.
    ReplyElsewhere,
    /// The sender hands on what somebody else wrote: the submitter may be another one.
    HandedOn,
}

impl ProblemCode {
    /// All codes, in the order of the manual.
    pub const ALL: [Self; 25] = [
        Self::NoSender,
        Self::NoDate,
        Self::NoMessageId,
        Self::SameMessageIdOtherContent,
        Self::ProbablySameMessage,
        Self::BrokenStructure,
        Self::WrongCharset,
        Self::TypeMismatch,
        Self::OddFileName,
        Self::BodiesDiffer,
        Self::TextCut,
        Self::TooManyParts,
        Self::FoundInJunk,
        Self::PartUnreadable,
        Self::ContentElsewhere,
        Self::ScanHardToRead,
        Self::ProgramMissing,
        Self::ArchiveCut,
        Self::NotScanned,
        Self::SignedNotVerified,
        Self::HiddenWords,
        Self::SenderNotProven,
        Self::NameImitates,
        Self::ReplyElsewhere,
        Self::HandedOn,
    ];

    /// Whether a person has to look before the mail goes on.
    pub fn holds(self) -> bool {
        matches!(self, Self::SenderNotProven | Self::NameImitates | Self::ReplyElsewhere)
    }
}
