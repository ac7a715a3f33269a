//! Writes the public pages of submissions whose task is due. A reader never meets a link without its page: files first,
//! then pages, then lists; and the other way round when something is withdrawn. Each file appears whole.

use super::{Tools, steps};
use crate::domain::catalogue::Catalogue;
use crate::domain::publication::{Page, PublicFile, PublicInput, PublicRecommendation, PublicStatus, Site};
use crate::domain::redaction::CopyMade;
use crate::domain::submission::{Manifest, ManifestFile, State};
use crate::domain::{Digest, SubmissionId, Timestamp};
use crate::publish;
use crate::store::task::{self, Task};
use crate::store::{self, ledger, message, submission};
use anyhow::Context as _;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

/// What the public page may say of an approved manifest.
pub fn public_input(
    catalogue: &Catalogue,
    confirmed: bool,
    manifest: &Manifest,
    number: u64,
    now: Timestamp,
) -> PublicInput {
    let files = manifest.files.iter().map(public_file);
    PublicInput {
        submission: manifest.submission.clone(),
        number,
        revision: manifest.number,
        status: PublicStatus::Public,
        title: manifest.title.clone(),
        submitter: manifest.submitter.clone(),
        received_at: manifest.received_at,
        published_at: now,
        updated_at: now,
        languages: manifest.languages.clone(),
        recommendations: shown(catalogue, confirmed, &manifest.recommendations),
        files: files.collect(),
        body_text: manifest.body_text.clone(),
    }
}

/// A copy without the struck words, the text alone, or the file as it was sent. Where there is a copy, nothing is told of the
/// file itself.
fn public_file(file: &ManifestFile) -> PublicFile {
    let label = file.label.clone();
    if let Some(copy) = &file.copy {
        return PublicFile {
            label,
            file_name: publish::safe_name(copy.digest, &copy.media_type),
            media_type: copy.media_type.clone(),
            size_bytes: copy.size_bytes,
            digest: copy.digest,
            text_only: copy.made == CopyMade::CleanText,
        };
    }
    PublicFile {
        label,
        file_name: publish::safe_name(file.digest, &file.media_type),
        media_type: if file.text.is_some() { "text/plain".into() } else { file.media_type.clone() },
        size_bytes: file.text.as_ref().map_or(file.size_bytes, |text| text.len() as u64),
        digest: file.text.as_ref().map_or(file.digest, |text| Digest::of(text.as_bytes())),
        text_only: file.text.is_some(),
    }
}

/// The recommendations that the public may see, in the catalogue's order: never an uncertain one.
fn shown(catalogue: &Catalogue, confirmed: bool, ids: &[String]) -> Vec<PublicRecommendation> {
    let known = catalogue.recommendations.iter().filter(|one| one.is_public() && ids.contains(&one.id));
    known
        .map(|one| PublicRecommendation {
            id: one.id.clone(),
            section: one.section.clone(),
            title: one.title.clone(),
            // A number is the report's own only once a person has confirmed the list.
            paragraph: one.paragraph.clone().filter(|_| confirmed),
        })
        .collect()
}

/// What all public pages share, as it is now.
///
/// # Errors
/// If the store does not answer.
pub async fn public_site(tools: &Tools) -> store::Result<Site> {
    let confirmed = steps::catalogue_confirmed(tools).await?;
    let ids: Vec<String> = tools.catalogue.recommendations.iter().map(|one| one.id.clone()).collect();
    Ok(Site {
        title: tools.config.call.title.clone(),
        base_url: tools.config.publish.base_url.clone(),
        report: format!("{}, {}", tools.catalogue.name, tools.catalogue.symbol),
        catalogue_confirmed: confirmed,
        recommendations: shown(&tools.catalogue, confirmed, &ids),
        sections: tools.catalogue.sections.iter().map(|one| (one.id.clone(), one.title.clone())).collect(),
        ledger_head: ledger::head(&tools.store).await?,
    })
}

/// Brings the pages of the tasks' submissions up to date, with the lists that name them.
///
/// # Errors
/// Only if the store does not answer; a page that cannot be written puts its task off, with the reason.
pub async fn write(tools: &Tools, tasks: &[Task], now: Timestamp) -> store::Result<()> {
    let site = public_site(tools).await?;
    let (mut written, mut withdrawn, mut shards) = (Vec::new(), Vec::new(), BTreeSet::new());
    for task in tasks {
        let id = SubmissionId(task.subject.clone());
        let Some(mut input) = submission::publication(&tools.store, &id).await? else {
            finish(tools, task).await?;
            continue;
        };
        refresh(tools, &site, &mut input);
        shards.insert(publish::shard_of(input.number));
        if matches!(input.status, PublicStatus::Withdrawn { .. }) {
            withdrawn.push((task, input));
            continue;
        }
        match write_input(tools, &site, &input).await {
            Ok(()) => written.push(task),
            Err(error) => postpone(tools, task, &error, now).await?,
        }
    }
    let lists = write_lists(tools, &site, &shards).await;
    for (task, input) in &withdrawn {
        match &lists {
            Ok(()) => match take_down(tools, &site, input) {
                Ok(()) => finish(tools, task).await?,
                Err(error) => postpone(tools, task, &error, now).await?,
            },
            Err(error) => {
                // The files must go whether or not the lists could be written.
                let _ = take_down(tools, &site, input);
                postpone(tools, task, error, now).await?;
            }
        }
    }
    for task in written {
        match &lists {
            Ok(()) => finish(tools, task).await?,
            Err(error) => postpone(tools, task, error, now).await?,
        }
    }
    Ok(())
}

async fn finish(tools: &Tools, task: &Task) -> store::Result<()> {
    let mut tx = tools.store.begin().await?;
    task::finish(&mut tx, task).await?;
    tx.commit().await
}

async fn postpone(tools: &Tools, task: &Task, error: &anyhow::Error, now: Timestamp) -> store::Result<()> {
    let reason = format!("the public page cannot be written: {error:#}");
    tracing::error!(reason, "publishing is behind");
    task::postpone(&tools.store, task, &reason, now + task::LEASE / 2).await
}

/// Titles and standing of recommendations as the catalogue has them now.
fn refresh(tools: &Tools, site: &Site, input: &mut PublicInput) {
    let ids: Vec<String> = input.recommendations.iter().map(|one| one.id.clone()).collect();
    input.recommendations = shown(&tools.catalogue, site.catalogue_confirmed, &ids);
}

/// Writes the front pages alone; with nothing published they say so.
///
/// # Errors
/// If the store does not answer or the folder cannot be written.
pub async fn write_front(tools: &Tools, _now: Timestamp) -> anyhow::Result<()> {
    let site = public_site(tools).await?;
    write_lists(tools, &site, &BTreeSet::from([1])).await
}

async fn write_lists(tools: &Tools, site: &Site, shards: &BTreeSet<u64>) -> anyhow::Result<()> {
    let (newest_number, public) = submission::publication_totals(&tools.store).await?;
    let newest = publish::shard_of(newest_number.max(1));
    let mut newest_inputs = Vec::new();
    // The newest shard's pages are the recommendations' own pages; they are always written.
    for shard in shards.iter().copied().chain([newest]).collect::<BTreeSet<u64>>() {
        let (first, last) = ((shard - 1) * publish::SHARD + 1, shard * publish::SHARD);
        let mut inputs = submission::publications_between(&tools.store, first, last).await?;
        inputs.iter_mut().for_each(|input| refresh(tools, site, input));
        put_all(&tools.public_dir, &publish::shard_pages(site, shard, newest, &inputs)?)?;
        if shard == newest {
            newest_inputs = inputs;
        }
    }
    let mut latest = submission::publications_latest(&tools.store, 50).await?;
    latest.iter_mut().for_each(|input| refresh(tools, site, input));
    let counts = submission::publication_counts(&tools.store).await?;
    put_all(&tools.public_dir, &publish::front(site, newest, &newest_inputs, &latest, &counts, public)?)
}

/// Files first, then the page, then away with what an earlier revision left.
async fn write_input(tools: &Tools, site: &Site, input: &PublicInput) -> anyhow::Result<()> {
    let folder = tools.public_dir.join(publish::folder(input));
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let revisions = submission::revisions(&tools.store, Some(&input.submission)).await?;
    let public = revisions.iter().find(|one| matches!(one.state, State::Published { .. }));
    let json = public.and_then(|one| one.manifest.as_deref()).context("the published revision has no manifest")?;
    let manifest: Manifest = serde_json::from_str(json).context("the manifest cannot be read")?;
    for (file, named) in manifest.files.iter().zip(&input.files) {
        let target = folder.join(&named.file_name);
        if target.exists() {
            continue;
        }
        let aside = Aside::beside(&target)?;
        match (&file.copy, &file.text) {
            (Some(copy), _) => {
                let (mut bytes, _) = tools.vault.open_object(copy.digest).context("its copy is not there")?;
                std::io::copy(&mut bytes, &mut aside.open()?)?;
            }
            (None, Some(text)) => aside.open()?.write_all(text.as_bytes())?,
            (None, None) => {
                let line =
                    message::line(&tools.store, &file.part.message).await?.context("its message is not there")?;
                let source = steps::source(tools, line.digest).context("its stored bytes are not there")?;
                let mut copy = tokio::fs::File::from_std(aside.open()?);
                tools.pool.part_bytes(&source, &file.part.path, &mut copy).await?;
            }
        }
        anyhow::ensure!(digest_of(&aside.path)? == named.digest, "{} is not the file that was approved", file.label);
        aside.put(&target)?;
    }
    put(&tools.public_dir, &publish::input_page(site, input)?)?;
    let keep: BTreeSet<&str> = input.files.iter().map(|file| file.file_name.as_str()).collect();
    remove_others(&folder, &keep)
}

/// The page says that it was withdrawn; every file is gone.
fn take_down(tools: &Tools, site: &Site, input: &PublicInput) -> anyhow::Result<()> {
    let folder = tools.public_dir.join(publish::folder(input));
    let removed = if folder.exists() { remove_others(&folder, &BTreeSet::new()) } else { Ok(()) };
    put(&tools.public_dir, &publish::input_page(site, input)?)?;
    removed
}

fn remove_others(folder: &Path, keep: &BTreeSet<&str>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name != "index.html" && !keep.contains(name.as_ref()) {
            fs::remove_file(entry.path()).with_context(|| format!("{} cannot be removed", entry.path().display()))?;
        }
    }
    Ok(())
}

fn digest_of(path: &Path) -> std::io::Result<Digest> {
    let (mut file, mut hasher, mut buffer) = (File::open(path)?, Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(Digest(hasher.finalize().into())),
            n => hasher.update(&buffer[..n]),
        }
    }
}

/// A file that is written beside its place and moved there whole; what is not moved is removed.
struct Aside {
    path: PathBuf,
}

impl Aside {
    fn beside(target: &Path) -> anyhow::Result<Self> {
        let folder = target.parent().context("a page needs a folder")?;
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        Ok(Self { path: folder.join(format!(".{}", uuid::Uuid::new_v4())) })
    }

    fn open(&self) -> std::io::Result<File> {
        File::create(&self.path)
    }

    fn put(self, target: &Path) -> std::io::Result<()> {
        fs::rename(&self.path, target)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

fn put(root: &Path, page: &Page) -> anyhow::Result<()> {
    let target = root.join(&page.path);
    let aside = Aside::beside(&target)?;
    aside.open()?.write_all(&page.bytes)?;
    Ok(aside.put(&target)?)
}

fn put_all(root: &Path, pages: &[Page]) -> anyhow::Result<()> {
    pages.iter().try_for_each(|page| put(root, page))
}
