//! The page of one entry, where it is decided: the document on the left, what is known and the forms on the right. Loads this
//! entry and nothing of others; every decision is a call into `review`.

mod acts;
mod document;
mod facts;
mod forms;
mod place;
mod presence;
mod preview;
mod redaction;
mod text;
mod told;
mod view;

pub use acts::{act, publish};
pub use document::{original, picture};
pub use presence::here;
pub use preview::{file as preview_file, letter, page as preview};
pub use redaction::{Copying, act as redact, copy_file, copy_picture, page as redaction};

use super::layout::{Layout, page as answer, plain, see_other};
use super::{Error, Shared};
use crate::access::Visitor;
use crate::domain::SubmissionId;
use crate::domain::submission::State as Standing;
use crate::pipeline::text_of;
use crate::relate::Difference;
use crate::review::desk::neighbours;
use crate::review::queue::{Item, item_of, revision_that_counts};
use crate::review::{self, Error as Refusal, history, versions};
use crate::store::task::{self, Stage};
use crate::store::{self, message, submission};
use askama::Template;
use axum::Extension;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use document::{Document, Part};
use facts::{Changes, Mail, Relation, Version, Way};
use forms::Kept;
use forms::standing;
use place::{Compare, Place};
use std::sync::Arc;
use text::Text;
use told::Told;
use view::{AssignmentView, Choice, DraftView, WishView};

/// Lines of the history that a page shows; the ledger has all.
const MOST_HISTORY: usize = 200;

#[derive(Template)]
#[template(path = "desk/input.html")]
pub struct InputPage {
    layout: Layout,
    item: Item,
    kept: Kept,
    trouble: Option<Trouble>,
    told: Option<Told>,
    /// The list that the person came from, as forms carry it.
    list: String,
    up: String,
    before: Option<String>,
    next: Option<String>,
    others: Vec<String>,
    title: String,
    state: String,
    /// What is to be known about the state: when it goes public, who has to act.
    state_more: Option<String>,
    /// Whether the second person is this one.
    may_publish: bool,
    badges: Vec<String>,
    /// The page on which words are struck, and how many marks there are.
    redaction: String,
    struck: usize,
    parts: Vec<Part>,
    here: usize,
    document: Document,
    text: Text,
    assignments: Vec<AssignmentView>,
    taken_away: Vec<String>,
    /// Documents that it cites, with the places.
    cited: Vec<String>,
    catalogue: Vec<(String, Vec<(String, String)>)>,
    kinds: Vec<Choice>,
    message_kinds: Vec<Choice>,
    languages: Vec<Choice>,
    /// What must have been seen before an approval.
    to_be_seen: Vec<String>,
    draft: Option<DraftView>,
    wishes: Vec<WishView>,
    relations: Vec<Relation>,
    changes: Option<Changes>,
    versions: Vec<Version>,
    mails: Vec<Mail>,
    ways: Vec<Way>,
    problems: Vec<String>,
    checks: Vec<String>,
    missing: Vec<String>,
    history: Vec<history::Line>,
    history_more: usize,
}

/// Why a form was not done.
pub struct Trouble {
    words: String,
    /// What the person has to look at.
    lines: Vec<String>,
    /// Somebody else was first.
    is_conflict: bool,
    /// Something lies hidden that the page did not ask about.
    asks_all: bool,
}

impl Trouble {
    /// Somebody else changed the entry.
    fn changed(layout: &Layout) -> Self {
        Self { words: layout.t("item.changed").into(), lines: Vec::new(), is_conflict: true, asks_all: false }
    }

    /// What an act was refused with; only if the store does not answer there is no page for it.
    fn of(layout: &Layout, item: &Item, act: &str, error: Refusal) -> Result<Self, Error> {
        let goes_public = matches!(act, "approve" | "publish");
        let told = |words: String| Self { words, lines: Vec::new(), is_conflict: false, asks_all: false };
        Ok(match error {
            Refusal::Stale { .. } | Refusal::NotAllowed(_) | Refusal::Store(store::Error::Conflict(_)) => {
                Self::changed(layout)
            }
            Refusal::Store(error) => return Err(error.into()),
            Refusal::FindingsNotSeen(lines) => {
                let lines: Vec<String> = lines.iter().map(|line| plain(line)).collect();
                let asks_all = lines.len() > to_be_seen(item).len();
                Self { lines, asks_all, ..told(layout.t("item.findings-first").into()) }
            }
            Refusal::NotFound(what) => told(layout.x("item.not-found", &plain(&what))),
            // The desk has its own words for what stands in the way most often.
            Refusal::Refused(_) if goes_public && item.wishes.iter().any(|one| one.decision.is_none()) => {
                told(layout.t("item.wish-first").into())
            }
            Refusal::Refused(_) if goes_public && item.relations.iter().any(|one| one.waits) => {
                told(layout.t("item.relation-first").into())
            }
            Refusal::Refused(why) => told(super::layout::legible(&why)),
        })
    }

    fn status(&self) -> StatusCode {
        if self.is_conflict { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY }
    }
}

impl InputPage {
    fn others_words(&self) -> String {
        self.layout.x("item.others", &self.others.join(", "))
    }

    /// Whether something is left if a part is taken out.
    fn has_several_parts(&self) -> bool {
        self.parts.iter().filter(|part| part.is_chosen).count() > 1
    }

    fn text_label(&self) -> String {
        let name = self.parts.get(self.here).map_or("", |part| part.name.as_str());
        self.layout.x("item.text-of", &name)
    }

    /// Recommendations that the public page will show.
    fn shown_count(&self) -> usize {
        self.assignments.iter().filter(|one| one.is_public).count()
    }

    fn behalf(&self) -> &str {
        self.item.submitter.on_behalf_of.as_deref().unwrap_or_default()
    }

    /// How many others sent nearly the same text.
    fn campaign(&self) -> usize {
        self.relations.iter().filter(|one| one.is_campaign).count()
    }
}

/// What lies hidden in, or is missing of, what would become public: a box for each.
pub fn to_be_seen(item: &Item) -> Vec<String> {
    let is_inside =
        |path: &str, outer: &str| path.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let chosen: Vec<_> = item.attachments.iter().filter(|one| one.chosen).collect();
    let files = item
        .attachments
        .iter()
        .filter(|one| chosen.iter().any(|outer| outer.message == one.message && is_inside(&one.part, &outer.part)));
    let findings = files.flat_map(|one| {
        let name = one.name.clone().unwrap_or_else(|| one.part.clone());
        let stops = one.findings.iter().filter(|finding| finding.code.stops_approval());
        stops.map(move |finding| plain(&format!("{name}: {}", finding.detail))).collect::<Vec<_>>()
    });
    let missing = item.not_received.iter().map(|one| plain(&one.what.words(false)));
    missing.chain(findings).collect()
}

/// The page of an entry.
pub async fn page(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    let place = Place::read(&query.unwrap_or_default(), &shared.tools.catalogue);
    show(&shared, layout, &visitor, &id, place, None, Kept::default()).await
}

/// Shows the page as it is now, and what of a form was not done.
async fn show(
    shared: &Shared,
    layout: Layout,
    visitor: &Visitor,
    id: &str,
    place: Place,
    trouble: Option<Trouble>,
    kept: Kept,
) -> Result<Response, Error> {
    let tools = &shared.tools;
    let Some(item) = item_of(&tools.store, &tools.config, id).await? else {
        if let Some(to) = acts::moved_to(shared, id).await? {
            let done = place.done.as_ref().map(|(act, was)| [("done", act.as_str()), ("was", was.as_str())]);
            return Ok(see_other(&place.entry(&to, done.as_ref().map(<[_; 2]>::as_slice).unwrap_or_default())));
        }
        let is_known = message::line(&tools.store, &crate::domain::MessageId(id.into())).await?.is_some();
        let words = if is_known { "item.on-its-way" } else { "item.none" };
        return Err(Error::NotFound(layout.t(words).into()));
    };
    let status = trouble.as_ref().map_or(StatusCode::OK, Trouble::status);
    let text = build(shared, layout, visitor, item, &place, trouble, kept).await?.render()?;
    Ok(answer(status, text))
}

async fn build(
    shared: &Shared,
    layout: Layout,
    visitor: &Visitor,
    item: Item,
    place: &Place,
    trouble: Option<Trouble>,
    kept: Kept,
) -> Result<InputPage, Error> {
    let tools = &shared.tools;
    let store = &tools.store;
    let ids: Vec<String> = item.messages.iter().map(|id| id.0.clone()).collect();
    let id = SubmissionId(item.id.clone());
    let revisions = if item.state.is_some() { submission::revisions(store, Some(&id)).await? } else { Vec::new() };
    let revision = revision_that_counts(&revisions);
    let chosen = revision.map(|one| one.content.parts.clone()).unwrap_or_default();
    let parsed = message::parsed_of(store, &ids).await?;
    let copies = message::copies_of(store, &ids).await?;
    let due = match revision {
        Some(one) if matches!(one.state, Standing::Approved { .. }) => {
            task::due_at(store, Stage::Publish, one.id.as_str()).await?
        }
        Some(_) | None => None,
    };
    let (parts, here) = document::parts(&layout, &item, place, &parsed, &chosen);
    let (mut shown, mut document) = (Text::default(), Document::default());
    if let Some(part) = parts.get(here) {
        let read = match parsed.get(&part.message) {
            Some(message) => text_of(tools, message, &part.path).await?,
            None => None,
        };
        shown = text::text(&item, place, part, read.as_ref());
        document = document::document(tools, &layout, &item, place, part).await;
    }
    let assignments = view::assignments(tools, &layout, &item, place, &parts, &shown);
    let (before, next) = match &place.list {
        Some(list) => neighbours(tools, list, &item.id, layout.now).await?,
        None => (None, None),
    };
    let mut lines = history::lines(store, &history::entries(store, &item, &revisions).await?).await?;
    let history_more = lines.len().saturating_sub(MOST_HISTORY);
    lines.drain(..history_more);
    let waits = view::waits_for_another(tools, revision, due);
    let is_approver = view::is_approver(revision, visitor);
    Ok(InputPage {
        told: told::told(shared, &layout, place, &item, due).await?,
        list: place.list_query(),
        up: place.up(),
        before: before.map(|id| place.entry(&id, &[])),
        next: next.map(|id| place.entry(&id, &[])),
        others: presence::look(shared, &item.id, visitor, layout.now).await?.iter().map(|name| plain(name)).collect(),
        title: if item.title.trim().is_empty() { layout.t("item.untitled").into() } else { plain(&item.title) },
        state: layout.w("item-state", forms::standing(&item)),
        state_more: view::state_more(&layout, waits, is_approver, due),
        may_publish: waits && !is_approver,
        badges: review::desk::badges(&item).into_iter().map(|one| layout.w("badge", one.as_str())).collect(),
        redaction: place.below(&item.id, "redaction", &[]),
        struck: revision.map_or(0, |one| one.content.marks()),
        document,
        text: shown,
        assignments,
        taken_away: item.taken_away.iter().map(|one| view::taken_away(tools, one)).collect(),
        cited: item.cited_documents().iter().map(|one| plain(one)).collect(),
        catalogue: view::catalogue(tools, &layout),
        kinds: view::kinds(&layout, &item),
        message_kinds: view::message_kinds(&layout),
        languages: view::languages(&layout, &item),
        to_be_seen: to_be_seen(&item),
        draft: view::draft(tools, &item).await,
        wishes: view::wishes(&layout, &item),
        relations: facts::relations(&layout, &item, place),
        changes: compared(tools, &item, place).await?.as_ref().map(facts::changes),
        versions: facts::versions(&layout, &item, place, &revisions),
        mails: facts::mails(&layout, &item, &parsed),
        ways: facts::ways(&layout, &copies),
        problems: item.problems.iter().map(|one| plain(&one.detail)).collect(),
        checks: item.sender_checks.iter().map(|one| plain(one)).collect(),
        missing: item.not_received.iter().map(|one| plain(&one.what.words(true))).collect(),
        history: lines,
        history_more,
        parts,
        here,
        layout,
        item,
        kept,
        trouble,
    })
}

/// What changed between the two that the address names; comparing takes time and is done only when asked for.
async fn compared(tools: &crate::pipeline::Tools, item: &Item, place: &Place) -> Result<Option<Difference>, Error> {
    Ok(match &place.compare {
        None => None,
        Some(Compare::Version(number)) => versions::difference(tools, &SubmissionId(item.id.clone()), *number).await?,
        Some(Compare::Messages(newer, older)) => {
            let is_own = item.relations.iter().any(|one| one.message == *newer && one.other == *older);
            if is_own { review::difference_of(tools, newer, older).await? } else { None }
        }
    })
}
