//! The properties of a document: its title, and the names of people that it carries. Judges no name.

use super::archive::{Archive, Stop};
use super::xml;
use crate::domain::{Finding, FindingCode};

/// What a document says of itself.
#[derive(Debug, Default)]
pub(crate) struct Properties {
    pub title: Option<String>,
    /// Role in words, and name.
    people: Vec<(&'static str, String)>,
}

impl Properties {
    /// Adds the name of a person or organisation in a role, as `author`.
    pub fn person(&mut self, role: &'static str, name: &str) {
        let name = name.trim();
        if name.chars().any(char::is_alphanumeric) && !self.people.iter().any(|(r, n)| *r == role && n == name) {
            self.people.push((role, name.chars().take(100).collect()));
        }
    }

    /// One sentence with the names.
    pub fn finding(&self) -> Option<Finding> {
        let named: Vec<String> = self.people.iter().map(|(role, name)| format!("{role} {name}")).collect();
        (!named.is_empty()).then(|| {
            Finding::new(FindingCode::AuthorName, format!("The file's properties name: {}.", named.join(", ")))
        })
    }

    /// Takes a property by the name of its element.
    pub(super) fn take(&mut self, name: &str, text: &str) {
        match name {
            "title" => {
                self.title.get_or_insert_with(|| text.to_string());
            }
            "creator" => self.person("author", text),
            "initial-creator" => self.person("author", text),
            "lastModifiedBy" => self.person("last editor", text),
            "printed-by" => self.person("printed by", text),
            "Manager" => self.person("manager", text),
            "Company" => self.person("company", text),
            _ => {}
        }
    }
}

/// The properties in the named entries, as `docProps/core.xml`.
pub(super) fn of(archive: &mut Archive<'_>, entries: &[&str]) -> Result<Properties, Stop> {
    let mut properties = Properties::default();
    for entry in entries {
        if let Some(xml) = archive.xml(entry)? {
            xml::leaves(&xml).iter().for_each(|(name, text)| properties.take(name, text));
        }
    }
    Ok(properties)
}
