//! What annotations say: remarks of readers, and values of form fields that their appearance does not show. Draws none.

use super::properties::text_string;
use crate::domain::{Finding, FindingCode};
use hayro_interpret::kurbo::Rect;
use hayro_syntax::object::{Array, Dict, Name, Object, Stream, String as PdfString};
use hayro_syntax::page::Page;
use std::collections::BTreeSet;

/// Annotations of one page that are read, and bytes of text of one.
const MAX_ANNOTATIONS: usize = 5_000;
const MAX_TEXT_BYTES: usize = 200_000;

/// Levels between a widget and the field that has its value (ISO 32000-2, 12.7.4.1).
const MAX_PARENTS: usize = 10;

/// Authors of remarks that are named.
const SHOWN_AUTHORS: usize = 5;

/// The annotations that are remarks; the words of others are on the page, or are no remarks.
const REMARKS: [&[u8]; 14] = [
    b"Text",
    b"Highlight",
    b"Underline",
    b"Squiggly",
    b"StrikeOut",
    b"Caret",
    b"Ink",
    b"Line",
    b"Square",
    b"Circle",
    b"Polygon",
    b"PolyLine",
    b"Stamp",
    b"Redact",
];

/// Remarks and their authors over all pages.
#[derive(Default)]
pub struct Remarks {
    count: usize,
    authors: BTreeSet<String>,
}

/// What the annotations of one page say.
#[derive(Default)]
pub struct Said {
    pub remarks: Vec<String>,
    /// Values of form fields.
    pub values: Vec<String>,
}

impl Remarks {
    /// Reads the annotations of a page; `each` is called with every one.
    pub fn of_page(&mut self, page: &Page<'_>, mut each: impl FnMut(&Dict<'_>)) -> Said {
        let mut said = Said::default();
        let Some(annotations) = page.raw().get::<Array<'_>>("Annots") else { return said };
        for annotation in annotations.iter::<Dict<'_>>().take(MAX_ANNOTATIONS) {
            each(&annotation);
            let Some(kind) = annotation.get::<Name<'_>>("Subtype") else { continue };
            if kind.as_ref() == b"Widget" {
                said.values.extend(value_of(&annotation));
                continue;
            }
            let hidden = annotation.get::<u32>("F").unwrap_or(0) & 0b10_0010 != 0;
            let free_text = kind.as_ref() == b"FreeText";
            let drawn = annotation.get::<Dict<'_>>("AP").is_some_and(|dict| dict.contains_key("N"));
            let Some(text) = text_of(&annotation, "Contents") else { continue };
            if free_text && !hidden {
                // What was typed onto the page is text of the page.
                if !drawn {
                    said.values.push(text);
                }
            } else if free_text || REMARKS.contains(&kind.as_ref()) {
                self.count += 1;
                if let Some(author) = text_of(&annotation, "T") {
                    self.authors.insert(author.chars().filter(|c| !c.is_control()).take(80).collect());
                }
                said.remarks.push(text);
            }
        }
        said
    }

    /// One sentence with count and authors, if there are any.
    pub fn finding(&self) -> Option<Finding> {
        let what = match self.count {
            0 => return None,
            1 => "1 comment".into(),
            n => format!("{n} comments"),
        };
        let authors: Vec<&str> = self.authors.iter().take(SHOWN_AUTHORS).map(String::as_str).collect();
        let more = if self.authors.len() > SHOWN_AUTHORS { " and others" } else { "" };
        let by = if authors.is_empty() { String::new() } else { format!(" by {}{more}", authors.join(", ")) };
        Some(Finding::new(FindingCode::Comments, format!("{what}{by} in the PDF.")))
    }
}

/// Places that annotations without an appearance of their own cover in viewers that draw one for them, or will cover once
/// they are applied (ISO 32000-2, 12.5.6.8 and 12.5.6.23).
pub fn undrawn_covers(page: &Page<'_>) -> Vec<Rect> {
    let Some(annotations) = page.raw().get::<Array<'_>>("Annots") else { return Vec::new() };
    let covers = annotations.iter::<Dict<'_>>().take(MAX_ANNOTATIONS).filter_map(|annotation| {
        let kind = annotation.get::<Name<'_>>("Subtype")?;
        let is_filled = |key| annotation.get::<Array<'_>>(key).is_some_and(|colour| colour.raw_iter().next().is_some());
        let covers = match kind.as_ref() {
            b"Redact" => true,
            b"Square" | b"Circle" | b"Polygon" => is_filled("IC"),
            b"Highlight" => is_dark(&annotation),
            _ => false,
        };
        let is_drawn = annotation.get::<Dict<'_>>("AP").is_some_and(|dict| dict.contains_key("N"));
        let is_shown = annotation.get::<u32>("F").unwrap_or(0) & 0b10_0010 == 0;
        if !covers || !is_shown || (is_drawn && kind.as_ref() != b"Redact") {
            return None;
        }
        let sides: Vec<f64> = annotation.get::<Array<'_>>("Rect")?.iter::<f64>().take(4).collect();
        let [x0, y0, x1, y1] = sides[..] else { return None };
        Some(Rect::new(x0.min(x1), y0.min(y1), x0.max(x1), y0.max(y1)))
    });
    covers.collect()
}

/// Its colour (`C`) is nearly black; a bright marker hides nothing.
fn is_dark(annotation: &Dict<'_>) -> bool {
    let Some(colour) = annotation.get::<Array<'_>>("C") else { return false };
    let parts: Vec<f64> = colour.iter::<f64>().take(4).collect();
    match parts[..] {
        [_] | [_, _, _] => parts.iter().all(|part| *part < 0.25),
        [.., key] => key > 0.75,
        [] => false,
    }
}

fn text_of(dict: &Dict<'_>, key: &str) -> Option<String> {
    let text = dict.get::<PdfString<'_>>(key)?;
    let bytes = text.as_bytes();
    let text = text_string(&bytes[..bytes.len().min(MAX_TEXT_BYTES)]).replace('\r', "\n");
    (!text.trim().is_empty()).then(|| text.trim().to_string())
}

/// The text in a form field: its own or its parent's value; no value of buttons and signatures.
fn value_of(widget: &Dict<'_>) -> Option<String> {
    let hidden = widget.get::<u32>("F").unwrap_or(0) & 0b10_0010 != 0;
    let (mut field, mut kind, mut value) = (Some(widget.clone()), None, None);
    for _ in 0..MAX_PARENTS {
        let Some(one) = field else { break };
        kind = kind.or_else(|| one.get::<Name<'_>>("FT"));
        value = value.or_else(|| one.get::<Object<'_>>("V"));
        field = one.get::<Dict<'_>>("Parent");
    }
    if hidden || !matches!(kind?.as_ref(), b"Tx" | b"Ch") {
        return None;
    }
    let text = match value? {
        Object::String(text) => text_string(&text.as_bytes()[..text.as_bytes().len().min(MAX_TEXT_BYTES)]),
        Object::Stream(stream) => stream_text(&stream)?,
        Object::Array(all) => {
            let texts = all.iter::<PdfString<'_>>().map(|text| text_string(text.as_bytes()));
            texts.take(100).collect::<Vec<_>>().join("\n")
        }
        _ => return None,
    };
    let text = text.replace('\r', "\n");
    (!text.trim().is_empty()).then(|| text.trim().to_string())
}

fn stream_text(stream: &Stream<'_>) -> Option<String> {
    let data = stream.decoded_data().ok()?;
    Some(text_string(&data[..data.len().min(MAX_TEXT_BYTES)]))
}
