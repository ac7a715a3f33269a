//! Pictures: what can be known of one without reading its words, and its pixels for recognition and for a screen. Recognises
//! nothing.

use super::pdf::properties::{self, Properties};
use super::{Read, exif};
use crate::domain::extraction::{Extracted, Gate, PageReading, SegmentKind};
use crate::domain::{Finding, FindingCode, Problem, ProblemCode};
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage, imageops};
use std::borrow::Cow;
use std::io::Cursor;

/// Most pixels of a picture that is given to recognition.
pub const MAX_PIXELS: u32 = 9_000_000;

/// Smaller pictures are signs and logos: their words, if any, are not worth recognising.
const SMALLEST: (u32, u32) = (200, 60);

/// Pictures in a document below this are decoration.
const LINES_OF_TEXT: (u32, u32) = (400, 200);

/// Below this many pixels a picture is a screenshot with small letters and is drawn twice as large.
const FEW_PIXELS: u32 = 1_000_000;

/// Longest side, and most memory while decoding, in bytes.
const MAX_SIDE: u32 = 30_000;
const MAX_MEMORY: u64 = 512 << 20;

/// Pages of a TIFF that are read.
const MAX_PAGES: usize = 500;

/// What is known of a picture: its findings, and which pages await recognition.
pub fn read(media_type: &str, bytes: &[u8]) -> Read {
    let mut read = Read::of(Extracted::NoText);
    let mut properties = Properties::default();
    let size = open(bytes).map(|mut decoder| {
        if let Ok(Some(block)) = decoder.exif_metadata() {
            exif::read(&block, &mut properties);
        }
        if let Ok(Some(xmp)) = decoder.xmp_metadata() {
            properties::read_xmp(&xmp, &mut properties);
        }
        decoder.dimensions()
    });
    let pages = tiff_pages(bytes);
    if !pages.is_empty() {
        // A TIFF is itself built like the block that says where and by whom a picture was taken.
        exif::read(bytes, &mut properties);
    }
    if properties.has_place {
        read.findings.push(Finding::new(FindingCode::Gps, "The picture says where on earth it was taken."));
    }
    read.findings.extend(properties.sentence("picture").map(|detail| Finding::new(FindingCode::AuthorName, detail)));
    let problem = match size {
        Ok((width, height)) if width >= SMALLEST.0 && height >= SMALLEST.1 => {
            let count = pages.len().clamp(1, MAX_PAGES) as u32;
            read.pages = (1..=count).map(|number| awaiting(number, SegmentKind::Page)).collect();
            return read;
        }
        Ok(_) => "A picture too small to hold text, such as a logo.".to_string(),
        Err(_) => {
            format!("A picture of the type {media_type} that Pouch cannot open: its words can only be read by eye.")
        }
    };
    read.problems.push(Problem::new(ProblemCode::PartUnreadable, problem));
    read
}

/// A page or picture that awaits recognition.
pub fn awaiting(number: u32, kind: SegmentKind) -> PageReading {
    PageReading {
        number,
        kind,
        engine: String::new(),
        gate: Gate::Empty,
        agreement: None,
        confidence: None,
        layer: None,
        differing: Vec::new(),
        awaits_recognition: true,
    }
}

/// Whether a picture of which this is the beginning is large enough for lines of text: no logo and no bullet.
pub fn may_hold_text(head: &[u8]) -> bool {
    let reader = ImageReader::new(Cursor::new(head)).with_guessed_format();
    let size = reader.ok().and_then(|reader| reader.into_dimensions().ok());
    size.is_some_and(|(width, height)| {
        width >= LINES_OF_TEXT.0 && height >= LINES_OF_TEXT.1 && width <= MAX_SIDE && height <= MAX_SIDE
    })
}

/// Shortest side of a picture that may be a page, photographed or scanned, and not a banner in a signature.
const SIDE_OF_A_PAGE: u32 = 600;

/// A picture that cannot be opened and has more bytes than this may be a page too.
const BYTES_OF_A_PAGE: usize = 100_000;

/// What a picture can be by its size alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Too small to hold words.
    Sign,
    Middle,
    /// A page may stand on it.
    Page,
}

/// What a picture can be by its size.
pub fn size(bytes: &[u8]) -> Size {
    match open(bytes).map(|decoder| decoder.dimensions()) {
        Ok((width, height)) if width < SMALLEST.0 || height < SMALLEST.1 => Size::Sign,
        Ok((width, height)) if width.min(height) >= SIDE_OF_A_PAGE => Size::Page,
        Err(_) if bytes.len() > BYTES_OF_A_PAGE => Size::Page,
        _ => Size::Middle,
    }
}

/// A picture (for TIFF the page with this number, from 1) as PGM, upright, at a size that recognition reads well.
///
/// # Errors
/// In words for a person.
pub fn draw(bytes: &[u8], page: u32) -> Result<Vec<u8>, String> {
    let (mut picture, orientation) = decoded(bytes, page)?;
    let mut grey = grey(&picture);
    picture = DynamicImage::ImageLuma8(std::mem::take(&mut grey));
    picture.apply_orientation(orientation);
    let grey = sized(picture.into_luma8());
    let (width, height) = grey.dimensions();
    Ok(pgm(width, height, grey.into_raw()))
}

/// A picture (for TIFF the page with this number, from 1) upright and in colour.
///
/// # Errors
/// In words for a person.
pub fn in_colour(bytes: &[u8], page: u32) -> Result<RgbImage, String> {
    let (picture, orientation) = decoded(bytes, page)?;
    let mut picture = DynamicImage::ImageRgb8(over_white(picture));
    picture.apply_orientation(orientation);
    Ok(picture.into_rgb8())
}

/// The same with at most as many pixels as recognition takes.
///
/// # Errors
/// In words for a person.
pub fn in_colours(bytes: &[u8], page: u32) -> Result<RgbImage, String> {
    let colours = in_colour(bytes, page)?;
    let (width, height) = colours.dimensions();
    let pixels = f64::from(width) * f64::from(height);
    let scale = (f64::from(MAX_PIXELS) / pixels).sqrt();
    if scale >= 1.0 {
        return Ok(colours);
    }
    let side = |one: u32| ((f64::from(one) * scale) as u32).max(1);
    Ok(imageops::thumbnail(&colours, side(width), side(height)))
}

/// How many pages a picture has: one, but for a TIFF.
///
/// # Errors
/// In words for a person: it cannot be opened.
pub fn pages(bytes: &[u8]) -> Result<u32, String> {
    open(bytes)?;
    Ok(tiff_pages(bytes).len().max(1) as u32)
}

/// The pixels of a page, and how they are to be turned.
fn decoded(bytes: &[u8], page: u32) -> Result<(DynamicImage, Orientation), String> {
    let bytes = &page_of(bytes, page)?;
    let mut decoder = open(bytes)?;
    if decoder.total_bytes() > MAX_MEMORY {
        // The library holds only its own work to the limit, not the pixels.
        return Err(TOO_LARGE.into());
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(|error| in_words(&error))?;
    Ok((picture, orientation))
}

/// The bytes of a picture whose first page is the one with this number.
fn page_of(bytes: &[u8], page: u32) -> Result<Cow<'_, [u8]>, String> {
    let at = (page as usize).checked_sub(1).ok_or("pages are counted from 1")?;
    match tiff_pages(bytes).get(at) {
        Some(place) if at > 0 => Ok(Cow::Owned(with_first_page(bytes, *place))),
        None if at > 0 => Err(format!("the picture has no page {page}")),
        _ => Ok(Cow::Borrowed(bytes)),
    }
}

/// Binary PGM of one byte a pixel.
pub fn pgm(width: u32, height: u32, grey: Vec<u8>) -> Vec<u8> {
    let mut picture = format!("P5\n{width} {height}\n255\n").into_bytes();
    picture.extend(grey);
    picture
}

const TOO_LARGE: &str = "the picture is too large to be opened";

fn in_words(error: &image::ImageError) -> String {
    match error {
        image::ImageError::Limits(_) => TOO_LARGE.into(),
        _ => "the picture is damaged or of a kind that cannot be opened".into(),
    }
}

fn open(bytes: &[u8]) -> Result<impl ImageDecoder + '_, String> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| "the picture cannot be opened".to_string())?;
    reader.limits(limits);
    reader.into_decoder().map_err(|error| in_words(&error))
}

/// Grey, over white where the picture is transparent.
fn grey(picture: &DynamicImage) -> GrayImage {
    if !picture.color().has_alpha() {
        return picture.to_luma8();
    }
    let with_alpha = picture.to_luma_alpha8();
    GrayImage::from_fn(with_alpha.width(), with_alpha.height(), |x, y| {
        let [grey, alpha] = with_alpha.get_pixel(x, y).0;
        let (grey, alpha) = (u32::from(grey), u32::from(alpha));
        image::Luma([((grey * alpha + 255 * (255 - alpha)) / 255) as u8])
    })
}

/// In colour, over white where the picture is transparent.
fn over_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let with_alpha = picture.into_rgba8();
    RgbImage::from_fn(with_alpha.width(), with_alpha.height(), |x, y| {
        let [colour @ .., alpha] = with_alpha.get_pixel(x, y).0;
        let alpha = u32::from(alpha);
        image::Rgb(colour.map(|one| ((u32::from(one) * alpha + 255 * (255 - alpha)) / 255) as u8))
    })
}

fn sized(grey: GrayImage) -> GrayImage {
    let (width, height) = grey.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > u64::from(MAX_PIXELS) {
        let scale = (f64::from(MAX_PIXELS) / pixels as f64).sqrt();
        let side = |one: u32| ((f64::from(one) * scale) as u32).max(1);
        imageops::thumbnail(&grey, side(width), side(height))
    } else if pixels < u64::from(FEW_PIXELS) {
        imageops::resize(&grey, width * 2, height * 2, imageops::FilterType::CatmullRom)
    } else {
        grey
    }
}

/// Where the pages of a TIFF begin in the file; empty for what is no TIFF.
fn tiff_pages(bytes: &[u8]) -> Vec<usize> {
    let mut pages = Vec::new();
    if !matches!(image::guess_format(bytes), Ok(ImageFormat::Tiff)) {
        return pages;
    }
    let Some(tiff) = exif::Tiff::new(bytes) else { return pages };
    let mut next = tiff.first();
    while let Some(place) = next.filter(|place| *place > 0) {
        if pages.contains(&place) || pages.len() >= MAX_PAGES {
            break;
        }
        pages.push(place);
        next = tiff.next(place);
    }
    pages
}

/// The same TIFF with another page as its first.
fn with_first_page(bytes: &[u8], place: usize) -> Vec<u8> {
    let mut one = bytes.to_vec();
    let place = place as u32;
    let place = if bytes.starts_with(b"II") { place.to_le_bytes() } else { place.to_be_bytes() };
    one[4..8].copy_from_slice(&place);
    one
}
