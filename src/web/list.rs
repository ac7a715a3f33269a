//! The lists of the desk: what waits, is held, set aside or decided; narrowed, searched, counted, with acts on several at once
//! where they are safe. Decides nothing: an act is a call into `review`.

use super::error::Error;
use super::forms::Fields;
use super::guard::Sent;
use super::layout::{Layout, page, plain, see_other};
use super::{Shared, troubles};
use crate::access::Visitor;
use crate::domain::Timestamp;
use crate::domain::classification::{MessageKind, SubmitterKind};
use crate::domain::ledger::Outcome;
use crate::review::desk::{self, Badge, Counts, Filter, List};
use crate::review::queue::{Item, item_of};
use crate::review::{self, Act};
use askama::Template;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Entries of a page.
const ROWS: usize = 50;

/// Days that can be chosen on the page; the address takes any.
const DAYS: usize = 60;

/// Entries of one act on several.
const AT_ONCE: usize = 50;

/// The tabs above the list.
const TABS: [List; 8] = [
    List::Queued,
    List::Held,
    List::SetAside,
    List::Approved,
    List::Published,
    List::Rejected,
    List::Withdrawn,
    List::All,
];

#[derive(Template)]
#[template(path = "desk/list.html")]
struct ListPage {
    layout: Layout,
    list: &'static str,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    /// Address of the next page.
    next: Option<String>,
    /// Of this page, to come back to.
    query: String,
    search: String,
    facets: Vec<Facet>,
    /// How many the filter lets through, in words; `None`: it is the whole list.
    found: Option<String>,
    behind: u64,
    says: Option<String>,
    /// Address of what changed since the last visit, and when that ended.
    since: Option<(String, Timestamp)>,
    is_since: bool,
    /// Number of the last change that this page shows.
    change: i64,
    troubles: troubles::Troubles,
    /// Kinds of message for setting aside several at once.
    kinds: Vec<&'static str>,
}

struct Tab {
    list: &'static str,
    count: u64,
    is_this: bool,
}

/// A choice of the filter.
struct Facet {
    name: &'static str,
    /// By heading; empty: none.
    groups: Vec<(String, Vec<Choice>)>,
}

struct Choice {
    value: String,
    label: String,
    count: u64,
    is_chosen: bool,
}

/// A line of the list.
struct Row {
    item: Item,
    href: String,
    badges: Vec<&'static str>,
    is_new: bool,
    /// Id and edition, for acts on several.
    pick: String,
}

impl ListPage {
    fn plain(&self, text: &str) -> String {
        super::layout::plain(text)
    }
}

/// Why a filter in the address cannot be used is told on the page of the whole list.
fn read(query: &str, list: List, shared: &Shared) -> (Filter, Option<desk::Cursor>, Option<String>) {
    match Filter::read(query, &shared.tools.catalogue) {
        Ok((mut filter, after)) => {
            if !query.split('&').any(|pair| pair.starts_with("list=")) {
                filter.list = list;
            }
            (filter, after, None)
        }
        Err(why) => (Filter { list, ..Filter::default() }, None, Some(why)),
    }
}

/// `/`
pub async fn queue(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    show(&shared, layout, &query.unwrap_or_default(), List::Queued).await
}

/// `/held`
pub async fn held(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    show(&shared, layout, &query.unwrap_or_default(), List::Held).await
}

/// `/set-aside`
pub async fn set_aside(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    show(&shared, layout, &query.unwrap_or_default(), List::SetAside).await
}

async fn show(shared: &Shared, layout: Layout, query: &str, list: List) -> Result<Response, Error> {
    let tools = &shared.tools;
    let (filter, after, wrong) = read(query, list, shared);
    let found = desk::list(tools, &filter, after, ROWS, layout.now).await?;
    let counts = desk::counts(tools, &filter, layout.now).await?;
    let seen_before = layout.visitor.as_ref().and_then(|visitor| visitor.seen_before);
    let newer = match seen_before {
        Some(number) => changed(tools, &found.items, number).await?,
        None => Vec::new(),
    };
    let query = filter.query();
    let rows = found.items.into_iter().map(|item| Row {
        href: format!("/inputs/{}?{query}", item.id),
        badges: desk::badges(&item).into_iter().map(Badge::as_str).collect(),
        is_new: newer.contains(&item.id),
        pick: format!("{}@{}", item.id, item.seen.as_deref().unwrap_or_default()),
        item,
    });
    let rows: Vec<Row> = rows.collect();
    let since =
        seen_before.zip(layout.visitor.as_ref().and_then(|visitor| visitor.visit_before)).map(|(number, at)| {
            let all = Filter { list: List::All, changed_since: Some(number), ..Filter::default() };
            (format!("/?{}", all.query()), at)
        });
    let shown = ListPage {
        list: filter.list.as_str(),
        tabs: TABS
            .map(|list| Tab {
                list: list.as_str(),
                count: counts.lists.get(&list).copied().unwrap_or(0),
                is_this: list == filter.list,
            })
            .into(),
        rows,
        next: found.next.map(|cursor| format!("?{query}&after={cursor}")),
        facets: facets(&layout, &filter, &counts, tools),
        found: counts.found.map(|found| words_of(&layout, found)),
        behind: found.behind,
        says: wrong.or(found.says).map(|words| plain(&words)),
        is_since: filter.changed_since.is_some(),
        since,
        change: desk::last_change(tools).await?,
        troubles: troubles::of(tools, layout.now).await?,
        kinds: MessageKind::ALL
            .into_iter()
            .filter(|kind| !matches!(kind, MessageKind::Submission | MessageKind::Unknown))
            .map(MessageKind::as_str)
            .collect(),
        search: plain(&filter.search),
        query,
        layout,
    };
    Ok(page(StatusCode::OK, shown.render()?))
}

fn words_of(layout: &Layout, found: desk::Found) -> String {
    let count = usize::try_from(found.count).unwrap_or(usize::MAX);
    if found.more { layout.x("list.found-more", &count) } else { layout.n("list.found", count) }
}

/// Which of these changed after the change with a number.
async fn changed(tools: &crate::pipeline::Tools, items: &[Item], number: i64) -> Result<Vec<String>, Error> {
    let ids: Vec<String> = items.iter().map(|item| item.id.clone()).collect();
    let rows = crate::store::desk::rows(&tools.store, &ids).await?;
    Ok(rows.into_iter().filter(|row| row.change > number).map(|row| row.item_id).collect())
}

fn facets(layout: &Layout, filter: &Filter, counts: &Counts, tools: &crate::pipeline::Tools) -> Vec<Facet> {
    let count =
        |facet: &str, value: &str| counts.facets.get(facet).and_then(|values| values.get(value)).copied().unwrap_or(0);
    let choice = |facet: &str, value: &str, label: String, is_chosen: bool| Choice {
        value: value.into(),
        label,
        count: count(facet, value),
        is_chosen,
    };
    let catalogue = &tools.catalogue;
    let has = |id: &str| filter.recommendations.iter().any(|one| one == id);
    let none = choice("recommendation", "none", layout.t("list.no-recommendation").into(), has("none"));
    let mut recommendations = vec![(String::new(), vec![none])];
    for section in &catalogue.sections {
        let of_it = catalogue.recommendations.iter().filter(|one| one.section == section.id);
        let of_it = of_it.map(|one| choice("recommendation", &one.id, one.title.clone(), has(&one.id)));
        recommendations.push((section.title.clone(), of_it.collect()));
    }
    let own = ["ar", "en", "es", "fr", "ru", "zh"];
    let others = counts.facets.get("language").into_iter().flat_map(|values| values.keys().map(String::as_str));
    let languages = own.into_iter().chain(others.filter(|code| !own.contains(code))).map(|code| {
        choice("language", code, language_name(layout, code), filter.languages.iter().any(|one| one == code))
    });
    let kinds = SubmitterKind::ALL.into_iter().map(|kind| {
        let word = kind.as_str();
        choice("kind", word, layout.w("kind", word), filter.kinds.contains(&kind))
    });
    let badges = Badge::ALL.into_iter().map(|badge| {
        let word = badge.as_str();
        choice("badge", word, layout.w("badge", word), filter.badges.contains(&badge))
    });
    let plain = |name, values: Vec<Choice>| Facet { name, groups: vec![(String::new(), values)] };
    vec![
        Facet { name: "recommendation", groups: recommendations },
        plain("language", languages.collect()),
        plain("kind", kinds.collect()),
        plain("badge", badges.collect()),
        plain("day", days(layout, filter, counts)),
    ]
}

/// Days of arrival, the newest first; several chosen ones are one choice.
fn days(layout: &Layout, filter: &Filter, counts: &Counts) -> Vec<Choice> {
    let none = BTreeMap::new();
    let all = counts.facets.get("day").unwrap_or(&none);
    let choice = |value: String, label: String, count: u64, is_chosen: bool| Choice { value, label, count, is_chosen };
    let chosen: Vec<String> = filter.days.iter().map(ToString::to_string).collect();
    let mut choices = Vec::new();
    if let [_, _, ..] = chosen.as_slice() {
        let count = chosen.iter().filter_map(|day| all.get(day)).sum();
        choices.push(choice(filter.day_choice(), layout.n("list.days", chosen.len()), count, true));
    } else if let Some(day) = chosen.first() {
        choices.push(choice(day.clone(), day.clone(), all.get(day).copied().unwrap_or(0), true));
    }
    let others = all.iter().rev().filter(|(day, count)| **count > 0 && (chosen.len() > 1 || !chosen.contains(day)));
    choices.extend(others.take(DAYS).map(|(day, count)| choice(day.clone(), day.clone(), *count, false)));
    choices
}

/// The name of a language, or its code where the interface has no word for it.
pub(super) fn language_name(layout: &Layout, code: &str) -> String {
    let key = format!("language.{code}");
    match layout.t(&key) {
        word if word == key => code.to_string(),
        word => word.to_string(),
    }
}

/// Sets several aside, or reads several again; each that does not go says why, the others go.
pub async fn several(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Extension(visitor): Extension<Visitor>,
    Extension(Sent(fields)): Extension<Sent>,
) -> Result<Response, Error> {
    let picks: Vec<&str> = fields.all("pick").collect();
    if picks.is_empty() || picks.len() > AT_ONCE {
        return Err(Error::Refused(layout.t("list.pick-some").into()));
    }
    let reason = fields.needed("reason")?.to_string();
    let (mut done, mut left) = (0, Vec::new());
    for pick in picks {
        let (id, seen) = pick.split_once('@').unwrap_or((pick, ""));
        let act = Act { by: visitor.name.clone(), reason: reason.clone(), seen: pair(seen), now: layout.now };
        match one_of_several(&shared, id, &fields, &act).await {
            Ok(()) => done += 1,
            Err(Error::Refused(why) | Error::NotFound(why)) => left.push((id.to_string(), why)),
            Err(other) => return Err(other),
        }
    }
    if left.is_empty() {
        let query = fields.text("query");
        let list = if query.is_empty() { "/".to_string() } else { format!("/?{query}") };
        return Ok(see_other(&super::forms::safe_next(&list)));
    }
    let lines: Vec<String> =
        left.iter().map(|(id, why)| format!("{}: {why}", &id[id.len().saturating_sub(8)..])).collect();
    Err(Error::Refused(format!("{}\n{}", layout.n("list.done", done), lines.join("\n"))))
}

fn pair(seen: &str) -> Option<(u32, u32)> {
    let (number, edition) = seen.split_once('.')?;
    Some((number.parse().ok()?, edition.parse().ok()?))
}

async fn one_of_several(shared: &Shared, id: &str, fields: &Fields, act: &Act) -> Result<(), Error> {
    let tools = &shared.tools;
    let gone = || Error::NotFound("it is no entry any more".into());
    let item = item_of(&tools.store, &tools.config, id).await?.ok_or_else(gone)?;
    let now = item.seen.as_deref().and_then(pair);
    if act.seen.is_some() && now != act.seen {
        return Err(Error::Refused("somebody changed it meanwhile: look at it".into()));
    }
    let [message] = item.messages.as_slice() else {
        return Err(Error::Refused("it has several messages: look at it".into()));
    };
    match fields.text("act") {
        "read-again" => review::retry(tools, message, act).await?,
        "set-aside" => {
            let kind = MessageKind::ALL.into_iter().find(|kind| kind.as_str() == fields.text("kind"));
            let kind = kind.ok_or_else(|| Error::Refused("say what they are".into()))?;
            if item.outcome == Outcome::SetAside {
                return Err(Error::Refused("it is set aside already".into()));
            }
            review::set_aside(tools, message, kind, act).await?;
        }
        _ => return Err(Error::Refused("there is no such act".into())),
    }
    Ok(())
}
