//! What is learnt from: passages and whole inputs in six languages that were written for Pouch, and the catalogue's own words.
//! It comes with the program, so that it can learn anew where it runs. Learns nothing itself.

use super::{Input, Sample};
use crate::domain::catalogue::Catalogue;
use serde::Deserialize;

macro_rules! files {
    ($folder:literal: $($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../../training/", $folder, "/", $name, ".jsonl")))),*]
    };
}

/// Passages by the name of their file.
const PASSAGES: &[(&str, &str)] = files!("passages":
    "ar" "ar-2" "ar-3" "ar-4" "ar-5"
    "en" "en-2" "en-3" "en-4" "en-5"
    "es" "es-2" "es-3" "es-4" "es-5"
    "fr" "fr-2" "fr-3" "fr-4" "fr-5"
    "ru" "ru-2" "ru-3" "ru-4" "ru-5"
    "zh" "zh-2" "zh-3" "zh-4" "zh-5");

/// Whole inputs, each paragraph labelled.
const INPUTS: &[(&str, &str)] = files!("inputs": "ar" "en" "es" "fr" "ru" "zh");

/// Whole inputs by another hand, with labels for the whole: nothing is learnt from their words, but how passages are put together.
const WEIGHED: &[(&str, &str)] = files!("weighed": "ar" "en" "es" "fr" "ru" "zh");

/// What a model learns from.
#[derive(Clone, Debug, Default)]
pub struct Material {
    pub passages: Vec<Sample>,
    pub inputs: Vec<Input>,
}

#[derive(Deserialize)]
struct Passage {
    text: String,
    recommendation: Option<String>,
    #[serde(default)]
    also: Vec<String>,
}

#[derive(Deserialize)]
struct Label {
    id: String,
    strength: String,
}

#[derive(Deserialize)]
struct Whole {
    id: String,
    subject: String,
    labels: Vec<Label>,
    #[serde(default)]
    paragraphs: Vec<Passage>,
    #[serde(default)]
    text: String,
}

/// The material that comes with the program, for a catalogue: what is about recommendations that it does not have is left out.
///
/// # Errors
/// If a line of it cannot be read.
pub fn shipped(catalogue: &Catalogue) -> Result<Material, String> {
    let number = |id: &String| catalogue.recommendations.iter().position(|one| one.id == *id);
    let sample = |line: Passage, group: &str| {
        let named: Vec<Option<usize>> = line.recommendation.iter().chain(&line.also).map(number).collect();
        let is_known = named.is_empty() || named.iter().any(Option::is_some);
        let classes = named.into_iter().flatten().collect();
        is_known.then(|| Sample { text: line.text, classes, group: group.into() })
    };
    let mut made = Material::default();
    for (name, text) in PASSAGES {
        let language = &name[..2];
        for line in lines::<Passage>(name, text)? {
            made.passages.extend(sample(line, language));
        }
    }
    for (is_learnt, (name, text)) in INPUTS.iter().map(|one| (true, one)).chain(WEIGHED.iter().map(|one| (false, one)))
    {
        for line in lines::<Whole>(name, text)? {
            let labels = line.labels.iter().filter_map(|one| Some((number(&one.id)?, one.strength == "primary")));
            let labels: Vec<(usize, bool)> = labels.collect();
            let paragraphs = if is_learnt {
                line.paragraphs.into_iter().filter_map(|one| sample(one, name)).collect()
            } else {
                let of = |text: &str| Sample { text: text.into(), classes: Vec::new(), group: (*name).into() };
                line.text.split("\n\n").map(of).collect()
            };
            made.inputs.push(Input { id: line.id, title: line.subject, paragraphs, labels, is_learnt });
        }
    }
    for (at, one) in catalogue.recommendations.iter().enumerate() {
        let words = one.terms.values().map(|terms| terms.join(". "));
        for text in words.chain([format!("{}. {}", one.title, one.summary)]) {
            made.passages.push(Sample { text, classes: vec![at], group: String::new() });
        }
    }
    Ok(made)
}

fn lines<T: for<'a> Deserialize<'a>>(name: &str, text: &str) -> Result<Vec<T>, String> {
    let of = |(at, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| format!("{name}, line {}: {error}", at + 1))
    };
    text.lines().filter(|line| !line.trim().is_empty()).enumerate().map(of).collect()
}
