//! What a PDF holds beside its pages: scripts, actions that start or fetch something, and files. Runs none of it.

use super::properties::text_string;
use crate::domain::{Finding, FindingCode};
use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Name, Object, ObjectIdentifier, Stream, String as PdfString};
use std::collections::{BTreeSet, HashSet};

/// Objects that are looked at; a file that has more says what was found until then.
const MAX_STEPS: usize = 200_000;

/// Levels of trees and chains of actions.
const MAX_DEPTH: usize = 40;

/// Names of inner files that are shown, and characters of each.
const SHOWN_NAMES: usize = 5;
const NAME_CHARS: usize = 80;

/// What was found so far.
#[derive(Default)]
pub struct Interior {
    scripts: usize,
    script_at_opening: bool,
    /// What actions would do, in words.
    actions: BTreeSet<&'static str>,
    files: Vec<String>,
    known_files: HashSet<ObjectIdentifier>,
    /// Where actions stand that were seen: a widget and its field are often one, and chains may be rings.
    known_actions: HashSet<usize>,
    steps: usize,
}

impl Interior {
    /// Looks through the document's catalogue (ISO 32000-2, 7.7.2).
    pub fn of_document(pdf: &Pdf) -> Self {
        let mut found = Self::default();
        let Some(catalogue) = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id()) else { return found };
        if let Some(names) = catalogue.get::<Dict<'_>>("Names") {
            if let Some(scripts) = names.get::<Dict<'_>>("JavaScript") {
                found.leaves(&scripts, 0, &mut |found, value| {
                    found.script_at_opening = true;
                    found.action(&value, true, 0);
                });
            }
            if let Some(files) = names.get::<Dict<'_>>("EmbeddedFiles") {
                found.leaves(&files, 0, &mut |found, value| found.file(&value));
            }
        }
        if let Some(action) = catalogue.get::<Dict<'_>>("OpenAction") {
            found.action(&action, true, 0);
        }
        found.additional(&catalogue, true);
        found.associated(&catalogue);
        if let Some(form) = catalogue.get::<Dict<'_>>("AcroForm") {
            if let Some(fields) = form.get::<Array<'_>>("Fields") {
                found.fields(&fields, 0);
            }
            if form.contains_key("XFA") {
                found.actions.insert("holds an XFA form, which may hold scripts");
            }
        }
        found
    }

    /// Looks at a page's own actions and those of one annotation after the other.
    pub fn of_page(&mut self, page: &Dict<'_>) {
        self.additional(page, false);
        self.associated(page);
    }

    /// Looks at an annotation.
    pub fn of_annotation(&mut self, annotation: &Dict<'_>) {
        if let Some(action) = annotation.get::<Dict<'_>>("A") {
            self.action(&action, false, 0);
        }
        self.additional(annotation, false);
        let kind = annotation.get::<Name<'_>>("Subtype");
        if kind.is_some_and(|kind| kind.as_ref() == b"FileAttachment")
            && let Some(file) = annotation.get::<Dict<'_>>("FS")
        {
            self.file(&file);
        }
    }

    fn step(&mut self) -> bool {
        self.steps += 1;
        self.steps < MAX_STEPS
    }

    /// The values of a name tree (7.9.6).
    fn leaves<'a>(&mut self, node: &Dict<'a>, depth: usize, each: &mut dyn FnMut(&mut Self, Dict<'a>)) {
        if depth > MAX_DEPTH || !self.step() {
            return;
        }
        if let Some(pairs) = node.get::<Array<'a>>("Names") {
            for object in pairs.iter::<Object<'a>>() {
                if !self.step() {
                    return;
                }
                if let Object::Dict(value) = object {
                    each(self, value);
                }
            }
        }
        if let Some(kids) = node.get::<Array<'a>>("Kids") {
            for kid in kids.iter::<Dict<'a>>() {
                self.leaves(&kid, depth + 1, each);
            }
        }
    }

    /// Actions that a viewer runs by itself when something happens (12.6.3).
    fn additional(&mut self, holder: &Dict<'_>, of_document: bool) {
        let Some(all) = holder.get::<Dict<'_>>("AA") else { return };
        for key in all.keys().collect::<Vec<_>>() {
            if let Some(action) = all.get::<Dict<'_>>(&key) {
                let at_opening = of_document || matches!(key.as_ref(), b"O" | b"PO" | b"PV");
                self.action(&action, at_opening, 0);
            }
        }
    }

    fn action(&mut self, action: &Dict<'_>, at_opening: bool, depth: usize) {
        if depth > MAX_DEPTH || !self.step() || !self.known_actions.insert(action.data().as_ptr() as usize) {
            return;
        }
        let kind = action.get::<Name<'_>>("S");
        match kind.as_ref().map_or(&b""[..], |kind| kind.as_ref()) {
            b"JavaScript" => self.script(at_opening),
            b"Launch" => self.does("starts a program or opens a file"),
            b"GoToR" | b"GoToE" => self.does("opens another document"),
            b"SubmitForm" => self.does("sends what is filled in to an address"),
            b"ImportData" => self.does("takes data from a file"),
            b"URI" if at_opening => self.does("opens an address by itself"),
            _ if action.contains_key("JS") => self.script(at_opening),
            _ => {}
        }
        if let Some(next) = action.get::<Dict<'_>>("Next") {
            self.action(&next, at_opening, depth + 1);
        } else if let Some(all) = action.get::<Array<'_>>("Next") {
            for next in all.iter::<Dict<'_>>() {
                self.action(&next, at_opening, depth + 1);
            }
        }
    }

    fn script(&mut self, at_opening: bool) {
        self.scripts += 1;
        self.script_at_opening |= at_opening;
    }

    fn does(&mut self, what: &'static str) {
        self.actions.insert(what);
    }

    fn fields(&mut self, fields: &Array<'_>, depth: usize) {
        for field in fields.iter::<Dict<'_>>() {
            if depth > MAX_DEPTH || !self.step() {
                return;
            }
            self.additional(&field, false);
            if let Some(action) = field.get::<Dict<'_>>("A") {
                self.action(&action, false, 0);
            }
            if let Some(kids) = field.get::<Array<'_>>("Kids") {
                self.fields(&kids, depth + 1);
            }
        }
    }

    fn associated(&mut self, holder: &Dict<'_>) {
        let Some(files) = holder.get::<Array<'_>>("AF") else { return };
        for file in files.iter::<Dict<'_>>() {
            self.file(&file);
        }
    }

    /// A file specification (7.11.3) with the file in it.
    fn file(&mut self, specification: &Dict<'_>) {
        let Some(embedded) = specification.get::<Dict<'_>>("EF") else { return };
        let stream = ["UF", "F", "Unix", "DOS", "Mac"].iter().find_map(|key| embedded.get::<Stream<'_>>(*key));
        if let Some(stream) = &stream
            && !self.known_files.insert(stream.obj_id())
        {
            return;
        }
        let name = ["UF", "F", "Unix", "DOS", "Mac", "Desc"]
            .iter()
            .find_map(|key| specification.get::<PdfString<'_>>(*key))
            .map(|name| text_string(name.as_bytes()));
        self.files.push(name.unwrap_or_default());
    }

    /// What a person must know, in sentences.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.scripts > 0 {
            let (scripts, it) = if self.scripts == 1 {
                ("1 script".into(), "it runs")
            } else {
                (format!("{} scripts", self.scripts), "they run")
            };
            let when = if self.script_at_opening { "when the PDF is opened" } else { "when the PDF is used" };
            findings.push(Finding::new(FindingCode::JavaScript, format!("The PDF holds {scripts}; {it} {when}.")));
        }
        for what in &self.actions {
            findings.push(Finding::new(FindingCode::LaunchAction, format!("The PDF {what}.")));
        }
        if !self.files.is_empty() {
            let shown: Vec<String> = self.files.iter().take(SHOWN_NAMES).map(|name| shown_name(name)).collect();
            let more = if self.files.len() > SHOWN_NAMES { " and others" } else { "" };
            let files =
                if self.files.len() == 1 { "1 file is".into() } else { format!("{} files are", self.files.len()) };
            let detail = format!("{files} embedded in the PDF: {}{more}.", shown.join(", "));
            findings.push(Finding::new(FindingCode::EmbeddedFile, detail));
        }
        findings
    }
}

fn shown_name(name: &str) -> String {
    let name: String = name.chars().filter(|c| !c.is_control()).take(NAME_CHARS).collect();
    if name.trim().is_empty() { "one without a name".into() } else { format!("\"{}\"", name.trim()) }
}
