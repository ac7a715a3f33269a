//! What the operator sets about the provider that people sign in with. Holds no secret.

use super::Secret;
use super::account::secret;
use super::table::Reader;
use oauth2::url::{Host, Url};

/// The registration of the review desk at an OpenID Connect provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oidc {
    /// Its name for itself, which is also the address below which its description lies (OpenID Connect Discovery 1.0).
    pub issuer: String,
    pub client_id: String,
    /// `None`: a public client, which has only PKCE.
    pub client_secret: Option<Secret>,
    /// Addresses in its tokens are proven even if it does not say so.
    pub trust_email: bool,
    /// With Entra's addresses for many organisations: the numbers of those whose people may come in.
    pub tenants: Vec<String>,
}

/// `[desk.oidc]`, if it is there.
pub fn read(desk: &mut Reader) -> Option<Oidc> {
    let mut table = desk.table("oidc");
    let found = (!table.is_empty()).then(|| oidc(&mut table));
    desk.absorb(table);
    found
}

fn oidc(table: &mut Reader) -> Oidc {
    let oidc = Oidc {
        issuer: table.required("issuer"),
        client_id: table.required("client_id"),
        client_secret: secret(table, "client_secret_file", "client_secret_env"),
        trust_email: table.flag("trust_email").unwrap_or(false),
        tenants: table.texts("tenants"),
    };
    let is_plain = !oidc.issuer.contains(['?', '#', ' ']);
    if !is_plain || !is_protected(&oidc.issuer) {
        table.wrong("issuer", "is an address that begins with https:// (http:// only on this machine, 127.0.0.1)");
    }
    if !oidc.tenants.iter().all(|one| uuid::Uuid::try_parse(one).is_ok()) {
        table.wrong("tenants", "holds something that is no number of an organisation (8-4-4-4-12 signs)");
    }
    oidc
}

/// Whether what goes to this address can be read by nobody else: it has TLS, or does not leave the machine.
pub fn is_protected(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let is_loopback = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(_)) | None => false,
    };
    let is_bare = url.username().is_empty() && url.password().is_none();
    is_bare && (url.scheme() == "https" || (url.scheme() == "http" && is_loopback))
}
