//! Says how messages belong together: corrections, the same once more, annexes, near-copies. Pure, and proposes only:
//! nothing is joined here, and what it does not see stays two inputs.

mod difference;
mod groups;
mod judge;
mod sketch;

pub use difference::{Difference, difference};
pub use groups::{Group, groups};
pub use judge::relations;
pub use sketch::{bands, similarity, sketch};

use crate::domain::MessageId;
use crate::domain::classification::{Classification, MessageKind, TextPart};
use crate::domain::message::{ParsedMessage, PartKind};
use crate::domain::relation::{LikeFile, Likeness};
use std::collections::BTreeSet;

/// A title of fewer words says nothing: "Statement", "Input to the OEWG".
const TITLE_WORDS: usize = 4;
/// Beginning of a withdrawal in which it may name what it takes back, in words.
const NAMED_WORDS: usize = 600;
/// Files below this size, in bytes, hold no paper.
const SMALLEST_FILE: u64 = 100;
/// Texts of one message that are sketched: a tree of thousands of files is compared by its digests.
const MOST_TEXTS: usize = 40;

/// What makes a message comparable. `texts` are its own texts as the classifier reads them.
pub fn likeness(
    id: &MessageId,
    parsed: &ParsedMessage,
    classified: &Classification,
    texts: &[TextPart],
    forwards: bool,
) -> Likeness {
    let parts = parsed.all_parts();
    let files = parts.iter().filter(|part| {
        part.kind == PartKind::Attachment && part.size_bytes >= SMALLEST_FILE && !part.media_type.starts_with("image/")
    });
    let mut answers: Vec<String> = parsed.in_reply_to.iter().chain(&parsed.references).cloned().collect();
    answers.sort();
    answers.dedup();
    let own = || own_text(texts.iter().find(|text| text.path == "body"));
    let takes_back = MessageKind::Withdrawal == classified.kind || classified.also == Some(MessageKind::Withdrawal);
    Likeness {
        message: id.clone(),
        kind: if takes_back { MessageKind::Withdrawal } else { classified.kind },
        message_id_header: parsed.message_id_header.clone(),
        answers,
        contains: parts.iter().filter_map(|part| part.message.as_ref()?.message_id_header.clone()).collect(),
        forwards,
        from: parsed.from.iter().chain(&parsed.reply_to).map(|one| one.address.to_lowercase()).collect(),
        title: long_enough(&classified.title, TITLE_WORDS),
        submitter: long_enough(&classified.submitter.name, 2),
        files: files
            .map(|part| LikeFile {
                part: part.path.clone(),
                digest: part.digest,
                name: part.name.as_deref().unwrap_or_default().to_lowercase(),
            })
            .collect(),
        texts: texts
            .iter()
            .take(MOST_TEXTS)
            .filter_map(|text| sketch::sketch(&text.path, &own_text(Some(text))))
            .collect(),
        correction: classified.correction.clone(),
        annex: classified.annex.clone(),
        names: if takes_back {
            sketch::words(&own()).into_iter().take(NAMED_WORDS).collect::<Vec<_>>().join(" ")
        } else {
            String::new()
        },
    }
}

/// Comparable words; none if there are too few of them (a Chinese sign counts as one).
fn long_enough(text: &str, least: usize) -> String {
    let words = sketch::words(text);
    if words.len() < least { String::new() } else { words.join(" ") }
}

/// What the sender said in a text, without what they quoted.
pub fn own_text(text: Option<&TextPart>) -> String {
    let Some(text) = text else { return String::new() };
    let said = text.segments.iter().filter(|one| one.role.is_said()).map(|one| one.text.as_str());
    let whole = said.collect::<Vec<_>>().join("\n");
    let Some(own) = &text.own else { return whole };
    let chars: Vec<char> = whole.chars().collect();
    let pieces = own.iter().filter_map(|span| chars.get(span.start..span.end.min(chars.len())));
    pieces.map(|piece| piece.iter().collect::<String>()).collect::<Vec<_>>().join("\n")
}

/// By what others find a message, each with what it looks for itself: two messages are compared if one has what the other
/// looks for.
pub fn keys(of: &Likeness) -> BTreeSet<(String, String)> {
    let mut keys = BTreeSet::new();
    let mut both = |key: String| {
        keys.insert((key.clone(), key));
    };
    of.texts.iter().flat_map(sketch::bands).for_each(&mut both);
    of.files.iter().for_each(|file| both(format!("f{}", file.digest)));
    of.from.iter().for_each(|address| both(format!("a{address}")));
    let domains: BTreeSet<&str> = of.from.iter().filter_map(|address| judge::own_domain(address)).collect();
    domains.into_iter().for_each(|domain| both(format!("d{domain}")));
    for (mark, words) in [("h", &of.title), ("s", &of.submitter)] {
        if !words.is_empty() {
            both(format!("{mark}{words}"));
        }
    }
    let mut towards = |has: String, wants: String| {
        keys.insert((has, wants));
    };
    if let Some(id) = &of.message_id_header {
        towards(format!("m{id}"), format!("r{id}"));
    }
    for id in of.answers.iter().chain(&of.contains) {
        towards(format!("r{id}"), format!("m{id}"));
    }
    keys
}

/// The two texts of two messages that have most in common, by part; `None` if either has none.
pub fn most_alike(one: &Likeness, other: &Likeness) -> Option<(String, String)> {
    let pairs = one.texts.iter().flat_map(|a| other.texts.iter().map(move |b| (sketch::similarity(a, b), a, b)));
    let best = pairs.max_by(|a, b| a.0.total_cmp(&b.0))?;
    Some((best.1.part.clone(), best.2.part.clone()))
}
