//! Excel workbooks (ECMA-376 part 1, 12): the sheets in the order of their tabs, with comments and drawings. Trusts no
//! size that a sheet claims, and computes no formula.

use super::archive::{Archive, Stop};
use super::backdrop::Backdrop;
use super::cell_comments::{Comments, People};
use super::colour::Theme;
use super::grid::Grid;
use super::package::{self, Relation};
use super::sheet::{Formats, Sheet, Strings, header_words};
use super::slide::{Found, Shape, Slide};
use super::xml::{self, Element, Visitor};
use super::{docx, drawing, properties};
use crate::domain::extraction::{Role, Segment, SegmentKind};
use crate::domain::{Finding, FindingCode, Problem, ProblemCode};
use crate::extract::Read;
use crate::extract::changes::{Changes, plural};
use crate::extract::story::Block;
use std::collections::HashMap;

/// Most sheets that are read.
const MAX_SHEETS: usize = 1_000;

/// A sheet as the workbook lists it.
struct Tab {
    name: String,
    /// `hidden` or `veryHidden`; empty: it is shown.
    state: String,
    relation: String,
}

#[derive(Default)]
struct Workbook {
    tabs: Vec<Tab>,
    is_1904: bool,
}

impl Visitor for Workbook {
    fn open(&mut self, name: &str, element: &Element<'_>) {
        match name {
            "sheet" if self.tabs.len() < MAX_SHEETS => self.tabs.push(Tab {
                name: element.attribute("name").unwrap_or_default(),
                state: element.attribute("state").filter(|state| state != "visible").unwrap_or_default(),
                relation: element.relation().unwrap_or_default(),
            }),
            "workbookPr" => self.is_1904 = element.attribute("date1904").is_some_and(|on| on == "1" || on == "true"),
            _ => {}
        }
    }
    fn close(&mut self, _: &str) {}
    fn text(&mut self, _: &str) {}
}

/// What is learnt of the workbook sheet by sheet.
#[derive(Default)]
pub(super) struct Book {
    pub segments: Vec<Segment>,
    pub changes: Changes,
    /// Name and whether only a program can show it again.
    hidden: Vec<(String, bool)>,
    /// Sentences on hidden rows and columns.
    rows: Vec<String>,
    pub is_damaged: bool,
    pub is_full: bool,
}

impl Book {
    /// Notes that a sheet is hidden.
    pub fn hide(&mut self, name: &str, is_very: bool) {
        self.hidden.push((name.to_string(), is_very));
    }

    /// Notes rows and columns that a sheet hides.
    pub fn hide_rows(&mut self, name: &str, rows: u32, columns: u32, is_filtered: bool) {
        let filtered = if is_filtered && rows > 0 { " (a filter is on)" } else { "" };
        let counted: Vec<String> = [(rows, "hidden row"), (columns, "hidden column")]
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| plural(*count, word))
            .collect();
        if !counted.is_empty() {
            self.rows.push(format!("{} in the sheet \"{name}\"{filtered}", counted.join(" and ")));
        }
    }

    /// Adds the text of a sheet: its name, then its rows.
    pub fn add(&mut self, number: u32, name: &str, is_hidden: bool, grid: Grid) {
        if !is_hidden {
            self.changes.unseen += grid.lost;
            self.changes.hidden += grid.masked;
        }
        let (shown, hidden) = grid.finish();
        let role = if is_hidden { Role::Hidden } else { Role::Table };
        if !shown.is_empty() {
            let text = format!("{name}\n{shown}");
            self.segments.push(Segment::new(number, SegmentKind::Sheet, text).with_role(role));
        }
        self.aside(number, Role::Hidden, hidden);
    }

    /// Adds a text beside the rows.
    pub fn aside(&mut self, number: u32, role: Role, text: String) {
        if !text.trim().is_empty() {
            self.segments.push(Segment::new(number, SegmentKind::Sheet, text).with_role(role));
        }
    }

    /// One sentence for each kind of thing that is hidden.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = self.changes.findings();
        if !self.hidden.is_empty() {
            let named: Vec<String> = self
                .hidden
                .iter()
                .take(10)
                .map(|(name, is_very)| format!("\"{name}\"{}", if *is_very { " (deeply hidden)" } else { "" }))
                .collect();
            let detail = format!("{}: {}.", plural(self.hidden.len() as u32, "hidden sheet"), named.join(", "));
            findings.push(Finding::new(FindingCode::HiddenSheet, detail));
        }
        if !self.rows.is_empty() {
            let detail = format!("{}.", self.rows.iter().take(10).cloned().collect::<Vec<_>>().join("; "));
            findings.push(Finding::new(FindingCode::HiddenRows, detail));
        }
        findings
    }

    /// The outcome, with what was lost on the way.
    pub fn finish(self) -> Read {
        let findings = self.findings();
        let mut read = Read::text(self.segments);
        read.findings = findings;
        if self.is_damaged {
            read.problems.push(docx::damaged());
        }
        if self.is_full {
            let detail = "The workbook holds more text than is kept; the rest was left out.";
            read.problems.push(Problem::new(ProblemCode::TextCut, detail));
        }
        read
    }
}

/// Reads the workbook whose main part has this name.
pub(super) fn read(archive: &mut Archive<'_>, main: &str) -> Result<Read, Stop> {
    let Some(text) = archive.xml(main)? else {
        return Err(Stop::why("the file is damaged: the workbook is not in its archive"));
    };
    let relations = package::relations(archive, main)?;
    let mut workbook = Workbook::default();
    let mut book = Book { is_damaged: xml::walk(&text, &mut workbook).is_err(), ..Book::default() };
    let theme = Theme::read(&related(archive, &relations, "theme", "xl/theme/theme1.xml")?.unwrap_or_default());
    let (mut strings, mut formats, mut people) = (Strings::new(&theme), Formats::new(&theme), People::default());
    if let Some(xml) = related(archive, &relations, "sharedStrings", "xl/sharedStrings.xml")? {
        book.is_damaged |= xml::walk(&xml, &mut strings).is_err();
    }
    if let Some(xml) = related(archive, &relations, "styles", "xl/styles.xml")? {
        let _ = xml::walk(&xml, &mut formats);
    }
    if let Some(xml) = related(archive, &relations, "person", "")? {
        let _ = xml::walk(&xml, &mut people);
    }
    for (at, tab) in workbook.tabs.iter().enumerate() {
        let number = at as u32 + 1;
        let Some(target) = relations.iter().find(|one| one.id == tab.relation).map(|one| one.target.clone()) else {
            continue;
        };
        let Some(text) = archive.xml(&target)? else { continue };
        let mut sheet = Sheet::new(&strings, &formats, workbook.is_1904);
        book.is_damaged |= xml::walk(&text, &mut sheet).is_err();
        drop(text);
        let is_hidden = !tab.state.is_empty();
        if is_hidden {
            book.hide(&tab.name, tab.state == "veryHidden");
        }
        book.is_full |= sheet.is_full;
        book.changes.add(std::mem::take(&mut sheet.changes));
        book.hide_rows(&tab.name, sheet.grid.hidden_rows, sheet.grid.count_hidden_columns(), sheet.is_filtered);
        let headers: Vec<String> = sheet.headers.iter().map(|code| header_words(code)).collect();
        book.add(number, &tab.name, is_hidden, sheet.grid);
        beside(archive, &target, number, is_hidden, &people, &mut book)?;
        book.aside(number, Role::HeaderFooter, headers.join("\n").trim().to_string());
        if book.segments.iter().map(|one| one.text.len()).sum::<usize>() > super::grid::MAX_TEXT_BYTES {
            book.is_full = true;
            break;
        }
    }
    let properties = properties::of(archive, &["docProps/core.xml", "docProps/app.xml"])?;
    book.is_damaged |= archive.damaged;
    book.changes.add(outside(archive)?);
    let mut read = book.finish().titled(properties.title.clone(), None);
    read.findings.extend(properties.finding());
    read.findings.extend(package::findings(archive)?);
    Ok(read)
}

/// What a workbook takes from programs and servers when it is opened (18.14, 18.13).
fn outside(archive: &mut Archive<'_>) -> Result<Changes, Stop> {
    struct Outside(Changes);
    impl Visitor for Outside {
        fn open(&mut self, name: &str, element: &Element<'_>) {
            let get = |name: &str| element.attribute(name).unwrap_or_default();
            match name {
                "ddeLink" => self.0.starts(&format!("{} {}", get("ddeService"), get("ddeTopic"))),
                "webPr" => self.0.fetches(&get("url")),
                "textPr" => self.0.fetches(&get("sourceFile")),
                // Most are to data within the workbook.
                "dbPr" => {
                    let connection = get("connection").to_ascii_lowercase();
                    if ["http", "\\\\", "server="].iter().any(|one| connection.contains(one)) {
                        self.0.fetches(&get("connection"));
                    }
                }
                _ => {}
            }
        }
        fn close(&mut self, _: &str) {}
        fn text(&mut self, _: &str) {}
    }
    let mut outside = Outside(Changes::default());
    let is_link = |name: &&String| {
        let lower = name.to_lowercase();
        lower.ends_with(".xml") && (lower.contains("/externallinks/") || lower.ends_with("/connections.xml"))
    };
    let names: Vec<String> = archive.names().iter().filter(is_link).take(200).cloned().collect();
    for name in names {
        if let Some(xml) = archive.xml(&name)? {
            let _ = xml::walk(&xml, &mut outside);
        }
    }
    Ok(outside.0)
}

fn related(archive: &mut Archive<'_>, relations: &[Relation], kind: &str, usual: &str) -> Result<Option<String>, Stop> {
    archive.xml(package::target_of(relations, kind).unwrap_or(usual))
}

/// Text boxes, charts and comments of a sheet.
fn beside(
    archive: &mut Archive<'_>,
    sheet: &str,
    number: u32,
    is_hidden: bool,
    people: &People,
    book: &mut Book,
) -> Result<(), Stop> {
    let relations = package::relations(archive, sheet)?;
    let target = |kind: &str| package::target_of(&relations, kind).map(String::from);
    if let Some(name) = target("drawing") {
        let (text, unseen, changes) = drawing_words(archive, &name)?;
        if !is_hidden {
            book.changes.add(changes);
        }
        book.aside(number, if is_hidden { Role::Hidden } else { Role::TextBox }, text);
        book.aside(number, Role::Hidden, unseen);
    }
    let mut comments = Comments::new(people, &mut book.changes);
    for kind in ["threadedComment", "comments"] {
        for one in relations.iter().filter(|one| one.kind == kind && !one.is_external).take(10) {
            if let Some(xml) = archive.xml(&one.target)? {
                let _ = xml::walk(&xml, &mut comments);
            }
        }
    }
    let lines = comments.finish();
    book.aside(number, Role::Comment, lines.join("\n"));
    Ok(())
}

/// The words of a drawing: its text boxes, charts and diagrams; those that are not seen; and what else is to be known.
fn drawing_words(archive: &mut Archive<'_>, name: &str) -> Result<(String, String, Changes), Stop> {
    let Some(text) = archive.xml(name)? else { return Ok(Default::default()) };
    let mut related = HashMap::new();
    for one in package::relations(archive, name)?.iter().filter(|one| !one.is_external).take(200) {
        if matches!(one.kind.as_str(), "chart" | "chartEx" | "diagramData")
            && let Some(xml) = archive.xml(&one.target)?
        {
            related.insert(one.id.clone(), drawing::words(&xml));
        }
    }
    let backdrop = Backdrop::default();
    let mut reader = Slide::new(&related, &backdrop, &text);
    let _ = xml::walk(&text, &mut reader);
    let boxes = reader.boxes();
    let Found { shapes, mut changes, .. } = reader.finish();
    // Cells have no place in the file: what a box covers there cannot be told.
    changes.covers = boxes;
    let (mut seen, mut unseen) = (Vec::new(), Vec::new());
    for Shape { role, blocks, .. } in shapes {
        for block in blocks {
            let (Block::Paragraph { asides, .. } | Block::Table { asides, .. }) = &block;
            unseen.extend(asides.iter().filter(|(role, _)| *role == Role::Hidden).map(|(_, text)| text.clone()));
            if role == Role::Hidden { &mut unseen } else { &mut seen }.push(docx::in_lines(block));
        }
    }
    seen.retain(|line| !line.is_empty());
    Ok((seen.join("\n"), unseen.join("\n"), changes))
}
