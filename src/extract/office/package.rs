//! The relations between the parts of an OOXML package (ECMA-376 part 2, 6.5), and what its list of parts gives away:
//! macros, embedded files, content from elsewhere. Fetches nothing.

use super::archive::{Archive, Stop};
use super::xml::{self, Element, Visitor};
use crate::domain::{Finding, FindingCode};

/// A relation of a part.
#[derive(Clone, Debug)]
pub(super) struct Relation {
    pub id: String,
    /// Last word of the type, as `slide`; the same for the transitional and the strict namespace.
    pub kind: String,
    /// Name of the entry, or an address if it is external.
    pub target: String,
    pub is_external: bool,
}

struct Relations {
    folder: String,
    found: Vec<Relation>,
}

impl Visitor for Relations {
    fn open(&mut self, name: &str, element: &Element<'_>) {
        if name != "Relationship" || self.found.len() >= 20_000 {
            return;
        }
        let get = |name: &str| element.attribute(name).unwrap_or_default();
        let is_external = get("TargetMode") == "External";
        let target = get("Target");
        let kind = get("Type").trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_string();
        let target = if is_external { target } else { resolve(&self.folder, &target) };
        self.found.push(Relation { id: get("Id"), kind, target, is_external });
    }
    fn close(&mut self, _: &str) {}
    fn text(&mut self, _: &str) {}
}

/// A target in the folder of its part, as the name of an entry.
fn resolve(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let mut pieces: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for piece in target.split('/') {
        match piece {
            "" | "." => {}
            ".." => {
                pieces.pop();
            }
            piece => pieces.push(piece),
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces.join("/")
}

/// The relations of a part; of the package itself for an empty name.
pub(super) fn relations(archive: &mut Archive<'_>, part: &str) -> Result<Vec<Relation>, Stop> {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    let name = if folder.is_empty() { format!("_rels/{file}.rels") } else { format!("{folder}/_rels/{file}.rels") };
    let Some(xml) = archive.xml(&name)? else { return Ok(Vec::new()) };
    let mut relations = Relations { folder: folder.to_string(), found: Vec::new() };
    let _ = xml::walk(&xml, &mut relations);
    Ok(relations.found)
}

/// The entry that a relation of this kind leads to.
pub(super) fn target_of<'r>(relations: &'r [Relation], kind: &str) -> Option<&'r str> {
    relations.iter().find(|one| one.kind == kind && !one.is_external).map(|one| one.target.as_str())
}

/// Relations whose target is fetched when the file is opened; a hyperlink waits for a click.
const FETCHED: [&str; 6] = ["image", "oleObject", "attachedTemplate", "frame", "externalLinkPath", "subDocument"];

/// What the parts of the package give away.
pub(super) fn findings(archive: &mut Archive<'_>) -> Result<Vec<Finding>, Stop> {
    let names = archive.names().to_vec();
    let mut findings = Vec::new();
    let lower: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
    let macro_sheets =
        lower.iter().filter(|name| name.starts_with("xl/macrosheets/") && !name.contains("_rels")).count();
    if lower.iter().any(|name| name.ends_with("vbaproject.bin")) {
        findings.push(Finding::new(FindingCode::Macros, "The file holds macros, which are small programs."));
    } else if macro_sheets > 0 {
        findings.push(Finding::new(FindingCode::Macros, format!("The workbook holds {macro_sheets} macro sheet(s).")));
    }
    let embedded: Vec<&str> = names
        .iter()
        .zip(&lower)
        .filter(|(_, lower)| lower.contains("/embeddings/") && !lower.contains("_rels/") && !lower.ends_with('/'))
        .map(|(name, _)| name.rsplit('/').next().unwrap_or(name))
        .collect();
    findings.extend(embedded_files(&embedded));
    let records = lower.iter().filter(|name| name.contains("pivotcacherecords") && !name.contains("_rels")).count();
    if records > 0 {
        findings.push(Finding::new(
            FindingCode::PivotCache,
            format!("{records} pivot table source(s): rows that no sheet shows are kept in the file."),
        ));
    }
    findings.extend(remote(archive, &names)?);
    findings.extend(pictures(archive, &names));
    Ok(findings)
}

/// One sentence about files inside the file.
pub(crate) fn embedded_files(names: &[&str]) -> Option<Finding> {
    let shown: Vec<&str> = names.iter().take(5).copied().collect();
    let more = if names.len() > shown.len() { " and more" } else { "" };
    (!names.is_empty()).then(|| {
        let detail = format!("{} file(s) inside the file: {}{more}.", names.len(), shown.join(", "));
        Finding::new(FindingCode::EmbeddedFile, detail)
    })
}

fn remote(archive: &mut Archive<'_>, names: &[String]) -> Result<Option<Finding>, Stop> {
    let mut targets: Vec<String> = Vec::new();
    for name in names.iter().filter(|name| name.to_lowercase().ends_with(".rels")).take(2_000) {
        // Only lists that speak of the outside are walked.
        let Some(xml) = archive.xml(name)? else { continue };
        if !xml.contains("External") {
            continue;
        }
        let mut relations = Relations { folder: String::new(), found: Vec::new() };
        let _ = xml::walk(&xml, &mut relations);
        let fetched = relations.found.into_iter().filter(|one| one.is_external && FETCHED.contains(&one.kind.as_str()));
        targets.extend(fetched.map(|one| one.target).filter(|target| !targets.contains(target)).collect::<Vec<_>>());
    }
    Ok(remote_content(&targets))
}

/// One sentence about content that is fetched from elsewhere.
pub(crate) fn remote_content(targets: &[String]) -> Option<Finding> {
    let shown: Vec<String> = targets.iter().take(3).map(|target| target.chars().take(120).collect()).collect();
    let more = if targets.len() > shown.len() { " and more" } else { "" };
    (!targets.is_empty()).then(|| {
        let detail =
            format!("Opening it fetches {} item(s) from elsewhere: {}{more}.", targets.len(), shown.join(", "));
        Finding::new(FindingCode::RemoteContent, detail)
    })
}

/// Most of a picture that is looked at for its place: EXIF stands in the first segment.
const HEAD_OF_A_PICTURE: u64 = 128 << 10;

/// Whether photographs in it say where they were taken.
pub(super) fn pictures(archive: &mut Archive<'_>, names: &[String]) -> Option<Finding> {
    let is_photo = |name: &String| {
        let lower = name.to_lowercase();
        [".jpg", ".jpeg", ".tif", ".tiff"].iter().any(|ending| lower.ends_with(ending))
    };
    let photos: Vec<&String> = names.iter().filter(|name| is_photo(name)).take(500).collect();
    let placed = photos
        .into_iter()
        .filter(|name| archive.head(name, HEAD_OF_A_PICTURE).is_some_and(|head| crate::extract::exif::gps(&head)));
    let count = placed.count();
    (count > 0)
        .then(|| Finding::new(FindingCode::Gps, format!("{count} photograph(s) in it say where they were taken.")))
}
