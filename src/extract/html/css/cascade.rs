//! Which declaration wins for an element (CSS Cascade 5, 6): importance, attribute, layer, specificity, order. The order
//! among layers is not kept. Takes no more than a fixed number of steps for a page.

use super::declaration::{Prop, Value};
use super::selector::{Key, Lineage, Selector, Target, Traits};
use super::sheet::{Rule, Sheets};
use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Most comparisons of a selector's parts with elements for one page: about a second.
const MAX_STEPS: usize = 40_000_000;

/// A sibling that came before, kept for `+` and `~`.
pub type Sibling = Rc<Traits>;

/// What was declared for an element: the properties that anything spoke of, each with what it weighs.
#[derive(Clone, Default)]
pub struct Styled(Vec<(Prop, u64, Value)>);

impl Styled {
    /// Whether nothing was declared.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value that won; none where nobody said anything.
    pub fn get(&self, prop: Prop) -> Option<Value> {
        self.raw(prop).filter(|value| *value != Value::Initial)
    }

    /// Whether a flag is set.
    pub fn is(&self, prop: Prop) -> bool {
        self.raw(prop) == Some(Value::Flag(true))
    }

    /// The value that won, `initial` included.
    pub fn raw(&self, prop: Prop) -> Option<Value> {
        self.0.iter().find(|(known, ..)| *known == prop).map(|(.., value)| *value)
    }

    /// An attribute of old, which any rule outweighs.
    pub fn hint(&mut self, prop: Prop, value: Value) {
        self.set(prop, value, 0);
    }

    /// A declaration of a `style` attribute.
    pub fn inline(&mut self, prop: Prop, value: Value, is_important: bool) {
        self.set(prop, value, u64::from(is_important) << 63 | 1 << 62);
    }

    fn set(&mut self, prop: Prop, value: Value, weight: u64) {
        match self.0.iter_mut().find(|(known, ..)| *known == prop) {
            Some(slot) if slot.1 <= weight => *slot = (prop, weight, value),
            Some(_) => {}
            None => self.0.push((prop, weight, value)),
        }
    }
}

struct Entry {
    rule: usize,
    selector: usize,
    /// The trait that an element around the subject must have: its place in `open`.
    around: Option<usize>,
}

struct Values {
    rule: Rule,
    values: Vec<(Prop, Value, bool)>,
}

/// The rules of a page, found by what they choose.
#[derive(Default)]
pub struct Cascade {
    rules: Vec<Values>,
    by_id: HashMap<String, Vec<Entry>>,
    by_class: HashMap<String, Vec<Entry>>,
    by_name: HashMap<String, Vec<Entry>>,
    by_any: Vec<Entry>,
    /// Traits that selectors ask of elements around their subject, and how many open elements have each.
    around: [HashMap<String, usize>; 3],
    asked_around: usize,
    open: Vec<u32>,
    /// Attributes that selectors ask for.
    pub attributes: HashSet<String>,
    /// Whether siblings before an element count.
    pub siblings: bool,
    /// Whether a rule holds on paper or on the screen only.
    pub differs_in_print: bool,
    steps: Cell<usize>,
}

impl Cascade {
    /// Orders the rules of sheets; counts in the sheets what cannot be followed.
    pub fn new(sheets: &mut Sheets) -> Self {
        let mut cascade = Self::default();
        for rule in std::mem::take(&mut sheets.rules) {
            let mut values = Vec::new();
            for one in &rule.declared {
                sheets.values(one, &mut |prop, value| values.push((prop, value, one.is_important)));
            }
            if values.is_empty() {
                continue;
            }
            let shows_words = values.iter().any(|one| (one.0, one.1) == (Prop::Content, Value::Flag(true)));
            cascade.differs_in_print |= rule.media != super::SCREEN | super::PRINT;
            let at = cascade.rules.len();
            for (number, selector) in rule.selectors.iter().enumerate() {
                let is_used =
                    selector.target == Target::Element || (selector.target == Target::Generated && shows_words);
                if is_used && !selector.is_never() {
                    cascade.file(selector, at, number);
                }
            }
            cascade.rules.push(Values { rule, values });
        }
        cascade.attributes = std::mem::take(&mut sheets.noted.attributes);
        cascade.siblings = sheets.noted.siblings;
        cascade
    }

    fn file(&mut self, selector: &Selector, rule: usize, number: usize) {
        let around = match selector.key_around() {
            Key::Id(id) => Some((0, id)),
            Key::Class(class) => Some((1, class)),
            Key::Name(name) => Some((2, name)),
            Key::Any => None,
        };
        let around = around.map(|(kind, key)| {
            let next = self.asked_around;
            let at = *self.around[kind].entry(key.to_string()).or_insert(next);
            self.asked_around += usize::from(at == next);
            at
        });
        self.open.resize(self.asked_around, 0);
        let entry = Entry { rule, selector: number, around };
        match selector.key() {
            Key::Id(id) => self.by_id.entry(id.to_string()).or_default().push(entry),
            Key::Class(class) => self.by_class.entry(class.to_string()).or_default().push(entry),
            Key::Name(name) => self.by_name.entry(name.to_string()).or_default().push(entry),
            Key::Any => self.by_any.push(entry),
        }
    }

    /// Notes that an element is open, or no longer.
    pub fn count(&mut self, traits: &Traits, is_open: bool) {
        if self.asked_around == 0 {
            return;
        }
        let [ids, classes, names] = &self.around;
        let id = traits.id.as_ref().and_then(|id| ids.get(id));
        let class = traits.classes.iter().filter_map(|class| classes.get(class));
        for at in id.into_iter().chain(class).chain(names.get(&traits.name)) {
            let count = &mut self.open[*at];
            *count = if is_open { *count + 1 } else { count.saturating_sub(1) };
        }
    }

    /// Whether there is no rule at all.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Whether the page asks for more comparisons than are made.
    pub fn is_exhausted(&self) -> bool {
        self.steps.get() >= MAX_STEPS
    }

    /// Counts steps; false once there were too many.
    pub fn spend(&self, steps: usize) -> bool {
        self.steps.set(self.steps.get().saturating_add(steps));
        !self.is_exhausted()
    }

    /// Adds what the rules say of the element at a depth: on the screen first, then in print. True: a rule shows words
    /// before or after it.
    pub fn apply(
        &self,
        lineage: &dyn Lineage,
        depth: usize,
        screen: &mut Styled,
        mut print: Option<&mut Styled>,
    ) -> bool {
        let Some(traits) = lineage.traits(depth, 0) else { return false };
        let mut shows_words = false;
        let by_id = traits.id.as_ref().and_then(|id| self.by_id.get(id));
        let by_class = traits.classes.iter().filter_map(|class| self.by_class.get(class));
        let lists = by_id.into_iter().chain(by_class).chain(self.by_name.get(&traits.name)).chain([&self.by_any]);
        for entry in lists.flatten() {
            if self.is_exhausted() {
                return shows_words;
            }
            self.spend(1);
            if entry.around.is_some_and(|at| self.open[at] == 0) {
                continue;
            }
            let Values { rule, values } = &self.rules[entry.rule];
            let selector = &rule.selectors[entry.selector];
            if !selector.matches(lineage, depth, 0) {
                continue;
            }
            if selector.target == Target::Generated {
                shows_words |= rule.media & super::SCREEN != 0;
                continue;
            }
            self.spend(values.len());
            for (prop, value, is_important) in values {
                // Layers lose against what is in none, and win where it is important.
                let is_stronger = rule.is_layered == *is_important;
                let weight = u64::from(*is_important) << 63
                    | u64::from(is_stronger) << 61
                    | u64::from(selector.specificity) << 31
                    | (entry.rule as u64 + 1);
                if rule.media & super::SCREEN != 0 {
                    screen.set(*prop, *value, weight);
                }
                if let (Some(print), true) = (&mut print, rule.media & super::PRINT != 0) {
                    print.set(*prop, *value, weight);
                }
            }
        }
        shows_words
    }
}
