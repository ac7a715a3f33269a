//! What persons decided, as something to learn from and to be measured by. Learns nothing itself, and never lets what is held
//! out be learnt from.

use super::{Input, Material, Sample, Trained};
use crate::classify::linear::Model;
use crate::classify::passage::passages;
use crate::classify::{self, Classifier};
use crate::domain::Digest;
use crate::domain::catalogue::Catalogue;
use crate::domain::classification::{Evidence, TextPart};
use crate::domain::extraction::{Segment, SegmentKind};
use crate::domain::message::{Body, ParsedMessage};
use crate::domain::model::Figures;
use std::collections::{BTreeMap, BTreeSet};

/// A label of a submission, with the places that show it.
#[derive(Clone, Debug)]
pub struct Label {
    pub recommendation: String,
    pub evidence: Vec<Evidence>,
}

/// A submission that a person decided.
#[derive(Clone, Debug)]
pub struct Decided {
    /// ISO 639-1.
    pub language: String,
    pub texts: Vec<TextPart>,
    /// What was kept or added.
    pub stands: Vec<Label>,
    pub taken_away: Vec<Label>,
}

/// One submission in so many is held out.
const HELD_OUT: u8 = 4;

/// Whether a submission is never learnt from, so that models can be measured on it: a quarter, always the same.
pub fn is_held_out(id: &str) -> bool {
    Digest::of(id.as_bytes()).0[0].is_multiple_of(HELD_OUT)
}

impl Decided {
    /// The passages around the evidence, each with the labels that stand there: with none, if its label was taken away.
    pub fn passages(&self, catalogue: &Catalogue) -> Vec<Sample> {
        let number = |id: &str| catalogue.recommendations.iter().position(|one| one.id == id);
        let mut samples = Vec::new();
        for text in &self.texts {
            for passage in passages(0, text) {
                let shows = |label: &&Label| {
                    label.evidence.iter().any(|one| {
                        one.part == text.path
                            && one.digest == text.digest
                            && one.span.start < passage.span.end
                            && passage.span.start < one.span.end
                    })
                };
                let classes: BTreeSet<usize> =
                    self.stands.iter().filter(shows).filter_map(|label| number(&label.recommendation)).collect();
                if classes.is_empty() && !self.taken_away.iter().any(|label| shows(&label)) {
                    continue;
                }
                let classes = classes.into_iter().collect();
                samples.push(Sample { text: passage.text, classes, group: self.language.clone() });
            }
        }
        samples
    }
}

impl Material {
    /// Leaves what is in some languages (ISO 639-1), and the catalogue's own words; none named: all.
    pub fn leave_languages(&mut self, languages: &[String]) {
        let stays = |language: &str| languages.is_empty() || languages.iter().any(|one| one == language);
        self.passages.retain(|one| one.group.is_empty() || stays(&one.group));
        self.inputs.retain(|one| stays(one.language()));
    }

    /// Whole inputs whose words no model learns from.
    fn unlearnt(&self) -> impl Iterator<Item = (usize, &Input)> {
        self.inputs.iter().enumerate().filter(|(_, one)| !one.is_learnt)
    }

    /// How right a classifier is on whole inputs whose words no model learns from.
    pub fn figures(&self, classifier: &Classifier, catalogue: &Catalogue) -> Figures {
        let mut figures = Figures::default();
        for (_, input) in self.unlearnt() {
            let says = says(classifier, input);
            figures.count(says.iter().map(String::as_str), &labels(input, catalogue));
        }
        figures
    }
}

impl Trained {
    /// How right it is on the same inputs, each weighed by what had not seen it.
    pub fn figures(&self, material: &Material, catalogue: &Catalogue) -> Figures {
        let model = Model::read(&self.bytes).unwrap_or_else(Model::empty);
        let lines: BTreeMap<&str, f64> =
            model.classes.iter().map(|class| (class.id.as_str(), f64::from(class.line))).collect();
        let mut figures = Figures::default();
        for (at, input) in material.unlearnt() {
            let ids = catalogue.recommendations.iter().map(|one| one.id.as_str());
            let guesses = ids.zip(&self.unseen[at]);
            let said = guesses.filter(|(id, guess)| lines.get(id).is_some_and(|line| *guess >= line));
            figures.count(said.map(|(id, _)| id), &labels(input, catalogue));
        }
        figures
    }
}

fn labels<'a>(input: &Input, catalogue: &'a Catalogue) -> BTreeSet<&'a str> {
    input.labels.iter().filter_map(|(at, _)| catalogue.recommendations.get(*at)).map(|one| one.id.as_str()).collect()
}

/// What a classifier assigns to a whole input, as a paper that comes with a mail.
fn says(classifier: &Classifier, input: &Input) -> Vec<String> {
    let paragraphs: Vec<&str> = input.paragraphs.iter().map(|one| one.text.as_str()).collect();
    let text = paragraphs.join("\n\n");
    let part = TextPart {
        path: "1".into(),
        name: None,
        digest: Digest::of(text.as_bytes()),
        segments: vec![Segment::new(1, SegmentKind::Body, text)],
        own: None,
        title: None,
    };
    let mut message = ParsedMessage::empty(Body::nothing());
    message.subject.clone_from(&input.title);
    let says = classifier.classify(&classify::Input { message: &message, texts: vec![part] });
    says.assignments.into_iter().map(|one| one.recommendation).collect()
}
