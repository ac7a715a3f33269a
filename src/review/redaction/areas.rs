//! Places on pages that a reviewer marks, as a signature by hand: what is seen there is filled in the copy. Knows no words.

use super::pixels;
use super::texts::{self, PartText};
use crate::domain::SubmissionId;
use crate::domain::ledger::EditKind;
use crate::domain::redaction::{Area, RedactionKind};
use crate::domain::submission::{Content, PartRef};
use crate::pipeline::Tools;
use crate::review::revisions::{queued, write_edit};
use crate::review::{Act, Error, Result, person};
use crate::store::submission::Revision;

/// A side of a place below this, in thousandths of the page, is a slip of the hand.
const THINNEST: u16 = 3;

/// A place that a reviewer marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkedArea {
    /// Behind the numbers of the marked words.
    pub number: usize,
    pub area: Area,
    /// Name of the part for a person.
    pub name: String,
}

/// The places of a content.
pub fn marked(content: &Content, texts: &[PartText]) -> Vec<MarkedArea> {
    let name = |part: &PartRef| texts.iter().find(|text| text.part == *part).map(|text| text.name.clone());
    let one = |(number, area): (usize, &Area)| MarkedArea {
        number,
        area: area.clone(),
        name: name(&area.part).unwrap_or_else(|| area.part.path.clone()),
    };
    (content.redactions.len() + 1..).zip(&content.areas).map(one).collect()
}

/// What a person has to look for if an earlier revision had places of other files.
pub fn of_earlier(revisions: &[Revision], now: &Revision) -> Option<String> {
    let is_lost = |area: &Area| !now.content.parts.contains(&area.part);
    let mut earlier = revisions.iter().filter(|one| one.id != now.id).flat_map(|one| &one.content.areas);
    let words = "In an earlier version places on pages were struck: look whether the same is to be seen in this one.";
    earlier.any(is_lost).then(|| words.into())
}

/// Marks a place (left, top, right, bottom in thousandths) on a page of a file that would become public.
///
/// # Errors
/// If the revision is not queued or stale, the file has no such page, or the place is none.
pub async fn strike_area(
    tools: &Tools,
    id: &SubmissionId,
    part: &PartRef,
    page: u32,
    place: [u16; 4],
    kind: RedactionKind,
    act: &Act,
) -> Result<()> {
    let mut tx = tools.store.begin().await?;
    let (_, actor) = person(&mut tx, act).await?;
    let revision = queued(&mut tx, id, act).await?;
    let mut content = revision.content.clone();
    let texts = texts::load(tools, &content).await?;
    let text = texts.iter().find(|text| text.part == *part && content.parts.contains(part));
    let text = text.ok_or_else(|| Error::NotFound(format!("part {} in this revision", part.path)))?;
    if !pixels::pages_of(text).contains(&page) {
        return Err(Error::Refused(format!("{} has no page {page} that can be drawn", text.name)));
    }
    let [a, b, c, d] = place.map(|one| one.min(1000));
    let place = [a.min(c), b.min(d), a.max(c), b.max(d)];
    if place[2] - place[0] < THINNEST || place[3] - place[1] < THINNEST {
        return Err(Error::Refused("the place is too small: mark two opposite corners of it".into()));
    }
    let area = Area { part: part.clone(), kind, page, place };
    if content.areas.contains(&area) {
        return Err(Error::Refused("nothing new is marked".into()));
    }
    content.areas.push(area.clone());
    write_edit(&mut tx, &actor, &revision, &content, EditKind::AreasStruck { areas: vec![area] }, act).await?;
    tx.commit().await?;
    Ok(())
}
