//! Assignments by the catalogue's terms: which words of a passage are the words of a recommendation, and how rare they
//! are among the others'. A list of themes in passing carries nothing; a passage that stays with one carries it.

use super::cues;
use super::normal::{Normal, normal};
use super::words::{is_chinese, stem, words};
use super::{Input, Passage};
use crate::domain::catalogue::Catalogue;
use crate::domain::classification::{Evidence, ProposedAssignment};
use crate::domain::message::Span;
use aho_corasick::AhoCorasick;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Below this a recommendation is not assigned.
const LINE: f64 = 3.4;

/// A recommendation must reach this share of the best one's score.
const SHARE: f64 = 0.38;

/// Most assignments of one input.
const MOST: usize = 6;

/// The terms of a catalogue, ready to be found.
pub struct Terms {
    recommendations: Vec<String>,
    paragraphs: Vec<Option<String>>,
    terms: Vec<Term>,
    /// By the stem of its first word.
    by_first: HashMap<String, Vec<usize>>,
    chinese: Option<AhoCorasick>,
    chinese_terms: Vec<usize>,
}

struct Term {
    stems: Vec<String>,
    /// Recommendations that have it.
    of: BTreeSet<usize>,
    weight: f64,
}

/// What was found in a message.
#[derive(Default)]
pub struct Found {
    pub assignments: Vec<ProposedAssignment>,
    pub citations: Vec<String>,
    /// The words that name another process, if the text is mainly about that.
    pub other_process: Option<String>,
}

/// A term in a passage: which, and where in the passage's characters.
struct Hit {
    term: usize,
    span: Span,
}

impl Terms {
    /// Prepares a catalogue.
    pub fn of(catalogue: &Catalogue) -> Self {
        let mut by_stems: BTreeMap<Vec<String>, BTreeSet<usize>> = BTreeMap::new();
        for (at, one) in catalogue.recommendations.iter().enumerate() {
            for term in one.terms.values().flatten() {
                let comparable = normal(term).text;
                let stems = if is_chinese(&comparable) {
                    vec![comparable.replace(' ', "")]
                } else {
                    words(&comparable).into_iter().map(|(start, end)| stem(&comparable[start..end])).collect()
                };
                if !stems.is_empty() {
                    by_stems.entry(stems).or_default().insert(at);
                }
            }
        }
        let count = catalogue.recommendations.len() as f64;
        let mut made = Self {
            recommendations: catalogue.recommendations.iter().map(|one| one.id.clone()).collect(),
            paragraphs: catalogue.recommendations.iter().map(|one| one.paragraph.clone()).collect(),
            terms: Vec::new(),
            by_first: HashMap::new(),
            chinese: None,
            chinese_terms: Vec::new(),
        };
        let mut patterns = Vec::new();
        for (stems, of) in by_stems {
            let chinese = is_chinese(&stems[0]);
            let length = if chinese { stems[0].chars().count().div_ceil(2) } else { stems.len() };
            // Rare among the recommendations, and long: then it means one thing.
            let weight = (1.0 + count / of.len() as f64).ln() * [0.55, 1.0, 1.3][length.clamp(1, 3) - 1];
            let at = made.terms.len();
            if chinese {
                patterns.push(stems[0].clone());
                made.chinese_terms.push(at);
            } else {
                made.by_first.entry(stems[0].clone()).or_default().push(at);
            }
            made.terms.push(Term { stems, of, weight });
        }
        made.chinese = AhoCorasick::new(&patterns).ok();
        made
    }

    /// The assignments of a message, best first, with their evidence.
    pub fn assignments(&self, input: &Input<'_>, passages: &[Passage]) -> Found {
        let mut result = Found::default();
        let (mut ours, mut others) = (0_usize, Vec::new());
        let mut scored: Vec<(usize, Vec<Hit>, BTreeMap<usize, f64>)> = Vec::new();
        for (at, passage) in passages.iter().enumerate() {
            let comparable = normal(&passage.text);
            let report = cues::found("report", &comparable.text);
            ours += report.len();
            others.extend(cues::found("other-process", &comparable.text));
            let hits = self.hits(&comparable);
            let mut scores = self.score(&hits);
            if !report.is_empty() {
                scores.values_mut().for_each(|score| *score *= 1.15);
                for sentence in citing_sentences(passage, input) {
                    for one in self.named_by_paragraph(&sentence) {
                        *scores.entry(one).or_default() += LINE + 2.0;
                    }
                    result.citations.push(sentence);
                }
            }
            if !scores.is_empty() {
                scored.push((at, hits, scores));
            }
        }
        let enough = passages.len().div_ceil(6).max(2);
        if others.len() >= enough && others.len() > ours * 2 {
            result.other_process = others.first().map(|one| (*one).to_string());
            return result;
        }
        result.assignments = self.choose(input, passages, &scored);
        result
    }

    fn hits(&self, text: &Normal) -> Vec<Hit> {
        let place = |start: usize, end: usize| Span {
            start: text.origin[start] as usize,
            // The character after the last one.
            end: text.origin[end - 1] as usize + 1,
        };
        let tokens = words(&text.text);
        let stems: Vec<String> = tokens.iter().map(|(start, end)| stem(&text.text[*start..*end])).collect();
        let mut hits = Vec::new();
        for (at, first) in stems.iter().enumerate() {
            for term in self.by_first.get(first).into_iter().flatten() {
                let wanted = &self.terms[*term].stems;
                if stems.get(at..at + wanted.len()).is_some_and(|found| found == wanted.as_slice()) {
                    hits.push(Hit { term: *term, span: place(tokens[at].0, tokens[at + wanted.len() - 1].1) });
                }
            }
        }
        if let (true, Some(chinese)) = (is_chinese(&text.text), &self.chinese) {
            for found in chinese.find_overlapping_iter(&text.text) {
                let term = self.chinese_terms[found.pattern().as_usize()];
                hits.push(Hit { term, span: place(found.start(), found.end()) });
            }
        }
        hits
    }

    /// The score of each recommendation in a passage: each term counts once.
    fn score(&self, hits: &[Hit]) -> BTreeMap<usize, f64> {
        let distinct: BTreeSet<usize> = hits.iter().map(|hit| hit.term).collect();
        let mut scores: BTreeMap<usize, f64> = BTreeMap::new();
        for term in distinct {
            for one in &self.terms[term].of {
                *scores.entry(*one).or_default() += self.terms[term].weight;
            }
        }
        // A passage that touches everything speaks to nothing.
        let touched = scores.values().filter(|score| **score > 2.5).count();
        if touched > 5 {
            scores.values_mut().for_each(|score| *score *= 5.0 / touched as f64);
        }
        scores
    }

    fn choose(
        &self,
        input: &Input<'_>,
        passages: &[Passage],
        scored: &[(usize, Vec<Hit>, BTreeMap<usize, f64>)],
    ) -> Vec<ProposedAssignment> {
        let mut totals: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
        for (_, _, scores) in scored {
            for (one, score) in scores {
                let (best, sum) = totals.entry(*one).or_default();
                *best = best.max(*score);
                *sum += score;
            }
        }
        let mut ranked: Vec<(usize, f64)> =
            totals.into_iter().map(|(one, (best, sum))| (one, best + 0.35 * (sum - best).min(2.0 * best))).collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let top = ranked.first().map_or(0.0, |(_, score)| *score);
        ranked.retain(|(_, score)| *score >= LINE && *score >= top * SHARE);
        ranked.truncate(MOST);
        let assignments = ranked.into_iter().map(|(one, score)| ProposedAssignment {
            recommendation: self.recommendations[one].clone(),
            confidence: ((1.0 - (-score / 9.0).exp()) * 100.0).round() / 100.0,
            evidence: self.evidence(one, input, passages, scored),
        });
        assignments.filter(|one| !one.evidence.is_empty()).collect()
    }

    /// One to three whole sentences that carry the recommendation, best first.
    fn evidence(
        &self,
        one: usize,
        input: &Input<'_>,
        passages: &[Passage],
        scored: &[(usize, Vec<Hit>, BTreeMap<usize, f64>)],
    ) -> Vec<Evidence> {
        let mut sentences: Vec<(f64, usize, Span)> = Vec::new();
        for (at, hits, scores) in scored {
            let Some(passage_score) = scores.get(&one) else { continue };
            let passage = &passages[*at];
            for sentence in &passage.sentences {
                let inside = |hit: &&Hit| {
                    let start = passage.span.start + hit.span.start;
                    self.terms[hit.term].of.contains(&one) && sentence.start <= start && start < sentence.end
                };
                let distinct: BTreeSet<usize> = hits.iter().filter(inside).map(|hit| hit.term).collect();
                let weight: f64 = distinct.iter().map(|term| self.terms[*term].weight).sum();
                if weight > 0.0 {
                    sentences.push((weight + passage_score / 10.0, *at, *sentence));
                }
            }
        }
        if sentences.is_empty() {
            // Assigned by a verified paragraph number alone: the sentence that cites it.
            let citing = scored.iter().filter(|(_, _, scores)| scores.contains_key(&one)).map(|(at, _, _)| *at);
            for at in citing {
                let names =
                    |span: &&Span| self.named_by_paragraph(&quote(input, &passages[at], **span).quote).contains(&one);
                sentences.extend(passages[at].sentences.iter().filter(names).map(|span| (1.0, at, *span)));
            }
        }
        sentences.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.2.cmp(&b.2)));
        let best = sentences.first().map_or(0.0, |(weight, _, _)| *weight);
        let kept = sentences.into_iter().filter(|(weight, _, _)| *weight >= best * 0.5).take(3);
        kept.map(|(_, at, span)| quote(input, &passages[at], span)).collect()
    }

    /// The recommendations whose paragraph a sentence names; only where a person has verified the number.
    fn named_by_paragraph(&self, sentence: &str) -> Vec<usize> {
        let digits: String = sentence
            .chars()
            .map(|c| match c {
                '\u{0660}'..='\u{0669}' => char::from(b'0' + (c as u32 - 0x0660) as u8),
                '\u{ff10}'..='\u{ff19}' => char::from(b'0' + (c as u32 - 0xff10) as u8),
                c => c,
            })
            .collect();
        let numbers: BTreeSet<&str> =
            digits.split(|c: char| !c.is_ascii_digit()).filter(|one| !one.is_empty()).collect();
        let verified = self.paragraphs.iter().enumerate();
        verified.filter(|(_, one)| one.as_deref().is_some_and(|one| numbers.contains(one))).map(|(at, _)| at).collect()
    }
}

/// The sentences of a passage that cite the report, as they stand.
fn citing_sentences(passage: &Passage, input: &Input<'_>) -> Vec<String> {
    let sentences = passage.sentences.iter().map(|span| quote(input, passage, *span).quote);
    let citing = sentences.filter(|sentence| !cues::found("report", &normal(sentence).text).is_empty());
    citing.map(|sentence| sentence.chars().take(300).collect()).collect()
}

fn quote(input: &Input<'_>, passage: &Passage, span: Span) -> Evidence {
    let part = &input.texts[passage.text_index];
    let from = span.start - passage.span.start;
    Evidence {
        quote: passage.text.chars().skip(from).take(span.end - span.start).collect(),
        part: part.path.clone(),
        digest: part.digest,
        segment: passage.segment,
        span,
    }
}
