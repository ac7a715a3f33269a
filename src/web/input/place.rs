//! Where on the page of an entry somebody is, and from which list they came, as it stands in the address. An address that
//! says something unknown shows the beginning: nothing is decided by it.

use crate::domain::MessageId;
use crate::domain::catalogue::Catalogue;
use crate::review::desk::Filter;
use crate::web::forms::{Fields, encoded};
use std::fmt::Write as _;

/// What is compared on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compare {
    /// The revision with this number and the one before.
    Version(u32),
    /// The newer and the older message.
    Messages(MessageId, MessageId),
}

/// A place.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The list that the person came from.
    pub list: Option<Filter>,
    /// Message and path of the part that is shown.
    pub part: Option<(String, String)>,
    /// Which piece of a long text, from 0.
    pub piece: usize,
    /// The first page that is shown, from 1.
    pub page: u32,
    pub compare: Option<Compare>,
    /// What was just done, and to which entry.
    pub done: Option<(String, String)>,
}

impl Place {
    /// Reads what stands behind the `?`.
    pub fn read(query: &str, catalogue: &Catalogue) -> Self {
        let fields = Fields::of(query.as_bytes());
        let pair = |text: &str| text.split_once(':').map(|(a, b)| (a.to_string(), b.to_string()));
        Self {
            list: list_of(&fields, catalogue),
            part: pair(fields.text("part")),
            piece: fields.text("piece").parse().unwrap_or(0),
            page: fields.text("page").parse().unwrap_or(1).max(1),
            compare: match fields.text("version").parse() {
                Ok(number) => Some(Compare::Version(number)),
                Err(_) => pair(fields.text("compare")).map(|(a, b)| Compare::Messages(MessageId(a), MessageId(b))),
            },
            done: fields.some("done").map(|done| (done.to_string(), fields.text("was").to_string())),
        }
    }

    /// The list as it stands in addresses; empty: the person came from none.
    pub fn list_query(&self) -> String {
        self.list.as_ref().map(Filter::query).unwrap_or_default()
    }

    /// Back to the list.
    pub fn up(&self) -> String {
        match &self.list {
            Some(list) => format!("/?{}", list.query()),
            None => "/".into(),
        }
    }

    /// The page of an entry, with the list kept and with some fields of its own.
    pub fn entry(&self, id: &str, fields: &[(&str, &str)]) -> String {
        self.at(format!("/inputs/{id}"), fields)
    }

    /// A page of an entry below its own.
    pub fn below(&self, id: &str, page: &str, fields: &[(&str, &str)]) -> String {
        self.at(format!("/inputs/{id}/{page}"), fields)
    }

    fn at(&self, path: String, fields: &[(&str, &str)]) -> String {
        let mut query = self.list_query();
        for (name, value) in fields {
            let and = if query.is_empty() { "" } else { "&" };
            let _ = write!(query, "{and}{name}={}", encoded(value));
        }
        if query.is_empty() { path } else { format!("{path}?{query}") }
    }
}

/// The list that some fields name; fields that are none of a list are others' business.
fn list_of(fields: &Fields, catalogue: &Catalogue) -> Option<Filter> {
    fields.some("list")?;
    let mut filter = Filter::default();
    for (name, value) in fields.pairs() {
        // What is unknown cannot come from a list of ours.
        let _ = filter.set(name, value, catalogue);
    }
    Some(filter)
}
