//! Approved inputs to pages: static files that work without a program behind them and without a script in front. Pure:
//! values in, pages out; the pipeline writes them. Nothing in here may come from anything but a manifest.
//!
//! Lists are cut into shards of a hundred inputs by running number, so that one more input costs the same whatever the
//! archive holds: its own page, its shard's lists, and the front pages.

mod files;
mod lists;

pub use files::{PublicForm, public_form, safe_name};
pub use lists::{STYLE, front, shard_pages};

use crate::domain::publication::{Page, PublicInput, PublicStatus, Site};
use askama::Template;

/// Inputs of one shard.
pub const SHARD: u64 = 100;

/// Which shard a running number belongs to, from 1.
pub fn shard_of(number: u64) -> u64 {
    number.saturating_sub(1) / SHARD + 1
}

/// Whether only the text of a type may be published, as browsers would run the file.
pub fn is_text_only(media_type: &str) -> bool {
    public_form(media_type) == PublicForm::TextOnly
}

/// Folder of an input's page and files, relative to the site.
pub fn folder(input: &PublicInput) -> String {
    format!("inputs/{}", input.submission)
}

#[derive(Template)]
#[template(path = "public/input.html")]
struct InputPage<'a> {
    site: &'a Site,
    input: &'a PublicInput,
    root: &'static str,
    /// What links to files begin with.
    files: &'a str,
    preview: Option<&'a Preview>,
}

/// What a page says that is not public yet.
#[derive(Clone, Debug)]
pub struct Preview {
    pub words: String,
    /// Address of what shows it, and what that link is called.
    pub back: String,
    pub back_words: String,
    /// What links to files begin with.
    pub files: String,
}

/// The page of one input at its permanent address.
///
/// # Errors
/// If the template fails.
pub fn input_page(site: &Site, input: &PublicInput) -> askama::Result<Page> {
    let html = InputPage { site, input, root: "../../", files: "", preview: None }.render()?;
    Ok(Page { path: format!("{}/index.html", folder(input)), bytes: html.into_bytes() })
}

/// The same page before it is public, for the reviewer who is to approve it; `root`: where the public pages are.
///
/// # Errors
/// If the template fails.
pub fn preview_page(site: &Site, input: &PublicInput, root: &'static str, preview: &Preview) -> askama::Result<String> {
    InputPage { site, input, root, files: &preview.files, preview: Some(preview) }.render()
}

impl InputPage<'_> {
    fn withdrawn(&self) -> Option<(String, String)> {
        match &self.input.status {
            PublicStatus::Public => None,
            PublicStatus::Withdrawn { at, reason } => Some((day(*at), plain(reason))),
        }
    }
}

/// A day for people, UTC.
pub(crate) fn day(time: crate::domain::Timestamp) -> String {
    time.strftime("%-d %B %Y").to_string()
}

/// A stranger's line of text, without signs that cannot be seen or that turn the writing direction.
pub(crate) fn plain(text: &str) -> String {
    let hidden = |c: &char| {
        matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
            || (c.is_control() && *c != '\n')
    };
    text.chars().filter(|c| !hidden(c)).collect()
}

/// The same for a place in a list: cut where it is longer than any title that people read.
pub(crate) fn brief(text: &str) -> String {
    const MOST: usize = 200;
    let text = plain(text);
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Name of a language by its code.
pub(crate) fn language_name(code: &str) -> &str {
    match code {
        "ar" => "Arabic",
        "en" => "English",
        "es" => "Spanish",
        "fr" => "French",
        "ru" => "Russian",
        "zh" => "Chinese",
        "other" => "other language",
        "uncertain" => "language not certain",
        other => other,
    }
}

/// What a kind of submitter is called.
pub(crate) fn kind_name(kind: crate::domain::classification::SubmitterKind) -> &'static str {
    use crate::domain::classification::SubmitterKind as Kind;
    match kind {
        Kind::Business => "business",
        Kind::Ngo => "non-governmental organization",
        Kind::Academia => "academia",
        Kind::TechnicalCommunity => "technical community",
        Kind::Coalition => "coalition",
        Kind::Igo => "intergovernmental organization",
        Kind::State => "State",
        Kind::Individual => "individual",
        Kind::Unknown => "",
    }
}

/// Bytes for people.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..=1023 => format!("{bytes} bytes"),
        1024..=1_048_575 => format!("{} KB", bytes.div_ceil(1024)),
        _ => format!("{:.1} MB", bytes as f64 / 1_048_576.0),
    }
}

/// The first digits of a digest, for the eye.
pub(crate) fn short(digest: &crate::domain::Digest) -> String {
    digest.to_string()[..16].to_string()
}

mod filters {
    //! What templates call.

    /// Languages as names.
    #[askama::filter_fn]
    pub fn languages(codes: &[String], _: &dyn askama::Values) -> askama::Result<String> {
        Ok(codes.iter().map(|code| super::language_name(code)).collect::<Vec<_>>().join(", "))
    }

    /// A day for people.
    #[askama::filter_fn]
    pub fn day(time: &crate::domain::Timestamp, _: &dyn askama::Values) -> askama::Result<String> {
        Ok(super::day(*time))
    }

    /// A stranger's text without hidden signs.
    #[askama::filter_fn]
    pub fn brief(text: &str, _: &dyn askama::Values) -> askama::Result<String> {
        Ok(super::brief(text))
    }

    #[askama::filter_fn]
    pub fn plain(text: &str, _: &dyn askama::Values) -> askama::Result<String> {
        Ok(super::plain(text))
    }

    /// What a kind of submitter is called.
    #[askama::filter_fn]
    pub fn kind(
        kind: &crate::domain::classification::SubmitterKind,
        _: &dyn askama::Values,
    ) -> askama::Result<&'static str> {
        Ok(super::kind_name(*kind))
    }

    /// Bytes for people.
    #[askama::filter_fn]
    pub fn size(bytes: &u64, _: &dyn askama::Values) -> askama::Result<String> {
        Ok(super::size(*bytes))
    }

    /// The first digits of a digest.
    #[askama::filter_fn]
    pub fn short(digest: &crate::domain::Digest, _: &dyn askama::Values) -> askama::Result<String> {
        Ok(super::short(digest))
    }
}
