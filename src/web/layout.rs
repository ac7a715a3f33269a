//! What every page of the desk has around its content: language, person, navigation, the form word. Looks nothing up.

use super::words::{Languages, Words};
use crate::access::Visitor;
use crate::domain::Timestamp;
use crate::domain::access::Right;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use std::borrow::Borrow;
use std::fmt::Display;
use std::sync::Arc;

/// The frame of a page.
#[derive(Clone, Debug)]
pub struct Layout {
    pub words: Arc<Words>,
    /// All languages, for the choice at the foot: code and name.
    pub languages: Vec<(String, String)>,
    /// Title of the call.
    pub call: String,
    pub visitor: Option<Visitor>,
    /// What forms carry; also before anybody is signed in.
    pub csrf: String,
    /// Path of this page with its query, for links that come back to it.
    pub path: String,
    pub now: Timestamp,
    /// A sentence about what was just done.
    pub said: Option<String>,
}

impl Layout {
    /// The text of a key.
    pub fn t<'a>(&'a self, key: &'a str) -> &'a str {
        self.words.t(key)
    }

    /// The text of a key made of two pieces, as a prefix and a closed word.
    pub fn w(&self, prefix: &str, word: &str) -> String {
        self.words.t(&format!("{prefix}.{word}")).to_string()
    }

    /// The text of a key with one value filled in, called `{x}`.
    pub fn x(&self, key: &str, value: &dyn Display) -> String {
        self.words.f(key, &[("x", value)])
    }

    /// The text for a number.
    pub fn n(&self, key: &str, count: impl Borrow<usize>) -> String {
        self.words.n(key, *count.borrow())
    }

    /// Whether the person may do what takes the right with this word.
    pub fn may(&self, right: &str) -> bool {
        Right::named(right).is_some_and(|right| self.visitor.as_ref().is_some_and(|visitor| visitor.may(right)))
    }

    /// ` aria-current="page"` where a link leads to the present page.
    pub fn current(&self, path: &str) -> &'static str {
        let here = self.path.split('?').next().unwrap_or_default();
        let is_below = path != "/" && here.starts_with(&format!("{path}/"));
        let is_queue = path == "/" && here.starts_with("/inputs/");
        if here == path || is_below || is_queue { " aria-current=\"page\"" } else { "" }
    }

    /// The address of the style sheet, which changes with its content.
    pub fn style(&self) -> &'static str {
        super::assets::STYLE
    }

    /// The address of the script.
    pub fn script(&self) -> &'static str {
        super::assets::SCRIPT
    }

    /// How long ago something was, in words.
    pub fn age(&self, at: &Timestamp) -> String {
        let minutes = usize::try_from(self.now.duration_since(*at).as_mins()).unwrap_or(0);
        match minutes {
            0 => self.t("age.now").into(),
            1..=59 => self.n("age.minutes", minutes),
            60..=2879 => self.n("age.hours", minutes / 60),
            _ => self.n("age.days", minutes / 1440),
        }
    }

    /// A day and time of day, UTC.
    pub fn time(&self, at: &Timestamp) -> String {
        at.strftime("%Y-%m-%d %H:%M UTC").to_string()
    }
}

/// A stranger's words for one line of a page: short, and nothing in them that cannot be seen.
pub fn plain(text: &str) -> String {
    let blank = |c: char| if matches!(c, '\n' | '\t') { ' ' } else { c };
    text.chars().map(blank).filter(|c| !is_unseen(*c)).take(400).collect()
}

/// A stranger's text for a page, with its lines.
pub fn legible(text: &str) -> String {
    text.chars().filter(|c| *c == '\n' || !is_unseen(*c)).collect()
}

fn is_unseen(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
        || c.is_control()
}

/// The languages for the choice at the foot.
pub fn choices(languages: &Languages) -> Vec<(String, String)> {
    languages.all().iter().map(|one| (one.code.clone(), one.name().to_string())).collect()
}

/// A page as an answer.
pub fn page(status: StatusCode, text: String) -> Response {
    (status, Html(text)).into_response()
}

/// On to another page, after a form was sent.
pub fn see_other(path: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, path.to_string())]).into_response()
}
