//! The pictures of pages that were drawn, as files of the data folder: the oldest go when they are too many. Names are
//! made of digests and numbers, and nothing is kept here that could not be made again.

use crate::domain::Digest;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::sync::OwnedMutexGuard;

/// The way in which pages are drawn: what another version drew is not shown, and goes first.
const VERSION: u32 = 1;

/// Number that stands for the file and not for one of its pages.
pub const WHOLE_FILE: u32 = 0;

/// Number that stands for the making of a PDF from the file.
pub const PRINTED: u32 = u32::MAX;

/// Why something could not be drawn holds so long; then it is tried again, perhaps on a machine with less to do.
const REASON_HOLDS: Duration = Duration::from_secs(3600);

/// A file counts as so much at least, in bytes: it takes a block of the disk.
const BLOCK: u64 = 4096;

/// The share of the whole that may be written between two looks at how much there is.
const LOOKS: u64 = 20;

/// What was kept of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    Picture {
        png: Vec<u8>,
        width: u32,
        height: u32,
    },
    /// It cannot be drawn.
    Reason(String),
}

/// The folder; clones share who is at work on what.
#[derive(Clone, Debug)]
pub struct Shelf {
    root: PathBuf,
    most_bytes: u64,
    shared: Arc<Shared>,
}

/// Whoever holds it is at work on a page.
type Turn = Arc<tokio::sync::Mutex<()>>;

#[derive(Debug, Default)]
struct Shared {
    at_work: Mutex<HashMap<(Digest, u32), Turn>>,
    /// Bytes since the last look; `None`: nobody has looked yet.
    written: Mutex<Option<u64>>,
    names: AtomicU64,
}

impl Shelf {
    /// A shelf in this folder, which is made when the first page is kept, with at most about so many bytes.
    pub fn new(root: &Path, most_bytes: u64) -> Self {
        Self { root: root.into(), most_bytes, shared: Arc::default() }
    }

    /// Waits until nobody else is at work on the page, and keeps others from it.
    pub async fn turn(&self, part: Digest, number: u32) -> OwnedMutexGuard<()> {
        let one = {
            let mut at_work = self.shared.at_work.lock().unwrap_or_else(PoisonError::into_inner);
            at_work.retain(|_, one| Arc::strong_count(one) > 1);
            at_work.entry((part, number)).or_default().clone()
        };
        one.lock_owned().await
    }

    /// What was kept of a page; a reason only while it holds.
    pub fn find(&self, part: Digest, number: u32) -> Option<Kept> {
        if let Ok(png) = fs::read(self.path(part, &format!("{number}.png"))) {
            // Width and height are the first of all that a PNG says (ISO/IEC 15948, 11.2.2).
            let side = |at: usize| Some(u32::from_be_bytes(png.get(at..at + 4)?.try_into().ok()?));
            let (width, height) = (side(16)?, side(20)?);
            return Some(Kept::Picture { png, width, height });
        }
        let path = self.path(part, &format!("{number}.txt"));
        let age = fs::metadata(&path).ok()?.modified().ok()?.elapsed().unwrap_or_default();
        (age < REASON_HOLDS).then(|| fs::read_to_string(path).ok().map(Kept::Reason))?
    }

    /// How many pages a part has, if that was kept.
    pub fn count(&self, part: Digest) -> Option<u32> {
        fs::read_to_string(self.path(part, "count")).ok()?.parse().ok()
    }

    /// # Errors
    /// If it cannot be written.
    pub fn keep_count(&self, part: Digest, count: u32) -> io::Result<()> {
        self.keep(part, "count", count.to_string().as_bytes())
    }

    /// # Errors
    /// If it cannot be written.
    pub fn keep_picture(&self, part: Digest, number: u32, png: &[u8]) -> io::Result<()> {
        self.keep(part, &format!("{number}.png"), png)
    }

    /// # Errors
    /// If it cannot be written.
    pub fn keep_reason(&self, part: Digest, number: u32, reason: &str) -> io::Result<()> {
        self.keep(part, &format!("{number}.txt"), reason.as_bytes())
    }

    /// The PDF that was made of an office file.
    ///
    /// # Errors
    /// If there is none.
    pub fn printed(&self, part: Digest) -> io::Result<File> {
        File::open(self.path(part, "printed.pdf"))
    }

    /// # Errors
    /// If it cannot be written.
    pub fn keep_printed(&self, part: Digest, pdf: &[u8]) -> io::Result<()> {
        self.keep(part, "printed.pdf", pdf)
    }

    /// Where office files are printed: beside the shelf, where nothing is tidied.
    pub fn workshop(&self) -> PathBuf {
        self.root.with_file_name("printing")
    }

    /// Removes all that was kept of a part.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn remove(&self, part: Digest) -> io::Result<()> {
        match fs::remove_dir_all(self.folder(part)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    fn folder(&self, part: Digest) -> PathBuf {
        self.root.join(part.to_string())
    }

    fn path(&self, part: Digest, name: &str) -> PathBuf {
        self.folder(part).join(format!("{VERSION}-{name}"))
    }

    /// Whoever reads sees all of it or nothing.
    fn keep(&self, part: Digest, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(part, name);
        let unique = self.shared.names.fetch_add(1, Ordering::Relaxed);
        let half = path.with_file_name(format!("half-{}-{unique}", std::process::id()));
        fs::create_dir_all(self.folder(part))?;
        fs::write(&half, bytes).and_then(|()| fs::rename(&half, &path)).inspect_err(|_| {
            let _ = fs::remove_file(&half);
        })?;
        self.tidy(bytes.len() as u64, &path)
    }

    /// Looks how much there is, now and then, and removes the oldest if it is too much.
    fn tidy(&self, new_bytes: u64, newest: &Path) -> io::Result<()> {
        let mut written = self.shared.written.lock().unwrap_or_else(PoisonError::into_inner);
        let so_far = written.map(|bytes| bytes + new_bytes.max(BLOCK));
        if so_far.is_some_and(|bytes| bytes < self.most_bytes / LOOKS) {
            *written = so_far;
            return Ok(());
        }
        let mut files = Vec::new();
        for folder in fs::read_dir(&self.root)?.flatten() {
            for file in fs::read_dir(folder.path()).into_iter().flatten().flatten() {
                let Ok(about) = file.metadata() else { continue };
                let is_of_now = file.file_name().to_string_lossy().starts_with(&format!("{VERSION}-"));
                let modified = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                files.push((is_of_now, modified, about.len().max(BLOCK), file.path()));
            }
        }
        files.sort();
        let mut bytes: u64 = files.iter().map(|(_, _, bytes, _)| bytes).sum();
        for (_, _, size_bytes, path) in files {
            if bytes <= self.most_bytes {
                break;
            }
            if path != newest && fs::remove_file(&path).is_ok() {
                bytes -= size_bytes;
                // Succeeds only for a folder that is empty now.
                let _ = path.parent().map(fs::remove_dir);
            }
        }
        *written = Some(0);
        Ok(())
    }
}
