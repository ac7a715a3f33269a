//! Mail that a machine wrote, by its headers alone (RFC 3834, RFC 3464, RFC 5546). Judges no text but known subjects.

use super::charset;
use crate::domain::message::{Automatic, ParsedMessage};
use mail_parser::{Message, MimeHeaders as _};

/// Subjects that only an absence note has at its very beginning, in the six languages and some neighbours.
const ABSENT: [&str; 20] = [
    "automatic reply",
    "auto-reply",
    "autoreply",
    "auto reply",
    "out of office",
    "out of the office",
    "réponse automatique",
    "absence du bureau",
    "respuesta automática",
    "fuera de la oficina",
    "автоответ",
    "автоматический ответ",
    "автоматическое сообщение об отсутствии",
    "自动答复",
    "自动回复",
    "自動回覆",
    "رد تلقائي",
    "رد آلي",
    "automatische antwort",
    "resposta automática",
];

/// Subjects of delivery failures.
const UNDELIVERED: [&str; 9] = [
    "undeliverable",
    "undelivered mail",
    "delivery status notification",
    "mail delivery failed",
    "returned mail",
    "delivery failure",
    "failure notice",
    "échec de la remise",
    "не доставлено",
];

/// What the headers say, with the words that say it.
pub fn automatic(message: &Message<'_>, parsed: &ParsedMessage) -> Option<(Automatic, String)> {
    let field = |name: &str| -> Option<String> {
        let (_, value) = message.headers_raw().find(|(field, _)| field.eq_ignore_ascii_case(name))?;
        Some(charset::header_text(value.as_bytes()))
    };
    if let Some(found) = calendar(message) {
        return Some((Automatic::Calendar, found));
    }
    if let Some(found) = bounce(message, parsed, &field) {
        return Some((Automatic::Bounce, found));
    }
    if let Some(value) = field("Auto-Submitted") {
        let lower = value.to_lowercase();
        if !lower.starts_with("no") && !lower.is_empty() {
            return Some((Automatic::AutoReply, format!("Auto-Submitted: {}", short(&value))));
        }
    }
    for name in ["X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress"] {
        // The last one asks others not to answer; it speaks for an absence note only with its subject.
        if let Some(value) = field(name)
            && (name != "X-Auto-Response-Suppress" || begins_with(&parsed.subject, &ABSENT))
        {
            return Some((Automatic::AutoReply, format!("{name}: {}", short(&value))));
        }
    }
    if let Some(value) = field("Precedence").filter(|value| value.to_lowercase().contains("auto_reply")) {
        return Some((Automatic::AutoReply, format!("Precedence: {}", short(&value))));
    }
    let no_files = parsed.parts.is_empty();
    (no_files && begins_with(&parsed.subject, &ABSENT))
        .then(|| (Automatic::AutoReply, format!("Subject: {}", short(&parsed.subject))))
}

/// The field by which a mail says that no machine may answer it, as it stands there (RFC 3834 2, RFC 2369).
pub fn unanswered(message: &Message<'_>) -> Option<String> {
    for (name, value) in message.headers_raw() {
        let lower = value.trim().to_lowercase();
        let silent = match name.to_ascii_lowercase().as_str() {
            "auto-submitted" => lower != "no" && !lower.is_empty(),
            "precedence" => ["bulk", "list", "junk", "auto_reply"].iter().any(|word| lower.contains(word)),
            "return-path" => lower == "<>",
            "x-auto-response-suppress" => lower.contains("all") || lower.contains("autoreply"),
            "x-autoreply" | "x-autorespond" | "feedback-id" | "x-failed-recipients" => true,
            field => field.starts_with("list-"),
        };
        if silent {
            return Some(format!("{}: {}", short(name), short(charset::header_text(value.as_bytes()).trim())));
        }
    }
    None
}

fn short(value: &str) -> String {
    value.chars().take(200).collect()
}

fn begins_with(subject: &str, words: &[&str]) -> bool {
    let lower = subject.trim().to_lowercase();
    words.iter().any(|word| lower.starts_with(word))
}

/// A calendar object with a method is an invitation or an answer to one; without one it is a file.
fn calendar(message: &Message<'_>) -> Option<String> {
    for part in &message.parts {
        let Some(claimed) = part.content_type() else { continue };
        let is_calendar = claimed.c_type.eq_ignore_ascii_case("text")
            && claimed.c_subtype.as_deref().is_some_and(|subtype| subtype.eq_ignore_ascii_case("calendar"));
        if !is_calendar {
            continue;
        }
        let inside = part.text_contents().unwrap_or_default();
        let line = inside.lines().find(|line| line.to_ascii_uppercase().starts_with("METHOD:")).map(str::trim);
        if let Some(method) =
            claimed.attribute("method").map(|method| format!("METHOD:{method}")).or(line.map(String::from))
        {
            return Some(format!("text/calendar with {}{}", short(&method), summary(inside)));
        }
    }
    None
}

/// The entry's own line about what it is.
fn summary(calendar: &str) -> String {
    let unfolded = calendar.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "");
    let is_it = |line: &&str| line.get(..7).is_some_and(|name| name.eq_ignore_ascii_case("SUMMARY"));
    let value = unfolded.lines().find(is_it).and_then(|line| line.split_once(':')).map(|(_, value)| value.trim());
    let said = value.filter(|value| !value.is_empty()).map(|value| value.replace("\\,", ",").replace("\\;", ";"));
    said.map(|value| format!(": {}", short(&value))).unwrap_or_default()
}

fn bounce(message: &Message<'_>, parsed: &ParsedMessage, field: &impl Fn(&str) -> Option<String>) -> Option<String> {
    if let Some(claimed) = message.content_type()
        && claimed.c_subtype.as_deref().is_some_and(|subtype| subtype.eq_ignore_ascii_case("report"))
        && claimed.attribute("report-type").is_some_and(|kind| kind.eq_ignore_ascii_case("delivery-status"))
    {
        let said = "Content-Type: multipart/report; report-type=delivery-status";
        let facts = delivery_status(message);
        return Some(if facts.is_empty() { said.into() } else { format!("{said} ({})", facts.join("; ")) });
    }
    let from = parsed.from.first().map(|one| one.address.to_lowercase()).unwrap_or_default();
    let by_system = ["mailer-daemon", "postmaster"].iter().any(|name| from.starts_with(name));
    let null_path = field("Return-Path").is_some_and(|path| path.trim() == "<>");
    let says_so = begins_with(&parsed.subject, &UNDELIVERED) || field("X-Failed-Recipients").is_some();
    if by_system && (null_path || says_so) {
        return Some(format!("From: {}", short(&from)));
    }
    (null_path && says_so).then(|| "Return-Path: <>".to_string())
}

/// Who was not reached and why, as the report's own part says it (RFC 3464 2.3), of the first recipient.
fn delivery_status(message: &Message<'_>) -> Vec<String> {
    const FIELDS: [&str; 4] = ["final-recipient", "action", "status", "diagnostic-code"];
    let part = message.parts.iter().find(|part| {
        part.content_type().is_some_and(|claimed| {
            claimed.c_type.eq_ignore_ascii_case("message")
                && claimed.c_subtype.as_deref().is_some_and(|subtype| subtype.eq_ignore_ascii_case("delivery-status"))
        })
    });
    let Some(part) = part else { return Vec::new() };
    let text = String::from_utf8_lossy(part.contents());
    let field = |name: &&str| {
        let mut lines = text.lines().skip_while(|line| !line.to_ascii_lowercase().starts_with(&format!("{name}:")));
        let mut value = lines.next()?.trim().to_string();
        // A field goes on in lines that begin with a blank (RFC 5322 2.2.3).
        for more in lines.take_while(|line| line.starts_with([' ', '\t'])) {
            value.push(' ');
            value.push_str(more.trim());
        }
        Some(short(&value))
    };
    FIELDS.iter().filter_map(field).collect()
}
