//! HTML files: the words that a reader of the page sees, token by token, in time and memory linear in the file. Loads
//! nothing, runs nothing, and builds no tree that could be too deep.

mod look;
mod page;

use super::Read;
use super::changes::plural;
use super::office::remote_content;
use super::story::Story;
use crate::domain::{Finding, FindingCode};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tokenizer, TokenizerOpts};
use page::Page;

/// Reads an HTML file.
pub fn read(bytes: &[u8]) -> Read {
    let text = super::text::decode_html(bytes);
    let queue = BufferQueue::default();
    // Pieces, so that what the tokenizer holds of each can go.
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let mut end = rest.len().min(1 << 20);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        queue.push_back(StrTendril::from(&rest[..end]));
        rest = &rest[end..];
    }
    drop(text);
    let tokenizer = Tokenizer::new(Page::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    let page = tokenizer.sink.finish();
    let mut story = Story::default();
    page.blocks.into_iter().for_each(|block| story.push(block));
    let (segments, heading) = story.finish();
    let mut read = Read::text(segments).titled(Some(page.title), heading);
    if page.hidden > 0 {
        let detail = format!("{} of the page that a reader does not see.", plural(page.hidden, "passage"));
        read.findings.push(Finding::new(FindingCode::HiddenText, detail));
    }
    read.findings.extend(remote_content(&page.remote));
    read
}
