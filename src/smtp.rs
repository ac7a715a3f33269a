//! Hands a written mail to the server that sends it on (RFC 5321), and writes letters out as messages (RFC 5322).
//! Decides nothing; no text in its errors holds a password.

use crate::config::{Security, Smtp};
use crate::domain::{LetterId, Timestamp, clip};
use crate::letters::{Letter, bracketed};
use lettre::address::Envelope;
use lettre::message::header::{self, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder, SinglePart};
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use std::time::{Duration, SystemTime};

/// Why a mail did not go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Worth another try: no connection, a 4yz answer.
    Later(String),
    /// The server refuses it for good (5yz), or it cannot be written at all.
    Refused(String),
    /// The line broke after the server had begun to take the mail: nobody knows.
    Unsure(String),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Later(text) => write!(f, "it did not go now: {text}"),
            Self::Refused(text) => write!(f, "the server refuses it: {text}"),
            Self::Unsure(text) => write!(f, "the line broke while the server took it: {text}"),
        }
    }
}

/// A connection on which everything is said but the mail itself.
pub struct Ready {
    connection: AsyncSmtpConnection,
    timeout: Duration,
}

/// A letter as a message; `is_receipt`: it answers a mail by itself.
///
/// # Errors
/// If an address cannot be written.
pub fn write(letter: &Letter, from: &str, id: &LetterId, is_receipt: bool, now: Timestamp) -> Result<String, Error> {
    let mut builder = begun(letter, from, Some(id), now)?;
    let auto = if is_receipt { "auto-replied" } else { "auto-generated" };
    // The second field asks Exchange's absence notes to be silent.
    for (name, value) in [("Auto-Submitted", auto), ("X-Auto-Response-Suppress", "All")] {
        if let Ok(name) = HeaderName::new_from_ascii(name.to_string()) {
            builder = builder.raw_header(HeaderValue::new(name, value.to_string()));
        }
    }
    with_text(builder, letter)
}

/// A letter as a message that a person's mail program opens for writing: with no id of its own, and nothing that says a
/// machine sent it.
///
/// # Errors
/// If an address cannot be written.
pub fn write_draft(letter: &Letter, from: &str, now: Timestamp) -> Result<String, Error> {
    let builder = begun(letter, from, None, now)?;
    let builder = match HeaderName::new_from_ascii("X-Unsent".to_string()) {
        Ok(name) => builder.raw_header(HeaderValue::new(name, "1".to_string())),
        Err(_) => builder,
    };
    with_text(builder, letter)
}

fn wrong(error: &dyn std::fmt::Display) -> Error {
    Error::Refused(format!("it cannot be written: {error}"))
}

/// From, to, subject and thread.
fn begun(letter: &Letter, from: &str, id: Option<&LetterId>, now: Timestamp) -> Result<MessageBuilder, Error> {
    let from: Mailbox = from.parse().map_err(|error| wrong(&error))?;
    let mut builder = lettre::Message::builder();
    if let Some(id) = id {
        builder = builder.message_id(Some(format!("<{id}@{}>", from.email.domain())));
    }
    builder = builder.date(SystemTime::from(now)).from(from).subject(letter.subject.as_str());
    for to in &letter.to {
        builder = builder.to(to.parse().map_err(|error| wrong(&error))?);
    }
    if let Some(thread) = &letter.answers {
        builder = builder.in_reply_to(bracketed(&thread.message_id)).references(thread.references());
    }
    Ok(builder)
}

fn with_text(builder: MessageBuilder, letter: &Letter) -> Result<String, Error> {
    let text = SinglePart::builder().header(header::ContentType::TEXT_PLAIN).body(letter.text.replace('\n', "\r\n"));
    let message = builder.singlepart(text).map_err(|error| wrong(&error))?;
    String::from_utf8(message.formatted()).map_err(|error| wrong(&error))
}

/// Connects, logs in and says from whom and to whom; nothing is sent yet, and if Pouch is killed here, nothing was.
///
/// # Errors
/// Never `Unsure`.
pub async fn prepare(smtp: &Smtp, to: &[String], null_path: bool) -> Result<Ready, Error> {
    let from: Mailbox = smtp.from.parse().map_err(|_| Error::Refused("smtp.from is no address".into()))?;
    let addresses = to.iter().map(|one| one.parse::<Mailbox>().map(|found| found.email));
    let addresses: Vec<_> = addresses
        .collect::<Result<_, _>>()
        .map_err(|_| Error::Refused("a recipient's address cannot be read".into()))?;
    let path = (!null_path).then_some(from.email.clone());
    let envelope = Envelope::new(path, addresses).map_err(|error| Error::Refused(error.to_string()))?;
    let opened = tokio::time::timeout(smtp.timeout * 2, open(smtp, from.email.domain())).await;
    let mut connection = opened.map_err(|_| Error::Later("the server was silent".into()))??;
    let mut say = async || {
        connection.command(Mail::new(envelope.from().cloned(), vec![])).await?;
        for address in envelope.to() {
            connection.command(Rcpt::new(address.clone(), vec![])).await?;
        }
        connection.command(Data).await
    };
    match tokio::time::timeout(smtp.timeout, say()).await {
        Ok(Ok(_)) => Ok(Ready { connection, timeout: smtp.timeout }),
        Ok(Err(error)) => Err(refused(&error)),
        Err(_) => Err(Error::Later("the server was silent".into())),
    }
}

async fn open(smtp: &Smtp, domain: &str) -> Result<AsyncSmtpConnection, Error> {
    let hello = ClientId::Domain(domain.to_string());
    let tls = match smtp.security {
        Security::Off => None,
        Security::StartTls | Security::Tls => Some(tls(smtp)?),
    };
    let at_once = tls.clone().filter(|_| smtp.security == Security::Tls);
    let server = (smtp.host.as_str(), smtp.port);
    let mut connection = AsyncSmtpConnection::connect_tokio1(server, Some(smtp.timeout), &hello, at_once, None)
        .await
        .map_err(|error| refused(&error))?;
    if let Some(tls) = tls.filter(|_| smtp.security == Security::StartTls) {
        connection.starttls(tls, &hello).await.map_err(|error| Error::Later(words(&error)))?;
    }
    if let (Some(user), Some(password)) = (&smtp.user, &smtp.password) {
        let password = password.read().map_err(|error| Error::Later(error.to_string()))?;
        let login = connection.auth(DEFAULT_MECHANISMS, &Credentials::new(user.clone(), password)).await;
        // A wrong password is the operator's to mend: the letter waits.
        login.map_err(|error| Error::Later(format!("the login was refused: {}", words(&error))))?;
    }
    Ok(connection)
}

fn tls(smtp: &Smtp) -> Result<TlsParameters, Error> {
    let mut builder = TlsParameters::builder(smtp.host.clone());
    if let Some(file) = &smtp.ca_file {
        let pem =
            std::fs::read(file).map_err(|error| Error::Later(format!("{} cannot be read: {error}", file.display())))?;
        let certificate = Certificate::from_pem(&pem).map_err(|error| Error::Later(words(&error)))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build_rustls().map_err(|error| Error::Later(words(&error)))
}

impl Ready {
    /// Sends the mail itself; a kind answer means that the server is answerable for it from now on (RFC 5321 4.2.5).
    ///
    /// # Errors
    /// `Unsure` if the line breaks before the answer.
    pub async fn send(mut self, message: &str) -> Result<(), Error> {
        match tokio::time::timeout(self.timeout * 2, self.connection.message(message.as_bytes())).await {
            Ok(Ok(_)) => {
                let _ = tokio::time::timeout(Duration::from_secs(5), self.connection.quit()).await;
                Ok(())
            }
            Ok(Err(error)) if error.is_permanent() => Err(Error::Refused(words(&error))),
            Ok(Err(error)) if error.is_transient() => Err(Error::Later(words(&error))),
            Ok(Err(error)) => Err(Error::Unsure(words(&error))),
            Err(_) => Err(Error::Unsure("the server did not answer in time".into())),
        }
    }

    /// Ends the connection with nothing sent.
    pub async fn drop_it(mut self) {
        self.connection.abort().await;
    }
}

fn refused(error: &lettre::transport::smtp::Error) -> Error {
    if error.is_permanent() { Error::Refused(words(error)) } else { Error::Later(words(error)) }
}

/// The error with what caused it, without the mail.
fn words(error: &lettre::transport::smtp::Error) -> String {
    let mut said = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause {
        said.push_str(": ");
        said.push_str(&deeper.to_string());
        cause = deeper.source();
    }
    clip(&said)
}
