//! Pages for the eyes of a reviewer: each is drawn anew and written as PNG, so that no byte of a stranger's file reaches a
//! browser. Reads no words and recognises none.

use super::{pdf, picture, png};
use image::{RgbImage, imageops};

/// Resolution in dots an inch at which a page is drawn.
pub const DOTS_AN_INCH: f32 = 110.0;

/// Most pixels across and down.
pub const WIDEST: u32 = 1_600;
pub const HIGHEST: u32 = 2_300;

/// Most pixels of a photograph or a scan: enough to read a page of A4 (120 dots an inch), and not heavy.
const MOST_PIXELS: f64 = 1_500_000.0;

/// A page to look at.
pub struct Screen {
    pub png: Vec<u8>,
    /// In pixels.
    pub width: u32,
    pub height: u32,
}

/// What is said of a file whose pages cannot be shown.
pub const NOT_SEEN: &str = "there is no picture for this kind of file; its text is shown";

/// Whether a file of this type (by content) has pages that can be drawn.
pub fn can_be_seen(media_type: &str) -> bool {
    media_type == "application/pdf" || is_picture(media_type)
}

fn is_picture(media_type: &str) -> bool {
    media_type.starts_with("image/") && media_type != "image/svg+xml"
}

/// How many pages a PDF or a picture has. Draws none.
///
/// # Errors
/// In words for a person: it cannot be opened.
pub fn pages_to_see(media_type: &str, bytes: &[u8]) -> Result<u32, String> {
    match media_type {
        "application/pdf" => pdf::draw::pages(bytes),
        kind if is_picture(kind) => picture::pages(bytes),
        _ => Err(NOT_SEEN.into()),
    }
}

/// A page of a PDF (from 1), or a picture.
///
/// # Errors
/// In words for a person: no such page, or it cannot be drawn.
pub fn screen(media_type: &str, bytes: &[u8], page: u32) -> Result<Screen, String> {
    let drawn = match media_type {
        "application/pdf" => pdf::draw::on_screen(bytes, page)?,
        kind if is_picture(kind) => fitted(picture::in_colour(bytes, page)?),
        _ => return Err(NOT_SEEN.into()),
    };
    let (width, height) = drawn.dimensions();
    Ok(Screen { png: png::write(&drawn), width, height })
}

/// Smaller, if it is larger than a screen needs.
fn fitted(picture: RgbImage) -> RgbImage {
    let (width, height) = picture.dimensions();
    let (wide, high) = (f64::from(width), f64::from(height));
    let by_area = (MOST_PIXELS / (wide * high)).sqrt();
    let scale = by_area.min(f64::from(WIDEST) / wide).min(f64::from(HIGHEST) / high);
    if scale >= 1.0 {
        return picture;
    }
    let side = |one: f64| ((one * scale) as u32).max(1);
    imageops::thumbnail(&picture, side(wide), side(high))
}
