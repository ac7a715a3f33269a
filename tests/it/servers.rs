//! Real servers for tests: the Dovecot and the PostgreSQL of the run, own ones where a test must stop them, and the
//! scripted server and the spoiling proxy of the test bed. Nothing here asserts what Pouch should do.

mod scripted;

pub use scripted::{FakeImap, FakeOAuth, FaultProxy};

use pouch::config::{Account, Config, Login, OAuth, Provider, Receive, Secret};
use pouch::domain::Timestamp;
use pouch::store::Store;
use pouch::vault::Vault;
use serde_json::Value;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime};

const HOW: &str = "run make test, or eval \"$(scripts/test-servers start DIR)\"";
pub const PASSWORD: &str = "secret";

/// A number that no other test of this run has.
fn fresh() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A script of the test bed.
pub fn testbed(script: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testbed").join(script)
}

/// The clock for code that takes one.
pub fn clock() -> Timestamp {
    Timestamp::now()
}

/// A folder that is gone when the test ends.
#[derive(Debug)]
pub struct TestDir(PathBuf);

impl TestDir {
    /// On a real disk.
    pub fn on_disk() -> Self {
        Self::under(&std::env::temp_dir())
    }

    /// In memory if the system offers that: for tests that say nothing about durability.
    pub fn new() -> Self {
        let memory = Path::new("/dev/shm");
        if memory.is_dir() { Self::under(memory) } else { Self::on_disk() }
    }

    fn under(base: &Path) -> Self {
        let path = base.join(format!("pouch-test-{}-{}", std::process::id(), fresh()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TestDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A SQLite store and a vault in a folder of their own.
pub struct Data {
    pub store: Store,
    pub vault: Vault,
    pub dir: TestDir,
}

impl Data {
    /// Where watchers of this data work; `owner` names their process.
    pub fn place(&self, owner: &str) -> pouch::receive::Place {
        let (store, vault) = (self.store.clone(), self.vault.clone());
        let token_key = pouch::oauth::TokenKey::find(None, self.dir.path());
        pouch::receive::Place { store, vault, token_key, clock, owner: owner.into() }
    }

    pub async fn new() -> Self {
        let dir = TestDir::new();
        let store = Store::open_sqlite(&dir.path().join("pouch.db")).await.unwrap();
        let vault = Vault::open(&dir.path().join("vault")).unwrap();
        Self { store, vault, dir }
    }
}

/// Asks again and again until the answer is there; panics with what was waited for.
pub async fn eventually<T>(what: &str, limit: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + limit;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < end, "waited {limit:?} in vain: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Waits and tries as fast as a test needs, with every kind of wait still there.
pub fn quick() -> Receive {
    Receive {
        idle: Duration::from_secs(20),
        poll: Duration::from_secs(20),
        compare: Duration::from_secs(60),
        connect_timeout: Duration::from_secs(3),
        read_timeout: Duration::from_secs(3),
        backoff: (Duration::from_millis(10), Duration::from_millis(200)),
        throttle_pause: Duration::from_millis(200),
        login_retry: Duration::from_millis(20),
        ..Config::default().receive
    }
}

/// Where the password of all test accounts stands.
fn secret() -> Secret {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    Secret::File(
        FILE.get_or_init(|| {
            let file = std::env::temp_dir().join(format!("pouch-test-password-{}", std::process::id()));
            fs::write(&file, format!("{PASSWORD}\n")).unwrap();
            file
        })
        .clone(),
    )
}

/// An account at a server on loopback without TLS.
pub fn plain_account(name: &str, user: &str, port: u16) -> Account {
    Account {
        name: name.into(),
        host: "127.0.0.1".into(),
        port,
        user: user.into(),
        login: Login::Password(secret()),
        ca_file: None,
        tls: false,
        folders: Vec::new(),
        authserv_ids: vec![],
        junk: false,
        rules: pouch::domain::rules::Rules::default(),
        daily_bytes: None,
    }
}

/// A Dovecot: the one of the run, or an own one.
#[derive(Debug)]
pub struct Dovecot {
    dir: PathBuf,
    own: Option<TestDir>,
    facts: Value,
}

impl Dovecot {
    /// The one that all tests share.
    pub fn shared() -> Self {
        let dir = PathBuf::from(std::env::var("POUCH_TEST_DOVECOT").unwrap_or_else(|_| panic!("{HOW}")));
        let facts = fs::read_to_string(dir.join("sandbox.json")).unwrap_or_else(|_| panic!("{HOW}"));
        Self { facts: serde_json::from_str(&facts).unwrap(), dir, own: None }
    }

    /// One of the test's own, for what would disturb others; `options` as for `dovecot-sandbox start`.
    pub fn own(options: &[&str]) -> Self {
        let own = TestDir::new();
        let dir = own.path().join("dovecot");
        let mut made = Self { dir, own: Some(own), facts: Value::Null };
        made.sandbox("start", options);
        let facts = fs::read_to_string(made.dir.join("sandbox.json")).unwrap();
        made.facts = serde_json::from_str(&facts).unwrap();
        made
    }

    /// Runs a command of `dovecot-sandbox` on it and returns what it prints.
    pub fn sandbox(&self, action: &str, arguments: &[&str]) -> String {
        let done =
            Command::new(testbed("dovecot-sandbox")).arg(action).arg(&self.dir).args(arguments).output().unwrap();
        assert!(
            done.status.success(),
            "dovecot-sandbox {action} {arguments:?}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    fn port(&self, which: &str) -> u16 {
        u16::try_from(self.facts[which].as_u64().unwrap()).unwrap()
    }

    /// The folder of the sandbox: its key signs the tokens that it takes.
    pub fn folder(&self) -> &Path {
        &self.dir
    }

    /// The port without TLS.
    pub fn imap(&self) -> u16 {
        self.port("imap")
    }

    /// The port with TLS from the first byte.
    pub fn imaps(&self) -> u16 {
        self.port("imaps")
    }

    /// The authority of its certificate.
    pub fn ca(&self) -> PathBuf {
        self.dir.join("tls").join("ca.pem")
    }

    /// Certificate and key of the server itself.
    pub fn certificate(&self) -> (PathBuf, PathBuf) {
        (self.dir.join("tls").join("server.pem"), self.dir.join("tls").join("server.key"))
    }

    /// A mailbox that nobody used before.
    pub fn user(&self) -> User<'_> {
        User { name: format!("user{}-{}@example.org", std::process::id(), fresh()), dovecot: self }
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        if self.own.is_some() {
            let _ = Command::new(testbed("dovecot-sandbox")).arg("stop").arg(&self.dir).arg("--hard").output();
        }
    }
}

/// A user at a Dovecot.
pub struct User<'a> {
    pub name: String,
    pub dovecot: &'a Dovecot,
}

impl User<'_> {
    /// The account with a token of this provider in place of the password.
    pub fn with_token(&self, provider: Provider, at: &FakeOAuth) -> Account {
        let oauth = OAuth {
            provider,
            client_id: "pouch".into(),
            client_secret: None,
            client_secret_expires: None,
            tenant: "organizations".into(),
            base_url: Some(at.url()),
        };
        Account { login: Login::OAuth(oauth), ..self.plain() }
    }

    /// The account as configured for Pouch: TLS, inbox and junk.
    pub fn account(&self) -> Account {
        Account {
            host: "localhost".into(),
            port: self.dovecot.imaps(),
            ca_file: Some(self.dovecot.ca()),
            tls: true,
            junk: true,
            ..plain_account(&self.name, &self.name, 0)
        }
    }

    /// The account without TLS, inbox only.
    pub fn plain(&self) -> Account {
        plain_account(&self.name, &self.name, self.dovecot.imap())
    }

    /// As `plain`, at another port: a proxy's.
    pub fn through(&self, port: u16) -> Account {
        plain_account(&self.name, &self.name, port)
    }

    fn home(&self) -> PathBuf {
        self.dovecot.dir.join("mail").join(&self.name)
    }

    fn maildir(&self, folder: &str) -> PathBuf {
        let base = self.home().join("Maildir");
        if folder == "INBOX" { base } else { base.join(format!(".{folder}")) }
    }

    /// Delivers as a local delivery agent does: written aside, renamed into `new`.
    pub fn deliver(&self, folder: &str, message: &[u8]) {
        self.deliver_at(folder, message, SystemTime::now());
    }

    /// As `deliver`, with the time that becomes INTERNALDATE.
    pub fn deliver_at(&self, folder: &str, message: &[u8], time: SystemTime) {
        let base = self.maildir(folder);
        for part in ["tmp", "new", "cur"] {
            if !base.join(part).is_dir() {
                fs::create_dir_all(base.join(part)).unwrap();
                self.own(&base.join(part));
            }
        }
        let name = format!("{}.P{}Q{:08}.test", Timestamp::now().as_second(), std::process::id(), fresh());
        let aside = base.join("tmp").join(&name);
        let mut file = fs::File::create(&aside).unwrap();
        file.write_all(message).unwrap();
        file.set_modified(time).unwrap();
        drop(file);
        self.chown(&aside);
        fs::rename(aside, base.join("new").join(name)).unwrap();
    }

    /// Up to the mail root everything belongs to the mail user, if the server runs as root.
    fn own(&self, path: &Path) {
        let root = self.dovecot.dir.join("mail");
        let mut path = path;
        while path != root {
            self.chown(path);
            path = path.parent().unwrap();
        }
    }

    fn chown(&self, path: &Path) {
        let id = |which: &str| u32::try_from(self.dovecot.facts[which].as_u64().unwrap()).unwrap();
        if fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0) {
            std::os::unix::fs::chown(path, Some(id("uid")), Some(id("gid"))).unwrap();
        }
    }

    /// A file of the mailbox's `new` or `cur`, for every message.
    pub fn files(&self, folder: &str) -> Vec<PathBuf> {
        let base = self.maildir(folder);
        let list = |part: &str| fs::read_dir(base.join(part)).into_iter().flatten().map(|entry| entry.unwrap().path());
        list("new").chain(list("cur")).collect()
    }

    /// IMAP APPEND over a connection of its own (RFC 9051 6.3.12).
    pub fn append(&self, folder: &str, message: &[u8]) {
        let mut imap = Imap::login(self.dovecot.imap(), &self.name);
        imap.send(&format!("a APPEND {folder} {{{}}}", message.len()));
        imap.until("+");
        imap.stream.write_all(message).unwrap();
        imap.stream.write_all(b"\r\n").unwrap();
        imap.until("a OK");
    }

    /// Runs IMAP commands as another client of the same user; returns all that was answered.
    pub fn imap(&self, commands: &[&str]) -> String {
        let mut imap = Imap::login(self.dovecot.imap(), &self.name);
        let mut all = String::new();
        for (at, command) in commands.iter().enumerate() {
            let tag = format!("c{at}");
            imap.send(&format!("{tag} {command}"));
            all.push_str(&imap.until(&tag));
        }
        all
    }
}

/// The least IMAP client there can be.
struct Imap {
    stream: TcpStream,
    lines: BufReader<TcpStream>,
}

impl Imap {
    fn login(port: u16, user: &str) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut imap = Self { lines: BufReader::new(stream.try_clone().unwrap()), stream };
        imap.until("* OK");
        imap.send(&format!("l LOGIN {user} {PASSWORD}"));
        imap.until("l OK");
        imap
    }

    fn send(&mut self, line: &str) {
        self.stream.write_all(format!("{line}\r\n").as_bytes()).unwrap();
    }

    /// Reads lines up to one that begins so.
    fn until(&mut self, start: &str) -> String {
        let mut all = String::new();
        loop {
            let mut line = Vec::new();
            assert!(self.lines.read_until(b'\n', &mut line).unwrap() > 0, "the server hung up: {all}");
            let line = String::from_utf8_lossy(&line);
            all.push_str(&line);
            if line.starts_with(start) {
                return all;
            }
        }
    }
}

/// A PostgreSQL database that nobody used before, as a URL.
pub async fn postgres() -> String {
    let url = std::env::var("POUCH_TEST_POSTGRES").unwrap_or_else(|_| panic!("{HOW}"));
    let name = format!("pouch_{}_{}", std::process::id(), fresh());
    let mut admin = <sqlx::PgConnection as sqlx::Connection>::connect(&url).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("create database {name}"))).execute(&mut admin).await.unwrap();
    format!("{}/{name}", url.rsplit_once('/').unwrap().0)
}

/// An open store in a PostgreSQL database of its own.
pub async fn postgres_store() -> Store {
    Store::open_postgres(&postgres().await).await.unwrap()
}
