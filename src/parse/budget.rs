//! How much of a message's archives is unpacked: one budget for the whole tree, so that nesting buys nothing. Counts what
//! really comes out; believes no size that a file declares.

use std::io::Read;

/// Bytes that may come out of all archives of a message together.
pub const MAX_BYTES: u64 = 256 << 20;

/// Files that may come out of all archives of a message together.
pub const MAX_FILES: usize = 2_000;

/// Levels of messages and archives in each other, all kinds together.
pub const MAX_LEVELS: usize = 10;

/// Archives in archives.
pub const MAX_ARCHIVES: usize = 3;

/// Bytes that may be inflated in all, those that are thrown away included: bounds the work, whatever the clock says.
const MAX_WORK: u64 = 2 * MAX_BYTES;

/// A file that grows by more than this, and beyond `RATIO_FROM` bytes, is a bomb and no document.
const MAX_RATIO: u64 = 150;
const RATIO_FROM: u64 = 8 << 20;

/// Parts of all kinds that are listed of one message.
const MAX_PARTS: usize = 10_000;

const PIECE: usize = 64 << 10;

/// Why a file was not unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cut {
    Files,
    Bytes,
    Ratio,
    /// Its archive is one level too deep.
    Depth,
    /// Packed by a method that is not read here.
    Method,
}

impl Cut {
    /// The reason, to follow "as".
    pub fn reason(self) -> String {
        match self {
            Self::Files => format!("no more than {MAX_FILES} files of a mail's archives are unpacked"),
            Self::Bytes => format!("no more than {} MB of a mail's archives are unpacked", MAX_BYTES >> 20),
            Self::Ratio => format!("they grow to more than {MAX_RATIO} times their size, as no document does"),
            Self::Depth => format!("archives lie in each other deeper than {MAX_ARCHIVES} levels"),
            Self::Method => "they are packed by a method that Pouch does not read".into(),
        }
    }
}

/// What is left of the budget.
pub struct Budget {
    bytes: u64,
    work: u64,
    files: usize,
    parts: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { bytes: MAX_BYTES, work: MAX_WORK, files: MAX_FILES, parts: MAX_PARTS }
    }
}

impl Budget {
    /// Takes one more file of an archive.
    pub fn take_file(&mut self) -> Result<(), Cut> {
        self.files = self.files.checked_sub(1).ok_or(Cut::Files)?;
        Ok(())
    }

    /// Takes one more part to list, of any kind; false: there are too many.
    pub fn take_part(&mut self) -> bool {
        let left = self.parts.checked_sub(1);
        self.parts = left.unwrap_or(0);
        left.is_some()
    }

    /// Takes bytes that stand in an archive as they are.
    pub fn take_bytes(&mut self, size_bytes: usize) -> Result<(), Cut> {
        self.bytes = self.bytes.checked_sub(size_bytes as u64).ok_or(Cut::Bytes)?;
        Ok(())
    }

    /// Reads a file of an archive that takes `packed` bytes there; what is damaged gives what came before the damage, and
    /// true.
    ///
    /// # Errors
    /// If it is larger than what is left, grows like a bomb, or the memory is not there.
    pub fn unpack(&mut self, mut from: impl Read, packed: usize) -> Result<(Vec<u8>, bool), Cut> {
        let (mut unpacked, mut piece) = (Vec::new(), vec![0; PIECE]);
        let damaged = loop {
            let read = match from.read(&mut piece) {
                Ok(0) => break false,
                Ok(read) => read,
                Err(_) => break true,
            };
            self.work = self.work.saturating_sub(read as u64);
            let size = (unpacked.len() + read) as u64;
            if size > self.bytes || self.work == 0 {
                return Err(Cut::Bytes);
            }
            if size > RATIO_FROM && size / MAX_RATIO > packed as u64 {
                return Err(Cut::Ratio);
            }
            if unpacked.capacity() < unpacked.len() + read {
                // Grows by steps that a limited address space bears; without memory the file is left out, not the mail.
                let more = read.max(unpacked.len() / 4).max(PIECE);
                unpacked.try_reserve_exact(more).map_err(|_| Cut::Bytes)?;
            }
            unpacked.extend_from_slice(&piece[..read]);
        };
        self.bytes -= unpacked.len() as u64;
        Ok((unpacked, damaged))
    }
}
