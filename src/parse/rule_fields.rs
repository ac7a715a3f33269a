//! The few header fields that the operator's rules look at, before a message is fetched. Works on the fields alone, within
//! a fixed size, and in the service's own process; it must keep nothing and never end it.

use super::charset;
use crate::domain::rules::Fields;
use mail_parser::{Addr, HeaderName, HeaderValue, Message, MessageParser};
use std::panic::catch_unwind;

/// Bytes of fields that are looked at.
pub const LIMIT_BYTES: usize = 1 << 16;

/// Most addresses of one message that are looked at.
const MOST_ADDRESSES: usize = 2_000;

/// Where the addresses that a message was meant for can stand.
const TO: [&str; 7] = ["To", "Cc", "Resent-To", "Resent-Cc", "Delivered-To", "X-Original-To", "Envelope-To"];

/// The decoded fields (RFC 2047, RFC 5322); `None` if there are none to be read.
pub fn rule_fields(header: &[u8]) -> Option<Fields> {
    let header = &header[..header.len().min(LIMIT_BYTES)];
    // The parser is a library that strangers write to; what makes it panic cannot be judged, and is no more than that.
    catch_unwind(|| read(header)).ok().flatten()
}

fn read(header: &[u8]) -> Option<Fields> {
    let message = MessageParser::default().parse_headers(header)?;
    if message.headers().is_empty() {
        return None;
    }
    let senders = ["From", "Sender"].into_iter().flat_map(|name| addresses(&message, name));
    let recipients = TO.into_iter().flat_map(|name| addresses(&message, name));
    let shown = |one: &Addr<'_>| match (one.name.as_deref(), one.address.as_deref()) {
        (Some(name), address) => format!("{name} <{}>", address.unwrap_or_default()),
        (None, address) => address.unwrap_or_default().to_string(),
    };
    Some(Fields {
        subject: subject(&message),
        senders: senders.take(MOST_ADDRESSES).map(|one| shown(&one)).collect(),
        recipients: recipients.take(MOST_ADDRESSES).filter_map(|one| one.address.map(Into::into)).collect(),
    })
}

/// In every field of that name, as some servers write one for each step of the way.
fn addresses<'x>(message: &'x Message<'_>, name: &'static str) -> Vec<Addr<'x>> {
    let fields = message.headers().iter().filter(|field| field.name.as_str().eq_ignore_ascii_case(name));
    let mut found = Vec::new();
    for field in fields {
        match &field.value {
            HeaderValue::Address(list) => found.extend(list.iter().cloned()),
            HeaderValue::Text(text) => found.push(bare(text)),
            HeaderValue::TextList(texts) => found.extend(texts.iter().map(|text| bare(text))),
            _ => {}
        }
    }
    found
}

fn bare(text: &str) -> Addr<'_> {
    let address = text.trim().trim_start_matches('<').trim_end_matches('>');
    Addr { name: None, address: Some(address.into()) }
}

/// In a charset by guess, if it is not in the one that it claims.
fn subject(message: &Message<'_>) -> String {
    let found = message.subject().unwrap_or_default();
    if !found.contains('\u{fffd}') {
        return found.to_string();
    }
    let field = message.headers().iter().find(|field| field.name == HeaderName::Subject);
    let raw = field.and_then(|one| message.raw_message.get(one.offset_start as usize..one.offset_end as usize));
    raw.map_or_else(|| found.to_string(), charset::header_text)
}
