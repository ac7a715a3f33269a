//! The rules of an account's mailbox as the operator writes them. Reads them; judges no mail.

use super::table::Reader;
use crate::domain::Timestamp;
use crate::domain::rules::{Rule, Rules};
use std::collections::BTreeSet;

/// `start`, `end` and the table `rules` of an account.
pub fn rules(account: &mut Reader) -> Rules {
    let start = account.date("start").and_then(midnight);
    let end = account.date("end").and_then(|day| day.tomorrow().ok()).and_then(midnight);
    if start.is_some() && end.is_some() && start >= end {
        account.wrong("end", "is before the start: nothing would be taken");
    }
    let mut table = account.table("rules");
    let addresses = table.texts("addresses");
    if addresses.iter().any(|one| !one.contains('@')) {
        table.wrong("addresses", "holds something that is no address");
    }
    let (take, leave_out) = (named(&mut table, "take"), named(&mut table, "leave_out"));
    let mut names = BTreeSet::new();
    if let Some(twice) = take.iter().chain(&leave_out).find(|rule| !names.insert(&rule.name)) {
        table.wrong("name", &format!("two rules are called {}", twice.name));
    }
    account.absorb(table);
    Rules { start, end, addresses, take, leave_out }
}

fn named(table: &mut Reader, key: &str) -> Vec<Rule> {
    let mut rules = Vec::new();
    for mut one in table.tables(key) {
        let rule = Rule { name: one.required("name"), subject: one.texts("subject"), sender: one.texts("sender") };
        if rule.subject.is_empty() && rule.sender.is_empty() {
            one.wrong("subject", "set it or sender: a rule without words fits everything");
        }
        if rule.subject.iter().chain(&rule.sender).any(|word| word.trim().is_empty()) {
            one.wrong("subject", "or sender holds an empty text, which fits everything");
        }
        table.absorb(one);
        rules.push(rule);
    }
    rules
}

fn midnight(day: jiff::civil::Date) -> Option<Timestamp> {
    day.at(0, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}
