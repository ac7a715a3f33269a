//! Looks for removed words in the bytes of a file: as they are, unpacked, and in the codings that files use. Trusts nothing
//! that a file says of itself.

use super::forms::Forms;
use super::unpack;
use super::words::{Words, places_of};
use serde::{Deserialize, Serialize};

/// Bytes that are looked at in one file, unpacked ones included.
const MOST_BYTES: usize = 768 << 20;

/// How deep packed things are opened.
const DEEPEST: u32 = 5;

/// Text that is compared as text, in bytes; what is longer is looked through byte by byte.
const LONGEST_TEXT: usize = 32 << 20;

/// Words that are still there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Found {
    pub words: String,
    /// Where, for a person: `its bytes`, `word/document.xml in its bytes`.
    pub place: String,
}

/// What a search gave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Searched {
    pub found: Vec<Found>,
    /// False: there is more in the file than is looked at.
    pub complete: bool,
}

/// Looks for words in every byte of a file, and in all that is packed in it.
pub fn find_removed(bytes: &[u8], words: &[Words]) -> Searched {
    let mut search = Search { words, forms: Forms::of(words), left: MOST_BYTES, found: Vec::new(), complete: true };
    search.look(bytes, "its bytes", 0);
    search.found.sort();
    search.found.dedup();
    Searched { found: search.found, complete: search.complete }
}

/// Looks for words in a text, named `place` in what is found.
pub fn find_in_text(text: &str, words: &[Words], place: &str) -> Vec<Found> {
    let mut found: Vec<Found> = places_of(text, words)
        .into_iter()
        .map(|(number, _)| Found { words: words[number].said.clone(), place: place.into() })
        .collect();
    found.sort();
    found.dedup();
    found
}

struct Search<'w> {
    words: &'w [Words],
    forms: Forms,
    left: usize,
    found: Vec<Found>,
    complete: bool,
}

impl Search<'_> {
    fn look(&mut self, bytes: &[u8], place: &str, depth: u32) {
        if bytes.len() > self.left {
            self.complete = false;
            return;
        }
        self.left -= bytes.len();
        for (number, how) in self.forms.found_in(bytes) {
            let place = if how.is_empty() { place.to_string() } else { format!("{place}, as {how}") };
            self.found.push(Found { words: self.words[number].said.clone(), place });
        }
        if bytes.len() <= LONGEST_TEXT {
            for text in unpack::texts(bytes) {
                self.found.extend(find_in_text(&text, self.words, place));
            }
        }
        if depth == DEEPEST {
            self.complete &= !unpack::is_packed(bytes);
            return;
        }
        let mut most = self.left;
        let complete = unpack::each(bytes, &mut most, &mut |name, inner| {
            self.look(inner, &format!("{name} in {place}"), depth + 1);
        });
        self.complete &= complete;
    }
}
