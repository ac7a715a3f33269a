//! stub
use crate::domain::{message::ParsedMessage, extraction::Extraction};
#[derive(Clone)] pub struct Pool;
#[derive(Debug)] pub struct Error;
impl std::fmt::Display for Error { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("x") } }
impl Pool {
 pub fn start(_: std::path::PathBuf, _: &crate::config::Extractor) -> Self { Self }
 pub async fn parse(&self, _: std::fs::File, _: u64) -> Result<ParsedMessage, Error> { Err(Error) }
 pub async fn extract(&self, _: std::fs::File, _: u64, _: &[(String,u64)]) -> Result<Vec<(String, Extraction)>, Error> { Err(Error) }
}
