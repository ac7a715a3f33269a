//! Asks the operator's rules about messages before they are fetched. What is left out never reaches the vault; nothing
//! that a sender wrote may get into a reason here.

use super::error::Error;
use super::fetch::Facts;
use super::placeholder::is_placeholder;
use super::session::Session;
use crate::domain::mailbox::{Settlement, Unsettled};
use crate::domain::rules::Rules;
use crate::parse::rule_fields;

/// Headers are asked for this many messages at once.
pub(super) const HEADERS_AT_ONCE: usize = 50;

/// The rules of one account during one session.
pub(super) struct Judge<'a> {
    pub rules: &'a Rules,
    /// Messages that could not be judged, and were taken for that.
    pub unjudged: &'a mut u64,
}

/// Messages after judgement.
#[derive(Default)]
pub(super) struct Judged {
    pub wanted: Vec<Facts>,
    pub left_out: Vec<Unsettled>,
}

impl Judge<'_> {
    /// Tells what is to be fetched from what is left out; `all` must be sorted by UID.
    pub(super) async fn all(&mut self, session: &mut Session, all: Vec<Facts>) -> Result<Judged, Error> {
        let mut judged = Judged::default();
        for one in all {
            let reason = one.internal_date.and_then(|date| self.rules.left_out_by_date(date));
            judged.put(one, reason, self.rules);
        }
        if !self.rules.ask_for_header() {
            return Ok(judged);
        }
        for some in std::mem::take(&mut judged.wanted).chunks(HEADERS_AT_ONCE) {
            let uids: Vec<u32> = some.iter().map(|one| one.uid).collect();
            let headers = session.rule_fields(&uids).await?;
            for one in some {
                // What Exchange puts in the place of a message says nothing of the message.
                let header = headers.get(&one.uid).filter(|header| !is_placeholder(header));
                let reason = match header.and_then(|header| rule_fields(header)) {
                    Some(fields) => self.rules.left_out_by(&fields),
                    // No input may be lost for want of a header.
                    None => {
                        *self.unjudged += 1;
                        None
                    }
                };
                judged.put(one.clone(), reason, self.rules);
            }
        }
        Ok(judged)
    }
}

impl Judged {
    fn put(&mut self, facts: Facts, left_out_by: Option<String>, rules: &Rules) {
        match left_out_by {
            None => self.wanted.push(facts),
            Some(reason) => self.left_out.push(Unsettled {
                uid: facts.uid.into(),
                settlement: Settlement::LeftOut,
                reason,
                size_bytes: Some(facts.size_bytes),
                internal_date: None,
                try_at: None,
                rules: Some(rules.digest()),
            }),
        }
    }
}
