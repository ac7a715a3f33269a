//! `pouch train` and `pouch models`: learns, lists, and has a person choose. Prints; decides nothing.

use super::list::visible;
use super::{Place, open};
use crate::classify::Model;
use crate::domain::Timestamp;
use crate::domain::model::{Compared, FEW, Figures, MadeOf, SHIPPED, TrainedModel};
use crate::review::Act;
use crate::review::learning::{self, Kept, Learnt, Wanted};
use crate::store::{ledger, model};
use crate::worker;
use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// What to learn from.
#[derive(Debug, Args)]
pub struct Training {
    /// Learn from what people kept, added and took away, too; a quarter of it is held out to measure by
    #[arg(long)]
    pub with_decisions: bool,
    /// Only from this language (ISO 639-1; repeat it)
    #[arg(long = "language", value_name = "CODE")]
    pub languages: Vec<String>,
}

/// Languages that there is material in.
const LANGUAGES: [&str; 6] = ["ar", "en", "es", "fr", "ru", "zh"];

/// Trains a model and says what it would change.
///
/// # Errors
/// If it cannot be trained or kept.
pub async fn train(place: &Place, what: &Training, clock: fn() -> Timestamp) -> anyhow::Result<ExitCode> {
    let mut languages = what.languages.clone();
    languages.sort();
    languages.dedup();
    if let Some(other) = languages.iter().find(|one| !LANGUAGES.contains(&one.as_str())) {
        bail!("there is nothing to learn from in the language {other}: one of {}", LANGUAGES.join(", "));
    }
    let tools = open::tools(place).await?;
    let wanted = Wanted { languages, with_decisions: what.with_decisions };
    let learnt = learning::train(&tools, &wanted, clock()).await?;
    worker::seal_once(&tools.store, &worker::owner(), clock()).await?;
    print_learnt(&learnt);
    Ok(ExitCode::SUCCESS)
}

fn print_learnt(learnt: &Learnt) {
    let TrainedModel { version, made_of, .. } = &learnt.model;
    println!("{version}: trained from {}", sources(made_of));
    match learnt.kept {
        Kept::New => {}
        Kept::ThereAlready => println!("It is there already: the same input makes the same model."),
        Kept::WrittenAgain => println!("It was there already; its file was missing or changed, and is written again."),
        Kept::Shipped => println!("It is the model that comes with the program."),
    }
    let (old, new) = (&made_of.compared_with, version);
    println!("\nOn decided submissions that were held out, and never learnt from:");
    print_compared(old, new, &made_of.held_out);
    println!("\nOn whole inputs of the material whose words no model learns from (both were tuned on them):");
    print_compared(old, new, &made_of.unseen);
    println!("  new, each weighed by what had not seen it  {}", learnt.crossed.words());
    let (waiting, count) = (learnt.waiting, learnt.changes.len());
    println!("\nSubmissions that wait and that nobody has touched: {waiting}; it would change {count} of them.");
    for change in &learnt.changes {
        println!("  {}  {}", change.submission, visible(&change.title));
        change.comes.iter().for_each(|id| println!("    + {id}"));
        change.goes.iter().for_each(|id| println!("    - {id}"));
    }
    learnt.troubles.iter().for_each(|trouble| println!("  ! {}", visible(trouble)));
    match learnt.kept {
        Kept::Shipped => println!("Nothing is changed."),
        Kept::New | Kept::ThereAlready | Kept::WrittenAgain => {
            println!("Nothing is changed. `pouch models use {version} --by NAME --reason TEXT` has it read.");
        }
    }
}

fn print_compared(old: &str, new: &str, compared: &Compared) {
    println!("  in use  {old:<18} {}", compared.current.words());
    println!("  new     {new:<18} {}", compared.new.words());
    if let Some(words) = says_little(&compared.new) {
        println!("  {words}");
    }
}

fn says_little(figures: &Figures) -> Option<&'static str> {
    (figures.inputs < FEW).then_some("Fewer than 20: this says little.")
}

fn sources(made_of: &MadeOf) -> String {
    let languages = if made_of.languages.is_empty() { "all languages".into() } else { made_of.languages.join(", ") };
    let catalogue = &made_of.catalogue;
    format!(
        "{} passages and {} inputs of the program's ({languages}), {} decided submissions ({} passages); for {}, edition {}",
        made_of.passages,
        made_of.inputs,
        made_of.decisions,
        made_of.decision_passages,
        catalogue.symbol,
        catalogue.edition
    )
}

/// Lists the models. Opens no model, so that it answers when one is broken.
///
/// # Errors
/// If the store does not answer.
pub async fn list(place: &Place, as_json: bool) -> anyhow::Result<ExitCode> {
    let (data, config) = open::place(place)?;
    let store = open::store(&data, &config).await?;
    let chosen = model::chosen(&store).await?;
    let people = ledger::people(&store).await?;
    let in_use = chosen.as_ref().map_or(SHIPPED, |one| one.version.as_str());
    let by = chosen.as_ref().map(|one| people.get(&one.by).cloned().unwrap_or_else(|| one.by.to_string()));
    let since = chosen.as_ref().map(|one| one.since);
    let trained = model::all(&store).await?;
    let folder = open::models(&data);
    let trouble = |one: &TrainedModel| crate::pipeline::read_model(&folder, one).err();
    let shipped = Model::load();
    if as_json {
        let models: Vec<_> = trained
            .iter()
            .map(|one| {
                json!({
                    "version": one.version, "digest": one.digest, "trained_at": one.trained_at, "made_of": one.made_of,
                    "in_use": one.version == in_use, "trouble": trouble(one),
                })
            })
            .collect();
        let all = json!({
            "shipped": {"version": shipped.version(), "in_use": in_use == SHIPPED}, "trained": models,
            "in_use": {"version": in_use, "since": since, "by": by},
        });
        println!("{}", serde_json::to_string_pretty(&all)?);
        return Ok(ExitCode::SUCCESS);
    }
    let used = |version: &str| {
        let chosen = since.zip(by.as_ref());
        let by = chosen.map(|(at, by)| format!(" since {} by {}", at.strftime("%Y-%m-%d %H:%M:%S"), visible(by)));
        if version == in_use { format!("  in use{}", by.unwrap_or_default()) } else { String::new() }
    };
    println!("{:<18}  {SHIPPED}: comes with the program{}", shipped.version(), used(SHIPPED));
    for one in &trained {
        let made = one.trained_at.strftime("%Y-%m-%d %H:%M:%S");
        println!("{:<18}  trained {made} from {}{}", one.version, sources(&one.made_of), used(&one.version));
        for (what, compared) in [("held out", &one.made_of.held_out), ("material", &one.made_of.unseen)] {
            let (old, little) = (&one.made_of.compared_with, says_little(&compared.new).unwrap_or_default());
            println!("    {what}: {} ({old}: {}) {little}", compared.new.words(), compared.current.words());
        }
        if let Some(trouble) = trouble(one) {
            println!("    ! {trouble}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Has a model read from now on, and what waits untouched read again by it.
///
/// # Errors
/// If it cannot be used.
pub async fn choose(
    place: &Place,
    version: &str,
    by: &str,
    reason: &str,
    clock: fn() -> Timestamp,
) -> anyhow::Result<ExitCode> {
    let (data, config) = open::place(place)?;
    let store = open::store(&data, &config).await?;
    let catalogue = open::catalogue(&config)?;
    let act = Act { by: by.into(), reason: reason.into(), seen: None, now: clock() };
    // As `models` lists it, too.
    let version = if version == Model::load().version() { SHIPPED } else { version };
    let (count, note) = learning::choose((&store, &open::models(&data)), &catalogue, version, &act).await?;
    if let Some(note) = note {
        println!("Note: {note}.");
    }
    let tools = open::tools(place).await?;
    worker::settle_down(&tools, clock).await?;
    println!(
        "{version} reads from now on, also in a service that runs. What waited untouched was read again ({count}); what \
         was decided or touched is as it was."
    );
    Ok(ExitCode::SUCCESS)
}

/// A model by its version or its file.
///
/// # Errors
/// If there is none, or it is not what it is called.
pub fn find(place: &Place, wanted: &str) -> anyhow::Result<Arc<Model>> {
    if wanted == SHIPPED || wanted == Model::load().version() {
        return Ok(Model::load());
    }
    let read = |path: &Path| -> anyhow::Result<Model> {
        let bytes = std::fs::read(path).with_context(|| format!("the model {} cannot be read", path.display()))?;
        let model = Model::read(&bytes).filter(|one| one.weighing().is_some());
        model.with_context(|| format!("{} is no model of this version of Pouch", path.display()))
    };
    let file = Path::new(wanted);
    if file.is_file() {
        return Ok(Arc::new(read(file)?));
    }
    let Some(data) = &place.data else {
        bail!("{wanted} is no file, and without --data there are no models by version");
    };
    let path = open::models(data).join(format!("{wanted}.bin"));
    let model = read(&path)?;
    anyhow::ensure!(model.version() == wanted, "{} is not {wanted}, but {}", path.display(), model.version());
    Ok(Arc::new(model))
}
