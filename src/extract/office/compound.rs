//! The container of old office files (MS-CFB): the names of its streams, and the few records of a workbook that tell what
//! is hidden (MS-XLS 2.4). Reads no text.

use super::package::embedded_files;
use crate::domain::{Finding, FindingCode};
use std::collections::BTreeMap;
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

/// Sentences on the hidden rows and columns of an old workbook.
pub(super) fn hidden_rows(bytes: &[u8]) -> Vec<String> {
    let Some(mut file) = open(bytes) else { return Vec::new() };
    let mut stream = Vec::new();
    for name in ["/Workbook", "/Book"] {
        if let Ok(one) = file.open_stream(name) {
            let _ = one.take(MAX_STREAM_BYTES).read_to_end(&mut stream);
            break;
        }
    }
    let (mut names, mut counts) = (Vec::new(), BTreeMap::<usize, (u32, u32)>::new());
    let (mut at, mut sheet) = (0, 0_usize);
    // A workbook's own records come first, then those of each sheet, each beginning with BOF.
    let mut depth = 0_usize;
    while let Some((kind, data)) = record(&stream, at) {
        at += 4 + data.len();
        match kind {
            0x0809 => {
                depth += 1;
                sheet += usize::from(depth == 1);
            }
            0x000a => depth = depth.saturating_sub(1),
            0x0085 => names.push(sheet_name(data)),
            // Row: the flag for no height.
            0x0208 if depth == 1 && data.get(12).is_some_and(|flags| flags & 0x20 != 0) && has_cells(data) => {
                counts.entry(sheet).or_default().0 += 1;
            }
            0x007d if depth == 1 && data.get(8).is_some_and(|flags| flags & 1 != 0) => {
                counts.entry(sheet).or_default().1 += columns(data);
            }
            _ => {}
        }
    }
    let sentence = |(sheet, (rows, columns)): (usize, (u32, u32))| {
        let counted: Vec<String> = [(rows, "hidden row"), (columns, "hidden column")]
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| crate::extract::changes::plural(*count, word))
            .collect();
        let name: Option<&String> = sheet.checked_sub(2).and_then(|at| names.get(at));
        format!("{} in the sheet \"{}\"", counted.join(" and "), name.map_or("", String::as_str))
    };
    counts.into_iter().filter(|(sheet, _)| *sheet > 1).map(sentence).collect()
}

fn record(stream: &[u8], at: usize) -> Option<(u16, &[u8])> {
    let head = stream.get(at..at + 4)?;
    let length = usize::from(u16::from_le_bytes([head[2], head[3]]));
    Some((u16::from_le_bytes([head[0], head[1]]), stream.get(at + 4..at + 4 + length)?))
}

/// First and last column of a row's cells; a row without any hides nothing.
fn has_cells(data: &[u8]) -> bool {
    data.get(2..6).is_some_and(|span| span[..2] != span[2..])
}

fn columns(data: &[u8]) -> u32 {
    let number = |at: usize| data.get(at..at + 2).map_or(0, |pair| u32::from(u16::from_le_bytes([pair[0], pair[1]])));
    (number(2).min(255)).saturating_sub(number(0)) + 1
}

/// The name in a BOUNDSHEET8 record, in one or two bytes a character.
fn sheet_name(data: &[u8]) -> String {
    let Some(length) = data.get(6).map(|length| usize::from(*length)) else { return String::new() };
    match data.get(7) {
        Some(flags) if flags & 1 != 0 => {
            let units: Vec<u16> =
                data[8..].chunks_exact(2).take(length).map(|p| u16::from_le_bytes([p[0], p[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        Some(_) => data[8..].iter().take(length).map(|byte| char::from(*byte)).collect(),
        None => String::new(),
    }
}
