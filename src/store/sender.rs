//! What is known about senders: of each copy what its server says, of each message what its signatures are worth.
//! Believes nobody.

use super::desk::{self, Subject};
use super::rows::{from_json, json, rows_of};
use super::{Result, Store, Tx};
use crate::domain::MessageId;
use crate::domain::authenticity::{AuthResults, SignatureCheck};
use crate::domain::mailbox::UidKey;
use std::collections::BTreeMap;

/// Keeps what the receiving server says of a copy's sender.
pub async fn set_server_says(tx: &mut Tx, key: &UidKey, says: &AuthResults) -> Result<()> {
    sqlx::query("update copies set server_says = $1 where mailbox_id = $2 and uidvalidity = $3 and uid = $4")
        .bind(json(says)?)
        .bind(key.mailbox.as_str())
        .bind(i64::from(key.uidvalidity))
        .bind(key.uid as i64)
        .execute(&mut **tx)
        .await?;
    desk::touch_copy(tx, key).await
}

/// Keeps what a message's signatures are worth.
pub async fn set_signatures(tx: &mut Tx, id: &MessageId, signatures: &[SignatureCheck]) -> Result<()> {
    sqlx::query("update messages set signatures = $1 where id = $2")
        .bind(json(&signatures)?)
        .bind(id.as_str())
        .execute(&mut **tx)
        .await?;
    tx.touch(Subject::Message, id.as_str());
    Ok(())
}

/// What servers say of a message's copies, and what its signatures are worth.
pub type Known = (Vec<AuthResults>, Vec<SignatureCheck>);

/// What is known about the senders of some messages.
pub async fn of(store: &Store, messages: &[String]) -> Result<BTreeMap<MessageId, Known>> {
    let mut known: BTreeMap<MessageId, Known> = BTreeMap::new();
    let text = "select message_id, server_says from copies
                 where server_says is not null and message_id in (#) order by first_seen, mailbox_id, uid";
    let said: Vec<(String, String)> = rows_of(store, text, messages).await?;
    for (id, says) in said {
        known.entry(MessageId(id)).or_default().0.push(from_json(&says)?);
    }
    let text = "select id, signatures from messages where signatures is not null and id in (#)";
    let signed: Vec<(String, String)> = rows_of(store, text, messages).await?;
    for (id, signatures) in signed {
        known.entry(MessageId(id)).or_default().1 = from_json(&signatures)?;
    }
    Ok(known)
}
