//! E-mail addresses, also written so that machines shall not read them. Checks none.

use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// Letters of alphabets; Chinese signs stand before an address without a blank and are no part of it.
const LETTER: &str = r"\p{Latin}\p{Cyrillic}\p{Arabic}0-9";

static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = format!(
        r"[{LETTER}][{LETTER}._%+'-]{{0,63}}[ ]?@[ ]?[{LETTER}-]+(?:\.[{LETTER}-]+)*\.[\p{{Latin}}\p{{Cyrillic}}\p{{Arabic}}]{{2,24}}"
    );
    Regex::new(&pattern).expect("the pattern is a constant")
});

static DISGUISED: LazyLock<Regex> = LazyLock::new(|| {
    let at = r"\s?(?:[\[({<]\s?(?:at|arroba|arobase|собака|a|@)\s?[\])}>]|\s(?:AT|\(at\)|arroba|arobase|собака)\s)\s?";
    let dot = r"(?:\s?[\[({<]\s?(?:dot|punto|point|точка|\.)\s?[\])}>]\s?|\sdot\s|\spunto\s|\.)";
    let pattern =
        format!(r"(?i)[{LETTER}][{LETTER}._%+-]{{0,63}}{at}[{LETTER}-]+(?:{dot}[{LETTER}-]+)*{dot}[a-z]{{2,24}}\b");
    Regex::new(&pattern).expect("the pattern is a constant")
});

/// Where they stand, in bytes.
pub fn find(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = PLAIN.find_iter(text).map(|one| one.range()).collect();
    found.extend(DISGUISED.find_iter(text).map(|one| one.range()));
    found
}
