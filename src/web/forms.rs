//! What a browser sends: fields of a form, cookies, where it wants to go next. Believes none of it.

use super::error::Error;
use std::collections::BTreeMap;

/// The fields of a form or of an address, in order; a name may stand there several times.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Of `application/x-www-form-urlencoded` bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(form_urlencoded::parse(bytes).map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// One more field behind the others.
    pub fn push(&mut self, name: String, value: String) {
        self.0.push((name, value));
    }

    /// The first value with this name; empty if there is none.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(one, _)| one == name).map_or("", |(_, value)| value)
    }

    /// The first value with this name, without blanks around it; `None` if nothing is left.
    pub fn some(&self, name: &str) -> Option<&str> {
        Some(self.text(name).trim()).filter(|text| !text.is_empty())
    }

    /// All values with this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    /// All names with their values, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether a box was ticked.
    pub fn ticked(&self, name: &str) -> bool {
        self.0.iter().any(|(one, _)| one == name)
    }

    /// A value that must be there.
    ///
    /// # Errors
    /// What is missing.
    pub fn needed(&self, name: &str) -> Result<&str, Error> {
        self.some(name).ok_or_else(|| Error::Refused(format!("The form is not complete: {name} is missing.")))
    }

    /// Number and edition of the revision that the form was shown for.
    ///
    /// # Errors
    /// If it is not written like `1.1`.
    pub fn seen(&self) -> Result<Option<(u32, u32)>, Error> {
        let Some(text) = self.some("seen") else { return Ok(None) };
        let pair = text.split_once('.').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
        pair.map(Some).ok_or_else(|| Error::Refused("The form says no revision that can be read.".into()))
    }
}

/// Cookies by name (RFC 6265 4.2); of one that stands there twice the first.
pub fn cookies(header: &str) -> BTreeMap<&str, &str> {
    let mut found = BTreeMap::new();
    for (name, value) in header.split(';').filter_map(|one| one.split_once('=')) {
        found.entry(name.trim()).or_insert(value.trim());
    }
    found
}

/// A text for a query of an address.
pub fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Where to go after signing in: a path of this desk, never another site.
pub fn safe_next(wanted: &str) -> String {
    let is_path = wanted.starts_with('/') && !wanted.starts_with("//") && !wanted.starts_with("/\\");
    let is_clean = wanted.chars().all(|c| !c.is_control() && c != '\\') && wanted.len() <= 2_000;
    if is_path && is_clean && !wanted.starts_with("/sign-") { wanted.into() } else { "/".into() }
}
