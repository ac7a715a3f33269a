//! The elements that are open, with how each looks. Keeps no element once it is closed, but for what selectors ask of
//! siblings.

use super::css::{self, Cascade, Lineage, Prop, Sibling, Styled, Traits};
use super::elements::{attribute, hints, is_formatting, is_marker, is_of_table, is_special, is_unseen};
use super::look::Look;
use html5ever::tokenizer::Tag;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

/// Elements deeper than this are not told apart.
const MAX_DEPTH: usize = 100_000;

/// Formatting elements that are opened again in one place, and in a whole page.
const MAX_PENDING: usize = 16;
const MAX_REOPENED: usize = 200_000;

/// Elements whose looks are worked out again when one around them ends out of order.
const MAX_RESTYLED: usize = 256;

/// Siblings before an element that selectors can ask for.
const MAX_SIBLINGS: usize = 64;

/// Attributes of pictures in SVG that style it.
const PRESENTATION: [&str; 6] = ["display", "visibility", "opacity", "font-size", "fill", "clip-path"];

/// An element that is open.
pub(super) struct Element {
    pub traits: Rc<Traits>,
    /// On the screen and in print.
    pub look: Look,
    pub print: Look,
    /// A link within the page.
    pub leads_to_note: bool,
    /// Its style sheet shows words before or after it.
    pub shows_words: bool,
    tag: Option<Rc<Tag>>,
    ordinal: usize,
    children: u32,
    siblings: VecDeque<Sibling>,
}

impl Element {
    pub fn name(&self) -> &str {
        &self.traits.name
    }
}

/// The open elements of a page.
#[derive(Default)]
pub(super) struct Tree {
    pub open: Vec<Element>,
    pub cascade: Cascade,
    /// Children of each element, in the order in which they begin, as a first reading of the page counted them.
    pub children: Vec<u32>,
    /// It is the first reading: children are counted, and looks do not matter.
    pub is_survey: bool,
    /// There were more elements in one another than are told apart.
    pub is_too_deep: bool,
    /// A style sheet is not in the file.
    pub lacks_sheets: bool,
    /// There are pictures or coloured boxes on which words can lie.
    pub has_grounds: bool,
    /// Where the elements of each name are open, so that an end tag costs little.
    places: HashMap<String, Vec<usize>>,
    /// Where elements are open that end tags do not reach out of, or over.
    markers: Vec<usize>,
    specials: Vec<usize>,
    /// Formatting elements that ended with what is around them and go on, each with how many markers it is in.
    pending: Vec<(usize, Rc<Tag>)>,
    reopened: usize,
    next: usize,
}

struct Line<'t>(&'t Tree);

impl Lineage for Line<'_> {
    fn traits(&self, depth: usize, back: usize) -> Option<&Traits> {
        if back == 0 {
            return self.0.open.get(depth).map(|element| &*element.traits);
        }
        let siblings = &self.0.open.get(depth.checked_sub(1)?)?.siblings;
        siblings.get(siblings.len().checked_sub(back + 1)?).map(|one| &**one)
    }

    fn spend(&self, steps: usize) -> bool {
        self.0.cascade.spend(steps)
    }
}

impl Tree {
    /// A tree for the first reading.
    pub fn survey() -> Self {
        Self { is_survey: true, ..Self::default() }
    }

    /// How many elements of a name are open.
    pub fn count(&self, name: &str) -> usize {
        self.places.get(name).map_or(0, Vec::len)
    }

    /// The look of what is innermost: on the screen and in print.
    pub fn looks(&self) -> (Look, Look) {
        self.open.last().map_or_else(Default::default, |element| (element.look, element.print))
    }

    /// Opens an element; false if there are too many in one another. `tag` is none for one that is implied.
    pub fn push(&mut self, name: &str, tag: Option<&Tag>) -> bool {
        if self.open.len() >= MAX_DEPTH {
            self.is_too_deep = true;
            return false;
        }
        let ordinal = self.next;
        self.next += 1;
        if self.is_survey {
            self.children.push(0);
        }
        let (mut place, mut place_from_end) = (1, 1);
        if let Some(parent) = self.open.last_mut() {
            parent.children += 1;
            place = parent.children;
            if self.is_survey {
                self.children[parent.ordinal] += 1;
            }
            place_from_end = self.children.get(parent.ordinal).map_or(0, |all| (all + 1).saturating_sub(place));
        }
        let traits = Rc::new(self.traits(name, tag, place, place_from_end));
        self.cascade.count(&traits, true);
        if self.cascade.siblings
            && let Some(parent) = self.open.last_mut()
        {
            if parent.siblings.len() > MAX_SIBLINGS {
                parent.siblings.pop_front();
            }
            parent.siblings.push_back(Rc::clone(&traits));
        }
        let depth = self.open.len();
        match self.places.get_mut(name) {
            Some(places) => places.push(depth),
            None => {
                self.places.insert(name.to_string(), vec![depth]);
            }
        }
        if is_marker(name) {
            self.markers.push(depth);
        }
        if is_special(name) {
            self.specials.push(depth);
        }
        let (look, print) = self.looks();
        self.open.push(Element {
            traits,
            look,
            print,
            leads_to_note: false,
            shows_words: false,
            tag: tag.cloned().map(Rc::new),
            ordinal,
            children: 0,
            siblings: VecDeque::new(),
        });
        if !self.is_survey {
            self.style(depth);
        }
        true
    }

    fn traits(&self, name: &str, tag: Option<&Tag>, place: u32, place_from_end: u32) -> Traits {
        let mut traits = Traits { name: name.to_string(), place, place_from_end, ..Traits::default() };
        if let (Some(tag), false) = (tag, self.cascade.is_empty()) {
            traits.id = attribute(tag, "id").map(String::from);
            let classes = attribute(tag, "class").unwrap_or_default();
            traits.classes = classes.split_ascii_whitespace().map(String::from).collect();
            let asked = tag.attrs.iter().filter(|one| self.cascade.attributes.contains(&*one.name.local));
            traits.attributes = asked.map(|one| (one.name.local.to_string(), one.value.to_string())).collect();
        }
        traits
    }

    /// Works out how an element looks.
    fn style(&mut self, depth: usize) {
        let (traits, tag) = (Rc::clone(&self.open[depth].traits), self.open[depth].tag.clone());
        let (name, tag) = (traits.name.as_str(), tag.as_deref());
        let mut screen = Styled::default();
        if let Some(tag) = tag {
            hints(name, tag, &mut screen);
            if self.count("svg") > 0 {
                for known in PRESENTATION {
                    let value = attribute(tag, known).unwrap_or_default();
                    css::declare(known, value, |prop, value| screen.hint(prop, value));
                }
            }
        }
        let mut print = self.cascade.differs_in_print.then(|| screen.clone());
        let shows_words = self.cascade.apply(&Line(self), depth, &mut screen, print.as_mut());
        if let Some(style) = tag.and_then(|tag| attribute(tag, "style")) {
            for (prop, value, is_important) in css::style_attribute(style) {
                screen.inline(prop, value, is_important);
                if let Some(print) = &mut print {
                    print.inline(prop, value, is_important);
                }
            }
        }
        let is_named = tag.is_some_and(|tag| attribute(tag, "class").is_some() || attribute(tag, "id").is_some());
        let (outer, outer_print) =
            depth.checked_sub(1).map_or_else(Default::default, |at| (self.open[at].look, self.open[at].print));
        let may_lie_elsewhere =
            |styled: &Styled| (self.lacks_sheets && is_named) || (self.has_grounds && styled.is(Prop::OutOfFlow));
        let mut look = if screen.is_empty() { outer } else { outer.inside(name, &screen, may_lie_elsewhere(&screen)) };
        let mut in_print = match &print {
            Some(print) if print.is_empty() => outer_print,
            Some(print) => outer_print.inside(name, print, may_lie_elsewhere(print)),
            None => look,
        };
        let is_drawn_root = tag.is_some_and(|tag| attribute(tag, "shadowrootmode").is_some());
        if is_unseen(name) && !is_drawn_root {
            (look, in_print) = (look.gone(), in_print.gone());
        }
        if name == "svg" || (self.count("svg") > 0 && super::elements::is_stored(name)) {
            (look, in_print) = (look.on_picture(name != "svg"), in_print.on_picture(name != "svg"));
        }
        self.has_grounds |=
            matches!(name, "img" | "svg" | "video" | "canvas" | "picture" | "object" | "embed") || look.is_on_colour();
        if let Some(element) = self.open.get_mut(depth) {
            (element.look, element.print, element.shows_words) = (look, in_print, shows_words);
        }
    }

    /// Closes the innermost element. `goes_on`: it is a formatting element that its own end tag did not end.
    pub fn pop(&mut self, goes_on: bool) -> Option<Element> {
        let element = self.open.pop()?;
        self.cascade.count(&element.traits, false);
        let depth = self.open.len();
        if let Some(places) = self.places.get_mut(element.name()) {
            places.pop();
        }
        if self.specials.last() == Some(&depth) {
            self.specials.pop();
        }
        if self.markers.last() == Some(&depth) {
            self.markers.pop();
            let level = self.markers.len();
            self.pending.retain(|(of, _)| *of <= level);
        }
        if let (true, Some(tag)) = (goes_on && is_formatting(element.name()), &element.tag) {
            self.keep_pending(Rc::clone(tag));
        }
        Some(element)
    }

    /// No more than three that are alike are kept (WHATWG HTML 13.2.4.3).
    fn keep_pending(&mut self, tag: Rc<Tag>) {
        let level = self.markers.len();
        let alike =
            self.pending.iter().filter(|(of, one)| *of == level && one.name == tag.name && one.attrs == tag.attrs);
        if alike.count() >= 3 {
            return;
        }
        if self.pending.len() >= MAX_PENDING {
            self.is_too_deep = true;
            return;
        }
        self.pending.push((level, tag));
    }

    /// Puts what `pop` kept, innermost first, into the order in which it is opened again.
    pub fn order_pending(&mut self, from: usize) {
        if let Some(latest) = self.pending.get_mut(from..) {
            latest.reverse();
        }
    }

    /// How many formatting elements wait.
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Opens again what goes on here.
    pub fn reopen(&mut self) {
        let level = self.markers.len();
        while let Some(at) = self.pending.iter().position(|(of, _)| *of == level) {
            let (_, tag) = self.pending.remove(at);
            self.reopened += 1;
            if self.reopened > MAX_REOPENED {
                self.is_too_deep = true;
                return;
            }
            self.push(&tag.name, Some(&tag));
        }
    }

    /// Forgets a formatting element that its end tag ends before it was opened again.
    pub fn forget(&mut self, name: &str) {
        let level = self.markers.len();
        if let Some(at) = self.pending.iter().rposition(|(of, tag)| *of == level && &*tag.name == name) {
            self.pending.remove(at);
        }
    }

    /// Where the element is that an end tag ends; nothing if it reaches none (WHATWG HTML 13.2.6.4.7).
    pub fn ended_by(&self, name: &str) -> Option<usize> {
        let place = *self.places.get(name)?.last()?;
        let last_of = |name: &str| self.places.get(name).and_then(|places| places.last()).copied();
        let bound = if name == "template" {
            None
        } else if name == "table" || is_of_table(name) {
            last_of("template").max(if name == "table" { None } else { last_of("table") })
        } else if is_marker(name) {
            let last = self.markers.last().copied();
            if last == Some(place) { self.markers.len().checked_sub(2).map(|at| self.markers[at]) } else { last }
        } else if is_formatting(name) || is_special(name) {
            self.markers.last().copied()
        } else {
            self.specials.last().copied()
        };
        bound.is_none_or(|bound| bound < place).then_some(place)
    }

    /// Ends a formatting element that has others open in it, which stay; false if it has none.
    pub fn end_around_others(&mut self, place: usize) -> bool {
        if self.specials.last().is_none_or(|special| *special < place) {
            return false;
        }
        let (look, print) =
            place.checked_sub(1).map_or_else(Default::default, |at| (self.open[at].look, self.open[at].print));
        let element = &mut self.open[place];
        if let Some(places) = self.places.get_mut(&element.traits.name) {
            places.pop();
        }
        let ended = std::mem::take(&mut element.traits);
        element.tag = None;
        (element.look, element.print, element.leads_to_note) = (look, print, false);
        self.cascade.count(&ended, false);
        let above = place + 1..self.open.len();
        if above.len() > MAX_RESTYLED {
            self.is_too_deep = true;
        } else if !self.is_survey {
            above.for_each(|depth| self.style(depth));
        }
        true
    }
}
