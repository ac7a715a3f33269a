//! Pictures inside office files, whose words are recognised as those of scans are: many a paper is a scan in a Word file.
//! Reads no words itself, and opens only the picture that it is asked for.

use super::archive::Archive;
use crate::domain::extraction::{PageReading, SegmentKind};
use crate::extract::picture;

/// Pictures of one file that are recognised.
const MOST: usize = 100;

/// Bytes at the beginning of a picture in which its size stands.
const HEAD: u64 = 256 << 10;

const ENDINGS: [&str; 8] = [".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp"];

/// What a file says of its pictures: each awaits recognition, numbered from 1.
pub(super) fn awaiting(archive: &mut Archive<'_>) -> Vec<PageReading> {
    (1..).zip(names(archive)).map(|(number, _)| picture::awaiting(number, SegmentKind::Picture)).collect()
}

/// The picture with this number, as PGM.
///
/// # Errors
/// In words for a person.
pub fn draw(bytes: &[u8], number: u32) -> Result<Vec<u8>, String> {
    let gone = || format!("the file has no picture {number}");
    let mut archive = Archive::open(bytes).map_err(|_| gone())?;
    let at = (number as usize).checked_sub(1).ok_or_else(gone)?;
    let name = names(&mut archive).into_iter().nth(at).ok_or_else(gone)?;
    let picture = archive.bytes(&name).ok().flatten().ok_or_else(gone)?;
    picture::draw(&picture, 1)
}

/// The pictures that may hold text, in the order of their names.
fn names(archive: &mut Archive<'_>) -> Vec<String> {
    let is_picture = |name: &&String| {
        let lower = name.to_lowercase();
        let in_place = lower.contains("/media/") || lower.starts_with("pictures/") || lower.contains("/pictures/");
        in_place && ENDINGS.iter().any(|ending| lower.ends_with(ending))
    };
    let mut names: Vec<String> = archive.names().iter().filter(is_picture).cloned().collect();
    names.sort_by_key(|name| (name.len(), name.clone()));
    names.retain(|name| archive.head(name, HEAD).is_some_and(|head| picture::may_hold_text(&head)));
    names.truncate(MOST);
    names
}
