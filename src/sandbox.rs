//! The service's side of the extractor children: a pool of long-lived processes that read strangers' bytes. A child may
//! die, hang or talk nonsense; the service never does. It knows the domain's words, not what a mail is made of.

mod worker;

use crate::config;
use crate::domain::extraction::Extraction;
use crate::domain::message::ParsedMessage;
use crate::domain::reader::{Request, Response};
use std::fmt;
use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Semaphore, SemaphorePermit};
use worker::Worker;

/// A child is replaced after so many messages, so that what it leaks cannot grow.
const MESSAGES_OF_A_LIFE: u32 = 500;

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

/// The children; clones share them.
#[derive(Clone)]
pub struct Pool {
    shared: Arc<Shared>,
}

struct Shared {
    program: PathBuf,
    limits: config::Extractor,
    permits: Semaphore,
    idle: Mutex<Vec<Worker>>,
}

/// A child in use; it goes back into the pool only if every request was answered.
struct Lease<'a> {
    worker: Worker,
    _permit: SemaphorePermit<'a>,
}

impl Pool {
    /// A pool that starts children of `program` when they are first needed.
    pub fn start(program: PathBuf, limits: &config::Extractor) -> Self {
        let permits = Semaphore::new(limits.workers.max(1));
        let shared = Shared { program, limits: limits.clone(), permits, idle: Mutex::new(Vec::new()) };
        Self { shared: Arc::new(shared) }
    }

    async fn lease(&self) -> Result<Lease<'_>, Error> {
        let permit = self.shared.permits.acquire().await.map_err(|_| Error::Refused("the pool is closed".into()))?;
        let idle = self.shared.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let worker = match idle {
            Some(worker) => worker,
            None => Worker::spawn(&self.shared.program, &self.shared.limits)?,
        };
        Ok(Lease { worker, _permit: permit })
    }

    fn give_back(&self, lease: Lease<'_>) {
        if lease.worker.messages < MESSAGES_OF_A_LIFE {
            self.shared.idle.lock().unwrap_or_else(PoisonError::into_inner).push(lease.worker);
        }
    }

    /// Parses a message.
    ///
    /// # Errors
    /// If the child did not answer; it is replaced.
    pub async fn parse(&self, mut file: File, size_bytes: u64) -> Result<ParsedMessage, Error> {
        let mut lease = self.lease().await?;
        lease.worker.load(&mut file, size_bytes).await?;
        match lease.worker.ask(&Request::Parse, size_bytes).await? {
            Response::Parsed { message } => {
                self.give_back(lease);
                Ok(*message)
            }
            other => Err(refusal(other)),
        }
    }

    /// The texts of some parts of a message, in the order asked. A part that ends its child is tried once more alone on a
    /// new one; then it is unreadable with the reason, and the others still get their text.
    ///
    /// # Errors
    /// Only if the stored bytes cannot be read or no child can be started.
    pub async fn extract(
        &self,
        mut file: File,
        size_bytes: u64,
        parts: &[(String, u64)],
    ) -> Result<Vec<(String, Extraction)>, Error> {
        let mut extractions = Vec::with_capacity(parts.len());
        let mut loaded: Option<Lease<'_>> = None;
        for (path, part_bytes) in parts {
            let mut answer = Err(Error::TimedOut);
            for _ in 0..2 {
                let mut lease = match loaded.take() {
                    Some(lease) => lease,
                    None => {
                        let mut lease = self.lease().await?;
                        file.rewind()?;
                        match lease.worker.load(&mut file, size_bytes).await {
                            Ok(()) => lease,
                            Err(Error::Io(error)) => return Err(Error::Io(error)),
                            Err(error) => {
                                answer = Err(error);
                                continue;
                            }
                        }
                    }
                };
                answer = lease.worker.ask(&Request::Extract { path: path.clone() }, *part_bytes).await;
                if answer.is_ok() {
                    loaded = Some(lease);
                    break;
                }
            }
            let extraction = match answer {
                Ok(Response::Extracted { extraction, .. }) => extraction,
                Ok(other) => Extraction::unreadable("pouch", refusal(other).to_string()),
                Err(error) => Extraction::unreadable("pouch", error.to_string()),
            };
            extractions.push((path.clone(), extraction));
        }
        if let Some(lease) = loaded {
            self.give_back(lease);
        }
        Ok(extractions)
    }

    /// Writes the decoded bytes of one part of a message into a file.
    ///
    /// # Errors
    /// If there is no such part, the child did not answer, or the file cannot be written.
    pub async fn copy_part(&self, mut file: File, size_bytes: u64, path: &str, into: &mut File) -> Result<(), Error> {
        let mut lease = self.lease().await?;
        lease.worker.load(&mut file, size_bytes).await?;
        match lease.worker.ask(&Request::Bytes { path: path.into() }, size_bytes).await? {
            Response::Bytes { size_bytes } => {
                lease.worker.receive(size_bytes, |piece| into.write_all(piece)).await?;
                self.give_back(lease);
                Ok(())
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
