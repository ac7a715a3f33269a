//! Reads every file of a folder in this very process, for measurements beside `pouch extract --corpus`: what isolation
//! costs. Never use it on files of strangers; the readers are known to crash, hang and eat memory.

use pouch::extract::{self, How};
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: extract_in_process DIR");
        return ExitCode::FAILURE;
    };
    let limit = pouch::config::Config::default().extractor.text_bytes;
    let (mut files, mut with_text, mut characters, mut disputed) = (0_u32, 0_u32, 0_usize, 0_usize);
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) => {
            eprintln!("{}: {error}", folder.display());
            return ExitCode::FAILURE;
        }
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let message = pouch::parse::parse_file(&bytes, &name);
        for part in &message.parts {
            let (mut extraction, readings) = extract::extract(
                &part.media_type,
                part.name.as_deref(),
                &bytes,
                How { text_limit: limit, draws: true },
                &mut |_| {},
            );
            disputed += readings.len();
            extract::settle(&mut extraction, &readings, limit);
            with_text += u32::from(extraction.status() == "text");
            characters += extraction.said_text().chars().count();
        }
        files += 1;
    }
    eprintln!("{files} files, {with_text} with text, {characters} characters, {disputed} readings in dispute");
    ExitCode::SUCCESS
}
