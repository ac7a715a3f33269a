//! Word, Excel and PowerPoint files of 1997 to 2003 (MS-DOC, MS-XLS, MS-PPT) and XLSB, read by the crate office_oxide.
//! The crate is young: its panics become answers, and its limits are set low.

use super::archive::Stop;
use super::grid::{Grid, Sight};
use super::properties::Properties;
use super::xls_looks::{self, Looks};
use super::{compound, doc_looks, docx, escher, ir};
use crate::domain::extraction::{Role, Segment, SegmentKind};
use crate::domain::{Finding, FindingCode, Problem, ProblemCode};
use crate::extract::Read;
use crate::extract::changes::Changes;
use crate::extract::story::Story;
use office_oxide::doc::DocError;
use office_oxide::ir::{DocumentIR, Element, SheetKind};
use office_oxide::options::ParseOptions;
use office_oxide::ppt::PptError;
use office_oxide::xls::{CellValue, Sheet, XlsError};
use office_oxide::{Document, DocumentFormat, OfficeError};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

fn options() -> ParseOptions {
    let mut options = ParseOptions::default();
    options.limits.package_entries = 20_000;
    options.limits.package_bytes = 64 << 20;
    options.limits.part_bytes = 64 << 20;
    options.limits.embedded_depth = 1;
    options.limits.embedded_packages = 16;
    options.limits.text_chars = 24 << 20;
    options.limits.memory_bytes = 64 << 20;
    options
}

fn open(bytes: &[u8], format: DocumentFormat, options: &ParseOptions) -> Result<Document, Stop> {
    let opened =
        catch_unwind(AssertUnwindSafe(|| Document::from_reader_with(Cursor::new(bytes.to_vec()), format, options)));
    match opened {
        Ok(Ok(document)) => Ok(document),
        Ok(Err(error)) if is_encrypted(&error) => Err(Stop::Locked),
        Ok(Err(OfficeError::Panic(_))) | Err(_) => Err(Stop::why("the file is damaged in a way that broke the reader")),
        Ok(Err(error)) => Err(Stop::why(format!("the file is damaged: {error}"))),
    }
}

fn is_encrypted(error: &OfficeError) -> bool {
    matches!(
        error,
        OfficeError::Doc(DocError::Encrypted)
            | OfficeError::Xls(XlsError::Encrypted)
            | OfficeError::Ppt(PptError::Encrypted)
    ) || error.to_string().to_lowercase().contains("encrypted")
}

/// The document in the crate's own form.
fn ir_of(document: &Document) -> Result<DocumentIR, Stop> {
    catch_unwind(AssertUnwindSafe(|| document.to_ir()))
        .map_err(|_| Stop::why("the file is damaged in a way that broke the reader"))
}

/// An old Word document.
pub(super) fn doc(bytes: &[u8]) -> Result<Read, Stop> {
    // What nobody sees for its colour is hidden by its format in a copy: the crate sets that apart.
    let marked = doc_looks::marked(bytes);
    let original = bytes;
    let bytes = marked.as_deref().unwrap_or(original);
    let document = open(bytes, DocumentFormat::Doc, &options())?;
    let mut words = ir::Words::default();
    let mut whole = ir_of(&document)?;
    let mut headers = Vec::new();
    for section in &mut whole.sections {
        words.elements(std::mem::take(&mut section.elements));
        let of_section = [
            &mut section.header,
            &mut section.first_page_header,
            &mut section.even_page_header,
            &mut section.footer,
            &mut section.first_page_footer,
            &mut section.even_page_footer,
        ];
        headers.extend(of_section.into_iter().flat_map(|one| one.take()).map(|one| ir::flatten(one.content)));
    }
    let mut story = Story::default();
    let (blocks, mut changes, embedded) = words.finish();
    blocks.into_iter().for_each(|block| story.push(block));
    for (role, text) in unseen(bytes, &document, &mut changes) {
        story.append(role, [text]);
    }
    if marked.is_some()
        && let Ok(document) = open(original, DocumentFormat::Doc, &options())
    {
        let mut before = Changes::default();
        unseen(original, &document, &mut before);
        // What is marked may be blanks.
        changes.unseen = changes.hidden.saturating_sub(before.hidden);
        changes.hidden = before.hidden;
    }
    changes.covers += escher::covers_of_document(original);
    doc_looks::fields(original).iter().for_each(|field| changes.field(field));
    story.append(Role::HeaderFooter, headers);
    let (segments, heading) = story.finish();
    Ok(finish(bytes, &document, Read::text(segments), &whole, &changes, &embedded, heading))
}

/// Deleted and hidden text: what comes on top when the crate is asked to keep it.
fn unseen(bytes: &[u8], document: &Document, changes: &mut Changes) -> Vec<(Role, String)> {
    let plain = document.as_doc().map(|doc| doc.plain_text_ref().to_string()).unwrap_or_default();
    let mut found = Vec::new();
    for (role, is_hidden) in [(Role::Deleted, false), (Role::Hidden, true)] {
        let mut asked = options();
        (asked.include_deleted_text, asked.include_hidden_text) = (!is_hidden, is_hidden);
        let Ok(more) = open(bytes, DocumentFormat::Doc, &asked) else { continue };
        let whole = more.as_doc().map(|doc| doc.plain_text_ref().to_string()).unwrap_or_default();
        let passages = ir::added(&plain, &whole);
        if is_hidden {
            changes.hidden += passages.len() as u32;
        } else {
            changes.deletions += passages.len() as u32;
        }
        if !passages.is_empty() {
            found.push((role, passages.join("\n")));
        }
    }
    found
}

/// An old Excel workbook.
pub(super) fn xls(bytes: &[u8]) -> Result<Read, Stop> {
    let document = open(bytes, DocumentFormat::Xls, &options())?;
    workbook(bytes, &document)
}

/// The cells of a sheet of an old workbook, as they are shown, and what is hidden of them.
fn grid(sheet: &Sheet, looks: &Looks, at: usize) -> Grid {
    let mut grid = Grid::default();
    let hidden = looks.sheets.get(at);
    grid.hidden_columns = hidden.map(|hidden| hidden.columns.clone()).unwrap_or_default();
    for (row, cells) in sheet.rows.iter().enumerate() {
        let number = row as u32 + 1;
        let is_hidden = hidden.is_some_and(|hidden| hidden.rows.contains(&number));
        for (column, value) in cells.iter().enumerate() {
            let Some(text) = sheet.display_text(row, column) else { continue };
            let look =
                sheet.xf.get(row).and_then(|row| row.get(column)).and_then(|xf| looks.cells.get(usize::from(*xf)));
            let (raw, is_text) = match value {
                CellValue::Number(number) => (number.to_string(), false),
                _ => (String::new(), matches!(value, CellValue::String(_))),
            };
            let sight = match look {
                _ if is_hidden => Sight::HiddenRow,
                Some(look) => look.sight(&raw, is_text),
                None => Sight::Shown,
            };
            if !grid.add(number, column as u32 + 1, sight, &text) {
                return grid;
            }
        }
    }
    grid
}

/// An OOXML file that is encrypted: with the password that Excel gives by itself it opens freely, else it is locked.
pub(super) fn encrypted(bytes: &[u8]) -> Result<Read, Stop> {
    match open(bytes, DocumentFormat::Xlsx, &options()) {
        Ok(document) => workbook(bytes, &document),
        Err(_) => Err(Stop::Locked),
    }
}

/// A binary workbook of 2007 (XLSB).
pub(super) fn xlsb(bytes: &[u8]) -> Result<Read, Stop> {
    let document = open(bytes, DocumentFormat::Xlsx, &options())?;
    workbook(bytes, &document)
}

fn workbook(bytes: &[u8], document: &Document) -> Result<Read, Stop> {
    let mut whole = ir_of(document)?;
    let mut book = super::xlsx::Book::default();
    let mut macros = 0;
    let mut embedded = Vec::new();
    let sheets = document.as_xls().map(|book| book.sheets.as_slice()).unwrap_or_default();
    let looks = if sheets.is_empty() { Looks::default() } else { xls_looks::read(bytes) };
    for (at, section) in whole.sections.iter_mut().enumerate() {
        let number = at as u32 + 1;
        let name = section.title.clone().unwrap_or_default();
        let mut is_named = false;
        if let Some(sheet) = sheets.get(at).filter(|sheet| sheet.name == name) {
            let grid = grid(sheet, &looks, at);
            section.elements.retain(|element| !matches!(element, Element::Table(_)));
            if !section.hidden {
                book.hide_rows(&name, grid.hidden_rows, grid.count_hidden_columns(), false);
            }
            is_named = !grid.is_empty();
            book.add(number, &name, section.hidden, grid);
        }
        if section.hidden {
            book.hide(&name, false);
        }
        macros += u32::from(section.sheet_kind == Some(SheetKind::Macro));
        let mut words = ir::Words::default();
        words.elements(std::mem::take(&mut section.elements));
        let (blocks, of_sheet, inside) = words.finish();
        embedded.extend(inside);
        book.changes.add(of_sheet);
        for segment in super::pptx::in_segments(number, Role::Text, blocks) {
            let mut segment = Segment { kind: SegmentKind::Sheet, ..segment };
            if section.hidden && segment.role.is_said() {
                segment.role = Role::Hidden;
            }
            if !std::mem::replace(&mut is_named, true) && !segment.text.starts_with(&name) {
                segment.text = format!("{name}\n{}", segment.text);
            }
            book.segments.push(segment);
        }
        let headers = [section.header.take(), section.footer.take()];
        let texts: Vec<String> = headers.into_iter().flatten().map(|one| ir::flatten(one.content)).collect();
        book.aside(number, Role::HeaderFooter, texts.join("\n").trim().to_string());
    }
    let read = book.finish();
    let mut read = finish(bytes, document, read, &whole, &Changes::default(), &embedded, None);
    if macros > 0 && !whole.metadata.has_macros {
        read.findings.push(Finding::new(FindingCode::Macros, format!("The workbook holds {macros} macro sheet(s).")));
    }
    Ok(read)
}

/// An old PowerPoint presentation.
pub(super) fn ppt(bytes: &[u8]) -> Result<Read, Stop> {
    if compound::has_stream(bytes, "EncryptedSummary") {
        return Err(Stop::Locked);
    }
    let document = open(bytes, DocumentFormat::Ppt, &options())?;
    let mut whole = ir_of(&document)?;
    let (mut segments, mut hidden, mut changes, mut embedded) =
        (Vec::new(), Vec::new(), Changes::default(), Vec::new());
    let beside = super::ppt_records::read(bytes);
    let title = whole.sections.first().and_then(|section| section.title.clone());
    for (at, section) in whole.sections.iter_mut().enumerate() {
        let number = at as u32 + 1;
        let mut words = ir::Words::default();
        words.elements(std::mem::take(&mut section.elements));
        let (blocks, of_slide, inside) = words.finish();
        embedded.extend(inside);
        changes.add(of_slide);
        let mut of_slide = super::pptx::in_segments(number, Role::Text, blocks);
        if let Some(notes) = beside.notes.get(&number) {
            of_slide.push(Segment::new(number, SegmentKind::Slide, notes.clone()).with_role(Role::Notes));
        } else if let Some(notes) = section.speaker_notes.take() {
            of_slide.push(Segment::new(number, SegmentKind::Slide, ir::flatten(notes)).with_role(Role::Notes));
        }
        if section.hidden {
            hidden.push(number.to_string());
            of_slide.iter_mut().filter(|one| one.role.is_said()).for_each(|one| one.role = Role::Hidden);
        }
        segments.extend(of_slide);
    }
    for (author, text) in beside.comments {
        let author = Some(author).filter(|name| !name.trim().is_empty());
        let named = author.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        changes.comment_by(author);
        segments.push(Segment::new(1, SegmentKind::Slide, named + &text).with_role(Role::Comment));
    }
    cover(bytes, &mut segments, &mut changes);
    let mut read = finish(bytes, &document, Read::text(segments), &whole, &changes, &embedded, title);
    if !hidden.is_empty() {
        let count = crate::extract::changes::plural(hidden.len() as u32, "hidden slide");
        let numbers = hidden.into_iter().take(20).collect::<Vec<_>>().join(", ");
        read.findings.push(Finding::new(FindingCode::HiddenSlide, format!("{count}: number {numbers}.")));
    }
    Ok(read)
}

/// Sets apart the texts of slides that lie under shapes or beyond the slide.
fn cover(bytes: &[u8], segments: &mut Vec<Segment>, changes: &mut Changes) {
    let covered = escher::covered_on_slides(bytes);
    changes.covers += covered.touching;
    changes.covered += covered.under.len() as u32;
    changes.off_page += covered.beyond.len() as u32;
    for text in covered.under.iter().chain(&covered.beyond) {
        let text = text.replace(['\r', '\u{b}'], "\n");
        let said = |one: &&mut Segment| one.role.is_said() && one.role != Role::Notes;
        let Some(segment) = segments.iter_mut().filter(said).find(|one| one.text.contains(text.as_str())) else {
            continue;
        };
        segment.text = segment.text.replacen(text.as_str(), "", 1);
        let hidden = Segment::new(segment.number, segment.kind, text).with_role(Role::Hidden);
        segments.push(hidden);
    }
}

/// Adds what the properties and the container give away.
fn finish(
    bytes: &[u8],
    document: &Document,
    mut read: Read,
    whole: &DocumentIR,
    changes: &Changes,
    embedded: &[String],
    heading: Option<String>,
) -> Read {
    let metadata = &whole.metadata;
    // The crate takes a heading for a title where the properties name none.
    let summary = (document.as_doc().map(|doc| doc.summary_properties()))
        .or_else(|| document.as_ppt().map(|ppt| ppt.summary_properties()));
    let title = match summary {
        Some(properties) => properties.and_then(|one| one.title.clone()),
        None => metadata.title.clone(),
    };
    let mut properties = Properties::default();
    let people = [
        ("author", &metadata.author),
        ("last editor", &metadata.last_modified_by),
        ("manager", &metadata.manager),
        ("company", &metadata.company),
    ];
    for (role, name) in people {
        if let Some(name) = name {
            properties.person(role, name);
        }
    }
    read = read.titled(title, heading);
    read.findings.extend(changes.findings());
    read.findings.extend(properties.finding());
    let container = compound::findings(bytes, metadata.has_macros, embedded);
    read.findings.extend(container);
    if metadata.text_truncated {
        read.problems.push(docx::damaged());
    } else if metadata.warnings.iter().any(|warning| warning.contains("too much") || warning.contains("limit")) {
        read.problems
            .push(Problem::new(ProblemCode::TextCut, "The file holds more than is read; the rest was left out."));
    }
    read
}
