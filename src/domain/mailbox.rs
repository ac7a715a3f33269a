//! Mailboxes, their UIDs and where each UID ends. Knows nothing of IMAP's wire.

use super::{Digest, MailboxId, Timestamp};
use serde::{Deserialize, Serialize};

/// What a watched folder is for its account (RFC 6154); what comes from junk says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailboxRole {
    Inbox,
    Junk,
    /// Another folder that the operator named.
    Folder,
    /// A path given to `pouch import`.
    Import,
}

impl MailboxRole {
    /// The word in tables and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::Junk => "junk",
            Self::Folder => "folder",
            Self::Import => "import",
        }
    }
}

/// The key of one copy: UIDs mean something only within one UIDVALIDITY of one mailbox (RFC 9051 2.3.1.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UidKey {
    pub mailbox: MailboxId,
    /// 32-bit, not zero; 0 only for imports.
    pub uidvalidity: u32,
    /// 32-bit from IMAP; for imports the first 52 bits of the digest.
    pub uid: u64,
}

/// Where a UID ends. `Received` is on its way: bytes are safe, parsing is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Settlement {
    /// Its bytes are in the vault; it is not parsed yet.
    Received,
    /// It made a new message.
    Taken,
    /// It is a further copy of a known message.
    Copy,
    /// The operator's rules leave it out; only UID, size and rule are kept.
    LeftOut,
    /// It cannot be fetched or read now; tried again, with the reason.
    Parked,
    /// It vanished from the server before it could be fetched.
    Gone,
}

impl Settlement {
    /// The word in tables and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Taken => "taken",
            Self::Copy => "copy",
            Self::LeftOut => "left-out",
            Self::Parked => "parked",
            Self::Gone => "gone",
        }
    }
}

/// One message as a server handed it out, its bytes already safe in the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    pub uidvalidity: u32,
    pub uid: u64,
    pub digest: Digest,
    pub size_bytes: u64,
    /// INTERNALDATE (RFC 9051 2.3.3); for imports the file's time, if known.
    pub internal_date: Option<Timestamp>,
    /// X-GM-MSGID where Gmail offers it.
    pub provider_id: Option<String>,
}

/// A UID that ended without bytes: left out, parked or gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsettled {
    /// 32-bit, as the server gave it.
    pub uid: u64,
    /// `LeftOut`, `Parked` or `Gone`; nothing else.
    pub settlement: Settlement,
    /// One sentence for a person.
    pub reason: String,
    /// RFC822.SIZE as the server claims it.
    pub size_bytes: Option<u64>,
    /// INTERNALDATE (RFC 9051 2.3.3).
    pub internal_date: Option<Timestamp>,
    /// For parked ones: when it is tried again.
    pub try_at: Option<Timestamp>,
    /// For those left out: digest of the rules that did it.
    pub rules: Option<Digest>,
}
