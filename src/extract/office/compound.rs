//! The container of old office files (MS-CFB): the names of its streams, and what they give away. Reads no
//! text.

use super::package::embedded_files;
use crate::domain::{Finding, FindingCode};
use std::io::{Cursor, Read as _};

/// Most of a workbook's stream that is looked through, in bytes.
const MAX_STREAM_BYTES: u64 = 64 << 20;

/// Most streams and storages that are listed.
const MAX_ENTRIES: usize = 5_000;

type File<'a> = cfb::CompoundFile<Cursor<&'a [u8]>>;

fn open(bytes: &[u8]) -> Option<File<'_>> {
    cfb::CompoundFile::open(Cursor::new(bytes)).ok()
}

/// Whether the container has a stream of this name at its top.
pub(super) fn has_stream(bytes: &[u8], name: &str) -> bool {
    open(bytes).is_some_and(|file| file.exists(format!("/{name}")))
}

/// The bytes of a stream, at most those that are looked through.
pub(super) fn stream(bytes: &[u8], names: &[&str]) -> Vec<u8> {
    let mut stream = Vec::new();
    if let Some(mut file) = open(bytes)
        && let Some(one) = names.iter().find_map(|name| file.open_stream(name).ok())
    {
        let _ = one.take(MAX_STREAM_BYTES).read_to_end(&mut stream);
    }
    stream
}

/// What the streams give away.
pub(super) fn findings(bytes: &[u8], has_macros: bool, named: &[String]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (mut storages, mut has_project, mut has_cache) = (Vec::new(), false, false);
    if let Some(file) = open(bytes) {
        for entry in file.walk().take(MAX_ENTRIES) {
            let name = entry.name();
            has_project |= matches!(name, "_VBA_PROJECT" | "_VBA_PROJECT_CUR" | "Macros");
            has_cache |= name == "_SX_DB_CUR";
            let parent = entry.path().parent().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
            let is_object = (parent.ends_with("ObjectPool") && entry.is_storage())
                || (parent == "/" && name.starts_with("MBD") && entry.is_storage());
            if is_object {
                storages.push(name.to_string());
            }
        }
    }
    if has_macros || has_project {
        findings.push(Finding::new(FindingCode::Macros, "The file holds macros, which are small programs."));
    }
    if has_cache {
        let detail = "Pivot table sources: rows that no sheet shows are kept in the file.";
        findings.push(Finding::new(FindingCode::PivotCache, detail));
    }
    let names: Vec<&str> =
        if named.len() >= storages.len() { named } else { &storages }.iter().map(String::as_str).collect();
    findings.extend(embedded_files(&names));
    findings
}
