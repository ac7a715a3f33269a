//! The second engine, pdf-extract: what it reads is compared with what hayro reads. It panics by design and its memory
//! grows with the file, so it comes last and only where the file is small and plain.

use super::rows::{Letter, Look, Rows};
use hayro_interpret::kurbo::{Point, Vec2};
use hayro_syntax::Pdf;
use hayro_syntax::object::{Dict, Name, ObjectIdentifier, Stream};
use pdf_extract::{Document, MediaBox, OutputDev, OutputError, Transform};
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Larger files have no witness: pdf-extract holds all of a file in memory, several times over.
pub const MAX_FILE_BYTES: usize = 16 << 20;

/// Objects of a file above which there is no witness, for the same reason.
const MAX_OBJECTS: usize = 200_000;

/// Content of all pages, unpacked, above which there is no witness.
const MAX_CONTENT_BYTES: usize = 24 << 20;

/// Forms within forms above which there is no witness: pdf-extract follows them by recursion, without a limit.
const MAX_DEPTH: usize = 12;

/// Forms of a page that are looked into before it counts as too much.
const MAX_FORMS: usize = 2_000;

/// Pages that are read one by one after a page that broke the engine; each costs a walk over the tree of pages.
const MAX_SINGLE_PAGES: usize = 300;

/// Letters of one page.
const MAX_LETTERS: usize = 500_000;

/// What it read on each page; `None`: it broke there, or was not asked.
pub type Texts = Vec<Option<String>>;

/// Whether pdf-extract may be asked: what is known to kill it, and not only to make it panic, is kept from it.
pub fn may_be_asked(pdf: &Pdf, bytes: &[u8]) -> bool {
    if bytes.len() > MAX_FILE_BYTES || pdf.len() > MAX_OBJECTS {
        return false;
    }
    let mut content = 0;
    let mut forms = Forms { pdf, above: Vec::new(), known: HashSet::new() };
    pdf.pages().iter().all(|page| {
        content += page.page_stream().map_or(0, <[u8]>::len);
        content <= MAX_CONTENT_BYTES && forms.end(&page.resources().x_objects)
    })
}

/// A walk through forms that call forms.
struct Forms<'p> {
    pdf: &'p Pdf,
    /// Those that call the one that is looked at.
    above: Vec<ObjectIdentifier>,
    known: HashSet<ObjectIdentifier>,
}

impl Forms<'_> {
    /// Whether the forms below these resources end, at a depth that a stack bears.
    fn end(&mut self, x_objects: &Dict<'_>) -> bool {
        // References are followed by hand: hayro hides those that lead back to where one is.
        let ids: Vec<ObjectIdentifier> =
            x_objects.keys().filter_map(|name| x_objects.get_ref(&name)).map(ObjectIdentifier::from).collect();
        ids.into_iter().all(|id| self.ends(id))
    }

    fn ends(&mut self, id: ObjectIdentifier) -> bool {
        // Pictures are told by their subtype without being unpacked.
        let Some(form) = self.pdf.xref().get::<Stream<'_>>(id) else { return true };
        let dict = form.dict();
        if dict.get::<Name<'_>>("Subtype").is_none_or(|kind| kind.as_ref() != b"Form") {
            return true;
        }
        if self.above.contains(&id) || self.above.len() >= MAX_DEPTH {
            return false;
        }
        if !self.known.insert(id) {
            return true;
        }
        if self.known.len() > MAX_FORMS {
            return false;
        }
        let Some(resources) = dict.get::<Dict<'_>>("Resources") else {
            // It has those of whoever calls it, and may call itself by them.
            return form.decoded_data().is_ok_and(|content| !content.windows(3).any(|three| three == b" Do"));
        };
        let Some(inner) = resources.get::<Dict<'_>>("XObject") else { return true };
        self.above.push(id);
        let end = self.end(&inner);
        self.above.pop();
        end
    }
}

/// What pdf-extract reads on the first `pages` pages; `None` if it cannot open the file.
pub fn read(bytes: &[u8], pages: usize, mut progress: impl FnMut(u32)) -> Option<Texts> {
    let document = catch_unwind(AssertUnwindSafe(|| {
        let mut document = Document::load_mem(bytes).ok()?;
        if document.is_encrypted() {
            document.decrypt("").ok()?;
        }
        Some(document)
    }));
    let document = document.ok()??;
    let mut texts: Texts = Vec::new();
    let mut output = Output::new(&mut texts, pages, &mut progress);
    let _ = catch_unwind(AssertUnwindSafe(|| pdf_extract::output_doc(&document, &mut output)));
    // It stops at the page that breaks it; the others are read one by one.
    let count = catch_unwind(AssertUnwindSafe(|| document.get_pages().len())).unwrap_or(0).min(pages);
    let last = count.min(texts.len() + MAX_SINGLE_PAGES);
    while texts.len() < last {
        let number = texts.len() as u32 + 1;
        let mut one: Texts = Vec::new();
        let mut output = Output::new(&mut one, 1, &mut progress);
        let _ = catch_unwind(AssertUnwindSafe(|| pdf_extract::output_doc_page(&document, &mut output, number)));
        texts.push(one.pop().flatten());
    }
    texts.resize(count.max(texts.len()), None);
    Some(texts)
}

/// Takes the letters of pdf-extract page by page, as the canvas takes those of hayro.
struct Output<'o> {
    texts: &'o mut Texts,
    rows: Rows,
    letters: usize,
    most_pages: usize,
    progress: &'o mut dyn FnMut(u32),
}

impl<'o> Output<'o> {
    fn new(texts: &'o mut Texts, most_pages: usize, progress: &'o mut dyn FnMut(u32)) -> Self {
        Self { texts, rows: Rows::default(), letters: 0, most_pages, progress }
    }
}

/// Ends the reading.
fn enough<T>() -> Result<T, OutputError> {
    Err(OutputError::FormatError(std::fmt::Error))
}

impl OutputDev for Output<'_> {
    fn begin_page(&mut self, number: u32, _: &MediaBox, _: Option<(f64, f64, f64, f64)>) -> Result<(), OutputError> {
        if self.texts.len() >= self.most_pages {
            return enough();
        }
        (self.progress)(number);
        self.rows = Rows::default();
        self.letters = 0;
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        let words = std::mem::take(&mut self.rows).finish();
        self.texts.push(Some(words.iter().flat_map(|word| [word.gap, word.text.as_str()]).collect()));
        Ok(())
    }

    fn output_character(
        &mut self,
        place: &Transform,
        width: f64,
        _: f64,
        size: f64,
        text: &str,
    ) -> Result<(), OutputError> {
        self.letters += 1;
        if self.letters > MAX_LETTERS {
            return enough();
        }
        self.rows.put(&Letter {
            text,
            at: Point::new(place.m31, place.m32),
            along: Vec2::new(place.m11, place.m12) * size,
            advance: width,
            look: Look { colour: None, invisible: false, cut: false },
            order: 0,
        });
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}
