//! PowerPoint presentations (ECMA-376 part 1, 13): the slides in the order in which they are shown, each with its notes
//! and comments. Reads no markup of a slide.

use super::archive::{Archive, Stop};
use super::backdrop::Backdrop;
use super::package::{self, Relation};
use super::slide::{Found, Shape, Slide, is_title};
use super::xml::{self, Element, Visitor};
use super::{docx, drawing, properties};
use crate::domain::extraction::{Role, Segment, SegmentKind};
use crate::domain::{Finding, FindingCode};
use crate::extract::Read;
use crate::extract::changes::{Changes, plural};
use crate::extract::story::Block;
use std::collections::HashMap;
use std::rc::Rc;

/// Most slides that are read.
const MAX_SLIDES: usize = 5_000;

/// Relations of the slides, in the order of the show.
#[derive(Default)]
struct Order {
    relations: Vec<String>,
    /// Width and height of a slide, in EMU.
    size: Option<(f64, f64)>,
}

impl Visitor for Order {
    fn open(&mut self, name: &str, element: &Element<'_>) {
        if name == "sldId" && self.relations.len() < MAX_SLIDES {
            // The element has an `id` of its own beside the relation.
            self.relations.extend(element.relation());
        } else if name == "sldSz" {
            let side = |name: &str| element.attribute(name).and_then(|side| side.parse::<f64>().ok());
            self.size = side("cx").zip(side("cy"));
        }
    }
    fn close(&mut self, _: &str) {}
    fn text(&mut self, _: &str) {}
}

/// Reads the presentation whose main part has this name.
pub(super) fn read(archive: &mut Archive<'_>, main: &str) -> Result<Read, Stop> {
    let Some(presentation) = archive.xml(main)? else {
        return Err(Stop::why("the file is damaged: the presentation is not in its archive"));
    };
    let relations = package::relations(archive, main)?;
    let mut order = Order::default();
    let _ = xml::walk(&presentation, &mut order);
    let slides = slides(archive, &order.relations, &relations);
    let authors = authors(archive, &relations)?;
    let mut segments = Vec::new();
    let mut deck = Deck {
        changes: Changes::default(),
        hidden: Vec::new(),
        title: None,
        is_whole: true,
        size: order.size,
        backdrops: HashMap::new(),
    };
    for (at, name) in slides.iter().enumerate() {
        slide(archive, name, at as u32 + 1, &authors, &mut segments, &mut deck)?;
    }
    let properties = properties::of(archive, &["docProps/core.xml", "docProps/app.xml"])?;
    let mut read = Read::text(segments).titled(properties.title.clone(), deck.title);
    read.findings = deck.changes.findings();
    if !deck.hidden.is_empty() {
        let numbers: Vec<String> = deck.hidden.iter().take(20).map(u32::to_string).collect();
        let detail = format!("{}: number {}.", plural(deck.hidden.len() as u32, "hidden slide"), numbers.join(", "));
        read.findings.push(Finding::new(FindingCode::HiddenSlide, detail));
    }
    read.findings.extend(properties.finding());
    read.findings.extend(package::findings(archive)?);
    if !deck.is_whole || archive.damaged {
        read.problems.push(docx::damaged());
    }
    Ok(read)
}

/// What is learnt of the presentation slide by slide.
struct Deck {
    changes: Changes,
    /// Numbers of hidden slides.
    hidden: Vec<u32>,
    title: Option<String>,
    is_whole: bool,
    size: Option<(f64, f64)>,
    /// What lies behind the slides of a layout.
    backdrops: HashMap<String, Rc<Backdrop>>,
}

/// Names of the slides' parts, as shown; where the list is lost, by the numbers in their names.
fn slides(archive: &Archive<'_>, order: &[String], relations: &[Relation]) -> Vec<String> {
    let by_id = |id: &String| relations.iter().find(|one| one.id == *id).map(|one| one.target.clone());
    let mut slides: Vec<String> = order.iter().filter_map(by_id).filter(|name| archive.has(name)).collect();
    if slides.is_empty() {
        let number = |name: &str| name.strip_prefix("ppt/slides/slide")?.strip_suffix(".xml")?.parse::<u32>().ok();
        let mut numbered: Vec<(u32, &String)> =
            archive.names().iter().filter_map(|name| Some((number(name)?, name))).collect();
        numbered.sort();
        slides = numbered.into_iter().map(|(_, name)| name.clone()).take(MAX_SLIDES).collect();
    }
    slides
}

fn slide(
    archive: &mut Archive<'_>,
    name: &str,
    number: u32,
    authors: &HashMap<String, String>,
    segments: &mut Vec<Segment>,
    deck: &mut Deck,
) -> Result<(), Stop> {
    let Some(text) = archive.xml(name)? else { return Ok(()) };
    let relations = package::relations(archive, name)?;
    let mut related = HashMap::new();
    for one in relations.iter().filter(|one| !one.is_external).take(200) {
        if matches!(one.kind.as_str(), "chart" | "chartEx" | "diagramData")
            && let Some(xml) = archive.xml(&one.target)?
        {
            related.insert(one.id.clone(), drawing::words(&xml));
        }
    }
    let backdrop = backdrop(archive, &relations, deck)?;
    let mut reader = Slide::new(&related, &backdrop, &text);
    deck.is_whole &= xml::walk(&text, &mut reader).is_ok();
    let Found { shapes, is_hidden, changes } = reader.finish();
    deck.changes.add(changes);
    if is_hidden {
        deck.hidden.push(number);
    }
    if deck.title.is_none() && number == 1 {
        deck.title = shapes.iter().find(|shape| is_title(&shape.placeholder)).map(|shape| line(&shape.blocks));
    }
    let mut of_slide = of_shapes(number, shapes);
    for one in relations.iter().filter(|one| !one.is_external) {
        match one.kind.as_str() {
            "notesSlide" => of_slide.extend(notes(archive, &one.target, number)?),
            "comments" | "comment" => {
                of_slide.extend(comments(archive, &one.target, number, authors, &mut deck.changes)?);
            }
            _ => {}
        }
    }
    for mut segment in of_slide {
        if is_hidden && segment.role.is_said() {
            segment.role = Role::Hidden;
        }
        segments.push(segment);
    }
    Ok(())
}

/// What lies behind a slide; most slides share it.
fn backdrop(archive: &mut Archive<'_>, relations: &[Relation], deck: &mut Deck) -> Result<Rc<Backdrop>, Stop> {
    let layout = package::target_of(relations, "slideLayout").unwrap_or_default().to_string();
    if let Some(known) = deck.backdrops.get(&layout) {
        return Ok(known.clone());
    }
    let backdrop = Rc::new(Backdrop::of_slide(archive, relations, deck.size)?);
    deck.backdrops.insert(layout, backdrop.clone());
    Ok(backdrop)
}

fn line(blocks: &[Block]) -> String {
    let texts: Vec<&str> = blocks
        .iter()
        .filter_map(|block| match block {
            Block::Paragraph { text, .. } => Some(text.trim()),
            Block::Table { .. } => None,
        })
        .collect();
    texts.join(" ").replace('\n', " ")
}

/// The segments of a slide's shapes.
fn of_shapes(number: u32, shapes: Vec<Shape>) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    for shape in shapes {
        for segment in in_segments(number, shape.role, shape.blocks) {
            push(&mut segments, segment);
        }
    }
    segments
}

/// Neighbours of one role stand in one segment; tables stand apart.
fn push(segments: &mut Vec<Segment>, segment: Segment) {
    match segments.last_mut() {
        Some(last) if last.role == segment.role && segment.role != Role::Table => {
            last.text.push('\n');
            last.text.push_str(&segment.text);
        }
        _ => segments.push(segment),
    }
}

/// The segments of a slide's blocks; what was said aside follows.
pub(super) fn in_segments(number: u32, role: Role, blocks: Vec<Block>) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    let mut aside = Vec::new();
    for block in blocks {
        let (role, text) = match block {
            Block::Paragraph { text, asides, .. } => {
                aside.extend(asides);
                (role, text)
            }
            Block::Table { rows, asides } => {
                aside.extend(asides);
                let line = |row: &Vec<Vec<String>>| {
                    row.iter().map(|cell| cell.join(" ").replace('\n', " ")).collect::<Vec<_>>().join("\t")
                };
                let lines: Vec<String> = rows.iter().map(line).collect();
                (if role == Role::Text { Role::Table } else { role }, lines.join("\n"))
            }
        };
        push(&mut segments, Segment::new(number, SegmentKind::Slide, text).with_role(role));
    }
    for (role, text) in aside {
        push(&mut segments, Segment::new(number, SegmentKind::Slide, text).with_role(role));
    }
    segments
}

fn notes(archive: &mut Archive<'_>, name: &str, number: u32) -> Result<Option<Segment>, Stop> {
    let Some(text) = archive.xml(name)? else { return Ok(None) };
    let related = HashMap::new();
    let backdrop = Backdrop::default();
    let mut reader = Slide::new(&related, &backdrop, &text);
    let _ = xml::walk(&text, &mut reader);
    let shapes = reader.finish().shapes;
    // The picture of the slide, its number and the date are no notes.
    let said = shapes.into_iter().filter(|shape| shape.role == Role::Text);
    let texts: Vec<String> = of_shapes(number, said.collect()).into_iter().map(|one| one.text).collect();
    Ok((!texts.is_empty()).then(|| Segment::new(number, SegmentKind::Slide, texts.join("\n")).with_role(Role::Notes)))
}

/// Authors of comments by their id, of both generations of comments.
fn authors(archive: &mut Archive<'_>, relations: &[Relation]) -> Result<HashMap<String, String>, Stop> {
    struct Authors(HashMap<String, String>);
    impl Visitor for Authors {
        fn open(&mut self, name: &str, element: &Element<'_>) {
            if matches!(name, "cmAuthor" | "author")
                && let (Some(id), Some(name)) = (element.attribute("id"), element.attribute("name"))
            {
                self.0.insert(id, name);
            }
        }
        fn close(&mut self, _: &str) {}
        fn text(&mut self, _: &str) {}
    }
    let mut authors = Authors(HashMap::new());
    for kind in ["commentAuthors", "authors"] {
        if let Some(name) = package::target_of(relations, kind)
            && let Some(xml) = archive.xml(name)?
        {
            let _ = xml::walk(&xml, &mut authors);
        }
    }
    Ok(authors.0)
}

fn comments(
    archive: &mut Archive<'_>,
    name: &str,
    number: u32,
    authors: &HashMap<String, String>,
    changes: &mut Changes,
) -> Result<Option<Segment>, Stop> {
    let Some(xml) = archive.xml(name)? else { return Ok(None) };
    let mut reader = Comments { authors, changes, in_text: 0, line: String::new(), lines: Vec::new() };
    let _ = xml::walk(&xml, &mut reader);
    let lines = reader.lines;
    Ok((!lines.is_empty()).then(|| Segment::new(number, SegmentKind::Slide, lines.join("\n")).with_role(Role::Comment)))
}

struct Comments<'c> {
    authors: &'c HashMap<String, String>,
    changes: &'c mut Changes,
    in_text: usize,
    line: String,
    lines: Vec<String>,
}

impl Visitor for Comments<'_> {
    fn open(&mut self, name: &str, element: &Element<'_>) {
        match name {
            "cm" | "reply" => {
                let author = element.attribute("authorId").and_then(|id| self.authors.get(&id).cloned());
                self.line = author.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
                self.changes.comment_by(author);
            }
            "text" | "t" => self.in_text += 1,
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "text" | "t" => self.in_text = self.in_text.saturating_sub(1),
            _ => {}
        }
        if matches!(name, "text" | "p") && !self.line.trim().is_empty() {
            self.lines.push(std::mem::take(&mut self.line));
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_text > 0 {
            self.line.push_str(text);
        }
    }
}
