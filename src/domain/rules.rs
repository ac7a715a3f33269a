//! The operator's rules for a mailbox: what is taken of it, and what is left out unread. Pure; knows no server, and the
//! words it gives back are the operator's own, never a sender's.

use super::{Digest, Timestamp};
use unicode_normalization::UnicodeNormalization as _;

/// What is taken of a mailbox; the default takes everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Messages that came to the server before this are left out.
    pub start: Option<Timestamp>,
    /// Messages that came to the server at this time or later are left out.
    pub end: Option<Timestamp>,
    /// Only messages to or for one of these addresses are taken; empty: any.
    pub addresses: Vec<String>,
    /// Only messages that fit one of these are taken; empty: any.
    pub take: Vec<Rule>,
    /// Messages that fit one of these are left out, whatever else holds.
    pub leave_out: Vec<Rule>,
}

/// A rule with a name, by which reports call it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    pub name: String,
    /// The subject holds one of these; empty: any subject.
    pub subject: Vec<String>,
    /// Name or address of the sender holds one of these; empty: any sender.
    pub sender: Vec<String>,
}

/// The fields of a header that rules look at, decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    pub subject: String,
    /// `Name <address>` of From and Sender.
    pub senders: Vec<String>,
    /// Addresses of To, Cc and what servers note of the way.
    pub recipients: Vec<String>,
}

impl Rules {
    /// Whether a message's header has to be looked at.
    pub fn ask_for_header(&self) -> bool {
        !(self.addresses.is_empty() && self.take.is_empty() && self.leave_out.is_empty())
    }

    /// The rule that leaves a message out for its time on the server, as a sentence.
    pub fn left_out_by_date(&self, date: Timestamp) -> Option<String> {
        if let Some(start) = self.start.filter(|start| date < *start) {
            return Some(format!("it reached the server before the start date {start}"));
        }
        let end = self.end.filter(|end| date >= *end)?;
        Some(format!("it reached the server after the end date; what came before {end} is taken"))
    }

    /// The rule that leaves a message out for its header, as a sentence.
    pub fn left_out_by(&self, fields: &Fields) -> Option<String> {
        if let Some(rule) = self.leave_out.iter().find(|rule| rule.fits(fields)) {
            return Some(format!("the rule “{}” leaves it out", rule.name));
        }
        let is_meant = |address: &String| fields.recipients.iter().any(|one| folded(one) == folded(address));
        if !self.addresses.is_empty() && !self.addresses.iter().any(is_meant) {
            return Some("the rule “addresses” leaves it out: it is to none of them".into());
        }
        let fits_none = !self.take.is_empty() && !self.take.iter().any(|rule| rule.fits(fields));
        fits_none.then(|| "no rule of “take” fits it".into())
    }

    /// Stands for the rules as they are: what other rules left out is looked at again.
    pub fn digest(&self) -> Digest {
        let mut fields: Vec<String> =
            [self.start, self.end].map(|time| time.map_or(String::new(), |time| time.to_string())).into();
        let mut list = |words: &[String]| {
            fields.push(words.len().to_string());
            fields.extend_from_slice(words);
        };
        list(&self.addresses);
        for rules in [&self.take, &self.leave_out] {
            list(&rules.iter().map(|rule| rule.name.clone()).collect::<Vec<_>>());
            for rule in rules {
                list(&rule.subject);
                list(&rule.sender);
            }
        }
        Digest::of_fields(fields.iter().map(String::as_bytes))
    }
}

impl Rule {
    fn fits(&self, fields: &Fields) -> bool {
        let holds = |words: &[String], texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|text| folded(text)).collect();
            words.is_empty() || words.iter().any(|word| texts.iter().any(|text| text.contains(&folded(word))))
        };
        let senders: Vec<&str> = fields.senders.iter().map(String::as_str).collect();
        holds(&self.subject, &[fields.subject.as_str()]) && holds(&self.sender, &senders)
    }
}

/// Without differences that a reader does not see: case, width, composition, runs of spaces.
fn folded(text: &str) -> String {
    let plain: String = text.nfkc().flat_map(char::to_lowercase).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}
