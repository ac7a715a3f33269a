//! Proofs and reports over the ledger: the chain of hashes, the replay, the report of what was received. Pure: entries
//! and rows in, sentences and files out.

pub mod agreement;
pub mod chain;
pub mod received;
pub mod replay;
