//! DOCX, PPTX and ODT: the words of their XML, in order. Never trusts a size that an archive declares; leaves out what
//! was deleted under change tracking.

use super::Read;
use crate::domain::extraction::{Segment, SegmentKind};
use quick_xml::Reader;
use quick_xml::events::Event;
use std::io::{Cursor, Read as _};

/// Most XML that is read of one file, in bytes, whatever the archive declares.
const MAX_XML_BYTES: u64 = 64 << 20;

/// Paragraphs of one segment: evidence can name a place that a person finds.
const PARAGRAPHS_OF_A_SEGMENT: usize = 40;

type Archive<'a> = zip::ZipArchive<Cursor<&'a [u8]>>;

fn open(bytes: &[u8]) -> Result<Archive<'_>, Read> {
    zip::ZipArchive::new(Cursor::new(bytes))
        .map_err(|error| Read::unreadable(format!("the file is damaged: its archive cannot be opened ({error})")))
}

/// The text of an entry; what is left of the budget is the most that is unpacked.
fn entry(archive: &mut Archive<'_>, name: &str, budget: &mut u64) -> Result<Option<String>, Read> {
    let Ok(file) = archive.by_name(name) else { return Ok(None) };
    let mut bytes = Vec::new();
    let read = file.take(*budget + 1).read_to_end(&mut bytes);
    if bytes.len() as u64 > *budget {
        return Err(Read::unreadable(format!("it unpacks to more than {} MB", MAX_XML_BYTES >> 20)));
    }
    *budget -= bytes.len() as u64;
    match read {
        Ok(_) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) => Err(Read::unreadable(format!("the file is damaged: {error}"))),
    }
}

/// How a format names what matters; local names, without prefix.
struct Words {
    /// Elements whose text counts.
    text: &'static [&'static str],
    /// Elements that end a line.
    block: &'static [&'static str],
    /// Elements with everything in them left out: what was deleted, and what is no text.
    skip: &'static [&'static str],
    /// Empty elements that stand for a character.
    signs: &'static [(&'static str, &'static str)],
}

const WORD: Words = Words {
    text: &["t"],
    block: &["p"],
    skip: &["del", "moveFrom", "instrText", "delText", "Fallback"],
    signs: &[("tab", "\t"), ("br", "\n"), ("cr", "\n"), ("noBreakHyphen", "-")],
};

const SLIDE: Words = Words { text: &["t"], block: &["p"], skip: &["Fallback"], signs: &[("br", "\n"), ("tab", "\t")] };

const ODF: Words = Words {
    text: &["p", "h"],
    block: &["p", "h"],
    skip: &["tracked-changes", "annotation", "script"],
    signs: &[("tab", "\t"), ("line-break", "\n"), ("s", " ")],
};

/// The lines of an XML part; with them, whether each is a heading or title by its style.
fn lines(xml: &str, words: &Words) -> Result<Vec<(String, bool)>, Read> {
    let mut reader = Reader::from_str(xml);
    let (mut lines, mut line, mut is_heading) = (Vec::new(), String::new(), false);
    let (mut in_text, mut skipping) = (0_usize, 0_usize);
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => return Err(Read::unreadable(format!("the file is damaged: its XML breaks off ({error})"))),
        };
        match event {
            Event::Eof => break,
            Event::Start(start) => {
                let name = local(start.name().as_ref()).to_string();
                if skipping > 0 || words.skip.contains(&name.as_str()) {
                    skipping += 1;
                } else {
                    is_heading |= name == "h" || is_heading_style(&start);
                    in_text += usize::from(words.text.contains(&name.as_str()));
                }
            }
            Event::End(end) => {
                let name = local(end.name().as_ref()).to_string();
                if skipping > 0 {
                    skipping -= 1;
                    continue;
                }
                in_text = in_text.saturating_sub(usize::from(words.text.contains(&name.as_str())));
                if words.block.contains(&name.as_str()) {
                    lines.push((std::mem::take(&mut line), std::mem::take(&mut is_heading)));
                } else if matches!(name.as_str(), "tc" | "table-cell") {
                    line.push('\t');
                }
            }
            Event::Empty(empty) if skipping == 0 => {
                let name = local(empty.name().as_ref()).to_string();
                is_heading |= is_heading_style(&empty);
                if let Some((_, sign)) = words.signs.iter().find(|(element, _)| *element == name) {
                    line.push_str(sign);
                }
            }
            Event::Text(text) if in_text > 0 && skipping == 0 => line.push_str(&text),
            Event::CData(text) if in_text > 0 && skipping == 0 => line.push_str(&text),
            Event::GeneralRef(name) if in_text > 0 && skipping == 0 => line.push_str(&reference(&name)),
            _ => {}
        }
    }
    if !line.is_empty() {
        lines.push((line, is_heading));
    }
    Ok(lines)
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn is_heading_style(element: &quick_xml::events::BytesStart<'_>) -> bool {
    if local(element.name().as_ref()) != "pStyle" {
        return false;
    }
    element.attributes().flatten().any(|attribute| {
        let value = attribute.value.to_ascii_lowercase();
        local(attribute.key.as_ref()) == "val" && (value.starts_with("heading") || value == "title")
    })
}

/// Entities: the five of XML and characters by number; a document's own are left as a blank (no expansion bombs).
fn reference(name: &str) -> String {
    let number =
        name.strip_prefix("#x").map(|hex| u32::from_str_radix(hex, 16)).or(name.strip_prefix('#').map(str::parse));
    match (name, number) {
        ("amp", _) => "&".into(),
        ("lt", _) => "<".into(),
        ("gt", _) => ">".into(),
        ("quot", _) => "\"".into(),
        ("apos", _) => "'".into(),
        (_, Some(Ok(code))) => char::from_u32(code).map(String::from).unwrap_or_default(),
        _ => " ".into(),
    }
}

/// Paragraphs in runs that have numbers.
fn in_segments(lines: &[(String, bool)]) -> Vec<Segment> {
    let runs = lines.chunks(PARAGRAPHS_OF_A_SEGMENT).enumerate();
    runs.map(|(i, run)| {
        // A blank line between paragraphs, as in any text.
        let text = run.iter().map(|(line, _)| line.as_str()).collect::<Vec<_>>().join("\n\n");
        Segment::new((i * PARAGRAPHS_OF_A_SEGMENT) as u32 + 1, SegmentKind::Paragraphs, text)
    })
    .collect()
}

fn heading(lines: &[(String, bool)]) -> Option<String> {
    lines
        .iter()
        .find(|(line, is_heading)| *is_heading && !line.trim().is_empty())
        .map(|(line, _)| line.trim().to_string())
}

/// The title in the document's properties.
fn property(archive: &mut Archive<'_>, entry_name: &str, budget: &mut u64) -> Option<String> {
    let xml = entry(archive, entry_name, budget).ok()??;
    let start = xml.find(":title")? + xml[xml.find(":title")?..].find('>')? + 1;
    let inside = &xml[start..start + xml[start..].find('<')?];
    let text = inside.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    (!text.trim().is_empty()).then(|| text.trim().to_string())
}

/// A Word document: headers, body, footnotes and endnotes, footers.
pub fn docx(bytes: &[u8]) -> Read {
    docx_parts(bytes).unwrap_or_else(|read| read)
}

fn docx_parts(bytes: &[u8]) -> Result<Read, Read> {
    let mut archive = open(bytes)?;
    let mut budget = MAX_XML_BYTES;
    let mut names: Vec<String> =
        archive.file_names().filter_map(|name| name.ok().map(|name| name.to_string())).collect();
    names.sort();
    let of = |kind: &str| -> Vec<String> {
        let begin = format!("word/{kind}");
        names.iter().filter(|name| name.starts_with(&begin) && name.ends_with(".xml")).take(50).cloned().collect()
    };
    let mut all = Vec::new();
    let Some(document) = entry(&mut archive, "word/document.xml", &mut budget)? else {
        return Err(Read::unreadable("the file is damaged: the document is not in its archive"));
    };
    let body = lines(&document, &WORD)?;
    let title = property(&mut archive, "docProps/core.xml", &mut budget);
    let heading = heading(&body);
    for (kind, first) in [("header", true), ("footnotes", false), ("endnotes", false), ("footer", false)] {
        let mut found = Vec::new();
        for name in of(kind) {
            if let Some(xml) = entry(&mut archive, &name, &mut budget)? {
                found.extend(lines(&xml, &WORD)?);
            }
        }
        found.retain(|(line, _)| !line.trim().is_empty());
        if first {
            all.append(&mut found);
            all.extend(body.iter().cloned());
        } else {
            all.append(&mut found);
        }
    }
    Ok(Read::text(in_segments(&all)).titled(title, heading))
}

/// A PowerPoint presentation: a segment a slide.
pub fn pptx(bytes: &[u8]) -> Read {
    pptx_parts(bytes).unwrap_or_else(|read| read)
}

fn pptx_parts(bytes: &[u8]) -> Result<Read, Read> {
    let mut archive = open(bytes)?;
    let mut budget = MAX_XML_BYTES;
    let number = |name: &str| name.strip_prefix("ppt/slides/slide")?.strip_suffix(".xml")?.parse::<u32>().ok();
    let mut slides: Vec<u32> =
        archive.file_names().filter_map(|name| name.ok().and_then(|name| number(&name))).take(2_000).collect();
    slides.sort_unstable();
    let mut segments = Vec::new();
    for slide in slides {
        let Some(xml) = entry(&mut archive, &format!("ppt/slides/slide{slide}.xml"), &mut budget)? else { continue };
        let words: Vec<String> = lines(&xml, &SLIDE)?.into_iter().map(|(line, _)| line).collect();
        segments.push(Segment::new(slide, SegmentKind::Slide, words.join("\n")));
    }
    let title = property(&mut archive, "docProps/core.xml", &mut budget);
    Ok(Read::text(segments).titled(title, None))
}

/// An OpenDocument text.
pub fn odt(bytes: &[u8]) -> Read {
    odt_parts(bytes).unwrap_or_else(|read| read)
}

fn odt_parts(bytes: &[u8]) -> Result<Read, Read> {
    let mut archive = open(bytes)?;
    let mut budget = MAX_XML_BYTES;
    let manifest = entry(&mut archive, "META-INF/manifest.xml", &mut budget)?.unwrap_or_default();
    if manifest.contains("encryption-data") {
        return Ok(Read::of(crate::domain::extraction::Extracted::Locked));
    }
    let Some(content) = entry(&mut archive, "content.xml", &mut budget)? else {
        return Err(Read::unreadable("the file is damaged: the document is not in its archive"));
    };
    let body = lines(&content, &ODF)?;
    let title = property(&mut archive, "meta.xml", &mut budget);
    Ok(Read::text(in_segments(&body)).titled(title, heading(&body)))
}
