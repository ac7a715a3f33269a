//! What the forms of the page ask for. Each is a call into `review`; what cannot be done is told on the page as it is now,
//! with the person's own words still in the fields.

use super::forms::{Kept, standing};
use super::place::Place;
use super::{Trouble, show};
use crate::access::Visitor;
use crate::domain::classification::{MessageKind, SubmitterKind};
use crate::domain::relation::RelationKind;
use crate::domain::submission::Rejection;
use crate::domain::{MessageId, SubmissionId};
use crate::review::desk::neighbours;
use crate::review::queue::{Item, item_of};
use crate::review::{self, Act, Edit, Error as Refusal, queue};
use crate::store::{self, message, submission};
use crate::web::forms::Fields;
use crate::web::guard::Sent;
use crate::web::layout::{Layout, legible, see_other};
use crate::web::{Error, Shared};
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use std::sync::Arc;

/// Acts after which the next entry comes.
const DECISIONS: [&str; 10] =
    ["approve", "reject", "withdraw", "revise", "merge", "set-aside", "accept", "release", "retry", "publish"];

/// Where a person is who sends a form.
struct Sender<'a> {
    shared: &'a Shared,
    layout: &'a Layout,
    fields: &'a Fields,
    item: &'a Item,
    act: Act,
}

/// Does what a form of the page asks for.
pub async fn act(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Extension(visitor): Extension<Visitor>,
    Path((id, act)): Path<(String, String)>,
    Extension(Sent(fields)): Extension<Sent>,
) -> Result<Response, Error> {
    if act == "publish" {
        return Err(Error::Forbidden);
    }
    done(&shared, layout, &visitor, &id, &act, &fields).await
}

/// The second person has what was approved go public.
pub async fn publish(
    State(shared): State<Arc<Shared>>,
    Extension(layout): Extension<Layout>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    Extension(Sent(fields)): Extension<Sent>,
) -> Result<Response, Error> {
    done(&shared, layout, &visitor, &id, "publish", &fields).await
}

async fn done(
    shared: &Shared,
    layout: Layout,
    visitor: &Visitor,
    id: &str,
    act: &str,
    fields: &Fields,
) -> Result<Response, Error> {
    let tools = &shared.tools;
    let list = Place::read(fields.text("back"), &tools.catalogue).list;
    let place = Place { list, ..Place::default() };
    let Some(item) = item_of(&tools.store, &tools.config, id).await? else {
        // Somebody else joined it into another entry, or made it one: that is shown, with this person's words.
        let moved = moved_to(shared, id).await?.ok_or_else(|| Error::NotFound(layout.t("item.none").into()))?;
        let trouble = Trouble::changed(&layout);
        return show(shared, layout, visitor, &moved, place, Some(trouble), Kept::of(act, fields)).await;
    };
    let sender = Sender { shared, layout: &layout, fields, item: &item, act: act_of(visitor, &layout, act, fields) };
    match sender.perform(act).await {
        Ok(other) => {
            let next = next(shared, &place, &item, act).await?;
            let here = other.unwrap_or_else(|| id.to_string());
            let to = next.unwrap_or_else(|| here.clone());
            Ok(see_other(&place.entry(&to, &[("done", act), ("was", &here)])))
        }
        Err(error) => {
            let trouble = Trouble::of(&layout, &item, act, error)?;
            let here = if item_of(&tools.store, &tools.config, id).await?.is_some() {
                id.to_string()
            } else {
                moved_to(shared, id).await?.unwrap_or_else(|| id.to_string())
            };
            show(shared, layout, visitor, &here, place, Some(trouble), Kept::of(act, fields)).await
        }
    }
}

/// The next entry of the list that the person came from, after a decision.
async fn next(shared: &Shared, place: &Place, item: &Item, act: &str) -> Result<Option<String>, Error> {
    let Some(list) = place.list.as_ref().filter(|_| DECISIONS.contains(&act)) else { return Ok(None) };
    let (_, next) = neighbours(&shared.tools, list, &item.id, (shared.clock)()).await?;
    Ok(next)
}

/// The entry that something which is no entry any more became a part of.
pub async fn moved_to(shared: &Shared, id: &str) -> Result<Option<String>, Error> {
    let store = &shared.tools.store;
    let mut to = message::line(store, &MessageId(id.into())).await?.and_then(|line| line.submission);
    if to.is_none() {
        to = submission::line(store, &SubmissionId(id.into())).await?.and_then(|line| line.merged_into);
    }
    // What was joined may have been joined again.
    for _ in 0..10 {
        let Some(of) = &to else { break };
        match submission::line(store, of).await?.and_then(|line| line.merged_into) {
            Some(further) => to = Some(further),
            None => break,
        }
    }
    Ok(to.map(|id| id.0))
}

/// Who acts, why, and on what they looked at.
pub fn act_of(visitor: &Visitor, layout: &Layout, act: &str, fields: &Fields) -> Act {
    // A reason out of a short list, and what the person adds to it.
    let choice = fields.some("because").map(|word| layout.w(&format!("item-because-{act}"), word));
    let own = fields.some("reason").map(str::to_string);
    let reason = choice.into_iter().chain(own).collect::<Vec<_>>().join(": ");
    Act { by: visitor.name.clone(), reason, seen: fields.seen().ok().flatten(), now: layout.now }
}

type Did = review::Result<Option<String>>;

fn refuse<T>(why: impl Into<String>) -> review::Result<T> {
    Err(Refusal::Refused(why.into()))
}

impl Sender<'_> {
    /// Does it; the entry that it is now, if that is another one.
    async fn perform(&self, act: &str) -> Did {
        self.look_again()?;
        let tools = &self.shared.tools;
        let id = SubmissionId(self.item.id.clone());
        match act {
            "edit" => self.edit(&id).await?,
            "assign" => {
                review::assign(tools, &id, self.needed("recommendation")?, self.needed("quote")?, &self.act).await?;
            }
            "unassign" => review::unassign(tools, &id, self.needed("about")?, &self.act).await?,
            "approve" => {
                review::approve(tools, &id, self.has_seen_findings(), &self.act).await?;
            }
            "reject" => review::reject(tools, &id, self.rejection()?, &self.act).await?,
            "withdraw" => review::withdraw(tools, &id, &self.act).await?,
            "reopen" => review::reopen(tools, &id, &self.act).await?,
            "publish" => {
                review::release_publication(tools, &id, &self.act).await?;
            }
            "split" => {
                let parts: Vec<String> = self.fields.all("part").map(String::from).collect();
                if parts.is_empty() {
                    return refuse(self.layout.t("item.no-part-chosen"));
                }
                return Ok(Some(review::split(tools, &id, &parts, &self.act).await?.0));
            }
            "revise" => {
                let of = self.other()?;
                review::revise(tools, &id, &of, &self.unseen()).await?;
                return Ok(Some(of.0));
            }
            "merge" => {
                let into = self.other()?;
                review::merge(tools, &id, &into, &self.unseen()).await?;
                return Ok(Some(into.0));
            }
            "relate" => return self.relate().await,
            "wish" => self.wish().await?,
            _ => return self.message_act(act).await,
        }
        Ok(None)
    }

    async fn message_act(&self, act: &str) -> Did {
        let tools = &self.shared.tools;
        let Some(message) = self.item.messages.first() else { return refuse(self.layout.t("item.none")) };
        match act {
            "accept" => review::accept(tools, message, &self.act).await?,
            "retry" => review::retry(tools, message, &self.act).await?,
            "release" => {
                review::release(tools, message, &self.act).await?;
            }
            "set-aside" => {
                let word = self.needed("kind")?;
                let kind = MessageKind::ALL.into_iter().find(|kind| kind.as_str() == word);
                let kind = kind.ok_or_else(|| Refusal::NotFound(format!("kind {word}")))?;
                review::set_aside(tools, message, kind, &self.act).await?;
                return Ok(Some(message.0.clone()));
            }
            _ => return Err(Refusal::NotFound(format!("act {act}"))),
        }
        Ok(Some(message.0.clone()))
    }

    /// Refuses what was meant for the entry as it was: not every act of `review` looks itself.
    fn look_again(&self) -> review::Result<()> {
        let stood = self.fields.text("standing");
        let seen = self.fields.text("seen");
        let now = self.item.seen.as_deref().unwrap_or_default();
        if (stood.is_empty() || stood == standing(self.item)) && (seen.is_empty() || seen == now) {
            return Ok(());
        }
        Err(Refusal::Store(store::Error::Conflict("it was changed in the meantime".into())))
    }

    /// The act without what was seen of this entry, where `review` would hold it to another one.
    fn unseen(&self) -> Act {
        Act { seen: None, ..self.act.clone() }
    }

    fn needed(&self, name: &str) -> review::Result<&str> {
        self.fields.some(name).ok_or_else(|| Refusal::Refused(self.layout.w("item-needed", name)))
    }

    /// The other submission: its id, or the address of its page.
    fn other(&self) -> review::Result<SubmissionId> {
        let text = self.needed("other")?;
        let id = text.rsplit("/inputs/").next().unwrap_or_default().split(['?', '#', '/']).next().unwrap_or_default();
        Ok(SubmissionId(id.trim().to_ascii_lowercase()))
    }

    fn has_seen_findings(&self) -> bool {
        let lines = super::to_be_seen(self.item);
        let ticked: Vec<&str> = self.fields.all("finding").collect();
        let all = (0..lines.len()).all(|at| ticked.contains(&at.to_string().as_str()));
        self.fields.ticked("all-findings") || (!lines.is_empty() && all)
    }

    fn rejection(&self) -> review::Result<Rejection> {
        Ok(match self.needed("because")? {
            "out-of-scope" => Rejection::OutOfScope,
            "not-readable" => Rejection::NotReadable,
            "duplicate" => Rejection::DuplicateOf(self.other()?),
            "other" if self.fields.some("reason").is_none() => return refuse(self.layout.t("item-needed.reason")),
            "other" => Rejection::Other,
            word => return Err(Refusal::NotFound(format!("reason {word}"))),
        })
    }

    async fn edit(&self, id: &SubmissionId) -> review::Result<()> {
        let tools = &self.shared.tools;
        let revisions = submission::revisions(&tools.store, Some(id)).await?;
        let Some(revision) = queue::revision_that_counts(&revisions) else { return refuse(self.layout.t("item.none")) };
        let (content, fields) = (&revision.content, self.fields);
        let kind = SubmitterKind::ALL.into_iter().find(|kind| kind.as_str() == fields.text("kind"));
        let mut languages: Vec<String> = fields.some("language").map(String::from).into_iter().collect();
        languages.extend(fields.all("also").filter(|code| *code != fields.text("language")).map(String::from));
        let mut parts: Vec<String> = fields.all("part").map(String::from).collect();
        let stands: Vec<String> = content.parts.iter().map(|part| format!("{}:{}", part.message, part.path)).collect();
        // In the order in which they stood: what is ticked comes in the order of the page.
        parts.sort_by_key(|part| stands.iter().position(|one| one == part).unwrap_or(usize::MAX));
        // The field shows what can be seen of it; whoever leaves that as it is changes nothing.
        let is_old = |text: &str, old: &str| text == old || text == legible(old).trim();
        // A form without a field says nothing about it.
        let new = |name: &str, old: &str| {
            let text = fields.text(name).trim();
            (fields.ticked(name) && !is_old(text, old)).then(|| text.to_string())
        };
        let edit = Edit {
            title: new("title", &content.title),
            submitter: new("submitter", &content.submitter.name),
            kind: kind.filter(|kind| *kind != content.submitter.kind),
            on_behalf_of: new("behalf", content.submitter.on_behalf_of.as_deref().unwrap_or_default()),
            languages: Some(languages).filter(|codes| *codes != content.languages),
            parts: Some(parts).filter(|parts| *parts != stands),
        };
        if edit.title.as_deref() == Some("") {
            return refuse(self.layout.t("item-needed.title"));
        }
        if edit.submitter.as_deref() == Some("") {
            return refuse(self.layout.t("item-needed.submitter"));
        }
        if edit == Edit::default() {
            return refuse(self.layout.t("item.nothing-changed"));
        }
        review::edit(tools, id, &edit, &self.act).await
    }

    /// Confirms or refuses a proposal, or says what nobody proposed.
    async fn relate(&self) -> Did {
        let (newer, older) = match self.needed("about")?.split_once(':') {
            Some((newer, older)) => (MessageId(newer.into()), MessageId(older.into())),
            None => return refuse(self.layout.t("item.none")),
        };
        if !self.item.messages.contains(&newer) && !self.item.messages.contains(&older) {
            return Err(Refusal::NotFound(format!("message {newer} here")));
        }
        let kind = self.fields.some("kind");
        let kind = kind.and_then(|word| RelationKind::ALL.into_iter().find(|kind| kind.as_str() == word));
        let confirmed = match self.needed("decision")? {
            "confirm" => true,
            "refuse" => false,
            word => return Err(Refusal::NotFound(format!("decision {word}"))),
        };
        review::decide_relation(&self.shared.tools, (&newer, &older), kind, confirmed, &self.unseen()).await?;
        Ok(moved_to(self.shared, &self.item.id).await.ok().flatten())
    }

    async fn wish(&self) -> review::Result<()> {
        let about = self.needed("about")?.split_once(':');
        let wish = about.and_then(|(id, number)| Some((MessageId(id.into()), number.parse().ok()?)));
        let Some((message, number)) = wish.filter(|(id, _)| self.item.messages.contains(id)) else {
            return Err(Refusal::NotFound("wish with this number".into()));
        };
        let until = match self.fields.some("until") {
            Some(text) => Some(text.parse().map_err(|_| Refusal::Refused(self.layout.t("item.no-day").into()))?),
            None => None,
        };
        let heed = match self.needed("decision")? {
            "heed" => true,
            "overrule" => false,
            word => return Err(Refusal::NotFound(format!("decision {word}"))),
        };
        review::decide_wish(&self.shared.tools, &message, number, heed, until, &self.act).await
    }
}
