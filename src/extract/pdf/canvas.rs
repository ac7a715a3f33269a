//! The device that hayro draws a page on: it keeps the letters, and of everything else only what can cover or carry
//! them. Draws nothing and decodes no picture.

use super::glyphs::Fonts;
use super::rows::{Letter, Look, Rows, Word};
use hayro_interpret::font::{Glyph, GlyphRun};
use hayro_interpret::hayro_cmap::{BfString, WritingMode};
use hayro_interpret::hayro_syntax::object::{Dict, String as PdfString};
use hayro_interpret::kurbo::{Affine, BezPath, PathEl, Point, Rect, Vec2};
use hayro_interpret::pattern::Pattern;
use hayro_interpret::{BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, Paint, SoftMask};

/// Glyph space of hayro: units of one em.
const UNITS_PER_EM: f64 = 1000.0;

/// Calls of one page after which it is given up: forms that call each other draw without end.
const MAX_CALLS: u32 = 3_000_000;

/// Filled areas of a page that are remembered, and thin ones.
const MAX_AREAS: usize = 4_000;

/// Most characters that `ActualText` may put in the place of what is drawn (ISO 32000-2, 14.9.4): a ligature, a cluster, a
/// hyphen. With more it could say other sentences to a machine than the page shows to a reader.
const LONGEST_REPLACEMENT: usize = 4;

/// Areas below this width or height, in points, hide no word alone.
const SMALLEST_AREA: f64 = 3.0;

/// Brightness, of 255, of a channel from which black letters below a marker are read.
const BRIGHT: u8 = 100;

/// Opacity of letters, of 255, below which they may be too pale.
const FAINT: u8 = 100;

/// Corners from which a line may fill what it surrounds.
const MANY_TURNS: usize = 10;

/// Side of the grid on which it is counted how much of a page pictures cover.
const GRID: usize = 32;

/// An area that was filled.
pub struct Area {
    pub place: Rect,
    pub order: u32,
    /// Its one colour; `None`: a picture, a pattern, or an area that is not a rectangle or not all of it.
    pub colour: Option<[u8; 3]>,
    /// Nothing below it shows.
    pub opaque: bool,
    /// A picture, in which a scanner's words may stand.
    pub picture: bool,
    /// Drawn like a marker pen: a bright colour that is mixed with what is below it (ISO 32000-2, 11.3.5).
    pub marker: bool,
}

/// What one page gave.
#[derive(Default)]
pub struct Page {
    pub words: Vec<Word>,
    /// How many of the words stand in the page itself; those after them are in annotations.
    pub own_words: usize,
    pub glyphs: usize,
    /// Glyphs that the file gives no character for.
    pub unmapped: usize,
    pub areas: Vec<Area>,
    /// Lines and slivers, of which several may hide a word.
    pub thin: Vec<Area>,
    /// There were more areas than are remembered.
    pub areas_left_out: bool,
    pub images: usize,
    /// Filled outlines that are no rectangles.
    pub outlines: usize,
    /// How much of the page pictures cover, from 0 to 1.
    pub pictured: f64,
    /// Drawing was given up.
    pub given_up: bool,
}

/// The unwinding that ends a page without end.
struct GivenUp;

/// Whether a panic was ours: a page that was given up.
pub fn is_given_up(payload: &(dyn std::any::Any + Send)) -> bool {
    payload.is::<GivenUp>()
}

/// With what an area is filled.
#[derive(Clone, Copy, Default)]
struct Fill {
    /// `None`: a picture or a pattern.
    colour: Option<[u8; 3]>,
    opaque: bool,
    rectangle: bool,
    /// Mixed with what is below.
    mixed: bool,
    picture: bool,
}

/// A transparency group: whether what is drawn in it covers what is below, or is mixed with it.
struct Group {
    opaque: bool,
    mixed: bool,
}

struct Clip {
    place: Rect,
    /// The whole of `place` is inside.
    whole: bool,
}

/// A text that stands for the glyphs of a marked content (ISO 32000-2, 14.9.4).
enum Marked {
    Plain,
    /// The text, until the first glyph took it.
    Replaced(Option<String>),
}

/// See [`Page`].
pub struct Canvas<'f> {
    page: Page,
    fonts: &'f mut Fonts,
    in_annotations: bool,
    rows: Rows,
    bounds: Rect,
    grid: [[bool; GRID]; GRID],
    calls: u32,
    clips: Vec<Clip>,
    /// The transparency groups that are open.
    groups: Vec<Group>,
    marked: Vec<Marked>,
    /// Start and first code of the last run: text that is filled and stroked comes twice.
    last_run: Option<(Point, u32)>,
    last_run_order: u32,
    last_colour: Option<[u8; 3]>,
    /// Index of the first of the last words that were drawn without ink, while nothing else was drawn since.
    maybe_clip: Option<usize>,
}

impl<'f> Canvas<'f> {
    /// A canvas for a page with these bounds.
    pub fn new(bounds: Rect, fonts: &'f mut Fonts) -> Self {
        Self {
            page: Page::default(),
            fonts,
            in_annotations: false,
            rows: Rows::default(),
            bounds,
            grid: [[false; GRID]; GRID],
            calls: 0,
            clips: Vec::new(),
            groups: Vec::new(),
            marked: Vec::new(),
            last_run: None,
            last_run_order: 0,
            last_colour: None,
            maybe_clip: None,
        }
    }

    /// Keeps the place of each character, too.
    pub fn with_places(mut self) -> Self {
        self.rows.keeps_places = true;
        self
    }

    /// The page's own content ends, its annotations follow.
    pub fn begin_annotations(&mut self) {
        self.in_annotations = true;
        self.rows.break_off();
        self.page.own_words = self.rows.words.len();
        // A page that ends within a group or a clip does not take the annotations into it.
        self.clips.clear();
        self.groups.clear();
        self.marked.clear();
    }

    /// Ends the page.
    pub fn finish(mut self) -> Page {
        self.rows.break_off();
        self.page.words = self.rows.finish();
        let covered = self.grid.iter().flatten().filter(|cell| **cell).count();
        self.page.pictured = covered as f64 / (GRID * GRID) as f64;
        self.page.given_up = self.calls > MAX_CALLS;
        self.page
    }

    fn count(&mut self) {
        self.calls += 1;
        if self.calls > MAX_CALLS {
            // There is no other way out of the interpreter; the caller catches it.
            std::panic::resume_unwind(Box::new(GivenUp));
        }
    }

    fn add_area(&mut self, place: Rect, paint: Fill) {
        let (mut place, mut whole) = (place, true);
        for clip in &self.clips {
            place = place.intersect(clip.place);
            whole &= clip.whole;
        }
        if !(place.width() > 0.0 && place.height() > 0.0) {
            return;
        }
        let is_thin = place.width() < SMALLEST_AREA || place.height() < SMALLEST_AREA;
        let areas = if is_thin { &mut self.page.thin } else { &mut self.page.areas };
        if areas.len() >= MAX_AREAS {
            self.page.areas_left_out = true;
            return;
        }
        let opaque = paint.opaque && whole && self.groups.iter().all(|group| group.opaque);
        let is_bright = paint.colour.is_none_or(|colour| colour.iter().any(|channel| *channel > BRIGHT));
        let marker = is_bright && (paint.mixed || self.groups.iter().any(|group| group.mixed));
        let colour = paint.colour.filter(|_| opaque && paint.rectangle);
        areas.push(Area { place, order: self.calls, colour, opaque, picture: paint.picture, marker });
    }

    /// Adds what an annotation without an appearance of its own hides in many viewers.
    pub fn cover_with(&mut self, place: Rect) {
        self.count();
        self.add_area(place, Fill { colour: Some([0, 0, 0]), opaque: true, rectangle: true, ..Fill::default() });
    }

    fn fill(&mut self, path: Option<&BezPath>, rect: Rect, props: &DrawProps<'_>, mode: &DrawMode) {
        self.count();
        self.maybe_clip = None;
        let mixed = props.blend_mode != BlendMode::Normal;
        if let DrawMode::Stroke(stroke) = mode {
            let [a, b, ..] = props.transform.as_coeffs();
            let width = f64::from(stroke.line_width) * a.hypot(b);
            let place = props.transform.transform_rect_bbox(rect).inflate(width / 2.0, width / 2.0);
            let is_line = place.width() < SMALLEST_AREA || place.height() < SMALLEST_AREA;
            // A thin frame hides nothing that it surrounds; to and fro often enough, a thin line does.
            let is_scribble = path.is_some_and(|path| path.elements().len() > MANY_TURNS);
            if width > SMALLEST_AREA || is_line || is_scribble {
                self.add_area(place, Fill { mixed, ..Fill::default() });
            }
            return;
        }
        let straight = is_straight(props.transform);
        let rectangle = straight && path.is_none_or(|path| is_rectangle(path.elements()));
        self.page.outlines += usize::from(!rectangle);
        let plain = props.soft_mask.is_none() && !mixed;
        let (colour, alpha) = match &props.paint {
            Paint::Color(colour) => {
                let [r, g, b, a] = colour.to_rgba().to_rgba8();
                (Some([r, g, b]), a)
            }
            Paint::Pattern(_) => (None, 0),
        };
        if alpha == 0 && colour.is_some() {
            return;
        }
        let opaque = rectangle && plain && alpha >= 250;
        let place = props.transform.transform_rect_bbox(rect);
        let is_tiled = matches!(&props.paint, Paint::Pattern(pattern) if matches!(**pattern, Pattern::Tiling(_)));
        if is_tiled {
            self.cover(place);
        }
        self.add_area(place, Fill { colour, opaque, rectangle, mixed, picture: is_tiled });
    }

    fn cover(&mut self, place: Rect) {
        let place = self.clips.iter().fold(place, |place, clip| place.intersect(clip.place));
        let (width, height) = (self.bounds.width() / GRID as f64, self.bounds.height() / GRID as f64);
        for (y, row) in self.grid.iter_mut().enumerate() {
            for (x, cell) in row.iter_mut().enumerate() {
                let middle =
                    Point::new(self.bounds.x0 + (x as f64 + 0.5) * width, self.bounds.y0 + (y as f64 + 0.5) * height);
                *cell |= place.contains(middle);
            }
        }
    }

    /// Whether a letter with this middle lies well outside what is shown; a word that is cut in the middle stays whole.
    fn is_cut_off(&self, middle: Point, em: f64) -> bool {
        !self.clips.iter().all(|clip| clip.place.inflate(em * 5.0, em).contains(middle))
    }

    fn put_glyph(&mut self, glyph: &Glyph<'_>, at: Point, along: Vec2, advance: f64, mut look: Look) {
        let middle = at + along * (advance / 2.0) + Vec2::new(-along.y, along.x) * 0.3;
        look.cut |= self.groups.iter().any(|group| !group.opaque);
        look.cut |= self.clips.iter().any(|clip| !clip.whole || !clip.place.contains(middle));
        let order = self.calls;
        let letter = |text| Letter { text, at, along, advance, look, order };
        self.page.glyphs += 1;
        if let Some(Marked::Replaced(text)) =
            self.marked.iter_mut().rev().find(|one| matches!(one, Marked::Replaced(_)))
        {
            let text = text.take().unwrap_or_default();
            self.rows.put(&letter(&text));
            return;
        }
        let known = match glyph {
            // What does not fit into its field is cut off there, as by a viewer; the value is read from the field.
            _ if self.in_annotations && self.is_cut_off(middle, along.hypot()) => return,
            Glyph::Outline(outline) => glyph.as_unicode().or_else(|| self.fonts.meaning(outline).map(BfString::Char)),
            Glyph::Type3(_) => glyph.as_unicode(),
        };
        if let Some(BfString::Char('\u{2580}'..='\u{259f}' | '\u{25a0}')) = known {
            // Blocks that are typed over a word to redact it.
            let em = along.hypot();
            let place = Rect::new(at.x, at.y - 0.25 * em, at.x + advance * em, at.y + 0.75 * em);
            self.add_area(place, Fill::default());
        }
        match known {
            Some(BfString::Char(c)) => self.rows.put(&letter(c.encode_utf8(&mut [0; 4]))),
            Some(BfString::String(text)) => self.rows.put(&letter(&text)),
            None => {
                self.page.unmapped += 1;
                self.rows.put(&letter("\u{fffd}"));
            }
        }
    }
}

/// Turned by a multiple of a right angle at most.
fn is_straight(transform: Affine) -> bool {
    let [a, b, c, d, ..] = transform.as_coeffs();
    (b.abs() < 1e-3 * a.abs() && c.abs() < 1e-3 * d.abs()) || (a.abs() < 1e-3 * b.abs() && d.abs() < 1e-3 * c.abs())
}

fn is_rectangle(elements: &[PathEl]) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() < 0.01;
    let mut points: Vec<Point> = Vec::with_capacity(5);
    for element in elements {
        match element {
            // Some programs say a corner twice.
            PathEl::MoveTo(p) | PathEl::LineTo(p)
                if points.last().is_some_and(|last| near(last.x, p.x) && near(last.y, p.y)) => {}
            PathEl::MoveTo(p) | PathEl::LineTo(p) => {
                // One in the middle of a side says nothing new.
                if let [.., a, b] = points[..]
                    && (near(a.x, b.x) && near(b.x, p.x) || near(a.y, b.y) && near(b.y, p.y))
                {
                    points.pop();
                }
                points.push(*p);
            }
            PathEl::ClosePath => {}
            _ => return false,
        }
        if points.len() > 6 {
            return false;
        }
    }
    if let [first, .., last] = points[..]
        && near(first.x, last.x)
        && near(first.y, last.y)
    {
        points.pop();
    }
    // The path may begin in the middle of a side.
    if let [first, second, _, _, last] = points[..]
        && (near(last.x, first.x) && near(first.x, second.x) || near(last.y, first.y) && near(first.y, second.y))
    {
        points.remove(0);
    }
    points.len() == 4
        && points.windows(2).all(|pair| near(pair[0].x, pair[1].x) || near(pair[0].y, pair[1].y))
        && (near(points[0].x, points[3].x) || near(points[0].y, points[3].y))
}

/// The colour of letters, and whether they are drawn with ink.
fn look(props: &DrawProps<'_>, mode: &DrawMode) -> Look {
    match &props.paint {
        Paint::Color(colour) => {
            let [r, g, b, a] = colour.to_rgba().to_rgba8();
            Look { colour: Some([r, g, b]), invisible: a < 8 || matches!(mode, DrawMode::Invisible), cut: a < FAINT }
        }
        Paint::Pattern(_) => Look { colour: None, invisible: matches!(mode, DrawMode::Invisible), cut: false },
    }
}

impl<'a> Device<'a> for Canvas<'_> {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        self.fill(Some(path), path.control_box(), &props, mode);
    }

    fn draw_rect(&mut self, rect: &Rect, props: DrawProps<'a>, mode: &DrawMode) {
        self.fill(None, *rect, &props, mode);
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        self.count();
        let whole = is_rectangle(clip.path.elements());
        let place = clip.path.control_box();
        if let Some(first) = self.maybe_clip.take()
            && !whole
        {
            // The letters were the clip: what is drawn next shows through them.
            self.rows.break_off();
            for word in self.rows.words.iter_mut().skip(first).filter(|word| place.overlaps(word.place)) {
                word.look = Look { colour: None, invisible: false, cut: true };
            }
        }
        self.clips.push(Clip { place, whole });
    }

    fn push_transparency_group(&mut self, opacity: f32, mask: Option<SoftMask<'a>>, blend_mode: BlendMode) {
        self.count();
        let mixed = blend_mode != BlendMode::Normal;
        self.groups.push(Group { opaque: opacity > 0.98 && mask.is_none() && !mixed, mixed });
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        self.count();
        let Some(first) = run.glyphs().first() else { return };
        let start = ((props.transform * first.transform()) * Point::ZERO, first.char_code());
        if let Some((last, code)) = self.last_run
            && code == start.1
            && last.distance(start.0) < 0.01
        {
            if look(&props, mode).colour != self.last_colour {
                self.rows.forget_colour(self.last_run_order);
            }
            return;
        }
        let mut look = look(&props, mode);
        look.cut |= props.soft_mask.is_some();
        if matches!(&**first, Glyph::Type3(_)) {
            // Such a glyph may bring colours of its own.
            look.colour = None;
        }
        self.last_run = Some(start);
        (self.last_run_order, self.last_colour) = (self.calls, look.colour);
        self.maybe_clip = look.invisible.then(|| self.maybe_clip.unwrap_or(self.rows.words.len()));
        for glyph in run.glyphs() {
            let place = props.transform * glyph.transform();
            let at = place * Point::ZERO;
            let along = place * Point::new(UNITS_PER_EM, 0.0) - at;
            let advance = match &**glyph {
                Glyph::Outline(outline) => outline.advance_width(),
                Glyph::Type3(drawn) => drawn.advance_width(),
            };
            let advance = f64::from(advance.unwrap_or(500.0)) / UNITS_PER_EM;
            let (along, advance) = match run.writing_mode() {
                WritingMode::Horizontal => (along, advance),
                // Downwards, an em a sign.
                WritingMode::Vertical => (place * Point::new(0.0, -UNITS_PER_EM) - at, 1.0),
            };
            self.put_glyph(glyph, at, along, advance, look);
        }
    }

    fn pop_clip(&mut self) {
        self.clips.pop();
    }

    fn pop_transparency_group(&mut self) {
        self.groups.pop();
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        self.count();
        self.maybe_clip = None;
        self.page.images += 1;
        let whole = Rect::new(0.0, 0.0, f64::from(image.width()), f64::from(image.height()));
        let place = props.transform.transform_rect_bbox(whole);
        self.cover(place);
        let opaque = match &image {
            Image::Stencil(_) => false,
            Image::Raster(raster) => {
                let dict = raster.stream().dict();
                !["SMask", "Mask", "SMaskInData"].iter().any(|key| dict.contains_key(key))
                    && is_straight(props.transform)
                    && props.soft_mask.is_none()
                    && props.blend_mode == BlendMode::Normal
            }
        };
        let mixed = props.blend_mode != BlendMode::Normal;
        self.add_area(place, Fill { opaque, mixed, picture: true, ..Fill::default() });
    }

    fn begin_marked_content(&mut self, _: &[u8], properties: Option<&Dict<'_>>) {
        let text = properties.and_then(|dict| dict.get::<PdfString<'_>>("ActualText"));
        let text = text.map(|text| super::properties::text_string(text.as_bytes()));
        self.marked.push(match text.filter(|text| text.chars().count() <= LONGEST_REPLACEMENT) {
            Some(text) => Marked::Replaced(Some(text)),
            None => Marked::Plain,
        });
    }

    fn end_marked_content(&mut self) {
        self.marked.pop();
    }
}
