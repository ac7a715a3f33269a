//! What a decision will make public, shown before it is made: the public page as publishing would write it. Makes nothing
//! public.

use super::queue::revision_that_counts;
use super::revisions::manifest_of;
use super::{Error, Result};
use crate::domain::publication::{PublicInput, Site};
use crate::domain::submission::{Manifest, State};
use crate::domain::{SubmissionId, Timestamp};
use crate::pipeline::{Tools, public_input, public_site};
use crate::store::submission;

/// What would stand on the public page, if it became public now.
#[derive(Clone, Debug)]
pub struct Shown {
    pub site: Site,
    pub input: PublicInput,
    pub manifest: Manifest,
}

/// What waits, as an approval would fix it; what is approved or public, as it was fixed.
///
/// # Errors
/// If there is no such submission, or it is neither queued nor approved nor public.
pub async fn of(tools: &Tools, id: &SubmissionId, now: Timestamp) -> Result<Shown> {
    let revisions = submission::revisions(&tools.store, Some(id)).await?;
    let revision = revision_that_counts(&revisions).ok_or_else(|| Error::NotFound(format!("submission {id}")))?;
    let manifest = match (&revision.state, &revision.manifest) {
        (State::Queued, _) => manifest_of(tools, revision).await?,
        (State::Approved { .. } | State::Published { .. }, Some(json)) => serde_json::from_str(json)
            .map_err(|error| Error::Refused(format!("what was approved cannot be read: {error}")))?,
        (state, _) => return Err(Error::Refused(format!("it is {}: nothing of it would be public", state.name()))),
    };
    let site = public_site(tools).await?;
    // Its number is given at first publication, and stands on lists only.
    let input = public_input(&tools.catalogue, site.catalogue_confirmed, &manifest, 0, now);
    Ok(Shown { site, input, manifest })
}
