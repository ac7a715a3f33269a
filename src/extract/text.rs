//! Plain text in any charset. Takes a guess only where nothing says what the bytes are.

use super::Read;
use crate::domain::extraction::SegmentKind;
use encoding_rs::{Encoding, ISO_2022_JP, UTF_16BE, UTF_16LE};

/// Most of a file that the charset is guessed from, in bytes.
const MAX_GUESSED_BYTES: usize = 1 << 20;

/// Plain text; the charset by byte order mark, UTF-8 if it fits, else by its patterns.
pub fn plain(bytes: &[u8]) -> Read {
    Read::one(SegmentKind::Body, decode(bytes))
}

/// The characters of bytes without a label.
pub(crate) fn decode(bytes: &[u8]) -> String {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding.decode(bytes).0.into_owned();
    }
    if let Some(encoding) = wide(bytes) {
        return encoding.decode_without_bom_handling(bytes).0.into_owned();
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        // Seven bits with escapes are Japanese mail (RFC 1468).
        let is_escaped = bytes.is_ascii() && bytes.windows(3).any(|three| matches!(three, b"\x1b$B" | b"\x1b$@"));
        return if is_escaped { ISO_2022_JP.decode(bytes).0.into_owned() } else { text.to_string() };
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
    detector.feed(&bytes[..bytes.len().min(MAX_GUESSED_BYTES)], true);
    detector.guess(None, chardetng::Utf8Detection::Allow).decode_without_bom_handling(bytes).0.into_owned()
}

/// UTF-16 without a mark: every other byte of blanks, digits and line ends is zero, or the same few high bytes repeat.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(4_096)];
    if head.len() < 4 || !bytes.len().is_multiple_of(2) {
        return None;
    }
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    if first + second == 0 {
        return None;
    }
    let (little, big) = (UTF_16LE, UTF_16BE);
    let half = head.len() / 2;
    // Latin text has a zero in nearly every pair; other scripts only at blanks and line ends, but always on one side.
    let found = match (first, second) {
        (0, n) | (n, 0) if n * 50 >= half => {
            if first == 0 {
                little
            } else {
                big
            }
        }
        (a, b) if b > a * 20 && b * 2 > half => little,
        (a, b) if a > b * 20 && a * 2 > half => big,
        _ => return None,
    };
    (!found.decode_without_bom_handling(&head[..head.len() & !1]).1).then_some(found)
}

/// The charset that an HTML page itself names stands in its first kilobyte (WHATWG HTML 13.2.3.2).
pub(crate) fn decode_html(bytes: &[u8]) -> String {
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
