//! `pouch catalogue check` and `from-report`: a list of recommendations before anybody works with it. Neither needs a data
//! folder, and neither writes a paragraph's number that a person did not give.

use super::extract::Reader;
use super::list::visible;
use super::{CatalogueCommand, Place, audits};
use crate::domain::Timestamp;
use crate::domain::catalogue::Catalogue;
use crate::domain::catalogue::check::{Complaint, check};
use crate::domain::extraction::Extraction;
use crate::official::{self, Match, Paragraph, Report};
use anyhow::{Context as _, bail, ensure};
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What to make of a report.
#[derive(Debug, Args)]
pub struct FromReport {
    /// The official report, as PDF or DOCX
    #[arg(value_name = "REPORT")]
    pub report: PathBuf,
    /// Its symbol, if it cannot be read from the file (A/78/265)
    #[arg(long)]
    pub symbol: Option<String>,
    /// Find the paragraphs of this catalogue's recommendations; without it, a new catalogue is proposed
    #[arg(long, value_name = "FILE")]
    pub catalogue: Option<PathBuf>,
    /// Where to write (else to the standard output); may be the catalogue itself
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Paragraphs that you have compared with the report and accept: these numbers are written as verified
    #[arg(long, value_name = "ID=23,ID=24(b)", value_delimiter = ',', requires = "catalogue", value_parser = accepted)]
    pub accept: Vec<(String, String)>,
}

fn accepted(text: &str) -> Result<(String, String), String> {
    let (id, number) = text.split_once('=').ok_or("write ID=NUMBER, as norms-checklist=25")?;
    Ok((id.trim().into(), number.trim().into()))
}

/// Does what was asked of a catalogue.
pub async fn catalogue(place: &Place, what: CatalogueCommand, clock: fn() -> Timestamp) -> anyhow::Result<ExitCode> {
    match what {
        CatalogueCommand::List => audits::list_catalogue(place).await,
        CatalogueCommand::Confirm { by, reason } => {
            audits::confirm_catalogue(place, &by, reason.as_deref(), clock).await
        }
        CatalogueCommand::Check { file, json } => check_file(&file, json),
        CatalogueCommand::FromReport(what) => from_report(place, &what).await,
    }
}

fn text_of(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("{} cannot be read as text", file.display()))
}

fn check_file(file: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let text = text_of(file)?;
    let mut complaints = check(&text);
    let read = Catalogue::read(&text);
    let bad = complaints.iter().any(|one| one.is_error);
    // What the service would refuse is never called good.
    if let (Err(wrong), false) = (&read, bad) {
        complaints.extend(wrong.iter().map(|one| Complaint { line: None, is_error: true, sentence: one.clone() }));
    }
    let errors = complaints.iter().filter(|one| one.is_error).count();
    let catalogue = read.ok().filter(|_| errors == 0);
    if json {
        let digest = catalogue.as_ref().map(|one| one.digest().to_string());
        let said = serde_json::json!({ "file": file, "good": errors == 0, "complaints": complaints, "digest": digest });
        println!("{said}");
    } else {
        complaints.iter().for_each(|one| println!("{}", sentence(one)));
        match &catalogue {
            Some(catalogue) => println!("{}", summary(catalogue, complaints.len())),
            None => {
                println!("{} cannot be used: {errors} errors, {} warnings.", file.display(), complaints.len() - errors)
            }
        }
    }
    Ok(if errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn sentence(one: &Complaint) -> String {
    let kind = if one.is_error { "error" } else { "warning" };
    let line = one.line.map(|line| format!(" in line {line}")).unwrap_or_default();
    format!("{kind}{line}: {}", visible(&one.sentence))
}

fn summary(catalogue: &Catalogue, warnings: usize) -> String {
    let verified = catalogue.recommendations.iter().filter(|one| one.paragraph.is_some()).count();
    format!(
        "In order ({warnings} warnings): {}, edition {}: {} sections, {} recommendations, {verified} of them with a verified paragraph.\n\
         Digest {}",
        visible(&catalogue.symbol),
        visible(&catalogue.edition),
        catalogue.sections.len(),
        catalogue.recommendations.len(),
        catalogue.digest()
    )
}

async fn from_report(place: &Place, what: &FromReport) -> anyhow::Result<ExitCode> {
    let extraction = extraction(place, &what.report).await?;
    let report = Report::read(&extraction);
    report.remarks.iter().for_each(|one| eprintln!("pouch: {}", visible(one)));
    ensure!(!report.paragraphs.is_empty(), "{} has no numbered paragraphs", what.report.display());
    let text = match &what.catalogue {
        None => proposal(what, &report)?,
        Some(file) => with_catalogue(what, &report, file)?,
    };
    match &what.out {
        None => print!("{text}"),
        Some(out) => write(out, what.catalogue.as_deref(), &text)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The text of the report: of what a file holds, the part that says most.
async fn extraction(place: &Place, file: &Path) -> anyhow::Result<Extraction> {
    let read = Reader::start(place).await?.read(file).await?;
    let longest = read.parts.into_iter().max_by_key(|part| part.said.len());
    let Some(part) = longest.filter(|part| !part.said.trim().is_empty()) else {
        bail!("{} gave no text: `pouch extract` says why", file.display());
    };
    Ok(part.extraction)
}

fn proposal(what: &FromReport, report: &Report) -> anyhow::Result<String> {
    let Some(symbol) = what.symbol.as_ref().or(report.symbol.as_ref()) else {
        bail!("the symbol of the report cannot be read from {}: say it with --symbol", what.report.display());
    };
    warn_of_another_symbol(symbol, report);
    ensure!(
        report.steps().next().is_some(),
        "no heading \"Recommended next steps\" was found above any of the {} paragraphs",
        report.paragraphs.len()
    );
    let rows = report.steps().map(|one| row(report, one, None, "")).collect::<Vec<_>>();
    eprintln!("{}\n{}", facts(report), rows.join("\n"));
    eprintln!("Every number is a proposal; compare it with the report. Then: pouch catalogue check FILE");
    Ok(official::proposed(report, symbol))
}

fn with_catalogue(what: &FromReport, report: &Report, file: &Path) -> anyhow::Result<String> {
    let text = text_of(file)?;
    let catalogue = Catalogue::read(&text)
        .map_err(|wrong| anyhow::anyhow!("{} cannot be used:\n  - {}", file.display(), wrong.join("\n  - ")))?;
    warn_of_another_symbol(what.symbol.as_ref().unwrap_or(&catalogue.symbol), report);
    let found = official::matches(&catalogue, report);
    eprintln!("{}", facts(report));
    found.iter().for_each(|one| eprintln!("{}", match_row(report, one)));
    let count = |test: &dyn Fn(usize) -> bool| found.iter().filter(|one| test(one.paragraphs.len())).count();
    let (clear, unclear, none) = (count(&|n| n == 1), count(&|n| n > 1), count(&|n| n == 0));
    eprintln!(
        "{clear} with one proposal, {unclear} not clear, {none} without. Accept what you have compared: --accept ID=NUMBER"
    );
    let text = official::with_proposals(&text, report, &found).map_err(anyhow::Error::msg)?;
    let accepted = official::accept(&text, report, &what.accept).map_err(anyhow::Error::msg)?;
    if !what.accept.is_empty() {
        eprintln!(
            "{} numbers written as verified. The list must be confirmed anew: pouch catalogue confirm",
            what.accept.len()
        );
    }
    Ok(accepted)
}

fn warn_of_another_symbol(symbol: &str, report: &Report) {
    match &report.symbol {
        Some(own) if own != symbol => {
            eprintln!("pouch: the report calls itself {}, not {}", visible(own), visible(symbol))
        }
        Some(_) => {}
        None => eprintln!("pouch: the report's symbol could not be read; see that it is {}", visible(symbol)),
    }
}

fn facts(report: &Report) -> String {
    let marks: Vec<String> = report.sections.iter().map(|one| one.mark.clone()).collect();
    let annexes: Vec<String> = report.annexes.iter().map(|one| visible(&one.label)).collect();
    format!(
        "{}, language {}: {} paragraphs, {} of them recommended next steps; sections {}; annexes {}",
        report.symbol.as_deref().map_or_else(|| "symbol unknown".to_string(), visible),
        report.language,
        report.paragraphs.len(),
        report.steps().count(),
        marks.join(", "),
        if annexes.is_empty() { "none".to_string() } else { annexes.join(", ") }
    )
}

fn row(report: &Report, one: &Paragraph, sub: Option<char>, before: &str) -> String {
    let letter = sub.map(|letter| format!("({letter})")).unwrap_or_default();
    let page = one.page.map(|page| format!("page {page}")).unwrap_or_default();
    let begin: String = one.text.chars().take(60).collect();
    format!("{before}{:<7}{page:<9}{:<26}{}", format!("{}{letter}", one.number), report.place(one), visible(&begin))
}

fn match_row(report: &Report, one: &Match) -> String {
    let before = format!("{:<30} ", one.id);
    match one.paragraphs.as_slice() {
        [] => format!("{before}none found"),
        [only] => row(report, &report.paragraphs[*only], one.sub, &before),
        several => {
            let numbers: Vec<String> = several.iter().map(|at| report.paragraphs[*at].number.to_string()).collect();
            format!("{before}not clear: {}", numbers.join(" or "))
        }
    }
}

/// Writes a file whole or not at all; what a person may have worked on is not overwritten.
fn write(out: &Path, catalogue: Option<&Path>, text: &str) -> anyhow::Result<()> {
    let same = |other: &Path| out.canonicalize().ok().is_some_and(|path| other.canonicalize().ok() == Some(path));
    ensure!(!out.exists() || catalogue.is_some_and(same), "{} exists already: name another file", out.display());
    let beside = out.with_extension("toml.new");
    std::fs::write(&beside, text)
        .and_then(|()| std::fs::rename(&beside, out))
        .with_context(|| format!("{} cannot be written", out.display()))?;
    eprintln!("Written to {}", out.display());
    Ok(())
}
