//! Files of the public folder. Only regular files below it, by names that Pouch itself gives; never follows a link out.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::path::Path;

/// Types by extension; everything else is offered to be saved.
const TYPES: [(&str, &str); 10] = [
    ("html", "text/html; charset=utf-8"),
    ("css", "text/css"),
    ("xml", "application/atom+xml"),
    ("json", "application/json"),
    ("csv", "text/csv; charset=utf-8"),
    ("txt", "text/plain; charset=utf-8"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("gif", "image/gif"),
];

/// Answers with a file of the folder, or its index.
pub async fn file(root: &Path, path: &str) -> Response {
    let safe = |piece: &str| {
        !piece.starts_with('.')
            && !piece.is_empty()
            && piece.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'))
    };
    let trimmed = path.trim_end_matches('/');
    if !trimmed.split('/').all(safe) {
        return missing();
    }
    let mut target = root.join(trimmed);
    if path.ends_with('/') {
        target = target.join("index.html");
    }
    let (Ok(inside), Ok(real)) = (root.canonicalize(), target.canonicalize()) else {
        // Before anything is public there are no files, and a preview wants to look as it will.
        return if path == "style.css" {
            ([(header::CONTENT_TYPE, "text/css")], crate::publish::STYLE).into_response()
        } else {
            missing()
        };
    };
    if !real.starts_with(&inside) || !real.is_file() {
        return missing();
    }
    let extension = real.extension().and_then(|one| one.to_str()).unwrap_or_default();
    let known = TYPES.iter().find(|(known, _)| *known == extension).map(|(_, kind)| *kind);
    match tokio::fs::read(&real).await {
        Ok(bytes) => match known {
            Some(kind) => ([(header::CONTENT_TYPE, kind)], bytes).into_response(),
            None => {
                let save =
                    [(header::CONTENT_TYPE, "application/octet-stream"), (header::CONTENT_DISPOSITION, "attachment")];
                (save, bytes).into_response()
            }
        },
        Err(_) => missing(),
    }
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, "There is no such page.\n").into_response()
}
