//! What letters on a slide look like, and the grounds of the cells of its tables (ECMA-376 part 1, 21.1). Adds no text.

use super::super::backdrop::Backdrop;
use super::super::colour::Ink;
use super::super::paint::Paint;
use super::super::xml::{self, Element, Visitor};
use super::Slide;

/// What the letters of a run look like.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Look {
    pub ink: Paint,
    pub marker: Paint,
    pub is_small: bool,
    /// Which of them the elements that come speak of.
    of: Of,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Of {
    #[default]
    Nothing,
    Ink,
    Marker,
}

impl Look {
    /// The look of letters of which only is known whether they are too small to be read.
    pub fn of_size(is_small: bool) -> Self {
        Self { is_small, ..Self::default() }
    }

    /// Takes an element within the properties of a run; `level` is 1 for those right in them.
    pub fn take(&mut self, name: &str, element: &Element<'_>, level: usize, backdrop: &Backdrop) {
        if level == 1 {
            self.of = match name {
                "highlight" => Of::Marker,
                _ if self.ink.fill(name) => Of::Ink,
                _ => Of::Nothing,
            };
            return;
        }
        match self.of {
            // Letters that are half seen through are still read.
            Of::Ink if name == "alpha" => {
                self.ink.is_clear =
                    element.attribute("val").is_some_and(|share| share.parse().is_ok_and(|n: u32| n < 5_000));
            }
            Of::Ink => self.ink.colour(name, element, &backdrop.theme),
            Of::Marker => self.marker.colour(name, element, &backdrop.theme),
            Of::Nothing => {}
        }
    }
}

/// The grounds of the cells of tables: they stand behind the words in the file.
pub(super) fn cells(xml: &str, backdrop: &Backdrop) -> Vec<Ink> {
    struct Cells<'c> {
        backdrop: &'c Backdrop,
        cells: Vec<Ink>,
        /// A style of the table may give its cells any ground.
        is_styled: bool,
        depth: usize,
        open: usize,
        paint: Paint,
        in_fill: bool,
    }
    impl Visitor for Cells<'_> {
        fn open(&mut self, name: &str, element: &Element<'_>) {
            self.depth += 1;
            match name {
                "tbl" => self.is_styled = false,
                "tableStyleId" => self.is_styled = true,
                "tc" => {
                    self.paint = Paint { ink: if self.is_styled { Ink::Unknown } else { Ink::Unset }, is_clear: false }
                }
                "tcPr" => self.open = self.depth,
                _ if self.open > 0 && self.depth == self.open + 1 => self.in_fill = self.paint.fill(name),
                _ if self.open > 0 && self.in_fill => self.paint.colour(name, element, &self.backdrop.theme),
                _ => {}
            }
        }
        fn close(&mut self, name: &str) {
            self.depth = self.depth.saturating_sub(1);
            match name {
                "tcPr" => self.open = 0,
                "tc" if self.cells.len() < 100_000 => self.cells.push(self.paint.ink),
                _ => {}
            }
        }
        fn text(&mut self, _: &str) {}
    }
    let mut cells = Cells {
        backdrop,
        cells: Vec::new(),
        is_styled: false,
        depth: 0,
        open: 0,
        paint: Paint::default(),
        in_fill: false,
    };
    if xml.contains(":tc>") {
        let _ = xml::walk(xml, &mut cells);
    }
    cells.cells
}

impl Slide<'_> {
    /// The background (19.3.1.1): a fill, or the number of one in the theme, of which only the first is plain.
    pub(super) fn take_background(&mut self, name: &str, element: &Element<'_>, level: usize) {
        match (name, level) {
            ("bgRef", _) => {
                let is_plain = element.attribute("idx").is_some_and(|at| at == "1001");
                self.background_paint.ink = Ink::Unknown;
                if !is_plain {
                    self.background_depth = usize::MAX;
                }
            }
            ("bgPr", _) => {}
            _ if self.background_paint.fill(name) => {}
            ("effectLst" | "effectDag", _) => {}
            _ => self.background_paint.colour(name, element, &self.backdrop.theme),
        }
    }
}
