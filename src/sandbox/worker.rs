//! One extractor child and the pipes to it. Frames are a length of four bytes (big-endian) and JSON. Any failure means
//! that the child is not used again: it is killed when this value is dropped.

use super::Error;
use crate::config;
use crate::domain::reader::{Request, Response};
use std::fs::File;
use std::io::Read as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// Longest answer, in bytes: a text at its limit in JSON fits into it.
const MAX_FRAME: u32 = 256 << 20;

/// A living child.
pub struct Worker {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    /// The end of what it said on its standard error: why it died.
    last_words: Arc<Mutex<String>>,
    time: Duration,
    /// Loaded so far.
    pub messages: u32,
}

impl Worker {
    /// Starts a child under its limits.
    pub fn spawn(program: &Path, limits: &config::Extractor) -> Result<Self, Error> {
        let mut child = Command::new(program)
            .arg("extractor")
            .arg(format!("--memory-bytes={}", limits.memory_bytes))
            .arg(format!("--text-bytes={}", limits.text_bytes))
            .env_clear()
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
        Ok(Self {
            child,
            stdin,
            stdout: BufReader::with_capacity(1 << 16, stdout),
            last_words,
            time: limits.time,
            messages: 0,
        })
    }

    /// Gives it a message, piece by piece: the service never holds a whole one.
    pub async fn load(&mut self, file: &mut File, size_bytes: u64) -> Result<(), Error> {
        self.messages += 1;
        let deadline = self.deadline(size_bytes);
        match tokio::time::timeout(deadline, self.send_message(file, size_bytes)).await {
            Ok(Ok(())) => {}
            // The child's end of the pipe is gone: the reading of its answer says why.
            Ok(Err(Error::Io(error))) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
            Ok(Err(error)) => return Err(error),
            Err(_) => return Err(self.end_for_time().await),
        }
        match self.answer(deadline).await? {
            Response::Loaded => Ok(()),
            other => Err(super::refusal(other)),
        }
    }

    async fn send_message(&mut self, file: &mut File, size_bytes: u64) -> Result<(), Error> {
        self.send(&Request::Load { size_bytes, file_name: None }).await?;
        let mut left = size_bytes;
        let mut buffer = vec![0; 1 << 16];
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            let n = file.read(&mut buffer[..most])?;
            if n == 0 {
                return Err(Error::Io(std::io::Error::other("the stored bytes end too early")));
            }
            self.stdin.write_all(&buffer[..n]).await?;
            left -= n as u64;
        }
        Ok(self.stdin.flush().await?)
    }

    async fn send(&mut self, request: &Request) -> Result<(), Error> {
        let json = serde_json::to_vec(request).map_err(std::io::Error::other)?;
        let mut frame = Vec::with_capacity(json.len() + 4);
        frame.extend((json.len() as u32).to_be_bytes());
        frame.extend(json);
        Ok(self.stdin.write_all(&frame).await?)
    }

    /// Asks something about the loaded message; `size_bytes` of what it is about lengthens the time it has.
    pub async fn ask(&mut self, request: &Request, size_bytes: u64) -> Result<Response, Error> {
        match self.send(request).await {
            Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
            sent => sent?,
        }
        loop {
            match self.answer(self.deadline(size_bytes)).await? {
                // It goes on, so it has its time anew.
                Response::Progress { .. } => {}
                answer => return Ok(answer),
            }
        }
    }

    fn deadline(&self, size_bytes: u64) -> Duration {
        self.time + Duration::from_secs(size_bytes >> 20)
    }

    async fn answer(&mut self, deadline: Duration) -> Result<Response, Error> {
        match tokio::time::timeout(deadline, self.read_frame()).await {
            Ok(Ok(frame)) => {
                serde_json::from_slice(&frame).map_err(|_| Error::Died("gave an answer that makes no sense".into()))
            }
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::InvalidData => {
                Err(Error::Died("gave more text than the limit".into()))
            }
            Ok(Err(_)) => Err(self.why_it_died().await),
            Err(_) => Err(self.end_for_time().await),
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

    /// Takes raw bytes that follow an answer.
    pub async fn receive(
        &mut self,
        size_bytes: u64,
        mut take: impl FnMut(&[u8]) -> std::io::Result<()>,
    ) -> Result<(), Error> {
        let (mut left, mut buffer) = (size_bytes, vec![0; 1 << 16]);
        let deadline = self.deadline(size_bytes);
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
            match tokio::time::timeout(deadline, self.stdout.read(&mut buffer[..most])).await {
                Ok(Ok(0) | Err(_)) => return Err(self.why_it_died().await),
                Ok(Ok(n)) => {
                    take(&buffer[..n])?;
                    left -= n as u64;
                }
                Err(_) => return Err(self.end_for_time().await),
            }
        }
        Ok(())
    }

    async fn end_for_time(&mut self) -> Error {
        // Waiting for the end makes sure that it burns no processor time any more.
        let _ = self.child.kill().await;
        Error::TimedOut
    }

    async fn why_it_died(&mut self) -> Error {
        let status = tokio::time::timeout(Duration::from_secs(2), self.child.wait()).await;
        let _ = self.child.kill().await;
        let words = self.last_words.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let signal = status.ok().and_then(Result::ok).and_then(|status| status.signal());
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
