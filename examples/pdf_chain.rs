//! Reads PDF files in this process as the service does in its children, with pdftotext as the third engine if asked, and
//! prints a line of JSON a file: `cargo run --release --example pdf_chain -- [--third] [--repeat N] FILE...`.
//! It has none of the protections of the children: give it no stranger's files outside a test.

#![expect(clippy::unwrap_used, reason = "a tool for measuring: what is wrong ends it")]

use pouch::domain::extraction::Gate;
use pouch::domain::reader::Reading;
use pouch::extract::{self, How};
use std::time::Instant;

const TEXT_LIMIT: usize = 32 << 20;

/// What pdftotext reads, page by page.
fn third(path: &str) -> Vec<Reading> {
    let out = std::process::Command::new("pdftotext").args(["-enc", "UTF-8", "-q", path, "-"]).output().unwrap();
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let pages = text.strip_suffix('\u{c}').unwrap_or(&text).split('\u{c}');
    let reading = |(page, text): (u32, &str)| Reading {
        page,
        engine: "pdftotext 22.12.0".into(),
        gate: Gate::Passed,
        text: text.into(),
    };
    (1..).zip(pages).map(reading).collect()
}

fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    let mut files: Vec<String> = std::env::args().skip(1).collect();
    let mut repeat = 1;
    if let Some(at) = files.iter().position(|one| one == "--repeat") {
        repeat = files[at + 1].parse().unwrap();
        files.drain(at..at + 2);
    }
    let with_third = files.iter().any(|one| one == "--third");
    files.retain(|one| one != "--third");
    let work = move || {
        for path in &files {
            let bytes = std::fs::read(path).unwrap();
            let began = Instant::now();
            let mut read = None;
            for _ in 0..repeat {
                read = Some(extract::extract(
                    "application/pdf",
                    None,
                    &bytes,
                    How { text_limit: TEXT_LIMIT, draws: true },
                    &mut |_| {},
                ));
            }
            let (mut extraction, mut readings) = read.unwrap();
            let ms = began.elapsed().as_secs_f64() * 1000.0 / f64::from(repeat);
            let disputed = readings.len();
            if with_third && disputed > 0 {
                readings.extend(third(path));
            }
            extract::settle(&mut extraction, &readings, TEXT_LIMIT);
            let said = extraction.said_text();
            println!(
                "{}",
                serde_json::json!({ "file": path, "ms": ms, "disputed": disputed, "said": said,
                    "extraction": extraction, "readings": readings })
            );
        }
    };
    std::thread::Builder::new().stack_size(64 << 20).spawn(work).unwrap().join().unwrap();
}
