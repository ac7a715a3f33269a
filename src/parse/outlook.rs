//! Outlook's own forms of a mail to parts: .msg files and winmail.dat. What is in them becomes a message with files, or
//! mere files where there is no text.

use super::compound::{self, Compound};
use super::mapi::{self, Properties, Recipient, id};
use super::msg::{self, Content};
use super::source::Source;
use super::walk::{Found, Place, Walk, shown};
use super::{entry_name, tnef};
use crate::domain::message::{Address, ParsedMessage, Part, PartKind};
use crate::domain::{Digest, ProblemCode};
use std::sync::Arc;

impl Walk {
    /// winmail.dat: false if it is none.
    pub fn tnef(&mut self, part: &mut Part, bytes: &[u8], inside: Place) -> bool {
        let Some(stream) = tnef::read(bytes) else { return false };
        let charset = stream.properties.charset();
        let recipients = stream.recipients.iter().filter_map(|row| Recipient::of(row, charset)).collect();
        let mut parsed = mapi::message(&stream.properties, recipients, bytes);
        let (mut left_out, mut parts) = (0, Vec::new());
        for file in &stream.files {
            let held = file.data.or_else(|| file.properties.bytes(id::DATA));
            // An object begins with the id of its interface; a message or a storage follows.
            let data = held.map(|data| match data.get(16..) {
                Some(inner) if inner.starts_with(&[0x78, 0x9f, 0x3e, 0x22]) => inner,
                Some(inner) if inner.starts_with(&super::media_type::COMPOUND) => inner,
                Some(_) | None => data,
            });
            let Some(data) = data else { continue };
            if self.budget.take_file().and_then(|()| self.budget.take_bytes(data.len())).is_err() {
                left_out += 1;
                continue;
            }
            let title = file.title.map(|title| {
                let end = title.iter().position(|byte| *byte == 0).unwrap_or(title.len());
                match charset.filter(|_| std::str::from_utf8(&title[..end]).is_err()) {
                    Some(charset) => charset.decode_without_bom_handling(&title[..end]).0.into_owned(),
                    None => entry_name::decode(&title[..end], false, &title[..end]),
                }
            });
            let name = name_of(&file.properties, charset).or(title);
            let found = self.outlook_file(part, parts.len() + 1, name, &file.properties, &parsed, inside);
            let source = Source::piece_of(bytes, data).unwrap_or_else(|| Source::Held(Arc::new(data.to_vec())));
            parts.push(self.file(Found { bytes: data, source, ..found }));
        }
        if stream.is_damaged {
            let detail = format!("{} is damaged; what could be found in it is listed.", shown(part));
            self.note(ProblemCode::BrokenStructure, detail);
        }
        self.say_left_out(part, left_out);
        if parts.is_empty() && mapi::is_silent(&parsed) && left_out == 0 {
            let detail = format!("{} is Outlook's wrapping of a mail, but holds neither text nor files.", shown(part));
            self.note(ProblemCode::PartUnreadable, detail);
        }
        if mapi::is_silent(&parsed) {
            part.kind = PartKind::Archive;
            part.parts = parts;
        } else {
            part.kind = PartKind::Message;
            parsed.parts = parts;
            part.message = Some(Box::new(parsed));
        }
        true
    }

    /// A .msg file: false if it is damaged beyond reading.
    pub fn msg(&mut self, part: &mut Part, bytes: &[u8], inside: Place) -> bool {
        let Some(mut file) = compound::open(bytes) else { return false };
        let Some(parsed) = self.stored_message(part, &mut file, "", Some(bytes), inside) else { return false };
        part.kind = PartKind::Message;
        part.message = Some(Box::new(parsed));
        true
    }

    fn stored_message(
        &mut self,
        part: &Part,
        file: &mut Compound<'_>,
        storage: &str,
        bytes: Option<&[u8]>,
        inside: Place,
    ) -> Option<ParsedMessage> {
        let stored = msg::message(file, storage)?;
        let charset = stored.properties.charset();
        let recipients = stored.recipients.iter().filter_map(|row| Recipient::of(row, charset)).collect();
        let mut parsed = mapi::message(&stored.properties, recipients, bytes.unwrap_or_default());
        let (mut left_out, mut foreign) = (0, 0);
        for path in stored.files {
            if self.budget.take_file().is_err() {
                left_out += 1;
                continue;
            }
            let (properties, content) = msg::attached(file, &path);
            let name = name_of(&properties, charset);
            let found = self.outlook_file(part, parsed.parts.len() + 1, name, &properties, &parsed, inside);
            match content {
                Content::Stream(path) => match self.stream(file, &path) {
                    Some(data) => {
                        let data = Arc::new(data);
                        parsed.parts.push(self.file(Found {
                            bytes: &data,
                            source: Source::Held(data.clone()),
                            ..found
                        }));
                    }
                    None => left_out += 1,
                },
                Content::Message(path) => match self.inner_message(found, file, &path, inside) {
                    Some(part) => parsed.parts.push(part),
                    None => left_out += 1,
                },
                Content::Other => foreign += 1,
            }
        }
        self.say_left_out(part, left_out);
        if foreign > 0 {
            let detail = format!(
                "{} holds {foreign} objects that are no files (drawings or links); open it in Outlook to see them.",
                shown(part)
            );
            self.note(ProblemCode::PartUnreadable, detail);
        }
        Some(parsed)
    }

    fn stream(&mut self, file: &mut Compound<'_>, path: &str) -> Option<Vec<u8>> {
        let size = compound::guarded(|| Some(file.entry(path).ok()?.len()))?;
        self.budget.take_bytes(usize::try_from(size).unwrap_or(usize::MAX)).ok()?;
        compound::stream(file, path, size)
    }

    /// A message in a message has no bytes of its own: it is given as the text that it says.
    fn inner_message(&mut self, found: Found<'_>, file: &mut Compound<'_>, path: &str, inside: Place) -> Option<Part> {
        let mut part = self.listed(Found { known_type: Some("message/rfc822"), kind: PartKind::Message, ..found });
        if inside.level >= super::budget::MAX_LEVELS {
            let detail = format!(
                "{} was not opened, as messages lie in each other deeper than {} levels.",
                shown(&part),
                super::budget::MAX_LEVELS
            );
            self.note(ProblemCode::ArchiveCut, detail);
            return Some(part);
        }
        let below = Place { level: inside.level + 1, ..inside };
        let mut parsed = self.stored_message(&part, file, path, None, below)?;
        let said = as_text(&parsed);
        parsed.fingerprint = Digest::of(&said);
        (part.digest, part.size_bytes) = (parsed.fingerprint, said.len() as u64);
        part.name = part.name.take().or_else(|| Some(parsed.subject.clone()).filter(|subject| !subject.is_empty()));
        self.settle(&part, Source::Held(Arc::new(said)));
        part.message = Some(Box::new(parsed));
        Some(part)
    }

    fn outlook_file<'b>(
        &self,
        around: &Part,
        number: usize,
        name: Option<String>,
        properties: &Properties<'_>,
        parsed: &ParsedMessage,
        place: Place,
    ) -> Found<'b> {
        let claimed = properties.text(id::MIME_TYPE, None).unwrap_or_else(|| "application/octet-stream".into());
        let cid = properties.text(id::CONTENT_ID, None).filter(|cid| !cid.is_empty());
        let html = parsed.body.html.as_deref().unwrap_or_default();
        let in_place = cid.is_some_and(|cid| html.contains(&format!("cid:{cid}")));
        Found {
            path: format!("{}.{number}", around.path),
            kind: if in_place { PartKind::Inline } else { PartKind::Attachment },
            name: name.and_then(|name| entry_name::shown(&name).0),
            claimed_type: claimed.to_ascii_lowercase().chars().take(200).collect(),
            known_type: None,
            bytes: &[],
            source: Source::Range(0..0),
            place,
        }
    }

    fn say_left_out(&mut self, part: &Part, count: usize) {
        if count > 0 {
            let files = if count == 1 { "1 file was".into() } else { format!("{count} files were") };
            let detail = format!(
                "{} was not unpacked as a whole: {files} left out, being damaged or more than a mail's archives may hold. Open it in Outlook.",
                shown(part)
            );
            self.note(ProblemCode::ArchiveCut, detail);
        }
    }
}

fn name_of(properties: &Properties<'_>, charset: Option<&'static encoding_rs::Encoding>) -> Option<String> {
    [id::LONG_FILE_NAME, id::FILE_NAME, id::NAME].iter().find_map(|id| properties.text(*id, charset))
}

/// A message as a mail of plain text (RFC 5322), for eyes and downloads; always the same for the same message.
fn as_text(parsed: &ParsedMessage) -> Vec<u8> {
    let names = |all: &[Address]| -> String {
        let one = |one: &Address| match &one.name {
            Some(name) if one.address.is_empty() => name.clone(),
            Some(name) => format!("{name} <{}>", one.address),
            None => one.address.clone(),
        };
        all.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    let mut said = String::new();
    let date = parsed.date.map(|date| date.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()).unwrap_or_default();
    let fields = [
        ("From", names(&parsed.from)),
        ("To", names(&parsed.to)),
        ("Cc", names(&parsed.cc)),
        ("Subject", parsed.subject.clone()),
        ("Date", date),
        ("Message-ID", parsed.message_id_header.as_ref().map(|id| format!("<{id}>")).unwrap_or_default()),
    ];
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        said.push_str(&format!("{name}: {value}\r\n"));
    }
    said.push_str("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n");
    said.push_str(&parsed.body.text.replace('\n', "\r\n"));
    said.push_str("\r\n");
    said.into_bytes()
}
