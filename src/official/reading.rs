//! Reads the lines of a report in order and says which paragraph each belongs to. A number counts only where it is due: after
//! the one before it, at the beginning of a block; so a year or a list within a paragraph makes no paragraph.

use super::lines::{Line, lines};
use super::{Annex, Paragraph, Report, Section, Sub, cover, marks};
use crate::domain::extraction::Extraction;
use crate::language;

/// So many numbers may be missing in a row (a page that could not be read) before a number is not believed.
const GAP: u32 = 3;

/// What the next line may go on with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// The cover, or what stands outside of the numbered text.
    Nothing,
    Section,
    Annex,
    Paragraph,
}

struct Reader {
    report: Report,
    loose: bool,
    open: Open,
    last: u32,
    /// Of a list inside a paragraph: the number that would come next.
    list: u32,
    section: Option<usize>,
    /// How many letters and chapters the division has had.
    letters: usize,
    chapters: usize,
    is_step: bool,
    unnumbered: usize,
}

/// Reads a report.
pub fn read(extraction: &Extraction) -> Report {
    let found = lines(extraction);
    let mut reader = Reader {
        report: Report::default(),
        loose: found.loose,
        open: Open::Nothing,
        last: 0,
        list: 0,
        section: None,
        letters: 0,
        chapters: 0,
        is_step: false,
        unnumbered: 0,
    };
    let first = found.lines.iter().position(|line| marks::number(&line.text).is_some_and(|(number, _)| number == 1));
    (0..found.lines.len()).for_each(|at| reader.take(&found.lines[at], &found.lines[at + 1..]));
    let mut report = reader.report;
    let cover: Vec<&str> = found.lines[..first.unwrap_or(0)].iter().map(|line| line.text.as_str()).collect();
    report.symbol = cover::symbol(&found.furniture, &cover);
    report.issued = cover::issued(cover.iter().copied().chain(found.furniture.iter().map(String::as_str)));
    report.title = extraction.title.as_ref().map(|title| title.text.clone());
    let text: String = report.paragraphs.iter().take(10).map(|one| one.text.as_str()).collect::<Vec<_>>().join(" ");
    report.language = language::detect(&text);
    if reader.unnumbered > 0 {
        let lines = reader.unnumbered;
        report.remarks.push(format!("{lines} lines stand in no numbered paragraph and were left out"));
    }
    if report.paragraphs.is_empty() {
        let why = "no numbered paragraph was found; in a DOCX or ODT file the numbers may be made by the word processor \
                   itself and not stand in the text: take the PDF";
        report.remarks.push(why.into());
    }
    report
}

impl Reader {
    fn take(&mut self, line: &Line, rest: &[Line]) {
        if marks::is_contents(&line.text) {
            return;
        }
        let heading = self.may_head(line);
        if heading && (self.annex(line) || self.heading(line)) {
            return;
        }
        if heading && marks::is_steps(&line.text) {
            self.is_step = true;
            self.open = Open::Nothing;
            return;
        }
        if !self.paragraph(line, rest) && !self.sub(line) {
            self.go_on(line, rest);
        }
    }

    /// Whether the open paragraph has come to the end of a sentence.
    fn ended(&self) -> bool {
        let text = match (self.open, self.report.paragraphs.last()) {
            (Open::Paragraph, Some(one)) => one.subs.last().map_or(&one.text, |sub| &sub.text),
            _ => return true,
        };
        let bare = text.trim_end_matches(['"', '”', '»', '’', ')', '」', '）']);
        bare.ends_with(['.', ';', ':', '!', '?', '。', '；', '：', '！', '？', '؛', '؟', '…'])
    }

    /// A heading stands in a block of its own.
    fn may_head(&self, line: &Line) -> bool {
        let block = line.after_blank || line.page_top;
        block && (self.ended() || !self.loose && !line.page_top)
    }

    fn annex(&mut self, line: &Line) -> bool {
        let Some((mark, title)) = marks::annex(&line.text) else { return false };
        // Sections without paragraphs before it: a list of contents.
        if self.report.paragraphs.is_empty() && !self.report.sections.is_empty() {
            return true;
        }
        self.report.annexes.push(Annex { label: line.text.clone(), mark, title: title.into() });
        (self.open, self.last, self.list, self.section) = (Open::Annex, 0, 0, None);
        (self.letters, self.chapters, self.is_step) = (0, 0, false);
        true
    }

    /// A section or a chapter whose turn it is.
    fn heading(&mut self, line: &Line) -> bool {
        if marks::is_steps(&line.text) {
            return false;
        }
        if let Some((places, title)) = marks::section(&line.text) {
            let due = |at: &usize| (self.letters..self.letters + 2).contains(at);
            // A list of contents said it all before; or the letters begin anew in the next chapter.
            let again = places
                .contains(&0)
                .then_some(0)
                .filter(|_| self.nothing_yet() || self.letters > 0 && self.in_chapter());
            if let Some(at) = places.iter().copied().find(due).or(again) {
                if at == 0 && self.nothing_yet() {
                    self.forget();
                }
                self.letters = at + 1;
                self.add_section(char::from(b'A' + at.min(25) as u8).to_string(), title);
                return true;
            }
        }
        if let Some((value, title)) = marks::chapter(&line.text) {
            if value == 1 && self.nothing_yet() {
                self.forget();
            }
            if value == self.chapters + 1 {
                (self.chapters, self.letters) = (value, 0);
                self.add_section(marks::as_roman(value), title);
                return true;
            }
        }
        false
    }

    fn in_chapter(&self) -> bool {
        self.section.is_some_and(|at| self.report.sections[at].mark.starts_with(['I', 'V', 'X']))
    }

    fn annex_now(&self) -> Option<usize> {
        self.report.annexes.len().checked_sub(1)
    }

    /// No paragraph of this division has been read.
    fn nothing_yet(&self) -> bool {
        self.last == 0
    }

    /// The sections so far were a list of contents.
    fn forget(&mut self) {
        let now = self.annex_now();
        self.report.sections.retain(|one| one.annex != now);
        (self.letters, self.chapters) = (0, 0);
    }

    fn add_section(&mut self, mark: String, title: &str) {
        self.report.sections.push(Section { mark, title: title.into(), annex: self.annex_now() });
        self.section = Some(self.report.sections.len() - 1);
        (self.open, self.is_step) = (Open::Section, false);
    }

    fn paragraph(&mut self, line: &Line, following: &[Line]) -> bool {
        let Some((number, rest)) = marks::number(&line.text) else { return false };
        let fresh = self.ended() || line.page_top || line.after_blank && !self.loose;
        let due = self.last + 1;
        let skipped = number > due && number <= due + GAP && line.after_blank && self.ended() && self.last > 0;
        // Of a list or of a sentence that the page cut, if the same number comes once more.
        let doubtful = number == self.list || !self.ended();
        if !fresh || (number != due && !skipped) || doubtful && comes_again(number, following) {
            // A list inside a paragraph counts for itself.
            self.list = if number == 1 || number == self.list { number + 1 } else { self.list };
            return false;
        }
        if skipped {
            let missing: Vec<String> = (due..number).map(|one| one.to_string()).collect();
            self.remark(format!("paragraph {} was not found before paragraph {number}", missing.join(", ")));
        }
        if number == self.list {
            self.remark(format!("number {number} may be a paragraph, or belong to a list within the one before"));
        }
        (self.last, self.list, self.open) = (number, 0, Open::Paragraph);
        self.report.paragraphs.push(Paragraph {
            number,
            page: line.page,
            section: self.section,
            annex: self.annex_now(),
            is_step: self.is_step,
            text: rest.into(),
            subs: Vec::new(),
        });
        true
    }

    fn remark(&mut self, words: String) {
        self.report.remarks.push(words);
    }

    fn sub(&mut self, line: &Line) -> bool {
        let fresh = self.ended() || line.after_blank && !self.loose;
        let (Open::Paragraph, Some(one), true) = (self.open, self.report.paragraphs.last_mut(), fresh) else {
            return false;
        };
        let Some((letters, rest)) = marks::sub(&line.text) else { return false };
        let due = char::from(b'a' + one.subs.len().min(25) as u8);
        if !letters.contains(&due) {
            return false;
        }
        one.subs.push(Sub { letter: due, text: rest.into() });
        true
    }

    /// A line without a mark belongs to what is open.
    fn go_on(&mut self, line: &Line, following: &[Line]) {
        let alone = line.after_blank && following.first().is_none_or(|next| next.after_blank || next.page_top);
        let apart = alone && !self.loose && !line.page_top;
        match self.open {
            Open::Section if !line.after_blank => {
                if let Some(section) = self.report.sections.last_mut() {
                    join(&mut section.title, &line.text);
                }
            }
            Open::Annex => {
                if let Some(annex) =
                    self.report.annexes.last_mut().filter(|one| one.title.is_empty() || !line.after_blank)
                {
                    join(&mut annex.title, &line.text);
                }
            }
            // A short line for itself after a full sentence is a heading without a letter.
            Open::Paragraph if apart && self.ended() && is_bare_heading(&line.text) => self.open = Open::Nothing,
            Open::Paragraph => {
                if let Some(one) = self.report.paragraphs.last_mut() {
                    let text = one.subs.last_mut().map_or(&mut one.text, |sub| &mut sub.text);
                    join(text, &line.text);
                }
            }
            Open::Section | Open::Nothing => {
                self.unnumbered += usize::from(self.last > 0);
            }
        }
    }
}

/// Whether a number comes once more at the beginning of a block, before numbers begin anew.
fn comes_again(number: u32, following: &[Line]) -> bool {
    let numbered = following.iter().filter(|line| line.after_blank || line.page_top);
    let mut numbers = numbered.filter_map(|line| marks::number(&line.text)).map(|(number, _)| number);
    numbers.find(|one| *one == number || *one == 1) == Some(number)
}

fn is_bare_heading(text: &str) -> bool {
    text.chars().count() <= 90
        && marks::number(text).is_none()
        && !text.ends_with(['.', ';', ':', ',', '。', '；', '：', '؛', '،'])
}

/// Puts a line behind a text: Chinese needs no blank, a hyphen keeps its word together.
fn join(text: &mut String, line: &str) {
    let is_chinese = |c: char| matches!(c, '\u{3000}'..='\u{303f}' | '\u{4e00}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}');
    let (last, first) = (text.chars().next_back(), line.chars().next());
    let close = match (last, first) {
        (Some(last), Some(first)) => is_chinese(last) && is_chinese(first),
        _ => true,
    };
    let hyphen = last == Some('-') && text.chars().rev().nth(1).is_some_and(char::is_alphabetic);
    if !close && !hyphen {
        text.push(' ');
    }
    text.push_str(line);
}
