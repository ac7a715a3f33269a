//! What kind of mail it is. A missed input is the worst error: when unsure, a person looks; never aside by a guess.

use super::cues::{Scan, scan};
use super::learnt::{Kinds, kind_text, telling};
use super::{Input, Passage, Reading};
use crate::domain::classification::MessageKind;
use crate::domain::message::{Automatic, Part, PartKind};
use crate::normal::normal_text;
use std::cell::LazyCell;
use std::collections::BTreeSet;

/// What was decided, and why.
pub struct Verdict {
    pub kind: MessageKind,
    pub confidence: f64,
    /// In words for a person, with a quote where there is one.
    pub reason: String,
    pub unsure: bool,
    /// What else it is.
    pub also: Option<MessageKind>,
}

fn sure(kind: MessageKind, confidence: f64, reason: String) -> Verdict {
    Verdict { kind, confidence, reason, unsure: false, also: None }
}

/// What the rules look at.
struct Signs<'a> {
    /// In the subject and the mail's own text.
    mail: Scan,
    /// In all of the sender's own words.
    all: Scan,
    /// All of the sender's own words (a Chinese sign counts as two thirds of one).
    words: usize,
    mail_words: usize,
    /// Files that could be a paper, with or without text.
    files: usize,
    /// Terms of the catalogue in the files alone.
    file_terms: usize,
    /// Sentences of the mail, its subject first unless that is somebody else's.
    sentences: Vec<&'a str>,
    kinds: Kinds,
}

/// Judges a message; `terms` is how many different terms of the catalogue its own words have, `takes_back` the sentence in
/// which it wishes to take an input back.
pub fn judge(
    input: &Input<'_>,
    passages: &[Passage],
    read: &[Reading],
    (terms, takes_back): (usize, Option<&str>),
    own_addresses: &[String],
) -> Verdict {
    let signs = signs(input, passages, read);
    if let Some((automatic, sign)) = &input.message.automatic {
        let (kind, words) = match automatic {
            Automatic::AutoReply => (MessageKind::AutoReply, "an automatic answer"),
            Automatic::Bounce => (MessageKind::Bounce, "a report about a mail that could not be delivered"),
            Automatic::Calendar => (MessageKind::Calendar, "a calendar entry"),
        };
        // Some bodies send papers by machines that call themselves such; a returned mail has the papers of others.
        if !matches!(automatic, Automatic::Bounce) && signs.files > 0 && signs.file_terms >= 2 {
            return unsure(
                kind,
                &format!("it calls itself {words} ({sign}), but a file with it speaks of the report's themes"),
            );
        }
        return sure(kind, 0.98, format!("{words}: {sign}"));
    }
    if input.message.from.iter().any(|one| own_addresses.contains(&one.address.to_lowercase())) {
        return unsure(MessageKind::Unknown, "it comes from one of the call's own addresses");
    }
    let mut verdict = by_text(&signs, terms, input.message.unanswered.is_some());
    if let Some(quote) = takes_back.filter(|_| verdict.kind != MessageKind::Withdrawal) {
        let answers = !input.message.in_reply_to.is_empty() || super::title::is_reply(&input.message.subject);
        if signs.files == 0 && (answers || signs.kinds.of_kind(MessageKind::Withdrawal) >= 0.15) {
            let why = format!("{}: \"{quote}\"", words_for(MessageKind::Withdrawal));
            return sure(MessageKind::Withdrawal, 0.7, why);
        }
        verdict.also = Some(MessageKind::Withdrawal);
    }
    verdict.also = verdict.also.or_else(|| also(verdict.kind, &signs));
    verdict
}

fn unsure(kind: MessageKind, why: &str) -> Verdict {
    Verdict { kind, confidence: 0.4, reason: format!("Pouch is not sure: {why}"), unsure: true, also: None }
}

fn signs<'a>(input: &'a Input<'_>, passages: &'a [Passage], read: &[Reading]) -> Signs<'a> {
    let subject = normal_text(&input.message.subject);
    let mut all = scan(&subject);
    // The subject of an answer is somebody else's.
    let is_reply = super::title::is_reply(&input.message.subject);
    let mut mail = if is_reply { Scan::default() } else { all.clone() };
    let mut sentences = if is_reply { Vec::new() } else { vec![input.message.subject.as_str()] };
    let (mut words, mut mail_words, mut own) = (0, 0, String::new());
    let mut terms_of_files: BTreeSet<usize> = BTreeSet::new();
    for (passage, reading) in passages.iter().zip(read) {
        let count = count_words(&passage.text);
        words += count;
        all.add(&reading.scan);
        if input.texts[passage.text_index].path == "body" {
            mail.add(&reading.scan);
            mail_words += count;
            own.push_str(&passage.text);
            own.push('\n');
            sentences.extend(passage.said().map(|(_, words)| words));
        } else {
            terms_of_files.extend(reading.hits.iter().map(|hit| hit.term));
        }
    }
    let files = input.message.all_parts().into_iter().filter(|part| is_paper(part)).count();
    let kinds = Kinds::of(&kind_text(&input.message.subject, &own, files > 0));
    Signs { mail, all, words, mail_words, files, file_terms: terms_of_files.len(), sentences, kinds }
}

fn is_paper(part: &Part) -> bool {
    let kind = part.media_type.as_str();
    // An archive out of which nothing came may hold the paper; one that was opened counts by its files.
    let is_closed = part.kind == PartKind::Archive
        && part.parts.is_empty()
        && matches!(kind, "application/zip" | "application/gzip" | "application/x-tar");
    (part.kind == PartKind::Attachment || is_closed)
        && !kind.starts_with("image/")
        && !matches!(kind, "text/calendar" | "text/vcard" | "application/pgp-signature" | "application/pkcs7-signature")
}

fn count_words(text: &str) -> usize {
    let signs = text.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).count();
    text.split_whitespace().count() + signs * 2 / 3
}

fn quoted(hits: &[&str]) -> String {
    hits.iter().take(3).map(|hit| format!("\"{hit}\"")).collect::<Vec<_>>().join(", ")
}

/// What a kind is called in a reason.
fn words_for(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Submission => "it brings an input",
        MessageKind::Query => "it asks something",
        MessageKind::Registration => "it is about taking part",
        MessageKind::Withdrawal => "it asks to take something back",
        MessageKind::Correction => "it corrects something",
        MessageKind::Recall => "it asks to disregard a mail",
        MessageKind::AutoReply => "it reads like an automatic answer",
        MessageKind::Bounce => "it reads like a report about a mail that could not be delivered",
        MessageKind::Spam => "it reads like advertising, fraud or abuse",
        MessageKind::Personal => "it is personal",
        MessageKind::Acknowledgement => "it only thanks or confirms",
        MessageKind::Newsletter => "it is a newsletter",
        MessageKind::Calendar => "it is a calendar entry",
        MessageKind::Unknown => "nothing says what it is",
    }
}

/// The reason for a kind, with the sentence that tells most.
fn reason(kind: MessageKind, signs: &Signs<'_>) -> String {
    let quote = telling(&signs.sentences, kind).map(|sentence| sentence.trim().chars().take(160).collect::<String>());
    quote.map_or_else(|| words_for(kind).into(), |quote| format!("{}: \"{quote}\"", words_for(kind)))
}

/// From here on the model's word is taken for a kind that is put aside.
const SURE: f32 = 0.5;
/// As likely an input may be that is put aside nevertheless.
const RISK: f32 = 0.15;
/// As likely something else must be in the whole mail to be told, too.
const SECOND: f32 = 0.25;
/// From here on something else in a mail is told, too.
const ALSO: f32 = 0.6;

fn by_text(signs: &Signs<'_>, terms: usize, is_bulk: bool) -> Verdict {
    let themes = signs.all.of("theme").len() + terms;
    let brings = speaks_at_length(signs, themes);
    let [(top, likely), (next, _)] = signs.kinds.best();
    if signs.files > 0 {
        return with_files(signs, themes, (top, likely));
    }
    if brings {
        return long_text(signs, (top, likely));
    }
    let confidence = f64::from(likely);
    let inputs = [MessageKind::Submission, MessageKind::Correction, MessageKind::Withdrawal];
    let risk: f32 = inputs.into_iter().filter(|kind| *kind != top).map(|kind| signs.kinds.of_kind(kind)).sum();
    if signs.words == 0 {
        return unsure(MessageKind::Unknown, "there is no text that could be read");
    }
    // Bulk mail by its headers (RFC 2369, RFC 3834), and a bulletin by its words.
    if is_bulk && signs.kinds.of_kind(MessageKind::Newsletter) >= 0.2 {
        return sure(MessageKind::Newsletter, 0.8, reason(MessageKind::Newsletter, signs));
    }
    match top {
        // Short as it is, it goes to the reviewers like any input.
        MessageKind::Submission if likely >= 0.6 && signs.words >= 60 && themes >= 1 => {
            sure(top, confidence, reason(top, signs))
        }
        MessageKind::Submission => unsure(top, &format!("{}, but there is no paper with it", reason(top, signs))),
        // A person looks at these anyway.
        MessageKind::Withdrawal | MessageKind::Recall if likely >= SURE => sure(top, confidence, reason(top, signs)),
        _ if likely >= SURE && risk <= RISK => sure(top, confidence, reason(top, signs)),
        _ => {
            let or = words_for(next);
            unsure(top, &format!("{}; or {or}", reason(top, signs)))
        }
    }
}

/// Whether the mail itself is the input.
fn speaks_at_length(signs: &Signs<'_>, themes: usize) -> bool {
    let calls_itself = !signs.all.of("submission").is_empty();
    signs.words >= 90 && (themes >= 3 || calls_itself) || signs.words >= 40 && themes >= 2 && calls_itself
}

/// Somebody sent a paper. Whatever the covering mail says, it goes to the reviewers, unless all speaks against it.
fn with_files(signs: &Signs<'_>, themes: usize, (top, likely): (MessageKind, f32)) -> Verdict {
    let submission = signs.all.of("submission");
    let speaks = themes >= 2 || !submission.is_empty() && (themes >= 1 || top == MessageKind::Submission);
    match top {
        MessageKind::Withdrawal if likely >= SURE && signs.mail_words < 300 => {
            sure(top, likely.into(), reason(top, signs))
        }
        // It goes into the queue as an input does; called a correction, it is compared with earlier ones.
        _ if corrects(signs) => sure(MessageKind::Correction, 0.7, reason(MessageKind::Correction, signs)),
        // A form with names is no paper.
        MessageKind::Registration if likely >= SURE && signs.file_terms < 2 => {
            sure(top, likely.into(), reason(top, signs))
        }
        _ if likely >= 0.9 && top != MessageKind::Submission && signs.file_terms < 2 => {
            unsure(top, &format!("{}, but there is a file with it", reason(top, signs)))
        }
        _ if speaks => {
            let why = if submission.is_empty() { signs.all.of("theme") } else { submission };
            sure(MessageKind::Submission, 0.9, format!("it sends a file and speaks of {}", quoted(why)))
        }
        _ => unsure(MessageKind::Submission, "it has a file, but nothing in it names a theme of the process"),
    }
}

fn corrects(signs: &Signs<'_>) -> bool {
    let likely = signs.kinds.of_kind(MessageKind::Correction);
    let says = !signs.mail.of("correction").is_empty() && signs.mail_words < COVERING_WORDS;
    signs.mail_words >= 5 && likely >= 0.3 || says && likely >= 0.1
}

/// The mail itself is long and speaks of the themes: an input, unless it reads like something that only looks like one.
fn long_text(signs: &Signs<'_>, (top, likely): (MessageKind, f32)) -> Verdict {
    let (news, spam) = (signs.mail.of("newsletter"), signs.mail.of("spam"));
    match top {
        MessageKind::Newsletter if likely >= 0.8 && !news.is_empty() => sure(top, likely.into(), reason(top, signs)),
        MessageKind::Spam if likely >= 0.8 && spam.len() >= 2 => sure(top, likely.into(), reason(top, signs)),
        MessageKind::Correction | MessageKind::Withdrawal if likely >= SURE => {
            sure(top, likely.into(), reason(top, signs))
        }
        MessageKind::Submission => {
            let why = match signs.all.of("submission") {
                [] => signs.all.of("theme"),
                calls => calls,
            };
            sure(top, 0.8, format!("it speaks at length of {}", quoted(why)))
        }
        _ if likely >= 0.8 && signs.words < 120 => sure(top, likely.into(), reason(top, signs)),
        // What calls itself an input is one, whatever it asks besides.
        MessageKind::Query | MessageKind::Registration | MessageKind::Acknowledgement
            if !signs.all.of("submission").is_empty() =>
        {
            let why = format!("it speaks at length of {}", quoted(signs.all.of("submission")));
            let also = (top != MessageKind::Acknowledgement).then_some(top);
            Verdict { also, ..sure(MessageKind::Submission, 0.6, why) }
        }
        _ if likely >= 0.8 && signs.words < 220 => sure(top, likely.into(), reason(top, signs)),
        _ if likely >= SURE => unsure(top, &format!("{}, but it speaks at length of the themes", reason(top, signs))),
        _ => sure(MessageKind::Submission, 0.6, format!("it speaks at length of {}", quoted(signs.all.of("theme")))),
    }
}

/// Sentences of a covering mail that are looked at for something else; a long mail is the input, and asks the world.
const COVERING_WORDS: usize = 300;
const LAST: usize = 5;

/// What a mail is besides: a question or a registration that needs an answer, whatever else comes with it.
fn also(kind: MessageKind, signs: &Signs<'_>) -> Option<MessageKind> {
    use MessageKind::{Acknowledgement, Correction, Query, Registration, Submission, Withdrawal};
    let with_paper = signs.files > 0 && signs.file_terms >= 2;
    if matches!(kind, Registration | Query | Acknowledgement) && with_paper {
        return Some(Submission);
    }
    let candidates: &[MessageKind] = match kind {
        Submission | Correction | Withdrawal => &[Query, Registration],
        Registration => &[Query, Withdrawal],
        Acknowledgement => &[Query],
        Query => &[Registration, Acknowledgement],
        _ => &[],
    };
    let from = if signs.mail_words > COVERING_WORDS { signs.sentences.len().saturating_sub(LAST) } else { 0 };
    let looked_at = &signs.sentences[from..];
    let read: LazyCell<Vec<Kinds>, _> = LazyCell::new(|| looked_at.iter().map(|one| Kinds::of(one)).collect());
    let says =
        |wanted: MessageKind| looked_at.iter().zip(read.iter()).any(|(one, kinds)| says_also(one, kinds, wanted));
    candidates.iter().copied().find(|one| signs.kinds.of_kind(*one) >= SECOND || says(*one))
}

fn says_also(sentence: &str, kinds: &Kinds, wanted: MessageKind) -> bool {
    let likely = kinds.of_kind(wanted);
    match wanted {
        MessageKind::Query if sentence.contains(['?', '؟', '？']) => likely >= SECOND,
        MessageKind::Acknowledgement => false,
        _ => likely >= ALSO,
    }
}
