//! Takes the words that a reader of a page does not see out of a text by an engine that does not tell them from others.
//! Decides nothing about what is hidden.

use super::agreement::{is_ignored, is_sign};
use std::collections::HashMap;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization as _;

/// Hidden words of one page that are looked for, and places of the first of a run of them that are tried.
const MAX_HIDDEN: usize = 20_000;
const MAX_PLACES: usize = 60;

struct Word {
    text: String,
    place: Range<usize>,
}

/// `text` without the words of `hidden`, each as often as it is there: the longest runs of them that stand together are
/// taken out first found, so that the same words elsewhere stay.
pub fn without(text: &str, hidden: &str) -> String {
    let (words, unseen) = (words(text), words(hidden));
    if words.is_empty() || unseen.is_empty() || unseen.len() > MAX_HIDDEN {
        return text.into();
    }
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, word) in words.iter().enumerate() {
        places.entry(word.text.as_str()).or_default().push(at);
    }
    let mut taken = vec![false; words.len()];
    let mut next = 0;
    let mut after = 0;
    while next < unseen.len() {
        let run = |from: usize| -> usize {
            let pairs = words[from..].iter().zip(&taken[from..]).zip(&unseen[next..]);
            pairs.take_while(|((word, taken), other)| !**taken && word.text == other.text).count()
        };
        let all = places.get(unseen[next].text.as_str()).map_or(&[][..], Vec::as_slice);
        // Hidden words come in the order of the page: those behind the last run are tried first.
        let (before, behind) = all.split_at(all.partition_point(|at| *at < after));
        let tried = behind.iter().chain(before).take(MAX_PLACES).map(|at| (run(*at), *at));
        let best = tried.reduce(|best, one| if one.0 > best.0 { one } else { best });
        let (length, from) = best.unwrap_or((0, after));
        taken[from..from + length].fill(true);
        next += length.max(1);
        after = from + length;
    }
    cut(text, &words, &taken)
}

/// The text without the words that are taken, and without the signs that follow them.
fn cut(text: &str, words: &[Word], taken: &[bool]) -> String {
    let mut left = String::with_capacity(text.len());
    let mut from = 0;
    for (at, word) in words.iter().enumerate() {
        if !taken[at] {
            continue;
        }
        let before = &text[from.min(word.place.start)..word.place.start];
        let follows_taken = at > 0 && taken[at - 1];
        // Signs between two words that are taken belong to them.
        left.extend(before.chars().filter(|c| !follows_taken || *c == '\n'));
        let rest = &text[word.place.end..];
        let signs = rest.find(|c: char| c.is_whitespace() || c.is_alphanumeric()).unwrap_or(rest.len());
        from = word.place.end + signs;
    }
    left.push_str(&text[from..]);
    left
}

/// The words of a text in the form in which they are compared, with their places.
fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut open = false;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        if is_ignored(c) {
            continue;
        }
        if !c.is_alphanumeric() {
            open = false;
            continue;
        }
        let folded = std::iter::once(c).nfkc().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric());
        match words.last_mut().filter(|_| open && !is_sign(c)) {
            Some(word) => {
                word.text.extend(folded);
                word.place.end = end;
            }
            None => words.push(Word { text: folded.collect(), place: at..end }),
        }
        open = !is_sign(c);
    }
    words
}
