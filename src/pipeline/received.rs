//! When a message was received, and by whose clock. Judges nothing.

use crate::domain::Timestamp;
use crate::domain::timing::ReceivedBy;
use crate::store::message::{CopyLine, MessageLine};

/// The account of mailboxes that hold what persons brought in, each named after how it came.
pub const BY_HAND: &str = "by hand";

/// Account of the mailboxes that stand for imported files and folders.
pub const IMPORT: &str = "import";

/// When a message was received, and by which clock: the first of them that says so.
pub fn received(line: &MessageLine, copies: &[CopyLine]) -> (Timestamp, ReceivedBy) {
    let by_hand = !copies.is_empty() && copies.iter().all(|copy| copy.account == BY_HAND);
    let by_server = copies.iter().filter_map(|copy| copy.internal_date).min();
    match (by_server, line.summary.received) {
        (Some(at), _) if by_hand => (at, ReceivedBy::Person),
        (Some(at), _) => (at, ReceivedBy::Server),
        (None, Some(at)) => (at, ReceivedBy::Header),
        (None, None) => (line.first_seen, ReceivedBy::FirstSeen),
    }
}
