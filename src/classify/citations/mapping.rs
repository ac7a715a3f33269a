//! Which recommendation a citation names: only where the catalogue has a verified number for it, and only in the catalogue's
//! own report.

use super::numbers::{Number, Source, list};
use crate::domain::catalogue::Catalogue;
use crate::normal::normal;

/// What citations need to know of a catalogue.
pub struct Facts {
    /// Symbol of its report.
    pub symbol: String,
    /// Its name, comparable.
    pub(super) name: String,
    verified: Vec<(String, Vec<Number>)>,
}

/// A range wider than this names no recommendation: whoever says "paragraphs 10 to 60" means the report.
const WIDEST: u32 = 5;

impl Facts {
    /// Of a catalogue.
    pub fn of(catalogue: &Catalogue) -> Self {
        let verified = catalogue.recommendations.iter().filter_map(|one| {
            let numbers = numbers_of(one.paragraph.as_deref()?);
            (!numbers.is_empty()).then(|| (one.id.clone(), numbers))
        });
        let name = normal(&catalogue.name).text.trim().to_string();
        Self { symbol: catalogue.symbol.clone(), name, verified: verified.collect() }
    }

    /// The recommendations that numbers of the catalogue's own report name, each with the numbers that name it; what names
    /// none comes last, without one.
    pub fn named(&self, document: Option<&str>, numbers: &[Number]) -> Vec<(Option<&str>, Vec<Number>)> {
        let mut named: Vec<(Option<&str>, Vec<Number>)> = Vec::new();
        let mut rest = Vec::new();
        for number in numbers {
            let own = document == Some(self.symbol.as_str());
            let all = self.verified.iter().filter(|(_, verified)| own && verified.iter().any(|one| names(number, one)));
            let mut is_named = false;
            for (id, _) in all {
                is_named = true;
                match named.iter_mut().find(|(known, _)| *known == Some(id)) {
                    Some((_, known)) => known.push(number.clone()),
                    None => named.push((Some(id), vec![number.clone()])),
                }
            }
            if !is_named {
                rest.push(number.clone());
            }
        }
        if !rest.is_empty() {
            named.push((None, rest));
        }
        named
    }
}

/// Whether what is cited lies in what is verified, or is a narrow range that holds it.
fn names(cited: &Number, verified: &Number) -> bool {
    let letters = verified.letter.is_none() || cited.letter == verified.letter;
    let inside = cited.first >= verified.first && cited.last <= verified.last;
    let holds = cited.first <= verified.first && cited.last >= verified.last && cited.last - cited.first < WIDEST;
    letters && (inside || holds)
}

fn numbers_of(paragraph: &str) -> Vec<Number> {
    let comparable = normal(paragraph);
    let chars: Vec<char> = paragraph.chars().collect();
    let source = Source { text: &comparable.text, origin: &comparable.origin, chars: &chars };
    list(&source, 0, true).map(|(numbers, _)| numbers).unwrap_or_default()
}
