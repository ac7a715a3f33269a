//! Values of the page that forms and lists need, with their words. Looks little up and decides nothing.

use super::document::Part;
use super::place::Place;
use super::text::{Text, place_of};
use crate::access::Visitor;
use crate::domain::Timestamp;
use crate::domain::catalogue::Recommendation;
use crate::domain::classification::{MessageKind, SubmitterKind};
use crate::domain::submission::State;
use crate::pipeline::Tools;
use crate::review::draft;
use crate::review::queue::{Item, ItemTakenAway};
use crate::store::submission::Revision;
use crate::web::layout::{Layout, plain};

/// The languages that a person can choose; others stay as they are.
const LANGUAGES: [&str; 7] = ["ar", "zh", "en", "fr", "ru", "es", "other"];

/// An assignment with its quotes.
pub struct AssignmentView {
    pub id: String,
    pub title: String,
    pub percent: String,
    pub assigner: String,
    /// Whether the public page shows it: of what is uncertain it never does.
    pub is_public: bool,
    /// Where the quote stands, and its words.
    pub quotes: Vec<(Option<String>, String)>,
}

/// One of several values.
pub struct Choice {
    pub value: String,
    pub words: String,
    pub is_chosen: bool,
    /// The first of several.
    pub is_main: bool,
}

/// A letter to the sender.
pub struct DraftView {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub notes: Vec<String>,
    /// Why there is none.
    pub refused: Option<String>,
}

/// A wish of the sender.
pub struct WishView {
    pub key: String,
    pub kind: String,
    pub quote: String,
    pub until: String,
    pub is_embargo: bool,
    /// In words; `None`: nobody has decided.
    pub decision: Option<String>,
}

/// All assignments.
pub fn assignments(
    tools: &Tools,
    layout: &Layout,
    item: &Item,
    place: &Place,
    parts: &[Part],
    shown: &Text,
) -> Vec<AssignmentView> {
    let one = |(at, one): (usize, &crate::review::queue::ItemAssignment)| AssignmentView {
        id: one.recommendation.clone(),
        title: title(tools, &one.recommendation),
        percent: format!("{:.0}", one.confidence * 100.0),
        assigner: match one.assigner.as_str() {
            "person" => layout.t("item.by-person").into(),
            model => layout.x("item.by-program", &model),
        },
        is_public: tools.catalogue.find(&one.recommendation).is_some_and(Recommendation::is_public),
        quotes: one
            .evidence
            .iter()
            .enumerate()
            .map(|(number, quote)| (place_of(item, place, parts, shown, (at, number, quote)), plain(&quote.quote)))
            .collect(),
    };
    item.assignments.iter().enumerate().map(one).collect()
}

fn title(tools: &Tools, id: &str) -> String {
    tools.catalogue.find(id).map_or_else(String::new, |one| one.title.clone())
}

/// As `Gender: taken away before by Rana`.
pub fn taken_away(tools: &Tools, one: &ItemTakenAway) -> String {
    plain(&format!("{} {}: {}", one.recommendation, title(tools, &one.recommendation), one.words()))
}

/// The recommendations by section: title, then id and title of each.
pub fn catalogue(tools: &Tools, layout: &Layout) -> Vec<(String, Vec<(String, String)>)> {
    let of = |section: &str| {
        let own = tools.catalogue.recommendations.iter().filter(|one| one.section == section);
        let name = |one: &Recommendation| {
            if one.is_public() {
                return one.title.clone();
            }
            format!("{} ({})", one.title, layout.t("item.not-shown"))
        };
        own.map(|one| (one.id.clone(), name(one))).collect()
    };
    tools.catalogue.sections.iter().map(|one| (format!("{}. {}", one.id, one.title), of(&one.id))).collect()
}

/// Kinds of submitters.
pub fn kinds(layout: &Layout, item: &Item) -> Vec<Choice> {
    let one = |kind: SubmitterKind| Choice {
        value: kind.as_str().into(),
        words: layout.w("kind", kind.as_str()),
        is_chosen: kind == item.submitter.kind,
        is_main: false,
    };
    SubmitterKind::ALL.into_iter().map(one).collect()
}

/// What a mail may be that is no submission.
pub fn message_kinds(layout: &Layout) -> Vec<Choice> {
    let none =
        MessageKind::ALL.into_iter().filter(|kind| !matches!(kind, MessageKind::Submission | MessageKind::Unknown));
    let one = |kind: MessageKind| Choice {
        value: kind.as_str().into(),
        words: layout.w("message-kind", kind.as_str()),
        is_chosen: false,
        is_main: false,
    };
    none.map(one).collect()
}

/// Languages, those of the entry among them.
pub fn languages(layout: &Layout, item: &Item) -> Vec<Choice> {
    let known = LANGUAGES.into_iter().map(String::from);
    let own = item.languages.iter().filter(|code| !LANGUAGES.contains(&code.as_str())).cloned();
    let one = |code: String| {
        let key = format!("language.{code}");
        let words = layout.t(&key).to_string();
        Choice {
            words: if words == key { code.clone() } else { words },
            is_chosen: item.languages.contains(&code),
            is_main: item.languages.first() == Some(&code),
            value: code,
        }
    };
    known.chain(own).map(one).collect()
}

/// All wishes.
pub fn wishes(layout: &Layout, item: &Item) -> Vec<WishView> {
    let one = |one: &crate::review::queue::ItemWish| WishView {
        key: format!("{}:{}", one.message, one.number),
        kind: layout.w("item-wish", one.kind),
        quote: plain(&one.quote),
        until: one.until.map(|day| day.to_string()).unwrap_or_default(),
        is_embargo: one.kind == "embargo",
        decision: one.decision.map(|word| layout.w("item-decided", word)),
    };
    item.wishes.iter().map(one).collect()
}

/// The letter that asks for what is missing, if anything is.
pub async fn draft(tools: &Tools, item: &Item) -> Option<DraftView> {
    if item.not_received.is_empty() || item.erased_at.is_some() {
        return None;
    }
    let none = |refused| DraftView {
        to: String::new(),
        subject: String::new(),
        text: String::new(),
        notes: Vec::new(),
        refused: Some(refused),
    };
    Some(match draft::draft(tools, item, None).await {
        Ok(draft) => DraftView {
            to: plain(&draft.letter.to.join(", ")),
            subject: plain(&draft.letter.subject),
            text: draft.letter.text,
            notes: draft.notes,
            refused: None,
        },
        Err(error) => none(plain(&error.to_string())),
    })
}

/// Whether a second person has to say so before it goes public.
pub fn waits_for_another(tools: &Tools, revision: Option<&Revision>, due: Option<Timestamp>) -> bool {
    let is_approved = revision.is_some_and(|one| matches!(one.state, State::Approved { released_by: None, .. }));
    is_approved && due.is_none() && tools.config.publish.two_persons
}

/// Whether the visitor approved it.
pub fn is_approver(revision: Option<&Revision>, visitor: &Visitor) -> bool {
    revision.is_some_and(|one| matches!(&one.state, State::Approved { by, .. } if *by == visitor.person))
}

/// What is to be known about an approval.
pub fn state_more(layout: &Layout, waits: bool, is_approver: bool, due: Option<Timestamp>) -> Option<String> {
    match (waits, due) {
        (true, _) if is_approver => Some(layout.t("item.waits-for-other").into()),
        (true, _) => Some(layout.t("item.waits-for-you").into()),
        (false, Some(due)) => Some(layout.x("item.public-at", &due.strftime("%Y-%m-%d %H:%M:%S UTC"))),
        (false, None) => None,
    }
}
