//! Whether an address that somebody else wrote can lead a reader away. It follows none of them.

use super::http::{Answer, Request, send};

/// Where a stranger would like a reader to go after signing in.
pub const ELSEWHERE: [&str; 19] = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "////evil.example/..",
    "https:evil.example",
    "https:/evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/%09/evil.example",
    "/.//evil.example",
    "javascript:alert(1)",
    "/ok\r\nSet-Cookie: evil=1",
    "/ok\r\nLocation: https://evil.example/",
    "http://127.0.0.1@evil.example/",
];

/// Sends the request that `with_next` makes of each such address; no answer may lead away.
pub fn open_redirect(address: &str, with_next: &dyn Fn(&str) -> Request) -> Vec<String> {
    ELSEWHERE.iter().flat_map(|next| leads_away(next, &send(address, &with_next(next)))).collect()
}

fn leads_away(next: &str, answer: &Answer) -> Vec<String> {
    let mut faults = Vec::new();
    if answer.status >= 500 {
        faults.push(format!("{next:?}: status {}", answer.status));
    }
    if let Some(place) = answer.header("location")
        && !stays_here(place)
    {
        faults.push(format!("{next:?}: leads to {place:?}"));
    }
    if answer.header("refresh").is_some() {
        faults.push(format!("{next:?}: a Refresh header"));
    }
    if answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("location")).count() > 1
        || answer
            .headers
            .iter()
            .any(|(name, value)| name.eq_ignore_ascii_case("set-cookie") && value.starts_with("evil"))
    {
        faults.push(format!("{next:?}: a header was smuggled in"));
    }
    for attribute in ["href=\"", "action=\"", "src=\"", "url="] {
        let places = answer.body.split(attribute).skip(1).map(|rest| rest.split('"').next().unwrap_or_default());
        faults.extend(
            places
                .filter(|place| place.contains("evil.example") && !stays_here(place))
                .map(|place| format!("{next:?}: the page links to {place:?}")),
        );
    }
    faults
}

/// Reads an address as a browser does: tabs and line ends vanish, a backslash is a slash, dots are resolved.
fn stays_here(place: &str) -> bool {
    let read: String = place
        .trim()
        .chars()
        .filter(|c| !matches!(c, '\t' | '\n' | '\r'))
        .map(|c| if c == '\\' { '/' } else { c })
        .collect();
    if read.chars().any(char::is_control) {
        return false;
    }
    match read.strip_prefix('/') {
        Some(rest) => !rest.starts_with('/'),
        None => !read.split(['/', '?', '#']).next().unwrap_or_default().contains(':'),
    }
}
