//! Draws a page of a PDF: in grey for recognition, in colour for a screen. Reads no text.

use crate::extract::picture::{MAX_PIXELS, pgm};
use crate::extract::screen;
use hayro::vello_cpu::Pixmap;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use hayro_interpret::InterpreterSettings;
use hayro_syntax::Pdf;
use image::RgbImage;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Resolution in dots an inch: enough for recognition, and Arabic is read better than at 300.
const DOTS_AN_INCH: f32 = 200.0;

/// Points an inch.
const POINTS: f32 = 72.0;

/// Longest side in pixels that the library can draw.
const MAX_SIDE: f32 = 16_000.0;

/// The page with this number (from 1), as PGM.
///
/// # Errors
/// In words for a person.
pub fn page(bytes: &[u8], number: u32) -> Result<Vec<u8>, String> {
    let (drawn, _) = unbroken(|| draw(bytes, number, |width, height| scale(width, height, DOTS_AN_INCH)))?;
    let (width, height) = (u32::from(drawn.width()), u32::from(drawn.height()));
    // The page is opaque: colours are what they are, without regard to alpha.
    let grey = drawn.data_as_u8_slice().chunks_exact(4).map(|pixel| luma(pixel[0], pixel[1], pixel[2])).collect();
    Ok(pgm(width, height, grey))
}

/// The page with this number (from 1) at the size of a screen.
///
/// # Errors
/// In words for a person.
pub fn on_screen(bytes: &[u8], number: u32) -> Result<RgbImage, String> {
    let (drawn, _) = unbroken(|| draw(bytes, number, scale_of_screen))?;
    colours(&drawn)
}

/// The page with this number (from 1) in colours, with its size in points.
///
/// # Errors
/// In words for a person.
pub fn in_colours(bytes: &[u8], number: u32, dots_an_inch: f32) -> Result<(RgbImage, (f32, f32)), String> {
    let (drawn, size) = unbroken(|| draw(bytes, number, |width, height| scale(width, height, dots_an_inch)))?;
    Ok((colours(&drawn)?, size))
}

fn colours(drawn: &Pixmap) -> Result<RgbImage, String> {
    let colours = drawn.data_as_u8_slice().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]);
    let picture = RgbImage::from_raw(u32::from(drawn.width()), u32::from(drawn.height()), colours.collect());
    picture.ok_or_else(|| CANNOT_BE_DRAWN.into())
}

/// How many pages it has.
///
/// # Errors
/// In words for a person: it cannot be opened.
pub fn pages(bytes: &[u8]) -> Result<u32, String> {
    unbroken(|| Ok(open(bytes)?.pages().len() as u32))
}

const CANNOT_BE_DRAWN: &str = "the PDF cannot be drawn";

/// A library that panics has a reason for a person, too.
fn unbroken<T>(draw: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(draw)).unwrap_or_else(|_| Err(CANNOT_BE_DRAWN.into()))
}

fn open(bytes: &[u8]) -> Result<Pdf, String> {
    Pdf::new(bytes.to_vec()).map_err(|_| "the PDF is damaged or locked and cannot be drawn".into())
}

/// The pixels of a page, and its size in points.
fn draw(bytes: &[u8], number: u32, scale: impl Fn(f32, f32) -> Option<f32>) -> Result<(Pixmap, (f32, f32)), String> {
    let pdf = open(bytes)?;
    let at = (number as usize).checked_sub(1).ok_or("pages are counted from 1")?;
    let page = pdf.pages().get(at).ok_or_else(|| format!("the PDF has no page {number}"))?;
    let (width, height) = page.render_dimensions();
    let scale =
        scale(width, height).ok_or_else(|| format!("page {number} of the PDF has no size that could be drawn"))?;
    let settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
    let drawn = hayro::render(
        page,
        &RenderCache::new(),
        &InterpreterSettings::default(),
        &RenderSettings { hinting: false, ..RenderSettings::default() },
        &settings,
    );
    Ok((drawn, (width, height)))
}

/// Brightness of a colour (ITU-R BT.601).
fn luma(red: u8, green: u8, blue: u8) -> u8 {
    ((u32::from(red) * 299 + u32::from(green) * 587 + u32::from(blue) * 114) / 1000) as u8
}

/// Pixels a point, so that the page stays below the caps; `None` for a page without extent.
fn scale(width: f32, height: f32, dots_an_inch: f32) -> Option<f32> {
    let area = width * height;
    if !(area.is_finite() && width > 0.0 && height > 0.0) {
        return None;
    }
    let by_area = (MAX_PIXELS as f32 / area).sqrt();
    let scale = (dots_an_inch / POINTS).min(by_area).min(MAX_SIDE / width).min(MAX_SIDE / height);
    (width * scale >= 1.0 && height * scale >= 1.0).then_some(scale)
}

/// The same for a screen.
fn scale_of_screen(width: f32, height: f32) -> Option<f32> {
    let most = (screen::WIDEST as f32 / width).min(screen::HIGHEST as f32 / height);
    scale(width, height, screen::DOTS_AN_INCH)
        .map(|scale| scale.min(most))
        .filter(|scale| width * scale >= 1.0 && height * scale >= 1.0)
}
