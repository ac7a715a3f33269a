//! What lies hidden in a file and must be known before it becomes public. Values for a person; never judges them.

use serde::{Deserialize, Serialize};

/// Something hidden in a file: a closed code and one sentence for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub code: FindingCode,
    /// One sentence, in words for a person, with count and place where there are any: "2 comments by A. Writer."
    pub detail: String,
}

impl Finding {
    /// A finding with its sentence.
    pub fn new(code: FindingCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

/// The closed list of findings; scripts rely on the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingCode {
    /// Insertions, deletions or moves that nobody accepted yet.
    TrackedChanges,
    /// Comments or annotations with text.
    Comments,
    HiddenSlide,
    HiddenSheet,
    /// Hidden rows or columns of a sheet.
    HiddenRows,
    /// Text that is there but not seen: white on white, hidden by its format, off the page, invisible ink.
    HiddenText,
    /// Text under a filled box, as when somebody drew over it to redact it.
    TextUnderBox,
    /// Names of people in the file's properties: author, last editor, manager.
    AuthorName,
    /// Where a picture was taken.
    Gps,
    /// A file inside the file.
    EmbeddedFile,
    /// A script that runs when a PDF or an HTML page is opened or used.
    JavaScript,
    /// A PDF that starts a program or opens another file; a field that asks another program for data (DDE).
    LaunchAction,
    /// Macros of an office document.
    Macros,
    /// Content that is fetched from elsewhere when the file is opened (a remote template or picture).
    RemoteContent,
    /// Rows kept behind a pivot table.
    PivotCache,
    /// The scanner for harmful software named it.
    Malware,
}

impl FindingCode {
    /// Whether a person must have seen it before the file becomes public. Nearly every file names its author: that is
    /// told, but does not stop anybody.
    pub fn stops_approval(self) -> bool {
        self != Self::AuthorName
    }

    /// All codes, in the order of the manual.
    pub const ALL: [Self; 16] = [
        Self::TrackedChanges,
        Self::Comments,
        Self::HiddenSlide,
        Self::HiddenSheet,
        Self::HiddenRows,
        Self::HiddenText,
        Self::TextUnderBox,
        Self::AuthorName,
        Self::Gps,
        Self::EmbeddedFile,
        Self::JavaScript,
        Self::LaunchAction,
        Self::Macros,
        Self::RemoteContent,
        Self::PivotCache,
        Self::Malware,
    ];
}
