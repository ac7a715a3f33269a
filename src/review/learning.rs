//! Learning from what persons decided: a new model beside the one in use, measured and compared, and a person's choice of the
//! one that reads. Training changes nothing that stands in the queue; choosing touches only what nobody has touched.

mod facts;

use super::{Act, Error, Result, person};
use crate::classify::train::{Material, Trained, shipped, train as learn};
use crate::classify::{Classifier, Model};
use crate::domain::ledger::{Actor, Event};
use crate::domain::model::{Chosen, Compared, Figures, MadeOf, SHIPPED, TrainedFor, TrainedModel};
use crate::domain::{Digest, SubmissionId, Timestamp};
use crate::pipeline::{self, Tools};
use crate::store::message::MessageLine;
use crate::store::task::{self, Stage};
use crate::store::{Store, ledger, model};
use facts::{Evaluated, Facts};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// What to learn from.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// ISO 639-1; none: all.
    pub languages: Vec<String>,
    /// What persons decided, too.
    pub with_decisions: bool,
}

/// Where a new model stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    New,
    /// The same input makes the same model.
    ThereAlready,
    /// The same, and its file had to be written again.
    WrittenAgain,
    /// It is what comes with the program.
    Shipped,
}

/// What would change for a submission that waits and that nobody has touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub submission: SubmissionId,
    pub title: String,
    pub comes: Vec<String>,
    pub goes: Vec<String>,
}

/// A model that was trained.
#[derive(Clone, Debug)]
pub struct Learnt {
    pub model: TrainedModel,
    pub kept: Kept,
    /// On the material's own inputs, each weighed by what had not seen it.
    pub crossed: Figures,
    /// How many submissions wait untouched.
    pub waiting: usize,
    pub changes: Vec<Change>,
    /// What could not be compared, in words.
    pub troubles: Vec<String>,
}

/// Trains a model, compares it with the one in use, and keeps it. It reads only when a person chooses it.
///
/// # Errors
/// If there is nothing to learn from, or the store or the disk does not take it.
pub async fn train(tools: &Tools, wanted: &Wanted, now: Timestamp) -> Result<Learnt> {
    let current = tools.classifier.current(&tools.store).await.map_err(Error::Refused)?;
    let facts = Facts::load(tools).await?;
    let mut material = shipped(&tools.catalogue).map_err(Error::Refused)?;
    material.leave_languages(&wanted.languages);
    let (passages, inputs) = (material.passages.len(), material.inputs.len());
    let decisions =
        if wanted.with_decisions { facts.add_to(tools, &mut material, &wanted.languages).await? } else { 0 };
    let made = Made::of(tools, material).await?;
    let new = tools.classifier.with(made.model.clone()).await.map_err(Error::Refused)?;
    let mut troubles = Vec::new();
    let Evaluated { held_out, waiting, changes } = facts.evaluate(tools, &current, &new, &mut troubles).await?;
    let (unseen, decision_passages) = (made.unseen(tools, &current, &new).await?, made.material.passages.len());
    let made_of = MadeOf {
        catalogue: TrainedFor::of(&tools.catalogue),
        languages: wanted.languages.clone(),
        passages: passages as u64,
        inputs: inputs as u64,
        decisions,
        decision_passages: (decision_passages - passages) as u64,
        compared_with: current.version().into(),
        held_out,
        unseen,
    };
    let version = made.model.version().to_string();
    let model = TrainedModel { version, digest: Digest::of(&made.trained.bytes), trained_at: now, made_of };
    let kept = keep(tools, &model, &made.trained.bytes, now).await?;
    let crossed = made.trained.figures(&made.material, &tools.catalogue);
    Ok(Learnt { model, kept, crossed, waiting, changes, troubles })
}

/// What was learnt, with what it was learnt from.
struct Made {
    material: Arc<Material>,
    trained: Trained,
    model: Arc<Model>,
}

impl Made {
    /// Learns on a thread of its own: it takes minutes.
    async fn of(tools: &Tools, material: Material) -> Result<Self> {
        let (material, catalogue) = (Arc::new(material), tools.catalogue.clone());
        let of = material.clone();
        let work = tokio::task::spawn_blocking(move || learn(&of, &catalogue));
        let trained = work.await.map_err(|_| Error::Refused("the training broke down".into()))?;
        let trained = trained.map_err(Error::Refused)?;
        let model = Model::read(&trained.bytes).ok_or_else(|| Error::Refused("what was learnt is no model".into()))?;
        Ok(Self { material, trained, model: Arc::new(model) })
    }

    /// What both models do on whole inputs of the material.
    async fn unseen(&self, tools: &Tools, current: &Arc<Classifier>, new: &Arc<Classifier>) -> Result<Compared> {
        let (material, catalogue) = (self.material.clone(), tools.catalogue.clone());
        let (current, new) = (current.clone(), new.clone());
        let work = tokio::task::spawn_blocking(move || Compared {
            current: material.figures(&current, &catalogue),
            new: material.figures(&new, &catalogue),
        });
        work.await.map_err(|_| Error::Refused("a classifier broke down on the material".into()))
    }
}

/// Writes the file first: a row means that there is one.
async fn keep(tools: &Tools, new: &TrainedModel, bytes: &[u8], now: Timestamp) -> Result<Kept> {
    if new.version == Model::load().version() {
        return Ok(Kept::Shipped);
    }
    let folder = tools.classifier.folder();
    let write = || {
        pipeline::write_model(folder, &new.version, bytes)
            .map_err(|error| Error::Refused(format!("the model cannot be written to {}: {error}", folder.display())))
    };
    if let Some(known) = model::find(&tools.store, &new.version).await? {
        if pipeline::read_model(folder, &known).is_ok() {
            return Ok(Kept::ThereAlready);
        }
        write()?;
        return Ok(Kept::WrittenAgain);
    }
    write()?;
    let mut tx = tools.store.begin().await?;
    model::add(&mut tx, new).await?;
    let event = Event::ModelTrained { version: new.version.clone(), digest: new.digest };
    ledger::append(&mut tx, &Actor::Pouch, &[event], now).await?;
    tx.commit().await?;
    Ok(Kept::New)
}

/// Chooses the model that reads from now on, and has it read again what waits untouched. Needs no running service, and no
/// model that works: it is the way out if the one in use does not. Gives how many submissions are read again, and what is to
/// be known about the model's catalogue.
///
/// # Errors
/// If there is no such model, its file is not what was written, or it does not fit the catalogue.
pub async fn choose(
    (store, folder): (&Store, &Path),
    catalogue: &crate::domain::catalogue::Catalogue,
    version: &str,
    act: &Act,
) -> Result<(usize, Option<String>)> {
    let in_use = model::chosen(store).await?.map_or_else(|| SHIPPED.to_string(), |chosen| chosen.version);
    if in_use == version {
        return Err(Error::Refused(format!("the model {version} is in use already")));
    }
    let mut note = None;
    if version != SHIPPED {
        let known = model::find(store, version).await?;
        let known = known.ok_or_else(|| Error::NotFound(format!("model {version} (see `pouch models`)")))?;
        let refused = |why: String| Error::Refused(format!("the model {version} cannot be used: {why}"));
        pipeline::read_model(folder, &known).map_err(refused)?;
        note = known.made_of.catalogue.fits(catalogue).map_err(refused)?;
        if !known.made_of.languages.is_empty() {
            let only = format!(
                "it learnt from inputs in {} only, and reads those in other languages worse",
                known.made_of.languages.join(", ")
            );
            note = Some(note.map_or_else(|| only.clone(), |note| format!("{note}; {only}")));
        }
    }
    let waiting = untouched(store).await?;
    let mut tx = store.begin().await?;
    let (by, actor) = person(&mut tx, act).await?;
    model::choose(&mut tx, &Chosen { version: version.into(), by, since: act.now }).await?;
    let event = Event::ModelChosen { version: version.into(), reason: super::reason(&mut tx, act).await? };
    ledger::append(&mut tx, &actor, &[event], act.now).await?;
    for line in &waiting {
        task::renew(&mut tx, Stage::Classify, line.id.as_str(), act.now).await?;
    }
    tx.commit().await?;
    let submissions: BTreeSet<&SubmissionId> = waiting.iter().filter_map(|line| line.submission.as_ref()).collect();
    Ok((submissions.len(), note))
}

/// The messages of submissions that wait as Pouch proposed them.
async fn untouched(store: &Store) -> Result<Vec<MessageLine>> {
    let mut lines = Vec::new();
    for (revision, of) in facts::waiting(store).await? {
        if pipeline::is_untouched(store, &revision).await? {
            lines.extend(of);
        }
    }
    Ok(lines)
}
