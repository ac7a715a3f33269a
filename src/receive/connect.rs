//! From a host name to a session that is logged in: TCP, TLS, greeting, login, capabilities, ID. It must not log or
//! return the password.

use super::error::{Error, minute, refused};
use super::folder::quoted;
use super::session::Session;
use super::wire::{Socket, Wire};
use crate::config::{Account, Habits, Login, Receive};
use crate::domain::{Timestamp, clip};
use crate::oauth::{Keeper, clock_error};
use async_imap::imap_proto::{Response, Status};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// How we prove who we are.
pub(super) enum Proof {
    Password(String),
    Token(String),
}

impl Proof {
    /// The password of the account, or a token from its keeper.
    ///
    /// # Errors
    /// If there is none to be had.
    pub(super) async fn of(account: &Account, keeper: Option<&mut Keeper>, now: Timestamp) -> Result<Self, Error> {
        match (&account.login, keeper) {
            (Login::Password(secret), _) => {
                secret.read().map(Self::Password).map_err(|error| Error::Secret(error.to_string()))
            }
            (Login::OAuth(_), Some(keeper)) => Ok(Self::Token(keeper.access_token(now).await?)),
            (Login::OAuth(_), None) => Err(Error::Secret("tokens are kept in a data folder: name one".into())),
        }
    }
}

/// Connects and logs in; of a token that is refused it says so if this machine's clock is the likely cause.
///
/// # Errors
/// Each step has its own.
pub(super) async fn open(
    account: &Account,
    receive: &Receive,
    proof: &Proof,
    now: Timestamp,
) -> Result<Session, Error> {
    let socket = socket(account, receive, now).await?;
    let mut session = Session::new(Wire::new(socket, receive.connect_timeout), receive);
    greeting(&mut session).await?;
    match proof {
        Proof::Password(password) => log_in(&mut session, account, password).await?,
        Proof::Token(token) => show_token(&mut session, account, token).await.map_err(|error| match error {
            Error::Token(text) => Error::Token(match clock_error(token, now) {
                Some(clock) => format!("{text}; {clock}"),
                None => text,
            }),
            other => other,
        })?,
    }
    // What is offered may grow with the login, and not every server says so by itself.
    session.ask_capabilities().await?;
    if session.offers("ID") {
        identify(&mut session, account).await?;
    }
    Ok(session)
}

async fn socket(account: &Account, receive: &Receive, now: Timestamp) -> Result<Socket, Error> {
    let limit = receive.connect_timeout;
    let place = format!("{}:{}", account.host, account.port);
    let addresses: Vec<_> = match timeout(limit, tokio::net::lookup_host((account.host.as_str(), account.port))).await {
        Ok(Ok(found)) => found.collect(),
        Ok(Err(error)) => return Err(Error::Resolve(format!("{}: {error}", account.host))),
        Err(_) => return Err(Error::Resolve(format!("{}: no answer in time", account.host))),
    };
    let tcp = match timeout(limit, TcpStream::connect(&addresses[..])).await {
        Ok(Ok(tcp)) => tcp,
        Ok(Err(error)) => return Err(Error::Connect(format!("{place}: {error}"))),
        Err(_) => return Err(Error::Connect(format!("{place}: no answer in {} s", limit.as_secs_f32()))),
    };
    // Small commands must not wait for an acknowledgement of the one before.
    tcp.set_nodelay(true).map_err(|error| Error::Connect(format!("{place}: {error}")))?;
    if !account.tls {
        return Ok(Socket::Plain(tcp));
    }
    let name = ServerName::try_from(account.host.clone())
        .map_err(|_| Error::Tls(format!("{} is no name that a certificate can have", account.host)))?;
    let connector = TlsConnector::from(Arc::new(tls_config(account.ca_file.as_deref())?));
    match timeout(limit, connector.connect(name, tcp)).await {
        Ok(Ok(tls)) => Ok(Socket::Tls(Box::new(tls))),
        Ok(Err(error)) => Err(Error::Tls(tls_reason(&error.to_string(), now))),
        Err(_) => Err(Error::Tls(format!("{place}: no answer in {} s", limit.as_secs_f32()))),
    }
}

/// Read at each connection, so that a repaired file needs no restart.
fn tls_config(ca_file: Option<&Path>) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    if let Some(file) = ca_file {
        let unreadable = |error| Error::Tls(format!("the file {} cannot be read: {error}", file.display()));
        for certificate in CertificateDer::pem_file_iter(file).map_err(unreadable)? {
            let certificate = certificate.map_err(unreadable)?;
            roots.add(certificate).map_err(|error| Error::Tls(format!("{}: {error}", file.display())))?;
        }
    } else {
        // Some stores hold a certificate that rustls does not take; the others are good all the same.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if roots.is_empty() {
        return Err(Error::Tls("no certificate authority is known: set ca_file or install ca-certificates".into()));
    }
    Ok(ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Tls(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

fn tls_reason(text: &str, now: Timestamp) -> String {
    let text = clip(text);
    if text.contains("NotValidYet") || text.contains("not valid yet") || text.contains("xpired") {
        return format!(
            "by this machine's clock ({}) the server's certificate is not valid; if the clock is wrong, set it ({text})",
            minute(now)
        );
    }
    if text.contains("CaUsedAsEndEntity") {
        return format!(
            "the server's certificate is itself marked as an authority (CA:TRUE), as self-signed ones often are. \
             Give the server a certificate that an authority of yours has signed, and name that authority's file in \
             ca_file ({text})"
        );
    }
    if text.contains("UnknownIssuer") {
        return format!(
            "the server's certificate is signed by an authority that is not known here; ca_file can name it ({text})"
        );
    }
    text
}

async fn greeting(session: &mut Session) -> Result<(), Error> {
    let greeted = session.answer("the greeting", |_, first| match first {
        Response::Data { status: Status::Ok, .. } => Ok(()),
        Response::Data { status: Status::Bye, outcome } => {
            match refused("the greeting", outcome.information.as_deref().unwrap_or_default()) {
                Error::Refused { text, .. } => Err(Error::Greeting(text)),
                classed => Err(classed),
            }
        }
        Response::Data { status: Status::PreAuth, .. } => {
            Err(Error::Greeting("it says that we are logged in already, and not as whom".into()))
        }
        _ => Err(Error::Greeting("this is no greeting of IMAP".into())),
    });
    match greeted.await {
        Err(Error::Garbled { text, .. }) => Err(Error::Greeting(format!("this is no IMAP: {text}"))),
        Err(other) => Err(other),
        Ok(greeted) => greeted,
    }
}

async fn log_in(session: &mut Session, account: &Account, password: &str) -> Result<(), Error> {
    let user = &account.user;
    let done = if user.is_ascii() && password.is_ascii() {
        session.command("LOGIN", &format!("LOGIN {} {}", quoted(user), quoted(password))).await.map(|_| ())
    } else {
        // A quoted string may hold ASCII only (RFC 3501 4.3); a literal takes any bytes.
        session.login_by_literals(user, password).await
    };
    done.map_err(|error| match scrubbed(error, password) {
        Error::Refused { text, .. } => Error::Login(format!("{text}{}", hint(account))),
        other => other,
    })
}

/// Some servers repeat what they refuse.
fn scrubbed(error: Error, secret: &str) -> Error {
    let clean = |text: String| if secret.is_empty() { text } else { text.replace(secret, "…") };
    match error {
        Error::Refused { command, text } => Error::Refused { command, text: clean(text) },
        Error::Bye(text) => Error::Bye(clean(text)),
        Error::Limit(text) => Error::Limit(clean(text)),
        Error::NotConnected(text) => Error::NotConnected(clean(text)),
        Error::Token(text) => Error::Token(clean(text)),
        Error::Throttled { text, wait } => Error::Throttled { text: clean(text), wait },
        other => other,
    }
}

/// XOAUTH2, or OAUTHBEARER (RFC 7628) where only that is offered.
async fn show_token(session: &mut Session, account: &Account, token: &str) -> Result<(), Error> {
    session.ask_capabilities().await?;
    let user = &account.user;
    let (mechanism, response, abort) = if session.offers("AUTH=XOAUTH2") {
        ("XOAUTH2", format!("user={user}\u{1}auth=Bearer {token}\u{1}\u{1}"), "")
    } else if session.offers("AUTH=OAUTHBEARER") {
        // RFC 5801 4: these two have a meaning in the header.
        let name = user.replace('=', "=3D").replace(',', "=2C");
        let (host, port) = (&account.host, account.port);
        let response = format!("n,a={name},\u{1}host={host}\u{1}port={port}\u{1}auth=Bearer {token}\u{1}\u{1}");
        ("OAUTHBEARER", response, "AQ==")
    } else {
        return Err(Error::Token("it offers neither XOAUTH2 nor OAUTHBEARER".into()));
    };
    let done = session.authenticate(mechanism, &BASE64.encode(response), abort).await;
    done.map_err(|error| scrubbed(error, token))
}

fn hint(account: &Account) -> &'static str {
    match account.habits() {
        Some(Habits::Microsoft) => " (password login is switched off at Microsoft; use OAuth2)",
        Some(Habits::Gmail) => " (Google takes an app password only, or OAuth2)",
        None => "",
    }
}

/// RFC 2971; large providers ask for it and can then say who misbehaves.
async fn identify(session: &mut Session, account: &Account) -> Result<(), Error> {
    let contact = if account.user.is_ascii() { account.user.as_str() } else { account.name.as_str() };
    let command = format!(
        "ID (\"name\" \"pouch\" \"version\" {} \"contact\" {})",
        quoted(env!("CARGO_PKG_VERSION")),
        quoted(contact)
    );
    session.command("ID", &command).await.map(|_| ())
}
