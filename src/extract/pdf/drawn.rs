//! Whether words can be seen on their page as it is drawn: what is drawn where the strokes of their letters lie is
//! compared with what is drawn beside them. Believes nothing that the file says of colours, order or clips.

use super::rows::Word;
use hayro::vello_cpu::color::palette::css::{BLACK, TRANSPARENT, WHITE};
use hayro::vello_cpu::kurbo::Stroke;
use hayro::vello_cpu::{Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit};
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use hayro_interpret::font::{Glyph, GlyphRun};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::kurbo::{Affine, BezPath, Point, Rect};
use hayro_interpret::util::TransformExt as _;
use hayro_interpret::{BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, SoftMask};
use hayro_interpret::{InterpreterCache, InterpreterSettings, interpret_page};
use hayro_syntax::page::Page;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Pixels a point, and most pixels of a page: the strokes of 6-point letters are told from their ground at that size.
const SCALE: f32 = 1.5;
const MAX_PIXELS: f32 = 4_000_000.0;

/// Difference in brightness between strokes and ground, of 255, below which a reader sees nothing: a grey of 94 %.
const VISIBLE: f64 = 16.0;

/// Share of what is drawn in a word's place that its strokes must explain; a photograph over them explains itself.
const EXPLAINED: f64 = 0.08;

/// Pixels of strokes from which a word can be judged.
const LEAST_STROKES: f64 = 3.0;

/// Words that are compared with each other because they may lie upon each other.
const MAX_COMPARISONS: usize = 20_000_000;

/// For each word in `asked` whether it can be seen on the drawn page; where that cannot be told, it is. `None`: the page
/// cannot be drawn.
pub fn are_seen(page: &Page<'_>, words: &[Word], asked: &[usize]) -> Option<Vec<bool>> {
    catch_unwind(AssertUnwindSafe(|| Drawn::of(page))).ok()?.map(|drawn| drawn.are_seen(words, asked))
}

/// A page, and the strokes of all its letters alone, both at the same size.
struct Drawn {
    page: Pixmap,
    strokes: Pixmap,
    to_pixels: Affine,
}

impl Drawn {
    fn of(page: &Page<'_>) -> Option<Self> {
        let (width, height) = page.render_dimensions();
        let scale = SCALE.min((MAX_PIXELS / (width * height)).sqrt());
        let (wide, high) = (width * scale, height * scale);
        if !(wide >= 1.0 && high >= 1.0 && wide < 16_000.0 && high < 16_000.0) {
            return None;
        }
        let sizes = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
        let unhinted = RenderSettings { hinting: false, ..RenderSettings::default() };
        let settings = InterpreterSettings::default();
        let drawn = hayro::render(page, &RenderCache::new(), &settings, &unhinted, &sizes);
        let to_pixels = Affine::scale(f64::from(scale)) * page.initial_transform(true).to_kurbo();
        let mut strokes = Strokes(RenderContext::new(drawn.width(), drawn.height()));
        strokes.0.set_paint(BLACK);
        let target = Rect::new(0.0, 0.0, f64::from(drawn.width()), f64::from(drawn.height()));
        let cache = InterpreterCache::new();
        interpret_page(page, &mut Context::new(to_pixels, target, &cache, page.xref(), settings), &mut strokes);
        Some(Self { strokes: strokes.finish(), page: drawn, to_pixels })
    }

    fn are_seen(&self, words: &[Word], asked: &[usize]) -> Vec<bool> {
        let is_compared = asked.len().saturating_mul(words.len()) <= MAX_COMPARISONS;
        asked
            .iter()
            .map(|at| {
                let word = &words[*at];
                // What was written over a word says nothing of the word itself, but blocks that were typed over it do.
                let is_block = |one: &Word| one.text.contains(|c| matches!(c, '\u{2580}'..='\u{259f}' | '\u{25a0}'));
                let above = words.iter().filter(|one| is_compared && one.order > word.order && !is_block(one));
                let above: Vec<Rect> = above.map(|one| one.place).filter(|one| one.overlaps(word.place)).collect();
                self.is_seen(word.place, &above)
            })
            .collect()
    }

    fn is_seen(&self, place: Rect, above: &[Rect]) -> bool {
        let on_page = |rect| self.to_pixels.transform_rect_bbox(rect);
        let above: Vec<Rect> = above.iter().map(|rect| on_page(*rect)).collect();
        let place = on_page(place).inflate(1.0, 1.0);
        let (width, height) = (usize::from(self.page.width()), usize::from(self.page.height()));
        // Casts of floating point numbers stop at the ends of the integer (Rust reference, "Numeric cast").
        let columns = place.x0 as usize..(place.x1.ceil() as usize).min(width);
        let rows = place.y0 as usize..(place.y1.ceil() as usize).min(height);
        let (page, strokes) = (self.page.data_as_u8_slice(), self.strokes.data_as_u8_slice());
        let (mut colours, mut all_strokes) = ([Fit::default(); 3], 0.0);
        for y in rows {
            for x in columns.clone() {
                let pixel = 4 * (y * width + x);
                let stroke = f64::from(strokes[pixel + 3]) / 255.0;
                all_strokes += stroke;
                let middle = Point::new(x as f64 + 0.5, y as f64 + 0.5);
                if above.iter().any(|rect| rect.contains(middle)) {
                    continue;
                }
                for (fit, value) in colours.iter_mut().zip(&page[pixel..pixel + 3]) {
                    fit.add(stroke, f64::from(*value));
                }
            }
        }
        let can_be_told = colours[0].strokes >= LEAST_STROKES && colours[0].strokes * 3.0 >= all_strokes;
        !can_be_told || colours.iter().any(Fit::is_visible)
    }
}

/// How a colour depends on the strokes: the line of least squares through the pixels of a place.
#[derive(Clone, Copy, Default)]
struct Fit {
    count: f64,
    strokes: f64,
    strokes_squared: f64,
    values: f64,
    values_squared: f64,
    products: f64,
}

impl Fit {
    fn add(&mut self, stroke: f64, value: f64) {
        self.count += 1.0;
        self.strokes += stroke;
        self.strokes_squared += stroke * stroke;
        self.values += value;
        self.values_squared += value * value;
        self.products += stroke * value;
    }

    fn is_visible(&self) -> bool {
        let variance = |sum: f64, squared: f64| squared / self.count - (sum / self.count).powi(2);
        let of_strokes = variance(self.strokes, self.strokes_squared);
        let of_values = variance(self.values, self.values_squared);
        if of_strokes < 1e-4 {
            // Strokes without a ground: nothing to tell them from.
            return true;
        }
        if of_values < 1e-4 {
            return false;
        }
        let common = self.products / self.count - self.strokes * self.values / (self.count * self.count);
        // Independent of how thin the strokes are: the difference between a pixel full of stroke and one without.
        let difference = common / of_strokes;
        difference.abs() >= VISIBLE && common * common / (of_strokes * of_values) >= EXPLAINED
    }
}

/// Draws the letters alone, black, whatever colour they have and whatever cuts them off.
struct Strokes(RenderContext);

impl Strokes {
    fn finish(mut self) -> Pixmap {
        self.0.flush();
        let mut pixels = Pixmap::new(self.0.width(), self.0.height());
        let settings = RasterizerSettings { target_init: TargetInit::Clear(TRANSPARENT), ..Default::default() };
        self.0.render_with(&mut pixels, &mut Resources::default(), settings);
        pixels
    }
}

impl<'a> Device<'a> for Strokes {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        for glyph in run.glyphs() {
            let Glyph::Outline(outline) = &**glyph else { continue };
            // Blocks that are typed over a word are what may hide it.
            if matches!(outline.as_unicode(), Some(BfString::Char('\u{2580}'..='\u{259f}' | '\u{25a0}'))) {
                continue;
            }
            if let DrawMode::Stroke(stroke) = mode {
                self.0.set_transform(props.transform);
                self.0.set_stroke(Stroke::new(f64::from(stroke.line_width)));
                self.0.stroke_path(&(glyph.transform() * outline.outline()));
            } else {
                self.0.set_transform(props.transform * glyph.transform());
                self.0.fill_path(&outline.outline());
            }
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn draw_rect(&mut self, _: &Rect, _: DrawProps<'a>, _: &DrawMode) {}
    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_clip_rect(&mut self, _: &Rect) {}
    fn pop_clip(&mut self) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn pop_transparency_group(&mut self) {}
}
