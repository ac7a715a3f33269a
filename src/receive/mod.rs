//! stub
mod import;
pub use import::{Imported, import};
use crate::{config, store::Store, vault::Vault, domain::Timestamp};
pub async fn watch(_: config::Account, _: config::Receive, _: Store, _: Vault, _: fn() -> Timestamp, _: String, _: tokio::sync::watch::Receiver<bool>) {}
pub async fn check(_: &config::Account, _: &config::Receive, _: Option<&Store>) -> anyhow::Result<Vec<String>> { Ok(vec![]) }
