//! Looks up keys of signatures in the DNS, if the operator says which server to ask. Knows nothing of mail.

use crate::domain::clip;
use mail_auth::hickory_resolver::config::{NameServerConfig, ResolverConfig, ResolverOpts};
use mail_auth::hickory_resolver::proto::rr::RData;
use mail_auth::hickory_resolver::{TokioResolver, net::runtime::TokioRuntimeProvider};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Keys of one mail at most.
const MOST: usize = 12;

/// What one question may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// After silence nobody is asked for so long: else each mail would wait for it.
const REST: Duration = Duration::from_secs(30);

/// Whom to ask.
#[derive(Clone)]
pub struct Resolver {
    inner: TokioResolver,
    /// Until when nobody is asked.
    rests_until: Arc<Mutex<Option<Instant>>>,
}

impl Resolver {
    /// Asks this server; `None`: those of the system.
    ///
    /// # Errors
    /// In words, if the system's cannot be read.
    pub fn at(server: Option<SocketAddr>) -> Result<Self, String> {
        let builder = match server {
            Some(server) => {
                let mut name_server = NameServerConfig::udp_and_tcp(server.ip());
                name_server.connections.iter_mut().for_each(|one| one.port = server.port());
                let config = ResolverConfig::from_parts(None, vec![], vec![name_server]);
                TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
            None => TokioResolver::builder_tokio().map_err(|error| clip(&error.to_string()))?,
        };
        let mut options = ResolverOpts::default();
        // Silence is for `texts` to notice.
        (options.timeout, options.attempts) = (PATIENCE * 2, 1);
        let inner = builder.with_options(options).build().map_err(|error| clip(&error.to_string()))?;
        Ok(Self { inner, rests_until: Arc::default() })
    }

    /// The text records under these names; `None` for one that could not be had.
    pub async fn texts(&self, names: &[String]) -> BTreeMap<String, Option<String>> {
        let mut found = BTreeMap::new();
        for name in names.iter().take(MOST) {
            found.insert(name.clone(), if self.rests() { None } else { self.text(name).await });
        }
        found
    }

    fn rests(&self) -> bool {
        let until = *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    async fn text(&self, name: &str) -> Option<String> {
        match tokio::time::timeout(PATIENCE, self.inner.txt_lookup(format!("{name}."))).await {
            Ok(answer) => answer.ok()?.answers().iter().find_map(|record| match &record.data {
                RData::TXT(text) => {
                    let bytes: Vec<u8> = text.txt_data.iter().flat_map(|piece| piece.iter().copied()).collect();
                    String::from_utf8(bytes).ok()
                }
                _ => None,
            }),
            Err(_) => {
                *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + REST);
                None
            }
        }
    }
}
