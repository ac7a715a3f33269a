//! Titles and names of people in what a PDF or a picture says about itself: the information dictionary and XMP. Reads
//! no page.

use hayro_syntax::Pdf;
use hayro_syntax::object::{Dict, Stream};
use quick_xml::Reader;
use quick_xml::events::Event;

/// XMP above this size, in bytes, is not read.
const MAX_XMP_BYTES: usize = 4 << 20;

/// Names that are kept, and characters of each.
const MAX_NAMES: usize = 20;
const MAX_NAME_CHARS: usize = 200;

/// What a file says about itself.
#[derive(Default)]
pub struct Properties {
    pub title: Option<String>,
    /// Authors and the like, each once.
    pub names: Vec<String>,
    /// A place on earth is given.
    pub has_place: bool,
}

impl Properties {
    /// Adds a name if it is one and is not there yet.
    pub fn add_name(&mut self, name: &str) {
        let name: String = name.chars().filter(|c| !c.is_control()).take(MAX_NAME_CHARS).collect();
        let name = name.trim();
        let known = self.names.iter().any(|one| one.to_lowercase() == name.to_lowercase());
        if name.chars().any(char::is_alphabetic) && !known && self.names.len() < MAX_NAMES {
            self.names.push(name.into());
        }
    }

    /// One sentence for a person; `None` if no name is given.
    pub fn sentence(&self, what: &str) -> Option<String> {
        let names = self.names.join(", ");
        (!names.is_empty()).then(|| format!("The properties of the {what} name {names}."))
    }
}

/// What a PDF says about itself (ISO 32000-2, 14.3).
pub fn of_pdf(pdf: &Pdf) -> Properties {
    let mut found = Properties::default();
    let metadata = pdf.metadata();
    found.title = metadata.title.as_deref().map(text_string).filter(|title| !title.trim().is_empty());
    if let Some(author) = metadata.author.as_deref() {
        found.add_name(&text_string(author));
    }
    let catalogue: Option<Dict<'_>> = pdf.xref().get(pdf.xref().root_id());
    if let Some(stream) = catalogue.and_then(|catalogue| catalogue.get::<Stream<'_>>("Metadata"))
        && let Ok(xmp) = stream.decoded_data()
    {
        read_xmp(&xmp, &mut found);
    }
    found
}

/// Properties of XMP (ISO 16684-1) that name people; the names of the elements without their prefix.
const NAMING: [&str; 8] =
    ["creator", "Author", "contributor", "Manager", "OwnerName", "CameraOwnerName", "Artist", "AuthorName"];

/// Adds what an XMP packet says.
pub fn read_xmp(xmp: &[u8], found: &mut Properties) {
    if xmp.len() > MAX_XMP_BYTES {
        return;
    }
    let text = match encoding_rs::Encoding::for_bom(xmp) {
        Some((encoding, _)) => encoding.decode(xmp).0,
        None => String::from_utf8_lossy(xmp),
    };
    let mut reader = Reader::from_str(&text);
    let mut path: Vec<String> = Vec::new();
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(start) => {
                read_attributes(&start, found);
                // The depth of a packet is no more than the stack of names; a hostile one only makes it longer.
                path.push(start.local_name().as_ref().to_string());
            }
            Event::Empty(start) => read_attributes(&start, found),
            Event::End(_) => {
                path.pop();
            }
            Event::Text(text) => {
                let text = text.to_string();
                let property = path.iter().rev().find(|name| !matches!(name.as_str(), "li" | "Seq" | "Alt" | "Bag"));
                if let Some(property) = property {
                    put(property, &text, found);
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
}

fn read_attributes(start: &quick_xml::events::BytesStart<'_>, found: &mut Properties) {
    for attribute in start.attributes().flatten() {
        let name = attribute.key.local_name().as_ref().to_string();
        put(&name, &attribute.value, found);
    }
}

fn put(property: &str, text: &str, found: &mut Properties) {
    if text.trim().is_empty() {
        return;
    }
    if NAMING.contains(&property) {
        found.add_name(text);
    } else if property == "title" && found.title.is_none() {
        found.title = Some(text.trim().into());
    } else if property == "GPSLatitude" {
        found.has_place = true;
    }
}

/// A text string of PDF (ISO 32000-2, 7.9.2.2): UTF-16 or UTF-8 by its mark, else close to Latin-1.
pub fn text_string(bytes: &[u8]) -> String {
    let text = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding.decode(bytes).0,
        None => encoding_rs::WINDOWS_1252.decode(bytes).0,
    };
    // Escapes that name a language (7.9.2.2, note 2) are no text.
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_string();
    parts.enumerate().fold(first, |all, (at, part)| if at % 2 == 1 { all + part } else { all })
}
