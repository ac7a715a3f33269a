//! The report of everything received, as CSV, HTML and JSON. The three say the same; none shows a message's text.

use super::agreement::{self, Agreement};
use crate::domain::{Digest, harmless_cell};
use askama::Template;
use serde::Serialize;

/// One message.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub id: String,
    /// RFC 3339; the Date field.
    pub sent: String,
    /// The topmost Received field.
    pub relayed: String,
    pub first_seen: String,
    pub from: String,
    pub subject: String,
    pub message_id_header: String,
    pub outcome: String,
    pub kind: String,
    pub reason: String,
    /// State of its submission, if it has one.
    pub state: String,
    pub submission: String,
    pub copies: Vec<CopyRow>,
}

/// One copy of a message.
#[derive(Clone, Debug, Serialize)]
pub struct CopyRow {
    pub mailbox: String,
    pub uidvalidity: u32,
    pub uid: u64,
    pub settlement: String,
    /// INTERNALDATE, RFC 3339.
    pub server_date: String,
    pub sha256: String,
    /// No longer on the server.
    pub gone_since: String,
}

/// Where the UIDs of a mailbox ended.
#[derive(Clone, Debug, Serialize)]
pub struct Sums {
    pub mailbox: String,
    pub seen: u64,
    pub taken: u64,
    pub copies: u64,
    pub left_out: u64,
    pub parked: u64,
    /// Vanished before they could be fetched.
    pub gone: u64,
    /// Received, but not parsed yet.
    pub under_way: u64,
    /// Of all: no longer on the server now.
    pub gone_since: u64,
}

impl Sums {
    /// Whether every UID seen ended somewhere.
    pub fn closes(&self) -> bool {
        self.seen == self.taken + self.copies + self.left_out + self.parked + self.gone + self.under_way
    }
}

/// The whole report.
#[derive(Clone, Debug, Serialize, Template)]
#[template(path = "received.html")]
pub struct Report {
    /// First and last day, if the report is of some days only.
    pub period: String,
    pub made: String,
    /// Number and hash of the sealed ledger.
    pub head: Option<(u64, Digest)>,
    pub rows: Vec<Row>,
    pub sums: Vec<Sums>,
    /// How far reviewers agree with the classifier, of all days.
    pub agreement: Agreement,
}

/// What no program can know.
pub const LIMIT: &str = "Mail that somebody deleted from a mailbox before Pouch looked cannot be counted here.";

impl Report {
    /// The head as text.
    pub fn head_text(&self) -> String {
        self.head.map_or("nothing sealed yet".into(), |(number, hash)| format!("{number}:{hash}"))
    }

    /// A stranger's words for the page: a sign that cannot be seen, or that turns the direction, shows as U+FFFD.
    fn plain(&self, text: &str) -> String {
        crate::domain::harmless(text)
    }

    /// Why the report may be incomplete, for its reader.
    pub fn limit(&self) -> &'static str {
        LIMIT
    }

    /// As JSON.
    ///
    /// # Errors
    /// If a value cannot be written.
    pub fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }

    /// As a page of its own.
    ///
    /// # Errors
    /// If the template fails.
    pub fn html(&self) -> askama::Result<String> {
        self.render()
    }

    /// As CSV (RFC 4180): a row for each copy, then the sums, the agreement and the head.
    ///
    /// # Errors
    /// If a row cannot be written.
    pub fn csv(&self) -> Result<String, csv::Error> {
        let mut out =
            csv::WriterBuilder::new().flexible(true).terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        out.write_record([
            "message",
            "sent",
            "relayed",
            "first seen",
            "from",
            "subject",
            "message-id",
            "outcome",
            "kind",
            "reason",
            "state",
            "submission",
            "mailbox",
            "uidvalidity",
            "uid",
            "settlement",
            "server date",
            "sha256",
            "gone since",
        ])?;
        for row in &self.rows {
            for copy in &row.copies {
                let (validity, uid) = (copy.uidvalidity.to_string(), copy.uid.to_string());
                let cells = [
                    &row.id,
                    &row.sent,
                    &row.relayed,
                    &row.first_seen,
                    &row.from,
                    &row.subject,
                    &row.message_id_header,
                    &row.outcome,
                    &row.kind,
                    &row.reason,
                    &row.state,
                    &row.submission,
                    &copy.mailbox,
                    &validity,
                    &uid,
                    &copy.settlement,
                    &copy.server_date,
                    &copy.sha256,
                    &copy.gone_since,
                ];
                out.write_record(cells.map(|cell| harmless_cell(cell)))?;
            }
        }
        out.write_record([""])?;
        out.write_record([
            "mailbox",
            "UIDs seen",
            "taken",
            "copies",
            "left out",
            "parked",
            "gone before taken",
            "under way",
            "sum closes",
            "gone since",
        ])?;
        for one in &self.sums {
            let numbers = [one.seen, one.taken, one.copies, one.left_out, one.parked, one.gone, one.under_way];
            let mut cells = vec![harmless_cell(&one.mailbox)];
            cells.extend(numbers.map(|number| number.to_string()));
            cells.push(if one.closes() { "yes" } else { "NO" }.into());
            cells.push(one.gone_since.to_string());
            out.write_record(cells)?;
        }
        out.write_record([""])?;
        out.write_record([
            "recommendation",
            "kept",
            "removed",
            "added",
            "judgements",
            "precision",
            "recall",
            "sample",
        ])?;
        for one in self.agreement.with_sum() {
            let mut cells = vec![harmless_cell(&one.recommendation)];
            cells.extend([one.kept, one.removed, one.added, one.judgements].map(|number| number.to_string()));
            cells.extend([&one.precision, &one.recall].map(agreement::Row::ratio));
            cells.push(one.sample().into());
            out.write_record(cells)?;
        }
        out.write_record(["note", &self.agreement.words()])?;
        out.write_record([""])?;
        out.write_record(["ledger head", &self.head_text()])?;
        out.write_record(["note", LIMIT])?;
        let bytes = out.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}
