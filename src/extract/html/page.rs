//! The tokens of an HTML page as blocks of text. Keeps a list of open elements, but no tree.

mod inserts;
mod notes;

use super::css::Sheets;
use super::data_url;
use super::elements::{
    attribute, ends_foreign, is_block, is_formatting, is_marker, is_of_head, is_of_table, is_skipped, is_void,
};
use super::tree::{Element, Tree};
use crate::domain::extraction::Role;
use crate::extract::flow::Flow;
use crate::extract::story::Block;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult};
use inserts::{escape, plain_name};
pub(super) use notes::note;
use std::cell::RefCell;

/// What came out of a page.
#[derive(Default)]
pub(super) struct Found {
    pub title: String,
    pub blocks: Vec<Block>,
    /// Passages that a reader does not see.
    pub hidden: u32,
    /// Passages that are seen on the screen only.
    pub not_in_print: u32,
    /// Passages, rules and other things of which it is not known whether they are seen, or hide something.
    pub doubtful: u32,
    /// Elements before or after which the style sheet shows words.
    pub generated: u32,
    pub scripts: u32,
    /// What is seen, as plain HTML without any styles, where it was asked for.
    pub copy: Option<String>,
    /// Addresses that are fetched when the page is shown.
    pub remote: Vec<String>,
}

/// Reads a page within the page; given with its text.
pub(super) type Inner<'f> = &'f dyn Fn(&str) -> Option<Found>;

/// The page, as the tokenizer tells it.
pub(super) struct Page<'f>(RefCell<State<'f>>);

struct State<'f> {
    found: Found,
    flow: Flow,
    tree: Tree,
    sheets: Sheets,
    inner: Inner<'f>,
    /// The page begins as XML does: what closes itself is closed.
    is_xml: bool,
    has_body: bool,
    /// The media of the style sheet that is open.
    sheet: Option<String>,
    /// The text of a sheet, or of what is shown without scripts only.
    raw: String,
    skipped: usize,
    titles: usize,
    ends_blank: bool,
    was_hidden: bool,
    was_not_in_print: bool,
    was_doubtful: bool,
    /// Characters since the last link within the page began.
    since_link: usize,
}

impl<'f> Page<'f> {
    /// A page that is read with the tree that a survey left, or surveyed.
    pub fn new(tree: Tree, is_xml: bool, inner: Inner<'f>) -> Self {
        Self(RefCell::new(State {
            found: Found::default(),
            flow: Flow::default(),
            tree,
            sheets: Sheets::default(),
            inner,
            is_xml,
            has_body: false,
            sheet: None,
            raw: String::new(),
            skipped: 0,
            titles: 0,
            ends_blank: true,
            was_hidden: false,
            was_not_in_print: false,
            was_doubtful: false,
            since_link: 0,
        }))
    }

    /// What the survey of a page found: its style sheets, and how many children each element has.
    pub fn surveyed(self) -> (Sheets, Vec<u32>) {
        let state = self.0.into_inner();
        (state.sheets, state.tree.children)
    }

    /// What was found, once the page has ended.
    pub fn finish(self) -> Found {
        let mut state = self.0.into_inner();
        let mut found = std::mem::take(&mut state.found);
        // Sheets that are not in the file are no doubt: whoever reads the file alone has them neither, and those that are
        // fetched from elsewhere are told as such.
        found.doubtful += u32::from(state.tree.is_too_deep) + u32::from(state.tree.cascade.is_exhausted());
        found.blocks = state.flow.finish();
        found.title = found.title.split_whitespace().collect::<Vec<_>>().join(" ");
        found
    }
}

impl<'f> Page<'f> {
    /// The same, and what is seen is copied as plain HTML.
    pub fn copied(self) -> Self {
        self.0.borrow_mut().found.copy = Some(String::new());
        self
    }
}

impl TokenSink for Page<'_> {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut state = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => state.text(&text),
            Token::TagToken(tag) => match tag.kind {
                TagKind::StartTag => return state.start(&tag),
                TagKind::EndTag => state.end(&tag.name),
            },
            _ => {}
        }
        TokenSinkResult::Continue
    }

    /// `CDATA` sections are text in SVG and MathML, and comments elsewhere.
    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.0.borrow().is_foreign()
    }
}

impl State<'_> {
    /// Within a picture in SVG or a formula, where HTML's rules for raw text do not hold.
    fn is_foreign(&self) -> bool {
        let count = |name| self.tree.count(name);
        count("svg") + count("math") > 0 && count("foreignobject") == 0
    }

    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name = &*tag.name;
        if self.is_foreign() && ends_foreign(name) && self.tree.count("desc") + self.tree.count("title") == 0 {
            self.end("svg");
            self.end("math");
        }
        self.begin_parts(name);
        self.close_implied(name);
        let is_again = (name == "html" && !self.tree.open.is_empty() && self.tree.count("html") > 0)
            || (name == "body" && self.has_body)
            || (name == "head" && (self.has_body || self.tree.count("head") > 0));
        if is_again {
            // Its attributes are added to the first one's.
            let adds =
                ["style", "hidden", "class", "id", "text", "bgcolor"].iter().any(|one| attribute(tag, one).is_some());
            self.found.doubtful += u32::from(adds);
            return TokenSinkResult::Continue;
        }
        if is_of_table(name) && self.tree.count("table") + self.tree.count("template") == 0 {
            return TokenSinkResult::Continue;
        }
        if self.has_body && !is_block(name) && !is_of_table(name) && !is_of_head(name) && name != "table" {
            self.tree.reopen();
        }
        // No link stands in a link, no button in a button.
        if matches!(name, "a" | "button" | "nobr") {
            self.end(name);
        }
        self.lay_out(name, tag);
        let is_raw = matches!(
            name,
            "title" | "textarea" | "style" | "xmp" | "iframe" | "noembed" | "noframes" | "noscript" | "script"
        );
        let ends_itself =
            tag.self_closing && (self.is_foreign() || name == "svg" || name == "math" || (self.is_xml && is_raw));
        if self.tree.push(name, Some(tag)) {
            self.copy_start(name, tag);
            self.opened(name, tag);
            if is_void(name) || ends_itself {
                self.close_innermost(false);
            }
        }
        if ends_itself || self.is_foreign() {
            return TokenSinkResult::Continue;
        }
        match name {
            "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "plaintext" => TokenSinkResult::Plaintext,
            _ if is_raw => TokenSinkResult::RawData(RawKind::Rawtext),
            _ => TokenSinkResult::Continue,
        }
    }

    /// The elements `html` and `body`, whose tags may be left out; a head that was left open ends.
    fn begin_parts(&mut self, name: &str) {
        if self.tree.open.is_empty() && name != "html" {
            self.tree.push("html", None);
        }
        if self.has_body || self.tree.count("template") > 0 || (is_of_head(name) && name != "body") {
            return;
        }
        self.end("head");
        if name != "frameset" && name != "frame" && name != "body" {
            self.has_body = true;
            self.tree.push("body", None);
        }
    }

    /// What a start tag does to the lines and tables around it.
    fn lay_out(&mut self, name: &str, tag: &Tag) {
        match name {
            "br" => self.put("\n"),
            // The mark of a note must not become part of the word before it.
            "sup" | "a" if self.is_note_mark(name, tag) => self.put(" "),
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
            "body" => {
                self.has_body = true;
                self.end_paragraph();
            }
            name if is_block(name) => self.end_paragraph(),
            _ => {}
        }
        if matches!(name, "h1" | "h2" | "h3") {
            self.flow.is_heading = true;
        }
    }

    /// What an element itself brings, once it is open.
    fn opened(&mut self, name: &str, tag: &Tag) {
        let leads_to_note = name == "a" && attribute(tag, "href").is_some_and(|target| target.starts_with('#'));
        if leads_to_note {
            self.since_link = 0;
            if let Some(element) = self.tree.open.last_mut() {
                element.leads_to_note = true;
            }
        }
        let in_svg = self.tree.count("svg") > 0;
        self.skipped += usize::from(is_skipped(name) || (in_svg && is_untold(name)));
        self.titles += usize::from(name == "title" && !in_svg);
        if self.tree.is_survey {
            self.note_sheet(name, tag);
            return;
        }
        self.note_remote(name, tag);
        self.note_scripts(name, tag);
        if self.tree.open.last().is_some_and(|element| element.shows_words && element.look.is_seen()) {
            self.found.generated += 1;
        }
        match name {
            "input" => self.put_value(tag),
            // Its label is shown, not its content.
            "option" | "optgroup" => {
                if let Some(label) = attribute(tag, "label").filter(|label| !label.trim().is_empty()) {
                    self.text(label);
                    self.end_paragraph();
                    if let (Some(element), "option") = (self.tree.open.last_mut(), name) {
                        element.look = element.look.gone();
                    }
                }
            }
            "iframe" => {
                let shown = attribute(tag, "srcdoc").map(String::from);
                let shown = shown.or_else(|| data_url::text(attribute(tag, "src")?, "text/html"));
                if let Some(text) = shown {
                    self.take_in(&text, false);
                }
            }
            "template" if attribute(tag, "shadowrootmode").is_some() => self.found.doubtful += 1,
            _ => {}
        }
    }

    fn is_note_mark(&self, name: &str, tag: &Tag) -> bool {
        let Some(outer) = self.tree.open.last() else { return false };
        match name {
            "sup" => outer.leads_to_note,
            _ => outer.name() == "sup" && attribute(tag, "href").is_some_and(|target| target.starts_with('#')),
        }
    }

    /// An end tag ends what is open inside its element; one without start tag does nothing. What follows the end of the
    /// body belongs to it (WHATWG HTML 13.2.6.4.19).
    fn end(&mut self, name: &str) {
        if name == "p" || name == "br" {
            self.end_paragraph();
        }
        if matches!(name, "html" | "body") {
            return;
        }
        let Some(place) = self.tree.ended_by(name) else {
            self.tree.forget(name);
            return;
        };
        if is_formatting(name) && self.tree.end_around_others(place) {
            return;
        }
        // What goes on after a cell or the like is none of what was in it.
        let goes_on = !is_marker(name) && !is_of_table(name);
        let pending = self.tree.pending();
        while self.tree.open.len() > place + 1 {
            self.close_innermost(goes_on);
        }
        self.tree.order_pending(pending);
        self.close_innermost(false);
    }

    fn close_innermost(&mut self, goes_on: bool) {
        match self.tree.open.last().map(Element::name) {
            Some("noscript" | "noframes" | "noembed") => {
                let text = std::mem::take(&mut self.raw);
                if !self.tree.is_survey {
                    self.take_in(&text, true);
                }
            }
            Some("style") => {
                let text = std::mem::take(&mut self.raw);
                if let Some(media) = self.sheet.take() {
                    self.sheets.add(&text, &media);
                }
            }
            _ => {}
        }
        let Some(element) = self.tree.open.last() else { return };
        let name = element.name();
        match name {
            "table" => {
                self.end_paragraph();
                self.flow.end_table();
            }
            "td" | "th" | "tr" => self.end_paragraph(),
            // The mark before a note, linked back to its place.
            "a" if element.leads_to_note && (1..=4).contains(&self.since_link) => self.put(" "),
            name if is_block(name) => self.end_paragraph(),
            _ => {}
        }
        let Some(element) = self.tree.pop(goes_on) else { return };
        let name = element.name();
        if let (Some(copy), Some(plain)) = (&mut self.found.copy, plain_name(name).filter(|_| !is_void(name))) {
            copy.extend(["</", plain, ">"]);
        }
        let in_svg = self.tree.count("svg") > 0;
        if is_skipped(name) || (in_svg && is_untold(name)) {
            self.skipped = self.skipped.saturating_sub(1);
        }
        if name == "title" && !in_svg {
            self.titles = self.titles.saturating_sub(1);
        }
    }

    /// End tags that may be left out (WHATWG HTML 13.1.2.4): only what is near is looked at.
    fn close_implied(&mut self, name: &str) {
        let ended: &[&str] = match name {
            "li" => &["li", "p"],
            "dt" | "dd" => &["dt", "dd", "p"],
            "td" | "th" => &["td", "th", "p"],
            "tr" => &["tr", "p"],
            "option" | "optgroup" => &["option"],
            "text" => return,
            name if is_block(name) || name == "table" => &["p"],
            _ => return,
        };
        let stops = ["table", "ul", "ol", "dl", "div", "body", "html", "select", "section", "article"];
        let near = self.tree.open.iter().rev().take(16).take_while(|one| !stops.contains(&one.name()));
        let found = near.filter(|one| ended.contains(&one.name())).last().map(|one| one.name().to_string());
        if let Some(found) = found {
            self.end(&found);
        }
    }

    fn text(&mut self, text: &str) {
        let innermost = self.tree.open.last().map_or("", Element::name);
        if matches!(innermost, "style" | "noscript" | "noframes" | "noembed") {
            self.raw.push_str(text);
            return;
        }
        if matches!(innermost, "" | "html" | "head") && !text.trim().is_empty() {
            self.begin_parts("");
        }
        if self.tree.pending() > 0 && self.has_body && self.titles == 0 && self.skipped == 0 && !text.trim().is_empty()
        {
            self.tree.reopen();
        }
        if self.titles > 0 {
            if self.found.title.len() < 2_000 {
                self.found.title.push_str(text);
            }
        } else if self.is_untold() {
        } else if ["pre", "textarea", "xmp", "plaintext"].iter().any(|name| self.tree.count(name) > 0) {
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

    /// In what is no text, or between the shapes of a picture.
    fn is_untold(&self) -> bool {
        let count = |name| self.tree.count(name);
        self.tree.is_survey || self.skipped > 0 || (count("svg") > 0 && count("text") + count("foreignobject") == 0)
    }

    fn put(&mut self, text: &str) {
        if self.is_untold() {
            return;
        }
        self.since_link += text.chars().count();
        let (look, print) = self.tree.looks();
        let is_seen = look.is_seen();
        if !text.trim().is_empty() {
            let not_in_print = is_seen && !print.is_seen();
            let is_doubtful = is_seen && look.is_doubtful;
            self.found.hidden += u32::from(!is_seen && !self.was_hidden);
            self.found.not_in_print += u32::from(not_in_print && !self.was_not_in_print);
            self.found.doubtful += u32::from(is_doubtful && !self.was_doubtful);
            (self.was_hidden, self.was_not_in_print, self.was_doubtful) = (!is_seen, not_in_print, is_doubtful);
        }
        if let (Some(copy), true) = (&mut self.found.copy, is_seen) {
            escape(text, copy);
        }
        self.flow.add(if is_seen { Role::Text } else { Role::Hidden }, text);
        self.ends_blank = text.ends_with(['\n', ' ']);
    }

    fn end_paragraph(&mut self) {
        let is_heading = self.flow.is_heading && self.titles == 0;
        self.flow.is_heading = is_heading;
        self.flow.end_paragraph();
        self.ends_blank = true;
    }
}

/// What tells of a picture in SVG without being drawn.
fn is_untold(name: &str) -> bool {
    matches!(name, "title" | "desc" | "metadata")
}
