//! Addresses that hold their content themselves (RFC 2397). Fetches nothing.

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Longest address that is decoded, in bytes.
const MAX_BYTES: usize = 4 << 20;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The text of a `data:` address of one media type; `None` if it is another address.
pub(super) fn text(address: &str, media_type: &str) -> Option<String> {
    let address = address.trim();
    if address.len() > MAX_BYTES || !address.get(..5)?.eq_ignore_ascii_case("data:") {
        return None;
    }
    let (head, body) = address[5..].split_once(',')?;
    let head = head.to_ascii_lowercase();
    if head.split(';').next().map(str::trim) != Some(media_type) {
        return None;
    }
    let bytes = unescape(body);
    let bytes = if head.trim_end().ends_with("base64") {
        let plain: Vec<u8> = bytes.into_iter().filter(|byte| !byte.is_ascii_whitespace()).collect();
        LENIENT.decode(plain).ok()?
    } else {
        bytes
    };
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn unescape(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digits = bytes.get(at + 1..at + 3).and_then(|two| std::str::from_utf8(two).ok());
        match digits.filter(|_| *byte == b'%').and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(escaped) => {
                plain.push(escaped);
                at += 3;
            }
            None => {
                plain.push(*byte);
                at += 1;
            }
        }
    }
    plain
}
