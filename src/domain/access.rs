//! Who may do what: roles of people and the rights that follow. Knows no password and no session.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a person is in the secretariat; a person may be several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Sees what came in.
    Reader,
    /// Decides about inputs.
    Reviewer,
    /// Has what others approved go public, where that takes two persons.
    Publisher,
    /// Sees the ledger and the reports.
    Auditor,
    /// Invites people and closes accounts.
    Administrator,
}

impl Role {
    /// In the order of the pages.
    pub const ALL: [Self; 5] = [Self::Reader, Self::Reviewer, Self::Publisher, Self::Auditor, Self::Administrator];

    /// The closed word for scripts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Reviewer => "reviewer",
            Self::Publisher => "publisher",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }

    /// The role with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }

    fn gives(self, right: Right) -> bool {
        match right {
            Right::Read => true,
            Right::Review => self == Self::Reviewer,
            Right::Publish => self == Self::Publisher,
            Right::Audit => matches!(self, Self::Auditor | Self::Administrator),
            Right::Administer => self == Self::Administrator,
        }
    }
}

/// What an act takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Right {
    /// See the queue, inputs, set-aside messages, overview and mailboxes.
    Read,
    /// Decide, edit, assign, redact, add.
    Review,
    /// Have what another person approved go public.
    Publish,
    /// See the ledger and the reports.
    Audit,
    /// Invite people, change roles, close accounts.
    Administer,
}

impl Right {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Read, Self::Review, Self::Publish, Self::Audit, Self::Administer];

    /// The closed word: a scope of a program's key.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Review => "review",
            Self::Publish => "publish",
            Self::Audit => "audit",
            Self::Administer => "administer",
        }
    }

    /// The right with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|right| right.as_str() == word)
    }
}

/// The roles of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Roles(pub BTreeSet<Role>);

impl Roles {
    /// Of these words.
    ///
    /// # Errors
    /// The word that is no role, or that there is none at all.
    pub fn of<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let mut roles = BTreeSet::new();
        for word in words {
            roles.insert(Role::named(word).ok_or_else(|| format!("{word} is no role"))?);
        }
        if roles.is_empty() { Err("A person needs at least one role.".into()) } else { Ok(Self(roles)) }
    }

    /// Whether any of them gives the right.
    pub fn may(&self, right: Right) -> bool {
        self.0.iter().any(|role| role.gives(right))
    }

    /// Whether the role is among them.
    pub fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// The words, in order.
    pub fn words(&self) -> Vec<&'static str> {
        self.0.iter().map(|role| role.as_str()).collect()
    }
}
