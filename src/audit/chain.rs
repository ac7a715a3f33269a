//! The chain: each entry's hash covers the one before it, so that nothing before a known head can be changed, removed
//! or put in unnoticed. Reads nothing by itself.

use crate::domain::Digest;
use crate::domain::ledger::LedgerEntry;
use std::collections::BTreeMap;

/// What the first entry is chained to.
pub const GENESIS: Digest = Digest([0; 32]);

/// The hash of an entry that follows `previous`: over both, with the length before each field.
pub fn next_hash(previous: Digest, entry: &LedgerEntry) -> Digest {
    let number = entry.number.unwrap_or_default().to_be_bytes();
    let at = entry.at.as_microsecond().to_be_bytes();
    // Field order in the JSON is the order of declaration, which the serializer keeps.
    let actor = serde_json::to_vec(&entry.actor).unwrap_or_default();
    let event = serde_json::to_vec(&entry.event).unwrap_or_default();
    let fields: [&[u8]; 6] = [&previous.0, &number, entry.id.as_bytes(), &at, &actor, &event];
    Digest::of_fields(fields)
}

/// Checks entries as they come, in the order of their numbers; holds none of them.
pub struct Chain {
    last: u64,
    hash: Digest,
    seals: BTreeMap<u64, Digest>,
    expected: Option<(u64, Digest)>,
    /// Sentences about what is broken; empty as long as all is well.
    pub broken: Vec<String>,
}

/// Sentences that are kept: a broken chain breaks at every seal after it.
const MOST_SENTENCES: usize = 20;

impl Chain {
    /// A check against the seals, and against a head that somebody kept.
    pub fn new(seals: &[(u64, Digest)], expected: Option<(u64, Digest)>) -> Self {
        Self { last: 0, hash: GENESIS, seals: seals.iter().copied().collect(), expected, broken: Vec::new() }
    }

    fn say(&mut self, sentence: String) {
        if self.broken.len() < MOST_SENTENCES {
            self.broken.push(sentence);
        }
    }

    /// Takes the next entry.
    pub fn take(&mut self, entry: &LedgerEntry) {
        let number = entry.number.unwrap_or_default();
        if number != self.last + 1 {
            self.say(format!("entry {} is missing: after {} comes {number}", self.last + 1, self.last));
        }
        self.last = number;
        self.hash = next_hash(self.hash, entry);
        if let Some(sealed) = self.seals.remove(&number)
            && sealed != self.hash
        {
            self.say(format!(
                "the chain up to entry {number} is not what was sealed: an entry was changed, removed or put in"
            ));
        }
        if let Some((at, hash)) = self.expected
            && at == number
            && hash != self.hash
        {
            self.say(format!("the head that you kept ({at}:{hash}) is not the ledger's: it has {at}:{}", self.hash));
        }
    }

    /// Number and hash of the last entry taken.
    pub fn head(&self) -> (u64, Digest) {
        (self.last, self.hash)
    }

    /// Ends the check: seals and expectations that no entry met are broken too.
    pub fn finish(mut self) -> Vec<String> {
        let beyond: Vec<u64> = self.seals.keys().copied().collect();
        for number in beyond {
            self.say(format!("entry {number} was sealed, but the ledger does not hold it any more"));
        }
        if let Some((at, _)) = self.expected
            && at > self.last
        {
            self.say(format!("the head that you kept is entry {at}, but the ledger ends at {}", self.last));
        }
        self.broken
    }
}
