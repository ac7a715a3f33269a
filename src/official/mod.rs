//! Reads an official report of the United Nations as it is laid out, in its six languages: numbered paragraphs, sections,
//! "recommended next steps", annexes. What it finds is a proposal for a person; it never says that a number is verified.

mod cover;
mod lines;
mod marks;
mod matching;
mod proposal;
mod reading;
mod written;

pub use matching::{Match, matches};
pub use proposal::proposed;
pub use written::{accept, with_proposals};

use crate::domain::extraction::Extraction;

/// A report as its paragraphs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// ISO 639-1 code, `other` or `uncertain`.
    pub language: &'static str,
    /// As it stands above its pages; `None` if that cannot be read.
    pub symbol: Option<String>,
    pub title: Option<String>,
    /// The day on the cover (year, month, day): when the document was issued, not when the report was adopted.
    pub issued: Option<(i16, i8, i8)>,
    pub sections: Vec<Section>,
    pub annexes: Vec<Annex>,
    pub paragraphs: Vec<Paragraph>,
    /// What a person should know of how it was read, in sentences.
    pub remarks: Vec<String>,
}

/// A section, with its mark as the English text would have it (`B`, also for `باء`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    pub mark: String,
    pub title: String,
    /// Place of its annex in the list; `None`: the report's main text.
    pub annex: Option<usize>,
}

/// An annex, as it is headed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annex {
    pub label: String,
    /// As the English text would have it: `A`, `II`; empty if it has none.
    pub mark: String,
    pub title: String,
}

/// A numbered paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paragraph {
    pub number: u32,
    /// Where it begins, from 1; `None` if the file has no pages.
    pub page: Option<u32>,
    /// Place of its section in the list.
    pub section: Option<usize>,
    /// Place of its annex in the list.
    pub annex: Option<usize>,
    /// Stands below "Recommended next steps".
    pub is_step: bool,
    /// Without its sub-paragraphs.
    pub text: String,
    pub subs: Vec<Sub>,
}

/// A sub-paragraph, with its letter as the English text would have it (`a`, also for `أ`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sub {
    pub letter: char,
    pub text: String,
}

impl Paragraph {
    /// The whole text with the sub-paragraphs.
    pub fn whole(&self) -> String {
        self.subs.iter().fold(self.text.clone(), |text, sub| format!("{text} ({}) {}", sub.letter, sub.text))
    }
}

impl Report {
    /// Reads what came out of a document.
    pub fn read(extraction: &Extraction) -> Self {
        reading::read(extraction)
    }

    /// The paragraphs below "Recommended next steps".
    pub fn steps(&self) -> impl Iterator<Item = &Paragraph> {
        self.paragraphs.iter().filter(|one| one.is_step)
    }

    /// Where a paragraph stands, as `section B` or `annex A`.
    pub fn place(&self, one: &Paragraph) -> String {
        let section = one.section.map(|at| format!("section {}", self.sections[at].mark));
        let annex = one.annex.map(|at| format!("annex {}", self.annexes[at].mark).trim_end().to_string());
        [section, annex].into_iter().flatten().collect::<Vec<_>>().join(" of the ")
    }
}
