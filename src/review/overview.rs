//! What has come in, in numbers: by recommendation, kind of submitter, language and day, and how long what waits has waited.
//! Counts nothing itself: every number is one of the desk's counts, so that each is what its list holds.

use super::desk::{self, Counts, Filter, List};
use crate::domain::Timestamp;
use crate::domain::classification::SubmitterKind;
use crate::pipeline::{self, Tools};
use crate::store;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

/// The lists whose inputs can be looked at.
pub const LISTS: [List; 3] = [List::Inputs, List::Published, List::Queued];

/// The lists whose totals stand at the top.
const TOTALS: [List; 6] = [List::Queued, List::Held, List::Approved, List::Published, List::Rejected, List::SetAside];

/// The official languages of the United Nations: shown also where none came in.
const LANGUAGES: [&str; 6] = ["ar", "en", "es", "fr", "ru", "zh"];

/// Ends of the spans in which what waits is told apart, in days; the last span has no end.
const WAITING: [(&str, i64); 4] = [("today", 1), ("1-2-days", 3), ("3-6-days", 7), ("7-days", i64::MAX)];

/// The numbers.
#[derive(Clone, Debug, Serialize)]
pub struct Overview {
    /// Word of the list that is counted: `inputs`, `published` or `queued`.
    pub list: &'static str,
    /// Its inputs.
    pub inputs: u64,
    /// Entries of other lists by their words, whatever is counted below.
    pub totals: Vec<Bar>,
    /// Whether a person has confirmed the catalogue: if not, its titles are working titles.
    pub is_confirmed: bool,
    /// In the order of the catalogue, those without inputs, too. An input counts at each of its recommendations.
    pub sections: Vec<Section>,
    /// Inputs that no recommendation is assigned to.
    pub without: u64,
    /// Recommendations that inputs name and the catalogue in use does not.
    pub not_in_catalogue: Vec<Bar>,
    /// All kinds of submitter; each input has one.
    pub kinds: Vec<Bar>,
    /// The six official languages, and the others that came in. An input counts at each of its languages.
    pub languages: Vec<Bar>,
    /// Days on which inputs came to the mail server, oldest first; each input has one.
    pub days: Vec<Day>,
    /// First and last day of the event that inputs prepare.
    pub event: Option<(Date, Date)>,
    /// In whose days all is told; IANA name.
    pub time_zone: String,
    pub today: Date,
    /// The queue as it is now, whatever list is counted.
    pub waiting: Vec<Wait>,
    /// What has waited longest.
    pub oldest: Option<Oldest>,
    /// Changes that are not counted yet: mail comes in faster than rows are made.
    pub behind: u64,
}

/// A number with what it is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bar {
    /// The value that the list is filtered by.
    pub key: String,
    pub count: u64,
}

/// A section of the catalogue.
#[derive(Clone, Debug, Serialize)]
pub struct Section {
    pub id: String,
    pub title: String,
    /// Inputs to any of its recommendations.
    pub count: u64,
    pub recommendations: Vec<Recommendation>,
}

/// A recommendation of the catalogue.
#[derive(Clone, Debug, Serialize)]
pub struct Recommendation {
    pub id: String,
    pub title: String,
    pub count: u64,
}

/// A day with inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Day {
    pub day: Date,
    pub count: u64,
}

/// What waits since one of some days.
#[derive(Clone, Debug, Serialize)]
pub struct Wait {
    /// `today`, `1-2-days`, `3-6-days`, `7-days` (or longer).
    pub key: &'static str,
    pub count: u64,
    /// The days of arrival that have any of it.
    pub days: Vec<Date>,
}

/// The entry that has waited longest.
#[derive(Clone, Debug, Serialize)]
pub struct Oldest {
    pub id: String,
    /// As the sender wrote it, or a person after that.
    pub title: String,
    pub server_received_at: Timestamp,
}

/// The numbers of one of `LISTS`, as they stand now.
///
/// # Errors
/// If the store does not answer.
pub async fn overview(tools: &Tools, list: List, now: Timestamp) -> store::Result<Overview> {
    let filter = |list| Filter { list, ..Filter::default() };
    let counts = desk::counts(tools, &filter(list), now).await?;
    let queued = desk::counts(tools, &filter(List::Queued), now).await?;
    let first = desk::list(tools, &filter(List::Queued), None, 1, now).await?.items.pop();
    let call = &tools.config.call;
    let today = call.time_zone.to_datetime(now).date();
    let by_recommendation = values(&counts, "recommendation");
    let is_unknown = |id: &&String| *id != desk::NO_RECOMMENDATION && tools.catalogue.find(id).is_none();
    let not_in_catalogue = by_recommendation.keys().filter(is_unknown);
    let languages = values(&counts, "language");
    let others = languages.keys().map(String::as_str).filter(|code| !LANGUAGES.contains(code));
    Ok(Overview {
        list: list.as_str(),
        inputs: total(&counts, list),
        totals: TOTALS.iter().map(|list| Bar { key: list.as_str().into(), count: total(&counts, *list) }).collect(),
        is_confirmed: pipeline::catalogue_confirmed(tools).await?,
        sections: sections(tools, &counts),
        without: count(&by_recommendation, desk::NO_RECOMMENDATION),
        not_in_catalogue: not_in_catalogue.map(|id| bar(&by_recommendation, id)).collect(),
        kinds: SubmitterKind::ALL.iter().map(|kind| bar(&values(&counts, "kind"), kind.as_str())).collect(),
        languages: LANGUAGES.into_iter().chain(others).map(|code| bar(&languages, code)).collect(),
        days: days(&counts),
        event: call.event.map(|(begin, end)| {
            // A whole day ends with the next one's midnight, which is no part of it.
            let last = if end > begin { end - std::time::Duration::from_nanos(1) } else { end };
            (call.time_zone.to_datetime(begin).date(), call.time_zone.to_datetime(last).date())
        }),
        time_zone: call.time_zone.iana_name().unwrap_or("UTC").into(),
        today,
        waiting: waiting(&days(&queued), today),
        oldest: first.map(|item| Oldest {
            id: item.id,
            title: item.title,
            server_received_at: item.server_received_at,
        }),
        behind: counts.behind,
    })
}

/// Counts of a field, those that are none left out.
fn values(counts: &Counts, facet: &str) -> BTreeMap<String, u64> {
    counts.facets.get(facet).cloned().unwrap_or_default()
}

fn total(counts: &Counts, list: List) -> u64 {
    counts.lists.get(&list).copied().unwrap_or(0)
}

fn count(values: &BTreeMap<String, u64>, key: &str) -> u64 {
    values.get(key).copied().unwrap_or(0)
}

fn bar(values: &BTreeMap<String, u64>, key: &str) -> Bar {
    Bar { key: key.into(), count: count(values, key) }
}

fn sections(tools: &Tools, counts: &Counts) -> Vec<Section> {
    let (sections, recommendations) = (values(counts, "section"), values(counts, "recommendation"));
    let of = |id: &str| {
        let all = tools.catalogue.recommendations.iter().filter(|one| one.section == id);
        all.map(|one| Recommendation {
            id: one.id.clone(),
            title: one.title.clone(),
            count: count(&recommendations, &one.id),
        })
        .collect()
    };
    let all = tools.catalogue.sections.iter().map(|one| Section {
        id: one.id.clone(),
        title: one.title.clone(),
        count: count(&sections, &one.id),
        recommendations: of(&one.id),
    });
    all.collect()
}

fn days(counts: &Counts) -> Vec<Day> {
    let all = values(counts, "day").into_iter().filter_map(|(day, count)| Some(Day { day: day.parse().ok()?, count }));
    all.filter(|day| day.count > 0).collect()
}

/// What waits by its age in days; what seems to come from tomorrow, by a mail server whose clock is fast, came today.
fn waiting(days: &[Day], today: Date) -> Vec<Wait> {
    let age = |day: &&Day| day.day.duration_until(today).as_hours() / 24;
    let mut from = i64::MIN;
    let spans = WAITING.into_iter().map(|(key, end)| {
        let inside: Vec<&Day> = days.iter().filter(|day| (from..end).contains(&age(day))).collect();
        from = end;
        Wait { key, count: inside.iter().map(|day| day.count).sum(), days: inside.iter().map(|day| day.day).collect() }
    });
    spans.collect()
}
