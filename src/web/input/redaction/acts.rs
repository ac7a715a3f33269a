//! What the forms of the page ask for; what cannot be done is told on the page as it is now.

use super::super::acts::act_of;
use super::super::forms::Kept;
use super::super::place::Place;
use super::super::{Trouble, standing};
use super::{show, view};
use crate::access::Visitor;
use crate::domain::redaction::RedactionKind;
use crate::domain::submission::PartRef;
use crate::domain::{MessageId, SubmissionId};
use crate::review::queue::item_of;
use crate::review::redaction::{self, Mark};
use crate::review::{self, Act, Error as Refusal};
use crate::store;
use crate::web::forms::Fields;
use crate::web::guard::Sent;
use crate::web::layout::{Layout, see_other};
use crate::web::{Error, Shared};
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use std::sync::Arc;

/// Does what a form asks for, and has the copies made for what is marked then.
pub async fn act(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Extension(visitor): Extension<Visitor>,
    Path((id, what)): Path<(String, String)>,
    Extension(Sent(fields)): Extension<Sent>,
) -> Result<Response, Error> {
    let tools = &shared.tools;
    let Some(item) = item_of(&tools.store, &tools.config, &id).await? else {
        return show(&shared, layout, &id, &fields, None, Kept::default()).await;
    };
    let of = SubmissionId(item.id.clone());
    let act = act_of(&visitor, &layout, &what, &fields);
    let done = if standing(&item) == "queued" && act.seen.is_some() {
        perform(&shared, &layout, &of, &what, &fields, &act).await
    } else {
        Err(Refusal::Store(store::Error::Conflict("it was changed in the meantime".into())))
    };
    match done {
        Ok(()) => {
            if redaction::copies(tools, &of).await.is_ok_and(|copies| !copies.is_empty()) {
                shared.copying.begin(tools, &of, &act, shared.clock).await;
            }
            let place = Place::read(fields.text("back"), &tools.catalogue);
            let fields = [("part", fields.text("part")), ("page", fields.text("page")), ("done", &*what)];
            let at = if what == "area" { "#places" } else { "" };
            Ok(see_other(&(place.below(&id, "redaction", &fields) + at)))
        }
        Err(error) => {
            let trouble = Trouble::of(&layout, &item, &what, error)?;
            show(&shared, layout, &id, &fields, Some(trouble), Kept::of(&what, &fields)).await
        }
    }
}

async fn perform(
    shared: &Shared,
    layout: &Layout,
    id: &SubmissionId,
    what: &str,
    fields: &Fields,
    act: &Act,
) -> review::Result<()> {
    let tools = &shared.tools;
    match what {
        "offers" => {
            let now = redaction::suggestions(tools, id).await?;
            let is_meant = |key: &str| fields.ticked("all") || fields.all("offer").any(|one| one == key);
            let chosen = now.offers.iter().filter(|one| is_meant(&view::key_of(one)));
            let marks: Vec<Mark> =
                chosen.map(|one| Mark { part: one.part.clone(), span: one.span, kind: one.kind }).collect();
            if marks.is_empty() {
                return Err(Refusal::Refused(layout.t("redaction.none-ticked").into()));
            }
            redaction::redact(tools, id, &marks, act).await?;
        }
        "words" => {
            let words = needed(layout, fields, "quote", "redaction.no-words")?;
            let mark = redaction::find_words(tools, id, words, None, kind(fields)?).await?;
            redaction::redact(tools, id, &[mark], act).await?;
        }
        "area" => {
            let (part, page, place) = area(layout, fields)?;
            redaction::strike_area(tools, id, &part, page, place, kind(fields)?, act).await?;
        }
        "undo" => {
            redaction::unredact(tools, id, fields.text("about").parse().unwrap_or(0), act).await?;
        }
        "copies" => {}
        _ => return Err(Refusal::NotFound(format!("act {what}"))),
    }
    Ok(())
}

fn needed<'a>(layout: &Layout, fields: &'a Fields, name: &str, key: &str) -> review::Result<&'a str> {
    fields.some(name).ok_or_else(|| Refusal::Refused(layout.t(key).into()))
}

fn kind(fields: &Fields) -> review::Result<RedactionKind> {
    let word = fields.some("kind").unwrap_or("other");
    let kind = RedactionKind::ALL.into_iter().find(|kind| kind.as_str() == word);
    kind.ok_or_else(|| Refusal::NotFound(format!("kind {word}")))
}

/// Two corners on the picture, or four numbers in hundredths.
fn area(layout: &Layout, fields: &Fields) -> review::Result<(PartRef, u32, [u16; 4])> {
    let no_place = || Refusal::Refused(layout.t("redaction.no-place").into());
    let (message, path) = fields.text("part").split_once(':').ok_or_else(no_place)?;
    let part = PartRef { message: MessageId(message.into()), path: path.into() };
    let page = fields.text("page").parse().map_err(|_| no_place())?;
    let place = match view::corners(fields) {
        Some((first, second)) => [first.0, first.1, second.0, second.1],
        None => {
            let side = |name: &str| {
                let hundredths: f64 = fields.text(name).trim().replace(',', ".").parse().ok()?;
                (0.0..=100.0).contains(&hundredths).then_some((hundredths * 10.0).round() as u16)
            };
            match (side("left"), side("top"), side("right"), side("bottom")) {
                (Some(left), Some(top), Some(right), Some(bottom)) => [left, top, right, bottom],
                _ => return Err(no_place()),
            }
        }
    };
    Ok((part, page, place))
}
