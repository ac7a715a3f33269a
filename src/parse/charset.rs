//! Text whose charset label is wrong, unknown or missing. Guesses only where the label fails, and says so.

use encoding_rs::{Encoding, UTF_8};

/// Decodes by the label if it fits without loss, else by a guess; the second value says that it was a guess.
pub fn decode(bytes: &[u8], label: Option<&str>) -> (String, bool) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let escapes = bytes.contains(&0x1b);
        if !escapes || label.is_none() {
            return (text.to_string(), false);
        }
    }
    if let Some(encoding) = label.and_then(|label| Encoding::for_label(label.trim().as_bytes())) {
        let (text, _, lossy) = encoding.decode(bytes);
        if !lossy && encoding != UTF_8 {
            return (text.into_owned(), false);
        }
    }
    let (text, _) = guess(bytes);
    (text, true)
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
