//! Text out of one attachment, by its true type. Pure, and only ever called in the extractor child: its libraries are
//! known to panic, to hang and to eat memory.

mod agreement;
mod arabic;
mod card;
mod changes;
mod covered;
mod exif;
mod flow;
mod html;
mod office;
mod pages;
mod pdf;
mod picture;
mod png;
mod recognised;
mod rtf;
mod screen;
mod story;
mod text;
mod unseen;

use crate::domain::extraction::{Extracted, Extraction, PageReading, Role, Segment, SegmentKind, Title, TitleSource};
use crate::domain::reader::Reading;
use crate::domain::{Finding, FindingCode, Problem, ProblemCode};
pub use covered::{Letters, Place, covered, letters};
pub(crate) use html::{Seen as SeenOfHtml, seen as seen_of_html};
pub use pages::{render, settle};
pub(crate) use picture::{Size as PictureSize, size as picture_size};
pub use recognised::put_recognised;
pub use screen::{NOT_SEEN, Screen, can_be_seen, pages_to_see, screen};
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization as _;

/// What a reader gives back before limits and cleaning.
pub(crate) struct Read {
    pub extracted: Extracted,
    pub title: Option<Title>,
    pub problems: Vec<Problem>,
    pub findings: Vec<Finding>,
    pub pages: Vec<PageReading>,
    /// The texts of pages on which the engines do not agree.
    pub readings: Vec<Reading>,
}

impl Read {
    fn text(segments: Vec<Segment>) -> Self {
        Self::of(Extracted::Text { segments })
    }

    fn one(kind: SegmentKind, text: String) -> Self {
        Self::text(vec![Segment::new(1, kind, text)])
    }

    fn of(extracted: Extracted) -> Self {
        Self {
            extracted,
            title: None,
            problems: Vec::new(),
            findings: Vec::new(),
            pages: Vec::new(),
            readings: Vec::new(),
        }
    }

    fn unreadable(reason: impl Into<String>) -> Self {
        Self::of(Extracted::Unreadable { reason: reason.into() })
    }

    /// Sets the title from the document's own properties, if they name one, else from its first heading.
    fn titled(mut self, metadata: Option<String>, heading: Option<String>) -> Self {
        let title = |text: Option<String>, source| {
            let text: String = clean(&text?).trim().chars().take(500).collect();
            is_title(&text).then_some(Title { text, source })
        };
        self.title = title(metadata, TitleSource::Metadata).or_else(|| title(heading, TitleSource::Heading));
        self
    }
}

/// Tells how far a reader is, in pages: what takes long for a good reason gets more time.
pub type Progress<'a> = &'a mut dyn FnMut(u32);

/// How a file is to be read.
#[derive(Clone, Copy, Debug)]
pub struct How {
    /// Most text that is kept, in bytes.
    pub text_limit: usize,
    /// Whether pages may be drawn to see what is hidden on them; without, the pages where that is due say so.
    pub draws: bool,
}

/// Reads a file. Beside the extraction come the texts of those pages on which the engines do not agree.
pub fn extract(
    media_type: &str,
    name: Option<&str>,
    bytes: &[u8],
    how: How,
    progress: Progress<'_>,
) -> (Extraction, Vec<Reading>) {
    let (extractor, read) = read(media_type, name, bytes, how, progress);
    let mut extraction = Extraction {
        extracted: read.extracted,
        extractor: extractor.into(),
        title: read.title,
        problems: read.problems,
        findings: read.findings,
        pages: read.pages,
    };
    pages::finish(&mut extraction, how.text_limit);
    extraction.findings.extend(speakers_notes(extraction.segments()));
    (extraction, read.readings)
}

fn read(media_type: &str, name: Option<&str>, bytes: &[u8], how: How, progress: Progress<'_>) -> (&'static str, Read) {
    if bytes.is_empty() {
        return ("pouch", Read::unreadable("the file is empty"));
    }
    match media_type {
        "application/pdf" => pdf::read(bytes, how.draws, progress),
        kind if office::is_ooxml(kind) => office::ooxml(bytes),
        kind if kind.starts_with("application/vnd.oasis.opendocument.") && bytes.starts_with(b"PK") => {
            office::open_document(bytes)
        }
        "application/rtf" => ("rtf 2", rtf::read(bytes)),
        "text/html" => ("html 2", html::read(bytes)),
        "application/x-ole-encrypted" | "application/x-locked" => ("pouch", Read::of(Extracted::Locked)),
        "text/calendar" => ("card 1", card::calendar(bytes)),
        "text/vcard" => ("card 1", card::contact(bytes)),
        "application/pkcs7-signature" | "application/pgp-signature" => ("card 1", card::signature()),
        "application/pgp-encrypted" => ("card 1", card::encryption()),
        "text/csv" => ("csv 1", text::csv(bytes)),
        kind if kind.starts_with("image/") && kind != "image/svg+xml" => ("pouch", picture::read(kind, bytes)),
        kind if is_xml(kind) => office::flat(bytes).unwrap_or_else(|| ("text 1", text::plain(bytes))),
        kind if kind.starts_with("text/") || kind.starts_with("message/") => ("text 1", text::plain(bytes)),
        other => office::legacy(other, bytes)
            .or_else(|| office::in_archive(bytes))
            .unwrap_or_else(|| ("pouch", Read::unreadable(not_read_yet(other, name)))),
    }
}

/// What a speaker wrote for themselves: few think of it when they send their slides.
fn speakers_notes(segments: &[Segment]) -> Option<Finding> {
    let noted: BTreeSet<u32> =
        segments.iter().filter(|one| one.role == Role::Notes).map(|segment| segment.number).collect();
    let detail = match noted.len() {
        0 => return None,
        1 => "1 slide has speaker's notes, which become public with the file.".into(),
        count => format!("{count} slides have speaker's notes, which become public with the file."),
    };
    Some(Finding::new(FindingCode::Comments, detail))
}

/// XML of all kinds, flat OpenDocument among them.
fn is_xml(media_type: &str) -> bool {
    media_type.ends_with("/xml")
        || media_type.ends_with("+xml")
        || media_type.starts_with("application/vnd.oasis.opendocument.")
}

fn not_read_yet(media_type: &str, name: Option<&str>) -> String {
    let archive = |what: &str| format!("{what} is not opened by Pouch; unpack it by hand and add the files");
    let what = match media_type {
        "application/zip" | "application/gzip" | "application/x-tar" => {
            return "the archive is damaged: no file could be found in it; ask the sender for it again".into();
        }
        "application/ms-tnef" => {
            return "Outlook's winmail.dat is damaged; ask the sender to send the files again, as plain text or HTML mail"
                .into();
        }
        "application/vnd.ms-outlook" => {
            return "the Outlook message is damaged; ask the sender to send it again as .eml or PDF".into();
        }
        "application/pkcs7-mime" => {
            return "the mail is encrypted or damaged (S/MIME); ask the sender to send it unencrypted".into();
        }
        "application/x-pgp-message" => {
            return "it is encrypted (OpenPGP); ask the sender to send it unencrypted".into();
        }
        "application/x-7z-compressed" => return archive("a 7-Zip archive"),
        "application/vnd.rar" => return archive("a RAR archive"),
        "application/x-bzip2" => return archive("a bzip2 archive"),
        "application/java-archive" => return archive("a Java archive"),
        "application/vnd.apple.pages" => "Apple Pages documents",
        "application/vnd.apple.numbers" => "Apple Numbers spreadsheets",
        "application/vnd.apple.keynote" => "Apple Keynote presentations",
        "application/vnd.wordperfect" => "WordPerfect documents",
        "application/vnd.ms-works" => "Microsoft Works documents",
        "application/x-hwp" => "Hangul documents (.hwp)",
        "application/postscript" => "PostScript files",
        "application/epub+zip" => "electronic books (EPUB)",
        "application/vnd.visio" => "Visio drawings",
        "application/msword" => "old Word documents (.doc)",
        "application/vnd.ms-excel" | "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => {
            "Excel workbooks"
        }
        "application/vnd.ms-powerpoint" => "old PowerPoint presentations (.ppt)",
        "application/vnd.oasis.opendocument.spreadsheet" => "OpenDocument spreadsheets",
        "application/vnd.oasis.opendocument.presentation" => "OpenDocument presentations",
        other => {
            let ending = name.and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending);
            let known = ending.is_some_and(|one| one.len() <= 8 && one.bytes().all(|b| b.is_ascii_alphanumeric()));
            let ending = if known { format!(" (.{})", ending.unwrap_or_default()) } else { String::new() };
            return format!("files of the type {other}{ending} are not read by Pouch; open it by hand");
        }
    };
    format!("{what} are not read by Pouch; open it by hand, or ask for a PDF")
}

/// Composed form, line feeds only, no control characters.
fn clean(text: &str) -> String {
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    // Composing is slow, and changes no ASCII.
    let composed: String = if unified.is_ascii() { unified } else { unified.nfc().collect() };
    let kept = composed.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).filter(|c| *c != '\u{feff}');
    let composed: String = kept.collect();
    let mut lines: Vec<&str> = composed.lines().map(str::trim_end).collect();
    lines.dedup_by(|a, b| a.is_empty() && b.is_empty());
    lines.join("\n").trim_matches('\n').to_string()
}

/// Titles that programs put there by themselves say nothing.
fn is_title(title: &str) -> bool {
    let lower = title.to_lowercase();
    let by_program =
        ["untitled", "document1", "document", "microsoft word -", "powerpoint presentation", "sans titre", "без имени"];
    let file = [".doc", ".docx", ".pdf", ".odt", ".rtf", ".indd", ".pptx"].iter().any(|ending| lower.ends_with(ending));
    lower.chars().filter(|c| c.is_alphabetic()).count() >= 3
        && !file
        && !by_program.iter().any(|name| lower == *name || (name.ends_with('-') && lower.starts_with(name)))
}

/// Cleans the segments and keeps their text up to the limit; what has no text left says so.
fn limit(extraction: &mut Extraction, text_limit: usize) {
    let Extracted::Text { segments } = &mut extraction.extracted else { return };
    let mut left = text_limit;
    let mut cut = false;
    segments.retain_mut(|segment| {
        segment.text = clean(&segment.text);
        if segment.text.len() > left {
            let at = (0..=left).rev().find(|at| segment.text.is_char_boundary(*at)).unwrap_or(0);
            segment.text.truncate(at);
            cut = true;
        }
        left -= segment.text.len();
        !segment.text.trim().is_empty()
    });
    if cut {
        let detail = format!("The file holds more than {} MB of text; the rest was left out.", text_limit >> 20);
        let problem = Problem::new(ProblemCode::TextCut, detail);
        if !extraction.problems.contains(&problem) {
            extraction.problems.push(problem);
        }
    }
    if segments.is_empty() {
        extraction.extracted = Extracted::NoText;
    }
}
