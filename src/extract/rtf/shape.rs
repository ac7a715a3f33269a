//! Shapes of RTF (1.9.1, drawing objects): whether one stands in front of the text and covers it. Draws nothing.

use crate::extract::office::colour::Ink;

/// Thinner shapes are lines, in twips.
const THINNEST: i32 = 57;

/// A shape that is open.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// Depth of its group.
    pub depth: usize,
    pub has_words: bool,
    is_below_text: bool,
    wraps: bool,
    edges: [i32; 4],
    is_clear: bool,
    /// In the order blue, green, red.
    fill: Option<u32>,
    is_pattern: bool,
    kind: i32,
    is_hidden: bool,
    /// Name of the property whose value comes.
    name: String,
}

impl Shape {
    /// A shape whose group has this depth.
    pub fn new(depth: usize) -> Self {
        Self { depth, ..Self::default() }
    }

    /// Takes a control word.
    pub fn word(&mut self, word: &str, number: i32) {
        match word {
            "shpfblwtxt" => self.is_below_text = number == 1,
            "shpwr" => self.wraps = number != 3,
            "shpleft" => self.edges[0] = number,
            "shptop" => self.edges[1] = number,
            "shpright" => self.edges[2] = number,
            "shpbottom" => self.edges[3] = number,
            _ => {}
        }
    }

    /// Takes the name of a property.
    pub fn name(&mut self, name: &str) {
        self.name = name.to_string();
    }

    /// Takes the value of the property that was named.
    pub fn value(&mut self, value: &str) {
        let number = value.parse::<i64>().ok();
        match self.name.as_str() {
            "fFilled" => self.is_clear = number == Some(0),
            "fillColor" => self.fill = number.map(|number| number as u32),
            "fillType" => self.is_pattern = number != Some(0),
            "fillOpacity" => self.is_clear |= number.is_some_and(|share| share < 32_768),
            "shapeType" => self.kind = number.unwrap_or(0) as i32,
            "fHidden" => self.is_hidden = number == Some(1),
            _ => {}
        }
    }

    /// The ground of a text in it.
    pub fn ground(&self) -> Ink {
        match (self.is_clear, self.is_pattern, self.fill) {
            (true, _, _) => Ink::Auto,
            (_, true, _) | (_, _, None) => Ink::Unknown,
            (_, _, Some(colour)) => Ink::Is([colour as u8, (colour >> 8) as u8, (colour >> 16) as u8]),
        }
    }

    /// Whether its format says hidden.
    pub fn is_hidden(&self) -> bool {
        self.is_hidden
    }

    /// Whether it lies beyond a page of this size.
    pub fn is_off_page(&self, page: i32) -> bool {
        self.edges.iter().any(|edge| edge.saturating_abs() > page.saturating_mul(2))
    }

    /// Whether it may cover text.
    pub fn covers(&self) -> bool {
        // Lines, connectors, pictures, and pictures of words.
        let is_line = matches!(self.kind, 20 | 32..=40 | 75 | 136..=175);
        let is_thin = self.edges != [0; 4]
            && (self.edges[2].saturating_sub(self.edges[0]) < THINNEST
                || self.edges[3].saturating_sub(self.edges[1]) < THINNEST);
        let is_seen = !self.is_clear && !self.is_hidden && !self.is_below_text && !self.wraps;
        is_seen && !self.has_words && !is_line && !is_thin && self.kind > 0
    }
}
