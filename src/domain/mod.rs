//! The words of the project: plain values with their rules. No I/O, no SQL, no HTTP, no clock.

pub mod access;
pub mod authenticity;
pub mod catalogue;
pub mod classification;
pub mod digest;
pub mod extraction;
pub mod finding;
mod harmless;
pub mod id;
pub mod judgement;
pub mod ledger;
pub mod letter;
pub mod mailbox;
pub mod message;
pub mod missing;
pub mod model;
pub mod problem;
pub mod publication;
pub mod reader;
pub mod redaction;
pub mod relation;
pub mod rules;
pub mod submission;
pub mod timing;
pub mod waiting;
pub mod webhook;
pub mod wish;

pub use digest::Digest;
pub use finding::{Finding, FindingCode};
pub use harmless::{clip, harmless, harmless_cell};
pub use id::*;
pub use jiff::Timestamp;
pub use problem::{Problem, ProblemCode};
