//! One IMAP session: commands and their answers, up to the own tagged OK. It must never take a closed connection, BYE, NO
//! or BAD for an empty answer; that is why async-imap's convenient calls, which do, are not used: only its parser.

use super::error::{Error, refused};
use super::folder::{encode, quoted};
use super::wire::Wire;
use crate::config::Receive;
use crate::domain::clip;
use async_imap::Client;
use async_imap::imap_proto::{Capability, MailboxDatum, NameAttribute, Response, ResponseCode, Status};
use futures::FutureExt as _;
use std::collections::BTreeSet;
use std::io;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

/// A command may take this many times the longest silence in all; a server that trickles must not hold us for ever.
const WHOLE_COMMAND: u32 = 20;

/// A session, from the greeting on.
pub(super) struct Session {
    client: Client<Wire>,
    tag: u32,
    connect_limit: Duration,
    read_limit: Duration,
    capabilities: BTreeSet<String>,
    /// Bytes that were asked about already.
    counted_bytes: u64,
    /// Messages in the open mailbox, as announced last.
    pub(super) exists: u32,
    /// The server announced messages since the last SEARCH.
    pub(super) news: bool,
}

/// The mailbox as EXAMINE showed it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opened {
    /// Not zero (RFC 9051 2.3.1.1).
    pub uidvalidity: u32,
}

/// A folder as LIST showed it.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    /// Name on the wire.
    pub name: String,
    /// RFC 6154.
    pub junk: bool,
    /// Holds all mail of the account (RFC 6154).
    pub all: bool,
    /// False: a mere node of the tree.
    pub selectable: bool,
    /// It has some attribute of special use, so the server knows of them.
    pub special: bool,
    /// The last part of the name, in lower case.
    pub leaf: String,
}

/// Why an IDLE ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IdleEnd {
    News,
    Time,
    Stop,
}

impl Session {
    pub(super) fn new(wire: Wire, receive: &Receive) -> Self {
        Self {
            client: Client::new(wire),
            tag: 0,
            connect_limit: receive.connect_timeout,
            read_limit: receive.read_timeout,
            capabilities: BTreeSet::new(),
            counted_bytes: 0,
            exists: 0,
            news: false,
        }
    }

    /// Whether the server announced a capability, by its upper-case name.
    pub(super) fn offers(&self, capability: &str) -> bool {
        self.capabilities.contains(capability)
    }

    /// Bytes that came over the wire since this was asked last.
    pub(super) fn bytes_since(&mut self) -> u64 {
        let all = self.client.get_ref().read_bytes();
        all - std::mem::replace(&mut self.counted_bytes, all)
    }

    /// The next answer of the server, whatever it is, as `read` makes it out.
    ///
    /// # Errors
    /// `Closed`, `Silent`, `TooLarge`, `Garbled`; the session is of no use afterwards.
    pub(super) async fn answer<T>(
        &mut self,
        during: &'static str,
        read: impl FnOnce(&mut Self, &Response<'_>) -> T,
    ) -> Result<T, Error> {
        // The parser panics on some answers, as INTERNALDATE NIL or an 8-bit letter right after a code in brackets. That
        // must cost the session, not the watcher.
        let answer = AssertUnwindSafe(self.client.read_response()).catch_unwind().await.unwrap_or_else(|_| {
            let text = "the parser does not know what to make of it";
            Err(io::Error::other(text))
        });
        match answer {
            Ok(Some(answer)) => Ok(read(self, answer.parsed())),
            Ok(None) => Err(Error::Closed { during, text: "the server hung up".into() }),
            Err(error) => Err(read_error(during, &error, self.client.get_ref().limit())),
        }
    }

    /// Sends a command and hands each untagged answer on, up to the own tagged OK, whose text it returns.
    ///
    /// # Errors
    /// Anything but that OK; the command then failed as a whole.
    pub(super) async fn run(
        &mut self,
        during: &'static str,
        command: &str,
        mut each: impl FnMut(&Response<'_>),
    ) -> Result<String, Error> {
        let tag = self.send(during, command).await?;
        let limit = self.read_limit * WHOLE_COMMAND;
        let to_the_end = async {
            loop {
                let done = self.answer(during, |session, answer| {
                    let done = session.tagged(during, &tag, answer);
                    if matches!(done, Ok(None)) {
                        each(answer);
                    }
                    done
                });
                if let Some(text) = done.await?? {
                    return Ok(text);
                }
            }
        };
        timeout(limit, to_the_end).await.unwrap_or(Err(Error::Silent { during, limit }))
    }

    /// A command whose untagged answers are of no interest.
    pub(super) async fn command(&mut self, during: &'static str, command: &str) -> Result<String, Error> {
        self.run(during, command, |_| ()).await
    }

    async fn send(&mut self, during: &'static str, command: &str) -> Result<String, Error> {
        self.tag = self.tag.wrapping_add(1);
        let tag = format!("P{}", self.tag);
        self.client.get_mut().set_limit(self.read_limit);
        self.write(during, format!("{tag} {command}\r\n").as_bytes()).await?;
        Ok(tag)
    }

    async fn write(&mut self, during: &'static str, bytes: &[u8]) -> Result<(), Error> {
        let wire = self.client.get_mut();
        let limit = wire.limit();
        let written = async {
            wire.write_all(bytes).await?;
            wire.flush().await
        };
        written.await.map_err(|error| read_error(during, &error, limit))
    }

    /// `Some` for the own tagged OK; an error for any other end. Notes what the answer says of the mailbox.
    fn tagged(&mut self, during: &'static str, tag: &str, answer: &Response<'_>) -> Result<Option<String>, Error> {
        match answer {
            Response::Done { tag: theirs, status, outcome } => {
                let text = outcome.information.as_deref().unwrap_or_default();
                if theirs.0 != tag {
                    return Err(Error::Garbled { during, text: "the answer to a command that was not sent".into() });
                }
                if *status == Status::Ok { Ok(Some(clip(text))) } else { Err(refused(during, text)) }
            }
            Response::Data { status: Status::Bye, outcome } => {
                let text = outcome.information.as_deref().unwrap_or_default();
                Err(match refused(during, text) {
                    Error::Refused { text, .. } => Error::Bye(text),
                    classed => classed,
                })
            }
            Response::MailboxData(MailboxDatum::Exists(count)) => {
                self.news |= *count > self.exists;
                self.exists = *count;
                Ok(None)
            }
            Response::Expunge(_) => {
                self.exists = self.exists.saturating_sub(1);
                Ok(None)
            }
            Response::Capabilities(offered) => {
                self.capabilities = offered.iter().map(capability).collect();
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// CAPABILITY (RFC 9051 6.1.1).
    pub(super) async fn ask_capabilities(&mut self) -> Result<(), Error> {
        self.command("CAPABILITY", "CAPABILITY").await.map(|_| ())
    }

    /// LOGIN with synchronising literals (RFC 9051 4.3).
    pub(super) async fn login_by_literals(&mut self, user: &str, password: &str) -> Result<(), Error> {
        let during = "LOGIN";
        let tag = self.send(during, &format!("LOGIN {{{}}}", user.len())).await?;
        self.go_ahead(during, &tag).await?;
        self.write(during, format!("{user} {{{}}}\r\n", password.len()).as_bytes()).await?;
        self.go_ahead(during, &tag).await?;
        self.write(during, format!("{password}\r\n").as_bytes()).await?;
        while self.answer(during, |session, answer| session.tagged(during, &tag, answer)).await??.is_none() {}
        Ok(())
    }

    /// AUTHENTICATE (RFC 9051 6.2.2) with an initial response in base64. To a challenge, with which a server says why it
    /// will not (RFC 7628 3.2.3), goes `abort`, never the token again; what the challenge says is in the error.
    pub(super) async fn authenticate(&mut self, mechanism: &str, initial: &str, abort: &str) -> Result<(), Error> {
        let during = "AUTHENTICATE";
        let tag = if self.offers("SASL-IR") {
            self.send(during, &format!("AUTHENTICATE {mechanism} {initial}")).await?
        } else {
            let tag = self.send(during, &format!("AUTHENTICATE {mechanism}")).await?;
            self.go_ahead(during, &tag).await?;
            self.write(during, format!("{initial}\r\n").as_bytes()).await?;
            tag
        };
        let mut challenge = String::new();
        loop {
            let (asked, done) = self
                .answer(during, |session, answer| {
                    let asked = match answer {
                        Response::Continue(asked) => Some(asked.information.as_deref().map(String::from)),
                        _ => None,
                    };
                    (asked, session.tagged(during, &tag, answer))
                })
                .await?;
            if let Some(asked) = asked {
                challenge = asked.unwrap_or_default();
                self.write(during, format!("{abort}\r\n").as_bytes()).await?;
                continue;
            }
            return match done {
                Ok(None) => continue,
                Ok(Some(_)) => Ok(()),
                Err(Error::Refused { text, .. }) => Err(Error::Token(with_challenge(&text, &challenge))),
                Err(other) => Err(other),
            };
        }
    }

    /// Waits for `+`.
    async fn go_ahead(&mut self, during: &'static str, tag: &str) -> Result<(), Error> {
        loop {
            let (ahead, done) = self
                .answer(during, |session, answer| {
                    (matches!(answer, Response::Continue(_)), session.tagged(during, tag, answer))
                })
                .await?;
            if ahead {
                return Ok(());
            }
            if done?.is_some() {
                return Err(Error::Garbled { during, text: "OK where more was to come".into() });
            }
        }
    }

    /// LIST of everything (RFC 9051 6.3.9), with the attributes of special use (RFC 6154).
    pub(super) async fn list(&mut self) -> Result<Vec<Listed>, Error> {
        let ask = self.offers("SPECIAL-USE") && self.offers("LIST-EXTENDED");
        let command = if ask { "LIST \"\" \"*\" RETURN (SPECIAL-USE)" } else { "LIST \"\" \"*\"" };
        let mut folders = Vec::new();
        self.run("LIST", command, |answer| {
            if let Response::MailboxData(MailboxDatum::List(found)) = answer {
                let has = |attribute| found.name_attributes.contains(&attribute);
                let name = unescaped(&found.name);
                let delimiter = found.delimiter.as_deref().map(unescaped).unwrap_or_default();
                let leaf = if delimiter.is_empty() { None } else { name.rsplit(delimiter.as_str()).next() };
                folders.push(Listed {
                    junk: has(NameAttribute::Junk),
                    all: has(NameAttribute::All),
                    selectable: !has(NameAttribute::NoSelect) && !has(NONEXISTENT),
                    special: SPECIAL.iter().any(|special| found.name_attributes.contains(special)),
                    leaf: super::folder::decode(leaf.unwrap_or(&name)).to_lowercase(),
                    name,
                });
            }
        })
        .await?;
        Ok(folders)
    }

    /// EXAMINE (RFC 9051 6.3.3): nothing that we do in the mailbox can change it.
    ///
    /// # Errors
    /// Also if the server gives no usable UIDVALIDITY; nothing could then be told apart.
    pub(super) async fn examine(&mut self, folder: &str) -> Result<Opened, Error> {
        let mut uidvalidity = None;
        self.exists = 0;
        self.run("EXAMINE", &format!("EXAMINE {}", quoted(&encode(folder))), |answer| {
            if let Response::Data { outcome, .. } = answer
                && let Some(ResponseCode::UidValidity(number)) = &outcome.code
            {
                uidvalidity = Some(*number);
            }
        })
        .await?;
        match uidvalidity {
            Some(number) if number > 0 => Ok(Opened { uidvalidity: number }),
            _ => Err(Error::Mailbox(format!("the server gives no valid UIDVALIDITY for the folder {folder}"))),
        }
    }

    /// UID SEARCH UID (RFC 9051 6.4.9), sorted, each once.
    pub(super) async fn search(&mut self, set: &str) -> Result<Vec<u32>, Error> {
        let mut uids = Vec::new();
        self.news = false;
        self.run("UID SEARCH", &format!("UID SEARCH UID {set}"), |answer| {
            if let Response::MailboxData(MailboxDatum::Search(found)) = answer {
                uids.extend_from_slice(found);
            }
        })
        .await?;
        uids.sort_unstable();
        uids.dedup();
        Ok(uids)
    }

    /// IDLE (RFC 2177) until the server announces messages, `limit` is over, or we are to stop. The limit is absolute:
    /// a server's signs of life do not prolong it.
    pub(super) async fn idle(&mut self, limit: Duration, stop: &mut watch::Receiver<bool>) -> Result<IdleEnd, Error> {
        let during = "IDLE";
        let tag = self.send(during, "IDLE").await?;
        self.client.get_mut().set_limit(self.connect_limit);
        self.go_ahead(during, &tag).await?;
        let deadline = Instant::now() + limit;
        self.client.get_mut().set_limit(limit + self.connect_limit);
        // What came before the go-ahead counts as well.
        let mut end = self.news.then_some(IdleEnd::News);
        while end.is_none() {
            tokio::select! {
                done = self.answer(during, |session, answer| session.tagged(during, &tag, answer)) => {
                    if done??.is_some() {
                        return Ok(IdleEnd::Time);
                    }
                    end = self.news.then_some(IdleEnd::News);
                }
                () = tokio::time::sleep_until(deadline) => end = Some(IdleEnd::Time),
                _ = stop.wait_for(|stop| *stop) => end = Some(IdleEnd::Stop),
            }
        }
        let during = "DONE";
        self.client.get_mut().set_limit(self.connect_limit);
        self.write(during, b"DONE\r\n").await?;
        while self.answer(during, |session, answer| session.tagged(during, &tag, answer)).await??.is_none() {}
        Ok(end.unwrap_or(IdleEnd::Time))
    }

    /// Says goodbye, and waits for the answer only as long as a stop may take.
    pub(super) async fn logout(mut self) {
        let farewell = async {
            let _ = self.command("LOGOUT", "LOGOUT").await;
            let _ = self.client.get_mut().shutdown().await;
        };
        let _ = timeout(Duration::from_millis(500), farewell).await;
    }
}

/// RFC 9051 7.3.1.
const NONEXISTENT: NameAttribute<'static> = NameAttribute::Extension(std::borrow::Cow::Borrowed("\\NonExistent"));

const SPECIAL: [NameAttribute<'static>; 7] = [
    NameAttribute::All,
    NameAttribute::Archive,
    NameAttribute::Drafts,
    NameAttribute::Flagged,
    NameAttribute::Junk,
    NameAttribute::Sent,
    NameAttribute::Trash,
];

fn capability(one: &Capability<'_>) -> String {
    match one {
        Capability::Imap4rev1 => "IMAP4REV1".into(),
        Capability::Auth(how) => format!("AUTH={}", how.to_uppercase()),
        Capability::Atom(name) => name.to_uppercase(),
    }
}

/// The parser leaves the backslashes of a quoted string in.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        plain.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    plain
}

fn read_error(during: &'static str, error: &io::Error, limit: Duration) -> Error {
    match error.kind() {
        io::ErrorKind::TimedOut => Error::Silent { during, limit },
        io::ErrorKind::FileTooLarge => Error::TooLarge { during, text: clip(&error.to_string()) },
        // rustls: a record that does not decrypt, an alert.
        io::ErrorKind::InvalidData => Error::Tls(clip(&error.to_string())),
        io::ErrorKind::Other => Error::Garbled { during, text: unreadable_line(during, &error.to_string()) },
        _ => Error::Closed { during, text: clip(&error.to_string()) },
    }
}

/// What a server says of a token that it does not take, with the status in its challenge.
fn with_challenge(text: &str, challenge: &str) -> String {
    use base64::Engine as _;
    let decoded = base64::engine::general_purpose::STANDARD.decode(challenge.trim()).unwrap_or_default();
    let said: Option<serde_json::Value> = serde_json::from_slice(&decoded).ok();
    match said.as_ref().and_then(|said| said["status"].as_str()) {
        Some(status) => format!("{text} (status {})", clip(status)),
        None => text.into(),
    }
}

/// The line that the parser did not understand. Its error quotes all that it had, mail included; so only the first
/// line is kept, only if it is an untagged answer, and nothing at all where bodies are fetched or a password was sent.
fn unreadable_line(during: &'static str, error: &str) -> String {
    let line = error.split_once(" during parsing of \"").map_or("", |(_, quoted)| quoted);
    let line = line.split("\\r\\n").next().unwrap_or_default();
    if ["UID FETCH", "LOGIN", "AUTHENTICATE"].contains(&during) || !line.starts_with("* ") {
        "not in IMAP's grammar".into()
    } else {
        clip(line)
    }
}
