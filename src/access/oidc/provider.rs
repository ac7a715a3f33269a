//! What a provider says of itself: addresses and keys (OpenID Connect Discovery 1.0, RFC 7517). Believes no address that is
//! not protected, and keeps what it learnt for an hour.

use super::Refused;
use super::id_token::{Header, fits};
use crate::config::{Oidc, is_protected};
use crate::domain::{Timestamp, clip};
use crate::oauth::send_within;
use jsonwebtoken::jwk::Jwk;
use oauth2::http::{Request, StatusCode};
use oauth2::url::Url;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a provider may take for one answer, while a person waits.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// How long descriptions and keys are believed; keys that were ended early open nothing after it.
const KEPT: Duration = Duration::from_secs(3600);

/// In Entra's description for many organisations, the place of the organisation's number in the issuer.
const TENANT: &str = "{tenantid}";

/// A provider that people sign in with. One for the whole service: it remembers the description and the keys.
pub struct Provider {
    pub(super) config: Oidc,
    pub(super) patience: Duration,
    known: Mutex<Option<(Timestamp, Arc<Known>)>>,
    keys: Mutex<Option<(Timestamp, Arc<Vec<Jwk>>)>>,
}

/// What is known of a provider.
pub(super) struct Known {
    /// The names under which it may sign: one, or one for each organisation at Entra.
    pub issuers: Vec<String>,
    pub authorize: Url,
    pub token: Url,
    pub jwks: Url,
    pub end_session: Option<Url>,
    /// The client's secret goes into a header, as it is not taken in the body.
    pub takes_basic_only: bool,
}

/// Of its description, what we use (OpenID Connect Discovery 1.0, 3).
#[derive(Deserialize)]
struct Description {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    end_session_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

/// Keys of which some may be of kinds that we do not know.
#[derive(Deserialize)]
struct Keys {
    keys: Vec<serde_json::Value>,
}

impl Provider {
    /// A provider of which nothing is known yet; `patience` is how long it may take for one answer.
    pub fn new(config: Oidc, patience: Duration) -> Self {
        Self { config, patience, known: Mutex::default(), keys: Mutex::default() }
    }

    /// Its description, asked for if it is not known or not fresh.
    pub(super) async fn known(&self, now: Timestamp) -> Result<Arc<Known>, Refused> {
        if let Some(known) = fresh(&self.known, now) {
            return Ok(known);
        }
        let address = format!("{}/.well-known/openid-configuration", self.config.issuer.trim_end_matches('/'));
        let known = Arc::new(self.read(self.get(&address, "its description").await?)?);
        keep(&self.known, now, &known);
        Ok(known)
    }

    /// The key that a token says it is signed with. If none that is known fits, the keys are asked for once more: providers
    /// change them without notice.
    pub(super) async fn key_for(&self, known: &Known, header: &Header, now: Timestamp) -> Result<Jwk, Refused> {
        if let Some(key) = fresh(&self.keys, now).and_then(|keys| fits(&keys, header).cloned()) {
            return Ok(key);
        }
        let found: Keys = self.get(known.jwks.as_str(), "its list of keys").await?;
        let keys: Vec<Jwk> = found.keys.into_iter().filter_map(|one| serde_json::from_value(one).ok()).collect();
        let keys = Arc::new(keys);
        keep(&self.keys, now, &keys);
        let key = fits(&keys, header).cloned();
        key.ok_or_else(|| Refused::Unproven("its token is signed with a key that it does not name as its own".into()))
    }

    async fn get<T: DeserializeOwned>(&self, address: &str, what: &str) -> Result<T, Refused> {
        let request = Request::get(address).header("accept", "application/json").body(Vec::new());
        let request = request.map_err(|_| Refused::Setup("the issuer is no address".into()))?;
        let answer = send_within(request, self.patience).await;
        let answer = answer.map_err(|error| Refused::Unavailable(format!("{what}: {}", clip(&error.to_string()))))?;
        if answer.status() != StatusCode::OK {
            return Err(Refused::Setup(format!("for {what} the provider answers {}", answer.status().as_u16())));
        }
        serde_json::from_slice(answer.body()).map_err(|_| Refused::Unavailable(format!("{what} cannot be read")))
    }

    fn read(&self, description: Description) -> Result<Known, Refused> {
        let issuers = self.issuers(&description.issuer)?;
        let methods = description.token_endpoint_auth_methods_supported;
        Ok(Known {
            issuers,
            authorize: self.address(&description.authorization_endpoint)?,
            token: self.address(&description.token_endpoint)?,
            jwks: self.address(&description.jwks_uri)?,
            end_session: description.end_session_endpoint.map(|one| self.address(&one)).transpose()?,
            // If it does not say, it takes the header (Discovery 1.0, 3).
            takes_basic_only: self.config.client_secret.is_some()
                && methods.is_none_or(|all| !all.iter().any(|one| one == "client_secret_post")),
        })
    }

    /// The names under which it signs. It must call itself what the configuration calls it (Discovery 1.0, 4.3), or anybody
    /// could speak for anybody.
    fn issuers(&self, called: &str) -> Result<Vec<String>, Refused> {
        let configured = self.config.issuer.trim_end_matches('/');
        if called.trim_end_matches('/') == configured {
            return Ok(vec![called.into()]);
        }
        let is_for_many = called.contains(TENANT)
            && ["common", "organizations"].iter().any(|word| called.replace(TENANT, word) == configured);
        if !is_for_many {
            return Err(Refused::Setup(format!(
                "the provider calls itself {}, the configuration {configured}",
                clip(called)
            )));
        }
        if self.config.tenants.is_empty() {
            let why = "the issuer is that of all organisations, and the configuration's tenants names none of them";
            return Err(Refused::Setup(why.into()));
        }
        Ok(self.config.tenants.iter().map(|tenant| called.replace(TENANT, &tenant.to_lowercase())).collect())
    }

    fn address(&self, text: &str) -> Result<Url, Refused> {
        let unprotected = || Refused::Setup(format!("the provider names an address without TLS ({})", clip(text)));
        // What is on another machine may not send us to this one.
        let is_outside = self.config.issuer.starts_with("https://") && !text.starts_with("https://");
        if is_outside || !is_protected(text) {
            return Err(unprotected());
        }
        Url::parse(text).map_err(|_| unprotected())
    }
}

fn fresh<T>(place: &Mutex<Option<(Timestamp, Arc<T>)>>, now: Timestamp) -> Option<Arc<T>> {
    let place = place.lock().unwrap_or_else(PoisonError::into_inner);
    let is_fresh = |at: &Timestamp| now.duration_since(*at).unsigned_abs() < KEPT;
    place.as_ref().filter(|(at, _)| is_fresh(at)).map(|(_, kept)| Arc::clone(kept))
}

fn keep<T>(place: &Mutex<Option<(Timestamp, Arc<T>)>>, now: Timestamp, what: &Arc<T>) {
    *place.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(what)));
}
