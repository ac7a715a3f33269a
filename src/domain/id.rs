//! Identifiers: UUIDv7 as text (RFC 9562 5.7). An id says nothing about a person or a mailbox's name.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::atomic::{AtomicU16, Ordering};

/// A new UUIDv7: the given millisecond, then a counter that keeps the ids of one process in order, then random bits.
pub fn new_id(now: Timestamp) -> String {
    static COUNTER: AtomicU16 = AtomicU16::new(0);
    let mut random = uuid::Uuid::new_v4().into_bytes();
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    random[0] = (count >> 8) as u8;
    random[1] = count as u8;
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    let mut ten = [0; 10];
    ten.copy_from_slice(&random[..10]);
    uuid::Builder::from_unix_timestamp_millis(millis, &ten).into_uuid().to_string()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// A new id, ordered by time within this process.
            pub fn new(now: Timestamp) -> Self {
                Self(new_id(now))
            }

            /// The text as it stands in tables and addresses.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// One watched folder of one account, or one import path.
    MailboxId,
    /// What a sender made; one message may have many copies.
    MessageId,
    /// One submitter's input to one call.
    SubmissionId,
    /// One immutable version of a submission.
    RevisionId,
    /// A mail that Pouch writes.
    LetterId,
    /// What a person said of a revision's labels by one act.
    JudgementId,
    /// A person who decides; the name stands beside the ledger, never in it.
    PersonId,
}
