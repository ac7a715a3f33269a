//! Groups of near-copies: what hangs together over any number of steps. Leaves nobody out and decides nothing.

use super::most_alike;
use crate::domain::MessageId;
use crate::domain::relation::{Likeness, Relation, RelationKind};
use std::collections::{BTreeMap, BTreeSet};

/// Messages with near-copies of one text, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub messages: BTreeSet<MessageId>,
}

/// The groups, the largest first. Texts hang together, not messages: a mail with the papers of three members belongs to
/// three groups. Relations of other kinds make no group.
pub fn groups(relations: &[Relation], likenesses: &BTreeMap<MessageId, Likeness>) -> Vec<Group> {
    let makes_one = |one: &&Relation| matches!(one.kind, RelationKind::NearCopy | RelationKind::SameDocument);
    let mut of: BTreeMap<Text, usize> = BTreeMap::new();
    let mut members: Vec<BTreeSet<Text>> = Vec::new();
    for one in relations.iter().filter(makes_one) {
        let (Some(newer), Some(older)) = (likenesses.get(&one.message), likenesses.get(&one.other)) else { continue };
        let Some((new_part, old_part)) = most_alike(newer, older) else { continue };
        let ends = [(one.message.clone(), new_part), (one.other.clone(), old_part)];
        let [first, second] = ends.map(|text| *of.entry(text.clone()).or_insert_with(|| alone(&mut members, text)));
        if first != second {
            for text in std::mem::take(&mut members[second]) {
                of.insert(text.clone(), first);
                members[first].insert(text);
            }
        }
    }
    let ids = |texts: BTreeSet<Text>| texts.into_iter().map(|(id, _)| id).collect::<BTreeSet<MessageId>>();
    let mut groups: Vec<Group> = members.into_iter().map(|texts| Group { messages: ids(texts) }).collect();
    groups.retain(|group| group.messages.len() > 1);
    groups.sort_by(|a, b| {
        b.messages.len().cmp(&a.messages.len()).then_with(|| a.messages.first().cmp(&b.messages.first()))
    });
    groups
}

/// A message and one of its parts.
type Text = (MessageId, String);

fn alone(members: &mut Vec<BTreeSet<Text>>, text: Text) -> usize {
    members.push(BTreeSet::from([text]));
    members.len() - 1
}
