//! What Google and Microsoft want of a program that reads a mailbox: addresses, scopes, flows. Stores nothing.

use super::{Error, http};
use crate::config::{OAuth, Provider};
use crate::domain::{Timestamp, clip};
use oauth2::basic::{
    BasicErrorResponse, BasicErrorResponseType, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
    BasicTokenType,
};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, DeviceAuthorizationUrl,
    EndpointSet, ExtraTokenFields, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError,
    Scope, StandardDeviceAuthorizationResponse, StandardErrorResponse, StandardRevocableToken, StandardTokenResponse,
    TokenResponse as _, TokenUrl,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What a token endpoint may add (OpenID Connect Core 1.0, 3.1.3.3): it names the person who consented.
#[derive(Debug, Deserialize, Serialize)]
pub struct IdToken {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
}

impl ExtraTokenFields for IdToken {}

/// The answer of a token endpoint (RFC 6749 5.1), with an ID token if it gives one.
pub type TokenAnswer = StandardTokenResponse<IdToken, BasicTokenType>;
type Endpoint = Client<
    BasicErrorResponse,
    TokenAnswer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    EndpointSet,
>;
type Failure = RequestTokenError<http::Unreachable, StandardErrorResponse<BasicErrorResponseType>>;

/// What a provider granted.
pub struct Granted {
    pub access_token: String,
    /// How long it opens the mailbox.
    pub lasts: Duration,
    /// Set if it gave a refresh token, or another one than before.
    pub refresh_token: Option<String>,
    /// The address of the person who consented, if the provider says.
    pub person: Option<String>,
    /// The provider's clock when it granted this, if it says.
    pub server_time: Option<Timestamp>,
}

/// A consent that a person is to give in a browser.
pub struct Consent {
    /// The address to open.
    pub address: String,
    state: CsrfToken,
    verifier: PkceCodeVerifier,
    redirect: String,
}

impl Consent {
    /// Whether an answer that came to the redirect address belongs to this consent.
    pub fn is_answered_by(&self, state: &str) -> bool {
        self.state.secret() == state
    }
}

/// A code that a person is to type in at the provider's page (RFC 8628).
pub struct Waiting {
    pub page: String,
    pub code: String,
    details: StandardDeviceAuthorizationResponse,
}

impl OAuth {
    fn scopes(&self) -> Vec<Scope> {
        let scopes: &[&str] = match self.provider {
            Provider::Google => &["https://mail.google.com/", "openid", "email"],
            Provider::Microsoft => {
                &["https://outlook.office.com/IMAP.AccessAsUser.All", "offline_access", "openid", "email", "profile"]
            }
            Provider::MicrosoftApp => &["https://outlook.office365.com/.default"],
        };
        scopes.iter().map(|one| Scope::new((*one).into())).collect()
    }

    /// Addresses of consent, tokens and device codes.
    fn addresses(&self) -> [String; 3] {
        let microsoft = || format!("https://login.microsoftonline.com/{}/oauth2/v2.0", self.tenant);
        match (&self.base_url, self.provider) {
            (Some(base), _) => ["authorize", "token", "devicecode"].map(|last| format!("{base}/{last}")),
            (None, Provider::Google) => [
                "https://accounts.google.com/o/oauth2/v2/auth".into(),
                "https://oauth2.googleapis.com/token".into(),
                "https://oauth2.googleapis.com/device/code".into(),
            ],
            (None, Provider::Microsoft | Provider::MicrosoftApp) => {
                ["authorize", "token", "devicecode"].map(|last| format!("{}/{last}", microsoft()))
            }
        }
    }

    fn endpoint(&self) -> Result<Endpoint, Error> {
        let [consent, token, device] = self.addresses();
        let no_address = |error: oauth2::url::ParseError| Error::Own(format!("oauth_url: {error}"));
        let endpoint = Client::new(ClientId::new(self.client_id.clone()))
            .set_auth_type(AuthType::RequestBody)
            .set_auth_uri(AuthUrl::new(consent).map_err(no_address)?)
            .set_token_uri(TokenUrl::new(token).map_err(no_address)?)
            .set_device_authorization_url(DeviceAuthorizationUrl::new(device).map_err(no_address)?);
        Ok(match &self.client_secret {
            Some(secret) => {
                let secret = secret.read().map_err(|error| Error::Own(error.to_string()))?;
                endpoint.set_client_secret(ClientSecret::new(secret))
            }
            None => endpoint,
        })
    }

    /// Begins a consent in a browser, whose answer comes to `redirect` (RFC 8252, 7.3), with PKCE (RFC 7636).
    ///
    /// # Errors
    /// If the configuration's addresses or secret cannot be used.
    pub fn ask_consent(&self, user: &str, redirect: &str) -> Result<Consent, Error> {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let endpoint = self.endpoint()?.set_redirect_uri(redirect_url(redirect)?);
        let request = endpoint
            .authorize_url(CsrfToken::new_random)
            .add_scopes(self.scopes())
            .set_pkce_challenge(challenge)
            .add_extra_param("login_hint", user);
        let request = match self.provider {
            // Without these a second consent brings no refresh token.
            Provider::Google => request.add_extra_param("access_type", "offline").add_extra_param("prompt", "consent"),
            Provider::Microsoft | Provider::MicrosoftApp => request.add_extra_param("prompt", "select_account"),
        };
        let (address, state) = request.url();
        Ok(Consent { address: address.into(), state, verifier, redirect: redirect.into() })
    }

    /// Ends a consent with the code that came back.
    ///
    /// # Errors
    /// If the provider does not take it.
    pub async fn redeem(&self, consent: Consent, code: String) -> Result<Granted, Error> {
        let endpoint = self.endpoint()?.set_redirect_uri(redirect_url(&consent.redirect)?);
        let asked = endpoint.exchange_code(AuthorizationCode::new(code)).set_pkce_verifier(consent.verifier);
        self.granted(asked.request_async(&http::send).await)
    }

    /// Begins a consent by device code.
    ///
    /// # Errors
    /// If the provider does not offer it.
    pub async fn ask_device_code(&self) -> Result<Waiting, Error> {
        let endpoint = self.endpoint()?;
        let asked = endpoint.exchange_device_code().add_scopes(self.scopes());
        let details: StandardDeviceAuthorizationResponse =
            asked.request_async(&http::send).await.map_err(|failure| self.failed(failure))?;
        let (page, code) = (details.verification_uri().to_string(), details.user_code().secret().clone());
        Ok(Waiting { page, code, details })
    }

    /// Waits until the person has typed the code in, or it has run out.
    ///
    /// # Errors
    /// If it ran out or was refused.
    pub async fn wait_for_device(&self, waiting: &Waiting) -> Result<Granted, Error> {
        let endpoint = self.endpoint()?;
        let asked = endpoint.exchange_device_access_token(&waiting.details);
        let answer = asked.request_async(&http::send, tokio::time::sleep, None).await;
        match answer {
            Ok(response) => self.granted::<Failure>(Ok(response)),
            Err(RequestTokenError::ServerResponse(refused)) => {
                Err(Error::Refused(format!("the provider says: {}", clip(&refused.to_string()))))
            }
            Err(error) => Err(Error::Unavailable(clip(&error.to_string()))),
        }
    }

    /// A new access token for a refresh token, or for the application's own secret.
    ///
    /// # Errors
    /// `Refused` if a person must act, `Unavailable` if it is worth asking again.
    pub async fn renew(&self, refresh_token: Option<&str>) -> Result<Granted, Error> {
        let endpoint = self.endpoint()?;
        let noted = http::ServerTime::default();
        let send = |request| http::send_noting(request, noted.clone());
        let granted = match (self.provider, refresh_token) {
            (Provider::MicrosoftApp, _) => {
                let asked = endpoint.exchange_client_credentials().add_scopes(self.scopes());
                self.granted(asked.request_async(&send).await)?
            }
            (Provider::Google | Provider::Microsoft, Some(token)) => {
                let token = RefreshToken::new(token.into());
                self.granted(endpoint.exchange_refresh_token(&token).request_async(&send).await)?
            }
            (Provider::Google | Provider::Microsoft, None) => {
                return Err(Error::Refused("nobody has logged in yet".into()));
            }
        };
        Ok(Granted { server_time: noted.get(), ..granted })
    }

    fn granted<E: Into<Failure>>(&self, answer: Result<TokenAnswer, E>) -> Result<Granted, Error> {
        let response = answer.map_err(|failure| self.failed(failure.into()))?;
        Ok(Granted {
            access_token: response.access_token().secret().clone(),
            // RFC 6749 5.1: recommended, not required; both providers say an hour.
            lasts: response.expires_in().unwrap_or(Duration::from_secs(3600)),
            refresh_token: response.refresh_token().map(|token| token.secret().clone()),
            person: response.extra_fields().id_token.as_deref().and_then(person_in),
            server_time: None,
        })
    }

    fn failed(&self, failure: Failure) -> Error {
        match failure {
            RequestTokenError::ServerResponse(refused) => {
                let said = clip(&refused.to_string());
                let cure = match refused.error() {
                    BasicErrorResponseType::InvalidGrant => {
                        "the consent has ended or was withdrawn: somebody must run `pouch login`"
                    }
                    BasicErrorResponseType::InvalidClient | BasicErrorResponseType::UnauthorizedClient => {
                        "the application's secret has expired or is wrong: make a new one at the provider and put it \
                         into the file that client_secret_file names"
                    }
                    BasicErrorResponseType::Extension(code) if code == "temporarily_unavailable" => {
                        return Error::Unavailable(format!("the token endpoint says: {said}"));
                    }
                    _ => "somebody must look at the registration of the application at the provider",
                };
                Error::Refused(format!("the provider refuses a new token ({said}); {cure}"))
            }
            RequestTokenError::Request(error) => {
                Error::Unavailable(format!("the token endpoint cannot be reached: {error}"))
            }
            // The answer itself may hold a token.
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                Error::Unavailable("the token endpoint's answer cannot be read".into())
            }
        }
    }
}

fn redirect_url(address: &str) -> Result<RedirectUrl, Error> {
    RedirectUrl::new(address.into()).map_err(|error| Error::Own(error.to_string()))
}

/// The address in an ID token (RFC 7519). It came over TLS from the endpoint itself, which is proof enough here
/// (OpenID Connect Core 1.0, 3.1.3.7, point 6).
fn person_in(id_token: &str) -> Option<String> {
    let claims = super::claims(id_token)?;
    let named = ["email", "preferred_username", "upn"].into_iter().find_map(|name| claims[name].as_str());
    named.filter(|address| address.contains('@')).map(String::from)
}
