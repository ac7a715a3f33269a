//! What a publishing pipeline reads, takes and says it carried out: approved and public revisions exactly as they were approved,
//! and those that are public no longer. Publishes nothing, and shows nothing that nobody approved.

use super::{Error, Result};
use crate::domain::ledger::{Actor, Event};
use crate::domain::publication::{PublicFile, PublicInput, PublicStatus};
use crate::domain::submission::{Manifest, State};
use crate::domain::{Digest, PersonId, SubmissionId, Timestamp, new_id};
use crate::pipeline::Tools;
use crate::publish;
use crate::store::feed::{self, FeedChange, FeedLine};
use crate::store::{ledger, submission};
use std::path::PathBuf;
use std::time::Duration;

/// Changes of one lease at most.
pub const MOST: usize = 100;

/// Longest lease.
pub const LONGEST: Duration = Duration::from_secs(3600);

/// A submission in public, or no longer in public.
#[derive(Clone, Debug)]
pub struct Publication {
    pub line: FeedLine,
    /// `None`: it was withdrawn, and nothing of it is handed out any more.
    pub public: Option<Approved>,
}

/// What an approver saw.
#[derive(Clone, Debug)]
pub struct Approved {
    pub manifest: Manifest,
    /// As it is stored: its digest is that of these bytes.
    pub manifest_text: String,
    pub digest: Digest,
    /// What stands on the public page of it.
    pub input: PublicInput,
}

/// A page of changes behind a number, and the number to go on from.
///
/// # Errors
/// If the store does not answer.
pub async fn feed(tools: &Tools, after: u64, limit: usize) -> Result<(Vec<Publication>, Option<u64>)> {
    let lines = feed::after(&tools.store, after, limit as i64).await?;
    let next = lines.last().filter(|_| lines.len() == limit).map(|line| line.sequence);
    let mut all = Vec::new();
    for line in lines {
        all.extend(publication(tools, line).await?);
    }
    Ok((all, next))
}

/// One submission's.
///
/// # Errors
/// If it never was public.
pub async fn one(tools: &Tools, id: &SubmissionId) -> Result<Publication> {
    let missing = || Error::NotFound("such publication".into());
    // Between two reads a change may come: then the second look sees it.
    for _ in 0..3 {
        let line = feed::line(&tools.store, id).await?.ok_or_else(missing)?;
        if let Some(found) = publication(tools, line).await? {
            return Ok(found);
        }
    }
    Err(missing())
}

/// `None`: it changes at this moment, and stands further behind in the feed by now.
async fn publication(tools: &Tools, line: FeedLine) -> Result<Option<Publication>> {
    if line.change == FeedChange::Withdrawn {
        return Ok(Some(Publication { line, public: None }));
    }
    let revisions = submission::revisions(&tools.store, Some(&line.submission)).await?;
    let Some(revision) = revisions.into_iter().find(|one| one.id == line.revision) else { return Ok(None) };
    // Whatever the feed says: only what stands as published, with the very manifest that was approved.
    let (State::Published { manifest: digest, .. }, Some(text)) = (&revision.state, revision.manifest) else {
        return Ok(None);
    };
    if Manifest::digest_of(&text) != *digest {
        return Ok(None);
    }
    let manifest: Manifest = crate::store::rows::from_json(&text)?;
    let Some(input) = submission::publication(&tools.store, &line.submission).await? else { return Ok(None) };
    if input.revision != manifest.number || input.status != PublicStatus::Public {
        return Ok(None);
    }
    Ok(Some(Publication { line, public: Some(Approved { manifest, manifest_text: text, digest: *digest, input }) }))
}

/// Gives changes that are due to a worker, for a time; the id of the lease. Nobody else gets them until then.
///
/// # Errors
/// If nothing, too much or too long a time is asked for.
pub async fn lease(
    tools: &Tools,
    person: &PersonId,
    count: usize,
    time: Duration,
    now: Timestamp,
) -> Result<(String, Timestamp, Vec<Publication>)> {
    if !(1..=MOST).contains(&count) || time.is_zero() || time > LONGEST {
        return Err(Error::Refused(format!(
            "a lease takes 1 to {MOST} changes for 1 to {} seconds",
            LONGEST.as_secs()
        )));
    }
    let (id, until) = (new_id(now), now + time);
    let mut tx = tools.store.begin().await?;
    let lines = feed::lease(&mut tx, (&id, person), count as i64, until, now).await?;
    tx.commit().await?;
    let mut given = Vec::new();
    for line in lines {
        let submission = line.submission.clone();
        if let Some(one) = publication(tools, line).await? {
            given.push(one);
            continue;
        }
        // It changed just now: whoever asks next gets it as it is then.
        let mut tx = tools.store.begin().await?;
        feed::end_lease(&mut tx, &submission, &id, false, now).await?;
        tx.commit().await?;
    }
    Ok((id, until, given))
}

/// Why a worker's word was not taken.
#[derive(Debug)]
pub enum NotTaken {
    /// The lease ran out or is another's.
    NoLease,
    /// It changed while they worked: it is due again, and the lease has ended.
    Changed,
    /// What they published is not what was approved.
    OtherDigest,
}

/// Notes that a worker carried a change out: published what was approved, by its manifest's digest, or took it down (`None`).
///
/// # Errors
/// If there is no such publication.
pub async fn acknowledge(
    tools: &Tools,
    id: &SubmissionId,
    (person, lease): (&PersonId, &str),
    digest: Option<Digest>,
    now: Timestamp,
) -> Result<std::result::Result<(), NotTaken>> {
    let found = one(tools, id).await?;
    let held = found.line.lease.as_ref().filter(|one| one.id == lease && one.person == *person && one.until > now);
    let Some(held) = held else { return Ok(Err(NotTaken::NoLease)) };
    let mut tx = tools.store.begin().await?;
    if held.sequence != found.line.sequence {
        feed::end_lease(&mut tx, id, lease, false, now).await?;
        tx.commit().await?;
        return Ok(Err(NotTaken::Changed));
    }
    if digest != found.public.as_ref().map(|public| public.digest) {
        return Ok(Err(NotTaken::OtherDigest));
    }
    if !feed::end_lease(&mut tx, id, lease, true, now).await? {
        return Ok(Err(NotTaken::NoLease));
    }
    let event = Event::CarriedOut { submission: id.clone(), revision: found.line.revision.clone(), manifest: digest };
    ledger::append(&mut tx, &Actor::Person(person.clone()), &[event], now).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Where the bytes of a public file lie, as they are public; `None`: not yet there, they are written in a moment.
///
/// # Errors
/// If the publication has no such file.
pub fn file(tools: &Tools, approved: &Approved, digest: Digest) -> Result<(PublicFile, Option<PathBuf>)> {
    let input = &approved.input;
    let file = input.offered_files().iter().find(|file| file.digest == digest);
    let file = file.ok_or_else(|| Error::NotFound("such file in this publication".into()))?;
    let path = tools.public_dir.join(publish::folder(input)).join(&file.file_name);
    Ok((file.clone(), path.exists().then_some(path)))
}
