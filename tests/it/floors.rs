//! Holds every `use crate::` in src to the table of floors: a file imports from lower floors only, never sideways.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The floors, lowest first. A room is the first word of a path below `crate::`.
const FLOORS: [&[&str]; 9] = [
    &["domain"],
    &["config", "confine", "frames", "language", "memory", "normal"],
    // Of a mail's HTML body only what its reader sees is text: parsing asks extraction for it.
    &["extract"],
    &[
        "parse", "classify", "relate", "publish", "redact", "audit", "letters", "sender", "store", "vault", "sandbox",
        "malware", "resolve", "evaluate",
    ],
    &["smtp", "official", "webhook"],
    &["pipeline", "oauth"],
    &["access", "review"],
    &["receive", "worker", "notify", "web", "extractor", "tool_runner"],
    &["cli", "main"],
];

fn floor_of(room: &str) -> usize {
    let found = FLOORS.iter().position(|rooms| rooms.contains(&room));
    found.unwrap_or_else(|| panic!("the room {room} stands on no floor: add it to the table"))
}

fn rust_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// The rooms that a file names with `crate::`, with the line numbers.
fn rooms_named(text: &str) -> BTreeMap<String, usize> {
    let mut rooms = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        for piece in line.split("crate::").skip(1) {
            let room: String = piece.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if !room.is_empty() {
                rooms.entry(room).or_insert(number + 1);
            }
        }
    }
    rooms
}

#[test]
fn every_file_imports_from_lower_floors_only() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&source, &mut files);
    let mut wrong = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&source).unwrap();
        let own = inside.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs");
        if own == "lib" {
            continue;
        }
        for (room, line) in rooms_named(&fs::read_to_string(&file).unwrap()) {
            if room != own && floor_of(&room) >= floor_of(own) {
                wrong.push(format!("{}:{line} names {room}, which is not below {own}", inside.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sql_axum_and_imap_stay_in_their_rooms() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&source, &mut files);
    for (word, room) in [("sqlx", "store"), ("axum", "web"), ("async_imap::", "receive"), ("mail_parser", "parse")] {
        let outside: Vec<_> = files
            .iter()
            .filter(|file| !file.starts_with(source.join(room)) && **file != source.join(format!("{room}.rs")))
            .filter(|file| fs::read_to_string(file).unwrap().contains(word))
            .collect();
        assert!(outside.is_empty(), "{word} stands outside of {room}: {outside:?}");
    }
}
