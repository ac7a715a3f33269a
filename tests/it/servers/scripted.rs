//! The scripted server and the spoiling proxy of the test bed, as children that end with their test. Nothing here asserts
//! what Pouch should do.

use super::{TestDir, fresh, plain_account, testbed};
use pouch::config::{Account, Secret};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};

/// A child that ends with the test.
struct Kept(Child);

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Reads `listening PORT …` and returns the numbers of that line.
fn listening(child: &mut Child) -> Vec<u16> {
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ports: Vec<u16> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    assert!(!ports.is_empty(), "the server did not come up: {line}");
    ports
}

/// The scripted server of the test bed.
pub struct FakeImap {
    _child: Kept,
    stdin: ChildStdin,
    pub port: u16,
    log: PathBuf,
    certificate: Option<TestDir>,
    _dir: TestDir,
}

impl FakeImap {
    /// `arguments` as for `fake-imap`: options, then rules.
    pub fn start(arguments: &[&str]) -> Self {
        let dir = TestDir::new();
        let log = dir.path().join("commands");
        let mut child = Command::new(testbed("fake-imap"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let port = listening(&mut child)[0];
        Self { stdin: child.stdin.take().unwrap(), _child: Kept(child), port, log, certificate: None, _dir: dir }
    }

    /// Changes the mailbox: `new`, `uidvalidity`, `expunge N`.
    pub fn tell(&mut self, line: &str) {
        // In one piece: the server takes what it reads for whole lines.
        self.stdin.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// All commands so far, one a line, without tags and passwords.
    pub fn commands(&self) -> Vec<String> {
        fs::read_to_string(&self.log).unwrap().lines().map(String::from).collect()
    }

    /// An account there.
    pub fn account(&self) -> Account {
        plain_account(&format!("fake{}", fresh()), "fake@example.org", self.port)
    }
}

/// The spoiling proxy of the test bed.
pub struct FaultProxy {
    _child: Kept,
    pub port: u16,
    control: u16,
}

impl FaultProxy {
    /// A proxy to a port on loopback; `arguments` as for `fault-proxy`.
    pub fn start(to: u16, arguments: &[&str]) -> Self {
        let mut child = Command::new(testbed("fault-proxy"))
            .args(["--to", &format!("127.0.0.1:{to}")])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let ports = listening(&mut child);
        Self { _child: Kept(child), port: ports[0], control: ports[1] }
    }

    /// A line to the control port; returns the number of connections so far.
    pub fn control(&self, line: &str) -> u32 {
        let mut stream = TcpStream::connect(("127.0.0.1", self.control)).unwrap();
        stream.write_all(format!("{line}\n").as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.trim().parse().unwrap()
    }

    /// Connections so far.
    pub fn count(&self) -> u32 {
        self.control("count")
    }
}

impl FakeImap {
    /// With TLS and a certificate that is its own authority, as in-house servers have them.
    pub fn start_tls_self_signed() -> Self {
        let dir = TestDir::new();
        let file = |name: &str| dir.path().join(name).to_str().unwrap().to_string();
        let (certificate, key) = (file("self.pem"), file("self.key"));
        let made = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "30",
            ])
            .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
            .args(["-keyout", &key, "-out", &certificate])
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let fake = Self::start(&["--cert", &certificate, "--key", &key]);
        Self { certificate: Some(dir), ..fake }
    }

    /// With a certificate of its own authority that is valid between these times, as openssl writes them.
    pub fn start_tls_valid(start: &str, end: &str) -> Self {
        let dir = TestDir::new();
        let at = |name: &str| dir.path().join(name).to_str().unwrap().to_string();
        let openssl = |words: &[&str]| {
            let made = Command::new("openssl").args(words).output().unwrap();
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        };
        let config = format!(
            "[ca]\ndefault_ca=d\n[d]\nnew_certs_dir={0}\ndatabase={0}/index\nrand_serial=yes\ndefault_md=sha256\n\
             policy=p\nx509_extensions=x\nunique_subject=no\n[p]\ncommonName=supplied\n\
             [x]\nsubjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n",
            dir.path().display()
        );
        fs::write(at("config"), config).unwrap();
        fs::write(at("index"), "").unwrap();
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
        let authority = ["req", "-x509", "-days", "30", "-subj", "/CN=test authority", "-keyout", &at("ca.key")];
        openssl(&[&authority[..], &key, &["-out", &at("self.pem")]].concat());
        let request = ["req", "-new", "-subj", "/CN=localhost", "-keyout", &at("server.key"), "-out", &at("request")];
        openssl(&[&request[..], &key].concat());
        let times = ["-startdate", start, "-enddate", end, "-in", &at("request"), "-out", &at("server.pem")];
        let sign = ["ca", "-batch", "-notext", "-config", &at("config"), "-cert", &at("self.pem"), "-keyfile"];
        openssl(&[&sign[..], &[&at("ca.key")], &times].concat());
        let fake = Self::start(&["--cert", &at("server.pem"), "--key", &at("server.key")]);
        Self { certificate: Some(dir), ..fake }
    }

    /// An account there, with its certificate as the authority.
    pub fn account_tls(&self) -> Account {
        let ca_file = self.certificate.as_ref().map(|dir| dir.path().join("self.pem"));
        Account { host: "localhost".into(), tls: true, ca_file, ..self.account() }
    }

    /// A password that no server here takes.
    pub fn wrong_password() -> Secret {
        let file = std::env::temp_dir().join(format!("pouch-test-wrong-password-{}", std::process::id()));
        fs::write(&file, "wrong-password\n").unwrap();
        Secret::File(file)
    }
}

/// The made-up OAuth2 provider of the test bed; its tokens open the Dovecot that it was started for.
pub struct FakeOAuth {
    _child: Kept,
    pub port: u16,
}

impl FakeOAuth {
    /// `arguments` as for `fake-oauth2`.
    pub fn start(sandbox: &std::path::Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(testbed("fake-oauth2"))
            .arg(sandbox)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let port = listening(&mut child)[0];
        Self { _child: Kept(child), port }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The next `count` requests for a token are answered so; status 0: not at all.
    pub fn fail(&self, count: u32, status: u16, error: &str) {
        self.ask("POST", "/fail", &format!("{count} {status} {error}"));
    }

    /// The requests so far.
    pub fn log(&self) -> Vec<serde_json::Value> {
        serde_json::from_str(&self.ask("GET", "/log", "")).unwrap()
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(stream, "{method} {path} HTTP/1.0\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.into()
    }
}
