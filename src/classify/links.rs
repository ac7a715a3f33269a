//! The addresses in a mail's own text, and those that its HTML hides behind words, out of the wrapping that mail filters put
//! around them. Follows none.

use crate::domain::message::ParsedMessage;

/// Most addresses of one mail that are looked at.
const MOST: usize = 200;

/// Longest address, in bytes.
const LONGEST: usize = 4_000;

/// Wrappings in each other that are taken off.
const DEEPEST: usize = 4;

/// An address and the words around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Without its wrapping.
    pub url: String,
    /// Lower case.
    pub host: String,
    /// With query and fragment; begins with a slash.
    pub path: String,
    /// The words before and after it in the mail's own text.
    pub around: String,
}

/// What the sender wrote, without the signature.
pub fn own_words(message: &ParsedMessage) -> String {
    let own = message.body.own_text();
    let mut kept = String::with_capacity(own.len());
    for line in own.lines() {
        // RFC 3676 4.3; the blank at its end is often lost.
        if line.trim_end() == "--" {
            break;
        }
        kept.push_str(line);
        kept.push('\n');
    }
    kept
}

/// The addresses of a message; `own`: its own words.
pub fn links(message: &ParsedMessage, own: &str) -> Vec<Link> {
    let mut found: Vec<Link> = Vec::new();
    for (at, url) in in_text(own) {
        if let Some(link) = link(url, around(own, at, at + url.len())) {
            found.push(link);
        }
    }
    let anchors = message.body.html.as_deref().map(anchors).unwrap_or_default();
    let (flat_text, flat_own) =
        if anchors.is_empty() { Default::default() } else { (flat(&message.body.text), flat(own)) };
    for (href, words) in anchors {
        let squeezed = flat(&words);
        let at = own.find(squeezed.as_str()).filter(|_| squeezed.len() > 2);
        // Its words stand only in what was quoted: somebody else's link.
        if !squeezed.is_empty() && flat_text.contains(&squeezed) && !flat_own.contains(&squeezed) {
            continue;
        }
        let near = match at {
            Some(at) => around(own, at, at + squeezed.len()),
            None => format!("{squeezed} {}", own.chars().take(600).collect::<String>()),
        };
        if let Some(link) = link(&href, near) {
            found.push(link);
        }
    }
    let mut seen: Vec<String> = Vec::new();
    found.retain(|one| {
        let is_new = !seen.contains(&one.url);
        seen.push(one.url.clone());
        is_new
    });
    found.truncate(MOST);
    found
}

/// A text without the addresses in it: what is left says in which language it is, and how much.
pub fn without_addresses(text: &str) -> String {
    let (mut kept, mut at) = (String::with_capacity(text.len()), 0);
    for (start, url) in in_text(text) {
        kept.push_str(&text[at..start]);
        at = start + url.len();
    }
    kept.push_str(&text[at..]);
    kept
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Some words before and after a place.
fn around(text: &str, start: usize, end: usize) -> String {
    let from = text.floor_char_boundary(start.saturating_sub(260));
    let to = text.ceil_char_boundary((end + 140).min(text.len()));
    // Another address in between says nothing.
    format!("{} {}", &text[from..start], &text[end.min(to)..to])
}

/// Runs of signs that may be an address, with their place. Other letters end one: Chinese goes on without a blank.
fn in_text(text: &str) -> Vec<(usize, &str)> {
    let is_sign = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
    let mut found = Vec::new();
    let mut at = 0;
    // Each of them has a slash.
    while let Some(slash) = text[at..].find('/').map(|next| at + next).filter(|_| found.len() < MOST) {
        let before = text[at..slash].char_indices().rev().take_while(|(_, c)| is_sign(*c)).last();
        let from = before.map_or(slash, |(start, _)| at + start);
        at = text[slash..].find(|c| !is_sign(c)).map_or(text.len(), |next| slash + next);
        found.extend(pieces(&text[from..at]).map(|(more, url)| (from + more, url)));
    }
    found
}

/// The address in a run, after what stands glued in front of it.
fn pieces(run: &str) -> impl Iterator<Item = (usize, &str)> {
    let lower = run.to_ascii_lowercase();
    let start = ["https://", "http://"].iter().filter_map(|scheme| lower.find(scheme)).min();
    let (start, has_scheme) = match start {
        Some(start) => (start, true),
        None => (run.find(|c: char| c.is_ascii_alphanumeric()).unwrap_or(0), false),
    };
    let url = run[start..].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'', ']', '*', '(', '[']);
    let slash = url.find('/').unwrap_or(url.len());
    // Without a scheme only `host.tld/path` is one, and no address of a person.
    let is_one = has_scheme || (slash < url.len() && url[..slash].contains('.') && !url[..slash].contains(['@', ':']));
    (is_one && url.len() <= LONGEST).then_some((start, url)).into_iter()
}

fn link(url: &str, around: String) -> Option<Link> {
    let mut url = url.to_string();
    for _ in 0..DEEPEST {
        match unwrapped(&url) {
            Some(inner) => url = inner,
            None => break,
        }
    }
    let (host, path) = split(&url)?;
    Some(Link { host, path, url, around })
}

/// Host in lower case, and the rest from the slash on.
fn split(url: &str) -> Option<(String, String)> {
    let rest = match url.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") => rest,
        Some(_) => return None,
        None => url,
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = &rest[..end];
    let host = authority.rsplit('@').next()?.split(':').next()?.to_ascii_lowercase();
    let is_host = host.contains('.') && host.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c));
    let path = if rest[end..].starts_with('/') { rest[end..].to_string() } else { format!("/{}", &rest[end..]) };
    is_host.then_some((host, path))
}

/// What lies in the wrapping of a mail filter or a search engine.
fn unwrapped(url: &str) -> Option<String> {
    let (host, path) = split(url)?;
    let query = |names: &[&str]| {
        let (_, query) = path.split_once('?')?;
        let query = query.replace("&amp;", "&");
        let mut fields = query.split('&').filter_map(|field| field.split_once('='));
        let value = fields.find(|(name, _)| names.contains(name)).map(|(_, value)| value.to_string());
        value.filter(|value| !value.is_empty())
    };
    let inner =
        if host.ends_with("safelinks.protection.outlook.com") || host.ends_with("safelinks.protection.office365.us") {
            percent_decoded(&query(&["url"])?)
        } else if host == "urldefense.proofpoint.com" && path.starts_with("/v2/") {
            percent_decoded(&query(&["u"])?.replace('-', "%").replace('_', "/"))
        } else if host == "urldefense.proofpoint.com" {
            percent_decoded(&query(&["u"])?)
        } else if (host == "urldefense.com" || host == "urldefense.us") && path.starts_with("/v3/__") {
            let inside = path.trim_start_matches("/v3/__");
            // Signs that were taken out stand behind, encoded; the host has none of them.
            let inside = inside.rsplit_once("__;").map_or(inside, |(address, _)| address);
            // Some servers make one slash of two.
            match inside.split_once(":/") {
                Some((scheme, rest)) => format!("{scheme}://{}", rest.trim_start_matches('/')),
                None => inside.to_string(),
            }
        } else if (host.starts_with("www.google.") && path.starts_with("/url"))
            || host.ends_with("linkprotect.cudasvc.com")
            || host.ends_with("url.emailprotection.link")
            || host == "l.facebook.com"
        {
            percent_decoded(&query(&["q", "url", "a", "u"])?)
        } else if host == "secure-web.cisco.com" {
            percent_decoded(path.rsplit('/').next()?)
        } else {
            return None;
        };
    split(&inner).map(|_| inner).filter(|inner| inner.contains("://"))
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16));
        match (byte, hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, _, _) => {
                decoded.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// What stands below the first of these in an HTML body is somebody else's mail.
const QUOTE_BEGINS: [&str; 6] = [
    "class=\"gmail_quote",
    "id=\"divrplyfwdmsg",
    "id=\"appendonsend",
    "class=\"moz-cite-prefix",
    "class=\"yahoo_quoted",
    "name=\"quote\"",
];

/// The targets of links, each with the words that one clicks on. Reads no further than what is quoted.
fn anchors(html: &str) -> Vec<(String, String)> {
    let lower = html.to_ascii_lowercase();
    let end = QUOTE_BEGINS.iter().filter_map(|sign| lower.find(sign)).min().unwrap_or(html.len());
    let (mut found, mut at, mut quotes) = (Vec::new(), 0, 0_usize);
    while let Some(tag) = lower[at..end].find('<').map(|next| at + next) {
        let rest = &lower[tag..end];
        if rest.starts_with("<!--") {
            at = rest.find("-->").map_or(end, |close| tag + close + 3);
            continue;
        }
        let close = rest.find('>').map_or(end, |close| tag + close + 1);
        if rest.starts_with("<blockquote") {
            quotes += 1;
        } else if rest.starts_with("</blockquote") {
            quotes = quotes.saturating_sub(1);
        } else if quotes == 0
            && rest.starts_with("<a")
            && rest[2..].starts_with(char::is_whitespace)
            && let Some(href) = attribute(&html[tag..close], "href")
        {
            let words_end = lower[close..end].find("</a").map_or(end, |to| close + to);
            found.push((href, without_tags(&html[close..words_end])));
        }
        at = close.max(tag + 1);
        if found.len() >= MOST {
            break;
        }
    }
    found
}

/// The value of an attribute, with the few entities that stand in addresses.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let at = lower.match_indices(name).map(|(at, _)| at).find(|at| {
        let before = lower[..*at].chars().next_back();
        before.is_some_and(|c| c.is_whitespace() || c == '"' || c == '\'')
            && lower[at + name.len()..].trim_start().starts_with('=')
    })?;
    let value = tag[at + name.len()..].trim_start().strip_prefix('=')?.trim_start();
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next()?,
        _ => value.split([' ', '>', '\n', '\t']).next()?,
    };
    let decoded = value.replace("&amp;", "&").replace("&#38;", "&").replace("&#x2f;", "/").replace("&#47;", "/");
    Some(decoded.trim().to_string()).filter(|href| href.len() <= LONGEST)
}

fn without_tags(html: &str) -> String {
    let mut words = String::new();
    let mut inside = false;
    for c in html.chars().take(2_000) {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => words.push(c),
            _ => {}
        }
    }
    words.replace("&nbsp;", " ").replace("&amp;", "&")
}
