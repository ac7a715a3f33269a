//! The page on which somebody adds what did not come by mail. Shows and passes on: what may be added is decided by
//! `review::by_hand`.

use super::Shared;
use super::brought::{self, Form, MOST_BYTES, MOST_FILES, Trouble};
use super::error::Error;
use super::forms::Fields;
use super::guard::Sent;
use super::layout::{Layout, legible, page, plain, see_other};
use crate::access::Visitor;
use crate::domain::mailbox::UidKey;
use crate::domain::{MailboxId, Timestamp};
use crate::pipeline::BY_HAND;
use crate::review::by_hand::{self, Arrived, Brought, ByHand, LONGEST, Wrong};
use crate::store::message;
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::tz::TimeZone;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// So long a person waits for the page that follows; then they see that it is on its way.
const WAIT: Duration = Duration::from_secs(4);

/// Sources of before that are offered.
const MOST_SOURCES: usize = 30;

#[derive(Template)]
#[template(path = "desk/add.html")]
struct AddPage {
    layout: Layout,
    troubles: Vec<Told>,
    /// What was typed into a form that was refused.
    typed: Fields,
    sources: Vec<String>,
    /// Of the call, in which days are meant.
    zone: String,
    /// Today there.
    today: String,
    longest: usize,
    /// For the sentences on what is too much.
    most_files: usize,
    most_mb: usize,
}

/// Why something was not added: which field, and a sentence.
struct Told {
    field: &'static str,
    words: String,
}

impl AddPage {
    fn v(&self, name: &str) -> String {
        plain(self.typed.text(name))
    }

    /// The attributes of a field that has to be corrected.
    fn wrong(&self, field: &str) -> &'static str {
        if self.troubles.iter().any(|one| one.field == field) { " aria-invalid=\"true\"" } else { "" }
    }
}

/// The form.
pub async fn form(State(shared): State<Arc<Shared>>, Extension(layout): Extension<Layout>) -> Result<Response, Error> {
    show(&shared, layout, Vec::new(), Fields::default(), StatusCode::OK).await
}

async fn show(
    shared: &Shared,
    layout: Layout,
    troubles: Vec<Told>,
    typed: Fields,
    status: StatusCode,
) -> Result<Response, Error> {
    let zone = &shared.tools.config.call.time_zone;
    let sources = by_hand::sources(&shared.tools).await?;
    let shown = AddPage {
        troubles,
        typed,
        sources: sources.iter().take(MOST_SOURCES).map(|one| plain(one)).collect(),
        zone: zone.iana_name().unwrap_or("UTC").into(),
        today: layout.now.to_zoned(zone.clone()).date().to_string(),
        longest: LONGEST,
        most_files: MOST_FILES,
        most_mb: MOST_BYTES >> 20,
        layout,
    };
    Ok(page(status, shown.render()?))
}

/// The answer to the form.
pub async fn send(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Extension(visitor): Extension<Visitor>,
    sent: Option<Extension<Sent>>,
    request: Request,
) -> Result<Response, Error> {
    let mut form = match sent {
        // A form without its files, as a browser sends it that knows none.
        Some(Extension(Sent(fields))) => Form { fields, ..Form::default() },
        None => Form::read(request).await,
    };
    let (hand, mut troubles) = hand_of(&layout, &shared.tools.config.call.time_zone, &mut form);
    if form.trouble.is_none() {
        troubles.extend(hand.wrong(layout.now).iter().map(|one| told(&layout, one)));
    }
    if !troubles.is_empty() {
        let status = match form.trouble {
            Some(Trouble::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
            Some(Trouble::TooMany | Trouble::Unreadable(_)) | None => StatusCode::UNPROCESSABLE_ENTITY,
        };
        return show(&shared, layout, troubles, form.fields, status).await;
    }
    let (key, is_new) = by_hand::bring(&shared.tools, &hand, &visitor.name, layout.now).await?;
    match brought::through(&shared.tools, &key, WAIT).await? {
        Some(arrived) => Ok(see_other(&entry(&arrived, is_new))),
        None => Ok(see_other(&format!("/add/{}/{}{}", key.mailbox, key.uid, if is_new { "" } else { "?again=1" }))),
    }
}

/// What the form says, and what of it cannot be understood.
fn hand_of(layout: &Layout, zone: &TimeZone, form: &mut Form) -> (ByHand, Vec<Told>) {
    let (fields, mut files) = (&form.fields, std::mem::take(&mut form.files));
    let mut troubles = Vec::new();
    let mut say = |field, words: String| troubles.push(Told { field, words });
    match &form.trouble {
        Some(Trouble::TooLarge) => say("file", layout.x("add-wrong.too-large", &(MOST_BYTES >> 20))),
        Some(Trouble::TooMany) => say("file", layout.x("add-wrong.too-many", &MOST_FILES)),
        Some(Trouble::Unreadable(_)) => say("file", layout.t("add-wrong.unreadable").into()),
        None => {}
    }
    let received = match (fields.some("day"), fields.some("time")) {
        (None, None) => None,
        (None, Some(_)) => {
            say("day", layout.t("add-wrong.no-day").into());
            None
        }
        (Some(day), time) => match moment(day, time, zone) {
            Some(at) => Some(at),
            None => {
                say("day", layout.t("add-wrong.day").into());
                None
            }
        },
    };
    let text = |name: &str| fields.some(name).map(String::from);
    let is_one_mail = files.len() == 1 && files.iter().all(|(name, _)| is_mail(name));
    let what = match files.pop_if(|_| is_one_mail) {
        Some((_, bytes)) => Brought::Mail(bytes),
        None => Brought::Files { from: text("from").unwrap_or_default(), title: text("title"), files },
    };
    (ByHand { source: text("source").unwrap_or_default(), received, what }, troubles)
}

/// A day, perhaps with a time of day.
fn moment(day: &str, time: Option<&str>, zone: &TimeZone) -> Option<Timestamp> {
    let day: jiff::civil::Date = day.parse().ok()?;
    let time: jiff::civil::Time = time.unwrap_or("00:00").parse().ok()?;
    zone.to_ambiguous_timestamp(day.to_datetime(time)).compatible().ok()
}

fn is_mail(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("eml"))
}

fn told(layout: &Layout, wrong: &Wrong) -> Told {
    let (field, words) = match wrong {
        Wrong::Source => ("source", layout.x("add-wrong.source", &LONGEST)),
        Wrong::Future => ("day", layout.t("add-wrong.future").into()),
        Wrong::Sender => ("from", layout.t("add-wrong.sender").into()),
        Wrong::NoFile => ("file", layout.t("add-wrong.no-file").into()),
        Wrong::EmptyFile(name) => ("file", layout.x("add-wrong.empty-file", &plain(name))),
        Wrong::EmptyMail => ("file", layout.t("add-wrong.empty-mail").into()),
    };
    Told { field, words: legible(&words) }
}

/// The page of what was brought, which says so.
fn entry(arrived: &Arrived, is_new: bool) -> String {
    let id = arrived.submission.as_ref().map_or(arrived.message.as_str(), |of| of.as_str());
    let done = match (is_new, arrived.was_known) {
        (true, false) => "add",
        (true, true) => "add-known",
        (false, _) => "add-again",
    };
    format!("/inputs/{id}?done={done}&was={id}")
}

#[derive(Template)]
#[template(path = "desk/added.html")]
struct AddedPage {
    layout: Layout,
    source: String,
    since: Timestamp,
    is_new: bool,
}

/// What was brought and takes longer: the page to come back to.
pub async fn on_its_way(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Path((mailbox, uid)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, Error> {
    let nothing = || Error::NotFound(layout.t("add.nothing").into());
    let key = UidKey { mailbox: MailboxId(mailbox), uidvalidity: 0, uid: uid.parse().map_err(|_| nothing())? };
    let is_new = !query.contains_key("again");
    let copy = message::copy(&shared.tools.store, &key).await?.filter(|copy| copy.account == BY_HAND);
    let copy = copy.ok_or_else(nothing)?;
    if let Some(arrived) = by_hand::arrived(&shared.tools, &key).await? {
        return Ok(see_other(&entry(&arrived, is_new)));
    }
    let shown = AddedPage { source: plain(&copy.folder), since: copy.first_seen, is_new, layout };
    Ok(page(StatusCode::OK, shown.render()?))
}
