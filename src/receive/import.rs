//! `pouch import`: .eml files, mbox files and Maildirs through the same door as fetched mail. Never changes a file.

use crate::domain::mailbox::{Arrival, MailboxRole};
use crate::domain::{MailboxId, Timestamp};
use crate::pipeline;
use crate::review::by_hand;
use crate::store::Store;
use crate::vault::{Incoming, Vault};
use anyhow::Context as _;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

/// Messages of one batch: what one durable transaction carries.
const BATCH: usize = 64;

/// What an import did, for the person who watches it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Messages read from the files.
    pub messages: u64,
    /// Files that are no mail, each with the reason.
    pub skipped: Vec<(PathBuf, String)>,
}

/// A batch on its way into the vault.
struct Batch<'a> {
    store: &'a Store,
    vault: &'a Vault,
    mailbox: MailboxId,
    now: Timestamp,
    open: Vec<(Incoming, Option<Timestamp>)>,
    imported: Imported,
}

impl Batch<'_> {
    async fn add(&mut self, incoming: Incoming, date: Option<Timestamp>) -> anyhow::Result<()> {
        self.open.push((incoming, date));
        if self.open.len() >= BATCH { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> anyhow::Result<()> {
        let (incoming, dates): (Vec<_>, Vec<_>) = std::mem::take(&mut self.open).into_iter().unzip();
        let sealed = self.vault.seal(incoming).context("the vault cannot be written")?;
        let arrivals: Vec<Arrival> = sealed
            .into_iter()
            .zip(dates)
            .map(|((digest, size_bytes), internal_date)| {
                let uid = by_hand::uid_of(digest);
                Arrival { uidvalidity: 0, uid, digest, size_bytes, internal_date, provider_id: None }
            })
            .collect();
        self.imported.messages += arrivals.len() as u64;
        pipeline::take_in(self.store, &self.mailbox, &arrivals, self.now).await?;
        Ok(())
    }
}

/// Takes in everything under one path; calls `progress` with the messages so far.
///
/// # Errors
/// If the path is not there or nothing can be stored; what was taken before stays.
pub async fn import(
    store: &Store,
    vault: &Vault,
    path: &Path,
    now: Timestamp,
    mut progress: impl FnMut(u64),
) -> anyhow::Result<Imported> {
    std::fs::metadata(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let name = path.display().to_string();
    let mailbox = pipeline::open_mailbox(store, pipeline::IMPORT, &name, MailboxRole::Import, now).await?;
    let mut batch = Batch { store, vault, mailbox, now, open: Vec::new(), imported: Imported::default() };
    let mut files = Vec::new();
    list_files(path, &mut files).with_context(|| format!("{name} cannot be listed"))?;
    for found in files {
        match read_file(&mut batch, &found).await {
            Ok(()) => {}
            Err(error) if error.downcast_ref::<NoMail>().is_some() => {
                batch.imported.skipped.push((found.path, error.to_string()));
            }
            Err(error) => return Err(error.context(format!("{} cannot be imported", found.path.display()))),
        }
        progress(batch.imported.messages + batch.open.len() as u64);
    }
    batch.flush().await?;
    Ok(batch.imported)
}

/// A file that is no mail.
#[derive(Debug)]
struct NoMail(&'static str);

impl std::fmt::Display for NoMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for NoMail {}

/// A file found, and whether it lies in a Maildir, where every file is a message.
struct Found {
    path: PathBuf,
    in_maildir: bool,
    named_directly: bool,
}

fn list_files(path: &Path, files: &mut Vec<Found>) -> io::Result<()> {
    if path.is_file() {
        files.push(Found { path: path.into(), in_maildir: false, named_directly: true });
        return Ok(());
    }
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(path)?.map(|entry| entry.map(|one| one.path())).collect::<Result<_, _>>()?;
    entries.sort();
    let is_maildir = path.join("cur").is_dir() && path.join("new").is_dir();
    for entry in entries {
        let name = entry.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if is_maildir && matches!(name, "cur" | "new") {
            let mut mails: Vec<PathBuf> =
                std::fs::read_dir(&entry)?.map(|one| one.map(|one| one.path())).collect::<Result<_, _>>()?;
            mails.sort();
            let mails = mails.into_iter().filter(|mail| mail.is_file());
            files.extend(mails.map(|path| Found { path, in_maildir: true, named_directly: false }));
        } else if entry.is_dir() && !(is_maildir && name == "tmp") {
            list_files(&entry, files)?;
        } else if entry.is_file() && !is_maildir {
            files.push(Found { path: entry, in_maildir: false, named_directly: false });
        }
    }
    Ok(())
}

async fn read_file(batch: &mut Batch<'_>, found: &Found) -> anyhow::Result<()> {
    let mut reader = BufReader::with_capacity(1 << 16, File::open(&found.path)?);
    let is_mbox = reader.fill_buf()?.starts_with(b"From ");
    let extension = found.path.extension().and_then(|one| one.to_str()).unwrap_or_default().to_ascii_lowercase();
    if is_mbox && !found.in_maildir {
        return read_mbox(batch, reader).await;
    }
    if !found.in_maildir && !found.named_directly && extension != "eml" {
        return Err(NoMail("not taken: in a folder only .eml and mbox files and Maildirs are read").into());
    }
    let modified = reader.get_ref().metadata()?.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
    let mut incoming = batch.vault.incoming()?;
    loop {
        let piece = reader.fill_buf()?;
        let length = piece.len();
        if length == 0 {
            break;
        }
        incoming.write(piece)?;
        reader.consume(length);
    }
    // A Maildir keeps the time of delivery as the file's time; elsewhere it says nothing about the mail.
    batch.add(incoming, modified.filter(|_| found.in_maildir)).await
}

/// Reads an mbox (RFC 4155; `>From ` is unquoted as in mboxrd) without ever holding a whole message.
async fn read_mbox(batch: &mut Batch<'_>, mut reader: BufReader<File>) -> anyhow::Result<()> {
    let mut incoming: Option<Incoming> = None;
    let mut line = Vec::new();
    let (mut after_blank, mut at_start) = (true, true);
    loop {
        line.clear();
        // A line longer than this comes in pieces; only its first piece can be a separator.
        if (&mut reader).take(1 << 20).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if at_start && after_blank && line.starts_with(b"From ") {
            if let Some(ended) = incoming.replace(batch.vault.incoming()?) {
                batch.add(ended, None).await?;
            }
        } else if let Some(open) = &mut incoming {
            let quoted = line.iter().take_while(|byte| **byte == b'>').count();
            let unquote = at_start && quoted > 0 && line[quoted..].starts_with(b"From ");
            open.write(if unquote { &line[1..] } else { &line })?;
        }
        at_start = line.ends_with(b"\n");
        after_blank = line == b"\n" || line == b"\r\n";
    }
    match incoming {
        Some(ended) => batch.add(ended, None).await,
        None => Ok(()),
    }
}
