//! What kind of mail it is. A missed input is the worst error: when unsure, a person looks; never aside by a guess.

use super::cues::{Scan, scan};
use super::normal::normal;
use super::{Input, Passage, Reading};
use crate::domain::classification::MessageKind;
use crate::domain::message::{Automatic, PartKind};

/// What was decided, and why.
pub struct Verdict {
    pub kind: MessageKind,
    pub confidence: f64,
    /// In words for a person, with a quote where there is one.
    pub reason: String,
    pub unsure: bool,
}

fn sure(kind: MessageKind, confidence: f64, reason: String) -> Verdict {
    Verdict { kind, confidence, reason, unsure: false }
}

/// What the rules look at.
struct Signs {
    /// In the subject and the mail's own text.
    mail: Scan,
    /// In all of the sender's own words.
    all: Scan,
    /// All of the sender's own words (a Chinese sign counts as two thirds of one).
    words: usize,
    mail_words: usize,
    /// Files that could be a paper, with or without text.
    files: usize,
    questions: usize,
}

/// Judges a message; `terms` is how many different terms of the catalogue its own words have.
pub fn judge(
    input: &Input<'_>,
    passages: &[Passage],
    read: &[Reading],
    terms: usize,
    own_addresses: &[String],
) -> Verdict {
    if let Some((automatic, sign)) = &input.message.automatic {
        let (kind, words) = match automatic {
            Automatic::AutoReply => (MessageKind::AutoReply, "an automatic answer"),
            Automatic::Bounce => (MessageKind::Bounce, "a report about a mail that could not be delivered"),
            Automatic::Calendar => (MessageKind::Calendar, "a calendar entry"),
        };
        return sure(kind, 0.98, format!("{words}: {sign}"));
    }
    if input.message.from.iter().any(|one| own_addresses.contains(&one.address.to_lowercase())) {
        return unsure(MessageKind::Unknown, "it comes from one of the call's own addresses");
    }
    by_text(input, &signs(input, passages, read), terms)
}

fn unsure(kind: MessageKind, why: &str) -> Verdict {
    Verdict { kind, confidence: 0.4, reason: format!("Pouch is not sure: {why}"), unsure: true }
}

fn signs(input: &Input<'_>, passages: &[Passage], read: &[Reading]) -> Signs {
    let subject = normal(&input.message.subject).text;
    let mut all = scan(&subject);
    // The subject of an answer is somebody else's.
    let is_reply = super::title::is_reply(&input.message.subject);
    let mut mail = if is_reply { Scan::default() } else { all.clone() };
    let marks = |text: &str| text.matches(['?', '؟', '？']).count();
    let (mut words, mut mail_words) = (0, 0);
    let mut questions = if is_reply { 0 } else { marks(&subject) };
    for (passage, reading) in passages.iter().zip(read) {
        let count = count_words(&passage.text);
        words += count;
        all.add(&reading.scan);
        if input.texts[passage.text_index].path == "body" {
            mail.add(&reading.scan);
            mail_words += count;
            questions += marks(&reading.normal.text);
        }
    }
    let is_paper = |part: &&crate::domain::message::Part| {
        let kind = part.media_type.as_str();
        // An archive out of which nothing came may hold the paper; one that was opened counts by its files.
        let is_closed = part.kind == PartKind::Archive
            && part.parts.is_empty()
            && matches!(kind, "application/zip" | "application/gzip" | "application/x-tar");
        (part.kind == PartKind::Attachment || is_closed)
            && !kind.starts_with("image/")
            && !matches!(
                kind,
                "text/calendar" | "text/vcard" | "application/pgp-signature" | "application/pkcs7-signature"
            )
    };
    let files = input.message.all_parts().into_iter().filter(is_paper).count();
    Signs { mail, all, words, mail_words, files, questions }
}

fn count_words(text: &str) -> usize {
    let signs = text.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).count();
    text.split_whitespace().count() + signs * 2 / 3
}

fn quoted(hits: &[&str]) -> String {
    hits.iter().take(3).map(|hit| format!("\"{hit}\"")).collect::<Vec<_>>().join(", ")
}

fn by_text(input: &Input<'_>, signs: &Signs, terms: usize) -> Verdict {
    let mail = &signs.mail;
    let (spam, news) = (mail.of("spam"), mail.of("newsletter"));
    let theme_count = signs.all.of("theme").len();
    let withdrawal = mail.of("withdrawal");
    if !withdrawal.is_empty() && signs.mail_words < 300 && signs.files <= 1 {
        return sure(MessageKind::Withdrawal, 0.8, format!("it asks to take something back: {}", quoted(withdrawal)));
    }
    if spam.len() >= 2 && signs.files == 0 {
        // Advertising that drops our words, and abuse, look like input to a word list; a person should see doubtful ones.
        if theme_count >= 6 && signs.words > 250 && spam.len() < 3 {
            return unsure(MessageKind::Spam, &format!("it reads like advertising or abuse: {}", quoted(spam)));
        }
        return sure(MessageKind::Spam, 0.8, format!("it reads like advertising, fraud or abuse: {}", quoted(spam)));
    }
    let is_news = news.len() >= 2 || (input.message.list.is_some() && !news.is_empty());
    if is_news && signs.files == 0 {
        return sure(MessageKind::Newsletter, 0.8, format!("it is a newsletter: {}", quoted(news)));
    }
    if signs.files > 0 {
        return with_files(signs, terms);
    }
    without_files(input, signs, theme_count + terms)
}

/// Somebody sent a paper. Whatever the covering mail says, it goes to the reviewers.
fn with_files(signs: &Signs, terms: usize) -> Verdict {
    let (submission, themes) = (signs.all.of("submission"), signs.all.of("theme"));
    if !submission.is_empty() || themes.len() + terms >= 2 {
        let why = if submission.is_empty() { themes } else { submission };
        return sure(MessageKind::Submission, 0.9, format!("it sends a file and speaks of {}", quoted(why)));
    }
    unsure(MessageKind::Submission, "it has a file, but nothing in it names a theme of the process")
}

fn without_files(input: &Input<'_>, signs: &Signs, themes: usize) -> Verdict {
    let mail = &signs.mail;
    let submission = signs.all.of("submission");
    let (query, registration) = (mail.of("query"), mail.of("registration"));
    let (thanks, personal) = (mail.of("acknowledgement"), mail.of("personal"));
    let short = signs.words < 220;
    if short && !registration.is_empty() && query.len() <= registration.len() && signs.questions == 0 {
        return sure(MessageKind::Registration, 0.8, format!("it is about taking part: {}", quoted(registration)));
    }
    let is_reply = super::title::is_reply(&input.message.subject);
    if signs.words < 60 && !thanks.is_empty() && signs.questions == 0 && (is_reply || query.is_empty()) {
        return sure(MessageKind::Acknowledgement, 0.8, format!("it only thanks or confirms: {}", quoted(thanks)));
    }
    if short && !query.is_empty() && (signs.questions > 0 || query.len() >= 2 || signs.words < 60) {
        return sure(MessageKind::Query, 0.8, format!("it asks something: {}", quoted(query)));
    }
    let calls_itself = !submission.is_empty();
    if signs.words >= 90 && (themes >= 3 || calls_itself) || signs.words >= 40 && themes >= 2 && calls_itself {
        let why = if submission.is_empty() { signs.all.of("theme") } else { submission };
        return sure(MessageKind::Submission, 0.8, format!("it speaks at length of {}", quoted(why)));
    }
    if themes <= 1 && !personal.is_empty() && submission.is_empty() && signs.words < 120 {
        return sure(MessageKind::Personal, 0.7, format!("it is personal: {}", quoted(personal)));
    }
    if !mail.of("spam").is_empty() && themes == 0 {
        return sure(MessageKind::Spam, 0.6, format!("it reads like advertising: {}", quoted(mail.of("spam"))));
    }
    if signs.words == 0 {
        return unsure(MessageKind::Unknown, "there is no text that could be read");
    }
    if !query.is_empty() {
        return unsure(MessageKind::Query, &format!("it asks something ({}), and may be more", quoted(query)));
    }
    unsure(MessageKind::Unknown, "nothing says clearly what kind of mail it is")
}
