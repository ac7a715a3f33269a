//! Comments on cells, of both generations (ECMA-376 part 1, 18.7, and MS-XLSX 2.4.24 for threads). A thread is also kept
//! as an old comment for old programs; it is read once.

use super::xml::{Element, Visitor};
use crate::extract::changes::Changes;
use std::collections::{HashMap, HashSet};

/// People who comment, by id.
#[derive(Default)]
pub(super) struct People(HashMap<String, String>);

impl Visitor for People {
    fn open(&mut self, name: &str, element: &Element<'_>) {
        if name == "person"
            && let (Some(id), Some(name)) = (element.attribute("id"), element.attribute("displayName"))
        {
            self.0.insert(id, name);
        }
    }
    fn close(&mut self, _: &str) {}
    fn text(&mut self, _: &str) {}
}

/// Reads the threads of a sheet, then its old comments.
pub(super) struct Comments<'c> {
    people: &'c People,
    changes: &'c mut Changes,
    authors: Vec<String>,
    /// Cells that have a thread.
    threads: HashSet<String>,
    is_thread: bool,
    open: bool,
    place: String,
    author: Option<String>,
    text: String,
    in_text: usize,
    lines: Vec<String>,
}

impl<'c> Comments<'c> {
    /// A reader; counts what it finds in `changes`.
    pub fn new(people: &'c People, changes: &'c mut Changes) -> Self {
        Self {
            people,
            changes,
            authors: Vec::new(),
            threads: HashSet::new(),
            is_thread: false,
            open: false,
            place: String::new(),
            author: None,
            text: String::new(),
            in_text: 0,
            lines: Vec::new(),
        }
    }

    /// A line for each comment, with its cell.
    pub fn finish(self) -> Vec<String> {
        self.lines
    }

    fn end_comment(&mut self) {
        self.open = false;
        let text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.text.clear();
        if text.is_empty() || (!self.is_thread && self.threads.contains(&self.place)) {
            return;
        }
        if self.is_thread {
            self.threads.insert(self.place.clone());
        }
        let author = self.author.take().filter(|name| !name.trim().is_empty() && !name.starts_with("tc={"));
        // Excel writes the author's name into the comment itself.
        let named = author.as_ref().filter(|name| !text.starts_with(name.as_str())).map(|name| format!("{name}: "));
        self.lines.push(format!("{}: {}{text}", self.place, named.unwrap_or_default()));
        self.changes.comment_by(author);
    }
}

impl Visitor for Comments<'_> {
    fn open(&mut self, name: &str, element: &Element<'_>) {
        match name {
            "author" => self.text.clear(),
            "comment" => {
                (self.open, self.is_thread) = (true, false);
                self.text.clear();
                self.place = element.attribute("ref").unwrap_or_default();
                let at = element.attribute("authorId").and_then(|at| at.parse::<usize>().ok());
                self.author = at.and_then(|at| self.authors.get(at).cloned());
            }
            "threadedComment" => {
                (self.open, self.is_thread) = (true, true);
                self.text.clear();
                self.place = element.attribute("ref").unwrap_or_default();
                self.author = element.attribute("personId").and_then(|id| self.people.0.get(&id).cloned());
            }
            "t" => self.in_text += 1,
            "text" if self.is_thread => self.in_text += 1,
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "author" => self.authors.push(std::mem::take(&mut self.text)),
            "comment" | "threadedComment" => self.end_comment(),
            "t" => self.in_text = self.in_text.saturating_sub(1),
            "text" if self.is_thread => self.in_text = self.in_text.saturating_sub(1),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if !self.open || self.in_text > 0 {
            self.text.push_str(text);
        }
    }
}
