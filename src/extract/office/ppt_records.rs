//! What office_oxide does not give of an old presentation (MS-PPT 2.3): speakers' notes and comments. Reads no slide.

use std::collections::HashMap;

/// Most levels of containers.
const MAX_DEPTH: usize = 24;

/// Most records that are looked at.
const MAX_RECORDS: usize = 500_000;

/// Notes by the number of their slide, and comments as author and text.
#[derive(Default)]
pub(super) struct Beside {
    pub notes: HashMap<u32, String>,
    pub comments: Vec<(String, String)>,
}

#[derive(Default)]
struct Walk {
    records: usize,
    /// Ids of the slides, in the order of the last list.
    slides: Vec<u32>,
    /// Notes by the id of their slide; a later version takes the place of an earlier one.
    notes: HashMap<u32, String>,
    comments: Vec<(String, String)>,
    is_slide_list: bool,
    /// Slide of the notes that are open, and their text so far.
    open_notes: Option<(u32, String)>,
    is_notes_text: bool,
}

/// Reads the records of the presentation's stream.
pub(super) fn read(bytes: &[u8]) -> Beside {
    let stream = super::compound::stream(bytes, &["/PowerPoint Document"]);
    let mut walk = Walk::default();
    walk.records(&stream, 0);
    let number = |id: &u32| walk.slides.iter().position(|slide| slide == id).map(|at| at as u32 + 1);
    let notes = walk.notes.iter().filter_map(|(id, text)| Some((number(id)?, text.trim().to_string())));
    let notes = notes.filter(|(_, text)| !text.is_empty()).collect();
    walk.comments.dedup();
    Beside { notes, comments: walk.comments }
}

impl Walk {
    fn records(&mut self, mut rest: &[u8], depth: usize) {
        while rest.len() >= 8 && self.records < MAX_RECORDS {
            self.records += 1;
            let (version, instance) = (rest[0] & 0x0f, u16::from_le_bytes([rest[0], rest[1]]) >> 4);
            let kind = u16::from_le_bytes([rest[2], rest[3]]);
            let length = u32::from_le_bytes([rest[4], rest[5], rest[6], rest[7]]) as usize;
            let data = &rest[8..rest.len().min(length.saturating_add(8))];
            rest = &rest[8 + data.len()..];
            if version == 0x0f && depth < MAX_DEPTH {
                self.container(kind, instance, data, depth);
            } else {
                self.atom(kind, data, depth);
            }
        }
    }

    fn container(&mut self, kind: u16, instance: u16, data: &[u8], depth: usize) {
        match kind {
            // A list of slides; the others are of masters and notes.
            0x0ff0 => {
                self.is_slide_list = instance == 0;
                if self.is_slide_list {
                    self.slides.clear();
                }
                self.records(data, depth + 1);
                self.is_slide_list = false;
            }
            0x03f0 => {
                self.open_notes = Some((0, String::new()));
                self.records(data, depth + 1);
                if let Some((slide, text)) = self.open_notes.take() {
                    self.notes.insert(slide, text);
                }
            }
            0x2ee0 => self.comment(data),
            _ => self.records(data, depth + 1),
        }
    }

    fn atom(&mut self, kind: u16, data: &[u8], depth: usize) {
        let number = |at: usize| -> Option<u32> { Some(u32::from_le_bytes(data.get(at..at + 4)?.try_into().ok()?)) };
        match kind {
            0x03f3 if self.is_slide_list && self.slides.len() < 20_000 => self.slides.extend(number(12)),
            0x03f1 => {
                if let (Some((slide, _)), Some(id)) = (&mut self.open_notes, number(0)) {
                    *slide = id;
                }
            }
            // Notes, or text of no kind; masters' date and number are one asterisk.
            0x0f9f => self.is_notes_text = matches!(number(0), Some(2 | 4)),
            0x0fa0 => self.notes_text(wide(data)),
            0x0fa8 => self.notes_text(data.iter().map(|byte| char::from(*byte)).collect()),
            // Records of later versions, as comments, stand inside an atom.
            0x138b if depth < MAX_DEPTH => self.records(data, depth + 1),
            _ => {}
        }
    }

    fn notes_text(&mut self, text: String) {
        if let (Some((_, notes)), true) = (&mut self.open_notes, self.is_notes_text && text.trim() != "*") {
            notes.push_str(&text.replace(['\r', '\u{b}'], "\n"));
            notes.push('\n');
        }
    }

    /// Author and text stand in strings (2.3.23).
    fn comment(&mut self, mut rest: &[u8]) {
        let (mut author, mut text) = (String::new(), String::new());
        while rest.len() >= 8 {
            let (instance, kind) =
                (u16::from_le_bytes([rest[0], rest[1]]) >> 4, u16::from_le_bytes([rest[2], rest[3]]));
            let length = u32::from_le_bytes([rest[4], rest[5], rest[6], rest[7]]) as usize;
            let data = &rest[8..rest.len().min(length.saturating_add(8))];
            rest = &rest[8 + data.len()..];
            match (kind, instance) {
                (0x0fba, 0) => author = wide(data),
                (0x0fba, 1) => text = wide(data).replace('\r', "\n"),
                _ => {}
            }
        }
        if !text.trim().is_empty() && self.comments.len() < 5_000 {
            self.comments.push((author, text));
        }
    }
}

fn wide(data: &[u8]) -> String {
    let units: Vec<u16> = data.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units)
}
