//! Words that stand in attributes, frames and the plain copy of a page. Decides nothing about what is seen.

use super::super::elements::{attribute, is_block};
use super::State;
use super::notes::note;
use crate::domain::extraction::Role;
use crate::extract::story::Block;
use html5ever::tokenizer::Tag;

impl State<'_> {
    /// What stands in a field of a form.
    pub(super) fn put_value(&mut self, tag: &Tag) {
        let kind = attribute(tag, "type").unwrap_or_default().trim().to_ascii_lowercase();
        let has_no_words =
            ["hidden", "password", "checkbox", "radio", "file", "color", "range", "image"].contains(&kind.as_str());
        if let (Some(value), false) = (attribute(tag, "value"), has_no_words) {
            self.text(" ");
            self.text(value);
            self.text(" ");
        }
    }

    /// Puts a page within the page in its place. `is_unseen`: no browser shows it.
    pub(super) fn take_in(&mut self, text: &str, is_unseen: bool) {
        self.end_paragraph();
        let Some(inner) = (self.inner)(text) else {
            self.found.doubtful += 1;
            return;
        };
        let (look, _) = self.tree.looks();
        let is_unseen = is_unseen || !look.is_seen();
        if is_unseen {
            self.found.hidden += u32::from(!inner.blocks.is_empty());
        } else {
            self.found.hidden += inner.hidden;
            self.found.not_in_print += inner.not_in_print;
            self.found.generated += inner.generated;
            self.found.doubtful += inner.doubtful;
        }
        self.found.scripts += inner.scripts;
        inner.remote.into_iter().for_each(|address| note(&mut self.found.remote, &address));
        let role_of = |role| if is_unseen { Role::Hidden } else { role };
        for block in inner.blocks {
            let (lines, asides) = match block {
                Block::Paragraph { text, asides, .. } => (vec![text], asides),
                Block::Table { rows, asides } => (
                    rows.iter()
                        .map(|row| row.iter().map(|cell| cell.join(" ")).collect::<Vec<_>>().join(" "))
                        .collect(),
                    asides,
                ),
            };
            for line in lines {
                if let (Some(copy), false) = (&mut self.found.copy, is_unseen) {
                    copy.push_str("<div>");
                    escape(&line, copy);
                    copy.push_str("</div>");
                }
                self.flow.add(role_of(Role::Text), &line);
                self.end_paragraph();
            }
            for (role, text) in asides {
                self.flow.aside(role_of(role), text);
            }
        }
        self.end_paragraph();
    }

    pub(super) fn copy_start(&mut self, name: &str, tag: &Tag) {
        let is_seen = self.tree.looks().0.is_seen();
        let (Some(copy), Some(plain)) = (&mut self.found.copy, plain_name(name)) else { return };
        if name != "img" {
            copy.extend(["<", plain, ">"]);
            return;
        }
        // Mail programs show the words in place of a picture that they do not load; of others they are not seen.
        let is_loaded = attribute(tag, "src").is_some_and(|src| {
            let start = src.trim_start().get(..5).unwrap_or_default().to_ascii_lowercase();
            start.starts_with("cid:") || start == "data:"
        });
        if let (Some(words), true, false) = (attribute(tag, "alt"), is_seen, is_loaded) {
            copy.push_str("<img src='p' alt='");
            escape(words, copy);
            copy.push_str("'>");
        }
    }
}

/// What an element becomes in a copy; nothing for what stands in a line.
pub(super) fn plain_name(name: &str) -> Option<&str> {
    match name {
        "html" | "body" | "head" => None,
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "li" | "dl" | "dt" | "dd" | "blockquote"
        | "pre" | "table" | "tr" | "td" | "th" | "br" | "hr" | "img" | "sup" => Some(name),
        "tbody" | "thead" | "tfoot" => None,
        name if is_block(name) => Some("div"),
        _ => None,
    }
}

pub(super) fn escape(text: &str, into: &mut String) {
    for c in text.chars() {
        match c {
            '<' => into.push_str("&lt;"),
            '&' => into.push_str("&amp;"),
            '\'' => into.push_str("&#39;"),
            _ => into.push(c),
        }
    }
}
