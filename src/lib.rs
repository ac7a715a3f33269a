//! Pouch: from two mailboxes to a public page. The map stands in README.md and in `pipeline`.

pub mod audit;
pub mod classify;
pub mod cli;
pub mod config;
pub mod confine;
pub mod domain;
pub mod extract;
pub mod extractor;
pub mod frames;
pub mod language;
pub mod malware;
pub mod memory;
pub mod oauth;
pub mod parse;
pub mod pipeline;
pub mod publish;
pub mod receive;
pub mod review;
pub mod sandbox;
pub mod store;
pub mod tool_runner;
pub mod vault;
pub mod web;
pub mod worker;
