//! One reading child and the pipes to it. Frames are a length of four bytes (big-endian) and JSON. Any failure means that
//! the child is not used again: it is killed when this value is dropped, with every program that it runs.

use super::{Error, Kind, Source};
use crate::config;
use crate::domain::reader::{Request, Response};
use std::os::unix::fs::FileExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// Longest answer, in bytes: a text at its limit in JSON fits into it.
const MAX_FRAME: u32 = 256 << 20;

/// A child is replaced after so many messages, so that what it leaks cannot grow.
const MESSAGES_OF_A_LIFE: u32 = 500;

/// A child that holds more than this after its work is replaced, in bytes.
const RESIDENT_OF_A_LIFE: u64 = 256 << 20;

/// What one more page of a document adds to the time of a request.
const TIME_OF_A_PAGE: Duration = Duration::from_millis(500);

/// A living child.
pub struct Worker {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    /// The end of what it said on its standard error: why it died.
    last_words: Arc<Mutex<String>>,
    limits: config::Extractor,
    messages: u32,
}

impl Worker {
    /// Starts a child under its limits; one that works `alone` on something that ended another child may take the most.
    /// `work_dir`: the only folder in which it may write, if it is a kind that writes.
    pub fn spawn(
        program: &Path,
        kind: Kind,
        limits: &config::Extractor,
        alone: bool,
        work_dir: Option<&Path>,
    ) -> Result<Self, Error> {
        let memory_bytes = if alone { limits.memory_most_bytes } else { limits.memory_bytes };
        let mut child = Command::new(program)
            .arg(kind.command())
            .arg(format!("--memory-bytes={memory_bytes}"))
            .arg(format!("--memory-most-bytes={}", limits.memory_most_bytes.max(memory_bytes)))
            .arg(format!("--cpu-seconds={}", limits.time_most.max(limits.page_time).as_secs() + 1))
            .arg(format!("--text-bytes={}", limits.text_bytes))
            .args(limits.program_dirs.iter().map(|folder| format!("--program-dir={}", folder.display())))
            .args(work_dir.map(|folder| format!("--work-dir={}", folder.display())))
            .env_clear()
            // A group of its own: what it runs is killed with it.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(stdin), Some(stdout), Some(mut stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(Error::Died("did not get its pipes".into()));
        };
        let last_words = Arc::new(Mutex::new(String::new()));
        let heard = last_words.clone();
        tokio::spawn(async move {
            let mut piece = [0; 1024];
            while let Ok(n @ 1..) = stderr.read(&mut piece).await {
                let mut words = heard.lock().unwrap_or_else(PoisonError::into_inner);
                if words.len() > 4096 {
                    words.clear();
                }
                words.push_str(&String::from_utf8_lossy(&piece[..n]));
            }
        });
        let stdout = BufReader::with_capacity(1 << 16, stdout);
        Ok(Self { child, stdin, stdout, last_words, limits: limits.clone(), messages: 0 })
    }

    /// Whether it may serve another message: it is neither old nor has it grown.
    pub fn may_go_on(&self) -> bool {
        self.messages < MESSAGES_OF_A_LIFE && self.memory_bytes("VmRSS") < RESIDENT_OF_A_LIFE
    }

    /// What it holds in memory (`VmRSS`), or has held at most (`VmHWM`), by proc(5); 0 where the system does not say.
    pub fn memory_bytes(&self, what: &str) -> u64 {
        let status = self.child.id().and_then(|pid| std::fs::read_to_string(format!("/proc/{pid}/status")).ok());
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(':'));
        let kilobytes = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
        kilobytes.unwrap_or(0) << 10
    }

    /// Gives it a message, or one file, to read.
    pub async fn load(&mut self, source: &Source) -> Result<(), Error> {
        let deadline = self.time_for(source.size_bytes);
        let file_name = source.file_name.clone();
        let sent = async {
            self.send_load(source.size_bytes, file_name).await?;
            let (mut at, mut buffer) = (0, vec![0; 1 << 16]);
            while at < source.size_bytes {
                let most = usize::try_from(source.size_bytes - at).unwrap_or(usize::MAX).min(buffer.len());
                // By position: several children may read the same file.
                let n = source.file.read_at(&mut buffer[..most], at)?;
                if n == 0 {
                    return Err(Error::Io(std::io::Error::other("the stored bytes end too early")));
                }
                self.stdin.write_all(&buffer[..n]).await?;
                at += n as u64;
            }
            Ok(self.stdin.flush().await?)
        };
        let sent = tokio::time::timeout(deadline, sent).await;
        self.after_sending(sent).await?;
        self.expect_loaded(deadline).await
    }

    /// Has another child's raw answer of this size as what the next request is about.
    pub async fn load_from(&mut self, other: &mut Self, size_bytes: u64) -> Result<(), Error> {
        let deadline = self.time_for(size_bytes);
        let sent = async {
            self.send_load(size_bytes, None).await?;
            let (mut left, mut buffer) = (size_bytes, vec![0; 1 << 16]);
            while left > 0 {
                let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
                match other.stdout.read(&mut buffer[..most]).await {
                    Ok(0) | Err(_) => return Err(other.why_it_died().await),
                    Ok(n) => {
                        self.stdin.write_all(&buffer[..n]).await?;
                        left -= n as u64;
                    }
                }
            }
            Ok(self.stdin.flush().await?)
        };
        let sent = tokio::time::timeout(deadline, sent).await;
        self.after_sending(sent).await?;
        self.expect_loaded(deadline).await
    }

    async fn send_load(&mut self, size_bytes: u64, file_name: Option<String>) -> Result<(), Error> {
        self.messages += 1;
        self.send(&Request::Load { size_bytes, file_name }).await
    }

    async fn after_sending(
        &mut self,
        sent: Result<Result<(), Error>, tokio::time::error::Elapsed>,
    ) -> Result<(), Error> {
        match sent {
            // A child that died while it was given the bytes says why when it is asked.
            Ok(Err(Error::Io(error))) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            Ok(sent) => sent,
            Err(_) => Err(self.end_for_time().await),
        }
    }

    async fn expect_loaded(&mut self, deadline: Duration) -> Result<(), Error> {
        match self.answer(deadline).await? {
            Response::Loaded => Ok(()),
            other => Err(super::refusal(other)),
        }
    }

    async fn send(&mut self, request: &Request) -> Result<(), Error> {
        let json = serde_json::to_vec(request).map_err(std::io::Error::other)?;
        let mut frame = Vec::with_capacity(json.len() + 4);
        frame.extend((json.len() as u32).to_be_bytes());
        frame.extend(json);
        Ok(self.stdin.write_all(&frame).await?)
    }

    /// Asks something about what is loaded; `size_bytes` of what it is about lengthens the time it has.
    pub async fn ask(&mut self, request: &Request, size_bytes: u64) -> Result<Response, Error> {
        match self.send(request).await {
            Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
            sent => sent?,
        }
        let time = if matches!(request, Request::Recognise { .. } | Request::Locate { .. } | Request::Print { .. }) {
            self.limits.page_time
        } else {
            self.time_for(size_bytes)
        };
        self.answer(time).await
    }

    fn time_for(&self, size_bytes: u64) -> Duration {
        (self.limits.time + Duration::from_secs(size_bytes >> 20)).min(self.limits.time_most)
    }

    /// Waits for the answer; each page that it gets through gives it a little more time, up to the top.
    async fn answer(&mut self, time: Duration) -> Result<Response, Error> {
        let began = Instant::now();
        let mut allowed = time;
        loop {
            let left = allowed.saturating_sub(began.elapsed());
            let frame = match tokio::time::timeout(left, self.read_frame()).await {
                Ok(Ok(frame)) => frame,
                Ok(Err(error)) if error.kind() == std::io::ErrorKind::InvalidData => {
                    return Err(Error::Died("gave more text than the limit".into()));
                }
                Ok(Err(_)) => return Err(self.why_it_died().await),
                Err(_) => return Err(self.end_for_time().await),
            };
            match serde_json::from_slice(&frame) {
                // One page more, by whichever engine.
                Ok(Response::Progress { .. }) => {
                    allowed = (allowed + TIME_OF_A_PAGE).min(self.limits.time_most.max(time));
                }
                Ok(response) => return Ok(response),
                Err(_) => return Err(Error::Died("gave an answer that makes no sense".into())),
            }
        }
    }

    async fn read_frame(&mut self) -> std::io::Result<Vec<u8>> {
        let length = self.stdout.read_u32().await?;
        if length > MAX_FRAME {
            return Err(std::io::ErrorKind::InvalidData.into());
        }
        let mut frame = Vec::with_capacity((length as usize).min(1 << 16));
        let read = (&mut self.stdout).take(u64::from(length)).read_to_end(&mut frame).await?;
        if read < length as usize { Err(std::io::ErrorKind::UnexpectedEof.into()) } else { Ok(frame) }
    }

    /// Writes the raw bytes that follow an answer.
    pub async fn receive(&mut self, size_bytes: u64, into: &mut (impl AsyncWrite + Unpin)) -> Result<(), Error> {
        let (mut left, mut buffer) = (size_bytes, vec![0; 1 << 16]);
        let deadline = self.time_for(size_bytes);
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            match tokio::time::timeout(deadline, self.stdout.read(&mut buffer[..most])).await {
                Ok(Ok(0) | Err(_)) => return Err(self.why_it_died().await),
                Ok(Ok(n)) => {
                    into.write_all(&buffer[..n]).await?;
                    left -= n as u64;
                }
                Err(_) => return Err(self.end_for_time().await),
            }
        }
        Ok(into.flush().await?)
    }

    /// Kills it and what it runs, and waits for its end: then it burns no processor time any more.
    async fn kill(&mut self) {
        self.kill_group();
        let _ = self.child.kill().await;
    }

    fn kill_group(&self) {
        let group = self.child.id().and_then(|pid| rustix::process::Pid::from_raw(pid.cast_signed()));
        if let Some(group) = group {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }

    async fn end_for_time(&mut self) -> Error {
        self.kill().await;
        Error::TimedOut
    }

    async fn why_it_died(&mut self) -> Error {
        let status = tokio::time::timeout(Duration::from_secs(2), self.child.wait()).await;
        self.kill().await;
        let words = self.last_words.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let signal = status.ok().and_then(Result::ok).and_then(|status| status.signal());
        let cpu = rustix::process::Signal::XCPU.as_raw();
        if signal == Some(cpu) {
            return Error::TimedOut;
        }
        Error::Died(if words.contains("memory allocation") {
            "needed more memory than its limit".into()
        } else if words.contains("overflowed its stack") {
            "went too deep and crashed the reader".into()
        } else {
            match signal {
                Some(signal) => format!("crashed the reader (signal {signal})"),
                None => "ended the reader".into(),
            }
        })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill_group();
    }
}
