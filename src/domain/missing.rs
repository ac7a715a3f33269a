//! What a mail speaks of and did not bring: a link in a file's place, a locked file, an encrypted mail, a file without text.
//! Values only; nothing here fetches anything, and no value holds a password.

use super::MessageId;
use serde::{Deserialize, Serialize};

/// Why content was not received.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lack {
    /// It lies at a service for files; the mail has a link.
    Elsewhere,
    /// Opening the file needs a password.
    Locked,
    /// The mail itself is encrypted.
    Encrypted,
    /// The file is damaged or of a kind that Pouch does not read.
    Unreadable,
    /// The file holds no text: an empty scan.
    NoText,
}

impl Lack {
    /// All of them, in the order of the manual.
    pub const ALL: [Self; 5] = [Self::Elsewhere, Self::Locked, Self::Encrypted, Self::Unreadable, Self::NoText];

    /// The word in lists and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Elsewhere => "elsewhere",
            Self::Locked => "locked",
            Self::Encrypted => "encrypted",
            Self::Unreadable => "unreadable",
            Self::NoText => "no-text",
        }
    }

    /// Whether a person can do what Pouch cannot: the bytes are here, and an eye may read them.
    pub fn may_be_read_by_eye(self) -> bool {
        match self {
            Self::Unreadable | Self::NoText => true,
            Self::Elsewhere | Self::Locked | Self::Encrypted => false,
        }
    }
}

/// One thing that was not received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    pub lack: Lack,
    /// `body`, or the path of the file or of the attached message whose text has the link.
    pub part: String,
    /// The service, or the file as it is called in the mail.
    pub name: String,
    /// For `elsewhere`: the address, as text that nothing opens.
    pub link: Option<String>,
    /// The same mail gives a password or a code for it.
    #[serde(default)]
    pub code_given: bool,
}

impl Missing {
    /// In a sentence for staff; the link only if they want to see it.
    pub fn words(&self, with_link: bool) -> String {
        let link = self.link.as_ref().filter(|_| with_link).map(|link| format!(" ({link})")).unwrap_or_default();
        let code = if self.code_given { "; the mail gives a password or code for it" } else { "" };
        let name = &self.name;
        match self.lack {
            Lack::Elsewhere => format!("a file lies at {name}{link}, the mail only links to it{code}"),
            Lack::Locked => format!("{name} is locked with a password{code}"),
            Lack::Encrypted => format!("{name} is encrypted"),
            Lack::Unreadable => format!("{name} could not be read"),
            Lack::NoText => format!("{name} holds no text"),
        }
    }
}

/// What the text of a mail says of how its content comes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Delivery {
    /// Links in place of files, and encrypted texts.
    pub missing: Vec<Missing>,
    /// It tells a password or a code; which one, nobody notes.
    pub gives_code: bool,
    /// What the sender wrote is so short that it can only go with something.
    pub is_note: bool,
}

/// Of which message something is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lacking {
    pub message: MessageId,
    #[serde(flatten)]
    pub what: Missing,
}

/// How much of an input's content was received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Received {
    #[default]
    All,
    Partly,
    Nothing,
}

impl Received {
    /// All of them, in the order of the manual.
    pub const ALL: [Self; 3] = [Self::All, Self::Partly, Self::Nothing];

    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Partly => "partly",
            Self::Nothing => "nothing",
        }
    }

    /// What lists say of it; empty if there is nothing to say.
    pub fn badge(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Partly => "part of the content not received",
            Self::Nothing => "content not received",
        }
    }
}
