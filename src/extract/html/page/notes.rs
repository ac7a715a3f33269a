//! What elements of a page bring beside their text: sheets, scripts, addresses elsewhere. Puts no words anywhere.

use super::super::data_url;
use super::super::elements::attribute;
use super::State;
use html5ever::tokenizer::Tag;

/// Most addresses that are noted.
const MAX_REMOTE: usize = 1_000;

impl State<'_> {
    pub(super) fn note_sheet(&mut self, name: &str, tag: &Tag) {
        let is_css = attribute(tag, "type")
            .is_none_or(|kind| kind.trim().is_empty() || kind.trim().eq_ignore_ascii_case("text/css"));
        let media = attribute(tag, "media").unwrap_or_default();
        if name == "style" {
            self.sheet = (is_css && self.tree.count("template") == 0).then(|| media.to_string());
        } else if name == "link" && is_sheet(tag) {
            match attribute(tag, "href").and_then(|address| data_url::text(address, "text/css")) {
                Some(text) => self.sheets.add(&text, media),
                None => self.sheets.lacks = true,
            }
        }
    }

    pub(super) fn note_scripts(&mut self, name: &str, tag: &Tag) {
        let is_script = name == "script"
            && attribute(tag, "type").is_none_or(|kind| {
                let kind = kind.trim().to_ascii_lowercase();
                kind.is_empty() || kind == "module" || kind.contains("javascript") || kind.contains("ecmascript")
            });
        let is_handler = tag.attrs.iter().any(|one| {
            one.name.local.starts_with("on")
                || (&*one.name.local == "href"
                    && one.value.trim_start().get(..11).is_some_and(|start| start.eq_ignore_ascii_case("javascript:")))
        });
        self.found.scripts += u32::from(is_script || is_handler);
    }

    pub(super) fn note_remote(&mut self, name: &str, tag: &Tag) {
        let address = match name {
            "img" | "iframe" | "script" | "embed" | "source" | "video" | "audio" | "input" | "frame" => {
                attribute(tag, "src")
            }
            "link" if is_sheet(tag) => attribute(tag, "href"),
            "object" => attribute(tag, "data"),
            _ => attribute(tag, "background"),
        };
        if let Some(address) = address {
            note(&mut self.found.remote, address);
        }
    }
}

/// A link to a style sheet that is used.
fn is_sheet(tag: &Tag) -> bool {
    attribute(tag, "rel").is_some_and(|rel| {
        let rel = rel.to_ascii_lowercase();
        rel.contains("stylesheet") && !rel.contains("alternate")
    })
}

/// Notes an address elsewhere.
pub fn note(remote: &mut Vec<String>, address: &str) {
    let address = address.trim();
    let lower = address.get(..8).unwrap_or(address).to_ascii_lowercase();
    let is_remote = ["http:", "https:", "//", "ftp:", "file:"].iter().any(|start| lower.starts_with(start));
    if is_remote && remote.len() < MAX_REMOTE && !remote.iter().any(|one| one == address) {
        remote.push(address.chars().take(300).collect());
    }
}
