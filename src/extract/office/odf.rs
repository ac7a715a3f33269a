//! OpenDocument files (ODF 1.3 part 2), in an archive or flat: which parts there are, and what they give away.

use super::archive::{Archive, Stop};
use super::odf_styles::Styles;
use super::odf_text::{Page, Text};
use super::ods::Sheets;
use super::package::{embedded_files, pictures, remote_content};
use super::properties::{self, Properties};
use super::{docx, pptx, xml};
use crate::domain::extraction::{Role, Segment};
use crate::domain::{Finding, FindingCode};
use crate::extract::Read;
use crate::extract::changes::{Changes, plural};
use crate::extract::story::Story;

/// Reads an OpenDocument text, presentation, spreadsheet or drawing.
pub(super) fn read(bytes: &[u8]) -> Result<Read, Stop> {
    let mut archive = Archive::open(bytes)?;
    let manifest = archive.xml("META-INF/manifest.xml")?.unwrap_or_default();
    if manifest.contains("encryption-data") || archive.has("encrypted-package") {
        return Err(Stop::Locked);
    }
    let Some(content) = archive.xml("content.xml")? else {
        return Err(Stop::why("the file is damaged: the document is not in its archive"));
    };
    let styles = archive.xml("styles.xml")?.unwrap_or_default();
    let properties = properties::of(&mut archive, &["meta.xml"])?;
    let mut read = content_of(&content, &styles, &properties)?;
    read.findings.extend(package_findings(&mut archive, &manifest));
    if archive.damaged && read.problems.is_empty() {
        read.problems.push(docx::damaged());
    }
    Ok(read)
}

/// Reads a flat OpenDocument, which is one XML file.
pub(super) fn read_flat(xml: &str) -> Result<Read, Stop> {
    let mut properties = Properties::default();
    let start = xml.find("<office:meta").unwrap_or(0);
    let end = xml.find("</office:meta>").unwrap_or(start);
    xml::leaves(xml.get(start..end).unwrap_or_default())
        .iter()
        .for_each(|(name, text)| properties.take("last editor", name, text));
    let mut read = content_of(xml, xml, &properties)?;
    if xml.contains("<ooo:library-embedded") || xml.contains("<script:module") {
        read.findings.push(Finding::new(FindingCode::Macros, "The file holds macros, which are small programs."));
    }
    Ok(read)
}

fn content_of(content: &str, styles_xml: &str, properties: &Properties) -> Result<Read, Stop> {
    let mut styles = Styles::default();
    styles.read(styles_xml);
    styles.read(content);
    let has = |element: &str| content.contains(&format!("<office:{element}"));
    let mut read = if has("spreadsheet") {
        let mut sheets = Sheets::new(&styles);
        sheets.book.is_damaged = xml::walk(content, &mut sheets).is_err();
        sheets.book.finish().titled(properties.title.clone(), None)
    } else if has("presentation") || has("drawing") {
        presentation(content, &styles, properties)
    } else {
        text(content, styles_xml, &styles, properties)?
    };
    read.findings.extend(properties.finding());
    Ok(read)
}

fn text(content: &str, styles_xml: &str, styles: &Styles, properties: &Properties) -> Result<Read, Stop> {
    let mut changes = Changes::default();
    let mut reader = Text::new(styles, &mut changes, false);
    reader.is_body = true;
    let shapes =
        ["<draw:frame ", "<draw:custom-shape ", "<draw:rect ", "<draw:polygon ", "<draw:path ", "<draw:ellipse "];
    reader.has_shapes = shapes.iter().map(|one| content.matches(one).count()).sum::<usize>() > 1;
    let walked = xml::walk(content, &mut reader);
    let remote = std::mem::take(&mut reader.remote);
    let blocks = reader.finish();
    if let (Err(why), true) = (&walked, blocks.is_empty()) {
        return Err(Stop::why(format!("the file is damaged: its XML breaks off ({why})")));
    }
    let mut story = Story::default();
    blocks.into_iter().for_each(|block| story.push(block));
    story.append(Role::HeaderFooter, headers(styles_xml, styles, &mut changes));
    let (segments, heading) = story.finish();
    let mut read = Read::text(segments).titled(properties.title.clone(), heading);
    read.findings = changes.findings();
    read.findings.extend(remote_content(&remote));
    if walked.is_err() {
        read.problems.push(docx::damaged());
    }
    Ok(read)
}

/// The headers and footers of the page styles.
fn headers(styles_xml: &str, styles: &Styles, changes: &mut Changes) -> Vec<String> {
    let mut texts = Vec::new();
    let start = styles_xml.find("<office:master-styles").unwrap_or(styles_xml.len());
    let end = styles_xml.find("</office:master-styles>").unwrap_or(styles_xml.len());
    let mut rest = styles_xml.get(start..end.max(start)).unwrap_or_default();
    while let Some(at) = rest.find("<style:header").into_iter().chain(rest.find("<style:footer")).min() {
        rest = &rest[at..];
        let Some(tag_end) = rest.find('>') else { break };
        let name = rest[1..tag_end].split([' ', '/']).next().unwrap_or_default().to_string();
        let closing = format!("</{name}>");
        let Some(end) = rest.find(&closing).filter(|_| !rest[..tag_end].ends_with('/')) else {
            rest = &rest[tag_end..];
            continue;
        };
        let mut reader = Text::new(styles, changes, false);
        let _ = xml::walk(&rest[..end + closing.len()], &mut reader);
        let lines: Vec<String> =
            reader.finish().into_iter().map(docx::in_lines).filter(|line| !line.is_empty()).collect();
        texts.push(lines.join("\n"));
        rest = &rest[end..];
        if texts.len() >= 200 {
            break;
        }
    }
    texts
}

fn presentation(content: &str, styles: &Styles, properties: &Properties) -> Read {
    let mut changes = Changes::default();
    let mut reader = Text::new(styles, &mut changes, true);
    let walked = xml::walk(content, &mut reader);
    let (pages, remote) = (std::mem::take(&mut reader.pages), std::mem::take(&mut reader.remote));
    drop(reader);
    let title = pages.first().and_then(|page| page.title.clone());
    let mut hidden = Vec::new();
    let mut segments: Vec<Segment> = Vec::new();
    for (at, page) in pages.into_iter().enumerate() {
        let number = at as u32 + 1;
        if page.is_hidden {
            hidden.push(number.to_string());
        }
        segments.extend(slide(number, page));
    }
    let mut read = Read::text(segments).titled(properties.title.clone(), title);
    read.findings = changes.findings();
    if !hidden.is_empty() {
        let numbers = hidden.iter().take(20).cloned().collect::<Vec<_>>().join(", ");
        let detail = format!("{}: number {numbers}.", plural(hidden.len() as u32, "hidden slide"));
        read.findings.push(Finding::new(FindingCode::HiddenSlide, detail));
    }
    read.findings.extend(remote_content(&remote));
    if walked.is_err() {
        read.problems.push(docx::damaged());
    }
    read
}

fn slide(number: u32, page: Page) -> Vec<Segment> {
    let mut segments = pptx::in_segments(number, Role::Text, page.blocks);
    for (role, text) in page.notes {
        segments.push(Segment::new(number, crate::domain::extraction::SegmentKind::Slide, text).with_role(role));
    }
    for segment in &mut segments {
        if page.is_hidden && segment.role.is_said() {
            segment.role = Role::Hidden;
        }
    }
    segments
}

/// What the list of entries gives away.
fn package_findings(archive: &mut Archive<'_>, manifest: &str) -> Vec<Finding> {
    let names = archive.names().to_vec();
    let mut findings = Vec::new();
    let is_program = |name: &String| {
        let is_module = name.starts_with("Basic/")
            && name.ends_with(".xml")
            && !name.ends_with("script-lb.xml")
            && !name.ends_with("script-lc.xml");
        is_module || (name.starts_with("Scripts/") && !name.ends_with('/'))
    };
    if names.iter().any(is_program) {
        findings.push(Finding::new(FindingCode::Macros, "The file holds macros, which are small programs."));
    }
    let embedded = embedded(manifest);
    findings.extend(embedded_files(&embedded.iter().map(String::as_str).collect::<Vec<_>>()));
    findings.extend(pictures(archive, &names));
    findings
}

/// Files inside the file, by the manifest: charts and formulas belong to the document.
fn embedded(manifest: &str) -> Vec<String> {
    struct Entries(Vec<String>);
    impl xml::Visitor for Entries {
        fn open(&mut self, name: &str, element: &xml::Element<'_>) {
            if name != "file-entry" || self.0.len() >= 1_000 {
                return;
            }
            let (kind, path) = (element.attribute("media-type"), element.attribute("full-path"));
            let (kind, path) = (kind.unwrap_or_default(), path.unwrap_or_default());
            let is_document = kind.starts_with("application/vnd.oasis.opendocument.")
                && !kind.ends_with(".chart")
                && !kind.ends_with(".formula")
                && path != "/";
            if is_document || kind == "application/vnd.sun.star.oleobject" {
                self.0.push(path.trim_end_matches('/').to_string());
            }
        }
        fn close(&mut self, _: &str) {}
        fn text(&mut self, _: &str) {}
    }
    let mut entries = Entries(Vec::new());
    let _ = xml::walk(manifest, &mut entries);
    entries.0
}
