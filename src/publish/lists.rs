//! Lists, feed, JSON and CSV: all from the same inputs, so that no two disagree. Opens no file.

use super::{SHARD, filters};
use crate::domain::publication::{Page, PublicInput, PublicRecommendation, PublicStatus, Site};
use askama::Template;
use serde_json::json;
use std::collections::BTreeMap;

#[derive(Template)]
#[template(path = "public/list.html")]
struct ListPage<'a> {
    site: &'a Site,
    heading: &'a str,
    /// A working title must be called one.
    is_recommendation: bool,
    inputs: Vec<&'a PublicInput>,
    /// Relative addresses and names of the other shards.
    shards: Vec<(String, String)>,
    root: &'static str,
}

#[derive(Template)]
#[template(path = "public/index.html")]
struct IndexPage<'a> {
    site: &'a Site,
    inputs: Vec<&'a PublicInput>,
    shards: Vec<(String, String)>,
    public: u64,
    root: &'static str,
}

#[derive(Template)]
#[template(path = "public/recommendations.html")]
struct OverviewPage<'a> {
    site: &'a Site,
    sections: Vec<Section<'a>>,
    root: &'static str,
}

#[derive(Template)]
#[template(path = "public/feed.xml")]
struct Feed<'a> {
    site: &'a Site,
    inputs: &'a [PublicInput],
    updated: String,
    base: &'a str,
}

/// How the public pages look.
pub const STYLE: &str = include_str!("../../templates/public/style.css");

/// Name of a shard for people: the numbers it holds.
fn shard_name(shard: u64) -> String {
    format!("{} to {}", (shard - 1) * SHARD + 1, shard * SHARD)
}

/// Newest first: what a reader looks for.
fn newest_first(inputs: &[PublicInput]) -> Vec<&PublicInput> {
    inputs.iter().rev().collect()
}

fn page(path: impl Into<String>, text: String) -> Page {
    Page { path: path.into(), bytes: text.into_bytes() }
}

/// The pages of one shard: its list, its data, and each recommendation's part of it. `newest` is the last shard's number.
///
/// # Errors
/// If a template fails.
pub fn shard_pages(site: &Site, shard: u64, newest: u64, inputs: &[PublicInput]) -> anyhow::Result<Vec<Page>> {
    let mut pages = Vec::new();
    for one in &site.recommendations {
        let on: Vec<&PublicInput> =
            inputs.iter().rev().filter(|input| input.recommendations.iter().any(|rec| rec.id == one.id)).collect();
        let shards: Vec<(String, String)> =
            (1..=newest).rev().map(|other| (format!("{other}.html"), shard_name(other))).collect();
        let html = ListPage {
            site,
            heading: &one.title,
            is_recommendation: true,
            inputs: on,
            shards: if newest > 1 { shards } else { Vec::new() },
            root: "../../",
        }
        .render()?;
        // The newest part is also the recommendation's own page.
        if shard == newest {
            pages.push(page(format!("recommendations/{}/index.html", one.id), html.clone()));
        }
        pages.push(page(format!("recommendations/{}/{shard}.html", one.id), html));
    }
    let heading = format!("Inputs {}", shard_name(shard));
    let list = ListPage {
        site,
        heading: &heading,
        is_recommendation: false,
        inputs: newest_first(inputs),
        shards: Vec::new(),
        root: "",
    };
    pages.push(page(format!("list-{shard}.html"), list.render()?));
    pages.push(page(format!("inputs-{shard}.json"), data(site, inputs, newest)?));
    pages.push(page(format!("inputs-{shard}.csv"), csv(inputs)?));
    Ok(pages)
}

/// The front pages: index, overview of recommendations, feed, data of the newest shard, style. `latest` are the inputs
/// that changed last, newest first; `counts` the public inputs on each recommendation.
///
/// # Errors
/// If a template fails.
pub fn front(
    site: &Site,
    newest: u64,
    newest_inputs: &[PublicInput],
    latest: &[PublicInput],
    counts: &BTreeMap<String, u64>,
    public: u64,
) -> anyhow::Result<Vec<Page>> {
    let earlier = |folder: &str| -> Vec<(String, String)> {
        (1..newest).rev().map(|shard| (format!("{folder}list-{shard}.html"), shard_name(shard))).collect()
    };
    let overview = OverviewPage { site, sections: by_section(site, counts), root: "../" };
    let index = IndexPage { site, inputs: newest_first(newest_inputs), shards: earlier(""), public, root: "" };
    let updated = latest.first().map_or_else(|| "2023-11-20T00:00:00Z".to_string(), |one| second(one.updated_at));
    let base = site.base_url.as_deref().unwrap_or_default();
    Ok(vec![
        page("style.css", STYLE.to_string()),
        page("recommendations/index.html", overview.render()?),
        page("index.html", index.render()?),
        page("inputs.json", data(site, newest_inputs, newest)?),
        page("inputs.csv", csv(newest_inputs)?),
        page("feed.xml", Feed { site, inputs: latest, updated, base }.render()?),
    ])
}

/// A section with its recommendations and how many inputs speak to each.
struct Section<'a> {
    id: &'a str,
    title: &'a str,
    recommendations: Vec<(&'a PublicRecommendation, u64)>,
}

/// Recommendations under their sections, with counts; those without an input too.
fn by_section<'a>(site: &'a Site, counts: &BTreeMap<String, u64>) -> Vec<Section<'a>> {
    let of = |id: &str| -> Vec<(&'a PublicRecommendation, u64)> {
        let inside = site.recommendations.iter().filter(|one| one.section == id);
        inside.map(|one| (one, counts.get(&one.id).copied().unwrap_or(0))).collect()
    };
    site.sections.iter().map(|(id, title)| Section { id, title, recommendations: of(id) }).collect()
}

fn second(time: crate::domain::Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The data of a shard, with the addresses of all shards.
fn data(site: &Site, inputs: &[PublicInput], newest: u64) -> serde_json::Result<String> {
    let shards: Vec<String> = (1..=newest).map(|shard| format!("inputs-{shard}.json")).collect();
    let items: Vec<_> = inputs.iter().map(item).collect();
    let head = site.ledger_head.map(|(number, hash)| json!({"number": number, "hash": hash}));
    let note = (!site.catalogue_confirmed)
        .then_some("Grouped by the secretariat's working list; titles of recommendations are working titles.");
    serde_json::to_string_pretty(&json!({
        "title": site.title, "report": site.report, "note": note, "ledger_head": head, "shards": shards, "inputs": items,
    }))
}

fn item(input: &PublicInput) -> serde_json::Value {
    let folder = super::folder(input);
    let files: Vec<_> = input.offered_files().iter()
        .map(|file| {
            json!({
                "name": super::plain(&file.label), "path": format!("{folder}/{}", file.file_name),
                "media_type": file.media_type, "size_bytes": file.size_bytes, "sha256": file.digest, "text_only": file.text_only,
            })
        })
        .collect();
    let recommendations: Vec<_> = input
        .recommendations
        .iter()
        .map(|one| json!({"id": one.id, "section": one.section, "title": one.title, "paragraph": one.paragraph}))
        .collect();
    json!({
        "id": input.submission, "number": input.number, "revision": input.revision, "page": format!("{folder}/index.html"),
        "status": match &input.status {
            PublicStatus::Public => json!({"status": "public"}),
            PublicStatus::Withdrawn { at, reason } => json!({"status": "withdrawn", "at": second(*at), "reason": super::plain(reason)}),
        },
        "title": super::plain(&input.title), "submitter": super::plain(&input.submitter.name),
        "submitter_kind": input.submitter.kind.as_str(), "received_at": second(input.received_at),
        "published_at": second(input.published_at), "updated_at": second(input.updated_at), "languages": input.languages,
        "recommendations": recommendations, "files": files,
    })
}

/// RFC 4180; no cell that a spreadsheet takes for a formula.
fn csv(inputs: &[PublicInput]) -> anyhow::Result<String> {
    let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    out.write_record([
        "number",
        "status",
        "title",
        "submitter",
        "kind of submitter",
        "received",
        "published",
        "languages",
        "recommendations",
        "files",
        "page",
    ])?;
    for input in inputs {
        let status = match input.status {
            PublicStatus::Public => "public",
            PublicStatus::Withdrawn { .. } => "withdrawn",
        };
        let ids: Vec<&str> = input.recommendations.iter().map(|one| one.id.as_str()).collect();
        let folder = super::folder(input);
        let files: Vec<String> =
            input.offered_files().iter().map(|file| format!("{folder}/{}", file.file_name)).collect();
        out.write_record([
            input.number.to_string(),
            status.into(),
            cell(&input.title),
            cell(&input.submitter.name),
            input.submitter.kind.as_str().into(),
            second(input.received_at),
            second(input.published_at),
            input.languages.join(" "),
            ids.join(" "),
            files.join(" "),
            format!("{folder}/index.html"),
        ])?;
    }
    Ok(String::from_utf8_lossy(&out.into_inner().map_err(|error| error.into_error())?).into_owned())
}

fn cell(text: &str) -> String {
    let line: String = super::plain(text).replace('\n', " ");
    if line.starts_with(['=', '+', '-', '@']) { format!("'{line}") } else { line }
}
