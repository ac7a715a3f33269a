//! What reviewers hear: that something is held or wished, at once, and once a day how things stand. Counts and links
//! only: no name, no subject line, no text.

use super::Letter;

/// Something held, or with a wish, that nobody was told of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// Ids of held messages.
    pub held: Vec<String>,
    /// Ids of submissions whose sender has a wish that nobody has decided on.
    pub wishes: Vec<String>,
}

/// How things stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The day that it tells of, as `2023-12-05`.
    pub day: String,
    /// Messages that were first seen on that day.
    pub received: u64,
    /// Of these: submissions, set aside, held.
    pub submissions: u64,
    pub set_aside: u64,
    pub held_that_day: u64,
    /// Waiting now, and for how many days the oldest has waited.
    pub waiting: u64,
    pub oldest_days: i64,
    pub held: u64,
    pub wishes: u64,
    /// Proposals that messages belong together, on which nobody has decided.
    pub relations: u64,
    /// Waiting or held, and all or part of their content was not received.
    pub not_received: u64,
    pub approved: u64,
    pub public: u64,
    /// As `chair/INBOX: watching, last complete check 2023-12-05 06:58`.
    pub mailboxes: Vec<String>,
    /// Mail of ours that did not go out.
    pub unsent: u64,
}

/// Links in one letter; the list has the rest.
const MOST_LINKS: usize = 20;

/// The letter about what is new.
pub fn notice(to: &[String], news: &News, link: Option<&str>) -> Letter {
    let mut said = Vec::new();
    if !news.held.is_empty() {
        said.push(format!("{} held", news.held.len()));
    }
    if !news.wishes.is_empty() {
        said.push(format!("{} with a wish of the sender", news.wishes.len()));
    }
    let mut text = format!("For a person to look at: {}.\n", said.join(", "));
    for (what, ids) in [("held", &news.held), ("wish", &news.wishes)] {
        for id in ids.iter().take(MOST_LINKS) {
            text.push_str(&format!("- {what}: {}\n", place(link, id)));
        }
        if ids.len() > MOST_LINKS {
            text.push_str(&format!("- {what}: {} more\n", ids.len() - MOST_LINKS));
        }
    }
    Letter { to: to.to_vec(), subject: format!("Pouch: {}", said.join(", ")), text, answers: None }
}

fn place(link: Option<&str>, id: &str) -> String {
    link.map_or_else(|| format!("pouch show {id}"), |link| format!("{link}inputs/{id}"))
}

/// The letter of the day.
pub fn daily(to: &[String], now: &Standing, link: Option<&str>) -> Letter {
    let mut text = format!(
        "{day}\n\n\
         received                   {}\n\
         - submissions              {}\n\
         - set aside                {}\n\
         - held                     {}\n\n\
         Now\n\n\
         waiting for a decision     {}{}\n\
         held                       {}\n\
         wishes to decide on        {}\n\
         proposals to decide on     {}\n\
         content not received       {}\n\
         approved, not public yet   {}\n\
         public                     {}\n",
        now.received,
        now.submissions,
        now.set_aside,
        now.held_that_day,
        now.waiting,
        if now.waiting > 0 { format!("  (the oldest for {} days)", now.oldest_days) } else { String::new() },
        now.held,
        now.wishes,
        now.relations,
        now.not_received,
        now.approved,
        now.public,
        day = now.day,
    );
    if now.unsent > 0 {
        text.push_str(&format!("letters that did not go out  {}  (`pouch letters`)\n", now.unsent));
    }
    if !now.mailboxes.is_empty() {
        text.push_str("\nMailboxes\n\n");
        now.mailboxes.iter().for_each(|line| text.push_str(&format!("{line}\n")));
    }
    if let Some(link) = link {
        text.push_str(&format!("\n{link}\n"));
    }
    let subject = format!("Pouch, {}: {} received, {} waiting, {} held", now.day, now.received, now.waiting, now.held);
    Letter { to: to.to_vec(), subject, text, answers: None }
}
