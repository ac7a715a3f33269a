//! Text whose charset label is wrong, unknown or missing. Guesses only where the label fails, and says so.

use encoding_rs::{Encoding, UTF_8};

/// What begins another set of signs in ISO-2022 (RFC 1468).
const SHIFTS: [&str; 2] = ["\u{1b}$", "\u{1b}("];

/// Signs in a row, all beyond ASCII and three of them different, that no language writes that has single such letters.
const ODD_RUN: usize = 3;

/// Decodes by the label if it fits, else by a guess; the second value says that it was a guess.
pub fn decode(bytes: &[u8], label: Option<&str>) -> (String, bool) {
    let as_utf8 = std::str::from_utf8(bytes).ok();
    if let Some(text) = as_utf8.filter(|text| !has_shifts(text)) {
        return (text.to_string(), false);
    }
    let mut by_label = None;
    if let Some(encoding) = label.and_then(|label| Encoding::for_label(label.trim().as_bytes())) {
        let (text, _, lossy) = encoding.decode(bytes);
        if !lossy && encoding != UTF_8 {
            if !is_suspect(&text) {
                return (text.into_owned(), false);
            }
            by_label = Some(text.into_owned());
        }
    }
    let (guessed, name) = guess(bytes);
    match by_label.or(as_utf8.map(str::to_string)) {
        // The guess is no better than what the label gives.
        Some(text) if name == "windows-1252" || guessed.contains('\u{fffd}') => (text, false),
        _ => (guessed, true),
    }
}

/// Whether a text that was decoded by its label is not what was meant: replacement signs, the shifts of ISO-2022 as
/// text, UTF-8 taken byte by byte, or Russian, Arabic or Chinese bytes that were taken for accented letters.
pub fn is_suspect(text: &str) -> bool {
    text.contains('\u{fffd}') || has_shifts(text) || is_utf8_by_mistake(text) || is_western_by_mistake(text)
}

fn has_shifts(text: &str) -> bool {
    SHIFTS.iter().any(|shift| text.contains(shift))
}

fn is_utf8_by_mistake(text: &str) -> bool {
    let (bytes, _, lossy) = encoding_rs::WINDOWS_1252.encode(text);
    !text.is_ascii() && !lossy && std::str::from_utf8(&bytes).is_ok()
}

fn is_western_by_mistake(text: &str) -> bool {
    let (mut beyond, mut in_runs) = (0, 0);
    for run in text.split(|sign: char| sign.is_ascii()).filter(|run| !run.is_empty()) {
        // Where one sign is of another alphabet, the text was not taken for a western one.
        if run
            .chars()
            .any(|sign| sign as u32 > 0xff && encoding_rs::WINDOWS_1252.encode(sign.encode_utf8(&mut [0; 4])).2)
        {
            return false;
        }
        let length = run.chars().count();
        beyond += length;
        let first: Vec<char> = run.chars().take(64).collect();
        let different = first.iter().enumerate().filter(|(at, sign)| !first[..*at].contains(sign)).count();
        in_runs += if different >= ODD_RUN { length } else { 0 };
    }
    in_runs > ODD_RUN && in_runs * 2 >= beyond
}

/// Decodes by a guess; the second value names the charset.
pub fn guess(bytes: &[u8]) -> (String, &'static str) {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    let encoding = detector.guess(None, chardetng::Utf8Detection::Allow);
    (encoding.decode(bytes).0.into_owned(), encoding.name())
}

/// Decodes encoded-words (RFC 2047) whose characters may be split over two words, and raw 8-bit text between them.
pub fn header_text(raw: &[u8]) -> String {
    let unfolded: Vec<u8> = raw.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    let mut text = String::new();
    // Bytes of adjacent words in one charset belong together.
    let mut pending: Option<(String, Vec<u8>)> = None;
    let mut rest: &[u8] = &unfolded;
    while !rest.is_empty() {
        if let Some((label, bytes, after)) = encoded_word(rest) {
            match &mut pending {
                Some((open, held)) if *open == label => held.extend(bytes),
                _ => {
                    flush(&mut pending, &mut text);
                    pending = Some((label, bytes));
                }
            }
            rest = after;
            continue;
        }
        let next = (1..rest.len()).find(|at| rest[*at..].starts_with(b"=?")).unwrap_or(rest.len());
        let between = &rest[..next];
        let only_blank = between.iter().all(u8::is_ascii_whitespace);
        if !(only_blank && pending.is_some() && encoded_word(&rest[next..]).is_some()) {
            flush(&mut pending, &mut text);
            text.push_str(&decode(between, None).0);
        }
        rest = &rest[next..];
    }
    flush(&mut pending, &mut text);
    text.trim().to_string()
}

fn flush(pending: &mut Option<(String, Vec<u8>)>, text: &mut String) {
    if let Some((label, bytes)) = pending.take() {
        text.push_str(&decode(&bytes, Some(&label)).0);
    }
}

/// Charset, decoded bytes and what follows, if an encoded-word stands at the start.
fn encoded_word(text: &[u8]) -> Option<(String, Vec<u8>, &[u8])> {
    let inside = text.strip_prefix(b"=?")?;
    let end_of_label = inside.iter().position(|byte| *byte == b'?')?;
    let label = std::str::from_utf8(&inside[..end_of_label]).ok()?.split('*').next()?.to_ascii_lowercase();
    let encoding = inside.get(end_of_label + 1)?.to_ascii_lowercase();
    let payload = inside.get(end_of_label + 2..)?.strip_prefix(b"?")?;
    let end = payload.windows(2).position(|pair| pair == b"?=")?;
    let bytes = match encoding {
        b'b' => mail_parser::decoders::base64::base64_decode(&payload[..end])?,
        b'q' => {
            let spaced: Vec<u8> = payload[..end].iter().map(|byte| if *byte == b'_' { b' ' } else { *byte }).collect();
            mail_parser::decoders::quoted_printable::quoted_printable_decode(&spaced)?
        }
        _ => return None,
    };
    Some((label, bytes, &payload[end + 2..]))
}
