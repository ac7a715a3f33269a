//! The draft of an answer to a sender whose content was not received: asks for the file itself. Names a service or a file,
//! never a whole link, never asks for a password, and is sent by nobody but a person.

use super::Letter;
use super::receipt::{answer_address, thread_of};
use super::request_words::{Words, words};
use crate::domain::message::ParsedMessage;
use crate::domain::missing::{Lack, Missing};
use crate::domain::{clip, harmless};

/// The draft; `language`: ISO 639-1, others are answered in English.
///
/// # Errors
/// In words, if the mail names nobody to answer to.
pub fn draft(message: &ParsedMessage, missing: &[Missing], language: &str) -> Result<Letter, String> {
    let from = message.from.first().map(|one| one.address.as_str()).filter(|address| address.contains('@'));
    let from = from.ok_or("the mail names no sender's address: there is nobody to answer to")?;
    let words = words(language);
    let mut said: Vec<String> = Vec::new();
    for one in missing {
        let sentence = sentence(words, one);
        if !said.contains(&sentence) {
            said.push(sentence);
        }
    }
    let list: String = said.iter().map(|sentence| format!("- {sentence}\n")).collect();
    let text = format!(
        "{}\n\n{}\n\n{list}\n{}\n\n{}\n\n{}\n",
        words.greeting, words.opening, words.too_large, words.closing, words.end
    );
    Ok(Letter {
        to: vec![answer_address(message, from)],
        subject: subject(&message.subject),
        text,
        answers: thread_of(message),
    })
}

/// With one "Re:" in front, and without addresses: a link may stand in it, token and all.
fn subject(of_mail: &str) -> String {
    let mut bare = of_mail.trim();
    while let Some(rest) = bare.get(..3).filter(|head| head.eq_ignore_ascii_case("re:")).map(|_| bare[3..].trim_start())
    {
        bare = rest;
    }
    let kept = bare.split_whitespace().map(|word| if word.contains("://") { "[...]" } else { word });
    let kept: String = clip(&harmless(&kept.collect::<Vec<_>>().join(" "))).chars().take(150).collect();
    format!("Re: {kept}")
}

fn sentence(words: &Words, one: &Missing) -> String {
    let is_named = one.name != format!("part {}", one.part);
    let name: String = if is_named { harmless(&one.name).chars().take(120).collect() } else { words.unnamed.into() };
    // A name in other letters must not turn the line around.
    let name = if words.is_rtl { format!("\u{2068}{name}\u{2069}") } else { name };
    let pattern = match one.lack {
        Lack::Elsewhere => words.elsewhere,
        Lack::Locked => words.locked,
        Lack::Encrypted => words.encrypted,
        Lack::Unreadable => words.unreadable,
        Lack::NoText => words.no_text,
    };
    pattern.replace("{name}", &name)
}
