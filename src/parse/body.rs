//! The body as one text, from its plain or its HTML form, whichever says more. Drops nothing: both forms are kept.

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
    let (plain, html) = (join(&tree.plain), join(&tree.html));
    if guessed {
        let detail = "The text was not in the charset that the mail claims; it was decoded by a guess.";
        problems.push(Problem::new(ProblemCode::WrongCharset, detail));
    }
    of_texts(plain, html, message.subject().is_some_and(quoted::is_forward), problems)
}

/// A body out of its two forms.
pub fn of_texts(plain: Option<String>, html: Option<String>, is_forward: bool, problems: &mut Vec<Problem>) -> Body {
    let plain_text = plain.as_deref().map(tidy);
    let mut said = Vec::new();
    let html_text = html.as_deref().map(|html| tidy(&html_to_text(html)));
    let (mut text, mut source) = choose(plain_text.clone(), html_text, &mut said);
    text = cut(text, &mut said);
    let mut with_unseen = None;
    if let Some(Seen { copy, detail }) = html.as_deref().and_then(seen) {
        if let Some(copy) = copy {
            said.clear();
            let (seen, from) = choose(plain_text, Some(tidy(&html_to_text(&copy))), &mut said);
            with_unseen = Some(std::mem::replace(&mut text, cut(seen, &mut said)));
            source = from;
        }
        if source == BodySource::Html {
            said.push(Problem::new(ProblemCode::HiddenWords, detail));
        }
    }
    problems.append(&mut said);
    let (own, quoted) = quoted::split(&text, is_forward);
    let short = |form: Option<String>| form.map(|form| form.chars().take(MAX_FORM_CHARS).collect());
    Body { text, source, own, quoted, plain: short(plain), html: short(html), with_unseen }
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
            let common = in_plain.intersection(&in_html).count();
            let garbled = plain.matches('\u{fffd}').count() > html.matches('\u{fffd}').count();
            // "Please view this mail in a browser" is not what the sender had to say.
            let thin = in_html.len() >= 20 && in_plain.len() * 3 < in_html.len();
            if garbled || thin {
                let detail = "The plain form of the text is much shorter or garbled; the HTML form is shown.";
                problems.push(Problem::new(ProblemCode::BodiesDiffer, detail));
                return (html, BodySource::Html);
            }
            if in_plain.len().min(in_html.len()) >= 15 && common * 2 < in_plain.len().min(in_html.len()) {
                let detail = "The plain and the HTML form of the text say different things; the plain form is shown.";
                problems.push(Problem::new(ProblemCode::BodiesDiffer, detail));
            }
            (plain, BodySource::Plain)
        }
    }
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

fn html_to_text(html: &str) -> String {
    if html.len() <= MAX_HTML_BYTES {
        let laid_out = super::compound::guarded(|| {
            html2text::config::with_decorator(Bare)
                .no_table_borders()
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
struct Bare;

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
        (title.to_string(), ())
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
