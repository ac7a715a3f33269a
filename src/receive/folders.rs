//! Which folders of an account are watched, and as what. It must not guess a junk folder where the server names one.

use super::error::Error;
use super::session::Listed;
use crate::config::Account;
use crate::domain::mailbox::MailboxRole;
use crate::domain::{MailboxId, Timestamp};
use crate::pipeline;
use crate::store::Store;
use tokio::time::Instant;

/// What servers without special use (RFC 6154), Exchange above all, call the junk folder; last part, lower case.
const JUNK_NAMES: [&str; 12] = [
    "junk",
    "junk e-mail",
    "junk email",
    "junk mail",
    "spam",
    "bulk mail",
    "courrier indésirable",
    "correo no deseado",
    "нежелательная почта",
    "спам",
    "垃圾邮件",
    "البريد الإلكتروني غير الهام",
];

/// A watched folder during one session.
#[derive(Debug)]
pub(super) struct Folder {
    /// For people and in the store.
    pub name: String,
    /// Where it lies on the server, if that is found only there; `folder::encode` makes the name on the wire of it.
    at: Option<String>,
    pub role: MailboxRole,
    /// Known once it was opened in the store.
    pub mailbox: Option<MailboxId>,
    /// Of this session's last EXAMINE.
    pub uidvalidity: Option<u32>,
    /// One more than the highest UID that is settled. A hint: the comparison finds what it misses.
    pub cursor: u32,
    pub compared: Option<Instant>,
    /// In this session a comparison was repeated because the server contradicted itself; once is enough.
    pub doubted: bool,
    /// What was odd about the last comparison.
    pub listed: Option<String>,
}

impl Folder {
    fn new(name: String, role: MailboxRole) -> Self {
        Self {
            name,
            at: None,
            role,
            mailbox: None,
            uidvalidity: None,
            cursor: 1,
            compared: None,
            doubted: false,
            listed: None,
        }
    }

    /// Its name on the server.
    pub(super) fn on_server(&self) -> &str {
        self.at.as_deref().unwrap_or(&self.name)
    }

    /// Makes the mailbox known in the store, once a session.
    pub(super) async fn open(&mut self, store: &Store, account: &str, now: Timestamp) -> Result<(), Error> {
        if self.mailbox.is_none() {
            self.mailbox = Some(pipeline::open_mailbox(store, account, &self.name, self.role, now).await?);
        }
        Ok(())
    }
}

/// The folders that the configuration names; none named means the inbox.
pub(super) fn named(account: &Account) -> Vec<Folder> {
    let mut folders: Vec<Folder> = Vec::new();
    let inbox = [String::from("INBOX")];
    let names = if account.folders.is_empty() { &inbox[..] } else { &account.folders[..] };
    for name in names {
        if !folders.iter().any(|known| known.name == *name) {
            let role = if name.eq_ignore_ascii_case("INBOX") { MailboxRole::Inbox } else { MailboxRole::Folder };
            folders.push(Folder::new(name.clone(), role));
        }
    }
    folders
}

/// What the configuration calls the folder with all mail: its attribute (RFC 6154), as its name differs by language.
pub(super) const ALL: &str = "\\All";

/// Whether LIST has to say where a folder is.
pub(super) fn ask_for_list(account: &Account) -> bool {
    account.junk || account.folders.iter().any(|name| name == ALL)
}

/// Finds the folder with all mail, if it is to be watched.
///
/// # Errors
/// If the server names none.
pub(super) fn find_all(folders: &mut [Folder], listed: &[Listed]) -> Result<(), Error> {
    for folder in folders.iter_mut().filter(|folder| folder.name == ALL) {
        let found = listed.iter().find(|one| one.all && one.selectable);
        let found =
            found.ok_or_else(|| Error::Mailbox("the server names no folder that holds all mail (\\All)".into()))?;
        folder.at = Some(super::folder::decode(&found.name));
    }
    Ok(())
}

/// Adds the junk folder, found by its attribute; says what a person should know if there is none.
pub(super) fn add_junk(folders: &mut Vec<Folder>, listed: &[Listed]) -> Option<String> {
    let by_attribute = listed.iter().find(|one| one.junk && one.selectable);
    let by_name = || {
        let none_special = !listed.iter().any(|one| one.special);
        listed.iter().find(|one| none_special && one.selectable && JUNK_NAMES.contains(&one.leaf.as_str()))
    };
    let Some(junk) = by_attribute.or_else(by_name) else {
        return Some("the server names no junk folder; name it in `folders` to have it watched".into());
    };
    let name = super::folder::decode(&junk.name);
    match folders.iter_mut().find(|known| known.name == name) {
        Some(known) => known.role = MailboxRole::Junk,
        None => folders.push(Folder::new(name, MailboxRole::Junk)),
    }
    None
}
