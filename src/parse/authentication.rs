//! What a mail carries about its sender: the results that servers wrote into it (RFC 8601), and the signatures over it.
//! Looks up no key: they are handed in.

use crate::domain::authenticity::{AuthMethod, AuthResults, SignatureCheck, SignatureResult};
use futures::FutureExt as _;
use mail_auth::common::parse::TxtRecordParser as _;
use mail_auth::common::verify::DomainKey;
use mail_auth::hickory_resolver::TokioResolver;
use mail_auth::hickory_resolver::config::{ResolveHosts, ResolverConfig, ResolverOpts};
use mail_auth::hickory_resolver::net::runtime::TokioRuntimeProvider;
use mail_auth::{
    AuthenticatedMessage, DkimResult, DnsError, Error, MX, MessageAuthenticator, Parameters, RecordSet, ResolverCache,
    Txt,
};
use mail_parser::Message;
use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Instant;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Fields and signatures that are looked at: a mail may have thousands.
const MOST: usize = 10;

/// The Authentication-Results fields of a mail, the topmost first.
pub fn results(message: &Message<'_>) -> Vec<AuthResults> {
    let fields = message.headers_raw().filter(|(name, _)| name.eq_ignore_ascii_case("Authentication-Results"));
    fields.take(MOST).map(|(_, value)| read(value)).filter(|one| !one.authserv_id.is_empty()).collect()
}

fn read(value: &str) -> AuthResults {
    let bare = without_comments(value);
    let mut pieces = bare.split(';');
    let first = pieces.next().unwrap_or_default();
    let name = first.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    // Microsoft 365 writes no name: the first piece is a result already.
    let (authserv_id, unnamed) =
        if name.contains('=') { (AuthResults::UNNAMED.to_string(), Some(first)) } else { (name, None) };
    let methods = unnamed.into_iter().chain(pieces).take(30).filter_map(method).collect();
    AuthResults { authserv_id: authserv_id.chars().take(255).collect(), methods }
}

fn method(piece: &str) -> Option<AuthMethod> {
    let mut words = piece.split_whitespace();
    let (method, result) = words.next()?.split_once('=')?;
    let short = |text: &str| text.trim_matches('"').to_ascii_lowercase().chars().take(255).collect::<String>();
    let domain = words.filter_map(|word| word.split_once('=')).find_map(|(name, value)| match name {
        "header.from" | "header.d" => Some(short(value)),
        "header.i" | "smtp.mailfrom" => Some(short(value.rsplit('@').next().unwrap_or_default())),
        _ => None,
    });
    // A method may carry its version: `dkim/1`.
    let method = method.split('/').next().unwrap_or_default();
    Some(AuthMethod { method: short(method), result: short(result), domain: domain.unwrap_or_default() })
}

/// Comments may be nested (RFC 5322 3.2.2).
fn without_comments(value: &str) -> String {
    let (mut depth, mut quoted) = (0_usize, false);
    let mut bare = String::new();
    for c in value.chars().take(8_000) {
        match c {
            '"' if depth == 0 => {
                quoted = !quoted;
                bare.push(c);
            }
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            c if depth == 0 => bare.push(c),
            _ => {}
        }
    }
    bare
}

/// The names under which the keys of a mail's signatures lie (RFC 6376 3.6.2.1).
pub fn key_names(raw: &[u8]) -> Vec<String> {
    let Some(message) = AuthenticatedMessage::parse(raw) else { return Vec::new() };
    let dkim = message.dkim_headers.iter().map(|one| (&one.header.s, &one.header.d));
    let arc = message.ams_headers.iter().map(|one| (&one.header.s, &one.header.d));
    let seals = message.as_headers.iter().map(|one| (&one.header.s, &one.header.d));
    let mut names: Vec<String> = dkim
        .take(MOST)
        .chain(arc.take(MOST))
        .chain(seals.take(MOST))
        .map(|(selector, domain)| format!("{selector}._domainkey.{domain}").to_ascii_lowercase())
        .filter(|name| name.len() < 250 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)))
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Keys that were looked up before, by name; what is not among them could not be had.
struct Keys(BTreeMap<String, Txt>);

impl ResolverCache<Box<str>, Txt> for Keys {
    fn get<Q>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        // The trait hides the name's type; only equality is left.
        let is_it = |known: &&String| {
            let plain: Box<str> = known.as_str().into();
            let rooted: Box<str> = format!("{known}.").into();
            let (plain, rooted): (&Q, &Q) = (plain.borrow(), rooted.borrow());
            plain == name || rooted == name
        };
        let found = self.0.keys().find(is_it).and_then(|known| self.0.get(known)).cloned();
        // Never a question to the network: it would be asked from within the sandbox.
        Some(found.unwrap_or(Txt::Error(Error::Dns(DnsError::Resolver("no key".into())))))
    }

    fn remove<Q>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: Txt, _: Instant) {}
}

/// What the signatures of a mail are worth; `records`: what was found under each name, `None` if it could not be looked up.
pub fn verify(raw: &[u8], records: &BTreeMap<String, Option<String>>) -> Vec<SignatureCheck> {
    let Some(message) = AuthenticatedMessage::parse(raw) else { return Vec::new() };
    if message.dkim_headers.is_empty() && message.ams_headers.is_empty() {
        return Vec::new();
    }
    let checker = match never_asked() {
        Ok(checker) => checker,
        Err(detail) => {
            let (kind, domain) = ("DKIM".into(), "the sender".into());
            return vec![SignatureCheck { kind, domain, result: SignatureResult::NotChecked, detail }];
        }
    };
    let key = |record: &Option<String>| match record {
        Some(text) => DomainKey::parse(text.as_bytes()).map_or_else(Txt::Error, |key| Txt::DomainKey(Arc::new(key))),
        None => Txt::Error(Error::Dns(DnsError::Resolver("no answer".into()))),
    };
    let keys = Keys(records.iter().map(|(name, record)| (name.clone(), key(record))).collect());
    let parameters = || Parameters::<_, Keys, NoCache, NoCache, NoCache, NoCache> {
        params: &message,
        cache_txt: Some(&keys),
        cache_mx: None,
        cache_ptr: None,
        cache_ipv4: None,
        cache_ipv6: None,
    };
    let mut checks = Vec::new();
    // All that it could wait for is handed in: a future that waits is not waited for.
    for one in checker.verify_dkim(parameters()).now_or_never().unwrap_or_default().into_iter().take(MOST) {
        let domain = one.signature().map(|signature| signature.d.to_ascii_lowercase()).unwrap_or_default();
        checks.extend(check("DKIM", domain, one.result()));
    }
    if !message.ams_headers.is_empty()
        && let Some(one) = checker.verify_arc(parameters()).now_or_never()
    {
        let domain = message.as_headers.last().map(|seal| seal.header.d.to_ascii_lowercase()).unwrap_or_default();
        checks.extend(check("ARC", domain, one.result()));
    }
    checks
}

/// The library wants a resolver. This one reads no file and trusts nobody: in the sandbox there is nothing to read.
fn never_asked() -> Result<MessageAuthenticator, String> {
    let mut options = ResolverOpts::default();
    options.use_hosts_file = ResolveHosts::Never;
    let tls = ClientConfig::builder().with_root_certificates(RootCertStore::empty()).with_no_client_auth();
    TokioResolver::builder_with_config(ResolverConfig::default(), TokioRuntimeProvider::default())
        .with_options(options)
        .with_tls_config(tls)
        .build()
        .map(MessageAuthenticator)
        .map_err(|error| crate::domain::clip(&error.to_string()))
}

fn check(kind: &str, domain: String, result: &DkimResult) -> Option<SignatureCheck> {
    let (result, detail) = match result {
        DkimResult::None => return None,
        DkimResult::Pass => (SignatureResult::Holds, String::new()),
        DkimResult::TempError(error) => (SignatureResult::NotChecked, error.to_string()),
        DkimResult::Neutral(Error::Dns(error))
        | DkimResult::Fail(Error::Dns(error))
        | DkimResult::PermError(Error::Dns(error)) => (SignatureResult::NotChecked, error.to_string()),
        DkimResult::Neutral(error) | DkimResult::Fail(error) | DkimResult::PermError(error) => {
            (SignatureResult::Broken, error.to_string())
        }
    };
    Some(SignatureCheck { kind: kind.into(), domain, result, detail: crate::domain::clip(&detail) })
}

/// Nothing but keys is ever looked up.
struct NoCache;

macro_rules! no_cache {
    ($($key:ty => $value:ty),*) => {$(
        impl ResolverCache<$key, $value> for NoCache {
            fn get<Q>(&self, _: &Q) -> Option<$value>
            where
                $key: Borrow<Q>,
                Q: Hash + Eq + ?Sized,
            {
                None
            }
            fn remove<Q>(&self, _: &Q) -> Option<$value>
            where
                $key: Borrow<Q>,
                Q: Hash + Eq + ?Sized,
            {
                None
            }
            fn insert(&self, _: $key, _: $value, _: Instant) {}
        }
    )*};
}

no_cache!(
    Box<str> => RecordSet<MX>, Box<str> => RecordSet<Ipv4Addr>, Box<str> => RecordSet<Ipv6Addr>,
    IpAddr => RecordSet<Box<str>>
);
