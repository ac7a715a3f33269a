//! Whether a photograph says where it was taken: GPS data in EXIF (CIPA DC-008, 4.6). Decodes no picture and returns no
//! coordinates.

/// Most entries of one directory.
const MAX_ENTRIES: usize = 1_000;

/// Tag of the pointer to the GPS directory.
const GPS_POINTER: u16 = 0x8825;

/// Tags of latitude and longitude in the GPS directory; an empty directory places nothing.
const PLACES: [u16; 2] = [2, 4];

/// Whether a JPEG, TIFF, WebP, PNG or HEIC picture holds a latitude or longitude. The start of the file is enough.
pub(crate) fn gps(bytes: &[u8]) -> bool {
    if bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*") {
        return in_tiff(bytes);
    }
    let mut rest = bytes;
    while let Some(at) = rest.windows(6).position(|window| window == b"Exif\0\0") {
        rest = &rest[at + 6..];
        if in_tiff(rest) {
            return true;
        }
    }
    // PNG and WebP hold the TIFF structure without the six bytes.
    let chunk = |name: &[u8; 4], skip: usize| {
        let at = bytes.windows(4).position(|window| window == name)?;
        bytes.get(at + 4 + skip..).map(in_tiff)
    };
    chunk(b"eXIf", 0).or_else(|| chunk(b"EXIF", 4)).unwrap_or(false)
}

fn in_tiff(tiff: &[u8]) -> bool {
    let big = tiff.starts_with(b"MM");
    let short = |at: usize| -> Option<u16> {
        let pair: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
    };
    let long = |at: usize| -> Option<usize> {
        let four: [u8; 4] = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
        usize::try_from(if big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }).ok()
    };
    let tags = |at: usize| -> Vec<(u16, usize)> {
        let count = short(at).map_or(0, usize::from).min(MAX_ENTRIES);
        (0..count).filter_map(|n| Some((short(at + 2 + n * 12)?, long(at + 10 + n * 12)?))).collect()
    };
    let Some(first) = long(4).filter(|at| *at < tiff.len()) else { return false };
    let pointer = tags(first).into_iter().find(|(tag, _)| *tag == GPS_POINTER).map(|(_, at)| at);
    pointer.filter(|at| *at < tiff.len()).is_some_and(|at| tags(at).iter().any(|(tag, _)| PLACES.contains(tag)))
}
