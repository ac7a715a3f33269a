//! The receipt to the sender of a submission: whether there is one (RFC 3834 2), and its words. Says nothing about what
//! will be decided.

use super::receipt_words::words;
use super::{Letter, Thread, time_in};
use crate::domain::message::ParsedMessage;
use crate::domain::{Digest, Timestamp, clip};
use jiff::tz::TimeZone;

/// What a receipt says was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// As `OEWG-2023/42`.
    pub number: String,
    /// When the mail reached the server.
    pub received: Timestamp,
    pub zone: TimeZone,
    /// ISO 639-1 of the input; other languages are answered in English.
    pub language: String,
    /// Of the mail's text as Pouch read it, if it is part of the input.
    pub text: Option<Digest>,
    /// Media type, size in bytes and SHA-256 of each file, in order.
    pub files: Vec<(String, u64, Digest)>,
}

/// What decides whether a receipt is sent at all.
pub struct Circumstances<'a> {
    pub message: &'a ParsedMessage,
    /// Addresses of the call and of the watched accounts, and the one that Pouch writes from; lower case.
    pub own: &'a [String],
    /// Whether any copy lay elsewhere than in a junk folder.
    pub outside_junk: bool,
    /// Whether any copy came from a mailbox, and not from a file or by hand.
    pub by_mail: bool,
    /// How long ago it reached the server, in seconds.
    pub age_seconds: i64,
    /// Receipts are for mail that is younger than this, in seconds.
    pub newest_seconds: i64,
}

/// Local parts that nobody reads.
const NOBODY: [&str; 12] = [
    "no-reply",
    "noreply",
    "no_reply",
    "donotreply",
    "do-not-reply",
    "do_not_reply",
    "nepasrepondre",
    "noresponder",
    "mailer-daemon",
    "postmaster",
    "bounce",
    "notifications",
];

/// Whom a receipt goes to, or why there is none.
///
/// # Errors
/// The reason, in words for staff.
pub fn recipient(about: &Circumstances<'_>) -> Result<String, String> {
    let message = about.message;
    if !about.by_mail {
        return Err("it did not come by mail to a watched mailbox".into());
    }
    if about.age_seconds > about.newest_seconds {
        return Err("it reached the server too long ago".into());
    }
    if !about.outside_junk {
        return Err("it lay in a junk folder only: its sender may be forged".into());
    }
    if let Some(sign) = &message.unanswered {
        return Err(format!("machines must not answer it ({sign})"));
    }
    if message.automatic.is_some() || message.list.is_some() {
        return Err("a machine or a list sent it".into());
    }
    let [from] = message.from.as_slice() else { return Err("it has no one sender's address".into()) };
    let address = answer_address(message, &from.address);
    if !is_plain_address(&address) {
        return Err("its sender's address cannot be written to".into());
    }
    let lower = address.to_lowercase();
    if nobody_reads(&address) {
        return Err("nobody reads its sender's address".into());
    }
    if about.own.contains(&lower) || about.own.contains(&from.address.to_lowercase()) {
        return Err("it comes from one of our own addresses".into());
    }
    let named = message.to.iter().chain(&message.cc).any(|one| about.own.contains(&one.address.to_lowercase()));
    if !named {
        return Err("it is not addressed to the call (RFC 3834 2)".into());
    }
    Ok(address)
}

/// Whether the address says that nobody reads it.
pub fn nobody_reads(address: &str) -> bool {
    let lower = address.to_lowercase();
    let local = lower.split('@').next().unwrap_or_default();
    NOBODY
        .iter()
        .any(|name| local == *name || local.starts_with(&format!("{name}+")) || local.starts_with(&format!("{name}-")))
}

/// Where an answer to a message stands; `None`: the message has no id.
pub fn thread_of(message: &ParsedMessage) -> Option<Thread> {
    message.message_id_header.clone().map(|message_id| Thread {
        message_id,
        references: message.references.iter().rev().take(20).rev().cloned().collect(),
    })
}

/// Reply-To counts only at the same domain: an answer to elsewhere would help whoever forged the rest.
pub fn answer_address(message: &ParsedMessage, from: &str) -> String {
    let domain = |address: &str| address.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
    match message.reply_to.as_slice() {
        [one] if domain(&one.address) == domain(from) => one.address.clone(),
        _ => from.to_string(),
    }
}

/// Only what can stand in RCPT TO without quoting.
fn is_plain_address(address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else { return false };
    let plain = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let (local_ok, domain_ok) =
        (local.chars().all(plain), domain.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '.'));
    !local.is_empty() && domain.contains('.') && address.len() <= 254 && local_ok && domain_ok
}

/// The receipt as a letter.
pub fn letter(receipt: &Receipt, to: String, message: &ParsedMessage) -> Letter {
    let words = words(&receipt.language);
    let mut what = String::new();
    if let Some(digest) = receipt.text {
        what.push_str(&format!("  {}\n    SHA-256 {digest}\n", words.text));
    }
    for (number, (media_type, size_bytes, digest)) in receipt.files.iter().enumerate() {
        what.push_str(&format!(
            "  {} {}: {media_type}, {size_bytes} {}\n    SHA-256 {digest}\n",
            words.file,
            number + 1,
            words.bytes
        ));
    }
    let text = format!(
        "{}\n\n{}: {}\n{}: {}\n{}:\n{what}\n{}\n",
        words.thanks,
        words.number,
        receipt.number,
        words.received,
        time_in(&receipt.zone, receipt.received),
        words.what,
        words.end
    );
    let subject: String = clip(&message.subject).chars().take(150).collect();
    Letter {
        to: vec![to],
        // "Auto:" and the subject: RFC 3834 3.1.5.
        subject: format!("Auto: {subject}"),
        text,
        answers: thread_of(message),
    }
}
