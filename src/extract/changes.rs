//! What a reviewer must know of the making of a document: tracked changes, comments, hidden text. Counts and names only.

use crate::domain::{Finding, FindingCode};

/// Most names that one sentence gives.
const MAX_NAMES: usize = 10;

/// Counts and authors, as they are met in a document.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub insertions: u32,
    pub deletions: u32,
    pub moves: u32,
    /// The other ends of moves.
    pub moves_away: u32,
    change_authors: Vec<String>,
    pub comments: u32,
    comment_authors: Vec<String>,
    /// Formats, marks of paragraphs, rows or cells that were changed.
    pub others: u32,
    /// Passages hidden by their format.
    pub hidden: u32,
    /// Passages in the colour of their ground, or too small to be seen.
    pub unseen: u32,
    /// Passages beyond the edge of the page or slide.
    pub off_page: u32,
    /// Passages that a shape or picture covers.
    pub covered: u32,
    /// Shapes of which it cannot be told what they cover, or that cover a part of a text.
    pub covers: u32,
    /// What opening the document fetches from elsewhere.
    remote: Vec<String>,
    /// Fields that start a program or take data from one.
    programs: Vec<String>,
}

/// Why a passage is not seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Unseen {
    /// By its format.
    Hidden,
    /// In the colour of its ground, or too small.
    Lost,
    /// Beyond the edge of the page or slide.
    OffPage,
}

/// Most addresses that are kept.
const MAX_ADDRESSES: usize = 100;

impl Changes {
    /// Notes a passage that is not seen.
    pub fn does_not_show(&mut self, why: Unseen) {
        match why {
            Unseen::Hidden => self.hidden += 1,
            Unseen::Lost => self.unseen += 1,
            Unseen::OffPage => self.off_page += 1,
        }
    }

    /// Notes who changed something.
    pub fn changed_by(&mut self, author: Option<String>) {
        note(&mut self.change_authors, author);
    }

    /// Notes a comment.
    pub fn comment_by(&mut self, author: Option<String>) {
        self.comments += 1;
        note(&mut self.comment_authors, author);
    }

    /// Notes what is fetched from elsewhere, by its address.
    pub fn fetches(&mut self, address: &str) {
        keep(&mut self.remote, address);
    }

    /// Notes what starts a program.
    pub fn starts(&mut self, what: &str) {
        keep(&mut self.programs, what);
    }

    /// Notes what a field does when the document is opened, by its instruction as `INCLUDEPICTURE "http://..."`.
    pub fn field(&mut self, instruction: &str) {
        let is_gap = |c: char| c.is_whitespace() || matches!(c, '"' | '\u{13}'..='\u{15}');
        let words: Vec<&str> = instruction.split(is_gap).filter(|word| !word.is_empty()).take(200).collect();
        let upper: Vec<String> = words.iter().take(40).map(|word| word.to_ascii_uppercase()).collect();
        let has = |names: &[&str]| upper.iter().any(|word| names.contains(&word.as_str()));
        if has(&["DDE", "DDEAUTO"]) {
            self.starts(&words.join(" "));
        } else if has(&["INCLUDEPICTURE", "INCLUDETEXT", "INCLUDE", "IMPORT", "LINK", "RD", "DATABASE"])
            && let Some(address) = words.iter().find(|word| is_elsewhere(word))
        {
            self.fetches(address);
        }
    }

    /// Adds what was met in another part of the document.
    pub fn add(&mut self, other: Self) {
        self.insertions += other.insertions;
        self.deletions += other.deletions;
        self.moves += other.moves;
        self.moves_away += other.moves_away;
        self.comments += other.comments;
        self.hidden += other.hidden;
        self.unseen += other.unseen;
        self.others += other.others;
        self.off_page += other.off_page;
        self.covered += other.covered;
        self.covers += other.covers;
        other.remote.iter().for_each(|one| self.fetches(one));
        other.programs.iter().for_each(|one| self.starts(one));
        other.change_authors.into_iter().for_each(|name| note(&mut self.change_authors, Some(name)));
        other.comment_authors.into_iter().for_each(|name| note(&mut self.comment_authors, Some(name)));
    }

    /// One sentence for each kind that there is.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let counts = [
            (self.insertions, "insertion"),
            (self.deletions, "deletion"),
            (self.moves.max(self.moves_away), "move"),
            (self.others, "other change"),
        ];
        let counted: Vec<String> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| plural(*n, word)).collect();
        if !counted.is_empty() {
            let detail = format!(
                "Tracked changes that nobody accepted yet: {}{}.",
                counted.join(", "),
                by(&self.change_authors)
            );
            findings.push(Finding::new(FindingCode::TrackedChanges, detail));
        }
        if self.comments > 0 {
            let detail = format!("{}{}.", plural(self.comments, "comment"), by(&self.comment_authors));
            findings.push(Finding::new(FindingCode::Comments, detail));
        }
        findings.extend(self.unseen_findings());
        if !self.programs.is_empty() {
            let detail = format!("Opening it starts a program, or asks one for data: {}.", named(&self.programs));
            findings.push(Finding::new(FindingCode::LaunchAction, detail));
        }
        if !self.remote.is_empty() {
            let detail = format!("Opening it fetches content from elsewhere: {}.", named(&self.remote));
            findings.push(Finding::new(FindingCode::RemoteContent, detail));
        }
        findings
    }

    fn unseen_findings(&self) -> Vec<Finding> {
        let hidden = [
            (self.hidden, "hidden by format."),
            (self.unseen, "that no reader sees: in the colour of the ground, or too small."),
            (self.off_page, "beyond the edge of the page, where no reader sees it."),
        ];
        let hidden = hidden
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| Finding::new(FindingCode::HiddenText, format!("{} {what}", passages(*count))));
        let mut findings: Vec<Finding> = hidden.collect();
        if self.covered > 0 {
            let detail = format!("{} under a shape or picture that covers it.", passages(self.covered));
            findings.push(Finding::new(FindingCode::TextUnderBox, detail));
        }
        if self.covers > 0 {
            let detail = format!(
                "{} in front of the text, which may cover words: compare the text with what the document shows.",
                plural(self.covers, "filled shape")
            );
            findings.push(Finding::new(FindingCode::TextUnderBox, detail));
        }
        findings
    }
}

/// Whether an address leads out of the file and of its folder.
pub(crate) fn is_elsewhere(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    ["http:", "https:", "ftp:", "file:", "smb:", "//", "\\\\"].iter().any(|start| lower.starts_with(start))
}

fn keep(kept: &mut Vec<String>, what: &str) {
    let what: String = what.trim().chars().take(120).collect();
    if !what.is_empty() && kept.len() < MAX_ADDRESSES && !kept.contains(&what) {
        kept.push(what);
    }
}

fn named(kept: &[String]) -> String {
    let more = if kept.len() > 3 { " and more" } else { "" };
    kept.iter().take(3).cloned().collect::<Vec<_>>().join(", ") + more
}

fn note(authors: &mut Vec<String>, author: Option<String>) {
    if let Some(author) = author.map(|name| name.trim().chars().take(100).collect::<String>())
        && !author.is_empty()
        && authors.len() <= MAX_NAMES
        && !authors.contains(&author)
    {
        authors.push(author);
    }
}

fn by(authors: &[String]) -> String {
    let shown: Vec<&str> = authors.iter().take(MAX_NAMES).map(String::as_str).collect();
    let more = if authors.len() > MAX_NAMES { " and others" } else { "" };
    if shown.is_empty() { String::new() } else { format!(" by {}{more}", shown.join(", ")) }
}

fn passages(count: u32) -> String {
    plural(count, "passage")
}

/// A count with its word, as `2 comments`.
pub(crate) fn plural(count: u32, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}
