//! HTML files: the words that a reader of the page sees, token by token, in time and memory linear in the file; those that
//! a reader does not see are set apart. Loads nothing, runs nothing, and builds no tree that could be too deep.
//!
//! Seen is what a browser shows in a wide window, at rest, with nobody at it: styles in the page and in its attributes
//! count, as far as they decide this (see `css` and `look`). Words under a box that is laid over them, and what scripts
//! do, are not known. The words for pictures (`alt`), tooltips and hints in empty fields are no text of the page.

mod css;
mod data_url;
mod elements;
mod look;
mod page;
mod tree;

use super::Read;
use super::changes::plural;
use super::office::remote_content;
use super::story::Story;
use crate::domain::{Finding, FindingCode};
use css::{Cascade, Sheets};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tokenizer, TokenizerOpts};
use page::{Found, Page};
use tree::Tree;

/// Pages in pages that are read: a frame with its own text, but none within that.
const MAX_LEVEL: u8 = 1;

/// Reads an HTML file.
pub fn read(bytes: &[u8]) -> Read {
    let found = page(&super::text::decode_html(bytes), 0, false);
    let findings = findings(&found);
    let mut story = Story::default();
    found.blocks.into_iter().for_each(|block| story.push(block));
    let (segments, heading) = story.finish();
    let mut read = Read::text(segments).titled(Some(found.title), heading);
    read.findings = findings;
    read
}

/// What a reader sees of the HTML form of a mail, where that is not all of it.
pub struct Seen {
    /// What is seen, as plain HTML without styles; none if nothing is known to be hidden.
    pub copy: Option<String>,
    /// A sentence for a person.
    pub detail: String,
}

/// Tells what a reader of the HTML form of a mail sees; none if that is all of it.
pub fn seen(html: &str) -> Option<Seen> {
    let found = page(html, 0, true);
    if found.hidden > 0 {
        let passages = plural(found.hidden, "passage");
        let detail = format!(
            "The HTML form of the mail holds words that its reader does not see ({passages}); they were left out."
        );
        return Some(Seen { copy: found.copy, detail });
    }
    let detail =
        "The HTML form of the mail may hide or show words in a way that Pouch does not follow; open it and compare.";
    (found.doubtful + found.generated > 0).then(|| Seen { copy: None, detail: detail.into() })
}

/// Reads a page twice if it has style sheets: they may stand behind what they style.
fn page(text: &str, level: u8, is_copied: bool) -> Found {
    let is_xml = text.trim_start_matches(['\u{feff}', ' ', '\n', '\r']).starts_with("<?xml");
    let inner = |text: &str| (level < MAX_LEVEL).then(|| page(text, level + 1, false));
    let mut tree = Tree::default();
    let mut sheets = Sheets::default();
    if has(text, b"<style") || has(text, b"stylesheet") {
        (sheets, tree.children) = run(text, Page::new(Tree::survey(), is_xml, &inner)).surveyed();
        tree.lacks_sheets = sheets.take_imports(|address| data_url::text(address, "text/css"));
        tree.cascade = Cascade::new(&mut sheets);
    }
    let page = Page::new(tree, is_xml, &inner);
    let mut found = run(text, if is_copied { page.copied() } else { page }).finish();
    found.doubtful += sheets.unfollowed + u32::from(sheets.is_cut);
    sheets.imports.iter().for_each(|address| self::page::note(&mut found.remote, address));
    found
}

fn run<'f>(text: &str, page: Page<'f>) -> Page<'f> {
    let queue = BufferQueue::default();
    // Pieces, so that what the tokenizer holds of each can go.
    let mut rest = text;
    while !rest.is_empty() {
        let mut end = rest.len().min(1 << 20);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        queue.push_back(StrTendril::from(&rest[..end]));
        rest = &rest[end..];
    }
    let tokenizer = Tokenizer::new(page, TokenizerOpts::default());
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    tokenizer.sink
}

fn has(text: &str, word: &[u8]) -> bool {
    text.as_bytes().windows(word.len()).any(|one| one.eq_ignore_ascii_case(word))
}

fn findings(found: &Found) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut hidden = |detail: String| findings.push(Finding::new(FindingCode::HiddenText, detail));
    let passages = |count| plural(count, "passage");
    if found.hidden > 0 {
        hidden(format!("{} of the page that a reader does not see.", passages(found.hidden)));
    }
    if found.not_in_print > 0 {
        hidden(format!(
            "{} of the page that a reader sees on the screen, but not on paper.",
            passages(found.not_in_print)
        ));
    }
    if found.generated > 0 {
        hidden(
            "The page shows words that its style sheet adds and that are not in this text; open the page and compare."
                .into(),
        );
    }
    if found.doubtful > 0 {
        hidden(
            "The page may hide or show words in a way that Pouch does not follow; open the page and compare.".into(),
        );
    }
    if found.scripts > 0 {
        let detail = format!(
            "{} in the page, which may change what it says; open it and compare.",
            plural(found.scripts, "script")
        );
        findings.push(Finding::new(FindingCode::JavaScript, detail));
    }
    findings.extend(remote_content(&found.remote));
    findings
}
