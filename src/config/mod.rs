//! What the operator sets, in one TOML file. Refuses unknown keys and bad values, all named at once; holds no secret.

mod account;
mod call;
mod desk;
mod habits;
mod oidc;
mod post;
mod rules;
mod table;
mod webhook;

pub use call::Call;
pub use desk::Desk;
pub use habits::Habits;
pub use oidc::{Oidc, is_protected};
pub use post::{Acknowledge, Notify, Security, Smtp};
pub use webhook::{Webhook, is_safe as is_safe_webhook};

use crate::domain::rules::Rules;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use table::Reader;

/// A commented configuration with every key; `pouch config example` prints it, and a test reads it back.
pub const EXAMPLE: &str = include_str!("example.toml");

/// Everything that can be set. `Config::default()` is what works without a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    pub call: Call,
    pub accounts: Vec<Account>,
    pub receive: Receive,
    pub extractor: Extractor,
    pub publish: Publish,
    pub erase: Erase,
    /// Beyond loopback only with what `desk` says about TLS.
    pub listen: SocketAddr,
    pub desk: Desk,
    /// PostgreSQL's address; `None`: SQLite in the data folder.
    pub postgres_url: Option<String>,
    /// A catalogue file that replaces the one in the binary.
    pub catalogue_file: Option<PathBuf>,
    /// The key that tokens of OAuth2 are sealed with; `None`: `token.key` in the data folder.
    pub token_key_file: Option<PathBuf>,
    /// Who is asked for the keys of signatures; `None`: nobody, and signatures are not checked.
    pub resolver: Option<Resolver>,
    /// `None`: Pouch sends no mail.
    pub smtp: Option<Smtp>,
    pub notify: Notify,
    pub acknowledge: Acknowledge,
    /// Programs elsewhere that are told of events.
    pub webhooks: Vec<Webhook>,
}

/// One account at one server.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// Short name for people and logs, as `chair`.
    pub name: String,
    pub host: String,
    pub port: u16,
    pub user: String,
    pub login: Login,
    /// PEM file with the certificate authority, in place of the system's.
    pub ca_file: Option<PathBuf>,
    /// False only for a server on loopback.
    pub tls: bool,
    /// Folders to watch; empty: the inbox. `\All` is the one that holds all mail, found by its attribute (RFC 6154).
    pub folders: Vec<String>,
    /// Watch the junk folder too, found by its attribute (RFC 6154).
    pub junk: bool,
    /// Under which names this account's servers write Authentication-Results (RFC 8601 2.5), lower case; empty: nothing
    /// that stands in its mail about senders is believed.
    pub authserv_ids: Vec<String>,
    /// What is taken of its folders.
    pub rules: Rules,
    /// Bytes that may be fetched in a day (UTC); `None`: any number.
    pub daily_bytes: Option<u64>,
}

/// How an account proves who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// LOGIN (RFC 9051 6.2.3).
    Password(Secret),
    /// XOAUTH2 or OAUTHBEARER (RFC 7628) with a token of this application.
    OAuth(OAuth),
}

/// The registration of this application at a provider (RFC 6749).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuth {
    pub provider: Provider,
    pub client_id: String,
    pub client_secret: Option<Secret>,
    /// When the provider no longer takes the secret.
    pub client_secret_expires: Option<jiff::civil::Date>,
    /// Microsoft's name or number of the organisation.
    pub tenant: String,
    /// In place of the provider's own addresses: the one below which `authorize`, `token` and `devicecode` lie.
    pub base_url: Option<String>,
}

/// Whose rules hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// A person consents in a browser.
    Google,
    /// A person consents in a browser or by device code.
    Microsoft,
    /// The application has a right of its own to the mailbox (`IMAP.AccessAsApp`).
    MicrosoftApp,
}

/// A server that answers questions for names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolver {
    /// Those of the machine.
    System,
    At(SocketAddr),
}

/// Where the password is; the configuration itself never holds one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secret {
    /// First line of a file.
    File(PathBuf),
    /// An environment variable.
    Env(String),
}

impl Secret {
    /// Reads the password now, so that a changed one is taken at the next login.
    ///
    /// # Errors
    /// Says where it looked, never what it found.
    pub fn read(&self) -> anyhow::Result<String> {
        let found = match self {
            Self::File(path) => std::fs::read_to_string(path).map_err(|error| {
                anyhow::anyhow!("the file {} with a secret cannot be read: {error}", path.display())
            })?,
            Self::Env(name) => std::env::var(name)
                .map_err(|_| anyhow::anyhow!("the environment variable {name} with a secret is not set"))?,
        };
        Ok(found.lines().next().unwrap_or_default().to_string())
    }
}

/// How mailboxes are watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receive {
    /// IDLE is renewed after this, at most 5 minutes.
    pub idle: Duration,
    /// A short look for new UIDs at least this often, whatever IDLE says; at most 60 seconds.
    pub poll: Duration,
    /// Full comparison of UIDs at least this often.
    pub compare: Duration,
    /// Connecting, greeting, DONE.
    pub connect_timeout: Duration,
    /// Longest silence within a command.
    pub read_timeout: Duration,
    /// Shortest and longest wait before a new connection.
    pub backoff: (Duration, Duration),
    /// A server that asks to slow down and names no time is left alone for so long.
    pub throttle_pause: Duration,
    /// After a refused login the next try waits for so long, then for 5, 15, 30 and 60 times as long.
    pub login_retry: Duration,
    /// A UID that fails is tried again after this, five times, and then daily.
    pub park_retry: Duration,
    /// Larger messages are left parked with the reason, in bytes.
    pub max_message_bytes: u64,
}

/// Limits of the children that read strangers' bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extractor {
    /// Children of each kind: the extractor, and the runner of programs.
    pub workers: usize,
    /// Address space of one child for a small part, and the most for a large one: it grows with the size of the part.
    pub memory_bytes: u64,
    pub memory_most_bytes: u64,
    /// One request about a small part, and the most: it grows by a second a megabyte and by half a
    /// second a page.
    pub time: Duration,
    pub time_most: Duration,
    /// Text of one part.
    pub text_bytes: usize,
    /// Recognition of one page.
    pub page_time: Duration,
    /// Most pages of one file that are recognised from their pictures.
    pub recognised_pages: u32,
    /// Below this mean confidence of its words, from 0 to 100, a recognised page is called hard to read.
    pub confidence_floor: u32,
    /// Where pdftotext and tesseract are looked for, in this order.
    pub program_dirs: Vec<PathBuf>,
    /// Socket of ClamAV's daemon; `None`: files are not scanned.
    pub clamd: Option<PathBuf>,
}

/// Where and when approved inputs become public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publish {
    /// `None`: `public` in the data folder.
    pub dir: Option<PathBuf>,
    /// From approval to publication.
    pub delay: Duration,
    /// What one person approved goes public only when another one says so.
    pub two_persons: bool,
    /// Absolute address of the site.
    pub base_url: Option<String>,
}

/// What is erased by itself; nothing, unless the operator says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erase {
    /// What a person set aside is erased so long after that.
    pub set_aside_after: Option<Duration>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            call: Call::default(),
            accounts: Vec::new(),
            receive: Receive {
                idle: Duration::from_secs(290),
                poll: Duration::from_secs(60),
                compare: Duration::from_secs(900),
                connect_timeout: Duration::from_secs(15),
                read_timeout: Duration::from_secs(60),
                backoff: (Duration::from_secs(1), Duration::from_secs(300)),
                throttle_pause: Duration::from_secs(3600),
                login_retry: Duration::from_secs(60),
                park_retry: Duration::from_secs(720),
                max_message_bytes: 200 << 20,
            },
            extractor: Extractor {
                workers: std::thread::available_parallelism().map_or(2, usize::from),
                memory_bytes: 1 << 30,
                memory_most_bytes: 3 << 30,
                time: Duration::from_secs(20),
                time_most: Duration::from_secs(300),
                text_bytes: 4 << 20,
                page_time: Duration::from_secs(60),
                recognised_pages: 500,
                confidence_floor: 70,
                program_dirs: ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"].map(PathBuf::from).into(),
                clamd: None,
            },
            publish: Publish { dir: None, delay: Duration::from_secs(60), two_persons: false, base_url: None },
            erase: Erase::default(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            desk: Desk::default(),
            postgres_url: None,
            catalogue_file: None,
            token_key_file: None,
            resolver: None,
            smtp: None,
            notify: Notify::default(),
            acknowledge: Acknowledge::default(),
            webhooks: Vec::new(),
        }
    }
}

impl Config {
    /// Reads the file; relative paths in it are relative to its folder.
    ///
    /// # Errors
    /// Everything that is wrong with it, one sentence each.
    pub fn load(path: &Path) -> Result<Self, Vec<String>> {
        let text = std::fs::read_to_string(path).map_err(|error| vec![format!("{}: {error}", path.display())])?;
        Self::read(&text, path.parent().unwrap_or(Path::new(".")))
    }

    /// Reads the text of a configuration.
    ///
    /// # Errors
    /// Everything that is wrong with it, one sentence each.
    pub fn read(text: &str, folder: &Path) -> Result<Self, Vec<String>> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| vec![error.to_string()])?;
        let mut top = Reader::new(table, "", folder);
        let config = Self::from_reader(&mut top);
        let wrong = top.finish();
        if wrong.is_empty() { Ok(config) } else { Err(wrong) }
    }

    fn from_reader(top: &mut Reader) -> Self {
        let base = Self::default();
        let mut call = top.table("call");
        let mut receive = top.table("receive");
        let mut extractor = top.table("extractor");
        let mut publish = top.table("publish");
        let mut erase = top.table("erase");
        let listen = top.address("listen").unwrap_or(base.listen);
        let (seconds, hour) = (Duration::from_secs, Duration::from_secs(3600));
        let config = Self {
            call: call::read(&mut call),
            receive: Receive {
                idle: receive.duration("idle", seconds(1), seconds(300)).unwrap_or(base.receive.idle),
                poll: receive.duration("poll", seconds(1), seconds(60)).unwrap_or(base.receive.poll),
                compare: receive.duration("compare", seconds(1), hour * 24).unwrap_or(base.receive.compare),
                connect_timeout: receive
                    .duration("connect_timeout", seconds(1), seconds(300))
                    .unwrap_or(base.receive.connect_timeout),
                read_timeout: receive
                    .duration("read_timeout", seconds(1), seconds(600))
                    .unwrap_or(base.receive.read_timeout),
                backoff: (
                    receive
                        .duration("backoff_least", Duration::from_millis(10), seconds(60))
                        .unwrap_or(base.receive.backoff.0),
                    receive.duration("backoff_most", seconds(1), hour).unwrap_or(base.receive.backoff.1),
                ),
                throttle_pause: receive
                    .duration("throttle_pause", seconds(1), hour * 24)
                    .unwrap_or(base.receive.throttle_pause),
                login_retry: receive.duration("login_retry", seconds(1), hour).unwrap_or(base.receive.login_retry),
                park_retry: receive.duration("park_retry", seconds(1), hour * 24).unwrap_or(base.receive.park_retry),
                max_message_bytes: receive
                    .number("max_message_mb", 1, 2048)
                    .map_or(base.receive.max_message_bytes, |mb| mb << 20),
            },
            extractor: Extractor {
                workers: extractor.number("workers", 1, 64).map_or(base.extractor.workers, |n| n as usize),
                memory_bytes: extractor
                    .number("memory_mb", 256, 65_536)
                    .map_or(base.extractor.memory_bytes, |mb| mb << 20),
                memory_most_bytes: extractor
                    .number("memory_most_mb", 256, 65_536)
                    .map_or(base.extractor.memory_most_bytes, |mb| mb << 20),
                time: extractor.duration("time", seconds(1), hour).unwrap_or(base.extractor.time),
                time_most: extractor.duration("time_most", seconds(1), hour).unwrap_or(base.extractor.time_most),
                text_bytes: extractor
                    .number("text_mb", 1, 1024)
                    .map_or(base.extractor.text_bytes, |mb| (mb as usize) << 20),
                page_time: extractor.duration("page_time", seconds(1), hour).unwrap_or(base.extractor.page_time),
                recognised_pages: extractor
                    .number("recognised_pages", 0, 10_000)
                    .map_or(base.extractor.recognised_pages, |n| n as u32),
                confidence_floor: extractor
                    .number("confidence_floor", 0, 100)
                    .map_or(base.extractor.confidence_floor, |n| n as u32),
                program_dirs: match extractor.texts("program_dirs") {
                    none if none.is_empty() => base.extractor.program_dirs,
                    named => named.into_iter().map(PathBuf::from).collect(),
                },
                clamd: extractor.path("clamd"),
            },
            publish: Publish {
                dir: publish.path("dir"),
                delay: publish.duration("delay", Duration::ZERO, hour * 24 * 30).unwrap_or(base.publish.delay),
                two_persons: publish.flag("two_persons").unwrap_or(base.publish.two_persons),
                base_url: publish.url("base_url"),
            },
            erase: Erase { set_aside_after: erase.days("set_aside_after", 1, 36_500) },
            accounts: top.tables("account").iter_mut().map(|one| account::account(one, top)).collect(),
            listen,
            desk: desk::desk(top, listen),
            postgres_url: top.text("postgres_url"),
            catalogue_file: top.path("catalogue_file"),
            token_key_file: top.path("token_key_file"),
            resolver: resolver(top),
            smtp: post::smtp(top),
            notify: post::notify(top),
            acknowledge: post::acknowledge(top),
            webhooks: webhook::webhooks(top),
        };
        post::contradictions(top, config.smtp.as_ref(), &config.notify, &config.acknowledge, &config.accounts);
        for part in [call, receive, extractor, publish, erase] {
            top.absorb(part);
        }
        config
    }
}

fn resolver(top: &mut Reader) -> Option<Resolver> {
    let mut table = top.table("resolve");
    let chosen = match table.text("dns").as_deref() {
        None | Some("off") => None,
        Some("system") => Some(Resolver::System),
        Some(text) => {
            let at = text.parse::<SocketAddr>().ok();
            if at.is_none() {
                table.wrong("dns", "is \"system\", \"off\", or an address with a port, as \"192.0.2.53:53\"");
            }
            at.map(Resolver::At)
        }
    };
    top.absorb(table);
    chosen
}
