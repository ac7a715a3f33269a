//! A text with its evidence marked in place: which of its words speak for which assignment. Changes no word.

use super::queue::Item;
use crate::domain::classification::TextPart;
use crate::domain::extraction::Segment;
use crate::domain::message::Span;
use crate::pipeline::joined;

/// A run of a text, and the places in the item's list of the assignments that it is evidence of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub text: String,
    pub of: Vec<usize>,
    /// Whether a quote begins here: what a link to the evidence leads to. Assignment and number of the quote.
    pub begins: Vec<(usize, usize)>,
}

/// A part's whole text in runs: together they are the text, word for word.
pub fn marked(item: &Item, part: &TextPart) -> Vec<Run> {
    let mut quotes: Vec<(Span, usize, usize)> = Vec::new();
    for (at, one) in item.assignments.iter().enumerate() {
        let own = one.evidence.iter().enumerate();
        let own = own.filter(|(_, evidence)| evidence.part == part.path && evidence.digest == part.digest);
        quotes.extend(own.map(|(number, evidence)| (evidence.span, at, number)));
    }
    let chars: Vec<char> = joined(&part.segments).chars().collect();
    let mut cuts: Vec<usize> = quotes.iter().flat_map(|(span, _, _)| [span.start, span.end]).collect();
    cuts.extend([0, chars.len()]);
    cuts.retain(|cut| *cut <= chars.len());
    cuts.sort_unstable();
    cuts.dedup();
    let run = |ends: &[usize]| {
        let inside = quotes.iter().filter(|(span, _, _)| span.start <= ends[0] && ends[1] <= span.end);
        let mut of: Vec<usize> = inside.clone().map(|(_, at, _)| *at).collect();
        of.dedup();
        let begins = inside.filter(|(span, _, _)| span.start == ends[0]).map(|(_, at, number)| (*at, *number));
        Run { text: chars[ends[0]..ends[1]].iter().collect(), of, begins: begins.collect() }
    };
    cuts.windows(2).map(run).collect()
}

/// A part's segments with each quote in marks and the recommendation behind it: for a terminal.
pub fn marked_segments(item: &Item, part: &TextPart) -> Vec<Segment> {
    let mut start = 0;
    let one = |segment: &Segment| {
        let chars: Vec<char> = segment.text.chars().collect();
        let (from, to) = (start, start + chars.len());
        start = to + 1;
        let mut marks: Vec<(usize, bool, String)> = Vec::new();
        for one in &item.assignments {
            let own = one.evidence.iter().filter(|one| one.part == part.path && one.digest == part.digest);
            for Span { start, end } in own.map(|evidence| evidence.span) {
                if (from..to).contains(&start) {
                    marks.push((start - from, true, "⟦".into()));
                }
                if from < end && end <= to {
                    marks.push((end - from, false, format!("⟧({})", one.recommendation)));
                }
            }
        }
        marks.sort();
        let mut segment = segment.clone();
        segment.text.clear();
        let mut at = 0;
        for (place, _, mark) in marks {
            segment.text.extend(&chars[at..place]);
            segment.text.push_str(&mark);
            at = place;
        }
        segment.text.extend(&chars[at..]);
        segment
    };
    part.segments.iter().map(one).collect()
}
