//! Header fields to values (RFC 5322 3.6). A field that cannot be read is a problem, never a failure.

use super::charset;
use crate::domain::message::{Address, Body, ParsedMessage};
use crate::domain::{Problem, ProblemCode, Timestamp};
use mail_parser::{DateTime, HeaderName, HeaderValue, Message};

/// Longest value of a field that is kept, in characters: headers of megabytes exist.
const LONGEST: usize = 4_000;

/// Reads the fields of a message.
pub fn read(message: &Message<'_>, body: Body, problems: &mut Vec<Problem>) -> ParsedMessage {
    let mut parsed = ParsedMessage::empty(body);
    parsed.from = addresses(message, HeaderName::From, problems);
    parsed.reply_to = addresses(message, HeaderName::ReplyTo, problems);
    parsed.to = addresses(message, HeaderName::To, problems);
    parsed.cc = addresses(message, HeaderName::Cc, problems);
    parsed.subject = text(message, HeaderName::Subject, problems).unwrap_or_default();
    parsed.message_id_header = message.message_id().map(cut).filter(|id| !id.is_empty());
    parsed.in_reply_to = ids(message.in_reply_to());
    parsed.references = ids(message.references());
    parsed.date = message.date().and_then(time);
    parsed.received = message.received().and_then(|received| received.date.as_ref()).and_then(time);
    parsed.list = list(message);
    if parsed.from.iter().all(|one| !one.address.contains('@')) {
        problems.push(Problem::new(ProblemCode::NoSender, "The mail names no sender's address."));
    }
    if parsed.date.is_none() {
        problems.push(Problem::new(ProblemCode::NoDate, "The mail has no date, or one that cannot be read."));
    }
    if parsed.message_id_header.is_none() {
        problems.push(Problem::new(ProblemCode::NoMessageId, "The mail has no Message-ID."));
    }
    parsed
}

/// The subject without what replies, forwards and lists put in front of it.
pub fn bare_subject(subject: &str) -> String {
    let mut rest = subject.trim();
    loop {
        let before = rest.len();
        if rest.starts_with('[')
            && let Some((_, after)) = rest.split_once(']')
        {
            rest = after.trim_start();
        }
        for prefix in
            ["re:", "fwd:", "fw:", "tr:", "rv:", "aw:", "wg:", "回复:", "转发:", "回复：", "转发：", "رد:", "ha:"]
        {
            let head: String = rest.chars().take(prefix.chars().count()).collect();
            if head.to_lowercase() == prefix {
                rest = rest[head.len()..].trim_start();
            }
        }
        if rest.len() == before {
            return rest.to_string();
        }
    }
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).filter(|c| !c.is_control() || *c == '\t').collect()
}

/// The bytes of a field's value as they were sent.
fn raw_value<'x>(message: &'x Message<'_>, name: &HeaderName<'_>) -> Option<&'x [u8]> {
    let field = message.headers().iter().find(|field| field.name == *name)?;
    message.raw_message.get(field.offset_start as usize..field.offset_end as usize)
}

fn text(message: &Message<'_>, name: HeaderName<'static>, problems: &mut Vec<Problem>) -> Option<String> {
    let found = match message.header(name.clone()) {
        Some(HeaderValue::Text(text)) => text.to_string(),
        Some(HeaderValue::TextList(texts)) => texts.join(" "),
        _ => return None,
    };
    if !charset::is_suspect(&found) {
        return Some(cut(&found));
    }
    let again = charset::header_text(raw_value(message, &name)?);
    let detail = format!("The {} was not in the charset that it claims; it was decoded by a guess.", name.as_str());
    problems.push(Problem::new(ProblemCode::WrongCharset, detail));
    Some(cut(&again))
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    match value {
        HeaderValue::Text(id) => vec![cut(id)],
        HeaderValue::TextList(ids) => ids.iter().take(200).map(|id| cut(id)).collect(),
        _ => Vec::new(),
    }
}

fn time(date: &DateTime) -> Option<Timestamp> {
    date.is_valid().then(|| Timestamp::from_second(date.to_timestamp()).ok()).flatten()
}

fn addresses(message: &Message<'_>, name: HeaderName<'static>, problems: &mut Vec<Problem>) -> Vec<Address> {
    let Some(found) = message.header(name.clone()).and_then(HeaderValue::as_address) else { return Vec::new() };
    let mut addresses: Vec<Address> = found
        .iter()
        .take(500)
        .map(|one| Address {
            name: one.name.as_deref().map(cut).filter(|name| !name.is_empty()),
            address: one.address.as_deref().map(cut).unwrap_or_default(),
        })
        .collect();
    let garbled = |one: &Address| one.name.as_ref().is_some_and(|name| charset::is_suspect(name));
    if addresses.iter().any(garbled) {
        let detail =
            format!("A name in {} was not in the charset that it claims; it was decoded by a guess.", name.as_str());
        problems.push(Problem::new(ProblemCode::WrongCharset, detail));
        // Only where there is one address is it clear whose name the raw text holds.
        if let ([one], Some(raw)) = (addresses.as_mut_slice(), raw_value(message, &name)) {
            let whole = charset::header_text(raw);
            one.name = Some(whole.split('<').next().unwrap_or_default().trim().trim_matches('"').to_string());
        }
    }
    addresses
}

fn list(message: &Message<'_>) -> Option<String> {
    for name in [HeaderName::ListId, HeaderName::ListPost, HeaderName::ListUnsubscribe] {
        let Some(raw) = raw_value(message, &name) else { continue };
        let value = charset::header_text(raw);
        if !value.is_empty() {
            return Some(cut(&value));
        }
    }
    None
}
