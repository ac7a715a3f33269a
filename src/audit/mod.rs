//! stub
pub mod chain {
    use crate::domain::{Digest, ledger::LedgerEntry};
    pub const GENESIS: Digest = Digest([0; 32]);
    pub fn next_hash(p: Digest, e: &LedgerEntry) -> Digest { let _ = e; p }
}
