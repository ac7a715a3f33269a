//! What stands on the public page, and nothing else: only approved facts may be put in here.

use super::classification::Submitter;
use super::{Digest, SubmissionId, Timestamp};
use serde::{Deserialize, Serialize};

/// One file offered on the public page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicFile {
    /// Name as claimed, for display only.
    pub label: String,
    /// Name on disk and in links: `{digest}.{safe extension}`.
    pub file_name: String,
    pub media_type: String,
    pub size_bytes: u64,
    /// Of the published bytes.
    pub digest: Digest,
    /// True: only the text of the file is published, as the type is one that browsers run.
    pub text_only: bool,
}

/// A recommendation as the public sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicRecommendation {
    pub id: String,
    pub section: String,
    /// Our working title, or the report's own once a person has confirmed the catalogue.
    pub title: String,
    /// Only if verified.
    pub paragraph: Option<String>,
}

/// Whether an input can be read or was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "status")]
pub enum PublicStatus {
    Public,
    /// The page stays and says so; every file is gone.
    Withdrawn {
        at: Timestamp,
        reason: String,
    },
}

/// One input on the public page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicInput {
    pub submission: SubmissionId,
    /// Running number of first publication, from 1; fixes which list page it stands on.
    pub number: u64,
    pub revision: u32,
    pub status: PublicStatus,
    pub title: String,
    pub submitter: Submitter,
    /// When the first copy reached a mailbox.
    pub received_at: Timestamp,
    pub published_at: Timestamp,
    /// Of the latest change to the page.
    pub updated_at: Timestamp,
    /// ISO 639-1, main one first.
    pub languages: Vec<String>,
    pub recommendations: Vec<PublicRecommendation>,
    pub files: Vec<PublicFile>,
    /// The mail's own text where the body is part of the input.
    pub body_text: Option<String>,
}

impl PublicInput {
    /// The files that may be offered: none of what was withdrawn, whatever is still stored of it.
    pub fn offered_files(&self) -> &[PublicFile] {
        match self.status {
            PublicStatus::Public => &self.files,
            PublicStatus::Withdrawn { .. } => &[],
        }
    }

    /// The mail's own text, if it may be shown.
    pub fn shown_text(&self) -> Option<&str> {
        match self.status {
            PublicStatus::Public => self.body_text.as_deref(),
            PublicStatus::Withdrawn { .. } => None,
        }
    }
}

/// What all pages share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Title of the call.
    pub title: String,
    /// Absolute address of the site with a slash at its end, if the operator set one (the feed wants it).
    pub base_url: Option<String>,
    /// Symbol and name of the report that the recommendations come from.
    pub report: String,
    /// True once a person has confirmed the catalogue; else pages say "grouped by the secretariat's working list".
    pub catalogue_confirmed: bool,
    pub recommendations: Vec<PublicRecommendation>,
    /// Titles of sections by id, in order.
    pub sections: Vec<(String, String)>,
    /// Number and hash of the sealed ledger.
    pub ledger_head: Option<(u64, Digest)>,
}

/// A file to be written under the public folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Relative path with `/`, made only of safe characters.
    pub path: String,
    pub bytes: Vec<u8>,
}
