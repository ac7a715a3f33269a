//! The proof that nothing was lost or changed: the ledger's chain, its replay against what is stored, the vault's bytes. Reads
//! and compares; mends nothing.

use crate::audit::chain::Chain;
use crate::audit::replay::{Facts, Replay, RevisionFacts, UidFacts};
use crate::domain::redaction::CopyMade;
use crate::domain::submission::{Manifest, State};
use crate::domain::{Digest, Timestamp};
use crate::pipeline;
use crate::store::{
    Store, account, judgement, ledger, letter, message, model, redaction, relation, setting, submission, wish,
};
use crate::vault::Vault;
use anyhow::Context as _;
use std::collections::BTreeSet;

/// Entries read at once.
pub const PAGE: i64 = 5_000;

/// Name of the setting that says which catalogue was confirmed.
pub const CONFIRMED: &str = "catalogue confirmed";

/// What was found.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Everything that is wrong, in sentences; empty: in order.
    pub wrong: Vec<String>,
    /// Number and hash of the last sealed entry.
    pub head: (u64, Digest),
    /// Entries that were chained and replayed.
    pub entries: u64,
    /// Objects of the vault that were hashed again.
    pub objects: usize,
    /// Objects that were erased on purpose, as the ledger says.
    pub erased: usize,
}

/// Proves it, or says what is wrong; `expected` is a head that somebody kept.
///
/// # Errors
/// If the store does not answer.
pub async fn prove(
    store: &Store,
    vault: &Vault,
    expected: Option<(u64, Digest)>,
    clock: fn() -> Timestamp,
) -> anyhow::Result<Proof> {
    seal(store, clock).await?;
    let Verified { mut wrong, head, entries, erased } = verify_ledger(store, expected).await?;
    let broken = ledger::broken_commitments(store).await?;
    wrong.extend(broken.into_iter().map(|hash| format!("the text behind the commitment {hash} was changed")));
    wrong.extend(changed_manifests(store).await?);
    let mut digests: BTreeSet<Digest> =
        message::copies(store, None).await?.iter().filter_map(|copy| copy.digest).collect();
    let copies = redaction::copies(store, None).await?.into_iter();
    digests.extend(copies.filter(|copy| copy.made != CopyMade::AsItIs).map(|copy| copy.digest));
    // Only what the ledger says was erased may be missing.
    let all = digests.len();
    digests.retain(|digest| !erased.contains(digest));
    let (objects, erased) = (digests.len(), all - digests.len());
    let vault = vault.clone();
    wrong.extend(tokio::task::spawn_blocking(move || verify_vault(&vault, &digests)).await?);
    Ok(Proof { wrong, head, entries, objects, erased })
}

/// A head as reports print it: NUMBER:HASH.
///
/// # Errors
/// If it is not written like that.
pub fn read_head(text: &str) -> anyhow::Result<(u64, Digest)> {
    let (number, hash) = text.split_once(':').context("a head is NUMBER:HASH, as a report prints it")?;
    Ok((number.parse().context("the number before the colon")?, hash.parse().context("the hash after the colon")?))
}

/// Seals what waits; another process may be at it just now.
pub(super) async fn seal(store: &Store, clock: fn() -> Timestamp) -> anyhow::Result<()> {
    for _ in 0..50 {
        match pipeline::seal(store, clock()).await {
            Ok(0) => return Ok(()),
            Ok(_) | Err(crate::store::Error::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
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
    for one in account::all(store).await? {
        facts.accounts.insert(one.person, (one.roles, one.closed_at.is_some()));
    }
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
