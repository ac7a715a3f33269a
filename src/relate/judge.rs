//! The rules by which one message belongs to another. Strong signs first; one proposal a pair, and the best of each kind a
//! message. Knows no store.

use super::sketch::{containment, similarity};
use crate::domain::classification::MessageKind;
use crate::domain::relation::{LikeText, Likeness, Relation, RelationKind};
use std::collections::BTreeMap;

/// From here on two texts are taken for one text with changes.
const NEAR: f64 = 0.5;
/// From here on a text of the same sender is a new version, even if nobody says so.
const VERSION: f64 = 0.7;
/// From here on texts of two senders are the same paper.
const SAME: f64 = 0.95;

/// Mail providers where anybody has an address: the domain says nothing about who somebody is.
const PUBLIC: [&str; 34] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "msn.com",
    "yahoo.com",
    "yahoo.fr",
    "ymail.com",
    "icloud.com",
    "me.com",
    "mac.com",
    "aol.com",
    "gmx.com",
    "gmx.net",
    "gmx.de",
    "web.de",
    "proton.me",
    "protonmail.com",
    "mail.com",
    "zoho.com",
    "fastmail.com",
    "orange.fr",
    "free.fr",
    "laposte.net",
    "mail.ru",
    "yandex.ru",
    "bk.ru",
    "list.ru",
    "qq.com",
    "163.com",
    "126.com",
    "sina.com",
    "foxmail.com",
];

/// The domain of an address that belongs to one body; `None` for those of providers.
pub fn own_domain(address: &str) -> Option<&str> {
    let (_, domain) = address.rsplit_once('@')?;
    (!PUBLIC.contains(&domain)).then_some(domain)
}

/// What a message is to others, and others to it; `others` are given with `true` for those that came before it.
pub fn relations(of: &Likeness, others: &[(Likeness, bool)]) -> Vec<Relation> {
    let found = others.iter().filter_map(|(other, is_older)| match is_older {
        true => relation(of, other),
        false => relation(other, of),
    });
    // One input has one version before it and is part of one campaign: of several candidates the most similar one counts,
    // and of equally similar ones the one that was found first.
    let mut best: BTreeMap<(String, RelationKind), Relation> = BTreeMap::new();
    for one in found {
        let key = (one.message.0.clone(), one.kind);
        match best.get(&key) {
            Some(known) if known.similarity >= one.similarity => {}
            Some(_) | None => {
                best.insert(key, one);
            }
        }
    }
    best.into_values().collect()
}

/// What two messages have in common.
struct Pair<'a> {
    newer: &'a Likeness,
    older: &'a Likeness,
    /// Of their most similar texts.
    similarity: f64,
    /// Name of a file that both have.
    file: Option<&'a str>,
    /// All texts and files of the newer one are in the older one; a text that comes in another format is the same.
    nothing_new: bool,
    /// The newer one answers the older one.
    answers: bool,
    /// Why they are of one sender, in words.
    sender: Option<String>,
    same_title: bool,
}

fn relation(newer: &Likeness, older: &Likeness) -> Option<Relation> {
    let pair = Pair::of(newer, older);
    let (kind, reason) = pair.judged()?;
    let similarity = (pair.similarity * 100.0).round() as u8;
    Some(Relation { message: newer.message.clone(), other: older.message.clone(), kind, similarity, reason })
}

/// Machines' mails and bulletins are no inputs; that two of them are alike says nothing.
fn is_machine(kind: MessageKind) -> bool {
    matches!(kind, MessageKind::AutoReply | MessageKind::Bounce | MessageKind::Calendar | MessageKind::Newsletter)
}

fn is_input(kind: MessageKind) -> bool {
    matches!(kind, MessageKind::Submission | MessageKind::Correction | MessageKind::Unknown)
}

impl<'a> Pair<'a> {
    fn of(newer: &'a Likeness, older: &'a Likeness) -> Self {
        let best = |of: &LikeText| older.texts.iter().map(|other| similarity(of, other)).fold(0.0, f64::max);
        let has_file = |digest| older.files.iter().any(|file| file.digest == digest);
        // A file without a text of its own, a scan or a locked one, may hold anything.
        let has_text = |part: &str| newer.texts.iter().any(|text| text.part == part);
        let texts: Vec<f64> = newer.texts.iter().map(best).collect();
        let mut pair = Self {
            newer,
            older,
            similarity: texts.iter().copied().fold(0.0, f64::max),
            file: newer.files.iter().find(|file| has_file(file.digest)).map(|file| file.name.as_str()),
            nothing_new: texts.iter().all(|one| *one >= 1.0)
                && newer.files.iter().all(|file| has_file(file.digest) || has_text(&file.part))
                && !(texts.is_empty() && newer.files.is_empty()),
            answers: older.message_id_header.as_ref().is_some_and(|id| newer.answers.contains(id)),
            sender: None,
            same_title: !newer.title.is_empty() && newer.title == older.title,
        };
        pair.sender = pair.same_sender();
        pair
    }

    fn same_sender(&self) -> Option<String> {
        if let Some(address) = self.newer.from.iter().find(|address| self.older.from.contains(address)) {
            return Some(format!("it comes from {address} too"));
        }
        let domain = |address: &String| {
            let domain = own_domain(address)?;
            self.older.from.iter().any(|other| own_domain(other) == Some(domain)).then(|| domain.to_string())
        };
        if let Some(domain) = self.newer.from.iter().find_map(domain) {
            return Some(format!("both come from {domain}"));
        }
        let same_name = !self.newer.submitter.is_empty() && self.newer.submitter == self.older.submitter;
        same_name.then(|| "both speak for the same body".into())
    }

    fn judged(&self) -> Option<(RelationKind, String)> {
        let (newer, older) = (self.newer, self.older);
        if is_machine(older.kind) || is_machine(newer.kind) {
            return self.answer();
        }
        if newer.kind == MessageKind::Withdrawal && is_input(older.kind) {
            return self.withdrawal().or_else(|| self.answer());
        }
        if !is_input(older.kind) || !is_input(newer.kind) {
            return self.answer();
        }
        self.handed_on().or_else(|| self.by_one_sender()).or_else(|| self.by_others()).or_else(|| self.answer())
    }

    fn answer(&self) -> Option<(RelationKind, String)> {
        self.answers.then(|| (RelationKind::Reply, "its header says that it answers that mail".into()))
    }

    fn withdrawal(&self) -> Option<(RelationKind, String)> {
        let named = !self.older.title.is_empty() && self.newer.names.contains(&self.older.title);
        let why = match (&self.sender, self.answers, named) {
            (_, _, true) => "it takes something back and names this title".into(),
            (_, true, _) => "it takes something back and answers this mail".into(),
            (Some(sender), ..) => format!("it takes something back, and {sender}"),
            (None, false, false) => return None,
        };
        Some((RelationKind::Withdrawal, why))
    }

    fn handed_on(&self) -> Option<(RelationKind, String)> {
        let (newer, older) = (self.newer, self.older);
        let id = older.message_id_header.as_ref()?;
        if newer.contains.contains(id) {
            return Some((RelationKind::Forwarded, "that mail is attached to it".into()));
        }
        let contained = |of: &LikeText| newer.texts.iter().map(|text| containment(of, text)).fold(0.0, f64::max) >= 0.8;
        let inside = self.nothing_new || older.texts.iter().any(contained) || self.file.is_some();
        let other_sender = self.sender.is_none();
        (newer.forwards && inside && (other_sender || self.nothing_new)).then(|| {
            (RelationKind::Forwarded, "its subject says that it hands a mail on, and it holds the same text".into())
        })
    }

    fn by_one_sender(&self) -> Option<(RelationKind, String)> {
        let sender = match (&self.sender, self.answers) {
            (Some(sender), _) => sender.clone(),
            (None, true) => "it answers that mail".into(),
            (None, false) => return None,
        };
        let (newer, older) = (self.newer, self.older);
        if self.nothing_new {
            return Some((RelationKind::Duplicate, format!("text and files are the same, and {sender}")));
        }
        let percent = (self.similarity * 100.0).round();
        let same_name =
            newer.files.iter().any(|file| !file.name.is_empty() && older.files.iter().any(|one| one.name == file.name));
        let kin = self.similarity >= NEAR || self.same_title || same_name || self.answers || self.file.is_some();
        if let (Some(quote), true) = (&newer.annex, self.answers || self.same_title || newer.correction.is_none()) {
            let is_more = !newer.files.is_empty() && self.similarity < VERSION;
            if is_more && (self.answers || self.sender.is_some()) {
                return Some((RelationKind::Annex, format!("it says \"{quote}\", and {sender}")));
            }
        }
        if let Some(quote) = &newer.correction
            && (kin || newer.kind == MessageKind::Correction)
        {
            return Some((RelationKind::Revision, format!("it says \"{quote}\", and {sender}")));
        }
        let said = if self.similarity >= VERSION {
            format!("{percent} per cent of the text are the same")
        } else if self.same_title && (self.similarity >= NEAR || same_name) {
            "title and much of the text are the same".into()
        } else if newer.kind == MessageKind::Correction && kin {
            "it reads like a correction".into()
        } else {
            return None;
        };
        Some((RelationKind::Revision, format!("{said}, and {sender}")))
    }

    fn by_others(&self) -> Option<(RelationKind, String)> {
        if let Some(name) = self.file {
            return Some((RelationKind::SameDocument, format!("both have the very same file {name}")));
        }
        let percent = (self.similarity * 100.0).round();
        if self.similarity >= SAME {
            return Some((RelationKind::SameDocument, format!("{percent} per cent of a text are the same")));
        }
        (self.similarity >= NEAR).then(|| {
            (RelationKind::NearCopy, format!("{percent} per cent of a text are the same, from another sender"))
        })
    }
}
