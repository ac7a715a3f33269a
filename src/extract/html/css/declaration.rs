//! Declarations as values: only of the properties that decide whether words are seen. Weighs no rule against another.

mod shapes;

use super::calc::{self, Length, Piece};
use super::colour::{self, Rgba};
use cssparser::Parser;
use shapes::{is_empty_rect, is_off, leaves_nothing, takes_away};

/// Longest value that is read, in bytes: what hides words is short, and fonts and pictures in a sheet are long.
const MAX_VALUE: usize = 2_048;

/// A length or a shift from which words are off the page, in CSS pixels.
const FAR: f32 = -999.0;

/// A property, or what Pouch makes of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prop {
    Display,
    Visibility,
    Opacity,
    FontSize,
    /// Flag: moved from its place.
    Position,
    /// Flag: laid over or beside what is around it.
    OutOfFlow,
    /// Flag: to the window, `position: fixed`.
    Fixed,
    Left,
    Top,
    Right,
    Bottom,
    MarginLeft,
    MarginTop,
    TextIndent,
    Height,
    MaxHeight,
    MinHeight,
    Width,
    MaxWidth,
    MinWidth,
    /// Flag: what is larger than its box is cut off.
    Overflow,
    /// Flag: `clip` leaves nothing; only where the position is absolute.
    Clip,
    /// Flag: `clip-path` leaves nothing.
    ClipPath,
    /// Flag: scaled to nothing, turned on its edge, or moved far off.
    Transform,
    Scale,
    Translate,
    /// Flag: `filter: opacity(0)`.
    Filter,
    /// Flag: `content-visibility: hidden`.
    ContentVisibility,
    Float,
    Colour,
    /// `-webkit-text-fill-color`, which wins over the colour.
    TextFill,
    Fill,
    Ground,
    /// Flag: a picture or gradient lies behind the words.
    GroundImage,
    /// Flag: the ground shows through the letters.
    ClipText,
    /// Flag: the letters have a shadow.
    Shadow,
    /// Flag: the letters have a rim.
    Stroke,
    /// Flag: hidden in Word and Outlook only (`mso-hide`).
    MsoHide,
    /// Flag: an animation may change all of this.
    Animation,
    /// Flag: words out of the style sheet (`content`).
    Content,
}

/// What `display` says, as far as it counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Display {
    None,
    Inline,
    Other,
}

/// The value of a property.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    Inherit,
    /// As if nobody had said anything.
    Initial,
    Flag(bool),
    Number(f32),
    Size(Length),
    Colour(Rgba),
    CurrentColour,
    Display(Display),
    /// Valid, but not understood: what it says of the words is not known.
    Unknown,
}

impl Value {
    /// Whether it alone can make words vanish; for rules of which it is not known whether they hold.
    pub fn can_hide(self, prop: Prop) -> bool {
        match (prop, self) {
            (Prop::Display, Self::Display(display)) => display == Display::None,
            (Prop::Opacity, Self::Number(part)) => part <= 0.05,
            (Prop::FontSize, Self::Size(size)) => is_nothing(size),
            (Prop::Left | Prop::Top | Prop::Right | Prop::Bottom | Prop::MarginLeft | Prop::MarginTop, value)
            | (Prop::TextIndent, value) => is_far(value, 16.0),
            (Prop::Colour | Prop::TextFill, Self::Colour(colour)) => colour[3] <= 0.05,
            (
                Prop::Visibility
                | Prop::ClipPath
                | Prop::Clip
                | Prop::Transform
                | Prop::Scale
                | Prop::Translate
                | Prop::Filter
                | Prop::ContentVisibility,
                Self::Flag(hides),
            ) => hides,
            _ => false,
        }
    }
}

/// Whether a shift takes words off the page to its beginning; `font` is the size of letters in CSS pixels.
pub fn is_far(value: Value, font: f32) -> bool {
    matches!(value, Value::Size(size) if size.px + size.em * font <= FAR || (size.px <= 0.0 && size.share <= -1.0))
}

fn is_nothing(size: Length) -> bool {
    size.px <= 1.0 && size.em <= 0.06 && size.share <= 0.06
}

/// Whether a property is one of those that count, by its name in lower case.
pub fn is_known(name: &str) -> bool {
    matches!(
        name,
        "display"
            | "visibility"
            | "opacity"
            | "font-size"
            | "font"
            | "position"
            | "left"
            | "top"
            | "right"
            | "bottom"
            | "inset"
            | "inset-inline-start"
            | "inset-block-start"
            | "margin"
            | "margin-left"
            | "margin-top"
            | "margin-inline-start"
            | "margin-block-start"
            | "text-indent"
            | "height"
            | "block-size"
            | "max-height"
            | "max-block-size"
            | "min-height"
            | "min-block-size"
            | "width"
            | "inline-size"
            | "max-width"
            | "max-inline-size"
            | "min-width"
            | "min-inline-size"
            | "overflow"
            | "overflow-x"
            | "overflow-y"
            | "clip"
            | "clip-path"
            | "-webkit-clip-path"
            | "transform"
            | "-webkit-transform"
            | "scale"
            | "translate"
            | "filter"
            | "content-visibility"
            | "float"
            | "color"
            | "-webkit-text-fill-color"
            | "fill"
            | "background"
            | "background-color"
            | "background-image"
            | "background-clip"
            | "-webkit-background-clip"
            | "text-shadow"
            | "-webkit-text-stroke"
            | "-webkit-text-stroke-width"
            | "mso-hide"
            | "animation"
            | "animation-name"
            | "content"
    )
}

/// Reads one declaration; `name` is in lower case. Each value goes to `set`; an invalid one is no declaration.
pub fn declare(name: &str, value: &str, mut set: impl FnMut(Prop, Value)) {
    if value.len() > MAX_VALUE {
        if matches!(name, "background" | "background-image") {
            set(Prop::GroundImage, Value::Flag(true));
        }
        return;
    }
    let pieces = calc::pieces(&mut Parser::new(value));
    let (prop, also) = match longhands(name) {
        [] => return,
        [first, rest @ ..] => (*first, rest),
    };
    let wide = match pieces.as_slice() {
        [Piece::Word(word)] => match word.as_str() {
            "inherit" => Some(Value::Inherit),
            // Rules of the browser itself are not told from no rule.
            "initial" | "unset" | "revert" | "revert-layer" => Some(Value::Initial),
            _ => None,
        },
        _ => None,
    };
    if let Some(wide) = wide {
        let is_inherited = matches!(
            prop,
            Prop::Visibility
                | Prop::FontSize
                | Prop::TextIndent
                | Prop::Colour
                | Prop::TextFill
                | Prop::Fill
                | Prop::Shadow
        );
        let is_unset = is_inherited && matches!(&pieces[..], [Piece::Word(word)] if word != "initial");
        let value = if is_unset { Value::Inherit } else { wide };
        std::iter::once(&prop).chain(also).for_each(|one| set(*one, value));
        return;
    }
    match name {
        "background" => ground(&pieces, &mut set),
        "font" => {
            if let Some(size) = pieces.iter().find_map(font_size) {
                set(Prop::FontSize, size);
            }
        }
        "margin" | "inset" => {
            let sides: Vec<Value> = pieces.iter().map(|piece| size(piece).unwrap_or(Value::Unknown)).collect();
            let side = |at: usize, else_at: usize| sides.get(at).or(sides.get(else_at)).or(sides.first()).copied();
            let all = [side(3, 1), side(0, 0), side(1, 0), side(2, 0)];
            for (prop, value) in std::iter::once(&prop).chain(also).zip(all) {
                if let Some(value) = value {
                    set(*prop, value);
                }
            }
        }
        "position" => {
            let word = word(&pieces);
            set(Prop::Position, Value::Flag(matches!(word, "absolute" | "fixed" | "relative")));
            set(Prop::OutOfFlow, Value::Flag(matches!(word, "absolute" | "fixed")));
            set(Prop::Fixed, Value::Flag(word == "fixed"));
        }
        _ => {
            if let Some(value) = single(prop, &pieces) {
                set(prop, value);
            }
        }
    }
}

/// The declarations of a `style` attribute, in their order, with whether each is important.
pub fn style_attribute(style: &str) -> Vec<(Prop, Value, bool)> {
    let mut found = Vec::new();
    let style: String = style.chars().take(16_384).collect();
    for one in super::sheet::declarations(&style) {
        declare(&one.name, &one.value, |prop, value| found.push((prop, value, one.is_important)));
    }
    found
}

/// What a name stands for; the first is read by default.
fn longhands(name: &str) -> &'static [Prop] {
    match name {
        "display" => &[Prop::Display],
        "visibility" => &[Prop::Visibility],
        "opacity" => &[Prop::Opacity],
        "font-size" | "font" => &[Prop::FontSize],
        "position" => &[Prop::Position, Prop::OutOfFlow, Prop::Fixed],
        "left" | "inset-inline-start" => &[Prop::Left],
        "top" | "inset-block-start" => &[Prop::Top],
        "right" => &[Prop::Right],
        "bottom" => &[Prop::Bottom],
        "inset" => &[Prop::Left, Prop::Top, Prop::Right, Prop::Bottom],
        "margin-left" | "margin-inline-start" => &[Prop::MarginLeft],
        "margin-top" | "margin-block-start" => &[Prop::MarginTop],
        "margin" => &[Prop::MarginLeft, Prop::MarginTop],
        "text-indent" => &[Prop::TextIndent],
        "height" | "block-size" => &[Prop::Height],
        "max-height" | "max-block-size" => &[Prop::MaxHeight],
        "min-height" | "min-block-size" => &[Prop::MinHeight],
        "width" | "inline-size" => &[Prop::Width],
        "max-width" | "max-inline-size" => &[Prop::MaxWidth],
        "min-width" | "min-inline-size" => &[Prop::MinWidth],
        "overflow" | "overflow-x" | "overflow-y" => &[Prop::Overflow],
        "clip" => &[Prop::Clip],
        "clip-path" | "-webkit-clip-path" => &[Prop::ClipPath],
        "transform" | "-webkit-transform" => &[Prop::Transform],
        "scale" => &[Prop::Scale],
        "translate" => &[Prop::Translate],
        "filter" => &[Prop::Filter],
        "content-visibility" => &[Prop::ContentVisibility],
        "float" => &[Prop::Float],
        "color" => &[Prop::Colour],
        "-webkit-text-fill-color" => &[Prop::TextFill],
        "fill" => &[Prop::Fill],
        "background" => &[Prop::Ground, Prop::GroundImage, Prop::ClipText],
        "background-color" => &[Prop::Ground],
        "background-image" => &[Prop::GroundImage],
        "background-clip" | "-webkit-background-clip" => &[Prop::ClipText],
        "text-shadow" => &[Prop::Shadow],
        "-webkit-text-stroke" | "-webkit-text-stroke-width" => &[Prop::Stroke],
        "mso-hide" => &[Prop::MsoHide],
        "animation" | "animation-name" => &[Prop::Animation],
        "content" => &[Prop::Content],
        _ => &[],
    }
}

fn word(pieces: &[Piece]) -> &str {
    match pieces {
        [Piece::Word(word), ..] => word,
        _ => "",
    }
}

fn single(prop: Prop, pieces: &[Piece]) -> Option<Value> {
    let first = pieces.first()?;
    let word = word(pieces);
    match prop {
        Prop::Display => Some(Value::Display(match word {
            "none" => Display::None,
            "inline" | "contents" | "ruby" => Display::Inline,
            "" => return None,
            _ => Display::Other,
        })),
        Prop::Visibility => match word {
            "hidden" | "collapse" | "visible" => Some(Value::Flag(word != "visible")),
            _ => None,
        },
        Prop::Opacity => share(first).map(Value::Number),
        Prop::FontSize => font_size(first),
        Prop::Overflow => (!word.is_empty()).then(|| Value::Flag(pieces.iter().any(is_cut))),
        Prop::Clip => match first {
            Piece::Function(name, inner) if name == "rect" => Some(Value::Flag(is_empty_rect(inner))),
            _ => (!word.is_empty()).then_some(Value::Flag(false)),
        },
        Prop::ClipPath => {
            Some(Value::Flag(matches!(first, Piece::Function(name, inner) if leaves_nothing(name, inner))))
        }
        Prop::Transform => Some(Value::Flag(pieces.iter().any(takes_away))),
        Prop::Scale => Some(Value::Flag(pieces.iter().filter_map(share).any(|factor| factor.abs() <= 0.02))),
        Prop::Translate => Some(Value::Flag(pieces.iter().any(|piece| size(piece).is_some_and(is_off)))),
        Prop::Filter => {
            let is_out = |piece: &Piece| matches!(piece, Piece::Function(name, inner) if name == "opacity" && inner.first().and_then(share).is_some_and(|part| part <= 0.05));
            Some(Value::Flag(pieces.iter().any(is_out)))
        }
        Prop::ContentVisibility => Some(Value::Flag(word == "hidden")),
        Prop::Float => Some(Value::Flag(word != "none")),
        Prop::Colour | Prop::TextFill | Prop::Fill | Prop::Ground => paint(first).or(match first {
            // A misspelt colour is no declaration; a function that is not worked out here is one.
            Piece::Function(..) => Some(Value::Unknown),
            Piece::Word(word) if prop == Prop::Fill && word == "none" => Some(Value::Colour([0.0; 4])),
            _ => None,
        }),
        Prop::GroundImage | Prop::Shadow | Prop::Animation => Some(Value::Flag(word != "none")),
        Prop::ClipText => Some(Value::Flag(pieces.contains(&Piece::Word("text".into())))),
        Prop::Stroke => Some(Value::Flag(
            !matches!(pieces.iter().find_map(size), Some(Value::Size(Length { px, .. })) if px == 0.0),
        )),
        Prop::MsoHide => Some(Value::Flag(word == "all")),
        Prop::Content => Some(Value::Flag(pieces.iter().any(has_words))),
        _ => size(first).or_else(|| (!word.is_empty()).then_some(Value::Unknown)),
    }
}

fn ground(pieces: &[Piece], set: &mut impl FnMut(Prop, Value)) {
    let is_picture = |piece: &&Piece| matches!(piece, Piece::Function(name, _) if name == "url" || name.ends_with("gradient") || name == "image-set" || name == "var");
    let colour = pieces.iter().find_map(paint);
    set(Prop::Ground, colour.unwrap_or(Value::Colour([0.0; 4])));
    set(Prop::GroundImage, Value::Flag(pieces.iter().any(|piece| is_picture(&piece))));
    set(Prop::ClipText, Value::Flag(pieces.contains(&Piece::Word("text".into()))));
}

fn paint(piece: &Piece) -> Option<Value> {
    match piece {
        Piece::Colour(colour) => Some(Value::Colour(*colour)),
        Piece::Word(word) if word == "currentcolor" => Some(Value::CurrentColour),
        Piece::Word(word) => colour::named(word).map(Value::Colour),
        _ => None,
    }
}

fn share(piece: &Piece) -> Option<f32> {
    match piece {
        Piece::Number(number) => Some(*number),
        Piece::Length(length) if length.px == 0.0 && length.em == 0.0 => Some(length.share),
        _ => None,
    }
}

fn size(piece: &Piece) -> Option<Value> {
    match piece {
        Piece::Length(length) => Some(Value::Size(*length)),
        // Only 0 may stand without unit; old mail programs read other numbers as pixels.
        Piece::Number(number) => Some(Value::Size(Length { px: *number, ..Length::default() })),
        _ => None,
    }
}

/// Sizes by word (CSS Fonts 4, 2.5.1).
fn font_size(piece: &Piece) -> Option<Value> {
    let px = |px: f32| Some(Value::Size(Length { px, ..Length::default() }));
    let em = |em: f32| Some(Value::Size(Length { em, ..Length::default() }));
    match piece {
        Piece::Word(word) => match word.as_str() {
            "xx-small" => px(9.0),
            "x-small" => px(10.0),
            "small" => px(13.0),
            "medium" => px(16.0),
            "large" => px(18.0),
            "x-large" => px(24.0),
            "xx-large" | "xxx-large" => px(32.0),
            "smaller" => em(0.83),
            "larger" => em(1.2),
            _ => None,
        },
        Piece::Length(length) => Some(Value::Size(Length { px: length.px, em: length.em + length.share, share: 0.0 })),
        Piece::Number(number) if *number == 0.0 => px(0.0),
        Piece::Function(name, _) if name != "url" => Some(Value::Unknown),
        _ => None,
    }
}

fn is_cut(piece: &Piece) -> bool {
    matches!(piece, Piece::Word(word) if word == "hidden" || word == "clip")
}

/// Whether generated content shows words: letters in a row, or an attribute of the element.
fn has_words(piece: &Piece) -> bool {
    match piece {
        Piece::Text(text) => {
            let mut run = 0;
            text.chars().any(|c| {
                run = if c.is_alphabetic() { run + 1 } else { 0 };
                run >= 2
            })
        }
        Piece::Function(name, _) => name == "attr",
        _ => false,
    }
}
