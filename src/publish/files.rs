//! In which form a file may become public, and under which name. No name comes from a mail.

use crate::domain::Digest;

/// How a file is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicForm {
    /// As it was sent, under a safe extension.
    Original { extension: &'static str },
    /// Only its text: a browser would run the file itself.
    TextOnly,
}

/// Types that are published as sent; a closed list, everything unknown is offered as bytes to save.
const ORIGINAL: [(&str, &str); 18] = [
    ("application/pdf", "pdf"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    ("application/vnd.oasis.opendocument.text", "odt"),
    ("application/vnd.oasis.opendocument.presentation", "odp"),
    ("application/vnd.oasis.opendocument.spreadsheet", "ods"),
    ("application/rtf", "rtf"),
    ("application/msword", "doc"),
    ("application/vnd.ms-excel", "xls"),
    ("application/vnd.ms-powerpoint", "ppt"),
    ("text/plain", "txt"),
    ("text/csv", "csv"),
    ("image/png", "png"),
    ("image/jpeg", "jpg"),
    ("image/tiff", "tif"),
    ("image/gif", "gif"),
    ("application/zip", "zip"),
];

/// In which form a type is published.
pub fn public_form(media_type: &str) -> PublicForm {
    let kind = media_type.to_ascii_lowercase();
    if let Some((_, extension)) = ORIGINAL.iter().find(|(known, _)| *known == kind) {
        return PublicForm::Original { extension };
    }
    let runs = ["html", "svg", "xml", "script", "ecmascript", "xhtml", "xslt", "flash", "wasm"];
    if runs.iter().any(|word| kind.contains(word)) || kind.starts_with("text/") || kind.starts_with("message/") {
        return PublicForm::TextOnly;
    }
    PublicForm::Original { extension: "bin" }
}

/// The name of a published file: from what it holds, never from what somebody called it.
pub fn safe_name(digest: Digest, media_type: &str) -> String {
    match public_form(media_type) {
        PublicForm::Original { extension } => format!("{digest}.{extension}"),
        PublicForm::TextOnly => format!("{digest}.txt"),
    }
}
