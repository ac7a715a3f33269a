//! Pages as pictures with places filled before the picture is given away: what stood there is in no pixel. Decides nothing
//! about which places.

use super::{pdf, picture};
pub use crate::domain::reader::Place;
use crate::domain::reader::{CoveredPage, FILL};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, Rgb, RgbImage};
use std::io::Write as _;

/// Resolution of a published page: read with ease, and small.
const DOTS_AN_INCH: f32 = 150.0;

/// A deflated page above this is a photograph, which JPEG packs better.
const LARGE: usize = 300_000;

const QUALITY: u8 = 82;

/// Characters with their places.
#[derive(Clone, Debug, Default)]
pub struct Letters {
    pub text: String,
    /// Of each character; `None` for the blanks between words.
    pub places: Vec<Option<Place>>,
}

/// What stands on a page for a reader, and all that stands there for a machine.
#[derive(Clone, Debug, Default)]
pub struct Read {
    pub seen: Letters,
    pub all: Letters,
}

impl Letters {
    /// Places of a range of characters.
    pub fn places_of(&self, start: usize, end: usize) -> Vec<Place> {
        self.places.get(start..end).unwrap_or_default().iter().flatten().copied().collect()
    }
}

/// The characters of a page (from 1) with their places; none for a picture.
///
/// # Errors
/// In words for a person.
pub fn letters(media_type: &str, bytes: &[u8], page: u32) -> Result<Read, String> {
    match media_type {
        "application/pdf" => pdf::letters::of_page(bytes, page),
        _ => Ok(Read::default()),
    }
}

/// A page (from 1) of a PDF or a picture with places filled, as one stream of a PDF.
///
/// # Errors
/// In words for a person.
pub fn covered(
    media_type: &str,
    bytes: &[u8],
    page: u32,
    filled: Vec<Place>,
) -> Result<(CoveredPage, Vec<u8>), String> {
    let (mut pixels, size) = match media_type {
        "application/pdf" => pdf::draw::in_colours(bytes, page, DOTS_AN_INCH)?,
        kind if kind.starts_with("image/") => {
            let pixels = picture::in_colours(bytes, page)?;
            let points = |side: u32| side as f32 * 72.0 / DOTS_AN_INCH;
            let size = (points(pixels.width()), points(pixels.height()));
            (pixels, size)
        }
        other => return Err(format!("{other} has no pages that could be drawn")),
    };
    for place in &filled {
        fill(&mut pixels, *place);
    }
    let (width, height) = pixels.dimensions();
    let (grey, jpeg, stream) = packed(&pixels).map_err(|error| format!("the page cannot be packed: {error}"))?;
    let (width_points, height_points) = (f64::from(size.0), f64::from(size.1));
    Ok((CoveredPage { width, height, width_points, height_points, grey, jpeg, filled }, stream))
}

/// Fills a place to the whole pixels around it.
fn fill(pixels: &mut RgbImage, [left, top, right, bottom]: Place) {
    let (width, height) = pixels.dimensions();
    let inside = |share: f64, side: u32| (share.clamp(0.0, 1.0) * f64::from(side)) as u32;
    let (x0, x1) = (inside(left, width), inside(right, width).saturating_add(1).min(width));
    let (y0, y1) = (inside(top, height), inside(bottom, height).saturating_add(1).min(height));
    for y in y0..y1 {
        for x in x0..x1 {
            pixels.put_pixel(x, y, Rgb([FILL; 3]));
        }
    }
}

fn packed(pixels: &RgbImage) -> Result<(bool, bool, Vec<u8>), String> {
    let (width, height) = pixels.dimensions();
    let grey = pixels.pixels().all(|Rgb([r, g, b])| r.abs_diff(*g) <= 2 && r.abs_diff(*b) <= 2);
    let raw: Vec<u8> = if grey { pixels.pixels().map(|pixel| pixel.0[1]).collect() } else { pixels.as_raw().clone() };
    let mut deflating = ZlibEncoder::new(Vec::new(), Compression::new(6));
    deflating.write_all(&raw).map_err(|error| error.to_string())?;
    let deflated = deflating.finish().map_err(|error| error.to_string())?;
    if deflated.len() <= LARGE {
        return Ok((grey, false, deflated));
    }
    let colour = if grey { ExtendedColorType::L8 } else { ExtendedColorType::Rgb8 };
    let mut photograph = Vec::new();
    let encoded = JpegEncoder::new_with_quality(&mut photograph, QUALITY).encode(&raw, width, height, colour);
    encoded.map_err(|error| error.to_string())?;
    Ok(if photograph.len() < deflated.len() { (grey, true, photograph) } else { (grey, false, deflated) })
}
