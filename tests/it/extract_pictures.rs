//! Pictures: which await recognition, what they tell about who made them and where, and their pixels for recognition.

use image::{GrayImage, ImageFormat, Luma, LumaA, Rgb, RgbImage};
use pouch::domain::FindingCode;
use pouch::domain::extraction::{Extracted, Extraction};
use pouch::extract::{self, How};
use std::io::Cursor;

const LIMIT: usize = 1 << 20;

fn read(media_type: &str, bytes: &[u8]) -> Extraction {
    extract::extract(media_type, None, bytes, How { text_limit: LIMIT, draws: true }, &mut |_| {}).0
}

fn png(picture: impl Into<image::DynamicImage>) -> Vec<u8> {
    written(picture.into(), ImageFormat::Png)
}

fn written(picture: image::DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Width, height and pixels of a PGM.
fn pixels(pgm: &[u8]) -> (usize, usize, &[u8]) {
    let header: Vec<&[u8]> = pgm.splitn(4, |b| matches!(b, b'\n' | b' ')).collect();
    assert_eq!(header[0], b"P5");
    let number = |bytes: &[u8]| std::str::from_utf8(bytes).unwrap().parse().unwrap();
    let rest = header[3].strip_prefix(b"255\n").unwrap();
    let (width, height) = (number(header[1]), number(header[2]));
    assert_eq!(rest.len(), width * height);
    (width, height, rest)
}

/// A TIFF block of these tags (id, type, count, value), the values in the tag itself; more directories may follow.
fn directory(tags: &[(u16, u16, u32, u32)], next: u32) -> Vec<u8> {
    let mut bytes = (tags.len() as u16).to_le_bytes().to_vec();
    for (id, kind, count, value) in tags {
        bytes.extend(id.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend(next.to_le_bytes());
    bytes
}

/// A JPEG that lies on its side, with an author and a place in its EXIF.
pub fn jpeg_with_exif() -> Vec<u8> {
    let picture = RgbImage::from_fn(1200, 900, |x, _| if x < 600 { Rgb([0, 0, 0]) } else { Rgb([255, 255, 255]) });
    let jpeg = written(picture.into(), ImageFormat::Jpeg);
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0".to_vec();
    // Orientation 6: turn to the right. The author stands after the directories, at 8 + 2 + 3 * 12 + 4 + 2 + 12 + 4.
    exif.extend(directory(&[(0x0112, 3, 1, 6), (0x013b, 2, 11, 68), (0x8825, 4, 1, 50)], 0));
    exif.extend(directory(&[(2, 5, 3, 0)], 0));
    exif.extend(b"Ann Picture");
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xe1];
    bytes.extend((exif.len() as u16 + 2).to_be_bytes());
    bytes.extend(exif);
    bytes.extend(&jpeg[2..]);
    bytes
}

/// A TIFF of two pages of one shade each, 1100 x 1000 pixels.
pub fn tiff_of_two_pages() -> Vec<u8> {
    let (width, height) = (1100_u32, 1000_u32);
    let size = width * height;
    let page = |place: u32, next: u32| {
        directory(
            &[
                (256, 4, 1, width),
                (257, 4, 1, height),
                (258, 3, 1, 8),
                (259, 3, 1, 1),
                (262, 3, 1, 1),
                (273, 4, 1, place),
                (277, 3, 1, 1),
                (278, 4, 1, height),
                (279, 4, 1, size),
            ],
            next,
        )
    };
    let length = 2 + 9 * 12 + 4;
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    bytes.extend(page(8 + 2 * length, 8 + length));
    bytes.extend(page(8 + 2 * length + size, 0));
    bytes.extend(std::iter::repeat_n(10, size as usize));
    bytes.extend(std::iter::repeat_n(200, size as usize));
    bytes
}

#[test]
fn a_picture_of_a_page_awaits_recognition_and_becomes_text() {
    let mut extraction = read("image/png", &png(GrayImage::new(1700, 2200)));
    assert_eq!((&extraction.extracted, extraction.pages_awaiting_recognition()), (&Extracted::NoText, vec![1]));
    extract::put_recognised(&mut extraction, 1, "tesseract 5.3.0 (fra)", "Monsieur le Président", Some(88.0), LIMIT);
    assert_eq!((extraction.text().as_str(), extraction.status()), ("Monsieur le Président", "text"));
    assert!(extraction.problems.is_empty() && extraction.pages_awaiting_recognition().is_empty());
}

#[test]
fn a_logo_is_not_recognised_and_what_cannot_be_opened_says_so() {
    let logo = read("image/png", &png(GrayImage::new(120, 40)));
    assert!(logo.pages.is_empty() && logo.problems[0].detail.contains("too small"), "{:?}", logo.problems);
    for (media_type, bytes) in [("image/heic", &b"....ftypheic"[..]), ("image/png", &b"\x89PNG\r\n\x1a\nbroken"[..])] {
        let unknown = read(media_type, bytes);
        assert_eq!(unknown.extracted, Extracted::NoText);
        assert!(unknown.problems[0].detail.contains("only be read by eye"), "{:?}", unknown.problems);
        assert!(extract::render(media_type, bytes, 1).is_err());
    }
}

#[test]
fn a_picture_tells_where_and_by_whom_it_was_taken() {
    let extraction = read("image/jpeg", &jpeg_with_exif());
    let details: Vec<&str> = extraction.findings.iter().map(|one| one.detail.as_str()).collect();
    let codes: Vec<FindingCode> = extraction.findings.iter().map(|one| one.code).collect();
    assert_eq!(codes, [FindingCode::Gps, FindingCode::AuthorName], "{details:?}");
    assert!(details[1].contains("Ann Picture"), "{details:?}");
}

#[test]
fn a_picture_is_drawn_upright_in_grey_over_white() {
    let pgm = extract::render("image/jpeg", &jpeg_with_exif(), 1).unwrap();
    let (width, height, grey) = pixels(&pgm);
    assert_eq!((width, height), (900, 1200));
    assert!(grey[450] < 30 && grey[1199 * 900 + 450] > 225, "not upright");
    let clear = image::ImageBuffer::from_fn(1200, 1000, |x, _| LumaA([0_u8, if x < 600 { 0 } else { 255 }]));
    let pgm = extract::render("image/png", &png(image::DynamicImage::ImageLumaA8(clear)), 1).unwrap();
    let (_, _, grey) = pixels(&pgm);
    assert_eq!((grey[10], grey[1190]), (255, 0));
}

#[test]
fn small_screenshots_are_drawn_larger_and_huge_pictures_smaller() {
    let small = extract::render("image/png", &png(GrayImage::new(640, 400)), 1).unwrap();
    assert_eq!(pixels(&small).0, 1280);
    let huge = extract::render("image/png", &png(GrayImage::from_pixel(6000, 4000, Luma([7]))), 1).unwrap();
    let (width, height, _) = pixels(&huge);
    assert!((8_500_000..=9_000_000).contains(&(width * height)), "{width} x {height}");
}

#[test]
fn every_page_of_a_fax_is_drawn() {
    let tiff = tiff_of_two_pages();
    assert_eq!(read("image/tiff", &tiff).pages_awaiting_recognition(), [1, 2]);
    for (page, shade) in [(1, 10), (2, 200)] {
        let pgm = extract::render("image/tiff", &tiff, page).unwrap();
        assert_eq!(pixels(&pgm).2[0], shade, "page {page}");
    }
    assert!(extract::render("image/tiff", &tiff, 3).unwrap_err().contains("no page 3"));
    assert!(extract::render("image/png", &png(GrayImage::new(300, 300)), 2).is_err());
}
