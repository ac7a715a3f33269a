//! The sentence by which a mail says that it corrects an earlier one, brings a piece that was missing, or hands on what
//! somebody else wrote. Only of the mail's own text: papers speak of new versions of other things.

use super::cues::scan;
use super::{Input, Passage, Reading};
use crate::normal::normal_text;

/// A mail's own text longer than this, in bytes, is the input itself.
const COVERS: usize = 6_000;
/// Longest quote, in characters.
const LONGEST: usize = 240;

/// The first sentence of the mail with a phrase of a list, or its subject if that has one.
pub fn sentence(input: &Input<'_>, passages: &[Passage], read: &[Reading], list: &str) -> Option<String> {
    let has = |text: &str| !scan(&normal_text(text)).of(list).is_empty();
    let is_reply = super::title::is_reply(&input.message.subject);
    if !is_reply && has(&input.message.subject) {
        return Some(input.message.subject.trim().chars().take(LONGEST).collect());
    }
    if input.message.body.text.len() > COVERS {
        return None;
    }
    let of_mail = passages.iter().zip(read).filter(|(one, _)| input.texts[one.text_index].path == "body");
    // What no passage has, none of its sentences has.
    let having = of_mail.filter(|(_, read)| !read.scan.of(list).is_empty());
    let (_, found) = having.flat_map(|(passage, _)| passage.said()).find(|(_, words)| has(words))?;
    Some(found.trim().chars().take(LONGEST).collect())
}

/// The sentence by which a mail with files or attached mails says that it hands them on for somebody else.
pub fn handed_on(input: &Input<'_>, passages: &[Passage], read: &[Reading]) -> Option<String> {
    if input.message.parts.is_empty() { None } else { sentence(input, passages, read, "handing-on") }
}
