//! Whether an element of HTML is seen, by its own attributes. Reads no style sheet.

use html5ever::tokenizer::Tag;

/// What the attributes of an element say of its looks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Look {
    pub is_hidden: bool,
    pub is_white: bool,
    /// It has a ground of its own, or a class that may give it one.
    pub may_be_dark: bool,
}

/// The value of an attribute.
pub(super) fn attribute<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    tag.attrs.iter().find(|one| *one.name.local == *name).map(|one| &*one.value)
}

impl Look {
    /// Reads the attributes `hidden`, `style`, `color` and `bgcolor`.
    pub fn of(tag: &Tag) -> Self {
        let style: String = attribute(tag, "style").unwrap_or_default().chars().take(4_096).collect();
        let mut look = Self {
            is_hidden: attribute(tag, "hidden").is_some(),
            is_white: attribute(tag, "color").is_some_and(is_white),
            may_be_dark: attribute(tag, "class").is_some() || attribute(tag, "background").is_some(),
        };
        look.may_be_dark |= attribute(tag, "bgcolor").is_some_and(|colour| !is_white(colour));
        let (mut ground, mut is_white_on_white) = (None, false);
        for declaration in style.split(';') {
            let Some((name, value)) = declaration.split_once(':') else { continue };
            let value = value.trim().to_ascii_lowercase();
            let value = value.trim_end_matches("!important").trim();
            match name.trim().to_ascii_lowercase().as_str() {
                "display" => look.is_hidden |= value == "none",
                "visibility" => look.is_hidden |= matches!(value, "hidden" | "collapse"),
                "opacity" => look.is_hidden |= value.parse::<f32>().is_ok_and(|part| part <= 0.01),
                "mso-hide" => look.is_hidden |= value == "all",
                "font-size" => look.is_hidden |= is_nothing(value),
                "color" => look.is_white = is_white(value) || value == "transparent",
                "background" | "background-color" => ground = Some(is_white(value)),
                _ => {}
            }
        }
        if let Some(ground_is_white) = ground {
            is_white_on_white = ground_is_white && look.is_white;
            look.may_be_dark |= !ground_is_white;
        }
        look.is_hidden |= is_white_on_white;
        look
    }
}

fn is_white(colour: &str) -> bool {
    let bare: String = colour.trim().to_ascii_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    matches!(bare.as_str(), "white" | "#fff" | "#ffffff" | "ffffff" | "rgb(255,255,255)" | "rgba(255,255,255,1)")
}

/// A length of at most one point or pixel.
fn is_nothing(length: &str) -> bool {
    let digits: String = length.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let unit = &length[digits.len()..];
    digits.parse::<f32>().is_ok_and(|size| size == 0.0 || (size <= 1.0 && matches!(unit.trim(), "px" | "pt")))
}
