//! The shared strings of a workbook (ECMA-376 part 1, 18.4), with runs that have a colour of their own. Judges no colour.

use super::super::cell_look;
use super::super::colour::{Ink, Rgb, Theme};
use super::super::xml::{Element, Visitor};
use std::collections::HashMap;

/// Most shared strings; a workbook can hold that many cells.
const MAX_STRINGS: usize = 4_000_000;

/// Ends of the runs of a string, with their colours.
pub(super) type Runs = Vec<(usize, Ink)>;

/// A text in runs of which each may have a colour of its own.
#[derive(Default)]
pub(super) struct Rich {
    text: String,
    runs: Runs,
    ink: Ink,
}

impl Rich {
    /// Takes an element that begins a run or gives it a colour.
    pub fn open(&mut self, name: &str, element: &Element<'_>, theme: &Theme, own: &[Rgb]) {
        match name {
            "r" => self.ink = Ink::Unset,
            "color" => self.ink = cell_look::ink(element, theme, own),
            _ => {}
        }
    }

    /// Adds text to the open run.
    pub fn add(&mut self, text: &str) {
        self.text.push_str(text);
        let is_full = self.runs.len() >= 1_000;
        match self.runs.last_mut() {
            Some((end, ink)) if *ink == self.ink || is_full => *end = self.text.len(),
            _ => self.runs.push((self.text.len(), self.ink)),
        }
    }

    /// The text, and its runs if any has a colour.
    pub fn take(&mut self) -> (String, Runs) {
        let all = std::mem::take(self);
        let is_coloured = all.runs.iter().any(|(_, ink)| *ink != Ink::Unset);
        (all.text, if is_coloured { all.runs } else { Runs::new() })
    }
}

/// The shared strings, in their order.
pub(in crate::extract::office) struct Strings<'t> {
    theme: &'t Theme,
    pub all: Vec<Box<str>>,
    /// Of strings with colours of their own.
    pub runs: HashMap<usize, Runs>,
    rich: Rich,
    in_text: usize,
    phonetic: usize,
}

impl<'t> Strings<'t> {
    /// No strings yet.
    pub fn new(theme: &'t Theme) -> Self {
        Self { theme, all: Vec::new(), runs: HashMap::new(), rich: Rich::default(), in_text: 0, phonetic: 0 }
    }
}

impl Visitor for Strings<'_> {
    fn open(&mut self, name: &str, element: &Element<'_>) {
        match name {
            "t" => self.in_text += 1,
            "rPh" => self.phonetic += 1,
            _ => self.rich.open(name, element, self.theme, &[]),
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "t" => self.in_text = self.in_text.saturating_sub(1),
            "rPh" => self.phonetic = self.phonetic.saturating_sub(1),
            "si" if self.all.len() < MAX_STRINGS => {
                let (text, runs) = self.rich.take();
                if !runs.is_empty() && self.runs.len() < 100_000 {
                    self.runs.insert(self.all.len(), runs);
                }
                self.all.push(text.into());
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_text > 0 && self.phonetic == 0 {
            self.rich.add(text);
        }
    }
}
