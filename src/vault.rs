//! Message bytes by their digest: written once, synced before anyone counts on them, checked when read, never
//! changed.

use crate::domain::Digest;
use anyhow::Context as _;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// A folder of files named by digest: `a/abcdef…`.
#[derive(Clone, Debug)]
pub struct Vault {
    root: PathBuf,
}

/// Bytes on their way in: a temporary file that becomes an object only in `Vault::seal`.
#[derive(Debug)]
pub struct Incoming {
    file: BufWriter<File>,
    path: PathBuf,
    hasher: Sha256,
    size_bytes: u64,
}

impl Incoming {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// If the disk is full or gone.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.size_bytes += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    /// Bytes taken so far.
    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // After `seal` the file has another name and this finds nothing.
        let _ = fs::remove_file(&self.path);
    }
}

impl Vault {
    /// Opens the vault in a folder, making it if needed, and clears what a killed process left half written.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn open(root: &Path) -> anyhow::Result<Self> {
        let make = || -> io::Result<()> {
            fs::create_dir_all(root.join("tmp"))?;
            // All folders at once, so that no seal has to wonder whether another one's new folder is durable.
            for digit in "0123456789abcdef".chars() {
                fs::create_dir_all(root.join(digit.to_string()))?;
            }
            File::open(root)?.sync_all()
        };
        make().with_context(|| format!("the vault {} cannot be made", root.display()))?;
        Ok(Self { root: root.into() })
    }

    /// Removes temporary files that are older than a day: a killed process left them, and nothing counts on them.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn clear_leftovers(&self) -> io::Result<()> {
        for entry in fs::read_dir(self.root.join("tmp"))? {
            let entry = entry?;
            let age = entry.metadata()?.modified()?.elapsed().unwrap_or_default();
            if age.as_secs() > 86_400 {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Begins to take bytes in.
    ///
    /// # Errors
    /// If the disk is full, read-only or gone.
    pub fn incoming(&self) -> io::Result<Incoming> {
        let path = self.root.join("tmp").join(uuid::Uuid::new_v4().to_string());
        let file = File::options().write(true).create_new(true).open(&path)?;
        Ok(Incoming { file: BufWriter::with_capacity(1 << 16, file), path, hasher: Sha256::new(), size_bytes: 0 })
    }

    /// Makes a batch durable: every file is synced, renamed to its digest, and then each folder is synced once.
    /// Only after this may a transaction name the digests.
    ///
    /// # Errors
    /// If the disk is full, read-only or gone; nothing of the batch may then be counted on.
    pub fn seal(&self, batch: Vec<Incoming>) -> io::Result<Vec<(Digest, u64)>> {
        let mut folders = BTreeSet::new();
        let mut sealed = Vec::with_capacity(batch.len());
        for mut incoming in batch {
            incoming.file.flush()?;
            incoming.file.get_ref().sync_all()?;
            let digest = Digest(std::mem::take(&mut incoming.hasher).finalize().into());
            let path = self.path(digest);
            let folder = path.parent().unwrap_or(&self.root).to_path_buf();
            // The same bytes again: the rename puts equal bytes in the place of equal bytes.
            fs::rename(&incoming.path, &path)?;
            folders.insert(folder);
            sealed.push((digest, incoming.size_bytes));
        }
        for folder in folders {
            File::open(folder)?.sync_all()?;
        }
        Ok(sealed)
    }

    /// Puts bytes in that are at hand, durable on return.
    ///
    /// # Errors
    /// As `seal`.
    pub fn put(&self, bytes: &[u8]) -> io::Result<Digest> {
        let mut incoming = self.incoming()?;
        incoming.write(bytes)?;
        let sealed = self.seal(vec![incoming])?;
        sealed.first().map(|(digest, _)| *digest).ok_or_else(|| io::Error::other("nothing was sealed"))
    }

    /// Removes an object for good; one that is not there is no error. Who calls this has written down why.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn erase(&self, digest: Digest) -> io::Result<()> {
        let path = self.path(digest);
        match fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            done => done?,
        }
        File::open(path.parent().unwrap_or(&self.root))?.sync_all()
    }

    /// Opens an object for reading.
    ///
    /// # Errors
    /// If it is not there.
    pub fn open_object(&self, digest: Digest) -> io::Result<(File, u64)> {
        let file = File::open(self.path(digest))?;
        let size_bytes = file.metadata()?.len();
        Ok((file, size_bytes))
    }

    /// Reads an object through and says whether its bytes still have its digest.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn verify(&self, digest: Digest) -> io::Result<bool> {
        let (mut file, _) = self.open_object(digest)?;
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 1 << 16];
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                n => hasher.update(&buffer[..n]),
            }
        }
        Ok(Digest(hasher.finalize().into()) == digest)
    }

    fn path(&self, digest: Digest) -> PathBuf {
        let name = digest.to_string();
        self.root.join(&name[..1]).join(name)
    }
}
