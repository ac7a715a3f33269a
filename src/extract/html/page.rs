//! The tokens of an HTML page as blocks of text. Keeps a list of open elements, but no tree.

use super::look::{Look, attribute};
use crate::domain::extraction::Role;
use crate::extract::flow::Flow;
use crate::extract::story::Block;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult};
use std::cell::RefCell;
use std::collections::HashMap;

/// Elements deeper than this are not told apart.
const MAX_DEPTH: usize = 100_000;

/// Most addresses that are noted.
const MAX_REMOTE: usize = 1_000;

/// Elements without content (WHATWG HTML 13.1.2).
const VOID: [&str; 15] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
    "basefont",
];

/// Elements whose content is no text of the page.
const SKIPPED: [&str; 14] = [
    "script", "style", "template", "noscript", "noframes", "noembed", "iframe", "svg", "audio", "video", "rt", "rp",
    "datalist", "head",
];

/// Elements that stand in lines of their own.
const BLOCKS: [&str; 43] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "summary",
    "tbody",
    "thead",
    "tfoot",
    "ul",
];

/// What came out of a page.
#[derive(Default)]
pub(super) struct Found {
    pub title: String,
    pub blocks: Vec<Block>,
    /// Passages that a reader does not see.
    pub hidden: u32,
    /// Addresses that are fetched when the page is shown.
    pub remote: Vec<String>,
}

/// The page, as the tokenizer tells it.
#[derive(Default)]
pub(super) struct Page(RefCell<State>);

struct Element {
    name: String,
    look: Look,
}

#[derive(Default)]
struct State {
    found: Found,
    flow: Flow,
    open: Vec<Element>,
    /// How many elements of each name are open, so that a stray end tag costs nothing.
    counts: HashMap<String, usize>,
    skipped: usize,
    hidden: usize,
    white: usize,
    dark: usize,
    preformatted: usize,
    titles: usize,
    ends_blank: bool,
    was_hidden: bool,
}

impl Page {
    /// What was found, once the page has ended.
    pub fn finish(&self) -> Found {
        let mut state = self.0.borrow_mut();
        state.found.blocks = std::mem::take(&mut state.flow).finish();
        state.found.title = state.found.title.split_whitespace().collect::<Vec<_>>().join(" ");
        std::mem::take(&mut state.found)
    }
}

impl TokenSink for Page {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut state = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => state.text(&text),
            Token::TagToken(tag) => match tag.kind {
                TagKind::StartTag => return state.start(&tag),
                TagKind::EndTag => state.end(tag.name.as_ref()),
            },
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl State {
    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name = tag.name.as_ref();
        self.note_remote(name, tag);
        self.close_implied(name);
        match name {
            "br" => self.put("\n"),
            "table" => {
                self.end_paragraph();
                self.flow.begin_table();
            }
            "tr" => {
                self.end_paragraph();
                self.flow.begin_row();
            }
            "td" | "th" => {
                self.end_paragraph();
                self.flow.begin_cell();
            }
            // The body ends a head that was left open.
            "body" => {
                self.end("head");
                self.end_paragraph();
            }
            name if BLOCKS.contains(&name) => self.end_paragraph(),
            _ => {}
        }
        if matches!(name, "h1" | "h2" | "h3") {
            self.flow.is_heading = true;
        }
        if !VOID.contains(&name) && !tag.self_closing && self.open.len() < MAX_DEPTH {
            self.push(Element { name: name.to_string(), look: Look::of(tag) });
        }
        match name {
            "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => TokenSinkResult::RawData(RawKind::Rawtext),
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "plaintext" => TokenSinkResult::Plaintext,
            _ => TokenSinkResult::Continue,
        }
    }

    fn push(&mut self, element: Element) {
        *self.counts.entry(element.name.clone()).or_default() += 1;
        self.count(&element, true);
        self.open.push(element);
    }

    fn count(&mut self, element: &Element, is_begin: bool) {
        let name = element.name.as_str();
        let states = [
            (&mut self.skipped, SKIPPED.contains(&name)),
            (&mut self.titles, name == "title"),
            (&mut self.preformatted, matches!(name, "pre" | "textarea" | "xmp" | "plaintext")),
            (&mut self.hidden, element.look.is_hidden),
            (&mut self.white, element.look.is_white),
            (&mut self.dark, element.look.may_be_dark),
        ];
        for (state, _) in states.into_iter().filter(|(_, applies)| *applies) {
            *state = if is_begin { *state + 1 } else { state.saturating_sub(1) };
        }
    }

    /// An end tag ends what is open inside its element; one without start tag does nothing.
    fn end(&mut self, name: &str) {
        if name == "p" || name == "br" {
            self.end_paragraph();
        }
        if self.counts.get(name).is_none_or(|count| *count == 0) {
            return;
        }
        while let Some(element) = self.open.pop() {
            let is_it = element.name == name;
            self.close(&element);
            if is_it {
                break;
            }
        }
    }

    fn close(&mut self, element: &Element) {
        if let Some(count) = self.counts.get_mut(&element.name) {
            *count = count.saturating_sub(1);
        }
        match element.name.as_str() {
            "table" => {
                self.end_paragraph();
                self.flow.end_table();
            }
            "td" | "th" | "tr" => self.end_paragraph(),
            name if BLOCKS.contains(&name) => self.end_paragraph(),
            _ => {}
        }
        self.count(element, false);
    }

    /// End tags that may be left out (WHATWG HTML 13.1.2.4): only what is near is looked at.
    fn close_implied(&mut self, name: &str) {
        let ended: &[&str] = match name {
            "li" => &["li", "p"],
            "dt" | "dd" => &["dt", "dd", "p"],
            "td" | "th" => &["td", "th", "p"],
            "tr" => &["tr", "p"],
            "option" => &["option"],
            name if BLOCKS.contains(&name) || name == "table" => &["p"],
            _ => return,
        };
        let stops = ["table", "ul", "ol", "dl", "div", "body", "html", "select", "section", "article"];
        let near = self.open.iter().rev().take(16).take_while(|one| !stops.contains(&one.name.as_str()));
        let found = near.filter(|one| ended.contains(&one.name.as_str())).last().map(|one| one.name.clone());
        if let Some(found) = found {
            self.end(&found);
        }
    }

    fn text(&mut self, text: &str) {
        if self.titles > 0 {
            // A picture in SVG has titles too; the page's comes first.
            if self.found.title.len() < 2_000 {
                self.found.title.push_str(text);
            }
        } else if self.skipped > 0 {
        } else if self.preformatted > 0 {
            self.put(text);
        } else {
            let mut out = String::with_capacity(text.len());
            for c in text.chars() {
                if matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{c}') {
                    if !self.ends_blank {
                        out.push(' ');
                    }
                    self.ends_blank = true;
                } else {
                    out.push(c);
                    self.ends_blank = false;
                }
            }
            if !out.is_empty() {
                let ends_blank = self.ends_blank;
                self.put(&out);
                self.ends_blank = ends_blank;
            }
        }
    }

    fn put(&mut self, text: &str) {
        if self.skipped > 0 {
            return;
        }
        let is_unseen = self.hidden > 0 || (self.white > 0 && self.dark == 0);
        let role = if is_unseen { Role::Hidden } else { Role::Text };
        if !text.trim().is_empty() {
            self.found.hidden += u32::from(is_unseen && !self.was_hidden);
            self.was_hidden = is_unseen;
        }
        self.flow.add(role, text);
        self.ends_blank = text.ends_with(['\n', ' ']);
    }

    fn end_paragraph(&mut self) {
        let is_heading = self.flow.is_heading && self.titles == 0;
        self.flow.is_heading = is_heading;
        self.flow.end_paragraph();
        self.ends_blank = true;
    }

    fn note_remote(&mut self, name: &str, tag: &Tag) {
        let address = match name {
            "img" | "iframe" | "script" | "embed" | "source" | "video" | "audio" | "input" | "frame" => {
                attribute(tag, "src")
            }
            "link" if attribute(tag, "rel").is_some_and(|rel| rel.to_ascii_lowercase().contains("stylesheet")) => {
                attribute(tag, "href")
            }
            "object" => attribute(tag, "data"),
            _ => attribute(tag, "background"),
        };
        let Some(address) = address.map(str::trim) else { return };
        let lower = address.get(..8).unwrap_or(address).to_ascii_lowercase();
        let is_remote = ["http:", "https:", "//", "ftp:", "file:"].iter().any(|start| lower.starts_with(start));
        if is_remote && self.found.remote.len() < MAX_REMOTE && !self.found.remote.iter().any(|one| one == address) {
            self.found.remote.push(address.chars().take(300).collect());
        }
    }
}
