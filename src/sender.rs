//! Who sent a mail, as far as that is known: what the receiving server says, and what should make a person look before it
//! goes on. Pure; accuses nobody.

use crate::domain::authenticity::{AuthResults, same_organization};
use crate::domain::message::{Address, ParsedMessage};
use crate::domain::{Problem, ProblemCode};

/// What the operator says about senders.
#[derive(Clone, Debug, Default)]
pub struct Rules<'a> {
    /// Names under which the servers of this mailbox write their results, lower case.
    pub authserv_ids: &'a [String],
    /// Domains of Member States and of the United Nations that no pattern covers, lower case.
    pub official_domains: &'a [String],
    /// Addresses of the call, lower case.
    pub own_addresses: &'a [String],
}

/// The results that count: the topmost field that bears the name of the mailbox's own server. Every other may be the
/// sender's own (RFC 8601 1.2).
pub fn believed<'a>(message: &'a ParsedMessage, authserv_ids: &[String]) -> Option<&'a AuthResults> {
    message.authentication.iter().find(|one| authserv_ids.contains(&one.authserv_id))
}

/// What a person should look at before the mail goes on.
pub fn problems(message: &ParsedMessage, rules: &Rules<'_>) -> Vec<Problem> {
    let [from] = message.from.as_slice() else { return Vec::new() };
    let domain = domain_of(&from.address);
    let mut found = Vec::new();
    if let Some(results) = believed(message, rules.authserv_ids) {
        let failed =
            |name: &str| results.of(name).is_some_and(|one| matches!(one.result.as_str(), "fail" | "permerror"));
        let passed = |name: &str| results.of(name).is_some_and(|one| one.result == "pass");
        let is_official = is_official(&domain, rules.official_domains);
        if failed("dmarc") || (is_official && !passed("dmarc") && !passed("dkim")) {
            let who = if is_official { "an official address" } else { "the address" };
            let detail = format!("{} It claims {who} at {domain}: ask there before you rely on it.", results.words());
            found.push(Problem::new(ProblemCode::SenderNotProven, detail));
        }
    }
    if let Some(name) = &from.name
        && let Some(why) = imitates(name, from, &domain, rules)
    {
        found.push(Problem::new(ProblemCode::NameImitates, why));
    }
    if message.list.is_none()
        && let Some(elsewhere) = message.reply_to.iter().find(|one| is_elsewhere(&domain_of(&one.address), &domain))
    {
        let detail = format!(
            "It comes from {}, but answers would go to {}: look whether both are the sender's.",
            from.address, elsewhere.address
        );
        found.push(Problem::new(ProblemCode::ReplyElsewhere, detail));
    }
    found
}

fn domain_of(address: &str) -> String {
    address.rsplit_once('@').map(|(_, domain)| domain.to_lowercase()).unwrap_or_default()
}

fn is_elsewhere(reply: &str, from: &str) -> bool {
    !reply.is_empty() && !from.is_empty() && !same_organization(reply, from)
}

/// Domains that only a State, or the United Nations, gives out: `mfa.gov.xx`, `diplomatie.gouv.xx`, `un.org`.
fn is_official(domain: &str, more: &[String]) -> bool {
    let mut labels = domain.rsplit('.');
    let (top, second) = (labels.next().unwrap_or_default(), labels.next().unwrap_or_default());
    // Only right below a country's own label does such a word mean a government.
    let words = ["gov", "gob", "gouv", "govt", "gub", "guv", "mil", "mfa", "go"];
    let is_government = matches!(top, "gov" | "mil") || (top.len() == 2 && words.contains(&second));
    let of_un = ["un.org", "unoda.org", "un.int", "itu.int", "europa.eu", "gc.ca", "admin.ch", "bund.de"];
    is_government
        || of_un.iter().any(|one| same_or_below(domain, one))
        || more.iter().any(|one| same_or_below(domain, one))
}

fn same_or_below(domain: &str, outer: &str) -> bool {
    domain.strip_suffix(outer).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Where anybody can have an address.
const FREE: [&str; 24] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "yahoo.com",
    "yahoo.fr",
    "yahoo.es",
    "ymail.com",
    "aol.com",
    "icloud.com",
    "proton.me",
    "protonmail.com",
    "gmx.com",
    "gmx.net",
    "gmx.de",
    "web.de",
    "mail.com",
    "mail.ru",
    "yandex.ru",
    "yandex.com",
    "qq.com",
    "163.com",
    "126.com",
];

/// How those who run the process call themselves.
const SECRETARIAT: [&str; 10] = [
    "oewg chair",
    "chair of the oewg",
    "oewg secretariat",
    "chair of the open-ended",
    "unoda",
    "united nations secretariat",
    "office for disarmament",
    "bureau des affaires de désarmement",
    "oficina de asuntos de desarme",
    "裁军事务厅",
];

/// How those call themselves who speak for a State.
const STATE: [&str; 16] = [
    "permanent mission",
    "mission permanente",
    "misión permanente",
    "постоянное представительство",
    "常驻代表团",
    "البعثة الدائمة",
    "embassy of",
    "ambassade",
    "embajada",
    "посольство",
    "ministry of foreign",
    "ministère des affaires étrangères",
    "ministerio de relaciones exteriores",
    "министерство иностранных дел",
    "外交部",
    "وزارة الخارجية",
];

fn imitates(name: &str, from: &Address, domain: &str, rules: &Rules<'_>) -> Option<String> {
    let lower = name.to_lowercase();
    let address = from.address.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let shown = crate::domain::harmless(name);
    // A name that is an address, and another one than it comes from.
    let inside = lower
        .split_whitespace()
        .find(|word| word.contains('@'))
        .map(|word| word.trim_matches(['<', '>', '"', '(', ')', '\'']));
    if let Some(other) = inside.filter(|one| *one != address && rules.own_addresses.iter().any(|own| own == one)) {
        return Some(format!("Its name shows the call's own address {other}, but it comes from {}.", from.address));
    }
    let official = is_official(domain, rules.official_domains);
    if says(&SECRETARIAT) && !official && !rules.own_addresses.contains(&address) {
        let words = format!(
            "Its name, \"{shown}\", is like the secretariat's, but it comes from {}: look whether it is theirs.",
            from.address
        );
        return Some(words);
    }
    if says(&STATE) && FREE.contains(&domain) {
        let words = format!(
            "Its name, \"{shown}\", speaks for a State, and its address at {domain} could be anybody's: look whether it is theirs."
        );
        return Some(words);
    }
    None
}
