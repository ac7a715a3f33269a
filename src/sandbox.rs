//! The service's side of the reading children: pools of long-lived processes that read strangers' bytes. A child may die,
//! hang or talk nonsense; the service never does. It knows the domain's words, not what a mail is made of.

mod office;
mod recognise;
mod redact;
mod screen;
mod worker;

use crate::config;
use crate::domain::authenticity::SignatureCheck;
use crate::domain::extraction::Extraction;
use crate::domain::message::ParsedMessage;
use crate::domain::reader::{Programs, Protections, Reading, Request, Response};
use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::AsyncWrite;
use tokio::sync::{Semaphore, SemaphorePermit};
use worker::Worker;

pub use recognise::Recognised;
pub use redact::Covered;
pub use screen::Screen;

/// Why a child gave no answer.
#[derive(Debug)]
pub enum Error {
    /// It took longer than the configured time and was killed.
    TimedOut,
    /// It ended: out of memory, crashed; in words.
    Died(String),
    /// It answered that it will not; in words.
    Refused(String),
    /// The stored bytes could not be read, or no child could be started.
    Io(std::io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut => f.write_str("reading it took too long and was stopped"),
            Self::Died(why) => write!(f, "reading it {why}"),
            Self::Refused(why) => f.write_str(why),
            Self::Io(error) => write!(f, "the stored bytes or the reader could not be reached: {error}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

/// Stored bytes that a child shall read: a message, or one file.
#[derive(Clone, Debug)]
pub struct Source {
    file: Arc<File>,
    pub size_bytes: u64,
    /// Set for one file: its name, which is only a hint for its type.
    pub file_name: Option<String>,
}

impl Source {
    /// A message.
    pub fn message(file: File, size_bytes: u64) -> Self {
        Self { file: Arc::new(file), size_bytes, file_name: None }
    }

    /// One file, which becomes part `1` of a message without header.
    ///
    /// # Errors
    /// If its size cannot be asked for.
    pub fn one_file(file: File, name: &str) -> std::io::Result<Self> {
        let size_bytes = file.metadata()?.len();
        Ok(Self { file: Arc::new(file), size_bytes, file_name: Some(name.into()) })
    }
}

/// Which kind of child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Extractor,
    ToolRunner,
    OfficeRunner,
}

impl Kind {
    /// The program's own hidden command.
    fn command(self) -> &'static str {
        match self {
            Self::Extractor => "extractor",
            Self::ToolRunner => "tool-runner",
            Self::OfficeRunner => "office-runner",
        }
    }
}

/// What the children run under, and what they have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    pub extractor: Protections,
    pub tool_runner: Protections,
    pub programs: Programs,
}

impl Conditions {
    /// What the operator should know and mend, in sentences.
    pub fn gaps(&self) -> Vec<String> {
        let children = [("extractor", &self.extractor), ("tool runner", &self.tool_runner)];
        let missing = children.iter().flat_map(|(name, one)| one.missing.iter().map(move |gap| (name, gap)));
        let mut gaps: Vec<String> =
            missing.map(|(name, gap)| format!("The {name} works without a protection: {gap}.")).collect();
        if self.programs.pdftotext.is_none() {
            gaps.push("pdftotext (Debian: poppler-utils) is not installed: damaged PDFs are read less well.".into());
        }
        if self.programs.tesseract.is_none() {
            gaps.push("tesseract (Debian: tesseract-ocr) is not installed: scans wait for it.".into());
        }
        let models = ["ara", "chi_sim", "eng", "fra", "rus", "spa", "osd"];
        let lacking: Vec<&str> =
            models.into_iter().filter(|model| !self.programs.models.iter().any(|one| one == model)).collect();
        if self.programs.tesseract.is_some() && !lacking.is_empty() {
            gaps.push(format!("tesseract has no model for {}: such scans are read badly.", lacking.join(", ")));
        }
        gaps
    }
}

/// The children; clones share them.
#[derive(Clone)]
pub struct Pool {
    extractors: Arc<Children>,
    tool_runners: Arc<Children>,
    /// What the last children that were asked have found.
    conditions: Arc<tokio::sync::RwLock<Option<Conditions>>>,
    /// Draw pages for recognition, which takes long: nobody else waits for these.
    renderers: Arc<Children>,
    /// Draw pages for people who look at them now: they wait for no mail that is being read.
    screens: Arc<Children>,
    /// Office files are printed one after the other.
    printing: Arc<tokio::sync::Mutex<()>>,
    /// One file is recognised at a time, its pages by all tool runners: two files would each hold what the other waits for.
    recognising: Arc<tokio::sync::Mutex<()>>,
}

/// Children of one kind.
struct Children {
    program: PathBuf,
    kind: Kind,
    limits: config::Extractor,
    permits: Semaphore,
    idle: Mutex<Vec<Worker>>,
    /// Most memory that a child held which answered, in bytes.
    peak_bytes: AtomicU64,
}

/// A child in use; it goes back only if every request was answered.
struct Lease<'a> {
    worker: Worker,
    of: &'a Children,
    _permit: SemaphorePermit<'a>,
}

impl Children {
    fn new(program: PathBuf, kind: Kind, most: usize, limits: &config::Extractor) -> Arc<Self> {
        let permits = Semaphore::new(most.max(1));
        Arc::new(Self {
            program,
            kind,
            limits: limits.clone(),
            permits,
            idle: Mutex::new(Vec::new()),
            peak_bytes: AtomicU64::new(0),
        })
    }

    async fn lease(&self, alone: bool) -> Result<Lease<'_>, Error> {
        let permit = self.permits.acquire().await.map_err(|_| Error::Refused("the pool is closed".into()))?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop().filter(|_| !alone);
        let worker = match idle {
            Some(worker) => worker,
            None => Worker::spawn(&self.program, self.kind, &self.limits, alone, None)?,
        };
        Ok(Lease { worker, of: self, _permit: permit })
    }
}

impl Lease<'_> {
    fn give_back(self) {
        self.of.peak_bytes.fetch_max(self.worker.memory_bytes("VmHWM"), Ordering::Relaxed);
        if self.worker.may_go_on() {
            self.of.idle.lock().unwrap_or_else(PoisonError::into_inner).push(self.worker);
        }
    }
}

impl Pool {
    /// A pool that starts children of `program` when they are first needed.
    pub fn start(program: PathBuf, limits: &config::Extractor) -> Self {
        Self {
            extractors: Children::new(program.clone(), Kind::Extractor, limits.workers, limits),
            tool_runners: Children::new(program.clone(), Kind::ToolRunner, limits.workers, limits),
            renderers: Children::new(program.clone(), Kind::Extractor, 1, limits),
            screens: Children::new(program, Kind::Extractor, limits.workers, limits),
            conditions: Arc::default(),
            recognising: Arc::default(),
            printing: Arc::default(),
        }
    }

    /// What the children run under and which programs they have, as far as it was looked.
    ///
    /// # Errors
    /// If a child does not start.
    pub async fn conditions(&self) -> Result<Conditions, Error> {
        if let Some(known) = self.conditions.read().await.clone() {
            return Ok(known);
        }
        self.look_again().await
    }

    /// What new children run under, and which programs are installed now.
    ///
    /// # Errors
    /// If a child does not start.
    pub async fn look_again(&self) -> Result<Conditions, Error> {
        let mut conditions = Conditions::default();
        let mut extractor = self.extractors.lease(false).await?;
        if let Response::Hello { protections, .. } = extractor.worker.ask(&Request::Hello, 0).await? {
            conditions.extractor = protections;
        }
        extractor.give_back();
        // A new one: it looks up what is installed when it starts.
        let mut runner = self.tool_runners.lease(true).await?;
        if let Response::Hello { protections, programs } = runner.worker.ask(&Request::Hello, 0).await? {
            (conditions.tool_runner, conditions.programs) = (protections, programs);
        }
        let before = self.conditions.write().await.replace(conditions.clone());
        if before.is_some_and(|before| before.programs != conditions.programs) {
            // Those that wait looked before.
            self.tool_runners.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
        Ok(conditions)
    }

    /// Most memory that any child has held which answered, in bytes; 0 where the system does not say.
    pub fn peak_bytes(&self) -> u64 {
        let kinds = [&self.extractors, &self.tool_runners, &self.renderers, &self.screens];
        kinds.iter().map(|children| children.peak_bytes.load(Ordering::Relaxed)).max().unwrap_or(0)
    }

    /// Under which names the keys of a message's signatures lie.
    ///
    /// # Errors
    /// If the child did not answer; it is replaced.
    pub async fn key_names(&self, source: &Source) -> Result<Vec<String>, Error> {
        let mut lease = self.extractors.lease(false).await?;
        lease.worker.load(source).await?;
        match lease.worker.ask(&Request::KeyNames, source.size_bytes).await? {
            Response::KeyNames { names } => {
                lease.give_back();
                Ok(names)
            }
            other => Err(refusal(other)),
        }
    }

    /// What the signatures of a message are worth, with the keys that were looked up by name.
    ///
    /// # Errors
    /// If the child did not answer; it is replaced.
    pub async fn signatures(
        &self,
        source: &Source,
        keys: BTreeMap<String, Option<String>>,
    ) -> Result<Vec<SignatureCheck>, Error> {
        let mut lease = self.extractors.lease(false).await?;
        lease.worker.load(source).await?;
        match lease.worker.ask(&Request::Signatures { keys }, source.size_bytes).await? {
            Response::Signatures { checks } => {
                lease.give_back();
                Ok(checks)
            }
            other => Err(refusal(other)),
        }
    }

    /// Parses a message.
    ///
    /// # Errors
    /// If the child did not answer; it is replaced.
    pub async fn parse(&self, source: &Source) -> Result<ParsedMessage, Error> {
        let mut lease = self.extractors.lease(false).await?;
        lease.worker.load(source).await?;
        match lease.worker.ask(&Request::Parse, source.size_bytes).await? {
            Response::Parsed { message } => {
                lease.give_back();
                Ok(*message)
            }
            other => Err(refusal(other)),
        }
    }

    /// The texts of some parts (path and size in bytes), in the order asked. A part that ends its child is tried once more
    /// alone on a new one that may take the most; then it is unreadable with the reason, and the others still get their
    /// text. Beside each extraction come the readings of those pages on which the engines do not agree.
    ///
    /// # Errors
    /// Only if the stored bytes cannot be read or no child can be started.
    pub async fn extract(
        &self,
        source: &Source,
        parts: &[(String, u64)],
    ) -> Result<Vec<(Extraction, Vec<Reading>)>, Error> {
        let mut read = Vec::with_capacity(parts.len());
        let mut loaded: Option<Lease<'_>> = None;
        for (path, part_bytes) in parts {
            let mut answer = Err(Error::TimedOut);
            for alone in [false, true] {
                let mut lease = match loaded.take() {
                    Some(lease) => lease,
                    None => {
                        let mut lease = self.extractors.lease(alone).await?;
                        match lease.worker.load(source).await {
                            Ok(()) => lease,
                            Err(Error::Io(error)) => return Err(Error::Io(error)),
                            Err(error) => {
                                answer = Err(error);
                                continue;
                            }
                        }
                    }
                };
                answer = lease.worker.ask(&Request::Extract { path: path.clone(), again: alone }, *part_bytes).await;
                if answer.is_ok() {
                    // One that was given the most is not kept.
                    loaded = Some(lease).filter(|_| !alone);
                    break;
                }
            }
            read.push(match answer {
                Ok(Response::Extracted { extraction, readings }) => (extraction, readings),
                Ok(other) => (Extraction::unreadable("pouch", refusal(other).to_string()), Vec::new()),
                Err(error) => (Extraction::unreadable("pouch", error.to_string()), Vec::new()),
            });
        }
        if let Some(lease) = loaded {
            lease.give_back();
        }
        Ok(read)
    }

    /// Writes the decoded bytes of one part.
    ///
    /// # Errors
    /// If there is no such part, the child did not answer, or they cannot be written.
    pub async fn part_bytes(
        &self,
        source: &Source,
        path: &str,
        into: &mut (impl AsyncWrite + Unpin),
    ) -> Result<(), Error> {
        let mut lease = self.extractors.lease(false).await?;
        lease.worker.load(source).await?;
        match lease.worker.ask(&Request::Bytes { path: path.into() }, source.size_bytes).await? {
            Response::Bytes { size_bytes } => {
                lease.worker.receive(size_bytes, into).await?;
                lease.give_back();
                Ok(())
            }
            other => Err(refusal(other)),
        }
    }

    /// What pdftotext reads in a part, one text a page, with its name and version.
    ///
    /// # Errors
    /// If it is not installed, cannot read the part, or was killed by its limits.
    pub async fn pdf_text(&self, source: &Source, path: &str) -> Result<(String, Vec<String>), Error> {
        let mut reader = self.extractors.lease(false).await?;
        reader.worker.load(source).await?;
        let size_bytes = match reader.worker.ask(&Request::Bytes { path: path.into() }, source.size_bytes).await? {
            Response::Bytes { size_bytes } => size_bytes,
            other => return Err(refusal(other)),
        };
        let mut runner = self.tool_runners.lease(false).await?;
        runner.worker.load_from(&mut reader.worker, size_bytes).await?;
        reader.give_back();
        match runner.worker.ask(&Request::PdfText, size_bytes).await? {
            Response::PdfText { engine, pages } => {
                runner.give_back();
                Ok((engine, pages))
            }
            Response::Refused { reason } => {
                runner.give_back();
                Err(Error::Refused(reason))
            }
            other => Err(refusal(other)),
        }
    }
}

fn refusal(response: Response) -> Error {
    match response {
        Response::Refused { reason } => Error::Refused(reason),
        _ => Error::Died("gave an answer to another question".into()),
    }
}
