//! What is known about who sent a mail: what the receiving server found, and which signatures hold. Values and their words;
//! judges nobody.

use serde::{Deserialize, Serialize};

/// One Authentication-Results field (RFC 8601), as it stands in the mail: anybody may have written it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthResults {
    /// Who says so, lower case.
    pub authserv_id: String,
    pub methods: Vec<AuthMethod>,
}

/// One method's result, as `dmarc=pass header.from=un.org`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthMethod {
    /// Lower case: `spf`, `dkim`, `dmarc`.
    pub method: String,
    /// Lower case: `pass`, `fail`, `none`, `softfail` ...
    pub result: String,
    /// The domain that it is about, lower case; empty if none is named.
    pub domain: String,
}

impl AuthResults {
    /// In place of a name, for a field that has none, as Microsoft 365 writes it.
    pub const UNNAMED: &str = "unnamed";

    /// The result of a method, if the server names one.
    pub fn of(&self, method: &str) -> Option<&AuthMethod> {
        self.methods.iter().find(|one| one.method == method)
    }

    /// In words for a person.
    pub fn words(&self) -> String {
        let domain =
            |one: &AuthMethod| if one.domain.is_empty() { String::new() } else { format!(" for {}", one.domain) };
        let each: Vec<String> = ["dmarc", "dkim", "spf"]
            .iter()
            .filter_map(|name| self.of(name))
            .map(|one| format!("{} {}{}", one.method.to_uppercase(), one.result, domain(one)))
            .collect();
        let says = if each.is_empty() { "nothing about the sender".into() } else { each.join(", ") };
        format!("The receiving server {} says: {says}.", self.authserv_id)
    }
}

/// What became of one signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureResult {
    /// It holds: the domain has signed these bytes.
    Holds,
    /// It does not: the mail was changed since, or the signature is somebody else's.
    Broken,
    /// The key could not be had.
    NotChecked,
}

/// One DKIM signature (RFC 6376) or the chain of a forwarder (ARC, RFC 8617).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureCheck {
    /// `DKIM` or `ARC`.
    pub kind: String,
    /// Who signed.
    pub domain: String,
    pub result: SignatureResult,
    /// Why not, in words.
    pub detail: String,
}

impl SignatureCheck {
    /// In words for a person; `from_domain`: the one that the mail claims to come from.
    pub fn words(&self, from_domain: &str) -> String {
        let of = match self.kind.as_str() {
            "ARC" => format!("The chain of forwarders that ends with {}", self.domain),
            _ => format!("The signature of {}", self.domain),
        };
        match self.result {
            SignatureResult::Holds if self.kind == "DKIM" && !same_organization(&self.domain, from_domain) => {
                format!("{of} holds, but the mail says that it comes from {from_domain}.")
            }
            SignatureResult::Holds => format!("{of} holds."),
            SignatureResult::Broken => format!("{of} does not hold: {}.", self.detail),
            SignatureResult::NotChecked => format!("{of} was not checked: {}.", self.detail),
        }
    }
}

/// Whether one domain is the other, or lies below it (relaxed alignment, RFC 7489 3.1.1, without the public suffix list).
pub fn same_organization(a: &str, b: &str) -> bool {
    let below = |inner: &str, outer: &str| {
        inner.strip_suffix(outer).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')) && outer.contains('.')
    };
    below(a, b) || below(b, a)
}
