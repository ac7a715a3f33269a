//! Remembers which UIDs were being asked for when sessions broke, so that one message that breaks every session cannot
//! keep the others from us. In memory only: after a restart it is learnt again.

use super::error::Error;
use crate::domain::MailboxId;
use std::collections::HashMap;

/// A UID that was asked for alone and broke the session this often in a row is parked.
const HOPELESS: u32 = 3;

type Key = (MailboxId, u32, u32);

/// UIDs under suspicion, with how often and how their session broke.
#[derive(Debug, Default)]
pub(super) struct Suspects {
    broke: HashMap<Key, (u32, String)>,
    asking: Vec<Key>,
}

impl Suspects {
    /// Whether the UID has to be asked for alone.
    pub(super) fn suspected(&self, mailbox: &MailboxId, uidvalidity: u32, uid: u32) -> bool {
        !self.broke.is_empty() && self.broke.contains_key(&(mailbox.clone(), uidvalidity, uid))
    }

    /// The reason to give a UID up for now; it then starts afresh.
    pub(super) fn hopeless(&mut self, mailbox: &MailboxId, uidvalidity: u32, uid: u32) -> Option<String> {
        let key = (mailbox.clone(), uidvalidity, uid);
        if self.broke.get(&key)?.0 < HOPELESS {
            return None;
        }
        self.broke.remove(&key).map(|(_, reason)| reason)
    }

    /// These are being asked for now.
    pub(super) fn asking(&mut self, mailbox: &MailboxId, uidvalidity: u32, uids: &[u32]) {
        self.asking.clear();
        self.asking.extend(uids.iter().map(|uid| (mailbox.clone(), uidvalidity, *uid)));
    }

    /// These came through.
    pub(super) fn clear(&mut self, mailbox: &MailboxId, uidvalidity: u32, uids: &[u32]) {
        self.asking.clear();
        if !self.broke.is_empty() {
            for uid in uids {
                self.broke.remove(&(mailbox.clone(), uidvalidity, *uid));
            }
        }
    }

    /// The session broke. What has nothing to do with a message's content accuses nobody.
    pub(super) fn session_broke(&mut self, error: &Error) {
        let asking = std::mem::take(&mut self.asking);
        if matches!(
            error,
            Error::Storage(_) | Error::Throttled { .. } | Error::Budget { .. } | Error::Limit(_) | Error::Leased
        ) {
            return;
        }
        for key in asking {
            let entry = self.broke.entry(key).or_default();
            entry.0 += 1;
            entry.1 = error.to_string();
        }
    }
}
