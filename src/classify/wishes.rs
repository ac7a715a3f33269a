//! What a sender asks for besides being read, found sentence by sentence in their own words. A wish that is not one costs
//! a reviewer a moment; one that is missed may become public: in doubt it is told. Decides nothing.

use super::dates;
use super::scripts::{Pattern, Scripts};
use super::sieve::Sieve;
use super::{Input, Passage, Reading};
use crate::domain::Timestamp;
use crate::domain::classification::Evidence;
use crate::domain::message::{Part, PartKind, Span};
use crate::domain::wish::{Wish, WishKind};
use crate::normal::normal_text;
use aho_corasick::AhoCorasick;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;
use unicode_normalization::UnicodeNormalization as _;

/// Most wishes of one message: more are no more to decide.
const MOST: usize = 12;

/// Longest sentence that is looked at, in characters: a wish is short.
const LONGEST: usize = 700;

/// A mail's own text longer than this, in bytes, is the input itself.
const COVERS: usize = 4_000;

/// In a file a wish stands at its beginning or its end, and is brief: "Embargoed until ...".
const LONGEST_IN_FILE: usize = 250;
const FIRST_IN_FILE: usize = 8;
const LAST_IN_FILE: usize = 4;

/// The patterns of `data/wishes.toml`.
struct Patterns {
    triggers: Option<AhoCorasick>,
    all: Vec<Pattern>,
    sieve: Sieve,
    /// Which of them belong to a list.
    lists: BTreeMap<String, Range<usize>>,
}

impl Patterns {
    fn look<'a>(&'a self, text: &'a str) -> Look<'a> {
        Look { patterns: self, text, scripts: Scripts::of(text), may_have: self.sieve.may_have(text) }
    }
}

/// A comparable text, with what is known of it before any pattern is tried.
struct Look<'a> {
    patterns: &'a Patterns,
    text: &'a str,
    scripts: Scripts,
    may_have: Vec<bool>,
}

impl Look<'_> {
    /// Whether the text has a pattern of a list.
    fn any(&self, list: &str) -> bool {
        let all = self.patterns.lists.get(list).cloned().unwrap_or_default();
        all.into_iter().any(|at| self.may_have[at] && self.patterns.all[at].is_match(self.text, self.scripts))
    }

    /// Whether it has a wish outright.
    fn says_one(&self) -> bool {
        WishKind::ALL.iter().any(|kind| self.any(kind.as_str()))
    }
}

fn patterns() -> &'static Patterns {
    static PATTERNS: OnceLock<Patterns> = OnceLock::new();
    PATTERNS.get_or_init(|| {
        // Part of the program: a test reads every pattern.
        let lists: BTreeMap<String, Vec<String>> = toml::from_str(include_str!("data/wishes.toml")).unwrap_or_default();
        let triggers = AhoCorasick::new(lists.get("triggers").into_iter().flatten().map(|one| normal_text(one))).ok();
        let mut all: Vec<String> = Vec::new();
        let mut ranges = BTreeMap::new();
        for (name, patterns) in lists.into_iter().filter(|(name, _)| name != "triggers") {
            let first = all.len();
            all.extend(patterns);
            ranges.insert(name, first..all.len());
        }
        let sieve = Sieve::of(all.iter().map(String::as_str));
        Patterns { triggers, all: all.into_iter().map(Pattern::new).collect(), sieve, lists: ranges }
    })
}

/// The wishes of a message, in the order of the text.
pub fn wishes(input: &Input<'_>, passages: &[Passage], read: &[Reading]) -> Vec<Wish> {
    let patterns = patterns();
    let mut found: Vec<Wish> = Vec::new();
    for (at, (passage, reading)) in passages.iter().zip(read).enumerate() {
        let covers = input.texts[passage.text_index].path == "body" && input.message.body.text.len() <= COVERS;
        let near = |at: Option<usize>| {
            at.and_then(|at| passages.get(at)).is_some_and(|one| one.text_index == passage.text_index)
        };
        // Neither so near to its beginning nor to its end.
        if !covers && near(at.checked_sub(FIRST_IN_FILE)) && near(Some(at + LAST_IN_FILE)) {
            continue;
        }
        let triggered = patterns.triggers.as_ref().is_some_and(|machine| machine.is_match(&reading.normal.text));
        if !triggered || found.len() >= MOST {
            continue;
        }
        let look = patterns.look(&reading.normal.text);
        // What stands in no passage stands in none of its sentences; a mail's own are also read for what stands together.
        if !covers && !look.says_one() {
            continue;
        }
        let is_footer = look.any("footer");
        let longest = if covers { LONGEST } else { LONGEST_IN_FILE };
        for (span, words) in passage.said().filter(|(span, _)| span.end - span.start <= longest) {
            for kind in kinds(patterns, &normal_text(words), is_footer, covers) {
                found.push(wish(input, passage, span, words, kind));
            }
        }
    }
    found.truncate(MOST);
    found
}

/// What one sentence wishes. `covers`: it stands in the mail itself, where what is said of publishing is about what the
/// mail brings.
fn kinds(patterns: &Patterns, sentence: &str, is_footer: bool, covers: bool) -> Vec<WishKind> {
    let look = patterns.look(sentence);
    let any = |list: &str| look.any(list);
    // Nearly all sentences end here.
    if !look.says_one() && !(covers && (any("publish") || any("restrict"))) {
        return Vec::new();
    }
    let (own_paper, asks, publishes) = (any("own-paper"), any("first-person"), any("publish"));
    // A footer forbids disclosure, not publication; a text on the theme speaks of others; consent is no wish.
    let speaks_of_others = !own_paper && any("subject-talk");
    let of_a_page = ["publi", "públic", "web", "site", "публик", "сайт", "公布", "公开", "发布", "网", "نشر", "موقع"];
    let is_legal = is_footer && !of_a_page.iter().any(|word| sentence.contains(word));
    if is_legal || speaks_of_others || any("consent") {
        return Vec::new();
    }
    let names_day = dates::last_date(sentence, Some(Timestamp::UNIX_EPOCH)).is_some();
    let is_brief = sentence.chars().count() <= 60;
    let concerns_us = own_paper || asks || (is_brief && covers);
    if !concerns_us && !names_day && !is_brief {
        return Vec::new();
    }
    let invites = any("invites");
    let restricts = covers && concerns_us && !invites && any("restrict");
    let forbids = !invites && any(WishKind::NotForPublication.as_str());
    let mut kinds = Vec::new();
    let waits = covers && publishes && names_day && any("when") && (any("restrict") || asks || own_paper || is_brief);
    if (any(WishKind::Embargo.as_str()) && (concerns_us || names_day)) || waits {
        kinds.push(WishKind::Embargo);
    }
    let for_safety =
        ["safe", "secur", "sécur", "segur", "безопасн", "安全", "امن"].iter().any(|word| sentence.contains(word));
    let hides_name = restricts && any("name") && (publishes || is_brief || for_safety) && asks;
    if (any(WishKind::Anonymous.as_str()) && concerns_us) || (kinds.is_empty() && hides_name && !forbids) {
        kinds.push(WishKind::Anonymous);
    }
    if any(WishKind::Withdrawal.as_str()) && concerns_us {
        kinds.push(WishKind::Withdrawal);
    }
    // "Do not publish before" and "do not publish our name" are wishes of their own kind.
    if kinds.is_empty() && (forbids || (restricts && publishes)) {
        kinds.push(WishKind::NotForPublication);
    }
    kinds
}

fn wish(input: &Input<'_>, passage: &Passage, span: Span, words: &str, kind: WishKind) -> Wish {
    let part = &input.texts[passage.text_index];
    let evidence = Evidence {
        quote: words.to_string(),
        part: part.path.clone(),
        digest: part.digest,
        segment: passage.segment,
        span,
    };
    let files: Vec<&Part> =
        input.message.all_parts().into_iter().filter(|part| part.kind == PartKind::Attachment).collect();
    let concerns = match kind {
        WishKind::NotForPublication | WishKind::Embargo => file_named(&normal_text(&composed(words)), &files),
        WishKind::Anonymous | WishKind::Withdrawal => None,
    };
    let until = (kind == WishKind::Embargo).then(|| dates::last_date(words, input.message.date)).flatten();
    Wish { kind, evidence, concerns, until }
}

/// What people call a file that goes with another one.
const ANNEX: [&str; 14] = [
    "annex",
    "appendix",
    "append",
    "anexo",
    "annexe",
    "adjunto",
    "приложени",
    "附件",
    "附录",
    "ملحق",
    "مرفق",
    "attachment",
    "pièce jointe",
    "вложени",
];

/// Letters and their accents as one sign: macOS writes the names of files with two.
fn composed(text: &str) -> String {
    text.nfc().collect()
}

/// The file that a sentence means: by its name, or the only one that is called an annex.
fn file_named(sentence: &str, files: &[&Part]) -> Option<String> {
    let name = |part: &&&Part| part.name.as_deref().map(|name| normal_text(&composed(name))).unwrap_or_default();
    let stem = |part: &&&Part| {
        let name = name(part);
        name.rsplit_once('.').map_or(name.clone(), |(stem, _)| stem.to_string())
    };
    if let Some(part) = files.iter().find(|part| stem(part).chars().count() >= 4 && sentence.contains(&stem(part))) {
        return Some(part.path.clone());
    }
    let words: Vec<&&str> = ANNEX.iter().filter(|word| sentence.contains(**word)).collect();
    let called: Vec<&&Part> =
        files.iter().filter(|part| !words.is_empty() && ANNEX.iter().any(|word| name(part).contains(word))).collect();
    match called.as_slice() {
        [only] if files.len() > 1 => Some(only.path.clone()),
        _ => None,
    }
}
