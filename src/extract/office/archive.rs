//! Office files are ZIP archives of XML: their entries, within one budget. Never trusts a size that an archive declares.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{Cursor, Read as _};

/// Most that is unpacked of one file, in bytes, whatever the archive declares.
const MAX_UNPACKED_BYTES: u64 = 64 << 20;

/// More entries than any office program writes.
const MAX_ENTRIES: usize = 200_000;

/// Why a file gave no text.
#[derive(Debug)]
pub(crate) enum Stop {
    Locked,
    /// In words for a person.
    Unreadable(String),
}

impl Stop {
    /// Unreadable, with its reason in words for a person.
    pub fn why(reason: impl Into<String>) -> Self {
        Self::Unreadable(reason.into())
    }
}

/// An opened archive.
pub(crate) struct Archive<'a> {
    zip: zip::ZipArchive<Cursor<Cow<'a, [u8]>>>,
    /// By lower-cased name with forward slashes; OPC names know no case (ECMA-376 part 2, 6.2.2.3).
    index: HashMap<String, usize>,
    names: Vec<String>,
    budget: u64,
    /// Whether something was missing or wrong in it, though it was read.
    pub damaged: bool,
}

impl<'a> Archive<'a> {
    /// Opens an archive; one whose directory is lost is read by the headers that stand before each entry.
    ///
    /// # Errors
    /// If nothing of an archive is left.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Stop> {
        let whole = zip::ZipArchive::new(Cursor::new(Cow::Borrowed(bytes))).ok().filter(|zip| !zip.is_empty());
        let (zip, damaged) = match whole {
            Some(zip) => (zip, false),
            None => {
                let rebuilt = super::salvage::with_new_directory(bytes)
                    .and_then(|bytes| zip::ZipArchive::new(Cursor::new(Cow::Owned(bytes))).ok())
                    .ok_or_else(|| Stop::why("the file is damaged: nothing in it can be unpacked"))?;
                (rebuilt, true)
            }
        };
        if zip.len() > MAX_ENTRIES {
            return Err(Stop::why("it is an archive of more files than any office program writes"));
        }
        let mut names = Vec::with_capacity(zip.len());
        let mut index = HashMap::with_capacity(zip.len());
        for (at, name) in zip.file_names().enumerate() {
            let name = name.map(|name| name.replace('\\', "/")).unwrap_or_default();
            index.entry(name.trim_start_matches('/').to_lowercase()).or_insert(at);
            names.push(name);
        }
        Ok(Self { zip, index, names, budget: MAX_UNPACKED_BYTES, damaged })
    }

    /// The names of all entries, as they stand in the archive.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether there is an entry of this name.
    pub fn has(&self, name: &str) -> bool {
        self.index.contains_key(&name.trim_start_matches('/').to_lowercase())
    }

    /// The bytes of an entry; what is left of the budget is the most that is unpacked.
    ///
    /// # Errors
    /// If the budget ends, or the entry is encrypted.
    pub fn bytes(&mut self, name: &str) -> Result<Option<Vec<u8>>, Stop> {
        let Some(at) = self.index.get(&name.trim_start_matches('/').to_lowercase()) else { return Ok(None) };
        let file = match self.zip.by_index(*at) {
            Ok(file) => file,
            Err(zip::result::ZipError::UnsupportedArchive(zip::result::ZipError::PASSWORD_REQUIRED)) => {
                return Err(Stop::Locked);
            }
            Err(_) => {
                self.damaged = true;
                return Ok(None);
            }
        };
        let mut bytes = Vec::new();
        let read = file.take(self.budget + 1).read_to_end(&mut bytes);
        if bytes.len() as u64 > self.budget {
            return Err(Stop::why(format!("it unpacks to more than {} MB", MAX_UNPACKED_BYTES >> 20)));
        }
        self.budget -= bytes.len() as u64;
        // What came before the fault is still text.
        self.damaged |= read.is_err();
        Ok(Some(bytes))
    }

    /// The first bytes of an entry, at most `most`; outside the budget, for pictures.
    pub fn head(&mut self, name: &str, most: u64) -> Option<Vec<u8>> {
        let at = self.index.get(&name.trim_start_matches('/').to_lowercase())?;
        let mut bytes = Vec::new();
        let _ = self.zip.by_index(*at).ok()?.take(most).read_to_end(&mut bytes);
        Some(bytes)
    }

    /// The text of an XML entry (UTF-8, or UTF-16 with its mark).
    ///
    /// # Errors
    /// As for `bytes`.
    pub fn xml(&mut self, name: &str) -> Result<Option<String>, Stop> {
        Ok(self.bytes(name)?.map(super::xml::decode))
    }
}
