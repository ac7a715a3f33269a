//! What was just done, on the page that comes after it, and the way to undo it. Does nothing itself.

use super::forms::standing;
use super::place::Place;
use crate::domain::SubmissionId;
use crate::domain::Timestamp;
use crate::review::queue::{Item, item_of, revision_that_counts};
use crate::store::submission;
use crate::store::task::{self, Stage};
use crate::web::layout::{Layout, plain};
use crate::web::{Error, Shared};

/// A sentence, and how it is undone.
pub struct Told {
    pub words: String,
    /// The entry that it was done to, if it is another one than this.
    pub link: Option<String>,
    pub title: String,
    pub undo: Option<Undo>,
    /// The list has no further entry.
    pub is_last: bool,
}

/// A form that puts it back into the queue.
pub struct Undo {
    pub id: String,
    pub seen: String,
    pub standing: &'static str,
    /// How long that is possible.
    pub left: Option<String>,
}

/// What the address says was done; of an entry that is approved, that.
pub async fn told(
    shared: &Shared,
    layout: &Layout,
    place: &Place,
    item: &Item,
    due: Option<Timestamp>,
) -> Result<Option<Told>, Error> {
    let tools = &shared.tools;
    let Some((act, was)) = &place.done else {
        let undo = undo(layout, item, due);
        let words = layout.t("item.is-approved").to_string();
        let told = |undo| Told { words, link: None, title: String::new(), undo: Some(undo), is_last: false };
        return Ok(undo.filter(|_| item.state == Some("approved")).map(told));
    };
    let key = format!("item-done.{act}");
    let words = layout.t(&key).to_string();
    // An address may say anything.
    if words == key {
        return Ok(None);
    }
    let (is_other, is_decision) =
        (*was != item.id, ["approve", "reject", "withdraw", "publish"].contains(&act.as_str()));
    let other = if is_other { item_of(&tools.store, &tools.config, was).await? } else { None };
    let about = other.as_ref().unwrap_or(item);
    if is_other && other.is_none() {
        return Ok(Some(Told { words, link: None, title: String::new(), undo: None, is_last: false }));
    }
    // Whoever goes back in the browser sees an old address: what it says must still be so.
    if !is_still_so(act, about) {
        return Ok(None);
    }
    let due = if is_other && about.state == Some("approved") {
        let revisions = submission::revisions(&tools.store, Some(&SubmissionId(was.clone()))).await?;
        match revision_that_counts(&revisions) {
            Some(one) => task::due_at(&tools.store, Stage::Publish, one.id.as_str()).await?,
            None => None,
        }
    } else {
        due
    };
    Ok(Some(Told {
        words,
        link: is_other.then(|| place.entry(was, &[])),
        title: plain(&about.title),
        undo: undo(layout, about, due).filter(|_| is_decision),
        is_last: !is_other && is_decision && place.list.is_some(),
    }))
}

fn is_still_so(act: &str, about: &Item) -> bool {
    let states: &[&str] = match act {
        "approve" | "publish" => &["approved", "published"],
        "reject" => &["rejected"],
        "withdraw" => &["withdrawn"],
        "reopen" => &["queued"],
        _ => return true,
    };
    about.state.is_some_and(|state| states.contains(&state))
}

fn undo(layout: &Layout, item: &Item, due: Option<Timestamp>) -> Option<Undo> {
    if !layout.may("review") || !matches!(item.state, Some("approved" | "rejected" | "withdrawn")) {
        return None;
    }
    let left = due.map(|due| due.duration_since(layout.now).as_secs().max(0));
    let left = left.map(|seconds| match usize::try_from(seconds).unwrap_or(0) {
        seconds @ 0..=119 => layout.n("item.seconds-left", seconds),
        seconds => layout.n("item.minutes-left", seconds / 60),
    });
    let seen = item.seen.clone().unwrap_or_default();
    Some(Undo { id: item.id.clone(), seen, standing: standing(item), left })
}
