//! Groups of near-copies: what hangs together over any number of steps. Leaves nobody out and decides nothing.

use crate::domain::MessageId;
use crate::domain::relation::{Relation, RelationKind};
use std::collections::{BTreeMap, BTreeSet};

/// Messages that are near-copies of each other, oldest first, and by what they hang together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub messages: BTreeSet<MessageId>,
    pub relations: Vec<Relation>,
}

/// The groups, the largest first. Relations of other kinds make no group.
pub fn groups(relations: &[Relation]) -> Vec<Group> {
    let makes_one = |one: &&Relation| matches!(one.kind, RelationKind::NearCopy | RelationKind::SameDocument);
    let mut of: BTreeMap<&MessageId, usize> = BTreeMap::new();
    let mut members: Vec<BTreeSet<&MessageId>> = Vec::new();
    for one in relations.iter().filter(makes_one) {
        let first = *of.entry(&one.message).or_insert_with(|| alone(&mut members, &one.message));
        let second = *of.entry(&one.other).or_insert_with(|| alone(&mut members, &one.other));
        if first != second {
            for id in std::mem::take(&mut members[second]) {
                of.insert(id, first);
                members[first].insert(id);
            }
        }
    }
    let mut groups: Vec<Group> = members
        .into_iter()
        .filter(|ids| !ids.is_empty())
        .map(|ids| Group {
            relations: relations.iter().filter(makes_one).filter(|one| ids.contains(&one.message)).cloned().collect(),
            messages: ids.into_iter().cloned().collect(),
        })
        .collect();
    groups.sort_by(|a, b| {
        b.messages.len().cmp(&a.messages.len()).then_with(|| a.messages.first().cmp(&b.messages.first()))
    });
    groups
}

fn alone<'a>(members: &mut Vec<BTreeSet<&'a MessageId>>, id: &'a MessageId) -> usize {
    members.push(BTreeSet::from([id]));
    members.len() - 1
}
