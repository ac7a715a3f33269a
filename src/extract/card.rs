//! Calendar entries (RFC 5545), contact cards (RFC 6350) and signatures: a line for a person, and what they say in words. Follows no
//! address and answers no invitation.

use super::Read;
use crate::domain::extraction::SegmentKind;

/// Entries of one file that are listed.
const MAX_ENTRIES: usize = 200;

/// A calendar file: each entry with its time and organiser.
pub fn calendar(bytes: &[u8]) -> Read {
    let lines = unfolded(bytes);
    let value = |lines: &[Line], name: &str| lines.iter().find(|line| line.name == name).map(|line| line.value.clone());
    let method = value(&lines, "METHOD").map(|method| format!(" ({})", method.to_uppercase())).unwrap_or_default();
    let mut said = Vec::new();
    for entry in components(&lines, &["VEVENT", "VTODO", "VJOURNAL"]) {
        let title = value(&entry, "SUMMARY").unwrap_or_else(|| "without a title".into());
        let mut line = format!("Calendar entry{method}: {title}");
        for (name, words) in [("DTSTART", "from"), ("DTEND", "to"), ("DUE", "due"), ("LOCATION", "at")] {
            if let Some(found) = value(&entry, name).filter(|found| !found.is_empty()) {
                let found = if name == "LOCATION" { found } else { moment(&found) };
                line.push_str(&format!(", {words} {found}"));
            }
        }
        if let Some(organiser) = entry.iter().find(|line| line.name == "ORGANIZER") {
            let address = organiser.value.trim_start_matches("mailto:").trim_start_matches("MAILTO:");
            let who = organiser.common_name.as_ref().map_or(address.to_string(), |name| format!("{name} <{address}>"));
            line.push_str(&format!(", organised by {who}"));
        }
        said.push(line);
        said.extend(value(&entry, "DESCRIPTION").filter(|text| !text.trim().is_empty()));
    }
    if said.is_empty() {
        said.push(format!("Calendar file{method} without entries"));
    }
    Read::one(SegmentKind::Body, said.join("\n"))
}

/// A file of contact cards: name, organisation and addresses of each.
pub fn contact(bytes: &[u8]) -> Read {
    let lines = unfolded(bytes);
    let mut said = Vec::new();
    for card in components(&lines, &["VCARD"]) {
        let values = |name: &str| -> Vec<&str> {
            card.iter().filter(|line| line.name == name).map(|line| line.value.as_str()).collect()
        };
        let name = [values("FN"), values("N")].concat().first().copied().unwrap_or("without a name");
        let mut line = format!("Contact card: {}", name.trim_matches(';'));
        for found in ["ORG", "TITLE", "EMAIL", "TEL", "URL"].into_iter().flat_map(values) {
            line.push_str(&format!(", {}", found.trim_matches(';').replace(';', " / ")));
        }
        said.push(line);
    }
    if said.is_empty() {
        said.push("Contact file without cards".into());
    }
    Read::one(SegmentKind::Body, said.join("\n"))
}

/// The signature that lies beside a mail.
pub fn signature() -> Read {
    Read::one(SegmentKind::Body, "A signature over the mail, which Pouch has not checked".into())
}

/// What goes before a message that is encrypted (RFC 3156 4).
pub fn encryption() -> Read {
    Read::one(SegmentKind::Body, "A note that the mail is encrypted with OpenPGP".into())
}

/// A content line (RFC 5545 3.1).
#[derive(Clone)]
struct Line {
    /// Upper case, without a group in front.
    name: String,
    common_name: Option<String>,
    value: String,
}

fn unfolded(bytes: &[u8]) -> Vec<Line> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_string(),
        Err(_) => {
            let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
            detector.feed(bytes, true);
            detector.guess(None, chardetng::Utf8Detection::Allow).decode(bytes).0.into_owned()
        }
    };
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let whole = text.replace("\n ", "").replace("\n\t", "");
    whole.lines().filter_map(line).collect()
}

fn line(text: &str) -> Option<Line> {
    let mut quoted = false;
    let colon = text.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == ':' && !quoted
    })?;
    let (head, value) = (&text[..colon.0], &text[colon.0 + 1..]);
    let mut pieces = head.split(';');
    let name = pieces.next()?.rsplit('.').next()?.trim().to_ascii_uppercase();
    let common_name = pieces.find_map(|piece| {
        let (key, value) = piece.split_once('=')?;
        key.eq_ignore_ascii_case("CN").then(|| value.trim_matches('"').to_string())
    });
    let value = value.replace("\\n", "\n").replace("\\N", "\n").replace("\\,", ",").replace("\\;", ";");
    Some(Line { name, common_name, value: value.replace("\\\\", "\\").trim().to_string() })
}

/// The lines of each component of these kinds, without what is nested in it (an alarm has a description too).
fn components(lines: &[Line], kinds: &[&str]) -> Vec<Vec<Line>> {
    let (mut found, mut open, mut depth) = (Vec::<Vec<Line>>::new(), false, 0_usize);
    for line in lines {
        let kind = line.value.to_ascii_uppercase();
        match line.name.as_str() {
            "BEGIN" if open => depth += 1,
            "BEGIN" if kinds.contains(&kind.as_str()) => {
                if found.len() == MAX_ENTRIES {
                    break;
                }
                found.push(Vec::new());
                open = true;
            }
            "END" if open && depth > 0 => depth -= 1,
            "END" if open => open = false,
            _ if open && depth == 0 => found.last_mut().into_iter().for_each(|entry| entry.push(line.clone())),
            _ => {}
        }
    }
    found
}

/// `20231206T090000Z` as `2023-12-06 09:00 UTC`; what is no moment is shown as it is.
fn moment(value: &str) -> String {
    let digits = value.len() >= 8 && value.is_ascii() && value[..8].bytes().all(|byte| byte.is_ascii_digit());
    if !digits {
        return value.into();
    }
    let day = format!("{}-{}-{}", &value[..4], &value[4..6], &value[6..8]);
    let zone = if value.ends_with('Z') { " UTC" } else { "" };
    match value.get(9..13).filter(|time| time.bytes().all(|byte| byte.is_ascii_digit())) {
        Some(time) => format!("{day} {}:{}{zone}", &time[..2], &time[2..]),
        None => day,
    }
}
