//! UID FETCH: sizes first, then bodies, whole or in slices. It never asks for ENVELOPE or BODYSTRUCTURE, which servers
//! get wrong, nor for anything that sets a flag.

use super::error::{Error, refused};
use super::folder::uid_set;
use super::session::Session;
use crate::domain::Timestamp;
use async_imap::imap_proto::{AttributeValue, Response};
use jiff::fmt::strtime;
use std::collections::BTreeMap;

/// Bytes of one slice of a large message.
pub(super) const SLICE_BYTES: usize = 1 << 20;

/// The fields that rules look at (RFC 9051 6.4.5, HEADER.FIELDS), no more of them than will be read.
const RULE_FIELDS: &str = "FROM SENDER TO CC RESENT-TO RESENT-CC DELIVERED-TO X-ORIGINAL-TO ENVELOPE-TO SUBJECT DATE";

/// Bodies are fetched for at most this many messages at once,
const BODIES_AT_ONCE: usize = 50;
/// or this many bytes; a larger message comes in slices.
pub(super) const BYTES_AT_ONCE: u64 = 8 << 20;

/// What a server says of a message before we fetch it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    pub uid: u32,
    /// RFC822.SIZE; at some servers far from the true length, so only good for choosing how to fetch.
    pub size_bytes: u64,
    /// INTERNALDATE (RFC 9051 2.3.3); `None` if it is no date.
    pub internal_date: Option<Timestamp>,
    /// X-GM-MSGID.
    pub provider_id: Option<String>,
}

/// A message as it came.
pub(super) struct Body {
    pub uid: u32,
    pub bytes: Vec<u8>,
}

impl Session {
    /// Size, date and provider's id of some UIDs, sorted by UID; those that the server does not answer are left out.
    pub(super) async fn facts(&mut self, uids: &[u32]) -> Result<Vec<Facts>, Error> {
        let gmail = if self.offers("X-GM-EXT-1") { " X-GM-MSGID" } else { "" };
        let command = format!("UID FETCH {} (UID RFC822.SIZE INTERNALDATE{gmail})", uid_set(uids));
        let mut all = Vec::with_capacity(uids.len());
        let text = self
            .run("UID FETCH of sizes", &command, |answer| {
                all.extend(facts(answer).into_iter().filter(|one| uids.binary_search(&one.uid).is_ok()));
            })
            .await?;
        all.sort_unstable_by_key(|one| one.uid);
        all.dedup_by_key(|one| one.uid);
        complete(&text, all.len() == uids.len())?;
        Ok(all)
    }

    /// The bodies of some UIDs; those that the server does not hand out are left out.
    pub(super) async fn bodies(&mut self, uids: &[u32]) -> Result<Vec<Body>, Error> {
        let command = format!("UID FETCH {} (UID BODY.PEEK[])", uid_set(uids));
        let mut bodies: Vec<Body> = Vec::with_capacity(uids.len());
        let text = self
            .run("UID FETCH", &command, |answer| {
                if let (Some(uid), Some(Some(bytes))) = (uid(answer), section(answer, None))
                    && uids.binary_search(&uid).is_ok()
                    && !bodies.iter().any(|known| known.uid == uid)
                {
                    bodies.push(Body { uid, bytes: bytes.to_vec() });
                }
            })
            .await?;
        complete(&text, bodies.len() == uids.len())?;
        Ok(bodies)
    }

    /// The header fields of some UIDs that rules look at; those that the server does not hand out are left out.
    pub(super) async fn rule_fields(&mut self, uids: &[u32]) -> Result<BTreeMap<u32, Vec<u8>>, Error> {
        let limit = crate::parse::RULE_FIELDS_BYTES;
        let set = uid_set(uids);
        let command = format!("UID FETCH {set} (UID BODY.PEEK[HEADER.FIELDS ({RULE_FIELDS})]<0.{limit}>)");
        let mut headers: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
        let text = self
            .run("UID FETCH", &command, |answer| {
                if let (Some(uid), Some(bytes)) = (uid(answer), header(answer))
                    && uids.binary_search(&uid).is_ok()
                {
                    headers.entry(uid).or_insert_with(|| bytes[..bytes.len().min(limit)].to_vec());
                }
            })
            .await?;
        complete(&text, headers.len() == uids.len())?;
        Ok(headers)
    }

    /// A slice of a message from byte `from` on; `None` if the server hands out none.
    pub(super) async fn slice(&mut self, uid: u32, from: u32) -> Result<Option<Vec<u8>>, Error> {
        let command = format!("UID FETCH {uid} (UID BODY.PEEK[]<{from}.{SLICE_BYTES}>)");
        let mut slice = None;
        let text = self
            .run("UID FETCH", &command, |answer| {
                if self::uid(answer) == Some(uid)
                    && let Some(bytes) = section(answer, Some(from))
                {
                    slice = Some(bytes.unwrap_or_default().to_vec());
                }
            })
            .await?;
        complete(&text, slice.is_some())?;
        Ok(slice)
    }

    /// The UID of the message with this number in the mailbox, if there is one.
    pub(super) async fn uid_at(&mut self, number: u32) -> Result<Option<u32>, Error> {
        let mut found = None;
        self.run("FETCH", &format!("FETCH {number} (UID)"), |answer| {
            if matches!(answer, Response::Fetch(theirs, _) if *theirs == number) {
                found = uid(answer).or(found);
            }
        })
        .await?;
        Ok(found)
    }
}

/// Gmail ends a throttled FETCH with `OK … [THROTTLED]` and leaves the bodies out.
fn complete(text: &str, all: bool) -> Result<(), Error> {
    if !all && let throttled @ Error::Throttled { .. } = refused("UID FETCH", text) {
        return Err(throttled);
    }
    Ok(())
}

fn uid(answer: &Response<'_>) -> Option<u32> {
    let Response::Fetch(_, items) = answer else { return None };
    items.iter().find_map(|item| if let AttributeValue::Uid(uid) = item { Some(*uid) } else { None })
}

/// `BODY[HEADER.FIELDS (…)]`, with or without the place where the slice begins.
fn header<'a>(answer: &'a Response<'_>) -> Option<&'a [u8]> {
    let Response::Fetch(_, items) = answer else { return None };
    items.iter().find_map(|item| match item {
        AttributeValue::BodySection { section: Some(_), index: None | Some(0), data } => data.as_deref(),
        _ => None,
    })
}

/// `BODY[]`, or its slice from `from`; the inner `None` is NIL.
fn section<'a>(answer: &'a Response<'_>, from: Option<u32>) -> Option<Option<&'a [u8]>> {
    let Response::Fetch(_, items) = answer else { return None };
    items.iter().find_map(|item| match item {
        AttributeValue::BodySection { section: None, index, data } if *index == from => Some(data.as_deref()),
        _ => None,
    })
}

fn facts(answer: &Response<'_>) -> Option<Facts> {
    let Response::Fetch(_, items) = answer else { return None };
    let mut size = None;
    let mut facts = Facts { uid: uid(answer)?, size_bytes: 0, internal_date: None, provider_id: None };
    for item in items {
        match item {
            AttributeValue::Rfc822Size(bytes) => size = Some(u64::from(*bytes)),
            AttributeValue::InternalDate(date) => facts.internal_date = internal_date(date),
            AttributeValue::GmailMsgId(id) => facts.provider_id = Some(id.to_string()),
            _ => {}
        }
    }
    // Without a size it is an unsolicited FETCH, of flags mostly.
    facts.size_bytes = size?;
    Some(facts)
}

/// `" 1-Jun-2026 10:00:00 +0000"` (RFC 9051 9, date-time).
fn internal_date(text: &str) -> Option<Timestamp> {
    strtime::parse("%d-%b-%Y %H:%M:%S %z", text.trim()).ok()?.to_timestamp().ok()
}

/// Sets for one FETCH each; a large message is a set of its own.
pub(super) fn sets(wanted: Vec<Facts>, most_bytes: u64) -> Vec<Vec<Facts>> {
    let mut sets: Vec<Vec<Facts>> = Vec::new();
    let mut bytes = 0;
    for one in wanted {
        match sets.last_mut() {
            Some(set) if set.len() < BODIES_AT_ONCE && bytes + one.size_bytes <= most_bytes => {
                bytes += one.size_bytes;
                set.push(one);
            }
            _ => {
                bytes = one.size_bytes;
                sets.push(vec![one]);
            }
        }
    }
    sets
}
