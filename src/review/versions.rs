//! What changed from one revision of a submission to the next, for a person to read. Compares, and changes nothing.

use crate::domain::message::ParsedMessage;
use crate::domain::submission::PartRef;
use crate::domain::{MessageId, SubmissionId};
use crate::pipeline::{Tools, joined, text_of};
use crate::relate::{self, Difference};
use crate::store::submission::Revision;
use crate::store::{self, message, submission};
use std::collections::{BTreeMap, BTreeSet};

/// What changed in title, submitter, recommendations and text from the revision before to the one with this number;
/// `None`: there is no such pair.
///
/// # Errors
/// If the store does not answer.
pub async fn difference(tools: &Tools, id: &SubmissionId, number: u32) -> store::Result<Option<Difference>> {
    let revisions = submission::revisions(&tools.store, Some(id)).await?;
    let Some(at) = revisions.iter().position(|one| one.number == number) else { return Ok(None) };
    let Some(before) = at.checked_sub(1).and_then(|at| revisions.get(at)) else { return Ok(None) };
    let messages: BTreeSet<&MessageId> =
        [before, &revisions[at]].into_iter().flat_map(|one| &one.content.parts).map(|part| &part.message).collect();
    let ids: Vec<String> = messages.into_iter().map(|id| id.0.clone()).collect();
    let parsed = message::parsed_of(&tools.store, &ids).await?;
    let (old, new) = (text(tools, before, &parsed).await?, text(tools, &revisions[at], &parsed).await?);
    Ok(Some(relate::difference(&old, &new)))
}

/// All that a revision says.
async fn text(
    tools: &Tools,
    revision: &Revision,
    parsed: &BTreeMap<MessageId, ParsedMessage>,
) -> store::Result<String> {
    let content = &revision.content;
    let ids: Vec<&str> = content.assignments.iter().map(|one| one.recommendation.as_str()).collect();
    let mut all = vec![content.title.clone(), content.submitter.name.clone(), ids.join(" ")];
    for PartRef { message, path } in &content.parts {
        let Some(of) = parsed.get(message) else { continue };
        all.extend(text_of(tools, of, path).await?.map(|one| joined(&one.segments)));
    }
    Ok(all.join("\n"))
}
