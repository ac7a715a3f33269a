//! The page on which words and places are struck before publication: what is offered, what is struck, how far the copies are.
//! Every act is a call into `review::redaction`; the file itself is never changed.

mod acts;
mod copying;
mod view;

pub use acts::act;
pub use copying::Copying;

use super::forms::{Kept, standing};
use super::place::Place;
use super::{Trouble, acts as entry};
use crate::domain::SubmissionId;
use crate::domain::redaction::{CopyMade, RedactedCopy};
use crate::pipeline::pages::{self, NoPicture};
use crate::review::queue::{Item, item_of};
use crate::review::redaction::{Redactions, copies, suggestions};
use crate::sandbox::Source;
use crate::web::forms::Fields;
use crate::web::layout::{Layout, page as answer, plain, see_other};
use crate::web::{Error, Shared};
use askama::Template;
use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use view::{AreaView, CopyView, MarkView, OfferView, PartTab, Run, Sheet};

#[derive(Template)]
#[template(path = "desk/redaction.html")]
struct RedactionPage {
    layout: Layout,
    item: Item,
    kept: Kept,
    trouble: Option<Trouble>,
    told: Option<String>,
    /// The list that the person came from, as forms carry it.
    list: String,
    up: String,
    title: String,
    /// Whether this person can strike anything here now.
    can_strike: bool,
    kinds: Vec<&'static str>,
    offers: Vec<OfferView>,
    marks: Vec<MarkView>,
    areas: Vec<AreaView>,
    copies: Vec<CopyView>,
    in_the_way: Vec<String>,
    notes: Vec<String>,
    /// The copies are being made just now.
    is_under_way: bool,
    /// Why they could not be made the last time.
    failed: Option<String>,
    parts: Vec<PartTab>,
    here: usize,
    text: Vec<Run>,
    pieces: Vec<(usize, Option<String>)>,
    sheet: Option<Sheet>,
}

impl RedactionPage {
    fn v(&self, form: &str, name: &str, default: &str) -> String {
        let text = if self.kept.form == form { self.kept.fields.text(name) } else { default };
        crate::web::layout::legible(text)
    }

    fn on(&self, form: &str, name: &str, value: &str, is_so: bool) -> bool {
        if self.kept.form == form { self.kept.fields.all(name).any(|one| one == value) } else { is_so }
    }

    fn homeless(&self) -> Vec<(String, String)> {
        if self.can_strike || self.kept.form.is_empty() { Vec::new() } else { self.kept.words() }
    }

    /// Whether copies have to be made that are not.
    fn lacks_copies(&self) -> bool {
        self.copies.iter().any(|one| one.is_missing || one.problem.is_some())
    }

    fn has_marks(&self) -> bool {
        !self.marks.is_empty() || !self.areas.is_empty()
    }

    /// The part that is shown, as forms carry it.
    fn at_part(&self) -> &str {
        self.parts.get(self.here).map_or("", |part| &part.key)
    }

    /// The page that is shown, as forms carry it.
    fn at_page(&self) -> u32 {
        self.sheet.as_ref().map_or(1, |sheet| sheet.page)
    }

    fn text_label(&self) -> String {
        let name = self.parts.get(self.here).map_or("", |part| part.name.as_str());
        self.layout.x("item.text-of", &name)
    }
}

/// The page.
pub async fn page(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    let query = query.unwrap_or_default();
    let fields = Fields::of(query.as_bytes());
    show(&shared, layout, &id, &fields, None, Kept::default()).await
}

/// Shows it as it is now; `fields` say where on it the person is.
async fn show(
    shared: &Shared,
    layout: Layout,
    id: &str,
    fields: &Fields,
    trouble: Option<Trouble>,
    kept: Kept,
) -> Result<Response, Error> {
    let tools = &shared.tools;
    let Some(item) = item_of(&tools.store, &tools.config, id).await? else {
        let to = entry::moved_to(shared, id).await?.ok_or_else(|| Error::NotFound(layout.t("item.none").into()))?;
        return Ok(see_other(&format!("/inputs/{to}")));
    };
    if item.state.is_none() {
        return Err(Error::NotFound(layout.t("redaction.no-input").into()));
    }
    let now = suggestions(tools, &SubmissionId(item.id.clone())).await?;
    let place = Place::read(&view::query_of(fields), &tools.catalogue);
    let status = match &trouble {
        Some(trouble) => trouble.status(),
        None => StatusCode::OK,
    };
    let here = view::here(&now, fields);
    let (text, pieces) = view::text(&now, here, &item.id, &place);
    let sheet = sheet(shared, &layout, &item, &now, here, fields, &place).await?;
    let (is_under_way, failed) = shared.copying.standing(&item.id);
    let shown = RedactionPage {
        told: fields.some("done").and_then(|done| view::done(&layout, done)),
        list: place.list_query(),
        up: place.entry(&item.id, &[]),
        title: if item.title.trim().is_empty() { layout.t("item.untitled").into() } else { plain(&item.title) },
        can_strike: layout.may("review") && standing(&item) == "queued",
        kinds: view::kinds(),
        offers: view::offers(&now),
        marks: view::marks(&layout, &now),
        areas: view::areas(&layout, &now),
        copies: view::copies(&layout, &item.id, &now),
        in_the_way: now.in_the_way.iter().map(|line| plain(line)).collect(),
        notes: now.notes.iter().map(|line| plain(line)).collect(),
        is_under_way,
        failed: failed.as_deref().map(plain),
        parts: view::tabs(&now, here, &item.id, &place),
        here,
        text,
        pieces,
        sheet,
        layout,
        item,
        kept,
        trouble,
    };
    Ok(answer(status, shown.render()?))
}

/// A page of the part that is shown, to mark places on.
async fn sheet(
    shared: &Shared,
    layout: &Layout,
    item: &Item,
    now: &Redactions,
    here: usize,
    fields: &Fields,
    place: &Place,
) -> Result<Option<Sheet>, Error> {
    let Some(part) = now.parts.get(here).filter(|part| !part.pages.is_empty()) else { return Ok(None) };
    let wanted = fields.text("page").parse().unwrap_or(0);
    let number = part.pages.iter().copied().find(|page| *page == wanted).unwrap_or(part.pages[0]);
    let size = match pages::page_picture(&shared.tools, &part.part.message, &part.part.path, number).await {
        Ok(picture) => Ok((picture.width, picture.height)),
        Err(NoPicture::Reason(reason)) => Err(reason),
        Err(NoPicture::Unknown) => Err(layout.t("item.no-part").to_string()),
        Err(NoPicture::Store(error)) => return Err(error.into()),
    };
    Ok(Some(Sheet::of(item, now, here, number, size, fields, place)))
}

/// The copy with this place in the list, if it is one of its own: a file that is published as it is has none.
async fn copy_of(shared: &Shared, id: &str, number: usize) -> Result<Option<RedactedCopy>, Error> {
    let copy = copies(&shared.tools, &SubmissionId(id.into())).await?.into_iter().nth(number).and_then(|one| one.copy);
    Ok(copy.filter(|copy| copy.made != CopyMade::AsItIs))
}

/// A page of a copy that was made from pixels, as it would become public.
pub async fn copy_picture(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Path((id, number, page)): Path<(String, usize, String)>,
) -> Result<Response, Error> {
    let tools = &shared.tools;
    let missing = || Error::NotFound(layout.t("item.no-part").into());
    let page = page.strip_suffix(".png").and_then(|digits| digits.parse().ok()).ok_or_else(missing)?;
    let copy = copy_of(&shared, &id, number).await?.filter(|copy| copy.made == CopyMade::Pixels);
    let (bytes, _) = tools.vault.open_object(copy.ok_or_else(missing)?.digest).map_err(|_| missing())?;
    let source = Source::one_file(bytes, "copy.pdf").map_err(|_| missing())?;
    match tools.pool.screen(&source, "1", page).await {
        Ok(screen) => Ok(([(header::CONTENT_TYPE, "image/png")], screen.png).into_response()),
        Err(_) => Err(missing()),
    }
}

/// A copy as a file to save.
pub async fn copy_file(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Path((id, number)): Path<(String, usize)>,
) -> Result<Response, Error> {
    let missing = || Error::NotFound(layout.t("item.no-part").into());
    let copy = copy_of(&shared, &id, number).await?.ok_or_else(missing)?;
    let (bytes, _) = shared.tools.vault.open_object(copy.digest).map_err(|_| missing())?;
    let name = if copy.made == CopyMade::Pixels { "copy.pdf" } else { "copy.txt" };
    Ok(super::document::to_save(name, tokio::fs::File::from_std(bytes)))
}
