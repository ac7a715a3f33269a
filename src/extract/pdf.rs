//! Text of PDF files, page by page: hayro first; where it has nothing or garbage, pdf-extract. Draws nothing.

use super::{Progress, Read, arabic};
use crate::domain::extraction::{Extracted, Segment, SegmentKind};
use crate::domain::{Problem, ProblemCode};
use hayro_interpret::font::{Glyph, GlyphRun};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::kurbo::{Affine, BezPath, Point, Rect, Vec2};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, SoftMask, interpret_page,
};
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

/// Glyph space of hayro: units of one em.
const UNITS_PER_EM: f64 = 1000.0;

/// Pages that are read; a longer document says so.
const MAX_PAGES: usize = 2_000;

const HAYRO: &str = "hayro 0.9";
const PDF_EXTRACT: &str = "pdf-extract 0.12";

/// Reads a PDF; says which engine gave the text.
pub fn read(bytes: &[u8], _progress: Progress<'_>) -> (&'static str, Read) {
    let pdf = match Pdf::new(bytes.to_vec()) {
        Ok(pdf) => pdf,
        Err(LoadPdfError::Decryption(DecryptionError::PasswordProtected)) => {
            return (HAYRO, Read::of(Extracted::Locked));
        }
        Err(LoadPdfError::Decryption(_)) => {
            return (HAYRO, Read::unreadable("the PDF is encrypted in a way that cannot be opened"));
        }
        Err(LoadPdfError::Invalid) => return second_engine(bytes, "the PDF is damaged"),
    };
    let pages = read_pages(&pdf);
    let good = pages.iter().filter(|page| !page.is_garbage()).count();
    let (images, empty) = (pages.iter().any(|page| page.images > 0), pages.iter().all(Page::is_empty));
    if empty || good * 2 < pages.len() {
        let (engine, read) = second_engine(bytes, "the text of the PDF is unusable");
        if matches!(read.extracted, Extracted::Text { .. }) || !empty {
            return (engine, read);
        }
        return (HAYRO, no_text(images));
    }
    let mut read = Read::text(segments(&pages));
    read = read.titled(pdf.metadata().title.as_deref().map(pdf_string), None);
    let scans = pages.iter().filter(|page| page.is_empty() && page.images > 0).count();
    if scans > 0 {
        let detail = format!("{scans} of {} pages are pictures without text (scans).", pages.len());
        read.problems.push(Problem::new(ProblemCode::PartUnreadable, detail));
    }
    if pdf.pages().len() > MAX_PAGES {
        let detail = format!("The PDF has {} pages; only the first {MAX_PAGES} were read.", pdf.pages().len());
        read.problems.push(Problem::new(ProblemCode::TextCut, detail));
    }
    (HAYRO, read)
}

fn no_text(images: bool) -> Read {
    let mut read = Read::of(Extracted::NoText);
    let detail = if images { "The PDF holds only pictures (a scan)." } else { "The PDF holds no text." };
    read.problems.push(Problem::new(ProblemCode::PartUnreadable, detail));
    read
}

fn segments(pages: &[Page]) -> Vec<Segment> {
    let numbered = pages.iter().enumerate();
    numbered
        .map(|(i, page)| Segment::new(i as u32 + 1, SegmentKind::Page, arabic::to_logical_order(&page.text)))
        .collect()
}

fn second_engine(bytes: &[u8], why: &str) -> (&'static str, Read) {
    // pdf-extract panics by design on what it does not know; that is an answer too.
    let pages = std::panic::catch_unwind(|| pdf_extract::extract_text_from_mem_by_pages(bytes));
    let pages: Vec<Page> = match pages {
        Ok(Ok(texts)) => texts.into_iter().map(|text| Page { text, ..Page::default() }).collect(),
        Ok(Err(_)) | Err(_) => return (PDF_EXTRACT, Read::unreadable(format!("{why} and no reader can repair it"))),
    };
    if pages.iter().all(Page::is_empty) {
        return (PDF_EXTRACT, no_text(false));
    }
    if pages.iter().filter(|page| page.is_garbage()).count() * 2 >= pages.len() {
        return (PDF_EXTRACT, Read::unreadable(format!("{why}: its letters have no known meaning (try to print it)")));
    }
    (PDF_EXTRACT, Read::text(segments(&pages)))
}

/// A text string of PDF (ISO 32000-2, 7.9.2.2): UTF-16 or UTF-8 by its mark, else close to Latin-1.
fn pdf_string(bytes: &[u8]) -> String {
    match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding.decode(bytes).0.into_owned(),
        None => encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned(),
    }
}

fn read_pages(pdf: &Pdf) -> Vec<Page> {
    let cache = InterpreterCache::new();
    let mut pages = Vec::new();
    for page in pdf.pages().iter().take(MAX_PAGES) {
        let (width, height) = page.render_dimensions();
        let bounds = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let mut context = Context::new(Affine::IDENTITY, bounds, &cache, pdf.xref(), InterpreterSettings::default());
        let mut device = TextDevice::default();
        interpret_page(page, &mut context, &mut device);
        pages.push(device.page);
    }
    pages
}

/// What one page gave.
#[derive(Default)]
struct Page {
    text: String,
    glyphs: usize,
    /// Glyphs that the file gives no character for.
    unknown: usize,
    images: usize,
}

impl Page {
    fn is_empty(&self) -> bool {
        self.text.chars().filter(|c| c.is_alphanumeric()).count() < 3
    }

    /// More than a tenth of it has no meaning.
    fn is_garbage(&self) -> bool {
        let odd = |c: &char| {
            matches!(c, '\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..) || (c.is_control() && !c.is_whitespace())
        };
        let (odd, all) = (self.text.chars().filter(odd).count(), self.text.chars().count());
        self.unknown * 10 > self.glyphs || odd * 10 > all
    }
}

/// Puts glyphs together to words and lines by where they stand.
#[derive(Default)]
struct TextDevice {
    page: Page,
    /// Where the pen stood after the last glyph, and the length of an em there.
    pen: Option<(Point, f64)>,
    /// Start and first code of the last run: text that is filled and stroked comes twice.
    last_run: Option<(Point, u32)>,
}

impl TextDevice {
    fn put(&mut self, at: Point, along: Vec2, text: &str, advance: f64) {
        let em = along.hypot();
        if let Some((pen, last_em)) = self.pen
            && em > 0.0
        {
            let (unit, moved) = (along / em, at - pen);
            let size = em.max(last_em);
            let (forward, across) = (moved.dot(unit) / size, moved.cross(unit).abs() / size);
            if across > 0.5 || forward < -2.0 {
                // A gap of more than a line begins a paragraph.
                self.page.text.push_str(if across > 1.9 { "\n\n" } else { "\n" });
            } else if forward > 0.17 && !self.page.text.ends_with(char::is_whitespace) {
                self.page.text.push(' ');
            }
        }
        self.page.text.push_str(text);
        self.pen = Some((at + along * (advance / UNITS_PER_EM), em));
    }
}

impl<'a> Device<'a> for TextDevice {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}

    fn push_clip_path(&mut self, _: &ClipPath) {}

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, _: &DrawMode) {
        let Some(first) = run.glyphs().first() else { return };
        let start = ((props.transform * first.transform()) * Point::ZERO, first.char_code());
        if self.last_run == Some(start) {
            return;
        }
        self.last_run = Some(start);
        for glyph in run.glyphs() {
            let place = props.transform * glyph.transform();
            let at = place * Point::ZERO;
            let along = place * Point::new(UNITS_PER_EM, 0.0) - at;
            let advance = match &**glyph {
                Glyph::Outline(outline) => outline.advance_width(),
                Glyph::Type3(drawn) => drawn.advance_width(),
            };
            let advance = f64::from(advance.unwrap_or(500.0));
            self.page.glyphs += 1;
            match glyph.as_unicode() {
                Some(BfString::Char(c)) => self.put(at, along, c.encode_utf8(&mut [0; 4]), advance),
                Some(BfString::String(text)) => self.put(at, along, &text, advance),
                None => {
                    self.page.unknown += 1;
                    self.put(at, along, "\u{fffd}", advance);
                }
            }
        }
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}

    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {
        self.page.images += 1;
    }
}
