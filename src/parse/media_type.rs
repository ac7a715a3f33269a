//! Media types by content: what a file claims to be is only a hint. Reads signatures, never whole formats.

use file_format::FileFormat;

/// The media type by content; the claim decides only between kinds of plain text.
pub fn by_content(bytes: &[u8], claimed: &str, name: Option<&str>) -> String {
    let head = &bytes[..bytes.len().min(1024)];
    if head.windows(5).any(|window| window == b"%PDF-") {
        return "application/pdf".into();
    }
    if bytes.starts_with(b"{\\rtf") {
        return "application/rtf".into();
    }
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
        return compound(bytes).into();
    }
    if bytes.starts_with(b"PK\x03\x04")
        && let Some(known) = zipped(bytes)
    {
        return known.into();
    }
    let format = FileFormat::from_bytes(bytes);
    let found = format.media_type();
    if matches!(found, "application/octet-stream" | "text/plain" | "application/x-empty") {
        return text_or_unknown(bytes, claimed, name);
    }
    found.into()
}

/// OLE2 compound files by the names of their streams, which stand in UTF-16.
fn compound(bytes: &[u8]) -> &'static str {
    let has = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(wide.len()).any(|window| window == wide)
    };
    if has("EncryptedPackage") {
        "application/x-ole-encrypted"
    } else if has("WordDocument") {
        "application/msword"
    } else if has("Workbook") {
        "application/vnd.ms-excel"
    } else if has("PowerPoint Document") {
        "application/vnd.ms-powerpoint"
    } else if has("__properties_version1.0") {
        "application/vnd.ms-outlook"
    } else {
        "application/x-ole-storage"
    }
}

/// Zip-based office formats by the names of their entries.
fn zipped(bytes: &[u8]) -> Option<&'static str> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).ok()?;
    if let Some(kind) = open_document(&mut archive) {
        return Some(kind);
    }
    let has = |name: &str| archive.index_for_name(name).is_some();
    if has("word/document.xml") {
        Some("application/vnd.openxmlformats-officedocument.wordprocessingml.document")
    } else if has("ppt/presentation.xml") {
        Some("application/vnd.openxmlformats-officedocument.presentationml.presentation")
    } else if has("xl/workbook.xml") {
        Some("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    } else {
        Some("application/zip")
    }
}

/// OpenDocument says what it is in an entry of its own (ODF 1.3 part 2, 3.3).
fn open_document(archive: &mut zip::ZipArchive<std::io::Cursor<&[u8]>>) -> Option<&'static str> {
    use std::io::Read as _;
    let mut text = String::new();
    archive.by_name("mimetype").ok()?.take(200).read_to_string(&mut text).ok()?;
    [
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.presentation",
        "application/vnd.oasis.opendocument.spreadsheet",
    ]
    .into_iter()
    .find(|known| text.trim() == *known)
}

fn text_or_unknown(bytes: &[u8], claimed: &str, name: Option<&str>) -> String {
    let head = &bytes[..bytes.len().min(4096)];
    let odd = head.iter().filter(|byte| **byte < 9 || (**byte > 13 && **byte < 27)).count();
    let wide = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
    if odd > 0 && !wide {
        return "application/octet-stream".into();
    }
    let start = String::from_utf8_lossy(head).trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    let is_html = start.starts_with("<!doctype html") || start.starts_with("<html") || start.contains("<body");
    let named = |ending: &str| name.is_some_and(|name| name.to_lowercase().ends_with(ending));
    if is_html || (claimed == "text/html" && start.contains('<')) {
        "text/html".into()
    } else if start.starts_with("begin:vcalendar") {
        "text/calendar".into()
    } else if start.starts_with("begin:vcard") {
        "text/vcard".into()
    } else if start.starts_with("<svg") || start.starts_with("<?xml") && start.contains("<svg") {
        "image/svg+xml".into()
    } else if start.starts_with("<?xml") {
        "application/xml".into()
    } else if claimed == "text/csv" || named(".csv") {
        "text/csv".into()
    } else if claimed.starts_with("message/") {
        claimed.into()
    } else {
        "text/plain".into()
    }
}

/// Whether bytes begin like a mail: at least two header fields.
pub fn looks_like_message(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).into_owned();
    let is_field = |line: &&str| {
        let name = line.split(':').next().unwrap_or_default();
        line.contains(':') && !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let known = ["from:", "to:", "subject:", "date:", "received:", "message-id:", "mime-version:"];
    let fields = head.lines().take_while(|line| !line.trim().is_empty());
    let fields: Vec<&str> = fields.filter(|line| !line.starts_with([' ', '\t'])).collect();
    fields.iter().filter(|line| is_field(line)).count() >= 2
        && fields.iter().any(|line| known.iter().any(|name| line.to_ascii_lowercase().starts_with(name)))
}

/// Whether the claim is plainly another type than the content; vague claims contradict nothing.
pub fn contradicts(claimed: &str, found: &str) -> bool {
    let vague = [
        "application/octet-stream",
        "application/x-download",
        "application/force-download",
        "application/download",
        "",
    ];
    if claimed == found || vague.contains(&claimed) || found == "application/octet-stream" {
        return false;
    }
    let family = |kind: &str| -> &'static str {
        match kind {
            "application/rtf" | "text/rtf" | "application/x-rtf" => "rtf",
            "image/jpg" | "image/jpeg" | "image/pjpeg" => "jpeg",
            "application/zip" | "application/x-zip-compressed" | "application/x-zip" => "zip",
            "application/xml" | "text/xml" => "xml",
            "application/x-ole-storage" | "application/msword" | "application/x-ole-encrypted" => "ole",
            kind if kind.starts_with("application/vnd.openxmlformats") => "ooxml",
            kind if kind.starts_with("application/pdf") || kind == "application/x-pdf" => "pdf",
            kind if kind.starts_with("message/") => "message",
            kind if kind.starts_with("text/") => "text",
            _ => "",
        }
    };
    let (a, b) = (family(claimed), family(found));
    let locked = b == "ole" && a == "ooxml" && found == "application/x-ole-encrypted";
    !(locked || (!a.is_empty() && a == b && (a != "ooxml" || claimed == found)))
}
