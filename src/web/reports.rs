//! The page of reports: where the messages of each mailbox went, and the report of everything received as a file. Counts
//! nothing: the numbers are `review::received`'s.

use super::Shared;
use super::error::Error;
use super::forms::Fields;
use super::layout::{Layout, page as answer, plain};
use crate::audit::received::Sums;
use crate::pipeline::IMPORT;
use crate::review::received as report;
use askama::Template;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "desk/reports.html")]
struct ReportsPage {
    layout: Layout,
    sums: Vec<Sums>,
    from: String,
    to: String,
    error: Option<String>,
}

impl ReportsPage {
    fn plain(&self, text: &str) -> String {
        plain(text)
    }
}

async fn show(
    shared: &Shared,
    layout: Layout,
    (from, to): (String, String),
    error: Option<String>,
) -> Result<Response, Error> {
    let sums = with_imports_as_one(report::sums(&shared.tools.store).await.map_err(Error::Failed)?);
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(answer(status, ReportsPage { layout, sums, from, to, error }.render()?))
}

/// Each imported file is a mailbox of its own: here they are one line. The report has each.
fn with_imports_as_one(all: Vec<Sums>) -> Vec<Sums> {
    let (imports, mut sums): (Vec<Sums>, Vec<Sums>) =
        all.into_iter().partition(|one| one.mailbox.split('/').next() == Some(IMPORT));
    let count = imports.len();
    sums.extend(imports.into_iter().reduce(|a, b| Sums {
        mailbox: format!("{IMPORT} ({count})"),
        seen: a.seen + b.seen,
        taken: a.taken + b.taken,
        copies: a.copies + b.copies,
        left_out: a.left_out + b.left_out,
        parked: a.parked + b.parked,
        gone: a.gone + b.gone,
        under_way: a.under_way + b.under_way,
        gone_since: a.gone_since + b.gone_since,
    }));
    sums
}

/// The page.
pub async fn page(State(shared): State<Arc<Shared>>, Extension(layout): Extension<Layout>) -> Result<Response, Error> {
    show(&shared, layout, (String::new(), String::new()), None).await
}

/// The report of everything received as a file, the same bytes as the command line prints.
pub async fn received(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    let fields = Fields::of(query.unwrap_or_default().as_bytes());
    let day = |name: &str| fields.some(name).map(str::parse::<Date>).transpose();
    let wrong = match (day("from"), day("to")) {
        (Ok(from), Ok(to)) if from.is_none() || to.is_none() || from <= to => {
            return file(&shared, from, to, fields.text("format")).await;
        }
        (Ok(_), Ok(_)) => "reports.wrong-order",
        _ => "reports.wrong-day",
    };
    let words = layout.t(wrong).to_string();
    show(&shared, layout, (plain(fields.text("from")), plain(fields.text("to"))), Some(words)).await
}

async fn file(shared: &Shared, from: Option<Date>, to: Option<Date>, format: &str) -> Result<Response, Error> {
    let report = report::received(&shared.tools.store, from, to, shared.clock).await.map_err(Error::Failed)?;
    let (ending, kind) = match format {
        "html" => ("html", "text/html; charset=utf-8"),
        "json" => ("json", "application/json"),
        _ => ("csv", "text/csv; charset=utf-8"),
    };
    // A hundred thousand rows are written beside the other requests, not between them.
    let written = tokio::task::spawn_blocking(move || {
        Ok::<String, anyhow::Error>(match ending {
            "html" => report.html()?,
            "json" => report.json()? + "\n",
            _ => report.csv()?,
        })
    });
    let text = written.await.map_err(|error| Error::Failed(error.into()))?.map_err(Error::Failed)?;
    let name = format!("attachment; filename=\"received.{ending}\"");
    let policy = "sandbox; default-src 'none'".to_string();
    let fields = [
        (header::CONTENT_TYPE, kind.to_string()),
        (header::CONTENT_DISPOSITION, name),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    Ok((fields, text).into_response())
}
