//! The bytes that words can be written in: codings of characters, hexadecimal digits, base64. Finds them in one pass.

use super::words::Words;
use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::collections::BTreeSet;

/// Bytes from which a form is looked for: shorter ones stand in any large file by chance.
const LEAST: usize = 5;

/// All forms of some words.
pub struct Forms {
    finder: Option<AhoCorasick>,
    /// For each pattern the number of its words and the name of the form.
    of: Vec<(usize, &'static str)>,
}

impl Forms {
    /// Of words.
    pub fn of(words: &[Words]) -> Self {
        let (mut patterns, mut of) = (Vec::new(), Vec::new());
        for (number, one) in words.iter().enumerate() {
            for (form, name) in forms(one) {
                patterns.push(form);
                of.push((number, name));
            }
        }
        let finder = AhoCorasick::builder().ascii_case_insensitive(true).build(&patterns).ok();
        Self { finder: finder.filter(|_| !patterns.is_empty()), of }
    }

    /// Which words stand in some bytes, and in which form; an empty name: as they are.
    pub fn found_in(&self, bytes: &[u8]) -> BTreeSet<(usize, &'static str)> {
        let Some(finder) = &self.finder else { return BTreeSet::new() };
        finder.find_overlapping_iter(bytes).map(|found| self.of[found.pattern().as_usize()]).collect()
    }
}

fn forms(words: &Words) -> Vec<(Vec<u8>, &'static str)> {
    let mut texts: BTreeSet<String> = BTreeSet::from([words.said.clone(), words.said.to_lowercase()]);
    texts.insert(words.said.to_uppercase());
    texts.insert(words.said.split(' ').collect());
    texts.extend(words.digits.clone());
    let mut forms = Vec::new();
    for text in &texts {
        let utf8 = text.as_bytes().to_vec();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (bytes, name) in [(&utf8, "hexadecimal"), (&big, "hexadecimal UTF-16")] {
            let hex = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            forms.push((hex.into_bytes(), name));
        }
        for bytes in [&utf8, &little] {
            forms.extend(base64(bytes).into_iter().map(|form| (form, "base64")));
        }
        use encoding_rs::{GB18030, KOI8_R, WINDOWS_1251, WINDOWS_1252, WINDOWS_1256};
        for coding in [WINDOWS_1252, WINDOWS_1251, WINDOWS_1256, KOI8_R, GB18030] {
            let (bytes, _, lost) = coding.encode(text);
            if !lost && !text.is_ascii() {
                forms.push((bytes.into_owned(), coding.name()));
            }
        }
        forms.push((utf8, ""));
        forms.push((big, "UTF-16"));
        forms.push((little, "UTF-16"));
    }
    forms.retain(|(form, _)| form.len() >= LEAST);
    forms
}

/// What stays the same of the bytes in base64, wherever in a group of three they begin (RFC 4648 4).
fn base64(bytes: &[u8]) -> Vec<Vec<u8>> {
    (0..3_usize)
        .filter_map(|before| {
            let mut whole = vec![0; before];
            whole.extend(bytes);
            let coded = STANDARD_NO_PAD.encode(&whole);
            // Characters that hold bits of other bytes are left out.
            let from = (before * 8).div_ceil(6);
            let to = whole.len() * 8 / 6;
            (to >= from + 10).then(|| coded.as_bytes()[from..to].to_vec())
        })
        .collect()
}
