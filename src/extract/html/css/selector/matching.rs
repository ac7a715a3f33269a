//! Matches selectors against the elements around one. Takes every step from a budget.

use super::{Ask, Combinator, Lineage, Part, Selector};

impl Selector {
    /// Whether it chooses the element at a depth.
    pub fn matches(&self, lineage: &dyn Lineage, depth: usize, back: usize) -> bool {
        self.matches_from(0, lineage, depth, back)
    }

    fn matches_from(&self, at: usize, lineage: &dyn Lineage, depth: usize, back: usize) -> bool {
        let Some((parts, combinator)) = self.compounds.get(at) else { return true };
        if !lineage.spend(1) || !parts.iter().all(|part| part.holds(lineage, depth, back)) {
            return false;
        }
        if at + 1 == self.compounds.len() {
            return true;
        }
        match combinator {
            Combinator::Child => depth > 0 && self.matches_from(at + 1, lineage, depth - 1, 0),
            Combinator::Descendant => (0..depth).rev().any(|outer| self.matches_from(at + 1, lineage, outer, 0)),
            Combinator::Next => {
                lineage.traits(depth, back + 1).is_some() && self.matches_from(at + 1, lineage, depth, back + 1)
            }
            Combinator::Later => {
                let before = (back + 1..).take_while(|back| lineage.traits(depth, *back).is_some());
                before.into_iter().any(|back| self.matches_from(at + 1, lineage, depth, back))
            }
        }
    }
}

impl Part {
    fn holds(&self, lineage: &dyn Lineage, depth: usize, back: usize) -> bool {
        let Some(traits) = lineage.traits(depth, back) else { return false };
        match self {
            Self::Name(name) => traits.name == *name,
            Self::Id(id) => traits.id.as_deref() == Some(id),
            Self::Class(class) => lineage.spend(traits.classes.len() / 8) && traits.classes.contains(class),
            Self::Attribute { name, ask, value, folds } => {
                lineage.spend(traits.attributes.len() / 8)
                    && traits.attributes.iter().any(|(known, found)| {
                        known == name && lineage.spend(found.len() / 32) && ask.holds(found, value, *folds)
                    })
            }
            Self::Is(inner) => inner.iter().any(|one| one.matches(lineage, depth, back)),
            Self::Not(inner) => !inner.iter().any(|one| one.matches(lineage, depth, back)),
            Self::Root => depth == 0,
            Self::Nth { a, b, from_end } => {
                let place = if *from_end { traits.place_from_end } else { traits.place };
                let off = i64::from(place) - i64::from(*b);
                let a = i64::from(*a);
                place > 0 && if a == 0 { off == 0 } else { off % a == 0 && off / a >= 0 }
            }
            Self::Never => false,
            Self::Always => true,
        }
    }
}

impl Ask {
    fn holds(&self, found: &str, value: &str, folds: bool) -> bool {
        if folds
            && (!found.is_ascii()
                || found.bytes().any(|b| b.is_ascii_uppercase())
                || value.bytes().any(|b| b.is_ascii_uppercase()))
        {
            return self.holds(&found.to_ascii_lowercase(), &value.to_ascii_lowercase(), false);
        }
        match self {
            Self::There => true,
            Self::Is => found == value,
            Self::Word => !value.is_empty() && found.split_ascii_whitespace().any(|word| word == value),
            Self::Dash => found == value || found.strip_prefix(value).is_some_and(|rest| rest.starts_with('-')),
            Self::Starts => !value.is_empty() && found.starts_with(value),
            Self::Ends => !value.is_empty() && found.ends_with(value),
            Self::Holds => !value.is_empty() && found.contains(value),
        }
    }
}
