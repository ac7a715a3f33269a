//! The style sheet, the script and the icon of the desk, from the program itself. Nothing is ever loaded from elsewhere.

use crate::domain::Digest;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::LazyLock;

const CSS: &str = include_str!("../../templates/desk/desk.css");
const JS: &str = include_str!("../../templates/desk/desk.js");
const ICON: &str = include_str!("../../templates/desk/icon.svg");

/// Address of the style sheet.
pub const STYLE: &str = "/static/desk.css";
/// Address of the script.
pub const SCRIPT: &str = "/static/desk.js";

/// Validators (RFC 9110 8.8.3), so that a browser asks again and mostly gets nothing.
static TAGS: LazyLock<[String; 3]> =
    LazyLock::new(|| [CSS, JS, ICON].map(|text| format!("\"{}\"", &Digest::of(text.as_bytes()).to_string()[..16])));

/// Answers with one of them.
pub fn file(name: &str, known: Option<&str>) -> Response {
    let (text, kind, tag) = match name {
        "desk.css" => (CSS, "text/css; charset=utf-8", &TAGS[0]),
        "desk.js" => (JS, "text/javascript; charset=utf-8", &TAGS[1]),
        "icon.svg" => (ICON, "image/svg+xml", &TAGS[2]),
        _ => return (StatusCode::NOT_FOUND, "There is no such file.\n").into_response(),
    };
    let fields = [(header::ETAG, tag.as_str()), (header::CACHE_CONTROL, "no-cache")];
    if known == Some(tag) {
        return (StatusCode::NOT_MODIFIED, fields).into_response();
    }
    (fields, [(header::CONTENT_TYPE, kind)], text).into_response()
}
