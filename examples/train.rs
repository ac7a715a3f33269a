//! Trains the models that come with the program, for recommendations and for kinds of mail, from `training`:
//! `cargo run --release --example train` in the repository's folder, with `kinds` or `recommendations` for one alone. Prints
//! how what was learnt does on what it has not seen.

use anyhow::Context as _;
use pouch::classify::kind_text;
use pouch::classify::train::{Sample, shipped, train, train_kinds};
use pouch::domain::catalogue::Catalogue;
use pouch::domain::classification::MessageKind;
use serde::Deserialize;
use std::fs;

#[derive(Deserialize)]
struct Passage {
    text: String,
}

#[derive(Deserialize)]
struct Mail {
    kind: MessageKind,
    subject: String,
    text: String,
    files: usize,
}

fn main() -> anyhow::Result<()> {
    let only = std::env::args().nth(1);
    if only.as_deref() != Some("recommendations") {
        kinds()?;
    }
    if only.as_deref() != Some("kinds") {
        recommendations()?;
    }
    Ok(())
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
        let lines = passages.lines().map(serde_json::from_str).collect::<Result<Vec<Passage>, _>>()?;
        // Every eleventh, so that neighbours are about different things.
        for first in 0..INPUTS {
            let texts: Vec<&str> = (0..3).map(|at| lines[(first + at * 11 * 13) % lines.len()].text.as_str()).collect();
            let text = kind_text("", &texts.join("\n"), false);
            samples.push(Sample { text, classes: vec![0], group: String::new() });
        }
    }
    let (bytes, guesses) = train_kinds(&samples, &classes);
    fs::write("src/classify/data/kinds.bin", &bytes)?;
    let counted = samples.iter().zip(&guesses).filter(|(sample, _)| !sample.group.is_empty());
    let is_right = |(sample, guess): &(&Sample, &Vec<f32>)| {
        let best = (0..classes.len()).max_by(|a, b| guess[*a].total_cmp(&guess[*b]));
        best.is_some_and(|best| sample.classes == [best])
    };
    let (right, all) = (counted.clone().filter(is_right).count(), counted.count());
    println!("kinds: {right} of {all} mails right when they are left out, {} bytes", bytes.len());
    Ok(())
}

/// Long inputs made for each language.
const INPUTS: usize = 25;

fn recommendations() -> anyhow::Result<()> {
    let text = fs::read_to_string("catalogue/second-apr.toml")?;
    let catalogue = Catalogue::read(&text).map_err(|problems| anyhow::anyhow!(problems.join("\n")))?;
    let material = shipped(&catalogue).map_err(anyhow::Error::msg)?;
    let made = train(&material, &catalogue).map_err(anyhow::Error::msg)?;
    fs::write("src/classify/data/linear.bin", &made.bytes)?;
    let (passages, inputs) = (material.passages.len(), material.inputs.len());
    println!("recommendations: {passages} passages, {inputs} inputs, {} bytes", made.bytes.len());
    Ok(())
}
