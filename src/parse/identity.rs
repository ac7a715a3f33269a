//! What makes two copies of a mail one message. Nothing here may depend on how far files are opened: a fingerprint that was
//! taken yesterday must be the same tomorrow.

use super::headers;
use crate::domain::Digest;
use crate::domain::message::ParsedMessage;
use unicode_normalization::UnicodeNormalization as _;

/// What two servers' copies of one mail have in common, whatever encoding, boundaries and headers they added. `contents`
/// is of each part: a file counts by its bytes, an attached message by what it says, since servers re-encode it too.
pub fn fingerprint(parsed: &ParsedMessage, mut contents: Vec<Digest>) -> Digest {
    let mut fields = identity(parsed, &fold(&parsed.subject));
    let text = parsed.body.with_unseen.as_ref().unwrap_or(&parsed.body.text);
    fields.push(fold(text).into_bytes());
    contents.sort();
    fields.extend(contents.iter().map(|digest| digest.0.to_vec()));
    Digest::of_fields(fields.iter().map(Vec::as_slice))
}

/// What stays the same when a list adds a tag to the subject and a footer to the text.
pub fn kinship(parsed: &ParsedMessage) -> Digest {
    let fields = identity(parsed, &fold(&headers::bare_subject(&parsed.subject)));
    Digest::of_fields(fields.iter().map(Vec::as_slice))
}

fn identity(parsed: &ParsedMessage, subject: &str) -> Vec<Vec<u8>> {
    let from: Vec<String> = parsed.from.iter().map(|one| one.address.to_lowercase()).collect();
    let date = parsed.date.map(|date| date.as_second().to_string()).unwrap_or_default();
    let id = parsed.message_id_header.clone().unwrap_or_default();
    [from.join(" "), date, subject.to_string(), id].into_iter().map(String::into_bytes).collect()
}

/// White space folded, composed form: line lengths and trailing blanks do not count.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.nfc());
    }
    folded
}
