//! Colours and fills of DrawingML (ECMA-376 part 1, 20.1.2.3 and 20.1.8), element by element. Draws nothing.

use super::colour::{Ink, Theme, darker, lighter, of_hex, of_name};
use super::xml::Element;

/// Less than this share of opacity lets what lies below be read.
const SEEN_THROUGH: f64 = 0.5;

/// A fill that is being read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Paint {
    pub ink: Ink,
    /// What lies below is seen through it.
    pub is_clear: bool,
}

impl Paint {
    /// Whether it hides what lies below.
    pub fn covers(self) -> bool {
        !self.is_clear && matches!(self.ink, Ink::Is(_) | Ink::Unknown)
    }

    /// Takes an element that says how an area is filled. False: it says nothing of that.
    pub fn fill(&mut self, name: &str) -> bool {
        *self = match name {
            "noFill" => Self { ink: Ink::Auto, is_clear: true },
            "solidFill" | "gradFill" | "pattFill" | "blipFill" | "grpFill" => {
                Self { ink: Ink::Unknown, is_clear: false }
            }
            _ => return false,
        };
        true
    }

    /// Takes the colour of a solid fill, or what changes it.
    pub fn colour(&mut self, name: &str, element: &Element<'_>, theme: &Theme) {
        let share = || element.attribute("val").and_then(|value| share(&value));
        let is_known = |ink| match ink {
            Ink::Is(colour) => Some(colour),
            _ => None,
        };
        match name {
            "srgbClr" => self.ink = Ink::known(element.attribute("val").and_then(|hex| of_hex(&hex))),
            "sysClr" => self.ink = Ink::known(element.attribute("lastClr").and_then(|hex| of_hex(&hex))),
            "prstClr" => self.ink = of_name(&element.attribute("val").unwrap_or_default()),
            "schemeClr" => self.ink = Ink::known(element.attribute("val").and_then(|name| theme.of(&name))),
            "alpha" => self.is_clear |= share().is_some_and(|share| share < SEEN_THROUGH),
            "lumMod" | "shade" => {
                if let (Some(colour), Some(share)) = (is_known(self.ink), share()) {
                    self.ink = Ink::Is(darker(colour, 1.0 - share));
                }
            }
            "lumOff" => {
                if let (Some(colour), Some(share)) = (is_known(self.ink), share()) {
                    self.ink = Ink::Is(colour.map(|one| (f64::from(one) + 255.0 * share).clamp(0.0, 255.0) as u8));
                }
            }
            "tint" => {
                if let (Some(colour), Some(share)) = (is_known(self.ink), share()) {
                    self.ink = Ink::Is(lighter(colour, 1.0 - share));
                }
            }
            "satMod" | "satOff" | "hueMod" | "hueOff" | "inv" | "comp" | "gray" | "gamma" => self.ink = Ink::Unknown,
            _ => {}
        }
    }
}

/// A share as thousandths of a per cent, or as `50%`.
fn share(value: &str) -> Option<f64> {
    match value.strip_suffix('%') {
        Some(percent) => percent.parse::<f64>().ok().map(|percent| percent / 100.0),
        None => value.parse::<f64>().ok().map(|thousandths| thousandths / 100_000.0),
    }
}
