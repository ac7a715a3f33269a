//! The body as one text, from its plain or its HTML form, whichever says more, and the lines that only the other form has.
//! Drops nothing: both forms are kept.

use super::charset::is_suspect;
use super::forms::{Form, Only};
use super::quoted;
use super::tree::{Tree, text_of};
use crate::domain::message::{Body, BodySource, Span};
use crate::domain::{Problem, ProblemCode};
use crate::extract::SeenOfHtml as Seen;
use html2text::render::TextDecorator;
use mail_parser::Message;
use std::collections::BTreeSet;

/// Longest HTML that is laid out; longer HTML is only stripped of its tags.
const MAX_HTML_BYTES: usize = 5 << 20;

/// Longest body text that is kept, in characters.
const MAX_CHARS: usize = 4_000_000;

/// Characters that are kept of each form as it was sent, beside the text.
const MAX_FORM_CHARS: usize = 1_000_000;

/// A body without anything quoted.
pub fn whole(text: String, source: BodySource) -> Body {
    let end = text.chars().count();
    let own = if end == 0 { Vec::new() } else { vec![Span { start: 0, end }] };
    Body { plain: Some(text.clone()), text, source, own, quoted: Vec::new(), html: None, with_unseen: None }
}

/// The body of a message.
pub fn body(message: &Message<'_>, tree: &Tree<'_>, problems: &mut Vec<Problem>) -> Body {
    let raw = &message.raw_message;
    let mut guessed = false;
    let mut join = |parts: &[&mail_parser::MessagePart<'_>]| -> Option<String> {
        let texts: Vec<String> = parts
            .iter()
            .map(|part| {
                let (text, by_guess) = text_of(part, raw);
                guessed |= by_guess;
                text
            })
            .collect();
        (!texts.is_empty()).then(|| texts.join("\n"))
    };
    let (plain, html, beside) = (join(&tree.plain), join(&tree.html), join(&tree.beside_html));
    let sent = Sent { plain, html, beside: beside.unwrap_or_default() };
    if guessed {
        let detail = "The text was not in the charset that the mail claims; it was decoded by a guess.";
        problems.push(Problem::new(ProblemCode::WrongCharset, detail));
    }
    of_texts(sent, message.subject().is_some_and(quoted::is_forward), problems)
}

/// The forms of a text as they were sent.
#[derive(Default)]
pub struct Sent {
    pub plain: Option<String>,
    pub html: Option<String>,
    /// Plain text that stands beside the HTML too.
    pub beside: String,
}

/// A body out of its two forms.
pub fn of_texts(sent: Sent, is_forward: bool, problems: &mut Vec<Problem>) -> Body {
    let Sent { plain, html, beside } = sent;
    let plain_text = plain.as_deref().map(tidy);
    let mut said = Vec::new();
    let html_text = html.as_deref().map(|html| tidy(&html_to_text(html, Layout::AsSeen)));
    let (mut text, mut source) = choose(plain_text.clone(), html_text.clone(), &mut said);
    text = cut(text, &mut said);
    let (mut with_unseen, mut seen_html, mut seen_text) = (None, html.clone(), html_text);
    if let Some(Seen { copy, detail }) = html.as_deref().and_then(seen) {
        if let Some(copy) = copy {
            said.clear();
            seen_text = Some(tidy(&html_to_text(&copy, Layout::AsSeen)));
            let (seen, from) = choose(plain_text.clone(), seen_text.clone(), &mut said);
            with_unseen = Some(std::mem::replace(&mut text, cut(seen, &mut said)));
            seen_html = Some(copy);
            source = from;
        }
        if source == BodySource::Html {
            said.push(Problem::new(ProblemCode::HiddenWords, detail));
        }
    }
    let (mut own, mut quoted) = quoted::split(&text, is_forward);
    if let (Some(plain), Some(html), Some(with_pictures)) = (plain_text, seen_html, seen_text) {
        let html = tidy(&html_to_text(&html, Layout::Compared));
        let (in_html, is_plain) = (format!("{html}\n\n{beside}\n\n{with_pictures}"), source == BodySource::Plain);
        let (others, chosen) = if is_plain { (&html, Form::of(&text)) } else { (&plain, Form::of(&in_html)) };
        let only = [&own_part(others, is_forward), &quoted_part(others, is_forward)].map(|part| chosen.lacks(part));
        // Which of them was chosen, and that the other one is short, was said.
        let lacked = if is_plain { Form::of(&in_html).lacks(&text) } else { Only::default() };
        said.extend(differences(&only, &lacked));
        let before = text.clone();
        for (only, spans) in only.iter().zip([&mut own, &mut quoted]) {
            append(&mut text, &only.lines, spans);
        }
        if text.len() > before.len() && with_unseen.is_none() {
            with_unseen = Some(before);
        }
    }
    problems.append(&mut said);
    let short = |form: Option<String>| form.map(|form| form.chars().take(MAX_FORM_CHARS).collect());
    Body { text, source, own, quoted, plain: short(plain), html: short(html), with_unseen }
}

/// What the sender wrote in a text.
fn own_part(text: &str, is_forward: bool) -> String {
    pieces(text, &quoted::split(text, is_forward).0)
}

/// What the sender quoted in a text.
fn quoted_part(text: &str, is_forward: bool) -> String {
    pieces(text, &quoted::split(text, is_forward).1)
}

fn pieces(text: &str, spans: &[Span]) -> String {
    let mut signs = text.chars();
    let mut at = 0;
    let mut kept = String::new();
    for span in spans {
        signs.by_ref().take(span.start - at).for_each(drop);
        kept.extend(signs.by_ref().take(span.end - span.start));
        kept.push('\n');
        at = span.end;
    }
    kept
}

/// Puts lines of the other form behind a text, which stays within its limit.
fn append(text: &mut String, lines: &[String], spans: &mut Vec<Span>) {
    let start = text.chars().count();
    let room = MAX_CHARS.saturating_sub(start);
    if lines.is_empty() || room == 0 {
        return;
    }
    let added: String = format!("\n\n{}", lines.join("\n")).chars().take(room).collect();
    text.push_str(&added);
    spans.push(Span { start, end: start + added.chars().count() });
}

/// Tells in what the two forms differ; `only`: what the other form has, `lacked`: what it has not.
fn differences(only: &[Only], lacked: &Only) -> Option<Problem> {
    let detail = if only.iter().any(|one| !one.lines.is_empty()) {
        "The plain text and the HTML of the mail say different things; the lines that only one of them has stand at its end, compare them.".to_string()
    } else if let Some(words) = only.iter().chain([lacked]).find_map(|one| one.other_words.as_ref()) {
        let words: String = words.chars().take(200).collect();
        format!(
            "The plain text and the HTML of the mail differ in words, compare them; one of them says: \u{201c}{words}\u{201d}"
        )
    } else if !lacked.lines.is_empty() {
        "The plain text of the mail, which is shown, has lines that its HTML has not; open the mail and compare."
            .to_string()
    } else {
        return None;
    };
    Some(Problem::new(ProblemCode::BodiesDiffer, detail))
}

/// Line feeds only, no control characters, no blanks at line ends.
fn tidy(text: &str) -> String {
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut tidy = String::with_capacity(unified.len());
    for line in unified.lines() {
        let kept = line.trim_end().chars().filter(|c| !c.is_control() || *c == '\t');
        tidy.extend(kept.filter(|c| *c != '\u{feff}'));
        tidy.push('\n');
    }
    tidy.trim_end().trim_start_matches('\n').to_string()
}

fn choose(plain: Option<String>, html: Option<String>, problems: &mut Vec<Problem>) -> (String, BodySource) {
    match (plain.filter(|text| !text.trim().is_empty()), html.filter(|text| !text.trim().is_empty())) {
        (None, None) => (String::new(), BodySource::Nothing),
        (Some(plain), None) => (plain, BodySource::Plain),
        (None, Some(html)) => (html, BodySource::Html),
        (Some(plain), Some(html)) => {
            let (in_plain, in_html) = (words(&plain), words(&html));
            let is_garbled = unreadable(&plain) > unreadable(&html) || is_suspect(&plain) && !is_suspect(&html);
            // "Please view this mail in a browser" is not what the sender had to say.
            let thin = in_html.len() >= 20 && in_plain.len() * 3 < in_html.len();
            if is_garbled || thin {
                let detail = "The plain form of the text is much shorter or garbled; the HTML form is shown.";
                problems.push(Problem::new(ProblemCode::BodiesDiffer, detail));
                return (html, BodySource::Html);
            }
            (plain, BodySource::Plain)
        }
    }
}

/// Signs that were lost: replacement signs, and question marks in a row, which programs put for letters they cannot write.
fn unreadable(text: &str) -> usize {
    let rows = text.split(|sign| sign != '?').map(str::len).filter(|length| *length >= 3);
    text.matches('\u{fffd}').count() + rows.sum::<usize>()
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(20_000).collect()
}

fn cut(text: String, problems: &mut Vec<Problem>) -> String {
    match text.char_indices().nth(MAX_CHARS) {
        Some((at, _)) => {
            let detail = format!("The text is longer than {MAX_CHARS} characters; the rest is not shown.");
            problems.push(Problem::new(ProblemCode::TextCut, detail));
            text[..at].to_string()
        }
        None => text,
    }
}

/// What there is to say of what the reader of an HTML body sees, by the rules for HTML files.
fn seen(html: &str) -> Option<Seen> {
    super::compound::guarded(|| crate::extract::seen_of_html(html))
}

/// How HTML is laid out as text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// With the cells of a table beside each other, and the words for pictures.
    AsSeen,
    /// Cell after cell, without pictures: in the order of the plain form.
    Compared,
}

fn html_to_text(html: &str, layout: Layout) -> String {
    let is_compared = layout == Layout::Compared;
    if html.len() <= MAX_HTML_BYTES {
        let laid_out = super::compound::guarded(|| {
            html2text::config::with_decorator(Bare { names_pictures: !is_compared })
                .no_table_borders()
                .raw_mode(is_compared)
                .allow_width_overflow()
                .string_from_read(html.as_bytes(), 100_000)
                .ok()
        });
        if let Some(text) = laid_out {
            return text;
        }
    }
    mail_parser::decoders::html::html_to_text(html)
}

/// Text without decoration, but with `>` before what is quoted, as in plain mail.
#[derive(Clone)]
struct Bare {
    names_pictures: bool,
}

impl TextDecorator for Bare {
    type Annotation = ();

    fn decorate_link_start(&mut self, _url: &str) -> (String, ()) {
        (String::new(), ())
    }
    fn decorate_link_end(&mut self) -> String {
        String::new()
    }
    fn decorate_em_start(&self) -> (String, ()) {
        (String::new(), ())
    }
    fn decorate_em_end(&self) -> String {
        String::new()
    }
    fn decorate_strong_start(&self) -> (String, ()) {
        (String::new(), ())
    }
    fn decorate_strong_end(&self) -> String {
        String::new()
    }
    fn decorate_strikeout_start(&self) -> (String, ()) {
        (String::new(), ())
    }
    fn decorate_strikeout_end(&self) -> String {
        String::new()
    }
    fn decorate_code_start(&self) -> (String, ()) {
        (String::new(), ())
    }
    fn decorate_code_end(&self) -> String {
        String::new()
    }
    fn decorate_preformat_first(&self) {}
    fn decorate_preformat_cont(&self) {}
    fn decorate_image(&mut self, _src: &str, title: &str) -> (String, ()) {
        (if self.names_pictures { title.to_string() } else { String::new() }, ())
    }
    fn header_prefix(&self, _level: usize) -> String {
        String::new()
    }
    fn quote_prefix(&self) -> String {
        "> ".into()
    }
    fn unordered_item_prefix(&self) -> String {
        "- ".into()
    }
    fn ordered_item_prefix(&self, i: i64) -> String {
        format!("{i}. ")
    }
    fn make_subblock_decorator(&self) -> Self {
        self.clone()
    }
    fn finalise(&mut self, _urls: Vec<String>) -> Vec<html2text::render::TaggedLine<()>> {
        Vec::new()
    }
}
