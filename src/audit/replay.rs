//! The replay: the state of everything, made again from the ledger alone, and compared with what is stored. Knows the
//! rules of the domain; changes nothing.

use crate::domain::access::Roles;
use crate::domain::classification::MessageKind;
use crate::domain::judgement::JudgedAct;
use crate::domain::ledger::{Event, Outcome};
use crate::domain::letter::{LetterKind, LetterState};
use crate::domain::mailbox::{Settlement, UidKey};
use crate::domain::relation::RelationKind;
use crate::domain::submission::State;
use crate::domain::wish::{WishDecision, WishKind};
use crate::domain::{Digest, JudgementId, LetterId, MessageId, PersonId, RevisionId, SubmissionId};
use std::collections::{BTreeMap, BTreeSet};

/// What is stored of a revision, or follows from the ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct RevisionFacts {
    pub submission: SubmissionId,
    pub number: u32,
    pub edition: u32,
    pub state: State,
    pub content: Digest,
}

/// A UID with where it ended, its bytes and its message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UidFacts {
    pub settlement: Settlement,
    pub digest: Option<Digest>,
    pub message: Option<MessageId>,
    pub vanished: bool,
}

/// The state of everything: as stored, or as replayed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    pub uids: BTreeMap<UidKey, UidFacts>,
    pub messages: BTreeMap<MessageId, (Outcome, MessageKind)>,
    pub revisions: BTreeMap<RevisionId, RevisionFacts>,
    pub merged: BTreeMap<SubmissionId, SubmissionId>,
    pub confirmed_catalogue: Option<Digest>,
    /// Mail that Pouch writes, and how far it has come.
    pub letters: BTreeMap<LetterId, (LetterKind, LetterState)>,
    /// Wishes, and what was decided about them.
    pub wishes: BTreeMap<(MessageId, u32), (WishKind, Option<WishDecision>)>,
    /// How messages belong together, by the newer and the older one, and whether a person agreed.
    pub relations: BTreeMap<(MessageId, MessageId), (RelationKind, Option<bool>)>,
    /// Running numbers of submissions.
    pub numbers: BTreeMap<SubmissionId, u64>,
    /// What persons said of labels: revision, edition, act, and the commitment to the words.
    pub judgements: BTreeMap<JudgementId, (RevisionId, u32, JudgedAct, Digest)>,
    /// Models that were trained here, with the digests of their files.
    pub models: BTreeMap<String, Digest>,
    /// Copies without the struck words, by the file and the redactions, and what may be published of them.
    pub redacted: BTreeMap<(Digest, Digest), Option<Digest>>,
    /// The one that a person chose last.
    pub chosen_model: Option<String>,
    /// Roles of people with an account, and whether it is closed.
    pub accounts: BTreeMap<PersonId, (Roles, bool)>,
}

/// Facts from events, and the events that no rule allows.
#[derive(Default)]
pub struct Replay {
    pub facts: Facts,
    pub illegal: Vec<String>,
    /// Stored bytes and contents that were erased on purpose.
    pub erased: BTreeSet<Digest>,
}

impl Replay {
    /// Takes the next event.
    pub fn take(&mut self, number: u64, event: &Event) {
        match event {
            Event::Received { uid, digest, .. } => {
                let facts = UidFacts {
                    settlement: Settlement::Received,
                    digest: Some(*digest),
                    message: None,
                    vanished: false,
                };
                self.facts.uids.insert(uid.clone(), facts);
            }
            Event::Settled { uid, settlement, .. } => {
                let blank = UidFacts { settlement: *settlement, digest: None, message: None, vanished: false };
                let facts = self.facts.uids.entry(uid.clone()).or_insert(blank);
                facts.settlement = *settlement;
                if *settlement == Settlement::Received {
                    facts.message = None;
                }
            }
            Event::Vanished { uid } => match self.facts.uids.get_mut(uid) {
                Some(facts) => facts.vanished = true,
                None => self.illegal.push(format!("entry {number}: a UID vanished that was never seen")),
            },
            Event::Joined { uid, settlement, message } => {
                self.facts.messages.entry(message.clone()).or_insert((Outcome::Pending, MessageKind::Unknown));
                self.join(number, uid, *settlement, message);
            }
            Event::Parted { new, copies, .. } => {
                self.facts.messages.insert(new.clone(), (Outcome::Pending, MessageKind::Unknown));
                for uid in copies {
                    self.join(number, uid, Settlement::Taken, new);
                }
            }
            Event::OutcomeSet { message, outcome, kind, .. } => {
                self.facts.messages.insert(message.clone(), (*outcome, *kind));
            }
            Event::Queued { submission, revision, number: of, content, .. } => {
                self.queue(submission, revision, *of, *content)
            }
            Event::Changed { revision, change, .. } => self.change(number, revision, change),
            Event::Edited { revision, edition, content, .. } => match self.facts.revisions.get_mut(revision) {
                Some(facts) if matches!(facts.state, State::Queued) && *edition == facts.edition + 1 => {
                    facts.edition = *edition;
                    facts.content = *content;
                }
                _ => self.illegal.push(format!("entry {number}: an edit of revision {revision} that no rule allows")),
            },
            Event::CopyMade { original, redactions, copy, .. } => {
                self.facts.redacted.insert((*original, *redactions), *copy);
            }
            Event::Merged { submission, into, .. } => {
                self.facts.merged.insert(submission.clone(), into.clone());
            }
            Event::WishFound { message, number: of, kind, .. } => {
                self.facts.wishes.insert((message.clone(), *of), (*kind, None));
            }
            Event::WishDecided { message, number: of, decided, .. } => {
                match self.facts.wishes.get_mut(&(message.clone(), *of)) {
                    Some(facts) => facts.1 = Some(decided.clone()),
                    None => self.illegal.push(format!("entry {number}: a decision on a wish that nobody had")),
                }
            }
            Event::RelationFound { message, other, kind, .. } => {
                self.facts.relations.insert((message.clone(), other.clone()), (*kind, None));
            }
            Event::RelationDecided { message, other, kind, confirmed, .. } => {
                self.facts.relations.insert((message.clone(), other.clone()), (*kind, Some(*confirmed)));
            }
            Event::Numbered { submission, number } => {
                self.facts.numbers.insert(submission.clone(), *number);
            }
            Event::Letter { letter, kind, state, .. } => {
                self.facts.letters.insert(letter.clone(), (*kind, *state));
            }
            Event::Judged { judgement, revision, edition, act, words } => {
                self.facts.judgements.insert(judgement.clone(), (revision.clone(), *edition, *act, *words));
            }
            Event::ModelTrained { version, digest } => {
                self.facts.models.insert(version.clone(), *digest);
            }
            Event::ModelChosen { version, .. } => self.facts.chosen_model = Some(version.clone()),
            Event::CatalogueConfirmed { catalogue, .. } => self.facts.confirmed_catalogue = Some(*catalogue),
            Event::Erased { digest, .. } => {
                self.erased.insert(*digest);
            }
            Event::AccountOpened { person, roles } => {
                self.facts.accounts.insert(person.clone(), (roles.clone(), false));
            }
            Event::RolesSet { person, roles } => self.account(number, person, |facts| facts.0 = roles.clone()),
            Event::AccountClosed { person } => self.account(number, person, |facts| facts.1 = true),
            Event::AccountReopened { person } => self.account(number, person, |facts| facts.1 = false),
            Event::AccessRenewed { .. }
            | Event::AddedByHand { .. }
            | Event::CarriedOut { .. }
            | Event::MailboxSeen { .. }
            | Event::PersonSeen { .. } => {}
        }
    }

    fn account(&mut self, number: u64, person: &PersonId, change: impl FnOnce(&mut (Roles, bool))) {
        match self.facts.accounts.get_mut(person) {
            Some(facts) => change(facts),
            None => self.illegal.push(format!("entry {number}: an account changed that was never opened")),
        }
    }

    fn join(&mut self, number: u64, uid: &UidKey, settlement: Settlement, message: &MessageId) {
        match self.facts.uids.get_mut(uid) {
            Some(facts) => {
                facts.settlement = settlement;
                facts.message = Some(message.clone());
            }
            None => self.illegal.push(format!("entry {number}: a copy of message {message} that was never received")),
        }
    }

    /// A revision is queued once; a second time means that it moved to another submission.
    fn queue(&mut self, submission: &SubmissionId, revision: &RevisionId, number: u32, content: Digest) {
        let fresh = RevisionFacts { submission: submission.clone(), number, edition: 1, state: State::Queued, content };
        let facts = self.facts.revisions.entry(revision.clone()).or_insert(fresh);
        facts.submission = submission.clone();
        facts.number = number;
    }

    fn change(&mut self, number: u64, revision: &RevisionId, change: &crate::domain::submission::Change) {
        let Some(facts) = self.facts.revisions.get_mut(revision) else {
            self.illegal.push(format!("entry {number}: a decision on revision {revision}, which was never queued"));
            return;
        };
        match facts.state.clone().after(change) {
            Ok(after) => facts.state = after,
            Err(refused) => self.illegal.push(format!("entry {number}: {refused}, yet revision {revision} was")),
        }
    }

    /// Every difference between what follows from the ledger and what is stored, in sentences.
    pub fn compare(mut self, stored: &Facts) -> Vec<String> {
        let mut said = self.illegal;
        // What an erased content was, nobody can say any more.
        for (id, facts) in &mut self.facts.revisions {
            if self.erased.contains(&facts.content)
                && let Some(other) = stored.revisions.get(id)
            {
                facts.content = other.content;
            }
        }
        let name = |uid: &UidKey| format!("UID {} of mailbox {}", uid.uid, uid.mailbox);
        differences(&self.facts.uids, &stored.uids, name, &mut said);
        differences(&self.facts.messages, &stored.messages, |id| format!("message {id}"), &mut said);
        differences(&self.facts.revisions, &stored.revisions, |id| format!("revision {id}"), &mut said);
        differences(&self.facts.merged, &stored.merged, |id| format!("the joining of submission {id}"), &mut said);
        differences(&self.facts.letters, &stored.letters, |id| format!("letter {id}"), &mut said);
        let name = |(message, number): &(MessageId, u32)| format!("wish {number} of message {message}");
        differences(&self.facts.wishes, &stored.wishes, name, &mut said);
        let name = |(message, other): &(MessageId, MessageId)| format!("relation of message {message} to {other}");
        differences(&self.facts.relations, &stored.relations, name, &mut said);
        differences(&self.facts.numbers, &stored.numbers, |id| format!("the number of submission {id}"), &mut said);
        differences(&self.facts.judgements, &stored.judgements, |id| format!("the judgement {id}"), &mut said);
        differences(&self.facts.models, &stored.models, |version| format!("the model {version}"), &mut said);
        differences(&self.facts.accounts, &stored.accounts, |id| format!("the account of person {id}"), &mut said);
        let name = |(original, _): &(Digest, Digest)| format!("a copy of the file {original}");
        differences(&self.facts.redacted, &stored.redacted, name, &mut said);
        if self.facts.chosen_model != stored.chosen_model {
            said.push("the model in use is not the one that the ledger says".into());
        }
        if self.facts.confirmed_catalogue != stored.confirmed_catalogue {
            said.push("the confirmation of the catalogue is not what the ledger says".into());
        }
        said
    }
}

fn differences<K: Ord, V: PartialEq + std::fmt::Debug>(
    replayed: &BTreeMap<K, V>,
    stored: &BTreeMap<K, V>,
    name: impl Fn(&K) -> String,
    said: &mut Vec<String>,
) {
    for (key, value) in replayed {
        match stored.get(key) {
            None => said.push(format!("{} stands in the ledger, but is not stored", name(key))),
            Some(other) if other != value => {
                said.push(format!("{} is stored as {other:?}, but the ledger says {value:?}", name(key)));
            }
            Some(_) => {}
        }
    }
    let unknown = stored.keys().filter(|key| !replayed.contains_key(key));
    said.extend(unknown.map(|key| format!("{} is stored, but the ledger does not know it", name(key))));
}
