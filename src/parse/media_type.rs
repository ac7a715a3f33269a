//! Media types by content: what a file claims to be is only a hint. Reads signatures and directories, never whole formats.

use super::zipped::{DEFLATED, Directory, Entry};
use file_format::FileFormat;
use std::io::{Cursor, Read as _};

/// Of a file in an archive that only a password opens.
pub const LOCKED: &str = "application/x-locked";

/// Outlook's wrapping of files and text ([MS-OXTNEF]).
pub const TNEF: &str = "application/ms-tnef";

/// A mail in its S/MIME signature, or encrypted (RFC 8551 3.2).
pub const SIGNED: &str = "application/pkcs7-mime";

/// A signature beside what it signs (RFC 8551 3.5.3, RFC 3156 5), and what goes before a message that is encrypted.
pub const SIGNATURES: [&str; 3] =
    ["application/pkcs7-signature", "application/pgp-signature", "application/pgp-encrypted"];

/// Encrypted with OpenPGP (RFC 9580 6.2); nobody has registered a type for it.
const PGP_MESSAGE: &str = "application/x-pgp-message";

/// What begins a compound file ([MS-CFB] 2.2).
pub const COMPOUND: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// Bytes of an entry of a zipped format that are looked at.
const ENTRY_BYTES: u64 = 1 << 20;

/// The media type by content; the claim decides only between kinds of plain text.
pub fn by_content(bytes: &[u8], claimed: &str, name: Option<&str>) -> String {
    if let Some(known) = by_signature(bytes, name) {
        return known.into();
    }
    // Its structure has no signature of its own: a claim and the first byte have to do.
    let named = name.is_some_and(|name| name.to_lowercase().ends_with(".p7m"));
    if bytes.first() == Some(&0x30) && (named || matches!(claimed, SIGNED | "application/x-pkcs7-mime")) {
        return SIGNED.into();
    }
    let is_signature = bytes.first() == Some(&0x30)
        && matches!(claimed, "application/pkcs7-signature" | "application/x-pkcs7-signature");
    let is_note = claimed == "application/pgp-encrypted" && bytes.trim_ascii_start().starts_with(b"Version:");
    if is_signature || is_note {
        return SIGNATURES[if is_signature { 0 } else { 2 }].into();
    }
    let format =
        super::compound::guarded(|| Some(FileFormat::from_bytes(bytes))).unwrap_or(FileFormat::ArbitraryBinaryData);
    let found = format.media_type();
    if matches!(found, "application/octet-stream" | "text/plain" | "application/x-empty") || found.ends_with("xml") {
        return text_or_unknown(bytes, claimed, name);
    }
    found.into()
}

fn by_signature(bytes: &[u8], name: Option<&str>) -> Option<&'static str> {
    let head = &bytes[..bytes.len().min(1024)];
    if head.windows(5).any(|window| window == b"%PDF-") {
        return Some("application/pdf");
    }
    if bytes.starts_with(&COMPOUND) {
        return Some(compound(bytes));
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Some(zipped(bytes, name));
    }
    let signatures: [(&[u8], &str); 10] = [
        (b"{\\rtf", "application/rtf"),
        (&[0x78, 0x9f, 0x3e, 0x22], TNEF),
        (&[0x1f, 0x8b, 0x08], "application/gzip"),
        (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
        (b"Rar!\x1a\x07", "application/vnd.rar"),
        (b"%!PS", "application/postscript"),
        (&[0xc5, 0xd0, 0xd3, 0xc6], "application/postscript"),
        (b"\xffWPC", "application/vnd.wordperfect"),
        (b"HWP Document File", "application/x-hwp"),
        (b"BZh", "application/x-bzip2"),
    ];
    if let Some((_, known)) = signatures.iter().find(|(sign, _)| bytes.starts_with(sign)) {
        return Some(known);
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return Some("application/x-tar");
    }
    let armoured = head.trim_ascii_start();
    let armours = [("-----BEGIN PGP MESSAGE", PGP_MESSAGE), ("-----BEGIN PGP SIGNATURE", SIGNATURES[1])];
    if let Some((_, known)) = armours.iter().find(|(begin, _)| armoured.starts_with(begin.as_bytes())) {
        return Some(known);
    }
    let brand = bytes.get(8..12).filter(|_| bytes.get(4..8) == Some(b"ftyp"));
    let heic = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"];
    brand.filter(|brand| heic.iter().any(|known| brand == known)).map(|_| "image/heic")
}

/// Compound files by the streams of their first level: what is embedded in them lies deeper.
fn compound(bytes: &[u8]) -> &'static str {
    const KNOWN: [(&str, &str); 9] = [
        ("EncryptedPackage", "application/x-ole-encrypted"),
        ("__properties_version1.0", "application/vnd.ms-outlook"),
        ("WordDocument", "application/msword"),
        ("Workbook", "application/vnd.ms-excel"),
        ("Book", "application/vnd.ms-excel"),
        ("PowerPoint Document", "application/vnd.ms-powerpoint"),
        ("HwpSummaryInformation", "application/x-hwp"),
        ("MatOST", "application/vnd.ms-works"),
        ("VisioDocument", "application/vnd.visio"),
    ];
    if let Some(names) = super::compound::root_names(bytes) {
        let has = |name: &str| names.iter().any(|one| one.trim_start_matches(char::is_control) == name);
        return KNOWN.iter().find(|(name, _)| has(name)).map_or("application/x-ole-storage", |(_, kind)| kind);
    }
    // Its directory cannot be walked: the names stand somewhere, in UTF-16. The short one would be found by chance.
    let has = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(wide.len()).any(|window| window == wide)
    };
    let found = KNOWN.iter().filter(|(name, _)| *name != "Book").find(|(name, _)| has(name));
    found.map_or("application/x-ole-storage", |(_, kind)| kind)
}

/// The kinds of Office Open XML by the type of their main part (ECMA-376 part 2, 10.1.2.3).
const OFFICE: [(&str, &str); 13] = [
    ("wordprocessingml.document.main+xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("wordprocessingml.template.main+xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.template"),
    ("ms-word.document.macroEnabled.main+xml", "application/vnd.ms-word.document.macroenabled.12"),
    ("ms-word.template.macroEnabledTemplate.main+xml", "application/vnd.ms-word.template.macroenabled.12"),
    ("spreadsheetml.sheet.main+xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("spreadsheetml.template.main+xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.template"),
    ("ms-excel.sheet.macroEnabled.main+xml", "application/vnd.ms-excel.sheet.macroenabled.12"),
    ("ms-excel.sheet.binary.macroEnabled.main", "application/vnd.ms-excel.sheet.binary.macroenabled.12"),
    (
        "presentationml.presentation.main+xml",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    ("presentationml.slideshow.main+xml", "application/vnd.openxmlformats-officedocument.presentationml.slideshow"),
    ("presentationml.template.main+xml", "application/vnd.openxmlformats-officedocument.presentationml.template"),
    ("ms-powerpoint.presentation.macroEnabled.main+xml", "application/vnd.ms-powerpoint.presentation.macroenabled.12"),
    ("ms-powerpoint.slideshow.macroEnabled.main+xml", "application/vnd.ms-powerpoint.slideshow.macroenabled.12"),
];

/// Zipped formats by their entries.
fn zipped(bytes: &[u8], name: Option<&str>) -> &'static str {
    let Some(directory) = Directory::of(bytes) else { return "application/zip" };
    if let Some(kind) = directory.find("mimetype").and_then(|entry| declared(&text_of(bytes, entry))) {
        return kind;
    }
    let has = |name: &str| directory.find(name).is_some();
    if let Some(types) = directory.find("[Content_Types].xml").map(|entry| text_of(bytes, entry))
        && let Some((_, kind)) = OFFICE.iter().find(|(main, _)| types.contains(main))
    {
        return kind;
    }
    let document = [
        ("word/document.xml", OFFICE[0].1),
        ("xl/workbook.xml", OFFICE[4].1),
        ("xl/workbook.bin", OFFICE[7].1),
        ("ppt/presentation.xml", OFFICE[8].1),
    ];
    if let Some((_, kind)) = document.iter().find(|(main, _)| has(main)) {
        return kind;
    }
    if has("Index/Document.iwa") || has("Index.zip") {
        let named = |ending: &str| name.is_some_and(|name| name.to_lowercase().ends_with(ending));
        return if named(".numbers") {
            "application/vnd.apple.numbers"
        } else if named(".key") {
            "application/vnd.apple.keynote"
        } else {
            "application/vnd.apple.pages"
        };
    }
    if has("META-INF/MANIFEST.MF") {
        return "application/java-archive";
    }
    "application/zip"
}

/// OpenDocument and EPUB say what they are in an entry of its own (ODF 1.3 part 2, 3.3).
fn declared(text: &str) -> Option<&'static str> {
    [
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.presentation",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.graphics",
        "application/vnd.oasis.opendocument.text-template",
        "application/vnd.oasis.opendocument.presentation-template",
        "application/vnd.oasis.opendocument.spreadsheet-template",
        "application/vnd.oasis.opendocument.graphics-template",
        "application/epub+zip",
    ]
    .into_iter()
    .find(|known| text.trim() == *known)
}

fn text_of(bytes: &[u8], entry: &Entry) -> String {
    let packed = bytes.get(entry.data.clone()).unwrap_or_default();
    let mut content = Vec::new();
    let reads: Box<dyn std::io::Read> = match entry.method {
        DEFLATED => Box::new(flate2::read::DeflateDecoder::new(packed)),
        _ => Box::new(Cursor::new(packed)),
    };
    let _ = reads.take(ENTRY_BYTES).read_to_end(&mut content);
    String::from_utf8_lossy(&content).into_owned()
}

/// XML that is a whole OpenDocument in one file (ODF 1.3 part 3, 3.1.2).
fn flat_document(start: &str) -> Option<&'static str> {
    if !start.contains("office:document") {
        return None;
    }
    let kinds = [
        ("opendocument.text", "application/vnd.oasis.opendocument.text-flat-xml"),
        ("opendocument.presentation", "application/vnd.oasis.opendocument.presentation-flat-xml"),
        ("opendocument.spreadsheet", "application/vnd.oasis.opendocument.spreadsheet-flat-xml"),
        ("opendocument.graphics", "application/vnd.oasis.opendocument.graphics-flat-xml"),
    ];
    let at = start.find("office:mimetype=")?;
    let value = start[at..].split(['"', '\'']).nth(1)?;
    kinds.iter().find(|(kind, _)| value.ends_with(kind)).map(|(_, flat)| *flat)
}

/// A web page with its pictures in one file, as browsers save it (RFC 2557).
fn is_saved_page(start: &str) -> bool {
    let fields = start.split("\n\n").next().unwrap_or_default().split("\r\n\r\n").next().unwrap_or_default();
    fields.contains("mime-version:")
        && fields.contains("multipart/related")
        && (fields.contains("saved by") || fields.contains("snapshot-content-location") || fields.contains("mhtml"))
}

/// UTF-16 without a byte order mark: zeros stand only in every other byte; most of them in Latin text, those of the
/// blanks and line ends in other scripts, where the claim must help.
fn is_wide(head: &[u8], says_text: bool) -> bool {
    let zeros = |first: usize| head.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    let enough = if says_text { 2 } else { half * 6 / 10 };
    half >= 8 && even.min(odd) == 0 && even.max(odd) >= enough
}

fn text_or_unknown(bytes: &[u8], claimed: &str, name: Option<&str>) -> String {
    let head = &bytes[..bytes.len().min(4096)];
    let odd = head.iter().filter(|byte| **byte < 9 || (**byte > 13 && **byte < 27)).count();
    // Old text files strike letters over with backspaces; what says that it is text and holds no zero is believed.
    let says_text = claimed.starts_with("text/")
        || name
            .is_some_and(|name| [".txt", ".text", ".log"].iter().any(|ending| name.to_lowercase().ends_with(ending)));
    let marked = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
    let wide = marked || is_wide(head, says_text);
    let is_believed = says_text && !head.contains(&0) && std::str::from_utf8(&head[..head.len().min(1024)]).is_ok();
    if odd > 0 && !wide && !is_believed {
        return "application/octet-stream".into();
    }
    let start = String::from_utf8_lossy(head).trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    if let Some(kind) = flat_document(&start) {
        return kind.into();
    }
    let is_named = |endings: [&str; 3]| {
        name.is_some_and(|name| endings.iter().any(|ending| name.to_lowercase().ends_with(ending)))
    };
    let by_name = is_named([".eml", ".mht", ".mhtml"]) && looks_like_message(bytes);
    let is_headers_only = claimed == "text/rfc822-headers";
    if by_name || is_saved_page(&start) || !is_headers_only && is_surely_message(bytes) {
        return "message/rfc822".into();
    }
    let is_html = start.starts_with("<!doctype html") || start.starts_with("<html") || start.contains("<body");
    let named = |ending: &str| name.is_some_and(|name| name.to_lowercase().ends_with(ending));
    let says_html = claimed == "text/html" || is_named([".html", ".htm", ".xhtml"]);
    if is_html || says_html && has_tag(bytes) {
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

/// Whether there is an HTML tag or comment anywhere, in any width of letters: a browser shows such a file as a page.
fn has_tag(bytes: &[u8]) -> bool {
    let mut last = 0;
    bytes.iter().filter(|byte| **byte != 0).any(|byte| {
        let opens = std::mem::replace(&mut last, *byte) == b'<';
        opens && (byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!' | b'?'))
    })
}

/// Whether bytes are a stored mail beyond doubt: a formal letter begins with From and To as well, but no letter has what
/// only mail programs write.
fn is_surely_message(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(8192)]).into_owned();
    let fields: Vec<String> = head.lines().take_while(|line| !line.trim().is_empty()).map(str::to_lowercase).collect();
    let has = |names: &[&str]| fields.iter().any(|line| names.iter().any(|name| line.starts_with(name)));
    looks_like_message(bytes)
        && has(&["message-id:", "received:"])
        && has(&["from:"])
        && has(&["date:", "mime-version:"])
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
            "application/gzip" | "application/x-gzip" | "application/x-tgz" => "gzip",
            "application/x-rar" | "application/x-rar-compressed" | "application/vnd.rar" => "rar",
            "application/ms-tnef" | "application/vnd.ms-tnef" => "tnef",
            SIGNED | "application/x-pkcs7-mime" => "signed",
            "application/pkcs7-signature" | "application/x-pkcs7-signature" => "signature",
            "application/pgp-encrypted" | PGP_MESSAGE => "pgp",
            "application/x-ole-storage" | "application/msword" | "application/x-ole-encrypted" => "ole",
            kind if kind.starts_with("application/vnd.openxmlformats") => "ooxml",
            kind if is_macro_type(kind) => "ooxml",
            kind if kind.ends_with("flat-xml") => "xml",
            kind if kind.starts_with("application/pdf") || kind == "application/x-pdf" => "pdf",
            kind if kind.starts_with("message/") => "message",
            kind if kind.starts_with("text/") => "text",
            _ => "",
        }
    };
    let (a, b) = (family(claimed), family(found));
    let locked = b == "ole" && a == "ooxml" && found == "application/x-ole-encrypted";
    // A template, a slide show or a file with macros is of the same program.
    let program = |kind: &str| {
        ["word", "spreadsheet", "presentation"]
            .into_iter()
            .zip(["word", "excel", "powerpoint"])
            .find(|(open, macros)| kind.contains(open) || kind.contains(macros))
            .map(|(open, _)| open)
    };
    !(locked || (!a.is_empty() && a == b && (a != "ooxml" || program(claimed) == program(found))))
}

fn is_macro_type(kind: &str) -> bool {
    kind.starts_with("application/vnd.ms-") && kind.ends_with("macroenabled.12")
}
