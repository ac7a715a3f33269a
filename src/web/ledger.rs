//! The page of the ledger: its entries in words, its head, and the proof that nothing was lost or changed. Adds nothing to it.

use super::Shared;
use super::error::Error;
use super::forms::Fields;
use super::guard::Sent;
use super::layout::{Layout, page as answer, plain, see_other};
use crate::domain::ledger::{LedgerEntry, Subject};
use crate::domain::{RevisionId, Timestamp};
use crate::review::history;
use crate::review::proof::{self, Proof, read_head};
use crate::store::{Store, ledger, submission};
use askama::Template;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Entries of one page.
const PAGE: usize = 100;

/// Wrong things that a page names; the command line has all.
const MOST_WRONG: usize = 50;

/// So long whoever asks for a proof waits for it.
const WAIT: Duration = Duration::from_secs(3);

/// A proof that is being made, or the last one.
#[derive(Clone, Debug)]
enum Stand {
    UnderWay { since: Timestamp },
    Proven { at: Timestamp, proof: Proof },
    Failed { at: Timestamp, why: String },
}

/// One proof at a time; the last one is kept until the service ends.
#[derive(Clone, Debug, Default)]
pub struct Proving(Arc<Mutex<Option<Stand>>>);

impl Proving {
    fn stand(&self) -> Option<Stand> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, stand: Stand) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(stand);
    }

    /// Whether this one may begin.
    fn begin(&self, since: Timestamp) -> bool {
        let mut stand = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*stand, Some(Stand::UnderWay { .. })) {
            return false;
        }
        *stand = Some(Stand::UnderWay { since });
        true
    }
}

#[derive(Template)]
#[template(path = "desk/ledger.html")]
struct LedgerPage {
    layout: Layout,
    lines: Vec<LineView>,
    head: Option<String>,
    unsealed: usize,
    older: Option<u64>,
    is_first: bool,
    stand: Option<Stand>,
    expected: String,
    error: Option<String>,
}

impl LedgerPage {
    fn proven(&self, proof: &Proof) -> String {
        let values: [(&str, &dyn std::fmt::Display); 3] =
            [("entries", &proof.entries), ("objects", &proof.objects), ("erased", &proof.erased)];
        self.layout.words.f("ledger.proven", &values)
    }

    fn wrong<'a>(&self, proof: &'a Proof) -> impl Iterator<Item = String> + 'a {
        proof.wrong.iter().take(MOST_WRONG).map(|line| plain(line))
    }

    fn more_wrong(&self, proof: &Proof) -> usize {
        proof.wrong.len().saturating_sub(MOST_WRONG)
    }
}

struct LineView {
    number: u64,
    at: Timestamp,
    /// `None`: Pouch itself.
    by: Option<String>,
    what: String,
    reason: Option<String>,
    /// The page of what it is about.
    link: Option<String>,
}

/// The page of what each event is about: of a message or a submission.
async fn links(store: &Store, entries: &[LedgerEntry]) -> Result<Vec<Option<String>>, Error> {
    let revision = |entry: &LedgerEntry| match entry.event.subject() {
        Subject::Revision(id) => Some(id.to_string()),
        _ => None,
    };
    let of = submission::of_revisions(store, &entries.iter().filter_map(revision).collect::<Vec<_>>()).await?;
    let link = |entry: &LedgerEntry| match entry.event.subject() {
        Subject::Message(id) | Subject::Submission(id) => Some(format!("/inputs/{id}")),
        Subject::Revision(id) => of.get(&RevisionId(id.into())).map(|id| format!("/inputs/{id}")),
        _ => None,
    };
    Ok(entries.iter().map(link).collect())
}

async fn show(
    shared: &Shared,
    layout: Layout,
    before: Option<u64>,
    (expected, error): (String, Option<String>),
) -> Result<Response, Error> {
    let store = &shared.tools.store;
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
    let entries: Vec<LedgerEntry> = ledger::sealed_before(store, before.unwrap_or(u64::MAX), limit).await?;
    let lines = history::lines(store, &entries).await?;
    let last = entries.last().and_then(|entry| entry.number).filter(|number| *number > 1);
    let links = links(store, &entries).await?;
    let view = |((entry, line), link): ((&LedgerEntry, history::Line), Option<String>)| LineView {
        number: entry.number.unwrap_or_default(),
        at: line.at,
        by: line.by.as_deref().map(plain),
        what: plain(&line.what),
        reason: line.reason.as_deref().map(plain),
        link,
    };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let shown = LedgerPage {
        head: ledger::head(store).await?.map(|(number, hash)| format!("{number}:{hash}")),
        unsealed: usize::try_from(ledger::unsealed(store).await?).unwrap_or(0),
        older: last.filter(|_| entries.len() == PAGE),
        is_first: before.is_none(),
        lines: entries.iter().zip(lines).zip(links).map(view).collect(),
        stand: shared.proving.stand(),
        layout,
        expected,
        error,
    };
    Ok(answer(status, shown.render()?))
}

/// The page; `before` in its address says where it goes on.
pub async fn page(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    let fields = Fields::of(query.unwrap_or_default().as_bytes());
    show(&shared, layout, fields.text("before").parse().ok(), (String::new(), None)).await
}

/// Begins a proof. It goes on though nobody waits for it.
pub async fn prove(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Extension(Sent(fields)): Extension<Sent>,
) -> Result<Response, Error> {
    let expected = match fields.some("expected").map(read_head).transpose() {
        Ok(expected) => expected,
        Err(_) => {
            let words = layout.t("ledger.bad-head").to_string();
            return show(&shared, layout, None, (plain(fields.text("expected")), Some(words))).await;
        }
    };
    if shared.proving.begin(layout.now) {
        let (proving, tools, clock) = (shared.proving.clone(), shared.tools.clone(), shared.clock);
        let work = tokio::spawn(async move {
            let proven = tokio::spawn(async move { proof::prove(&tools.store, &tools.vault, expected, clock).await });
            let at = clock();
            proving.set(match proven.await {
                Ok(Ok(proof)) => Stand::Proven { at, proof },
                Ok(Err(error)) => {
                    tracing::error!("the ledger could not be proven: {error:#}");
                    Stand::Failed { at, why: format!("{error:#}") }
                }
                Err(error) => Stand::Failed { at, why: error.to_string() },
            });
        });
        let _ = tokio::time::timeout(WAIT, work).await;
    }
    Ok(see_other("/ledger#proof"))
}
