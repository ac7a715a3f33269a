//! `pouch evaluate`: reads and classifies labelled mails as an import would, and says how good that was. Opens no database
//! and keeps nothing.

use super::{Place, open};
use crate::classify::{Classifier, Model, check_evidence, find_quote};
use crate::config::Config;
use crate::domain::Timestamp;
use crate::domain::catalogue::Catalogue;
use crate::domain::classification::{MessageKind, ProposedAssignment};
use crate::domain::ledger::Outcome;
use crate::evaluate::{self, About, Got, Input, Label, Labels, Place as At, Quoted};
use crate::pipeline::alone::{Judge, Judged};
use crate::pipeline::reading;
use crate::sandbox::{Pool, Source};
use anyhow::{Context as _, bail};
use clap::Args;
use futures::StreamExt as _;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

/// The labels of a corpus.
const LABELS: &str = "labels.json";

/// What to evaluate, and where to write it.
#[derive(Debug, Args)]
pub struct What {
    /// A folder with mails (*.eml) and labels.json (docs/evaluation-json.md)
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// Also write all numbers and errors as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Also write a page with plots
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Another model than the one that comes with the program: a file, or a version that was trained in the data folder
    #[arg(long, value_name = "VERSION-or-FILE")]
    pub model: Option<String>,
}

/// One mail with what came of it.
struct Answer {
    path: PathBuf,
    judged: Result<Judged, String>,
    seconds: f64,
}

/// Evaluates and prints.
///
/// # Errors
/// If the folder, its labels or the earlier run cannot be used, or nothing can be written.
pub async fn evaluate(place: &Place, what: &What, clock: fn() -> Timestamp) -> anyhow::Result<ExitCode> {
    let began = Instant::now();
    let mails = mails(&what.dir)?;
    let config = open::configured(place)?;
    let catalogue = open::catalogue(&config)?;
    let labels = labels(&what.dir, &catalogue)?;
    let model = match &what.model {
        Some(wanted) => super::models::find(place, wanted)?,
        None => Model::load(),
    };
    let judge = judge(&config, &catalogue, model).await?;
    let at_once = config.extractor.workers.max(1);
    let answers: Vec<Answer> =
        futures::stream::iter(mails).map(|path| answer(&judge, path)).buffered(at_once).collect().await;
    let (inputs, notes) = matched(answers, labels);
    anyhow::ensure!(!inputs.is_empty(), "no mail in {} has a label in its {LABELS}", what.dir.display());
    let about = About {
        folder: what.dir.display().to_string(),
        made: clock().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        classifier: judge.classifier.version().into(),
        notes,
        seconds: began.elapsed().as_secs_f64(),
    };
    let report = evaluate::evaluate(&inputs, &catalogue, about);
    print!("{}", evaluate::text(&report));
    if let Some(file) = &what.json {
        write(file, &format!("{}\n", serde_json::to_string_pretty(&report)?))?;
    }
    if let Some(file) = &what.html {
        write(file, &evaluate::html(&report)?)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What reads and classifies, as the configuration says.
async fn judge(config: &Config, catalogue: &Catalogue, model: Arc<Model>) -> anyhow::Result<Judge> {
    let program = std::env::current_exe().context("the program does not know where it is")?;
    let pool = Pool::start(program, &config.extractor);
    let conditions = pool.conditions().await?;
    conditions.gaps().iter().for_each(|gap| eprintln!("pouch: {gap}"));
    Ok(Judge {
        can_recognise: reading::can_recognise(&pool).await,
        pool,
        limits: config.extractor.clone(),
        classifier: Arc::new(Classifier::with_model(catalogue, &config.call.addresses, &open::letter(config)?, model)),
    })
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))
}

/// The mails of a folder, by name.
fn mails(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dir).with_context(|| format!("{} is no folder that can be read", dir.display()))?;
    let mut mails = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| format!("{} cannot be listed", dir.display()))?.path();
        if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("eml")) {
            mails.push(path);
        }
    }
    if mails.is_empty() {
        bail!("there is no mail (*.eml) in {}", dir.display());
    }
    mails.sort();
    Ok(mails)
}

fn labels(dir: &Path, catalogue: &Catalogue) -> anyhow::Result<Labels> {
    let file = dir.join(LABELS);
    let text = fs::read_to_string(&file).with_context(|| {
        format!("{} cannot be read: without labels there is nothing to compare with", file.display())
    })?;
    evaluate::read(&text, catalogue).map_err(|wrong| anyhow::anyhow!("{} cannot be used: {wrong}", file.display()))
}

async fn answer(judge: &Judge, path: PathBuf) -> Answer {
    let began = Instant::now();
    let opened = File::open(&path).and_then(|file| Ok((file.metadata()?.len(), file)));
    let judged = match opened {
        Ok((size_bytes, file)) => judge.judge(&Source::message(file, size_bytes)).await,
        Err(error) => Err(format!("it cannot be opened: {error}")),
    };
    Answer { path, judged, seconds: began.elapsed().as_secs_f64() }
}

/// Puts mails and labels together; says what has no counterpart.
fn matched(answers: Vec<Answer>, labels: Labels) -> (Vec<Input>, Vec<String>) {
    let Labels { by_id, mut notes } = labels;
    let (mut inputs, mut used) = (Vec::new(), BTreeSet::new());
    let mut without_label = Vec::new();
    for answer in answers {
        let file = answer.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let Some((id, label)) = label_of(&answer, &by_id) else {
            without_label.push(file);
            continue;
        };
        if let Err(why) = &answer.judged {
            notes.push(format!("{file} could not be read, and counts with no assignment: {why}."));
        }
        if !used.insert(id.clone()) {
            notes.push(format!("{file} is a second mail with the label {id}: it is left out."));
            continue;
        }
        inputs.push(input(id, label, answer));
    }
    let without_mail: Vec<&str> = by_id.keys().filter(|id| !used.contains(*id)).map(String::as_str).collect();
    if !without_label.is_empty() {
        let (count, names) = (without_label.len(), without_label.join(", "));
        notes.push(format!("Mails without a label, left out ({count}): {names}."));
    }
    if !without_mail.is_empty() {
        let (count, ids) = (without_mail.len(), without_mail.join(", "));
        notes.push(format!("Labels without a mail, left out ({count}): {ids}."));
    }
    (inputs, notes)
}

/// A mail's label is that of its Message-ID's left side, or else of its file's name.
fn label_of<'a>(answer: &Answer, labels: &'a BTreeMap<String, Label>) -> Option<(String, &'a Label)> {
    let header = answer.judged.as_ref().ok().and_then(|judged| judged.message.message_id_header.as_deref());
    let by_header = header.and_then(|id| id.split('@').next()).map(str::to_string);
    let by_name = answer.path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let mut ids = by_header.into_iter().chain(by_name);
    ids.find_map(|id| labels.get(&id).map(|label| (id, label)))
}

fn input(id: String, label: &Label, answer: Answer) -> Input {
    let mut input = Input {
        id,
        language: label.languages.first().cloned().unwrap_or_else(|| "unknown".into()),
        labelled: label.kind,
        is_input: label.is_input(),
        is_off_topic: label.is_off_topic,
        wanted: label.wanted.iter().map(|one| (one.clone(), Vec::new())).collect(),
        got: MessageKind::Unknown,
        // What ends its reader is held by the service, too.
        outcome: Outcome::Held,
        assignments: Vec::new(),
        candidates: Vec::new(),
        is_read: false,
        seconds: answer.seconds,
    };
    if let Ok(judged) = answer.judged {
        for (one, places) in &mut input.wanted {
            *places = places_of(&one.evidence, &judged.texts);
        }
        input.assignments = judged.says.assignments.iter().map(|one| got(one, &judged.texts)).collect();
        input.candidates = judged.candidates;
        (input.got, input.outcome, input.is_read) = (judged.says.kind, judged.outcome, true);
    }
    input
}

/// Where a quote stands: the same paper may come in two formats.
fn places_of(quote: &str, texts: &[(String, String)]) -> Vec<At> {
    let place = |(part, text): &(String, String)| Some(At { part: part.clone(), span: find_quote(text, quote)? });
    texts.iter().filter_map(place).collect()
}

fn got(one: &ProposedAssignment, texts: &[(String, String)]) -> Got {
    let quoted = one.evidence.iter().map(|evidence| {
        let text = texts.iter().find(|(part, _)| *part == evidence.part);
        Quoted {
            quote: evidence.quote.clone(),
            place: At { part: evidence.part.clone(), span: evidence.span },
            is_verbatim: text.is_some_and(|(_, text)| check_evidence(text, evidence)),
        }
    });
    Got { recommendation: one.recommendation.clone(), confidence: one.confidence, evidence: quoted.collect() }
}
