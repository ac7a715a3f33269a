//! For auditors: the proof, the report, the catalogue's confirmation. Loads, hands over to `audit`, prints.

use super::{Place, ReportFormat, open};
use crate::audit::chain::Chain;
use crate::audit::received::{CopyRow, Report, Row, Sums};
use crate::audit::replay::{Facts, Replay, RevisionFacts, UidFacts};
use crate::domain::ledger::{Actor, Event};
use crate::domain::redaction::CopyMade;
use crate::domain::submission::{Manifest, State};
use crate::domain::{Digest, MessageId, Timestamp};
use crate::pipeline;
use crate::pipeline::Tools;
use crate::review::queue::revision_that_counts;
use crate::store::message::CopyLine;
use crate::store::task::{self, Stage};
use crate::store::{
    Store, judgement, ledger, letter, mailbox, message, model, redaction, relation, setting, submission, wish,
};
use crate::vault::Vault;
use crate::worker;
use anyhow::Context as _;
use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

/// Entries read at once.
pub const PAGE: i64 = 5_000;

/// Name of the setting that says which catalogue was confirmed.
const CONFIRMED: &str = "catalogue confirmed";

/// Proves, or says what is wrong.
pub async fn verify(place: &Place, expect: Option<&str>, clock: fn() -> Timestamp) -> anyhow::Result<ExitCode> {
    let (data, config) = open::place(place)?;
    let store = open::store(&data, &config).await?;
    let vault = Vault::open(&data.join("vault"))?;
    let expected = expect.map(read_head).transpose()?;
    seal(&store, clock).await?;
    let Verified { mut wrong, head, entries, erased } = verify_ledger(&store, expected).await?;
    let broken = ledger::broken_commitments(&store).await?;
    wrong.extend(broken.into_iter().map(|hash| format!("the text behind the commitment {hash} was changed")));
    wrong.extend(changed_manifests(&store).await?);
    let mut digests: BTreeSet<Digest> =
        message::copies(&store, None).await?.iter().filter_map(|copy| copy.digest).collect();
    let copies = redaction::copies(&store, None).await?.into_iter();
    digests.extend(copies.filter(|copy| copy.made != CopyMade::AsItIs).map(|copy| copy.digest));
    // Only what the ledger says was erased may be missing.
    let all = digests.len();
    digests.retain(|digest| !erased.contains(digest));
    let erased = all - digests.len();
    wrong.extend(verify_vault(&vault, &digests));
    if wrong.is_empty() {
        println!("In order: {entries} entries chained and replayed, {} objects of the vault re-hashed.", digests.len());
        if erased > 0 {
            println!("{erased} objects were erased on purpose, as the ledger says.");
        }
        println!("Head {}:{}", head.0, head.1);
        println!(
            "Keep this line: `pouch audit verify --expect {}:{}` proves later that nothing before it has changed.",
            head.0, head.1
        );
        return Ok(ExitCode::SUCCESS);
    }
    for sentence in &wrong {
        println!("WRONG: {sentence}");
    }
    println!("{} things are wrong. Keep everything as it is and call whoever runs the machine.", wrong.len());
    Ok(ExitCode::FAILURE)
}

/// Seals what waits; another process may be at it just now.
async fn seal(store: &Store, clock: fn() -> Timestamp) -> anyhow::Result<()> {
    for _ in 0..50 {
        match pipeline::seal(store, clock()).await {
            Ok(0) => return Ok(()),
            Ok(_) | Err(crate::store::Error::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn read_head(text: &str) -> anyhow::Result<(u64, Digest)> {
    let (number, hash) = text.split_once(':').context("--expect wants NUMBER:HASH, as a report prints it")?;
    Ok((number.parse().context("the number before the colon")?, hash.parse().context("the hash after the colon")?))
}

/// What a pass over the ledger says.
struct Verified {
    wrong: Vec<String>,
    head: (u64, Digest),
    entries: u64,
    /// Bytes and contents that were erased on purpose.
    erased: BTreeSet<Digest>,
}

/// The chain and the replay in one pass. Rows may change while they are read: a difference counts only if it is still
/// there when everything is read again.
async fn verify_ledger(store: &Store, expected: Option<(u64, Digest)>) -> anyhow::Result<Verified> {
    let mut tries = 0;
    loop {
        let seals = ledger::seals(store).await?;
        let mut chain = Chain::new(&seals, expected);
        let mut replay = Replay::default();
        let (mut after, mut count) = (0, 0);
        loop {
            let page = ledger::sealed_after(store, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.number.unwrap_or(after);
            for entry in &page {
                chain.take(entry);
                replay.take(entry.number.unwrap_or_default(), &entry.event);
                count += 1;
            }
        }
        let stored = facts(store).await?;
        // Entries that came meanwhile belong to rows that were read.
        let mut tail = ledger::unsealed_entries(store).await?;
        tail.sort_by(|a, b| a.id.cmp(&b.id));
        for entry in &tail {
            replay.take(0, &entry.event);
        }
        let erased = replay.erased.clone();
        let differences = replay.compare(&stored);
        tries += 1;
        if !differences.is_empty() && tries < 4 && ledger::head(store).await? != seals.last().copied() {
            continue;
        }
        let head = chain.head();
        let mut wrong = chain.finish();
        wrong.extend(differences);
        return Ok(Verified { wrong, head, entries: count, erased });
    }
}

/// What is stored, as the replay sees it.
async fn facts(store: &Store) -> anyhow::Result<Facts> {
    let mut facts = Facts::default();
    for copy in message::copies(store, None).await? {
        let uid = UidFacts {
            settlement: copy.settlement,
            digest: copy.digest,
            message: copy.message,
            vanished: copy.vanished_at.is_some(),
        };
        facts.uids.insert(copy.key, uid);
    }
    for line in message::lines(store, None).await? {
        facts.messages.insert(line.id, (line.outcome, line.kind));
    }
    for revision in submission::revisions(store, None).await? {
        let of = RevisionFacts {
            submission: revision.submission,
            number: revision.number,
            edition: revision.edition,
            state: revision.state,
            content: pipeline::content_digest(&revision.content)?,
        };
        facts.revisions.insert(revision.id, of);
    }
    for line in wish::lines(store, None).await? {
        let decision = line.decided.map(|decided| decided.decision);
        facts.wishes.insert((line.message, line.number), (line.wish.kind, decision));
    }
    for relation::RelationLine { relation: one, decided } in relation::lines(store, None).await? {
        facts.relations.insert((one.message, one.other), (one.kind, decided.map(|decided| decided.confirmed)));
    }
    for line in letter::lines(store, None).await? {
        facts.letters.insert(line.id, (line.kind, line.state));
    }
    for line in submission::lines(store).await? {
        if let Some(number) = line.receipt_number {
            facts.numbers.insert(line.id.clone(), number);
        }
        if let Some(into) = line.merged_into {
            facts.merged.insert(line.id, into);
        }
    }
    for one in judgement::all(store).await? {
        facts.judgements.insert(one.id, (one.revision, one.edition, one.act, one.words));
    }
    for copy in redaction::copies(store, None).await? {
        let public = copy.problem.is_none().then_some(copy.digest);
        facts.redacted.insert((copy.original, copy.redactions), public);
    }
    facts.models = model::all(store).await?.into_iter().map(|one| (one.version, one.digest)).collect();
    facts.chosen_model = model::chosen(store).await?.map(|chosen| chosen.version);
    facts.confirmed_catalogue = setting::get(store, CONFIRMED).await?.and_then(|text| text.parse().ok());
    Ok(facts)
}

/// What was approved must still be what the approval fixed.
async fn changed_manifests(store: &Store) -> anyhow::Result<Vec<String>> {
    let mut wrong = Vec::new();
    for revision in submission::revisions(store, None).await? {
        let (State::Approved { manifest: fixed, .. } | State::Published { manifest: fixed, .. }) = revision.state
        else {
            continue;
        };
        if Manifest::digest_of(revision.manifest.as_deref().unwrap_or_default()) != fixed {
            wrong.push(format!("what was approved of revision {} was changed", revision.id));
        }
    }
    Ok(wrong)
}

fn verify_vault(vault: &Vault, digests: &BTreeSet<Digest>) -> Vec<String> {
    let mut wrong = Vec::new();
    for digest in digests {
        match vault.verify(*digest) {
            Ok(true) => {}
            Ok(false) => wrong.push(format!("the stored bytes of {digest} were changed")),
            Err(error) => wrong.push(format!("the stored bytes of {digest} cannot be read: {error}")),
        }
    }
    wrong
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
    seal(&store, clock).await?;
    let day = |time: Timestamp| time.to_zoned(jiff::tz::TimeZone::UTC).date();
    let inside = |time: Timestamp| from.is_none_or(|from| day(time) >= from) && to.is_none_or(|to| day(time) <= to);
    let mut rows = rows(&store).await?;
    rows.retain(|(seen, _)| inside(*seen));
    let period = match (from, to) {
        (None, None) => "All days".to_string(),
        (from, to) => {
            let name = |day: Option<jiff::civil::Date>| day.map_or("…".to_string(), |day| day.to_string());
            format!("First seen from {} to {} (UTC); the sums of the mailboxes are of all days", name(from), name(to))
        }
    };
    let report = Report {
        period,
        made: clock().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        head: ledger::head(&store).await?,
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        sums: sums(&store).await?,
        agreement: super::agreement::agreement(&store).await?,
    };
    match format {
        ReportFormat::Csv => print!("{}", report.csv()?),
        ReportFormat::Html => print!("{}", report.html()?),
        ReportFormat::Json => println!("{}", report.json()?),
    }
    Ok(ExitCode::SUCCESS)
}

fn second(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

async fn rows(store: &Store) -> anyhow::Result<Vec<(Timestamp, Row)>> {
    let mut copies: BTreeMap<MessageId, Vec<CopyLine>> = BTreeMap::new();
    for copy in message::copies(store, None).await? {
        if let Some(id) = copy.message.clone() {
            copies.entry(id).or_default().push(copy);
        }
    }
    let mut states = BTreeMap::new();
    let mut of: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for revision in submission::revisions(store, None).await? {
        of.entry(revision.submission.clone()).or_default().push(revision);
    }
    for (id, revisions) in of {
        if let Some(revision) = revision_that_counts(&revisions) {
            states.insert(id, revision.state.name());
        }
    }
    let mut rows = Vec::new();
    for line in message::lines(store, None).await? {
        let copies = copies.remove(&line.id).unwrap_or_default();
        if copies.is_empty() {
            continue;
        }
        let from = line.summary.from.iter().map(|one| match &one.name {
            Some(name) => format!("{name} <{}>", one.address),
            None => one.address.clone(),
        });
        let row = Row {
            id: line.id.0.clone(),
            sent: line.sent_at.map(second).unwrap_or_default(),
            relayed: line.summary.received.map(second).unwrap_or_default(),
            first_seen: second(line.first_seen),
            from: from.collect::<Vec<_>>().join(", "),
            subject: line.subject.clone(),
            message_id_header: line.message_id_header.clone().unwrap_or_default(),
            outcome: line.outcome.as_str().into(),
            kind: line.kind.as_str().into(),
            reason: line.reason.clone(),
            state: line.submission.as_ref().and_then(|id| states.get(id)).copied().unwrap_or_default().into(),
            submission: line.submission.map(|id| id.0).unwrap_or_default(),
            copies: copies.iter().map(copy_row).collect(),
        };
        rows.push((line.first_seen, row));
    }
    Ok(rows)
}

fn copy_row(copy: &CopyLine) -> CopyRow {
    CopyRow {
        mailbox: format!("{}/{}", copy.account, copy.folder),
        uidvalidity: copy.key.uidvalidity,
        uid: copy.key.uid,
        settlement: copy.settlement.as_str().into(),
        server_date: copy.internal_date.map(second).unwrap_or_default(),
        sha256: copy.digest.map(|digest| digest.to_string()).unwrap_or_default(),
        gone_since: copy.vanished_at.map(second).unwrap_or_default(),
    }
}

async fn sums(store: &Store) -> anyhow::Result<Vec<Sums>> {
    let names: BTreeMap<_, _> =
        mailbox::all(store).await?.into_iter().map(|one| (one.id, format!("{}/{}", one.account, one.folder))).collect();
    let sums = mailbox::sums(store).await?.into_iter().map(|one| Sums {
        mailbox: names.get(&one.mailbox).cloned().unwrap_or_default(),
        seen: one.seen,
        taken: one.taken,
        copies: one.copies,
        left_out: one.left_out,
        parked: one.parked,
        gone: one.gone,
        under_way: one.received,
        gone_since: one.vanished,
    });
    Ok(sums.collect())
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
