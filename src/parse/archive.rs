//! Archives to parts: ZIP and gzip, within the budget of the whole message. Unpacks into memory only, one file at a time.

use super::budget::Cut;
use super::source::Source;
use super::walk::{Found, Place, Walk, shown};
use super::zipped::{DEFLATED, Directory, Entry, STORED};
use super::{entry_name, media_type};
use crate::domain::message::{Part, PartKind};
use crate::domain::{Problem, ProblemCode};
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Names that a problem quotes.
const QUOTED: usize = 5;

/// What went wrong with files of one archive, said in one problem each.
#[derive(Default)]
struct Notes {
    left_out: BTreeMap<Cut, usize>,
    locked: Vec<String>,
    damaged: Vec<String>,
    odd_names: Vec<String>,
}

impl Walk {
    /// The files of a ZIP archive; `None`: there is none that could be found.
    pub fn zip(&mut self, archive: &Part, bytes: &[u8], inside: Place) -> Option<Vec<Part>> {
        let directory = Directory::of(bytes)?;
        if directory.is_repaired {
            let detail = format!("{} is damaged; what could be found in it is listed.", shown(archive));
            self.note(ProblemCode::BrokenStructure, detail);
        }
        let unnamed = directory.entries.iter().filter(|entry| !entry.is_utf8);
        let all_names: Vec<u8> =
            unnamed.take(200).flat_map(|entry| [entry.name.as_slice(), b"\n"]).flatten().copied().collect();
        let (mut parts, mut notes) = (Vec::new(), Notes::default());
        for entry in &directory.entries {
            let name = entry_name::decode(&entry.name, entry.is_utf8, &all_names);
            match self.zip_entry(archive, bytes, entry, &name, parts.len() + 1, inside, &mut notes) {
                Ok(part) => parts.push(part),
                Err(cut) => *notes.left_out.entry(cut).or_default() += 1,
            }
        }
        if directory.more > 0 {
            *notes.left_out.entry(Cut::Files).or_default() += directory.more;
        }
        self.say(archive, notes);
        Some(parts)
    }

    #[expect(clippy::too_many_arguments, reason = "all of one entry")]
    fn zip_entry(
        &mut self,
        archive: &Part,
        bytes: &[u8],
        entry: &Entry,
        name: &str,
        number: usize,
        inside: Place,
        notes: &mut Notes,
    ) -> Result<Part, Cut> {
        let packed = bytes.get(entry.data.clone()).unwrap_or_default();
        let known = entry.is_encrypted || matches!(entry.method, STORED | DEFLATED);
        if !known {
            return Err(Cut::Method);
        }
        self.budget.take_file()?;
        let (content, source) = if entry.is_encrypted || entry.method == STORED {
            self.budget.take_bytes(packed.len())?;
            (Cow::Borrowed(packed), Source::Range(entry.data.clone()))
        } else {
            let (content, damaged) = self.budget.unpack(DeflateDecoder::new(packed), packed.len())?;
            if damaged {
                notes.damaged.push(name.into());
            }
            let length = content.len();
            (Cow::Owned(content), Source::Deflate(entry.data.clone(), length))
        };
        let (shown_name, is_odd) = entry_name::shown(name);
        let path = format!("{}.{number}", archive.path);
        if is_odd {
            notes.odd_names.push(shown_name.clone().unwrap_or_else(|| format!("part {path}")));
        }
        if entry.is_encrypted {
            notes.locked.push(shown_name.clone().unwrap_or_else(|| format!("part {path}")));
        } else if entry.crc != crc_of(&content) && !notes.damaged.iter().any(|one| one == name) {
            notes.damaged.push(name.into());
        }
        Ok(self.file(Found {
            path,
            kind: PartKind::Attachment,
            name: shown_name,
            claimed_type: "application/octet-stream".into(),
            known_type: entry.is_encrypted.then_some(media_type::LOCKED),
            bytes: &content,
            source,
            place: inside,
        }))
    }

    /// The one file in a gzip stream; `None`: nothing comes out of it.
    pub fn gzip(&mut self, archive: &Part, bytes: &[u8], inside: Place) -> Option<Vec<Part>> {
        let mut notes = Notes::default();
        let decoder = MultiGzDecoder::new(bytes);
        let inner =
            decoder.header().and_then(|header| header.filename()).map(|name| entry_name::decode(name, false, name));
        let outer = archive.name.as_deref().unwrap_or_default();
        let name = inner.filter(|name| !name.is_empty()).unwrap_or_else(|| match outer.strip_suffix(".tgz") {
            Some(stem) => format!("{stem}.tar"),
            None => outer.strip_suffix(".gz").unwrap_or(outer).into(),
        });
        let unpacked = self.budget.take_file().and_then(|()| self.budget.unpack(decoder, bytes.len()));
        let mut parts = Vec::new();
        match unpacked {
            Ok((content, damaged)) => {
                if content.is_empty() && damaged {
                    return None;
                }
                if damaged {
                    notes.damaged.push(name.clone());
                }
                let (shown_name, is_odd) = entry_name::shown(&name);
                let path = format!("{}.1", archive.path);
                if is_odd {
                    notes.odd_names.push(shown_name.clone().unwrap_or_else(|| format!("part {path}")));
                }
                parts.push(self.file(Found {
                    path,
                    kind: PartKind::Attachment,
                    name: shown_name,
                    claimed_type: "application/octet-stream".into(),
                    known_type: None,
                    bytes: &content,
                    source: Source::Gzip(content.len()),
                    place: inside,
                }));
            }
            Err(cut) => *notes.left_out.entry(cut).or_default() += 1,
        }
        self.say(archive, notes);
        Some(parts)
    }

    fn say(&mut self, archive: &Part, notes: Notes) {
        let shown = shown(archive);
        for (cut, count) in notes.left_out {
            let files = if count == 1 { "1 file was".into() } else { format!("{count} files were") };
            let detail = format!(
                "{shown} was not unpacked as a whole: {files} left out, as {}. Unpack it by hand.",
                cut.reason()
            );
            self.note(ProblemCode::ArchiveCut, detail);
        }
        let said = [
            (
                ProblemCode::PartUnreadable,
                notes.locked,
                "holds files that only a password opens; ask the sender for them",
            ),
            (
                ProblemCode::BrokenStructure,
                notes.damaged,
                "holds damaged files, of which the end or more may be missing",
            ),
            (
                ProblemCode::OddFileName,
                notes.odd_names,
                "holds names that no file should have; they are shown in a harmless form",
            ),
        ];
        for (code, names, words) in said {
            if !names.is_empty() {
                let problem = Problem::new(code, format!("{shown} {words}: {}.", quoted(&names)));
                self.note(problem.code, problem.detail);
            }
        }
    }
}

fn quoted(names: &[String]) -> String {
    let first: Vec<String> = names.iter().take(QUOTED).map(|name| name.chars().take(80).collect()).collect();
    let more = names.len().saturating_sub(QUOTED);
    if more == 0 { first.join(", ") } else { format!("{} and {more} more", first.join(", ")) }
}

fn crc_of(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}
