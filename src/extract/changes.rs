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
    /// Passages hidden by their format.
    pub hidden: u32,
    /// Passages in white on white, or too small to be seen.
    pub unseen: u32,
}

impl Changes {
    /// Notes who changed something.
    pub fn changed_by(&mut self, author: Option<String>) {
        note(&mut self.change_authors, author);
    }

    /// Notes a comment.
    pub fn comment_by(&mut self, author: Option<String>) {
        self.comments += 1;
        note(&mut self.comment_authors, author);
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
        other.change_authors.into_iter().for_each(|name| note(&mut self.change_authors, Some(name)));
        other.comment_authors.into_iter().for_each(|name| note(&mut self.comment_authors, Some(name)));
    }

    /// One sentence for each kind that there is.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let counts =
            [(self.insertions, "insertion"), (self.deletions, "deletion"), (self.moves.max(self.moves_away), "move")];
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
        if self.hidden > 0 {
            let detail = format!("{} hidden by format.", passages(self.hidden));
            findings.push(Finding::new(FindingCode::HiddenText, detail));
        }
        if self.unseen > 0 {
            let detail = format!("{} that no reader sees: white on white, or too small.", passages(self.unseen));
            findings.push(Finding::new(FindingCode::HiddenText, detail));
        }
        findings
    }
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
