//! Journeys in a real browser: Debian's Chromium, driven by the scripts of tests/browser/journeys. Starts and stops it and
//! answers for it; what a page must be is said in the journeys and in the files below, never here.

mod desk;
mod harness;
mod pages;

pub use desk::cookies;

use crate::app::Folder;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long one journey may take, and what a whole visit may take beyond that. Generous: they end what hangs, and many
/// tests share two cores.
const LIMITS: Limits = Limits { journey: Duration::from_secs(300), around: Duration::from_secs(60) };

#[derive(Clone, Copy)]
struct Limits {
    journey: Duration,
    around: Duration,
}

/// A journey of tests/browser/journeys, by the name of its file, and what it is given.
pub type Journey<'a> = (&'a str, Value);

/// Runs journeys one after the other in one browser, each in a context of its own, against the service at `address`
/// (host and port). What each returned. Fails with the script's words and the pictures that it left.
pub fn visit(address: &str, journeys: &[Journey<'_>]) -> Vec<Value> {
    visit_with(address, journeys, |name, _| panic!("no journey of this test may ask for {name}"))
}

/// The same; `answer` does what a journey asks for by `tools.ask(name, value)`, such as letting another mail arrive.
pub fn visit_with(address: &str, journeys: &[Journey<'_>], answer: impl FnMut(&str, &Value) -> Value) -> Vec<Value> {
    try_visit(address, journeys, LIMITS, answer).unwrap_or_else(|said| panic!("{said}"))
}

/// A visit that may fail: all that it said.
fn try_visit(
    address: &str,
    journeys: &[Journey<'_>],
    limits: Limits,
    mut answer: impl FnMut(&str, &Value) -> Value,
) -> Result<Vec<Value>, String> {
    let shots = shots();
    let scripts: Vec<Value> =
        journeys.iter().map(|(script, given)| json!({ "script": script, "given": given })).collect();
    let job = json!({ "address": format!("http://{address}"), "shots": shots, "seconds": limits.journey.as_secs_f64(), "scripts": scripts });
    let end = limits.journey * u32::try_from(journeys.len()).unwrap() + limits.around;
    let mut node = Node::start(&job, end);
    let (mut done, mut said) = (Vec::new(), String::new());
    let lines = BufReader::new(node.child.stdout.take().unwrap()).lines();
    for line in lines.map_while(Result::ok) {
        match line.split_once(' ').map(|(word, rest)| (word, serde_json::from_str::<Value>(rest))) {
            Some(("DONE", Ok(one))) => done.push(one["value"].clone()),
            Some(("ASK", Ok(one))) => node.tell(&answer(one["name"].as_str().unwrap(), &one["value"])),
            Some(("FAILED", Ok(one))) => said.push_str(&failure(&one)),
            _ => said.push_str(&format!("{line}\n")),
        }
    }
    let mut complaints = String::new();
    let _ = node.child.stderr.take().unwrap().read_to_string(&mut complaints);
    let ended = node.child.wait().unwrap();
    if node.is_late.load(Ordering::Relaxed) {
        return Err(format!("the browser was stopped after {end:?}\n{said}{complaints}"));
    }
    if !ended.success() || done.len() != journeys.len() {
        return Err(format!("{said}{complaints}\nPictures: {}", shots.display()));
    }
    Ok(done)
}

/// A failed journey as a reader needs it.
fn failure(one: &Value) -> String {
    let words = |list: &Value| {
        let items = list.as_array().cloned().unwrap_or_default();
        items.iter().map(|item| format!("\n  {}", item.as_str().unwrap_or_default())).collect::<String>()
    };
    format!(
        "the journey {} failed: {}\nodd:{}\npicture:{}\n",
        one["script"].as_str().unwrap_or_default(),
        one["error"].as_str().unwrap_or_default(),
        words(&one["odd"]),
        words(&one["shots"])
    )
}

/// A folder for this visit's pictures, which stays for whoever wants to look.
fn shots() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let test = std::thread::current().name().unwrap_or("visit").replace("::", "-");
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser").join(format!("{test}-{number}"));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

/// The running script, which is stopped when its time is over or the test ends, with a folder for the browser's profile.
struct Node {
    child: Child,
    _profile: Folder,
    is_late: Arc<AtomicBool>,
    is_over: Arc<AtomicBool>,
}

impl Node {
    fn start(job: &Value, limit: Duration) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
        assert!(folder.join("node_modules").is_dir(), "the driver is missing: run tests/browser/install");
        let mut command = Command::new("node");
        command.arg("run.mjs").current_dir(folder).process_group(0);
        let profile = Folder::new();
        command.env("TMPDIR", &profile.0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child =
            command.spawn().unwrap_or_else(|error| panic!("node cannot be run ({error}): run scripts/install test"));
        let (is_late, is_over) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let mut node = Self { child, _profile: profile, is_late, is_over };
        node.watch(limit);
        node.tell(job);
        node
    }

    fn tell(&mut self, value: &Value) {
        let _ = writeln!(self.child.stdin.as_mut().unwrap(), "{value}");
    }

    /// Kills node at the limit; Chromium ends with it, as the pipe between them breaks.
    fn watch(&self, limit: Duration) {
        let (late, over, pid) =
            (self.is_late.clone(), self.is_over.clone(), rustix::process::Pid::from_child(&self.child));
        let end = Instant::now() + limit;
        std::thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                if Instant::now() > end {
                    late.store(true, Ordering::Relaxed);
                    let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
                    return;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        });
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
