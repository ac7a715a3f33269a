//! Which forms the page of an entry offers, and what a person wrote into one that could not be done. Decides nothing.

use super::InputPage;
use crate::domain::ledger::Outcome;
use crate::review::queue::Item;
use crate::web::forms::Fields;
use crate::web::layout::legible;
use std::borrow::Borrow;

/// A form that was sent and not done: what the person wrote stands in it again.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// The act, and what of the entry it was about: `unassign:cb-gender`.
    pub form: String,
    pub fields: Fields,
}

impl Kept {
    /// Of a form that was sent.
    pub fn of(act: &str, fields: &Fields) -> Self {
        let about = fields.text("about");
        let form = if about.is_empty() { act.to_string() } else { format!("{act}:{about}") };
        Self { form, fields: fields.clone() }
    }

    /// The person's own words, by the names of the fields.
    pub fn words(&self) -> Vec<(String, String)> {
        let own = ["title", "submitter", "behalf", "reason", "quote", "other", "until"];
        let is_own = |(name, value): &(&str, &str)| own.contains(name) && !value.trim().is_empty();
        self.fields.pairs().filter(is_own).map(|(name, value)| (name.to_string(), legible(value))).collect()
    }
}

/// Acts that the state of an entry allows.
pub fn allowed(item: &Item) -> Vec<&'static str> {
    if item.erased_at.is_some() {
        return Vec::new();
    }
    let mut acts = match (item.outcome, item.state) {
        (Outcome::Submission, Some("queued")) => {
            vec!["edit", "assign", "unassign", "approve", "reject", "revise", "merge", "withdraw", "split"]
        }
        (Outcome::Submission, Some("approved")) => vec!["publish", "reopen", "withdraw"],
        (Outcome::Submission, Some("published")) => vec!["withdraw"],
        (Outcome::Submission, Some(_)) => vec!["reopen"],
        (Outcome::Held, _) => vec!["accept", "release", "retry", "set-aside"],
        (Outcome::SetAside, _) => vec!["accept"],
        (Outcome::Submission | Outcome::Pending, _) => Vec::new(),
    };
    acts.extend(["relate", "wish"]);
    // Of several messages one has to be split off first.
    if item.messages.len() == 1 && matches!(item.state, Some("queued" | "rejected" | "withdrawn")) {
        acts.push("set-aside");
    }
    acts
}

/// What entry and form stand for: an entry that stands otherwise now was changed by somebody else.
pub fn standing(item: &Item) -> &'static str {
    item.state.unwrap_or(item.outcome.as_str())
}

impl InputPage {
    /// Whether the page has the form of an act for this person.
    pub fn offers(&self, act: &str) -> bool {
        let right = if act == "publish" { "publish" } else { "review" };
        self.layout.may(right) && allowed(&self.item).contains(&act)
    }

    /// Whether anything can be done here by this person.
    pub fn acts(&self) -> bool {
        self.layout.may("review") && !allowed(&self.item).is_empty()
    }

    /// What stands in a field: what the person wrote before, else this.
    pub fn v(&self, form: &str, name: &str, default: &str) -> String {
        legible(if self.kept.form == form { self.kept.fields.text(name) } else { default })
    }

    /// The same of the form of one thing of the entry.
    pub fn of(&self, act: &str, about: &str, name: &str, default: &str) -> String {
        self.v(&format!("{act}:{about}"), name, default)
    }

    /// ` open`, where a form was sent and not done.
    pub fn open(&self, form: &str) -> &'static str {
        if self.kept.form == form { " open" } else { "" }
    }

    /// The same of the form of one thing of the entry.
    pub fn open_of(&self, act: &str, about: &str) -> &'static str {
        self.open(&format!("{act}:{about}"))
    }

    /// ` checked` or ` selected`, if the person chose this before; or, where nothing was sent, if it is so.
    pub fn on(&self, form: &str, name: &str, value: &str, is_so: impl Borrow<bool>) -> bool {
        if self.kept.form == form { self.kept.fields.all(name).any(|one| one == value) } else { *is_so.borrow() }
    }

    /// Words that a person wrote into a form which the page no longer has.
    pub fn homeless(&self) -> Vec<(String, String)> {
        let act = self.kept.form.split(':').next().unwrap_or_default();
        if act.is_empty() || self.offers(act) { Vec::new() } else { self.kept.words() }
    }
}
