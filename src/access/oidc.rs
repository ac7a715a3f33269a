//! Signing in with an account of the organisation: OpenID Connect's authorisation code flow with PKCE, state and nonce.
//! Decides who somebody is, never whether they may come in; keeps no token, and prints no code, token or secret.
//!
//! The flow is oauth2's, tokens are checked by jsonwebtoken with ring's signatures (`id_token`), requests go through
//! `oauth`, which bounds their time and size. The crate openidconnect would do the same with 62 more packages, among them
//! RustCrypto's RSA and elliptic curves beside ring's, and without Entra's issuers for many organisations.

mod id_token;
mod provider;
mod ring_keys;

pub use provider::{PATIENCE, Provider};

use crate::domain::{Timestamp, clip};
use crate::oauth::{TokenAnswer, Unreachable, send_within};
use id_token::Expected;
use oauth2::basic::{
    BasicErrorResponse, BasicErrorResponseType, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, StandardErrorResponse,
    StandardRevocableToken, TokenUrl,
};
use provider::Known;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::time::Duration;

/// How long a person may take at the provider's pages.
const LASTS: Duration = Duration::from_secs(600);

type Endpoint = Client<
    BasicErrorResponse,
    TokenAnswer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;
type Failure = RequestTokenError<Unreachable, StandardErrorResponse<BasicErrorResponseType>>;

/// A sign-in that has begun. The caller keeps it for this browser alone (sealed in a cookie with `SameSite=Lax`, as the
/// person comes back from another site; or in the database under such a cookie) and uses it once. Has no `Debug`.
#[derive(Clone, Deserialize, Serialize)]
pub struct Begun {
    /// The provider's page to send the browser to.
    pub url: String,
    pub state: String,
    pub nonce: String,
    pub verifier: String,
    pub redirect_uri: String,
    pub at: Timestamp,
}

/// What the browser brings back in the query of the redirect address (RFC 6749 4.1.2, RFC 9207). Has no `Debug`.
#[derive(Clone, Default, Deserialize)]
pub struct Answer {
    pub state: Option<String>,
    pub code: Option<String>,
    pub error: Option<String>,
    pub error_description: Option<String>,
    pub iss: Option<String>,
}

/// Who the provider says it is. All of it is a stranger's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub issuer: String,
    /// Together with the issuer, the one name that never goes to somebody else: what an account is bound to.
    pub subject: String,
    pub email: Option<String>,
    /// Whether the address is proven to be this person's; if not, it is no reason to let anybody in.
    pub email_verified: bool,
    pub name: Option<String>,
}

/// Why nobody is signed in, in words for the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The person broke it off, or the provider refuses them.
    ByProvider(String),
    /// It is not the sign-in that this browser began, was used already, or took too long.
    Stale,
    /// The provider cannot be reached or does not answer as it should; later it may.
    Unavailable(String),
    /// The registration or the configuration is wrong: the operator must act.
    Setup(String),
    /// What came does not prove who somebody is.
    Unproven(String),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByProvider(why) => write!(f, "Your organisation's sign-in did not let you in: {why}."),
            Self::Stale => f.write_str(
                "This sign-in was not begun in this browser, was used already, or took more than ten minutes. Begin again.",
            ),
            Self::Unavailable(why) => {
                write!(f, "Your organisation's sign-in does not answer as it should: {why}. Try again in a few minutes.")
            }
            Self::Setup(why) => {
                write!(f, "The sign-in with your organisation's account is not set up right: {why}. Tell the administrator.")
            }
            Self::Unproven(why) => {
                write!(f, "Your organisation's sign-in did not prove who you are: {why}. Nobody was signed in.")
            }
        }
    }
}

impl std::error::Error for Refused {}

/// Begins a sign-in whose answer comes to `redirect_uri`.
///
/// # Errors
/// If the provider cannot be reached, or its description will not do.
pub async fn begin(provider: &Provider, redirect_uri: &str, now: Timestamp) -> Result<Begun, Refused> {
    let known = provider.known(now).await?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    // 128 random bits, as the state.
    let nonce = CsrfToken::new_random().into_secret();
    let endpoint = endpoint(provider, &known, redirect_uri)?;
    let (url, state) = endpoint
        .authorize_url(CsrfToken::new_random)
        .add_scopes(["openid", "profile", "email"].map(|one| Scope::new(one.into())))
        .add_extra_param("nonce", &nonce)
        .set_pkce_challenge(challenge)
        .url();
    Ok(Begun {
        url: url.into(),
        state: state.into_secret(),
        nonce,
        verifier: verifier.into_secret(),
        redirect_uri: redirect_uri.into(),
        at: now,
    })
}

/// Ends a sign-in with what the browser brought back. The caller must have forgotten `begun` before, so that no answer is
/// taken twice.
///
/// # Errors
/// Why nobody is signed in.
pub async fn finish(provider: &Provider, begun: &Begun, answer: &Answer, now: Timestamp) -> Result<Identity, Refused> {
    let is_ours = answer.state.as_deref().is_some_and(|state| is_same(state, &begun.state));
    let took = now.duration_since(begun.at);
    if !is_ours || took.is_negative() || took.unsigned_abs() > LASTS {
        return Err(Refused::Stale);
    }
    if let Some(error) = &answer.error {
        return Err(broken_off(error, answer.error_description.as_deref()));
    }
    let code = answer.code.clone().ok_or(Refused::Stale)?;
    let known = provider.known(now).await?;
    // RFC 9207 2.4: an answer of another provider than the one that was asked.
    if answer.iss.as_ref().is_some_and(|iss| !known.issuers.contains(iss)) {
        return Err(Refused::Unproven("the answer is another provider's".into()));
    }
    // Borrows nothing, or the future could not move between threads.
    let patience = provider.patience;
    let send = move |request| send_within(request, patience);
    let asked = endpoint(provider, &known, &begun.redirect_uri)?
        .exchange_code(AuthorizationCode::new(code))
        .set_pkce_verifier(PkceCodeVerifier::new(begun.verifier.clone()))
        .request_async(&send)
        .await
        .map_err(failed)?;
    let token = asked.extra_fields().id_token.as_deref();
    let token = token.ok_or_else(|| Refused::Unproven("it sent no ID token".into()))?;
    let expected =
        Expected { issuers: &known.issuers, client_id: &provider.config.client_id, nonce: &begun.nonce, now };
    let key = provider.key_for(&known, &id_token::header(token)?, now).await?;
    id_token::check(token, &key, &expected, provider.config.trust_email)
}

/// The provider's page that ends its own session too, if it has one (OpenID Connect RP-Initiated Logout 1.0); the browser
/// comes back to `back`, which must be registered there.
///
/// # Errors
/// If the provider cannot be reached.
pub async fn end(provider: &Provider, back: &str, now: Timestamp) -> Result<Option<String>, Refused> {
    let known = provider.known(now).await?;
    Ok(known.end_session.clone().map(|mut url| {
        let client_id = provider.config.client_id.as_str();
        url.query_pairs_mut().append_pair("client_id", client_id).append_pair("post_logout_redirect_uri", back);
        url.into()
    }))
}

fn endpoint(provider: &Provider, known: &Known, redirect_uri: &str) -> Result<Endpoint, Refused> {
    let redirect = RedirectUrl::new(redirect_uri.into());
    let redirect = redirect.map_err(|_| Refused::Setup("the desk's own address is none".into()))?;
    let endpoint = Client::new(ClientId::new(provider.config.client_id.clone()))
        .set_auth_uri(AuthUrl::from_url(known.authorize.clone()))
        .set_token_uri(TokenUrl::from_url(known.token.clone()))
        .set_redirect_uri(redirect)
        .set_auth_type(if known.takes_basic_only { AuthType::BasicAuth } else { AuthType::RequestBody });
    let Some(secret) = &provider.config.client_secret else { return Ok(endpoint) };
    // The error says where it looked, which is no matter of whoever stands at the door.
    let secret = secret.read().map_err(|error| {
        tracing::error!("signing in with OpenID Connect: {error:#}");
        Refused::Setup("its secret cannot be read".into())
    })?;
    Ok(endpoint.set_client_secret(ClientSecret::new(secret)))
}

/// Whether two texts are the same, in a time that does not tell where they differ.
fn is_same(one: &str, other: &str) -> bool {
    Sha256::digest(one) == Sha256::digest(other)
}

/// What the provider sent the browser back with (RFC 6749 4.1.2.1, OpenID Connect Core 1.0, 3.1.2.6).
fn broken_off(error: &str, description: Option<&str>) -> Refused {
    let said = || match description.map(clip).filter(|text| !text.is_empty()) {
        Some(description) => format!("{} ({description})", clip(error)),
        None => clip(error),
    };
    match error {
        "access_denied" | "consent_required" | "interaction_required" | "login_required" => {
            Refused::ByProvider(format!("it says {}", said()))
        }
        "temporarily_unavailable" | "server_error" => Refused::Unavailable(format!("it says {}", said())),
        _ => Refused::Setup(format!("the provider says {}", said())),
    }
}

fn failed(failure: Failure) -> Refused {
    match failure {
        RequestTokenError::ServerResponse(refused) => match refused.error() {
            BasicErrorResponseType::InvalidGrant => Refused::Stale,
            BasicErrorResponseType::InvalidClient | BasicErrorResponseType::UnauthorizedClient => Refused::Setup(
                "the provider does not take the desk's registration or its secret, which may have ended".into(),
            ),
            // Its code only: a description may repeat what was sent.
            other => Refused::Setup(format!("the provider says {}", clip(other.as_ref()))),
        },
        RequestTokenError::Request(error) => Refused::Unavailable(clip(&error.to_string())),
        // The answer itself may hold a token.
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            Refused::Unavailable("its answer cannot be read".into())
        }
    }
}
