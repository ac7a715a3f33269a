//! Office documents: which reader a file gets, by what is inside it. Reads no text itself.

mod archive;
mod backdrop;
mod cell_comments;
mod cell_look;
pub(super) mod colour;
mod compound;
mod cover;
mod doc_looks;
mod docx;
mod drawing;
mod escher;
mod grid;
mod ir;
mod legacy;
mod number;
mod odf;
mod odf_shapes;
mod odf_styles;
mod odf_text;
mod ods;
mod package;
mod paint;
mod pictures;
mod ppt_records;
mod pptx;
pub(super) mod properties;
mod salvage;
mod sheet;
mod slide;
mod slide_shape;
mod styles;
mod word;
mod word_shapes;
mod xls_looks;
mod xlsx;
pub(super) mod xml;

use super::Read;
use crate::domain::extraction::{Extracted, SegmentKind};
use archive::{Archive, Stop};
pub(super) use package::{embedded_files, remote_content};
pub(super) use pictures::draw as picture;

impl From<Stop> for Read {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Locked => Self::of(Extracted::Locked),
            Stop::Unreadable(reason) => Self::unreadable(reason),
        }
    }
}

/// Whether a media type is that of an OOXML file, templates and files with macros included.
pub fn is_ooxml(media_type: &str) -> bool {
    let lower = media_type.to_ascii_lowercase();
    lower.starts_with("application/vnd.openxmlformats-officedocument.")
        || ["word", "excel", "powerpoint"].iter().any(|one| lower.starts_with(&format!("application/vnd.ms-{one}.")))
}

/// An OOXML file: a Word document, a PowerPoint presentation or an Excel workbook, in any of their kinds.
pub fn ooxml(bytes: &[u8]) -> (&'static str, Read) {
    let mut archive = match Archive::open(bytes) {
        Ok(archive) => archive,
        Err(stop) => return ("ooxml 2", stop.into()),
    };
    let main = match main_part(&mut archive) {
        Ok(Some(main)) => main,
        Ok(None) => return ("ooxml 2", Read::unreadable("the file is damaged: the document is not in its archive")),
        Err(stop) => return ("ooxml 2", stop.into()),
    };
    let lower = main.to_lowercase();
    let (reader, read) = if lower.ends_with("workbook.bin") {
        ("office_oxide 0.1", legacy::xlsb(bytes))
    } else if lower.contains("presentation") || lower.starts_with("ppt/") {
        ("pptx 2", pptx::read(&mut archive, &main))
    } else if lower.contains("workbook") || lower.starts_with("xl/") {
        ("xlsx 2", xlsx::read(&mut archive, &main))
    } else {
        ("docx 2", docx::read(&mut archive, &main))
    };
    let mut read = read.unwrap_or_else(Read::from);
    read.pages = pictures::awaiting(&mut archive);
    (reader, read)
}

/// An OpenDocument file of any kind, in an archive.
pub fn open_document(bytes: &[u8]) -> (&'static str, Read) {
    let mut read = odf::read(bytes).unwrap_or_else(Read::from);
    if let (true, Ok(mut archive)) = (!matches!(read.extracted, Extracted::Locked), Archive::open(bytes)) {
        read.pages = pictures::awaiting(&mut archive);
    }
    ("odf 2", read)
}

/// An XML file: a flat OpenDocument, Word XML of 2003, or other text between marks.
pub fn flat(bytes: &[u8]) -> Option<(&'static str, Read)> {
    let text = xml::decode(bytes.to_vec());
    let start = text.get(..text.len().min(4_096)).unwrap_or(&text);
    if start.contains("<office:document ") {
        Some(("odf 2", odf::read_flat(&text).unwrap_or_else(Read::from)))
    } else if start.contains("wordDocument") {
        Some(("docx 2", docx::read_flat(&text)))
    } else {
        let lines: Vec<String> = xml::texts(&text)?;
        Some(("xml 1", Read::one(SegmentKind::Body, lines.join("\n"))))
    }
}

/// An old Word document, Excel workbook or PowerPoint presentation, by its media type or else by its streams; `None`: it
/// is another kind of file.
pub fn legacy(media_type: &str, bytes: &[u8]) -> Option<(&'static str, Read)> {
    let has = |names: &[&str]| names.iter().any(|name| compound::has_stream(bytes, name));
    let read = match media_type {
        "application/x-ole-encrypted" => legacy::encrypted(bytes),
        "application/msword" => legacy::doc(bytes),
        "application/vnd.ms-excel" => legacy::xls(bytes),
        "application/vnd.ms-powerpoint" => legacy::ppt(bytes),
        _ if has(&["WordDocument"]) || bytes.starts_with(&[0xdb, 0xa5]) => legacy::doc(bytes),
        _ if has(&["Workbook", "Book"]) || is_flat_workbook(bytes) => legacy::xls(bytes),
        _ if has(&["PowerPoint Document", "PP97_DUALSTORAGE"]) => legacy::ppt(bytes),
        _ => return None,
    };
    Some(("office_oxide 0.1", read.unwrap_or_else(Read::from)))
}

/// Workbooks of Excel 2 to 4 have no container: they begin with a BOF record for a sheet.
fn is_flat_workbook(bytes: &[u8]) -> bool {
    matches!(bytes, [0x09, 0x00 | 0x02 | 0x04, 0x04 | 0x06, 0x00, _, 0x00, 0x10, 0x00, ..])
}

/// An office file in an archive that nobody recognised as one: a template, or one that is damaged.
pub fn in_archive(bytes: &[u8]) -> Option<(&'static str, Read)> {
    if !bytes.starts_with(b"PK") {
        return None;
    }
    let mut archive = Archive::open(bytes).ok()?;
    if archive.has("content.xml") && archive.has("META-INF/manifest.xml") {
        return Some(open_document(bytes));
    }
    main_part(&mut archive).ok()?.map(|_| ooxml(bytes))
}

/// The main part: what the package relates to as its document, else by its usual name.
fn main_part(archive: &mut Archive<'_>) -> Result<Option<String>, Stop> {
    let relations = package::relations(archive, "")?;
    if let Some(target) = package::target_of(&relations, "officeDocument").filter(|target| archive.has(target)) {
        return Ok(Some(target.to_string()));
    }
    let usual = ["word/document.xml", "ppt/presentation.xml", "xl/workbook.xml", "xl/workbook.bin"];
    Ok(usual.into_iter().find(|name| archive.has(name)).map(String::from))
}

/// The words of a file that a document takes in as it is (`altChunk`): HTML, RTF or text.
fn imported(bytes: &[u8]) -> Option<String> {
    let read = if bytes.starts_with(b"{\\rtf") {
        super::rtf::read(bytes)
    } else if bytes.starts_with(b"PK") {
        return None;
    } else {
        super::html::read(bytes)
    };
    match read.extracted {
        Extracted::Text { segments } => Some(
            segments.into_iter().filter(|one| one.role.is_said()).map(|one| one.text).collect::<Vec<_>>().join("\n"),
        ),
        Extracted::Locked | Extracted::NoText | Extracted::Unreadable { .. } => None,
    }
}
