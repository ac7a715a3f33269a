//! Says what kind a message is, who speaks, and which recommendations it speaks to, with the sentences that show it.
//! Pure: the same input and version give the same answer. Below the line it says nothing rather than guess.

mod assign;
mod cues;
mod dates;
mod elsewhere;
mod evidence;
mod features;
mod folded;
mod kind;
mod language;
mod learnt;
mod linear;
mod links;
mod passage;
mod passcode;
mod revises;
mod services;
mod submitter;
mod terms;
mod title;
mod train;
mod wishes;
mod words;

pub use evidence::{check_evidence, find_quote};
pub use learnt::kind_text;
pub use links::without_addresses;
pub use train::{Sample, Trained, train};
pub use words::{is_chinese_sign, stem, words};

use crate::domain::catalogue::Catalogue;
use crate::domain::classification::{Classification, MessageKind, TextPart};
use crate::domain::message::ParsedMessage;
use crate::domain::wish::WishKind;
use crate::normal::Normal;
use assign::Assigner;
use cues::Scan;
use folded::Letter;
use passage::{Passage, passages};
use std::collections::BTreeSet;
use terms::{Hit, Terms};

/// What is classified: a message and its texts, the body first, then each file that gave text.
pub struct Input<'a> {
    pub message: &'a ParsedMessage,
    pub texts: Vec<TextPart>,
}

/// A passage made comparable, with what stands in it: done once for all that look at it.
struct Reading {
    normal: Normal,
    scan: Scan,
    hits: Vec<Hit>,
}

impl Reading {
    fn of(passage: &Passage, terms: &Terms) -> Self {
        let normal = crate::normal::normal(&passage.text);
        let (scan, hits) = (cues::scan(&normal.text), terms.hits(&normal));
        Self { normal, scan, hits }
    }
}

/// Made once from a catalogue.
pub struct Classifier {
    assigner: Assigner,
    /// Addresses of the call itself, lower case.
    own_addresses: Vec<String>,
    letter: Letter,
}

impl Classifier {
    /// Name and version, kept with every assignment.
    pub const VERSION: &'static str = "linear-1";

    /// A classifier for a catalogue; `addresses` are those that inputs are sent to, `letter` is the text of the call's own
    /// letter (empty: none is known).
    pub fn new(catalogue: &Catalogue, addresses: &[String], letter: &str) -> Self {
        Self {
            assigner: Assigner::of(catalogue),
            own_addresses: addresses.iter().map(|one| one.to_lowercase()).collect(),
            letter: Letter::of(letter),
        }
    }

    /// Classifies one message.
    pub fn classify(&self, input: &Input<'_>) -> Classification {
        let whole: Vec<Passage> = input.texts.iter().enumerate().flat_map(|(at, text)| passages(at, text)).collect();
        let all_read: Vec<Reading> = whole.iter().map(|passage| Reading::of(passage, &self.assigner.terms)).collect();
        // A wish may stand below a name, and one that a footer hides is worse than one that is none.
        let wishes = wishes::wishes(input, &whole, &all_read);
        let folds = folded::folds(input, &whole, &self.letter);
        let unfolded = whole.iter().cloned().zip(all_read).zip(folds).filter(|(_, fold)| fold.is_none());
        let (passages, read): (Vec<Passage>, Vec<Reading>) = unfolded.map(|(one, _)| one).unzip();
        let terms: BTreeSet<usize> = read.iter().flat_map(|one| one.hits.iter().map(|hit| hit.term)).collect();
        let takes_back = wishes.iter().find(|wish| wish.kind == WishKind::Withdrawal && wish.evidence.part == "body");
        let takes_back = takes_back.map(|wish| wish.evidence.quote.as_str());
        let verdict = kind::judge(input, &passages, &read, (terms.len(), takes_back), &self.own_addresses);
        let handed_on = revises::handed_on(input, &passages);
        let delivery = elsewhere::delivery(input);
        let verdict = elsewhere::temper(verdict, input, &read, &delivery);
        let (languages, part_languages) = language::of(&input.texts, &passages);
        let (title, title_source) = title::title(input, &passages);
        let mut found = assign::Found::default();
        if matches!(verdict.kind, MessageKind::Submission | MessageKind::Correction | MessageKind::Unknown)
            || verdict.unsure
        {
            found = self.assigner.assignments(input, &passages, &read);
        }
        let mut reason = verdict.reason;
        if let Some(other) = &found.other_process {
            reason =
                format!("{reason}; it speaks about another process (\"{other}\"), so no recommendation is assigned");
        }
        Classification {
            kind: verdict.kind,
            kind_confidence: verdict.confidence,
            reason,
            unsure: verdict.unsure,
            also: verdict.also,
            correction: revises::sentence(input, &passages, "correction"),
            annex: revises::sentence(input, &passages, "annex"),
            submitter: submitter::submitter(input, &whole, handed_on.is_some()),
            handed_on,
            title,
            title_source,
            languages,
            part_languages,
            assignments: found.assignments,
            wishes,
            delivery,
            citations: found.citations,
            classifier: Self::VERSION.into(),
        }
    }
}
