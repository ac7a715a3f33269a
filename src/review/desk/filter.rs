//! What a list is narrowed to, and how that stands in an address, so that it can be kept and sent to a colleague. What an
//! address says that is not known is refused in words, never ignored.

use super::labels::{Badge, IS_INPUT, NO_RECOMMENDATION};
use crate::domain::catalogue::Catalogue;
use crate::domain::classification::SubmitterKind;
use jiff::civil::Date;
use std::fmt::Write as _;

/// A list of the desk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum List {
    #[default]
    Queued,
    Held,
    SetAside,
    /// All of the following five.
    Decided,
    Approved,
    Published,
    Rejected,
    Withdrawn,
    Superseded,
    /// What waits and what was decided: all inputs, and nothing that is held or set aside.
    Inputs,
    All,
}

impl List {
    /// All of them, in the order of the tabs.
    pub const ALL: [Self; 11] = [
        Self::Queued,
        Self::Held,
        Self::SetAside,
        Self::Decided,
        Self::Approved,
        Self::Published,
        Self::Rejected,
        Self::Withdrawn,
        Self::Superseded,
        Self::Inputs,
        Self::All,
    ];

    /// The word in addresses and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Held => "held",
            Self::SetAside => "set-aside",
            Self::Decided => "decided",
            Self::Approved => "approved",
            Self::Published => "published",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Superseded => "superseded",
            Self::Inputs => "inputs",
            Self::All => "all",
        }
    }

    /// What waits is shown in the order of arrival, what is done from its end.
    pub fn newest_first(self) -> bool {
        !matches!(self, Self::Queued | Self::Held | Self::Inputs | Self::All)
    }

    /// The state of what is in it, if it is a part of what was decided.
    pub(super) fn state(self) -> Option<&'static str> {
        match self {
            Self::Approved | Self::Published | Self::Rejected | Self::Withdrawn | Self::Superseded => {
                Some(self.as_str())
            }
            Self::Queued | Self::Held | Self::SetAside | Self::Decided | Self::Inputs | Self::All => None,
        }
    }

    /// The label that all of it have, where the list of its rows does not tell it.
    fn label(self) -> Option<String> {
        if self == Self::Inputs { Some(IS_INPUT.into()) } else { self.state().map(|state| format!("state:{state}")) }
    }

    /// The list that its rows stand in; `None`: in several.
    pub(super) fn row_list(self) -> Option<String> {
        match self {
            Self::Inputs | Self::All => None,
            Self::Queued | Self::Held | Self::SetAside => Some(self.as_str().into()),
            _ => Some(Self::Decided.as_str().into()),
        }
    }

    /// Whether rows of a list may be in it.
    pub(super) fn has(self, row_list: &str) -> bool {
        match self {
            Self::Inputs => matches!(row_list, "queued" | "decided"),
            _ => row_list != crate::store::desk::NO_LIST && self.row_list().is_none_or(|own| own == row_list),
        }
    }
}

/// Where a page begins; its text tells nothing to anybody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor(pub(super) i64);

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "c{:x}", self.0)
    }
}

impl std::str::FromStr for Cursor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.strip_prefix('c').and_then(|digits| i64::from_str_radix(digits, 16).ok());
        number.map(Self).ok_or_else(|| format!("{text:?} is no place in a list: begin at its first page"))
    }
}

/// What a list is narrowed to: one of the values in each field that has any, and all fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub list: List,
    /// Ids of the catalogue; `none`: inputs without any.
    pub recommendations: Vec<String>,
    /// Ids of the catalogue's sections.
    pub sections: Vec<String>,
    /// ISO 639-1, or `other`, `uncertain`.
    pub languages: Vec<String>,
    pub kinds: Vec<SubmitterKind>,
    pub badges: Vec<Badge>,
    /// Days of arrival at the mail server, in the call's time zone.
    pub days: Vec<Date>,
    pub search: String,
    /// Number of a change: only what changed after it.
    pub changed_since: Option<i64>,
}

/// Fields whose values are counted.
const FACETS: [&str; 6] = ["recommendation", "section", "language", "kind", "badge", "day"];

pub(super) fn facet(name: &str) -> Option<&'static str> {
    FACETS.into_iter().find(|known| *known == name)
}

impl Filter {
    /// Reads what stands behind the `?` of an address, with the place at which the page begins (`after`).
    ///
    /// # Errors
    /// A sentence that names what is not known.
    pub fn read(query: &str, catalogue: &Catalogue) -> Result<(Self, Option<Cursor>), String> {
        let (mut filter, mut after) = (Self::default(), None);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decoded(name)?, decoded(value)?);
            if name == "after" {
                after = if value.is_empty() { None } else { Some(value.parse()?) };
            } else {
                filter.set(&name, &value, catalogue)?;
            }
        }
        Ok((filter, after))
    }

    /// Sets one field by its name in an address; an empty value, as forms send it, is none.
    ///
    /// # Errors
    /// A sentence that names what is not known.
    pub fn set(&mut self, name: &str, value: &str, catalogue: &Catalogue) -> Result<(), String> {
        let unknown = || format!("there is no {name} {value:?}");
        if !NAMES.contains(&name) {
            return Err(format!("a list cannot be filtered by {name:?}; it can by {}", NAMES.join(", ")));
        }
        if name == "q" {
            self.search = value.into();
            return Ok(());
        }
        if value.is_empty() {
            return Ok(());
        }
        match name {
            "list" => self.list = List::ALL.into_iter().find(|one| one.as_str() == value).ok_or_else(unknown)?,
            "recommendation" => {
                let is_known = value == NO_RECOMMENDATION || catalogue.find(value).is_some();
                add(&mut self.recommendations, Some(value.to_string()).filter(|_| is_known).ok_or_else(unknown)?);
            }
            "section" => {
                let known = catalogue.sections.iter().find(|one| one.id == value).ok_or_else(unknown)?;
                add(&mut self.sections, known.id.clone());
            }
            "language" => {
                let is_code = matches!(value.len(), 2 | 3) && value.bytes().all(|byte| byte.is_ascii_lowercase());
                let is_known = is_code || NO_LANGUAGE.contains(&value);
                add(&mut self.languages, Some(value.to_string()).filter(|_| is_known).ok_or_else(unknown)?);
            }
            "kind" => {
                let known = SubmitterKind::ALL.into_iter().find(|one| one.as_str() == value);
                add(&mut self.kinds, known.ok_or_else(unknown)?);
            }
            "badge" => {
                add(&mut self.badges, Badge::ALL.into_iter().find(|one| one.as_str() == value).ok_or_else(unknown)?);
            }
            // Several days are one choice of the form on the page of the list: `2023-11-20,2023-11-21`.
            "day" => {
                for text in value.split(',') {
                    let is_plain = text.len() == "2023-11-20".len();
                    add(&mut self.days, text.parse().ok().filter(|_| is_plain).ok_or_else(unknown)?);
                }
            }
            _ => self.changed_since = Some(value.parse().ok().filter(|number| *number >= 0).ok_or_else(unknown)?),
        }
        Ok(())
    }

    /// As it stands behind the `?` of an address; reading that gives the same filter.
    pub fn query(&self) -> String {
        let mut query = format!("list={}", self.list.as_str());
        let mut put = |name: &str, value: &str| {
            let _ = write!(query, "&{name}={}", encoded(value));
        };
        self.recommendations.iter().for_each(|one| put("recommendation", one));
        self.sections.iter().for_each(|one| put("section", one));
        self.languages.iter().for_each(|one| put("language", one));
        self.kinds.iter().for_each(|one| put("kind", one.as_str()));
        self.badges.iter().for_each(|one| put("badge", one.as_str()));
        if !self.days.is_empty() {
            put("day", &self.day_choice());
        }
        if !self.search.is_empty() {
            put("q", &self.search);
        }
        if let Some(number) = self.changed_since {
            put("since", &number.to_string());
        }
        query
    }

    /// All days, as one value in an address.
    pub fn day_choice(&self) -> String {
        self.days.iter().map(Date::to_string).collect::<Vec<_>>().join(",")
    }

    /// Whether it says nothing but the list.
    pub fn is_whole_list(&self) -> bool {
        *self == Self { list: self.list, ..Self::default() }
    }

    /// What a row must have: of each group one label.
    pub(super) fn labels(&self) -> Vec<Vec<String>> {
        let group = |facet: &str, values: Vec<&str>| values.iter().map(|one| format!("{facet}:{one}")).collect();
        let days: Vec<String> = self.days.iter().map(Date::to_string).collect();
        let all: [Vec<String>; 7] = [
            self.list.label().into_iter().collect(),
            group("recommendation", self.recommendations.iter().map(String::as_str).collect()),
            group("section", self.sections.iter().map(String::as_str).collect()),
            group("language", self.languages.iter().map(String::as_str).collect()),
            group("kind", self.kinds.iter().map(|one| one.as_str()).collect()),
            group("badge", self.badges.iter().map(|one| one.as_str()).collect()),
            group("day", days.iter().map(String::as_str).collect()),
        ];
        all.into_iter().filter(|group| !group.is_empty()).collect()
    }
}

/// What is said in place of a language.
const NO_LANGUAGE: [&str; 2] = ["other", "uncertain"];

/// Names of the fields in an address.
const NAMES: [&str; 9] = ["list", "recommendation", "section", "language", "kind", "badge", "day", "q", "since"];

fn add<T: PartialEq>(to: &mut Vec<T>, one: T) {
    if !to.contains(&one) {
        to.push(one);
    }
}

/// A value for an address (WHATWG URL, application/x-www-form-urlencoded).
fn encoded(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

fn decoded(text: &str) -> Result<String, String> {
    let broken = || "the address is broken: a sign in it cannot be read".to_string();
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                let (high, low) = (digit().ok_or_else(broken)?, digit().ok_or_else(broken)?);
                (high * 16 + low) as u8
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| broken())
}
