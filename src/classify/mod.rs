//! Says what kind a message is, who speaks, and which recommendations it speaks to, with the sentences that show it.
//! Pure: the same input and version give the same answer. Below the line it says nothing rather than guess.

mod assign;
mod citations;
mod concepts;
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
mod phrases;
mod revises;
mod scripts;
mod services;
mod sieve;
mod submitter;
mod terms;
mod title;
pub mod train;
mod weigh;
mod wishes;
mod words;

pub use citations::{Cited, Named};
pub use evidence::{check_citation, check_evidence, find_quote};
pub use learnt::kind_text;
pub use linear::Model;
pub use links::without_addresses;
pub use phrases::Phrases;
pub use scripts::{Pattern, Scripts};
pub use sieve::Sieve;
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
use std::sync::Arc;
use terms::{Hit, Terms};
use words::Layout;

/// What is classified: a message and its texts, the body first, then each file that gave text.
pub struct Input<'a> {
    pub message: &'a ParsedMessage,
    pub texts: Vec<TextPart>,
}

/// A passage made comparable, with what stands in it: done once for all that look at it.
struct Reading {
    normal: Normal,
    layout: Layout,
    scan: Scan,
    hits: Vec<Hit>,
}

impl Reading {
    fn of(passage: &Passage, terms: &Terms) -> Self {
        let normal = crate::normal::normal(&passage.text);
        let layout = Layout::of(&normal.text);
        let scan = cues::scan_from(&normal.text, &layout.beginnings);
        let hits = terms.hits(&normal, &layout.words);
        Self { normal, layout, scan, hits }
    }
}

/// Made once from a catalogue.
pub struct Classifier {
    assigner: Assigner,
    citable: citations::Facts,
    /// Addresses of the call itself, lower case.
    own_addresses: Vec<String>,
    letter: Letter,
}

impl Classifier {
    /// A classifier for a catalogue; `addresses` are those that inputs are sent to, `letter` is the text of the call's own
    /// letter (empty: none is known).
    pub fn new(catalogue: &Catalogue, addresses: &[String], letter: &str) -> Self {
        Self::with_model(catalogue, addresses, letter, Model::load())
    }

    /// The same with another model than the one that comes with the program.
    pub fn with_model(catalogue: &Catalogue, addresses: &[String], letter: &str, model: Arc<Model>) -> Self {
        Self {
            assigner: Assigner::of(catalogue, model),
            citable: citations::Facts::of(catalogue),
            own_addresses: addresses.iter().map(|one| one.to_lowercase()).collect(),
            letter: Letter::of(letter),
        }
    }

    /// Name and version of the model, kept with every assignment.
    pub fn version(&self) -> &str {
        self.assigner.version()
    }

    /// Classifies one message.
    pub fn classify(&self, input: &Input<'_>) -> Classification {
        self.judge(input).0
    }

    /// The same with the probability of each recommendation, also of those below the line; nothing is said of what brings
    /// no input.
    pub fn judge(&self, input: &Input<'_>) -> (Classification, Vec<(String, f64)>) {
        let whole: Vec<Passage> = input.texts.iter().enumerate().flat_map(|(at, text)| passages(at, text)).collect();
        let all_read: Vec<Reading> = whole.iter().map(|passage| Reading::of(passage, &self.assigner.terms)).collect();
        // A wish may stand below a name, and one that a footer hides is worse than one that is none.
        let wishes = wishes::wishes(input, &whole, &all_read);
        let (passages, read) = self.unfolded(input, &whole, all_read);
        let terms: BTreeSet<usize> = read.iter().flat_map(|one| one.hits.iter().map(|hit| hit.term)).collect();
        let takes_back = wishes.iter().find(|wish| wish.kind == WishKind::Withdrawal && wish.evidence.part == "body");
        let takes_back = takes_back.map(|wish| wish.evidence.quote.as_str());
        let verdict = kind::judge(input, &passages, &read, (terms.len(), takes_back), &self.own_addresses);
        let handed_on = revises::handed_on(input, &passages, &read);
        let delivery = elsewhere::delivery(input);
        let verdict = elsewhere::temper(verdict, input, &read, &delivery);
        let (languages, part_languages) = language::of(&input.texts, &passages);
        let (title, title_source) = title::title(input, &passages);
        let cited = citations::cited(input, &passages, &read, &self.citable, day_of(input));
        let mut found = assign::Found::default();
        if matches!(verdict.kind, MessageKind::Submission | MessageKind::Correction | MessageKind::Unknown)
            || verdict.unsure
        {
            found = self.assigner.assignments(input, &title, &passages, &read, &cited);
        }
        let mut reason = verdict.reason;
        if let Some(other) = &found.other_process {
            reason = format!("{reason}; it speaks about another process ({other}), so no recommendation is assigned");
        }
        if cited.more > 0 {
            reason = format!("{reason}; it cites so often that {} more places are not listed", cited.more);
        }
        let says = Classification {
            kind: verdict.kind,
            kind_confidence: verdict.confidence,
            reason,
            unsure: verdict.unsure,
            also: verdict.also,
            correction: revises::sentence(input, &passages, &read, "correction"),
            annex: revises::sentence(input, &passages, &read, "annex"),
            submitter: submitter::submitter(input, &whole, handed_on.is_some()),
            handed_on,
            title,
            title_source,
            languages,
            part_languages,
            assignments: found.assignments,
            wishes,
            delivery,
            citations: cited.citations,
            classifier: self.version().into(),
        };
        (says, found.candidates)
    }

    /// What of the passages is not folded.
    fn unfolded(&self, input: &Input<'_>, whole: &[Passage], read: Vec<Reading>) -> (Vec<Passage>, Vec<Reading>) {
        let folds = folded::folds(input, whole, &read, &self.letter);
        let own = whole.iter().cloned().zip(read).zip(folds).filter(|(_, fold)| fold.is_none());
        own.map(|(one, _)| one).unzip()
    }

    /// What a message cites, with the recommendations that it names outright and the documents that it speaks of.
    pub fn cited(&self, input: &Input<'_>) -> Cited {
        let whole: Vec<Passage> = input.texts.iter().enumerate().flat_map(|(at, text)| passages(at, text)).collect();
        let all_read: Vec<Reading> = whole.iter().map(|passage| Reading::of(passage, &self.assigner.terms)).collect();
        let (own, read) = self.unfolded(input, &whole, all_read);
        citations::cited(input, &own, &read, &self.citable, day_of(input))
    }
}

/// The day on which a message was written: by the server that took it, else by its sender.
fn day_of(input: &Input<'_>) -> Option<jiff::civil::Date> {
    let at = input.message.received.or(input.message.date)?;
    Some(at.to_zoned(jiff::tz::TimeZone::UTC).date())
}
