//! What the ledger says happened. Ids, digests, closed words and commitments only: never a name, an address or a text.

use super::access::Roles;
use super::classification::MessageKind;
use super::judgement::JudgedAct;
use super::letter::{LetterKind, LetterState};
use super::mailbox::{Settlement, UidKey};
use super::message::Span;
use super::redaction::Area;
use super::relation::RelationKind;
use super::submission::{Change, PartRef};
use super::wish::{WishDecision, WishKind};
use super::{Digest, JudgementId, LetterId, MailboxId, MessageId, PersonId, RevisionId, SubmissionId, Timestamp};
use serde::{Deserialize, Serialize};

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    Pouch,
    Person(PersonId),
}

/// Hash of a salt and a text that are kept beside the ledger; erasing both leaves a chain that verifies.
pub type Commitment = Digest;

/// What a message is to us; the stored column and the ledger use the same words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Not decided yet: parsing or classification is due.
    Pending,
    Submission,
    SetAside,
    Held,
}

impl Outcome {
    /// The closed word for scripts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Submission => "submission",
            Self::SetAside => "set-aside",
            Self::Held => "held",
        }
    }
}

/// One event. New variants may be added, none may change its meaning: old ledgers must replay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum Event {
    /// A mailbox (or import path) is known from now on; `name` commits to what it is called.
    MailboxSeen { mailbox: MailboxId, name: Commitment },
    /// Bytes of a UID are in the vault.
    Received { uid: UidKey, digest: Digest, size_bytes: u64 },
    /// A UID ended without bytes, or is tried again.
    Settled { uid: UidKey, settlement: Settlement, reason: Option<Commitment> },
    /// A UID that we know is no longer on the server.
    Vanished { uid: UidKey },
    /// A received UID was parsed: `settlement` is `taken` or `copy` of `message`.
    Joined { uid: UidKey, settlement: Settlement, message: MessageId },
    /// Two messages that were joined are two again; `copies` go to `new`.
    Parted { message: MessageId, new: MessageId, copies: Vec<UidKey> },
    /// What the message is to us from now on.
    OutcomeSet { message: MessageId, outcome: Outcome, kind: MessageKind, reason: Commitment },
    /// A revision was made and waits.
    Queued { submission: SubmissionId, revision: RevisionId, number: u32, parts: Vec<PartRef>, content: Digest },
    /// A decision, or the pipeline's publishing of an approved revision.
    Changed { revision: RevisionId, change: Change, reason: Option<Commitment> },
    /// Title, submitter, languages, parts or assignments of a queued revision were edited.
    Edited { revision: RevisionId, edition: u32, content: Digest, what: EditKind, reason: Commitment },
    /// A copy of a file without the struck words was made for a revision; `copy` is `None` if it must not be published.
    CopyMade { revision: RevisionId, original: Digest, redactions: Digest, copy: Option<Digest> },
    /// A submission was joined into another one.
    Merged { submission: SubmissionId, into: SubmissionId, reason: Commitment },
    /// The text behind commitments or a vault object was erased.
    Erased { digest: Digest, reason: Commitment },
    /// A person appears for the first time.
    PersonSeen { person: PersonId, name: Commitment },
    /// A person brought a message that did not come by mail; `reason` says how it came.
    AddedByHand { message: MessageId, reason: Commitment },
    /// A message wishes something, quoted in `quote`.
    WishFound { message: MessageId, number: u32, kind: WishKind, quote: Commitment },
    /// A person decided on a wish.
    WishDecided { message: MessageId, number: u32, decided: WishDecision, reason: Commitment },
    /// Pouch proposes that two messages belong together.
    RelationFound { message: MessageId, other: MessageId, kind: RelationKind, reason: Commitment },
    /// A person decided whether they do.
    RelationDecided { message: MessageId, other: MessageId, kind: RelationKind, confirmed: bool, reason: Commitment },
    /// A submission got its running number, which receipts name.
    Numbered { submission: SubmissionId, number: u64 },
    /// A mail that Pouch writes has come so far; `submission` for a receipt.
    Letter { letter: LetterId, kind: LetterKind, state: LetterState, submission: Option<SubmissionId> },
    /// A person judged the labels of a revision; `words` commits to what was kept, added and removed, with its evidence.
    Judged { judgement: JudgementId, revision: RevisionId, edition: u32, act: JudgedAct, words: Commitment },
    /// A model was trained; it is not in use by that.
    ModelTrained { version: String, digest: Digest },
    /// A person chose the model that reads from now on: a version, or `shipped`.
    ModelChosen { version: String, reason: Commitment },
    /// A person has an account from now on, with these roles.
    AccountOpened { person: PersonId, roles: Roles },
    /// A person's roles are these from now on.
    RolesSet { person: PersonId, roles: Roles },
    /// A person's account is closed; the person stays known.
    AccountClosed { person: PersonId },
    /// A closed account is open again.
    AccountReopened { person: PersonId },
    /// Somebody else's way to sign in was renewed: password and one-time codes are to be set anew.
    AccessRenewed { person: PersonId },
    /// The publishing pipeline says that it made public what was approved (with the digest of its manifest), or took it down.
    CarriedOut { submission: SubmissionId, revision: RevisionId, manifest: Option<Digest> },
    /// A person confirmed the catalogue with this digest against the official document.
    CatalogueConfirmed { catalogue: Digest, reason: Option<Commitment> },
}

/// What an event is about, by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<'a> {
    Mailbox(&'a str),
    Message(&'a str),
    Submission(&'a str),
    Revision(&'a str),
    Person(&'a str),
    Letter(&'a str),
    Model(&'a str),
    /// Nothing that has an id.
    Nothing,
}

impl<'a> Subject<'a> {
    /// The id alone; empty if there is none.
    pub fn id(self) -> &'a str {
        match self {
            Self::Mailbox(id)
            | Self::Message(id)
            | Self::Submission(id)
            | Self::Revision(id)
            | Self::Person(id)
            | Self::Letter(id)
            | Self::Model(id) => id,
            Self::Nothing => "",
        }
    }
}

impl Event {
    /// What the event is about: its history is looked up by that id.
    pub fn subject(&self) -> Subject<'_> {
        match self {
            Self::MailboxSeen { mailbox, .. } => Subject::Mailbox(mailbox.as_str()),
            Self::Received { uid, .. } | Self::Settled { uid, .. } | Self::Vanished { uid } => {
                Subject::Mailbox(uid.mailbox.as_str())
            }
            Self::Joined { message, .. }
            | Self::Parted { message, .. }
            | Self::AddedByHand { message, .. }
            | Self::WishFound { message, .. }
            | Self::WishDecided { message, .. }
            | Self::RelationFound { message, .. }
            | Self::RelationDecided { message, .. }
            | Self::OutcomeSet { message, .. } => Subject::Message(message.as_str()),
            Self::Queued { revision, .. }
            | Self::Changed { revision, .. }
            | Self::CarriedOut { revision, .. }
            | Self::Edited { revision, .. }
            | Self::CopyMade { revision, .. }
            | Self::Judged { revision, .. } => Subject::Revision(revision.as_str()),
            Self::ModelTrained { version, .. } | Self::ModelChosen { version, .. } => Subject::Model(version),
            Self::Merged { submission, .. }
            | Self::Numbered { submission, .. }
            | Self::Letter { submission: Some(submission), .. } => Subject::Submission(submission.as_str()),
            Self::Letter { letter, submission: None, .. } => Subject::Letter(letter.as_str()),
            Self::PersonSeen { person, .. }
            | Self::AccountOpened { person, .. }
            | Self::RolesSet { person, .. }
            | Self::AccountClosed { person }
            | Self::AccountReopened { person }
            | Self::AccessRenewed { person } => Subject::Person(person.as_str()),
            Self::Erased { .. } | Self::CatalogueConfirmed { .. } => Subject::Nothing,
        }
    }
}

/// What an edit touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "edit")]
pub enum EditKind {
    Details,
    Parts,
    Assigned {
        recommendation: String,
        spans: Vec<Span>,
    },
    Unassigned {
        recommendation: String,
    },
    /// By Pouch, before any person changed it: it was read again, with more words of its files or by another model.
    ReadAgain,
    /// What a person took away from the submission before was taken out of a version that joins it.
    TakenAwayBefore {
        recommendations: Vec<String>,
    },
    /// Words were marked that must not become public.
    Redacted {
        places: Vec<(PartRef, Span)>,
    },
    /// Words that were marked may become public after all.
    Unredacted {
        places: Vec<(PartRef, Span)>,
    },
    /// Places on pages were marked that must not become public.
    AreasStruck {
        areas: Vec<Area>,
    },
    /// Places that were marked may become public after all.
    AreasFreed {
        areas: Vec<Area>,
    },
}

/// One line of the ledger. `number` is given by the sealer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LedgerEntry {
    pub id: String,
    pub number: Option<u64>,
    pub at: Timestamp,
    pub actor: Actor,
    pub event: Event,
}
