//! Whether an element is seen, from what its styles say and how the element around it looks. Lays nothing out: boxes that
//! cover words, and grounds that are painted by something else than an element around them, are not known.

use super::css::{self, Display, Length, Prop, Rgba, Styled, Value};
use super::elements::is_inline;

/// Parts of full opacity up to which nothing is seen, and sizes of letters, in CSS pixels (one point is 1.33).
const FAINT: f32 = 0.05;
const TINY: f32 = 1.34;

const WHITE: Rgba = [255.0, 255.0, 255.0, 1.0];
const BLACK: Rgba = [0.0, 0.0, 0.0, 1.0];

/// How an element looks, as far as it decides whether its words are seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// It is not there, and nothing inside it can be.
    is_gone: bool,
    is_off_page: bool,
    is_invisible: bool,
    is_indented: bool,
    opacity: f32,
    /// Size of the letters, in CSS pixels.
    font: f32,
    /// Nothing: not known.
    colour: Option<Rgba>,
    /// Set apart from the colour, which other properties refer to.
    letters: Option<Option<Rgba>>,
    ground: Option<Rgba>,
    has_shadow: bool,
    shows_ground: bool,
    /// It would be hidden if an animation did not change that, or what it lies over were known.
    pub is_doubtful: bool,
}

impl Default for Look {
    /// Black on white, as a page begins.
    fn default() -> Self {
        Self {
            is_gone: false,
            is_off_page: false,
            is_invisible: false,
            is_indented: false,
            opacity: 1.0,
            font: 16.0,
            colour: Some(BLACK),
            letters: None,
            ground: Some(WHITE),
            has_shadow: false,
            shows_ground: false,
            is_doubtful: false,
        }
    }
}

impl Look {
    /// Whether words in it are seen.
    pub fn is_seen(&self) -> bool {
        !self.is_gone
            && !self.is_off_page
            && !self.is_invisible
            && !self.is_indented
            && self.opacity > FAINT
            && self.font > TINY
            && !self.is_faint()
    }

    /// The same, but nothing in it is seen.
    pub fn gone(mut self) -> Self {
        self.is_gone = true;
        self
    }

    /// The same, but on a ground that is not known; `is_stored`: drawn elsewhere, if at all.
    pub fn on_picture(mut self, is_stored: bool) -> Self {
        self.ground = None;
        self.is_doubtful |= is_stored;
        self
    }

    /// Whether the letters cannot be told from their ground.
    fn is_faint(&self) -> bool {
        let Some(letters) = self.letters.unwrap_or(self.colour) else { return false };
        if self.has_shadow || self.shows_ground {
            return false;
        }
        match self.ground {
            Some(ground) => css::near(css::over(letters, ground), ground),
            None => letters[3] <= FAINT,
        }
    }

    /// Whether the ground is another than white.
    pub fn is_on_colour(&self) -> bool {
        self.ground.is_none_or(|ground| !css::near(ground, WHITE))
    }

    /// The look of an element inside this one. `may_lie_elsewhere`: its ground may be another than that
    /// of what is around it.
    pub fn inside(&self, name: &str, styled: &Styled, may_lie_elsewhere: bool) -> Self {
        let mut look = *self;
        look.font = self.size_of_letters(styled);
        look.paint(name, self, styled);
        if let Some(Value::Flag(is_invisible)) = styled.get(Prop::Visibility) {
            look.is_invisible = is_invisible;
        } else if styled.raw(Prop::Visibility) == Some(Value::Initial) {
            look.is_invisible = false;
        }
        if let Some(Value::Number(part)) = styled.get(Prop::Opacity) {
            look.opacity = self.opacity * part.clamp(0.0, 1.0);
        }
        look.place(name, styled);
        look.is_gone |= styled.get(Prop::Display) == Some(Value::Display(Display::None))
            || styled.is(Prop::ContentVisibility)
            || styled.is(Prop::Filter)
            || styled.is(Prop::MsoHide);
        if styled.is(Prop::Animation) && !look.is_seen() && self.is_seen() && !is_none(styled) {
            return Self { is_doubtful: true, ..look.shown(self) };
        }
        let has_ground = matches!(styled.get(Prop::Ground), Some(Value::Colour(colour)) if colour[3] > 0.5);
        look.is_doubtful &= !has_ground;
        if may_lie_elsewhere && !has_ground && look.is_faint() && look.ground.is_some() {
            look.ground = None;
            look.is_doubtful = true;
        }
        look
    }

    /// As it is once an animation is over, if it ends well.
    fn shown(self, outer: &Self) -> Self {
        Self { is_gone: false, is_off_page: false, is_invisible: false, opacity: outer.opacity, ..self }
    }

    fn size_of_letters(&self, styled: &Styled) -> f32 {
        match styled.raw(Prop::FontSize) {
            Some(Value::Size(Length { px, em, .. })) => (px + em * self.font).clamp(0.0, 10_000.0),
            Some(Value::Initial | Value::Unknown) => 16.0,
            _ => self.font,
        }
    }

    fn paint(&mut self, name: &str, outer: &Self, styled: &Styled) {
        self.colour = match styled.raw(Prop::Colour) {
            Some(Value::Colour(colour)) => Some(colour),
            Some(Value::Initial) => Some(BLACK),
            Some(Value::Unknown) => None,
            _ => outer.colour,
        };
        self.letters = match styled.raw(Prop::TextFill) {
            Some(Value::Colour(colour)) => Some(Some(colour)),
            Some(Value::CurrentColour | Value::Initial) => None,
            Some(Value::Unknown) => Some(None),
            _ => outer.letters,
        };
        if let Some(Value::Colour(fill)) = styled.get(Prop::Fill) {
            // Only letters in SVG are filled.
            if matches!(name, "svg" | "g" | "text" | "tspan" | "textpath") {
                self.letters = Some(Some(fill));
            }
        }
        match styled.get(Prop::Ground) {
            Some(Value::Colour(colour)) if colour[3] >= 0.99 => self.ground = Some(colour),
            Some(Value::Colour(colour)) if colour[3] > 0.01 => {
                self.ground = outer.ground.map(|ground| css::over(colour, ground));
            }
            Some(Value::CurrentColour) => self.ground = self.colour,
            Some(Value::Unknown) => self.ground = None,
            _ => {}
        }
        if styled.is(Prop::GroundImage) {
            self.ground = None;
        }
        for (prop, state) in [(Prop::Shadow, &mut self.has_shadow), (Prop::ClipText, &mut self.shows_ground)] {
            if let Some(Value::Flag(is_so)) = styled.get(prop) {
                *state = is_so;
            }
        }
        self.has_shadow |= styled.is(Prop::Stroke);
    }

    /// Where it stands, and how much room it has.
    fn place(&mut self, name: &str, styled: &Styled) {
        let is_far = |prop: Prop| styled.get(prop).is_some_and(|value| css::is_far(value, self.font));
        let pixels = |prop: Prop| match styled.get(prop) {
            Some(Value::Size(size)) => Some((size.px + size.em * self.font, size.share)),
            _ => None,
        };
        let is_fixed = styled.is(Prop::Fixed);
        let is_moved =
            styled.is(Prop::Position) && [Prop::Left, Prop::Top, Prop::Right, Prop::Bottom].into_iter().any(is_far);
        let right = pixels(Prop::Left).map_or(0.0, |(px, _)| px).max(if is_fixed {
            pixels(Prop::Top).map_or(0.0, |(px, _)| px)
        } else {
            0.0
        });
        let is_beyond = styled.is(Prop::Position) && right > if is_fixed { 3_000.0 } else { 9_000.0 };
        let is_pulled = is_far(Prop::MarginLeft) || is_far(Prop::MarginTop);
        // What is fixed to the window does not go with the box around it.
        self.is_off_page = is_moved || is_beyond || is_pulled || (self.is_off_page && !is_fixed);

        let is_out_of_flow = styled.is(Prop::OutOfFlow);
        let is_line = match styled.get(Prop::Display) {
            Some(Value::Display(display)) => display == Display::Inline,
            _ => is_inline(name),
        };
        if styled.is(Prop::ClipPath) || (styled.is(Prop::Clip) && is_out_of_flow) {
            self.is_gone = true;
        }
        // Boxes in a line have no size of their own.
        if is_line && !is_out_of_flow && !styled.is(Prop::Float) {
            return;
        }
        let cuts = styled.is(Prop::Overflow);
        match styled.get(Prop::TextIndent) {
            Some(Value::Size(size)) => {
                self.is_indented = css::is_far(Value::Size(size), self.font) || (cuts && size.share >= 1.0);
            }
            Some(Value::Unknown) => self.is_indented = false,
            _ => {}
        }
        let is_nothing = |prop: Prop| pixels(prop).is_some_and(|(px, share)| px <= 1.0 && share.abs() < 0.005);
        let is_kept_open = |prop: Prop| pixels(prop).is_some_and(|(px, share)| px > 1.0 || share > 0.005);
        let is_flat = (is_nothing(Prop::Height) || is_nothing(Prop::MaxHeight)) && !is_kept_open(Prop::MinHeight);
        let is_narrow = (is_nothing(Prop::Width) || is_nothing(Prop::MaxWidth)) && !is_kept_open(Prop::MinWidth);
        let is_transformed = styled.is(Prop::Transform) || styled.is(Prop::Scale) || styled.is(Prop::Translate);
        self.is_gone |= (cuts && (is_flat || is_narrow)) || is_transformed;
    }
}

fn is_none(styled: &Styled) -> bool {
    styled.get(Prop::Display) == Some(Value::Display(Display::None))
}
