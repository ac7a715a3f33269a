//! Trains the models of `src/classify`, for recommendations from `training/passages` and the catalogue and for kinds of mail
//! from `training/kinds`: `cargo run --release --example train` in the repository's folder, with `kinds` for the second
//! alone. Prints what cross-validation says of them.

use anyhow::Context as _;
use pouch::classify::{Sample, kind_text, train};
use pouch::domain::catalogue::Catalogue;
use pouch::domain::classification::MessageKind;
use serde::Deserialize;
use std::fs;

#[derive(Deserialize)]
struct Line {
    text: String,
    recommendation: Option<String>,
    also: Vec<String>,
}

#[derive(Deserialize)]
struct Mail {
    kind: MessageKind,
    subject: String,
    text: String,
    files: usize,
}

fn main() -> anyhow::Result<()> {
    kinds()?;
    if std::env::args().nth(1).as_deref() == Some("kinds") { Ok(()) } else { recommendations() }
}

/// The model of kinds. Inputs that stand in the mail itself are made of passages: a kind's mails are short, they are long.
fn kinds() -> anyhow::Result<()> {
    let classes: Vec<String> = MessageKind::LEARNT.iter().map(|kind| kind.as_str().into()).collect();
    let mut samples = Vec::new();
    for language in ["ar", "en", "es", "fr", "ru", "zh"] {
        let waves = ["", "-2"].map(|wave| format!("training/kinds/{language}{wave}.jsonl"));
        let mails = waves.iter().map(fs::read_to_string).collect::<Result<Vec<_>, _>>()?.join("\n");
        for line in mails.lines().filter(|line| !line.is_empty()) {
            let mail: Mail = serde_json::from_str(line).with_context(|| line.to_string())?;
            let class = MessageKind::LEARNT.iter().position(|kind| *kind == mail.kind).context("an unknown kind")?;
            let text = kind_text(&mail.subject, &mail.text, mail.files > 0);
            samples.push(Sample { text, classes: vec![class], group: language.into() });
        }
        let passages = fs::read_to_string(format!("training/passages/{language}.jsonl"))?;
        let lines = passages.lines().map(serde_json::from_str).collect::<Result<Vec<Line>, _>>()?;
        // Every eleventh, so that neighbours are about different things.
        for first in 0..INPUTS {
            let texts: Vec<&str> = (0..3).map(|at| lines[(first + at * 11 * 13) % lines.len()].text.as_str()).collect();
            let text = kind_text("", &texts.join("\n"), false);
            samples.push(Sample { text, classes: vec![0], group: String::new() });
        }
    }
    let made = train(&samples, &classes);
    fs::write("src/classify/data/kinds.bin", &made.bytes)?;
    println!("{}{} mails, {} bytes\n", made.report, samples.len(), made.bytes.len());
    Ok(())
}

/// Long inputs made for each language.
const INPUTS: usize = 25;

fn recommendations() -> anyhow::Result<()> {
    let text = fs::read_to_string("catalogue/second-apr.toml")?;
    let catalogue = Catalogue::read(&text).map_err(|problems| anyhow::anyhow!(problems.join("\n")))?;
    let classes: Vec<String> = catalogue.recommendations.iter().map(|one| one.id.clone()).collect();
    let mut files =
        fs::read_dir("training/passages")?.map(|one| Ok(one?.path())).collect::<anyhow::Result<Vec<_>>>()?;
    files.sort();
    let mut samples = Vec::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|one| one == "jsonl")) {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for line in fs::read_to_string(file)?.lines() {
            let line: Line = serde_json::from_str(line).with_context(|| name.clone())?;
            let named = line.recommendation.iter().chain(&line.also);
            let numbers = named.map(|id| classes.iter().position(|one| one == id).with_context(|| id.clone()));
            let group = name.split('-').next().unwrap_or_default().to_string();
            samples.push(Sample { text: line.text, classes: numbers.collect::<Result<_, _>>()?, group });
        }
    }
    for (at, one) in catalogue.recommendations.iter().enumerate() {
        let words = one.terms.values().map(|terms| terms.join(". "));
        for text in words.chain([format!("{}. {}", one.title, one.summary)]) {
            samples.push(Sample { text, classes: vec![at], group: String::new() });
        }
    }
    let made = train(&samples, &classes);
    fs::write("src/classify/data/linear.bin", &made.bytes)?;
    println!("{}{} passages, {} bytes", made.report, samples.len(), made.bytes.len());
    Ok(())
}
