//! Plain text in any charset, and HTML files. Renders nothing; only takes the words.

use super::Read;
use crate::domain::extraction::SegmentKind;
use encoding_rs::Encoding;

/// Longest HTML that is laid out; longer HTML is refused with the reason.
const MAX_HTML_BYTES: usize = 5 << 20;

/// Plain text; the charset by byte order mark, UTF-8 if it fits, else by a guess.
pub fn plain(bytes: &[u8]) -> Read {
    Read::one(SegmentKind::Body, decode(bytes))
}

fn decode(bytes: &[u8]) -> String {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding.decode(bytes).0.into_owned();
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_string();
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    detector.guess(None, chardetng::Utf8Detection::Deny).decode(bytes).0.into_owned()
}

/// The words of an HTML file; its title is the document's.
pub fn html(bytes: &[u8]) -> Read {
    if bytes.len() > MAX_HTML_BYTES {
        return Read::unreadable(format!("the HTML is larger than {} MB", MAX_HTML_BYTES >> 20));
    }
    let text = decode_html(bytes);
    let laid_out = html2text::config::plain_no_decorate()
        .no_table_borders()
        .link_footnotes(false)
        .allow_width_overflow()
        .string_from_read(text.as_bytes(), 100_000);
    match laid_out {
        Ok(words) => {
            // The renderer marks headings with number signs; they are not the page's words.
            let bare: Vec<&str> = words.lines().map(without_mark).collect();
            Read::one(SegmentKind::Body, bare.join("\n")).titled(title(&text), None)
        }
        Err(error) => Read::unreadable(format!("the HTML cannot be read: {error}")),
    }
}

fn without_mark(line: &str) -> &str {
    let bare = line.trim_start_matches('#');
    if bare.len() < line.len() && bare.starts_with(' ') { bare.trim_start() } else { line }
}

/// The charset that the page itself names stands in its first kilobyte (WHATWG HTML 13.2.3.2).
fn decode_html(bytes: &[u8]) -> String {
    if Encoding::for_bom(bytes).is_none() && std::str::from_utf8(bytes).is_err() {
        let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_lowercase();
        let named = head.split("charset=").nth(1).map(|rest| rest.trim_start_matches(['"', '\'']));
        let label = named.map(|rest| rest.split(['"', '\'', ' ', ';', '>', '/']).next().unwrap_or_default());
        if let Some(encoding) = label.and_then(|label| Encoding::for_label(label.as_bytes())) {
            return encoding.decode(bytes).0.into_owned();
        }
    }
    decode(bytes)
}

fn title(html: &str) -> Option<String> {
    // Positions in the lowered copy fit the original only in ASCII; that is all a tag needs.
    let lower = html.to_ascii_lowercase();
    let start = lower.find("<title")? + lower[lower.find("<title")?..].find('>')? + 1;
    let end = start + lower.get(start..)?.find("</title")?;
    let inside = html.get(start..end)?;
    let words = html2text::config::plain_no_decorate().string_from_read(inside.as_bytes(), 10_000).ok()?;
    Some(words.trim().to_string())
}
