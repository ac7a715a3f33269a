//! The one test binary. Servers are real and started once by `scripts/test`; see `servers`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod app;
mod audit;
mod charsets;
mod classify;
mod config;
mod confine;
mod containers;
mod durable;
mod endless;
mod erase;
mod extract;
mod extract_office;
mod extract_pdf;
mod extract_pictures;
mod extract_same;
mod extract_scans;
mod fixtures;
mod floors;
mod hidden_html;
mod hidden_office;
mod hidden_pdf;
mod hidden_sheets;
mod hidden_slides;
mod identity;
mod journey;
mod layouts;
mod letters;
mod malware;
mod oauth;
mod papers;
mod parse;
mod publish;
mod receive;
mod receive_faults;
mod received;
mod recognise;
mod restarts;
mod review;
mod sender;
mod servers;
mod store;
mod waiting;
mod web;
mod wishes;
