//! What is known about senders: of each copy what its server says, of each message what its signatures are worth.
//! Believes nobody.

use super::rows::{from_json, json};
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
    Ok(())
}

/// Keeps what a message's signatures are worth.
pub async fn set_signatures(tx: &mut Tx, id: &MessageId, signatures: &[SignatureCheck]) -> Result<()> {
    sqlx::query("update messages set signatures = $1 where id = $2")
        .bind(json(&signatures)?)
        .bind(id.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// What is known about the senders of all messages: what servers say of their copies, and their signatures.
pub async fn all(store: &Store) -> Result<BTreeMap<MessageId, (Vec<AuthResults>, Vec<SignatureCheck>)>> {
    let mut known: BTreeMap<MessageId, (Vec<AuthResults>, Vec<SignatureCheck>)> = BTreeMap::new();
    let said: Vec<(String, String)> = sqlx::query_as(
        "select message_id, server_says from copies
          where server_says is not null and message_id is not null order by first_seen, mailbox_id, uid",
    )
    .fetch_all(store.pool())
    .await?;
    for (id, says) in said {
        known.entry(MessageId(id)).or_default().0.push(from_json(&says)?);
    }
    let signed: Vec<(String, String)> =
        sqlx::query_as("select id, signatures from messages where signatures is not null")
            .fetch_all(store.pool())
            .await?;
    for (id, signatures) in signed {
        known.entry(MessageId(id)).or_default().1 = from_json(&signatures)?;
    }
    Ok(known)
}
