//! The answer that a person may send to a sender whose content was not received. Writes it, and sends nothing.

use super::queue::Item;
use super::{Error, Result};
use crate::domain::message::{Address, ParsedMessage};
use crate::domain::missing::Missing;
use crate::domain::{MessageId, Timestamp};
use crate::letters::{Letter, receipt, request};
use crate::pipeline::Tools;
use crate::smtp;
use crate::store::message;

/// A draft, with what the person who sends it should know.
pub struct Draft {
    pub letter: Letter,
    /// From whom it would go.
    pub from: String,
    /// In words for staff.
    pub notes: Vec<String>,
}

/// The languages that drafts are written in.
const LANGUAGES: [&str; 6] = ["en", "fr", "es", "ru", "zh", "ar"];

/// The draft for an item; `of`: the message that is meant, if the item has several.
///
/// # Errors
/// If nothing is missing, or nobody can be answered.
pub async fn draft(tools: &Tools, item: &Item, of: Option<&MessageId>) -> Result<Draft> {
    let meant = |id: &MessageId| of.is_none_or(|of| of == id);
    let first = item.not_received.iter().find(|one| meant(&one.message));
    let id = &first
        .ok_or_else(|| Error::Refused("nothing of its content is missing: there is nothing to ask for".into()))?
        .message;
    let missing: Vec<Missing> =
        item.not_received.iter().filter(|one| one.message == *id).map(|one| one.what.clone()).collect();
    let parsed = message::parsed(&tools.store, id).await?;
    let letter =
        request::draft(&parsed, &missing, &language(tools, item, id, &parsed).await?).map_err(Error::Refused)?;
    let mut notes = Vec::new();
    if letter.to.iter().any(|to| receipt::nobody_reads(to)) {
        notes.push("nobody seems to read the sender's address: look in the mail for another one".into());
    }
    if parsed.reply_to.iter().any(|one| !letter.to.contains(&one.address)) {
        notes.push(
            "the mail wants its answers at another address than the sender's: look before you use that one".into(),
        );
    }
    if item.not_received.iter().any(|one| one.message != *id) {
        notes.push("another message of this input lacks something too: name it for its own draft".into());
    }
    Ok(Draft { from: own_address(tools, &parsed), letter, notes })
}

/// The language that the sender writes in, for an answer to them; their paper may have another.
async fn language(tools: &Tools, item: &Item, id: &MessageId, parsed: &ParsedMessage) -> Result<String> {
    let classified = message::classified(&tools.store, id).await?;
    let of_body = classified.into_iter().flat_map(|one| one.part_languages).find(|(path, _)| path == "body");
    let own = format!("{}\n{}", parsed.subject, parsed.body.own_text());
    // The letters of an address are of no language.
    let by_words = crate::language::detect(&crate::classify::without_addresses(&own)).to_string();
    let of_body = of_body.map(|(_, code)| code);
    let all = [by_words].into_iter().chain(of_body).chain(item.languages.iter().cloned());
    Ok(all.into_iter().find(|code| LANGUAGES.contains(&code.as_str())).unwrap_or_else(|| "en".into()))
}

/// The address of ours that the mail was sent to, else the first that we have.
fn own_address(tools: &Tools, parsed: &ParsedMessage) -> String {
    let config = &tools.config;
    let mut own: Vec<String> = config.call.addresses.clone();
    own.extend(config.accounts.iter().map(|account| account.user.clone()));
    let addressed: Vec<&Address> = parsed.to.iter().chain(&parsed.cc).collect();
    let is_ours = |one: &&&Address| own.iter().any(|address| address.eq_ignore_ascii_case(&one.address));
    let first = addressed.iter().find(is_ours).map(|one| one.address.clone());
    first
        .or_else(|| own.into_iter().find(|address| address.contains('@')))
        .or_else(|| config.smtp.as_ref().map(|smtp| smtp.from.clone()))
        .or_else(|| addressed.first().map(|one| one.address.clone()))
        .unwrap_or_default()
}

/// The draft as a message that a mail program opens for writing.
///
/// # Errors
/// If an address cannot be written.
pub fn as_message(draft: &Draft, now: Timestamp) -> Result<String> {
    smtp::write_draft(&draft.letter, &draft.from, now).map_err(|error| Error::Refused(error.to_string()))
}
