//! The built program with a data folder of its own, driven as a person or a script drives it.

use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long a test waits for something that must come true.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Looks until `found` gives something; a test that waits in vain fails with `what`.
pub fn wait_for<T>(what: &str, found: impl FnMut() -> Option<T>) -> T {
    wait_up_to(PATIENCE, what, found)
}

/// The same with another patience.
pub fn wait_up_to<T>(patience: Duration, what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + patience;
    loop {
        if let Some(value) = found() {
            return value;
        }
        assert!(Instant::now() < end, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(30));
    }
}

/// A folder that goes with the test.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("pouch-test-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The fixture mail with this name.
pub fn fixture(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mail").join(name);
    assert!(path.exists(), "there is no fixture {name}");
    path
}

/// The program and its data folder.
pub struct App {
    pub folder: Folder,
}

impl App {
    /// With SQLite and nothing published before a second is over: `delay = "0s"`.
    pub fn new() -> Self {
        Self::with_config("")
    }

    /// With lines of configuration of the test's own in front of `[publish]`.
    pub fn with_config(lines: &str) -> Self {
        let app = Self { folder: Folder::new() };
        std::fs::create_dir_all(app.data()).unwrap();
        let config = format!("listen = \"127.0.0.1:0\"\n{lines}\n[publish]\ndelay = \"0s\"\n");
        std::fs::write(app.data().join("pouch.toml"), config).unwrap();
        app
    }

    pub fn data(&self) -> PathBuf {
        self.folder.0.join("data")
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pouch"));
        command.arg("--data").arg(self.data()).args(words).env_remove("POUCH_DATA").env_remove("POUCH_CONFIG");
        command
    }

    pub fn output(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Runs a command that must succeed; its standard output.
    pub fn run(&self, words: &[&str]) -> String {
        let output = self.output(words);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "pouch {words:?} failed:\n{out}\n{err}");
        out.into_owned()
    }

    /// Runs a command that must be refused; what it says.
    pub fn refused(&self, words: &[&str]) -> String {
        let output = self.output(words);
        assert!(!output.status.success(), "pouch {words:?} should have been refused");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// Imports fixture mails.
    pub fn import(&self, names: &[&str]) {
        let paths: Vec<String> = names.iter().map(|name| fixture(name).display().to_string()).collect();
        let mut words = vec!["import"];
        words.extend(paths.iter().map(String::as_str));
        self.run(&words);
    }

    /// `pouch list --all --json`.
    pub fn list(&self) -> Vec<Value> {
        serde_json::from_str(&self.run(&["list", "--all", "--json"])).unwrap()
    }

    /// The only item whose Message-ID contains this.
    pub fn item(&self, message_id: &str) -> Value {
        let holds = |item: &Value| {
            item["message_id_headers"].as_array().unwrap().iter().any(|id| id.as_str().unwrap().contains(message_id))
        };
        let mut found: Vec<Value> = self.list().into_iter().filter(holds).collect();
        assert_eq!(found.len(), 1, "items with {message_id}");
        found.remove(0)
    }

    /// Decides as a reviewer would.
    pub fn decide(&self, words: &[&str]) -> String {
        let mut all = words.to_vec();
        if words.first() == Some(&"approve") {
            all.push("--findings-seen");
        }
        all.extend(["--by", "Rana Reviewer", "--reason", "as agreed in the meeting"]);
        self.run(&all)
    }

    /// Says of every proposal that waits for a word that it is not so: mails of a test are often alike.
    pub fn refuse_relations(&self) {
        for item in self.list() {
            for one in item["relations"].as_array().unwrap().iter().filter(|one| one["waits"] == true) {
                let ids = ["message", "other"].map(|key| one[key].as_str().unwrap());
                if self.item_waits(ids) {
                    self.decide(&["relate", ids[0], ids[1], "--refuse"]);
                }
            }
        }
    }

    /// Whether a proposal about two messages waits still: each stands at both entries.
    fn item_waits(&self, [newer, older]: [&str; 2]) -> bool {
        self.list()
            .iter()
            .flat_map(|item| item["relations"].as_array().unwrap().clone())
            .any(|one| one["waits"] == true && one["message"] == newer && one["other"] == older)
    }

    pub fn verify(&self) -> String {
        self.run(&["audit", "verify"])
    }

    pub fn public(&self, path: &str) -> PathBuf {
        self.data().join("public").join(path)
    }

    /// Starts `pouch serve`; the address of its page.
    pub fn serve(&self) -> Serving {
        let mut child = self.command(&["serve"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let said = lines.next();
        let Some(Ok(line)) = said else {
            let mut err = String::new();
            let _ = std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut err);
            panic!("pouch serve did not start: {err}");
        };
        let address = line.split("http://").nth(1).unwrap().trim_end_matches('/').to_string();
        // Both pipes are read to their end, or the service would block on a full one.
        let log = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
        let (keep, err) = (log.clone(), child.stderr.take().unwrap());
        let said = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
        let keep_said = said.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                keep_said.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        std::thread::spawn(move || {
            for line in BufReader::new(err).lines().map_while(Result::ok) {
                let mut log = keep.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        Serving { child, address, log, said }
    }
}

/// A running service; it is stopped with the value.
pub struct Serving {
    pub child: Child,
    /// Host and port of its page.
    pub address: String,
    pub log: std::sync::Arc<std::sync::Mutex<String>>,
    /// What it printed after the address.
    pub said: std::sync::Arc<std::sync::Mutex<String>>,
}

impl Serving {
    /// Asks it to stop, as Ctrl-C does, and waits for its end.
    pub fn stop(mut self) -> Duration {
        let began = Instant::now();
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        self.child.wait().unwrap();
        began.elapsed()
    }
}

impl Serving {
    /// What `/healthz` says, if it says anything soon.
    fn health(&self) -> Option<String> {
        use std::io::{Read as _, Write as _};
        let mut stream = std::net::TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(3))).ok()?;
        write!(stream, "GET /healthz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address).ok()?;
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        Some(answer)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let health = if std::thread::panicking() { self.health() } else { None };
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            println!("The health answer: {}", health.unwrap_or_default());
            let log = self.log.lock().map(|log| log.clone()).unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            println!("The service said last:\n{}", lines[lines.len().saturating_sub(40)..].join("\n"));
        }
    }
}

impl App {
    /// First column of a query on its SQLite file, read by another program than Pouch.
    pub fn sql(&self, query: &'static str) -> Vec<String> {
        let url = format!("sqlite://{}", self.data().join("pouch.db").display());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let mut database = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.unwrap();
            sqlx::query_scalar(query).fetch_all(&mut database).await.unwrap()
        })
    }
}
