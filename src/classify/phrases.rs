//! Many phrases, found where they begin: whoever looks for them knows where words begin, and only there a walk down their
//! common beginnings is worth its time. Knows nothing of words itself.

use std::collections::VecDeque;
use std::ops::Range;

/// Phrases in the order of their letters, with a tree of their beginnings.
pub struct Phrases {
    /// All of them, one after the other.
    text: Vec<u8>,
    sorted: Vec<Phrase>,
    nodes: Vec<Node>,
    /// The byte that leads to each node.
    bytes: Vec<u8>,
    /// The node of each two first bytes; zero: none, and phrases of one byte are looked for from the root.
    twos: Vec<u32>,
    /// Which first bytes there are, so that hardly a walk is begun in vain.
    beginnings: Beginnings,
}

/// Where it stands in the text of all, and its number.
struct Phrase {
    start: u32,
    end: u32,
    number: u32,
}

/// A beginning that phrases share.
#[derive(Clone, Copy, Default)]
struct Node {
    /// Those that go on, side by side; none: all that is below is one phrase, and the rest of it has to be compared.
    children: u32,
    count: u16,
    /// How many phrases end here, and the first of them.
    ending: u16,
    first: u32,
}

impl Phrases {
    /// Of phrases that are numbered from zero; an empty one is never found, and the same one may come several times.
    pub fn of(phrases: impl IntoIterator<Item = String>) -> Self {
        let mut sorted: Vec<(String, u32)> = phrases.into_iter().zip(0..).filter(|(one, _)| !one.is_empty()).collect();
        sorted.sort_unstable();
        let mut made = Self {
            text: Vec::new(),
            sorted: Vec::new(),
            nodes: vec![Node::default()],
            bytes: vec![0],
            twos: vec![0; 1 << 16],
            beginnings: Beginnings(vec![0; 1 << 10]),
        };
        for (phrase, number) in &sorted {
            let start = made.text.len() as u32;
            made.text.extend(phrase.as_bytes());
            made.beginnings.add(phrase.as_bytes());
            made.sorted.push(Phrase { start, end: made.text.len() as u32, number: *number });
        }
        // Nodes whose children are still to be made, with their phrases and how many bytes these share.
        let mut open = VecDeque::from([(0, 0..sorted.len(), 0)]);
        if sorted.is_empty() {
            open.clear();
        }
        while let Some((node, below, depth)) = open.pop_front() {
            for (byte, child) in made.open(node, below, depth, &sorted) {
                open.push_back((made.nodes.len(), child, depth + 1));
                made.nodes.push(Node::default());
                made.bytes.push(byte);
            }
        }
        for one in made.children(0).filter(|one| made.nodes[*one].ending == 0) {
            for two in made.children(one) {
                made.twos[usize::from(made.bytes[one]) << 8 | usize::from(made.bytes[two])] = two as u32;
            }
        }
        made
    }

    /// Sets a node up; returns the byte and the phrases of each child, which are still to be made.
    fn open(
        &mut self,
        node: usize,
        below: Range<usize>,
        depth: usize,
        sorted: &[(String, u32)],
    ) -> Vec<(u8, Range<usize>)> {
        let text = |at: usize| sorted[at].0.as_bytes();
        let is_one = text(below.start) == text(below.end - 1);
        let ending = below.clone().take_while(|at| is_one || text(*at).len() == depth).count();
        let mut children: Vec<(u8, Range<usize>)> = Vec::new();
        for at in below.start + ending..below.end {
            match children.last_mut() {
                Some((byte, child)) if *byte == text(at)[depth] => child.end = at + 1,
                _ => children.push((text(at)[depth], at..at + 1)),
            }
        }
        self.nodes[node] = Node {
            children: self.nodes.len() as u32,
            count: children.len() as u16,
            ending: ending as u16,
            first: below.start as u32,
        };
        children
    }

    fn children(&self, node: usize) -> Range<usize> {
        let Node { children, count, .. } = self.nodes[node];
        children as usize..children as usize + usize::from(count)
    }

    /// The numbers of the phrases that stand at a place, in bytes, each with its end; shorter ones first.
    pub fn at(&self, text: &str, start: usize, mut found: impl FnMut(usize, usize)) {
        let rest = &text.as_bytes()[start..];
        let mut tell = |node: &Node| {
            for one in &self.sorted[node.first as usize..][..usize::from(node.ending)] {
                found(one.number as usize, start + (one.end - one.start) as usize);
            }
        };
        if !self.beginnings.may_begin(rest) {
            return;
        }
        let two = rest.first_chunk().map_or(0, |[one, two]| self.twos[usize::from(*one) << 8 | usize::from(*two)]);
        let (mut at, mut depth) = (two as usize, if two > 0 { 2 } else { 0 });
        while let Some(node) = self.nodes.get(at) {
            if node.count == 0 {
                let phrase = self.sorted.get(node.first as usize);
                let last = phrase.map(|one| &self.text[one.start as usize + depth..one.end as usize]);
                if last.is_some_and(|last| rest[depth..].starts_with(last)) {
                    tell(node);
                }
                return;
            }
            if node.ending > 0 {
                tell(node);
            }
            let (Some(byte), children) = (rest.get(depth), self.children(at)) else { return };
            let bytes = &self.bytes[children.clone()];
            let next =
                if bytes.len() > 8 { bytes.binary_search(byte).ok() } else { bytes.iter().position(|one| one == byte) };
            let Some(next) = next else { return };
            (at, depth) = (children.start + next, depth + 1);
        }
    }
}

/// The first six bytes of long phrases, four of shorter ones and two of short ones, as bits by their hash: few enough to stay
/// near the processor.
struct Beginnings(Vec<u64>);

impl Beginnings {
    fn add(&mut self, phrase: &[u8]) {
        let length = [6, 4, 2, 1].into_iter().find(|length| phrase.len() >= *length).unwrap_or(0);
        let mut bytes = [0; 8];
        bytes[..length].copy_from_slice(&phrase[..length]);
        let (word, bit) = Self::place(u64::from_le_bytes(bytes));
        self.0[word] |= bit;
    }

    /// Whether a phrase may stand at the beginning of these bytes.
    fn may_begin(&self, bytes: &[u8]) -> bool {
        let Some([a, b, c, d, e, f]) = bytes.first_chunk() else { return true };
        let all = u64::from_le_bytes([*a, *b, *c, *d, *e, *f, 0, 0]);
        let is_known = |key: u64| {
            let (word, bit) = Self::place(key);
            self.0[word] & bit != 0
        };
        is_known(all) || is_known(all & 0xffff_ffff) || is_known(all & 0xffff) || is_known(all & 0xff)
    }

    fn place(key: u64) -> (usize, u64) {
        let hash = key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48;
        (hash as usize / 64, 1 << (hash % 64))
    }
}
