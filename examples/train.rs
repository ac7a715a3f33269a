//! Trains the model of `src/classify` from `training/passages` and the catalogue: `cargo run --release --example train`
//! in the repository's folder. Prints what cross-validation says of it.

use anyhow::Context as _;
use pouch::classify::{Sample, train};
use pouch::domain::catalogue::Catalogue;
use serde::Deserialize;
use std::fs;

#[derive(Deserialize)]
struct Line {
    text: String,
    recommendation: Option<String>,
    also: Vec<String>,
}

fn main() -> anyhow::Result<()> {
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
