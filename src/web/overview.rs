//! The page that shows what has come in: charts whose bars lead to their lists, and the same numbers as CSV. Counts nothing:
//! the numbers are `review::overview`'s.

mod days;

use super::Shared;
use super::error::Error;
use super::layout::{Layout, page as answer};
use super::list::language_name;
use crate::domain::classification::SubmitterKind;
use crate::domain::harmless_cell;
use crate::review;
use crate::review::desk::{Filter, List, NO_RECOMMENDATION};
use crate::review::overview::{LISTS, Overview, Wait};
use askama::Template;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use days::Days;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "desk/overview.html")]
struct OverviewPage {
    layout: Layout,
    overview: Overview,
    /// Word of the list that is counted.
    list: &'static str,
    lists: Vec<(&'static str, bool)>,
    totals: Vec<Bar>,
    days: Days,
    sections: Vec<Group>,
    /// Recommendations without any input.
    without_input: usize,
    recommendations: usize,
    /// Bars below the sections: inputs without a recommendation, and with one that is not in the catalogue.
    others: Vec<Bar>,
    waiting: Chart,
    charts: Vec<Chart>,
}

impl OverviewPage {
    fn plain(&self, text: &str) -> String {
        super::layout::plain(text)
    }
}

/// Bars under one heading.
struct Chart {
    name: &'static str,
    bars: Vec<Bar>,
}

/// A section with its recommendations.
struct Group {
    id: String,
    bar: Bar,
    bars: Vec<Bar>,
}

/// A line of a chart.
struct Bar {
    key: String,
    name: String,
    count: u64,
    /// Of the width that there is, in percent.
    width: String,
    /// Address of the list with exactly these; `None`: there is none.
    href: Option<String>,
}

/// Sets the widths of some bars by the longest of them.
fn measure<'a>(bars: impl Iterator<Item = &'a mut Bar>) {
    let bars: Vec<&mut Bar> = bars.collect();
    let most = bars.iter().map(|bar| bar.count).max().unwrap_or(0).max(1);
    for bar in bars {
        bar.width = percent(bar.count as f64 / most as f64);
    }
}

/// A part of one as SVG writes it.
fn percent(part: f64) -> String {
    let text = format!("{:.2}", part * 100.0);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

fn address(filter: &Filter) -> String {
    format!("/?{}", filter.query())
}

fn bar(key: &str, name: String, count: u64, filter: Option<Filter>) -> Bar {
    Bar { key: key.into(), name, count, width: String::new(), href: filter.as_ref().map(address) }
}

/// The list that an address asks for.
fn list_of(query: Option<String>) -> Result<List, Error> {
    let query = query.unwrap_or_default();
    let asked = query.split('&').filter_map(|pair| pair.strip_prefix("list=")).next_back();
    let Some(word) = asked.filter(|word| !word.is_empty()) else { return Ok(List::Inputs) };
    let known = LISTS.map(List::as_str).join(", ");
    let found = LISTS.into_iter().find(|list| list.as_str() == word);
    found.ok_or_else(|| Error::Refused(format!("The overview is of one of the lists {known}.")))
}

/// The page.
pub async fn page(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    let list = list_of(query)?;
    let overview = review::overview(&shared.tools, list, layout.now).await?;
    Ok(answer(StatusCode::OK, shown(layout, list, overview).render()?))
}

fn shown(layout: Layout, list: List, overview: Overview) -> OverviewPage {
    let mut sections = groups(list, &overview);
    let mut others = others(&layout, list, &overview);
    let of_sections = sections.iter_mut().flat_map(|one| std::iter::once(&mut one.bar).chain(&mut one.bars));
    measure(of_sections.chain(&mut others));
    let recommendations = || overview.sections.iter().flat_map(|section| &section.recommendations);
    OverviewPage {
        list: list.as_str(),
        lists: LISTS.map(|one| (one.as_str(), one == list)).into(),
        totals: totals(&layout, &overview),
        days: Days::of(&layout, list, &overview),
        sections,
        without_input: recommendations().filter(|one| one.count == 0).count(),
        recommendations: recommendations().count(),
        others,
        waiting: chart("waiting", overview.waiting.iter().map(|wait| wait_bar(&layout, wait)).collect()),
        charts: vec![
            chart("kind", kinds(&layout, list, &overview)),
            chart("language", languages(&layout, list, &overview)),
        ],
        overview,
        layout,
    }
}

fn chart(name: &'static str, mut bars: Vec<Bar>) -> Chart {
    measure(bars.iter_mut());
    Chart { name, bars }
}

fn totals(layout: &Layout, overview: &Overview) -> Vec<Bar> {
    let of = |key: &str| List::ALL.into_iter().find(|list| list.as_str() == key);
    let all = overview.totals.iter().map(|one| {
        let filter = of(&one.key).map(|list| Filter { list, ..Filter::default() });
        bar(&one.key, layout.w("list", &one.key), one.count, filter)
    });
    all.collect()
}

fn groups(list: List, overview: &Overview) -> Vec<Group> {
    let all = overview.sections.iter().map(|section| Group {
        id: section.id.clone(),
        bar: {
            let filter = Filter { list, sections: vec![section.id.clone()], ..Filter::default() };
            bar(&section.id, section.title.clone(), section.count, Some(filter))
        },
        bars: section
            .recommendations
            .iter()
            .map(|one| {
                let filter = Filter { list, recommendations: vec![one.id.clone()], ..Filter::default() };
                bar(&one.id, one.title.clone(), one.count, Some(filter))
            })
            .collect(),
    });
    all.collect()
}

fn others(layout: &Layout, list: List, overview: &Overview) -> Vec<Bar> {
    let none = Filter { list, recommendations: vec![NO_RECOMMENDATION.into()], ..Filter::default() };
    let none = bar(NO_RECOMMENDATION, layout.t("list.no-recommendation").into(), overview.without, Some(none));
    let unknown = overview.not_in_catalogue.iter().map(|one| {
        let name = layout.x("overview.not-in-catalogue", &one.key);
        bar(&one.key, name, one.count, None)
    });
    std::iter::once(none).chain(unknown).collect()
}

fn kinds(layout: &Layout, list: List, overview: &Overview) -> Vec<Bar> {
    let all = overview.kinds.iter().map(|one| {
        let mut filter = Filter { list, ..Filter::default() };
        filter.kinds.extend(SubmitterKind::ALL.into_iter().find(|kind| kind.as_str() == one.key));
        bar(&one.key, layout.w("kind", &one.key), one.count, Some(filter))
    });
    let mut all: Vec<Bar> = all.collect();
    // Most first; those of one number stay in the order of the kinds.
    all.sort_by_key(|one| std::cmp::Reverse(one.count));
    all
}

fn languages(layout: &Layout, list: List, overview: &Overview) -> Vec<Bar> {
    let all = overview.languages.iter().map(|one| {
        let filter = Filter { list, languages: vec![one.key.clone()], ..Filter::default() };
        bar(&one.key, language_name(layout, &one.key), one.count, Some(filter))
    });
    let mut all: Vec<Bar> = all.collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.count));
    all
}

fn wait_bar(layout: &Layout, wait: &Wait) -> Bar {
    let days = wait.days.clone();
    // Without a day this would be the whole queue.
    let filter = Some(Filter { list: List::Queued, days, ..Filter::default() }).filter(|one| !one.days.is_empty());
    bar(wait.key, layout.w("overview-waiting", wait.key), wait.count, filter)
}

/// The same as CSV (RFC 4180), in UTF-8 with the mark by which Excel knows that.
pub async fn table(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    let list = list_of(query)?;
    let overview = review::overview(&shared.tools, list, layout.now).await?;
    let text = csv(&shown(layout, list, overview)).map_err(|error| Error::Failed(error.into()))?;
    let name = format!("attachment; filename=\"overview-{}.csv\"", list.as_str());
    let fields = [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_string()), (header::CONTENT_DISPOSITION, name)];
    Ok((fields, format!("\u{feff}{text}")).into_response())
}

/// A row for each number of the page: chart, key, name, count.
fn csv(shown: &OverviewPage) -> Result<String, csv::Error> {
    let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    out.write_record(["chart", "key", "name", "count"])?;
    let mut put = |chart: &str, key: &str, name: &str, count: u64| {
        out.write_record([chart.into(), harmless_cell(key), harmless_cell(name), count.to_string()])
    };
    let list = shown.list;
    put("inputs", list, &shown.layout.w("overview-of", list), shown.overview.inputs)?;
    for one in &shown.totals {
        put("total", &one.key, &one.name, one.count)?;
    }
    for one in &shown.overview.days {
        put("day", &one.day.to_string(), &one.day.to_string(), one.count)?;
    }
    for one in &shown.waiting.bars {
        put("waiting", &one.key, &one.name, one.count)?;
    }
    for section in &shown.sections {
        put("section", &section.bar.key, &section.bar.name, section.bar.count)?;
        for one in &section.bars {
            put("recommendation", &one.key, &one.name, one.count)?;
        }
    }
    for one in &shown.others {
        put("recommendation", &one.key, &one.name, one.count)?;
    }
    for chart in &shown.charts {
        for one in &chart.bars {
            put(chart.name, &one.key, &one.name, one.count)?;
        }
    }
    let bytes = out.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
