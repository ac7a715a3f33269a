//! Names of folders on the wire: modified UTF-7 (RFC 3501 5.1.3) and quoting. It must not decide which folder is watched.

use base64::Engine as _;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const MUTF7: GeneralPurpose = GeneralPurpose::new(
    &IMAP_MUTF7,
    GeneralPurposeConfig::new().with_encode_padding(false).with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A folder name as it goes over the wire.
pub(super) fn encode(name: &str) -> String {
    let mut wire = String::new();
    let mut pending: Vec<u16> = Vec::new();
    for c in name.chars() {
        if !matches!(c, ' '..='~') {
            pending.extend_from_slice(c.encode_utf16(&mut [0; 2]));
            continue;
        }
        shift(&mut wire, &mut pending);
        wire.push(c);
        if c == '&' {
            wire.push('-');
        }
    }
    shift(&mut wire, &mut pending);
    wire
}

fn shift(wire: &mut String, pending: &mut Vec<u16>) {
    if !pending.is_empty() {
        let bytes: Vec<u8> = pending.drain(..).flat_map(u16::to_be_bytes).collect();
        wire.push('&');
        MUTF7.encode_string(bytes, wire);
        wire.push('-');
    }
}

/// A folder name for people; what is no modified UTF-7 stays as it came.
pub(super) fn decode(wire: &str) -> String {
    pieces(wire).unwrap_or_else(|| wire.into())
}

fn pieces(wire: &str) -> Option<String> {
    let mut name = String::new();
    let mut rest = wire;
    while let Some((plain, shifted)) = rest.split_once('&') {
        name.push_str(plain);
        let (code, after) = shifted.split_once('-')?;
        if code.is_empty() {
            name.push('&');
        } else {
            let bytes = MUTF7.decode(code).ok()?;
            if bytes.len() % 2 != 0 {
                return None;
            }
            let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
            name.push_str(&String::from_utf16(&units).ok()?);
        }
        rest = after;
    }
    name.push_str(rest);
    Some(name)
}

/// A quoted string (RFC 9051 4.3); line ends and NUL, which none may hold, are left out.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars().filter(|c| !matches!(c, '\r' | '\n' | '\0')) {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

/// A set of UIDs in its shortest form; `uids` must be sorted.
pub(super) fn uid_set(uids: &[u32]) -> String {
    let mut set = String::new();
    let mut at = 0;
    while at < uids.len() {
        let mut end = at;
        while end + 1 < uids.len() && uids[end].checked_add(1) == Some(uids[end + 1]) {
            end += 1;
        }
        if !set.is_empty() {
            set.push(',');
        }
        set.push_str(&uids[at].to_string());
        if end > at {
            set.push(':');
            set.push_str(&uids[end].to_string());
        }
        at = end + 1;
    }
    set
}
