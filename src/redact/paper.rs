//! A PDF of nothing but one picture a page (ISO 32000-2, 7.5): no text, no names, no dates, and the same bytes each time.
//! Takes pictures as they are; what may stand in them was decided before.

use crate::domain::reader::{CoveredPage, FILL, Place};
use std::fmt::Write as _;

/// A PDF in the making, page by page.
#[derive(Default)]
pub struct Paper {
    written: usize,
    /// Where each object begins; the first two are written last.
    places: Vec<usize>,
}

impl Paper {
    /// Begins one; gives its first bytes.
    pub fn begin() -> (Self, Vec<u8>) {
        let head = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
        (Self { written: head.len(), places: Vec::new() }, head)
    }

    /// Pages so far.
    pub fn pages(&self) -> u32 {
        (self.places.len() / 3) as u32
    }

    /// The bytes of one more page.
    pub fn page(&mut self, page: &CoveredPage, stream: &[u8]) -> Vec<u8> {
        let (colours, filter) =
            (if page.grey { "DeviceGray" } else { "DeviceRGB" }, if page.jpeg { "DCTDecode" } else { "FlateDecode" });
        let (width, height) = (page.width_points, page.height_points);
        let first = self.places.len() + 3;
        let sheet = format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width:.2} {height:.2}]/Contents {} 0 R\
             /Resources<</XObject<</P {} 0 R>>>>>>",
            first + 1,
            first + 2
        );
        let content = format!("q {width:.2} 0 0 {height:.2} 0 0 cm /P Do Q");
        let drawing = format!("<</Length {}>>stream\n{content}\nendstream", content.len());
        let mut bytes = Vec::with_capacity(stream.len() + 1024);
        for object in [sheet, drawing] {
            self.object(&mut bytes, object.as_bytes());
        }
        let mut picture = format!(
            "<</Type/XObject/Subtype/Image/Width {}/Height {}/ColorSpace/{colours}/BitsPerComponent 8/Filter/{filter}\
             /Length {}>>stream\n",
            page.width,
            page.height,
            stream.len()
        )
        .into_bytes();
        picture.extend(stream);
        picture.extend(b"\nendstream");
        self.object(&mut bytes, &picture);
        self.written += bytes.len();
        bytes
    }

    fn object(&mut self, into: &mut Vec<u8>, object: &[u8]) {
        self.places.push(self.written + into.len());
        into.extend(format!("{} 0 obj\n", self.places.len() + 2).into_bytes());
        into.extend(object);
        into.extend(b"\nendobj\n");
    }

    /// The last bytes.
    pub fn end(self) -> Vec<u8> {
        let pages = self.places.len() / 3;
        let kids: String = (0..pages).map(|page| format!("{} 0 R ", page * 3 + 3)).collect();
        let mut text = String::new();
        let mut places = Vec::with_capacity(self.places.len() + 2);
        let ends = [
            "<</Type/Catalog/Pages 2 0 R>>".to_string(),
            format!("<</Type/Pages/Count {pages}/Kids[{}]>>", kids.trim_end()),
        ];
        for (number, object) in (1..).zip(ends) {
            places.push(self.written + text.len());
            let _ = write!(text, "{number} 0 obj\n{object}\nendobj\n");
        }
        places.extend(self.places);
        let start = self.written + text.len();
        let _ = write!(text, "xref\n0 {}\n0000000000 65535 f \n", places.len() + 1);
        for place in &places {
            let _ = writeln!(text, "{place:010} 00000 n ");
        }
        let _ = write!(text, "trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n", places.len() + 1);
        text.into_bytes()
    }
}

/// Difference in brightness, of 255, up to which a pixel counts as filled: JPEG is not exact.
const NEARLY: u8 = 24;

/// Whether the places of a page (binary PGM, drawn from the finished PDF) hold nothing but what they were filled with.
pub fn is_filled(picture: &[u8], places: &[Place]) -> bool {
    let Some((width, height, pixels)) = pixels(picture) else { return false };
    places.iter().all(|[left, top, right, bottom]| {
        // At its edges a place is mixed with what lies beside it.
        let side = |share: f64, size: usize| (share.clamp(0.0, 1.0) * size as f64) as usize;
        let (x0, x1) = (side(*left, width) + 3, side(*right, width).saturating_sub(2));
        let (y0, y1) = (side(*top, height) + 3, side(*bottom, height).saturating_sub(2));
        (y0..y1.min(height)).all(|y| (x0..x1.min(width)).all(|x| pixels[y * width + x].abs_diff(FILL) <= NEARLY))
    })
}

fn pixels(picture: &[u8]) -> Option<(usize, usize, &[u8])> {
    let mut lines = picture.splitn(4, |byte| *byte == b'\n');
    let (kind, size, _, pixels) = (lines.next()?, lines.next()?, lines.next()?, lines.next()?);
    let (width, height) = std::str::from_utf8(size).ok()?.split_once(' ')?;
    let (width, height) = (width.parse::<usize>().ok()?, height.parse::<usize>().ok()?);
    (kind == b"P5" && pixels.len() == width.checked_mul(height)?).then_some((width, height, pixels))
}
