//! Pouch: from two mailboxes to a public page. The map stands in README.md and in `pipeline`.

pub mod classify;
pub mod config;
pub mod domain;
pub mod extract;
pub mod parse;
pub mod pipeline;
pub mod publish;
pub mod receive;
pub mod store;
pub mod vault;
