//! What an entry is counted and filtered by: closed words. Reads an entry, looks nothing up.

use super::super::queue::Item;
use crate::domain::catalogue::Catalogue;
use crate::domain::ledger::Outcome;
use crate::domain::missing::Received;
use crate::domain::{ProblemCode, relation::RelationKind};
use jiff::tz::TimeZone;
use std::collections::BTreeSet;

/// What a list shows beside an entry, because somebody has to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Badge {
    Held,
    /// Its sender wishes something, and nobody has decided about it.
    Wish,
    /// It may be the same as another one.
    Duplicate,
    /// It is, or may be, a new version of another one.
    NewRevision,
    /// A mail seems to take it back.
    TakenBack,
    /// Another sender sent nearly the same text.
    NearCopy,
    /// Something lies hidden in its files.
    Findings,
    /// Not all of its content was received.
    NotReceived,
    /// After the deadline, if the operator set one.
    Late,
    /// A copy lay in a junk folder.
    FromJunk,
}

impl Badge {
    /// All of them, in the order of the manual.
    pub const ALL: [Self; 10] = [
        Self::Held,
        Self::Wish,
        Self::Duplicate,
        Self::NewRevision,
        Self::TakenBack,
        Self::NearCopy,
        Self::Findings,
        Self::NotReceived,
        Self::Late,
        Self::FromJunk,
    ];

    /// The word in addresses and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Wish => "wish",
            Self::Duplicate => "duplicate",
            Self::NewRevision => "new-revision",
            Self::TakenBack => "taken-back",
            Self::NearCopy => "near-copy",
            Self::Findings => "findings",
            Self::NotReceived => "not-received",
            Self::Late => "late",
            Self::FromJunk => "from-junk",
        }
    }
}

/// The badges of an entry, in the order of the manual.
pub fn badges(item: &Item) -> Vec<Badge> {
    let waits = |kinds: &[RelationKind]| {
        item.relations.iter().any(|one| one.waits && kinds.iter().any(|kind| kind.as_str() == one.kind))
    };
    let is_newer = item.relations.iter().any(|one| {
        let kinds = [RelationKind::Revision.as_str(), RelationKind::Annex.as_str()];
        one.waits && one.is_newer && kinds.contains(&one.kind)
    });
    let is_later = item.state == Some("queued") && item.seen.as_ref().is_some_and(|seen| !seen.starts_with("1."));
    let has = |badge: &Badge| match badge {
        Badge::Held => item.outcome == Outcome::Held,
        Badge::Wish => item.wishes.iter().any(|wish| wish.decision.is_none()),
        Badge::Duplicate => waits(&[RelationKind::Duplicate, RelationKind::Forwarded]),
        Badge::NewRevision => is_newer || is_later,
        Badge::TakenBack => waits(&[RelationKind::Withdrawal]),
        Badge::NearCopy => item.near_copy().is_some(),
        Badge::Findings => item.attachments.iter().any(|one| !one.findings.is_empty()),
        Badge::NotReceived => item.content != Received::All,
        Badge::Late => item.late,
        Badge::FromJunk => item.problems.iter().any(|one| one.code == ProblemCode::FoundInJunk),
    };
    Badge::ALL.into_iter().filter(has).collect()
}

/// The value for an input that no recommendation is assigned to.
pub const NO_RECOMMENDATION: &str = "none";

/// The label of all inputs: what waits and what was decided.
pub const IS_INPUT: &str = "outcome:submission";

/// Before each label of an input that is public, once more: so that also these are counted by themselves.
pub const PUBLIC: &str = "public-";

/// The list that an entry's row stands in.
pub fn row_list(item: &Item) -> &'static str {
    match (item.outcome, item.state) {
        (Outcome::Submission, Some("queued")) => "queued",
        (Outcome::Submission, _) => "decided",
        (Outcome::Held, _) => "held",
        (Outcome::SetAside | Outcome::Pending, _) => "set-aside",
    }
}

/// All labels of an entry; days are those of the zone.
pub fn labels(item: &Item, catalogue: &Catalogue, zone: &TimeZone) -> BTreeSet<String> {
    let mut labels = BTreeSet::new();
    labels.insert(format!("day:{}", zone.to_datetime(item.server_received_at).date()));
    for one in &item.assignments {
        labels.insert(format!("recommendation:{}", one.recommendation));
        labels.extend(catalogue.find(&one.recommendation).map(|known| format!("section:{}", known.section)));
    }
    if item.outcome == Outcome::Submission {
        labels.insert(format!("kind:{}", item.submitter.kind.as_str()));
        if item.assignments.is_empty() {
            labels.insert(format!("recommendation:{NO_RECOMMENDATION}"));
        }
    }
    labels.extend(item.languages.iter().map(|code| format!("language:{code}")));
    labels.extend(badges(item).into_iter().map(|badge| format!("badge:{}", badge.as_str())));
    if item.state == Some("published") {
        let all: Vec<String> = labels.iter().map(|label| format!("{PUBLIC}{label}")).collect();
        labels.extend(all);
    }
    labels.extend(item.state.map(|state| format!("state:{state}")));
    if item.outcome == Outcome::Submission {
        labels.insert(IS_INPUT.into());
    }
    labels.retain(|label| !label.contains(char::is_whitespace));
    labels
}
