//! Tells a program elsewhere of an event: one signed request (Standard Webhooks), with limits on time and size. Follows no
//! redirect, and reads nothing of the answer but its status.

use crate::config::Webhook;
use crate::domain::Timestamp;
use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::crypto::ring as provider;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// From the first byte of the name's resolution to the end of the answer's head.
const TIME: Duration = Duration::from_secs(15);

/// Shortest secret, in bytes.
const SHORTEST: usize = 24;

/// What is told, and under which id: the same for each try, so that who hears it twice knows.
#[derive(Clone, Debug)]
pub struct Told {
    pub id: String,
    pub body: String,
}

/// The key behind a secret: what follows `whsec_`, in Base64, or the text itself.
///
/// # Errors
/// If it is too short to be one.
fn key_of(secret: &str) -> anyhow::Result<Vec<u8>> {
    let key = match secret.trim().strip_prefix("whsec_") {
        Some(encoded) => STANDARD.decode(encoded).context("what follows whsec_ is not Base64")?,
        None => secret.trim().as_bytes().to_vec(),
    };
    anyhow::ensure!(key.len() >= SHORTEST, "the secret of a webhook has at least {SHORTEST} bytes");
    Ok(key)
}

/// `v1,` and the HMAC-SHA256 of id, time and body in Base64.
///
/// # Errors
/// If the secret will not do.
pub fn signature(secret: &str, id: &str, second: i64, body: &str) -> anyhow::Result<String> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key_of(secret)?);
    let tag = hmac::sign(&key, format!("{id}.{second}.{body}").as_bytes());
    Ok(format!("v1,{}", STANDARD.encode(tag.as_ref())))
}

/// Tells it once; an answer of 200 to 299 means that it was heard.
///
/// # Errors
/// In words without any secret: the secret is not there, nobody answers, or another status.
pub async fn tell(endpoint: &Webhook, told: Told, now: Timestamp) -> anyhow::Result<()> {
    anyhow::ensure!(crate::config::is_safe_webhook(&endpoint.url), "only https addresses are told");
    let secret = endpoint.secret.read()?;
    let second = now.as_second();
    let signature = signature(&secret, &told.id, second, &told.body)?;
    let url = endpoint.url.clone();
    let sent = tokio::task::spawn_blocking(move || send(&url, &told, second, &signature)).await;
    sent.context("the request broke down")?
}

fn send(url: &str, told: &Told, second: i64, signature: &str) -> anyhow::Result<()> {
    let roots = rustls_native_certs::load_native_certs().certs;
    let roots: Vec<Certificate<'static>> = roots.iter().map(|one| Certificate::from_der(one).to_owned()).collect();
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&roots))
        .unversioned_rustls_crypto_provider(Arc::new(provider::default_provider()))
        .build();
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(TIME))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .tls_config(tls)
        .build();
    let answer = ureq::Agent::new_with_config(config)
        .post(url)
        .header("content-type", "application/json")
        .header("user-agent", "pouch")
        .header("webhook-id", &told.id)
        .header("webhook-timestamp", second.to_string())
        .header("webhook-signature", signature)
        .send(&told.body)?;
    let status = answer.status();
    anyhow::ensure!(status.is_success(), "the endpoint answers {}", status.as_u16());
    Ok(())
}
