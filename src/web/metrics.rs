//! What Prometheus reads (text format 0.0.4): how the mailboxes do, what waits, what failed. Gauges only, no name or
//! address of a sender; decides nothing.

use super::Error;
use crate::domain::Timestamp;
use crate::pipeline::Tools;
use crate::store::mailbox::{self, MailboxLine};
use crate::store::task::Stage;
use crate::store::{ledger, message, task, traffic, waiting};
use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

/// The words that a mailbox's state can be.
const STATES: [&str; 8] =
    ["never connected", "watching", "fetching", "failing", "paused", "throttled", "needs-login", "stopped"];

/// One text that grows.
#[derive(Default)]
struct Text(String);

impl Text {
    fn family(&mut self, name: &str, help: &str) {
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} gauge\n");
    }

    fn value(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> = labels.iter().map(|(label, text)| format!("{label}=\"{}\"", escaped(text))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// All gauges as they stand at `now`.
pub async fn text(tools: &Tools, now: Timestamp) -> Result<String, Error> {
    let mut text = Text::default();
    let lines = super::status::watched(tools).await?;
    of_mailboxes(&mut text, &lines);
    parked(&mut text, tools, &lines).await?;
    of_accounts(&mut text, tools, &lines, now).await?;
    of_work(&mut text, tools).await?;
    of_waiting(&mut text, tools, now).await?;
    Ok(text.0)
}

fn of_mailboxes(text: &mut Text, lines: &[MailboxLine]) {
    let name = "pouch_mailbox_state";
    text.family(name, "1 for the state that a mailbox is in, 0 for the others.");
    for line in lines {
        let other = Some(line.state.as_str()).filter(|state| !STATES.contains(state));
        for state in STATES.into_iter().chain(other) {
            let labels = [("account", line.account.as_str()), ("folder", &line.folder), ("state", state)];
            text.value(name, &labels, u8::from(line.state == state));
        }
    }
    type Read = fn(&MailboxLine) -> Option<i64>;
    let families: [(&str, &str, Read); 4] = [
        ("pouch_mailbox_state_since_timestamp_seconds", "Since when the mailbox is in its state.", |line| {
            Some(line.state_since.as_second())
        }),
        (
            "pouch_mailbox_last_complete_check_timestamp_seconds",
            "When all that the server listed was last settled. Absent: never.",
            |line| line.last_check_at.map(Timestamp::as_second),
        ),
        ("pouch_mailbox_last_message_timestamp_seconds", "When the last message came in. Absent: never.", |line| {
            line.last_message_at.map(Timestamp::as_second)
        }),
        ("pouch_mailbox_server_messages", "Messages on the server at the last complete check.", |line| {
            line.server_count.map(|count| i64::try_from(count).unwrap_or(i64::MAX))
        }),
    ];
    for (name, help, read) in families {
        text.family(name, help);
        for line in lines {
            if let Some(value) = read(line) {
                text.value(name, &[("account", &line.account), ("folder", &line.folder)], value);
            }
        }
    }
}

async fn parked(text: &mut Text, tools: &Tools, lines: &[MailboxLine]) -> Result<(), Error> {
    let sums = mailbox::sums(&tools.store).await?;
    let name = "pouch_mailbox_parked_messages";
    text.family(name, "Messages that the server does not hand out now; tried again.");
    for line in lines {
        let parked = sums.iter().find(|one| one.mailbox == line.id).map_or(0, |one| one.parked);
        text.value(name, &[("account", &line.account), ("folder", &line.folder)], parked);
    }
    Ok(())
}

async fn of_accounts(text: &mut Text, tools: &Tools, lines: &[MailboxLine], now: Timestamp) -> Result<(), Error> {
    let name = "pouch_account_needs_login";
    text.family(name, "1 if a person must log in again (pouch login).");
    for account in &tools.config.accounts {
        let needs = lines.iter().any(|line| line.account == account.name && line.state == "needs-login");
        text.value(name, &[("account", &account.name)], u8::from(needs));
    }
    let limited = tools.config.accounts.iter().filter_map(|account| Some((&account.name, account.daily_bytes?)));
    let limited: Vec<_> = limited.collect();
    let name = "pouch_account_daily_limit_bytes";
    text.family(name, "What the account may fetch in a day (UTC). Absent: any number.");
    for (account, bytes) in &limited {
        text.value(name, &[("account", account)], bytes);
    }
    let name = "pouch_account_fetched_today_bytes";
    text.family(name, "What the account fetched today (UTC), if that is limited.");
    for (account, _) in &limited {
        text.value(name, &[("account", account)], traffic::spent(&tools.store, account, now).await?);
    }
    Ok(())
}

async fn of_work(text: &mut Text, tools: &Tools) -> Result<(), Error> {
    let waiting: BTreeMap<&str, i64> =
        task::counts(&tools.store).await?.into_iter().map(|(stage, count)| (stage.as_str(), count)).collect();
    let mut failed: BTreeMap<&str, i64> = BTreeMap::new();
    for (stage, _, _) in task::troubled(&tools.store).await? {
        *failed.entry(stage.as_str()).or_default() += 1;
    }
    for (name, help, counts) in [
        ("pouch_tasks_waiting", "Steps that are due or under way, by stage.", &waiting),
        ("pouch_tasks_failed", "Of these: went wrong at their last try.", &failed),
    ] {
        text.family(name, help);
        for stage in Stage::ALL {
            let count = counts.get(stage.as_str()).copied().unwrap_or(0);
            text.value(name, &[("stage", stage.as_str())], count);
        }
    }
    let name = "pouch_messages";
    text.family(name, "Messages by what they are to us; held ones wait for a person.");
    let outcomes: BTreeMap<String, u64> = message::outcomes(&tools.store).await?.into_iter().collect();
    for outcome in ["pending", "submission", "set-aside", "held"] {
        text.value(name, &[("outcome", outcome)], outcomes.get(outcome).copied().unwrap_or(0));
    }
    let name = "pouch_ledger_unsealed_entries";
    text.family(name, "Entries of the ledger that wait for their number.");
    text.value(name, &[], ledger::unsealed(&tools.store).await?);
    Ok(())
}

async fn of_waiting(text: &mut Text, tools: &Tools, now: Timestamp) -> Result<(), Error> {
    let all = waiting::since(&tools.store, now).await?;
    let before = now - tools.config.notify.waiting;
    let name = "pouch_messages_waiting_too_long";
    text.family(name, "Messages and copies that came in and have no end state after [notify] waiting.");
    text.value(name, &[], all.iter().filter(|one| one.since <= before).count());
    let name = "pouch_messages_waiting_since_timestamp_seconds";
    text.family(name, "Since when the oldest of those that have no end state waits. Absent: none waits.");
    if let Some(oldest) = all.first() {
        text.value(name, &[], oldest.since.as_second());
    }
    Ok(())
}
