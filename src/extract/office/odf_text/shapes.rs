//! Boxes of a text, and the shapes of slides with what lies under others (ODF 1.3 part 3, 10). Reads no text.

use super::super::colour::Ink;
use super::super::cover::{self, Fate, Placed};
use super::super::odf_shapes;
use super::super::xml::Element;
use super::{Open, Page, Text, Undo, Unseen};
use crate::domain::extraction::Role;
use crate::extract::story::Block;

impl Text<'_> {
    pub(super) fn is_box(&self, name: &str) -> bool {
        !self.is_presentation && (name == "text-box" || odf_shapes::is_shape(name))
    }

    /// Shapes that stand on a slide itself, not on its notes or in another shape.
    pub(super) fn is_of_slide(&self, name: &str) -> bool {
        self.is_presentation && self.open.len() == 2 && (name == "frame" || odf_shapes::is_shape(name))
    }

    /// A box with text in a document.
    pub(super) fn begin_box(&mut self, name: &str, element: &Element<'_>) -> Undo {
        let (style, placed) = match (name, self.frame.clone()) {
            ("text-box", Some(frame)) => frame,
            _ => {
                let style = odf_shapes::style(self.styles, element);
                let placed = odf_shapes::placed(name, element, &style);
                (style, placed)
            }
        };
        let is_off = placed.area.is_some_and(|area| area.x.abs().max(area.y.abs()) > self.page_size);
        let is_shown = odf_shapes::is_shown(element);
        let is_anchored = element.attribute("anchor-type").is_none_or(|kind| kind != "as-char");
        let covers = placed.covers && is_anchored && !is_off && is_shown && style.is_over_text() && name != "text-box";
        let unseen = match () {
            () if !is_shown => Some(Unseen::Hidden),
            () if is_off => Some(Unseen::OffPage),
            () => None,
        };
        let ground = match (placed.covers, self.has_shapes) {
            (true, _) => placed.ink,
            // What lies below a box without a fill may be another shape.
            (false, true) => Ink::Unknown,
            (false, false) => Ink::Auto,
        };
        // The looks of a box are those of its text, but it has no line.
        let look = style.of_text();
        self.open.push(Open { ends_blank: true, ground, unseen, looks: vec![look], ..Open::default() });
        Undo::Box(covers)
    }

    pub(super) fn end_box(&mut self, covers: bool) {
        let is_empty = self.open.last().is_some_and(|open| open.flow.is_empty());
        self.changes.covers += u32::from(covers && is_empty && self.is_body);
        self.end_aside(Role::TextBox);
    }

    /// A shape or frame of a slide.
    pub(super) fn begin_shape(&mut self, name: &str, element: &Element<'_>) -> Undo {
        let style = odf_shapes::style(self.styles, element);
        let placed = odf_shapes::placed(name, element, &style);
        let ground = if placed.covers {
            placed.ink
        } else {
            let below = self.page.shapes.iter().rev().map(|(placed, _)| *placed);
            cover::ground(below, placed.area, self.page.ground)
        };
        let unseen = (!odf_shapes::is_shown(element)).then_some(Unseen::Hidden);
        let look = style.of_text();
        self.open.push(Open { ends_blank: true, ground, unseen, looks: vec![look], ..Open::default() });
        self.shape = Some(Placed { covers: placed.covers && unseen.is_none(), ..placed });
        Undo::Shape
    }

    pub(super) fn end_shape(&mut self) {
        let (Some(inner), Some(mut placed)) = (self.open.pop(), self.shape.take()) else { return };
        let blocks = inner.flow.finish();
        placed.has_words = blocks.iter().any(|block| match block {
            Block::Paragraph { text, .. } => !text.trim().is_empty(),
            Block::Table { rows, .. } => !rows.is_empty(),
        });
        self.page.shapes.push((placed, blocks));
    }

    /// The texts of the shapes of a slide; what lies under others or beyond the edge is hidden.
    pub(super) fn end_shapes(&mut self, page: &mut Page) {
        let placed: Vec<Placed> = page.shapes.iter().map(|(placed, _)| *placed).collect();
        let fates = cover::fates(&placed, page.size);
        for ((_, blocks), fate) in page.shapes.drain(..).zip(fates) {
            match fate {
                Fate::Seen => {}
                Fate::Touched => self.changes.covers += u32::from(!page.is_hidden),
                Fate::Covered => self.changes.covered += 1,
                Fate::OffPage => self.changes.off_page += 1,
            }
            let is_lost = matches!(fate, Fate::Covered | Fate::OffPage);
            page.blocks.extend(blocks.into_iter().map(|block| if is_lost { hidden(block) } else { block }));
        }
    }

    pub(super) fn begin_page(&mut self, element: &Element<'_>) -> Undo {
        let style = self.styles.of("drawing-page", &element.attribute("style-name").unwrap_or_default());
        let master = element.attribute("master-page-name").unwrap_or_default();
        self.page = Page {
            is_hidden: style.is_out_of_show,
            size: self.styles.slide(&master),
            ground: self.styles.slide_ground(&element.attribute("style-name").unwrap_or_default(), &master),
            ..Page::default()
        };
        self.open.push(Open { ends_blank: true, ..Open::default() });
        Undo::Page
    }

    pub(super) fn end_page(&mut self) {
        let Some(inner) = self.open.pop() else { return };
        let mut page = std::mem::take(&mut self.page);
        self.end_shapes(&mut page);
        page.blocks.extend(inner.flow.finish());
        page.title = page.blocks.iter().find_map(|block| match block {
            Block::Paragraph { text, is_heading: true, .. } => Some(text.trim().replace('\n', " ")),
            _ => None,
        });
        if self.pages.len() < 5_000 {
            self.pages.push(page);
        }
    }
}

/// A block of which nothing is seen.
pub(super) fn hidden(block: Block) -> Block {
    let (lines, asides) = match block {
        Block::Paragraph { text, asides, .. } => (vec![text], asides),
        Block::Table { rows, asides } => {
            let line = |row: &Vec<Vec<String>>| row.iter().map(|cell| cell.join(" ")).collect::<Vec<_>>().join("\t");
            (rows.iter().map(line).collect(), asides)
        }
    };
    let hidden = lines.into_iter().filter(|line| !line.trim().is_empty()).map(|line| (Role::Hidden, line));
    Block::Paragraph { text: String::new(), is_heading: false, asides: hidden.chain(asides).collect() }
}
