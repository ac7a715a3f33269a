//! Compound files ([MS-CFB]): their streams by path. Hands a file to the library only after a look at what would make it
//! eat memory, and a panic of the library ends here.

use super::media_type::COMPOUND;
use std::io::{Cursor, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// An open compound file.
pub type Compound<'b> = cfb::CompoundFile<Cursor<&'b [u8]>>;

/// Names on the first level of a file that are looked at.
const MAX_NAMES: usize = 10_000;

/// Runs what a library does with a stranger's bytes; a panic is no answer.
pub fn guarded<T>(read: impl FnOnce() -> Option<T>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(read)).ok().flatten()
}

/// Opens a compound file; `None`: it is damaged, or its tables are larger than such a file can have.
pub fn open(bytes: &[u8]) -> Option<Compound<'_>> {
    (bytes.starts_with(&COMPOUND) && has_modest_tables(bytes)).then_some(())?;
    guarded(|| cfb::CompoundFile::open(Cursor::new(bytes)).ok())
}

/// Names of the storages and streams on the first level.
pub fn root_names(bytes: &[u8]) -> Option<Vec<String>> {
    let file = open(bytes)?;
    guarded(|| Some(file.read_root_storage().take(MAX_NAMES).map(|entry| entry.name().to_string()).collect()))
}

/// A stream by its path, up to a number of bytes.
pub fn stream(file: &mut Compound<'_>, path: &str, most: u64) -> Option<Vec<u8>> {
    guarded(|| {
        let mut content = Vec::new();
        file.open_stream(path).ok()?.take(most).read_to_end(&mut content).ok()?;
        Some(content)
    })
}

/// The library reads all sectors that the table of tables names (2.5) before it compares them with the file: the same
/// sector named again and again would grow to a hundred times the file.
fn has_modest_tables(bytes: &[u8]) -> bool {
    let u16_at = |at: usize| bytes.get(at..at + 2).map(|two| u16::from_le_bytes([two[0], two[1]]));
    let u32_at = |at: usize| bytes.get(at..at + 4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]));
    let sector = match u16_at(30) {
        Some(9) => 512_usize,
        Some(12) => 4_096,
        _ => return false,
    };
    let most = bytes.len() / sector / (sector / 4) / (sector / 4 - 1) + 2;
    let Some(mut next) = u32_at(68) else { return false };
    for _ in 0..most {
        if next >= 0xffff_fffa {
            return true;
        }
        let Some(last) = (next as usize + 1).checked_mul(sector).and_then(|at| u32_at(at.checked_add(sector - 4)?))
        else {
            return true;
        };
        next = last;
    }
    next >= 0xffff_fffa
}
