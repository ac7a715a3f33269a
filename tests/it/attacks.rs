//! Attacks on the pages: a hostile mail for every field, and requests that a browser would never send. Each check gives the
//! faults that it found, in words; an empty list is a pass. It attacks only services that a test started.

mod edges;
pub mod http;
mod limits;
mod mail;
mod redirects;
mod routes;
mod sessions;
mod text;
mod tried;
mod uploads;
mod weak;

pub use http::{Answer, Request, send};
pub use limits::{path_tricks, secure_headers, too_much, upload_names};
pub use mail::{hostile_mails, hostile_withdrawals};
pub use redirects::open_redirect;
pub use sessions::{Act, Role, Row, csrf, matrix, session_fixation, sign_out_ends};

/// Fails with all faults.
pub fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
