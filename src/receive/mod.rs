//! The door for mail: watches mailboxes over IMAP and hands what arrives to the pipeline, bytes first. It must never
//! change anything at a server, and never count a message as taken in before its bytes are durable.
//!
//! Read `watch` first, then `door`. `session` speaks IMAP, `wire` guards its bytes, `compare` finds what is missing.

mod backoff;
mod budget;
mod check;
mod compare;
mod connect;
mod door;
mod error;
mod fetch;
mod folder;
mod folders;
mod import;
mod judge;
mod placeholder;
mod session;
mod suspects;
mod wait;
mod watch;
mod wire;

pub use check::{LeftOut, MailboxPreview, Sample, check, opens};
pub use error::Error;
pub use import::{Imported, import};
pub use watch::{Place, watch};
