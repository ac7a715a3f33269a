//! Word documents (ECMA-376 part 1, 11): which parts there are and in which order their words stand. Reads no markup.

use super::archive::{Archive, Stop};
use super::colour::{Ink, Theme, WHITE, of_hex};
use super::package::{self, Relation};
use super::styles::Styles;
use super::word::{Context, Note, Notes, Word};
use super::word_shapes::{has_several, largest_page};
use super::{drawing, properties, xml};
use crate::domain::extraction::Role;
use crate::domain::{Problem, ProblemCode};
use crate::extract::Read;
use crate::extract::changes::Changes;
use crate::extract::story::{Block, Story};

/// Most headers and footers that are read.
const MAX_HEADERS: usize = 200;

/// Most charts and diagrams of one part.
const MAX_DRAWINGS: usize = 500;

/// Reads the document whose main part has this name.
pub(super) fn read(archive: &mut Archive<'_>, main: &str) -> Result<Read, Stop> {
    let Some(document) = archive.xml(main)? else {
        return Err(Stop::why("the file is damaged: the document is not in its archive"));
    };
    let relations = package::relations(archive, main)?;
    let mut changes = Changes::default();
    let mut notes = Notes::new();
    let mut context = context(archive, &document, &relations)?;
    for kind in ["footnotes", "endnotes", "comments"] {
        if let Some(name) = package::target_of(&relations, kind) {
            part(archive, name, &mut context, &mut notes, &mut changes)?;
        }
    }
    let (blocks, mut whole) = body(archive, &document, &relations, &mut context, &mut notes, &mut changes)?;
    let mut story = Story::default();
    blocks.into_iter().for_each(|block| story.push(block));
    let (headers, headers_whole) = headers(archive, &relations, &mut context, &mut notes, &mut changes)?;
    whole &= headers_whole;
    left_over(&mut story, notes);
    story.append(Role::HeaderFooter, headers);

    let properties = properties::of(archive, &["docProps/core.xml", "docProps/app.xml"])?;
    let (segments, heading) = story.finish();
    let mut read = Read::text(segments).titled(properties.title.clone(), heading);
    read.findings = changes.findings();
    read.findings.extend(properties.finding());
    read.findings.extend(package::findings(archive)?);
    if !whole || archive.damaged {
        read.problems.push(damaged());
    }
    Ok(read)
}

/// What the styles, the theme and the settings say of all parts.
fn context(archive: &mut Archive<'_>, document: &str, relations: &[Relation]) -> Result<Context, Stop> {
    let mut xml = |kind: &str| match package::target_of(relations, kind) {
        Some(name) => archive.xml(name).map(Option::unwrap_or_default),
        None => Ok(String::new()),
    };
    let theme = Theme::read(&xml("theme")?);
    let styles = Styles::read(&xml("styles")?, &theme);
    // Else the background is kept in the file and not shown.
    let is_shown = xml("settings")?.contains("displayBackgroundShape");
    let page = if is_shown { background(document) } else { Ink::Is(WHITE) };
    Ok(Context {
        styles,
        theme,
        page,
        page_size: largest_page(document),
        has_shapes: has_several(document),
        ..Context::default()
    })
}

/// The colour of the pages.
fn background(document: &str) -> Ink {
    let mut cut = document.len().min(20_000);
    while !document.is_char_boundary(cut) {
        cut -= 1;
    }
    let Some((_, rest)) = document[..cut].split_once(":background ") else { return Ink::Is(WHITE) };
    let tag = rest.split('>').next().unwrap_or_default();
    if tag.contains("themeColor") || !tag.ends_with('/') {
        return Ink::Unknown;
    }
    let colour = tag.split_once(":color=").and_then(|(_, value)| value.get(1..7));
    Ink::known(colour.and_then(of_hex))
}

/// Reads Word XML of 2003, which has the same words for text, in one file.
pub(super) fn read_flat(document: &str) -> Read {
    let context = Context {
        page: Ink::Is(WHITE),
        page_size: largest_page(document),
        has_shapes: has_several(document),
        is_body: true,
        ..Context::default()
    };
    let (mut notes, mut changes) = (Notes::new(), Changes::default());
    let mut word = Word::new(&context, &mut notes, &mut changes);
    let walked = xml::walk(document, &mut word);
    let mut story = Story::default();
    word.finish().into_iter().for_each(|block| story.push(block));
    left_over(&mut story, notes);
    let (segments, heading) = story.finish();
    let mut read = Read::text(segments).titled(None, heading);
    read.findings = changes.findings();
    if walked.is_err() {
        read.problems.push(damaged());
    }
    read
}

/// What is said of a file that was read in part.
pub(super) fn damaged() -> Problem {
    Problem::new(ProblemCode::TextCut, "The file is damaged; some of its text may be missing.")
}

fn body(
    archive: &mut Archive<'_>,
    document: &str,
    relations: &[Relation],
    context: &mut Context,
    notes: &mut Notes,
    changes: &mut Changes,
) -> Result<(Vec<Block>, bool), Stop> {
    refer(archive, relations, context)?;
    context.is_body = true;
    let mut word = Word::new(context, notes, changes);
    let walked = xml::walk(document, &mut word);
    let blocks = word.finish();
    context.is_body = false;
    match walked {
        Err(why) if blocks.is_empty() => Err(Stop::why(format!("the file is damaged: its XML breaks off ({why})"))),
        walked => Ok((blocks, walked.is_ok())),
    }
}

/// Loads the charts, diagrams and imported files of a part.
fn refer(archive: &mut Archive<'_>, relations: &[Relation], context: &mut Context) -> Result<(), Stop> {
    context.related.clear();
    for one in relations.iter().filter(|one| !one.is_external).take(20_000) {
        if context.related.len() >= MAX_DRAWINGS {
            break;
        }
        let text = match one.kind.as_str() {
            "chart" | "chartEx" | "diagramData" => archive.xml(&one.target)?.map(|xml| drawing::words(&xml)),
            "aFChunk" => archive.bytes(&one.target)?.and_then(|bytes| super::imported(&bytes)),
            _ => None,
        };
        if let Some(text) = text {
            context.related.insert(one.id.clone(), text);
        }
    }
    Ok(())
}

/// Reads a part into the notes, or gives its blocks.
fn part(
    archive: &mut Archive<'_>,
    name: &str,
    context: &mut Context,
    notes: &mut Notes,
    changes: &mut Changes,
) -> Result<(Vec<Block>, bool), Stop> {
    let Some(text) = archive.xml(name)? else { return Ok((Vec::new(), true)) };
    let relations = package::relations(archive, name)?;
    refer(archive, &relations, context)?;
    let mut word = Word::new(context, notes, changes);
    let whole = xml::walk(&text, &mut word).is_ok();
    Ok((word.finish(), whole))
}

fn headers(
    archive: &mut Archive<'_>,
    relations: &[Relation],
    context: &mut Context,
    notes: &mut Notes,
    changes: &mut Changes,
) -> Result<(Vec<String>, bool), Stop> {
    let (mut texts, mut whole) = (Vec::new(), true);
    for kind in ["header", "footer"] {
        let parts: Vec<String> = relations
            .iter()
            .filter(|one| one.kind == kind && !one.is_external)
            .map(|one| one.target.clone())
            .take(MAX_HEADERS)
            .collect();
        for name in parts {
            let (blocks, is_whole) = part(archive, &name, context, notes, changes)?;
            whole &= is_whole;
            let lines: Vec<String> = blocks.into_iter().map(in_lines).filter(|line| !line.is_empty()).collect();
            texts.push(lines.join("\n"));
        }
    }
    Ok((texts, whole))
}

/// A block as lines of text.
pub(super) fn in_lines(block: Block) -> String {
    let mut lines = match block {
        Block::Paragraph { text, asides, .. } => {
            let boxes = asides.into_iter().filter(|(role, _)| *role == Role::TextBox).map(|(_, text)| text);
            std::iter::once(text).chain(boxes).collect()
        }
        Block::Table { rows, .. } => rows
            .iter()
            .map(|row| row.iter().map(|cell| cell.join(" ")).collect::<Vec<_>>().join("\t"))
            .collect::<Vec<_>>(),
    };
    lines.retain(|line| !line.trim().is_empty());
    lines.join("\n")
}

/// Notes that nothing refers to: comments on nothing, and footnotes that no page shows.
fn left_over(story: &mut Story, notes: Notes) {
    let mut left: Vec<((&str, String), Note)> = notes.into_iter().filter(|(_, note)| !note.is_used).collect();
    left.sort_by(|(a, _), (b, _)| (a.0, a.1.len(), &a.1).cmp(&(b.0, b.1.len(), &b.1)));
    let (comments, others): (Vec<_>, Vec<_>) = left.into_iter().partition(|((kind, _), _)| *kind == "comment");
    story.append(Role::Comment, comments.into_iter().map(|(_, note)| note.text));
    story.append(Role::Hidden, others.into_iter().map(|(_, note)| note.text));
}
