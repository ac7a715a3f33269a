//! Opens what a command works with: configuration, store, vault, catalogue, extractors. Starts no work.

use super::Place;
use crate::config::{self, Config};
use crate::domain::catalogue::Catalogue;
use crate::pipeline::pages::Shelf;
use crate::pipeline::{ModelInUse, Tools};
use crate::resolve::Resolver;
use crate::sandbox::Pool;
use crate::store::Store;
use crate::vault::Vault;
use anyhow::{Context as _, bail};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The catalogue in the program: the second annual progress report's.
const CATALOGUE: &str = include_str!("../../catalogue/second-apr.toml");

/// Most pictures of pages that are kept, in bytes: some ten thousand pages.
const PAGES_BYTES: u64 = 1 << 30;

/// Reads a configuration; all that is wrong with it becomes one error.
pub fn config(file: &Path) -> anyhow::Result<Config> {
    Config::load(file).map_err(|wrong| {
        let lines: Vec<String> = wrong.iter().map(|one| format!("  - {one}")).collect();
        anyhow::anyhow!("the configuration {} cannot be used:\n{}", file.display(), lines.join("\n"))
    })
}

/// The configuration that holds at a place, for what needs no data folder; makes none.
pub fn configured(place: &Place) -> anyhow::Result<Config> {
    let own = place.data.as_ref().map(|data| data.join("pouch.toml")).filter(|own| own.exists());
    place.config.clone().or(own).map_or_else(|| Ok(Config::default()), |file| config(&file))
}

/// The data folder and the configuration that go together.
pub fn place(place: &Place) -> anyhow::Result<(PathBuf, Config)> {
    let Some(data) = place.data.clone() else {
        bail!("say which folder holds everything: --data DIR, or set POUCH_DATA");
    };
    std::fs::create_dir_all(&data).with_context(|| format!("the data folder {} cannot be made", data.display()))?;
    let own = data.join("pouch.toml");
    let config = match &place.config {
        Some(file) => config(file)?,
        None if own.exists() => config(&own)?,
        None => Config::default(),
    };
    Ok((data, config))
}

/// The catalogue that the configuration names, or the one in the program.
pub fn catalogue(config: &Config) -> anyhow::Result<Catalogue> {
    let (text, name) = match &config.catalogue_file {
        Some(file) => (
            std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?,
            file.display().to_string(),
        ),
        None => (CATALOGUE.to_string(), "the catalogue in the program".into()),
    };
    Catalogue::read(&text).map_err(|wrong| anyhow::anyhow!("{name} cannot be used:\n  - {}", wrong.join("\n  - ")))
}

/// The text of the call's own letter; empty if none is known.
pub fn letter(config: &Config) -> anyhow::Result<String> {
    match &config.call.letter_file {
        Some(path) => std::fs::read_to_string(path).with_context(|| format!("call.letter_file {}", path.display())),
        None => Ok(String::new()),
    }
}

/// The store alone: for commands that only read.
pub async fn store(data: &Path, config: &Config) -> anyhow::Result<Store> {
    match &config.postgres_url {
        Some(url) => Store::open_postgres(url).await,
        None => Store::open_sqlite(&data.join("pouch.db")).await,
    }
}

fn resolver(config: &Config) -> anyhow::Result<Option<Resolver>> {
    let server = match config.resolver {
        None => return Ok(None),
        Some(config::Resolver::System) => None,
        Some(config::Resolver::At(server)) => Some(server),
    };
    let opened = Resolver::at(server).map_err(|error| anyhow::anyhow!("no server for names can be asked: {error}"));
    opened.map(Some)
}

/// Where models lie that were trained here.
pub fn models(data: &Path) -> PathBuf {
    data.join("models")
}

/// Everything that the stages and the reviewers' acts work with. Extractor children start when they are first needed.
pub async fn tools(at: &Place) -> anyhow::Result<Tools> {
    let (data, config) = place(at)?;
    let catalogue = catalogue(&config)?;
    let letter = letter(&config)?;
    let vault = Vault::open(&data.join("vault"))?;
    let program = std::env::current_exe().context("the program does not know where it is")?;
    let (store, catalogue) = (store(&data, &config).await?, Arc::new(catalogue));
    let addresses = config.call.addresses.clone();
    let classifier = ModelInUse::new(catalogue.clone(), addresses, letter, models(&data));
    classifier.current(&store).await.map_err(anyhow::Error::msg)?;
    Ok(Tools {
        store,
        vault,
        pool: Pool::start(program, &config.extractor),
        classifier: Arc::new(classifier),
        catalogue,
        resolver: resolver(&config)?,
        public_dir: config.publish.dir.clone().unwrap_or_else(|| data.join("public")),
        pages: Shelf::new(&data.join("pages"), PAGES_BYTES),
        config: Arc::new(config),
    })
}
