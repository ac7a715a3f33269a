//! The title that a list would show: the document's own before the subject line. Invents nothing.

use super::{Input, Passage};
use crate::domain::message::PartKind;

/// The title and where it was taken from: `document`, `heading`, `subject`, `file-name`.
pub fn title(input: &Input<'_>, passages: &[Passage]) -> (String, String) {
    let files = input.texts.iter().filter(|text| text.path != "body" && !text.path.ends_with(".body"));
    let longest = files.max_by_key(|text| text.segments.iter().map(|one| one.text.len()).sum::<usize>());
    if let Some(file) = longest {
        if let Some(title) = &file.title {
            return (title.text.clone(), title.source.as_str().into());
        }
        let at = input.texts.iter().position(|text| text.path == file.path);
        let first = passages.iter().find(|one| Some(one.text_index) == at);
        if let Some(line) = first.and_then(|passage| heading(&passage.text)) {
            return (line, "heading".into());
        }
    }
    let subject = bare(&input.message.subject);
    if subject.chars().filter(|c| c.is_alphabetic()).count() >= 3 {
        return (subject, "subject".into());
    }
    // An archive's name says less than that of what lies in it.
    let files = || input.message.all_parts().into_iter().filter(|part| part.kind != PartKind::Archive);
    let named = longest.and_then(|file| file.name.clone()).or_else(|| files().find_map(|part| part.name.clone()));
    match named {
        Some(name) => (name, "file-name".into()),
        None => (subject, "subject".into()),
    }
}

/// A first line that looks like a heading: not too long, no full stop at its end.
fn heading(text: &str) -> Option<String> {
    let line = text.lines().map(str::trim).find(|line| line.chars().filter(|c| c.is_alphabetic()).count() >= 4)?;
    let length = line.chars().count();
    let salutation = line.ends_with([',', ':', '，', '：', '،']);
    (length <= 160 && !line.ends_with(['.', '。']) && !salutation).then(|| line.to_string())
}

/// The subject without what replies, forwards and lists put in front of it.
fn bare(subject: &str) -> String {
    let mut rest = subject.trim();
    loop {
        let before = rest.len();
        if rest.starts_with('[')
            && let Some((_, after)) = rest.split_once(']')
        {
            rest = after.trim_start();
        }
        if let Some((head, after)) = rest.split_once([':', '：']) {
            let head = head.trim().to_lowercase();
            if ["re", "fw", "fwd", "tr", "rv", "aw", "wg", "回复", "转发", "رد", "ha", "на"].contains(&head.as_str())
            {
                rest = after.trim_start();
            }
        }
        if rest.len() == before {
            return rest.to_string();
        }
    }
}

/// Whether a subject line is that of an answer.
pub fn is_reply(subject: &str) -> bool {
    let head = subject.split([':', '：']).next().unwrap_or_default().trim().to_lowercase();
    subject.contains([':', '：']) && ["re", "rv", "aw", "回复", "رد", "ha"].contains(&head.as_str())
}
