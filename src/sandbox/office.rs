//! Office files as PDF: a runner for one file, with an empty folder that goes with it. The PDF is as untrusted as the
//! file: another child draws its pages.

use super::worker::Worker;
use super::{Error, Kind, Pool, Source, refusal};
use crate::domain::reader::{Request, Response};
use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A folder that is older was left by a process that was killed.
const LEFT_BEHIND: Duration = Duration::from_secs(3600);

/// A folder that is removed with this value.
struct Empty(PathBuf);

impl Empty {
    fn new(below: &Path) -> std::io::Result<Self> {
        fs::create_dir_all(below)?;
        for entry in fs::read_dir(below)?.flatten() {
            let age = entry.metadata().and_then(|about| about.modified()).map(|at| at.elapsed().unwrap_or_default());
            if age.is_ok_and(|age| age > LEFT_BEHIND) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        let path = below.join(uuid::Uuid::new_v4().to_string());
        fs::DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path.canonicalize()?))
    }
}

impl Drop for Empty {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Pool {
    /// An office file, a part of a message, as PDF; `ending` says what kind of file it is. Its runner works in a folder of
    /// its own below `below`.
    ///
    /// # Errors
    /// If LibreOffice is not installed, cannot print it, or was killed by its limits.
    pub async fn print(&self, source: &Source, path: &str, ending: &str, below: &Path) -> Result<Vec<u8>, Error> {
        // One at a time: it takes much memory.
        let _turn = self.printing.lock().await;
        let mut reader = self.screens.lease(false).await?;
        reader.worker.load(source).await?;
        let size_bytes = match reader.worker.ask(&Request::Bytes { path: path.into() }, source.size_bytes).await? {
            Response::Bytes { size_bytes } => size_bytes,
            other => return Err(refusal(other)),
        };
        // The runner is dropped, and with it killed what it started, before its folder goes.
        let empty = Empty::new(below)?;
        let of = &self.screens;
        let mut runner = Worker::spawn(&of.program, Kind::OfficeRunner, &of.limits, true, Some(&empty.0))?;
        // The tool runner goes on without a protection that the system lacks, and says so. This program is too large for that.
        if let Response::Hello { protections, .. } = runner.ask(&Request::Hello, 0).await?
            && !protections.missing.is_empty()
        {
            let gaps = protections.missing.join(", ");
            let reason =
                format!("LibreOffice cannot be confined here ({gaps}), so it is not started; its text is shown");
            return Err(Error::Refused(reason));
        }
        runner.load_from(&mut reader.worker, size_bytes).await?;
        reader.give_back();
        match runner.ask(&Request::Print { ending: ending.into() }, size_bytes).await? {
            Response::Bytes { size_bytes } => {
                let mut pdf = Vec::new();
                runner.receive(size_bytes, &mut pdf).await?;
                Ok(pdf)
            }
            other => Err(refusal(other)),
        }
    }
}
