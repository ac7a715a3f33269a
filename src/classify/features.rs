//! What the linear model sees of a text: stems alone and in pairs, pieces of stems, and Chinese signs in runs of up to
//! three; each as a hash with its place, so that any stretch of the text can be scored by itself.

use super::concepts::concepts;
use super::words::{Layout, is_chinese, stem, words};
use unicode_normalization::UnicodeNormalization as _;

/// Hashes have this many values.
pub const HASHES: usize = 1 << 20;

/// One feature, and where it stands in the comparable text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    pub hash: u32,
    pub start: u32,
    pub end: u32,
}

impl Feature {
    fn new(hash: u32, start: usize, end: usize) -> Self {
        // No passage is as long as four gigabytes.
        Self { hash: masked(hash), start: start as u32, end: end as u32 }
    }
}

/// The features of a comparable text, in its order.
pub fn features(text: &str) -> Vec<Feature> {
    of_words(text, &words(text))
}

fn of_words(text: &str, words: &[(usize, usize)]) -> Vec<Feature> {
    let mut found = Vec::with_capacity(text.len());
    let mut before: Option<(u32, usize)> = None;
    let mut marked = Marked::default();
    for (start, end) in words.iter().copied() {
        let word = &text[start..end];
        if is_chinese(word) {
            signs(word, start, &mut found);
            before = None;
            continue;
        }
        let stem = stem(word);
        let own = fnv(BASIS, stem.as_bytes());
        found.push(Feature::new(own, start, end));
        if let Some((first, from)) = before {
            let pair = fnv(fnv(first, b" "), stem.as_bytes());
            found.push(Feature::new(pair, from, end));
        }
        before = Some((own, start));
        pieces(&stem, start, end, &mut marked, &mut found);
    }
    found
}

/// The same and the concepts.
pub fn all_features(text: &str, layout: &Layout) -> Vec<Feature> {
    let mut found = of_words(text, &layout.words);
    meanings(text, layout, &mut found);
    found
}

/// So many bytes apart two concepts still belong together: about a dozen words.
const NEAR: usize = 120;

/// Concepts, alone and two that stand near each other: the same in all languages.
fn meanings(text: &str, layout: &Layout, found: &mut Vec<Feature>) {
    let all = concepts(text, &layout.beginnings);
    let hash = |number: u16| fnv(fnv(BASIS, b"#"), &number.to_le_bytes());
    for (at, one) in all.iter().enumerate() {
        found.push(Feature::new(hash(one.number), one.start, one.end));
        for other in all[at + 1..].iter().take_while(|other| other.start <= one.end + NEAR) {
            if one.number == other.number || other.start < one.end {
                continue;
            }
            let (low, high) = (one.number.min(other.number), one.number.max(other.number));
            let pair = fnv(fnv(hash(low), b"+"), &high.to_le_bytes());
            found.push(Feature::new(pair, one.start, other.end));
        }
    }
}

/// Runs of one to three Chinese signs.
fn signs(word: &str, offset: usize, found: &mut Vec<Feature>) {
    let places: Vec<usize> = word.char_indices().map(|(at, _)| at).chain([word.len()]).collect();
    for length in 1..=3 {
        for run in places.windows(length + 1) {
            let (start, end) = (run[0], run[length]);
            let hash = fnv(BASIS, &word.as_bytes()[start..end]);
            found.push(Feature::new(hash, offset + start, offset + end));
        }
    }
}

/// Runs of letters of a stem with marks at its ends, accents left out: they meet across inflections and, in Latin
/// script, across languages. Four letters where words change most, else five.
fn pieces(stem: &str, start: usize, end: usize, marked: &mut Marked, found: &mut Vec<Feature>) {
    let before = fnv(BASIS, b"~");
    let Marked { text, places } = marked;
    text.clear();
    text.push('^');
    if stem.is_ascii() {
        text.push_str(stem);
        text.push('$');
        let runs = text.as_bytes().windows(5);
        found.extend(runs.map(|run| Feature::new(fnv(before, run), start, end)));
        return;
    }
    let first = stem.chars().next().unwrap_or(' ');
    let length = if ('\u{0400}'..='\u{06ff}').contains(&first) { 4 } else { 5 };
    places.clear();
    places.extend([0, 1]);
    for c in stem.chars() {
        text.push(bare(c));
        places.push(text.len());
    }
    text.push('$');
    places.push(text.len());
    for run in places.windows(length + 1) {
        found.push(Feature::new(fnv(before, &text.as_bytes()[run[0]..run[length]]), start, end));
    }
}

/// A stem with marks at its ends, and where its letters begin; kept, since it is made anew for each word.
#[derive(Default)]
struct Marked {
    text: String,
    places: Vec<usize>,
}

/// A letter without its accents.
fn bare(c: char) -> char {
    match c {
        '\0'..='\u{7f}' | 'а'..='и' | 'к'..='я' | 'ا'..='ي' => c,
        _ => std::iter::once(c).nfd().next().unwrap_or(c),
    }
}

/// Where a hash begins.
pub const BASIS: u32 = 0x811c_9dc5;

/// FNV-1a, going on from a former hash.
pub fn fnv(from: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(from, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// The upper bits folded into the lower ones.
fn masked(hash: u32) -> u32 {
    (hash ^ (hash >> 20)) & (HASHES as u32 - 1)
}
