//! The languages of an input as a whole: which of its texts say them, and how much each counts. Detects nothing itself.

use super::passage::{Passage, split};
use crate::domain::classification::TextPart;
use crate::language::detect;
use std::collections::BTreeMap;

/// Characters that are looked at in each part.
const SAMPLE: usize = 1_000;

/// Languages of the substantive text, main one first, and of each part by its path.
pub fn of(texts: &[TextPart], passages: &[Passage]) -> (Vec<String>, Vec<(String, String)>) {
    let mut parts = Vec::new();
    let mut amount: BTreeMap<&'static str, usize> = BTreeMap::new();
    let has_files = passages.iter().any(|one| one.text_index > 0 && one.text.chars().count() > 80);
    for (at, text) in texts.iter().enumerate() {
        let own = passages.iter().filter(|one| one.text_index == at);
        let (mut sample, mut sampled, mut total) = (String::new(), 0, 0);
        for passage in own {
            let length = passage.text.chars().count();
            total += length;
            if sampled < SAMPLE {
                sample.push_str(split(&passage.text, SAMPLE).0);
                sample.push(' ');
                sampled += length.min(SAMPLE) + 1;
            }
        }
        if total == 0 {
            continue;
        }
        let language = detect(&sample);
        parts.push((text.path.clone(), language.to_string()));
        // The covering mail says nothing about the language of a paper that came with it.
        let covering = has_files && (text.path == "body" || text.path.ends_with(".body"));
        if !covering {
            // A Chinese sign carries about as much as two letters.
            *amount.entry(language).or_default() += if language == "zh" { total * 2 } else { total };
        }
    }
    let whole: usize = amount.values().sum();
    let mut order: Vec<(&str, usize)> = amount.into_iter().filter(|(_, n)| n * 8 >= whole).collect();
    order.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    (order.into_iter().map(|(code, _)| code.to_string()).collect(), parts)
}
