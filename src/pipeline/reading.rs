//! How a file is read by several children: libraries first, pdftotext for the pages on which they do not agree, tesseract
//! for the pages that are pictures. Stores nothing.

use crate::config;
use crate::domain::extraction::{Extracted, Extraction, Gate};
use crate::domain::reader::Reading;
use crate::domain::{Problem, ProblemCode};
use crate::extract;
use crate::language;
use crate::sandbox::{Error, Pool, Recognised, Source};

/// Reads parts (path and size in bytes) of a source, all but the words in pictures.
///
/// # Errors
/// Only if the stored bytes cannot be read or no child can be started.
pub async fn read(
    pool: &Pool,
    source: &Source,
    parts: &[(String, u64)],
    text_limit: usize,
) -> Result<Vec<Extraction>, Error> {
    let mut extractions = Vec::with_capacity(parts.len());
    for ((path, _), (extraction, readings)) in parts.iter().zip(pool.extract(source, parts).await?) {
        extractions.push(settled(pool, source, path, extraction, readings, text_limit).await);
    }
    Ok(extractions)
}

/// Settles the pages of a PDF that are in dispute, and finds the language of each segment.
async fn settled(
    pool: &Pool,
    source: &Source,
    path: &str,
    mut extraction: Extraction,
    mut readings: Vec<Reading>,
    text_limit: usize,
) -> Extraction {
    if !readings.is_empty()
        && let Ok((engine, pages)) = pool.pdf_text(source, path).await
    {
        let disputed: Vec<u32> = readings.iter().map(|one| one.page).collect();
        let numbered = (1..).zip(pages).filter(|(page, _)| disputed.contains(page));
        // `settle` applies the gate itself.
        let reading = |(page, text)| Reading { page, engine: engine.clone(), gate: Gate::Passed, text };
        readings.extend(numbered.map(reading));
    }
    if readings.is_empty() {
        // Long texts are not copied for nothing.
        return with_languages(extraction);
    }
    let kept = extraction.clone();
    // Pure work on a stranger's text: a panic ends this step and nothing else.
    let settling = tokio::task::spawn_blocking(move || {
        extract::settle(&mut extraction, &readings, text_limit);
        with_languages(extraction)
    });
    settling.await.unwrap_or(kept)
}

/// Recognises the words on the pages that await it. What cannot be recognised says why.
pub async fn recognise(
    pool: &Pool,
    limits: &config::Extractor,
    source: &Source,
    path: &str,
    mut extraction: Extraction,
    languages: &[String],
) -> Extraction {
    extraction.problems.retain(|problem| problem.code != ProblemCode::ProgramMissing);
    let due = extraction.pages_awaiting_recognition();
    let most = due.len().min(limits.recognised_pages as usize);
    let results = pool.recognise(source, path, &due[..most], languages).await;
    let mut hard_to_read = Vec::new();
    for (page, result) in results {
        match result {
            Ok(Recognised { engine, text, confidence }) => {
                let limit = limits.text_bytes;
                let counts = extract::put_recognised(&mut extraction, page, &engine, &text, confidence, limit);
                // Of a photograph beside a text nobody wants to know how badly it reads.
                let sure = confidence.filter(|sure| counts && *sure < f64::from(limits.confidence_floor));
                hard_to_read.extend(sure.map(|sure| format!("page {page} ({sure:.0} of 100)")));
            }
            Err(error) => {
                let detail = format!("Page {page} could not be recognised from its picture: {error}.");
                extraction.problems.push(Problem::new(ProblemCode::PartUnreadable, detail));
            }
        }
    }
    if !hard_to_read.is_empty() {
        let detail = format!("Scan hard to read: {}. Compare the words with the picture.", hard_to_read.join(", "));
        extraction.problems.push(Problem::new(ProblemCode::ScanHardToRead, detail));
    }
    if most < due.len() {
        let detail = format!("Only the first {most} of {} scanned pages were recognised.", due.len());
        extraction.problems.push(Problem::new(ProblemCode::TextCut, detail));
    }
    // Tried once: a page that failed is no longer waited for.
    extraction.pages.iter_mut().for_each(|page| page.awaits_recognition = false);
    with_languages(extraction)
}

/// Says of a file with pictures of text that recognition is not installed; it keeps waiting.
pub fn without_recognition(mut extraction: Extraction) -> Extraction {
    let detail = "Words in it stand in pictures, and the program that recognises them (tesseract) is not installed here. \
                  Pouch reads it again once it is.";
    extraction.problems.push(Problem::new(ProblemCode::ProgramMissing, detail));
    extraction
}

/// Whether scans can be recognised with what is installed.
pub async fn can_recognise(pool: &Pool) -> bool {
    let programs = pool.conditions().await.unwrap_or_default().programs;
    programs.tesseract.is_some() && programs.models.iter().any(|model| model != "osd")
}

fn with_languages(mut extraction: Extraction) -> Extraction {
    if let Extracted::Text { segments } = &mut extraction.extracted {
        for segment in segments {
            segment.language = language::detect(&segment.text).into();
        }
    }
    extraction
}
