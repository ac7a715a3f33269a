//! `pouch extract --corpus`: how reading went for every file below a folder, in sums for each format. Judges no text.

use super::extract::{FileRead, HUNG, Reader};
use futures::StreamExt as _;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What became of one file.
struct Row {
    path: PathBuf,
    format: String,
    size_bytes: u64,
    status: &'static str,
    reason: String,
    engine: String,
    pages: usize,
    /// Of recognised pages.
    confidence: Option<f64>,
    characters: usize,
    findings: usize,
    seconds: f64,
}

/// Reads everything below a folder.
pub async fn corpus(reader: &Reader, folder: &Path, csv: bool) -> anyhow::Result<ExitCode> {
    let mut paths = Vec::new();
    files_below(folder, &mut paths)?;
    paths.sort();
    let mut rows: Vec<Row> = Vec::with_capacity(paths.len());
    let mut out = csv.then(|| csv::Writer::from_writer(std::io::stdout()));
    if let Some(out) = &mut out {
        let head = "path,format,size_bytes,status,reason,engine,pages,confidence,characters,findings,seconds";
        out.write_record(head.split(','))?;
    }
    let mut reads = futures::stream::iter(paths)
        .map(|path| async move {
            let read = tokio::time::timeout(HUNG, reader.read(&path)).await;
            (path, read)
        })
        .buffered(reader.config.extractor.workers.max(1));
    while let Some((path, read)) = reads.next().await {
        let row = match read {
            Ok(Ok(read)) => row(path, &read),
            Ok(Err(error)) => failed(path, "not-opened", format!("{error:#}")),
            Err(_) => failed(path, "hung", "it did not end within an hour".into()),
        };
        if let Some(out) = &mut out {
            out.write_record(record(&row))?;
            out.flush()?;
        }
        rows.push(row);
    }
    print_sums(&rows, reader.pool.peak_bytes());
    Ok(ExitCode::SUCCESS)
}

fn files_below(folder: &Path, into: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            files_below(&entry.path(), into)?;
        } else if kind.is_file() {
            into.push(entry.path());
        }
    }
    Ok(())
}

fn failed(path: PathBuf, status: &'static str, reason: String) -> Row {
    let format = String::new();
    Row {
        path,
        format,
        size_bytes: 0,
        status,
        reason,
        engine: String::new(),
        pages: 0,
        confidence: None,
        characters: 0,
        findings: 0,
        seconds: 0.0,
    }
}

/// A file counts as what its first part is; it has text if any part has.
fn row(path: PathBuf, read: &FileRead) -> Row {
    let with_text = read.parts.iter().find(|part| part.extraction.status() == "text");
    let Some(part) = with_text.or(read.parts.first()) else {
        let reason = read.problems.iter().map(|one| one.detail.as_str()).collect::<Vec<_>>().join(" ");
        let row = failed(path, "no-parts", reason);
        return Row { seconds: read.seconds, ..row };
    };
    let reason = match &part.extraction.extracted {
        crate::domain::extraction::Extracted::Unreadable { reason } => reason.clone(),
        _ => part.extraction.problems.iter().map(|one| one.detail.as_str()).collect::<Vec<_>>().join(" "),
    };
    let recognised: Vec<f64> = part.extraction.pages.iter().filter_map(|page| page.confidence).collect();
    let confidence = (!recognised.is_empty()).then(|| recognised.iter().sum::<f64>() / recognised.len() as f64);
    Row {
        path,
        format: part.media_type.clone(),
        size_bytes: part.size_bytes,
        status: part.extraction.status(),
        reason,
        engine: part.extraction.extractor.clone(),
        pages: part.extraction.pages.len(),
        confidence,
        characters: read.parts.iter().map(|part| part.said.chars().count()).sum(),
        findings: read.parts.iter().map(|part| part.extraction.findings.len()).sum(),
        seconds: read.seconds,
    }
}

fn record(row: &Row) -> [String; 11] {
    [
        row.path.display().to_string(),
        row.format.clone(),
        row.size_bytes.to_string(),
        row.status.into(),
        row.reason.clone(),
        row.engine.clone(),
        row.pages.to_string(),
        row.confidence.map(|sure| format!("{sure:.1}")).unwrap_or_default(),
        row.characters.to_string(),
        row.findings.to_string(),
        format!("{:.4}", row.seconds),
    ]
}

fn print_sums(rows: &[Row], peak_bytes: u64) {
    let mut formats: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        formats.entry(short(&row.format)).or_default().push(row);
    }
    eprintln!("{:<28} {:>6} {:>6} {:>7} {:>9} {:>9}", "format", "files", "text", "share", "median s", "worst s");
    for (format, rows) in &formats {
        let text = rows.iter().filter(|row| row.status == "text").count();
        let mut times: Vec<f64> = rows.iter().map(|row| row.seconds).collect();
        times.sort_by(f64::total_cmp);
        let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
        let share = text as f64 * 100.0 / rows.len() as f64;
        eprintln!("{format:<28} {:>6} {text:>6} {share:>6.1}% {median:>9.4} {worst:>9.4}", rows.len());
        let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.status != "text") {
            let reason: String = row.reason.chars().take(90).collect();
            *reasons.entry(format!("{}: {reason}", row.status)).or_default() += 1;
        }
        let mut reasons: Vec<(String, usize)> = reasons.into_iter().collect();
        reasons.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        for (reason, count) in reasons.iter().take(8) {
            eprintln!("  {count:>5} {reason}");
        }
    }
    let hung = rows.iter().filter(|row| row.status == "hung").count();
    let lost = rows.iter().filter(|row| row.reason == "reading it ended the reader").count();
    eprintln!("{} files, {hung} hung, {lost} readers lost without a reason", rows.len());
    eprintln!("peak memory of a reader: {} MB", peak_bytes >> 20);
}

/// The last word of a media type says enough in a table.
fn short(media_type: &str) -> &str {
    let last = media_type.rsplit('/').next().unwrap_or(media_type);
    last.strip_prefix("vnd.openxmlformats-officedocument.").or(last.strip_prefix("vnd.oasis.")).unwrap_or(last)
}
