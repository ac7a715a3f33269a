//! Who speaks, as claimed, and what kind of body it is. A name is taken from the mail, never made up.

use super::cues::scan;
use super::{Input, Passage};
use crate::domain::classification::{Submitter, SubmitterKind};
use crate::normal::normal_text;

/// Kinds in the order in which their words decide.
const KINDS: [(&str, SubmitterKind); 8] = [
    ("state", SubmitterKind::State),
    ("igo", SubmitterKind::Igo),
    ("coalition", SubmitterKind::Coalition),
    ("technical-community", SubmitterKind::TechnicalCommunity),
    ("academia", SubmitterKind::Academia),
    ("business", SubmitterKind::Business),
    ("ngo", SubmitterKind::Ngo),
    ("individual", SubmitterKind::Individual),
];

/// The submitter of a message; of one that is `handed_on` the body that its files name, if they name one.
pub fn submitter(input: &Input<'_>, passages: &[Passage], handed_on: bool) -> Submitter {
    if handed_on {
        let of_files: Vec<Passage> =
            passages.iter().filter(|one| input.texts[one.text_index].path != "body").cloned().collect();
        if let Some((_, name)) = best_line(input, &of_files, "") {
            let kind = kind(&name, input, &of_files);
            return Submitter { name, kind, on_behalf_of: None };
        }
    }
    let name = name(input, passages);
    let kind = kind(&name, input, passages);
    Submitter { name, kind, on_behalf_of: None }
}

fn kind(name: &str, input: &Input<'_>, passages: &[Passage]) -> SubmitterKind {
    let opening: String = passages.iter().take(3).map(|one| one.text.as_str()).collect::<Vec<_>>().join(" ");
    let opening: String = opening.chars().take(600).collect();
    for text in [name.to_string(), format!("{} {opening}", input.message.subject)] {
        let found = scan(&normal_text(&text));
        for (list, kind) in KINDS {
            if !found.of(list).is_empty() {
                return kind;
            }
        }
    }
    SubmitterKind::Unknown
}

/// The organization: a line of the letterhead or of the signature that has a word for one, else the sender's name.
fn name(input: &Input<'_>, passages: &[Passage]) -> String {
    let from = input.message.from.first();
    let sender = from.and_then(|one| one.name.clone()).unwrap_or_default();
    let domain = from.and_then(|one| one.address.split('@').nth(1).map(str::to_lowercase)).unwrap_or_default();
    let label = domain.split('.').next().unwrap_or_default().replace('-', " ");
    let sender_score = organization_score(&sender, &label);
    match best_line(input, passages, &label) {
        Some((score, line)) if score > sender_score => line,
        _ if !sender.is_empty() => sender,
        _ => from.map(|one| one.address.clone()).unwrap_or_default(),
    }
}

/// The line that looks most like the name of a body, with its score.
fn best_line(input: &Input<'_>, passages: &[Passage], label: &str) -> Option<(usize, String)> {
    let mut best: Option<(usize, String)> = None;
    for line in lines(input, passages) {
        let score = organization_score(&line, label);
        if score > 0 && best.as_ref().is_none_or(|(top, _)| score > *top) {
            best = Some((score, line));
        }
    }
    best
}

/// Short lines at the beginning and at the end of each text: letterheads and signatures.
fn lines(input: &Input<'_>, passages: &[Passage]) -> Vec<String> {
    let mut found = Vec::new();
    for at in 0..input.texts.len() {
        let own: Vec<&Passage> = passages.iter().filter(|one| one.text_index == at).collect();
        let ends = own.iter().take(3).chain(own.iter().rev().take(3));
        for passage in ends {
            found.extend(
                passage.text.lines().take(8).map(|line| line.trim().trim_end_matches([',', ';', '.']).to_string()),
            );
        }
    }
    found.retain(|line| (4..=110).contains(&line.chars().count()) && !line.ends_with(['?', '？', '؟']));
    found
}

/// How much a line looks like the name of a body; a sentence is none.
fn organization_score(line: &str, domain_label: &str) -> usize {
    let text = normal_text(line);
    let words: Vec<&str> = line.split_whitespace().collect();
    let capital =
        |word: &&&str| word.chars().next().is_some_and(|c| c.is_uppercase() || !c.is_lowercase() && c.is_alphabetic());
    if words.is_empty() || words.len() > 14 || line.contains('@') || line.contains("://") {
        return 0;
    }
    let known = ["academia", "business", "ngo", "technical-community", "coalition", "igo", "state"];
    let found = scan(&text);
    let is_sentence = line.contains(['，', '。', '、', '!', '?']) || !found.of("covering").is_empty();
    if is_sentence {
        return 0;
    }
    let has_word = known.iter().any(|list| !found.of(list).is_empty());
    let mut score = usize::from(has_word) * 3;
    // The domain often holds the name's first words.
    let squeezed: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let in_domain = domain_label.split(' ').filter(|word| word.len() > 2 && squeezed.contains(word)).count();
    score += in_domain.min(3) * 2;
    if score == 0 {
        return 0;
    }
    score + usize::from(words.iter().filter(capital).count() * 3 >= words.len() * 2)
}
