//! What is packed in the bytes of a file, found by its own signs and not by what the file says: zip entries, deflated
//! streams, base64. And the texts that bytes can be read as. Writes nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::bytes::Regex as BytesRegex;
use regex::{Captures, Regex};
use std::io::Read as _;
use std::sync::LazyLock;

/// Most bytes of one packed thing.
const MOST_INSIDE: u64 = 256 << 20;

/// Bytes that a deflated stream without a right end must give to count as one.
const LEAST_BROKEN: usize = 64;

/// Share of bytes that are no UTF-8 from which something is no text: one in so many.
const BROKEN: usize = 10;

/// Bytes by which it is told whether something is text.
const SAMPLE: usize = 1 << 16;

/// Calls `found` with the name and the bytes of each thing that is packed in `bytes`; false if there was more than
/// `most` bytes.
pub fn each(bytes: &[u8], most: &mut usize, found: &mut dyn FnMut(&str, &[u8])) -> bool {
    let mut give = |name: &str, inner: Vec<u8>| {
        let fits = inner.len() as u64 <= MOST_INSIDE && inner.len() <= *most;
        if fits {
            *most -= inner.len();
            found(name, &inner);
        }
        fits
    };
    let mut complete = zipped(bytes, &mut give);
    complete &= deflated(bytes, &mut give);
    complete & coded(bytes, &mut give)
}

/// Whether there is more inside that `each` would give.
pub fn is_packed(bytes: &[u8]) -> bool {
    let mut any = false;
    each(bytes, &mut (16 << 20), &mut |_, _| any = true);
    any
}

type Give<'g> = dyn FnMut(&str, Vec<u8>) -> bool + 'g;

fn zipped(bytes: &[u8], give: &mut Give<'_>) -> bool {
    let Some(start) = bytes.windows(4).position(|four| four == b"PK\x03\x04") else { return true };
    let Ok(mut archive) = zip::ZipArchive::new(std::io::Cursor::new(&bytes[start..])) else { return true };
    let mut complete = true;
    for at in 0..archive.len() {
        let Ok(mut entry) = archive.by_index(at) else {
            complete = false;
            continue;
        };
        let name = entry.name().map(|name| name.into_owned()).unwrap_or_default();
        let mut inner = Vec::new();
        let read = (&mut entry).take(MOST_INSIDE + 1).read_to_end(&mut inner);
        complete &= read.is_ok();
        complete &= give(&name, inner);
    }
    complete
}

/// Streams of zlib (RFC 1950) and gzip (RFC 1952), wherever they begin.
fn deflated(bytes: &[u8], give: &mut Give<'_>) -> bool {
    let (mut at, mut complete) = (0, true);
    while at + 8 < bytes.len() {
        let (one, two) = (bytes[at], bytes[at + 1]);
        let is_zlib =
            one & 15 == 8 && one >> 4 <= 7 && (u16::from(one) << 8 | u16::from(two)) % 31 == 0 && two & 32 == 0;
        let is_gzip = bytes[at..].starts_with(&[0x1f, 0x8b, 8]);
        if !is_zlib && !is_gzip {
            at += 1;
            continue;
        }
        let (mut inner, rest) = (Vec::new(), &bytes[at..]);
        let (read, taken) = if is_zlib {
            let mut stream = flate2::bufread::ZlibDecoder::new(rest);
            let read = (&mut stream).take(MOST_INSIDE + 1).read_to_end(&mut inner);
            (read.is_ok(), stream.total_in())
        } else {
            let mut stream = flate2::bufread::GzDecoder::new(rest);
            (((&mut stream).take(MOST_INSIDE + 1).read_to_end(&mut inner)).is_ok(), 1)
        };
        if (read && !inner.is_empty()) || inner.len() >= LEAST_BROKEN {
            complete &= give("a packed stream", inner);
        }
        at += if read { usize::try_from(taken).unwrap_or(1).max(1) } else { 1 };
    }
    complete
}

/// Runs of base64 and of hexadecimal digits, line breaks included.
fn coded(bytes: &[u8], give: &mut Give<'_>) -> bool {
    static RUN: LazyLock<BytesRegex> = LazyLock::new(|| {
        BytesRegex::new(r"(?-u)(?:[A-Za-z0-9+/]{4,}(?:\r?\n)?){5,}={0,2}").expect("the pattern is a constant")
    });
    static HEX: LazyLock<BytesRegex> =
        LazyLock::new(|| BytesRegex::new(r"(?-u)(?:[0-9A-Fa-f]{2}\s{0,2}){8,}").expect("the pattern is a constant"));
    let mut complete = true;
    for run in HEX.find_iter(bytes) {
        let digits = run.as_bytes().iter().filter_map(|byte| char::from(*byte).to_digit(16));
        let digits: Vec<u8> = digits.map(|digit| digit as u8).collect();
        let inner: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
        complete &= give("hexadecimal digits", inner);
    }
    for run in RUN.find_iter(bytes) {
        let mut run: Vec<u8> = run.as_bytes().iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        while run.last() == Some(&b'=') {
            run.pop();
        }
        run.truncate(run.len() / 4 * 4);
        if let Ok(inner) = STANDARD.decode(&run) {
            complete &= give("base64", inner);
        }
    }
    complete
}

/// The texts that bytes can be read as: as they are, without markup, and with their escapes resolved.
pub fn texts(bytes: &[u8]) -> Vec<String> {
    let mut texts = Vec::new();
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let broken = String::from_utf8_lossy(sample).chars().filter(|c| *c == '\u{fffd}').count();
    if broken * BROKEN <= sample.len() {
        let plain = String::from_utf8_lossy(bytes);
        static TAG: LazyLock<Regex> =
            LazyLock::new(|| Regex::new("<[^<>]{0,2000}>").expect("the pattern is a constant"));
        let bare = TAG.replace_all(&plain, "");
        let resolved = unescaped(&bare);
        if bare != plain {
            texts.push(unescaped(&plain));
            texts.push(bare.into_owned());
        }
        texts.push(resolved);
        texts.push(plain.into_owned());
    }
    let zeros = bytes.iter().take(4096).filter(|byte| **byte == 0).count();
    if zeros * 4 > bytes.len().min(4096) || bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        for coding in [encoding_rs::UTF_16LE, encoding_rs::UTF_16BE] {
            texts.push(coding.decode_without_bom_handling(bytes).0.into_owned());
        }
    }
    texts
}

/// Entities of HTML and XML, `%20`, `=20` and `\u0020`, as the characters that they mean.
fn unescaped(text: &str) -> String {
    static ENTITY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"&(#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|amp|lt|gt|quot|apos|nbsp);|\\u([0-9A-Fa-f]{4})")
            .expect("the pattern is a constant")
    });
    static BYTES: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?:[%=][0-9A-Fa-f]{2})+").expect("the pattern is a constant"));
    let meant = ENTITY.replace_all(text, |found: &Captures<'_>| character(found).unwrap_or(' ').to_string());
    let soft = meant.replace("=\r\n", "").replace("=\n", "");
    let meant = BYTES.replace_all(&soft, |found: &Captures<'_>| {
        let hex: Vec<char> = found[0].chars().filter(|c| !matches!(c, '%' | '=')).collect();
        let byte = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap_or(b' ');
        String::from_utf8_lossy(&hex.chunks(2).map(byte).collect::<Vec<_>>()).into_owned()
    });
    meant.into_owned()
}

fn character(found: &Captures<'_>) -> Option<char> {
    if let Some(hex) = found.get(2) {
        return char::from_u32(u32::from_str_radix(hex.as_str(), 16).ok()?);
    }
    let name = found.get(1)?.as_str();
    match name.strip_prefix('#') {
        Some(digits) => {
            let hex = digits.strip_prefix(['x', 'X']);
            let code = hex.map_or_else(|| digits.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok());
            char::from_u32(code?)
        }
        None => Some(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => ' ',
        }),
    }
}
