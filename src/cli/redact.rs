//! `pouch redact`: what is offered to strike, what is struck, and the copies without it. Holds no rule of its own.

use super::acts::{act_of, submission_id};
use super::list::visible;
use super::{By, Place, open};
use crate::domain::redaction::{CopyMade, RedactedCopy, RedactionKind};
use crate::domain::{SubmissionId, Timestamp};
use crate::pipeline::Tools;
use crate::review::redaction::{self, CopyOf, Mark, Redactions};
use anyhow::{Context as _, bail};
use clap::Args;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What shall be struck; without an option it only lists.
#[derive(Debug, Args)]
pub struct What {
    id: String,
    /// Strike these offers, by number: 1,3 or 2-5 or all
    #[arg(long, value_name = "N,M")]
    accept: Option<String>,
    /// Strike these words wherever they stand (repeat it)
    #[arg(long, value_name = "TEXT")]
    words: Vec<String>,
    /// The words are those of this part: body, or a number as `pouch show` prints it
    #[arg(long, value_name = "PART", requires = "words")]
    part: Option<String>,
    /// What the words are
    #[arg(long, value_name = "KIND", value_parser = kind, default_value = "other")]
    why: RedactionKind,
    /// Take a mark away again, by its number
    #[arg(long, value_name = "N", conflicts_with_all = ["accept", "words"])]
    undo: Option<usize>,
    /// Make the copies without the struck words, and search them for the words
    #[arg(long)]
    copies: bool,
    /// Write the copies that were made into this folder, to look at them
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    by: MaybeBy,
}

/// Who acts and why: asked for where something changes.
#[derive(Debug, Args)]
struct MaybeBy {
    /// Your name, for the ledger
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Why, in your words
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// The revision and edition that you looked at (1.1): refused if it has changed since
    #[arg(long, value_name = "N.E")]
    seen: Option<String>,
}

fn kind(text: &str) -> Result<RedactionKind, String> {
    let known = RedactionKind::ALL.into_iter().find(|kind| kind.as_str() == text);
    known.ok_or_else(|| format!("one of {}", RedactionKind::ALL.map(RedactionKind::as_str).join(", ")))
}

/// Lists, or does what was asked and lists what is then.
pub async fn redact(place: &Place, what: &What, clock: fn() -> Timestamp) -> anyhow::Result<ExitCode> {
    let tools = open::tools(place).await?;
    let id = submission_id(&tools, &what.id).await?;
    let changes = what.accept.is_some() || !what.words.is_empty() || what.undo.is_some() || what.copies;
    if changes {
        change(&tools, &id, what, clock).await?;
    }
    let now = redaction::suggestions(&tools, &id).await?;
    if what.json {
        println!("{}", serde_json::to_string_pretty(&as_json(&now))?);
    } else {
        print(&id, &now);
    }
    if let Some(folder) = &what.save {
        save(&tools, &now, folder)?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn change(tools: &Tools, id: &SubmissionId, what: &What, clock: fn() -> Timestamp) -> anyhow::Result<()> {
    let by = By {
        by: what.by.by.clone().unwrap_or_default(),
        reason: what.by.reason.clone().unwrap_or_default(),
        seen: what.by.seen.clone(),
    };
    let mut act = act_of(&by, clock)?;
    let mut marks: Vec<Mark> = Vec::new();
    if let Some(numbers) = &what.accept {
        let now = redaction::suggestions(tools, id).await?;
        for number in numbers_of(numbers, now.offers.len())? {
            let offer = now.offers.get(number - 1).with_context(|| format!("there is no offer {number}"))?;
            marks.push(Mark { part: offer.part.clone(), span: offer.span, kind: offer.kind });
        }
    }
    for words in &what.words {
        marks.push(redaction::find_words(tools, id, words, what.part.as_deref(), what.why).await?);
    }
    if !marks.is_empty() {
        redaction::redact(tools, id, &marks, &act).await?;
        act.seen = None;
    }
    if let Some(number) = what.undo {
        redaction::unredact(tools, id, number, &act).await?;
        act.seen = None;
    }
    if what.copies {
        redaction::make_copies(tools, id, &act).await?;
    }
    Ok(())
}

/// `1,3-5` and `all` as numbers.
fn numbers_of(text: &str, count: usize) -> anyhow::Result<Vec<usize>> {
    if text.trim() == "all" {
        return Ok((1..=count).collect());
    }
    let mut numbers = Vec::new();
    for piece in text.split(',') {
        let (first, last) = piece.split_once('-').unwrap_or((piece, piece));
        let (first, last): (usize, usize) = (first.trim().parse()?, last.trim().parse()?);
        if first == 0 || last > count {
            bail!("offers are numbered from 1 to {count}");
        }
        numbers.extend(first..=last);
    }
    Ok(numbers)
}

fn print(id: &SubmissionId, now: &Redactions) {
    println!("{id}, revision {}.{}", now.seen.0, now.seen.1);
    println!("Offered to strike: {}", now.offers.len());
    for one in &now.offers {
        let times = if one.times > 1 { format!(", in {} places", one.times) } else { String::new() };
        println!(
            "  {:>3}  {:<9} {}  ({}{times})",
            one.number,
            one.kind.as_str(),
            visible(&one.words),
            visible(&one.name)
        );
    }
    println!("Struck: {}", now.marks.len() + now.areas.len());
    for one in &now.marks {
        let words = one.words.as_deref().map_or("(the text was read again: mark it anew)".into(), visible);
        println!(
            "  {:>3}  {:<9} {words}  ({}, in {} places)",
            one.number,
            one.redaction.kind.as_str(),
            visible(&one.name),
            one.times
        );
    }
    for one in &now.areas {
        let (kind, page) = (one.area.kind.as_str(), one.area.page);
        println!("  {:>3}  {kind:<9} a place on page {page}  ({})", one.number, visible(&one.name));
    }
    for one in &now.copies {
        println!("Copy of {}: {}", visible(&one.name), one.copy.as_ref().map_or("not made yet".into(), standing));
    }
    for line in &now.in_the_way {
        println!("In the way of an approval: {}", visible(line));
    }
    for note in &now.notes {
        println!("{}", visible(note));
    }
    if now.copies.iter().any(|one| one.copy.is_none()) {
        println!("Make the copies: pouch redact {id} --copies --by NAME --reason WHY");
    }
}

fn standing(copy: &RedactedCopy) -> String {
    let how = match copy.made {
        CopyMade::AsItIs => "none of the words stands in it; it is published as it is".to_string(),
        CopyMade::CleanText => format!("its text alone, {} places struck", copy.places),
        CopyMade::Pixels => format!("pictures of its pages, {} places filled", copy.places),
    };
    let note = if copy.note.is_empty() { String::new() } else { format!(" {}", visible(&copy.note)) };
    match &copy.problem {
        Some(problem) => format!("REFUSED, {}", visible(problem)),
        None => format!("{how}; searched, nothing found.{note}"),
    }
}

fn as_json(now: &Redactions) -> serde_json::Value {
    let offers = now.offers.iter().map(|one| {
        json!({"number": one.number, "part": one.part, "kind": one.kind, "start": one.span.start,
               "end": one.span.end, "words": one.words, "places": one.times})
    });
    let marks = now
        .marks
        .iter()
        .map(|one| json!({"number": one.number, "redaction": one.redaction, "words": one.words, "places": one.times}));
    let areas = now.areas.iter().map(|one| json!({"number": one.number, "area": one.area}));
    let copies = now.copies.iter().map(|one| json!({"part": one.part, "name": one.name, "copy": one.copy}));
    json!({
        "revision": now.seen.0, "edition": now.seen.1,
        "offers": offers.collect::<Vec<_>>(), "struck": marks.collect::<Vec<_>>(),
        "areas": areas.collect::<Vec<_>>(),
        "copies": copies.collect::<Vec<_>>(), "in_the_way": now.in_the_way, "notes": now.notes,
    })
}

/// Writes the copies that have bytes of their own.
fn save(tools: &Tools, now: &Redactions, folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    for CopyOf { part, copy, name } in &now.copies {
        let Some(copy) = copy.as_ref().filter(|copy| copy.made != CopyMade::AsItIs) else { continue };
        let ending = if copy.made == CopyMade::Pixels { "pdf" } else { "txt" };
        // No name that a stranger gave.
        let path = folder.join(format!("{}.{ending}", part.path.replace(|c: char| !c.is_ascii_alphanumeric(), "-")));
        let (mut bytes, _) = tools.vault.open_object(copy.digest)?;
        std::io::copy(&mut bytes, &mut std::fs::File::create(&path)?)?;
        println!("The copy of {} is {}", visible(name), path.display());
    }
    Ok(())
}
