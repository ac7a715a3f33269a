//! For auditors: the proof, the report, the catalogue's confirmation. Asks `review`, prints.

use super::{Place, ReportFormat, open};
use crate::domain::Timestamp;
use crate::domain::ledger::{Actor, Event};
use crate::pipeline;
use crate::pipeline::Tools;
use crate::review::proof::{CONFIRMED, prove, read_head};
use crate::review::received as report;
use crate::store::task::{self, Stage};
use crate::store::{ledger, setting, submission};
use crate::vault::Vault;
use crate::worker;
use anyhow::Context as _;
use std::process::ExitCode;

/// Proves, or says what is wrong.
pub async fn verify(place: &Place, expect: Option<&str>, clock: fn() -> Timestamp) -> anyhow::Result<ExitCode> {
    let (data, config) = open::place(place)?;
    let store = open::store(&data, &config).await?;
    let vault = Vault::open(&data.join("vault"))?;
    let expected = expect.map(read_head).transpose().context("--expect")?;
    let proof = prove(&store, &vault, expected, clock).await?;
    let (number, hash) = proof.head;
    if proof.wrong.is_empty() {
        println!(
            "In order: {} entries chained and replayed, {} objects of the vault re-hashed.",
            proof.entries, proof.objects
        );
        if proof.erased > 0 {
            println!("{} objects were erased on purpose, as the ledger says.", proof.erased);
        }
        println!("Head {number}:{hash}");
        println!(
            "Keep this line: `pouch audit verify --expect {number}:{hash}` proves later that nothing before it has changed."
        );
        return Ok(ExitCode::SUCCESS);
    }
    for sentence in &proof.wrong {
        println!("WRONG: {sentence}");
    }
    println!("{} things are wrong. Keep everything as it is and call whoever runs the machine.", proof.wrong.len());
    Ok(ExitCode::FAILURE)
}

/// Prints the report of everything received.
pub async fn received(
    place: &Place,
    from: Option<jiff::civil::Date>,
    to: Option<jiff::civil::Date>,
    format: ReportFormat,
    clock: fn() -> Timestamp,
) -> anyhow::Result<ExitCode> {
    let (data, config) = open::place(place)?;
    let store = open::store(&data, &config).await?;
    let report = report::received(&store, from, to, clock).await?;
    match format {
        ReportFormat::Csv => print!("{}", report.csv()?),
        ReportFormat::Html => print!("{}", report.html()?),
        ReportFormat::Json => println!("{}", report.json()?),
    }
    Ok(ExitCode::SUCCESS)
}

/// Lists the catalogue.
pub async fn list_catalogue(place: &Place) -> anyhow::Result<ExitCode> {
    let catalogue = open::tools(place).await?.catalogue;
    println!("{} ({}), edition {}", catalogue.name, catalogue.symbol, catalogue.edition);
    println!("The titles are working titles, not the report's own; staff notes are not shown to the public.");
    for one in &catalogue.recommendations {
        let standing = format!("{:?}", one.standing).to_lowercase();
        println!("{}  {:<28} {standing:<10} {}", one.section, one.id, one.title);
    }
    Ok(ExitCode::SUCCESS)
}

/// Keeps a person's confirmation of the catalogue.
pub async fn confirm_catalogue(
    place: &Place,
    by: &str,
    reason: Option<&str>,
    clock: fn() -> Timestamp,
) -> anyhow::Result<ExitCode> {
    let tools = open::tools(place).await?;
    confirm(&tools, by, reason, clock).await?;
    println!("Confirmed by {by}: the public pages no longer call it a working list.");
    Ok(ExitCode::SUCCESS)
}

async fn confirm(tools: &Tools, by: &str, reason: Option<&str>, clock: fn() -> Timestamp) -> anyhow::Result<()> {
    anyhow::ensure!(!by.trim().is_empty(), "say who you are: --by NAME");
    let now = clock();
    let digest = tools.catalogue.digest();
    let mut tx = tools.store.begin().await?;
    let person = ledger::person(&mut tx, by.trim(), now).await?;
    let reason = match reason {
        Some(text) => Some(ledger::commit_to(&mut tx, text).await?),
        None => None,
    };
    setting::set(&mut tx, CONFIRMED, &digest.to_string()).await?;
    let event = Event::CatalogueConfirmed { catalogue: digest, reason };
    ledger::append(&mut tx, &Actor::Person(person), &[event], now).await?;
    for id in submission::publication_ids(&tools.store).await? {
        task::renew(&mut tx, Stage::Site, id.as_str(), now).await?;
    }
    tx.commit().await?;
    worker::settle_down(tools, clock).await?;
    pipeline::write_front(tools, clock()).await
}
