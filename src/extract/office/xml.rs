//! Walks XML from front to back with the names without prefixes. Expands no entity of a document, follows no reference,
//! and calls nothing recursively.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Deeper than any office program nests; what is deeper is not read.
const MAX_DEPTH: usize = 2_000;

/// An element that begins.
pub(crate) struct Element<'a> {
    start: BytesStart<'a>,
}

impl Element<'_> {
    /// Its name without prefix.
    pub fn name(&self) -> String {
        local(self.start.name().as_ref()).to_string()
    }

    /// The value of an attribute, by its name without prefix.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let found = self.start.attributes().with_checks(false).flatten().find(|one| local(one.key.as_ref()) == name)?;
        Some(match quick_xml::escape::unescape(&found.value) {
            Ok(value) => value.into_owned(),
            Err(_) => found.value.into_owned(),
        })
    }

    /// The relation that it names: the attribute `id` with a prefix, beside one without.
    pub fn relation(&self) -> Option<String> {
        let is_relation = |key: &str| key != "id" && local(key) == "id";
        let found = self.start.attributes().with_checks(false).flatten().find(|one| is_relation(one.key.as_ref()))?;
        Some(found.value.into_owned())
    }

    /// Whether a switch attribute is on: there without value, or not false (ECMA-376 part 1, 17.17.4).
    pub fn is_on(&self, name: &str) -> bool {
        self.attribute(name).is_none_or(|value| !matches!(value.as_str(), "0" | "false" | "off" | "none"))
    }
}

/// What is told about the elements of a walk.
pub(crate) trait Visitor {
    /// An element begins; empty ones end at once.
    fn open(&mut self, name: &str, element: &Element<'_>);
    /// The innermost open element ends.
    fn close(&mut self, name: &str);
    /// Text inside it.
    fn text(&mut self, text: &str);
}

/// Walks an XML text.
///
/// # Errors
/// Where it breaks off; what came before was told.
pub(crate) fn walk(xml: &str, visitor: &mut impl Visitor) -> Result<(), String> {
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut open: Vec<String> = Vec::new();
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                close_all(visitor, &mut open);
                return Err(error.to_string());
            }
        };
        match event {
            Event::Eof => break,
            Event::Start(start) => {
                if open.len() >= MAX_DEPTH {
                    close_all(visitor, &mut open);
                    return Err("it nests deeper than any office program writes".into());
                }
                let element = Element { start };
                let name = element.name();
                visitor.open(&name, &element);
                open.push(name);
            }
            Event::Empty(start) => {
                let element = Element { start };
                let name = element.name();
                visitor.open(&name, &element);
                visitor.close(&name);
            }
            Event::End(end) => close(visitor, &mut open, local(end.name().as_ref())),
            Event::Text(text) => visitor.text(&text),
            Event::CData(text) => visitor.text(&text),
            Event::GeneralRef(name) => visitor.text(&reference(&name)),
            _ => {}
        }
    }
    let whole = open.is_empty();
    close_all(visitor, &mut open);
    if whole { Ok(()) } else { Err("it ends too early".into()) }
}

/// An end tag closes what is open within it; one that fits nothing is left out.
fn close(visitor: &mut impl Visitor, open: &mut Vec<String>, name: &str) {
    let Some(at) = open.iter().rposition(|one| one == name) else { return };
    while open.len() > at {
        if let Some(inner) = open.pop() {
            visitor.close(&inner);
        }
    }
}

fn close_all(visitor: &mut impl Visitor, open: &mut Vec<String>) {
    while let Some(name) = open.pop() {
        visitor.close(&name);
    }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Entities: the five of XML and characters by number; a document's own are left as a blank (no expansion bombs).
pub(crate) fn reference(name: &str) -> String {
    let number =
        name.strip_prefix("#x").map(|hex| u32::from_str_radix(hex, 16)).or(name.strip_prefix('#').map(str::parse));
    match (name, number) {
        ("amp", _) => "&".into(),
        ("lt", _) => "<".into(),
        ("gt", _) => ">".into(),
        ("quot", _) => "\"".into(),
        ("apos", _) => "'".into(),
        ("nbsp", _) => "\u{a0}".into(),
        (_, Some(Ok(code))) => char::from_u32(code).map(String::from).unwrap_or_default(),
        _ => " ".into(),
    }
}

/// The characters of an XML file: UTF-8, or UTF-16 by its mark or its pattern (XML 1.0 appendix F).
pub(crate) fn decode(bytes: Vec<u8>) -> String {
    let wide = match bytes.get(..2) {
        Some([0xff, 0xfe] | [b'<', 0]) => Some(encoding_rs::UTF_16LE),
        Some([0xfe, 0xff] | [0, b'<']) => Some(encoding_rs::UTF_16BE),
        _ => None,
    };
    if let Some(encoding) = wide {
        return encoding.decode(&bytes).0.into_owned();
    }
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => declared(error.as_bytes()),
    }
}

fn declared(bytes: &[u8]) -> String {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).to_ascii_lowercase();
    let label = head.split("encoding=").nth(1).and_then(|rest| rest.get(1..)?.split(['"', '\'']).next());
    match label.and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes())) {
        Some(encoding) => encoding.decode(bytes).0.into_owned(),
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Finds the texts of simple elements: each with its name without prefix, in order.
pub(crate) fn leaves(xml: &str) -> Vec<(String, String)> {
    struct Leaves {
        open: Vec<String>,
        found: Vec<(String, String)>,
        text: String,
    }
    impl Visitor for Leaves {
        fn open(&mut self, name: &str, _: &Element<'_>) {
            self.open.push(name.to_string());
            self.text.clear();
        }
        fn close(&mut self, name: &str) {
            self.open.pop();
            let text = std::mem::take(&mut self.text);
            if !text.trim().is_empty() && self.found.len() < 10_000 {
                self.found.push((name.to_string(), text.trim().to_string()));
            }
        }
        fn text(&mut self, text: &str) {
            self.text.push_str(text);
        }
    }
    let mut leaves = Leaves { open: Vec::new(), found: Vec::new(), text: String::new() };
    let _ = walk(xml, &mut leaves);
    leaves.found
}
