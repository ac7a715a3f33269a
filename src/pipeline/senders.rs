//! What can be known about who sent a message: asked when a copy is parsed and when it is classified. Decides nothing.

use super::steps::{TaskError, source};
use super::{BY_HAND, Tools};
use crate::domain::authenticity::{AuthResults, SignatureCheck, SignatureResult};
use crate::domain::message::ParsedMessage;
use crate::domain::{Digest, Problem};
use crate::store::message::CopyLine;
use crate::{sandbox, sender};

/// What the receiving server says of this copy's sender, and what should make a person look.
pub fn of(tools: &Tools, copy: &CopyLine, parsed: &ParsedMessage) -> (Option<AuthResults>, Vec<Problem>) {
    let account = tools.config.accounts.iter().find(|account| account.name == copy.account);
    let own: Vec<String> = tools.config.call.addresses.iter().map(|one| one.to_lowercase()).collect();
    let rules = sender::Rules {
        authserv_ids: account.map_or(&[], |account| account.authserv_ids.as_slice()),
        official_domains: &tools.config.call.official_domains,
        own_addresses: &own,
    };
    // What a person brings by hand has no sender that anybody could imitate.
    if copy.account == BY_HAND {
        return (None, Vec::new());
    }
    (sender::believed(parsed, rules.authserv_ids).cloned(), sender::problems(parsed, &rules))
}

/// What the signatures of a message are worth, if keys may be looked up and it has any. A check never stops a mail: what
/// could not be had is said.
pub async fn signatures(tools: &Tools, digest: Digest) -> Result<Option<Vec<SignatureCheck>>, TaskError> {
    let Some(resolver) = &tools.resolver else { return Ok(None) };
    let source = source(tools, digest)?;
    let names = match tools.pool.key_names(&source).await {
        Ok(names) => names,
        Err(error) => return Ok(Some(vec![unchecked(&error)])),
    };
    if names.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let keys = resolver.texts(&names).await;
    Ok(Some(tools.pool.signatures(&source, keys).await.unwrap_or_else(|error| vec![unchecked(&error)])))
}

/// That the signatures could not be looked at is a result too.
fn unchecked(error: &sandbox::Error) -> SignatureCheck {
    let (kind, result) = ("DKIM".into(), SignatureResult::NotChecked);
    SignatureCheck { kind, domain: "the sender".into(), result, detail: crate::domain::clip(&error.to_string()) }
}
