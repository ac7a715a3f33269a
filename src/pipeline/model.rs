//! Which model reads, and its file. What a person chose is read anew before each batch, so that every process of a store
//! follows a switch; a file that is not what it should be stops reading, and is never replaced by another model.

use super::{Tools, steps};
use crate::classify::{Classifier, Input, Model};
use crate::domain::catalogue::Catalogue;
use crate::domain::classification::Classification;
use crate::domain::ledger::Actor;
use crate::domain::model::{SHIPPED, TrainedModel};
use crate::domain::submission::State;
use crate::domain::{Digest, MessageId};
use crate::store::submission::Revision;
use crate::store::{self, Store, ledger, message, model};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::Mutex;

/// The classifier with the model that a person chose, or with the one that comes with the program.
pub struct ModelInUse {
    catalogue: Arc<Catalogue>,
    /// Of the call itself.
    addresses: Vec<String>,
    /// Text of the call's own letter.
    letter: String,
    folder: PathBuf,
    /// What was chosen when it was loaded: a version, or `shipped`.
    loaded: Mutex<Option<(String, Arc<Classifier>)>>,
}

impl ModelInUse {
    /// Loads nothing yet; `folder` is where models lie.
    pub fn new(catalogue: Arc<Catalogue>, addresses: Vec<String>, letter: String, folder: PathBuf) -> Self {
        Self { catalogue, addresses, letter, folder, loaded: Mutex::default() }
    }

    /// The classifier that reads now.
    ///
    /// # Errors
    /// In words for a person: its file is missing or was changed, or it does not fit the catalogue.
    pub async fn current(&self, store: &Store) -> Result<Arc<Classifier>, String> {
        let chosen = model::chosen(store).await.map_err(|error| error.to_string())?;
        let wanted = chosen.map_or_else(|| SHIPPED.into(), |chosen| chosen.version);
        let mut loaded = self.loaded.lock().await;
        if let Some((version, classifier)) = &*loaded
            && *version == wanted
        {
            return Ok(classifier.clone());
        }
        let read = if wanted == SHIPPED { Ok(Model::load()) } else { self.trained(store, &wanted).await };
        let way_out = "until that is put right nothing is read: put the file back from a backup, or choose another model \
                       (`pouch models use shipped --by NAME --reason TEXT`)";
        let read = read.map_err(|why| format!("the model {wanted} is in use, but {why}; {way_out}"))?;
        let classifier = self.with(read).await?;
        *loaded = Some((wanted, classifier.clone()));
        Ok(classifier)
    }

    async fn trained(&self, store: &Store, version: &str) -> Result<Arc<Model>, String> {
        let known = model::find(store, version).await.map_err(|error| error.to_string())?;
        let known = known.ok_or("the database does not know it")?;
        if let Some(note) = known.made_of.catalogue.fits(&self.catalogue)? {
            tracing::warn!(version, "the model in use: {note}");
        }
        read_model(&self.folder, &known)
    }

    /// A classifier with any model, for whoever compares.
    ///
    /// # Errors
    /// If it cannot be made of the catalogue.
    pub async fn with(&self, model: Arc<Model>) -> Result<Arc<Classifier>, String> {
        let (catalogue, addresses, letter) = (self.catalogue.clone(), self.addresses.clone(), self.letter.clone());
        let make = move || Classifier::with_model(&catalogue, &addresses, &letter, model);
        let made = tokio::task::spawn_blocking(make).await;
        made.map(Arc::new).map_err(|_| "no classifier can be made with it".into())
    }

    /// Where models lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

fn path(folder: &Path, version: &str) -> PathBuf {
    folder.join(format!("{version}.bin"))
}

/// Reads the file of a model, which must be the one that was written.
///
/// # Errors
/// In words for a person.
pub fn read_model(folder: &Path, known: &TrainedModel) -> Result<Arc<Model>, String> {
    let path = path(folder, &known.version);
    let bytes = fs::read(&path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!("its file {} is missing", path.display()),
        _ => format!("its file {} cannot be read: {error}", path.display()),
    })?;
    if Digest::of(&bytes) != known.digest {
        return Err(format!("its file {} is not the one that was written when it was trained", path.display()));
    }
    // What weighs passages otherwise than this program would not fail, but say nothing.
    let model = Model::read(&bytes).filter(|one| one.weighing().is_some());
    model.map(Arc::new).ok_or_else(|| format!("its file {} is of another version of Pouch", path.display()))
}

/// Writes the file of a model: whole, or not at all.
///
/// # Errors
/// If the disk is full, read-only or gone.
pub fn write_model(folder: &Path, version: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let beside = folder.join(format!(".{version}.{}", uuid::Uuid::new_v4()));
    let write = || {
        let mut file = File::options().write(true).create_new(true).open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path(folder, version))?;
        File::open(folder)?.sync_all()?;
        folder.parent().map_or(Ok(()), |outer| File::open(outer)?.sync_all())
    };
    let written = write();
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// What a classifier would say of a message now; changes nothing.
///
/// # Errors
/// If the store does not answer or the classifier breaks down.
pub async fn says(
    tools: &Tools,
    classifier: &Arc<Classifier>,
    id: &MessageId,
) -> Result<Classification, steps::TaskError> {
    let parsed = message::parsed(&tools.store, id).await?;
    let (texts, _) = steps::texts_to_classify(tools, &parsed).await?;
    let classifier = classifier.clone();
    let work = tokio::task::spawn_blocking(move || {
        let mut says = classifier.classify(&Input { message: &parsed, texts: texts.clone() });
        steps::leave_what_stands(&mut says, &texts);
        says
    });
    work.await.map_err(|_| steps::TaskError("the classifier broke down on this text".into()))
}

/// Whether a revision waits as Pouch proposed it: no person has edited it, nor decided on it before.
///
/// # Errors
/// If the store does not answer.
pub async fn is_untouched(store: &Store, revision: &Revision) -> store::Result<bool> {
    if !matches!(revision.state, State::Queued) {
        return Ok(false);
    }
    let about = ledger::about(store, std::slice::from_ref(&revision.id.0)).await?;
    Ok(about.iter().all(|entry| matches!(entry.actor, Actor::Pouch)))
}
