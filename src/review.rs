//! A person's acts: decisions on revisions and on messages. Each is one transaction with its ledger entry; the rules of
//! what may follow on what stand in `domain::submission`, and nothing here gets around them.

mod agreement;
pub mod by_hand;
pub mod desk;
pub mod draft;
pub mod history;
mod item;
mod joins;
mod labels;
pub mod learning;
pub mod marked;
mod messages;
pub mod missing;
pub mod overview;
pub mod preview;
pub mod proof;
pub mod publications;
pub mod queue;
pub mod received;
pub mod redaction;
mod relations;
mod revisions;
pub mod versions;
mod wishes;

pub use joins::{merge, revise, split};
pub use messages::{accept, part, release, retry, set_aside};
pub use overview::overview;
pub use relations::{decide_relation, difference_of};
pub use revisions::{Edit, approve, assign, edit, reject, release_publication, reopen, unassign, withdraw};

pub use wishes::{decide_wish, wishes_of};

use crate::domain::ledger::{Actor, Commitment};
use crate::domain::submission::{NotAllowed, State};
use crate::domain::{PersonId, SubmissionId, Timestamp};
use crate::store::submission::Revision;
use crate::store::{self, Tx, ledger, submission};

/// Who acts, why, and what they saw.
#[derive(Clone, Debug)]
pub struct Act {
    /// Name of the person.
    pub by: String,
    pub reason: String,
    /// Number and edition of the revision that the person looked at; `None`: whatever stands there now.
    pub seen: Option<(u32, u32)>,
    pub now: Timestamp,
}

/// Why an act was refused.
#[derive(Debug)]
pub enum Error {
    /// There is no such submission, message or part.
    NotFound(String),
    /// The state does not allow it.
    NotAllowed(NotAllowed),
    /// The person looked at an older edition than the one that stands there now.
    Stale {
        seen: (u32, u32),
        now: (u32, u32),
    },
    /// Something lies hidden in what would become public, or did not come with it, and the person did not say that they
    /// have seen it; one line for each.
    FindingsNotSeen(Vec<String>),
    /// The act itself makes no sense; in words.
    Refused(String),
    Store(store::Error),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotFound(what) => write!(f, "there is no {what}"),
            Self::NotAllowed(refused) => write!(f, "{refused}"),
            Self::Stale { seen, now } => write!(
                f,
                "you looked at revision {}.{}, but {}.{} stands there now: look at it again before you decide",
                seen.0, seen.1, now.0, now.1
            ),
            Self::FindingsNotSeen(findings) => write!(
                f,
                "the files show or hold more than their text, or are not all:\n  {}\n\
                 Look at them (`pouch show`). If this may become public, approve with --findings-seen; if not, choose \
                 other parts with `pouch edit --part`, or ask the sender for a clean file",
                findings.join("\n  ")
            ),
            Self::Refused(why) => f.write_str(why),
            Self::Store(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

/// The result of an act.
pub type Result<T> = std::result::Result<T, Error>;

/// Who the ledger says it was.
async fn person(tx: &mut Tx, act: &Act) -> Result<(PersonId, Actor)> {
    let name = act.by.trim();
    if name.is_empty() {
        return Err(Error::Refused("say who you are: --by NAME".into()));
    }
    if act.reason.trim().is_empty() {
        return Err(Error::Refused("say why: --reason TEXT".into()));
    }
    let person = ledger::person(tx, name, act.now).await?;
    Ok((person.clone(), Actor::Person(person)))
}

async fn reason(tx: &mut Tx, act: &Act) -> Result<Commitment> {
    Ok(ledger::commit_to(tx, &act.reason).await?)
}

fn is_queued(revision: &Revision) -> bool {
    matches!(revision.state, State::Queued)
}

/// The revision that an act on a submission means: the newest one that fits, checked against what the person saw.
async fn revision_for(tx: &mut Tx, id: &SubmissionId, act: &Act, fits: impl Fn(&Revision) -> bool) -> Result<Revision> {
    let mut revisions = submission::revisions_in(tx, id).await?;
    revisions.reverse();
    let newest = revisions.first().cloned().ok_or_else(|| Error::NotFound(format!("submission {id}")))?;
    let meant = revisions.into_iter().find(|one| fits(one)).unwrap_or(newest);
    match act.seen {
        Some(seen) if seen != (meant.number, meant.edition) => {
            Err(Error::Stale { seen, now: (meant.number, meant.edition) })
        }
        Some(_) | None => Ok(meant),
    }
}
