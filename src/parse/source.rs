//! Where the bytes of each part lie in what contains it, so that a part is fetched without reading the whole message
//! again. Holds bytes only where no rule gives them back; never decides what is a part.

use crate::domain::message::Part;
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// How the bytes of a part come out of the bytes of what contains it.
#[derive(Clone, Debug)]
pub enum Source {
    /// As they stand there.
    Range(Range<usize>),
    /// RFC 2045 6.8.
    Base64(Range<usize>),
    /// Base64 that breaks off or holds foreign signs.
    LooseBase64(Range<usize>),
    /// RFC 2045 6.7.
    QuotedPrintable(Range<usize>),
    /// RFC 1951; the length is that of what comes out.
    Deflate(Range<usize>, usize),
    /// RFC 1952, the whole of it; the length is that of what comes out.
    Gzip(usize),
    /// They stand nowhere in one piece.
    Held(Arc<Vec<u8>>),
}

impl Source {
    /// The bytes.
    pub fn bytes<'a>(&'a self, container: &'a [u8]) -> Cow<'a, [u8]> {
        use mail_parser::decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode};
        let of = |range: &Range<usize>| container.get(range.clone()).unwrap_or_default();
        let inflated = |mut from: &mut dyn std::io::Read, length: usize| {
            let mut bytes = Vec::new();
            if bytes.try_reserve_exact(length).is_ok() {
                // What is damaged was cut where the damage is, when its length was measured.
                let _ = (&mut from).take(length as u64).read_to_end(&mut bytes);
            }
            Cow::Owned(bytes)
        };
        match self {
            Self::Range(range) => Cow::Borrowed(of(range)),
            Self::Base64(range) => Cow::Owned(base64_decode(of(range)).unwrap_or_default()),
            Self::LooseBase64(range) => Cow::Owned(loose_base64(of(range)).unwrap_or_default()),
            Self::QuotedPrintable(range) => Cow::Owned(quoted_printable_decode(of(range)).unwrap_or_default()),
            Self::Deflate(range, length) => inflated(&mut DeflateDecoder::new(of(range)), *length),
            Self::Gzip(length) => inflated(&mut MultiGzDecoder::new(container), *length),
            Self::Held(bytes) => Cow::Borrowed(bytes),
        }
    }

    /// Where a piece of the container stands in it.
    pub fn piece_of(container: &[u8], piece: &[u8]) -> Option<Self> {
        let start = (piece.as_ptr() as usize).checked_sub(container.as_ptr() as usize)?;
        let range = start..start.checked_add(piece.len())?;
        (range.end <= container.len()).then_some(Self::Range(range))
    }
}

/// Base64 without what does not belong in it: what can be decoded.
pub fn loose_base64(undecoded: &[u8]) -> Option<Vec<u8>> {
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let digits: Vec<u8> = undecoded.iter().copied().filter(is_digit).collect();
    mail_parser::decoders::base64::base64_decode(&digits[..digits.len() / 4 * 4])
}

/// A part, where it lies, and in what.
#[derive(Debug)]
pub struct Node {
    /// Without what is below it.
    pub part: Part,
    /// The node whose bytes contain it; `None`: the loaded bytes.
    pub container: Option<usize>,
    pub source: Source,
}

/// What the walk through loaded bytes found: every part, and the way to its bytes. It holds none of the loaded bytes;
/// the same ones must be given to it each time.
#[derive(Debug, Default)]
pub struct Opened {
    nodes: Vec<Node>,
    by_path: BTreeMap<String, usize>,
    /// The containers on the way to the part that was asked for last, outermost first: its neighbours are asked for next.
    way: Mutex<Vec<(usize, Arc<Vec<u8>>)>>,
}

impl Opened {
    /// Keeps what a walk found.
    pub fn of(nodes: Vec<Node>) -> Self {
        let by_path = nodes.iter().enumerate().map(|(at, node)| (node.part.path.clone(), at)).collect();
        Self { nodes, by_path, way: Mutex::default() }
    }

    /// A part by its path, without what is below it, and its decoded bytes. `raw` must be the bytes that were opened.
    pub fn part(&self, raw: &[u8], path: &str) -> Option<(Part, Vec<u8>)> {
        let node = &self.nodes[*self.by_path.get(path)?];
        let mut containers = Vec::new();
        let mut next = node.container;
        while let Some(at) = next {
            containers.push(at);
            next = self.nodes[at].container;
        }
        containers.reverse();
        let mut way = self.way.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = self.follow(raw, &containers, &mut way, node);
        Some((node.part.clone(), bytes))
    }

    /// Walks from the loaded bytes down to the node. A container that is a mere range of another one needs no copy.
    fn follow(&self, raw: &[u8], containers: &[usize], way: &mut Vec<(usize, Arc<Vec<u8>>)>, node: &Node) -> Vec<u8> {
        // What lies on another way is let go first, so that never more than one way is held.
        way.retain(|(at, _)| containers.contains(at));
        let mut held: Option<Arc<Vec<u8>>> = None;
        let mut within: Option<Range<usize>> = None;
        for at in containers {
            if let Some((_, bytes)) = way.iter().find(|(known, _)| known == at) {
                (held, within) = (Some(bytes.clone()), None);
                continue;
            }
            let source = &self.nodes[*at].source;
            if let Source::Range(range) = source {
                let start = within.as_ref().map_or(0, |outer| outer.start);
                within = Some(start + range.start..start + range.end);
                continue;
            }
            let around = view(raw, held.as_ref(), within.as_ref());
            let bytes = match source {
                Source::Held(bytes) => bytes.clone(),
                source => Arc::new(source.bytes(around).into_owned()),
            };
            way.push((*at, bytes.clone()));
            (held, within) = (Some(bytes), None);
        }
        node.source.bytes(view(raw, held.as_ref(), within.as_ref())).into_owned()
    }
}

fn view<'a>(raw: &'a [u8], held: Option<&'a Arc<Vec<u8>>>, within: Option<&Range<usize>>) -> &'a [u8] {
    let whole = held.map_or(raw, |bytes| bytes.as_slice());
    match within {
        Some(range) => whole.get(range.clone()).unwrap_or_default(),
        None => whole,
    }
}
