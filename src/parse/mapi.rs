//! A message by its properties ([MS-OXPROPS], [MS-OXCMSG]), as .msg files and winmail.dat have it. Knows neither format.

use super::rtf::{self, Unwrapped, code_page};
use super::{body, compound, headers, identity, quoted};
use crate::domain::message::{Address, BodySource, ParsedMessage};
use crate::domain::{Digest, Problem, ProblemCode, Timestamp};
use mail_parser::MessageParser;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Longest RTF that is unpacked, in bytes.
const MAX_RTF: u32 = 32 << 20;

/// Ids of properties.
pub mod id {
    pub const SUBJECT: u16 = 0x0037;
    pub const SUBMITTED: u16 = 0x0039;
    pub const FOR_NAME: u16 = 0x0042;
    pub const FOR_ADDRESS: u16 = 0x0065;
    pub const HEADERS: u16 = 0x007d;
    pub const RECIPIENT_TYPE: u16 = 0x0c15;
    pub const SENDER_NAME: u16 = 0x0c1a;
    pub const SENDER_ADDRESS: u16 = 0x0c1f;
    pub const SHOWN_CC: u16 = 0x0e03;
    pub const SHOWN_TO: u16 = 0x0e04;
    pub const DELIVERED: u16 = 0x0e06;
    pub const BODY: u16 = 0x1000;
    pub const RTF: u16 = 0x1009;
    pub const HTML: u16 = 0x1013;
    pub const MESSAGE_ID: u16 = 0x1035;
    pub const REFERENCES: u16 = 0x1039;
    pub const IN_REPLY_TO: u16 = 0x1042;
    pub const NAME: u16 = 0x3001;
    pub const ADDRESS: u16 = 0x3003;
    pub const DATA: u16 = 0x3701;
    pub const FILE_NAME: u16 = 0x3704;
    pub const METHOD: u16 = 0x3705;
    pub const LONG_FILE_NAME: u16 = 0x3707;
    pub const MIME_TYPE: u16 = 0x370e;
    pub const CONTENT_ID: u16 = 0x3712;
    pub const SMTP_ADDRESS: u16 = 0x39fe;
    pub const CODE_PAGE: u16 = 0x3fde;
    pub const MESSAGE_CODE_PAGE: u16 = 0x3ffd;
    pub const SENDER_SMTP: u16 = 0x5d01;
    pub const FOR_SMTP: u16 = 0x5d02;
}

/// The value of a property ([MS-OXCDATA] 2.11.1), as far as it is needed.
#[derive(Clone, Debug)]
pub enum Value<'b> {
    Number(i64),
    /// In the charset of the message.
    Text8(Cow<'b, [u8]>),
    Text(String),
    Bytes(Cow<'b, [u8]>),
}

/// Properties by their ids.
#[derive(Clone, Debug, Default)]
pub struct Properties<'b>(pub BTreeMap<u16, Value<'b>>);

impl Properties<'_> {
    /// Charset of its texts, where it says one.
    pub fn charset(&self) -> Option<&'static encoding_rs::Encoding> {
        [id::MESSAGE_CODE_PAGE, id::CODE_PAGE].iter().find_map(|id| self.number(*id).and_then(code_page))
    }

    pub fn number(&self, id: u16) -> Option<i64> {
        match self.0.get(&id)? {
            Value::Number(number) => Some(*number),
            Value::Text8(_) | Value::Text(_) | Value::Bytes(_) => None,
        }
    }

    pub fn bytes(&self, id: u16) -> Option<&[u8]> {
        match self.0.get(&id)? {
            Value::Bytes(bytes) | Value::Text8(bytes) => Some(bytes),
            Value::Text(_) | Value::Number(_) => None,
        }
    }

    /// A text that is not empty.
    pub fn text(&self, id: u16, charset: Option<&'static encoding_rs::Encoding>) -> Option<String> {
        let text = match self.0.get(&id)? {
            Value::Text(text) => text.clone(),
            Value::Text8(bytes) => {
                match charset.filter(|_| std::str::from_utf8(bytes).is_err() || bytes.contains(&0x1b)) {
                    Some(charset) => charset.decode_without_bom_handling(bytes).0.into_owned(),
                    None => super::charset::decode(bytes, None).0,
                }
            }
            Value::Bytes(_) | Value::Number(_) => return None,
        };
        let text = text.trim_end_matches('\0').to_string();
        (!text.trim().is_empty()).then_some(text)
    }

    fn line(&self, id: u16, charset: Option<&'static encoding_rs::Encoding>) -> Option<String> {
        Some(self.text(id, charset)?.chars().filter(|c| !c.is_control()).take(4_000).collect::<String>().trim().into())
    }

    fn time(&self, id: u16) -> Option<Timestamp> {
        // Tenths of microseconds since 1601.
        let ticks = self.number(id).filter(|ticks| *ticks > 0)?;
        Timestamp::from_second(ticks / 10_000_000 - 11_644_473_600).ok()
    }
}

/// Somebody the message went to.
pub struct Recipient {
    pub address: Address,
    pub is_copy: bool,
}

impl Recipient {
    /// A row of recipients; `None`: a blind copy, or nobody.
    pub fn of(row: &Properties<'_>, charset: Option<&'static encoding_rs::Encoding>) -> Option<Self> {
        let kind = row.number(id::RECIPIENT_TYPE).unwrap_or(1);
        let address = address(row, id::NAME, &[id::SMTP_ADDRESS, id::ADDRESS], charset)?;
        matches!(kind & 0xf, 1 | 2).then_some(Self { address, is_copy: kind & 0xf == 2 })
    }
}

fn address(
    from: &Properties<'_>,
    name: u16,
    addresses: &[u16],
    charset: Option<&'static encoding_rs::Encoding>,
) -> Option<Address> {
    let found: Vec<String> = addresses.iter().filter_map(|id| from.line(*id, charset)).collect();
    // Exchange's own addresses (/o=...) are none that a person could use.
    let usable = found.iter().find(|one| one.contains('@')).cloned();
    let name = from.line(name, charset);
    (name.is_some() || usable.is_some()).then(|| Address { name, address: usable.unwrap_or_default() })
}

/// A message out of its properties; `bytes` are what it counts by.
pub fn message(properties: &Properties<'_>, recipients: Vec<Recipient>, bytes: &[u8]) -> ParsedMessage {
    let charset = properties.charset();
    let mut problems = Vec::new();
    let subject = properties.line(id::SUBJECT, charset).unwrap_or_default();
    let (plain, html) = texts(properties, charset, &mut problems);
    let sent = body::Sent { plain, html, ..Default::default() };
    let mut parsed = ParsedMessage::empty(body::of_texts(sent, quoted::is_forward(&subject), &mut problems));
    parsed.subject = subject;
    let from = address(properties, id::FOR_NAME, &[id::FOR_SMTP, id::FOR_ADDRESS], charset)
        .filter(|one| !one.address.is_empty())
        .or_else(|| address(properties, id::SENDER_NAME, &[id::SENDER_SMTP, id::SENDER_ADDRESS], charset))
        .or_else(|| address(properties, id::FOR_NAME, &[], charset));
    parsed.from = from.into_iter().collect();
    for one in recipients.into_iter().take(500) {
        if one.is_copy { parsed.cc.push(one.address) } else { parsed.to.push(one.address) }
    }
    let shown = |id: u16| -> Vec<Address> {
        let names = properties.line(id, charset).unwrap_or_default();
        let names = names.split(';').map(str::trim).filter(|name| !name.is_empty()).take(500);
        names.map(|name| Address { name: Some(name.into()), address: String::new() }).collect()
    };
    if parsed.to.is_empty() && parsed.cc.is_empty() {
        (parsed.to, parsed.cc) = (shown(id::SHOWN_TO), shown(id::SHOWN_CC));
    }
    parsed.date = properties.time(id::SUBMITTED).or_else(|| properties.time(id::DELIVERED));
    let ids = |id: u16| -> Vec<String> {
        let text = properties.line(id, charset).unwrap_or_default();
        let ids = text.split(['<', '>', ' ', ',']).map(str::trim).filter(|one| one.contains('@'));
        ids.take(200).map(String::from).collect()
    };
    parsed.message_id_header = ids(id::MESSAGE_ID).into_iter().next();
    (parsed.in_reply_to, parsed.references) = (ids(id::IN_REPLY_TO), ids(id::REFERENCES));
    take_headers(&mut parsed, properties.text(id::HEADERS, charset));
    parsed.fingerprint = Digest::of(bytes);
    parsed.kinship = identity::kinship(&parsed);
    parsed.problems = problems;
    parsed
}

/// What the header of the mail says, where it was kept: it names addresses that the properties do not.
fn take_headers(parsed: &mut ParsedMessage, kept: Option<String>) {
    let Some(text) = kept else { return };
    let raw = format!("{}\r\n\r\n", text.trim_start());
    let Some(message) = MessageParser::default().parse_headers(raw.as_bytes()) else { return };
    let read = headers::read(&message, parsed.body.clone(), &mut Vec::new());
    let named = |all: &[Address]| all.iter().any(|one| one.address.contains('@'));
    for (mine, theirs) in [(&mut parsed.from, read.from), (&mut parsed.to, read.to), (&mut parsed.cc, read.cc)] {
        if !named(mine) && named(&theirs) {
            *mine = theirs;
        }
    }
    parsed.reply_to = read.reply_to;
    parsed.received = read.received;
    parsed.list = read.list;
    parsed.message_id_header = parsed.message_id_header.take().or(read.message_id_header);
    parsed.date = parsed.date.or(read.date);
    if parsed.in_reply_to.is_empty() {
        parsed.in_reply_to = read.in_reply_to;
    }
    if parsed.references.is_empty() {
        parsed.references = read.references;
    }
}

/// The body as plain text and as HTML, in whatever form it was kept.
fn texts(
    properties: &Properties<'_>,
    charset: Option<&'static encoding_rs::Encoding>,
    problems: &mut Vec<Problem>,
) -> (Option<String>, Option<String>) {
    let mut plain = properties.text(id::BODY, charset);
    let page = properties.number(id::CODE_PAGE).and_then(code_page).or(charset);
    let mut html = match properties.bytes(id::HTML) {
        Some(bytes) => Some(decode_html(bytes, page)),
        None => properties.text(id::HTML, charset),
    };
    html = html.filter(|html| !html.trim().is_empty());
    if html.is_none()
        && let Some(packed) = properties.bytes(id::RTF).filter(|packed| !packed.is_empty())
    {
        match unpack_rtf(packed).as_deref().and_then(rtf::unwrap) {
            Some(Unwrapped::Html(text)) => html = Some(text),
            Some(Unwrapped::Text(text)) if plain.is_none() => plain = Some(text),
            Some(Unwrapped::Text(_)) => {}
            None if plain.is_none() => {
                let detail = "The text of an Outlook message is damaged and could not be read.";
                problems.push(Problem::new(ProblemCode::BrokenStructure, detail));
            }
            None => {}
        }
    }
    (plain, html)
}

fn decode_html(bytes: &[u8], page: Option<&'static encoding_rs::Encoding>) -> String {
    match (std::str::from_utf8(bytes), page) {
        (Ok(text), _) => text.into(),
        (Err(_), Some(page)) => page.decode(bytes).0.into_owned(),
        (Err(_), None) => super::charset::guess(bytes).0,
    }
}

/// [MS-OXRTFCP] 2.1.3. The library trusts the sizes in the header; it gets them only once they are true.
pub fn unpack_rtf(packed: &[u8]) -> Option<Vec<u8>> {
    let field = |at: usize| packed.get(at..at + 4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]));
    let (size, raw_size) = (field(0)? as usize, field(4)?);
    // Bytes behind the end are padding.
    let whole = packed.get(..size.checked_add(4)?).filter(|whole| whole.len() >= 16)?;
    if raw_size > MAX_RTF || field(8)? == 0x414c_454d {
        return (raw_size <= MAX_RTF).then(|| whole[16..].iter().copied().take(raw_size as usize).collect());
    }
    let text = compound::guarded(|| compressed_rtf::decompress_rtf(whole).ok())?;
    // One character for each byte.
    Some(text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect())
}

/// Whether a message of properties has anything to say.
pub fn is_silent(parsed: &ParsedMessage) -> bool {
    parsed.body.source == BodySource::Nothing
}
